// modules/fcntl.cpp: the fcntl module. CPython: Modules/fcntlmodule.c.
#include <cstring>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "modules/posix_path.h"
#include "types/int.h"

namespace ty {

namespace {

constexpr ssize kBufferSize = 1024;

Result<Owned> fcntl_fcntl(Thread& t, Fildes fd, int command, Value argument) {
  if (!is_int(argument) && !argument.is_null()) {
    bool text = is_str(argument);
    Ref<Bytes> encoded;
    BytesLike view;
    if (text) {
      auto utf8 = TRY(str_utf8(t, *argument.as<Str>()));
      encoded = TRY(bytes_new(t, utf8));
      TRY(view.acquire(t, encoded));
    } else if (has_buffer(argument)) {
      TRY(view.acquire(t, argument));
    } else {
      Owned index = TRY(number_index(t, argument));
      return fcntl_fcntl(t, fd, command, index);
    }
    if (view.size() > kBufferSize) return raise_value_error(t, "fcntl argument 3 is too long");
    char buffer[kBufferSize + 8] = {};
    std::memcpy(buffer, view.data(), static_cast<size_t>(view.size()));
    ssize r = TRY(retry_detached(t, [&] { return fcntl(fd.fd, command, buffer); }));
    if (r < 0) return raise_errno(t);
    return Owned(TRY(bytes_new(t, buffer, view.size())));
  }
  auto n = argument.is_null() ? 0 : static_cast<long>(int_low_bits(argument));
  ssize r = TRY(retry_detached(t, [&] { return fcntl(fd.fd, command, static_cast<int>(n)); }));
  if (r < 0) return raise_errno(t);
  return int_from_int64(t, r);
}
Result<Owned> fcntl_ioctl(Thread& t, Fildes fd, Value request, Value argument, bool mutate) {
  if (!is_int(request)) return raise_type_error(t, "an integer is required");
  auto code = static_cast<unsigned long>(static_cast<uint32_t>(int_low_bits(request)));
  if (is_int(argument) || argument.is_null()) {
    int n = argument.is_null() ? 0 : static_cast<int>(int_low_bits(argument));
    int r = detached(t, [&] { return ioctl(fd.fd, code, n); });
    if (r < 0) return raise_errno(t);
    return int_from_int64(t, r);
  }
  char buffer[kBufferSize + 8] = {};
  if (has_buffer(argument) && !is_bytes(argument)) {
    BytesLike view;
    auto writable = view.acquire(t, argument, kBufferWritable);
    if (writable.ok()) {
      char* data = view.data();
      bool copy = !mutate || view.size() <= kBufferSize;
      if (!mutate && view.size() > kBufferSize) return raise_value_error(t, "ioctl argument 3 is too long");
      if (copy) {
        std::memcpy(buffer, data, static_cast<size_t>(view.size()));
        data = buffer;
      }
      int r = detached(t, [&] { return ioctl(fd.fd, code, data); });
      int error = errno;
      if (mutate && copy) std::memcpy(view.data(), buffer, static_cast<size_t>(view.size()));
      if (r < 0) return raise_os_error(t, error);
      if (mutate) return int_from_int64(t, r);
      return Owned(TRY(bytes_new(t, buffer, view.size())));
    }
    clear_exception(t);
  }
  BytesLike view;
  Ref<Bytes> encoded;
  if (is_str(argument)) {
    auto utf8 = TRY(str_utf8(t, *argument.as<Str>()));
    encoded = TRY(bytes_new(t, utf8));
    TRY(view.acquire(t, encoded));
  } else if (has_buffer(argument)) {
    TRY(view.acquire(t, argument));
  } else {
    return raise_type_error(t, "ioctl() argument 3 must be an integer, a bytes-like object or str, not %T", argument);
  }
  if (view.size() > kBufferSize) return raise_value_error(t, "ioctl argument 3 is too long");
  std::memcpy(buffer, view.data(), static_cast<size_t>(view.size()));
  int r = detached(t, [&] { return ioctl(fd.fd, code, buffer); });
  if (r < 0) return raise_errno(t);
  return Owned(TRY(bytes_new(t, buffer, view.size())));
}
Result<void> fcntl_flock(Thread& t, Fildes fd, int operation) { return check_call(t, TRY(retry_detached(t, [&] { return flock(fd.fd, operation); }))); }
Result<Owned> fcntl_lockf(Thread& t, Fildes fd, int command, int64_t length, int64_t start, int whence) {
  struct flock lock = {};
  if (command == LOCK_UN) lock.l_type = F_UNLCK;
  else if (command & LOCK_SH) lock.l_type = F_RDLCK;
  else if (command & LOCK_EX) lock.l_type = F_WRLCK;
  else return raise_value_error(t, "unrecognized lockf argument");
  lock.l_start = start;
  lock.l_len = length;
  lock.l_whence = static_cast<short>(whence);
  TRY(check_call(t, TRY(retry_detached(t, [&] { return fcntl(fd.fd, command & LOCK_NB ? F_SETLK : F_SETLKW, &lock); }))));
  return owned_none();
}

constexpr MethodDef kFcntlMethods[] = {
    function<&fcntl_fcntl>("fcntl", "($module, fd, cmd, arg=0, /)", "Perform the operation `cmd` on file descriptor fd."),
    function<&fcntl_ioctl>("ioctl", "($module, fd, request, arg=0, mutate_flag=True, /)", "Perform the operation `request` on file descriptor `fd`."),
    function<&fcntl_flock>("flock", "($module, fd, operation, /)", "Perform the lock operation `operation` on file descriptor `fd`."),
    function<&fcntl_lockf>("lockf", "($module, fd, cmd, len=0, start=0, whence=0, /)", "A wrapper around the fcntl() locking calls."),
    {}};
Result<void> fcntl_exec(Thread& t, Module& m) {
#define C(name) TRY(module_add_int(t, m, #name, static_cast<int64_t>(name)));
  C(DN_ACCESS) C(DN_ATTRIB) C(DN_CREATE) C(DN_DELETE) C(DN_MODIFY) C(DN_RENAME) C(FASYNC) C(FD_CLOEXEC) C(FICLONE) C(FICLONERANGE)
  C(F_ADD_SEALS) C(F_DUPFD) C(F_DUPFD_CLOEXEC) C(F_EXLCK) C(F_GETFD) C(F_GETFL) C(F_GETLEASE) C(F_GETLK) C(F_GETLK64) C(F_GETOWN)
  C(F_GETOWN_EX) C(F_GETPIPE_SZ) C(F_GETSIG) C(F_GET_FILE_RW_HINT) C(F_GET_RW_HINT) C(F_GET_SEALS) C(F_NOTIFY) C(F_OFD_GETLK) C(F_OFD_SETLK)
  C(F_OFD_SETLKW) C(F_OWNER_PGRP) C(F_OWNER_PID) C(F_OWNER_TID) C(F_RDLCK) C(F_SEAL_FUTURE_WRITE) C(F_SEAL_GROW) C(F_SEAL_SEAL) C(F_SEAL_SHRINK)
  C(F_SEAL_WRITE) C(F_SETFD) C(F_SETFL) C(F_SETLEASE) C(F_SETLK) C(F_SETLK64) C(F_SETLKW) C(F_SETLKW64) C(F_SETOWN) C(F_SETOWN_EX)
  C(F_SETPIPE_SZ) C(F_SETSIG) C(F_SET_FILE_RW_HINT) C(F_SET_RW_HINT) C(F_SHLCK) C(F_UNLCK) C(F_WRLCK) C(LOCK_EX) C(LOCK_MAND) C(LOCK_NB)
  C(LOCK_READ) C(LOCK_RW) C(LOCK_SH) C(LOCK_UN) C(LOCK_WRITE) C(RWH_WRITE_LIFE_EXTREME) C(RWH_WRITE_LIFE_LONG) C(RWH_WRITE_LIFE_MEDIUM)
  C(RWH_WRITE_LIFE_NONE) C(RWH_WRITE_LIFE_NOT_SET) C(RWH_WRITE_LIFE_SHORT)
#undef C
  return module_add_int(t, m, "DN_MULTISHOT", static_cast<int64_t>(static_cast<uint32_t>(DN_MULTISHOT)));
}
constexpr ModuleDef kFcntlModule = {.name = "fcntl", .doc = "This module performs file control and I/O control on file\ndescriptors.  It is an interface to the fcntl() and ioctl() Unix\nroutines.  File descriptors can be obtained with the fileno() method of\na file or socket object.",
                                    .methods = kFcntlMethods, .exec = &fcntl_exec};
TY_MODULE(kFcntlModule)

}  // namespace

}  // namespace ty
