// modules/_thread.h: what the two halves of the _thread module share.
#pragma once

#include "types/module.h"

namespace ty {

/// Adds _thread._local (modules/_thread_local.cpp).
Result<void> thread_local_add_type(Thread& t, Module& m);
/// Drops the calling thread's values of all threading.local objects: at its end.
void thread_local_clear(Thread& t);

}  // namespace ty
