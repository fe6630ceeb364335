#include "modules/time_value.h"

#include <cmath>

#include "base/clock.h"
#include "types/float.h"
#include "types/int.h"

namespace ty {

namespace {

double round_to(double x, Rounding rounding) {
  switch (rounding) {
    case Rounding::kFloor: return std::floor(x);
    case Rounding::kCeiling: return std::ceil(x);
    case Rounding::kUp: return x >= 0 ? std::ceil(x) : std::floor(x);
    case Rounding::kHalfEven: return std::nearbyint(x);
  }
  return x;
}

Raised raise_time_overflow(Thread& t) {
  return raise_overflow_error(t, "timestamp out of range for platform time_t");
}

}  // namespace

Result<int64_t> seconds_to_nanoseconds(Thread& t, Value seconds, Rounding rounding) {
  if (is_float(seconds)) {
    double d = float_value(seconds);
    if (std::isnan(d)) return raise_value_error(t, "Invalid value NaN (not a number)");
    d = round_to(d * 1e9, rounding);
    if (!(d >= -9223372036854775808.0 && d < 9223372036854775808.0)) {
      return raise_overflow_error(t, "timestamp out of range for platform time_t");
    }
    return static_cast<int64_t>(d);
  }
  if (!is_int(seconds)) {
    Owned index = TRY(number_index(t, seconds));
    return seconds_to_nanoseconds(t, index, rounding);
  }
  bool fits;
  int64_t n = int_as_int64(seconds, &fits);
  int64_t result;
  if (!fits || __builtin_mul_overflow(n, kNanosecondsPerSecond, &result)) {
    return raise_overflow_error(t, "timestamp too large to convert to C PyTime_t");
  }
  return result;
}

Result<int64_t> seconds_to_time(Thread& t, Value seconds, Rounding rounding, int64_t* nanoseconds) {
  if (nanoseconds) *nanoseconds = 0;
  if (is_float(seconds)) {
    double d = float_value(seconds);
    if (std::isnan(d)) return raise_value_error(t, "Invalid value NaN (not a number)");
    double whole = std::floor(d);
    if (nanoseconds) {
      double rest = round_to((d - whole) * 1e9, rounding);
      if (rest >= 1e9) whole += 1, rest -= 1e9;
      *nanoseconds = static_cast<int64_t>(rest);
    } else {
      whole = round_to(d, rounding);
    }
    if (!(whole >= -9223372036854775808.0 && whole < 9223372036854775808.0)) return raise_time_overflow(t);
    return static_cast<int64_t>(whole);
  }
  Owned index = TRY(number_index(t, seconds));
  bool fits;
  int64_t n = int_as_int64(index, &fits);
  if (!fits) return raise_time_overflow(t);
  return n;
}

}  // namespace ty
