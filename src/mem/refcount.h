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
/// The last reference to a LOCAL object is gone: destroys it, and what hung on it alone, with a worklist.
void die_local(Object* o);
/// For a PROMPT object read from a SHARED slot: counts unless the count is zero.
bool try_inc_prompt(Object* o);

/// Adds one reference to `o`, which somebody keeps alive meanwhile.
TY_INLINE void inc(Object* o) {
  uint32_t local = __atomic_load_n(&o->ref_local, __ATOMIC_RELAXED);
  if (local == kImmortalCount) return;
  if (TY_LIKELY(o->load_flags() & kLocal)) {
    DCHECK(o->tid == current_thread().tid, "LOCAL object touched by a foreign thread");
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
    DCHECK(o->tid == current_thread().tid, "LOCAL object touched by a foreign thread");
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
