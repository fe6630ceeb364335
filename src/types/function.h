// types/function.h: functions made by `def` and `lambda`. CPython's layout (160 bytes).
//
// Invariants  code is a Code (types/code.h), globals and builtins are Dicts; closure is a Tuple of cells or null; defaults a Tuple or null,
//             kwdefaults a Dict or null; annotations null, a Dict, or the compiler's flat tuple (name, value, name, value …) made a Dict when first read.
// version     changes (globally unique, never reused) whenever code, defaults or kwdefaults are replaced: what a call cache keys on.
// Threads     fields are Slots; setters are single exchanges. Readers are lock-free.
#pragma once

#include "object/binding.h"

namespace ty {

struct Function : Object {  // [const]
  Slot globals;      // [const]
  Slot builtins;     // [const]
  Slot name;         // [atomic]
  Slot qualname;     // [atomic]
  Slot code;         // [atomic]
  Slot defaults;     // [atomic]
  Slot kwdefaults;   // [atomic]
  Slot closure;      // [const]
  Slot doc;          // [atomic]
  Slot dict;         // [atomic] null until asked for
  uint64_t weaklist;
  Slot module;       // [atomic]
  Slot annotations;  // [atomic]
  Slot type_params;  // [atomic]
  void* vectorcall;
  uint32_t version;  // [atomic]
  static Type* type();
};
static_assert(sizeof(Function) == 160 && offsetof(Function, code) == 64 && offsetof(Function, closure) == 88 &&
              offsetof(Function, dict) == 104 && offsetof(Function, module) == 120 && offsetof(Function, version) == 152);
extern Type function_type;
inline Type* Function::type() { return &function_type; }

/// What calling a function does: set by the VM at start-up.
extern CallOp g_call_function;
/// A function over `code`; name, qualname, doc from the code, module from globals["__name__"], builtins from globals["__builtins__"] or the interpreter's.
Result<Ref<Function>> function_new(Thread& t, Value code, Dict& globals, Value qualname = nullptr);
/// The dictionary behind globals["__builtins__"] (a module or a dict).
Result<Owned> builtins_of_globals(Thread& t, Dict& globals);
/// Where builtins come from when globals name none: the builtins module's dictionary; set at start-up.
extern GlobalSlot g_builtins_dict;
uint32_t next_function_version();

/// types.MethodType. CPython's layout (64 bytes).
struct BoundMethod : Object {  // [const]
  Slot function;  // [const]
  Slot self;      // [const]
  uint64_t weaklist;
  void* vectorcall;
  static Type* type();
};
static_assert(sizeof(BoundMethod) == 64);
extern Type method_type;
inline Type* BoundMethod::type() { return &method_type; }
Result<Owned> bound_method_new(Thread& t, Value function, Value self);

/// builtin_function_or_method. CPython's layout (72 bytes).
struct NativeFunction : Object {  // [const]
  const MethodDef* def;  // [const]
  Slot self;             // [const] bound receiver, module, class, or null
  Slot module;           // [const] Str or null: __module__
  uint64_t weaklist;
  void* vectorcall;
  static Type* type();
};
static_assert(sizeof(NativeFunction) == 72);
extern Type native_function_type;
inline Type* NativeFunction::type() { return &native_function_type; }
Result<Owned> native_function_new(Thread& t, const MethodDef& def, Value self, Value module);

/// cell. CPython's layout (40 bytes).
struct Cell : Object {
  Slot content;  // [atomic] null: empty
  static Type* type();
};
static_assert(sizeof(Cell) == 40);
extern Type cell_type;
inline Type* Cell::type() { return &cell_type; }
Result<Owned> cell_new(Thread& t, Value content_or_null);

}  // namespace ty
