// modules/_contextvars.h: contexts for other native modules (asyncio, threads).
#pragma once

#include "object/abstract.h"

namespace ty {

/// A copy of the calling thread's current context.
Result<Owned> context_copy_current(Thread& t);
/// Makes `context` current / gives the one before back. RuntimeError "cannot enter context: … is already entered".
Result<void> context_enter(Thread& t, Value context);
Result<void> context_exit(Thread& t, Value context);
bool is_context(Value v);
/// context.run(callable, *args)
Result<Owned> context_run(Thread& t, Value context, Value callable, const Value* args, size_t nargs, Tuple* kwnames);

}  // namespace ty
