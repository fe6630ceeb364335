// syntax/careful_string.cpp: careful parser, strings and f-strings.
#include "syntax/careful_parser.h"

namespace ty::syntax {

using namespace ast;  // NOLINT: the node names are this file's vocabulary

Expr* CarefulParser::strings() {
  return remember(Rule::Strings, [&]() -> Expr* {
    int start = mark_;
    Seq<Expr*> pieces = repeat([&]() -> Expr* {
      if (Expr* e = fstring()) return e;
      const Token* token = take(Tok::String);
      return token ? literal(string_constant(literals_, *token)) : nullptr;
    });
    if (failed_ || pieces.empty()) return nullptr;
    return literal(concatenate_strings(literals_, span(pieces), location(start)));
  });
}

Expr* CarefulParser::fstring() {
  return rule([&]() -> Expr* {
    const Token* start = take(Tok::FStringStart);
    if (!start) return nullptr;
    Seq<Expr*> parts = repeat([&]() -> Expr* {
      if (Expr* e = fstring_replacement_field()) return e;
      const Token* middle = take(Tok::FStringMiddle);
      return middle ? fstring_text(literals_, *middle) : nullptr;
    });
    const Token* end = take(Tok::FStringEnd);
    return end ? literal(joined_string(literals_, *start, span(parts), *end)) : nullptr;
  });
}

bool CarefulParser::format_spec_parts(Seq<Expr*>& out) {
  out = repeat([&]() -> Expr* {
    if (const Token* middle = take(Tok::FStringMiddle)) return literal(format_spec_text(literals_, *middle));
    return fstring_replacement_field();
  });
  return !failed_;
}

Expr* CarefulParser::fstring_replacement_field() {
  return rule([&]() -> Expr* {
    int start = mark_;
    Expr* made = attempt([&]() -> Expr* {
      if (!expect(Tok::LeftBrace)) return nullptr;
      ReplacementField field;
      field.value = annotated_rhs();
      if (!field.value) return nullptr;
      field.debug = expect(Tok::Equal);
      attempt([&]() -> bool {
        const Token* mark = take(Tok::Exclamation);
        if (!mark) return false;
        Name* n = name();
        if (!n) return false;
        if (mark->lineno != n->loc.lineno || mark->end_col_offset != n->loc.col_offset) {
          raise_range(location_of(*mark), n->loc,
                      "f-string: conversion type must come right after the exclamanation mark");
          return false;
        }
        field.has_conversion = true;
        field.conversion = n->id;
        field.conversion_loc = n->loc;
        field.metadata = mark->metadata;
        return true;
      });
      if (failed_) return nullptr;
      int colon_mark = mark_;
      if (const Token* colon = take(Tok::Colon)) {
        Seq<Expr*> parts;
        if (!format_spec_parts(parts)) return nullptr;
        field.format_spec = literal(format_spec(literals_, span(parts), location(colon_mark)));
        if (!field.format_spec) return nullptr;
        if (!field.has_conversion) field.metadata = colon->metadata;
      }
      const Token* close = take(Tok::RightBrace);
      if (!close) return nullptr;
      if (!field.has_conversion && !field.format_spec) field.metadata = close->metadata;
      field.loc = location(start);
      return literal(formatted_value(literals_, field));
    });
    if (!made && invalid_rules_) invalid_replacement_field();
    return made;
  });
}

bool CarefulParser::invalid_replacement_field() {
  return rule([&]() -> bool {
    auto field_end = [&] { return next_is(Tok::Colon) || next_is(Tok::RightBrace); };
    struct Missing {
      Tok kind;
      const char* message;
    };
    for (Missing missing : {Missing{Tok::Equal, "f-string: valid expression required before '='"},
                            Missing{Tok::Exclamation, "f-string: valid expression required before '!'"},
                            Missing{Tok::Colon, "f-string: valid expression required before ':'"},
                            Missing{Tok::RightBrace, "f-string: valid expression required before '}'"}}) {
      attempt([&]() -> bool {
        if (!expect(Tok::LeftBrace)) return false;
        if (const Token* a = take(missing.kind)) raise_at(location_of(*a), missing.message);
        return false;
      });
    }
    attempt([&]() -> bool {
      if (!expect(Tok::LeftBrace) || ahead([&] { return annotated_rhs(); })) return false;
      return raise_on_next("f-string: expecting a valid expression after '{'"), false;
    });
    attempt([&]() -> bool {
      if (!expect(Tok::LeftBrace) || !annotated_rhs()) return false;
      if (next_is(Tok::Equal) || next_is(Tok::Exclamation) || field_end()) return false;
      return raise_on_next("f-string: expecting '=', or '!', or ':', or '}'"), false;
    });
    attempt([&]() -> bool {
      if (!expect(Tok::LeftBrace) || !annotated_rhs() || !expect(Tok::Equal)) return false;
      if (next_is(Tok::Exclamation) || field_end()) return false;
      return raise_on_next("f-string: expecting '!', or ':', or '}'"), false;
    });
    attempt([&]() -> bool {
      if (!expect(Tok::LeftBrace) || !annotated_rhs()) return false;
      expect(Tok::Equal);
      return invalid_conversion_character();
    });
    auto head = [&] {
      if (!expect(Tok::LeftBrace) || !annotated_rhs()) return false;
      expect(Tok::Equal);
      attempt([&]() -> bool { return expect(Tok::Exclamation) && name(); });
      return !failed_;
    };
    attempt([&]() -> bool {
      if (!head() || field_end()) return false;
      return raise_on_next("f-string: expecting ':' or '}'"), false;
    });
    attempt([&]() -> bool {
      Seq<Expr*> ignored;
      if (!head() || !expect(Tok::Colon) || !format_spec_parts(ignored) || next_is(Tok::RightBrace)) return false;
      return raise_on_next("f-string: expecting '}', or format specs"), false;
    });
    attempt([&]() -> bool {
      if (!head() || next_is(Tok::RightBrace)) return false;
      return raise_on_next("f-string: expecting '}'"), false;
    });
    return false;
  });
}

bool CarefulParser::invalid_conversion_character() {
  return rule([&]() -> bool {
    if (!expect(Tok::Exclamation)) return false;
    if (next_is(Tok::Colon) || next_is(Tok::RightBrace)) {
      return raise_on_next("f-string: missing conversion character"), false;
    }
    if (next_is(Tok::Name)) return false;
    return raise_on_next("f-string: invalid conversion character"), false;
  });
}

}  // namespace ty::syntax
