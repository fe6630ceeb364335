// mem/native_scan.h: the conservative walk over native stacks.
//
// Native code keeps no list of roots: any word of a native stack or of the saved registers that points into a live block may be a reference.
// Threads     `t` is the caller, whose state save_native_state() has just saved, or is held by the caller.
// See         RECLAIM.md (head), docs/refcounting.md
#pragma once

#include "header/thread.h"

namespace ty {

/// Calls visit(word) for each word of the native stack of `t` and its saved registers that lies in the reserved space of the heap.
void scan_native_words(Thread& t, void (*visit)(uint64_t word));
/// As scan_native_words with the live object that contains the word.
void scan_native_stack(Thread& t, void (*visit)(void* context, Object* o), void* context);
/// Sets the bounds of the calling native thread's stack in `t`.
void find_native_stack(Thread& t);

}  // namespace ty
