// Completes native types: base, MRO, dictionary, inherited operations. And start-up: every type of builtin_types.def and exceptions.def.
#include <cstdlib>
#include <cstring>

#include "object/names.h"
#include "object/shape.h"
#include "object/type_object.h"
#include "base/flags.h"
#include "mem/heap.h"
#include "mem/thread_lifecycle.h"
#include "types/descriptors.h"
#include "types/dict.h"
#include "types/exceptions.h"
#include "types/function.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Result<Owned> object_dunder_dict(Thread& t, Value self);  // type_new.cpp
NameNode* NameNode::first = nullptr;

void names_intern_all(Thread& t) {
  for (NameNode* node = NameNode::first; node; node = node->next) {
    Value interned = MUST(str_intern_utf8(t, node->text));  // start-up: without memory there is no program
    node->value = Value::uncounted(interned.object());
  }
}

const char* type_short_name(const Type* type) {
  if (is_heap_type(type)) return type->name;
  const char* dot = strrchr(type->name, '.');
  return dot ? dot + 1 : type->name;
}

namespace {

constexpr uint64_t kInheritedFlags = kTypeWeakReferable | kTypeManagedDict | kTypeLong | kTypeList | kTypeTuple | kTypeBytes | kTypeUnicode |
                                     kTypeDict | kTypeBaseException | kTypeType | kTypeMatchSelf;

/// The slots of the base and of the type itself.
bool merge_layout(TypeLayout& layout, const TypeLayout& own, const TypeLayout* base) {
  void* root = layout.root_shape;
  layout = own;
  layout.root_shape = root;
  if (!base) return true;
  layout.flags |= base->flags & ~uint32_t{kDeferredType};
  if (base->flags & kDeferredType) layout.flags |= kDeferredType;
  if (!layout.items_offset) layout.items_offset = base->items_offset;
  if (!layout.each) layout.each = base->each;
  if (!layout.release) layout.release = base->release;
  if (!layout.back_edge) layout.back_edge = base->back_edge;
  if (base->slot_count) {
    auto* offsets = static_cast<uint16_t*>(malloc((base->slot_count + own.slot_count) * sizeof(uint16_t)));
    if (!offsets) return false;
    uint16_t n = 0;
    for (uint16_t i = 0; i < base->slot_count; i++) offsets[n++] = base->slot_offsets[i];
    for (uint16_t i = 0; i < own.slot_count; i++) {
      bool known = false;
      for (uint16_t k = 0; k < base->slot_count; k++) known = known || base->slot_offsets[k] == own.slot_offsets[i];
      if (!known) offsets[n++] = own.slot_offsets[i];
    }
    layout.slot_offsets = offsets;
    layout.slot_count = n;
  }
  return true;
}

Result<Owned> object_only_tuple(Thread& t, Type* type) { return Owned(TRY(tuple_pack(t, Value(type)))); }

Result<void> fill_header(Thread& t, Type* type, const TypeDef& def, Type* base, uint64_t extra_flags) {
  auto* info = static_cast<TypeInfo*>(calloc(1, sizeof(TypeInfo)));
  if (!info) return raise_memory_error(t);
  type->info = info;
  info->def = &def;
  type->name = def.name;
  type->doc = def.doc;
  type->basicsize = static_cast<ssize>(def.size);
  type->itemsize = static_cast<ssize>(def.item_size ? def.item_size : base ? static_cast<size_t>(base->itemsize) : 0);
  uint64_t flags = def.flags | extra_flags;
  if (base) {
    uint64_t kept = base->type_flags & kInheritedFlags;
    flags |= kept;
    if (!(flags & (kTypeSequence | kTypeMapping))) flags |= base->type_flags & (kTypeSequence | kTypeMapping);
  }
  if (!merge_layout(*info, def.layout, base ? base->info : nullptr)) return raise_memory_error(t);
  if (TY_UNLIKELY(g_flags.stress_prompt)) info->flags &= ~static_cast<uint32_t>(kPromptType);
  if (info->flags & kCollectable) flags |= kTypeHaveGc;
  if (info->flags & kHasAttributes) flags |= kTypeManagedDict;
  if (flags & kTypeManagedDict) info->flags |= kHasAttributes;
  type->dict_offset = def.dict_offset ? def.dict_offset : info->flags & kHasAttributes ? -1 : base ? base->dict_offset : 0;
  if (def.dict_offset) {
    // The dictionary's slot is part of the layout.
    bool known = false;
    for (uint16_t i = 0; i < info->slot_count; i++) known = known || info->slot_offsets[i] == def.dict_offset;
    if (!known) {
      auto* offsets = static_cast<uint16_t*>(malloc((info->slot_count + 1u) * sizeof(uint16_t)));
      if (!offsets) return raise_memory_error(t);
      for (uint16_t i = 0; i < info->slot_count; i++) offsets[i] = info->slot_offsets[i];
      offsets[info->slot_count++] = def.dict_offset;
      info->slot_offsets = offsets;
    }
  }
  type->weaklist_offset = flags & kTypeWeakReferable ? -16 : 0;
  type->vectorcall_offset = 0;
  __atomic_store_n(&type->type_flags, flags, __ATOMIC_RELEASE);
  type->base_ = reinterpret_cast<uint64_t>(base);
  return {};
}

/// First pass over static types: enough to allocate and to know the MRO through base_.
Result<void> prepare_static(Thread& t, Type* type, const TypeDef& def) {
  if (type->info) return {};
  type->ref_local = kImmortalCount;
  type->flags = kDeferred;
  __atomic_store_n(&type->type_, &type_type, __ATOMIC_RELEASE);
  Type* base = def.base ? def.base : type == &object_type ? nullptr : &object_type;
  if (base && !base->info) return raise_system_error(t, "type %s is readied before its base %s", def.name, base->name);
  TRY(fill_header(t, type, def, base, kTypeImmutable));
  // Operations: its own, then the base's.
  TypeInfo* info = type->info;
  if (def.ops) info->ops = *def.ops;
  register_static_object(type);  // a root: it refers to heap objects
  return {};
}

void inherit_ops(Type* type, Type* base) {
  TypeOps& ops = type->info->ops;
  const TypeOps& from = base->info->ops;
  // Hash and comparison go together.
  bool own_compare = ops.compare != nullptr, own_hash = ops.hash != nullptr;
  for (size_t i = 0; i < kTypeOpCount; i++) {
    TypeOp op = static_cast<TypeOp>(i);
    if (op == TypeOp::hash || op == TypeOp::compare || op == TypeOp::create) continue;
    void** word = op_word(ops, op);
    if (!*word) *word = op_word(from, op);
  }
  if (!own_compare && !own_hash) {
    ops.compare = from.compare;
    ops.hash = from.hash;
  } else if (!own_compare) {
    ops.compare = from.compare;
  }
  if (!ops.create && !has_type_flag(type, kTypeDisallowInstantiation)) {
    bool plain = type->basicsize == object_type.basicsize && has_type_flag(type, kTypeBase);
    if (base == &object_type && !is_heap_type(type) && !plain) {
      __atomic_fetch_or(&type->type_flags, uint64_t{kTypeDisallowInstantiation}, __ATOMIC_RELAXED);
    } else {
      ops.create = from.create;
    }
  }
}

Result<ssize> hash_not_implemented(Thread& t, Value v) { return raise_type_error(t, "unhashable type: '%.200T'", v); }

Result<Owned> new_wrapper_call(Thread& t, const MethodDef& def, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  Type* type = self.as<Type>();
  if (nargs < 1) return raise_type_error(t, "%s.__new__(): not enough arguments", type->name);
  if (!is_type(args[0])) return raise_type_error(t, "%s.__new__(X): X is not a type object (%T)", type->name, args[0]);
  Type* subtype = args[0].as<Type>();
  if (!is_subtype(subtype, type)) {
    return raise_type_error(t, "%s.__new__(%s): %s is not a subtype of %s", type->name, subtype->name, subtype->name, type->name);
  }
  // The most derived native class of the subtype decides how instances are made.
  Type* native = subtype;
  while (native && is_heap_type(native) && !native->info->def) native = type_base(native);
  if (native && native->info->ops.create != type->info->ops.create) {
    return raise_type_error(t, "%s.__new__(%s) is not safe, use %s.__new__()", type->name, subtype->name, native->name);
  }
  return type->info->ops.create(t, subtype, args + 1, nargs - 1, kwnames);
}

}  // namespace

constexpr MethodDef kNewWrapper = {.name = "__new__", .doc = "Create and return a new object.  See help(type) for accurate signature.",
                                   .call = &new_wrapper_call, .text_signature = "($type, *args, **kwargs)", .kind = MethodKind::kStaticMethod};
const MethodDef& new_wrapper_def() { return kNewWrapper; }

Result<ssize> object_hash_not_implemented(Thread& t, Value v) { return hash_not_implemented(t, v); }

namespace {

Result<void> add(Thread& t, Dict& dict, const char* name, Owned value, bool overwrite) {
  Value key = TRY(str_intern_utf8(t, name));
  if (!overwrite && dict_find_name(dict, key)) return {};
  return dict_set(t, dict, key, value);
}

/// Fills the dictionary of a native type whose info is complete.
Result<void> fill_dict(Thread& t, Type* type, const TypeDef& def) {
  Ref<Dict> dict = TRY(dict_new_deferred(t));
  type->dict_ = reinterpret_cast<uint64_t>(dict.get());
  Dict& d = *dict.release();
  if (def.ops) {
    const WrapperDef* rows = wrapper_rows();
    for (size_t i = 0; i < kWrapperCount; i++) {
      void* function = op_word(*def.ops, rows[i].op);
      if (!function) continue;
      if (rows[i].op == TypeOp::hash && def.ops->hash == &object_hash_not_implemented) {
        TRY(add(t, d, "__hash__", owned_none(), false));
        continue;
      }
      TRY(add(t, d, rows[i].name, TRY(wrapper_descriptor_new(t, type, rows[i], function)), false));
    }
    if (def.ops->create) {
      TRY(add(t, d, "__new__", TRY(native_function_new(t, new_wrapper_def(), Value(type), nullptr)), false));
    }
  }
  if (def.methods) {
    for (const MethodDef* m = def.methods; m->name; m++) TRY(add(t, d, m->name, TRY(method_descriptor_new(t, type, *m)), true));
  }
  if (def.getset) {
    for (const GetSetDef* g = def.getset; g->name; g++) TRY(add(t, d, g->name, TRY(getset_descriptor_new(t, type, *g)), true));
  }
  if (def.members) {
    for (const MemberDef* m = def.members; m->name; m++) TRY(add(t, d, m->name, TRY(member_descriptor_new(t, type, *m)), true));
  }
  if (!dict_find_name(d, TRY(str_intern_utf8(t, "__doc__")))) {
    Owned doc = owned_none();
    if (def.doc) doc = TRY(str_from_utf8(t, def.doc));
    TRY(add(t, d, "__doc__", std::move(doc), false));
  }
  if (def.ops && def.ops->compare && !def.ops->hash) TRY(add(t, d, "__hash__", owned_none(), false));
  return {};
}

/// The __dict__ of a native type that introduces one and does not say so itself.
Result<Owned> generic_dict(Thread& t, Value self) { return object_dunder_dict(t, self); }
constexpr GetSetDef kGenericDict{"__dict__", &generic_dict, nullptr, nullptr};

Result<void> add_generic_dict(Thread& t, Type* type, Type* base) {
  auto has_dict = [](Type* c) { return (c->info->flags & kHasAttributes) || c->dict_offset > 0; };
  if (!base || !has_dict(type) || has_dict(base) || type == &type_type) return {};
  if (dict_find_name(*type_dict(type), NAME("__dict__"))) return {};
  return add(t, *type_dict(type), "__dict__", TRY(getset_descriptor_new(t, type, kGenericDict)), false);
}

/// Second pass: everything that needs objects.
Result<void> finish(Thread& t, Type* type, const TypeDef& def) {
  Type* base = type_base(type);
  if (base) {
    Ref<Tuple> bases = TRY(tuple_pack(t, Value(base)));
    Tuple* above = type_mro(base);
    Ref<Tuple> mro = TRY(tuple_new(t, above->size + 1));
    mro->items[0].init(dup(Value(type)));
    for (ssize i = 0; i < above->size; i++) mro->items[i + 1].init(dup(above->get(i)));
    publish(bases.get());
    publish(mro.get());
    type->bases_ = reinterpret_cast<uint64_t>(bases.release());
    type->mro_ = reinterpret_cast<uint64_t>(mro.release());
    if (!type_add_subclass(base, type)) return raise_memory_error(t);
  } else {
    Owned mro = TRY(object_only_tuple(t, type));
    type->mro_ = reinterpret_cast<uint64_t>(mro.release().object());
    Ref<Tuple> none_at_all = TRY(tuple_new(t, 0));
    type->bases_ = reinterpret_cast<uint64_t>(none_at_all.release());
  }
  TRY(fill_dict(t, type, def));
  TRY(add_generic_dict(t, type, base));
  if (base) inherit_ops(type, base);
  TypeOps& ops = type->info->ops;
  if (!ops.hash) ops.hash = &object_hash_not_implemented;
  if (type->info->flags & kHasAttributes) {
    if (!shape_prepare_class(type, 0)) return raise_memory_error(t);
  }
  __atomic_fetch_or(&type->type_flags, uint64_t{kTypeReady}, __ATOMIC_RELEASE);
  type_version(type);
  return {};
}

}  // namespace

Result<void> type_ready(Thread& t, Type* type, const TypeDef& def) {
  if (has_type_flag(type, kTypeReady)) return {};
  TRY(prepare_static(t, type, def));
  return finish(t, type, def);
}

Result<Type*> type_create_native(Thread& t, const TypeDef& def, const char* module) {
  Object* o = allocate_object(t, &type_type, static_cast<size_t>(type_type.basicsize));
  if (!o) return raise_memory_error(t);
  auto* type = static_cast<Type*>(o);
  Type* base = def.base ? def.base : &object_type;
  TRY(fill_header(t, type, def, base, kTypeHeap | kTypeImmutable));
  if (def.ops) type->info->ops = *def.ops;
  Value short_name = TRY(str_intern_utf8(t, strrchr(def.name, '.') ? strrchr(def.name, '.') + 1 : def.name));
  type->info->heap_name.store(type, dup(short_name));
  type->info->heap_qualname.store(type, dup(short_name));
  TRY(finish(t, type, def));
  if (module) {
    Ref<Str> name = TRY(str_from_utf8(t, module));
    TRY(dict_set(t, *type_dict(type), NAME("__module__"), name));
  }
  return type;
}

namespace {
struct BuiltinType {
  Type* type;
  const TypeDef* def;
};
constexpr BuiltinType kBuiltinTypes[] = {
#define TY_BUILTIN_TYPE(type, def, name) {&type, &def},
#include "object/builtin_types.def"
#undef TY_BUILTIN_TYPE
};
}  // namespace

void instance_install_hooks();

Result<void> runtime_init_types(Thread& t) {
  instance_install_hooks();
  // Two passes: objects of any built-in type can be made once every type has its layout; dictionaries and tuples come after.
  for (const BuiltinType& b : kBuiltinTypes) TRY(prepare_static(t, b.type, *b.def));
  size_t count = 0;
  const ExceptionEntry* exceptions = exception_entries(&count);
  for (size_t i = 0; i < count; i++) TRY(prepare_static(t, exceptions[i].type, *exceptions[i].def));
  // Enough operations for dictionaries with str keys and for tuples to work before the inheritance is done.
  names_intern_all(t);
  for (const BuiltinType& b : kBuiltinTypes) TRY(finish(t, b.type, *b.def));
  for (size_t i = 0; i < count; i++) TRY(finish(t, exceptions[i].type, *exceptions[i].def));
  return exceptions_init(t);
}

}  // namespace ty
