// syntax/parser_function.cpp: functions, classes, decorators, parameters, type parameters.
#include "syntax/parser.h"

namespace ty::syntax {

using namespace ast;  // NOLINT: the node names are this file's vocabulary

Stmt* Parser::decorated() {
  Items<Expr*> decorators(*this);
  while (accept(Tok::At)) {
    Expr* e = named_expression();
    if (!e || !accept(Tok::Newline)) return nullptr;
    decorators.push(e);
  }
  int start = mark_;
  switch (peek()) {
    case Tok::Def: return function_definition<FunctionDef>(start, decorators.take());
    case Tok::Class: return class_definition(start, decorators.take());
    case Tok::Async:
      mark_++;
      return peek() == Tok::Def ? function_definition<AsyncFunctionDef>(start, decorators.take()) : nullptr;
    default: return nullptr;
  }
}

Stmt* Parser::class_definition(int start, Span<Expr*> decorators) {
  mark_++;
  const Identifier* name = accept_name();
  if (!name) return nullptr;
  Span<TypeParam*> type_params;
  if (peek() == Tok::LeftBracket && !type_parameters(&type_params)) return nullptr;
  Span<Expr*> bases;
  Span<Keyword*> keywords;
  if (peek() == Tok::LeftParen) {
    int open = mark_++;
    if (!call_arguments(open, &bases, &keywords)) return nullptr;
    // A bare generator expression is an argument of calls only.
    if (bases.size == 1 && is<GeneratorExp>(bases[0]) && bases[0]->loc.lineno == tokens_[open].lineno &&
        bases[0]->loc.col_offset == tokens_[open].col_offset) {
      return nullptr;
    }
  }
  Span<Stmt*> body;
  if (!accept(Tok::Colon) || !block(&body)) return nullptr;
  auto* e = block_node<ClassDef>(start);
  e->name = name;
  e->bases = bases;
  e->keywords = keywords;
  e->body = body;
  e->decorator_list = decorators;
  e->type_params = type_params;
  return e;
}

/// At `def`; `start` is the token of `async` if there is one.
template <class T>
Stmt* Parser::function_definition(int start, Span<Expr*> decorators) {
  mark_++;
  const Identifier* name = accept_name();
  if (!name) return nullptr;
  Span<TypeParam*> type_params;
  if (peek() == Tok::LeftBracket && !type_parameters(&type_params)) return nullptr;
  if (!accept(Tok::LeftParen)) return nullptr;
  Arguments* args = parameters(ParameterStyle::Def);
  if (!args || !accept(Tok::RightParen)) return nullptr;
  Expr* returns = nullptr;
  if (accept(Tok::Arrow) && !(returns = expression())) return nullptr;
  if (!accept(Tok::Colon)) return nullptr;
  const Identifier* comment = function_type_comment();
  Span<Stmt*> body;
  if (!block(&body)) return nullptr;
  auto* e = block_node<T>(start);
  e->name = name;
  e->args = args;
  e->body = body;
  e->decorator_list = decorators;
  e->returns = returns;
  e->type_comment = comment;
  e->type_params = type_params;
  return e;
}

template Stmt* Parser::function_definition<FunctionDef>(int, Span<Expr*>);
template Stmt* Parser::function_definition<AsyncFunctionDef>(int, Span<Expr*>);

/// After the colon of a `def`: on the same line, or alone on the next.
const Identifier* Parser::function_type_comment() {
  if (TY_LIKELY(!(flags_ & kParseTypeComments))) return nullptr;
  if (peek() == Tok::Newline && peek2() == Tok::TypeComment) {
    const Token* after = &tokens_[mark_ + 2];
    if (after[0].kind != Tok::Newline || after[1].kind != Tok::Indent) return nullptr;
    mark_++;
    return names_.intern(tokens_[mark_++].text());
  }
  if (peek() == Tok::TypeComment && peek2() == Tok::Newline && tokens_[mark_ + 2].kind == Tok::TypeComment) {
    return nullptr;  // two of them: the careful parser complains
  }
  return type_comment();
}

Arg* Parser::parameter(ParameterStyle style, bool star_annotation) {
  int start = mark_;
  const Identifier* name = accept_name();
  if (!name) return nullptr;
  Expr* annotation = nullptr;
  if (style == ParameterStyle::Def && accept(Tok::Colon)) {
    annotation = star_annotation ? star_expression() : expression();
    if (!annotation) return nullptr;
  }
  auto* arg = node<Arg>(start);
  arg->arg = name;
  arg->annotation = annotation;
  return arg;
}

/// After a parameter: the comma or the end of the list, and type comments.
bool Parser::parameter_end(ParameterStyle style, Arg* arg, bool* more) {
  Tok close = style == ParameterStyle::Def ? Tok::RightParen : Tok::Colon;
  *more = accept(Tok::Comma);
  if (style == ParameterStyle::Def) arg->type_comment = type_comment();
  return *more || peek() == close;
}

/// Parameters up to (not including) the closing parenthesis or colon.
Arguments* Parser::parameters(ParameterStyle style) {
  Tok close = style == ParameterStyle::Def ? Tok::RightParen : Tok::Colon;
  auto* out = arena_.make<Arguments>();
  bool more = peek() != close;
  if (more && !positional_parameters(style, out, &more)) return nullptr;
  if (more && peek() == Tok::Star && !star_parameters(style, out, &more)) return nullptr;
  if (more && accept(Tok::DoubleStar)) {
    out->kwarg = parameter(style, false);
    if (!out->kwarg || !parameter_end(style, out->kwarg, &more)) return nullptr;
  }
  return peek() == close ? out : nullptr;
}

/// Plain parameters and `/`, up to a star or the end; `more` tells whether a comma came last.
bool Parser::positional_parameters(ParameterStyle style, Arguments* out, bool* more) {
  Tok close = style == ParameterStyle::Def ? Tok::RightParen : Tok::Colon;
  Few<Arg*> args;
  Few<Expr*> defaults;
  ssize slash = 0;
  while (*more && peek() != close && peek() != Tok::Star && peek() != Tok::DoubleStar) {
    if (accept(Tok::Slash)) {
      if (slash || args.size() == 0) return false;
      slash = args.size();
      *more = accept(Tok::Comma);
      if (!*more && peek() != close) return false;
      continue;
    }
    Arg* arg = parameter(style, false);
    if (!arg) return false;
    if (accept(Tok::Equal)) {
      Expr* e = expression();
      if (!e) return false;
      defaults.push(e);
    } else if (defaults.size()) {
      return false;
    }
    if (!parameter_end(style, arg, more)) return false;
    args.push(arg);
  }
  Span<Arg*> all = args.take(arena_);
  if (slash) out->posonlyargs = {all.items, slash};
  if (all.size > slash) out->args = {all.items + slash, all.size - slash};
  out->defaults = defaults.take(arena_);
  return true;
}

/// `*args` or a bare star, and the keyword-only parameters.
bool Parser::star_parameters(ParameterStyle style, Arguments* out, bool* more) {
  Tok close = style == ParameterStyle::Def ? Tok::RightParen : Tok::Colon;
  mark_++;
  if (accept(Tok::Comma)) {
    if (peek() != Tok::Name) return false;
  } else {
    out->vararg = parameter(style, true);
    if (!out->vararg || !parameter_end(style, out->vararg, more)) return false;
  }
  Few<Arg*> args;
  Few<Expr*> defaults;
  while (*more && peek() != close && peek() != Tok::DoubleStar) {
    Arg* arg = parameter(style, false);
    if (!arg) return false;
    Expr* e = nullptr;
    if (accept(Tok::Equal) && !(e = expression())) return false;
    if (!parameter_end(style, arg, more)) return false;
    args.push(arg);
    defaults.push(e);
  }
  out->kwonlyargs = args.take(arena_);
  out->kw_defaults = defaults.take(arena_);
  return true;
}

/// `[T, *Ts, **P]`.
bool Parser::type_parameters(Span<TypeParam*>* out) {
  mark_++;
  Items<TypeParam*> items(*this);
  while (peek() != Tok::RightBracket) {
    TypeParam* made = type_parameter();
    if (!made) return false;
    items.push(made);
    if (!accept(Tok::Comma)) break;
  }
  if (items.size() == 0 || !accept(Tok::RightBracket)) return false;
  *out = items.take();
  return true;
}

TypeParam* Parser::type_parameter() {
  int start = mark_;
  bool star = accept(Tok::Star);
  bool double_star = !star && accept(Tok::DoubleStar);
  const Identifier* name = accept_name();
  if (!name) return nullptr;
  Expr* bound = nullptr;
  Expr* default_value = nullptr;
  if (!star && !double_star && accept(Tok::Colon) && !(bound = expression())) return nullptr;
  if (accept(Tok::Equal) && !(default_value = star ? star_expression() : expression())) return nullptr;
  auto fill = [&](auto* made) {
    made->name = name;
    made->default_value = default_value;
    return static_cast<TypeParam*>(made);
  };
  if (star) return fill(node<TypeVarTuple>(start));
  if (double_star) return fill(node<ParamSpec>(start));
  auto* made = node<TypeVar>(start);
  made->bound = bound;
  return fill(made);
}

}  // namespace ty::syntax
