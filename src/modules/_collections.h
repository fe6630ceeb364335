// modules/_collections.h: what the files of _collections share.
#pragma once

#include "types/module.h"

namespace ty {

/// deque and its iterators (_collections_deque.cpp).
Result<void> add_deque_types(Thread& t, Module& m);

}  // namespace ty
