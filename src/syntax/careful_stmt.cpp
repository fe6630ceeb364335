// syntax/careful_stmt.cpp: careful parser, modules and simple statements.
#include <string>

#include "syntax/careful_parser.h"

namespace ty::syntax {

using namespace ast;  // NOLINT: the node names are this file's vocabulary

Mod* CarefulParser::start_rule() {
  switch (options_.mode) {
    case ParseMode::File: {
      Seq<Stmt*> body;
      statements(body);
      if (!expect(Tok::EndMarker)) return nullptr;
      auto* module = arena_.make<Module>();
      module->body = span(body);
      module->type_ignores = span(type_ignores_);
      return module;
    }
    case ParseMode::Eval: {
      Expr* e = expressions();
      if (!e) return nullptr;
      while (expect(Tok::Newline)) {}
      if (!expect(Tok::EndMarker)) return nullptr;
      auto* module = arena_.make<Expression>();
      module->body = e;
      return module;
    }
    case ParseMode::FuncType: return func_type();
    case ParseMode::Single: break;
  }
  // statement_newline
  Seq<Stmt*> body;
  Stmt* compound = attempt([&]() -> Stmt* {
    Stmt* made = compound_stmt();
    return made && expect(Tok::Newline) ? made : nullptr;
  });
  if (compound) {
    body.push_back(compound);
  } else if (!simple_stmts(body)) {
    if (!expect(Tok::Newline)) {
      expect(Tok::EndMarker);
      return nullptr;
    }
    body.push_back(node<Pass>(mark_ - 1));
  }
  if (failed_) return nullptr;
  auto* module = arena_.make<Interactive>();
  module->body = span(body);
  return module;
}

/// `(int, *str, **Any) -> float` of function type comments.
Mod* CarefulParser::func_type() {
  if (!expect(Tok::LeftParen)) return nullptr;
  Seq<Expr*> types = gather([&] { return expression(); });
  auto starred = [&](Tok star) {
    Expr* e = attempt([&]() -> Expr* {
      if (!types.empty() && !expect(Tok::Comma)) return nullptr;
      return expect(star) ? expression() : nullptr;
    });
    if (e) types.push_back(e);
  };
  starred(Tok::Star);
  starred(Tok::DoubleStar);
  if (!expect(Tok::RightParen) || !expect(Tok::Arrow)) return nullptr;
  Expr* returns = expression();
  if (!returns) return nullptr;
  while (expect(Tok::Newline)) {}
  if (!expect(Tok::EndMarker)) return nullptr;
  auto* module = arena_.make<FunctionType>();
  module->argtypes = span(types);
  module->returns = returns;
  return module;
}

bool CarefulParser::statements(Seq<Stmt*>& out) {
  return rule([&] {
    size_t before = out.size();
    while (statement(out)) {}
    return out.size() > before;
  });
}

bool CarefulParser::statement(Seq<Stmt*>& out) {
  return rule([&] {
    if (Stmt* compound = compound_stmt()) {
      out.push_back(compound);
      return true;
    }
    return simple_stmts(out);
  });
}

bool CarefulParser::simple_stmts(Seq<Stmt*>& out) {
  return rule([&] {
    Seq<Stmt*> made;
    Stmt* first = simple_stmt();
    if (!first) return false;
    made.push_back(first);
    while (expect(Tok::Semicolon)) {
      Stmt* next = simple_stmt();
      if (!next) break;
      made.push_back(next);
    }
    if (!expect(Tok::Newline)) return false;
    out.insert(out.end(), made.begin(), made.end());
    return true;
  });
}

Stmt* CarefulParser::simple_stmt() {
  return remember(Rule::SimpleStmt, [&]() -> Stmt* {
    int start = mark_;
    if (Stmt* made = assignment()) return made;
    if (failed_) return nullptr;
    if (ahead([&] { return soft_keyword("type"); })) {
      if (Stmt* made = type_alias()) return made;
    }
    if (Expr* value = star_expressions()) {
      auto* e = node<ExprStmt>(start);
      e->value = value;
      return e;
    }
    if (failed_) return nullptr;
    switch (peek()) {
      case Tok::Return: return return_stmt();
      case Tok::Import: case Tok::From: return import_stmt();
      case Tok::Raise: return raise_stmt();
      case Tok::Pass: mark_++; return node<Pass>(start);
      case Tok::Del: return del_stmt();
      case Tok::Yield: {
        Expr* value = yield_expr();
        if (!value) return nullptr;
        auto* e = node<ExprStmt>(start);
        e->value = value;
        return e;
      }
      case Tok::Assert: return assert_stmt();
      case Tok::Break: mark_++; return node<Break>(start);
      case Tok::Continue: mark_++; return node<Continue>(start);
      case Tok::Global: case Tok::Nonlocal: return scope_stmt();
      default: return nullptr;
    }
  });
}

bool CarefulParser::augassign(Operator* op) {
  if (failed_) return false;
  switch (peek()) {
    case Tok::PlusEqual: *op = Operator::Add; break;
    case Tok::MinusEqual: *op = Operator::Sub; break;
    case Tok::StarEqual: *op = Operator::Mult; break;
    case Tok::AtEqual: *op = Operator::MatMult; break;
    case Tok::SlashEqual: *op = Operator::Div; break;
    case Tok::PercentEqual: *op = Operator::Mod; break;
    case Tok::AmpersandEqual: *op = Operator::BitAnd; break;
    case Tok::VBarEqual: *op = Operator::BitOr; break;
    case Tok::CaretEqual: *op = Operator::BitXor; break;
    case Tok::LeftShiftEqual: *op = Operator::LShift; break;
    case Tok::RightShiftEqual: *op = Operator::RShift; break;
    case Tok::DoubleStarEqual: *op = Operator::Pow; break;
    case Tok::DoubleSlashEqual: *op = Operator::FloorDiv; break;
    default: return false;
  }
  mark_++;
  return *op != Operator::MatMult || require_version(5, "The '@' operator is");
}

const Identifier* CarefulParser::type_comment() {
  const Token* token = take(Tok::TypeComment);
  return token ? names_.intern(token->text()) : nullptr;
}

Stmt* CarefulParser::assignment() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    auto annotated = [&](Expr* target, bool simple) -> Stmt* {
      if (!target || !expect(Tok::Colon)) return nullptr;
      Expr* annotation = expression();
      if (!annotation) return nullptr;
      Expr* value = attempt([&]() -> Expr* { return expect(Tok::Equal) ? annotated_rhs() : nullptr; });
      if (failed_ || !require_version(6, simple ? "Variable annotation syntax is"
                                                : "Variable annotations syntax is")) {
        return nullptr;
      }
      if (is<Name>(target)) as<Name>(target)->ctx = ExprContext::Store;
      auto* e = node<AnnAssign>(start);
      e->target = target;
      e->annotation = annotation;
      e->value = value;
      e->simple = simple;
      return e;
    };
    if (Stmt* made = attempt([&] { return annotated(name(), true); })) return made;
    if (Stmt* made = attempt([&] {
          Expr* target = attempt([&]() -> Expr* {
            if (!expect(Tok::LeftParen)) return nullptr;
            Expr* inner = single_target();
            return inner && expect(Tok::RightParen) ? inner : nullptr;
          });
          if (!target) target = single_subscript_attribute_target();
          return annotated(target, false);
        })) {
      return made;
    }
    if (Stmt* made = attempt([&]() -> Stmt* {
          Seq<Expr*> targets = repeat([&]() -> Expr* {
            Expr* target = star_targets();
            return target && expect(Tok::Equal) ? target : nullptr;
          });
          if (targets.empty()) return nullptr;
          Expr* value = annotated_rhs();
          if (!value || next_is(Tok::Equal)) return nullptr;
          const Identifier* comment = type_comment();
          auto* e = node<Assign>(start);
          e->targets = span(targets);
          e->value = value;
          e->type_comment = comment;
          return e;
        })) {
      return made;
    }
    bool cut = false;
    if (Stmt* made = attempt([&]() -> Stmt* {
          Expr* target = single_target();
          Operator op;
          if (!target || !augassign(&op)) return nullptr;
          cut = true;
          Expr* value = annotated_rhs();
          if (!value) return nullptr;
          auto* e = node<AugAssign>(start);
          e->target = target;
          e->op = op;
          e->value = value;
          return e;
        })) {
      return made;
    }
    if (!cut && invalid_rules_) invalid_assignment();
    return nullptr;
  });
}

bool CarefulParser::invalid_assignment() {
  return rule([&]() -> bool {
    auto attempt_raise = [&](auto body) { return attempt([&]() -> bool { return body(); }); };
    attempt_raise([&] {
      Expr* a = invalid_ann_assign_target();
      if (!a || !expect(Tok::Colon) || !expression()) return false;
      raise_at(a->loc, text("only single target (not %s) can be annotated", expression_name(a)));
      return false;
    });
    attempt_raise([&] {
      Expr* a = star_named_expression();
      if (!a || !expect(Tok::Comma)) return false;
      while (!star_named_expressions().empty()) {}
      if (!expect(Tok::Colon) || !expression()) return false;
      raise_at(a->loc, "only single target (not tuple) can be annotated");
      return false;
    });
    attempt_raise([&] {
      Expr* a = expression();
      if (!a || !expect(Tok::Colon) || !expression()) return false;
      raise_at(a->loc, "illegal target for annotation");
      return false;
    });
    auto skip_targets = [&] {
      repeat([&]() -> bool { return star_targets() && expect(Tok::Equal); });
    };
    bool decided = false;
    attempt_raise([&] {
      skip_targets();
      Expr* a = star_expressions();
      if (!a || !expect(Tok::Equal)) return false;
      raise_invalid_target(ExprContext::Store, false, a);
      decided = true;
      return false;
    });
    if (decided) return false;
    attempt_raise([&] {
      skip_targets();
      Expr* a = yield_expr();
      if (!a || !expect(Tok::Equal)) return false;
      raise_at(a->loc, "assignment to yield expression not possible");
      return false;
    });
    attempt_raise([&] {
      Expr* a = star_expressions();
      Operator op;
      if (!a || !augassign(&op) || !annotated_rhs()) return false;
      raise_at(a->loc, text("'%s' is an illegal expression for augmented assignment", expression_name(a)));
      return false;
    });
    return false;
  });
}

CarefulParser::Expr* CarefulParser::invalid_ann_assign_target() {
  return rule([&]() -> Expr* {
    if (Expr* e = list()) return e;
    if (Expr* e = tuple()) return e;
    if (!expect(Tok::LeftParen)) return nullptr;
    Expr* e = invalid_ann_assign_target();
    return e && expect(Tok::RightParen) ? e : nullptr;
  });
}

Stmt* CarefulParser::type_alias() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    if (!soft_keyword("type")) return nullptr;
    Name* alias = name();
    if (!alias) return nullptr;
    Span<TypeParam*> parameters;
    type_params(&parameters);
    if (!expect(Tok::Equal)) return nullptr;
    Expr* value = expression();
    if (!value || !require_version(12, "Type statement is")) return nullptr;
    alias->ctx = ExprContext::Store;
    auto* e = node<TypeAlias>(start);
    e->name = alias;
    e->type_params = parameters;
    e->value = value;
    return e;
  });
}

Stmt* CarefulParser::return_stmt() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    if (!expect(Tok::Return)) return nullptr;
    Expr* value = star_expressions();
    auto* e = node<Return>(start);
    e->value = value;
    return e;
  });
}

Stmt* CarefulParser::raise_stmt() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    if (!expect(Tok::Raise)) return nullptr;
    Expr* exception = expression();
    Expr* cause = nullptr;
    if (exception) cause = attempt([&]() -> Expr* { return expect(Tok::From) ? expression() : nullptr; });
    auto* e = node<Raise>(start);
    e->exc = exception;
    e->cause = cause;
    return e;
  });
}

Stmt* CarefulParser::del_stmt() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    if (Stmt* made = attempt([&]() -> Stmt* {
          if (!expect(Tok::Del)) return nullptr;
          Seq<Expr*> targets = gather([&] { return del_target(); });
          if (targets.empty()) return nullptr;
          expect(Tok::Comma);
          if (!next_is(Tok::Semicolon) && !next_is(Tok::Newline)) return nullptr;
          auto* e = node<Delete>(start);
          e->targets = span(targets);
          return e;
        })) {
      return made;
    }
    if (!invalid_rules_ || !expect(Tok::Del)) return nullptr;
    if (Expr* a = star_expressions()) raise_invalid_target(ExprContext::Del, false, a);
    return nullptr;
  });
}

Stmt* CarefulParser::assert_stmt() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    if (!expect(Tok::Assert)) return nullptr;
    Expr* test = expression();
    if (!test) return nullptr;
    Expr* message = attempt([&]() -> Expr* { return expect(Tok::Comma) ? expression() : nullptr; });
    auto* e = node<Assert>(start);
    e->test = test;
    e->msg = message;
    return e;
  });
}

Stmt* CarefulParser::scope_stmt() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    bool global = next_is(Tok::Global);
    mark_++;
    Seq<Name*> nodes = gather([&] { return name(); });
    if (nodes.empty()) return nullptr;
    Seq<const Identifier*> ids;
    for (Name* n : nodes) ids.push_back(n->id);
    if (global) {
      auto* e = node<Global>(start);
      e->names = span(ids);
      return e;
    }
    auto* e = node<Nonlocal>(start);
    e->names = span(ids);
    return e;
  });
}

Stmt* CarefulParser::import_stmt() {
  return rule([&]() -> Stmt* {
    if (invalid_rules_) invalid_import();
    if (Stmt* made = import_name()) return made;
    return import_from();
  });
}

bool CarefulParser::invalid_import() {
  return rule([&]() -> bool {
    attempt([&]() -> bool {
      const Token* a = take(Tok::Import);
      if (!a) return false;
      if (gather([&] { return dotted_name(); }).empty()) return false;
      if (!expect(Tok::From) || !dotted_name()) return false;
      return raise_starting_from(location_of(*a), "Did you mean to use 'from ... import ...' instead?"), false;
    });
    if (!expect(Tok::Import)) return false;
    if (const Token* newline = take(Tok::Newline)) {
      raise_starting_from(location_of(*newline), "Expected one or more names after 'import'");
    }
    return false;
  });
}

const Identifier* CarefulParser::dotted_name() {
  return rule([&]() -> const Identifier* {
    Name* first = name();
    if (!first) return nullptr;
    std::string path(first->id->view());
    for (;;) {
      Name* next = attempt([&]() -> Name* { return expect(Tok::Dot) ? name() : nullptr; });
      if (!next) return names_.intern(path);
      path += '.';
      path += next->id->view();
    }
  });
}

Alias* CarefulParser::dotted_as_name() {
  return rule([&]() -> Alias* {
    int start = mark_;
    const Identifier* path = dotted_name();
    if (!path) return nullptr;
    const Identifier* other = as_name();
    auto* made = node<Alias>(start);
    made->name = path;
    made->asname = other;
    return made;
  });
}

Alias* CarefulParser::import_from_as_name() {
  return rule([&]() -> Alias* {
    int start = mark_;
    Name* n = name();
    if (!n) return nullptr;
    const Identifier* other = as_name();
    auto* made = node<Alias>(start);
    made->name = n->id;
    made->asname = other;
    return made;
  });
}

Stmt* CarefulParser::import_name() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    if (!expect(Tok::Import)) return nullptr;
    Seq<Alias*> aliases = gather([&] { return dotted_as_name(); });
    if (aliases.empty()) return nullptr;
    auto* e = node<Import>(start);
    e->names = span(aliases);
    return e;
  });
}

Stmt* CarefulParser::import_from() {
  return rule([&]() -> Stmt* {
    int start = mark_;
    if (!expect(Tok::From)) return nullptr;
    int level = 0;
    for (;;) {
      if (expect(Tok::Dot)) {
        level++;
      } else if (expect(Tok::Ellipsis)) {
        level += 3;
      } else {
        break;
      }
    }
    const Identifier* module = dotted_name();
    if (!module && level == 0) return nullptr;
    Seq<Alias*> aliases;
    if (!expect(Tok::Import) || !import_from_targets(aliases)) return nullptr;
    auto* e = node<ImportFrom>(start);
    e->module = module;
    e->names = span(aliases);
    e->level = level;
    if (level == 0 && module->view() == "__future__") {
      for (Alias* a : aliases) {
        if (a->name->view() == "barry_as_FLUFL") flags_ |= kParseBarryAsBdfl;
      }
    }
    return e;
  });
}

bool CarefulParser::import_from_targets(Seq<Alias*>& out) {
  return rule([&]() -> bool {
    int start = mark_;
    auto names = [&] {
      out = gather([&] { return import_from_as_name(); });
      return !out.empty();
    };
    if (attempt([&] {
          if (!expect(Tok::LeftParen) || !names()) return false;
          expect(Tok::Comma);
          return expect(Tok::RightParen);
        })) {
      return true;
    }
    if (attempt([&] { return names() && !next_is(Tok::Comma); })) return true;
    if (expect(Tok::Star)) {
      auto* star = node<Alias>(start);
      star->name = names_.intern("*");
      out = {star};
      return true;
    }
    if (!invalid_rules_) return false;
    attempt([&]() -> bool {
      if (!names() || !expect(Tok::Comma) || !expect(Tok::Newline)) return false;
      return raise("trailing comma not allowed without surrounding parentheses"), false;
    });
    if (const Token* newline = take(Tok::Newline)) {
      raise_starting_from(location_of(*newline), "Expected one or more names after 'import'");
    }
    return false;
  });
}

}  // namespace ty::syntax
