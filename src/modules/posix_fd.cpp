// modules/posix_fd.cpp: posix: descriptors. CPython: Modules/posixmodule.c.
#include <algorithm>
#include <climits>
#include <pty.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "base/clock.h"
#include "modules/posix.h"
#include "modules/time_value.h"
#include "types/float.h"
#include "types/int.h"
#include "types/tuple.h"

namespace ty::posix {

namespace {


Result<void> set_inheritable_flag(Thread& t, int fd, bool inheritable) {
  int flags = fcntl(fd, F_GETFD);
  if (flags < 0) return raise_errno(t);
  int wanted = inheritable ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC;
  if (wanted != flags && fcntl(fd, F_SETFD, wanted) < 0) return raise_errno(t);
  return {};
}

Result<int> posix_open(Thread& t, Path& path, int flags, int mode, DirFd dir) {
  ssize fd = TRY(retry_detached(t, [&] { return openat(dir.fd, path.c_str(), flags | O_CLOEXEC, mode); }));
  if (fd < 0) return raise_errno(t, path);
  return static_cast<int>(fd);
}
Result<void> posix_close(Thread& t, int fd) {
  int r = detached(t, [&] { return close(fd); });
  if (r < 0 && errno != EINTR) return raise_errno(t);
  return {};
}
void posix_closerange(Thread& t, int low, int high) {
  if (low >= high) return;
  low = std::max(low, 0);
  detached(t, [&] {
    if (high > low) close_range(static_cast<unsigned>(low), static_cast<unsigned>(high - 1), 0);
    return 0;
  });
}
Result<int> posix_dup(Thread& t, int fd) {
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return raise_errno(t);
  return copy;
}
Result<int> posix_dup2(Thread& t, int fd, int fd2, bool inheritable) {
  if (fd < 0 || fd2 < 0) return raise_os_error(t, EBADF);
  int r = detached(t, [&] { return inheritable ? ::dup2(fd, fd2) : dup3(fd, fd2, O_CLOEXEC); });
  if (r < 0 && !inheritable && errno == EINVAL && fd == fd2) {
    TRY(set_inheritable_flag(t, fd2, false));
    return fd2;
  }
  if (r < 0) return raise_errno(t);
  return r;
}

Result<Owned> read_bytes(Thread& t, ssize length, auto&& read_into) {
  if (length < 0) return raise_os_error(t, EINVAL);
  char small[8192];
  RawBytes large;
  char* data = length <= static_cast<ssize>(sizeof small) ? small : TRY(large.allocate(t, length));
  ssize n = TRY(retry_detached(t, [&] { return read_into(data, static_cast<size_t>(length)); }));
  if (n < 0) return raise_errno(t);
  return Owned(TRY(bytes_new(t, data, n)));
}
Result<Owned> posix_read(Thread& t, int fd, ssize length) {
  return read_bytes(t, length, [&](char* data, size_t n) { return read(fd, data, n); });
}
Result<Owned> posix_pread(Thread& t, int fd, ssize length, int64_t offset) {
  return read_bytes(t, length, [&](char* data, size_t n) { return pread(fd, data, n, offset); });
}
Result<ssize> count_or_raise(Thread& t, ssize n) {
  if (n < 0) return raise_errno(t);
  return n;
}
Result<ssize> posix_write(Thread& t, int fd, BytesLike& data) {
  return count_or_raise(t, TRY(retry_detached(t, [&] { return write(fd, data.data(), static_cast<size_t>(data.size())); })));
}
Result<ssize> posix_pwrite(Thread& t, int fd, BytesLike& data, int64_t offset) {
  return count_or_raise(t, TRY(retry_detached(t, [&] { return pwrite(fd, data.data(), static_cast<size_t>(data.size()), offset); })));
}

/// Buffers of a sequence as iovecs.
class Vectors {
 public:
  Vectors() = default;
  Vectors(const Vectors&) = delete;
  ~Vectors() { delete[] views_; }
  Result<void> acquire(Thread& t, const char* function, Value sequence, int flags) {
    if (!is_sequence(sequence)) return raise_type_error(t, "%s() arg 2 must be a sequence", function);
    ssize n = TRY(object_length(t, sequence));
    views_ = new BytesLike[static_cast<size_t>(n) + 1];
    for (ssize i = 0; i < n; i++) {
      Owned item = TRY(sequence_get(t, sequence, i));
      TRY(views_[i].acquire(t, item, flags));
      items_.push_back({views_[i].data(), static_cast<size_t>(views_[i].size())});
    }
    return {};
  }
  const iovec* data() const { return items_.data(); }
  int count() const { return static_cast<int>(items_.size()); }

 private:
  BytesLike* views_ = nullptr;
  std::vector<iovec> items_;
};
Result<ssize> posix_readv(Thread& t, int fd, Value buffers) {
  Vectors v;
  TRY(v.acquire(t, "readv", buffers, kBufferWritable));
  return count_or_raise(t, TRY(retry_detached(t, [&] { return readv(fd, v.data(), v.count()); })));
}
Result<ssize> posix_writev(Thread& t, int fd, Value buffers) {
  Vectors v;
  TRY(v.acquire(t, "writev", buffers, kBufferSimple));
  return count_or_raise(t, TRY(retry_detached(t, [&] { return writev(fd, v.data(), v.count()); })));
}
Result<ssize> posix_preadv(Thread& t, int fd, Value buffers, int64_t offset, int flags) {
  Vectors v;
  TRY(v.acquire(t, "preadv", buffers, kBufferWritable));
  return count_or_raise(t, TRY(retry_detached(t, [&] { return preadv2(fd, v.data(), v.count(), offset, flags); })));
}
Result<ssize> posix_pwritev(Thread& t, int fd, Value buffers, int64_t offset, int flags) {
  Vectors v;
  TRY(v.acquire(t, "pwritev", buffers, kBufferSimple));
  return count_or_raise(t, TRY(retry_detached(t, [&] { return pwritev2(fd, v.data(), v.count(), offset, flags); })));
}

Result<Owned> posix_lseek(Thread& t, int fd, int64_t position, int how) {
  off_t at = detached(t, [&] { return lseek(fd, position, how); });
  if (at < 0) return raise_errno(t);
  return int_from_int64(t, at);
}
Result<void> posix_ftruncate(Thread& t, int fd, int64_t length) { return check_call(t, TRY(retry_detached(t, [&] { return ftruncate(fd, length); }))); }
Result<void> posix_fsync(Thread& t, Fildes fd) { return check_call(t, TRY(retry_detached(t, [&] { return fsync(fd.fd); }))); }
Result<void> posix_fdatasync(Thread& t, Fildes fd) { return check_call(t, TRY(retry_detached(t, [&] { return fdatasync(fd.fd); }))); }
void posix_sync(Thread& t) {
  detached(t, [] {
    sync();
    return 0;
  });
}
Result<void> posix_lockf(Thread& t, int fd, int command, int64_t length) { return check_call(t, detached(t, [&] { return lockf(fd, command, length); })); }
Result<void> posix_posix_fallocate(Thread& t, int fd, int64_t offset, int64_t length) {
  while (true) {
    int error = detached(t, [&] { return posix_fallocate(fd, offset, length); });
    if (error == 0) return {};
    if (error != EINTR) return raise_os_error(t, error);
    TRY(poll(t));
  }
}
Result<void> posix_posix_fadvise(Thread& t, int fd, int64_t offset, int64_t length, int advice) {
  while (true) {
    int error = detached(t, [&] { return posix_fadvise(fd, offset, length, advice); });
    if (error == 0) return {};
    if (error != EINTR) return raise_os_error(t, error);
    TRY(poll(t));
  }
}

Result<Owned> pair_of(Thread& t, int a, int b) { return Owned(TRY(tuple_pack(t, Value::small_int_unchecked(a), Value::small_int_unchecked(b)))); }
Result<Owned> posix_pipe2(Thread& t, int flags) {
  int fds[2];
  if (pipe2(fds, flags) != 0) return raise_errno(t);
  return pair_of(t, fds[0], fds[1]);
}
Result<Owned> posix_pipe(Thread& t) { return posix_pipe2(t, O_CLOEXEC); }

Result<Owned> offset_or_none(Thread& t, Value v, off64_t* out, off64_t** pointer) {
  if (is_none(v)) {
    *pointer = nullptr;
  } else {
    *out = TRY(convert_ssize(t, v));
    *pointer = out;
  }
  return owned_none();
}
Result<ssize> posix_sendfile(Thread& t, int out_fd, int in_fd, Value offset, ssize count) {
  off64_t at, *pointer;
  TRY(offset_or_none(t, offset, &at, &pointer));
  return count_or_raise(t, TRY(retry_detached(t, [&] { return sendfile64(out_fd, in_fd, pointer, static_cast<size_t>(count)); })));
}
Result<ssize> posix_copy_file_range(Thread& t, int source, int target, ssize count, Value offset_source, Value offset_target) {
  off64_t a, b, *pa, *pb;
  if (count < 0) return raise_value_error(t, "negative value for 'count' not allowed");
  TRY(offset_or_none(t, offset_source, &a, &pa));
  TRY(offset_or_none(t, offset_target, &b, &pb));
  return count_or_raise(t, TRY(retry_detached(t, [&] { return copy_file_range(source, pa, target, pb, static_cast<size_t>(count), 0); })));
}
Result<ssize> posix_splice(Thread& t, int source, int target, ssize count, Value offset_source, Value offset_target, int flags) {
  off64_t a, b, *pa, *pb;
  if (count < 0) return raise_value_error(t, "negative value for 'count' not allowed");
  TRY(offset_or_none(t, offset_source, &a, &pa));
  TRY(offset_or_none(t, offset_target, &b, &pb));
  return count_or_raise(t, TRY(retry_detached(t, [&] { return splice(source, pa, target, pb, static_cast<size_t>(count), static_cast<unsigned>(flags)); })));
}

Result<bool> posix_get_inheritable(Thread& t, int fd) {
  int flags = fcntl(fd, F_GETFD);
  if (flags < 0) return raise_errno(t);
  return !(flags & FD_CLOEXEC);
}
Result<void> posix_set_inheritable(Thread& t, int fd, bool inheritable) { return set_inheritable_flag(t, fd, inheritable); }
Result<bool> posix_get_blocking(Thread& t, int fd) {
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return raise_errno(t);
  return !(flags & O_NONBLOCK);
}
Result<void> posix_set_blocking(Thread& t, int fd, bool blocking) {
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return raise_errno(t);
  return check_call(t, fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK));
}

// --- terminals ---

bool posix_isatty(Thread& t, int fd) { return detached(t, [&] { return isatty(fd); }) == 1; }
Result<Owned> posix_ttyname(Thread& t, int fd) {
  char text[PATH_MAX];
  if (int error = ttyname_r(fd, text, sizeof text)) return raise_os_error(t, error);
  return str_decode_filesystem(t, text);
}
Result<Owned> posix_ctermid(Thread& t) {
  char text[L_ctermid];
  return str_decode_filesystem(t, ctermid(text));
}
constexpr StructField kSizeFields[] = {{"columns", "width of the terminal window in characters"}, {"lines", "height of the terminal window in characters"}, {}};
constexpr StructSequenceDef kTerminalSize = {"os.terminal_size", "A tuple of (columns, lines) for holding terminal window size", kSizeFields, 2};
GlobalSlot g_terminal_size;
Result<Owned> posix_get_terminal_size(Thread& t, Opt<int> fd) {
  winsize size;
  if (ioctl(fd ? fd.value : STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return raise_errno(t);
  Fields<2> f(t);
  TRY(f.integer(size.ws_col));
  TRY(f.integer(size.ws_row));
  return f.make(g_terminal_size);
}
Result<Owned> posix_device_encoding(Thread& t, int fd) {
  if (!isatty(fd)) return owned_none();
  Owned name = TRY(import_attribute(t, "_locale", "getencoding"));
  return call(t, name);
}
Result<Owned> posix_openpty(Thread& t) {
  int master, slave;
  if (openpty(&master, &slave, nullptr, nullptr, nullptr) != 0) return raise_errno(t);
  TRY(set_inheritable_flag(t, master, false));
  TRY(set_inheritable_flag(t, slave, false));
  return pair_of(t, master, slave);
}
Result<void> posix_login_tty(Thread& t, Fildes fd) { return check_call(t, login_tty(fd.fd)); }
Result<int> posix_posix_openpt(Thread& t, int flags) {
  int fd = posix_openpt(flags | O_CLOEXEC);
  if (fd < 0) return raise_errno(t);
  return fd;
}
Result<void> posix_grantpt(Thread& t, Fildes fd) { return check_call(t, grantpt(fd.fd)); }
Result<void> posix_unlockpt(Thread& t, Fildes fd) { return check_call(t, unlockpt(fd.fd)); }
Result<Owned> posix_ptsname(Thread& t, Fildes fd) {
  char text[PATH_MAX];
  if (int error = ptsname_r(fd.fd, text, sizeof text)) return raise_os_error(t, error);
  return str_decode_filesystem(t, text);
}
Result<int> posix_tcgetpgrp(Thread& t, int fd) {
  pid_t group = tcgetpgrp(fd);
  if (group < 0) return raise_errno(t);
  return group;
}
Result<void> posix_tcsetpgrp(Thread& t, int fd, int group) { return check_call(t, tcsetpgrp(fd, group)); }

// --- eventfd, memfd, timerfd ---

Result<int> posix_eventfd(Thread& t, uint64_t initial, Opt<int> flags) {
  if (initial > UINT_MAX) return raise_overflow_error(t, "Python int too large to convert to C unsigned int");
  int fd = eventfd(static_cast<unsigned>(initial), flags ? flags.value : EFD_CLOEXEC);
  if (fd < 0) return raise_errno(t);
  return fd;
}
Result<uint64_t> posix_eventfd_read(Thread& t, Fildes fd) {
  eventfd_t value;
  int r = detached(t, [&] { return eventfd_read(fd.fd, &value); });
  if (r < 0) return raise_errno(t);
  return uint64_t{value};
}
Result<void> posix_eventfd_write(Thread& t, Fildes fd, uint64_t value) { return check_call(t, detached(t, [&] { return eventfd_write(fd.fd, value); })); }
Result<int> posix_memfd_create(Thread& t, Value name, Opt<int> flags) {
  Owned text = TRY(os_fsencode(t, name));
  int fd = memfd_create(text.value().as<Bytes>()->data(), flags ? static_cast<unsigned>(flags.value) : MFD_CLOEXEC);
  if (fd < 0) return raise_errno(t);
  return fd;
}
Result<int> posix_timerfd_create(Thread& t, int clock, int flags) {
  int fd = timerfd_create(clock, flags);
  if (fd < 0) return raise_errno(t);
  return fd;
}
Result<Owned> timer_pair(Thread& t, const itimerspec& v, bool in_nanoseconds) {
  Fields<2> f(t);
  for (const timespec& ts : {v.it_interval, v.it_value}) {
    if (in_nanoseconds) TRY(f.integer(ts.tv_sec * 1000000000 + ts.tv_nsec));
    else TRY(f.add(TRY(float_from_double(t, static_cast<double>(ts.tv_sec) + static_cast<double>(ts.tv_nsec) * 1e-9))));
  }
  return f.tuple();
}
Result<Owned> timer_set(Thread& t, int fd, int flags, int64_t initial, int64_t interval, bool in_nanoseconds) {
  itimerspec wanted = {to_timespec(interval), to_timespec(initial)}, old;
  int r = detached(t, [&] { return timerfd_settime(fd, flags, &wanted, &old); });
  if (r < 0) return raise_errno(t);
  return timer_pair(t, old, in_nanoseconds);
}
Result<Owned> posix_timerfd_settime(Thread& t, Fildes fd, int flags, Value initial, Value interval) {
  int64_t a = initial.is_null() ? 0 : TRY(seconds_to_nanoseconds(t, initial, Rounding::kFloor));
  int64_t b = interval.is_null() ? 0 : TRY(seconds_to_nanoseconds(t, interval, Rounding::kFloor));
  return timer_set(t, fd.fd, flags, a, b, false);
}
Result<Owned> posix_timerfd_settime_ns(Thread& t, Fildes fd, int flags, int64_t initial, int64_t interval) {
  return timer_set(t, fd.fd, flags, initial, interval, true);
}
Result<Owned> timer_get(Thread& t, int fd, bool in_nanoseconds) {
  itimerspec now;
  int r = detached(t, [&] { return timerfd_gettime(fd, &now); });
  if (r < 0) return raise_errno(t);
  return timer_pair(t, now, in_nanoseconds);
}
Result<Owned> posix_timerfd_gettime(Thread& t, Fildes fd) { return timer_get(t, fd.fd, false); }
Result<Owned> posix_timerfd_gettime_ns(Thread& t, Fildes fd) { return timer_get(t, fd.fd, true); }

}  // namespace

Result<void> add_fd_types(Thread& t, Module& m) { return module_add_sequence_type(t, m, kTerminalSize, g_terminal_size); }

constexpr MethodDef kFdMethods[] = {
    function<&posix_open>("open", "($module, /, path, flags, mode=511, *, dir_fd=None)", "Open a file for low level IO.  Returns a file descriptor (integer)."),
    function<&posix_close>("close", "($module, /, fd)", "Close a file descriptor."),
    function<&posix_closerange>("closerange", "($module, fd_low, fd_high, /)", "Closes all file descriptors in [fd_low, fd_high), ignoring errors."),
    function<&posix_dup>("dup", "($module, fd, /)", "Return a duplicate of a file descriptor."),
    function<&posix_dup2>("dup2", "($module, /, fd, fd2, inheritable=True)", "Duplicate file descriptor."),
    function<&posix_read>("read", "($module, fd, length, /)", "Read from a file descriptor.  Returns a bytes object."),
    function<&posix_pread>("pread", "($module, fd, length, offset, /)", "Read a number of bytes from a file descriptor starting at a particular offset."),
    function<&posix_readv>("readv", "($module, fd, buffers, /)", "Read from a file descriptor fd into an iterable of buffers."),
    function<&posix_preadv>("preadv", "($module, fd, buffers, offset, flags=0, /)", "Reads from a file descriptor into a number of mutable bytes-like objects."),
    function<&posix_write>("write", "($module, fd, data, /)", "Write a bytes object to a file descriptor."),
    function<&posix_pwrite>("pwrite", "($module, fd, buffer, offset, /)", "Write bytes to a file descriptor starting at a particular offset."),
    function<&posix_writev>("writev", "($module, fd, buffers, /)", "Iterate over buffers, and write the contents of each to a file descriptor."),
    function<&posix_pwritev>("pwritev", "($module, fd, buffers, offset, flags=0, /)", "Writes the contents of bytes-like objects to a file descriptor at a given offset."),
    function<&posix_lseek>("lseek", "($module, fd, position, whence, /)", "Set the position of a file descriptor.  Return the new position."),
    function<&posix_ftruncate>("ftruncate", "($module, fd, length, /)", "Truncate a file, specified by file descriptor, to a specific length."),
    function<&posix_fsync>("fsync", "($module, /, fd)", "Force write of fd to disk."),
    function<&posix_fdatasync>("fdatasync", "($module, /, fd)", "Force write of fd to disk without forcing update of metadata."),
    function<&posix_sync>("sync", "($module, /)", "Force write of everything to disk."),
    function<&posix_lockf>("lockf", "($module, fd, command, length, /)", "Apply, test or remove a POSIX lock on an open file descriptor."),
    function<&posix_posix_fallocate>("posix_fallocate", "($module, fd, offset, length, /)", "Ensure a file has allocated at least a particular number of bytes on disk."),
    function<&posix_posix_fadvise>("posix_fadvise", "($module, fd, offset, length, advice, /)", "Announce an intention to access data in a specific pattern."),
    function<&posix_pipe>("pipe", "($module, /)", "Create a pipe."),
    function<&posix_pipe2>("pipe2", "($module, flags, /)", "Create a pipe with flags set atomically."),
    function<&posix_sendfile>("sendfile", "($module, /, out_fd, in_fd, offset, count)", "Copy count bytes from file descriptor in_fd to file descriptor out_fd."),
    function<&posix_copy_file_range>("copy_file_range", "($module, /, src, dst, count, offset_src=None, offset_dst=None)", "Copy count bytes from one file descriptor to another."),
    function<&posix_splice>("splice", "($module, /, src, dst, count, offset_src=None, offset_dst=None, flags=0)", "Transfer count bytes from one pipe to a descriptor or vice versa."),
    function<&posix_get_inheritable>("get_inheritable", "($module, fd, /)", "Get the close-on-exe flag of the specified file descriptor."),
    function<&posix_set_inheritable>("set_inheritable", "($module, fd, inheritable, /)", "Set the inheritable flag of the specified file descriptor."),
    function<&posix_get_blocking>("get_blocking", "($module, fd, /)", "Get the blocking mode of the file descriptor."),
    function<&posix_set_blocking>("set_blocking", "($module, fd, blocking, /)", "Set the blocking mode of the specified file descriptor."),
    function<&posix_isatty>("isatty", "($module, fd, /)", "Return True if the fd is connected to a terminal."),
    function<&posix_ttyname>("ttyname", "($module, fd, /)", "Return the name of the terminal device connected to 'fd'."),
    function<&posix_ctermid>("ctermid", "($module, /)", "Return the name of the controlling terminal for this process."),
    function<&posix_get_terminal_size>("get_terminal_size", "($module, fd=<unrepresentable>, /)", "Return the size of the terminal window as (columns, lines)."),
    function<&posix_device_encoding>("device_encoding", "($module, /, fd)", "Return a string describing the encoding of a terminal's file descriptor."),
    function<&posix_openpty>("openpty", "($module, /)", "Open a pseudo-terminal."),
    function<&posix_login_tty>("login_tty", "($module, fd, /)", "Prepare the tty of which fd is a file descriptor for a new login session."),
    function<&posix_posix_openpt>("posix_openpt", "($module, oflag, /)", "Open and return a file descriptor for a master pseudo-terminal device."),
    function<&posix_grantpt>("grantpt", "($module, fd, /)", "Grant access to the slave pseudo-terminal device."),
    function<&posix_unlockpt>("unlockpt", "($module, fd, /)", "Unlock a pseudo-terminal master/slave pair."),
    function<&posix_ptsname>("ptsname", "($module, fd, /)", "Return the name of the slave pseudo-terminal device."),
    function<&posix_tcgetpgrp>("tcgetpgrp", "($module, fd, /)", "Return the process group associated with the terminal specified by fd."),
    function<&posix_tcsetpgrp>("tcsetpgrp", "($module, fd, pgid, /)", "Set the process group associated with the terminal specified by fd."),
    function<&posix_eventfd>("eventfd", "($module, /, initval, flags=EFD_CLOEXEC)", "Creates and returns an event notification file descriptor."),
    function<&posix_eventfd_read>("eventfd_read", "($module, /, fd)", "Read eventfd value"),
    function<&posix_eventfd_write>("eventfd_write", "($module, /, fd, value)", "Write eventfd value."),
    function<&posix_memfd_create>("memfd_create", "($module, /, name, flags=MFD_CLOEXEC)", nullptr),
    function<&posix_timerfd_create>("timerfd_create", "($module, clockid, /, *, flags=0)", "Create and return a timer file descriptor."),
    function<&posix_timerfd_settime>("timerfd_settime", "($module, fd, /, *, flags=0, initial=0.0, interval=0.0)", "Alter a timer file descriptor's internal timer in seconds."),
    function<&posix_timerfd_settime_ns>("timerfd_settime_ns", "($module, fd, /, *, flags=0, initial=0, interval=0)", "Alter a timer file descriptor's internal timer in nanoseconds."),
    function<&posix_timerfd_gettime>("timerfd_gettime", "($module, fd, /)", "Return a tuple of a timer file descriptor's (interval, next expiration) in float seconds."),
    function<&posix_timerfd_gettime_ns>("timerfd_gettime_ns", "($module, fd, /)", "Return a tuple of a timer file descriptor's (interval, next expiration) in nanoseconds."),
    {}};

}  // namespace ty::posix
