// vm/handlers.h: addresses of instruction handlers.
//
// Invariants  handler addresses fit 32 bits (the executable is not position independent).
// Threads     constant; specialisation rewrites the handler half of an instruction with one atomic store.
#pragma once

#include "bytecode/instruction.h"
#include "header/thread.h"

namespace ty {

using Handler = void __attribute__((preserve_none)) (const Insn* pc, Value* R, Thread* t, const Value* K, uint64_t s0, uint64_t s1);

TY_INLINE Handler* handler_of(const Insn* pc) {
  return reinterpret_cast<Handler*>(static_cast<uintptr_t>(__atomic_load_n(&pc->handler, __ATOMIC_RELAXED)));
}
TY_INLINE uint32_t handler_word(Handler* handler) { return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(handler)); }
/// Rewrites an instruction to another handler of its family.
TY_INLINE void set_handler(const Insn* pc, Handler* handler) {
  __atomic_store_n(const_cast<uint32_t*>(&pc->handler), handler_word(handler), __ATOMIC_RELAXED);
}

struct OpShape {
  Format format;
  uint8_t words;
};
inline constexpr OpShape kOpShapes[] = {
#define OP(name, format, a, b, c, effects, words) {Format::format, words},
#include "bytecode/opcodes.def"
#undef OP
};
inline constexpr Role kOpRoleB[] = {
#define OP(name, format, a, b, c, effects, words) Role::b,
#include "bytecode/opcodes.def"
#undef OP
};
constexpr OpShape op_shape(Op op) { return kOpShapes[static_cast<size_t>(op)]; }
constexpr unsigned shape_length(Op op, unsigned wide) {
  OpShape shape = op_shape(op);
  return 1 + wide + (shape.format == Format::Jump ? 1 : 0) + shape.words;
}

/// Handlers by opcode: plain functions, then generators and bodies with a namespace; narrow, then wide.
extern Handler* const kNarrowHandlers[kOpCount];
extern Handler* const kWideHandlers[kOpCount];
/// Replacements in generator-like code (null: the same), and in code that runs in a namespace.
Handler* generator_handler(Op op, bool wide);

/// Goes on at t.pc, t.base until LeaveInterpreter.
void interpret(Thread* t);

}  // namespace ty
