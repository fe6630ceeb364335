// base/clock.h: nanosecond clocks and conversions between seconds and nanoseconds.
#pragma once

#include <ctime>

#include "base/check.h"

namespace ty {

inline constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

TY_INLINE int64_t clock_nanoseconds(clockid_t clock) {
  timespec ts;
  clock_gettime(clock, &ts);
  return ts.tv_sec * kNanosecondsPerSecond + ts.tv_nsec;
}
TY_INLINE int64_t monotonic_nanoseconds() { return clock_nanoseconds(CLOCK_MONOTONIC); }
TY_INLINE timespec to_timespec(int64_t nanoseconds) {
  int64_t seconds = nanoseconds / kNanosecondsPerSecond, rest = nanoseconds % kNanosecondsPerSecond;
  if (rest < 0) seconds--, rest += kNanosecondsPerSecond;
  return {seconds, rest};
}

}  // namespace ty
