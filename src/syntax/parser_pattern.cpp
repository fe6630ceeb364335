// syntax/parser_pattern.cpp: the match statement (PEP 634).
#include "syntax/parser.h"

namespace ty::syntax {

using namespace ast;  // NOLINT: the node names are this file's vocabulary

/// At the word `match`, which may be a plain name: null means so, or an error.
Stmt* Parser::match_statement() {
  int start = mark_++;
  if (!starts_expression(peek())) return nullptr;
  Expr* subject = match_subject();
  if (!subject || !accept(Tok::Colon) || !accept(Tok::Newline) || !accept(Tok::Indent)) return nullptr;
  Items<MatchCase*> cases(*this);
  while (at_soft_keyword(kCase)) {
    MatchCase* made = case_block();
    if (!made) return nullptr;
    cases.push(made);
  }
  if (cases.size() == 0 || !accept(Tok::Dedent)) return nullptr;
  auto* e = block_node<Match>(start);
  e->subject = subject;
  e->cases = cases.take();
  return e;
}

Expr* Parser::match_subject() {
  int start = mark_;
  bool starred = peek() == Tok::Star;
  Expr* first = star_named_expression();
  if (!first) return nullptr;
  if (peek() != Tok::Comma) return starred ? nullptr : first;
  Items<Expr*> items(*this);
  items.push(first);
  while (accept(Tok::Comma)) {
    if (!starts_expression(peek())) break;
    Expr* e = star_named_expression();
    if (!e) return nullptr;
    items.push(e);
  }
  auto* tuple = node<Tuple>(start);
  tuple->elts = items.take();
  return tuple;
}

MatchCase* Parser::case_block() {
  mark_++;
  auto* made = arena_.make<MatchCase>();
  made->pattern = patterns();
  if (!made->pattern) return nullptr;
  if (accept(Tok::If)) {
    made->guard = named_expression();
    if (!made->guard) return nullptr;
  }
  if (!accept(Tok::Colon) || !block(&made->body)) return nullptr;
  return made;
}

/// A pattern, or an unparenthesized sequence of them.
Pattern* Parser::patterns() {
  int start = mark_;
  bool starred = peek() == Tok::Star;
  Pattern* first = maybe_star_pattern();
  if (!first) return nullptr;
  if (peek() != Tok::Comma) return starred ? nullptr : first;
  Items<Pattern*> items(*this);
  items.push(first);
  while (accept(Tok::Comma)) {
    if (peek() == Tok::Colon || peek() == Tok::If) break;
    Pattern* p = maybe_star_pattern();
    if (!p) return nullptr;
    items.push(p);
  }
  auto* sequence = node<MatchSequence>(start);
  sequence->patterns = items.take();
  return sequence;
}

Pattern* Parser::maybe_star_pattern() {
  if (peek() != Tok::Star) return pattern();
  int start = mark_++;
  const Identifier* name = accept_name();
  if (!name) return nullptr;
  if (name != kUnderscore && (peek() == Tok::Dot || peek() == Tok::LeftParen || peek() == Tok::Equal)) return nullptr;
  auto* star = node<MatchStar>(start);
  star->name = name == kUnderscore ? nullptr : name;
  return star;
}

Pattern* Parser::pattern() {
  int start = mark_;
  Pattern* inner = or_pattern();
  if (!inner || !accept(Tok::As)) return inner;
  const Identifier* name = accept_name();
  if (!name || name == kUnderscore || peek() == Tok::Dot || peek() == Tok::LeftParen || peek() == Tok::Equal) {
    return nullptr;
  }
  auto* as = node<MatchAs>(start);
  as->pattern = inner;
  as->name = name;
  return as;
}

Pattern* Parser::or_pattern() {
  int start = mark_;
  Pattern* first = closed_pattern();
  if (!first || peek() != Tok::VBar) return first;
  Items<Pattern*> items(*this);
  items.push(first);
  while (accept(Tok::VBar)) {
    Pattern* p = closed_pattern();
    if (!p) return nullptr;
    items.push(p);
  }
  auto* either = node<MatchOr>(start);
  either->patterns = items.take();
  return either;
}

Pattern* Parser::closed_pattern() {
  Depth depth(*this);
  if (depth.too_deep()) return nullptr;
  int start = mark_;
  switch (peek()) {
    case Tok::Number: case Tok::Minus: {
      Expr* value = literal_number();
      if (!value) return nullptr;
      auto* made = node<MatchValue>(start);
      made->value = value;
      return made;
    }
    case Tok::String: case Tok::FStringStart: {
      Expr* value = strings();
      if (!value) return nullptr;
      auto* made = node<MatchValue>(start);
      made->value = value;
      return made;
    }
    case Tok::None: case Tok::True: case Tok::False: {
      Tok kind = peek();
      mark_++;
      auto* made = node<MatchSingleton>(start);
      made->value.kind = kind == Tok::None   ? ConstantKind::None
                         : kind == Tok::True ? ConstantKind::True
                                             : ConstantKind::False;
      return made;
    }
    case Tok::LeftParen: return sequence_pattern(Tok::RightParen);
    case Tok::LeftBracket: return sequence_pattern(Tok::RightBracket);
    case Tok::LeftBrace: return mapping_pattern();
    case Tok::Name: break;
    default: return nullptr;
  }
  if (peek2() != Tok::Dot && peek2() != Tok::LeftParen) {
    const Identifier* name = accept_name();
    if (name != kUnderscore && peek() == Tok::Equal) return nullptr;
    auto* capture = node<MatchAs>(start);
    capture->name = name == kUnderscore ? nullptr : name;
    return capture;
  }
  Expr* value = name_or_attribute();
  if (!value) return nullptr;
  if (peek() == Tok::LeftParen) return class_pattern(start, value);
  if (peek() == Tok::Equal) return nullptr;
  auto* made = node<MatchValue>(start);
  made->value = value;
  return made;
}

/// `[a, *b]`, `(a, *b)`; one pattern in parentheses without a comma is a group.
Pattern* Parser::sequence_pattern(Tok close) {
  int start = mark_++;
  Items<Pattern*> items(*this);
  bool comma = false;
  Pattern* p = nullptr;
  while (peek() != close) {
    p = maybe_star_pattern();
    if (!p) return nullptr;
    items.push(p);
    if (!accept(Tok::Comma)) break;
    comma = true;
  }
  if (!accept(close)) return nullptr;
  if (close == Tok::RightParen && items.size() == 1 && !comma) return is<MatchStar>(p) ? nullptr : p;
  auto* sequence = node<MatchSequence>(start);
  sequence->patterns = items.take();
  return sequence;
}

/// A number with an optional sign and an optional imaginary part.
Expr* Parser::literal_number() {
  int start = mark_;
  bool negative = accept(Tok::Minus);
  if (peek() != Tok::Number) return nullptr;
  Expr* value = atom();
  if (!value) return nullptr;
  bool is_real = as<Constant>(value)->value.kind != ConstantKind::Complex;
  if (negative) {
    auto* minus = node<UnaryOp>(start);
    minus->op = UnaryOperator::USub;
    minus->operand = value;
    value = minus;
  }
  if (peek() != Tok::Plus && peek() != Tok::Minus) return value;
  bool add = peek() == Tok::Plus;
  mark_++;
  if (!is_real || peek() != Tok::Number) return nullptr;
  Expr* imaginary = atom();
  if (!imaginary || as<Constant>(imaginary)->value.kind != ConstantKind::Complex) return nullptr;
  auto* sum = node<BinOp>(start);
  sum->left = value;
  sum->op = add ? Operator::Add : Operator::Sub;
  sum->right = imaginary;
  return sum;
}

Expr* Parser::name_or_attribute() {
  int start = mark_;
  if (peek() != Tok::Name) return nullptr;
  Expr* value = atom();
  while (accept(Tok::Dot)) {
    const Identifier* name = accept_name();
    if (!name) return nullptr;
    auto* e = node<Attribute>(start);
    e->value = value;
    e->attr = name;
    value = e;
  }
  return value;
}

/// A key of a mapping pattern: a literal or a dotted name.
Expr* Parser::literal_key() {
  switch (peek()) {
    case Tok::Number: case Tok::Minus: return literal_number();
    case Tok::String: case Tok::FStringStart: return strings();
    case Tok::None: case Tok::True: case Tok::False: return atom();
    case Tok::Name: return peek2() == Tok::Dot ? name_or_attribute() : nullptr;
    default: return nullptr;
  }
}

Pattern* Parser::mapping_pattern() {
  int start = mark_++;
  Items<Expr*> keys(*this);
  Few<Pattern*> values;
  const Identifier* rest = nullptr;
  while (peek() != Tok::RightBrace) {
    if (accept(Tok::DoubleStar)) {
      rest = accept_name();
      if (!rest || rest == kUnderscore) return nullptr;
      accept(Tok::Comma);
      break;
    }
    Expr* key = literal_key();
    if (!key || !accept(Tok::Colon)) return nullptr;
    Pattern* value = pattern();
    if (!value) return nullptr;
    keys.push(key);
    values.push(value);
    if (!accept(Tok::Comma)) break;
  }
  if (!accept(Tok::RightBrace)) return nullptr;
  auto* mapping = node<MatchMapping>(start);
  mapping->keys = keys.take();
  mapping->patterns = values.take(arena_);
  mapping->rest = rest;
  return mapping;
}

/// At the opening parenthesis.
Pattern* Parser::class_pattern(int start, Expr* cls) {
  mark_++;
  Items<Pattern*> positional(*this);
  Few<const Identifier*> names;
  Few<Pattern*> keywords;
  while (peek() != Tok::RightParen) {
    const Identifier* name = nullptr;
    if (peek() == Tok::Name && peek2() == Tok::Equal) {
      name = tokens_[mark_].name;
      mark_ += 2;
    } else if (names.size()) {
      return nullptr;
    }
    Pattern* value = pattern();
    if (!value) return nullptr;
    if (name) {
      names.push(name);
      keywords.push(value);
    } else {
      positional.push(value);
    }
    if (!accept(Tok::Comma)) break;
  }
  if (!accept(Tok::RightParen)) return nullptr;
  auto* made = node<MatchClass>(start);
  made->cls = cls;
  made->patterns = positional.take();
  made->kwd_attrs = names.take(arena_);
  made->kwd_patterns = keywords.take(arena_);
  return made;
}

}  // namespace ty::syntax
