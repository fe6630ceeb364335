// modules/posix_scandir.cpp: posix.scandir() and DirEntry. CPython: Modules/posixmodule.c.
//
// Threads     the stream of a ScandirIterator is used under the iterator's lock; what DirEntry learns later it keeps in Slots (last writer wins).
#include <cstring>
#include <dirent.h>
#include <unistd.h>

#include "modules/posix.h"
#include "modules/static_type.h"
#include "types/generic_alias.h"
#include "types/int.h"

namespace ty::posix {

namespace {

Type scandir_type, direntry_type;

struct DirEntry : Object {
  Slot name;         // [const]
  Slot path;         // [const]
  Slot stat_result;  // [atomic] following links
  Slot lstat_result; // [atomic]
  uint64_t inode;    // [const]
  int dir_fd;        // [const]
  uint8_t kind;      // [const] DT_*
  static Type* type() { return &direntry_type; }
};
struct ScandirIterator : Object {
  Slot path;         // [const] the argument, or null for None
  DIR* dir;          // [lock] null: exhausted or closed
  int fd;            // [const] the descriptor given, or -1
  bool as_bytes;     // [const]
  static Type* type() { return &scandir_type; }
};

// --- DirEntry ---

Result<Owned> fetch_stat(Thread& t, DirEntry& self, bool follow) {
  PathArg path;
  Owned object = self.path.get();
  TRY(path_convert(t, "DirEntry", "path", 4, kPathOnly, self.dir_fd >= 0 ? self.name.load() : object.value(), path));
  struct stat st;
  int r = detached(t, [&] { return fstatat(self.dir_fd >= 0 ? self.dir_fd : AT_FDCWD, path.c_str(), &st, follow ? 0 : AT_SYMLINK_NOFOLLOW); });
  if (r != 0) return raise_os_error(t, errno, object);
  return stat_object(t, st);
}
Result<Owned> entry_lstat(Thread& t, DirEntry& self) {
  Owned known = self.lstat_result.get();
  if (known) return known;
  Owned made = TRY(fetch_stat(t, self, false));
  self.lstat_result.store(&self, dup(made.value()));
  return made;
}
Result<bool> direntry_is_symlink(Thread& t, DirEntry& self) {
  if (self.kind != DT_UNKNOWN) return self.kind == DT_LNK;
  Owned st = TRY(entry_lstat(t, self));
  int mode = TRY(convert_int(t, st.value().as<Tuple>()->get(0)));
  return S_ISLNK(static_cast<mode_t>(mode));
}
Result<Owned> entry_stat(Thread& t, DirEntry& self, bool follow) {
  if (!follow) return entry_lstat(t, self);
  Owned known = self.stat_result.get();
  if (known) return known;
  bool link = TRY(direntry_is_symlink(t, self));
  Owned made = link ? TRY(fetch_stat(t, self, true)) : TRY(entry_lstat(t, self));
  self.stat_result.store(&self, dup(made.value()));
  return made;
}
Result<Owned> direntry_stat(Thread& t, DirEntry& self, bool follow) { return entry_stat(t, self, follow); }
Result<bool> test_mode(Thread& t, DirEntry& self, bool follow, mode_t wanted, uint8_t kind) {
  bool need_stat = self.kind == DT_UNKNOWN || (follow && self.kind == DT_LNK);
  if (!need_stat) return self.kind == kind;
  auto st = entry_stat(t, self, follow);
  if (!st.ok()) {
    if (!exception_matches(t, &exc_FileNotFoundError)) return Raised{};
    clear_exception(t);
    return false;
  }
  Owned held = st.take();
  int mode = TRY(convert_int(t, held.value().as<Tuple>()->get(0)));
  return (static_cast<mode_t>(mode) & S_IFMT) == wanted;
}
Result<bool> direntry_is_dir(Thread& t, DirEntry& self, bool follow) { return test_mode(t, self, follow, S_IFDIR, DT_DIR); }
Result<bool> direntry_is_file(Thread& t, DirEntry& self, bool follow) { return test_mode(t, self, follow, S_IFREG, DT_REG); }
bool direntry_is_junction(Thread&, DirEntry&) { return false; }
uint64_t direntry_inode(Thread&, DirEntry& self) { return self.inode; }
Owned direntry_fspath(Thread&, DirEntry& self) { return self.path.get(); }
Owned direntry_name(Thread&, DirEntry& self) { return self.name.get(); }
Result<Owned> direntry_repr(Thread& t, Value v) { return Owned(TRY(str_from_format(t, "<DirEntry %R>", v.as<DirEntry>()->name.load()))); }
Result<Owned> direntry_class_getitem(Thread& t, Type& cls, Value item) { return generic_alias_new(t, Value(&cls), item); }

constexpr MethodDef kDirEntryMethods[] = {
    method<&direntry_is_dir>("is_dir", "($self, /, *, follow_symlinks=True)", "Return True if the entry is a directory; cached per entry."),
    method<&direntry_is_file>("is_file", "($self, /, *, follow_symlinks=True)", "Return True if the entry is a file; cached per entry."),
    method<&direntry_is_symlink>("is_symlink", "($self, /)", "Return True if the entry is a symbolic link; cached per entry."),
    method<&direntry_is_junction>("is_junction", "($self, /)", "Return True if the entry is a junction; cached per entry."),
    method<&direntry_stat>("stat", "($self, /, *, follow_symlinks=True)", "Return stat_result object for the entry; cached per entry."),
    method<&direntry_inode>("inode", "($self, /)", "Return inode of the entry; cached per entry."),
    method<&direntry_fspath>("__fspath__", "($self, /)", "Returns the path for the entry."),
    class_method<&direntry_class_getitem>("__class_getitem__", "($type, item, /)", "See PEP 585"),
    {}};
constexpr GetSetDef kDirEntryGetSet[] = {getter<&direntry_name>("name", "the entry's base filename, relative to scandir() \"path\" argument"),
    getter<&direntry_fspath>("path", "the entry's full path name; equivalent to os.path.join(scandir_path, entry.name)"), {}};
constexpr uint16_t kDirEntrySlots[] = {offsetof(DirEntry, name), offsetof(DirEntry, path), offsetof(DirEntry, stat_result), offsetof(DirEntry, lstat_result)};
constexpr TypeOps kDirEntryOps = {.repr = &direntry_repr};
constexpr TypeDef kDirEntryDef = {.name = "posix.DirEntry", .size = sizeof(DirEntry), .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kDirEntrySlots, .slot_count = 4}, .ops = &kDirEntryOps, .methods = kDirEntryMethods, .getset = kDirEntryGetSet};

// --- the iterator ---

void close_stream(Thread& t, ScandirIterator& self) {
  DIR* dir;
  {
    CriticalSection section(t, &self);
    dir = self.dir;
    self.dir = nullptr;
  }
  if (!dir) return;
  if (self.fd >= 0) rewinddir(dir);
  detached(t, [&] { return closedir(dir); });
}

Result<Owned> make_entry(Thread& t, ScandirIterator& self, const dirent& e) {
  Ref<DirEntry> entry = TRY(make_object<DirEntry>(t));
  entry->kind = e.d_type;
  entry->inode = e.d_ino;
  entry->dir_fd = self.fd;
  std::string_view name(e.d_name);
  Owned made = self.as_bytes ? Owned(TRY(bytes_new(t, name))) : TRY(str_decode_filesystem(t, name));
  if (self.fd >= 0) {
    entry->path.init(dup(made.value()));
  } else {
    std::string full;
    Value base = self.path.load();
    if (base.is_null()) {
      full = "./";
    } else {
      Owned encoded = TRY(os_fsencode(t, base));
      full = encoded.value().as<Bytes>()->view();
      if (!full.empty() && full.back() != '/') full.push_back('/');
    }
    full.append(name);
    Owned path = self.as_bytes ? Owned(TRY(bytes_new(t, full))) : TRY(str_decode_filesystem(t, full));
    entry->path.init(std::move(path));
  }
  entry->name.init(std::move(made));
  return Owned(std::move(entry));
}
Lookup<Owned> scandir_next(Thread& t, Value v) {
  auto& self = *v.as<ScandirIterator>();
  dirent copy;
  while (true) {
    bool end;
    int error;
    {
      CriticalSection section(t, &self);
      if (!self.dir) return Absent{};
      errno = 0;
      dirent* e = readdir(self.dir);
      error = errno;
      end = !e;
      if (e) std::memcpy(&copy, e, offsetof(dirent, d_name) + std::strlen(e->d_name) + 1);
    }
    if (end) {
      Owned path = self.path.get();
      close_stream(t, self);
      if (error) return raise_os_error(t, error, path);
      return Absent{};
    }
    if (std::strcmp(copy.d_name, ".") && std::strcmp(copy.d_name, "..")) break;
  }
  return TRY(make_entry(t, self, copy));
}
void scandir_close(Thread& t, ScandirIterator& self) { close_stream(t, self); }
Owned scandir_enter(Thread&, ScandirIterator& self) { return borrow_or_dup(Value(&self)); }
void scandir_exit(Thread& t, ScandirIterator& self, Args) { close_stream(t, self); }
void scandir_finalize(Thread& t, Value v) {
  auto& self = *v.as<ScandirIterator>();
  if (!self.dir) return;
  Ref<Object> pending = take_exception(t);
  if (!warn_rpy(t, &exc_ResourceWarning, 1, "unclosed scandir iterator %R", v).ok()) {
    if (exception_matches(t, &exc_Warning)) write_unraisable_rpy(t, v);
    else clear_exception(t);
  }
  close_stream(t, self);
  if (pending) restore_exception(t, std::move(pending));
}

constexpr MethodDef kIteratorMethods[] = {
    method<&scandir_close>("close", "($self, /)", nullptr),
    method<&scandir_enter>("__enter__", "($self, /)", nullptr),
    method<&scandir_exit>("__exit__", "($self, *args)", nullptr),
    {}};
constexpr uint16_t kIteratorSlots[] = {offsetof(ScandirIterator, path)};
constexpr TypeOps kIteratorOps = {.iter = &iterator_returns_self, .next = &scandir_next, .finalize = &scandir_finalize};
constexpr TypeDef kIteratorDef = {.name = "posix.ScandirIterator", .size = sizeof(ScandirIterator), .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kIteratorSlots, .slot_count = 1, .flags = kHasFinalizer | kPromptType}, .ops = &kIteratorOps, .methods = kIteratorMethods};

Result<Owned> posix_scandir(Thread& t, PathOrFdOrNone& path) {
  Ref<ScandirIterator> self = TRY(make_object<ScandirIterator>(t));
  self->fd = path.is_fd ? path.fd : -1;
  self->as_bytes = path.was_bytes;
  if (!path.was_none && !path.is_fd) {
    Owned shown = TRY(os_fspath(t, path.object));
    self->path.init(std::move(shown));
  }
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
  self->dir = dir;
  return Owned(std::move(self));
}

}  // namespace

constexpr MethodDef kScandirMethods[] = {
    function<&posix_scandir>("scandir", "($module, /, path=None)", "Return an iterator of DirEntry objects for given path."), {}};

Result<void> add_scandir_types(Thread& t, Module& m) {
  TRY(ready_static_type(t, scandir_type, kIteratorDef));
  return add_static_type(t, m, direntry_type, kDirEntryDef);
}

}  // namespace ty::posix
