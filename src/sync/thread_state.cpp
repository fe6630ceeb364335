// Who holds whom. A thread's state word is the lock on its registers, its native stack and its lists: ATTACHED the thread itself has them,
// HELD whoever made it HELD (a scanner for a moment, a stopper for as long as it likes), DETACHED nobody. All changes but DETACHED -> HELD
// and back are made by the thread. A stopper makes every other thread HELD, one by one, waiting detached, so two stoppers or a stopper and a
// scanner cannot wait for each other: a scanner that meets a stopper's thread leaves its duty to the stopper (mem/reclaim visit()).
#include "sync/thread_state.h"

#include <cerrno>
#include <cstdio>

#include "base/flags.h"
#include "sync/critical_section.h"

namespace ty {

ThreadHooks g_thread_hooks;
LeafLock registry_lock{LockRank::kRegistry};
Thread* g_threads = nullptr;
uint32_t g_thread_count = 0;
bool g_gil_enabled = false;

namespace {

uint32_t stop_wanted = 0;    // [atomic] stoppers that wait for or have the world; the low half of a futex pair
uint32_t stop_progress = 0;  // [atomic] futex: changes when a thread becomes holdable while a stop is wanted
uint32_t stop_mutex = 0;     // [atomic] futex lock: who may stop the world. 0, 1, 2
uint32_t stop_depth = 0;     // [stw]
int64_t stop_began = 0;      // [stw]

uint32_t load_state(const Thread& t) { return __atomic_load_n(&t.state, __ATOMIC_SEQ_CST); }
constexpr uint32_t word(ThreadState state) { return static_cast<uint32_t>(state); }
bool change_state(Thread& t, ThreadState from, ThreadState to) {
  uint32_t expected = word(from);
  return __atomic_compare_exchange_n(&t.state, &expected, word(to), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

void note_holdable() {
  if (TY_UNLIKELY(__atomic_load_n(&stop_wanted, __ATOMIC_SEQ_CST) != 0)) {
    __atomic_fetch_add(&stop_progress, 1, __ATOMIC_SEQ_CST);
    futex_wake(&stop_progress, kWakeAll);
  }
}

// ---- GIL -------------------------------------------------------------------------------------------------------------------------

uint32_t gil_word = 0;             // [atomic] 0 free, 1 held, 2 held and wanted
uint32_t gil_switches = 0;         // [atomic] futex: changes with every new holder
uint32_t gil_waiters = 0;          // [atomic]
Thread* gil_holder = nullptr;      // [atomic]
int64_t switch_nanoseconds = 5000000;  // [atomic]

void gil_acquire(Thread& t) {
  uint32_t expected = 0;
  if (!__atomic_compare_exchange_n(&gil_word, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
    __atomic_fetch_add(&gil_waiters, 1, __ATOMIC_SEQ_CST);
    while (__atomic_exchange_n(&gil_word, 2, __ATOMIC_ACQUIRE) != 0) {
      int64_t interval = __atomic_load_n(&switch_nanoseconds, __ATOMIC_RELAXED);
      if (futex_wait(&gil_word, 2, interval) == WaitResult::kTimedOut) {
        LeafGuard guard(registry_lock);  // the holder cannot leave
        if (Thread* holder = __atomic_load_n(&gil_holder, __ATOMIC_ACQUIRE)) set_interrupt(*holder, kInterruptGil);
      }
    }
    __atomic_fetch_sub(&gil_waiters, 1, __ATOMIC_SEQ_CST);
  }
  __atomic_store_n(&gil_holder, &t, __ATOMIC_RELEASE);
  __atomic_fetch_add(&gil_switches, 1, __ATOMIC_SEQ_CST);
  futex_wake(&gil_switches, kWakeAll);
  t.holds_gil = true;
}

void gil_release(Thread& t) {
  t.holds_gil = false;
  __atomic_store_n(&gil_holder, nullptr, __ATOMIC_RELEASE);
  if (__atomic_exchange_n(&gil_word, 0, __ATOMIC_RELEASE) == 2) futex_wake(&gil_word, 1);
}

/// kInterruptGil: lets somebody else run, and does not take the lock back before somebody did.
void gil_yield(Thread& t) {
  if (!t.holds_gil) return;
  uint32_t before = __atomic_load_n(&gil_switches, __ATOMIC_SEQ_CST);
  detach(t);
  int64_t deadline = monotonic_nanoseconds() + __atomic_load_n(&switch_nanoseconds, __ATOMIC_RELAXED);
  while (__atomic_load_n(&gil_waiters, __ATOMIC_SEQ_CST) != 0 && __atomic_load_n(&gil_switches, __ATOMIC_SEQ_CST) == before &&
         monotonic_nanoseconds() < deadline) {
    futex_wait(&gil_switches, before, 1000000);
  }
  attach(t);
}

// ---- attaching -------------------------------------------------------------------------------------------------------------------

Thread* only_thread = nullptr;  // [atomic] park_other_threads()

/// DETACHED -> ATTACHED, without the GIL and without anything that follows.
void become_attached(Thread& t) {
  Thread* only = __atomic_load_n(&only_thread, __ATOMIC_ACQUIRE);
  if (TY_UNLIKELY(only != nullptr) && only != &t) {
    if (t.holds_gil) gil_release(t);
    for (;;) {
      uint32_t never = 0;
      futex_wait(&never, 0);
    }
  }
  while (!change_state(t, ThreadState::kDetached, ThreadState::kAttached)) {
    if (TY_UNLIKELY((only = __atomic_load_n(&only_thread, __ATOMIC_ACQUIRE)) != nullptr) && only != &t) return become_attached(t);
    __atomic_store_n(&t.attach_waiters, 1, __ATOMIC_SEQ_CST);
    if (load_state(t) == word(ThreadState::kHeld)) {
      if (t.holds_gil) gil_release(t);
      futex_wait(&t.state, word(ThreadState::kHeld));
    }
    __atomic_store_n(&t.attach_waiters, 0, __ATOMIC_SEQ_CST);
  }
}

/// ATTACHED -> DETACHED with every duty done; sections stay as they are.
void become_detached(Thread& t) {
  if (g_thread_hooks.acknowledge) g_thread_hooks.acknowledge(t);
  save_native_state(t);
  __atomic_store_n(&t.state, word(ThreadState::kDetached), __ATOMIC_SEQ_CST);
  // Dekker against an announcement: an announcer that still saw us attached has left the scan to us. A loop, because our
  // acknowledgement may be the last one and announce the next handshake itself.
  if (g_thread_hooks.is_acknowledged) {
    while (!g_thread_hooks.is_acknowledged(t)) {
      if (!try_hold(t)) break;  // somebody has us: he looks after it
      g_thread_hooks.scan_frozen_self(t);
    }
  }
  if (t.holds_gil) gil_release(t);
  note_holdable();
}

void wait_until_restart() {
  uint32_t wanted;
  while ((wanted = __atomic_load_n(&stop_wanted, __ATOMIC_SEQ_CST)) != 0) futex_wait(&stop_wanted, wanted);
}

void stop_lock() {
  uint32_t expected = 0;
  if (__atomic_compare_exchange_n(&stop_mutex, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return;
  while (__atomic_exchange_n(&stop_mutex, 2, __ATOMIC_ACQUIRE) != 0) futex_wait(&stop_mutex, 2);
}
void stop_unlock() {
  if (__atomic_exchange_n(&stop_mutex, 0, __ATOMIC_RELEASE) == 2) futex_wake(&stop_mutex, 1);
}

constexpr uint32_t kQuietInterrupts =
    kInterruptHandshake | kInterruptBatchDue | kInterruptStop | kInterruptGil | kInterruptCollect;

void quiet_work(Thread& t, uint32_t bits) {
  DCHECK(t.no_safepoint == 0, "safepoint where none is allowed");
  DCHECK(!holds_leaf_lock(), "safepoint under a leaf lock");
  if (bits & kInterruptStop) {
    if (stop_pending() && world_stopper() != &t) {
      detach(t);
      wait_until_restart();
      attach(t);
    }
  }
  if (g_thread_hooks.acknowledge) g_thread_hooks.acknowledge(t);
  if (g_thread_hooks.reclaim) g_thread_hooks.reclaim(t);
  if (bits & kInterruptGil) gil_yield(t);
  if ((bits & kInterruptCollect) && g_thread_hooks.collect) g_thread_hooks.collect(t);
  if (TY_UNLIKELY(g_flags.stress_locks) && t.sections) {
    detach(t);
    yield_processor();
    attach(t);
  }
}

void stress_again(Thread& t) {
  if (TY_UNLIKELY(g_flags.stress_safepoint | g_flags.stress_handshake)) set_interrupt(t, kInterruptHandshake);
  if (TY_UNLIKELY(g_flags.stress_gc)) set_interrupt(t, kInterruptCollect | kInterruptHandshake);
}

}  // namespace

[[gnu::noinline]] void save_native_state(Thread& t) {
#if defined(__x86_64__)
  __asm__ __volatile__(
      "movq %%rbx, 0(%0)\n\t"
      "movq %%rbp, 8(%0)\n\t"
      "movq %%r12, 16(%0)\n\t"
      "movq %%r13, 24(%0)\n\t"
      "movq %%r14, 32(%0)\n\t"
      "movq %%r15, 40(%0)\n\t"
      "movq %%rsp, 0(%1)\n\t"
      :
      : "r"(&t.saved_registers[0]), "r"(&t.saved_stack_pointer)
      : "memory");
#else
#error "save_native_state: callee-saved registers of this architecture"
#endif
}

Result<void> safepoint(Thread& t) {
  __atomic_store_n(&t.register_limit, t.real_register_limit, __ATOMIC_SEQ_CST);
  uint32_t bits = __atomic_exchange_n(&t.interrupts, 0, __ATOMIC_SEQ_CST);
  quiet_work(t, bits);
  // A failing step leaves the bits of the later ones set.
  if ((bits & kInterruptFinalizers) && g_thread_hooks.drain_rpy) g_thread_hooks.drain_rpy(t);
  if ((bits & kInterruptSignal) && g_thread_hooks.run_signal_handlers && !g_thread_hooks.run_signal_handlers(t).ok()) {
    if (uint32_t rest = bits & (kInterruptAsync | kInterruptCalls)) set_interrupt(t, rest);
    stress_again(t);
    return Raised{};
  }
  if ((bits & kInterruptCalls) && g_thread_hooks.run_pending_calls && !g_thread_hooks.run_pending_calls(t).ok()) {
    if (uint32_t rest = bits & kInterruptAsync) set_interrupt(t, rest);
    stress_again(t);
    return Raised{};
  }
  stress_again(t);
  if ((bits & kInterruptAsync) && g_thread_hooks.raise_async) return g_thread_hooks.raise_async(t);
  return {};
}

void safepoint_quiet(Thread& t) {
  uint32_t bits = __atomic_fetch_and(&t.interrupts, ~kQuietInterrupts, __ATOMIC_SEQ_CST);
  quiet_work(t, bits & kQuietInterrupts);
}

void detach(Thread& t) {
  DCHECK(load_state(t) == word(ThreadState::kAttached));
  DCHECK(t.no_safepoint == 0, "detach where no safepoint is allowed");
  DCHECK(!holds_leaf_lock(), "detach under a leaf lock");
  if (t.sections) suspend_sections(t);
  become_detached(t);
}

void attach(Thread& t) {
  int saved_errno = errno;
  for (;;) {
    if (TY_UNLIKELY(g_gil_enabled) && !t.holds_gil) gil_acquire(t);
    become_attached(t);
    if (TY_LIKELY(t.holds_gil == __atomic_load_n(&g_gil_enabled, __ATOMIC_RELAXED))) break;
    // The mode was switched, or the GIL given back, while somebody held us.
    if (t.holds_gil) {
      gil_release(t);
      break;
    }
    become_detached(t);
  }
  if (g_thread_hooks.after_attach) g_thread_hooks.after_attach(t);
  if (g_thread_hooks.acknowledge) g_thread_hooks.acknowledge(t);
  if (t.sections) resume_sections(t);
  errno = saved_errno;
}

bool try_hold(Thread& t) { return change_state(t, ThreadState::kDetached, ThreadState::kHeld); }

void release_hold(Thread& t) {
  __atomic_store_n(&t.state, word(ThreadState::kDetached), __ATOMIC_SEQ_CST);
  if (TY_UNLIKELY(__atomic_load_n(&t.attach_waiters, __ATOMIC_SEQ_CST))) futex_wake(&t.state, kWakeAll);
  note_holdable();
}

bool stop_pending() { return __atomic_load_n(&stop_wanted, __ATOMIC_SEQ_CST) != 0; }

void stop_world(Thread& t) {
  if (world_stopper() == &t) {
    stop_depth++;
    return;
  }
  DCHECK(!holds_leaf_lock(), "stop under a leaf lock");
  if (t.sections) suspend_sections(t);
  become_detached(t);
  __atomic_fetch_add(&stop_wanted, 1, __ATOMIC_SEQ_CST);
  stop_lock();
  for (;;) {
    uint32_t progress = __atomic_load_n(&stop_progress, __ATOMIC_SEQ_CST);
    uint32_t running = 0;
    {
      LeafGuard guard(registry_lock);
      for (Thread* u = g_threads; u; u = u->next) {
        if (u == &t || u->stop_count) continue;
        if (try_hold(*u)) {
          u->stop_count = 1;
        } else {
          running++;
          set_interrupt(*u, kInterruptStop);
        }
      }
    }
    if (running == 0) break;
    futex_wait(&stop_progress, progress, 1000000);
  }
  // A scanner cannot have us for long: all that could scan are held, or finish the thread they have.
  become_attached(t);
  __atomic_store_n(&g_world_stopper, &t, __ATOMIC_RELAXED);
  stop_depth = 1;
  if (TY_UNLIKELY(g_flags.gc_log)) stop_began = monotonic_nanoseconds();
  if (g_thread_hooks.acknowledge) g_thread_hooks.acknowledge(t);
  if (g_thread_hooks.complete_stopped) g_thread_hooks.complete_stopped(t);
}

void start_world(Thread& t) {
  CHECK(world_stopper() == &t, "start_world without stop_world");
  if (--stop_depth) return;
  if (TY_UNLIKELY(g_flags.gc_log)) {
    std::fprintf(stderr, "gc: world stopped for %.3f ms\n", static_cast<double>(monotonic_nanoseconds() - stop_began) / 1e6);
  }
  __atomic_store_n(&g_world_stopper, static_cast<Thread*>(nullptr), __ATOMIC_RELAXED);
  bool gil = g_gil_enabled;
  if (gil) become_detached(t);
  {
    LeafGuard guard(registry_lock);
    __atomic_fetch_sub(&stop_wanted, 1, __ATOMIC_SEQ_CST);
    for (Thread* u = g_threads; u; u = u->next) {
      if (!u->stop_count) continue;
      u->stop_count = 0;
      release_hold(*u);
    }
  }
  stop_unlock();
  futex_wake(&stop_wanted, kWakeAll);
  if (gil) {
    attach(t);
  } else {
    if (t.holds_gil) gil_release(t);
    if (t.sections) resume_sections(t);
  }
  // Scanners that met a thread of ours while the stop was wanted left it to us.
  if (g_thread_hooks.visit_open) g_thread_hooks.visit_open(t);
}

void park_other_threads(Thread& t) {
  StopScope stop(t);
  __atomic_store_n(&only_thread, &t, __ATOMIC_RELEASE);
}

void register_thread(Thread& t, void (*enter)(Thread& t)) {
  for (;;) {
    wait_until_restart();
    LeafGuard guard(registry_lock);
    if (stop_pending()) continue;
    t.previous = nullptr;
    t.next = g_threads;
    if (g_threads) g_threads->previous = &t;
    g_threads = &t;
    __atomic_fetch_add(&g_thread_count, 1, __ATOMIC_RELAXED);
    // Born detached: attach() takes the GIL where there is one. From here on a scanner may hold it: its native state must be there.
    save_native_state(t);
    __atomic_store_n(&t.state, word(ThreadState::kDetached), __ATOMIC_SEQ_CST);
    enter(t);
    break;
  }
  attach(t);
}

void unregister_thread(Thread& t, void (*leave)(Thread& t)) {
  if (t.holds_gil) gil_release(t);
  {
    LeafGuard guard(registry_lock);
    (t.previous ? t.previous->next : g_threads) = t.next;
    if (t.next) t.next->previous = t.previous;
    t.next = t.previous = nullptr;
    __atomic_fetch_sub(&g_thread_count, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&t.state, word(ThreadState::kGone), __ATOMIC_SEQ_CST);
    leave(t);
  }
  note_holdable();
}

void set_gil_enabled(Thread& t, bool enabled) {
  StopScope stop(t);
  __atomic_store_n(&g_gil_enabled, enabled, __ATOMIC_SEQ_CST);
}

void set_switch_interval(double seconds) {
  auto nanoseconds = static_cast<int64_t>(seconds * 1e9);
  __atomic_store_n(&switch_nanoseconds, nanoseconds > 0 ? nanoseconds : 1000, __ATOMIC_RELAXED);
}
double switch_interval() { return static_cast<double>(__atomic_load_n(&switch_nanoseconds, __ATOMIC_RELAXED)) / 1e9; }

void fork_child_registry(Thread& t) TY_NO_THREAD_SAFETY {
  registry_lock.reset();
  g_threads = &t;
  g_thread_count = 1;
  t.next = t.previous = nullptr;
  t.attach_waiters = 0;
  __atomic_store_n(&stop_wanted, 0, __ATOMIC_SEQ_CST);
  __atomic_store_n(&stop_mutex, 0, __ATOMIC_SEQ_CST);
  stop_depth = 0;
  only_thread = nullptr;
  __atomic_store_n(&g_world_stopper, static_cast<Thread*>(nullptr), __ATOMIC_RELAXED);
  gil_word = 0;
  gil_waiters = 0;
  gil_holder = nullptr;
  t.holds_gil = false;
  if (g_gil_enabled) gil_acquire(t);
}

}  // namespace ty
