// _collections: defaultdict, _tuplegetter, _count_elements; deque is in _collections_deque.cpp. OrderedDict is the library's own.
#include "modules/_collections.h"

#include "modules/static_type.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {
namespace {

// --- defaultdict ---
struct DefaultDict : Dict {
  Slot default_factory;  // [atomic]
  static Type* type();
};
extern Type defaultdict_type, tuplegetter_type;
Type* DefaultDict::type() { return &defaultdict_type; }

Owned factory_of(Value v) {
  Owned factory = v.as<DefaultDict>()->default_factory.get();
  return factory ? std::move(factory) : owned_none();
}

Result<Owned> defaultdict_create(Thread& t, Type* type, const Value*, size_t, Tuple*) { return Owned(TRY(make_object<DefaultDict>(t, type))); }
Result<void> defaultdict_init(Thread& t, Value v, const Value* args, size_t nargs, Tuple* kwnames) {
  size_t skip = 0;
  Owned factory = owned_none();
  if (nargs > 0) {
    skip = 1;
    if (!is_none(args[0]) && !is_callable(args[0])) return raise_type_error(t, "first argument must be callable or None");
    factory = dup(args[0]);
  }
  DefaultDict& self = *v.as<DefaultDict>();
  self.default_factory.store(&self, std::move(factory));
  return dict_type.info->ops.init(t, v, args + skip, nargs - skip, kwnames);
}

Result<Owned> defaultdict_missing(Thread& t, DefaultDict& self, Value key) {
  Owned factory = factory_of(&self);
  if (is_none(factory)) return raise_key_error(t, key);
  Owned value = TRY(call(t, factory));
  TRY(set_item(t, Value(&self), key, value));
  return value;
}
Result<Owned> defaultdict_repr(Thread& t, Value v) {
  Owned base = TRY(dict_type.info->ops.repr(t, v));
  Owned factory = factory_of(v);
  Owned factory_text;
  {
    ReprGuard guard(t, factory);
    factory_text = guard.recursive() ? Owned(TRY(str_from_ascii(t, "..."))) : TRY(object_repr(t, factory));
  }
  Owned name = TRY(get_attribute(t, Value(type_of(v)), NAME("__name__")));
  return Owned(TRY(str_from_format(t, "%U(%U, %U)", name.value(), factory_text.value(), base.value())));
}
Result<Owned> new_like(Thread& t, Value self, Value mapping) { return call(t, Value(type_of(self)), factory_of(self), mapping); }
Result<Owned> defaultdict_copy(Thread& t, Value self) { return new_like(t, self, self); }
Result<Owned> defaultdict_or(Thread& t, Value a, Value b) {
  Value self = is_instance(a, &defaultdict_type) ? a : b;
  Value other = self.bits == a.bits ? b : a;
  if (!is_dict(other)) return Owned::steal(not_implemented());
  Owned result = TRY(new_like(t, self, a));
  TRY(dict_update_rpy(t, *result.value().as<Dict>(), b));
  return result;
}
Result<Owned> defaultdict_reduce(Thread& t, Value self) {
  Owned factory = factory_of(self);
  Ref<Tuple> arguments = is_none(factory) ? TRY(tuple_new(t, 0)) : TRY(tuple_pack(t, factory));
  Owned items = TRY(call_method(t, self, NAME("items")));
  Owned iterator = TRY(get_iterator(t, items));
  return Owned(TRY(tuple_pack(t, Value(type_of(self)), arguments, none(), none(), iterator)));
}

// --- _tuplegetter: the attributes of named tuples ---
struct TupleGetter : Object {
  ssize index;  // [const]
  Slot doc;     // [atomic]
  static Type* type();
};
Type* TupleGetter::type() { return &tuplegetter_type; }

Result<Owned> tuplegetter_create(Thread& t, Type& type, ssize index, Value doc) {
  Ref<TupleGetter> self = TRY(make_object<TupleGetter>(t, &type));
  self->index = index;
  self->doc.init(dup(doc));
  return Owned(std::move(self));
}
Result<Owned> tuplegetter_get(Thread& t, Value v, Value object, Value) {
  TupleGetter& self = *v.as<TupleGetter>();
  if (!object) return borrow_or_dup(v);
  if (!is_instance(object, &tuple_type)) {
    if (is_none(object)) return borrow_or_dup(v);
    return raise_type_error(t, "descriptor for index '%zd' for tuple subclasses doesn't apply to '%T' object", self.index, object);
  }
  Tuple& tuple = *object.as<Tuple>();
  if (self.index < 0 || self.index >= tuple.size) return raise_index_error(t, "tuple index out of range");
  return tuple.items[self.index].get();
}
Result<void> tuplegetter_set(Thread& t, Value, Value, Value value) {
  if (value) return raise_attribute_error(t, "can't set attribute");
  return raise_attribute_error(t, "can't delete attribute");
}
Result<Owned> tuplegetter_reduce(Thread& t, TupleGetter& self) {
  Ref<Tuple> arguments = TRY(tuple_pack(t, Value::small_int_unchecked(self.index), self.doc.load()));
  return Owned(TRY(tuple_pack(t, Value(static_cast<Object&>(self).type()), arguments)));
}
Result<Owned> tuplegetter_repr(Thread& t, Value v) {
  TupleGetter& self = *v.as<TupleGetter>();
  return Owned(TRY(str_from_format(t, "%s(%zd, %R)", type_of(v)->name, self.index, self.doc.load())));
}

// --- _count_elements ---
Result<void> collections_count_elements(Thread& t, Value mapping, Value iterable) {
  constexpr Value kOne = Value::small_int_unchecked(1);
  Owned iterator = TRY(get_iterator(t, iterable));
  Value get = type_lookup(type_of(mapping), NAME("get"));
  Value dict_get_method = type_lookup(&dict_type, NAME("get"));
  Value set = type_lookup(type_of(mapping), NAME("__setitem__"));
  Value dict_set_method = type_lookup(&dict_type, NAME("__setitem__"));
  bool plain = is_dict(mapping) && get.bits == dict_get_method.bits && set.bits == dict_set_method.bits;
  Owned bound_get;
  if (!plain) bound_get = TRY(get_attribute(t, mapping, NAME("get")));
  while (true) {
    Owned key = TRY(iterator_next(t, iterator));
    if (key.value().is_empty()) return {};
    if (plain) {
      Dict& dict = *mapping.as<Dict>();
      auto hash = static_cast<int64_t>(TRY(object_hash(t, key)));
      Owned old = TRY(dict_get_hashed(t, dict, key, hash));
      Owned sum = old.value().is_empty() ? dup(kOne) : TRY(number_add(t, old, kOne));
      TRY(dict_set_hashed(t, dict, key, hash, sum));
    } else {
      Owned old = TRY(call(t, bound_get, key, Value::small_int_unchecked(0)));
      Owned sum = TRY(number_add(t, old, kOne));
      TRY(set_item(t, mapping, key, sum));
    }
  }
}

constexpr MethodDef kDefaultDictMethods[] = {
    method<&defaultdict_missing>("__missing__", "($self, key, /)",
                                 "__missing__(key) # Called by __getitem__ for missing key; pseudo-code:\n"
                                 "  if self.default_factory is None: raise KeyError((key,))\n"
                                 "  self[key] = value = self.default_factory()\n  return value\n"),
    method<&defaultdict_copy>("copy", "($self, /)", "D.copy() -> a shallow copy of D."),
    method<&defaultdict_copy>("__copy__", "($self, /)", "D.copy() -> a shallow copy of D."),
    method<&defaultdict_reduce>("__reduce__", "($self, /)", "Return state information for pickling."),
    TY_CLASS_GETITEM,
    {}};
constexpr MemberDef kDefaultDictMembers[] = {{.name = "default_factory", .kind = MemberKind::kObject, .read_only = false,
                                              .offset = offsetof(DefaultDict, default_factory),
                                              .doc = "Factory for default value called by __missing__()."}, {}};
constexpr uint16_t kDefaultDictSlots[] = {offsetof(DefaultDict, default_factory)};
constexpr TypeOps kDefaultDictOps = {.repr = &defaultdict_repr, .init = &defaultdict_init, .create = &defaultdict_create, .bit_or = &defaultdict_or};
constexpr TypeDef kDefaultDictDef = {
    .name = "collections.defaultdict", .size = sizeof(DefaultDict), .base = &dict_type,
    .layout = {.slot_offsets = kDefaultDictSlots, .slot_count = 1, .flags = kCollectable}, .ops = &kDefaultDictOps,
    .methods = kDefaultDictMethods, .members = kDefaultDictMembers,
    .doc = "defaultdict(default_factory=None, /, [...]) --> dict with default factory\n\n"
           "The default factory is called without arguments to produce\n"
           "a new value when a key is not present, in __getitem__ only.\n"
           "A defaultdict compares equal to a dict with the same items.\n"
           "All remaining arguments are treated the same as if they were\npassed to the dict constructor, including keyword arguments."};
constexpr MethodDef kTupleGetterMethods[] = {method<&tuplegetter_reduce>("__reduce__", "($self, /)", nullptr), {}};
constexpr MemberDef kTupleGetterMembers[] = {{.name = "__doc__", .kind = MemberKind::kObject, .read_only = false,
                                              .offset = offsetof(TupleGetter, doc)}, {}};
constexpr uint16_t kTupleGetterSlots[] = {offsetof(TupleGetter, doc)};
constexpr TypeOps kTupleGetterOps = {.repr = &tuplegetter_repr, .descr_get = &tuplegetter_get, .descr_set = &tuplegetter_set,
                                     .create = constructor<"_tuplegetter", "(index, doc, /)", &tuplegetter_create>};
constexpr TypeDef kTupleGetterDef = {.name = "_collections._tuplegetter", .size = sizeof(TupleGetter), .flags = 0,
                                     .layout = {.slot_offsets = kTupleGetterSlots, .slot_count = 1, .flags = kCollectable},
                                     .ops = &kTupleGetterOps, .methods = kTupleGetterMethods, .members = kTupleGetterMembers};
Type defaultdict_type, tuplegetter_type;

Result<void> collections_exec(Thread& t, Module& m) {
  TRY(add_deque_types(t, m));
  TRY(add_static_type(t, m, defaultdict_type, kDefaultDictDef));
  return add_static_type(t, m, tuplegetter_type, kTupleGetterDef);
}
constexpr MethodDef kCollectionsMethods[] = {
    function<&collections_count_elements>("_count_elements", "($module, mapping, iterable, /)",
                                          "Count elements in the iterable, updating the mapping"),
    {}};
constexpr ModuleDef kCollectionsModule = {
    .name = "_collections", .doc = "High performance data structures.\n- deque:        ordered collection accessible from endpoints only\n"
                                   "- defaultdict:  dict subclass with a default value factory\n",
    .methods = kCollectionsMethods, .exec = &collections_exec};
TY_MODULE(kCollectionsModule)

}  // namespace
}  // namespace ty
