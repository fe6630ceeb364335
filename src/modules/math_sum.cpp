// Sums, products and norms of math. CPython: Modules/mathmodule.c (the same algorithms: results agree to the last bit).
#include <cfloat>
#include <cmath>

#include "base/small_stack.h"
#include "modules/math.h"
#include "types/float.h"
#include "types/int.h"
#include "types/tuple.h"

namespace ty {

namespace {

struct Pair {
  double high, low;
};
Pair fast_two_sum(double a, double b) {
  double x = a + b;
  return {x, (a - x) + b};
}
Pair two_sum(double a, double b) {
  double x = a + b, z = x - a;
  return {x, (a - (x - z)) + (b - z)};
}
Pair two_product(double x, double y) {
  double z = x * y;
  return {z, std::fma(x, y, -z)};
}

double vector_norm(size_t n, double* v, double max, bool found_nan) {
  if (std::isinf(max)) return max;
  if (found_nan) return NAN;
  if (max == 0.0 || n <= 1) return max;
  int exponent;
  std::frexp(max, &exponent);
  if (exponent < -1023) {
    for (size_t i = 0; i < n; i++) v[i] /= DBL_MIN;
    return DBL_MIN * vector_norm(n, v, max / DBL_MIN, found_nan);
  }
  double scale = std::ldexp(1.0, -exponent), sum = 1.0, rest1 = 0.0, rest2 = 0.0;
  auto add = [&](double a, double b) {
    Pair product = two_product(a, b);
    Pair s = fast_two_sum(sum, product.high);
    sum = s.high;
    rest1 += product.low;
    rest2 += s.low;
  };
  for (size_t i = 0; i < n; i++) {
    double x = v[i] * scale;
    add(x, x);
  }
  double h = std::sqrt(sum - 1.0 + (rest1 + rest2));
  add(-h, h);
  double x = sum - 1.0 + (rest1 + rest2);
  h += x / (2.0 * h);
  return h / scale;
}

struct Doubles {
  double inline_[16];
  double* data = inline_;
  ~Doubles() {
    if (data != inline_) __builtin_free(data);
  }
  Result<void> reserve(Thread& t, size_t n) {
    if (n <= 16) return {};
    data = static_cast<double*>(__builtin_malloc(n * sizeof(double)));
    if (!data) {
      data = inline_;
      return raise_memory_error(t);
    }
    return {};
  }
};

Result<double> math_hypot(Thread& t, Args args) {
  Doubles v;
  TRY(v.reserve(t, args.size));
  double max = 0.0;
  bool nan = false;
  for (size_t i = 0; i < args.size; i++) {
    double x = std::fabs(TRY(number_as_double(t, args[i])));
    v.data[i] = x;
    nan |= std::isnan(x);
    if (x > max) max = x;
  }
  return vector_norm(args.size, v.data, max, nan);
}
Result<double> math_dist(Thread& t, Value pv, Value qv) {
  Ref<Tuple> p = TRY(tuple_from_iterable_rpy(t, pv)), q = TRY(tuple_from_iterable_rpy(t, qv));
  if (p->size != q->size) return raise_value_error(t, "both points must have the same number of dimensions");
  Doubles v;
  TRY(v.reserve(t, static_cast<size_t>(p->size)));
  double max = 0.0;
  bool nan = false;
  for (ssize i = 0; i < p->size; i++) {
    double a = TRY(number_as_double(t, p->get(i))), b = TRY(number_as_double(t, q->get(i)));
    double x = std::fabs(a - b);
    v.data[i] = x;
    nan |= std::isnan(x);
    if (x > max) max = x;
  }
  return vector_norm(static_cast<size_t>(p->size), v.data, max, nan);
}

Result<double> math_fsum(Thread& t, Value seq) {
  Owned iterator = TRY(get_iterator(t, seq));
  SmallStack<double, 32> partials;  // increasing magnitude, non-overlapping
  double special = 0.0, infinities = 0.0;
  while (true) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) break;
    double x = TRY(number_as_double(t, item)), given = x;
    size_t kept = 0;
    for (size_t j = 0; j < partials.size(); j++) {
      double y = partials[j];
      if (std::fabs(x) < std::fabs(y)) std::swap(x, y);
      double high = x + y, low = y - (high - x);
      if (low != 0.0) partials[kept++] = low;
      x = high;
    }
    partials.truncate(kept);
    if (x != 0.0) {
      if (!std::isfinite(x)) {
        if (std::isfinite(given)) return raise_overflow_error(t, "intermediate overflow in fsum");
        if (std::isinf(given)) infinities += given;
        special += given;
        partials.truncate(0);
      } else if (!partials.push(x)) {
        return raise_memory_error(t);
      }
    }
  }
  if (special != 0.0) {
    if (std::isnan(infinities)) return raise_value_error(t, "-inf + inf in fsum");
    return special;
  }
  double high = 0.0, low = 0.0;
  size_t n = partials.size();
  if (n > 0) {
    high = partials[--n];
    while (n > 0) {
      double x = high, y = partials[--n];
      high = x + y;
      low = y - (high - x);
      if (low != 0.0) break;
    }
    // Half-even rounding across the remaining partials.
    if (n > 0 && ((low < 0.0 && partials[n - 1] < 0.0) || (low > 0.0 && partials[n - 1] > 0.0))) {
      double y = low * 2.0, x = high + y;
      if (y == x - high) high = x;
    }
  }
  return high;
}

Result<Owned> math_prod(Thread& t, Value iterable, Value start) {
  Owned iterator = TRY(get_iterator(t, iterable));
  Owned result = dup(start);
  double product = 0.0;
  bool in_float = false;
  while (true) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) break;
    if (!in_float && is_float(result) && (result.value().is_small_float() || result.value().object()->type() == &float_type)) {
      in_float = true;
      product = float_value(result);
    }
    if (in_float) {
      if (item.value().is_small_float() || is_exact<Float>(item)) {
        product *= float_value(item);
        continue;
      }
      bool fits = false;
      int64_t n = is_exact_int(item) ? int_as_int64(item, &fits) : 0;
      if (fits) {
        product *= static_cast<double>(n);
        continue;
      }
      in_float = false;
      result = TRY(float_from_double(t, product));
    }
    result = TRY(number_multiply(t, result, item));
  }
  if (in_float) return float_from_double(t, product);
  return result;
}

bool is_exact_float(Value v) { return v.is_small_float() || is_exact<Float>(v); }
bool is_plain_int(Value v) { return is_exact_int(v) || (v.is_object() && v.object()->type() == &bool_type); }

Result<Owned> math_sumprod(Thread& t, Value p, Value q) {
  Owned p_iterator = TRY(get_iterator(t, p)), q_iterator = TRY(get_iterator(t, q));
  Owned total = Owned::steal(Value::small_int_unchecked(0));
  bool int_path = true, int_used = false, float_path = true, float_used = false;
  int64_t int_total = 0;
  double high = 0.0, low = 0.0, tiny = 0.0;
  while (true) {
    Owned a = TRY(iterator_next(t, p_iterator)), b = TRY(iterator_next(t, q_iterator));
    bool finished = a.value().is_empty();
    if (finished != b.value().is_empty()) return raise_value_error(t, "Inputs are not the same length");
    if (int_path) {
      if (!finished && is_exact_int(a) && is_exact_int(b)) {
        bool fa, fb;
        int64_t x = int_as_int64(a, &fa), y = int_as_int64(b, &fb), term, sum;
        if (fa && fb && !__builtin_mul_overflow(x, y, &term) && !__builtin_add_overflow(int_total, term, &sum)) {
          int_total = sum;
          int_used = true;
          continue;
        }
      }
      int_path = false;
      if (int_used) {
        Owned term = TRY(int_from_int64(t, int_total));
        total = TRY(number_add(t, total, term));
        int_used = false;
      }
    }
    if (float_path) {
      if (!finished) {
        bool usable = false;
        double x = 0, y = 0;
        if (is_exact_float(a) && is_exact_float(b)) {
          x = float_value(a), y = float_value(b), usable = true;
        } else if ((is_exact_float(a) && is_plain_int(b)) || (is_exact_float(b) && is_plain_int(a))) {
          auto as_double = [&](Value v) -> Result<double> { return is_float(v) ? Result<double>(float_value(v)) : int_as_double(t, v); };
          auto rx = as_double(a);
          auto ry = rx.ok() ? as_double(b) : Result<double>(0.0);
          usable = rx.ok() && ry.ok();
          if (usable) x = rx.take(), y = ry.take();
          else clear_exception(t);
        }
        if (usable) {
          Pair product = two_product(x, y);
          Pair sum = two_sum(high, product.high);
          Pair r1 = two_sum(low, product.low);
          Pair r2 = two_sum(r1.high, sum.low);
          if (std::isfinite(sum.high)) {
            high = sum.high;
            low = r2.high;
            tiny = tiny + r1.low + r2.low;
            float_used = true;
            continue;
          }
        }
      }
      float_path = false;
      if (float_used) {
        Pair last = two_sum(low, high);
        Owned term = TRY(float_from_double(t, tiny + last.low + last.high));
        total = TRY(number_add(t, total, term));
        float_used = false;
      }
    }
    if (finished) return total;
    Owned term = TRY(number_multiply(t, a, b));
    total = TRY(number_add(t, total, term));
  }
}

}  // namespace

constinit const MethodDef kMathSumMethods[] = {
    function<&math_hypot>("hypot", "($module, *coordinates)", "Multidimensional Euclidean distance from the origin to a point."),
    function<&math_dist>("dist", "($module, p, q, /)", "Return the Euclidean distance between two points p and q."),
    function<&math_fsum>("fsum", "($module, seq, /)",
        "Return an accurate floating-point sum of values in the iterable seq.\n\nAssumes IEEE-754 floating-point arithmetic."),
    function<&math_prod>("prod", "($module, iterable, /, *, start=1)", "Calculate the product of all the elements in the input iterable."),
    function<&math_sumprod>("sumprod", "($module, p, q, /)", "Return the sum of products of values from two iterables p and q."),
    {}};

}  // namespace ty
