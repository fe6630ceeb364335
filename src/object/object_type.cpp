// The type `object`: creation, default operations, pickling support.
#include <cstring>
#include <vector>

#include "base/hash.h"
#include "object/abstract.h"
#include "object/binding.h"
#include "object/instance.h"
#include "object/type_object.h"
#include "types/descriptors.h"
#include "types/dict.h"
#include "types/function.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

bool excess(size_t nargs, Tuple* kwnames) { return nargs > 0 || (kwnames && kwnames->size > 0); }

Raised raise_abstract(Thread& t, Type* type) {
  Owned methods = TRY(get_attribute(t, Value(type), NAME("__abstractmethods__")));
  Ref<List> sorted = TRY(list_from_iterable_rpy(t, methods));
  TRY(list_sort_rpy(t, *sorted, none(), false));
  Ref<Tuple> names = TRY(list_to_tuple(t, *sorted));
  Ref<Str> comma = TRY(str_from_ascii(t, "', '"));
  for (ssize i = 0; i < names->size; i++) {
    if (!is_str(names->get(i))) return raise_type_error(t, "sequence item %zd: expected str instance, %.80T found", i, names->get(i));
  }
  Ref<Str> joined = TRY(str_join(t, *comma, names->values(), names->size));
  return raise_type_error(t, "Can't instantiate abstract class %s without an implementation for abstract method%s '%U'", type->name,
                          names->size > 1 ? "s" : "", Value(joined));
}

}  // namespace

Result<Owned> object_new(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  if (TY_UNLIKELY(excess(nargs, kwnames))) {
    if (type->info->ops.create != &object_new) {
      return raise_type_error(t, "object.__new__() takes exactly one argument (the type to instantiate)");
    }
    if (type->info->ops.init == &object_init) return raise_type_error(t, "%.200s() takes no arguments", type->name);
  }
  if (TY_UNLIKELY(has_type_flag(type, kTypeAbstract))) return raise_abstract(t, type);
  return instance_new_fast(t, type);
}

Result<void> object_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  if (TY_LIKELY(!excess(nargs, kwnames))) return {};
  Type* type = type_of(self);
  if (type->info->ops.init != &object_init) {
    return raise_type_error(t, "object.__init__() takes exactly one argument (the instance to initialize)");
  }
  if (type->info->ops.create == &object_new) {
    return raise_type_error(t, "%.200s.__init__() takes exactly one argument (the instance to initialize)", type->name);
  }
  return {};
}

namespace {

Result<Owned> object_default_repr(Thread& t, Value self) {
  Type* type = type_of(self);
  Owned module;
  auto found = type_module(t, type);
  if (found.ok()) {
    module = found.take();
  } else {
    clear_exception(t);
  }
  if (module && is_str(module) && !str_equal_ascii(*module.value().as<Str>(), "builtins")) {
    Owned qualname = TRY(type_qualname(t, type));
    return TRY(str_from_format(t, "<%U.%U object at %p>", module.value(), qualname.value(), self.object()));
  }
  return TRY(str_from_format(t, "<%s object at %p>", type->name, self.object()));
}
Result<Owned> object_default_str(Thread& t, Value self) { return ops_of(self).repr(t, self); }
Result<ssize> object_default_hash(Thread& t, Value self) {
  return static_cast<ssize>(hash_pointer(reinterpret_cast<void*>(self.identity())));
}
Result<Owned> object_default_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (op == CompareOp::kEq) return is_same(a, b) ? owned_bool(true) : Owned::steal(not_implemented());
  if (op == CompareOp::kNe) {
    CompareOpFn compare = ops_of(a).compare;
    if (!compare) return Owned::steal(not_implemented());
    Owned x = TRY(compare(t, a, b, CompareOp::kEq));
    if (is_not_implemented(x)) return x;
    return owned_bool(!TRY(object_is_true(t, x)));
  }
  return Owned::steal(not_implemented());
}

Owned get_class(Thread& t, Value self) { return dup(Value(type_of(self))); }

Type* struct_base(Type* type) {
  Type* base = type_base(type);
  while (base && type->basicsize == base->basicsize && type->itemsize == base->itemsize) {
    type = base;
    base = type_base(type);
  }
  return type;
}
bool same_slots(Type* a, Type* b) {
  if (!is_heap_type(a) || !is_heap_type(b) || !a->c_members || !b->c_members) return false;
  if (type_base(a) != type_base(b) && struct_base(type_base(a)) != struct_base(type_base(b))) return false;
  if (a->basicsize != b->basicsize) return false;
  ssize n = (a->basicsize - type_base(a)->basicsize) / static_cast<ssize>(sizeof(Slot));
  auto *x = static_cast<MemberDef*>(a->c_members), *y = static_cast<MemberDef*>(b->c_members);
  for (ssize i = 0; i < n; i++) {
    if (strcmp(x[i].name, y[i].name) != 0) return false;
  }
  return true;
}
Result<void> set_class(Thread& t, Value self, Value value) {
  if (!value) return raise_type_error(t, "can't delete __class__ attribute");
  if (!is_type(value)) return raise_type_error(t, "__class__ must be set to a class, not '%T' object", value);
  Type *from = type_of(self), *to = value.as<Type>();
  bool modules = is_subtype(from, &module_type) && is_subtype(to, &module_type);
  if (!modules && (has_type_flag(from, kTypeImmutable) || has_type_flag(to, kTypeImmutable))) {
    return raise_type_error(t, "__class__ assignment only supported for mutable types or ModuleType subclasses");
  }
  if ((from->type_flags ^ to->type_flags) & kTypeHaveGc) {
    return raise_type_error(t, "__class__ assignment: '%s' deallocator differs from '%s'", to->name, from->name);
  }
  Type *a = struct_base(from), *b = struct_base(to);
  bool fits = (a == b || same_slots(a, b)) && from->basicsize == to->basicsize && from->itemsize == to->itemsize &&
              from->dict_offset == to->dict_offset && from->weaklist_offset == to->weaklist_offset &&
              ((from->info->flags ^ to->info->flags) & (kHasAttributes | kCollectable)) == 0;
  if (!fits) return raise_type_error(t, "__class__ assignment: '%s' object layout differs from '%s'", to->name, from->name);
  return instance_change_class(t, self.object(), to);
}

// --- pickling ---
Result<Owned> slot_names(Thread& t, Type* type) {
  Owned known = TRY(dict_get_name(t, *type_dict(type), NAME("__slotnames__")));
  if (!known.value().is_empty()) {
    if (!is_none(known) && !is_instance(known, &list_type)) {
      return raise_type_error(t, "%.200s.__slotnames__ should be a list or None, not %.200T", type->name, known.value());
    }
    return known;
  }
  Owned function = TRY(import_attribute(t, "copyreg", "_slotnames"));
  Owned names = TRY(call(t, function, Value(type)));
  if (!is_none(names) && !is_instance(names, &list_type)) return raise_type_error(t, "copyreg._slotnames didn't return a list or None");
  return names;
}

Result<Owned> getstate_default(Thread& t, Value self, bool required) {
  Type* type = type_of(self);
  if (required && type->itemsize) return raise_type_error(t, "cannot pickle %.200s objects", type->name);
  // None unless there are attributes.
  Owned state = owned_none();
  bool attributes = type->info->flags & kHasAttributes ? instance_attribute_count(self.object()) > 0 : type->dict_offset > 0;
  if (attributes) {
    Owned dict = TRY(object_dict(t, self));
    if (dict_length(*dict.value().as<Dict>()) > 0) state = std::move(dict);
  }
  Owned names = TRY(slot_names(t, type));
  ssize count = is_none(names) ? 0 : list_size(*names.value().as<List>());
  if (required) {
    ssize size = object_type.basicsize + count * static_cast<ssize>(sizeof(Slot));
    if (type->dict_offset > 0) size += static_cast<ssize>(sizeof(Slot));
    if (type->basicsize > size) return raise_type_error(t, "cannot pickle '%.200s' object", type->name);
  }
  if (count == 0) return state;
  Ref<Dict> slots = TRY(dict_new(t));
  for (ssize i = 0; i < count; i++) {
    Owned name = list_get(*names.value().as<List>(), i);
    if (!name) return raise_runtime_error(t, "__slotsname__ changed size during iteration");
    Owned value = TRY(find_attribute(t, self, name));
    if (!value.value().is_empty()) TRY(dict_set(t, *slots, name, value));
  }
  if (dict_used(*slots) == 0) return state;
  return TRY(tuple_pack(t, state.value(), Value(slots)));
}
Result<Owned> object_getstate(Thread& t, Value self) { return getstate_default(t, self, false); }

Result<Owned> state_of(Thread& t, Value self, bool required) {
  Value own = type_lookup(type_of(self), NAME("__getstate__"));
  Value base = dict_find_name(*type_dict(&object_type), NAME("__getstate__"));
  Owned getstate = TRY(get_attribute(t, self, NAME("__getstate__")));
  if (own && own.identity() == base.identity() && is_exact<NativeFunction>(getstate)) return getstate_default(t, self, required);
  return call(t, getstate);
}

Result<Owned> reduce_newobj(Thread& t, Value self) {
  Type* type = type_of(self);
  if (!type->info->ops.create || has_type_flag(type, kTypeDisallowInstantiation)) {
    return raise_type_error(t, "cannot pickle '%.200s' object", type->name);
  }
  Owned args, kwargs;
  Owned getnewargs_ex = TRY(lookup_special(t, self, NAME("__getnewargs_ex__")));
  if (!getnewargs_ex.value().is_empty()) {
    Owned pair = TRY(call(t, getnewargs_ex));
    if (!is_instance(pair, &tuple_type)) return raise_type_error(t, "__getnewargs_ex__ should return a tuple, not '%.200T'", pair.value());
    auto* items = pair.value().as<Tuple>();
    if (items->size != 2) return raise_value_error(t, "__getnewargs_ex__ should return a tuple of length 2, not %zd", items->size);
    args = items->items[0].get();
    kwargs = items->items[1].get();
    if (!is_instance(args, &tuple_type)) {
      return raise_type_error(t, "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '%.200T'", args.value());
    }
    if (!is_instance(kwargs, &dict_type)) {
      return raise_type_error(t, "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '%.200T'", kwargs.value());
    }
  } else {
    Owned getnewargs = TRY(lookup_special(t, self, NAME("__getnewargs__")));
    if (!getnewargs.value().is_empty()) {
      args = TRY(call(t, getnewargs));
      if (!is_instance(args, &tuple_type)) return raise_type_error(t, "__getnewargs__ should return a tuple, not '%.200T'", args.value());
    }
  }
  bool has_args = bool(args);
  Owned make, make_args;
  if (!kwargs || dict_length(*kwargs.value().as<Dict>()) == 0) {
    make = TRY(import_attribute(t, "copyreg", "__newobj__"));
    ssize n = has_args ? args.value().as<Tuple>()->size : 0;
    Ref<Tuple> all = TRY(tuple_new(t, n + 1));
    all->items[0].init(dup(Value(type)));
    for (ssize i = 0; i < n; i++) all->items[i + 1].init(args.value().as<Tuple>()->items[i].get());
    make_args = Owned(std::move(all));
  } else {
    make = TRY(import_attribute(t, "copyreg", "__newobj_ex__"));
    make_args = Owned(TRY(tuple_pack(t, Value(type), args.value(), kwargs.value())));
  }
  bool list = is_instance(self, &list_type), dict = is_instance(self, &dict_type);
  Owned state = TRY(state_of(t, self, !(has_args || list || dict)));
  Owned list_items = owned_none(), dict_items = owned_none();
  if (list) list_items = TRY(get_iterator(t, self));
  if (dict) {
    Owned items = TRY(call_method(t, self, NAME("items")));
    dict_items = TRY(get_iterator(t, items));
  }
  return TRY(tuple_pack(t, make.value(), make_args.value(), state.value(), list_items.value(), dict_items.value()));
}

Result<Owned> common_reduce(Thread& t, Value self, int protocol) {
  if (protocol >= 2) return reduce_newobj(t, self);
  Owned function = TRY(import_attribute(t, "copyreg", "_reduce_ex"));
  return call(t, function, self, Value::small_int_unchecked(protocol));
}
Result<Owned> object_reduce(Thread& t, Value self) { return common_reduce(t, self, 0); }
Result<Owned> object_reduce_ex(Thread& t, Value self, int protocol) {
  Owned reduce = TRY(find_attribute(t, self, NAME("__reduce__")));
  if (!reduce.value().is_empty()) {
    Value own = type_lookup(type_of(self), NAME("__reduce__"));
    Value base = dict_find_name(*type_dict(&object_type), NAME("__reduce__"));
    if (own.identity() != base.identity()) return call(t, reduce);
  }
  return common_reduce(t, self, protocol);
}

Result<Owned> object_dunder_format(Thread& t, Value self, Str& spec) {
  if (spec.length > 0) return raise_type_error(t, "unsupported format string passed to %.200T.__format__", self);
  return object_str(t, self);
}
ssize object_sizeof(Thread& t, Value self) {
  Type* type = type_of(self);
  ssize size = type->basicsize;
  if (type->itemsize && self.is_object()) {
    ssize n = static_cast<VarObject*>(self.object())->size;
    size += type->itemsize * (n < 0 ? -n : n);
  }
  return size;
}
Result<void> merge_class(Thread& t, Dict& into, Value cls) {
  Owned own = TRY(find_attribute(t, cls, NAME("__dict__")));
  if (!own.value().is_empty()) TRY(dict_update_rpy(t, into, own));
  Owned bases = TRY(find_attribute(t, cls, NAME("__bases__")));
  if (bases.value().is_empty() || !is_instance(bases, &tuple_type)) return {};
  auto* items = bases.value().as<Tuple>();
  for (ssize i = 0; i < items->size; i++) TRY(merge_class(t, into, items->get(i)));
  return {};
}
Result<Owned> object_dunder_dir(Thread& t, Value self) {
  Ref<Dict> names;
  Owned own = TRY(find_attribute(t, self, NAME("__dict__")));
  if (!own.value().is_empty() && is_instance(own, &dict_type)) {
    names = TRY(dict_copy(t, *own.value().as<Dict>()));
  } else {
    names = TRY(dict_new(t));
  }
  Owned cls = TRY(find_attribute(t, self, NAME("__class__")));
  if (!cls.value().is_empty()) TRY(merge_class(t, *names, cls));
  return TRY(dict_keys_list(t, *names));
}
Owned object_init_subclass(Thread& t, Type& type) { return owned_none(); }
Owned object_subclasshook(Thread& t, Type& type, Args args) { return Owned::steal(not_implemented()); }

constexpr MethodDef kMethods[] = {
    method<&object_reduce_ex>("__reduce_ex__", "($self, protocol, /)", "Helper for pickle."),
    method<&object_reduce>("__reduce__", "($self, /)", "Helper for pickle."),
    method<&object_getstate>("__getstate__", "($self, /)", "Helper for pickle."),
    class_method<&object_subclasshook>("__subclasshook__", "($type, *args)",
        "Abstract classes can override this to customize issubclass().\n\nThis is invoked early on by abc.ABCMeta.__subclasscheck__().\n"
        "It should return True, False or NotImplemented.  If it returns\nNotImplemented, the normal algorithm is used.  Otherwise, it\n"
        "overrides the normal algorithm (and the outcome is cached).\n"),
    class_method<&object_init_subclass>("__init_subclass__", "($type, /)",
        "This method is called when a class is subclassed.\n\nThe default implementation does nothing. It may be\noverridden to extend subclasses.\n"),
    method<&object_dunder_format>("__format__", "($self, format_spec, /)", "Default object formatter.\n\nReturn str(self) if format_spec is empty. Raise TypeError otherwise."),
    method<&object_sizeof>("__sizeof__", "($self, /)", "Size of object in memory, in bytes."),
    method<&object_dunder_dir>("__dir__", "($self, /)", "Default dir() implementation."), {}};
constexpr GetSetDef kGetSet[] = {property<&get_class, &set_class>("__class__", "the object's class"), {}};
constexpr TypeOps kOps = {.repr = object_default_repr, .hash = object_default_hash, .str = object_default_str, .getattr = object_generic_getattr,
                          .setattr = object_generic_setattr, .compare = object_default_compare, .init = object_init, .create = object_new};

}  // namespace

constexpr TypeDef kObjectDef = {.name = "object", .size = sizeof(Object), .ops = &kOps, .methods = kMethods, .getset = kGetSet,
    .doc = "The base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\n"
           "instance that has no instance attributes and cannot be given any.\n", .text_signature = "()"};
Type object_type;

}  // namespace ty
