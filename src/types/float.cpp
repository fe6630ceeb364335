// float.
#include "types/float.h"

#include <cerrno>
#include <cfloat>
#include <cmath>
#include <cstring>

#include "base/float_text.h"
#include "base/hash.h"
#include "base/unicode.h"
#include "mem/heap.h"
#include "object/binding.h"
#include "types/bytes.h"
#include "types/int.h"
#include "types/number_format.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Type float_type;

Result<Owned> float_box_slow(Thread& t, double d) {
  Object* o = allocate_object(t, &float_type, sizeof(Float));
  if (o == nullptr) return raise_memory_error(t);
  static_cast<Float*>(o)->value = d;
  return Owned::steal(Value(o));
}

namespace {

Owned not_implemented_result() { return Owned::steal(not_implemented()); }

enum class Operand { kOk, kOther, kRaised };
/// A float or int operand as a double.
TY_INLINE Operand to_double(Thread& t, Value v, double* out) {
  if (TY_LIKELY(v.is_small_float())) return *out = v.small_float(), Operand::kOk;
  if (v.is_small_int()) return *out = static_cast<double>(v.small_int()), Operand::kOk;
  if (is_float(v)) return *out = v.as<Float>()->value, Operand::kOk;
  if (!is_int(v)) return Operand::kOther;
  auto d = int_as_double(t, v);
  if (!d.ok()) return Operand::kRaised;
  return *out = d.take(), Operand::kOk;
}

#define OPERANDS                                                   \
  double x, y;                                                     \
  switch (to_double(t, a, &x)) {                                   \
    case Operand::kOther: return not_implemented_result();         \
    case Operand::kRaised: return Raised{};                        \
    case Operand::kOk: break;                                      \
  }                                                                \
  switch (to_double(t, b, &y)) {                                   \
    case Operand::kOther: return not_implemented_result();         \
    case Operand::kRaised: return Raised{};                        \
    case Operand::kOk: break;                                      \
  }

Raised raise_zero(Thread& t, const char* message) { return raise_format(t, &exc_ZeroDivisionError, "%s", message); }

Result<Owned> float_dunder_add(Thread& t, Value a, Value b) {
  OPERANDS
  return float_from_double(t, x + y);
}
Result<Owned> float_dunder_sub(Thread& t, Value a, Value b) {
  OPERANDS
  return float_from_double(t, x - y);
}
Result<Owned> float_dunder_mul(Thread& t, Value a, Value b) {
  OPERANDS
  return float_from_double(t, x * y);
}
Result<Owned> float_dunder_truediv(Thread& t, Value a, Value b) {
  OPERANDS
  if (TY_UNLIKELY(y == 0.0)) return raise_zero(t, "float division by zero");
  return float_from_double(t, x / y);
}
Result<Owned> float_dunder_mod(Thread& t, Value a, Value b) {
  OPERANDS
  if (TY_UNLIKELY(y == 0.0)) return raise_zero(t, "float modulo by zero");
  double r = std::fmod(x, y);
  if (r != 0.0) {
    if ((y < 0) != (r < 0)) r += y;
  } else {
    r = std::copysign(0.0, y);
  }
  return float_from_double(t, r);
}
Result<Owned> float_dunder_floordiv(Thread& t, Value a, Value b) {
  OPERANDS
  if (TY_UNLIKELY(y == 0.0)) return raise_zero(t, "float floor division by zero");
  double q, r;
  float_floor_divmod(x, y, &q, &r);
  return float_from_double(t, q);
}
Result<Owned> float_dunder_divmod(Thread& t, Value a, Value b) {
  OPERANDS
  if (TY_UNLIKELY(y == 0.0)) return raise_zero(t, "float divmod()");
  double q, r;
  float_floor_divmod(x, y, &q, &r);
  Owned first = TRY(float_from_double(t, q));
  Owned second = TRY(float_from_double(t, r));
  Ref<Tuple> pair = TRY(tuple_pack(t, first, second));
  return Owned(std::move(pair));
}
Result<Owned> float_dunder_pow(Thread& t, Value a, Value b, Value modulus) {
  if (!modulus.is_null() && !is_none(modulus))
    return raise_type_error(t, "pow() 3rd argument not allowed unless all arguments are integers");
  OPERANDS
  return float_power(t, x, y);
}

Result<Owned> float_dunder_neg(Thread& t, Value v) { return float_from_double(t, -float_value(v)); }
Result<Owned> float_exact(Thread& t, Value v) {
  if (v.is_small_float() || v.object()->type() == &float_type) return borrow_or_dup(v);
  return float_from_double(t, float_value(v));
}
Result<Owned> float_dunder_abs(Thread& t, Value v) { return float_from_double(t, std::fabs(float_value(v))); }
Result<bool> float_dunder_bool(Thread& t, Value v) { return float_value(v) != 0.0; }
Result<Owned> float_dunder_int(Thread& t, Value v) { return int_from_double(t, float_value(v)); }

Result<ssize> float_dunder_hash(Thread& t, Value v) {
  int64_t of_nan = v.is_object() ? hash_pointer(v.object()) : 0;
  return static_cast<ssize>(hash_double(float_value(v), of_nan));
}

Result<Owned> float_dunder_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (TY_UNLIKELY(!is_float(a))) return not_implemented_result();
  double x = float_value(a), y;
  if (TY_LIKELY(is_float(b))) {
    y = float_value(b);
  } else if (is_int(b)) {
    if (std::isnan(x)) {
      y = 0;
    } else {
      // Exactly, not through a rounded double.
      int order = b.is_small_int() && b.small_int() >= -(int64_t{1} << 53) && b.small_int() <= int64_t{1} << 53
                      ? (static_cast<double>(b.small_int()) < x ? -1 : static_cast<double>(b.small_int()) > x)
                      : big::compare_double(IntOperand(b), x);
      x = 0;
      y = order;
    }
  } else {
    return not_implemented_result();
  }
  switch (op) {
    case CompareOp::kLt: return owned_bool(x < y);
    case CompareOp::kLe: return owned_bool(x <= y);
    case CompareOp::kEq: return owned_bool(x == y);
    case CompareOp::kNe: return owned_bool(x != y);
    case CompareOp::kGt: return owned_bool(x > y);
    case CompareOp::kGe: return owned_bool(x >= y);
  }
  __builtin_unreachable();
}

}  // namespace

void float_floor_divmod(double a, double b, double* quotient, double* rest) {
  // CPython: Objects/floatobject.c _float_div_mod()
  double mod = std::fmod(a, b);
  double div = (a - mod) / b;
  if (mod != 0.0) {
    if ((b < 0) != (mod < 0)) {
      mod += b;
      div -= 1.0;
    }
  } else {
    mod = std::copysign(0.0, b);
  }
  if (div != 0.0) {
    double floored = std::floor(div);
    if (div - floored > 0.5) floored += 1.0;
    *quotient = floored;
  } else {
    *quotient = std::copysign(0.0, a / b);
  }
  *rest = mod;
}

Result<Owned> float_power(Thread& t, double x, double y) {
  // CPython: Objects/floatobject.c float_pow(): the special cases are not left to libm.
  auto odd = [](double d) { return std::fmod(std::fabs(d), 2.0) == 1.0; };
  if (y == 0) return float_from_double(t, 1.0);
  if (std::isnan(x)) return float_from_double(t, x);
  if (std::isnan(y)) return float_from_double(t, x == 1.0 ? 1.0 : y);
  if (std::isinf(y)) {
    x = std::fabs(x);
    if (x == 1.0) return float_from_double(t, 1.0);
    return float_from_double(t, (y > 0.0) == (x > 1.0) ? std::fabs(y) : 0.0);
  }
  if (std::isinf(x)) {
    if (y > 0.0) return float_from_double(t, odd(y) ? x : std::fabs(x));
    return float_from_double(t, odd(y) ? std::copysign(0.0, x) : 0.0);
  }
  if (x == 0.0) {
    if (y < 0.0) return raise_zero(t, "0.0 cannot be raised to a negative power");
    return float_from_double(t, odd(y) ? x : 0.0);
  }
  bool negate = false;
  if (x < 0.0) {
    if (y != std::floor(y)) return complex_power(t, x, 0.0, y, 0.0);
    x = -x;
    negate = odd(y);
  }
  if (x == 1.0) return float_from_double(t, negate ? -1.0 : 1.0);
  double result = std::pow(x, y);
  if (std::isinf(result)) {
    Ref<Str> text = TRY(str_from_ascii(t, "Numerical result out of range"));
    Ref<Tuple> arguments = TRY(tuple_pack(t, Value::small_int_unchecked(ERANGE), text));
    return raise_with_value(t, &exc_OverflowError, arguments);
  }
  return float_from_double(t, negate ? -result : result);
}

Result<Owned> float_repr(Thread& t, Value v) {
  char text[float_text::kReprSize];
  size_t n = float_text::repr(float_value(v), text);
  Ref<Str> s = TRY(str_from_ascii(t, {text, n}));
  return Owned(std::move(s));
}

Result<double> float_parse(Thread& t, Value text) {
  double d;
  if (is_str(text)) {
    auto* s = text.as<Str>();
    if (s->is_ascii()) {
      if (float_text::parse({s->ascii(), static_cast<size_t>(s->length)}, &d)) return d;
    } else {
      TextBuffer ascii;
      for (ssize i = 0; i < s->length; ++i) {
        char32_t c = s->at(i);
        int digit = unicode::decimal_value(c);
        ascii.push(c < 128 ? static_cast<char>(c)
                   : unicode::is_space(c) ? ' ' : digit >= 0 ? static_cast<char>('0' + digit) : '?');
      }
      if (ascii.failed()) return raise_memory_error(t);
      if (float_text::parse(ascii.view(), &d)) return d;
    }
  } else {
    BytesLike bytes;
    TRY(bytes.acquire(t, text));
    if (float_text::parse(bytes.view(), &d)) return d;
  }
  return raise_value_error(t, "could not convert string to float: %R", text);
}

namespace {

Result<Owned> float_new(Thread& t, Type& type, Value x) {
  double d = 0;
  if (!x.is_null()) {
    if (&type == &float_type && (x.is_small_float() || is_exact<Float>(x))) return borrow_or_dup(x);
    if (is_exact<Str>(x)) {
      d = TRY(float_parse(t, x));
    } else {
      const TypeOps& ops = ops_of(x);
      if (ops.to_float == nullptr && ops.index == nullptr) {
        if (!is_str(x) && !has_buffer(x))
          return raise_type_error(t, "float() argument must be a string or a real number, not '%.200T'", x);
        d = TRY(float_parse(t, x));
      } else {
        Owned number = TRY(number_to_float(t, x));
        if (&type == &float_type) return number;
        d = float_value(number);
      }
    }
  }
  if (&type == &float_type) return float_from_double(t, d);
  Object* o = allocate_object(t, &type, static_cast<size_t>(type.basicsize));
  if (o == nullptr) return raise_memory_error(t);
  static_cast<Float*>(o)->value = d;
  return Owned::steal(Value(o));
}

constexpr NewOp kFloatNew = constructor<"float", "(x=<unrepresentable>, /)", &float_new>;
/// Keywords are the business of a subclass's own __init__.
Result<Owned> float_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  bool own_init = type != &float_type && type->info->ops.init != float_type.info->ops.init;
  return kFloatNew(t, type, args, nargs, own_init ? nullptr : kwnames);
}

bool float_is_integer(Thread& t, Value self) {
  double d = float_value(self);
  return std::isfinite(d) && std::floor(d) == d;
}
Result<Owned> float_dunder_floor(Thread& t, Value self) { return int_from_double(t, std::floor(float_value(self))); }
Result<Owned> float_dunder_ceil(Thread& t, Value self) { return int_from_double(t, std::ceil(float_value(self))); }

Result<Owned> float_dunder_round(Thread& t, Value self, Value digits) {
  double x = float_value(self);
  if (digits.is_null() || is_none(digits)) {
    double rounded = std::round(x);
    if (std::fabs(x - rounded) == 0.5) rounded = 2.0 * std::round(x / 2.0);
    return int_from_double(t, rounded);
  }
  ssize n = TRY(number_as_ssize(t, digits, nullptr));
  if (!std::isfinite(x)) return float_from_double(t, x);
  constexpr ssize kMost = static_cast<ssize>((DBL_MANT_DIG - DBL_MIN_EXP) * 0.30103);
  constexpr ssize kLeast = -static_cast<ssize>((DBL_MAX_EXP + 1) * 0.30103);
  if (n > kMost) return float_from_double(t, x);
  if (n < kLeast) return float_from_double(t, 0.0 * x);
  double result = float_text::round_digits(x, n);
  if (std::isinf(result)) return raise_overflow_error(t, "rounded value too large to represent");
  return float_from_double(t, result);
}

Result<Owned> float_as_integer_ratio(Thread& t, Value self) {
  double x = float_value(self);
  if (std::isinf(x)) return raise_overflow_error(t, "cannot convert Infinity to integer ratio");
  if (std::isnan(x)) return raise_value_error(t, "cannot convert NaN to integer ratio");
  big::Integer numerator, denominator;
  if (!float_text::as_ratio(x, numerator, denominator)) return raise_memory_error(t);
  Owned n = TRY(int_from_big(t, numerator));
  Owned d = TRY(int_from_big(t, denominator));
  Ref<Tuple> pair = TRY(tuple_pack(t, n, d));
  return Owned(std::move(pair));
}

Result<Ref<Str>> float_hex(Thread& t, Value self) {
  TextBuffer out;
  float_text::to_hex(out, float_value(self));
  return str_from_ascii(t, out.view());
}

Result<Owned> float_fromhex(Thread& t, Type& type, Str& text) {
  std::string_view view = TRY(str_utf8(t, text));
  double d;
  switch (float_text::from_hex(view, &d)) {
    case float_text::HexResult::kInvalid: return raise_value_error(t, "invalid hexadecimal floating-point string");
    case float_text::HexResult::kOverflow:
      return raise_overflow_error(t, "hexadecimal value too large to represent as a float");
    case float_text::HexResult::kOk: break;
  }
  Owned made = TRY(float_from_double(t, d));
  if (&type == &float_type) return made;
  return call(t, Value(&type), made);
}

Result<Owned> float_dunder_getnewargs(Thread& t, Value self) {
  Owned d = TRY(float_from_double(t, float_value(self)));
  Ref<Tuple> tuple = TRY(tuple_pack(t, d));
  return Owned(std::move(tuple));
}

Result<Ref<Str>> float_dunder_getformat(Thread& t, Type&, Str& kind) {
  if (str_equal_ascii(kind, "double") || str_equal_ascii(kind, "float")) return str_from_ascii(t, "IEEE, little-endian");
  return raise_value_error(t, "__getformat__() argument 1 must be 'double' or 'float'");
}

Result<Owned> float_dunder_format(Thread& t, Value self, Str& spec) { return float_format_rpy(t, self, spec); }
Owned float_imag(Thread& t, Value) { return Owned::steal(Value::small_float_or_null(0.0)); }

constexpr MethodDef kFloatMethods[] = {
    method<&float_exact>("conjugate", "($self, /)", "Return self, the complex conjugate of any float."),
    method<&float_dunder_int>("__trunc__", "($self, /)", "Return the Integral closest to x between 0 and x."),
    method<&float_dunder_floor>("__floor__", "($self, /)", "Return the floor as an Integral."),
    method<&float_dunder_ceil>("__ceil__", "($self, /)", "Return the ceiling as an Integral."),
    method<&float_dunder_round>("__round__", "($self, ndigits=None, /)",
                                "Return the Integral closest to x, rounding half toward even.\n\nWhen an argument is passed, "
                                "work like built-in round(x, ndigits)."),
    method<&float_as_integer_ratio>("as_integer_ratio", "($self, /)",
                                    "Return a pair of integers, whose ratio is exactly equal to the original float."),
    class_method<&float_fromhex>("fromhex", "($type, string, /)",
                                 "Create a floating-point number from a hexadecimal string."),
    method<&float_hex>("hex", "($self, /)", "Return a hexadecimal representation of a floating-point number."),
    method<&float_is_integer>("is_integer", "($self, /)", "Return True if the float is an integer."),
    method<&float_dunder_getnewargs>("__getnewargs__", "($self, /)", nullptr),
    class_method<&float_dunder_getformat>("__getformat__", "($type, typestr, /)", "You probably don't want to use this function."),
    method<&float_dunder_format>("__format__", "($self, format_spec, /)", "Formats the float according to format_spec."),
    {}};
constexpr GetSetDef kFloatGetSet[] = {getter<&float_exact>("real", "the real part of a complex number"),
                                      getter<&float_imag>("imag", "the imaginary part of a complex number"),
                                      {}};
constexpr TypeOps kFloatOps = {
    .repr = &float_repr,
    .hash = &float_dunder_hash,
    .compare = &float_dunder_compare,
    .create = &float_create,
    .add = &float_dunder_add,
    .subtract = &float_dunder_sub,
    .multiply = &float_dunder_mul,
    .remainder = &float_dunder_mod,
    .divmod = &float_dunder_divmod,
    .power = &float_dunder_pow,
    .negative = &float_dunder_neg,
    .positive = &float_exact,
    .absolute = &float_dunder_abs,
    .truth = &float_dunder_bool,
    .to_int = &float_dunder_int,
    .to_float = &float_exact,
    .floor_divide = &float_dunder_floordiv,
    .true_divide = &float_dunder_truediv,
};

}  // namespace

extern const TypeDef kFloatDef;
constinit const TypeDef kFloatDef = {
    .name = "float",
    .size = sizeof(Float),
    .flags = kTypeBase | kTypeMatchSelf,
    .ops = &kFloatOps,
    .methods = kFloatMethods,
    .getset = kFloatGetSet,
    .doc = "Convert a string or number to a floating-point number, if possible.",
    .text_signature = "($self, x=0, /)",
};

}  // namespace ty
