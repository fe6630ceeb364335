#include "object/op_table.h"

namespace ty {

namespace {

constexpr OpKind kKinds[] = {
#define OP(field, kind, name, doc) OpKind::kind,
#define ROP(field, name, rname, doc, rdoc) OpKind::Binary,
#include "object/special_methods.def"
#undef OP
#undef ROP
};

consteval const char* signature_of(OpKind kind) {
  switch (kind) {
    case OpKind::Binary: case OpKind::Compare: return "($self, value, /)";
    case OpKind::Power: return "($self, value, mod=None, /)";
    case OpKind::Contains: return "($self, key, /)";
    case OpKind::Repeat: return "($self, value, /)";
    case OpKind::GetAttr: return "($self, name, /)";
    case OpKind::SetAttr: return "($self, name, value, /)";
    case OpKind::SetItem: return "($self, key, value, /)";
    case OpKind::DescrGet: return "($self, instance, owner=None, /)";
    case OpKind::DescrSet: return "($self, instance, value, /)";
    case OpKind::Call: case OpKind::Init: return "($self, /, *args, **kwargs)";
    case OpKind::New: return "($type, *args, **kwargs)";
    case OpKind::GetBuffer: return "($self, flags, /)";
    case OpKind::ReleaseBuffer: return "($self, buffer, /)";
    default: return "($self, /)";
  }
}

struct Rows {
  WrapperDef rows[128] = {};
  size_t count = 0;
  consteval void add(const char* name, const char* doc, const char* signature, TypeOp op, OpKind kind,
                     WrapperVariant variant = WrapperVariant::kPlain, CompareOp compare = CompareOp::kLt) {
    rows[count++] = {name, doc, signature, op, kind, variant, compare};
  }
  consteval void add_op(TypeOp op, OpKind kind, const char* name, const char* doc) {
    using enum WrapperVariant;
    if (kind == OpKind::New) return;
    if (kind == OpKind::Compare) {
      const char* s = signature_of(kind);
      add("__lt__", "Return self<value.", s, op, kind, kPlain, CompareOp::kLt);
      add("__le__", "Return self<=value.", s, op, kind, kPlain, CompareOp::kLe);
      add("__eq__", "Return self==value.", s, op, kind, kPlain, CompareOp::kEq);
      add("__ne__", "Return self!=value.", s, op, kind, kPlain, CompareOp::kNe);
      add("__gt__", "Return self>value.", s, op, kind, kPlain, CompareOp::kGt);
      add("__ge__", "Return self>=value.", s, op, kind, kPlain, CompareOp::kGe);
      return;
    }
    const char* signature = signature_of(kind);
    if (op == TypeOp::subscript) signature = "($self, key, /)";
    if (op == TypeOp::inplace_power) signature = "($self, value, /)";
    add(name, doc, signature, op, kind);
    if (kind == OpKind::SetAttr) add("__delattr__", "Implement delattr(self, name).", "($self, name, /)", op, kind, kDelete);
    if (kind == OpKind::DescrSet) add("__delete__", "Delete an attribute of instance.", "($self, instance, /)", op, kind, kDelete);
    if (kind == OpKind::SetItem) add("__delitem__", "Delete self[key].", "($self, key, /)", op, kind, kDelete);
    if (op == TypeOp::power) add("__rpow__", "Return pow(value, self, mod).", signature, op, kind, kReversed);
    if (op == TypeOp::repeat) add("__rmul__", "Return value*self.", signature, op, kind, kReversed);
  }
};

consteval Rows make_rows() {
  Rows r;
#define OP(field, kind, name, doc) r.add_op(TypeOp::field, OpKind::kind, name, doc);
#define ROP(field, name, rname, doc, rdoc)                              \
  r.add(name, doc, "($self, value, /)", TypeOp::field, OpKind::Binary);     \
  r.add(rname, rdoc, "($self, value, /)", TypeOp::field, OpKind::Binary, WrapperVariant::kReversed);
#include "object/special_methods.def"
#undef OP
#undef ROP
  return r;
}
constexpr Rows kRows = make_rows();

}  // namespace

constexpr const WrapperDef* kWrapperRows = kRows.rows;
const WrapperDef* wrapper_rows() { return kWrapperRows; }
const size_t kWrapperCount = kRows.count;
OpKind op_kind(TypeOp op) { return kKinds[static_cast<size_t>(op)]; }

}  // namespace ty
