// main/interactive.cpp: the interactive session: Lib/code.py over the names of __main__.
#include <string>

#include "types/dict.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/interpreter.h"
#include "vm/version.h"

namespace ty {

Result<int> run_interactive(Thread& t) {
  const Config& config = *t.interpreter->config;
  TRY(sys_set(t, "ps1", NAME(">>> ")));
  TRY(sys_set(t, "ps2", NAME("... ")));
  Owned main = TRY(dict_get_text(t, *t.interpreter->modules.load().as<Dict>(), "__main__"));
  Owned make = TRY(import_attribute(t, "code", "InteractiveConsole"));
  Owned console = TRY(call(t, make, Value(&main.value().as<Module>()->globals())));
  Ref<Str> banner = config.quiet ? TRY(str_from_ascii(t, ""))
                                 : TRY(str_from_format(t, "Typhon: Python %s on linux\nType \"help\", \"copyright\", \"credits\" or \"license\" for more information.",
                                                       version_string()));
  Ref<Str> farewell = TRY(str_from_ascii(t, ""));
  Owned ignored = TRY(call_method(t, console, NAME("interact"), banner, farewell));
  return 0;
}

}  // namespace ty
