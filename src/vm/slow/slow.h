// vm/slow/slow.h: the C++ halves of instructions. Called by handlers (vm/ops) with Thread::pc and Thread::base saved.
//
// slow_X does the whole of instruction X: reads operands, writes the destination, releases killed operands. False: an exception is pending,
// and operands are as they were or released (the unwinder releases what is left). Finalizers that releases queue are run by the handler.
// Threads     the running thread's frame.
// See         docs/bytecode.md, vm/ops/ops.h
#pragma once

#include "bytecode/frame_layout.h"
#include "object/abstract.h"
#include "types/code.h"
#include "types/dict.h"
#include "types/function.h"

namespace ty {

/// Decoded operands; b holds Bx for format ABx, a holds it for format Bx.
struct Ins {
  uint32_t a;
  uint32_t b;
  uint16_t c;
  uint16_t kill;
  uint32_t extra;  // immediate second word (CallKeywords, UnpackStar)
};

#define OP(name, format, a, b, c, effects, words) bool slow_##name(Thread& t, Value* R, const Value* K, Ins i);
#include "bytecode/opcodes.def"
#undef OP

// --- registers ---
/// Gives up the reference a register word carries; the register must have been overwritten.
TY_INLINE void release_word(Value word) {
  if ((word.bits & 7) == 0 && word.bits != 0) dec(word.object());
}
/// R[a] = value (with the reference it carries); releases what was there.
TY_INLINE void put(Value* R, uint32_t a, Value value) {
  Value old = R[a];
  R[a] = value;
  release_word(old);
}
TY_INLINE void put(Value* R, uint32_t a, Owned value) { put(R, a, value.release()); }
/// Releases register r and leaves EMPTY.
TY_INLINE void clear_register(Value* R, uint32_t r) {
  Value old = R[r];
  R[r] = Value::empty();
  release_word(old);
}
/// A register word of its own for a copy of `v`.
TY_INLINE Value copy_word(Value v) {
  if ((v.bits & 7) == 0) inc(v.object());
  return v;
}
/// Takes the word out of register r if its kill bit is set, else copies it.
TY_INLINE Owned take_operand(Value* R, uint32_t r, bool kill) {
  Value v = R[r];
  if (kill) {
    R[r] = Value::empty();
    return Owned::steal(v);
  }
  return Owned::steal(copy_word(v));
}
TY_INLINE void kill_ab(Value* R, const Ins& i) {
  if (i.kill & kKillA) clear_register(R, i.a);
  if (i.kill & kKillB) clear_register(R, i.b);
}
TY_INLINE void kill_bc(Value* R, const Ins& i) {
  if (i.kill & kKillB) clear_register(R, i.b);
  if (i.kill & kKillC) clear_register(R, i.c);
}
/// Releases a run of registers.
TY_INLINE void clear_run(Value* R, uint32_t first, uint32_t n) {
  for (uint32_t k = 0; k < n; k++) clear_register(R, first + k);
}
/// Result to R[a], then the killed operands b and c.
TY_INLINE bool finish_bc(Value* R, const Ins& i, Result<Owned> result) {
  if (TY_UNLIKELY(!result.ok())) return false;
  Value word = result.take().release();
  Value old = R[i.a];
  R[i.a] = word;
  if ((i.kill & kKillB) && i.b != i.a) clear_register(R, i.b);
  if ((i.kill & kKillC) && i.c != i.a) clear_register(R, i.c);
  release_word(old);
  return true;
}
TY_INLINE bool finish_b(Value* R, const Ins& i, Result<Owned> result) {
  if (TY_UNLIKELY(!result.ok())) return false;
  Value word = result.take().release();
  Value old = R[i.a];
  R[i.a] = word;
  if ((i.kill & kKillB) && i.b != i.a) clear_register(R, i.b);
  release_word(old);
  return true;
}

// --- frames ---
TY_INLINE Code* frame_code(const Value* R) { return raw_pointer<Code>(R[kFrameCode]); }
TY_INLINE Function* frame_function(const Value* R) { return R[kFrameFunction].as<Function>(); }
TY_INLINE Dict& frame_globals(const Value* R) { return *frame_function(R)->globals.load_as<Dict>(); }
TY_INLINE Value frame_builtins(const Value* R) { return frame_function(R)->builtins.load(); }

// --- operators ---
using BinaryFn = Result<Owned> (*)(Thread&, Value, Value);
bool slow_binary(Thread& t, Value* R, Value c, Ins i, BinaryFn fn);
/// Truth of v: 0, 1, or -1 when it raised.
int slow_truth(Thread& t, Value v);
int slow_compare_truth(Thread& t, Value a, Value b, CompareOp op);
bool slow_compare(Thread& t, Value* R, Ins i, CompareOp op);
Result<Owned> vm_power(Thread& t, Value a, Value b);
Result<Owned> vm_inplace_power(Thread& t, Value a, Value b);

}  // namespace ty
