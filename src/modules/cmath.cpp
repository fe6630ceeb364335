// modules/cmath.cpp: complex functions. CPython: Modules/cmathmodule.c.
//
// Finite arguments go through formulas that avoid overflow and cancellation (Kahan, "Branch Cuts for Complex Elementary Functions"); arguments with an
// infinity or a NaN through the C library, which follows C99's Annex G as CPython's tables do.
// Threads     no state.
#include <cfloat>
#include <cmath>

#include "types/float.h"
#include "types/int.h"
#include "types/module.h"
#include "types/tuple.h"

namespace ty {

namespace {

constexpr double kPi = 3.141592653589793238462643383279502884197, kE = 2.718281828459045235360287471352662497757;
constexpr double kLn2 = 0.6931471805599453094172321214581766, kLn10 = 2.302585092994045684017991454684364208;
constexpr double kLarge = DBL_MAX / 4.0, kSqrtLarge = 6.703903964971298e+153, kLogLarge = 708.3964185322641, kSqrtMin = 1.4916681462400413e-154;
constexpr int kScaleUp = 2 * (DBL_MANT_DIG / 2) + 1, kScaleDown = -(kScaleUp + 1) / 2;

enum class Fault { kNone, kDomain, kRange };
struct Z {
  double re, im;
  Fault fault = Fault::kNone;
};
bool finite(Z z) { return std::isfinite(z.re) && std::isfinite(z.im); }
using C = _Complex double;
C pack(Z z) {
  C c;
  __real__ c = z.re;
  __imag__ c = z.im;
  return c;
}
Z unpack(C c) { return {__real__ c, __imag__ c}; }
bool overflowed(Z z) { return std::isinf(z.re) || std::isinf(z.im); }
double log_half(Z z) { return std::log(std::hypot(z.re / 2., z.im / 2.)) + kLn2 * 2.; }
bool large(Z z) { return std::fabs(z.re) > kLarge || std::fabs(z.im) > kLarge; }

Z c_sqrt(Z z) {
  if (!finite(z)) return unpack(__builtin_csqrt(pack(z)));
  if (z.re == 0. && z.im == 0.) return {0., z.im};
  double ax = std::fabs(z.re), ay = std::fabs(z.im), s;
  if (ax < DBL_MIN && ay < DBL_MIN) {
    ax = std::ldexp(ax, kScaleUp);
    s = std::ldexp(std::sqrt(ax + std::hypot(ax, std::ldexp(ay, kScaleUp))), kScaleDown);
  } else {
    ax /= 8.;
    s = 2. * std::sqrt(ax + std::hypot(ax, ay / 8.));
  }
  double d = ay / (2. * s);
  if (z.re >= 0.) return {s, std::copysign(d, z.im)};
  return {d, std::copysign(s, z.im)};
}
Z c_acos(Z z) {
  if (std::isinf(z.re) && std::isnan(z.im)) return {NAN, INFINITY};  // here and below: a choice that Annex G leaves open
  if (!finite(z)) return unpack(__builtin_cacos(pack(z)));
  if (large(z)) {
    double im = z.re < 0. ? -std::copysign(log_half(z), z.im) : std::copysign(log_half(z), -z.im);
    return {std::atan2(std::fabs(z.im), z.re), im};
  }
  Z a = c_sqrt({1. - z.re, -z.im}), b = c_sqrt({1. + z.re, z.im});
  return {2. * std::atan2(a.re, b.re), std::asinh(b.re * a.im - b.im * a.re)};
}
Z c_acosh(Z z) {
  if (z.re == 0. && std::isnan(z.im)) return {NAN, NAN};
  if (!finite(z)) return unpack(__builtin_cacosh(pack(z)));
  if (large(z)) return {log_half(z), std::atan2(z.im, z.re)};
  Z a = c_sqrt({z.re - 1., z.im}), b = c_sqrt({z.re + 1., z.im});
  return {std::asinh(a.re * b.re + a.im * b.im), 2. * std::atan2(a.im, b.re)};
}
Z c_asinh(Z z) {
  if (std::isnan(z.re) && std::isinf(z.im)) return {INFINITY, NAN};
  if (!finite(z)) return unpack(__builtin_casinh(pack(z)));
  if (large(z)) {
    double re = z.im >= 0. ? std::copysign(log_half(z), z.re) : -std::copysign(log_half(z), -z.re);
    return {re, std::atan2(z.im, std::fabs(z.re))};
  }
  Z a = c_sqrt({1. + z.im, -z.re}), b = c_sqrt({1. - z.im, z.re});
  return {std::asinh(a.re * b.im - b.re * a.im), std::atan2(z.im, a.re * b.re - a.im * b.im)};
}
Z c_asin(Z z) {  // asin(z) = -i asinh(iz)
  Z s = c_asinh({-z.im, z.re});
  return {s.im, -s.re, s.fault};
}
Z c_atanh(Z z) {
  if (std::isnan(z.re) && std::isinf(z.im)) return {0., std::copysign(kPi / 2., z.im)};
  if (!finite(z)) return unpack(__builtin_catanh(pack(z)));
  if (z.re < 0.) {
    Z r = c_atanh({-z.re, -z.im});
    return {-r.re, -r.im, r.fault};
  }
  double ay = std::fabs(z.im);
  if (z.re > kSqrtLarge || ay > kSqrtLarge) {
    double h = std::hypot(z.re / 2., z.im / 2.);
    return {z.re / 4. / h / h, -std::copysign(kPi / 2., -z.im)};
  }
  if (z.re == 1. && ay < kSqrtMin) {
    if (ay == 0.) return {INFINITY, z.im, Fault::kDomain};
    return {-std::log(std::sqrt(ay) / std::sqrt(std::hypot(ay, 2.))), std::copysign(std::atan2(2., -ay) / 2, z.im)};
  }
  return {std::log1p(4. * z.re / ((1 - z.re) * (1 - z.re) + ay * ay)) / 4., -std::atan2(-2. * z.im, (1 - z.re) * (1 + z.re) - ay * ay) / 2.};
}
Z c_atan(Z z) {  // atan(z) = -i atanh(iz)
  Z s = c_atanh({-z.im, z.re});
  return {s.im, -s.re, s.fault};
}
Z c_cosh(Z z) {
  if (!finite(z)) {
    Z r = unpack(__builtin_ccosh(pack(z)));
    if (std::isinf(z.im) && !std::isnan(z.re)) r.fault = Fault::kDomain;
    return r;
  }
  Z r;
  if (std::fabs(z.re) > kLogLarge) {
    double x = z.re - std::copysign(1., z.re);
    r = {std::cos(z.im) * std::cosh(x) * kE, std::sin(z.im) * std::sinh(x) * kE};
  } else {
    r = {std::cos(z.im) * std::cosh(z.re), std::sin(z.im) * std::sinh(z.re)};
  }
  if (overflowed(r)) r.fault = Fault::kRange;
  return r;
}
Z c_sinh(Z z) {
  if (z.re == 0. && std::isnan(z.im)) return {0., NAN};
  if (!finite(z)) {
    Z r = unpack(__builtin_csinh(pack(z)));
    if (std::isinf(z.im) && !std::isnan(z.re)) r.fault = Fault::kDomain;
    return r;
  }
  Z r;
  if (std::fabs(z.re) > kLogLarge) {
    double x = z.re - std::copysign(1., z.re);
    r = {std::cos(z.im) * std::sinh(x) * kE, std::sin(z.im) * std::cosh(x) * kE};
  } else {
    r = {std::cos(z.im) * std::sinh(z.re), std::sin(z.im) * std::cosh(z.re)};
  }
  if (overflowed(r)) r.fault = Fault::kRange;
  return r;
}
Z c_cos(Z z) { return c_cosh({-z.im, z.re}); }
Z c_sin(Z z) {
  Z s = c_sinh({-z.im, z.re});
  return {s.im, -s.re, s.fault};
}
Z c_tanh(Z z) {
  if (z.re == 0. && std::isnan(z.im)) return {NAN, NAN};
  if (!finite(z)) {
    Z r = unpack(__builtin_ctanh(pack(z)));
    if (std::isinf(z.im) && std::isfinite(z.re)) r.fault = Fault::kDomain;
    return r;
  }
  if (std::fabs(z.re) > kLogLarge) return {std::copysign(1., z.re), 4. * std::sin(z.im) * std::cos(z.im) * std::exp(-2. * std::fabs(z.re))};
  double tx = std::tanh(z.re), ty = std::tan(z.im), cx = 1. / std::cosh(z.re), txty = tx * ty, denominator = 1. + txty * txty;
  return {tx * (1. + ty * ty) / denominator, ((ty / denominator) * cx) * cx};
}
Z c_tan(Z z) {
  Z s = c_tanh({-z.im, z.re});
  return {s.im, -s.re, s.fault};
}
Z c_exp(Z z) {
  if (!finite(z)) {
    Z r = unpack(__builtin_cexp(pack(z)));
    if (std::isinf(z.im) && (std::isfinite(z.re) || (std::isinf(z.re) && z.re > 0))) r.fault = Fault::kDomain;
    return r;
  }
  Z r;
  if (z.re > kLogLarge) {
    double l = std::exp(z.re - 1.);
    r = {l * std::cos(z.im) * kE, l * std::sin(z.im) * kE};
  } else {
    double l = std::exp(z.re);
    r = {l * std::cos(z.im), l * std::sin(z.im)};
  }
  if (overflowed(r)) r.fault = Fault::kRange;
  return r;
}
Z c_log(Z z) {
  if (!finite(z)) return unpack(__builtin_clog(pack(z)));
  double ax = std::fabs(z.re), ay = std::fabs(z.im), re;
  if (ax > kLarge || ay > kLarge) {
    re = std::log(std::hypot(ax / 2., ay / 2.)) + kLn2;
  } else if (ax < DBL_MIN && ay < DBL_MIN) {
    if (ax == 0. && ay == 0.) return {-INFINITY, std::atan2(z.im, z.re), Fault::kDomain};
    re = std::log(std::hypot(std::ldexp(ax, DBL_MANT_DIG), std::ldexp(ay, DBL_MANT_DIG))) - DBL_MANT_DIG * kLn2;
  } else {
    double h = std::hypot(ax, ay);
    if (0.71 <= h && h <= 1.73) {
      double high = ax > ay ? ax : ay, low = ax > ay ? ay : ax;
      re = std::log1p((high - 1) * (high + 1) + low * low) / 2.;
    } else {
      re = std::log(h);
    }
  }
  return {re, std::atan2(z.im, z.re)};
}
Z c_log10(Z z) {
  Z r = c_log(z);
  return {r.re / kLn10, r.im / kLn10, r.fault};
}

Result<Z> argument(Thread& t, Value v) {
  ComplexParts parts = TRY(complex_value_rpy(t, v));
  return Z{parts.real, parts.imag};
}
Raised raise_fault(Thread& t, Fault fault) {
  if (fault == Fault::kDomain) return raise_value_error(t, "math domain error");
  return raise_overflow_error(t, "math range error");
}
Result<Owned> answer(Thread& t, Z z) {
  if (z.fault != Fault::kNone) return raise_fault(t, z.fault);
  return complex_new(t, z.re, z.im);
}
template <Z (*f)(Z)>
Result<Owned> unary(Thread& t, Value z) { return answer(t, f(TRY(argument(t, z)))); }
Result<Owned> cmath_log(Thread& t, Value zv, Value base) {
  Z z = c_log(TRY(argument(t, zv)));
  if (!base.is_null()) {
    Z b = c_log(TRY(argument(t, base)));
    if (z.fault == Fault::kNone) z.fault = b.fault;
    // Quotient by the larger part of the divisor.
    if (std::fabs(b.re) >= std::fabs(b.im)) {
      if (b.re == 0.) {
        z.fault = Fault::kDomain;
      } else {
        double ratio = b.im / b.re, denominator = b.re + b.im * ratio;
        z = {(z.re + z.im * ratio) / denominator, (z.im - z.re * ratio) / denominator, z.fault};
      }
    } else {
      double ratio = b.re / b.im, denominator = b.re * ratio + b.im;
      z = {(z.re * ratio + z.im) / denominator, (z.im * ratio - z.re) / denominator, z.fault};
    }
  }
  return answer(t, z);
}
Result<double> cmath_phase(Thread& t, Value v) {
  Z z = TRY(argument(t, v));
  return std::atan2(z.im, z.re);
}
Result<double> magnitude(Thread& t, Z z) {
  if (!finite(z)) {
    if (overflowed(z)) return INFINITY;
    return NAN;
  }
  double r = std::hypot(z.re, z.im);
  if (std::isinf(r)) return raise_fault(t, Fault::kRange);
  return r;
}
Result<Owned> cmath_polar(Thread& t, Value v) {
  Z z = TRY(argument(t, v));
  Owned r = TRY(float_from_double(t, TRY(magnitude(t, z))));
  Owned phi = TRY(float_from_double(t, std::atan2(z.im, z.re)));
  return Owned(TRY(tuple_pack(t, r, phi)));
}
Result<Owned> cmath_rect(Thread& t, double r, double phi) {
  if (r != 0. && !std::isnan(r) && std::isinf(phi)) return raise_fault(t, Fault::kDomain);
  if (!std::isfinite(r) || !std::isfinite(phi)) {
    if (std::isinf(r) && std::isfinite(phi) && phi != 0.) {
      double sign = r > 0 ? 1 : -1;
      return complex_new(t, sign * std::copysign(INFINITY, std::cos(phi)), sign * std::copysign(INFINITY, std::sin(phi)));
    }
    if (phi == 0.) return complex_new(t, r, std::isnan(r) ? 0. : std::copysign(1., r) * phi);
    if (r == 0.) return complex_new(t, 0., 0.);
    if (std::isinf(r)) return complex_new(t, INFINITY, NAN);
    return complex_new(t, NAN, NAN);
  }
  if (phi == 0.0) return complex_new(t, r, r * phi);
  return complex_new(t, r * std::cos(phi), r * std::sin(phi));
}
Result<bool> cmath_isfinite(Thread& t, Value v) { return finite(TRY(argument(t, v))); }
Result<bool> cmath_isnan(Thread& t, Value v) {
  Z z = TRY(argument(t, v));
  return std::isnan(z.re) || std::isnan(z.im);
}
Result<bool> cmath_isinf(Thread& t, Value v) { return overflowed(TRY(argument(t, v))); }
Result<bool> cmath_isclose(Thread& t, Value av, Value bv, Opt<double> rel_tol, Opt<double> abs_tol) {
  Z a = TRY(argument(t, av)), b = TRY(argument(t, bv));
  double relative = rel_tol ? rel_tol.value : 1e-09, absolute = abs_tol ? abs_tol.value : 0.0;
  if (relative < 0.0 || absolute < 0.0) return raise_value_error(t, "tolerances must be non-negative");
  if (a.re == b.re && a.im == b.im) return true;
  if (overflowed(a) || overflowed(b)) return false;
  double difference = std::hypot(a.re - b.re, a.im - b.im);
  return difference <= relative * std::hypot(b.re, b.im) || difference <= relative * std::hypot(a.re, a.im) || difference <= absolute;
}

Result<void> cmath_exec(Thread& t, Module& m) {
  double nan = std::fabs(static_cast<double>(NAN));
  const struct { const char* name; double value; } kReal[] = {{"pi", kPi}, {"e", kE}, {"tau", 2 * kPi}, {"inf", INFINITY}, {"nan", nan}};
  for (const auto& row : kReal) {
    Owned value = TRY(float_from_double(t, row.value));
    TRY(module_add(t, m, row.name, value));
  }
  Owned infj = TRY(complex_new(t, 0., INFINITY)), nanj = TRY(complex_new(t, 0., nan));
  TRY(module_add(t, m, "infj", infj));
  return module_add(t, m, "nanj", nanj);
}
#define UNARY(name, doc) function<&unary<&c_##name>>(#name, "($module, z, /)", doc)
constexpr MethodDef kCmathMethods[] = {
    UNARY(acos, "Return the arc cosine of z."), UNARY(acosh, "Return the inverse hyperbolic cosine of z."), UNARY(asin, "Return the arc sine of z."),
    UNARY(asinh, "Return the inverse hyperbolic sine of z."), UNARY(atan, "Return the arc tangent of z."), UNARY(atanh, "Return the inverse hyperbolic tangent of z."),
    UNARY(cos, "Return the cosine of z."), UNARY(cosh, "Return the hyperbolic cosine of z."), UNARY(exp, "Return the exponential value e**z."),
    function<&cmath_isclose>("isclose", "($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)", "Determine whether two complex numbers are close in value."),
    function<&cmath_isfinite>("isfinite", "($module, z, /)", "Return True if both the real and imaginary parts of z are finite, else False."),
    function<&cmath_isinf>("isinf", "($module, z, /)", "Checks if the real or imaginary part of z is infinite."),
    function<&cmath_isnan>("isnan", "($module, z, /)", "Checks if the real or imaginary part of z not a number (NaN)."),
    function<&cmath_log>("log", "($module, z, base=<unrepresentable>, /)", "log(z[, base]) -> the logarithm of z to the given base.\n\nIf the base is not specified, returns the natural logarithm (base e) of z."),
    UNARY(log10, "Return the base-10 logarithm of z."), function<&cmath_phase>("phase", "($module, z, /)", "Return argument, also known as the phase angle, of a complex."),
    function<&cmath_polar>("polar", "($module, z, /)", "Convert a complex from rectangular coordinates to polar coordinates.\n\nr is the distance from 0 and phi the phase angle."),
    function<&cmath_rect>("rect", "($module, r, phi, /)", "Convert from polar coordinates to rectangular coordinates."),
    UNARY(sin, "Return the sine of z."), UNARY(sinh, "Return the hyperbolic sine of z."), UNARY(sqrt, "Return the square root of z."),
    UNARY(tan, "Return the tangent of z."), UNARY(tanh, "Return the hyperbolic tangent of z."), {}};
constexpr ModuleDef kCmathModule = {.name = "cmath", .doc = "This module provides access to mathematical functions for complex\nnumbers.", .methods = kCmathMethods, .exec = &cmath_exec};
TY_MODULE(kCmathModule)

}  // namespace

}  // namespace ty
