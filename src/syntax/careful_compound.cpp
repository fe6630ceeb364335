// syntax/careful_compound.cpp: careful parser, compound statements.
#include "syntax/careful_parser.h"

namespace ty::syntax {

using namespace ast;  // NOLINT: the node names are this file's vocabulary

Stmt* CarefulParser::compound_stmt() {
  return rule([&]() -> Stmt* {
    auto next = [&](Tok a, Tok b) { return next_is(a) || next_is(b); };
    if (next(Tok::Def, Tok::At) || next_is(Tok::Async)) {
      if (Stmt* made = function_def()) return made;
    }
    if (next_is(Tok::If)) {
      if (Stmt* made = if_stmt()) return made;
    }
    if (next(Tok::Class, Tok::At)) {
      if (Stmt* made = class_def()) return made;
    }
    if (next(Tok::With, Tok::Async)) {
      if (Stmt* made = with_stmt()) return made;
    }
    if (next(Tok::For, Tok::Async)) {
      if (Stmt* made = for_stmt()) return made;
    }
    if (next_is(Tok::Try)) {
      if (Stmt* made = try_stmt()) return made;
    }
    if (next_is(Tok::While)) {
      if (Stmt* made = while_stmt()) return made;
    }
    return match_stmt();
  });
}

Span<Stmt*>* CarefulParser::block() {
  return remember(Rule::Block, [&]() -> Span<Stmt*>* {
    Seq<Stmt*> body;
    if (attempt([&] {
          return expect(Tok::Newline) && expect(Tok::Indent) && statements(body) && expect(Tok::Dedent);
        })) {
      return arena_.make<Span<Stmt*>>(span(body));
    }
    body.clear();
    if (simple_stmts(body)) return arena_.make<Span<Stmt*>>(span(body));
    if (invalid_rules_ && expect(Tok::Newline) && !next_is(Tok::Indent)) {
      raise("expected an indented block", SyntaxErrorKind::IndentationError);
    }
    return nullptr;
  });
}

bool CarefulParser::no_indent_after_newline() { return expect(Tok::Newline) && !next_is(Tok::Indent); }

Stmt* CarefulParser::if_stmt() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    if (invalid_rules_) {
      attempt([&] { return expect(Tok::If) && named_expression() && expect(Tok::Newline) && (raise("expected ':'"), false); });
      attempt([&]() -> bool {
        const Token* a = take(Tok::If);
        if (!a || !named_expression() || !expect(Tok::Colon) || !no_indent_after_newline()) return false;
        return raise_indentation("'if' statement", a->lineno), false;
      });
    }
    if (!expect(Tok::If)) return nullptr;
    Expr* test = named_expression();
    if (!test || !expect(Tok::Colon)) return nullptr;
    Span<Stmt*>* body = block();
    if (!body) return nullptr;
    Span<Stmt*> orelse;
    if (Stmt* other = elif_stmt()) {
      orelse = arena_.copy_span(&other, 1);
    } else {
      else_block(&orelse);
    }
    auto* e = node<If>(start);
    e->test = test;
    e->body = *body;
    e->orelse = orelse;
    return e;
  });
}

Stmt* CarefulParser::elif_stmt() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    if (invalid_rules_) {
      attempt([&] { return expect(Tok::Elif) && named_expression() && expect(Tok::Newline) && (raise("expected ':'"), false); });
      attempt([&]() -> bool {
        const Token* a = take(Tok::Elif);
        if (!a || !named_expression() || !expect(Tok::Colon) || !no_indent_after_newline()) return false;
        return raise_indentation("'elif' statement", a->lineno), false;
      });
    }
    if (!expect(Tok::Elif)) return nullptr;
    Expr* test = named_expression();
    if (!test || !expect(Tok::Colon)) return nullptr;
    Span<Stmt*>* body = block();
    if (!body) return nullptr;
    Span<Stmt*> orelse;
    if (Stmt* other = elif_stmt()) {
      orelse = arena_.copy_span(&other, 1);
    } else {
      else_block(&orelse);
    }
    auto* e = node<If>(start);
    e->test = test;
    e->body = *body;
    e->orelse = orelse;
    return e;
  });
}

bool CarefulParser::else_block(Span<Stmt*>* out) {
  return rule([&]() -> bool {
    if (invalid_rules_) {
      attempt([&]() -> bool {
        const Token* a = take(Tok::Else);
        if (!a || !expect(Tok::Colon) || !no_indent_after_newline()) return false;
        return raise_indentation("'else' statement", a->lineno), false;
      });
    }
    if (!expect(Tok::Else) || !expect_forced(Tok::Colon, ":")) return false;
    Span<Stmt*>* body = block();
    if (!body) return false;
    *out = *body;
    return true;
  });
}

Stmt* CarefulParser::while_stmt() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    if (invalid_rules_) {
      attempt([&] { return expect(Tok::While) && named_expression() && expect(Tok::Newline) && (raise("expected ':'"), false); });
      attempt([&]() -> bool {
        const Token* a = take(Tok::While);
        if (!a || !named_expression() || !expect(Tok::Colon) || !no_indent_after_newline()) return false;
        return raise_indentation("'while' statement", a->lineno), false;
      });
    }
    if (!expect(Tok::While)) return nullptr;
    Expr* test = named_expression();
    if (!test || !expect(Tok::Colon)) return nullptr;
    Span<Stmt*>* body = block();
    if (!body) return nullptr;
    Span<Stmt*> orelse;
    else_block(&orelse);
    auto* e = node<While>(start);
    e->test = test;
    e->body = *body;
    e->orelse = orelse;
    return e;
  });
}

Stmt* CarefulParser::for_stmt() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    if (invalid_rules_) {
      auto head = [&](const Token** a) {
        expect(Tok::Async);
        *a = take(Tok::For);
        return *a && star_targets() && expect(Tok::In) && star_expressions();
      };
      const Token* a;
      attempt([&] { return head(&a) && expect(Tok::Newline) && (raise("expected ':'"), false); });
      attempt([&]() -> bool {
        if (!head(&a) || !expect(Tok::Colon) || !no_indent_after_newline()) return false;
        return raise_indentation("'for' statement", a->lineno), false;
      });
    }
    bool cut = false;
    for (bool is_async : {false, true}) {
      Stmt* made = attempt([&]() -> Stmt* {
        if (is_async && !expect(Tok::Async)) return nullptr;
        if (!expect(Tok::For)) return nullptr;
        Expr* target = star_targets();
        if (!target || !expect(Tok::In)) return nullptr;
        cut = true;
        Expr* iter = star_expressions();
        if (!iter || !expect(Tok::Colon)) return nullptr;
        const Identifier* comment = type_comment();
        Span<Stmt*>* body = block();
        if (!body) return nullptr;
        Span<Stmt*> orelse;
        else_block(&orelse);
        auto fill = [&](auto* e) {
          e->target = target;
          e->iter = iter;
          e->body = *body;
          e->orelse = orelse;
          e->type_comment = comment;
          return static_cast<Stmt*>(e);
        };
        if (!is_async) return fill(node<For>(start));
        return require_version(5, "Async for loops are") ? fill(node<AsyncFor>(start)) : nullptr;
      });
      if (made) return made;
      if (cut || failed_) return nullptr;
    }
    if (invalid_rules_) invalid_for_target();
    return nullptr;
  });
}

bool CarefulParser::invalid_for_target() {
  return rule([&]() -> bool {
    expect(Tok::Async);
    if (!expect(Tok::For)) return false;
    if (Expr* a = star_expressions()) raise_invalid_target(ExprContext::Store, true, a);
    return false;
  });
}

/// The head of a with statement without its colon, or without a block after it.
bool CarefulParser::invalid_with(bool indent) {
  return rule([&]() -> bool {
    auto tail = [&](const Token* with) -> bool {
      if (!indent) return expect(Tok::Newline) && (raise("expected ':'"), false);
      if (!expect(Tok::Colon) || !no_indent_after_newline()) return false;
      return raise_indentation("'with' statement", with->lineno), false;
    };
    auto item = [&](bool parenthesized) {
      return rule([&]() -> bool {
        if (!(parenthesized ? expressions() : expression())) return false;
        attempt([&]() -> bool { return expect(Tok::As) && star_target(); });
        return true;
      });
    };
    attempt([&]() -> bool {
      expect(Tok::Async);
      const Token* with = take(Tok::With);
      return with && !gather([&] { return item(false); }).empty() && tail(with);
    });
    attempt([&]() -> bool {
      expect(Tok::Async);
      const Token* with = take(Tok::With);
      if (!with || !expect(Tok::LeftParen) || gather([&] { return item(true); }).empty()) return false;
      expect(Tok::Comma);
      return expect(Tok::RightParen) && tail(with);
    });
    return false;
  });
}

bool CarefulParser::with_items(Seq<WithItem*>& out) {
  out = gather([&] { return with_item(); });
  return !out.empty();
}

Stmt* CarefulParser::with_stmt() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    if (invalid_rules_) invalid_with(true);
    for (bool is_async : {false, true}) {
      for (bool parenthesized : {true, false}) {
        Stmt* made = attempt([&]() -> Stmt* {
          if (is_async && !expect(Tok::Async)) return nullptr;
          if (!expect(Tok::With)) return nullptr;
          Seq<WithItem*> items;
          if (parenthesized) {
            if (!expect(Tok::LeftParen) || !with_items(items)) return nullptr;
            expect(Tok::Comma);
            if (!expect(Tok::RightParen)) return nullptr;
          } else if (!with_items(items)) {
            return nullptr;
          }
          if (!expect(Tok::Colon)) return nullptr;
          const Identifier* comment = is_async && parenthesized ? nullptr : type_comment();
          Span<Stmt*>* body = block();
          if (!body) return nullptr;
          auto fill = [&](auto* e) {
            e->items = span(items);
            e->body = *body;
            e->type_comment = comment;
            return static_cast<Stmt*>(e);
          };
          if (!is_async) return fill(node<With>(start));
          return require_version(5, "Async with statements are") ? fill(node<AsyncWith>(start)) : nullptr;
        });
        if (made || failed_) return made;
      }
    }
    if (invalid_rules_) invalid_with(false);
    return nullptr;
  });
}

WithItem* CarefulParser::with_item() {
  return rule([&]() -> WithItem* {
    auto at_end = [&] { return next_is(Tok::Comma) || next_is(Tok::RightParen) || next_is(Tok::Colon); };
    WithItem* made = attempt([&]() -> WithItem* {
      Expr* context = expression();
      if (!context || !expect(Tok::As)) return nullptr;
      Expr* target = star_target();
      if (!target || !at_end()) return nullptr;
      auto* item = arena_.make<WithItem>();
      item->context_expr = context;
      item->optional_vars = target;
      return item;
    });
    if (made) return made;
    if (invalid_rules_) {
      attempt([&]() -> bool {
        if (!expression() || !expect(Tok::As)) return false;
        Expr* a = expression();
        if (a && at_end()) raise_invalid_target(ExprContext::Store, false, a);
        return false;
      });
    }
    Expr* context = expression();
    if (!context) return nullptr;
    auto* item = arena_.make<WithItem>();
    item->context_expr = context;
    return item;
  });
}

Stmt* CarefulParser::try_stmt() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    if (invalid_rules_) invalid_try_stmt();
    if (!expect(Tok::Try) || !expect_forced(Tok::Colon, ":")) return nullptr;
    Span<Stmt*>* body = block();
    if (!body) return nullptr;
    Span<Stmt*> orelse, finally;
    Seq<ExceptHandler*> handlers;
    bool star = false;
    if (!finally_block(&finally)) {
      handlers = repeat([&] { return except_block(); });
      if (handlers.empty()) {
        star = true;
        handlers = repeat([&] { return except_star_block(); });
        if (handlers.empty()) return nullptr;
      }
      else_block(&orelse);
      finally_block(&finally);
    }
    auto fill = [&](auto* e) {
      e->body = *body;
      e->handlers = span(handlers);
      e->orelse = orelse;
      e->finalbody = finally;
      return static_cast<Stmt*>(e);
    };
    if (!star) return fill(node<Try>(start));
    return require_version(11, "Exception groups are") ? fill(node<TryStar>(start)) : nullptr;
  });
}

bool CarefulParser::invalid_try_stmt() {
  return rule([&]() -> bool {
    constexpr const char* kBoth = "cannot have both 'except' and 'except*' on the same 'try'";
    attempt([&]() -> bool {
      const Token* a = take(Tok::Try);
      if (!a || !expect(Tok::Colon) || !no_indent_after_newline()) return false;
      return raise_indentation("'try' statement", a->lineno), false;
    });
    attempt([&]() -> bool {
      if (!expect(Tok::Try) || !expect(Tok::Colon) || !block()) return false;
      if (next_is(Tok::Except) || next_is(Tok::Finally)) return false;
      return raise("expected 'except' or 'finally' block"), false;
    });
    attempt([&]() -> bool {
      if (!expect(Tok::Try) || !expect(Tok::Colon)) return false;
      repeat([&] { return block(); });
      if (repeat([&] { return except_block(); }).empty()) return false;
      const Token* a = take(Tok::Except);
      if (!a) return false;
      const Token* b = take(Tok::Star);
      if (!b || !expression()) return false;
      as_name();
      if (!expect(Tok::Colon)) return false;
      return raise_range(location_of(*a), location_of(*b), kBoth), false;
    });
    attempt([&]() -> bool {
      if (!expect(Tok::Try) || !expect(Tok::Colon)) return false;
      repeat([&] { return block(); });
      if (repeat([&] { return except_star_block(); }).empty()) return false;
      const Token* a = take(Tok::Except);
      if (!a) return false;
      if (expression()) as_name();
      if (!expect(Tok::Colon)) return false;
      return raise_at(location_of(*a), kBoth), false;
    });
    return false;
  });
}

ExceptHandler* CarefulParser::except_block() {
  return rule([&]() -> ExceptHandler* {
    int start = mark_;
    if (invalid_rules_) {
      attempt([&]() -> bool {
        const Token* a = take(Tok::Except);
        if (!a || !expression()) return false;
        as_name();
        if (!expect(Tok::Colon) || !no_indent_after_newline()) return false;
        return raise_indentation("'except' statement", a->lineno), false;
      });
      attempt([&]() -> bool {
        const Token* a = take(Tok::Except);
        if (!a || !expect(Tok::Colon) || !no_indent_after_newline()) return false;
        return raise_indentation("'except' statement", a->lineno), false;
      });
    }
    auto handler = [&](Expr* type, const Identifier* name) -> ExceptHandler* {
      if (!expect(Tok::Colon)) return nullptr;
      Span<Stmt*>* body = block();
      if (!body) return nullptr;
      auto* e = node<ExceptHandler>(start);
      e->type = type;
      e->name = name;
      e->body = *body;
      return e;
    };
    ExceptHandler* made = attempt([&]() -> ExceptHandler* {
      if (!expect(Tok::Except)) return nullptr;
      Expr* type = expression();
      return type ? handler(type, as_name()) : nullptr;
    });
    if (made) return made;
    made = attempt([&]() -> ExceptHandler* { return expect(Tok::Except) ? handler(nullptr, nullptr) : nullptr; });
    if (made) return made;
    if (invalid_rules_) invalid_except_stmt();
    return nullptr;
  });
}

ExceptHandler* CarefulParser::except_star_block() {
  return rule([&]() -> ExceptHandler* {
    int start = mark_;
    if (invalid_rules_) {
      attempt([&]() -> bool {
        const Token* a = take(Tok::Except);
        if (!a || !expect(Tok::Star) || !expression()) return false;
        as_name();
        if (!expect(Tok::Colon) || !no_indent_after_newline()) return false;
        return raise_indentation("'except*' statement", a->lineno), false;
      });
    }
    ExceptHandler* made = attempt([&]() -> ExceptHandler* {
      if (!expect(Tok::Except) || !expect(Tok::Star)) return nullptr;
      Expr* type = expression();
      if (!type) return nullptr;
      const Identifier* name = as_name();
      if (!expect(Tok::Colon)) return nullptr;
      Span<Stmt*>* body = block();
      if (!body) return nullptr;
      auto* e = node<ExceptHandler>(start);
      e->type = type;
      e->name = name;
      e->body = *body;
      return e;
    });
    if (made) return made;
    if (invalid_rules_) invalid_except_stmt();
    return nullptr;
  });
}

bool CarefulParser::invalid_except_stmt() {
  return rule([&]() -> bool {
    attempt([&]() -> bool {
      if (!expect(Tok::Except)) return false;
      expect(Tok::Star);
      Expr* a = expression();
      if (!a || !expect(Tok::Comma) || !expressions()) return false;
      as_name();
      if (!expect(Tok::Colon)) return false;
      return raise_starting_from(a->loc, "multiple exception types must be parenthesized"), false;
    });
    attempt([&]() -> bool {
      if (!expect(Tok::Except)) return false;
      expect(Tok::Star);
      if (!expression()) return false;
      as_name();
      return expect(Tok::Newline) && (raise("expected ':'"), false);
    });
    attempt([&] { return expect(Tok::Except) && expect(Tok::Newline) && (raise("expected ':'"), false); });
    attempt([&] {
      return expect(Tok::Except) && expect(Tok::Star) && (expect(Tok::Newline) || expect(Tok::Colon)) &&
             (raise("expected one or more exception types"), false);
    });
    return false;
  });
}

bool CarefulParser::finally_block(Span<Stmt*>* out) {
  return rule([&]() -> bool {
    if (invalid_rules_) {
      attempt([&]() -> bool {
        const Token* a = take(Tok::Finally);
        if (!a || !expect(Tok::Colon) || !no_indent_after_newline()) return false;
        return raise_indentation("'finally' statement", a->lineno), false;
      });
    }
    if (!expect(Tok::Finally) || !expect_forced(Tok::Colon, ":")) return false;
    Span<Stmt*>* body = block();
    if (!body) return false;
    *out = *body;
    return true;
  });
}

bool CarefulParser::decorators(Seq<Expr*>& out) {
  out = repeat([&]() -> Expr* {
    if (!expect(Tok::At)) return nullptr;
    Expr* e = named_expression();
    return e && expect(Tok::Newline) ? e : nullptr;
  });
  return !out.empty();
}

Stmt* CarefulParser::class_def() {
  return rule([&]() -> Stmt* {
    Stmt* made = attempt([&]() -> Stmt* {
      Seq<Expr*> list;
      if (!decorators(list)) return nullptr;
      Stmt* raw = class_def_raw();
      if (raw && is<ClassDef>(raw)) as<ClassDef>(raw)->decorator_list = span(list);
      return raw;
    });
    return made ? made : class_def_raw();
  });
}

/// 'class' NAME [type_params] ['(' [arguments] ')']
bool CarefulParser::class_head() {
  if (!expect(Tok::Class) || !name()) return false;
  Span<TypeParam*> parameters;
  type_params(&parameters);
  attempt([&]() -> bool {
    if (!expect(Tok::LeftParen)) return false;
    arguments();
    return expect(Tok::RightParen);
  });
  return !failed_;
}

Stmt* CarefulParser::class_def_raw() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    if (invalid_rules_) {
      attempt([&] { return class_head() && expect(Tok::Newline) && (raise("expected ':'"), false); });
      attempt([&]() -> bool {
        if (!next_is(Tok::Class)) return false;
        int32_t lineno = tokens_[size_t(mark_)].lineno;
        if (!class_head() || !expect(Tok::Colon) || !no_indent_after_newline()) return false;
        return raise_indentation("class definition", lineno), false;
      });
    }
    if (!expect(Tok::Class)) return nullptr;
    Name* n = name();
    if (!n) return nullptr;
    Span<TypeParam*> parameters;
    type_params(&parameters);
    Call* call = nullptr;
    attempt([&]() -> bool {
      if (!expect(Tok::LeftParen)) return false;
      call = arguments();
      if (expect(Tok::RightParen)) return true;
      call = nullptr;
      return false;
    });
    if (!expect(Tok::Colon)) return nullptr;
    Span<Stmt*>* body = block();
    if (!body) return nullptr;
    auto* e = node<ClassDef>(start);
    e->name = n->id;
    if (call) {
      e->bases = call->args;
      e->keywords = call->keywords;
    }
    e->body = *body;
    e->type_params = parameters;
    return e;
  });
}

Stmt* CarefulParser::function_def() {
  return rule([&]() -> Stmt* {
    Stmt* made = attempt([&]() -> Stmt* {
      Seq<Expr*> list;
      if (!decorators(list)) return nullptr;
      Stmt* raw = function_def_raw();
      if (!raw) return nullptr;
      if (is<FunctionDef>(raw)) as<FunctionDef>(raw)->decorator_list = span(list);
      if (is<AsyncFunctionDef>(raw)) as<AsyncFunctionDef>(raw)->decorator_list = span(list);
      return raw;
    });
    return made ? made : function_def_raw();
  });
}

bool CarefulParser::invalid_def_raw() {
  return rule([&]() -> bool {
    Span<TypeParam*> parameters;
    auto returns = [&] { attempt([&]() -> bool { return expect(Tok::Arrow) && expression(); }); };
    attempt([&]() -> bool {
      expect(Tok::Async);
      const Token* a = take(Tok::Def);
      if (!a || !name()) return false;
      type_params(&parameters);
      if (!expect(Tok::LeftParen)) return false;
      params(Variant::Def);
      if (!expect(Tok::RightParen)) return false;
      returns();
      if (!expect(Tok::Colon) || !no_indent_after_newline()) return false;
      return raise_indentation("function definition", a->lineno), false;
    });
    return attempt([&]() -> bool {
      expect(Tok::Async);
      if (!expect(Tok::Def) || !name()) return false;
      type_params(&parameters);
      if (!expect_forced(Tok::LeftParen, "(")) return false;
      params(Variant::Def);
      if (!expect(Tok::RightParen)) return false;
      returns();
      if (!expect_forced(Tok::Colon, ":")) return false;
      func_type_comment();
      return block() != nullptr;
    });
  });
}

Stmt* CarefulParser::function_def_raw() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    if (invalid_rules_ && invalid_def_raw()) return dummy();
    for (bool is_async : {false, true}) {
      Stmt* made = attempt([&]() -> Stmt* {
        if (is_async && !expect(Tok::Async)) return nullptr;
        if (!expect(Tok::Def)) return nullptr;
        Name* n = name();
        if (!n) return nullptr;
        Span<TypeParam*> parameters;
        type_params(&parameters);
        if (!expect(Tok::LeftParen)) return nullptr;
        Arguments* arguments = params(Variant::Def);
        if (!expect(Tok::RightParen)) return nullptr;
        Expr* returns = attempt([&]() -> Expr* { return expect(Tok::Arrow) ? expression() : nullptr; });
        if (!expect(Tok::Colon)) return nullptr;
        const Identifier* comment = func_type_comment();
        Span<Stmt*>* body = block();
        if (!body) return nullptr;
        auto fill = [&](auto* e) {
          e->name = n->id;
          e->args = arguments ? arguments : arena_.make<Arguments>();
          e->body = *body;
          e->returns = returns;
          e->type_comment = comment;
          e->type_params = parameters;
          return static_cast<Stmt*>(e);
        };
        if (!is_async) return fill(node<FunctionDef>(start));
        return require_version(5, "Async functions are") ? fill(node<AsyncFunctionDef>(start)) : nullptr;
      });
      if (made || failed_) return made;
    }
    return nullptr;
  });
}

const Identifier* CarefulParser::func_type_comment() {
  return rule([&]() -> const Identifier* {
    const Identifier* comment = attempt([&]() -> const Identifier* {
      if (!expect(Tok::Newline)) return nullptr;
      const Identifier* text = type_comment();
      if (!text || !ahead([&] { return expect(Tok::Newline) && expect(Tok::Indent); })) return nullptr;
      return text;
    });
    if (comment) return comment;
    if (invalid_rules_) {
      attempt([&] {
        return expect(Tok::TypeComment) && expect(Tok::Newline) && expect(Tok::TypeComment) &&
               expect(Tok::Newline) && expect(Tok::Indent) && (raise("Cannot have two type comments on def"), false);
      });
    }
    return type_comment();
  });
}

bool CarefulParser::type_params(Span<TypeParam*>* out) {
  return rule([&]() -> bool {
    if (invalid_rules_) {
      attempt([&]() -> bool {
        if (!expect(Tok::LeftBracket)) return false;
        const Token* close = take(Tok::RightBracket);
        if (close) raise_starting_from(location_of(*close), "Type parameter list cannot be empty");
        return false;
      });
    }
    if (!expect(Tok::LeftBracket)) return false;
    Seq<TypeParam*> items = gather([&] { return type_param(); });
    if (items.empty()) return false;
    expect(Tok::Comma);
    if (!expect(Tok::RightBracket)) return false;
    if (!require_version(12, "Type parameter lists are")) return false;
    *out = span(items);
    return true;
  });
}

TypeParam* CarefulParser::type_param() {
  return remember(Rule::TypeParam, [&]() -> TypeParam* {
    int start = mark_;
    auto default_of = [&](bool star) {
      return attempt([&]() -> Expr* {
        if (!expect(Tok::Equal)) return nullptr;
        Expr* e = star ? star_expression() : expression();
        return e && require_version(13, "Type parameter defaults are") ? e : nullptr;
      });
    };
    if (Name* n = name()) {
      Expr* bound = attempt([&]() -> Expr* { return expect(Tok::Colon) ? expression() : nullptr; });
      Expr* default_value = default_of(false);
      auto* made = node<TypeVar>(start);
      made->name = n->id;
      made->bound = bound;
      made->default_value = default_value;
      return made;
    }
    for (bool star : {true, false}) {
      const char* what = star ? "TypeVarTuple" : "ParamSpec";
      attempt([&]() -> bool {
        if (!expect(star ? Tok::Star : Tok::DoubleStar) || !name()) return false;
        const Token* colon = take(Tok::Colon);
        if (!colon) return false;
        Location where = location_of(*colon);
        Expr* e = expression();
        if (!e) return false;
        return raise_starting_from(where, text("cannot use %s with %s", is<Tuple>(e) ? "constraints" : "bound", what)),
               false;
      });
      TypeParam* made = attempt([&]() -> TypeParam* {
        if (!expect(star ? Tok::Star : Tok::DoubleStar)) return nullptr;
        Name* n = name();
        if (!n) return nullptr;
        Expr* default_value = default_of(star);
        auto fill = [&](auto* e) {
          e->name = n->id;
          e->default_value = default_value;
          return static_cast<TypeParam*>(e);
        };
        return star ? fill(node<TypeVarTuple>(start)) : fill(node<ParamSpec>(start));
      });
      if (made || failed_) return made;
    }
    return nullptr;
  });
}

}  // namespace ty::syntax
