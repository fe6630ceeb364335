// object/type_object.h: what the type machinery offers to the rest of the runtime.
//
// Threads     reading is lock-free; mutation (dictionary, bases, ops) is under g_type_lock or the type's dictionary lock, then type_modified().
#pragma once

#include "object/type_info.h"

namespace ty {

struct Dict;
struct Tuple;
struct Str;
extern Type type_type, object_type;

TY_INLINE Type* type_base(const Type* type) { return Value::from_bits(__atomic_load_n(&type->base_, __ATOMIC_ACQUIRE)).as<Type>(); }
TY_INLINE Dict* type_dict(const Type* type) { return reinterpret_cast<Dict*>(__atomic_load_n(&type->dict_, __ATOMIC_ACQUIRE)); }
TY_INLINE Tuple* type_mro(const Type* type) { return reinterpret_cast<Tuple*>(__atomic_load_n(&type->mro_, __ATOMIC_ACQUIRE)); }
TY_INLINE Tuple* type_bases(const Type* type) { return reinterpret_cast<Tuple*>(__atomic_load_n(&type->bases_, __ATOMIC_ACQUIRE)); }
TY_INLINE bool is_type(Value v) { return v.is_object() && has_type_flag(v.object()->type(), kTypeType); }
TY_INLINE bool is_heap_type(const Type* type) { return has_type_flag(type, kTypeHeap); }

/// Readies every built-in type and exception, the singletons and the interned names. Called once.
Result<void> runtime_init_types(Thread& t);
/// type(name, bases, dict, **kwargs) with the given metaclass: what type.__new__ does.
Result<Owned> type_new(Thread& t, Type* metaclass, Value name, Tuple& bases, Dict& ns, const Value* kwargs, Tuple* kwnames);
/// The most derived metaclass of `metaclass` and the types of `bases`; TypeError "metaclass conflict…".
Result<Type*> type_calculate_metaclass(Thread& t, Type* metaclass, Tuple& bases);
/// Replaces bases that have __mro_entries__; returns `bases` itself when none has.
Result<Owned> type_resolve_bases(Thread& t, Tuple& bases);
/// type.__getattribute__ / __setattr__.
Result<Owned> type_getattr(Thread& t, Value type, Value name);
Lookup<Owned> type_find(Thread& t, Value type, Value name);
Result<void> type_setattr(Thread& t, Value type, Value name, Value value_or_null);
/// type.__call__: create + init.
Result<Owned> type_call(Thread& t, Value type, const Value* args, size_t nargs, Tuple* kwnames);
/// object.__new__ and object.__init__ with their argument checks.
Result<Owned> object_new(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames);
Result<void> object_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames);
/// __name__ without the module; __qualname__ and __module__ as Str.
Result<Owned> type_name(Thread& t, Type* type);
Result<Owned> type_qualname(Thread& t, Type* type);
Result<Owned> type_module(Thread& t, Type* type);
/// "module.qualname", without the module for builtins and __main__ as repr and tracebacks do.
Result<Owned> type_fully_qualified_name(Thread& t, Type* type);
/// The part of tp_name after the last dot.
const char* type_short_name(const Type* type);
/// True if instances can be weakly referenced.
TY_INLINE bool supports_weakrefs(const Type* type) { return type->weaklist_offset != 0; }

/// A dispatcher that looks `__name__` up: what a Python class's operation table holds (object/dispatch.cpp).
void type_update_ops(Thread& t, Type* type);
void type_update_op(Thread& t, Type* type, Value name);

// --- subclasses (weak; under the type lock) ---
bool type_add_subclass(Type* base, Type* subclass);
void type_remove_subclass(Type* base, Type* subclass);
/// A class dies: its bases and subclasses forget it.
void type_forget(Type* dying);
/// Copies up to `capacity` of them; answers how many there are.
size_t type_copy_subclasses(Type* base, Type** out, size_t capacity);

/// C3; `type` need not be ready but for its bases.
Result<Owned> type_compute_mro(Thread& t, Type* type);
/// Writes a type's dictionary and lets everybody know (no check of immutability).
Result<void> type_dict_set(Thread& t, Type* type, Value name, Value value);

}  // namespace ty
