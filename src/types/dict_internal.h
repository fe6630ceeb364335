// types/dict_internal.h: the table of a dict, and the probing that every file of dict shares.
//
// Layout      header, index array (1, 2 or 4 bytes per slot: entry number, -1 empty, -2 deleted), entries in insertion order.
// Invariants  an entry of a table is written once (key and hash before the index that names it); deletion nulls value and key, overwriting
//             exchanges the value. So an entry number always means the same key: a reader may pair key and value without a lock. Only a LOCAL
//             dict gives entry numbers back (popitem).
//             The words of a table that was replaced stay as they are until it is freed: their counts moved to the new table.
// Threads     probing is lock-free; writing is under the dict's lock.
#pragma once

#include "types/container.h"
#include "types/dict.h"
#include "types/str.h"

namespace ty {

struct DictEntry {
  int64_t hash;
  Slot key;
  Slot value;
};

struct DictTable {
  uint8_t log2_size;    // [const]
  uint8_t index_log2;   // [const] 0, 1, 2: index width 1, 2, 4
  uint8_t str_keys;     // [atomic] every key is an exact str; only ever cleared
  uint8_t pad;
  uint32_t entries_offset;  // [const]
  ssize capacity;       // [const] entries
  ssize count;          // [lock, release] entries written
  ssize usable;         // [lock] insertions until the table is replaced: index slots of deleted entries are not given back
  ssize live_end;       // [lock] no entry at or above it is live
  size_t bytes;         // [const]

  TY_INLINE uint64_t mask() const { return (uint64_t{1} << log2_size) - 1; }
  TY_INLINE void* indices() { return this + 1; }
  TY_INLINE DictEntry* entries() { return reinterpret_cast<DictEntry*>(reinterpret_cast<char*>(this) + entries_offset); }
  TY_INLINE ssize load_count() const { return __atomic_load_n(&count, __ATOMIC_ACQUIRE); }
  TY_INLINE bool only_str() const { return __atomic_load_n(&str_keys, __ATOMIC_RELAXED); }
};

inline constexpr ssize kIndexEmpty = -1;
inline constexpr ssize kIndexDeleted = -2;
/// Probe answers besides an entry number.
inline constexpr ssize kProbeAbsent = -1;
inline constexpr ssize kProbeCompare = -3;  // some key of equal hash needs ==

TY_INLINE int64_t str_hash_cached(Str& s) {
  int64_t hash = __atomic_load_n(&s.hash, __ATOMIC_RELAXED);
  return TY_LIKELY(hash != -1) ? hash : str_hash(s);
}
TY_INLINE bool is_exact_str(Value v) { return v.is_object() && v.object()->type() == &str_type; }

template <class I>
TY_INLINE ssize dict_index(DictTable* table, uint64_t i) {
  return __atomic_load_n(static_cast<I*>(table->indices()) + i, __ATOMIC_ACQUIRE);
}
TY_INLINE ssize dict_index_at(DictTable* table, uint64_t i) {
  return table->index_log2 == 0 ? dict_index<int8_t>(table, i) : table->index_log2 == 1 ? dict_index<int16_t>(table, i) : dict_index<int32_t>(table, i);
}
TY_INLINE void dict_set_index(DictTable* table, uint64_t i, ssize entry) {
  switch (table->index_log2) {
    case 0: __atomic_store_n(static_cast<int8_t*>(table->indices()) + i, static_cast<int8_t>(entry), __ATOMIC_RELEASE); break;
    case 1: __atomic_store_n(static_cast<int16_t*>(table->indices()) + i, static_cast<int16_t>(entry), __ATOMIC_RELEASE); break;
    default: __atomic_store_n(static_cast<int32_t*>(table->indices()) + i, static_cast<int32_t>(entry), __ATOMIC_RELEASE);
  }
}

template <class I>
TY_INLINE ssize dict_probe_name_as(DictTable* table, Str* name, uint64_t hash) {
  uint64_t mask = table->mask();
  DictEntry* entries = table->entries();
  uint64_t name_bits = reinterpret_cast<uint64_t>(name);
  for (uint64_t perturb = hash, i = hash & mask;; perturb >>= 5, i = (i * 5 + perturb + 1) & mask) {
    ssize ix = dict_index<I>(table, i);
    if (TY_LIKELY(ix >= 0)) {
      DictEntry& entry = entries[ix];
      Value key = entry.key.load();
      if (TY_LIKELY(key.bits == name_bits)) return ix;
      if (static_cast<uint64_t>(entry.hash) == hash && key.bits != 0) {
        if (!is_exact_str(key)) return kProbeCompare;
        if (str_equal(*key.as<Str>(), *name)) return ix;
      }
    } else if (ix == kIndexEmpty) {
      return kProbeAbsent;
    }
  }
}
/// Entry of an exact str.
TY_INLINE ssize dict_probe_name(DictTable* table, Str* name, int64_t hash) {
  auto h = static_cast<uint64_t>(hash);
  if (TY_LIKELY(table->index_log2 == 0)) return dict_probe_name_as<int8_t>(table, name, h);
  if (table->index_log2 == 1) return dict_probe_name_as<int16_t>(table, name, h);
  return dict_probe_name_as<int32_t>(table, name, h);
}

/// A table for `entries` entries, empty; null without memory.
DictTable* dict_table_new(ssize entries);
TY_INLINE Object* dict_instance(const Dict& self) {
  return Value::from_bits(self.instance.raw()).object();
}
TY_INLINE bool dict_is_view(const Dict& self) { return self.instance.raw() != 0; }
/// Entry number of `key` in self's table (then *table), or -1. May run __eq__; starts again when the table changes meanwhile. No safepoint follows the
/// last look at the table. The dict is not a view.
Result<ssize> dict_find_entry_rpy(Thread& t, Dict& self, Value key, int64_t hash, DictTable** table);
/// As dict_next, backwards from *position (exclusive; begin with PTRDIFF_MAX).
bool dict_previous(Dict& self, ssize* position, Owned* key, Owned* value);
/// A view key that cannot be an attribute name moves the instance to dictionary mode; false: `key` is a str (the view stays one).
Result<bool> dict_leave_view_for(Thread& t, Dict& self, Value key);
/// Copy of the table of `from` (locked or LOCAL) into the empty `to`, with references of its own. False without memory.
bool dict_clone_table(Dict& to, Dict& from);

}  // namespace ty
