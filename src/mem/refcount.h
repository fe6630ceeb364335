// mem/refcount.h: counting references.
//
// LOCAL       the owner counts in ref_local with plain instructions; zero means death at once (die_local).
// SHARED      counts in ref_shared, atomically; zero means the zero list (mem/reclaim), or prompt death.
// DEFERRED and immortal objects are not counted.
// Invariants  death never runs Python here: finalizers and callbacks are queued on the thread (RECLAIM.md section 2).
// Threads     a LOCAL object by its owner only.
// See         docs/refcounting.md
#pragma once

#include "header/thread.h"

namespace ty {

/// inc() of an object that is not LOCAL: nothing for DEFERRED, an atomic add (and T) otherwise.
void inc_shared(Object* o);
/// dec() of an object that is not LOCAL.
void dec_shared(Object* o);
/// The last reference to a LOCAL object, or to a PROMPT one, is gone: destroys it, and what hung on it alone, with a worklist.
void die(Object* o);
TY_INLINE void die_local(Object* o) { die(o); }
/// dec_shared() found that the count is zero: the zero list, or prompt death. (mem/reclaim)
void at_zero(Object* o);
/// For the collectors: empties the slots of `o` and drops what they held.
void drop_edges(Object* o);
/// Queues the finalizer of `o` when it has one that has not run: the queue then owns a reference and `o` lives on. False otherwise.
bool queue_finalizer(Thread& t, Object* o);
/// Appends to the finalizer queue: an object (counted, to be finalized) or a weak reference (counted, whose callback is to run).
void push_finalizer(Thread& t, Object* o);
void push_weakref_callback(Thread& t, Object* weakref);
void push_queue_entry(Thread& t, Object* tagged);
/// Runs queued finalizers and weak reference callbacks. Runs Python.
void drain_rpy(Thread& t);

/// Set by the VM: runs the finalizer of an object / the callback of a weak reference; reports exceptions itself. May be null (then skipped).
extern void (*g_run_finalizer)(Thread& t, Object* o);
extern void (*g_run_weakref_callback)(Thread& t, Object* weakref);

/// For a PROMPT object read from a SHARED slot: counts unless the count is zero.
bool try_inc_prompt(Object* o);

/// Adds one reference to `o`, which somebody keeps alive meanwhile.
TY_INLINE void inc(Object* o) {
  uint32_t local = __atomic_load_n(&o->ref_local, __ATOMIC_RELAXED);
  if (local == kImmortalCount) return;
  if (TY_LIKELY(o->load_flags() & kLocal)) {
    DCHECK(may_touch_local(o->load_tid()), "LOCAL object touched by a foreign thread");
    o->ref_local = local + 1;
    return;
  }
  inc_shared(o);
}

/// Drops one counted reference. Never runs Python.
TY_INLINE void dec(Object* o) {
  uint32_t local = __atomic_load_n(&o->ref_local, __ATOMIC_RELAXED);
  if (local == kImmortalCount) return;
  if (TY_LIKELY(o->load_flags() & kLocal)) {
    DCHECK(may_touch_local(o->load_tid()), "LOCAL object touched by a foreign thread");
    DCHECK(local > 0);
    o->ref_local = local - 1;
    if (local == 1) die_local(o);
    return;
  }
  dec_shared(o);
}

/// R7: nobody but the holder of the one given reference can see `o`. `expected` is the count that reference accounts for (1 for an
/// owned or borrowed-from-one-register operand). False for every SHARED object that is not PROMPT.
bool is_unique(Object* o, uint32_t expected = 1);

/// The count as sys.getrefcount reports it, without the caller's own.
ssize reference_count(Object* o);

/// Makes `o` immortal (interned names, caches of the runtime). Publishes it first when `multi`.
void make_immortal(Object* o);

}  // namespace ty
