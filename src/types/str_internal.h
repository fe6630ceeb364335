// types/str_internal.h: what the files of str share and nobody else needs.
#pragma once

#include "types/str.h"

namespace ty {

/// TypeLayout::release of str: frees the cached UTF-8 and a subclass instance's characters.
void str_release(Object* o);
ssize str_rfind(const Str& s, const Str& needle, ssize start, ssize end);
ssize str_count(const Str& s, const Str& needle, ssize start, ssize end, ssize maximum);

/// Python's clipping of start and end arguments of find, count …
TY_INLINE void clip_indices(ssize& start, ssize& end, ssize length) {
  if (end > length) end = length;
  else if (end < 0) end = end + length < 0 ? 0 : end + length;
  if (start < 0) start = start + length < 0 ? 0 : start + length;
}
/// A slice index argument: None or absent gives `fallback`.
Result<ssize> slice_index(Thread& t, Value v, ssize fallback);

}  // namespace ty
