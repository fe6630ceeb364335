// tuple: construction, operations, methods.
#include "types/tuple.h"

#include "object/binding.h"
#include "types/container.h"
#include "types/iterators.h"
#include "types/list.h"
#include "types/slice.h"
#include "types/str.h"

namespace ty {

Result<Ref<Tuple>> tuple_allocate(Thread& t, Type* type, ssize n) {
  if (static_cast<size_t>(n) > (SIZE_MAX / 2 - 64) / sizeof(Slot)) return raise_memory_error(t);
  Object* o = allocate_object(t, type, static_cast<size_t>(type->basicsize) + static_cast<size_t>(n) * sizeof(Slot));
  if (!o) return raise_memory_error(t);
  static_cast<Tuple*>(o)->size = n;
  return Ref<Tuple>::steal(static_cast<Tuple*>(o));
}

Result<Ref<Tuple>> tuple_new(Thread& t, ssize n) {
  if (n == 0) return dup(g_empty_tuple.as<Tuple>());
  return tuple_allocate(t, &tuple_type, n);
}

Result<Ref<Tuple>> tuple_from(Thread& t, const Value* values, ssize n) {
  Ref<Tuple> self = TRY(tuple_new(t, n));
  for (ssize i = 0; i < n; i++) self->items[i].init(dup(values[i]));
  return self;
}

Result<Ref<Tuple>> tuple_slice(Thread& t, Tuple& self, ssize start, ssize end) {
  if (start < 0) start = 0;
  if (end > self.size) end = self.size;
  if (end <= start) return tuple_new(t, 0);
  if (start == 0 && end == self.size && self.Object::type() == &tuple_type) return dup(self);
  return tuple_from(t, self.values() + start, end - start);
}

Result<Ref<Tuple>> tuple_from_iterable_rpy(Thread& t, Value iterable) {
  if (is_exact<Tuple>(iterable)) return dup(iterable.as<Tuple>());
  if (is_exact<List>(iterable)) return list_to_tuple(t, *iterable.as<List>());
  Ref<List> items = TRY(list_from_iterable_rpy(t, iterable));
  return list_to_tuple(t, *items);
}

namespace {

Result<Owned> tuple_create(Thread& t, Type& type, Value iterable) {
  Ref<Tuple> items = TRY(iterable ? tuple_from_iterable_rpy(t, iterable) : tuple_new(t, 0));
  if (&type == &tuple_type) return Owned(std::move(items));
  Ref<Tuple> self = TRY(tuple_allocate(t, &type, items->size));
  for (ssize i = 0; i < items->size; i++) self->items[i].init(dup(items->get(i)));
  return Owned(std::move(self));
}

Result<Owned> tuple_dunder_repr(Thread& t, Value v) {
  Tuple& self = *v.as<Tuple>();
  if (self.size == 0) return Owned(TRY(str_from_ascii(t, "()")));
  ReprGuard guard(t, v);
  if (guard.recursive()) return Owned(TRY(str_from_ascii(t, "(...)")));
  TRY(check_native_stack(t, " while getting the repr of an object"));
  StrWriter out(t);
  TRY(out.ascii("("));
  for (ssize i = 0; i < self.size; i++) {
    if (i) TRY(out.ascii(", "));
    Owned text = TRY(object_repr(t, self.get(i)));
    TRY(out.str(*text.value().as<Str>()));
  }
  TRY(out.ascii(self.size == 1 ? ",)" : ")"));
  return Owned(TRY(out.finish()));
}

// CPython: Objects/tupleobject.c tuplehash(): xxHash over the item hashes.
Result<ssize> tuple_dunder_hash(Thread& t, Value v) {
  constexpr uint64_t kPrime1 = 11400714785074694791ull, kPrime2 = 14029467366897019727ull, kPrime5 = 2870177450012600261ull;
  Tuple& self = *v.as<Tuple>();
  TRY(check_native_stack(t, ""));
  uint64_t acc = kPrime5;
  for (ssize i = 0; i < self.size; i++) {
    auto lane = static_cast<uint64_t>(TRY(object_hash(t, self.get(i))));
    acc += lane * kPrime2;
    acc = (acc << 31) | (acc >> 33);
    acc *= kPrime1;
  }
  acc += static_cast<uint64_t>(self.size) ^ (kPrime5 ^ 3527539ull);
  if (acc == ~uint64_t{0}) return ssize{1546275796};
  return static_cast<ssize>(acc);
}

Result<Owned> tuple_dunder_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (!is_instance(a, &tuple_type) || !is_instance(b, &tuple_type)) return Owned::steal(not_implemented());
  Tuple& x = *a.as<Tuple>();
  Tuple& y = *b.as<Tuple>();
  TRY(check_native_stack(t, " in comparison"));
  ssize n = x.size < y.size ? x.size : y.size;
  ssize i = 0;
  for (; i < n; i++) {
    Value p = x.get(i), q = y.get(i);
    if (p == q && p.is_small_int()) continue;
    if (!TRY(object_equal(t, p, q))) break;
  }
  if (i >= n) {
    switch (op) {
      case CompareOp::kLt: return owned_bool(x.size < y.size);
      case CompareOp::kLe: return owned_bool(x.size <= y.size);
      case CompareOp::kEq: return owned_bool(x.size == y.size);
      case CompareOp::kNe: return owned_bool(x.size != y.size);
      case CompareOp::kGt: return owned_bool(x.size > y.size);
      case CompareOp::kGe: return owned_bool(x.size >= y.size);
    }
  }
  if (op == CompareOp::kEq) return owned_bool(false);
  if (op == CompareOp::kNe) return owned_bool(true);
  return object_compare(t, x.get(i), y.get(i), op);
}

Result<ssize> tuple_dunder_len(Thread&, Value v) { return v.as<Tuple>()->size; }

Result<Owned> tuple_dunder_getitem(Thread& t, Value v, Value key) {
  Tuple& self = *v.as<Tuple>();
  if (TY_LIKELY(has_index(key))) {
    ssize i = TRY(sequence_index(t, key));
    if (i < 0) i += self.size;
    if (static_cast<size_t>(i) >= static_cast<size_t>(self.size)) return raise_index_error(t, "tuple index out of range");
    return self.items[i].get();
  }
  if (!is_slice(key)) return raise_type_error(t, "tuple indices must be integers or slices, not %.200T", key);
  SliceBounds bounds = TRY(slice_unpack(t, *key.as<Slice>()));
  ssize n = slice_adjust(bounds, self.size);
  if (bounds.step == 1) return Owned(TRY(tuple_slice(t, self, bounds.start, bounds.start + n)));
  Ref<Tuple> result = TRY(tuple_new(t, n));
  for (ssize i = 0, from = bounds.start; i < n; i++, from += bounds.step) result->items[i].init(dup(self.get(from)));
  return Owned(std::move(result));
}

Result<bool> tuple_dunder_contains(Thread& t, Value v, Value item) {
  Tuple& self = *v.as<Tuple>();
  for (ssize i = 0; i < self.size; i++) {
    if (TRY(object_equal(t, self.get(i), item))) return true;
  }
  return false;
}

Result<Owned> tuple_concat(Thread& t, Value a, Value b) {
  if (!is_instance(b, &tuple_type)) return raise_type_error(t, "can only concatenate tuple (not \"%.200T\") to tuple", b);
  Tuple& x = *a.as<Tuple>();
  Tuple& y = *b.as<Tuple>();
  if (x.size == 0 && is_exact<Tuple>(b)) return dup(b);
  if (y.size == 0 && is_exact<Tuple>(a)) return dup(a);
  Ref<Tuple> result = TRY(tuple_new(t, x.size + y.size));
  for (ssize i = 0; i < x.size; i++) result->items[i].init(dup(x.get(i)));
  for (ssize i = 0; i < y.size; i++) result->items[x.size + i].init(dup(y.get(i)));
  return Owned(std::move(result));
}

Result<Owned> tuple_repeat(Thread& t, Value v, ssize n) {
  Tuple& self = *v.as<Tuple>();
  if (self.size == 0 || n == 1) {
    if (is_exact<Tuple>(v)) return dup(v);
  }
  if (n <= 0 || self.size == 0) return Owned(TRY(tuple_new(t, 0)));
  if (self.size > PTRDIFF_MAX / n) return raise_memory_error(t);
  Ref<Tuple> result = TRY(tuple_new(t, self.size * n));
  for (ssize i = 0, k = 0; k < n; k++) {
    for (ssize j = 0; j < self.size; j++) result->items[i++].init(dup(self.get(j)));
  }
  return Owned(std::move(result));
}

Result<Owned> tuple_dunder_iter(Thread& t, Value v) { return tuple_iterator_new(t, *v.as<Tuple>()); }

Result<Owned> tuple_index(Thread& t, Tuple& self, Value value, Value start, Value stop) {
  ssize i = start ? TRY(slice_index_argument(t, start, 0)) : 0;
  ssize end = stop ? TRY(slice_index_argument(t, stop, self.size)) : self.size;
  if (i < 0) i = i + self.size < 0 ? 0 : i + self.size;
  if (end < 0) end = end + self.size < 0 ? 0 : end + self.size;
  if (end > self.size) end = self.size;
  for (; i < end; i++) {
    if (TRY(object_equal(t, self.get(i), value))) return small_int(i);
  }
  return raise_value_error(t, "tuple.index(x): x not in tuple");
}

Result<ssize> tuple_count(Thread& t, Tuple& self, Value value) {
  ssize count = 0;
  for (ssize i = 0; i < self.size; i++) count += TRY(object_equal(t, self.get(i), value));
  return count;
}

Result<Owned> tuple_dunder_getnewargs(Thread& t, Tuple& self) {
  Ref<Tuple> copy = TRY(tuple_from(t, self.values(), self.size));
  return Owned(TRY(tuple_pack(t, copy)));
}

constexpr MethodDef kTupleMethods[] = {
    method<&tuple_dunder_getnewargs>("__getnewargs__", "($self, /)", nullptr),
    method<&tuple_index>("index", "($self, value, start=0, stop=sys.maxsize, /)",
                         "Return first index of value.\n\nRaises ValueError if the value is not present."),
    method<&tuple_count>("count", "($self, value, /)", "Return number of occurrences of value."),
    TY_CLASS_GETITEM,
    {}};
constexpr TypeOps kTupleOps = {.repr = &tuple_dunder_repr,
                               .hash = &tuple_dunder_hash,
                               .compare = &tuple_dunder_compare,
                               .iter = &tuple_dunder_iter,
                               .create = &positional_constructor<"tuple", "(iterable=(), /)", &tuple_create, &tuple_type>,
                               .length = &tuple_dunder_len,
                               .subscript = &tuple_dunder_getitem,
                               .contains = &tuple_dunder_contains,
                               .concat = &tuple_concat,
                               .repeat = &tuple_repeat};

}  // namespace

extern constexpr TypeDef kTupleDef = {
    .name = "tuple", .size = sizeof(Tuple), .item_size = sizeof(Slot),
    .flags = kTypeBase | kTypeTuple | kTypeSequence | kTypeMatchSelf,
    .layout = {.items_offset = offsetof(Tuple, items), .flags = kCollectable}, .ops = &kTupleOps, .methods = kTupleMethods,
    .doc = "Built-in immutable sequence.\n\nIf no argument is given, the constructor returns an empty tuple.\n"
           "If iterable is specified the tuple is initialized from iterable's items.\n\n"
           "If the argument is a tuple, the return value is the same object.",
    .text_signature = "(iterable=(), /)"};
Type tuple_type;
namespace {
struct alignas(16) StaticTuple : VarObject {};
StaticTuple empty_tuple_object = {VarObject{Object TY_STATIC_HEADER(&tuple_type), 0}};
}  // namespace
Value g_empty_tuple = Value::uncounted(&empty_tuple_object);

}  // namespace ty
