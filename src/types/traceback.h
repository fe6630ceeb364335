// types/traceback.h: traceback objects. CPython's layout (56 bytes).
//
// Invariants  frame is a frame object of the VM (vm/), never null.
// Threads     next, lasti, lineno: single atomic words.
#pragma once

#include "object/binding.h"

namespace ty {

struct Traceback : Object {
  Slot next;        // [atomic] Traceback or null
  Slot frame;       // [const]
  int32_t lasti;    // [const] byte offset as CPython reports it
  int32_t lineno;   // [atomic] -1: computed from lasti when asked for
  static Type* type();
};
static_assert(sizeof(Traceback) == 56);
extern Type traceback_type;
inline Type* Traceback::type() { return &traceback_type; }

/// Set by the VM: the frame type, and the line of an instruction of a frame.
extern Type* g_frame_type;
extern int (*g_frame_line)(Object* frame, int lasti);
Result<Ref<Traceback>> traceback_new(Thread& t, Value next_or_null, Value frame, int lasti, int lineno);
int traceback_line(Traceback& tb);

}  // namespace ty
