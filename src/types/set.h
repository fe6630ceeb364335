// types/set.h: set and frozenset (CPython's struct size; table retired like a dict's).
#pragma once

#include "object/abstract.h"
#include "sync/critical_section.h"

namespace ty {

struct Set;
extern Type set_type, frozenset_type;
TY_INLINE bool is_any_set(Value v) { return is_instance(v, &set_type) || is_instance(v, &frozenset_type); }
Result<Owned> set_new(Thread& t, Value iterable_or_null);
Result<Owned> frozenset_new(Thread& t, Value iterable_or_null);
Result<void> set_add(Thread& t, Value set, Value item);
Result<bool> set_contains(Thread& t, Value set, Value item);
Result<void> set_update_rpy(Thread& t, Value set, Value iterable);
Result<bool> set_discard(Thread& t, Value set, Value item);
ssize set_size(Value set);
/// As dict_next.
bool set_next(Value set, ssize* position, Owned* item);

}  // namespace ty
