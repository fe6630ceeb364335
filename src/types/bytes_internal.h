// types/bytes_internal.h: what the files of bytes, bytearray and memoryview share.
#pragma once

#include "base/text_buffer.h"
#include "types/bytes.h"

namespace ty {

int64_t bytes_hash(Bytes& b);
/// A byte value; ValueError "<what> must be in range(0, 256)".
Result<int> byte_from_value(Thread& t, Value item, const char* what);
Result<void> append_bytes_of_iterable_rpy(Thread& t, Value iterable, const char* what, TextBuffer& out);
/// Writes what a buffer shows, in C order.
void buffer_copy_out(const Buffer& b, char* out);

extern Type bytes_iterator_type, bytearray_iterator_type;
Result<Owned> bytes_iterator_new(Thread& t, Type* type, Value source);

}  // namespace ty
