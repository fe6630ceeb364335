// vm/frame_locals.h: f_locals and locals().
#pragma once

#include "types/frame.h"

namespace ty {

/// locals() for the frame at `base`: a fresh dict in functions, the namespace itself in bodies.
Result<Owned> frame_locals_snapshot(Thread& t, Value* base);
/// The name of the variable of a local or free variable, and its value or null.
struct FrameVariable {
  Value name;
  Owned value;
};
/// Number of variables (locals, cells, free) of the frame.
ssize frame_variable_count(Code& code);

}  // namespace ty
