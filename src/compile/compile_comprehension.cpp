// compile/compile_comprehension.cpp: comprehensions, inlined into the function around them with registers of their own, and generator expressions.
#include "compile/compiler.h"

namespace ty::compile {

namespace {
struct Parts {
  const Span<Comprehension*>* clauses;
  Expr* element;
  Expr* value;
  ComprehensionKind kind;
};
Parts parts_of(Expr* x) {
  switch (x->kind()) {
    case ExprKind::ListComp: return {&as<ListComp>(x)->generators, as<ListComp>(x)->elt, nullptr, ComprehensionKind::kList};
    case ExprKind::SetComp: return {&as<SetComp>(x)->generators, as<SetComp>(x)->elt, nullptr, ComprehensionKind::kSet};
    case ExprKind::DictComp:
      return {&as<DictComp>(x)->generators, as<DictComp>(x)->key, as<DictComp>(x)->value, ComprehensionKind::kDict};
    default: return {&as<GeneratorExp>(x)->generators, as<GeneratorExp>(x)->elt, nullptr, ComprehensionKind::kGenerator};
  }
}
Op empty_display(ComprehensionKind kind) {
  switch (kind) {
    case ComprehensionKind::kSet: return Op::kBuildSet;
    case ComprehensionKind::kDict: return Op::kBuildDict;
    default: return Op::kBuildList;
  }
}
}  // namespace

/// R[iterator + 1] = await anext(R[iterator]).
void Compiler::async_next(int iterator) {
  int d = iterator + 1;
  e().emit(Op::kGetANext, d, iterator);
  e().set_top(d + 1);
  send_loop(d);
}

void Compiler::comprehension_clauses(const Span<Comprehension*>& clauses, ssize index, int accumulator, Expr* element, Expr* value,
                                     ComprehensionKind kind, int first_iterator) {
  if (index == clauses.size) {
    Location saved = e().loc;
    int mark = e().top;
    e().loc = element->loc;
    if (kind == ComprehensionKind::kGenerator) {
      Operand v = operand(element);
      e().loc = element->loc;
      if (f().scope->coroutine) {
        emit1(Op::kWrapAsyncYield, mark, v);
        e().set_top(mark + 1);
        v = {mark, true};
      }
      int sent = mark;
      e().emit(Op::kYield, sent, v.reg, 0, v.temp ? kKillB : 0);
      e().set_top(sent + 1);
      e().emit(Op::kDrop, sent);
    } else if (kind == ComprehensionKind::kDict) {
      Operand k = operand(element, {value});
      Operand v = operand(value);
      e().loc = element->loc;
      e().loc.end_lineno = value->loc.end_lineno;
      e().loc.end_col_offset = value->loc.end_col_offset;
      e().emit(Op::kDictAdd, accumulator, k.reg, v.reg, static_cast<uint8_t>((k.temp ? kKillB : 0) | (v.temp ? kKillC : 0)));
    } else {
      Operand v = operand(element);
      e().loc = element->loc;
      e().emit(kind == ComprehensionKind::kSet ? Op::kSetAdd : Op::kListAppend, accumulator, v.reg, 0, v.temp ? kKillB : 0);
    }
    e().top = mark;
    e().loc = saved;
    return;
  }
  Comprehension* c = clauses[index];
  int mark = e().top;
  Label again = e().new_label(), next = e().new_label(), done = e().new_label();
  Location iterable = c->iter->loc;
  // for x in [y]: an assignment.
  if (!c->is_async && first_iterator < 0) {
    Expr* only = nullptr;
    if (auto* t = try_as<Tuple>(c->iter); t && t->elts.size == 1 && !is<Starred>(t->elts[0])) only = t->elts[0];
    if (only) {
      Operand v = {push_expr(only), true};
      at(c->target);
      store(c->target, v);
      e().top = mark;
      for (Expr* test : c->ifs) jump_if(test, next, false);
      comprehension_clauses(clauses, index + 1, accumulator, element, value, kind, -1);
      e().bind(next);
      e().top = mark;
      return;
    }
  }
  int iterator = first_iterator;
  if (iterator < 0) {
    Operand v = operand(c->iter);
    e().loc = iterable;
    emit1(c->is_async ? Op::kGetAIter : Op::kGetIter, mark, v);
    iterator = mark;
    e().set_top(mark + 1);
  }
  int outer_region = e().region;
  e().bind(again);
  int body_top = e().top;
  if (c->is_async) {
    e().loc = iterable;
    Label ended = done;
    e().region = e().add_region(ended, iterator + 1);
    async_next(iterator);
    e().region = outer_region;
    at(c->target);
    store(c->target, {iterator + 1, true});
  } else {
    NameRef ref;
    auto* n = try_as<Name>(c->target);
    if (n) ref = resolve(n->id);
    e().loc = iterable;
    if (n && ref.place == Place::kRegister) {
      e().jump(Op::kForIter, done, ref.index, iterator);
    } else {
      int item = e().top;
      e().jump(Op::kForIter, done, item, iterator);
      e().set_top(item + 1);
      at(c->target);
      store(c->target, {item, true});
    }
  }
  e().top = body_top;
  for (Expr* test : c->ifs) jump_if(test, next, false);
  comprehension_clauses(clauses, index + 1, accumulator, element, value, kind, -1);
  e().bind(next);
  e().loc = element->loc;
  e().jump(Op::kJumpBack, again);
  e().bind(done);
  if (c->is_async) {
    e().loc = iterable;
    e().set_top(iterator + 2);
    e().emit(Op::kEndAsyncFor, iterator + 1, iterator, 0, kKillA | kKillB);
  }
  e().top = first_iterator >= 0 ? first_iterator : mark;
}

void Compiler::comprehension(Expr* x, int dst) {
  Parts p = parts_of(x);
  Scope* scope = symbols_.scope_of(x);
  if (!scope) return diagnostics_.error(x->loc, "compiler: comprehension without a scope", ErrorKind::kSystemError);
  Function& fn = f();
  bool is_async = scope->coroutine;
  if (is_async && p.kind != ComprehensionKind::kGenerator && fn.kind != UnitKind::kAsyncFunction && fn.kind != UnitKind::kComprehension &&
      !(top_level_await() && fn.kind == UnitKind::kModule)) {
    return error(x->loc, "asynchronous comprehension outside of an asynchronous function");
  }
  if (!scope->inlined) return comprehension_function(x, scope, dst);

  // The outermost iterable belongs to the scope outside.
  Comprehension* outermost = (*p.clauses)[0];
  int mark = e().top;
  int accumulator = mark, iterator = mark + 1;
  // The accumulator lies below the iterator; what goes wrong in the iterable's evaluation comes first, so it is evaluated first.
  Operand source = operand(outermost->iter);
  e().loc = outermost->iter->loc;
  if (source.temp) {
    emit1(outermost->is_async ? Op::kGetAIter : Op::kGetIter, source.reg, source);
    e().set_top(mark + 1);
    e().loc = x->loc;
    e().emit(empty_display(p.kind), mark + 1, mark + 1, 0);
    e().set_top(mark + 2);
    accumulator = mark + 1;
    iterator = mark;
  } else {
    emit1(outermost->is_async ? Op::kGetAIter : Op::kGetIter, mark, source);
    e().set_top(mark + 1);
    e().loc = x->loc;
    e().emit(empty_display(p.kind), mark + 1, mark + 1, 0);
    e().set_top(mark + 2);
    accumulator = mark + 1;
    iterator = mark;
  }
  Scope* outer_scope = fn.current_scope;
  fn.current_scope = scope;
  auto& registers = fn.registers[scope];
  std::vector<int> own;
  for (Symbol& s : scope->symbols) {
    auto it = registers.find(s.name);
    if (it == registers.end()) continue;
    own.push_back(it->second);
    if (s.scope == NameScope::kCell) e().emit(Op::kMakeCell, it->second);
  }
  int outer_region = e().region;
  Label clean = e().new_label(), end = e().new_label();
  if (!own.empty()) e().region = e().add_region(clean, mark, true);
  // The first clause, by hand: its iterator lies under the accumulator.
  Label again = e().new_label(), next = e().new_label(), done = e().new_label();
  int region_inside = e().region;
  e().bind(again);
  int body_top = e().top;
  if (outermost->is_async) {
    // anext needs the iterator as the last temporary but one: a region that ends the loop.
    e().loc = outermost->iter->loc;
    e().region = e().add_region(done, body_top);
    int d = e().top;
    e().emit(Op::kGetANext, d, iterator);
    e().set_top(d + 1);
    send_loop(d);
    e().region = region_inside;
    at(outermost->target);
    store(outermost->target, {d, true});
  } else {
    auto* n = try_as<Name>(outermost->target);
    NameRef ref;
    if (n) ref = resolve(n->id);
    e().loc = outermost->iter->loc;
    if (n && ref.place == Place::kRegister) {
      e().jump(Op::kForIter, done, ref.index, iterator);
    } else {
      int item = e().top;
      e().jump(Op::kForIter, done, item, iterator);
      e().set_top(item + 1);
      at(outermost->target);
      store(outermost->target, {item, true});
    }
  }
  e().top = body_top;
  for (Expr* test : outermost->ifs) jump_if(test, next, false);
  comprehension_clauses(*p.clauses, 1, accumulator, p.element, p.value, p.kind, -1);
  e().bind(next);
  e().loc = p.element->loc;
  e().jump(Op::kJumpBack, again);
  e().bind(done);
  e().loc = x->loc;
  if (outermost->is_async) {
    e().set_top(body_top + 1);
    e().emit(Op::kEndAsyncFor, body_top, iterator, 0, kKillA | kKillB);
  }
  e().region = outer_region;
  e().top = body_top;
  for (int r : own) e().emit(Op::kDrop, r);
  emit1(Op::kMove, dst, {accumulator, true});
  if (!own.empty()) {
    e().jump(end);
    e().bind(clean);
    e().set_top(mark + 1);
    for (int r : own) e().emit(Op::kDrop, r);
    e().emit(Op::kReraise, mark, 0, 0, kKillA);
    e().bind(end);
  }
  fn.current_scope = outer_scope;
  e().top = mark;
}

/// A generator expression, or a comprehension in an annotation scope inside a class: a function of its outermost iterator.
void Compiler::comprehension_function(Expr* x, Scope* scope, int dst) {
  Parts p = parts_of(x);
  Comprehension* outermost = (*p.clauses)[0];
  const char* name = p.kind == ComprehensionKind::kList ? "<listcomp>" : p.kind == ComprehensionKind::kSet ? "<setcomp>"
                     : p.kind == ComprehensionKind::kDict ? "<dictcomp>" : "<genexpr>";
  int w = e().begin_window();
  bool is_async = scope->coroutine, is_async_list = is_async && p.kind != ComprehensionKind::kGenerator;
  enter(id(name), UnitKind::kComprehension, scope, x->loc.lineno);
  f().out->argument_count = 1;
  begin_function_body();
  e().loc = x->loc;
  int accumulator = -1;
  if (p.kind != ComprehensionKind::kGenerator) {
    accumulator = e().top;
    e().emit(empty_display(p.kind), accumulator, accumulator, 0);
    e().set_top(accumulator + 1);
  }
  int iterator = e().top;
  // The caller made an iterator; somebody with a function of this code, or a debugger, may have put something else there.
  bool sure = p.kind != ComprehensionKind::kGenerator || outermost->is_async;
  e().loc = outermost->iter->loc;
  e().emit(sure ? Op::kMove : Op::kGetIter, iterator, 0);
  e().loc = x->loc;
  e().set_top(iterator + 1);
  comprehension_clauses(*p.clauses, 0, accumulator, p.element, p.value, p.kind, iterator);
  e().loc = x->loc;
  if (p.kind == ComprehensionKind::kGenerator) {
    e().emit(Op::kReturnConst, e().constant(pool_.none()));
  } else {
    e().set_top(accumulator + 1);
    e().emit(Op::kReturn, accumulator, 0, 0, kKillA);
  }
  end_function_body();
  CodeUnit* unit = leave();
  at(x);
  e().emit(Op::kMakeFunction, w, e().constant(pool_.code(unit)));
  e().set_top(w + 1);
  make_closure(unit, w);
  Operand v = operand(outermost->iter);
  e().loc = outermost->iter->loc;
  emit1(outermost->is_async ? Op::kGetAIter : Op::kGetIter, w + 1, v);
  e().set_top(w + 2);
  e().loc = x->loc;
  e().emit(Op::kCall, dst, w, 1);
  e().end_window();
  if (is_async_list) {
    int mark = e().top;
    if (dst == mark) e().set_top(mark + 1);
    emit1(Op::kGetAwaitable, e().top, {dst, false}, 0);
    int d = e().top;
    e().set_top(d + 1);
    send_loop(d);
    move(dst, {d, true});
    e().top = mark;
  }
}

}  // namespace ty::compile
