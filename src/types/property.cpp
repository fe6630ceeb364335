// property, classmethod, staticmethod.
#include "mem/heap.h"
#include "object/instance.h"
#include "object/type_object.h"
#include "types/descriptors.h"
#include "types/dict.h"
#include "types/exceptions.h"
#include "types/function.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

Result<bool> is_abstract(Thread& t, Value v) {
  if (!v) return false;
  Owned flag = TRY(find_attribute(t, v, NAME("__isabstractmethod__")));
  if (flag.value().is_empty()) return false;
  return object_is_true(t, flag);
}

// --- property ---
Value none_to_null(Value v) { return v && !is_none(v) ? v : Value(); }
Owned or_none(Owned v) { return v ? std::move(v) : owned_none(); }

Result<Owned> property_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  Object* o = allocate_object(t, type, static_cast<size_t>(type->basicsize));
  if (!o) return raise_memory_error(t);
  return Owned::steal(Value(o));
}

Result<void> property_init(Thread& t, Value self_value, Value fget, Value fset, Value fdel, Value doc) {
  auto* self = self_value.as<Property>();
  fget = none_to_null(fget);
  self->getter.store(self, dup(fget));
  self->setter.store(self, dup(none_to_null(fset)));
  self->deleter.store(self, dup(none_to_null(fdel)));
  self->doc.store(self, Owned());
  self->name.store(self, Owned());
  self->getter_doc = 0;
  Owned text;
  if (doc && !is_none(doc)) {
    text = dup(doc);
  } else if (fget) {
    Owned found = TRY(find_attribute(t, fget, NAME("__doc__")));
    if (!found.value().is_empty() && !is_none(found)) {
      text = std::move(found);
      self->getter_doc = 1;
    }
  }
  if (type_of(self_value) == &property_type) {
    self->doc.store(self, std::move(text));
    return {};
  }
  // A subclass keeps the text in its __dict__, where instances are asked first.
  Owned value = or_none(std::move(text));
  auto set = set_attribute(t, self_value, NAME("__doc__"), value);
  if (!set.ok()) {
    // A subclass with __slots__ and without __doc__ among them: an explicit text is dropped silently, one that came from the getter is not.
    if (self->getter_doc || !exception_matches(t, &exc_AttributeError)) return Raised{};
    clear_exception(t);
  }
  return {};
}

Lookup<Owned> property_name_of(Thread& t, Property& p) {
  if (Owned name = p.name.get()) return name;
  Owned getter = p.getter.get();
  if (!getter) return Absent{};
  return find_attribute(t, getter, NAME("__name__"));
}

Raised no_accessor(Thread& t, Property& p, Value object, const char* what) {
  Owned name = TRY(property_name_of(t, p));
  Owned qualname = TRY(type_qualname(t, type_of(object)));
  if (!name.value().is_empty()) {
    return raise_attribute_error(t, "property %R of %R object has no %s", name.value(), qualname.value(), what);
  }
  return raise_attribute_error(t, "property of %R object has no %s", qualname.value(), what);
}

Result<Owned> property_get(Thread& t, Value self, Value object, Value type) {
  if (!object || is_none(object)) return borrow_or_dup(self);
  Owned getter = self.as<Property>()->getter.get();
  if (!getter) return no_accessor(t, *self.as<Property>(), object, "getter");
  return call(t, getter, object);
}
Result<void> property_set(Thread& t, Value self, Value object, Value value) {
  auto* p = self.as<Property>();
  Owned function = value ? p->setter.get() : p->deleter.get();
  if (!function) return no_accessor(t, *p, object, value ? "setter" : "deleter");
  if (value) {
    TRY(call(t, function, object, value));
  } else {
    TRY(call(t, function, object));
  }
  return {};
}

Result<Owned> property_copy(Thread& t, Property& p, Value get, Value set, Value del) {
  Owned getter = get && !is_none(get) ? dup(get) : or_none(p.getter.get());
  Owned setter = set && !is_none(set) ? dup(set) : or_none(p.setter.get());
  Owned deleter = del && !is_none(del) ? dup(del) : or_none(p.deleter.get());
  Owned doc = p.getter_doc && !is_none(getter) ? owned_none() : or_none(p.doc.get());
  Value args[] = {getter, setter, deleter, doc};
  Owned copy = TRY(call(t, Value(p.type()), args, 4, nullptr));
  if (is_instance(copy, &property_type)) {
    auto* q = copy.value().as<Property>();
    if (Owned name = p.name.get()) q->name.store(q, std::move(name));
  }
  return copy;
}
Result<Owned> property_getter(Thread& t, Property& p, Value f) { return property_copy(t, p, f, Value(), Value()); }
Result<Owned> property_setter(Thread& t, Property& p, Value f) { return property_copy(t, p, Value(), f, Value()); }
Result<Owned> property_deleter(Thread& t, Property& p, Value f) { return property_copy(t, p, Value(), Value(), f); }
Result<void> property_set_name(Thread& t, Property& p, Args args) {
  if (args.size != 2) return raise_type_error(t, "__set_name__() takes 2 positional arguments but %zu were given", args.size);
  p.name.store(&p, dup(args[1]));
  return {};
}
Result<Owned> get_name(Thread& t, Property& p) {
  Owned name = TRY(property_name_of(t, p));
  if (name.value().is_empty()) return raise_attribute_error(t, "'property' object has no attribute '__name__'");
  return name;
}
Result<void> set_name(Thread& t, Property& p, Value value) {
  p.name.store(&p, dup(value));
  return {};
}
Result<bool> get_abstract(Thread& t, Property& p) {
  Owned a = p.getter.get(), b = p.setter.get(), c = p.deleter.get();
  if (TRY(is_abstract(t, a))) return true;
  if (TRY(is_abstract(t, b))) return true;
  return is_abstract(t, c);
}

constexpr MethodDef kPropertyMethods[] = {
    method<&property_getter>("getter", "($self, fget, /)", "Descriptor to obtain a copy of the property with a different getter."),
    method<&property_setter>("setter", "($self, fset, /)", "Descriptor to obtain a copy of the property with a different setter."),
    method<&property_deleter>("deleter", "($self, fdel, /)", "Descriptor to obtain a copy of the property with a different deleter."),
    method<&property_set_name>("__set_name__", "($self, *args)", "Method to set name of a property."), {}};
constexpr GetSetDef kPropertyGetSet[] = {property<&get_name, &set_name>("__name__"), getter<&get_abstract>("__isabstractmethod__"), {}};
constexpr MemberDef kPropertyMembers[] = {{"fget", MemberKind::kObject, true, offsetof(Property, getter), nullptr},
                                          {"fset", MemberKind::kObject, true, offsetof(Property, setter), nullptr},
                                          {"fdel", MemberKind::kObject, true, offsetof(Property, deleter), nullptr},
                                          {"__doc__", MemberKind::kObject, false, offsetof(Property, doc), nullptr}, {}};
constexpr uint16_t kPropertySlots[] = {offsetof(Property, getter), offsetof(Property, setter), offsetof(Property, deleter),
                                       offsetof(Property, doc), offsetof(Property, name)};
constexpr TypeOps kPropertyOps = {.descr_get = property_get, .descr_set = property_set,
    .init = initializer<"property", "(fget=None, fset=None, fdel=None, doc=None)", &property_init>, .create = property_create};

// --- classmethod, staticmethod ---
Result<void> copy_attribute(Thread& t, Value to, Value from, Value name) {
  Owned value = TRY(find_attribute(t, from, name));
  if (value.value().is_empty()) return {};
  return set_attribute(t, to, name, value);
}
Result<void> wrap(Thread& t, ClassMethod& self, Value callable) {
  self.callable.store(&self, dup(callable));
  for (Value name : {NAME("__module__"), NAME("__name__"), NAME("__qualname__"), NAME("__doc__"), NAME("__annotations__")}) {
    TRY(copy_attribute(t, Value(&self), callable, name));
  }
  return {};
}
Result<Owned> wrapper_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  Object* o = allocate_object(t, type, static_cast<size_t>(type->basicsize));
  if (!o) return raise_memory_error(t);
  Owned self = Owned::steal(Value(o));
  static_cast<ClassMethod*>(o)->callable.init(owned_none());
  return self;
}
Result<void> class_method_init(Thread& t, ClassMethod& self, Value callable) { return wrap(t, self, callable); }
Result<Owned> class_method_get(Thread& t, Value self, Value object, Value type) {
  Owned callable = self.as<ClassMethod>()->callable.get();
  return bound_method_new(t, callable, type ? type : Value(type_of(object)));
}
Result<Owned> static_method_get(Thread& t, Value self, Value object, Value type) { return self.as<ClassMethod>()->callable.get(); }
Result<Owned> static_method_call(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  Owned callable = self.as<ClassMethod>()->callable.get();
  return call(t, callable, args, nargs, kwnames);
}
Result<Owned> class_method_repr(Thread& t, Value self) { return TRY(str_from_format(t, "<classmethod(%R)>", self.as<ClassMethod>()->callable.load())); }
Result<Owned> static_method_repr(Thread& t, Value self) { return TRY(str_from_format(t, "<staticmethod(%R)>", self.as<ClassMethod>()->callable.load())); }
Result<bool> wrapper_abstract(Thread& t, ClassMethod& self) {
  Owned callable = self.callable.get();
  return is_abstract(t, callable);
}
Result<Owned> wrapper_dict(Thread& t, ClassMethod& self) { return TRY(object_dict(t, Value(&self))); }
Result<void> wrapper_set_dict(Thread& t, ClassMethod& self, Value value) {
  if (!value || !is_instance(value, &dict_type)) return raise_type_error(t, "__dict__ must be set to a dictionary");
  self.dict.store(&self, dup(value));
  return {};
}
constexpr GetSetDef kWrapperGetSet[] = {getter<&wrapper_abstract>("__isabstractmethod__"),
                                        property<&wrapper_dict, &wrapper_set_dict>("__dict__"), {}};
constexpr MemberDef kWrapperMembers[] = {{"__func__", MemberKind::kObject, true, offsetof(ClassMethod, callable), nullptr},
                                         {"__wrapped__", MemberKind::kObject, true, offsetof(ClassMethod, callable), nullptr}, {}};
constexpr uint16_t kWrapperSlots[] = {offsetof(ClassMethod, callable), offsetof(ClassMethod, dict)};
constexpr TypeLayout kWrapperLayout = {.slot_offsets = kWrapperSlots, .slot_count = 2, .flags = kCollectable};
constexpr TypeOps kClassMethodOps = {.repr = class_method_repr, .descr_get = class_method_get,
    .init = initializer<"classmethod", "(function, /)", &class_method_init>, .create = wrapper_create};
constexpr TypeOps kStaticMethodOps = {.repr = static_method_repr, .call = static_method_call, .descr_get = static_method_get,
    .init = initializer<"staticmethod", "(function, /)", &class_method_init>, .create = wrapper_create};

}  // namespace

Result<Owned> class_method_new(Thread& t, Value callable) {
  Owned self = TRY(wrapper_create(t, &class_method_type, nullptr, 0, nullptr));
  self.value().as<ClassMethod>()->callable.store(self.value().object(), dup(callable));
  return self;
}
Result<Owned> static_method_new(Thread& t, Value callable) {
  Owned self = TRY(wrapper_create(t, &static_method_type, nullptr, 0, nullptr));
  self.value().as<ClassMethod>()->callable.store(self.value().object(), dup(callable));
  return self;
}

constexpr TypeDef kPropertyDef = {.name = "property", .size = sizeof(Property),
    .layout = {.slot_offsets = kPropertySlots, .slot_count = 5, .flags = kCollectable}, .ops = &kPropertyOps, .methods = kPropertyMethods,
    .getset = kPropertyGetSet, .members = kPropertyMembers,
    .doc = "Property attribute.\n\n  fget\n    function to be used for getting an attribute value\n  fset\n"
           "    function to be used for setting an attribute value\n  fdel\n    function to be used for del'ing an attribute\n  doc\n"
           "    docstring\n\nTypical use is to define a managed attribute x:\n\nclass C(object):\n    def getx(self): return self._x\n"
           "    def setx(self, value): self._x = value\n    def delx(self): del self._x\n"
           "    x = property(getx, setx, delx, \"I'm the 'x' property.\")\n\nDecorators make defining new properties or modifying existing ones easy:\n\n"
           "class C(object):\n    @property\n    def x(self):\n        \"I am the 'x' property.\"\n        return self._x\n    @x.setter\n"
           "    def x(self, value):\n        self._x = value\n    @x.deleter\n    def x(self):\n        del self._x",
    .text_signature = "(fget=None, fset=None, fdel=None, doc=None)"};
constexpr TypeDef kClassMethodDef = {.name = "classmethod", .size = sizeof(ClassMethod), .layout = kWrapperLayout, .ops = &kClassMethodOps,
    .getset = kWrapperGetSet, .members = kWrapperMembers,
    .doc = "Convert a function to be a class method.\n\nA class method receives the class as implicit first argument,\n"
           "just like an instance method receives the instance.\nTo declare a class method, use this idiom:\n\n  class C:\n      @classmethod\n"
           "      def f(cls, arg1, arg2, argN):\n          ...\n\nIt can be called either on the class (e.g. C.f()) or on an instance\n"
           "(e.g. C().f()).  The instance is ignored except for its class.\nIf a class method is called for a derived class, the derived class\n"
           "object is passed as the implied first argument.\n\nClass methods are different than C++ or Java static methods.\n"
           "If you want those, see the staticmethod builtin.",
    .text_signature = "(function, /)", .dict_offset = offsetof(ClassMethod, dict)};
constexpr TypeDef kStaticMethodDef = {.name = "staticmethod", .size = sizeof(ClassMethod), .layout = kWrapperLayout, .ops = &kStaticMethodOps,
    .getset = kWrapperGetSet, .members = kWrapperMembers,
    .doc = "Convert a function to be a static method.\n\nA static method does not receive an implicit first argument.\n"
           "To declare a static method, use this idiom:\n\n     class C:\n         @staticmethod\n         def f(arg1, arg2, argN):\n             ...\n\n"
           "It can be called either on the class (e.g. C.f()) or on an instance\n(e.g. C().f()). Both the class and the instance are ignored, and\n"
           "neither is passed implicitly as the first argument to the method.\n\nStatic methods in Python are similar to those found in Java or C++.\n"
           "For a more advanced concept, see the classmethod builtin.",
    .text_signature = "(function, /)", .dict_offset = offsetof(ClassMethod, dict)};
Type property_type, class_method_type, static_method_type;

}  // namespace ty
