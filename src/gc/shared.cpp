#include "gc/collector_internal.h"

#include "mem/native_scan.h"
#include "mem/publish.h"
#include "mem/reclaim.h"
#include "mem/thread_lifecycle.h"

namespace ty::gc {

void (*g_visit_roots)(void (*)(uint64_t*, void*), void*) = nullptr;
extern uint64_t g_live_shared, g_live_deferred;

namespace {

enum class Role : uint8_t { kCandidate, kRoot, kNothing };

/// What an object is for this collection. Z objects belong to the reclaimer: they and what they hold stay.
Role role_of(const Object* o, Reach reach) {
  uint16_t flags = o->load_flags();
  if (o->is_immortal() || (o->gc_bits & kGcFrozen) || (flags & kZeroListed)) return Role::kRoot;
  if (flags & kLocal) {
    if (reach == Reach::kShared || o->ref_local == 0) return Role::kRoot;
    return flags & kTracked ? Role::kCandidate : Role::kRoot;
  }
  if (flags & kDeferred) return reach == Reach::kFull ? Role::kCandidate : Role::kRoot;
  if (o->ref_shared == kMerged) return Role::kRoot;  // dying, or its finalizer is queued
  return flags & kTracked ? Role::kCandidate : Role::kRoot;
}

void mark_word(uint64_t* word, void* context) {
  if (Object* o = load_object(word)) static_cast<Collection*>(context)->mark(o);
}
void mark_register(Value* word, void* context) { mark_word(&word->bits, context); }
void mark_found(void* context, Object* o) { static_cast<Collection*>(context)->mark(o); }

void mark_thread(Collection& collection, Thread& u) {
  if (g_scan_registers && u.register_stack) g_scan_registers(u, mark_register, &collection);
  scan_native_stack(u, mark_found, &collection);
}

}  // namespace

namespace {

/// Where the native stack of the collecting thread is to be scanned from: the caller of collect_shared, so that what the collector itself has in
/// its frames is no root.
struct NativeState {
  char* stack_pointer;
  uint64_t registers[8];
};

[[gnu::noinline]] ssize collect_stopped(Thread& t, Reach reach, const NativeState& native) TY_NO_THREAD_SAFETY {
  State& state = state_of(t);
  int64_t start = monotonic_nanoseconds();
  StopScope stop(t);
  state.collecting = true;
  Collection collection{t};
  collection.marks_types = reach == Reach::kFull;
  for (Heap* heap = first_heap(); heap; heap = heap->next) {
    if (!heap->owner) trim_heap(*heap);  // nobody else takes back what was freed on orphaned pages
    for (Page* page = heap->pages; page; page = page->heap_next) {
      if (!(page->kind & kPageCollectable) && reach == Reach::kShared) continue;
      for_each_object(page, [&](Object* o) {
        if (role_of(o, reach) == Role::kCandidate) {
          begin_trial(o);
          collection.candidates.push(o);
        }
      });
    }
  }
  collection.subtract_edges();
  collection.mark_counted();
  t.saved_stack_pointer = native.stack_pointer;
  __builtin_memcpy(t.saved_registers, native.registers, sizeof native.registers);
  for (Thread* u = g_threads; u; u = u->next) mark_thread(collection, *u);
  for_each_global_word(mark_word, &collection);
  if (g_visit_roots) g_visit_roots(mark_word, &collection);
  if (reach == Reach::kFull) {
    // DEFERRED objects are not counted, so whatever is alive without being a candidate must say what it refers to.
    for_each_static_object(
        [](Object* o, void* context) {
          static_cast<Collection*>(context)->mark_edges(o);
        },
        &collection);
    for (Heap* heap = first_heap(); heap; heap = heap->next) {
      for_each_object(*heap, [&](Object* o) {
        if (role_of(o, reach) == Role::kRoot) collection.mark_edges(o);
      });
    }
  }
  collection.propagate();
  uint64_t shared = 0, deferred = 0;
  for (Object* o : collection.candidates) {
    if (is_candidate(o)) continue;
    uint16_t flags = o->load_flags();
    if (flags & kDeferred) {
      deferred++;
    } else if (!(flags & kLocal)) {
      shared++;
    }
  }
  collection.sort_out();
  size_t found = collection.unreachable.length;
  collection.clear_weakrefs();
  collection.queue_finalizers();
  size_t dead = collection.unreachable.length;
  collection.destroy_unreachable();
  g_live_shared = shared;
  if (reach == Reach::kFull) g_live_deferred = deferred;
  state.collecting = false;
  note_collection(2, dead);
  note_pause(reach == Reach::kFull ? Pause::kFull : Pause::kShared, monotonic_nanoseconds() - start, found);
  return static_cast<ssize>(dead);
}

}  // namespace

[[gnu::noinline]] ssize collect_shared(Thread& t, Reach reach) {
  if (state_of(t).collecting || t.dying) return 0;
  save_native_state(t);
  NativeState native;
  native.stack_pointer = t.saved_stack_pointer;
  __builtin_memcpy(native.registers, t.saved_registers, sizeof native.registers);
  return collect_stopped(t, reach, native);
}

}  // namespace ty::gc
