#include "types/format_markup.h"

#include "base/unicode.h"

namespace ty::markup {

Result<bool> Parser::next(Thread& t, Piece& out) {
  out = Piece();
  if (at_ >= end_) return false;
  ssize start = at_;
  char32_t c = 0;
  bool brace = false;
  while (at_ < end_) {
    c = text_.at(at_++);
    if (c == '{' || c == '}') {
      brace = true;
      break;
    }
  }
  ssize literal_end = at_;
  if (brace) {
    bool at_end = at_ >= end_;
    bool doubled = !at_end && text_.at(at_) == c;
    if (c == '}' && !doubled) return raise_value_error(t, "Single '}' encountered in format string");
    if (c == '{' && at_end) return raise_value_error(t, "Single '{' encountered in format string");
    if (doubled) {
      ++at_;  // the literal keeps one of the two
      brace = false;
    } else {
      --literal_end;
    }
  }
  out.literal = {start, literal_end, true};
  if (!brace) return true;
  out.has_field = true;
  TRY(parse_field(t, out));
  return true;
}

Result<void> Parser::parse_field(Thread& t, Piece& out) {
  char32_t c = 0;
  ssize start = at_;
  bool stopped = false;
  while (at_ < end_ && !stopped) {
    c = text_.at(at_++);
    switch (c) {
      case '{': return raise_value_error(t, "unexpected '{' in field name");
      case '[':
        while (at_ < end_ && text_.at(at_) != ']') ++at_;
        break;
      case '}':
      case ':':
      case '!': stopped = true; break;
      default: break;
    }
  }
  if (!stopped) return raise_value_error(t, "expected '}' before end of string");
  out.field_name = {start, at_ - 1, true};
  if (c == '}') return {};
  if (c == '!') {
    if (at_ >= end_) return raise_value_error(t, "end of string while looking for conversion specifier");
    out.conversion = text_.at(at_++);
    if (at_ < end_) {
      c = text_.at(at_++);
      if (c == '}') return {};
      if (c != ':') return raise_value_error(t, "expected ':' after conversion specifier");
    }
  }
  out.spec = {at_, at_, true};
  for (int depth = 1; at_ < end_;) {
    c = text_.at(at_++);
    if (c == '{') {
      out.nested = true;
      ++depth;
    } else if (c == '}' && --depth == 0) {
      out.spec.end = at_ - 1;
      return {};
    }
  }
  return raise_value_error(t, "unmatched '{' in format spec");
}

Result<ssize> number_in(Thread& t, const Str& text, Span span) {
  if (span.empty()) return ssize{-1};
  ssize value = 0;
  for (ssize i = span.start; i < span.end; ++i) {
    int digit = unicode::decimal_value(text.at(i));
    if (digit < 0) return ssize{-1};
    if (value > (PTRDIFF_MAX - digit) / 10) return raise_value_error(t, "Too many decimal digits in format string");
    value = value * 10 + digit;
  }
  return value;
}

Span first_name(const Str& text, Span field_name) {
  ssize i = field_name.start;
  while (i < field_name.end && text.at(i) != '.' && text.at(i) != '[') ++i;
  return {field_name.start, i, true};
}

Result<bool> AccessParser::next(Thread& t, Access& out) {
  out = Access();
  if (at_ >= end_) return false;
  char32_t c = text_.at(at_++);
  ssize start = at_;
  if (c == '.') {
    while (at_ < end_ && text_.at(at_) != '.' && text_.at(at_) != '[') ++at_;
    out.is_attribute = true;
    out.name = {start, at_, true};
  } else if (c == '[') {
    while (at_ < end_ && text_.at(at_) != ']') ++at_;
    if (at_ >= end_) return raise_value_error(t, "Missing ']' in format string");
    out.name = {start, at_++, true};
    out.index = TRY(number_in(t, text_, out.name));
  } else {
    return raise_value_error(t, "Only '.' or '[' may follow ']' in format field specifier");
  }
  if (out.name.empty()) return raise_value_error(t, "Empty attribute in format string");
  return true;
}

}  // namespace ty::markup
