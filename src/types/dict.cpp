// dict: table, look-up, mutation, iteration. Python-visible operations are in dict_methods.cpp, views in dict_views.cpp.
//
// Mutation: keys are hashed and arguments published before the lock; under it the search may run __eq__ (which may suspend the section, and publish
// a LOCAL dict, in which case everything starts again); after the search no call reaches a safepoint until the table is consistent again.
#include "types/dict.h"

#include <cstring>

#include "object/instance.h"
#include "types/dict_internal.h"
#include "types/list.h"
#include "types/tuple.h"

namespace ty {

DictTable* dict_table_new(ssize entries) {
  uint8_t log2 = 3;
  while (log2 < 31 && (ssize{1} << log2) * 2 / 3 < entries) log2++;
  ssize size = ssize{1} << log2;
  if (size * 2 / 3 < entries) return nullptr;
  uint8_t index_log2 = log2 <= 7 ? 0 : log2 <= 15 ? 1 : 2;
  size_t index_bytes = static_cast<size_t>(size) << index_log2;
  ssize capacity = size * 2 / 3;
  if (sizeof(DictTable) + index_bytes > UINT32_MAX) return nullptr;
  size_t bytes = sizeof(DictTable) + index_bytes + static_cast<size_t>(capacity) * sizeof(DictEntry);
  auto* table = static_cast<DictTable*>(allocate_buffer(bytes));
  if (!table) return nullptr;
  *table = {.log2_size = log2, .index_log2 = index_log2, .str_keys = 1, .pad = 0,
            .entries_offset = static_cast<uint32_t>(sizeof(DictTable) + index_bytes), .capacity = capacity, .count = 0, .usable = capacity,
            .live_end = 0, .bytes = bytes};
  memset(table->indices(), 0xff, index_bytes);
  return table;
}

namespace {

std::atomic<uint64_t> g_next_key_version{1};

TY_INLINE void invalidate(Dict& self) {
  if (TY_UNLIKELY(__atomic_load_n(&self.key_version, __ATOMIC_RELAXED) != 0)) __atomic_store_n(&self.key_version, uint64_t{0}, __ATOMIC_RELEASE);
}
TY_INLINE void set_used(Dict& self, ssize used) { __atomic_store_n(&self.used, used, __ATOMIC_RELEASE); }

uint64_t find_free_index(DictTable* table, int64_t hash) {
  uint64_t mask = table->mask();
  auto perturb = static_cast<uint64_t>(hash);
  uint64_t i = perturb & mask;
  while (dict_index_at(table, i) >= 0) {
    perturb >>= 5;
    i = (i * 5 + perturb + 1) & mask;
  }
  return i;
}

/// Replaces the table by one with room for `entries`, without the deleted ones.
bool resize(Dict& self, ssize entries) {
  DictTable* old = self.table.load();
  DictTable* table = dict_table_new(entries);
  if (!table) return false;
  ssize n = 0;
  if (old) {
    table->str_keys = old->only_str();
    DictEntry* from = old->entries();
    DictEntry* to = table->entries();
    for (ssize i = 0; i < old->count; i++) {
      if (!from[i].value.raw()) continue;
      memcpy(static_cast<void*>(&to[n]), static_cast<void*>(&from[i]), sizeof(DictEntry));
      dict_set_index(table, find_free_index(table, from[i].hash), n);
      n++;
    }
  }
  table->count = table->live_end = n;
  table->usable = table->capacity - n;
  self.table.replace(&self, table, old ? old->bytes : 0);
  return true;
}

/// Adds a key known to be absent. Takes the counted words over.
bool insert_new(Dict& self, uint64_t key, bool exact_str, int64_t hash, uint64_t value) {
  invalidate(self);
  DictTable* table = self.table.load();
  if (!table || table->usable <= 0) {
    if (!resize(self, table ? self.used * 3 + 1 : 5)) return false;
    table = self.table.load();
  }
  ssize n = table->count;
  DictEntry& entry = table->entries()[n];
  entry.hash = hash;
  entry.key.set_raw(key);
  entry.value.set_raw(value);
  if (!exact_str && table->str_keys) __atomic_store_n(&table->str_keys, uint8_t{0}, __ATOMIC_RELAXED);
  dict_set_index(table, find_free_index(table, hash), n);
  table->live_end = n + 1;
  table->usable--;
  __atomic_store_n(&table->count, n + 1, __ATOMIC_RELEASE);
  set_used(self, self.used + 1);
  invalidate(self);
  return true;
}

/// Removes entry `n`; answers its value, and its key through *key.
Owned remove_entry(Dict& self, DictTable* table, ssize n, Owned* key) {
  invalidate(self);
  DictEntry& entry = table->entries()[n];
  uint64_t mask = table->mask();
  auto perturb = static_cast<uint64_t>(entry.hash);
  uint64_t i = perturb & mask;
  while (dict_index_at(table, i) != n) {
    perturb >>= 5;
    i = (i * 5 + perturb + 1) & mask;
  }
  dict_set_index(table, i, kIndexDeleted);
  Owned value = entry.value.clear(&self);
  *key = entry.key.clear(&self);
  set_used(self, self.used - 1);
  if (n + 1 == table->live_end) {
    table->live_end = n;
  }
  invalidate(self);
  return value;
}

/// A section that locked nothing and no longer may: the search ran Python and the dict became SHARED.
TY_INLINE bool went_stale(Dict& self, bool was_local) { return TY_UNLIKELY(was_local && self.is_shared()); }

Result<int64_t> key_hash(Thread& t, Value key) {
  if (is_exact_str(key)) return str_hash_cached(*key.as<Str>());
  return static_cast<int64_t>(TRY(object_hash(t, key)));
}

/// Types whose values never equal a str.
bool never_a_name(Value key) {
  if (key.is_immediate()) return true;
  Type* type = key.object()->type();
  return type == &int_type || type == &float_type || type == &tuple_type || is_none(key) || has_type_flag(type, kTypeType);
}

}  // namespace

Result<bool> dict_leave_view_for(Thread& t, Dict& self, Value key) {
  if (has_type_flag(type_of(key), kTypeUnicode) && (is_exact_str(key) || type_of(key)->info->ops.hash == str_type.info->ops.hash)) return false;
  if (Object* o = dict_instance(self)) TRY(instance_to_dictionary(t, o));
  return true;
}

Result<ssize> dict_find_entry_rpy(Thread& t, Dict& self, Value key, int64_t hash, DictTable** out) {
restart:
  DictTable* table = self.table.load();
  *out = table;
  if (!table) return kProbeAbsent;
  if (is_exact_str(key)) {
    ssize n = dict_probe_name(table, key.as<Str>(), hash);
    if (TY_LIKELY(n != kProbeCompare)) return n;
  }
  uint64_t identity = key.identity();
  uint64_t mask = table->mask();
  auto perturb = static_cast<uint64_t>(hash);
  for (uint64_t i = perturb & mask;; perturb >>= 5, i = (i * 5 + perturb + 1) & mask) {
    ssize n = dict_index_at(table, i);
    if (n < 0) {
      if (n == kIndexEmpty) return kProbeAbsent;
      continue;
    }
    DictEntry& entry = table->entries()[n];
    Value candidate = entry.key.load();
    if (candidate.bits == identity) return n;
    if (candidate.bits == 0 || entry.hash != hash) continue;
    if (candidate.is_small_int() && key.is_small_int()) continue;
    Owned held;
    if (!own_word(candidate, held)) goto restart;
    bool equal = TRY(object_equal(t, held, key));
    if (self.table.load() != table || entry.key.raw() != candidate.bits) goto restart;
    if (equal) return n;
  }
}

Result<Ref<Dict>> dict_new(Thread& t, ssize expected) {
  Ref<Dict> self = TRY(make_object<Dict>(t));
  if (expected > 0) {
    DictTable* table = dict_table_new(expected);
    if (!table) return raise_memory_error(t);
    self->table.init(table);
  }
  return self;
}

Result<Ref<Dict>> dict_new_deferred(Thread& t) {
  Ref<Dict> self = TRY(make_object<Dict>(t));
  make_deferred(self.get());
  return self;
}

ssize dict_length(Dict& self) {
  if (Object* o = dict_instance(self)) return instance_attribute_count(o);
  return dict_used(self);
}

Lookup<Owned> dict_get_hashed(Thread& t, Dict& self, Value key, int64_t hash) {
  while (true) {
    if (TY_UNLIKELY(dict_is_view(self))) {
      if (never_a_name(key)) return Absent{};
      if (TRY(dict_leave_view_for(t, self, key))) continue;
      if (Object* o = dict_instance(self)) return instance_get(t, o, key);
      continue;
    }
    DictTable* table;
    ssize n = TRY(dict_find_entry_rpy(t, self, key, hash, &table));
    if (n < 0) {
      if (TY_UNLIKELY(!table && dict_is_view(self))) continue;
      return Absent{};
    }
    Owned value;
    if (TY_UNLIKELY(!own_word(table->entries()[n].value.load(), value))) continue;
    if (TY_UNLIKELY(!value)) return Absent{};
    return value;
  }
}

Lookup<Owned> dict_get_name(Thread& t, Dict& self, Value name) {
  Str* s = name.as<Str>();
  int64_t hash = str_hash_cached(*s);
  if (DictTable* table = self.table.load(); TY_LIKELY(table != nullptr)) {
    ssize n = dict_probe_name(table, s, hash);
    if (n == kProbeAbsent) return Absent{};
    if (TY_LIKELY(n >= 0)) {
      Owned value;
      if (TY_LIKELY(own_word(table->entries()[n].value.load(), value))) {
        if (TY_UNLIKELY(!value)) return Absent{};
        return value;
      }
    }
  }
  return dict_get_hashed(t, self, name, hash);
}

Lookup<Owned> dict_get(Thread& t, Dict& self, Value key) {
  if (TY_LIKELY(is_exact_str(key))) return dict_get_name(t, self, key);
  return dict_get_hashed(t, self, key, TRY(key_hash(t, key)));
}

Value dict_find_name(Dict& self, Value name) {
  DictTable* table = self.table.load();
  if (!table) return {};
  ssize n = dict_probe_name(table, name.as<Str>(), str_hash_cached(*name.as<Str>()));
  return n >= 0 ? table->entries()[n].value.load() : Value();
}

Slot* dict_find_slot(Dict& self, Value name, uint64_t* version) {
  *version = 0;
  if (dict_is_view(self)) return nullptr;
  uint64_t current = __atomic_load_n(&self.key_version, __ATOMIC_ACQUIRE);
  if (!current) {
    uint64_t fresh = g_next_key_version.fetch_add(1, std::memory_order_relaxed);
    if (__atomic_compare_exchange_n(&self.key_version, &current, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) current = fresh;
  }
  DictTable* table = self.table.load();
  ssize n = table ? dict_probe_name(table, name.as<Str>(), str_hash_cached(*name.as<Str>())) : kProbeAbsent;
  if (n == kProbeCompare) return nullptr;
  *version = current;
  return n >= 0 ? &table->entries()[n].value : nullptr;
}

Result<void> dict_set_hashed(Thread& t, Dict& self, Value key, int64_t hash, Value value) {
  if (self.is_shared()) {
    publish(key);
    publish(value);
  }
  while (true) {
    if (TY_UNLIKELY(dict_is_view(self))) {
      if (TRY(dict_leave_view_for(t, self, key))) continue;
      if (Object* o = dict_instance(self)) return instance_set(t, o, key, value);
      continue;
    }
    Owned old;
    CriticalSection section(t, &self);
    bool was_local = self.is_local();
    DictTable* table;
    ssize n = TRY(dict_find_entry_rpy(t, self, key, hash, &table));
    if (went_stale(self, was_local)) {
      publish(key);
      publish(value);
      continue;
    }
    if (dict_is_view(self)) continue;
    if (n >= 0) {
      old = table->entries()[n].value.exchange(&self, dup(value));
      return {};
    }
    uint64_t key_word = counted_bits(key), value_word = counted_bits(value);
    if (insert_new(self, key_word, is_exact_str(key), hash, value_word)) return {};
    Owned::drop(Value::from_bits(key_word));
    Owned::drop(Value::from_bits(value_word));
    return raise_memory_error(t);
  }
}

Result<void> dict_set(Thread& t, Dict& self, Value key, Value value) {
  if (TY_LIKELY(is_exact_str(key) && self.is_local())) {
    // The usual case: a present or new name in a LOCAL dict; nothing here reaches a safepoint.
    Str* name = key.as<Str>();
    int64_t hash = str_hash_cached(*name);
    if (DictTable* table = self.table.load(); TY_LIKELY(table != nullptr)) {
      ssize n = dict_probe_name(table, name, hash);
      if (n >= 0) {
        table->entries()[n].value.store(&self, dup(value));
        return {};
      }
      if (n == kProbeAbsent && table->usable > 0) {
        insert_new(self, counted_bits(key), true, hash, counted_bits(value));
        return {};
      }
    }
    return dict_set_hashed(t, self, key, hash, value);
  }
  return dict_set_hashed(t, self, key, TRY(key_hash(t, key)), value);
}

Lookup<Owned> dict_pop_hashed(Thread& t, Dict& self, Value key, int64_t hash) {
  while (true) {
    if (TY_UNLIKELY(dict_is_view(self))) {
      if (never_a_name(key)) return Absent{};
      if (TRY(dict_leave_view_for(t, self, key))) continue;
      Object* o = dict_instance(self);
      if (!o) continue;
      Owned value = TRY(instance_get(t, o, key));
      if (value.value().is_empty() || !TRY(instance_delete(t, o, key))) return Absent{};
      return value;
    }
    Owned dead_key;
    CriticalSection section(t, &self);
    bool was_local = self.is_local();
    DictTable* table;
    ssize n = TRY(dict_find_entry_rpy(t, self, key, hash, &table));
    if (went_stale(self, was_local) || dict_is_view(self)) continue;
    if (n < 0) return Absent{};
    return remove_entry(self, table, n, &dead_key);
  }
}

Lookup<Owned> dict_pop(Thread& t, Dict& self, Value key) { return dict_pop_hashed(t, self, key, TRY(key_hash(t, key))); }

Result<bool> dict_delete(Thread& t, Dict& self, Value key) {
  Owned old = TRY(dict_pop(t, self, key));
  return !old.value().is_empty();
}

Result<bool> dict_contains(Thread& t, Dict& self, Value key) {
  int64_t hash = TRY(key_hash(t, key));
  if (TY_UNLIKELY(dict_is_view(self))) {
    Owned value = TRY(dict_get_hashed(t, self, key, hash));
    return !value.value().is_empty();
  }
  DictTable* table;
  ssize n = TRY(dict_find_entry_rpy(t, self, key, hash, &table));
  return n >= 0 && !table->entries()[n].value.is_null();
}

Result<Owned> dict_set_default(Thread& t, Dict& self, Value key, Value fallback) {
  return dict_set_default_hashed(t, self, key, TRY(key_hash(t, key)), fallback);
}

Result<Owned> dict_set_default_hashed(Thread& t, Dict& self, Value key, int64_t hash, Value fallback) {
  if (self.is_shared()) {
    Owned present = TRY(dict_get_hashed(t, self, key, hash));
    if (!present.value().is_empty()) return present;
    publish(key);
    publish(fallback);
  }
  while (true) {
    if (TY_UNLIKELY(dict_is_view(self))) {
      if (TRY(dict_leave_view_for(t, self, key))) continue;
      Object* o = dict_instance(self);
      if (!o) continue;
      Owned present = TRY(instance_get(t, o, key));
      if (!present.value().is_empty()) return present;
      TRY(instance_set(t, o, key, fallback));
      return borrow_or_dup(fallback);
    }
    CriticalSection section(t, &self);
    bool was_local = self.is_local();
    DictTable* table;
    ssize n = TRY(dict_find_entry_rpy(t, self, key, hash, &table));
    if (went_stale(self, was_local)) {
      publish(key);
      publish(fallback);
      continue;
    }
    if (dict_is_view(self)) continue;
    if (n >= 0) {
      Owned value;
      if (!own_word(table->entries()[n].value.load(), value)) continue;
      if (value) return value;
      continue;
    }
    uint64_t key_word = counted_bits(key), value_word = counted_bits(fallback);
    if (insert_new(self, key_word, is_exact_str(key), hash, value_word)) return borrow_or_dup(fallback);
    Owned::drop(Value::from_bits(key_word));
    Owned::drop(Value::from_bits(value_word));
    return raise_memory_error(t);
  }
}

Result<Owned> dict_popitem(Thread& t, Dict& self) {
  if (Object* o = dict_instance(self)) TRY(instance_to_dictionary(t, o));
  // The pair is made before the lock: allocation is a safepoint.
  Ref<Tuple> pair = TRY(tuple_new(t, 2));
  CriticalSection section(t, &self);
  DictTable* table = self.table.load();
  if (!table || self.used == 0) return raise_format(t, &exc_KeyError, "popitem(): dictionary is empty");
  ssize n = table->live_end;
  DictEntry* entries = table->entries();
  while (n > 0 && !entries[n - 1].value.raw()) n--;
  CHECK(n > 0, "dict.used counts entries that are not there");
  table->live_end = n;
  if (self.is_local()) table->count = n;
  Owned key;
  Owned value = remove_entry(self, table, n - 1, &key);
  pair->items[0].init(std::move(key));
  pair->items[1].init(std::move(value));
  return Owned(std::move(pair));
}

Result<void> dict_set_text(Thread& t, Dict& self, const char* key, Value value) {
  Value name = TRY(str_intern_utf8(t, key));
  return dict_set(t, self, name, value);
}

Lookup<Owned> dict_get_text(Thread& t, Dict& self, const char* key) {
  Ref<Str> name = TRY(str_from_utf8(t, key));
  return dict_get_name(t, self, name);
}

void dict_clear(Thread& t, Dict& self) {
  if (Object* o = dict_instance(self)) {
    auto cleared = instance_clear(t, o);
    if (!cleared.ok()) clear_exception(t);
    return;
  }
  CriticalSection section(t, &self);
  DictTable* table = self.table.load();
  if (!table) return;
  invalidate(self);
  set_used(self, 0);
  self.table.store(nullptr);
  invalidate(self);
  DictEntry* entries = table->entries();
  for (ssize i = 0; i < table->count; i++) {
    Owned::drop(Value::from_bits(entries[i].key.raw()));
    Owned::drop(Value::from_bits(entries[i].value.raw()));
  }
  if (self.is_local()) {
    free_buffer(table);
  } else {
    retire_buffer(table, table->bytes);
  }
}

bool dict_next_hashed(Dict& self, ssize* position, Owned* key, Owned* value, int64_t* hash) {
  if (TY_UNLIKELY(dict_is_view(self))) {
    if (!instance_next(dict_instance(self), position, key, value)) return false;
    if (hash) *hash = str_hash_cached(*key->value().as<Str>());
    return true;
  }
  while (true) {
    DictTable* table = self.table.load();
    if (!table || *position >= table->load_count()) return false;
    DictEntry& entry = table->entries()[*position];
    Value value_word = entry.value.load();
    Value key_word = entry.key.load();
    if (value_word.bits == 0 || key_word.bits == 0) {
      ++*position;
      continue;
    }
    if (value && !own_word(value_word, *value)) continue;
    if (key && !own_word(key_word, *key)) continue;
    if (hash) *hash = entry.hash;
    ++*position;
    return true;
  }
}

bool dict_next(Dict& self, ssize* position, Owned* key, Owned* value) { return dict_next_hashed(self, position, key, value, nullptr); }

bool dict_previous(Dict& self, ssize* position, Owned* key, Owned* value) {
  if (TY_UNLIKELY(dict_is_view(self))) return instance_previous(dict_instance(self), position, key, value);
  while (true) {
    DictTable* table = self.table.load();
    if (!table) return false;
    ssize count = table->load_count();
    if (*position > count) *position = count;
    if (*position <= 0) return false;
    DictEntry& entry = table->entries()[*position - 1];
    Value value_word = entry.value.load();
    Value key_word = entry.key.load();
    if (value_word.bits == 0 || key_word.bits == 0) {
      --*position;
      continue;
    }
    if (value && !own_word(value_word, *value)) continue;
    if (key && !own_word(key_word, *key)) continue;
    --*position;
    return true;
  }
}

Result<Ref<List>> dict_keys_list(Thread& t, Dict& self) {
  Ref<List> result = TRY(list_new(t, dict_length(self)));
  Owned key;
  for (ssize position = 0; dict_next(self, &position, &key, nullptr);) TRY(list_push(t, *result, key));
  return result;
}

bool dict_detach(Dict& self, const Value* names, const uint64_t* words, ssize n) {
  DictTable* table = dict_table_new(n > 5 ? n : 5);
  if (!table) return false;
  for (ssize i = 0; i < n; i++) {
    DictEntry& entry = table->entries()[i];
    entry.hash = str_hash_cached(*names[i].as<Str>());
    entry.key.set_raw(counted_bits(names[i]));
    entry.value.set_raw(words[i]);
    dict_set_index(table, find_free_index(table, entry.hash), i);
  }
  table->count = table->live_end = n;
  table->usable = table->capacity - n;
  invalidate(self);
  self.table.store(table);
  set_used(self, n);
  self.instance.set_raw(0);
  return true;
}

bool dict_clone_table(Dict& to, Dict& from) {
  DictTable* table = from.table.load();
  if (!table || from.used == 0) return true;
  DictTable* copy;
  if (from.used == table->count && table->count * 3 >= table->capacity) {
    copy = static_cast<DictTable*>(allocate_buffer(table->bytes));
    if (!copy) return false;
    memcpy(static_cast<void*>(copy), table, table->bytes);
  } else {
    copy = dict_table_new(from.used);
    if (!copy) return false;
    copy->str_keys = table->only_str();
    ssize n = 0;
    for (ssize i = 0; i < table->count; i++) {
      DictEntry& entry = table->entries()[i];
      if (!entry.value.raw()) continue;
      memcpy(static_cast<void*>(&copy->entries()[n]), &entry, sizeof(DictEntry));
      dict_set_index(copy, find_free_index(copy, entry.hash), n);
      n++;
    }
    copy->count = copy->live_end = n;
    copy->usable = copy->capacity - n;
  }
  for (ssize i = 0; i < copy->count; i++) {
    DictEntry& entry = copy->entries()[i];
    if (Value key = entry.key.load(); key.is_object()) inc(key.object());
    if (Value value = entry.value.load(); value.is_object()) inc(value.object());
  }
  to.table.init(copy);
  to.used = copy->count;
  return true;
}

Result<Ref<Dict>> dict_copy(Thread& t, Dict& self) {
  Ref<Dict> result = TRY(dict_new(t));
  if (dict_is_view(self)) {
    Owned key, value;
    for (ssize position = 0; dict_next(self, &position, &key, &value);) TRY(dict_set(t, *result, key, value));
    return result;
  }
  CriticalSection section(t, &self);
  if (!dict_clone_table(*result, self)) return raise_memory_error(t);
  return result;
}

namespace {

/// From a dict: hashes are known.
Result<void> merge_dict(Thread& t, Dict& self, Dict& other, MergeMode mode) {
  if (&self == &other || dict_length(other) == 0) return {};
  if (self.is_local() && !self.table.load() && !dict_is_view(self) && !dict_is_view(other) && other.is_local()) {
    if (!dict_clone_table(self, other)) return raise_memory_error(t);
    invalidate(self);
    return {};
  }
  ssize used = dict_length(other);
  Owned key, value;
  int64_t hash;
  for (ssize position = 0; dict_next_hashed(other, &position, &key, &value, &hash);) {
    if (mode == MergeMode::kOverride) {
      TRY(dict_set_hashed(t, self, key, hash, value));
    } else {
      Owned present = TRY(dict_get_hashed(t, self, key, hash));
      if (present.value().is_empty()) {
        TRY(dict_set_hashed(t, self, key, hash, value));
      } else if (mode == MergeMode::kRaise) {
        return raise_key_error(t, key);
      }
    }
    if (dict_length(other) != used) return raise_runtime_error(t, "dict mutated during update");
  }
  return {};
}

Result<void> merge_pairs(Thread& t, Dict& self, Value pairs) {
  Owned iterator = TRY(get_iterator(t, pairs));
  for (ssize i = 0;; i++) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return {};
    Ref<Tuple> pair;
    if (is_exact<Tuple>(item)) {
      pair = dup(item.value().as<Tuple>());
    } else {
      auto converted = ops_of(item).iter || ops_of(item).subscript ? tuple_from_iterable_rpy(t, item) : Result<Ref<Tuple>>(raise_type_error(t, ""));
      if (!converted.ok()) {
        if (exception_matches(t, &exc_TypeError)) {
          clear_exception(t);
          return raise_type_error(t, "cannot convert dictionary update sequence element #%zd to a sequence", i);
        }
        return Raised{};
      }
      pair = converted.take();
    }
    if (pair->size != 2) {
      return raise_value_error(t, "dictionary update sequence element #%zd has length %zd; 2 is required", i, pair->size);
    }
    TRY(dict_set(t, self, pair->get(0), pair->get(1)));
  }
}

}  // namespace

Result<void> dict_merge_rpy(Thread& t, Dict& self, Value mapping, MergeMode mode) {
  if (is_dict(mapping) && ops_of(mapping).iter == dict_type.info->ops.iter) return merge_dict(t, self, *mapping.as<Dict>(), mode);
  Owned keys = TRY(call_method(t, mapping, NAME("keys")));
  Owned iterator = TRY(get_iterator(t, keys));
  while (true) {
    Owned key = TRY(iterator_next(t, iterator));
    if (key.value().is_empty()) return {};
    if (mode != MergeMode::kOverride) {
      if (TRY(dict_contains(t, self, key))) {
        if (mode == MergeMode::kRaise) return raise_key_error(t, key);
        continue;
      }
    }
    Owned value = TRY(get_item(t, mapping, key));
    TRY(dict_set(t, self, key, value));
  }
}

Result<void> dict_update_rpy(Thread& t, Dict& self, Value argument) {
  if (is_exact<Dict>(argument)) return merge_dict(t, self, *argument.as<Dict>(), MergeMode::kOverride);
  Owned keys = TRY(find_attribute(t, argument, NAME("keys")));
  if (!keys.value().is_empty()) return dict_merge_rpy(t, self, argument, MergeMode::kOverride);
  return merge_pairs(t, self, argument);
}

Result<bool> dict_equal_rpy(Thread& t, Dict& a, Dict& b) {
  if (dict_length(a) != dict_length(b)) return false;
  Owned key, value;
  int64_t hash;
  for (ssize position = 0; dict_next_hashed(a, &position, &key, &value, &hash);) {
    Owned other = TRY(dict_get_hashed(t, b, key, hash));
    if (other.value().is_empty() || !TRY(object_equal(t, value, other))) return false;
  }
  return true;
}

}  // namespace ty
