// types/module.h: module objects, and how a native module is declared.
//
// ModuleDef   name, doc, functions and the exec function that adds the rest. TY_MODULE(def) in the module's .cpp registers it.
// Layout      CPython's (80 bytes). The dictionary is DEFERRED and never replaced; modules are DEFERRED.
// Threads     attribute access is dictionary access.
#pragma once

#include "object/binding.h"
#include "types/dict.h"

namespace ty {

struct Module;

struct ModuleDef {
  const char* name;                                   // dotted: "_collections", "os.path"
  const char* doc = nullptr;
  const MethodDef* methods = nullptr;                 // ends with {}
  Result<void> (*exec)(Thread&, Module&) = nullptr;
};

struct Module : Object {  // [const]
  Slot dict;             // [const] Dict
  const ModuleDef* def;  // [const] null: not native
  void* state;
  uint64_t weaklist;
  Slot name;             // [const] Str as given to the constructor, or null
  uint64_t gil;
  Dict& globals() const { return *dict.load_as<Dict>(); }
  static Type* type();
};
static_assert(sizeof(Module) == 80 && offsetof(Module, dict) == 32 && offsetof(Module, name) == 64);
extern Type module_type;
inline Type* Module::type() { return &module_type; }

/// An empty module with __name__, __doc__ (None), __package__, __loader__, __spec__ set.
Result<Ref<Module>> module_new(Thread& t, Value name);
/// The module of `def`: functions added, exec not yet run.
Result<Ref<Module>> module_create(Thread& t, const ModuleDef& def);
/// Runs exec.
Result<void> module_exec(Thread& t, Module& m);
/// Adds functions of a table (ends with {}) to the module.
Result<void> module_add_methods(Thread& t, Module& m, const MethodDef* methods);
Result<void> module_add(Thread& t, Module& m, const char* name, Value value);
Result<void> module_add_int(Thread& t, Module& m, const char* name, int64_t value);
Result<void> module_add_string(Thread& t, Module& m, const char* name, const char* value);
/// Adds under the last part of the type's name.
Result<void> module_add_type(Thread& t, Module& m, Type* type);
/// type_create_native + module_add_type; the type lives as long as somebody refers to it.
Result<Type*> module_add_native_type(Thread& t, Module& m, const TypeDef& def);
/// module.name including __getattr__, with CPython's errors (circular import …).
Result<Owned> module_getattr(Thread& t, Module& m, Value name);
/// As module_getattr, without making an AttributeError.
Lookup<Owned> module_find(Thread& t, Module& m, Value name);
extern const GetAttrOp g_module_getattr;  // the operation of module objects
/// __name__ as a Str; raises SystemError "nameless module".
Result<Owned> module_name(Thread& t, Module& m);

struct ModuleNode {
  const ModuleDef* def;
  ModuleNode* next;
  static ModuleNode* first;
  explicit ModuleNode(const ModuleDef* def) : def(def), next(first) { first = this; }
};
/// The native module of that name, or null.
const ModuleDef* find_module_def(const char* name);

}  // namespace ty

#define TY_MODULE(def) \
  static ::ty::ModuleNode ty_module_node_##def{&def};
