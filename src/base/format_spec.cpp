#include "base/format_spec.h"

#include <climits>
#include <clocale>
#include <cmath>
#include <cstdio>

#include "base/float_text.h"
#include "base/unicode.h"
#include "base/utf.h"

namespace ty::format_spec {

namespace {

bool is_alignment(char32_t c) { return c == '<' || c == '>' || c == '=' || c == '^'; }

enum class Digits { kNone, kSome, kTooMany };

Digits take_integer(const char32_t* text, size_t& at, size_t length, ssize* out) {
  ssize value = 0;
  size_t start = at;
  for (; at < length; ++at) {
    int digit = unicode::decimal_value(text[at]);
    if (digit < 0) break;
    if (value > (PTRDIFF_MAX - digit) / 10) return Digits::kTooMany;
    value = value * 10 + digit;
  }
  if (at == start) return Digits::kNone;
  *out = value;
  return Digits::kSome;
}

std::string spell(char32_t c) {
  char text[16];
  if (c > 32 && c < 128) {
    std::snprintf(text, sizeof text, "%c", static_cast<char>(c));
  } else {
    std::snprintf(text, sizeof text, "\\x%x", static_cast<unsigned>(c));
  }
  return text;
}

}  // namespace

std::string unknown_code(char32_t type, std::string_view type_name) {
  return "Unknown format code '" + spell(type) + "' for object of type '" +
         std::string(type_name.substr(0, 200)) + "'";
}

bool parse(const char32_t* text, size_t length, char32_t default_type, char default_align,
           std::string_view type_name, Spec& spec, std::string* error) {
  spec = Spec();
  spec.align = static_cast<char32_t>(default_align);
  spec.type = default_type;
  size_t at = 0;
  auto next_is = [&](char32_t c) { return at < length && text[at] == c; };
  if (length >= 2 && is_alignment(text[1])) {
    spec.fill = text[0];
    spec.align = text[1];
    spec.fill_given = spec.align_given = true;
    at = 2;
  } else if (length >= 1 && is_alignment(text[0])) {
    spec.align = text[0];
    spec.align_given = true;
    at = 1;
  }
  if (next_is(' ') || next_is('+') || next_is('-')) spec.sign = static_cast<char>(text[at++]);
  if (next_is('z')) {
    spec.no_negative_zero = true;
    ++at;
  }
  if (next_is('#')) {
    spec.alternate = true;
    ++at;
  }
  if (!spec.fill_given && next_is('0')) {
    spec.fill = '0';
    if (!spec.align_given && default_align == '>') spec.align = '=';
    ++at;
  }
  if (take_integer(text, at, length, &spec.width) == Digits::kTooMany) {
    *error = "Too many decimal digits in format string";
    return false;
  }
  if (next_is(',')) {
    spec.grouping = ',';
    ++at;
  }
  if (next_is('_')) {
    if (spec.grouping != 0) {
      *error = "Cannot specify both ',' and '_'.";
      return false;
    }
    spec.grouping = '_';
    ++at;
  }
  if (next_is(',') && spec.grouping == '_') {
    *error = "Cannot specify both ',' and '_'.";
    return false;
  }
  if (next_is('.')) {
    ++at;
    switch (take_integer(text, at, length, &spec.precision)) {
      case Digits::kTooMany:
        *error = "Too many decimal digits in format string";
        return false;
      case Digits::kNone:
        *error = "Format specifier missing precision";
        return false;
      case Digits::kSome:
        break;
    }
  }
  if (length - at > 1) {
    *error = "Invalid format specifier '";
    for (size_t i = 0; i < length; ++i) {
      char utf8[4];
      error->append(utf8, utf::encode_one(text[i], utf8));
    }
    *error += "' for object of type '" + std::string(type_name.substr(0, 200)) + "'";
    return false;
  }
  if (at < length) spec.type = text[at];
  if (spec.grouping == 0) return true;
  switch (spec.type) {
    case 'd': case 'e': case 'f': case 'g': case 'E': case 'G': case '%': case 'F': case 0:
      return true;
    case 'b': case 'o': case 'x': case 'X':
      if (spec.grouping == '_') {
        spec.grouping = '4';
        return true;
      }
      [[fallthrough]];
    default:
      *error = std::string("Cannot specify '") + spec.grouping + "' with '" + spell(spec.type) + "'.";
      return false;
  }
}

const Locale& plain_locale() {
  static const Locale locale;
  return locale;
}

Locale current_locale() {
  const lconv* c = localeconv();
  Locale locale;
  auto decoded = [](const char* text) {
    // The texts are in the locale's encoding; what is not UTF-8 is taken as Latin-1.
    auto bytes = reinterpret_cast<const uint8_t*>(text);
    size_t n = std::char_traits<char>::length(text);
    if (utf::scan_utf8(bytes, n).valid_bytes == n) return std::string(text);
    std::string out;
    for (size_t i = 0; i < n; ++i) {
      char utf8[4];
      out.append(utf8, utf::encode_one(bytes[i], utf8));
    }
    return out;
  };
  locale.decimal_point = decoded(c->decimal_point);
  locale.thousands = decoded(c->thousands_sep);
  locale.grouping = c->grouping;
  return locale;
}

namespace {

/// The conventions that a spec asks for.
Locale locale_for(const Spec& spec) {
  if (spec.type == 'n') return current_locale();
  Locale locale;
  if (spec.grouping != 0) {
    locale.thousands = spec.grouping == ',' ? "," : "_";
    locale.grouping = spec.grouping == '4' ? "\4" : "\3";
  }
  return locale;
}

ssize character_count(std::string_view utf8) {
  ssize n = 0;
  for (char c : utf8) n += (c & 0xc0) != 0x80;
  return n;
}

/// Appends `digits` in groups, zeros added on the left up to `minimum` characters.
/// CPython: Objects/unicodeobject.c _PyUnicode_InsertThousandsGrouping()
void push_grouped(TextBuffer& out, std::string_view digits, ssize minimum, const Locale& locale) {
  if (locale.grouping.empty() || locale.thousands.empty()) {
    auto n = static_cast<ssize>(digits.size());
    if (minimum > n) out.fill('0', static_cast<size_t>(minimum - n));
    out.append(digits);
    return;
  }
  std::string widths = locale.grouping;
  ssize separator = character_count(locale.thousands);
  ssize remaining = static_cast<ssize>(digits.size());
  if (minimum < 0) minimum = 0;
  std::string reversed;   // built back to front, separators reversed too
  std::string backwards_separator(locale.thousands.rbegin(), locale.thousands.rend());
  size_t width_at = 0;
  bool use_separator = false;
  for (;;) {
    ssize limit;
    bool last = false;
    char w = width_at < widths.size() ? widths[width_at] : widths.back();
    if (w == CHAR_MAX || w <= 0) {
      limit = remaining > minimum ? remaining : minimum;
      if (limit < 1) limit = 1;
      last = true;
    } else {
      limit = w;
      ++width_at;
    }
    ssize wanted = remaining > minimum ? remaining : minimum;
    if (wanted < 1) wanted = 1;
    ssize length = limit < wanted ? limit : wanted;
    ssize zeros = length > remaining ? length - remaining : 0;
    ssize taken = remaining < length ? remaining : length;
    if (use_separator) reversed += backwards_separator;
    for (ssize i = 0; i < taken; ++i) reversed += digits[static_cast<size_t>(remaining - 1 - i)];
    reversed.append(static_cast<size_t>(zeros), '0');
    use_separator = true;
    remaining -= taken;
    minimum -= length;
    if (last || (remaining <= 0 && minimum <= 0)) break;
    minimum -= separator;
  }
  char* p = out.extend(reversed.size());
  if (p != nullptr)
    for (size_t i = reversed.size(); i > 0; --i) *p++ = reversed[i - 1];
}

/// Appends sign, prefix, grouped digits, point and remainder; returns the padding still needed.
/// CPython: Python/formatter_unicode.c calc_number_widths(), fill_number()
void lay_out_number(const Spec& spec, bool negative, std::string_view prefix, std::string_view digits,
                    bool has_point, std::string_view remainder, const Locale& locale, Layout& out) {
  size_t start = out.body.size();
  char sign = negative ? '-' : spec.sign == '+' || spec.sign == ' ' ? spec.sign : 0;
  if (sign != 0) out.body.push(sign);
  out.body.append(prefix);
  out.split = out.body.size();
  ssize others = static_cast<ssize>(out.body.size() - start) + character_count(remainder) +
                 (has_point ? character_count(locale.decimal_point) : 0);
  ssize minimum = spec.fill == '0' && spec.align == '=' ? spec.width - others : 0;
  size_t digits_at = out.body.size();
  if (!digits.empty()) push_grouped(out.body, digits, minimum, locale);
  std::string_view grouped = out.body.view().substr(digits_at);
  out.characters = others + character_count(grouped);
  if (has_point) out.body.append(locale.decimal_point);
  out.body.append(remainder);
  ssize padding = spec.width - out.characters;
  if (padding <= 0) return;
  switch (spec.align) {
    case '<':
      out.pad_right = padding;
      break;
    case '^':
      out.pad_left = padding / 2;
      out.pad_right = padding - out.pad_left;
      break;
    case '=':
      out.pad_middle = padding;
      break;
    default:
      out.pad_left = padding;
      break;
  }
}

/// Splits the text of a float into digits and the rest.
struct Parts {
  bool negative;
  std::string_view digits;
  bool has_point;
  std::string_view remainder;
};
Parts split_number(std::string_view text) {
  Parts parts{};
  if (!text.empty() && text[0] == '-') {
    parts.negative = true;
    text.remove_prefix(1);
  }
  size_t n = 0;
  while (n < text.size() && text[n] >= '0' && text[n] <= '9') ++n;
  parts.digits = text.substr(0, n);
  text.remove_prefix(n);
  if (!text.empty() && text[0] == '.') {
    parts.has_point = true;
    text.remove_prefix(1);
  }
  parts.remainder = text;
  return parts;
}

}  // namespace

bool format_integer(const Spec& spec, big::View value, Layout& out, std::string* error) {
  if (spec.precision != -1) {
    *error = "Precision not allowed in integer format specifier";
    return false;
  }
  if (spec.no_negative_zero) {
    *error = "Negative zero coercion (z) not allowed in integer format specifier";
    return false;
  }
  if (spec.type == 'c') {
    if (spec.sign != 0) {
      *error = "Sign not allowed with integer format specifier 'c'";
      return false;
    }
    if (spec.alternate) {
      *error = "Alternate form (#) not allowed with integer format specifier 'c'";
      return false;
    }
    auto c = big::to_int64(value);
    if (!c.fits || c.value < 0 || c.value > 0x10ffff) {
      *error = c.fits ? "%c arg not in range(0x110000)" : "Python int too large to convert to C long";
      out.overflow = true;
      return false;
    }
    char utf8[4];
    size_t n = utf::encode_one(static_cast<char32_t>(c.value), utf8);
    Spec plain = spec;
    lay_out_number(plain, false, "", "", false, {utf8, n}, plain_locale(), out);
    return !out.body.failed();
  }
  int base = 10;
  const char* prefix = "";
  switch (spec.type) {
    case 'b':
      base = 2;
      prefix = "0b";
      break;
    case 'o':
      base = 8;
      prefix = "0o";
      break;
    case 'x':
      base = 16;
      prefix = "0x";
      break;
    case 'X':
      base = 16;
      prefix = "0X";
      break;
    default:
      break;
  }
  TextBuffer digits;
  if (!big::to_text(digits, value.magnitude(), base)) return false;
  if (spec.type == 'X')
    for (size_t i = 0; i < digits.size(); ++i)
      if (digits[i] >= 'a') digits[i] = static_cast<char>(digits[i] - 32);
  std::string_view shown_prefix = spec.alternate ? prefix : "";
  if (spec.type == 'n' || spec.grouping != 0) {
    lay_out_number(spec, value.negative, shown_prefix, digits.view(), false, "", locale_for(spec), out);
  } else {
    lay_out_number(spec, value.negative, shown_prefix, digits.view(), false, "", plain_locale(), out);
  }
  return !out.body.failed();
}

bool format_double(const Spec& spec, double value, Layout& out, std::string* error) {
  if (spec.precision > INT_MAX) {
    *error = "precision too big";
    return false;
  }
  unsigned flags = 0;
  if (spec.alternate) flags |= float_text::kAlternate;
  if (spec.no_negative_zero) flags |= float_text::kNoNegativeZero;
  auto type = static_cast<char>(spec.type);
  int default_precision = 6;
  bool percent = false;
  if (type == 0) {
    flags |= float_text::kAddDot0;
    type = 'r';
    default_precision = 0;
  }
  if (type == 'n') type = 'g';
  if (type == '%') {
    type = 'f';
    value *= 100;
    percent = true;
  }
  int precision = static_cast<int>(spec.precision);
  if (precision < 0) precision = default_precision;
  else if (type == 'r') type = 'g';
  TextBuffer text;
  float_text::format(text, value, type, precision, flags);
  if (percent) text.push('%');
  if (text.failed()) return false;
  Parts parts = split_number(text.view());
  if (spec.type == 'n' || spec.grouping != 0) {
    lay_out_number(spec, parts.negative, "", parts.digits, parts.has_point, parts.remainder,
                   locale_for(spec), out);
  } else {
    lay_out_number(spec, parts.negative, "", parts.digits, parts.has_point, parts.remainder,
                   plain_locale(), out);
  }
  return !out.body.failed();
}

bool format_complex(const Spec& spec, double real, double imaginary, Layout& out, std::string* error) {
  if (spec.precision > INT_MAX) {
    *error = "precision too big";
    return false;
  }
  if (spec.fill == '0') {
    *error = "Zero padding is not allowed in complex format specifier";
    return false;
  }
  if (spec.align == '=') {
    *error = "'=' alignment flag is not allowed in complex format specifier";
    return false;
  }
  unsigned flags = 0;
  if (spec.alternate) flags |= float_text::kAlternate;
  if (spec.no_negative_zero) flags |= float_text::kNoNegativeZero;
  auto type = static_cast<char>(spec.type);
  int default_precision = 6;
  bool parentheses = false, skip_real = false;
  if (type == 0) {
    type = 'r';
    default_precision = 0;
    if (real == 0.0 && !std::signbit(real)) skip_real = true;
    else parentheses = true;
  }
  if (type == 'n') type = 'g';
  int precision = static_cast<int>(spec.precision);
  if (precision < 0) precision = default_precision;
  else if (type == 'r') type = 'g';
  TextBuffer real_text, imaginary_text;
  float_text::format(real_text, real, type, precision, flags);
  float_text::format(imaginary_text, imaginary, type, precision, flags);
  if (real_text.failed() || imaginary_text.failed()) return false;
  Locale locale = locale_for(spec);
  Spec part_spec = spec;
  part_spec.fill = 0;
  part_spec.align = '<';
  part_spec.width = -1;
  ssize characters = 1;
  if (parentheses) {
    out.body.push('(');
    characters += 2;
  }
  if (!skip_real) {
    Parts parts = split_number(real_text.view());
    lay_out_number(part_spec, parts.negative, "", parts.digits, parts.has_point, parts.remainder, locale, out);
    characters += out.characters;
    part_spec.sign = '+';
  }
  Parts parts = split_number(imaginary_text.view());
  lay_out_number(part_spec, parts.negative, "", parts.digits, parts.has_point, parts.remainder, locale, out);
  characters += out.characters;
  out.body.push('j');
  if (parentheses) out.body.push(')');
  out.characters = characters;
  out.split = 0;
  TextLayout text;
  Spec padded = spec;
  padded.sign = 0;
  padded.no_negative_zero = padded.alternate = false;
  padded.precision = -1;
  format_text(padded, characters, text, error);
  out.pad_left = text.pad_left;
  out.pad_right = text.pad_right;
  return !out.body.failed();
}

bool format_text(const Spec& spec, ssize length, TextLayout& out, std::string* error) {
  if (spec.sign != 0) {
    *error = spec.sign == ' ' ? "Space not allowed in string format specifier"
                              : "Sign not allowed in string format specifier";
    return false;
  }
  if (spec.no_negative_zero) {
    *error = "Negative zero coercion (z) not allowed in string format specifier";
    return false;
  }
  if (spec.alternate) {
    *error = "Alternate form (#) not allowed in string format specifier";
    return false;
  }
  if (spec.align == '=') {
    *error = "'=' alignment not allowed in string format specifier";
    return false;
  }
  if (spec.precision >= 0 && length > spec.precision) length = spec.precision;
  ssize padding = spec.width > length ? spec.width - length : 0;
  out.length = length;
  out.pad_left = spec.align == '>' ? padding : spec.align == '^' ? padding / 2 : 0;
  out.pad_right = padding - out.pad_left;
  return true;
}

}  // namespace ty::format_spec
