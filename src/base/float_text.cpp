#include "base/float_text.h"

#include <cfloat>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

namespace ty::float_text {

namespace {

/// Decimal digits of a finite non-negative number: 0.d1d2d3… * 10**point.
struct Decimal {
  TextBuffer digits;
  int point = 0;
};

/// Splits what std::to_chars wrote in scientific form.
void take_scientific(const char* first, const char* last, Decimal& d) {
  const char* e = first;
  while (e < last && *e != 'e') {
    if (*e != '.') d.digits.push(*e);
    ++e;
  }
  int exponent = 0;
  std::from_chars(e + 1 + (e[1] == '+'), last, exponent);
  d.point = exponent + 1;
}

void shortest(double value, Decimal& d) {
  char text[40];
  auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  take_scientific(text, end, d);
}

/// `count` significant digits (at least 1).
void significant(double value, int count, Decimal& d) {
  // A double has at most 767 significant digits; the rest are zeros.
  int exact = count > 780 ? 780 : count;
  char text[800];
  auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, exact - 1).ptr;
  take_scientific(text, end, d);
  d.digits.fill('0', static_cast<size_t>(count - exact));
}

/// All digits down to `places` after the point. Leading zeros are dropped; zero is the empty run.
void fixed(double value, int places, Decimal& d) {
  int exact = places > 1080 ? 1080 : places;
  char text[1500];
  auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, exact).ptr;
  const char* p = text;
  int point = 0;
  while (p < end && *p == '0') ++p;
  bool seen_point = false;
  for (; p < end; ++p) {
    if (*p == '.') {
      seen_point = true;
      continue;
    }
    if (d.digits.size() == 0 && *p == '0') {
      if (seen_point) --point;
      continue;
    }
    if (!seen_point) ++point;
    d.digits.push(*p);
  }
  if (d.digits.size() != 0) d.digits.fill('0', static_cast<size_t>(places - exact));
  d.point = d.digits.size() == 0 ? -places : point;
}

void push_exponent(TextBuffer& out, char letter, int exponent) {
  out.push(letter);
  out.push(exponent < 0 ? '-' : '+');
  unsigned e = static_cast<unsigned>(exponent < 0 ? -exponent : exponent);
  char text[8];
  auto end = std::to_chars(text, text + sizeof text, e).ptr;
  if (end - text < 2) out.push('0');
  out.append({text, static_cast<size_t>(end - text)});
}

}  // namespace

void format(TextBuffer& out, double value, char code, int precision, unsigned flags) {
  bool upper = code >= 'A' && code <= 'Z';
  char kind = static_cast<char>(code | 0x20);
  if (!std::isfinite(value)) {
    bool nan = std::isnan(value);
    if (!nan && value < 0) out.push('-');
    else if (flags & kSign) out.push('+');
    out.append(nan ? (upper ? "NAN" : "nan") : upper ? "INF" : "inf");
    return;
  }
  bool negative = std::signbit(value);
  double magnitude = negative ? -value : value;
  Decimal d;
  bool exponential = false;
  int wanted = 0;      // digits after which zeros are added (e, g) or places after the point (f)
  switch (kind) {
    case 'e':
      wanted = precision + 1;
      significant(magnitude, wanted, d);
      exponential = true;
      break;
    case 'f':
      fixed(magnitude, precision, d);
      break;
    case 'g': {
      if (precision == 0) precision = 1;
      significant(magnitude, precision, d);
      if (magnitude == 0) d.point = 1;
      wanted = precision;
      exponential = d.point <= -4 || d.point > precision - (flags & kAddDot0 ? 1 : 0);
      // CPython: %g strips trailing zeros unless the alternate form is asked for.
      if (!(flags & kAlternate)) {
        while (d.digits.size() > 1 && d.digits[d.digits.size() - 1] == '0')
          d.digits.truncate(d.digits.size() - 1);
        wanted = 0;
      }
      break;
    }
    default:
      shortest(magnitude, d);
      if (magnitude == 0) d.point = 1;
      exponential = d.point <= -4 || d.point > 16;
      break;
  }
  if ((kind == 'e') && magnitude == 0) d.point = 1;
  if (negative && (flags & kNoNegativeZero)) {
    bool zero = true;
    for (size_t i = 0; i < d.digits.size(); ++i) zero = zero && d.digits[i] == '0';
    if (zero) negative = false;
  }
  if (negative) out.push('-');
  else if (flags & kSign) out.push('+');

  std::string_view digits = d.digits.view();
  int count = static_cast<int>(digits.size());
  int point = exponential ? 1 : d.point;
  // Digits before and after the point, zeros filled in.
  int end;  // one past the last position written, counted like digits
  if (exponential) {
    end = wanted > count ? wanted : count;
  } else if (kind == 'f') {
    end = d.point + precision;
    if (digits.empty()) end = 0;
  } else {
    end = wanted > count ? wanted : count;
  }
  if (kind == 'f' && digits.empty()) {
    out.push('0');
    if (precision > 0 || (flags & kAlternate)) out.push('.');
    out.fill('0', static_cast<size_t>(precision));
  } else {
    if (point <= 0) {
      out.push('0');
    } else {
      int from_digits = point < count ? point : count;
      out.append(digits.substr(0, static_cast<size_t>(from_digits)));
      out.fill('0', static_cast<size_t>(point - from_digits));
    }
    if (end > point) {
      out.push('.');
      if (point < 0) out.fill('0', static_cast<size_t>(-point));
      int start = point > 0 ? point : 0;
      if (start < count) {
        int stop = end < count ? end : count;
        out.append(digits.substr(static_cast<size_t>(start), static_cast<size_t>(stop - start)));
      }
      int written_to = start > count ? start : count;
      if (end > written_to) out.fill('0', static_cast<size_t>(end - written_to));
    } else if ((flags & kAddDot0) && !exponential) {
      out.append(".0");
    } else if (flags & kAlternate) {
      out.push('.');
    }
  }
  if (exponential) push_exponent(out, upper ? 'E' : 'e', d.point - 1);
}

size_t repr(double value, char out[kReprSize]) {
  if (!std::isfinite(value)) {
    const char* text = std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
    size_t n = std::strlen(text);
    std::memcpy(out, text, n);
    return n;
  }
  char text[40];
  char* p = out;
  if (std::signbit(value)) {
    *p++ = '-';
    value = -value;
  }
  auto last = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  char digits[24];
  int count = 0;
  const char* e = text;
  for (; *e != 'e'; ++e)
    if (*e != '.') digits[count++] = *e;
  int exponent = 0;
  std::from_chars(e + 1 + (e[1] == '+'), last, exponent);
  if (exponent < -4 || exponent >= 16) {
    *p++ = digits[0];
    if (count > 1) {
      *p++ = '.';
      std::memcpy(p, digits + 1, static_cast<size_t>(count - 1));
      p += count - 1;
    }
    *p++ = 'e';
    *p++ = exponent < 0 ? '-' : '+';
    int magnitude = exponent < 0 ? -exponent : exponent;
    if (magnitude < 10) *p++ = '0';
    p = std::to_chars(p, out + kReprSize, magnitude).ptr;
    return static_cast<size_t>(p - out);
  }
  if (exponent < 0) {
    *p++ = '0';
    *p++ = '.';
    for (int i = -1; i > exponent; --i) *p++ = '0';
    std::memcpy(p, digits, static_cast<size_t>(count));
    return static_cast<size_t>(p + count - out);
  }
  for (int i = 0; i <= exponent || i < count; ++i) {
    if (i == exponent + 1) *p++ = '.';
    *p++ = i < count ? digits[i] : '0';
  }
  if (count <= exponent + 1) {
    *p++ = '.';
    *p++ = '0';
  }
  return static_cast<size_t>(p - out);
}

namespace {

bool take_word(std::string_view text, size_t at, std::string_view word) {
  if (text.size() - at < word.size()) return false;
  for (size_t i = 0; i < word.size(); ++i)
    if ((text[at + i] | 0x20) != word[i]) return false;
  return true;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

size_t parse_prefix(std::string_view text, double* out) {
  size_t at = 0;
  bool negative = false;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) negative = text[at++] == '-';
  for (std::string_view word : {"infinity", "inf", "nan"}) {
    if (take_word(text, at, word)) {
      double v = word[0] == 'i' ? HUGE_VAL : std::numeric_limits<double>::quiet_NaN();
      *out = std::copysign(v, negative ? -1.0 : 1.0);
      return at + word.size();
    }
  }
  size_t start = at, digits = 0;
  while (at < text.size() && is_digit(text[at])) ++at, ++digits;
  if (at < text.size() && text[at] == '.') {
    ++at;
    while (at < text.size() && is_digit(text[at])) ++at, ++digits;
  }
  if (digits == 0) return 0;
  int64_t exponent = 0;
  if (at < text.size() && (text[at] | 0x20) == 'e') {
    size_t e = at + 1;
    bool e_negative = false;
    if (e < text.size() && (text[e] == '-' || text[e] == '+')) e_negative = text[e++] == '-';
    if (e < text.size() && is_digit(text[e])) {
      while (e < text.size() && is_digit(text[e])) {
        if (exponent < 1000000000000000) exponent = exponent * 10 + (text[e] - '0');
        ++e;
      }
      if (e_negative) exponent = -exponent;
      at = e;
    }
  }
  double value = 0;
  auto result = std::from_chars(text.data() + start, text.data() + at, value);
  if (result.ec == std::errc::result_out_of_range) {
    // Too large or too small: decided by where the first significant digit stands.
    int64_t magnitude = exponent;
    size_t i = start;
    int64_t before = 0;
    bool significant_seen = false, after_point = false;
    for (; i < at && (is_digit(text[i]) || text[i] == '.'); ++i) {
      if (text[i] == '.') {
        after_point = true;
        continue;
      }
      if (text[i] != '0') significant_seen = true;
      if (!after_point && significant_seen) ++before;
      if (after_point && !significant_seen) --before;
    }
    magnitude += before;
    value = magnitude > 0 ? HUGE_VAL : 0.0;
  }
  *out = negative ? -value : value;
  return at;
}

bool parse(std::string_view text, double* out) {
  auto space = [](char c) { return c == ' ' || (c >= 9 && c <= 13); };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  if (text.empty()) return false;
  if (text.find('_') == std::string_view::npos) return parse_prefix(text, out) == text.size();
  TextBuffer plain;
  char previous = 0;
  for (char c : text) {
    if (c == '_') {
      if (!is_digit(previous)) return false;
    } else {
      if (previous == '_' && !is_digit(c)) return false;
      plain.push(c);
    }
    previous = c;
  }
  if (previous == '_' || plain.failed()) return false;
  return parse_prefix(plain.view(), out) == plain.size();
}

void to_hex(TextBuffer& out, double value) {
  if (!std::isfinite(value)) {
    char text[kReprSize];
    out.append({text, repr(value, text)});
    return;
  }
  if (std::signbit(value)) out.push('-');
  value = std::fabs(value);
  if (value == 0) {
    out.append("0x0.0p+0");
    return;
  }
  int exponent;
  double mantissa = std::frexp(value, &exponent);
  int shift = 1 - (DBL_MIN_EXP - exponent > 0 ? DBL_MIN_EXP - exponent : 0);
  mantissa = std::ldexp(mantissa, shift);
  exponent -= shift;
  out.append("0x");
  out.push(static_cast<char>('0' + static_cast<int>(mantissa)));
  mantissa -= static_cast<int>(mantissa);
  out.push('.');
  for (int i = 0; i < 13; ++i) {
    mantissa *= 16.0;
    int digit = static_cast<int>(mantissa);
    mantissa -= digit;
    out.push("0123456789abcdef"[digit]);
  }
  out.push('p');
  out.push(exponent < 0 ? '-' : '+');
  char text[12];
  auto end = std::to_chars(text, text + sizeof text, exponent < 0 ? -exponent : exponent).ptr;
  out.append({text, static_cast<size_t>(end - text)});
}

HexResult from_hex(std::string_view text, double* out) {
  auto space = [](char c) { return c == ' ' || (c >= 9 && c <= 13); };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  size_t at = 0;
  bool negative = false;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) negative = text[at++] == '-';
  for (std::string_view word : {"infinity", "inf", "nan"}) {
    if (take_word(text, at, word) && at + word.size() == text.size()) {
      double v = word[0] == 'i' ? HUGE_VAL : std::numeric_limits<double>::quiet_NaN();
      *out = std::copysign(v, negative ? -1.0 : 1.0);
      return HexResult::kOk;
    }
  }
  if (at + 1 < text.size() && text[at] == '0' && (text[at + 1] | 0x20) == 'x') at += 2;
  auto hex = [](char c) {
    return is_digit(c) ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
  };
  // The mantissa is gathered in 64 bits; what does not fit is or'ed into the last one.
  uint64_t mantissa = 0;
  int64_t exponent = 0;
  size_t digits = 0;
  bool point = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '.' && !point) {
      point = true;
      continue;
    }
    int d = hex(text[at]);
    if (d < 0) break;
    ++digits;
    if (mantissa >> 58) {
      mantissa |= d != 0;
      exponent += 4;
    } else {
      mantissa = mantissa << 4 | static_cast<uint64_t>(d);
    }
    if (point) exponent -= 4;
  }
  if (digits == 0) return HexResult::kInvalid;
  if (at < text.size() && (text[at] | 0x20) == 'p') {
    ++at;
    bool e_negative = false;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) e_negative = text[at++] == '-';
    if (at >= text.size() || !is_digit(text[at])) return HexResult::kInvalid;
    int64_t e = 0;
    for (; at < text.size() && is_digit(text[at]); ++at)
      if (e < (int64_t{1} << 58)) e = e * 10 + (text[at] - '0');
    exponent += e_negative ? -e : e;
  }
  if (at != text.size()) return HexResult::kInvalid;
  if (mantissa == 0) {
    *out = negative ? -0.0 : 0.0;
    return HexResult::kOk;
  }
  int length = 64 - __builtin_clzll(mantissa);
  int64_t top = exponent + length;  // value < 2**top
  if (top > DBL_MAX_EXP) return HexResult::kOverflow;
  double value;
  if (top < DBL_MIN_EXP - DBL_MANT_DIG) {
    value = 0;
  } else {
    // One rounding: drop the bits below the last one that the result can hold, half to even.
    int64_t lowest = top - DBL_MANT_DIG;
    if (lowest < DBL_MIN_EXP - DBL_MANT_DIG) lowest = DBL_MIN_EXP - DBL_MANT_DIG;
    int64_t drop = lowest - exponent;
    if (drop > 0) {
      uint64_t half = uint64_t{1} << (drop - 1);
      uint64_t low = drop >= 64 ? mantissa : mantissa & (2 * half - 1);
      mantissa = drop >= 64 ? 0 : mantissa >> drop;
      if (low > half || (low == half && (mantissa & 1))) ++mantissa;
      exponent = lowest;
    }
    value = std::ldexp(static_cast<double>(mantissa), static_cast<int>(exponent));
    if (std::isinf(value)) return HexResult::kOverflow;
  }
  *out = negative ? -value : value;
  return HexResult::kOk;
}

bool as_ratio(double value, big::Integer& numerator, big::Integer& denominator) {
  int exponent;
  double fraction = std::frexp(value, &exponent);
  auto mantissa = static_cast<int64_t>(std::ldexp(fraction, 53));
  exponent -= 53;
  if (mantissa == 0) {
    numerator.assign_small(0);
    denominator.assign_small(1);
    return true;
  }
  int zeros = __builtin_ctzll(static_cast<uint64_t>(mantissa));
  mantissa >>= zeros;
  exponent += zeros;
  if (exponent >= 0) {
    denominator.assign_small(1);
    return big::shift_left(numerator, big::Small(mantissa), static_cast<uint64_t>(exponent));
  }
  numerator.assign_small(mantissa);
  return big::shift_left(denominator, big::Small(1), static_cast<uint64_t>(-exponent));
}

double round_digits(double value, int64_t digits) {
  // CPython: Objects/floatobject.c double_round(): through the correctly rounded decimal text.
  char text[1500];
  if (digits >= 0) {
    auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed,
                             static_cast<int>(digits > 1080 ? 1080 : digits)).ptr;
    double result = 0;
    std::from_chars(text, end, result);
    return std::copysign(result, value);
  }
  // Digits before the point: round the significant digits that remain.
  auto whole_end = std::to_chars(text, text + sizeof text, std::fabs(value), std::chars_format::scientific).ptr;
  const char* e = text;
  while (*e != 'e') ++e;
  int exponent = 0;
  std::from_chars(e + 1 + (e[1] == '+'), whole_end, exponent);
  int64_t keep = exponent + 1 + digits;  // significant digits that survive
  if (keep < 0) return std::copysign(0.0, value);
  double result = 0;
  if (keep == 0) {
    // 10**-digits or 0: compare with half of it exactly.
    char half[16];
    int n = std::snprintf(half, sizeof half, "5e%d", exponent);
    double limit = 0;
    std::from_chars(half, half + n, limit);
    if (std::fabs(value) > limit) {
      n = std::snprintf(half, sizeof half, "1e%d", exponent + 1);
      if (std::from_chars(half, half + n, result).ec != std::errc()) result = HUGE_VAL;
    }
    return std::copysign(result, value);
  }
  auto end = std::to_chars(text, text + sizeof text, std::fabs(value), std::chars_format::scientific,
                           static_cast<int>(keep - 1)).ptr;
  if (std::from_chars(text, end, result).ec == std::errc::result_out_of_range) result = HUGE_VAL;
  return std::copysign(result, value);
}

}  // namespace ty::float_text
