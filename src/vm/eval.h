// vm/eval.h: what native code asks of the interpreter: running code objects, and looking at the frames of the calling thread.
//
// Threads     the calling thread's own frames.
// See         docs/bytecode.md
#pragma once

#include "types/code.h"
#include "types/dict.h"

namespace ty {

/// Runs a module, class body or expression. `locals` null: the globals. `closure_or_null`: a Tuple of cells for code with free variables.
/// Adds __builtins__ to globals when it is missing.
Result<Owned> eval_code_rpy(Thread& t, Value code, Dict& globals, Value locals_or_null, Value closure_or_null = nullptr);

/// Where a Python frame of the calling thread is; depth 0 is the innermost.
struct FrameLocation {
  Owned globals;   // Dict
  Owned filename;  // Str
  Owned code;      // Code
  int line = 0;
};
/// False if the stack is not that deep.
bool frame_location(Thread& t, int depth, FrameLocation* out);
/// The frame object at that depth (made on demand): Absent if the stack is not that deep.
Lookup<Owned> frame_object(Thread& t, int depth);
/// The globals of the innermost Python frame, borrowed; null if there is none.
Value current_globals(Thread& t);
/// The mapping locals() shows in the innermost frame.
Result<Owned> current_locals_rpy(Thread& t);

}  // namespace ty
