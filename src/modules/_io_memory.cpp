// modules/_io_memory.cpp: BytesIO and StringIO. CPython: Modules/_io/bytesio.c, stringio.c.
//
// BytesIO keeps its bytes in one buffer (room doubles); while views of it are exported it cannot be resized. StringIO keeps code points.
// Threads     every method works under the object's critical section.
#include <cstring>
#include <string>

#include "mem/heap.h"
#include "modules/_io.h"
#include "types/int.h"
#include "types/list.h"
#include "types/tuple.h"

namespace ty {

Type bytesio_type, stringio_type;

namespace {

struct BytesIO : Object {
  char* data;       // [lock]
  ssize size;       // [lock]
  ssize capacity;   // [lock]
  ssize position;   // [lock]
  ssize exports;    // [lock]
  bool closed;      // [lock]
  static Type* type() { return &bytesio_type; }
};

void bytesio_release(Object* o) { free_buffer(static_cast<BytesIO*>(o)->data); }

Result<void> check(Thread& t, BytesIO& self) {
  if (self.closed) return raise_value_error(t, "I/O operation on closed file.");
  return {};
}
Result<void> check_exports(Thread& t, BytesIO& self) {
  if (self.exports > 0) return raise_format(t, &exc_BufferError, "Existing exports of data: object cannot be re-sized");
  return {};
}
Result<void> reserve(Thread& t, BytesIO& self, ssize wanted) {
  if (wanted <= self.capacity) return {};
  ssize capacity = std::max<ssize>(wanted, self.capacity + self.capacity / 2 + 16);
  auto* fresh = static_cast<char*>(allocate_buffer(static_cast<size_t>(capacity)));
  if (!fresh) return raise_memory_error(t);
  if (self.size) std::memcpy(fresh, self.data, static_cast<size_t>(self.size));
  free_buffer(self.data);
  self.data = fresh;
  self.capacity = capacity;
  return {};
}
Result<ssize> put(Thread& t, BytesIO& self, std::string_view bytes) {
  TRY(check(t, self));
  TRY(check_exports(t, self));
  if (bytes.empty()) return ssize{0};
  ssize end = self.position + static_cast<ssize>(bytes.size());
  TRY(reserve(t, self, end));
  if (self.position > self.size) std::memset(self.data + self.size, 0, static_cast<size_t>(self.position - self.size));
  std::memcpy(self.data + self.position, bytes.data(), bytes.size());
  self.position = end;
  if (end > self.size) self.size = end;
  return static_cast<ssize>(bytes.size());
}

Result<Owned> bytesio_new(Thread& t, Type& type, Args, Kwargs) {
  Object* o = allocate_object(t, &type, static_cast<size_t>(type.basicsize));
  if (!o) return raise_memory_error(t);
  return Owned::steal(Value(o));
}
Result<void> bytesio_init(Thread& t, Locked<BytesIO> self, Value initial) {
  TRY(check_exports(t, *self));
  self->size = self->position = 0;
  self->closed = false;
  if (initial.is_null() || is_none(initial)) return {};
  BytesLike view;
  TRY(view.acquire(t, initial));
  TRY(put(t, *self, view.view()));
  self->position = 0;
  return {};
}

std::string_view take(BytesIO& self, ssize n) {
  ssize left = std::max<ssize>(0, self.size - self.position);
  if (n < 0 || n > left) n = left;
  std::string_view view(self.data + (n ? self.position : 0), static_cast<size_t>(n));
  self.position += n;
  return view;
}
std::string_view take_line(BytesIO& self, ssize limit) {
  ssize left = std::max<ssize>(0, self.size - self.position);
  if (left == 0) return {};
  const void* newline = std::memchr(self.data + self.position, '\n', static_cast<size_t>(left));
  ssize n = newline ? static_cast<const char*>(newline) - (self.data + self.position) + 1 : left;
  if (limit >= 0 && n > limit) n = limit;
  return take(self, n);
}
Result<Owned> bytesio_read(Thread& t, Locked<BytesIO> self, Value size) {
  ssize n = TRY(io_size(t, size));
  TRY(check(t, *self));
  return Owned(TRY(bytes_new(t, take(*self, n))));
}
Result<Owned> bytesio_readline(Thread& t, Locked<BytesIO> self, Value size) {
  ssize n = TRY(io_size(t, size));
  TRY(check(t, *self));
  return Owned(TRY(bytes_new(t, take_line(*self, n))));
}
Result<Owned> bytesio_readlines(Thread& t, Locked<BytesIO> self, Value size) {
  ssize limit = TRY(io_size(t, size)), total = 0;
  TRY(check(t, *self));
  Ref<List> lines = TRY(list_new(t));
  while (true) {
    std::string_view line = take_line(*self, -1);
    if (line.empty()) break;
    total += static_cast<ssize>(line.size());
    Ref<Bytes> bytes = TRY(bytes_new(t, line));
    TRY(list_push(t, *lines, bytes));
    if (limit > 0 && total >= limit) break;
  }
  return Owned(std::move(lines));
}
Result<Owned> bytesio_readinto(Thread& t, Locked<BytesIO> self, Value target) {
  BytesLike view;
  TRY(view.acquire_writable(t, target, "readinto"));
  TRY(check(t, *self));
  std::string_view bytes = take(*self, view.size());
  bytes.copy(view.data(), bytes.size());
  return io_int(t, static_cast<int64_t>(bytes.size()));
}
Lookup<Owned> bytesio_next(Thread& t, Value v) {
  auto& self = *v.as<BytesIO>();
  CriticalSection section(t, self);
  TRY(check(t, self));
  std::string_view line = take_line(self, -1);
  if (line.empty()) return Absent{};
  return Owned(TRY(bytes_new(t, line)));
}
Result<Owned> bytesio_iter(Thread& t, Value v) {
  TRY(check(t, *v.as<BytesIO>()));
  return dup(v);
}
Result<Owned> bytesio_write(Thread& t, Locked<BytesIO> self, Value data) {
  TRY(check(t, *self));
  BytesLike view;
  TRY(view.acquire(t, data));
  return io_int(t, TRY(put(t, *self, view.view())));
}
Result<void> bytesio_writelines(Thread& t, BytesIO& self, Value lines) {
  TRY(check(t, self));
  Owned iterator = TRY(get_iterator(t, lines));
  while (true) {
    Owned line = TRY(iterator_next(t, iterator));
    if (line.value().is_empty()) return {};
    BytesLike view;
    TRY(view.acquire(t, line));
    CriticalSection section(t, self);
    TRY(put(t, self, view.view()));
  }
}
Result<Owned> bytesio_seek(Thread& t, Locked<BytesIO> self, ssize position, int whence) {
  TRY(check(t, *self));
  if (position < 0 && whence == 0) return raise_value_error(t, "negative seek value %zd", position);
  if (whence == 1) position += self->position;
  else if (whence == 2) position += self->size;
  else if (whence != 0) return raise_value_error(t, "invalid whence (%i, should be 0, 1 or 2)", whence);
  self->position = std::max<ssize>(0, position);
  return io_int(t, self->position);
}
Result<Owned> bytesio_tell(Thread& t, Locked<BytesIO> self) {
  TRY(check(t, *self));
  return io_int(t, self->position);
}
Result<Owned> bytesio_truncate(Thread& t, Locked<BytesIO> self, Value size) {
  TRY(check(t, *self));
  TRY(check_exports(t, *self));
  ssize n = is_none(size) ? self->position : TRY(io_size(t, size));
  if (n < 0) return raise_value_error(t, "negative size value %zd", n);
  if (n < self->size) self->size = n;
  return io_int(t, n);
}
Result<Owned> bytesio_getvalue(Thread& t, Locked<BytesIO> self) {
  TRY(check(t, *self));
  return Owned(TRY(bytes_new(t, self->data, self->size)));
}
Result<Owned> bytesio_getbuffer(Thread& t, BytesIO& self) {
  TRY(check(t, self));
  Owned memoryview = TRY(get_attribute(t, TRY(import_module(t, "builtins")), NAME("memoryview")));
  return call(t, memoryview, Value(&self));
}
Result<void> bytesio_close(Thread& t, Locked<BytesIO> self) {
  TRY(check_exports(t, *self));
  self->closed = true;
  self->size = self->position = 0;
  return {};
}
bool bytesio_closed(Thread&, BytesIO& self) { return self.closed; }
Result<bool> bytesio_yes(Thread& t, BytesIO& self) {
  TRY(check(t, self));
  return true;
}
Result<bool> bytesio_isatty(Thread& t, BytesIO& self) {
  TRY(check(t, self));
  return false;
}
Result<void> bytesio_flush(Thread& t, BytesIO& self) { return check(t, self); }
Result<Owned> bytesio_getstate(Thread& t, BytesIO& self) {
  TRY(check(t, self));
  Ref<Bytes> bytes = TRY(bytes_new(t, self.data, self.size));
  Owned position = TRY(io_int(t, self.position));
  Owned dict = TRY(find_attribute(t, Value(&self), NAME("__dict__")));
  return Owned(TRY(tuple_pack(t, bytes, position, dict.value().is_empty() ? none() : dict.value())));
}
Result<void> bytesio_setstate(Thread& t, Locked<BytesIO> self, Value state) {
  if (!is_instance(state, Tuple::type()) || state.as<Tuple>()->size < 3) {
    return raise_type_error(t, "%.200s.__setstate__ argument should be 3-tuple, got %.200s", self->Object::type()->name, type_of(state)->name);
  }
  TRY(check_exports(t, *self));
  Tuple& items = *state.as<Tuple>();
  self->size = self->position = 0;
  BytesLike view;
  TRY(view.acquire(t, items.get(0)));
  TRY(put(t, *self, view.view()));
  if (!is_int(items.get(1))) return raise_type_error(t, "second item of state must be an integer, not %.200s", type_of(items.get(1))->name);
  ssize position = TRY(number_as_ssize(t, items.get(1), &exc_OverflowError));
  if (position < 0) return raise_value_error(t, "position value cannot be negative");
  self->position = position;
  if (!is_none(items.get(2))) {
    Owned dict = TRY(get_attribute(t, Value(self.get()), NAME("__dict__")));
    TRY(dict_update_rpy(t, *dict.value().as<Dict>(), items.get(2)));
  }
  return {};
}
Result<void> bytesio_get_buffer(Thread& t, Value v, Buffer& out, int flags) {
  auto& self = *v.as<BytesIO>();
  CriticalSection section(t, self);
  TRY(reserve(t, self, 1));
  TRY(buffer_fill(t, out, v, self.data, self.size, false, flags));
  self.exports++;
  return {};
}
void bytesio_release_buffer(Thread& t, Value v, Buffer&) {
  auto& self = *v.as<BytesIO>();
  CriticalSection section(t, self);
  self.exports--;
}

constexpr MethodDef kBytesMethods[] = {
    method<&bytesio_yes>("readable", "($self, /)", "Returns True if the IO object can be read."),
    method<&bytesio_yes>("writable", "($self, /)", "Returns True if the IO object can be written."),
    method<&bytesio_yes>("seekable", "($self, /)", "Returns True if the IO object can be seeked."),
    method<&bytesio_flush>("flush", "($self, /)", "Does nothing."),
    method<&bytesio_isatty>("isatty", "($self, /)", "Always returns False."),
    method<&bytesio_read>("read", "($self, size=-1, /)", "Read at most size bytes, returned as a bytes object."),
    method<&bytesio_read>("read1", "($self, size=-1, /)", "Read at most size bytes, returned as a bytes object."),
    method<&bytesio_readline>("readline", "($self, size=-1, /)", "Next line from the file, as a bytes object."),
    method<&bytesio_readlines>("readlines", "($self, size=None, /)", "List of bytes objects, each a line from the file."),
    method<&bytesio_readinto>("readinto", "($self, buffer, /)", "Read bytes into buffer."),
    method<&bytesio_write>("write", "($self, b, /)", "Write bytes to file."),
    method<&bytesio_writelines>("writelines", "($self, lines, /)", "Write lines to the file."),
    method<&bytesio_seek>("seek", "($self, pos, whence=0, /)", "Change stream position."),
    method<&bytesio_tell>("tell", "($self, /)", "Current file position, an integer."),
    method<&bytesio_truncate>("truncate", "($self, size=None, /)", "Truncate the file to at most size bytes."),
    method<&bytesio_getvalue>("getvalue", "($self, /)", "Retrieve the entire contents of the BytesIO object."),
    method<&bytesio_getbuffer>("getbuffer", "($self, /)", "Get a read-write view over the contents of the BytesIO object."),
    method<&bytesio_close>("close", "($self, /)", "Disable all I/O operations."),
    method<&bytesio_getstate>("__getstate__", "($self, /)", nullptr),
    method<&bytesio_setstate>("__setstate__", "($self, state, /)", nullptr),
    {}};
constexpr GetSetDef kBytesGetSet[] = {getter<&bytesio_closed>("closed", "True if the file is closed."), {}};
constexpr TypeOps kBytesOps = {.iter = &bytesio_iter, .next = &bytesio_next, .init = initializer<"BytesIO", "(initial_bytes=b'')", &bytesio_init>,
    .create = constructor<"BytesIO", "(*args, **kwargs)", &bytesio_new>, .finalize = &iobase_finalize,
    .get_buffer = &bytesio_get_buffer, .release_buffer = &bytesio_release_buffer};
constexpr TypeDef kBytesIODef = {.name = "_io.BytesIO", .size = sizeof(BytesIO), .base = &bufferediobase_type,
    .layout = {.flags = kCollectable | kHasAttributes | kHasFinalizer | kPromptType, .release = &bytesio_release}, .ops = &kBytesOps,
    .methods = kBytesMethods, .getset = kBytesGetSet, .doc = "Buffered I/O implementation using an in-memory bytes buffer.",
    .text_signature = "(initial_bytes=b'')"};

// --- StringIO ---

struct StringIO : Object {
  char32_t* data;     // [lock]
  ssize size;         // [lock]
  ssize capacity;     // [lock]
  ssize position;     // [lock]
  Slot newline;       // [lock] Str or None: as given
  Slot decoder;       // [lock] newline decoder or null
  bool closed;        // [lock]
  bool ready;         // [lock] __init__ ran
  bool read_universal, read_translate;  // [lock]
  bool write_crlf, write_cr;            // [lock]
  static Type* type() { return &stringio_type; }
};

void stringio_release(Object* o) { free_buffer(static_cast<StringIO*>(o)->data); }

Result<void> check(Thread& t, StringIO& self) {
  if (!self.ready) return raise_value_error(t, "I/O operation on uninitialized object");
  if (self.closed) return raise_value_error(t, "I/O operation on closed file");
  return {};
}

Result<void> put_units(Thread& t, StringIO& self, Str& s) {
  ssize end = self.position + s.length;
  if (end > self.capacity) {
    ssize capacity = std::max<ssize>(end, self.capacity + self.capacity / 2 + 16);
    auto* fresh = static_cast<char32_t*>(allocate_buffer(static_cast<size_t>(capacity) * 4));
    if (!fresh) return raise_memory_error(t);
    if (self.size) std::memcpy(fresh, self.data, static_cast<size_t>(self.size) * 4);
    free_buffer(self.data);
    self.data = fresh;
    self.capacity = capacity;
  }
  for (ssize i = self.size; i < self.position; i++) self.data[i] = 0;
  str_copy_units(s, 0, s.length, 4, self.data + self.position);
  self.position = end;
  self.size = std::max(self.size, end);
  return {};
}

/// What is written: newlines decoded (universal modes) and "\n" replaced by the write newline.
Result<void> put(Thread& t, StringIO& self, Value text) {
  Owned decoded = dup(text);
  if (!self.decoder.is_null()) {
    Owned decoder = self.decoder.get();
    decoded = TRY(newline_decoder_decode(t, decoder, text, true));
  }
  if (self.write_crlf || self.write_cr) {
    Value newline = self.write_crlf ? NAME("\r\n") : NAME("\r");
    decoded = TRY(call_method(t, decoded, NAME("replace"), NAME("\n"), newline));
  }
  TRY(check(t, self));
  return put_units(t, self, *decoded.value().as<Str>());
}

Result<Owned> stringio_new(Thread& t, Type& type, Args, Kwargs) {
  Object* o = allocate_object(t, &type, static_cast<size_t>(type.basicsize));
  if (!o) return raise_memory_error(t);
  return Owned::steal(Value(o));
}
Result<void> stringio_init(Thread& t, Locked<StringIO> self, Value initial, Value newline) {
  bool has_newline = newline.is_null() || !is_none(newline);
  Owned given = newline.is_null() ? Owned::steal(NAME("\n")) : dup(newline);
  if (has_newline) {
    if (!is_instance(given, Str::type())) return raise_type_error(t, "newline must be str or None, not %.200s", type_of(given)->name);
    Str& s = *given.value().as<Str>();
    if (!(str_equal_ascii(s, "") || str_equal_ascii(s, "\n") || str_equal_ascii(s, "\r") || str_equal_ascii(s, "\r\n"))) {
      return raise_value_error(t, "illegal newline value: %R", given.value());
    }
  }
  if (!initial.is_null() && !is_none(initial) && !is_instance(initial, Str::type())) {
    return raise_type_error(t, "initial_value must be str or None, not %.200s", type_of(initial)->name);
  }
  self->size = self->position = 0;
  self->closed = false;
  self->ready = true;
  Str* s = has_newline ? given.value().as<Str>() : nullptr;
  self->read_universal = !s || s->length == 0;
  self->read_translate = !s;
  self->write_crlf = s && str_equal_ascii(*s, "\r\n");
  self->write_cr = s && str_equal_ascii(*s, "\r");
  self->newline.store(self.get(), dup(given.value()));
  if (self->read_universal) {
    Owned decoder = TRY(newline_decoder_new(t, none(), self->read_translate));
    self->decoder.store(self.get(), std::move(decoder));
  } else {
    self->decoder.store(self.get(), Owned());
  }
  if (!initial.is_null() && !is_none(initial) && initial.as<Str>()->length) {
    TRY(put(t, *self, initial));
    self->position = 0;
  }
  return {};
}

Result<Owned> units(Thread& t, StringIO& self, ssize start, ssize n) { return Owned(TRY(str_from_ucs4(t, self.data + (n ? start : 0), n))); }

Result<Owned> stringio_read(Thread& t, Locked<StringIO> self, Value size) {
  TRY(check(t, *self));
  ssize n = TRY(io_size(t, size)), left = std::max<ssize>(0, self->size - self->position);
  if (n < 0 || n > left) n = left;
  Owned text = TRY(units(t, *self, self->position, n));
  self->position += n;
  return text;
}
/// Length of the line that begins at the position.
ssize line_length(StringIO& self, ssize limit) {
  ssize left = std::max<ssize>(0, self.size - self.position);
  if (limit >= 0 && limit < left) left = limit;
  const char32_t* p = self.data + self.position;
  for (ssize i = 0; i < left; i++) {
    if (self.write_crlf) {
      if (p[i] == '\r' && self.position + i + 1 < self.size && p[i + 1] == '\n') return std::min(left, i + 2);
    } else if (self.write_cr) {
      if (p[i] == '\r') return i + 1;
    } else if (p[i] == '\n') {
      return i + 1;
    } else if (p[i] == '\r' && self.read_universal && !self.read_translate) {
      return self.position + i + 1 < self.size && p[i + 1] == '\n' ? std::min(left, i + 2) : i + 1;
    }
  }
  return left;
}
Result<Owned> take_line(Thread& t, StringIO& self, ssize limit) {
  ssize n = line_length(self, limit);
  Owned text = TRY(units(t, self, self.position, n));
  self.position += n;
  return text;
}
Result<Owned> stringio_readline(Thread& t, Locked<StringIO> self, Value size) {
  TRY(check(t, *self));
  return take_line(t, *self, TRY(io_size(t, size)));
}
Lookup<Owned> stringio_next(Thread& t, Value v) {
  auto& self = *v.as<StringIO>();
  CriticalSection section(t, self);
  TRY(check(t, self));
  if (self.position >= self.size) return Absent{};
  return take_line(t, self, -1).take();
}
Result<Owned> stringio_iter(Thread& t, Value v) {
  TRY(check(t, *v.as<StringIO>()));
  return dup(v);
}
Result<Owned> stringio_write(Thread& t, Locked<StringIO> self, Value text) {
  if (!is_instance(text, Str::type())) return raise_type_error(t, "string argument expected, got '%s'", type_of(text)->name);
  TRY(check(t, *self));
  ssize n = text.as<Str>()->length;
  if (n) TRY(put(t, *self, text));
  return io_int(t, n);
}
Result<Owned> stringio_seek(Thread& t, Locked<StringIO> self, ssize position, int whence) {
  TRY(check(t, *self));
  if (whence != 0 && whence != 1 && whence != 2) return raise_value_error(t, "Invalid whence (%i, should be 0, 1 or 2)", whence);
  if (position < 0 && whence == 0) return raise_value_error(t, "Negative seek position %zd", position);
  if (whence != 0 && position != 0) return raise_format(t, &exc_OSError, "Can't do nonzero cur-relative seeks");
  if (whence == 1) position = self->position;
  else if (whence == 2) position = self->size;
  self->position = position;
  return io_int(t, position);
}
Result<Owned> stringio_tell(Thread& t, Locked<StringIO> self) {
  TRY(check(t, *self));
  return io_int(t, self->position);
}
Result<Owned> stringio_truncate(Thread& t, Locked<StringIO> self, Value size) {
  TRY(check(t, *self));
  ssize n = is_none(size) ? self->position : TRY(io_size(t, size));
  if (n < 0) return raise_value_error(t, "Negative size value %zd", n);
  if (n < self->size) self->size = n;
  return io_int(t, n);
}
Result<Owned> stringio_getvalue(Thread& t, Locked<StringIO> self) {
  TRY(check(t, *self));
  return units(t, *self, 0, self->size);
}
Result<void> stringio_close(Thread&, Locked<StringIO> self) {
  self->closed = true;
  self->size = self->position = 0;
  return {};
}
Result<bool> stringio_closed(Thread& t, StringIO& self) {
  if (!self.ready) return raise_value_error(t, "I/O operation on uninitialized object");
  return self.closed;
}
Result<bool> stringio_yes(Thread& t, StringIO& self) {
  TRY(check(t, self));
  return true;
}
Result<bool> stringio_line_buffering(Thread& t, StringIO& self) {
  TRY(check(t, self));
  return false;
}
Result<Owned> stringio_newlines(Thread& t, StringIO& self) {
  TRY(check(t, self));
  Owned decoder = self.decoder.get();
  if (!decoder) return owned_none();
  return get_attribute(t, decoder, NAME("newlines"));
}
Result<Owned> stringio_getstate(Thread& t, StringIO& self) {
  TRY(check(t, self));
  Owned text = TRY(units(t, self, 0, self.size));
  Owned position = TRY(io_int(t, self.position));
  Owned newline = self.newline.get();
  Owned dict = TRY(find_attribute(t, Value(&self), NAME("__dict__")));
  return Owned(TRY(tuple_pack(t, text, newline, position, dict.value().is_empty() ? none() : dict.value())));
}
Result<void> stringio_setstate(Thread& t, StringIO& self, Value state) {
  if (!is_instance(state, Tuple::type()) || state.as<Tuple>()->size < 4) {
    return raise_type_error(t, "%.200s.__setstate__ argument should be 4-tuple, got %.200s", self.Object::type()->name, type_of(state)->name);
  }
  Tuple& items = *state.as<Tuple>();
  CriticalSection section(t, self);
  Locked<StringIO> locked(section);
  TRY(stringio_init(t, locked, nullptr, items.get(1)));
  if (!is_instance(items.get(0), Str::type())) return raise_type_error(t, "first item of state must be a str, not %.200s", type_of(items.get(0))->name);
  TRY(put_units(t, self, *items.get(0).as<Str>()));
  ssize position = TRY(number_as_ssize(t, items.get(2), &exc_OverflowError));
  if (position < 0) return raise_value_error(t, "position value cannot be negative");
  self.position = position;
  if (!is_none(items.get(3))) {
    Owned dict = TRY(get_attribute(t, Value(&self), NAME("__dict__")));
    TRY(dict_update_rpy(t, *dict.value().as<Dict>(), items.get(3)));
  }
  return {};
}

constexpr MethodDef kStringMethods[] = {
    method<&stringio_close>("close", "($self, /)", "Close the IO object."),
    method<&stringio_getvalue>("getvalue", "($self, /)", "Retrieve the entire contents of the object."),
    method<&stringio_read>("read", "($self, size=-1, /)", "Read at most size characters, returned as a string."),
    method<&stringio_readline>("readline", "($self, size=-1, /)", "Read until newline or EOF."),
    method<&stringio_tell>("tell", "($self, /)", "Tell the current file position."),
    method<&stringio_truncate>("truncate", "($self, pos=None, /)", "Truncate size to pos."),
    method<&stringio_seek>("seek", "($self, pos, whence=0, /)", "Change stream position."),
    method<&stringio_write>("write", "($self, s, /)", "Write string to file."),
    method<&stringio_yes>("seekable", "($self, /)", "Returns True if the IO object can be seeked."),
    method<&stringio_yes>("readable", "($self, /)", "Returns True if the IO object can be read."),
    method<&stringio_yes>("writable", "($self, /)", "Returns True if the IO object can be written."),
    method<&stringio_getstate>("__getstate__", "($self, /)", nullptr),
    method<&stringio_setstate>("__setstate__", "($self, state, /)", nullptr),
    {}};
constexpr GetSetDef kStringGetSet[] = {getter<&stringio_closed>("closed"), getter<&stringio_newlines>("newlines"),
                                       getter<&stringio_line_buffering>("line_buffering"), {}};
constexpr uint16_t kStringSlots[] = {offsetof(StringIO, newline), offsetof(StringIO, decoder)};
constexpr TypeOps kStringOps = {.iter = &stringio_iter, .next = &stringio_next, .init = initializer<"StringIO", "(initial_value='', newline='\\n')", &stringio_init>,
    .create = constructor<"StringIO", "(*args, **kwargs)", &stringio_new>, .finalize = &iobase_finalize};
constexpr TypeDef kStringDef = {.name = "_io.StringIO", .size = sizeof(StringIO), .base = &textiobase_type,
    .layout = {.slot_offsets = kStringSlots, .slot_count = 2, .flags = kCollectable | kHasAttributes | kHasFinalizer | kPromptType, .release = &stringio_release},
    .ops = &kStringOps, .methods = kStringMethods, .getset = kStringGetSet, .doc = "Text I/O implementation using an in-memory buffer.",
    .text_signature = "(initial_value='', newline='\\n')"};

}  // namespace

Result<void> io_add_memory(Thread& t, Module& m) {
  TRY(type_ready(t, &bytesio_type, kBytesIODef));
  TRY(module_add_type(t, m, &bytesio_type));
  TRY(type_ready(t, &stringio_type, kStringDef));
  return module_add_type(t, m, &stringio_type);
}

}  // namespace ty
