// modules/finalize.cpp: the end of the modules, so that finalizers of what only they hold run. CPython: Python/pylifecycle.c finalize_modules().
#include <vector>

#include "sync/thread_state.h"
#include "types/dict.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"
#include "vm/interpreter.h"

namespace ty {

namespace {

bool is_private(Str& name) { return name.length > 0 && name.at(0) == '_' && !(name.length > 1 && name.at(1) == '_'); }

void settle(Thread& t) {
  set_interrupt(t, kInterruptFinalizers);
  if (!safepoint(t).ok()) clear_exception(t);
}

/// First private names, then the rest but __builtins__: values become None.
Result<void> clear_names(Thread& t, Dict& dict) {
  for (bool private_names : {true, false}) {
    Ref<List> keys = TRY(dict_keys_list(t, dict));
    for (ssize i = 0; i < list_size(*keys); i++) {
      Owned key = list_get(*keys, i);
      if (!is_exact<Str>(key)) continue;
      Str& name = *key.value().as<Str>();
      if (private_names != is_private(name) || str_equal_ascii(name, "__builtins__")) continue;
      TRY(dict_set(t, dict, key, none()));
    }
    settle(t);
  }
  return {};
}

Result<void> clear_all(Thread& t) {
  Interpreter& interpreter = *t.interpreter;
  Dict& modules = *interpreter.modules.load().as<Dict>();
  for (const char* name : {"path", "argv", "ps1", "ps2", "last_exc", "last_type", "last_value", "last_traceback", "path_importer_cache", "meta_path"}) {
    TRY(sys_set(t, name, none()));
  }
  for (const char* name : {"stdin", "stdout", "stderr"}) {
    Ref<Str> saved = TRY(str_from_format(t, "__%s__", name));
    Owned stream = TRY(dict_get(t, *interpreter.sys_dict.load().as<Dict>(), saved));
    if (!stream.value().is_empty()) TRY(sys_set(t, name, stream));
  }
  Owned main = TRY(dict_get_text(t, modules, "__main__"));
  if (!main.value().is_empty() && is_instance(main, Module::type())) TRY(clear_names(t, main.value().as<Module>()->globals()));
  return {};
}

}  // namespace

void finalize_modules(Thread& t) {
  if (!clear_all(t).ok()) clear_exception(t);
  settle(t);
}

}  // namespace ty
