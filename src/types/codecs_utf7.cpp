// UTF-7 (RFC 2152): runs of base64 between '+' and a character outside its alphabet.
#include "base/text_buffer.h"
#include "base/utf.h"
#include "types/codec_errors.h"

namespace ty {

namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/// Characters that stand for themselves when encoding: letters, digits, RFC 2152's sets D and O, white space.
bool is_direct(char32_t c) {
  if (c >= 128) return false;
  return c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c < 127 && c != '+' && c != '\\' && c != '~');
}

}  // namespace

Result<Owned> utf7_decode(Thread& t, std::string_view in, const char* errors, ssize* consumed) {
  DecodeErrors handler(t, "utf7", errors, in);
  StrWriter out(t);
  ssize committed = 0;          // characters before the current shift sequence
  size_t at = 0, shift_start = 0;
  bool shifted = false;
  unsigned bits = 0;
  uint32_t buffer = 0;
  char32_t surrogate = 0;
  for (;;) {
    std::string_view text = handler.input();
    const char* reason = nullptr;
    if (at >= text.size()) {
      if (!shifted || consumed != nullptr) break;
      shifted = false;
      if (surrogate == 0 && bits < 6 && (bits == 0 || buffer == 0)) break;
      reason = "unterminated shift sequence";
      ssize next = TRY(handler.handle(static_cast<ssize>(shift_start), static_cast<ssize>(text.size()), reason, out));
      at = static_cast<size_t>(next);
      if (at >= handler.input().size()) break;
      continue;
    }
    char c = text[at];
    if (shifted) {
      int value = base64_value(c);
      if (value >= 0) {
        buffer = buffer << 6 | static_cast<uint32_t>(value);
        bits += 6;
        ++at;
        if (bits < 16) continue;
        char32_t unit = buffer >> (bits - 16);
        bits -= 16;
        buffer &= (1u << bits) - 1;
        if (surrogate != 0) {
          if (unit >= 0xdc00 && unit <= 0xdfff) {
            TRY(out.put(0x10000 + ((surrogate & 0x3ff) << 10 | (unit & 0x3ff))));
            surrogate = 0;
            continue;
          }
          TRY(out.put(surrogate));
          surrogate = 0;
        }
        if (unit >= 0xd800 && unit <= 0xdbff) surrogate = unit;
        else TRY(out.put(unit));
        continue;
      }
      shifted = false;
      if (bits >= 6) {
        ++at;
        reason = "partial character in shift sequence";
      } else if (bits > 0 && buffer != 0) {
        ++at;
        reason = "non-zero padding bits in shift sequence";
      } else {
        if (surrogate != 0 && static_cast<unsigned char>(c) < 128) TRY(out.put(surrogate));
        surrogate = 0;
        if (c == '-') ++at;
        continue;
      }
    } else if (c == '+') {
      shift_start = at++;
      if (at < text.size() && text[at] == '-') {
        ++at;
        TRY(out.put('+'));
        continue;
      }
      if (at < text.size() && base64_value(text[at]) < 0) {
        ++at;
        reason = "ill-formed sequence";
      } else {
        shifted = true;
        surrogate = 0;
        bits = 0;
        buffer = 0;
        committed = out.length();
        continue;
      }
    } else if (static_cast<unsigned char>(c) < 128) {
      TRY(out.put(static_cast<char32_t>(c)));
      ++at;
      continue;
    } else {
      shift_start = at++;
      reason = "unexpected special character";
    }
    ssize next = TRY(handler.handle(static_cast<ssize>(shift_start), static_cast<ssize>(at), reason, out));
    at = static_cast<size_t>(next);
  }
  Ref<Str> s = TRY(out.finish());
  if (consumed != nullptr) {
    *consumed = static_cast<ssize>(shifted ? shift_start : at);
    if (shifted) s = TRY(str_substring(t, *s, 0, committed));
  }
  return Owned(std::move(s));
}

Result<Ref<Bytes>> utf7_encode(Thread& t, Value v) {
  auto& s = *v.as<Str>();
  TextBuffer out;
  bool shifted = false;
  unsigned bits = 0;
  uint64_t buffer = 0;
  auto unit = [&](char32_t u) {
    buffer = buffer << 16 | u;
    bits += 16;
    while (bits >= 6) {
      out.push(kAlphabet[buffer >> (bits - 6) & 63]);
      bits -= 6;
    }
    buffer &= (uint64_t{1} << bits) - 1;
  };
  auto flush = [&] {
    if (bits > 0) out.push(kAlphabet[buffer << (6 - bits) & 63]);
    bits = 0;
    buffer = 0;
  };
  for (ssize i = 0; i < s.length; ++i) {
    char32_t c = s.at(i);
    if (is_direct(c)) {
      if (shifted) {
        flush();
        shifted = false;
        if (base64_value(static_cast<char>(c)) >= 0 || c == '-') out.push('-');
      }
      out.push(static_cast<char>(c));
      continue;
    }
    if (!shifted) {
      out.push('+');
      if (c == '+') {
        out.push('-');
        continue;
      }
      shifted = true;
    }
    if (c >= 0x10000) {
      unit(0xd7c0 + (c >> 10));
      unit(0xdc00 + (c & 0x3ff));
    } else {
      unit(c);
    }
  }
  if (shifted) {
    flush();
    out.push('-');
  }
  if (out.failed()) return raise_memory_error(t);
  return bytes_new(t, out.view());
}

}  // namespace ty
