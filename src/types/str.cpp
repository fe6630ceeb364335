// str: construction, comparison, hashing, joining. The Python-visible side is in str_methods.cpp.
#include "types/str.h"

#include <cstring>

#include "base/hash.h"
#include "base/string_search.h"
#include "base/unicode.h"
#include "base/utf.h"
#include "mem/heap.h"
#include "types/list.h"
#include "types/str_internal.h"
#include "types/tuple.h"

namespace ty {

// --- the strs that always exist ---

namespace {

struct alignas(16) StaticAscii {
  Str header;
  char text[8];
};
struct alignas(16) StaticLatin1 {
  Str header;
  ssize utf8_length;
  char* utf8;
  unsigned char text[16];
};
struct StaticChars {
  StaticAscii ascii[128];
  StaticLatin1 latin1[128];
  StaticAscii empty;
};

constexpr uint32_t kStaticState = 3 | 1 << 2 | 0x20 | 0x80;

constexpr Str static_header(ssize length, bool ascii) {
  return Str{TY_STATIC_HEADER(&str_type), length, -1, kStaticState | (ascii ? 0x40u : 0u), 0};
}

constexpr StaticChars make_static_chars() {
  StaticChars chars{};
  for (int i = 0; i < 128; ++i) {
    chars.ascii[i].header = static_header(1, true);
    chars.ascii[i].text[0] = static_cast<char>(i);
    chars.latin1[i].header = static_header(1, false);
    chars.latin1[i].text[0] = static_cast<unsigned char>(i + 128);
  }
  chars.empty.header = static_header(0, true);
  return chars;
}

constinit StaticChars g_static_chars = make_static_chars();
static_assert(offsetof(StaticAscii, text) == 56 && offsetof(StaticLatin1, text) == 72);

TY_INLINE Str* static_char(unsigned c) {
  return c < 128 ? &g_static_chars.ascii[c].header : &g_static_chars.latin1[c - 128].header;
}

}  // namespace

Value g_empty_str = Value::uncounted(&g_static_chars.empty.header);

Owned str_from_code_point(char32_t c) {
  if (TY_LIKELY(c < 256)) return Owned::steal(Value::uncounted(static_char(c)));
  auto made = str_of_code_point(current_thread(), c);
  return made.take();
}

Result<Owned> str_of_code_point(Thread& t, char32_t c) {
  if (TY_LIKELY(c < 256)) return Owned::steal(Value::uncounted(static_char(c)));
  Ref<Str> s = TRY(str_allocate(t, 1, c));
  if (s->kind() == 2) static_cast<uint16_t*>(str_mutable_data(*s))[0] = static_cast<uint16_t>(c);
  else static_cast<char32_t*>(str_mutable_data(*s))[0] = c;
  return Owned(std::move(s));
}

// --- construction ---

Result<Ref<Str>> str_allocate(Thread& t, ssize length, char32_t max_char) {
  int kind = max_char < 0x100 ? 1 : max_char < 0x10000 ? 2 : 4;
  bool ascii = max_char < 0x80;
  size_t header = ascii ? 56 : 72;
  if (length > (PTRDIFF_MAX - 80) / kind - 1) return raise_memory_error(t);
  Object* o = allocate_object(t, &str_type, header + (static_cast<size_t>(length) + 1) * static_cast<size_t>(kind));
  if (o == nullptr) return raise_memory_error(t);
  auto* s = static_cast<Str*>(o);
  s->length = length;
  s->hash = -1;
  s->state = static_cast<uint32_t>(kind) << 2 | 0x20 | (ascii ? 0x40u : 0);
  return Ref<Str>::steal(s);
}

void str_release(Object* o) {
  auto* s = static_cast<Str*>(o);
  auto* words = reinterpret_cast<char**>(reinterpret_cast<char*>(s));
  if (!s->is_compact()) {
    char* data = words[9];
    if (words[8] != nullptr && words[8] != data) free_buffer(words[8]);
    if (data != nullptr) free_buffer(data);
  } else if (!s->is_ascii() && words[8] != nullptr) {
    free_buffer(words[8]);
  }
}

namespace {

Ref<Str> static_ref(Str* s) { return Ref<Str>::steal(s); }
Ref<Str> empty_ref() { return Ref<Str>::steal(&g_static_chars.empty.header); }

}  // namespace

Result<Ref<Str>> str_from_ascii(Thread& t, std::string_view ascii) {
  if (ascii.size() <= 1) {
    if (ascii.empty()) return empty_ref();
    return static_ref(static_char(static_cast<unsigned char>(ascii[0])));
  }
  Ref<Str> s = TRY(str_allocate(t, static_cast<ssize>(ascii.size()), 0x7f));
  std::memcpy(str_mutable_data(*s), ascii.data(), ascii.size());
  return s;
}

Result<Ref<Str>> str_from_latin1(Thread& t, const uint8_t* data, ssize n) {
  if (n <= 1) {
    if (n == 0) return empty_ref();
    return static_ref(static_char(data[0]));
  }
  Ref<Str> s = TRY(str_allocate(t, n, utf::max_char(data, static_cast<size_t>(n))));
  std::memcpy(str_mutable_data(*s), data, static_cast<size_t>(n));
  return s;
}

namespace {

template <class Unit>
Result<Ref<Str>> from_units(Thread& t, const Unit* data, ssize n) {
  if (n == 0) return empty_ref();
  if (n == 1 && data[0] < 256) return static_ref(static_char(data[0]));
  auto size = static_cast<size_t>(n);
  Ref<Str> s = TRY(str_allocate(t, n, utf::max_char(data, size)));
  void* out = str_mutable_data(*s);
  switch (s->kind()) {
    case 1: utf::convert(data, size, static_cast<uint8_t*>(out)); break;
    case 2: utf::convert(data, size, static_cast<uint16_t*>(out)); break;
    default: utf::convert(data, size, static_cast<char32_t*>(out)); break;
  }
  return s;
}

}  // namespace

Result<Ref<Str>> str_from_ucs2(Thread& t, const uint16_t* data, ssize n) { return from_units(t, data, n); }
Result<Ref<Str>> str_from_ucs4(Thread& t, const char32_t* data, ssize n) { return from_units(t, data, n); }

namespace {

Result<Ref<Str>> from_scanned(Thread& t, std::string_view text, const utf::Utf8Scan& scan) {
  auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  if (scan.max_char < 0x80) return str_from_ascii(t, text);
  if (scan.characters == 1 && scan.max_char < 0x100) {
    const uint8_t* p = bytes;
    return static_ref(static_char(utf::next_utf8(p)));
  }
  Ref<Str> s = TRY(str_allocate(t, static_cast<ssize>(scan.characters), scan.max_char));
  void* out = str_mutable_data(*s);
  switch (s->kind()) {
    case 1: utf::decode_utf8(bytes, text.size(), static_cast<uint8_t*>(out)); break;
    case 2: utf::decode_utf8(bytes, text.size(), static_cast<uint16_t*>(out)); break;
    default: utf::decode_utf8(bytes, text.size(), static_cast<char32_t*>(out)); break;
  }
  return s;
}

}  // namespace

Result<Ref<Str>> str_from_utf8(Thread& t, std::string_view text) {
  auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  auto scan = utf::scan_utf8(bytes, text.size());
  if (TY_LIKELY(scan.valid_bytes == text.size())) return from_scanned(t, text, scan);
  auto fault = utf::describe_utf8_fault(bytes + scan.valid_bytes, text.size() - scan.valid_bytes);
  return raise_unicode_decode_error(t, "utf-8", text, static_cast<ssize>(scan.valid_bytes),
                                    static_cast<ssize>(scan.valid_bytes + fault.length), fault.reason);
}

Result<Ref<Str>> str_from_wtf8(Thread& t, std::string_view text) {
  auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  auto scan = utf::scan_utf8(bytes, text.size(), utf::Surrogates::kAllow);
  if (TY_LIKELY(scan.valid_bytes == text.size())) return from_scanned(t, text, scan);
  return str_from_utf8(t, text);
}

void str_copy_units(const Str& s, ssize start, ssize count, int to_kind, void* to) {
  auto n = static_cast<size_t>(count);
  if (s.kind() == to_kind) {
    std::memcpy(to, static_cast<const char*>(s.data()) + start * to_kind, n * static_cast<size_t>(to_kind));
    return;
  }
  with_units(s, [&](auto* from) {
    switch (to_kind) {
      case 1: utf::convert(from + start, n, static_cast<uint8_t*>(to)); break;
      case 2: utf::convert(from + start, n, static_cast<uint16_t*>(to)); break;
      default: utf::convert(from + start, n, static_cast<char32_t*>(to)); break;
    }
  });
}

Result<Ref<Str>> str_exact(Thread& t, Str& v) {
  if (TY_LIKELY(v.Object::type() == &str_type)) return dup(v);
  return str_substring(t, v, 0, v.length);
}

Result<Ref<Str>> str_substring(Thread& t, Str& s, ssize start, ssize end) {
  if (start < 0) start = 0;
  if (end > s.length) end = s.length;
  ssize n = end - start;
  if (n <= 0) return empty_ref();
  if (n == s.length && s.Object::type() == &str_type) return dup(s);
  if (s.is_ascii()) return str_from_ascii(t, {s.ascii() + start, static_cast<size_t>(n)});
  switch (s.kind()) {
    case 1: return str_from_latin1(t, static_cast<const uint8_t*>(s.data()) + start, n);
    case 2: return from_units(t, static_cast<const uint16_t*>(s.data()) + start, n);
    default: return from_units(t, static_cast<const char32_t*>(s.data()) + start, n);
  }
}

Result<Ref<Str>> str_concat(Thread& t, Str& a, Str& b) {
  if (b.length == 0 && a.Object::type() == &str_type) return dup(a);
  if (a.length == 0 && b.Object::type() == &str_type) return dup(b);
  if (a.length > PTRDIFF_MAX - b.length) return raise_overflow_error(t, "strings are too large to concat");
  char32_t ca = str_max_class(a), cb = str_max_class(b);
  ssize length = a.length + b.length;
  Ref<Str> s = TRY(str_allocate(t, length, ca > cb ? ca : cb));
  char* out = static_cast<char*>(str_mutable_data(*s));
  str_copy_units(a, 0, a.length, s->kind(), out);
  str_copy_units(b, 0, b.length, s->kind(), out + a.length * s->kind());
  return s;
}

Result<void> str_append(Thread& t, Owned& left, Str& right) {
  auto* a = left.value().as<Str>();
  // Grow in place what nobody else can see: `s += part` in a loop takes linear time.
  constexpr ssize kWorthwhile = 64;
  if (a != &right && a->length >= kWorthwhile && right.length > 0 && a->Object::type() == &str_type && a->is_local() &&
      !a->is_interned() && is_unique(a) && str_max_class(right) <= str_max_class(*a)) {
    auto kind = static_cast<size_t>(a->kind());
    size_t header = a->is_ascii() ? 56 : 72;
    ssize length;
    if (__builtin_add_overflow(a->length, right.length, &length)) return raise_overflow_error(t, "strings are too large to concat");
    size_t needed = header + (static_cast<size_t>(length) + 1) * kind;
    if (needed > block_size(a)) {
      Object* o = allocate_object(t, &str_type, needed + needed / 4);
      if (o == nullptr) return raise_memory_error(t);
      auto* grown = static_cast<Str*>(o);
      grown->state = a->state;
      std::memcpy(str_mutable_data(*grown), a->data(), static_cast<size_t>(a->length) * kind);
      grown->length = a->length;
      left = Owned::steal(Value(o));
      a = grown;
    } else if (!a->is_ascii()) {
      auto* words = reinterpret_cast<char**>(reinterpret_cast<char*>(a));
      if (words[8] != nullptr) {  // the cached UTF-8
        free_buffer(words[8]);
        words[8] = nullptr;
      }
    }
    unpoison_block(a, needed);  // the slack of the block becomes text
    char* out = static_cast<char*>(str_mutable_data(*a)) + static_cast<size_t>(a->length) * kind;
    str_copy_units(right, 0, right.length, a->kind(), out);
    std::memset(out + static_cast<size_t>(right.length) * kind, 0, kind);
    a->length = length;
    a->hash = -1;
    return {};
  }
  Ref<Str> r = TRY(str_concat(t, *a, right));
  left = std::move(r);
  return {};
}

Result<Ref<Str>> str_join(Thread& t, Str& separator, const Value* items, ssize n) {
  if (n == 0) return empty_ref();
  if (n == 1 && is_exact<Str>(items[0])) return dup(*items[0].as<Str>());
  ssize total = 0;
  char32_t widest = n > 1 ? str_max_class(separator) : 0x7f;
  for (ssize i = 0; i < n; ++i) {
    if (TY_UNLIKELY(!is_str(items[i])))
      return raise_type_error(t, "sequence item %zd: expected str instance, %.80T found", i, items[i]);
    auto* s = items[i].as<Str>();
    char32_t c = str_max_class(*s);
    if (c > widest) widest = c;
    if (__builtin_add_overflow(total, s->length, &total) ||
        (i > 0 && __builtin_add_overflow(total, separator.length, &total)))
      return raise_overflow_error(t, "join() result is too long for a Python string");
  }
  Ref<Str> result = TRY(str_allocate(t, total, widest));
  int kind = result->kind();
  char* out = static_cast<char*>(str_mutable_data(*result));
  for (ssize i = 0; i < n; ++i) {
    if (i > 0 && separator.length > 0) {
      str_copy_units(separator, 0, separator.length, kind, out);
      out += separator.length * kind;
    }
    auto* s = items[i].as<Str>();
    str_copy_units(*s, 0, s->length, kind, out);
    out += s->length * kind;
  }
  return result;
}

Result<Ref<Str>> str_join_rpy(Thread& t, Str& separator, Value iterable) {
  if (is_exact<Tuple>(iterable)) {
    auto* tuple = iterable.as<Tuple>();
    return str_join(t, separator, tuple->values(), tuple->size);
  }
  // A list may change under our hands: work on a tuple of what it holds now.
  if (!is_exact<List>(iterable) && !is_sequence(iterable)) {
    auto iterator = get_iterator(t, iterable);
    if (!iterator.ok()) {
      if (exception_matches(t, &exc_TypeError)) {
        clear_exception(t);
        return raise_type_error(t, "can only join an iterable");
      }
      return Raised{};
    }
    Ref<Tuple> tuple = TRY(tuple_from_iterable_rpy(t, iterator.take()));
    return str_join(t, separator, tuple->values(), tuple->size);
  }
  auto tuple = is_exact<List>(iterable) ? list_to_tuple(t, *iterable.as<List>()) : tuple_from_iterable_rpy(t, iterable);
  if (!tuple.ok()) return Raised{};
  Ref<Tuple> items = tuple.take();
  return str_join(t, separator, items->values(), items->size);
}

// --- comparing and hashing ---

int64_t str_hash(Str& s) {
  int64_t h = __atomic_load_n(&s.hash, __ATOMIC_RELAXED);
  if (TY_LIKELY(h != -1)) return h;
  h = hash_bytes(s.data(), static_cast<size_t>(s.length) * static_cast<size_t>(s.kind()));
  __atomic_store_n(&s.hash, h, __ATOMIC_RELAXED);
  return h;
}

bool str_equal(const Str& a, const Str& b) {
  if (&a == &b) return true;
  if (a.length != b.length || a.kind() != b.kind()) return false;
  return std::memcmp(a.data(), b.data(), static_cast<size_t>(a.length) * static_cast<size_t>(a.kind())) == 0;
}

bool str_equal_ascii(const Str& s, std::string_view ascii) {
  return s.is_ascii() && static_cast<size_t>(s.length) == ascii.size() &&
         std::memcmp(s.data(), ascii.data(), ascii.size()) == 0;
}

int str_compare(const Str& a, const Str& b) {
  ssize n = a.length < b.length ? a.length : b.length;
  int order = 0;
  if (a.kind() == 1 && b.kind() == 1) {
    order = std::memcmp(a.data(), b.data(), static_cast<size_t>(n));
  } else {
    order = with_units(a, [&](auto* x) {
      return with_units(b, [&](auto* y) {
        for (ssize i = 0; i < n; ++i)
          if (x[i] != y[i]) return static_cast<char32_t>(x[i]) < static_cast<char32_t>(y[i]) ? -1 : 1;
        return 0;
      });
    });
  }
  if (order != 0) return order < 0 ? -1 : 1;
  return a.length < b.length ? -1 : a.length > b.length ? 1 : 0;
}

// --- searching ---

namespace {

/// The needle's units in the haystack's width; null when some do not fit or memory ran out.
template <class Unit>
class Widened {
 public:
  explicit Widened(const Str& needle) {
    if (needle.kind() == static_cast<int>(sizeof(Unit))) {
      data_ = static_cast<const Unit*>(needle.data());
      return;
    }
    Unit* room = inline_;
    if (needle.length > static_cast<ssize>(sizeof inline_ / sizeof(Unit))) {
      heap_ = static_cast<Unit*>(allocate_buffer(static_cast<size_t>(needle.length) * sizeof(Unit)));
      room = heap_;
    }
    if (room != nullptr) str_copy_units(needle, 0, needle.length, sizeof(Unit), room);
    data_ = room;
  }
  Widened(const Widened&) = delete;
  ~Widened() {
    if (heap_ != nullptr) free_buffer(heap_);
  }
  const Unit* data() const { return data_; }

 private:
  const Unit* data_;
  Unit* heap_ = nullptr;
  Unit inline_[64];
};

enum class Direction { kForward, kBackward };

template <Direction direction>
ssize find_impl(const Str& s, const Str& needle, ssize start, ssize end) {
  ssize n = end - start, m = needle.length;
  if (n < m) return -1;
  if (m == 0) return direction == Direction::kForward ? start : end;
  if (needle.kind() > s.kind()) return -1;
  return with_units(s, [&](auto* hay) -> ssize {
    using Unit = std::remove_cv_t<std::remove_pointer_t<decltype(hay)>>;
    Widened<Unit> wide(needle);
    if (wide.data() == nullptr) return -1;
    ssize at = direction == Direction::kForward ? search::find(hay + start, n, wide.data(), m)
                                                : search::rfind(hay + start, n, wide.data(), m);
    return at < 0 ? -1 : at + start;
  });
}

}  // namespace

ssize str_find(const Str& s, const Str& needle, ssize start, ssize end) {
  return find_impl<Direction::kForward>(s, needle, start, end);
}
ssize str_rfind(const Str& s, const Str& needle, ssize start, ssize end) {
  return find_impl<Direction::kBackward>(s, needle, start, end);
}

ssize str_find_char(const Str& s, char32_t c, ssize start, ssize end) {
  if (c > str_max_class(s)) return -1;
  return with_units(s, [&](auto* hay) -> ssize {
    using Unit = std::remove_cv_t<std::remove_pointer_t<decltype(hay)>>;
    ssize at = search::find_char(hay + start, end - start, static_cast<Unit>(c));
    return at < 0 ? -1 : at + start;
  });
}

ssize str_count(const Str& s, const Str& needle, ssize start, ssize end, ssize maximum) {
  ssize n = end - start, m = needle.length;
  if (n < 0) return 0;
  if (m == 0) return n < maximum ? n + 1 : maximum;
  if (n < m || needle.kind() > s.kind()) return 0;
  return with_units(s, [&](auto* hay) -> ssize {
    using Unit = std::remove_cv_t<std::remove_pointer_t<decltype(hay)>>;
    Widened<Unit> wide(needle);
    return wide.data() == nullptr ? 0 : search::count(hay + start, n, wide.data(), m, maximum);
  });
}

// --- UTF-8 ---

Result<std::string_view> str_utf8(Thread& t, Str& s) {
  if (TY_LIKELY(s.is_ascii())) return std::string_view(s.ascii(), static_cast<size_t>(s.length));
  auto* words = reinterpret_cast<char**>(reinterpret_cast<char*>(&s));
  auto* size_word = reinterpret_cast<ssize*>(&words[7]);
  char* cached = __atomic_load_n(&words[8], __ATOMIC_ACQUIRE);
  if (cached != nullptr) return std::string_view(cached, static_cast<size_t>(*size_word));
  return with_units(s, [&](auto* units) -> Result<std::string_view> {
    auto length = static_cast<size_t>(s.length);
    size_t bad = utf::find_surrogate(units, 0, length);
    if (bad != length) {
      size_t end = bad + 1;
      while (end < length && utf::is_surrogate(units[end])) ++end;
      return raise_unicode_encode_error(t, "utf-8", Value(&s), static_cast<ssize>(bad), static_cast<ssize>(end),
                                        "surrogates not allowed");
    }
    size_t size = utf::utf8_size(units, length);
    auto* made = static_cast<char*>(allocate_buffer(size + 1));
    if (made == nullptr) return raise_memory_error(t);
    *utf::encode_utf8(units, length, made) = 0;
    // Whoever computes it computes the same; the length is stored before the pointer that says it is valid.
    __atomic_store_n(size_word, static_cast<ssize>(size), __ATOMIC_RELAXED);
    char* expected = nullptr;
    if (!__atomic_compare_exchange_n(&words[8], &expected, made, false, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE)) {
      free_buffer(made);
      made = expected;
    }
    return std::string_view(made, size);
  });
}

}  // namespace ty
