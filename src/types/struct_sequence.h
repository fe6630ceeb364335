// types/struct_sequence.h: tuples with named fields (os.stat_result, time.struct_time, sys.flags …).
//
// Layout      a Tuple whose `size` counts the visible items; further named fields follow them in the block (and are slots: the layout's `each`).
// Threads     immutable.
// See         CPython Objects/structseq.c
#pragma once

#include "types/module.h"
#include "types/tuple.h"

namespace ty {

struct StructField {
  const char* name = nullptr;  // null ends the list; kUnnamedField for positions without a name
  const char* doc = nullptr;
};
inline constexpr char kUnnamedField[] = "unnamed field";

struct StructSequenceDef {
  const char* name;            // dotted: "os.stat_result"
  const char* doc;
  const StructField* fields;   // ends with {}
  ssize visible;               // how many are items
};

/// The type; lives as long as the program (definitions are static).
Result<Type*> struct_sequence_type(Thread& t, const StructSequenceDef& def);
/// An instance of `type` over all its fields (visible and hidden), dup'ed.
Result<Ref<Tuple>> struct_sequence_new(Thread& t, Type* type, const Value* values, ssize count);

}  // namespace ty
