// compile/symtable.h: which scope every name belongs to.
//
// Scopes form a tree. A first pass collects how each block uses its names, a second decides: local, cell, free, global.
// Inlined comprehensions (all but generator expressions and those in annotation scopes inside classes) keep a scope of their own for their
// targets, but share the registers of the function around them: a name they use that is bound there is not captured.
// Invariants  names are mangled; identifiers are compared by pointer.
// Threads     one.
// See         CPython Python/symtable.c
#pragma once

#include <deque>
#include <unordered_map>
#include <vector>

#include "compile/diagnostics.h"

namespace ty::compile {

using ast::Identifier;

enum SymbolFlag : uint32_t {
  kDefGlobal = 1, kDefLocal = 2, kDefParam = 4, kDefNonlocal = 8, kUse = 16, kDefFreeClass = 64, kDefImport = 128, kDefAnnot = 256,
  kDefCompIter = 512, kDefTypeParam = 1024, kDefCompCell = 2048,
  kDefBound = kDefLocal | kDefParam | kDefImport | kDefTypeParam,
};
enum class NameScope : uint8_t { kNone, kLocal, kGlobalExplicit, kGlobalImplicit, kFree, kCell };

struct Symbol {
  const Identifier* name;
  uint32_t flags;
  NameScope scope;
};

enum class ScopeKind : uint8_t { kFunction, kClass, kModule, kAnnotation, kTypeVariable, kTypeAlias, kTypeParameters };
enum class ComprehensionKind : uint8_t { kNone, kList, kDict, kSet, kGenerator };

struct Directive {
  const Identifier* name;
  ast::Location location;
};

struct Scope {
  ScopeKind kind;
  ComprehensionKind comprehension = ComprehensionKind::kNone;
  const Identifier* name = nullptr;
  const void* key = nullptr;
  Scope* parent = nullptr;
  std::vector<Scope*> children;
  std::vector<Symbol> symbols;                // in order of first mention
  std::vector<const Identifier*> parameters;  // as in co_varnames
  std::vector<Directive> directives;
  std::vector<const Identifier*>* mangled_names = nullptr;  // type parameter blocks of classes: only these are mangled
  std::vector<const Identifier*> own_mangled_names;
  const char* info = nullptr;                 // "a TypeVar bound" …
  ast::Location location;
  bool generator = false, coroutine = false, var_args = false, var_keywords = false, returns_value = false, nested = false;
  bool needs_class_closure = false, needs_class_dict = false, can_see_class_scope = false, inlined = false, iter_target = false;
  bool has_named_expression = false;          // some walrus may rebind a name while an expression is evaluated
  int iter_expression = 0;

  Symbol* find(const Identifier* name);
  uint32_t flags_of(const Identifier* name) {
    Symbol* s = find(name);
    return s ? s->flags : 0;
  }
  NameScope scope_of(const Identifier* name) {
    Symbol* s = find(name);
    return s ? s->scope : NameScope::kNone;
  }
  Symbol& add(const Identifier* name);
  bool is_function_like() const {
    return kind == ScopeKind::kFunction || kind == ScopeKind::kTypeVariable || kind == ScopeKind::kTypeAlias || kind == ScopeKind::kTypeParameters;
  }

 private:
  std::unordered_map<const Identifier*, uint32_t> index_;  // once there are many symbols
};

/// _Class__name, or `name` itself.
const Identifier* mangle(ast::Interner& names, const Identifier* private_name, const Identifier* name);
/// As above, but in type parameter blocks around a class only type parameters are mangled.
const Identifier* maybe_mangle(ast::Interner& names, const Identifier* private_name, const Scope& scope, const Identifier* name);

class SymbolTable {
 public:
  SymbolTable(ast::Interner& names, Diagnostics& diagnostics, bool future_annotations)
      : names_(names), diagnostics_(diagnostics), future_annotations_(future_annotations) {}
  /// Both passes; errors go to the diagnostics.
  void build(ast::Mod* tree);
  Scope* top() const { return top_; }
  /// The scope that `key` opened (a node; for defaults of type parameters the address + 1).
  Scope* scope_of(const void* key) const {
    auto it = by_key_.find(key);
    return it == by_key_.end() ? nullptr : it->second;
  }

 private:
  friend struct SymbolVisitor;
  void analyze(Scope& scope, Scope* class_scope, std::vector<const Identifier*>& captured, std::vector<const Identifier*>& direct);

  ast::Interner& names_;
  Diagnostics& diagnostics_;
  bool future_annotations_;
  std::deque<Scope> scopes_;
  std::unordered_map<const void*, Scope*> by_key_;
  Scope* top_ = nullptr;
};

}  // namespace ty::compile
