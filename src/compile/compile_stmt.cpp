// compile/compile_stmt.cpp: statements, but for try, with, match, def and class.
#include "compile/compiler.h"

namespace ty::compile {

void Compiler::body(const Span<Stmt*>& list) {
  for (Stmt* s : list) {
    if (diagnostics_.failed()) return;
    stmt(s);
  }
}

void Compiler::stmt(Stmt* s) {
  if (++diagnostics_.depth, diagnostics_.too_deep()) {
    return diagnostics_.error({}, "maximum recursion depth exceeded during compilation", ErrorKind::kRecursionError);
  }
  Location saved = e().loc;
  at(s);
  int mark = e().top;
  stmt_inner(s);
  DCHECK(diagnostics_.failed() || e().top == mark);
  e().top = mark;
  e().loc = saved;
  --diagnostics_.depth;
}

void Compiler::stmt_inner(Stmt* s) {
  switch (s->kind()) {
    case StmtKind::FunctionDef: return function_def(as<FunctionDef>(s), false);
    case StmtKind::AsyncFunctionDef: return function_def(as<AsyncFunctionDef>(s), true);
    case StmtKind::ClassDef: return class_def(as<ClassDef>(s));
    case StmtKind::TypeAlias: return type_alias(as<TypeAlias>(s));
    case StmtKind::Return: return return_stmt(as<Return>(s));
    case StmtKind::Delete:
      for (Expr* t : as<Delete>(s)->targets) delete_target(t);
      return;
    case StmtKind::Assign: return assign(as<Assign>(s));
    case StmtKind::AugAssign: return aug_assign(as<AugAssign>(s));
    case StmtKind::AnnAssign: return ann_assign(as<AnnAssign>(s));
    case StmtKind::For: return for_stmt(as<For>(s));
    case StmtKind::AsyncFor: return async_for_stmt(as<AsyncFor>(s));
    case StmtKind::While: return while_stmt(as<While>(s));
    case StmtKind::If: return if_stmt(as<If>(s));
    case StmtKind::With: {
      auto* w = as<With>(s);
      return with_stmt(w->items, 0, w->body, false, s->loc);
    }
    case StmtKind::AsyncWith: {
      auto* w = as<AsyncWith>(s);
      if (f().kind != UnitKind::kAsyncFunction && !(top_level_await() && f().kind == UnitKind::kModule)) {
        return error(s->loc, "'async with' outside async function");
      }
      return with_stmt(w->items, 0, w->body, true, s->loc);
    }
    case StmtKind::Match: return match_stmt(as<Match>(s));
    case StmtKind::Raise: {
      auto* r = as<Raise>(s);
      int mark = e().top;
      Operand x, cause;
      if (r->exc) x = operand(r->exc, {r->cause});
      if (r->exc && r->cause) cause = operand(r->cause);
      at(s);
      e().emit(Op::kRaise, x.reg, cause.reg, r->exc ? (r->cause ? 2 : 1) : 0,
               static_cast<uint8_t>((x.temp ? kKillA : 0) | (cause.temp ? kKillB : 0)));
      e().top = mark;
      return;
    }
    case StmtKind::Try: {
      auto* t = as<Try>(s);
      return try_stmt(t->body, t->handlers, t->orelse, t->finalbody, false);
    }
    case StmtKind::TryStar: {
      auto* t = as<TryStar>(s);
      return try_stmt(t->body, t->handlers, t->orelse, t->finalbody, true);
    }
    case StmtKind::Assert: return assert_stmt(as<Assert>(s));
    case StmtKind::Import: return import(as<Import>(s));
    case StmtKind::ImportFrom: return import_from(as<ImportFrom>(s));
    case StmtKind::Global: case StmtKind::Nonlocal: case StmtKind::Pass: return;
    case StmtKind::Expr: {
      Expr* x = as<ExprStmt>(s)->value;
      if (options_.interactive && f().parent == nullptr) {
        int r = push_expr(x);
        at(s);
        e().emit(Op::kIntrinsic1, r, r, static_cast<int>(Intrinsic::kPrint));
        e().emit(Op::kDrop, r);
        e().top = r;
        return;
      }
      return discard(x);
    }
    case StmtKind::Break: return break_stmt(s->loc);
    case StmtKind::Continue: return continue_stmt(s->loc);
  }
}

// --- assignment ---

namespace {
const Span<Expr*>* elements_of(Expr* x) {
  if (auto* t = try_as<Tuple>(x)) return &t->elts;
  if (auto* l = try_as<List>(x)) return &l->elts;
  return nullptr;
}
}  // namespace

/// a, b = x, y without a tuple.
bool Compiler::assign_pairwise(Expr* target, Expr* value) {
  const Span<Expr*>* targets = elements_of(target);
  if (!targets || targets->size > 12 || targets->empty()) return false;
  for (Expr* t : *targets) {
    if (is<Starred>(t)) return false;
  }
  int mark = e().top;
  if (const Const* k = constant_of(pool_, value)) {
    if (k->kind != ConstKind::kTuple || k->items.size != targets->size) return false;
    for (ssize i = 0; i < targets->size; i++) {
      Expr* t = (*targets)[i];
      auto* n = try_as<Name>(t);
      NameRef ref;
      if (n && !forbidden(n->id, ExprContext::Store, t->loc) && (ref = resolve(n->id), ref.place == Place::kRegister)) {
        e().load_const(ref.index, k->items[i]);
      } else {
        e().load_const(mark, k->items[i]);
        e().set_top(mark + 1);
        store(t, {mark, true});
        e().top = mark;
      }
    }
    return true;
  }
  auto* tuple = try_as<Tuple>(value);
  if (!tuple || tuple->elts.size != targets->size) return false;
  for (Expr* x : tuple->elts) {
    if (is<Starred>(x)) return false;
  }
  ssize n = targets->size;
  auto local = [&](Expr* x) -> int {
    auto* name = try_as<Name>(x);
    if (!name) return -1;
    NameRef ref = resolve(name->id);
    return ref.place == Place::kRegister ? ref.index : -1;
  };
  if (n == 2) {
    int a = local((*targets)[0]), b = local((*targets)[1]);
    if (a >= 0 && b >= 0 && a != b && local(tuple->elts[0]) == b && local(tuple->elts[1]) == a) {
      operand(tuple->elts[0]);
      operand(tuple->elts[1]);
      e().emit(Op::kSwap, a, b);
      return true;
    }
  }
  std::vector<Operand> values;
  bool last_direct = false;
  for (ssize i = 0; i < n; i++) {
    Expr* x = tuple->elts[i];
    int r = local(x);
    bool in_place = r >= 0;
    for (ssize j = 0; j < i && in_place; j++) in_place = local((*targets)[j]) != r && is<Name>((*targets)[j]);
    for (ssize j = i + 1; j < n && in_place; j++) in_place = !may_rebind(tuple->elts[j], as<Name>(x)->id);
    // The last value may go straight to the last target.
    int last_target = i + 1 == n ? local((*targets)[i]) : -1;
    if (last_target >= 0) {
      bool safe = true;
      for (ssize j = 0; j < i; j++) {
        int other = local((*targets)[j]);
        safe = safe && other >= 0 && other != last_target && values[static_cast<size_t>(j)].reg != last_target;
      }
      if (safe) {
        expr_into(x, last_target);
        last_direct = true;
        values.push_back({last_target, false});
        break;
      }
    }
    values.push_back(in_place ? operand(x) : Operand{push_expr(x), true});
  }
  for (ssize i = 0; i < n; i++) {
    if (last_direct && i + 1 == n) break;
    store((*targets)[i], values[static_cast<size_t>(i)]);
  }
  e().top = mark;
  return true;
}

void Compiler::assign(Assign* a) {
  int mark = e().top;
  if (a->targets.size == 1) {
    Expr* target = a->targets[0];
    if (auto* n = try_as<Name>(target)) {
      if (forbidden(n->id, ExprContext::Store, n->loc)) return;
      NameRef ref = resolve(n->id);
      if (ref.place == Place::kRegister) return expr_into(a->value, ref.index);
    }
    if (assign_pairwise(target, a->value)) return;
    Operand v = operand(a->value, {target});
    store(target, v);
    e().top = mark;
    return;
  }
  bool all_names = true;
  for (Expr* t : a->targets) all_names = all_names && is<Name>(t) && as<Name>(t)->id != id_debug_;
  Operand v;
  ssize first = 0;
  if (all_names) {
    NameRef ref = resolve(as<Name>(a->targets[0])->id);
    if (ref.place == Place::kRegister) {
      expr_into(a->value, ref.index);
      v = {ref.index, false};
      first = 1;
    }
  }
  if (!first) v = {push_expr(a->value), true};
  for (ssize i = first; i < a->targets.size; i++) {
    bool last = i + 1 == a->targets.size;
    store(a->targets[i], last ? v : Operand{v.reg, false});
  }
  e().top = mark;
}

void Compiler::store(Expr* target, Operand v) {
  if (diagnostics_.failed()) return;
  Location saved = e().loc;
  at(target);
  int mark = e().top;
  uint8_t kill = 0;
  switch (target->kind()) {
    case ExprKind::Name: {
      auto* n = as<Name>(target);
      if (!forbidden(n->id, ExprContext::Store, n->loc)) store_name(n->id, v);
      break;
    }
    case ExprKind::Attribute: {
      auto* a = as<Attribute>(target);
      if (forbidden(a->attr, ExprContext::Store, a->loc)) break;
      if (auto* base = try_as<Name>(a->value); base && f().parent) {
        // self.x in a method: __static_attributes__ of the class.
        Function* fn = function_;
        while (fn && fn->kind == UnitKind::kComprehension) fn = fn->parent;
        if (base->id == id("self")) {
          for (Function* owner = function_; owner; owner = owner->parent) {
            if (owner->kind != UnitKind::kClass) continue;
            const Identifier* name = a->attr;
            bool known = false;
            for (const Identifier* other : owner->static_attributes) known |= other == name;
            if (!known) owner->static_attributes.push_back(name);
            break;
          }
        }
      }
      Operand o = operand(a->value);
      e().loc = method_location(a, a->loc);
      if (o.temp) kill |= kKillA;
      if (v.temp) kill |= kKillB;
      e().emit(Op::kStoreAttr, o.reg, v.reg, name_index(mangled(a->attr)), kill);
      break;
    }
    case ExprKind::Subscript: {
      auto* s = as<Subscript>(target);
      Operand container = operand(s->value, {s->slice});
      Operand key = operand(s->slice);
      at(target);
      if (container.temp) kill |= kKillA;
      if (key.temp) kill |= kKillB;
      if (v.temp) kill |= kKillC;
      e().emit(Op::kStoreSubscript, container.reg, key.reg, v.reg, kill);
      break;
    }
    case ExprKind::Tuple: unpack(as<Tuple>(target)->elts, v, target->loc); break;
    case ExprKind::List: unpack(as<List>(target)->elts, v, target->loc); break;
    case ExprKind::Starred: error(target->loc, "starred assignment target must be in a list or tuple"); break;
    default: diagnostics_.error(target->loc, "invalid assignment target", ErrorKind::kSystemError);
  }
  e().top = mark;
  e().loc = saved;
}

void Compiler::unpack(const Span<Expr*>& targets, Operand v, const Location& where) {
  int mark = e().top;
  ssize star = -1;
  for (ssize i = 0; i < targets.size; i++) {
    if (!is<Starred>(targets[i])) continue;
    if (star >= 0) return error(where, "multiple starred expressions in assignment");
    star = i;
    if (i >= 256 || targets.size - i - 1 >= (1 << 23)) return error(where, "too many expressions in star-unpacking assignment");
  }
  int n = static_cast<int>(targets.size);
  // Locals side by side are the run themselves.
  int run = mark;
  for (int i = 0; i < n; i++) {
    Expr* t = targets[i];
    auto* name = try_as<Name>(is<Starred>(t) ? as<Starred>(t)->value : t);
    NameRef ref;
    bool local = name && name->id != id_debug_ && (ref = resolve(name->id), ref.place == Place::kRegister);
    if (!local || (i > 0 && ref.index != run + i)) {
      run = mark;
      break;
    }
    if (i == 0) run = ref.index;
  }
  if (run != mark && n > 0) {
    uint8_t kill = v.temp ? kKillB : 0;
    if (star < 0) {
      e().emit(Op::kUnpackSequence, run, v.reg, n, kill);
    } else {
      e().emit(Op::kUnpackStar, run, v.reg, static_cast<int>(star), kill).extra = n - static_cast<int>(star) - 1;
    }
    return;
  }
  if (star < 0) {
    e().emit(Op::kUnpackSequence, mark, v.reg, n, v.temp ? kKillB : 0);
  } else {
    e().emit(Op::kUnpackStar, mark, v.reg, static_cast<int>(star), v.temp ? kKillB : 0).extra = n - static_cast<int>(star) - 1;
  }
  e().set_top(mark + n);
  for (int i = 0; i < n; i++) {
    Expr* t = targets[i];
    store(is<Starred>(t) ? as<Starred>(t)->value : t, {mark + i, true});
  }
  e().top = mark;
}

void Compiler::aug_assign(AugAssign* a) {
  int mark = e().top;
  switch (a->target->kind()) {
    case ExprKind::Name: {
      auto* n = as<Name>(a->target);
      if (forbidden(n->id, ExprContext::Store, n->loc)) return;
      NameRef ref = resolve(n->id);
      e().loc = n->loc;
      if (ref.place == Place::kRegister) {
        Operand left = operand(n, {a->value});
        at(a);
        binary(a->op, true, ref.index, left, a->value);
        e().top = mark;
        return;
      }
      load_name(n->id, mark);
      e().set_top(mark + 1);
      at(a);
      binary(a->op, true, mark, {mark, true}, a->value);
      e().set_top(mark + 1);
      e().loc = n->loc;
      store_name(n->id, {mark, true});
      break;
    }
    case ExprKind::Attribute: {
      auto* t = as<Attribute>(a->target);
      if (forbidden(t->attr, ExprContext::Store, t->loc)) return;
      Operand o = operand(t->value, {a->value});
      int k = name_index(mangled(t->attr));
      int r = e().top;
      e().loc = method_location(t, t->loc);
      e().emit(Op::kLoadAttr, r, o.reg, k);
      e().set_top(r + 1);
      at(a);
      binary(a->op, true, r, {r, true}, a->value);
      e().set_top(r + 1);
      e().loc = method_location(t, t->loc);
      e().emit(Op::kStoreAttr, o.reg, r, k, static_cast<uint8_t>((o.temp ? kKillA : 0) | kKillB));
      break;
    }
    case ExprKind::Subscript: {
      auto* t = as<Subscript>(a->target);
      Operand o = operand(t->value, {t->slice, a->value});
      Operand key = operand(t->slice, {a->value});
      int r = e().top;
      at(t);
      e().emit(Op::kLoadSubscript, r, o.reg, key.reg);
      e().set_top(r + 1);
      at(a);
      binary(a->op, true, r, {r, true}, a->value);
      e().set_top(r + 1);
      at(t);
      e().emit(Op::kStoreSubscript, o.reg, key.reg, r,
               static_cast<uint8_t>((o.temp ? kKillA : 0) | (key.temp ? kKillB : 0) | kKillC));
      break;
    }
    default: diagnostics_.error(a->loc, "invalid node type for augmented assignment", ErrorKind::kSystemError);
  }
  e().top = mark;
}

/// An annotation's value: evaluated, or its text.
void Compiler::annotation_expr(Expr* annotation, int dst) {
  if (options_.future_flags & kFutureAnnotations) {
    if (!options_.unparse) return diagnostics_.error(annotation->loc, "annotations cannot be turned into text", ErrorKind::kSystemError);
    e().load_const(dst, pool_.str(options_.unparse(names_, annotation)));
    return;
  }
  expr_into(annotation, dst);
}

void Compiler::check_annotation(Expr* annotation) {
  if (options_.future_flags & kFutureAnnotations) return;
  if (f().kind == UnitKind::kModule || f().kind == UnitKind::kClass) discard(annotation);
}

void Compiler::ann_assign(AnnAssign* a) {
  int mark = e().top;
  if (a->value) {
    if (auto* n = try_as<Name>(a->target)) {
      if (forbidden(n->id, ExprContext::Store, n->loc)) return;
      NameRef ref = resolve(n->id);
      if (ref.place == Place::kRegister) {
        expr_into(a->value, ref.index);
      } else {
        store(a->target, operand(a->value));
      }
    } else {
      store(a->target, operand(a->value, {a->target}));
    }
    e().top = mark;
  }
  at(a);
  switch (a->target->kind()) {
    case ExprKind::Name: {
      auto* n = as<Name>(a->target);
      if (forbidden(n->id, ExprContext::Store, n->loc)) return;
      if (a->simple && (f().kind == UnitKind::kModule || f().kind == UnitKind::kClass)) {
        int v = e().top;
        annotation_expr(a->annotation, v);
        e().set_top(v + 1);
        at(a);
        e().emit(Op::kLoadName, v + 1, name_index(id("__annotations__")));
        e().set_top(v + 2);
        e().load_const(v + 2, str_of(mangled(n->id)));
        e().set_top(v + 3);
        e().emit(Op::kStoreSubscript, v + 1, v + 2, v, kKillA | kKillB | kKillC);
        e().top = mark;
      }
      break;
    }
    case ExprKind::Attribute: {
      auto* t = as<Attribute>(a->target);
      if (forbidden(t->attr, ExprContext::Store, a->loc)) return;
      if (!a->value) discard(t->value);
      break;
    }
    case ExprKind::Subscript: {
      auto* t = as<Subscript>(a->target);
      if (!a->value) {
        discard(t->value);
        std::vector<Expr*> parts;
        if (auto* tuple = try_as<Tuple>(t->slice)) {
          parts.assign(tuple->elts.begin(), tuple->elts.end());
        } else {
          parts.push_back(t->slice);
        }
        for (Expr* part : parts) {
          if (auto* s = try_as<Slice>(part)) {
            for (Expr* x : {s->lower, s->upper, s->step}) {
              if (x) discard(x);
            }
          } else {
            discard(part);
          }
        }
      }
      break;
    }
    default: diagnostics_.error(a->loc, "invalid node type for annotated assignment", ErrorKind::kSystemError);
  }
  if (!a->simple) check_annotation(a->annotation);
  e().top = mark;
}

void Compiler::delete_target(Expr* target) {
  Location saved = e().loc;
  at(target);
  int mark = e().top;
  switch (target->kind()) {
    case ExprKind::Name:
      if (!forbidden(as<Name>(target)->id, ExprContext::Del, target->loc)) delete_name(as<Name>(target)->id);
      break;
    case ExprKind::Attribute: {
      auto* a = as<Attribute>(target);
      if (forbidden(a->attr, ExprContext::Del, a->loc)) break;
      Operand o = operand(a->value);
      e().loc = method_location(a, a->loc);
      e().emit(Op::kDeleteAttr, o.reg, 0, name_index(mangled(a->attr)), o.temp ? kKillA : 0);
      break;
    }
    case ExprKind::Subscript: {
      auto* s = as<Subscript>(target);
      Operand o = operand(s->value, {s->slice});
      Operand key = operand(s->slice);
      at(target);
      e().emit(Op::kDeleteSubscript, o.reg, key.reg, 0, static_cast<uint8_t>((o.temp ? kKillA : 0) | (key.temp ? kKillB : 0)));
      break;
    }
    case ExprKind::Tuple:
      for (Expr* t : as<Tuple>(target)->elts) delete_target(t);
      break;
    case ExprKind::List:
      for (Expr* t : as<List>(target)->elts) delete_target(t);
      break;
    default: diagnostics_.error(target->loc, "invalid deletion target", ErrorKind::kSystemError);
  }
  e().top = mark;
  e().loc = saved;
}

// --- control flow ---

void Compiler::if_stmt(If* s) {
  Label otherwise = e().new_label();
  jump_if(s->test, otherwise, false);
  body(s->body);
  if (s->orelse.empty()) {
    e().bind(otherwise);
    return;
  }
  Label end = e().new_label();
  e().jump(end);
  e().bind(otherwise);
  body(s->orelse);
  e().bind(end);
}

void Compiler::while_stmt(While* s) {
  Label again = e().new_label(), anchor = e().new_label(), end = e().new_label();
  e().bind(again);
  push_block({.kind = BlockKind::kWhile, .start = again, .exit = end, .loc = s->loc});
  jump_if(s->test, anchor, false);
  body(s->body);
  e().jump(Op::kJumpBack, again);
  pop_block();
  e().bind(anchor);
  body(s->orelse);
  e().bind(end);
}

void Compiler::for_stmt(For* s) {
  int mark = e().top;
  Label again = e().new_label(), done = e().new_label(), end = e().new_label();
  Operand v = operand(s->iter);
  e().loc = s->iter->loc;
  emit1(Op::kGetIter, mark, v);
  e().set_top(mark + 1);
  push_block({.kind = BlockKind::kFor, .start = again, .exit = end, .reg = mark, .loc = s->loc});
  e().bind(again);
  auto* n = try_as<Name>(s->target);
  NameRef ref;
  if (n) {
    forbidden(n->id, ExprContext::Store, n->loc);
    ref = resolve(n->id);
  }
  if (n && ref.place == Place::kRegister) {
    e().jump(Op::kForIter, done, ref.index, mark);
  } else {
    int item = e().top;
    e().jump(Op::kForIter, done, item, mark);
    e().set_top(item + 1);
    store(s->target, {item, true});
    e().top = item;
  }
  body(s->body);
  e().loc = s->iter->loc;
  e().jump(Op::kJumpBack, again);
  pop_block();
  e().bind(done);
  e().top = mark;
  body(s->orelse);
  e().bind(end);
}

void Compiler::async_for_stmt(AsyncFor* s) {
  if (f().kind != UnitKind::kAsyncFunction && !(top_level_await() && f().kind == UnitKind::kModule)) {
    return error(s->loc, "'async for' outside async function");
  }
  int mark = e().top;
  Label again = e().new_label(), ended = e().new_label(), end = e().new_label();
  Operand v = operand(s->iter);
  e().loc = s->iter->loc;
  emit1(Op::kGetAIter, mark, v);
  e().set_top(mark + 1);
  push_block({.kind = BlockKind::kFor, .start = again, .exit = end, .reg = mark, .loc = s->loc});
  e().bind(again);
  int outer = e().region;
  e().region = e().add_region(ended, mark + 1);
  async_next(mark);
  e().region = outer;
  store(s->target, {mark + 1, true});
  e().top = mark + 1;
  body(s->body);
  e().jump(Op::kJumpBack, again);
  pop_block();
  e().bind(ended);
  e().loc = s->iter->loc;
  e().set_top(mark + 2);
  e().emit(Op::kEndAsyncFor, mark + 1, mark, 0, kKillA | kKillB);
  e().top = mark;
  body(s->orelse);
  e().bind(end);
}

void Compiler::return_stmt(Return* s) {
  Function& fn = f();
  if (!fn.scope->is_function_like() || fn.kind == UnitKind::kModule || fn.kind == UnitKind::kClass) {
    return error(s->loc, "'return' outside function");
  }
  if (s->value && fn.scope->coroutine && fn.scope->generator) return error(s->loc, "'return' with value in async generator");
  int mark = e().top;
  const Const* k = s->value ? constant_of(pool_, s->value) : pool_.none();
  if (k) {
    if (s->value && s->value->loc.lineno == s->loc.lineno) at(s->value);
    Location where = e().loc;
    unwind_blocks(false);
    e().loc = where;
    e().emit(Op::kReturnConst, e().constant(k));
    return;
  }
  Operand v;
  if (unwinding_is_trivial(false)) {
    v = operand(s->value);
  } else {
    v = {push_expr(s->value), true};
  }
  at(s);
  unwind_blocks(false, v.temp ? v.reg : -1);
  at(s);
  e().emit(Op::kReturn, v.reg, 0, 0, v.temp ? kKillA : 0);
  e().top = mark;
}

void Compiler::break_stmt(const Location& where) {
  int loop = unwind_blocks(true);
  if (loop < 0) return error(where, "'break' outside loop");
  const Block& b = f().blocks[static_cast<size_t>(loop)];
  e().loc = where;
  int region = e().region;
  e().region = b.outer_region;
  if (b.kind == BlockKind::kFor) e().emit(Op::kDrop, b.reg);
  e().jump(b.exit);
  e().region = region;
}

void Compiler::continue_stmt(const Location& where) {
  int loop = unwind_blocks(true);
  if (loop < 0) return error(where, "'continue' not properly in loop");
  e().loc = where;
  const Block& b = f().blocks[static_cast<size_t>(loop)];
  int region = e().region;
  e().region = b.outer_region;
  e().jump(Op::kJumpBack, b.start);
  e().region = region;
}

// --- imports, assert ---

void Compiler::import_name(const Identifier* module, int level, const Const* from_list, int dst) {
  int r = e().top;
  e().load_const(r, pool_.integer(static_cast<int64_t>(level)));
  e().set_top(r + 1);
  e().load_const(r + 1, from_list);
  e().set_top(r + 2);
  e().emit(Op::kImportName, dst, r, name_index(mangled(module)));
  e().top = r;
}

void Compiler::import(Import* s) {
  int mark = e().top;
  for (Alias* a : s->names) {
    at(s);
    import_name(a->name, 0, pool_.none(), mark);
    e().set_top(mark + 1);
    std::string_view text = a->name->view();
    size_t dot = text.find('.');
    if (a->asname) {
      if (dot != text.npos) {
        while (true) {
          size_t start = dot + 1;
          dot = text.find('.', start);
          const Identifier* part = names_.intern(text.substr(start, dot == text.npos ? text.npos : dot - start));
          e().emit(Op::kImportFrom, mark + 1, mark, name_index(part));
          e().set_top(mark + 2);
          e().emit(Op::kMove, mark, mark + 1, 0, kKillB);
          e().set_top(mark + 1);
          if (dot == text.npos) break;
        }
      }
      if (!forbidden(a->asname, ExprContext::Store, a->loc)) store_name(a->asname, {mark, true});
    } else {
      const Identifier* target = dot == text.npos ? a->name : names_.intern(text.substr(0, dot));
      if (!forbidden(target, ExprContext::Store, a->loc)) store_name(target, {mark, true});
    }
    e().top = mark;
  }
}

void Compiler::import_from(ImportFrom* s) {
  int mark = e().top;
  std::vector<const Const*> list;
  for (Alias* a : s->names) list.push_back(str_of(a->name));
  const Identifier* module = s->module ? s->module : id("");
  int level = s->level;
  bool late = s->loc.lineno > options_.last_future_line ||
              (s->loc.lineno == options_.last_future_line && s->loc.col_offset > options_.last_future_column);
  if (s->module && s->module->view() == "__future__" && level == 0 && late) {
    return error(s->loc, "from __future__ imports must occur at the beginning of the file");
  }
  import_name(module, level, pool_.tuple(list), mark);
  e().set_top(mark + 1);
  for (Alias* a : s->names) {
    if (a->name->view() == "*") {
      e().emit(Op::kImportStar, mark, 0, 0, kKillA);
      e().top = mark;
      return;
    }
    e().emit(Op::kImportFrom, mark + 1, mark, name_index(mangled(a->name)));
    e().set_top(mark + 2);
    const Identifier* target = a->asname ? a->asname : a->name;
    if (!forbidden(target, ExprContext::Store, a->loc)) store_name(target, {mark + 1, true});
    e().set_top(mark + 1);
  }
  e().emit(Op::kDrop, mark);
  e().top = mark;
}

void Compiler::assert_stmt(Assert* s) {
  const Const* k = constant_of(pool_, s->test);
  if ((is<Tuple>(s->test) && !as<Tuple>(s->test)->elts.empty()) || (k && k->kind == ConstKind::kTuple && !k->items.empty())) {
    diagnostics_.warn(s->loc, "assertion is always true, perhaps remove parentheses?");
  }
  if (options_.optimize > 0) return;
  int mark = e().top;
  Label end = e().new_label();
  jump_if(s->test, end, true);
  at(s);
  if (s->msg) {
    int w = e().begin_window();
    e().emit(Op::kLoadAssertionError, w);
    e().set_top(w + 1);
    push_expr(s->msg);
    at(s);
    e().emit(Op::kCall, mark, w, 1);
    e().end_window();
    e().set_top(mark + 1);
  } else {
    e().emit(Op::kLoadAssertionError, mark);
    e().set_top(mark + 1);
  }
  e().loc = s->test->loc;
  e().emit(Op::kRaise, mark, 0, 1, kKillA);
  e().top = mark;
  e().bind(end);
}

}  // namespace ty::compile
