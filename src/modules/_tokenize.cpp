// modules/_tokenize.cpp: the _tokenize module: TokenizerIter over the parser's tokenizer. CPython: Python/Python-tokenize.c.
//
// The tokenizer skips comments and blank lines; with extra_tokens they are found in the gaps between its tokens.
// Threads     one object's tokenizer is used under its critical section.
#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/arena.h"
#include "mem/heap.h"
#include "syntax/source.h"
#include "syntax/tokenizer.h"
#include "types/bytes.h"
#include "types/codecs.h"
#include "types/int.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

using syntax::Tok;
using syntax::Token;
using syntax::Tokenizer;

enum TokenNumber { kEndMarker = 0, kName = 1, kNumber = 2, kString = 3, kNewline = 4, kIndent = 5, kDedent = 6, kOp = 55, kTypeIgnore = 56,
                   kTypeComment = 57, kFStringStart = 59, kFStringMiddle = 60, kFStringEnd = 61, kComment = 62, kNl = 63 };

int token_number(Tok kind, bool extra) {
  switch (kind) {
    case Tok::EndMarker: return kEndMarker;
    case Tok::Number: return kNumber;
    case Tok::String: return kString;
    case Tok::Newline: return kNewline;
    case Tok::Indent: return kIndent;
    case Tok::Dedent: return kDedent;
    case Tok::FStringStart: return kFStringStart;
    case Tok::FStringMiddle: return kFStringMiddle;
    case Tok::FStringEnd: return kFStringEnd;
    case Tok::TypeComment: return kTypeComment;
    case Tok::TypeIgnore: return kTypeIgnore;
    default: break;
  }
  if (kind == Tok::Name || syntax::is_keyword(kind)) return kName;
  if (extra) return kOp;
  static constexpr struct {
    Tok kind;
    int number;
  } kExact[] = {{Tok::LeftParen, 7}, {Tok::RightParen, 8}, {Tok::LeftBracket, 9}, {Tok::RightBracket, 10}, {Tok::Colon, 11}, {Tok::Comma, 12},
      {Tok::Semicolon, 13}, {Tok::Plus, 14}, {Tok::Minus, 15}, {Tok::Star, 16}, {Tok::Slash, 17}, {Tok::VBar, 18}, {Tok::Ampersand, 19},
      {Tok::Less, 20}, {Tok::Greater, 21}, {Tok::Equal, 22}, {Tok::Dot, 23}, {Tok::Percent, 24}, {Tok::LeftBrace, 25}, {Tok::RightBrace, 26},
      {Tok::EqEqual, 27}, {Tok::NotEqual, 28}, {Tok::LessEqual, 29}, {Tok::GreaterEqual, 30}, {Tok::Tilde, 31}, {Tok::Caret, 32},
      {Tok::LeftShift, 33}, {Tok::RightShift, 34}, {Tok::DoubleStar, 35}, {Tok::PlusEqual, 36}, {Tok::MinusEqual, 37}, {Tok::StarEqual, 38},
      {Tok::SlashEqual, 39}, {Tok::PercentEqual, 40}, {Tok::AmpersandEqual, 41}, {Tok::VBarEqual, 42}, {Tok::CaretEqual, 43},
      {Tok::LeftShiftEqual, 44}, {Tok::RightShiftEqual, 45}, {Tok::DoubleStarEqual, 46}, {Tok::DoubleSlash, 47}, {Tok::DoubleSlashEqual, 48},
      {Tok::At, 49}, {Tok::AtEqual, 50}, {Tok::Arrow, 51}, {Tok::Ellipsis, 52}, {Tok::ColonEqual, 53}, {Tok::Exclamation, 54}};
  for (const auto& entry : kExact) {
    if (entry.kind == kind) return entry.number;
  }
  return kOp;
}

/// A token ready to be made a tuple. Columns in bytes; `text` in the source.
struct Item {
  int number;
  std::string_view text;
  int line, column, end_line, end_column;
};

struct State {
  Arena arena;
  ast::Interner names{arena};
  std::string source;
  bool implicit_newline = false;
  bool extra = false;
  bool done = false;
  std::vector<uint32_t> lines;  // where each line begins
  std::unique_ptr<Tokenizer> tokenizer;
  std::deque<Item> queue;
  size_t at = 0;  // how far the text is accounted for
};

struct TokenizerIter : Object {
  Slot readline;  // [const]
  Slot encoding;  // [const] Str or None
  State* state;   // [lock]
  static Type* type();
};
Type tokenizer_iter_type;
Type* TokenizerIter::type() { return &tokenizer_iter_type; }

void tokenizer_release(Object* o) { delete static_cast<TokenizerIter*>(o)->state; }

Result<Owned> tokenizer_new(Thread& t, Type& type, Value readline, Value encoding, bool extra_tokens) {
  Object* o = allocate_object(t, &type, static_cast<size_t>(type.basicsize));
  if (!o) return raise_memory_error(t);
  Ref<TokenizerIter> self = Ref<TokenizerIter>::steal(static_cast<TokenizerIter*>(o));
  self->readline.init(dup(readline));
  self->encoding.init(dup(encoding));
  self->state = new State();
  self->state->extra = extra_tokens;
  return Owned(std::move(self));
}

/// Reads all lines, as UTF-8.
Result<void> read_source(Thread& t, TokenizerIter& self, std::string* out) {
  Owned readline = self.readline.get(), encoding = self.encoding.get();
  std::string codec;
  if (!is_none(encoding)) codec = std::string(TRY(str_utf8(t, *encoding.value().as<Str>())));
  while (true) {
    auto got = call(t, readline);
    if (!got.ok()) {
      if (!exception_matches(t, &exc_StopIteration)) return Raised{};
      clear_exception(t);
      return {};
    }
    Owned line = got.take();
    if (!codec.empty()) {
      if (!is_instance(line, Bytes::type())) return raise_type_error(t, "readline() returned a non-bytes object");
      line = TRY(str_decode(t, line.value().as<Bytes>()->view(), codec.c_str(), "replace"));
    }
    if (!is_instance(line, Str::type())) return raise_type_error(t, "readline() returned a non-string object");
    std::string_view text = TRY(str_utf8(t, *line.value().as<Str>()));
    if (text.empty()) return {};
    out->append(text);
  }
}

void find_lines(State& s) {
  s.lines.push_back(0);
  for (size_t i = 0; i < s.source.size(); i++) {
    if (s.source[i] == '\n') s.lines.push_back(static_cast<uint32_t>(i + 1));
  }
}
std::string_view line_text(State& s, int first, int last) {
  auto start_of = [&](int line) { return line - 1 < static_cast<int>(s.lines.size()) ? s.lines[static_cast<size_t>(line - 1)] : static_cast<uint32_t>(s.source.size()); };
  std::string_view text(s.source);
  size_t start = start_of(first), end = start_of(last + 1);
  text = text.substr(start, end - start);
  if (s.implicit_newline && end == s.source.size() && !text.empty()) text.remove_suffix(1);
  return text;
}
int line_of(State& s, size_t offset) {
  return static_cast<int>(std::upper_bound(s.lines.begin(), s.lines.end(), static_cast<uint32_t>(offset)) - s.lines.begin());
}

void push_at(State& s, int number, size_t start, size_t end) {
  int line = line_of(s, start);
  int column = static_cast<int>(start - s.lines[static_cast<size_t>(line - 1)]);
  s.queue.push_back({number, std::string_view(s.source).substr(start, end - start), line, column, line, column + static_cast<int>(end - start)});
}

/// Comments and the ends of lines that are no statements, between s.at and `end`.
void push_gap(State& s, size_t end) {
  for (size_t i = s.at; i < end;) {
    char c = s.source[i];
    if (c == '#') {
      size_t stop = std::min(s.source.find('\n', i), s.source.size());
      push_at(s, kComment, i, stop);
      i = stop;
    } else if (c == '\\' && i + 1 < end && s.source[i + 1] == '\n') {
      i += 2;
    } else if (c == '\n') {
      if (!(s.implicit_newline && i + 1 == s.source.size())) push_at(s, kNl, i, i + 1);
      i++;
    } else {
      i++;
    }
  }
  s.at = std::max(s.at, end);
}

Raised raise_syntax(Thread& t, Type* type, std::string_view message, int line, int offset, std::string_view text, bool with_end) {
  auto make = [&]() -> Result<Owned> {
    Ref<Str> m = TRY(str_from_utf8(t, message)), source = TRY(str_from_wtf8(t, text));
    auto small = [](int n) { return Value::small_int_unchecked(n); };
    Ref<Tuple> place = TRY(tuple_pack(t, Value(NAME("<string>")), small(line), small(offset), source, with_end ? small(line) : none(), with_end ? small(offset) : none()));
    return Owned(TRY(tuple_pack(t, m, place)));
  };
  auto arguments = make();
  if (!arguments.ok()) return Raised{};
  Owned held = arguments.take();
  return raise_with_value(t, type, held);
}

Raised raise_token_error(Thread& t, State& s) {
  Tokenizer& k = *s.tokenizer;
  if (k.has_error()) {
    const syntax::SyntaxErrorInfo& e = k.error();
    Type* type = e.kind == syntax::SyntaxErrorKind::IndentationError ? &exc_IndentationError
                 : e.kind == syntax::SyntaxErrorKind::TabError       ? &exc_TabError
                                                                     : &exc_SyntaxError;
    std::string_view text = e.text;
    if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    return raise_syntax(t, type, e.message, e.lineno, e.offset, text, true);
  }
  std::string_view line = line_text(s, k.lineno(), k.lineno());
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  int offset = k.column();
  switch (k.done()) {
    case Tokenizer::Done::TabSpace:
      return raise_syntax(t, &exc_TabError, "inconsistent use of tabs and spaces in indentation", k.lineno(), offset, line, false);
    case Tokenizer::Done::TooDeep: return raise_syntax(t, &exc_IndentationError, "too many levels of indentation", k.lineno(), offset, line, false);
    case Tokenizer::Done::Dedent:
      return raise_syntax(t, &exc_IndentationError, "unindent does not match any outer indentation level", k.lineno(), static_cast<int>(line.size()) + 1, line, false);
    case Tokenizer::Done::LineContinuation:
      return raise_syntax(t, &exc_SyntaxError, "unexpected character after line continuation character", k.lineno(), offset + 1, line, false);
    case Tokenizer::Done::Eof: return raise_format(t, &exc_SyntaxError, "unexpected EOF in multi-line statement");
    default: return raise_syntax(t, &exc_SyntaxError, "unknown tokenization error", k.lineno(), offset, line, false);
  }
}

Result<void> advance(Thread& t, State& s) {
  Token token;
  s.tokenizer->next(token);
  if (token.kind == Tok::Error) return raise_token_error(t, s);
  if (token.kind == Tok::EndMarker && s.tokenizer->level() > 0) return raise_format(t, &exc_SyntaxError, "unexpected EOF in multi-line statement");
  int number = token_number(token.kind, s.extra);
  const char* base = s.source.data();
  bool at_end = token.kind == Tok::EndMarker || (token.kind == Tok::Dedent && static_cast<size_t>(s.tokenizer->cursor() - base) >= s.source.size());
  if (at_end) {
    if (s.extra) push_gap(s, s.source.size());
    int last = static_cast<int>(s.lines.size());  // the line after the last newline
    if (s.extra) s.queue.push_back({number, {}, last, 0, last, 0});
    else s.queue.push_back({number, {}, std::max(1, last - 1), -1, std::max(1, last - 1), -1});
    s.done = token.kind == Tok::EndMarker;
    return {};
  }
  if (token.kind == Tok::Indent || token.kind == Tok::Dedent) {
    auto cursor = static_cast<size_t>(s.tokenizer->cursor() - base);
    int line = line_of(s, cursor);
    size_t start = s.lines[static_cast<size_t>(line - 1)];
    if (s.extra) push_gap(s, start);
    int column = static_cast<int>(cursor - start);
    bool indent = token.kind == Tok::Indent;
    std::string_view text = indent ? std::string_view(s.source).substr(start, cursor - start) : std::string_view();
    s.queue.push_back({number, text, line, indent ? 0 : column, line, column});
    return {};
  }
  auto start = static_cast<size_t>(token.start - base), end = start + token.length;
  if (s.extra) {
    if (token.kind == Tok::Newline) {  // a comment before the end of the line is a token of its own
      size_t newline = s.source.find('\n', start);
      for (size_t i = s.at; i < newline; i++) {
        if (s.source[i] == '#') {
          push_at(s, kComment, i, newline);
          break;
        }
      }
      int line = line_of(s, newline), column = static_cast<int>(newline - s.lines[static_cast<size_t>(line - 1)]);
      bool implicit = s.implicit_newline && newline + 1 == s.source.size();
      s.queue.push_back({number, implicit ? std::string_view() : std::string_view(s.source).substr(newline, 1), line, column, line, column + 1});
      s.at = newline + 1;
      return {};
    }
    push_gap(s, start);
  }
  s.at = std::max(s.at, end);
  s.queue.push_back({number, token.text(), token.lineno, token.col_offset, token.end_lineno, token.end_col_offset});
  return {};
}

Result<Owned> make_tuple(Thread& t, State& s, const Item& item) {
  std::string_view text = item.text;
  std::string unescaped;
  if (item.number == kFStringMiddle) {  // doubled braces are one
    for (size_t i = 0; i < text.size(); i++) {
      unescaped.push_back(text[i]);
      if ((text[i] == '{' || text[i] == '}') && i + 1 < text.size() && text[i + 1] == text[i]) i++;
    }
    text = unescaped;
  }
  Ref<Str> string = TRY(str_from_wtf8(t, text));
  std::string_view first = line_text(s, item.line, item.line), last = line_text(s, item.end_line, item.end_line);
  auto column = [](std::string_view line, int bytes) -> int64_t {
    if (bytes < 0) return bytes;
    int64_t n = 0;
    for (int i = 0; i < bytes; i++) n += static_cast<size_t>(i) >= line.size() || (line[static_cast<size_t>(i)] & 0xC0) != 0x80;
    return n;
  };
  auto small = [](int64_t n) { return Value::small_int_unchecked(n); };
  Ref<Tuple> start = TRY(tuple_pack(t, small(item.line), small(column(first, item.column))));
  Ref<Tuple> end = TRY(tuple_pack(t, small(item.end_line), small(column(last, item.end_column))));
  bool empty_line = item.number == kEndMarker || (item.number == kDedent && item.line >= static_cast<int>(s.lines.size()));
  Ref<Str> line = TRY(str_from_wtf8(t, empty_line && s.extra ? std::string_view() : line_text(s, item.line, item.end_line)));
  return Owned(TRY(tuple_pack(t, small(item.number), string, start, end, line)));
}

Lookup<Owned> tokenizer_next(Thread& t, Value v) {
  auto& self = *v.as<TokenizerIter>();
  CriticalSection section(t, self);
  State& s = *self.state;
  if (!s.tokenizer) {
    std::string source;
    TRY(read_source(t, self, &source));
    for (size_t i = source.find("\r\n"); i != std::string::npos; i = source.find("\r\n", i)) source.erase(i, 1);
    s.implicit_newline = !source.empty() && source.back() != '\n';
    if (s.implicit_newline) source.push_back('\n');
    s.source = std::move(source);
    find_lines(s);
    s.tokenizer = std::make_unique<Tokenizer>(s.names, std::string_view(s.source), syntax::kParseIgnoreCookie);
  }
  while (s.queue.empty()) {
    if (s.done) return Absent{};
    auto advanced = advance(t, s);
    if (!advanced.ok()) {
      s.done = true;
      return Raised{};
    }
  }
  Item item = s.queue.front();
  s.queue.pop_front();
  return make_tuple(t, s, item).take();
}

constexpr uint16_t kTokenizerSlots[] = {offsetof(TokenizerIter, readline), offsetof(TokenizerIter, encoding)};
Result<Owned> tokenizer_iter(Thread&, Value v) { return dup(v); }
constexpr TypeOps kTokenizerOps = {.iter = &tokenizer_iter, .next = &tokenizer_next,
                                   .create = constructor<"tokenizeriter", "(readline, *, encoding=None, extra_tokens)", &tokenizer_new>};
constexpr TypeDef kTokenizerDef = {.name = "_tokenize.TokenizerIter", .size = sizeof(TokenizerIter), .flags = 0,
    .layout = {.slot_offsets = kTokenizerSlots, .slot_count = 2, .flags = kCollectable, .release = &tokenizer_release}, .ops = &kTokenizerOps};

Result<void> tokenize_exec(Thread& t, Module& m) {
  TRY(type_ready(t, &tokenizer_iter_type, kTokenizerDef));
  return module_add_type(t, m, &tokenizer_iter_type);
}
constexpr ModuleDef kTokenizeModule = {.name = "_tokenize", .exec = &tokenize_exec};
TY_MODULE(kTokenizeModule)

}  // namespace

}  // namespace ty
