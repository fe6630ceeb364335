// syntax/literals.h: values of number, string and f-string tokens.
//
// What        Shared by the two parsers. Everything returns null (or false) for an error and describes it in
//             LiteralContext::error; escapes that are not escapes add a warning.
// Threads     one thread at a time.
// See         docs/syntax.md · CPython Parser/string_parser.c, Parser/action_helpers.c
#pragma once

#include <vector>

#include "syntax/parse.h"
#include "syntax/token.h"

namespace ty::syntax {

struct LiteralError {
  std::string_view message;
  /// Where to report it; absent: at the last token read.
  bool has_location = false;
  ast::Location location;
};

struct LiteralContext {
  ast::Interner& names;
  Arena& arena;
  std::vector<SyntaxWarningInfo>* warnings;  // null: none wanted
  const char* source_begin;
  const char* source_end;
  int32_t feature_version;
  int32_t max_int_digits;  // of decimal literals; 0: no limit
  bool valid_utf8;  // false: texts must be checked
  LiteralError error;
};

/// The value of a NUMBER token.
ast::ConstantValue number_value(Arena& arena, std::string_view text);

/// Whether the decimal literal is longer than sys.set_int_max_str_digits() allows.
inline bool too_many_digits(const LiteralContext& context, const ast::ConstantValue& value) {
  return value.kind == ast::ConstantKind::BigInt && value.base == 10 && context.max_int_digits > 0 &&
         value.size > uint32_t(context.max_int_digits);
}

inline ast::Location location_of(const Token& token) {
  return {token.lineno, token.col_offset, token.end_lineno, token.end_col_offset};
}

ast::Constant* make_constant(Arena& arena, const ast::Location& loc, ast::ConstantKind kind);

/// A STRING token with prefix and quotes.
ast::Expr* string_constant(LiteralContext& context, const Token& token);
/// A FSTRING_MIDDLE token at the top level of an f-string: not yet unescaped.
ast::Expr* fstring_text(LiteralContext& context, const Token& token);
/// A FSTRING_MIDDLE token of a format specification.
ast::Expr* format_spec_text(LiteralContext& context, const Token& token);
/// A whole f-string; the texts in `parts` get unescaped.
ast::Expr* joined_string(LiteralContext& context, const Token& start, Span<ast::Expr*> parts,
                         const Token& end);
/// What follows the colon of a replacement field.
ast::Expr* format_spec(LiteralContext& context, Span<ast::Expr*> parts, const ast::Location& loc);
/// Adjacent literals as one constant or f-string.
ast::Expr* concatenate_strings(LiteralContext& context, Span<ast::Expr*> strings,
                               const ast::Location& loc);

/// The pieces of `{value = !conversion :spec}`.
struct ReplacementField {
  ast::Expr* value = nullptr;
  bool debug = false;
  bool has_conversion = false;
  ast::Location conversion_loc;
  const ast::Identifier* conversion = nullptr;
  ast::Expr* format_spec = nullptr;
  const std::string_view* metadata = nullptr;  // of `!`, `:` or `}`, whichever ends the expression
  ast::Location loc;
};
/// A FormattedValue, or for `=` a JoinedStr of the text and the FormattedValue.
ast::Expr* formatted_value(LiteralContext& context, const ReplacementField& field);

}  // namespace ty::syntax
