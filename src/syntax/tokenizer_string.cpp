// syntax/tokenizer_string.cpp: string literals and the pieces of f-strings (PEP 701).
#include <cstring>

#include "syntax/source.h"
#include "syntax/tokenizer.h"

namespace ty::syntax {

void Tokenizer::string(Token& token, int quote) {
  int quote_size = 1, end_quotes = 0;
  bool escaped_quote = false;
  first_lineno_ = lineno_;
  first_line_start_ = line_start_;
  int c = next_char();
  if (c == quote) {
    c = next_char();
    if (c == quote) {
      quote_size = 3;
    } else {
      end_quotes = 1;  // the empty string
    }
  }
  if (c != quote) back(c);

  while (end_quotes != quote_size) {
    if (end_quotes == 0) {
      const char* p = cur_;
      while (p != line_end_ && *p != quote && *p != '\\' && *p != '\n') p++;
      cur_ = p;
    }
    c = next_char();
    if (TY_UNLIKELY(done_ == Done::Error)) return error_token(token);
    if (TY_UNLIKELY(c == kEof || (quote_size == 1 && c == '\n'))) {
      // Report at the opening quote.
      int32_t detected = lineno_;
      cur_ = start_ + 1;
      line_start_ = first_line_start_;
      lineno_ = first_lineno_;
      if (inside_fstring()) {
        const Mode& mode = modes_[size_t(mode_index_)];
        if (mode.quote == quote && mode.quote_size == quote_size) {
          return fail(token, "f-string: expecting '}'");
        }
      }
      if (quote_size == 3) {
        fail(token, format_text(arena_, "unterminated triple-quoted string literal (detected at line %d)",
                                detected));
        if (c != '\n') done_ = Done::UnterminatedTriple;
      } else {
        fail(token, format_text(arena_,
                                escaped_quote ? "unterminated string literal (detected at line %d); "
                                                "perhaps you escaped the end quote?"
                                              : "unterminated string literal (detected at line %d)",
                                detected));
        if (c != '\n') done_ = Done::UnterminatedLine;
      }
      return;
    }
    if (c == quote) {
      end_quotes++;
      continue;
    }
    end_quotes = 0;
    if (c == '\\') {
      c = next_char();
      if (c == quote) escaped_quote = true;
    }
  }
  string_token(token, Tok::String, start_, cur_);
}

void Tokenizer::fstring_start(Token& token, int quote) {
  uint8_t quote_size = 1;
  first_lineno_ = lineno_;
  first_line_start_ = line_start_;
  if (cur_[0] == quote && cur_[1] == quote) {
    quote_size = 3;
    cur_ += 2;
  }
  const char* end = cur_;
  if (mode_index_ + 1 >= kMaxFStringLevel) return fail(token, "too many nested f-strings");
  mode_index_++;
  if (modes_.size() <= size_t(mode_index_)) modes_.emplace_back();
  Mode& mode = modes_[size_t(mode_index_)];
  mode = {};
  mode.kind = ModeKind::FString;
  mode.quote = char(quote);
  mode.quote_size = quote_size;
  mode.start = start_;
  mode.line_start = line_start_;
  mode.lineno = lineno_;
  mode.raw = (start_[0] | 0x20) == 'r' || (start_[1] | 0x20) == 'r';
  string_token(token, Tok::FStringStart, start_, end);
}

/// Marks where the text of a replacement field's expression begins and ends.
void Tokenizer::note_expression(char c) {
  Mode& mode = modes_[size_t(mode_index_)];
  switch (c) {
    case '{':
      mode.expression_begin = cur_;
      mode.expression_end = nullptr;
      break;
    case ':':
      if (!mode.expression_end) mode.expression_end = start_;
      break;
    default: mode.expression_end = start_; break;
  }
}

/// The text of a `=` expression, without comments, becomes the token's metadata.
void Tokenizer::set_metadata(Token& token) {
  const Mode& mode = modes_[size_t(mode_index_)];
  if (!mode.debug || token.metadata || !mode.expression_begin) return;
  const char* end = mode.expression_end ? mode.expression_end : buffer_end();
  if (end < mode.expression_begin) end = mode.expression_begin;
  std::string_view text{mode.expression_begin, size_t(end - mode.expression_begin)};
  if (memchr(text.data(), '#', text.size())) {
    char* out = static_cast<char*>(arena_.allocate(text.size() + 1, 1));
    char* q = out;
    for (size_t i = 0; i < text.size(); i++) {
      if (text[i] == '#') {
        while (i < text.size() && text[i] != '\n') i++;
        if (i == text.size()) break;
      }
      *q++ = text[i];
    }
    text = {out, size_t(q - out)};
  }
  token.metadata = arena_.make<std::string_view>(text);
}

/// A `{` of the string opens a replacement field: its expression is tokenized in regular mode.
bool Tokenizer::open_replacement_field(Token& token) {
  Mode& mode = modes_[size_t(mode_index_)];
  mode.expression_depth++;
  if (mode.expression_depth >= kMaxExpressionNesting) {
    fail(token, "f-string: expressions nested too deeply");
    return false;
  }
  mode.kind = ModeKind::Regular;
  return true;
}

void Tokenizer::fstring(Token& token) {
  start_ = cur_;
  first_lineno_ = lineno_;
  start_column_ = int32_t(cur_ - line_start_);

  int c = next_char();
  if (c == '{') {
    int peek = next_char();
    back(peek);
    back(c);
    if (peek != '{') {
      if (!open_replacement_field(token)) return;
      return regular(token);
    }
  } else {
    back(c);
  }

  Mode& mode = modes_[size_t(mode_index_)];
  bool at_end = true;
  for (int i = 0; i < mode.quote_size && at_end; i++) {
    c = next_char();
    if (c != mode.quote) {
      back(c);
      at_end = false;
    }
  }
  if (at_end) {
    mode_index_--;
    return string_token(token, Tok::FStringEnd, start_, cur_);
  }

  int end_quotes = 0;
  bool unicode_escape = false;
  first_line_start_ = line_start_;
  while (end_quotes != mode.quote_size) {
    c = next_char();
    if (TY_UNLIKELY(done_ == Done::Error)) return error_token(token);
    bool in_format_spec = mode.in_format_spec && mode.inside_expression();
    if (TY_UNLIKELY(c == kEof || (mode.quote_size == 1 && c == '\n'))) {
      if (in_format_spec && c == '\n') {
        return fail(token,
                    "f-string: newlines are not allowed in format specifiers for single quoted f-strings");
      }
      int32_t detected = lineno_;
      cur_ = mode.start + 1;
      line_start_ = mode.line_start;
      lineno_ = mode.lineno;
      if (mode.quote_size == 3) {
        fail(token, format_text(arena_, "unterminated triple-quoted f-string literal (detected at line %d)",
                                detected));
        if (c != '\n') done_ = Done::UnterminatedTriple;
        return;
      }
      return fail(token, format_text(arena_, "unterminated f-string literal (detected at line %d)", detected));
    }
    if (c == mode.quote) {
      end_quotes++;
      continue;
    }
    end_quotes = 0;
    if (c == '{') {
      note_expression('{');
      int peek = next_char();
      const char* end;
      if (peek != '{' || in_format_spec) {
        back(peek);
        back(c);
        if (!open_replacement_field(token)) return;
        mode.in_format_spec = false;
        end = cur_;
      } else {
        end = cur_ - 1;
      }
      return string_token(token, Tok::FStringMiddle, start_, end);
    }
    if (c == '}') {
      if (unicode_escape) return string_token(token, Tok::FStringMiddle, start_, cur_);
      int peek = next_char();
      const char* end;
      if (peek == '}' && !in_format_spec && mode.brace_depth == 0) {
        end = cur_ - 1;
      } else {
        back(peek);
        back(c);
        mode.kind = ModeKind::Regular;
        mode.in_format_spec = false;
        end = cur_;
      }
      return string_token(token, Tok::FStringMiddle, start_, end);
    }
    if (c == '\\') {
      int peek = next_char();
      if (peek == '{' || peek == '}') {
        if (!mode.raw) warn(format_text(arena_, "invalid escape sequence '\\%c'", peek));
        back(peek);
        continue;
      }
      if (!mode.raw && peek == 'N') {
        peek = next_char();
        if (peek == '{') {
          unicode_escape = true;
        } else {
          back(peek);
        }
      }
    }
  }
  // The closing quotes belong to the FSTRING_END token.
  for (int i = 0; i < mode.quote_size; i++) back(mode.quote);
  string_token(token, Tok::FStringMiddle, start_, cur_);
}

}  // namespace ty::syntax
