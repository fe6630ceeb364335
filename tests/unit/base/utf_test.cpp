// UTF-8, substring search and string hashes.
#include "base/utf.h"

#include <random>
#include <string>

#include "base/hash.h"
#include "base/string_search.h"

using namespace ty;

namespace {

const uint8_t* bytes(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }

void utf8() {
  std::string text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
  auto scan = utf::scan_utf8(bytes(text), text.size());
  CHECK(scan.characters == 4 && scan.max_char == 0x10ffff && scan.valid_bytes == text.size());
  char32_t out[4];
  utf::decode_utf8(bytes(text), text.size(), out);
  CHECK(out[0] == 'a' && out[1] == 0xe9 && out[2] == 0x20ac && out[3] == 0x1f600);
  char back[16];
  CHECK(utf::utf8_size(out, 4) == text.size());
  CHECK(std::string(back, utf::encode_utf8(out, 4, back)) == text);
  struct {
    std::string_view text;
    size_t valid, length;
    const char* reason;
  } faults[] = {{"\xff", 0, 1, "invalid start byte"}, {"a\xc3", 1, 1, "unexpected end of data"},
                {"\xe0\x80\x80", 0, 1, "invalid continuation byte"}, {"\xed\xa0\x80", 0, 1, "invalid continuation byte"},
                {"\xf0\x9f\x98", 0, 3, "unexpected end of data"}, {"\xf0\x9f""A", 0, 2, "invalid continuation byte"}};
  for (auto& f : faults) {
    auto s = utf::scan_utf8(bytes(f.text), f.text.size());
    CHECK(s.valid_bytes == f.valid);
    auto fault = utf::describe_utf8_fault(bytes(f.text) + f.valid, f.text.size() - f.valid);
    CHECK(fault.length == f.length && std::string(fault.reason) == f.reason);
  }
  CHECK(utf::scan_utf8(bytes("\xed\xa0\x80"), 3, utf::Surrogates::kAllow).valid_bytes == 3);
}

template <class Unit>
void searching() {
  std::mt19937 random(7);
  for (int round = 0; round < 4000; ++round) {
    std::basic_string<Unit> hay, needle;
    for (unsigned n = random() % 300; n > 0; --n) hay.push_back(static_cast<Unit>('a' + random() % 2));
    for (unsigned n = 1 + random() % (round % 2 ? 4 : 20); n > 0; --n)
      needle.push_back(static_cast<Unit>('a' + random() % 2));
    auto n = static_cast<ssize>(hay.size()), m = static_cast<ssize>(needle.size());
    CHECK(search::find(hay.data(), n, needle.data(), m) == static_cast<ssize>(hay.find(needle)));
    CHECK(search::rfind(hay.data(), n, needle.data(), m) == static_cast<ssize>(hay.rfind(needle)));
    auto f = search::detail::factorize(needle.data(), static_cast<size_t>(m));
    CHECK(search::detail::two_way(hay.data(), static_cast<size_t>(n), needle.data(), static_cast<size_t>(m), f) ==
          static_cast<ssize>(hay.find(needle)));
    ssize total = 0;
    for (size_t at = 0; (at = hay.find(needle, at)) != hay.npos; at += needle.size()) ++total;
    CHECK(search::count(hay.data(), n, needle.data(), m, n + 1) == total);
  }
  std::basic_string<Unit> hay(200000, Unit{'a'}), needle(50000, Unit{'a'});
  needle[0] = Unit{'b'};
  CHECK(search::find(hay.data(), 200000, needle.data(), 50000) == -1);
}

void hashes() {
  seed_hash_secret(0);
  CHECK(hash_bytes("", 0) == 0);
  CHECK(hash_bytes("a", 1) == 4644417185603328019);
  CHECK(hash_bytes("hello world, long", 17) == -7541011557293305502);
  seed_hash_secret(42);
  CHECK(hash_bytes("a", 1) == -123207753977932514);
  CHECK(hash_int64(-1) == -2 && hash_int64(static_cast<int64_t>(kHashModulus)) == 0 && hash_int64(INT64_MIN) == -4);
}

}  // namespace

int main() {
  utf8();
  searching<uint8_t>();
  searching<uint16_t>();
  searching<char32_t>();
  hashes();
}
