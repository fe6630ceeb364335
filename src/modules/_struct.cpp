// modules/_struct.cpp: the _struct module. CPython: Modules/_struct.c.
//
// Threads     a Struct's compiled codes are one constant buffer that lives as long as the Struct; packing and unpacking load it once. The cache of the
//             module functions is a dict, cleared when it has 100 entries.
#include <bit>
#include <cmath>
#include <cstring>

#include "modules/new_exception.h"
#include "object/type_object.h"
#include "types/bytes.h"
#include "types/container.h"
#include "types/float.h"
#include "types/int.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

GlobalSlot g_struct_error, g_cache;

struct Code {
  char format;
  uint8_t size;     // of one item
  bool big_endian;
  bool native;
  ssize offset;
  ssize length;     // bytes of the item: count for s and p, else size
  ssize repeat;     // items (1 for s and p)
};
struct Program {
  ssize size;    // bytes
  ssize items;   // values
  ssize count;   // codes
  Program* previous;  // what a second __init__ replaced: kept, because a call further up may be using it
  Code codes[];
};
struct Struct : Object {
  Slot format;                  // [lock] bytes, or None
  RetiredPtr<Program> program;  // [lock] null: not initialised
  static Type* type();
};
struct UnpackIterator : Object {
  Slot structure;  // [lock] null once exhausted
  Slot buffer;     // [lock] what is unpacked
  ssize index;     // [lock]
  ssize length;    // [const]
  static Type* type();
};
Type struct_type, unpack_iterator_type;
Type* Struct::type() { return &struct_type; }
Type* UnpackIterator::type() { return &unpack_iterator_type; }

template <class... A>
Raised struct_error(Thread& t, const char* format, A... arguments) {
  return raise_format(t, exception_in(g_struct_error), format, arguments...);
}

/// Item size of a format character; 0: there is none.
int item_size(char c, bool native) {
  switch (c) {
    case 'x': case 'b': case 'B': case 'c': case 's': case 'p': case '?': return 1;
    case 'h': case 'H': case 'e': return 2;
    case 'i': case 'I': case 'f': return 4;
    case 'l': case 'L': return native ? 8 : 4;
    case 'q': case 'Q': case 'd': return 8;
    case 'n': case 'N': case 'P': return native ? 8 : 0;
    default: return 0;
  }
}

struct Layout {
  ssize size = 0, items = 0, codes = 0;
};
/// Reads a format; fills `out` when it is not null.
Result<Layout> read_format(Thread& t, std::string_view text, Code* out) {
  bool native = true, align = true, big = false;
  size_t i = 0;
  if (!text.empty()) {
    switch (text[0]) {
      case '@': i = 1; break;
      case '=': i = 1, native = align = false; break;
      case '<': i = 1, native = align = false; break;
      case '>': case '!': i = 1, native = align = false, big = true; break;
      default: break;
    }
  }
  Layout l;
  auto too_long = [&] { return struct_error(t, "total struct size too long"); };
  while (i < text.size()) {
    char c = text[i++];
    if (c == ' ' || (c >= 9 && c <= 13)) continue;
    ssize number = 1;
    if (c >= '0' && c <= '9') {
      number = c - '0';
      while (i < text.size() && text[i] >= '0' && text[i] <= '9') {
        if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, text[i] - '0', &number)) return too_long();
        i++;
      }
      if (i == text.size()) return struct_error(t, "repeat count given without format specifier");
      c = text[i++];
    }
    int size = item_size(c, native);
    if (!size) {
      if (c == 0) return struct_error(t, "embedded null character");
      return struct_error(t, "bad char in struct format");
    }
    ssize offset = l.size;
    if (align && size > 1) {
      if (offset > PTRDIFF_MAX - size) return too_long();
      offset = (offset + size - 1) / size * size;
    }
    Code code{c, static_cast<uint8_t>(size), big, native, offset, size, number};
    if (c == 's' || c == 'p') {
      code.length = number;
      code.repeat = 1;
      l.items++;
      if (out) out[l.codes] = code;
      l.codes++;
    } else if (c != 'x' && number) {
      if (__builtin_add_overflow(l.items, number, &l.items)) return too_long();
      if (out) out[l.codes] = code;
      l.codes++;
    }
    ssize bytes;
    if (__builtin_mul_overflow(number, static_cast<ssize>(size), &bytes) || __builtin_add_overflow(offset, bytes, &l.size)) return too_long();
  }
  return l;
}

Result<void> compile(Thread& t, Struct& self, Value format) {
  Ref<Bytes> bytes;
  if (is_str(format)) {
    auto& s = *format.as<Str>();
    if (!s.is_ascii()) {
      ssize bad = 0;
      while (s.at(bad) < 0x80) bad++;
      ssize end = bad;
      while (end < s.length && s.at(end) >= 0x80) end++;
      return raise_unicode_encode_error(t, "ascii", format, bad, end, "ordinal not in range(128)");
    }
    bytes = TRY(bytes_new(t, s.ascii(), s.length));
  } else if (is_instance(format, Bytes::type())) {
    bytes = dup(format.as<Bytes>());
  } else {
    return raise_type_error(t, "Struct() argument 1 must be a str or bytes object, not %.200s", type_of(format)->name);
  }
  Layout layout = TRY(read_format(t, bytes->view(), nullptr));
  auto* program = static_cast<Program*>(allocate_zeroed_buffer(sizeof(Program) + static_cast<size_t>(layout.codes) * sizeof(Code)));
  if (!program) return raise_memory_error(t);
  program->size = layout.size;
  program->items = layout.items;
  program->count = layout.codes;
  auto again = read_format(t, bytes->view(), program->codes);
  if (!again.ok()) {
    free_buffer(program);
    return Raised{};
  }
  publish_for(&self, bytes);
  CriticalSection section(t, self);
  self.format.store(&self, std::move(bytes));
  program->previous = self.program.load();
  self.program.store(program);
  return {};
}
void struct_release(Object* o) {
  Program* program = static_cast<Struct*>(o)->program.load();
  while (program) {
    Program* previous = program->previous;
    free_buffer(program);
    program = previous;
  }
}

// --- half-precision ---
double half_to_double(uint16_t h) {
  int exponent = (h >> 10) & 31;
  int fraction = h & 1023;
  if (exponent == 31) {
    if (fraction == 0) return h & 0x8000 ? -INFINITY : INFINITY;
    uint64_t bits = (uint64_t{h & 0x8000u} << 48) | (uint64_t{0x7ff} << 52) | (static_cast<uint64_t>(fraction) << 42);
    return std::bit_cast<double>(bits);
  }
  double x = exponent ? std::ldexp(1024 + fraction, exponent - 25) : std::ldexp(fraction, -24);
  return h & 0x8000 ? -x : x;
}
/// False: too large.
bool double_to_half(double x, uint16_t* out) {
  auto sign = static_cast<uint16_t>(std::signbit(x) ? 0x8000 : 0);
  if (x == 0.0) return *out = sign, true;
  if (std::isinf(x)) return *out = sign | 0x7c00, true;
  if (std::isnan(x)) {
    uint64_t bits = std::bit_cast<uint64_t>(x);
    auto payload = static_cast<uint16_t>(bits >> 42 & 0x3ff);
    if (!payload) payload = 0x200;
    return *out = static_cast<uint16_t>(sign | 0x7c00 | payload), true;
  }
  int e;
  double f = std::frexp(std::fabs(x), &e) * 2.0;
  e--;
  if (e >= 16) return false;
  uint16_t bits;
  if (e < -25) {
    f = 0.0;
    e = 0;
  } else if (e < -14) {
    f = std::ldexp(f, 14 + e);
    e = 0;
  } else {
    e += 15;
    f -= 1.0;
  }
  f *= 1024.0;
  bits = static_cast<uint16_t>(f);
  f -= bits;
  if (f > 0.5 || (f == 0.5 && bits % 2 == 1)) {
    if (++bits == 1024) {
      bits = 0;
      if (++e == 31) return false;
    }
  }
  *out = static_cast<uint16_t>(sign | e << 10 | bits);
  return true;
}

// --- one value ---
uint64_t load_word(const uint8_t* p, int size, bool big) {
  uint64_t word = 0;
  for (int i = 0; i < size; i++) word |= uint64_t{p[i]} << 8 * (big ? size - 1 - i : i);
  return word;
}
void store_word(uint8_t* p, int size, bool big, uint64_t word) {
  for (int i = 0; i < size; i++) p[i] = static_cast<uint8_t>(word >> 8 * (big ? size - 1 - i : i));
}
bool is_signed_code(char c) { return c == 'b' || c == 'h' || c == 'i' || c == 'l' || c == 'q' || c == 'n'; }

Result<Owned> unpack_one(Thread& t, const Code& code, const uint8_t* p) {
  switch (code.format) {
    case 'c': return Owned(TRY(bytes_new(t, p, 1)));
    case 's': return Owned(TRY(bytes_new(t, p, code.length)));
    case 'p': {
      ssize n = code.length ? p[0] : 0;
      if (n >= code.length) n = code.length ? code.length - 1 : 0;
      return Owned(TRY(bytes_new(t, code.length ? p + 1 : p, n)));
    }
    case '?': return owned_bool(*p != 0);
    case 'e': return float_from_double(t, half_to_double(static_cast<uint16_t>(load_word(p, 2, code.big_endian))));
    case 'f': return float_from_double(t, std::bit_cast<float>(static_cast<uint32_t>(load_word(p, 4, code.big_endian))));
    case 'd': return float_from_double(t, std::bit_cast<double>(load_word(p, 8, code.big_endian)));
    default: {
      uint64_t word = load_word(p, code.size, code.big_endian);
      if (!is_signed_code(code.format)) return int_from_uint64(t, word);
      int shift = 64 - 8 * code.size;
      return int_from_int64(t, static_cast<int64_t>(word << shift) >> shift);
    }
  }
}

Result<void> pack_one(Thread& t, const Code& code, uint8_t* p, Value v) {
  switch (code.format) {
    case 'c':
      if (!is_instance(v, Bytes::type()) || v.as<Bytes>()->size != 1) return struct_error(t, "char format requires a bytes object of length 1");
      *p = static_cast<uint8_t>(v.as<Bytes>()->data()[0]);
      return {};
    case 's': case 'p': {
      BytesLike view;
      if (is_instance(v, Bytes::type()) || is_instance(v, ByteArray::type())) TRY(view.acquire(t, v));
      else return struct_error(t, code.format == 's' ? "argument for 's' must be a bytes object" : "argument for 'p' must be a bytes object");
      ssize n = view.size();
      if (code.format == 's') {
        if (n > code.length) n = code.length;
        std::memcpy(p, view.data(), static_cast<size_t>(n));
        return {};
      }
      if (code.length == 0) return {};
      if (n > code.length - 1) n = code.length - 1;
      std::memcpy(p + 1, view.data(), static_cast<size_t>(n));
      *p = static_cast<uint8_t>(n > 255 ? 255 : n);
      return {};
    }
    case '?': *p = TRY(object_is_true(t, v)); return {};
    case 'e': case 'f': case 'd': {
      auto number = number_as_double(t, v);
      if (!number.ok()) {
        clear_exception(t);
        return struct_error(t, "required argument is not a float");
      }
      double x = number.take();
      if (code.format == 'd') {
        store_word(p, 8, code.big_endian, std::bit_cast<uint64_t>(x));
      } else if (code.format == 'f') {
        auto f = static_cast<float>(x);
        if (std::isinf(f) && !std::isinf(x) && !code.native) return raise_overflow_error(t, "float too large to pack with f format");
        store_word(p, 4, code.big_endian, std::bit_cast<uint32_t>(f));
      } else {
        uint16_t h;
        if (!double_to_half(x, &h)) return raise_overflow_error(t, "float too large to pack with e format");
        store_word(p, 2, code.big_endian, h);
      }
      return {};
    }
    default: break;
  }
  Owned number;
  if (!is_int(v)) {
    if (!has_index(v)) return struct_error(t, "required argument is not an integer");
    number = TRY(number_index(t, v));
    v = number;
  }
  bool fits;
  if (is_signed_code(code.format)) {
    int64_t n = int_as_int64(v, &fits), limit = static_cast<int64_t>(~uint64_t{0} >> 1 >> (64 - 8 * code.size));
    if (!fits || n > limit || n < -limit - 1) return struct_error(t, "'%c' format requires %zd <= number <= %zd", code.format, static_cast<ssize>(-limit - 1), static_cast<ssize>(limit));
    store_word(p, code.size, code.big_endian, static_cast<uint64_t>(n));
    return {};
  }
  uint64_t n = int_as_uint64(v, &fits), limit = ~uint64_t{0} >> (64 - 8 * code.size);
  if (code.format == 'P' && !fits && int_sign(v) < 0) {
    int64_t negative = int_as_int64(v, &fits);
    n = static_cast<uint64_t>(negative);
  }
  if (!fits || n > limit) {
    if (code.format == 'P') return raise_overflow_error(t, "int too large to convert");
    return struct_error(t, "'%c' format requires 0 <= number <= %zu", code.format, static_cast<size_t>(limit));
  }
  store_word(p, code.size, code.big_endian, n);
  return {};
}

Result<Program*> program_of(Thread& t, Struct& self) {
  Program* program = self.program.load();
  if (!program) return raise_runtime_error(t, "Struct object is not initialized");
  return program;
}

Result<Owned> unpack_at(Thread& t, const Program& program, const char* data) {
  Ref<Tuple> result = TRY(tuple_new(t, program.items));
  ssize at = 0;
  for (ssize i = 0; i < program.count; i++) {
    const Code& code = program.codes[i];
    auto* p = reinterpret_cast<const uint8_t*>(data) + code.offset;
    for (ssize k = 0; k < code.repeat; k++, p += code.size) result->items[at++].init(TRY(unpack_one(t, code, p)));
  }
  return Owned(std::move(result));
}
Result<void> pack_into_memory(Thread& t, const Program& program, uint8_t* to, const Value* values) {
  std::memset(to, 0, static_cast<size_t>(program.size));
  for (ssize i = 0; i < program.count; i++) {
    const Code& code = program.codes[i];
    uint8_t* p = to + code.offset;
    for (ssize k = 0; k < code.repeat; k++, p += code.size) TRY(pack_one(t, code, p, *values++));
  }
  return {};
}

// --- Struct ---
Result<Owned> struct_new(Thread& t, Type& type, Args, Kwargs) {
  auto self = TRY(make_object<Struct>(t, &type));
  self->format.init(owned_none());
  return Owned(std::move(self));
}
Result<void> struct_init(Thread& t, Struct& self, Value format) { return compile(t, self, format); }
Result<Owned> struct_pack(Thread& t, Struct& self, Args args) {
  Program* program = TRY(program_of(t, self));
  if (static_cast<ssize>(args.size) != program->items) {
    return struct_error(t, "pack expected %zd items for packing (got %zd)", program->items, static_cast<ssize>(args.size));
  }
  Ref<Bytes> result = TRY(bytes_new(t, nullptr, program->size));
  TRY(pack_into_memory(t, *program, reinterpret_cast<uint8_t*>(result->data()), args.data));
  return Owned(std::move(result));
}
Result<void> struct_pack_into(Thread& t, Struct& self, Args args) {
  Program* program = TRY(program_of(t, self));
  ssize n = static_cast<ssize>(args.size), size = program->size;
  if (n != program->items + 2) {
    if (n == 0) return struct_error(t, "pack_into expected buffer argument");
    if (n == 1) return struct_error(t, "pack_into expected offset argument");
    return struct_error(t, "pack_into expected %zd items for packing (got %zd)", program->items, n - 2);
  }
  BytesLike view;
  TRY(view.acquire(t, args[0], kBufferWritable));
  ssize offset = TRY(number_as_ssize(t, args[1], &exc_IndexError));
  if (offset < 0) {
    if (offset + size > 0) return struct_error(t, "no space to pack %zd bytes at offset %zd", size, offset);
    if (offset + view.size() < 0) return struct_error(t, "offset %zd out of range for %zd-byte buffer", offset, view.size());
    offset += view.size();
  }
  if (view.size() - offset < size) {
    return struct_error(t, "pack_into requires a buffer of at least %zu bytes for packing %zd bytes at offset %zd (actual buffer size is %zd)",
                        static_cast<size_t>(size) + static_cast<size_t>(offset), size, offset, view.size());
  }
  return pack_into_memory(t, *program, reinterpret_cast<uint8_t*>(view.data()) + offset, args.data + 2);
}
Result<Owned> struct_unpack(Thread& t, Struct& self, BytesLike& buffer) {
  Program* program = TRY(program_of(t, self));
  if (buffer.size() != program->size) return struct_error(t, "unpack requires a buffer of %zd bytes", program->size);
  return unpack_at(t, *program, buffer.data());
}
Result<Owned> struct_unpack_from(Thread& t, Struct& self, BytesLike& buffer, ssize offset) {
  Program* program = TRY(program_of(t, self));
  ssize size = program->size;
  if (offset < 0) {
    if (offset + size > 0) return struct_error(t, "not enough data to unpack %zd bytes at offset %zd", size, offset);
    if (offset + buffer.size() < 0) return struct_error(t, "offset %zd out of range for %zd-byte buffer", offset, buffer.size());
    offset += buffer.size();
  }
  if (buffer.size() - offset < size) {
    return struct_error(t, "unpack_from requires a buffer of at least %zu bytes for unpacking %zd bytes at offset %zd (actual buffer size is %zd)",
                        static_cast<size_t>(size) + static_cast<size_t>(offset), size, offset, buffer.size());
  }
  return unpack_at(t, *program, buffer.data() + offset);
}
Result<Owned> struct_iter_unpack(Thread& t, Struct& self, Value buffer) {
  Program* program = TRY(program_of(t, self));
  ssize size = program->size;
  if (size == 0) return struct_error(t, "cannot iteratively unpack with a struct of length 0");
  Owned held;  // a memoryview keeps the exporter's buffer in place
  {
    BytesLike view;
    TRY(view.acquire(t, buffer));
    if (view.size() % size != 0) return struct_error(t, "iterative unpacking requires a buffer of a multiple of %zd bytes", size);
  }
  if (is_exact<Bytes>(buffer)) {
    held = dup(buffer);
  } else {
    Owned memoryview = TRY(import_attribute(t, "builtins", "memoryview"));
    held = TRY(call(t, memoryview, buffer));
  }
  auto iterator = TRY(make_object<UnpackIterator>(t));
  iterator->structure.init(dup(Value(&self)));
  iterator->length = TRY(object_length(t, held));
  iterator->buffer.init(std::move(held));
  {
    BytesLike view;
    TRY(view.acquire(t, buffer));
    iterator->length = view.size();
  }
  return Owned(std::move(iterator));
}
Result<Owned> struct_format(Thread& t, Struct& self) {
  TRY(program_of(t, self));
  Owned format = self.format.get();
  auto view = format.value().as<Bytes>()->view();
  return Owned(TRY(str_from_latin1(t, reinterpret_cast<const uint8_t*>(view.data()), static_cast<ssize>(view.size()))));
}
Result<ssize> struct_size(Thread& t, Struct& self) { return TRY(program_of(t, self))->size; }
Result<ssize> struct_sizeof(Thread& t, Struct& self) { return static_cast<ssize>(sizeof(Struct) + sizeof(Program)) + TRY(program_of(t, self))->count * static_cast<ssize>(sizeof(Code)); }
Result<Owned> struct_repr(Thread& t, Value v) {
  Owned format = TRY(struct_format(t, *v.as<Struct>()));
  return Owned(TRY(str_from_format(t, "%s(%R)", type_short_name(type_of(v)), format.value())));
}

Lookup<Owned> iterator_step(Thread& t, Value v) {
  auto& self = *v.as<UnpackIterator>();
  Owned structure = self.structure.get(), buffer = self.buffer.get();
  if (!structure || !buffer) return Absent{};
  Program* program = TRY(program_of(t, *structure.value().as<Struct>()));
  ssize at;
  {
    CriticalSection section(t, self);
    at = self.index;
    if (at >= self.length) {
      self.structure.store(&self, Owned());
      self.buffer.store(&self, Owned());
      return Absent{};
    }
    self.index += program->size;
  }
  BytesLike view;
  TRY(view.acquire(t, buffer));
  if (at + program->size > view.size()) return Absent{};
  return TRY(unpack_at(t, *program, view.data() + at));
}
Result<Owned> iterator_self(Thread&, Value v) { return dup(v); }
Result<Owned> iterator_hint(Thread& t, UnpackIterator& self) {
  Owned structure = self.structure.get();
  if (!structure) return small_int(0);
  ssize size = TRY(program_of(t, *structure.value().as<Struct>()))->size;
  return small_int((self.length - self.index) / (size ? size : 1));
}

// --- module functions, with a cache ---
Result<Owned> cached(Thread& t, Value format) {
  if (is_exact<Struct>(format)) return dup(format);
  Owned cache = g_cache.get();
  Dict& dict = *cache.value().as<Dict>();
  auto found = dict_get(t, dict, format);
  if (found.raised()) return Raised{};
  if (found.found()) return found.take();
  Owned made = TRY(call(t, Value(&struct_type), format));
  if (dict_length(dict) >= 100) dict_clear(t, dict);
  TRY(dict_set(t, dict, format, made));
  return made;
}
Result<ssize> struct_calcsize(Thread& t, Value format) {
  Owned s = TRY(cached(t, format));
  return TRY(program_of(t, *s.value().as<Struct>()))->size;
}
Result<Owned> module_pack(Thread& t, Args args) {
  if (args.size == 0) return raise_type_error(t, "missing format argument");
  Owned s = TRY(cached(t, args[0]));
  return struct_pack(t, *s.value().as<Struct>(), Args{args.data + 1, args.size - 1});
}
Result<void> module_pack_into(Thread& t, Args args) {
  if (args.size == 0) return raise_type_error(t, "missing format argument");
  Owned s = TRY(cached(t, args[0]));
  return struct_pack_into(t, *s.value().as<Struct>(), Args{args.data + 1, args.size - 1});
}
Result<Owned> module_unpack(Thread& t, Value format, BytesLike& buffer) {
  Owned s = TRY(cached(t, format));
  return struct_unpack(t, *s.value().as<Struct>(), buffer);
}
Result<Owned> module_unpack_from(Thread& t, Value format, BytesLike& buffer, ssize offset) {
  Owned s = TRY(cached(t, format));
  return struct_unpack_from(t, *s.value().as<Struct>(), buffer, offset);
}
Result<Owned> module_iter_unpack(Thread& t, Value format, Value buffer) {
  Owned s = TRY(cached(t, format));
  return struct_iter_unpack(t, *s.value().as<Struct>(), buffer);
}
void module_clearcache(Thread& t) {
  Owned cache = g_cache.get();
  dict_clear(t, *cache.value().as<Dict>());
}

constexpr MethodDef kStructMethods[] = {
    method<&struct_iter_unpack>("iter_unpack", "($self, buffer, /)",
        "Return an iterator yielding tuples.\n\nTuples are unpacked from the given bytes source, like a repeated\ninvocation of unpack_from().\n\nRequires that the bytes length be a multiple of the struct size."),
    method<&struct_pack>("pack", "($self, *args)",
        "S.pack(v1, v2, ...) -> bytes\n\nReturn a bytes object containing values v1, v2, ... packed according\nto the format string S.format.  See help(struct) for more on format\nstrings."),
    method<&struct_pack_into>("pack_into", "($self, *args)",
        "S.pack_into(buffer, offset, v1, v2, ...)\n\nPack the values v1, v2, ... according to the format string S.format\nand write the packed bytes into the writable buffer buf starting at\noffset.  Note that the offset is a required argument.  See\nhelp(struct) for more on format strings."),
    method<&struct_unpack>("unpack", "($self, buffer, /)",
        "Return a tuple containing unpacked values.\n\nUnpack according to the format string Struct.format. The buffer's size\nin bytes must be Struct.size.\n\nSee help(struct) for more on format strings."),
    method<&struct_unpack_from>("unpack_from", "($self, /, buffer, offset=0)",
        "Return a tuple containing unpacked values.\n\nValues are unpacked according to the format string Struct.format.\n\nThe buffer's size in bytes, starting at position offset, must be\nat least Struct.size.\n\nSee help(struct) for more on format strings."),
    method<&struct_sizeof>("__sizeof__", "($self, /)", "S.__sizeof__() -> size of S in memory, in bytes"), {}};
constexpr GetSetDef kStructGetSet[] = {getter<&struct_format>("format", "struct format string"), getter<&struct_size>("size", "struct size in bytes"), {}};
constexpr uint16_t kStructSlots[] = {offsetof(Struct, format)};
constexpr TypeOps kStructOps = {.repr = &struct_repr, .init = initializer<"Struct", "(format)", &struct_init>,
                                .create = constructor<"Struct", "(*args, **kwargs)", &struct_new>};
constexpr TypeDef kStructDef = {.name = "_struct.Struct", .size = sizeof(Struct), .flags = kTypeBase | kTypeWeakReferable,
    .layout = {.slot_offsets = kStructSlots, .slot_count = 1, .flags = kCollectable, .release = &struct_release},
    .ops = &kStructOps, .methods = kStructMethods, .getset = kStructGetSet,
    .doc = "Create a compiled struct object.\n\nReturn a new Struct object which writes and reads binary data according to\nthe format string.\n\nSee help(struct) for more on format strings.",
    .text_signature = "(format)"};
constexpr MethodDef kIteratorMethods[] = {method<&iterator_hint>("__length_hint__", "($self, /)", nullptr), {}};
constexpr uint16_t kIteratorSlots[] = {offsetof(UnpackIterator, structure), offsetof(UnpackIterator, buffer)};
constexpr TypeOps kIteratorOps = {.iter = &iterator_self, .next = &iterator_step};
constexpr TypeDef kIteratorDef = {.name = "_struct.unpack_iterator", .size = sizeof(UnpackIterator), .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kIteratorSlots, .slot_count = 2, .flags = kCollectable}, .ops = &kIteratorOps, .methods = kIteratorMethods};

Result<void> struct_exec(Thread& t, Module& m) {
  TRY(module_add_exception(t, m, g_struct_error, "struct", "error"));
  TRY(type_ready(t, &struct_type, kStructDef));
  TRY(type_ready(t, &unpack_iterator_type, kIteratorDef));
  Ref<Dict> cache = TRY(dict_new(t));
  g_cache.store(std::move(cache));
  return module_add_type(t, m, &struct_type);
}
constexpr MethodDef kModuleMethods[] = {
    function<&module_clearcache>("_clearcache", "($module, /)", "Clear the internal cache."),
    function<&struct_calcsize>("calcsize", "($module, format, /)", "Return size in bytes of the struct described by the format string."),
    function<&module_iter_unpack>("iter_unpack", "($module, format, buffer, /)",
        "Return an iterator yielding tuples unpacked from the given bytes.\n\nThe bytes are unpacked according to the format string, like\na repeated invocation of unpack_from().\n\nRequires that the bytes length be a multiple of the format struct size."),
    function<&module_pack>("pack", "($module, *args)",
        "pack(format, v1, v2, ...) -> bytes\n\nReturn a bytes object containing the values v1, v2, ... packed according\nto the format string.  See help(struct) for more on format strings."),
    function<&module_pack_into>("pack_into", "($module, *args)",
        "pack_into(format, buffer, offset, v1, v2, ...)\n\nPack the values v1, v2, ... according to the format string and write\nthe packed bytes into the writable buffer buf starting at offset.  Note\nthat the offset is a required argument.  See help(struct) for more\non format strings."),
    function<&module_unpack>("unpack", "($module, format, buffer, /)",
        "Return a tuple containing values unpacked according to the format string.\n\nThe buffer's size in bytes must be calcsize(format).\n\nSee help(struct) for more on format strings."),
    function<&module_unpack_from>("unpack_from", "($module, format, /, buffer, offset=0)",
        "Return a tuple containing values unpacked according to the format string.\n\nThe buffer's size, minus offset, must be at least calcsize(format).\n\nSee help(struct) for more on format strings."),
    {}};
constexpr ModuleDef kStructModule = {.name = "_struct", .doc = "Functions to convert between Python values and C structs.", .methods = kModuleMethods, .exec = &struct_exec};
TY_MODULE(kStructModule)

}  // namespace

}  // namespace ty
