// vm/ic/ic.cpp: what an instruction can be specialised to.
#include "vm/ic/ic.h"

#include <new>

#include "base/flags.h"
#include "object/instance.h"
#include "object/type_object.h"
#include "types/descriptors.h"
#include "types/function.h"
#include "types/module.h"
#include "types/tuple.h"
#include "vm/slow/slow.h"

namespace ty {

constexpr GlobalEntry kBlankGlobal{kNever, kNever, kNever, nullptr, 0};
const GlobalEntry g_given_up_global = kBlankGlobal;
const AttrEntry g_given_up_attr = [] {
  AttrEntry e{};
  e.slot_shape = e.class_shape = e.module_version = e.add_shape = kNever;
  e.type = e.plain_type = e.member_type = reinterpret_cast<Type*>(kNever);
  e.class_object = reinterpret_cast<Object*>(kNever);
  return e;
}();

namespace {

template <class Entry>
uint32_t previous_misses(uint64_t word) {
  return word >= kFirstEntry ? reinterpret_cast<const Entry*>(word)->misses + 1 : 0;
}

/// Installs an entry and its handler.
template <class Entry>
void install(const Insn* pc, uint64_t* word, const Entry& entry, Handler* handler) {
  uint64_t old = __atomic_load_n(word, __ATOMIC_ACQUIRE);
  uint32_t misses = previous_misses<Entry>(old);
  uint64_t fresh = reinterpret_cast<uint64_t>(&g_given_up_global);
  if (misses <= kMaxMisses) {
    if (void* memory = allocate_buffer(sizeof(Entry))) {
      auto* e = new (memory) Entry(entry);
      e->misses = misses;
      fresh = reinterpret_cast<uint64_t>(e);
    }
  }
  if (!__atomic_compare_exchange_n(word, &old, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    if (!ic_given_up(fresh)) free_buffer(reinterpret_cast<void*>(fresh));
    return;
  }
  if (old >= kFirstEntry && !ic_given_up(old)) retire_buffer(reinterpret_cast<void*>(old), sizeof(Entry));
  if (!ic_given_up(fresh)) set_handler(pc, handler);
}

/// AttrEntry: the entry goes before those there were (as far as they hold and there is room).
void install_attr(const Insn* pc, uint64_t* word, AttrEntry entry, Handler* handler) {
  uint64_t old = __atomic_load_n(word, __ATOMIC_ACQUIRE);
  const auto* previous = old >= kFirstEntry && !ic_given_up(old) ? reinterpret_cast<const AttrEntry*>(old) : nullptr;
  uint32_t misses = previous ? previous->misses : 0;
  const AttrEntry* kept[kMaxWays];
  uint32_t count = 0;
  bool full = false;
  for (const AttrEntry* e = previous; e; e = e->next) {
    Type* type = e->type != reinterpret_cast<Type*>(kNever)          ? e->type
                 : e->member_type != reinterpret_cast<Type*>(kNever) ? e->member_type
                 : e->plain_type != reinterpret_cast<Type*>(kNever)  ? e->plain_type
                                                                     : nullptr;
    bool holds = type && __atomic_load_n(&type->version, __ATOMIC_ACQUIRE) == e->version;
    if (holds && count < kMaxWays - 1) kept[count++] = e;
    else full = full || holds;
  }
  if (!previous || count == 0 || full) misses++;
  uint64_t fresh = reinterpret_cast<uint64_t>(&g_given_up_attr);
  if (misses <= kMaxMisses) {
    const AttrEntry* next = nullptr;
    bool ok = true;
    for (uint32_t k = count; k-- > 0 && ok;) {
      void* memory = allocate_buffer(sizeof(AttrEntry));
      ok = memory != nullptr;
      if (!ok) break;
      auto* e = new (memory) AttrEntry(*kept[k]);
      e->next = next;
      next = e;
    }
    if (void* memory = ok ? allocate_buffer(sizeof(AttrEntry)) : nullptr) {
      auto* e = new (memory) AttrEntry(entry);
      e->misses = misses;
      e->next = next;
      fresh = reinterpret_cast<uint64_t>(e);
    }
  }
  if (!__atomic_compare_exchange_n(word, &old, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    for (auto* e = ic_given_up(fresh) ? nullptr : reinterpret_cast<AttrEntry*>(fresh); e;) {
      auto* next = const_cast<AttrEntry*>(e->next);
      free_buffer(e);
      e = next;
    }
    return;
  }
  for (const AttrEntry* e = previous; e;) {
    const AttrEntry* next = e->next;
    retire_buffer(const_cast<AttrEntry*>(e), sizeof(AttrEntry));
    e = next;
  }
  if (!ic_given_up(fresh)) set_handler(pc, handler);
}

AttrEntry blank_entry() { return g_given_up_attr; }

bool is_method(Value v) { return v.is_object() && has_type_flag(v.object()->type(), kTypeMethodDescriptor); }

/// The dictionary slot of `name` in the MRO of `type`; null: none.
Slot* class_slot(Type* type, Value name) {
  Tuple* mro = type_mro(type);
  if (!mro) return nullptr;
  for (ssize k = 0; k < mro->size; k++) {
    Dict* dict = type_dict(mro->get(k).as<Type>());
    if (!dict) continue;
    uint64_t version = 0;
    if (Slot* slot = dict_find_slot(*dict, name, &version)) return slot;
  }
  return nullptr;
}

/// Module attribute; false if it cannot be cached.
bool module_entry(Value object, Value name, AttrEntry* e) {
  if (object.object()->type() != &module_type || type_lookup(&module_type, name)) return false;
  uint64_t version = 0;
  Slot* slot = dict_find_slot(object.as<Module>()->globals(), name, &version);
  if (!slot || !version) return false;
  e->module_version = version;
  e->slot = slot;
  return true;
}

/// Attribute of a class, asked of the class itself.
bool of_class_entry(Value object, Value name, AttrEntry* e, bool* function) {
  if (!is_type(object) || object.object()->type() != &type_type) return false;
  Type* cls = object.as<Type>();
  if (type_lookup(&type_type, name)) return false;
  uint32_t version = type_version(cls);
  Slot* slot = class_slot(cls, name);
  if (!version || !slot) return false;
  Value v = slot->load();
  if (!v) return false;
  *function = v.is_object() && v.object()->type() == &function_type;
  if (!*function && ops_of(v).descr_get) return false;
  e->class_object = object.object();
  e->version = version;
  e->slot = slot;
  return true;
}

}  // namespace

void ic_release(uint64_t* word, Op op) {
  uint64_t w = *word;
  *word = 0;
  if (w < kFirstEntry || ic_given_up(w)) return;
  if (op == Op::kLoadGlobal) return free_buffer(reinterpret_cast<void*>(w));
  for (auto* e = reinterpret_cast<AttrEntry*>(w); e;) {
    auto* next = const_cast<AttrEntry*>(e->next);
    free_buffer(e);
    e = next;
  }
}

void ic_load_global(Thread&, const Insn* pc, uint64_t* word, Value* R, Value name, const SpecialHandlers& special) {
  if (TY_UNLIKELY(g_flags.stress_ic)) return;
  Value globals = frame_function(R)->globals.load(), builtins = frame_builtins(R);
  if (!is_exact<Dict>(globals) || !is_exact<Dict>(builtins)) return;
  GlobalEntry e{kNever, kNever, kNever, nullptr, 0};
  uint64_t version = 0;
  Slot* slot = dict_find_slot(*globals.as<Dict>(), name, &version);
  if (!version) return;
  if (slot) {
    e.module_version = version;
    e.slot = slot;
    install(pc, word, e, special.load_global_module);
    return;
  }
  uint64_t builtins_version = 0;
  slot = dict_find_slot(*builtins.as<Dict>(), name, &builtins_version);
  if (!slot || !builtins_version) return;
  e.builtin_guard = version;
  e.builtins_version = builtins_version;
  e.slot = slot;
  install(pc, word, e, special.load_global_builtin);
}

void ic_load_attr(Thread&, const Insn* pc, uint64_t* word, Value object, Value name, const SpecialHandlers& special) {
  if (!object.is_object() || g_flags.stress_ic) return;
  Object* o = object.object();
  Type* type = o->type();
  AttrEntry e = blank_entry();
  if (module_entry(object, name, &e)) return install_attr(pc, word, e, special.load_attr_module);
  bool function;
  if (of_class_entry(object, name, &e, &function)) return install_attr(pc, word, e, special.load_attr_of_class);
  if (type->info->ops.getattr != object_generic_getattr) return;
  e.version = type_version(type);
  if (!e.version) return;
  Value descr = type_lookup(type, name);
  if (descr && descr.is_object() && descr.object()->type() == &member_descriptor_type) {
    const MemberDef* def = descr.as<MemberDescriptor>()->def;
    if (def->kind != MemberKind::kObjectEx) return;
    e.member_type = type;
    e.offset = static_cast<int64_t>(def->offset);
    return install_attr(pc, word, e, special.load_attr_member);
  }
  if (descr && is_data_descriptor(descr)) return;
  if (!(type_layout(type).flags & kHasAttributes)) return;
  Shape* shape = shape_of(o);
  if (shape == &g_dictionary_shape) return;
  ssize index = shape_find(shape, name);
  if (index >= 0) {
    if (index >= shape->inline_capacity) return;
    e.type = type;
    e.slot_shape = reinterpret_cast<uint64_t>(shape);
    e.offset = static_cast<int64_t>(shape->inline_offset) + 8 * index;
    return install_attr(pc, word, e, special.load_attr_slot);
  }
  if (!descr || ops_of(descr).descr_get) return;
  e.slot = class_slot(type, name);
  if (!e.slot) return;
  e.type = type;
  e.class_shape = reinterpret_cast<uint64_t>(shape);
  install_attr(pc, word, e, special.load_attr_class);
}

void ic_load_method(Thread&, const Insn* pc, uint64_t* word, Value object, Value name, const SpecialHandlers& special) {
  if (TY_UNLIKELY(g_flags.stress_ic)) return;
  AttrEntry e = blank_entry();
  Type* type = type_of(object);
  if (object.is_object()) {
    if (module_entry(object, name, &e)) return install_attr(pc, word, e, special.load_method_module);
    bool function;
    if (of_class_entry(object, name, &e, &function)) return install_attr(pc, word, e, special.load_method_of_class);
  }
  if (type->info->ops.getattr != object_generic_getattr) return;
  e.version = type_version(type);
  Value descr = type_lookup(type, name);
  if (!e.version || !descr || !is_method(descr)) return;
  e.slot = class_slot(type, name);
  if (!e.slot) return;
  if (type_layout(type).flags & kHasAttributes) {
    if (!object.is_object()) return;
    Shape* shape = shape_of(object.object());
    if (shape == &g_dictionary_shape || shape_find(shape, name) >= 0) return;
    e.type = type;
    e.class_shape = reinterpret_cast<uint64_t>(shape);
    return install_attr(pc, word, e, special.load_method_class);
  }
  if (type->dict_offset > 0) return;
  e.plain_type = type;
  install_attr(pc, word, e, special.load_method_plain);
}

void ic_store_attr(Thread&, const Insn* pc, uint64_t* word, Value object, Value name, const SpecialHandlers& special) {
  if (!object.is_object() || g_flags.stress_ic) return;
  Object* o = object.object();
  Type* type = o->type();
  if (type->info->ops.setattr != object_generic_setattr || !(type_layout(type).flags & kHasAttributes)) return;
  AttrEntry e = blank_entry();
  e.version = type_version(type);
  e.type = type;
  if (!e.version) return;
  Value descr = type_lookup(type, name);
  if (descr && is_data_descriptor(descr)) return;
  Shape* shape = shape_of(o);
  if (shape == &g_dictionary_shape) return;
  ssize index = shape_find(shape, name);
  if (index >= 0) {
    if (index >= shape->inline_capacity) return;
    e.type = type;
    e.slot_shape = reinterpret_cast<uint64_t>(shape);
    e.offset = static_cast<int64_t>(shape->inline_offset) + 8 * index;
    return install_attr(pc, word, e, special.store_attr_slot);
  }
  if (shape->count >= shape->inline_capacity) return;
  Shape* next = shape_add(shape, name);
  if (!next) return;
  e.add_shape = reinterpret_cast<uint64_t>(shape);
  e.new_shape = next;
  e.offset = static_cast<int64_t>(shape->inline_offset) + 8 * static_cast<int64_t>(shape->count);
  install_attr(pc, word, e, special.store_attr_add);
}

}  // namespace ty
