// object/op_table.h: the operation table by number, and the special methods that show it in type dictionaries. Internal to object/ and types/.
#pragma once

#include "object/type_info.h"

namespace ty {

enum class TypeOp : uint8_t {
#define OP(field, kind, name, doc) field,
#define ROP(field, name, rname, doc, rdoc) field,
#include "object/special_methods.def"
#undef OP
#undef ROP
  kCount
};
inline constexpr size_t kTypeOpCount = static_cast<size_t>(TypeOp::kCount);
static_assert(sizeof(TypeOps) == kTypeOpCount * sizeof(void*));

/// The word of an operation.
TY_INLINE void** op_word(TypeOps& ops, TypeOp op) { return reinterpret_cast<void**>(&ops) + static_cast<size_t>(op); }
TY_INLINE void* op_word(const TypeOps& ops, TypeOp op) {
  return __atomic_load_n(reinterpret_cast<void* const*>(&ops) + static_cast<size_t>(op), __ATOMIC_RELAXED);
}

enum class WrapperVariant : uint8_t { kPlain, kReversed, kDelete };

/// One special method: what a wrapper_descriptor does.
struct WrapperDef {
  const char* name;
  const char* doc;
  const char* text_signature;
  TypeOp op;
  OpKind kind;
  WrapperVariant variant;
  CompareOp compare;
};
/// All of them, in CPython's order of slotdefs.
const WrapperDef* wrapper_rows();
extern const size_t kWrapperCount;
OpKind op_kind(TypeOp op);

/// Dispatcher for the operation that calls the special method of a Python class; null where CPython has none (concat, repeat …).
void* op_dispatcher(TypeOp op);

}  // namespace ty
