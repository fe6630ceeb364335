// syntax/unparse.h: an expression as source text.
//
// What        The text that `from __future__ import annotations` stores, spelled exactly as CPython's compiler spells
//             it (which is not ast.unparse's spelling).
// Threads     any.
// See         CPython Python/ast_unparse.c
#pragma once

#include <string_view>

#include "syntax/ast.h"

namespace ty::ast {

/// repr() of an Object constant, in the arena; false: it raised.
using ObjectRepr = bool (*)(void* context, Arena& arena, void* object, std::string_view* text);

/// The text in the arena (WTF-8); data() is null if `object_repr` failed.
std::string_view unparse(Arena& arena, const Expr* e, ObjectRepr object_repr = nullptr, void* context = nullptr);

}  // namespace ty::ast
