// vm/interpreter.h: what belongs to one interpreter: module table, builtins, sys, registries.
//
// Threads     GlobalSlots are atomic and always hold SHARED objects once `multi`; the rest is constant after start-up or says otherwise.
// See         docs/startup.md
#pragma once

#include "object/slot.h"
#include "vm/config.h"

namespace ty {

struct Interpreter {
  const Config* config = nullptr;   // [const]
  Thread* main_thread = nullptr;    // [const but for fork]
  GlobalSlot modules;               // Dict: sys.modules
  GlobalSlot sys_module;            // Module
  GlobalSlot sys_dict;              // Dict
  GlobalSlot builtins_module;       // Module
  GlobalSlot builtins_dict;         // Dict
  GlobalSlot importlib;             // Module: importlib._bootstrap, once imported
  GlobalSlot import_function;       // builtins.__import__ as made at start-up: lets import statements skip the call
  int recursion_limit = 1000;       // [atomic]
  bool finalizing = false;          // [atomic]
  bool import_ready = false;        // [atomic] importlib is usable
  bool runtime_ready = false;       // [atomic] site was imported: start-up is over
};

extern Interpreter g_main_interpreter;

/// sys.NAME, borrowed until the next safepoint; null if it was deleted.
Value sys_get(Thread& t, const char* name);
Result<void> sys_set(Thread& t, const char* name, Value value);
/// Creates the module `sys` (modules/sys.cpp) and stores it in the interpreter.
Result<void> sys_create(Thread& t);
/// sys.stdin, stdout, stderr and their __dunder__ twins. Imports io.
Result<void> sys_create_streams(Thread& t);
/// Prints the pending exception through sys.excepthook and clears it; SystemExit is not handled here.
void print_pending_exception(Thread& t);
/// For the pending exception: SystemExit gives its exit code (message printed), anything else is printed and gives 1. Clears it.
int handle_exit_exception(Thread& t);
/// Flushes sys.stdout and sys.stderr; false if stdout failed (exit code 120).
bool flush_std_files(Thread& t);
/// sys.audit(); the hooks may raise.
Result<void> audit(Thread& t, const char* event, Value arguments_tuple_or_null);

/// Runs the functions atexit registered, last first. Errors are printed.
void run_atexit_functions(Thread& t);
/// Empties __main__ and the other modules, so that what only they hold dies; collects.
void finalize_modules(Thread& t);
/// Read, compile, run, print until the end of the input. The exit code.
Result<int> run_interactive(Thread& t);

/// Installs importlib's two bootstrap modules and the import machinery (modules/import_bootstrap.cpp).
Result<void> import_bootstrap(Thread& t);

}  // namespace ty
