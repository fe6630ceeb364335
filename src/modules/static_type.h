// modules/static_type.h: types of native modules that live in static storage and are readied when their module is first executed.
#pragma once

#include "types/container.h"
#include "types/module.h"

namespace ty {

/// Readies `type` (once per process) without adding it to a module.
inline Result<void> ready_static_type(Thread& t, Type& type, const TypeDef& def) {
  if (!has_type_flag(&type, kTypeReady)) TRY(type_ready(t, &type, def));
  return {};
}
inline Result<void> add_static_type(Thread& t, Module& m, Type& type, const TypeDef& def) {
  TRY(ready_static_type(t, type, def));
  return module_add_type(t, m, &type);
}

/// __iter__ of every iterator.
inline Result<Owned> iterator_returns_self(Thread&, Value v) { return borrow_or_dup(v); }

}  // namespace ty
