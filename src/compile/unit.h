// compile/unit.h: what a compilation makes before any Python object exists: constants and code units.
//
// Constants   interned in one pool per compilation: equal kind and value (signs of zero told apart) is one pointer. Names that instructions
//             refer to are constants of kind kName.
// Code units  everything code_new() needs, in plain vectors.
// Threads     one.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/big_integer.h"
#include "bytecode/code_format.h"
#include "syntax/ast.h"

namespace ty::compile {

struct CodeUnit;

enum class ConstKind : uint8_t { kNone, kTrue, kFalse, kEllipsis, kInt, kBigInt, kFloat, kComplex, kStr, kBytes, kTuple, kFrozenSet, kCode, kName, kObject };

struct Const {
  ConstKind kind = ConstKind::kNone;
  bool negative = false;                  // kBigInt
  int64_t int_value = 0;
  double real = 0, imag = 0;              // kFloat: real
  std::string_view text;                  // kStr (WTF-8), kBytes, kName
  Span<uint32_t> digits;                  // kBigInt: magnitude
  Span<const Const*> items;               // kTuple, kFrozenSet
  CodeUnit* code = nullptr;               // kCode
  void* object = nullptr;                 // kObject: an opaque object of whoever made the tree
  uint32_t number = 0;                    // unique within the pool

  bool is_int() const { return kind == ConstKind::kInt || kind == ConstKind::kBigInt; }
  bool is_number() const { return is_int() || kind == ConstKind::kFloat || kind == ConstKind::kComplex; }
  bool is_bool() const { return kind == ConstKind::kTrue || kind == ConstKind::kFalse; }
};

class ConstPool {
 public:
  explicit ConstPool(Arena& arena) : arena_(arena) {}
  const Const* none() { return simple(ConstKind::kNone); }
  const Const* boolean(bool b) { return simple(b ? ConstKind::kTrue : ConstKind::kFalse); }
  const Const* simple(ConstKind kind);
  const Const* integer(int64_t value);
  const Const* integer(big::View value);
  const Const* real(double value);
  const Const* complex(double real, double imag);
  const Const* str(std::string_view text) { return of_text(ConstKind::kStr, text); }
  const Const* bytes(std::string_view text) { return of_text(ConstKind::kBytes, text); }
  const Const* name(std::string_view text) { return of_text(ConstKind::kName, text); }
  const Const* tuple(const std::vector<const Const*>& items, ConstKind kind = ConstKind::kTuple);
  const Const* code(CodeUnit* unit);
  const Const* object(void* object);
  /// The constant of a syntax node's value.
  const Const* of(const ast::ConstantValue& value);
  Arena& arena() { return arena_; }

 private:
  const Const* of_text(ConstKind kind, std::string_view text);
  const Const* intern(const std::string& key, const Const& made);
  Arena& arena_;
  std::unordered_map<std::string, const Const*> table_;
  uint32_t count_ = 0;
};

/// The truth of a constant.
bool const_truth(const Const& c);
/// "int", "str" …: what type(c).__name__ would be.
const char* const_type_name(const Const& c);

struct CodeUnit {
  int flags = 0, argument_count = 0, positional_only_count = 0, keyword_only_count = 0, first_line = 1;
  uint32_t register_count = 0, local_count = 0;
  bool wide = false, is_module = false;
  std::vector<uint64_t> words;
  std::vector<uint16_t> depths;
  std::vector<ExceptionRange> exceptions;
  std::vector<WindowRange> windows;
  std::vector<SourcePosition> positions;
  std::vector<const Const*> constants;      // K[]
  std::vector<const Const*> python_constants;  // co_consts
  std::vector<const ast::Identifier*> names;       // co_names
  std::vector<const ast::Identifier*> local_names;
  std::vector<uint8_t> local_kinds;
  std::vector<const ast::Identifier*> free_names;
  const ast::Identifier* name = nullptr;
  std::string qualname;
  const Const* docstring = nullptr;

  CodeView view() const;
};

}  // namespace ty::compile
