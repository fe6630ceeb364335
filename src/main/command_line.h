// main/command_line.h: the interpreter's own command line: CPython's options, messages and exit codes.
#pragma once

#include "vm/config.h"

namespace ty {

/// Fills `config` from the arguments and the environment. Returns -1 to go on, or the exit code (help, version, bad usage).
int parse_command_line(int argc, char** argv, Config& config);
/// Finds the standard library and the prefix from the executable's place, PYTHONHOME and TYPHON_STDLIB. False with a message on stderr.
bool find_paths(Config& config, const char* argv0);

}  // namespace ty
