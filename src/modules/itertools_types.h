// modules/itertools_types.h: what the files of itertools share.
//
// Threads     a step runs in a critical section on the iterator (nothing while LOCAL). Python code called inside may suspend it, so state read
//             before a call is read again after it; values handed out are held by references of their own.
#pragma once

#include "modules/static_type.h"
#include "sync/critical_section.h"
#include "types/tuple.h"

namespace ty::itertools {

Result<void> add_simple_types(Thread& t, Module& m);    // itertools_simple.cpp
Result<void> add_combination_types(Thread& t, Module& m);  // itertools_combinations.cpp
Result<void> add_group_types(Thread& t, Module& m);     // itertools_group.cpp
extern const MethodDef kGroupFunctions[];               // tee

/// The tuple of iterators over each of `iterables`.
Result<Ref<Tuple>> make_iterators(Thread& t, const Value* iterables, size_t n);

/// The DeprecationWarning that copying and pickling give.
Result<void> warn_pickling(Thread& t);
/// type(object) as the first element of what __reduce__ answers.
inline Value type_value(Object& o) { return Value(o.type()); }
#define TY_REDUCE(f) method<&f>("__reduce__", "($self, /)", "Return state information for pickling.")
#define TY_SETSTATE(f) method<&f>("__setstate__", "($self, object, /)", "Set state information for unpickling.")

#define TY_ITERTOOLS_LAYOUT(Struct, ...)                                        \
  constexpr uint16_t k##Struct##Slots[] = {__VA_ARGS__};                        \
  constexpr TypeLayout k##Struct##Layout = {.slot_offsets = k##Struct##Slots,   \
      .slot_count = sizeof(k##Struct##Slots) / sizeof(uint16_t), .flags = kCollectable};

}  // namespace ty::itertools
