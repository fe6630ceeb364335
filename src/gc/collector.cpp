#include "gc/collector.h"

#include <cstdio>
#include <new>

#include "base/flags.h"
#include "gc/collector_internal.h"
#include "mem/publish.h"
#include "mem/reclaim.h"
#include "mem/thread_lifecycle.h"

namespace ty::gc {

uint64_t g_live_shared = 0, g_live_deferred = 0;  // [stw] as the last collection found them

namespace {

bool enabled = true;                    // [atomic]
int thresholds[3] = {2000, 10, 10};     // [atomic]
GenerationStats generation_stats[3];    // [atomic]
PauseStats pauses[3];                   // [atomic]
uint64_t published_before = 0;          // [atomic] g_published_count at the last shared collection
uint64_t deferred_before = 0;           // [atomic]
bool validation_due = false;            // [atomic]

constexpr uint64_t kSharedGrowth = 20000;
constexpr uint64_t kDeferredGrowth = 4000;

bool save_all = false;                  // [atomic]
LeafLock saved_lock{LockRank::kTable};
GrowList<Object*> saved TY_GUARDED_BY(saved_lock);

uint64_t load(const uint64_t& place) { return __atomic_load_n(&place, __ATOMIC_RELAXED); }

bool shared_is_due() {
  uint64_t since = load(g_published_count) - load(published_before);
  return since > kSharedGrowth && since > g_live_shared / 2;
}
bool full_is_due() {
  uint64_t since = load(g_deferred_count) - load(deferred_before);
  return since > kDeferredGrowth && since > g_live_deferred / 2;
}
void note_growth() {
  __atomic_store_n(&published_before, load(g_published_count), __ATOMIC_RELAXED);
}
void note_full() {
  note_growth();
  __atomic_store_n(&deferred_before, load(g_deferred_count), __ATOMIC_RELAXED);
}

/// The heap asks: enough was allocated.
void collection_due(Thread& t) {
  t.heap->young_blocks = 0;
  if (is_enabled() || g_flags.stress_gc) set_interrupt(t, kInterruptCollect);
}

/// kInterruptCollect, at a safepoint.
void collect_hook(Thread& t) {
  if (__atomic_exchange_n(&validation_due, false, __ATOMIC_RELAXED)) {
    CHECK(validate_heap(t) == 0, "the heap is inconsistent");
  }
  if (!is_enabled() && !g_flags.stress_gc) return;
  State& state = state_of(t);
  if (state.collecting || t.dying) return;
  bool old_due = state.young_collections >= static_cast<uint32_t>(threshold(1)) && state.old_pending > state.old_objects / 4;
  collect_local(t, old_due ? Scope::kAll : Scope::kYoung);
  if (full_is_due()) {
    note_full();
    collect_shared(t, Reach::kFull);
  } else if (g_multi && shared_is_due()) {
    note_growth();
    collect_shared(t, Reach::kShared);
  }
}

void collect_at_exit(Thread& t) {
  for (int round = 0; round < 3; round++) {
    collect_local(t, Scope::kAll);
    if (!t.finalizer_count) break;
    drain_rpy(t);
  }
  delete reinterpret_cast<State*>(t.gc);
  t.gc = nullptr;
}

void after_publication() {
  __atomic_store_n(&validation_due, true, __ATOMIC_RELAXED);
  set_interrupt(current_thread(), kInterruptCollect);
}

}  // namespace

State& state_of(Thread& t) {
  if (!t.gc) {
    auto* state = new (std::nothrow) State();
    CHECK(state != nullptr, "out of memory");
    t.gc = reinterpret_cast<GcState*>(state);
  }
  return *reinterpret_cast<State*>(t.gc);
}

void set_save_all(bool on) { __atomic_store_n(&save_all, on, __ATOMIC_RELAXED); }

bool save_unreachable(GrowList<Object*>& unreachable) {
  if (TY_LIKELY(!__atomic_load_n(&save_all, __ATOMIC_RELAXED))) return false;
  for (Object* o : unreachable) {
    o->gc_bits &= static_cast<uint8_t>(~kGcCandidate);
    inc(o);
    publish(o);  // whichever thread asks for them may have them
  }
  LeafGuard guard(saved_lock);
  for (Object* o : unreachable) saved.push(o);
  unreachable.length = 0;
  return true;
}

void take_saved(GrowList<Object*>& out) {
  LeafGuard guard(saved_lock);
  out.take_all(saved);
}

void note_collection(int generation, size_t collected) {
  __atomic_fetch_add(&generation_stats[generation].collections, 1, __ATOMIC_RELAXED);
  __atomic_fetch_add(&generation_stats[generation].collected, collected, __ATOMIC_RELAXED);
}

void note_pause(Pause pause, int64_t nanoseconds, size_t found) {
  PauseStats& stats = pauses[static_cast<int>(pause)];
  auto length = static_cast<uint64_t>(nanoseconds);
  __atomic_fetch_add(&stats.count, 1, __ATOMIC_RELAXED);
  __atomic_fetch_add(&stats.total_nanoseconds, length, __ATOMIC_RELAXED);
  uint64_t longest = load(stats.longest_nanoseconds);
  while (longest < length && !__atomic_compare_exchange_n(&stats.longest_nanoseconds, &longest, length, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  if (TY_UNLIKELY(g_flags.gc_log)) {
    static const char* const kNames[] = {"local", "shared", "full"};
    std::fprintf(stderr, "gc: %s collection, %zu unreachable, %.3f ms\n", kNames[static_cast<int>(pause)], found,
                 static_cast<double>(nanoseconds) / 1e6);
  }
}

void initialize() {
  g_collection_due = collection_due;
  g_thread_hooks.collect = collect_hook;
  g_collect_at_exit = collect_at_exit;
  g_after_publication = after_publication;
}

ssize collect_rpy(Thread& t, int generation) {
  ssize total = 0;
  if (generation == 0) {
    total = collect_local(t, Scope::kYoung);
    if (t.finalizer_count) {
      drain_rpy(t);
      total += collect_local(t, Scope::kAll);
    }
    return total;
  }
  // Finalizers and callbacks make more work; as CPython, one further look at what they kept.
  for (int round = 0; round < 2; round++) {
    if (g_multi) reclaim_all(t);
    total += collect_local(t, Scope::kAll);
    if (generation >= 2) {
      note_full();
      total += collect_shared(t, Reach::kFull);
    }
    if (g_multi) reclaim_all(t);
    if (!t.finalizer_count) break;
    drain_rpy(t);
  }
  return total;
}

void set_enabled(bool value) { __atomic_store_n(&enabled, value, __ATOMIC_RELAXED); }
bool is_enabled() { return __atomic_load_n(&enabled, __ATOMIC_RELAXED); }

void set_threshold(int index, int value) {
  __atomic_store_n(&thresholds[index], value, __ATOMIC_RELAXED);
  if (index != 0) return;
  // Other threads see it with their next heap page; the caller at once.
  for (Heap* heap = first_heap(); heap; heap = heap->next) {
    __atomic_store_n(&heap->young_threshold, static_cast<size_t>(value < 0 ? 0 : value), __ATOMIC_RELAXED);
  }
}
int threshold(int index) { return __atomic_load_n(&thresholds[index], __ATOMIC_RELAXED); }

int count(Thread& t, int index) {
  State& state = state_of(t);
  if (index == 1) return static_cast<int>(state.young_collections);
  if (index == 2) return 0;
  size_t young = 0;
  for (Page* page = t.heap->young_pages; page; page = page->young_next) {
    for_each_object(page, [&](Object* o) {
      if ((o->load_flags() & (kLocal | kTracked)) == (kLocal | kTracked) && !(o->gc_bits & kGcOld)) young++;
    });
  }
  return static_cast<int>(young);
}

GenerationStats stats(int generation) {
  GenerationStats& s = generation_stats[generation];
  return {load(s.collections), load(s.collected), load(s.uncollectable)};
}
PauseStats pause_stats(Pause pause) {
  PauseStats& s = pauses[static_cast<int>(pause)];
  return {load(s.count), load(s.total_nanoseconds), load(s.longest_nanoseconds)};
}

}  // namespace ty::gc
