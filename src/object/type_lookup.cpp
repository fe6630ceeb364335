// Method look-up: one table per type, filled as names are asked for, dropped whole when the type or a base changes.
//
// Order       a reader takes the table, then probes; an entry is (name, value) and is added under the lock only if the type still has the version
//             under which the MRO was searched. Mutation: dictionary first, then (here, under the lock) version and table go; the value that the
//             dictionary lost is kept alive by the mutator until then.
#include <cstring>

#include "object/slot.h"
#include "object/type_object.h"
#include "sync/leaf_lock.h"
#include "types/dict.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

struct MethodCache {
  uint32_t version;   // [const] the type's version for all entries
  uint32_t mask;
  uint32_t count;     // [type lock]
  struct Entry {
    Object* name;     // [atomic] stored last
    Value value;      // null: absent
  } entries[];
};

constinit LeafLock g_type_lock{LockRank::kTable};

namespace {

uint32_t next_version = 1;  // [type lock]

uint32_t slot_of(Value name) {
  uint64_t a = reinterpret_cast<uint64_t>(name.object());
  return static_cast<uint32_t>((a >> 4) ^ (a >> 12));
}

Value search_mro(Type* type, Value name) {
  Tuple* mro = type_mro(type);
  if (!mro) {
    for (Type* base = type; base; base = type_base(base)) {
      Dict* dict = type_dict(base);
      if (!dict) continue;
      if (Value found = dict_find_name(*dict, name)) return found;
    }
    return {};
  }
  for (ssize i = 0; i < mro->size; i++) {
    Dict* dict = type_dict(mro->get(i).as<Type>());
    if (!dict) continue;
    if (Value found = dict_find_name(*dict, name)) return found;
  }
  return {};
}

uint32_t assign_version(Type* type) {
  if (type->version) return type->version;
  // A type has a version only if its bases have one: so invalidation stops where there is none.
  if (Tuple* bases = type_bases(type)) {
    for (ssize i = 0; i < bases->size; i++) {
      if (!assign_version(bases->get(i).as<Type>())) return 0;
    }
  }
  if (next_version == 0) return 0;  // 2^32 used up: no caching any more
  __atomic_store_n(&type->version, next_version++, __ATOMIC_RELEASE);
  return type->version;
}

void insert(MethodCache* cache, Value name, Value value) {
  uint32_t i = slot_of(name) & cache->mask;
  while (cache->entries[i].name) {
    if (cache->entries[i].name == name.object()) return;
    i = (i + 1) & cache->mask;
  }
  cache->entries[i].value = value;
  __atomic_store_n(&cache->entries[i].name, name.object(), __ATOMIC_RELEASE);
  cache->count++;
}

size_t cache_bytes(uint32_t capacity) { return sizeof(MethodCache) + capacity * sizeof(MethodCache::Entry); }

void remember(Type* type, uint32_t version, Value name, Value value) {
  LeafGuard guard(g_type_lock);
  if (type->version != version) return;
  MethodCache* cache = type->info->cache;
  if (!cache || cache->count * 3 >= (cache->mask + 1) * 2) {
    uint32_t capacity = cache ? (cache->mask + 1) * 2 : 8;
    if (capacity > 4096) return;
    auto* grown = static_cast<MethodCache*>(allocate_buffer(cache_bytes(capacity)));
    if (!grown) return;
    memset(static_cast<void*>(grown), 0, cache_bytes(capacity));
    grown->version = version;
    grown->mask = capacity - 1;
    if (cache) {
      for (uint32_t i = 0; i <= cache->mask; i++) {
        if (cache->entries[i].name) insert(grown, Value(cache->entries[i].name), cache->entries[i].value);
      }
    }
    __atomic_store_n(&type->info->cache, grown, __ATOMIC_RELEASE);
    if (cache) retire_buffer(cache, cache_bytes(cache->mask + 1));
    cache = grown;
  }
  insert(cache, name, value);
}

void invalidate(Type* type) {
  if (!type->version && !type->info->cache) return;
  __atomic_store_n(&type->version, 0, __ATOMIC_RELEASE);
  if (MethodCache* cache = type->info->cache) {
    __atomic_store_n(&type->info->cache, nullptr, __ATOMIC_RELEASE);
    retire_buffer(cache, cache_bytes(cache->mask + 1));
  }
  for (uint32_t i = 0; i < type->info->subclass_count; i++) invalidate(reinterpret_cast<Type*>(type->info->subclasses[i]));
}

TY_NOINLINE Value lookup_slow(Type* type, Value name, uint32_t* version_out) {
  uint32_t version = type_version(type);
  Value value = search_mro(type, name);
  if (version && name.as<Str>()->is_interned()) {
    remember(type, version, name, value);
    *version_out = version;
  } else {
    *version_out = 0;
  }
  return value;
}

}  // namespace

Value type_lookup_versioned(Type* type, Value name, uint32_t* version) {
  MethodCache* cache = __atomic_load_n(&type->info->cache, __ATOMIC_ACQUIRE);
  if (TY_LIKELY(cache)) {
    for (uint32_t i = slot_of(name) & cache->mask;; i = (i + 1) & cache->mask) {
      Object* key = __atomic_load_n(&cache->entries[i].name, __ATOMIC_ACQUIRE);
      if (key == name.object()) {
        *version = cache->version;
        return cache->entries[i].value;
      }
      if (!key) break;
    }
  }
  return lookup_slow(type, name, version);
}

Value type_lookup(Type* type, Value name) {
  uint32_t version;
  return type_lookup_versioned(type, name, &version);
}

uint32_t type_version(Type* type) {
  uint32_t version = __atomic_load_n(&type->version, __ATOMIC_ACQUIRE);
  if (TY_LIKELY(version)) return version;
  LeafGuard guard(g_type_lock);
  return assign_version(type);
}

void type_modified(Thread& t, Type* type) {
  LeafGuard guard(g_type_lock);
  invalidate(type);
}

bool is_subtype(const Type* type, const Type* base) {
  if (type == base) return true;
  if (Tuple* mro = type_mro(type)) {
    ssize n = mro->size;
    for (ssize i = 0; i < n; i++) {
      if (mro->items[i].raw() == reinterpret_cast<uint64_t>(base)) return true;
    }
    return false;
  }
  for (const Type* b = type; b; b = type_base(b)) {
    if (b == base) return true;
  }
  return base == &object_type;
}

namespace {
bool remember_base(Type* subclass, Type* base) {
  TypeInfo* info = subclass->info;
  auto** grown = static_cast<Type**>(allocate_buffer((info->listed_count + 1) * sizeof(Type*)));
  if (!grown) return false;
  if (info->listed_in) {
    memcpy(grown, info->listed_in, info->listed_count * sizeof(Type*));
    free_buffer(info->listed_in);
  }
  grown[info->listed_count++] = base;
  info->listed_in = grown;
  return true;
}
void remove_entry(Type* base, Type* subclass) {
  TypeInfo* info = base->info;
  for (uint32_t i = 0; i < info->subclass_count; i++) {
    if (info->subclasses[i] != subclass) continue;
    memmove(&info->subclasses[i], &info->subclasses[i + 1], (info->subclass_count - i - 1) * sizeof(Object*));
    info->subclass_count--;
    return;
  }
}
}  // namespace

void type_forget(Type* dying) {
  LeafGuard guard(g_type_lock);
  TypeInfo* info = dying->info;
  for (uint32_t i = 0; i < info->listed_count; i++) remove_entry(info->listed_in[i], dying);
  // Subclasses that die in the same collection must not look for this one.
  for (uint32_t i = 0; i < info->subclass_count; i++) {
    TypeInfo* below = static_cast<Type*>(info->subclasses[i])->info;
    for (uint32_t k = 0; k < below->listed_count; k++) {
      if (below->listed_in[k] == dying) below->listed_in[k--] = below->listed_in[--below->listed_count];
    }
  }
  if (info->listed_in) free_buffer(info->listed_in);
  if (info->subclasses) free_buffer(info->subclasses);
  info->listed_in = nullptr;
  info->subclasses = nullptr;
  info->listed_count = info->subclass_count = 0;
}

bool type_add_subclass(Type* base, Type* subclass) {
  LeafGuard guard(g_type_lock);
  TypeInfo* info = base->info;
  if (is_heap_type(subclass) && !remember_base(subclass, base)) return false;
  if (info->subclass_count == info->subclass_capacity) {
    uint32_t capacity = info->subclass_capacity ? info->subclass_capacity * 2 : 4;
    auto** grown = static_cast<Object**>(allocate_buffer(capacity * sizeof(Object*)));
    if (!grown) return false;
    if (info->subclasses) {
      memcpy(grown, info->subclasses, info->subclass_count * sizeof(Object*));
      free_buffer(info->subclasses);
    }
    info->subclasses = grown;
    info->subclass_capacity = capacity;
  }
  info->subclasses[info->subclass_count++] = subclass;
  return true;
}

void type_remove_subclass(Type* base, Type* subclass) {
  LeafGuard guard(g_type_lock);
  remove_entry(base, subclass);
  TypeInfo* info = subclass->info;
  for (uint32_t k = 0; k < info->listed_count; k++) {
    if (info->listed_in[k] == base) {
      info->listed_in[k] = info->listed_in[--info->listed_count];
      return;
    }
  }
}

size_t type_copy_subclasses(Type* base, Type** out, size_t capacity) {
  LeafGuard guard(g_type_lock);
  TypeInfo* info = base->info;
  for (uint32_t i = 0; i < info->subclass_count && i < capacity; i++) out[i] = static_cast<Type*>(info->subclasses[i]);
  return info->subclass_count;
}

}  // namespace ty
