// syntax/char_class.h: classes of source bytes.
//
// Invariants  Bytes of 0x80 and above count as identifier characters; check_identifier() judges them later.
#pragma once

#include <array>
#include <cstdint>

namespace ty::syntax {

enum CharClass : uint8_t { kNameStart = 1, kNameChar = 2, kDigitChar = 4, kHexChar = 8 };

inline constexpr std::array<uint8_t, 256> kCharClass = [] {
  std::array<uint8_t, 256> table{};
  for (int c = 0; c < 256; c++) {
    bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 128;
    bool digit = c >= '0' && c <= '9';
    uint8_t bits = 0;
    if (alpha) bits |= kNameStart | kNameChar;
    if (digit) bits |= kNameChar | kDigitChar | kHexChar;
    if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) bits |= kHexChar;
    table[size_t(c)] = bits;
  }
  return table;
}();

inline bool has_class(int c, uint8_t bits) { return c >= 0 && (kCharClass[size_t(c)] & bits) != 0; }

}  // namespace ty::syntax
