// syntax/tokenizer_number.cpp: numeric literals and their errors.
#include <cstring>

#include "syntax/char_class.h"
#include "syntax/source.h"
#include "syntax/tokenizer.h"

namespace ty::syntax {

/// Whether `rest` follows and ends a word.
bool Tokenizer::lookahead(const char* rest) {
  size_t n = strlen(rest);
  if (size_t(line_end_ - cur_) < n || memcmp(cur_, rest, n) != 0) return false;
  return !has_class(uint8_t(cur_[n]), kNameChar);
}

/// `c` (already read) follows a number. A keyword draws a warning, another word is an error.
bool Tokenizer::number_end_ok(Token& token, int c, const char* kind) {
  bool keyword = false;
  switch (c) {
    case 'a': keyword = lookahead("nd"); break;
    case 'e': keyword = lookahead("lse"); break;
    case 'f': keyword = lookahead("or"); break;
    case 'i': keyword = *cur_ == 'f' || *cur_ == 'n' || *cur_ == 's'; break;
    case 'o': keyword = lookahead("r"); break;
    case 'n': keyword = lookahead("ot"); break;
  }
  if (keyword) {
    back(c);
    warn(format_text(arena_, "invalid %s literal", kind));
    next_char();
    return true;
  }
  if (c < 128 && has_class(c, kNameChar)) {
    back(c);
    fail(token, format_text(arena_, "invalid %s literal", kind));
    return false;
  }
  return true;
}

void Tokenizer::finish_number(Token& token, int c, const char* kind) {
  if (!number_end_ok(token, c, kind)) return;
  back(c);
  make(token, Tok::Number, start_, cur_);
}

/// Digits and single underscores after a first digit. Returns the character after them, 0 for an error.
int Tokenizer::decimal_tail(Token& token) {
  for (;;) {
    int c;
    do {
      c = next_char();
    } while (has_class(c, kDigitChar));
    if (c != '_') return c;
    c = next_char();
    if (!has_class(c, kDigitChar)) {
      back(c);
      fail(token, "invalid decimal literal");
      return 0;
    }
  }
}

/// After `0x`, `0o` or `0b`.
bool Tokenizer::radix_number(Token& token, int radix, const char* kind) {
  auto is_digit = [&](int c) {
    return radix == 16 ? has_class(c, kHexChar) : c >= '0' && c < '0' + radix;
  };
  auto bad_digit = [&](int c) {
    fail(token, format_text(arena_, "invalid digit '%c' in %s literal", c, kind));
  };
  int c = next_char();
  do {
    if (c == '_') c = next_char();
    if (!is_digit(c)) {
      if (has_class(c, kDigitChar)) {
        bad_digit(c);
      } else {
        back(c);
        fail(token, format_text(arena_, "invalid %s literal", kind));
      }
      return false;
    }
    do {
      c = next_char();
    } while (is_digit(c));
  } while (c == '_');
  if (has_class(c, kDigitChar)) return bad_digit(c), false;
  finish_number(token, c, kind);
  return true;
}

void Tokenizer::number_from_zero(Token& token) {
  int c = next_char();
  if (c == 'x' || c == 'X') return (void)radix_number(token, 16, "hexadecimal");
  if (c == 'o' || c == 'O') return (void)radix_number(token, 8, "octal");
  if (c == 'b' || c == 'B') return (void)radix_number(token, 2, "binary");
  for (;;) {
    if (c == '_') {
      c = next_char();
      if (!has_class(c, kDigitChar)) {
        back(c);
        return fail(token, "invalid decimal literal");
      }
    }
    if (c != '0') break;
    c = next_char();
  }
  const char* zeros_end = cur_;
  bool nonzero = false;
  if (has_class(c, kDigitChar)) {
    nonzero = true;
    c = decimal_tail(token);
    if (c == 0) return;
  }
  if (c == '.') return number_fraction(token, next_char());
  if (c == 'e' || c == 'E') return number_exponent(token, c);
  if (c == 'j' || c == 'J') return finish_number(token, next_char(), "imaginary");
  if (nonzero) {
    back(c);
    return fail(token,
                "leading zeros in decimal integer literals are not permitted; "
                "use an 0o prefix for octal integers",
                int32_t(start_ + 1 - line_start_), int32_t(zeros_end - line_start_));
  }
  finish_number(token, c, "decimal");
}

void Tokenizer::number(Token& token, int c) {
  if (c == '0') return number_from_zero(token);
  c = decimal_tail(token);
  if (c == 0) return;
  if (c == '.') return number_fraction(token, next_char());
  number_exponent(token, c);
}

/// `c` is what follows the point.
void Tokenizer::number_fraction(Token& token, int c) {
  if (has_class(c, kDigitChar)) {
    c = decimal_tail(token);
    if (c == 0) return;
  }
  number_exponent(token, c);
}

/// `c` may begin an exponent, an imaginary suffix, or nothing of the number.
void Tokenizer::number_exponent(Token& token, int c) {
  if (c == 'e' || c == 'E') {
    int e = c;
    c = next_char();
    if (c == '+' || c == '-') {
      c = next_char();
      if (!has_class(c, kDigitChar)) {
        back(c);
        return fail(token, "invalid decimal literal");
      }
    } else if (!has_class(c, kDigitChar)) {
      back(c);
      if (!number_end_ok(token, e, "decimal")) return;
      back(e);
      make(token, Tok::Number, start_, cur_);
      return;
    }
    c = decimal_tail(token);
    if (c == 0) return;
  }
  if (c == 'j' || c == 'J') return finish_number(token, next_char(), "imaginary");
  finish_number(token, c, "decimal");
}

}  // namespace ty::syntax
