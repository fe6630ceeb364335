// modules/math.h: what the files of the math module share.
#pragma once

#include "types/module.h"

namespace ty {

extern const MethodDef kMathIntegerMethods[];
extern const MethodDef kMathSumMethods[];

/// v as an exact int; TypeError as operator.index() raises.
Result<Owned> math_index(Thread& t, Value v);

}  // namespace ty
