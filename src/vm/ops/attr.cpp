// vm/ops/attr.cpp: attributes, items, globals: generic forms. The specialised ones are in vm/ic.
#include "vm/ops/ops.h"

TY_OPS_BEGIN

GENERIC(LoadGlobal)
GENERIC(LoadAttr)
GENERIC(StoreAttr)
GENERIC(LoadMethod)
GENERIC(LoadSubscript)
GENERIC(StoreSubscript)
GENERIC(UnpackSequence)
GENERIC(ListAppend)

TY_OPS_END
