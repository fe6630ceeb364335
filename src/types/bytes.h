// types/bytes.h: bytes (CPython layout: data at +48, NUL-terminated) and the buffer protocol's view struct.
//
// Threads     bytes are immutable. A Buffer holds a counted reference to its exporter.
#pragma once

#include <string_view>

#include "object/binding.h"

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
/// For get_buffer operations of exporters of plain bytes: fills `out` as `flags` asks; `owner` is counted. BufferError.
Result<void> buffer_fill(Thread& t, Buffer& out, Value owner, void* data, ssize n, bool read_only, int flags);
/// Copies what a buffer shows, of any shape, in C order.
Result<Ref<struct Bytes>> bytes_from_buffer(Thread& t, const Buffer& buffer);
bool buffer_is_contiguous(const Buffer& buffer, char order);
bool has_buffer(Value v);

/// A contiguous read-only (or writable) view for the length of a scope; parameter type of binding tables: BytesLike, WritableBytes.
class BytesLike {
 public:
  BytesLike() = default;
  BytesLike(const BytesLike&) = delete;
  ~BytesLike();
  Result<void> acquire(Thread& t, Value exporter, int flags = kBufferSimple);
  /// For an argument of the named function: TypeError when the exporter is read-only.
  Result<void> acquire_writable(Thread& t, Value exporter, const char* function);
  bool acquired() const { return t_ != nullptr; }
  std::string_view view() const { return {static_cast<const char*>(buffer_.buf), static_cast<size_t>(buffer_.length)}; }
  char* data() const { return static_cast<char*>(buffer_.buf); }
  ssize size() const { return buffer_.length; }

 private:
  Thread* t_ = nullptr;
  Buffer buffer_;
};

/// bytearray: CPython's layout. `start` lies in the buffer `bytes`, NUL-terminated.
struct ByteArray : VarObject {  // size: [lock] relaxed readers
  ssize allocated;              // [lock]
  char* bytes;                  // [lock] the buffer; retired when replaced
  char* start;                  // [lock]
  ssize exports;                // [atomic] buffers handed out; resizing raises BufferError meanwhile
  static Type* type();
};
static_assert(sizeof(ByteArray) == 72);
inline Type* ByteArray::type() { return &bytearray_type; }
Result<Ref<ByteArray>> bytearray_new(Thread& t, const void* data_or_null, ssize n);

/// memoryview and the object that owns the exporter's buffer.
struct ManagedBuffer : Object {  // [lock]
  int state;       // bit 0: released
  int pad_;
  ssize exports;   // [atomic] memoryviews that use it
  Buffer master;   // [const until release]
  static Type* type();
};
static_assert(sizeof(ManagedBuffer) == 128);
struct MemoryView : VarObject {  // [const] size: 3 * dimensions
  Slot managed;                  // ManagedBuffer
  int64_t hash;                  // [atomic] -1: not computed
  int state;                     // [atomic] MemoryViewState
  int pad_;
  ssize exports;                 // [atomic] buffers handed out
  Buffer view;                   // [const until release]; owner is this object's managed buffer's exporter, not counted
  void* weakrefs;
  ssize array[];                 // shape, strides, suboffsets
  static Type* type();
};
static_assert(sizeof(MemoryView) == 160);
extern Type memoryview_type, managed_buffer_type;
inline Type* MemoryView::type() { return &memoryview_type; }
inline Type* ManagedBuffer::type() { return &managed_buffer_type; }
Result<Owned> memoryview_from_object(Thread& t, Value exporter);
/// The buffer of an instance of a Python class: `view` is what its __buffer__ answered; __release_buffer__ is called when it is given back.
Result<void> buffer_from_view(Thread& t, Value object, Value view, Buffer& out, int flags);
/// Over memory that outlives the view (C buffers kept by `owner_or_null`).
Result<Owned> memoryview_from_memory(Thread& t, void* data, ssize n, bool writable, Value owner_or_null);

TY_INLINE bool is_bytes(Value v) { return v.is_object() && has_type_flag(v.object()->type(), kTypeBytes); }
Result<Owned> bytes_repr(Thread& t, std::string_view bytes);
/// bytes(object) for a bytes-like object, an iterable of ints or an object with __bytes__.
Result<Ref<Bytes>> bytes_from_object_rpy(Thread& t, Value object);
/// format % arguments.
Result<Owned> bytes_percent_format_rpy(Thread& t, std::string_view format, Value arguments, bool bytearray_result);

/// As BytesLike, refusing read-only exporters: "read-write bytes-like object".
class WritableBytes : public BytesLike {};

namespace binding {
template <>
struct Holder<BytesLike&> {
  BytesLike value;
  bool load(Thread& t, const MethodDef&, size_t, const BoundArguments&, Value v) {
    return v.is_null() || value.acquire(t, v).ok();
  }
  BytesLike& get() { return value; }
};
Result<void> acquire_writable(Thread& t, const MethodDef& def, size_t index, Value v, WritableBytes& out);
template <>
struct Holder<WritableBytes&> {
  WritableBytes value;
  bool load(Thread& t, const MethodDef& def, size_t i, const BoundArguments&, Value v) {
    return v.is_null() || acquire_writable(t, def, i, v, value).ok();
  }
  WritableBytes& get() { return value; }
};
}  // namespace binding

}  // namespace ty
