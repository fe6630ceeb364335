#include "base/unicode_names.h"

#include <cstring>

#include "base/unicode.h"
#include "base/unicode_names_data.h"

namespace ty::unicode {

using namespace names;

namespace {

constexpr char32_t kHangulBase = 0xac00;
constexpr int kHangulCount = 11172;
constexpr const char* kLeads[] = {"G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S",
                                  "SS", "", "J", "JJ", "C", "K", "T", "P", "H"};
constexpr const char* kVowels[] = {"A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE",
                                   "OE", "YO", "U", "WEO", "WE", "WI", "YU", "EU", "YI", "I"};
constexpr const char* kTails[] = {"", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG",
                                  "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS", "S",
                                  "SS", "NG", "J", "C", "K", "T", "P", "H"};
constexpr std::string_view kIdeographPrefix = "CJK UNIFIED IDEOGRAPH-";
constexpr std::string_view kHangulPrefix = "HANGUL SYLLABLE ";

bool is_ideograph(char32_t c) {
  for (uint32_t i = 0; i < kIdeographCount; ++i)
    if (c >= kIdeographs[i].low && c <= kIdeographs[i].high) return true;
  return false;
}

size_t put(char* out, size_t at, std::string_view text) {
  std::memcpy(out + at, text.data(), text.size());
  return at + text.size();
}

/// Index of the longest entry that `text` begins with; removes it.
template <size_t n>
int take_longest(std::string_view& text, const char* const (&table)[n]) {
  int best = -1;
  size_t best_length = 0;
  for (size_t i = 0; i < n; ++i) {
    std::string_view entry = table[i];
    if (text.starts_with(entry) && (best < 0 || entry.size() > best_length)) {
      best = static_cast<int>(i);
      best_length = entry.size();
    }
  }
  if (best >= 0) text.remove_prefix(best_length);
  return best;
}

}  // namespace

size_t name_of(char32_t c, char out[kMaxNameLength]) {
  if (c > 0x10ffff) return 0;
  if (c >= kHangulBase && c < kHangulBase + kHangulCount) {
    unsigned i = c - kHangulBase;
    size_t at = put(out, 0, kHangulPrefix);
    at = put(out, at, kLeads[i / (21 * 28)]);
    at = put(out, at, kVowels[i / 28 % 21]);
    return put(out, at, kTails[i % 28]);
  }
  if (is_ideograph(c)) {
    size_t at = put(out, 0, kIdeographPrefix);
    int digits = c > 0xffff ? 5 : 4;
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
      out[at++] = "0123456789ABCDEF"[(c >> shift) & 15];
    return at;
  }
  uint32_t phrase = kPhrasePages[(size_t{kPhraseIndex[c >> kPageBits]} << kPageBits) +
                                 (c & ((1u << kPageBits) - 1))];
  if (phrase == 0) return 0;
  size_t at = 0;
  for (const uint8_t* p = kPhrases + phrase; p[0] != 0xff || p[1] != 0xff;) {
    unsigned word = *p++;
    if (word & 0x80) word = (word & 0x7f) << 8 | *p++;
    if (at != 0) out[at++] = ' ';
    at = put(out, at, {kWordText + kWordOffsets[word], kWordOffsets[word + 1] - kWordOffsets[word]});
  }
  return at;
}

size_t lookup_name(std::string_view name, NameKinds kinds, char32_t out[kMaxSequence]) {
  char upper[kMaxNameLength];
  if (name.size() > sizeof upper || name.empty()) return 0;
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < name.size(); ++i) {
    char c = name[i];
    upper[i] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    hash = (hash ^ static_cast<unsigned char>(upper[i])) * 16777619u;
  }
  std::string_view wanted(upper, name.size());
  if (wanted.starts_with(kHangulPrefix)) {
    std::string_view rest = wanted.substr(kHangulPrefix.size());
    int lead = take_longest(rest, kLeads);
    int vowel = take_longest(rest, kVowels);
    int tail = take_longest(rest, kTails);
    if (lead >= 0 && vowel >= 0 && tail >= 0 && rest.empty()) {
      out[0] = kHangulBase + static_cast<char32_t>((lead * 21 + vowel) * 28 + tail);
      return 1;
    }
    return 0;
  }
  if (wanted.starts_with(kIdeographPrefix)) {
    std::string_view rest = wanted.substr(kIdeographPrefix.size());
    if (rest.size() != 4 && rest.size() != 5) return 0;
    char32_t c = 0;
    for (char digit : rest) {
      if (digit >= '0' && digit <= '9') {
        c = c * 16 + static_cast<char32_t>(digit - '0');
      } else if (digit >= 'A' && digit <= 'F') {
        c = c * 16 + static_cast<char32_t>(digit - 'A' + 10);
      } else {
        return 0;
      }
    }
    if (!is_ideograph(c) || (rest.size() == 5) != (c > 0xffff)) return 0;
    out[0] = c;
    return 1;
  }
  for (uint32_t at = hash & kNameTableMask; kNameTable[at] != 0; at = (at + 1) & kNameTableMask) {
    uint32_t entry = kNameTable[at] - 1;
    if (entry < 0x110000) {
      char spelled[kMaxNameLength];
      size_t length = name_of(entry, spelled);
      if (std::string_view(spelled, length) == wanted) {
        out[0] = entry;
        return 1;
      }
      continue;
    }
    uint32_t index = entry - 0x110000;
    const Alias& alias = kAliases[index];
    if (std::string_view(kAliasText + alias.text, alias.length) != wanted) continue;
    if (kinds == NameKinds::kNoAliases || (index >= kAliasCount && kinds == NameKinds::kNames)) return 0;
    std::memcpy(out, kAliasPoints + alias.points, alias.count * sizeof(char32_t));
    return alias.count;
  }
  return 0;
}

}  // namespace ty::unicode
