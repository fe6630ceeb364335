// compile/compile_class_function.cpp: functions, classes, type parameters and aliases, modules; registers of a code object.
#include <algorithm>

#include "compile/compiler.h"
#include "types/code_flags.h"

namespace ty::compile {

Compiler::Compiler(Interner& names, ConstPool& pool, Diagnostics& diagnostics, const TreeOptions& options)
    : names_(names),
      pool_(pool),
      diagnostics_(diagnostics),
      options_(options),
      symbols_(names, diagnostics, options.future_flags & kFutureAnnotations),
      units_(*options.units),
      id_class_(names.intern("__class__")),
      id_classdict_(names.intern("__classdict__")),
      id_debug_(names.intern("__debug__")),
      id_super_(names.intern("super")) {}

// --- code objects ---

namespace {
constexpr uint8_t kKindHidden = 0x10, kKindLocal = 0x20, kKindCell = 0x40;

/// Inlined comprehensions of a function, each with the comprehensions around it.
void inlined_scopes(Scope* scope, std::vector<Scope*>& out) {
  for (Scope* child : scope->children) {
    if (!child->inlined) continue;
    out.push_back(child);
    inlined_scopes(child, out);
  }
}

bool by_text(const Identifier* a, const Identifier* b) { return a->view() < b->view(); }

/// An expression statement that is a docstring.
const Const* docstring_of(ConstPool& pool, const Span<Stmt*>& body) {
  if (body.empty()) return nullptr;
  auto* first = try_as<ExprStmt>(body[0]);
  if (!first) return nullptr;
  const Const* c = constant_of(pool, first->value);
  return c && c->kind == ConstKind::kStr ? c : nullptr;
}

/// Without the common indentation, as inspect.cleandoc begins.
const Const* clean_docstring(ConstPool& pool, const Const* doc) {
  std::string text;
  size_t column = 0;
  for (char ch : doc->text) {
    if (ch == '\t') {
      do text += ' ';
      while (++column % 8);
      continue;
    }
    text += ch;
    if (ch == '\n' || ch == '\r') {
      column = 0;
    } else if ((static_cast<unsigned char>(ch) & 0xC0) != 0x80) {
      column++;
    }
  }
  size_t end = text.size(), p = text.find('\n');
  p = p == text.npos ? end : p + 1;
  size_t first_end = p, margin = SIZE_MAX;
  while (p < end) {
    size_t s = p;
    while (p < end && text[p] == ' ') p++;
    if (p < end && text[p] != '\n') margin = std::min(margin, p - s);
    while (p < end && text[p++] != '\n') {
    }
  }
  if (margin == SIZE_MAX) margin = 0;
  size_t start = 0;
  while (start < end && text[start] == ' ') start++;
  if (start == 0 && margin == 0) return pool.str(text);
  std::string out;
  if (start < first_end) {
    out = text.substr(start, first_end - start);
    p = first_end;
  } else {
    // Only spaces up to where the first line ends: go on from there.
    p = start;
    size_t stop = text.find('\n', p);
    stop = stop == text.npos ? end : stop + 1;
    out = text.substr(p, stop - p);
    p = stop;
  }
  while (p < end) {
    for (size_t i = 0; i < margin && p < end && text[p] == ' '; i++) p++;
    size_t stop = text.find('\n', p);
    stop = stop == text.npos ? end : stop + 1;
    out += text.substr(p, stop - p);
    p = stop;
  }
  return pool.str(out);
}

/// Whether a module or class body annotates anything.
bool has_annotations(const Span<Stmt*>& list) {
  for (Stmt* s : list) {
    switch (s->kind()) {
      case StmtKind::AnnAssign: return true;
      case StmtKind::For: if (has_annotations(as<For>(s)->body) || has_annotations(as<For>(s)->orelse)) return true; break;
      case StmtKind::AsyncFor: if (has_annotations(as<AsyncFor>(s)->body) || has_annotations(as<AsyncFor>(s)->orelse)) return true; break;
      case StmtKind::While: if (has_annotations(as<While>(s)->body) || has_annotations(as<While>(s)->orelse)) return true; break;
      case StmtKind::If: if (has_annotations(as<If>(s)->body) || has_annotations(as<If>(s)->orelse)) return true; break;
      case StmtKind::With: if (has_annotations(as<With>(s)->body)) return true; break;
      case StmtKind::AsyncWith: if (has_annotations(as<AsyncWith>(s)->body)) return true; break;
      case StmtKind::Match:
        for (MatchCase* c : as<Match>(s)->cases) {
          if (has_annotations(c->body)) return true;
        }
        break;
      case StmtKind::Try: case StmtKind::TryStar: {
        auto look = [](auto* t) {
          if (has_annotations(t->body) || has_annotations(t->orelse) || has_annotations(t->finalbody)) return true;
          for (ExceptHandler* h : t->handlers) {
            if (has_annotations(h->body)) return true;
          }
          return false;
        };
        if (s->kind() == StmtKind::Try ? look(as<Try>(s)) : look(as<TryStar>(s))) return true;
        break;
      }
      default: break;
    }
  }
  return false;
}
}  // namespace

Function* Compiler::enter(const Identifier* name, UnitKind kind, Scope* scope, int first_line) {
  CodeUnit& unit = units_.emplace_back();
  unit.name = name;
  unit.first_line = first_line;
  unit.is_module = kind == UnitKind::kModule;
  // Registers: parameters, other locals, targets of inlined comprehensions, cells that are no parameters.
  std::unordered_map<const Scope*, std::unordered_map<const Identifier*, int>> registers;
  auto& own = registers[scope];
  auto add = [&](const Identifier* n, uint8_t local_kind) {
    unit.local_names.push_back(n);
    unit.local_kinds.push_back(local_kind);
    return static_cast<int>(unit.local_names.size()) - 1;
  };
  if (scope->is_function_like()) {
    for (const Identifier* p : scope->parameters) {
      own[p] = add(p, static_cast<uint8_t>(kKindLocal | (scope->scope_of(p) == NameScope::kCell ? kKindCell : 0)));
    }
    for (Symbol& s : scope->symbols) {
      if (s.scope == NameScope::kLocal && !own.count(s.name)) own[s.name] = add(s.name, kKindLocal);
    }
  }
  std::vector<Scope*> inlined;
  inlined_scopes(scope, inlined);
  const Identifier* implicit = names_.intern(".0");
  struct Shared {
    const Identifier* name;
    int reg;
    Scope* user;
  };
  std::vector<Shared> shared;
  auto encloses = [](Scope* outer, Scope* inner) {
    for (Scope* s = inner; s; s = s->parent) {
      if (s == outer) return true;
    }
    return false;
  };
  for (Scope* s : inlined) {
    for (Symbol& symbol : s->symbols) {
      if (symbol.scope != NameScope::kLocal || symbol.name == implicit) continue;
      int reg = -1;
      for (Shared& other : shared) {
        if (other.name != symbol.name) continue;
        bool free_now = true;
        for (Shared& user : shared) free_now = free_now && !(user.reg == other.reg && encloses(user.user, s));
        if (free_now) reg = other.reg;
      }
      if (reg < 0) {
        bool visible = scope->is_function_like() && !own.count(symbol.name) && scope->scope_of(symbol.name) != NameScope::kCell;
        for (Shared& other : shared) visible = visible && other.name != symbol.name;
        reg = add(symbol.name, static_cast<uint8_t>(visible ? kKindLocal : kKindLocal | kKindHidden));
      }
      shared.push_back({symbol.name, reg, s});
      registers[s][symbol.name] = reg;
    }
  }
  if (scope->is_function_like()) {
    std::vector<const Identifier*> cells;
    for (Symbol& s : scope->symbols) {
      if (s.scope == NameScope::kCell && !own.count(s.name)) cells.push_back(s.name);
    }
    std::sort(cells.begin(), cells.end(), by_text);
    for (const Identifier* n : cells) own[n] = add(n, kKindCell);
  }
  if (scope->needs_class_closure) own[id_class_] = add(id_class_, kKindCell);
  if (scope->needs_class_dict) own[id_classdict_] = add(id_classdict_, kKindCell);
  for (Scope* s : inlined) {
    for (Symbol& symbol : s->symbols) {
      if (symbol.scope == NameScope::kCell) registers[s][symbol.name] = add(symbol.name, kKindCell | kKindHidden);
    }
  }

  functions_.push_back(std::make_unique<Function>(&unit, scope, kind, function_, static_cast<int>(unit.local_names.size())));
  Function& fn = *functions_.back();
  fn.registers = std::move(registers);
  fn.parameters = scope->is_function_like() ? static_cast<int>(scope->parameters.size()) : 0;
  if (function_) fn.private_name = function_->private_name;
  for (Symbol& s : scope->symbols) {
    if (s.scope == NameScope::kFree || (s.flags & kDefFreeClass)) unit.free_names.push_back(s.name);
  }
  std::sort(unit.free_names.begin(), unit.free_names.end(), by_text);
  for (size_t i = 0; i < unit.free_names.size(); i++) fn.free_index[unit.free_names[i]] = static_cast<int>(i);
  function_ = &fn;
  set_qualname(fn, name);
  fn.e.loc = {first_line, kind == UnitKind::kModule ? 0 : 0, first_line, 0};

  int flags = 0;
  if (scope->is_function_like()) {
    flags |= kCodeNewLocals | kCodeOptimized;
    if (scope->nested) flags |= kCodeNested;
    if (scope->generator && !scope->coroutine) flags |= kCodeGenerator;
    if (!scope->generator && scope->coroutine) flags |= kCodeCoroutine;
    if (scope->generator && scope->coroutine) flags |= kCodeAsyncGenerator;
    if (scope->var_args) flags |= kCodeVarArgs;
    if (scope->var_keywords) flags |= kCodeVarKeywords;
  }
  if (kind == UnitKind::kModule && options_.top_level_await && scope->coroutine) flags |= kCodeCoroutine;
  unit.flags = flags | options_.future_flags;
  return &fn;
}

void Compiler::set_qualname(Function& fn, const Identifier* name) {
  std::string text(name->view());
  Function* parent = fn.parent;
  if (parent && parent->parent && parent->kind == UnitKind::kTypeParameters) parent = parent->parent->parent ? parent->parent : nullptr;
  // The module itself gives no prefix.
  if (parent && !parent->parent) parent = nullptr;
  fn.qualname = text;
  if (parent) {
    bool global = false;
    if (fn.kind == UnitKind::kFunction || fn.kind == UnitKind::kAsyncFunction || fn.kind == UnitKind::kClass) {
      global = parent->scope->scope_of(mangle(names_, parent->private_name, name)) == NameScope::kGlobalExplicit;
    }
    if (!global) {
      bool function = parent->kind == UnitKind::kFunction || parent->kind == UnitKind::kAsyncFunction || parent->kind == UnitKind::kLambda;
      fn.qualname = parent->qualname + (function ? ".<locals>." : ".") + text;
    }
  }
  fn.out->qualname = fn.qualname;
}

void Compiler::begin_function_body() {
  Function& fn = f();
  int flags = fn.out->flags;
  if (flags & (kCodeGenerator | kCodeCoroutine | kCodeAsyncGenerator)) {
    e().emit(Op::kReturnGenerator);
    fn.stop_iteration = e().new_label();
    e().region = e().add_region(fn.stop_iteration, fn.e.local_count, true);
  }
  for (size_t i = 0; i < fn.out->local_kinds.size(); i++) {
    uint8_t kind = fn.out->local_kinds[i];
    if ((kind & kKindCell) && !(kind & kKindHidden)) e().emit(Op::kMakeCell, static_cast<int>(i));
  }
}

void Compiler::end_function_body() {
  Function& fn = f();
  if (!e().after_terminator()) {
    if (!e().code.empty()) e().loc = e().code.back().loc;
    e().emit(Op::kReturnConst, e().constant(pool_.none()));
  }
  if (fn.stop_iteration.valid()) {
    e().region = -1;
    int r = fn.e.local_count;
    e().loc = {};
    e().bind(fn.stop_iteration);
    e().set_top(r + 1);
    e().emit(Op::kStopIterationError, r);
    e().emit(Op::kReraise, r, 0, 0, kKillA);
    e().top = r;
  }
}

CodeUnit* Compiler::leave() {
  Function& fn = f();
  CodeUnit* unit = fn.out;
  if (!diagnostics_.failed()) {
    fn.e.finish(*unit, fn.parameters);
    bool function = fn.kind == UnitKind::kFunction || fn.kind == UnitKind::kAsyncFunction || fn.kind == UnitKind::kLambda;
    if (function) unit->python_constants.push_back(unit->docstring ? unit->docstring : pool_.none());
    std::vector<char> used(unit->constants.size(), 0);
    for (const Const* c : unit->constants) {
      if (c->kind != ConstKind::kName && !(function && c == unit->python_constants[0])) unit->python_constants.push_back(c);
    }
    // co_names: what attribute, global and namespace instructions name.
    CodeView view = unit->view();
    for (uint32_t at = 0; at < view.word_count;) {
      Decoded d = decode(view, at);
      at += d.words;
      const OpInfo& info = kOpInfo[static_cast<size_t>(d.op)];
      switch (d.op) {
        case Op::kCheckBound: case Op::kDeleteLocal: case Op::kLoadCell: case Op::kDeleteCell: case Op::kLoadFree: case Op::kDeleteFree:
        case Op::kLoadFromDictOrCell: continue;
        default: break;
      }
      uint32_t index = info.b == Role::Name ? d.b : info.c == Role::Name ? d.c : UINT32_MAX;
      if (index == UINT32_MAX || used[index]) continue;
      used[index] = 1;
      unit->names.push_back(names_.intern(unit->constants[index]->text));
    }
  }
  function_ = fn.parent;
  functions_.pop_back();
  return unit;
}

void Compiler::make_closure(CodeUnit* unit, int function) {
  if (unit->free_names.empty()) return;
  int base = e().top;
  for (const Identifier* name : unit->free_names) {
    int r = e().top;
    load_cell_object(name, r);
    e().set_top(r + 1);
  }
  e().emit(Op::kBuildTuple, base, base, static_cast<int>(unit->free_names.size()));
  e().set_top(base + 1);
  e().emit(Op::kSetFunctionPart, function, base, static_cast<int>(FunctionPart::kClosure), kKillB);
  e().top = base;
}

// --- functions ---

void Compiler::check_debug_arguments(Arguments* a) {
  auto check = [&](Arg* arg) {
    if (arg) forbidden(arg->arg, ExprContext::Store, arg->loc);
  };
  for (Arg* x : a->posonlyargs) check(x);
  for (Arg* x : a->args) check(x);
  check(a->vararg);
  for (Arg* x : a->kwonlyargs) check(x);
  check(a->kwarg);
}

void Compiler::function_defaults(Arguments* a, int function) {
  int mark = e().top;
  if (!a->defaults.empty()) {
    std::vector<const Const*> constants;
    for (Expr* x : a->defaults) {
      if (const Const* k = constant_of(pool_, x)) constants.push_back(k);
    }
    if (static_cast<ssize>(constants.size()) == a->defaults.size) {
      e().load_const(mark, pool_.tuple(constants));
    } else {
      for (Expr* x : a->defaults) push_expr(x);
      e().emit(Op::kBuildTuple, mark, mark, static_cast<int>(a->defaults.size));
    }
    e().set_top(mark + 1);
    if (function >= 0) {
      e().emit(Op::kSetFunctionPart, function, mark, static_cast<int>(FunctionPart::kDefaults), kKillB);
      e().top = mark;
    }
  }
  int dict = e().top, count = 0;
  for (ssize i = 0; i < a->kwonlyargs.size; i++) {
    Expr* x = a->kw_defaults[i];
    if (!x) continue;
    int r = e().top;
    e().load_const(r, str_of(mangled(a->kwonlyargs[i]->arg)));
    e().set_top(r + 1);
    push_expr(x);
    count++;
  }
  if (count) {
    e().emit(Op::kBuildDict, dict, dict, count);
    e().set_top(dict + 1);
    if (function >= 0) {
      e().emit(Op::kSetFunctionPart, function, dict, static_cast<int>(FunctionPart::kKeywordDefaults), kKillB);
      e().top = dict;
    }
  }
}

void Compiler::function_annotations(Arguments* a, Expr* returns, int function) {
  int base = e().top, count = 0;
  Location where = e().loc;
  auto one = [&](const Identifier* name, Expr* annotation) {
    if (!annotation) return;
    int r = e().top;
    e().load_const(r, str_of(mangled(name)));
    e().set_top(r + 1);
    auto* star = try_as<Starred>(annotation);
    if (star && !(options_.future_flags & kFutureAnnotations)) {
      Operand v = operand(star->value);
      e().loc = where;
      e().emit(Op::kUnpackSequence, v.temp ? v.reg + 1 : r + 1, v.reg, 1, v.temp ? kKillB : 0);
      if (v.temp) {
        e().set_top(v.reg + 2);
        e().emit(Op::kMove, v.reg, v.reg + 1, 0, kKillB);
      }
      e().set_top(r + 2);
    } else {
      annotation_expr(annotation, r + 1);
      e().set_top(r + 2);
    }
    count++;
  };
  for (Arg* x : a->args) one(x->arg, x->annotation);
  for (Arg* x : a->posonlyargs) one(x->arg, x->annotation);
  if (a->vararg) one(a->vararg->arg, a->vararg->annotation);
  for (Arg* x : a->kwonlyargs) one(x->arg, x->annotation);
  if (a->kwarg) one(a->kwarg->arg, a->kwarg->annotation);
  one(id("return"), returns);
  if (!count) return;
  e().loc = where;
  e().emit(Op::kBuildDict, base, base, count);
  e().set_top(base + 1);
  e().emit(Op::kSetFunctionPart, function, base, static_cast<int>(FunctionPart::kAnnotations), kKillB);
  e().top = base;
}

int Compiler::begin_decorators(const Span<Expr*>& list) {
  for (Expr* d : list) {
    e().begin_window();
    push_expr(d);
  }
  return e().top;
}

/// Calls the decorators, innermost first, on what lies in the last temporary; the result ends up where begin_decorators found the top.
void Compiler::apply_decorators(const Span<Expr*>& list) {
  for (ssize i = list.size; i-- > 0;) {
    Expr* d = list[i];
    int callable = e().top - 2;
    e().loc = d->loc;
    e().emit(Op::kCall, callable - kWindowReserve, callable, 1);
    e().end_window();
    e().push();
  }
}

template <class F>
CodeUnit* Compiler::function_body(F* s, bool is_async, int first_line) {
  enter(s->name, is_async ? UnitKind::kAsyncFunction : UnitKind::kFunction, symbols_.scope_of(s), first_line);
  CodeUnit* unit = f().out;
  unit->argument_count = static_cast<int>(s->args->posonlyargs.size + s->args->args.size);
  unit->positional_only_count = static_cast<int>(s->args->posonlyargs.size);
  unit->keyword_only_count = static_cast<int>(s->args->kwonlyargs.size);
  const Const* doc = docstring_of(pool_, s->body);
  Span<Stmt*> rest = s->body;
  if (doc) {
    rest = {s->body.items + 1, s->body.size - 1};
    if (options_.optimize < 2) {
      unit->docstring = clean_docstring(pool_, doc);
      unit->flags |= kCodeHasDocstring;
    }
  }
  begin_function_body();
  body(rest);
  end_function_body();
  return leave();
}

template <class F>
void Compiler::function_def(F* s, bool is_async) {
  check_debug_arguments(s->args);
  if (forbidden(s->name, ExprContext::Store, s->loc)) return;
  int mark = e().top;
  int first_line = s->decorator_list.empty() ? s->loc.lineno : s->decorator_list[0]->loc.lineno;
  begin_decorators(s->decorator_list);
  at(s);
  int function = e().top;
  if (s->type_params.empty()) {
    CodeUnit* unit = function_body(s, is_async, first_line);
    at(s);
    NameRef ref = resolve(s->name);
    bool plain = s->decorator_list.empty() && ref.place == Place::kRegister && unit->free_names.empty() && s->args->defaults.empty() && !s->returns;
    auto unannotated = [&](const Span<Arg*>& list) {
      for (Arg* x : list) plain = plain && !x->annotation;
    };
    unannotated(s->args->posonlyargs);
    unannotated(s->args->args);
    unannotated(s->args->kwonlyargs);
    if (s->args->vararg) plain = plain && !s->args->vararg->annotation;
    if (s->args->kwarg) plain = plain && !s->args->kwarg->annotation;
    for (Expr* x : s->args->kw_defaults) plain = plain && !x;
    if (plain) {
      e().emit(Op::kMakeFunction, ref.index, e().constant(pool_.code(unit)));
      return;
    }
    e().emit(Op::kMakeFunction, function, e().constant(pool_.code(unit)));
    e().set_top(function + 1);
    function_defaults(s->args, function);
    function_annotations(s->args, s->returns, function);
    make_closure(unit, function);
  } else {
    bool has_defaults = !s->args->defaults.empty(), has_keyword_defaults = false;
    for (Expr* x : s->args->kw_defaults) has_keyword_defaults |= x != nullptr;
    int w = e().begin_window();
    enter(id(("<generic parameters of " + std::string(s->name->view()) + ">").c_str()), UnitKind::kTypeParameters,
          symbols_.scope_of(s->type_params.items), first_line);
    f().out->argument_count = has_defaults + has_keyword_defaults;
    begin_function_body();
    e().loc = s->loc;
    int inner = e().top;
    int params = inner + 1;
    CodeUnit* unit = function_body(s, is_async, first_line);
    e().loc = s->loc;
    e().emit(Op::kMakeFunction, inner, e().constant(pool_.code(unit)));
    e().set_top(inner + 1);
    type_params(s->type_params, params);
    e().set_top(params + 1);
    int next = 0;
    if (has_defaults) e().emit(Op::kSetFunctionPart, inner, next++, static_cast<int>(FunctionPart::kDefaults));
    if (has_keyword_defaults) e().emit(Op::kSetFunctionPart, inner, next++, static_cast<int>(FunctionPart::kKeywordDefaults));
    function_annotations(s->args, s->returns, inner);
    make_closure(unit, inner);
    e().emit(Op::kIntrinsic2, inner, inner, static_cast<int>(Intrinsic::kSetFunctionTypeParams));
    e().set_top(inner + 1);
    e().emit(Op::kReturn, inner, 0, 0, kKillA);
    e().top = inner;
    end_function_body();
    CodeUnit* outer = leave();
    at(s);
    e().emit(Op::kMakeFunction, w, e().constant(pool_.code(outer)));
    e().set_top(w + 1);
    make_closure(outer, w);
    function_defaults(s->args, -1);
    at(s);
    e().emit(Op::kCall, function, w, has_defaults + has_keyword_defaults);
    e().end_window();
    e().set_top(function + 1);
  }
  apply_decorators(s->decorator_list);
  at(s);
  store_name(s->name, {mark, true});
  e().top = mark;
}
template void Compiler::function_def(FunctionDef* s, bool is_async);
template void Compiler::function_def(AsyncFunctionDef* s, bool is_async);

// --- type parameters and aliases ---

/// A function that evaluates `e` when asked.
void Compiler::evaluator(Expr* x, const Identifier* name, const void* key, bool allow_starred, int dst) {
  Location where = e().loc;
  enter(name, UnitKind::kTypeParameters, symbols_.scope_of(key), x->loc.lineno);
  begin_function_body();
  e().loc = x->loc;
  auto* star = allow_starred ? try_as<Starred>(x) : nullptr;
  int r = e().top;
  Operand v = operand(star ? star->value : x);
  e().loc = x->loc;
  if (star) {
    int item = e().top;
    e().emit(Op::kUnpackSequence, item, v.reg, 1, v.temp ? kKillB : 0);
    e().set_top(item + 1);
    v = {item, true};
  }
  e().emit(Op::kReturn, v.reg, 0, 0, v.temp ? kKillA : 0);
  e().top = r;
  end_function_body();
  CodeUnit* unit = leave();
  e().loc = where;
  int mark = e().top;
  int function = dst == mark ? dst : mark;
  e().emit(Op::kMakeFunction, function, e().constant(pool_.code(unit)));
  e().set_top(function + 1);
  make_closure(unit, function);
  move(dst, {function, true});
  e().top = mark;
}

void Compiler::type_params(const Span<TypeParam*>& list, int dst) {
  int base = e().top;
  bool seen_default = false;
  for (TypeParam* p : list) {
    e().loc = p->loc;
    const Identifier* name = nullptr;
    Expr* default_value = nullptr;
    const void* default_key = p;
    bool allow_starred = false;
    int r = e().top;
    switch (p->kind()) {
      case TypeParamKind::TypeVar: {
        auto* v = as<TypeVar>(p);
        name = v->name;
        default_value = v->default_value;
        default_key = reinterpret_cast<char*>(p) + 1;
        e().load_const(r, str_of(name));
        e().set_top(r + 1);
        if (v->bound) {
          evaluator(v->bound, name, p, false, r + 1);
          e().set_top(r + 2);
          e().emit(Op::kIntrinsic2, r, r,
                   static_cast<int>(is<Tuple>(v->bound) ? Intrinsic::kTypeVarWithConstraints : Intrinsic::kTypeVarWithBound));
        } else {
          e().emit(Op::kIntrinsic1, r, r, static_cast<int>(Intrinsic::kTypeVar));
        }
        break;
      }
      case TypeParamKind::TypeVarTuple:
        name = as<TypeVarTuple>(p)->name;
        default_value = as<TypeVarTuple>(p)->default_value;
        allow_starred = true;
        e().load_const(r, str_of(name));
        e().set_top(r + 1);
        e().emit(Op::kIntrinsic1, r, r, static_cast<int>(Intrinsic::kTypeVarTuple));
        break;
      case TypeParamKind::ParamSpec:
        name = as<ParamSpec>(p)->name;
        default_value = as<ParamSpec>(p)->default_value;
        e().load_const(r, str_of(name));
        e().set_top(r + 1);
        e().emit(Op::kIntrinsic1, r, r, static_cast<int>(Intrinsic::kParamSpec));
        break;
    }
    e().set_top(r + 1);
    if (default_value) {
      seen_default = true;
      evaluator(default_value, name, default_key, allow_starred, r + 1);
      e().set_top(r + 2);
      e().emit(Op::kIntrinsic2, r, r, static_cast<int>(Intrinsic::kSetTypeParamDefault));
      e().set_top(r + 1);
    } else if (seen_default) {
      return error(p->loc, "non-default type parameter '" + std::string(name->view()) + "' follows default type parameter");
    }
    store_name(name, {r, false});
  }
  e().emit(Op::kBuildTuple, dst, base, static_cast<int>(list.size));
  e().top = base;
}

CodeUnit* Compiler::type_alias_body(TypeAlias* s) {
  enter(as<Name>(s->name)->id, UnitKind::kFunction, symbols_.scope_of(s), s->loc.lineno);
  begin_function_body();
  e().loc = s->loc;
  int r = e().top;
  Operand v = operand(s->value);
  e().loc = s->value->loc;
  e().emit(Op::kReturn, v.reg, 0, 0, v.temp ? kKillA : 0);
  e().top = r;
  end_function_body();
  return leave();
}

void Compiler::type_alias(TypeAlias* s) {
  const Identifier* name = as<Name>(s->name)->id;
  if (forbidden(name, ExprContext::Store, s->name->loc)) return;
  int mark = e().top;
  bool generic = !s->type_params.empty();
  int w = 0;
  if (generic) {
    w = e().begin_window();
    enter(id(("<generic parameters of " + std::string(name->view()) + ">").c_str()), UnitKind::kTypeParameters,
          symbols_.scope_of(s->type_params.items), s->loc.lineno);
    begin_function_body();
    e().loc = s->loc;
  }
  int base = e().top;
  e().load_const(base, str_of(name));
  e().set_top(base + 1);
  if (generic) {
    type_params(s->type_params, base + 1);
  } else {
    e().load_const(base + 1, pool_.none());
  }
  e().set_top(base + 2);
  CodeUnit* unit = type_alias_body(s);
  e().loc = s->loc;
  e().emit(Op::kMakeFunction, base + 2, e().constant(pool_.code(unit)));
  e().set_top(base + 3);
  make_closure(unit, base + 2);
  e().emit(Op::kBuildTuple, base, base, 3);
  e().set_top(base + 1);
  e().emit(Op::kIntrinsic1, base, base, static_cast<int>(Intrinsic::kTypeAlias));
  if (generic) {
    e().emit(Op::kReturn, base, 0, 0, kKillA);
    e().top = base;
    end_function_body();
    CodeUnit* outer = leave();
    e().loc = s->loc;
    e().emit(Op::kMakeFunction, w, e().constant(pool_.code(outer)));
    e().set_top(w + 1);
    make_closure(outer, w);
    e().emit(Op::kCall, mark, w, 0);
    e().end_window();
    base = mark;
    e().set_top(mark + 1);
  }
  e().loc = s->name->loc;
  store_name(name, {base, true});
  e().top = mark;
}

// --- classes ---

CodeUnit* Compiler::class_body(ClassDef* s, int first_line) {
  enter(s->name, UnitKind::kClass, symbols_.scope_of(s), first_line);
  f().private_name = s->name;
  begin_function_body();
  e().loc = {first_line, 0, first_line, 0};
  int r = e().top;
  auto set = [&](const char* name) {
    e().set_top(r + 1);
    store_name(id(name), {r, true});
    e().top = r;
  };
  load_name(id("__name__"), r);
  set("__module__");
  e().load_const(r, pool_.str(f().qualname));
  set("__qualname__");
  e().load_const(r, pool_.integer(static_cast<int64_t>(first_line)));
  set("__firstlineno__");
  if (!s->type_params.empty()) {
    load_name(id(".type_params"), r);
    set("__type_params__");
  }
  if (f().scope->needs_class_dict) {
    e().emit(Op::kLoadLocals, r);
    e().set_top(r + 1);
    e().emit(Op::kStoreCell, f().registers[f().scope][id_classdict_], r, 0, kKillB);
    e().top = r;
  }
  if (has_annotations(s->body)) e().emit(Op::kSetupAnnotations);
  Span<Stmt*> rest = s->body;
  if (const Const* doc = docstring_of(pool_, s->body)) {
    rest = {s->body.items + 1, s->body.size - 1};
    if (options_.optimize < 2) {
      e().loc = s->body[0]->loc;
      e().load_const(r, clean_docstring(pool_, doc));
      set("__doc__");
    }
  }
  body(rest);
  e().loc = {};
  std::vector<const Const*> attributes;
  std::sort(f().static_attributes.begin(), f().static_attributes.end(), by_text);
  for (const Identifier* n : f().static_attributes) attributes.push_back(str_of(n));
  e().load_const(r, pool_.tuple(attributes));
  set("__static_attributes__");
  if (f().scope->needs_class_closure) {
    int cell = f().registers[f().scope][id_class_];
    e().emit(Op::kMove, r, cell);
    e().set_top(r + 1);
    store_name(id("__classcell__"), {r, false});
    e().emit(Op::kReturn, r, 0, 0, kKillA);
    e().top = r;
  } else {
    e().emit(Op::kReturnConst, e().constant(pool_.none()));
  }
  end_function_body();
  return leave();
}

void Compiler::class_def(ClassDef* s) {
  if (forbidden(s->name, ExprContext::Store, s->loc)) return;
  check_keywords(s->keywords);
  int mark = e().top;
  int first_line = s->decorator_list.empty() ? s->loc.lineno : s->decorator_list[0]->loc.lineno;
  begin_decorators(s->decorator_list);
  at(s);
  int result = e().top;
  bool generic = !s->type_params.empty();
  int outer_window = 0;
  const Identifier* generic_base = id(".generic_base");
  if (generic) {
    outer_window = e().begin_window();
    enter(id(("<generic parameters of " + std::string(s->name->view()) + ">").c_str()), UnitKind::kTypeParameters,
          symbols_.scope_of(s->type_params.items), first_line);
    f().private_name = s->name;
    begin_function_body();
    e().loc = s->loc;
    int r = e().top;
    type_params(s->type_params, r);
    e().set_top(r + 1);
    store_name(id(".type_params"), {r, true});
    e().top = r;
  }
  CodeUnit* unit = class_body(s, first_line);
  e().loc = s->loc;
  if (generic) {
    int r = e().top;
    load_name(id(".type_params"), r);
    e().set_top(r + 1);
    e().emit(Op::kIntrinsic1, r, r, static_cast<int>(Intrinsic::kSubscriptGeneric));
    store_name(generic_base, {r, true});
    e().top = r;
  }
  int target = e().top;
  int w = e().begin_window();
  e().emit(Op::kLoadBuildClass, w);
  e().set_top(w + 1);
  e().emit(Op::kMakeFunction, w + 1, e().constant(pool_.code(unit)));
  e().set_top(w + 2);
  make_closure(unit, w + 1);
  e().load_const(w + 2, str_of(s->name));
  e().set_top(w + 3);
  Name* extra = nullptr;
  if (generic) {
    extra = names_.arena().make<Name>();
    extra->id = generic_base;
    extra->ctx = ExprContext::Load;
    extra->loc = s->loc;
  }
  call_arguments(w, 2, s->bases, s->keywords, target, false, extra);
  e().set_top(target + 1);
  if (generic) {
    e().emit(Op::kReturn, target, 0, 0, kKillA);
    e().top = target;
    end_function_body();
    CodeUnit* outer = leave();
    e().loc = s->loc;
    e().emit(Op::kMakeFunction, outer_window, e().constant(pool_.code(outer)));
    e().set_top(outer_window + 1);
    make_closure(outer, outer_window);
    e().emit(Op::kCall, result, outer_window, 0);
    e().end_window();
    e().set_top(result + 1);
  }
  apply_decorators(s->decorator_list);
  at(s);
  store_name(s->name, {mark, true});
  e().top = mark;
}

// --- modules ---

CodeUnit* Compiler::module(Mod* tree) {
  symbols_.build(tree);
  if (diagnostics_.failed()) return nullptr;
  enter(id("<module>"), UnitKind::kModule, symbols_.top(), 1);
  e().loc = {1, 0, 1, 0};
  begin_function_body();
  switch (tree->kind()) {
    case ModKind::Module: {
      const Span<Stmt*>& list = as<Module>(tree)->body;
      Span<Stmt*> rest = list;
      if (has_annotations(list)) e().emit(Op::kSetupAnnotations);
      if (const Const* doc = docstring_of(pool_, list)) {
        rest = {list.items + 1, list.size - 1};
        if (options_.optimize < 2) {
          int r = e().top;
          e().loc = list[0]->loc;
          e().load_const(r, clean_docstring(pool_, doc));
          e().set_top(r + 1);
          store_name(id("__doc__"), {r, true});
          e().top = r;
        }
      }
      body(rest);
      break;
    }
    case ModKind::Interactive:
      if (has_annotations(as<Interactive>(tree)->body)) e().emit(Op::kSetupAnnotations);
      body(as<Interactive>(tree)->body);
      break;
    case ModKind::Expression: {
      int r = e().top;
      Operand v = operand(as<Expression>(tree)->body);
      e().loc = as<Expression>(tree)->body->loc;
      e().emit(Op::kReturn, v.reg, 0, 0, v.temp ? kKillA : 0);
      e().top = r;
      break;
    }
    case ModKind::FunctionType: break;
  }
  end_function_body();
  CodeUnit* unit = leave();
  return diagnostics_.failed() ? nullptr : unit;
}

// --- the way in ---

int future_features(Mod* tree, Diagnostics& diagnostics, int* last_line, int* last_column) {
  *last_line = *last_column = 0;
  const Span<Stmt*>* list = nullptr;
  if (auto* m = try_as<Module>(tree)) list = &m->body;
  if (auto* m = try_as<Interactive>(tree)) list = &m->body;
  if (!list) return 0;
  int features = 0;
  for (ssize i = 0; i < list->size; i++) {
    Stmt* s = (*list)[i];
    if (i == 0) {
      auto* doc = try_as<ExprStmt>(s);
      auto* constant = doc ? try_as<Constant>(doc->value) : nullptr;
      if (constant && constant->value.kind == ConstantKind::Str) continue;
    }
    auto* from = try_as<ImportFrom>(s);
    if (!from || from->level != 0 || !from->module || from->module->view() != "__future__") break;
    for (Alias* a : from->names) {
      std::string_view n = a->name->view();
      if (n == "annotations") {
        features |= kFutureAnnotations;
      } else if (n == "barry_as_FLUFL") {
        features |= kFutureBarryAsBdfl;
      } else if (n == "braces") {
        diagnostics.error(a->loc, "not a chance");
        return features;
      } else if (n != "nested_scopes" && n != "generators" && n != "division" && n != "absolute_import" && n != "with_statement" &&
                 n != "print_function" && n != "unicode_literals" && n != "generator_stop") {
        diagnostics.error(a->loc, "future feature " + std::string(n.substr(0, 100)) + " is not defined");
        return features;
      }
    }
    *last_line = s->loc.lineno;
    *last_column = s->loc.col_offset;
  }
  return features;
}

CodeUnit* compile_tree(Interner& names, ConstPool& pool, Diagnostics& diagnostics, Mod* tree, TreeOptions& options) {
  options.future_flags |= future_features(tree, diagnostics, &options.last_future_line, &options.last_future_column);
  if (diagnostics.failed()) return nullptr;
  FoldOptions fold{options.optimize, (options.future_flags & kFutureAnnotations) != 0};
  fold_constants(names, pool, diagnostics, tree, fold);
  if (diagnostics.failed()) return nullptr;
  Compiler compiler(names, pool, diagnostics, options);
  return compiler.module(tree);
}

}  // namespace ty::compile
