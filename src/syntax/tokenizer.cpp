// syntax/tokenizer.cpp: lines, indentation, names, operators. Numbers are in tokenizer_number.cpp, strings in
// tokenizer_string.cpp.
#include "syntax/tokenizer.h"

#include <cstring>

#include "base/unicode.h"
#include "base/utf.h"
#include "syntax/char_class.h"
#include "syntax/source.h"

namespace ty::syntax {

Tokenizer::Tokenizer(ast::Interner& names, std::string_view text, uint32_t flags)
    : names_(names), arena_(names.arena()), text_(text), flags_(flags), cur_(text.data()),
      line_start_(text.data()), line_end_(text.data()), logical_line_start_(text.data()) {
  modes_.emplace_back();
}

void Tokenizer::next(Token& token) {
  token.metadata = nullptr;
  if (TY_LIKELY(modes_[size_t(mode_index_)].kind == ModeKind::Regular)) {
    regular(token);
  } else {
    fstring(token);
  }
}

int Tokenizer::next_char_slow() {
  if (done_ != Done::Ok) return kEof;
  const char* end = text_.data() + text_.size();
  if (line_end_ == end) {
    done_ = Done::Eof;
    return kEof;
  }
  line_start_ = cur_ = line_end_;
  if (!start_) logical_line_start_ = cur_;
  lineno_++;
  auto* newline = static_cast<const char*>(memchr(cur_, '\n', size_t(end - cur_)));
  line_end_ = newline ? newline + 1 : end;
  if (TY_UNLIKELY(memchr(cur_, 0, size_t(line_end_ - cur_)) != nullptr)) {
    Token ignored;
    fail(ignored, "source code cannot contain null bytes");
    cur_ = line_end_;
    return kEof;
  }
  return uint8_t(*cur_++);
}

void Tokenizer::make(Token& token, Tok kind, const char* start, const char* end) {
  token.kind = kind;
  token.level = uint16_t(level_);
  token.lineno = token.end_lineno = lineno_;
  token.col_offset = start_column_;
  token.end_col_offset = int32_t(cur_ - line_start_);
  token.start = start;
  token.length = uint32_t(end - start);
}

void Tokenizer::make_bare(Token& token, Tok kind) {
  token.kind = kind;
  token.level = uint16_t(level_);
  token.lineno = token.end_lineno = lineno_;
  token.col_offset = token.end_col_offset = -1;
  token.start = cur_;
  token.length = 0;
}

void Tokenizer::string_token(Token& token, Tok kind, const char* start, const char* end) {
  make(token, kind, start, end);
  token.lineno = first_lineno_;
}

void Tokenizer::fail(Token& token, std::string_view message, int32_t column, int32_t end_column) {
  if (done_ != Done::Error) {
    const char* text_end = static_cast<const char*>(
        memchr(line_start_, '\n', size_t(buffer_end() - line_start_)));
    if (!text_end) text_end = buffer_end();
    std::string_view line{line_start_, size_t(text_end - line_start_)};
    if (column == -1) {
      column = 0;
      for (const char* p = line_start_; p < cur_; p++) column += (uint8_t(*p) & 0xC0) != 0x80;
    }
    if (end_column == -1) end_column = column;
    error_ = {SyntaxErrorKind::SyntaxError, message, lineno_, column, lineno_, end_column, line};
    has_error_ = true;
    done_ = Done::Error;
  }
  error_token(token);
}

void Tokenizer::fail_with(Token& token, Done done) {
  done_ = done;
  cur_ = line_end_;
  error_token(token);
}

void Tokenizer::warn(std::string_view message) {
  int32_t column = character_offset({line_start_, size_t(line_end_ - line_start_)}, cur_ - line_start_);
  const char* end = line_end_ > line_start_ && line_end_[-1] == '\n' ? line_end_ - 1 : line_end_;
  warnings_.push_back({SyntaxWarningInfo::SyntaxWarning, message, lineno_, column, lineno_, column,
                       {line_start_, size_t(end - line_start_)}});
}

/// After a backslash: the next physical line must follow. Returns its first character (not consumed) or kEof.
int Tokenizer::continuation_line() {
  int c = next_char();
  if (c != '\n') {
    done_ = Done::LineContinuation;
    return kEof;
  }
  c = next_char();
  if (c == kEof) {
    if (done_ == Done::Ok) done_ = Done::Eof;
    cur_ = line_end_;
    return kEof;
  }
  back(c);
  return c;
}

/// Measures the indentation of a line and queues INDENT or DEDENT tokens. False: `token` is an error.
bool Tokenizer::indentation(Token& token, bool* blank_line) {
  int32_t column = 0, alternate = 0, continued_column = 0;
  at_line_start_ = false;
  int c;
  for (;;) {
    c = next_char();
    if (c == ' ') {
      column++, alternate++;
    } else if (c == '\t') {
      column = (column / 8 + 1) * 8;
      alternate++;
    } else if (c == '\f') {
      column = alternate = 0;
    } else if (c == '\\') {
      // The first backslash decides the indentation of what follows it.
      if (!continued_column) continued_column = column;
      if (continuation_line() == kEof) {
        error_token(token);
        return false;
      }
    } else {
      break;
    }
  }
  back(c);
  if (c == '#' || c == '\n') {
    *blank_line = true;
    return true;
  }
  if (level_ != 0) return true;
  if (continued_column) column = alternate = continued_column;
  if (column == indents_[indent_]) {
    if (alternate != alternate_indents_[indent_]) return fail_with(token, Done::TabSpace), false;
  } else if (column > indents_[indent_]) {
    if (indent_ + 1 >= kMaxIndent) return fail_with(token, Done::TooDeep), false;
    if (alternate <= alternate_indents_[indent_]) return fail_with(token, Done::TabSpace), false;
    pending_++;
    indent_++;
    indents_[indent_] = column;
    alternate_indents_[indent_] = alternate;
  } else {
    while (indent_ > 0 && column < indents_[indent_]) {
      pending_--;
      indent_--;
    }
    if (column != indents_[indent_]) return fail_with(token, Done::Dedent), false;
    if (alternate != alternate_indents_[indent_]) return fail_with(token, Done::TabSpace), false;
  }
  return true;
}

/// Skips a comment (its `#` is read). True: `token` is a type comment.
bool Tokenizer::comment(Token& token, int c, bool blank_line) {
  const char* begin = cur_ - 1;
  const char* end = line_end_ > begin && line_end_[-1] == '\n' ? line_end_ - 1 : line_end_;
  cur_ = end;
  if (TY_LIKELY(!(flags_ & kParseTypeComments))) return false;
  const char* p = begin;
  for (const char* prefix = "# type: "; *prefix; prefix++) {
    if (*prefix == ' ') {
      while (p < end && (*p == ' ' || *p == '\t')) p++;
    } else if (p < end && *p == *prefix) {
      p++;
    } else {
      return false;
    }
  }
  const char* ignore_end = p + 6;
  bool is_ignore = end >= ignore_end && memcmp(p, "ignore", 6) == 0 &&
                   !(end > ignore_end && (has_class(uint8_t(*ignore_end), kNameChar) && *ignore_end != '_'));
  start_column_ = int32_t((is_ignore ? ignore_end : p) - line_start_);
  make(token, is_ignore ? Tok::TypeIgnore : Tok::TypeComment, is_ignore ? ignore_end : p, end);
  if (is_ignore && blank_line) {
    next_char();
    at_line_start_ = true;
  }
  return true;
}

void Tokenizer::regular(Token& token) {
  for (;;) {
    bool blank_line = false;
    start_ = nullptr;
    if (at_line_start_ && !indentation(token, &blank_line)) return;
    start_ = cur_;
    start_column_ = int32_t(cur_ - line_start_);
    if (TY_UNLIKELY(pending_ != 0)) {
      bool dedent = pending_ < 0;
      pending_ += dedent ? 1 : -1;
      make_bare(token, dedent ? Tok::Dedent : Tok::Indent);
      return;
    }
    int c;
  again:
    start_ = nullptr;
    do {
      c = next_char();
    } while (c == ' ' || c == '\t' || c == '\f');
    start_ = cur_ - 1;
    start_column_ = int32_t(start_ - line_start_);
    if (c == '#') {
      if (comment(token, c, blank_line)) return;
      c = next_char();
    }
    if (c == kEof) {
      make_bare(token, level_ == 0 && done_ == Done::Eof ? Tok::EndMarker : Tok::Error);
      return;
    }
    if (TY_LIKELY(has_class(c, kNameStart))) return name(token);
    if (c == '\n') {
      at_line_start_ = true;
      if (blank_line || level_ > 0) continue;
      make(token, Tok::Newline, start_, cur_ - 1);
      return;
    }
    if (has_class(c, kDigitChar)) return number(token, c);
    if (c == '.' && has_class(uint8_t(*cur_), kDigitChar)) return number_fraction(token, next_char());
    if (c == '\'' || c == '"') return string(token, c);
    if (c == '\\') {
      if (continuation_line() == kEof) return error_token(token);
      goto again;
    }
    return punctuation(token, c);
  }
}

namespace {

/// The keyword that `text` spells, or Tok::Name.
Tok keyword_kind(const char* text, size_t length) {
  auto match = [&](const char* word, Tok kind) {
    return memcmp(text, word, length) == 0 ? kind : Tok::Name;
  };
  switch (length) {
    case 2:
      switch (text[0]) {
        case 'i':
          return text[1] == 'f' ? Tok::If : text[1] == 'n' ? Tok::In : text[1] == 's' ? Tok::Is : Tok::Name;
        case 'a': return match("as", Tok::As);
        case 'o': return match("or", Tok::Or);
      }
      return Tok::Name;
    case 3:
      switch (text[0]) {
        case 'a': return match("and", Tok::And);
        case 'd': return text[1] == 'e' && text[2] == 'f' ? Tok::Def : match("del", Tok::Del);
        case 'f': return match("for", Tok::For);
        case 'n': return match("not", Tok::Not);
        case 't': return match("try", Tok::Try);
      }
      return Tok::Name;
    case 4:
      switch (text[0]) {
        case 'N': return match("None", Tok::None);
        case 'T': return match("True", Tok::True);
        case 'e': return text[2] == 'i' ? match("elif", Tok::Elif) : match("else", Tok::Else);
        case 'f': return match("from", Tok::From);
        case 'p': return match("pass", Tok::Pass);
        case 'w': return match("with", Tok::With);
      }
      return Tok::Name;
    case 5:
      switch (text[0]) {
        case 'F': return match("False", Tok::False);
        case 'a': return text[1] == 's' ? match("async", Tok::Async) : match("await", Tok::Await);
        case 'b': return match("break", Tok::Break);
        case 'c': return match("class", Tok::Class);
        case 'r': return match("raise", Tok::Raise);
        case 'w': return match("while", Tok::While);
        case 'y': return match("yield", Tok::Yield);
      }
      return Tok::Name;
    case 6:
      switch (text[0]) {
        case 'a': return match("assert", Tok::Assert);
        case 'e': return match("except", Tok::Except);
        case 'g': return match("global", Tok::Global);
        case 'i': return match("import", Tok::Import);
        case 'l': return match("lambda", Tok::Lambda);
        case 'r': return match("return", Tok::Return);
      }
      return Tok::Name;
    case 7: return match("finally", Tok::Finally);
    case 8: return text[0] == 'c' ? match("continue", Tok::Continue) : match("nonlocal", Tok::Nonlocal);
  }
  return Tok::Name;
}

}  // namespace

void Tokenizer::name(Token& token) {
  const char* p = start_;
  uint8_t c = uint8_t(*p);
  // String prefixes: b, r, u, f in any case, at most two of them.
  const char* after = p + 1;
  uint8_t low = c | 0x20;
  if (low == 'b' || low == 'r' || low == 'u' || low == 'f') {
    bool saw_b = false, saw_r = false, saw_u = false, saw_f = false;
    const char* q = p;
    for (;;) {
      uint8_t letter = uint8_t(*q) | 0x20;
      if (letter == 'b' && !saw_b && !saw_u && !saw_f) {
        saw_b = true;
      } else if (letter == 'u' && !saw_b && !saw_u && !saw_r && !saw_f) {
        saw_u = true;
      } else if (letter == 'r' && !saw_r && !saw_u) {
        saw_r = true;
      } else if (letter == 'f' && !saw_f && !saw_b && !saw_u) {
        saw_f = true;
      } else {
        break;
      }
      q++;
      if (*q == '"' || *q == '\'') {
        cur_ = q + 1;
        if (saw_f) return fstring_start(token, *q);
        return string(token, *q);
      }
    }
  }
  bool ascii = c < 128;
  while (kCharClass[uint8_t(*after)] & kNameChar) {
    if (uint8_t(*after) >= 128) ascii = false;
    after++;
  }
  cur_ = after;
  touch_end();
  if (TY_UNLIKELY(!ascii) && !check_identifier(token)) return;
  make(token, Tok::Name, start_, cur_);
  if (TY_LIKELY(ascii)) {
    token.kind = token.length <= 8 ? keyword_kind(start_, token.length) : Tok::Name;
    if (token.kind == Tok::Name) token.name = names_.intern({start_, token.length});
    return;
  }
  unicode::CodePoints points, normal;
  auto* bytes = reinterpret_cast<const uint8_t*>(start_);
  auto* end = reinterpret_cast<const uint8_t*>(cur_);
  while (bytes < end) points.push(utf::next_utf8(bytes));
  unicode::normalize(unicode::Form::kNfkc, points.data(), points.size(), normal);
  char* out = static_cast<char*>(arena_.allocate(normal.size() * 4 + 1, 1));
  char* q = out;
  for (size_t i = 0; i < normal.size(); i++) q += utf::encode_one(normal.data()[i], q);
  token.name = names_.intern({out, size_t(q - out)});
}

bool Tokenizer::check_identifier(Token& token) {
  if (TY_UNLIKELY(!valid_utf8_)) {
    std::string_view message;
    if (!check_utf8(arena_, {start_, size_t(cur_ - start_)}, &message)) {
      error_.message = message;
      done_ = Done::BadName;
      make_bare(token, Tok::Error);
      return false;
    }
  }
  auto* p = reinterpret_cast<const uint8_t*>(start_);
  auto* end = reinterpret_cast<const uint8_t*>(cur_);
  bool first = true;
  while (p < end) {
    char32_t c = utf::next_utf8(p);
    bool good = c == '_' || (first ? unicode::is_xid_start(c) : unicode::is_xid_continue(c));
    if (!good) {
      cur_ = reinterpret_cast<const char*>(p);
      if (unicode::is_printable(c)) {
        char text[5] = {};
        text[utf::encode_one(c, text)] = 0;
        fail(token, format_text(arena_, "invalid character '%s' (U+%04X)", text, unsigned(c)));
      } else {
        fail(token, format_text(arena_, "invalid non-printable character U+%04X", unsigned(c)));
      }
      return false;
    }
    first = false;
  }
  return true;
}

namespace {

/// The operator at `p` (of at most three characters); `*length` is its size.
Tok operator_kind(const char* p, int* length) {
  *length = 1;
  auto two = [&](Tok kind) { return *length = 2, kind; };
  auto three = [&](Tok kind) { return *length = 3, kind; };
  switch (p[0]) {
    case '(': return Tok::LeftParen;
    case ')': return Tok::RightParen;
    case '[': return Tok::LeftBracket;
    case ']': return Tok::RightBracket;
    case '{': return Tok::LeftBrace;
    case '}': return Tok::RightBrace;
    case ',': return Tok::Comma;
    case ';': return Tok::Semicolon;
    case '~': return Tok::Tilde;
    case ':': return p[1] == '=' ? two(Tok::ColonEqual) : Tok::Colon;
    case '.': return p[1] == '.' && p[2] == '.' ? three(Tok::Ellipsis) : Tok::Dot;
    case '=': return p[1] == '=' ? two(Tok::EqEqual) : Tok::Equal;
    case '!': return p[1] == '=' ? two(Tok::NotEqual) : Tok::Exclamation;
    case '+': return p[1] == '=' ? two(Tok::PlusEqual) : Tok::Plus;
    case '-': return p[1] == '=' ? two(Tok::MinusEqual) : p[1] == '>' ? two(Tok::Arrow) : Tok::Minus;
    case '%': return p[1] == '=' ? two(Tok::PercentEqual) : Tok::Percent;
    case '@': return p[1] == '=' ? two(Tok::AtEqual) : Tok::At;
    case '|': return p[1] == '=' ? two(Tok::VBarEqual) : Tok::VBar;
    case '^': return p[1] == '=' ? two(Tok::CaretEqual) : Tok::Caret;
    case '&': return p[1] == '=' ? two(Tok::AmpersandEqual) : Tok::Ampersand;
    case '*':
      if (p[1] == '*') return p[2] == '=' ? three(Tok::DoubleStarEqual) : two(Tok::DoubleStar);
      return p[1] == '=' ? two(Tok::StarEqual) : Tok::Star;
    case '/':
      if (p[1] == '/') return p[2] == '=' ? three(Tok::DoubleSlashEqual) : two(Tok::DoubleSlash);
      return p[1] == '=' ? two(Tok::SlashEqual) : Tok::Slash;
    case '<':
      if (p[1] == '<') return p[2] == '=' ? three(Tok::LeftShiftEqual) : two(Tok::LeftShift);
      return p[1] == '=' ? two(Tok::LessEqual) : p[1] == '>' ? two(Tok::NotEqual) : Tok::Less;
    case '>':
      if (p[1] == '>') return p[2] == '=' ? three(Tok::RightShiftEqual) : two(Tok::RightShift);
      return p[1] == '=' ? two(Tok::GreaterEqual) : Tok::Greater;
  }
  return Tok::Unknown;
}

char matching_bracket(char open) { return open == '(' ? ')' : open == '[' ? ']' : '}'; }

}  // namespace

void Tokenizer::punctuation(Token& token, int c) {
  bool in_fstring = inside_fstring();
  if (in_fstring && (c == ':' || c == '}' || c == '!' || c == '{')) {
    Mode& mode = modes_[size_t(mode_index_)];
    if (mode.inside_expression()) {
      int depth = mode.brace_depth - (c != '{');
      bool at_field = depth == 0 || (depth == 1 && (mode.debug || mode.in_format_spec));
      if (at_field) {
        note_expression(char(c));
        if (c != '{') set_metadata(token);
      }
      if (c == ':' && depth == mode.expression_depth) {
        mode.kind = ModeKind::FString;
        mode.in_format_spec = true;
        make(token, Tok::Colon, start_, cur_);
        return;
      }
    }
  }
  int length;
  Tok kind = operator_kind(start_, &length);
  cur_ = start_ + length;
  if (length < 3) touch_end();
  if (length > 1) {
    make(token, kind, start_, cur_);
    return;
  }
  switch (c) {
    case '(': case '[': case '{':
      if (level_ >= kMaxLevel) return fail(token, "too many nested parentheses");
      brackets_[level_] = {char(c), lineno_, start_column_};
      level_++;
      if (in_fstring) modes_[size_t(mode_index_)].brace_depth++;
      break;
    case ')': case ']': case '}': {
      Mode& mode = modes_[size_t(mode_index_)];
      if (in_fstring && mode.brace_depth == 0 && c == '}') {
        return fail(token, "f-string: single '}' is not allowed");
      }
      if (level_ == 0) return fail(token, format_text(arena_, "unmatched '%c'", c));
      level_--;
      const Bracket& open = brackets_[level_];
      if (matching_bracket(open.symbol) != c) {
        if (in_fstring && open.symbol == '{' && mode.brace_depth - 1 == mode.expression_depth) {
          return fail(token, format_text(arena_, "f-string: unmatched '%c'", c));
        }
        if (open.lineno != lineno_) {
          return fail(token, format_text(arena_,
                                         "closing parenthesis '%c' does not match opening parenthesis '%c' "
                                         "on line %d",
                                         c, open.symbol, open.lineno));
        }
        return fail(token, format_text(arena_,
                                       "closing parenthesis '%c' does not match opening parenthesis '%c'", c,
                                       open.symbol));
      }
      if (in_fstring) {
        mode.brace_depth--;
        if (mode.brace_depth < 0) return fail(token, format_text(arena_, "f-string: unmatched '%c'", c));
        if (c == '}' && mode.brace_depth == mode.expression_depth) {
          mode.expression_depth--;
          mode.kind = ModeKind::FString;
          mode.in_format_spec = false;
          mode.debug = false;
        }
      }
      break;
    }
    default: break;
  }
  if (c < ' ' || c == 0x7f) {
    return fail(token, format_text(arena_, "invalid non-printable character U+%04X", unsigned(c)));
  }
  if (c == '=' && modes_[size_t(mode_index_)].inside_expression()) modes_[size_t(mode_index_)].debug = true;
  make(token, kind, start_, cur_);
}

}  // namespace ty::syntax
