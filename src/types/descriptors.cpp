#include "types/descriptors.h"

#include "base/hash.h"
#include "mem/heap.h"
#include "object/type_object.h"
#include "types/dict.h"
#include "types/float.h"
#include "types/function.h"
#include "types/int.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

template <class T>
Result<Ref<T>> new_descriptor(Thread& t, Type* type, Type* owner, const char* name) {
  Value interned = TRY(str_intern_utf8(t, name));
  Object* o = allocate_object(t, type, sizeof(T));
  if (!o) return raise_memory_error(t);
  Ref<T> self = Ref<T>::steal(static_cast<T*>(o));
  self->owner.init(dup(Value(owner)));
  self->name.init(dup(interned));
  return self;
}

const char* owner_name(Descriptor& d) { return d.owner.load_as<Type>()->name; }

/// Checks the receiver of a descriptor's __get__ / __set__ / call.
Result<void> check_receiver(Thread& t, Descriptor& d, Value object) {
  Type* owner = d.owner.load_as<Type>();
  if (TY_LIKELY(is_instance(object, owner))) return {};
  return raise_type_error(t, "descriptor '%U' for '%.100s' objects doesn't apply to a '%.100T' object", d.name.load(), owner->name, object);
}

Owned descriptor_name(Thread& t, Descriptor& d) { return d.name.get(); }
Owned descriptor_objclass(Thread& t, Descriptor& d) { return d.owner.get(); }
Result<Owned> descriptor_qualname(Thread& t, Descriptor& d) {
  if (Owned known = d.qualname.get()) return known;
  Owned owner = TRY(type_qualname(t, d.owner.load_as<Type>()));
  Ref<Str> made = TRY(str_from_format(t, "%S.%S", owner.value(), d.name.load()));
  d.qualname.store(&d, dup(Value(made)));
  return Owned(std::move(made));
}
Result<Owned> descriptor_reduce(Thread& t, Descriptor& d) {
  Owned getattr = TRY(import_attribute(t, "builtins", "getattr"));
  Ref<Tuple> args = TRY(tuple_pack(t, d.owner.load(), d.name.load()));
  return TRY(tuple_pack(t, getattr.value(), Value(args)));
}
Result<Owned> text_or_none(Thread& t, const char* text) {
  if (!text) return owned_none();
  return TRY(str_from_utf8(t, text));
}
Result<Owned> repr_as(Thread& t, const char* format, Descriptor& d) {
  return TRY(str_from_format(t, format, d.name.load(), owner_name(d)));
}
/// A doc string as C has it may begin with a signature; ours never does.
Result<Owned> doc_text(Thread& t, const char* doc) { return text_or_none(t, doc && *doc ? doc : nullptr); }

// --- method_descriptor, classmethod_descriptor ---
Result<Owned> method_descriptor_call(Thread& t, Value callable, const Value* args, size_t nargs, Tuple* kwnames) {
  auto& d = *callable.as<MethodDescriptor>();
  if (TY_UNLIKELY(nargs < 1)) {
    return raise_type_error(t, "unbound method %s.%s() needs an argument", type_short_name(d.owner.load_as<Type>()), d.def->name);
  }
  TRY(check_receiver(t, d, args[0]));
  return d.def->call(t, *d.def, args[0], args + 1, nargs - 1, kwnames);
}
Result<Owned> method_descriptor_get(Thread& t, Value self, Value object, Value type) {
  auto& d = *self.as<MethodDescriptor>();
  if (!object) return borrow_or_dup(self);
  TRY(check_receiver(t, d, object));
  return native_function_new(t, *d.def, object, nullptr);
}
Result<Owned> class_method_descriptor_get(Thread& t, Value self, Value object, Value type) {
  auto& d = *self.as<MethodDescriptor>();
  if (!type) {
    if (!object) {
      return raise_type_error(t, "descriptor '%U' for type '%.100s' needs either an object or a type", d.name.load(), owner_name(d));
    }
    type = Value(type_of(object));
  }
  if (!is_type(type)) {
    return raise_type_error(t, "descriptor '%U' for type '%.100s' needs a type, not a '%.100T' as arg 2", d.name.load(), owner_name(d), type);
  }
  if (!is_subtype(type.as<Type>(), d.owner.load_as<Type>())) {
    return raise_type_error(t, "descriptor '%U' requires a subtype of '%.100s' but received '%.100s'", d.name.load(), owner_name(d),
                            type.as<Type>()->name);
  }
  return native_function_new(t, *d.def, type, nullptr);
}
Result<Owned> class_method_descriptor_call(Thread& t, Value callable, const Value* args, size_t nargs, Tuple* kwnames) {
  auto& d = *callable.as<MethodDescriptor>();
  if (nargs < 1) {
    return raise_type_error(t, "descriptor '%U' of '%.100s' object needs an argument", d.name.load(), owner_name(d));
  }
  Owned bound = TRY(class_method_descriptor_get(t, callable, nullptr, args[0]));
  return call(t, bound, args + 1, nargs - 1, kwnames);
}
Result<Owned> method_descriptor_repr(Thread& t, Value self) {
  return repr_as(t, "<method '%U' of '%s' objects>", *self.as<Descriptor>());
}
Result<Owned> method_descriptor_doc(Thread& t, MethodDescriptor& d) { return doc_text(t, d.def->doc); }
Result<Owned> method_descriptor_signature(Thread& t, MethodDescriptor& d) { return text_or_none(t, d.def->text_signature); }

constexpr MethodDef kDescriptorMethods[] = {method<&descriptor_reduce>("__reduce__", "($self, /)", nullptr), {}};
constexpr GetSetDef kMethodDescriptorGetSet[] = {
    getter<&method_descriptor_doc>("__doc__"), getter<&descriptor_qualname>("__qualname__"),
    getter<&method_descriptor_signature>("__text_signature__"), getter<&descriptor_name>("__name__"),
    getter<&descriptor_objclass>("__objclass__"), {}};

// --- wrapper_descriptor, method-wrapper ---
Result<Owned> wrapper_descriptor_call(Thread& t, Value callable, const Value* args, size_t nargs, Tuple* kwnames) {
  auto& d = *callable.as<WrapperDescriptor>();
  if (TY_UNLIKELY(nargs < 1)) {
    return raise_type_error(t, "descriptor '%U' of '%.100s' object needs an argument", d.name.load(), owner_name(d));
  }
  if (TY_UNLIKELY(!is_instance(args[0], d.owner.load_as<Type>()))) {
    return raise_type_error(t, "descriptor '%U' requires a '%.100s' object but received a '%.100T'", d.name.load(), owner_name(d), args[0]);
  }
  return wrapper_call(t, *d.def, d.wrapped, args[0], args + 1, nargs - 1, kwnames);
}
Result<Owned> wrapper_descriptor_get(Thread& t, Value self, Value object, Value type) {
  auto& d = *self.as<WrapperDescriptor>();
  if (!object) return borrow_or_dup(self);
  TRY(check_receiver(t, d, object));
  Object* o = allocate_object(t, &method_wrapper_type, sizeof(MethodWrapper));
  if (!o) return raise_memory_error(t);
  auto w = Ref<MethodWrapper>::steal(static_cast<MethodWrapper*>(o));
  w->descriptor.init(dup(self));
  w->self.init(dup(object));
  return Owned(std::move(w));
}
Result<Owned> wrapper_descriptor_repr(Thread& t, Value self) {
  return repr_as(t, "<slot wrapper '%U' of '%s' objects>", *self.as<Descriptor>());
}
Result<Owned> wrapper_descriptor_doc(Thread& t, WrapperDescriptor& d) { return doc_text(t, d.def->doc); }
Result<Owned> wrapper_descriptor_signature(Thread& t, WrapperDescriptor& d) { return text_or_none(t, d.def->text_signature); }
constexpr GetSetDef kWrapperDescriptorGetSet[] = {
    getter<&wrapper_descriptor_doc>("__doc__"), getter<&descriptor_qualname>("__qualname__"),
    getter<&wrapper_descriptor_signature>("__text_signature__"), getter<&descriptor_name>("__name__"),
    getter<&descriptor_objclass>("__objclass__"), {}};

WrapperDescriptor& descriptor_of(MethodWrapper& w) { return *w.descriptor.load_as<WrapperDescriptor>(); }
Result<Owned> method_wrapper_call(Thread& t, Value callable, const Value* args, size_t nargs, Tuple* kwnames) {
  auto& w = *callable.as<MethodWrapper>();
  WrapperDescriptor& d = descriptor_of(w);
  Owned self = w.self.get();
  return wrapper_call(t, *d.def, d.wrapped, self, args, nargs, kwnames);
}
Result<Owned> method_wrapper_repr(Thread& t, Value self) {
  auto& w = *self.as<MethodWrapper>();
  return TRY(str_from_format(t, "<method-wrapper '%U' of %s object at %p>", descriptor_of(w).name.load(), type_of(w.self.load())->name,
                             reinterpret_cast<void*>(w.self.load().identity())));
}
Result<Owned> method_wrapper_compare(Thread& t, Value a, Value b, CompareOp op) {
  if ((op != CompareOp::kEq && op != CompareOp::kNe) || !is_instance(a, &method_wrapper_type) || !is_instance(b, &method_wrapper_type)) {
    return Owned::steal(not_implemented());
  }
  auto &x = *a.as<MethodWrapper>(), &y = *b.as<MethodWrapper>();
  bool same = &descriptor_of(x) == &descriptor_of(y) && is_same(x.self.load(), y.self.load());
  return owned_bool(same == (op == CompareOp::kEq));
}
Result<ssize> method_wrapper_hash(Thread& t, Value self) {
  auto& w = *self.as<MethodWrapper>();
  ssize h = static_cast<ssize>(hash_pointer(reinterpret_cast<void*>(w.self.load().identity()))) ^ hash_pointer(&descriptor_of(w));
  return h == -1 ? -2 : h;
}
Result<Owned> method_wrapper_self(Thread& t, MethodWrapper& w) { return w.self.get(); }
Result<Owned> method_wrapper_objclass(Thread& t, MethodWrapper& w) { return descriptor_of(w).owner.get(); }
Result<Owned> method_wrapper_name(Thread& t, MethodWrapper& w) { return descriptor_of(w).name.get(); }
Result<Owned> method_wrapper_qualname(Thread& t, MethodWrapper& w) { return descriptor_qualname(t, descriptor_of(w)); }
Result<Owned> method_wrapper_doc(Thread& t, MethodWrapper& w) { return doc_text(t, descriptor_of(w).def->doc); }
Result<Owned> method_wrapper_signature(Thread& t, MethodWrapper& w) { return text_or_none(t, descriptor_of(w).def->text_signature); }
Result<Owned> method_wrapper_reduce(Thread& t, MethodWrapper& w) {
  Owned getattr = TRY(import_attribute(t, "builtins", "getattr"));
  Ref<Tuple> args = TRY(tuple_pack(t, w.self.load(), descriptor_of(w).name.load()));
  return TRY(tuple_pack(t, getattr.value(), Value(args)));
}
constexpr MethodDef kMethodWrapperMethods[] = {method<&method_wrapper_reduce>("__reduce__", "($self, /)", nullptr), {}};
constexpr GetSetDef kMethodWrapperGetSet[] = {
    getter<&method_wrapper_self>("__self__"), getter<&method_wrapper_objclass>("__objclass__"), getter<&method_wrapper_name>("__name__"),
    getter<&method_wrapper_qualname>("__qualname__"), getter<&method_wrapper_doc>("__doc__"),
    getter<&method_wrapper_signature>("__text_signature__"), {}};

// --- getset_descriptor ---
Result<Owned> getset_get(Thread& t, Value self, Value object, Value type) {
  auto& d = *self.as<GetSetDescriptor>();
  if (!object) return borrow_or_dup(self);
  TRY(check_receiver(t, d, object));
  if (d.def->get) return d.def->get(t, object);
  return raise_attribute_error(t, "attribute '%U' of '%.100s' objects is not readable", d.name.load(), owner_name(d));
}
Result<void> getset_set(Thread& t, Value self, Value object, Value value) {
  auto& d = *self.as<GetSetDescriptor>();
  TRY(check_receiver(t, d, object));
  if (d.def->set) return d.def->set(t, object, value);
  return raise_attribute_error(t, "attribute '%U' of '%.100s' objects is not writable", d.name.load(), owner_name(d));
}
Result<Owned> getset_repr(Thread& t, Value self) { return repr_as(t, "<attribute '%U' of '%s' objects>", *self.as<Descriptor>()); }
Result<Owned> getset_doc(Thread& t, GetSetDescriptor& d) { return doc_text(t, d.def->doc); }
constexpr GetSetDef kGetSetGetSet[] = {getter<&getset_doc>("__doc__"), getter<&descriptor_qualname>("__qualname__"),
                                       getter<&descriptor_name>("__name__"), getter<&descriptor_objclass>("__objclass__"), {}};

// --- member_descriptor ---
Result<Owned> member_descr_get(Thread& t, Value self, Value object, Value type) {
  auto& d = *self.as<MemberDescriptor>();
  if (!object) return borrow_or_dup(self);
  TRY(check_receiver(t, d, object));
  return member_get(t, object.object(), *d.def);
}
Result<void> member_descr_set(Thread& t, Value self, Value object, Value value) {
  auto& d = *self.as<MemberDescriptor>();
  TRY(check_receiver(t, d, object));
  return member_set(t, object.object(), *d.def, value);
}
Result<Owned> member_repr(Thread& t, Value self) { return repr_as(t, "<member '%U' of '%s' objects>", *self.as<Descriptor>()); }
Result<Owned> member_doc(Thread& t, MemberDescriptor& d) { return doc_text(t, d.def->doc); }
constexpr GetSetDef kMemberGetSet[] = {getter<&member_doc>("__doc__"), getter<&descriptor_qualname>("__qualname__"),
                                       getter<&descriptor_name>("__name__"), getter<&descriptor_objclass>("__objclass__"), {}};

constexpr uint16_t kDescriptorSlots[] = {offsetof(Descriptor, owner), offsetof(Descriptor, name), offsetof(Descriptor, qualname)};
constexpr TypeLayout kDescriptorLayout = {.slot_offsets = kDescriptorSlots, .slot_count = 3, .flags = kCollectable};
constexpr uint64_t kNoInstances = kTypeDisallowInstantiation;

constexpr TypeOps kMethodDescriptorOps = {.repr = method_descriptor_repr, .call = method_descriptor_call, .descr_get = method_descriptor_get};
constexpr TypeOps kClassMethodDescriptorOps = {
    .repr = method_descriptor_repr, .call = class_method_descriptor_call, .descr_get = class_method_descriptor_get};
constexpr TypeOps kWrapperDescriptorOps = {
    .repr = wrapper_descriptor_repr, .call = wrapper_descriptor_call, .descr_get = wrapper_descriptor_get};
constexpr TypeOps kGetSetOps = {.repr = getset_repr, .descr_get = getset_get, .descr_set = getset_set};
constexpr TypeOps kMemberOps = {.repr = member_repr, .descr_get = member_descr_get, .descr_set = member_descr_set};
constexpr TypeOps kMethodWrapperOps = {
    .repr = method_wrapper_repr, .hash = method_wrapper_hash, .call = method_wrapper_call, .compare = method_wrapper_compare};
constexpr uint16_t kMethodWrapperSlots[] = {offsetof(MethodWrapper, descriptor), offsetof(MethodWrapper, self)};

}  // namespace

constexpr TypeDef kMethodDescriptorDef = {.name = "method_descriptor", .size = sizeof(MethodDescriptor), .flags = kNoInstances | kTypeMethodDescriptor,
    .layout = kDescriptorLayout, .ops = &kMethodDescriptorOps, .methods = kDescriptorMethods, .getset = kMethodDescriptorGetSet};
constexpr TypeDef kClassMethodDescriptorDef = {.name = "classmethod_descriptor", .size = sizeof(MethodDescriptor), .flags = kNoInstances,
    .layout = kDescriptorLayout, .ops = &kClassMethodDescriptorOps, .methods = kDescriptorMethods, .getset = kMethodDescriptorGetSet};
constexpr TypeDef kWrapperDescriptorDef = {.name = "wrapper_descriptor", .size = sizeof(WrapperDescriptor), .flags = kNoInstances | kTypeMethodDescriptor,
    .layout = kDescriptorLayout, .ops = &kWrapperDescriptorOps, .methods = kDescriptorMethods, .getset = kWrapperDescriptorGetSet};
constexpr TypeDef kGetSetDescriptorDef = {.name = "getset_descriptor", .size = sizeof(GetSetDescriptor), .flags = kNoInstances,
    .layout = kDescriptorLayout, .ops = &kGetSetOps, .methods = kDescriptorMethods, .getset = kGetSetGetSet};
constexpr TypeDef kMemberDescriptorDef = {.name = "member_descriptor", .size = sizeof(MemberDescriptor), .flags = kNoInstances,
    .layout = kDescriptorLayout, .ops = &kMemberOps, .methods = kDescriptorMethods, .getset = kMemberGetSet};
constexpr TypeDef kMethodWrapperDef = {.name = "method-wrapper", .size = sizeof(MethodWrapper), .flags = kNoInstances,
    .layout = {.slot_offsets = kMethodWrapperSlots, .slot_count = 2, .flags = kCollectable}, .ops = &kMethodWrapperOps,
    .methods = kMethodWrapperMethods, .getset = kMethodWrapperGetSet};
Type method_descriptor_type, class_method_descriptor_type, wrapper_descriptor_type, getset_descriptor_type, member_descriptor_type,
    method_wrapper_type;

Result<Owned> method_descriptor_new(Thread& t, Type* owner, const MethodDef& def) {
  if (def.kind == MethodKind::kStaticMethod) {
    Owned f = TRY(native_function_new(t, def, Value(owner), nullptr));
    return static_method_new(t, f);
  }
  Type* type = def.kind == MethodKind::kClassMethod ? &class_method_descriptor_type : &method_descriptor_type;
  auto d = TRY(new_descriptor<MethodDescriptor>(t, type, owner, def.name));
  d->def = &def;
  return Owned(std::move(d));
}
Result<Owned> wrapper_descriptor_new(Thread& t, Type* owner, const WrapperDef& def, void* wrapped) {
  auto d = TRY(new_descriptor<WrapperDescriptor>(t, &wrapper_descriptor_type, owner, def.name));
  d->def = &def;
  d->wrapped = wrapped;
  return Owned(std::move(d));
}
Result<Owned> getset_descriptor_new(Thread& t, Type* owner, const GetSetDef& def) {
  auto d = TRY(new_descriptor<GetSetDescriptor>(t, &getset_descriptor_type, owner, def.name));
  d->def = &def;
  return Owned(std::move(d));
}
Result<Owned> member_descriptor_new(Thread& t, Type* owner, const MemberDef& def) {
  auto d = TRY(new_descriptor<MemberDescriptor>(t, &member_descriptor_type, owner, def.name));
  d->def = &def;
  return Owned(std::move(d));
}

}  // namespace ty
