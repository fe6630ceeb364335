// modules/math.cpp: the math module: functions of floats. CPython: Modules/mathmodule.c.
//
// Threads     no state.
#include "modules/math.h"

#include <cfloat>
#include <cmath>
#include <climits>

#include "base/big_integer.h"
#include "types/float.h"
#include "types/int.h"
#include "types/tuple.h"

namespace ty {

namespace {

constexpr double kPi = 3.141592653589793238462643383279502884197, kE = 2.718281828459045235360287471352662497757;
constexpr double kLogPi = 1.144729885849400174143427351353058711647;

Raised domain_error(Thread& t) { return raise_value_error(t, "math domain error"); }
Raised range_error(Thread& t) { return raise_overflow_error(t, "math range error"); }

/// The result `r` of a function at `x`, or what CPython raises instead.
Result<double> finish(Thread& t, double x, double r, bool can_overflow) {
  if (std::isnan(r) && !std::isnan(x)) return domain_error(t);
  if (std::isinf(r) && std::isfinite(x)) {
    if (can_overflow) return range_error(t);
    return domain_error(t);
  }
  return r;
}

#define UNARY(name, expression, can_overflow) \
  Result<double> math_##name(Thread& t, double x) { return finish(t, x, expression, can_overflow); }
UNARY(acos, std::acos(x), false)
UNARY(acosh, std::acosh(x), false)
UNARY(asin, std::asin(x), false)
UNARY(asinh, std::asinh(x), false)
UNARY(atan, std::atan(x), false)
UNARY(atanh, std::atanh(x), false)
UNARY(cbrt, std::cbrt(x), false)
UNARY(cos, std::cos(x), false)
UNARY(cosh, std::cosh(x), true)
UNARY(exp, std::exp(x), true)
UNARY(exp2, std::exp2(x), true)
UNARY(expm1, std::expm1(x), true)
UNARY(fabs, std::fabs(x), false)
UNARY(log1p, x == 0.0 ? x : std::log1p(x), false)
UNARY(sin, std::sin(x), false)
UNARY(sinh, std::sinh(x), true)
UNARY(sqrt, std::sqrt(x), false)
UNARY(tan, std::tan(x), false)
UNARY(tanh, std::tanh(x), false)
#undef UNARY
double math_erf(Thread&, double x) { return std::erf(x); }
double math_erfc(Thread&, double x) { return std::erfc(x); }

double sin_pi(double x) {
  double y = std::fmod(std::fabs(x), 2.0), r;
  switch (static_cast<int>(std::round(2.0 * y))) {
    case 0: r = std::sin(kPi * y); break;
    case 1: r = std::cos(kPi * (y - 0.5)); break;
    case 2: r = std::sin(kPi * (1.0 - y)); break;
    case 3: r = -std::cos(kPi * (y - 1.5)); break;
    default: r = std::sin(kPi * (y - 2.0)); break;
  }
  return std::copysign(1.0, x) * r;
}

// Lanczos' approximation with N = 13 and this g; the coefficients are those of the Boost library (CPython uses them too).
constexpr int kLanczosCount = 13;
constexpr double kLanczosG = 6.024680040776729583740234375, kLanczosGMinusHalf = 5.524680040776729583740234375;
constexpr double kLanczosNumerator[kLanczosCount] = {
    23531376880.410759688572007674451636754734846804940, 42919803642.649098768957899047001988850926355848959,
    35711959237.355668049440185451547166705960488635843, 17921034426.037209699919755754458931112671403265390,
    6039542586.3520280050642916443072979210699388420708, 1439720407.3117216736632230727949123939715485786772,
    248874557.86205415651146038641322942321632125127801, 31426415.585400194380614231628318205362874684987640,
    2876370.6289353724412254090516208496135991145378768, 186056.26539522349504029498971604569928220784236328,
    8071.6720023658162106380029022722506138218516325024, 210.82427775157934587250973392071336271166969580291,
    2.5066282746310002701649081771338373386264310793408};
constexpr double kLanczosDenominator[kLanczosCount] = {0.0, 39916800.0, 120543840.0, 150917976.0, 105258076.0, 45995730.0, 13339535.0,
                                                       2637558.0, 357423.0, 32670.0, 1925.0, 66.0, 1.0};
double lanczos_sum(double x) {
  double top = 0.0, bottom = 0.0;
  if (x < 5.0) {
    for (int i = kLanczosCount; --i >= 0;) {
      top = top * x + kLanczosNumerator[i];
      bottom = bottom * x + kLanczosDenominator[i];
    }
  } else {
    for (int i = 0; i < kLanczosCount; i++) {
      top = top / x + kLanczosNumerator[i];
      bottom = bottom / x + kLanczosDenominator[i];
    }
  }
  return top / bottom;
}

enum class Fault { kNone, kDomain, kRange };
struct Answer {
  double value;
  Fault fault = Fault::kNone;
};
Answer gamma(double x) {
  if (!std::isfinite(x)) {
    if (std::isnan(x) || x > 0.0) return {x};
    return {NAN, Fault::kDomain};
  }
  if (x == 0.0) return {std::copysign(INFINITY, x), Fault::kDomain};
  if (x == std::floor(x)) {
    if (x < 0.0) return {NAN, Fault::kDomain};
    if (x <= 23) {
      double product = 1.0;  // exact up to 22!
      for (int i = 2; i < static_cast<int>(x); i++) product *= i;
      return {product};
    }
  }
  double a = std::fabs(x);
  if (a < 1e-20) {
    double r = 1.0 / x;
    return {r, std::isinf(r) ? Fault::kRange : Fault::kNone};
  }
  if (a > 200.0) {
    if (x < 0.0) return {0.0 / sin_pi(x)};
    return {INFINITY, Fault::kRange};
  }
  double y = a + kLanczosGMinusHalf, z, r;
  if (a > kLanczosGMinusHalf) {
    double q = y - a;
    z = q - kLanczosGMinusHalf;
  } else {
    double q = y - kLanczosGMinusHalf;
    z = q - a;
  }
  z = z * kLanczosG / y;
  if (x < 0.0) {
    r = -kPi / sin_pi(a) / a * std::exp(y) / lanczos_sum(a);
    r -= z * r;
    if (a < 140.0) {
      r /= std::pow(y, a - 0.5);
    } else {
      double root = std::pow(y, a / 2.0 - 0.25);
      r /= root;
      r /= root;
    }
  } else {
    r = lanczos_sum(a) / std::exp(y);
    r += z * r;
    if (a < 140.0) {
      r *= std::pow(y, a - 0.5);
    } else {
      double root = std::pow(y, a / 2.0 - 0.25);
      r *= root;
      r *= root;
    }
  }
  return {r, std::isinf(r) ? Fault::kRange : Fault::kNone};
}
Answer log_gamma(double x) {
  if (!std::isfinite(x)) return {std::isnan(x) ? x : INFINITY};
  if (x == std::floor(x) && x <= 2.0) {
    if (x <= 0.0) return {INFINITY, Fault::kDomain};
    return {0.0};
  }
  double a = std::fabs(x);
  if (a < 1e-20) return {-std::log(a)};
  double r = std::log(lanczos_sum(a)) - kLanczosG;
  r += (a - 0.5) * (std::log(a + kLanczosG - 0.5) - 1);
  if (x < 0.0) r = kLogPi - std::log(std::fabs(sin_pi(a))) - std::log(a) - r;
  return {r, std::isinf(r) ? Fault::kRange : Fault::kNone};
}
Result<double> settle(Thread& t, Answer a) {
  if (a.fault == Fault::kDomain) return domain_error(t);
  if (a.fault == Fault::kRange) return range_error(t);
  return a.value;
}
Result<double> math_gamma_(Thread& t, double x) { return settle(t, gamma(x)); }
Result<double> math_lgamma(Thread& t, double x) { return settle(t, log_gamma(x)); }

// --- logarithms ---
using RealFunction = double (*)(double);
Result<double> log_of(Thread& t, Value v, RealFunction f) {
  if (is_int(v)) {
    if (int_sign(v) <= 0) return domain_error(t);
    IntOperand operand(v);
    double x;
    if (big::to_double(operand, &x)) return f(x);
    int64_t exponent;
    x = big::fraction_exponent(operand, &exponent);
    return f(x) + f(2.0) * static_cast<double>(exponent);
  }
  double x = TRY(number_as_double(t, v));
  if (std::isfinite(x)) {
    if (x > 0.0) return f(x);
    return domain_error(t);
  }
  if (std::isnan(x) || x > 0.0) return x;
  return domain_error(t);
}
Result<Owned> math_log(Thread& t, Value x, Value base) {
  double top = TRY(log_of(t, x, [](double v) { return std::log(v); }));
  if (base.is_null()) return float_from_double(t, top);
  double bottom = TRY(log_of(t, base, [](double v) { return std::log(v); }));
  if (bottom == 0.0) return raise_format(t, &exc_ZeroDivisionError, "division by zero");
  return float_from_double(t, top / bottom);
}
Result<double> math_log2(Thread& t, Value x) { return log_of(t, x, [](double v) { return std::log2(v); }); }
Result<double> math_log10(Thread& t, Value x) { return log_of(t, x, [](double v) { return std::log10(v); }); }

// --- two arguments ---
double math_atan2(Thread&, double y, double x) { return std::atan2(y, x); }
double math_copysign(Thread&, double x, double y) { return std::copysign(x, y); }
Result<double> math_fmod(Thread& t, double x, double y) {
  if (std::isinf(y) && std::isfinite(x)) return x;
  double r = std::fmod(x, y);
  if (std::isnan(r) && !std::isnan(x) && !std::isnan(y)) return domain_error(t);
  return r;
}
double remainder_of(double x, double y) {
  if (std::isfinite(x) && std::isfinite(y)) {
    if (y == 0.0) return NAN;
    double a = std::fabs(x), b = std::fabs(y), m = std::fmod(a, b), c = b - m;
    double r = m < c ? m : m > c ? -c : m - 2.0 * std::fmod(0.5 * (a - m), b);
    return std::copysign(1.0, x) * r;
  }
  if (std::isnan(x)) return x;
  if (std::isnan(y)) return y;
  if (std::isinf(x)) return NAN;
  return x;
}
Result<double> math_remainder(Thread& t, double x, double y) {
  double r = remainder_of(x, y);
  if (std::isnan(r) && !std::isnan(x) && !std::isnan(y)) return domain_error(t);
  return r;
}
Result<double> math_pow(Thread& t, double x, double y) {
  if (!std::isfinite(x) || !std::isfinite(y)) {
    if (std::isnan(x)) return y == 0.0 ? 1.0 : x;
    if (std::isnan(y)) return x == 1.0 ? 1.0 : y;
    if (std::isinf(x)) {
      bool odd = std::isfinite(y) && std::fmod(std::fabs(y), 2.0) == 1.0;
      if (y > 0.0) return odd ? x : std::fabs(x);
      if (y == 0.0) return 1.0;
      return odd ? std::copysign(0.0, x) : 0.0;
    }
    if (std::fabs(x) == 1.0) return 1.0;
    if (y > 0.0 && std::fabs(x) > 1.0) return y;
    if (y < 0.0 && std::fabs(x) < 1.0) return -y;
    return 0.0;
  }
  double r = std::pow(x, y);
  if (!std::isfinite(r)) {
    if (std::isnan(r)) return domain_error(t);
    if (x == 0.0) return domain_error(t);
    return range_error(t);
  }
  return r;
}
Result<double> math_fma(Thread& t, double x, double y, double z) {
  double r = std::fma(x, y, z);
  if (std::isfinite(r)) return r;
  if (std::isnan(r)) {
    if (!std::isnan(x) && !std::isnan(y) && !std::isnan(z)) return raise_value_error(t, "invalid operation in fma");
  } else if (std::isfinite(x) && std::isfinite(y) && std::isfinite(z)) {
    return raise_overflow_error(t, "overflow in fma");
  }
  return r;
}
Result<double> math_ldexp(Thread& t, double x, Value i) {
  if (!is_int(i)) return raise_type_error(t, "Expected an int as second argument to ldexp.");
  bool fits;
  int64_t e = int_as_int64(i, &fits);
  if (!fits) e = int_sign(i) < 0 ? INT64_MIN : INT64_MAX;
  if (x == 0.0 || !std::isfinite(x)) return x;
  if (e > INT_MAX) return range_error(t);
  if (e < INT_MIN) return std::copysign(0.0, x);
  double r = std::ldexp(x, static_cast<int>(e));
  if (std::isinf(r)) return range_error(t);
  return r;
}
Result<Owned> math_frexp(Thread& t, double x) {
  int e = 0;
  double m = x;
  if (std::isfinite(x) && x != 0.0) m = std::frexp(x, &e);
  Owned fraction = TRY(float_from_double(t, m));
  return Owned(TRY(tuple_pack(t, fraction, Value::small_int_unchecked(e))));
}
Result<Owned> math_modf(Thread& t, double x) {
  double whole, part;
  if (std::isinf(x)) part = std::copysign(0.0, x), whole = x;
  else if (std::isnan(x)) part = whole = x;
  else part = std::modf(x, &whole);
  Owned a = TRY(float_from_double(t, part)), b = TRY(float_from_double(t, whole));
  return Owned(TRY(tuple_pack(t, a, b)));
}
Result<double> math_nextafter(Thread& t, double x, double y, Value steps) {
  if (is_none(steps)) return std::nextafter(x, y);
  Owned index = TRY(number_index(t, steps));
  if (int_sign(index) < 0) return raise_value_error(t, "steps must be a non-negative integer");
  bool fits;
  uint64_t n = int_as_uint64(index, &fits);
  if (!fits) n = UINT64_MAX;
  if (n == 0 || std::isnan(x)) return x;
  if (std::isnan(y)) return y;
  constexpr uint64_t kSign = uint64_t{1} << 63;
  auto a = std::bit_cast<uint64_t>(x), b = std::bit_cast<uint64_t>(y);
  if (a == b) return x;
  uint64_t ax = a & ~kSign, ay = b & ~kSign;
  if ((a ^ b) & kSign) {
    if (ax + ay <= n) return y;
    if (ax < n) return std::bit_cast<double>((b & kSign) | (n - ax));
    return std::bit_cast<double>(a - n);
  }
  if (ax > ay) return ax - ay >= n ? std::bit_cast<double>(a - n) : y;
  return ay - ax >= n ? std::bit_cast<double>(a + n) : y;
}
double math_ulp(Thread&, double x) {
  if (std::isnan(x)) return x;
  x = std::fabs(x);
  if (std::isinf(x)) return x;
  double next = std::nextafter(x, INFINITY);
  if (std::isinf(next)) return x - std::nextafter(x, -INFINITY);
  return next - x;
}
double math_degrees(Thread&, double x) { return x * (180.0 / kPi); }
double math_radians(Thread&, double x) { return x * (kPi / 180.0); }
bool math_isfinite(Thread&, double x) { return std::isfinite(x); }
bool math_isinf(Thread&, double x) { return std::isinf(x); }
bool math_isnan(Thread&, double x) { return std::isnan(x); }
Result<bool> math_isclose(Thread& t, double a, double b, Opt<double> rel_tol, Opt<double> abs_tol) {
  double relative = rel_tol ? rel_tol.value : 1e-09, absolute = abs_tol ? abs_tol.value : 0.0;
  if (relative < 0.0 || absolute < 0.0) return raise_value_error(t, "tolerances must be non-negative");
  if (a == b) return true;
  if (std::isinf(a) || std::isinf(b)) return false;
  double difference = std::fabs(b - a);
  return difference <= std::fabs(relative * b) || difference <= std::fabs(relative * a) || difference <= absolute;
}

// --- to integers ---
bool is_exact_float(Value v) { return v.is_small_float() || is_exact<Float>(v); }
Result<Owned> round_with(Thread& t, Value x, Value name, RealFunction f) {
  if (!is_exact_float(x)) {
    Owned method = TRY(lookup_special(t, x, name));
    if (!method.value().is_empty()) return call(t, method);
  }
  return int_from_double(t, f(TRY(number_as_double(t, x))));
}
Result<Owned> math_ceil(Thread& t, Value x) { return round_with(t, x, NAME("__ceil__"), [](double v) { return std::ceil(v); }); }
Result<Owned> math_floor(Thread& t, Value x) { return round_with(t, x, NAME("__floor__"), [](double v) { return std::floor(v); }); }
Result<Owned> math_trunc(Thread& t, Value x) {
  if (is_exact_float(x)) return int_from_double(t, float_value(x));
  Owned method = TRY(lookup_special(t, x, NAME("__trunc__")));
  if (method.value().is_empty()) return raise_type_error(t, "type %.100s doesn't define __trunc__ method", type_of(x)->name);
  return call(t, method);
}

Result<void> math_exec(Thread& t, Module& m) {
  TRY(module_add_methods(t, m, kMathIntegerMethods));
  TRY(module_add_methods(t, m, kMathSumMethods));
  const struct { const char* name; double value; } kConstants[] = {{"pi", kPi}, {"e", kE}, {"tau", 2 * kPi}, {"inf", INFINITY}, {"nan", std::fabs(static_cast<double>(NAN))}};
  for (const auto& row : kConstants) {
    Owned value = TRY(float_from_double(t, row.value));
    TRY(module_add(t, m, row.name, value));
  }
  return {};
}

constexpr MethodDef kMathMethods[] = {
    function<&math_acos>("acos", "($module, x, /)", "Return the arc cosine (measured in radians) of x.\n\nThe result is between 0 and pi."),
    function<&math_acosh>("acosh", "($module, x, /)", "Return the inverse hyperbolic cosine of x."),
    function<&math_asin>("asin", "($module, x, /)", "Return the arc sine (measured in radians) of x.\n\nThe result is between -pi/2 and pi/2."),
    function<&math_asinh>("asinh", "($module, x, /)", "Return the inverse hyperbolic sine of x."),
    function<&math_atan>("atan", "($module, x, /)", "Return the arc tangent (measured in radians) of x.\n\nThe result is between -pi/2 and pi/2."),
    function<&math_atan2>("atan2", "($module, y, x, /)", "Return the arc tangent (measured in radians) of y/x.\n\nUnlike atan(y/x), the signs of both x and y are considered."),
    function<&math_atanh>("atanh", "($module, x, /)", "Return the inverse hyperbolic tangent of x."),
    function<&math_cbrt>("cbrt", "($module, x, /)", "Return the cube root of x."),
    function<&math_ceil>("ceil", "($module, x, /)", "Return the ceiling of x as an Integral.\n\nThis is the smallest integer >= x."),
    function<&math_copysign>("copysign", "($module, x, y, /)",
        "Return a float with the magnitude (absolute value) of x but the sign of y.\n\nOn platforms that support signed zeros, copysign(1.0, -0.0)\nreturns -1.0.\n"),
    function<&math_cos>("cos", "($module, x, /)", "Return the cosine of x (measured in radians)."),
    function<&math_cosh>("cosh", "($module, x, /)", "Return the hyperbolic cosine of x."),
    function<&math_degrees>("degrees", "($module, x, /)", "Convert angle x from radians to degrees."),
    function<&math_erf>("erf", "($module, x, /)", "Error function at x."),
    function<&math_erfc>("erfc", "($module, x, /)", "Complementary error function at x."),
    function<&math_exp>("exp", "($module, x, /)", "Return e raised to the power of x."),
    function<&math_exp2>("exp2", "($module, x, /)", "Return 2 raised to the power of x."),
    function<&math_expm1>("expm1", "($module, x, /)",
        "Return exp(x)-1.\n\nThis function avoids the loss of precision involved in the direct evaluation of exp(x)-1 for small x."),
    function<&math_fabs>("fabs", "($module, x, /)", "Return the absolute value of the float x."),
    function<&math_floor>("floor", "($module, x, /)", "Return the floor of x as an Integral.\n\nThis is the largest integer <= x."),
    function<&math_fma>("fma", "($module, x, y, z, /)", "Fused multiply-add operation.\n\nCompute (x * y) + z with a single round."),
    function<&math_fmod>("fmod", "($module, x, y, /)", "Return fmod(x, y), according to platform C.\n\nx % y may differ."),
    function<&math_frexp>("frexp", "($module, x, /)",
        "Return the mantissa and exponent of x, as pair (m, e).\n\nm is a float and e is an int, such that x = m * 2.**e.\nIf x is 0, m and e are both 0.  Else 0.5 <= abs(m) < 1.0."),
    function<&math_gamma_>("gamma", "($module, x, /)", "Gamma function at x."),
    function<&math_isclose>("isclose", "($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)",
        "Determine whether two floating-point numbers are close in value."),
    function<&math_isfinite>("isfinite", "($module, x, /)", "Return True if x is neither an infinity nor a NaN, and False otherwise."),
    function<&math_isinf>("isinf", "($module, x, /)", "Return True if x is a positive or negative infinity, and False otherwise."),
    function<&math_isnan>("isnan", "($module, x, /)", "Return True if x is a NaN (not a number), and False otherwise."),
    function<&math_ldexp>("ldexp", "($module, x, i, /)", "Return x * (2**i).\n\nThis is essentially the inverse of frexp()."),
    function<&math_lgamma>("lgamma", "($module, x, /)", "Natural logarithm of absolute value of Gamma function at x."),
    function<&math_log>("log", "($module, x, base=<unrepresentable>, /)",
        "log(x, [base=math.e])\nReturn the logarithm of x to the given base.\n\nIf the base is not specified, returns the natural logarithm (base e) of x."),
    function<&math_log10>("log10", "($module, x, /)", "Return the base 10 logarithm of x."),
    function<&math_log1p>("log1p", "($module, x, /)",
        "Return the natural logarithm of 1+x (base e).\n\nThe result is computed in a way which is accurate for x near zero."),
    function<&math_log2>("log2", "($module, x, /)", "Return the base 2 logarithm of x."),
    function<&math_modf>("modf", "($module, x, /)",
        "Return the fractional and integer parts of x.\n\nBoth results carry the sign of x and are floats."),
    function<&math_nextafter>("nextafter", "($module, x, y, /, *, steps=None)",
        "Return the floating-point value the given number of steps after x towards y."),
    function<&math_pow>("pow", "($module, x, y, /)", "Return x**y (x to the power of y)."),
    function<&math_radians>("radians", "($module, x, /)", "Convert angle x from degrees to radians."),
    function<&math_remainder>("remainder", "($module, x, y, /)", "Difference between x and the closest integer multiple of y."),
    function<&math_sin>("sin", "($module, x, /)", "Return the sine of x (measured in radians)."),
    function<&math_sinh>("sinh", "($module, x, /)", "Return the hyperbolic sine of x."),
    function<&math_sqrt>("sqrt", "($module, x, /)", "Return the square root of x."),
    function<&math_tan>("tan", "($module, x, /)", "Return the tangent of x (measured in radians)."),
    function<&math_tanh>("tanh", "($module, x, /)", "Return the hyperbolic tangent of x."),
    function<&math_trunc>("trunc", "($module, x, /)", "Truncates the Real x to the nearest Integral toward 0.\n\nUses the __trunc__ magic method."),
    function<&math_ulp>("ulp", "($module, x, /)", "Return the value of the least significant bit of the float x."),
    {}};
constexpr ModuleDef kMathModule = {.name = "math",
    .doc = "This module provides access to the mathematical functions\ndefined by the C standard.", .methods = kMathMethods, .exec = &math_exec};
TY_MODULE(kMathModule)

}  // namespace

}  // namespace ty
