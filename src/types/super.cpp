// super.
#include "bytecode/frame_layout.h"
#include "mem/heap.h"
#include "object/type_object.h"
#include "types/code.h"
#include "types/descriptors.h"
#include "types/dict.h"
#include "types/function.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

struct Super : Object {  // [const]
  Slot type;         // __thisclass__
  Slot object;       // __self__ or null
  Slot object_type;  // __self_class__ or null
};
static_assert(sizeof(Super) == 56);

/// The class whose MRO is searched: `object` itself if it is a subclass of `type`, else its class.
Result<Owned> check(Thread& t, Type* type, Value object) {
  if (is_type(object) && is_subtype(object.as<Type>(), type)) return dup(object);
  if (is_subtype(type_of(object), type)) return dup(Value(type_of(object)));
  Owned cls = TRY(find_attribute(t, object, NAME("__class__")));
  if (!cls.value().is_empty() && is_type(cls) && cls.value().object() != type_of(object) && is_subtype(cls.value().as<Type>(), type)) return cls;
  const char* kind = is_type(object) ? "type" : "instance of";
  const char* name = is_type(object) ? object.as<Type>()->name : type_of(object)->name;
  return raise_type_error(t, "super(type, obj): obj (%s %.200s) is not an instance or subtype of type (%.200s).", kind, name, type->name);
}

/// super() without arguments: __class__ and the first argument of the running function.
Result<void> from_frame(Thread& t, Owned* type, Owned* object) {
  Value* R = t.base;
  if (!R || !is_exact<Function>(R[kFrameFunction])) return raise_runtime_error(t, "super(): no current frame");
  auto* function = R[kFrameFunction].as<Function>();
  auto* code = raw_pointer<Code>(R[kFrameCode]);
  if (code->argument_count == 0) return raise_runtime_error(t, "super(): no arguments");
  Value first = R[0];
  if (!first.is_null() && !first.is_empty() && is_exact<Cell>(first)) {
    auto* kinds = code->local_plus_kinds.load().object();
    if (kinds && (reinterpret_cast<const unsigned char*>(kinds)[48] & 0x40)) *object = first.as<Cell>()->content.get();
    else *object = dup(first);
  } else if (!first.is_null() && !first.is_empty()) {
    *object = dup(first);
  }
  if (!*object) return raise_runtime_error(t, "super(): arg[0] deleted");
  auto* names = code->local_plus_names.load_as<Tuple>();
  ssize start = names->size - code->free_count;
  for (ssize i = start; i < names->size; i++) {
    if (names->get(i).identity() != NAME("__class__").identity() && !str_equal_ascii(*names->get(i).as<Str>(), "__class__")) continue;
    Value cell = function->closure.load_as<Tuple>()->get(i - start);
    if (!is_exact<Cell>(cell)) return raise_runtime_error(t, "super(): bad __class__ cell");
    *type = cell.as<Cell>()->content.get();
    if (!*type) return raise_runtime_error(t, "super(): empty __class__ cell");
    if (!is_type(*type)) return raise_runtime_error(t, "super(): __class__ is not a type (%T)", type->value());
    return {};
  }
  return raise_runtime_error(t, "super(): __class__ cell not found");
}

Result<Owned> super_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  Object* o = allocate_object(t, type, static_cast<size_t>(type->basicsize));
  if (!o) return raise_memory_error(t);
  return Owned::steal(Value(o));
}
Result<void> super_init(Thread& t, Value self_value, const Value* args, size_t nargs, Tuple* kwnames) {
  auto* self = self_value.as<Super>();
  if (kwnames && kwnames->size) return raise_type_error(t, "super() takes no keyword arguments");
  if (nargs > 2) return raise_type_error(t, "super() expected at most 2 arguments, got %zu", nargs);
  Owned type, object;
  if (nargs == 0) {
    TRY(from_frame(t, &type, &object));
  } else {
    if (!is_type(args[0])) return raise_type_error(t, "super() argument 1 must be a type, not %.200T", args[0]);
    type = dup(args[0]);
    if (nargs == 2 && !is_none(args[1])) object = dup(args[1]);
  }
  Owned object_type;
  if (object) object_type = TRY(check(t, type.value().as<Type>(), object));
  self->type.store(self, std::move(type));
  self->object.store(self, std::move(object));
  self->object_type.store(self, std::move(object_type));
  return {};
}

Lookup<Owned> find_after(Thread& t, Type* start, Type* after, Value object, Value name) {
  Tuple* mro = type_mro(start);
  if (!mro) return Absent{};
  Owned keep = dup(Value(mro));
  ssize n = mro->size, i = 0;
  while (i < n && mro->get(i).object() != after) i++;
  for (i++; i < n; i++) {
    Owned found = TRY(dict_get_name(t, *type_dict(mro->get(i).as<Type>()), name));
    if (found.value().is_empty()) continue;
    DescrGetOp get = ops_of(found).descr_get;
    if (!get) return found;
    return TRY(get(t, found, object.object() == start && is_type(object) ? Value() : object, Value(start)));
  }
  return Absent{};
}

Result<Owned> super_getattr(Thread& t, Value self_value, Value name) {
  auto* self = self_value.as<Super>();
  Owned object_type = self->object_type.get();
  if (object_type && is_str(name) && !str_equal_ascii(*name.as<Str>(), "__class__")) {
    Owned type = self->type.get(), object = self->object.get();
    Owned found = TRY(find_after(t, object_type.value().as<Type>(), type.value().as<Type>(), object, name));
    if (!found.value().is_empty()) return found;
  }
  return object_generic_getattr(t, self_value, name);
}
Result<Owned> super_get(Thread& t, Value self_value, Value object, Value type) {
  auto* self = self_value.as<Super>();
  if (!object || is_none(object) || !self->object.is_null()) return borrow_or_dup(self_value);
  Owned own = self->type.get();
  if (type_of(self_value) != &super_type) return call(t, Value(type_of(self_value)), own, object);
  Owned object_type = TRY(check(t, own.value().as<Type>(), object));
  Owned fresh = TRY(super_create(t, &super_type, nullptr, 0, nullptr));
  auto* s = fresh.value().as<Super>();
  s->type.store(s, std::move(own));
  s->object.store(s, dup(object));
  s->object_type.store(s, std::move(object_type));
  return fresh;
}
Result<Owned> super_repr(Thread& t, Value self_value) {
  auto* self = self_value.as<Super>();
  Value type = self->type.load(), object_type = self->object_type.load();
  const char* name = type ? type.as<Type>()->name : "NULL";
  if (object_type) return TRY(str_from_format(t, "<super: <class '%s'>, <%s object>>", name, object_type.as<Type>()->name));
  return TRY(str_from_format(t, "<super: <class '%s'>, NULL>", name));
}

constexpr MemberDef kMembers[] = {{"__thisclass__", MemberKind::kObject, true, offsetof(Super, type), "the class invoking super()"},
                                  {"__self__", MemberKind::kObject, true, offsetof(Super, object), "the instance invoking super(); may be None"},
                                  {"__self_class__", MemberKind::kObject, true, offsetof(Super, object_type),
                                   "the type of the instance invoking super(); may be None"}, {}};
constexpr uint16_t kSlots[] = {offsetof(Super, type), offsetof(Super, object), offsetof(Super, object_type)};
constexpr TypeOps kOps = {.repr = super_repr, .getattr = super_getattr, .descr_get = super_get, .init = super_init, .create = super_create};

}  // namespace

constexpr TypeDef kSuperDef = {.name = "super", .size = sizeof(Super),
    .layout = {.slot_offsets = kSlots, .slot_count = 3, .flags = kCollectable}, .ops = &kOps, .members = kMembers,
    .doc = "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\n"
           "super(type, obj) -> bound super object; requires isinstance(obj, type)\n"
           "super(type, type2) -> bound super object; requires issubclass(type2, type)\nTypical use to call a cooperative superclass method:\n"
           "class C(B):\n    def meth(self, arg):\n        super().meth(arg)\nThis works for class methods too:\nclass C(B):\n    @classmethod\n"
           "    def cmeth(cls, arg):\n        super().cmeth(arg)\n"};
Type super_type;

}  // namespace ty
