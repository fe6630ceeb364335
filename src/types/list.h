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

/// What `items` points into.
struct ListArray {
  ssize capacity;  // [const]
  ssize pad;
  Slot slots[];
};
TY_INLINE ListArray* list_array(Slot* items) {
  return reinterpret_cast<ListArray*>(reinterpret_cast<char*>(items) - offsetof(ListArray, slots));
}

Result<Ref<List>> list_new(Thread& t, ssize capacity = 0);
Result<Ref<List>> list_from(Thread& t, const Value* values, ssize n);
/// As list_from, but takes the references that the words carry.
Result<Ref<List>> list_from_owned(Thread& t, Owned* values, ssize n);
/// Lock-free; null Owned when out of range.
Owned list_get(List& self, ssize index);
Owned list_get_prompt(List& self, ssize index);
TY_INLINE ssize list_size(const List& self) { return __atomic_load_n(&self.size, __ATOMIC_RELAXED); }
TY_INLINE Owned list_get_inline(List& self, ssize index) {
  Slot* items = self.items.load();
  if (TY_UNLIKELY(static_cast<size_t>(index) >= static_cast<size_t>(list_size(self)) || !items)) return {};
  if (TY_UNLIKELY(index >= list_array(items)->capacity)) return {};
  Value word = items[index].load();
  if (!word.is_object() || word.bits == 0) return Owned::steal(word);
  Object* o = word.object();
  uint16_t flags = o->load_flags();
  if (flags & kLocal) {
    inc(o);
    return Owned::steal(word);
  }
  if (TY_UNLIKELY(flags & kPrompt)) return list_get_prompt(self, index);
  return Owned::steal(Value::uncounted(o));
}
Result<void> list_append(Thread& t, Locked<List> self, Value object);
/// Enters the section itself (nothing for a LOCAL list).
Result<void> list_push_slow(Thread& t, List& self, Value object);
TY_INLINE Result<void> list_push(Thread& t, List& self, Value object) {
  ssize n = self.size;
  if (TY_LIKELY(self.is_local() && n < self.allocated)) {
    self.items.load()[n].set_raw(dup(object).release().bits);
    self.size = n + 1;
    return {};
  }
  return list_push_slow(t, self, object);
}
Result<void> list_extend_rpy(Thread& t, List& self, Value iterable);
Result<void> list_set(Thread& t, List& self, ssize index, Value object);  // IndexError
Result<Ref<List>> list_from_iterable_rpy(Thread& t, Value iterable);
Result<Ref<Tuple>> list_to_tuple(Thread& t, List& self);
Result<Ref<List>> list_slice(Thread& t, List& self, ssize start, ssize end);
/// Replaces self[start:end] by the items of `values` (a list or tuple of the caller's own, or null for deletion).
Result<void> list_replace_slice(Thread& t, List& self, ssize start, ssize end, Value values_or_null);
Result<void> list_insert_at(Thread& t, List& self, ssize index, Value object);
/// Removes and returns self[index]; IndexError "pop index out of range", "pop from empty list".
Result<Owned> list_pop_at(Thread& t, List& self, ssize index);
void list_clear(Thread& t, List& self);
Result<void> list_sort_rpy(Thread& t, List& self, Value key_or_none, bool reverse);
Result<void> list_reverse(Thread& t, List& self);

}  // namespace ty
