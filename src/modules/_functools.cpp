// _functools: reduce, partial, cmp_to_key.
#include "modules/_functools.h"

#include "modules/static_type.h"
#include "object/type_object.h"
#include "types/dict.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {
namespace {

// --- reduce ---
Result<Owned> functools_reduce(Thread& t, Value function, Value iterable, Value initial) {
  auto made = get_iterator(t, iterable);
  if (!made.ok()) {
    if (exception_matches(t, &exc_TypeError)) {
      clear_exception(t);
      return raise_type_error(t, "reduce() arg 2 must support iteration");
    }
    return Raised{};
  }
  Owned iterator = made.take();
  Owned result;
  if (initial) result = dup(initial);
  while (true) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) break;
    result = result ? TRY(call(t, function, result, item)) : std::move(item);
  }
  if (!result) return raise_type_error(t, "reduce() of empty iterable with no initial value");
  return result;
}

// --- partial ---
struct Partial : Object {
  Slot function;   // [atomic] const but for __setstate__
  Slot args;       // [atomic] Tuple
  Slot keywords;   // [atomic] Dict
  static Type* type();
};
extern Type partial_type;
Type* Partial::type() { return &partial_type; }

Result<Owned> partial_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  if (nargs < 1) return raise_type_error(t, "type 'partial' takes at least one argument");
  Value function = args[0];
  if (!is_callable(function)) return raise_type_error(t, "the first argument must be callable");
  Owned inner_function, inner_args, inner_keywords;
  if (is_exact<Partial>(function) && type == &partial_type) {
    // A partial without attributes of its own is flattened.
    Owned dict = TRY(find_attribute(t, function, NAME("__dict__")));
    if (dict.value().is_empty() || (is_dict(dict) && dict_length(*dict.value().as<Dict>()) == 0)) {
      Partial& inner = *function.as<Partial>();
      inner_function = inner.function.get();
      inner_args = inner.args.get();
      inner_keywords = inner.keywords.get();
      function = inner_function;
    }
  }
  ssize before = inner_args ? inner_args.value().as<Tuple>()->size : 0;
  Ref<Tuple> all = TRY(tuple_new(t, before + static_cast<ssize>(nargs) - 1));
  for (ssize i = 0; i < before; i++) all->items[i].init(dup(inner_args.value().as<Tuple>()->get(i)));
  for (size_t i = 1; i < nargs; i++) all->items[before + static_cast<ssize>(i) - 1].init(dup(args[i]));
  Ref<Dict> keywords = inner_keywords ? TRY(dict_copy(t, *inner_keywords.value().as<Dict>())) : TRY(dict_new(t));
  if (kwnames) {
    for (ssize i = 0; i < kwnames->size; i++) TRY(dict_set(t, *keywords, kwnames->get(i), args[nargs + static_cast<size_t>(i)]));
  }
  Ref<Partial> self = TRY(make_object<Partial>(t, type));
  self->function.init(dup(function));
  self->args.init(std::move(all));
  self->keywords.init(std::move(keywords));
  return Owned(std::move(self));
}

Result<Owned> partial_call(Thread& t, Value v, const Value* args, size_t nargs, Tuple* kwnames) {
  Partial& self = *v.as<Partial>();
  Owned function = self.function.get(), bound_args = self.args.get(), bound_keywords = self.keywords.get();
  Tuple& bound = *bound_args.value().as<Tuple>();
  Dict& keywords = *bound_keywords.value().as<Dict>();
  size_t n = static_cast<size_t>(bound.size);
  size_t given = nargs + (kwnames ? static_cast<size_t>(kwnames->size) : 0);
  if (dict_length(keywords) == 0) {
    if (n == 0) return call(t, function, args, nargs, kwnames);
    Value small[8];
    Ref<Tuple> many;
    if (n + given <= 8) {
      for (size_t i = 0; i < n; i++) small[i] = bound.get(static_cast<ssize>(i));
      for (size_t i = 0; i < given; i++) small[n + i] = args[i];
      return call(t, function, small, n + nargs, kwnames);
    }
    many = TRY(tuple_new(t, static_cast<ssize>(n + given)));
    for (size_t i = 0; i < n; i++) many->items[i].init(dup(bound.get(static_cast<ssize>(i))));
    for (size_t i = 0; i < given; i++) many->items[n + i].init(dup(args[i]));
    return call(t, function, many->values(), n + nargs, kwnames);
  }
  Ref<Tuple> positional = TRY(tuple_new(t, static_cast<ssize>(n + nargs)));
  for (size_t i = 0; i < n; i++) positional->items[i].init(dup(bound.get(static_cast<ssize>(i))));
  for (size_t i = 0; i < nargs; i++) positional->items[n + i].init(dup(args[i]));
  Ref<Dict> merged = TRY(dict_copy(t, keywords));
  if (kwnames) {
    for (ssize i = 0; i < kwnames->size; i++) TRY(dict_set(t, *merged, kwnames->get(i), args[nargs + static_cast<size_t>(i)]));
  }
  return call_with_tuple(t, function, *positional, merged.get());
}

Result<Owned> partial_get(Thread& t, Value self, Value object, Value) {
  if (!object || is_none(object)) return borrow_or_dup(self);
  TRY(warn_rpy(t, &exc_FutureWarning, 1,
               "functools.partial will be a method descriptor in future Python versions; "
               "wrap it in staticmethod() if you want to preserve the old behavior"));
  return borrow_or_dup(self);
}

Result<Owned> partial_repr(Thread& t, Value v) {
  Partial& self = *v.as<Partial>();
  ReprGuard guard(t, v);
  if (guard.recursive()) return Owned(TRY(str_from_ascii(t, "...")));
  Owned name = TRY(type_fully_qualified_name(t, type_of(v)));
  Owned function = self.function.get(), args = self.args.get(), keywords = self.keywords.get();
  StrWriter out(t);
  TRY(out.str(*name.value().as<Str>()));
  TRY(out.ascii("("));
  Owned text = TRY(object_repr(t, function));
  TRY(out.str(*text.value().as<Str>()));
  for (ssize i = 0; i < args.value().as<Tuple>()->size; i++) {
    TRY(out.ascii(", "));
    text = TRY(object_repr(t, args.value().as<Tuple>()->get(i)));
    TRY(out.str(*text.value().as<Str>()));
  }
  Owned key, value;
  for (ssize position = 0; dict_next(*keywords.value().as<Dict>(), &position, &key, &value);) {
    TRY(out.ascii(", "));
    text = TRY(object_str(t, key));
    TRY(out.str(*text.value().as<Str>()));
    TRY(out.ascii("="));
    text = TRY(object_repr(t, value));
    TRY(out.str(*text.value().as<Str>()));
  }
  TRY(out.ascii(")"));
  return Owned(TRY(out.finish()));
}

Result<Owned> partial_reduce(Thread& t, Value v) {
  Partial& self = *v.as<Partial>();
  Owned dict = TRY(get_attribute(t, v, NAME("__dict__")));
  if (is_dict(dict) && dict_length(*dict.value().as<Dict>()) == 0) dict = owned_none();
  Ref<Tuple> head = TRY(tuple_pack(t, self.function.load()));
  Ref<Tuple> state = TRY(tuple_pack(t, self.function.load(), self.args.load(), self.keywords.load(), dict));
  return Owned(TRY(tuple_pack(t, Value(type_of(v)), head, state)));
}

Result<void> partial_setstate(Thread& t, Value v, Value state) {
  Partial& self = *v.as<Partial>();
  if (!is_instance(state, &tuple_type) || state.as<Tuple>()->size != 4) return raise_type_error(t, "invalid partial state");
  Tuple& parts = *state.as<Tuple>();
  Value function = parts.get(0), args = parts.get(1), keywords = parts.get(2), dict = parts.get(3);
  if (!is_callable(function) || !is_instance(args, &tuple_type) || (!is_none(keywords) && !is_dict(keywords))) {
    return raise_type_error(t, "invalid partial state");
  }
  Owned exact_args = is_exact<Tuple>(args) ? dup(args) : Owned(TRY(tuple_from(t, args.as<Tuple>()->values(), args.as<Tuple>()->size)));
  Owned exact_keywords = is_none(keywords) ? Owned(TRY(dict_new(t))) : is_exact<Dict>(keywords) ? dup(keywords) : Owned(TRY(dict_copy(t, *keywords.as<Dict>())));
  self.function.store(&self, dup(function));
  self.args.store(&self, std::move(exact_args));
  self.keywords.store(&self, std::move(exact_keywords));
  if (!is_none(dict)) {
    TRY(set_attribute(t, v, NAME("__dict__"), dict));
  } else {
    Owned own = TRY(find_attribute(t, v, NAME("__dict__")));
    if (is_dict(own)) dict_clear(t, *own.value().as<Dict>());
  }
  return {};
}

// --- cmp_to_key ---
struct KeyWrapper : Object {
  Slot compare;  // [const]
  Slot object;   // [atomic] null: the factory
  static Type* type();
};
extern Type key_wrapper_type;
Type* KeyWrapper::type() { return &key_wrapper_type; }

Result<Owned> make_key(Thread& t, Value compare, Value object) {
  Ref<KeyWrapper> self = TRY(make_object<KeyWrapper>(t));
  self->compare.init(dup(compare));
  if (object) self->object.init(dup(object));
  return Owned(std::move(self));
}
Result<Owned> functools_cmp_to_key(Thread& t, Value mycmp) { return make_key(t, mycmp, nullptr); }
Result<Owned> key_call_in(Thread& t, KeyWrapper& self, Value object) { return make_key(t, self.compare.load(), object); }
constexpr MethodDef kKeyCall = method<&key_call_in>("K", "(obj)", nullptr);
Result<Owned> key_call(Thread& t, Value v, const Value* args, size_t nargs, Tuple* kwnames) {
  return kKeyCall.call(t, kKeyCall, v, args, nargs, kwnames);
}
Result<Owned> key_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (!is_exact<KeyWrapper>(b)) return raise_type_error(t, "other argument must be K instance");
  Owned x = a.as<KeyWrapper>()->object.get(), y = b.as<KeyWrapper>()->object.get();
  if (!x || !y) return raise_attribute_error(t, "object");
  Owned answer = TRY(call(t, a.as<KeyWrapper>()->compare.load(), x, y));
  return object_compare(t, answer, Value::small_int_unchecked(0), op);
}

constexpr MethodDef kPartialMethods[] = {method<&partial_reduce>("__reduce__", "($self, /)", nullptr),
                                         method<&partial_setstate>("__setstate__", "($self, object, /)", nullptr), TY_CLASS_GETITEM, {}};
constexpr MemberDef kPartialMembers[] = {
    {.name = "func", .offset = offsetof(Partial, function), .doc = "function object to use in future partial calls"},
    {.name = "args", .offset = offsetof(Partial, args), .doc = "tuple of arguments to future partial calls"},
    {.name = "keywords", .offset = offsetof(Partial, keywords), .doc = "dictionary of keyword arguments to future partial calls"},
    {}};
constexpr uint16_t kPartialSlots[] = {offsetof(Partial, function), offsetof(Partial, args), offsetof(Partial, keywords)};
constexpr TypeOps kPartialOps = {.repr = &partial_repr, .call = &partial_call, .descr_get = &partial_get, .create = &partial_create};
constexpr TypeDef kPartialDef = {
    .name = "functools.partial", .size = sizeof(Partial), .flags = kTypeBase | kTypeManagedDict | kTypeWeakReferable,
    .layout = {.slot_offsets = kPartialSlots, .slot_count = 3, .flags = kCollectable}, .ops = &kPartialOps, .methods = kPartialMethods,
    .getset = kAttributesGetSet, .members = kPartialMembers,
    .doc = "Create a new function with partial application of the given arguments and keywords.",
    .text_signature = "(func, /, *args, **keywords)"};
Result<Owned> key_text_signature(Thread& t, Value) { return Owned(TRY(str_from_ascii(t, "(obj)"))); }
constexpr GetSetDef kKeyGetSet[] = {getter<&key_text_signature>("__text_signature__"), {}};
constexpr MemberDef kKeyMembers[] = {
    {.name = "obj", .kind = MemberKind::kObject, .read_only = false, .offset = offsetof(KeyWrapper, object), .doc = "Value wrapped by a key function."}, {}};
constexpr uint16_t kKeySlots[] = {offsetof(KeyWrapper, compare), offsetof(KeyWrapper, object)};
constexpr TypeOps kKeyOps = {.call = &key_call, .compare = &key_compare};
constexpr TypeDef kKeyDef = {.name = "functools.KeyWrapper", .size = sizeof(KeyWrapper), .flags = kTypeDisallowInstantiation,
                             .layout = {.slot_offsets = kKeySlots, .slot_count = 2, .flags = kCollectable}, .ops = &kKeyOps, .getset = kKeyGetSet, .members = kKeyMembers};
Type partial_type, key_wrapper_type;

Result<void> functools_exec(Thread& t, Module& m) {
  TRY(add_static_type(t, m, partial_type, kPartialDef));
  TRY(ready_static_type(t, key_wrapper_type, kKeyDef));
  return add_lru_cache_type(t, m);
}

constexpr MethodDef kFunctoolsMethods[] = {
    function<&functools_reduce>("reduce", "($module, function, iterable, initial=<functools initial missing>, /)",
                                "Apply a function of two arguments cumulatively to the items of an iterable, from left to right.\n\n"
                                "This effectively reduces the iterable to a single value.  If initial is present,\n"
                                "it is placed before the items of the iterable in the calculation, and serves as\n"
                                "a default when the iterable is empty.\n\n"
                                "For example, reduce(lambda x, y: x+y, [1, 2, 3, 4, 5])\ncalculates ((((1 + 2) + 3) + 4) + 5)."),
    function<&functools_cmp_to_key>("cmp_to_key", "($module, mycmp)", "Convert a cmp= function into a key= function."),
    {}};
constexpr ModuleDef kFunctoolsModule = {.name = "_functools", .doc = "Tools that operate on functions.", .methods = kFunctoolsMethods,
                                        .exec = &functools_exec};
TY_MODULE(kFunctoolsModule)

}  // namespace
}  // namespace ty
