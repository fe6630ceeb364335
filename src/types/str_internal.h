// types/str_internal.h: what the files of str share and nobody else needs.
#pragma once

#include "object/binding.h"
#include "types/slice.h"
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
/// start and end arguments (null or None: the whole), clipped to `length`.
struct Range {
  ssize start, end;
};
inline Result<Range> range_arguments(Thread& t, Value start, Value end, ssize length) {
  Range r{0, PTRDIFF_MAX};
  if (!start.is_null()) r.start = TRY(slice_index_argument(t, start, 0));
  if (!end.is_null()) r.end = TRY(slice_index_argument(t, end, PTRDIFF_MAX));
  clip_indices(r.start, r.end, length);
  return r;
}

// str_case.cpp
Result<Ref<Str>> str_lower(Thread& t, Str& s);
Result<Ref<Str>> str_upper(Thread& t, Str& s);
Result<Ref<Str>> str_casefold(Thread& t, Str& s);
Result<Ref<Str>> str_title(Thread& t, Str& s);
Result<Ref<Str>> str_capitalize(Thread& t, Str& s);
Result<Ref<Str>> str_swapcase(Thread& t, Str& s);
bool str_isalpha(Thread&, Str& s);
bool str_isalnum(Thread&, Str& s);
bool str_isdecimal(Thread&, Str& s);
bool str_isdigit(Thread&, Str& s);
bool str_isnumeric(Thread&, Str& s);
bool str_isspace(Thread&, Str& s);
bool str_isascii(Thread&, Str& s);
bool str_isprintable(Thread&, Str& s);
bool str_islower(Thread&, Str& s);
bool str_isupper(Thread&, Str& s);
bool str_istitle(Thread&, Str& s);
bool str_isidentifier(Thread&, Str& s);

// str_split.cpp
Result<Owned> str_split(Thread& t, Str& s, Value separator, ssize maximum);
Result<Owned> str_rsplit(Thread& t, Str& s, Value separator, ssize maximum);
Result<Owned> str_splitlines(Thread& t, Str& s, bool keep_ends);
Result<Owned> str_partition(Thread& t, Str& s, Str& separator);
Result<Owned> str_rpartition(Thread& t, Str& s, Str& separator);
Result<Ref<Str>> str_replace(Thread& t, Str& s, Str& old_text, Str& new_text, ssize count);
Result<Ref<Str>> str_strip(Thread& t, Str& s, Value chars);
Result<Ref<Str>> str_lstrip(Thread& t, Str& s, Value chars);
Result<Ref<Str>> str_rstrip(Thread& t, Str& s, Value chars);
Result<Ref<Str>> str_expandtabs(Thread& t, Str& s, int tab_size);
Result<Ref<Str>> str_center(Thread& t, Str& s, ssize width, Value fill);
Result<Ref<Str>> str_ljust(Thread& t, Str& s, ssize width, Value fill);
Result<Ref<Str>> str_rjust(Thread& t, Str& s, ssize width, Value fill);
Result<Ref<Str>> str_zfill(Thread& t, Str& s, ssize width);
Result<Ref<Str>> str_removeprefix(Thread& t, Str& s, Str& prefix);
Result<Ref<Str>> str_removesuffix(Thread& t, Str& s, Str& suffix);
Result<Owned> str_translate(Thread& t, Str& s, Value table);
Result<Owned> str_maketrans(Thread& t, Value x, Value y, Value z);

// str_format.cpp
/// A raw row: any number of keywords.
Result<Owned> str_format_method(Thread& t, const MethodDef& def, Value self, const Value* args, size_t nargs, Tuple* kwnames);
Result<Owned> str_format_map(Thread& t, Str& self, Value mapping);

// str_iter.cpp
Result<Owned> str_dunder_iter(Thread& t, Value self);

}  // namespace ty
