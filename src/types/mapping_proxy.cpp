// mappingproxy and SimpleNamespace.
#include "types/mapping_proxy.h"

#include "object/binding.h"
#include "object/instance.h"
#include "object/type_object.h"
#include "types/container.h"
#include "types/dict.h"
#include "types/list.h"
#include "types/namespace.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {
namespace {

TY_INLINE Value mapping_of(Value v) { return v.as<MappingProxy>()->mapping.load(); }

Result<Owned> mapping_proxy_create(Thread& t, Type&, Value mapping) {
  if (!is_mapping(mapping) || is_instance(mapping, &list_type) || is_instance(mapping, &tuple_type)) {
    return raise_type_error(t, "mappingproxy() argument must be a mapping, not %T", mapping);
  }
  return mapping_proxy_new(t, mapping);
}

Result<Owned> proxy_repr(Thread& t, Value v) { return Owned(TRY(str_from_format(t, "mappingproxy(%R)", mapping_of(v)))); }
Result<Owned> proxy_str(Thread& t, Value v) { return object_str(t, mapping_of(v)); }
Result<ssize> proxy_hash(Thread& t, Value v) { return object_hash(t, mapping_of(v)); }
Result<Owned> proxy_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (is_exact<MappingProxy>(b)) b = mapping_of(b);
  return object_compare(t, mapping_of(a), b, op);
}
Result<Owned> proxy_iter(Thread& t, Value v) { return get_iterator(t, mapping_of(v)); }
Result<ssize> proxy_len(Thread& t, Value v) { return object_length(t, mapping_of(v)); }
Result<Owned> proxy_getitem(Thread& t, Value v, Value key) { return get_item(t, mapping_of(v), key); }
Result<bool> proxy_contains(Thread& t, Value v, Value key) {
  Value mapping = mapping_of(v);
  if (is_exact<Dict>(mapping)) return dict_contains(t, *mapping.as<Dict>(), key);
  return object_contains(t, mapping, key);
}
Result<Owned> proxy_or(Thread& t, Value a, Value b) {
  if (is_exact<MappingProxy>(a)) a = mapping_of(a);
  if (is_exact<MappingProxy>(b)) b = mapping_of(b);
  return number_bit_or(t, a, b);
}
Result<Owned> proxy_ior(Thread& t, Value a, Value) {
  return raise_type_error(t, "'|=' is not supported by %T; use '|' instead", a);
}

Result<Owned> proxy_get(Thread& t, MappingProxy& self, Value key, Value fallback) {
  return call_method(t, self.mapping.load(), NAME("get"), key, fallback ? fallback : none());
}
Result<Owned> proxy_keys(Thread& t, MappingProxy& self) { return call_method(t, self.mapping.load(), NAME("keys")); }
Result<Owned> proxy_values(Thread& t, MappingProxy& self) { return call_method(t, self.mapping.load(), NAME("values")); }
Result<Owned> proxy_items(Thread& t, MappingProxy& self) { return call_method(t, self.mapping.load(), NAME("items")); }
Result<Owned> proxy_copy(Thread& t, MappingProxy& self) { return call_method(t, self.mapping.load(), NAME("copy")); }
Result<Owned> proxy_reversed(Thread& t, MappingProxy& self) { return call_method(t, self.mapping.load(), NAME("__reversed__")); }

constexpr MethodDef kProxyMethods[] = {
    method<&proxy_get>("get", "($self, key, default=None, /)", "Return the value for key if key is in the mapping, else default."),
    method<&proxy_keys>("keys", "($self, /)", "D.keys() -> a set-like object providing a view on D's keys"),
    method<&proxy_values>("values", "($self, /)", "D.values() -> an object providing a view on D's values"),
    method<&proxy_items>("items", "($self, /)", "D.items() -> a set-like object providing a view on D's items"),
    method<&proxy_copy>("copy", "($self, /)", "D.copy() -> a shallow copy of D"),
    TY_CLASS_GETITEM,
    method<&proxy_reversed>("__reversed__", "($self, /)", "D.__reversed__() -> reverse iterator"),
    {}};
constexpr uint16_t kProxySlots[] = {offsetof(MappingProxy, mapping)};
constexpr TypeOps kProxyOps = {.repr = &proxy_repr, .hash = &proxy_hash, .str = &proxy_str, .compare = &proxy_compare, .iter = &proxy_iter,
                               .create = constructor<"mappingproxy", "(mapping)", &mapping_proxy_create>, .bit_or = &proxy_or,
                               .inplace_bit_or = &proxy_ior, .length = &proxy_len, .subscript = &proxy_getitem, .contains = &proxy_contains};

}  // namespace
Result<Owned> object_dunder_dict(Thread& t, Value self);  // object/type_new.cpp
namespace {

// --- SimpleNamespace ---
struct Namespace : Object {
  static Type* type() { return &namespace_type; }
};

Result<Owned> namespace_create(Thread& t, Type* type, const Value*, size_t, Tuple*) { return Owned(TRY(make_object<Namespace>(t, type))); }

Result<Ref<Dict>> namespace_dict(Thread& t, Value v) {
  Owned dict = TRY(object_dict(t, v));
  if (!is_dict(dict)) return raise_type_error(t, "namespace __dict__ must be a dict");
  return dup(dict.value().as<Dict>());
}

Result<void> namespace_init(Thread& t, Value v, const Value* args, size_t nargs, Tuple* kwnames) {
  if (nargs > 1) return raise_type_error(t, "%s expected at most 1 argument, got %zu", type_short_name(type_of(v)), nargs);
  if (nargs == 0 && (!kwnames || kwnames->size == 0)) return {};
  Ref<Dict> dict = TRY(namespace_dict(t, v));
  if (nargs) {
    Ref<Dict> source;
    if (is_exact<Dict>(args[0])) {
      source = dup(args[0].as<Dict>());
    } else {
      source = TRY(dict_new(t));
      TRY(dict_update_rpy(t, *source, args[0]));
    }
    Owned key, value;
    for (ssize position = 0; dict_next(*source, &position, &key, nullptr);) {
      if (!is_str(key)) return raise_type_error(t, "keywords must be strings");
    }
    TRY(dict_merge_rpy(t, *dict, source, MergeMode::kOverride));
  }
  if (kwnames) {
    for (ssize i = 0; i < kwnames->size; i++) TRY(dict_set(t, *dict, kwnames->get(i), args[nargs + static_cast<size_t>(i)]));
  }
  return {};
}

Result<Owned> namespace_repr(Thread& t, Value v) {
  Owned type_name = type_of(v) == &namespace_type ? Owned(TRY(str_from_ascii(t, "namespace")))
                                                  : TRY(get_attribute(t, Value(type_of(v)), NAME("__name__")));
  ReprGuard guard(t, v);
  if (guard.recursive()) return Owned(TRY(str_from_format(t, "%U(...)", type_name.value())));
  StrWriter out(t);
  TRY(out.str(*type_name.value().as<Str>()));
  TRY(out.ascii("("));
  Ref<Dict> dict = TRY(namespace_dict(t, v));
  Owned key, value;
  bool first = true;
  for (ssize position = 0; dict_next(*dict, &position, &key, &value);) {
    if (!is_str(key) || key.value().as<Str>()->length == 0) continue;
    if (!first) TRY(out.ascii(", "));
    first = false;
    TRY(out.str(*key.value().as<Str>()));
    TRY(out.ascii("="));
    Owned text = TRY(object_repr(t, value));
    TRY(out.str(*text.value().as<Str>()));
  }
  TRY(out.ascii(")"));
  return Owned(TRY(out.finish()));
}

Result<Owned> namespace_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (!is_instance(a, &namespace_type) || !is_instance(b, &namespace_type)) return Owned::steal(not_implemented());
  Ref<Dict> x = TRY(namespace_dict(t, a)), y = TRY(namespace_dict(t, b));
  return object_compare(t, x, y, op);
}

Result<Owned> namespace_reduce(Thread& t, Value self) {
  Ref<Dict> dict = TRY(namespace_dict(t, self));
  return Owned(TRY(tuple_pack(t, Value(type_of(self)), g_empty_tuple, dict)));
}

Result<Owned> namespace_replace(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  if (nargs) return raise_type_error(t, "__replace__() takes 0 positional arguments but %zu %s given", nargs, nargs == 1 ? "was" : "were");
  Owned result = TRY(call(t, Value(type_of(self))));
  Ref<Dict> to = TRY(namespace_dict(t, result)), from = TRY(namespace_dict(t, self));
  TRY(dict_merge_rpy(t, *to, from, MergeMode::kOverride));
  if (kwnames) {
    for (ssize i = 0; i < kwnames->size; i++) TRY(dict_set(t, *to, kwnames->get(i), args[i]));
  }
  return result;
}

constexpr MethodDef kNamespaceMethods[] = {
    method<&namespace_reduce>("__reduce__", "($self, /)", "Return state information for pickling"),
    MethodDef{.name = "__replace__", .doc = "Return a copy of the namespace object with new values for the specified attributes.",
              .call = [](Thread& t, const MethodDef&, Value self, const Value* args, size_t nargs, Tuple* kwnames) -> Result<Owned> {
                return namespace_replace(t, self, args, nargs, kwnames);
              }},
    {}};
constexpr GetSetDef kNamespaceGetSet[] = {{"__dict__", &object_dunder_dict, nullptr, nullptr}, {}};
constexpr TypeOps kNamespaceOps = {.repr = &namespace_repr, .compare = &namespace_compare, .init = &namespace_init, .create = &namespace_create};

}  // namespace

Result<Owned> mapping_proxy_new(Thread& t, Value mapping) {
  Ref<MappingProxy> self = TRY(make_object<MappingProxy>(t));
  self->mapping.init(dup(mapping));
  return Owned(std::move(self));
}

Result<Owned> namespace_new(Thread& t, Dict& attributes) {
  Ref<Namespace> self = TRY(make_object<Namespace>(t));
  Ref<Dict> dict = TRY(namespace_dict(t, self));
  TRY(dict_merge_rpy(t, *dict, Value(&attributes), MergeMode::kOverride));
  return Owned(std::move(self));
}

extern constexpr TypeDef kMappingProxyDef = {.name = "mappingproxy", .size = sizeof(MappingProxy), .flags = kTypeMapping,
                                             .layout = {.slot_offsets = kProxySlots, .slot_count = 1, .flags = kCollectable},
                                             .ops = &kProxyOps, .methods = kProxyMethods, .doc = "Read-only proxy of a mapping.",
                                             .text_signature = "(mapping)"};
extern constexpr TypeDef kNamespaceDef = {.name = "types.SimpleNamespace", .size = sizeof(Namespace), .flags = kTypeBase | kTypeManagedDict,
                                          .layout = {.flags = kCollectable}, .ops = &kNamespaceOps, .methods = kNamespaceMethods, .getset = kNamespaceGetSet,
                                          .doc = "A simple attribute-based namespace.",
                                          .text_signature = "(mapping_or_iterable=(), /, **kwargs)"};
Type mapping_proxy_type, namespace_type;

}  // namespace ty
