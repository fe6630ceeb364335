// modules/new_exception.h: exception classes that modules bring along (struct.error, zlib.error …).
#pragma once

#include "types/module.h"

namespace ty {

/// Makes the class `name` (base: Exception when null) with that __module__, keeps it in `slot` and adds it to `m`.
Result<void> module_add_exception(Thread& t, Module& m, GlobalSlot& slot, const char* module, const char* name, Value base = nullptr, const char* doc = nullptr);
/// The class kept in the slot.
inline Type* exception_in(GlobalSlot& slot) { return slot.load().as<Type>(); }

}  // namespace ty
