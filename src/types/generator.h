// types/generator.h: generators, coroutines, async generators: one struct, three types.
//
// Layout      the frame (header words and registers) lies in the object and runs in place.
// Invariants  a suspended generator's registers hold counted references, immediates or immortals only; those of a SHARED one are published.
//             While running they belong to the thread that runs it and are no edges of the object.
// Threads     whoever changes `state` from created/suspended to running owns the rest until it changes back: ValueError
//             "generator already executing" otherwise.
// PROMPT      death is visible (finally blocks, "never awaited").
#pragma once

#include "bytecode/frame_layout.h"
#include "object/binding.h"
#include "types/code.h"

namespace ty {

enum class GeneratorState : uint32_t { kCreated, kSuspended, kRunning, kFinished };
enum class GeneratorKind : uint8_t { kGenerator, kCoroutine, kAsyncGenerator };
/// Who resumed it: what happens when it ends.
enum class ResumeKind : uint8_t { kNative, kForIter, kSend };

struct Generator : Object {  // [owner]
  Slot name;            // [atomic]
  Slot qualname;        // [atomic]
  Slot code;            // [const]
  Slot handled;         // [running] the exception it was handling when suspended
  Slot origin;          // [const] cr_origin / ag finalizer hook
  Slot finalizer;       // [running] async generators: the finalizer hook
  uint64_t weaklist;
  uint32_t state;       // [atomic] GeneratorState
  GeneratorKind kind;   // [const]
  ResumeKind resume;    // [running]
  bool inherits;        // [running] the handled exception is the resumer's
  bool hooks_done;      // [running] async generators
  bool async_running;   // [running] ag_running
  bool closed;          // [running] async generators
  const Insn* pc;       // [running] where it is suspended
  const Insn* resume_pc;  // [running] ForIter or Send instruction that resumed it
  Value* stack_top;     // [running] first free register of the thread's stack
  Object* outer_handled;  // [running] the resumer's handled exception (counted) or null
  uint32_t register_count;  // [const]
  uint32_t pad_;
  Value header[kFrameHeaderWords];  // [running]
  Value registers[];    // [running]
  Value* base() { return registers; }
  static Generator* of_base(Value* base) { return reinterpret_cast<Generator*>(reinterpret_cast<char*>(base) - offsetof(Generator, registers)); }
};
extern Type generator_type, coroutine_type, async_generator_type, coroutine_wrapper_type;
extern Type async_generator_send_type, async_generator_throw_type, async_generator_value_type, anext_awaitable_type;
TY_INLINE bool is_generator_like(Value v) {
  if (!v.is_object()) return false;
  Type* type = v.object()->type();
  return type == &generator_type || type == &coroutine_type || type == &async_generator_type;
}

/// What one step of a generator gave.
enum class StepKind : uint8_t { kYielded, kReturned, kRaised };
struct Step {
  StepKind kind;
  Owned value;
};
/// send(value): no check of the kind of object. Raises ValueError if it is running.
Step generator_send(Thread& t, Generator& g, Value value);
/// throw(exception) where the exception is pending on `t`.
Step generator_throw_pending(Thread& t, Generator& g);
/// close()
Result<Owned> generator_close(Thread& t, Generator& g);
/// throw() including delegation.
Result<Owned> generator_throw(Thread& t, Generator& g, Value type, Value value_or_null, Value traceback_or_null);
/// What it delegates to (gi_yieldfrom), or None.
Owned generator_yield_from(Generator& g);
/// anext(iterator, default): awaits `awaitable`, StopAsyncIteration gives `fallback`.
Result<Owned> anext_awaitable_new(Thread& t, Value awaitable, Value fallback);
/// The iterator `await v` drives: CPython's _PyCoro_GetAwaitableIter.
Result<Owned> get_awaitable_iterator(Thread& t, Value v);

}  // namespace ty
