// complex.
#include <cerrno>
#include <cmath>

#include "base/float_text.h"
#include "base/hash.h"
#include "base/unicode.h"
#include "mem/heap.h"
#include "object/binding.h"
#include "types/float.h"
#include "types/int.h"
#include "types/number_format.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Type complex_type;

namespace {

using Parts = ComplexParts;

Result<Owned> complex_make(Thread& t, Type& type, Parts p) {
  Object* o = allocate_object(t, &type, &type == &complex_type ? sizeof(Complex) : static_cast<size_t>(type.basicsize));
  if (o == nullptr) return raise_memory_error(t);
  auto* c = static_cast<Complex*>(o);
  c->real = p.real;
  c->imag = p.imag;
  return Owned::steal(Value(o));
}

bool is_complex(Value v) { return v.is_object() && is_instance(v, &complex_type); }

enum class Operand { kOk, kOther, kRaised };
Operand to_parts(Thread& t, Value v, Parts* out) {
  if (is_complex(v)) return *out = {v.as<Complex>()->real, v.as<Complex>()->imag}, Operand::kOk;
  if (is_float(v)) return *out = {float_value(v), 0.0}, Operand::kOk;
  if (!is_int(v)) return Operand::kOther;
  auto d = int_as_double(t, v);
  if (!d.ok()) return Operand::kRaised;
  return *out = {d.take(), 0.0}, Operand::kOk;
}

#define OPERANDS                                                         \
  Parts x, y;                                                            \
  switch (to_parts(t, a, &x)) {                                          \
    case Operand::kOther: return Owned::steal(not_implemented());        \
    case Operand::kRaised: return Raised{};                              \
    case Operand::kOk: break;                                            \
  }                                                                      \
  switch (to_parts(t, b, &y)) {                                          \
    case Operand::kOther: return Owned::steal(not_implemented());        \
    case Operand::kRaised: return Raised{};                              \
    case Operand::kOk: break;                                            \
  }

Parts product(Parts a, Parts b) {
  return {a.real * b.real - a.imag * b.imag, a.real * b.imag + a.imag * b.real};
}

/// Smith's algorithm; false for a zero divisor.
bool quotient(Parts a, Parts b, Parts* out) {
  double br = std::fabs(b.real), bi = std::fabs(b.imag);
  if (br >= bi) {
    if (br == 0.0) return *out = {0, 0}, false;
    double ratio = b.imag / b.real, denominator = b.real + b.imag * ratio;
    *out = {(a.real + a.imag * ratio) / denominator, (a.imag - a.real * ratio) / denominator};
  } else if (bi >= br) {
    double ratio = b.real / b.imag, denominator = b.real * ratio + b.imag;
    *out = {(a.real * ratio + a.imag) / denominator, (a.imag * ratio - a.real) / denominator};
  } else {
    *out = {NAN, NAN};
  }
  return true;
}

Result<Owned> complex_dunder_add(Thread& t, Value a, Value b) {
  OPERANDS
  return complex_new(t, x.real + y.real, x.imag + y.imag);
}
Result<Owned> complex_dunder_sub(Thread& t, Value a, Value b) {
  OPERANDS
  return complex_new(t, x.real - y.real, x.imag - y.imag);
}
Result<Owned> complex_dunder_mul(Thread& t, Value a, Value b) {
  OPERANDS
  Parts p = product(x, y);
  return complex_new(t, p.real, p.imag);
}
Result<Owned> complex_dunder_truediv(Thread& t, Value a, Value b) {
  OPERANDS
  Parts q;
  if (!quotient(x, y, &q)) return raise_format(t, &exc_ZeroDivisionError, "complex division by zero");
  return complex_new(t, q.real, q.imag);
}
Result<Owned> complex_dunder_pow(Thread& t, Value a, Value b, Value modulus) {
  OPERANDS
  if (!modulus.is_null() && !is_none(modulus)) return raise_value_error(t, "complex modulo");
  return complex_power(t, x.real, x.imag, y.real, y.imag);
}
Result<Owned> complex_dunder_neg(Thread& t, Value v) {
  auto* c = v.as<Complex>();
  return complex_new(t, -c->real, -c->imag);
}
Result<Owned> complex_exact(Thread& t, Value v) {
  if (is_exact<Complex>(v)) return borrow_or_dup(v);
  auto* c = v.as<Complex>();
  return complex_new(t, c->real, c->imag);
}
Result<Owned> complex_dunder_abs(Thread& t, Value v) {
  auto* c = v.as<Complex>();
  double r = std::hypot(c->real, c->imag);
  if (std::isinf(r) && std::isfinite(c->real) && std::isfinite(c->imag))
    return raise_overflow_error(t, "absolute value too large");
  return float_from_double(t, r);
}
Result<bool> complex_dunder_bool(Thread& t, Value v) {
  auto* c = v.as<Complex>();
  return c->real != 0.0 || c->imag != 0.0;
}
Result<ssize> complex_dunder_hash(Thread& t, Value v) {
  auto* c = v.as<Complex>();
  int64_t of_nan = hash_pointer(c);
  auto h = static_cast<uint64_t>(hash_double(c->real, of_nan)) +
           static_cast<uint64_t>(kHashImaginary) * static_cast<uint64_t>(hash_double(c->imag, of_nan));
  auto signed_hash = static_cast<ssize>(h);
  return signed_hash == -1 ? ssize{-2} : signed_hash;
}

Result<Owned> complex_dunder_compare(Thread& t, Value a, Value b, CompareOp op) {
  if ((op != CompareOp::kEq && op != CompareOp::kNe) || !is_complex(a)) return Owned::steal(not_implemented());
  auto* c = a.as<Complex>();
  bool equal;
  if (is_int(b)) {
    equal = c->imag == 0.0 && !std::isnan(c->real) && big::compare_double(IntOperand(b), c->real) == 0;
  } else if (is_float(b)) {
    equal = c->real == float_value(b) && c->imag == 0.0;
  } else if (is_complex(b)) {
    equal = c->real == b.as<Complex>()->real && c->imag == b.as<Complex>()->imag;
  } else {
    return Owned::steal(not_implemented());
  }
  return owned_bool(equal == (op == CompareOp::kEq));
}

Result<Owned> complex_dunder_repr(Thread& t, Value v) {
  auto* c = v.as<Complex>();
  TextBuffer out;
  bool lone = c->real == 0.0 && !std::signbit(c->real);
  if (!lone) {
    out.push('(');
    float_text::format(out, c->real, 'r', 0, 0);
  }
  float_text::format(out, c->imag, 'r', 0, lone ? 0 : float_text::kSign);
  out.append(lone ? "j" : "j)");
  Ref<Str> s = TRY(str_from_ascii(t, out.view()));
  return Owned(std::move(s));
}

bool parse_complex(std::string_view s, Parts* out) {
  auto space = [](char c) { return c == ' ' || (c >= 9 && c <= 13); };
  auto skip = [&] {
    while (!s.empty() && space(s[0])) s.remove_prefix(1);
  };
  auto next_is = [&](char lower) { return !s.empty() && (s[0] | 0x20) == lower; };
  skip();
  bool bracket = false;
  if (!s.empty() && s[0] == '(') {
    bracket = true;
    s.remove_prefix(1);
    skip();
  }
  double x = 0, y = 0, z = 0;
  size_t n = float_text::parse_prefix(s, &z);
  if (n > 0) {
    s.remove_prefix(n);
    if (!s.empty() && (s[0] == '+' || s[0] == '-')) {
      x = z;
      size_t m = float_text::parse_prefix(s, &y);
      if (m > 0) {
        s.remove_prefix(m);
      } else {
        y = s[0] == '+' ? 1.0 : -1.0;
        s.remove_prefix(1);
      }
      if (!next_is('j')) return false;
      s.remove_prefix(1);
    } else if (next_is('j')) {
      s.remove_prefix(1);
      y = z;
    } else {
      x = z;
    }
  } else {
    y = 1.0;
    if (!s.empty() && (s[0] == '+' || s[0] == '-')) {
      y = s[0] == '+' ? 1.0 : -1.0;
      s.remove_prefix(1);
    }
    if (!next_is('j')) return false;
    s.remove_prefix(1);
  }
  skip();
  if (bracket) {
    if (s.empty() || s[0] != ')') return false;
    s.remove_prefix(1);
    skip();
  }
  *out = {x, y};
  return s.empty();
}

Result<Parts> complex_from_text(Thread& t, Str& text) {
  TextBuffer plain;
  bool ok = true, underscores = false;
  char previous = 0;
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  for (ssize i = 0; i < text.length; ++i) {
    char32_t u = text.at(i);
    int value = unicode::decimal_value(u);
    char c = u < 128 ? static_cast<char>(u)
             : unicode::is_space(u) ? ' ' : value >= 0 ? static_cast<char>('0' + value) : '?';
    if (c == 0) ok = false;
    if (c == '_') {
      underscores = true;
      ok = ok && digit(previous);
    } else {
      ok = ok && (previous != '_' || digit(c));
      plain.push(c);
    }
    previous = c;
  }
  if (plain.failed()) return raise_memory_error(t);
  Parts parts;
  if (underscores && (!ok || previous == '_')) return raise_value_error(t, "could not convert string to complex: %R", Value(&text));
  if (!ok || !parse_complex(plain.view(), &parts))
    return raise_value_error(t, "complex() arg is a malformed string");
  return parts;
}

/// Empty when the type has no __complex__.
Result<Owned> call_dunder_complex(Thread& t, Value v) {
  if (v.is_immediate() || is_exact<Complex>(v)) return Owned::steal(Value::empty());
  Owned special = TRY(lookup_special(t, v, NAME("__complex__")));
  if (special.value().is_empty()) return special;
  Owned result = TRY(call(t, special));
  if (is_exact<Complex>(result)) return result;
  if (!is_complex(result))
    return raise_type_error(t, "__complex__ returned non-complex (type %.200T)", result.value());
  TRY(warn_rpy(t, &exc_DeprecationWarning, 1,
               "__complex__ returned non-complex (type %.200T).  The ability to return an instance of a strict subclass of "
               "complex is deprecated, and may be removed in a future version of Python.",
               result.value()));
  return result;
}

bool is_numeric(Value v) { return ops_of(v).to_float != nullptr || ops_of(v).index != nullptr || is_complex(v); }

Result<Owned> complex_create(Thread& t, Type& type, Value r, Value i) {
  if (r.is_null()) r = Value::small_int_unchecked(0);
  if (is_exact<Complex>(r) && i.is_null() && &type == &complex_type) return borrow_or_dup(r);
  if (is_str(r)) {
    if (!i.is_null()) return raise_type_error(t, "complex() can't take second arg if first is a string");
    Parts parts = TRY(complex_from_text(t, *r.as<Str>()));
    return complex_make(t, type, parts);
  }
  if (!i.is_null() && is_str(i)) return raise_type_error(t, "complex() second arg can't be a string");
  Owned converted = TRY(call_dunder_complex(t, r));
  if (!converted.value().is_empty()) r = converted;
  if (!is_numeric(r))
    return raise_type_error(t, "complex() first argument must be a string or a number, not '%.200T'", r);
  if (!i.is_null() && !is_numeric(i))
    return raise_type_error(t, "complex() second argument must be a number, not '%.200T'", i);
  Parts real{0, 0}, imaginary{0, 0};
  bool real_complex = is_complex(r), imaginary_complex = false;
  if (real_complex) {
    real = {r.as<Complex>()->real, r.as<Complex>()->imag};
  } else {
    Owned number = TRY(number_to_float(t, r));
    real.real = float_value(number);
  }
  if (i.is_null()) {
    imaginary.real = real.imag;
  } else if (is_complex(i)) {
    imaginary = {i.as<Complex>()->real, i.as<Complex>()->imag};
    imaginary_complex = true;
  } else {
    Owned number = TRY(number_to_float(t, i));
    imaginary.real = float_value(number);
  }
  if (imaginary_complex) real.real -= imaginary.imag;
  if (real_complex && !i.is_null()) imaginary.real += real.imag;
  return complex_make(t, type, {real.real, imaginary.real});
}

Result<Owned> complex_conjugate(Thread& t, Complex& self) { return complex_new(t, self.real, -self.imag); }
Result<Owned> complex_dunder_getnewargs(Thread& t, Complex& self) {
  Owned r = TRY(float_from_double(t, self.real));
  Owned i = TRY(float_from_double(t, self.imag));
  Ref<Tuple> tuple = TRY(tuple_pack(t, r, i));
  return Owned(std::move(tuple));
}
Result<Owned> complex_dunder_format(Thread& t, Value self, Str& spec) { return complex_format_rpy(t, self, spec); }
double complex_real(Thread& t, Complex& self) { return self.real; }
double complex_imag(Thread& t, Complex& self) { return self.imag; }

constexpr MethodDef kComplexMethods[] = {
    method<&complex_conjugate>("conjugate", "($self, /)",
                               "Return the complex conjugate of its argument. (3-4j).conjugate() == 3+4j."),
    method<&complex_exact>("__complex__", "($self, /)", "Convert this value to exact type complex."),
    method<&complex_dunder_getnewargs>("__getnewargs__", "($self, /)", nullptr),
    method<&complex_dunder_format>("__format__", "($self, format_spec, /)", "Convert to a string according to format_spec."),
    {}};
constexpr GetSetDef kComplexGetSet[] = {getter<&complex_real>("real", "the real part of a complex number"),
                                        getter<&complex_imag>("imag", "the imaginary part of a complex number"),
                                        {}};
constexpr TypeOps kComplexOps = {
    .repr = &complex_dunder_repr,
    .hash = &complex_dunder_hash,
    .compare = &complex_dunder_compare,
    .create = constructor<"complex", "(real=<unrepresentable>, imag=<unrepresentable>)", &complex_create>,
    .add = &complex_dunder_add,
    .subtract = &complex_dunder_sub,
    .multiply = &complex_dunder_mul,
    .power = &complex_dunder_pow,
    .negative = &complex_dunder_neg,
    .positive = &complex_exact,
    .absolute = &complex_dunder_abs,
    .truth = &complex_dunder_bool,
    .true_divide = &complex_dunder_truediv,
};

}  // namespace

Result<Owned> complex_new(Thread& t, double real, double imag) { return complex_make(t, complex_type, {real, imag}); }

Result<Owned> complex_power(Thread& t, double ar, double ai, double br, double bi) {
  Parts a{ar, ai}, r;
  bool domain = false;
  errno = 0;
  if (bi == 0.0 && br == std::floor(br) && std::fabs(br) <= 100.0) {
    auto n = static_cast<long>(br);
    r = {1.0, 0.0};
    Parts p = a;
    for (long mask = 1, m = n < 0 ? -n : n; m >= mask; mask <<= 1) {
      if (m & mask) r = product(r, p);
      p = product(p, p);
    }
    if (n <= 0) domain = !quotient({1.0, 0.0}, r, &r);
  } else if (br == 0.0 && bi == 0.0) {
    r = {1.0, 0.0};
  } else if (ar == 0.0 && ai == 0.0) {
    domain = bi != 0.0 || br < 0.0;
    r = {0.0, 0.0};
  } else {
    double size = std::hypot(ar, ai), length = std::pow(size, br), phase = std::atan2(ai, ar) * br;
    if (bi != 0.0) {
      length *= std::exp(-std::atan2(ai, ar) * bi);
      phase += bi * std::log(size);
    }
    r = {length * std::cos(phase), length * std::sin(phase)};
  }
  // CPython reports what libm says about infinite arguments in the same way.
  if (domain || errno == EDOM) return raise_format(t, &exc_ZeroDivisionError, "0.0 to a negative or complex power");
  if (r.real == HUGE_VAL || r.real == -HUGE_VAL || r.imag == HUGE_VAL || r.imag == -HUGE_VAL)
    return raise_overflow_error(t, "complex exponentiation");
  return complex_new(t, r.real, r.imag);
}

Result<ComplexParts> complex_value_rpy(Thread& t, Value v) {
  if (is_complex(v)) return Parts{v.as<Complex>()->real, v.as<Complex>()->imag};
  Owned converted = TRY(call_dunder_complex(t, v));
  if (!converted.value().is_empty()) return Parts{converted.value().as<Complex>()->real, converted.value().as<Complex>()->imag};
  double d = TRY(number_as_double(t, v));
  return Parts{d, 0.0};
}

extern const TypeDef kComplexDef;
constinit const TypeDef kComplexDef = {
    .name = "complex",
    .size = sizeof(Complex),
    .ops = &kComplexOps,
    .methods = kComplexMethods,
    .getset = kComplexGetSet,
    .doc = "Create a complex number from a string or numbers.\n\nIf a string is given, parse it as a complex number.\nIf a single "
           "number is given, convert it to a complex number.\nIf the 'real' or 'imag' arguments are given, create a complex "
           "number\nwith the specified real and imaginary components.",
    .text_signature = "($self, real=0, imag=0)",
};

}  // namespace ty
