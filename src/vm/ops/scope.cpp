// vm/ops/scope.cpp: moves, constants, cells, names.
#include "types/tuple.h"
#include "vm/ops/ops.h"

TY_OPS_BEGIN

GENERIC_SLOW(Move)
HANDLER(Move) {
  Value v = R[opb(pc)];
  if ((v.bits & 7) == 0) {
    if (pc->kill & kKillB) {
      R[opb(pc)] = Value::empty();
      TY_BRANCH();
    } else {
      if (TY_UNLIKELY(!(v.object()->load_flags() & kLocal))) TAIL(op_Move_slow);
      v.object()->ref_local++;
    }
  }
  WRITE_NEXT(Move, v);
}

GENERIC_SLOW(LoadConst)
HANDLER(LoadConst) {
  Value v = K[opbx(pc)];
  if ((v.bits & 7) == 0) {
    Object* o = v.object();
    if (o->load_flags() & kLocal) {
      o->ref_local++;
      TY_BRANCH();
    } else {
      v = Value::uncounted(o);
    }
  }
  WRITE_NEXT(LoadConst, v);
}

GENERIC_SLOW(CheckBound)
HANDLER(CheckBound) {
  if (TY_UNLIKELY(R[opa(pc)].is_empty())) TAIL(op_CheckBound_slow);
  NEXT(CheckBound);
}

HANDLER(Drop) { WRITE_NEXT(Drop, Value::empty()); }

HANDLER(DeleteLocal) {
  if (TY_UNLIKELY(R[opa(pc)].is_empty())) {
    SAVE();
    slow_CheckBound(*t, R, K, decode<Op::kDeleteLocal>(pc));
    UNWIND();
  }
  WRITE_NEXT(DeleteLocal, Value::empty());
}

HANDLER(Swap) {
  Value a = R[opa(pc)];
  R[opa(pc)] = R[opb(pc)];
  R[opb(pc)] = a;
  NEXT(Swap);
}
HANDLER(Nop) { NEXT(Nop); }

GENERIC(MakeCell)
GENERIC_SLOW(LoadCell)
HANDLER(LoadCell) {
  Value v = R[opb(pc)].as<Cell>()->content.load();
  LOAD_NEXT(LoadCell, v, op_LoadCell_slow);
}
GENERIC(StoreCell)
GENERIC(DeleteCell)

TY_INLINE Cell* free_cell(Value* R, uint32_t index) {
  return frame_function(R)->closure.load_as<Tuple>()->items[index].load_as<Cell>();
}
GENERIC_SLOW(LoadFree)
HANDLER(LoadFree) {
  Value v = free_cell(R, opb(pc))->content.load();
  LOAD_NEXT(LoadFree, v, op_LoadFree_slow);
}
GENERIC(StoreFree)
GENERIC(DeleteFree)
GENERIC(LoadFreeCell)

GENERIC(StoreGlobal)
GENERIC(DeleteGlobal)
GENERIC(LoadName)
GENERIC(StoreName)
GENERIC(DeleteName)
GENERIC(LoadLocals)
GENERIC(LoadFromDictOrGlobals)
GENERIC(LoadFromDictOrCell)
GENERIC(SetupAnnotations)

TY_OPS_END
