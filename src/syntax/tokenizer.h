// syntax/tokenizer.h: UTF-8 text to tokens, one at a time.
//
// What        next() fills one token. Tracks indentation (tabs checked twice, for consistency), open brackets, and
//             a stack of modes for PEP 701 f-strings.
// Invariants  The text ends with a zero byte and has \n newlines only. cur_ <= line_end_; line_start_ is where line
//             `lineno_` begins. After an error token nothing more is read: done() says why, and error() holds the message
//             if the tokenizer made one itself.
// Threads     one thread at a time.
// See         docs/syntax.md · CPython Parser/lexer/lexer.c
#pragma once

#include <vector>

#include "syntax/parse.h"
#include "syntax/token.h"

namespace ty::syntax {

class Tokenizer {
 public:
  enum class Done : uint8_t {
    Ok, Eof, Error, UnterminatedTriple, UnterminatedLine, TabSpace, TooDeep, Dedent, LineContinuation, BadName,
  };
  static constexpr int kMaxIndent = 100;
  static constexpr int kMaxLevel = 200;
  static constexpr int kMaxFStringLevel = 150;
  static constexpr int kMaxExpressionNesting = 3;

  Tokenizer(ast::Interner& names, std::string_view text, uint32_t flags);

  void next(Token& token);
  /// The text may not be UTF-8: names are checked.
  void check_names() { valid_utf8_ = false; }

  Done done() const { return done_; }
  void set_done(Done done) { done_ = done; }
  bool has_error() const { return has_error_; }
  const SyntaxErrorInfo& error() const { return error_; }
  std::vector<SyntaxWarningInfo>& warnings() { return warnings_; }

  int level() const { return level_; }
  bool inside_fstring() const { return mode_index_ > 0; }
  char open_bracket() const { return brackets_[level_ - 1].symbol; }
  int32_t open_bracket_line() const { return brackets_[level_ - 1].lineno; }
  int32_t open_bracket_column() const { return brackets_[level_ - 1].column; }

  int32_t lineno() const { return lineno_; }
  const char* cursor() const { return cur_; }
  const char* line_start() const { return line_start_; }
  const char* line_end() const { return line_end_; }
  const char* buffer() const { return text_.data(); }
  /// Where the line began on which the last token but one started (CPython's tok->buf).
  const char* logical_line_start() const { return logical_line_start_; }
  const char* buffer_end() const { return text_.data() + text_.size(); }
  /// `tok->cur - tok->line_start` of the moment.
  int32_t column() const { return int32_t(cur_ - line_start_); }

  /// At the end of interactive input: queues the missing dedents.
  void imply_dedents() {
    pending_ = -indent_;
    indent_ = 0;
  }
  int indent() const { return indent_; }

 private:
  static constexpr int kEof = -1;

  struct Bracket {
    char symbol;
    int32_t lineno;
    int32_t column;
  };

  enum class ModeKind : uint8_t { Regular, FString };
  struct Mode {
    ModeKind kind = ModeKind::Regular;
    char quote = 0;
    uint8_t quote_size = 0;
    bool raw = false;
    bool debug = false;
    bool in_format_spec = false;
    int brace_depth = 0;
    int expression_depth = -1;  // brace depth at which the current replacement field opened
    int32_t lineno = 0;
    const char* start = nullptr;
    const char* line_start = nullptr;
    const char* expression_begin = nullptr;
    const char* expression_end = nullptr;

    bool inside_expression() const { return expression_depth >= 0; }
  };

  int next_char() {
    if (TY_LIKELY(cur_ != line_end_)) return uint8_t(*cur_++);
    return next_char_slow();
  }
  int next_char_slow();
  void back(int c) {
    if (c != kEof) cur_--;
  }

  /// Notices the end of the text behind a token, as reading one character ahead would.
  void touch_end() {
    if (TY_UNLIKELY(cur_ == line_end_)) next_char();
  }

  void make(Token& token, Tok kind, const char* start, const char* end);
  void make_bare(Token& token, Tok kind);
  void string_token(Token& token, Tok kind, const char* start, const char* end);
  void error_token(Token& token) { make_bare(token, Tok::Error); }
  void fail(Token& token, std::string_view message, int32_t column = -1, int32_t end_column = -1);
  void fail_with(Token& token, Done done);

  void regular(Token& token);
  void fstring(Token& token);
  bool indentation(Token& token, bool* blank_line);
  int continuation_line();
  bool comment(Token& token, int c, bool blank_line);
  void name(Token& token);
  bool check_identifier(Token& token);
  void number(Token& token, int c);
  void number_from_zero(Token& token);
  void number_fraction(Token& token, int c);
  void number_exponent(Token& token, int c);
  void finish_number(Token& token, int c, const char* kind);
  bool radix_number(Token& token, int radix, const char* kind);
  bool number_end_ok(Token& token, int c, const char* kind);
  bool lookahead(const char* rest);
  int decimal_tail(Token& token);
  void string(Token& token, int quote);
  void fstring_start(Token& token, int quote);
  void punctuation(Token& token, int c);
  void note_expression(char c);
  void set_metadata(Token& token);
  bool open_replacement_field(Token& token);
  void warn(std::string_view message);

  ast::Interner& names_;
  Arena& arena_;
  std::string_view text_;
  uint32_t flags_;
  const char* cur_;
  const char* line_start_;
  const char* line_end_;
  const char* logical_line_start_;
  const char* start_ = nullptr;  // of the token being read; null between tokens
  int32_t start_column_ = 0;
  int32_t lineno_ = 0;
  int32_t first_lineno_ = 0;             // of a string
  const char* first_line_start_ = nullptr;
  Done done_ = Done::Ok;
  bool has_error_ = false;
  bool valid_utf8_ = true;
  bool at_line_start_ = true;
  int level_ = 0;
  int pending_ = 0;
  int indent_ = 0;
  int mode_index_ = 0;
  int32_t indents_[kMaxIndent] = {};
  int32_t alternate_indents_[kMaxIndent] = {};
  Bracket brackets_[kMaxLevel];
  std::vector<Mode> modes_;
  SyntaxErrorInfo error_;
  std::vector<SyntaxWarningInfo> warnings_;
};

}  // namespace ty::syntax
