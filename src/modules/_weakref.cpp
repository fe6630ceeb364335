// _weakref: the native half of weakref.
#include <vector>

#include "types/dict.h"
#include "types/list.h"
#include "types/module.h"
#include "types/weakref.h"

namespace ty {

namespace {

size_t weakref_count(Thread& t, Value object) {
  return object.is_object() ? weakref_list(t, object.object(), nullptr, 0) : 0;
}
ssize getweakrefcount(Thread& t, Value object) { return static_cast<ssize>(weakref_count(t, object)); }
Result<Owned> getweakrefs(Thread& t, Value object) {
  Ref<List> list = TRY(list_new(t));
  size_t n = weakref_count(t, object);
  if (!n) return Owned(std::move(list));
  std::vector<WeakRef*> refs(n);
  size_t now = weakref_list(t, object.object(), refs.data(), n);
  for (size_t i = 0; i < n && i < now; i++) {
    Owned ref = Owned::steal(Value(refs[i]));
    TRY(list_push(t, *list, ref));
  }
  return Owned(std::move(list));
}
Result<Owned> proxy(Thread& t, Value object, Value callback) { return weak_proxy_new(t, object, callback); }
Result<void> remove_dead(Thread& t, Dict& dict, Value key) {
  Owned ref = TRY(dict_get(t, dict, key));
  if (ref.value().is_empty()) return {};
  if (!is_weakref(ref)) return raise_type_error(t, "not a weakref");
  if (!weakref_is_alive(ref.value().as<WeakRef>())) {
    Owned old = TRY(dict_pop(t, dict, key));
  }
  return {};
}

Result<void> exec(Thread& t, Module& m) {
  TRY(module_add(t, m, "ref", Value(&weakref_type)));
  TRY(module_add(t, m, "ReferenceType", Value(&weakref_type)));
  TRY(module_add(t, m, "ProxyType", Value(&weak_proxy_type)));
  return module_add(t, m, "CallableProxyType", Value(&weak_callable_proxy_type));
}

constexpr MethodDef kMethods[] = {
    function<&getweakrefcount>("getweakrefcount", "($module, object, /)", "Return the number of weak references to 'object'."),
    function<&getweakrefs>("getweakrefs", "($module, object, /)", "Return a list of all weak reference objects pointing to 'object'."),
    function<&proxy>("proxy", "($module, object, callback=None, /)",
        "Create a proxy object that weakly references 'object'.\n\n'callback', if given, is called with a reference to the\n"
        "proxy when 'object' is about to be finalized."),
    function<&remove_dead>("_remove_dead_weakref", "($module, dct, key, /)", "Atomically remove key from dict if it points to a dead weakref."), {}};
constexpr ModuleDef kWeakrefModule = {.name = "_weakref", .doc = "Weak-reference support module.", .methods = kMethods, .exec = &exec};
TY_MODULE(kWeakrefModule)

}  // namespace

}  // namespace ty
