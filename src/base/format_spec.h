// base/format_spec.h: the format specification mini-language.
//
//     [[fill]align][sign][z][#][0][width][grouping][.precision][type]
//
// What        The parser with CPython's complaints, and layout of numbers (sign, prefix, grouping, padding) as ASCII
//             text with the places where the fill character goes.
// Threads     any; no state.
// See         CPython Python/formatter_unicode.c
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/big_integer.h"
#include "base/text_buffer.h"

namespace ty::format_spec {

struct Spec {
  char32_t fill = ' ';
  char32_t align = '<';      // < > = ^
  bool align_given = false;
  bool fill_given = false;
  bool alternate = false;
  bool no_negative_zero = false;
  char sign = 0;             // 0, '+', '-' or ' '
  char grouping = 0;         // 0, ',', '_', or '4': underscores every four digits
  char32_t type = 0;         // 0: none given
  ssize width = -1;
  ssize precision = -1;
};

/// Parses `text`. On failure `*error` is the ValueError's message (UTF-8) and the result false.
/// `type_name` is the formatted value's type; `default_type` and `default_align` apply when none is given.
bool parse(const char32_t* text, size_t length, char32_t default_type, char default_align,
           std::string_view type_name, Spec& spec, std::string* error);

/// A formatted number: the fill goes before, at `split` (between sign or prefix and digits), and after.
struct Layout {
  TextBuffer body;          // UTF-8
  ssize characters = 0;     // length of the body in characters
  size_t split = 0;         // a byte offset
  bool overflow = false;    // an error is OverflowError, not ValueError
  ssize pad_left = 0;
  ssize pad_middle = 0;
  ssize pad_right = 0;
};

/// Numeric conventions for the `n` type.
struct Locale {
  std::string decimal_point = ".";
  std::string thousands;
  std::string grouping;      // as in struct lconv
};
const Locale& plain_locale();   // no grouping
Locale current_locale();        // localeconv()

/// int.__format__ for the types b c d o x X n (the float codes: format_double of the converted value). False: memory ran out, or `*error` is set.
bool format_integer(const Spec& spec, big::View value, Layout& out, std::string* error);
/// float.__format__ for the types e E f F g G n % and none.
bool format_double(const Spec& spec, double value, Layout& out, std::string* error);
/// complex.__format__.
bool format_complex(const Spec& spec, double real, double imaginary, Layout& out, std::string* error);
/// str.__format__: how much padding a text of `length` characters (after truncation) gets.
struct TextLayout {
  ssize length;
  ssize pad_left;
  ssize pad_right;
};
bool format_text(const Spec& spec, ssize length, TextLayout& out, std::string* error);

/// "Unknown format code 'x' for object of type 'int'".
std::string unknown_code(char32_t type, std::string_view type_name);

}  // namespace ty::format_spec
