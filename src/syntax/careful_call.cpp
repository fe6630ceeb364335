// syntax/careful_call.cpp: careful parser, arguments of calls and classes.
#include "syntax/careful_parser.h"

namespace ty::syntax {

using namespace ast;  // NOLINT: the node names are this file's vocabulary

namespace {

Expr* last_item(const std::vector<Comprehension*>& clauses) {
  Comprehension* last = clauses.back();
  return last->ifs.empty() ? last->iter : last->ifs.back();
}

}  // namespace

Call* CarefulParser::arguments() {
  return remember(Rule::Arguments, [&]() -> Call* {
    Call* made = attempt([&]() -> Call* {
      Call* a = args();
      if (!a) return nullptr;
      expect(Tok::Comma);
      return next_is(Tok::RightParen) ? a : nullptr;
    });
    if (!made && invalid_rules_) invalid_arguments();
    return made;
  });
}

/// assignment_expression | expression !':='
Expr* CarefulParser::positional_argument() {
  return rule([&]() -> Expr* {
    if (Expr* e = assignment_expression()) return e;
    Expr* e = expression();
    return e && !next_is(Tok::ColonEqual) ? e : nullptr;
  });
}

Call* CarefulParser::args() {
  return rule([&]() -> Call* {
    int start = mark_;
    Seq<Expr*> positional = gather([&] {
      return rule([&]() -> Expr* {
        if (Expr* e = starred_expression()) return e;
        Expr* e = positional_argument();
        return e && !next_is(Tok::Equal) ? e : nullptr;
      });
    });
    if (failed_) return nullptr;
    Seq<KeywordOrStarred*> rest;
    if (positional.empty()) {
      rest = kwargs();
      if (rest.empty()) return nullptr;
    } else {
      int before = mark_;
      if (expect(Tok::Comma)) rest = kwargs();
      if (rest.empty()) mark_ = before;
    }
    Seq<Keyword*> keywords;
    for (KeywordOrStarred* one : rest) {
      if (one->keyword) {
        keywords.push_back(one->keyword);
      } else {
        positional.push_back(one->starred);
      }
    }
    auto* call = node<Call>(start);
    call->args = span(positional);
    call->keywords = span(keywords);
    return call;
  });
}

CarefulParser::Seq<CarefulParser::KeywordOrStarred*> CarefulParser::kwargs() {
  Nest nest(*this);
  int start = mark_;
  Seq<KeywordOrStarred*> first = gather([&] { return kwarg_or_starred(); });
  if (failed_) return {};
  if (!first.empty()) {
    int before = mark_;
    if (expect(Tok::Comma)) {
      Seq<KeywordOrStarred*> second = gather([&] { return kwarg_or_double_starred(); });
      if (failed_) return {};
      if (second.empty()) {
        mark_ = before;
      } else {
        first.insert(first.end(), second.begin(), second.end());
      }
    }
    return first;
  }
  mark_ = start;
  return gather([&] { return kwarg_or_double_starred(); });
}

/// NAME '=' expression
CarefulParser::KeywordOrStarred* CarefulParser::keyword_argument() {
  return attempt([&]() -> KeywordOrStarred* {
    int start = mark_;
    Name* n = name();
    if (!n || !expect(Tok::Equal)) return nullptr;
    Expr* value = expression();
    if (!value) return nullptr;
    auto* keyword = node<Keyword>(start);
    keyword->arg = n->id;
    keyword->value = value;
    return arena_.make<KeywordOrStarred>(keyword, nullptr);
  });
}

CarefulParser::KeywordOrStarred* CarefulParser::kwarg_or_starred() {
  return rule([&]() -> KeywordOrStarred* {
    if (invalid_rules_) {
      invalid_kwarg();
      if (failed_) return nullptr;
    }
    if (KeywordOrStarred* made = keyword_argument()) return made;
    Expr* starred = starred_expression();
    return starred ? arena_.make<KeywordOrStarred>(nullptr, starred) : nullptr;
  });
}

CarefulParser::KeywordOrStarred* CarefulParser::kwarg_or_double_starred() {
  return rule([&]() -> KeywordOrStarred* {
    if (invalid_rules_) {
      invalid_kwarg();
      if (failed_) return nullptr;
    }
    if (KeywordOrStarred* made = keyword_argument()) return made;
    int start = mark_;
    if (!expect(Tok::DoubleStar)) return nullptr;
    Expr* value = expression();
    if (!value) return nullptr;
    auto* keyword = node<Keyword>(start);
    keyword->value = value;
    return arena_.make<KeywordOrStarred>(keyword, nullptr);
  });
}

bool CarefulParser::invalid_kwarg() {
  return rule([&]() -> bool {
    attempt([&]() -> bool {
      const Token* a = take(Tok::True);
      if (!a) a = take(Tok::False);
      if (!a) a = take(Tok::None);
      if (!a) return false;
      const Token* b = take(Tok::Equal);
      if (!b) return false;
      std::string_view word = a->text();
      return raise_range(location_of(*a), location_of(*b), text("cannot assign to %.*s", int(word.size()), word.data())),
             false;
    });
    attempt([&]() -> bool {
      Name* a = name();
      if (!a) return false;
      const Token* b = take(Tok::Equal);
      if (!b || !expression() || for_if_clauses().empty()) return false;
      return raise_range(a->loc, location_of(*b), "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"),
             false;
    });
    attempt([&]() -> bool {
      if (ahead([&] { return expect(Tok::Name) && expect(Tok::Equal); })) return false;
      Expr* a = expression();
      if (!a) return false;
      const Token* b = take(Tok::Equal);
      if (!b) return false;
      return raise_range(a->loc, location_of(*b),
                         "expression cannot contain assignment, perhaps you meant \"==\"?"),
             false;
    });
    attempt([&]() -> bool {
      const Token* a = take(Tok::DoubleStar);
      if (!a || !expression() || !expect(Tok::Equal)) return false;
      Expr* b = expression();
      if (!b) return false;
      return raise_range(location_of(*a), b->loc, "cannot assign to keyword argument unpacking"), false;
    });
    return false;
  });
}

bool CarefulParser::invalid_arguments() {
  return rule([&]() -> bool {
    constexpr const char* kParenthesize = "Generator expression must be parenthesized";
    // Positional arguments, a comma and keyword arguments; or keyword arguments only.
    auto before_unpacking = [&] {
      return attempt([&]() -> bool {
               Seq<Expr*> positional = gather([&] {
                 return rule([&]() -> Expr* {
                   if (Expr* e = starred_expression()) return e;
                   Expr* e = positional_argument();
                   return e && !next_is(Tok::Equal) ? e : nullptr;
                 });
               });
               return !positional.empty() && expect(Tok::Comma) && !kwargs().empty();
             }) ||
             attempt([&]() -> bool { return !kwargs().empty(); });
    };
    attempt([&]() -> bool {
      if (!before_unpacking()) return false;
      const Token* a = take(Tok::Comma);
      if (!a) return false;
      if (gather([&] {
            return rule([&]() -> Expr* {
              Expr* e = starred_expression();
              return e && !next_is(Tok::Equal) ? e : nullptr;
            });
          }).empty()) {
        return false;
      }
      return raise_starting_from(location_of(*a), "iterable argument unpacking follows keyword argument unpacking"),
             false;
    });
    attempt([&]() -> bool {
      Expr* a = expression();
      if (!a) return false;
      Seq<Comprehension*> b = for_if_clauses();
      if (b.empty() || !expect(Tok::Comma)) return false;
      if (!args()) {
        attempt([&]() -> bool { return expression() && !for_if_clauses().empty(); });
      }
      return raise_range(a->loc, last_item(b)->loc, kParenthesize), false;
    });
    attempt([&]() -> bool {
      Name* a = name();
      if (!a) return false;
      const Token* b = take(Tok::Equal);
      if (!b || !expression() || for_if_clauses().empty()) return false;
      return raise_range(a->loc, location_of(*b), "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"),
             false;
    });
    attempt([&]() -> bool {
      attempt([&]() -> bool { return args() && expect(Tok::Comma); });
      Name* a = name();
      if (!a) return false;
      const Token* b = take(Tok::Equal);
      if (!b || (!next_is(Tok::Comma) && !next_is(Tok::RightParen))) return false;
      return raise_range(a->loc, location_of(*b), "expected argument value expression"), false;
    });
    bool decided = false;
    attempt([&]() -> bool {
      Call* a = args();
      if (!a) return false;
      Seq<Comprehension*> b = for_if_clauses();
      if (b.empty()) return false;
      decided = true;
      if (a->args.size <= 1) return false;
      return raise_range(a->args.back()->loc, last_item(b)->loc, kParenthesize), false;
    });
    if (decided || failed_) return false;
    attempt([&]() -> bool {
      if (!args() || !expect(Tok::Comma)) return false;
      Expr* a = expression();
      if (!a) return false;
      Seq<Comprehension*> b = for_if_clauses();
      if (b.empty()) return false;
      return raise_range(a->loc, last_item(b)->loc, kParenthesize), false;
    });
    attempt([&]() -> bool {
      Call* a = args();
      if (!a || !expect(Tok::Comma) || !args()) return false;
      bool unpacking = false;
      for (Keyword* k : a->keywords) unpacking |= k->arg == nullptr;
      return raise(unpacking ? "positional argument follows keyword argument unpacking"
                             : "positional argument follows keyword argument"),
             false;
    });
    return false;
  });
}

Expr* CarefulParser::starred_expression() {
  return rule([&]() -> Expr* {
    int start = mark_;
    if (invalid_rules_) {
      invalid_starred_expression();
      if (failed_) return nullptr;
    }
    if (!expect(Tok::Star)) return nullptr;
    Expr* value = expression();
    if (!value) return raise("Invalid star expression");
    auto* e = node<Starred>(start);
    e->value = value;
    return e;
  });
}

bool CarefulParser::invalid_starred_expression() {
  return rule([&]() -> bool {
    const Token* a = take(Tok::Star);
    if (!a || !expression() || !expect(Tok::Equal)) return false;
    Expr* b = expression();
    if (!b) return false;
    return raise_range(location_of(*a), b->loc, "cannot assign to iterable argument unpacking"), false;
  });
}

}  // namespace ty::syntax
