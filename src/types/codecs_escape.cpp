// unicode_escape, raw_unicode_escape, and the escapes of bytes.
#include <cstring>

#include "base/text_buffer.h"
#include "base/unicode_names.h"
#include "types/codec_errors.h"

namespace ty {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') return (c | 0x20) - 'a' + 10;
  return -1;
}

Result<Owned> finish(StrWriter& out) {
  Ref<Str> s = TRY(out.finish());
  return Owned(std::move(s));
}

/// What an escape came to.
enum class Escape { kCharacter, kNothing, kUnknown, kError, kIncomplete };
struct EscapeResult {
  Escape kind;
  char32_t character = 0;
  const char* reason = nullptr;
};

/// Reads `count` hexadecimal digits; `at` ends after the last good one.
EscapeResult read_hex(std::string_view in, size_t& at, int count, const char* reason) {
  char32_t c = 0;
  for (; count > 0; --count, ++at) {
    if (at >= in.size()) return {Escape::kIncomplete, 0, reason};
    int d = hex_value(in[at]);
    if (d < 0) return {Escape::kError, 0, reason};
    c = c << 4 | static_cast<char32_t>(d);
  }
  if (c > 0x10ffff) return {Escape::kError, 0, "illegal Unicode character"};
  return {Escape::kCharacter, c};
}

EscapeResult read_name(std::string_view in, size_t& at) {
  constexpr const char* kMalformed = "malformed \\N character escape";
  if (at >= in.size()) return {Escape::kIncomplete, 0, kMalformed};
  if (in[at] != '{') return {Escape::kError, 0, kMalformed};
  size_t start = ++at;
  while (at < in.size() && in[at] != '}') ++at;
  if (at >= in.size()) return {Escape::kIncomplete, 0, kMalformed};
  size_t length = at - start;
  if (length == 0) return {Escape::kError, 0, kMalformed};
  ++at;
  char32_t found[unicode::kMaxSequence];
  if (unicode::lookup_name(in.substr(start, length), unicode::NameKinds::kNames, found) == 1)
    return {Escape::kCharacter, found[0]};
  return {Escape::kError, 0, "unknown Unicode character name"};
}

/// The escape that follows a backslash; `at` is after the backslash. Octal escapes above 0377 count as unknown too.
EscapeResult read_escape(std::string_view in, size_t& at, bool* odd_octal) {
  if (at >= in.size()) return {Escape::kIncomplete, 0, "\\ at end of string"};
  char c = in[at++];
  switch (c) {
    case '\n': return {Escape::kNothing};
    case '\\':
    case '\'':
    case '"': return {Escape::kCharacter, static_cast<char32_t>(c)};
    case 'b': return {Escape::kCharacter, '\b'};
    case 'f': return {Escape::kCharacter, '\f'};
    case 't': return {Escape::kCharacter, '\t'};
    case 'n': return {Escape::kCharacter, '\n'};
    case 'r': return {Escape::kCharacter, '\r'};
    case 'v': return {Escape::kCharacter, '\v'};
    case 'a': return {Escape::kCharacter, '\a'};
    case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': {
      auto value = static_cast<char32_t>(c - '0');
      for (int i = 0; i < 2 && at < in.size() && in[at] >= '0' && in[at] <= '7'; ++i)
        value = value * 8 + static_cast<char32_t>(in[at++] - '0');
      *odd_octal = value > 0377;
      return {Escape::kCharacter, value};
    }
    case 'x': return read_hex(in, at, 2, "truncated \\xXX escape");
    case 'u': return read_hex(in, at, 4, "truncated \\uXXXX escape");
    case 'U': return read_hex(in, at, 8, "truncated \\UXXXXXXXX escape");
    case 'N': return read_name(in, at);
    default: return {Escape::kUnknown, static_cast<unsigned char>(c)};
  }
}

}  // namespace

Result<Owned> unicode_escape_decode(Thread& t, std::string_view in, const char* errors, ssize* consumed, bool warn) {
  DecodeErrors handler(t, "unicodeescape", errors, in);
  StrWriter out(t);
  int first_invalid = -1;
  size_t at = 0;
  for (;;) {
    std::string_view text = handler.input();
    if (at >= text.size()) break;
    char c = text[at];
    if (c != '\\') {
      TRY(out.put(static_cast<unsigned char>(c)));
      ++at;
      continue;
    }
    size_t start = at++;
    bool odd_octal = false;
    EscapeResult e = read_escape(text, at, &odd_octal);
    switch (e.kind) {
      case Escape::kNothing: continue;
      case Escape::kCharacter:
        if (odd_octal && first_invalid < 0) first_invalid = static_cast<int>(e.character);
        TRY(out.put(e.character));
        continue;
      case Escape::kUnknown:
        if (first_invalid < 0) first_invalid = static_cast<int>(e.character);
        TRY(out.put('\\'));
        TRY(out.put(e.character));
        continue;
      case Escape::kIncomplete:
        if (consumed != nullptr) {
          *consumed = static_cast<ssize>(start);
          goto done;
        }
        [[fallthrough]];
      case Escape::kError: {
        ssize next = TRY(handler.handle(static_cast<ssize>(start), static_cast<ssize>(at), e.reason, out));
        at = static_cast<size_t>(next);
        continue;
      }
    }
  }
  if (consumed != nullptr) *consumed = static_cast<ssize>(at);
done:
  if (warn && first_invalid >= 0) {
    if (first_invalid > 0xff)
      TRY(warn_rpy(t, &exc_DeprecationWarning, 1, "invalid octal escape sequence '\\%o'", static_cast<unsigned>(first_invalid)));
    else
      TRY(warn_rpy(t, &exc_DeprecationWarning, 1, "invalid escape sequence '\\%c'", first_invalid));
  }
  return finish(out);
}

Result<Owned> raw_unicode_escape_decode(Thread& t, std::string_view in, const char* errors, ssize* consumed) {
  DecodeErrors handler(t, "rawunicodeescape", errors, in);
  StrWriter out(t);
  size_t at = 0;
  for (;;) {
    std::string_view text = handler.input();
    if (at >= text.size()) break;
    char c = text[at];
    bool last = at + 1 >= text.size();
    if (c != '\\' || (last && consumed == nullptr)) {
      TRY(out.put(static_cast<unsigned char>(c)));
      ++at;
      continue;
    }
    size_t start = at;
    if (last) break;
    char kind = text[at + 1];
    at += 2;
    if (kind != 'u' && kind != 'U') {
      TRY(out.put('\\'));
      TRY(out.put(static_cast<unsigned char>(kind)));
      continue;
    }
    EscapeResult e = read_hex(text, at, kind == 'u' ? 4 : 8, kind == 'u' ? "truncated \\uXXXX escape" : "truncated \\UXXXXXXXX escape");
    if (e.kind == Escape::kCharacter) {
      TRY(out.put(e.character));
      continue;
    }
    if (e.kind == Escape::kIncomplete && consumed != nullptr) {
      at = start;
      break;
    }
    const char* reason = std::strcmp(e.reason, "illegal Unicode character") == 0 ? "\\Uxxxxxxxx out of range" : e.reason;
    ssize next = TRY(handler.handle(static_cast<ssize>(start), static_cast<ssize>(at), reason, out));
    at = static_cast<size_t>(next);
  }
  if (consumed != nullptr) *consumed = static_cast<ssize>(at);
  return finish(out);
}

namespace {

void push_hex(TextBuffer& out, const char* prefix, char32_t c, int digits) {
  out.append(prefix);
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out.push("0123456789abcdef"[(c >> shift) & 15]);
}

}  // namespace

Result<Ref<Bytes>> unicode_escape_encode(Thread& t, Value v) {
  auto& s = *v.as<Str>();
  TextBuffer out;
  for (ssize i = 0; i < s.length; ++i) {
    char32_t c = s.at(i);
    if (c >= 0x10000) push_hex(out, "\\U", c, 8);
    else if (c >= 0x100) push_hex(out, "\\u", c, 4);
    else if (c == '\\') out.append("\\\\");
    else if (c == '\t') out.append("\\t");
    else if (c == '\n') out.append("\\n");
    else if (c == '\r') out.append("\\r");
    else if (c >= ' ' && c < 127) out.push(static_cast<char>(c));
    else push_hex(out, "\\x", c, 2);
  }
  if (out.failed()) return raise_memory_error(t);
  return bytes_new(t, out.view());
}

Result<Ref<Bytes>> raw_unicode_escape_encode(Thread& t, Value v) {
  auto& s = *v.as<Str>();
  TextBuffer out;
  for (ssize i = 0; i < s.length; ++i) {
    char32_t c = s.at(i);
    if (c >= 0x10000) push_hex(out, "\\U", c, 8);
    else if (c >= 0x100) push_hex(out, "\\u", c, 4);
    else out.push(static_cast<char>(c));
  }
  if (out.failed()) return raise_memory_error(t);
  return bytes_new(t, out.view());
}

Result<Owned> escape_decode(Thread& t, std::string_view in, const char* errors) {
  TextBuffer out;
  int first_invalid = -1;
  for (size_t at = 0; at < in.size();) {
    if (in[at] != '\\') {
      out.push(in[at++]);
      continue;
    }
    size_t start = at++;
    if (at >= in.size()) return raise_value_error(t, "Trailing \\ in string");
    char c = in[at];
    if (c == 'x') {
      int high = at + 1 < in.size() ? hex_value(in[at + 1]) : -1, low = at + 2 < in.size() ? hex_value(in[at + 2]) : -1;
      if (high >= 0 && low >= 0) {
        out.push(static_cast<char>(high << 4 | low));
        at += 3;
        continue;
      }
      ErrorHandler kind = error_handler_named(errors);
      if (kind == ErrorHandler::kStrict)
        return raise_value_error(t, "invalid \\x escape at position %zd", static_cast<ssize>(start));
      if (kind == ErrorHandler::kReplace) out.push('?');
      else if (kind != ErrorHandler::kIgnore)
        return raise_value_error(t, "decoding error; unknown error handling code: %.400s", errors);
      at += high >= 0 ? 2 : 1;
      continue;
    }
    if (c == 'u' || c == 'U' || c == 'N') {  // no such escapes in bytes
      out.push('\\');
      out.push(c);
      if (first_invalid < 0) first_invalid = static_cast<unsigned char>(c);
      ++at;
      continue;
    }
    bool odd_octal = false;
    EscapeResult e = read_escape(in, at, &odd_octal);
    if (odd_octal && first_invalid < 0) first_invalid = static_cast<int>(e.character);
    if (e.kind == Escape::kUnknown) {
      if (first_invalid < 0) first_invalid = static_cast<int>(e.character);
      out.push('\\');
      out.push(static_cast<char>(e.character));
    } else if (e.kind == Escape::kCharacter) {
      out.push(static_cast<char>(e.character));
    }
  }
  if (out.failed()) return raise_memory_error(t);
  if (first_invalid > 0xff)
    TRY(warn_rpy(t, &exc_DeprecationWarning, 1, "invalid octal escape sequence '\\%o'", static_cast<unsigned>(first_invalid)));
  else if (first_invalid >= 0)
    TRY(warn_rpy(t, &exc_DeprecationWarning, 1, "invalid escape sequence '\\%c'", first_invalid));
  Ref<Bytes> b = TRY(bytes_new(t, out.view()));
  return Owned(std::move(b));
}

Result<Owned> escape_encode(Thread& t, Value bytes, const char*) {
  TextBuffer out;
  for (char c : bytes.as<Bytes>()->view()) {
    auto u = static_cast<unsigned char>(c);
    if (c == '\'' || c == '\\') {
      out.push('\\');
      out.push(c);
    } else if (c == '\t') {
      out.append("\\t");
    } else if (c == '\n') {
      out.append("\\n");
    } else if (c == '\r') {
      out.append("\\r");
    } else if (u < ' ' || u >= 0x7f) {
      push_hex(out, "\\x", u, 2);
    } else {
      out.push(c);
    }
  }
  if (out.failed()) return raise_memory_error(t);
  Ref<Bytes> b = TRY(bytes_new(t, out.view()));
  return Owned(std::move(b));
}

}  // namespace ty
