// types/slice.h: slice objects and the arithmetic of slicing.
//
// Threads     slices are immutable.
#pragma once

#include "object/abstract.h"

namespace ty {

struct Slice : Object {
  Slot start, stop, step;  // [const]
  static Type* type();
};
static_assert(sizeof(Slice) == 56);
extern Type slice_type;
inline Type* Slice::type() { return &slice_type; }

Result<Ref<Slice>> slice_new(Thread& t, Value start, Value stop, Value step);

struct SliceBounds {
  ssize start = 0, stop = 0, step = 1;
};
/// The three fields as C integers (clipped); may run __index__. Take the sequence's length afterwards.
Result<SliceBounds> slice_unpack(Thread& t, Slice& self);
/// Clips the bounds to a sequence of `length`; answers how many items they select.
ssize slice_adjust(SliceBounds& bounds, ssize length);
/// slice_unpack for a start or stop argument of index() and its kin: None or an __index__, clipped.
Result<ssize> slice_index_argument(Thread& t, Value v, ssize when_none);

TY_INLINE bool is_slice(Value v) { return is_exact<Slice>(v); }

}  // namespace ty
