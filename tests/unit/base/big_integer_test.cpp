// Arithmetic of any size: known values, and identities on numbers of random sizes.
#include "base/big_integer.h"

#include <random>
#include <string>

#include "base/text_buffer.h"

using namespace ty;
using namespace ty::big;

namespace {

std::mt19937_64 g_random(12345);

void make(Integer& out, std::string_view text, int base = 10) {
  bool negative = text.starts_with("-");
  if (negative) text.remove_prefix(1);
  CHECK(from_text(out, text.data(), text.size(), base));
  out.negative = negative && out.count != 0;
}

std::string text(View v, int base = 10) {
  TextBuffer out;
  CHECK(to_text(out, v, base));
  return std::string(out.view());
}

void random_number(Integer& out, int most_digits) {
  ssize n = static_cast<ssize>(g_random() % static_cast<unsigned>(most_digits + 1));
  CHECK(out.reserve(n));
  for (ssize i = 0; i < n; ++i) out.digits[i] = g_random() & 3 ? g_random() & kMask : kMask;
  out.count = n;
  out.negative = g_random() & 1;
  out.normalize();
}

void known_values() {
  Integer a, b, q, r;
  make(a, "123456789012345678901234567890");
  make(b, "-987654321098765432109876543210987");
  CHECK(multiply(q, a, b));
  CHECK(text(q) == "-121932631137021795226185032733744775182992648986186782045407430");
  CHECK(floor_divmod(&q, &r, b, a));
  CHECK(text(q) == "-8001");
  CHECK(power(q, Small(-3), 101));
  CHECK(text(q) == "-1546132562196033993109383389296863818106322566003");
  CHECK(power_modulo(q, Small(3), Small(1000), Small(-7)) && text(q) == "-3");
  CHECK(text(Small(INT64_MIN)) == "-9223372036854775808");
  CHECK(to_int64(Small(INT64_MIN)).value == INT64_MIN);
  CHECK(text(Small(255), 16) == "ff" && text(Small(0), 2) == "0");
  CHECK(shift_right(q, Small(-1), 100) && text(q) == "-1");
  CHECK(inverse_modulo(q, Small(3), Small(7)) == Inverse::kFound && text(q) == "5");
  CHECK(inverse_modulo(q, Small(2), Small(4)) == Inverse::kNotInvertible);
  double d;
  make(a, "9007199254740993");
  CHECK(to_double(a, &d) && d == 9007199254740992.0);
  CHECK(true_divide(Small(1), Small(3), &d) == Quotient::kOk && d == 1.0 / 3.0);
  CHECK(compare_double(Small(3), 3.5) < 0 && compare_double(a, 9007199254740992.0) > 0);
}

void identities() {
  for (int round = 0; round < 3000; ++round) {
    int size = round % 10 == 0 ? 200 : 12;
    Integer a, b, sum, back, product, q, r, check, total;
    random_number(a, size);
    random_number(b, size);
    CHECK(add(sum, a, b) && subtract(back, sum, b) && compare(back, a) == 0);
    if (!b.is_zero()) {
      CHECK(floor_divmod(&q, &r, a, b) && multiply(product, q, b) && add(check, product, r));
      CHECK(compare(check, a) == 0);
      CHECK(r.is_zero() || (r.negative == b.negative && compare_magnitude(r, b) < 0));
    }
    int base = 2 + static_cast<int>(g_random() % 35);
    make(back, text(a, base), base);
    CHECK(compare(back, a) == 0);
    Integer x, o, n;
    CHECK(bit_xor(x, a, b) && bit_and(n, a, b) && bit_or(o, a, b));
    CHECK(add(total, x, n) && compare(total, o) == 0);
    uint64_t shift = g_random() % 100;
    CHECK(shift_left(q, a, shift) && shift_right(back, q, shift) && compare(back, a) == 0);
    Integer root;
    CHECK(square_root(root, a.view().magnitude()) && multiply(product, root, root));
    CHECK(compare_magnitude(product, a) <= 0);
    uint8_t bytes[800];
    CHECK(to_bytes(a, bytes, sizeof bytes, ByteOrder::kBig, Signedness::kSigned) == ToBytes::kOk);
    CHECK(from_bytes(back, bytes, sizeof bytes, ByteOrder::kBig, Signedness::kSigned));
    CHECK(compare(back, a) == 0);
  }
}

}  // namespace

int main() {
  known_values();
  identities();
}
