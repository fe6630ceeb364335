// modules/posix.cpp: the posix module: files, directories, descriptors, the process. CPython: Modules/posixmodule.c.
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mem/heap.h"
#include "sync/thread_state.h"
#include "types/bytes.h"
#include "types/dict.h"
#include "types/float.h"
#include "types/int.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"
#include "types/struct_sequence.h"
#include "vm/interpreter.h"

extern "C" char** environ;

namespace ty {

namespace {

/// What a path argument comes to: a name, or a descriptor.
struct Path {
  Owned bytes;        // Bytes
  int fd = -1;
  bool is_fd = false, was_bytes = false;
  const char* c_str() const { return bytes.value().as<Bytes>()->data(); }
};

Result<Owned> fspath(Thread& t, Value path) {
  if (is_instance(path, Str::type()) || is_instance(path, Bytes::type())) return dup(path);
  Owned method = TRY(lookup_special(t, path, NAME("__fspath__")));
  if (method.value().is_empty()) return raise_type_error(t, "expected str, bytes or os.PathLike object, not %T", path);
  Owned result = TRY(call(t, method));
  if (is_instance(result, Str::type()) || is_instance(result, Bytes::type())) return result;
  return raise_type_error(t, "expected %T.__fspath__() to return str or bytes, not %T", path, result.value());
}

Result<void> read_path(Thread& t, const char* function, Value v, Path* out, bool allow_fd = false, const char* argument = "path") {
  if (allow_fd && is_int(v)) {
    out->fd = TRY(convert_int(t, v));
    out->is_fd = true;
    return {};
  }
  bool path_like = is_instance(v, Str::type()) || is_instance(v, Bytes::type());
  if (!path_like) {
    Owned method = TRY(lookup_special(t, v, NAME("__fspath__")));
    if (method.value().is_empty()) {
      return raise_type_error(t, "%s: %s should be string, bytes%s or os.PathLike, not %T", function, argument, allow_fd ? ", integer" : "", v);
    }
  }
  Owned given = TRY(fspath(t, v));
  out->was_bytes = is_instance(given, Bytes::type());
  out->bytes = out->was_bytes ? std::move(given) : TRY(str_encode_filesystem(t, *given.value().as<Str>()));
  if (out->bytes.value().as<Bytes>()->view().find('\0') != std::string_view::npos) {
    return raise_value_error(t, out->was_bytes ? "embedded null byte" : "embedded null character");
  }
  return {};
}
Result<int> dir_fd_of(Thread& t, Value v) {
  if (v.is_null() || is_none(v)) return AT_FDCWD;
  return convert_int(t, v);
}
Result<Owned> name_of(Thread& t, const Path& path, std::string_view text) {
  if (path.was_bytes) return Owned(TRY(bytes_new(t, text)));
  return str_decode_filesystem(t, text);
}

constexpr StructField kStatFields[] = {{"st_mode", "protection bits"}, {"st_ino", "inode"}, {"st_dev", "device"}, {"st_nlink", "number of hard links"},
    {"st_uid", "user ID of owner"}, {"st_gid", "group ID of owner"}, {"st_size", "total size, in bytes"}, {kUnnamedField, "integer time of last access"},
    {kUnnamedField, "integer time of last modification"}, {kUnnamedField, "integer time of last change"}, {"st_atime", "time of last access"},
    {"st_mtime", "time of last modification"}, {"st_ctime", "time of last change"}, {"st_atime_ns", "time of last access in nanoseconds"},
    {"st_mtime_ns", "time of last modification in nanoseconds"}, {"st_ctime_ns", "time of last change in nanoseconds"},
    {"st_blksize", "blocksize for filesystem I/O"}, {"st_blocks", "number of blocks allocated"}, {"st_rdev", "device type (if inode device)"}, {}};
constexpr StructSequenceDef kStatResult = {"os.stat_result", "stat_result: Result from stat, fstat, or lstat.", kStatFields, 10};
GlobalSlot g_stat_result;

Result<Owned> stat_object(Thread& t, const struct stat& st) {
  Owned owned[19];
  auto put = [&](int i, int64_t n) -> Result<void> { owned[i] = TRY(int_from_int64(t, n)); return {}; };
  TRY(put(0, st.st_mode)); TRY(put(1, static_cast<int64_t>(st.st_ino))); TRY(put(2, static_cast<int64_t>(st.st_dev)));
  TRY(put(3, static_cast<int64_t>(st.st_nlink))); TRY(put(4, st.st_uid)); TRY(put(5, st.st_gid)); TRY(put(6, st.st_size));
  const timespec times[] = {st.st_atim, st.st_mtim, st.st_ctim};
  for (int i = 0; i < 3; i++) {
    TRY(put(7 + i, times[i].tv_sec));
    owned[10 + i] = TRY(float_from_double(t, static_cast<double>(times[i].tv_sec) + 1e-9 * static_cast<double>(times[i].tv_nsec)));
    TRY(put(13 + i, times[i].tv_sec * 1000000000 + times[i].tv_nsec));
  }
  TRY(put(16, st.st_blksize)); TRY(put(17, st.st_blocks)); TRY(put(18, static_cast<int64_t>(st.st_rdev)));
  Value values[19];
  for (int i = 0; i < 19; i++) values[i] = owned[i];
  return Owned(TRY(struct_sequence_new(t, g_stat_result.load().as<Type>(), values, 19)));
}
Result<Owned> posix_stat(Thread& t, Value path, Value dir_fd, bool follow_symlinks) {
  Path p;
  TRY(read_path(t, "stat", path, &p, true));
  int at = TRY(dir_fd_of(t, dir_fd));
  struct stat st;
  int r;
  {
    DetachScope detached(t);
    r = p.is_fd ? fstat(p.fd, &st) : fstatat(at, p.c_str(), &st, follow_symlinks ? 0 : AT_SYMLINK_NOFOLLOW);
  }
  if (r != 0) return raise_os_error(t, errno, path);
  return stat_object(t, st);
}
Result<Owned> posix_lstat(Thread& t, Value path, Value dir_fd) { return posix_stat(t, path, dir_fd, false); }
Result<Owned> posix_fstat(Thread& t, int fd) {
  struct stat st;
  if (fstat(fd, &st) != 0) return raise_os_error(t, errno);
  return stat_object(t, st);
}

Result<Owned> posix_listdir(Thread& t, Value path) {
  Path p;
  DIR* dir;
  if (is_none(path)) dir = opendir(".");
  else {
    TRY(read_path(t, "listdir", path, &p, true));
    dir = p.is_fd ? fdopendir(::dup(p.fd)) : opendir(p.c_str());
  }
  if (!dir) return raise_os_error(t, errno, is_none(path) ? Value() : path);
  Ref<List> list = TRY(list_new(t));
  while (dirent* e = readdir(dir)) {
    if (!std::strcmp(e->d_name, ".") || !std::strcmp(e->d_name, "..")) continue;
    auto name = name_of(t, p, e->d_name);
    if (!name.ok()) { closedir(dir); return Raised{}; }
    Owned held = name.take();
    if (!list_push(t, *list, held).ok()) { closedir(dir); return Raised{}; }
  }
  closedir(dir);
  return Owned(std::move(list));
}

// --- scandir ---

struct DirEntry : Object {
  Slot name, path;    // [const] Str or Bytes
  uint64_t inode;     // [const]
  int dir_fd;         // [const] of scandir(fd), or AT_FDCWD
  uint8_t kind;       // [const] DT_*
  static Type* type();
};
Type dir_entry_type;
Type* DirEntry::type() { return &dir_entry_type; }

Result<struct stat> entry_stat(Thread& t, DirEntry& self, bool follow, bool* missing) {
  Path p;
  Owned path = self.dir_fd == AT_FDCWD ? self.path.get() : self.name.get();
  TRY(read_path(t, "DirEntry", path, &p));
  struct stat st;
  *missing = false;
  if (fstatat(self.dir_fd, p.c_str(), &st, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) {
      *missing = true;
      return st;
    }
    return raise_os_error(t, errno, path);
  }
  return st;
}
Result<Owned> direntry_stat(Thread& t, DirEntry& self, bool follow_symlinks) {
  bool missing;
  struct stat st = TRY(entry_stat(t, self, follow_symlinks, &missing));
  if (missing) {
    Owned path = self.path.get();
    return raise_os_error(t, ENOENT, path);
  }
  return stat_object(t, st);
}
Result<bool> entry_is(Thread& t, DirEntry& self, bool follow, uint8_t kind, mode_t mode) {
  if (self.kind != DT_UNKNOWN && (self.kind != DT_LNK || !follow)) return self.kind == kind;
  bool missing;
  struct stat st = TRY(entry_stat(t, self, follow, &missing));
  return !missing && (st.st_mode & S_IFMT) == mode;
}
Result<bool> direntry_is_dir(Thread& t, DirEntry& self, bool follow_symlinks) { return entry_is(t, self, follow_symlinks, DT_DIR, S_IFDIR); }
Result<bool> direntry_is_file(Thread& t, DirEntry& self, bool follow_symlinks) { return entry_is(t, self, follow_symlinks, DT_REG, S_IFREG); }
Result<bool> direntry_is_symlink(Thread& t, DirEntry& self) { return entry_is(t, self, false, DT_LNK, S_IFLNK); }
bool direntry_is_junction(Thread&, DirEntry&) { return false; }
Result<Owned> direntry_inode(Thread& t, DirEntry& self) { return int_from_uint64(t, self.inode); }
Owned direntry_fspath(Thread&, DirEntry& self) { return self.path.get(); }
Owned direntry_name(Thread&, DirEntry& self) { return self.name.get(); }
Result<Owned> direntry_repr(Thread& t, Value v) {
  Owned name = v.as<DirEntry>()->name.get();
  return Owned(TRY(str_from_format(t, "<DirEntry %R>", name.value())));
}
constexpr MethodDef kEntryMethods[] = {
    method<&direntry_is_dir>("is_dir", "($self, /, *, follow_symlinks=True)", "Return True if the entry is a directory; cached per entry."),
    method<&direntry_is_file>("is_file", "($self, /, *, follow_symlinks=True)", "Return True if the entry is a file; cached per entry."),
    method<&direntry_is_symlink>("is_symlink", "($self, /)", "Return True if the entry is a symbolic link; cached per entry."),
    method<&direntry_is_junction>("is_junction", "($self, /)", "Return True if the entry is a junction; cached per entry."),
    method<&direntry_stat>("stat", "($self, /, *, follow_symlinks=True)", "Return stat_result object for the entry; cached per entry."),
    method<&direntry_inode>("inode", "($self, /)", "Return inode of the entry; cached per entry."),
    method<&direntry_fspath>("__fspath__", "($self, /)", "Returns the path for the entry."), {}};
constexpr GetSetDef kEntryGetSet[] = {getter<&direntry_name>("name", "the entry's base filename, relative to scandir() \"path\" argument"),
    getter<&direntry_fspath>("path", "the entry's full path name; equivalent to os.path.join(scandir_path, entry.name)"), {}};
constexpr uint16_t kEntrySlots[] = {offsetof(DirEntry, name), offsetof(DirEntry, path)};
constexpr TypeOps kEntryOps = {.repr = &direntry_repr};
constexpr TypeDef kEntryDef = {.name = "posix.DirEntry", .size = sizeof(DirEntry), .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kEntrySlots, .slot_count = 2, .flags = kCollectable}, .ops = &kEntryOps, .methods = kEntryMethods, .getset = kEntryGetSet};

struct Scandir : Object {
  Slot path;       // [const] Str or Bytes: what entries' paths begin with
  DIR* dir;        // [lock] null: closed
  int dir_fd;      // [const]
  bool was_bytes;  // [const]
  static Type* type();
};
Type scandir_type;
Type* Scandir::type() { return &scandir_type; }
void scandir_release(Object* o) {
  if (DIR* dir = static_cast<Scandir*>(o)->dir) closedir(dir);
}
Result<Owned> posix_scandir(Thread& t, Value path) {
  Owned given = is_none(path) ? Owned(TRY(str_from_ascii(t, "."))) : dup(path);
  Path p;
  TRY(read_path(t, "scandir", given, &p, true));
  Object* o = allocate_object(t, &scandir_type, sizeof(Scandir));
  if (!o) return raise_memory_error(t);
  Ref<Scandir> self = Ref<Scandir>::steal(static_cast<Scandir*>(o));
  self->was_bytes = p.was_bytes;
  self->dir_fd = p.is_fd ? p.fd : AT_FDCWD;
  self->dir = p.is_fd ? fdopendir(::dup(p.fd)) : opendir(p.c_str());
  if (!self->dir) return raise_os_error(t, errno, path);
  if (p.is_fd) self->path.init(TRY(str_from_ascii(t, "")));
  else self->path.init(TRY(name_of(t, p, p.bytes.value().as<Bytes>()->view())));
  return Owned(std::move(self));
}
Lookup<Owned> scandir_next(Thread& t, Value v) {
  auto& self = *v.as<Scandir>();
  CriticalSection section(t, self);
  while (self.dir) {
    dirent* e = readdir(self.dir);
    if (!e) {
      closedir(self.dir);
      self.dir = nullptr;
      break;
    }
    if (!std::strcmp(e->d_name, ".") || !std::strcmp(e->d_name, "..")) continue;
    Path kind;
    kind.was_bytes = self.was_bytes;
    std::string text(e->d_name);
    Owned base = self.path.get();
    std::string full;
    if (self.dir_fd == AT_FDCWD) {
      Owned encoded = self.was_bytes ? dup(base.value()) : TRY(str_encode_filesystem(t, *base.value().as<Str>()));
      full = std::string(encoded.value().as<Bytes>()->view());
      if (!full.empty() && full.back() != '/') full += '/';
    }
    full += text;
    uint64_t inode = e->d_ino;
    uint8_t type = e->d_type;
    Object* o = allocate_object(t, &dir_entry_type, sizeof(DirEntry));
    if (!o) return raise_memory_error(t);
    Ref<DirEntry> entry = Ref<DirEntry>::steal(static_cast<DirEntry*>(o));
    entry->name.init(TRY(name_of(t, kind, text)));
    entry->path.init(TRY(name_of(t, kind, full)));
    entry->inode = inode;
    entry->kind = type;
    entry->dir_fd = self.dir_fd;
    return Owned(std::move(entry));
  }
  return Absent{};
}
Result<Owned> scandir_iter(Thread&, Value v) { return dup(v); }
void scandir_close(Thread&, Locked<Scandir> self) {
  if (self->dir) closedir(self->dir);
  self->dir = nullptr;
}
Owned scandir_enter(Thread&, Scandir& self) { return dup(Value(&self)); }
void scandir_exit(Thread& t, Locked<Scandir> self, Args) { scandir_close(t, self); }
constexpr MethodDef kScandirMethods[] = {method<&scandir_close>("close", "($self, /)", nullptr), method<&scandir_enter>("__enter__", "($self, /)", nullptr),
                                         method<&scandir_exit>("__exit__", "($self, /, *args)", nullptr), {}};
constexpr uint16_t kScandirSlots[] = {offsetof(Scandir, path)};
constexpr TypeOps kScandirOps = {.iter = &scandir_iter, .next = &scandir_next};
constexpr TypeDef kScandirDef = {.name = "posix.ScandirIterator", .size = sizeof(Scandir), .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kScandirSlots, .slot_count = 1, .flags = kCollectable, .release = &scandir_release}, .ops = &kScandirOps, .methods = kScandirMethods};

#define SIMPLE_PATH(name, expression)                                   \
  Result<void> posix_##name(Thread& t, Value path) {                    \
    Path p;                                                             \
    TRY(read_path(t, #name, path, &p));                                 \
    if ((expression) != 0) return raise_os_error(t, errno, path);       \
    return {};                                                          \
  }
SIMPLE_PATH(chdir, chdir(p.c_str()))
SIMPLE_PATH(rmdir, rmdir(p.c_str()))
Result<void> posix_unlink(Thread& t, Value path, Value dir_fd) {
  Path p;
  TRY(read_path(t, "unlink", path, &p));
  if (unlinkat(TRY(dir_fd_of(t, dir_fd)), p.c_str(), 0) != 0) return raise_os_error(t, errno, path);
  return {};
}
Result<void> posix_mkdir(Thread& t, Value path, int mode, Value dir_fd) {
  Path p;
  TRY(read_path(t, "mkdir", path, &p));
  if (mkdirat(TRY(dir_fd_of(t, dir_fd)), p.c_str(), static_cast<mode_t>(mode)) != 0) return raise_os_error(t, errno, path);
  return {};
}
Result<void> posix_rename(Thread& t, Value source, Value target, Value source_fd, Value target_fd) {
  Path a, b;
  TRY(read_path(t, "rename", source, &a, false, "src"));
  TRY(read_path(t, "rename", target, &b, false, "dst"));
  if (renameat(TRY(dir_fd_of(t, source_fd)), a.c_str(), TRY(dir_fd_of(t, target_fd)), b.c_str()) != 0) return raise_os_error(t, errno, source, target);
  return {};
}
Result<void> posix_symlink(Thread& t, Value source, Value target, bool, Value dir_fd) {
  Path a, b;
  TRY(read_path(t, "symlink", source, &a, false, "src"));
  TRY(read_path(t, "symlink", target, &b, false, "dst"));
  if (symlinkat(a.c_str(), TRY(dir_fd_of(t, dir_fd)), b.c_str()) != 0) return raise_os_error(t, errno, source, target);
  return {};
}
Result<Owned> posix_readlink(Thread& t, Value path, Value dir_fd) {
  Path p;
  TRY(read_path(t, "readlink", path, &p));
  char text[PATH_MAX];
  ssize n = readlinkat(TRY(dir_fd_of(t, dir_fd)), p.c_str(), text, sizeof text);
  if (n < 0) return raise_os_error(t, errno, path);
  return name_of(t, p, {text, static_cast<size_t>(n)});
}
Result<void> posix_chmod(Thread& t, Value path, int mode) {
  Path p;
  TRY(read_path(t, "chmod", path, &p, true));
  if ((p.is_fd ? fchmod(p.fd, static_cast<mode_t>(mode)) : chmod(p.c_str(), static_cast<mode_t>(mode))) != 0) return raise_os_error(t, errno, path);
  return {};
}
Result<bool> posix_access(Thread& t, Value path, int mode) {
  Path p;
  TRY(read_path(t, "access", path, &p));
  return access(p.c_str(), mode) == 0;
}
Result<Owned> posix_getcwd(Thread& t) {
  char text[PATH_MAX];
  if (!getcwd(text, sizeof text)) return raise_os_error(t, errno);
  return str_decode_filesystem(t, text);
}
Result<Owned> posix_getcwdb(Thread& t) {
  char text[PATH_MAX];
  if (!getcwd(text, sizeof text)) return raise_os_error(t, errno);
  return Owned(TRY(bytes_new(t, std::string_view(text))));
}

Result<int> posix_open(Thread& t, Value path, int flags, int mode, Value dir_fd) {
  Path p;
  TRY(read_path(t, "open", path, &p));
  int at = TRY(dir_fd_of(t, dir_fd));
  while (true) {
    int fd, error;
    {
      DetachScope detached(t);
      fd = openat(at, p.c_str(), flags | O_CLOEXEC, mode);
      error = errno;
    }
    if (fd >= 0) return fd;
    if (error != EINTR) return raise_os_error(t, error, path);
    TRY(poll(t));
  }
}
Result<void> posix_close(Thread& t, int fd) {
  int r, error;
  {
    DetachScope detached(t);
    r = close(fd);
    error = errno;
  }
  if (r != 0) return raise_os_error(t, error);
  return {};
}
Result<Owned> posix_read(Thread& t, int fd, ssize length) {
  if (length < 0) return raise_os_error(t, EINVAL);
  std::string buffer(static_cast<size_t>(length), '\0');
  while (true) {
    ssize n;
    int error;
    {
      DetachScope detached(t);
      n = read(fd, buffer.data(), buffer.size());
      error = errno;
    }
    if (n >= 0) return Owned(TRY(bytes_new(t, buffer.data(), n)));
    if (error != EINTR) return raise_os_error(t, error);
    TRY(poll(t));
  }
}
Result<ssize> posix_write(Thread& t, int fd, Value data) {
  BytesLike view;
  TRY(view.acquire(t, data));
  while (true) {
    ssize n;
    int error;
    {
      DetachScope detached(t);
      n = write(fd, view.data(), static_cast<size_t>(view.size()));
      error = errno;
    }
    if (n >= 0) return n;
    if (error != EINTR) return raise_os_error(t, error);
    TRY(poll(t));
  }
}
Result<Owned> posix_lseek(Thread& t, int fd, int64_t position, int how) {
  off_t at = lseek(fd, position, how);
  if (at < 0) return raise_os_error(t, errno);
  return int_from_int64(t, at);
}
Result<Owned> posix_pipe(Thread& t) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return raise_os_error(t, errno);
  return Owned(TRY(tuple_pack(t, Value::small_int_unchecked(fds[0]), Value::small_int_unchecked(fds[1]))));
}
bool posix_isatty(Thread&, int fd) { return isatty(fd); }
constexpr StructField kSizeFields[] = {{"columns", "width of the terminal window in characters"}, {"lines", "height of the terminal window in characters"}, {}};
constexpr StructSequenceDef kTerminalSize = {"os.terminal_size", "A tuple of (columns, lines) for holding terminal window size", kSizeFields, 2};
GlobalSlot g_terminal_size;
Result<Owned> posix_get_terminal_size(Thread& t, Value fd) {
  winsize size;
  if (ioctl(fd.is_null() ? 1 : TRY(convert_int(t, fd)), TIOCGWINSZ, &size) != 0) return raise_os_error(t, errno);
  Value values[] = {Value::small_int_unchecked(size.ws_col), Value::small_int_unchecked(size.ws_row)};
  return Owned(TRY(struct_sequence_new(t, g_terminal_size.load().as<Type>(), values, 2)));
}
int posix_getpid(Thread&) { return getpid(); }
int posix_getppid(Thread&) { return getppid(); }
int posix_getuid(Thread&) { return static_cast<int>(getuid()); }
int posix_geteuid(Thread&) { return static_cast<int>(geteuid()); }
int posix_getgid(Thread&) { return static_cast<int>(getgid()); }
int posix_getegid(Thread&) { return static_cast<int>(getegid()); }
int posix_umask(Thread&, int mask) { return static_cast<int>(umask(static_cast<mode_t>(mask))); }
Result<Owned> posix_urandom(Thread& t, ssize size) {
  if (size < 0) return raise_value_error(t, "negative argument not allowed");
  std::string bytes(static_cast<size_t>(size), '\0');
  for (size_t done = 0; done < bytes.size();) {
    ssize n = getrandom(bytes.data() + done, bytes.size() - done, 0);
    if (n < 0 && errno != EINTR) return raise_os_error(t, errno);
    if (n > 0) done += static_cast<size_t>(n);
  }
  return Owned(TRY(bytes_new(t, bytes)));
}
Result<Owned> posix_cpu_count(Thread& t) { return int_from_int64(t, sysconf(_SC_NPROCESSORS_ONLN)); }
Result<Owned> posix_strerror(Thread& t, int code) { return str_decode_filesystem(t, std::strerror(code)); }
Result<void> posix_kill(Thread& t, int pid, int signum) {
  if (kill(pid, signum) != 0) return raise_os_error(t, errno);
  return poll(t);
}
[[noreturn]] void exit_now(int status) { _exit(status); }
void posix_exit(Thread&, int status) { exit_now(status); }
Result<void> posix_putenv(Thread& t, Value name, Value value) {
  Path n, v;
  TRY(read_path(t, "putenv", name, &n));
  TRY(read_path(t, "putenv", value, &v));
  if (setenv(n.c_str(), v.c_str(), 1) != 0) return raise_os_error(t, errno);
  return {};
}
Result<void> posix_unsetenv(Thread& t, Value name) {
  Path n;
  TRY(read_path(t, "unsetenv", name, &n));
  if (unsetenv(n.c_str()) != 0) return raise_os_error(t, errno);
  return {};
}
Result<Owned> posix_sched_getaffinity(Thread& t, int pid) {
  cpu_set_t set;
  if (sched_getaffinity(pid, sizeof set, &set) != 0) return raise_os_error(t, errno);
  Ref<List> list = TRY(list_new(t));
  for (int i = 0; i < CPU_SETSIZE; i++) {
    if (CPU_ISSET(i, &set)) TRY(list_push(t, *list, Value::small_int_unchecked(i)));
  }
  Owned set_type = TRY(import_attribute(t, "builtins", "set"));
  return call(t, set_type, list);
}
constexpr StructField kUnameFields[] = {{"sysname", "operating system name"}, {"nodename", "name of machine on network (implementation-defined)"},
    {"release", "operating system release"}, {"version", "operating system version"}, {"machine", "hardware identifier"}, {}};
constexpr StructSequenceDef kUnameResult = {"posix.uname_result", "uname_result: Result from os.uname().", kUnameFields, 5};
GlobalSlot g_uname_result;
Result<Owned> posix_uname(Thread& t) {
  utsname u;
  if (uname(&u) != 0) return raise_os_error(t, errno);
  Owned parts[5];
  const char* texts[] = {u.sysname, u.nodename, u.release, u.version, u.machine};
  Value values[5];
  for (int i = 0; i < 5; i++) {
    parts[i] = TRY(str_decode_filesystem(t, texts[i]));
    values[i] = parts[i];
  }
  return Owned(TRY(struct_sequence_new(t, g_uname_result.load().as<Type>(), values, 5)));
}

constexpr MethodDef kPosixMethods[] = {
    function<&posix_stat>("stat", "($module, /, path, *, dir_fd=None, follow_symlinks=True)", "Perform a stat system call on the given path."),
    function<&posix_lstat>("lstat", "($module, /, path, *, dir_fd=None)", "Perform a stat system call on the given path, without following symbolic links."),
    function<&posix_fstat>("fstat", "($module, /, fd)", "Perform a stat system call on the given file descriptor."),
    function<&posix_listdir>("listdir", "($module, /, path=None)", "Return a list containing the names of the files in the directory."),
    function<&posix_scandir>("scandir", "($module, /, path=None)", "Return an iterator of DirEntry objects for given path."),
    function<&posix_chdir>("chdir", "($module, /, path)", "Change the current working directory to the specified path."),
    function<&posix_rmdir>("rmdir", "($module, /, path)", "Remove a directory."),
    function<&posix_unlink>("unlink", "($module, /, path, *, dir_fd=None)", "Remove a file (same as remove())."),
    function<&posix_unlink>("remove", "($module, /, path, *, dir_fd=None)", "Remove a file (same as unlink())."),
    function<&posix_mkdir>("mkdir", "($module, /, path, mode=511, *, dir_fd=None)", "Create a directory."),
    function<&posix_rename>("rename", "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)", "Rename a file or directory."),
    function<&posix_rename>("replace", "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)", "Rename a file or directory, overwriting the destination."),
    function<&posix_symlink>("symlink", "($module, /, src, dst, target_is_directory=False, *, dir_fd=None)", "Create a symbolic link pointing to src named dst."),
    function<&posix_readlink>("readlink", "($module, /, path, *, dir_fd=None)", "Return a string representing the path to which the symbolic link points."),
    function<&posix_chmod>("chmod", "($module, /, path, mode)", "Change the access permissions of a file."),
    function<&posix_access>("access", "($module, /, path, mode)", "Use the real uid/gid to test for access to a path."),
    function<&posix_getcwd>("getcwd", "($module, /)", "Return a unicode string representing the current working directory."),
    function<&posix_getcwdb>("getcwdb", "($module, /)", "Return a bytes string representing the current working directory."),
    function<&posix_open>("open", "($module, /, path, flags, mode=511, *, dir_fd=None)", "Open a file for low level IO.  Returns a file descriptor (integer)."),
    function<&posix_close>("close", "($module, /, fd)", "Close a file descriptor."),
    function<&posix_read>("read", "($module, fd, length, /)", "Read from a file descriptor.  Returns a bytes object."),
    function<&posix_write>("write", "($module, fd, data, /)", "Write a bytes object to a file descriptor."),
    function<&posix_lseek>("lseek", "($module, fd, position, whence, /)", "Set the position of a file descriptor.  Return the new position."),
    function<&posix_pipe>("pipe", "($module, /)", "Create a pipe."),
    function<&posix_isatty>("isatty", "($module, fd, /)", "Return True if the fd is connected to a terminal."),
    function<&posix_get_terminal_size>("get_terminal_size", "($module, fd=<stdout>, /)", "Return the size of the terminal window as (columns, lines)."),
    function<&fspath>("fspath", "($module, /, path)", "Return the file system path representation of the object."),
    function<&posix_getpid>("getpid", "($module, /)", "Return the current process id."),
    function<&posix_getppid>("getppid", "($module, /)", "Return the parent's process id."),
    function<&posix_getuid>("getuid", "($module, /)", "Return the current process's user id."),
    function<&posix_geteuid>("geteuid", "($module, /)", "Return the current process's effective user id."),
    function<&posix_getgid>("getgid", "($module, /)", "Return the current process's group id."),
    function<&posix_getegid>("getegid", "($module, /)", "Return the current process's effective group id."),
    function<&posix_umask>("umask", "($module, mask, /)", "Set the current numeric umask and return the previous umask."),
    function<&posix_urandom>("urandom", "($module, size, /)", "Return a bytes object containing random bytes suitable for cryptographic use."),
    function<&posix_cpu_count>("cpu_count", "($module, /)", "Return the number of logical CPUs in the system."),
    function<&posix_strerror>("strerror", "($module, code, /)", "Translate an error code to a message string."),
    function<&posix_kill>("kill", "($module, pid, signal, /)", "Kill a process with a signal."),
    function<&posix_exit>("_exit", "($module, /, status)", "Exit to the system with specified status, without normal exit processing."),
    function<&posix_putenv>("putenv", "($module, name, value, /)", "Change or add an environment variable."),
    function<&posix_unsetenv>("unsetenv", "($module, name, /)", "Delete an environment variable."),
    function<&posix_sched_getaffinity>("sched_getaffinity", "($module, pid, /)", "Return the affinity of the process identified by pid (or the current process if zero)."),
    function<&posix_uname>("uname", "($module, /)", "Return an object identifying the current operating system."),
    {}};

Result<void> posix_exec(Thread& t, Module& m) {
  Ref<Dict> variables = TRY(dict_new(t));
  for (char** e = environ; *e; e++) {
    const char* equals = std::strchr(*e, '=');
    if (!equals) continue;
    Ref<Bytes> name = TRY(bytes_new(t, *e, equals - *e));
    Ref<Bytes> value = TRY(bytes_new(t, std::string_view(equals + 1)));
    TRY(dict_set_default(t, *variables, name, value));
  }
  TRY(module_add(t, m, "environ", variables));
  TRY(type_ready(t, &dir_entry_type, kEntryDef));
  TRY(type_ready(t, &scandir_type, kScandirDef));
  TRY(module_add_type(t, m, &dir_entry_type));
  TRY(module_add(t, m, "error", Value(&exc_OSError)));
  struct { const StructSequenceDef* def; GlobalSlot* slot; const char* name; } types[] = {
      {&kStatResult, &g_stat_result, "stat_result"}, {&kTerminalSize, &g_terminal_size, "terminal_size"}, {&kUnameResult, &g_uname_result, "uname_result"}};
  for (auto& entry : types) {
    Type* type = TRY(struct_sequence_type(t, *entry.def));
    entry.slot->store(dup(Value(type)));
    TRY(module_add(t, m, entry.name, Value(type)));
  }
#define C(name) TRY(module_add_int(t, m, #name, name));
  C(F_OK) C(R_OK) C(W_OK) C(X_OK) C(O_RDONLY) C(O_WRONLY) C(O_RDWR) C(O_CREAT) C(O_EXCL) C(O_TRUNC) C(O_APPEND) C(O_NONBLOCK) C(O_CLOEXEC) C(O_NOFOLLOW)
  C(O_DIRECTORY) C(WNOHANG)
#undef C
  Ref<List> functions = TRY(list_new(t));
  for (const char* name : {"HAVE_FACCESSAT", "HAVE_FCHMOD", "HAVE_FSTATAT", "HAVE_LSTAT", "HAVE_MKDIRAT", "HAVE_OPENAT", "HAVE_READLINKAT", "HAVE_RENAMEAT", "HAVE_SYMLINKAT", "HAVE_UNLINKAT"}) {
    TRY(list_push(t, *functions, TRY(str_from_ascii(t, name))));
  }
  return module_add(t, m, "_have_functions", functions);
}
constexpr ModuleDef kPosixModule = {.name = "posix", .doc = "This module provides access to operating system functionality that is standardized by the C Standard and the POSIX standard.",
                                    .methods = kPosixMethods, .exec = &posix_exec};
TY_MODULE(kPosixModule)

}  // namespace

}  // namespace ty
