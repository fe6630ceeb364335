// types/int_internal.h: what the files of int and bool share.
#pragma once

#include "types/int.h"

namespace ty {

/// An object of `type` (int or a subclass) with that value, never an immediate.
Result<Owned> int_allocate(Thread& t, Type* type, big::View value);
Result<Owned> int_left_shift(Thread& t, Value a, Value b);
Result<Owned> int_right_shift(Thread& t, Value a, Value b);
Result<Owned> int_bit_and(Thread& t, Value a, Value b);
Result<Owned> int_bit_or(Thread& t, Value a, Value b);
Result<Owned> int_bit_xor(Thread& t, Value a, Value b);
Result<Owned> int_negative(Thread& t, Value v);
Result<Owned> int_absolute(Thread& t, Value v);
Result<Owned> int_invert(Thread& t, Value v);

}  // namespace ty
