// types.GenericAlias. CPython: Objects/genericaliasobject.c
#include "types/generic_alias.h"

#include "object/binding.h"
#include "object/type_object.h"
#include "types/container.h"
#include "types/list.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Result<Owned> container_class_getitem(Thread& t, Type& cls, Value item) { return generic_alias_new(t, Value(&cls), item); }

Result<void> write_type_argument(Thread& t, StrWriter& out, Value v) {
  if (v.identity() == ellipsis().identity()) return out.ascii("...");
  Owned origin = TRY(find_attribute(t, v, NAME("__origin__")));
  bool alias = !origin.value().is_empty();
  if (alias) {
    Owned args = TRY(find_attribute(t, v, NAME("__args__")));
    alias = !args.value().is_empty();
  }
  if (!alias) {
    Owned qualname = TRY(find_attribute(t, v, NAME("__qualname__")));
    if (!qualname.value().is_empty()) {
      Owned module = TRY(find_attribute(t, v, NAME("__module__")));
      if (!module.value().is_empty() && !is_none(module)) {
        Owned text = is_str(module) && str_equal_ascii(*module.value().as<Str>(), "builtins")
                         ? TRY(object_str(t, qualname))
                         : Owned(TRY(str_from_format(t, "%S.%S", module.value(), qualname.value())));
        return out.str(*text.value().as<Str>());
      }
    }
  }
  Owned text = TRY(object_repr(t, v));
  return out.str(*text.value().as<Str>());
}

Result<Owned> make_type_parameters(Thread& t, Tuple& args) {
  Ref<List> found = TRY(list_new(t));
  auto add = [&](Value v) -> Result<void> {
    for (ssize i = 0; i < found->size; i++) {
      if (found->items.load()[i].load().identity() == v.identity()) return {};
    }
    return list_push(t, *found, v);
  };
  for (ssize i = 0; i < args.size; i++) {
    Value argument = args.get(i);
    if (is_type(argument)) continue;
    Owned subst = TRY(find_attribute(t, argument, NAME("__typing_subst__")));
    if (!subst.value().is_empty()) {
      TRY(add(argument));
      continue;
    }
    Owned inner = TRY(find_attribute(t, argument, NAME("__parameters__")));
    if (inner.value().is_empty() || !is_instance(inner, &tuple_type)) continue;
    for (ssize k = 0; k < inner.value().as<Tuple>()->size; k++) TRY(add(inner.value().as<Tuple>()->get(k)));
  }
  return Owned(TRY(list_to_tuple(t, *found)));
}

namespace {

ssize index_in(Tuple& tuple, Value v) {
  for (ssize i = 0; i < tuple.size; i++) {
    if (tuple.get(i).identity() == v.identity()) return i;
  }
  return -1;
}

/// obj[…] with the variables among `parameters` replaced; obj itself if it has none.
Result<Owned> substitute_in(Thread& t, Value obj, Tuple& parameters, const Value* items) {
  Owned inner = TRY(find_attribute(t, obj, NAME("__parameters__")));
  if (inner.value().is_empty() || !is_instance(inner, &tuple_type) || inner.value().as<Tuple>()->size == 0) return dup(obj);
  Tuple& sub = *inner.value().as<Tuple>();
  Ref<List> arguments = TRY(list_new(t));
  for (ssize i = 0; i < sub.size; i++) {
    Value argument = sub.get(i);
    ssize n = index_in(parameters, argument);
    if (n >= 0) {
      Value parameter = parameters.get(n);
      argument = items[n];
      if (ops_of(parameter).iter && is_instance(argument, &tuple_type)) {  // TypeVarTuple
        for (ssize k = 0; k < argument.as<Tuple>()->size; k++) TRY(list_push(t, *arguments, argument.as<Tuple>()->get(k)));
        continue;
      }
    }
    TRY(list_push(t, *arguments, argument));
  }
  Ref<Tuple> key = TRY(list_to_tuple(t, *arguments));
  return get_item(t, obj, key);
}

/// The items behind *tuple[…]; Absent if `v` is nothing of the kind.
Lookup<Owned> unpacked_tuple_args(Thread& t, Value v) {
  if (is_exact<GenericAlias>(v) && v.as<GenericAlias>()->starred && v.as<GenericAlias>()->origin.load().identity() == Value(&tuple_type).identity()) {
    return v.as<GenericAlias>()->args.get();
  }
  Owned result = TRY(find_attribute(t, v, NAME("__typing_unpacked_tuple_args__")));
  if (result.value().is_empty() || is_none(result)) return Absent{};
  return result;
}

Result<Ref<Tuple>> unpack_args(Thread& t, Value item) {
  Ref<List> result = TRY(list_new(t));
  bool many = is_instance(item, &tuple_type);
  ssize n = many ? item.as<Tuple>()->size : 1;
  for (ssize i = 0; i < n; i++) {
    Value v = many ? item.as<Tuple>()->get(i) : item;
    if (!is_type(v)) {
      Owned inner = TRY(unpacked_tuple_args(t, v));
      if (!inner.value().is_empty() && is_instance(inner, &tuple_type)) {
        Tuple& parts = *inner.value().as<Tuple>();
        if (!(parts.size && parts.get(parts.size - 1).identity() == ellipsis().identity())) {
          for (ssize k = 0; k < parts.size; k++) TRY(list_push(t, *result, parts.get(k)));
          continue;
        }
      }
    }
    TRY(list_push(t, *result, v));
  }
  return list_to_tuple(t, *result);
}

}  // namespace

Result<Owned> substitute_parameters(Thread& t, Value self, Tuple& args, Tuple& parameters, Value given) {
  if (parameters.size == 0) return raise_type_error(t, "%R is not a generic class", self);
  Owned item = Owned(TRY(unpack_args(t, given)));
  for (ssize i = 0; i < parameters.size; i++) {
    Owned prepare = TRY(find_attribute(t, parameters.get(i), NAME("__typing_prepare_subst__")));
    if (prepare.value().is_empty() || is_none(prepare)) continue;
    if (is_instance(item, &tuple_type)) {
      item = TRY(call(t, prepare, self, item));
    } else {
      Ref<Tuple> packed = TRY(tuple_pack(t, item));
      item = TRY(call(t, prepare, self, packed));
    }
  }
  bool many = is_instance(item, &tuple_type);
  ssize n = many ? item.value().as<Tuple>()->size : 1;
  Value single = item;
  const Value* items = many ? item.value().as<Tuple>()->values() : &single;
  if (n != parameters.size) {
    return raise_type_error(t, "Too %s arguments for %R; actual %zd, expected %zd", n > parameters.size ? "many" : "few", self, n, parameters.size);
  }
  Ref<List> result = TRY(list_new(t));
  for (ssize i = 0; i < args.size; i++) {
    Value argument = args.get(i);
    if (is_type(argument)) {
      TRY(list_push(t, *result, argument));
      continue;
    }
    Owned flag = TRY(find_attribute(t, argument, NAME("__typing_is_unpacked_typevartuple__")));
    bool unpack = !flag.value().is_empty() && TRY(object_is_true(t, flag));
    Owned subst = TRY(find_attribute(t, argument, NAME("__typing_subst__")));
    Owned replaced;
    if (!subst.value().is_empty()) {
      ssize k = index_in(parameters, argument);
      if (k < 0) return raise_type_error(t, "%R is not a generic class", self);
      replaced = TRY(call(t, subst, items[k]));
    } else {
      replaced = TRY(substitute_in(t, argument, parameters, items));
    }
    if (unpack && is_instance(replaced, &tuple_type)) {
      Tuple& parts = *replaced.value().as<Tuple>();
      for (ssize k = 0; k < parts.size; k++) TRY(list_push(t, *result, parts.get(k)));
    } else {
      TRY(list_push(t, *result, replaced));
    }
  }
  return Owned(TRY(list_to_tuple(t, *result)));
}

namespace {

Result<Ref<GenericAlias>> make_alias(Thread& t, Type* type, Value origin, Value args) {
  Owned tuple = is_instance(args, &tuple_type) ? dup(args) : Owned(TRY(tuple_pack(t, args)));
  Ref<GenericAlias> self = TRY(make_object<GenericAlias>(t, type));
  self->origin.init(dup(origin));
  self->args.init(std::move(tuple));
  return self;
}

Result<Owned> alias_create(Thread& t, Type& type, Value origin, Value args) { return Owned(TRY(make_alias(t, &type, origin, args))); }

Result<Owned> alias_repr(Thread& t, Value v) {
  GenericAlias& self = *v.as<GenericAlias>();
  TRY(check_native_stack(t, " while getting the repr of an object"));
  Tuple& args = *self.args.load_as<Tuple>();
  StrWriter out(t);
  if (self.starred) TRY(out.ascii("*"));
  TRY(write_type_argument(t, out, self.origin.load()));
  TRY(out.ascii("["));
  for (ssize i = 0; i < args.size; i++) {
    if (i) TRY(out.ascii(", "));
    Value argument = args.get(i);
    if (is_exact<List>(argument)) {  // a ParamSpec's list of types
      TRY(out.ascii("["));
      for (ssize k = 0;; k++) {
        Owned item = list_get(*argument.as<List>(), k);
        if (!item) break;
        if (k) TRY(out.ascii(", "));
        TRY(write_type_argument(t, out, item));
      }
      TRY(out.ascii("]"));
    } else {
      TRY(write_type_argument(t, out, argument));
    }
  }
  if (args.size == 0) TRY(out.ascii("()"));
  TRY(out.ascii("]"));
  return Owned(TRY(out.finish()));
}

Result<ssize> alias_hash(Thread& t, Value v) {
  GenericAlias& self = *v.as<GenericAlias>();
  ssize a = TRY(object_hash(t, self.origin.load()));
  ssize hash = a ^ TRY(object_hash(t, self.args.load()));
  return hash == -1 ? ssize{-2} : hash;
}

Result<Owned> alias_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (!is_instance(a, &generic_alias_type) || !is_instance(b, &generic_alias_type) || (op != CompareOp::kEq && op != CompareOp::kNe)) {
    return Owned::steal(not_implemented());
  }
  GenericAlias& x = *a.as<GenericAlias>();
  GenericAlias& y = *b.as<GenericAlias>();
  bool equal = x.starred == y.starred && TRY(object_equal(t, x.origin.load(), y.origin.load())) && TRY(object_equal(t, x.args.load(), y.args.load()));
  return owned_bool(equal == (op == CompareOp::kEq));
}

Result<Owned> alias_parameters(Thread& t, GenericAlias& self) {
  if (self.parameters.is_null()) self.parameters.store(&self, TRY(make_type_parameters(t, *self.args.load_as<Tuple>())));
  return self.parameters.get();
}

Result<Owned> alias_getitem(Thread& t, Value v, Value item) {
  GenericAlias& self = *v.as<GenericAlias>();
  Owned parameters = TRY(alias_parameters(t, self));
  Owned args = TRY(substitute_parameters(t, v, *self.args.load_as<Tuple>(), *parameters.value().as<Tuple>(), item));
  Ref<GenericAlias> result = TRY(make_alias(t, &generic_alias_type, self.origin.load(), args));
  result->starred = self.starred;
  return Owned(std::move(result));
}

Result<Owned> alias_call(Thread& t, Value v, const Value* args, size_t nargs, Tuple* kwnames) {
  Owned result = TRY(call(t, v.as<GenericAlias>()->origin.load(), args, nargs, kwnames));
  if (!set_attribute(t, result, NAME("__orig_class__"), v).ok()) {
    if (!exception_matches(t, &exc_AttributeError) && !exception_matches(t, &exc_TypeError)) return Raised{};
    clear_exception(t);
  }
  return result;
}

Result<Owned> alias_getattr(Thread& t, Value v, Value name) {
  constexpr const char* kOwn[] = {"__class__", "__bases__", "__origin__", "__args__", "__unpacked__", "__parameters__",
                                  "__typing_unpacked_tuple_args__", "__mro_entries__", "__reduce_ex__", "__reduce__", "__copy__", "__deepcopy__"};
  if (is_str(name)) {
    for (const char* own : kOwn) {
      if (str_equal_ascii(*name.as<Str>(), own)) return object_generic_getattr(t, v, name);
    }
    return get_attribute(t, v.as<GenericAlias>()->origin.load(), name);
  }
  return object_generic_getattr(t, v, name);
}

/// iter(alias) yields the starred alias once.
struct AliasIterator : Object {
  Slot alias;  // [atomic] null when exhausted
  static Type* type() { return &generic_alias_iterator_type; }
};
Result<Owned> alias_iter(Thread& t, Value v) {
  Ref<AliasIterator> self = TRY(make_object<AliasIterator>(t));
  self->alias.init(dup(v));
  return Owned(std::move(self));
}
Lookup<Owned> alias_iterator_next(Thread& t, Value v) {
  AliasIterator& self = *v.as<AliasIterator>();
  Owned alias = self.alias.clear(&self);
  if (!alias) return Absent{};
  GenericAlias& from = *alias.value().as<GenericAlias>();
  Ref<GenericAlias> starred = TRY(make_alias(t, &generic_alias_type, from.origin.load(), from.args.load()));
  starred->starred = true;
  return Owned(std::move(starred));
}
Result<Owned> alias_iterator_iter(Thread&, Value v) { return borrow_or_dup(v); }
Result<Owned> alias_iterator_reduce(Thread& t, AliasIterator& self) {
  Owned iter = TRY(import_attribute(t, "builtins", "iter"));
  Owned alias = self.alias.get();
  Ref<Tuple> arguments = TRY(tuple_pack(t, alias ? alias.value() : g_empty_tuple));
  return Owned(TRY(tuple_pack(t, iter, arguments)));
}

Result<Owned> alias_mro_entries(Thread& t, GenericAlias& self, Value) { return Owned(TRY(tuple_pack(t, self.origin.load()))); }
Result<Owned> alias_instancecheck(Thread& t, GenericAlias&, Value) {
  return raise_type_error(t, "isinstance() argument 2 cannot be a parameterized generic");
}
Result<Owned> alias_subclasscheck(Thread& t, GenericAlias&, Value) {
  return raise_type_error(t, "issubclass() argument 2 cannot be a parameterized generic");
}
Result<Owned> alias_reduce(Thread& t, GenericAlias& self) {
  if (self.starred) {
    Ref<GenericAlias> plain = TRY(make_alias(t, &generic_alias_type, self.origin.load(), self.args.load()));
    Owned next = TRY(import_attribute(t, "builtins", "next"));
    Owned iterator = TRY(get_iterator(t, plain));
    Ref<Tuple> arguments = TRY(tuple_pack(t, iterator));
    return Owned(TRY(tuple_pack(t, next, arguments)));
  }
  Ref<Tuple> arguments = TRY(tuple_pack(t, self.origin.load(), self.args.load()));
  return Owned(TRY(tuple_pack(t, Value(&generic_alias_type), arguments)));
}
Result<Owned> alias_dir(Thread& t, GenericAlias& self) {
  Owned names = TRY(object_dir(t, self.origin.load()));
  for (Value name : {NAME("__origin__"), NAME("__args__"), NAME("__parameters__"), NAME("__mro_entries__"), NAME("__reduce_ex__"),
                     NAME("__reduce__"), NAME("__copy__"), NAME("__deepcopy__"), NAME("__unpacked__"), NAME("__typing_unpacked_tuple_args__"),
                     NAME("__class__")}) {
    if (!TRY(object_contains(t, names, name))) TRY(list_push(t, *names.value().as<List>(), name));
  }
  return names;
}
Owned alias_unpacked_args(Thread&, GenericAlias& self) {
  if (self.starred && self.origin.load().identity() == Value(&tuple_type).identity()) return self.args.get();
  return owned_none();
}
Owned alias_unpacked(Thread&, GenericAlias& self) { return owned_bool(self.starred); }

constexpr MethodDef kAliasMethods[] = {
    method<&alias_mro_entries>("__mro_entries__", "($self, bases, /)", nullptr),
    method<&alias_instancecheck>("__instancecheck__", "($self, instance, /)", nullptr),
    method<&alias_subclasscheck>("__subclasscheck__", "($self, cls, /)", nullptr),
    method<&alias_reduce>("__reduce__", "($self, /)", nullptr),
    method<&alias_dir>("__dir__", "($self, /)", nullptr),
    {}};
constexpr GetSetDef kAliasGetSet[] = {getter<&alias_parameters>("__parameters__", "Type variables in the GenericAlias."),
                                      getter<&alias_unpacked_args>("__typing_unpacked_tuple_args__", nullptr),
                                      getter<&alias_unpacked>("__unpacked__", nullptr), {}};
constexpr MemberDef kAliasMembers[] = {{.name = "__origin__", .offset = offsetof(GenericAlias, origin)},
                                       {.name = "__args__", .offset = offsetof(GenericAlias, args)}, {}};
constexpr uint16_t kAliasSlots[] = {offsetof(GenericAlias, origin), offsetof(GenericAlias, args), offsetof(GenericAlias, parameters)};
constexpr uint16_t kAliasIteratorSlots[] = {offsetof(AliasIterator, alias)};
constexpr MethodDef kAliasIteratorMethods[] = {method<&alias_iterator_reduce>("__reduce__", "($self, /)", "Return state information for pickling."), {}};
constexpr TypeOps kAliasOps = {.repr = &alias_repr, .hash = &alias_hash, .call = &alias_call, .getattr = &alias_getattr, .compare = &alias_compare,
                               .iter = &alias_iter, .create = constructor<"GenericAlias", "(origin, args, /)", &alias_create>, .bit_or = &union_or,
                               .subscript = &alias_getitem};
constexpr TypeOps kAliasIteratorOps = {.iter = &alias_iterator_iter, .next = &alias_iterator_next};

}  // namespace

Result<Owned> generic_alias_new(Thread& t, Value origin, Value args) {
  return Owned(TRY(make_alias(t, &generic_alias_type, origin, args)));
}

extern constexpr TypeDef kGenericAliasDef = {
    .name = "types.GenericAlias", .size = sizeof(GenericAlias), .flags = kTypeBase | kTypeWeakReferable,
    .layout = {.slot_offsets = kAliasSlots, .slot_count = 3, .flags = kCollectable}, .ops = &kAliasOps, .methods = kAliasMethods,
    .getset = kAliasGetSet, .members = kAliasMembers,
    .doc = "Represent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).",
    .text_signature = "(origin, args, /)"};
extern constexpr TypeDef kGenericAliasIteratorDef = {
    .name = "generic_alias_iterator", .size = sizeof(AliasIterator), .flags = 0,
    .layout = {.slot_offsets = kAliasIteratorSlots, .slot_count = 1, .flags = kCollectable}, .ops = &kAliasIteratorOps,
    .methods = kAliasIteratorMethods};
Type generic_alias_type, generic_alias_iterator_type;

}  // namespace ty
