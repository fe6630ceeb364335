// syntax/literals.cpp: numbers, escapes, and the assembly of f-strings.
#include "syntax/literals.h"

#include <charconv>
#include <cstring>

#include "base/unicode_names.h"
#include "base/utf.h"
#include "syntax/char_class.h"
#include "syntax/source.h"

namespace ty::syntax {

using ast::ConstantKind;
using ast::ConstantValue;
using ast::Expr;

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

double float_value(std::string_view digits) {
  double value = 0;
  auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (result.ec == std::errc::result_out_of_range) {
    // Too large or too small: the decimal exponent of the first digit that is not zero tells.
    long exponent = 0;
    size_t e = digits.find_first_of("eE");
    std::string_view mantissa = digits.substr(0, e);
    if (e != digits.npos) {
      size_t at = e + 1;
      bool negative = digits[at] == '-';
      if (digits[at] == '-' || digits[at] == '+') at++;
      for (; at < digits.size() && exponent < 100000000; at++) exponent = exponent * 10 + (digits[at] - '0');
      if (negative) exponent = -exponent;
    }
    size_t point = mantissa.find('.');
    if (point == mantissa.npos) point = mantissa.size();
    size_t first = mantissa.find_first_of("123456789");
    if (first != mantissa.npos) exponent += long(point) - long(first);
    return exponent > 0 ? __builtin_huge_val() : 0.0;
  }
  return value;
}

size_t count_code_points(std::string_view text) {
  size_t continuation = 0;
  for (char c : text) continuation += (uint8_t(c) & 0xC0) == 0x80;
  return text.size() - continuation;
}

void set_text(ConstantValue& value, ConstantKind kind, std::string_view text) {
  value.kind = kind;
  value.text = text.data();
  value.size = uint32_t(text.size());
  value.length = uint32_t(kind == ConstantKind::Bytes ? text.size() : count_code_points(text));
}

/// Reports an escape sequence that stands for itself. `body` is what was decoded, `escape` what follows the
/// backslash; `text_token` supplies the position.
void warn_escape(LiteralContext& context, std::string_view body, const char* escape, const Token& token) {
  if (!context.warnings) return;
  char c = *escape;
  if ((token.kind == Tok::FStringMiddle || token.kind == Tok::FStringEnd) && (c == '{' || c == '}')) return;
  bool octal = c >= '4' && c <= '7';
  std::string_view message =
      octal ? format_text(context.arena, "invalid octal escape sequence '\\%.3s'", escape)
            : format_text(context.arena, "invalid escape sequence '\\%c'", c);
  int32_t lineno = token.lineno, column = token.col_offset;
  for (const char* p = body.data(); p < escape; p++) {
    if (*p == '\n') {
      lineno++;
      column = 0;
    } else {
      column++;
    }
  }
  if (lineno == token.lineno) {
    char quote = 0;
    for (char t : token.text()) {
      if (t != '\'' && t != '"') break;
      if (!quote) quote = t;
      if (t == quote) column++;
    }
  }
  const char* begin = escape;
  while (begin > context.source_begin && begin[-1] != '\n') begin--;
  const char* end = escape;
  while (end < context.source_end && *end != '\n') end++;
  if (end < context.source_end) end++;
  std::string_view line{begin, size_t(end - begin)};
  context.warnings->push_back({context.feature_version >= 12 ? SyntaxWarningInfo::SyntaxWarning
                                                             : SyntaxWarningInfo::DeprecationWarning,
                               message, lineno, character_offset(line, column), lineno,
                               character_offset(line, column + 2), line});
}

/// Unescapes `body`; the result is in the arena. Positions in messages count a non-ASCII character as the ten
/// characters of its \U escape, as CPython's do.
bool decode_escapes(LiteralContext& context, std::string_view body, std::string_view* out,
                    const char** invalid_escape) {
  const char* s = body.data();
  const char* end = s + body.size();
  // \N{...} and \u never grow: the shortest escape of a code point is longer than its UTF-8 form.
  char* begin = static_cast<char*>(context.arena.allocate(body.size() + 1, 1));
  char* p = begin;
  size_t shift = 0;  // what the text before `s` is longer by in CPython's buffer
  *invalid_escape = nullptr;
  auto position = [&](const char* at) { return size_t(at - body.data()) + shift; };
  auto fail = [&](const char* message, size_t from, size_t to) {
    if (to == from + 1) {
      context.error.message = format_text(
          context.arena, "(unicode error) 'unicodeescape' codec can't decode byte 0x%02x in position %zu: %s",
          unsigned(uint8_t('\\')), from, message);
    } else {
      context.error.message = format_text(
          context.arena, "(unicode error) 'unicodeescape' codec can't decode bytes in position %zu-%zu: %s",
          from, to - 1, message);
    }
    return false;
  };
  while (s < end) {
    auto* run_end = static_cast<const char*>(memchr(s, '\\', size_t(end - s)));
    if (!run_end) run_end = end;
    for (const char* q = s; q < run_end; q++) {
      uint8_t c = uint8_t(*q);
      *p++ = char(c);
      if (c >= 0x80 && (c & 0xC0) != 0x80) shift += 10;
      if (c >= 0x80) shift -= 1;
    }
    s = run_end;
    if (s == end) break;
    size_t from = position(s);
    s++;
    if (s == end) {
      *p++ = '\\';  // before a replacement field
      break;
    }
    char c = *s++;
    switch (c) {
      case '\n': break;
      case '\\': *p++ = '\\'; break;
      case '\'': *p++ = '\''; break;
      case '"': *p++ = '"'; break;
      case 'a': *p++ = '\a'; break;
      case 'b': *p++ = '\b'; break;
      case 'f': *p++ = '\f'; break;
      case 'n': *p++ = '\n'; break;
      case 'r': *p++ = '\r'; break;
      case 't': *p++ = '\t'; break;
      case 'v': *p++ = '\v'; break;
      case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': {
        char32_t value = char32_t(c - '0');
        for (int i = 0; i < 2 && s < end && *s >= '0' && *s <= '7'; i++) value = value * 8 + char32_t(*s++ - '0');
        if (value > 0xff && !*invalid_escape) *invalid_escape = s - 3;
        p += utf::encode_one(value, p);
        break;
      }
      case 'x': case 'u': case 'U': {
        int count = c == 'x' ? 2 : c == 'u' ? 4 : 8;
        const char* message = c == 'x'   ? "truncated \\xXX escape"
                              : c == 'u' ? "truncated \\uXXXX escape"
                                         : "truncated \\UXXXXXXXX escape";
        char32_t value = 0;
        for (; count; count--, s++) {
          int digit = s < end ? hex_digit(*s) : -1;
          if (digit < 0) return fail(message, from, position(s));
          value = value * 16 + char32_t(digit);
        }
        if (value > 0x10ffff) return fail("illegal Unicode character", from, position(s));
        p += utf::encode_one(value, p);
        break;
      }
      case 'N': {
        const char* message = "malformed \\N character escape";
        if (s == end || *s != '{') return fail(message, from, position(s));
        const char* name = ++s;
        while (s < end && *s != '}') {
          uint8_t b = uint8_t(*s++);
          if (b >= 0x80) shift += (b & 0xC0) != 0x80 ? 9 : size_t(-1);
        }
        if (s == end || s == name) return fail(message, from, position(s));
        std::string_view text{name, size_t(s - name)};
        s++;
        char32_t value[unicode::kMaxSequence];
        if (unicode::lookup_name(text, unicode::NameKinds::kNames, value) == 0) {
          return fail("unknown Unicode character name", from, position(s));
        }
        p += utf::encode_one(value[0], p);
        break;
      }
      default:
        if (uint8_t(c) >= 0x80) {
          // Not seen by CPython's warning: the backslash was spelt \u005c.
          *p++ = '\\';
          s--;
          shift += 5;
          break;
        }
        if (!*invalid_escape) *invalid_escape = s - 1;
        *p++ = '\\';
        *p++ = c;
        break;
    }
  }
  *p = 0;
  *out = {begin, size_t(p - begin)};
  return true;
}

bool decode_byte_escapes(LiteralContext& context, std::string_view body, std::string_view* out,
                         const char** invalid_escape) {
  const char* s = body.data();
  const char* end = s + body.size();
  char* begin = static_cast<char*>(context.arena.allocate(body.size() + 1, 1));
  char* p = begin;
  *invalid_escape = nullptr;
  while (s < end) {
    char c = *s++;
    if (c != '\\') {
      *p++ = c;
      continue;
    }
    if (s == end) {
      context.error.message = "(value error) Trailing \\ in string";
      return false;
    }
    c = *s++;
    switch (c) {
      case '\n': break;
      case '\\': *p++ = '\\'; break;
      case '\'': *p++ = '\''; break;
      case '"': *p++ = '"'; break;
      case 'a': *p++ = '\a'; break;
      case 'b': *p++ = '\b'; break;
      case 'f': *p++ = '\f'; break;
      case 'n': *p++ = '\n'; break;
      case 'r': *p++ = '\r'; break;
      case 't': *p++ = '\t'; break;
      case 'v': *p++ = '\v'; break;
      case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': {
        int value = c - '0';
        for (int i = 0; i < 2 && s < end && *s >= '0' && *s <= '7'; i++) value = value * 8 + (*s++ - '0');
        if (value > 0xff && !*invalid_escape) *invalid_escape = s - 3;
        *p++ = char(value);
        break;
      }
      case 'x':
        if (s + 1 < end && hex_digit(s[0]) >= 0 && hex_digit(s[1]) >= 0) {
          *p++ = char(hex_digit(s[0]) * 16 + hex_digit(s[1]));
          s += 2;
          break;
        }
        context.error.message = format_text(context.arena, "(value error) invalid \\x escape at position %zd",
                                            (s - 2) - body.data());
        return false;
      default:
        if (!*invalid_escape) *invalid_escape = s - 1;
        *p++ = '\\';
        s--;
        break;
    }
  }
  *p = 0;
  *out = {begin, size_t(p - begin)};
  return true;
}

enum class Escapes : uint8_t { Raw, Decode };

bool decode_text(LiteralContext& context, std::string_view body, Escapes escapes, const Token& token,
                 ConstantValue* value) {
  std::string_view text = body, message;
  if (TY_UNLIKELY(!context.valid_utf8) && !check_utf8(context.arena, body, &message)) {
    context.error.message =
        format_text(context.arena, "(unicode error) %.*s", int(message.size()), message.data());
    return false;
  }
  if (escapes == Escapes::Decode && memchr(body.data(), '\\', body.size())) {
    const char* invalid;
    if (!decode_escapes(context, body, &text, &invalid)) return false;
    if (TY_UNLIKELY(invalid != nullptr)) warn_escape(context, body, invalid, token);
  }
  set_text(*value, ConstantKind::Str, text);
  return true;
}

bool is_empty_text(const Expr* e) {
  if (!ast::is<ast::Constant>(e)) return false;
  const ConstantValue& value = ast::as<ast::Constant>(e)->value;
  return value.kind == ConstantKind::Str && value.size == 0;
}

}  // namespace

ConstantValue number_value(Arena& arena, std::string_view text) {
  if (memchr(text.data(), '_', text.size())) {
    char* out = static_cast<char*>(arena.allocate(text.size() + 1, 1));
    size_t n = 0;
    for (char c : text) {
      if (c != '_') out[n++] = c;
    }
    text = {out, n};
  }
  ConstantValue value;
  char last = text.back();
  uint8_t base = 10;
  size_t begin = 0;
  if (text[0] == '0' && text.size() > 1) {
    char x = text[1] | 0x20;
    base = x == 'x' ? 16 : x == 'o' ? 8 : x == 'b' ? 2 : 10;
    if (base != 10) begin = 2;
  }
  if (base == 10) {
    if (last == 'j' || last == 'J') {
      value.kind = ConstantKind::Complex;
      value.double_value = float_value(text.substr(0, text.size() - 1));
      return value;
    }
    if (text.find_first_of(".eE") != text.npos) {
      value.kind = ConstantKind::Float;
      value.double_value = float_value(text);
      return value;
    }
  }
  value.kind = ConstantKind::Int;
  uint64_t number = 0;
  for (size_t i = begin; i < text.size(); i++) {
    if (__builtin_mul_overflow(number, uint64_t(base), &number) ||
        __builtin_add_overflow(number, uint64_t(hex_digit(text[i])), &number)) {
      value.kind = ConstantKind::BigInt;
      value.base = base;
      std::string_view digits = arena.copy_text(text.substr(begin));
      value.text = digits.data();
      value.size = uint32_t(digits.size());
      return value;
    }
  }
  value.int_value = number;
  return value;
}

ast::Constant* make_constant(Arena& arena, const ast::Location& loc, ConstantKind kind) {
  auto* node = arena.make<ast::Constant>();
  node->loc = loc;
  node->value.kind = kind;
  return node;
}

Expr* string_constant(LiteralContext& context, const Token& token) {
  const char* s = token.start;
  const char* end = s + token.length;
  bool bytes = false, raw = false;
  for (; *s != '\'' && *s != '"'; s++) {
    char c = *s | 0x20;
    if (c == 'b') bytes = true;
    if (c == 'r') raw = true;
  }
  size_t quotes = end - s >= 6 && s[1] == s[0] && s[2] == s[0] ? 3 : 1;
  std::string_view body{s + quotes, size_t(end - s) - 2 * quotes};
  auto* node = make_constant(context.arena, location_of(token), ConstantKind::Str);
  if (bytes) {
    for (char c : body) {
      if (uint8_t(c) < 0x80) continue;
      context.error = {"bytes can only contain ASCII literal characters", true, location_of(token)};
      return nullptr;
    }
    if (!raw && memchr(body.data(), '\\', body.size())) {
      const char* invalid;
      if (!decode_byte_escapes(context, body, &body, &invalid)) return nullptr;
      if (invalid) warn_escape(context, {s + quotes, size_t(end - s) - 2 * quotes}, invalid, token);
    }
    set_text(node->value, ConstantKind::Bytes, body);
    return node;
  }
  if (!decode_text(context, body, raw ? Escapes::Raw : Escapes::Decode, token, &node->value)) return nullptr;
  if (token.start[0] == 'u') node->kind = context.names.intern("u");
  return node;
}

Expr* fstring_text(LiteralContext& context, const Token& token) {
  auto* node = make_constant(context.arena, location_of(token), ConstantKind::Str);
  set_text(node->value, ConstantKind::Str, token.text());
  return node;
}

Expr* format_spec_text(LiteralContext& context, const Token& token) {
  auto* node = make_constant(context.arena, location_of(token), ConstantKind::Str);
  if (!decode_text(context, token.text(), Escapes::Decode, token, &node->value)) return nullptr;
  return node;
}

Expr* joined_string(LiteralContext& context, const Token& start, Span<Expr*> parts, const Token& end) {
  ssize total = parts.size;
  for (Expr* part : parts) {
    if (ast::is<ast::JoinedStr>(part)) total += ast::as<ast::JoinedStr>(part)->values.size - 1;
  }
  std::string_view prefix = start.text();
  bool raw = prefix.find_first_of("rR") != prefix.npos;
  Span<Expr*> values = context.arena.make_span<Expr*>(total);
  ssize n = 0;
  for (Expr* part : parts) {
    if (ast::is<ast::JoinedStr>(part)) {
      for (Expr* value : ast::as<ast::JoinedStr>(part)->values) values[n++] = value;
      continue;
    }
    if (ast::is<ast::Constant>(part)) {
      auto* text = ast::as<ast::Constant>(part);
      std::string_view body = text->value.view();
      if (body == "{{" || body == "}}") body = body.substr(0, 1);
      if (!decode_text(context, body, raw ? Escapes::Raw : Escapes::Decode, end, &text->value)) return nullptr;
      if (text->value.size == 0) continue;
    }
    values[n++] = part;
  }
  values.size = n;
  auto* node = context.arena.make<ast::JoinedStr>();
  node->loc = {start.lineno, start.col_offset, end.end_lineno, end.end_col_offset};
  node->values = values;
  return node;
}

Expr* format_spec(LiteralContext& context, Span<Expr*> parts, const ast::Location& loc) {
  ssize n = 0;
  for (Expr* part : parts) {
    if (!is_empty_text(part)) parts[n++] = part;
  }
  parts.size = n;
  if (n == 0 || (n == 1 && ast::is<ast::Constant>(parts[0]))) {
    auto* node = context.arena.make<ast::JoinedStr>();
    node->loc = loc;
    node->values = n ? parts : Span<Expr*>{};
    return node;
  }
  return concatenate_strings(context, parts, loc);
}

Expr* concatenate_strings(LiteralContext& context, Span<Expr*> strings, const ast::Location& loc) {
  bool fstrings = false, texts = false, bytes = false;
  ssize total = 0;
  for (Expr* e : strings) {
    if (ast::is<ast::Constant>(e)) {
      (ast::as<ast::Constant>(e)->value.kind == ConstantKind::Bytes ? bytes : texts) = true;
      total++;
    } else {
      fstrings = true;
      total += ast::is<ast::JoinedStr>(e) ? ast::as<ast::JoinedStr>(e)->values.size : 1;
    }
  }
  if ((texts || fstrings) && bytes) {
    context.error.message = "cannot mix bytes and nonbytes literals";
    return nullptr;
  }
  if (!fstrings && strings.size == 1) return strings[0];

  auto join = [&](Expr* const* items, ssize count, const ast::Location& where) {
    auto* first = ast::as<ast::Constant>(items[0]);
    size_t size = 0;
    for (ssize i = 0; i < count; i++) size += ast::as<ast::Constant>(items[i])->value.size;
    char* out = static_cast<char*>(context.arena.allocate(size + 1, 1));
    size_t at = 0;
    for (ssize i = 0; i < count; i++) {
      std::string_view text = ast::as<ast::Constant>(items[i])->value.view();
      if (!text.empty()) memcpy(out + at, text.data(), text.size());
      at += text.size();
    }
    auto* node = make_constant(context.arena, where, first->value.kind);
    set_text(node->value, first->value.kind, {out, size});
    node->kind = first->kind;
    return node;
  };
  if (bytes) return join(strings.items, strings.size, loc);

  Span<Expr*> flat = context.arena.make_span<Expr*>(total);
  ssize n = 0;
  for (Expr* e : strings) {
    if (ast::is<ast::JoinedStr>(e)) {
      for (Expr* value : ast::as<ast::JoinedStr>(e)->values) flat[n++] = value;
    } else {
      flat[n++] = e;
    }
  }
  Span<Expr*> values = context.arena.make_span<Expr*>(total);
  ssize count = 0;
  for (ssize i = 0; i < n; i++) {
    Expr* e = flat[i];
    if (ast::is<ast::Constant>(e)) {
      ssize j = i + 1;
      while (j < n && ast::is<ast::Constant>(flat[j])) j++;
      if (j > i + 1) {
        const ast::Location& first = e->loc;
        const ast::Location& last = flat[j - 1]->loc;
        e = join(&flat[i], j - i, {first.lineno, first.col_offset, last.end_lineno, last.end_col_offset});
        i = j - 1;
      }
      if (fstrings && is_empty_text(e)) continue;
    }
    values[count++] = e;
  }
  values.size = count;
  if (!fstrings) return values[0];
  auto* node = context.arena.make<ast::JoinedStr>();
  node->loc = loc;
  node->values = values;
  return node;
}

Expr* formatted_value(LiteralContext& context, const ReplacementField& field) {
  int conversion = -1;
  if (field.has_conversion) {
    std::string_view name = field.conversion->view();
    if (name.size() != 1 || (name[0] != 's' && name[0] != 'r' && name[0] != 'a')) {
      context.error = {format_text(context.arena,
                                   "f-string: invalid conversion character '%.*s': expected 's', 'r', or 'a'",
                                   int(name.size()), name.data()),
                       true, field.conversion_loc};
      return nullptr;
    }
    conversion = name[0];
  } else if (field.debug && !field.format_spec) {
    conversion = 'r';
  }
  auto* value = context.arena.make<ast::FormattedValue>();
  value->loc = field.loc;
  value->value = field.value;
  value->conversion = conversion;
  value->format_spec = field.format_spec;
  if (!field.debug) return value;

  int32_t end_line, end_column;
  if (field.has_conversion) {
    end_line = field.conversion_loc.lineno;
    end_column = field.conversion_loc.col_offset;
  } else if (field.format_spec) {
    end_line = field.format_spec->loc.lineno;
    end_column = field.format_spec->loc.col_offset + 1;
  } else {
    end_line = field.loc.end_lineno;
    end_column = field.loc.end_col_offset;
  }
  auto* text = make_constant(
      context.arena, {field.loc.lineno, field.loc.col_offset + 1, end_line, end_column - 1}, ConstantKind::Str);
  set_text(text->value, ConstantKind::Str, field.metadata ? *field.metadata : std::string_view{});
  auto* joined = context.arena.make<ast::JoinedStr>();
  joined->loc = {field.loc.lineno, field.loc.col_offset, end_line, end_column};
  joined->values = context.arena.make_span<Expr*>(2);
  joined->values[0] = text;
  joined->values[1] = value;
  return joined;
}

}  // namespace ty::syntax
