// main/startup.h: the life of the process: runtime up, program run, runtime down.
//
// Order of start-up: memory, VM, types, sys, builtins, signals, importlib, standard streams, site. See docs/startup.md.
#pragma once

#include "vm/config.h"

namespace ty {

/// Brings the runtime up for `config` (which must outlive it). The main thread, or null with a message on stderr.
struct Thread* runtime_start(const Config& config);
/// Runs what the configuration asks for as __main__. The exit code.
int run_main(struct Thread& t);
/// Joins threads, runs atexit functions, flushes, tears down. The final exit code.
int runtime_finish(struct Thread& t, int exit_code);

}  // namespace ty
