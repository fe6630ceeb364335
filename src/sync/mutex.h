// sync/mutex.h: the one-byte lock, events, and waits that signals interrupt.
//
// Mutex       0 free, 1 held, 2 somebody is parked (CPython's PyMutex, bit for bit: extension modules inline the uncontended case). Waiters sleep
//             in a parking lot keyed by address; a waiter that waited 1 ms is handed the lock.
// Event       a latch: set once, waited for by many.
// Detaching   whoever sleeps with a Thread detaches it, so that stops and handshakes go on.
// Threads     any. `t` is the caller's Thread or null.
// See         docs/locking.md
#pragma once

#include "header/thread.h"
#include "sync/futex.h"

namespace ty {

enum class LockResult : uint8_t { kAcquired, kTimedOut, kInterrupted };
enum class Interruptible : uint8_t { kNo, kYes };

/// Out-of-line halves. `byte` is a Mutex or an object's header mutex.
LockResult mutex_lock_slow(uint8_t* byte, int64_t nanoseconds, Interruptible interruptible);
void mutex_unlock_slow(uint8_t* byte);
/// False when it is not held (somebody else was faster).
bool mutex_try_unlock_slow(uint8_t* byte);

TY_INLINE bool mutex_try_lock(uint8_t* byte) {
  uint8_t expected = 0;
  return __atomic_compare_exchange_n(byte, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}
TY_INLINE void mutex_lock(uint8_t* byte) {
  if (TY_UNLIKELY(!mutex_try_lock(byte))) mutex_lock_slow(byte, kForever, Interruptible::kNo);
}
TY_INLINE void mutex_unlock(uint8_t* byte) {
  uint8_t expected = 1;
  if (TY_UNLIKELY(!__atomic_compare_exchange_n(byte, &expected, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))) {
    mutex_unlock_slow(byte);
  }
}

class Mutex {
 public:
  constexpr Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  /// May detach and wait: a safepoint (no Python runs).
  TY_INLINE void lock() { mutex_lock(&byte_); }
  TY_INLINE bool try_lock() {
    uint8_t byte = __atomic_load_n(&byte_, __ATOMIC_RELAXED);
    while (!(byte & 1)) {
      if (__atomic_compare_exchange_n(&byte_, &byte, static_cast<uint8_t>(byte | 1), false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return true;
    }
    return false;
  }
  /// As lock(), at most `nanoseconds` (kForever: no limit). kInterrupted: a signal arrived (run the handlers, then call again with what is left).
  LockResult lock_timed(int64_t nanoseconds, Interruptible interruptible) {
    if (try_lock()) return LockResult::kAcquired;
    return mutex_lock_slow(&byte_, nanoseconds, interruptible);
  }
  TY_INLINE void unlock() { mutex_unlock(&byte_); }
  /// For locks that Python code may release twice: false when it was not held.
  TY_INLINE bool try_unlock() {
    uint8_t expected = 1;
    return __atomic_compare_exchange_n(&byte_, &expected, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED) || mutex_try_unlock_slow(&byte_);
  }
  bool is_locked() const { return __atomic_load_n(&byte_, __ATOMIC_RELAXED) & 1; }
  /// For the child of a fork: free, and nobody waits.
  void reset() { __atomic_store_n(&byte_, 0, __ATOMIC_RELEASE); }

 private:
  uint8_t byte_ = 0;
};
static_assert(sizeof(Mutex) == 1);

class MutexGuard {
 public:
  TY_INLINE explicit MutexGuard(Mutex& mutex) : mutex_(mutex) { mutex_.lock(); }
  TY_INLINE ~MutexGuard() { mutex_.unlock(); }
  MutexGuard(const MutexGuard&) = delete;
  MutexGuard& operator=(const MutexGuard&) = delete;

 private:
  Mutex& mutex_;
};

class Event {
 public:
  constexpr Event() = default;
  bool is_set() const { return __atomic_load_n(&word_, __ATOMIC_ACQUIRE) != 0; }
  void set();
  void clear() { __atomic_store_n(&word_, 0, __ATOMIC_RELEASE); }
  /// Waits, detached. kAcquired: it is set.
  LockResult wait(int64_t nanoseconds = kForever, Interruptible interruptible = Interruptible::kNo);

 private:
  uint32_t word_ = 0;
};

/// Sleeps, detached, while `*word == expected`: for what is built from raw words (conditions, thread joins). One wait; test and call again.
WaitResult wait_detached(Thread& t, const uint32_t* word, uint32_t expected, int64_t nanoseconds);

/// In the child of a fork: nobody is parked.
void reset_parking_lot();

}  // namespace ty
