// types/format_markup.h: the brace syntax of str.format(), for str.format and the _string module.
//
// Threads     parsers live on one native stack; the text they point into must be held.
#pragma once

#include "types/str.h"

namespace ty::markup {

struct Span {
  ssize start = 0, end = 0;
  bool present = false;
  bool empty() const { return start >= end; }
};

/// One step through a format string: literal text, then perhaps a replacement field.
struct Piece {
  Span literal, field_name, spec;
  bool has_field = false;
  bool nested = false;       // the spec contains fields
  char32_t conversion = 0;
};
class Parser {
 public:
  Parser(Str& text, ssize start, ssize end) : text_(text), at_(start), end_(end) {}
  /// False at the end. ValueError.
  Result<bool> next(Thread& t, Piece& out);
  ssize position() const { return at_; }

 private:
  Result<void> parse_field(Thread& t, Piece& out);
  Str& text_;
  ssize at_, end_;
};

/// Decimal digits of a span as a number; -1 if it is no number. ValueError when it is too large.
Result<ssize> number_in(Thread& t, const Str& text, Span span);

/// The part of a field name before the first '.' or '['.
Span first_name(const Str& text, Span field_name);

/// The parts after it.
struct Access {
  Span name;
  bool is_attribute = false;
  ssize index = -1;
};
class AccessParser {
 public:
  AccessParser(Str& text, ssize start, ssize end) : text_(text), at_(start), end_(end) {}
  Result<bool> next(Thread& t, Access& out);
  ssize position() const { return at_; }

 private:
  Str& text_;
  ssize at_, end_;
};

}  // namespace ty::markup
