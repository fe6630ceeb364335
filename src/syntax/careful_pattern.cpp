// syntax/careful_pattern.cpp: careful parser, the match statement.
#include "syntax/careful_parser.h"

namespace ty::syntax {

using namespace ast;  // NOLINT: the node names are this file's vocabulary

Stmt* CarefulParser::match_stmt() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    Stmt* made = attempt([&]() -> Stmt* {
      if (!soft_keyword("match")) return nullptr;
      Expr* subject = subject_expr();
      if (!subject || !expect(Tok::Colon) || !expect(Tok::Newline) || !expect(Tok::Indent)) return nullptr;
      Seq<MatchCase*> cases = repeat([&] { return case_block(); });
      if (cases.empty() || !expect(Tok::Dedent) || !require_version(10, "Pattern matching is")) return nullptr;
      auto* e = node<Match>(start);
      e->subject = subject;
      e->cases = span(cases);
      return e;
    });
    if (!made && invalid_rules_) invalid_match_stmt();
    return made;
  });
}

bool CarefulParser::invalid_match_stmt() {
  return rule([&]() -> bool {
    attempt([&]() -> bool {
      if (!soft_keyword("match") || !subject_expr() || !expect(Tok::Newline)) return false;
      if (require_version(10, "Pattern matching is")) raise("expected ':'");
      return false;
    });
    Name* a = soft_keyword("match");
    if (!a || !subject_expr() || !expect(Tok::Colon) || !no_indent_after_newline()) return false;
    return raise_indentation("'match' statement", a->loc.lineno), false;
  });
}

Expr* CarefulParser::subject_expr() {
  return rule([&]() -> Expr* {
    int start = mark_;
    Expr* made = attempt([&]() -> Expr* {
      Expr* first = star_named_expression();
      if (!first || !expect(Tok::Comma)) return nullptr;
      Seq<Expr*> items = star_named_expressions();
      if (failed_) return nullptr;
      items.insert(items.begin(), first);
      auto* tuple = node<Tuple>(start);
      tuple->elts = span(items);
      return tuple;
    });
    return made ? made : named_expression();
  });
}

MatchCase* CarefulParser::case_block() {
  return rule([&]() -> MatchCase* {
    if (invalid_rules_) {
      invalid_case_block();
      if (failed_) return nullptr;
    }
    if (!soft_keyword("case")) return nullptr;
    Pattern* p = patterns();
    if (!p) return nullptr;
    Expr* test = guard();
    if (!expect(Tok::Colon)) return nullptr;
    Span<Stmt*>* body = block();
    if (!body) return nullptr;
    auto* made = arena_.make<MatchCase>();
    made->pattern = p;
    made->guard = test;
    made->body = *body;
    return made;
  });
}

bool CarefulParser::invalid_case_block() {
  return rule([&]() -> bool {
    attempt([&]() -> bool {
      if (!soft_keyword("case") || !patterns()) return false;
      guard();
      return expect(Tok::Newline) && (raise("expected ':'"), false);
    });
    Name* a = soft_keyword("case");
    if (!a || !patterns()) return false;
    guard();
    if (!expect(Tok::Colon) || !no_indent_after_newline()) return false;
    return raise_indentation("'case' statement", a->loc.lineno), false;
  });
}

Expr* CarefulParser::guard() {
  return rule([&]() -> Expr* { return expect(Tok::If) ? named_expression() : nullptr; });
}

Pattern* CarefulParser::patterns() {
  return rule([&]() -> Pattern* {
    int start = mark_;
    Seq<Pattern*> items;
    if (open_sequence_pattern(items)) {
      auto* sequence = node<MatchSequence>(start);
      sequence->patterns = span(items);
      return sequence;
    }
    return pattern();
  });
}

Pattern* CarefulParser::pattern() {
  return rule([&]() -> Pattern* {
    int start = mark_;
    Pattern* made = attempt([&]() -> Pattern* {
      Pattern* inner = or_pattern();
      if (!inner || !expect(Tok::As)) return nullptr;
      Expr* target = pattern_capture_target();
      if (!target) return nullptr;
      auto* e = node<MatchAs>(start);
      e->pattern = inner;
      e->name = as<Name>(target)->id;
      return e;
    });
    if (made) return made;
    if (invalid_rules_) {
      invalid_as_pattern();
      if (failed_) return nullptr;
    }
    return or_pattern();
  });
}

bool CarefulParser::invalid_as_pattern() {
  return rule([&]() -> bool {
    attempt([&]() -> bool {
      if (!or_pattern() || !expect(Tok::As)) return false;
      if (Name* a = soft_keyword("_")) raise_at(a->loc, "cannot use '_' as a target");
      return false;
    });
    if (!or_pattern() || !expect(Tok::As) || next_is(Tok::Name)) return false;
    if (Expr* a = expression()) raise_at(a->loc, "invalid pattern target");
    return false;
  });
}

Pattern* CarefulParser::or_pattern() {
  return rule([&]() -> Pattern* {
    int start = mark_;
    Pattern* first = closed_pattern();
    if (!first || !next_is(Tok::VBar)) return first;
    Seq<Pattern*> items{first};
    for (;;) {
      Pattern* next = attempt([&]() -> Pattern* { return expect(Tok::VBar) ? closed_pattern() : nullptr; });
      if (!next) break;
      items.push_back(next);
    }
    if (items.size() == 1) return first;
    auto* either = node<MatchOr>(start);
    either->patterns = span(items);
    return either;
  });
}

Pattern* CarefulParser::closed_pattern() {
  return remember(Rule::ClosedPattern, [&]() -> Pattern* {
    int start = mark_;
    if (Pattern* p = literal_pattern()) return p;
    if (Expr* target = pattern_capture_target()) {
      auto* capture = node<MatchAs>(start);
      capture->name = as<Name>(target)->id;
      return capture;
    }
    if (soft_keyword("_")) return node<MatchAs>(start);
    if (Pattern* p = value_pattern()) return p;
    Pattern* group = attempt([&]() -> Pattern* {
      if (!expect(Tok::LeftParen)) return nullptr;
      Pattern* p = pattern();
      return p && expect(Tok::RightParen) ? p : nullptr;
    });
    if (group) return group;
    if (Pattern* p = sequence_pattern()) return p;
    if (Pattern* p = mapping_pattern()) return p;
    return class_pattern();
  });
}

Pattern* CarefulParser::literal_pattern() {
  return rule([&]() -> Pattern* {
    int start = mark_;
    auto value_of = [&](Expr* value) -> Pattern* {
      if (!value) return nullptr;
      auto* made = node<MatchValue>(start);
      made->value = value;
      return made;
    };
    Expr* signed_one = attempt([&]() -> Expr* {
      Expr* e = signed_number();
      return e && !next_is(Tok::Plus) && !next_is(Tok::Minus) ? e : nullptr;
    });
    if (signed_one) return value_of(signed_one);
    if (Expr* e = complex_number()) return value_of(e);
    if (next_is(Tok::String) || next_is(Tok::FStringStart)) {
      if (Expr* e = strings()) return value_of(e);
    }
    for (auto [word, kind] : {std::pair{Tok::None, ConstantKind::None}, std::pair{Tok::True, ConstantKind::True},
                              std::pair{Tok::False, ConstantKind::False}}) {
      if (!expect(word)) continue;
      auto* made = node<MatchSingleton>(start);
      made->value.kind = kind;
      return made;
    }
    return nullptr;
  });
}

Expr* CarefulParser::literal_expr() {
  return rule([&]() -> Expr* {
    Expr* signed_one = attempt([&]() -> Expr* {
      Expr* e = signed_number();
      return e && !next_is(Tok::Plus) && !next_is(Tok::Minus) ? e : nullptr;
    });
    if (signed_one) return signed_one;
    if (Expr* e = complex_number()) return e;
    if (Expr* e = strings()) return e;
    if (Expr* e = constant(Tok::None, ConstantKind::None)) return e;
    if (Expr* e = constant(Tok::True, ConstantKind::True)) return e;
    return constant(Tok::False, ConstantKind::False);
  });
}

Expr* CarefulParser::signed_number() {
  return rule([&]() -> Expr* {
    int start = mark_;
    if (Expr* e = number()) return e;
    if (!expect(Tok::Minus)) return nullptr;
    Expr* value = number();
    if (!value) return nullptr;
    auto* e = node<UnaryOp>(start);
    e->op = UnaryOperator::USub;
    e->operand = value;
    return e;
  });
}

Expr* CarefulParser::complex_number() {
  return rule([&]() -> Expr* {
    int start = mark_;
    auto is_complex = [](Expr* e) { return as<Constant>(e)->value.kind == ConstantKind::Complex; };
    auto real_number = [&]() -> Expr* {
      Expr* e = number();
      if (e && is_complex(e)) return raise_at(e->loc, "real number required in complex literal");
      return e;
    };
    Expr* real = real_number();
    if (!real) {
      if (!expect(Tok::Minus)) return nullptr;
      real = real_number();
      if (!real) return nullptr;
      auto* minus = node<UnaryOp>(start);
      minus->op = UnaryOperator::USub;
      minus->operand = real;
      real = minus;
    }
    Operator op = Operator::Add;
    if (!expect(Tok::Plus)) {
      op = Operator::Sub;
      if (!expect(Tok::Minus)) return nullptr;
    }
    Expr* imaginary = number();
    if (!imaginary) return nullptr;
    if (!is_complex(imaginary)) return raise_at(imaginary->loc, "imaginary number required in complex literal");
    auto* e = node<BinOp>(start);
    e->left = real;
    e->op = op;
    e->right = imaginary;
    return e;
  });
}

Expr* CarefulParser::pattern_capture_target() {
  return rule([&]() -> Expr* {
    if (ahead([&] { return soft_keyword("_"); })) return nullptr;
    Name* n = name();
    if (!n || next_is(Tok::Dot) || next_is(Tok::LeftParen) || next_is(Tok::Equal)) return nullptr;
    n->ctx = ExprContext::Store;
    return n;
  });
}

Pattern* CarefulParser::value_pattern() {
  return rule([&]() -> Pattern* {
    int start = mark_;
    Expr* value = attr();
    if (!value || next_is(Tok::Dot) || next_is(Tok::LeftParen) || next_is(Tok::Equal)) return nullptr;
    auto* made = node<MatchValue>(start);
    made->value = value;
    return made;
  });
}

Expr* CarefulParser::attr() {
  return rule([&]() -> Expr* {
    Expr* e = name_or_attr();
    return e && is<Attribute>(e) ? e : nullptr;
  });
}

Expr* CarefulParser::name_or_attr() {
  return rule([&]() -> Expr* {
    int start = mark_;
    Expr* value = name();
    while (value) {
      Name* n = attempt([&]() -> Name* { return expect(Tok::Dot) ? name() : nullptr; });
      if (!n) break;
      auto* e = node<Attribute>(start);
      e->value = value;
      e->attr = n->id;
      value = e;
    }
    return value;
  });
}

Pattern* CarefulParser::sequence_pattern() {
  return rule([&]() -> Pattern* {
    int start = mark_;
    Seq<Pattern*> items;
    if (expect(Tok::LeftBracket)) {
      maybe_sequence_pattern(items);
      if (!expect(Tok::RightBracket)) return nullptr;
    } else {
      if (!expect(Tok::LeftParen)) return nullptr;
      open_sequence_pattern(items);
      if (!expect(Tok::RightParen)) return nullptr;
    }
    auto* sequence = node<MatchSequence>(start);
    sequence->patterns = span(items);
    return sequence;
  });
}

bool CarefulParser::open_sequence_pattern(Seq<Pattern*>& out) {
  return rule([&]() -> bool {
    Pattern* first = maybe_star_pattern();
    if (!first || !expect(Tok::Comma)) return false;
    Seq<Pattern*> rest;
    maybe_sequence_pattern(rest);
    out = {first};
    out.insert(out.end(), rest.begin(), rest.end());
    return true;
  });
}

bool CarefulParser::maybe_sequence_pattern(Seq<Pattern*>& out) {
  return rule([&]() -> bool {
    out = gather([&] { return maybe_star_pattern(); });
    if (out.empty()) return false;
    expect(Tok::Comma);
    return true;
  });
}

Pattern* CarefulParser::maybe_star_pattern() {
  return rule([&]() -> Pattern* {
    if (Pattern* p = star_pattern()) return p;
    return pattern();
  });
}

Pattern* CarefulParser::star_pattern() {
  return remember(Rule::StarPattern, [&]() -> Pattern* {
    int start = mark_;
    if (!expect(Tok::Star)) return nullptr;
    const Identifier* id = nullptr;
    if (Expr* target = pattern_capture_target()) {
      id = as<Name>(target)->id;
    } else if (!soft_keyword("_")) {
      return nullptr;
    }
    auto* star = node<MatchStar>(start);
    star->name = id;
    return star;
  });
}

CarefulParser::KeyPattern* CarefulParser::key_value_pattern() {
  return rule([&]() -> KeyPattern* {
    Expr* key = literal_expr();
    if (!key) key = attr();
    if (!key || !expect(Tok::Colon)) return nullptr;
    Pattern* value = pattern();
    return value ? arena_.make<KeyPattern>(key, value) : nullptr;
  });
}

Expr* CarefulParser::double_star_pattern() {
  return rule([&]() -> Expr* { return expect(Tok::DoubleStar) ? pattern_capture_target() : nullptr; });
}

Pattern* CarefulParser::mapping_pattern() {
  return rule([&]() -> Pattern* {
    int start = mark_;
    if (!expect(Tok::LeftBrace)) return nullptr;
    const Identifier* rest = nullptr;
    Seq<Expr*> keys;
    Seq<Pattern*> values;
    if (!expect(Tok::RightBrace)) {
      Expr* target = double_star_pattern();
      if (!target) {
        Seq<KeyPattern*> items = gather([&] { return key_value_pattern(); });
        if (items.empty()) return nullptr;
        for (KeyPattern* item : items) {
          keys.push_back(item->key);
          values.push_back(item->pattern);
        }
        target = attempt([&]() -> Expr* { return expect(Tok::Comma) ? double_star_pattern() : nullptr; });
      }
      if (target) rest = as<Name>(target)->id;
      expect(Tok::Comma);
      if (!expect(Tok::RightBrace)) return nullptr;
    }
    auto* mapping = node<MatchMapping>(start);
    mapping->keys = span(keys);
    mapping->patterns = span(values);
    mapping->rest = rest;
    return mapping;
  });
}

CarefulParser::KeyPattern* CarefulParser::keyword_pattern() {
  return rule([&]() -> KeyPattern* {
    Name* n = name();
    if (!n || !expect(Tok::Equal)) return nullptr;
    Pattern* value = pattern();
    return value ? arena_.make<KeyPattern>(n, value) : nullptr;
  });
}

Pattern* CarefulParser::class_pattern() {
  return rule([&]() -> Pattern* {
    int start = mark_;
    Pattern* made = attempt([&]() -> Pattern* {
      Expr* cls = name_or_attr();
      if (!cls || !expect(Tok::LeftParen)) return nullptr;
      Seq<Pattern*> positional;
      Seq<KeyPattern*> keywords;
      if (!expect(Tok::RightParen)) {
        positional = gather([&] { return pattern(); });
        if (positional.empty()) {
          keywords = gather([&] { return keyword_pattern(); });
          if (keywords.empty()) return nullptr;
        } else {
          attempt([&]() -> bool {
            if (!expect(Tok::Comma)) return false;
            keywords = gather([&] { return keyword_pattern(); });
            return !keywords.empty();
          });
        }
        expect(Tok::Comma);
        if (!expect(Tok::RightParen)) return nullptr;
      }
      Seq<const Identifier*> ids;
      Seq<Pattern*> values;
      for (KeyPattern* one : keywords) {
        ids.push_back(as<Name>(one->key)->id);
        values.push_back(one->pattern);
      }
      auto* e = node<MatchClass>(start);
      e->cls = cls;
      e->patterns = span(positional);
      e->kwd_attrs = span(ids);
      e->kwd_patterns = span(values);
      return e;
    });
    if (!made && invalid_rules_) invalid_class_pattern();
    return made;
  });
}

bool CarefulParser::invalid_class_pattern() {
  return rule([&]() -> bool {
    if (!name_or_attr() || !expect(Tok::LeftParen)) return false;
    attempt([&]() -> bool {
      return !gather([&] { return pattern(); }).empty() && expect(Tok::Comma);
    });
    if (gather([&] { return keyword_pattern(); }).empty() || !expect(Tok::Comma)) return false;
    Seq<Pattern*> late = gather([&] { return pattern(); });
    if (late.empty()) return false;
    auto where = [](Pattern* p) { return p->loc; };
    return raise_range(where(late.front()), where(late.back()), "positional patterns follow keyword patterns"), false;
  });
}

}  // namespace ty::syntax
