// syntax/careful_target.cpp: careful parser, targets of assignments, loops and del.
#include "syntax/careful_parser.h"

namespace ty::syntax {

using namespace ast;  // NOLINT: the node names are this file's vocabulary

namespace {

/// Targets of targets got their context when they were made; names and parenthesized ones get it here.
Expr* with_context(Expr* e, ExprContext context) {
  switch (e->kind()) {
    case ExprKind::Name: as<Name>(e)->ctx = context; break;
    case ExprKind::Attribute: as<Attribute>(e)->ctx = context; break;
    case ExprKind::Subscript: as<Subscript>(e)->ctx = context; break;
    case ExprKind::Starred: as<Starred>(e)->ctx = context; break;
    case ExprKind::Tuple: as<Tuple>(e)->ctx = context; break;
    case ExprKind::List: as<List>(e)->ctx = context; break;
    default: break;
  }
  return e;
}

}  // namespace

Expr* CarefulParser::star_targets() {
  return rule([&]() -> Expr* {
    int start = mark_;
    Expr* first = star_target();
    if (!first || !next_is(Tok::Comma)) return first;
    Seq<Expr*> items{first};
    for (;;) {
      Expr* next = attempt([&]() -> Expr* { return expect(Tok::Comma) ? star_target() : nullptr; });
      if (!next) break;
      items.push_back(next);
    }
    expect(Tok::Comma);
    auto* tuple = node<Tuple>(start);
    tuple->elts = span(items);
    tuple->ctx = ExprContext::Store;
    return tuple;
  });
}

Expr* CarefulParser::star_target() {
  return remember(Rule::StarTarget, [&]() -> Expr* {
    int start = mark_;
    Expr* starred = attempt([&]() -> Expr* {
      if (!expect(Tok::Star) || next_is(Tok::Star)) return nullptr;
      Expr* value = star_target();
      if (!value) return nullptr;
      auto* e = node<Starred>(start);
      e->value = with_context(value, ExprContext::Store);
      e->ctx = ExprContext::Store;
      return e;
    });
    return starred ? starred : target_with_star_atom();
  });
}

/// t_primary '.' NAME !t_lookahead | t_primary '[' slices ']' !t_lookahead
Expr* CarefulParser::attribute_or_subscript(ExprContext context) {
  int start = mark_;
  Expr* made = attempt([&]() -> Expr* {
    Expr* value = t_primary();
    if (!value || !expect(Tok::Dot)) return nullptr;
    Name* n = name();
    if (!n || t_lookahead()) return nullptr;
    auto* e = node<Attribute>(start);
    e->value = value;
    e->attr = n->id;
    e->ctx = context;
    return e;
  });
  if (made) return made;
  return attempt([&]() -> Expr* {
    Expr* value = t_primary();
    if (!value || !expect(Tok::LeftBracket)) return nullptr;
    Expr* index = slices();
    if (!index || !expect(Tok::RightBracket) || t_lookahead()) return nullptr;
    auto* e = node<Subscript>(start);
    e->value = value;
    e->slice = index;
    e->ctx = context;
    return e;
  });
}

Expr* CarefulParser::target_with_star_atom() {
  return remember(Rule::TargetWithStarAtom, [&]() -> Expr* {
    if (Expr* e = attribute_or_subscript(ExprContext::Store)) return e;
    return star_atom();
  });
}

Expr* CarefulParser::star_atom() {
  return rule([&]() -> Expr* {
    int start = mark_;
    if (Name* n = name()) return with_context(n, ExprContext::Store);
    Expr* made = attempt([&]() -> Expr* {
      if (!expect(Tok::LeftParen)) return nullptr;
      Expr* e = target_with_star_atom();
      return e && expect(Tok::RightParen) ? with_context(e, ExprContext::Store) : nullptr;
    });
    if (made) return made;
    made = attempt([&]() -> Expr* {
      if (!expect(Tok::LeftParen)) return nullptr;
      Seq<Expr*> items;
      attempt([&]() -> bool {
        Expr* first = star_target();
        if (!first || !next_is(Tok::Comma)) return false;
        items.push_back(first);
        for (;;) {
          Expr* next = attempt([&]() -> Expr* { return expect(Tok::Comma) ? star_target() : nullptr; });
          if (!next) break;
          items.push_back(next);
        }
        expect(Tok::Comma);
        return true;
      });
      if (!expect(Tok::RightParen)) return nullptr;
      auto* e = node<Tuple>(start);
      e->elts = span(items);
      e->ctx = ExprContext::Store;
      return e;
    });
    if (made) return made;
    if (!expect(Tok::LeftBracket)) return nullptr;
    Seq<Expr*> items = gather([&] { return star_target(); });
    if (!items.empty()) expect(Tok::Comma);
    if (!expect(Tok::RightBracket)) return nullptr;
    auto* e = node<List>(start);
    e->elts = span(items);
    e->ctx = ExprContext::Store;
    return e;
  });
}

Expr* CarefulParser::single_target() {
  return rule([&]() -> Expr* {
    if (Expr* e = single_subscript_attribute_target()) return e;
    if (Name* n = name()) return with_context(n, ExprContext::Store);
    if (!expect(Tok::LeftParen)) return nullptr;
    Expr* e = single_target();
    return e && expect(Tok::RightParen) ? e : nullptr;
  });
}

Expr* CarefulParser::single_subscript_attribute_target() {
  return rule([&] { return attribute_or_subscript(ExprContext::Store); });
}

bool CarefulParser::t_lookahead() {
  return next_is(Tok::LeftParen) || next_is(Tok::LeftBracket) || next_is(Tok::Dot);
}

/// A primary that is followed by one more trailer.
Expr* CarefulParser::t_primary() {
  return remember(Rule::TPrimary, [&]() -> Expr* {
    int start = mark_;
    Expr* value = atom();
    if (!value || !t_lookahead()) return nullptr;
    for (;;) {
      Expr* longer = attempt([&]() -> Expr* {
        Expr* e = trailer(start, value, TrailerOrder::SubscriptFirst);
        return e && t_lookahead() ? e : nullptr;
      });
      if (!longer) return value;
      value = longer;
    }
  });
}

Expr* CarefulParser::del_target() {
  return remember(Rule::DelTarget, [&]() -> Expr* {
    if (Expr* e = attribute_or_subscript(ExprContext::Del)) return e;
    return del_t_atom();
  });
}

Expr* CarefulParser::del_t_atom() {
  return rule([&]() -> Expr* {
    int start = mark_;
    if (Name* n = name()) return with_context(n, ExprContext::Del);
    Expr* made = attempt([&]() -> Expr* {
      if (!expect(Tok::LeftParen)) return nullptr;
      Expr* e = del_target();
      return e && expect(Tok::RightParen) ? with_context(e, ExprContext::Del) : nullptr;
    });
    if (made) return made;
    auto targets = [&](Tok end, Seq<Expr*>* items) {
      *items = gather([&] { return del_target(); });
      if (!items->empty()) expect(Tok::Comma);
      return expect(end);
    };
    made = attempt([&]() -> Expr* {
      Seq<Expr*> items;
      if (!expect(Tok::LeftParen) || !targets(Tok::RightParen, &items)) return nullptr;
      auto* e = node<Tuple>(start);
      e->elts = span(items);
      e->ctx = ExprContext::Del;
      return e;
    });
    if (made) return made;
    Seq<Expr*> items;
    if (!expect(Tok::LeftBracket) || !targets(Tok::RightBracket, &items)) return nullptr;
    auto* e = node<List>(start);
    e->elts = span(items);
    e->ctx = ExprContext::Del;
    return e;
  });
}

}  // namespace ty::syntax
