// modules/_hash_common.h: arguments of the hash constructors.
#pragma once

#include "types/bytes.h"
#include "types/str.h"

namespace ty {

/// The bytes to hash: TypeError for str and for what has no buffer.
inline Result<void> hash_input(Thread& t, Value v, BytesLike& out) {
  if (is_str(v)) return raise_type_error(t, "Strings must be encoded before hashing");
  if (!has_buffer(v)) return raise_type_error(t, "object supporting the buffer API required");
  Buffer probe;
  TRY(get_buffer(t, v, probe, kBufferSimple));
  int dimensions = probe.dimensions;
  release_buffer(t, probe);
  if (dimensions > 1) return raise_format(t, &exc_BufferError, "Buffer must be single dimension");
  return out.acquire(t, v);
}
/// data and its older name string.
inline Result<Value> hash_data(Thread& t, Value data, Value string) {
  if (!string.is_null() && !is_none(string)) {
    if (!data.is_null()) {
      return raise_type_error(t, "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version.");
    }
    return string;
  }
  return data;
}
inline Result<Owned> hash_hex(Thread& t, const unsigned char* digest, size_t n) {
  Ref<Str> text = TRY(str_allocate(t, static_cast<ssize>(n * 2), 0x7f));
  auto* p = static_cast<char*>(str_mutable_data(*text));
  for (size_t i = 0; i < n; i++) {
    *p++ = "0123456789abcdef"[digest[i] >> 4];
    *p++ = "0123456789abcdef"[digest[i] & 15];
  }
  return Owned(std::move(text));
}
/// How many bytes make it worth to let other threads be stopped meanwhile.
inline constexpr ssize kHashDetachSize = 2048;

}  // namespace ty
