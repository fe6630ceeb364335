// compile/compile_tree.h: from a syntax tree to code units, without Python objects.
#pragma once

#include "compile/diagnostics.h"
#include "compile/unit.h"

namespace ty::compile {

/// CO_FUTURE_* bits the compiler itself looks at.
inline constexpr int kFutureAnnotations = 0x1000000;
inline constexpr int kFutureBarryAsBdfl = 0x400000;

struct TreeOptions {
  int future_flags = 0;         // CO_FUTURE_* of the caller; those of the source are added
  int last_future_line = 0, last_future_column = 0;  // where the last `from __future__` import at the head begins
  int optimize = 0;
  bool interactive = false;     // statements that are expressions print
  bool top_level_await = false;
  bool barry_as_bdfl = false;
  std::deque<CodeUnit>* units = nullptr;  // where units live
  /// The text of an expression (`from __future__ import annotations`); null: unavailable.
  std::string (*unparse)(ast::Interner& names, ast::Expr* expr) = nullptr;
};

/// The module's unit, or null with diagnostics.
CodeUnit* compile_tree(ast::Interner& names, ConstPool& pool, Diagnostics& diagnostics, ast::Mod* tree, TreeOptions& options);
/// Reads the `from __future__` imports at the head of `tree`.
int future_features(ast::Mod* tree, Diagnostics& diagnostics, int* last_line, int* last_column);

}  // namespace ty::compile
