// vm/ic/ic.cpp: what an instruction can be specialised to.
#include "vm/ic/ic.h"

#include <new>

#include "object/instance.h"
#include "object/type_object.h"
#include "types/descriptors.h"
#include "types/function.h"
#include "types/module.h"
#include "types/tuple.h"
#include "vm/slow/slow.h"

namespace ty {

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
  uint64_t fresh = kGivenUp;
  if (misses <= kMaxMisses) {
    if (void* memory = allocate_buffer(sizeof(Entry))) {
      auto* e = new (memory) Entry(entry);
      e->misses = misses;
      fresh = reinterpret_cast<uint64_t>(e);
    }
  }
  if (!__atomic_compare_exchange_n(word, &old, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    if (fresh >= kFirstEntry) free_buffer(reinterpret_cast<void*>(fresh));
    return;
  }
  if (old >= kFirstEntry) retire_buffer(reinterpret_cast<void*>(old), sizeof(Entry));
  if (fresh >= kFirstEntry) set_handler(pc, handler);
}

AttrEntry blank_entry() {
  AttrEntry e{};
  e.slot_shape = e.class_shape = e.module_version = e.add_shape = kNever;
  e.plain_type = e.member_type = reinterpret_cast<Type*>(kNever);
  e.class_object = reinterpret_cast<Object*>(kNever);
  return e;
}

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

void ic_load_global(Thread&, const Insn* pc, uint64_t* word, Value* R, Value name, const SpecialHandlers& special) {
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
  if (!object.is_object()) return;
  Object* o = object.object();
  Type* type = o->type();
  AttrEntry e = blank_entry();
  if (module_entry(object, name, &e)) return install(pc, word, e, special.load_attr_module);
  bool function;
  if (of_class_entry(object, name, &e, &function)) return install(pc, word, e, special.load_attr_of_class);
  if (type->info->ops.getattr != object_generic_getattr) return;
  e.version = type_version(type);
  e.type = type;
  if (!e.version) return;
  Value descr = type_lookup(type, name);
  if (descr && descr.is_object() && descr.object()->type() == &member_descriptor_type) {
    const MemberDef* def = descr.as<MemberDescriptor>()->def;
    if (def->kind != MemberKind::kObjectEx) return;
    e.member_type = type;
    e.offset = static_cast<int64_t>(def->offset);
    return install(pc, word, e, special.load_attr_member);
  }
  if (descr && is_data_descriptor(descr)) return;
  if (!(type_layout(type).flags & kHasAttributes)) return;
  Shape* shape = shape_of(o);
  if (shape == &g_dictionary_shape) return;
  ssize index = shape_find(shape, name);
  if (index >= 0) {
    if (index >= shape->inline_capacity) return;
    e.slot_shape = reinterpret_cast<uint64_t>(shape);
    e.offset = static_cast<int64_t>(shape->inline_offset) + 8 * index;
    return install(pc, word, e, special.load_attr_slot);
  }
  if (!descr || ops_of(descr).descr_get) return;
  e.slot = class_slot(type, name);
  if (!e.slot) return;
  e.class_shape = reinterpret_cast<uint64_t>(shape);
  install(pc, word, e, special.load_attr_class);
}

void ic_load_method(Thread&, const Insn* pc, uint64_t* word, Value object, Value name, const SpecialHandlers& special) {
  AttrEntry e = blank_entry();
  Type* type = type_of(object);
  if (object.is_object()) {
    if (module_entry(object, name, &e)) return install(pc, word, e, special.load_method_module);
    bool function;
    if (of_class_entry(object, name, &e, &function)) return install(pc, word, e, special.load_method_of_class);
  }
  if (type->info->ops.getattr != object_generic_getattr) return;
  e.version = type_version(type);
  e.type = type;
  Value descr = type_lookup(type, name);
  if (!e.version || !descr || !is_method(descr)) return;
  e.slot = class_slot(type, name);
  if (!e.slot) return;
  if (type_layout(type).flags & kHasAttributes) {
    if (!object.is_object()) return;
    Shape* shape = shape_of(object.object());
    if (shape == &g_dictionary_shape || shape_find(shape, name) >= 0) return;
    e.class_shape = reinterpret_cast<uint64_t>(shape);
    return install(pc, word, e, special.load_method_class);
  }
  if (type->dict_offset > 0) return;
  e.plain_type = type;
  install(pc, word, e, special.load_method_plain);
}

void ic_store_attr(Thread&, const Insn* pc, uint64_t* word, Value object, Value name, const SpecialHandlers& special) {
  if (!object.is_object()) return;
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
    e.slot_shape = reinterpret_cast<uint64_t>(shape);
    e.offset = static_cast<int64_t>(shape->inline_offset) + 8 * index;
    return install(pc, word, e, special.store_attr_slot);
  }
  if (shape->count >= shape->inline_capacity) return;
  Shape* next = shape_add(shape, name);
  if (!next) return;
  e.add_shape = reinterpret_cast<uint64_t>(shape);
  e.new_shape = next;
  e.offset = static_cast<int64_t>(shape->inline_offset) + 8 * static_cast<int64_t>(shape->count);
  install(pc, word, e, special.store_attr_add);
}

}  // namespace ty
