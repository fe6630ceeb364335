// compile/compile_name.cpp: loading, storing and deleting names.
#include "compile/compiler.h"

namespace ty::compile {

const Identifier* Compiler::mangled(const Identifier* name) { return maybe_mangle(names_, f().private_name, *f().current_scope, name); }

int Compiler::name_index(const Identifier* name) { return e().constant(pool_.name(name->view())); }

NameRef Compiler::resolve(const Identifier* plain) {
  Function& fn = f();
  const Identifier* name = mangled(plain);
  bool through_comprehension = false;
  for (Scope* s = fn.current_scope;; s = s->parent) {
    NameScope where = s->scope_of(name);
    if (s != fn.scope) {
      through_comprehension = true;
      switch (where) {
        case NameScope::kLocal: return {Place::kRegister, fn.registers[s][name], name};
        case NameScope::kCell: return {Place::kCell, fn.registers[s][name], name};
        case NameScope::kGlobalExplicit: return {Place::kGlobal, 0, name};
        case NameScope::kGlobalImplicit: return {fn.kind == UnitKind::kModule ? Place::kName : Place::kGlobal, 0, name};
        default: continue;
      }
    }
    bool class_body = fn.kind == UnitKind::kClass;
    if (through_comprehension && class_body) {
      auto it = fn.free_index.find(name);
      if (it != fn.free_index.end()) return {Place::kFree, it->second, name};
      auto cell = fn.registers[s].find(name);
      if (cell != fn.registers[s].end()) return {Place::kCell, cell->second, name};
      return {Place::kGlobal, 0, name};
    }
    switch (where) {
      case NameScope::kFree: {
        auto it = fn.free_index.find(name);
        int index = it == fn.free_index.end() ? 0 : it->second;
        if (class_body) return {Place::kClassThenFree, index, name};
        if (s->can_see_class_scope && name != id_classdict_) return {Place::kClassDictThenFree, index, name};
        return {Place::kFree, index, name};
      }
      case NameScope::kCell: return {Place::kCell, fn.registers[s][name], name};
      case NameScope::kLocal:
        if (s->is_function_like()) return {Place::kRegister, fn.registers[s][name], name};
        return {Place::kName, 0, name};
      case NameScope::kGlobalExplicit: return {Place::kGlobal, 0, name};
      case NameScope::kGlobalImplicit:
      case NameScope::kNone:
        if (!s->is_function_like()) return {Place::kName, 0, name};
        if (where == NameScope::kGlobalImplicit && s->can_see_class_scope) return {Place::kClassDictThenGlobal, 0, name};
        return {Place::kGlobal, 0, name};
    }
  }
}

bool Compiler::forbidden(const Identifier* name, ExprContext context, const Location& where) {
  if (name != id_debug_ || context == ExprContext::Load) return false;
  error(where, context == ExprContext::Store ? "cannot assign to __debug__" : "cannot delete __debug__");
  return true;
}

void Compiler::load_name(const Identifier* name, int dst) {
  NameRef ref = resolve(name);
  int k = name_index(ref.name);
  switch (ref.place) {
    case Place::kRegister:
      check_bound(ref);
      if (ref.index != dst) e().emit(Op::kMove, dst, ref.index);
      return;
    case Place::kCell: e().emit(Op::kLoadCell, dst, ref.index, k); return;
    case Place::kFree: e().emit(Op::kLoadFree, dst, ref.index, k); return;
    case Place::kGlobal: e().emit(Op::kLoadGlobal, dst, k); return;
    case Place::kName: e().emit(Op::kLoadName, dst, k); return;
    case Place::kClassThenFree:
    case Place::kClassDictThenFree: {
      int mark = e().top;
      int cell = e().push();
      e().top = mark;
      e().emit(Op::kLoadFreeCell, cell, ref.index);
      e().set_top(cell + 1);
      int dict = e().top;
      if (ref.place == Place::kClassThenFree) {
        e().emit(Op::kLoadLocals, dict);
      } else {
        load_name(id_classdict_, dict);
      }
      e().set_top(dict + 1);
      e().emit(Op::kLoadFromDictOrCell, cell, dict, k, kKillB);
      e().set_top(cell + 1);
      if (cell != dst) e().emit(Op::kMove, dst, cell, 0, kKillB);
      e().top = mark;
      return;
    }
    case Place::kClassDictThenGlobal: {
      int mark = e().top;
      load_name(id_classdict_, mark);
      e().set_top(mark + 1);
      e().emit(Op::kLoadFromDictOrGlobals, dst, mark, k, mark == dst ? 0 : kKillB);
      e().top = mark;
      return;
    }
  }
}

void Compiler::store_name(const Identifier* name, Operand v) {
  NameRef ref = resolve(name);
  uint8_t kill_a = v.temp ? kKillA : 0, kill_b = v.temp ? kKillB : 0;
  switch (ref.place) {
    case Place::kRegister:
      if (ref.index != v.reg) e().emit(Op::kMove, ref.index, v.reg, 0, kill_b);
      return;
    case Place::kCell: e().emit(Op::kStoreCell, ref.index, v.reg, 0, kill_b); return;
    case Place::kFree:
    case Place::kClassThenFree:
    case Place::kClassDictThenFree: e().emit(Op::kStoreFree, v.reg, ref.index, 0, kill_a); return;
    case Place::kGlobal:
    case Place::kClassDictThenGlobal: e().emit(Op::kStoreGlobal, v.reg, name_index(ref.name), 0, kill_a); return;
    case Place::kName: e().emit(Op::kStoreName, v.reg, name_index(ref.name), 0, kill_a); return;
  }
}

void Compiler::delete_name(const Identifier* name) {
  NameRef ref = resolve(name);
  int k = name_index(ref.name);
  switch (ref.place) {
    case Place::kRegister: e().emit(Op::kDeleteLocal, ref.index, k); return;
    case Place::kCell: e().emit(Op::kDeleteCell, ref.index, 0, k); return;
    case Place::kFree:
    case Place::kClassThenFree:
    case Place::kClassDictThenFree: e().emit(Op::kDeleteFree, 0, ref.index, k); return;
    case Place::kGlobal:
    case Place::kClassDictThenGlobal: e().emit(Op::kDeleteGlobal, 0, k); return;
    case Place::kName: e().emit(Op::kDeleteName, 0, k); return;
  }
}

/// `name` is mangled: a free variable of a code object made here.
void Compiler::load_cell_object(const Identifier* name, int dst) {
  Function& fn = f();
  for (Scope* s = fn.current_scope;; s = s->parent) {
    auto& registers = fn.registers[s];
    NameScope where = s->scope_of(name);
    bool own = where == NameScope::kCell || (s->kind == ScopeKind::kClass && registers.count(name));
    if (own) {
      e().emit(Op::kMove, dst, registers[name]);
      return;
    }
    if (s == fn.scope) break;
  }
  auto it = fn.free_index.find(name);
  if (it == fn.free_index.end()) {
    return diagnostics_.error(e().loc, "compiler: no cell for '" + std::string(name->view()) + "'", ErrorKind::kSystemError);
  }
  e().emit(Op::kLoadFreeCell, dst, it->second);
}

/// Whether evaluating `node` may assign to the local `name`: only an assignment expression can.
bool Compiler::may_rebind(Node* node, const Identifier* name) {
  if (!node || !f().scope->has_named_expression) return false;
  switch (node->node_kind) {
    case NodeKind::NamedExpr:
      if (as<Name>(as<NamedExpr>(node)->target)->id == name) return true;
      break;
    case NodeKind::Name: case NodeKind::Constant: case NodeKind::Lambda: case NodeKind::GeneratorExp: return false;
    default: break;
  }
  bool found = false;
  for_each_child(node, [&](Node* child) { found = found || may_rebind(child, name); });
  return found;
}

}  // namespace ty::compile
