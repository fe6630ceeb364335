// sync/futex.h: waiting on a 32-bit word.
//
// The one place that talks to the kernel about waiting. Everything that blocks (locks, events, stops) is built on these two calls.
// Threads     any. A wait may return early; callers test their condition in a loop.
#pragma once

#include <cstdint>

#include "base/check.h"

namespace ty {

/// Tells the processor that this is a spin loop.
TY_INLINE void cpu_pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

/// No time limit.
inline constexpr int64_t kForever = -1;

enum class WaitResult : uint8_t { kWoken, kTimedOut, kInterrupted };

/// Sleeps while `*word == expected`, at most `nanoseconds` (kForever: no limit). Returns early on a wake, a change, or a signal.
WaitResult futex_wait(const uint32_t* word, uint32_t expected, int64_t nanoseconds = kForever);
/// Wakes up to `count` sleepers.
void futex_wake(uint32_t* word, int count);
inline constexpr int kWakeAll = 0x7fffffff;

/// Monotonic clock in nanoseconds.
int64_t monotonic_nanoseconds();
/// Gives the rest of the time slice away.
void yield_processor();

}  // namespace ty
