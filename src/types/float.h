// types/float.h: float. Most values are immediates; the rest (huge, tiny, inf, nan) are boxed objects from a free list.
#pragma once

#include "object/abstract.h"

namespace ty {

struct Float : Object {
  double value;  // [const]
  static Type* type();
};
static_assert(sizeof(Float) == 40);
inline Type* Float::type() { return &float_type; }

TY_INLINE bool is_float(Value v) { return v.is_small_float() || (v.is_object() && (v.object()->type() == &float_type || is_subtype(v.object()->type(), &float_type))); }
/// v must be a float (subclass instances included).
TY_INLINE double float_value(Value v) { return v.is_small_float() ? v.small_float() : v.as<Float>()->value; }
Result<Owned> float_box_slow(Thread& t, double d);
TY_INLINE Result<Owned> float_from_double(Thread& t, double d) {
  Value v = Value::small_float_or_null(d);
  if (TY_LIKELY(v.bits != 0)) return Owned::steal(v);
  return float_box_slow(t, d);
}

/// base ** exponent as Python has it: complex results for negative bases, ZeroDivisionError, OverflowError.
Result<Owned> float_power(Thread& t, double base, double exponent);
/// A finite or infinite quotient's floor and rest, as float.__divmod__ (divisor not 0).
void float_floor_divmod(double a, double b, double* quotient, double* rest);
/// float(text): str, bytes or bytearray contents.
Result<double> float_parse(Thread& t, Value text);
Result<Owned> float_repr(Thread& t, Value v);

struct Complex : Object {  // [const]
  double real, imag;
  static Type* type();
};
extern Type complex_type;
inline Type* Complex::type() { return &complex_type; }
Result<Owned> complex_new(Thread& t, double real, double imag);
/// base ** exponent; raises ZeroDivisionError or OverflowError.
Result<Owned> complex_power(Thread& t, double ar, double ai, double br, double bi);
/// What complex(v) has for a value that is a complex, has __complex__, or is a real number.
struct ComplexParts {
  double real, imag;
};
Result<ComplexParts> complex_value_rpy(Thread& t, Value v);

}  // namespace ty
