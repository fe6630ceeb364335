#include "main/startup.h"

#include <cstdio>
#include <unistd.h>

#include "base/hash.h"
#include "gc/collector.h"
#include "mem/thread_lifecycle.h"
#include "modules/import_bootstrap.h"
#include "modules/signals.h"
#include "object/type_object.h"
#include "sync/thread_state.h"
#include "types/codecs.h"
#include "types/dict.h"
#include "types/module.h"
#include "types/str.h"
#include "vm/interpreter.h"
#include "vm/vm.h"

namespace ty {

namespace {

/// Native modules that must exist before importlib can find any.
Result<Ref<Module>> create_early(Thread& t, const char* name) {
  const ModuleDef* def = find_module_def(name);
  CHECK(def, "a native module of the start-up is not linked in");
  Ref<Module> m = TRY(module_create(t, *def));
  TRY(module_exec(t, *m));
  TRY(dict_set_text(t, *t.interpreter->modules.load().as<Dict>(), name, m));
  return m;
}

Result<void> create_builtins(Thread& t) {
  Ref<Module> builtins = TRY(create_early(t, "builtins"));
  t.interpreter->builtins_module.store(dup(Value(builtins)));
  t.interpreter->builtins_dict.store(dup(Value(&builtins->globals())));
  TRY(module_add(t, *builtins, "__debug__", bool_value(t.interpreter->config->optimize == 0)));
  return add_vm_builtins(t, *builtins);
}

Result<void> create_main(Thread& t) {
  Ref<Module> main = TRY(module_new(t, NAME("__main__")));
  Ref<Dict> annotations = TRY(dict_new(t));
  TRY(module_add(t, *main, "__annotations__", annotations));
  TRY(module_add(t, *main, "__builtins__", t.interpreter->builtins_module.load()));
  Owned importer = TRY(get_attribute(t, t.interpreter->importlib.load(), NAME("BuiltinImporter")));
  TRY(module_add(t, *main, "__loader__", importer));
  return dict_set_text(t, *t.interpreter->modules.load().as<Dict>(), "__main__", main);
}

Result<void> start(Thread& t) {
  Interpreter& interpreter = *t.interpreter;
  TRY(runtime_init_types(t));
  TRY(vm_init_types(t));
  interpreter.modules.store(TRY(dict_new_deferred(t)));
  TRY(create_builtins(t));
  TRY(sys_create(t));
  TRY(signals_initialize(t));
  TRY(import_bootstrap(t));
  TRY(create_main(t));
  TRY(sys_create_streams(t));
  if (!interpreter.config->warn_options.empty() || interpreter.config->dev_mode || interpreter.config->bytes_warning) {
    Owned warnings = TRY(import_module(t, "warnings"));
  }
  if (!interpreter.config->no_site) Owned site = TRY(import_module(t, "site"));
  interpreter.runtime_ready = true;
  return {};
}

}  // namespace

Thread* runtime_start(const Config& config) {
  if (config.hash_seed_given) {
    seed_hash_secret(static_cast<uint32_t>(config.hash_seed));
  } else {
    randomize_hash_secret();
  }
  g_check_encodings = config.dev_mode;
  initialize_memory();
  gc::initialize();
  vm_initialize();
  g_main_interpreter.config = &config;
  Thread* t = thread_create(&g_main_interpreter);
  if (!t) {
    std::fprintf(stderr, "typhon: not enough memory to start\n");
    return nullptr;
  }
  g_main_interpreter.main_thread = t;
  if (config.gil) set_gil_enabled(*t, true);
  if (start(*t).ok()) return t;
  std::fflush(stdout);
  std::fprintf(stderr, "Fatal Python error: the interpreter could not start\n");
  print_pending_exception(*t);
  return nullptr;
}

}  // namespace ty
