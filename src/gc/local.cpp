#include "gc/collector_internal.h"

#include "base/flags.h"

namespace ty::gc {

namespace {

/// LOCAL, tracked, alive, counted.
bool is_local_candidate(const Object* o) {
  uint16_t flags = o->load_flags();
  return (flags & (kLocal | kTracked)) == (kLocal | kTracked) && o->ref_local != 0 && !o->is_immortal() && !(o->gc_bits & kGcFrozen);
}

}  // namespace

ssize collect_local(Thread& t, Scope scope) {
  State& state = state_of(t);
  if (state.collecting || t.dying) return 0;
  state.collecting = true;
  int64_t start = monotonic_nanoseconds();
  Heap& heap = *t.heap;
  Collection collection{t};
  auto consider = [&](Object* o) {
    if (!is_local_candidate(o)) return;
    if (scope == Scope::kYoung && (o->gc_bits & kGcOld)) return;
    DCHECK(o->load_tid() == t.tid, "LOCAL object of another thread on this heap");
    begin_trial(o);
    collection.candidates.push(o);
  };
  if (scope == Scope::kYoung) {
    for (Page* page = heap.young_pages; page; page = page->young_next) for_each_object(page, consider);
  } else {
    for (Page* page = heap.pages; page; page = page->heap_next) {
      if (page->kind & kPageCollectable) for_each_object(page, consider);
    }
  }
  collection.subtract_edges();
  collection.mark_counted();
  collection.propagate();
  collection.sort_out();
  size_t found = collection.unreachable.length;
  size_t survivors = collection.candidates.length - found;
  for (Object* o : collection.candidates) {
    if (!is_candidate(o)) o->gc_bits |= kGcOld;
  }
  collection.clear_weakrefs();
  collection.queue_finalizers();
  size_t dead = collection.unreachable.length;
  reset_young_pages(heap);
  collection.destroy_unreachable();
  if (scope == Scope::kAll) {
    trim_heap(heap);
    state.old_objects = survivors;
    state.old_pending = 0;
    state.young_collections = 0;
  } else {
    state.old_pending += survivors;
    state.young_collections++;
  }
  // What finalizers keep stays young, but its pages may have been left behind: look again, everywhere, after they have run.
  if (collection.postponed) state.old_pending = SIZE_MAX / 2;
  state.collecting = false;
  note_collection(scope == Scope::kYoung ? 0 : 2, dead);
  note_pause(Pause::kLocal, monotonic_nanoseconds() - start, found);
  return static_cast<ssize>(dead);
}

}  // namespace ty::gc
