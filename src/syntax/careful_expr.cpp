// syntax/careful_expr.cpp: careful parser, expressions.
#include "syntax/careful_parser.h"

namespace ty::syntax {

using namespace ast;  // NOLINT: the node names are this file's vocabulary
using Result = ast::Expr*;

Result CarefulParser::expressions() {
  return rule([&]() -> Result {
    int start = mark_;
    Expr* first = expression();
    if (!first || !next_is(Tok::Comma)) return first;
    Seq<Expr*> items{first};
    for (;;) {
      Expr* next = attempt([&]() -> Expr* { return expect(Tok::Comma) ? expression() : nullptr; });
      if (!next) break;
      items.push_back(next);
    }
    expect(Tok::Comma);
    auto* tuple = node<Tuple>(start);
    tuple->elts = span(items);
    return tuple;
  });
}

/// The alternatives of `expression` without the rules for errors.
Result CarefulParser::conditional() {
  int start = mark_;
  Expr* made = attempt([&]() -> Expr* {
    Expr* body = disjunction();
    if (!body || !expect(Tok::If)) return nullptr;
    Expr* test = disjunction();
    if (!test || !expect(Tok::Else)) return nullptr;
    Expr* orelse = expression();
    if (!orelse) return nullptr;
    auto* e = node<IfExp>(start);
    e->test = test;
    e->body = body;
    e->orelse = orelse;
    return e;
  });
  if (made) return made;
  if (Expr* e = disjunction()) return e;
  return lambdef();
}

Result CarefulParser::expression() {
  return remember(Rule::Expression, [&]() -> Result {
    if (invalid_rules_) {
      invalid_expression();
      if (failed_) return nullptr;
      invalid_legacy_expression();
      if (failed_) return nullptr;
    }
    return conditional();
  });
}

Result CarefulParser::expression_without_invalid() {
  bool saved = invalid_rules_;
  invalid_rules_ = false;
  Expr* e = rule([&] { return conditional(); });
  invalid_rules_ = saved;
  return e;
}

bool CarefulParser::invalid_expression() {
  return rule([&]() -> bool {
    bool decided = false;
    attempt([&]() -> bool {
      if (ahead([&] { return expect(Tok::Name) && expect(Tok::String); })) return false;
      if (ahead([&] { return any_soft_keyword(); })) return false;
      Expr* a = disjunction();
      if (!a) return false;
      Expr* b = expression_without_invalid();
      if (!b) return false;
      decided = true;
      if (is_legacy_statement(a) || tokens_[size_t(mark_ - 1)].level == 0) return false;
      return raise_range(a->loc, b->loc, "invalid syntax. Perhaps you forgot a comma?"), false;
    });
    if (decided || failed_) return false;
    attempt([&]() -> bool {
      Expr* a = disjunction();
      if (!a || !expect(Tok::If)) return false;
      Expr* b = disjunction();
      if (!b || next_is(Tok::Else) || next_is(Tok::Colon)) return false;
      return raise_range(a->loc, b->loc, "expected 'else' after 'if' expression"), false;
    });
    attempt([&]() -> bool {
      const Token* a = take(Tok::Lambda);
      if (!a) return false;
      params(Variant::Lambda);
      const Token* b = take(Tok::Colon);
      if (!b || !next_is(Tok::FStringMiddle)) return false;
      return raise_range(location_of(*a), location_of(*b),
                         "f-string: lambda expressions are not allowed without parentheses"),
             false;
    });
    return false;
  });
}

bool CarefulParser::invalid_legacy_expression() {
  return rule([&]() -> bool {
    Name* a = name();
    if (!a || next_is(Tok::LeftParen)) return false;
    Expr* b = star_expressions();
    if (!b || !is_legacy_statement(a)) return false;
    int n = int(a->id->length);
    const char* id = a->id->text;
    return raise_range(a->loc, b->loc,
                       text("Missing parentheses in call to '%.*s'. Did you mean %.*s(...)?", n, id, n, id)),
           false;
  });
}

Result CarefulParser::annotated_rhs() {
  return rule([&]() -> Result {
    if (Expr* e = yield_expr()) return e;
    return star_expressions();
  });
}

Result CarefulParser::yield_expr() {
  return rule([&]() -> Result {
    int start = mark_;
    Expr* made = attempt([&]() -> Expr* {
      if (!expect(Tok::Yield) || !expect(Tok::From)) return nullptr;
      Expr* value = expression();
      if (!value) return nullptr;
      auto* e = node<YieldFrom>(start);
      e->value = value;
      return e;
    });
    if (made) return made;
    if (!expect(Tok::Yield)) return nullptr;
    Expr* value = star_expressions();
    auto* e = node<Yield>(start);
    e->value = value;
    return e;
  });
}

Result CarefulParser::star_expressions() {
  return rule([&]() -> Result {
    int start = mark_;
    Expr* first = star_expression();
    if (!first || !next_is(Tok::Comma)) return first;
    Seq<Expr*> items{first};
    for (;;) {
      Expr* next = attempt([&]() -> Expr* { return expect(Tok::Comma) ? star_expression() : nullptr; });
      if (!next) break;
      items.push_back(next);
    }
    expect(Tok::Comma);
    auto* tuple = node<Tuple>(start);
    tuple->elts = span(items);
    return tuple;
  });
}

Result CarefulParser::star_expression() {
  return remember(Rule::StarExpression, [&]() -> Result {
    int start = mark_;
    Expr* starred = attempt([&]() -> Expr* {
      if (!expect(Tok::Star)) return nullptr;
      Expr* value = bitwise_or();
      if (!value) return nullptr;
      auto* e = node<Starred>(start);
      e->value = value;
      return e;
    });
    return starred ? starred : expression();
  });
}

CarefulParser::Seq<Result> CarefulParser::star_named_expressions() {
  Seq<Expr*> items = gather([&] { return star_named_expression(); });
  if (!items.empty()) expect(Tok::Comma);
  return items;
}

Result CarefulParser::star_named_expression() {
  return rule([&]() -> Result {
    int start = mark_;
    Expr* starred = attempt([&]() -> Expr* {
      if (!expect(Tok::Star)) return nullptr;
      Expr* value = bitwise_or();
      if (!value) return nullptr;
      auto* e = node<Starred>(start);
      e->value = value;
      return e;
    });
    return starred ? starred : named_expression();
  });
}

Result CarefulParser::assignment_expression() {
  return rule([&]() -> Result {
    int start = mark_;
    Name* target = name();
    if (!target || !expect(Tok::ColonEqual)) return nullptr;
    Expr* value = expression();
    if (!value || !require_version(8, "Assignment expressions are")) return nullptr;
    target->ctx = ExprContext::Store;
    auto* e = node<NamedExpr>(start);
    e->target = target;
    e->value = value;
    return e;
  });
}

Result CarefulParser::named_expression() {
  return rule([&]() -> Result {
    if (Expr* e = assignment_expression()) return e;
    if (invalid_rules_) {
      invalid_named_expression();
      if (failed_) return nullptr;
    }
    Expr* e = expression();
    return e && !next_is(Tok::ColonEqual) ? e : nullptr;
  });
}

void* CarefulParser::invalid_named_expression() {
  return remember(Rule::InvalidNamedExpression, [&]() -> void* {
    attempt([&]() -> bool {
      Expr* a = expression();
      if (!a || !expect(Tok::ColonEqual) || !expression()) return false;
      return raise_at(a->loc, text("cannot use assignment expressions with %s", expression_name(a))), false;
    });
    auto no_assignment = [&] { return !next_is(Tok::Equal) && !next_is(Tok::ColonEqual); };
    attempt([&]() -> bool {
      Name* a = name();
      if (!a || !expect(Tok::Equal)) return false;
      Expr* b = bitwise_or();
      if (!b || !no_assignment()) return false;
      return raise_range(a->loc, b->loc, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"), false;
    });
    attempt([&]() -> bool {
      if (ahead([&] {
            return list() || tuple() || genexp() || expect(Tok::True) || expect(Tok::None) || expect(Tok::False);
          })) {
        return false;
      }
      Expr* a = bitwise_or();
      if (!a || !expect(Tok::Equal) || !bitwise_or() || !no_assignment()) return false;
      return raise_at(a->loc, text("cannot assign to %s here. Maybe you meant '==' instead of '='?",
                                   expression_name(a))),
             false;
    });
    return nullptr;
  });
}

Result CarefulParser::bool_op(Tok word, BoolOperator op, Expr* (CarefulParser::*operand)()) {
  int start = mark_;
  Expr* first = (this->*operand)();
  if (!first || !next_is(word)) return first;
  Seq<Expr*> values{first};
  for (;;) {
    Expr* next = attempt([&]() -> Expr* { return expect(word) ? (this->*operand)() : nullptr; });
    if (!next) break;
    values.push_back(next);
  }
  if (values.size() == 1) return first;
  auto* e = node<BoolOp>(start);
  e->op = op;
  e->values = span(values);
  return e;
}

Result CarefulParser::disjunction() {
  return remember(Rule::Disjunction, [&] { return bool_op(Tok::Or, BoolOperator::Or, &CarefulParser::conjunction); });
}

Result CarefulParser::conjunction() {
  return remember(Rule::Conjunction, [&] { return bool_op(Tok::And, BoolOperator::And, &CarefulParser::inversion); });
}

Result CarefulParser::inversion() {
  return remember(Rule::Inversion, [&]() -> Result {
    int start = mark_;
    Expr* made = attempt([&]() -> Expr* {
      if (!expect(Tok::Not)) return nullptr;
      Expr* operand = inversion();
      if (!operand) return nullptr;
      auto* e = node<UnaryOp>(start);
      e->op = UnaryOperator::Not;
      e->operand = operand;
      return e;
    });
    return made ? made : comparison();
  });
}

bool CarefulParser::comparison_operator(CmpOperator* op) {
  if (failed_) return false;
  switch (peek()) {
    case Tok::EqEqual: *op = CmpOperator::Eq; break;
    case Tok::NotEqual: {
      bool diamond = tokens_[size_t(mark_)].text() == "<>";
      if (flags_ & kParseBarryAsBdfl) {
        if (!diamond) {
          mark_++;
          return raise("with Barry as BDFL, use '<>' instead of '!='"), false;
        }
      } else if (diamond) {
        return false;
      }
      *op = CmpOperator::NotEq;
      break;
    }
    case Tok::LessEqual: *op = CmpOperator::LtE; break;
    case Tok::Less: *op = CmpOperator::Lt; break;
    case Tok::GreaterEqual: *op = CmpOperator::GtE; break;
    case Tok::Greater: *op = CmpOperator::Gt; break;
    case Tok::Not:
      mark_++;
      *op = CmpOperator::NotIn;
      return expect(Tok::In);
    case Tok::In: *op = CmpOperator::In; break;
    case Tok::Is:
      mark_++;
      *op = expect(Tok::Not) ? CmpOperator::IsNot : CmpOperator::Is;
      return !failed_;
    default: return false;
  }
  mark_++;
  return true;
}

Result CarefulParser::comparison() {
  return rule([&]() -> Result {
    int start = mark_;
    Expr* left = bitwise_or();
    if (!left) return nullptr;
    Seq<CmpOperator> ops;
    Seq<Expr*> comparators;
    for (;;) {
      CmpOperator op;
      Expr* right = attempt([&]() -> Expr* { return comparison_operator(&op) ? bitwise_or() : nullptr; });
      if (!right) {
        // `is` may have been followed by `not` as an operator of its operand.
        right = attempt([&]() -> Expr* {
          op = CmpOperator::Is;
          return expect(Tok::Is) ? bitwise_or() : nullptr;
        });
      }
      if (!right) break;
      ops.push_back(op);
      comparators.push_back(right);
    }
    if (failed_ || ops.empty()) return left;
    auto* e = node<Compare>(start);
    e->left = left;
    e->ops = span(ops);
    e->comparators = span(comparators);
    return e;
  });
}

template <class Match>
Result CarefulParser::left_recursive(Rule which, Expr* (CarefulParser::*operand)(), Match match,
                                     bool (CarefulParser::*invalid)()) {
  return remember(which, [&]() -> Result {
    int start = mark_;
    if (invalid && invalid_rules_) {
      (this->*invalid)();
      if (failed_) return nullptr;
    }
    Expr* left = (this->*operand)();
    while (left && !failed_) {
      Operator op;
      Expr* right = attempt([&]() -> Expr* {
        if (failed_ || !match(peek(), &op)) return nullptr;
        mark_++;
        return (this->*operand)();
      });
      if (!right) break;
      if (op == Operator::MatMult && !require_version(5, "The '@' operator is")) return nullptr;
      auto* e = node<BinOp>(start);
      e->left = left;
      e->op = op;
      e->right = right;
      left = e;
    }
    return left;
  });
}

Result CarefulParser::bitwise_or() {
  auto match = [](Tok kind, Operator* op) { return *op = Operator::BitOr, kind == Tok::VBar; };
  return left_recursive(Rule::BitwiseOr, &CarefulParser::bitwise_xor, match, nullptr);
}

Result CarefulParser::bitwise_xor() {
  auto match = [](Tok kind, Operator* op) { return *op = Operator::BitXor, kind == Tok::Caret; };
  return left_recursive(Rule::BitwiseXor, &CarefulParser::bitwise_and, match, nullptr);
}

Result CarefulParser::bitwise_and() {
  auto match = [](Tok kind, Operator* op) { return *op = Operator::BitAnd, kind == Tok::Ampersand; };
  return left_recursive(Rule::BitwiseAnd, &CarefulParser::shift_expr, match, nullptr);
}

Result CarefulParser::shift_expr() {
  auto match = [](Tok kind, Operator* op) {
    *op = kind == Tok::LeftShift ? Operator::LShift : Operator::RShift;
    return kind == Tok::LeftShift || kind == Tok::RightShift;
  };
  return left_recursive(Rule::Shift, &CarefulParser::sum, match, &CarefulParser::invalid_arithmetic);
}

Result CarefulParser::sum() {
  auto match = [](Tok kind, Operator* op) {
    *op = kind == Tok::Plus ? Operator::Add : Operator::Sub;
    return kind == Tok::Plus || kind == Tok::Minus;
  };
  return left_recursive(Rule::Sum, &CarefulParser::term, match, nullptr);
}

namespace {

bool term_operator(Tok kind, Operator* op) {
  switch (kind) {
    case Tok::Star: *op = Operator::Mult; return true;
    case Tok::Slash: *op = Operator::Div; return true;
    case Tok::DoubleSlash: *op = Operator::FloorDiv; return true;
    case Tok::Percent: *op = Operator::Mod; return true;
    case Tok::At: *op = Operator::MatMult; return true;
    default: return false;
  }
}

}  // namespace

Result CarefulParser::term() {
  return left_recursive(Rule::Term, &CarefulParser::factor, term_operator, &CarefulParser::invalid_factor);
}

bool CarefulParser::invalid_arithmetic() {
  return rule([&]() -> bool {
    Operator op;
    if (!sum() || failed_) return false;
    if (!expect(Tok::Plus) && !expect(Tok::Minus)) {
      if (failed_ || !term_operator(peek(), &op)) return false;
      mark_++;
    }
    const Token* a = take(Tok::Not);
    if (!a) return false;
    if (Expr* b = inversion()) {
      raise_range(location_of(*a), b->loc, "'not' after an operator must be parenthesized");
    }
    return false;
  });
}

bool CarefulParser::invalid_factor() {
  return rule([&]() -> bool {
    if (!expect(Tok::Plus) && !expect(Tok::Minus) && !expect(Tok::Tilde)) return false;
    const Token* a = take(Tok::Not);
    if (!a) return false;
    if (Expr* b = factor()) {
      raise_range(location_of(*a), b->loc, "'not' after an operator must be parenthesized");
    }
    return false;
  });
}

Result CarefulParser::factor() {
  return remember(Rule::Factor, [&]() -> Result {
    int start = mark_;
    UnaryOperator op;
    switch (peek()) {
      case Tok::Plus: op = UnaryOperator::UAdd; break;
      case Tok::Minus: op = UnaryOperator::USub; break;
      case Tok::Tilde: op = UnaryOperator::Invert; break;
      default: return power();
    }
    mark_++;
    Expr* operand = factor();
    if (!operand) return nullptr;
    auto* e = node<UnaryOp>(start);
    e->op = op;
    e->operand = operand;
    return e;
  });
}

Result CarefulParser::power() {
  return rule([&]() -> Result {
    int start = mark_;
    Expr* base = await_primary();
    if (!base) return nullptr;
    Expr* exponent = attempt([&]() -> Expr* { return expect(Tok::DoubleStar) ? factor() : nullptr; });
    if (!exponent) return base;
    auto* e = node<BinOp>(start);
    e->left = base;
    e->op = Operator::Pow;
    e->right = exponent;
    return e;
  });
}

Result CarefulParser::await_primary() {
  return remember(Rule::AwaitPrimary, [&]() -> Result {
    int start = mark_;
    if (!expect(Tok::Await)) return primary();
    Expr* value = primary();
    if (!value || !require_version(5, "Await expressions are")) return nullptr;
    auto* e = node<Await>(start);
    e->value = value;
    return e;
  });
}

/// One `.name`, call or subscript after `value`. A generator expression is tried at any token: its rule for errors
/// looks into brackets of every kind.
Result CarefulParser::trailer(int start, Expr* value, TrailerOrder order) {
  if (Expr* e = attempt([&] { return attribute_trailer(start, value); })) return e;
  if (order == TrailerOrder::SubscriptFirst) {
    if (Expr* e = attempt([&] { return subscript_trailer(start, value); })) return e;
  }
  Expr* made = attempt([&]() -> Expr* {
    Expr* argument = genexp();
    if (!argument) return nullptr;
    auto* e = node<ast::Call>(start);
    e->func = value;
    e->args = arena_.copy_span(&argument, 1);
    return e;
  });
  if (made) return made;
  made = attempt([&]() -> Expr* {
    if (!expect(Tok::LeftParen)) return nullptr;
    Call* call = arguments();
    if (!expect(Tok::RightParen)) return nullptr;
    auto* e = node<ast::Call>(start);
    e->func = value;
    if (call) {
      e->args = call->args;
      e->keywords = call->keywords;
    }
    return e;
  });
  if (made || order == TrailerOrder::SubscriptFirst) return made;
  return attempt([&] { return subscript_trailer(start, value); });
}

Result CarefulParser::attribute_trailer(int start, Expr* value) {
  if (!expect(Tok::Dot)) return nullptr;
  Name* n = name();
  if (!n) return nullptr;
  auto* e = node<Attribute>(start);
  e->value = value;
  e->attr = n->id;
  return e;
}

Result CarefulParser::subscript_trailer(int start, Expr* value) {
  if (!expect(Tok::LeftBracket)) return nullptr;
  Expr* index = slices();
  if (!index || !expect(Tok::RightBracket)) return nullptr;
  auto* e = node<Subscript>(start);
  e->value = value;
  e->slice = index;
  return e;
}

Result CarefulParser::primary() {
  return remember(Rule::Primary, [&]() -> Result {
    int start = mark_;
    Expr* value = atom();
    while (value && !failed_) {
      Expr* longer = trailer(start, value, TrailerOrder::CallFirst);
      if (!longer) break;
      value = longer;
    }
    return value;
  });
}

Result CarefulParser::slices() {
  return rule([&]() -> Result {
    int start = mark_;
    Expr* one = attempt([&]() -> Expr* {
      Expr* e = slice();
      return e && !next_is(Tok::Comma) ? e : nullptr;
    });
    if (one || failed_) return one;
    Seq<Expr*> items = gather([&]() -> Expr* {
      if (Expr* e = slice()) return e;
      return starred_expression();
    });
    if (items.empty()) return nullptr;
    expect(Tok::Comma);
    auto* tuple = node<Tuple>(start);
    tuple->elts = span(items);
    return tuple;
  });
}

Result CarefulParser::slice() {
  return rule([&]() -> Result {
    int start = mark_;
    Expr* made = attempt([&]() -> Expr* {
      Expr* lower = expression();
      if (!expect(Tok::Colon)) return nullptr;
      Expr* upper = expression();
      Expr* step = nullptr;
      if (expect(Tok::Colon)) step = expression();
      auto* e = node<Slice>(start);
      e->lower = lower;
      e->upper = upper;
      e->step = step;
      return e;
    });
    return made ? made : named_expression();
  });
}

Result CarefulParser::constant(Tok word, ConstantKind kind) {
  const Token* token = take(word);
  return token ? make_constant(arena_, location_of(*token), kind) : nullptr;
}

Result CarefulParser::number() {
  const Token* token = take(Tok::Number);
  if (!token) return nullptr;
  if (options_.feature_version < 6 && token->text().find('_') != std::string_view::npos) {
    return raise("Underscores in numeric literals are only supported in Python 3.6 and greater");
  }
  auto* e = make_constant(arena_, location_of(*token), ConstantKind::None);
  e->value = number_value(arena_, token->text());
  if (too_many_digits(literals_, e->value)) {
    raise_known(SyntaxErrorKind::SyntaxError, token->lineno, 0, token->end_lineno, 0,
                text("Exceeds the limit (%d digits) for integer string conversion: value has %u digits; use "
                     "sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer "
                     "literals to avoid decimal conversion limits.",
                     options_.max_int_digits, e->value.size));
    return nullptr;
  }
  return e;
}

Result CarefulParser::atom() {
  return rule([&]() -> Result {
    if (failed_) return nullptr;
    switch (peek()) {
      case Tok::Name: return name();
      case Tok::True: return constant(Tok::True, ConstantKind::True);
      case Tok::False: return constant(Tok::False, ConstantKind::False);
      case Tok::None: return constant(Tok::None, ConstantKind::None);
      case Tok::String: case Tok::FStringStart: return strings();
      case Tok::Number: return number();
      case Tok::LeftParen:
        if (Expr* e = tuple()) return e;
        if (Expr* e = group()) return e;
        return genexp();
      case Tok::LeftBracket:
        if (Expr* e = list()) return e;
        return listcomp();
      case Tok::LeftBrace:
        if (Expr* e = dict()) return e;
        if (Expr* e = set()) return e;
        if (Expr* e = dictcomp()) return e;
        return setcomp();
      case Tok::Ellipsis: return constant(Tok::Ellipsis, ConstantKind::Ellipsis);
      default: return nullptr;
    }
  });
}

Result CarefulParser::tuple() {
  return rule([&]() -> Result {
    int start = mark_;
    if (!expect(Tok::LeftParen)) return nullptr;
    Seq<Expr*> items;
    attempt([&]() -> bool {
      Expr* first = star_named_expression();
      if (!first || !expect(Tok::Comma)) return false;
      items = star_named_expressions();
      items.insert(items.begin(), first);
      return true;
    });
    if (!expect(Tok::RightParen)) return nullptr;
    auto* e = node<Tuple>(start);
    e->elts = span(items);
    return e;
  });
}

Result CarefulParser::group() {
  return rule([&]() -> Result {
    Expr* made = attempt([&]() -> Expr* {
      if (!expect(Tok::LeftParen)) return nullptr;
      Expr* e = yield_expr();
      if (!e) e = named_expression();
      return e && expect(Tok::RightParen) ? e : nullptr;
    });
    if (!made && invalid_rules_) invalid_group();
    return made;
  });
}

bool CarefulParser::invalid_group() {
  return rule([&]() -> bool {
    attempt([&]() -> bool {
      if (!expect(Tok::LeftParen)) return false;
      Expr* a = starred_expression();
      if (!a || !expect(Tok::RightParen)) return false;
      return raise_at(a->loc, "cannot use starred expression here"), false;
    });
    attempt([&]() -> bool {
      if (!expect(Tok::LeftParen)) return false;
      const Token* a = take(Tok::DoubleStar);
      if (!a || !expression() || !expect(Tok::RightParen)) return false;
      return raise_at(location_of(*a), "cannot use double starred expression here"), false;
    });
    return false;
  });
}

Result CarefulParser::genexp() {
  return rule([&]() -> Result {
    int start = mark_;
    Expr* made = attempt([&]() -> Expr* {
      if (!expect(Tok::LeftParen)) return nullptr;
      Expr* element = positional_argument();
      if (!element) return nullptr;
      Seq<Comprehension*> clauses = for_if_clauses();
      if (clauses.empty() || !expect(Tok::RightParen)) return nullptr;
      auto* e = node<GeneratorExp>(start);
      e->elt = element;
      e->generators = span(clauses);
      return e;
    });
    if (!made && invalid_rules_) invalid_comprehension();
    return made;
  });
}

Result CarefulParser::list() {
  return rule([&]() -> Result {
    int start = mark_;
    if (!expect(Tok::LeftBracket)) return nullptr;
    Seq<Expr*> items = star_named_expressions();
    if (!expect(Tok::RightBracket)) return nullptr;
    auto* e = node<List>(start);
    e->elts = span(items);
    return e;
  });
}

Result CarefulParser::listcomp() {
  return rule([&]() -> Result {
    int start = mark_;
    Expr* made = attempt([&]() -> Expr* {
      if (!expect(Tok::LeftBracket)) return nullptr;
      Expr* element = named_expression();
      if (!element) return nullptr;
      Seq<Comprehension*> clauses = for_if_clauses();
      if (clauses.empty() || !expect(Tok::RightBracket)) return nullptr;
      auto* e = node<ListComp>(start);
      e->elt = element;
      e->generators = span(clauses);
      return e;
    });
    if (!made && invalid_rules_) invalid_comprehension();
    return made;
  });
}

bool CarefulParser::invalid_comprehension() {
  return rule([&]() -> bool {
    constexpr const char* kTarget = "did you forget parentheses around the comprehension target?";
    attempt([&]() -> bool {
      if (!expect(Tok::LeftBracket) && !expect(Tok::LeftParen) && !expect(Tok::LeftBrace)) return false;
      Expr* a = starred_expression();
      if (!a || for_if_clauses().empty()) return false;
      return raise_at(a->loc, "iterable unpacking cannot be used in comprehension"), false;
    });
    attempt([&]() -> bool {
      if (!expect(Tok::LeftBracket) && !expect(Tok::LeftBrace)) return false;
      Expr* a = star_named_expression();
      if (!a || !expect(Tok::Comma)) return false;
      Seq<Expr*> b = star_named_expressions();
      if (b.empty() || for_if_clauses().empty()) return false;
      return raise_range(a->loc, b.back()->loc, kTarget), false;
    });
    attempt([&]() -> bool {
      if (!expect(Tok::LeftBracket) && !expect(Tok::LeftBrace)) return false;
      Expr* a = star_named_expression();
      if (!a) return false;
      const Token* b = take(Tok::Comma);
      if (!b || for_if_clauses().empty()) return false;
      return raise_range(a->loc, location_of(*b), kTarget), false;
    });
    return false;
  });
}

Result CarefulParser::dict() {
  return rule([&]() -> Result {
    int start = mark_;
    Expr* made = attempt([&]() -> Expr* {
      if (!expect(Tok::LeftBrace)) return nullptr;
      Seq<KeyValue*> pairs = gather([&] { return double_starred_kvpair(); });
      if (!pairs.empty()) expect(Tok::Comma);
      if (!expect(Tok::RightBrace)) return nullptr;
      Seq<Expr*> keys, values;
      for (KeyValue* pair : pairs) {
        keys.push_back(pair->key);
        values.push_back(pair->value);
      }
      auto* e = node<Dict>(start);
      e->keys = span(keys);
      e->values = span(values);
      return e;
    });
    // Tried in the first pass too.
    if (!made && expect(Tok::LeftBrace)) invalid_double_starred_kvpairs();
    return made;
  });
}

CarefulParser::KeyValue* CarefulParser::double_starred_kvpair() {
  return rule([&]() -> KeyValue* {
    KeyValue* made = attempt([&]() -> KeyValue* {
      if (!expect(Tok::DoubleStar)) return nullptr;
      Expr* value = bitwise_or();
      return value ? arena_.make<KeyValue>(nullptr, value) : nullptr;
    });
    return made ? made : kvpair();
  });
}

CarefulParser::KeyValue* CarefulParser::kvpair() {
  return rule([&]() -> KeyValue* {
    Expr* key = expression();
    if (!key || !expect(Tok::Colon)) return nullptr;
    Expr* value = expression();
    return value ? arena_.make<KeyValue>(key, value) : nullptr;
  });
}

bool CarefulParser::invalid_double_starred_kvpairs() {
  return rule([&]() -> bool {
    attempt([&]() -> bool {
      if (gather([&] { return double_starred_kvpair(); }).empty() || !expect(Tok::Comma)) return false;
      return invalid_kvpair();
    });
    attempt([&]() -> bool {
      if (!expression() || !expect(Tok::Colon)) return false;
      const Token* a = take(Tok::Star);
      if (!a || !bitwise_or()) return false;
      return raise_starting_from(location_of(*a), "cannot use a starred expression in a dictionary value"), false;
    });
    attempt([&]() -> bool {
      if (!expression()) return false;
      const Token* a = take(Tok::Colon);
      if (!a || (!next_is(Tok::RightBrace) && !next_is(Tok::Comma))) return false;
      return raise_at(location_of(*a), "expression expected after dictionary key and ':'"), false;
    });
    return false;
  });
}

bool CarefulParser::invalid_kvpair() {
  return rule([&]() -> bool {
    attempt([&]() -> bool {
      Expr* a = expression();
      if (!a || next_is(Tok::Colon)) return false;
      raise_known(SyntaxErrorKind::SyntaxError, a->loc.lineno, a->loc.end_col_offset, a->loc.end_lineno, 0,
                  "':' expected after dictionary key");
      return false;
    });
    attempt([&]() -> bool {
      if (!expression() || !expect(Tok::Colon)) return false;
      const Token* a = take(Tok::Star);
      if (!a || !bitwise_or()) return false;
      return raise_starting_from(location_of(*a), "cannot use a starred expression in a dictionary value"), false;
    });
    attempt([&]() -> bool {
      if (!expression()) return false;
      const Token* a = take(Tok::Colon);
      if (!a || (!next_is(Tok::RightBrace) && !next_is(Tok::Comma))) return false;
      return raise_at(location_of(*a), "expression expected after dictionary key and ':'"), false;
    });
    return false;
  });
}

Result CarefulParser::set() {
  return rule([&]() -> Result {
    int start = mark_;
    if (!expect(Tok::LeftBrace)) return nullptr;
    Seq<Expr*> items = star_named_expressions();
    if (items.empty() || !expect(Tok::RightBrace)) return nullptr;
    auto* e = node<Set>(start);
    e->elts = span(items);
    return e;
  });
}

Result CarefulParser::dictcomp() {
  return rule([&]() -> Result {
    int start = mark_;
    Expr* made = attempt([&]() -> Expr* {
      if (!expect(Tok::LeftBrace)) return nullptr;
      KeyValue* pair = kvpair();
      if (!pair) return nullptr;
      Seq<Comprehension*> clauses = for_if_clauses();
      if (clauses.empty() || !expect(Tok::RightBrace)) return nullptr;
      auto* e = node<DictComp>(start);
      e->key = pair->key;
      e->value = pair->value;
      e->generators = span(clauses);
      return e;
    });
    if (made || !invalid_rules_ || failed_) return made;
    if (!expect(Tok::LeftBrace)) return nullptr;
    const Token* a = take(Tok::DoubleStar);
    if (!a || !bitwise_or() || for_if_clauses().empty() || !expect(Tok::RightBrace)) return nullptr;
    return raise_at(location_of(*a), "dict unpacking cannot be used in dict comprehension");
  });
}

Result CarefulParser::setcomp() {
  return rule([&]() -> Result {
    int start = mark_;
    Expr* made = attempt([&]() -> Expr* {
      if (!expect(Tok::LeftBrace)) return nullptr;
      Expr* element = named_expression();
      if (!element) return nullptr;
      Seq<Comprehension*> clauses = for_if_clauses();
      if (clauses.empty() || !expect(Tok::RightBrace)) return nullptr;
      auto* e = node<SetComp>(start);
      e->elt = element;
      e->generators = span(clauses);
      return e;
    });
    if (!made && invalid_rules_) invalid_comprehension();
    return made;
  });
}

CarefulParser::Seq<Comprehension*> CarefulParser::for_if_clauses() {
  return repeat([&] { return for_if_clause(); });
}

Comprehension* CarefulParser::for_if_clause() {
  return rule([&]() -> Comprehension* {
    bool cut = false;
    for (bool is_async : {true, false}) {
      Comprehension* made = attempt([&]() -> Comprehension* {
        if (is_async && !expect(Tok::Async)) return nullptr;
        if (!expect(Tok::For)) return nullptr;
        Expr* target = star_targets();
        if (!target || !expect(Tok::In)) return nullptr;
        cut = true;
        Expr* iter = disjunction();
        if (!iter) return nullptr;
        Seq<Expr*> ifs = repeat([&]() -> Expr* { return expect(Tok::If) ? disjunction() : nullptr; });
        if (is_async && !require_version(6, "Async comprehensions are")) return nullptr;
        auto* e = arena_.make<Comprehension>();
        e->target = target;
        e->iter = iter;
        e->ifs = span(ifs);
        e->is_async = is_async;
        return e;
      });
      if (made) return made;
      if (cut || failed_) return nullptr;
    }
    attempt([&]() -> bool {
      expect(Tok::Async);
      if (!expect(Tok::For) || !bitwise_or()) return false;
      repeat([&]() -> Expr* { return expect(Tok::Comma) ? bitwise_or() : nullptr; });
      expect(Tok::Comma);
      if (next_is(Tok::In)) return false;
      return raise("'in' expected after for-loop variables"), false;
    });
    if (invalid_rules_) invalid_for_target();
    return nullptr;
  });
}

Result CarefulParser::lambdef() {
  return rule([&]() -> Result {
    int start = mark_;
    if (!expect(Tok::Lambda)) return nullptr;
    Arguments* arguments = params(Variant::Lambda);
    if (!expect(Tok::Colon)) return nullptr;
    Expr* body = expression();
    if (!body) return nullptr;
    auto* e = node<Lambda>(start);
    e->args = arguments ? arguments : arena_.make<Arguments>();
    e->body = body;
    return e;
  });
}

}  // namespace ty::syntax
