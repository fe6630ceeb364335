// modules/_socket.cpp: socket objects and the _socket module. CPython: Modules/socketmodule.c.
//
// Threads     the descriptor and the timeout are atomics; calls work on the descriptor they read. A socket with a timeout is in non-blocking mode and waits
//             with poll().
#include "modules/_socket.h"

#include <algorithm>
#include <cstring>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "modules/static_type.h"
#include "modules/time_value.h"
#include "types/float.h"
#include "types/int.h"
#include "types/tuple.h"

namespace ty::net {

namespace {

Type socket_type;
int64_t g_default_timeout = -1;  // [atomic]

struct Socket : Object {
  int fd;           // [atomic] -1: closed
  int family, kind, protocol;  // [const] after __init__
  int64_t timeout;  // [atomic] nanoseconds; -1: blocking
  static Type* type() { return &socket_type; }
};
int descriptor(const Socket& s) { return __atomic_load_n(&s.fd, __ATOMIC_RELAXED); }
int64_t timeout_of(const Socket& s) { return __atomic_load_n(&s.timeout, __ATOMIC_RELAXED); }

Result<void> set_mode(Thread& t, int fd, bool blocking) {
  int on = !blocking;
  return check_call(t, ioctl(fd, FIONBIO, &on));
}
Raised raise_timed_out(Thread& t) { return raise_format(t, &exc_TimeoutError, "timed out"); }

/// Runs call(fd) as the timeout says; -2: timed out (nothing raised), -1: errno.
template <class F>
Result<ssize> run(Thread& t, Socket& self, short events, F&& f) {
  int64_t timeout = timeout_of(self);
  int64_t deadline = timeout > 0 ? monotonic_nanoseconds() + timeout : 0;
  while (true) {
    int fd = descriptor(self);
    if (timeout > 0) {
      int64_t left = deadline - monotonic_nanoseconds();
      if (left < 0) return ssize{-2};
      pollfd p = {fd, events, 0};
      int r = detached(t, [&] { return ::poll(&p, 1, static_cast<int>(std::min<int64_t>((left + 999999) / 1000000, INT32_MAX))); });
      if (r == 0) return ssize{-2};
      if (r < 0) {
        if (errno != EINTR) return ssize{-1};
        TRY(poll(t));
        continue;
      }
    }
    ssize r = static_cast<ssize>(detached(t, [&] { return f(fd); }));
    if (r >= 0) return r;
    if (errno == EINTR) {
      TRY(poll(t));
      continue;
    }
    if (timeout > 0 && (errno == EWOULDBLOCK || errno == EAGAIN)) continue;
    return ssize{-1};
  }
}
Result<ssize> finish(Thread& t, ssize r) {
  if (r == -2) return raise_timed_out(t);
  if (r < 0) return raise_errno(t);
  return r;
}
template <class F>
Result<ssize> transfer(Thread& t, Socket& self, short events, F&& f) {
  ssize r = TRY(run(t, self, events, f));
  return finish(t, r);
}

// --- life ---

Result<Owned> socket_new(Thread& t, Type& type, Args, Kwargs) {
  Ref<Socket> self = TRY(make_object<Socket>(t, &type));
  self->fd = -1;
  self->timeout = -1;
  return Owned(std::move(self));
}
Result<void> socket_init(Thread& t, Socket& self, Value family_v, Value kind_v, Value protocol_v, Value given) {
  auto number = [&](Value v) -> Result<int> {
    if (v.is_null()) return -1;
    return convert_int(t, v);
  };
  int family = TRY(number(family_v)), kind = TRY(number(kind_v)), protocol = TRY(number(protocol_v));
  int fd;
  if (!is_none(given)) {
    if (is_float(given)) return raise_type_error(t, "integer argument expected, got float");
    fd = TRY(convert_int(t, given));
    if (fd < 0) return raise_value_error(t, "negative file descriptor");
    Address address;
    address.length = sizeof address.storage;
    if (getsockname(fd, address.get(), &address.length) < 0) {
      if (family == -1 || errno == EBADF || errno == ENOTSOCK) return raise_errno(t);
    } else if (family == -1) {
      family = address.storage.ss_family;
    }
    socklen_t n = sizeof(int);
    if (kind == -1 && getsockopt(fd, SOL_SOCKET, SO_TYPE, &kind, &n) < 0) return raise_errno(t);
    n = sizeof(int);
    if (protocol == -1 && getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &n) < 0) return raise_errno(t);
  } else {
    if (family == -1) family = AF_INET;
    if (kind == -1) kind = SOCK_STREAM;
    if (protocol == -1) protocol = 0;
    fd = detached(t, [&] { return socket(family, kind | SOCK_CLOEXEC, protocol); });
    if (fd < 0) return raise_errno(t);
  }
  self.family = family;
  self.protocol = protocol;
  int64_t timeout = __atomic_load_n(&g_default_timeout, __ATOMIC_RELAXED);
  if (kind & SOCK_NONBLOCK) timeout = 0;
  self.kind = kind & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
  __atomic_store_n(&self.timeout, timeout, __ATOMIC_RELAXED);
  __atomic_store_n(&self.fd, fd, __ATOMIC_RELEASE);
  if (timeout >= 0) TRY(set_mode(t, fd, false));
  return {};
}
Result<void> socket_close(Thread& t, Socket& self) {
  int fd = __atomic_exchange_n(&self.fd, -1, __ATOMIC_ACQ_REL);
  if (fd < 0) return {};
  int r = detached(t, [&] { return close(fd); });
  if (r < 0 && errno != ECONNRESET) return raise_errno(t);
  return {};
}
int socket_detach(Thread&, Socket& self) { return __atomic_exchange_n(&self.fd, -1, __ATOMIC_ACQ_REL); }
int socket_fileno(Thread&, Socket& self) { return descriptor(self); }
Result<Owned> socket_repr(Thread& t, Value v) {
  auto& self = *v.as<Socket>();
  return Owned(TRY(str_from_format(t, "<socket object, fd=%ld, family=%d, type=%d, proto=%d>", static_cast<long>(descriptor(self)), self.family, self.kind, self.protocol)));
}
void socket_finalize(Thread& t, Value v) {
  auto& self = *v.as<Socket>();
  if (descriptor(self) < 0) return;
  Ref<Object> pending = take_exception(t);
  if (!warn_rpy(t, &exc_ResourceWarning, 1, "unclosed %R", v).ok()) {
    if (exception_matches(t, &exc_Warning)) write_unraisable_rpy(t, v);
    else clear_exception(t);
  }
  int fd = __atomic_exchange_n(&self.fd, -1, __ATOMIC_ACQ_REL);
  if (fd >= 0) detached(t, [&] { return close(fd); });
  if (pending) restore_exception(t, std::move(pending));
}

// --- timeouts ---

Result<int64_t> read_timeout(Thread& t, Value v) {
  if (is_none(v)) return int64_t{-1};
  int64_t ns = TRY(seconds_to_nanoseconds(t, v, Rounding::kCeiling));
  if (ns < 0) return raise_value_error(t, "Timeout value out of range");
  return ns;
}
Result<Owned> timeout_object(Thread& t, int64_t ns) {
  if (ns < 0) return owned_none();
  return float_from_double(t, static_cast<double>(ns) / 1e9);
}
Result<void> socket_settimeout(Thread& t, Socket& self, Value v) {
  int64_t ns = TRY(read_timeout(t, v));
  __atomic_store_n(&self.timeout, ns, __ATOMIC_RELAXED);
  return set_mode(t, descriptor(self), ns < 0);
}
Result<Owned> socket_gettimeout(Thread& t, Socket& self) { return timeout_object(t, timeout_of(self)); }
Result<void> socket_setblocking(Thread& t, Socket& self, bool blocking) {
  __atomic_store_n(&self.timeout, blocking ? int64_t{-1} : int64_t{0}, __ATOMIC_RELAXED);
  return set_mode(t, descriptor(self), blocking);
}
bool socket_getblocking(Thread&, Socket& self) { return timeout_of(self) != 0; }

// --- connections ---

Result<Owned> socket_accept(Thread& t, Socket& self) {
  Address address;
  int fd = static_cast<int>(TRY(transfer(t, self, POLLIN, [&](int fd) {
    address.length = sizeof address.storage;
    return accept4(fd, address.get(), &address.length, SOCK_CLOEXEC);
  })));
  auto object = address_object(t, address);
  if (!object.ok()) {
    close(fd);
    return Raised{};
  }
  Owned held = object.take();
  return Owned(TRY(tuple_pack(t, Value::small_int_unchecked(fd), held)));
}
Result<void> socket_bind(Thread& t, Socket& self, Value v) {
  Address address;
  TRY(read_address(t, self.family, v, "bind", address));
  return check_call(t, detached(t, [&] { return bind(descriptor(self), address.get(), address.length); }));
}
Result<void> socket_listen(Thread& t, Socket& self, Opt<int> backlog) {
  int n = backlog ? std::max(backlog.value, 0) : std::min(SOMAXCONN, 128);
  return check_call(t, detached(t, [&] { return listen(descriptor(self), n); }));
}
/// 0 or an errno; ETIMEDOUT with *timed_out when the socket's own timeout ended it.
Result<int> connect_to(Thread& t, Socket& self, Value v, const char* caller, bool* timed_out) {
  Address address;
  *timed_out = false;
  TRY(read_address(t, self.family, v, caller, address));
  int fd = descriptor(self);
  int r = detached(t, [&] { return connect(fd, address.get(), address.length); });
  if (r == 0) return 0;
  int error = errno;
  int64_t timeout = timeout_of(self);
  bool wait = error == EINTR ? timeout != 0 : error == EINPROGRESS && timeout > 0;
  if (error == EINTR) TRY(poll(t));
  if (!wait) return error;
  int64_t deadline = timeout > 0 ? monotonic_nanoseconds() + timeout : 0;
  while (true) {
    int64_t left = timeout > 0 ? deadline - monotonic_nanoseconds() : -1;
    pollfd p = {fd, POLLOUT, 0};
    int ms = timeout > 0 ? static_cast<int>(std::clamp<int64_t>((left + 999999) / 1000000, 0, INT32_MAX)) : -1;
    r = detached(t, [&] { return ::poll(&p, 1, ms); });
    if (r > 0) break;
    if (r == 0) {
      *timed_out = true;
      return EWOULDBLOCK;
    }
    if (errno != EINTR) return errno;
    TRY(poll(t));
  }
  socklen_t n = sizeof error;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0) return errno;
  return error == EISCONN ? 0 : error;
}
Result<void> socket_connect(Thread& t, Socket& self, Value v) {
  bool timed_out;
  int error = TRY(connect_to(t, self, v, "connect", &timed_out));
  if (timed_out) return raise_timed_out(t);
  if (error) return raise_os_error(t, error);
  return {};
}
Result<int> socket_connect_ex(Thread& t, Socket& self, Value v) {
  bool timed_out;
  return connect_to(t, self, v, "connect_ex", &timed_out);
}
Result<void> socket_shutdown(Thread& t, Socket& self, int how) { return check_call(t, detached(t, [&] { return shutdown(descriptor(self), how); })); }
Result<Owned> socket_getsockname(Thread& t, Socket& self) {
  Address a;
  a.length = sizeof a.storage;
  if (getsockname(descriptor(self), a.get(), &a.length) < 0) return raise_errno(t);
  return address_object(t, a);
}
Result<Owned> socket_getpeername(Thread& t, Socket& self) {
  Address a;
  a.length = sizeof a.storage;
  if (getpeername(descriptor(self), a.get(), &a.length) < 0) return raise_errno(t);
  return address_object(t, a);
}

// --- options ---

Result<void> socket_setsockopt(Thread& t, Socket& self, int level, int option, Value v, Opt<int> length) {
  int fd = descriptor(self);
  if (is_none(v)) {
    if (!length) return raise_type_error(t, "socket option should be an integer or a bytes-like object");
    return check_call(t, setsockopt(fd, level, option, nullptr, static_cast<socklen_t>(length.value)));
  }
  if (is_int(v)) {
    int n = TRY(convert_int(t, v));
    return check_call(t, setsockopt(fd, level, option, &n, sizeof n));
  }
  BytesLike view;
  TRY(view.acquire(t, v));
  return check_call(t, setsockopt(fd, level, option, view.data(), static_cast<socklen_t>(view.size())));
}
Result<Owned> socket_getsockopt(Thread& t, Socket& self, int level, int option, int size) {
  int fd = descriptor(self);
  if (size == 0) {
    int n = 0;
    socklen_t length = sizeof n;
    if (getsockopt(fd, level, option, &n, &length) < 0) return raise_errno(t);
    return int_from_int64(t, n);
  }
  if (size < 0 || size > 1024) return raise_format(t, &exc_OSError, "getsockopt buflen out of range");
  char data[1024];
  auto length = static_cast<socklen_t>(size);
  if (getsockopt(fd, level, option, data, &length) < 0) return raise_errno(t);
  return Owned(TRY(bytes_new(t, data, length)));
}

// --- data ---

Result<Owned> socket_recv(Thread& t, Socket& self, ssize size, int flags) {
  if (size < 0) return raise_value_error(t, "negative buffersize in recv");
  RawBytes buffer;
  char* data = TRY(buffer.allocate(t, size));
  ssize n = TRY(transfer(t, self, POLLIN, [&](int fd) { return recv(fd, data, static_cast<size_t>(size), flags); }));
  return Owned(TRY(bytes_new(t, data, n)));
}
Result<ssize> socket_recv_into(Thread& t, Socket& self, WritableBytes& buffer, ssize size, int flags) {
  if (size < 0) return raise_value_error(t, "negative buffersize in recv_into");
  if (size == 0) size = buffer.size();
  if (size > buffer.size()) return raise_value_error(t, "buffer too small for requested bytes");
  return transfer(t, self, POLLIN, [&](int fd) { return recv(fd, buffer.data(), static_cast<size_t>(size), flags); });
}
Result<ssize> receive_from(Thread& t, Socket& self, char* data, ssize size, int flags, Address& address) {
  return transfer(t, self, POLLIN, [&](int fd) {
    address.length = sizeof address.storage;
    return recvfrom(fd, data, static_cast<size_t>(size), flags, address.get(), &address.length);
  });
}
Result<Owned> socket_recvfrom(Thread& t, Socket& self, ssize size, int flags) {
  if (size < 0) return raise_value_error(t, "negative buffersize in recvfrom");
  RawBytes buffer;
  char* data = TRY(buffer.allocate(t, size));
  Address address;
  ssize n = TRY(receive_from(t, self, data, size, flags, address));
  Ref<Bytes> bytes = TRY(bytes_new(t, data, n));
  Owned from = TRY(address_object(t, address));
  return Owned(TRY(tuple_pack(t, bytes, from)));
}
Result<Owned> socket_recvfrom_into(Thread& t, Socket& self, WritableBytes& buffer, ssize size, int flags) {
  if (size < 0) return raise_value_error(t, "negative buffersize in recvfrom_into");
  if (size == 0) size = buffer.size();
  if (size > buffer.size()) return raise_value_error(t, "nbytes is greater than the length of the buffer");
  Address address;
  ssize n = TRY(receive_from(t, self, buffer.data(), size, flags, address));
  Owned from = TRY(address_object(t, address));
  return Owned(TRY(tuple_pack(t, Value::small_int_unchecked(n), from)));
}
Result<ssize> socket_send(Thread& t, Socket& self, BytesLike& data, int flags) {
  return transfer(t, self, POLLOUT, [&](int fd) { return send(fd, data.data(), static_cast<size_t>(data.size()), flags); });
}
Result<void> socket_sendall(Thread& t, Socket& self, BytesLike& data, int flags) {
  int64_t timeout = timeout_of(self);
  int64_t deadline = timeout > 0 ? monotonic_nanoseconds() + timeout : 0;
  for (ssize done = 0; done < data.size();) {
    if (timeout > 0 && monotonic_nanoseconds() > deadline) return raise_timed_out(t);
    done += TRY(transfer(t, self, POLLOUT, [&](int fd) { return send(fd, data.data() + done, static_cast<size_t>(data.size() - done), flags); }));
    TRY(poll(t));
  }
  return {};
}
Result<ssize> socket_sendto(Thread& t, Socket& self, BytesLike& data, Value a, Value b) {
  int flags = b.is_null() ? 0 : TRY(convert_int(t, a));
  Address address;
  TRY(read_address(t, self.family, b.is_null() ? a : b, "sendto", address));
  return transfer(t, self, POLLOUT, [&](int fd) { return sendto(fd, data.data(), static_cast<size_t>(data.size()), flags, address.get(), address.length); });
}

int socket_family(Thread&, Socket& self) { return self.family; }
int socket_kind(Thread&, Socket& self) { return self.kind; }
int socket_protocol(Thread&, Socket& self) { return self.protocol; }

constexpr MethodDef kSocketMethods[] = {
    method<&socket_accept>("_accept", "($self, /)", "Wait for an incoming connection."),
    method<&socket_bind>("bind", "($self, address, /)", "Bind the socket to a local address."),
    method<&socket_close>("close", "($self, /)", "Close the socket.  It cannot be used after this call."),
    method<&socket_connect>("connect", "($self, address, /)", "Connect the socket to a remote address."),
    method<&socket_connect_ex>("connect_ex", "($self, address, /)", "This is like connect(address), but returns an error code instead of raising an exception."),
    method<&socket_detach>("detach", "($self, /)", "Close the socket object without closing the underlying file descriptor."),
    method<&socket_fileno>("fileno", "($self, /)", "Return the integer file descriptor of the socket."),
    method<&socket_getpeername>("getpeername", "($self, /)", "Return the address of the remote endpoint."),
    method<&socket_getsockname>("getsockname", "($self, /)", "Return the address of the local endpoint."),
    method<&socket_getsockopt>("getsockopt", "($self, level, option, buffersize=0, /)", "Get a socket option."),
    method<&socket_setsockopt>("setsockopt", "($self, level, option, value, optlen=<unrepresentable>, /)", "Set a socket option."),
    method<&socket_listen>("listen", "($self, backlog=<unrepresentable>, /)", "Enable a server to accept connections."),
    method<&socket_recv>("recv", "($self, buffersize, flags=0, /)", "Receive up to buffersize bytes from the socket."),
    method<&socket_recv_into>("recv_into", "($self, /, buffer, nbytes=0, flags=0)", "Receive into a buffer; answers how many bytes."),
    method<&socket_recvfrom>("recvfrom", "($self, buffersize, flags=0, /)", "Like recv(buffersize, flags) but also return the sender's address info."),
    method<&socket_recvfrom_into>("recvfrom_into", "($self, /, buffer, nbytes=0, flags=0)", "Like recv_into() but also return the sender's address info."),
    method<&socket_send>("send", "($self, data, flags=0, /)", "Send a data string to the socket."),
    method<&socket_sendall>("sendall", "($self, data, flags=0, /)", "Send a data string to the socket, all of it."),
    method<&socket_sendto>("sendto", "($self, data, flags_or_address, address=<unrepresentable>, /)", "Like send(data, flags) but allows specifying the destination address."),
    method<&socket_setblocking>("setblocking", "($self, flag, /)", "Set the socket to blocking (flag is true) or non-blocking (false)."),
    method<&socket_getblocking>("getblocking", "($self, /)", "Returns True if socket is in blocking mode, or False if it is in non-blocking mode."),
    method<&socket_settimeout>("settimeout", "($self, timeout, /)", "Set a timeout on socket operations."),
    method<&socket_gettimeout>("gettimeout", "($self, /)", "Returns the timeout in seconds (float) associated with socket operations."),
    method<&socket_shutdown>("shutdown", "($self, flag, /)", "Shut down the reading side of the socket, the writing side, or both."),
    {}};
constexpr GetSetDef kSocketGetSet[] = {getter<&socket_family>("family", "the socket family"), getter<&socket_kind>("type", "the socket type"),
    getter<&socket_protocol>("proto", "the socket protocol"), getter<&socket_gettimeout>("timeout", "the socket timeout"), {}};
constexpr TypeOps kSocketOps = {.repr = &socket_repr,
    .init = initializer<"socket", "(family=<unrepresentable>, type=<unrepresentable>, proto=<unrepresentable>, fileno=None)", &socket_init>,
    .create = constructor<"socket", "(*args, **kwargs)", &socket_new>, .finalize = &socket_finalize};
constexpr TypeDef kSocketDef = {.name = "_socket.socket", .size = sizeof(Socket), .layout = {.flags = kHasFinalizer | kPromptType}, .ops = &kSocketOps,
    .methods = kSocketMethods, .getset = kSocketGetSet, .doc = "socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object"};

// --- functions ---

Result<void> module_close(Thread& t, int fd) {
  int r = detached(t, [&] { return close(fd); });
  if (r < 0 && errno != ECONNRESET) return raise_errno(t);
  return {};
}
Result<int> module_dup(Thread& t, int fd) {
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return raise_errno(t);
  return copy;
}
Result<Owned> module_socketpair(Thread& t, Opt<int> family, Opt<int> kind, int protocol) {
  int fds[2];
  if (socketpair(family ? family.value : AF_UNIX, (kind ? kind.value : SOCK_STREAM) | SOCK_CLOEXEC, protocol, fds) < 0) return raise_errno(t);
  Owned made[2];
  for (int i = 0; i < 2; i++) {
    Value arguments[] = {Value::small_int_unchecked(family ? family.value : AF_UNIX), Value::small_int_unchecked(kind ? kind.value : SOCK_STREAM),
                         Value::small_int_unchecked(protocol), Value::small_int_unchecked(fds[i])};
    auto s = call(t, Value(&socket_type), arguments, 4);
    if (!s.ok()) {
      close(fds[i]);
      if (i == 0) close(fds[1]);
      return Raised{};
    }
    made[i] = s.take();
  }
  return Owned(TRY(tuple_pack(t, made[0], made[1])));
}
Result<Owned> module_getdefaulttimeout(Thread& t) { return timeout_object(t, __atomic_load_n(&g_default_timeout, __ATOMIC_RELAXED)); }
Result<void> module_setdefaulttimeout(Thread& t, Value v) {
  __atomic_store_n(&g_default_timeout, TRY(read_timeout(t, v)), __ATOMIC_RELAXED);
  return {};
}
Result<ssize> module_CMSG_LEN(Thread& t, ssize length) {
  if (length < 0 || length > INT32_MAX) return raise_overflow_error(t, "CMSG_LEN() argument out of range");
  return static_cast<ssize>(CMSG_LEN(static_cast<size_t>(length)));
}
Result<ssize> module_CMSG_SPACE(Thread& t, ssize length) {
  if (length < 0 || length > INT32_MAX) return raise_overflow_error(t, "CMSG_SPACE() argument out of range");
  return static_cast<ssize>(CMSG_SPACE(static_cast<size_t>(length)));
}
constexpr MethodDef kModuleMethods[] = {
    function<&module_close>("close", "($module, fd, /)", "Close an integer socket file descriptor."),
    function<&module_dup>("dup", "($module, fd, /)", "Duplicate an integer socket file descriptor."),
    function<&module_socketpair>("socketpair", "($module, family=<unrepresentable>, type=<unrepresentable>, proto=0, /)", "Create a pair of socket objects."),
    function<&module_getdefaulttimeout>("getdefaulttimeout", "($module, /)", "Returns the default timeout in seconds (float) for new socket objects."),
    function<&module_setdefaulttimeout>("setdefaulttimeout", "($module, timeout, /)", "Set the default timeout in seconds (float) for new socket objects."),
    function<&module_CMSG_LEN>("CMSG_LEN", "($module, length, /)", "Control message length for associated data of that length."),
    function<&module_CMSG_SPACE>("CMSG_SPACE", "($module, length, /)", "Buffer size for an ancillary data item of that length."),
    {}};
Result<void> socket_exec(Thread& t, Module& m) {
  TRY(module_add_methods(t, m, kResolverMethods));
  TRY(module_add(t, m, "error", Value(&exc_OSError)));
  TRY(module_add(t, m, "timeout", Value(&exc_TimeoutError)));
  TRY(add_resolver(t, m));
  TRY(add_static_type(t, m, socket_type, kSocketDef));
  TRY(module_add(t, m, "SocketType", Value(&socket_type)));
  TRY(module_add(t, m, "has_ipv6", true_value()));
#define C(name) TRY(module_add_int(t, m, #name, static_cast<int64_t>(name)));
#include "modules/_socket_constants.def"
#undef C
  return {};
}
constexpr ModuleDef kSocketModule = {.name = "_socket", .doc = "Implementation module for socket operations.\n\nSee the socket module for documentation.", .methods = kModuleMethods, .exec = &socket_exec};
TY_MODULE(kSocketModule)

}  // namespace

}  // namespace ty::net
