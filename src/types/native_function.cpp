// builtin_function_or_method and bound methods.
#include "base/hash.h"
#include "mem/heap.h"
#include "object/type_object.h"
#include "types/dict.h"
#include "types/function.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Result<Owned> native_function_new(Thread& t, const MethodDef& def, Value self, Value module) {
  Object* o = allocate_object(t, &native_function_type, sizeof(NativeFunction));
  if (!o) return raise_memory_error(t);
  auto f = Ref<NativeFunction>::steal(static_cast<NativeFunction*>(o));
  f->def = &def;
  f->self.init(dup(self));
  f->module.init(dup(module));
  return Owned(std::move(f));
}

Result<Owned> bound_method_new(Thread& t, Value function, Value self) {
  Object* o = allocate_object(t, &method_type, sizeof(BoundMethod));
  if (!o) return raise_memory_error(t);
  auto m = Ref<BoundMethod>::steal(static_cast<BoundMethod*>(o));
  m->function.init(dup(function));
  m->self.init(dup(self));
  return Owned(std::move(m));
}

namespace {

Result<Owned> native_call(Thread& t, Value callable, const Value* args, size_t nargs, Tuple* kwnames) {
  auto* f = callable.as<NativeFunction>();
  Value self = f->self.load();
  return f->def->call(t, *f->def, self, args, nargs, kwnames);
}
bool shows_module(NativeFunction& f) {
  Value self = f.self.load();
  return !self || is_instance(self, &module_type);
}
Result<Owned> native_repr(Thread& t, Value self) {
  auto& f = *self.as<NativeFunction>();
  if (shows_module(f)) return TRY(str_from_format(t, "<built-in function %s>", f.def->name));
  Value receiver = f.self.load();
  return TRY(str_from_format(t, "<built-in method %s of %T object at %p>", f.def->name, receiver, reinterpret_cast<void*>(receiver.identity())));
}
Result<Owned> native_compare(Thread& t, Value a, Value b, CompareOp op) {
  if ((op != CompareOp::kEq && op != CompareOp::kNe) || !is_exact<NativeFunction>(a) || !is_exact<NativeFunction>(b)) {
    return Owned::steal(not_implemented());
  }
  auto &x = *a.as<NativeFunction>(), &y = *b.as<NativeFunction>();
  Value p = x.self.load(), q = y.self.load();
  bool same = x.def == y.def && (p == q || (p && q && is_same(p, q)));
  return owned_bool(same == (op == CompareOp::kEq));
}
Result<ssize> native_hash(Thread& t, Value self) {
  auto& f = *self.as<NativeFunction>();
  Value receiver = f.self.load();
  int64_t h = hash_pointer(f.def) ^ (receiver ? hash_pointer(reinterpret_cast<void*>(receiver.identity())) : 0);
  return h == -1 ? -2 : h;
}
Result<Owned> text(Thread& t, const char* s) {
  if (!s) return owned_none();
  return TRY(str_from_utf8(t, s));
}
Result<Owned> native_name(Thread& t, NativeFunction& f) { return TRY(str_from_utf8(t, f.def->name)); }
Result<Owned> native_qualname(Thread& t, NativeFunction& f) {
  Value self = f.self.load();
  if (shows_module(f)) return TRY(str_from_utf8(t, f.def->name));
  Type* owner = is_type(self) ? self.as<Type>() : type_of(self);
  Owned qualname = TRY(type_qualname(t, owner));
  return TRY(str_from_format(t, "%S.%s", qualname.value(), f.def->name));
}
Result<Owned> native_doc(Thread& t, NativeFunction& f) { return text(t, f.def->doc); }
Result<Owned> native_signature(Thread& t, NativeFunction& f) { return text(t, f.def->text_signature); }
Owned native_self(Thread& t, NativeFunction& f) {
  Owned self = f.self.get();
  return self ? std::move(self) : owned_none();
}
Result<Owned> native_reduce(Thread& t, NativeFunction& f) {
  if (shows_module(f)) return TRY(str_from_utf8(t, f.def->name));
  Owned getattr = TRY(import_attribute(t, "builtins", "getattr"));
  Ref<Str> name = TRY(str_from_utf8(t, f.def->name));
  Ref<Tuple> args = TRY(tuple_pack(t, f.self.load(), Value(name)));
  return TRY(tuple_pack(t, getattr.value(), Value(args)));
}
constexpr MethodDef kNativeMethods[] = {method<&native_reduce>("__reduce__", "($self, /)", nullptr), {}};
constexpr GetSetDef kNativeGetSet[] = {
    getter<&native_doc>("__doc__"), getter<&native_name>("__name__"), getter<&native_qualname>("__qualname__"),
    getter<&native_self>("__self__"), getter<&native_signature>("__text_signature__"), {}};
constexpr MemberDef kNativeMembers[] = {{"__module__", MemberKind::kObject, false, offsetof(NativeFunction, module), nullptr}, {}};
constexpr uint16_t kNativeSlots[] = {offsetof(NativeFunction, self), offsetof(NativeFunction, module)};
constexpr TypeOps kNativeOps = {.repr = native_repr, .hash = native_hash, .call = native_call, .compare = native_compare};

// --- method ---
Result<Owned> method_create(Thread& t, Type& type, Value function, Value instance) {
  if (!is_callable(function)) return raise_type_error(t, "first argument must be callable");
  if (is_none(instance)) return raise_type_error(t, "instance must not be None");
  return bound_method_new(t, function, instance);
}
Result<Owned> method_call(Thread& t, Value callable, const Value* args, size_t nargs, Tuple* kwnames) {
  auto* m = callable.as<BoundMethod>();
  size_t total = nargs + (kwnames ? static_cast<size_t>(kwnames->size) : 0);
  Value few[10];
  Value* all = few;
  if (TY_UNLIKELY(total + 1 > 10)) {
    all = static_cast<Value*>(allocate_buffer((total + 1) * sizeof(Value)));
    if (!all) return raise_memory_error(t);
  }
  Owned function = m->function.get(), self = m->self.get();
  all[0] = self;
  for (size_t i = 0; i < total; i++) all[i + 1] = args[i];
  auto result = call(t, function, all, nargs + 1, kwnames);
  if (TY_UNLIKELY(all != few)) free_buffer(all);
  return result;
}
Result<Owned> method_getattr(Thread& t, Value self, Value name) {
  Type* type = type_of(self);
  Owned found = borrow_or_dup(type_lookup(type, name));
  if (found) {
    if (DescrGetOp get = ops_of(found).descr_get) return get(t, found, self, Value(type));
    return found;
  }
  Owned function = self.as<BoundMethod>()->function.get();
  return get_attribute(t, function, name);
}
Result<Owned> method_descr_get(Thread& t, Value self, Value object, Value type) { return borrow_or_dup(self); }
Result<Owned> method_repr(Thread& t, Value self) {
  auto* m = self.as<BoundMethod>();
  Owned function = m->function.get(), receiver = m->self.get();
  Owned name = TRY(find_attribute(t, function, NAME("__qualname__")));
  if (name.value().is_empty()) name = TRY(find_attribute(t, function, NAME("__name__")));
  if (!name.value().is_empty() && is_str(name)) return TRY(str_from_format(t, "<bound method %U of %R>", name.value(), receiver.value()));
  return TRY(str_from_format(t, "<bound method ? of %R>", receiver.value()));
}
Result<ssize> method_hash(Thread& t, Value self) {
  auto* m = self.as<BoundMethod>();
  ssize x = static_cast<ssize>(hash_pointer(reinterpret_cast<void*>(m->self.load().identity())));
  Owned function = m->function.get();
  ssize y = TRY(object_hash(t, function));
  return (x ^ y) == -1 ? -2 : x ^ y;
}
Result<Owned> method_compare(Thread& t, Value a, Value b, CompareOp op) {
  if ((op != CompareOp::kEq && op != CompareOp::kNe) || !is_exact<BoundMethod>(a) || !is_exact<BoundMethod>(b)) {
    return Owned::steal(not_implemented());
  }
  Owned f = a.as<BoundMethod>()->function.get(), g = b.as<BoundMethod>()->function.get();
  bool same = TRY(object_equal(t, f, g)) && is_same(a.as<BoundMethod>()->self.load(), b.as<BoundMethod>()->self.load());
  return owned_bool(same == (op == CompareOp::kEq));
}
Result<Owned> method_doc(Thread& t, BoundMethod& m) {
  Owned function = m.function.get();
  Owned doc = TRY(find_attribute(t, function, NAME("__doc__")));
  return doc.value().is_empty() ? owned_none() : std::move(doc);
}
Result<Owned> method_reduce(Thread& t, BoundMethod& m) {
  Owned function = m.function.get(), self = m.self.get();
  Owned name = TRY(get_attribute(t, function, NAME("__name__")));
  Owned getattr = TRY(import_attribute(t, "builtins", "getattr"));
  Ref<Tuple> args = TRY(tuple_pack(t, self.value(), name.value()));
  return TRY(tuple_pack(t, getattr.value(), Value(args)));
}
constexpr MethodDef kMethodMethods[] = {method<&method_reduce>("__reduce__", "($self, /)", nullptr), {}};
constexpr GetSetDef kMethodGetSet[] = {getter<&method_doc>("__doc__"), {}};
constexpr MemberDef kMethodMembers[] = {
    {"__func__", MemberKind::kObject, true, offsetof(BoundMethod, function), "the function (or other callable) implementing a method"},
    {"__self__", MemberKind::kObject, true, offsetof(BoundMethod, self), "the instance to which a method is bound"}, {}};
constexpr uint16_t kMethodSlots[] = {offsetof(BoundMethod, function), offsetof(BoundMethod, self)};
constexpr TypeOps kMethodOps = {.repr = method_repr, .hash = method_hash, .call = method_call, .getattr = method_getattr,
    .compare = method_compare, .descr_get = method_descr_get, .create = constructor<"method", "(function, instance, /)", &method_create>};

}  // namespace

constexpr TypeDef kNativeFunctionDef = {.name = "builtin_function_or_method", .size = sizeof(NativeFunction),
    .flags = kTypeDisallowInstantiation | kTypeWeakReferable,
    .layout = {.slot_offsets = kNativeSlots, .slot_count = 2, .flags = kCollectable}, .ops = &kNativeOps, .methods = kNativeMethods,
    .getset = kNativeGetSet, .members = kNativeMembers};
Type native_function_type;
constexpr TypeDef kBoundMethodDef = {.name = "method", .size = sizeof(BoundMethod), .flags = kTypeWeakReferable,
    .layout = {.slot_offsets = kMethodSlots, .slot_count = 2, .flags = kCollectable}, .ops = &kMethodOps, .methods = kMethodMethods,
    .getset = kMethodGetSet, .members = kMethodMembers, .doc = "Create a bound instance method object.", .text_signature = "(function, instance, /)"};
Type method_type;

}  // namespace ty
