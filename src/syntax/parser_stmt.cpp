// syntax/parser_stmt.cpp: statements.
#include <string>

#include "syntax/parser.h"

namespace ty::syntax {

using namespace ast;  // NOLINT: the node names are this file's vocabulary

const Token& Parser::last_token() const {
  int i = mark_ - 1;
  for (; i > 0; i--) {
    Tok kind = tokens_[i].kind;
    if (kind != Tok::Newline && kind != Tok::Indent && kind != Tok::Dedent && kind != Tok::EndMarker) break;
  }
  return tokens_[i];
}

Module* Parser::file() {
  Span<Stmt*> body;
  if (!statements(&body, Tok::EndMarker)) return nullptr;
  auto* module = arena_.make<Module>();
  module->body = body;
  return module;
}

Expression* Parser::eval() {
  int start = mark_;
  Expr* first = expression();
  if (!first) return nullptr;
  if (peek() == Tok::Comma) {
    Items<Expr*> items(*this);
    items.push(first);
    while (accept(Tok::Comma)) {
      if (!starts_expression(peek())) break;
      Expr* e = expression();
      if (!e) return nullptr;
      items.push(e);
    }
    auto* tuple = node<Tuple>(start);
    tuple->elts = items.take();
    first = tuple;
  }
  while (accept(Tok::Newline)) {}
  if (peek() != Tok::EndMarker) return nullptr;
  auto* module = arena_.make<Expression>();
  module->body = first;
  return module;
}

/// Statements up to (not including) `end`.
bool Parser::statements(Span<Stmt*>* out, Tok end) {
  Items<Stmt*> items(*this);
  while (peek() != end) {
    if (!statement(items)) return false;
  }
  *out = items.take();
  return true;
}

bool Parser::statement(Items<Stmt*>& out) {
  Stmt* made;
  switch (peek()) {
    case Tok::If: made = if_statement(); break;
    case Tok::For: made = for_statement<For>(mark_); break;
    case Tok::While: made = while_statement(); break;
    case Tok::Try: made = try_statement(); break;
    case Tok::With: made = with_statement<With>(mark_); break;
    case Tok::Def: made = function_definition<FunctionDef>(mark_, {}); break;
    case Tok::Class: made = class_definition(mark_, {}); break;
    case Tok::Async: made = async_statement(); break;
    case Tok::At: made = decorated(); break;
    case Tok::Name:
      if (TY_UNLIKELY(tokens_[mark_].name == kMatch)) {
        int start = mark_;
        made = match_statement();
        if (made) break;
        mark_ = start;
      }
      return simple_statements(out);
    default: return simple_statements(out);
  }
  if (!made) return false;
  out.push(made);
  return true;
}

bool Parser::simple_statements(Items<Stmt*>& out) {
  do {
    Stmt* made = simple_statement();
    if (!made) return false;
    out.push(made);
    if (TY_LIKELY(accept(Tok::Newline))) return true;
  } while (accept(Tok::Semicolon) && peek() != Tok::Newline);
  return accept(Tok::Newline);
}

Stmt* Parser::simple_statement() {
  switch (peek()) {
    case Tok::Return: return return_statement();
    case Tok::Import: return import_statement();
    case Tok::From: return import_from_statement();
    case Tok::Raise: return raise_statement();
    case Tok::Pass: mark_++; return node<Pass>(mark_ - 1);
    case Tok::Break: mark_++; return node<Break>(mark_ - 1);
    case Tok::Continue: mark_++; return node<Continue>(mark_ - 1);
    case Tok::Del: return delete_statement();
    case Tok::Assert: return assert_statement();
    case Tok::Global: return scope_statement<Global>();
    case Tok::Nonlocal: return scope_statement<Nonlocal>();
    case Tok::Yield: {
      int start = mark_;
      Expr* value = yield_expression();
      if (!value) return nullptr;
      auto* e = node<ExprStmt>(start);
      e->value = value;
      return e;
    }
    case Tok::Name:
      if (TY_UNLIKELY(tokens_[mark_].name == kType && peek2() == Tok::Name)) return type_alias();
      return expression_statement();
    default: return expression_statement();
  }
}

namespace {

bool augmented_operator(Tok kind, Operator* op) {
  switch (kind) {
    case Tok::PlusEqual: *op = Operator::Add; return true;
    case Tok::MinusEqual: *op = Operator::Sub; return true;
    case Tok::StarEqual: *op = Operator::Mult; return true;
    case Tok::AtEqual: *op = Operator::MatMult; return true;
    case Tok::SlashEqual: *op = Operator::Div; return true;
    case Tok::PercentEqual: *op = Operator::Mod; return true;
    case Tok::AmpersandEqual: *op = Operator::BitAnd; return true;
    case Tok::VBarEqual: *op = Operator::BitOr; return true;
    case Tok::CaretEqual: *op = Operator::BitXor; return true;
    case Tok::LeftShiftEqual: *op = Operator::LShift; return true;
    case Tok::RightShiftEqual: *op = Operator::RShift; return true;
    case Tok::DoubleStarEqual: *op = Operator::Pow; return true;
    case Tok::DoubleSlashEqual: *op = Operator::FloorDiv; return true;
    default: return false;
  }
}

bool is_single_target(Expr* e) { return is<Name>(e) || is<Attribute>(e) || is<Subscript>(e); }

}  // namespace

Stmt* Parser::expression_statement() {
  int start = mark_;
  Expr* first = star_expressions();
  if (!first) return nullptr;
  switch (peek()) {
    case Tok::Equal: return assignment(start, first);
    case Tok::Colon: return annotated_assignment(start, first);
    case Tok::Newline: case Tok::Semicolon: {
      auto* e = node<ExprStmt>(start);
      e->value = first;
      return e;
    }
    default: break;
  }
  Operator op;
  if (!augmented_operator(peek(), &op) || !is_single_target(first)) return nullptr;
  mark_++;
  Expr* value = annotated_rhs();
  if (!value) return nullptr;
  set_context(first, ExprContext::Store);
  auto* e = node<AugAssign>(start);
  e->target = first;
  e->op = op;
  e->value = value;
  return e;
}

Stmt* Parser::assignment(int start, Expr* first) {
  Items<Expr*> targets(*this);
  Expr* value = first;
  while (peek() == Tok::Equal) {
    if (!set_context(value, ExprContext::Store)) return nullptr;
    mark_++;
    targets.push(value);
    value = annotated_rhs();
    if (!value) return nullptr;
  }
  const Identifier* comment = type_comment();
  auto* e = node<Assign>(start);
  e->targets = targets.take();
  e->value = value;
  e->type_comment = comment;
  return e;
}

Stmt* Parser::annotated_assignment(int start, Expr* target) {
  if (!is_single_target(target)) return nullptr;
  bool simple = is<Name>(target) && mark_ == start + 1;
  mark_++;
  Expr* annotation = expression();
  if (!annotation) return nullptr;
  Expr* value = nullptr;
  if (accept(Tok::Equal) && !(value = annotated_rhs())) return nullptr;
  set_context(target, ExprContext::Store);
  auto* e = node<AnnAssign>(start);
  e->target = target;
  e->annotation = annotation;
  e->value = value;
  e->simple = simple;
  return e;
}

/// The text of a TYPE_COMMENT token, if one is here.
const Identifier* Parser::type_comment() {
  if (TY_LIKELY(peek() != Tok::TypeComment)) return nullptr;
  return names_.intern(tokens_[mark_++].text());
}

Stmt* Parser::type_alias() {
  int start = mark_++;
  int name_mark = mark_++;
  Span<TypeParam*> parameters;
  if (peek() == Tok::LeftBracket && !type_parameters(&parameters)) return nullptr;
  if (!accept(Tok::Equal)) return nullptr;
  Expr* value = expression();
  if (!value) return nullptr;
  auto* name = arena_.make<Name>();
  name->loc = location_of(tokens_[name_mark]);
  name->id = tokens_[name_mark].name;
  name->ctx = ExprContext::Store;
  auto* e = node<TypeAlias>(start);
  e->name = name;
  e->type_params = parameters;
  e->value = value;
  return e;
}

Stmt* Parser::return_statement() {
  int start = mark_++;
  Expr* value = nullptr;
  if (starts_expression(peek()) && !(value = star_expressions())) return nullptr;
  auto* e = node<Return>(start);
  e->value = value;
  return e;
}

Stmt* Parser::raise_statement() {
  int start = mark_++;
  Expr* exception = nullptr;
  Expr* cause = nullptr;
  if (starts_expression(peek())) {
    exception = expression();
    if (!exception) return nullptr;
    if (accept(Tok::From) && !(cause = expression())) return nullptr;
  }
  auto* e = node<Raise>(start);
  e->exc = exception;
  e->cause = cause;
  return e;
}

Stmt* Parser::assert_statement() {
  int start = mark_++;
  Expr* test = expression();
  if (!test) return nullptr;
  Expr* message = nullptr;
  if (accept(Tok::Comma) && !(message = expression())) return nullptr;
  auto* e = node<Assert>(start);
  e->test = test;
  e->msg = message;
  return e;
}

Stmt* Parser::delete_statement() {
  int start = mark_++;
  Items<Expr*> targets(*this);
  do {
    if (peek() == Tok::Newline || peek() == Tok::Semicolon) break;
    Expr* target = primary();
    if (!target || !set_context(target, ExprContext::Del)) return nullptr;
    targets.push(target);
  } while (accept(Tok::Comma));
  if (targets.size() == 0 || (peek() != Tok::Newline && peek() != Tok::Semicolon)) return nullptr;
  auto* e = node<Delete>(start);
  e->targets = targets.take();
  return e;
}

template <class T>
Stmt* Parser::scope_statement() {
  int start = mark_++;
  Items<const Identifier*> names(*this);
  do {
    const Identifier* name = accept_name();
    if (!name) return nullptr;
    names.push(name);
  } while (accept(Tok::Comma));
  auto* e = node<T>(start);
  e->names = names.take();
  return e;
}

const Identifier* Parser::dotted_name() {
  const Identifier* name = accept_name();
  if (!name || TY_LIKELY(peek() != Tok::Dot)) return name;
  std::string text(name->view());
  while (accept(Tok::Dot)) {
    name = accept_name();
    if (!name) return nullptr;
    text += '.';
    text += name->view();
  }
  return names_.intern(text);
}

/// Adds the alias of `name`, which began at token `start`, with its `as` part.
bool Parser::alias(Items<Alias*>& out, const Identifier* name, int start) {
  if (!name) return false;
  const Identifier* other = nullptr;
  if (accept(Tok::As) && !(other = accept_name())) return false;
  auto* made = node<Alias>(start);
  made->name = name;
  made->asname = other;
  out.push(made);
  return true;
}

Stmt* Parser::import_statement() {
  int start = mark_++;
  Items<Alias*> aliases(*this);
  do {
    int first = mark_;
    if (!alias(aliases, dotted_name(), first)) return nullptr;
  } while (accept(Tok::Comma));
  auto* e = node<Import>(start);
  e->names = aliases.take();
  return e;
}

Stmt* Parser::import_from_statement() {
  int start = mark_++;
  int level = 0;
  for (;;) {
    if (accept(Tok::Dot)) {
      level++;
    } else if (accept(Tok::Ellipsis)) {
      level += 3;
    } else {
      break;
    }
  }
  const Identifier* module = nullptr;
  if (peek() == Tok::Name) {
    module = dotted_name();
    if (!module) return nullptr;
  } else if (level == 0) {
    return nullptr;
  }
  if (!accept(Tok::Import)) return nullptr;
  Items<Alias*> aliases(*this);
  if (accept(Tok::Star)) {
    auto* star = node<Alias>(mark_ - 1);
    star->name = names_.intern("*");
    aliases.push(star);
  } else {
    bool parenthesized = accept(Tok::LeftParen);
    do {
      if (parenthesized && aliases.size() && peek() == Tok::RightParen) break;
      int first = mark_;
      if (!alias(aliases, accept_name(), first)) return nullptr;
    } while (accept(Tok::Comma));
    if (parenthesized && !accept(Tok::RightParen)) return nullptr;
  }
  auto* e = node<ImportFrom>(start);
  e->module = module;
  e->names = aliases.take();
  e->level = level;
  if (level == 0 && module->view() == "__future__") {
    for (Alias* a : e->names) {
      if (a->name->view() == "barry_as_FLUFL") flags_ |= kParseBarryAsBdfl;
    }
  }
  return e;
}

bool Parser::block(Span<Stmt*>* out) {
  Depth depth(*this);
  if (depth.too_deep()) return false;
  if (TY_LIKELY(accept(Tok::Newline))) {
    return accept(Tok::Indent) && statements(out, Tok::Dedent) && accept(Tok::Dedent);
  }
  Items<Stmt*> items(*this);
  if (!simple_statements(items)) return false;
  *out = items.take();
  return true;
}

/// `else: block` if it is here.
bool Parser::optional_else(Span<Stmt*>* out) {
  if (!accept(Tok::Else)) return true;
  return accept(Tok::Colon) && block(out);
}

Stmt* Parser::if_statement() {
  // A chain of elif is nested in the tree, but not on the stack.
  Items<If*> chain(*this);
  Span<Stmt*> orelse;
  do {
    auto* made = arena_.make<If>();
    const Token& first = tokens_[mark_++];
    made->loc.lineno = first.lineno;
    made->loc.col_offset = first.col_offset;
    made->test = named_expression();
    if (!made->test || !accept(Tok::Colon) || !block(&made->body)) return nullptr;
    chain.push(made);
  } while (peek() == Tok::Elif);
  if (!optional_else(&orelse)) return nullptr;
  const Token& last = last_token();
  Span<If*> all = chain.take();
  for (ssize i = all.size - 1; i >= 0; i--) {
    all[i]->loc.end_lineno = last.end_lineno;
    all[i]->loc.end_col_offset = last.end_col_offset;
    all[i]->orelse = orelse;
    orelse = arena_.make_span<Stmt*>(1);
    orelse[0] = all[i];
  }
  return all[0];
}

Stmt* Parser::while_statement() {
  int start = mark_++;
  Expr* test = named_expression();
  Span<Stmt*> body, orelse;
  if (!test || !accept(Tok::Colon) || !block(&body) || !optional_else(&orelse)) return nullptr;
  auto* e = block_node<While>(start);
  e->test = test;
  e->body = body;
  e->orelse = orelse;
  return e;
}

/// At `for`; `start` is the token of `async` if there is one.
template <class T>
Stmt* Parser::for_statement(int start) {
  mark_++;
  Expr* target = star_targets(Tok::In);
  if (!target || !accept(Tok::In)) return nullptr;
  Expr* iter = star_expressions();
  if (!iter || !accept(Tok::Colon)) return nullptr;
  const Identifier* comment = type_comment();
  Span<Stmt*> body, orelse;
  if (!block(&body) || !optional_else(&orelse)) return nullptr;
  auto* e = block_node<T>(start);
  e->target = target;
  e->iter = iter;
  e->body = body;
  e->orelse = orelse;
  e->type_comment = comment;
  return e;
}

WithItem* Parser::with_item() {
  Expr* context = expression();
  if (!context) return nullptr;
  Expr* target = nullptr;
  if (accept(Tok::As)) {
    target = star_target();
    if (!target) return nullptr;
  }
  auto* item = arena_.make<WithItem>();
  item->context_expr = context;
  item->optional_vars = target;
  return item;
}

template <class T>
Stmt* Parser::with_statement(int start) {
  mark_++;
  Span<WithItem*> items;
  bool done = false;
  if (peek() == Tok::LeftParen) {
    // `with (a as b, c):` or an expression that begins with a parenthesis.
    int saved = mark_++;
    Items<WithItem*> collected(*this);
    WithItem* item;
    while (peek() != Tok::RightParen && (item = with_item()) != nullptr) {
      collected.push(item);
      if (!accept(Tok::Comma)) break;
    }
    if (collected.size() && accept(Tok::RightParen) && peek() == Tok::Colon) {
      items = collected.take();
      done = true;
    } else {
      mark_ = saved;
    }
  }
  if (!done) {
    Items<WithItem*> collected(*this);
    do {
      WithItem* item = with_item();
      if (!item) return nullptr;
      collected.push(item);
    } while (accept(Tok::Comma));
    items = collected.take();
  }
  if (!accept(Tok::Colon)) return nullptr;
  const Identifier* comment = type_comment();
  Span<Stmt*> body;
  if (!block(&body)) return nullptr;
  auto* e = block_node<T>(start);
  e->items = items;
  e->body = body;
  e->type_comment = comment;
  return e;
}

ExceptHandler* Parser::except_clause(bool star) {
  int start = mark_++;
  if (star != accept(Tok::Star)) return nullptr;
  Expr* type = nullptr;
  const Identifier* name = nullptr;
  if (star || peek() != Tok::Colon) {
    type = expression();
    if (!type) return nullptr;
    if (accept(Tok::As) && !(name = accept_name())) return nullptr;
  }
  Span<Stmt*> body;
  if (!accept(Tok::Colon) || !block(&body)) return nullptr;
  auto* e = block_node<ExceptHandler>(start);
  e->type = type;
  e->name = name;
  e->body = body;
  return e;
}

Stmt* Parser::try_statement() {
  int start = mark_++;
  Span<Stmt*> body, orelse, finally;
  if (!accept(Tok::Colon) || !block(&body)) return nullptr;
  bool star = peek() == Tok::Except && peek2() == Tok::Star;
  Items<ExceptHandler*> handlers(*this);
  while (peek() == Tok::Except) {
    ExceptHandler* handler = except_clause(star);
    if (!handler) return nullptr;
    handlers.push(handler);
  }
  if (handlers.size() && !optional_else(&orelse)) return nullptr;
  if (accept(Tok::Finally)) {
    if (!accept(Tok::Colon) || !block(&finally)) return nullptr;
  } else if (handlers.size() == 0) {
    return nullptr;
  }
  auto fill = [&](auto* e) {
    e->body = body;
    e->handlers = handlers.take();
    e->orelse = orelse;
    e->finalbody = finally;
    return static_cast<Stmt*>(e);
  };
  return star ? fill(block_node<TryStar>(start)) : fill(block_node<Try>(start));
}

Stmt* Parser::async_statement() {
  int start = mark_++;
  switch (peek()) {
    case Tok::Def: return function_definition<AsyncFunctionDef>(start, {});
    case Tok::For: return for_statement<AsyncFor>(start);
    case Tok::With: return with_statement<AsyncWith>(start);
    default: return nullptr;
  }
}

}  // namespace ty::syntax
