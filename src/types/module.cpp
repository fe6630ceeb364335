#include "types/module.h"

#include <cstring>

#include "mem/heap.h"
#include "object/instance.h"
#include "object/type_object.h"
#include "types/exceptions.h"
#include "types/function.h"
#include "types/int.h"
#include "types/list.h"
#include "types/str.h"

namespace ty {

Raised raise_attribute(Thread& t, Value object, Value name, Ref<Str> message);
ModuleNode* ModuleNode::first = nullptr;

const ModuleDef* find_module_def(const char* name) {
  for (ModuleNode* node = ModuleNode::first; node; node = node->next) {
    if (strcmp(node->def->name, name) == 0) return node->def;
  }
  return nullptr;
}

namespace {

Result<Owned> module_allocate(Thread& t, Type* type) {
  Ref<Dict> dict = TRY(dict_new_deferred(t));
  Object* o = allocate_object(t, type, static_cast<size_t>(type->basicsize));
  if (!o) return raise_memory_error(t);
  auto m = Ref<Module>::steal(static_cast<Module*>(o));
  m->dict.init(Owned(std::move(dict)));
  return Owned(std::move(m));
}

Result<void> fill(Thread& t, Module& m, Value name, Value doc) {
  m.name.store(&m, is_exact<Str>(name) ? dup(name) : Owned());
  Dict& dict = m.globals();
  TRY(dict_set(t, dict, NAME("__name__"), name));
  TRY(dict_set(t, dict, NAME("__doc__"), doc));
  TRY(dict_set(t, dict, NAME("__package__"), none()));
  TRY(dict_set(t, dict, NAME("__loader__"), none()));
  return dict_set(t, dict, NAME("__spec__"), none());
}

}  // namespace

Result<Ref<Module>> module_new(Thread& t, Value name) {
  Owned m = TRY(module_allocate(t, &module_type));
  TRY(fill(t, *m.value().as<Module>(), name, none()));
  return Ref<Module>::steal(to_heap_form(std::move(m)).as<Module>());
}

Result<Ref<Module>> module_create(Thread& t, const ModuleDef& def) {
  Value name = TRY(str_intern_utf8(t, def.name));
  Ref<Module> m = TRY(module_new(t, name));
  m->def = &def;
  if (def.doc) TRY(module_add_string(t, *m, "__doc__", def.doc));
  if (def.methods) TRY(module_add_methods(t, *m, def.methods));
  return m;
}

Result<void> module_exec(Thread& t, Module& m) {
  if (m.def && m.def->exec) return m.def->exec(t, m);
  return {};
}

Result<void> module_add_methods(Thread& t, Module& m, const MethodDef* methods) {
  Owned name = TRY(dict_get_name(t, m.globals(), NAME("__name__")));
  for (const MethodDef* d = methods; d->name; d++) {
    Owned f = TRY(native_function_new(t, *d, Value(&m), name.value().is_empty() ? Value() : name.value()));
    TRY(module_add(t, m, d->name, f));
  }
  return {};
}
Result<void> module_add(Thread& t, Module& m, const char* name, Value value) {
  Value key = TRY(str_intern_utf8(t, name));
  return dict_set(t, m.globals(), key, value);
}
Result<void> module_add_int(Thread& t, Module& m, const char* name, int64_t value) {
  Owned n = TRY(int_from_int64(t, value));
  return module_add(t, m, name, n);
}
Result<void> module_add_string(Thread& t, Module& m, const char* name, const char* value) {
  Ref<Str> s = TRY(str_from_utf8(t, value));
  return module_add(t, m, name, s);
}
Result<void> module_add_type(Thread& t, Module& m, Type* type) {
  const char* dot = strrchr(type->name, '.');
  return module_add(t, m, dot ? dot + 1 : type->name, Value(type));
}
Result<Type*> module_add_native_type(Thread& t, Module& m, const TypeDef& def) {
  Owned name = TRY(module_name(t, m));
  std::string_view text = TRY(str_utf8(t, *name.value().as<Str>()));
  Type* type = TRY(type_create_native(t, def, text.data()));
  Owned keep = Owned::steal(Value(type));
  TRY(module_add_type(t, m, type));
  return type;
}

Result<Owned> module_name(Thread& t, Module& m) {
  Owned name = TRY(dict_get_name(t, m.globals(), NAME("__name__")));
  if (name.value().is_empty() || !is_str(name)) return raise_system_error(t, "nameless module");
  return name;
}

namespace {

/// spec.origin as a Str if the spec has a location.
Lookup<Owned> origin_of(Thread& t, Value spec) {
  if (!spec || is_none(spec)) return Absent{};
  Owned has = TRY(find_attribute(t, spec, NAME("has_location")));
  if (has.value().is_empty() || !TRY(object_is_true(t, has))) return Absent{};
  Owned origin = TRY(find_attribute(t, spec, NAME("origin")));
  if (origin.value().is_empty() || !is_str(origin)) return Absent{};
  return origin;
}

/// The file of the module lies where scripts are looked for first (sys.path[0]).
Result<bool> possibly_shadowing(Thread& t, Value origin) {
  Owned path = TRY(import_attribute(t, "sys", "path"));
  Owned flags = TRY(import_attribute(t, "sys", "flags"));
  Owned safe = TRY(find_attribute(t, flags, NAME("safe_path")));
  if (!safe.value().is_empty() && TRY(object_is_true(t, safe))) return false;
  if (!is_instance(path, &list_type)) return false;
  Owned first = list_get(*path.value().as<List>(), 0);
  if (!first || !is_str(first)) return false;
  std::string_view file = TRY(str_utf8(t, *origin.as<Str>()));
  std::string_view root = TRY(str_utf8(t, *first.value().as<Str>()));
  size_t slash = file.rfind('/');
  if (slash == file.npos) return false;
  std::string_view folder = file.substr(0, slash);
  std::string_view base = file.substr(slash + 1);
  if (base == "__init__.py") {
    size_t up = folder.rfind('/');
    if (up == folder.npos) return false;
    folder = folder.substr(0, up);
  }
  return folder == root;
}

Raised missing(Thread& t, Module& m, Value name) {
  Owned module_name = TRY(dict_get_name(t, m.globals(), NAME("__name__")));
  Value self(&m);
  if (module_name.value().is_empty() || !is_str(module_name)) {
    return raise_attribute(t, self, name, TRY(str_from_format(t, "module has no attribute '%U'", name)));
  }
  Value mod = module_name;
  Owned spec = TRY(dict_get_name(t, m.globals(), NAME("__spec__")));
  Value s = spec.value().is_empty() ? Value() : spec.value();
  Owned origin = TRY(origin_of(t, s));
  bool has_origin = !origin.value().is_empty();
  bool shadowing = has_origin && TRY(possibly_shadowing(t, origin));
  if (shadowing) {
    Owned names = TRY(import_attribute(t, "sys", "stdlib_module_names"));
    if (TRY(object_contains(t, names, mod))) {
      return raise_attribute(t, self, name, TRY(str_from_format(t,
          "module '%U' has no attribute '%U' (consider renaming '%U' since it has the same name as the standard library module named '%U' and "
          "prevents importing that standard library module)", mod, name, origin.value(), mod)));
    }
  }
  bool initializing = false;
  if (s && !is_none(s)) {
    Owned flag = TRY(find_attribute(t, s, NAME("_initializing")));
    initializing = !flag.value().is_empty() && TRY(object_is_true(t, flag));
  }
  if (initializing) {
    if (shadowing) {
      return raise_attribute(t, self, name, TRY(str_from_format(t,
          "module '%U' has no attribute '%U' (consider renaming '%U' if it has the same name as a library you intended to import)", mod, name,
          origin.value())));
    }
    if (has_origin) {
      return raise_attribute(t, self, name, TRY(str_from_format(t,
          "partially initialized module '%U' from '%U' has no attribute '%U' (most likely due to a circular import)", mod, origin.value(), name)));
    }
    return raise_attribute(t, self, name, TRY(str_from_format(t,
        "partially initialized module '%U' has no attribute '%U' (most likely due to a circular import)", mod, name)));
  }
  if (s && !is_none(s)) {
    Owned pending = TRY(find_attribute(t, s, NAME("_uninitialized_submodules")));
    if (!pending.value().is_empty() && !is_none(pending) && TRY(object_contains(t, pending, name))) {
      return raise_attribute(t, self, name, TRY(str_from_format(t,
          "cannot access submodule '%U' of module '%U' (most likely due to a circular import)", name, mod)));
    }
  }
  return raise_attribute(t, self, name, TRY(str_from_format(t, "module '%U' has no attribute '%U'", mod, name)));
}

Result<Owned> module_getattr_op(Thread& t, Value self, Value name) { return module_getattr(t, *self.as<Module>(), name); }

Result<Owned> module_create_op(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) { return module_allocate(t, type); }
Result<void> module_init(Thread& t, Module& m, Str& name, Value doc) { return fill(t, m, Value(&name), doc ? doc : none()); }
Result<Owned> module_repr(Thread& t, Value self) {
  Owned function = TRY(import_attribute(t, "_frozen_importlib", "_module_repr"));
  return call(t, function, self);
}
Result<Owned> module_dir(Thread& t, Module& m) {
  Owned dict = TRY(get_attribute(t, Value(&m), NAME("__dict__")));
  if (!is_instance(dict, &dict_type)) return raise_type_error(t, "%.200T.__dict__ is not a dictionary", Value(&m));
  Owned hook = TRY(dict_get_name(t, *dict.value().as<Dict>(), NAME("__dir__")));
  if (!hook.value().is_empty()) return call(t, hook);
  return TRY(dict_keys_list(t, *dict.value().as<Dict>()));
}
Result<Owned> get_annotations(Thread& t, Module& m) {
  Owned found = TRY(dict_get_name(t, m.globals(), NAME("__annotations__")));
  if (!found.value().is_empty()) return found;
  Ref<Dict> fresh = TRY(dict_new(t));
  TRY(dict_set(t, m.globals(), NAME("__annotations__"), fresh));
  return Owned(std::move(fresh));
}
Result<void> set_annotations(Thread& t, Module& m, Value value) {
  if (value) return dict_set(t, m.globals(), NAME("__annotations__"), value);
  if (!TRY(dict_delete(t, m.globals(), NAME("__annotations__")))) return raise_attribute_error(t, "__annotations__");
  return {};
}

constexpr MethodDef kMethods[] = {method<&module_dir>("__dir__", "($self, /)", "__dir__() -> list\nspecialized dir() implementation"), {}};
constexpr GetSetDef kGetSet[] = {property<&get_annotations, &set_annotations>("__annotations__"), {}};
constexpr MemberDef kMembers[] = {{"__dict__", MemberKind::kObject, true, offsetof(Module, dict), nullptr}, {}};
constexpr uint16_t kSlots[] = {offsetof(Module, dict), offsetof(Module, name)};
constexpr TypeOps kOps = {.repr = module_repr, .getattr = module_getattr_op, .init = initializer<"module", "(name, doc=None)", &module_init>,
                          .create = module_create_op};

}  // namespace

const GetAttrOp g_module_getattr = &module_getattr_op;

Lookup<Owned> module_find(Thread& t, Module& m, Value name) {
  auto found = object_generic_find(t, Value(&m), name);
  if (TY_LIKELY(found.found())) return found;
  if (found.raised()) {
    if (!exception_matches(t, &exc_AttributeError)) return Raised{};
    clear_exception(t);
  }
  Owned hook = TRY(dict_get_name(t, m.globals(), NAME("__getattr__")));
  if (!hook.value().is_empty()) return TRY(call(t, hook, name));
  return Absent{};
}

Result<Owned> module_getattr(Thread& t, Module& m, Value name) {
  Owned found = TRY(module_find(t, m, name));
  if (TY_LIKELY(!found.value().is_empty())) return found;
  return missing(t, m, name);
}

constexpr TypeDef kModuleTypeDef = {.name = "module", .size = sizeof(Module), .flags = kTypeBase | kTypeWeakReferable,
    .layout = {.slot_offsets = kSlots, .slot_count = 2, .flags = kCollectable | kDeferredType}, .ops = &kOps, .methods = kMethods,
    .getset = kGetSet, .members = kMembers,
    .doc = "Create a module object.\n\nThe name must be a string; the optional docstring argument can have any type.",
    .text_signature = "(name, doc=None)", .dict_offset = offsetof(Module, dict)};
Type module_type;

}  // namespace ty
