// compile/symtable.cpp: the second pass (scope of every name), and mangling. The first pass is symtable_visit.cpp.
#include "compile/symtable.h"

#include <algorithm>

namespace ty::compile {

Symbol* Scope::find(const Identifier* wanted) {
  if (symbols.size() <= 12) {
    for (Symbol& s : symbols) {
      if (s.name == wanted) return &s;
    }
    return nullptr;
  }
  if (index_.size() != symbols.size()) {
    for (size_t i = index_.size(); i < symbols.size(); i++) index_.emplace(symbols[i].name, static_cast<uint32_t>(i));
  }
  auto it = index_.find(wanted);
  return it == index_.end() ? nullptr : &symbols[it->second];
}

Symbol& Scope::add(const Identifier* added) {
  if (Symbol* s = find(added)) return *s;
  symbols.push_back({added, 0, NameScope::kNone});
  return symbols.back();
}

const Identifier* mangle(ast::Interner& names, const Identifier* private_name, const Identifier* name) {
  if (!private_name || name->length < 2 || name->text[0] != '_' || name->text[1] != '_') return name;
  std::string_view text = name->view();
  if ((text[text.size() - 1] == '_' && text[text.size() - 2] == '_') || text.find('.') != text.npos) return name;
  std::string_view owner = private_name->view();
  size_t start = owner.find_first_not_of('_');
  if (start == owner.npos) return name;
  std::string result = "_";
  result += owner.substr(start);
  result += text;
  return names.intern(result);
}

const Identifier* maybe_mangle(ast::Interner& names, const Identifier* private_name, const Scope& scope, const Identifier* name) {
  if (scope.mangled_names && std::find(scope.mangled_names->begin(), scope.mangled_names->end(), name) == scope.mangled_names->end()) {
    return name;
  }
  return mangle(names, private_name, name);
}

namespace {

void add_unique(std::vector<const Identifier*>& list, const Identifier* name) {
  if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
}

ast::Location directive_location(Scope& scope, const Identifier* name) {
  for (Directive& d : scope.directives) {
    if (d.name == name) return d.location;
  }
  return scope.location;
}

struct Binding {
  Scope* scope = nullptr;
  bool global = false;
};

}  // namespace

void SymbolTable::analyze(Scope& scope, Scope* class_scope, std::vector<const Identifier*>& captured,
                          std::vector<const Identifier*>& direct) {
  const Identifier* dunder_class = names_.intern("__class__");
  const Identifier* dunder_classdict = names_.intern("__classdict__");
  // The enclosing function's binding of `name`, seen from inside `from`.
  auto enclosing = [&](Scope* from, const Identifier* name) -> Binding {
    for (Scope* p = from->parent; p; p = p->parent) {
      if (p->kind == ScopeKind::kClass) {
        if (name == dunder_class || name == dunder_classdict) return {p, false};
        continue;
      }
      if (!p->is_function_like()) continue;
      uint32_t flags = p->flags_of(name);
      if (flags & kDefGlobal) return {nullptr, true};
      if (flags & kDefNonlocal) continue;
      if (flags & kDefBound) return {p, false};
    }
    return {};
  };
  std::vector<const Identifier*> my_captured, my_direct;
  for (Symbol& s : scope.symbols) {
    if (s.flags & kDefGlobal) {
      if (s.flags & kDefNonlocal) {
        diagnostics_.error(directive_location(scope, s.name), "name '" + std::string(s.name->view()) + "' is nonlocal and global");
        return;
      }
      s.scope = NameScope::kGlobalExplicit;
    } else if (s.flags & kDefNonlocal) {
      if (scope.kind == ScopeKind::kModule) {
        diagnostics_.error(directive_location(scope, s.name), "nonlocal declaration not allowed at module level");
        return;
      }
      Binding b = enclosing(&scope, s.name);
      if (!b.scope) {
        diagnostics_.error(directive_location(scope, s.name), "no binding for nonlocal '" + std::string(s.name->view()) + "' found");
        return;
      }
      if (b.scope->flags_of(s.name) & kDefTypeParam) {
        diagnostics_.error(directive_location(scope, s.name),
                           "nonlocal binding not allowed for type parameter '" + std::string(s.name->view()) + "'");
        return;
      }
      s.scope = NameScope::kFree;
      add_unique(scope.inlined ? my_direct : my_captured, s.name);
    } else if (s.flags & kDefBound) {
      s.scope = NameScope::kLocal;
    } else {
      uint32_t class_flags = class_scope ? class_scope->flags_of(s.name) : 0;
      if (class_flags & kDefGlobal) {
        s.scope = NameScope::kGlobalExplicit;
      } else if ((class_flags & kDefBound) && !(class_flags & kDefNonlocal)) {
        s.scope = NameScope::kGlobalImplicit;
      } else if (enclosing(&scope, s.name).scope) {
        s.scope = NameScope::kFree;
        add_unique(scope.inlined ? my_direct : my_captured, s.name);
      } else {
        s.scope = NameScope::kGlobalImplicit;
      }
    }
  }
  for (Scope* child : scope.children) {
    Scope* child_class = nullptr;
    if (child->can_see_class_scope) child_class = scope.kind == ScopeKind::kClass ? &scope : class_scope;
    child->inlined = child->comprehension != ComprehensionKind::kNone && child->comprehension != ComprehensionKind::kGenerator &&
                     !scope.can_see_class_scope;
    child->nested = scope.nested || scope.is_function_like();
    std::vector<const Identifier*> child_captured, child_direct;
    analyze(*child, child_class, child_captured, child_direct);
    if (diagnostics_.failed()) return;
    for (const Identifier* name : child_captured) add_unique(my_captured, name);
    for (const Identifier* name : child_direct) {
      Symbol* own = scope.find(name);
      if (scope.kind == ScopeKind::kClass && name == dunder_class) {
        child->add(name).scope = NameScope::kGlobalImplicit;  // never free through a class body
      } else if (scope.inlined) {
        add_unique(my_direct, name);
      } else if (scope.kind == ScopeKind::kClass || !own || own->scope == NameScope::kFree) {
        add_unique(my_captured, name);
      }  // else a register or cell of this very function
    }
    if (child->has_named_expression && child->inlined) scope.has_named_expression = true;
  }
  auto discard = [](std::vector<const Identifier*>& list, const Identifier* name) {
    auto it = std::find(list.begin(), list.end(), name);
    if (it == list.end()) return false;
    list.erase(it);
    return true;
  };
  if (scope.is_function_like()) {
    for (Symbol& s : scope.symbols) {
      if (s.scope != NameScope::kLocal) continue;
      if (discard(my_captured, s.name)) s.scope = NameScope::kCell;
      discard(my_direct, s.name);
    }
  } else if (scope.kind == ScopeKind::kClass) {
    if (discard(my_captured, dunder_class)) scope.needs_class_closure = true;
    if (discard(my_captured, dunder_classdict)) scope.needs_class_dict = true;
  }
  bool class_like = scope.kind == ScopeKind::kClass || scope.can_see_class_scope;
  auto record = [&](const Identifier* name) {
    if (Symbol* s = scope.find(name)) {
      if (class_like) s->flags |= kDefFreeClass;
    } else if (scope.kind != ScopeKind::kModule) {
      scope.add(name).scope = NameScope::kFree;
    }
  };
  for (const Identifier* name : my_captured) record(name);
  for (const Identifier* name : my_direct) record(name);
  if (scope.kind != ScopeKind::kModule) {
    for (const Identifier* name : my_captured) add_unique(captured, name);
    for (const Identifier* name : my_direct) add_unique(direct, name);
  }
}

}  // namespace ty::compile
