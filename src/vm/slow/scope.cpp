// vm/slow/scope.cpp: moves, cells, names.
#include "types/container.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/interpreter.h"
#include "vm/slow/slow.h"
#include "vm/unwind.h"

namespace ty {

namespace {

[[gnu::cold]] bool raise_name(Thread& t, Type* type, const char* format, Value name) {
  (void)raise_format(t, type, format, name);
  if (t.exception && t.exception->type() == type) {
    Ref<Object> e = take_exception(t);
    auto r = set_attribute(t, Value(e), NAME("name"), name);
    if (!r.ok()) clear_exception(t);
    restore_exception(t, std::move(e));
  }
  return false;
}
bool raise_unbound(Thread& t, Value name) {
  return raise_name(t, &exc_UnboundLocalError, "cannot access local variable '%U' where it is not associated with a value", name);
}
bool raise_free(Thread& t, Value name) {
  return raise_name(t, &exc_NameError, "cannot access free variable '%U' where it is not associated with a value in enclosing scope", name);
}
bool raise_undefined(Thread& t, Value name) { return raise_name(t, &exc_NameError, "name '%U' is not defined", name); }

Cell* free_cell(Value* R, uint32_t index) { return frame_function(R)->closure.load_as<Tuple>()->items[index].load_as<Cell>(); }

bool cell_value(Thread& t, Value* R, uint32_t a, Cell* cell, Value name, bool free) {
  Owned v = cell->content.get();
  if (TY_UNLIKELY(!v)) return free ? raise_free(t, name) : raise_unbound(t, name);
  put(R, a, std::move(v));
  return true;
}

/// Mapping look-up with KeyError as absence.
Lookup<Owned> namespace_get(Thread& t, Value ns, Value name) {
  if (is_exact<Dict>(ns)) return dict_get_name(t, *ns.as<Dict>(), name);
  auto r = get_item(t, ns, name);
  if (r.ok()) return r.take();
  if (!exception_matches(t, &exc_KeyError)) return Raised{};
  clear_exception(t);
  return Absent{};
}

}  // namespace

/// Global, then builtin; Absent when neither has it.
Lookup<Owned> vm_lookup_global(Thread& t, Value* R, Value name) {
  Value globals = frame_function(R)->globals.load();
  Lookup<Owned> found = namespace_get(t, globals, name);
  if (!found.absent()) return found;
  return namespace_get(t, frame_builtins(R), name);
}

namespace {
bool load_global(Thread& t, Value* R, uint32_t a, Value name) {
  Lookup<Owned> found = vm_lookup_global(t, R, name);
  if (found.raised()) return false;
  if (found.absent()) return raise_undefined(t, name);
  put(R, a, found.take());
  return true;
}
}  // namespace

bool slow_Move(Thread&, Value* R, const Value*, Ins i) {
  put(R, i.a, take_operand(R, i.b, i.kill & kKillB));
  return true;
}
bool slow_LoadConst(Thread&, Value* R, const Value* K, Ins i) {
  put(R, i.a, borrow_or_dup(K[i.b]));
  return true;
}
bool slow_CheckBound(Thread& t, Value*, const Value* K, Ins i) { return raise_unbound(t, K[i.b]); }

bool slow_MakeCell(Thread& t, Value* R, const Value*, Ins i) {
  Value v = R[i.a];
  auto cell = cell_new(t, v.is_empty() ? Value() : v);
  if (!cell.ok()) return false;
  put(R, i.a, Owned(cell.take()));
  return true;
}
bool slow_LoadCell(Thread& t, Value* R, const Value* K, Ins i) { return cell_value(t, R, i.a, R[i.b].as<Cell>(), K[i.c], false); }
bool slow_StoreCell(Thread&, Value* R, const Value*, Ins i) {
  Cell* cell = R[i.a].as<Cell>();
  Owned old = cell->content.exchange(cell, take_operand(R, i.b, i.kill & kKillB));
  return true;
}
bool slow_DeleteCell(Thread& t, Value* R, const Value* K, Ins i) {
  Cell* cell = R[i.a].as<Cell>();
  Owned old = cell->content.clear(cell);
  return old ? true : raise_unbound(t, K[i.c]);
}
bool slow_LoadFree(Thread& t, Value* R, const Value* K, Ins i) { return cell_value(t, R, i.a, free_cell(R, i.b), K[i.c], true); }
bool slow_StoreFree(Thread&, Value* R, const Value*, Ins i) {
  Cell* cell = free_cell(R, i.b);
  Owned old = cell->content.exchange(cell, take_operand(R, i.a, i.kill & kKillA));
  return true;
}
bool slow_DeleteFree(Thread& t, Value* R, const Value* K, Ins i) {
  Cell* cell = free_cell(R, i.b);
  Owned old = cell->content.clear(cell);
  return old ? true : raise_free(t, K[i.c]);
}
bool slow_LoadFreeCell(Thread&, Value* R, const Value*, Ins i) {
  put(R, i.a, borrow_or_dup(Value(free_cell(R, i.b))));
  return true;
}

bool slow_LoadGlobal(Thread& t, Value* R, const Value* K, Ins i) { return load_global(t, R, i.a, K[i.b]); }
bool slow_StoreGlobal(Thread& t, Value* R, const Value* K, Ins i) {
  Value globals = frame_function(R)->globals.load();
  if (!dict_set(t, *globals.as<Dict>(), K[i.b], R[i.a]).ok()) return false;
  if (i.kill & kKillA) clear_register(R, i.a);
  return true;
}
bool slow_DeleteGlobal(Thread& t, Value* R, const Value* K, Ins i) {
  auto r = dict_delete(t, frame_globals(R), K[i.b]);
  if (!r.ok()) return false;
  return r.take() ? true : raise_undefined(t, K[i.b]);
}

bool slow_LoadName(Thread& t, Value* R, const Value* K, Ins i) {
  Value ns = R[kFrameAux];
  Lookup<Owned> found = namespace_get(t, ns, K[i.b]);
  if (found.raised()) return false;
  if (found.found()) {
    put(R, i.a, found.take());
    return true;
  }
  return load_global(t, R, i.a, K[i.b]);
}
bool slow_StoreName(Thread& t, Value* R, const Value* K, Ins i) {
  Value ns = R[kFrameAux];
  auto r = is_exact<Dict>(ns) ? dict_set(t, *ns.as<Dict>(), K[i.b], R[i.a]) : set_item(t, ns, K[i.b], R[i.a]);
  if (!r.ok()) return false;
  if (i.kill & kKillA) clear_register(R, i.a);
  return true;
}
bool slow_DeleteName(Thread& t, Value* R, const Value* K, Ins i) {
  Value ns = R[kFrameAux];
  if (delete_item(t, ns, K[i.b]).ok()) return true;
  if (exception_matches(t, &exc_KeyError)) {
    clear_exception(t);
    return raise_undefined(t, K[i.b]);
  }
  return false;
}
bool slow_LoadLocals(Thread&, Value* R, const Value*, Ins i) {
  put(R, i.a, borrow_or_dup(R[kFrameAux]));
  return true;
}
bool slow_LoadFromDictOrGlobals(Thread& t, Value* R, const Value* K, Ins i) {
  Lookup<Owned> found = namespace_get(t, R[i.b], K[i.c]);
  if (found.absent()) {
    Lookup<Owned> global = vm_lookup_global(t, R, K[i.c]);
    if (global.raised()) return false;
    if (global.absent()) return raise_undefined(t, K[i.c]);
    return finish_b(R, i, global.take());
  }
  if (found.raised()) return false;
  return finish_b(R, i, found.take());
}
bool slow_LoadFromDictOrCell(Thread& t, Value* R, const Value* K, Ins i) {
  Lookup<Owned> found = namespace_get(t, R[i.b], K[i.c]);
  if (found.raised()) return false;
  if (found.found()) return finish_b(R, i, found.take());
  Owned v = R[i.a].as<Cell>()->content.get();
  if (!v) return raise_free(t, K[i.c]);
  return finish_b(R, i, std::move(v));
}
bool slow_SetupAnnotations(Thread& t, Value* R, const Value*, Ins) {
  Value ns = R[kFrameAux];
  Lookup<Owned> found = namespace_get(t, ns, NAME("__annotations__"));
  if (found.raised()) return false;
  if (found.found()) return true;
  auto dict = dict_new(t);
  if (!dict.ok()) return false;
  Owned d = Owned(dict.take());
  auto r = is_exact<Dict>(ns) ? dict_set(t, *ns.as<Dict>(), NAME("__annotations__"), d) : set_item(t, ns, NAME("__annotations__"), d);
  return r.ok();
}

}  // namespace ty
