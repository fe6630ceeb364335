// types/namespace.h: types.SimpleNamespace (mapping_proxy.cpp).
#pragma once

#include "object/abstract.h"

namespace ty {

/// SimpleNamespace over a copy of `attributes`.
Result<Owned> namespace_new(Thread& t, Dict& attributes);

}  // namespace ty
