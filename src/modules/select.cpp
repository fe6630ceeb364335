// modules/select.cpp: the select module: select, poll, epoll. CPython: Modules/selectmodule.c.
//
// Threads     a poll object's descriptors are read and written under its lock; poll() works on a copy (a second concurrent poll() raises, as CPython
//             does). An epoll object holds its descriptor in an atomic.
#include <algorithm>
#include <climits>
#include <map>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>
#include <vector>

#include "base/clock.h"
#include "modules/posix_path.h"
#include "modules/static_type.h"
#include "modules/time_value.h"
#include "types/float.h"
#include "types/int.h"
#include "types/tuple.h"

namespace ty {

namespace {

Type poll_type, epoll_type;

struct FdList {
  std::vector<int> fds;
  std::vector<Owned> objects;  // counted
};
Result<void> read_fds(Thread& t, Value sequence, FdList& out, fd_set* set, int* highest) {
  FD_ZERO(set);
  auto made = tuple_from_iterable_rpy(t, sequence);
  if (!made.ok()) {
    if (exception_matches(t, &exc_TypeError)) {
      clear_exception(t);
      return raise_type_error(t, "arguments 1-3 must be sequences");
    }
    return Raised{};
  }
  Ref<Tuple> items = made.take();
  for (ssize i = 0; i < items->size; i++) {
    int fd = TRY(file_descriptor_of(t, items->get(i)));
    if (fd >= FD_SETSIZE) return raise_value_error(t, "filedescriptor out of range in select()");
    FD_SET(fd, set);
    *highest = std::max(*highest, fd);
    out.fds.push_back(fd);
    out.objects.push_back(dup(items->get(i)));
  }
  return {};
}
Result<Ref<List>> ready_list(Thread& t, const FdList& list, const fd_set& set) {
  Ref<List> result = TRY(list_new(t));
  for (size_t i = 0; i < list.fds.size(); i++) {
    if (FD_ISSET(list.fds[i], &set)) TRY(list_push(t, *result, list.objects[i]));
  }
  return result;
}
/// Nanoseconds; -1: for ever.
Result<int64_t> read_timeout(Thread& t, Value v, bool in_milliseconds) {
  if (v.is_null() || is_none(v)) return int64_t{-1};
  if (!is_int(v) && !is_float(v) && !ops_of(v).index && !ops_of(v).to_float) {
    return raise_type_error(t, in_milliseconds ? "timeout must be an integer or None" : "timeout must be a float or None");
  }
  if (!in_milliseconds) return seconds_to_nanoseconds(t, v, Rounding::kCeiling);
  double ms = TRY(number_as_double(t, v));
  if (ms != ms) return raise_value_error(t, "Invalid value NaN (not a number)");
  if (ms > INT_MAX) return raise_overflow_error(t, "timeout is too large");
  return ms < 0 ? int64_t{-1} : static_cast<int64_t>(ms * 1e6);
}
Result<Owned> select_select(Thread& t, Value readers, Value writers, Value exceptional, Value timeout) {
  int64_t wait = TRY(read_timeout(t, timeout, false));
  if (!is_none(timeout) && wait < 0) return raise_value_error(t, "timeout must be non-negative");
  FdList lists[3];
  fd_set sets[3], work[3];
  int highest = -1;
  Value sequences[] = {readers, writers, exceptional};
  for (int i = 0; i < 3; i++) TRY(read_fds(t, sequences[i], lists[i], &sets[i], &highest));
  int64_t deadline = wait < 0 ? 0 : monotonic_nanoseconds() + wait;
  int r;
  while (true) {
    std::copy(sets, sets + 3, work);
    timeval tv = {wait / 1000000000, (wait % 1000000000 + 999) / 1000};
    if (tv.tv_usec >= 1000000) tv.tv_sec++, tv.tv_usec = 0;
    r = detached(t, [&] { return select(highest + 1, &work[0], &work[1], &work[2], wait < 0 ? nullptr : &tv); });
    if (r >= 0) break;
    if (errno != EINTR) return raise_errno(t);
    TRY(poll(t));
    if (wait >= 0) {
      wait = deadline - monotonic_nanoseconds();
      if (wait < 0) {
        for (fd_set& set : work) FD_ZERO(&set);
        break;
      }
    }
  }
  Ref<List> a = TRY(ready_list(t, lists[0], work[0]));
  Ref<List> b = TRY(ready_list(t, lists[1], work[1]));
  Ref<List> c = TRY(ready_list(t, lists[2], work[2]));
  return Owned(TRY(tuple_pack(t, a, b, c)));
}

/// Milliseconds for poll and epoll_wait, rounded up.
int to_milliseconds(int64_t ns) {
  if (ns < 0) return -1;
  int64_t ms = (ns + 999999) / 1000000;
  return ms > INT_MAX ? INT_MAX : static_cast<int>(ms);
}

// --- poll ---

struct Poll : Object {
  std::map<int, short>* events;  // [lock]
  bool running;                  // [atomic]
  static Type* type() { return &poll_type; }
};
void poll_release(Object* o) { delete static_cast<Poll*>(o)->events; }
Result<Owned> select_poll(Thread& t) {
  Ref<Poll> self = TRY(make_object<Poll>(t));
  self->events = new std::map<int, short>();
  return Owned(std::move(self));
}
Result<short> read_events(Thread& t, Value v) {
  bool fits;
  Owned index = TRY(number_index(t, v));
  int64_t n = int_as_int64(index, &fits);
  if (int_sign(index) < 0) return raise_value_error(t, "value must be positive");
  if (!fits || n > USHRT_MAX) return raise_overflow_error(t, "Python int too large to convert to C unsigned short");
  return static_cast<short>(n);
}
Result<void> poll_register(Thread& t, Poll& self, Fildes fd, Value mask) {
  short events = mask.is_null() ? POLLIN | POLLPRI | POLLOUT : TRY(read_events(t, mask));
  CriticalSection section(t, &self);
  (*self.events)[fd.fd] = events;
  return {};
}
Result<void> poll_modify(Thread& t, Poll& self, Fildes fd, Value mask) {
  short events = TRY(read_events(t, mask));
  bool found;
  {
    CriticalSection section(t, &self);
    auto it = self.events->find(fd.fd);
    found = it != self.events->end();
    if (found) it->second = events;
  }
  if (!found) return raise_os_error(t, ENOENT);
  return {};
}
Result<void> poll_unregister(Thread& t, Poll& self, Fildes fd) {
  bool found;
  {
    CriticalSection section(t, &self);
    found = self.events->erase(fd.fd) > 0;
  }
  if (!found) return raise_key_error(t, Value::small_int_unchecked(fd.fd));
  return {};
}
Result<Owned> poll_wait(Thread& t, Poll& self, Value timeout, std::vector<pollfd>& fds) {
  int64_t wait = TRY(read_timeout(t, timeout, true));
  int64_t deadline = wait < 0 ? 0 : monotonic_nanoseconds() + wait;
  {
    CriticalSection section(t, &self);
    for (auto [fd, events] : *self.events) fds.push_back({fd, events, 0});
  }
  while (true) {
    int r = detached(t, [&] { return ::poll(fds.data(), fds.size(), to_milliseconds(wait)); });
    if (r >= 0) break;
    if (errno != EINTR) return raise_errno(t);
    TRY(poll(t));
    if (wait >= 0) wait = std::max<int64_t>(0, deadline - monotonic_nanoseconds());
  }
  Ref<List> result = TRY(list_new(t));
  for (const pollfd& p : fds) {
    if (!p.revents) continue;
    Ref<Tuple> pair = TRY(tuple_pack(t, Value::small_int_unchecked(p.fd), Value::small_int_unchecked(static_cast<uint16_t>(p.revents))));
    TRY(list_push(t, *result, pair));
  }
  return Owned(std::move(result));
}
Result<Owned> poll_poll(Thread& t, Poll& self, Value timeout) {
  if (__atomic_exchange_n(&self.running, true, __ATOMIC_ACQUIRE)) return raise_runtime_error(t, "concurrent poll() invocation");
  std::vector<pollfd> fds;
  auto result = poll_wait(t, self, timeout, fds);
  __atomic_store_n(&self.running, false, __ATOMIC_RELEASE);
  return result;
}
constexpr MethodDef kPollMethods[] = {
    method<&poll_register>("register", "($self, fd, eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /)", "Register a file descriptor with the polling object."),
    method<&poll_modify>("modify", "($self, fd, eventmask, /)", "Modify an already registered file descriptor."),
    method<&poll_unregister>("unregister", "($self, fd, /)", "Remove a file descriptor being tracked by the polling object."),
    method<&poll_poll>("poll", "($self, timeout=None, /)", "Polls the set of registered file descriptors."),
    {}};
constexpr TypeDef kPollDef = {.name = "select.poll", .size = sizeof(Poll), .flags = kTypeDisallowInstantiation, .layout = {.release = &poll_release}, .methods = kPollMethods};

// --- epoll ---

struct Epoll : Object {
  int fd;  // [atomic] -1: closed
  static Type* type() { return &epoll_type; }
};
int descriptor(const Epoll& self) { return __atomic_load_n(&self.fd, __ATOMIC_RELAXED); }
Raised raise_epoll_closed(Thread& t) { return raise_value_error(t, "I/O operation on closed epoll object"); }
void epoll_release(Object* o) {
  int fd = static_cast<Epoll*>(o)->fd;
  if (fd >= 0) close(fd);
}
Result<Owned> epoll_new(Thread& t, Type& type, Value size, int flags) {
  int64_t n = size.is_null() ? -1 : TRY(convert_int(t, size));
  if (n < -1 || n == 0) return raise_value_error(t, "negative sizehint");
  if (flags && flags != EPOLL_CLOEXEC) return raise_os_error(t, EINVAL);
  Ref<Epoll> self = TRY(make_object<Epoll>(t, &type));
  self->fd = epoll_create1(EPOLL_CLOEXEC);
  if (self->fd < 0) return raise_errno(t);
  return Owned(std::move(self));
}
Result<void> epoll_close(Thread& t, Epoll& self) {
  int fd = __atomic_exchange_n(&self.fd, -1, __ATOMIC_ACQ_REL);
  if (fd < 0) return {};
  return check_call(t, detached(t, [&] { return close(fd); }));
}
bool epoll_closed(Thread&, Epoll& self) { return descriptor(self) < 0; }
Result<int> epoll_fileno(Thread& t, Epoll& self) {
  if (descriptor(self) < 0) return raise_epoll_closed(t);
  return descriptor(self);
}
Result<Owned> epoll_fromfd(Thread& t, Type& type, int fd) {
  Ref<Epoll> self = TRY(make_object<Epoll>(t, &type));
  self->fd = fd;
  return Owned(std::move(self));
}
Result<void> epoll_control(Thread& t, Epoll& self, int operation, int fd, uint32_t events) {
  int epfd = descriptor(self);
  if (epfd < 0) return raise_epoll_closed(t);
  epoll_event event = {};
  event.events = events;
  event.data.fd = fd;
  return check_call(t, detached(t, [&] { return epoll_ctl(epfd, operation, fd, &event); }));
}
Result<uint32_t> epoll_events(Thread& t, Value v) {
  Owned index = TRY(number_index(t, v));
  return static_cast<uint32_t>(int_low_bits(index));
}
Result<void> epoll_register(Thread& t, Epoll& self, Fildes fd, Value mask) {
  uint32_t events = mask.is_null() ? static_cast<uint32_t>(EPOLLIN | EPOLLPRI | EPOLLOUT) : TRY(epoll_events(t, mask));
  return epoll_control(t, self, EPOLL_CTL_ADD, fd.fd, events);
}
Result<void> epoll_modify(Thread& t, Epoll& self, Fildes fd, Value mask) {
  uint32_t events = TRY(epoll_events(t, mask));
  return epoll_control(t, self, EPOLL_CTL_MOD, fd.fd, events);
}
Result<void> epoll_unregister(Thread& t, Epoll& self, Fildes fd) { return epoll_control(t, self, EPOLL_CTL_DEL, fd.fd, 0); }
Result<Owned> epoll_poll(Thread& t, Epoll& self, Value timeout, int maximum) {
  int epfd = descriptor(self);
  if (epfd < 0) return raise_epoll_closed(t);
  int64_t wait = TRY(read_timeout(t, timeout, false));
  if (wait < 0) wait = -1;
  if (maximum == -1) maximum = FD_SETSIZE - 1;
  if (maximum < 1) return raise_value_error(t, "maxevents must be greater than 0, got %d", maximum);
  std::vector<epoll_event> events(static_cast<size_t>(maximum));
  int64_t deadline = wait < 0 ? 0 : monotonic_nanoseconds() + wait;
  int n;
  while (true) {
    n = detached(t, [&] { return epoll_wait(epfd, events.data(), maximum, to_milliseconds(wait)); });
    if (n >= 0) break;
    if (errno != EINTR) return raise_errno(t);
    TRY(poll(t));
    if (wait >= 0) wait = std::max<int64_t>(0, deadline - monotonic_nanoseconds());
  }
  Ref<List> result = TRY(list_new(t, n));
  for (int i = 0; i < n; i++) {
    Ref<Tuple> pair = TRY(tuple_pack(t, Value::small_int_unchecked(events[static_cast<size_t>(i)].data.fd),
                                     Value::small_int_unchecked(events[static_cast<size_t>(i)].events)));
    TRY(list_push(t, *result, pair));
  }
  return Owned(std::move(result));
}
Result<Owned> epoll_enter(Thread& t, Epoll& self) {
  if (descriptor(self) < 0) return raise_epoll_closed(t);
  return borrow_or_dup(Value(&self));
}
Result<void> epoll_exit(Thread& t, Epoll& self, Args) { return epoll_close(t, self); }
constexpr MethodDef kEpollMethods[] = {
    class_method<&epoll_fromfd>("fromfd", "($type, fd, /)", "Create an epoll object from a given control fd."),
    method<&epoll_close>("close", "($self, /)", "Close the epoll control file descriptor."),
    method<&epoll_fileno>("fileno", "($self, /)", "Return the epoll control file descriptor."),
    method<&epoll_register>("register", "($self, /, fd, eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)", "Registers a new fd or raises an OSError if the fd is already registered."),
    method<&epoll_modify>("modify", "($self, /, fd, eventmask)", "Modify event mask for a registered file descriptor."),
    method<&epoll_unregister>("unregister", "($self, /, fd)", "Remove a registered file descriptor from the epoll object."),
    method<&epoll_poll>("poll", "($self, /, timeout=None, maxevents=-1)", "Wait for events on the epoll file descriptor."),
    method<&epoll_enter>("__enter__", "($self, /)", nullptr),
    method<&epoll_exit>("__exit__", "($self, *args)", nullptr),
    {}};
constexpr GetSetDef kEpollGetSet[] = {getter<&epoll_closed>("closed", "True if the epoll handler is closed"), {}};
constexpr TypeOps kEpollOps = {.create = constructor<"epoll", "(sizehint=-1, flags=0)", &epoll_new>};
constexpr TypeDef kEpollDef = {.name = "select.epoll", .size = sizeof(Epoll), .flags = 0, .layout = {.flags = kPromptType, .release = &epoll_release}, .ops = &kEpollOps,
                               .methods = kEpollMethods, .getset = kEpollGetSet, .doc = "Returns an epolling object.", .text_signature = "(sizehint=-1, flags=0)"};

constexpr MethodDef kSelectMethods[] = {
    function<&select_select>("select", "($module, rlist, wlist, xlist, timeout=None, /)", "Wait until one or more file descriptors are ready for some kind of I/O."),
    function<&select_poll>("poll", "($module, /)", "Returns a polling object."),
    {}};
Result<void> select_exec(Thread& t, Module& m) {
  TRY(module_add(t, m, "error", Value(&exc_OSError)));
  TRY(ready_static_type(t, poll_type, kPollDef));
  TRY(add_static_type(t, m, epoll_type, kEpollDef));
#define C(name) TRY(module_add_int(t, m, #name, static_cast<int64_t>(static_cast<uint32_t>(name))));
  C(PIPE_BUF) C(POLLIN) C(POLLPRI) C(POLLOUT) C(POLLERR) C(POLLHUP) C(POLLNVAL) C(POLLRDNORM) C(POLLRDBAND) C(POLLWRNORM) C(POLLWRBAND) C(POLLMSG) C(POLLRDHUP)
  C(EPOLLIN) C(EPOLLOUT) C(EPOLLPRI) C(EPOLLERR) C(EPOLLHUP) C(EPOLLRDHUP) C(EPOLLET) C(EPOLLONESHOT) C(EPOLLEXCLUSIVE) C(EPOLLRDNORM) C(EPOLLRDBAND)
  C(EPOLLWRNORM) C(EPOLLWRBAND) C(EPOLLMSG) C(EPOLL_CLOEXEC)
#undef C
  return {};
}
constexpr ModuleDef kSelectModule = {.name = "select", .doc = "This module supports asynchronous I/O on multiple file descriptors.\n\n*** IMPORTANT NOTICE ***\nOn Windows, only sockets are supported; on Unix, all file descriptors.",
                                     .methods = kSelectMethods, .exec = &select_exec};
TY_MODULE(kSelectModule)

}  // namespace

}  // namespace ty
