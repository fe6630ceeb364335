// bytearray. Every access to the contents of a SHARED one happens under its lock; the buffer is freed when it is replaced.
#include <cstring>

#include "mem/heap.h"
#include "types/bytes_shared.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Type bytearray_type;

namespace {

char g_empty_contents[1] = {0};

void set_size(ByteArray* self, ssize n) { __atomic_store_n(&self->size, n, __ATOMIC_RELAXED); }

/// Makes the contents `n` bytes long; new ones are unspecified. BufferError while buffers are out.
Result<void> resize(Thread& t, ByteArray* self, ssize n) {
  ssize old = self->size;
  if (n == old) return {};
  if (__atomic_load_n(&self->exports, __ATOMIC_RELAXED) > 0)
    return raise_format(t, &exc_BufferError, "Existing exports of data: object cannot be re-sized");
  ssize offset = self->start - self->bytes;
  if (self->bytes != nullptr && n + offset + 1 <= self->allocated && n >= self->allocated / 2) {
    set_size(self, n);
    self->start[n] = 0;
    return {};
  }
  // Grow with room to spare; shrink to fit.
  ssize capacity = n > self->allocated || self->bytes == nullptr ? n + (n > old && old > 0 ? (n >> 3) + (n < 9 ? 3 : 6) : 0) + 1 : n + 1;
  auto* fresh = static_cast<char*>(allocate_buffer(static_cast<size_t>(capacity)));
  if (fresh == nullptr) return raise_memory_error(t);
  std::memcpy(fresh, self->start, static_cast<size_t>(n < old ? n : old));
  fresh[n] = 0;
  if (self->bytes != nullptr) free_buffer(self->bytes);
  self->bytes = self->start = fresh;
  self->allocated = capacity;
  set_size(self, n);
  return {};
}

/// Replaces self[start:end] by `bytes`, which must not point into self.
Result<void> splice(Thread& t, ByteArray* self, ssize start, ssize end, std::string_view bytes) {
  auto added = static_cast<ssize>(bytes.size());
  ssize removed = end - start, old = self->size, grown = added - removed;
  if (grown < 0) {
    if (__atomic_load_n(&self->exports, __ATOMIC_RELAXED) > 0)
      return raise_format(t, &exc_BufferError, "Existing exports of data: object cannot be re-sized");
    if (start == 0 && self->bytes != nullptr) {
      self->start += -grown;  // drop from the front without moving
      set_size(self, old + grown);
      self->start[self->size] = 0;
    } else {
      std::memmove(self->start + end + grown, self->start + end, static_cast<size_t>(old - end));
      TRY(resize(t, self, old + grown));
    }
  } else if (grown > 0) {
    if (old > PTRDIFF_MAX - grown) return raise_memory_error(t);
    TRY(resize(t, self, old + grown));
    std::memmove(self->start + end + grown, self->start + end, static_cast<size_t>(old - end));
  }
  if (added > 0) std::memcpy(self->start + start, bytes.data(), static_cast<size_t>(added));
  return {};
}

Result<Owned> bytearray_create(Thread& t, Type& type, Args, Kwargs) {
  Object* o = allocate_object(t, &type, static_cast<size_t>(type.basicsize));
  if (o == nullptr) return raise_memory_error(t);
  static_cast<ByteArray*>(o)->start = g_empty_contents;
  return Owned::steal(Value(o));
}

Result<void> bytearray_init(Thread& t, ByteArray& self, Value source, Opt<Str&> encoding, Opt<Str&> errors) {
  TextBuffer out;
  TRY(bytes_shared::contents_of_arguments(t, source, encoding, errors, "bytearray", out));
  CriticalSection section(t, &self);
  return splice(t, &self, 0, self.size, out.view());
}

Owned not_implemented_result() { return Owned::steal(not_implemented()); }

Result<Owned> bytearray_dunder_repr(Thread& t, Value self) {
  Contents c;
  TRY(c.load(t, self));
  Owned inner = TRY(bytes_repr(t, c.view()));
  const char* name = type_of(self)->name;
  if (const char* dot = std::strrchr(name, '.')) name = dot + 1;
  Ref<Str> s = TRY(str_from_format(t, "%s(%U)", name, inner.value()));
  return Owned(std::move(s));
}

Result<ssize> bytearray_dunder_len(Thread& t, Value self) { return __atomic_load_n(&self.as<ByteArray>()->size, __ATOMIC_RELAXED); }

Result<Owned> bytearray_dunder_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (!has_buffer(a) || !has_buffer(b)) return not_implemented_result();
  BytesLike left, right;
  if (!left.acquire(t, a).ok() || !right.acquire(t, b).ok()) {
    clear_exception(t);
    return not_implemented_result();
  }
  int order = left.view().compare(right.view());
  switch (op) {
    case CompareOp::kLt: return owned_bool(order < 0);
    case CompareOp::kLe: return owned_bool(order <= 0);
    case CompareOp::kEq: return owned_bool(order == 0);
    case CompareOp::kNe: return owned_bool(order != 0);
    case CompareOp::kGt: return owned_bool(order > 0);
    case CompareOp::kGe: return owned_bool(order >= 0);
  }
  __builtin_unreachable();
}

/// A copy of what a bytes-like object holds; also when it is `self`.
Result<void> copy_of(Thread& t, Value v, TextBuffer& out) {
  BytesLike buffer;
  TRY(buffer.acquire(t, v));
  out.append(buffer.view());
  if (out.failed()) return raise_memory_error(t);
  return {};
}

Result<Owned> bytearray_dunder_add(Thread& t, Value a, Value b) {
  if (!has_buffer(a) || !has_buffer(b)) return raise_type_error(t, "can't concat %.100T to %.100T", b, a);
  TextBuffer out;
  TRY(copy_of(t, a, out));
  TRY(copy_of(t, b, out));
  Ref<ByteArray> r = TRY(bytearray_new(t, out.data(), static_cast<ssize>(out.size())));
  return Owned(std::move(r));
}

Result<Owned> bytearray_dunder_iadd(Thread& t, Value self, Value other) {
  if (!has_buffer(other)) return raise_type_error(t, "can't concat %.100T to %.100T", other, self);
  TextBuffer out;
  TRY(copy_of(t, other, out));
  auto* array = self.as<ByteArray>();
  CriticalSection section(t, array);
  TRY(splice(t, array, array->size, array->size, out.view()));
  return borrow_or_dup(self);
}

Result<void> repeat_into(Thread& t, std::string_view s, ssize n, TextBuffer& out) {
  ssize total;
  if (n < 0) n = 0;
  if (__builtin_mul_overflow(static_cast<ssize>(s.size()), n, &total)) return raise_memory_error(t);
  if (!out.reserve(static_cast<size_t>(total))) return raise_memory_error(t);
  for (ssize i = 0; i < n; ++i) out.append(s);
  return {};
}

Result<Owned> bytearray_dunder_mul(Thread& t, Value self, ssize n) {
  Contents c;
  TRY(c.load(t, self));
  TextBuffer out;
  TRY(repeat_into(t, c.view(), n, out));
  Ref<ByteArray> r = TRY(bytearray_new(t, out.data(), static_cast<ssize>(out.size())));
  return Owned(std::move(r));
}

Result<Owned> bytearray_dunder_imul(Thread& t, Value self, ssize n) {
  TextBuffer once, out;
  TRY(copy_of(t, self, once));
  TRY(repeat_into(t, once.view(), n, out));
  auto* array = self.as<ByteArray>();
  CriticalSection section(t, array);
  TRY(splice(t, array, 0, array->size, out.view()));
  return borrow_or_dup(self);
}

Result<Owned> bytearray_dunder_mod(Thread& t, Value a, Value b) {
  if (!is_instance(a, &bytearray_type)) return not_implemented_result();
  TextBuffer copy;
  TRY(copy_of(t, a, copy));
  return bytes_percent_format_rpy(t, copy.view(), b, true);
}

Result<bool> bytearray_dunder_contains(Thread& t, Value self, Value item) { return bytes_shared::contains(t, self, item); }

Raised raise_bad_index(Thread& t, Value key) {
  return raise_type_error(t, "bytearray indices must be integers or slices, not %.200T", key);
}

Result<Owned> bytearray_dunder_getitem(Thread& t, Value self, Value key) {
  auto* array = self.as<ByteArray>();
  if (is_slice(key)) {
    SliceBounds bounds = TRY(slice_unpack(t, *key.as<Slice>()));
    Contents c;
    TRY(c.load(t, self));
    ssize n = slice_adjust(bounds, c.size());
    TextBuffer out;
    if (bounds.step == 1 && n > 0) out.append(c.view().substr(static_cast<size_t>(bounds.start), static_cast<size_t>(n)));
    else
      for (ssize k = 0, at = bounds.start; k < n; ++k, at += bounds.step) out.push(c.view()[static_cast<size_t>(at)]);
    if (out.failed()) return raise_memory_error(t);
    return make_like(t, self, out.view());
  }
  if (!is_int(key) && ops_of(key).index == nullptr) return raise_bad_index(t, key);
  ssize i = TRY(number_as_ssize(t, key, &exc_IndexError));
  CriticalSection section(t, array);
  if (i < 0) i += array->size;
  if (i < 0 || i >= array->size) return raise_index_error(t, "bytearray index out of range");
  return Owned::steal(Value::small_int_unchecked(static_cast<unsigned char>(array->start[i])));
}

Result<void> set_slice(Thread& t, ByteArray* array, SliceBounds bounds, std::string_view bytes, bool deleting) {
  CriticalSection section(t, array);
  ssize n = slice_adjust(bounds, array->size);
  auto added = static_cast<ssize>(bytes.size());
  if (bounds.step == 1) {
    if (bounds.stop < bounds.start) bounds.stop = bounds.start;
    return splice(t, array, bounds.start, bounds.stop, bytes);
  }
  if (deleting || bytes.empty()) {  // assigning nothing deletes, too
    if (n == 0) return {};
    if (bounds.step < 0) {
      bounds.start += bounds.step * (n - 1);
      bounds.step = -bounds.step;
    }
    if (__atomic_load_n(&array->exports, __ATOMIC_RELAXED) > 0)
      return raise_format(t, &exc_BufferError, "Existing exports of data: object cannot be re-sized");
    ssize write = bounds.start;
    for (ssize i = bounds.start, k = 0; i < array->size; ++i) {
      if (k < n && i == bounds.start + k * bounds.step) ++k;
      else array->start[write++] = array->start[i];
    }
    return resize(t, array, write);
  }
  if (added != n)
    return raise_value_error(t, "attempt to assign bytes of size %zd to extended slice of size %zd", added, n);
  for (ssize k = 0, at = bounds.start; k < n; ++k, at += bounds.step) array->start[at] = bytes[static_cast<size_t>(k)];
  return {};
}

Result<void> bytearray_dunder_setitem(Thread& t, Value self, Value key, Value value) {
  auto* array = self.as<ByteArray>();
  if (is_slice(key)) {
    SliceBounds bounds = TRY(slice_unpack(t, *key.as<Slice>()));
    TextBuffer bytes;
    if (!value.is_null()) {
      if (has_buffer(value)) {
        TRY(copy_of(t, value, bytes));
      } else if (is_str(value) || ops_of(value).index != nullptr || ops_of(value).to_int != nullptr || ops_of(value).to_float != nullptr) {
        return raise_type_error(t, "can assign only bytes, buffers, or iterables of ints in range(0, 256)");
      } else {
        TRY(bytes_shared::contents_of_arguments(t, value, {}, {}, "bytearray", bytes));
      }
    }
    return set_slice(t, array, bounds, bytes.view(), value.is_null());
  }
  if (!is_int(key) && ops_of(key).index == nullptr) return raise_bad_index(t, key);
  ssize i = TRY(number_as_ssize(t, key, &exc_IndexError));
  int byte = 0;
  if (!value.is_null()) byte = TRY(byte_from_value(t, value, "byte"));
  CriticalSection section(t, array);
  if (i < 0) i += array->size;
  if (i < 0 || i >= array->size) return raise_index_error(t, "bytearray index out of range");
  if (value.is_null()) return splice(t, array, i, i + 1, {});
  array->start[i] = static_cast<char>(byte);
  return {};
}

Result<void> bytearray_get_buffer(Thread& t, Value self, Buffer& out, int flags) {
  auto* array = self.as<ByteArray>();
  CriticalSection section(t, array);
  TRY(buffer_fill(t, out, self, array->start, array->size, false, flags));
  __atomic_add_fetch(&array->exports, 1, __ATOMIC_RELAXED);
  return {};
}

void bytearray_release_buffer(Thread&, Value self, Buffer&) {
  __atomic_sub_fetch(&self.as<ByteArray>()->exports, 1, __ATOMIC_RELEASE);
}

void bytearray_free(Object* o) {
  auto* array = static_cast<ByteArray*>(o);
  if (array->bytes != nullptr) free_buffer(array->bytes);
}

// --- methods ---

Result<void> bytearray_append(Thread& t, ByteArray& self, Value item) {
  int byte = TRY(byte_from_value(t, item, "byte"));
  char c = static_cast<char>(byte);
  CriticalSection section(t, &self);
  return splice(t, &self, self.size, self.size, {&c, 1});
}

Result<void> bytearray_extend(Thread& t, ByteArray& self, Value iterable) {
  TextBuffer bytes;
  if (has_buffer(iterable)) {
    TRY(copy_of(t, iterable, bytes));
  } else {
    if (is_str(iterable) && iterable.as<Str>()->length > 0) return raise_type_error(t, "expected iterable of integers; got: 'str'");
    auto iterator = get_iterator(t, iterable);
    if (!iterator.ok()) {
      if (exception_matches(t, &exc_TypeError)) {
        clear_exception(t);
        return raise_type_error(t, "can't extend bytearray with %.100T", iterable);
      }
      return Raised{};
    }
    Owned it = iterator.take();
    TRY(append_bytes_of_iterable_rpy(t, it, "byte", bytes));
  }
  CriticalSection section(t, &self);
  return splice(t, &self, self.size, self.size, bytes.view());
}

Result<void> bytearray_insert(Thread& t, ByteArray& self, ssize index, Value item) {
  int byte = TRY(byte_from_value(t, item, "byte"));
  char c = static_cast<char>(byte);
  CriticalSection section(t, &self);
  if (index < 0) index += self.size;
  if (index < 0) index = 0;
  if (index > self.size) index = self.size;
  return splice(t, &self, index, index, {&c, 1});
}

Result<int> bytearray_pop(Thread& t, Locked<ByteArray> self, ssize index) {
  ssize n = self->size;
  if (n == 0) return raise_index_error(t, "pop from empty bytearray");
  if (index < 0) index += n;
  if (index < 0 || index >= n) return raise_index_error(t, "pop index out of range");
  int byte = static_cast<unsigned char>(self->start[index]);
  TRY(splice(t, self.get(), index, index + 1, {}));
  return byte;
}

Result<void> bytearray_remove(Thread& t, ByteArray& self, Value item) {
  int byte = TRY(byte_from_value(t, item, "byte"));
  CriticalSection section(t, &self);
  const void* hit = std::memchr(self.start, byte, static_cast<size_t>(self.size));
  if (hit == nullptr) return raise_value_error(t, "value not found in bytearray");
  ssize at = static_cast<const char*>(hit) - self.start;
  return splice(t, &self, at, at + 1, {});
}

void bytearray_reverse(Thread& t, Locked<ByteArray> self) {
  for (ssize i = 0, j = self->size - 1; i < j; ++i, --j) std::swap(self->start[i], self->start[j]);
}

Result<void> bytearray_clear(Thread& t, Locked<ByteArray> self) { return resize(t, self.get(), 0); }

Result<Owned> bytearray_copy(Thread& t, Value self) {
  Contents c;
  TRY(c.load(t, self));
  return make_like(t, self, c.view());
}

ssize bytearray_dunder_alloc(Thread& t, ByteArray& self) { return self.allocated; }
ssize bytearray_dunder_sizeof(Thread& t, ByteArray& self) { return static_cast<ssize>(sizeof(ByteArray)) + self.allocated; }

Result<Owned> bytearray_fromhex(Thread& t, Type& type, Str& text) {
  TextBuffer out;
  TRY(bytes_shared::parse_hex(t, text, out));
  Ref<ByteArray> b = TRY(bytearray_new(t, out.data(), static_cast<ssize>(out.size())));
  if (&type == &bytearray_type) return Owned(std::move(b));
  return call(t, Value(&type), b);
}

/// (type, (arguments), attributes or None)
Result<Owned> reduced(Thread& t, Value self, int protocol) {
  Owned state = TRY(call_method(t, self, NAME("__getstate__")));
  Contents c;
  TRY(c.load(t, self));
  Ref<Tuple> arguments;
  if (c.size() == 0) {
    arguments = TRY(tuple_new(t, 0));
  } else if (protocol < 3) {
    Ref<Str> text = TRY(str_from_latin1(t, reinterpret_cast<const uint8_t*>(c.view().data()), c.size()));
    Ref<Str> encoding = TRY(str_from_ascii(t, "latin-1"));
    arguments = TRY(tuple_pack(t, text, encoding));
  } else {
    Ref<Bytes> bytes = TRY(bytes_new(t, c.view()));
    arguments = TRY(tuple_pack(t, bytes));
  }
  Ref<Tuple> result = TRY(tuple_pack(t, Value(type_of(self)), arguments, state));
  return Owned(std::move(result));
}
Result<Owned> bytearray_dunder_reduce(Thread& t, Value self) { return reduced(t, self, 2); }
Result<Owned> bytearray_dunder_reduce_ex(Thread& t, Value self, int protocol) { return reduced(t, self, protocol); }

Result<Owned> bytearray_dunder_iter(Thread& t, Value self) { return bytes_iterator_new(t, &bytearray_iterator_type, self); }

constexpr MethodDef kByteArrayMethods[] = {
    method<&bytearray_dunder_alloc>("__alloc__", "($self, /)",
                                    "B.__alloc__() -> int\n\nReturn the number of bytes actually allocated."),
    method<&bytearray_dunder_reduce>("__reduce__", "($self, /)", "Return state information for pickling."),
    method<&bytearray_dunder_reduce_ex>("__reduce_ex__", "($self, proto=0, /)", "Return state information for pickling."),
    method<&bytearray_dunder_sizeof>("__sizeof__", "($self, /)", "Returns the size of the bytearray object in memory, in bytes."),
    method<&bytearray_append>("append", "($self, item, /)",
                              "Append a single item to the end of the bytearray.\n\n  item\n    The item to be appended."),
    method<&bytearray_clear>("clear", "($self, /)", "Remove all items from the bytearray."),
    method<&bytearray_copy>("copy", "($self, /)", "Return a copy of B."),
    method<&bytearray_extend>("extend", "($self, iterable_of_ints, /)",
                              "Append all the items from the iterator or sequence to the end of the bytearray."),
    class_method<&bytearray_fromhex>("fromhex", "($type, string, /)",
                                     "Create a bytearray object from a string of hexadecimal numbers."),
    method<&bytearray_insert>("insert", "($self, index, item, /)", "Insert a single item into the bytearray before the given index."),
    method<&bytearray_pop>("pop", "($self, index=-1, /)", "Remove and return a single item from B."),
    method<&bytearray_remove>("remove", "($self, value, /)", "Remove the first occurrence of a value in the bytearray."),
    method<&bytearray_reverse>("reverse", "($self, /)", "Reverse the order of the values in B in place."),
    TY_BYTES_SHARED_METHODS,
    {}};
constexpr TypeOps kByteArrayOps = {
    .repr = &bytearray_dunder_repr,
    .str = &bytearray_dunder_repr,
    .compare = &bytearray_dunder_compare,
    .iter = &bytearray_dunder_iter,
    .init = initializer<"bytearray", "(source=<unrepresentable>, encoding=<unrepresentable>, errors=<unrepresentable>)", &bytearray_init>,
    .create = constructor<"bytearray", "(*args, **kwargs)", &bytearray_create>,
    .remainder = &bytearray_dunder_mod,
    .length = &bytearray_dunder_len,
    .subscript = &bytearray_dunder_getitem,
    .set_subscript = &bytearray_dunder_setitem,
    .contains = &bytearray_dunder_contains,
    .concat = &bytearray_dunder_add,
    .repeat = &bytearray_dunder_mul,
    .inplace_concat = &bytearray_dunder_iadd,
    .inplace_repeat = &bytearray_dunder_imul,
    .get_buffer = &bytearray_get_buffer,
    .release_buffer = &bytearray_release_buffer,
};

}  // namespace

Result<Ref<ByteArray>> bytearray_new(Thread& t, const void* data, ssize n) {
  Object* o = allocate_object(t, &bytearray_type, sizeof(ByteArray));
  if (o == nullptr) return raise_memory_error(t);
  auto self = Ref<ByteArray>::steal(static_cast<ByteArray*>(o));
  self->start = g_empty_contents;
  if (n > 0) {
    TRY(resize(t, self.get(), n));
    if (data != nullptr) std::memcpy(self->start, data, static_cast<size_t>(n));
    else std::memset(self->start, 0, static_cast<size_t>(n));
  }
  return self;
}

extern const TypeDef kByteArrayDef;
constinit const TypeDef kByteArrayDef = {
    .name = "bytearray",
    .size = sizeof(ByteArray),
    .flags = kTypeBase | kTypeMatchSelf,
    .layout = {.release = &bytearray_free},
    .ops = &kByteArrayOps,
    .methods = kByteArrayMethods,
    .doc = "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> "
           "mutable copy of bytes_or_buffer\nbytearray(int) -> bytes array of size given by the parameter initialized with null bytes\n"
           "bytearray() -> empty bytes array\n\nConstruct a mutable bytearray object from:\n  - an iterable yielding integers in range(256)\n"
           "  - a text string encoded using the specified encoding\n  - a bytes or a buffer object\n  - any object implementing the buffer "
           "API.\n  - an integer",
};

}  // namespace ty
