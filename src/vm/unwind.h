// vm/unwind.h: pushing and popping frames. Between vm/ops and vm/*.cpp.
//
// Return word  R[kFrameReturn]: the caller's next instruction, with the register that gets the result in the top 16 bits, plus kRawTag. The calling
//              instruction is the one that ends where the next one begins: its position is that of the word before.
// Entry frame  a frame of one register that native code pushes before it enters Python: its code is g_entry_code, its pc LeaveInterpreter.
// Threads      the running thread.
#pragma once

#include "types/frame.h"
#include "types/generator.h"
#include "vm/slow/slow.h"

namespace ty {

TY_INLINE Value return_word(const Insn* next, uint32_t destination) {
  return Value::from_bits((reinterpret_cast<uint64_t>(next) | static_cast<uint64_t>(destination) << 48) + kRawTag);
}
TY_INLINE const Insn* return_pc(Value word) { return reinterpret_cast<const Insn*>((word.bits - kRawTag) & 0xFFFFFFFFFFFFu); }
TY_INLINE uint32_t return_register(Value word) { return static_cast<uint32_t>(word.bits >> 48); }
TY_INLINE Value* caller_base(const Value* R) { return raw_pointer<Value>(R[kFrameCaller]); }

extern Code g_entry_code;
TY_INLINE bool is_entry_frame(const Value* R) { return frame_code(R) == &g_entry_code; }
/// The LeaveInterpreter instruction.
extern Insn g_leave_instruction[2];

/// First free register above the frame at `base` (null: the whole stack is free).
Value* frame_top(Thread& t, Value* base);
/// A frame whose registers lie in a generator.
TY_INLINE bool on_stack(const Thread& t, const Value* base) { return base >= t.register_stack && base < t.register_stack_end; }

/// Calls what the window W holds (callable, then n arguments of which kwnames names the last). Null: raised. EMPTY: a Python frame was pushed:
/// go on at t.pc, t.base. Else the result; the window is consumed.
Value vm_call_window(Thread& t, Value* W, size_t n, Tuple* kwnames, Value ret);
/// Pushes a frame for the function in W[0]; as vm_call_window. `marker` and `aux` (owned) go into the header.
Value push_frame(Thread& t, Value* W, size_t n, Tuple* kwnames, Value ret, Value marker, Value aux);
/// Sorts a call's arguments into parameters in `out` (local_count words, EMPTY); consumes `args` on success only.
Result<void> bind_python_arguments(Thread& t, Function& f, Code& code, Value* args, size_t n, Tuple* kwnames, Value* out);

/// Runs the body of a class statement in the namespace `ns`; its result is the __class__ cell or None.
Result<Owned> vm_run_class_body(Thread& t, Function& fn, Value ns);
/// The running frame returns `value` (owned): pops it, gives the value to the caller; false: raised (t.pc, t.base say where).
bool vm_return(Thread& t, Value value);
/// Releases what the registers and header of the frame at R hold.
void release_frame(Thread& t, Value* R);
/// An exception is pending at t.pc: finds the handler; t.pc, t.base say where to go on.
void vm_unwind(Thread& t);
/// Runs queued finalizers at an instruction boundary.
void vm_drain(Thread& t);
/// Adds the running frame to the pending exception's traceback.
void add_traceback(Thread& t, Value* R, const Insn* pc);

/// The running frame, which has executed ReturnGenerator, becomes a generator, which is its result.
bool vm_make_generator(Thread& t);
/// Suspends the running generator with `value` (owned); goes on at t.pc, t.base.
void vm_yield(Thread& t, Value value);
/// The running generator returns.
bool vm_generator_return(Thread& t, Value value);
/// The running generator is left by the pending exception; pops it.
void generator_fail(Thread& t, Value* R);
/// One step of a for loop at `pc`: the item; null: raised; EMPTY: exhausted, or a generator's frame was pushed (t.pc, t.base changed).
Value vm_for_iter(Thread& t, Value iterator, const Insn* pc, Value ret);
enum class SendOutcome { kRaised, kEntered, kYielded, kReturned };
SendOutcome vm_send(Thread& t, Value* R, Ins i, const Insn* pc, Value ret);
/// CallSpread; as vm_call_window.
Value vm_call_spread(Thread& t, Value* R, Ins i, Value ret);
/// Resumes `g` with `value` (owned) as a frame above the running one. False: raised. `ret` as in frames.
bool generator_push(Thread& t, Generator& g, Value value, ResumeKind kind, const Insn* resume_pc, Value ret);

}  // namespace ty
