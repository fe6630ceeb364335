// Doubles as text: spellings of repr and the format codes, parsing, hexadecimal, rounding.
#include "base/float_text.h"

#include <cmath>
#include <string>

#include "base/format_spec.h"
#include "base/hash.h"

using namespace ty;
using namespace ty::float_text;

namespace {

std::string shown(double value) {
  char out[kReprSize];
  return {out, repr(value, out)};
}

std::string formatted(double value, char code, int precision, unsigned flags = 0) {
  TextBuffer out;
  format(out, value, code, precision, flags);
  return std::string(out.view());
}

double parsed(std::string_view text) {
  double value = 0;
  CHECK(parse(text, &value));
  return value;
}

std::string with_spec(const char32_t* text, double value) {
  format_spec::Spec spec;
  format_spec::Layout layout;
  std::string error;
  if (!format_spec::parse(text, std::char_traits<char32_t>::length(text), 0, '>', "float", spec, &error) ||
      !format_spec::format_double(spec, value, layout, &error))
    return error;
  std::string body(layout.body.view()), fill(1, static_cast<char>(spec.fill));
  std::string out;
  for (ssize i = 0; i < layout.pad_left; ++i) out += fill;
  out += body.substr(0, layout.split);
  for (ssize i = 0; i < layout.pad_middle; ++i) out += fill;
  out += body.substr(layout.split);
  for (ssize i = 0; i < layout.pad_right; ++i) out += fill;
  return out;
}

}  // namespace

int main() {
  CHECK(shown(1.0) == "1.0" && shown(-0.0) == "-0.0" && shown(1e16) == "1e+16" && shown(1e15) == "1000000000000000.0");
  CHECK(shown(0.0001) == "0.0001" && shown(0.00001) == "1e-05" && shown(5e-324) == "5e-324");
  CHECK(shown(0.1 + 0.2) == "0.30000000000000004" && shown(INFINITY) == "inf" && shown(NAN) == "nan");
  CHECK(formatted(2.5, 'f', 0) == "2" && formatted(3.5, 'f', 0) == "4" && formatted(1e22, 'f', 1) == "10000000000000000000000.0");
  CHECK(formatted(1234.5, 'e', 2) == "1.23e+03" && formatted(0, 'e', 3) == "0.000e+00");
  CHECK(formatted(100000, 'g', 6) == "100000" && formatted(1000000, 'g', 6) == "1e+06");
  CHECK(formatted(1, 'g', 6, kAlternate) == "1.00000" && formatted(-0.001, 'f', 2, kNoNegativeZero) == "0.00");
  CHECK(parsed(" 1_000.5 ") == 1000.5 && parsed("1e400") == INFINITY && parsed("1e-400") == 0.0);
  double ignored;
  CHECK(!parse("1__0", &ignored) && !parse("", &ignored) && !parse("0x1", &ignored));
  TextBuffer hex;
  to_hex(hex, -0.1);
  CHECK(hex.view() == "-0x1.999999999999ap-4");
  double back;
  CHECK(from_hex(hex.view(), &back) == HexResult::kOk && back == -0.1);
  CHECK(from_hex("0x1p1024", &back) == HexResult::kOverflow && from_hex("0xg", &back) == HexResult::kInvalid);
  CHECK(round_digits(2.675, 2) == 2.67 && round_digits(15.0, -1) == 20.0 && round_digits(25.0, -1) == 20.0);
  CHECK(hash_double(1.5, 0) == 1152921504606846977 && hash_double(-1.0, 0) == -2 && hash_double(1e300, 0) == hash_double(1e300, 1));
  CHECK(with_spec(U"010,.2f", 1234.5) == "001,234.50" && with_spec(U"*^12", 1.5) == "****1.5*****");
  CHECK(with_spec(U"+.1%", 0.256) == "+25.6%" && with_spec(U",_", 1) == "Cannot specify both ',' and '_'.");
  CHECK(with_spec(U"xyz", 1) == "Invalid format specifier 'xyz' for object of type 'float'");
}
