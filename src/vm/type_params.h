// vm/type_params.h: who makes TypeVar, ParamSpec, TypeVarTuple, TypeAliasType: the module _typing installs itself here.
#pragma once

#include "bytecode/instruction.h"
#include "object/abstract.h"

namespace ty {

/// Intrinsics kTypeVar … kSetTypeParamDefault; `b_or_null` for those with two operands.
extern Result<Owned> (*g_make_type_parameter)(Thread& t, Intrinsic kind, Value a, Value b_or_null);

}  // namespace ty
