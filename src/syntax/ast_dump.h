// syntax/ast_dump.h: a tree as text.
//
// What        dump() prints what ast.dump(tree, include_attributes=..., show_empty=True) prints.
// Threads     any.
#pragma once

#include <string>

#include "syntax/ast.h"

namespace ty::ast {

enum class DumpAttributes : uint8_t { Omit, Include };

std::string dump(const Node* node, DumpAttributes attributes);

/// repr() of a constant other than Object.
void append_constant_repr(std::string& out, const ConstantValue& value);
void append_str_repr(std::string& out, std::string_view text);

}  // namespace ty::ast
