// functools.lru_cache: the wrapper.
//
// maxsize=None   the cache is a dict: a hit is one lock-free look-up.
// bounded        the dict maps keys to links of a list in order of use, changed under the wrapper's lock. The list owns its links (first, next); the
//                pointers back are plain, and mean something only while the link is in the list.
// Counters       of a SHARED wrapper lie in stripes, one per group of threads, so that threads that hit do not meet; cache_info() adds them up.
#include "modules/_functools.h"
#include "modules/static_type.h"
#include "sync/critical_section.h"
#include "types/dict.h"
#include "types/function.h"
#include "types/int.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {
namespace {

struct LruLink : Object {
  Slot key;           // [const]
  Slot result;        // [const]
  int64_t hash;       // [const]
  Slot next;          // [lock] the wrapper's
  LruLink* previous;  // [lock] the wrapper's
  bool listed;        // [lock] the wrapper's
  static Type* type();
};

constexpr size_t kStripes = 32;
struct alignas(64) Stripe {
  uint64_t hits;
  uint64_t misses;
};

enum class CacheKind : uint8_t { kUncached, kInfinite, kBounded };

struct LruCache : Object {
  Slot function;      // [const]
  Slot cache;         // [const] Dict
  Slot info_type;     // [const]
  Slot first;         // [lock] least recently used, or null
  LruLink* last;      // [lock]
  ssize max_size;     // [const]
  uint64_t hits;      // [owner] while LOCAL
  uint64_t misses;    // [owner] while LOCAL
  Stripe* stripes;    // [atomic] null until counted while SHARED
  CacheKind kind;     // [const]
  bool typed;         // [const]
  static Type* type();
};
extern Type lru_cache_type, lru_link_type;
Type* LruCache::type() { return &lru_cache_type; }
Type* LruLink::type() { return &lru_link_type; }

void count(Thread& t, LruCache& self, bool hit) {
  if (TY_LIKELY(self.is_local())) {
    ++(hit ? self.hits : self.misses);
    return;
  }
  Stripe* stripes = __atomic_load_n(&self.stripes, __ATOMIC_ACQUIRE);
  if (TY_UNLIKELY(!stripes)) {
    auto* fresh = static_cast<Stripe*>(aligned_alloc(alignof(Stripe), sizeof(Stripe) * kStripes));
    if (!fresh) return;
    for (size_t i = 0; i < kStripes; i++) fresh[i] = {};
    if (__atomic_compare_exchange_n(&self.stripes, &stripes, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      stripes = fresh;
    } else {
      free(fresh);
    }
  }
  Stripe& mine = stripes[t.id % kStripes];
  __atomic_fetch_add(hit ? &mine.hits : &mine.misses, uint64_t{1}, __ATOMIC_RELAXED);
}
uint64_t counted(LruCache& self, bool hit) {
  uint64_t sum = hit ? self.hits : self.misses;
  if (Stripe* stripes = __atomic_load_n(&self.stripes, __ATOMIC_ACQUIRE)) {
    for (size_t i = 0; i < kStripes; i++) sum += __atomic_load_n(hit ? &stripes[i].hits : &stripes[i].misses, __ATOMIC_RELAXED);
  }
  return sum;
}

/// Between positional and keyword arguments in a key. [const once the module is executed]
Object* keyword_mark() { return &lru_link_type; }

Result<Owned> make_key(Thread& t, const Value* args, size_t nargs, Tuple* kwnames, bool typed) {
  size_t keywords = kwnames ? static_cast<size_t>(kwnames->size) : 0;
  if (!typed && keywords == 0 && nargs == 1) {
    // A lone int or str is its own key: no other key compares equal to it.
    if (args[0].is_small_int() || (args[0].is_object() && (args[0].object()->type() == &str_type || args[0].object()->type() == &int_type))) {
      return dup(args[0]);
    }
  }
  size_t size = nargs + (keywords ? 1 + 2 * keywords : 0) + (typed ? nargs + keywords : 0);
  Ref<Tuple> key = TRY(tuple_new(t, static_cast<ssize>(size)));
  ssize n = 0;
  for (size_t i = 0; i < nargs; i++) key->items[n++].init(dup(args[i]));
  if (keywords) {
    key->items[n++].init(dup(Value(keyword_mark())));
    for (size_t i = 0; i < keywords; i++) {
      key->items[n++].init(dup(kwnames->get(static_cast<ssize>(i))));
      key->items[n++].init(dup(args[nargs + i]));
    }
  }
  if (typed) {
    for (size_t i = 0; i < nargs + keywords; i++) key->items[n++].init(dup(Value(type_of(args[i]))));
  }
  return Owned(std::move(key));
}

// The list, under the wrapper's lock; no safepoint inside.
/// Takes `link`, which is in the list, out; answers the list's reference to it.
Owned unlink(LruCache& self, LruLink* link) {
  LruLink* previous = link->previous;
  Owned next = link->next.clear(link);
  LruLink* after = next ? next.value().as<LruLink>() : nullptr;
  (after ? after->previous : self.last) = previous;
  link->previous = nullptr;
  link->listed = false;
  if (previous) return previous->next.exchange(previous, std::move(next));
  return self.first.exchange(&self, std::move(next));
}
void append(LruCache& self, Owned reference) {
  auto* link = reference.value().as<LruLink>();
  link->previous = self.last;
  link->listed = true;
  if (self.last) {
    self.last->next.store(self.last, std::move(reference));
  } else {
    self.first.store(&self, std::move(reference));
  }
  self.last = link;
}

Result<Owned> call_infinite(Thread& t, LruCache& self, const Value* args, size_t nargs, Tuple* kwnames) {
  Owned key = TRY(make_key(t, args, nargs, kwnames, self.typed));
  auto hash = static_cast<int64_t>(TRY(object_hash(t, key)));
  Dict& cache = *self.cache.load_as<Dict>();
  Owned result = TRY(dict_get_hashed(t, cache, key, hash));
  if (!result.value().is_empty()) {
    count(t, self, true);
    return result;
  }
  count(t, self, false);
  result = TRY(call(t, self.function.load(), args, nargs, kwnames));
  TRY(dict_set_hashed(t, cache, key, hash, result));
  return result;
}

Result<Owned> call_bounded(Thread& t, LruCache& self, const Value* args, size_t nargs, Tuple* kwnames) {
  Owned key = TRY(make_key(t, args, nargs, kwnames, self.typed));
  auto hash = static_cast<int64_t>(TRY(object_hash(t, key)));
  Dict& cache = *self.cache.load_as<Dict>();
  Owned found = TRY(dict_get_hashed(t, cache, key, hash));
  if (!found.value().is_empty()) {
    auto* link = found.value().as<LruLink>();
    count(t, self, true);
    CriticalSection section(t, &self);
    if (self.last != link && link->listed) append(self, unlink(self, link));
    return link->result.get();
  }
  count(t, self, false);
  Owned result = TRY(call(t, self.function.load(), args, nargs, kwnames));
  Ref<LruLink> link = TRY(make_object<LruLink>(t));
  link->key.init(dup(key));
  link->result.init(dup(result));
  link->hash = hash;
  // The call may have filled this very entry: then the older one stays.
  Owned present = TRY(dict_set_default_hashed(t, cache, key, hash, link));
  if (present.value().object() != link.get()) return result;
  Owned oldest;
  {
    CriticalSection section(t, &self);
    append(self, dup(Value(link.get())));
    if (dict_used(cache) > self.max_size && self.first.load().object() != link.get()) oldest = unlink(self, self.first.load_as<LruLink>());
  }
  if (oldest) {
    LruLink* old = oldest.value().as<LruLink>();
    Owned removed = TRY(dict_pop_hashed(t, cache, old->key.load(), old->hash));
  }
  return result;
}

Result<Owned> lru_cache_call(Thread& t, Value v, const Value* args, size_t nargs, Tuple* kwnames) {
  LruCache& self = *v.as<LruCache>();
  switch (self.kind) {
    case CacheKind::kInfinite: return call_infinite(t, self, args, nargs, kwnames);
    case CacheKind::kBounded: return call_bounded(t, self, args, nargs, kwnames);
    case CacheKind::kUncached: break;
  }
  count(t, self, false);
  return call(t, self.function.load(), args, nargs, kwnames);
}

Result<Owned> lru_cache_create(Thread& t, Type& type, Value user_function, Value maxsize, bool typed, Value cache_info_type) {
  if (!is_callable(user_function)) return raise_type_error(t, "the first argument must be callable");
  CacheKind kind;
  ssize size = -1;
  if (is_none(maxsize)) {
    kind = CacheKind::kInfinite;
  } else if (has_index(maxsize)) {
    size = TRY(number_as_ssize(t, maxsize, &exc_OverflowError));
    if (size < 0) size = 0;
    kind = size == 0 ? CacheKind::kUncached : CacheKind::kBounded;
  } else {
    return raise_type_error(t, "maxsize should be integer or None");
  }
  Ref<Dict> cache = TRY(dict_new(t));
  Ref<LruCache> self = TRY(make_object<LruCache>(t, &type));
  self->function.init(dup(user_function));
  self->cache.init(std::move(cache));
  self->info_type.init(dup(cache_info_type));
  self->max_size = size;
  self->kind = kind;
  self->typed = typed;
  return Owned(std::move(self));
}

Result<Owned> lru_cache_get(Thread& t, Value self, Value object, Value) {
  if (!object || is_none(object)) return borrow_or_dup(self);
  return bound_method_new(t, self, object);
}

Result<Owned> lru_cache_info(Thread& t, LruCache& self) {
  Owned hits = TRY(int_from_uint64(t, counted(self, true)));
  Owned misses = TRY(int_from_uint64(t, counted(self, false)));
  Owned limit = self.max_size < 0 ? owned_none() : small_int(self.max_size);
  Owned used = small_int(dict_length(*self.cache.load_as<Dict>()));
  Value args[] = {hits, misses, limit, used};
  return call(t, self.info_type.load(), args, 4);
}
void lru_cache_clear(Thread& t, LruCache& self) {
  {
    CriticalSection section(t, &self);
    while (!self.first.is_null()) Owned old = unlink(self, self.first.load_as<LruLink>());
    self.hits = self.misses = 0;
    if (Stripe* stripes = __atomic_load_n(&self.stripes, __ATOMIC_ACQUIRE)) {
      for (size_t i = 0; i < kStripes; i++) {
        __atomic_store_n(&stripes[i].hits, uint64_t{0}, __ATOMIC_RELAXED);
        __atomic_store_n(&stripes[i].misses, uint64_t{0}, __ATOMIC_RELAXED);
      }
    }
  }
  dict_clear(t, *self.cache.load_as<Dict>());
}
Result<Owned> lru_cache_reduce(Thread& t, Value self) { return get_attribute(t, self, NAME("__qualname__")); }
Owned lru_cache_copy(Thread&, LruCache& self) { return borrow_or_dup(Value(&self)); }
Owned lru_cache_deepcopy(Thread&, LruCache& self, Value) { return borrow_or_dup(Value(&self)); }

void lru_cache_release(Object* o) { free(static_cast<LruCache*>(o)->stripes); }

constexpr MethodDef kLruMethods[] = {
    method<&lru_cache_info>("cache_info", "($self, /)", "Report cache statistics"),
    method<&lru_cache_clear>("cache_clear", "($self, /)", "Clear the cache and cache statistics"),
    method<&lru_cache_reduce>("__reduce__", "($self, /)", nullptr),
    method<&lru_cache_copy>("__copy__", "($self, /)", nullptr),
    method<&lru_cache_deepcopy>("__deepcopy__", "($self, memo, /)", nullptr),
    {}};
constexpr uint16_t kLruSlots[] = {offsetof(LruCache, function), offsetof(LruCache, cache), offsetof(LruCache, info_type), offsetof(LruCache, first)};
constexpr uint16_t kLinkSlots[] = {offsetof(LruLink, key), offsetof(LruLink, result), offsetof(LruLink, next)};
constexpr TypeOps kLruOps = {.call = &lru_cache_call, .descr_get = &lru_cache_get,
                             .create = constructor<"_lru_cache_wrapper", "(user_function, maxsize, typed, cache_info_type)", &lru_cache_create>};
constexpr TypeDef kLruDef = {
    .name = "functools._lru_cache_wrapper", .size = sizeof(LruCache),
    .flags = kTypeBase | kTypeManagedDict | kTypeWeakReferable | kTypeMethodDescriptor,
    .layout = {.slot_offsets = kLruSlots, .slot_count = 4, .flags = kCollectable, .release = &lru_cache_release}, .ops = &kLruOps,
    .methods = kLruMethods, .getset = kAttributesGetSet,
    .doc = "Create a cached callable that wraps another function.\n\n"
           "user_function:      the function being cached\n\n"
           "maxsize:  0         for no caching\n          None      for unlimited cache size\n"
           "          n         for a bounded cache\n\n"
           "typed:    False     cache f(3) and f(3.0) as identical calls\n          True      cache f(3) and f(3.0) as distinct calls\n\n"
           "cache_info_type:    namedtuple class with the fields:\n                        hits misses currsize maxsize\n"};
constexpr TypeDef kLinkDef = {.name = "functools._lru_list_elem", .size = sizeof(LruLink), .flags = kTypeDisallowInstantiation,
                              .layout = {.slot_offsets = kLinkSlots, .slot_count = 3, .flags = kCollectable}};
Type lru_cache_type, lru_link_type;

}  // namespace

Result<void> add_lru_cache_type(Thread& t, Module& m) {
  TRY(ready_static_type(t, lru_link_type, kLinkDef));
  return add_static_type(t, m, lru_cache_type, kLruDef);
}

}  // namespace ty
