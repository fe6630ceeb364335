// Trial deletion. A candidate's trial count starts as its count; every edge from a candidate takes one away. What is left above zero is held from
// outside (registers, native handles, other objects); what that reaches is alive; the rest refers to itself only.
#include "gc/collector_internal.h"
#include "mem/publish.h"

namespace ty::gc {

namespace {

struct CollectionVisitor : SlotVisitor {
  Collection* collection;
};

void subtract_visit(SlotVisitor&, uint64_t* word) {
  Object* o = load_object(word);
  if (o && is_candidate(o)) subtract_trial(o);
}
void mark_visit(SlotVisitor& self, uint64_t* word) {
  if (Object* o = load_object(word)) static_cast<CollectionVisitor&>(self).collection->mark(o);
}

bool weakref_is_no_garbage(WeakRef* ref, void*) { return !is_candidate(ref); }

}  // namespace

void Collection::subtract_edges() {
  SlotVisitor visitor{subtract_visit};
  for (Object* o : candidates) visit_slots(o, visitor);
}

void Collection::mark_edges(Object* o) {
  CollectionVisitor visitor;
  visitor.visit = mark_visit;
  visitor.collection = this;
  visit_slots(o, visitor);
  if (Object* whole = back_edge_of(o)) mark(whole);  // a view keeps what it shows
  if (marks_types) mark(o->type());
}

void Collection::mark_counted() {
  for (Object* o : candidates) {
    if (is_candidate(o) && trial_count(o) > 0) mark(o);
  }
}

void Collection::propagate() {
  while (!pending.empty()) mark_edges(pending.pop());
}

void Collection::sort_out() {
  for (Object* o : candidates) {
    DCHECK(trial_count(o) >= 0, "an object has more edges than its count says");
    end_trial(o);
    if (is_candidate(o)) unreachable.push(o);
  }
}

void Collection::clear_weakrefs() {
  for (Object* o : unreachable) {
    if (o->load_flags() & kWeakRefd) weakrefs_clear_if(t, o, weakref_is_no_garbage, nullptr);
  }
}

void Collection::queue_finalizers() {
  for (Object* o : unreachable) {
    if (!(type_layout(o->type()).flags & kHasFinalizer) || o->has(kFinalized)) continue;
    if (o->is_local() && o->load_tid() != t.tid) publish(o);  // another thread's: ours will run the finalizer
    if (!queue_finalizer(t, o)) continue;
    postponed = true;
    mark(o);
  }
  if (!postponed) return;
  propagate();
  size_t kept = 0;
  for (Object* o : unreachable) {
    if (is_candidate(o)) unreachable[kept++] = o;
  }
  unreachable.length = kept;
}

namespace {

struct Death {
  Object* object;
  void (*release)(Object*);
  bool attributes;
};

void finish(Thread& t, const Death& death) {
  if (death.release) death.release(death.object);
  if (death.attributes && g_release_attributes) g_release_attributes(death.object);
}

}  // namespace

void Collection::destroy_unreachable() {
  if (save_unreachable(unreachable)) return;
  // Everything is held while it is emptied. Then LOCAL objects die by their counts; SHARED and DEFERRED ones, which nobody can see (the world is
  // stopped and the stacks were roots), at once, DEFERRED ones last: they are the types of the others.
  GrowList<Death> shared, deferred;
  for (Object* o : unreachable) {
    o->gc_bits &= static_cast<uint8_t>(~kGcCandidate);
    if (o->is_local()) {
      inc(o);
      continue;
    }
    const TypeLayout& layout = type_layout(o->type());
    Death death{o, layout.release, (layout.flags & kHasAttributes) != 0};
    if (o->has(kDeferred)) {
      deferred.push(death);
    } else {
      __atomic_fetch_add(&o->ref_shared, kSharedOne, __ATOMIC_SEQ_CST);
      shared.push(death);
    }
  }
  for (Object* o : unreachable) {
    if (uint64_t* word = back_edge_word(o)) __atomic_store_n(word, 0, __ATOMIC_RELEASE);
    drop_edges(o);
  }
  for (Object* o : unreachable) {
    if (o->is_local()) dec(o);
  }
  for (Death& death : shared) {
    int64_t left = __atomic_sub_fetch(&death.object->ref_shared, kSharedOne, __ATOMIC_SEQ_CST);
    if (left != kMerged) {
      // A native handle outside the stacks dropped nothing yet: it lives on, empty.
      death.object = nullptr;
      continue;
    }
    finish(t, death);
  }
  for (Death& death : deferred) finish(t, death);
  for (Death& death : shared) {
    if (death.object) free_shared_block(t, death.object);
  }
  for (Death& death : deferred) free_shared_block(t, death.object);
}

}  // namespace ty::gc
