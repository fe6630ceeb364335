// The table: buckets of a fixed striped hash; each entry is the head of one referent's list. Entries are found by referent address, which is
// stable while the referent lives, and removed before its block is freed.
#include "mem/weakref.h"

#include <cstdlib>

#include "mem/publish.h"
#include "mem/refcount.h"
#include "sync/thread_state.h"

namespace ty {

namespace {

constexpr uint32_t kStripes = 127;

struct Stripe {
  LeafLock lock{LockRank::kWeakRefs};
  WeakRef** slots = nullptr;  // hash table of list heads, open addressing; null: empty
  size_t capacity = 0;        // power of two
  size_t count = 0;
};
Stripe stripes[kStripes];

uint64_t hash_of(const Object* o) { return (reinterpret_cast<uint64_t>(o) >> 4) * 0x9E3779B97F4A7C15ull; }
Stripe& stripe_of(const Object* o) { return stripes[(hash_of(o) >> 40) % kStripes]; }
Object* referent_of(const WeakRef* ref) { return reinterpret_cast<Object*>(__atomic_load_n(&ref->referent, __ATOMIC_ACQUIRE)); }
WeakRef* pointer(uint64_t word) { return reinterpret_cast<WeakRef*>(word); }

/// The place of the list head of `o`: an occupied one, or the free place where it would go (null when the table is empty).
WeakRef** find(Stripe& stripe, const Object* o) {
  if (!stripe.slots) return nullptr;
  size_t mask = stripe.capacity - 1;
  for (size_t i = hash_of(o) & mask;; i = (i + 1) & mask) {
    if (stripe.slots[i] == nullptr || referent_of(stripe.slots[i]) == o) return &stripe.slots[i];
  }
}

void grow(Stripe& stripe) {
  size_t capacity = stripe.capacity ? stripe.capacity * 2 : 16;
  auto** slots = static_cast<WeakRef**>(std::calloc(capacity, sizeof(WeakRef*)));
  CHECK(slots != nullptr, "out of memory for the table of weak references");
  WeakRef** old = stripe.slots;
  size_t old_capacity = stripe.capacity;
  stripe.slots = slots;
  stripe.capacity = capacity;
  for (size_t i = 0; i < old_capacity; i++) {
    if (old[i]) *find(stripe, referent_of(old[i])) = old[i];
  }
  std::free(old);
}

/// Empties a place and closes the gap.
void erase(Stripe& stripe, WeakRef** place) {
  size_t mask = stripe.capacity - 1;
  auto hole = static_cast<size_t>(place - stripe.slots);
  stripe.slots[hole] = nullptr;
  stripe.count--;
  for (size_t i = (hole + 1) & mask; stripe.slots[i]; i = (i + 1) & mask) {
    size_t home = hash_of(referent_of(stripe.slots[i])) & mask;
    if (((i - home) & mask) >= ((i - hole) & mask)) {
      stripe.slots[hole] = stripe.slots[i];
      stripe.slots[i] = nullptr;
      hole = i;
    }
  }
}

WeakRef* head_of(Stripe& stripe, const Object* o) {
  WeakRef** place = find(stripe, o);
  return place ? *place : nullptr;
}

void clear_weakrefd(Object* o) {
  uint16_t mask = static_cast<uint16_t>(~kWeakRefd);
  if (o->is_local()) {
    // A foreign thread may drop the last weak reference; it must not touch the flags. A mark too many does no harm.
    if (may_touch_local(o->load_tid())) {
      __atomic_store_n(&o->flags, static_cast<uint16_t>(o->load_flags() & mask), __ATOMIC_RELAXED);
    }
  } else {
    __atomic_fetch_and(&o->flags, mask, __ATOMIC_SEQ_CST);
  }
}

/// Unlinks `ref` from the list of its referent.
void unlink(Stripe& stripe, WeakRef* ref) {
  Object* o = referent_of(ref);
  WeakRef* next = pointer(ref->next);
  if (ref->previous) {
    pointer(ref->previous)->next = ref->next;
  } else {
    WeakRef** place = find(stripe, o);
    DCHECK(place && *place == ref, "weak reference not in its list");
    if (next) {
      *place = next;
    } else {
      erase(stripe, place);
      clear_weakrefd(o);
    }
  }
  if (next) next->previous = ref->previous;
  ref->previous = ref->next = 0;
  __atomic_store_n(&ref->referent, 0, __ATOMIC_RELEASE);
}

/// Counts `ref` unless it is dying itself. Under the stripe lock, so it cannot be freed meanwhile.
bool try_count(WeakRef* ref) {
  if (ref->is_immortal()) return true;
  if (ref->is_local()) {
    if (ref->ref_local == 0) return false;
    inc(ref);
    return true;
  }
  if (ref->has(kPrompt)) return try_inc_prompt(ref);
  if (__atomic_load_n(&ref->ref_shared, __ATOMIC_SEQ_CST) == kMerged) {
    // At zero: it may be in a batch that is just being processed.
    return false;
  }
  inc(ref);
  return true;
}

/// All references of `o` are cleared; those that have a callback and may be counted are queued.
void clear_locked(Thread& t, Stripe& stripe, Object* o, bool (*keep)(WeakRef*, void*), void* context) {
  WeakRef** place = find(stripe, o);
  if (!place || !*place) return;
  WeakRef* ref = *place;
  erase(stripe, place);
  while (ref) {
    WeakRef* next = pointer(ref->next);
    ref->previous = ref->next = 0;
    if (ref->callback && (!keep || keep(ref, context)) && try_count(ref)) push_weakref_callback(t, ref);
    // Last: a reference that is dying on another thread may be freed as soon as it sees this.
    __atomic_store_n(&ref->referent, 0, __ATOMIC_RELEASE);
    ref = next;
  }
  clear_weakrefd(o);
}

}  // namespace

void weakref_attach(WeakRef* ref, Object* referent) {
  if (!referent->is_local()) publish(ref);
  Stripe& stripe = stripe_of(referent);
  LeafGuard guard(stripe.lock);
  if ((stripe.count + 1) * 4 > stripe.capacity * 3) grow(stripe);
  WeakRef** place = find(stripe, referent);
  WeakRef* head = *place;
  __atomic_store_n(&ref->referent, reinterpret_cast<uint64_t>(referent), __ATOMIC_RELEASE);
  ref->previous = ref->next = 0;
  if (!head) {
    *place = ref;
    stripe.count++;
  } else if (ref->callback == 0 || head->callback != 0) {
    // In front. The key of the table is the referent of the head, which is the same.
    if (ref->callback == 0 || head->callback != 0) {
      ref->next = reinterpret_cast<uint64_t>(head);
      head->previous = reinterpret_cast<uint64_t>(ref);
      *place = ref;
    }
  } else {
    // Behind the references without callbacks.
    WeakRef* before = head;
    while (before->next && pointer(before->next)->callback == 0) before = pointer(before->next);
    ref->previous = reinterpret_cast<uint64_t>(before);
    ref->next = before->next;
    if (ref->next) pointer(ref->next)->previous = reinterpret_cast<uint64_t>(ref);
    before->next = reinterpret_cast<uint64_t>(ref);
  }
  if (referent->is_local()) {
    __atomic_store_n(&referent->flags, static_cast<uint16_t>(referent->load_flags() | kWeakRefd), __ATOMIC_RELAXED);
  } else {
    __atomic_fetch_or(&referent->flags, kWeakRefd, __ATOMIC_SEQ_CST);
    // A batch that took the referent as a member did not expect weak references: touch it.
    if (__atomic_load_n(&referent->flags, __ATOMIC_SEQ_CST) & kZeroListed) {
      __atomic_fetch_or(&referent->flags, kTouched, __ATOMIC_SEQ_CST);
    }
  }
}

WeakRef* weakref_lookup(Thread& t, Object* referent, Type* type) {
  if (!referent->has(kWeakRefd)) return nullptr;
  Stripe& stripe = stripe_of(referent);
  LeafGuard guard(stripe.lock);
  for (WeakRef* ref = head_of(stripe, referent); ref && ref->callback == 0; ref = pointer(ref->next)) {
    if (ref->type() != type) continue;
    if (ref->is_local() && !may_touch_local(ref->load_tid())) continue;
    if (try_count(ref)) return ref;
  }
  return nullptr;
}

Object* weakref_get(Thread& t, WeakRef* ref) {
  for (;;) {
    Object* o = referent_of(ref);
    if (!o) return nullptr;
    Stripe& stripe = stripe_of(o);
    bool foreign = false;
    {
      LeafGuard guard(stripe.lock);
      if (referent_of(ref) != o) continue;
      uint16_t flags = __atomic_load_n(&o->flags, __ATOMIC_ACQUIRE);
      if (flags & kPublishing) {
        // Its owner is about to finish the walk: try again.
      } else if (!(flags & kLocal)) {
        if (flags & kPrompt) return try_inc_prompt(o) ? o : nullptr;
        inc(o);  // perhaps from zero: its death is decided under this lock, and has not been
        return o;
      } else if (may_touch_local(o->load_tid())) {
        if (o->ref_local == 0) return nullptr;  // on the work list of its own death
        inc(o);
        return o;
      } else {
        foreign = true;
      }
    }
    if (foreign) {
      StopScope stop(t);
      // The referent may have died meanwhile: look again, now that nobody moves.
      Object* now = referent_of(ref);
      if (now && now->is_local()) publish(now);
    } else {
      yield_processor();
    }
  }
}

bool weakref_is_alive(WeakRef* ref) {
  Object* o = referent_of(ref);
  if (!o) return false;
  Stripe& stripe = stripe_of(o);
  LeafGuard guard(stripe.lock);
  if (referent_of(ref) != o) return false;
  if (__atomic_load_n(&o->flags, __ATOMIC_ACQUIRE) & (kLocal | kPublishing)) return true;
  return o->is_immortal() || o->has(kDeferred) || !o->has(kPrompt) || __atomic_load_n(&o->ref_shared, __ATOMIC_SEQ_CST) != kMerged;
}

void weakref_detach(WeakRef* ref) {
  for (;;) {
    Object* o = referent_of(ref);
    if (!o) return;
    Stripe& stripe = stripe_of(o);
    LeafGuard guard(stripe.lock);
    if (referent_of(ref) != o) continue;
    unlink(stripe, ref);
    return;
  }
}

size_t weakref_list(Thread& t, Object* referent, WeakRef** out, size_t capacity) {
  if (!referent->has(kWeakRefd)) return 0;
  Stripe& stripe = stripe_of(referent);
  LeafGuard guard(stripe.lock);
  size_t count = 0;
  for (WeakRef* ref = head_of(stripe, referent); ref; ref = pointer(ref->next)) {
    if (ref->is_local() && !may_touch_local(ref->load_tid())) continue;
    if (count < capacity) {
      if (!try_count(ref)) continue;
      out[count] = ref;
    }
    count++;
  }
  return count;
}

void weakrefs_clear(Thread& t, Object* referent) { weakrefs_clear_if(t, referent, nullptr, nullptr); }

void weakrefs_clear_if(Thread& t, Object* referent, bool (*keep)(WeakRef*, void*), void* context) {
  Stripe& stripe = stripe_of(referent);
  LeafGuard guard(stripe.lock);
  clear_locked(t, stripe, referent, keep, context);
}

bool weakrefs_decide_death(Thread& t, Object* o) {
  Stripe& stripe = stripe_of(o);
  LeafGuard guard(stripe.lock);
  if (__atomic_load_n(&o->ref_shared, __ATOMIC_SEQ_CST) != kMerged) return false;
  if (__atomic_load_n(&o->flags, __ATOMIC_SEQ_CST) & kTouched) return false;
  clear_locked(t, stripe, o, nullptr, nullptr);
  return true;
}

void weakrefs_for_each(Object* referent, void (*f)(WeakRef*, void*), void* context) {
  Stripe& stripe = stripe_of(referent);
  LeafGuard guard(stripe.lock);
  for (WeakRef* ref = head_of(stripe, referent); ref; ref = pointer(ref->next)) f(ref, context);
}

void reset_weakref_locks() {
  for (Stripe& stripe : stripes) stripe.lock.reset();
}

}  // namespace ty
