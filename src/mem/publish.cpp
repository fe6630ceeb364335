#include "mem/publish.h"

#include "base/flags.h"
#include "header/type.h"
#include "mem/refcount.h"
#include "mem/weakref.h"

namespace ty {

void (*g_after_publication)() = nullptr;
uint64_t g_published_count = 0;
uint64_t g_deferred_count = 0;

namespace {

/// The walk: objects that were published and whose edges wait to be visited, linked through tid.
struct PublishVisitor : SlotVisitor {
  Object* list = nullptr;
  // Visited objects with weak references: a foreign thread may find them before the walk has reached all they refer to, so they keep
  // kPublishing until the end.
  Object* weakly_referenced = nullptr;
  uint64_t count = 0;
};

TY_INLINE void publish_one(PublishVisitor& visitor, Object* o) {
  uint16_t flags = o->load_flags();
  DCHECK(flags & kLocal);
  DCHECK(may_touch_local(o->load_tid()), "published by a foreign thread");
  flags = static_cast<uint16_t>(flags & ~kLocal);
  uint32_t count = o->ref_local;
  DCHECK(count > 0, "dead object published");
  if (type_layout(o->type()).flags & kDeferredWhenShared) {
    flags |= kDeferred;
    count = 0;
    __atomic_fetch_add(&g_deferred_count, 1, __ATOMIC_RELAXED);
  }
  if (TY_UNLIKELY(flags & kWeakRefd)) flags |= kPublishing;
  o->ref_shared = int64_t{count} << 2 | kMerged;
  __atomic_store_n(&o->ref_local, 0, __ATOMIC_RELAXED);
  __atomic_store_n(&o->flags, flags, __ATOMIC_RELEASE);
  o->set_tid(reinterpret_cast<uint64_t>(visitor.list));
  visitor.list = o;
  visitor.count++;
}

void publish_visit(SlotVisitor& self, uint64_t* word) {
  uint64_t bits = __atomic_load_n(word, __ATOMIC_RELAXED);
  if ((bits & 5) != 0 || bits == 0) return;
  auto* o = reinterpret_cast<Object*>(bits & ~uint64_t{7});
  if (o->load_flags() & kLocal) publish_one(static_cast<PublishVisitor&>(self), o);
}

void publish_weakref(WeakRef* ref, void* visitor) {
  // One that is dying (count zero, on its owner's work list) stays LOCAL.
  if (ref->is_local() && ref->ref_local != 0) publish_one(*static_cast<PublishVisitor*>(visitor), ref);
}

void work_off(PublishVisitor& visitor) {
  while (Object* o = visitor.list) {
    visitor.list = reinterpret_cast<Object*>(o->load_tid());
    o->set_tid(0);
    if (TY_UNLIKELY(o->load_flags() & kPublishing)) {
      // The weak references of a SHARED object are SHARED.
      weakrefs_for_each(o, publish_weakref, &visitor);
      o->set_tid(reinterpret_cast<uint64_t>(visitor.weakly_referenced));
      visitor.weakly_referenced = o;
    }
    visit_slots(o, visitor);
    if (uint64_t* word = back_edge_word(o)) publish_visit(visitor, word);
  }
  while (Object* o = visitor.weakly_referenced) {
    visitor.weakly_referenced = reinterpret_cast<Object*>(o->load_tid());
    o->set_tid(0);
    __atomic_fetch_and(&o->flags, static_cast<uint16_t>(~kPublishing), __ATOMIC_SEQ_CST);
  }
  __atomic_fetch_add(&g_published_count, visitor.count, __ATOMIC_RELAXED);
}

uint64_t publications = 0;

}  // namespace

void publish_slow(Object* o) {
  if (!g_multi) return;
  if (o->is_immortal()) return;
  PublishVisitor visitor;
  visitor.visit = publish_visit;
  publish_one(visitor, o);
  work_off(visitor);
  if (TY_UNLIKELY(g_flags.stress_publish > 0) && g_after_publication &&
      __atomic_add_fetch(&publications, 1, __ATOMIC_RELAXED) % static_cast<uint64_t>(g_flags.stress_publish) == 0) {
    g_after_publication();
  }
}

void publish_edges(Object* o) {
  PublishVisitor visitor;
  visitor.visit = publish_visit;
  visit_slots(o, visitor);
  work_off(visitor);
}

}  // namespace ty
