// Arithmetic of base/big_integer.h. Numbers of a few digits are handled here, digit by digit; larger ones are packed
// into 64-bit limbs and given to GMP, whose algorithms are subquadratic.
#include "base/big_integer.h"

#include <gmp.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "base/big_integer_gmp.h"
#include "base/hash.h"

namespace ty::big {

using u128 = unsigned __int128;

Integer::~Integer() {
  if (digits != inline_) std::free(digits);
}

bool Integer::reserve(ssize wanted) {
  if (wanted <= capacity_) return true;
  if (wanted > (ssize{1} << 58)) return false;
  auto* fresh = static_cast<Digit*>(std::malloc(static_cast<size_t>(wanted) * sizeof(Digit)));
  if (fresh == nullptr) return false;
  if (digits != inline_) std::free(digits);
  digits = fresh;
  capacity_ = wanted;
  return true;
}

bool Integer::assign(View value) {
  if (!reserve(value.count)) return false;
  std::memcpy(digits, value.digits, static_cast<size_t>(value.count) * sizeof(Digit));
  count = value.count;
  negative = value.negative;
  return true;
}

void Integer::assign_small(int64_t value) {
  Small small(value);
  View view = small;
  count = view.count;
  negative = view.negative;
  for (ssize i = 0; i < count; ++i) digits[i] = view.digits[i];
}

void Integer::swap(Integer& other) {
  Digit saved[8];
  std::memcpy(saved, inline_, sizeof saved);
  std::memcpy(inline_, other.inline_, sizeof saved);
  std::memcpy(other.inline_, saved, sizeof saved);
  Digit* mine = digits == inline_ ? other.inline_ : digits;
  Digit* theirs = other.digits == other.inline_ ? inline_ : other.digits;
  digits = theirs;
  other.digits = mine;
  std::swap(count, other.count);
  std::swap(negative, other.negative);
  std::swap(capacity_, other.capacity_);
}

int compare_magnitude(View a, View b) {
  if (a.count != b.count) return a.count < b.count ? -1 : 1;
  for (ssize i = a.count - 1; i >= 0; --i)
    if (a.digits[i] != b.digits[i]) return a.digits[i] < b.digits[i] ? -1 : 1;
  return 0;
}

int compare(View a, View b) {
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  int order = compare_magnitude(a, b);
  return a.negative ? -order : order;
}

namespace {

bool add_magnitudes(Integer& out, View a, View b) {
  if (a.count < b.count) std::swap(a, b);
  if (!out.reserve(a.count + 1)) return false;
  Digit carry = 0;
  ssize i = 0;
  for (; i < b.count; ++i) {
    carry += a.digits[i] + b.digits[i];
    out.digits[i] = carry & kMask;
    carry >>= kShift;
  }
  for (; i < a.count; ++i) {
    carry += a.digits[i];
    out.digits[i] = carry & kMask;
    carry >>= kShift;
  }
  out.digits[i] = carry;
  out.count = a.count + 1;
  out.normalize();
  return true;
}

/// |a| - |b|; sets the sign of the result as if both were positive.
bool subtract_magnitudes(Integer& out, View a, View b) {
  int order = compare_magnitude(a, b);
  if (order < 0) std::swap(a, b);
  if (!out.reserve(a.count)) return false;
  int32_t borrow = 0;
  ssize i = 0;
  for (; i < b.count; ++i) {
    borrow += static_cast<int32_t>(a.digits[i]) - static_cast<int32_t>(b.digits[i]);
    out.digits[i] = static_cast<Digit>(borrow) & kMask;
    borrow >>= kShift;
  }
  for (; i < a.count; ++i) {
    borrow += static_cast<int32_t>(a.digits[i]);
    out.digits[i] = static_cast<Digit>(borrow) & kMask;
    borrow >>= kShift;
  }
  out.count = a.count;
  out.negative = order < 0;
  out.normalize();
  return true;
}

bool add_signed(Integer& out, View a, View b, bool b_negative) {
  if (a.negative == b_negative) {
    if (!add_magnitudes(out, a, b)) return false;
    out.negative = a.negative && out.count != 0;
    return true;
  }
  if (!subtract_magnitudes(out, a, b)) return false;
  if (a.negative && out.count != 0) out.negative = !out.negative;
  return true;
}

}  // namespace

bool add(Integer& out, View a, View b) { return add_signed(out, a, b, b.negative); }
bool subtract(Integer& out, View a, View b) { return add_signed(out, a, b, b.count != 0 && !b.negative); }

bool multiply(Integer& out, View a, View b) {
  if (a.count < b.count) std::swap(a, b);
  bool negative = a.negative != b.negative;
  if (b.count == 0) {
    out.count = 0;
    out.negative = false;
    return true;
  }
  if (b.count > 24) {
    bool square = a.digits == b.digits && a.count == b.count;
    Limbs x, y, product;
    if (!x.pack(a) || (!square && !y.pack(b))) return false;
    // Equal counts of digits may be different counts of limbs; mpn_mul wants the longer operand first.
    Limbs *longer = &x, *shorter = square ? &x : &y;
    if (shorter->count > longer->count) std::swap(longer, shorter);
    size_t n = x.count + (square ? x.count : y.count);
    if (!product.reserve(n)) return false;
    if (square) {
      mpn_sqr(product.data, x.data, static_cast<mp_size_t>(x.count));
    } else {
      mpn_mul(product.data, longer->data, static_cast<mp_size_t>(longer->count), shorter->data,
              static_cast<mp_size_t>(shorter->count));
    }
    product.count = n;
    return product.unpack(out, negative);
  }
  if (!out.reserve(a.count + b.count)) return false;
  std::memset(out.digits, 0, static_cast<size_t>(a.count + b.count) * sizeof(Digit));
  for (ssize j = 0; j < b.count; ++j) {
    uint64_t carry = 0;
    uint64_t f = b.digits[j];
    Digit* o = out.digits + j;
    for (ssize i = 0; i < a.count; ++i) {
      carry += o[i] + f * a.digits[i];
      o[i] = static_cast<Digit>(carry) & kMask;
      carry >>= kShift;
    }
    o[a.count] = static_cast<Digit>(carry);
  }
  out.count = a.count + b.count;
  out.negative = negative;
  out.normalize();
  return true;
}

namespace {

bool set_u64(Integer* out, uint64_t value, bool negative) {
  if (out != nullptr) {
    out->count = 0;
    out->negative = negative && value != 0;
    for (; value != 0; value >>= kShift) out->digits[out->count++] = value & kMask;
  }
  return true;
}

uint64_t magnitude64(View a) {
  uint64_t value = 0;
  for (ssize i = a.count - 1; i >= 0; --i) value = value << kShift | a.digits[i];
  return value;
}

u128 magnitude128(View a) {
  u128 value = 0;
  for (ssize i = a.count - 1; i >= 0; --i) value = value << kShift | a.digits[i];
  return value;
}

bool set_u128(Integer* out, u128 value, bool negative) {
  if (out != nullptr) {
    out->count = 0;
    out->negative = negative && value != 0;
    for (; value != 0; value >>= kShift) out->digits[out->count++] = static_cast<Digit>(value) & kMask;
  }
  return true;
}

}  // namespace

bool truncate_divmod(Integer* quotient, Integer* remainder, View a, View b) {
  bool quotient_negative = a.negative != b.negative;
  if (compare_magnitude(a, b) < 0) {
    if (quotient != nullptr) {
      quotient->count = 0;
      quotient->negative = false;
    }
    return remainder == nullptr || remainder->assign(a);
  }
  if (a.count <= 2) {
    uint64_t x = magnitude64(a), y = magnitude64(b);
    set_u64(quotient, x / y, quotient_negative);
    return set_u64(remainder, x % y, a.negative);
  }
  if (b.count == 1) {
    if (quotient != nullptr && !quotient->reserve(a.count)) return false;
    uint64_t rest = 0;
    Digit divisor = b.digits[0];
    for (ssize i = a.count - 1; i >= 0; --i) {
      rest = rest << kShift | a.digits[i];
      auto q = static_cast<Digit>(rest / divisor);
      rest -= uint64_t{q} * divisor;
      if (quotient != nullptr) quotient->digits[i] = q;
    }
    if (quotient != nullptr) {
      quotient->count = a.count;
      quotient->negative = quotient_negative;
      quotient->normalize();
    }
    return set_u64(remainder, rest, a.negative);
  }
  if (a.count <= 4) {
    u128 x = magnitude128(a), y = magnitude128(b);
    set_u128(quotient, x / y, quotient_negative);
    return set_u128(remainder, x % y, a.negative);
  }
  Limbs x, y, q, r;
  if (!x.pack(a) || !y.pack(b)) return false;
  size_t q_count = x.count - y.count + 1;
  if (!q.reserve(q_count) || !r.reserve(y.count)) return false;
  mpn_tdiv_qr(q.data, r.data, 0, x.data, static_cast<mp_size_t>(x.count), y.data,
              static_cast<mp_size_t>(y.count));
  q.count = q_count;
  r.count = y.count;
  if (quotient != nullptr && !q.unpack(*quotient, quotient_negative)) return false;
  return remainder == nullptr || r.unpack(*remainder, a.negative);
}

bool floor_divmod(Integer* quotient, Integer* remainder, View a, View b) {
  if (a.negative == b.negative || a.count == 0) return truncate_divmod(quotient, remainder, a, b);
  Integer rest;
  if (!truncate_divmod(quotient, &rest, a, b)) return false;
  if (!rest.is_zero()) {
    if (quotient != nullptr) {
      Integer lower;
      if (!subtract(lower, *quotient, Small(1))) return false;
      quotient->swap(lower);
    }
    if (remainder != nullptr && !add(*remainder, rest, b)) return false;
    return true;
  }
  if (remainder != nullptr) {
    remainder->count = 0;
    remainder->negative = false;
  }
  return true;
}

bool power(Integer& out, View base, uint64_t exponent) {
  if (exponent == 0) {
    out.assign_small(1);
    return true;
  }
  if (base.count == 0) {
    out.assign_small(0);
    return true;
  }
  bool negative = base.negative && (exponent & 1);
  uint64_t length = bit_length(base);
  // A power of two is a shift.
  bool power_of_two = std::has_single_bit(base.digits[base.count - 1]);
  for (ssize i = 0; power_of_two && i < base.count - 1; ++i) power_of_two = base.digits[i] == 0;
  u128 total = u128{length} * exponent;
  if (total > (u128{1} << 43)) {
    if (length == 1) total = 1;
    else return false;
  }
  if (power_of_two) {
    if (!shift_left(out, Small(1), (length - 1) * exponent)) return false;
    out.negative = negative;
    return true;
  }
  if (total <= 120) {
    u128 result = 1, square = magnitude128(base);
    for (uint64_t e = exponent; e != 0; e >>= 1) {
      if (e & 1) result *= square;
      if (e > 1) square *= square;
    }
    return set_u128(&out, result, negative);
  }
  Mpz z(base.magnitude());
  mpz_pow_ui(z.value, z.value, exponent);
  if (!z.get(out)) return false;
  out.negative = negative;
  return true;
}

bool power_modulo(Integer& out, View base, View exponent, View modulus) {
  if (modulus.count <= 2 && base.count <= 2) {
    uint64_t m = magnitude64(modulus);
    uint64_t x = magnitude64(base) % m;
    if (base.negative && x != 0) x = m - x;
    uint64_t result = 1 % m;
    for (ssize i = exponent.count - 1; i >= 0; --i)
      for (int bit = kShift - 1; bit >= 0; --bit) {
        result = static_cast<uint64_t>(u128{result} * result % m);
        if (exponent.digits[i] >> bit & 1) result = static_cast<uint64_t>(u128{result} * x % m);
      }
    if (modulus.negative && result != 0) return set_u64(&out, m - result, true);
    return set_u64(&out, result, false);
  }
  Mpz b(base), e(exponent), m(modulus.magnitude());
  mpz_powm(b.value, b.value, e.value, m.value);
  if (modulus.negative && mpz_sgn(b.value) != 0) mpz_sub(b.value, b.value, m.value);
  return b.get(out);
}

Inverse inverse_modulo(Integer& out, View a, View m) {
  Mpz x(a), modulus(m);
  if (mpz_cmp_ui(modulus.value, 1) == 0) {
    out.assign_small(0);
    return Inverse::kFound;
  }
  if (mpz_invert(x.value, x.value, modulus.value) == 0) return Inverse::kNotInvertible;
  return x.get(out) ? Inverse::kFound : Inverse::kNoMemory;
}

bool shift_left(Integer& out, View a, uint64_t bits) {
  if (a.count == 0) {
    out.assign_small(0);
    return true;
  }
  uint64_t words = bits / kShift;
  if (words > (uint64_t{1} << 50)) return false;
  int rest = static_cast<int>(bits % kShift);
  auto skip = static_cast<ssize>(words);
  if (!out.reserve(a.count + skip + 1)) return false;
  std::memset(out.digits, 0, static_cast<size_t>(skip) * sizeof(Digit));
  uint64_t carry = 0;
  for (ssize i = 0; i < a.count; ++i) {
    carry |= uint64_t{a.digits[i]} << rest;
    out.digits[skip + i] = static_cast<Digit>(carry) & kMask;
    carry >>= kShift;
  }
  out.digits[skip + a.count] = static_cast<Digit>(carry);
  out.count = a.count + skip + 1;
  out.negative = a.negative;
  out.normalize();
  return true;
}

bool shift_right(Integer& out, View a, uint64_t bits) {
  uint64_t words = bits / kShift;
  if (words >= static_cast<uint64_t>(a.count)) {
    out.assign_small(a.negative ? -1 : 0);
    return true;
  }
  auto skip = static_cast<ssize>(words);
  int rest = static_cast<int>(bits % kShift);
  ssize n = a.count - skip;
  if (!out.reserve(n + 1)) return false;
  bool lost = false;
  if (a.negative) {
    for (ssize i = 0; i < skip && !lost; ++i) lost = a.digits[i] != 0;
    lost = lost || (a.digits[skip] & ((Digit{1} << rest) - 1)) != 0;
  }
  for (ssize i = 0; i < n; ++i) {
    uint64_t two = a.digits[skip + i];
    if (skip + i + 1 < a.count) two |= uint64_t{a.digits[skip + i + 1]} << kShift;
    out.digits[i] = static_cast<Digit>(two >> rest) & kMask;
  }
  if (lost) {
    ssize i = 0;
    for (; i < n; ++i) {
      out.digits[i] = (out.digits[i] + 1) & kMask;
      if (out.digits[i] != 0) break;
    }
    if (i == n) out.digits[n++] = 1;
  }
  out.count = n;
  out.negative = a.negative;
  out.normalize();
  return true;
}

namespace {

/// Reads a number's digits in two's complement, sign-extended without end.
class TwosComplement {
 public:
  explicit TwosComplement(View v) : view_(v), flip_(v.negative ? kMask : 0), carry_(v.negative ? 1 : 0) {}
  Digit next() {
    Digit d = (at_ < view_.count ? view_.digits[at_] : 0) ^ flip_;
    ++at_;
    d += carry_;
    carry_ = d >> kShift;
    return d & kMask;
  }

 private:
  View view_;
  ssize at_ = 0;
  Digit flip_;
  Digit carry_;
};

template <class Op>
bool bitwise(Integer& out, View a, View b, Op op) {
  bool negative = op(a.negative ? kMask : 0, b.negative ? kMask : 0) & 1;
  ssize n = (a.count > b.count ? a.count : b.count) + 1;
  if (!out.reserve(n)) return false;
  TwosComplement x(a), y(b);
  Digit carry = 1;
  for (ssize i = 0; i < n; ++i) {
    Digit d = op(x.next(), y.next()) & kMask;
    if (negative) {
      d = (d ^ kMask) + carry;
      carry = d >> kShift;
      d &= kMask;
    }
    out.digits[i] = d;
  }
  out.count = n;
  out.negative = negative;
  out.normalize();
  return true;
}

}  // namespace

bool bit_and(Integer& out, View a, View b) {
  return bitwise(out, a, b, [](Digit x, Digit y) { return x & y; });
}
bool bit_or(Integer& out, View a, View b) {
  return bitwise(out, a, b, [](Digit x, Digit y) { return x | y; });
}
bool bit_xor(Integer& out, View a, View b) {
  return bitwise(out, a, b, [](Digit x, Digit y) { return x ^ y; });
}

bool bit_invert(Integer& out, View a) {
  Small one(1);
  if (!add(out, a, one)) return false;
  out.negative = out.count != 0 && !out.negative;
  return true;
}

bool gcd(Integer& out, View a, View b) {
  if (a.count <= 2 && b.count <= 2) {
    uint64_t x = magnitude64(a), y = magnitude64(b);
    while (y != 0) {
      uint64_t r = x % y;
      x = y;
      y = r;
    }
    return set_u64(&out, x, false);
  }
  Mpz x(a), y(b);
  mpz_gcd(x.value, x.value, y.value);
  return x.get(out);
}

bool square_root(Integer& out, View a) {
  if (a.count <= 2) {
    uint64_t n = magnitude64(a);
    auto r = static_cast<uint64_t>(std::sqrt(static_cast<double>(n)));
    while (r * r > n) --r;
    while ((r + 1) * (r + 1) <= n) ++r;
    return set_u64(&out, r, false);
  }
  Mpz z(a);
  mpz_sqrt(z.value, z.value);
  return z.get(out);
}

uint64_t bit_length(View a) {
  if (a.count == 0) return 0;
  return static_cast<uint64_t>(a.count - 1) * kShift +
         static_cast<uint64_t>(std::bit_width(a.digits[a.count - 1]));
}

uint64_t bit_count(View a) {
  uint64_t total = 0;
  for (ssize i = 0; i < a.count; ++i) total += static_cast<uint64_t>(std::popcount(a.digits[i]));
  return total;
}

bool is_odd(View a) { return a.count != 0 && (a.digits[0] & 1); }

int64_t hash(View a) {
  uint64_t x = 0;
  for (ssize i = a.count - 1; i >= 0; --i) {
    x = ((x << kShift) & kHashModulus) | (x >> (kHashBits - kShift));
    x += a.digits[i];
    if (x >= kHashModulus) x -= kHashModulus;
  }
  int64_t h = a.negative ? -static_cast<int64_t>(x) : static_cast<int64_t>(x);
  return h == -1 ? -2 : h;
}

Uint64 to_uint64(View a) {
  if (a.negative || bit_length(a) > 64) return {0, false};
  return {magnitude64(a), true};
}

Int64 to_int64(View a) {
  if (bit_length(a) > 64) return {0, false};
  uint64_t m = magnitude64(a);
  if (a.negative) {
    if (m > uint64_t{1} << 63) return {0, false};
    return {static_cast<int64_t>(0 - m), true};
  }
  if (m > static_cast<uint64_t>(INT64_MAX)) return {0, false};
  return {static_cast<int64_t>(m), true};
}

uint64_t low_bits(View a) {
  uint64_t m = 0;
  for (ssize i = (a.count < 3 ? a.count : 3) - 1; i >= 0; --i) m = m << kShift | a.digits[i];
  return a.negative ? 0 - m : m;
}

bool from_int64(Integer& out, int64_t value) {
  out.assign_small(value);
  return true;
}
bool from_uint64(Integer& out, uint64_t value) { return set_u64(&out, value, false); }

}  // namespace ty::big
