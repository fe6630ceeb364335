// vm/ops/ops.h: how instruction handlers are written.
//
// One handler is one function with the calling convention preserve_none: pc (its own instruction), R (register base), t, K (constants) are pinned
// in machine registers; s0 and s1 carry words to a tail-called continuation and mean nothing otherwise. It ends in a tail call to the next handler.
// Rules
//  1  Fast paths call nothing that is not a tail call, and hold nothing with a destructor. Anything else is in a *_slow handler.
//  2  Before a call into C++: SAVE(). After it R is what it was (register stacks do not move), but every reference read before is stale.
//  3  Conditional jumps stay branches: `pc = target; TY_BRANCH(); DISPATCH();` (a conditional move makes pc depend on the data).
//  4  Handlers release as their last action: write, advance pc, then tail-call drop_next with the old word.
//  5  An error exit is UNWIND() with pc at the instruction that raised.
//  6  The files here are compiled twice: the second time with TY_WIDE, for two-word instructions. Operands are read only through opa() … opbx().
// See         docs/bytecode.md, MEASUREMENTS.md
#pragma once

#include "vm/handlers.h"
#include "vm/slow/slow.h"

#if defined(TY_WIDE)
#define TY_OPS_BEGIN namespace ty::wide {
#else
#define TY_OPS_BEGIN namespace ty::narrow {
#endif
#define TY_OPS_END }

#define TY_PARAMS                                                                                                   \
  [[maybe_unused]] const ::ty::Insn *pc, [[maybe_unused]] ::ty::Value *R, [[maybe_unused]] ::ty::Thread *t,         \
      [[maybe_unused]] const ::ty::Value *K, [[maybe_unused]] uint64_t s0, [[maybe_unused]] uint64_t s1
#define HANDLER(name) __attribute__((preserve_none)) void op_##name(TY_PARAMS)
#define SLOW_HANDLER(name) __attribute__((preserve_none, noinline)) void op_##name(TY_PARAMS)

/// A word that means nothing, at no cost.
#define TY_UNDEF              \
  ({                          \
    uint64_t ty_undef_;       \
    asm volatile("" : "=r"(ty_undef_)); \
    ty_undef_;                \
  })
#define TAIL(f) [[clang::musttail]] return f(pc, R, t, K, TY_UNDEF, TY_UNDEF)
#define TAIL1(f, x) [[clang::musttail]] return f(pc, R, t, K, (x), TY_UNDEF)
#define TAIL2(f, x, y) [[clang::musttail]] return f(pc, R, t, K, (x), (y))
#define DISPATCH() [[clang::musttail]] return handler_of(pc)(pc, R, t, K, TY_UNDEF, TY_UNDEF)
#define SAVE() (t->pc = pc, t->base = R)
#define UNWIND() TAIL(op_unwind)
#define TY_BRANCH() asm volatile("" : "+r"(pc))
#define NEXT(op)               \
  do {                         \
    pc += op_length(Op::k##op); \
    DISPATCH();                \
  } while (0)
/// After a C++ half: finalizers it queued run first.
#define NEXT_DRAIN(op)                                                                   \
  do {                                                                                   \
    pc += op_length(Op::k##op);                                                          \
    if (TY_UNLIKELY(__atomic_load_n(&t->interrupts, __ATOMIC_RELAXED) & kInterruptFinalizers)) TAIL(op_drain);                \
    DISPATCH();                                                                          \
  } while (0)
#define JUMP(target)  \
  do {                \
    pc = (target);    \
    TY_BRANCH();      \
    DISPATCH();       \
  } while (0)
#define JUMP_DRAIN(target)                                                 \
  do {                                                                     \
    pc = (target);                                                         \
    if (TY_UNLIKELY(__atomic_load_n(&t->interrupts, __ATOMIC_RELAXED) & kInterruptFinalizers)) TAIL(op_drain);  \
    DISPATCH();                                                            \
  } while (0)
/// R[a] = value, then the next instruction; the old word is released last.
#define WRITE_NEXT(op, value)                                              \
  do {                                                                     \
    Value* ty_target_ = &R[opa(pc)];                                       \
    Value ty_old_ = *ty_target_;                                           \
    *ty_target_ = (value);                                                 \
    pc += op_length(Op::k##op);                                            \
    if (TY_UNLIKELY((ty_old_.bits & 7) == 0)) TAIL1(op_drop_next, ty_old_.bits); \
    DISPATCH();                                                            \
  } while (0)
/// As WRITE_NEXT for a word read from the heap: a LOCAL object is counted, a SHARED one is not; PROMPT and null ones go to `slow`.
#define LOAD_NEXT(op, word_, slow)                                               \
  do {                                                                          \
    Value ty_word_ = (word_);                                                   \
    if (TY_LIKELY(ty_word_.is_object())) {                                      \
      if (TY_UNLIKELY(ty_word_.bits == 0)) TAIL(slow);                          \
      Object* ty_object_ = ty_word_.object();                                   \
      uint16_t ty_flags_ = ty_object_->load_flags();                            \
      if (ty_flags_ & kLocal) {                                                 \
        ty_object_->ref_local++;                                                \
        TY_BRANCH();                                                            \
        ty_word_ = Value(ty_object_);                                           \
      } else {                                                                  \
        if (TY_UNLIKELY(ty_flags_ & kPrompt)) TAIL(slow);                       \
        ty_word_ = Value::uncounted(ty_object_);                                \
      }                                                                         \
    }                                                                           \
    WRITE_NEXT(op, ty_word_);                                                   \
  } while (0)
/// A handler that leaves everything to slow_<name>.
#define GENERIC_SLOW(name)                                                         \
  SLOW_HANDLER(name##_slow) {                                                      \
    SAVE();                                                                        \
    if (TY_UNLIKELY(!slow_##name(*t, R, K, decode<Op::k##name>(pc)))) UNWIND();    \
    NEXT_DRAIN(name);                                                              \
  }
#define GENERIC(name)                                                              \
  HANDLER(name) {                                                                  \
    SAVE();                                                                        \
    if (TY_UNLIKELY(!slow_##name(*t, R, K, decode<Op::k##name>(pc)))) UNWIND();    \
    NEXT_DRAIN(name);                                                              \
  }

TY_OPS_BEGIN

#if defined(TY_WIDE)
inline constexpr unsigned kWide = 1;
TY_INLINE uint32_t opa(const Insn* pc) { return reinterpret_cast<const WideOperands*>(pc + 1)->a; }
TY_INLINE uint32_t opb(const Insn* pc) { return reinterpret_cast<const WideOperands*>(pc + 1)->b; }
TY_INLINE uint32_t opc(const Insn* pc) { return reinterpret_cast<const WideOperands*>(pc + 1)->c; }
TY_INLINE uint32_t opbx(const Insn* pc) { return opb(pc) | opc(pc) << 16; }
#else
inline constexpr unsigned kWide = 0;
TY_INLINE uint32_t opa(const Insn* pc) { return pc->a; }
TY_INLINE uint32_t opb(const Insn* pc) { return pc->b; }
TY_INLINE uint32_t opc(const Insn* pc) { return pc->c; }
TY_INLINE uint32_t opbx(const Insn* pc) { return opb(pc) | opc(pc) << 8; }
#endif

constexpr unsigned op_length(Op op) { return shape_length(op, kWide); }
/// Address of the op's cache (or immediate) word k.
TY_INLINE uint64_t* cache_word(const Insn* pc, Op op, unsigned k = 0) {
  return const_cast<uint64_t*>(reinterpret_cast<const uint64_t*>(pc)) + 1 + kWide + (op_shape(op).format == Format::Jump ? 1 : 0) + k;
}
TY_INLINE const Insn* jump_target(const Insn* pc, Op op) {
  return pc + op_length(op) + *(reinterpret_cast<const int64_t*>(pc) + 1 + kWide);
}
/// Operand b of a comparing jump is a constant.
constexpr bool op_is_const(Op op) { return kOpRoleB[static_cast<size_t>(op)] == Role::Const; }
template <Op op>
TY_INLINE Ins decode(const Insn* pc) {
  constexpr Format format = op_shape(op).format;
  Ins i;
  i.kill = pc->kill;
  i.a = opa(pc);
  i.b = opb(pc);
  i.c = static_cast<uint16_t>(opc(pc));
  i.extra = 0;
  if constexpr (format == Format::ABx) i.b = opbx(pc);
  if constexpr (format == Format::Bx) i.a = opbx(pc);
  if constexpr (op == Op::kCallKeywords || op == Op::kCallMethodKeywords || op == Op::kUnpackStar) {
    i.extra = static_cast<uint32_t>(*cache_word(pc, op));
  }
  return i;
}

#define OP(name, format, a, b, c, effects, words) HANDLER(name);
#include "bytecode/opcodes.def"
#undef OP
HANDLER(Return_generator);
HANDLER(ReturnConst_generator);
HANDLER(Call_generator);
HANDLER(CallMethod_generator);
/// Releases the word s0, then goes on at pc (the next instruction).
SLOW_HANDLER(drop_next);
/// Runs queued finalizers, then goes on at pc.
SLOW_HANDLER(drain);
/// Goes on at Thread::pc, Thread::base.
SLOW_HANDLER(resume);

TY_OPS_END

namespace ty {
/// An exception is pending; pc is the instruction that raised.
SLOW_HANDLER(unwind);
}
