// base/float_text.h: doubles as text and back.
//
// What        repr() and the %e %f %g codes with CPython's spelling, correctly rounded parsing, hexadecimal floats,
//             exact ratios.
// Threads     any; no state. Independent of the locale.
// See         CPython Python/pystrtod.c, Objects/floatobject.c
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/big_integer.h"
#include "base/text_buffer.h"

namespace ty::float_text {

/// Enough for any repr().
constexpr size_t kReprSize = 32;
/// Writes repr(value) and returns its length.
size_t repr(double value, char out[kReprSize]);

enum Flag : unsigned {
  kSign = 1,        // a plus sign before non-negative numbers
  kAddDot0 = 2,     // "1" becomes "1.0"
  kAlternate = 4,   // keep the point and trailing zeros
  kNoNegativeZero = 8,  // the `z` option: -0.0 and what rounds to it lose the sign
};
/// Appends value in the code e, E, f, F, g, G or r (repr; precision ignored).
void format(TextBuffer& out, double value, char code, int precision, unsigned flags);

/// Reads the longest prefix that is a decimal float, infinity or nan with an optional sign (no white space, no
/// underscores). Returns how many bytes were read, 0 if none. Too large values become infinities.
size_t parse_prefix(std::string_view text, double* out);

/// Reads text of float(): ASCII, optional surrounding white space, underscores between digits.
bool parse(std::string_view text, double* out);

/// float.hex().
void to_hex(TextBuffer& out, double value);
enum class HexResult : uint8_t { kOk, kInvalid, kOverflow };
/// float.fromhex().
HexResult from_hex(std::string_view text, double* out);

/// value == numerator / denominator in lowest terms; value is finite. False when memory runs out.
[[nodiscard]] bool as_ratio(double value, big::Integer& numerator, big::Integer& denominator);

/// round(value, digits) for finite values: correctly rounded, half to even. The result may be infinite on overflow.
double round_digits(double value, int64_t digits);

}  // namespace ty::float_text
