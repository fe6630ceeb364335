// The integer functions of math. CPython: Modules/mathmodule.c.
#include "base/big_integer.h"
#include "modules/math.h"
#include "types/float.h"
#include "types/int.h"

namespace ty {

Result<Owned> math_index(Thread& t, Value v) { return number_index(t, v); }

namespace {

Result<Owned> gcd_of(Thread& t, Value a, Value b) {
  bool fa, fb;
  int64_t x = int_as_int64(a, &fa), y = int_as_int64(b, &fb);
  if (fa && fb) {
    uint64_t u = x < 0 ? 0 - static_cast<uint64_t>(x) : static_cast<uint64_t>(x), v = y < 0 ? 0 - static_cast<uint64_t>(y) : static_cast<uint64_t>(y);
    while (v) {
      uint64_t r = u % v;
      u = v;
      v = r;
    }
    return int_from_uint64(t, u);
  }
  IntOperand p(a), q(b);
  big::Integer out;
  if (!big::gcd(out, p, q)) return raise_memory_error(t);
  return int_from_big(t, out);
}
Result<Owned> math_gcd(Thread& t, Args args) {
  if (args.size == 0) return Owned::steal(Value::small_int_unchecked(0));
  Owned result = TRY(math_index(t, args[0]));
  if (args.size == 1) return number_absolute(t, result);
  for (size_t i = 1; i < args.size; i++) {
    Owned next = TRY(math_index(t, args[i]));
    result = TRY(gcd_of(t, result, next));
  }
  return result;
}
Result<Owned> math_lcm(Thread& t, Args args) {
  if (args.size == 0) return Owned::steal(Value::small_int_unchecked(1));
  Owned result = TRY(math_index(t, args[0]));
  result = TRY(number_absolute(t, result));
  for (size_t i = 1; i < args.size; i++) {
    Owned next = TRY(math_index(t, args[i]));
    if (int_sign(result) == 0) continue;
    if (int_sign(next) == 0) {
      result = Owned::steal(Value::small_int_unchecked(0));
      continue;
    }
    Owned gcd = TRY(gcd_of(t, result, next));
    Owned part = TRY(int_floor_divide(t, result, gcd));
    Owned product = TRY(int_multiply(t, part, next));
    result = TRY(number_absolute(t, product));
  }
  return result;
}

/// first * (first + 1) * … , `count` factors.
Result<Owned> product(Thread& t, uint64_t first, uint64_t count) {
  if (count <= 24) {
    Owned result = Owned::steal(Value::small_int_unchecked(1));
    uint64_t word = 1;
    for (uint64_t i = 0; i < count; i++) {
      uint64_t next;
      if (__builtin_mul_overflow(word, first + i, &next)) {
        Owned factor = TRY(int_from_uint64(t, word));
        result = TRY(int_multiply(t, result, factor));
        word = first + i;
      } else {
        word = next;
      }
    }
    Owned factor = TRY(int_from_uint64(t, word));
    return int_multiply(t, result, factor);
  }
  uint64_t half = count / 2;
  Owned low = TRY(product(t, first, half));
  Owned high = TRY(product(t, first + half, count - half));
  return int_multiply(t, low, high);
}
Result<Owned> math_factorial(Thread& t, Value v) {
  Owned n = TRY(math_index(t, v));
  bool fits;
  int64_t x = int_as_int64(n, &fits);
  if (int_sign(n) < 0) return raise_value_error(t, "factorial() not defined for negative values");
  if (!fits) return raise_overflow_error(t, "factorial() argument should not exceed %ld", INT64_MAX);
  return product(t, 1, static_cast<uint64_t>(x));
}
Result<Owned> math_isqrt(Thread& t, Value v) {
  Owned n = TRY(math_index(t, v));
  if (int_sign(n) < 0) return raise_value_error(t, "isqrt() argument must be nonnegative");
  IntOperand operand(n);
  big::Integer out;
  if (!big::square_root(out, operand)) return raise_memory_error(t);
  return int_from_big(t, out);
}

/// n * (n - 1) * …, k factors, for an n of any size.
Result<Owned> falling(Thread& t, Value n, uint64_t k) {
  bool fits;
  uint64_t x = int_as_uint64(n, &fits);
  if (fits) return product(t, x - k + 1, k);
  if (k == 1) return dup(n);
  uint64_t j = k / 2;
  Owned offset = TRY(int_from_uint64(t, j));
  Owned a = TRY(falling(t, n, j));
  Owned rest = TRY(int_subtract(t, n, offset));
  Owned b = TRY(falling(t, rest, k - j));
  return int_multiply(t, a, b);
}
/// Binomial coefficient; 0 <= k <= n.
Result<Owned> choose(Thread& t, Value n, uint64_t k) {
  if (k == 0) return Owned::steal(Value::small_int_unchecked(1));
  if (k == 1) return dup(n);
  bool fits;
  uint64_t x = int_as_uint64(n, &fits);
  if (fits && k <= 30 && x < (uint64_t{1} << 32)) {
    unsigned __int128 r = 1;
    bool ok = true;
    for (uint64_t i = 0; i < k && ok; i++) {
      r = r * (x - i) / (i + 1);
      ok = r < (static_cast<unsigned __int128>(1) << 64);
    }
    if (ok) return int_from_uint64(t, static_cast<uint64_t>(r));
  }
  Owned top = TRY(falling(t, n, k));
  Owned bottom = TRY(product(t, 1, k));
  return int_floor_divide(t, top, bottom);
}
Result<Owned> math_comb(Thread& t, Value nv, Value kv) {
  Owned n = TRY(math_index(t, nv)), k = TRY(math_index(t, kv));
  if (int_sign(n) < 0) return raise_value_error(t, "n must be a non-negative integer");
  if (int_sign(k) < 0) return raise_value_error(t, "k must be a non-negative integer");
  Owned rest = TRY(int_subtract(t, n, k));
  if (int_sign(rest) < 0) return Owned::steal(Value::small_int_unchecked(0));
  if (int_compare(rest, k) < 0) k = std::move(rest);
  bool fits;
  uint64_t count = int_as_uint64(k, &fits);
  if (!fits || count > INT64_MAX) return raise_overflow_error(t, "min(n - k, k) must not exceed %lld", static_cast<long long>(INT64_MAX));
  return choose(t, n, count);
}
Result<Owned> math_perm(Thread& t, Value nv, Value kv) {
  if (is_none(kv)) return math_factorial(t, nv);
  Owned n = TRY(math_index(t, nv)), k = TRY(math_index(t, kv));
  if (int_sign(n) < 0) return raise_value_error(t, "n must be a non-negative integer");
  if (int_sign(k) < 0) return raise_value_error(t, "k must be a non-negative integer");
  if (int_compare(n, k) < 0) return Owned::steal(Value::small_int_unchecked(0));
  bool fits;
  uint64_t count = int_as_uint64(k, &fits);
  if (!fits || count > INT64_MAX) return raise_overflow_error(t, "k must not exceed %lld", static_cast<long long>(INT64_MAX));
  if (count == 0) return Owned::steal(Value::small_int_unchecked(1));
  return falling(t, n, count);
}

}  // namespace

constinit const MethodDef kMathIntegerMethods[] = {
    function<&math_gcd>("gcd", "($module, *integers)", "Greatest Common Divisor."),
    function<&math_lcm>("lcm", "($module, *integers)", "Least Common Multiple."),
    function<&math_factorial>("factorial", "($module, n, /)", "Find n!.\n\nRaise a ValueError if x is negative or non-integral."),
    function<&math_isqrt>("isqrt", "($module, n, /)", "Return the integer part of the square root of the input."),
    function<&math_comb>("comb", "($module, n, k, /)",
        "Number of ways to choose k items from n items without repetition and without order.\n\nEvaluates to n! / (k! * (n - k)!) when k <= n and evaluates\nto zero when k > n."),
    function<&math_perm>("perm", "($module, n, k=None, /)",
        "Number of ways to choose k items from n items without repetition and with order.\n\nEvaluates to n! / (n - k)! when k <= n and evaluates\nto zero when k > n."),
    {}};

}  // namespace ty
