// base/unicode.h: properties of code points, case mapping and normalization (Unicode 15.1).
//
// What        Tables are generated at build time by tools/gen_unicode.py from the Unicode data files: a two-level index
//             leads from a code point to one of about 1,500 property records, shared by all alike code points.
// Invariants  Every function takes any char32_t; values above 0x10ffff read as unassigned.
// Threads     any; everything is constant data.
// See         base/unicode_names.h for names · CPython Objects/unicodectype.c, Modules/unicodedata.c
#pragma once

#include <cstddef>
#include <cstdint>

namespace ty::unicode {

enum Flag : uint32_t {
  kAlpha = 1u << 0,
  kDecimal = 1u << 1,
  kDigit = 1u << 2,
  kNumeric = 1u << 3,
  kSpace = 1u << 4,
  kLineBreak = 1u << 5,
  kLower = 1u << 6,
  kUpper = 1u << 7,
  kTitle = 1u << 8,
  kPrintable = 1u << 9,
  kXidStart = 1u << 10,
  kXidContinue = 1u << 11,
  kCased = 1u << 12,
  kCaseIgnorable = 1u << 13,
  kMirrored = 1u << 14,
  kSpecialCase = 1u << 15,   // upper/lower/title are indexes into kSpecialCasing
  kFolds = 1u << 16,         // full case folding differs from full lower-casing
  kNfdNo = 1u << 17,         // quick checks
  kNfkdNo = 1u << 18,
  kNfcNo = 1u << 19,
  kNfcMaybe = 1u << 20,
  kNfkcNo = 1u << 21,
  kNfkcMaybe = 1u << 22,
  kAge32 = 1u << 23,         // assigned in Unicode 3.2
};

/// What all code points with the same properties share.
struct Record {
  uint32_t flags;
  int32_t upper;       // distance to the simple mapping, or index into kSpecialCasing
  int32_t lower;
  int32_t title;
  int32_t fold;        // index into kSpecialCasing when kFolds
  uint8_t category;    // index into kCategoryNames
  uint8_t bidirectional;
  uint8_t combining;
  uint8_t width;
  uint8_t decimal;
  uint8_t digit;
  uint8_t reserved[2];
};

constexpr int kPageBits = 7;
extern const Record kRecords[];
extern const uint16_t kPageIndex[];
extern const uint16_t kPages[];
/// Each entry: simple mapping, length of the full mapping, up to three code points.
struct SpecialCasing {
  char32_t simple;
  uint32_t length;
  char32_t full[3];
};
extern const SpecialCasing kSpecialCasing[];
extern const char kCategoryNames[][3];
extern const char kBidirectionalNames[][4];
extern const char kWidthNames[][3];

inline const Record& record(char32_t c) {
  if (c > 0x10ffff) return kRecords[0];
  return kRecords[kPages[(size_t{kPageIndex[c >> kPageBits]} << kPageBits) +
                         (c & ((1u << kPageBits) - 1))]];
}
inline bool has(char32_t c, uint32_t flag) { return (record(c).flags & flag) != 0; }

inline bool is_alpha(char32_t c) { return has(c, kAlpha); }
inline bool is_decimal(char32_t c) { return has(c, kDecimal); }
inline bool is_digit(char32_t c) { return has(c, kDigit); }
inline bool is_numeric(char32_t c) { return has(c, kNumeric); }
inline bool is_alnum(char32_t c) { return has(c, kAlpha | kDecimal | kDigit | kNumeric); }
inline bool is_lower(char32_t c) { return has(c, kLower); }
inline bool is_upper(char32_t c) { return has(c, kUpper); }
inline bool is_title(char32_t c) { return has(c, kTitle); }
inline bool is_cased(char32_t c) { return has(c, kCased); }
inline bool is_case_ignorable(char32_t c) { return has(c, kCaseIgnorable); }
inline bool is_xid_start(char32_t c) { return has(c, kXidStart); }
inline bool is_xid_continue(char32_t c) { return has(c, kXidContinue); }
inline bool is_mirrored(char32_t c) { return has(c, kMirrored); }
inline bool is_printable(char32_t c) {
  return c < 0x7f ? c >= 0x20 : has(c, kPrintable);
}
/// str.isspace()'s set.
inline bool is_space(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x1f);
  return has(c, kSpace);
}
/// str.splitlines()'s set.
inline bool is_line_break(char32_t c) {
  if (c < 0x80) return (c >= 10 && c <= 13) || (c >= 0x1c && c <= 0x1e);
  return c == 0x85 || c == 0x2028 || c == 0x2029;
}

/// Values of digits; -1 when there is none.
inline int decimal_value(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9' ? static_cast<int>(c - '0') : -1;
  const Record& r = record(c);
  return r.flags & kDecimal ? r.decimal : -1;
}
inline int digit_value(char32_t c) {
  const Record& r = record(c);
  return r.flags & kDigit ? r.digit : -1;
}
/// Numeric value; -1.0 when there is none.
double numeric_value(char32_t c);

/// One-to-one case mappings.
char32_t to_upper(char32_t c);
char32_t to_lower(char32_t c);
char32_t to_title(char32_t c);

/// Full case mappings: up to three code points are written; the count is returned.
size_t to_upper_full(char32_t c, char32_t out[3]);
size_t to_lower_full(char32_t c, char32_t out[3]);
size_t to_title_full(char32_t c, char32_t out[3]);
size_t to_folded_full(char32_t c, char32_t out[3]);

inline const char* category(char32_t c) { return kCategoryNames[record(c).category]; }
inline const char* bidirectional(char32_t c) { return kBidirectionalNames[record(c).bidirectional]; }
inline const char* east_asian_width(char32_t c) { return kWidthNames[record(c).width]; }
inline int combining(char32_t c) { return record(c).combining; }

/// The decomposition field of one code point as unicodedata.decomposition() prints it, without the tag.
struct Decomposition {
  const char* tag;          // "" or "<compat>" …
  const char32_t* points;   // null when there is none
  size_t length;
};
Decomposition decomposition(char32_t c);

enum class Form : uint8_t { kNfc, kNfd, kNfkc, kNfkd };
enum class QuickCheck : uint8_t { kYes, kMaybe, kNo };
/// Whether `text` is in the form, decided from per-character properties alone.
QuickCheck quick_check(Form form, const char32_t* text, size_t length);

/// A run of code points on the heap, filled by normalize.
class CodePoints {
 public:
  CodePoints() = default;
  CodePoints(const CodePoints&) = delete;
  CodePoints& operator=(const CodePoints&) = delete;
  ~CodePoints();
  char32_t* data() { return data_; }
  const char32_t* data() const { return data_; }
  size_t size() const { return size_; }
  void truncate(size_t size) { size_ = size; }
  /// False when memory runs out.
  bool push(char32_t c);

 private:
  char32_t* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

/// Appends the normalized text to `out` (empty at the call); false when memory runs out.
bool normalize(Form form, const char32_t* text, size_t length, CodePoints& out);

}  // namespace ty::unicode
