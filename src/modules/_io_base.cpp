// modules/_io_base.cpp: _IOBase, _RawIOBase, _BufferedIOBase, _TextIOBase. CPython: Modules/_io/iobase.c, bufferedio.c, textio.c.
#include <cerrno>

#include "mem/heap.h"
#include <string>

#include "modules/_io.h"
#include "object/type_object.h"
#include "sync/thread_state.h"
#include "types/float.h"
#include "types/int.h"
#include "types/list.h"
#include "types/tuple.h"
#include "vm/interpreter.h"

namespace ty {

Type iobase_type, rawiobase_type, bufferediobase_type, textiobase_type;

namespace {

GlobalSlot g_unsupported;

struct IoBase : Object {
  static Type* type() { return &iobase_type; }
};

Result<Owned> iobase_new(Thread& t, Type& type, Args, Kwargs) {
  Object* o = allocate_object(t, &type, static_cast<size_t>(type.basicsize));
  if (!o) return raise_memory_error(t);
  return Owned::steal(Value(o));
}

Result<Owned> iobase_seek(Thread& t, Value, Value, Value) { return raise_unsupported(t, "seek"); }
Result<Owned> iobase_truncate(Thread& t, Value, Value) { return raise_unsupported(t, "truncate"); }
Result<Owned> iobase_fileno(Thread& t, Value) { return raise_unsupported(t, "fileno"); }
Result<Owned> iobase_tell(Thread& t, Value self) {
  return call_method(t, self, NAME("seek"), Value::small_int_unchecked(0), Value::small_int_unchecked(1));
}

/// The attribute "__IOBase_closed" in the instance's dict marks a closed object.
Result<bool> marked_closed(Thread& t, Value self) {
  Owned mark = TRY(find_attribute(t, self, NAME("__IOBase_closed")));
  return !mark.value().is_empty();
}
Result<Owned> iobase_closed(Thread& t, Value self) { return owned_bool(TRY(marked_closed(t, self))); }

Result<void> iobase_flush(Thread& t, Value self) {
  if (TRY(marked_closed(t, self))) return raise_value_error(t, "I/O operation on closed file.");
  return {};
}
Result<void> iobase_close(Thread& t, Value self) {
  if (TRY(marked_closed(t, self))) return {};
  auto flushed = call_method(t, self, NAME("flush"));
  Ref<Object> error = flushed.ok() ? nullptr : take_exception(t);
  if (flushed.ok()) Owned ignored = flushed.take();
  auto marked = set_attribute(t, self, NAME("__IOBase_closed"), true_value());
  if (!marked.ok()) {
    if (error) chain_exceptions(t, std::move(error));
    return Raised{};
  }
  if (error) {
    restore_exception(t, std::move(error));
    return Raised{};
  }
  return {};
}

Result<bool> iobase_seekable(Thread& t, Value self) {
  TRY(io_check_closed(t, self));
  return false;
}
Result<bool> iobase_readable(Thread& t, Value self) { return iobase_seekable(t, self); }
Result<bool> iobase_writable(Thread& t, Value self) { return iobase_seekable(t, self); }
Result<bool> iobase_isatty(Thread& t, Value self) { return iobase_seekable(t, self); }
Result<void> iobase_check_closed(Thread& t, Value self, Value) { return io_check_closed(t, self); }
Result<bool> iobase_check_seekable(Thread& t, Value self, Value) { TRY(io_check_able(t, self, "seekable", "File or stream is not seekable.")); return true; }
Result<bool> iobase_check_readable(Thread& t, Value self, Value) { TRY(io_check_able(t, self, "readable", "File or stream is not readable.")); return true; }
Result<bool> iobase_check_writable(Thread& t, Value self, Value) { TRY(io_check_able(t, self, "writable", "File or stream is not writable.")); return true; }

Result<Owned> iobase_enter(Thread& t, Value self) {
  TRY(io_check_closed(t, self));
  return dup(self);
}
Result<Owned> iobase_exit(Thread& t, Value self, Args) { return call_method(t, self, NAME("close")); }

/// Reads a line through peek() and read().
Result<Owned> iobase_readline(Thread& t, Value self, Value limit) {
  ssize size = TRY(io_size(t, limit));
  Owned peek = TRY(find_attribute(t, self, NAME("peek")));
  std::string buffer;
  while (size < 0 || static_cast<ssize>(buffer.size()) < size) {
    ssize wanted = 1;
    if (!peek.value().is_empty()) {
      auto peeked = call(t, peek, Value::small_int_unchecked(1));
      if (!peeked.ok()) {
        if (io_trap_eintr(t)) continue;
        return Raised{};
      }
      Owned ahead = peeked.take();
      if (!is_instance(ahead, Bytes::type())) {
        return raise_format(t, &exc_OSError, "peek() should have returned a bytes object, not '%.200s'", type_of(ahead)->name);
      }
      std::string_view view = ahead.value().as<Bytes>()->view();
      if (!view.empty()) {
        size_t newline = view.find('\n');
        size_t n = newline == std::string_view::npos ? view.size() : newline + 1;
        if (size >= 0) n = std::min(n, static_cast<size_t>(size) - buffer.size());
        wanted = static_cast<ssize>(n);
      }
    }
    auto read = call_method(t, self, NAME("read"), Value::small_int_unchecked(wanted));
    if (!read.ok()) {
      if (io_trap_eintr(t)) continue;
      return Raised{};
    }
    Owned chunk = read.take();
    if (!is_instance(chunk, Bytes::type())) {
      return raise_format(t, &exc_OSError, "read() should have returned a bytes object, not '%.200s'", type_of(chunk)->name);
    }
    std::string_view view = chunk.value().as<Bytes>()->view();
    if (view.empty()) break;
    buffer.append(view);
    if (buffer.back() == '\n') break;
  }
  return Owned(TRY(bytes_new(t, buffer)));
}

Result<Owned> iobase_iter(Thread& t, Value self) {
  TRY(io_check_closed(t, self));
  return dup(self);
}
Lookup<Owned> iobase_next(Thread& t, Value self) {
  Owned line = TRY(call_method(t, self, NAME("readline")));
  if (TRY(object_length(t, line)) <= 0) return Absent{};
  return line;
}

Result<Owned> iobase_readlines(Thread& t, Value self, Value hint) {
  ssize limit = TRY(io_size(t, hint));
  Ref<List> lines = TRY(list_new(t));
  if (limit <= 0) {
    TRY(list_extend_rpy(t, *lines, self));
    return Owned(std::move(lines));
  }
  Owned iterator = TRY(get_iterator(t, self));
  ssize length = 0;
  while (true) {
    Owned line = TRY(iterator_next(t, iterator));
    if (line.value().is_empty()) break;
    TRY(list_push(t, *lines, line));
    ssize n = TRY(object_length(t, line));
    if (n > limit - length) break;
    length += n;
  }
  return Owned(std::move(lines));
}

Result<void> iobase_writelines(Thread& t, Value self, Value lines) {
  TRY(io_check_closed(t, self));
  Owned iterator = TRY(get_iterator(t, lines));
  while (true) {
    Owned line = TRY(iterator_next(t, iterator));
    if (line.value().is_empty()) return {};
    while (true) {
      auto written = call_method(t, self, NAME("write"), line);
      if (written.ok()) {
        Owned ignored = written.take();
        break;
      }
      if (!io_trap_eintr(t)) return Raised{};
    }
  }
}

// --- raw ---

Result<Owned> rawiobase_readall(Thread& t, Value self) {
  std::string all;
  while (true) {
    auto read = call_method(t, self, NAME("read"), Value::small_int_unchecked(kIoBufferSize));
    if (!read.ok()) {
      if (io_trap_eintr(t)) continue;
      return Raised{};
    }
    Owned chunk = read.take();
    if (is_none(chunk)) {
      if (all.empty()) return chunk;
      break;
    }
    if (!is_instance(chunk, Bytes::type())) return raise_type_error(t, "read() should return bytes");
    if (chunk.value().as<Bytes>()->size == 0) break;
    all.append(chunk.value().as<Bytes>()->view());
  }
  return Owned(TRY(bytes_new(t, all)));
}

Result<Owned> rawiobase_read(Thread& t, Value self, Value size) {
  ssize n = TRY(io_size(t, size));
  if (n < 0) return call_method(t, self, NAME("readall"));
  Value arguments[] = {Value::small_int_unchecked(n)};
  Owned buffer = TRY(call(t, Value(&bytearray_type), arguments, 1));
  Owned got = TRY(call_method(t, self, NAME("readinto"), buffer));
  if (is_none(got)) return got;
  ssize count = TRY(number_as_ssize(t, got, &exc_ValueError));
  BytesLike view;
  TRY(view.acquire(t, buffer));
  if (count < 0 || count > view.size()) {
    return raise_value_error(t, "readinto returned %zd outside buffer size %zd", count, view.size());
  }
  return Owned(TRY(bytes_new(t, view.data(), count)));
}

// --- buffered base ---

Result<Owned> bufferediobase_detach(Thread& t, Value) { return raise_unsupported(t, "detach"); }
Result<Owned> bufferediobase_read(Thread& t, Value, Args) { return raise_unsupported(t, "read"); }
Result<Owned> bufferediobase_read1(Thread& t, Value, Args) { return raise_unsupported(t, "read1"); }
Result<Owned> bufferediobase_write(Thread& t, Value, Value) { return raise_unsupported(t, "write"); }
Result<Owned> generic_readinto(Thread& t, Value self, Value target, Value method) {
  BytesLike view;
  TRY(view.acquire_writable(t, target, "readinto"));
  Owned size = TRY(io_int(t, view.size()));
  Owned data = TRY(call_method(t, self, method, size));
  if (!is_instance(data, Bytes::type())) return raise_type_error(t, "read() should return bytes");
  std::string_view bytes = data.value().as<Bytes>()->view();
  if (static_cast<ssize>(bytes.size()) > view.size()) {
    return raise_value_error(t, "read() returned too much data: %zd bytes requested, %zd returned", view.size(), static_cast<ssize>(bytes.size()));
  }
  bytes.copy(view.data(), bytes.size());
  return io_int(t, static_cast<int64_t>(bytes.size()));
}
Result<Owned> bufferediobase_readinto(Thread& t, Value self, Value target) { return generic_readinto(t, self, target, NAME("read")); }
Result<Owned> bufferediobase_readinto1(Thread& t, Value self, Value target) { return generic_readinto(t, self, target, NAME("read1")); }

// --- text base ---

Result<Owned> textiobase_detach(Thread& t, Value) { return raise_unsupported(t, "detach"); }
Result<Owned> textiobase_read(Thread& t, Value, Args) { return raise_unsupported(t, "read"); }
Result<Owned> textiobase_readline(Thread& t, Value, Args) { return raise_unsupported(t, "readline"); }
Result<Owned> textiobase_write(Thread& t, Value, Value) { return raise_unsupported(t, "write"); }
Result<Owned> textiobase_none(Thread&, Value) { return owned_none(); }

constexpr MethodDef kIoBaseMethods[] = {
    method<&iobase_seek>("seek", "($self, offset, whence=0, /)", "Change the stream position to the given byte offset."),
    method<&iobase_tell>("tell", "($self, /)", "Return current stream position."),
    method<&iobase_truncate>("truncate", "($self, size=None, /)", "Truncate file to size bytes."),
    method<&iobase_flush>("flush", "($self, /)", "Flush write buffers, if applicable."),
    method<&iobase_close>("close", "($self, /)", "Flush and close the IO object."),
    method<&iobase_seekable>("seekable", "($self, /)", "Return whether object supports random access."),
    method<&iobase_readable>("readable", "($self, /)", "Return whether object was opened for reading."),
    method<&iobase_writable>("writable", "($self, /)", "Return whether object was opened for writing."),
    method<&iobase_check_closed>("_checkClosed", "($self, msg=None, /)", nullptr),
    method<&iobase_check_seekable>("_checkSeekable", "($self, msg=None, /)", nullptr),
    method<&iobase_check_readable>("_checkReadable", "($self, msg=None, /)", nullptr),
    method<&iobase_check_writable>("_checkWritable", "($self, msg=None, /)", nullptr),
    method<&iobase_fileno>("fileno", "($self, /)", "Return underlying file descriptor if one exists."),
    method<&iobase_isatty>("isatty", "($self, /)", "Return whether this is an 'interactive' stream."),
    method<&iobase_enter>("__enter__", "($self, /)", nullptr),
    method<&iobase_exit>("__exit__", "($self, /, *args)", nullptr),
    method<&iobase_readline>("readline", "($self, size=-1, /)", "Read and return a line from the stream."),
    method<&iobase_readlines>("readlines", "($self, hint=-1, /)", "Return a list of lines from the stream."),
    method<&iobase_writelines>("writelines", "($self, lines, /)", "Write a list of lines to stream."),
    {}};
constexpr GetSetDef kIoBaseGetSet[] = {getter<&iobase_closed>("closed"), {}};
constexpr TypeOps kIoBaseOps = {.iter = &iobase_iter, .next = &iobase_next, .create = constructor<"_IOBase", "(*args, **kwargs)", &iobase_new>,
                                .finalize = &iobase_finalize};
constexpr TypeDef kIoBaseDef = {.name = "_io._IOBase", .size = sizeof(IoBase),
    .layout = {.flags = kCollectable | kHasAttributes | kHasFinalizer | kPromptType}, .ops = &kIoBaseOps, .methods = kIoBaseMethods, .getset = kIoBaseGetSet,
    .doc = "The abstract base class for all I/O classes."};

constexpr MethodDef kRawMethods[] = {
    method<&rawiobase_read>("read", "($self, size=-1, /)", nullptr),
    method<&rawiobase_readall>("readall", "($self, /)", "Read until EOF, using multiple read() call."),
    {}};
constexpr TypeDef kRawDef = {.name = "_io._RawIOBase", .size = sizeof(IoBase), .base = &iobase_type,
    .layout = {.flags = kCollectable | kHasAttributes | kHasFinalizer | kPromptType}, .methods = kRawMethods, .doc = "Base class for raw binary I/O."};

constexpr MethodDef kBufferedBaseMethods[] = {
    method<&bufferediobase_detach>("detach", "($self, /)", "Disconnect this buffer from its underlying raw stream and return it."),
    method<&bufferediobase_read>("read", "($self, /, *args)", "Read and return up to n bytes."),
    method<&bufferediobase_read1>("read1", "($self, /, *args)", "Read and return up to size bytes, with at most one read() call to the underlying raw stream."),
    method<&bufferediobase_readinto>("readinto", "($self, buffer, /)", nullptr),
    method<&bufferediobase_readinto1>("readinto1", "($self, buffer, /)", nullptr),
    method<&bufferediobase_write>("write", "($self, b, /)", "Write buffer b to the IO stream."),
    {}};
constexpr TypeDef kBufferedBaseDef = {.name = "_io._BufferedIOBase", .size = sizeof(IoBase), .base = &iobase_type,
    .layout = {.flags = kCollectable | kHasAttributes | kHasFinalizer | kPromptType}, .methods = kBufferedBaseMethods, .doc = "Base class for buffered IO objects."};

constexpr MethodDef kTextBaseMethods[] = {
    method<&textiobase_detach>("detach", "($self, /)", "Separate the underlying buffer from the TextIOBase and return it."),
    method<&textiobase_read>("read", "($self, /, *args)", "Read at most size characters from stream."),
    method<&textiobase_readline>("readline", "($self, /, *args)", "Read until newline or EOF."),
    method<&textiobase_write>("write", "($self, s, /)", "Write string s to stream."),
    {}};
constexpr GetSetDef kTextBaseGetSet[] = {getter<&textiobase_none>("encoding", "Encoding of the text stream."),
    getter<&textiobase_none>("newlines", "Line endings translated so far."), getter<&textiobase_none>("errors", "The error setting of the decoder or encoder."), {}};
constexpr TypeDef kTextBaseDef = {.name = "_io._TextIOBase", .size = sizeof(IoBase), .base = &iobase_type,
    .layout = {.flags = kCollectable | kHasAttributes | kHasFinalizer | kPromptType}, .methods = kTextBaseMethods, .getset = kTextBaseGetSet, .doc = "Base class for text I/O."};

}  // namespace

void iobase_finalize(Thread& t, Value self) {
  auto closed = io_is_closed(t, self);
  bool is_closed = false;
  if (closed.ok()) is_closed = closed.take();
  else clear_exception(t);
  if (is_closed) return;
  if (!set_attribute(t, self, NAME("_finalizing"), true_value()).ok()) clear_exception(t);
  auto done = call_method(t, self, NAME("close"));
  if (done.ok()) Owned ignored = done.take();
  else write_unraisable_rpy(t, self);
}

Raised raise_unsupported(Thread& t, const char* message) {
  auto text = str_from_ascii(t, message);
  if (!text.ok()) return Raised{};
  Ref<Str> held = text.take();
  return raise_with_value(t, g_unsupported.load().as<Type>(), held);
}
Result<bool> io_is_closed(Thread& t, Value file) {
  Owned closed = TRY(get_attribute(t, file, NAME("closed")));
  return object_is_true(t, closed);
}
Result<void> io_check_closed(Thread& t, Value file, const char* message) {
  if (TRY(io_is_closed(t, file))) return raise_value_error(t, "%s", message);
  return {};
}
Result<void> io_check_able(Thread& t, Value file, const char* method, const char* message) {
  Ref<Str> name = TRY(str_from_ascii(t, method));
  Owned answer = TRY(call_method(t, file, name));
  if (!is_true(answer)) return raise_unsupported(t, message);
  return {};
}
Result<int64_t> io_offset(Thread& t, Value v) {
  if (is_float(v)) return raise_type_error(t, "'float' object cannot be interpreted as an integer");
  Owned index = TRY(number_index(t, v));
  bool fits;
  int64_t n = int_as_int64(index, &fits);
  if (!fits) return raise_overflow_error(t, "Python int too large to convert to C long");
  return n;
}
Result<ssize> io_size(Thread& t, Value v) {
  if (v.is_null() || is_none(v)) return ssize{-1};
  if (!is_int(v)) {
    Owned method = TRY(lookup_special(t, v, NAME("__index__")));
    if (method.value().is_empty()) return raise_type_error(t, "argument should be integer or None, not '%.200s'", type_of(v)->name);
  }
  return number_as_ssize(t, v, &exc_OverflowError);
}
Result<Owned> io_int(Thread& t, int64_t n) { return int_from_int64(t, n); }

bool io_trap_eintr(Thread& t) {
  if (!exception_matches(t, &exc_InterruptedError)) return false;
  clear_exception(t);
  return poll(t).ok();
}

Result<void> io_add_base(Thread& t, Module& m) {
  TRY(type_ready(t, &iobase_type, kIoBaseDef));
  TRY(type_ready(t, &rawiobase_type, kRawDef));
  TRY(type_ready(t, &bufferediobase_type, kBufferedBaseDef));
  TRY(type_ready(t, &textiobase_type, kTextBaseDef));
  for (Type* type : {&iobase_type, &rawiobase_type, &bufferediobase_type, &textiobase_type}) TRY(module_add_type(t, m, type));
  Ref<Tuple> bases = TRY(tuple_pack(t, Value(&exc_OSError), Value(&exc_ValueError)));
  Ref<Dict> names = TRY(dict_new(t));
  TRY(dict_set_text(t, *names, "__module__", NAME("io")));
  Value arguments[] = {NAME("UnsupportedOperation"), bases, names};
  Owned unsupported = TRY(call(t, Value(&type_type), arguments, 3));
  g_unsupported.store(dup(unsupported.value()));
  TRY(module_add(t, m, "UnsupportedOperation", unsupported));
  return module_add(t, m, "BlockingIOError", Value(&exc_BlockingIOError));
}

}  // namespace ty
