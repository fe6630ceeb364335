// base/unicode_names_data.h: the generated tables behind base/unicode_names.h.
#pragma once

#include <cstdint>

namespace ty::unicode::names {

struct Alias {
  uint32_t text;      // offset into kAliasText
  uint16_t length;
  uint16_t points;    // offset into kAliasPoints
  uint16_t count;
};
struct Range {
  char32_t low, high;
};

extern const char kWordText[];
extern const uint32_t kWordOffsets[];
extern const uint8_t kPhrases[];
extern const uint16_t kPhraseIndex[];
extern const uint32_t kPhrasePages[];
/// Open addressing by FNV-1a; 0 is empty, else code point + 1, or 0x110000 + alias + 1.
extern const uint32_t kNameTable[];
extern const uint32_t kNameTableMask;
extern const char kAliasText[];
/// The aliases first, then the named sequences.
extern const Alias kAliases[];
extern const uint32_t kAliasCount;
extern const char32_t kAliasPoints[];
extern const Range kIdeographs[];
extern const uint32_t kIdeographCount;

}  // namespace ty::unicode::names
