// vm/vm.h: what the interpreter offers to native code besides vm/eval.h.
//
// Threads     functions act on the calling thread's stack unless they say otherwise.
// See         docs/bytecode.md
#pragma once

#include "object/abstract.h"
#include "types/code.h"
#include "types/dict.h"
#include "types/function.h"
#include "vm/eval.h"

namespace ty {

struct Frame;

/// Once, at start-up, before any code object is made: threads code, installs the hooks.
void vm_initialize();
/// Readies frame, generator, coroutine … types. Once, after runtime_init_types().
Result<void> vm_init_types(Thread& t);
/// Reserves the register stack of a new thread and its cold state; false without memory. Called before the thread is registered.
bool vm_thread_init(Thread& t);
void vm_thread_finish(Thread& t);

/// What Function's call operation is.
Result<Owned> vm_call_function(Thread& t, Value callable, const Value* args, size_t nargs, Tuple* kwnames);
// --- frames ---
/// Function of the innermost Python frame, borrowed; null when there is none.
Function* current_function(Thread& t);
/// The builtins Dict of the innermost Python frame, or the interpreter's.
Value current_builtins(Thread& t);
/// Code of the caller `depth` frames up and its current line (0: unknown); null when there is none. For warnings and tracebacks.
Code* code_at_depth(Thread& t, int depth, int* line, Dict** globals);
/// sys._current_frames(): thread identifier → innermost frame.
Result<Ref<Dict>> vm_current_frames(Thread& t);
/// Python frames on the stack.
int frame_depth(Thread& t);
/// sys.setrecursionlimit for this thread: false if the current depth is above it.
bool set_recursion_limit(Thread& t, int limit);
/// The exception being handled (sys.exception()), borrowed; null: none.
Object* current_handled_exception(Thread& t);
/// Prints the Python stack of `t` to fd 2 without allocating. For check_failed and faulthandler.
void print_python_stack(Thread& t, int fd);
/// Makes an instance of `cls`, raises it: what `raise cls` does; also accepts an instance.
Raised raise_object_rpy(Thread& t, Value exception_or_class, Value cause_or_null);

// --- imports (vm/import.cpp) ---
/// __import__ through importlib once it is set up.
Result<Owned> import_name_rpy(Thread& t, Value name, Value globals_or_null, Value locals_or_null, Value fromlist_or_null, int level);
/// __build_class__, exec, eval, compile, __import__, globals, locals, breakpoint: added to builtins.
Result<void> add_vm_builtins(Thread& t, struct Module& builtins);

}  // namespace ty
