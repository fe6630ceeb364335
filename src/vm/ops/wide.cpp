// vm/ops/wide.cpp: the handlers once more, for two-word instructions.
#define TY_WIDE 1
#include "vm/ops/arith.cpp"
#include "vm/ops/attr.cpp"
#include "vm/ops/call.cpp"
#include "vm/ops/control.cpp"
#include "vm/ops/misc.cpp"
#include "vm/ops/scope.cpp"
