// vm/ops/control.cpp: jumps, the loop's poll, what continues after releases, entering and leaving the interpreter.
#include "sync/thread_state.h"
#include "vm/ops/ops.h"
#include "vm/unwind.h"

TY_OPS_BEGIN

HANDLER(Jump) { JUMP(jump_target(pc, Op::kJump)); }

SLOW_HANDLER(JumpBack_slow) {
  SAVE();
  if (TY_UNLIKELY(!safepoint(*t).ok())) UNWIND();
  JUMP(jump_target(pc, Op::kJumpBack));
}
HANDLER(JumpBack) {
  if (TY_UNLIKELY(__atomic_load_n(&t->interrupts, __ATOMIC_RELAXED))) TAIL(op_JumpBack_slow);
  JUMP(jump_target(pc, Op::kJumpBack));
}

#define TRUTH_JUMP(name, expected)                                                                       \
  SLOW_HANDLER(name##_slow) {                                                                            \
    SAVE();                                                                                              \
    int r = slow_truth(*t, R[opa(pc)]);                                                                  \
    if (TY_UNLIKELY(r < 0)) UNWIND();                                                                    \
    if (pc->kill & kKillA) clear_register(R, opa(pc));                                                   \
    const Insn* next = r == (expected) ? jump_target(pc, Op::k##name) : pc + op_length(Op::k##name);     \
    JUMP_DRAIN(next);                                                                                    \
  }                                                                                                      \
  HANDLER(name) {                                                                                        \
    uint64_t a = R[opa(pc)].bits | 2;                                                                    \
    if (a == bool_value(expected).bits) JUMP(jump_target(pc, Op::k##name));                              \
    if (a == bool_value(!(expected)).bits) NEXT(name);                                                   \
    TAIL(op_##name##_slow);                                                                              \
  }
TRUTH_JUMP(JumpIfTrue, 1)
TRUTH_JUMP(JumpIfFalse, 0)

// None is immortal, so only the other outcome may have to release the operand.
#define NONE_JUMP(name, is_taken_for_none)                                                               \
  SLOW_HANDLER(name##_kill) {                                                                            \
    SAVE();                                                                                              \
    clear_register(R, opa(pc));                                                                          \
    const Insn* next = (is_taken_for_none) ? pc + op_length(Op::k##name) : jump_target(pc, Op::k##name); \
    JUMP_DRAIN(next);                                                                                    \
  }                                                                                                      \
  HANDLER(name) {                                                                                        \
    if ((R[opa(pc)].bits | 2) == none().bits) {                                                          \
      if (is_taken_for_none) JUMP(jump_target(pc, Op::k##name));                                         \
      NEXT(name);                                                                                        \
    }                                                                                                    \
    if (TY_UNLIKELY(pc->kill)) TAIL(op_##name##_kill);                                                   \
    if (!(is_taken_for_none)) JUMP(jump_target(pc, Op::k##name));                                        \
    NEXT(name);                                                                                          \
  }
NONE_JUMP(JumpIfNone, true)
NONE_JUMP(JumpIfNotNone, false)

#define IS_JUMP(name, expected)                                                                          \
  HANDLER(name) {                                                                                        \
    SAVE();                                                                                              \
    bool r = is_same(R[opa(pc)], R[opb(pc)]);                                                            \
    kill_ab(R, decode<Op::k##name>(pc));                                                                 \
    const Insn* next = r == (expected) ? jump_target(pc, Op::k##name) : pc + op_length(Op::k##name);     \
    JUMP_DRAIN(next);                                                                                    \
  }
IS_JUMP(JumpIfIs, true)
IS_JUMP(JumpIfIsNot, false)

// --- continuations ---
SLOW_HANDLER(drop_dead) {
  SAVE();
  dec(reinterpret_cast<Object*>(s0));
  if (__atomic_load_n(&t->interrupts, __ATOMIC_RELAXED) & kInterruptFinalizers) TAIL(op_drain);
  DISPATCH();
}
SLOW_HANDLER(drop_next) {
  auto* o = reinterpret_cast<Object*>(s0);
  if (TY_UNLIKELY(!o)) DISPATCH();  // a register that was never written
  if (TY_LIKELY(o->load_flags() & kLocal)) {
    uint32_t local = o->ref_local - 1;
    if (TY_LIKELY(local != 0)) {
      o->ref_local = local;
      DISPATCH();
    }
  }
  TAIL1(op_drop_dead, s0);
}
SLOW_HANDLER(drain) {
  SAVE();
  vm_drain(*t);
  DISPATCH();
}
SLOW_HANDLER(resume) {
  pc = t->pc;
  R = t->base;
  K = frame_code(R)->constants;
  if (TY_UNLIKELY(__atomic_load_n(&t->interrupts, __ATOMIC_RELAXED) & kInterruptFinalizers)) TAIL(op_drain);
  DISPATCH();
}

HANDLER(LeaveInterpreter) { (void)pc; }
HANDLER(FinishConstructor) { UNWIND(); }
HANDLER(FinishGenerator) { UNWIND(); }

TY_OPS_END

#if !defined(TY_WIDE)
namespace ty {
SLOW_HANDLER(unwind) {
  SAVE();
  vm_unwind(*t);
  pc = t->pc;
  R = t->base;
  K = frame_code(R)->constants;
  if (TY_UNLIKELY(__atomic_load_n(&t->interrupts, __ATOMIC_RELAXED) & kInterruptFinalizers)) TAIL(narrow::op_drain);
  DISPATCH();
}
}  // namespace ty
#endif
