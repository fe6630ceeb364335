// syntax/source.cpp: decoding of source files.
#include "syntax/source.h"

#include <cstdarg>
#include <cstdio>
#include <initializer_list>

#include "base/utf.h"

namespace ty::syntax {

std::string_view format_text(Arena& arena, const char* format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int size = vsnprintf(nullptr, 0, format, args);
  va_end(args);
  char* out = static_cast<char*>(arena.allocate(size_t(size) + 1, 1));
  vsnprintf(out, size_t(size) + 1, format, again);
  va_end(again);
  return {out, size_t(size)};
}

int32_t character_offset(std::string_view line, ssize bytes) {
  ssize size = ssize(line.size());
  int32_t count = 0;
  if (bytes > size) {
    bytes = size;
    count = 1;
  }
  for (ssize i = 0; i < bytes; i++) count += (uint8_t(line[size_t(i)]) & 0xC0) != 0x80;
  return count;
}

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }
bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// The encoding's canonical spelling if it is one of the built-in ones, else the spelling in the file.
std::string_view canonical_name(std::string_view name) {
  char buffer[13];
  size_t n = 0;
  for (; n < 12 && n < name.size(); n++) {
    char c = name[n];
    buffer[n] = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? char(c + 32) : c;
  }
  std::string_view low{buffer, n};
  if (low == "utf-8" || low.starts_with("utf-8-")) return "utf-8";
  if (low == "latin-1" || low == "iso-8859-1" || low == "iso-latin-1" ||
      low.starts_with("latin-1-") || low.starts_with("iso-8859-1-") ||
      low.starts_with("iso-latin-1-")) {
    return "iso-8859-1";
  }
  return name;
}

enum class CookieLine { Cookie, Comment, Code };

/// Looks for `coding[:=] name` in a comment that is alone on its line.
CookieLine scan_cookie(std::string_view line, std::string_view* name) {
  size_t i = 0;
  while (i < line.size() && is_blank(line[i])) i++;
  if (i == line.size()) return CookieLine::Comment;
  if (line[i] != '#') return CookieLine::Code;
  for (; i + 6 < line.size(); i++) {
    if (line.compare(i, 6, "coding") != 0) continue;
    size_t j = i + 6;
    if (line[j] != ':' && line[j] != '=') continue;
    j++;
    while (j < line.size() && (line[j] == ' ' || line[j] == '\t')) j++;
    size_t begin = j;
    while (j < line.size() && (is_alnum(line[j]) || line[j] == '-' || line[j] == '_' || line[j] == '.')) {
      j++;
    }
    if (j > begin) {
      *name = canonical_name(line.substr(begin, j - begin));
      return CookieLine::Cookie;
    }
  }
  return CookieLine::Comment;
}

std::string_view line_at(std::string_view text, size_t start) {
  size_t end = text.find_first_of("\r\n", start);
  return text.substr(start, end == text.npos ? text.npos : end - start);
}

/// The cookie in the first two lines, or an empty view.
std::string_view find_cookie(std::string_view text) {
  std::string_view name;
  std::string_view first = line_at(text, 0);
  switch (scan_cookie(first, &name)) {
    case CookieLine::Cookie: return name;
    case CookieLine::Code: return {};
    case CookieLine::Comment: break;
  }
  size_t next = first.size();
  if (next < text.size() && text[next] == '\r') next++;
  if (next < text.size() && text[next] == '\n') next++;
  if (next >= text.size() || next == first.size()) return {};
  if (scan_cookie(line_at(text, next), &name) == CookieLine::Cookie) return name;
  return {};
}

void set_error(SyntaxErrorInfo* error, std::string_view message) {
  *error = {};
  error->message = message;
  error->offset = -1;
  error->end_lineno = error->end_offset = -1;
}

/// Whether `name` is one of the spellings, which are in lower case with hyphens.
bool is_any_of(std::string_view name, std::initializer_list<const char*> spellings) {
  char low[16];
  size_t n = 0;
  for (char c : name) {
    if (n == sizeof(low)) return false;
    low[n++] = c >= 'A' && c <= 'Z' ? char(c + 32) : c == '_' ? '-' : c;
  }
  for (const char* spelling : spellings) {
    if (std::string_view{low, n} == spelling) return true;
  }
  return false;
}

bool is_ascii_name(std::string_view name) {
  return is_any_of(name, {"ascii", "us-ascii", "646", "cp367", "ibm367", "us"});
}
bool is_utf8_name(std::string_view name) {
  return is_any_of(name, {"utf-8", "utf8", "u8", "utf", "cp65001"});
}
bool is_latin1_name(std::string_view name) {
  return is_any_of(name, {"iso-8859-1", "latin1", "l1", "latin", "iso8859-1", "8859", "cp819", "ibm819",
                          "iso88591"});
}

std::string_view latin1_to_utf8(Arena& arena, std::string_view text) {
  size_t extra = 0;
  for (char c : text) extra += uint8_t(c) >> 7;
  char* out = static_cast<char*>(arena.allocate(text.size() + extra + 1, 1));
  char* p = out;
  for (char c : text) p += utf::encode_one(uint8_t(c), p);
  return {out, size_t(p - out)};
}

size_t ascii_prefix(std::string_view text) {
  size_t i = 0;
  while (i + 8 <= text.size()) {
    uint64_t word;
    memcpy(&word, text.data() + i, 8);
    if (word & 0x8080808080808080u) break;
    i += 8;
  }
  return i;
}

/// Bytes of the longest prefix that is UTF-8.
size_t valid_utf8_prefix(std::string_view text) {
  size_t ascii = ascii_prefix(text);
  auto* rest = reinterpret_cast<const uint8_t*>(text.data()) + ascii;
  return ascii + utf::scan_utf8(rest, text.size() - ascii).valid_bytes;
}

/// \r\n and \r become \n; the copy ends with a zero byte.
std::string_view translate_newlines(Arena& arena, std::string_view text, FinalNewline final_newline) {
  char* out = static_cast<char*>(arena.allocate(text.size() + 2, 1));
  size_t size;
  if (memchr(text.data(), '\r', text.size()) == nullptr || text.empty()) {
    if (!text.empty()) memcpy(out, text.data(), text.size());
    size = text.size();
  } else {
    char* p = out;
    for (size_t i = 0; i < text.size(); i++) {
      char c = text[i];
      if (c == '\r') {
        c = '\n';
        if (i + 1 < text.size() && text[i + 1] == '\n') i++;
      }
      *p++ = c;
    }
    size = size_t(p - out);
  }
  if (final_newline == FinalNewline::Add && size > 0 && out[size - 1] != '\n') out[size++] = '\n';
  out[size] = 0;
  return {out, size};
}

}  // namespace

bool find_source_encoding(std::string_view source, Arena& arena, std::string_view* encoding) {
  bool bom = source.starts_with("\xEF\xBB\xBF");
  std::string_view name = find_cookie(bom ? source.substr(3) : source);
  if (name.empty() && !bom) return false;
  *encoding = arena.copy_text(name.empty() ? "utf-8" : name);
  return true;
}

std::string_view replace_bad_utf8(Arena& arena, std::string_view text) {
  size_t valid = valid_utf8_prefix(text);
  if (valid == text.size()) return text;
  char* out = static_cast<char*>(arena.allocate(text.size() * 3 + 1, 1));
  char* p = out;
  while (!text.empty()) {
    memcpy(p, text.data(), valid);
    p += valid;
    text.remove_prefix(valid);
    if (text.empty()) break;
    utf::Utf8Fault fault = utf::describe_utf8_fault(reinterpret_cast<const uint8_t*>(text.data()), text.size());
    p += utf::encode_one(0xFFFD, p);
    text.remove_prefix(fault.length < text.size() ? fault.length : text.size());
    valid = valid_utf8_prefix(text);
  }
  return {out, size_t(p - out)};
}

bool check_utf8(Arena& arena, std::string_view text, std::string_view* message) {
  size_t at = valid_utf8_prefix(text);
  if (at == text.size()) return true;
  auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  utf::Utf8Fault fault = utf::describe_utf8_fault(bytes + at, text.size() - at);
  *message = fault.length == 1
                 ? format_text(arena, "'utf-8' codec can't decode byte 0x%02x in position %zu: %s", bytes[at], at,
                               fault.reason)
                 : format_text(arena, "'utf-8' codec can't decode bytes in position %zu-%zu: %s", at,
                               at + fault.length - 1, fault.reason);
  return false;
}

bool load_source(Arena& arena, std::string_view source, const ParseOptions& options,
                 FinalNewline final_newline, LoadedSource* loaded, SyntaxErrorInfo* error) {
  if (!(options.flags & kParseIgnoreCookie)) {
    bool from_file = options.flags & kParseFromFile;
    bool bom = source.starts_with("\xEF\xBB\xBF");
    if (bom) source.remove_prefix(3);
    std::string_view name = find_cookie(source);
    auto bad_encoding = [&](std::string_view message) {
      if (from_file) {
        message = format_text(arena, "encoding problem: %.*s", int(name.size()), name.data());
      }
      set_error(error, message);
      return false;
    };
    if (bom && !name.empty() && name != "utf-8") {
      set_error(error, format_text(arena, "encoding problem: %.*s with BOM", int(name.size()), name.data()));
      return false;
    }
    std::string_view message;
    if (name.empty() || name == "utf-8") {
      size_t valid = valid_utf8_prefix(source);
      loaded->valid_utf8 = valid == source.size();
      if (!loaded->valid_utf8 && from_file && name.empty() && !bom) {
        int32_t lineno = 1;
        for (char c : source.substr(0, valid)) lineno += c == '\n';
        set_error(error, format_text(arena,
                                     "Non-UTF-8 code starting with '\\x%.2x' in file %.*s on line %d, but no "
                                     "encoding declared; see https://peps.python.org/pep-0263/ for details",
                                     uint8_t(source[valid]), int(options.filename.size()),
                                     options.filename.data(), lineno));
        return false;
      }
    } else if (is_utf8_name(name)) {
      if (!check_utf8(arena, source, &message)) return bad_encoding(message);
    } else if (is_latin1_name(name)) {
      source = latin1_to_utf8(arena, source);
    } else if (is_ascii_name(name)) {
      for (size_t i = 0; i < source.size(); i++) {
        if (uint8_t(source[i]) < 0x80) continue;
        return bad_encoding(format_text(
            arena, "'ascii' codec can't decode byte 0x%02x in position %zu: ordinal not in range(128)",
            uint8_t(source[i]), i));
      }
    } else {
      if (!options.decode) {
        return bad_encoding(format_text(arena, "unknown encoding: %.*s", int(name.size()), name.data()));
      }
      std::string_view decoded;
      if (!options.decode(options.decode_context, arena, name, source, &decoded, error)) {
        return bad_encoding(error->message);
      }
      source = decoded;
    }
  }
  loaded->text = translate_newlines(arena, source, final_newline);
  return true;
}

}  // namespace ty::syntax
