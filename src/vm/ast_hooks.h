// vm/ast_hooks.h: how compile() reaches syntax trees as Python objects: the module _ast installs itself here.
#pragma once

#include <string_view>

#include "compile/compile.h"

namespace ty {

extern bool (*g_is_ast_object)(Value v);
/// Checks and compiles a tree of ast objects.
extern Result<Ref<Code>> (*g_compile_ast_object)(Thread& t, Value tree, Value filename, const CompileOptions& options);
/// Source to ast objects; feature_version below -1: mode "func_type" with version -1 - feature_version.
extern Result<Owned> (*g_parse_to_ast_object)(Thread& t, std::string_view source, Value filename, const CompileOptions& options, int feature_version);

}  // namespace ty
