// mem/weakref.h: weak references.
//
// A WeakRef points at its referent without counting it. All weak references of an object form a list whose head is in a side table keyed
// by the object (flag kWeakRefd). List, table and WeakRef::referent are guarded by a lock striped by referent.
// Invariants  A referent whose death is decided is unlinked under the same lock, so what weakref_get() returns is alive and counted.
//             Weak references do not publish their referent (R1's one exception); those of a SHARED object are SHARED.
// Threads     any. weakref_get() of a LOCAL object of another thread stops the world, publishes it and retries.
// See         docs/refcounting.md; the Python type is in types/.
#pragma once

#include "header/thread.h"
#include "header/type.h"

namespace ty {

/// CPython's PyWeakReference. The struct of `weakref.ref`, its subclasses and the proxies.
struct WeakRef : Object {
  uint64_t referent;   // [lock] the stripe's; Object*, or 0 once it died; not an edge
  uint64_t callback;   // [const] Slot: called with the weak reference after the referent died; null: none
  ssize hash;          // [atomic] -1: not computed
  uint64_t previous;   // [lock] links of the referent's list
  uint64_t next;       // [lock]
  void* vectorcall;    // [const]
  void* unused;        // [const] CPython's lock pointer
};
static_assert(sizeof(WeakRef) == 88);

/// Enters the new, initialised weak reference `ref` (LOCAL, referent null, callback set) into the list of `referent`. References without a
/// callback come first, as in CPython. A SHARED referent publishes `ref`.
void weakref_attach(WeakRef* ref, Object* referent);
/// The existing reference of exactly this type without a callback (counted), or null: what weakref.ref(o) returns again.
WeakRef* weakref_lookup(Thread& t, Object* referent, Type* type);
/// The referent, counted, or null when it is dead. A safepoint when the referent is LOCAL to another thread.
Object* weakref_get(Thread& t, WeakRef* ref);
/// Whether the referent is alive, without touching it.
bool weakref_is_alive(WeakRef* ref);
/// Unlinks `ref` from its referent's list: when the reference dies (TypeLayout::release), or is cleared.
void weakref_detach(WeakRef* ref);
/// Number of weak references to `referent`; the first `capacity` of them, counted, are stored to `out`.
size_t weakref_list(Thread& t, Object* referent, WeakRef** out, size_t capacity);

/// The referent dies: clears its references and queues their callbacks on `t`. Used by death and by the collectors.
void weakrefs_clear(Thread& t, Object* referent);
/// As weakrefs_clear, but only callbacks of references for which `keep` answers true are queued (a collector asks whether the reference
/// itself is garbage).
void weakrefs_clear_if(Thread& t, Object* referent, bool (*keep)(WeakRef* ref, void* context), void* context);
/// Calls f for each weak reference of `referent` under the lock: publication publishes them, the collectors look at them.
void weakrefs_for_each(Object* referent, void (*f)(WeakRef* ref, void* context), void* context);
/// For RECLAIM's process(): decides under the lock whether `o` (at zero, not touched) dies; if so clears its references and queues callbacks.
bool weakrefs_decide_death(Thread& t, Object* o);
/// In the child of a fork.
void reset_weakref_locks();

}  // namespace ty
