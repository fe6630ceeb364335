// sync/thread_state.h: attached, detached, stopped; safepoints; the registry of threads.
//
// ATTACHED   may touch objects. DETACHED   blocking or gone to C: registers and native stack are frozen. HELD   frozen by a scanner or a stopper.
// Safepoint  polls Thread::interrupts; whoever has work for a thread sets a bit. Any call that takes Thread& may be one.
// Stop       StopScope stops all other threads; whoever waits for others is detached itself and holds no leaf lock.
// GIL mode   one lock that goes with being attached, passed on at the switch interval.
// Threads    each function says. `state` changes: ATTACHED <-> DETACHED by the thread, DETACHED <-> HELD by anybody.
// See        docs/locking.md, RECLAIM.md section 3
#pragma once

#include "base/result.h"
#include "header/thread.h"
#include "sync/leaf_lock.h"

namespace ty {

/// Asks `t` to visit the slow path of its next safepoint. Any thread.
TY_INLINE void set_interrupt(Thread& t, uint32_t bits) {
  __atomic_fetch_or(&t.interrupts, bits, __ATOMIC_SEQ_CST);
  __atomic_store_n(&t.register_limit, nullptr, __ATOMIC_SEQ_CST);
}

/// What upper layers do at thread events. Set once at start-up; null members are skipped.
struct ThreadHooks {
  // mem/reclaim
  void (*acknowledge)(Thread& t) = nullptr;           ///< scan and acknowledge the open handshake
  bool (*is_acknowledged)(Thread& t) = nullptr;       ///< after the state became DETACHED: nothing is left to acknowledge
  void (*scan_frozen_self)(Thread& t) = nullptr;      ///< t is HELD by itself: acknowledge and set DETACHED
  void (*reclaim)(Thread& t) = nullptr;               ///< process a batch, request a handshake
  void (*visit_open)(Thread& t) = nullptr;            ///< scan frozen threads for an open handshake
  void (*complete_stopped)(Thread& t) = nullptr;      ///< the world is stopped by t: complete an open handshake
  void (*after_attach)(Thread& t) = nullptr;
  // gc/
  void (*collect)(Thread& t) = nullptr;               ///< kInterruptCollect
  // vm/
  void (*drain_rpy)(Thread& t) = nullptr;             ///< kInterruptFinalizers
  Result<void> (*run_signal_handlers)(Thread& t) = nullptr;
  Result<void> (*raise_async)(Thread& t) = nullptr;
  Result<void> (*run_pending_calls)(Thread& t) = nullptr;
};
extern ThreadHooks g_thread_hooks;

/// The slow path of a poll: everything the interrupt bits ask for. May run Python (finalizers, signal handlers).
Result<void> safepoint(Thread& t);
/// The part of a safepoint that runs no Python and cannot fail: stops, handshakes, the GIL, collections. The other bits stay set. For long native
/// loops, which must get here at least every 100 us.
void safepoint_quiet(Thread& t);

TY_INLINE bool poll_needed(Thread& t) { return __atomic_load_n(&t.interrupts, __ATOMIC_RELAXED) != 0; }
TY_INLINE Result<void> poll(Thread& t) { return TY_UNLIKELY(poll_needed(t)) ? safepoint(t) : Result<void>(); }
TY_INLINE void poll_quiet(Thread& t) {
  if (TY_UNLIKELY(poll_needed(t))) safepoint_quiet(t);
}

/// ATTACHED -> DETACHED: no object may be touched until attach(). Critical sections are suspended, a GIL is given up.
void detach(Thread& t);
/// DETACHED -> ATTACHED, waiting while the thread is held. Runs no Python; polls later.
void attach(Thread& t);

/// Around a call that may block.
class DetachScope {
 public:
  explicit DetachScope(Thread& t) : t_(t) { detach(t_); }
  ~DetachScope() { attach(t_); }
  DetachScope(const DetachScope&) = delete;
  DetachScope& operator=(const DetachScope&) = delete;

 private:
  Thread& t_;
};

/// Stops all other threads (waiting for them detached); `t` is attached and alone when it returns. Nests.
void stop_world(Thread& t);
void start_world(Thread& t);

class StopScope {
 public:
  explicit StopScope(Thread& t) : t_(t) { stop_world(t_); }
  ~StopScope() { start_world(t_); }
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;

 private:
  Thread& t_;
};
TY_INLINE bool is_world_stopped_by(const Thread& t) { return world_stopper() == &t; }

/// At the end of the interpreter: from now on no thread but `t` gets attached; the others (daemon threads) sleep for ever at their next attach or
/// safepoint.
void park_other_threads(Thread& t);

/// The registry. `registry_lock` guards the list, thread counts, handshake announcements.
extern LeafLock registry_lock;
extern Thread* g_threads TY_GUARDED_BY(registry_lock);  // newest first; entries of GONE threads are unlinked
extern uint32_t g_thread_count TY_GUARDED_BY(registry_lock);
/// Enters `t`, attached, acknowledged for every epoch announced so far. Waits while the world is stopped. `enter` is called under the lock.
void register_thread(Thread& t, void (*enter)(Thread& t));
/// Takes `t` out of the registry, state GONE; `leave` is called under the lock.
void unregister_thread(Thread& t, void (*leave)(Thread& t));

/// True while somebody wants the world stopped or has it.
bool stop_pending();

/// DETACHED -> HELD by a scanner / back, waking a thread that waits to attach. Any thread.
bool try_hold(Thread& t);
void release_hold(Thread& t);

/// GIL mode. Switched with the world stopped, or before a second thread exists.
extern bool g_gil_enabled;  // [stw]
void set_gil_enabled(Thread& t, bool enabled);
/// sys.setswitchinterval(), in seconds. Any thread.
void set_switch_interval(double seconds);
double switch_interval();

/// In the child of a fork: only `t` is left. Part of fork_child() in mem/thread_lifecycle.h.
void fork_child_registry(Thread& t);

/// Saves stack pointer and callee-saved registers of the caller for a conservative scan.
void save_native_state(Thread& t);

}  // namespace ty
