// syntax/ast.h: the abstract syntax tree.
//
// What        One plain struct per node of ast.asdl (generated into syntax/ast_nodes.h at build time),
//             e.g. `BinOp { Expr* left; Operator op; Expr* right; }`. Sum categories have a base struct with
//             a kind enum (`Expr`, `ExprKind`, `Stmt`, `StmtKind`, `Pattern`, `PatternKind`, `Mod`,
//             `TypeParam`); products are structs of their own (`Arguments`, `Arg`, `Keyword`, `Alias`,
//             `WithItem`, `MatchCase`, `Comprehension`), and so is `ExceptHandler`. The statement `Expr` is
//             `ExprStmt`. Cast with `as<BinOp>(node)`, test with `is<BinOp>(node)` or switch over `kind()`.
// Invariants  Nodes, spans, identifiers and constants live in the arena of their parse and hold no Python
//             objects. A null pointer stands for None. Columns are UTF-8 byte offsets, lines start at 1,
//             exactly as in CPython's ast. Identifiers of one Interner are equal iff their pointers are.
// Threads     one thread at a time.
// See         docs/syntax.md
#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"

namespace ty::ast {

/// An interned name or string in UTF-8 (WTF-8: lone surrogates are three bytes). `user` is free for whoever
/// owns the tree (the compiler caches the Python string there).
struct Identifier {
  uint32_t length;
  uint32_t hash;
  mutable void* user;
  char text[1];  // `length` bytes and a zero

  std::string_view view() const { return {text, length}; }
};

/// Makes Identifiers unique within one arena.
class Interner {
 public:
  explicit Interner(Arena& arena) : arena_(arena) {}
  Interner(const Interner&) = delete;
  Interner& operator=(const Interner&) = delete;
  ~Interner();

  const Identifier* intern(std::string_view text);
  Arena& arena() const { return arena_; }

 private:
  void grow();

  Arena& arena_;
  const Identifier** table_ = nullptr;
  uint32_t capacity_ = 0;
  uint32_t count_ = 0;
};

enum class ConstantKind : uint8_t {
  None,
  True,
  False,
  Ellipsis,
  Int,      // int_value
  BigInt,   // digits in `text` without prefix and underscores, in `base` (2, 8, 10, 16)
  Float,    // double_value
  Complex,  // imaginary part in double_value
  Str,      // text in UTF-8 (WTF-8), `length` code points
  Bytes,    // text
  Object,   // opaque object of whoever made the node (constant folding, ast objects)
};

struct ConstantValue {
  ConstantKind kind = ConstantKind::None;
  uint8_t base = 10;
  uint32_t size = 0;    // bytes of text
  uint32_t length = 0;  // code points of Str
  union {
    uint64_t int_value = 0;
    double double_value;
    const char* text;
    void* object;
  };

  std::string_view view() const { return {text, size}; }
  bool is_ascii() const { return size == length; }
};

/// Where a node stands; lines from 1, columns in UTF-8 bytes from 0.
struct Location {
  int32_t lineno = 0;
  int32_t col_offset = 0;
  int32_t end_lineno = 0;
  int32_t end_col_offset = 0;
};

enum class NodeKind : uint8_t;

struct Node {
  NodeKind node_kind;
};

struct LocatedNode : Node {  // [const]
  Location loc;
};

}  // namespace ty::ast

#include "syntax/ast_nodes.h"

namespace ty::ast {

template <class T>
TY_INLINE bool is(const Node* node) {
  return node->node_kind == T::kKind;
}

template <class T>
TY_INLINE T* as(Node* node) {
  DCHECK(is<T>(node));
  return static_cast<T*>(node);
}

template <class T>
TY_INLINE const T* as(const Node* node) {
  DCHECK(is<T>(node));
  return static_cast<const T*>(node);
}

/// The node as T, or null if it is something else.
template <class T>
TY_INLINE T* try_as(Node* node) {
  return node && is<T>(node) ? static_cast<T*>(node) : nullptr;
}

// Tables for generic code (dump, the ast module, visitors).

enum class FieldKind : uint8_t { Identifier, String, Int, Constant, Enum, Node };
enum class Quantity : uint8_t { One, Optional, Sequence, SequenceOfOptional };

struct FieldInfo {
  const char* name;
  const char* type;  // the ASDL type
  FieldKind kind;
  Quantity quantity;
  uint16_t offset;                // within the node struct
  const char* const* enum_names;  // of Enum fields
};

struct NodeInfo {
  const char* name;
  const char* category;
  const FieldInfo* fields;
  int field_count;
  bool has_attributes;  // a LocatedNode
  uint16_t size;
};

struct CategoryInfo {
  const char* name;
  int first_node;  // index into the node table, -1 for enums
  int count;
  bool is_product;
  bool has_attributes;
  const char* const* enum_names;
};

/// The description of one kind of node.
const NodeInfo& node_info(NodeKind kind);
/// All categories in ASDL order, enums included.
Span<const CategoryInfo> categories();

/// Calls visit(Node*) for every non-null child node, in field order.
template <class F>
void for_each_child(const Node* node, F&& visit) {
  const NodeInfo& info = node_info(node->node_kind);
  for (int i = 0; i < info.field_count; i++) {
    const FieldInfo& field = info.fields[i];
    if (field.kind != FieldKind::Node) continue;
    auto* place = reinterpret_cast<const char*>(node) + field.offset;
    if (field.quantity <= Quantity::Optional) {
      if (Node* child = *reinterpret_cast<Node* const*>(place)) visit(child);
    } else {
      for (Node* child : *reinterpret_cast<const Span<Node*>*>(place)) {
        if (child) visit(child);
      }
    }
  }
}

}  // namespace ty::ast
