// sync/leaf_lock.h: the runtime's own locks.
//
// A LeafLock protects a small piece of runtime state for a few instructions. While one is held nothing may run Python, reach a safepoint,
// wait for another thread, or take a lock of the same or a lower rank (checked in debug builds).
// Threads     any, with or without a Thread.
// See         docs/locking.md
#pragma once

#include "sync/futex.h"

#define TY_CAPABILITY(name) __attribute__((capability(name)))
#define TY_SCOPED_CAPABILITY __attribute__((scoped_lockable))
#define TY_GUARDED_BY(lock) __attribute__((guarded_by(lock)))
#define TY_REQUIRES(...) __attribute__((requires_capability(__VA_ARGS__)))
#define TY_ACQUIRE(...) __attribute__((acquire_capability(__VA_ARGS__)))
#define TY_RELEASE(...) __attribute__((release_capability(__VA_ARGS__)))
#define TY_NO_THREAD_SAFETY __attribute__((no_thread_safety_analysis))

namespace ty {

/// Order in which leaf locks may nest: a thread takes locks of rising rank only.
enum class LockRank : uint8_t {
  kStop,        ///< who may stop the world
  kTable,       ///< tables of the runtime: interned strings, type versions, code caches
  kRegistry,    ///< the threads (and the epochs of handshakes)
  kWeakRefs,    ///< weak reference lists
  kHeaps,       ///< the list of heaps, orphans
  kGlobals,     ///< the list of GlobalSlots
  kParking,     ///< buckets of the parking lot
  kPages,       ///< free page runs
};

class TY_CAPABILITY("mutex") LeafLock {
 public:
  constexpr explicit LeafLock(LockRank rank) : rank_(static_cast<uint8_t>(rank)) {}
  LeafLock(const LeafLock&) = delete;
  LeafLock& operator=(const LeafLock&) = delete;

  TY_INLINE void lock() TY_ACQUIRE() TY_NO_THREAD_SAFETY {
    note_lock();
    uint32_t expected = 0;
    if (TY_UNLIKELY(!__atomic_compare_exchange_n(&word_, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))) {
      lock_slow();
    }
  }
  TY_INLINE void unlock() TY_RELEASE() TY_NO_THREAD_SAFETY {
    note_unlock();
    if (TY_UNLIKELY(__atomic_exchange_n(&word_, 0, __ATOMIC_RELEASE) == 2)) futex_wake(&word_, 1);
  }
  /// For the child of a fork: nobody holds it.
  void reset() { __atomic_store_n(&word_, 0, __ATOMIC_RELEASE); }

 private:
  void lock_slow();
#if defined(TYPHON_DCHECK)
  void note_lock();
  void note_unlock();
#else
  TY_INLINE void note_lock() {}
  TY_INLINE void note_unlock() {}
#endif

  uint32_t word_ = 0;  // [atomic] 0 free, 1 held, 2 held and somebody sleeps
  [[maybe_unused]] uint8_t rank_;  // [const]
};

/// Holds a LeafLock for a scope.
class TY_SCOPED_CAPABILITY LeafGuard {
 public:
  TY_INLINE explicit LeafGuard(LeafLock& lock) TY_ACQUIRE(lock) : lock_(lock) { lock_.lock(); }
  TY_INLINE ~LeafGuard() TY_RELEASE() { lock_.unlock(); }
  LeafGuard(const LeafGuard&) = delete;
  LeafGuard& operator=(const LeafGuard&) = delete;

 private:
  LeafLock& lock_;
};

/// True while the calling thread holds a LeafLock (debug builds; false in release builds).
bool holds_leaf_lock();

}  // namespace ty
