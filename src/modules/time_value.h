// modules/time_value.h: durations and times as Python gives them (int or float seconds) to nanoseconds. CPython: Python/pytime.c.
#pragma once

#include "object/abstract.h"

namespace ty {

enum class Rounding { kFloor, kCeiling, kHalfEven, kUp };  // kUp: away from zero (timeouts)

/// Seconds (int or float) to nanoseconds. TypeError, ValueError for NaN, OverflowError.
Result<int64_t> seconds_to_nanoseconds(Thread& t, Value seconds, Rounding rounding);
/// Seconds to whole time_t, and the nanoseconds beyond it.
Result<int64_t> seconds_to_time(Thread& t, Value seconds, Rounding rounding, int64_t* nanoseconds = nullptr);

}  // namespace ty
