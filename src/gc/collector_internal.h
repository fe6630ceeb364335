// gc/collector_internal.h: what the collectors share.
//
// Scratch   the trial count of a LOCAL object lies in ref_shared, that of a SHARED one in ref_local: both are unused otherwise. Nothing may
//           count references between begin_trial() and end_trial().
// Threads   [owner] of the objects, or the world stopped.
#pragma once

#include "gc/collector.h"
#include "mem/heap.h"
#include "mem/refcount.h"
#include "mem/weakref.h"
#include "sync/thread_state.h"

namespace ty::gc {

TY_INLINE bool is_candidate(const Object* o) { return o->gc_bits & kGcCandidate; }
TY_INLINE Object* object_of(uint64_t bits) {
  return bits != 0 && (bits & 5) == 0 ? reinterpret_cast<Object*>(bits & ~uint64_t{7}) : nullptr;
}
TY_INLINE Object* load_object(const uint64_t* word) { return object_of(__atomic_load_n(word, __ATOMIC_RELAXED)); }

TY_INLINE int64_t trial_count(const Object* o) { return o->is_local() ? o->ref_shared : static_cast<int64_t>(o->ref_local); }
TY_INLINE void begin_trial(Object* o) {
  o->gc_bits |= kGcCandidate;
  if (o->is_local()) {
    o->ref_shared = o->ref_local;
  } else {
    o->ref_local = o->has(kDeferred) ? 0 : static_cast<uint32_t>(o->ref_shared >> 2);
  }
}
TY_INLINE void subtract_trial(Object* o) {
  if (o->is_local()) {
    o->ref_shared--;
  } else if (o->ref_local > 0) {
    o->ref_local--;
  }
}
TY_INLINE void end_trial(Object* o) {
  if (o->is_local()) {
    o->ref_shared = 0;
  } else {
    o->ref_local = 0;
  }
}

/// One collection: the candidates, and what follows once the unreachable ones are known.
struct Collection {
  Thread& t;
  GrowList<Object*> candidates;
  GrowList<Object*> pending;      // work list of marking
  GrowList<Object*> unreachable;
  bool marks_types = false;       // full collection: an instance keeps its type
  bool postponed = false;         // finalizers were queued: what they reach is to be looked at again

  void subtract_edges();
  /// Takes `o` off the candidates, to be followed by propagate().
  TY_INLINE void mark(Object* o) {
    if (!is_candidate(o)) return;
    o->gc_bits &= static_cast<uint8_t>(~kGcCandidate);
    pending.push(o);
  }
  void mark_edges(Object* o);
  void mark_counted();
  void propagate();
  /// The candidates that are still candidates are `unreachable`; ends the trial of all.
  void sort_out();
  /// Clears weak references to what is unreachable.
  void clear_weakrefs();
  /// Queues finalizers; what they can reach leaves `unreachable`.
  void queue_finalizers();
  /// Empties what is left in `unreachable` and lets it die.
  void destroy_unreachable();
};

/// State per thread (Thread::gc).
struct State {
  uint32_t young_collections = 0;
  size_t old_objects = 0;          // LOCAL survivors of the last collection of all
  size_t old_pending = 0;          // survivors of young collections since
  bool collecting = false;
};
/// With DEBUG_SAVEALL: takes what is unreachable over, and answers true.
bool save_unreachable(GrowList<Object*>& unreachable);
State& state_of(Thread& t);
void note_collection(int generation, size_t collected);
void note_pause(Pause pause, int64_t nanoseconds, size_t found);

}  // namespace ty::gc
