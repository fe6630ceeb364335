// modules/zlib.cpp: the zlib module. CPython: Modules/zlibmodule.c.
//
// Threads     a stream is guarded by its object's Mutex; (de)compression runs detached.
#include <zlib.h>

#include <climits>
#include <cstring>

#include "base/text_buffer.h"
#include "modules/new_exception.h"
#include "sync/mutex.h"
#include "sync/thread_state.h"
#include "types/bytes.h"
#include "types/container.h"
#include "types/int.h"

namespace ty {

namespace {

GlobalSlot g_error;

Raised zlib_error(Thread& t, const z_stream& z, int code, const char* doing) {
  const char* why = code == Z_VERSION_ERROR ? "library version mismatch" : z.msg;
  if (!why) why = code == Z_BUF_ERROR ? "incomplete or truncated stream" : code == Z_STREAM_ERROR ? "inconsistent stream state" : code == Z_DATA_ERROR ? "invalid input data" : nullptr;
  if (!why) return raise_format(t, exception_in(g_error), "Error %d %s", code, doing);
  return raise_format(t, exception_in(g_error), "Error %d %s: %.200s", code, doing, why);
}

/// Feeds `in` through the stream into `out`, up to `limit` bytes of output (-1: no limit). Answers zlib's last code; *left: input not used.
int pump(Thread& t, z_stream& z, bool compressing, std::string_view in, int last_flush, ssize limit, TextBuffer& out, std::string_view dictionary, size_t* left, bool* no_memory) {
  size_t waiting = in.size();
  int code = Z_OK;
  size_t chunk = 16384;
  *no_memory = false;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  do {
    z.avail_in = static_cast<uInt>(waiting < UINT_MAX ? waiting : UINT_MAX);
    waiting -= z.avail_in;
    int flush = waiting ? (compressing ? Z_NO_FLUSH : Z_SYNC_FLUSH) : last_flush;
    bool again;
    do {
      size_t room = chunk;
      if (limit >= 0 && static_cast<size_t>(limit) - out.size() < room) room = static_cast<size_t>(limit) - out.size();
      if (room == 0) goto done;
      char* to = out.extend(room);
      if (!to) {
        *no_memory = true;
        goto done;
      }
      if (chunk < (1u << 24)) chunk *= 2;
      z.next_out = reinterpret_cast<Bytef*>(to);
      z.avail_out = static_cast<uInt>(room);
      {
        DetachScope detached(t);
        code = compressing ? deflate(&z, flush) : inflate(&z, flush);
      }
      out.truncate(out.size() - z.avail_out);
      again = z.avail_out == 0;
      if (code == Z_NEED_DICT && !compressing && !dictionary.empty()) {
        code = inflateSetDictionary(&z, reinterpret_cast<const Bytef*>(dictionary.data()), static_cast<uInt>(dictionary.size()));
        again = code == Z_OK;
      }
      if (code != Z_OK && code != Z_BUF_ERROR) goto done;
    } while (again);
  } while (waiting && code != Z_STREAM_END);
done:
  *left = waiting + z.avail_in;
  return code;
}
Result<Owned> finish(Thread& t, TextBuffer& out) { return Owned(TRY(bytes_new(t, out.view()))); }

Result<Owned> zlib_compress(Thread& t, BytesLike& data, Opt<int> level, Opt<int> wbits) {
  z_stream z = {};
  int code = deflateInit2(&z, level ? level.value : Z_DEFAULT_COMPRESSION, Z_DEFLATED, wbits ? wbits.value : MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  if (code == Z_MEM_ERROR) return raise_format(t, &exc_MemoryError, "Out of memory while compressing data");
  if (code == Z_STREAM_ERROR) return raise_format(t, exception_in(g_error), "Bad compression level");
  if (code != Z_OK) {
    deflateEnd(&z);
    return zlib_error(t, z, code, "while compressing data");
  }
  TextBuffer out;
  size_t left;
  bool no_memory;
  code = pump(t, z, true, data.view(), Z_FINISH, -1, out, {}, &left, &no_memory);
  deflateEnd(&z);
  if (no_memory) return raise_memory_error(t);
  if (code != Z_STREAM_END) return zlib_error(t, z, code, "while compressing data");
  return finish(t, out);
}
Result<Owned> zlib_decompress(Thread& t, BytesLike& data, Opt<int> wbits, Opt<ssize> bufsize) {
  if (bufsize && bufsize.value < 0) return raise_value_error(t, "bufsize must be non-negative");
  z_stream z = {};
  int code = inflateInit2(&z, wbits ? wbits.value : MAX_WBITS);
  if (code == Z_MEM_ERROR) return raise_format(t, &exc_MemoryError, "Out of memory while decompressing data");
  if (code != Z_OK) {
    inflateEnd(&z);
    return zlib_error(t, z, code, "while preparing to decompress data");
  }
  TextBuffer out;
  size_t left;
  bool no_memory;
  code = pump(t, z, false, data.view(), Z_SYNC_FLUSH, -1, out, {}, &left, &no_memory);
  inflateEnd(&z);
  if (no_memory) return raise_memory_error(t);
  if (code == Z_OK) code = Z_BUF_ERROR;
  if (code != Z_STREAM_END) return zlib_error(t, z, code, "while decompressing data");
  return finish(t, out);
}

// --- stream objects ---
struct Stream : Object {  // [lock]
  Slot unused_data;      // [lock] bytes
  Slot unconsumed_tail;  // [lock] bytes
  Slot dictionary;       // [const] bytes or null
  z_stream z;            // [mutex]
  TextBuffer* pending;   // [mutex] _ZlibDecompressor: input not yet used, or null
  Mutex mutex;
  bool ready;            // [const]
  bool compressing;      // [const]
  bool eof;              // [mutex]
  bool needs_input;      // [mutex]
};
Type compress_type, decompress_type, decompressor_type;

void stream_release(Object* o) {
  auto* self = static_cast<Stream*>(o);
  if (self->ready) {
    if (self->compressing) deflateEnd(&self->z);
    else inflateEnd(&self->z);
  }
  delete self->pending;
}
class LockScope {
 public:
  explicit LockScope(Mutex& m) : m_(m) { m_.lock(); }
  ~LockScope() { m_.unlock(); }
  LockScope(const LockScope&) = delete;

 private:
  Mutex& m_;
};
Result<Ref<Stream>> stream_new(Thread& t, Type* type) {
  auto self = TRY(make_object<Stream>(t, type));
  self->unused_data.init(TRY(bytes_new(t, "", 0)));
  self->unconsumed_tail.init(TRY(bytes_new(t, "", 0)));
  return self;
}
void set_bytes(Stream& self, Slot& slot, Owned value) {
  slot.store(&self, std::move(value));
}
std::string_view dictionary_of(Stream& self) {
  Value d = self.dictionary.load();
  return d ? d.as<Bytes>()->view() : std::string_view();
}
Result<Owned> copy_dictionary(Thread& t, Value v) {
  if (!has_buffer(v)) return raise_type_error(t, "zdict argument must support the buffer protocol");
  BytesLike view;
  TRY(view.acquire(t, v));
  if (view.size() > static_cast<ssize>(UINT_MAX)) return raise_overflow_error(t, "zdict length does not fit in an unsigned int");
  return Owned(TRY(bytes_new(t, view.view())));
}
Result<Owned> zlib_compressobj(Thread& t, Opt<int> level, Opt<int> method, Opt<int> wbits, Opt<int> mem_level, Opt<int> strategy, Value zdict) {
  Ref<Stream> self = TRY(stream_new(t, &compress_type));
  self->compressing = true;
  if (!zdict.is_null() && !is_none(zdict)) self->dictionary.init(TRY(copy_dictionary(t, zdict)));
  int code = deflateInit2(&self->z, level ? level.value : Z_DEFAULT_COMPRESSION, method ? method.value : Z_DEFLATED, wbits ? wbits.value : MAX_WBITS,
                          mem_level ? mem_level.value : 8, strategy ? strategy.value : Z_DEFAULT_STRATEGY);
  if (code == Z_MEM_ERROR) return raise_format(t, &exc_MemoryError, "Can't allocate memory for compression object");
  if (code == Z_STREAM_ERROR) return raise_value_error(t, "Invalid initialization option");
  if (code != Z_OK) return zlib_error(t, self->z, code, "while creating compression object");
  self->ready = true;
  std::string_view dictionary = dictionary_of(*self);
  if (self->dictionary.load()) {
    code = deflateSetDictionary(&self->z, reinterpret_cast<const Bytef*>(dictionary.data()), static_cast<uInt>(dictionary.size()));
    if (code == Z_STREAM_ERROR) return raise_value_error(t, "Invalid dictionary");
    if (code != Z_OK) return raise_value_error(t, "deflateSetDictionary()");
  }
  return Owned(std::move(self));
}
/// With a raw stream the dictionary is set at once.
Result<void> begin_inflate(Thread& t, Stream& self, int wbits) {
  int code = inflateInit2(&self.z, wbits);
  if (code == Z_STREAM_ERROR) return raise_value_error(t, "Invalid initialization option");
  if (code == Z_MEM_ERROR) return raise_format(t, &exc_MemoryError, "Can't allocate memory for decompression object");
  if (code != Z_OK) return zlib_error(t, self.z, code, "while creating decompression object");
  self.ready = true;
  std::string_view dictionary = dictionary_of(self);
  if (self.dictionary.load() && wbits < 0) {
    code = inflateSetDictionary(&self.z, reinterpret_cast<const Bytef*>(dictionary.data()), static_cast<uInt>(dictionary.size()));
    if (code != Z_OK) return zlib_error(t, self.z, code, "while setting zdict");
  }
  return {};
}
Result<Owned> zlib_decompressobj(Thread& t, Opt<int> wbits, Value zdict) {
  Ref<Stream> self = TRY(stream_new(t, &decompress_type));
  if (!zdict.is_null()) self->dictionary.init(TRY(copy_dictionary(t, zdict)));
  TRY(begin_inflate(t, *self, wbits ? wbits.value : MAX_WBITS));
  return Owned(std::move(self));
}
Result<Owned> compress_compress(Thread& t, Stream& self, BytesLike& data) {
  LockScope lock(self.mutex);
  TextBuffer out;
  size_t left;
  bool no_memory;
  int code = pump(t, self.z, true, data.view(), Z_NO_FLUSH, -1, out, {}, &left, &no_memory);
  if (no_memory) return raise_memory_error(t);
  if (code != Z_OK && code != Z_BUF_ERROR) return zlib_error(t, self.z, code, "while compressing data");
  return finish(t, out);
}
Result<Owned> compress_flush(Thread& t, Stream& self, Opt<int> mode_option) {
  int mode = mode_option ? mode_option.value : Z_FINISH;
  if (mode == Z_NO_FLUSH) return Owned(TRY(bytes_new(t, "", 0)));
  LockScope lock(self.mutex);
  TextBuffer out;
  size_t left;
  bool no_memory;
  int code = pump(t, self.z, true, {}, mode, -1, out, {}, &left, &no_memory);
  if (no_memory) return raise_memory_error(t);
  if (code == Z_STREAM_END && mode == Z_FINISH) {
    deflateEnd(&self.z);
    self.ready = false;
  } else if (code != Z_OK && code != Z_BUF_ERROR) {
    return zlib_error(t, self.z, code, "while flushing");
  }
  return finish(t, out);
}
Result<Owned> stream_copy(Thread& t, Stream& self) {
  Ref<Stream> copy = TRY(stream_new(t, self.Object::type()));
  copy->compressing = self.compressing;
  LockScope lock(self.mutex);
  int code = self.compressing ? deflateCopy(&copy->z, &self.z) : inflateCopy(&copy->z, &self.z);
  if (code == Z_STREAM_ERROR) return raise_value_error(t, "Inconsistent stream state");
  if (code == Z_MEM_ERROR) return raise_format(t, &exc_MemoryError, "Can't allocate memory for %scompression object", self.compressing ? "" : "de");
  if (code != Z_OK) return zlib_error(t, self.z, code, self.compressing ? "while copying compression object" : "while copying decompression object");
  copy->ready = true;
  copy->eof = self.eof;
  copy->unused_data.init(self.unused_data.get());
  copy->unconsumed_tail.init(self.unconsumed_tail.get());
  Owned dictionary = self.dictionary.get();
  if (dictionary) copy->dictionary.init(std::move(dictionary));
  return Owned(std::move(copy));
}
Result<Owned> stream_deepcopy(Thread& t, Stream& self, Value) { return stream_copy(t, self); }

/// What is left of the input goes to unused_data (behind the end) or unconsumed_tail.
Result<void> keep_rest(Thread& t, Stream& self, std::string_view in, size_t left, bool at_end) {
  std::string_view rest = in.substr(in.size() - left);
  if (at_end) {
    Owned before = self.unused_data.get();
    std::string_view old = before.value().as<Bytes>()->view();
    TextBuffer joined;
    joined.append(old);
    joined.append(rest);
    if (joined.failed()) return raise_memory_error(t);
    Ref<Bytes> all = TRY(bytes_new(t, joined.view()));
    Ref<Bytes> none_left = TRY(bytes_new(t, "", 0));
    set_bytes(self, self.unused_data, std::move(all));
    set_bytes(self, self.unconsumed_tail, std::move(none_left));
    return {};
  }
  Owned tail = self.unconsumed_tail.get();
  if (left || tail.value().as<Bytes>()->size) {
    Ref<Bytes> bytes = TRY(bytes_new(t, rest));
    set_bytes(self, self.unconsumed_tail, std::move(bytes));
  }
  return {};
}
Result<Owned> decompress_decompress(Thread& t, Stream& self, BytesLike& data, ssize max_length) {
  if (max_length < 0) return raise_value_error(t, "max_length must be non-negative");
  LockScope lock(self.mutex);
  TextBuffer out;
  size_t left;
  bool no_memory;
  int code = pump(t, self.z, false, data.view(), Z_SYNC_FLUSH, max_length ? max_length : -1, out, dictionary_of(self), &left, &no_memory);
  if (no_memory) return raise_memory_error(t);
  bool at_end = code == Z_STREAM_END;
  TRY(keep_rest(t, self, data.view(), left, at_end || self.eof));
  if (at_end) {
    self.eof = true;
  } else if (code != Z_OK && code != Z_BUF_ERROR) {
    return zlib_error(t, self.z, code, "while decompressing data");
  }
  return finish(t, out);
}
Result<Owned> decompress_flush(Thread& t, Stream& self, Opt<ssize> length) {
  if (length && length.value <= 0) return raise_value_error(t, "length must be greater than zero");
  LockScope lock(self.mutex);
  Owned tail = self.unconsumed_tail.get();
  std::string_view in = tail.value().as<Bytes>()->view();
  TextBuffer out;
  size_t left;
  bool no_memory;
  int code = pump(t, self.z, false, in, Z_FINISH, -1, out, dictionary_of(self), &left, &no_memory);
  if (no_memory) return raise_memory_error(t);
  bool at_end = code == Z_STREAM_END;
  TRY(keep_rest(t, self, in, left, at_end || self.eof));
  if (at_end) {
    self.eof = true;
    inflateEnd(&self.z);
    self.ready = false;
  } else if (code != Z_OK && code != Z_BUF_ERROR) {
    return zlib_error(t, self.z, code, "while decompressing data");
  }
  return finish(t, out);
}
Owned stream_unused_data(Thread&, Stream& self) { return self.unused_data.get(); }
Owned stream_unconsumed_tail(Thread&, Stream& self) { return self.unconsumed_tail.get(); }
bool stream_eof(Thread&, Stream& self) { return self.eof; }
bool stream_needs_input(Thread&, Stream& self) { return self.needs_input; }

Result<Owned> decompressor_new(Thread& t, Type& type, Opt<int> wbits, Value zdict) {
  Ref<Stream> self = TRY(stream_new(t, &type));
  if (!zdict.is_null()) self->dictionary.init(TRY(copy_dictionary(t, zdict)));
  self->needs_input = true;
  self->pending = new TextBuffer();
  TRY(begin_inflate(t, *self, wbits ? wbits.value : MAX_WBITS));
  return Owned(std::move(self));
}
Result<Owned> decompressor_decompress(Thread& t, Stream& self, BytesLike& data, Opt<ssize> max_option) {
  ssize max_length = max_option ? max_option.value : -1;
  LockScope lock(self.mutex);
  if (self.eof) return raise_format(t, &exc_EOFError, "End of stream already reached");
  std::string_view in = data.view();
  bool from_pending = self.pending->size() > 0;
  if (from_pending) {
    self.pending->append(in);
    if (self.pending->failed()) return raise_memory_error(t);
    in = self.pending->view();
  }
  TextBuffer out;
  size_t left;
  bool no_memory;
  int code = pump(t, self.z, false, in, Z_SYNC_FLUSH, max_length, out, dictionary_of(self), &left, &no_memory);
  if (no_memory) return raise_memory_error(t);
  if (code != Z_OK && code != Z_BUF_ERROR && code != Z_STREAM_END) return zlib_error(t, self.z, code, "while decompressing data");
  std::string_view rest = in.substr(in.size() - left);
  if (code == Z_STREAM_END) {
    self.eof = true;
    self.needs_input = false;
    Ref<Bytes> unused = TRY(bytes_new(t, rest));
    set_bytes(self, self.unused_data, std::move(unused));
    self.pending->clear();
  } else {
    bool full = max_length >= 0 && static_cast<ssize>(out.size()) == max_length;
    self.needs_input = !(left || full) ;
    if (from_pending) {
      if (left) std::memmove(self.pending->data(), rest.data(), left);
      self.pending->truncate(left);
    } else if (left) {
      self.pending->append(rest);
      if (self.pending->failed()) return raise_memory_error(t);
    }
  }
  return finish(t, out);
}

// --- checksums ---
Result<uint64_t> checksum(Thread& t, std::string_view s, Value start, unsigned long initial, unsigned long (*step)(unsigned long, const Bytef*, unsigned)) {
  unsigned long value = initial;
  if (!start.is_null()) {
    Owned n = TRY(number_index(t, start));
    value = int_low_bits(n) & 0xffffffffu;
  }
  while (!s.empty()) {
    size_t n = s.size() < (1u << 16) ? s.size() : 1u << 16;
    value = step(value, reinterpret_cast<const Bytef*>(s.data()), static_cast<unsigned>(n));
    s.remove_prefix(n);
    TRY(poll(t));
  }
  return static_cast<uint64_t>(value & 0xffffffffu);
}
Result<uint64_t> zlib_adler32(Thread& t, BytesLike& data, Value value) { return checksum(t, data.view(), value, 1, &adler32); }
Result<uint64_t> zlib_crc32(Thread& t, BytesLike& data, Value value) { return checksum(t, data.view(), value, 0, &crc32); }

constexpr MethodDef kCompressMethods[] = {
    method<&compress_compress>("compress", "($self, data, /)", "Returns a bytes object containing compressed data."),
    method<&compress_flush>("flush", "($self, mode=zlib.Z_FINISH, /)", "Return a bytes object containing any remaining compressed data."),
    method<&stream_copy>("copy", "($self, /)", "Return a copy of the compression object."), method<&stream_copy>("__copy__", "($self, /)", nullptr),
    method<&stream_deepcopy>("__deepcopy__", "($self, memo, /)", nullptr), {}};
constexpr MethodDef kDecompressMethods[] = {
    method<&decompress_decompress>("decompress", "($self, data, /, max_length=0)", "Return a bytes object containing the decompressed version of the data."),
    method<&decompress_flush>("flush", "($self, length=zlib.DEF_BUF_SIZE, /)", "Return a bytes object containing any remaining decompressed data."),
    method<&stream_copy>("copy", "($self, /)", "Return a copy of the decompression object."), method<&stream_copy>("__copy__", "($self, /)", nullptr),
    method<&stream_deepcopy>("__deepcopy__", "($self, memo, /)", nullptr), {}};
constexpr MethodDef kDecompressorMethods[] = {
    method<&decompressor_decompress>("decompress", "($self, /, data, max_length=-1)", "Decompress *data*, returning uncompressed data as bytes."), {}};
constexpr GetSetDef kDecompressGetSet[] = {getter<&stream_unused_data>("unused_data"), getter<&stream_unconsumed_tail>("unconsumed_tail"), getter<&stream_eof>("eof"), {}};
constexpr GetSetDef kDecompressorGetSet[] = {getter<&stream_eof>("eof", "True if the end-of-stream marker has been reached."),
    getter<&stream_unused_data>("unused_data", "Data found after the end of the compressed stream."),
    getter<&stream_needs_input>("needs_input", "True if more input is needed before more decompressed data can be produced."), {}};
constexpr uint16_t kStreamSlots[] = {offsetof(Stream, unused_data), offsetof(Stream, unconsumed_tail), offsetof(Stream, dictionary)};
constexpr TypeOps kDecompressorOps = {.create = constructor<"_ZlibDecompressor", "(wbits=MAX_WBITS, zdict=b'')", &decompressor_new>};
constexpr TypeLayout kStreamLayout = {.slot_offsets = kStreamSlots, .slot_count = 3, .release = &stream_release};
constexpr TypeDef kCompressDef = {.name = "zlib.Compress", .size = sizeof(Stream), .flags = kTypeDisallowInstantiation, .layout = kStreamLayout, .methods = kCompressMethods};
constexpr TypeDef kDecompressDef = {.name = "zlib.Decompress", .size = sizeof(Stream), .flags = kTypeDisallowInstantiation, .layout = kStreamLayout, .methods = kDecompressMethods,
    .getset = kDecompressGetSet};
constexpr TypeDef kDecompressorDef = {.name = "zlib._ZlibDecompressor", .size = sizeof(Stream), .flags = kTypeImmutable, .layout = kStreamLayout, .ops = &kDecompressorOps,
    .methods = kDecompressorMethods, .getset = kDecompressorGetSet, .doc = "Create a decompressor object for decompressing data incrementally."};

Result<void> zlib_exec(Thread& t, Module& m) {
  TRY(module_add_exception(t, m, g_error, "zlib", "error"));
  TRY(type_ready(t, &compress_type, kCompressDef));
  TRY(type_ready(t, &decompress_type, kDecompressDef));
  TRY(type_ready(t, &decompressor_type, kDecompressorDef));
  TRY(module_add_type(t, m, &decompressor_type));
  const struct { const char* name; int64_t value; } kConstants[] = {
      {"MAX_WBITS", MAX_WBITS}, {"DEFLATED", Z_DEFLATED}, {"DEF_MEM_LEVEL", 8}, {"DEF_BUF_SIZE", 16384}, {"Z_NO_COMPRESSION", Z_NO_COMPRESSION},
      {"Z_BEST_SPEED", Z_BEST_SPEED}, {"Z_BEST_COMPRESSION", Z_BEST_COMPRESSION}, {"Z_DEFAULT_COMPRESSION", Z_DEFAULT_COMPRESSION}, {"Z_FILTERED", Z_FILTERED},
      {"Z_HUFFMAN_ONLY", Z_HUFFMAN_ONLY}, {"Z_RLE", Z_RLE}, {"Z_FIXED", Z_FIXED}, {"Z_DEFAULT_STRATEGY", Z_DEFAULT_STRATEGY}, {"Z_NO_FLUSH", Z_NO_FLUSH},
      {"Z_PARTIAL_FLUSH", Z_PARTIAL_FLUSH}, {"Z_SYNC_FLUSH", Z_SYNC_FLUSH}, {"Z_FULL_FLUSH", Z_FULL_FLUSH}, {"Z_FINISH", Z_FINISH}, {"Z_BLOCK", Z_BLOCK}, {"Z_TREES", Z_TREES}};
  for (const auto& row : kConstants) TRY(module_add_int(t, m, row.name, row.value));
  TRY(module_add_string(t, m, "ZLIB_VERSION", ZLIB_VERSION));
  TRY(module_add_string(t, m, "ZLIB_RUNTIME_VERSION", zlibVersion()));
  return module_add_string(t, m, "__version__", "1.0");
}
constexpr MethodDef kZlibMethods[] = {
    function<&zlib_adler32>("adler32", "($module, data, value=<unrepresentable>, /)", "Compute an Adler-32 checksum of data."),
    function<&zlib_compress>("compress", "($module, data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)", "Returns a bytes object containing compressed data."),
    function<&zlib_compressobj>("compressobj",
        "($module, /, level=Z_DEFAULT_COMPRESSION, method=DEFLATED, wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL, strategy=Z_DEFAULT_STRATEGY, zdict=None)",
        "Return a compressor object."),
    function<&zlib_crc32>("crc32", "($module, data, value=<unrepresentable>, /)", "Compute a CRC-32 checksum of data."),
    function<&zlib_decompress>("decompress", "($module, data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)", "Returns a bytes object containing the uncompressed data."),
    function<&zlib_decompressobj>("decompressobj", "($module, /, wbits=MAX_WBITS, zdict=b'')", "Return a decompressor object."), {}};
constexpr ModuleDef kZlibModule = {.name = "zlib",
    .doc = "The functions in this module allow compression and decompression using the\nzlib library, which is based on GNU zip.", .methods = kZlibMethods, .exec = &zlib_exec};
TY_MODULE(kZlibModule)

}  // namespace

}  // namespace ty
