// modules/warnings.h: issuing warnings from native code.
#pragma once

#include "object/abstract.h"

namespace ty {

/// warnings.warn(message, category, stack_level, source): `message` a str or a Warning instance. May raise (filters) and run Python.
Result<void> issue_warning_rpy(Thread& t, Value category, Value message, ssize stack_level, Value source = nullptr);
/// warnings.warn_explicit() for a known place; `module` and `registry` may be null.
Result<void> issue_warning_at_rpy(Thread& t, Value category, Value message, Value filename, int line, Value module, Value registry);

}  // namespace ty
