// Properties, case mapping, normalization and names of code points.
#include "base/unicode.h"

#include <string>

#include "base/check.h"
#include "base/unicode_names.h"

using namespace ty::unicode;

namespace {

std::u32string normalized(Form form, std::u32string text) {
  CodePoints out;
  CHECK(normalize(form, text.data(), text.size(), out));
  return {out.data(), out.size()};
}

std::u32string full(size_t (*map)(char32_t, char32_t[3]), char32_t c) {
  char32_t out[3];
  return {out, map(c, out)};
}

std::string name(char32_t c) {
  char out[kMaxNameLength];
  return {out, name_of(c, out)};
}

}  // namespace

int main() {
  CHECK(is_alpha('a') && !is_alpha('1') && is_decimal(0x663) && decimal_value(0x663) == 3);
  CHECK(is_digit(0xb2) && !is_decimal(0xb2) && is_numeric(0xbd) && numeric_value(0xbd) == 0.5);
  CHECK(is_space(0x3000) && is_space(0x1c) && !is_space(0x200b) && is_line_break(0x2028));
  CHECK(!is_printable(0xad) && is_printable(0x10400) && !is_printable(0x110000));
  CHECK(full(to_upper_full, 0xdf) == U"SS" && full(to_lower_full, 0x130) == U"i\u0307");
  CHECK(full(to_folded_full, 0xdf) == U"ss" && full(to_title_full, 0x1c6) == U"\u01c5");
  CHECK(std::string(category(0x41)) == "Lu" && std::string(bidirectional(0x5d0)) == "R");
  CHECK(std::string(east_asian_width(0x4e00)) == "W" && combining(0x301) == 230);
  CHECK(normalized(Form::kNfd, U"\u00e9") == U"e\u0301" && normalized(Form::kNfc, U"e\u0301") == U"\u00e9");
  CHECK(normalized(Form::kNfkc, U"\ufb01") == U"fi" && normalized(Form::kNfd, U"\uac01") == U"\u1100\u1161\u11a8");
  CHECK(normalized(Form::kNfc, U"\u1100\u1161\u11a8") == U"\uac01");
  std::u32string marks(1000, U'\u0301');
  marks += std::u32string(1000, U'\u0327');
  CHECK(normalized(Form::kNfd, marks) == std::u32string(1000, U'\u0327') + std::u32string(1000, U'\u0301'));
  CHECK(name(0x1f600) == "GRINNING FACE" && name(0xac00) == "HANGUL SYLLABLE GA");
  CHECK(name(0x4e00) == "CJK UNIFIED IDEOGRAPH-4E00" && name(0) == "");
  char32_t out[kMaxSequence];
  CHECK(lookup_name("latin small letter a", NameKinds::kNames, out) == 1 && out[0] == 'a');
  CHECK(lookup_name("NULL", NameKinds::kNames, out) == 1 && out[0] == 0);
  CHECK(lookup_name("KEYCAP DIGIT ONE", NameKinds::kNames, out) == 0);
  CHECK(lookup_name("KEYCAP DIGIT ONE", NameKinds::kNamesAndSequences, out) == 3);
  for (char32_t c = 0; c < 0x110000; ++c) {
    std::string n = name(c);
    if (!n.empty()) CHECK(lookup_name(n, NameKinds::kNames, out) == 1 && out[0] == c);
  }
}
