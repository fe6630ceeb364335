// syntax/parser_expr.cpp: expressions.
#include "syntax/parser.h"

namespace ty::syntax {

using namespace ast;  // NOLINT: the node names are this file's vocabulary

bool Parser::starts_expression(Tok kind) {
  switch (kind) {
    case Tok::Name: case Tok::Number: case Tok::String: case Tok::FStringStart: case Tok::LeftParen:
    case Tok::LeftBracket: case Tok::LeftBrace: case Tok::Ellipsis: case Tok::Minus: case Tok::Plus:
    case Tok::Tilde: case Tok::Star: case Tok::None: case Tok::True: case Tok::False: case Tok::Not:
    case Tok::Lambda: case Tok::Await:
      return true;
    default: return false;
  }
}

Expr* Parser::star_expressions() {
  int start = mark_;
  Expr* first = star_expression();
  if (!first || peek() != Tok::Comma) return first;
  Items<Expr*> items(*this);
  items.push(first);
  while (accept(Tok::Comma)) {
    if (!starts_expression(peek())) break;
    Expr* e = star_expression();
    if (!e) return nullptr;
    items.push(e);
  }
  auto* tuple = node<Tuple>(start);
  tuple->elts = items.take();
  return tuple;
}

Expr* Parser::star_expression() {
  if (TY_LIKELY(peek() != Tok::Star)) return expression();
  int start = mark_++;
  Expr* value = bitwise_or();
  if (!value) return nullptr;
  auto* starred = node<Starred>(start);
  starred->value = value;
  return starred;
}

Expr* Parser::star_named_expression() {
  return peek() == Tok::Star ? star_expression() : named_expression();
}

Expr* Parser::named_expression() {
  int start = mark_;
  Expr* e = expression();
  if (TY_LIKELY(peek() != Tok::ColonEqual)) return e;
  if (!e || mark_ != start + 1 || !is<Name>(e)) return nullptr;
  mark_++;
  Expr* value = expression();
  if (!value || peek() == Tok::ColonEqual) return nullptr;
  as<Name>(e)->ctx = ExprContext::Store;
  auto* named = node<NamedExpr>(start);
  named->target = e;
  named->value = value;
  return named;
}

Expr* Parser::annotated_rhs() { return peek() == Tok::Yield ? yield_expression() : star_expressions(); }

Expr* Parser::yield_expression() {
  int start = mark_++;
  if (accept(Tok::From)) {
    Expr* value = expression();
    if (!value) return nullptr;
    auto* from = node<YieldFrom>(start);
    from->value = value;
    return from;
  }
  Expr* value = nullptr;
  if (starts_expression(peek()) && !(value = star_expressions())) return nullptr;
  auto* yield = node<Yield>(start);
  yield->value = value;
  return yield;
}

Expr* Parser::expression() {
  if (peek() == Tok::Name) {
    // A name alone is the most frequent expression.
    switch (peek2()) {
      case Tok::Comma: case Tok::RightParen: case Tok::RightBracket: case Tok::RightBrace:
      case Tok::Newline: case Tok::Equal: case Tok::Colon: case Tok::ColonEqual: {
        auto* name = arena_.make<Name>();
        name->loc = location_of(tokens_[mark_]);
        name->id = tokens_[mark_++].name;
        return name;
      }
      default: break;
    }
  }
  return expression_slow();
}

Expr* Parser::expression_slow() {
  Depth depth(*this);
  if (depth.too_deep()) return nullptr;
  int start = mark_;
  if (peek() == Tok::Lambda) return lambda();
  Expr* body = disjunction();
  if (!body || TY_LIKELY(peek() != Tok::If)) return body;
  mark_++;
  Expr* test = disjunction();
  if (!test || !accept(Tok::Else)) return nullptr;
  Expr* orelse = expression();
  if (!orelse) return nullptr;
  auto* e = node<IfExp>(start);
  e->test = test;
  e->body = body;
  e->orelse = orelse;
  return e;
}

Expr* Parser::lambda() {
  int start = mark_++;
  Arguments* args = parameters(ParameterStyle::Lambda);
  if (!args || !accept(Tok::Colon)) return nullptr;
  Expr* body = expression();
  if (!body) return nullptr;
  auto* e = node<Lambda>(start);
  e->args = args;
  e->body = body;
  return e;
}

Expr* Parser::disjunction() {
  int start = mark_;
  Expr* first = conjunction();
  if (!first || TY_LIKELY(peek() != Tok::Or)) return first;
  Items<Expr*> values(*this);
  values.push(first);
  while (accept(Tok::Or)) {
    Expr* e = conjunction();
    if (!e) return nullptr;
    values.push(e);
  }
  auto* e = node<BoolOp>(start);
  e->op = BoolOperator::Or;
  e->values = values.take();
  return e;
}

Expr* Parser::conjunction() {
  int start = mark_;
  Expr* first = inversion();
  if (!first || TY_LIKELY(peek() != Tok::And)) return first;
  Items<Expr*> values(*this);
  values.push(first);
  while (accept(Tok::And)) {
    Expr* e = inversion();
    if (!e) return nullptr;
    values.push(e);
  }
  auto* e = node<BoolOp>(start);
  e->op = BoolOperator::And;
  e->values = values.take();
  return e;
}

Expr* Parser::inversion() {
  if (TY_LIKELY(peek() != Tok::Not)) return comparison();
  Depth depth(*this);
  if (depth.too_deep()) return nullptr;
  int start = mark_++;
  Expr* operand = inversion();
  if (!operand) return nullptr;
  auto* e = node<UnaryOp>(start);
  e->op = UnaryOperator::Not;
  e->operand = operand;
  return e;
}

/// Consumes a comparison operator if one is here.
bool Parser::comparison_operator(CmpOperator* op) {
  switch (peek()) {
    case Tok::EqEqual: *op = CmpOperator::Eq; break;
    case Tok::NotEqual: *op = CmpOperator::NotEq; break;
    case Tok::Less: *op = CmpOperator::Lt; break;
    case Tok::LessEqual: *op = CmpOperator::LtE; break;
    case Tok::Greater: *op = CmpOperator::Gt; break;
    case Tok::GreaterEqual: *op = CmpOperator::GtE; break;
    case Tok::In: *op = CmpOperator::In; break;
    case Tok::Not:
      if (peek2() != Tok::In) return false;
      mark_++;
      *op = CmpOperator::NotIn;
      break;
    case Tok::Is:
      *op = CmpOperator::Is;
      if (peek2() == Tok::Not) {
        mark_++;
        *op = CmpOperator::IsNot;
      }
      break;
    default: return false;
  }
  mark_++;
  return true;
}

Expr* Parser::comparison() {
  int start = mark_;
  Expr* left = bitwise_or();
  if (!left) return nullptr;
  CmpOperator op;
  // `<>` and the flag that asks for it are the careful parser's business.
  if (peek() == Tok::NotEqual && (*tokens_[mark_].start == '<' || (flags_ & kParseBarryAsBdfl))) return nullptr;
  if (TY_LIKELY(!comparison_operator(&op))) return left;
  Items<Expr*> comparators(*this);
  Few<CmpOperator> ops;
  do {
    ops.push(op);
    Expr* right = bitwise_or();
    if (!right) return nullptr;
    comparators.push(right);
    if (peek() == Tok::NotEqual && *tokens_[mark_].start == '<') return nullptr;
  } while (comparison_operator(&op));
  auto* e = node<Compare>(start);
  e->left = left;
  e->ops = ops.take(arena_);
  e->comparators = comparators.take();
  return e;
}

namespace {

struct BinaryOperator {
  int precedence;  // 0: not a binary operator
  Operator op;
};

BinaryOperator binary_operator(Tok kind) {
  switch (kind) {
    case Tok::VBar: return {1, Operator::BitOr};
    case Tok::Caret: return {2, Operator::BitXor};
    case Tok::Ampersand: return {3, Operator::BitAnd};
    case Tok::LeftShift: return {4, Operator::LShift};
    case Tok::RightShift: return {4, Operator::RShift};
    case Tok::Plus: return {5, Operator::Add};
    case Tok::Minus: return {5, Operator::Sub};
    case Tok::Star: return {6, Operator::Mult};
    case Tok::Slash: return {6, Operator::Div};
    case Tok::DoubleSlash: return {6, Operator::FloorDiv};
    case Tok::Percent: return {6, Operator::Mod};
    case Tok::At: return {6, Operator::MatMult};
    default: return {0, Operator::Add};
  }
}

}  // namespace

/// Left-associative operators that bind at least as tightly as `minimum`.
Expr* Parser::binary(int minimum) {
  int start = mark_;
  Expr* left = factor();
  if (!left) return nullptr;
  for (;;) {
    BinaryOperator op = binary_operator(peek());
    if (op.precedence < minimum || op.precedence == 0) return left;
    mark_++;
    Expr* right = binary(op.precedence + 1);
    if (!right) return nullptr;
    auto* e = node<BinOp>(start);
    e->left = left;
    e->op = op.op;
    e->right = right;
    left = e;
  }
}

Expr* Parser::factor() {
  UnaryOperator op;
  switch (peek()) {
    case Tok::Minus: op = UnaryOperator::USub; break;
    case Tok::Plus: op = UnaryOperator::UAdd; break;
    case Tok::Tilde: op = UnaryOperator::Invert; break;
    default: return power();
  }
  Depth depth(*this);
  if (depth.too_deep()) return nullptr;
  int start = mark_++;
  Expr* operand = factor();
  if (!operand) return nullptr;
  auto* e = node<UnaryOp>(start);
  e->op = op;
  e->operand = operand;
  return e;
}

Expr* Parser::power() {
  int start = mark_;
  Expr* base;
  if (TY_UNLIKELY(peek() == Tok::Await)) {
    mark_++;
    Expr* value = primary();
    if (!value) return nullptr;
    auto* e = node<Await>(start);
    e->value = value;
    base = e;
  } else {
    base = primary();
  }
  if (!base || TY_LIKELY(peek() != Tok::DoubleStar)) return base;
  Depth depth(*this);
  if (depth.too_deep()) return nullptr;
  mark_++;
  Expr* exponent = factor();
  if (!exponent) return nullptr;
  auto* e = node<BinOp>(start);
  e->left = base;
  e->op = Operator::Pow;
  e->right = exponent;
  return e;
}

Expr* Parser::primary() {
  int start = mark_;
  Expr* value = atom();
  if (!value) return nullptr;
  return trailers(start, value);
}

Expr* Parser::trailers(int start, Expr* value) {
  for (;;) {
    switch (peek()) {
      case Tok::Dot: {
        mark_++;
        const Identifier* name = accept_name();
        if (!name) return nullptr;
        auto* e = node<Attribute>(start);
        e->value = value;
        e->attr = name;
        value = e;
        break;
      }
      case Tok::LeftParen: {
        int open = mark_++;
        Span<Expr*> args;
        Span<Keyword*> keywords;
        if (!call_arguments(open, &args, &keywords)) return nullptr;
        auto* e = node<Call>(start);
        e->func = value;
        e->args = args;
        e->keywords = keywords;
        value = e;
        break;
      }
      case Tok::LeftBracket: {
        mark_++;
        Expr* index = subscript_index();
        if (!index || !accept(Tok::RightBracket)) return nullptr;
        auto* e = node<Subscript>(start);
        e->value = value;
        e->slice = index;
        value = e;
        break;
      }
      default: return value;
    }
  }
}

Expr* Parser::subscript_index() {
  int start = mark_;
  Expr* first = nullptr;
  if (peek() != Tok::Star) {
    first = slice();
    if (!first || TY_LIKELY(peek() != Tok::Comma)) return first;
    mark_++;
  }
  Items<Expr*> items(*this);
  if (first) items.push(first);
  while (peek() != Tok::RightBracket) {
    Expr* e;
    if (peek() == Tok::Star) {
      int star = mark_++;
      Expr* value = expression();
      if (!value) return nullptr;
      auto* starred = node<Starred>(star);
      starred->value = value;
      e = starred;
    } else {
      e = slice();
    }
    if (!e) return nullptr;
    items.push(e);
    if (!accept(Tok::Comma)) break;
  }
  auto* tuple = node<Tuple>(start);
  tuple->elts = items.take();
  return tuple;
}

Expr* Parser::slice() {
  int start = mark_;
  Expr* lower = nullptr;
  if (peek() != Tok::Colon) {
    lower = named_expression();
    if (!lower || TY_LIKELY(peek() != Tok::Colon)) return lower;
    if (is<NamedExpr>(lower) && tokens_[start].kind != Tok::LeftParen) return nullptr;
  }
  mark_++;
  Expr* upper = nullptr;
  Expr* step = nullptr;
  if (starts_expression(peek()) && !(upper = expression())) return nullptr;
  if (accept(Tok::Colon) && starts_expression(peek()) && !(step = expression())) return nullptr;
  auto* e = node<Slice>(start);
  e->lower = lower;
  e->upper = upper;
  e->step = step;
  return e;
}

/// After the opening bracket, up to and including the closing one.
bool Parser::call_arguments(int open, Span<Expr*>* args, Span<Keyword*>* keywords) {
  if (accept(Tok::RightParen)) return true;
  Items<Expr*> positional(*this);
  Few<Keyword*> named;
  bool saw_double_star = false;
  for (;;) {
    int start = mark_;
    if (peek() == Tok::Star) {
      if (saw_double_star) return false;
      mark_++;
      Expr* value = expression();
      if (!value) return false;
      auto* starred = node<Starred>(start);
      starred->value = value;
      positional.push(starred);
    } else if (peek() == Tok::DoubleStar) {
      mark_++;
      Expr* value = expression();
      if (!value) return false;
      auto* keyword = node<Keyword>(start);
      keyword->value = value;
      named.push(keyword);
      saw_double_star = true;
    } else if (peek() == Tok::Name && peek2() == Tok::Equal) {
      const Identifier* name = tokens_[mark_].name;
      mark_ += 2;
      Expr* value = expression();
      if (!value) return false;
      auto* keyword = node<Keyword>(start);
      keyword->arg = name;
      keyword->value = value;
      named.push(keyword);
    } else {
      if (named.size()) return false;
      Expr* value = named_expression();
      if (!value) return false;
      if (peek() == Tok::For || peek() == Tok::Async) {
        if (positional.size()) return false;
        Span<Comprehension*> generators;
        if (!comprehension_clauses(&generators) || !accept(Tok::RightParen)) return false;
        auto* e = node<GeneratorExp>(open);
        e->elt = value;
        e->generators = generators;
        positional.push(e);
        *args = positional.take();
        return true;
      }
      positional.push(value);
    }
    if (accept(Tok::Comma)) {
      if (accept(Tok::RightParen)) break;
      continue;
    }
    if (!accept(Tok::RightParen)) return false;
    break;
  }
  *args = positional.take();
  *keywords = named.take(arena_);
  return true;
}

Expr* Parser::atom() {
  const Token& token = tokens_[mark_];
  switch (token.kind) {
    case Tok::Name: {
      auto* name = arena_.make<Name>();
      name->loc = location_of(token);
      name->id = token.name;
      mark_++;
      return name;
    }
    case Tok::Number: {
      auto* e = make_constant(arena_, location_of(token), ConstantKind::None);
      e->value = number_value(arena_, token.text());
      if (TY_UNLIKELY(too_many_digits(literals_, e->value))) return nullptr;
      mark_++;
      return e;
    }
    case Tok::String: case Tok::FStringStart: return strings();
    case Tok::LeftParen: return parenthesized();
    case Tok::LeftBracket: return list_display();
    case Tok::LeftBrace: return brace_display();
    case Tok::None: mark_++; return make_constant(arena_, location_of(token), ConstantKind::None);
    case Tok::True: mark_++; return make_constant(arena_, location_of(token), ConstantKind::True);
    case Tok::False: mark_++; return make_constant(arena_, location_of(token), ConstantKind::False);
    case Tok::Ellipsis: mark_++; return make_constant(arena_, location_of(token), ConstantKind::Ellipsis);
    default: return nullptr;
  }
}

Expr* Parser::parenthesized() {
  Depth depth(*this);
  if (depth.too_deep()) return nullptr;
  int start = mark_++;
  if (accept(Tok::RightParen)) return node<Tuple>(start);
  if (peek() == Tok::Yield) {
    Expr* e = yield_expression();
    return e && accept(Tok::RightParen) ? e : nullptr;
  }
  bool starred = peek() == Tok::Star;
  Expr* first = star_named_expression();
  if (!first) return nullptr;
  switch (peek()) {
    case Tok::RightParen:
      if (starred) return nullptr;
      mark_++;
      return first;
    case Tok::For: case Tok::Async: {
      if (starred) return nullptr;
      Span<Comprehension*> generators;
      if (!comprehension_clauses(&generators) || !accept(Tok::RightParen)) return nullptr;
      auto* e = node<GeneratorExp>(start);
      e->elt = first;
      e->generators = generators;
      return e;
    }
    case Tok::Comma: break;
    default: return nullptr;
  }
  Items<Expr*> items(*this);
  items.push(first);
  while (accept(Tok::Comma) && peek() != Tok::RightParen) {
    Expr* e = star_named_expression();
    if (!e) return nullptr;
    items.push(e);
  }
  if (!accept(Tok::RightParen)) return nullptr;
  auto* tuple = node<Tuple>(start);
  tuple->elts = items.take();
  return tuple;
}

Expr* Parser::list_display() {
  Depth depth(*this);
  if (depth.too_deep()) return nullptr;
  int start = mark_++;
  Items<Expr*> items(*this);
  while (peek() != Tok::RightBracket) {
    bool starred = peek() == Tok::Star;
    Expr* e = star_named_expression();
    if (!e) return nullptr;
    if (items.size() == 0 && !starred && (peek() == Tok::For || peek() == Tok::Async)) {
      Span<Comprehension*> generators;
      if (!comprehension_clauses(&generators) || !accept(Tok::RightBracket)) return nullptr;
      auto* comp = node<ListComp>(start);
      comp->elt = e;
      comp->generators = generators;
      return comp;
    }
    items.push(e);
    if (!accept(Tok::Comma)) break;
  }
  if (!accept(Tok::RightBracket)) return nullptr;
  auto* list = node<List>(start);
  list->elts = items.take();
  return list;
}

Expr* Parser::brace_display() {
  Depth depth(*this);
  if (depth.too_deep()) return nullptr;
  int start = mark_++;
  if (accept(Tok::RightBrace)) return node<Dict>(start);
  if (accept(Tok::DoubleStar)) {
    Expr* value = bitwise_or();
    return value ? dict_rest(start, nullptr, value) : nullptr;
  }
  bool starred = peek() == Tok::Star;
  int first_mark = mark_;
  Expr* first = star_named_expression();
  if (!first) return nullptr;
  if (!starred && accept(Tok::Colon)) {
    if (is<NamedExpr>(first) && tokens_[first_mark].kind != Tok::LeftParen) return nullptr;
    Expr* value = expression();
    if (!value) return nullptr;
    if (peek() != Tok::For && peek() != Tok::Async) return dict_rest(start, first, value);
    Span<Comprehension*> generators;
    if (!comprehension_clauses(&generators) || !accept(Tok::RightBrace)) return nullptr;
    auto* comp = node<DictComp>(start);
    comp->key = first;
    comp->value = value;
    comp->generators = generators;
    return comp;
  }
  if (!starred && (peek() == Tok::For || peek() == Tok::Async)) {
    Span<Comprehension*> generators;
    if (!comprehension_clauses(&generators) || !accept(Tok::RightBrace)) return nullptr;
    auto* comp = node<SetComp>(start);
    comp->elt = first;
    comp->generators = generators;
    return comp;
  }
  Items<Expr*> items(*this);
  items.push(first);
  while (accept(Tok::Comma) && peek() != Tok::RightBrace) {
    Expr* e = star_named_expression();
    if (!e) return nullptr;
    items.push(e);
  }
  if (!accept(Tok::RightBrace)) return nullptr;
  auto* set = node<Set>(start);
  set->elts = items.take();
  return set;
}

/// The rest of a dict display after its first item.
Expr* Parser::dict_rest(int start, Expr* key, Expr* value) {
  Items<Expr*> pairs(*this);
  pairs.push(key);
  pairs.push(value);
  while (accept(Tok::Comma) && peek() != Tok::RightBrace) {
    if (accept(Tok::DoubleStar)) {
      key = nullptr;
      value = bitwise_or();
    } else {
      key = expression();
      if (!key || !accept(Tok::Colon)) return nullptr;
      value = expression();
    }
    if (!value) return nullptr;
    pairs.push(key);
    pairs.push(value);
  }
  if (!accept(Tok::RightBrace)) return nullptr;
  auto* dict = node<Dict>(start);
  Span<Expr*> both = pairs.take();
  ssize count = both.size / 2;
  dict->keys = arena_.make_span<Expr*>(count);
  dict->values = arena_.make_span<Expr*>(count);
  for (ssize i = 0; i < count; i++) {
    dict->keys[i] = both[2 * i];
    dict->values[i] = both[2 * i + 1];
  }
  return dict;
}

bool Parser::comprehension_clauses(Span<Comprehension*>* out) {
  Items<Comprehension*> clauses(*this);
  while (peek() == Tok::For || (peek() == Tok::Async && peek2() == Tok::For)) {
    bool is_async = accept(Tok::Async);
    mark_++;
    auto* clause = arena_.make<Comprehension>();
    clause->is_async = is_async;
    clause->target = star_targets(Tok::In);
    if (!clause->target || !accept(Tok::In)) return false;
    clause->iter = disjunction();
    if (!clause->iter) return false;
    if (peek() == Tok::If) {
      Items<Expr*> ifs(*this);
      while (accept(Tok::If)) {
        Expr* test = disjunction();
        if (!test) return false;
        ifs.push(test);
      }
      clause->ifs = ifs.take();
    }
    clauses.push(clause);
  }
  if (clauses.size() == 0) return false;
  *out = clauses.take();
  return true;
}

/// Comma-separated targets of `for`, up to (not including) `end`.
Expr* Parser::star_targets(Tok end) {
  int start = mark_;
  Expr* first = star_target();
  if (!first || peek() != Tok::Comma) return first;
  Items<Expr*> items(*this);
  items.push(first);
  while (accept(Tok::Comma) && peek() != end) {
    Expr* e = star_target();
    if (!e) return nullptr;
    items.push(e);
  }
  auto* tuple = node<Tuple>(start);
  tuple->elts = items.take();
  tuple->ctx = ExprContext::Store;
  return tuple;
}

Expr* Parser::star_target() {
  int start = mark_;
  bool star = accept(Tok::Star);
  Expr* e = primary();
  if (!e || !set_context(e, ExprContext::Store)) return nullptr;
  if (!star) return e;
  auto* starred = node<Starred>(start);
  starred->value = e;
  starred->ctx = ExprContext::Store;
  return starred;
}

/// Turns an expression into a target. False: it is none.
bool Parser::set_context(Expr* e, ExprContext context) {
  switch (e->kind()) {
    case ExprKind::Name: as<Name>(e)->ctx = context; return true;
    case ExprKind::Attribute: as<Attribute>(e)->ctx = context; return true;
    case ExprKind::Subscript: as<Subscript>(e)->ctx = context; return true;
    case ExprKind::Starred:
      if (context == ExprContext::Del || is<Starred>(as<Starred>(e)->value)) return false;
      as<Starred>(e)->ctx = context;
      return set_context(as<Starred>(e)->value, context);
    case ExprKind::Tuple:
      as<Tuple>(e)->ctx = context;
      for (Expr* item : as<Tuple>(e)->elts) {
        if (!set_context(item, context)) return false;
      }
      return true;
    case ExprKind::List:
      as<List>(e)->ctx = context;
      for (Expr* item : as<List>(e)->elts) {
        if (!set_context(item, context)) return false;
      }
      return true;
    default: return false;
  }
}

Expr* Parser::strings() {
  int start = mark_;
  Expr* first = peek() == Tok::String ? string_constant(literals_, tokens_[mark_++]) : fstring();
  if (!first) return nullptr;
  bool more = peek() == Tok::String || peek() == Tok::FStringStart;
  if (TY_LIKELY(!more && is<Constant>(first))) return first;
  Items<Expr*> pieces(*this);
  pieces.push(first);
  while (peek() == Tok::String || peek() == Tok::FStringStart) {
    Expr* e = peek() == Tok::String ? string_constant(literals_, tokens_[mark_++]) : fstring();
    if (!e) return nullptr;
    pieces.push(e);
  }
  return concatenate_strings(literals_, pieces.take(), location(start));
}

Expr* Parser::fstring() {
  Depth depth(*this);
  if (depth.too_deep()) return nullptr;
  const Token& start = tokens_[mark_++];
  Items<Expr*> parts(*this);
  for (;;) {
    Expr* part;
    switch (peek()) {
      case Tok::FStringMiddle: part = fstring_text(literals_, tokens_[mark_++]); break;
      case Tok::LeftBrace: part = replacement_field(); break;
      case Tok::FStringEnd: {
        const Token& end = tokens_[mark_++];
        return joined_string(literals_, start, parts.take(), end);
      }
      default: return nullptr;
    }
    if (!part) return nullptr;
    parts.push(part);
  }
}

Expr* Parser::replacement_field() {
  Depth depth(*this);
  if (depth.too_deep()) return nullptr;
  int start = mark_++;
  ReplacementField field;
  field.value = annotated_rhs();
  if (!field.value) return nullptr;
  field.debug = accept(Tok::Equal);
  if (peek() == Tok::Exclamation) {
    const Token& mark = tokens_[mark_++];
    const Token& name = tokens_[mark_];
    if (name.kind != Tok::Name || mark.lineno != name.lineno || mark.end_col_offset != name.col_offset) {
      return nullptr;
    }
    field.has_conversion = true;
    field.conversion = name.name;
    field.conversion_loc = location_of(name);
    field.metadata = mark.metadata;
    mark_++;
  }
  if (peek() == Tok::Colon) {
    int colon = mark_++;
    Items<Expr*> parts(*this);
    for (;;) {
      Expr* part;
      if (peek() == Tok::FStringMiddle) {
        part = format_spec_text(literals_, tokens_[mark_++]);
      } else if (peek() == Tok::LeftBrace) {
        part = replacement_field();
      } else {
        break;
      }
      if (!part) return nullptr;
      parts.push(part);
    }
    field.format_spec = format_spec(literals_, parts.take(), location(colon));
    if (!field.format_spec) return nullptr;
    if (!field.has_conversion) field.metadata = tokens_[colon].metadata;
  }
  if (peek() != Tok::RightBrace) return nullptr;
  if (!field.has_conversion && !field.format_spec) field.metadata = tokens_[mark_].metadata;
  mark_++;
  field.loc = location(start);
  return formatted_value(literals_, field);
}

}  // namespace ty::syntax
