// modules/binascii.cpp: conversions between binary data and ASCII forms. CPython: Modules/binascii.c.
//
// Threads     no state.
#include <zlib.h>

#include <cstring>

#include "base/text_buffer.h"
#include "modules/new_exception.h"
#include "types/bytes.h"
#include "types/bytes_shared.h"
#include "types/int.h"
#include "sync/thread_state.h"
#include "types/str.h"

namespace ty {

namespace {

GlobalSlot g_error, g_incomplete;

Raised fail(Thread& t, const char* message) { return raise_format(t, exception_in(g_error), "%s", message); }

/// An argument that may be an ASCII str.
struct AsciiInput {
  BytesLike view;
  std::string_view text;
  Result<void> load(Thread& t, Value v) {
    if (is_str(v)) {
      auto& s = *v.as<Str>();
      if (!s.is_ascii()) return raise_value_error(t, "string argument should contain only ASCII characters");
      text = {s.ascii(), static_cast<size_t>(s.length)};
      return {};
    }
    if (!has_buffer(v)) return raise_type_error(t, "argument should be bytes, buffer or ASCII string, not '%.100s'", type_of(v)->name);
    TRY(view.acquire(t, v));
    text = view.view();
    return {};
  }
};
Result<Owned> finish(Thread& t, TextBuffer& out) {
  if (out.failed()) return raise_memory_error(t);
  return Owned(TRY(bytes_new(t, out.view())));
}

// --- base64 ---
constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
struct Base64Table {
  uint8_t value[256];
  constexpr Base64Table() : value() {
    for (auto& v : value) v = 255;
    for (int i = 0; i < 64; i++) value[static_cast<uint8_t>(kBase64[i])] = static_cast<uint8_t>(i);
  }
};
constexpr Base64Table kFromBase64;

Result<Owned> a2b_base64(Thread& t, Value data, bool strict) {
  AsciiInput in;
  TRY(in.load(t, data));
  std::string_view text = in.text;
  if (strict && !text.empty() && text[0] == '=') return fail(t, "Leading padding not allowed");
  TextBuffer out;
  out.reserve((text.size() + 3) / 4 * 3);
  int place = 0, pads = 0;
  unsigned left = 0;
  bool padding = false;
  for (size_t i = 0; i < text.size(); i++) {
    auto c = static_cast<uint8_t>(text[i]);
    if (c == '=') {
      padding = true;
      if (strict && place == 0) return fail(t, "Excess padding not allowed");
      if (place >= 2 && place + ++pads >= 4) {
        if (strict && i + 1 < text.size()) return fail(t, "Excess data after padding");
        return finish(t, out);
      }
      continue;
    }
    unsigned v = kFromBase64.value[c];
    if (v >= 64) {
      if (strict) return fail(t, "Only base64 data is allowed");
      continue;
    }
    if (strict && padding) return fail(t, "Discontinuous padding not allowed");
    pads = 0;
    if (place) out.push(static_cast<char>(left << (2 * place) | v >> (6 - 2 * place)));
    left = place == 0 ? v : place == 1 ? v & 15 : place == 2 ? v & 3 : 0;
    place = (place + 1) & 3;
  }
  if (place == 1) {
    return raise_format(t, exception_in(g_error), "Invalid base64-encoded string: number of data characters (%zd) cannot be 1 more than a multiple of 4",
                        static_cast<ssize>(out.size() / 3 * 4 + 1));
  }
  if (place) return fail(t, "Incorrect padding");
  return finish(t, out);
}
Result<Owned> b2a_base64(Thread& t, BytesLike& data, Opt<bool> newline) {
  std::string_view in = data.view();
  if (in.size() > PTRDIFF_MAX / 2) return fail(t, "Too much data for base64 line");
  bool line_end = newline ? newline.value : true;
  Ref<Bytes> result = TRY(bytes_new(t, nullptr, static_cast<ssize>((in.size() + 2) / 3 * 4 + line_end)));
  char* p = result->data();
  auto* s = reinterpret_cast<const uint8_t*>(in.data());
  size_t n = in.size();
  for (; n >= 3; n -= 3, s += 3) {
    uint32_t w = uint32_t{s[0]} << 16 | uint32_t{s[1]} << 8 | s[2];
    *p++ = kBase64[w >> 18];
    *p++ = kBase64[w >> 12 & 63];
    *p++ = kBase64[w >> 6 & 63];
    *p++ = kBase64[w & 63];
  }
  if (n) {
    uint32_t w = uint32_t{s[0]} << 16 | (n == 2 ? uint32_t{s[1]} << 8 : 0);
    *p++ = kBase64[w >> 18];
    *p++ = kBase64[w >> 12 & 63];
    *p++ = n == 2 ? kBase64[w >> 6 & 63] : '=';
    *p++ = '=';
  }
  if (line_end) *p++ = '\n';
  return Owned(std::move(result));
}

// --- uuencoding ---
Result<Owned> a2b_uu(Thread& t, Value data) {
  AsciiInput in;
  TRY(in.load(t, data));
  auto* p = reinterpret_cast<const uint8_t*>(in.text.data());
  auto* end = p + in.text.size();
  ssize wanted = p < end ? (*p++ - ' ') & 63 : (0 - ' ') & 63;
  TextBuffer out;
  unsigned left = 0;
  int bits = 0;
  for (; wanted > 0; p++) {
    unsigned c = p < end ? *p : 0;
    if (c == '\n' || c == '\r' || p >= end) {
      c = 0;
    } else {
      if (c < ' ' || c > ' ' + 64) return fail(t, "Illegal char");
      c = (c - ' ') & 63;
    }
    left = left << 6 | c;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push(static_cast<char>(left >> bits));
      left &= (1u << bits) - 1;
      wanted--;
    }
  }
  for (; p < end; p++) {
    if (*p != ' ' && *p != ' ' + 64 && *p != '\n' && *p != '\r') return fail(t, "Trailing garbage");
  }
  return finish(t, out);
}
Result<Owned> b2a_uu(Thread& t, BytesLike& data, bool backtick) {
  std::string_view in = data.view();
  if (in.size() > 45) return fail(t, "At most 45 bytes at once");
  TextBuffer out;
  auto put = [&](unsigned v) { out.push(static_cast<char>(backtick && v == 0 ? '`' : v + ' ')); };
  put(static_cast<unsigned>(in.size()));
  for (size_t i = 0; i < in.size(); i += 3) {
    unsigned w = 0;
    for (size_t k = 0; k < 3; k++) w = w << 8 | (i + k < in.size() ? static_cast<uint8_t>(in[i + k]) : 0);
    for (int shift = 18; shift >= 0; shift -= 6) put(w >> shift & 63);
  }
  out.push('\n');
  return finish(t, out);
}

// --- hexadecimal ---
int hex_value(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }
Result<Owned> b2a_hex(Thread& t, BytesLike& data, Value sep, Opt<int> bytes_per_sep) {
  return hex_text(t, data.view(), sep, bytes_per_sep ? bytes_per_sep.value : 1, true);
}
Result<Owned> a2b_hex(Thread& t, Value data) {
  AsciiInput in;
  TRY(in.load(t, data));
  size_t n = in.text.size();
  if (n % 2) return fail(t, "Odd-length string");
  Ref<Bytes> result = TRY(bytes_new(t, nullptr, static_cast<ssize>(n / 2)));
  for (size_t i = 0; i < n; i += 2) {
    int high = hex_value(in.text[i]), low = hex_value(in.text[i + 1]);
    if (high < 0 || low < 0) return fail(t, "Non-hexadecimal digit found");
    result->data()[i / 2] = static_cast<char>(high << 4 | low);
  }
  return Owned(std::move(result));
}

// --- quoted-printable ---
Result<Owned> a2b_qp(Thread& t, Value data, bool header) {
  AsciiInput input;
  TRY(input.load(t, data));
  std::string_view s = input.text;
  TextBuffer out;
  size_t i = 0, n = s.size();
  while (i < n) {
    char c = s[i];
    if (c == '=') {
      if (++i >= n) break;
      if (s[i] == '\n' || s[i] == '\r') {
        while (i < n && s[i] != '\n') i++;
        if (i < n) i++;
      } else if (s[i] == '=') {
        out.push('=');
        i++;
      } else if (i + 1 < n && hex_value(s[i]) >= 0 && hex_value(s[i + 1]) >= 0) {
        out.push(static_cast<char>(hex_value(s[i]) << 4 | hex_value(s[i + 1])));
        i += 2;
      } else {
        out.push('=');
      }
    } else {
      out.push(header && c == '_' ? ' ' : c);
      i++;
    }
  }
  return finish(t, out);
}
Result<Owned> b2a_qp(Thread& t, BytesLike& data, bool quotetabs, Opt<bool> istext_option, bool header) {
  constexpr unsigned kMaxLine = 76;
  bool is_text = istext_option ? istext_option.value : true;
  std::string_view s = data.view();
  size_t first_line = s.find('\n');
  bool crlf = first_line != std::string_view::npos && first_line > 0 && s[first_line - 1] == '\r';
  TextBuffer out;
  unsigned column = 0;
  auto hex = [&](uint8_t c) {
    out.push("0123456789ABCDEF"[c >> 4]);
    out.push("0123456789ABCDEF"[c & 15]);
  };
  auto soft_break = [&] {
    out.append(crlf ? "=\r\n" : "=\n");
    column = 0;
  };
  size_t i = 0, n = s.size();
  while (i < n) {
    auto c = static_cast<uint8_t>(s[i]);
    bool last = i + 1 == n;
    bool lone_dot = c == '.' && column == 0 && (last || s[i + 1] == '\n' || s[i + 1] == '\r' || s[i + 1] == 0);
    if (c > 126 || c == '=' || (header && c == '_') || lone_dot || (!is_text && (c == '\r' || c == '\n')) || ((c == '\t' || c == ' ') && last) ||
        (c < 33 && c != '\r' && c != '\n' && (quotetabs || (c != '\t' && c != ' ')))) {
      if (column + 3 >= kMaxLine) soft_break();
      out.push('=');
      hex(c);
      i++;
      column += 3;
    } else if (is_text && (c == '\n' || (!last && c == '\r' && s[i + 1] == '\n'))) {
      column = 0;
      if (out.size() && (out[out.size() - 1] == ' ' || out[out.size() - 1] == '\t')) {
        auto space = static_cast<uint8_t>(out[out.size() - 1]);
        out[out.size() - 1] = '=';
        hex(space);
      }
      out.append(crlf ? "\r\n" : "\n");
      i += c == '\r' ? 2 : 1;
    } else {
      if (!last && s[i + 1] != '\n' && column + 1 >= kMaxLine) soft_break();
      column++;
      out.push(header && c == ' ' ? '_' : static_cast<char>(c));
      i++;
    }
  }
  return finish(t, out);
}

// --- checksums ---
Result<int> binascii_crc_hqx(Thread& t, BytesLike& data, Value start) {
  Owned n = TRY(number_index(t, start));
  unsigned crc = int_low_bits(n) & 0xffff;
  for (char ch : data.view()) {
    crc ^= static_cast<unsigned>(static_cast<uint8_t>(ch)) << 8;
    for (int k = 0; k < 8; k++) crc = crc & 0x8000 ? (crc << 1 ^ 0x1021) & 0xffff : crc << 1 & 0xffff;
  }
  return static_cast<int>(crc);
}
Result<uint32_t> binascii_crc32(Thread& t, BytesLike& data, Value start) {
  uint64_t crc = 0;
  if (!start.is_null()) {
    Owned n = TRY(number_index(t, start));
    crc = int_low_bits(n) & 0xffffffffu;
  }
  std::string_view s = data.view();
  while (!s.empty()) {
    size_t n = s.size() < (1u << 16) ? s.size() : 1u << 16;
    crc = crc32(crc, reinterpret_cast<const Bytef*>(s.data()), static_cast<unsigned>(n));
    s.remove_prefix(n);
    TRY(poll(t));
  }
  return static_cast<uint32_t>(crc);
}

Result<void> binascii_exec(Thread& t, Module& m) {
  TRY(module_add_exception(t, m, g_error, "binascii", "Error", Value(&exc_ValueError)));
  return module_add_exception(t, m, g_incomplete, "binascii", "Incomplete");
}
constexpr MethodDef kMethods[] = {
    function<&a2b_uu>("a2b_uu", "($module, data, /)", "Decode a line of uuencoded data."),
    function<&b2a_uu>("b2a_uu", "($module, data, /, *, backtick=False)", "Uuencode line of data."),
    function<&a2b_base64>("a2b_base64", "($module, data, /, *, strict_mode=False)",
        "Decode a line of base64 data.\n\n  strict_mode\n    When set to True, bytes that are not in the base64 standard are not allowed.\n    The same applies to excess data after padding (= / ==)."),
    function<&b2a_base64>("b2a_base64", "($module, data, /, *, newline=True)", "Base64-code line of data."),
    function<&b2a_hex>("b2a_hex", "($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)", "Hexadecimal representation of binary data."),
    function<&b2a_hex>("hexlify", "($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)", "Hexadecimal representation of binary data."),
    function<&a2b_hex>("a2b_hex", "($module, hexstr, /)", "Binary data of hexadecimal representation."),
    function<&a2b_hex>("unhexlify", "($module, hexstr, /)", "Binary data of hexadecimal representation."),
    function<&binascii_crc_hqx>("crc_hqx", "($module, data, crc, /)", "Compute CRC-CCITT incrementally."),
    function<&binascii_crc32>("crc32", "($module, data, crc=<unrepresentable>, /)", "Compute CRC-32 incrementally."),
    function<&a2b_qp>("a2b_qp", "($module, /, data, header=False)", "Decode a string of qp-encoded data."),
    function<&b2a_qp>("b2a_qp", "($module, /, data, quotetabs=False, istext=True, header=False)", "Encode a string using quoted-printable encoding."),
    {}};
constexpr ModuleDef kBinasciiModule = {.name = "binascii", .doc = "Conversion between binary data and ASCII", .methods = kMethods, .exec = &binascii_exec};
TY_MODULE(kBinasciiModule)

}  // namespace

}  // namespace ty
