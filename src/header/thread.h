// header/thread.h: the fields of a thread that hot paths touch. Cold state hangs off the pointers at the end.
//
// One Thread per native thread that runs Python. It is passed explicitly (`Thread& t` first) to whatever may raise, allocate,
// block or reach a safepoint; current_thread() exists for the few places that cannot be passed one (destructors, C callbacks).
// Threads     fields are [owner] unless tagged; another thread may touch them only while it holds this one stopped or SCANNED.
// See         docs/locking.md (states, safepoints), docs/bytecode.md (registers), RECLAIM.md section 3.
#pragma once

#include "header/value.h"

namespace ty {

struct Interpreter;
struct Heap;          // mem/heap.h: this thread's pages
struct ReclaimState;  // mem/reclaim.h: zero list, batch, retired buffers
struct Insn;          // bytecode/instruction.h
struct CriticalSectionBase;
struct GcState;       // gc/
struct ThreadCold;    // vm/thread_state.h: context, thread-locals, exception-info stack, async hooks …

/// Bits of Thread::interrupts: why the next safepoint has work to do.
enum Interrupt : uint32_t {
  kInterruptHandshake = 1 << 0,   ///< acknowledge the open handshake
  kInterruptBatchDue = 1 << 1,    ///< a batch of ours completed, or our zero list passed its threshold
  kInterruptStop = 1 << 2,        ///< somebody wants this thread stopped
  kInterruptGil = 1 << 3,         ///< GIL mode: give the lock up
  kInterruptSignal = 1 << 4,      ///< run Python signal handlers (main thread)
  kInterruptAsync = 1 << 5,       ///< an exception set by PyThreadState_SetAsyncExc
  kInterruptFinalizers = 1 << 6,  ///< the finalizer queue is not empty
  kInterruptCollect = 1 << 7,     ///< a local (or shared) collection is due
  kInterruptCalls = 1 << 8,       ///< pending calls
};

enum class ThreadState : uint32_t { kAttached, kDetached, kHeld, kGone };

struct Thread {
  // Line 1: interpreter.
  uint32_t interrupts;          // [atomic] Interrupt bits; polled by back-edges
  int32_t recursion_remaining;  // Python frames still allowed
  Value* register_limit;        // [atomic] a call whose window would pass it takes the slow path; 0 while interrupts != 0
  Value* base;                  // registers of the running frame, saved before every call out of the interpreter
  const Insn* pc;               // its instruction, likewise
  Object* exception;            // pending exception (counted) or null
  uint64_t tid;                 // thread pointer: what Object::tid of its LOCAL objects holds
  Heap* heap;
  char* native_limit;           // lowest address the native stack may reach

  // Line 2.
  Object* handled_exception;    // exception being handled (sys.exc_info), counted, or null
  CriticalSectionBase* sections;  // innermost critical section
  ReclaimState* reclaim;
  GcState* gc;
  Object** finalizer_queue;     // objects whose finalizer, and callbacks that, must run before the next instruction
  uint32_t finalizer_count;
  uint32_t finalizer_capacity;
  Object* dying;                // worklist of die_local(), linked through tid
  uint32_t no_safepoint;        // debug: > 0 forbids safepoints
  uint32_t state;               // [atomic] ThreadState

  // Cold.
  Interpreter* interpreter;     // [const]
  ThreadCold* cold;             // [const]
  Value* register_stack;        // [const] lowest register
  Value* register_stack_end;    // [const]
  char* native_stack_base;      // [const] highest address of the native stack
  char* saved_stack_pointer;    // [owner/held] where a conservative scan of a detached thread begins
  uint64_t saved_registers[8];  // [owner/held] callee-saved registers at the detach
  uint64_t id;                  // [const] never reused
  uint64_t acked;               // [owner/held] last handshake epoch acknowledged
  Value* real_register_limit;   // [owner] what register_limit is while interrupts == 0; set by the VM with register_stack
  uint32_t attach_waiters;      // [atomic] somebody sleeps until `state` leaves kHeld
  uint32_t stop_count;          // [registry lock] how many stoppers hold this thread
  bool suspended_sections;      // [owner] critical sections were suspended at the detach
  bool holds_gil;               // [owner]
  Thread* next;                 // [registry lock]
  Thread* previous;             // [registry lock]
};

/// The Thread of the calling native thread, or null.
extern thread_local Thread* g_current_thread;
TY_INLINE Thread& current_thread() { return *g_current_thread; }

/// True once a second thread exists (or -X ty.stress_multi): the store barrier publishes. Set with the world stopped.
extern bool g_multi;  // [stw]
/// The thread that has the world stopped, or null: it may touch the LOCAL objects of all.
extern Thread* g_world_stopper;  // [atomic]
TY_INLINE Thread* world_stopper() { return __atomic_load_n(&g_world_stopper, __ATOMIC_RELAXED); }

/// Whether the calling thread may touch a LOCAL object of owner `tid` (R2). For assertions.
TY_INLINE bool may_touch_local(uint64_t tid) {
  return tid == g_current_thread->tid || world_stopper() == g_current_thread;
}

}  // namespace ty
