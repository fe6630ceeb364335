// mem/publish.h: the one-way step from LOCAL to SHARED.
//
// publish(o) makes `o` and everything reachable from it SHARED: it clears LOCAL, merges the count, visits the edges its slot layout
// names. Plain stores, no allocation, no recursion (worklist through tid), no failure, no safepoint.
// Threads     only the owner (or whoever holds the owner stopped) publishes.
#pragma once

#include "header/thread.h"

namespace ty {

/// Publishes `o` when `multi` is on; `o` must be LOCAL or already SHARED.
void publish_slow(Object* o);

/// Publishes what `o`, which is not LOCAL, refers to. For the `multi` switch and objects that become DEFERRED.
void publish_edges(Object* o);
/// Objects published, and objects that became DEFERRED, so far: growth makes collections due.
extern uint64_t g_published_count;  // [atomic]
extern uint64_t g_deferred_count;   // [atomic]
/// With stress_publish: called after every N-th publication (the heap validator).
extern void (*g_after_publication)();

TY_INLINE void publish(Object* o) {
  if (TY_UNLIKELY(o->load_flags() & kLocal)) publish_slow(o);
}
TY_INLINE void publish(Value v) {
  if (v.bits != 0 && v.is_object()) publish(v.object());
}

}  // namespace ty
