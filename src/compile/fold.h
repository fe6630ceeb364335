// compile/fold.h: constant folding on the syntax tree, before names are resolved. Does what CPython's optimizer of the tree does, with its limits.
#pragma once

#include "compile/diagnostics.h"
#include "compile/unit.h"

namespace ty::compile {

struct FoldOptions {
  int optimize = 0;
  bool future_annotations = false;
};
/// Rewrites `tree` in place.
void fold_constants(ast::Interner& names, ConstPool& pool, Diagnostics& diagnostics, ast::Mod* tree, const FoldOptions& options);
/// The constant of a Constant node, else null.
const Const* constant_of(ConstPool& pool, ast::Node* node);

}  // namespace ty::compile
