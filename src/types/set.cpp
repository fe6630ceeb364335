// set and frozenset: table, look-up, mutation. Python-visible operations are in set_methods.cpp.
//
// CPython: Objects/setobject.c (probing, growth: so that iteration order agrees).
#include "types/set.h"

#include <cstring>

#include "object/binding.h"
#include "types/container.h"
#include "types/dict_internal.h"
#include "types/str.h"

namespace ty {
namespace {

constexpr ssize kLinearProbes = 9;
constexpr uint64_t kDeleted = Value::kEmptyBits;

size_t table_bytes(ssize mask) { return sizeof(SetTable) + static_cast<size_t>(mask + 1) * sizeof(SetEntry); }

SetTable* table_new(ssize size) {
  if (static_cast<size_t>(size) > SIZE_MAX / 4 / sizeof(SetEntry)) return nullptr;
  auto* table = static_cast<SetTable*>(allocate_buffer(table_bytes(size - 1)));
  if (!table) return nullptr;
  memset(static_cast<void*>(table), 0, table_bytes(size - 1));
  table->mask = size - 1;
  return table;
}

void table_release(Set& self, SetTable* table) {
  if (!table || table == self.small_table()) return;
  if (self.is_local()) {
    free_buffer(table);
  } else {
    retire_buffer(table, table_bytes(table->mask));
  }
}

/// Into a table without deleted entries, of a key that is not there.
void insert_clean(SetTable* table, uint64_t key, int64_t hash) {
  auto mask = static_cast<uint64_t>(table->mask);
  auto perturb = static_cast<uint64_t>(hash);
  uint64_t i = perturb & mask;
  while (true) {
    SetEntry* entry = &table->entries[i];
    ssize probes = i + kLinearProbes <= mask ? kLinearProbes : 0;
    for (; probes >= 0; entry++, probes--) {
      if (entry->key.raw()) continue;
      entry->hash = hash;
      entry->key.set_raw(key);
      return;
    }
    perturb >>= 5;
    i = (i * 5 + 1 + perturb) & mask;
  }
}

bool resize(Set& self, ssize minimum) {
  SetTable* old = self.table.load();
  ssize size = kSetSmallSize;
  while (size <= minimum) size <<= 1;
  SetTable* table = table_new(size);
  if (!table) return false;
  if (old) {
    for (ssize i = 0; i <= old->mask; i++) {
      uint64_t word = old->entries[i].key.raw();
      if (word && word != kDeleted) insert_clean(table, word, old->entries[i].hash);
    }
  }
  self.table.store(table);
  self.fill = self.used;
  table_release(self, old);
  return true;
}

struct Place {
  SetTable* table = nullptr;
  SetEntry* entry = nullptr;  // the key's, or where it would go
  bool found = false;
};

/// As dict_find_entry_rpy.
Result<Place> find(Thread& t, Set& self, Value key, int64_t hash) {
  uint64_t identity = key.identity();
  bool exact_str = is_exact_str(key);
restart:
  SetTable* table = self.table.load();
  if (!table) return Place{};
  auto mask = static_cast<uint64_t>(table->mask);
  auto perturb = static_cast<uint64_t>(hash);
  uint64_t i = perturb & mask;
  while (true) {
    SetEntry* entry = &table->entries[i];
    ssize probes = i + kLinearProbes <= mask ? kLinearProbes : 0;
    for (; probes >= 0; entry++, probes--) {
      Value candidate = entry->key.load();
      if (candidate.bits == 0) return Place{table, entry, false};
      if (candidate.bits == identity) return Place{table, entry, true};
      if (candidate.bits == kDeleted || entry->hash != hash) continue;
      if (candidate.is_small_int() && key.is_small_int()) continue;
      if (exact_str && is_exact_str(candidate)) {
        if (str_equal(*candidate.as<Str>(), *key.as<Str>())) return Place{table, entry, true};
        continue;
      }
      Owned held;
      if (!own_word(candidate, held)) goto restart;
      bool equal = TRY(object_equal(t, held, key));
      if (self.table.load() != table || entry->key.raw() != candidate.bits) goto restart;
      if (equal) return Place{table, entry, true};
    }
    perturb >>= 5;
    i = (i * 5 + 1 + perturb) & mask;
  }
}

TY_INLINE Result<int64_t> hash_of(Thread& t, Value v) {
  if (is_exact_str(v)) return str_hash_cached(*v.as<Str>());
  return static_cast<int64_t>(TRY(object_hash(t, v)));
}

void set_used(Set& self, ssize used) { __atomic_store_n(&self.used, used, __ATOMIC_RELEASE); }

}  // namespace

Result<Ref<Set>> set_make(Thread& t, Type* type) {
  Ref<Set> self = TRY(make_object<Set>(t, type));
  self->small_mask = kSetSmallSize - 1;
  self->table.init(self->small_table());
  return self;
}

Result<void> set_add_hashed(Thread& t, Set& self, Value item, int64_t hash) {
  publish_for(&self, item);
  while (true) {
    CriticalSection section(t, &self);
    bool was_local = self.is_local();
    Place place = TRY(find(t, self, item, hash));
    if (was_local && self.is_shared()) {
      publish(item);
      continue;
    }
    if (place.found) return {};
    if (!place.table) {
      if (!resize(self, 0)) return raise_memory_error(t);
      continue;
    }
    place.entry->hash = hash;
    place.entry->key.set_raw(counted_bits(item));
    self.fill++;
    set_used(self, self.used + 1);
    if (self.fill * 5 >= place.table->mask * 3 && !resize(self, self.used > 50000 ? self.used * 2 : self.used * 4)) return raise_memory_error(t);
    return {};
  }
}

Result<bool> set_contains_hashed(Thread& t, Set& self, Value item, int64_t hash) {
  Place place = TRY(find(t, self, item, hash));
  return place.found;
}

Result<bool> set_discard_hashed(Thread& t, Set& self, Value item, int64_t hash) {
  while (true) {
    Owned old;
    CriticalSection section(t, &self);
    bool was_local = self.is_local();
    Place place = TRY(find(t, self, item, hash));
    if (was_local && self.is_shared()) continue;
    if (!place.found) return false;
    old = Owned::steal(Value::from_bits(place.entry->key.raw()));
    place.entry->key.set_raw(kDeleted);
    set_used(self, self.used - 1);
    return true;
  }
}

Lookup<Owned> set_pop_any(Thread& t, Set& self) {
  CriticalSection section(t, &self);
  SetTable* table = self.table.load();
  if (!table || self.used == 0) return Absent{};
  ssize i = self.finger & table->mask;
  while (true) {
    uint64_t word = table->entries[i].key.raw();
    if (word && word != kDeleted) break;
    i = (i + 1) & table->mask;
  }
  Owned item = Owned::steal(Value::from_bits(table->entries[i].key.raw()));
  table->entries[i].key.set_raw(kDeleted);
  set_used(self, self.used - 1);
  self.finger = i + 1;
  return item;
}

void set_clear(Thread& t, Set& self) {
  CriticalSection section(t, &self);
  SetTable* table = self.table.load();
  if (!table || self.fill == 0) return;
  self.table.store(nullptr);
  self.fill = 0;
  set_used(self, 0);
  SetTable* parked = table;
  uint64_t words[kSetSmallSize];
  ssize n = 0;
  if (table == self.small_table() && self.is_local()) {
    for (ssize i = 0; i <= table->mask; i++) {
      words[n++] = table->entries[i].key.raw();
      table->entries[i].key.set_raw(0);
    }
    self.table.store(table);
    parked = nullptr;
  }
  for (ssize i = 0; i < n; i++) {
    if (words[i] != kDeleted) Owned::drop(Value::from_bits(words[i]));
  }
  if (parked) {
    for (ssize i = 0; i <= parked->mask; i++) {
      uint64_t word = parked->entries[i].key.raw();
      if (word != kDeleted) Owned::drop(Value::from_bits(word));
    }
    table_release(self, parked);
  }
}

bool set_next_hashed(Set& self, ssize* position, Owned* item, int64_t* hash) {
  while (true) {
    SetTable* table = self.table.load();
    if (!table || *position > table->mask) return false;
    SetEntry& entry = table->entries[*position];
    Value word = entry.key.load();
    if (word.bits == 0 || word.bits == kDeleted) {
      ++*position;
      continue;
    }
    if (!own_word(word, *item)) continue;
    if (hash) *hash = entry.hash;
    ++*position;
    return true;
  }
}

Result<Ref<Set>> set_copy_as(Thread& t, Set& from, Type* type) {
  Ref<Set> self = TRY(set_make(t, type));
  CriticalSection section(t, &from);
  SetTable* source = from.table.load();
  if (!source || from.used == 0) return self;
  SetTable* table = self->small_table();
  if (from.used * 5 >= table->mask * 3) {
    ssize size = kSetSmallSize;
    // The same size as the source when that has nothing deleted, so that the order is the same.
    if (from.fill == from.used) {
      size = source->mask + 1;
    } else {
      while (size <= from.used * 2) size <<= 1;
    }
    table = table_new(size);
    if (!table) return raise_memory_error(t);
    self->table.init(table);
  }
  if (table->mask == source->mask && from.fill == from.used) {
    for (ssize i = 0; i <= source->mask; i++) {
      Value key = source->entries[i].key.load();
      if (!key) continue;
      table->entries[i].hash = source->entries[i].hash;
      table->entries[i].key.set_raw(counted_bits(key));
    }
  } else {
    for (ssize i = 0; i <= source->mask; i++) {
      Value key = source->entries[i].key.load();
      if (key.bits && key.bits != kDeleted) insert_clean(table, counted_bits(key), source->entries[i].hash);
    }
  }
  self->fill = self->used = from.used;
  return self;
}

Result<void> set_take_content(Thread& t, Set& self, Set& from) {
  if (self.is_shared()) publish(Value(&from));
  SetTable* table = from.table.load();
  if (table == from.small_table()) {
    SetTable* copy = table_new(kSetSmallSize);
    if (!copy) return raise_memory_error(t);
    memcpy(static_cast<void*>(copy), static_cast<void*>(table), table_bytes(kSetSmallSize - 1));
    memset(static_cast<void*>(table->entries), 0, sizeof(SetEntry) * kSetSmallSize);
    table = copy;
  }
  from.table.store(nullptr);
  ssize fill = from.fill, used = from.used;
  from.fill = from.used = 0;
  CriticalSection section(t, &self);
  SetTable* old = self.table.load();
  self.table.store(table);
  self.fill = fill;
  set_used(self, used);
  if (!old) return {};
  for (ssize i = 0; i <= old->mask; i++) {
    uint64_t word = old->entries[i].key.raw();
    if (word != kDeleted) Owned::drop(Value::from_bits(word));
  }
  if (old == self.small_table() && self.is_local()) memset(static_cast<void*>(old->entries), 0, sizeof(SetEntry) * kSetSmallSize);
  table_release(self, old);
  return {};
}

Result<void> set_update_rpy(Thread& t, Value v, Value iterable) {
  Set& self = *v.as<Set>();
  Owned item;
  int64_t hash;
  if (is_any_set(iterable)) {
    Set& other = *iterable.as<Set>();
    if (&other == &self) return {};
    for (ssize position = 0; set_next_hashed(other, &position, &item, &hash);) TRY(set_add_hashed(t, self, item, hash));
    return {};
  }
  if (is_exact<Dict>(iterable)) {
    Dict& other = *iterable.as<Dict>();
    for (ssize position = 0; dict_next_hashed(other, &position, &item, nullptr, &hash);) TRY(set_add_hashed(t, self, item, hash));
    return {};
  }
  Owned iterator = TRY(get_iterator(t, iterable));
  while (true) {
    item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return {};
    TRY(set_add(t, v, item));
  }
}

Result<Owned> set_new(Thread& t, Value iterable) {
  Ref<Set> self = TRY(set_make(t, &set_type));
  if (iterable) TRY(set_update_rpy(t, self, iterable));
  return Owned(std::move(self));
}
Result<Owned> frozenset_new(Thread& t, Value iterable) {
  if (iterable && iterable.is_object() && iterable.object()->type() == &frozenset_type) return dup(iterable);
  Ref<Set> self = TRY(set_make(t, &frozenset_type));
  if (iterable) TRY(set_update_rpy(t, self, iterable));
  return Owned(std::move(self));
}

Result<void> set_add(Thread& t, Value set, Value item) { return set_add_hashed(t, *set.as<Set>(), item, TRY(hash_of(t, item))); }

namespace {

/// `item`'s hash; a set that is not hashable counts as the frozenset of its items (`*substitute`).
Result<int64_t> hash_or_freeze(Thread& t, Value item, Owned* substitute) {
  auto hash = hash_of(t, item);
  if (hash.ok()) return hash.take();
  if (!is_instance(item, &set_type) || !exception_matches(t, &exc_TypeError)) return Raised{};
  clear_exception(t);
  *substitute = Owned(TRY(set_copy_as(t, *item.as<Set>(), &frozenset_type)));
  return hash_of(t, *substitute);
}

}  // namespace

Result<bool> set_contains(Thread& t, Value set, Value item) {
  Owned frozen;
  int64_t hash = TRY(hash_or_freeze(t, item, &frozen));
  return set_contains_hashed(t, *set.as<Set>(), frozen ? frozen.value() : item, hash);
}
Result<bool> set_discard(Thread& t, Value set, Value item) {
  Owned frozen;
  int64_t hash = TRY(hash_or_freeze(t, item, &frozen));
  return set_discard_hashed(t, *set.as<Set>(), frozen ? frozen.value() : item, hash);
}
ssize set_size(Value set) { return set_used(*set.as<Set>()); }
bool set_next(Value set, ssize* position, Owned* item) { return set_next_hashed(*set.as<Set>(), position, item, nullptr); }

}  // namespace ty
