// vm/thread_state.h: the cold state of a thread.
//
// Words are in register form and own what their tag says; scan_registers (vm/scan.cpp) names them to the collectors.
// Threads     the owner, or whoever holds it.
#pragma once

#include "header/thread.h"

namespace ty {

struct ThreadCold {
  Value context;                 // contextvars.Context current in this thread; EMPTY: none yet
  uint64_t context_version;      // changes whenever `context` is replaced or changed
  Value async_first_iter;        // sys.set_asyncgen_hooks; EMPTY: none
  Value async_finalizer;
  Value trace_function;          // sys.settrace; EMPTY: none
  Value profile_function;
  Value async_exception;         // PyThreadState_SetAsyncExc; EMPTY: none
  Value locals;                  // Dict: threading.local storage, keyed by ids that are never reused; EMPTY: none yet
  Value stop_value;              // what the generator whose next operation last answered Absent returned; EMPTY: nothing
  int coroutine_origin_depth;    // sys.set_coroutine_origin_tracking_depth
  int recursion_limit;           // what recursion_remaining counts down from
  bool generator_returned;       // the last step of a generator that native code resumed was its return
  bool skip_traceback;           // the next unwinding adds no traceback entry for its first frame (Reraise)
};

}  // namespace ty
