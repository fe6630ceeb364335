// types/set.h: set and frozenset. CPython's size and the offsets of `fill` and `used`.
//
// Layout      an open-addressing table (CPython's probing, hence its iteration order): entries of key and hash, preceded by the mask. The first
//             table of eight lies in the object; others are buffers, replaced and retired like a dict's.
// Invariants  an entry is written once per table: hash, then key; deletion replaces the key by the EMPTY word and the entry is not reused. So
//             readers probe without a lock. A null key ends a probe.
// Threads     look-ups lock-free; writers take the object's lock. frozensets are immutable once they have escaped their maker.
// Files       set.cpp · set_methods.cpp
#pragma once

#include "object/abstract.h"
#include "sync/critical_section.h"

namespace ty {

struct SetEntry {
  Slot key;
  int64_t hash;
};
struct SetTable {
  ssize mask;          // [const]
  SetEntry entries[];
};

inline constexpr ssize kSetSmallSize = 8;

struct Set : Object {
  ssize fill;                      // [lock] used and deleted entries
  ssize used;                      // [lock] relaxed readers
  ssize finger;                    // [lock] where pop() looks next
  RetiredPtr<SetTable> table;      // [lock] null: empty
  int64_t hash;                    // [atomic] frozenset: 0 means not computed
  ssize small_mask;                // [const] the table inside the object begins here
  SetEntry small_entries[kSetSmallSize];  // [lock]
  uint64_t weaklist;               // [const] unused
  static Type* type();
  SetTable* small_table() { return reinterpret_cast<SetTable*>(&small_mask); }
};
static_assert(sizeof(Set) == 216 && offsetof(Set, used) == 40);
extern Type set_type, frozenset_type;
inline Type* Set::type() { return &set_type; }
TY_INLINE bool is_any_set(Value v) { return is_instance(v, &set_type) || is_instance(v, &frozenset_type); }
TY_INLINE bool is_exact_any_set(Value v) { return v.is_object() && (v.object()->type() == &set_type || v.object()->type() == &frozenset_type); }

Result<Owned> set_new(Thread& t, Value iterable_or_null);
Result<Owned> frozenset_new(Thread& t, Value iterable_or_null);
Result<void> set_add(Thread& t, Value set, Value item);
Result<bool> set_contains(Thread& t, Value set, Value item);
Result<void> set_update_rpy(Thread& t, Value set, Value iterable);
Result<bool> set_discard(Thread& t, Value set, Value item);
ssize set_size(Value set);
/// As dict_next.
bool set_next(Value set, ssize* position, Owned* item);

// --- the same on Set&, with known hashes ---
TY_INLINE ssize set_used(const Set& self) { return __atomic_load_n(&self.used, __ATOMIC_RELAXED); }
bool set_next_hashed(Set& self, ssize* position, Owned* item, int64_t* hash);
Result<void> set_add_hashed(Thread& t, Set& self, Value item, int64_t hash);
Result<bool> set_contains_hashed(Thread& t, Set& self, Value item, int64_t hash);
Result<bool> set_discard_hashed(Thread& t, Set& self, Value item, int64_t hash);
/// An empty set of `type` (set, frozenset or a subclass).
Result<Ref<Set>> set_make(Thread& t, Type* type);
/// A set of `type` with the items of `from`.
Result<Ref<Set>> set_copy_as(Thread& t, Set& from, Type* type);
void set_clear(Thread& t, Set& self);
/// Gives `self` the content of `from`, a set of the caller's own that nobody else has seen; what self held goes.
Result<void> set_take_content(Thread& t, Set& self, Set& from);
/// Removes and returns some item; Absent when empty.
Lookup<Owned> set_pop_any(Thread& t, Set& self);
Result<Owned> set_iterator_new(Thread& t, Set& self);

}  // namespace ty
