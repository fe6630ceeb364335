// compile/compile_expr.cpp: expressions and conditions.
#include "compile/compiler.h"

namespace ty::compile {

namespace {
Op binary_op(Operator op) {
  switch (op) {
    case Operator::Add: return Op::kAdd;
    case Operator::Sub: return Op::kSubtract;
    case Operator::Mult: return Op::kMultiply;
    case Operator::MatMult: return Op::kMatrixMultiply;
    case Operator::Div: return Op::kTrueDivide;
    case Operator::Mod: return Op::kRemainder;
    case Operator::Pow: return Op::kPower;
    case Operator::LShift: return Op::kLeftShift;
    case Operator::RShift: return Op::kRightShift;
    case Operator::BitOr: return Op::kBitOr;
    case Operator::BitXor: return Op::kBitXor;
    case Operator::BitAnd: return Op::kBitAnd;
    case Operator::FloorDiv: return Op::kFloorDivide;
  }
  return Op::kNop;
}
Op binary_const_op(Operator op) {
  switch (op) {
    case Operator::Add: return Op::kAddConst;
    case Operator::Sub: return Op::kSubtractConst;
    case Operator::Mult: return Op::kMultiplyConst;
    case Operator::Div: return Op::kTrueDivideConst;
    case Operator::Mod: return Op::kRemainderConst;
    case Operator::Pow: return Op::kPowerConst;
    case Operator::LShift: return Op::kLeftShiftConst;
    case Operator::RShift: return Op::kRightShiftConst;
    case Operator::BitAnd: return Op::kBitAndConst;
    case Operator::FloorDiv: return Op::kFloorDivideConst;
    default: return Op::kNop;
  }
}
Op inplace(Op op) { return static_cast<Op>(static_cast<int>(op) + 1); }  // declared right after

struct JumpPair {
  Op jump_if, jump_unless, jump_if_const, jump_unless_const;
};
bool compare_jump(CmpOperator op, JumpPair* out) {
  switch (op) {
#define CASE(cmp, name)                                                                                              \
  case CmpOperator::cmp:                                                                                             \
    *out = {Op::kJumpIf##name, Op::kJumpUnless##name, Op::kJumpIf##name##Const, Op::kJumpUnless##name##Const};      \
    return true;
    CASE(Lt, Lt) CASE(LtE, Le) CASE(Eq, Eq) CASE(NotEq, Ne) CASE(Gt, Gt) CASE(GtE, Ge)
#undef CASE
    default: return false;
  }
}
}  // namespace

// --- helpers ---

int Compiler::push_expr(Expr* expr) {
  int r = e().top;
  expr_into(expr, r);
  e().set_top(r + 1);
  return r;
}

Operand Compiler::operand(Expr* expr, std::initializer_list<Node*> later) {
  const Identifier* name = nullptr;
  if (auto* n = try_as<Name>(expr)) {
    name = n->id;
  } else if (auto* n = try_as<NamedExpr>(expr)) {
    name = as<Name>(n->target)->id;
  }
  if (name) {
    NameRef ref = resolve(name);
    if (ref.place == Place::kRegister) {
      bool in_place = true;
      for (Node* node : later) in_place = in_place && !may_rebind(node, name);
      if (in_place) {
        if (auto* n = try_as<NamedExpr>(expr)) {
          if (forbidden(name, ExprContext::Store, expr->loc)) return {};
          expr_into(n->value, ref.index);
        } else {
          at(expr);
          check_bound(ref);
        }
        return {ref.index, false};
      }
    }
  }
  return {push_expr(expr), true};
}

void Compiler::move(int dst, Operand v) {
  if (v.reg != dst) e().emit(Op::kMove, dst, v.reg, 0, v.temp ? kKillB : 0);
}

void Compiler::emit1(Op op, int dst, Operand v, int c) { e().emit(op, dst, v.reg, c, v.temp && v.reg != dst ? kKillB : 0); }

void Compiler::emit2(Op op, int dst, Operand l, Operand r) {
  uint8_t kill = 0;
  if (l.temp && l.reg != dst) kill |= kKillB;
  if (r.temp && r.reg != dst) kill |= kKillC;
  e().emit(op, dst, l.reg, r.reg, kill);
}

void Compiler::expr_into(Expr* expr, int dst) {
  if (diagnostics_.failed()) return;
  if (++diagnostics_.depth, diagnostics_.too_deep()) {
    return diagnostics_.error({}, "maximum recursion depth exceeded during compilation", ErrorKind::kRecursionError);
  }
  Location saved = e().loc;
  at(expr);
  expr_into_inner(expr, dst);
  e().loc = saved;
  --diagnostics_.depth;
}

void Compiler::expr_into_inner(Expr* expr, int dst) {
  switch (expr->kind()) {
    case ExprKind::Constant: return e().load_const(dst, constant_of(pool_, expr));
    case ExprKind::Name:
      if (forbidden(as<Name>(expr)->id, as<Name>(expr)->ctx, expr->loc)) return;
      return load_name(as<Name>(expr)->id, dst);
    case ExprKind::BinOp: {
      // A long chain a + b + c … is nested on the left: go down without recursion.
      auto* b = as<BinOp>(expr);
      int mark = e().top;
      Operand left = operand(b->left, {b->right});
      at(expr);
      binary(b->op, false, dst, left, b->right);
      e().top = mark;
      return;
    }
    case ExprKind::UnaryOp: return unary(as<UnaryOp>(expr), dst);
    case ExprKind::BoolOp: return bool_op(as<BoolOp>(expr), dst);
    case ExprKind::Compare: return compare(as<Compare>(expr), dst);
    case ExprKind::IfExp: return if_exp(as<IfExp>(expr), dst);
    case ExprKind::NamedExpr: return named_expr(as<NamedExpr>(expr), dst);
    case ExprKind::Lambda: return lambda(as<Lambda>(expr), dst);
    case ExprKind::Dict: return dict_display(as<Dict>(expr), dst);
    case ExprKind::Set: return set_display(as<Set>(expr), dst);
    case ExprKind::List: return tuple_or_list(as<List>(expr)->elts, false, dst);
    case ExprKind::Tuple: return tuple_or_list(as<Tuple>(expr)->elts, true, dst);
    case ExprKind::ListComp: case ExprKind::SetComp: case ExprKind::DictComp: case ExprKind::GeneratorExp: return comprehension(expr, dst);
    case ExprKind::Yield: return yield_into(as<Yield>(expr), dst);
    case ExprKind::YieldFrom: return yield_from_into(as<YieldFrom>(expr), dst);
    case ExprKind::Await: return await_into(as<Await>(expr), dst);
    case ExprKind::Call: return call(as<Call>(expr), dst);
    case ExprKind::JoinedStr: return joined_str(as<JoinedStr>(expr), dst);
    case ExprKind::FormattedValue: return formatted_value(as<FormattedValue>(expr), dst);
    case ExprKind::Attribute: return attribute(as<Attribute>(expr), dst);
    case ExprKind::Subscript: return subscript(as<Subscript>(expr), dst);
    case ExprKind::Slice: return slice(as<Slice>(expr), dst);
    case ExprKind::Starred:
      return error(expr->loc, as<Starred>(expr)->ctx == ExprContext::Store ? "starred assignment target must be in a list or tuple"
                                                                          : "can't use starred expression here");
  }
}

/// Evaluates for effect.
void Compiler::discard(Expr* expr) {
  switch (expr->kind()) {
    case ExprKind::Constant: return;
    case ExprKind::Name:
    case ExprKind::NamedExpr: {
      const Identifier* name = is<Name>(expr) ? as<Name>(expr)->id : as<Name>(as<NamedExpr>(expr)->target)->id;
      if (resolve(name).place == Place::kRegister) {
        operand(expr);
        return;
      }
      break;
    }
    default: break;
  }
  int mark = e().top;
  push_expr(expr);
  at(expr);
  e().emit(Op::kDrop, mark);
  e().top = mark;
}

// --- operators ---

void Compiler::binary(Operator op, bool in_place, int dst, Operand left, Expr* right) {
  Location where = e().loc;
  const Const* k = constant_of(pool_, right);
  Op with_const = k ? binary_const_op(op) : Op::kNop;
  if (with_const != Op::kNop) {
    e().emit(in_place ? inplace(with_const) : with_const, dst, left.reg, e().constant(k), left.temp && left.reg != dst ? kKillB : 0);
    return;
  }
  Operand r = operand(right);
  e().loc = where;
  emit2(in_place ? inplace(binary_op(op)) : binary_op(op), dst, left, r);
}

void Compiler::unary(UnaryOp* u, int dst) {
  int mark = e().top;
  Op op = Op::kNegative;
  switch (u->op) {
    case UnaryOperator::Not: op = Op::kNot; break;
    case UnaryOperator::Invert: op = Op::kInvert; break;
    case UnaryOperator::UAdd: op = Op::kPositive; break;
    case UnaryOperator::USub: op = Op::kNegative; break;
  }
  Operand v = operand(u->operand);
  at(u);
  emit1(op, dst, v);
  e().top = mark;
}

void Compiler::bool_op(BoolOp* b, int dst) {
  int mark = e().top;
  int r = dst == mark ? dst : mark;  // an early value may be tested and replaced only in a temporary
  Label end = e().new_label();
  for (ssize i = 0; i < b->values.size; i++) {
    if (i + 1 == b->values.size) {
      expr_into(b->values[i], r);
    } else {
      expr_into(b->values[i], r);
      e().set_top(r + 1);
      at(b);
      e().jump(b->op == BoolOperator::And ? Op::kJumpIfFalse : Op::kJumpIfTrue, end, r);
    }
  }
  e().bind(end);
  e().set_top(r + 1);
  move(dst, {r, true});
  e().top = mark;
}

void Compiler::compare_one(CmpOperator op, int dst, Operand l, Operand r) {
  Op code = Op::kNop;
  switch (op) {
    case CmpOperator::Lt: code = Op::kCompareLt; break;
    case CmpOperator::LtE: code = Op::kCompareLe; break;
    case CmpOperator::Eq: code = Op::kCompareEq; break;
    case CmpOperator::NotEq: code = Op::kCompareNe; break;
    case CmpOperator::Gt: code = Op::kCompareGt; break;
    case CmpOperator::GtE: code = Op::kCompareGe; break;
    case CmpOperator::Is: code = Op::kIs; break;
    case CmpOperator::IsNot: code = Op::kIsNot; break;
    case CmpOperator::In: code = Op::kContains; break;
    case CmpOperator::NotIn: code = Op::kNotContains; break;
  }
  emit2(code, dst, l, r);
}

void Compiler::compare(Compare* c, int dst) {
  check_compare(c);
  int mark = e().top;
  if (c->ops.size == 1) {
    Operand l = operand(c->left, {c->comparators[0]});
    Operand r = operand(c->comparators[0]);
    at(c);
    compare_one(c->ops[0], dst, l, r);
    e().top = mark;
    return;
  }
  // a < b < c: the result lies below the operands.
  int result = e().top;
  e().load_const(result, pool_.none());
  e().set_top(result + 1);
  Label end = e().new_label();
  int base = e().top;
  Operand l = operand(c->left, {c->comparators[0]});
  for (ssize i = 0; i < c->ops.size; i++) {
    bool last = i + 1 == c->ops.size;
    // The middle operand is kept as a temporary in `base` or in place.
    Operand r = last ? operand(c->comparators[i]) : operand(c->comparators[i], {c->comparators[i + 1]});
    at(c);
    compare_one(c->ops[i], result, l, last ? r : Operand{r.reg, false});
    if (last) break;
    // Only r is live now; a temporary goes down to `base`.
    if (r.temp) {
      if (r.reg != base) {
        e().emit(Op::kMove, base, r.reg, 0, kKillB);
        r.reg = base;
      }
      e().set_top(base + 1);
      Label go_on = e().new_label();
      e().jump(Op::kJumpIfTrue, go_on, result);
      e().emit(Op::kDrop, base);
      e().jump(end);
      e().bind(go_on);
    } else {
      e().set_top(base);
      e().jump(Op::kJumpIfFalse, end, result);
    }
    l = r;
  }
  e().bind(end);
  e().set_top(result + 1);
  move(dst, {result, true});
  e().top = mark;
}

void Compiler::if_exp(IfExp* x, int dst) {
  Label otherwise = e().new_label(), end = e().new_label();
  jump_if(x->test, otherwise, false);
  expr_into(x->body, dst);
  e().jump(end);
  e().bind(otherwise);
  expr_into(x->orelse, dst);
  e().bind(end);
}

void Compiler::named_expr(NamedExpr* n, int dst) {
  auto* target = as<Name>(n->target);
  if (forbidden(target->id, ExprContext::Store, target->loc)) return;
  NameRef ref = resolve(target->id);
  if (ref.place == Place::kRegister) {
    expr_into(n->value, ref.index);
    move(dst, {ref.index, false});
    return;
  }
  int mark = e().top;
  int r = push_expr(n->value);
  at(n);
  store_name(target->id, {r, false});
  move(dst, {r, true});
  e().top = mark;
}

// --- conditions ---

void Compiler::jump_if_compare(Compare* c, Label target, bool when) {
  check_compare(c);
  int mark = e().top;
  auto one = [&](CmpOperator op, Operand l, Operand r, const Const* k, Label where, bool if_true) {
    JumpPair ops;
    at(c);
    uint8_t kill = (l.temp ? kKillA : 0);
    if (compare_jump(op, &ops)) {
      if (k) {
        e().jump(if_true ? ops.jump_if_const : ops.jump_unless_const, where, l.reg, e().constant(k), 0, kill);
      } else {
        e().jump(if_true ? ops.jump_if : ops.jump_unless, where, l.reg, r.reg, 0, kill | (r.temp ? kKillB : 0));
      }
      return;
    }
    if (op == CmpOperator::Is || op == CmpOperator::IsNot) {
      bool is = (op == CmpOperator::Is) == if_true;
      if (k && k->kind == ConstKind::kNone) {
        e().jump(is ? Op::kJumpIfNone : Op::kJumpIfNotNone, where, l.reg, 0, 0, kill);
      } else {
        e().jump(is ? Op::kJumpIfIs : Op::kJumpIfIsNot, where, l.reg, r.reg, 0, kill | (r.temp ? kKillB : 0));
      }
      return;
    }
    int t = l.temp ? l.reg : r.temp ? r.reg : e().top;
    int saved = e().top;
    e().emit(op == CmpOperator::In ? Op::kContains : Op::kNotContains, t, l.reg, r.reg,
             static_cast<uint8_t>((l.temp && l.reg != t ? kKillB : 0) | (r.temp && r.reg != t ? kKillC : 0)));
    if (t >= saved) e().set_top(t + 1);
    e().jump(if_true ? Op::kJumpIfTrue : Op::kJumpIfFalse, where, t, 0, 0, kKillA);
    e().top = saved;
  };
  auto constant_operand = [&](CmpOperator op, Expr* right) -> const Const* {
    const Const* k = constant_of(pool_, right);
    JumpPair ops;
    if (k && (compare_jump(op, &ops) || ((op == CmpOperator::Is || op == CmpOperator::IsNot) && k->kind == ConstKind::kNone))) return k;
    return nullptr;
  };
  if (c->ops.size == 1) {
    Operand l = operand(c->left, {c->comparators[0]});
    const Const* k = constant_operand(c->ops[0], c->comparators[0]);
    Operand r;
    if (!k) r = operand(c->comparators[0]);
    one(c->ops[0], l, r, k, target, when);
    e().top = mark;
    return;
  }
  Label end = e().new_label();
  Label false_target = when ? end : target;
  Label clean = e().new_label();
  bool clean_used = false;
  Operand l = operand(c->left, {c->comparators[0]});
  for (ssize i = 0; i < c->ops.size; i++) {
    bool last = i + 1 == c->ops.size;
    if (last) {
      const Const* k = constant_operand(c->ops[i], c->comparators[i]);
      Operand r;
      if (!k) r = operand(c->comparators[i]);
      one(c->ops[i], l, r, k, target, when);
      break;
    }
    Operand r = operand(c->comparators[i], {c->comparators[i + 1]});
    at(c);
    if (r.temp && l.temp) {
      // Both are temporaries: the result goes where l was, then r moves down over it.
      compare_one(c->ops[i], l.reg, l, {r.reg, false});
      e().emit(Op::kSwap, l.reg, r.reg);
      e().jump(Op::kJumpIfFalse, clean, r.reg, 0, 0, kKillA);
      clean_used = true;
      r.reg = l.reg;
      e().set_top(mark + 1);
    } else {
      Label to = r.temp ? clean : false_target;
      clean_used |= r.temp;
      one(c->ops[i], l, {r.reg, false}, nullptr, to, false);
      e().set_top(r.temp ? mark + 1 : mark);
    }
    l = r;
  }
  e().top = mark;
  if (clean_used) {
    Label over = e().new_label();
    e().jump(over);
    e().bind(clean);
    e().set_top(mark + 1);
    e().emit(Op::kDrop, mark);
    e().top = mark;
    e().jump(false_target);
    e().bind(over);
  }
  e().bind(end);
}

void Compiler::jump_if(Expr* expr, Label target, bool when) {
  if (diagnostics_.failed()) return;
  Location saved = e().loc;
  switch (expr->kind()) {
    case ExprKind::Constant: {
      const Const* k = constant_of(pool_, expr);
      if (k->kind == ConstKind::kObject) break;
      if (const_truth(*k) == when) e().jump(target);
      return;
    }
    case ExprKind::UnaryOp:
      if (as<UnaryOp>(expr)->op == UnaryOperator::Not) return jump_if(as<UnaryOp>(expr)->operand, target, !when);
      break;
    case ExprKind::BoolOp: {
      auto* b = as<BoolOp>(expr);
      bool is_or = b->op == BoolOperator::Or;
      Label end = is_or == when ? target : e().new_label();
      for (ssize i = 0; i + 1 < b->values.size; i++) jump_if(b->values[i], end, is_or);
      jump_if(b->values[b->values.size - 1], target, when);
      if (end.id != target.id) e().bind(end);
      return;
    }
    case ExprKind::IfExp: {
      auto* x = as<IfExp>(expr);
      Label otherwise = e().new_label(), end = e().new_label();
      jump_if(x->test, otherwise, false);
      jump_if(x->body, target, when);
      e().jump(end);
      e().bind(otherwise);
      jump_if(x->orelse, target, when);
      e().bind(end);
      return;
    }
    case ExprKind::Compare:
      at(expr);
      jump_if_compare(as<Compare>(expr), target, when);
      e().loc = saved;
      return;
    default: break;
  }
  int mark = e().top;
  Operand v = operand(expr);
  at(expr);
  e().jump(when ? Op::kJumpIfTrue : Op::kJumpIfFalse, target, v.reg, 0, 0, v.temp ? kKillA : 0);
  e().loc = saved;
  e().top = mark;
}

// --- displays ---

void Compiler::tuple_or_list(const Span<Expr*>& elements, bool is_tuple, int dst) {
  int mark = e().top;
  Location where = e().loc;
  bool starred = false, all_constant = elements.size > 2;
  std::vector<const Const*> constants;
  for (Expr* x : elements) {
    starred |= is<Starred>(x);
    const Const* k = constant_of(pool_, x);
    if (k) {
      constants.push_back(k);
    } else {
      all_constant = false;
    }
  }
  if (all_constant && !is_tuple) {
    int list = mark;
    e().emit(Op::kBuildList, list, list, 0);
    e().set_top(list + 1);
    int items = e().top;
    e().load_const(items, pool_.tuple(constants));
    e().set_top(items + 1);
    e().emit(Op::kListExtend, list, items, 0, kKillB);
    e().set_top(list + 1);
    move(dst, {list, true});
    e().top = mark;
    return;
  }
  constexpr ssize kRun = 40;
  if (!starred && elements.size <= kRun) {
    int base = e().top;
    for (Expr* x : elements) push_expr(x);
    e().loc = where;
    e().emit(is_tuple ? Op::kBuildTuple : Op::kBuildList, dst, base, static_cast<int>(elements.size));
    e().top = mark;
    return;
  }
  // A list that grows.
  int list = mark;
  ssize i = 0;
  while (i < elements.size && i < kRun && !is<Starred>(elements[i])) i++;
  for (ssize k = 0; k < i; k++) push_expr(elements[k]);
  e().loc = where;
  e().emit(Op::kBuildList, list, list, static_cast<int>(i));
  e().set_top(list + 1);
  for (; i < elements.size; i++) {
    if (auto* s = try_as<Starred>(elements[i])) {
      Operand v = operand(s->value);
      e().loc = where;
      e().emit(Op::kListExtend, list, v.reg, 0, v.temp ? kKillB : 0);
    } else {
      Operand v = operand(elements[i]);
      e().loc = where;
      e().emit(Op::kListAppend, list, v.reg, 0, v.temp ? kKillB : 0);
    }
    e().set_top(list + 1);
  }
  if (is_tuple) {
    emit1(Op::kListToTuple, dst, {list, true});
  } else {
    move(dst, {list, true});
  }
  e().top = mark;
}

void Compiler::set_display(Set* s, int dst) {
  int mark = e().top;
  constexpr ssize kRun = 40;
  bool starred = false, all_constant = s->elts.size > 2;
  std::vector<const Const*> constants;
  for (Expr* x : s->elts) {
    starred |= is<Starred>(x);
    const Const* k = constant_of(pool_, x);
    if (!k) all_constant = false;
    bool seen = false;
    for (const Const* other : constants) seen |= other == k;
    if (k && !seen) constants.push_back(k);
  }
  int set = mark;
  if (all_constant) {
    e().emit(Op::kBuildSet, set, set, 0);
    e().set_top(set + 1);
    int items = e().top;
    e().load_const(items, pool_.tuple(constants, ConstKind::kFrozenSet));
    e().set_top(items + 1);
    e().emit(Op::kSetUpdate, set, items, 0, kKillB);
    e().set_top(set + 1);
    move(dst, {set, true});
    e().top = mark;
    return;
  }
  if (!starred && s->elts.size <= kRun) {
    for (Expr* x : s->elts) push_expr(x);
    at(s);
    e().emit(Op::kBuildSet, dst, set, static_cast<int>(s->elts.size));
    e().top = mark;
    return;
  }
  ssize i = 0;
  while (i < s->elts.size && i < kRun && !is<Starred>(s->elts[i])) i++;
  for (ssize k = 0; k < i; k++) push_expr(s->elts[k]);
  at(s);
  e().emit(Op::kBuildSet, set, set, static_cast<int>(i));
  e().set_top(set + 1);
  for (; i < s->elts.size; i++) {
    auto* star = try_as<Starred>(s->elts[i]);
    Operand v = operand(star ? star->value : s->elts[i]);
    at(s);
    e().emit(star ? Op::kSetUpdate : Op::kSetAdd, set, v.reg, 0, v.temp ? kKillB : 0);
    e().set_top(set + 1);
  }
  move(dst, {set, true});
  e().top = mark;
}

void Compiler::dict_display(Dict* d, int dst) {
  int mark = e().top;
  constexpr ssize kPairs = 20;
  bool unpacks = false;
  for (Expr* k : d->keys) unpacks |= k == nullptr;
  if (!unpacks && d->keys.size <= kPairs) {
    for (ssize i = 0; i < d->keys.size; i++) {
      push_expr(d->keys[i]);
      push_expr(d->values[i]);
    }
    at(d);
    e().emit(Op::kBuildDict, dst, mark, static_cast<int>(d->keys.size));
    e().top = mark;
    return;
  }
  int dict = mark;
  ssize i = 0;
  while (i < d->keys.size && i < kPairs && d->keys[i]) {
    push_expr(d->keys[i]);
    push_expr(d->values[i]);
    i++;
  }
  at(d);
  e().emit(Op::kBuildDict, dict, dict, static_cast<int>(i));
  e().set_top(dict + 1);
  for (; i < d->keys.size; i++) {
    if (!d->keys[i]) {
      Operand v = operand(d->values[i]);
      at(d);
      e().emit(Op::kDictUpdate, dict, v.reg, 0, v.temp ? kKillB : 0);
    } else {
      Operand k = operand(d->keys[i], {d->values[i]});
      Operand v = operand(d->values[i]);
      at(d);
      e().emit(Op::kDictAdd, dict, k.reg, v.reg, static_cast<uint8_t>((k.temp ? kKillB : 0) | (v.temp ? kKillC : 0)));
    }
    e().set_top(dict + 1);
  }
  move(dst, {dict, true});
  e().top = mark;
}

// --- f-strings ---

void Compiler::joined_str(JoinedStr* j, int dst) {
  if (j->values.empty()) return e().load_const(dst, pool_.str(""));
  if (j->values.size == 1) return expr_into(j->values[0], dst);
  int mark = e().top;
  constexpr int kRun = 40;
  for (Expr* x : j->values) {
    if (e().top - mark >= kRun) {
      at(j);
      e().emit(Op::kBuildString, mark, mark, e().top - mark);
      e().set_top(mark + 1);
    }
    push_expr(x);
  }
  at(j);
  e().emit(Op::kBuildString, dst, mark, e().top - mark);
  e().top = mark;
}

void Compiler::formatted_value(FormattedValue* v, int dst) {
  int mark = e().top;
  Operand x = operand(v->value, {v->format_spec});
  at(v);
  if (v->conversion > 0) {
    emit1(Op::kConvert, mark, x, v->conversion);
    e().set_top(mark + 1);
    x = {mark, true};
  }
  if (v->format_spec) {
    Operand spec = operand(v->format_spec);
    at(v);
    emit2(Op::kFormatSpec, dst, x, spec);
  } else {
    emit1(Op::kFormatSimple, dst, x);
  }
  e().top = mark;
}

// --- subscripts and attributes ---

void Compiler::subscript(Subscript* s, int dst) {
  check_subscripter(s->value);
  check_index(s->value, s->slice);
  int mark = e().top;
  Operand container = operand(s->value, {s->slice});
  Operand key = operand(s->slice);
  at(s);
  emit2(Op::kLoadSubscript, dst, container, key);
  e().top = mark;
}

void Compiler::slice(Slice* s, int dst) {
  int base = e().top;
  for (Expr* part : {s->lower, s->upper}) {
    if (part) {
      push_expr(part);
    } else {
      int r = e().top;
      e().load_const(r, pool_.none());
      e().set_top(r + 1);
    }
  }
  if (s->step) push_expr(s->step);
  at(s);
  e().emit(Op::kBuildSlice, dst, base, s->step ? 3 : 2);
  e().top = base;
}

void Compiler::attribute(Attribute* a, int dst) {
  int mark = e().top;
  const Identifier* name = mangled(a->attr);
  if (is_super_call(a->value, a)) {
    super_operands(as<Call>(a->value));
    e().loc = method_location(a, a->loc);
    e().emit(Op::kLoadSuperAttr, dst, mark, name_index(name));
    e().top = mark;
    return;
  }
  Operand v = operand(a->value);
  e().loc = method_location(a, a->loc);
  emit1(Op::kLoadAttr, dst, v, name_index(name));
  e().top = mark;
}

// --- yield and await ---

void Compiler::yield_into(Yield* y, int dst) {
  Function& fn = f();
  if (fn.kind != UnitKind::kFunction && fn.kind != UnitKind::kAsyncFunction && fn.kind != UnitKind::kLambda) {
    return error(y->loc, "'yield' outside function");
  }
  int mark = e().top;
  Operand v;
  if (y->value) {
    v = operand(y->value);
  } else {
    e().load_const(mark, pool_.none());
    e().set_top(mark + 1);
    v = {mark, true};
  }
  at(y);
  if (fn.scope->generator && fn.scope->coroutine) {
    emit1(Op::kWrapAsyncYield, mark, v);
    e().set_top(mark + 1);
    v = {mark, true};
  }
  e().emit(Op::kYield, dst, v.reg, 0, v.temp ? kKillB : 0);  // also when dst is v: the value leaves at once
  e().top = mark;
}

void Compiler::send_loop(int d) {
  Label again = e().new_label(), done = e().new_label(), thrown = e().new_label(), end = e().new_label();
  e().load_const(d + 1, pool_.none());
  e().set_top(d + 2);
  e().bind(again);
  e().jump(Op::kSend, done, d + 2, d, d + 1, kKillC);
  e().set_top(d + 3);
  int outer = e().region;
  e().region = e().add_region(thrown, d + 1);
  e().emit(Op::kYield, d + 1, d + 2, 1, kKillB);
  e().region = outer;
  e().set_top(d + 2);
  e().jump(Op::kJumpBack, again);
  e().bind(thrown);
  e().set_top(d + 2);
  e().emit(Op::kCleanupThrow, d, d + 1, 0, kKillB);
  e().set_top(d + 1);
  e().jump(end);
  e().bind(done);
  e().set_top(d + 3);
  e().emit(Op::kMove, d, d + 2, 0, kKillB);
  e().bind(end);
  e().set_top(d + 1);
}

void Compiler::emit_await(int d, int kind) {
  e().emit(Op::kGetAwaitable, d, d, kind);
  send_loop(d);
}

void Compiler::yield_from_into(YieldFrom* y, int dst) {
  Function& fn = f();
  if (fn.kind == UnitKind::kAsyncFunction) return error(y->loc, "'yield from' inside async function");
  if (fn.kind != UnitKind::kFunction && fn.kind != UnitKind::kLambda) return error(y->loc, "'yield from' outside function");
  int mark = e().top;
  Operand v = operand(y->value);
  at(y);
  emit1(Op::kGetYieldFromIter, mark, v);
  e().set_top(mark + 1);
  send_loop(mark);
  move(dst, {mark, true});
  e().top = mark;
}

void Compiler::await_into(Await* a, int dst) {
  Function& fn = f();
  if (!(top_level_await() && fn.kind == UnitKind::kModule)) {
    if (fn.kind == UnitKind::kModule || fn.kind == UnitKind::kClass || fn.kind == UnitKind::kTypeParameters) {
      return error(a->loc, "'await' outside function");
    }
    if (fn.kind != UnitKind::kAsyncFunction && fn.kind != UnitKind::kComprehension) return error(a->loc, "'await' outside async function");
  }
  int mark = e().top;
  Operand v = operand(a->value);
  at(a);
  emit1(Op::kGetAwaitable, mark, v, 0);
  e().set_top(mark + 1);
  send_loop(mark);
  move(dst, {mark, true});
  e().top = mark;
}

void Compiler::lambda(Lambda* l, int dst) {
  check_debug_arguments(l->args);
  int mark = e().top;
  Scope* scope = symbols_.scope_of(l);
  enter(id("<lambda>"), UnitKind::kLambda, scope, l->loc.lineno);
  f().out->argument_count = static_cast<int>(l->args->posonlyargs.size + l->args->args.size);
  f().out->positional_only_count = static_cast<int>(l->args->posonlyargs.size);
  f().out->keyword_only_count = static_cast<int>(l->args->kwonlyargs.size);
  begin_function_body();
  int r = e().top;
  Operand v = operand(l->body);
  e().loc = l->body->loc;
  e().emit(Op::kReturn, v.reg, 0, 0, v.temp ? kKillA : 0);
  e().top = r;
  end_function_body();
  CodeUnit* unit = leave();
  at(l);
  bool plain = l->args->defaults.empty() && unit->free_names.empty();
  for (Expr* x : l->args->kw_defaults) plain = plain && !x;
  int function = plain ? dst : mark;
  e().emit(Op::kMakeFunction, function, e().constant(pool_.code(unit)));
  if (plain) return;
  e().set_top(function + 1);
  function_defaults(l->args, function);
  at(l);
  make_closure(unit, function);
  move(dst, {function, true});
  e().top = mark;
}

// --- warnings ---

namespace {
const char* display_type(ConstPool& pool, Expr* x) {
  switch (x->kind()) {
    case ExprKind::Constant: return const_type_name(*constant_of(pool, x));
    case ExprKind::Tuple: return "tuple";
    case ExprKind::List: case ExprKind::ListComp: return "list";
    case ExprKind::Dict: case ExprKind::DictComp: return "dict";
    case ExprKind::Set: case ExprKind::SetComp: return "set";
    case ExprKind::GeneratorExp: return "generator";
    case ExprKind::Lambda: return "function";
    case ExprKind::JoinedStr: case ExprKind::FormattedValue: return "str";
    default: return nullptr;
  }
}
}  // namespace

void Compiler::check_compare(Compare* c) {
  auto suspicious = [&](Expr* x) -> const Const* {
    const Const* k = constant_of(pool_, x);
    if (!k || k->kind == ConstKind::kNone || k->is_bool() || k->kind == ConstKind::kEllipsis) return nullptr;
    return k;
  };
  const Const* left = suspicious(c->left);
  for (ssize i = 0; i < c->ops.size; i++) {
    const Const* right = suspicious(c->comparators[i]);
    if (c->ops[i] == CmpOperator::Is || c->ops[i] == CmpOperator::IsNot) {
      if (const Const* k = left ? left : right) {
        bool is = c->ops[i] == CmpOperator::Is;
        diagnostics_.warn(c->loc, std::string(is ? "\"is\" with '" : "\"is not\" with '") + const_type_name(*k) +
                                      (is ? "' literal. Did you mean \"==\"?" : "' literal. Did you mean \"!=\"?"));
        return;
      }
    }
    left = right;
  }
}

void Compiler::check_caller(Expr* function) {
  switch (function->kind()) {
    case ExprKind::Constant: case ExprKind::Tuple: case ExprKind::List: case ExprKind::ListComp: case ExprKind::Dict:
    case ExprKind::DictComp: case ExprKind::Set: case ExprKind::SetComp: case ExprKind::GeneratorExp: case ExprKind::JoinedStr:
    case ExprKind::FormattedValue:
      diagnostics_.warn(function->loc, "'" + std::string(display_type(pool_, function)) + "' object is not callable; perhaps you missed a comma?");
      return;
    default: return;
  }
}

void Compiler::check_subscripter(Expr* value) {
  switch (value->kind()) {
    case ExprKind::Constant: {
      const Const* k = constant_of(pool_, value);
      if (!(k->kind == ConstKind::kNone || k->kind == ConstKind::kEllipsis || k->is_bool() || k->is_number() || k->kind == ConstKind::kFrozenSet)) return;
      [[fallthrough]];
    }
    case ExprKind::Set: case ExprKind::SetComp: case ExprKind::GeneratorExp: case ExprKind::Lambda:
      diagnostics_.warn(value->loc, "'" + std::string(display_type(pool_, value)) + "' object is not subscriptable; perhaps you missed a comma?");
      return;
    default: return;
  }
}

void Compiler::check_index(Expr* value, Expr* index) {
  const char* type = display_type(pool_, index);
  if (!type) return;
  if (const Const* k = constant_of(pool_, index); k && (k->is_int() || k->is_bool() || k->kind == ConstKind::kObject)) return;
  switch (value->kind()) {
    case ExprKind::Constant: {
      const Const* k = constant_of(pool_, value);
      if (k->kind != ConstKind::kStr && k->kind != ConstKind::kBytes && k->kind != ConstKind::kTuple) return;
      break;
    }
    case ExprKind::Tuple: case ExprKind::List: case ExprKind::ListComp: case ExprKind::JoinedStr: case ExprKind::FormattedValue: break;
    default: return;
  }
  diagnostics_.warn(value->loc, std::string(display_type(pool_, value)) + " indices must be integers or slices, not " + type +
                                    "; perhaps you missed a comma?");
}

}  // namespace ty::compile
