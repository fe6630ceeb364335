// types/tuple.h: tuple: CPython layout, items inline at +40.
//
// Threads     immutable once it has escaped its maker.
#pragma once

#include "object/abstract.h"

namespace ty {

struct Tuple : VarObject {
  Slot items[];  // [const]
  static Type* type();
  TY_INLINE Value get(ssize i) const { return items[i].load(); }
  const Value* values() const { return reinterpret_cast<const Value*>(items); }  // borrowed, heap form
};
static_assert(offsetof(Tuple, items) == 40);
extern Type tuple_type;
inline Type* Tuple::type() { return &tuple_type; }

/// n null items, to be filled with items[i].init().
Result<Ref<Tuple>> tuple_new(Thread& t, ssize n);
Result<Ref<Tuple>> tuple_from(Thread& t, const Value* values, ssize n);  // dups
template <class... V>
Result<Ref<Tuple>> tuple_pack(Thread& t, const V&... values) {
  Value array[] = {Value(values)...};
  return tuple_from(t, array, sizeof...(values));
}
Result<Ref<Tuple>> tuple_slice(Thread& t, Tuple& self, ssize start, ssize end);
/// tuple(iterable)
Result<Ref<Tuple>> tuple_from_iterable_rpy(Thread& t, Value iterable);
extern Value g_empty_tuple;

}  // namespace ty
