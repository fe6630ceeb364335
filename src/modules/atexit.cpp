// modules/atexit.cpp: the atexit module. CPython: Modules/atexitmodule.c.
#include "types/dict.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/interpreter.h"

namespace ty {

namespace {

GlobalSlot g_callbacks;  // List of (function, args, kwargs or None); an unregistered entry is None

Result<Owned> callbacks(Thread& t) {
  if (!g_callbacks.load()) g_callbacks.store(TRY(list_new(t)));
  return g_callbacks.get();
}

Result<Owned> atexit_register(Thread& t, Value function, Args args, Kwargs kwargs) {
  if (!is_callable(function)) return raise_type_error(t, "the first argument must be callable");
  Ref<Tuple> arguments = TRY(tuple_from(t, args.data, static_cast<ssize>(args.size)));
  Owned keywords = owned_none();
  if (kwargs.size) {
    Ref<Dict> dict = TRY(dict_new(t));
    for (size_t i = 0; i < kwargs.size; i++) TRY(dict_set(t, *dict, kwargs.names[i], kwargs.values[i]));
    keywords = std::move(dict);
  }
  Ref<Tuple> entry = TRY(tuple_pack(t, function, arguments, keywords));
  Owned list = TRY(callbacks(t));
  TRY(list_push(t, *list.value().as<List>(), entry));
  return dup(function);
}

Result<void> atexit_clear(Thread& t) {
  g_callbacks.store(TRY(list_new(t)));
  return {};
}

Result<void> atexit_unregister(Thread& t, Value function) {
  Owned list = TRY(callbacks(t));
  for (ssize i = 0;; i++) {
    Owned entry = list_get(*list.value().as<List>(), i);
    if (!entry) return {};
    if (is_none(entry)) continue;
    if (TRY(object_equal(t, entry.value().as<Tuple>()->get(0), function))) {
      TRY(list_set(t, *list.value().as<List>(), i, none()));
    }
  }
}

Result<void> atexit_run_exitfuncs(Thread& t) {
  run_atexit_functions(t);
  return {};
}

Result<ssize> atexit_ncallbacks(Thread& t) {
  Owned list = TRY(callbacks(t));
  ssize count = 0;
  for (ssize i = 0; i < list_size(*list.value().as<List>()); i++) count += !is_none(list_get(*list.value().as<List>(), i));
  return count;
}

constexpr MethodDef kAtexitMethods[] = {
    function<&atexit_register>("register", "($module, func, /, *args, **kwargs)", "Register a function to be executed upon normal program termination"),
    function<&atexit_clear>("_clear", "($module, /)", "Clear the list of previously registered exit functions."),
    function<&atexit_unregister>("unregister", "($module, func, /)", "Unregister an exit function which was previously registered using atexit.register"),
    function<&atexit_run_exitfuncs>("_run_exitfuncs", "($module, /)", "Run all registered exit functions."),
    function<&atexit_ncallbacks>("_ncallbacks", "($module, /)", "Return the number of registered exit functions."),
    {}};
constexpr ModuleDef kAtexitModule = {.name = "atexit", .doc = "allow programmer to define multiple exit functions to be executed\nupon normal program termination.",
                                     .methods = kAtexitMethods};
TY_MODULE(kAtexitModule)

}  // namespace

void run_atexit_functions(Thread& t) {
  Owned list = g_callbacks.get();
  if (!list) return;
  List& entries = *list.value().as<List>();
  while (list_size(entries) > 0) {
    auto popped = call_method(t, list, NAME("pop"));
    if (!popped.ok()) {
      clear_exception(t);
      continue;
    }
    Owned entry = popped.take();
    if (is_none(entry)) continue;
    Tuple& e = *entry.value().as<Tuple>();
    Owned function = e.items[0].get(), arguments = e.items[1].get(), keywords = e.items[2].get();
    auto result = call_with_tuple(t, function, *arguments.value().as<Tuple>(), is_none(keywords) ? nullptr : keywords.value().as<Dict>());
    if (!result.ok()) write_unraisable_rpy(t, function, "Exception ignored in atexit callback");
    else Owned ignored = result.take();
  }
}

}  // namespace ty
