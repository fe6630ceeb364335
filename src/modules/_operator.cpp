// _operator: the operators as functions, itemgetter, attrgetter, methodcaller.
#include <cstring>

#include "modules/static_type.h"
#include "types/bytes.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/list.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {
namespace {

#define TY_OPERATOR2(name) \
  Result<Owned> operator_##name(Thread& t, Value a, Value b) { return number_##name(t, a, b); }
#define TY_OPERATOR1(name) \
  Result<Owned> operator_##name(Thread& t, Value a) { return number_##name(t, a); }
TY_OPERATOR2(add) TY_OPERATOR2(subtract) TY_OPERATOR2(multiply) TY_OPERATOR2(floor_divide) TY_OPERATOR2(true_divide) TY_OPERATOR2(remainder)
TY_OPERATOR2(left_shift) TY_OPERATOR2(right_shift) TY_OPERATOR2(bit_and) TY_OPERATOR2(bit_xor) TY_OPERATOR2(bit_or) TY_OPERATOR2(matrix_multiply)
TY_OPERATOR2(inplace_add) TY_OPERATOR2(inplace_subtract) TY_OPERATOR2(inplace_multiply) TY_OPERATOR2(inplace_floor_divide)
TY_OPERATOR2(inplace_true_divide) TY_OPERATOR2(inplace_remainder) TY_OPERATOR2(inplace_left_shift) TY_OPERATOR2(inplace_right_shift)
TY_OPERATOR2(inplace_bit_and) TY_OPERATOR2(inplace_bit_xor) TY_OPERATOR2(inplace_bit_or) TY_OPERATOR2(inplace_matrix_multiply)
TY_OPERATOR1(negative) TY_OPERATOR1(positive) TY_OPERATOR1(absolute) TY_OPERATOR1(invert) TY_OPERATOR1(index)
Result<Owned> operator_pow(Thread& t, Value a, Value b) { return number_power(t, a, b, none()); }
Result<Owned> operator_ipow(Thread& t, Value a, Value b) { return number_inplace_power(t, a, b, none()); }

template <CompareOp op>
Result<Owned> operator_compare(Thread& t, Value a, Value b) {
  return object_compare(t, a, b, op);
}
Result<bool> operator_truth(Thread& t, Value a) { return object_is_true(t, a); }
Result<bool> operator_not(Thread& t, Value a) { return !TRY(object_is_true(t, a)); }
bool operator_is(Thread&, Value a, Value b) { return is_same(a, b); }
bool operator_is_not(Thread&, Value a, Value b) { return !is_same(a, b); }

Result<Owned> operator_concat(Thread& t, Value a, Value b) {
  if (BinaryOp concat = ops_of(a).concat) return concat(t, a, b);
  if (is_sequence(a) && is_sequence(b)) {
    if (BinaryOp add = ops_of(a).add) {
      Owned result = TRY(add(t, a, b));
      if (!is_not_implemented(result)) return result;
    }
  }
  return raise_type_error(t, "'%.200T' object can't be concatenated", a);
}
Result<Owned> operator_iconcat(Thread& t, Value a, Value b) {
  if (BinaryOp concat = ops_of(a).inplace_concat) return concat(t, a, b);
  if (BinaryOp concat = ops_of(a).concat) return concat(t, a, b);
  if (is_sequence(a) && is_sequence(b)) return number_inplace_add(t, a, b);
  return raise_type_error(t, "'%.200T' object can't be concatenated", a);
}
Result<bool> operator_contains(Thread& t, Value a, Value b) { return object_contains(t, a, b); }
Result<ssize> operator_countOf(Thread& t, Value a, Value b) {
  Owned iterator = TRY(get_iterator(t, a));
  ssize count = 0;
  while (true) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return count;
    count += TRY(object_equal(t, item, b));
  }
}
Result<ssize> operator_indexOf(Thread& t, Value a, Value b) {
  Owned iterator = TRY(get_iterator(t, a));
  for (ssize i = 0;; i++) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return raise_value_error(t, "sequence.index(x): x not in sequence");
    if (TRY(object_equal(t, item, b))) return i;
  }
}
Result<Owned> operator_getitem(Thread& t, Value a, Value b) { return get_item(t, a, b); }
Result<void> operator_setitem(Thread& t, Value a, Value b, Value c) { return set_item(t, a, b, c); }
Result<void> operator_delitem(Thread& t, Value a, Value b) { return delete_item(t, a, b); }
Result<ssize> operator_length_hint(Thread& t, Value obj, Value fallback) {
  if (!is_int(fallback)) return raise_type_error(t, "'%.200T' object cannot be interpreted as an integer", fallback);
  return object_length_hint(t, obj, TRY(number_as_ssize(t, fallback, &exc_OverflowError)));
}
Result<Owned> operator_call(Thread& t, const MethodDef&, Value, const Value* args, size_t nargs, Tuple* kwnames) {
  if (nargs < 1) return raise_type_error(t, "call expected at least 1 argument, got 0");
  return call(t, args[0], args + 1, nargs - 1, kwnames);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  // The time depends on the length of b alone.
  volatile unsigned char result = a.size() != b.size();
  const char* left = a.size() == b.size() ? a.data() : b.data();
  for (size_t i = 0; i < b.size(); i++) result = static_cast<unsigned char>(result | (left[i] ^ b[i]));
  return result == 0;
}
Result<bool> operator_compare_digest(Thread& t, Value a, Value b) {
  if (is_str(a) && is_str(b)) {
    Str& x = *a.as<Str>();
    Str& y = *b.as<Str>();
    if (!x.is_ascii() || !y.is_ascii()) return raise_type_error(t, "comparing strings with non-ASCII characters is not supported");
    return equal_in_constant_time({x.ascii(), static_cast<size_t>(x.length)}, {y.ascii(), static_cast<size_t>(y.length)});
  }
  if (!has_buffer(a) || !has_buffer(b)) {
    return raise_type_error(t, "unsupported operand types(s) or combination of types: '%.100T' and '%.100T'", a, b);
  }
  BytesLike x, y;
  TRY(x.acquire(t, a));
  TRY(y.acquire(t, b));
  return equal_in_constant_time(x.view(), y.view());
}

// --- itemgetter ---
struct ItemGetter : Object {
  Slot items;  // [const] Tuple of keys
  static Type* type();
};
struct AttrGetter : Object {
  Slot names;  // [const] Tuple; each a Str or a Tuple of Strs (dotted)
  static Type* type();
};
struct MethodCaller : Object {
  Slot name;      // [const] Str
  Slot args;      // [const] Tuple: positional, then keyword values
  Slot kwnames;   // [const] Tuple or null
  static Type* type();
};
extern Type itemgetter_type, attrgetter_type, methodcaller_type;
Type* ItemGetter::type() { return &itemgetter_type; }
Type* AttrGetter::type() { return &attrgetter_type; }
Type* MethodCaller::type() { return &methodcaller_type; }

Result<void> no_keywords(Thread& t, const char* function, Tuple* kwnames) {
  if (kwnames && kwnames->size) return raise_type_error(t, "%s() takes no keyword arguments", function);
  return {};
}

Result<Owned> itemgetter_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(no_keywords(t, "itemgetter", kwnames));
  if (nargs < 1) return raise_type_error(t, "itemgetter expected at least 1 argument, got 0");
  Ref<Tuple> items = TRY(tuple_from(t, args, static_cast<ssize>(nargs)));
  Ref<ItemGetter> self = TRY(make_object<ItemGetter>(t, type));
  self->items.init(std::move(items));
  return Owned(std::move(self));
}
Result<Owned> itemgetter_call(Thread& t, Value v, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(no_keywords(t, "itemgetter", kwnames));
  if (nargs != 1) return raise_type_error(t, "itemgetter expected 1 argument, got %zu", nargs);
  Tuple& items = *v.as<ItemGetter>()->items.load_as<Tuple>();
  if (items.size == 1) {
    Value key = items.get(0);
    if (is_exact<Tuple>(args[0]) && key.is_small_int()) {
      Tuple& tuple = *args[0].as<Tuple>();
      int64_t i = key.small_int();
      if (static_cast<uint64_t>(i) < static_cast<uint64_t>(tuple.size)) return tuple.items[i].get();
    }
    return get_item(t, args[0], key);
  }
  Ref<Tuple> result = TRY(tuple_new(t, items.size));
  for (ssize i = 0; i < items.size; i++) result->items[i].init(TRY(get_item(t, args[0], items.get(i))));
  return Owned(std::move(result));
}
/// "module.name" of the type, as %s of CPython's repr.
Result<Owned> repr_call(Thread& t, Value v, Tuple& args, const char* name) {
  StrWriter out(t);
  TRY(out.ascii(name));
  TRY(out.ascii("("));
  for (ssize i = 0; i < args.size; i++) {
    if (i) TRY(out.ascii(", "));
    Owned text = TRY(object_repr(t, args.get(i)));
    TRY(out.str(*text.value().as<Str>()));
  }
  TRY(out.ascii(")"));
  return Owned(TRY(out.finish()));
}
Result<Owned> itemgetter_repr(Thread& t, Value v) {
  ReprGuard guard(t, v);
  if (guard.recursive()) return Owned(TRY(str_from_format(t, "%T(...)", v)));
  return repr_call(t, v, *v.as<ItemGetter>()->items.load_as<Tuple>(), type_of(v)->name);
}
Result<Owned> itemgetter_reduce(Thread& t, ItemGetter& self) {
  return Owned(TRY(tuple_pack(t, Value(static_cast<Object&>(self).type_), self.items.load())));
}

// --- attrgetter ---
Result<Owned> attrgetter_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(no_keywords(t, "attrgetter", kwnames));
  if (nargs < 1) return raise_type_error(t, "attrgetter expected at least 1 argument, got 0");
  Ref<Tuple> names = TRY(tuple_new(t, static_cast<ssize>(nargs)));
  for (size_t i = 0; i < nargs; i++) {
    if (!is_str(args[i])) return raise_type_error(t, "attribute name must be a string");
    Str& name = *args[i].as<Str>();
    if (str_find_char(name, '.', 0, name.length) < 0) {
      names->items[i].init(Owned::steal(Value::uncounted(TRY(str_intern(t, args[i])).object())));
      continue;
    }
    Ref<List> parts = TRY(list_new(t));
    ssize start = 0;
    while (true) {
      ssize dot = str_find_char(name, '.', start, name.length);
      Ref<Str> part = TRY(str_substring(t, name, start, dot < 0 ? name.length : dot));
      TRY(list_push(t, *parts, TRY(str_intern(t, part))));
      if (dot < 0) break;
      start = dot + 1;
    }
    names->items[i].init(Owned(TRY(list_to_tuple(t, *parts))));
  }
  Ref<AttrGetter> self = TRY(make_object<AttrGetter>(t, type));
  self->names.init(std::move(names));
  return Owned(std::move(self));
}
Result<Owned> get_dotted(Thread& t, Value object, Value name) {
  if (!is_exact<Tuple>(name)) return get_attribute(t, object, name);
  Tuple& parts = *name.as<Tuple>();
  Owned current = TRY(get_attribute(t, object, parts.get(0)));
  for (ssize i = 1; i < parts.size; i++) current = TRY(get_attribute(t, current, parts.get(i)));
  return current;
}
Result<Owned> attrgetter_call(Thread& t, Value v, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(no_keywords(t, "attrgetter", kwnames));
  if (nargs != 1) return raise_type_error(t, "attrgetter expected 1 argument, got %zu", nargs);
  Tuple& names = *v.as<AttrGetter>()->names.load_as<Tuple>();
  if (names.size == 1) return get_dotted(t, args[0], names.get(0));
  Ref<Tuple> result = TRY(tuple_new(t, names.size));
  for (ssize i = 0; i < names.size; i++) result->items[i].init(TRY(get_dotted(t, args[0], names.get(i))));
  return Owned(std::move(result));
}
/// The names as they were given.
Result<Ref<Tuple>> attrgetter_arguments(Thread& t, AttrGetter& self) {
  Tuple& names = *self.names.load_as<Tuple>();
  Ref<Tuple> result = TRY(tuple_new(t, names.size));
  Ref<Str> dot = TRY(str_from_ascii(t, "."));
  for (ssize i = 0; i < names.size; i++) {
    Value name = names.get(i);
    if (is_exact<Tuple>(name)) {
      result->items[i].init(Owned(TRY(str_join(t, *dot, name.as<Tuple>()->values(), name.as<Tuple>()->size))));
    } else {
      result->items[i].init(dup(name));
    }
  }
  return result;
}
Result<Owned> attrgetter_repr(Thread& t, Value v) {
  Ref<Tuple> arguments = TRY(attrgetter_arguments(t, *v.as<AttrGetter>()));
  return repr_call(t, v, *arguments, type_of(v)->name);
}
Result<Owned> attrgetter_reduce(Thread& t, AttrGetter& self) {
  Ref<Tuple> arguments = TRY(attrgetter_arguments(t, self));
  return Owned(TRY(tuple_pack(t, Value(static_cast<Object&>(self).type_), arguments)));
}

// --- methodcaller ---
Result<Owned> methodcaller_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  if (nargs < 1) return raise_type_error(t, "methodcaller needs at least one argument, the method name");
  if (!is_str(args[0])) return raise_type_error(t, "method name must be a string");
  Value name = TRY(str_intern(t, args[0]));
  size_t keywords = kwnames ? static_cast<size_t>(kwnames->size) : 0;
  Ref<Tuple> values = TRY(tuple_from(t, args + 1, static_cast<ssize>(nargs - 1 + keywords)));
  Ref<MethodCaller> self = TRY(make_object<MethodCaller>(t, type));
  self->name.init(dup(name));
  self->args.init(std::move(values));
  if (keywords) self->kwnames.init(dup(Value(kwnames)));
  return Owned(std::move(self));
}
Result<Owned> methodcaller_call(Thread& t, Value v, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(no_keywords(t, "methodcaller", kwnames));
  if (nargs != 1) return raise_type_error(t, "methodcaller expected 1 argument, got %zu", nargs);
  MethodCaller& self = *v.as<MethodCaller>();
  Tuple& values = *self.args.load_as<Tuple>();
  Tuple* names = self.kwnames.is_null() ? nullptr : self.kwnames.load_as<Tuple>();
  return call_method(t, args[0], self.name.load(), values.values(), static_cast<size_t>(values.size - (names ? names->size : 0)), names);
}
Result<Owned> methodcaller_repr(Thread& t, Value v) {
  ReprGuard guard(t, v);
  if (guard.recursive()) return Owned(TRY(str_from_format(t, "%T(...)", v)));
  MethodCaller& self = *v.as<MethodCaller>();
  Tuple& values = *self.args.load_as<Tuple>();
  Tuple* names = self.kwnames.is_null() ? nullptr : self.kwnames.load_as<Tuple>();
  ssize positional = values.size - (names ? names->size : 0);
  StrWriter out(t);
  TRY(out.ascii(type_of(v)->name));
  TRY(out.ascii("("));
  Owned text = TRY(object_repr(t, self.name.load()));
  TRY(out.str(*text.value().as<Str>()));
  for (ssize i = 0; i < values.size; i++) {
    TRY(out.ascii(", "));
    if (i >= positional) {
      TRY(out.str(*names->get(i - positional).as<Str>()));
      TRY(out.ascii("="));
    }
    text = TRY(object_repr(t, values.get(i)));
    TRY(out.str(*text.value().as<Str>()));
  }
  TRY(out.ascii(")"));
  return Owned(TRY(out.finish()));
}
Result<Owned> methodcaller_reduce(Thread& t, MethodCaller& self) {
  Tuple& values = *self.args.load_as<Tuple>();
  Tuple* names = self.kwnames.is_null() ? nullptr : self.kwnames.load_as<Tuple>();
  ssize positional = values.size - (names ? names->size : 0);
  Value type(static_cast<Object&>(self).type_);
  Ref<Tuple> plain = TRY(tuple_new(t, positional + 1));
  plain->items[0].init(dup(self.name.load()));
  for (ssize i = 0; i < positional; i++) plain->items[i + 1].init(dup(values.get(i)));
  if (!names) return Owned(TRY(tuple_pack(t, type, plain)));
  Owned partial = TRY(import_attribute(t, "functools", "partial"));
  Ref<Dict> keywords = TRY(dict_new(t));
  for (ssize i = 0; i < names->size; i++) TRY(dict_set(t, *keywords, names->get(i), values.get(positional + i)));
  Ref<Tuple> head = TRY(tuple_pack(t, type, self.name.load()));
  Owned constructor = TRY(call_with_tuple(t, partial, *head, keywords.get()));
  Ref<Tuple> rest = TRY(tuple_slice(t, values, 0, positional));
  return Owned(TRY(tuple_pack(t, constructor, rest)));
}

/// inspect.signature() of an instance.
Result<Owned> getter_text_signature(Thread& t, Value) { return Owned(TRY(str_from_ascii(t, "(obj, /)"))); }
constexpr GetSetDef kGetterGetSet[] = {getter<&getter_text_signature>("__text_signature__"), {}};

constexpr const char* kReduceDoc = "Return state information for pickling";
constexpr MethodDef kItemGetterMethods[] = {method<&itemgetter_reduce>("__reduce__", "($self, /)", kReduceDoc), {}};
constexpr MethodDef kAttrGetterMethods[] = {method<&attrgetter_reduce>("__reduce__", "($self, /)", kReduceDoc), {}};
constexpr MethodDef kMethodCallerMethods[] = {method<&methodcaller_reduce>("__reduce__", "($self, /)", kReduceDoc), {}};
constexpr uint16_t kItemGetterSlots[] = {offsetof(ItemGetter, items)};
constexpr uint16_t kMethodCallerSlots[] = {offsetof(MethodCaller, name), offsetof(MethodCaller, args), offsetof(MethodCaller, kwnames)};
constexpr TypeOps kItemGetterOps = {.repr = &itemgetter_repr, .call = &itemgetter_call, .create = &itemgetter_create};
constexpr TypeOps kAttrGetterOps = {.repr = &attrgetter_repr, .call = &attrgetter_call, .create = &attrgetter_create};
constexpr TypeOps kMethodCallerOps = {.repr = &methodcaller_repr, .call = &methodcaller_call, .create = &methodcaller_create};
constexpr TypeDef kItemGetterDef = {
    .name = "operator.itemgetter", .size = sizeof(ItemGetter),
    .layout = {.slot_offsets = kItemGetterSlots, .slot_count = 1, .flags = kCollectable}, .ops = &kItemGetterOps, .methods = kItemGetterMethods, .getset = kGetterGetSet,
    .doc = "Return a callable object that fetches the given item(s) from its operand.\n"
           "After f = itemgetter(2), the call f(r) returns r[2].\n"
           "After g = itemgetter(2, 5, 3), the call g(r) returns (r[2], r[5], r[3])",
    .text_signature = "(item, /, *items)"};
constexpr TypeDef kAttrGetterDef = {
    .name = "operator.attrgetter", .size = sizeof(AttrGetter),
    .layout = {.slot_offsets = kItemGetterSlots, .slot_count = 1, .flags = kCollectable}, .ops = &kAttrGetterOps, .methods = kAttrGetterMethods, .getset = kGetterGetSet,
    .doc = "Return a callable object that fetches the given attribute(s) from its operand.\n"
           "After f = attrgetter('name'), the call f(r) returns r.name.\n"
           "After g = attrgetter('name', 'date'), the call g(r) returns (r.name, r.date).\n"
           "After h = attrgetter('name.first', 'name.last'), the call h(r) returns\n(r.name.first, r.name.last).",
    .text_signature = "(attr, /, *attrs)"};
constexpr TypeDef kMethodCallerDef = {
    .name = "operator.methodcaller", .size = sizeof(MethodCaller),
    .layout = {.slot_offsets = kMethodCallerSlots, .slot_count = 3, .flags = kCollectable}, .ops = &kMethodCallerOps,
    .methods = kMethodCallerMethods, .getset = kGetterGetSet,
    .doc = "Return a callable object that calls the given method on its operand.\n"
           "After f = methodcaller('name'), the call f(r) returns r.name().\n"
           "After g = methodcaller('name', 'date', foo=1), the call g(r) returns\nr.name('date', foo=1).",
    .text_signature = "(name, /, *args, **kwargs)"};
Type itemgetter_type, attrgetter_type, methodcaller_type;

Result<void> operator_exec(Thread& t, Module& m) {
  TRY(add_static_type(t, m, itemgetter_type, kItemGetterDef));
  TRY(add_static_type(t, m, attrgetter_type, kAttrGetterDef));
  return add_static_type(t, m, methodcaller_type, kMethodCallerDef);
}

#define F2(name, f, doc) function<&f>(name, "($module, a, b, /)", doc)
#define F1(name, f, doc) function<&f>(name, "($module, a, /)", doc)
constexpr MethodDef kOperatorMethods[] = {
    F1("truth", operator_truth, "Return True if a is true, False otherwise."),
    F2("contains", operator_contains, "Same as b in a (note reversed operands)."),
    F2("indexOf", operator_indexOf, "Return the first index of b in a."),
    F2("countOf", operator_countOf, "Return the number of items in a which are, or which equal, b."),
    F2("is_", operator_is, "Same as a is b."),
    F2("is_not", operator_is_not, "Same as a is not b."),
    F2("add", operator_add, "Same as a + b."),
    F2("sub", operator_subtract, "Same as a - b."),
    F2("mul", operator_multiply, "Same as a * b."),
    F2("matmul", operator_matrix_multiply, "Same as a @ b."),
    F2("floordiv", operator_floor_divide, "Same as a // b."),
    F2("truediv", operator_true_divide, "Same as a / b."),
    F2("mod", operator_remainder, "Same as a % b."),
    F1("neg", operator_negative, "Same as -a."),
    F1("pos", operator_positive, "Same as +a."),
    F1("abs", operator_absolute, "Same as abs(a)."),
    F1("inv", operator_invert, "Same as ~a."),
    F1("invert", operator_invert, "Same as ~a."),
    F2("lshift", operator_left_shift, "Same as a << b."),
    F2("rshift", operator_right_shift, "Same as a >> b."),
    F1("not_", operator_not, "Same as not a."),
    F2("and_", operator_bit_and, "Same as a & b."),
    F2("xor", operator_bit_xor, "Same as a ^ b."),
    F2("or_", operator_bit_or, "Same as a | b."),
    F2("iadd", operator_inplace_add, "Same as a += b."),
    F2("isub", operator_inplace_subtract, "Same as a -= b."),
    F2("imul", operator_inplace_multiply, "Same as a *= b."),
    F2("imatmul", operator_inplace_matrix_multiply, "Same as a @= b."),
    F2("ifloordiv", operator_inplace_floor_divide, "Same as a //= b."),
    F2("itruediv", operator_inplace_true_divide, "Same as a /= b."),
    F2("imod", operator_inplace_remainder, "Same as a %= b."),
    F2("ilshift", operator_inplace_left_shift, "Same as a <<= b."),
    F2("irshift", operator_inplace_right_shift, "Same as a >>= b."),
    F2("iand", operator_inplace_bit_and, "Same as a &= b."),
    F2("ixor", operator_inplace_bit_xor, "Same as a ^= b."),
    F2("ior", operator_inplace_bit_or, "Same as a |= b."),
    F2("concat", operator_concat, "Same as a + b, for a and b sequences."),
    F2("iconcat", operator_iconcat, "Same as a += b, for a and b sequences."),
    F2("getitem", operator_getitem, "Same as a[b]."),
    function<&operator_setitem>("setitem", "($module, a, b, c, /)", "Same as a[b] = c."),
    F2("delitem", operator_delitem, "Same as del a[b]."),
    F2("pow", operator_pow, "Same as a ** b."),
    F2("ipow", operator_ipow, "Same as a **= b."),
    F2("eq", operator_compare<CompareOp::kEq>, "Same as a == b."),
    F2("lt", operator_compare<CompareOp::kLt>, "Same as a < b."),
    F2("le", operator_compare<CompareOp::kLe>, "Same as a <= b."),
    F2("ge", operator_compare<CompareOp::kGe>, "Same as a >= b."),
    F2("gt", operator_compare<CompareOp::kGt>, "Same as a > b."),
    F2("ne", operator_compare<CompareOp::kNe>, "Same as a != b."),
    F1("index", operator_index, "Same as a.__index__()"),
    function<&operator_length_hint>("length_hint", "($module, obj, default=0, /)",
                                    "Return an estimate of the number of items in obj.\n\nThis is useful for presizing containers when building from an iterable.\n\n"
                                    "If the object supports len(), the result will be exact.\nOtherwise, it may over- or under-estimate by an arbitrary amount.\n"
                                    "The result will be an integer >= 0."),
    F2("_compare_digest", operator_compare_digest,
       "Return 'a == b'.\n\nThis function uses an approach designed to prevent\ntiming analysis, making it appropriate for cryptography."),
    MethodDef{.name = "call", .doc = "Same as obj(*args, **kwargs).", .call = &operator_call, .text_signature = "($module, obj, /, *args, **kwargs)",
              .kind = MethodKind::kFunction},
    {}};
constexpr ModuleDef kOperatorModule = {
    .name = "_operator",
    .doc = "Operator interface.\n\nThis module exports a set of functions implemented in C corresponding\n"
           "to the intrinsic operators of Python.  For example, operator.add(x, y)\nis equivalent to the expression x+y.",
    .methods = kOperatorMethods, .exec = &operator_exec};
TY_MODULE(kOperatorModule)

}  // namespace
}  // namespace ty
