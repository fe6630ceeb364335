// The type `type`: calling classes, attributes of classes, introspection.
#include <cstdlib>
#include <cstring>
#include <vector>

#include "object/abstract.h"
#include "object/binding.h"
#include "object/instance.h"
#include "object/type_object.h"
#include "types/descriptors.h"
#include "types/dict.h"
#include "types/exceptions.h"
#include "types/function.h"
#include "types/generic_alias.h"
#include "types/int.h"
#include "types/list.h"
#include "types/mapping_proxy.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Raised raise_attribute(Thread& t, Value object, Value name, Ref<Str> message);
Result<bool> object_real_is_instance(Thread& t, Value object, Value cls);
Result<bool> object_real_is_subclass(Thread& t, Value derived, Value cls);
Result<Owned> type_create_from_python(Thread& t, Type* metatype, const Value* args, size_t nargs, Tuple* kwnames);
void type_update_ops(Thread& t, Type* type);

// --- calling a class ---
Result<Owned> type_call(Thread& t, Value callable, const Value* args, size_t nargs, Tuple* kwnames) {
  Type* type = callable.as<Type>();
  if (TY_UNLIKELY(type == &type_type)) {
    if (nargs == 1 && (!kwnames || !kwnames->size)) return borrow_or_dup(Value(type_of(args[0])));
    if (nargs != 3) return raise_type_error(t, "type() takes 1 or 3 arguments");
  }
  NewOp create = type->info->ops.create;
  if (TY_UNLIKELY(!create) || has_type_flag(type, kTypeDisallowInstantiation)) {
    return raise_type_error(t, "cannot create '%.100s' instances", type->name);
  }
  Owned object = TRY(create(t, type, args, nargs, kwnames));
  Type* actual = type_of(object);
  if (TY_UNLIKELY(actual != type && !is_subtype(actual, type))) return object;
  if (InitOp init = actual->info->ops.init) TRY(init(t, object, args, nargs, kwnames));
  return object;
}

Result<Owned> type_create_from_python(Thread& t, Type* metatype, const Value* args, size_t nargs, Tuple* kwnames) {
  if (nargs != 3) return raise_type_error(t, "type.__new__() takes exactly 3 arguments (%zu given)", nargs);
  if (!is_str(args[0])) return raise_type_error(t, "type.__new__() argument 1 must be str, not %.50T", args[0]);
  if (!is_instance(args[1], &tuple_type)) return raise_type_error(t, "type.__new__() argument 2 must be tuple, not %.50T", args[1]);
  if (!is_instance(args[2], &dict_type)) return raise_type_error(t, "type.__new__() argument 3 must be dict, not %.50T", args[2]);
  return type_new(t, metatype, args[0], *args[1].as<Tuple>(), *args[2].as<Dict>(), args + 3, kwnames);
}

Result<Owned> type_name(Thread& t, Type* type) {
  if (Owned name = type->info->heap_name.get()) return name;
  return TRY(str_from_utf8(t, type_short_name(type)));
}
Result<Owned> type_qualname(Thread& t, Type* type) {
  if (Owned name = type->info->heap_qualname.get()) return name;
  return type_name(t, type);
}
Result<Owned> type_module(Thread& t, Type* type) {
  if (is_heap_type(type)) {
    Owned module = TRY(dict_get_name(t, *type_dict(type), NAME("__module__")));
    if (module.value().is_empty()) return raise_attribute_error(t, "__module__");
    return module;
  }
  const char* dot = strrchr(type->name, '.');
  if (!dot) return dup(NAME("builtins"));
  return dup(TRY(str_intern_utf8(t, {type->name, static_cast<size_t>(dot - type->name)})));
}
Result<Owned> type_fully_qualified_name(Thread& t, Type* type) {
  if (!is_heap_type(type)) return TRY(str_from_utf8(t, type->name));
  Owned qualname = TRY(type_qualname(t, type));
  Owned module = TRY(dict_get_name(t, *type_dict(type), NAME("__module__")));
  if (module.value().is_empty() || !is_str(module)) return qualname;
  auto& m = *module.value().as<Str>();
  if (str_equal_ascii(m, "builtins") || str_equal_ascii(m, "__main__")) return qualname;
  return TRY(str_from_format(t, "%U.%U", module.value(), qualname.value()));
}

// --- attributes of classes ---
Lookup<Owned> type_find(Thread& t, Value self, Value name) {
  Type* type = self.as<Type>();
  Type* meta = type_of(self);
  Owned in_meta = borrow_or_dup(type_lookup(meta, name));
  DescrGetOp meta_get = nullptr;
  if (in_meta) {
    meta_get = ops_of(in_meta).descr_get;
    if (meta_get && is_data_descriptor(in_meta)) return TRY(meta_get(t, in_meta, self, Value(meta)));
  }
  Owned found = borrow_or_dup(type_lookup(type, name));
  if (found) return TRY(descriptor_get(t, found, Value(), self));
  if (meta_get) return TRY(meta_get(t, in_meta, self, Value(meta)));
  if (in_meta) return in_meta;
  return Absent{};
}
Result<Owned> type_getattr(Thread& t, Value self, Value name) {
  if (!is_str(name)) return raise_type_error(t, "attribute name must be string, not '%.200T'", name);
  Owned found = TRY(type_find(t, self, name));
  if (TY_LIKELY(!found.value().is_empty())) return found;
  return raise_attribute(t, self, name, TRY(str_from_format(t, "type object '%.100s' has no attribute '%U'", self.as<Type>()->name, name)));
}

Result<void> type_dict_set(Thread& t, Type* type, Value name, Value value) {
  Dict& dict = *type_dict(type);
  Owned old = dup(dict_find_name(dict, name));  // alive until no table can name it
  TRY(dict_set(t, dict, name, value));
  type_modified(t, type);
  type_update_op(t, type, name);
  return {};
}

Result<void> type_setattr(Thread& t, Value self, Value name, Value value) {
  Type* type = self.as<Type>();
  if (has_type_flag(type, kTypeImmutable)) {
    return raise_type_error(t, "cannot set %R attribute of immutable type '%s'", name, type->name);
  }
  if (!is_str(name)) return raise_type_error(t, "attribute name must be string, not '%.200T'", name);
  Owned exact = TRY(str_exact(t, *name.as<Str>()));
  Value interned = TRY(str_intern(t, exact));
  Type* meta = type_of(self);
  Owned in_meta = borrow_or_dup(type_lookup(meta, interned));
  if (in_meta) {
    if (DescrSetOp set = ops_of(in_meta).descr_set) {
      TRY(set(t, in_meta, self, value));
      type_modified(t, type);
      return {};
    }
  }
  if (value) return type_dict_set(t, type, interned, value);
  Dict& dict = *type_dict(type);
  Owned old = dup(dict_find_name(dict, interned));
  if (!TRY(dict_delete(t, dict, interned))) {
    return raise_attribute(t, self, name, TRY(str_from_format(t, "type object '%.50s' has no attribute '%U'", type->name, name)));
  }
  type_modified(t, type);
  type_update_op(t, type, interned);
  return {};
}

namespace {

Result<void> check_settable(Thread& t, Type& type, Value value, const char* name) {
  if (has_type_flag(&type, kTypeImmutable)) return raise_type_error(t, "cannot set '%s' attribute of immutable type '%s'", name, type.name);
  if (!value) return raise_type_error(t, "cannot delete '%s' attribute of immutable type '%s'", name, type.name);
  return {};
}

Result<Owned> get_name(Thread& t, Type& type) { return type_name(t, &type); }
Result<void> set_name(Thread& t, Type& type, Value value) {
  TRY(check_settable(t, type, value, "__name__"));
  if (!is_str(value)) return raise_type_error(t, "can only assign string to %s.__name__, not '%T'", type.name, value);
  std::string_view text = TRY(str_utf8(t, *value.as<Str>()));
  if (text.find('\0') != text.npos) return raise_value_error(t, "type name must not contain null characters");
  char* copy = strndup(text.data(), text.size());
  if (!copy) return raise_memory_error(t);
  __atomic_store_n(&type.name, copy, __ATOMIC_RELEASE);  // others may be reading the old text: it stays
  type.info->heap_name.store(&type, dup(value));
  return {};
}
Result<Owned> get_qualname(Thread& t, Type& type) { return type_qualname(t, &type); }
Result<void> set_qualname(Thread& t, Type& type, Value value) {
  TRY(check_settable(t, type, value, "__qualname__"));
  if (!is_str(value)) return raise_type_error(t, "can only assign string to %s.__qualname__, not '%T'", type.name, value);
  type.info->heap_qualname.store(&type, dup(value));
  return {};
}
Result<Owned> get_module(Thread& t, Type& type) { return type_module(t, &type); }
Result<void> set_module(Thread& t, Type& type, Value value) {
  TRY(check_settable(t, type, value, "__module__"));
  TRY(type_dict_set(t, &type, NAME("__module__"), value));
  TRY(dict_delete(t, *type_dict(&type), NAME("__firstlineno__")));
  return {};
}
Result<Owned> get_abstract(Thread& t, Type& type) {
  if (&type != &type_type) {
    Owned found = TRY(dict_get_name(t, *type_dict(&type), NAME("__abstractmethods__")));
    if (!found.value().is_empty()) return found;
  }
  return raise_attribute_error(t, "__abstractmethods__");
}
Result<void> set_abstract(Thread& t, Type& type, Value value) {
  bool abstract = false;
  if (value) {
    abstract = TRY(object_is_true(t, value));
    TRY(type_dict_set(t, &type, NAME("__abstractmethods__"), value));
  } else {
    if (!TRY(dict_delete(t, *type_dict(&type), NAME("__abstractmethods__")))) return raise_attribute_error(t, "__abstractmethods__");
    type_modified(t, &type);
  }
  if (abstract) {
    __atomic_fetch_or(&type.type_flags, uint64_t{kTypeAbstract}, __ATOMIC_RELAXED);
  } else {
    __atomic_fetch_and(&type.type_flags, ~uint64_t{kTypeAbstract}, __ATOMIC_RELAXED);
  }
  return {};
}
Owned get_bases(Thread& t, Type& type) { return dup(Value(type_bases(&type))); }
Owned get_mro(Thread& t, Type& type) {
  Tuple* mro = type_mro(&type);
  return mro ? dup(Value(mro)) : owned_none();
}
Owned get_base(Thread& t, Type& type) {
  Type* base = type_base(&type);
  return base ? dup(Value(base)) : owned_none();
}

/// New MROs of `type` and everything below it; undone when one of them has none.
Result<void> update_mro(Thread& t, Type* type, std::vector<std::pair<Type*, Owned>>& undo) {
  Owned mro;
  if (type->type() == &type_type) {
    mro = TRY(type_compute_mro(t, type));
  } else {
    Owned method = TRY(lookup_special(t, Value(type), NAME("mro")));
    Owned result = TRY(call(t, method));
    mro = Owned(TRY(tuple_from_iterable_rpy(t, result)));
  }
  Owned old = reinterpret_cast<Slot*>(&type->mro_)->exchange(type, std::move(mro));
  undo.emplace_back(type, std::move(old));
  type_modified(t, type);
  size_t n = type_copy_subclasses(type, nullptr, 0);
  std::vector<Type*> below(n);
  size_t now = n ? type_copy_subclasses(type, below.data(), n) : 0;
  for (size_t i = 0; i < n && i < now; i++) TRY(update_mro(t, below[i], undo));
  return {};
}
void update_ops_below(Thread& t, Type* type) {
  if (is_heap_type(type) && !type->info->def) type_update_ops(t, type);
  size_t n = type_copy_subclasses(type, nullptr, 0);
  std::vector<Type*> below(n);
  size_t now = n ? type_copy_subclasses(type, below.data(), n) : 0;
  for (size_t i = 0; i < n && i < now; i++) update_ops_below(t, below[i]);
}
bool same_layout(Type* a, Type* b) {
  return a->basicsize == b->basicsize && a->itemsize == b->itemsize && ((a->info->flags ^ b->info->flags) & kHasAttributes) == 0 &&
         a->dict_offset == b->dict_offset;
}
Type* struct_base(Type* type) {
  Type* base = type_base(type);
  while (base && type->basicsize == base->basicsize && type->itemsize == base->itemsize) {
    type = base;
    base = type_base(type);
  }
  return type;
}
Result<void> set_bases(Thread& t, Type& type, Value value) {
  TRY(check_settable(t, type, value, "__bases__"));
  if (!is_instance(value, &tuple_type)) {
    return raise_type_error(t, "can only assign tuple to %s.__bases__, not %T", type.name, value);
  }
  auto* bases = value.as<Tuple>();
  if (bases->size == 0) return raise_type_error(t, "can only assign non-empty tuple to %s.__bases__, not ()", type.name);
  Type* best = nullptr;
  for (ssize i = 0; i < bases->size; i++) {
    Value v = bases->get(i);
    if (!is_type(v)) return raise_type_error(t, "%s.__bases__ must be tuple of classes, not '%T'", type.name, v);
    Type* base = v.as<Type>();
    bool cycle = is_subtype(base, &type);
    for (Type* b = base; b && !cycle; b = type_base(b)) cycle = b == &type;  // mro() may be running: MROs are not up to date
    if (cycle) return raise_type_error(t, "a __bases__ item causes an inheritance cycle");
    if (!has_type_flag(base, kTypeBase)) return raise_type_error(t, "type '%.100s' is not an acceptable base type", base->name);
    if (!best || is_subtype(struct_base(base), struct_base(best))) best = base;
  }
  Type* old_base = type_base(&type);
  if ((best->type_flags ^ old_base->type_flags) & kTypeHaveGc) {
    return raise_type_error(t, "__bases__ assignment: '%s' deallocator differs from '%s'", best->name, old_base->name);
  }
  if (struct_base(best) != struct_base(old_base) || !(same_layout(best, old_base) || (type.info->flags & kHasAttributes))) {
    return raise_type_error(t, "__bases__ assignment: '%s' object layout differs from '%s'", best->name, old_base->name);
  }
  Owned old_bases = reinterpret_cast<Slot*>(&type.bases_)->exchange(&type, dup(value));
  Owned old_base_ref = reinterpret_cast<Slot*>(&type.base_)->exchange(&type, dup(Value(best)));
  std::vector<std::pair<Type*, Owned>> undo;
  auto updated = update_mro(t, &type, undo);
  if (!updated.ok()) {
    if (type_bases(&type) != bases) return Raised{};  // a nested assignment has the last word
    for (auto& [changed, mro] : undo) {
      reinterpret_cast<Slot*>(&changed->mro_)->store(changed, std::move(mro));
      type_modified(t, changed);
    }
    reinterpret_cast<Slot*>(&type.bases_)->store(&type, std::move(old_bases));
    reinterpret_cast<Slot*>(&type.base_)->store(&type, std::move(old_base_ref));
    return Raised{};
  }
  if (type_bases(&type) != bases) return {};  // a nested assignment was the last one
  auto* before = old_bases.value().as<Tuple>();
  for (ssize i = 0; i < before->size; i++) type_remove_subclass(before->get(i).as<Type>(), &type);
  for (ssize i = 0; i < bases->size; i++) {
    if (!type_add_subclass(bases->get(i).as<Type>(), &type)) return raise_memory_error(t);
  }
  type_modified(t, &type);
  update_ops_below(t, &type);
  return {};
}

Result<Owned> get_dict(Thread& t, Type& type) {
  if (!type_dict(&type)) return owned_none();
  return mapping_proxy_new(t, Value(type_dict(&type)));
}
Result<Owned> get_doc(Thread& t, Type& type) {
  if (!is_heap_type(&type) && type.doc) return TRY(str_from_utf8(t, type.doc));
  Owned doc = TRY(dict_get_name(t, *type_dict(&type), NAME("__doc__")));
  if (doc.value().is_empty()) return owned_none();
  return descriptor_get(t, doc, Value(), Value(&type));
}
Result<void> set_doc(Thread& t, Type& type, Value value) {
  TRY(check_settable(t, type, value, "__doc__"));
  return type_dict_set(t, &type, NAME("__doc__"), value);
}
Result<Owned> get_text_signature(Thread& t, Type& type) {
  const TypeDef* def = type.info->def;
  if (!def || !def->text_signature) return owned_none();
  return TRY(str_from_utf8(t, def->text_signature));
}
Result<Owned> get_annotations(Thread& t, Type& type) {
  if (!is_heap_type(&type)) return raise_attribute_error(t, "type object '%s' has no attribute '__annotations__'", type.name);
  Owned found = TRY(dict_get_name(t, *type_dict(&type), NAME("__annotations__")));
  if (!found.value().is_empty()) return descriptor_get(t, found, Value(), Value(&type));
  Ref<Dict> fresh = TRY(dict_new(t));
  TRY(type_dict_set(t, &type, NAME("__annotations__"), fresh));
  return Owned(std::move(fresh));
}
Result<void> set_annotations(Thread& t, Type& type, Value value) {
  if (has_type_flag(&type, kTypeImmutable)) {
    return raise_type_error(t, "cannot set '__annotations__' attribute of immutable type '%s'", type.name);
  }
  if (value) return type_dict_set(t, &type, NAME("__annotations__"), value);
  if (!TRY(dict_delete(t, *type_dict(&type), NAME("__annotations__")))) return raise_attribute_error(t, "__annotations__");
  type_modified(t, &type);
  return {};
}
Result<Owned> get_type_params(Thread& t, Type& type) {
  Owned found = TRY(dict_get_name(t, *type_dict(&type), NAME("__type_params__")));
  if (!found.value().is_empty()) return found;
  return dup(g_empty_tuple);
}
Result<void> set_type_params(Thread& t, Type& type, Value value) {
  TRY(check_settable(t, type, value, "__type_params__"));
  return type_dict_set(t, &type, NAME("__type_params__"), value);
}
ssize get_basicsize(Thread& t, Type& type) { return type.basicsize; }
ssize get_itemsize(Thread& t, Type& type) { return type.itemsize; }
ssize get_flags(Thread& t, Type& type) { return static_cast<ssize>(type.type_flags); }
ssize get_weakrefoffset(Thread& t, Type& type) { return type.weaklist_offset; }
ssize get_dictoffset(Thread& t, Type& type) { return type.dict_offset; }

Result<Owned> type_repr(Thread& t, Value self) {
  Type* type = self.as<Type>();
  auto module = type_module(t, type);
  Owned m;
  if (module.ok()) {
    m = module.take();
  } else {
    clear_exception(t);
  }
  Owned qualname = TRY(type_qualname(t, type));
  if (m && is_str(m) && !str_equal_ascii(*m.value().as<Str>(), "builtins")) {
    return TRY(str_from_format(t, "<class '%U.%U'>", m.value(), qualname.value()));
  }
  return TRY(str_from_format(t, "<class '%s'>", type->name));
}
Result<void> type_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  if (kwnames && kwnames->size && nargs == 1) return raise_type_error(t, "type.__init__() takes no keyword arguments");
  if (nargs != 1 && nargs != 3) return raise_type_error(t, "type.__init__() takes 1 or 3 arguments");
  return {};
}
Result<Owned> type_or(Thread& t, Value a, Value b) { return union_or(t, a, b); }

Result<Owned> type_mro_method(Thread& t, Type& type) {
  Owned mro = TRY(type_compute_mro(t, &type));
  return TRY(list_from_iterable_rpy(t, mro));
}
Result<Owned> type_subclasses(Thread& t, Type& type) {
  Ref<List> list = TRY(list_new(t));
  size_t n = type_copy_subclasses(&type, nullptr, 0);
  std::vector<Type*> below(n);
  size_t now = n ? type_copy_subclasses(&type, below.data(), n) : 0;
  for (size_t i = 0; i < n && i < now; i++) TRY(list_push(t, *list, Value(below[i])));
  return Owned(std::move(list));
}
Result<Owned> type_prepare(Thread& t, Type& type, Args args, Kwargs kwargs) { return TRY(dict_new(t)); }
Result<bool> type_instancecheck(Thread& t, Type& type, Value object) { return object_real_is_instance(t, object, Value(&type)); }
Result<bool> type_subclasscheck(Thread& t, Type& type, Value derived) { return object_real_is_subclass(t, derived, Value(&type)); }
Result<void> merge_class_dict(Thread& t, Dict& into, Value cls) {
  Owned own = TRY(find_attribute(t, cls, NAME("__dict__")));
  if (!own.value().is_empty()) TRY(dict_update_rpy(t, into, own));
  Owned bases = TRY(find_attribute(t, cls, NAME("__bases__")));
  if (bases.value().is_empty() || !is_instance(bases, &tuple_type)) return {};
  auto* items = bases.value().as<Tuple>();
  for (ssize i = 0; i < items->size; i++) TRY(merge_class_dict(t, into, items->get(i)));
  return {};
}
Result<Owned> type_dir(Thread& t, Type& type) {
  Ref<Dict> names = TRY(dict_new(t));
  TRY(merge_class_dict(t, *names, Value(&type)));
  return TRY(dict_keys_list(t, *names));
}
ssize type_sizeof(Thread& t, Type& type) { return is_heap_type(&type) ? 944 : 432; }

constexpr MethodDef kMethods[] = {
    method<&type_mro_method>("mro", "($self, /)", "Return a type's method resolution order."),
    method<&type_subclasses>("__subclasses__", "($self, /)", "Return a list of immediate subclasses."),
    class_method<&type_prepare>("__prepare__", "($cls, *args, **kwds)", "Create the namespace for the class statement"),
    method<&type_instancecheck>("__instancecheck__", "($self, instance, /)", "Check if an object is an instance."),
    method<&type_subclasscheck>("__subclasscheck__", "($self, subclass, /)", "Check if a class is a subclass."),
    method<&type_dir>("__dir__", "($self, /)", "Specialized __dir__ implementation for types."),
    method<&type_sizeof>("__sizeof__", "($self, /)", "Return memory consumption of the type object."), {}};
constexpr GetSetDef kGetSet[] = {
    property<&get_name, &set_name>("__name__"), property<&get_qualname, &set_qualname>("__qualname__"),
    property<&get_bases, &set_bases>("__bases__"), getter<&get_mro>("__mro__"), getter<&get_base>("__base__"),
    property<&get_module, &set_module>("__module__"), property<&get_abstract, &set_abstract>("__abstractmethods__"),
    getter<&get_dict>("__dict__"), property<&get_doc, &set_doc>("__doc__"), getter<&get_text_signature>("__text_signature__"),
    property<&get_annotations, &set_annotations>("__annotations__"), property<&get_type_params, &set_type_params>("__type_params__"),
    getter<&get_basicsize>("__basicsize__"), getter<&get_itemsize>("__itemsize__"), getter<&get_flags>("__flags__"),
    getter<&get_weakrefoffset>("__weakrefoffset__"), getter<&get_dictoffset>("__dictoffset__"), {}};

void type_each(Object* self, SlotVisitor& visitor) {
  auto* type = static_cast<Type*>(self);
  if (!type->info) return;
  visitor(type->info->heap_name.address());
  visitor(type->info->heap_qualname.address());
}
void type_release(Object* self) {
  auto* type = static_cast<Type*>(self);
  if (!type->info) return;
  type_forget(type);
  free(type->c_members);
  if (type->info->cache) free_buffer(type->info->cache);
  free(type->info);
}

constexpr uint16_t kSlots[] = {offsetof(Type, base_), offsetof(Type, dict_), offsetof(Type, bases_), offsetof(Type, mro_)};
constexpr TypeOps kOps = {.repr = type_repr, .call = type_call, .getattr = type_getattr, .setattr = type_setattr, .init = type_init,
                          .create = type_create_from_python, .bit_or = type_or};

}  // namespace

constexpr TypeDef kTypeDef = {.name = "type", .size = 944, .item_size = 40, .flags = kTypeBase | kTypeType | kTypeWeakReferable,
    .layout = {.slot_offsets = kSlots, .slot_count = 4, .flags = kCollectable | kDeferredType, .each = type_each, .release = type_release},
    .ops = &kOps, .methods = kMethods, .getset = kGetSet,
    .doc = "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type", .dict_offset = offsetof(Type, dict_)};
Type type_type;

}  // namespace ty
