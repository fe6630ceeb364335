// compile/compile_call.cpp: calls.
#include "compile/compiler.h"

namespace ty::compile {

namespace {
constexpr ssize kMaxArguments = 200;  // more go through a list

bool has_spread(const Span<Expr*>& args, const Span<Keyword*>& keywords) {
  for (Expr* x : args) {
    if (is<Starred>(x)) return true;
  }
  for (Keyword* k : keywords) {
    if (!k->arg) return true;
  }
  return args.size + keywords.size > kMaxArguments;
}
}  // namespace

/// Where tracebacks point for a method: the attribute's own line if the expression spans several.
Location Compiler::method_location(Attribute* a, const Location& whole) {
  Location loc = whole;
  if (a->loc.lineno != a->loc.end_lineno) {
    loc.lineno = a->loc.end_lineno;
    int32_t length = static_cast<int32_t>(a->attr->length);
    if (length <= a->loc.end_col_offset) {
      loc.col_offset = a->loc.end_col_offset - length;
      if (loc.end_lineno == loc.lineno && loc.end_col_offset < loc.col_offset) loc.end_col_offset = a->loc.end_col_offset;
    } else {
      loc.col_offset = -1;
      loc.end_col_offset = -1;
    }
  }
  return loc;
}

void Compiler::check_keywords(const Span<Keyword*>& keywords) {
  for (ssize i = 0; i < keywords.size; i++) {
    Keyword* k = keywords[i];
    if (!k->arg) continue;
    if (forbidden(k->arg, ExprContext::Store, k->loc)) return;
    for (ssize j = i + 1; j < keywords.size; j++) {
      if (keywords[j]->arg == k->arg) return error(keywords[j]->loc, "keyword argument repeated: " + std::string(k->arg->view()));
    }
  }
}

/// super().name in a method: the zero-argument form only.
bool Compiler::is_super_call(Expr* value, Attribute* attribute) {
  auto* c = try_as<Call>(value);
  if (!c) return false;
  auto* n = try_as<Name>(c->func);
  if (!n || n->id != id_super_ || !c->keywords.empty() || !c->args.empty()) return false;
  Function& fn = f();
  if (fn.kind != UnitKind::kFunction && fn.kind != UnitKind::kAsyncFunction && fn.kind != UnitKind::kLambda) return false;
  if (resolve(n->id).place != Place::kGlobal || symbols_.top()->find(id_super_)) return false;
  if (fn.out->argument_count == 0) return false;
  return resolve(id_class_).place == Place::kFree;
}

void Compiler::super_operands(Call* c) {
  Function& fn = f();
  at(c);
  int r = e().top;
  load_name(id_class_, r);
  e().set_top(r + 1);
  const Identifier* self = fn.scope->parameters[0];
  if (fn.scope->scope_of(self) == NameScope::kCell) {
    e().emit(Op::kLoadCell, r + 1, fn.registers[fn.scope][self], name_index(self));
  } else {
    check_bound({Place::kRegister, 0, self});
    e().emit(Op::kMove, r + 1, 0);
  }
  e().set_top(r + 2);
  e().loc = c->func->loc;
  e().emit(Op::kLoadGlobal, r + 2, name_index(id_super_));
  e().set_top(r + 3);
}

void Compiler::call(Call* c, int dst) {
  check_caller(c->func);
  check_keywords(c->keywords);
  auto* a = try_as<Attribute>(c->func);
  bool spread = has_spread(c->args, c->keywords);
  if (a && a->ctx == ExprContext::Load && !spread) {
    const Identifier* name = mangled(a->attr);
    int w = e().begin_window();
    if (is_super_call(a->value, a)) {
      super_operands(as<Call>(a->value));
      e().loc = method_location(a, a->loc);
      e().emit(Op::kLoadSuperMethod, w, w, name_index(name));
    } else {
      Operand v = operand(a->value);
      e().loc = method_location(a, a->loc);
      e().emit(Op::kLoadMethod, w, v.reg, name_index(name), v.temp ? kKillB : 0);
    }
    e().set_top(w + 2);
    e().loc = method_location(a, c->loc);
    return call_arguments(w, 0, c->args, c->keywords, dst, true, nullptr);
  }
  int w = e().begin_window();
  push_expr(c->func);
  at(c);
  call_arguments(w, 0, c->args, c->keywords, dst, false, nullptr);
}

void Compiler::call_arguments(int w, int already, const Span<Expr*>& args, const Span<Keyword*>& keywords, int dst, bool method,
                              Expr* extra) {
  Location where = e().loc;
  if (!method && has_spread(args, keywords)) {
    call_spread(w, already, args, keywords, dst, extra);
    e().end_window();
    return;
  }
  for (Expr* x : args) push_expr(x);
  if (extra) push_expr(extra);
  int count = already + static_cast<int>(args.size) + (extra ? 1 : 0);
  if (keywords.empty()) {
    e().loc = where;
    e().emit(method ? Op::kCallMethod : Op::kCall, dst, w, count);
  } else {
    std::vector<const Const*> keys;
    for (Keyword* k : keywords) {
      push_expr(k->value);
      keys.push_back(str_of(mangled(k->arg)));
    }
    e().loc = where;
    int names = e().constant(pool_.tuple(keys));
    e().emit(method ? Op::kCallMethodKeywords : Op::kCallKeywords, dst, w, count + static_cast<int>(keys.size())).extra = names;
  }
  e().end_window();
}

void Compiler::call_spread(int w, int already, const Span<Expr*>& args, const Span<Keyword*>& keywords, int dst, Expr* extra) {
  Location where = e().loc;
  // The positional arguments: R[w+1].
  int list = w + 1;
  if (already == 0 && !extra && args.size == 1 && is<Starred>(args[0])) {
    push_expr(as<Starred>(args[0])->value);
  } else if (already == 0 && !extra && args.empty()) {
    e().load_const(list, pool_.tuple({}));
    e().set_top(list + 1);
  } else {
    // Arguments already placed become the list's first items.
    ssize i = 0;
    while (i < args.size && i < 40 && !is<Starred>(args[i])) push_expr(args[i++]);
    e().loc = where;
    e().emit(Op::kBuildList, list, list, already + static_cast<int>(i));
    e().set_top(list + 1);
    for (; i < args.size; i++) {
      auto* star = try_as<Starred>(args[i]);
      Operand v = operand(star ? star->value : args[i]);
      e().loc = where;
      e().emit(star ? Op::kListExtend : Op::kListAppend, list, v.reg, 0, v.temp ? kKillB : 0);
      e().set_top(list + 1);
    }
    if (extra) {
      int r = push_expr(extra);
      e().emit(Op::kListAppend, list, r, 0, kKillB);
      e().set_top(list + 1);
    }
  }
  int has_dict = 0;
  if (!keywords.empty()) {
    has_dict = 1;
    int dict = e().top;
    ssize i = 0;
    auto run = [&](int into, int* count) {
      *count = 0;
      for (; i < keywords.size && keywords[i]->arg && *count < 20; i++, ++*count) {
        int r = e().top;
        e().load_const(r, str_of(mangled(keywords[i]->arg)));
        e().set_top(r + 1);
        push_expr(keywords[i]->value);
      }
      e().loc = where;
      e().emit(Op::kBuildDict, into, into, *count);
      e().set_top(into + 1);
    };
    int count;
    run(dict, &count);
    while (i < keywords.size) {
      Operand v;
      if (keywords[i]->arg) {
        int part = e().top;
        run(part, &count);
        v = {part, true};
      } else {
        v = operand(keywords[i]->value);
        i++;
      }
      e().loc = where;
      e().emit(Op::kDictMerge, dict, v.reg, w, v.temp ? kKillB : 0);
      e().set_top(dict + 1);
    }
  }
  e().loc = where;
  e().emit(Op::kCallSpread, dst, w, has_dict);
}

}  // namespace ty::compile
