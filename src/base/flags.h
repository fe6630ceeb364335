// base/flags.h: runtime flags for stress runs and dumps.
//
// One line in flags.def makes a flag: TYPHON_<name>=1 in the environment, -X ty.<name>[=value] on the command line.
// Threads     written during start-up only.
#pragma once

#include "base/check.h"

namespace ty {

struct Flags {
#define FLAG(type, name, value, help) type name = value;
#include "base/flags.def"
#undef FLAG
};
extern Flags g_flags;

/// Reads TYPHON_<name> for every flag.
void read_flags_from_environment();
/// Sets a flag from "name" or "name=value"; false when there is no such flag.
bool set_flag(const char* text);
/// Prints name, value and purpose of every flag to stdout.
void print_flags();

}  // namespace ty
