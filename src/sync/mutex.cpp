// The parking lot: sleepers keyed by the address of the byte they wait for, in buckets with a leaf lock each. A waiter sleeps on a word of
// its own native stack; whoever dequeues it writes that word, so a waiter that finds itself dequeued waits for the write before it returns.
#include "sync/mutex.h"

#include "base/flags.h"
#include "sync/thread_state.h"

namespace ty {

namespace {

constexpr uint8_t kLockedBit = 1;
constexpr uint8_t kParkedBit = 2;
constexpr int64_t kFairAfter = 1000000;
constexpr uint32_t kBuckets = 257;

enum WaiterWord : uint32_t { kAsleep, kAwake, kHandedOver };

struct Waiter {
  const uint8_t* address;
  Waiter* next;
  uint32_t word;
  int64_t fair_at;
};

struct Bucket {
  LeafLock lock{LockRank::kParking};
  Waiter* first = nullptr;
  Waiter** last = nullptr;  // null: &first
};
Bucket buckets[kBuckets];

Bucket& bucket_of(const uint8_t* address) { return buckets[(reinterpret_cast<uint64_t>(address) >> 3) % kBuckets]; }

void append(Bucket& bucket, Waiter* waiter) {
  waiter->next = nullptr;
  Waiter** link = bucket.first ? bucket.last : &bucket.first;
  *link = waiter;
  bucket.last = &waiter->next;
}
/// Unlinks the waiter that *link names.
void unlink(Bucket& bucket, Waiter** link) {
  Waiter* waiter = *link;
  *link = waiter->next;
  if (bucket.last == &waiter->next) bucket.last = bucket.first ? link : nullptr;
}
bool unlink_if_queued(Bucket& bucket, Waiter* waiter) {
  for (Waiter** link = &bucket.first; *link; link = &(*link)->next) {
    if (*link == waiter) {
      unlink(bucket, link);
      return true;
    }
  }
  return false;
}
bool has_waiter(const Bucket& bucket, const uint8_t* address) {
  for (Waiter* waiter = bucket.first; waiter; waiter = waiter->next) {
    if (waiter->address == address) return true;
  }
  return false;
}

Thread* attached_thread() {
  Thread* t = g_current_thread;
  if (t && __atomic_load_n(&t->state, __ATOMIC_RELAXED) == static_cast<uint32_t>(ThreadState::kAttached)) return t;
  return nullptr;
}

/// Sleeps in the parking lot; the waiter is queued. Returns its word, kAsleep if it gave up (and is no longer queued).
uint32_t sleep_parked(Bucket& bucket, Waiter& waiter, int64_t deadline, Interruptible interruptible, WaitResult* why) {
  *why = WaitResult::kWoken;
  Thread* t = attached_thread();
  if (t) detach(*t);
  uint32_t word;
  while ((word = __atomic_load_n(&waiter.word, __ATOMIC_ACQUIRE)) == kAsleep) {
    int64_t left = kForever;
    if (deadline >= 0) {
      left = deadline - monotonic_nanoseconds();
      if (left <= 0) {
        *why = WaitResult::kTimedOut;
        break;
      }
    }
    WaitResult result = futex_wait(&waiter.word, kAsleep, left);
    if (result == WaitResult::kTimedOut) {
      *why = result;
      break;
    }
    bool signalled = t && (__atomic_load_n(&t->interrupts, __ATOMIC_RELAXED) & (kInterruptSignal | kInterruptAsync | kInterruptCalls));
    if (interruptible == Interruptible::kYes && (result == WaitResult::kInterrupted || signalled)) {
      if (__atomic_load_n(&waiter.word, __ATOMIC_ACQUIRE) != kAsleep) continue;
      *why = WaitResult::kInterrupted;
      break;
    }
  }
  if (word == kAsleep) {
    bool queued;
    {
      LeafGuard guard(bucket.lock);
      queued = unlink_if_queued(bucket, &waiter);
    }
    while (!queued && (word = __atomic_load_n(&waiter.word, __ATOMIC_ACQUIRE)) == kAsleep) futex_wait(&waiter.word, kAsleep);
  }
  if (t) attach(*t);
  return word;
}

}  // namespace

LockResult mutex_lock_slow(uint8_t* byte, int64_t nanoseconds, Interruptible interruptible) {
  uint8_t value = __atomic_load_n(byte, __ATOMIC_RELAXED);
  if (!(value & kLockedBit) &&
      __atomic_compare_exchange_n(byte, &value, static_cast<uint8_t>(value | kLockedBit), false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
    return LockResult::kAcquired;
  }
  if (nanoseconds == 0) return LockResult::kTimedOut;
  if (g_flags.stress_locks) yield_processor();
  int64_t now = monotonic_nanoseconds();
  int64_t deadline = nanoseconds < 0 ? kForever : now + nanoseconds;
  if (nanoseconds > 0 && deadline < now) deadline = INT64_MAX;
  Waiter waiter;
  waiter.address = byte;
  waiter.fair_at = now + kFairAfter;
  int spins = 0;
  for (;;) {
    value = __atomic_load_n(byte, __ATOMIC_RELAXED);
    if (!(value & kLockedBit)) {
      if (__atomic_compare_exchange_n(byte, &value, static_cast<uint8_t>(value | kLockedBit), true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        return LockResult::kAcquired;
      }
      continue;
    }
    if (!(value & kParkedBit) && spins++ < 40) {
      cpu_pause();
      continue;
    }
    Bucket& bucket = bucket_of(byte);
    {
      LeafGuard guard(bucket.lock);
      value = __atomic_load_n(byte, __ATOMIC_RELAXED);
      if (!(value & kLockedBit)) continue;
      if (!(value & kParkedBit) &&
          !__atomic_compare_exchange_n(byte, &value, static_cast<uint8_t>(value | kParkedBit), false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        continue;
      }
      waiter.word = kAsleep;
      append(bucket, &waiter);
    }
    WaitResult why;
    uint32_t word = sleep_parked(bucket, waiter, deadline, interruptible, &why);
    if (word == kHandedOver) return LockResult::kAcquired;
    if (word == kAsleep) return why == WaitResult::kTimedOut ? LockResult::kTimedOut : LockResult::kInterrupted;
  }
}

void mutex_unlock_slow(uint8_t* byte) { CHECK(mutex_try_unlock_slow(byte), "unlock of a lock that is not held"); }

bool mutex_try_unlock_slow(uint8_t* byte) {
  Bucket& bucket = bucket_of(byte);
  Waiter* waiter = nullptr;
  uint32_t word = kAwake;
  {
    LeafGuard guard(bucket.lock);
    uint8_t held = kLockedBit;
    if (__atomic_compare_exchange_n(byte, &held, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) return true;
    if (!(held & kLockedBit)) return false;
    for (Waiter** link = &bucket.first; *link; link = &(*link)->next) {
      if ((*link)->address == byte) {
        waiter = *link;
        unlink(bucket, link);
        break;
      }
    }
    uint8_t value = waiter && has_waiter(bucket, byte) ? kParkedBit : 0;
    if (waiter && monotonic_nanoseconds() >= waiter->fair_at) {
      value |= kLockedBit;
      word = kHandedOver;
    }
    __atomic_store_n(byte, value, __ATOMIC_RELEASE);
  }
  if (waiter) {
    uint32_t* place = &waiter->word;
    __atomic_store_n(place, word, __ATOMIC_RELEASE);  // the waiter may be gone after this; waking a stale address is harmless
    futex_wake(place, 1);
  }
  return true;
}

void Event::set() {
  __atomic_store_n(&word_, 1, __ATOMIC_RELEASE);
  futex_wake(&word_, kWakeAll);
}

LockResult Event::wait(int64_t nanoseconds, Interruptible interruptible) {
  if (is_set()) return LockResult::kAcquired;
  if (nanoseconds == 0) return LockResult::kTimedOut;
  int64_t deadline = nanoseconds < 0 ? kForever : monotonic_nanoseconds() + nanoseconds;
  Thread* t = attached_thread();
  if (t) detach(*t);
  LockResult answer = LockResult::kAcquired;
  while (!is_set()) {
    int64_t left = kForever;
    if (deadline >= 0 && (left = deadline - monotonic_nanoseconds()) <= 0) {
      answer = LockResult::kTimedOut;
      break;
    }
    WaitResult result = futex_wait(&word_, 0, left);
    bool signalled = t && (__atomic_load_n(&t->interrupts, __ATOMIC_RELAXED) & (kInterruptSignal | kInterruptAsync | kInterruptCalls));
    if (interruptible == Interruptible::kYes && (result == WaitResult::kInterrupted || signalled) && !is_set()) {
      answer = LockResult::kInterrupted;
      break;
    }
  }
  if (t) attach(*t);
  return answer;
}

WaitResult wait_detached(Thread& t, const uint32_t* word, uint32_t expected, int64_t nanoseconds) {
  DetachScope detached(t);
  return futex_wait(word, expected, nanoseconds);
}

void reset_parking_lot() {
  for (Bucket& bucket : buckets) {
    bucket.lock.reset();
    bucket.first = nullptr;
    bucket.last = nullptr;
  }
}

}  // namespace ty
