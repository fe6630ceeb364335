// bytes as Python sees it, and the iterators of bytes and bytearray.
#include <cstring>

#include "mem/heap.h"
#include "types/bytes_shared.h"
#include "types/int.h"
#include "types/tuple.h"
#include "types/str.h"

namespace ty {

Type bytes_type;

namespace {

Owned not_implemented_result() { return Owned::steal(not_implemented()); }

Result<Owned> bytes_create(Thread& t, Type& type, Value source, Opt<Str&> encoding, Opt<Str&> errors) {
  Ref<Bytes> made;
  if (&type == &bytes_type && is_exact<Bytes>(source.is_null() ? none() : source) && !encoding && !errors) return borrow_or_dup(source);
  bool special = false;
  if (!source.is_null() && !encoding && !errors && !source.is_immediate() && !is_exact<Bytes>(source)) {
    Owned f = TRY(lookup_special(t, source, NAME("__bytes__")));
    if (!f.value().is_empty()) {
      Owned result = TRY(call(t, f));
      if (!is_bytes(result)) return raise_type_error(t, "__bytes__ returned non-bytes (type %.200T)", result.value());
      if (&type == &bytes_type) return result;
      made = dup(*result.value().as<Bytes>());
      special = true;
    }
  }
  if (!special) {
    TextBuffer out;
    TRY(bytes_shared::contents_of_arguments(t, source, encoding, errors, "bytes", out));
    made = TRY(bytes_new(t, out.view()));
  }
  if (&type == &bytes_type) return Owned(std::move(made));
  Object* o = allocate_object(t, &type, static_cast<size_t>(type.basicsize) + static_cast<size_t>(made->size));
  if (o == nullptr) return raise_memory_error(t);
  auto* b = static_cast<Bytes*>(o);
  b->size = made->size;
  b->hash = -1;
  std::memcpy(b->data(), made->data(), static_cast<size_t>(made->size));
  return Owned::steal(Value(o));
}

Result<Owned> bytes_dunder_repr(Thread& t, Value self) { return bytes_repr(t, self.as<Bytes>()->view()); }
Result<ssize> bytes_dunder_hash(Thread& t, Value self) { return static_cast<ssize>(bytes_hash(*self.as<Bytes>())); }
Result<ssize> bytes_dunder_len(Thread& t, Value self) { return self.as<Bytes>()->size; }

Result<Owned> bytes_dunder_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (!is_bytes(a) || !is_bytes(b)) return not_implemented_result();
  std::string_view x = a.as<Bytes>()->view(), y = b.as<Bytes>()->view();
  switch (op) {
    case CompareOp::kEq: return owned_bool(x == y);
    case CompareOp::kNe: return owned_bool(x != y);
    default: break;
  }
  int order = x.compare(y);  // char_traits<char> compares as unsigned bytes
  switch (op) {
    case CompareOp::kLt: return owned_bool(order < 0);
    case CompareOp::kLe: return owned_bool(order <= 0);
    case CompareOp::kGt: return owned_bool(order > 0);
    default: return owned_bool(order >= 0);
  }
}

Result<Owned> bytes_dunder_add(Thread& t, Value a, Value b) {
  if (!has_buffer(b)) return raise_type_error(t, "can't concat %.100T to %.100T", b, a);
  BytesLike other;
  TRY(other.acquire(t, b));
  auto* x = a.as<Bytes>();
  if (other.size() == 0 && is_exact<Bytes>(a)) return borrow_or_dup(a);
  if (x->size == 0 && is_exact<Bytes>(b)) return borrow_or_dup(b);
  if (x->size > PTRDIFF_MAX - other.size()) return raise_memory_error(t);
  Ref<Bytes> r = TRY(bytes_new(t, nullptr, x->size + other.size()));
  if (r->size == 0) return Owned(std::move(r));
  std::memcpy(r->data(), x->data(), static_cast<size_t>(x->size));
  std::memcpy(r->data() + x->size, other.data(), static_cast<size_t>(other.size()));
  return Owned(std::move(r));
}

Result<Owned> bytes_dunder_mul(Thread& t, Value self, ssize n) {
  auto* b = self.as<Bytes>();
  if (n < 0) n = 0;
  ssize total;
  if (__builtin_mul_overflow(b->size, n, &total)) return raise_overflow_error(t, "repeated bytes are too long");
  if (n == 1 && is_exact<Bytes>(self)) return borrow_or_dup(self);
  Ref<Bytes> r = TRY(bytes_new(t, nullptr, total));
  if (total == 0) return Owned(std::move(r));
  auto unit = static_cast<size_t>(b->size), size = static_cast<size_t>(total);
  std::memcpy(r->data(), b->data(), unit);
  for (size_t done = unit; done < size;) {
    size_t step = done < size - done ? done : size - done;
    std::memcpy(r->data() + done, r->data(), step);
    done += step;
  }
  return Owned(std::move(r));
}

Result<Owned> bytes_dunder_mod(Thread& t, Value a, Value b) {
  if (!is_bytes(a)) return not_implemented_result();
  return bytes_percent_format_rpy(t, a.as<Bytes>()->view(), b, false);
}

Result<bool> bytes_dunder_contains(Thread& t, Value self, Value item) { return bytes_shared::contains(t, self, item); }

Result<Owned> bytes_dunder_getitem(Thread& t, Value self, Value key) {
  auto* b = self.as<Bytes>();
  ssize i;
  if (TY_LIKELY(key.is_small_int())) {
    i = key.small_int();
  } else if (is_slice(key)) {
    SliceBounds bounds = TRY(slice_unpack(t, *key.as<Slice>()));
    ssize n = slice_adjust(bounds, b->size);
    if (n <= 0) n = 0;
    if (bounds.step == 1)
      return make_part(t, self, b->view(), static_cast<size_t>(n ? bounds.start : 0), static_cast<size_t>(n ? bounds.start + n : 0));
    TextBuffer out;
    for (ssize k = 0, at = bounds.start; k < n; ++k, at += bounds.step) out.push(b->data()[at]);
    if (out.failed()) return raise_memory_error(t);
    return make_like(t, self, out.view());
  } else if (is_int(key) || ops_of(key).index != nullptr) {
    i = TRY(number_as_ssize(t, key, &exc_IndexError));
  } else {
    return raise_type_error(t, "byte indices must be integers or slices, not %.200T", key);
  }
  if (i < 0) i += b->size;
  if (i < 0 || i >= b->size) return raise_index_error(t, "index out of range");
  return Owned::steal(Value::small_int_unchecked(static_cast<unsigned char>(b->data()[i])));
}

Result<void> bytes_get_buffer(Thread& t, Value self, Buffer& out, int flags) {
  auto* b = self.as<Bytes>();
  return buffer_fill(t, out, self, b->data(), b->size, true, flags);
}

Result<Owned> bytes_dunder_bytes(Thread& t, Value self) {
  if (is_exact<Bytes>(self)) return borrow_or_dup(self);
  Ref<Bytes> b = TRY(bytes_new(t, self.as<Bytes>()->view()));
  return Owned(std::move(b));
}

Result<Owned> bytes_dunder_getnewargs(Thread& t, Bytes& self) {
  Ref<Bytes> b = TRY(bytes_new(t, self.view()));
  Ref<Tuple> tuple = TRY(tuple_pack(t, b));
  return Owned(std::move(tuple));
}

Result<Owned> bytes_fromhex(Thread& t, Type& type, Str& text) {
  TextBuffer out;
  TRY(bytes_shared::parse_hex(t, text, out));
  Ref<Bytes> b = TRY(bytes_new(t, out.view()));
  if (&type == &bytes_type) return Owned(std::move(b));
  return call(t, Value(&type), b);
}

Result<Owned> bytes_dunder_iter(Thread& t, Value self) { return bytes_iterator_new(t, &bytes_iterator_type, self); }

constexpr MethodDef kBytesMethods[] = {
    method<&bytes_dunder_getnewargs>("__getnewargs__", "($self, /)", nullptr),
    method<&bytes_dunder_bytes>("__bytes__", "($self, /)", "Convert this value to exact type bytes."),
    class_method<&bytes_fromhex>("fromhex", "($type, string, /)",
                                 "Create a bytes object from a string of hexadecimal numbers.\n\nSpaces between two numbers are accepted.\n"
                                 "Example: bytes.fromhex('B9 01EF') -> b'\\\\xb9\\\\x01\\\\xef'."),
    TY_BYTES_SHARED_METHODS,
    {}};
constexpr TypeOps kBytesOps = {
    .repr = &bytes_dunder_repr,
    .hash = &bytes_dunder_hash,
    .str = &bytes_dunder_repr,
    .compare = &bytes_dunder_compare,
    .iter = &bytes_dunder_iter,
    .create = constructor<"bytes", "(source=<unrepresentable>, encoding=<unrepresentable>, errors=<unrepresentable>)", &bytes_create>,
    .remainder = &bytes_dunder_mod,
    .length = &bytes_dunder_len,
    .subscript = &bytes_dunder_getitem,
    .contains = &bytes_dunder_contains,
    .concat = &bytes_dunder_add,
    .repeat = &bytes_dunder_mul,
    .get_buffer = &bytes_get_buffer,
};

// --- iterators ---

struct BytesIterator : Object {
  Slot source;  // [atomic] Bytes or ByteArray; null: exhausted
  ssize index;  // [atomic] next byte
};

/// The byte at `i`; -1 past the end.
int byte_of(Value source, ssize i, Thread& t) {
  if (is_bytes(source)) {
    auto* b = source.as<Bytes>();
    return i < b->size ? static_cast<unsigned char>(b->data()[i]) : -1;
  }
  auto* array = source.as<ByteArray>();
  CriticalSection section(t, array);
  return i < array->size ? static_cast<unsigned char>(array->start[i]) : -1;
}

ssize length_of(Value source) {
  return is_bytes(source) ? source.as<Bytes>()->size : __atomic_load_n(&source.as<ByteArray>()->size, __ATOMIC_RELAXED);
}

Lookup<Owned> bytes_iterator_dunder_next(Thread& t, Value self) {
  auto* it = self.as<BytesIterator>();
  Value source = it->source.load();
  if (source.is_null()) return Absent{};
  // Threads that share the iterator get distinct bytes.
  ssize i = it->is_local() ? it->index++ : __atomic_fetch_add(&it->index, 1, __ATOMIC_RELAXED);
  int byte = byte_of(source, i, t);
  if (byte < 0) {
    Owned dropped = it->source.clear(it);  // the source lives no longer than it is needed
    return Absent{};
  }
  return Owned::steal(Value::small_int_unchecked(byte));
}

ssize bytes_iterator_length_hint(Thread& t, Value self) {
  auto* it = self.as<BytesIterator>();
  Value source = it->source.load();
  if (source.is_null()) return 0;
  ssize i = __atomic_load_n(&it->index, __ATOMIC_RELAXED), n = length_of(source);
  return i > n ? 0 : n - i;
}

Result<Owned> bytes_iterator_reduce(Thread& t, Value self) {
  auto* it = self.as<BytesIterator>();
  Owned iter = TRY(import_attribute(t, "builtins", "iter"));
  Owned source = it->source.get();
  bool exhausted = !source;
  if (exhausted) source = Owned::steal(g_empty_tuple);
  Ref<Tuple> arguments = TRY(tuple_pack(t, source));
  Ref<Tuple> result;
  if (exhausted) result = TRY(tuple_pack(t, iter, arguments));
  else result = TRY(tuple_pack(t, iter, arguments, Value::small_int_unchecked(__atomic_load_n(&it->index, __ATOMIC_RELAXED))));
  return Owned(std::move(result));
}

void bytes_iterator_setstate(Thread& t, Value self, ssize index) {
  auto* it = self.as<BytesIterator>();
  Value source = it->source.load();
  if (source.is_null()) return;
  ssize n = length_of(source);
  __atomic_store_n(&it->index, index < 0 ? 0 : index > n ? n : index, __ATOMIC_RELAXED);
}

Result<Owned> bytes_iterator_dunder_iter(Thread& t, Value self) { return borrow_or_dup(self); }

constexpr MethodDef kBytesIteratorMethods[] = {
    method<&bytes_iterator_length_hint>("__length_hint__", "($self, /)", "Private method returning an estimate of len(list(it))."),
    method<&bytes_iterator_reduce>("__reduce__", "($self, /)", "Return state information for pickling."),
    method<&bytes_iterator_setstate>("__setstate__", "($self, state, /)", "Set state information for unpickling."),
    {}};
constexpr uint16_t kBytesIteratorSlots[] = {offsetof(BytesIterator, source)};
constexpr TypeOps kBytesIteratorOps = {.iter = &bytes_iterator_dunder_iter, .next = &bytes_iterator_dunder_next};

}  // namespace

Type bytes_iterator_type, bytearray_iterator_type;

Result<Owned> bytes_iterator_new(Thread& t, Type* type, Value source) {
  Object* o = allocate_object(t, type, sizeof(BytesIterator));
  if (o == nullptr) return raise_memory_error(t);
  static_cast<BytesIterator*>(o)->source.init(dup(source));
  return Owned::steal(Value(o));
}

extern const TypeDef kBytesDef, kBytesIteratorDef, kByteArrayIteratorDef;
constinit const TypeDef kBytesDef = {
    .name = "bytes",
    .size = 49,
    .item_size = 1,
    .flags = kTypeBase | kTypeBytes | kTypeMatchSelf,
    .ops = &kBytesOps,
    .methods = kBytesMethods,
    .doc = "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> immutable copy of "
           "bytes_or_buffer\nbytes(int) -> bytes object of size given by the parameter initialized with null bytes\nbytes() -> empty bytes "
           "object\n\nConstruct an immutable array of bytes from:\n  - an iterable yielding integers in range(256)\n  - a text string encoded "
           "using the specified encoding\n  - any object implementing the buffer API.\n  - an integer",
};
constinit const TypeDef kBytesIteratorDef = {
    .name = "bytes_iterator",
    .size = sizeof(BytesIterator),
    .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kBytesIteratorSlots, .slot_count = 1},
    .ops = &kBytesIteratorOps,
    .methods = kBytesIteratorMethods,
};
constinit const TypeDef kByteArrayIteratorDef = {
    .name = "bytearray_iterator",
    .size = sizeof(BytesIterator),
    .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kBytesIteratorSlots, .slot_count = 1},
    .ops = &kBytesIteratorOps,
    .methods = kBytesIteratorMethods,
};

}  // namespace ty
