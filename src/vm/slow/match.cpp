// vm/slow/match.cpp: pattern matching, intrinsics. CPython: Python/ceval.c match_keys(), match_class().
#include <vector>

#include "object/type_object.h"
#include "types/container.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/set.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/interpreter.h"
#include "vm/slow/slow.h"
#include "vm/type_params.h"

namespace ty {

Result<Owned> (*g_make_type_parameter)(Thread& t, Intrinsic kind, Value a, Value b_or_null) = nullptr;

bool slow_GetLength(Thread& t, Value* R, const Value*, Ins i) {
  auto r = object_length(t, R[i.b]);
  if (!r.ok()) return false;
  put(R, i.a, Value::small_int_unchecked(r.take()));
  return true;
}
bool slow_MatchMapping(Thread&, Value* R, const Value*, Ins i) {
  put(R, i.a, bool_value(has_type_flag(type_of(R[i.b]), kTypeMapping)));
  return true;
}
bool slow_MatchSequence(Thread&, Value* R, const Value*, Ins i) {
  put(R, i.a, bool_value(has_type_flag(type_of(R[i.b]), kTypeSequence)));
  return true;
}

namespace {

/// A tuple of the values, or None.
Result<Owned> match_keys(Thread& t, Value map, Tuple& keys) {
  ssize n = keys.size;
  if (n == 0) return borrow_or_dup(g_empty_tuple);
  Owned seen = TRY(set_new(t, nullptr));
  Owned get = TRY(get_attribute(t, map, NAME("get")));
  Owned dummy = TRY(call(t, Value(&object_type)));
  Ref<Tuple> values = TRY(tuple_new(t, n));
  for (ssize k = 0; k < n; k++) {
    Owned key = keys.items[k].get();
    bool repeated = TRY(set_contains(t, seen, key));
    if (repeated) return raise_value_error(t, "mapping pattern checks duplicate key (%R)", key.value());
    TRY(set_add(t, seen, key));
    Owned value = TRY(call(t, get, key, dummy));
    if (value.value().identity() == dummy.value().identity()) return owned_none();
    values->items[k].init(std::move(value));
  }
  return Owned(std::move(values));
}

/// One attribute of a class pattern; Absent: no match.
Lookup<Owned> match_class_attribute(Thread& t, Value subject, Value type, Value name, Value seen) {
  bool repeated = TRY(set_contains(t, seen, name));
  if (repeated) return raise_type_error(t, "%s() got multiple sub-patterns for attribute %R", type_short_name(type.as<Type>()), name);
  TRY(set_add(t, seen, name));
  return find_attribute(t, subject, name);
}

Result<Owned> match_class(Thread& t, Value subject, Value type, ssize positional, Tuple& names) {
  if (!is_type(type)) return raise_type_error(t, "called match pattern must be a class");
  bool instance = TRY(object_is_instance(t, subject, type));
  if (!instance) return owned_none();
  Owned seen = TRY(set_new(t, nullptr));
  std::vector<Owned> attributes;
  if (positional > 0) {
    bool match_self = false;
    Lookup<Owned> found = find_attribute(t, type, NAME("__match_args__"));
    if (found.raised()) return Raised{};
    Owned match_args;
    if (found.found()) {
      match_args = found.take();
      if (!is_exact<Tuple>(match_args)) {
        return raise_type_error(t, "%s.__match_args__ must be a tuple (got %T)", type_short_name(type.as<Type>()), match_args.value());
      }
    } else {
      match_args = borrow_or_dup(g_empty_tuple);
      match_self = has_type_flag(type.as<Type>(), kTypeMatchSelf);
    }
    Tuple& args = *match_args.value().as<Tuple>();
    ssize allowed = match_self ? 1 : args.size;
    if (allowed < positional) {
      return raise_type_error(t, "%s() accepts %zd positional sub-pattern%s (%zd given)", type_short_name(type.as<Type>()), allowed,
                              allowed == 1 ? "" : "s", positional);
    }
    if (match_self) {
      attributes.push_back(dup(subject));
    } else {
      for (ssize k = 0; k < positional; k++) {
        Owned name = args.items[k].get();
        if (!is_str(name)) return raise_type_error(t, "__match_args__ elements must be strings (got %T)", name.value());
        Lookup<Owned> attribute = match_class_attribute(t, subject, type, name, seen);
        if (attribute.raised()) return Raised{};
        if (attribute.absent()) return owned_none();
        attributes.push_back(attribute.take());
      }
    }
  }
  for (ssize k = 0; k < names.size; k++) {
    Owned name = names.items[k].get();
    Lookup<Owned> attribute = match_class_attribute(t, subject, type, name, seen);
    if (attribute.raised()) return Raised{};
    if (attribute.absent()) return owned_none();
    attributes.push_back(attribute.take());
  }
  Ref<Tuple> result = TRY(tuple_new(t, static_cast<ssize>(attributes.size())));
  for (size_t k = 0; k < attributes.size(); k++) result->items[k].init(std::move(attributes[k]));
  return Owned(std::move(result));
}

Result<Owned> make_type_parameter(Thread& t, Intrinsic kind, Value a, Value b) {
  if (!g_make_type_parameter) {
    Owned module = TRY(import_module(t, "_typing"));  // installs the maker
    if (!g_make_type_parameter) return raise_system_error(t, "type parameters need the module _typing");
  }
  return g_make_type_parameter(t, kind, a, b);
}

}  // namespace

bool slow_MatchKeys(Thread& t, Value* R, const Value*, Ins i) {
  auto r = match_keys(t, R[i.b], *R[i.c].as<Tuple>());
  if (!r.ok()) return false;
  put(R, i.a, r.take());
  return true;
}
bool slow_MatchClass(Thread& t, Value* R, const Value*, Ins i) {
  auto r = match_class(t, R[i.b], R[i.b + 1], i.c, *R[i.b + 2].as<Tuple>());
  if (!r.ok()) return false;
  Value word = r.take().release();
  clear_register(R, i.b + 1);
  clear_register(R, i.b + 2);
  put(R, i.a, word);
  return true;
}

bool slow_Intrinsic1(Thread& t, Value* R, const Value*, Ins i) {
  auto kind = static_cast<Intrinsic>(i.c);
  if (kind == Intrinsic::kPrint) {
    Value hook = sys_get(t, "displayhook");
    if (!hook) {
      (void)raise_runtime_error(t, "lost sys.displayhook");
      return false;
    }
    Owned held = borrow_or_dup(hook);
    return finish_b(R, i, call(t, held, R[i.b]));
  }
  return finish_b(R, i, make_type_parameter(t, kind, R[i.b], nullptr));
}
bool slow_Intrinsic2(Thread& t, Value* R, const Value*, Ins i) {
  auto kind = static_cast<Intrinsic>(i.c);
  Result<Owned> r = Raised{};
  if (kind == Intrinsic::kSetFunctionTypeParams) {
    Function* f = R[i.b].as<Function>();
    f->type_params.store(f, dup(R[i.b + 1]));
    r = dup(R[i.b]);
  } else {
    r = make_type_parameter(t, kind, R[i.b], R[i.b + 1]);
  }
  if (!r.ok()) return false;
  Value word = r.take().release();
  clear_run(R, i.b, 2);
  put(R, i.a, word);
  return true;
}

}  // namespace ty
