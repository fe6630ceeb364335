#include "sync/leaf_lock.h"

namespace ty {

void LeafLock::lock_slow() {
  for (int spin = 0; spin < 40; spin++) {
    uint32_t expected = 0;
    if (__atomic_compare_exchange_n(&word_, &expected, 1, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return;
    cpu_pause();
  }
  while (__atomic_exchange_n(&word_, 2, __ATOMIC_ACQUIRE) != 0) futex_wait(&word_, 2);
}

#if defined(TYPHON_DCHECK)
namespace {
thread_local uint8_t held_ranks[16];
thread_local uint32_t held_count = 0;
}  // namespace

void LeafLock::note_lock() {
  CHECK(held_count < 16);
  CHECK(held_count == 0 || held_ranks[held_count - 1] < rank_, "leaf locks taken against the declared order");
  held_ranks[held_count++] = rank_;
}

void LeafLock::note_unlock() {
  uint32_t i = held_count;
  while (i > 0 && held_ranks[i - 1] != rank_) i--;
  CHECK(i > 0, "unlock of a leaf lock that is not held");
  for (; i < held_count; i++) held_ranks[i - 1] = held_ranks[i];
  held_count--;
}

bool holds_leaf_lock() { return held_count > 0; }
#else
bool holds_leaf_lock() { return false; }
#endif

}  // namespace ty
