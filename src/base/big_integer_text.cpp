// Conversions of base/big_integer.h: text, bytes and doubles.
#include <bit>
#include <cfloat>
#include <cmath>
#include <cstring>

#include "base/big_integer.h"
#include "base/big_integer_gmp.h"
#include "base/text_buffer.h"

namespace ty::big {

namespace {

/// The top 64 bits of a magnitude with everything below or'ed into the last one, and the exponent of that last bit.
uint64_t top_bits(View a, int64_t* exponent) {
  uint64_t length = bit_length(a);
  if (length <= 64) {
    uint64_t value = 0;
    for (ssize i = a.count - 1; i >= 0; --i) value = value << kShift | a.digits[i];
    *exponent = 0;
    return value;
  }
  uint64_t drop = length - 64;
  auto word = static_cast<ssize>(drop / kShift);
  int bit = static_cast<int>(drop % kShift);
  unsigned __int128 value = 0;
  for (ssize i = a.count - 1; i >= word; --i) value = value << kShift | a.digits[i];
  bool sticky = (static_cast<uint64_t>(value) & ((uint64_t{1} << bit) - 1)) != 0;
  for (ssize i = 0; i < word && !sticky; ++i) sticky = a.digits[i] != 0;
  *exponent = static_cast<int64_t>(drop);
  return static_cast<uint64_t>(value >> bit) | (sticky ? 1 : 0);
}

}  // namespace

bool to_double(View a, double* out) {
  if (bit_length(a) > DBL_MAX_EXP) return false;
  int64_t exponent;
  double d = std::ldexp(static_cast<double>(top_bits(a, &exponent)), static_cast<int>(exponent));
  if (std::isinf(d)) return false;
  *out = a.negative ? -d : d;
  return true;
}

double fraction_exponent(View a, int64_t* exponent) {
  int64_t shift;
  int small;
  double d = std::frexp(static_cast<double>(top_bits(a, &shift)), &small);
  *exponent = shift + small;
  return a.negative ? -d : d;
}

bool from_double(Integer& out, double value) {
  bool negative = value < 0;
  int exponent;
  double fraction = std::frexp(negative ? -value : value, &exponent);
  if (exponent <= 0) {
    out.assign_small(0);
    return true;
  }
  auto bits = static_cast<uint64_t>(std::ldexp(fraction, 53));
  Small mantissa(bits, negative);
  if (exponent <= 53) {
    Small whole(bits >> (53 - exponent), negative);
    return out.assign(whole);
  }
  return shift_left(out, mantissa, static_cast<uint64_t>(exponent - 53));
}

int compare_double(View a, double b) {
  if (std::isinf(b)) return b > 0 ? -1 : 1;
  int b_sign = b > 0 ? 1 : b < 0 ? -1 : 0;
  if (a.sign() != b_sign) return a.sign() < b_sign ? -1 : 1;
  if (b_sign == 0) return 0;
  int exponent;
  std::frexp(b, &exponent);
  auto length = static_cast<int64_t>(bit_length(a));
  if (exponent < 0) exponent = 0;
  if (length != exponent) return (length < exponent) == (b_sign > 0) ? -1 : 1;
  Integer whole;
  if (!from_double(whole, b)) return 0;  // at most 35 digits: cannot run out in practice
  int order = compare(a, whole);
  if (order != 0) return order;
  double fraction = b - std::trunc(b);
  return fraction > 0 ? -1 : fraction < 0 ? 1 : 0;
}

// CPython: Objects/longobject.c long_true_divide(). The quotient is computed with at least two bits more than a double
// holds, and rounded once, half to even, also for subnormal results.
Quotient true_divide(View a, View b, double* out) {
  bool negative = a.negative != b.negative;
  auto a_length = static_cast<int64_t>(bit_length(a)), b_length = static_cast<int64_t>(bit_length(b));
  if (a.count == 0) {
    *out = negative ? -0.0 : 0.0;
    return Quotient::kOk;
  }
  if (a_length <= DBL_MANT_DIG && b_length <= DBL_MANT_DIG) {
    double x = 0, y = 0;
    (void)to_double(a, &x);
    (void)to_double(b, &y);
    *out = x / y;
    return Quotient::kOk;
  }
  int64_t difference = a_length - b_length;
  if (difference > DBL_MAX_EXP) return Quotient::kOverflow;
  if (difference < DBL_MIN_EXP - DBL_MANT_DIG - 1) {
    *out = negative ? -0.0 : 0.0;
    return Quotient::kOk;
  }
  int64_t shift = (difference > DBL_MIN_EXP ? difference : DBL_MIN_EXP) - DBL_MANT_DIG - 2;
  Integer scaled, quotient, rest;
  bool ok = shift <= 0 ? shift_left(scaled, a.magnitude(), static_cast<uint64_t>(-shift)) &&
                             truncate_divmod(&quotient, &rest, scaled, b.magnitude())
                       : shift_left(scaled, b.magnitude(), static_cast<uint64_t>(shift)) &&
                             truncate_divmod(&quotient, &rest, a.magnitude(), scaled);
  if (!ok) return Quotient::kNoMemory;
  uint64_t q = to_uint64(quotient).value;
  if (!rest.is_zero()) q |= 1;
  auto q_length = static_cast<int64_t>(bit_length(quotient));
  int64_t wanted = q_length > DBL_MIN_EXP - shift ? q_length : DBL_MIN_EXP - shift;
  int64_t extra = wanted - DBL_MANT_DIG;
  uint64_t half = uint64_t{1} << (extra - 1);
  uint64_t low = q & (2 * half - 1);
  q &= ~(2 * half - 1);
  if (low > half || (low == half && (q & (2 * half)))) q += 2 * half;
  double result = std::ldexp(static_cast<double>(q), static_cast<int>(shift));
  if (std::isinf(result)) return Quotient::kOverflow;
  *out = negative ? -result : result;
  return Quotient::kOk;
}

namespace {

constexpr char kDigitChars[] = "0123456789abcdefghijklmnopqrstuvwxyz";

bool to_text_power_of_two(TextBuffer& out, View a, int bits) {
  uint64_t length = bit_length(a);
  size_t n = length == 0 ? 1 : (length + static_cast<uint64_t>(bits) - 1) / static_cast<uint64_t>(bits);
  char* p = out.extend(n);
  if (p == nullptr) return false;
  p += n;
  uint64_t buffer = 0;
  int have = 0;
  ssize at = 0;
  for (size_t i = 0; i < n; ++i) {
    if (have < bits && at < a.count) {
      buffer |= uint64_t{a.digits[at++]} << have;
      have += kShift;
    }
    *--p = kDigitChars[buffer & ((1u << bits) - 1)];
    buffer >>= bits;
    have -= bits;
  }
  return true;
}

}  // namespace

bool to_text(TextBuffer& out, View a, int base) {
  if (a.negative) out.push('-');
  if (out.failed()) return false;
  if (std::has_single_bit(static_cast<unsigned>(base)))
    return to_text_power_of_two(out, a, std::countr_zero(static_cast<unsigned>(base)));
  char reversed[256];
  size_t n = 0;
  if (a.count <= 2) {
    uint64_t value = to_uint64(a.magnitude()).value;
    do {
      reversed[n++] = kDigitChars[value % static_cast<uint64_t>(base)];
      value /= static_cast<uint64_t>(base);
    } while (value != 0);
  } else if (a.count <= 8) {
    // Divide by the largest power of the base that fits a digit.
    Digit digits[8];
    std::memcpy(digits, a.digits, static_cast<size_t>(a.count) * sizeof(Digit));
    Digit chunk = static_cast<Digit>(base);
    int places = 1;
    while (uint64_t{chunk} * static_cast<Digit>(base) < kBase) {
      chunk *= static_cast<Digit>(base);
      ++places;
    }
    ssize count = a.count;
    while (count > 0) {
      uint64_t rest = 0;
      for (ssize i = count - 1; i >= 0; --i) {
        rest = rest << kShift | digits[i];
        digits[i] = static_cast<Digit>(rest / chunk);
        rest %= chunk;
      }
      while (count > 0 && digits[count - 1] == 0) --count;
      for (int i = 0; i < places && (count > 0 || rest != 0); ++i) {
        reversed[n++] = kDigitChars[rest % static_cast<Digit>(base)];
        rest /= static_cast<Digit>(base);
      }
    }
  } else {
    Limbs limbs;
    if (!limbs.pack(a)) return false;
    size_t capacity = limbs.count * 64 / static_cast<size_t>(std::bit_width(static_cast<unsigned>(base)) - 1) + 66;
    size_t start = out.size();
    char* p = out.extend(capacity);
    if (p == nullptr) return false;
    size_t written = mpn_get_str(reinterpret_cast<unsigned char*>(p), base, limbs.data,
                                 static_cast<mp_size_t>(limbs.count));
    size_t zeros = 0;
    while (zeros + 1 < written && p[zeros] == 0) ++zeros;
    for (size_t i = zeros; i < written; ++i)
      p[i - zeros] = kDigitChars[static_cast<unsigned char>(p[i])];
    out.truncate(start + written - zeros);
    return true;
  }
  char* p = out.extend(n);
  if (p == nullptr) return false;
  while (n > 0) *p++ = reversed[--n];
  return true;
}

bool from_text(Integer& out, const char* digits, size_t length, int base) {
  auto value_of = [](char c) -> unsigned {
    if (c <= '9') return static_cast<unsigned>(c - '0');
    return static_cast<unsigned>((c | 0x20) - 'a' + 10);
  };
  while (length > 0 && *digits == '0') {
    ++digits;
    --length;
  }
  // 12 digits in any base up to 36 fit 64 bits; 18 do in base 10.
  if (length <= (base <= 10 ? 18 : 12)) {
    uint64_t value = 0;
    for (size_t i = 0; i < length; ++i) value = value * static_cast<uint64_t>(base) + value_of(digits[i]);
    return from_uint64(out, value);
  }
  TextBuffer values;
  char* p = values.extend(length);
  if (p == nullptr) return false;
  for (size_t i = 0; i < length; ++i) p[i] = static_cast<char>(value_of(digits[i]));
  int bits = std::bit_width(static_cast<unsigned>(base - 1));
  Limbs limbs;
  if (!limbs.reserve(length / 64 * static_cast<size_t>(bits) + static_cast<size_t>(bits) + 2)) return false;
  limbs.count = static_cast<size_t>(
      mpn_set_str(limbs.data, reinterpret_cast<unsigned char*>(p), length, base));
  return limbs.unpack(out, false);
}

ToBytes to_bytes(View a, uint8_t* out, size_t length, ByteOrder order, Signedness signedness) {
  bool is_signed = signedness == Signedness::kSigned;
  if (a.negative && !is_signed) return ToBytes::kNegative;
  // Bits needed: the magnitude's, one more for the sign; -2**n needs no more than n + 1.
  uint64_t needed = bit_length(a);
  if (is_signed && a.count != 0) {
    ++needed;
    if (a.negative) {
      bool power = std::has_single_bit(a.digits[a.count - 1]);
      for (ssize i = 0; power && i < a.count - 1; ++i) power = a.digits[i] == 0;
      if (power) --needed;
    }
  }
  if (length == 0 && a.negative && bit_length(a) == 1) return ToBytes::kOk;  // (-1).to_bytes(0, …) is b""
  if (needed > uint64_t{length} * 8) return ToBytes::kTooBig;
  uint64_t buffer = 0;
  int have = 0;
  ssize at = 0;
  unsigned carry = a.negative ? 1 : 0;
  for (size_t i = 0; i < length; ++i) {
    if (have < 8 && at < a.count) {
      buffer |= uint64_t{a.digits[at++]} << have;
      have += kShift;
    }
    unsigned byte = buffer & 0xff;
    buffer >>= 8;
    have = have > 8 ? have - 8 : 0;
    if (a.negative) {
      byte = (byte ^ 0xff) + carry;
      carry = byte >> 8;
      byte &= 0xff;
    }
    out[order == ByteOrder::kLittle ? i : length - 1 - i] = static_cast<uint8_t>(byte);
  }
  return ToBytes::kOk;
}

bool from_bytes(Integer& out, const uint8_t* bytes, size_t length, ByteOrder order,
                Signedness signedness) {
  auto byte_at = [&](size_t i) -> unsigned {
    return bytes[order == ByteOrder::kLittle ? i : length - 1 - i];
  };
  bool negative = length > 0 && signedness == Signedness::kSigned && (byte_at(length - 1) & 0x80);
  if (!out.reserve(static_cast<ssize>(length / 15 * 4 + length % 15 * 8 / kShift + 2))) return false;
  uint64_t buffer = 0;
  int have = 0;
  ssize at = 0;
  unsigned carry = 1;
  for (size_t i = 0; i < length; ++i) {
    unsigned byte = byte_at(i);
    if (negative) {
      byte = (byte ^ 0xff) + carry;
      carry = byte >> 8;
      byte &= 0xff;
    }
    buffer |= uint64_t{byte} << have;
    have += 8;
    if (have >= kShift) {
      out.digits[at++] = static_cast<Digit>(buffer) & kMask;
      buffer >>= kShift;
      have -= kShift;
    }
  }
  if (negative && carry) buffer |= uint64_t{1} << have;
  for (; buffer != 0; buffer >>= kShift) out.digits[at++] = static_cast<Digit>(buffer) & kMask;
  out.count = at;
  out.negative = negative;
  out.normalize();
  return true;
}

}  // namespace ty::big
