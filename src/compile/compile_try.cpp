// compile/compile_try.cpp: try, with, and what leaving their blocks takes.
#include "compile/compiler.h"

namespace ty::compile {

void Compiler::push_block(Block block) {
  if (f().blocks.size() >= 21 && block.kind != BlockKind::kValue && block.kind != BlockKind::kStopIteration) {
    return f().blocks.push_back(block), error(block.loc, "too many statically nested blocks");
  }
  if (block.outer_region == -1) block.outer_region = e().region;
  f().blocks.push_back(block);
}

bool Compiler::unwinding_is_trivial(bool to_loop) {
  for (size_t i = f().blocks.size(); i-- > 0;) {
    const Block& b = f().blocks[i];
    switch (b.kind) {
      case BlockKind::kWhile: case BlockKind::kFor:
        if (to_loop) return true;
        break;
      case BlockKind::kStopIteration: case BlockKind::kTryExcept: break;
      default: return false;
    }
  }
  return true;
}

int Compiler::unwind_blocks(bool to_loop, int value) {
  Function& fn = f();
  std::vector<Block> saved = fn.blocks;
  int region = e().region;
  int mark = e().top;
  Location where = e().loc;
  int loop = -1;
  while (!fn.blocks.empty()) {
    Block b = fn.blocks.back();
    if (b.kind == BlockKind::kGroupHandler) {
      error(where, "'break', 'continue' and 'return' cannot appear in an except* block");
      break;
    }
    if (to_loop && (b.kind == BlockKind::kWhile || b.kind == BlockKind::kFor)) {
      loop = static_cast<int>(fn.blocks.size()) - 1;
      break;
    }
    fn.blocks.pop_back();
    e().region = b.outer_region;
    unwind_block(b, value);
    e().top = mark;
  }
  // What follows (the jump or the return itself) still belongs outside: only then the caller's view comes back.
  fn.blocks = std::move(saved);
  e().region = region;
  return loop;
}

void Compiler::unwind_block(const Block& b, int value) {
  switch (b.kind) {
    case BlockKind::kWhile: case BlockKind::kTryExcept: case BlockKind::kStopIteration: case BlockKind::kGroupHandler: return;
    case BlockKind::kFor: case BlockKind::kValue: e().emit(Op::kDrop, b.reg); return;
    case BlockKind::kFinallyTry:
      if (value >= 0) push_block({.kind = BlockKind::kValue, .reg = value, .loc = b.loc});
      body(*b.final_body);
      if (value >= 0) pop_block();
      return;
    case BlockKind::kFinallyEnd:
      e().emit(Op::kPopException, b.reg + 1);
      e().emit(Op::kDrop, b.reg);
      return;
    case BlockKind::kWith: case BlockKind::kAsyncWith: {
      Location saved = e().loc;
      e().loc = b.loc;
      call_exit_with_none(b.reg, b.kind == BlockKind::kAsyncWith);
      e().loc = saved;
      return;
    }
    case BlockKind::kHandler:
      e().emit(Op::kPopException, b.reg + 1);
      e().emit(Op::kDrop, b.reg);
      if (b.name) {
        int r = e().top;
        e().load_const(r, pool_.none());
        e().set_top(r + 1);
        store_name(b.name, {r, true});
        e().top = r;
        delete_name(b.name);
      }
      return;
  }
}

void Compiler::try_stmt(const Span<Stmt*>& try_body, const Span<ExceptHandler*>& handlers, const Span<Stmt*>& orelse,
                        const Span<Stmt*>& final_body, bool star) {
  auto inner = [&] {
    if (handlers.empty()) {
      body(try_body);
    } else if (star) {
      try_star(try_body, handlers, orelse);
    } else {
      try_except(try_body, handlers, orelse);
    }
  };
  if (final_body.empty()) return inner();
  int d = e().top;
  Location where = e().loc;
  int outer = e().region;
  Label failed = e().new_label(), end = e().new_label(), cleanup = e().new_label();
  push_block({.kind = BlockKind::kFinallyTry, .reg = d, .final_body = &final_body, .loc = where});
  e().region = e().add_region(failed, d);
  inner();
  e().region = outer;
  pop_block();
  body(final_body);
  e().jump(end);

  e().bind(failed);
  e().loc = {};
  e().set_top(d + 1);
  e().emit(Op::kPushException, d + 1, d);
  e().set_top(d + 2);
  push_block({.kind = BlockKind::kFinallyEnd, .reg = d, .loc = where});
  e().region = e().add_region(cleanup, d + 2, true);
  body(final_body);
  pop_block();
  e().region = outer;
  e().loc = {};
  e().emit(Op::kPopException, d + 1);
  e().emit(Op::kReraise, d, 0, 0, kKillA);
  e().bind(cleanup);
  e().set_top(d + 3);
  e().emit(Op::kPopException, d + 1);
  e().emit(Op::kReraise, d + 2, 0, 0, kKillA);
  e().bind(end);
  e().top = d;
  e().loc = where;
}

void Compiler::try_except(const Span<Stmt*>& try_body, const Span<ExceptHandler*>& handlers, const Span<Stmt*>& orelse) {
  int d = e().top;
  Location where = e().loc;
  int outer = e().region;
  Label failed = e().new_label(), end = e().new_label(), cleanup = e().new_label();
  push_block({.kind = BlockKind::kTryExcept, .loc = where});
  e().region = e().add_region(failed, d);
  body(try_body);
  e().region = outer;
  pop_block();
  body(orelse);
  e().jump(end);

  e().bind(failed);
  e().loc = {};
  e().set_top(d + 1);
  e().emit(Op::kPushException, d + 1, d);
  e().set_top(d + 2);
  int inside = e().add_region(cleanup, d + 2, true);
  e().region = inside;
  bool caught_all = false;
  for (ssize i = 0; i < handlers.size; i++) {
    ExceptHandler* h = handlers[i];
    if (!h->type && i + 1 < handlers.size) return error(h->loc, "default 'except:' must be last");
    Label next = e().new_label();
    e().loc = h->loc;
    if (h->type) {
      Operand type = operand(h->type);
      e().loc = h->type->loc;
      int t = d + 2;
      e().emit(Op::kExceptionMatches, t, d, type.reg, type.temp && type.reg != t ? kKillC : 0);
      e().set_top(t + 1);
      e().jump(Op::kJumpIfFalse, next, t, 0, 0, kKillA);
      e().top = d + 2;
    } else {
      caught_all = true;
    }
    e().loc = h->loc;
    Label named_cleanup = e().new_label();
    if (h->name) {
      if (!forbidden(h->name, ExprContext::Store, h->loc)) store_name(h->name, {d, false});
    }
    push_block({.kind = BlockKind::kHandler, .reg = d, .outer_region = outer, .name = h->name, .loc = h->loc});
    f().blocks.back().outer_region = outer;
    if (h->name) e().region = e().add_region(named_cleanup, d + 2, true);
    body(h->body);
    e().region = inside;
    Block block = f().blocks.back();
    pop_block();
    e().loc = {};
    e().region = outer;
    unwind_block(block, -1);
    e().jump(end);
    e().region = inside;
    if (h->name) {
      e().bind(named_cleanup);
      e().set_top(d + 3);
      e().load_const(d + 3, pool_.none());
      e().set_top(d + 4);
      store_name(h->name, {d + 3, true});
      e().top = d + 3;
      delete_name(h->name);
      e().emit(Op::kReraise, d + 2, 0, 0, kKillA);
      e().top = d + 2;
    }
    e().bind(next);
  }
  e().region = outer;
  if (!handlers.empty()) e().loc = handlers.back()->loc;
  if (!caught_all) {
    e().emit(Op::kPopException, d + 1);
    e().emit(Op::kReraise, d, 0, 0, kKillA);
  }
  e().loc = {};
  e().bind(cleanup);
  e().set_top(d + 3);
  e().emit(Op::kPopException, d + 1);
  e().emit(Op::kReraise, d + 2, 0, 0, kKillA);
  e().bind(end);
  e().top = d;
  e().loc = where;
}

/// Registers in the handlers: d original, d+1 handled before, d+2 list of what was raised, d+3 the rest, d+4 the matching group.
void Compiler::try_star(const Span<Stmt*>& try_body, const Span<ExceptHandler*>& handlers, const Span<Stmt*>& orelse) {
  int d = e().top;
  Location where = e().loc;
  int outer = e().region;
  Label failed = e().new_label(), end = e().new_label(), cleanup = e().new_label(), reraise = e().new_label();
  push_block({.kind = BlockKind::kTryExcept, .loc = where});
  e().region = e().add_region(failed, d);
  body(try_body);
  e().region = outer;
  pop_block();
  body(orelse);
  e().jump(end);

  e().bind(failed);
  e().loc = {};
  e().set_top(d + 1);
  e().emit(Op::kPushException, d + 1, d);
  e().set_top(d + 2);
  int inside = e().add_region(cleanup, d + 2, true);
  e().region = inside;
  e().emit(Op::kBuildList, d + 2, d + 2, 0);
  e().set_top(d + 3);
  e().emit(Op::kMove, d + 3, d);
  e().set_top(d + 4);
  for (ExceptHandler* h : handlers) {
    Label next = e().new_label(), raised = e().new_label(), no_match = e().new_label();
    e().loc = h->loc;
    Operand type = operand(h->type);
    e().loc = h->type->loc;
    e().emit(Op::kExceptionGroupMatches, d + 3, d + 4, type.reg, type.temp && type.reg != d + 4 ? kKillC : 0);
    e().set_top(d + 5);
    e().loc = h->loc;
    e().jump(Op::kJumpIfNone, no_match, d + 4, 0, 0, 0);
    if (h->name && !forbidden(h->name, ExprContext::Store, h->loc)) store_name(h->name, {d + 4, false});
    push_block({.kind = BlockKind::kGroupHandler, .reg = d, .loc = h->loc});
    e().region = e().add_region(raised, d + 5, true);
    body(h->body);
    pop_block();
    e().region = inside;
    e().loc = {};
    auto clear_name = [&] {
      if (!h->name) return;
      int r = e().top;
      e().load_const(r, pool_.none());
      e().set_top(r + 1);
      store_name(h->name, {r, true});
      e().top = r;
      delete_name(h->name);
    };
    clear_name();
    e().jump(no_match);
    e().bind(raised);
    e().set_top(d + 6);
    clear_name();
    e().emit(Op::kListAppend, d + 2, d + 5, 0, kKillB);
    e().top = d + 5;
    e().bind(no_match);
    e().emit(Op::kDrop, d + 4);
    e().top = d + 4;
    e().bind(next);
  }
  e().loc = {};
  e().emit(Op::kListAppend, d + 2, d + 3, 0, kKillB);
  e().top = d + 3;
  e().emit(Op::kPrepareReraiseStar, d + 2, d, d + 2);
  e().jump(Op::kJumpIfNotNone, reraise, d + 2);
  e().region = outer;
  e().emit(Op::kDrop, d + 2);
  e().top = d + 2;
  e().emit(Op::kPopException, d + 1);
  e().emit(Op::kDrop, d);
  e().jump(end);
  e().bind(reraise);
  e().set_top(d + 3);
  e().emit(Op::kPopException, d + 1);
  e().emit(Op::kReraise, d + 2, 0, 0, kKillA);
  e().bind(cleanup);
  e().set_top(d + 3);
  e().emit(Op::kPopException, d + 1);
  e().emit(Op::kReraise, d + 2, 0, 0, kKillA);
  e().bind(end);
  e().top = d;
  e().loc = where;
}

/// Calls the exit method in R[c], R[c+1] with three Nones and drops what it returns. R[c-6] … are reserved for the window.
void Compiler::call_exit_with_none(int c, bool is_async) {
  int mark = e().top;
  bool in_place = mark == c + 2;
  int w = c, result = c;
  if (!in_place) {
    w = e().begin_window();
    e().emit(Op::kMove, w, c, 0, kKillB);
    e().set_top(w + 1);
    e().emit(Op::kMove, w + 1, c + 1, 0, kKillB);
    e().set_top(w + 2);
    result = mark;
  }
  for (int i = 0; i < 3; i++) {
    e().load_const(w + 2 + i, pool_.none());
    e().set_top(w + 3 + i);
  }
  e().emit(Op::kCallMethod, result, w, 3);
  if (!in_place) e().end_window();
  e().set_top(result + 1);
  if (is_async) emit_await(result, 2);
  e().emit(Op::kDrop, result);
  e().top = mark;
}

void Compiler::with_stmt(const Span<WithItem*>& items, ssize index, const Span<Stmt*>& with_body, bool is_async, const Location& where) {
  WithItem* item = items[index];
  int mark = e().top;
  Location loc = item->context_expr->loc;
  int outer = e().region;
  Label failed = e().new_label(), end = e().new_label(), cleanup = e().new_label(), suppress = e().new_label();
  int c = e().begin_window();
  push_expr(item->context_expr);
  e().loc = loc;
  int enter = c + 2 + kWindowReserve;
  e().emit(Op::kLoadSpecial, enter, c, static_cast<int>(is_async ? SpecialMethod::kAEnter : SpecialMethod::kEnter));
  e().set_top(c + 2);
  e().begin_window();
  e().set_top(enter + 2);
  e().dead_words_once(c + 1);
  e().emit(Op::kLoadSpecial, c, c, static_cast<int>(is_async ? SpecialMethod::kAExit : SpecialMethod::kExit));
  int value = c + 2;
  auto* name = item->optional_vars && !is_async ? try_as<Name>(item->optional_vars) : nullptr;
  NameRef ref;
  bool direct = false;
  if (name && !forbidden(name->id, ExprContext::Store, name->loc)) {
    ref = resolve(name->id);
    direct = ref.place == Place::kRegister;
  }
  e().emit(Op::kCallMethod, direct ? ref.index : value, enter, 0);
  e().end_window();
  push_block({.kind = is_async ? BlockKind::kAsyncWith : BlockKind::kWith, .reg = c, .loc = loc});
  if (!direct) {
    e().set_top(value + 1);
    if (is_async) emit_await(value, 1);
    e().region = e().add_region(failed, c + 2, true);
    if (item->optional_vars) {
      store(item->optional_vars, {value, true});
    } else {
      e().emit(Op::kDrop, value);
    }
    e().top = c + 2;
  } else {
    e().region = e().add_region(failed, c + 2, true);
  }
  if (index + 1 < items.size) {
    with_stmt(items, index + 1, with_body, is_async, where);
  } else {
    body(with_body);
  }
  e().region = outer;
  pop_block();
  e().loc = loc;
  call_exit_with_none(c, is_async);
  e().jump(end);

  e().bind(failed);
  e().set_top(c + 3);
  e().emit(Op::kPushException, c + 3, c + 2);
  e().set_top(c + 4);
  e().region = e().add_region(cleanup, c + 4, true);
  e().emit(Op::kCallExit, c + 4, c, c + 2);
  e().set_top(c + 5);
  if (is_async) emit_await(c + 4, 2);
  e().jump(Op::kJumpIfTrue, suppress, c + 4, 0, 0, kKillA);
  e().region = outer;
  e().top = c + 4;
  e().loc = {};
  e().emit(Op::kPopException, c + 3);
  e().emit(Op::kReraise, c + 2, 0, 0, kKillA);
  e().bind(suppress);
  e().set_top(c + 4);
  e().emit(Op::kPopException, c + 3);
  e().emit(Op::kDrop, c + 2);
  e().emit(Op::kDrop, c);
  e().emit(Op::kDrop, c + 1);
  e().jump(end);
  e().bind(cleanup);
  e().set_top(c + 5);
  e().emit(Op::kPopException, c + 3);
  e().emit(Op::kReraise, c + 4, 0, 0, kKillA);
  e().bind(end);
  e().end_window();
  e().top = mark;
  e().loc = where;
}

}  // namespace ty::compile
