// base/unicode_names.h: names of code points (Unicode 15.1), both ways.
//
// What        name_of() spells a code point's name; lookup() finds the code point, alias or named sequence of a name.
// Threads     any; everything is constant data.
// See         tools/gen_unicode.py · CPython Modules/unicodedata.c
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ty::unicode {

constexpr size_t kMaxNameLength = 256;

/// Writes the name (upper case ASCII) of `c` and returns its length; 0 when it has none.
size_t name_of(char32_t c, char out[kMaxNameLength]);

enum class NameKinds : uint8_t { kNoAliases, kNames, kNamesAndSequences };
constexpr size_t kMaxSequence = 8;
/// Finds a name or an alias (and a named sequence if asked), whatever its case. Returns the number of code points
/// written; 0 when unknown.
size_t lookup_name(std::string_view name, NameKinds kinds, char32_t out[kMaxSequence]);

}  // namespace ty::unicode
