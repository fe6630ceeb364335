// base/utf.h: UTF-8 in and out, and conversions between arrays of 1, 2 and 4 byte characters.
//
// What        The unit type is uint8_t (Latin-1), uint16_t (UCS-2) or char32_t (UCS-4); no surrogate pairs anywhere.
// Threads     any; no state.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/check.h"

namespace ty::utf {

enum class Surrogates : uint8_t { kReject, kAllow };

/// What a pass over UTF-8 found. The text is valid when valid_bytes equals its size.
struct Utf8Scan {
  size_t characters;    // in the valid prefix
  char32_t max_char;    // rounded up: 0x7f, 0xff, 0xffff or 0x10ffff
  size_t valid_bytes;
};
Utf8Scan scan_utf8(const uint8_t* text, size_t size, Surrogates surrogates = Surrogates::kReject);

/// Why the bytes at `text` are no character: how many bytes are at fault, and whether more input could repair them.
struct Utf8Fault {
  size_t length;
  const char* reason;   // "invalid start byte", "invalid continuation byte" or "unexpected end of data"
};
Utf8Fault describe_utf8_fault(const uint8_t* text, size_t size);

/// Decodes valid UTF-8 into `out`, which has room for the scanned number of characters of sufficient width.
template <class Unit>
void decode_utf8(const uint8_t* text, size_t size, Unit* out);

/// Decodes one character of valid UTF-8 and advances.
inline char32_t next_utf8(const uint8_t*& p) {
  uint8_t b = *p++;
  if (b < 0x80) return b;
  if (b < 0xe0) return ((b & 0x1fu) << 6) | (*p++ & 0x3fu);
  if (b < 0xf0) {
    char32_t c = ((b & 0x0fu) << 12) | ((p[0] & 0x3fu) << 6) | (p[1] & 0x3fu);
    p += 2;
    return c;
  }
  char32_t c = ((b & 0x07u) << 18) | ((p[0] & 0x3fu) << 12) | ((p[1] & 0x3fu) << 6) | (p[2] & 0x3fu);
  p += 3;
  return c;
}

/// Encodes one code point (surrogates as three bytes) and returns the number of bytes.
inline size_t encode_one(char32_t c, char* out) {
  if (c < 0x80) {
    out[0] = static_cast<char>(c);
    return 1;
  }
  if (c < 0x800) {
    out[0] = static_cast<char>(0xc0 | (c >> 6));
    out[1] = static_cast<char>(0x80 | (c & 0x3f));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = static_cast<char>(0xe0 | (c >> 12));
    out[1] = static_cast<char>(0x80 | ((c >> 6) & 0x3f));
    out[2] = static_cast<char>(0x80 | (c & 0x3f));
    return 3;
  }
  out[0] = static_cast<char>(0xf0 | (c >> 18));
  out[1] = static_cast<char>(0x80 | ((c >> 12) & 0x3f));
  out[2] = static_cast<char>(0x80 | ((c >> 6) & 0x3f));
  out[3] = static_cast<char>(0x80 | (c & 0x3f));
  return 4;
}

inline bool is_surrogate(char32_t c) { return c >= 0xd800 && c <= 0xdfff; }

/// Bytes of the UTF-8 form (surrogates count three).
template <class Unit>
size_t utf8_size(const Unit* text, size_t length);
/// Writes the UTF-8 form and returns the end.
template <class Unit>
char* encode_utf8(const Unit* text, size_t length, char* out);
/// Index of the first surrogate at or after `start`; `length` when there is none.
template <class Unit>
size_t find_surrogate(const Unit* text, size_t start, size_t length);

/// The largest character rounded up to 0x7f, 0xff, 0xffff or 0x10ffff.
template <class Unit>
char32_t max_char(const Unit* text, size_t length);

/// Whether all bytes are below 0x80.
bool is_ascii(const void* text, size_t length);
/// Length of the longest prefix below 0x80.
size_t ascii_prefix(const uint8_t* text, size_t length);

/// Copies between widths; narrowing requires that every character fits.
template <class From, class To>
inline void convert(const From* from, size_t length, To* to) {
  for (size_t i = 0; i < length; ++i) to[i] = static_cast<To>(from[i]);
}

}  // namespace ty::utf
