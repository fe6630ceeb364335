// types/generic_alias.h: types.GenericAlias (list[int]) and types.UnionType (int | str).
//
// Threads     immutable but for `parameters`, filled on first use (idempotent, one exchange).
#pragma once

#include "object/abstract.h"

namespace ty {

struct GenericAlias : Object {
  Slot origin;      // [const]
  Slot args;        // [const] Tuple
  Slot parameters;  // [atomic] Tuple, or null until asked for
  bool starred;     // [const]
  static Type* type();
};
struct Union : Object {
  Slot args;        // [const] Tuple
  Slot parameters;  // [atomic]
  static Type* type();
};
extern Type generic_alias_type, union_type, generic_alias_iterator_type;
inline Type* GenericAlias::type() { return &generic_alias_type; }
inline Type* Union::type() { return &union_type; }

/// origin[args]; args that is not a tuple counts as a tuple of one.
Result<Owned> generic_alias_new(Thread& t, Value origin, Value args);
/// a | b of types and the like: what type.__or__ does. NotImplemented when an operand is neither.
Result<Owned> union_or(Thread& t, Value a, Value b);
/// The type variables in `args`.
Result<Owned> make_type_parameters(Thread& t, Tuple& args);
/// args with the type variables `parameters` replaced by `item`; `self` is what messages show.
Result<Owned> substitute_parameters(Thread& t, Value self, Tuple& args, Tuple& parameters, Value item);
class StrWriter;
/// As typing shows an argument: classes by qualified name, others by repr.
Result<void> write_type_argument(Thread& t, StrWriter& out, Value v);

}  // namespace ty
