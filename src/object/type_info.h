// object/type_info.h: TypeInfo, what a type can do: Typhon's own operation table, over Values that may be immediates.
//
// Operations  declared once in object/special_methods.def. A null field means the type (and its bases: type_ready copies) lacks it.
//             Operands are borrowed; a binary operation is called with the type's value on either side and answers NotImplemented.
// Kinds       Unary(v) · Binary(a, b) · Power(a, b, modulus or None) · Inquiry → bool · Length/Hash → ssize · Contains(self, item) → bool ·
//             Repeat(self, n) · Compare(a, b, op) · Next(self) → Lookup · GetAttr(self, name) · SetAttr(self, name, value or null = delete) ·
//             SetItem(self, key, value or null = delete) · DescrGet(self, object or null, type or null) · DescrSet(self, object, value or null) ·
//             Call/New/Init in the vectorcall layout · Finalize(self) · GetBuffer/ReleaseBuffer.
// Lookup      type_lookup(type, name) walks the MRO through a per-type cache; versions are globally unique and never reused. Mutation writes the
//             dictionary first, then bumps the versions of the type and all subclasses, then returns; readers take the version first.
// Threads     ops of a Python class change under the type lock (stores of single words, readers tolerate either); of a native type never.
// See         docs/native_code.md, DESIGN section 8
#pragma once

#include "header/type.h"
#include "object/slot.h"

namespace ty {

struct Str;
struct Tuple;
struct Dict;
struct Buffer;
struct Shape;
struct MethodDef;
struct GetSetDef;
struct MemberDef;

enum class CompareOp : uint8_t { kLt, kLe, kEq, kNe, kGt, kGe };

using UnaryOp = Result<Owned> (*)(Thread&, Value);
using BinaryOp = Result<Owned> (*)(Thread&, Value, Value);
using PowerOp = Result<Owned> (*)(Thread&, Value, Value, Value);
using InquiryOp = Result<bool> (*)(Thread&, Value);
using LengthOp = Result<ssize> (*)(Thread&, Value);
using HashOp = Result<ssize> (*)(Thread&, Value);
using ContainsOp = Result<bool> (*)(Thread&, Value, Value);
using RepeatOp = Result<Owned> (*)(Thread&, Value, ssize);
using CompareOpFn = Result<Owned> (*)(Thread&, Value, Value, CompareOp);
using NextOp = Lookup<Owned> (*)(Thread&, Value);
using GetAttrOp = Result<Owned> (*)(Thread&, Value, Value name);
using SetAttrOp = Result<void> (*)(Thread&, Value, Value name, Value value_or_null);
using SetItemOp = Result<void> (*)(Thread&, Value, Value key, Value value_or_null);
using DescrGetOp = Result<Owned> (*)(Thread&, Value self, Value object_or_null, Value type_or_null);
using DescrSetOp = Result<void> (*)(Thread&, Value self, Value object, Value value_or_null);
/// Vectorcall: `args` holds nargs positional values, then one per name of `kwnames` (null: none). All borrowed.
using CallOp = Result<Owned> (*)(Thread&, Value callable, const Value* args, size_t nargs, Tuple* kwnames);
using NewOp = Result<Owned> (*)(Thread&, Type* type, const Value* args, size_t nargs, Tuple* kwnames);
using InitOp = Result<void> (*)(Thread&, Value self, const Value* args, size_t nargs, Tuple* kwnames);
using FinalizeOp = void (*)(Thread&, Value);
using GetBufferOp = Result<void> (*)(Thread&, Value self, Buffer& out, int flags);
using ReleaseBufferOp = void (*)(Thread&, Value self, Buffer& buffer);

enum class OpKind : uint8_t {
  Unary, Binary, Power, Inquiry, Length, Hash, Contains, Repeat, Compare, Next, GetAttr, SetAttr,
  SetItem, DescrGet, DescrSet, Call, New, Init, Finalize, GetBuffer, ReleaseBuffer,
};
template <OpKind> struct OpSignature;
#define TY_OP_SIGNATURE(kind, signature) \
  template <> struct OpSignature<OpKind::kind> { using Type = signature; };
TY_OP_SIGNATURE(Unary, UnaryOp) TY_OP_SIGNATURE(Binary, BinaryOp) TY_OP_SIGNATURE(Power, PowerOp)
TY_OP_SIGNATURE(Inquiry, InquiryOp) TY_OP_SIGNATURE(Length, LengthOp) TY_OP_SIGNATURE(Hash, HashOp)
TY_OP_SIGNATURE(Contains, ContainsOp) TY_OP_SIGNATURE(Repeat, RepeatOp) TY_OP_SIGNATURE(Compare, CompareOpFn)
TY_OP_SIGNATURE(Next, NextOp) TY_OP_SIGNATURE(GetAttr, GetAttrOp) TY_OP_SIGNATURE(SetAttr, SetAttrOp)
TY_OP_SIGNATURE(SetItem, SetItemOp) TY_OP_SIGNATURE(DescrGet, DescrGetOp) TY_OP_SIGNATURE(DescrSet, DescrSetOp)
TY_OP_SIGNATURE(Call, CallOp) TY_OP_SIGNATURE(New, NewOp) TY_OP_SIGNATURE(Init, InitOp)
TY_OP_SIGNATURE(Finalize, FinalizeOp) TY_OP_SIGNATURE(GetBuffer, GetBufferOp)
TY_OP_SIGNATURE(ReleaseBuffer, ReleaseBufferOp)
#undef TY_OP_SIGNATURE

struct TypeOps {
#define OP(field, kind, name, doc) OpSignature<OpKind::kind>::Type field = nullptr;
#define ROP(field, name, rname, doc, rdoc) BinaryOp field = nullptr;
#include "object/special_methods.def"
#undef OP
#undef ROP
};

struct MethodCache;  // object/type_lookup.cpp: name → (value, version) table, replaced whole, retired

struct TypeInfo : TypeLayout {
  TypeOps ops;
  uint16_t inline_slots = 0;            // [atomic] how many attribute slots a new instance gets inline
  Shape* all_roots = nullptr;           // [leaf lock] the root shapes of this class
  MethodCache* cache = nullptr;         // [atomic] RetiredPtr discipline
  Object** subclasses = nullptr;        // [type lock] weak: subclasses remove themselves when the full collection frees them
  uint32_t subclass_count = 0;
  uint32_t subclass_capacity = 0;
  Type** listed_in = nullptr;           // [type lock] the bases whose `subclasses` name this class
  uint32_t listed_count = 0;            // [type lock]
  Slot heap_name;                       // Str: __name__ of a Python class
  Slot heap_qualname;                   // Str
  const struct TypeDef* def = nullptr;  // [const] native types
};

/// How a native type is declared; one constexpr per type, listed in object/builtin_types.def or readied by its module.
struct TypeDef {
  const char* name;                       // "list", "collections.deque"
  size_t size;                            // sizeof the struct
  size_t item_size = 0;
  Type* base = nullptr;                   // null: object
  uint64_t flags = kTypeBase;             // TypeFlag
  TypeLayout layout = {};
  const TypeOps* ops = nullptr;
  const MethodDef* methods = nullptr;     // ends with {}
  const GetSetDef* getset = nullptr;      // ends with {}
  const MemberDef* members = nullptr;     // ends with {}
  const char* doc = nullptr;              // without signature line
  const char* text_signature = nullptr;   // of the constructor: "($self, iterable=(), /)"; null: none
  uint16_t dict_offset = 0;               // offset of a Slot that holds the instance's __dict__ (modules, functions …); 0: none
};

/// Completes a static native type: bases, MRO, dictionary with wrappers and methods, inherited operations.
Result<void> type_ready(Thread& t, Type* type, const TypeDef& def);
/// A native type made at run time (modules): DEFERRED, `module` names __module__.
Result<Type*> type_create_native(Thread& t, const TypeDef& def, const char* module);

/// The type of any register or heap word; immediates included.
extern Type int_type, float_type;
TY_INLINE Type* type_of(Value v) {
  if (TY_LIKELY(v.is_object())) return v.object()->type();
  return v.is_small_int() ? &int_type : &float_type;
}
TY_INLINE const TypeOps& ops_of(Value v) { return type_of(v)->info->ops; }

/// The attribute `name` (interned Str) of `type` or a base, borrowed until the next safepoint; null if there is none. Never runs Python, never raises.
Value type_lookup(Type* type, Value name);
/// As type_lookup, with the version under which the answer holds (0: not cacheable).
Value type_lookup_versioned(Type* type, Value name, uint32_t* version);
/// The type's current version; assigns one if it has none.
uint32_t type_version(Type* type);
/// To be called after each mutation of a type's dictionary, bases or flags.
void type_modified(Thread& t, Type* type);
bool is_subtype(const Type* type, const Type* base);
/// isinstance() without __instancecheck__.
TY_INLINE bool is_instance(Value v, const Type* type) {
  Type* actual = type_of(v);
  return actual == type || is_subtype(actual, type);
}
template <class T>
TY_INLINE bool is_exact(Value v) {
  return v.is_object() && v.object()->type() == T::type();
}

// Every built-in type and its definition. A `constexpr TypeDef kListDef = …` in a .cpp that includes this header is the definition of what is declared here.
#define TY_BUILTIN_TYPE(type, def, name) \
  extern Type type;                      \
  extern const TypeDef def;
#include "object/builtin_types.def"
#undef TY_BUILTIN_TYPE

}  // namespace ty
