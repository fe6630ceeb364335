// modules/marshal.h: values and code objects as bytes: the format of cached compiled modules.
//
// The format follows CPython's version 4 for plain values; code objects ('c') carry Typhon's instruction words with opcode numbers, so the import
// system's cache tag ends in a hash of the opcode table and of this format.
// Threads     no state.
#pragma once

#include <string>

#include "types/bytes.h"

namespace ty {

inline constexpr int kMarshalVersion = 4;
/// Changes whenever the encoding of anything changes: part of the cache tag.
inline constexpr uint64_t kMarshalFormat = 1;

Result<Owned> marshal_loads_bytes(Thread& t, std::string_view data, size_t* consumed, bool allow_code);
/// ValueError "unmarshallable object" for other types.
Result<void> marshal_dumps_into(Thread& t, std::string& out, Value value, int version, bool allow_code);

}  // namespace ty
