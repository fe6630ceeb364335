// base/big_integer.h: arithmetic on integers of any size.
//
// What        Values are sign and magnitude, the magnitude an array of 30-bit digits, least significant first (CPython's
//             layout, so that an int object's digits are used in place through a View). Large products, quotients and
//             conversions go through GMP's mpn layer.
// Invariants  The top digit of a View or Integer is not 0; zero has no digits and is not negative.
// Failure     A function that returns bool returns false only when memory runs out, unless it says otherwise.
// Threads     any; an Integer belongs to one thread.
// See         CPython Objects/longobject.c
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/check.h"

namespace ty {
class TextBuffer;
}

namespace ty::big {

using Digit = uint32_t;
constexpr int kShift = 30;
constexpr Digit kBase = Digit{1} << kShift;
constexpr Digit kMask = kBase - 1;

/// A borrowed number.
struct View {
  const Digit* digits;
  ssize count;
  bool negative;
  bool is_zero() const { return count == 0; }
  int sign() const { return count == 0 ? 0 : negative ? -1 : 1; }
  View magnitude() const { return {digits, count, false}; }
  View negated() const { return {digits, count, count != 0 && !negative}; }
};

/// Digits of a machine integer, kept beside the View that shows them.
class Small {
 public:
  explicit Small(int64_t value)
      : Small(value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value), value < 0) {}
  Small(uint64_t magnitude, bool negative) : negative_(negative) {
    for (; magnitude != 0; magnitude >>= kShift) digits_[count_++] = magnitude & kMask;
  }
  View view() const { return {digits_, count_, negative_}; }
  operator View() const { return view(); }

 private:
  Digit digits_[3];
  int count_ = 0;
  bool negative_;
};

/// An owned number; up to 8 digits need no allocation.
class Integer {
 public:
  Integer() = default;
  Integer(const Integer&) = delete;
  Integer& operator=(const Integer&) = delete;
  ~Integer();

  Digit* digits = inline_;
  ssize count = 0;
  bool negative = false;

  View view() const { return {digits, count, negative}; }
  operator View() const { return view(); }
  bool is_zero() const { return count == 0; }
  /// Makes room for `wanted` digits, whose content is then unspecified.
  [[nodiscard]] bool reserve(ssize wanted);
  /// Drops leading zero digits; zero loses its sign.
  void normalize() {
    while (count > 0 && digits[count - 1] == 0) --count;
    if (count == 0) negative = false;
  }
  [[nodiscard]] bool assign(View value);
  void assign_small(int64_t value);
  void swap(Integer& other);

 private:
  ssize capacity_ = 8;
  Digit inline_[8];
};

// Results may not alias operands.
[[nodiscard]] bool add(Integer& out, View a, View b);
[[nodiscard]] bool subtract(Integer& out, View a, View b);
[[nodiscard]] bool multiply(Integer& out, View a, View b);
/// Quotient and remainder rounded towards minus infinity; b is not 0. Either result may be null.
[[nodiscard]] bool floor_divmod(Integer* quotient, Integer* remainder, View a, View b);
/// Rounded towards zero.
[[nodiscard]] bool truncate_divmod(Integer* quotient, Integer* remainder, View a, View b);
/// base ** exponent, exponent not negative.
[[nodiscard]] bool power(Integer& out, View base, uint64_t exponent);
/// base ** exponent % modulus with Python's sign; exponent >= 0, modulus != 0.
[[nodiscard]] bool power_modulo(Integer& out, View base, View exponent, View modulus);
enum class Inverse : uint8_t { kFound, kNotInvertible, kNoMemory };
/// The inverse of a modulo m (m > 0), in [0, m).
Inverse inverse_modulo(Integer& out, View a, View m);
[[nodiscard]] bool shift_left(Integer& out, View a, uint64_t bits);
/// Rounded towards minus infinity.
[[nodiscard]] bool shift_right(Integer& out, View a, uint64_t bits);
/// Two's complement operations on infinitely sign-extended numbers.
[[nodiscard]] bool bit_and(Integer& out, View a, View b);
[[nodiscard]] bool bit_or(Integer& out, View a, View b);
[[nodiscard]] bool bit_xor(Integer& out, View a, View b);
[[nodiscard]] bool bit_invert(Integer& out, View a);
[[nodiscard]] bool gcd(Integer& out, View a, View b);
/// Floor of the square root; a is not negative.
[[nodiscard]] bool square_root(Integer& out, View a);

/// -1, 0 or 1.
int compare(View a, View b);
int compare_magnitude(View a, View b);
/// Compares with a finite or infinite double (not NaN).
int compare_double(View a, double b);

/// Bits of the magnitude.
uint64_t bit_length(View a);
uint64_t bit_count(View a);
bool is_odd(View a);
/// hash() of the value.
int64_t hash(View a);

/// The value, if it fits.
struct Int64 {
  int64_t value;
  bool fits;
};
Int64 to_int64(View a);
struct Uint64 {
  uint64_t value;
  bool fits;
};
Uint64 to_uint64(View a);
/// The low 64 bits of the two's complement form.
uint64_t low_bits(View a);
[[nodiscard]] bool from_int64(Integer& out, int64_t value);
[[nodiscard]] bool from_uint64(Integer& out, uint64_t value);

/// Correctly rounded; false when the value is too large.
bool to_double(View a, double* out);
/// a = result * 2**exponent with 0.5 <= |result| < 1, correctly rounded; a is not 0.
double fraction_exponent(View a, int64_t* exponent);
/// Truncates a finite double.
[[nodiscard]] bool from_double(Integer& out, double value);
enum class Quotient : uint8_t { kOk, kOverflow, kNoMemory };
/// a / b correctly rounded; b is not 0.
Quotient true_divide(View a, View b, double* out);

/// Appends the digits in base 2 to 36, lower case, with a leading minus if negative.
[[nodiscard]] bool to_text(TextBuffer& out, View a, int base);
/// Reads `length` digits (ASCII, all valid in the base, no sign or underscores).
[[nodiscard]] bool from_text(Integer& out, const char* digits, size_t length, int base);

enum class ByteOrder : uint8_t { kLittle, kBig };
enum class Signedness : uint8_t { kUnsigned, kSigned };
enum class ToBytes : uint8_t { kOk, kTooBig, kNegative };
/// Writes exactly `length` bytes.
ToBytes to_bytes(View a, uint8_t* out, size_t length, ByteOrder order, Signedness signedness);
[[nodiscard]] bool from_bytes(Integer& out, const uint8_t* bytes, size_t length, ByteOrder order,
                              Signedness signedness);

}  // namespace ty::big
