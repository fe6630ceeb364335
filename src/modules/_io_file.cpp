// modules/_io_file.cpp: FileIO, open(), and the _io module itself. CPython: Modules/_io/fileio.c, _iomodule.c.
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/heap.h"
#include "modules/_io.h"
#include "object/type_object.h"
#include "sync/thread_state.h"
#include "types/int.h"
#include "types/list.h"
#include "types/tuple.h"
#include "vm/interpreter.h"

namespace ty {

Type fileio_type;

namespace {

struct FileIO : Object {
  int fd;              // [atomic] -1: closed
  bool created, readable, writable, appending, close_fd;  // [const] after __init__
  int8_t seekable;     // [atomic] -1: not known
  int64_t block_size;  // [const]
  static Type* type() { return &fileio_type; }
};

int descriptor(const FileIO& self) { return __atomic_load_n(&self.fd, __ATOMIC_RELAXED); }

Raised raise_closed(Thread& t) { return raise_value_error(t, "I/O operation on closed file"); }
Raised raise_mode(Thread& t, const char* action) {
  std::string message = std::string("File not open for ") + action;
  return raise_unsupported(t, message.c_str());
}

Result<Owned> fileio_new(Thread& t, Type& type, Args, Kwargs) {
  Object* o = allocate_object(t, &type, static_cast<size_t>(type.basicsize));
  if (!o) return raise_memory_error(t);
  auto* self = static_cast<FileIO*>(o);
  self->fd = -1;
  self->seekable = -1;
  self->close_fd = true;
  return Owned::steal(Value(o));
}

Result<void> close_descriptor(Thread& t, FileIO& self) {
  int fd = __atomic_exchange_n(&self.fd, -1, __ATOMIC_ACQ_REL);
  if (fd < 0) return {};
  int result, error;
  {
    DetachScope detached(t);
    result = close(fd);
    error = errno;
  }
  if (result < 0) return raise_os_error(t, error);
  return {};
}

Result<int> parse_mode(Thread& t, FileIO& self, Str& mode) {
  bool plus = false, read_write = false;
  int flags = 0;
  self.created = self.readable = self.writable = self.appending = false;
  for (ssize i = 0; i < mode.length; i++) {
    switch (mode.at(i)) {
      case 'x':
        if (read_write) goto bad_mode;
        read_write = self.created = self.writable = true;
        flags |= O_EXCL | O_CREAT;
        break;
      case 'r':
        if (read_write) goto bad_mode;
        read_write = self.readable = true;
        break;
      case 'w':
        if (read_write) goto bad_mode;
        read_write = self.writable = true;
        flags |= O_CREAT | O_TRUNC;
        break;
      case 'a':
        if (read_write) goto bad_mode;
        read_write = self.writable = self.appending = true;
        flags |= O_APPEND | O_CREAT;
        break;
      case 'b': break;
      case '+':
        if (plus) goto bad_mode;
        self.readable = self.writable = plus = true;
        break;
      default: return raise_value_error(t, "invalid mode: %.200s", std::string(TRY(str_utf8(t, mode))).c_str());
    }
  }
  if (!read_write) goto bad_mode;
  if (self.readable && self.writable) flags |= O_RDWR;
  else flags |= self.readable ? O_RDONLY : O_WRONLY;
  return flags | O_CLOEXEC;
bad_mode:
  return raise_value_error(t, "Must have exactly one of create/read/write/append mode and at most one plus");
}

Result<void> fileio_init(Thread& t, FileIO& self, Value file, Opt<Str&> mode_text, bool close_fd, Value opener) {
  if (descriptor(self) >= 0) {
    if (self.close_fd) TRY(close_descriptor(t, self));
    else self.fd = -1;
  }
  if (is_true(file) || is_false(file)) {
    TRY(warn_rpy(t, &exc_RuntimeWarning, 1, "bool is used as a file descriptor"));
  }
  int fd = -1;
  Owned path;
  if (is_int(file)) {
    fd = TRY(convert_int(t, file));
    if (fd < 0) return raise_value_error(t, "negative file descriptor");
  } else {
    Owned fspath = TRY(import_attribute(t, "posix", "fspath"));
    Owned given = TRY(call(t, fspath, file));
    path = is_instance(given, Str::type()) ? TRY(str_encode_filesystem(t, *given.value().as<Str>())) : std::move(given);
    std::string_view view = path.value().as<Bytes>()->view();
    if (view.find('\0') != std::string_view::npos) return raise_value_error(t, "embedded null byte");
  }
  Ref<Str> default_mode = TRY(str_from_ascii(t, "r"));
  int flags = TRY(parse_mode(t, self, mode_text ? *mode_text : *default_mode));
  {
    Ref<Tuple> event = TRY(tuple_pack(t, file, mode_text ? Value(mode_text.pointer) : Value(default_mode), Value::small_int_unchecked(flags)));
    TRY(audit(t, "open", event));
  }
  bool opened = false;
  if (fd >= 0) {
    self.close_fd = close_fd;
  } else {
    self.close_fd = true;
    if (!close_fd) return raise_value_error(t, "Cannot use closefd=False with file name");
    opened = true;
    if (is_none(opener)) {
      int error;
      do {
        DetachScope detached(t);
        fd = open(path.value().as<Bytes>()->data(), flags, 0666);
        error = errno;
      } while (fd < 0 && error == EINTR && poll(t).ok());
      if (fd < 0) {
        if (exception_pending(t)) return Raised{};
        return raise_os_error(t, error, file);
      }
    } else {
      Owned result = TRY(call(t, opener, file, Value::small_int_unchecked(flags)));
      if (!is_int(result)) return raise_type_error(t, "expected integer from opener");
      fd = TRY(convert_int(t, result));
      if (fd < 0) return raise_value_error(t, "opener returned %d", fd);
      fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
  }
  struct stat st;
  int stat_result = fstat(fd, &st), error = errno;
  if (stat_result < 0 && error == EBADF) {
    if (opened) close(fd);
    return raise_os_error(t, error);
  }
  if (stat_result == 0 && S_ISDIR(st.st_mode)) {
    if (opened) close(fd);
    return raise_os_error(t, EISDIR, file);
  }
  self.block_size = stat_result == 0 && st.st_blksize > 1 ? st.st_blksize : kIoBufferSize;
  __atomic_store_n(&self.fd, fd, __ATOMIC_RELEASE);
  if (!set_attribute(t, Value(&self), NAME("name"), file).ok()) {
    if (!opened) self.fd = -1;  // the caller's descriptor stays open
    return Raised{};
  }
  if (self.appending && lseek(fd, 0, SEEK_END) < 0 && errno != ESPIPE) return raise_os_error(t, errno);
  return {};
}

Result<Owned> fileio_close(Thread& t, FileIO& self) {
  Value me(&self);
  Ref<FileIO> keep = dup(self);
  auto base = call_method(t, Value(&rawiobase_type), NAME("close"), me);
  Ref<Object> error = base.ok() ? nullptr : take_exception(t);
  Owned result = base.ok() ? base.take() : owned_none();
  if (!self.close_fd) {
    __atomic_store_n(&self.fd, -1, __ATOMIC_RELEASE);
  } else if (!close_descriptor(t, self).ok()) {
    if (error) chain_exceptions(t, std::move(error));
    return Raised{};
  }
  if (error) {
    restore_exception(t, std::move(error));
    return Raised{};
  }
  return result;
}

void fileio_finalize(Thread& t, Value v) {
  auto& self = *v.as<FileIO>();
  if (descriptor(self) >= 0 && self.close_fd) {
    Ref<Object> pending = take_exception(t);
    if (!warn_rpy(t, &exc_ResourceWarning, 1, "unclosed file %R", v).ok()) write_unraisable_rpy(t, v);
    if (pending) restore_exception(t, std::move(pending));
  }
  iobase_finalize(t, v);
}

bool fileio_closed(Thread&, FileIO& self) { return descriptor(self) < 0; }
bool fileio_closefd(Thread&, FileIO& self) { return self.close_fd; }
const char* mode_text(const FileIO& self) {
  if (self.created) return self.readable ? "xb+" : "xb";
  if (self.appending) return self.readable ? "ab+" : "ab";
  if (self.readable) return self.writable ? "rb+" : "rb";
  return "wb";
}
Result<Owned> fileio_mode(Thread& t, FileIO& self) { return Owned(TRY(str_from_ascii(t, mode_text(self)))); }
Result<Owned> fileio_blksize(Thread& t, FileIO& self) { return io_int(t, self.block_size); }

Result<int> fileio_fileno(Thread& t, FileIO& self) {
  if (descriptor(self) < 0) return raise_closed(t);
  return descriptor(self);
}
Result<bool> fileio_readable(Thread& t, FileIO& self) {
  if (descriptor(self) < 0) return raise_closed(t);
  return self.readable;
}
Result<bool> fileio_writable(Thread& t, FileIO& self) {
  if (descriptor(self) < 0) return raise_closed(t);
  return self.writable;
}
Result<bool> fileio_seekable(Thread& t, FileIO& self) {
  if (descriptor(self) < 0) return raise_closed(t);
  if (self.seekable < 0) self.seekable = lseek(descriptor(self), 0, SEEK_CUR) >= 0;
  return self.seekable != 0;
}
Result<bool> fileio_isatty(Thread& t, FileIO& self) {
  if (descriptor(self) < 0) return raise_closed(t);
  return isatty(descriptor(self)) != 0;
}

Result<Owned> fileio_seek(Thread& t, FileIO& self, Value offset, int whence) {
  if (descriptor(self) < 0) return raise_closed(t);
  int64_t to = TRY(io_offset(t, offset));
  off_t at = lseek(descriptor(self), to, whence);
  if (at < 0) return raise_os_error(t, errno);
  return io_int(t, at);
}
Result<Owned> fileio_tell(Thread& t, FileIO& self) { return fileio_seek(t, self, Value::small_int_unchecked(0), SEEK_CUR); }
Result<Owned> fileio_truncate(Thread& t, FileIO& self, Value size) {
  if (descriptor(self) < 0) return raise_closed(t);
  if (!self.writable) return raise_mode(t, "writing");
  Owned wanted = is_none(size) ? TRY(fileio_tell(t, self)) : dup(size);
  int64_t n = TRY(io_offset(t, wanted));
  int result, error;
  {
    DetachScope detached(t);
    result = ftruncate(descriptor(self), n);
    error = errno;
  }
  if (result < 0) return raise_os_error(t, error);
  return wanted;
}

Result<Owned> fileio_readall(Thread& t, FileIO& self) {
  if (descriptor(self) < 0) return raise_closed(t);
  Ref<FileIO> keep = dup(self);
  std::string all;
  struct stat st;
  off_t at = lseek(descriptor(self), 0, SEEK_CUR);
  size_t room = kIoBufferSize;
  if (fstat(descriptor(self), &st) == 0 && st.st_size > 0 && at >= 0 && st.st_size > at) room = static_cast<size_t>(st.st_size - at) + 1;
  if (room > size_t{1} << 46) return raise_overflow_error(t, "unbounded read returned more bytes than a Python bytes object can hold");
  size_t done = 0;
  while (true) {
    if (all.size() - done < 1) all.resize(done ? done + std::max<size_t>(done, kIoBufferSize) : room);
    ssize n = TRY(fileio_read_into(t, Value(&self), all.data() + done, static_cast<ssize>(all.size() - done)));
    if (n == -2) {
      if (done) break;
      return owned_none();
    }
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  return Owned(TRY(bytes_new(t, all.data(), static_cast<ssize>(done))));
}
Result<Owned> fileio_read(Thread& t, FileIO& self, Value size) {
  if (descriptor(self) < 0) return raise_closed(t);
  if (!self.readable) return raise_mode(t, "reading");
  ssize n = TRY(io_size(t, size));
  if (n < 0) return fileio_readall(t, self);
  n = std::min<ssize>(n, INT32_MAX);
  std::string buffer(static_cast<size_t>(n), '\0');
  ssize got = TRY(fileio_read_into(t, Value(&self), buffer.data(), n));
  if (got == -2) return owned_none();
  return Owned(TRY(bytes_new(t, buffer.data(), got)));
}
Result<Owned> fileio_readinto(Thread& t, FileIO& self, Value target) {
  if (descriptor(self) < 0) return raise_closed(t);
  if (!self.readable) return raise_mode(t, "reading");
  BytesLike view;
  TRY(view.acquire_writable(t, target, "readinto"));
  ssize got = TRY(fileio_read_into(t, Value(&self), view.data(), view.size()));
  if (got == -2) return owned_none();
  return io_int(t, got);
}
Result<Owned> fileio_write(Thread& t, FileIO& self, Value data) {
  if (descriptor(self) < 0) return raise_closed(t);
  if (!self.writable) return raise_mode(t, "writing");
  BytesLike view;
  TRY(view.acquire(t, data));
  ssize n = TRY(fileio_write_from(t, Value(&self), view.data(), view.size()));
  if (n == -2) return owned_none();
  return io_int(t, n);
}

Result<Owned> fileio_repr(Thread& t, Value v) {
  auto& self = *v.as<FileIO>();
  if (descriptor(self) < 0) return Owned(TRY(str_from_format(t, "<%s [closed]>", self.Object::type()->name)));
  Owned name = TRY(find_attribute(t, v, NAME("name")));
  const char* closes = self.close_fd ? "True" : "False";
  if (name.value().is_empty()) {
    return Owned(TRY(str_from_format(t, "<%s fd=%d mode='%s' closefd=%s>", self.Object::type()->name, self.fd, mode_text(self), closes)));
  }
  if (repr_enter(t, v)) return raise_runtime_error(t, "reentrant call inside %s.__repr__", self.Object::type()->name);
  auto text = str_from_format(t, "<%s name=%R mode='%s' closefd=%s>", self.Object::type()->name, name.value(), mode_text(self), closes);
  repr_leave(t, v);
  return Owned(TRY(std::move(text)));
}

Result<Owned> fileio_getstate(Thread& t, FileIO& self) {
  return raise_type_error(t, "cannot pickle '%.100s' instances", self.Object::type()->name);
}
bool fileio_dealloc_warn(Thread&, FileIO&, Value) { return false; }

constexpr MethodDef kFileMethods[] = {
    method<&fileio_read>("read", "($self, size=-1, /)", "Read at most size bytes, returned as bytes."),
    method<&fileio_readall>("readall", "($self, /)", "Read all data from the file, returned as bytes."),
    method<&fileio_readinto>("readinto", "($self, buffer, /)", "Same as RawIOBase.readinto()."),
    method<&fileio_write>("write", "($self, b, /)", "Write buffer b to file, return number of bytes written."),
    method<&fileio_seek>("seek", "($self, pos, whence=0, /)", "Move to new file position and return the file position."),
    method<&fileio_tell>("tell", "($self, /)", "Current file position."),
    method<&fileio_truncate>("truncate", "($self, size=None, /)", "Truncate the file to at most size bytes and return the truncated size."),
    method<&fileio_close>("close", "($self, /)", "Close the file."),
    method<&fileio_seekable>("seekable", "($self, /)", "True if file supports random-access."),
    method<&fileio_readable>("readable", "($self, /)", "True if file was opened in a read mode."),
    method<&fileio_writable>("writable", "($self, /)", "True if file was opened in a write mode."),
    method<&fileio_fileno>("fileno", "($self, /)", "Return the underlying file descriptor (an integer)."),
    method<&fileio_isatty>("isatty", "($self, /)", "True if the file is connected to a TTY device."),
    method<&fileio_dealloc_warn>("_dealloc_warn", "($self, source, /)", nullptr),
    method<&fileio_getstate>("__getstate__", "($self, /)", nullptr),
    {}};
constexpr GetSetDef kFileGetSet[] = {getter<&fileio_closed>("closed", "True if the file is closed"),
    getter<&fileio_closefd>("closefd", "True if the file descriptor will be closed by close()."), getter<&fileio_mode>("mode", "String giving the file mode"),
    getter<&fileio_blksize>("_blksize", "Stat st_blksize if available"), {}};
constexpr TypeOps kFileOps = {.repr = &fileio_repr, .init = initializer<"FileIO", "(file, mode='r', closefd=True, opener=None)", &fileio_init>,
                              .create = constructor<"FileIO", "(*args, **kwargs)", &fileio_new>, .finalize = &fileio_finalize};
constexpr TypeDef kFileDef = {.name = "_io.FileIO", .size = sizeof(FileIO), .base = &rawiobase_type,
    .layout = {.flags = kCollectable | kHasAttributes | kHasFinalizer | kPromptType}, .ops = &kFileOps, .methods = kFileMethods, .getset = kFileGetSet,
    .doc = "Open a file.", .text_signature = "(file, mode='r', closefd=True, opener=None)"};

// --- open ---

Result<Owned> io_open(Thread& t, Value file, Str& mode, int buffering, Value encoding, Value errors, Value newline, bool close_fd, Value opener) {
  bool creating = false, reading = false, writing = false, appending = false, updating = false, text = false, binary = false;
  for (ssize i = 0; i < mode.length; i++) {
    char32_t c = mode.at(i);
    bool* flag = c == 'x' ? &creating : c == 'r' ? &reading : c == 'w' ? &writing : c == 'a' ? &appending : c == '+' ? &updating : c == 't' ? &text : c == 'b' ? &binary : nullptr;
    if (!flag || *flag) return raise_value_error(t, "invalid mode: '%U'", Value(&mode));
    *flag = true;
  }
  std::string raw_mode;
  for (auto [set, c] : {std::pair{creating, 'x'}, {reading, 'r'}, {writing, 'w'}, {appending, 'a'}, {updating, '+'}}) {
    if (set) raw_mode.push_back(c);
  }
  if (text && binary) return raise_value_error(t, "can't have text and binary mode at once");
  if (creating + reading + writing + appending != 1) return raise_value_error(t, "must have exactly one of create/read/write/append mode");
  if (binary && !is_none(encoding)) return raise_value_error(t, "binary mode doesn't take an encoding argument");
  if (binary && !is_none(errors)) return raise_value_error(t, "binary mode doesn't take an errors argument");
  if (binary && !is_none(newline)) return raise_value_error(t, "binary mode doesn't take a newline argument");
  if (binary && buffering == 1) {
    TRY(warn_rpy(t, &exc_RuntimeWarning, 1, "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used"));
  }
  Ref<Str> raw_text = TRY(str_from_ascii(t, raw_mode));
  Value raw_arguments[] = {file, raw_text, bool_value(close_fd), opener};
  Owned raw = TRY(call(t, Value(&fileio_type), raw_arguments, 4));
  Owned result = dup(raw.value());
  auto finish = [&]() -> Result<Owned> {
    bool line_buffering = false;
    bool tty = buffering < 0 && isatty(raw.value().as<FileIO>()->fd);
    if (buffering == 1 || tty) {
      buffering = -1;
      line_buffering = true;
    }
    ssize size = buffering < 0 ? static_cast<ssize>(raw.value().as<FileIO>()->block_size) : buffering;
    if (size < 0) return raise_value_error(t, "invalid buffering size");
    if (size == 0) {
      if (!binary) return raise_value_error(t, "can't have unbuffered text I/O");
      return dup(result.value());
    }
    Type* buffer_type = updating ? &buffered_random_type : creating || writing || appending ? &buffered_writer_type : &buffered_reader_type;
    Owned buffer = TRY(call(t, Value(buffer_type), raw, Value::small_int_unchecked(size)));
    result = dup(buffer.value());
    if (binary) return buffer;
    Value arguments[] = {buffer, encoding, errors, newline, bool_value(line_buffering)};
    Owned wrapper = TRY(call(t, Value(&textiowrapper_type), arguments, 5));
    result = dup(wrapper.value());
    TRY(set_attribute(t, wrapper, NAME("mode"), Value(&mode)));
    return wrapper;
  };
  auto opened = finish();
  if (opened.ok()) return opened;
  Ref<Object> error = take_exception(t);
  auto closed = call_method(t, result, NAME("close"));
  if (closed.ok()) {
    Owned ignored = closed.take();
    restore_exception(t, std::move(error));
  } else {
    chain_exceptions(t, std::move(error));
  }
  return Raised{};
}
Result<Owned> io_open_default(Thread& t, Value file, Opt<Str&> mode, int buffering, Value encoding, Value errors, Value newline, bool close_fd, Value opener) {
  if (mode) return io_open(t, file, *mode, buffering, encoding, errors, newline, close_fd, opener);
  Ref<Str> read = TRY(str_from_ascii(t, "r"));
  return io_open(t, file, *read, buffering, encoding, errors, newline, close_fd, opener);
}
Result<Owned> io_open_code(Thread& t, Str& path) {
  Ref<Str> mode = TRY(str_from_ascii(t, "rb"));
  return io_open(t, Value(&path), *mode, -1, none(), none(), none(), true, none());
}
Result<Owned> io_text_encoding(Thread& t, Value encoding, int stack_level) {
  if (!is_none(encoding)) return dup(encoding);
  if (t.interpreter->config->warn_default_encoding) TRY(warn_rpy(t, &exc_EncodingWarning, stack_level, "'encoding' argument not specified"));
  return Owned::steal(t.interpreter->config->utf8_mode ? NAME("utf-8") : NAME("locale"));
}

constexpr MethodDef kIoMethods[] = {
    function<&io_open_default>("open", "($module, /, file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)",
                               "Open file and return a stream.  Raise OSError upon failure."),
    function<&io_open_code>("open_code", "($module, /, path)", "Opens the provided file with the intent to import the contents."),
    function<&io_text_encoding>("text_encoding", "($module, encoding, stacklevel=2, /)", "A helper function to choose the text encoding."),
    {}};

Result<void> io_exec(Thread& t, Module& m) {
  TRY(module_add_int(t, m, "DEFAULT_BUFFER_SIZE", kIoBufferSize));
  TRY(io_add_base(t, m));
  TRY(io_add_file(t, m));
  TRY(io_add_memory(t, m));
  TRY(io_add_buffered(t, m));
  return io_add_text(t, m);
}
constexpr ModuleDef kIoModule = {.name = "_io", .doc = "The io module provides the Python interfaces to stream handling.", .methods = kIoMethods, .exec = &io_exec};
TY_MODULE(kIoModule)

}  // namespace

Result<ssize> fileio_read_into(Thread& t, Value fileio, char* data, ssize size) {
  auto& self = *fileio.as<FileIO>();
  if (!self.readable) return raise_mode(t, "reading");
  while (true) {
    int fd = descriptor(self);
    if (fd < 0) return raise_closed(t);
    ssize n;
    int error;
    {
      DetachScope detached(t);
      n = read(fd, data, static_cast<size_t>(std::min<ssize>(size, INT32_MAX)));
      error = errno;
    }
    if (n >= 0) return n;
    if (error == EAGAIN) return ssize{-2};
    if (error != EINTR) return raise_os_error(t, error);
    TRY(poll(t));
  }
}
Result<ssize> fileio_write_from(Thread& t, Value fileio, const char* data, ssize size) {
  auto& self = *fileio.as<FileIO>();
  if (!self.writable) return raise_mode(t, "writing");
  while (true) {
    int fd = descriptor(self);
    if (fd < 0) return raise_closed(t);
    ssize n;
    int error;
    {
      DetachScope detached(t);
      n = write(fd, data, static_cast<size_t>(std::min<ssize>(size, INT32_MAX)));
      error = errno;
    }
    if (n >= 0) return n;
    if (error == EAGAIN) return ssize{-2};
    if (error != EINTR) return raise_os_error(t, error);
    TRY(poll(t));
  }
}

Result<void> io_add_file(Thread& t, Module& m) {
  TRY(type_ready(t, &fileio_type, kFileDef));
  return module_add_type(t, m, &fileio_type);
}

}  // namespace ty
