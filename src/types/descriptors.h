// types/descriptors.h: the descriptors that type dictionaries hold, property, classmethod, staticmethod, super, mappingproxy.
//
// Layout      CPython's PyDescrObject family.
// Threads     constant after creation, but for property and the dictionaries of classmethod and staticmethod.
#pragma once

#include "object/binding.h"
#include "object/op_table.h"

namespace ty {

struct Descriptor : Object {
  Slot owner;     // [const] Type: __objclass__
  Slot name;      // [const] Str
  Slot qualname;  // [atomic] Str, made when first asked for
};
static_assert(sizeof(Descriptor) == 56);

struct MethodDescriptor : Descriptor {  // [const] also classmethod_descriptor
  const MethodDef* def;  // [const]
  void* vectorcall;
};
struct WrapperDescriptor : Descriptor {
  const WrapperDef* def;  // [const]
  void* wrapped;          // [const] the operation's function
};
struct GetSetDescriptor : Descriptor {
  const GetSetDef* def;  // [const]
};
struct MemberDescriptor : Descriptor {
  const MemberDef* def;  // [const]
};
/// A wrapper_descriptor bound to its receiver.
struct MethodWrapper : Object {  // [const]
  Slot descriptor;
  Slot self;
};

extern Type method_descriptor_type, class_method_descriptor_type, wrapper_descriptor_type, getset_descriptor_type,
    member_descriptor_type, method_wrapper_type;

Result<Owned> method_descriptor_new(Thread& t, Type* owner, const MethodDef& def);  // method, class or static method by def.kind
Result<Owned> wrapper_descriptor_new(Thread& t, Type* owner, const WrapperDef& def, void* wrapped);
Result<Owned> getset_descriptor_new(Thread& t, Type* owner, const GetSetDef& def);
Result<Owned> member_descriptor_new(Thread& t, Type* owner, const MemberDef& def);
/// What `wrapper` does for self: self.__name__(*args, **kwargs).
Result<Owned> wrapper_call(Thread& t, const WrapperDef& def, void* wrapped, Value self, const Value* args, size_t nargs, Tuple* kwnames);
/// Reads or writes a member.
Result<Owned> member_get(Thread& t, Object* o, const MemberDef& def);
Result<void> member_set(Thread& t, Object* o, const MemberDef& def, Value value_or_null);

struct ClassMethod : Object {  // also staticmethod
  Slot callable;  // [atomic]
  Slot dict;      // [atomic]
};
static_assert(sizeof(ClassMethod) == 48);
extern Type class_method_type, static_method_type;
Result<Owned> class_method_new(Thread& t, Value callable);
Result<Owned> static_method_new(Thread& t, Value callable);

struct Property : Object {  // [const]
  Slot getter, setter, deleter, doc, name;  // [atomic]
  int getter_doc;
};
static_assert(sizeof(Property) == 80);
extern Type property_type, super_type;

/// True if the type of `descriptor` has __get__ and __set__ (or __delete__).
TY_INLINE bool is_data_descriptor(Value descriptor) { return ops_of(descriptor).descr_set != nullptr; }
/// What attribute access makes of `value` found in a class: value.__get__(object, type), or value itself.
TY_INLINE Result<Owned> descriptor_get(Thread& t, Value value, Value object_or_null, Value type) {
  DescrGetOp get = ops_of(value).descr_get;
  if (!get) return borrow_or_dup(value);
  return get(t, value, object_or_null, type);
}

}  // namespace ty
