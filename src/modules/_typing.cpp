// modules/_typing.cpp: TypeVar, ParamSpec, TypeVarTuple, TypeAliasType, Generic, NoDefault: what typing and PEP 695 syntax are made of.
// CPython: Objects/typevarobject.c, Modules/_typingmodule.c.
//
// Invariants  bounds, constraints, defaults and alias values made by syntax are evaluated when first asked for and then kept.
// Threads     immutable but for those lazily filled slots, stored under the object's lock; two threads may both evaluate, one result stays.
#include "object/type_object.h"
#include "types/container.h"
#include "types/dict.h"
#include "types/generic_alias.h"
#include "types/int.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/eval.h"
#include "vm/type_params.h"

namespace ty {

namespace {

struct TypeVar : Object {
  Slot name;                                   // [const] Str
  Slot bound, evaluate_bound;                  // [lock]
  Slot constraints, evaluate_constraints;      // [lock]
  Slot default_value, evaluate_default;        // [lock]
  bool covariant, contravariant, infer_variance;  // [const]
  static Type* type();
};
struct ParamSpec : Object {  // [const]
  Slot name;
  Slot bound;
  Slot default_value, evaluate_default;
  bool covariant, contravariant, infer_variance;
  static Type* type();
};
struct TypeVarTuple : Object {  // [const]
  Slot name;
  Slot default_value, evaluate_default;
  static Type* type();
};
struct ParamSpecPart : Object {  // [const] P.args and P.kwargs
  Slot origin;
};
struct TypeAlias : Object {  // [atomic]
  Slot name;
  Slot type_params;  // Tuple or null
  Slot compute;      // function or null
  Slot value;        // [lock] null until computed
  Slot module;       // or null
  static Type* type();
};
Type typevar_type, paramspec_type, typevartuple_type, paramspec_args_type, paramspec_kwargs_type, typealias_type, generic_type, no_default_type;
Type* TypeVar::type() { return &typevar_type; }
Type* ParamSpec::type() { return &paramspec_type; }
Type* TypeVarTuple::type() { return &typevartuple_type; }
Type* TypeAlias::type() { return &typealias_type; }
struct alignas(16) NoDefault : Object {};
NoDefault no_default_object = {TY_STATIC_HEADER(&no_default_type)};
Value no_default() { return Value::uncounted(&no_default_object); }

Result<Owned> call_typing(Thread& t, const char* name, const Value* args, size_t n) {
  Owned function = TRY(import_attribute(t, "typing", name));
  return call(t, function, args, n);
}
Result<Owned> type_check(Thread& t, Value v, const char* message) {
  if (is_none(v)) return dup(Value(type_of(v)));
  Ref<Str> text = TRY(str_from_ascii(t, message));
  Value args[] = {v, text};
  return call_typing(t, "_type_check", args, 2);
}
/// __name__ of the module whose code is running, or None.
Result<Owned> caller(Thread& t) {
  Value globals = current_globals(t);
  if (!globals) return owned_none();
  Owned name = TRY(dict_get_name(t, *globals.as<Dict>(), NAME("__name__")));
  if (name.value().is_empty()) return owned_none();
  return name;
}
Result<void> set_module(Thread& t, Value v) {
  Owned module = TRY(caller(t));
  return set_attribute(t, v, NAME("__module__"), module);
}
/// The slot's value; else what the function in `evaluate` answers, kept; null if there is neither.
Result<Owned> evaluated(Thread& t, Object& self, Slot& slot, Slot& evaluate, Value fallback) {
  Owned known = slot.get();
  if (known) return known;
  Owned function = evaluate.get();
  if (!function) return dup(fallback);
  Owned value = TRY(call(t, function));
  publish_for(&self, value);
  CriticalSection section(t, self);
  if (slot.is_null()) slot.store(&self, dup(value.value()));
  return value;
}
bool has_default(Slot& value, Slot& evaluate) { return !evaluate.is_null() || (!value.is_null() && value.load().identity() != no_default().identity()); }
Result<Owned> with_variance(Thread& t, Value name, bool covariant, bool contravariant, bool inferred) {
  if (inferred) return dup(name);
  return Owned(TRY(str_from_format(t, "%c%U", covariant ? '+' : contravariant ? '-' : '~', name)));
}
Result<void> check_variance(Thread& t, bool covariant, bool contravariant, bool infer) {
  if (covariant && contravariant) return raise_value_error(t, "Bivariant types are not supported.");
  if (infer && (covariant || contravariant)) return raise_value_error(t, "Variance cannot be specified with infer_variance.");
  return {};
}
Result<Owned> make_union(Thread& t, Value a, Value b) {
  Value args[] = {a, b};
  return call_typing(t, "_make_union", args, 2);
}

// --- TypeVar ---
Result<Owned> typevar_new(Thread& t, Type&, Str& name, Args constraints, Value bound, Value default_value, bool covariant, bool contravariant, bool infer) {
  TRY(check_variance(t, covariant, contravariant, infer));
  Owned checked;
  if (!is_none(bound)) checked = TRY(type_check(t, bound, "Bound must be a type."));
  if (constraints.size == 1) return raise_type_error(t, "A single constraint is not allowed");
  if (constraints.size && checked) return raise_type_error(t, "Constraints cannot be combined with bound=...");
  auto self = TRY(make_object<TypeVar>(t));
  self->name.init(dup(Value(&name)));
  if (checked) self->bound.init(std::move(checked));
  if (constraints.size) self->constraints.init(TRY(tuple_from(t, constraints.data, static_cast<ssize>(constraints.size))));
  self->default_value.init(dup(default_value.is_null() ? no_default() : default_value));
  self->covariant = covariant;
  self->contravariant = contravariant;
  self->infer_variance = infer;
  TRY(set_module(t, self));
  return Owned(std::move(self));
}
Owned typevar_name(Thread&, TypeVar& self) { return self.name.get(); }
bool typevar_covariant(Thread&, TypeVar& self) { return self.covariant; }
bool typevar_contravariant(Thread&, TypeVar& self) { return self.contravariant; }
bool typevar_infer(Thread&, TypeVar& self) { return self.infer_variance; }
Result<Owned> typevar_bound(Thread& t, TypeVar& self) { return evaluated(t, self, self.bound, self.evaluate_bound, none()); }
Result<Owned> typevar_constraints(Thread& t, TypeVar& self) { return evaluated(t, self, self.constraints, self.evaluate_constraints, g_empty_tuple); }
Result<Owned> typevar_default(Thread& t, TypeVar& self) { return evaluated(t, self, self.default_value, self.evaluate_default, no_default()); }
bool typevar_has_default(Thread&, TypeVar& self) { return has_default(self.default_value, self.evaluate_default); }
Result<Owned> typevar_repr(Thread& t, Value v) {
  auto& self = *v.as<TypeVar>();
  Owned name = self.name.get();
  return with_variance(t, name, self.covariant, self.contravariant, self.infer_variance);
}
Result<Owned> typevar_subst(Thread& t, TypeVar& self, Value arg) {
  Value args[] = {Value(&self), arg};
  return call_typing(t, "_typevar_subst", args, 2);
}
Result<Owned> typevar_prepare(Thread& t, TypeVar& self, Value alias, Value args) {
  Owned params = TRY(get_attribute(t, alias, "__parameters__"));
  Value me(&self);
  Owned index = TRY(call_method(t, params, NAME("index"), me));
  ssize i = TRY(number_as_ssize(t, index, nullptr)), n = TRY(object_length(t, args));
  if (i < n) return dup(args);
  if (i == n) {
    Owned value = TRY(typevar_default(t, self));
    if (value.value().identity() != no_default().identity()) {
      Ref<Tuple> more = TRY(tuple_pack(t, value));
      return number_add(t, args, more);
    }
  }
  return raise_type_error(t, "Too few arguments for %S; actual %zd, expected at least %zd", alias, n, i + 1);
}
Result<Owned> typevar_mro_entries(Thread& t, Value, Value) { return raise_type_error(t, "Cannot subclass an instance of TypeVar"); }

constexpr MethodDef kTypeVarMethods[] = {
    method<&typevar_subst>("__typing_subst__", "($self, arg, /)", nullptr),
    method<&typevar_prepare>("__typing_prepare_subst__", "($self, alias, args, /)", nullptr),
    method<&typevar_name>("__reduce__", "($self, /)", nullptr), method<&typevar_has_default>("has_default", "($self, /)", nullptr),
    method<&typevar_mro_entries>("__mro_entries__", "($self, bases, /)", nullptr), {}};
constexpr GetSetDef kTypeVarGetSet[] = {
    getter<&typevar_name>("__name__"), getter<&typevar_covariant>("__covariant__"), getter<&typevar_contravariant>("__contravariant__"),
    getter<&typevar_infer>("__infer_variance__"), getter<&typevar_bound>("__bound__"), getter<&typevar_constraints>("__constraints__"),
    getter<&typevar_default>("__default__"), {}};
constexpr uint16_t kTypeVarSlots[] = {offsetof(TypeVar, name), offsetof(TypeVar, bound), offsetof(TypeVar, evaluate_bound), offsetof(TypeVar, constraints),
                                      offsetof(TypeVar, evaluate_constraints), offsetof(TypeVar, default_value), offsetof(TypeVar, evaluate_default)};
constexpr TypeOps kTypeVarOps = {.repr = &typevar_repr,
    .create = constructor<"typevar", "(name, *constraints, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)", &typevar_new>,
    .bit_or = &make_union};
constexpr TypeDef kTypeVarDef = {.name = "typing.TypeVar", .size = sizeof(TypeVar), .flags = kTypeImmutable | kTypeWeakReferable,
    .layout = {.slot_offsets = kTypeVarSlots, .slot_count = 7, .flags = kCollectable | kHasAttributes}, .ops = &kTypeVarOps,
    .methods = kTypeVarMethods, .getset = kTypeVarGetSet, .doc = "Type variable."};

// --- ParamSpec ---
Result<Owned> paramspec_new(Thread& t, Type&, Str& name, Value bound, Value default_value, bool covariant, bool contravariant, bool infer) {
  TRY(check_variance(t, covariant, contravariant, infer));
  Owned checked = TRY(type_check(t, bound, "Bound must be a type."));
  auto self = TRY(make_object<ParamSpec>(t));
  self->name.init(dup(Value(&name)));
  self->bound.init(is_none(bound) ? owned_none() : std::move(checked));
  self->default_value.init(dup(default_value.is_null() ? no_default() : default_value));
  self->covariant = covariant;
  self->contravariant = contravariant;
  self->infer_variance = infer;
  TRY(set_module(t, self));
  return Owned(std::move(self));
}
Owned paramspec_name(Thread&, ParamSpec& self) { return self.name.get(); }
Owned paramspec_bound(Thread&, ParamSpec& self) {
  Owned bound = self.bound.get();
  return bound ? std::move(bound) : owned_none();
}
bool paramspec_covariant(Thread&, ParamSpec& self) { return self.covariant; }
bool paramspec_contravariant(Thread&, ParamSpec& self) { return self.contravariant; }
bool paramspec_infer(Thread&, ParamSpec& self) { return self.infer_variance; }
Result<Owned> paramspec_default(Thread& t, ParamSpec& self) { return evaluated(t, self, self.default_value, self.evaluate_default, no_default()); }
bool paramspec_has_default(Thread&, ParamSpec& self) { return has_default(self.default_value, self.evaluate_default); }
Result<Owned> part_new(Thread& t, Type* type, Value origin) {
  auto self = TRY(make_object<ParamSpecPart>(t, type));
  self->origin.init(dup(origin));
  return Owned(std::move(self));
}
Result<Owned> paramspec_args(Thread& t, ParamSpec& self) { return part_new(t, &paramspec_args_type, Value(&self)); }
Result<Owned> paramspec_kwargs(Thread& t, ParamSpec& self) { return part_new(t, &paramspec_kwargs_type, Value(&self)); }
Result<Owned> paramspec_repr(Thread& t, Value v) {
  auto& self = *v.as<ParamSpec>();
  Owned name = self.name.get();
  return with_variance(t, name, self.covariant, self.contravariant, self.infer_variance);
}
Result<Owned> paramspec_subst(Thread& t, ParamSpec& self, Value arg) {
  Value args[] = {Value(&self), arg};
  return call_typing(t, "_paramspec_subst", args, 2);
}
Result<Owned> paramspec_prepare(Thread& t, ParamSpec& self, Value alias, Value arguments) {
  Value args[] = {Value(&self), alias, arguments};
  return call_typing(t, "_paramspec_prepare_subst", args, 3);
}
Result<Owned> paramspec_mro_entries(Thread& t, Value, Value) { return raise_type_error(t, "Cannot subclass an instance of ParamSpec"); }
constexpr MethodDef kParamSpecMethods[] = {
    method<&paramspec_subst>("__typing_subst__", "($self, arg, /)", nullptr),
    method<&paramspec_prepare>("__typing_prepare_subst__", "($self, alias, args, /)", nullptr),
    method<&paramspec_name>("__reduce__", "($self, /)", nullptr), method<&paramspec_has_default>("has_default", "($self, /)", nullptr),
    method<&paramspec_mro_entries>("__mro_entries__", "($self, bases, /)", nullptr), {}};
constexpr GetSetDef kParamSpecGetSet[] = {
    getter<&paramspec_name>("__name__"), getter<&paramspec_bound>("__bound__"), getter<&paramspec_covariant>("__covariant__"),
    getter<&paramspec_contravariant>("__contravariant__"), getter<&paramspec_infer>("__infer_variance__"),
    getter<&paramspec_default>("__default__"), getter<&paramspec_args>("args", "Represents positional arguments."),
    getter<&paramspec_kwargs>("kwargs", "Represents keyword arguments."), {}};
constexpr uint16_t kParamSpecSlots[] = {offsetof(ParamSpec, name), offsetof(ParamSpec, bound), offsetof(ParamSpec, default_value), offsetof(ParamSpec, evaluate_default)};
constexpr TypeOps kParamSpecOps = {.repr = &paramspec_repr,
    .create = constructor<"paramspec", "(name, *, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)", &paramspec_new>,
    .bit_or = &make_union};
constexpr TypeDef kParamSpecDef = {.name = "typing.ParamSpec", .size = sizeof(ParamSpec), .flags = kTypeImmutable | kTypeWeakReferable,
    .layout = {.slot_offsets = kParamSpecSlots, .slot_count = 4, .flags = kCollectable | kHasAttributes}, .ops = &kParamSpecOps,
    .methods = kParamSpecMethods, .getset = kParamSpecGetSet, .doc = "Parameter specification variable."};

Result<Owned> args_new(Thread& t, Type& type, Value origin) { return part_new(t, &type, origin); }
Owned part_origin(Thread&, ParamSpecPart& self) { return self.origin.get(); }
Result<Owned> part_repr(Thread& t, Value v) {
  const char* suffix = type_of(v) == &paramspec_args_type ? "args" : "kwargs";
  Owned origin = v.as<ParamSpecPart>()->origin.get();
  if (is_exact<ParamSpec>(origin)) {
    Owned name = origin.value().as<ParamSpec>()->name.get();
    return Owned(TRY(str_from_format(t, "%U.%s", name.value(), suffix)));
  }
  return Owned(TRY(str_from_format(t, "%R.%s", origin.value(), suffix)));
}
Result<Owned> part_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (type_of(a) != type_of(b) || (op != CompareOp::kEq && op != CompareOp::kNe)) return Owned::steal(not_implemented());
  Owned x = a.as<ParamSpecPart>()->origin.get(), y = b.as<ParamSpecPart>()->origin.get();
  return object_compare(t, x, y, op);
}
Result<Owned> args_mro_entries(Thread& t, Value, Value) { return raise_type_error(t, "Cannot subclass an instance of ParamSpecArgs"); }
Result<Owned> kwargs_mro_entries(Thread& t, Value, Value) { return raise_type_error(t, "Cannot subclass an instance of ParamSpecKwargs"); }
constexpr MethodDef kArgsMethods[] = {method<&args_mro_entries>("__mro_entries__", "($self, bases, /)", nullptr), {}};
constexpr MethodDef kKwargsMethods[] = {method<&kwargs_mro_entries>("__mro_entries__", "($self, bases, /)", nullptr), {}};
constexpr GetSetDef kPartGetSet[] = {getter<&part_origin>("__origin__"), {}};
constexpr uint16_t kPartSlots[] = {offsetof(ParamSpecPart, origin)};
constexpr TypeOps kArgsOps = {.repr = &part_repr, .compare = &part_compare, .create = constructor<"paramspecargs", "(origin)", &args_new>};
constexpr TypeOps kKwargsOps = {.repr = &part_repr, .compare = &part_compare, .create = constructor<"paramspeckwargs", "(origin)", &args_new>};
constexpr TypeDef kArgsDef = {.name = "typing.ParamSpecArgs", .size = sizeof(ParamSpecPart), .flags = kTypeImmutable | kTypeWeakReferable,
    .layout = {.slot_offsets = kPartSlots, .slot_count = 1, .flags = kCollectable}, .ops = &kArgsOps, .methods = kArgsMethods, .getset = kPartGetSet,
    .doc = "The args for a ParamSpec object."};
constexpr TypeDef kKwargsDef = {.name = "typing.ParamSpecKwargs", .size = sizeof(ParamSpecPart), .flags = kTypeImmutable | kTypeWeakReferable,
    .layout = {.slot_offsets = kPartSlots, .slot_count = 1, .flags = kCollectable}, .ops = &kKwargsOps, .methods = kKwargsMethods, .getset = kPartGetSet,
    .doc = "The kwargs for a ParamSpec object."};

// --- TypeVarTuple ---
Result<Owned> typevartuple_new(Thread& t, Type&, Str& name, Value default_value) {
  auto self = TRY(make_object<TypeVarTuple>(t));
  self->name.init(dup(Value(&name)));
  self->default_value.init(dup(default_value.is_null() ? no_default() : default_value));
  TRY(set_module(t, self));
  return Owned(std::move(self));
}
Result<Owned> typevartuple_unpack(Thread& t, Value v) {
  Owned unpack = TRY(import_attribute(t, "typing", "Unpack"));
  return get_item(t, unpack, v);
}
Result<Owned> typevartuple_iter(Thread& t, Value v) {
  Owned unpacked = TRY(typevartuple_unpack(t, v));
  Ref<Tuple> tuple = TRY(tuple_pack(t, unpacked));
  return get_iterator(t, tuple);
}
Owned typevartuple_name(Thread&, TypeVarTuple& self) { return self.name.get(); }
Result<Owned> typevartuple_repr(Thread&, Value v) { return v.as<TypeVarTuple>()->name.get(); }
Result<Owned> typevartuple_default(Thread& t, TypeVarTuple& self) { return evaluated(t, self, self.default_value, self.evaluate_default, no_default()); }
bool typevartuple_has_default(Thread&, TypeVarTuple& self) { return has_default(self.default_value, self.evaluate_default); }
Result<Owned> typevartuple_subst(Thread& t, Value, Value) { return raise_type_error(t, "Substitution of bare TypeVarTuple is not supported"); }
Result<Owned> typevartuple_prepare(Thread& t, Value self, Value alias, Value arguments) {
  Value args[] = {self, alias, arguments};
  return call_typing(t, "_typevartuple_prepare_subst", args, 3);
}
Result<Owned> typevartuple_mro_entries(Thread& t, Value, Value) { return raise_type_error(t, "Cannot subclass an instance of TypeVarTuple"); }
constexpr MethodDef kTypeVarTupleMethods[] = {
    method<&typevartuple_subst>("__typing_subst__", "($self, arg, /)", nullptr),
    method<&typevartuple_prepare>("__typing_prepare_subst__", "($self, alias, args, /)", nullptr),
    method<&typevartuple_name>("__reduce__", "($self, /)", nullptr), method<&typevartuple_has_default>("has_default", "($self, /)", nullptr),
    method<&typevartuple_mro_entries>("__mro_entries__", "($self, bases, /)", nullptr), {}};
constexpr GetSetDef kTypeVarTupleGetSet[] = {getter<&typevartuple_name>("__name__"), getter<&typevartuple_default>("__default__"), {}};
constexpr uint16_t kTypeVarTupleSlots[] = {offsetof(TypeVarTuple, name), offsetof(TypeVarTuple, default_value), offsetof(TypeVarTuple, evaluate_default)};
constexpr TypeOps kTypeVarTupleOps = {.repr = &typevartuple_repr, .iter = &typevartuple_iter,
    .create = constructor<"typevartuple", "(name, *, default=typing.NoDefault)", &typevartuple_new>};
constexpr TypeDef kTypeVarTupleDef = {.name = "typing.TypeVarTuple", .size = sizeof(TypeVarTuple), .flags = kTypeImmutable | kTypeWeakReferable,
    .layout = {.slot_offsets = kTypeVarTupleSlots, .slot_count = 3, .flags = kCollectable | kHasAttributes}, .ops = &kTypeVarTupleOps,
    .methods = kTypeVarTupleMethods, .getset = kTypeVarTupleGetSet, .doc = "Type variable tuple."};

/// A tuple of type parameters with each TypeVarTuple replaced by Unpack[it].
Result<Owned> unpack_typevartuples(Thread& t, Value params) {
  Tuple& tuple = *params.as<Tuple>();
  bool any = false;
  for (ssize i = 0; i < tuple.size; i++) any |= is_exact<TypeVarTuple>(tuple.get(i));
  if (!any) return dup(params);
  Ref<Tuple> result = TRY(tuple_new(t, tuple.size));
  for (ssize i = 0; i < tuple.size; i++) {
    Owned item = tuple.items[i].get();
    if (is_exact<TypeVarTuple>(item)) item = TRY(typevartuple_unpack(t, item));
    result->items[i].init(std::move(item));
  }
  return Owned(std::move(result));
}

// --- TypeAliasType ---
Result<Owned> typealias_make(Thread& t, Value name, Value params, Value compute, Value value, Value module) {
  auto self = TRY(make_object<TypeAlias>(t));
  self->name.init(dup(name));
  bool empty = params.is_null() || is_none(params) || (is_instance(params, Tuple::type()) && params.as<Tuple>()->size == 0);
  if (!empty) self->type_params.init(dup(params));
  if (compute) self->compute.init(dup(compute));
  if (value) self->value.init(dup(value));
  if (module) self->module.init(dup(module));
  return Owned(std::move(self));
}
Result<Owned> typealias_new(Thread& t, Type&, Str& name, Value value, Value type_params) {
  if (!type_params.is_null() && !is_instance(type_params, Tuple::type())) return raise_type_error(t, "type_params must be a tuple");
  Owned module = TRY(caller(t));
  return typealias_make(t, Value(&name), type_params, nullptr, value, module);
}
Owned typealias_name(Thread&, TypeAlias& self) { return self.name.get(); }
Result<Owned> typealias_repr(Thread&, Value v) { return v.as<TypeAlias>()->name.get(); }
Result<Owned> typealias_value(Thread& t, TypeAlias& self) { return evaluated(t, self, self.value, self.compute, none()); }
Owned typealias_type_params(Thread&, TypeAlias& self) {
  Owned params = self.type_params.get();
  return params ? std::move(params) : dup(g_empty_tuple);
}
Result<Owned> typealias_parameters(Thread& t, TypeAlias& self) {
  Owned params = self.type_params.get();
  if (!params) return dup(g_empty_tuple);
  return unpack_typevartuples(t, params);
}
Result<Owned> typealias_module(Thread& t, TypeAlias& self) {
  Owned module = self.module.get();
  if (module) return module;
  Owned compute = self.compute.get();
  if (compute) {
    Owned name = TRY(find_attribute(t, compute, NAME("__module__")));
    if (!name.value().is_empty()) return name;
  }
  return owned_none();
}
Result<Owned> typealias_subscript(Thread& t, Value v, Value args) {
  if (v.as<TypeAlias>()->type_params.is_null()) return raise_type_error(t, "Only generic type aliases are subscriptable");
  return generic_alias_new(t, v, args);
}
Result<Owned> typealias_or(Thread& t, Value a, Value b) { return union_or(t, a, b); }
constexpr MethodDef kTypeAliasMethods[] = {method<&typealias_name>("__reduce__", "($self, /)", nullptr), {}};
constexpr GetSetDef kTypeAliasGetSet[] = {getter<&typealias_name>("__name__"), getter<&typealias_parameters>("__parameters__"),
    getter<&typealias_type_params>("__type_params__"), getter<&typealias_value>("__value__"), getter<&typealias_module>("__module__"), {}};
constexpr uint16_t kTypeAliasSlots[] = {offsetof(TypeAlias, name), offsetof(TypeAlias, type_params), offsetof(TypeAlias, compute), offsetof(TypeAlias, value), offsetof(TypeAlias, module)};
constexpr TypeOps kTypeAliasOps = {.repr = &typealias_repr,
    .create = constructor<"typealias", "(name, value, *, type_params=<unrepresentable>)", &typealias_new>, .bit_or = &typealias_or, .subscript = &typealias_subscript};
constexpr TypeDef kTypeAliasDef = {.name = "typing.TypeAliasType", .size = sizeof(TypeAlias), .flags = kTypeImmutable,
    .layout = {.slot_offsets = kTypeAliasSlots, .slot_count = 5, .flags = kCollectable}, .ops = &kTypeAliasOps, .methods = kTypeAliasMethods,
    .getset = kTypeAliasGetSet, .doc = "Type alias."};

// --- Generic ---
Result<Owned> call_with_class(Thread& t, const char* name, Type& cls, Args args, Kwargs kwargs) {
  Owned function = TRY(import_attribute(t, "typing", name));
  Ref<Tuple> positional = TRY(tuple_new(t, static_cast<ssize>(args.size) + 1));
  positional->items[0].init(dup(Value(&cls)));
  for (size_t i = 0; i < args.size; i++) positional->items[i + 1].init(dup(args[i]));
  Ref<Dict> keywords;
  if (kwargs.size) {
    keywords = TRY(dict_new(t));
    for (size_t i = 0; i < kwargs.size; i++) TRY(dict_set(t, *keywords, kwargs.names[i], kwargs.values[i]));
  }
  return call_with_tuple(t, function, *positional, keywords.get());
}
Result<Owned> generic_class_getitem(Thread& t, Type& cls, Args args, Kwargs kwargs) { return call_with_class(t, "_generic_class_getitem", cls, args, kwargs); }
Result<Owned> generic_init_subclass(Thread& t, Type& cls, Args args, Kwargs kwargs) { return call_with_class(t, "_generic_init_subclass", cls, args, kwargs); }
constexpr MethodDef kGenericMethods[] = {
    class_method<&generic_class_getitem>("__class_getitem__", "($type, *args, **kwargs)",
        "Parameterizes a generic class.\n\nAt least, parameterizing a generic class is the *main* thing this\nmethod does. For example, for some generic class `Foo`, this is called\nwhen we do `Foo[int]` - there, with `cls=Foo` and `params=int`.\n\nHowever, note that this method is also called when defining generic\nclasses in the first place with `class Foo[T]: ...`.\n"),
    class_method<&generic_init_subclass>("__init_subclass__", "($type, *args, **kwargs)", "Function to initialize subclasses."), {}};
constexpr TypeDef kGenericDef = {.name = "typing.Generic", .size = sizeof(Object), .flags = kTypeBase, .layout = {.flags = kCollectable},
    .methods = kGenericMethods, .doc = "Abstract base class for generic types."};

// --- NoDefault ---
Result<Owned> no_default_repr(Thread& t, Value) { return Owned(TRY(str_from_ascii(t, "typing.NoDefault"))); }
Result<Owned> no_default_reduce(Thread& t, Value) { return Owned(TRY(str_from_ascii(t, "NoDefault"))); }
Result<Owned> no_default_new(Thread& t, Type&, Args args, Kwargs kwargs) {
  if (args.size || kwargs.size) return raise_type_error(t, "NoDefaultType takes no arguments");
  return Owned::steal(no_default());
}
constexpr MethodDef kNoDefaultMethods[] = {method<&no_default_reduce>("__reduce__", "($self, /)", nullptr), {}};
constexpr TypeOps kNoDefaultOps = {.repr = &no_default_repr, .create = constructor<"NoDefaultType", "(*args, **kwargs)", &no_default_new>};
constexpr TypeDef kNoDefaultDef = {.name = "NoDefaultType", .size = sizeof(Object), .flags = 0, .ops = &kNoDefaultOps, .methods = kNoDefaultMethods,
    .doc = "The type of the NoDefault singleton."};

/// What the interpreter's intrinsics ask for.
Result<Owned> make_parameter(Thread& t, Intrinsic kind, Value a, Value b) {
  switch (kind) {
    case Intrinsic::kTypeVar: case Intrinsic::kTypeVarWithBound: case Intrinsic::kTypeVarWithConstraints: {
      auto self = TRY(make_object<TypeVar>(t));
      self->name.init(dup(a));
      if (kind == Intrinsic::kTypeVarWithBound) self->evaluate_bound.init(dup(b));
      if (kind == Intrinsic::kTypeVarWithConstraints) self->evaluate_constraints.init(dup(b));
      self->infer_variance = true;
      return Owned(std::move(self));
    }
    case Intrinsic::kParamSpec: {
      auto self = TRY(make_object<ParamSpec>(t));
      self->name.init(dup(a));
      self->infer_variance = true;
      return Owned(std::move(self));
    }
    case Intrinsic::kTypeVarTuple: {
      auto self = TRY(make_object<TypeVarTuple>(t));
      self->name.init(dup(a));
      return Owned(std::move(self));
    }
    case Intrinsic::kTypeAlias: {
      Tuple& parts = *a.as<Tuple>();
      return typealias_make(t, parts.get(0), parts.get(1), parts.get(2), nullptr, nullptr);
    }
    case Intrinsic::kSubscriptGeneric: {
      Owned params = TRY(unpack_typevartuples(t, a));
      Value args[] = {Value(&generic_type), params};
      return call_typing(t, "_GenericAlias", args, 2);
    }
    default: {  // kSetTypeParamDefault
      Slot* slot = is_exact<TypeVar>(a)        ? &a.as<TypeVar>()->evaluate_default
                   : is_exact<ParamSpec>(a)    ? &a.as<ParamSpec>()->evaluate_default
                   : is_exact<TypeVarTuple>(a) ? &a.as<TypeVarTuple>()->evaluate_default
                                               : nullptr;
      if (!slot) return raise_type_error(t, "Expected a type param, got %R", a);
      publish_for(a.object(), b);
      CriticalSection section(t, a.object());
      slot->store(a.object(), dup(b));
      return dup(a);
    }
  }
}

Result<Owned> typing_idfunc(Thread&, Value x) { return dup(x); }

Result<void> typing_exec(Thread& t, Module& m) {
  const struct { Type* type; const TypeDef* def; } kTypes[] = {
      {&typevar_type, &kTypeVarDef}, {&typevartuple_type, &kTypeVarTupleDef}, {&paramspec_type, &kParamSpecDef}, {&paramspec_args_type, &kArgsDef},
      {&paramspec_kwargs_type, &kKwargsDef}, {&generic_type, &kGenericDef}, {&typealias_type, &kTypeAliasDef}};
  for (const auto& row : kTypes) {
    TRY(type_ready(t, row.type, *row.def));
    TRY(module_add_type(t, m, row.type));
  }
  TRY(type_ready(t, &no_default_type, kNoDefaultDef));
  TRY(module_add(t, m, "NoDefault", no_default()));
  g_make_type_parameter = &make_parameter;
  return {};
}
constexpr MethodDef kTypingMethods[] = {function<&typing_idfunc>("_idfunc", "($module, x, /)", nullptr), {}};
constexpr ModuleDef kTypingModule = {.name = "_typing", .doc = "Primitives and accelerators for the typing module.\n", .methods = kTypingMethods, .exec = &typing_exec};
TY_MODULE(kTypingModule)

}  // namespace

}  // namespace ty
