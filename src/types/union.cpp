// types.UnionType. CPython: Objects/unionobject.c
#include <cstring>

#include "object/binding.h"
#include "object/type_object.h"
#include "types/container.h"
#include "types/generic_alias.h"
#include "types/list.h"
#include "types/set.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {
namespace {

Result<Owned> make_union(Thread& t, Value args) {
  Ref<Union> self = TRY(make_object<Union>(t));
  self->args.init(dup(args));
  return Owned(std::move(self));
}

bool is_unionable(Value v) {
  return is_none(v) || is_type(v) || is_instance(v, &generic_alias_type) || is_exact<Union>(v) ||
         strcmp(type_of(v)->name, "typing.TypeAliasType") == 0;
}

/// Appends the members of `v` that are not there yet.
Result<bool> add_members(Thread& t, List& members, Value v) {
  Value none_class(type_of(none()));
  bool is_union = is_exact<Union>(v);
  Tuple* many = is_union ? v.as<Union>()->args.load_as<Tuple>() : nullptr;
  ssize n = many ? many->size : 1;
  bool added = false;
  for (ssize i = 0; i < n; i++) {
    Value member = many ? many->get(i) : is_none(v) ? none_class : v;
    bool duplicate = false;
    for (ssize k = 0; k < members.size && !duplicate; k++) {
      Value present = members.items.load()[k].load();
      duplicate = present.identity() == member.identity();
      if (!duplicate && is_instance(present, &generic_alias_type) && is_instance(member, &generic_alias_type)) {
        duplicate = TRY(object_equal(t, present, member));
      }
    }
    if (duplicate) continue;
    TRY(list_push(t, members, member));
    added = true;
  }
  return added;
}

Result<Owned> union_repr(Thread& t, Value v) {
  Tuple& args = *v.as<Union>()->args.load_as<Tuple>();
  StrWriter out(t);
  for (ssize i = 0; i < args.size; i++) {
    if (i) TRY(out.ascii(" | "));
    if (args.get(i).identity() == Value(type_of(none())).identity()) {
      TRY(out.ascii("None"));
    } else {
      TRY(write_type_argument(t, out, args.get(i)));
    }
  }
  return Owned(TRY(out.finish()));
}
Result<ssize> union_hash(Thread& t, Value v) {
  Owned set = TRY(frozenset_new(t, v.as<Union>()->args.load()));
  return object_hash(t, set);
}
Result<Owned> union_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (!is_exact<Union>(a) || !is_exact<Union>(b) || (op != CompareOp::kEq && op != CompareOp::kNe)) return Owned::steal(not_implemented());
  Owned x = TRY(set_new(t, a.as<Union>()->args.load()));
  Owned y = TRY(set_new(t, b.as<Union>()->args.load()));
  return object_compare(t, x, y, op);
}
Result<Owned> union_parameters(Thread& t, Union& self) {
  if (self.parameters.is_null()) self.parameters.store(&self, TRY(make_type_parameters(t, *self.args.load_as<Tuple>())));
  return self.parameters.get();
}
Result<Owned> union_getitem(Thread& t, Value v, Value item) {
  Union& self = *v.as<Union>();
  Owned parameters = TRY(union_parameters(t, self));
  Owned args = TRY(substitute_parameters(t, v, *self.args.load_as<Tuple>(), *parameters.value().as<Tuple>(), item));
  Tuple& parts = *args.value().as<Tuple>();
  if (parts.size == 0) return make_union(t, args);
  Owned result = dup(parts.get(0));
  for (ssize i = 1; i < parts.size; i++) result = TRY(number_bit_or(t, result, parts.get(i)));
  return result;
}
Result<Owned> union_getattr(Thread& t, Value v, Value name) {
  if (is_str(name) && str_equal_ascii(*name.as<Str>(), "__module__")) return get_attribute(t, Value(type_of(v)), name);
  return object_generic_getattr(t, v, name);
}
/// isinstance(x, int | str) and issubclass: any member will do.
Result<bool> check_members(Thread& t, Union& self, Value x, bool instance) {
  Tuple& args = *self.args.load_as<Tuple>();
  for (ssize i = 0; i < args.size; i++) {
    if (is_instance(args.get(i), &generic_alias_type)) {
      return raise_type_error(t, "%s() argument 2 cannot be a parameterized generic", instance ? "isinstance" : "issubclass");
    }
    if (instance ? TRY(object_is_instance(t, x, args.get(i))) : TRY(object_is_subclass(t, x, args.get(i)))) return true;
  }
  return false;
}
Result<bool> union_instancecheck(Thread& t, Union& self, Value instance) { return check_members(t, self, instance, true); }
Result<bool> union_subclasscheck(Thread& t, Union& self, Value cls) {
  if (!is_type(cls)) return raise_type_error(t, "issubclass() arg 1 must be a class");
  return check_members(t, self, cls, false);
}
constexpr MethodDef kUnionMethods[] = {method<&union_instancecheck>("__instancecheck__", "($self, instance, /)", nullptr),
                                       method<&union_subclasscheck>("__subclasscheck__", "($self, cls, /)", nullptr),
                                       {}};
constexpr GetSetDef kUnionGetSet[] = {getter<&union_parameters>("__parameters__", "Type variables in the types.UnionType."), {}};
constexpr MemberDef kUnionMembers[] = {{.name = "__args__", .offset = offsetof(Union, args)}, {}};
constexpr uint16_t kUnionSlots[] = {offsetof(Union, args), offsetof(Union, parameters)};
constexpr TypeOps kUnionOps = {.repr = &union_repr, .hash = &union_hash, .getattr = &union_getattr, .compare = &union_compare, .bit_or = &union_or,
                               .subscript = &union_getitem};

}  // namespace

Result<Owned> union_or(Thread& t, Value a, Value b) {
  if (!is_unionable(a) || !is_unionable(b)) return Owned::steal(not_implemented());
  Ref<List> members = TRY(list_new(t));
  TRY(add_members(t, *members, a));
  if (!TRY(add_members(t, *members, b))) return borrow_or_dup(is_none(a) ? Value(type_of(none())) : a);
  Ref<Tuple> args = TRY(list_to_tuple(t, *members));
  return make_union(t, args);
}

extern constexpr TypeDef kUnionDef = {.name = "types.UnionType", .size = sizeof(Union), .flags = 0,
                                      .layout = {.slot_offsets = kUnionSlots, .slot_count = 2, .flags = kCollectable}, .ops = &kUnionOps,
                                      .methods = kUnionMethods, .getset = kUnionGetSet, .members = kUnionMembers,
                                      .doc = "Represent a PEP 604 union type\n\nE.g. for int | str"};
Type union_type;

}  // namespace ty
