// modules/_functools.h: what the files of _functools share.
#pragma once

#include "types/module.h"

namespace ty {

/// _functools._lru_cache_wrapper (_functools_lru_cache.cpp).
Result<void> add_lru_cache_type(Thread& t, Module& m);

}  // namespace ty
