// types/dict.h: dict: insertion-ordered compact hash table.
//
// Layout      DictTable is one retired buffer: header, index array, entries. Entries' keys are written once per table; deletion nulls the value; growth
//             makes a new table. So readers never lock: acquire the table, probe, acquire the value.
// View        a dict with `instance` set is the permanent view of an instance's attribute slots (`obj.__dict__`): it has no table; every
//             operation goes to the slots (object/instance.h). Instance and view are edges of each other.
// key_version globally unique, never reused; 0 until somebody asks (dict_find_slot), and again from any change of the set or place of keys:
//             insertion, deletion, growth, clear. Overwriting a present key does not change it: so (version → address of the value, or
//             version → absence) may be cached by LoadGlobal and module attributes.
// Threads     look-ups lock-free when keys are str; writers take the object's lock (none while LOCAL).
// Files       dict.cpp · dict_methods.cpp · dict_views.cpp
#pragma once

#include "object/abstract.h"
#include "sync/critical_section.h"

namespace ty {

struct DictTable;
struct List;

struct Dict : Object {
  ssize used;                     // [lock] relaxed readers
  uint64_t key_version;           // [atomic] zeroed before and after the table changes
  RetiredPtr<DictTable> table;    // [lock] null: empty, or a view
  Slot instance;                  // [atomic] view: the instance whose slots this dict shows (a back edge: not counted)
  static Type* type();
};
static_assert(sizeof(Dict) == 64);
extern Type dict_type;
inline Type* Dict::type() { return &dict_type; }

Result<Ref<Dict>> dict_new(Thread& t, ssize expected = 0);
/// A dict that is DEFERRED from birth (module and class dictionaries).
Result<Ref<Dict>> dict_new_deferred(Thread& t);
TY_INLINE ssize dict_used(const Dict& self) { return __atomic_load_n(&self.used, __ATOMIC_RELAXED); }
ssize dict_length(Dict& self);  // views included
/// Any key: may hash and compare in Python.
Lookup<Owned> dict_get(Thread& t, Dict& self, Value key);
Result<void> dict_set(Thread& t, Dict& self, Value key, Value value);
/// False if the key was absent.
Result<bool> dict_delete(Thread& t, Dict& self, Value key);
Result<bool> dict_contains(Thread& t, Dict& self, Value key);
/// The present value, or `fallback` after storing it.
Result<Owned> dict_set_default(Thread& t, Dict& self, Value key, Value fallback);
Result<Owned> dict_set_default_hashed(Thread& t, Dict& self, Value key, int64_t hash, Value fallback);
/// Removes and returns.
Lookup<Owned> dict_pop(Thread& t, Dict& self, Value key);
/// `name` is an exact Str: never runs Python unless the table has non-str keys with the same hash.
Lookup<Owned> dict_get_name(Thread& t, Dict& self, Value name);
/// As above, borrowed until the next safepoint, never raising: for dictionaries known to have only str keys (types, modules). Null if absent.
Value dict_find_name(Dict& self, Value name);
/// The address of the value of `name` and the key_version under which it stays valid (version 0: not cacheable); null if absent, and
/// then *version is the one under which it stays absent. A slot found through a cached version may hold null: take the slow path.
Slot* dict_find_slot(Dict& self, Value name, uint64_t* version);
Result<void> dict_set_text(Thread& t, Dict& self, const char* key, Value value);
Lookup<Owned> dict_get_text(Thread& t, Dict& self, const char* key);
Result<void> dict_update_rpy(Thread& t, Dict& self, Value mapping_or_pairs);
enum class MergeMode { kOverride, kKeep, kRaise };
Result<void> dict_merge_rpy(Thread& t, Dict& self, Value mapping, MergeMode mode);
Result<Ref<Dict>> dict_copy(Thread& t, Dict& self);
void dict_clear(Thread& t, Dict& self);
/// Iteration over a snapshot position: advances *position; false at the end. Yields references of the caller's own. Insertions meanwhile may or may not be seen.
bool dict_next(Dict& self, ssize* position, Owned* key, Owned* value);
Result<Ref<List>> dict_keys_list(Thread& t, Dict& self);
/// As dict_next, with the key's hash.
bool dict_next_hashed(Dict& self, ssize* position, Owned* key, Owned* value, int64_t* hash);
/// Any key, its hash known.
Lookup<Owned> dict_get_hashed(Thread& t, Dict& self, Value key, int64_t hash);
Result<void> dict_set_hashed(Thread& t, Dict& self, Value key, int64_t hash, Value value);
Lookup<Owned> dict_pop_hashed(Thread& t, Dict& self, Value key, int64_t hash);
/// The last pair; KeyError "popitem(): dictionary is empty".
Result<Owned> dict_popitem(Thread& t, Dict& self);
/// self[key], with __missing__ and KeyError.
Result<Owned> dict_subscript(Thread& t, Value self, Value key);
/// dict.keys() and its kin; exact dicts and subclasses.
Result<Owned> dict_keys_view(Thread& t, Dict& self);
Result<Owned> dict_values_view(Thread& t, Dict& self);
Result<Owned> dict_items_view(Thread& t, Dict& self);
/// iter(dict); reversed(dict).
Result<Owned> dict_key_iterator(Thread& t, Dict& self);
Result<Owned> dict_reverse_key_iterator(Thread& t, Dict& self);
Result<bool> dict_equal_rpy(Thread& t, Dict& a, Dict& b);
extern Type dict_keys_type, dict_values_type, dict_items_type;
TY_INLINE bool is_dict(Value v) { return v.is_object() && has_type_flag(v.object()->type(), kTypeDict); }
/// For object/instance.cpp: gives a view a table of its own with these items (interned names; takes the references in `words` over), then
/// nulls `instance`. Neither safepoint nor Python; false, and nothing happened, when memory is short.
bool dict_detach(Dict& self, const Value* names, const uint64_t* words, ssize n);

}  // namespace ty
