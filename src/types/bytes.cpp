// bytes: construction, and the buffer protocol.
#include "types/bytes.h"

#include <cstring>

#include "base/hash.h"
#include "mem/heap.h"
#include "types/bytes_internal.h"
#include "types/int.h"
#include "types/list.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

struct alignas(16) StaticBytes {
  Bytes header;
  char text[16];
};
struct StaticTable {
  StaticBytes single[256];
  StaticBytes empty;
};
constexpr Bytes static_header(ssize n) { return Bytes{{TY_STATIC_HEADER(&bytes_type), n}, -1}; }
constexpr StaticTable make_static_table() {
  StaticTable table{};
  for (int i = 0; i < 256; ++i) {
    table.single[i].header = static_header(1);
    table.single[i].text[0] = static_cast<char>(i);
  }
  table.empty.header = static_header(0);
  return table;
}
constinit StaticTable g_static_bytes = make_static_table();
static_assert(offsetof(StaticBytes, text) == 48);

}  // namespace

Result<Ref<Bytes>> bytes_new(Thread& t, const void* data, ssize n) {
  if (n == 0) return Ref<Bytes>::steal(&g_static_bytes.empty.header);
  if (n == 1 && data != nullptr)
    return Ref<Bytes>::steal(&g_static_bytes.single[*static_cast<const unsigned char*>(data)].header);
  if (n > PTRDIFF_MAX - 64) return raise_overflow_error(t, "byte string is too large");
  Object* o = allocate_object(t, &bytes_type, 49 + static_cast<size_t>(n));
  if (o == nullptr) return raise_memory_error(t);
  auto* b = static_cast<Bytes*>(o);
  b->size = n;
  b->hash = -1;
  if (data != nullptr) std::memcpy(b->data(), data, static_cast<size_t>(n));
  return Ref<Bytes>::steal(b);
}

int64_t bytes_hash(Bytes& b) {
  int64_t h = __atomic_load_n(&b.hash, __ATOMIC_RELAXED);
  if (h != -1) return h;
  h = hash_bytes(b.data(), static_cast<size_t>(b.size));
  __atomic_store_n(&b.hash, h, __ATOMIC_RELAXED);
  return h;
}

// --- buffers ---

bool has_buffer(Value v) { return ops_of(v).get_buffer != nullptr; }

Result<void> get_buffer(Thread& t, Value exporter, Buffer& out, int flags) {
  GetBufferOp op = ops_of(exporter).get_buffer;
  if (op == nullptr) return raise_type_error(t, "a bytes-like object is required, not '%.100T'", exporter);
  return op(t, exporter, out, flags);
}

void release_buffer(Thread& t, Buffer& buffer) {
  if (buffer.owner == 0) return;
  Value owner = Value::from_bits(buffer.owner);
  if (ReleaseBufferOp op = ops_of(owner).release_buffer) op(t, owner, buffer);
  buffer.owner = 0;
  Owned dropped = Owned::steal(owner);
}

Result<void> buffer_fill(Thread& t, Buffer& out, Value owner, void* data, ssize n, bool read_only, int flags) {
  if ((flags & kBufferWritable) && read_only) return raise_format(t, &exc_BufferError, "Object is not writable.");
  out.owner = to_heap_form(dup(owner)).bits;
  out.buf = data;
  out.length = n;
  out.read_only = read_only;
  out.item_size = 1;
  out.format = flags & kBufferFormat ? const_cast<char*>("B") : nullptr;
  out.dimensions = 1;
  out.shape = flags & kBufferNd ? &out.length : nullptr;
  out.strides = (flags & kBufferStrides) == kBufferStrides ? &out.item_size : nullptr;
  out.suboffsets = nullptr;
  out.internal = nullptr;
  return {};
}

bool buffer_is_contiguous(const Buffer& b, char order) {
  if (b.suboffsets != nullptr) return false;
  if (b.dimensions <= 1 && b.strides == nullptr) return true;
  if (b.length == 0 || b.dimensions == 0) return true;
  auto c_order = [&] {
    if (b.strides == nullptr) return true;
    ssize step = b.item_size;
    for (int i = b.dimensions - 1; i >= 0; --i) {
      if (b.shape[i] > 1 && b.strides[i] != step) return false;
      step *= b.shape[i];
    }
    return true;
  };
  auto fortran_order = [&] {
    if (b.strides == nullptr) {
      int long_dimensions = 0;
      for (int i = 0; i < b.dimensions; ++i) long_dimensions += b.shape[i] > 1;
      return long_dimensions <= 1;
    }
    ssize step = b.item_size;
    for (int i = 0; i < b.dimensions; ++i) {
      if (b.shape[i] > 1 && b.strides[i] != step) return false;
      step *= b.shape[i];
    }
    return true;
  };
  return order == 'C' ? c_order() : order == 'F' ? fortran_order() : c_order() || fortran_order();
}

namespace {

char* copy_dimension(const Buffer& b, int dimension, char* from, char* out) {
  if (b.dimensions == 0) {
    std::memcpy(out, from, static_cast<size_t>(b.item_size));
    return out + b.item_size;
  }
  ssize n = b.shape != nullptr ? b.shape[dimension] : b.length / b.item_size;
  ssize stride = b.strides != nullptr ? b.strides[dimension] : b.item_size;
  for (ssize i = 0; i < n; ++i, from += stride) {
    char* p = from;
    if (b.suboffsets != nullptr && b.suboffsets[dimension] >= 0)
      p = *reinterpret_cast<char**>(p) + b.suboffsets[dimension];
    if (dimension == b.dimensions - 1) {
      std::memcpy(out, p, static_cast<size_t>(b.item_size));
      out += b.item_size;
    } else {
      out = copy_dimension(b, dimension + 1, p, out);
    }
  }
  return out;
}

}  // namespace

void buffer_copy_out(const Buffer& b, char* out) {
  if (buffer_is_contiguous(b, 'C')) {
    std::memcpy(out, b.buf, static_cast<size_t>(b.length));
  } else {
    copy_dimension(b, 0, static_cast<char*>(b.buf), out);
  }
}

Result<Ref<Bytes>> bytes_from_buffer(Thread& t, const Buffer& b) {
  if (b.length <= 1 && buffer_is_contiguous(b, 'C')) return bytes_new(t, b.buf, b.length);
  Ref<Bytes> bytes = TRY(bytes_new(t, nullptr, b.length));
  if (b.length == 0) return bytes;
  buffer_copy_out(b, bytes->data());
  return bytes;
}

BytesLike::~BytesLike() {
  if (t_ != nullptr) release_buffer(*t_, buffer_);
}

Result<void> BytesLike::acquire(Thread& t, Value exporter, int flags) {
  if (t_ != nullptr) {
    release_buffer(*t_, buffer_);
    t_ = nullptr;
  }
  TRY(get_buffer(t, exporter, buffer_, flags));
  t_ = &t;
  if (!buffer_is_contiguous(buffer_, 'C')) {
    release_buffer(t, buffer_);
    t_ = nullptr;
    return raise_format(t, &exc_BufferError, "ndarray is not C-contiguous");
  }
  return {};
}

Result<void> BytesLike::acquire_writable(Thread& t, Value exporter, const char* function) {
  if (has_buffer(exporter)) {
    auto r = acquire(t, exporter, kBufferWritable);
    if (r.ok()) return {};
    if (!exception_matches(t, &exc_BufferError)) return Raised{};
    clear_exception(t);
  }
  return raise_type_error(t, "%s() argument must be read-write bytes-like object, not %.50T", function, exporter);
}

namespace binding {
Result<void> acquire_writable(Thread& t, const MethodDef& def, size_t index, Value v, WritableBytes& out) {
  if (has_buffer(v)) {
    auto r = out.acquire(t, v, kBufferWritable);
    if (r.ok()) return {};
    if (!exception_matches(t, &exc_BufferError)) return Raised{};
    clear_exception(t);
  }
  return raise_argument_type(t, def, index, "read-write bytes-like object", v);
}
}  // namespace binding

// --- bytes(x) ---

Result<Owned> bytes_repr(Thread& t, std::string_view bytes) {
  TextBuffer out;
  char quote = bytes.find('\'') != bytes.npos && bytes.find('"') == bytes.npos ? '"' : '\'';
  out.append("b");
  out.push(quote);
  for (char c : bytes) {
    auto u = static_cast<unsigned char>(c);
    if (c == quote || c == '\\') {
      out.push('\\');
      out.push(c);
    } else if (c == '\t') {
      out.append("\\t");
    } else if (c == '\n') {
      out.append("\\n");
    } else if (c == '\r') {
      out.append("\\r");
    } else if (u < ' ' || u >= 0x7f) {
      out.append("\\x");
      out.push("0123456789abcdef"[u >> 4]);
      out.push("0123456789abcdef"[u & 15]);
    } else {
      out.push(c);
    }
  }
  out.push(quote);
  if (out.failed()) return raise_memory_error(t);
  Ref<Str> s = TRY(str_from_ascii(t, out.view()));
  return Owned(std::move(s));
}

Result<int> byte_from_value(Thread& t, Value item, const char* what) {
  if (TY_LIKELY(item.is_small_int())) {
    int64_t n = item.small_int();
    if (n >= 0 && n < 256) return static_cast<int>(n);
  } else {
    Owned index = TRY(number_index(t, item));
    bool fits;
    int64_t n = int_as_int64(index, &fits);
    if (fits && n >= 0 && n < 256) return static_cast<int>(n);
  }
  return raise_value_error(t, "%s must be in range(0, 256)", what);
}

Result<void> append_bytes_of_iterable_rpy(Thread& t, Value iterable, const char* what, TextBuffer& out) {
  if (is_exact<Tuple>(iterable)) {
    auto* tuple = iterable.as<Tuple>();
    for (ssize i = 0; i < tuple->size; ++i) {
      int byte = TRY(byte_from_value(t, tuple->get(i), what));
      out.push(static_cast<char>(byte));
    }
  } else if (is_exact<List>(iterable)) {
    auto* list = iterable.as<List>();
    for (ssize i = 0; i < list_size(*list); ++i) {
      Owned item = list_get(*list, i);
      if (!item) break;
      int byte = TRY(byte_from_value(t, item, what));
      out.push(static_cast<char>(byte));
    }
  } else {
    Owned iterator = TRY(get_iterator(t, iterable));
    for (;;) {
      Owned item = TRY(iterator_next(t, iterator));
      if (item.value().is_empty()) break;
      int byte = TRY(byte_from_value(t, item, what));
      out.push(static_cast<char>(byte));
    }
  }
  if (out.failed()) return raise_memory_error(t);
  return {};
}

Result<Ref<Bytes>> bytes_from_object_rpy(Thread& t, Value x) {
  if (is_exact<Bytes>(x)) return dup(*x.as<Bytes>());
  if (has_buffer(x)) {
    Buffer buffer;
    TRY(get_buffer(t, x, buffer, kBufferFullReadOnly));
    auto made = bytes_from_buffer(t, buffer);
    release_buffer(t, buffer);
    return made;
  }
  if (is_str(x)) return raise_type_error(t, "cannot convert '%.200T' object to bytes", x);
  if (!is_exact<Tuple>(x) && !is_exact<List>(x) && ops_of(x).iter == nullptr && ops_of(x).subscript == nullptr)
    return raise_type_error(t, "cannot convert '%.200T' object to bytes", x);
  TextBuffer out;
  auto r = append_bytes_of_iterable_rpy(t, x, "bytes", out);
  if (!r.ok()) return Raised{};
  return bytes_new(t, out.view());
}

}  // namespace ty
