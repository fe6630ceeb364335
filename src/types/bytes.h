// types/bytes.h: bytes (CPython layout: data at +48, NUL-terminated) and the buffer protocol's view struct.
//
// Threads     bytes are immutable. A Buffer holds a counted reference to its exporter.
#pragma once

#include <string_view>

#include "object/abstract.h"

namespace ty {

struct Bytes : VarObject {
  int64_t hash;  // [atomic] -1: not computed
  static Type* type();
  char* data() { return reinterpret_cast<char*>(this) + 48; }
  std::string_view view() { return {data(), static_cast<size_t>(size)}; }
};
static_assert(sizeof(Bytes) == 48);
extern Type bytes_type, bytearray_type;
inline Type* Bytes::type() { return &bytes_type; }

Result<Ref<Bytes>> bytes_new(Thread& t, const void* data_or_null, ssize n);
inline Result<Ref<Bytes>> bytes_new(Thread& t, std::string_view v) { return bytes_new(t, v.data(), static_cast<ssize>(v.size())); }

/// CPython's Py_buffer, field for field.
struct Buffer {
  void* buf = nullptr;
  uint64_t owner = 0;  // counted Object* or null
  ssize length = 0;
  ssize item_size = 1;
  int read_only = 1;
  int dimensions = 1;
  char* format = nullptr;
  ssize* shape = nullptr;
  ssize* strides = nullptr;
  ssize* suboffsets = nullptr;
  void* internal = nullptr;
};
static_assert(sizeof(Buffer) == 80);
enum BufferFlags { kBufferSimple = 0, kBufferWritable = 1, kBufferFormat = 4, kBufferNd = 8, kBufferStrides = 0x18,
                   kBufferCContiguous = 0x38, kBufferFContiguous = 0x58, kBufferAnyContiguous = 0x98,
                   kBufferIndirect = 0x118, kBufferFullReadOnly = 0x11C, kBufferFull = 0x11D };
Result<void> get_buffer(Thread& t, Value exporter, Buffer& out, int flags);
void release_buffer(Thread& t, Buffer& buffer);
bool has_buffer(Value v);

/// A contiguous read-only (or writable) view for the length of a scope; parameter type of binding tables: BytesLike, WritableBytes.
class BytesLike {
 public:
  BytesLike() = default;
  BytesLike(const BytesLike&) = delete;
  ~BytesLike();
  Result<void> acquire(Thread& t, Value exporter, int flags = kBufferSimple);
  std::string_view view() const { return {static_cast<const char*>(buffer_.buf), static_cast<size_t>(buffer_.length)}; }
  char* data() const { return static_cast<char*>(buffer_.buf); }
  ssize size() const { return buffer_.length; }

 private:
  Thread* t_ = nullptr;
  Buffer buffer_;
};

}  // namespace ty
