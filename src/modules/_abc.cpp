// modules/_abc.cpp: what abc.ABCMeta is built on. CPython: Modules/_abc.c.
//
// Data        each ABC has an _abc_data object with the registry (weak references) and two caches of answers. The caches hold version tags of the classes
//             asked about: tags are never reused and change whenever a class changes, so nothing need be removed when a class dies.
// Threads     the caches are read without lock (tables are replaced whole and retired, entries written once); writers hold the data object's lock.
#include "mem/buffer.h"
#include "object/type_object.h"
#include "types/container.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/list.h"
#include "types/module.h"
#include "types/set.h"
#include "types/str.h"
#include "types/tuple.h"
#include "types/weakref.h"

namespace ty {

namespace {

/// Open-addressed set of version tags; 0 is an empty place.
struct TagTable {
  uint32_t capacity;  // power of two
  uint32_t used;      // [lock]
  uint32_t tags[];    // [atomic]
};
struct AbcData : Object {  // [lock]
  Slot registry;                    // [lock] List of weak references, or null
  RetiredPtr<TagTable> positive;
  RetiredPtr<TagTable> negative;
  uint64_t negative_version;        // [atomic] g_counter when `negative` was started
  static Type* type();
};
Type abc_data_type;
Type* AbcData::type() { return &abc_data_type; }
uint64_t g_counter = 0;  // [atomic] grows with every registration anywhere

uint64_t counter() { return __atomic_load_n(&g_counter, __ATOMIC_ACQUIRE); }
uint32_t place_of(uint32_t tag, uint32_t capacity) { return (tag * 2654435761u) >> 7 & (capacity - 1); }

bool has_tag(const RetiredPtr<TagTable>& slot, uint32_t tag) {
  TagTable* table = slot.load();
  if (!table || !tag) return false;
  for (uint32_t i = place_of(tag, table->capacity);; i = (i + 1) & (table->capacity - 1)) {
    uint32_t found = __atomic_load_n(&table->tags[i], __ATOMIC_RELAXED);
    if (found == tag) return true;
    if (found == 0) return false;
  }
}
size_t table_bytes(uint32_t capacity) { return sizeof(TagTable) + size_t{capacity} * sizeof(uint32_t); }
void insert_tag(TagTable* table, uint32_t tag) {
  uint32_t i = place_of(tag, table->capacity);
  while (table->tags[i]) {
    if (table->tags[i] == tag) return;
    i = (i + 1) & (table->capacity - 1);
  }
  __atomic_store_n(&table->tags[i], tag, __ATOMIC_RELEASE);
  table->used++;
}
/// Adds a tag; a table that is full of stale tags starts afresh at 4,096 entries. Without memory the answer is just not remembered.
void add_tag(Locked<AbcData> self, RetiredPtr<TagTable>& slot, uint32_t tag) {
  if (!tag) return;
  self.ensure();
  TagTable* table = slot.load();
  if (table && (table->used + 1) * 2 <= table->capacity) return insert_tag(table, tag);
  uint32_t capacity = table ? table->capacity * 2 : 16;
  bool restart = capacity > 8192;
  if (restart) capacity = 16;
  auto* fresh = static_cast<TagTable*>(allocate_zeroed_buffer(table_bytes(capacity)));
  if (!fresh) return;
  fresh->capacity = capacity;
  if (table && !restart) {
    for (uint32_t i = 0; i < table->capacity; i++) {
      if (table->tags[i]) insert_tag(fresh, table->tags[i]);
    }
  }
  insert_tag(fresh, tag);
  slot.replace(self.get(), fresh, table ? table_bytes(table->capacity) : 0);
}
void forget(Locked<AbcData> self, RetiredPtr<TagTable>& slot) {
  self.ensure();
  TagTable* table = slot.load();
  if (table) slot.replace(self.get(), nullptr, table_bytes(table->capacity));
}
void remember(Thread& t, AbcData& data, bool positive, uint32_t tag) {
  CriticalSection section(t, data);
  Locked<AbcData> self(section);
  add_tag(self, positive ? data.positive : data.negative, tag);
}
void abc_data_release(Object* o) {
  auto* data = static_cast<AbcData*>(o);
  free_buffer(data->positive.load());
  free_buffer(data->negative.load());
}

Result<AbcData*> data_of(Thread& t, Value cls) {
  Owned data;
  if (is_type(cls)) {
    Value found = dict_find_name(*type_dict(cls.as<Type>()), NAME("_abc_impl"));
    if (found) data = dup(found);
  }
  if (!data) data = TRY(get_attribute(t, cls, NAME("_abc_impl")));
  if (!is_exact<AbcData>(data)) return raise_type_error(t, "_abc_impl is set to a wrong type");
  return data.value().as<AbcData>();  // kept alive by the class, which the caller holds
}

Result<bool> is_abstract(Thread& t, Value v) {
  Owned flag = TRY(find_attribute(t, v, NAME("__isabstractmethod__")));
  if (flag.value().is_empty()) return false;
  return object_is_true(t, flag);
}

Result<void> compute_abstract_methods(Thread& t, Value cls) {
  Owned abstracts = TRY(set_new(t, nullptr));
  Owned ns = TRY(get_attribute(t, cls, NAME("__dict__")));
  Owned items_view = TRY(call_method(t, ns, NAME("items")));
  Ref<List> items = TRY(list_from_iterable_rpy(t, items_view));
  for (ssize i = 0; i < list_size(*items); i++) {
    Owned pair = list_get(*items, i);
    if (!is_instance(pair, Tuple::type()) || pair.value().as<Tuple>()->size != 2) return raise_type_error(t, "items() returned item which size is not 2");
    Tuple& kv = *pair.value().as<Tuple>();
    if (TRY(is_abstract(t, kv.get(1)))) TRY(set_add(t, abstracts, kv.get(0)));
  }
  Owned bases = TRY(get_attribute(t, cls, NAME("__bases__")));
  if (!is_instance(bases, Tuple::type())) return raise_type_error(t, "__bases__ is not tuple");
  Tuple& base_tuple = *bases.value().as<Tuple>();
  for (ssize i = 0; i < base_tuple.size; i++) {
    Owned inherited = TRY(find_attribute(t, base_tuple.get(i), NAME("__abstractmethods__")));
    if (inherited.value().is_empty()) continue;
    Owned iterator = TRY(get_iterator(t, inherited));
    while (true) {
      Owned key = TRY(iterator_next(t, iterator));
      if (key.value().is_empty()) break;
      Owned value = TRY(find_attribute(t, cls, key));
      if (value.value().is_empty()) continue;
      if (TRY(is_abstract(t, value))) TRY(set_add(t, abstracts, key));
    }
  }
  Owned frozen = TRY(frozenset_new(t, abstracts));
  return set_attribute(t, cls, NAME("__abstractmethods__"), frozen);
}

constexpr uint64_t kCollectionFlags = kTypeSequence | kTypeMapping;
void set_collection_flags(Type* type, uint64_t flags) {
  uint64_t old = __atomic_load_n(&type->type_flags, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(&type->type_flags, &old, (old & ~kCollectionFlags) | flags, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
  }
}
Result<void> set_collection_flags_recursive(Thread& t, Type* type, uint64_t flags) {
  if (has_type_flag(type, kTypeImmutable) || (__atomic_load_n(&type->type_flags, __ATOMIC_RELAXED) & kCollectionFlags) == flags) return {};
  TRY(check_native_stack(t, " while registering a class"));
  set_collection_flags(type, flags);
  type_modified(t, type);
  Owned children = TRY(call_method(t, Value(&type_type), NAME("__subclasses__"), Value(type)));
  List& list = *children.value().as<List>();
  for (ssize i = 0; i < list_size(list); i++) {
    Owned child = list_get(list, i);
    if (child && is_type(child)) TRY(set_collection_flags_recursive(t, child.value().as<Type>(), flags));
  }
  return {};
}

Result<void> abc_init(Thread& t, Value cls) {
  TRY(compute_abstract_methods(t, cls));
  auto data = TRY(make_object<AbcData>(t));
  data->negative_version = counter();
  TRY(set_attribute(t, cls, NAME("_abc_impl"), data));
  if (is_type(cls)) {
    auto* type = cls.as<Type>();
    Owned flags = TRY(dict_pop(t, *type_dict(type), NAME("__abc_tpflags__")));
    if (flags.value().is_empty() || !is_exact_int(flags)) return {};
    type_modified(t, type);
    uint64_t bits = int_low_bits(flags) & kCollectionFlags;
    if (bits == kCollectionFlags) return raise_type_error(t, "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING");
    if (bits) set_collection_flags(type, (__atomic_load_n(&type->type_flags, __ATOMIC_RELAXED) & kCollectionFlags) | bits);
  }
  return {};
}

Result<Owned> abc_register(Thread& t, Value cls, Value subclass) {
  if (!is_type(subclass)) return raise_type_error(t, "Can only register classes");
  if (TRY(object_is_subclass(t, subclass, cls))) return dup(subclass);
  if (TRY(object_is_subclass(t, cls, subclass))) return raise_runtime_error(t, "Refusing to create an inheritance cycle");
  AbcData& data = *TRY(data_of(t, cls));
  Owned ref = TRY(weakref_new(t, subclass, nullptr));
  {
    // A new list each time: who walks the old one is not disturbed. Dead references are left out.
    Owned old = data.registry.get();
    Ref<List> fresh = TRY(list_new(t));
    if (old) {
      List& list = *old.value().as<List>();
      for (ssize i = 0; i < list_size(list); i++) {
        Owned item = list_get(list, i);
        if (item && weakref_is_alive(item.value().as<WeakRef>())) TRY(list_push(t, *fresh, item));
      }
    }
    TRY(list_push(t, *fresh, ref));
    publish_for(&data, fresh);
    CriticalSection section(t, data);
    Owned now = data.registry.get();
    if (now.value().identity() != old.value().identity() && now) {
      TRY(list_push(t, *now.value().as<List>(), ref));  // somebody was faster
    } else {
      data.registry.store(&data, std::move(fresh));
    }
  }
  __atomic_fetch_add(&g_counter, 1, __ATOMIC_ACQ_REL);
  if (is_type(cls)) {
    uint64_t flags = __atomic_load_n(&cls.as<Type>()->type_flags, __ATOMIC_RELAXED) & kCollectionFlags;
    if (flags) TRY(set_collection_flags_recursive(t, subclass.as<Type>(), flags));
  }
  return dup(subclass);
}

/// The negative cache holds answers of the present counter only.
bool known_negative(Thread& t, AbcData& data, uint32_t tag) {
  uint64_t now = counter();
  if (__atomic_load_n(&data.negative_version, __ATOMIC_ACQUIRE) < now) {
    CriticalSection section(t, data);
    Locked<AbcData> self(section);
    if (data.negative_version < now) {
      forget(self, data.negative);
      __atomic_store_n(&data.negative_version, now, __ATOMIC_RELEASE);
    }
    return false;
  }
  return has_tag(data.negative, tag);
}

Result<bool> abc_subclasscheck(Thread& t, Value cls, Value subclass) {
  if (!is_type(subclass)) return raise_type_error(t, "issubclass() arg 1 must be a class");
  AbcData& data = *TRY(data_of(t, cls));
  auto* type = subclass.as<Type>();
  uint32_t tag = type_version(type);
  if (has_tag(data.positive, tag)) return true;
  if (known_negative(t, data, tag)) return false;
  uint64_t version = counter();
  Owned verdict = TRY(call_method(t, cls, NAME("__subclasshook__"), subclass));
  if (is_true(verdict)) {
    remember(t, data, true, tag);
    return true;
  }
  if (is_false(verdict)) {
    if (counter() == version) remember(t, data, false, tag);
    return false;
  }
  if (!is_not_implemented(verdict)) return raise_format(t, &exc_AssertionError, "__subclasshook__ must return either False, True, or NotImplemented");
  if (is_type(cls) && is_subtype(type, cls.as<Type>())) {
    remember(t, data, true, tag);
    return true;
  }
  Owned registry = data.registry.get();
  if (registry) {
    List& list = *registry.value().as<List>();
    for (ssize i = 0; i < list_size(list); i++) {
      Owned ref = list_get(list, i);
      if (!ref) break;
      Object* referent = weakref_get(t, ref.value().as<WeakRef>());
      if (!referent) continue;
      Ref<Object> registered = Ref<Object>::steal(referent);
      if (TRY(object_is_subclass(t, subclass, registered))) {
        remember(t, data, true, tag);
        return true;
      }
    }
  }
  Owned children = TRY(call_method(t, cls, NAME("__subclasses__")));
  if (!is_instance(children, List::type())) return raise_type_error(t, "__subclasses__() must return a list");
  List& list = *children.value().as<List>();
  for (ssize i = 0; i < list_size(list); i++) {
    Owned child = list_get(list, i);
    if (!child) break;
    if (TRY(object_is_subclass(t, subclass, child))) {
      remember(t, data, true, tag);
      return true;
    }
  }
  if (counter() == version) remember(t, data, false, tag);
  return false;
}

Result<Owned> abc_instancecheck(Thread& t, Value cls, Value instance) {
  AbcData& data = *TRY(data_of(t, cls));
  Owned subclass = TRY(get_attribute(t, instance, NAME("__class__")));
  uint32_t tag = is_type(subclass) ? type_version(subclass.value().as<Type>()) : 0;
  if (has_tag(data.positive, tag)) return owned_bool(true);
  Type* actual = type_of(instance);
  if (subclass.value().identity() == Value(actual).identity()) {
    if (known_negative(t, data, tag)) return owned_bool(false);
    return call_method(t, cls, NAME("__subclasscheck__"), subclass);
  }
  Owned first = TRY(call_method(t, cls, NAME("__subclasscheck__"), subclass));
  if (TRY(object_is_true(t, first))) return first;
  return call_method(t, cls, NAME("__subclasscheck__"), Value(actual));
}

Result<Owned> abc_get_dump(Thread& t, Value cls) {
  AbcData& data = *TRY(data_of(t, cls));
  Owned registry = data.registry.get();
  Owned registered = TRY(set_new(t, registry ? registry.value() : Value()));
  Owned positive = TRY(set_new(t, nullptr)), negative = TRY(set_new(t, nullptr));
  auto add = [&](TagTable* table, Value set) -> Result<void> {
    for (uint32_t i = 0; table && i < table->capacity; i++) {
      if (table->tags[i]) TRY(set_add(t, set, Value::small_int_unchecked(table->tags[i])));
    }
    return {};
  };
  TRY(add(data.positive.load(), positive));
  TRY(add(data.negative.load(), negative));
  Owned version = TRY(int_from_uint64(t, data.negative_version));
  return Owned(TRY(tuple_pack(t, registered, positive, negative, version)));
}
Result<void> abc_reset_registry(Thread& t, Value cls) {
  AbcData& data = *TRY(data_of(t, cls));
  CriticalSection section(t, data);
  data.registry.store(&data, Owned());
  return {};
}
Result<void> abc_reset_caches(Thread& t, Value cls) {
  AbcData& data = *TRY(data_of(t, cls));
  CriticalSection section(t, data);
  Locked<AbcData> self(section);
  forget(self, data.positive);
  forget(self, data.negative);
  return {};
}
uint64_t abc_get_cache_token(Thread&) { return counter(); }

constexpr uint16_t kAbcDataSlots[] = {offsetof(AbcData, registry)};
constexpr TypeDef kAbcDataDef = {.name = "_abc._abc_data", .size = sizeof(AbcData), .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kAbcDataSlots, .slot_count = 1, .flags = kCollectable, .release = &abc_data_release},
    .doc = "Internal state held by ABC machinery."};
Result<void> abc_exec(Thread& t, Module&) { return type_ready(t, &abc_data_type, kAbcDataDef); }
constexpr MethodDef kAbcMethods[] = {
    function<&abc_get_cache_token>("get_cache_token", "($module, /)",
        "Returns the current ABC cache token.\n\nThe token is an opaque object (supporting equality testing) identifying the\ncurrent version of the ABC cache for virtual subclasses. The token changes\nwith every call to register() on any ABC."),
    function<&abc_init>("_abc_init", "($module, self, /)", "Internal ABC helper for class set-up. Should be never used outside abc module."),
    function<&abc_register>("_abc_register", "($module, self, subclass, /)", "Internal ABC helper for subclasss registration. Should be never used outside abc module."),
    function<&abc_instancecheck>("_abc_instancecheck", "($module, self, instance, /)", "Internal ABC helper for instance checks. Should be never used outside abc module."),
    function<&abc_subclasscheck>("_abc_subclasscheck", "($module, self, subclass, /)", "Internal ABC helper for subclasss checks. Should be never used outside abc module."),
    function<&abc_get_dump>("_get_dump", "($module, self, /)",
        "Internal ABC helper for cache and registry debugging.\n\nReturn shallow copies of registry, of both caches, and\nnegative cache version. Don't call this function directly,\ninstead use ABC._dump_registry() for a nice repr."),
    function<&abc_reset_registry>("_reset_registry", "($module, self, /)", "Internal ABC helper to reset registry of a given class.\n\nShould be only used by refleak.py"),
    function<&abc_reset_caches>("_reset_caches", "($module, self, /)", "Internal ABC helper to reset both caches of a given class.\n\nShould be only used by refleak.py"),
    {}};
constexpr ModuleDef kAbcModule = {.name = "_abc", .doc = "Module contains faster C implementation of abc.ABCMeta", .methods = kAbcMethods, .exec = &abc_exec};
TY_MODULE(kAbcModule)

}  // namespace

}  // namespace ty
