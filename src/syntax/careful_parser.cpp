// syntax/careful_parser.cpp: tokens, passes and errors of the careful parser.
#include "syntax/careful_parser.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "syntax/source.h"

namespace ty::syntax {

using namespace ast;  // NOLINT: the node names are this file's vocabulary

void parse_carefully(Interner& names, const LoadedSource& source, const ParseOptions& options, ParseResult* result,
                     std::vector<SyntaxWarningInfo>* warnings) {
  CarefulParser parser(names, source, options);
  result->module = parser.run();
  if (!result->module) result->error = parser.error();
  *warnings = std::move(parser.warnings());
}

CarefulParser::CarefulParser(Interner& names, const LoadedSource& source, const ParseOptions& options)
    : names_(names), arena_(names.arena()), text_(source.text), options_(options), flags_(options.flags),
      tokenizer_(names, source.text, options.flags),
      literals_{names,  names.arena(), &warnings_, text_.data(), text_.data() + text_.size(),
                options.feature_version, options.max_int_digits, source.valid_utf8, {}} {
  if (!source.valid_utf8) tokenizer_.check_names();
}

Mod* CarefulParser::run() {
  Mod* module = start_rule();
  if (module) {
    if (options_.mode == ParseMode::Single && extra_statement()) {
      raise("multiple statements found while compiling a single statement");
      module = nullptr;
    }
  } else if ((flags_ & kParseAllowIncomplete) && at_end_of_source()) {
    error_ = {};
    failed_ = false;
    raise("incomplete input", SyntaxErrorKind::IncompleteInput);
  } else if (!failed_ || (error_.kind != SyntaxErrorKind::MemoryError)) {
    bool had_error = failed_;
    int last = int(tokens_.size()) - 1;
    memo_.clear();
    mark_ = 0;
    invalid_rules_ = true;
    literals_.warnings = nullptr;
    if (!had_error) start_rule();
    if (failed_ && error_.kind == SyntaxErrorKind::MemoryError) {
      // Too deep for the second pass.
    } else {
      settle_error(tokens_[size_t(last)]);
    }
  }
  std::vector<SyntaxWarningInfo>& tokenizer_warnings = tokenizer_.warnings();
  warnings_.insert(warnings_.end(), tokenizer_warnings.begin(), tokenizer_warnings.end());
  return module;
}

// Tokens

Tok CarefulParser::fetch() {
  if (failed_) return Tok::Error;
  Token token;
  for (;;) {
    tokenizer_.next(token);
    if (token.kind != Tok::TypeIgnore) break;
    auto* ignore = arena_.make<TypeIgnore>();
    ignore->lineno = tokenizer_.lineno();
    ignore->tag = names_.intern(token.text());
    type_ignores_.push_back(ignore);
  }
  if (options_.mode == ParseMode::Single && token.kind == Tok::EndMarker && parsing_started_) {
    // The end of the one statement: a newline, and the dedents that are missing.
    token.kind = Tok::Newline;
    parsing_started_ = false;
    if (tokenizer_.indent() && !(flags_ & kParseDontImplyDedent)) tokenizer_.imply_dedents();
  } else {
    parsing_started_ = true;
  }
  tokens_.push_back(token);
  if (token.kind == Tok::Error) tokenizer_error();
  return token.kind;
}

Location CarefulParser::location(int start) const {
  const Token& first = tokens_[size_t(start)];
  int i = mark_ - 1;
  for (; i > 0; i--) {
    Tok kind = tokens_[size_t(i)].kind;
    if (kind != Tok::Newline && kind != Tok::Indent && kind != Tok::Dedent && kind != Tok::EndMarker) break;
  }
  const Token& last = tokens_[size_t(i < 0 ? 0 : i)];
  return {first.lineno, first.col_offset, last.end_lineno, last.end_col_offset};
}

const Token* CarefulParser::expect_forced(Tok kind, const char* spelling) {
  if (failed_) return nullptr;
  if (peek() != kind) {
    if (!failed_) raise_at(location_of(tokens_[size_t(mark_)]), text("expected '%s'", spelling));
    return nullptr;
  }
  return &tokens_[size_t(mark_++)];
}

Name* CarefulParser::name() {
  if (!next_is(Tok::Name)) return nullptr;
  const Token& token = tokens_[size_t(mark_++)];
  auto* made = arena_.make<Name>();
  made->loc = location_of(token);
  made->id = token.name;
  return made;
}

Name* CarefulParser::soft_keyword(const char* word) {
  if (!next_is(Tok::Name) || tokens_[size_t(mark_)].text() != word) return nullptr;
  return name();
}

/// CPython compares no further than the name goes, so that a prefix of a soft keyword counts as one.
bool CarefulParser::any_soft_keyword() {
  if (!next_is(Tok::Name)) return false;
  std::string_view word = tokens_[size_t(mark_)].text();
  for (std::string_view keyword : {"_", "case", "match", "type"}) {
    if (keyword.starts_with(word)) {
      mark_++;
      return true;
    }
  }
  return false;
}

const Identifier* CarefulParser::as_name() {
  return attempt([&]() -> const Identifier* {
    if (!expect(Tok::As)) return nullptr;
    Name* n = name();
    return n ? n->id : nullptr;
  });
}

// Errors

std::string_view CarefulParser::text(const char* format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int size = vsnprintf(nullptr, 0, format, args);
  va_end(args);
  char* out = static_cast<char*>(arena_.allocate(size_t(size) + 1, 1));
  vsnprintf(out, size_t(size) + 1, format, again);
  va_end(again);
  return {out, size_t(size)};
}

void CarefulParser::overflow() {
  if (failed_) return;
  failed_ = true;
  error_ = {};
  error_.kind = SyntaxErrorKind::MemoryError;
  error_.message = "Parser stack overflowed - Python source too complex to parse";
}

/// The text of a line for SyntaxError.text.
std::string_view CarefulParser::error_line(int32_t lineno) {
  if (tokenizer_.lineno() <= lineno && tokenizer_.line_end() > tokenizer_.buffer()) {
    return {tokenizer_.line_start(), size_t(tokenizer_.line_end() - tokenizer_.line_start())};
  }
  size_t begin = 0;
  for (int32_t i = 1; i < lineno; i++) {
    size_t newline = text_.find('\n', begin);
    if (newline == text_.npos || newline + 1 > text_.size()) break;
    begin = newline + 1;
  }
  size_t end = text_.find('\n', begin);
  return text_.substr(begin, end == text_.npos ? end : end - begin);
}

/// Columns count from 1 in bytes here; they become code points. An end column of 0 or -1 stays.
void CarefulParser::raise_known(SyntaxErrorKind kind, int32_t lineno, ssize column, int32_t end_lineno,
                                ssize end_column, std::string_view message) {
  if (failed_) return;
  failed_ = true;
  std::string_view line = error_line(lineno);
  if (!literals_.valid_utf8) line = replace_bad_utf8(arena_, line);
  error_.kind = kind;
  error_.message = message;
  error_.lineno = lineno;
  error_.offset = character_offset(line, column < 0 ? 0 : column);
  error_.end_lineno = end_lineno;
  error_.end_offset = end_column > 0 ? character_offset(line, end_column) : int32_t(end_column);
  error_.text = line;
}

void CarefulParser::raise_token(const Token& token, SyntaxErrorKind kind, std::string_view message) {
  ssize column = token.col_offset == -1 ? tokenizer_.column() : token.col_offset + 1;
  ssize end_column = token.end_col_offset == -1 ? -1 : token.end_col_offset + 1;
  raise_known(kind, token.lineno, column, token.end_lineno, end_column, message);
}

std::nullptr_t CarefulParser::raise(std::string_view message, SyntaxErrorKind kind) {
  if (failed_) return nullptr;
  if (tokens_.empty()) {
    raise_known(kind, 0, 0, 0, -1, message);
  } else {
    raise_token(last_fetched(), kind, message);
  }
  return nullptr;
}

std::nullptr_t CarefulParser::raise_indentation(const char* what, int32_t lineno) {
  return raise(text("expected an indented block after %s on line %d", what, lineno),
               SyntaxErrorKind::IndentationError);
}

std::nullptr_t CarefulParser::raise_on_next(std::string_view message) {
  if (failed_) return nullptr;
  peek();
  if (!failed_) raise_token(tokens_[size_t(mark_)], SyntaxErrorKind::SyntaxError, message);
  return nullptr;
}

std::nullptr_t CarefulParser::raise_range(const Location& from, const Location& to, std::string_view message) {
  raise_known(SyntaxErrorKind::SyntaxError, from.lineno, from.col_offset + 1, to.end_lineno, to.end_col_offset + 1,
              message);
  return nullptr;
}

std::nullptr_t CarefulParser::raise_starting_from(const Location& where, std::string_view message) {
  raise_known(SyntaxErrorKind::SyntaxError, where.lineno, where.col_offset + 1, tokenizer_.lineno(),
              tokenizer_.column(), message);
  return nullptr;
}

void CarefulParser::raise_unclosed() {
  int32_t lineno = tokenizer_.open_bracket_line();
  raise_known(SyntaxErrorKind::SyntaxError, lineno, tokenizer_.open_bracket_column() + 1, lineno, 0,
              text("'%c' was never closed", tokenizer_.open_bracket()));
}

void CarefulParser::raise_literal_error() {
  const LiteralError& e = literals_.error;
  if (e.has_location) {
    raise_at(e.location, e.message);
  } else {
    raise(e.message);
  }
}

void CarefulParser::tokenizer_error() {
  SyntaxErrorKind kind = SyntaxErrorKind::SyntaxError;
  const char* message = "unknown parsing error";
  ssize column = 0;
  switch (tokenizer_.done()) {
    case Tokenizer::Done::Error:
    case Tokenizer::Done::UnterminatedTriple:
    case Tokenizer::Done::UnterminatedLine:
      failed_ = true;
      error_ = tokenizer_.error();
      if (!literals_.valid_utf8) error_.text = replace_bad_utf8(arena_, error_.text);
      return;
    case Tokenizer::Done::BadName:
      raise(text("(unicode error) %.*s", int(tokenizer_.error().message.size()), tokenizer_.error().message.data()));
      return;
    case Tokenizer::Done::Eof:
      if (tokenizer_.level()) {
        raise_unclosed();
      } else {
        raise("unexpected EOF while parsing");
      }
      return;
    case Tokenizer::Done::Dedent:
      raise("unindent does not match any outer indentation level", SyntaxErrorKind::IndentationError);
      return;
    case Tokenizer::Done::TabSpace:
      kind = SyntaxErrorKind::TabError;
      message = "inconsistent use of tabs and spaces in indentation";
      break;
    case Tokenizer::Done::TooDeep:
      kind = SyntaxErrorKind::IndentationError;
      message = "too many levels of indentation";
      break;
    case Tokenizer::Done::LineContinuation:
      column = tokenizer_.cursor() - tokenizer_.logical_line_start() - 1;
      message = "unexpected character after line continuation character";
      break;
    case Tokenizer::Done::Ok:
      if (tokenizer_.level()) {
        raise_unclosed();
        return;
      }
      break;
  }
  if (column < 0) column = 0;
  raise_known(kind, tokenizer_.lineno(), column + 1, tokenizer_.lineno(), 0, message);
}

/// Reads on to the end: a tokenizer error there (and a bracket left open on an earlier line) beats a parser error.
void CarefulParser::check_rest_of_source() {
  SyntaxErrorInfo saved = error_;
  int32_t error_line = last_fetched().lineno;
  failed_ = false;
  error_ = {};
  Token token;
  for (;;) {
    tokenizer_.next(token);
    if (token.kind == Tok::EndMarker) break;
    if (token.kind != Tok::Error) continue;
    if (tokenizer_.done() == Tokenizer::Done::Error || tokenizer_.done() == Tokenizer::Done::UnterminatedTriple ||
        tokenizer_.done() == Tokenizer::Done::UnterminatedLine) {
      failed_ = true;
      error_ = tokenizer_.error();
    } else if (tokenizer_.level() != 0 && error_line > tokenizer_.open_bracket_line()) {
      raise_unclosed();
    }
    break;
  }
  if (!failed_ || tokenizer_.inside_fstring()) error_ = saved;
  failed_ = true;
}

/// After both passes failed: what to report. `last_token` is the furthest token of the first pass.
void CarefulParser::settle_error(const Token& last_token) {
  if (failed_) {
    if (tokenizer_.done() == Tokenizer::Done::Ok) check_rest_of_source();
    return;
  }
  if (last_token.kind == Tok::Error && tokenizer_.done() == Tokenizer::Done::Eof) {
    if (tokenizer_.level()) {
      raise_unclosed();
    } else {
      raise("unexpected EOF while parsing");
    }
    return;
  }
  if (last_token.kind == Tok::Indent || last_token.kind == Tok::Dedent) {
    raise(last_token.kind == Tok::Indent ? "unexpected indent" : "unexpected unindent",
          SyntaxErrorKind::IndentationError);
    return;
  }
  raise_at(location_of(last_token), "invalid syntax");
  check_rest_of_source();
}

bool CarefulParser::at_end_of_source() const {
  Tokenizer::Done done = tokenizer_.done();
  return done == Tokenizer::Done::Eof || done == Tokenizer::Done::UnterminatedTriple ||
         done == Tokenizer::Done::UnterminatedLine;
}

/// Whether something other than blanks and comments follows a single statement.
bool CarefulParser::extra_statement() const {
  const char* p = tokenizer_.cursor();
  const char* end = tokenizer_.buffer_end();
  for (;;) {
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\f')) p++;
    if (p == end) return false;
    if (*p != '#') return true;
    while (p < end && *p != '\n') p++;
  }
}

bool CarefulParser::require_version(int minor, const char* what) {
  if (failed_) return false;
  if (options_.feature_version >= minor) return true;
  raise(text("%s only supported in Python 3.%i and greater", what, minor));
  return false;
}

const char* CarefulParser::expression_name(const Expr* e) {
  switch (e->kind()) {
    case ExprKind::Attribute: return "attribute";
    case ExprKind::Subscript: return "subscript";
    case ExprKind::Starred: return "starred";
    case ExprKind::Name: return "name";
    case ExprKind::List: return "list";
    case ExprKind::Tuple: return "tuple";
    case ExprKind::Lambda: return "lambda";
    case ExprKind::Call: return "function call";
    case ExprKind::BoolOp: case ExprKind::BinOp: case ExprKind::UnaryOp: return "expression";
    case ExprKind::GeneratorExp: return "generator expression";
    case ExprKind::Yield: case ExprKind::YieldFrom: return "yield expression";
    case ExprKind::Await: return "await expression";
    case ExprKind::ListComp: return "list comprehension";
    case ExprKind::SetComp: return "set comprehension";
    case ExprKind::DictComp: return "dict comprehension";
    case ExprKind::Dict: return "dict literal";
    case ExprKind::Set: return "set display";
    case ExprKind::JoinedStr: case ExprKind::FormattedValue: return "f-string expression";
    case ExprKind::Compare: return "comparison";
    case ExprKind::IfExp: return "conditional expression";
    case ExprKind::NamedExpr: return "named expression";
    case ExprKind::Slice: return "slice";
    case ExprKind::Constant:
      switch (as<Constant>(e)->value.kind) {
        case ConstantKind::None: return "None";
        case ConstantKind::True: return "True";
        case ConstantKind::False: return "False";
        case ConstantKind::Ellipsis: return "ellipsis";
        default: return "literal";
      }
  }
  return "expression";
}

Expr* CarefulParser::invalid_target(Expr* e, bool del_targets, bool for_targets) {
  auto first_of = [&](Span<Expr*> items) -> Expr* {
    for (Expr* item : items) {
      if (Expr* bad = invalid_target(item, del_targets, for_targets)) return bad;
    }
    return nullptr;
  };
  switch (e->kind()) {
    case ExprKind::List: return first_of(as<List>(e)->elts);
    case ExprKind::Tuple: return first_of(as<Tuple>(e)->elts);
    case ExprKind::Starred:
      return del_targets ? e : invalid_target(as<Starred>(e)->value, del_targets, for_targets);
    case ExprKind::Compare:
      // `a in b` of `for a in b` was read as a comparison.
      if (!for_targets) return e;
      return as<Compare>(e)->ops[0] == CmpOperator::In
                 ? invalid_target(as<Compare>(e)->left, del_targets, for_targets)
                 : nullptr;
    case ExprKind::Name: case ExprKind::Subscript: case ExprKind::Attribute: return nullptr;
    default: return e;
  }
}

std::nullptr_t CarefulParser::raise_invalid_target(ExprContext context, bool for_targets, Expr* e) {
  if (Expr* bad = invalid_target(e, context == ExprContext::Del, for_targets)) {
    raise_at(bad->loc, text(context == ExprContext::Del ? "cannot delete %s" : "cannot assign to %s",
                            expression_name(bad)));
  }
  return nullptr;
}

bool CarefulParser::is_legacy_statement(const Expr* e) {
  if (!is<Name>(e)) return false;
  std::string_view id = as<Name>(e)->id->view();
  return id == "print" || id == "exec";
}

}  // namespace ty::syntax
