// Class creation: what `class` statements and type(name, bases, dict) do. CPython: Objects/typeobject.c type_new().
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "mem/heap.h"
#include "object/abstract.h"
#include "object/instance.h"
#include "object/type_object.h"
#include "types/descriptors.h"
#include "types/dict.h"
#include "types/exceptions.h"
#include "types/function.h"
#include "types/int.h"
#include "types/list.h"
#include "types/mapping_proxy.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Value current_globals(Thread& t);  // vm/
void type_update_own_op(Thread& t, Type* type, Value name);
Result<Owned> type_create_from_python(Thread& t, Type* metatype, const Value* args, size_t nargs, Tuple* kwnames);

namespace {

Type* solid_base(Type* type) {
  // The most derived class that adds fields to the struct.
  Type* base = type_base(type);
  while (base) {
    if (type->basicsize != base->basicsize || type->itemsize != base->itemsize) return type;
    type = base;
    base = type_base(type);
  }
  return type;
}

Result<Type*> best_base(Thread& t, Tuple& bases) {
  Type *base = nullptr, *winner = nullptr;
  for (ssize i = 0; i < bases.size; i++) {
    Value v = bases.get(i);
    if (!is_type(v)) return raise_type_error(t, "bases must be types");
    Type* candidate_type = v.as<Type>();
    if (!has_type_flag(candidate_type, kTypeBase)) {
      return raise_type_error(t, "type '%.100s' is not an acceptable base type", candidate_type->name);
    }
    Type* candidate = solid_base(candidate_type);
    if (!winner) {
      winner = candidate;
      base = candidate_type;
    } else if (is_subtype(winner, candidate)) {
    } else if (is_subtype(candidate, winner)) {
      winner = candidate;
      base = candidate_type;
    } else {
      return raise_type_error(t, "multiple bases have instance lay-out conflict");
    }
  }
  return base;
}

/// _Klass__name for private names.
Result<Owned> mangle(Thread& t, Str& klass, Value name) {
  auto& s = *name.as<Str>();
  if (s.length < 3 || s.at(0) != '_' || s.at(1) != '_') return dup(name);
  if (s.at(s.length - 1) == '_' && s.at(s.length - 2) == '_') return dup(name);
  for (ssize i = 0; i < s.length; i++) {
    if (s.at(i) == '.') return dup(name);
  }
  ssize start = 0;
  while (start < klass.length && klass.at(start) == '_') start++;
  if (start == klass.length) return dup(name);
  Ref<Str> rest = TRY(str_substring(t, klass, start, klass.length));
  return TRY(str_from_format(t, "_%U%U", Value(rest), name));
}

struct SlotNames {
  std::vector<Owned> names;  // mangled, sorted, without __dict__ and __weakref__
  bool given = false, dict = false, weakref = false;
  Owned original;            // the sequence __slots__ names
};

struct NewType {
  Thread& t;
  Type* metatype;
  Str& name;
  Tuple& bases;
  Dict& dict;      // our copy of the namespace
  Type* base;
  bool may_add_dict, may_add_weak;
  SlotNames slots;
};

bool has_instance_dict(Type* type) { return (type->info->flags & kHasAttributes) || type->dict_offset != 0; }

Result<void> collect_slots(NewType& n) {
  Thread& t = n.t;
  Owned given = TRY(dict_get_name(t, n.dict, NAME("__slots__")));
  if (given.value().is_empty()) {
    n.slots.dict = n.may_add_dict;
    n.slots.weakref = n.may_add_weak;
    return {};
  }
  n.slots.given = true;
  Ref<Tuple> items;
  if (is_str(given)) {
    items = TRY(tuple_pack(t, given.value()));
  } else {
    items = TRY(tuple_from_iterable_rpy(t, given));
  }
  if (items->size > 0 && n.base->itemsize != 0) {
    return raise_type_error(t, "nonempty __slots__ not supported for subtype of '%s'", n.base->name);
  }
  for (ssize i = 0; i < items->size; i++) {
    Value item = items->get(i);
    if (!is_str(item)) return raise_type_error(t, "__slots__ items must be strings, not '%.200T'", item);
    auto& s = *item.as<Str>();
    if (!str_is_identifier(s)) return raise_type_error(t, "__slots__ must be identifiers");
    if (str_equal_ascii(s, "__dict__")) {
      if (!n.may_add_dict || n.slots.dict) return raise_type_error(t, "__dict__ slot disallowed: we already got one");
      n.slots.dict = true;
      continue;
    }
    if (str_equal_ascii(s, "__weakref__")) {
      if (!n.may_add_weak || n.slots.weakref) return raise_type_error(t, "__weakref__ slot disallowed: we already got one");
      n.slots.weakref = true;
      continue;
    }
    Owned mangled = TRY(mangle(t, n.name, item));
    Value interned = TRY(str_intern(t, mangled));
    // The compiler puts these two into the namespace; they do not stay.
    if (dict_find_name(n.dict, interned) && !str_equal_ascii(s, "__qualname__") && !str_equal_ascii(s, "__classcell__")) {
      return raise_value_error(t, "%R in __slots__ conflicts with class variable", interned);
    }
    n.slots.names.push_back(dup(interned));
  }
  std::sort(n.slots.names.begin(), n.slots.names.end(),
            [](const Owned& a, const Owned& b) { return str_compare(*a.value().as<Str>(), *b.value().as<Str>()) < 0; });
  if (n.bases.size > 1 && ((n.may_add_dict && !n.slots.dict) || (n.may_add_weak && !n.slots.weakref))) {
    for (ssize i = 0; i < n.bases.size; i++) {
      Type* other = n.bases.get(i).as<Type>();
      if (other == n.base) continue;
      if (n.may_add_dict && has_instance_dict(other)) n.slots.dict = true;
      if (n.may_add_weak && other->weaklist_offset != 0) n.slots.weakref = true;
    }
  }
  return {};
}

/// How many attribute slots instances get inline at first.
uint16_t guess_inline_slots(NewType& n) {
  if (n.base->itemsize) return 0;
  Type* native = n.base;
  while (is_heap_type(native) && !native->info->def) native = type_base(native);
  if (native != &object_type) return 0;  // a native class allocates its instances itself
  size_t guess = __atomic_load_n(&n.base->info->inline_slots, __ATOMIC_RELAXED);
  if (Value attributes = dict_find_name(n.dict, NAME("__static_attributes__")); attributes && is_instance(attributes, &tuple_type)) {
    guess += static_cast<size_t>(attributes.as<Tuple>()->size);
  }
  return static_cast<uint16_t>(std::clamp<size_t>(guess, 2, 16));
}

Result<Owned> dunder_dict_get(Thread& t, Value self) {
  if (is_type(self)) return mapping_proxy_new(t, Value(type_dict(self.as<Type>())));
  Owned dict = TRY(object_dict(t, self));
  if (dict.value().is_empty()) return raise_attribute_error(t, "This object has no __dict__");
  return dict;
}
Result<void> dunder_dict_set(Thread& t, Value self, Value value) {
  if (is_type(self)) return raise_attribute_error(t, "attribute '__dict__' of 'type' objects is not writable");
  Object* o = self.object();
  if (value && !is_instance(value, &dict_type)) return raise_type_error(t, "__dict__ must be set to a dictionary, not a '%.200T'", value);
  if (o->type()->info->flags & kHasAttributes) {
    if (value) return instance_set_dict(t, o, value);
    if (has_type_flag(o->type(), kTypeBaseException)) return raise_type_error(t, "cannot delete __dict__");
    Ref<Dict> empty = TRY(dict_new(t));
    return instance_set_dict(t, o, empty);
  }
  // Dictionaries of native objects are set through their own types' attributes.
  return raise_attribute_error(t, "This object has no __dict__");
}
Result<Owned> weakref_get_first(Thread& t, Value self);
constexpr GetSetDef kDictGetSet{"__dict__", &dunder_dict_get, &dunder_dict_set, "dictionary for instance variables"};
constexpr GetSetDef kWeakrefGetSet{"__weakref__", &weakref_get_first, nullptr, "list of weak references to the object"};

}  // namespace

Result<Owned> first_weakref_of(Thread& t, Value v);  // types/weakref.cpp
Result<Owned> object_dunder_dict(Thread& t, Value self) { return dunder_dict_get(t, self); }
Result<void> object_set_dunder_dict(Thread& t, Value self, Value value) { return dunder_dict_set(t, self, value); }

namespace {

Result<Owned> weakref_get_first(Thread& t, Value self) { return first_weakref_of(t, self); }

/// Memory and C-level fields of the class.
Result<Type*> allocate_type(NewType& n) {
  Thread& t = n.t;
  std::string_view text = TRY(str_utf8(t, n.name));
  if (text.find('\0') != text.npos) return raise_value_error(t, "type name must not contain null characters");
  char* name = strndup(text.data(), text.size());
  auto* info = static_cast<TypeInfo*>(calloc(1, sizeof(TypeInfo)));
  Object* o = info && name ? allocate_object(t, n.metatype, static_cast<size_t>(n.metatype->basicsize)) : nullptr;
  if (!o) {
    free(name);
    free(info);
    return raise_memory_error(t);
  }
  auto* type = static_cast<Type*>(o);
  Type* base = n.base;
  type->info = info;
  type->name = name;
  info->heap_name.store(type, dup(Value(&n.name)));
  size_t count = n.slots.names.size();
  ssize offset = count ? (base->basicsize + 7) & ~ssize{7} : base->basicsize;
  const TypeLayout& from = *base->info;
  static_cast<TypeLayout&>(*info) = from;
  info->root_shape = nullptr;
  if (count) {
    size_t total = from.slot_count + count;
    auto* offsets = static_cast<uint16_t*>(malloc(total * sizeof(uint16_t)));
    if (!offsets) return raise_memory_error(t);
    for (uint16_t i = 0; i < from.slot_count; i++) offsets[i] = from.slot_offsets[i];
    for (size_t i = 0; i < count; i++) offsets[from.slot_count + i] = static_cast<uint16_t>(offset + static_cast<ssize>(i * sizeof(Slot)));
    info->slot_offsets = offsets;
    info->slot_count = static_cast<uint16_t>(total);
  }
  type->basicsize = offset + static_cast<ssize>(count * sizeof(Slot));
  type->itemsize = base->itemsize;
  uint64_t flags = kTypeHeap | kTypeBase;
  flags |= base->type_flags & (kTypeWeakReferable | kTypeManagedDict | kTypeLong | kTypeList | kTypeTuple | kTypeBytes | kTypeUnicode | kTypeDict |
                               kTypeBaseException | kTypeType | kTypeMatchSelf | kTypeHaveGc | kTypeSequence | kTypeMapping);
  if (!(flags & (kTypeSequence | kTypeMapping))) {
    for (ssize i = 0; i < n.bases.size && !(flags & (kTypeSequence | kTypeMapping)); i++) {
      flags |= n.bases.get(i).as<Type>()->type_flags & (kTypeSequence | kTypeMapping);
    }
  }
  type->dict_offset = base->dict_offset;
  if (n.slots.dict) {
    flags |= kTypeManagedDict;
    info->flags |= kHasAttributes;
    type->dict_offset = -1;
  }
  if (n.slots.weakref) flags |= kTypeWeakReferable;
  if (count || n.slots.dict || (info->flags & kCollectable)) {
    info->flags |= kCollectable;
    flags |= kTypeHaveGc;
  }
  type->weaklist_offset = flags & kTypeWeakReferable ? -16 : 0;
  __atomic_store_n(&type->type_flags, flags, __ATOMIC_RELEASE);
  auto* as_slots = reinterpret_cast<Slot*>(&type->base_);
  as_slots->store(type, dup(Value(base)));
  reinterpret_cast<Slot*>(&type->bases_)->store(type, dup(Value(&n.bases)));
  return type;
}

/// The namespace's special entries: __qualname__, __module__, __doc__, implicit static and class methods, slots.
Result<void> prepare_dict(NewType& n, Type* type) {
  Thread& t = n.t;
  Dict& d = n.dict;
  Owned qualname = TRY(dict_pop(t, d, NAME("__qualname__")));
  if (qualname.value().is_empty()) {
    qualname = dup(Value(&n.name));
  } else if (!is_str(qualname)) {
    return raise_type_error(t, "type __qualname__ must be a str, not %T", qualname.value());
  }
  type->info->heap_qualname.store(type, std::move(qualname));
  if (!dict_find_name(d, NAME("__module__"))) {
    Owned globals = dup(current_globals(t));
    if (globals) {
      Owned module = TRY(dict_get_name(t, *globals.value().as<Dict>(), NAME("__name__")));
      if (!module.value().is_empty()) TRY(dict_set(t, d, NAME("__module__"), module));
    }
  }
  auto wrap = [&](Value name, Result<Owned> (*make)(Thread&, Value)) -> Result<void> {
    Value found = dict_find_name(d, name);
    if (!found || !is_exact<Function>(found)) return {};
    Owned wrapped = TRY(make(t, found));
    return dict_set(t, d, name, wrapped);
  };
  TRY(wrap(NAME("__new__"), &static_method_new));
  TRY(wrap(NAME("__init_subclass__"), &class_method_new));
  TRY(wrap(NAME("__class_getitem__"), &class_method_new));
  size_t count = n.slots.names.size();
  if (count) {
    auto* members = static_cast<MemberDef*>(calloc(count, sizeof(MemberDef)));
    if (!members) return raise_memory_error(t);
    type->c_members = members;
    size_t offset = static_cast<size_t>(type->basicsize) - count * sizeof(Slot);
    for (size_t i = 0; i < count; i++) {
      Value name = n.slots.names[i];
      std::string_view text = TRY(str_utf8(t, *name.as<Str>()));
      members[i] = {text.data(), MemberKind::kObjectEx, false, offset + i * sizeof(Slot), nullptr};
      Owned descriptor = TRY(member_descriptor_new(t, type, members[i]));
      TRY(dict_set(t, d, name, descriptor));
    }
  }
  if (n.slots.dict && !dict_find_name(d, NAME("__dict__"))) {
    Owned descriptor = TRY(getset_descriptor_new(t, type, kDictGetSet));
    TRY(dict_set(t, d, NAME("__dict__"), descriptor));
  }
  if (n.slots.weakref && !dict_find_name(d, NAME("__weakref__"))) {
    Owned descriptor = TRY(getset_descriptor_new(t, type, kWeakrefGetSet));
    TRY(dict_set(t, d, NAME("__weakref__"), descriptor));
  }
  if (Value doc = dict_find_name(d, NAME("__doc__")); !doc) {
    TRY(dict_set(t, d, NAME("__doc__"), none()));
  } else if (is_str(doc)) {
    TRY(str_utf8(t, *doc.as<Str>()));
  }
  if (dict_find_name(d, NAME("__eq__")) && !dict_find_name(d, NAME("__hash__"))) TRY(dict_set(t, d, NAME("__hash__"), none()));
  return {};
}

/// The method resolution order, by the metaclass's mro() if it has its own.
Result<Owned> mro_of(Thread& t, Type* type) {
  if (type->type() == &type_type) return type_compute_mro(t, type);
  Owned method = TRY(lookup_special(t, Value(type), NAME("mro")));
  Owned result = TRY(call(t, method));
  Ref<Tuple> mro = TRY(tuple_from_iterable_rpy(t, result));
  Type* solid = solid_base(type);
  for (ssize i = 0; i < mro->size; i++) {
    Value v = mro->get(i);
    if (!is_type(v)) return raise_type_error(t, "mro() returned a non-class ('%.500T')", v);
    if (v.as<Type>()->info && !is_subtype(solid, solid_base(v.as<Type>()))) {
      return raise_type_error(t, "mro() returned base with unsuitable layout ('%.500s')", v.as<Type>()->name);
    }
  }
  return Owned(std::move(mro));
}

void inherit_for_heap_type(Thread& t, Type* type, Tuple& bases, Dict& d) {
  // One base and nothing special in the metaclass: the base's operations, then those that the class itself names.
  if (bases.size == 1 && type_mro(type)->size == type_mro(type_base(type))->size + 1) {
    type->info->ops = type_base(type)->info->ops;
    ssize position = 0;
    Owned key;
    while (dict_next(d, &position, &key, nullptr)) {
      if (is_str(key) && key.value().as<Str>()->length > 4 && key.value().as<Str>()->at(0) == '_') type_update_own_op(t, type, key);
    }
    return;
  }
  type_update_ops(t, type);
}

Result<void> call_set_names(Thread& t, Type* type, Dict& ns) {
  Ref<Dict> copy = TRY(dict_copy(t, ns));
  ssize position = 0;
  Owned key, value;
  while (dict_next(*copy, &position, &key, &value)) {
    Owned method = TRY(lookup_special(t, value, NAME("__set_name__")));
    if (method.value().is_empty()) continue;
    auto called = call(t, method, Value(type), key);
    if (called.ok()) {
      Owned ignored = called.take();
      continue;
    }
    Owned exception(take_exception(t));
    Ref<Str> note = TRY(str_from_format(t, "Error calling __set_name__ on '%.100T' instance %R in '%.100s'", value.value(), key.value(), type->name));
    TRY(call_method(t, exception, NAME("add_note"), Value(note)));
    restore_exception(t, Ref<Object>::steal(to_heap_form(std::move(exception)).object()));
    return Raised{};
  }
  return {};
}

/// super(type, type).__init_subclass__(**kwargs)
Result<void> call_init_subclass(Thread& t, Type* type, const Value* kwargs, Tuple* kwnames) {
  Tuple* mro = type_mro(type);
  for (ssize i = 1; i < mro->size; i++) {
    Value found = dict_find_name(*type_dict(mro->get(i).as<Type>()), NAME("__init_subclass__"));
    if (!found) continue;
    if (mro->get(i).object() == &object_type && (!kwnames || !kwnames->size)) return {};
    Owned bound = TRY(descriptor_get(t, found, Value(), Value(type)));
    // object's is a method of the class: bound to `type` through the class method descriptor.
    TRY(call(t, bound, kwargs, 0, kwnames));
    return {};
  }
  return {};
}

}  // namespace

Result<Owned> type_new(Thread& t, Type* metatype, Value name, Tuple& given_bases, Dict& ns, const Value* kwargs, Tuple* kwnames) {
  Ref<Tuple> bases;
  if (given_bases.size == 0) {
    bases = TRY(tuple_pack(t, Value(&object_type)));
  } else {
    bases = dup(given_bases);
    for (ssize i = 0; i < bases->size; i++) {
      if (is_type(bases->get(i))) continue;
      Owned entries = TRY(find_attribute(t, bases->get(i), NAME("__mro_entries__")));
      if (!entries.value().is_empty()) {
        return raise_type_error(t, "type() doesn't support MRO entry resolution; use types.new_class()");
      }
    }
    Type* winner = TRY(type_calculate_metaclass(t, metatype, *bases));
    if (winner != metatype) {
      if (winner->info->ops.create != &type_create_from_python) {
        std::vector<Value> args = {name, Value(&given_bases), Value(&ns)};
        if (kwnames) args.insert(args.end(), kwargs, kwargs + kwnames->size);
        return winner->info->ops.create(t, winner, args.data(), 3, kwnames);
      }
      metatype = winner;
    }
  }
  Type* base = TRY(best_base(t, *bases));
  Ref<Dict> dict;
  {
    // The class's dictionary: DEFERRED, str keys interned by the copy.
    dict = TRY(dict_new_deferred(t));
    Ref<Dict> ordered = dup(ns);
    if (!is_exact<Dict>(Value(&ns))) {  // an OrderedDict has an order of its own
      ordered = TRY(dict_new(t));
      TRY(dict_update_rpy(t, *ordered, Value(&ns)));
    }
    ssize position = 0;
    Owned key, value;
    while (dict_next(*ordered, &position, &key, &value)) {
      if (is_exact<Str>(key)) {
        Value interned = TRY(str_intern(t, key));
        TRY(dict_set(t, *dict, interned, value));
      } else {
        TRY(dict_set(t, *dict, key, value));
      }
    }
  }
  Owned exact_name = TRY(str_exact(t, *name.as<Str>()));
  NewType n{t, metatype, *exact_name.value().as<Str>(), *bases, *dict, base, !has_instance_dict(base),
            base->weaklist_offset == 0 && base->itemsize == 0, {}};
  TRY(collect_slots(n));
  Owned cell = TRY(dict_pop(t, *dict, NAME("__classcell__")));
  if (cell.value().is_empty()) cell = Owned();
  if (cell && !is_exact<Cell>(cell)) return raise_type_error(t, "__classcell__ must be a nonlocal cell, not <%.200R>", Value(type_of(cell)));
  Type* type = TRY(allocate_type(n));
  Owned keep = Owned::steal(Value(type));
  reinterpret_cast<Slot*>(&type->dict_)->store(type, dup(Value(dict)));
  uint16_t inline_slots = type->info->flags & kHasAttributes ? guess_inline_slots(n) : uint16_t{0};
  TRY(prepare_dict(n, type));
  if (cell) cell.value().as<Cell>()->content.store(cell.value().object(), dup(Value(type)));
  Owned mro = TRY(mro_of(t, type));
  reinterpret_cast<Slot*>(&type->mro_)->store(type, std::move(mro));
  if (type->info->flags & kHasAttributes) {
    if (!shape_prepare_class(type, inline_slots)) return raise_memory_error(t);
  }
  for (ssize i = 0; i < bases->size; i++) {
    if (!type_add_subclass(bases->get(i).as<Type>(), type)) return raise_memory_error(t);
  }
  inherit_for_heap_type(t, type, *bases, *dict);
  if (type->info->ops.finalize) type->info->flags |= kHasFinalizer | kPromptType;
  __atomic_fetch_or(&type->type_flags, uint64_t{kTypeReady}, __ATOMIC_RELEASE);
  if (Value abstract = dict_find_name(*dict, NAME("__abstractmethods__"))) {
    if (TRY(object_is_true(t, abstract))) __atomic_fetch_or(&type->type_flags, uint64_t{kTypeAbstract}, __ATOMIC_RELAXED);
  }
  {
    ssize position = 0;
    Owned key;
    while (dict_next(*dict, &position, &key, nullptr)) {
      if (is_str(key)) continue;
      TRY(warn_rpy(t, &exc_RuntimeWarning, 1, "non-string key in the __dict__ of class %.200s", type->name));
      break;
    }
  }
  TRY(call_set_names(t, type, *dict));
  TRY(call_init_subclass(t, type, kwargs, kwnames));
  return keep;
}

Result<Type*> type_calculate_metaclass(Thread& t, Type* metaclass, Tuple& bases) {
  Type* winner = metaclass;
  for (ssize i = 0; i < bases.size; i++) {
    Type* candidate = type_of(bases.get(i));
    if (is_subtype(winner, candidate)) continue;
    if (is_subtype(candidate, winner)) {
      winner = candidate;
      continue;
    }
    return raise_type_error(t, "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases");
  }
  return winner;
}

Result<Owned> type_resolve_bases(Thread& t, Tuple& bases) {
  Ref<List> resolved;
  for (ssize i = 0; i < bases.size; i++) {
    Owned base = bases.items[i].get();
    Owned method = Owned::steal(Value::empty());
    if (!is_type(base)) method = TRY(find_attribute(t, base, NAME("__mro_entries__")));
    if (method.value().is_empty()) {
      if (resolved) TRY(list_push(t, *resolved, base));
      continue;
    }
    Owned entries = TRY(call(t, method, Value(&bases)));
    if (!is_instance(entries, &tuple_type)) return raise_type_error(t, "__mro_entries__ must return a tuple");
    if (!resolved) {
      resolved = TRY(list_new(t));
      for (ssize k = 0; k < i; k++) {
        Owned before = bases.items[k].get();
        TRY(list_push(t, *resolved, before));
      }
    }
    auto* items = entries.value().as<Tuple>();
    for (ssize k = 0; k < items->size; k++) TRY(list_push(t, *resolved, items->get(k)));
  }
  if (!resolved) return dup(Value(&bases));
  return TRY(list_to_tuple(t, *resolved));
}

// --- C3 ---
Result<Owned> type_compute_mro(Thread& t, Type* type) {
  Tuple* bases = type_bases(type);
  for (ssize i = 0; i < bases->size; i++) {
    for (ssize k = i + 1; k < bases->size; k++) {
      if (bases->get(i).object() == bases->get(k).object()) {
        return raise_type_error(t, "duplicate base class %N", bases->get(i).as<Type>());
      }
    }
  }
  std::vector<std::vector<Type*>> lists;
  for (ssize i = 0; i < bases->size; i++) {
    Tuple* mro = type_mro(bases->get(i).as<Type>());
    if (!mro) return raise_type_error(t, "Cannot extend an incomplete type '%.100s'", bases->get(i).as<Type>()->name);
    std::vector<Type*> list;
    for (ssize k = 0; k < mro->size; k++) list.push_back(mro->get(k).as<Type>());
    lists.push_back(std::move(list));
  }
  std::vector<Type*> direct;
  for (ssize i = 0; i < bases->size; i++) direct.push_back(bases->get(i).as<Type>());
  lists.push_back(direct);
  std::vector<size_t> heads(lists.size(), 0);
  std::vector<Value> result = {Value(type)};
  while (true) {
    bool empty = true;
    Type* pick = nullptr;
    for (size_t i = 0; i < lists.size() && !pick; i++) {
      if (heads[i] >= lists[i].size()) continue;
      empty = false;
      Type* candidate = lists[i][heads[i]];
      bool in_tail = false;
      for (size_t k = 0; k < lists.size() && !in_tail; k++) {
        for (size_t j = heads[k] + 1; j < lists[k].size() && !in_tail; j++) in_tail = lists[k][j] == candidate;
      }
      if (!in_tail) pick = candidate;
    }
    if (empty) break;
    if (!pick) {
      std::string names;
      for (size_t i = 0; i < lists.size(); i++) {
        if (heads[i] >= lists[i].size()) continue;
        std::string name = type_short_name(lists[i][heads[i]]);
        if (names.find(name) != names.npos) continue;
        names += (names.empty() ? "" : ", ") + name;
      }
      return raise_type_error(t, "Cannot create a consistent method resolution order (MRO) for bases %s", names.c_str());
    }
    result.push_back(Value(pick));
    for (size_t i = 0; i < lists.size(); i++) {
      if (heads[i] < lists[i].size() && lists[i][heads[i]] == pick) heads[i]++;
    }
  }
  return TRY(tuple_from(t, result.data(), static_cast<ssize>(result.size())));
}

}  // namespace ty
