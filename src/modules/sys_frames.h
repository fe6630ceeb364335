// modules/sys_frames.h: the parts that the files of the sys module share.
#pragma once

#include "types/module.h"

namespace ty {

Result<void> sys_add_frame_functions(Thread& t, Module& sys);
/// sys.stderr for what is said before there are streams: writes to descriptor 2.
Result<void> sys_add_early_stderr(Thread& t, Module& sys);
/// Types of sys.unraisablehook's argument and of sys.get_asyncgen_hooks()'s result.
Type* unraisable_args_type();
Type* asyncgen_hooks_type();

}  // namespace ty
