#include "base/utf.h"

#include <cstring>

namespace ty::utf {

namespace {
constexpr uint64_t kHighBits = 0x8080808080808080u;
}

size_t ascii_prefix(const uint8_t* text, size_t length) {
  size_t i = 0;
  for (; i + 32 <= length; i += 32) {
    uint64_t w[4];
    std::memcpy(w, text + i, 32);
    if ((w[0] | w[1] | w[2] | w[3]) & kHighBits) break;
  }
  for (; i + 8 <= length; i += 8) {
    uint64_t w;
    std::memcpy(&w, text + i, 8);
    if (w & kHighBits) return i + static_cast<size_t>(__builtin_ctzll(w & kHighBits)) / 8;
  }
  while (i < length && text[i] < 0x80) ++i;
  return i;
}

bool is_ascii(const void* text, size_t length) {
  return ascii_prefix(static_cast<const uint8_t*>(text), length) == length;
}

Utf8Scan scan_utf8(const uint8_t* text, size_t size, Surrogates surrogates) {
  size_t i = ascii_prefix(text, size);
  size_t characters = i;
  char32_t all = 0;       // bits that tell the width apart
  while (i < size) {
    uint8_t b = text[i];
    if (b < 0x80) {
      size_t n = ascii_prefix(text + i, size - i);
      i += n;
      characters += n;
      continue;
    }
    auto trail = [&](size_t k) { return i + k < size && (text[i + k] & 0xc0) == 0x80; };
    if (b < 0xe0) {
      if (b < 0xc2 || !trail(1)) break;
      all |= b >= 0xc4 ? 0x100 : 0x80;
      i += 2;
    } else if (b < 0xf0) {
      if (!trail(1) || !trail(2)) break;
      uint8_t second = text[i + 1];
      if (b == 0xe0 && second < 0xa0) break;
      if (b == 0xed && second >= 0xa0 && surrogates == Surrogates::kReject) break;
      all |= 0x100;
      i += 3;
    } else {
      if (b > 0xf4 || !trail(1) || !trail(2) || !trail(3)) break;
      uint8_t second = text[i + 1];
      if ((b == 0xf0 && second < 0x90) || (b == 0xf4 && second >= 0x90)) break;
      all |= 0x10000;
      i += 4;
    }
    ++characters;
  }
  char32_t top = all >= 0x10000 ? 0x10ffff : all >= 0x100 ? 0xffff : all >= 0x80 ? 0xff : 0x7f;
  return {characters, top, i};
}

Utf8Fault describe_utf8_fault(const uint8_t* text, size_t size) {
  uint8_t b = text[0];
  if (b < 0xc2 || b > 0xf4) return {1, "invalid start byte"};
  size_t want = b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
  for (size_t k = 1; k < want; ++k) {
    if (k >= size) return {k, "unexpected end of data"};
    uint8_t c = text[k];
    bool ok = (c & 0xc0) == 0x80;
    if (k == 1) {
      if (b == 0xe0) ok = ok && c >= 0xa0;
      if (b == 0xed) ok = ok && c < 0xa0;
      if (b == 0xf0) ok = ok && c >= 0x90;
      if (b == 0xf4) ok = ok && c < 0x90;
    }
    if (!ok) return {k, "invalid continuation byte"};
  }
  return {want, "invalid continuation byte"};
}

template <class Unit>
void decode_utf8(const uint8_t* text, size_t size, Unit* out) {
  const uint8_t* p = text;
  const uint8_t* end = text + size;
  while (p < end) {
    if (*p < 0x80) {
      size_t n = ascii_prefix(p, static_cast<size_t>(end - p));
      if constexpr (sizeof(Unit) == 1) {
        std::memcpy(out, p, n);
      } else {
        for (size_t i = 0; i < n; ++i) out[i] = p[i];
      }
      p += n;
      out += n;
    } else {
      *out++ = static_cast<Unit>(next_utf8(p));
    }
  }
}
template void decode_utf8(const uint8_t*, size_t, uint8_t*);
template void decode_utf8(const uint8_t*, size_t, uint16_t*);
template void decode_utf8(const uint8_t*, size_t, char32_t*);

template <class Unit>
size_t utf8_size(const Unit* text, size_t length) {
  size_t size = length;
  for (size_t i = 0; i < length; ++i) {
    size += text[i] >= 0x80;
    if constexpr (sizeof(Unit) > 1) size += text[i] >= 0x800;
    if constexpr (sizeof(Unit) > 2) size += text[i] >= 0x10000;
  }
  return size;
}
template size_t utf8_size(const uint8_t*, size_t);
template size_t utf8_size(const uint16_t*, size_t);
template size_t utf8_size(const char32_t*, size_t);

template <class Unit>
char* encode_utf8(const Unit* text, size_t length, char* out) {
  for (size_t i = 0; i < length; ++i) {
    if (text[i] < 0x80) {
      *out++ = static_cast<char>(text[i]);
    } else {
      out += encode_one(text[i], out);
    }
  }
  return out;
}
template char* encode_utf8(const uint8_t*, size_t, char*);
template char* encode_utf8(const uint16_t*, size_t, char*);
template char* encode_utf8(const char32_t*, size_t, char*);

template <class Unit>
size_t find_surrogate(const Unit* text, size_t start, size_t length) {
  if constexpr (sizeof(Unit) > 1) {
    for (size_t i = start; i < length; ++i)
      if (is_surrogate(text[i])) return i;
  }
  return length;
}
template size_t find_surrogate(const uint8_t*, size_t, size_t);
template size_t find_surrogate(const uint16_t*, size_t, size_t);
template size_t find_surrogate(const char32_t*, size_t, size_t);

template <class Unit>
char32_t max_char(const Unit* text, size_t length) {
  if constexpr (sizeof(Unit) == 1) {
    return ascii_prefix(text, length) == length ? 0x7f : 0xff;
  } else {
    char32_t all = 0;
    for (size_t i = 0; i < length;) {
      size_t end = length - i > 64 ? i + 64 : length;
      for (; i < end; ++i) all |= text[i];
      if (sizeof(Unit) == 2 ? all >= 0x100 : all >= 0x10000) break;
    }
    return all >= 0x10000 ? 0x10ffff : all >= 0x100 ? 0xffff : all >= 0x80 ? 0xff : 0x7f;
  }
}
template char32_t max_char(const uint8_t*, size_t);
template char32_t max_char(const uint16_t*, size_t);
template char32_t max_char(const char32_t*, size_t);

}  // namespace ty::utf
