// vm/ic/ic.h: inline caches.
//
// A cache word holds a small count while the instruction warms up, then the address of an immutable entry: replaced whole, the old one retired.
// The instruction's handler is rewritten to a specialised one, which checks its own guard fields of the entry and falls back to the generic
// handler when they do not hold. Handler and entry are two words: a thread may see one of each generation. So every specialised handler
// has guard fields of its own, which hold kNever in entries made for another one.
// Entries hold types, shapes, versions and addresses of dictionary slots (valid while the version is), never the address of a LOCAL object.
// Threads     any; whoever specialises last wins.
// See         DESIGN section 7
#pragma once

#include "object/shape.h"
#include "types/dict.h"
#include "vm/handlers.h"

namespace ty {

inline constexpr uint64_t kNever = 1;

struct GlobalEntry {
  uint64_t module_version;    // LoadGlobalModule: key_version of globals
  uint64_t builtin_guard;     // LoadGlobalBuiltin: key_version of globals, which lacks the name
  uint64_t builtins_version;  // and of builtins
  Slot* slot;
  uint32_t misses;
};

/// Sites that see several classes chain up to kMaxWays entries; the first decides the handler, the others are tried on its miss.
inline constexpr uint32_t kMaxWays = 4;
struct AttrEntry {
  uint64_t slot_shape;    // …Slot: shape of an instance whose slot at `offset` is the attribute
  uint64_t class_shape;   // …Class: shape of an instance without the attribute; the class has it in `slot`
  Type* plain_type;       // LoadMethodPlain: type without instance attributes; `slot` is the method
  Type* member_type;      // LoadAttrMember: a slot descriptor; the value is at `offset`
  Object* class_object;   // …OfClass: this very class; `slot` is the attribute
  uint64_t module_version;  // …Module: key_version of the module's dictionary; `slot` is the value
  uint64_t add_shape;     // StoreAttrAdd: shape before; new_shape after; the slot is at `offset`
  Shape* new_shape;
  Type* type;             // the instance's type, for the Slot, Class and Add kinds
  Slot* slot;
  uint32_t version;       // of the type
  uint32_t misses;
  const AttrEntry* next;
  int64_t offset;
};

/// Cache words below this are counts.
inline constexpr uint64_t kFirstEntry = 4096;
inline constexpr uint64_t kWarm = 2;       // executions before the first attempt
inline constexpr uint32_t kMaxMisses = 40;

/// Entries without guards that hold: sites that were given up. (Entries, because a specialised handler may be about to read one.)
extern const GlobalEntry g_given_up_global;
extern const AttrEntry g_given_up_attr;
TY_INLINE bool ic_given_up(uint64_t word) {
  return word == reinterpret_cast<uint64_t>(&g_given_up_global) || word == reinterpret_cast<uint64_t>(&g_given_up_attr);
}
/// Counts an execution of the generic handler; true when it is time to specialise.
TY_INLINE bool ic_warm(uint64_t* word) {
  uint64_t w = __atomic_load_n(word, __ATOMIC_RELAXED);
  if (w >= kFirstEntry) return !ic_given_up(w);
  if (w == kFirstEntry - 1) return false;
  // Another thread may have installed an entry meanwhile: a plain store would put the count over it.
  if (!__atomic_compare_exchange_n(word, &w, w + 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) return false;
  return w == kWarm || (w & 255) == 255;
}
template <class Entry>
TY_INLINE const Entry* ic_entry(const uint64_t* word) {
  return reinterpret_cast<const Entry*>(__atomic_load_n(word, __ATOMIC_ACQUIRE));
}

/// Handlers of one width.
struct SpecialHandlers {
  Handler *load_global_module, *load_global_builtin;
  Handler *load_attr_slot, *load_attr_class, *load_attr_member, *load_attr_of_class, *load_attr_module;
  Handler *load_method_class, *load_method_plain, *load_method_of_class, *load_method_module;
  Handler *store_attr_slot, *store_attr_add;
};
extern const SpecialHandlers kNarrowSpecial, kWideSpecial;

/// The code object of this cache word dies: frees its entries.
void ic_release(uint64_t* word, Op op);
/// Specialise the instruction at pc if that is possible. Never run Python, never raise.
void ic_load_global(Thread& t, const Insn* pc, uint64_t* word, Value* R, Value name, const SpecialHandlers& special);
void ic_load_attr(Thread& t, const Insn* pc, uint64_t* word, Value object, Value name, const SpecialHandlers& special);
void ic_load_method(Thread& t, const Insn* pc, uint64_t* word, Value object, Value name, const SpecialHandlers& special);
void ic_store_attr(Thread& t, const Insn* pc, uint64_t* word, Value object, Value name, const SpecialHandlers& special);

}  // namespace ty
