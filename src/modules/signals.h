// modules/signals.h: signals as Python sees them: noted by a C handler, handled by the main thread at its next safepoint.
#pragma once

#include "object/abstract.h"

namespace ty {

/// Installs the default dispositions (SIGINT → KeyboardInterrupt, SIGPIPE and SIGXFSZ ignored) and the safepoint hook. Once, main thread.
Result<void> signals_initialize(Thread& t);
/// Notes `signum` as if it had arrived. False if it has no Python handler (default or ignored). Async-signal-safe.
bool signal_trigger(int signum);
/// Runs the Python handlers of the signals noted. Main thread; elsewhere does nothing.
Result<void> signals_run_rpy(Thread& t);
/// Restores the default dispositions at the end.
void signals_finalize();

}  // namespace ty
