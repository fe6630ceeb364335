// modules/posix_files.cpp: posix: names in the file system. CPython: Modules/posixmodule.c.
#include <climits>
#include <cstdio>
#include <dirent.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "modules/posix.h"
#include "modules/time_value.h"
#include "types/float.h"
#include "types/int.h"
#include "types/tuple.h"

namespace ty::posix {

namespace {

constexpr StructField kStatFields[] = {{"st_mode", "protection bits"}, {"st_ino", "inode"}, {"st_dev", "device"}, {"st_nlink", "number of hard links"},
    {"st_uid", "user ID of owner"}, {"st_gid", "group ID of owner"}, {"st_size", "total size, in bytes"}, {kUnnamedField, "integer time of last access"},
    {kUnnamedField, "integer time of last modification"}, {kUnnamedField, "integer time of last change"}, {"st_atime", "time of last access"},
    {"st_mtime", "time of last modification"}, {"st_ctime", "time of last change"}, {"st_atime_ns", "time of last access in nanoseconds"},
    {"st_mtime_ns", "time of last modification in nanoseconds"}, {"st_ctime_ns", "time of last change in nanoseconds"},
    {"st_blksize", "blocksize for filesystem I/O"}, {"st_blocks", "number of blocks allocated"}, {"st_rdev", "device type (if inode device)"}, {}};
constexpr StructSequenceDef kStatResult = {"os.stat_result", "stat_result: Result from stat, fstat, or lstat.", kStatFields, 10};
GlobalSlot g_stat_result;

constexpr StructField kStatvfsFields[] = {{"f_bsize"}, {"f_frsize"}, {"f_blocks"}, {"f_bfree"}, {"f_bavail"}, {"f_files"}, {"f_ffree"}, {"f_favail"},
    {"f_flag"}, {"f_namemax"}, {"f_fsid"}, {}};
constexpr StructSequenceDef kStatvfsResult = {"os.statvfs_result", "statvfs_result: Result from statvfs or fstatvfs.", kStatvfsFields, 10};
GlobalSlot g_statvfs_result;

Raised dir_fd_and_fd(Thread& t, const char* function) { return raise_value_error(t, "%s: can't specify dir_fd without matching path", function); }
Raised fd_and_follow(Thread& t, const char* function) { return raise_value_error(t, "%s: cannot use fd and follow_symlinks together", function); }

Result<Owned> do_stat(Thread& t, const char* function, PathArg& path, DirFd dir, bool follow) {
  if (path.is_fd && dir.fd != AT_FDCWD) return dir_fd_and_fd(t, function);
  if (path.is_fd && !follow) return fd_and_follow(t, function);
  struct stat st;
  int r = detached(t, [&] { return path.is_fd ? fstat(path.fd, &st) : fstatat(dir.fd, path.c_str(), &st, follow ? 0 : AT_SYMLINK_NOFOLLOW); });
  if (r != 0) return raise_errno(t, path);
  return stat_object(t, st);
}
Result<Owned> posix_stat(Thread& t, PathOrFd& path, DirFd dir, bool follow) { return do_stat(t, "stat", path, dir, follow); }
Result<Owned> posix_lstat(Thread& t, Path& path, DirFd dir) { return do_stat(t, "lstat", path, dir, false); }
Result<Owned> posix_fstat(Thread& t, int fd) {
  struct stat st;
  ssize r = TRY(retry_detached(t, [&] { return fstat(fd, &st); }));
  if (r < 0) return raise_errno(t);
  return stat_object(t, st);
}

Result<bool> posix_access(Thread& t, Path& path, int mode, DirFd dir, bool effective, bool follow) {
  int flags = (effective ? AT_EACCESS : 0) | (follow ? 0 : AT_SYMLINK_NOFOLLOW);
  return detached(t, [&] { return faccessat(dir.fd, path.c_str(), mode, flags); }) == 0;
}
Result<void> posix_chdir(Thread& t, PathOrFd& path) {
  return check_call(t, detached(t, [&] { return path.is_fd ? fchdir(path.fd) : chdir(path.c_str()); }), path);
}
Result<void> posix_fchdir(Thread& t, Fildes fd) { return check_call(t, TRY(retry_detached(t, [&] { return fchdir(fd.fd); }))); }
Result<void> posix_chroot(Thread& t, Path& path) { return check_call(t, detached(t, [&] { return chroot(path.c_str()); }), path); }
Result<void> posix_rmdir(Thread& t, Path& path, DirFd dir) {
  return check_call(t, detached(t, [&] { return unlinkat(dir.fd, path.c_str(), AT_REMOVEDIR); }), path);
}
Result<void> posix_unlink(Thread& t, Path& path, DirFd dir) {
  return check_call(t, detached(t, [&] { return unlinkat(dir.fd, path.c_str(), 0); }), path);
}
Result<void> posix_mkdir(Thread& t, Path& path, int mode, DirFd dir) {
  return check_call(t, detached(t, [&] { return mkdirat(dir.fd, path.c_str(), static_cast<mode_t>(mode)); }), path);
}
Result<void> posix_mkfifo(Thread& t, Path& path, int mode, DirFd dir) {
  return check_call(t, TRY(retry_detached(t, [&] { return mkfifoat(dir.fd, path.c_str(), static_cast<mode_t>(mode)); })), path);
}
Result<void> posix_mknod(Thread& t, Path& path, int mode, uint64_t device, DirFd dir) {
  return check_call(t, TRY(retry_detached(t, [&] { return mknodat(dir.fd, path.c_str(), static_cast<mode_t>(mode), device); })), path);
}
Result<void> posix_rename(Thread& t, Path& source, Path& target, DirFd source_dir, DirFd target_dir) {
  int r = detached(t, [&] { return renameat(source_dir.fd, source.c_str(), target_dir.fd, target.c_str()); });
  if (r != 0) return raise_os_error(t, errno, source.object, target.object);
  return {};
}
Result<void> posix_link(Thread& t, Path& source, Path& target, DirFd source_dir, DirFd target_dir, bool follow) {
  int r = detached(t, [&] { return linkat(source_dir.fd, source.c_str(), target_dir.fd, target.c_str(), follow ? AT_SYMLINK_FOLLOW : 0); });
  if (r != 0) return raise_os_error(t, errno, source.object, target.object);
  return {};
}
Result<void> posix_symlink(Thread& t, Path& source, Path& target, bool, DirFd dir) {
  int r = detached(t, [&] { return symlinkat(source.c_str(), dir.fd, target.c_str()); });
  if (r != 0) return raise_os_error(t, errno, source.object, target.object);
  return {};
}
Result<Owned> posix_readlink(Thread& t, Path& path, DirFd dir) {
  char text[PATH_MAX + 1];
  ssize n = detached(t, [&] { return readlinkat(dir.fd, path.c_str(), text, PATH_MAX); });
  if (n < 0) return raise_errno(t, path);
  return path_name(t, path, {text, static_cast<size_t>(n)});
}
Result<void> posix_chmod(Thread& t, PathOrFd& path, int mode, DirFd dir, Value follow_symlinks) {
  bool follow = follow_symlinks.is_null() || TRY(object_is_true(t, follow_symlinks));
  auto bits = static_cast<mode_t>(mode);
  if (path.is_fd) {
    if (dir.fd != AT_FDCWD) return dir_fd_and_fd(t, "chmod");
    if (!follow) return fd_and_follow(t, "chmod");
    return check_call(t, detached(t, [&] { return fchmod(path.fd, bits); }), path);
  }
  int r = detached(t, [&] { return fchmodat(dir.fd, path.c_str(), bits, follow ? 0 : AT_SYMLINK_NOFOLLOW); });
  if (r != 0 && !follow && (errno == ENOTSUP || errno == EOPNOTSUPP)) {
    return raise_format(t, &exc_NotImplementedError, "chmod: follow_symlinks unavailable on this platform");
  }
  return check_call(t, r, path);
}
Result<void> posix_fchmod(Thread& t, int fd, int mode) { return check_call(t, TRY(retry_detached(t, [&] { return fchmod(fd, static_cast<mode_t>(mode)); }))); }
Result<void> posix_chown(Thread& t, PathOrFd& path, Uid uid, Gid gid, DirFd dir, bool follow) {
  if (path.is_fd && dir.fd != AT_FDCWD) return dir_fd_and_fd(t, "chown");
  if (path.is_fd && !follow) return fd_and_follow(t, "chown");
  return check_call(t, detached(t, [&] {
    return path.is_fd ? fchown(path.fd, uid.id, gid.id) : fchownat(dir.fd, path.c_str(), uid.id, gid.id, follow ? 0 : AT_SYMLINK_NOFOLLOW);
  }), path);
}
Result<void> posix_lchown(Thread& t, Path& path, Uid uid, Gid gid) {
  return check_call(t, detached(t, [&] { return lchown(path.c_str(), uid.id, gid.id); }), path);
}
Result<void> posix_fchown(Thread& t, int fd, Uid uid, Gid gid) { return check_call(t, TRY(retry_detached(t, [&] { return fchown(fd, uid.id, gid.id); }))); }

Result<Owned> current_directory(Thread& t, bool as_bytes) {
  for (ssize room = PATH_MAX;; room *= 2) {
    RawBytes buffer;
    char* text = TRY(buffer.allocate(t, room));
    if (getcwd(text, static_cast<size_t>(room))) {
      if (as_bytes) return Owned(TRY(bytes_new(t, std::string_view(text))));
      return str_decode_filesystem(t, text);
    }
    if (errno != ERANGE) return raise_errno(t);
  }
}
Result<Owned> posix_getcwd(Thread& t) { return current_directory(t, false); }
Result<Owned> posix_getcwdb(Thread& t) { return current_directory(t, true); }

Result<Owned> posix_listdir(Thread& t, PathOrFdOrNone& path) {
  DIR* dir = detached(t, [&]() -> DIR* {
    if (!path.is_fd) return opendir(path.c_str());
    int fd = fcntl(path.fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) return nullptr;
    DIR* opened = fdopendir(fd);
    if (!opened) {
      int error = errno;
      close(fd);
      errno = error;
    }
    return opened;
  });
  if (!dir) return raise_errno(t, path);
  auto fill = [&]() -> Result<Owned> {
    Ref<List> list = TRY(list_new(t));
    std::string names;  // a batch: '\0'-terminated
    while (true) {
      names.clear();
      int error = 0;
      bool end = false;
      {
        DetachScope scope(t);
        while (names.size() < 16384) {
          errno = 0;
          dirent* e = readdir(dir);
          if (!e) {
            error = errno;
            end = true;
            break;
          }
          std::string_view name(e->d_name);
          if (name == "." || name == "..") continue;
          names.append(name).push_back('\0');
        }
      }
      for (size_t i = 0; i < names.size();) {
        std::string_view name(names.data() + i);
        Owned item = TRY(path_name(t, path, name));
        TRY(list_push(t, *list, item));
        i += name.size() + 1;
      }
      if (error) return raise_os_error(t, error, path.was_none ? Value() : path.object);
      if (end) return Owned(std::move(list));
      TRY(poll(t));
    }
  };
  auto result = fill();
  if (path.is_fd) rewinddir(dir);
  closedir(dir);
  return result;
}

Result<timespec> split_nanoseconds(Thread& t, Value v) {
  Owned index = TRY(number_index(t, v));
  bool fits;
  int64_t n = int_as_int64(index, &fits);
  if (!fits) return raise_overflow_error(t, "timestamp out of range for platform time_t");
  int64_t rest = n % 1000000000;
  if (rest < 0) rest += 1000000000;
  return timespec{(n - rest) / 1000000000, rest};
}
Result<timespec> split_seconds(Thread& t, Value v) {
  timespec result;
  int64_t rest = 0;
  result.tv_sec = TRY(seconds_to_time(t, v, Rounding::kFloor, &rest));
  result.tv_nsec = rest;
  return result;
}
Result<void> posix_utime(Thread& t, PathOrFd& path, Value times, Value ns, DirFd dir, bool follow) {
  timespec spec[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
  if (!is_none(times) && !ns.is_null()) return raise_value_error(t, "utime: you may specify either 'times' or 'ns' but not both");
  Value pair = ns.is_null() ? times : ns;
  if (!is_none(pair)) {
    if (!is_instance(pair, Tuple::type()) || pair.as<Tuple>()->size != 2) {
      return raise_type_error(t, ns.is_null() ? "utime: 'times' must be either a tuple of two ints or None" : "utime: 'ns' must be a tuple of two ints");
    }
    for (int i = 0; i < 2; i++) {
      Value item = pair.as<Tuple>()->get(i);
      spec[i] = ns.is_null() ? TRY(split_seconds(t, item)) : TRY(split_nanoseconds(t, item));
    }
  }
  if (path.is_fd && dir.fd != AT_FDCWD) return dir_fd_and_fd(t, "utime");
  if (path.is_fd && !follow) return fd_and_follow(t, "utime");
  return check_call(t, detached(t, [&] { return path.is_fd ? futimens(path.fd, spec) : utimensat(dir.fd, path.c_str(), spec, follow ? 0 : AT_SYMLINK_NOFOLLOW); }), path);
}
Result<void> posix_truncate(Thread& t, PathOrFd& path, int64_t length) {
  return check_call(t, detached(t, [&] { return path.is_fd ? ftruncate(path.fd, length) : truncate(path.c_str(), length); }), path);
}

Result<Owned> statvfs_object(Thread& t, const struct statvfs& s) {
  Fields<11> f(t);
  for (uint64_t n : {uint64_t{s.f_bsize}, uint64_t{s.f_frsize}, uint64_t{s.f_blocks}, uint64_t{s.f_bfree}, uint64_t{s.f_bavail}, uint64_t{s.f_files},
                     uint64_t{s.f_ffree}, uint64_t{s.f_favail}, uint64_t{s.f_flag}, uint64_t{s.f_namemax}, uint64_t{s.f_fsid}}) {
    TRY(f.add(TRY(int_from_uint64(t, n))));
  }
  return f.make(g_statvfs_result);
}
Result<Owned> posix_statvfs(Thread& t, PathOrFd& path) {
  struct statvfs s;
  int r = detached(t, [&] { return path.is_fd ? fstatvfs(path.fd, &s) : statvfs(path.c_str(), &s); });
  if (r != 0) return raise_errno(t, path);
  return statvfs_object(t, s);
}
Result<Owned> posix_fstatvfs(Thread& t, int fd) {
  struct statvfs s;
  ssize r = TRY(retry_detached(t, [&] { return fstatvfs(fd, &s); }));
  if (r < 0) return raise_errno(t);
  return statvfs_object(t, s);
}

uint32_t posix_major(Thread&, uint64_t device) { return major(device); }
uint32_t posix_minor(Thread&, uint64_t device) { return minor(device); }
uint64_t posix_makedev(Thread&, int high, int low) { return makedev(static_cast<unsigned>(high), static_cast<unsigned>(low)); }

// --- extended attributes ---

Result<Owned> posix_getxattr(Thread& t, PathOrFd& path, Path& attribute, bool follow) {
  if (path.is_fd && !follow) return fd_and_follow(t, "getxattr");
  for (ssize room : {ssize{128}, ssize{XATTR_SIZE_MAX}}) {
    RawBytes buffer;
    char* data = TRY(buffer.allocate(t, room));
    auto size = static_cast<size_t>(room);
    ssize n = detached(t, [&] {
      return path.is_fd ? fgetxattr(path.fd, attribute.c_str(), data, size)
             : follow   ? getxattr(path.c_str(), attribute.c_str(), data, size)
                        : lgetxattr(path.c_str(), attribute.c_str(), data, size);
    });
    if (n >= 0) return Owned(TRY(bytes_new(t, data, n)));
    if (errno != ERANGE) return raise_errno(t, path);
  }
  return raise_os_error(t, ERANGE, path.object);
}
Result<void> posix_setxattr(Thread& t, PathOrFd& path, Path& attribute, BytesLike& value, int flags, bool follow) {
  if (path.is_fd && !follow) return fd_and_follow(t, "setxattr");
  auto size = static_cast<size_t>(value.size());
  return check_call(t, detached(t, [&] {
    return path.is_fd ? fsetxattr(path.fd, attribute.c_str(), value.data(), size, flags)
           : follow   ? setxattr(path.c_str(), attribute.c_str(), value.data(), size, flags)
                      : lsetxattr(path.c_str(), attribute.c_str(), value.data(), size, flags);
  }), path);
}
Result<void> posix_removexattr(Thread& t, PathOrFd& path, Path& attribute, bool follow) {
  if (path.is_fd && !follow) return fd_and_follow(t, "removexattr");
  return check_call(t, detached(t, [&] {
    return path.is_fd ? fremovexattr(path.fd, attribute.c_str())
           : follow   ? removexattr(path.c_str(), attribute.c_str())
                      : lremovexattr(path.c_str(), attribute.c_str());
  }), path);
}
Result<Owned> posix_listxattr(Thread& t, PathOrFdOrNone& path, bool follow) {
  if (path.is_fd && !follow) return fd_and_follow(t, "listxattr");
  for (ssize room : {ssize{256}, ssize{XATTR_LIST_MAX}}) {
    RawBytes buffer;
    char* data = TRY(buffer.allocate(t, room));
    auto size = static_cast<size_t>(room);
    ssize n = detached(t, [&] {
      return path.is_fd ? flistxattr(path.fd, data, size) : follow ? listxattr(path.c_str(), data, size) : llistxattr(path.c_str(), data, size);
    });
    if (n < 0) {
      if (errno == ERANGE) continue;
      return raise_errno(t, path);
    }
    Ref<List> list = TRY(list_new(t));
    for (ssize i = 0; i < n;) {
      std::string_view name(data + i);
      Owned item = TRY(str_decode_filesystem(t, name));
      TRY(list_push(t, *list, item));
      i += static_cast<ssize>(name.size()) + 1;
    }
    return Owned(std::move(list));
  }
  return raise_os_error(t, ERANGE, path.object);
}

// --- helpers of posixpath ---

Result<Owned> posix_path_normpath(Thread& t, Value path) {
  Owned given = TRY(os_fspath(t, path));
  bool was_bytes = is_instance(given, Bytes::type());
  auto normalize = [](const auto* text, ssize n, auto* out) -> ssize {
    ssize length = 0, root = 0;
    if (n && text[0] == '/') {
      root = n >= 2 && text[1] == '/' && !(n >= 3 && text[2] == '/') ? 2 : 1;
      for (ssize i = 0; i < root; i++) out[length++] = '/';
    }
    ssize fixed = root;  // what ".." may not take away
    for (ssize i = 0; i < n;) {
      while (i < n && text[i] == '/') i++;
      ssize start = i;
      while (i < n && text[i] != '/') i++;
      ssize part = i - start;
      if (part == 0 || (part == 1 && text[start] == '.')) continue;
      bool up = part == 2 && text[start] == '.' && text[start + 1] == '.';
      if (up && length > fixed) {
        while (length > fixed && out[length - 1] != '/') length--;
        if (length > fixed) length--;
        continue;
      }
      if (up && root) continue;
      if (length > root) out[length++] = '/';
      for (ssize k = start; k < i; k++) out[length++] = text[k];
      if (up) fixed = length;
    }
    if (!length) out[length++] = '.';
    return length;
  };
  if (was_bytes) {
    auto view = given.value().as<Bytes>()->view();
    std::string out(view.size() + 2, '\0');
    ssize n = normalize(view.data(), static_cast<ssize>(view.size()), out.data());
    return Owned(TRY(bytes_new(t, out.data(), n)));
  }
  Str& text = *given.value().as<Str>();
  std::vector<char32_t> in(static_cast<size_t>(text.length) + 1), out(static_cast<size_t>(text.length) + 2);
  str_copy_units(text, 0, text.length, 4, in.data());
  ssize n = normalize(in.data(), text.length, out.data());
  return Owned(TRY(str_from_ucs4(t, out.data(), n)));
}
Result<Owned> posix_path_splitroot_ex(Thread& t, Value path) {
  Owned given = TRY(os_fspath(t, path));
  auto root_length = [](const auto& at, ssize n) -> ssize {
    if (n < 1 || at(0) != '/') return 0;
    return n >= 2 && at(1) == '/' && !(n >= 3 && at(2) == '/') ? 2 : 1;
  };
  if (is_instance(given, Bytes::type())) {
    auto view = given.value().as<Bytes>()->view();
    ssize root = root_length([&](ssize i) { return view[static_cast<size_t>(i)]; }, static_cast<ssize>(view.size()));
    Ref<Bytes> drive = TRY(bytes_new(t, "", 0));
    Ref<Bytes> head = TRY(bytes_new(t, view.substr(0, static_cast<size_t>(root))));
    Ref<Bytes> tail = TRY(bytes_new(t, view.substr(static_cast<size_t>(root))));
    return Owned(TRY(tuple_pack(t, drive, head, tail)));
  }
  Str& text = *given.value().as<Str>();
  ssize root = root_length([&](ssize i) { return text.at(i); }, text.length);
  Ref<Str> head = TRY(str_substring(t, text, 0, root));
  Ref<Str> tail = TRY(str_substring(t, text, root, text.length));
  return Owned(TRY(tuple_pack(t, g_empty_str, head, tail)));
}

}  // namespace

Result<Owned> stat_object(Thread& t, const struct stat& st) {
  Fields<19> f(t);
  TRY(f.integer(st.st_mode));
  TRY(f.add(TRY(int_from_uint64(t, st.st_ino))));
  TRY(f.add(TRY(int_from_uint64(t, st.st_dev))));
  TRY(f.integer(static_cast<int64_t>(st.st_nlink)));
  TRY(f.add(TRY(id_object(t, st.st_uid))));
  TRY(f.add(TRY(id_object(t, st.st_gid))));
  TRY(f.integer(st.st_size));
  const timespec times[] = {st.st_atim, st.st_mtim, st.st_ctim};
  for (const timespec& time : times) TRY(f.integer(time.tv_sec));
  for (const timespec& time : times) TRY(f.add(TRY(float_from_double(t, static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec)))));
  for (const timespec& time : times) {
    int64_t ns;
    if (__builtin_mul_overflow(time.tv_sec, int64_t{1000000000}, &ns) || __builtin_add_overflow(ns, time.tv_nsec, &ns)) {
      Owned seconds = TRY(int_from_int64(t, time.tv_sec));
      Owned scaled = TRY(int_multiply(t, seconds, Value::small_int_unchecked(1000000000)));
      TRY(f.add(TRY(int_add(t, scaled, Value::small_int_unchecked(time.tv_nsec)))));
    } else {
      TRY(f.integer(ns));
    }
  }
  TRY(f.integer(st.st_blksize));
  TRY(f.integer(st.st_blocks));
  TRY(f.add(TRY(int_from_uint64(t, st.st_rdev))));
  return f.make(g_stat_result);
}

Result<void> add_file_types(Thread& t, Module& m) {
  TRY(module_add_sequence_type(t, m, kStatResult, g_stat_result));
  return module_add_sequence_type(t, m, kStatvfsResult, g_statvfs_result);
}

constexpr MethodDef kFileMethods[] = {
    function<&posix_stat>("stat", "($module, /, path, *, dir_fd=None, follow_symlinks=True)", "Perform a stat system call on the given path."),
    function<&posix_lstat>("lstat", "($module, /, path, *, dir_fd=None)", "Perform a stat system call on the given path, without following symbolic links."),
    function<&posix_fstat>("fstat", "($module, /, fd)", "Perform a stat system call on the given file descriptor."),
    function<&posix_access>("access", "($module, /, path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)",
                            "Use the real uid/gid to test for access to a path."),
    function<&posix_listdir>("listdir", "($module, /, path=None)", "Return a list containing the names of the files in the directory."),
    function<&posix_chdir>("chdir", "($module, /, path)", "Change the current working directory to the specified path."),
    function<&posix_fchdir>("fchdir", "($module, /, fd)", "Change to the directory of the given file descriptor."),
    function<&posix_chroot>("chroot", "($module, /, path)", "Change root directory to path."),
    function<&posix_rmdir>("rmdir", "($module, /, path, *, dir_fd=None)", "Remove a directory."),
    function<&posix_unlink>("unlink", "($module, /, path, *, dir_fd=None)", "Remove a file (same as remove())."),
    function<&posix_unlink>("remove", "($module, /, path, *, dir_fd=None)", "Remove a file (same as unlink())."),
    function<&posix_mkdir>("mkdir", "($module, /, path, mode=511, *, dir_fd=None)", "Create a directory."),
    function<&posix_mkfifo>("mkfifo", "($module, /, path, mode=438, *, dir_fd=None)", "Create a \"fifo\" (a POSIX named pipe)."),
    function<&posix_mknod>("mknod", "($module, /, path, mode=384, device=0, *, dir_fd=None)", "Create a node in the file system."),
    function<&posix_rename>("rename", "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)", "Rename a file or directory."),
    function<&posix_rename>("replace", "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)", "Rename a file or directory, overwriting the destination."),
    function<&posix_link>("link", "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)", "Create a hard link to a file."),
    function<&posix_symlink>("symlink", "($module, /, src, dst, target_is_directory=False, *, dir_fd=None)", "Create a symbolic link pointing to src named dst."),
    function<&posix_readlink>("readlink", "($module, /, path, *, dir_fd=None)", "Return a string representing the path to which the symbolic link points."),
    function<&posix_chmod>("chmod", "($module, /, path, mode, *, dir_fd=None, follow_symlinks=(os.name != 'nt'))", "Change the access permissions of a file."),
    function<&posix_fchmod>("fchmod", "($module, /, fd, mode)", "Change the access permissions of the file given by file descriptor fd."),
    function<&posix_chown>("chown", "($module, /, path, uid, gid, *, dir_fd=None, follow_symlinks=True)", "Change the owner and group id of path to the numeric uid and gid."),
    function<&posix_lchown>("lchown", "($module, /, path, uid, gid)", "Change the owner and group id of path to the numeric uid and gid."),
    function<&posix_fchown>("fchown", "($module, /, fd, uid, gid)", "Change the owner and group id of the file specified by file descriptor."),
    function<&posix_getcwd>("getcwd", "($module, /)", "Return a unicode string representing the current working directory."),
    function<&posix_getcwdb>("getcwdb", "($module, /)", "Return a bytes string representing the current working directory."),
    function<&posix_utime>("utime", "($module, /, path, times=None, *, ns=<unrepresentable>, dir_fd=None, follow_symlinks=True)", "Set the access and modified time of path."),
    function<&posix_truncate>("truncate", "($module, /, path, length)", "Truncate a file, specified by path, to a specific length."),
    function<&posix_statvfs>("statvfs", "($module, /, path)", "Perform a statvfs system call on the given path."),
    function<&posix_fstatvfs>("fstatvfs", "($module, fd, /)", "Perform an fstatvfs system call on the given fd."),
    function<&posix_major>("major", "($module, device, /)", "Extracts a device major number from a raw device number."),
    function<&posix_minor>("minor", "($module, device, /)", "Extracts a device minor number from a raw device number."),
    function<&posix_makedev>("makedev", "($module, major, minor, /)", "Composes a raw device number from the major and minor device numbers."),
    function<&posix_getxattr>("getxattr", "($module, /, path, attribute, *, follow_symlinks=True)", "Return the value of extended attribute attribute on path."),
    function<&posix_setxattr>("setxattr", "($module, /, path, attribute, value, flags=0, *, follow_symlinks=True)", "Set extended attribute attribute on path to value."),
    function<&posix_removexattr>("removexattr", "($module, /, path, attribute, *, follow_symlinks=True)", "Remove extended attribute attribute on path."),
    function<&posix_listxattr>("listxattr", "($module, /, path=None, *, follow_symlinks=True)", "Return a list of extended attributes on path."),
    function<&posix_path_normpath>("_path_normpath", "($module, /, path)", "Normalize path, eliminating double slashes, etc."),
    function<&posix_path_splitroot_ex>("_path_splitroot_ex", "($module, /, p)", "Split a pathname into drive, root and tail."),
    function<&os_fspath>("fspath", "($module, /, path)", "Return the file system path representation of the object."),
    {}};

}  // namespace ty::posix
