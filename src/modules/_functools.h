// modules/_functools.h: what the files of _functools share.
#pragma once

#include "object/instance.h"
#include "types/dict.h"
#include "types/module.h"

namespace ty {

/// A writable __dict__ of types with kTypeManagedDict.
inline Result<Owned> attributes_get(Thread& t, Value self) { return instance_dict(t, self.object()); }
inline Result<void> attributes_set(Thread& t, Value self, Value value) {
  if (!value) return raise_type_error(t, "cannot delete __dict__");
  if (!is_dict(value)) return raise_type_error(t, "__dict__ must be set to a dictionary, not a '%.200T'", value);
  return instance_set_dict(t, self.object(), value);
}
inline constexpr GetSetDef kAttributesGetSet[] = {{"__dict__", &attributes_get, &attributes_set, nullptr}, {}};

/// _functools._lru_cache_wrapper (_functools_lru_cache.cpp).
Result<void> add_lru_cache_type(Thread& t, Module& m);

}  // namespace ty
