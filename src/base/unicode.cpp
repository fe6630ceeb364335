#include "base/unicode.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace ty::unicode {

extern const char* const kDecompositionTags[];
extern const char32_t kDecompositions[];
extern const uint16_t kDecompositionIndex[];
extern const uint16_t kDecompositionPages[];
extern const uint64_t kCompositionKeys[];
extern const char32_t kCompositions[];
extern const unsigned kCompositionCount;
extern const char32_t kNumericPoints[];
extern const double kNumericValues[];
extern const unsigned kNumericCount;

double numeric_value(char32_t c) {
  if (!has(c, kNumeric)) return -1.0;
  const char32_t* end = kNumericPoints + kNumericCount;
  const char32_t* at = std::lower_bound(kNumericPoints, end, c);
  return at != end && *at == c ? kNumericValues[at - kNumericPoints] : -1.0;
}

namespace {

inline char32_t simple(char32_t c, const Record& r, int32_t mapping) {
  if (r.flags & kSpecialCase) return kSpecialCasing[mapping].simple;
  return c + static_cast<char32_t>(mapping);
}

inline size_t full(char32_t c, const Record& r, int32_t mapping, char32_t out[3]) {
  if (r.flags & kSpecialCase) {
    const SpecialCasing& s = kSpecialCasing[mapping];
    for (size_t i = 0; i < s.length; ++i) out[i] = s.full[i];
    return s.length;
  }
  out[0] = c + static_cast<char32_t>(mapping);
  return 1;
}

constexpr char32_t kHangulBase = 0xac00, kLeadBase = 0x1100, kVowelBase = 0x1161, kTailBase = 0x11a7;
constexpr char32_t kLeadCount = 19, kVowelCount = 21, kTailCount = 28;
constexpr char32_t kHangulCount = kLeadCount * kVowelCount * kTailCount;

inline const char32_t* decomposition_entry(char32_t c) {
  if (c > 0x10ffff) return nullptr;
  uint16_t at = kDecompositionPages[(size_t{kDecompositionIndex[c >> kPageBits]} << kPageBits) +
                                    (c & ((1u << kPageBits) - 1))];
  return at == 0 ? nullptr : kDecompositions + at;
}

/// Appends the full decomposition of one character.
bool push_decomposed(char32_t c, bool compatibility, CodePoints& out) {
  if (c - kHangulBase < kHangulCount) {
    char32_t i = c - kHangulBase;
    if (!out.push(kLeadBase + i / (kVowelCount * kTailCount))) return false;
    if (!out.push(kVowelBase + i / kTailCount % kVowelCount)) return false;
    return i % kTailCount == 0 || out.push(kTailBase + i % kTailCount);
  }
  const char32_t* entry = decomposition_entry(c);
  if (entry == nullptr || (entry[0] >> 8 != 0 && !compatibility)) return out.push(c);
  for (size_t i = 1, n = entry[0] & 0xff; i <= n; ++i)
    if (!push_decomposed(entry[i], compatibility, out)) return false;
  return true;
}

void insertion_sort(char32_t* text, size_t length) {
  for (size_t i = 1; i < length; ++i) {
    char32_t c = text[i];
    size_t at = i;
    for (; at > 0 && combining(text[at - 1]) > combining(c); --at) text[at] = text[at - 1];
    text[at] = c;
  }
}

/// Counting sort by class: linear, for runs of marks that no real text contains.
bool counting_sort(char32_t* text, size_t length) {
  auto* copy = static_cast<char32_t*>(std::malloc(length * sizeof(char32_t)));
  if (copy == nullptr) return false;
  size_t starts[257] = {};
  for (size_t i = 0; i < length; ++i) ++starts[combining(copy[i] = text[i]) + 1];
  for (size_t i = 1; i < 257; ++i) starts[i] += starts[i - 1];
  for (size_t i = 0; i < length; ++i) text[starts[combining(copy[i])]++] = copy[i];
  std::free(copy);
  return true;
}

/// Sorts runs of combining marks by class, keeping the order within a class. False when memory runs out.
bool order_marks(char32_t* text, size_t length) {
  for (size_t i = 0; i < length;) {
    if (combining(text[i]) == 0) {
      ++i;
      continue;
    }
    size_t end = i + 1;
    bool sorted = true;
    while (end < length && combining(text[end]) != 0) {
      sorted &= combining(text[end - 1]) <= combining(text[end]);
      ++end;
    }
    if (!sorted) {
      if (end - i <= 32) {
        insertion_sort(text + i, end - i);
      } else if (!counting_sort(text + i, end - i)) {
        return false;
      }
    }
    i = end;
  }
  return true;
}

char32_t compose_pair(char32_t first, char32_t second) {
  if (first - kLeadBase < kLeadCount && second - kVowelBase < kVowelCount)
    return kHangulBase + ((first - kLeadBase) * kVowelCount + (second - kVowelBase)) * kTailCount;
  if (first - kHangulBase < kHangulCount && (first - kHangulBase) % kTailCount == 0 &&
      second > kTailBase && second < kTailBase + kTailCount)
    return first + (second - kTailBase);
  uint64_t key = uint64_t{first} << 32 | second;
  const uint64_t* end = kCompositionKeys + kCompositionCount;
  const uint64_t* at = std::lower_bound(kCompositionKeys, end, key);
  return at != end && *at == key ? kCompositions[at - kCompositionKeys] : 0;
}

size_t compose(char32_t* text, size_t length) {
  size_t starter = length, write = 0;
  int last_class = -1;  // of the character written last since the starter; -1: directly after it
  for (size_t i = 0; i < length; ++i) {
    char32_t c = text[i];
    int mark = combining(c);
    if (starter != length && (last_class == -1 || last_class < mark)) {
      char32_t composed = compose_pair(text[starter], c);
      if (composed != 0) {
        text[starter] = composed;
        continue;
      }
    }
    if (mark == 0) {
      starter = write;
      last_class = -1;
    } else {
      last_class = mark;
    }
    text[write++] = c;
  }
  return write;
}

}  // namespace

char32_t to_upper(char32_t c) {
  const Record& r = record(c);
  return simple(c, r, r.upper);
}
char32_t to_lower(char32_t c) {
  const Record& r = record(c);
  return simple(c, r, r.lower);
}
char32_t to_title(char32_t c) {
  const Record& r = record(c);
  return simple(c, r, r.title);
}
size_t to_upper_full(char32_t c, char32_t out[3]) {
  const Record& r = record(c);
  return full(c, r, r.upper, out);
}
size_t to_lower_full(char32_t c, char32_t out[3]) {
  const Record& r = record(c);
  return full(c, r, r.lower, out);
}
size_t to_title_full(char32_t c, char32_t out[3]) {
  const Record& r = record(c);
  return full(c, r, r.title, out);
}
size_t to_folded_full(char32_t c, char32_t out[3]) {
  const Record& r = record(c);
  if (!(r.flags & kFolds)) return full(c, r, r.lower, out);
  const SpecialCasing& s = kSpecialCasing[r.fold];
  for (size_t i = 0; i < s.length; ++i) out[i] = s.full[i];
  return s.length;
}

Decomposition decomposition(char32_t c) {
  const char32_t* entry = decomposition_entry(c);
  if (entry == nullptr) return {"", nullptr, 0};
  return {kDecompositionTags[entry[0] >> 8], entry + 1, entry[0] & 0xff};
}

CodePoints::~CodePoints() { std::free(data_); }

bool CodePoints::push(char32_t c) {
  if (size_ == capacity_) {
    size_t capacity = capacity_ == 0 ? 64 : capacity_ * 2;
    auto* moved = static_cast<char32_t*>(std::realloc(data_, capacity * sizeof(char32_t)));
    if (moved == nullptr) return false;
    data_ = moved;
    capacity_ = capacity;
  }
  data_[size_++] = c;
  return true;
}

QuickCheck quick_check(Form form, const char32_t* text, size_t length) {
  static constexpr uint32_t kNo[] = {kNfcNo, kNfdNo, kNfkcNo, kNfkdNo};
  static constexpr uint32_t kMaybe[] = {kNfcMaybe, 0, kNfkcMaybe, 0};
  uint32_t no = kNo[static_cast<int>(form)], maybe = kMaybe[static_cast<int>(form)];
  int previous = 0;
  QuickCheck result = QuickCheck::kYes;
  for (size_t i = 0; i < length; ++i) {
    if (text[i] < 0xc0) {
      // Only compatibility forms change characters below U+00C0.
      if (text[i] < 0xa0) {
        previous = 0;
        continue;
      }
    }
    const Record& r = record(text[i]);
    if (r.combining != 0 && previous > r.combining) return QuickCheck::kNo;
    if (r.flags & no) return QuickCheck::kNo;
    if (r.flags & maybe) result = QuickCheck::kMaybe;
    previous = r.combining;
  }
  return result;
}

bool normalize(Form form, const char32_t* text, size_t length, CodePoints& out) {
  bool compatibility = form == Form::kNfkc || form == Form::kNfkd;
  for (size_t i = 0; i < length; ++i)
    if (!push_decomposed(text[i], compatibility, out)) return false;
  if (!order_marks(out.data(), out.size())) return false;
  if (form == Form::kNfc || form == Form::kNfkc) out.truncate(compose(out.data(), out.size()));
  return true;
}

}  // namespace ty::unicode
