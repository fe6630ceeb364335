// repr() and ascii() of str.
#include "base/unicode.h"
#include "types/str_internal.h"

namespace ty {

namespace {

Result<void> put_hex(StrWriter& out, char32_t c, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) TRY(out.put(static_cast<char32_t>("0123456789abcdef"[(c >> shift) & 15])));
  return {};
}

enum class Keep { kPrintable, kAscii };

Result<Ref<Str>> quoted(Thread& t, Str& s, Keep keep) {
  bool single = false, double_quote = false, plain = true;
  for (ssize i = 0; i < s.length; ++i) {
    char32_t c = s.at(i);
    if (c == '\'') single = true;
    else if (c == '"') double_quote = true;
    plain = plain && c >= ' ' && c < 0x7f && c != '\\';
  }
  char32_t quote = single && !double_quote ? '"' : '\'';
  StrWriter out(t);
  TRY(out.reserve(s.length + 2, 1));
  TRY(out.put(quote));
  if (plain && !(single && double_quote)) {
    TRY(out.str(s));
    TRY(out.put(quote));
    return out.finish();
  }
  for (ssize i = 0; i < s.length; ++i) {
    char32_t c = s.at(i);
    if (c == quote || c == '\\') {
      TRY(out.put('\\'));
      TRY(out.put(c));
    } else if (c == '\t') {
      TRY(out.ascii("\\t"));
    } else if (c == '\n') {
      TRY(out.ascii("\\n"));
    } else if (c == '\r') {
      TRY(out.ascii("\\r"));
    } else if (c < ' ' || c == 0x7f) {
      TRY(out.ascii("\\x"));
      TRY(put_hex(out, c, 2));
    } else if (c < 0x7f || (keep == Keep::kPrintable && unicode::is_printable(c))) {
      TRY(out.put(c));
    } else if (c <= 0xff) {
      TRY(out.ascii("\\x"));
      TRY(put_hex(out, c, 2));
    } else if (c <= 0xffff) {
      TRY(out.ascii("\\u"));
      TRY(put_hex(out, c, 4));
    } else {
      TRY(out.ascii("\\U"));
      TRY(put_hex(out, c, 8));
    }
  }
  TRY(out.put(quote));
  return out.finish();
}

}  // namespace

Result<Ref<Str>> str_repr(Thread& t, Str& s) { return quoted(t, s, Keep::kPrintable); }
Result<Ref<Str>> str_ascii_repr(Thread& t, Str& s) { return quoted(t, s, Keep::kAscii); }

}  // namespace ty
