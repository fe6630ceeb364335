// types/number_format.h: __format__ of the built-in types: base/format_spec.h joined to str.
#pragma once

#include <string>

#include "base/format_spec.h"
#include "types/str.h"

namespace ty {

/// Parses `spec`; ValueError.
Result<void> parse_format_spec(Thread& t, Str& spec, char32_t default_type, char default_align, Value formatted,
                               format_spec::Spec& out);
/// The laid-out number as a str.
Result<Owned> str_from_layout(Thread& t, const format_spec::Spec& spec, const format_spec::Layout& layout);
Result<Owned> int_format_rpy(Thread& t, Value v, Str& spec);
Result<Owned> float_format_rpy(Thread& t, Value v, Str& spec);
Result<Owned> complex_format_rpy(Thread& t, Value v, Str& spec);
Result<Owned> str_format_spec_rpy(Thread& t, Value v, Str& spec);

}  // namespace ty
