// compile/symtable_visit.cpp: the first pass over the tree: what each block does with its names.
#include <cstring>

#include "compile/symtable.h"

namespace ty::compile {

using namespace ast;

struct SymbolVisitor {
  SymbolTable& table;
  Diagnostics& diagnostics;
  Interner& names;
  Scope* current = nullptr;
  Scope* global = nullptr;
  const Identifier* private_name = nullptr;
  std::vector<Scope*> stack;
  const Identifier *id_class, *id_classdict, *id_super, *id_star;

  explicit SymbolVisitor(SymbolTable& t) : table(t), diagnostics(t.diagnostics_), names(t.names_) {
    id_class = names.intern("__class__");
    id_classdict = names.intern("__classdict__");
    id_super = names.intern("super");
    id_star = names.intern("*");
  }

  static std::string text(const Identifier* name) { return std::string(name->view()); }
  void error(const Location& where, std::string message) { diagnostics.error(where, std::move(message)); }
  bool failed() const { return diagnostics.failed(); }

  Scope* enter(const Identifier* name, ScopeKind kind, const void* key, const Location& where) {
    Scope& scope = table.scopes_.emplace_back();
    scope.kind = kind;
    scope.name = name;
    scope.key = key;
    scope.location = where;
    scope.parent = current;
    if (current) {
      scope.iter_expression = current->iter_expression;
      if (kind != ScopeKind::kClass) scope.mangled_names = current->mangled_names;
    }
    table.by_key_[key] = &scope;
    if (current && kind != ScopeKind::kAnnotation) current->children.push_back(&scope);
    stack.push_back(&scope);
    current = &scope;
    return current;
  }
  void leave() {
    stack.pop_back();
    current = stack.empty() ? nullptr : stack.back();
  }

  uint32_t lookup(Scope* scope, const Identifier* name) {
    return scope->flags_of(maybe_mangle(names, private_name, *scope, name));
  }
  void define_in(Scope* scope, const Identifier* name, uint32_t flag, const Location& where) {
    const Identifier* mangled = maybe_mangle(names, private_name, *current, name);
    Symbol& s = scope->add(mangled);
    if ((flag & kDefParam) && (s.flags & kDefParam)) {
      return error(where, "duplicate argument '" + text(name) + "' in function definition");
    }
    if ((flag & kDefTypeParam) && (s.flags & kDefTypeParam)) return error(where, "duplicate type parameter '" + text(name) + "'");
    uint32_t flags = s.flags | flag;
    if (scope->iter_target) {
      if (flags & (kDefGlobal | kDefNonlocal)) {
        return error(where, "comprehension inner loop cannot rebind assignment expression target '" + text(name) + "'");
      }
      flags |= kDefCompIter;
    }
    s.flags = flags;
    if (flag & kDefParam) {
      scope->parameters.push_back(mangled);
    } else if (flag & kDefGlobal) {
      global->add(mangled).flags |= flag;
    }
  }
  void define(const Identifier* name, uint32_t flag, const Location& where) {
    if ((flag & kDefTypeParam) && current->mangled_names) current->mangled_names->push_back(name);
    define_in(current, name, flag, where);
  }
  void record_directive(const Identifier* name, const Location& where) {
    current->directives.push_back({maybe_mangle(names, private_name, *current, name), where});
  }

  template <class T>
  void all(const Span<T*>& list) {
    for (T* item : list) {
      if (failed()) return;
      if (item) visit(item);
    }
  }

  struct Depth {
    Diagnostics& d;
    explicit Depth(Diagnostics& diagnostics) : d(diagnostics) {
      if (++d.depth, d.too_deep()) d.error({}, "maximum recursion depth exceeded during compilation", ErrorKind::kRecursionError);
    }
    ~Depth() { --d.depth; }
  };

  void enter_type_parameters(const Identifier* name, const void* key, bool has_defaults, bool has_keyword_defaults, bool is_class,
                             const Location& where) {
    bool in_class = current->kind == ScopeKind::kClass;
    enter(name, ScopeKind::kTypeParameters, key, where);
    if (in_class) {
      current->can_see_class_scope = true;
      define(id_classdict, kUse, where);
    }
    if (is_class) {
      define(names.intern(".type_params"), kDefLocal | kUse, where);
      define(names.intern(".generic_base"), kDefLocal | kUse, where);
    }
    if (has_defaults) define(names.intern(".defaults"), kDefParam, where);
    if (has_keyword_defaults) define(names.intern(".kwdefaults"), kDefParam, where);
  }

  void visit_annotation(Expr* annotation) {
    if (table.future_annotations_) enter(names.intern("_annotation"), ScopeKind::kAnnotation, annotation, annotation->loc);
    visit(annotation);
    if (table.future_annotations_) leave();
  }
  void visit_argument_annotations(const Span<Arg*>& args) {
    for (Arg* a : args) {
      if (a->annotation) visit(a->annotation);
    }
  }
  void visit_annotations(Stmt* s, Arguments* a, Expr* returns) {
    if (table.future_annotations_) enter(names.intern("_annotation"), ScopeKind::kAnnotation, reinterpret_cast<char*>(s) + 2, s->loc);
    visit_argument_annotations(a->posonlyargs);
    visit_argument_annotations(a->args);
    if (a->vararg && a->vararg->annotation) visit(a->vararg->annotation);
    if (a->kwarg && a->kwarg->annotation) visit(a->kwarg->annotation);
    visit_argument_annotations(a->kwonlyargs);
    if (table.future_annotations_) leave();
    if (returns) visit_annotation(returns);
  }
  void visit_arguments(Arguments* a) {
    for (Arg* arg : a->posonlyargs) define(arg->arg, kDefParam, arg->loc);
    for (Arg* arg : a->args) define(arg->arg, kDefParam, arg->loc);
    for (Arg* arg : a->kwonlyargs) define(arg->arg, kDefParam, arg->loc);
    if (a->vararg) {
      define(a->vararg->arg, kDefParam, a->vararg->loc);
      current->var_args = true;
    }
    if (a->kwarg) {
      define(a->kwarg->arg, kDefParam, a->kwarg->loc);
      current->var_keywords = true;
    }
  }

  template <class F>
  void visit_function(F* s, bool is_async) {
    define(s->name, kDefLocal, s->loc);
    all(s->args->defaults);
    all(s->args->kw_defaults);
    all(s->decorator_list);
    bool generic = !s->type_params.empty();
    if (generic) {
      bool keyword_defaults = false;
      for (Expr* e : s->args->kw_defaults) keyword_defaults |= e != nullptr;
      enter_type_parameters(s->name, s->type_params.items, !s->args->defaults.empty(), keyword_defaults, false, s->loc);
      all(s->type_params);
    }
    visit_annotations(s, s->args, s->returns);
    enter(s->name, ScopeKind::kFunction, s, s->loc);
    if (is_async) current->coroutine = true;
    visit_arguments(s->args);
    all(s->body);
    leave();
    if (generic) leave();
  }

  void visit_class(ClassDef* s) {
    define(s->name, kDefLocal, s->loc);
    all(s->decorator_list);
    const Identifier* outer_private = private_name;
    bool generic = !s->type_params.empty();
    if (generic) {
      enter_type_parameters(s->name, s->type_params.items, false, false, true, s->loc);
      private_name = s->name;
      current->mangled_names = &current->own_mangled_names;
      all(s->type_params);
    }
    all(s->bases);
    all(s->keywords);
    enter(s->name, ScopeKind::kClass, s, s->loc);
    private_name = s->name;
    if (generic) {
      define(names.intern("__type_params__"), kDefLocal, s->loc);
      define(names.intern(".type_params"), kUse, s->loc);
    }
    all(s->body);
    leave();
    if (generic) leave();
    private_name = outer_private;
  }

  void visit_type_alias(TypeAlias* s) {
    if (!is<Name>(s->name)) return diagnostics.error({}, "TypeAlias with non-Name name", ErrorKind::kTypeError);
    visit(s->name);
    const Identifier* name = as<Name>(s->name)->id;
    bool in_class = current->kind == ScopeKind::kClass;
    bool generic = !s->type_params.empty();
    if (generic) {
      enter_type_parameters(name, s->type_params.items, false, false, false, s->loc);
      all(s->type_params);
    }
    enter(name, ScopeKind::kTypeAlias, s, s->loc);
    current->can_see_class_scope = in_class;
    if (in_class) define(id_classdict, kUse, s->value->loc);
    visit(s->value);
    leave();
    if (generic) leave();
  }

  void visit_declaration(const Span<const Identifier*>& list, const Location& where, bool is_global) {
    for (const Identifier* name : list) {
      uint32_t flags = lookup(current, name);
      if (flags & (kDefParam | kDefLocal | kUse | kDefAnnot)) {
        std::string kind = is_global ? "global" : "nonlocal";
        std::string n = "'" + text(name) + "'";
        if (flags & kDefParam) {
          error(where, "name " + n + " is parameter and " + kind);
        } else if (flags & kUse) {
          error(where, "name " + n + " is used prior to " + kind + " declaration");
        } else if (flags & kDefAnnot) {
          error(where, "annotated name " + n + " can't be " + kind);
        } else {
          error(where, "name " + n + " is assigned to before " + kind + " declaration");
        }
        return;
      }
      define(name, is_global ? kDefGlobal : kDefNonlocal, where);
      record_directive(name, where);
    }
  }

  void visit(Stmt* s) {
    Depth depth(diagnostics);
    if (failed()) return;
    switch (s->kind()) {
      case StmtKind::FunctionDef: return visit_function(as<FunctionDef>(s), false);
      case StmtKind::AsyncFunctionDef: return visit_function(as<AsyncFunctionDef>(s), true);
      case StmtKind::ClassDef: return visit_class(as<ClassDef>(s));
      case StmtKind::TypeAlias: return visit_type_alias(as<TypeAlias>(s));
      case StmtKind::Return:
        if (Expr* v = as<Return>(s)->value) {
          visit(v);
          current->returns_value = true;
        }
        return;
      case StmtKind::AnnAssign: {
        auto* a = as<AnnAssign>(s);
        if (auto* n = try_as<Name>(a->target)) {
          uint32_t flags = lookup(current, n->id);
          if ((flags & (kDefGlobal | kDefNonlocal)) && current != global && a->simple) {
            return error(s->loc, "annotated name '" + text(n->id) + "' can't be " + (flags & kDefGlobal ? "global" : "nonlocal"));
          }
          if (a->simple) {
            define(n->id, kDefAnnot | kDefLocal, n->loc);
          } else if (a->value) {
            define(n->id, kDefLocal, n->loc);
          }
        } else {
          visit(a->target);
        }
        if (failed()) return;
        visit_annotation(a->annotation);
        if (a->value) visit(a->value);
        return;
      }
      case StmtKind::Global: return visit_declaration(as<Global>(s)->names, s->loc, true);
      case StmtKind::Nonlocal: return visit_declaration(as<Nonlocal>(s)->names, s->loc, false);
      case StmtKind::Raise: {
        auto* r = as<Raise>(s);
        if (r->exc) visit(r->exc);
        if (r->exc && r->cause) visit(r->cause);
        return;
      }
      default: for_each_child(s, [&](Node* child) { visit_node(child); });
    }
  }

  void visit_node(Node* n) {
    if (failed()) return;
    const char* category = node_info(n->node_kind).category;
    if (!strcmp(category, "expr")) return visit(static_cast<Expr*>(n));
    if (!strcmp(category, "stmt")) return visit(static_cast<Stmt*>(n));
    if (!strcmp(category, "pattern")) return visit(static_cast<Pattern*>(n));
    if (auto* a = try_as<Alias>(n)) return visit(a);
    if (auto* h = try_as<ExceptHandler>(n)) {
      if (h->type) visit(h->type);
      if (h->name) define(h->name, kDefLocal, h->loc);
      return all(h->body);
    }
    for_each_child(n, [&](Node* child) { visit_node(child); });  // with items, match cases, keywords
  }

  void visit(Alias* a) {
    const Identifier* name = a->asname ? a->asname : a->name;
    if (name == id_star) {
      if (current->kind != ScopeKind::kModule) error(a->loc, "import * only allowed at module level");
      return;
    }
    std::string_view view = name->view();
    size_t dot = view.find('.');
    define(dot == view.npos ? name : names.intern(view.substr(0, dot)), kDefImport, a->loc);
  }
  void visit(Keyword* k) { visit(k->value); }

  void visit_bound(Expr* e, const Identifier* name, TypeParam* p, const void* key, const char* info) {
    if (name == id_classdict) return error(p->loc, "reserved name '" + text(name) + "' cannot be used for type parameter");
    if (!e) return;
    bool in_class = current->can_see_class_scope;
    enter(name, ScopeKind::kTypeVariable, key, e->loc);
    current->can_see_class_scope = in_class;
    if (in_class) define(id_classdict, kUse, e->loc);
    current->info = info;
    visit(e);
    leave();
  }
  void visit(TypeParam* p) {
    Depth depth(diagnostics);
    const void* second = reinterpret_cast<char*>(p) + 1;
    switch (p->kind()) {
      case TypeParamKind::TypeVar: {
        auto* v = as<TypeVar>(p);
        define(v->name, kDefTypeParam | kDefLocal, p->loc);
        visit_bound(v->bound, v->name, p, p, v->bound && is<Tuple>(v->bound) ? "a TypeVar constraint" : "a TypeVar bound");
        return visit_bound(v->default_value, v->name, p, second, "a TypeVar default");
      }
      case TypeParamKind::TypeVarTuple: {
        auto* v = as<TypeVarTuple>(p);
        define(v->name, kDefTypeParam | kDefLocal, p->loc);
        return visit_bound(v->default_value, v->name, p, p, "a TypeVarTuple default");
      }
      case TypeParamKind::ParamSpec: {
        auto* v = as<ParamSpec>(p);
        define(v->name, kDefTypeParam | kDefLocal, p->loc);
        return visit_bound(v->default_value, v->name, p, p, "a ParamSpec default");
      }
    }
  }

  void visit(Pattern* p) {
    Depth depth(diagnostics);
    if (failed()) return;
    switch (p->kind()) {
      case PatternKind::MatchValue: return visit(as<MatchValue>(p)->value);
      case PatternKind::MatchSingleton: return;
      case PatternKind::MatchSequence: return all(as<MatchSequence>(p)->patterns);
      case PatternKind::MatchStar:
        if (auto* n = as<MatchStar>(p)->name) define(n, kDefLocal, p->loc);
        return;
      case PatternKind::MatchMapping: {
        auto* m = as<MatchMapping>(p);
        all(m->keys);
        all(m->patterns);
        if (m->rest) define(m->rest, kDefLocal, p->loc);
        return;
      }
      case PatternKind::MatchClass: {
        auto* m = as<MatchClass>(p);
        visit(m->cls);
        all(m->patterns);
        return all(m->kwd_patterns);
      }
      case PatternKind::MatchAs: {
        auto* m = as<MatchAs>(p);
        if (m->pattern) visit(m->pattern);
        if (m->name) define(m->name, kDefLocal, p->loc);
        return;
      }
      case PatternKind::MatchOr: return all(as<MatchOr>(p)->patterns);
    }
  }

  bool refuse_in_annotation(const char* what, Expr* e) {
    std::string name = what;
    switch (current->kind) {
      case ScopeKind::kAnnotation: error(e->loc, name + " cannot be used within an annotation"); return true;
      case ScopeKind::kTypeVariable: error(e->loc, name + " cannot be used within " + current->info); return true;
      case ScopeKind::kTypeAlias: error(e->loc, name + " cannot be used within a type alias"); return true;
      case ScopeKind::kTypeParameters: error(e->loc, name + " cannot be used within the definition of a generic"); return true;
      default: return false;
    }
  }

  void extend_named_expression(Name* target) {
    for (size_t i = stack.size(); i-- > 0;) {
      Scope* scope = stack[i];
      uint32_t flags = lookup(scope, target->id);
      if (scope->comprehension != ComprehensionKind::kNone) {
        if ((flags & kDefCompIter) && (flags & kDefLocal)) {
          return error(target->loc, "assignment expression cannot rebind comprehension iteration variable '" + text(target->id) + "'");
        }
        continue;
      }
      switch (scope->kind) {
        case ScopeKind::kFunction:
          define(target->id, flags & kDefGlobal ? kDefGlobal : kDefNonlocal, target->loc);
          record_directive(target->id, target->loc);
          return define_in(scope, target->id, kDefLocal, target->loc);
        case ScopeKind::kModule:
          define(target->id, kDefGlobal, target->loc);
          record_directive(target->id, target->loc);
          return define_in(scope, target->id, kDefGlobal, target->loc);
        case ScopeKind::kClass:
          return error(target->loc, "assignment expression within a comprehension cannot be used in a class body");
        case ScopeKind::kTypeParameters:
          return error(target->loc, "assignment expression within a comprehension cannot be used within the definition of a generic");
        case ScopeKind::kTypeAlias:
          return error(target->loc, "assignment expression within a comprehension cannot be used in a type alias");
        case ScopeKind::kTypeVariable:
          return error(target->loc, "assignment expression within a comprehension cannot be used in a TypeVar bound");
        case ScopeKind::kAnnotation: break;
      }
    }
  }

  void refuse_yield_in_comprehension(Expr* e) {
    switch (current->comprehension) {
      case ComprehensionKind::kNone: return;
      case ComprehensionKind::kList: return error(e->loc, "'yield' inside list comprehension");
      case ComprehensionKind::kSet: return error(e->loc, "'yield' inside set comprehension");
      case ComprehensionKind::kDict: return error(e->loc, "'yield' inside dict comprehension");
      case ComprehensionKind::kGenerator: return error(e->loc, "'yield' inside generator expression");
    }
  }

  void visit_comprehension_clause(Comprehension* c) {
    current->iter_target = true;
    visit(c->target);
    current->iter_target = false;
    current->iter_expression++;
    visit(c->iter);
    current->iter_expression--;
    all(c->ifs);
    if (c->is_async) current->coroutine = true;
  }
  void visit_comprehension(Expr* e, const char* scope_name, const Span<Comprehension*>& clauses, Expr* element, Expr* value,
                           ComprehensionKind kind) {
    Comprehension* outermost = clauses[0];
    current->iter_expression++;
    visit(outermost->iter);
    current->iter_expression--;
    if (failed()) return;
    enter(names.intern(scope_name), ScopeKind::kFunction, e, e->loc);
    current->comprehension = kind;
    if (outermost->is_async) current->coroutine = true;
    define(names.intern(".0"), kDefParam, e->loc);
    current->iter_target = true;
    visit(outermost->target);
    current->iter_target = false;
    all(outermost->ifs);
    for (ssize i = 1; i < clauses.size; i++) visit_comprehension_clause(clauses[i]);
    if (value) visit(value);
    visit(element);
    bool is_generator = kind == ComprehensionKind::kGenerator;
    current->generator = is_generator;
    bool is_async = current->coroutine && !is_generator;
    leave();
    if (is_async) current->coroutine = true;
  }

  void visit(Expr* e) {
    Depth depth(diagnostics);
    if (failed()) return;
    switch (e->kind()) {
      case ExprKind::NamedExpr: {
        auto* n = as<NamedExpr>(e);
        if (!is<Name>(n->target)) return diagnostics.error({}, "NamedExpr target must be a Name", ErrorKind::kTypeError);
        if (refuse_in_annotation("named expression", e)) return;
        if (current->iter_expression > 0) {
          return error(e->loc, "assignment expression cannot be used in a comprehension iterable expression");
        }
        current->has_named_expression = true;
        if (current->comprehension != ComprehensionKind::kNone) extend_named_expression(as<Name>(n->target));
        visit(n->value);
        return visit(n->target);
      }
      case ExprKind::Lambda: {
        auto* l = as<Lambda>(e);
        all(l->args->defaults);
        all(l->args->kw_defaults);
        enter(names.intern("<lambda>"), ScopeKind::kFunction, e, e->loc);
        visit_arguments(l->args);
        visit(l->body);
        return leave();
      }
      case ExprKind::ListComp: {
        auto* c = as<ListComp>(e);
        return visit_comprehension(e, "<listcomp>", c->generators, c->elt, nullptr, ComprehensionKind::kList);
      }
      case ExprKind::SetComp: {
        auto* c = as<SetComp>(e);
        return visit_comprehension(e, "<setcomp>", c->generators, c->elt, nullptr, ComprehensionKind::kSet);
      }
      case ExprKind::DictComp: {
        auto* c = as<DictComp>(e);
        return visit_comprehension(e, "<dictcomp>", c->generators, c->key, c->value, ComprehensionKind::kDict);
      }
      case ExprKind::GeneratorExp: {
        auto* c = as<GeneratorExp>(e);
        return visit_comprehension(e, "<genexpr>", c->generators, c->elt, nullptr, ComprehensionKind::kGenerator);
      }
      case ExprKind::Yield:
        if (refuse_in_annotation("yield expression", e)) return;
        if (Expr* v = as<Yield>(e)->value) visit(v);
        current->generator = true;
        return refuse_yield_in_comprehension(e);
      case ExprKind::YieldFrom:
        if (refuse_in_annotation("yield expression", e)) return;
        visit(as<YieldFrom>(e)->value);
        current->generator = true;
        return refuse_yield_in_comprehension(e);
      case ExprKind::Await:
        if (refuse_in_annotation("await expression", e)) return;
        visit(as<Await>(e)->value);
        current->coroutine = true;
        return;
      case ExprKind::Constant: return;
      case ExprKind::Name: {
        auto* n = as<Name>(e);
        define(n->id, n->ctx == ExprContext::Load ? kUse : kDefLocal, e->loc);
        if (n->ctx == ExprContext::Load && n->id == id_super && current->is_function_like()) define(id_class, kUse, e->loc);
        return;
      }
      case ExprKind::Attribute: return visit(as<Attribute>(e)->value);
      case ExprKind::BinOp: {
        auto* b = as<BinOp>(e);
        visit(b->left);
        return visit(b->right);
      }
      case ExprKind::Call: {
        auto* c = as<Call>(e);
        visit(c->func);
        all(c->args);
        return all(c->keywords);
      }
      default: for_each_child(e, [&](Node* child) { visit_node(child); });
    }
  }
};

void SymbolTable::build(Mod* tree) {
  SymbolVisitor v(*this);
  top_ = v.enter(names_.intern("top"), ScopeKind::kModule, tree, {});
  v.global = top_;
  switch (tree->kind()) {
    case ModKind::Module: v.all(as<Module>(tree)->body); break;
    case ModKind::Interactive: v.all(as<Interactive>(tree)->body); break;
    case ModKind::Expression: v.visit(as<Expression>(tree)->body); break;
    case ModKind::FunctionType:
      return diagnostics_.error({}, "this compiler does not handle FunctionTypes", ErrorKind::kRuntimeError);
  }
  if (diagnostics_.failed()) return;
  std::vector<const Identifier*> captured, direct;
  analyze(*top_, nullptr, captured, direct);
}

}  // namespace ty::compile
