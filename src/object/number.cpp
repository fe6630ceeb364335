// The number protocol. CPython: Objects/abstract.c.
#include "object/abstract.h"
#include "object/type_object.h"
#include "types/bytes.h"
#include "types/float.h"
#include "types/function.h"
#include "types/int.h"
#include "types/str.h"

namespace ty {

namespace {

using Field = BinaryOp TypeOps::*;

/// Tries both operands; NotImplemented when neither knows. A right operand of a proper subtype goes first.
TY_INLINE Result<Owned> try_both(Thread& t, Value a, Value b, Field field) {
  Type *ta = type_of(a), *tb = type_of(b);
  BinaryOp fa = ta->info->ops.*field;
  BinaryOp fb = nullptr;
  if (ta != tb) {
    fb = tb->info->ops.*field;
    if (fb == fa) fb = nullptr;
  }
  if (fa) {
    if (fb && is_subtype(tb, ta)) {
      Owned x = TRY(fb(t, a, b));
      if (!is_not_implemented(x)) return x;
      fb = nullptr;
    }
    Owned x = TRY(fa(t, a, b));
    if (!is_not_implemented(x)) return x;
  }
  if (fb) return fb(t, a, b);
  return Owned::steal(not_implemented());
}

Raised unsupported(Thread& t, Value a, Value b, const char* symbol) {
  if (symbol[0] == '>' && symbol[1] == '>' && symbol[2] == 0 && is_exact<NativeFunction>(a) &&
      std::string_view(a.as<NativeFunction>()->def->name) == "print") {
    return raise_type_error(t, "unsupported operand type(s) for %.100s: '%.100T' and '%.100T'. Did you mean \"print(<message>, file=<output_stream>)\"?",
                            symbol, a, b);
  }
  return raise_type_error(t, "unsupported operand type(s) for %.100s: '%.100T' and '%.100T'", symbol, a, b);
}

Result<Owned> binary(Thread& t, Value a, Value b, Field field, const char* symbol) {
  Owned x = TRY(try_both(t, a, b, field));
  if (TY_UNLIKELY(is_not_implemented(x))) return unsupported(t, a, b, symbol);
  return x;
}

Result<Owned> try_inplace(Thread& t, Value a, Value b, Field inplace, Field field) {
  if (BinaryOp f = ops_of(a).*inplace) {
    Owned x = TRY(f(t, a, b));
    if (!is_not_implemented(x)) return x;
  }
  return try_both(t, a, b, field);
}

Result<Owned> inplace(Thread& t, Value a, Value b, Field inplace_field, Field field, const char* symbol) {
  Owned x = TRY(try_inplace(t, a, b, inplace_field, field));
  if (TY_UNLIKELY(is_not_implemented(x))) return unsupported(t, a, b, symbol);
  return x;
}

Result<Owned> repeat_by(Thread& t, RepeatOp repeat, Value sequence, Value n) {
  if (!ops_of(n).index && !is_int(n)) return raise_type_error(t, "can't multiply sequence by non-int of type '%.200T'", n);
  ssize count = TRY(number_as_ssize(t, n, &exc_OverflowError));
  return repeat(t, sequence, count);
}

Result<Owned> ternary(Thread& t, Value a, Value b, Value c, const char* symbol) {
  Type *ta = type_of(a), *tb = type_of(b);
  PowerOp fa = ta->info->ops.power, fb = nullptr;
  if (ta != tb) {
    fb = tb->info->ops.power;
    if (fb == fa) fb = nullptr;
  }
  if (fa) {
    if (fb && is_subtype(tb, ta)) {
      Owned x = TRY(fb(t, a, b, c));
      if (!is_not_implemented(x)) return x;
      fb = nullptr;
    }
    Owned x = TRY(fa(t, a, b, c));
    if (!is_not_implemented(x)) return x;
  }
  if (fb) {
    Owned x = TRY(fb(t, a, b, c));
    if (!is_not_implemented(x)) return x;
  }
  PowerOp fc = ops_of(c).power;
  if (fc && (fc == fa || fc == fb)) fc = nullptr;
  if (fc) {
    Owned x = TRY(fc(t, a, b, c));
    if (!is_not_implemented(x)) return x;
  }
  if (is_none(c)) return raise_type_error(t, "unsupported operand type(s) for %.100s: '%.100T' and '%.100T'", symbol, a, b);
  return raise_type_error(t, "unsupported operand type(s) for %.100s: '%.100T', '%.100T', '%.100T'", symbol, a, b, c);
}

Result<Owned> unary(Thread& t, Value v, UnaryOp op, const char* symbol) {
  if (TY_LIKELY(op)) return op(t, v);
  return raise_type_error(t, "bad operand type for %s: '%.200T'", symbol, v);
}

}  // namespace

Result<Owned> number_add(Thread& t, Value a, Value b) {
  Owned x = TRY(try_both(t, a, b, &TypeOps::add));
  if (TY_LIKELY(!is_not_implemented(x))) return x;
  if (BinaryOp concat = ops_of(a).concat) return concat(t, a, b);
  return unsupported(t, a, b, "+");
}
Result<Owned> number_multiply(Thread& t, Value a, Value b) {
  Owned x = TRY(try_both(t, a, b, &TypeOps::multiply));
  if (TY_LIKELY(!is_not_implemented(x))) return x;
  if (RepeatOp repeat = ops_of(a).repeat) return repeat_by(t, repeat, a, b);
  if (RepeatOp repeat = ops_of(b).repeat) return repeat_by(t, repeat, b, a);
  return unsupported(t, a, b, "*");
}
Result<Owned> number_inplace_add(Thread& t, Value a, Value b) {
  Owned x = TRY(try_inplace(t, a, b, &TypeOps::inplace_add, &TypeOps::add));
  if (TY_LIKELY(!is_not_implemented(x))) return x;
  if (BinaryOp concat = ops_of(a).inplace_concat) return concat(t, a, b);
  if (BinaryOp concat = ops_of(a).concat) return concat(t, a, b);
  return unsupported(t, a, b, "+=");
}
Result<Owned> number_inplace_multiply(Thread& t, Value a, Value b) {
  Owned x = TRY(try_inplace(t, a, b, &TypeOps::inplace_multiply, &TypeOps::multiply));
  if (TY_LIKELY(!is_not_implemented(x))) return x;
  if (RepeatOp repeat = ops_of(a).inplace_repeat) return repeat_by(t, repeat, a, b);
  if (RepeatOp repeat = ops_of(a).repeat) return repeat_by(t, repeat, a, b);
  if (RepeatOp repeat = ops_of(b).repeat) return repeat_by(t, repeat, b, a);
  return unsupported(t, a, b, "*=");
}

#define TY_NUMBER(name, symbol) \
  Result<Owned> number_##name(Thread& t, Value a, Value b) { return binary(t, a, b, &TypeOps::name, symbol); }
#define TY_INPLACE(name, symbol) \
  Result<Owned> number_inplace_##name(Thread& t, Value a, Value b) { return inplace(t, a, b, &TypeOps::inplace_##name, &TypeOps::name, symbol); }
TY_NUMBER(subtract, "-") TY_NUMBER(remainder, "%") TY_NUMBER(divmod, "divmod()") TY_NUMBER(left_shift, "<<") TY_NUMBER(right_shift, ">>")
TY_NUMBER(bit_and, "&") TY_NUMBER(bit_xor, "^") TY_NUMBER(bit_or, "|") TY_NUMBER(floor_divide, "//") TY_NUMBER(true_divide, "/")
TY_NUMBER(matrix_multiply, "@")
TY_INPLACE(subtract, "-=") TY_INPLACE(remainder, "%=") TY_INPLACE(left_shift, "<<=") TY_INPLACE(right_shift, ">>=")
TY_INPLACE(bit_and, "&=") TY_INPLACE(bit_xor, "^=") TY_INPLACE(bit_or, "|=") TY_INPLACE(floor_divide, "//=") TY_INPLACE(true_divide, "/=")
TY_INPLACE(matrix_multiply, "@=")
#undef TY_NUMBER
#undef TY_INPLACE

Result<Owned> number_power(Thread& t, Value a, Value b, Value modulus) {
  return ternary(t, a, b, modulus ? modulus : none(), "** or pow()");
}
Result<Owned> number_inplace_power(Thread& t, Value a, Value b, Value modulus) {
  if (PowerOp f = ops_of(a).inplace_power) {
    Owned x = TRY(f(t, a, b, modulus ? modulus : none()));
    if (!is_not_implemented(x)) return x;
  }
  return ternary(t, a, b, modulus ? modulus : none(), "**=");
}
Result<Owned> number_negative(Thread& t, Value v) { return unary(t, v, ops_of(v).negative, "unary -"); }
Result<Owned> number_positive(Thread& t, Value v) { return unary(t, v, ops_of(v).positive, "unary +"); }
Result<Owned> number_invert(Thread& t, Value v) { return unary(t, v, ops_of(v).invert, "unary ~"); }
Result<Owned> number_absolute(Thread& t, Value v) { return unary(t, v, ops_of(v).absolute, "abs()"); }

namespace {

/// __index__, int subclasses left as they are.
Result<Owned> index_any(Thread& t, Value v) {
  if (is_int(v)) return borrow_or_dup(v);
  UnaryOp op = ops_of(v).index;
  if (!op) return raise_type_error(t, "'%.200T' object cannot be interpreted as an integer", v);
  Owned result = TRY(op(t, v));
  if (is_exact_int(result)) return result;
  if (!is_int(result)) return raise_type_error(t, "__index__ returned non-int (type %.200T)", result.value());
  TRY(warn_rpy(t, &exc_DeprecationWarning, 1,
               "__index__ returned non-int (type %.200T).  The ability to return an instance of a strict subclass of int is deprecated, "
               "and may not be supported in a future version of Python.", result.value()));
  return result;
}

}  // namespace

Result<Owned> number_index(Thread& t, Value v) {
  if (TY_LIKELY(v.is_small_int())) return Owned::steal(v);
  Owned result = TRY(index_any(t, v));
  if (is_exact_int(result)) return result;
  return int_exact(t, result);
}

Result<Owned> number_to_int(Thread& t, Value v) {
  if (is_exact_int(v)) return borrow_or_dup(v);
  if (UnaryOp op = ops_of(v).to_int) {
    Owned result = TRY(op(t, v));
    if (is_exact_int(result)) return result;
    if (!is_int(result)) return raise_type_error(t, "__int__ returned non-int (type %.200T)", result.value());
    TRY(warn_rpy(t, &exc_DeprecationWarning, 1,
                 "__int__ returned non-int (type %.200T).  The ability to return an instance of a strict subclass of int is deprecated, "
                 "and may not be supported in a future version of Python.", result.value()));
    return int_exact(t, result);
  }
  if (ops_of(v).index) return number_index(t, v);
  Owned trunc = TRY(lookup_special(t, v, NAME("__trunc__")));
  if (!trunc.value().is_empty()) {
    TRY(warn_rpy(t, &exc_DeprecationWarning, 1, "The delegation of int() to __trunc__ is deprecated."));
    Owned result = TRY(call(t, trunc));
    if (is_exact_int(result)) return result;
    if (is_int(result)) return int_exact(t, result);
    if (!ops_of(result).index) return raise_type_error(t, "__trunc__ returned non-Integral (type %.200T)", result.value());
    return number_index(t, result);
  }
  if (is_str(v) || is_instance(v, &bytes_type) || is_instance(v, &bytearray_type) || has_buffer(v)) return int_parse(t, v, 10);
  return raise_type_error(t, "int() argument must be a string, a bytes-like object or a real number, not '%.200T'", v);
}

namespace {

/// __float__ or __index__; Absent when there is neither.
Lookup<Owned> float_of(Thread& t, Value v) {
  if (v.is_small_float() || (v.is_object() && v.object()->type() == &float_type)) return borrow_or_dup(v);
  if (UnaryOp op = ops_of(v).to_float) {
    Owned result = TRY(op(t, v));
    if (result.value().is_small_float() || (result.value().is_object() && result.value().object()->type() == &float_type)) return result;
    if (!is_float(result)) return raise_type_error(t, "%.50T.__float__ returned non-float (type %.50T)", v, result.value());
    TRY(warn_rpy(t, &exc_DeprecationWarning, 1,
                 "%.50T.__float__ returned non-float (type %.50T).  The ability to return an instance of a strict subclass of float is "
                 "deprecated, and may not be supported in a future version of Python.", v, result.value()));
    return TRY(float_from_double(t, float_value(result)));
  }
  if (ops_of(v).index) {
    Owned n = TRY(number_index(t, v));
    return TRY(float_from_double(t, TRY(int_as_double(t, n))));
  }
  return Absent{};
}

}  // namespace

Result<Owned> number_to_float(Thread& t, Value v) {
  Owned result = TRY(float_of(t, v));
  if (!result.value().is_empty()) return result;
  if (is_float(v)) return float_from_double(t, float_value(v));
  if (is_str(v) || is_instance(v, &bytes_type) || is_instance(v, &bytearray_type) || has_buffer(v)) {
    return float_from_double(t, TRY(float_parse(t, v)));
  }
  return raise_type_error(t, "float() argument must be a string or a real number, not '%.200T'", v);
}

Result<double> number_as_double(Thread& t, Value v) {
  if (TY_LIKELY(v.is_small_float())) return v.small_float();
  if (v.is_small_int()) return static_cast<double>(v.small_int());
  if (is_float(v) ) return float_value(v);
  Owned result = TRY(float_of(t, v));
  if (result.value().is_empty()) return raise_type_error(t, "must be real number, not %.50T", v);
  return float_value(result);
}

Result<ssize> number_as_ssize(Thread& t, Value v, Type* overflow_type) {
  if (TY_LIKELY(v.is_small_int())) return v.small_int();
  Owned index = TRY(index_any(t, v));
  bool fits;
  int64_t n = int_as_int64(index, &fits);
  if (TY_LIKELY(fits)) return n;
  if (!overflow_type) return int_sign(index) < 0 ? PTRDIFF_MIN : PTRDIFF_MAX;
  return raise_format(t, overflow_type, "cannot fit '%.200T' into an index-sized integer", v);
}

}  // namespace ty
