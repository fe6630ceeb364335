// Attribute access: get, find, set; the default implementations; special methods.
#include "object/abstract.h"
#include "object/instance.h"
#include "object/type_object.h"
#include "types/descriptors.h"
#include "types/dict.h"
#include "types/exceptions.h"
#include "types/module.h"
#include "types/str.h"

namespace ty {

Raised raise_attribute(Thread& t, Value object, Value name, Ref<Str> message);  // errors.cpp

namespace {

/// The attribute stored in the object itself.
TY_INLINE Lookup<Owned> own_attribute(Thread& t, Value object, Type* type, Value name) {
  if (type->info->flags & kHasAttributes) return instance_get(t, object.object(), name);
  if (type->dict_offset > 0) {
    Owned dict = dict_slot(object.object())->get();
    if (dict) return dict_get_name(t, *dict.value().as<Dict>(), name);
  }
  return Absent{};
}

Raised raise_bad_name(Thread& t, Value name) { return raise_type_error(t, "attribute name must be string, not '%.200T'", name); }

}  // namespace

Lookup<Owned> object_generic_find(Thread& t, Value object, Value name) {
  Type* type = type_of(object);
  Owned found = borrow_or_dup(type_lookup(type, name));
  DescrGetOp get = nullptr;
  if (found) {
    const TypeOps& ops = ops_of(found);
    get = ops.descr_get;
    if (get && ops.descr_set) return TRY(get(t, found, object, Value(type)));
  }
  Owned own = TRY(own_attribute(t, object, type, name));
  if (!own.value().is_empty()) return own;
  if (get) return TRY(get(t, found, object, Value(type)));
  if (found) return found;
  return Absent{};
}

Result<Owned> object_generic_getattr(Thread& t, Value object, Value name) {
  if (TY_UNLIKELY(!is_str(name))) return raise_bad_name(t, name);
  Owned found = TRY(object_generic_find(t, object, name));
  if (TY_LIKELY(!found.value().is_empty())) return found;
  return raise_no_attribute(t, object, name);
}

Result<Owned> get_attribute(Thread& t, Value object, Value name) {
  GetAttrOp get = ops_of(object).getattr;
  if (TY_LIKELY(get == &object_generic_getattr)) return object_generic_getattr(t, object, name);
  if (TY_UNLIKELY(!is_str(name))) return raise_bad_name(t, name);
  return get(t, object, name);
}

Result<Owned> get_attribute(Thread& t, Value object, const char* name) {
  Value interned = TRY(str_intern_utf8(t, name));
  return get_attribute(t, object, interned);
}

Lookup<Owned> find_attribute(Thread& t, Value object, Value name) {
  GetAttrOp get = ops_of(object).getattr;
  if (TY_UNLIKELY(!is_str(name))) return raise_bad_name(t, name);
  if (TY_LIKELY(get == &object_generic_getattr)) {
    auto found = object_generic_find(t, object, name);
    if (TY_UNLIKELY(found.raised()) && exception_matches(t, &exc_AttributeError)) {
      clear_exception(t);
      return Absent{};
    }
    return found;
  }
  if (get == &type_getattr || get == g_module_getattr) {
    auto found = get == &type_getattr ? type_find(t, object, name) : module_find(t, *object.as<Module>(), name);
    if (TY_UNLIKELY(found.raised()) && exception_matches(t, &exc_AttributeError)) {
      clear_exception(t);
      return Absent{};
    }
    return found;
  }
  auto result = get(t, object, name);
  if (TY_LIKELY(result.ok())) return result.take();
  if (!exception_matches(t, &exc_AttributeError)) return Raised{};
  clear_exception(t);
  return Absent{};
}

Result<void> object_generic_setattr(Thread& t, Value object, Value name, Value value) {
  if (TY_UNLIKELY(!is_str(name))) return raise_bad_name(t, name);
  Type* type = type_of(object);
  Value interned = name;
  if (TY_UNLIKELY(!name.as<Str>()->is_interned()) && is_exact<Str>(name)) interned = TRY(str_intern(t, name));
  Owned found = borrow_or_dup(type_lookup(type, interned));
  if (found) {
    if (DescrSetOp set = ops_of(found).descr_set) return set(t, found, object, value);
  }
  if (TY_LIKELY(type->info->flags & kHasAttributes)) {
    if (value) return instance_set(t, object.object(), interned, value);
    if (TRY(instance_delete(t, object.object(), interned))) return {};
    return raise_no_attribute(t, object, name);
  }
  if (type->dict_offset > 0) {
    if (value) {
      Owned dict = TRY(object_dict(t, object));
      return dict_set(t, *dict.value().as<Dict>(), interned, value);
    }
    Owned dict = dict_slot(object.object())->get();
    if (dict && TRY(dict_delete(t, *dict.value().as<Dict>(), interned))) return {};
    return raise_no_attribute(t, object, name);
  }
  if (found) {
    return raise_attribute(t, object, name, TRY(str_from_format(t, "'%.100T' object attribute '%U' is read-only", object, name)));
  }
  if (type->info->ops.setattr == &object_generic_setattr) {
    return raise_attribute(t, object, name,
        TRY(str_from_format(t, "'%.100T' object has no attribute '%U' and no __dict__ for setting new attributes", object, name)));
  }
  return raise_no_attribute(t, object, name);
}

namespace {
Result<void> store_attribute(Thread& t, Value object, Value name, Value value) {
  if (TY_UNLIKELY(!is_str(name))) return raise_bad_name(t, name);
  SetAttrOp set = ops_of(object).setattr;
  if (TY_LIKELY(set == &object_generic_setattr)) return object_generic_setattr(t, object, name, value);
  if (!set) {
    return raise_type_error(t, value ? "'%.100T' object has no attributes (assign to .%U)" : "'%.100T' object has no attributes (del .%U)",
                            object, name);
  }
  return set(t, object, name, value);
}
}  // namespace

Result<void> set_attribute(Thread& t, Value object, Value name, Value value) { return store_attribute(t, object, name, value); }
Result<void> delete_attribute(Thread& t, Value object, Value name) { return store_attribute(t, object, name, Value()); }

Lookup<Owned> lookup_special(Thread& t, Value object, Value name) {
  Type* type = type_of(object);
  Owned found = borrow_or_dup(type_lookup(type, name));
  if (!found) return Absent{};
  return TRY(descriptor_get(t, found, object, Value(type)));
}

}  // namespace ty
