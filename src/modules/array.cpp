// modules/array.cpp: the array module. CPython: Modules/arraymodule.c.
//
// Threads     every access to the items happens under the array's critical section (nothing for a LOCAL array); while buffers are exported the array
//             cannot be resized.
#include <bit>
#include <cstring>
#include <string>

#include "base/text_buffer.h"
#include "object/type_object.h"
#include "types/bytes.h"
#include "types/container.h"
#include "types/dict.h"
#include "types/float.h"
#include "types/generic_alias.h"
#include "types/int.h"
#include "types/list.h"
#include "types/module.h"
#include "types/slice.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

struct Kind {
  char code;
  uint8_t size;
  char format[2];
  const char* below;  // what is raised for ints out of range
  const char* above;
};
constexpr Kind kKinds[] = {
    {'b', 1, "b", "signed char is less than minimum", "signed char is greater than maximum"},
    {'B', 1, "B", "unsigned byte integer is less than minimum", "unsigned byte integer is greater than maximum"},
    {'u', 4, "w", nullptr, nullptr}, {'w', 4, "w", nullptr, nullptr},
    {'h', 2, "h", "signed short integer is less than minimum", "signed short integer is greater than maximum"},
    {'H', 2, "H", "unsigned short is less than minimum", "unsigned short is greater than maximum"},
    {'i', 4, "i", "signed integer is less than minimum", "signed integer is greater than maximum"},
    {'I', 4, "I", "can't convert negative value to unsigned int", "unsigned int is greater than maximum"},
    {'l', 8, "l", "Python int too large to convert to C long", "Python int too large to convert to C long"},
    {'L', 8, "L", "can't convert negative value to unsigned int", "Python int too large to convert to C unsigned long"},
    {'q', 8, "q", "int too big to convert", "int too big to convert"},
    {'Q', 8, "Q", "can't convert negative int to unsigned", "int too big to convert"},
    {'f', 4, "f", nullptr, nullptr}, {'d', 8, "d", nullptr, nullptr}};

struct Array : VarObject {  // size: [lock] items
  char* items;              // [lock]
  ssize allocated;          // [lock] items
  const Kind* kind;         // [const]
  ssize exports;            // [lock]
  static Type* type();
};
struct ArrayIterator : Object {
  Slot array;   // [lock] null: exhausted
  ssize index;  // [lock]
  static Type* type();
};
Type array_type, array_iterator_type;
Type* Array::type() { return &array_type; }
Type* ArrayIterator::type() { return &array_iterator_type; }
bool is_array(Value v) { return is_instance(v, &array_type); }
bool is_unicode(const Kind& k) { return k.code == 'u' || k.code == 'w'; }

Result<Owned> load_item(Thread& t, const Kind& kind, const char* p) {
#define LOAD(T) ({ T v_; std::memcpy(&v_, p, sizeof v_); v_; })
  switch (kind.code) {
    case 'b': return small_int(LOAD(int8_t));
    case 'B': return small_int(LOAD(uint8_t));
    case 'h': return small_int(LOAD(int16_t));
    case 'H': return small_int(LOAD(uint16_t));
    case 'i': return small_int(LOAD(int32_t));
    case 'I': return small_int(LOAD(uint32_t));
    case 'l': case 'q': return int_from_int64(t, LOAD(int64_t));
    case 'L': case 'Q': return int_from_uint64(t, LOAD(uint64_t));
    case 'f': return float_from_double(t, LOAD(float));
    case 'd': return float_from_double(t, LOAD(double));
    default: {
      char32_t c = LOAD(uint32_t);
      if (c > 0x10ffff) return raise_value_error(t, "character U+%x is not in range [U+0000; U+10ffff]", static_cast<unsigned>(c));
      return str_of_code_point(t, c);
    }
  }
#undef LOAD
}
/// The bytes of one item; may run Python (__index__, __float__), so it is done before the lock is taken.
Result<uint64_t> convert_item(Thread& t, const Kind& kind, Value v) {
  if (is_unicode(kind)) {
    if (!is_str(v)) return raise_type_error(t, "array item must be a unicode character, not %T", v);
    if (v.as<Str>()->length != 1) return raise_type_error(t, "array item must be a string of length 1, not a string of length %zd", v.as<Str>()->length);
    return static_cast<uint64_t>(v.as<Str>()->at(0));
  }
  if (kind.code == 'f' || kind.code == 'd') {
    double d = TRY(number_as_double(t, v));
    if (kind.code == 'd') return std::bit_cast<uint64_t>(d);
    return static_cast<uint64_t>(std::bit_cast<uint32_t>(static_cast<float>(d)));
  }
  Owned n = TRY(number_index(t, v));
  bool fits;
  int bits = kind.size * 8;
  if (kind.code >= 'a') {
    int64_t i = int_as_int64(n, &fits);
    int64_t limit = static_cast<int64_t>(~uint64_t{0} >> 1 >> (64 - bits));
    if (!fits || i > limit || i < -limit - 1) return raise_overflow_error(t, "%s", int_sign(n) < 0 ? kind.below : kind.above);
    return static_cast<uint64_t>(i);
  }
  uint64_t u = int_as_uint64(n, &fits);
  if (!fits || u > ~uint64_t{0} >> (64 - bits)) return raise_overflow_error(t, "%s", int_sign(n) < 0 ? kind.below : kind.above);
  return u;
}
void store_item(Array& self, ssize i, uint64_t word) { std::memcpy(self.items + i * self.kind->size, &word, self.kind->size); }

Result<void> resize(Thread& t, Locked<Array> self, ssize n) {
  self.ensure();
  if (self->exports > 0 && n != self->size) return raise_format(t, &exc_BufferError, "cannot resize an array that is exporting buffers");
  if (n <= self->allocated && n >= self->allocated / 4) {
    self->size = n;
    return {};
  }
  ssize room = n == 0 ? 0 : n + (n >> 4) + (self->size < 8 ? 3 : 7);
  if (room > PTRDIFF_MAX / self->kind->size) return raise_memory_error(t);
  if (room == 0) {
    free_buffer(self->items);
    self->items = nullptr;
  } else {
    void* moved = self->items ? resize_buffer(self->items, static_cast<size_t>(room * self->kind->size)) : allocate_buffer(static_cast<size_t>(room * self->kind->size));
    if (!moved) return raise_memory_error(t);
    self->items = static_cast<char*>(moved);
  }
  self->allocated = room;
  self->size = n;
  return {};
}
void array_release(Object* o) { free_buffer(static_cast<Array*>(o)->items); }

Result<Ref<Array>> array_make(Thread& t, Type* type, const Kind& kind, const char* data, ssize n) {
  auto self = TRY(make_object<Array>(t, type));
  self->kind = &kind;
  if (n > 0) {
    if (n > PTRDIFF_MAX / kind.size) return raise_memory_error(t);
    self->items = static_cast<char*>(data ? allocate_buffer(static_cast<size_t>(n * kind.size)) : allocate_zeroed_buffer(static_cast<size_t>(n * kind.size)));
    if (!self->items) return raise_memory_error(t);
    if (data) std::memcpy(self->items, data, static_cast<size_t>(n * kind.size));
    self->size = self->allocated = n;
  }
  return self;
}
/// A copy of the bytes of an array (consistent even when SHARED).
Result<void> snapshot(Thread& t, Array& self, TextBuffer& out) {
  CriticalSection section(t, self);
  out.append({self.items ? self.items : "", static_cast<size_t>(self.size * self.kind->size)});
  if (out.failed()) return raise_memory_error(t);
  return {};
}
Result<void> append_word(Thread& t, Array& array, uint64_t word) {
  CriticalSection section(t, array);
  Locked<Array> self(section);
  ssize n = self->size;
  TRY(resize(t, self, n + 1));
  store_item(*self, n, word);
  return {};
}
Result<void> append_bytes(Thread& t, Array& array, std::string_view bytes) {
  CriticalSection section(t, array);
  Locked<Array> self(section);
  ssize n = self->size, more = static_cast<ssize>(bytes.size()) / self->kind->size;
  if (n > PTRDIFF_MAX / self->kind->size - more) return raise_memory_error(t);
  TRY(resize(t, self, n + more));
  if (more) std::memcpy(self->items + n * self->kind->size, bytes.data(), bytes.size());
  return {};
}
Result<void> append_value(Thread& t, Array& self, Value v) { return append_word(t, self, TRY(convert_item(t, *self.kind, v))); }
Result<Owned> item_at(Thread& t, Array& self, ssize i, bool* in_range) {
  char word[8];
  {
    CriticalSection section(t, self);
    *in_range = i >= 0 && i < self.size;
    if (!*in_range) return owned_none();
    std::memcpy(word, self.items + i * self.kind->size, self.kind->size);
  }
  return load_item(t, *self.kind, word);
}
Result<void> extend_iterable(Thread& t, Array& self, Value iterable) {
  Owned iterator = TRY(get_iterator(t, iterable));
  while (true) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return {};
    TRY(append_value(t, self, item));
  }
}
Result<void> append_text(Thread& t, Array& self, Str& text) {
  TextBuffer units;
  char* p = units.extend(static_cast<size_t>(text.length) * 4);
  if (!p && text.length) return raise_memory_error(t);
  if (text.length) str_copy_units(text, 0, text.length, 4, p);
  return append_bytes(t, self, units.view());
}
Result<void> extend_array(Thread& t, Array& self, Array& other) {
  if (self.kind != other.kind) return raise_type_error(t, "can only extend with array of same kind");
  TextBuffer copy;
  TRY(snapshot(t, other, copy));
  return append_bytes(t, self, copy.view());
}

Result<Owned> array_new(Thread& t, Type& type, Value typecode, Value initial, Kwargs kwargs) {
  if (kwargs.size && type.info->ops.init == array_type.info->ops.init) return raise_type_error(t, "array.array() takes no keyword arguments");
  if (!is_str(typecode)) return raise_type_error(t, "array() argument 1 must be a unicode character, not %T", typecode);
  if (typecode.as<Str>()->length != 1) return raise_type_error(t, "array() argument 1 must be a unicode character, not a string of length %zd", typecode.as<Str>()->length);
  char32_t c = typecode.as<Str>()->at(0);
  const Kind* kind = nullptr;
  for (const Kind& k : kKinds) {
    if (static_cast<char32_t>(k.code) == c) kind = &k;
  }
  if (c == 'u') {
    TRY(warn_rpy(t, &exc_DeprecationWarning, 1, "The 'u' type code is deprecated and will be removed in Python 3.16"));
  }
  if (!kind) return raise_value_error(t, "bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)");
  bool given = !initial.is_null();
  if (given && !is_unicode(*kind)) {
    if (is_str(initial)) return raise_type_error(t, "cannot use a str to initialize an array with typecode '%c'", static_cast<int>(c));
    if (is_array(initial) && is_unicode(*initial.as<Array>()->kind)) return raise_type_error(t, "cannot use a unicode array to initialize an array with typecode '%c'", static_cast<int>(c));
  }
  Ref<Array> self = TRY(array_make(t, &type, *kind, nullptr, 0));
  if (!given) return Owned(std::move(self));
  if (is_str(initial)) {
    TRY(append_text(t, *self, *initial.as<Str>()));
  } else if (is_instance(initial, Bytes::type()) || is_instance(initial, ByteArray::type())) {
    BytesLike view;
    TRY(view.acquire(t, initial));
    if (view.size() % kind->size) return raise_value_error(t, "bytes length not a multiple of item size");
    TRY(append_bytes(t, *self, view.view()));
  } else if (is_array(initial) && initial.as<Array>()->kind == kind) {
    TRY(extend_array(t, *self, *initial.as<Array>()));
  } else {
    TRY(extend_iterable(t, *self, initial));
  }
  return Owned(std::move(self));
}

Result<void> array_append(Thread& t, Array& self, Value v) { return append_value(t, self, v); }
Result<void> array_extend(Thread& t, Array& self, Value bb) {
  if (is_array(bb)) return extend_array(t, self, *bb.as<Array>());
  return extend_iterable(t, self, bb);
}
Result<void> array_insert(Thread& t, Array& array, ssize i, Value v) {
  uint64_t word = TRY(convert_item(t, *array.kind, v));
  CriticalSection section(t, array);
  Locked<Array> self(section);
  ssize n = self->size;
  TRY(resize(t, self, n + 1));
  if (i < 0) i = i + n < 0 ? 0 : i + n;
  if (i > n) i = n;
  ssize size = self->kind->size;
  std::memmove(self->items + (i + 1) * size, self->items + i * size, static_cast<size_t>((n - i) * size));
  store_item(*self, i, word);
  return {};
}
Result<void> remove_at(Thread& t, Locked<Array> self, ssize i, ssize count) {
  self.ensure();
  if (self->exports > 0 && count) return raise_format(t, &exc_BufferError, "cannot resize an array that is exporting buffers");
  ssize size = self->kind->size;
  if (count) std::memmove(self->items + i * size, self->items + (i + count) * size, static_cast<size_t>((self->size - i - count) * size));
  return resize(t, self, self->size - count);
}
Result<Owned> array_pop(Thread& t, Array& array, Opt<ssize> index) {
  CriticalSection section(t, array);
  Locked<Array> self(section);
  ssize i = index ? index.value : -1;
  if (self->size == 0) return raise_index_error(t, "pop from empty array");
  if (i < 0) i += self->size;
  if (i < 0 || i >= self->size) return raise_index_error(t, "pop index out of range");
  Owned item = TRY(load_item(t, *self->kind, self->items + i * self->kind->size));
  TRY(remove_at(t, self, i, 1));
  return item;
}
Result<ssize> find_value(Thread& t, Array& self, Value v, ssize start, ssize stop) {
  for (ssize i = start; i < stop; i++) {
    bool in_range;
    Owned item = TRY(item_at(t, self, i, &in_range));
    if (!in_range) break;
    if (TRY(object_equal(t, item, v))) return i;
  }
  return ssize{-1};
}
Result<ssize> array_index(Thread& t, Array& self, Value v, ssize start, Opt<ssize> stop) {
  ssize end = stop ? stop.value : PTRDIFF_MAX;
  if (start < 0) start = start + self.size < 0 ? 0 : start + self.size;
  if (end < 0) end += self.size;
  ssize i = TRY(find_value(t, self, v, start, end));
  if (i < 0) return raise_value_error(t, "array.index(x): x not in array");
  return i;
}
Result<ssize> array_count(Thread& t, Array& self, Value v) {
  ssize n = 0;
  for (ssize i = 0;; i++) {
    bool in_range;
    Owned item = TRY(item_at(t, self, i, &in_range));
    if (!in_range) return n;
    if (TRY(object_equal(t, item, v))) n++;
  }
}
Result<void> array_remove(Thread& t, Array& array, Value v) {
  ssize i = TRY(find_value(t, array, v, 0, PTRDIFF_MAX));
  if (i < 0) return raise_value_error(t, "array.remove(x): x not in array");
  CriticalSection section(t, array);
  Locked<Array> self(section);
  if (i < self->size) return remove_at(t, self, i, 1);
  return {};
}
Result<void> array_clear(Thread& t, Locked<Array> self) { return resize(t, self, 0); }
void array_reverse(Thread&, Locked<Array> self) {
  ssize size = self->kind->size;
  for (ssize i = 0, k = self->size - 1; i < k; i++, k--) {
    char a[8];
    std::memcpy(a, self->items + i * size, static_cast<size_t>(size));
    std::memcpy(self->items + i * size, self->items + k * size, static_cast<size_t>(size));
    std::memcpy(self->items + k * size, a, static_cast<size_t>(size));
  }
}
Result<void> array_byteswap(Thread& t, Locked<Array> self) {
  ssize size = self->kind->size;
  for (ssize i = 0; i < self->size; i++) {
    char* p = self->items + i * size;
    for (ssize a = 0, b = size - 1; a < b; a++, b--) std::swap(p[a], p[b]);
  }
  return {};
}
Result<Owned> array_buffer_info(Thread& t, Locked<Array> self) {
  Owned address = TRY(int_from_uint64(t, reinterpret_cast<uint64_t>(self->items)));
  return Owned(TRY(tuple_pack(t, address, Value::small_int_unchecked(self->size))));
}
Result<Owned> array_tobytes(Thread& t, Locked<Array> self) { return Owned(TRY(bytes_new(t, self->items ? self->items : "", self->size * self->kind->size))); }
Result<void> array_frombytes(Thread& t, Array& self, Value buffer) {
  if (!has_buffer(buffer)) return raise_type_error(t, "a bytes-like object is required, not '%.100s'", type_of(buffer)->name);
  BytesLike view;
  TRY(view.acquire(t, buffer));
  if (view.size() % self.kind->size) return raise_value_error(t, "bytes length not a multiple of item size");
  return append_bytes(t, self, view.view());
}
Result<Owned> array_tolist(Thread& t, Array& self) {
  TextBuffer copy;
  TRY(snapshot(t, self, copy));
  ssize size = self.kind->size, n = static_cast<ssize>(copy.size()) / size;
  Ref<List> list = TRY(list_new(t, n));
  for (ssize i = 0; i < n; i++) {
    Owned item = TRY(load_item(t, *self.kind, copy.data() + i * size));
    TRY(list_push(t, *list, item));
  }
  return Owned(std::move(list));
}
Result<void> array_fromlist(Thread& t, Array& self, Value v) {
  if (!is_instance(v, List::type())) return raise_type_error(t, "arg must be list");
  List& list = *v.as<List>();
  ssize n = list_size(list);
  TextBuffer words;
  for (ssize i = 0; i < n; i++) {
    Owned item = list_get(list, i);
    if (!item) return raise_runtime_error(t, "list changed size during iteration");
    uint64_t word = TRY(convert_item(t, *self.kind, item));
    if (list_size(list) != n) return raise_runtime_error(t, "list changed size during iteration");
    words.append({reinterpret_cast<char*>(&word), self.kind->size});
  }
  if (words.failed()) return raise_memory_error(t);
  return append_bytes(t, self, words.view());
}
Result<void> array_fromunicode(Thread& t, Array& self, Str& text) {
  if (!is_unicode(*self.kind)) return raise_value_error(t, "fromunicode() may only be called on unicode type arrays ('u' or 'w')");
  return append_text(t, self, text);
}
Result<Owned> array_tounicode(Thread& t, Array& self) {
  if (!is_unicode(*self.kind)) return raise_value_error(t, "tounicode() may only be called on unicode type arrays ('u' or 'w')");
  TextBuffer copy;
  TRY(snapshot(t, self, copy));
  StrWriter out(t);
  for (size_t i = 0; i < copy.size(); i += 4) {
    uint32_t c;
    std::memcpy(&c, copy.data() + i, 4);
    if (c > 0x10ffff) return raise_value_error(t, "character U+%x is not in range [U+0000; U+10ffff]", c);
    TRY(out.put(c));
  }
  return Owned(TRY(out.finish()));
}
Result<void> array_fromfile(Thread& t, Array& self, Value f, ssize n) {
  if (n < 0) return raise_value_error(t, "negative count");
  if (n > PTRDIFF_MAX / self.kind->size) return raise_memory_error(t);
  ssize wanted = n * self.kind->size;
  Owned count = TRY(int_from_int64(t, wanted));
  Owned bytes = TRY(call_method(t, f, NAME("read"), count));
  if (!is_instance(bytes, Bytes::type())) return raise_type_error(t, "read() didn't return bytes");
  bool short_read = bytes.value().as<Bytes>()->size != wanted;
  TRY(array_frombytes(t, self, bytes));
  if (short_read) return raise_format(t, &exc_EOFError, "read() didn't return enough bytes");
  return {};
}
Result<void> array_tofile(Thread& t, Array& self, Value f) {
  TextBuffer copy;
  TRY(snapshot(t, self, copy));
  constexpr size_t kBlock = 64 * 1024;
  for (size_t at = 0; at < copy.size(); at += kBlock) {
    Ref<Bytes> block = TRY(bytes_new(t, copy.view().substr(at, kBlock)));
    Owned ignored = TRY(call_method(t, f, NAME("write"), block));
  }
  return {};
}
Result<Owned> array_copy(Thread& t, Array& self) {
  TextBuffer copy;
  TRY(snapshot(t, self, copy));
  return Owned(TRY(array_make(t, self.Object::type(), *self.kind, copy.data(), static_cast<ssize>(copy.size()) / self.kind->size)));
}
Result<Owned> array_deepcopy(Thread& t, Array& self, Value) { return array_copy(t, self); }
Result<Owned> array_reduce_ex(Thread& t, Array& self, Value protocol) {
  if (!is_int(protocol)) return raise_type_error(t, "__reduce_ex__ argument should be an integer");
  bool fits;
  int64_t version = int_as_int64(protocol, &fits);
  Ref<Str> code = TRY(str_from_ascii(t, {&self.kind->code, 1}));
  Owned found = TRY(find_attribute(t, Value(&self), NAME("__dict__")));
  Value dict = found.value().is_empty() ? none() : found.value();
  if (fits && version < 3) {
    Owned items = TRY(array_tolist(t, self));
    Ref<Tuple> args = TRY(tuple_pack(t, code, items));
    return Owned(TRY(tuple_pack(t, Value(type_of(Value(&self))), args, dict)));
  }
  int format = 20;  // the text formats
  switch (self.kind->code) {
    case 'b': format = 1; break;
    case 'B': format = 0; break;
    case 'h': format = 4; break;
    case 'H': format = 2; break;
    case 'i': format = 8; break;
    case 'I': format = 6; break;
    case 'l': case 'q': format = 12; break;
    case 'L': case 'Q': format = 10; break;
    case 'f': format = 14; break;
    case 'd': format = 16; break;
    default: break;
  }
  TextBuffer copy;
  TRY(snapshot(t, self, copy));
  Ref<Bytes> bytes = TRY(bytes_new(t, copy.view()));
  Owned reconstruct = TRY(import_attribute(t, "array", "_array_reconstructor"));
  Ref<Tuple> args = TRY(tuple_pack(t, Value(type_of(Value(&self))), code, Value::small_int_unchecked(format), bytes));
  return Owned(TRY(tuple_pack(t, reconstruct, args, dict)));
}
ssize array_sizeof(Thread&, Locked<Array> self) { return static_cast<ssize>(sizeof(Array)) + self->allocated * self->kind->size; }
Result<Owned> array_typecode(Thread& t, Array& self) { return Owned(TRY(str_from_ascii(t, {&self.kind->code, 1}))); }
int array_itemsize(Thread&, Array& self) { return self.kind->size; }

// --- sequence ---
Result<ssize> array_length(Thread&, Value v) { return __atomic_load_n(&v.as<Array>()->size, __ATOMIC_RELAXED); }
Result<Owned> array_subscript(Thread& t, Value v, Value key) {
  auto& self = *v.as<Array>();
  if (has_index(key)) {
    ssize i = TRY(sequence_index(t, key));
    if (i < 0) i += self.size;
    bool in_range;
    Owned item = TRY(item_at(t, self, i, &in_range));
    if (!in_range) return raise_index_error(t, "array index out of range");
    return item;
  }
  if (!is_slice(key)) return raise_type_error(t, "array indices must be integers");
  SliceBounds bounds = TRY(slice_unpack(t, *key.as<Slice>()));
  TextBuffer copy;
  TRY(snapshot(t, self, copy));
  ssize size = self.kind->size;
  ssize n = slice_adjust(bounds, static_cast<ssize>(copy.size()) / size);
  if (bounds.step == 1) return Owned(TRY(array_make(t, &array_type, *self.kind, copy.data() + bounds.start * size, n)));
  Ref<Array> result = TRY(array_make(t, &array_type, *self.kind, nullptr, n));
  for (ssize i = 0; i < n; i++) std::memcpy(result->items + i * size, copy.data() + (bounds.start + i * bounds.step) * size, static_cast<size_t>(size));
  return Owned(std::move(result));
}
Result<void> array_set_subscript(Thread& t, Value v, Value key, Value value) {
  auto& array = *v.as<Array>();
  ssize size = array.kind->size;
  if (has_index(key)) {
    ssize i = TRY(sequence_index(t, key));
    uint64_t word = value.is_null() ? 0 : TRY(convert_item(t, *array.kind, value));
    CriticalSection section(t, array);
    Locked<Array> self(section);
    if (i < 0) i += self->size;
    if (i < 0 || i >= self->size) return raise_index_error(t, "array assignment index out of range");
    if (value.is_null()) return remove_at(t, self, i, 1);
    store_item(*self, i, word);
    return {};
  }
  if (!is_slice(key)) return raise_type_error(t, "array indices must be integers");
  SliceBounds bounds = TRY(slice_unpack(t, *key.as<Slice>()));
  TextBuffer other;
  if (!value.is_null()) {
    if (!is_array(value)) return raise_type_error(t, "can only assign array (not \"%.200s\") to array slice", type_of(value)->name);
    if (value.as<Array>()->kind != array.kind) return raise_type_error(t, "bad argument type for built-in operation");
    TRY(snapshot(t, *value.as<Array>(), other));
  }
  ssize added = static_cast<ssize>(other.size()) / size;
  CriticalSection section(t, array);
  Locked<Array> self(section);
  ssize n = slice_adjust(bounds, self->size);
  if ((bounds.step > 0 && bounds.start > bounds.stop) || (bounds.step < 0 && bounds.start < bounds.stop)) bounds.stop = bounds.start;
  if (bounds.step == 1) {
    if (self->exports > 0 && added != n) return raise_format(t, &exc_BufferError, "cannot resize an array that is exporting buffers");
    if (n > added) {
      TRY(remove_at(t, self, bounds.start + added, n - added));
    } else if (n < added) {
      ssize old = self->size;
      TRY(resize(t, self, old + added - n));
      std::memmove(self->items + (bounds.start + added) * size, self->items + (bounds.start + n) * size, static_cast<size_t>((old - bounds.start - n) * size));
    }
    if (added) std::memcpy(self->items + bounds.start * size, other.data(), other.size());
    return {};
  }
  if (value.is_null()) {
    if (n == 0) return {};
    if (self->exports > 0) return raise_format(t, &exc_BufferError, "cannot resize an array that is exporting buffers");
    if (bounds.step < 0) {
      bounds.start = bounds.start + bounds.step * (n - 1);
      bounds.step = -bounds.step;
    }
    ssize to = bounds.start;
    for (ssize i = bounds.start; i < self->size; i++) {
      ssize offset = i - bounds.start;
      if (offset % bounds.step == 0 && offset / bounds.step < n) continue;
      std::memmove(self->items + to++ * size, self->items + i * size, static_cast<size_t>(size));
    }
    return resize(t, self, to);
  }
  if (added != n) return raise_value_error(t, "attempt to assign array of size %zd to extended slice of size %zd", added, n);
  for (ssize i = 0; i < n; i++) std::memcpy(self->items + (bounds.start + i * bounds.step) * size, other.data() + i * size, static_cast<size_t>(size));
  return {};
}
Result<bool> array_contains(Thread& t, Value v, Value item) { return TRY(find_value(t, *v.as<Array>(), item, 0, PTRDIFF_MAX)) >= 0; }
Result<Owned> array_concat(Thread& t, Value a, Value b) {
  if (!is_array(a)) return Owned::steal(not_implemented());
  if (!is_array(b)) return raise_type_error(t, "can only append array (not \"%.200s\") to array", type_of(b)->name);
  auto &x = *a.as<Array>(), &y = *b.as<Array>();
  if (x.kind != y.kind) return raise_type_error(t, "bad argument type for built-in operation");
  TextBuffer joined;
  TRY(snapshot(t, x, joined));
  TRY(snapshot(t, y, joined));
  return Owned(TRY(array_make(t, &array_type, *x.kind, joined.data(), static_cast<ssize>(joined.size()) / x.kind->size)));
}
Result<Owned> array_repeat(Thread& t, Value v, ssize times) {
  auto& self = *v.as<Array>();
  TextBuffer copy;
  TRY(snapshot(t, self, copy));
  ssize bytes = static_cast<ssize>(copy.size());
  if (times < 0) times = 0;
  if (bytes && times > PTRDIFF_MAX / bytes) return raise_memory_error(t);
  Ref<Array> result = TRY(array_make(t, &array_type, *self.kind, nullptr, bytes / self.kind->size * times));
  for (ssize i = 0; i < times && bytes; i++) std::memcpy(result->items + i * bytes, copy.data(), static_cast<size_t>(bytes));
  return Owned(std::move(result));
}
Result<Owned> array_inplace_concat(Thread& t, Value a, Value b) {
  if (!is_array(b)) return raise_type_error(t, "can only extend with array (not \"%.200s\")", type_of(b)->name);
  TRY(extend_array(t, *a.as<Array>(), *b.as<Array>()));
  return dup(a);
}
Result<Owned> array_inplace_repeat(Thread& t, Value v, ssize times) {
  auto& array = *v.as<Array>();
  CriticalSection section(t, array);
  Locked<Array> self(section);
  ssize n = self->size, bytes = n * self->kind->size;
  if (times < 0) times = 0;
  if (n == 0 || times == 1) return dup(v);
  if (times > PTRDIFF_MAX / bytes) return raise_memory_error(t);
  TRY(resize(t, self, n * times));
  for (ssize i = 1; i < times; i++) std::memcpy(self->items + i * bytes, self->items, static_cast<size_t>(bytes));
  return dup(v);
}
Result<Owned> array_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (!is_array(a) || !is_array(b)) return Owned::steal(not_implemented());
  auto &x = *a.as<Array>(), &y = *b.as<Array>();
  if (x.size != y.size && (op == CompareOp::kEq || op == CompareOp::kNe)) return owned_bool(op == CompareOp::kNe);
  for (ssize i = 0;; i++) {
    bool in_x, in_y;
    Owned p = TRY(item_at(t, x, i, &in_x)), q = TRY(item_at(t, y, i, &in_y));
    if (!in_x || !in_y) return object_compare(t, Value::small_int_unchecked(x.size), Value::small_int_unchecked(y.size), op);
    if (TRY(object_equal(t, p, q))) continue;
    if (op == CompareOp::kEq || op == CompareOp::kNe) return owned_bool(op == CompareOp::kNe);
    return object_compare(t, p, q, op);
  }
}
Result<Owned> array_repr(Thread& t, Value v) {
  auto& self = *v.as<Array>();
  Owned name = TRY(get_attribute(t, Value(self.Object::type()), NAME("__name__")));
  if (self.size == 0) return Owned(TRY(str_from_format(t, "%U('%c')", name.value(), self.kind->code)));
  Owned content = is_unicode(*self.kind) ? TRY(array_tounicode(t, self)) : TRY(array_tolist(t, self));
  return Owned(TRY(str_from_format(t, "%U('%c', %R)", name.value(), self.kind->code, content.value())));
}
Result<Owned> array_iter(Thread& t, Value v) {
  auto iterator = TRY(make_object<ArrayIterator>(t));
  iterator->array.init(dup(v));
  return Owned(std::move(iterator));
}
Result<Owned> iterator_iter(Thread&, Value v) { return dup(v); }
Lookup<Owned> iterator_step(Thread& t, Value v) {
  auto& self = *v.as<ArrayIterator>();
  Owned array;
  ssize i;
  {
    CriticalSection section(t, self);
    array = self.array.get();
    i = self.index++;
  }
  if (!array) return Absent{};
  bool in_range;
  Owned item = TRY(item_at(t, *array.value().as<Array>(), i, &in_range));
  if (in_range) return item;
  CriticalSection section(t, self);
  self.array.store(&self, Owned());
  return Absent{};
}
Result<Owned> iterator_reduce(Thread& t, ArrayIterator& self) {
  Owned array = self.array.get();
  Owned iter = TRY(import_attribute(t, "builtins", "iter"));
  if (!array) {
    Ref<List> empty = TRY(list_new(t));
    Ref<Tuple> args = TRY(tuple_pack(t, empty));
    return Owned(TRY(tuple_pack(t, iter, args)));
  }
  Ref<Tuple> args = TRY(tuple_pack(t, array));
  return Owned(TRY(tuple_pack(t, iter, args, Value::small_int_unchecked(self.index))));
}
Result<void> iterator_setstate(Thread& t, Locked<ArrayIterator> self, ssize index) {
  self->index = index < 0 ? 0 : index;
  return {};
}

Result<void> array_get_buffer(Thread& t, Value v, Buffer& out, int flags) {
  auto& self = *v.as<Array>();
  CriticalSection section(t, self);
  static char empty[8];
  TRY(buffer_fill(t, out, v, self.items ? self.items : empty, self.size * self.kind->size, false, flags));
  out.item_size = self.kind->size;
  if (flags & kBufferFormat) out.format = const_cast<char*>(self.kind->format);
  if (out.shape) out.shape = &self.size;
  self.exports++;
  return {};
}
void array_release_buffer(Thread& t, Value v, Buffer&) {
  auto& self = *v.as<Array>();
  CriticalSection section(t, self);
  self.exports--;
}

constexpr MethodDef kArrayMethods[] = {
    method<&array_append>("append", "($self, v, /)", "Append new value v to the end of the array."),
    method<&array_buffer_info>("buffer_info", "($self, /)", "Return a tuple (address, length) giving the current memory address and the length in items of the buffer used to hold array's contents.\n\nThe length should be multiplied by the itemsize attribute to calculate\nthe buffer length in bytes."),
    method<&array_byteswap>("byteswap", "($self, /)", "Byteswap all items of the array.\n\nIf the items in the array are not 1, 2, 4, or 8 bytes in size, RuntimeError is\nraised."),
    method<&array_clear>("clear", "($self, /)", "Remove all items from the array."),
    method<&array_copy>("__copy__", "($self, /)", "Return a copy of the array."), method<&array_deepcopy>("__deepcopy__", "($self, unused, /)", "Return a copy of the array."),
    method<&array_count>("count", "($self, v, /)", "Return number of occurrences of v in the array."),
    method<&array_extend>("extend", "($self, bb, /)", "Append items to the end of the array."),
    method<&array_fromfile>("fromfile", "($self, f, n, /)", "Read n objects from the file object f and append them to the end of the array."),
    method<&array_fromlist>("fromlist", "($self, list, /)", "Append items to array from list."),
    method<&array_frombytes>("frombytes", "($self, buffer, /)", "Appends items from the string, interpreting it as an array of machine values, as if it had been read from a file using the fromfile() method."),
    method<&array_fromunicode>("fromunicode", "($self, ustr, /)", "Extends this array with data from the unicode string ustr."),
    method<&array_index>("index", "($self, v, start=0, stop=sys.maxsize, /)", "Return index of first occurrence of v in the array.\n\nRaise ValueError if the value is not present."),
    method<&array_insert>("insert", "($self, i, v, /)", "Insert a new item v into the array before position i."),
    method<&array_pop>("pop", "($self, i=-1, /)", "Return the i-th element and delete it from the array.\n\ni defaults to -1."),
    method<&array_reduce_ex>("__reduce_ex__", "($self, value, /)", "Return state information for pickling."),
    method<&array_remove>("remove", "($self, v, /)", "Remove the first occurrence of v in the array."),
    method<&array_reverse>("reverse", "($self, /)", "Reverse the order of the items in the array."),
    method<&array_tofile>("tofile", "($self, f, /)", "Write all items (as machine values) to the file object f."),
    method<&array_tolist>("tolist", "($self, /)", "Convert array to an ordinary list with the same items."),
    method<&array_tobytes>("tobytes", "($self, /)", "Convert the array to an array of machine values and return the bytes representation."),
    method<&array_tounicode>("tounicode", "($self, /)", "Extends this array with data from the unicode string ustr."),
    method<&array_sizeof>("__sizeof__", "($self, /)", "Size of the array in memory, in bytes."), TY_CLASS_GETITEM, {}};
constexpr GetSetDef kArrayGetSet[] = {getter<&array_typecode>("typecode", "the typecode character used to create the array"),
    getter<&array_itemsize>("itemsize", "the size, in bytes, of one array item"), {}};
constexpr TypeOps kArrayOps = {.repr = &array_repr, .compare = &array_compare, .iter = &array_iter, .create = constructor<"array", "(typecode, initializer=<unrepresentable>, /, **kwargs)", &array_new>,
    .length = &array_length, .subscript = &array_subscript, .set_subscript = &array_set_subscript, .contains = &array_contains, .concat = &array_concat,
    .repeat = &array_repeat, .inplace_concat = &array_inplace_concat, .inplace_repeat = &array_inplace_repeat, .get_buffer = &array_get_buffer,
    .release_buffer = &array_release_buffer};
constexpr TypeDef kArrayDef = {.name = "array.array", .size = sizeof(Array), .flags = kTypeBase | kTypeSequence | kTypeWeakReferable | kTypeImmutable,
    .layout = {.release = &array_release}, .ops = &kArrayOps, .methods = kArrayMethods, .getset = kArrayGetSet,
    .doc = "array(typecode [, initializer]) -> array\n\nReturn a new array whose items are restricted by typecode, and\ninitialized from the optional initializer value, which must be a list,\nstring or iterable over elements of the appropriate type."};
constexpr MethodDef kIteratorMethods[] = {method<&iterator_reduce>("__reduce__", "($self, /)", "Return state information for pickling."),
    method<&iterator_setstate>("__setstate__", "($self, state, /)", "Set state information for unpickling."), {}};
constexpr uint16_t kIteratorSlots[] = {offsetof(ArrayIterator, array)};
constexpr TypeOps kIteratorOps = {.iter = &iterator_iter, .next = &iterator_step};
constexpr TypeDef kIteratorDef = {.name = "array.arrayiterator", .size = sizeof(ArrayIterator), .flags = kTypeDisallowInstantiation | kTypeImmutable,
    .layout = {.slot_offsets = kIteratorSlots, .slot_count = 1, .flags = kCollectable}, .ops = &kIteratorOps, .methods = kIteratorMethods};

// --- pickling: items in a machine format ---
struct MachineFormat {
  uint8_t size;
  char kind;  // u(nsigned), s(igned), f(loat), t(ext)
  bool big;
};
constexpr MachineFormat kMachineFormats[] = {
    {1, 'u', false}, {1, 's', false}, {2, 'u', false}, {2, 'u', true}, {2, 's', false}, {2, 's', true}, {4, 'u', false}, {4, 'u', true}, {4, 's', false}, {4, 's', true},
    {8, 'u', false}, {8, 'u', true}, {8, 's', false}, {8, 's', true}, {4, 'f', false}, {4, 'f', true}, {8, 'f', false}, {8, 'f', true},
    {2, 't', false}, {2, 't', true}, {4, 't', false}, {4, 't', true}};
Result<Owned> array_reconstructor(Thread& t, Value arraytype, Value typecode, int mformat, Value items) {
  if (!is_instance(arraytype, &type_type)) return raise_type_error(t, "first argument must be a type object, not %.200s", type_of(arraytype)->name);
  auto* type = arraytype.as<Type>();
  if (!is_subtype(type, &array_type)) return raise_type_error(t, "%.200s is not a subtype of %.200s", type->name, array_type.name);
  if (!is_str(typecode) || typecode.as<Str>()->length != 1) return raise_type_error(t, "_array_reconstructor() argument 2 must be a unicode character, not %.200s", type_of(typecode)->name);
  const Kind* kind = nullptr;
  for (const Kind& k : kKinds) {
    if (static_cast<char32_t>(k.code) == typecode.as<Str>()->at(0)) kind = &k;
  }
  if (!kind) return raise_value_error(t, "second argument must be a valid type code");
  if (mformat < 0 || mformat > 21) return raise_value_error(t, "third argument must be a valid machine format code.");
  if (!is_instance(items, Bytes::type())) return raise_type_error(t, "fourth argument should be bytes, not %.200s", type_of(items)->name);
  const MachineFormat& format = kMachineFormats[mformat];
  std::string_view data = items.as<Bytes>()->view();
  if (data.size() % format.size) return raise_value_error(t, "string length not a multiple of item size");
  Ref<Array> self = TRY(array_make(t, type, *kind, nullptr, 0));
  if (format.kind == 't') {
    const char* codec = format.size == 2 ? (format.big ? "utf-16-be" : "utf-16-le") : (format.big ? "utf-32-be" : "utf-32-le");
    Ref<Str> name = TRY(str_from_ascii(t, codec));
    Owned text = TRY(call_method(t, items, NAME("decode"), name));
    TRY(append_text(t, *self, *text.value().as<Str>()));
    return Owned(std::move(self));
  }
  for (size_t at = 0; at < data.size(); at += format.size) {
    uint64_t word = 0;
    for (size_t i = 0; i < format.size; i++) word |= uint64_t{static_cast<uint8_t>(data[at + i])} << 8 * (format.big ? format.size - 1 - i : i);
    Owned item;
    if (format.kind == 'f') {
      item = TRY(float_from_double(t, format.size == 4 ? std::bit_cast<float>(static_cast<uint32_t>(word)) : std::bit_cast<double>(word)));
    } else if (format.kind == 'u') {
      item = TRY(int_from_uint64(t, word));
    } else {
      int shift = 64 - 8 * format.size;
      item = TRY(int_from_int64(t, static_cast<int64_t>(word << shift) >> shift));
    }
    TRY(append_value(t, *self, item));
  }
  return Owned(std::move(self));
}

Result<void> array_exec(Thread& t, Module& m) {
  TRY(type_ready(t, &array_type, kArrayDef));
  TRY(type_ready(t, &array_iterator_type, kIteratorDef));
  TRY(module_add_type(t, m, &array_type));
  TRY(module_add(t, m, "ArrayType", Value(&array_type)));
  TRY(module_add_string(t, m, "typecodes", "bBuwhHiIlLqQfd"));
  auto registry = import_attribute(t, "collections.abc", "MutableSequence");
  if (!registry.ok()) return Raised{};
  Owned abc = registry.take();
  Owned ignored = TRY(call_method(t, abc, NAME("register"), Value(&array_type)));
  return {};
}
constexpr MethodDef kArrayFunctions[] = {
    function<&array_reconstructor>("_array_reconstructor", "($module, arraytype, typecode, mformat_code, items, /)", "Internal. Used for pickling support."), {}};
constexpr ModuleDef kArrayModule = {.name = "array",
    .doc = "This module defines an object type which can efficiently represent\nan array of basic values: characters, integers, floating-point\nnumbers.", .methods = kArrayFunctions, .exec = &array_exec};
TY_MODULE(kArrayModule)

}  // namespace

}  // namespace ty
