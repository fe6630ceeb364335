// UTF-8, UTF-16 and UTF-32.
#include <cstring>

#include "base/text_buffer.h"
#include "base/utf.h"
#include "types/codec_errors.h"

namespace ty {

namespace {

const uint8_t* bytes_of(std::string_view v) { return reinterpret_cast<const uint8_t*>(v.data()); }

Result<Owned> finish(StrWriter& out) {
  Ref<Str> s = TRY(out.finish());
  return Owned(std::move(s));
}

}  // namespace

Result<Owned> utf8_decode(Thread& t, std::string_view in, const char* errors, ssize* consumed) {
  auto scan = utf::scan_utf8(bytes_of(in), in.size());
  if (TY_LIKELY(scan.valid_bytes == in.size())) {
    if (consumed != nullptr) *consumed = static_cast<ssize>(in.size());
    Ref<Str> s = TRY(str_from_utf8(t, in));
    return Owned(std::move(s));
  }
  DecodeErrors handler(t, "utf-8", errors, in);
  StrWriter out(t);
  size_t at = 0;
  for (;;) {
    std::string_view rest = handler.input().substr(at);
    auto valid = utf::scan_utf8(bytes_of(rest), rest.size());
    TRY(out.utf8(rest.substr(0, valid.valid_bytes)));
    at += valid.valid_bytes;
    rest = rest.substr(valid.valid_bytes);
    if (rest.empty()) break;
    auto fault = utf::describe_utf8_fault(bytes_of(rest), rest.size());
    if (consumed != nullptr) {
      // More input may complete the character, or an encoded surrogate that the handler accepts.
      if (std::strcmp(fault.reason, "unexpected end of data") == 0) break;
      auto byte = [&](size_t i) { return static_cast<unsigned char>(rest[i]); };
      if (rest.size() == 2 && byte(0) == 0xed && byte(1) >= 0xa0 && byte(1) <= 0xbf) break;
    }
    ssize next = TRY(handler.handle(static_cast<ssize>(at), static_cast<ssize>(at + fault.length), fault.reason, out));
    at = static_cast<size_t>(next);
  }
  if (consumed != nullptr) *consumed = static_cast<ssize>(at);
  return finish(out);
}

Result<Ref<Bytes>> utf8_encode(Thread& t, Value v, const char* errors) {
  auto& s = *v.as<Str>();
  if (s.is_ascii()) return bytes_new(t, s.ascii(), s.length);
  return with_units(s, [&](auto* units) -> Result<Ref<Bytes>> {
    auto length = static_cast<size_t>(s.length);
    size_t bad = utf::find_surrogate(units, 0, length);
    if (TY_LIKELY(bad == length)) {
      size_t size = utf::utf8_size(units, length);
      Ref<Bytes> b = TRY(bytes_new(t, nullptr, static_cast<ssize>(size)));
      utf::encode_utf8(units, length, b->data());
      return b;
    }
    EncodeErrors handler(t, "utf-8", errors, v);
    TextBuffer out;
    size_t at = 0;
    while (at < length) {
      size_t stop = utf::find_surrogate(units, at, length);
      if (char* p = out.extend(utf::utf8_size(units + at, stop - at))) utf::encode_utf8(units + at, stop - at, p);
      if (stop == length) break;
      size_t end = stop + 1;
      while (end < length && utf::is_surrogate(units[end])) ++end;
      EncodeErrors::Fix fix;
      auto start = static_cast<ssize>(stop);
      TRY(handler.handle(start, static_cast<ssize>(end), "surrogates not allowed", fix));
      if (fix.bytes != nullptr) {
        out.append(fix.bytes->view());
      } else {
        if (!fix.text->is_ascii()) return handler.raise(start, static_cast<ssize>(end), "surrogates not allowed");
        out.append({fix.text->ascii(), static_cast<size_t>(fix.text->length)});
      }
      at = static_cast<size_t>(fix.position);
    }
    if (out.failed()) return raise_memory_error(t);
    return bytes_new(t, out.view());
  });
}

namespace {

TY_INLINE unsigned byte_at(std::string_view in, size_t i) { return static_cast<unsigned char>(in[i]); }

TY_INLINE char32_t unit16(std::string_view in, size_t i, bool big) {
  return big ? byte_at(in, i) << 8 | byte_at(in, i + 1) : byte_at(in, i + 1) << 8 | byte_at(in, i);
}

TY_INLINE char32_t unit32(std::string_view in, size_t i, bool big) {
  unsigned a = byte_at(in, i), b = byte_at(in, i + 1), c = byte_at(in, i + 2), d = byte_at(in, i + 3);
  return big ? a << 24 | b << 16 | c << 8 | d : d << 24 | c << 16 | b << 8 | a;
}

}  // namespace

Result<Owned> utf16_decode(Thread& t, std::string_view in, const char* errors, int* byte_order, ssize* consumed) {
  int order = byte_order != nullptr ? *byte_order : 0;
  size_t at = 0;
  if (order == 0 && in.size() >= 2) {
    char32_t mark = unit16(in, 0, false);
    if (mark == 0xfeff) order = -1, at = 2;
    else if (mark == 0xfffe) order = 1, at = 2;
    if (byte_order != nullptr) *byte_order = order;
  }
  bool big = order > 0;
  DecodeErrors handler(t, big ? "utf-16-be" : "utf-16-le", errors, in);
  StrWriter out(t);
  for (;;) {
    std::string_view text = handler.input();
    size_t left = text.size() - at;
    if (left == 0) break;
    const char* reason;
    size_t end;
    if (left == 1) {
      if (consumed != nullptr) break;
      reason = "truncated data";
      end = at + 1;
    } else {
      char32_t c = unit16(text, at, big);
      if (!utf::is_surrogate(c)) {
        TRY(out.put(c));
        at += 2;
        continue;
      }
      if (c >= 0xdc00) {
        reason = "illegal encoding";
        end = at + 2;
      } else if (left < 4) {
        if (consumed != nullptr) break;
        reason = "unexpected end of data";
        end = text.size();
      } else {
        char32_t low = unit16(text, at + 2, big);
        if (low >= 0xdc00 && low <= 0xdfff) {
          TRY(out.put(0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff))));
          at += 4;
          continue;
        }
        reason = "illegal UTF-16 surrogate";
        end = at + 2;
      }
    }
    ssize next = TRY(handler.handle(static_cast<ssize>(at), static_cast<ssize>(end), reason, out));
    at = static_cast<size_t>(next);
  }
  if (consumed != nullptr) *consumed = static_cast<ssize>(at);
  return finish(out);
}

Result<Owned> utf32_decode(Thread& t, std::string_view in, const char* errors, int* byte_order, ssize* consumed) {
  int order = byte_order != nullptr ? *byte_order : 0;
  size_t at = 0;
  if (order == 0 && in.size() >= 4) {
    char32_t mark = unit32(in, 0, false);
    if (mark == 0xfeff) order = -1, at = 4;
    else if (mark == 0xfffe0000) order = 1, at = 4;
    if (byte_order != nullptr) *byte_order = order;
  }
  bool big = order > 0;
  DecodeErrors handler(t, big ? "utf-32-be" : "utf-32-le", errors, in);
  StrWriter out(t);
  for (;;) {
    std::string_view text = handler.input();
    size_t left = text.size() - at;
    if (left == 0) break;
    const char* reason;
    size_t end = at + 4;
    if (left < 4) {
      if (consumed != nullptr) break;
      reason = "truncated data";
      end = text.size();
    } else {
      char32_t c = unit32(text, at, big);
      if (c <= 0x10ffff && !utf::is_surrogate(c)) {
        TRY(out.put(c));
        at += 4;
        continue;
      }
      reason = c > 0x10ffff ? "code point not in range(0x110000)" : "code point in surrogate code point range(0xd800, 0xe000)";
    }
    ssize next = TRY(handler.handle(static_cast<ssize>(at), static_cast<ssize>(end), reason, out));
    at = static_cast<size_t>(next);
  }
  if (consumed != nullptr) *consumed = static_cast<ssize>(at);
  return finish(out);
}

namespace {

void push16(TextBuffer& out, char32_t unit, bool big) {
  char b[2] = {static_cast<char>(unit & 0xff), static_cast<char>(unit >> 8 & 0xff)};
  if (big) std::swap(b[0], b[1]);
  out.append({b, 2});
}
void push32(TextBuffer& out, char32_t c, bool big) {
  char b[4];
  for (int i = 0; i < 4; ++i) b[big ? 3 - i : i] = static_cast<char>(c >> (8 * i) & 0xff);
  out.append({b, 4});
}

/// UTF-16 and UTF-32: `width` is 2 or 4.
Result<Ref<Bytes>> wide_encode(Thread& t, Value v, const char* errors, int byte_order, int width) {
  auto& s = *v.as<Str>();
  bool big = byte_order > 0;
  const char* encoding = width == 2 ? (byte_order == 0 ? "utf-16" : big ? "utf-16-be" : "utf-16-le")
                                    : (byte_order == 0 ? "utf-32" : big ? "utf-32-be" : "utf-32-le");
  TextBuffer out;
  auto push = [&](char32_t c) {
    if (width == 4) {
      push32(out, c, big);
    } else if (c < 0x10000) {
      push16(out, c, big);
    } else {
      push16(out, 0xd7c0 + (c >> 10), big);
      push16(out, 0xdc00 + (c & 0x3ff), big);
    }
  };
  if (!out.reserve(static_cast<size_t>(s.length) * static_cast<size_t>(width) + 4)) return raise_memory_error(t);
  if (byte_order == 0) push(0xfeff);
  EncodeErrors handler(t, encoding, errors, v);
  for (ssize i = 0; i < s.length;) {
    char32_t c = s.at(i);
    if (!utf::is_surrogate(c)) {
      push(c);
      ++i;
      continue;
    }
    EncodeErrors::Fix fix;
    TRY(handler.handle(i, i + 1, "surrogates not allowed", fix));
    if (fix.bytes != nullptr) {
      if (fix.bytes->size % width != 0) return handler.raise(i, i + 1, "surrogates not allowed");
      out.append(fix.bytes->view());
    } else {
      if (!fix.text->is_ascii()) return handler.raise(i, i + 1, "surrogates not allowed");
      for (ssize k = 0; k < fix.text->length; ++k) push(fix.text->at(k));
    }
    i = fix.position;
  }
  if (out.failed()) return raise_memory_error(t);
  return bytes_new(t, out.view());
}

}  // namespace

Result<Ref<Bytes>> utf16_encode(Thread& t, Value str, const char* errors, int byte_order) {
  return wide_encode(t, str, errors, byte_order, 2);
}
Result<Ref<Bytes>> utf32_encode(Thread& t, Value str, const char* errors, int byte_order) {
  return wide_encode(t, str, errors, byte_order, 4);
}

}  // namespace ty
