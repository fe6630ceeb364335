// modules/_socket_resolve.cpp: _socket: addresses and name resolution. CPython: Modules/socketmodule.c.
#include <arpa/inet.h>
#include <cstring>
#include <net/if.h>
#include <netdb.h>
#include <string>
#include <unistd.h>

#include "modules/_socket.h"
#include "modules/new_exception.h"
#include "types/int.h"
#include "types/tuple.h"

namespace ty::net {

namespace {

GlobalSlot g_gaierror, g_herror;

Raised raise_resolver(Thread& t, GlobalSlot& type, int code, const char* text) {
  auto message = str_decode_filesystem(t, text);
  if (!message.ok()) return Raised{};
  Owned held = message.take();
  auto arguments = tuple_pack(t, Value::small_int_unchecked(code), held);
  if (!arguments.ok()) return Raised{};
  Ref<Tuple> pair = arguments.take();
  return raise_with_value(t, type.load().as<Type>(), pair);
}
Raised raise_gai(Thread& t, int code, int error) {
  if (code == EAI_SYSTEM) return raise_os_error(t, error);
  return raise_resolver(t, g_gaierror, code, gai_strerror(code));
}
Raised raise_host(Thread& t, int code) { return raise_resolver(t, g_herror, code, hstrerror(code)); }

/// A host name: str (ASCII, or through the idna codec), bytes or bytearray.
Result<std::string> host_text(Thread& t, Value v) {
  if (is_str(v)) {
    auto& s = *v.as<Str>();
    if (s.is_ascii()) return std::string(s.ascii(), static_cast<size_t>(s.length));
    Ref<Str> codec = TRY(str_from_ascii(t, "idna"));
    Owned bytes = TRY(call_method(t, v, NAME("encode"), codec));
    return std::string(bytes.value().as<Bytes>()->view());
  }
  if (is_bytes(v)) return std::string(v.as<Bytes>()->view());
  if (is_instance(v, ByteArray::type())) {
    BytesLike view;
    TRY(view.acquire(t, v));
    return std::string(view.view());
  }
  return raise_type_error(t, "str, bytes or bytearray expected, not %T", v);
}
Result<void> resolve_host(Thread& t, const std::string& host, int family, Address& out) {
  if (host.find('\0') != std::string::npos) return raise_type_error(t, "host name must not contain null character");
  if (host.empty()) {
    if (family == AF_INET6) {
      auto* a = reinterpret_cast<sockaddr_in6*>(&out.storage);
      a->sin6_family = AF_INET6;
      a->sin6_addr = in6addr_any;
      out.length = sizeof *a;
    } else {
      auto* a = reinterpret_cast<sockaddr_in*>(&out.storage);
      a->sin_family = AF_INET;
      a->sin_addr.s_addr = INADDR_ANY;
      out.length = sizeof *a;
    }
    return {};
  }
  if (family != AF_INET6) {
    auto* a = reinterpret_cast<sockaddr_in*>(&out.storage);
    bool broadcast = host == "<broadcast>" || host == "255.255.255.255";
    if (broadcast || inet_pton(AF_INET, host.c_str(), &a->sin_addr) == 1) {
      if (broadcast) a->sin_addr.s_addr = INADDR_BROADCAST;
      a->sin_family = AF_INET;
      out.length = sizeof *a;
      return {};
    }
  }
  if (family != AF_INET && host.find('%') == std::string::npos) {
    auto* a = reinterpret_cast<sockaddr_in6*>(&out.storage);
    if (inet_pton(AF_INET6, host.c_str(), &a->sin6_addr) == 1) {
      a->sin6_family = AF_INET6;
      out.length = sizeof *a;
      return {};
    }
  }
  addrinfo hints = {}, *found = nullptr;
  hints.ai_family = family;
  int code = detached(t, [&] { return getaddrinfo(host.c_str(), nullptr, &hints, &found); });
  if (code) return raise_gai(t, code, errno);
  out.length = found->ai_addrlen;
  std::memcpy(&out.storage, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  return {};
}
Result<Owned> ip_text(Thread& t, int family, const void* address) {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(family, address, text, sizeof text);
  return Owned(TRY(str_from_ascii(t, text)));
}
Result<int> read_port(Thread& t, Value v, const char* caller) {
  Owned index = TRY(number_index(t, v));
  bool fits;
  int64_t n = int_as_int64(index, &fits);
  if (!fits || n < 0 || n > 0xffff) return raise_overflow_error(t, "%s(): port must be 0-65535.", caller);
  return static_cast<int>(n);
}

Result<Owned> socket_getaddrinfo(Thread& t, Value host, Value port, int family, int kind, int protocol, int flags) {
  std::string host_name, service;
  bool no_host = is_none(host), no_service = is_none(port);
  if (!no_host) {
    if (!is_str(host) && !is_bytes(host)) return raise_type_error(t, "getaddrinfo() argument 1 must be string or None");
    host_name = TRY(host_text(t, host));
  }
  if (is_int(port)) {
    Owned text = TRY(int_to_str(t, port, 10));
    auto utf8 = TRY(str_utf8(t, *text.value().as<Str>()));
    service = std::string(utf8);
  } else if (is_str(port)) {
    auto utf8 = TRY(str_utf8(t, *port.as<Str>()));
    service = std::string(utf8);
  } else if (is_bytes(port)) {
    service = std::string(port.as<Bytes>()->view());
  } else if (!no_service) {
    return raise_format(t, &exc_OSError, "Int or String expected");
  }
  addrinfo hints = {}, *found = nullptr;
  hints.ai_family = family;
  hints.ai_socktype = kind;
  hints.ai_protocol = protocol;
  hints.ai_flags = flags;
  int code = detached(t, [&] { return getaddrinfo(no_host ? nullptr : host_name.c_str(), no_service ? nullptr : service.c_str(), &hints, &found); });
  if (code) return raise_gai(t, code, errno);
  auto build = [&]() -> Result<Owned> {
    Ref<List> list = TRY(list_new(t));
    for (addrinfo* a = found; a; a = a->ai_next) {
      Address address;
      address.length = a->ai_addrlen;
      std::memcpy(&address.storage, a->ai_addr, a->ai_addrlen);
      Owned object = TRY(address_object(t, address));
      Owned name = TRY(str_decode_filesystem(t, a->ai_canonname ? a->ai_canonname : ""));
      Ref<Tuple> entry = TRY(tuple_pack(t, Value::small_int_unchecked(a->ai_family), Value::small_int_unchecked(a->ai_socktype),
                                        Value::small_int_unchecked(a->ai_protocol), name, object));
      TRY(list_push(t, *list, entry));
    }
    return Owned(std::move(list));
  };
  auto result = build();
  freeaddrinfo(found);
  return result;
}
Result<Owned> socket_getnameinfo(Thread& t, Value address, int flags) {
  if (!is_instance(address, Tuple::type())) return raise_type_error(t, "getnameinfo() argument 1 must be a tuple");
  auto& tuple = *address.as<Tuple>();
  if (tuple.size < 2 || tuple.size > 4) return raise_type_error(t, "getnameinfo(): illegal sockaddr argument");
  std::string host = TRY(host_text(t, tuple.get(0)));
  int port = TRY(convert_int(t, tuple.get(1)));
  unsigned flow = tuple.size > 2 ? static_cast<unsigned>(TRY(convert_int64(t, tuple.get(2)))) : 0;
  unsigned scope = tuple.size > 3 ? static_cast<unsigned>(TRY(convert_int64(t, tuple.get(3)))) : 0;
  if (flow > 0xfffff) return raise_overflow_error(t, "getnameinfo(): flowinfo must be 0-1048575.");
  std::string service = std::to_string(port);
  addrinfo hints = {}, *found = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_NUMERICHOST;
  int code = detached(t, [&] { return getaddrinfo(host.c_str(), service.c_str(), &hints, &found); });
  if (code) return raise_gai(t, code, errno);
  if (found->ai_next) {
    freeaddrinfo(found);
    return raise_format(t, &exc_OSError, "sockaddr resolved to multiple addresses");
  }
  if (found->ai_family == AF_INET6) {
    auto* a = reinterpret_cast<sockaddr_in6*>(found->ai_addr);
    a->sin6_flowinfo = htonl(flow);
    a->sin6_scope_id = scope;
  }
  char host_out[NI_MAXHOST], service_out[NI_MAXSERV];
  code = detached(t, [&] { return getnameinfo(found->ai_addr, found->ai_addrlen, host_out, sizeof host_out, service_out, sizeof service_out, flags); });
  int error = errno;
  freeaddrinfo(found);
  if (code) return raise_gai(t, code, error);
  Owned a = TRY(str_decode_filesystem(t, host_out));
  Owned b = TRY(str_decode_filesystem(t, service_out));
  return Owned(TRY(tuple_pack(t, a, b)));
}
Result<Owned> socket_gethostbyname(Thread& t, Value host) {
  std::string name = TRY(host_text(t, host));
  Address address;
  TRY(resolve_host(t, name, AF_INET, address));
  return ip_text(t, AF_INET, &reinterpret_cast<sockaddr_in*>(&address.storage)->sin_addr);
}
Result<Owned> host_entry(Thread& t, const hostent& h) {
  Ref<List> aliases = TRY(list_new(t)), addresses = TRY(list_new(t));
  for (char** a = h.h_aliases; a && *a; a++) {
    Owned text = TRY(str_decode_filesystem(t, *a));
    TRY(list_push(t, *aliases, text));
  }
  for (char** a = h.h_addr_list; a && *a; a++) {
    Owned text = TRY(ip_text(t, h.h_addrtype, *a));
    TRY(list_push(t, *addresses, text));
  }
  Owned name = TRY(str_decode_filesystem(t, h.h_name));
  return Owned(TRY(tuple_pack(t, name, aliases, addresses)));
}
Result<Owned> socket_gethostbyname_ex(Thread& t, Value host) {
  std::string name = TRY(host_text(t, host));
  hostent entry, *found = nullptr;
  char buffer[16384];
  int code = 0;
  detached(t, [&] { return gethostbyname_r(name.c_str(), &entry, buffer, sizeof buffer, &found, &code); });
  if (!found) return raise_host(t, code);
  return host_entry(t, *found);
}
Result<Owned> socket_gethostbyaddr(Thread& t, Value host) {
  std::string name = TRY(host_text(t, host));
  Address address;
  TRY(resolve_host(t, name, AF_UNSPEC, address));
  int family = address.storage.ss_family;
  const void* raw = family == AF_INET6 ? static_cast<const void*>(&reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_addr)
                                       : &reinterpret_cast<sockaddr_in*>(&address.storage)->sin_addr;
  hostent entry, *found = nullptr;
  char buffer[16384];
  int code = 0;
  detached(t, [&] { return gethostbyaddr_r(raw, family == AF_INET6 ? 16 : 4, family, &entry, buffer, sizeof buffer, &found, &code); });
  if (!found) return raise_host(t, code);
  return host_entry(t, *found);
}
Result<Owned> socket_gethostname(Thread& t) {
  char text[256];
  if (gethostname(text, sizeof text) != 0) return raise_errno(t);
  text[255] = 0;
  return str_decode_filesystem(t, text);
}
Result<void> socket_sethostname(Thread& t, Value name) {
  Owned text = TRY(os_fsencode(t, name));
  auto view = text.value().as<Bytes>()->view();
  return check_call(t, sethostname(view.data(), view.size()));
}
Result<int> socket_getprotobyname(Thread& t, Str& name) {
  std::string text(TRY(str_utf8(t, name)));
  protoent entry, *found = nullptr;
  char buffer[4096];
  detached(t, [&] { return getprotobyname_r(text.c_str(), &entry, buffer, sizeof buffer, &found); });
  if (!found) return raise_format(t, &exc_OSError, "protocol not found");
  return found->p_proto;
}
Result<int> socket_getservbyname(Thread& t, Str& name, Opt<Str&> protocol) {
  std::string text(TRY(str_utf8(t, name))), kind;
  if (protocol) kind = std::string(TRY(str_utf8(t, *protocol)));
  servent entry, *found = nullptr;
  char buffer[4096];
  detached(t, [&] { return getservbyname_r(text.c_str(), protocol ? kind.c_str() : nullptr, &entry, buffer, sizeof buffer, &found); });
  if (!found) return raise_format(t, &exc_OSError, "service/proto not found");
  return static_cast<int>(ntohs(static_cast<uint16_t>(found->s_port)));
}
Result<Owned> socket_getservbyport(Thread& t, int port, Opt<Str&> protocol) {
  if (port < 0 || port > 0xffff) return raise_overflow_error(t, "getservbyport: port must be 0-65535.");
  std::string kind;
  if (protocol) kind = std::string(TRY(str_utf8(t, *protocol)));
  servent entry, *found = nullptr;
  char buffer[4096];
  detached(t, [&] { return getservbyport_r(htons(static_cast<uint16_t>(port)), protocol ? kind.c_str() : nullptr, &entry, buffer, sizeof buffer, &found); });
  if (!found) return raise_format(t, &exc_OSError, "port/proto not found");
  return str_decode_filesystem(t, found->s_name);
}

Result<uint32_t> read_uint(Thread& t, Value v, uint64_t limit, const char* function, const char* kind) {
  if (!is_int(v)) return raise_type_error(t, "expected int, %T found", v);
  bool fits;
  int64_t n = int_as_int64(v, &fits);
  if (int_sign(v) < 0) {
    if (limit == 0xffff) return raise_overflow_error(t, "%s: can't convert negative Python int to C 16-bit unsigned integer", function);
    return raise_overflow_error(t, "can't convert negative value to unsigned int");
  }
  if (!fits || static_cast<uint64_t>(n) > limit) {
    if (limit == 0xffff) return raise_overflow_error(t, "%s: Python int too large to convert to C 16-bit unsigned integer", function);
    return raise_overflow_error(t, "int larger than 32 bits");
  }
  return static_cast<uint32_t>(n);
}
Result<uint32_t> socket_ntohl(Thread& t, Value v) { return ntohl(TRY(read_uint(t, v, UINT32_MAX, "ntohl", ""))); }
Result<uint32_t> socket_htonl(Thread& t, Value v) { return htonl(TRY(read_uint(t, v, UINT32_MAX, "htonl", ""))); }
Result<uint32_t> socket_ntohs(Thread& t, Value v) { return uint32_t{ntohs(static_cast<uint16_t>(TRY(read_uint(t, v, 0xffff, "ntohs", ""))))}; }
Result<uint32_t> socket_htons(Thread& t, Value v) { return uint32_t{htons(static_cast<uint16_t>(TRY(read_uint(t, v, 0xffff, "htons", ""))))}; }

Result<Owned> socket_inet_aton(Thread& t, Str& text) {
  std::string s(TRY(str_utf8(t, text)));
  in_addr a;
  if (!inet_aton(s.c_str(), &a)) return raise_format(t, &exc_OSError, "illegal IP address string passed to inet_aton");
  return Owned(TRY(bytes_new(t, &a, 4)));
}
Result<Owned> socket_inet_ntoa(Thread& t, BytesLike& packed) {
  if (packed.size() != 4) return raise_format(t, &exc_OSError, "packed IP wrong length");
  return ip_text(t, AF_INET, packed.data());
}
Result<Owned> socket_inet_pton(Thread& t, int family, Str& text) {
  std::string s(TRY(str_utf8(t, text)));
  char out[16];
  int r = inet_pton(family, s.c_str(), out);
  if (r < 0) return raise_errno(t);
  if (r == 0) return raise_format(t, &exc_OSError, "illegal IP address string passed to inet_pton");
  return Owned(TRY(bytes_new(t, out, family == AF_INET6 ? 16 : 4)));
}
Result<Owned> socket_inet_ntop(Thread& t, int family, BytesLike& packed) {
  if (family != AF_INET && family != AF_INET6) return raise_value_error(t, "unknown address family %d", family);
  if (packed.size() != (family == AF_INET ? 4 : 16)) return raise_value_error(t, "invalid length of packed IP address string");
  return ip_text(t, family, packed.data());
}
Result<int> socket_if_nametoindex(Thread& t, Value name) {
  Owned text = TRY(os_fsencode(t, name));
  unsigned n = if_nametoindex(text.value().as<Bytes>()->data());
  if (!n) return raise_format(t, &exc_OSError, "no interface with this name");
  return static_cast<int>(n);
}
Result<Owned> socket_if_indextoname(Thread& t, int index) {
  char name[IF_NAMESIZE + 1];
  if (!if_indextoname(static_cast<unsigned>(index), name)) return raise_errno(t);
  return str_decode_filesystem(t, name);
}
Result<Owned> socket_if_nameindex(Thread& t) {
  struct if_nameindex* all = if_nameindex();
  if (!all) return raise_errno(t);
  auto build = [&]() -> Result<Owned> {
    Ref<List> list = TRY(list_new(t));
    for (auto* i = all; i->if_index; i++) {
      Owned name = TRY(str_decode_filesystem(t, i->if_name));
      Ref<Tuple> pair = TRY(tuple_pack(t, Value::small_int_unchecked(i->if_index), name));
      TRY(list_push(t, *list, pair));
    }
    return Owned(std::move(list));
  };
  auto result = build();
  if_freenameindex(all);
  return result;
}

}  // namespace

Result<Owned> address_object(Thread& t, const Address& address) {
  if (address.length == 0) return owned_none();
  switch (address.storage.ss_family) {
    case AF_INET: {
      auto* a = reinterpret_cast<const sockaddr_in*>(&address.storage);
      Owned host = TRY(ip_text(t, AF_INET, &a->sin_addr));
      return Owned(TRY(tuple_pack(t, host, Value::small_int_unchecked(ntohs(a->sin_port)))));
    }
    case AF_INET6: {
      auto* a = reinterpret_cast<const sockaddr_in6*>(&address.storage);
      Owned host = TRY(ip_text(t, AF_INET6, &a->sin6_addr));
      return Owned(TRY(tuple_pack(t, host, Value::small_int_unchecked(ntohs(a->sin6_port)), Value::small_int_unchecked(ntohl(a->sin6_flowinfo)),
                                  Value::small_int_unchecked(a->sin6_scope_id))));
    }
    case AF_UNIX: {
      auto* a = reinterpret_cast<const sockaddr_un*>(&address.storage);
      size_t n = address.length - offsetof(sockaddr_un, sun_path);
      if (n > 0 && a->sun_path[0] == 0) return Owned(TRY(bytes_new(t, a->sun_path, static_cast<ssize>(n))));
      return str_decode_filesystem(t, std::string_view(a->sun_path, strnlen(a->sun_path, n)));
    }
    default: {
      Ref<Bytes> data = TRY(bytes_new(t, address.get()->sa_data, static_cast<ssize>(address.length) - 2));
      return Owned(TRY(tuple_pack(t, Value::small_int_unchecked(address.storage.ss_family), data)));
    }
  }
}

Result<void> read_address(Thread& t, int family, Value v, const char* caller, Address& out) {
  if (family == AF_UNIX) {
    std::string path;
    if (is_str(v)) {
      Owned bytes = TRY(str_encode_filesystem(t, *v.as<Str>()));
      path = std::string(bytes.value().as<Bytes>()->view());
    } else {
      BytesLike view;
      TRY(view.acquire(t, v));
      path = std::string(view.view());
    }
    auto* a = reinterpret_cast<sockaddr_un*>(&out.storage);
    bool abstract_name = !path.empty() && path[0] == 0;
    if (path.size() + (abstract_name ? 0 : 1) > sizeof a->sun_path) return raise_format(t, &exc_OSError, "AF_UNIX path too long");
    a->sun_family = AF_UNIX;
    std::memcpy(a->sun_path, path.data(), path.size());
    out.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (abstract_name ? 0 : 1));
    return {};
  }
  if (family != AF_INET && family != AF_INET6) return raise_format(t, &exc_OSError, "%s(): bad family", caller);
  if (!is_instance(v, Tuple::type())) {
    return raise_type_error(t, "%s(): %s address must be tuple, not %.500T", caller, family == AF_INET ? "AF_INET" : "AF_INET6", v);
  }
  auto& tuple = *v.as<Tuple>();
  if (family == AF_INET && tuple.size != 2) return raise_type_error(t, "%s(): AF_INET address must be a pair (host, port)", caller);
  if (family == AF_INET6 && (tuple.size < 2 || tuple.size > 4)) {
    return raise_type_error(t, "%s(): AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])", caller);
  }
  std::string host = TRY(host_text(t, tuple.get(0)));
  int port = TRY(read_port(t, tuple.get(1), caller));
  TRY(resolve_host(t, host, family, out));
  if (family == AF_INET) {
    reinterpret_cast<sockaddr_in*>(&out.storage)->sin_port = htons(static_cast<uint16_t>(port));
    return {};
  }
  auto* a = reinterpret_cast<sockaddr_in6*>(&out.storage);
  a->sin6_port = htons(static_cast<uint16_t>(port));
  if (tuple.size > 2) {
    int64_t flow = TRY(convert_int64(t, tuple.get(2)));
    if (flow < 0 || flow > 0xfffff) return raise_overflow_error(t, "%s(): flowinfo must be 0-1048575.", caller);
    a->sin6_flowinfo = htonl(static_cast<uint32_t>(flow));
  }
  if (tuple.size > 3) a->sin6_scope_id = static_cast<uint32_t>(TRY(convert_int64(t, tuple.get(3))));
  return {};
}

Result<void> add_resolver(Thread& t, Module& m) {
  TRY(module_add_exception(t, m, g_gaierror, "socket", "gaierror", Value(&exc_OSError), nullptr));
  return module_add_exception(t, m, g_herror, "socket", "herror", Value(&exc_OSError), nullptr);
}

constexpr MethodDef kResolverMethods[] = {
    function<&socket_getaddrinfo>("getaddrinfo", "($module, /, host, port, family=0, type=0, proto=0, flags=0)", "Resolve host and port into addrinfo struct."),
    function<&socket_getnameinfo>("getnameinfo", "($module, sockaddr, flags, /)", "Get host and port for a sockaddr."),
    function<&socket_gethostbyname>("gethostbyname", "($module, host, /)", "Return the IP address (a string of the form '255.255.255.255') for a host."),
    function<&socket_gethostbyname_ex>("gethostbyname_ex", "($module, host, /)", "Return the true host name, a list of aliases, and a list of IP addresses, for a host."),
    function<&socket_gethostbyaddr>("gethostbyaddr", "($module, host, /)", "Return the true host name, a list of aliases, and a list of IP addresses, for a host."),
    function<&socket_gethostname>("gethostname", "($module, /)", "Return the current host name."),
    function<&socket_sethostname>("sethostname", "($module, name, /)", "Sets the hostname to name."),
    function<&socket_getprotobyname>("getprotobyname", "($module, name, /)", "Return the protocol number for the named protocol."),
    function<&socket_getservbyname>("getservbyname", "($module, servicename, protocolname=<unrepresentable>, /)", "Return a port number from a service name and protocol name."),
    function<&socket_getservbyport>("getservbyport", "($module, port, protocolname=<unrepresentable>, /)", "Return the service name from a port number and protocol name."),
    function<&socket_ntohs>("ntohs", "($module, x, /)", "Convert a 16-bit unsigned integer from network to host byte order."),
    function<&socket_htons>("htons", "($module, x, /)", "Convert a 16-bit unsigned integer from host to network byte order."),
    function<&socket_ntohl>("ntohl", "($module, x, /)", "Convert a 32-bit integer from network to host byte order."),
    function<&socket_htonl>("htonl", "($module, x, /)", "Convert a 32-bit integer from host to network byte order."),
    function<&socket_inet_aton>("inet_aton", "($module, ip_addr, /)", "Convert an IP address in string format to the 32-bit packed binary format."),
    function<&socket_inet_ntoa>("inet_ntoa", "($module, packed_ip, /)", "Convert an IP address from 32-bit packed binary format to string format."),
    function<&socket_inet_pton>("inet_pton", "($module, af, ip, /)", "Convert an IP address from string format to a packed string."),
    function<&socket_inet_ntop>("inet_ntop", "($module, af, packed_ip, /)", "Convert a packed IP address of the given family to string format."),
    function<&socket_if_nametoindex>("if_nametoindex", "($module, oname, /)", "Returns the interface index corresponding to the interface name if_name."),
    function<&socket_if_indextoname>("if_indextoname", "($module, if_index, /)", "Returns the interface name corresponding to the interface index if_index."),
    function<&socket_if_nameindex>("if_nameindex", "($module, /)", "Returns a list of network interface information (index, name) tuples."),
    {}};

}  // namespace ty::net
