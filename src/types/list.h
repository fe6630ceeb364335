// types/list.h: list.
//
// Layout      points at one array of Slots (CPython's offsets). Arrays are replaced, never resized in place, and retired so that lock-free
//             readers can finish; each array is preceded by its capacity.
// Invariants  size <= capacity of items; slots at or above size are null.
// Threads     list_get(): lock-free (acquire items, then bounds against the array's own capacity and size). Writers take Locked<List>.
// Files       list.cpp · list_methods.cpp · list_sort.cpp
#pragma once

#include "object/abstract.h"
#include "sync/critical_section.h"

namespace ty {

struct List : VarObject {      // size: [lock] relaxed readers tolerate a stale value
  RetiredPtr<Slot> items;      // [lock] release-stored when replaced, acquire-loaded by readers
  ssize allocated;             // [lock]
  static Type* type();
};
static_assert(sizeof(List) == 56);
extern Type list_type;
inline Type* List::type() { return &list_type; }

Result<Ref<List>> list_new(Thread& t, ssize capacity = 0);
Result<Ref<List>> list_from(Thread& t, const Value* values, ssize n);
/// Lock-free; null Owned when out of range.
Owned list_get(List& self, ssize index);
TY_INLINE ssize list_size(const List& self) { return __atomic_load_n(&self.size, __ATOMIC_RELAXED); }
Result<void> list_append(Thread& t, Locked<List> self, Value object);
/// Enters the section itself (nothing for a LOCAL list).
Result<void> list_push(Thread& t, List& self, Value object);
Result<void> list_extend_rpy(Thread& t, List& self, Value iterable);
Result<void> list_set(Thread& t, List& self, ssize index, Value object);  // IndexError
Result<Ref<List>> list_from_iterable_rpy(Thread& t, Value iterable);
Result<Ref<Tuple>> list_to_tuple(Thread& t, List& self);
Result<void> list_sort_rpy(Thread& t, List& self, Value key_or_none, bool reverse);
Result<void> list_reverse(Thread& t, List& self);

}  // namespace ty
