// syntax/token.h: kinds of tokens and the token record.
//
// Invariants  Token kinds of keywords follow all others; `is_keyword(kind)` is one comparison.
// Threads     plain data.
#pragma once

#include <cstdint>
#include <string_view>

#include "syntax/ast.h"

namespace ty::syntax {

enum class Tok : uint8_t {
  EndMarker, Name, Number, String, Newline, Indent, Dedent, FStringStart, FStringMiddle, FStringEnd,
  TypeComment, TypeIgnore, Error,
  LeftParen, RightParen, LeftBracket, RightBracket, LeftBrace, RightBrace, Colon, Comma, Semicolon,
  Plus, Minus, Star, Slash, DoubleSlash, Percent, At, DoubleStar, VBar, Caret, Ampersand, LeftShift,
  RightShift, Tilde,
  Less, Greater, EqEqual, NotEqual, LessEqual, GreaterEqual,
  Equal, Dot, Ellipsis, Arrow, ColonEqual, Exclamation,
  PlusEqual, MinusEqual, StarEqual, SlashEqual, DoubleSlashEqual, PercentEqual, AtEqual,
  DoubleStarEqual, VBarEqual, CaretEqual, AmpersandEqual, LeftShiftEqual, RightShiftEqual,
  Unknown,
  False, None, True, And, As, Assert, Async, Await, Break, Class, Continue, Def, Del, Elif, Else,
  Except, Finally, For, From, Global, If, Import, In, Is, Lambda, Nonlocal, Not, Or, Pass, Raise,
  Return, Try, While, With, Yield,
};

inline bool is_keyword(Tok kind) { return kind >= Tok::False; }

/// Lines from 1, columns in bytes from 0; columns are -1 where CPython has none (INDENT, DEDENT, ENDMARKER).
struct Token {
  Tok kind;
  uint16_t level;  // open brackets after the token
  int32_t lineno;
  int32_t col_offset;
  int32_t end_lineno;
  int32_t end_col_offset;
  uint32_t length;
  const char* start;  // in the source buffer
  union {
    const ast::Identifier* name;       // Name: interned, normalised
    const std::string_view* metadata;  // `!`, `:` and `}` in f-strings: text of a `=` expression, or null
  };

  std::string_view text() const { return {start, length}; }
};

}  // namespace ty::syntax
