// types/str.h: str, with CPython's PEP 393 layout.
//
// Layout      ASCII data at +56, other compact data at +72 (kinds 1, 2, 4 bytes per code point), NUL-terminated.
// Invariants  immutable after construction; the narrowest kind that fits; hash cached (0: not computed; -1 never).
// Threads     immutable: anyone. `hash` is a relaxed atomic (idempotent). Interned strings are immortal.
// Files       str.cpp · str_methods.cpp · str_format.cpp · str_codecs.cpp
#pragma once

#include <string_view>

#include "object/abstract.h"

namespace ty {

struct TypeDef;

struct Str : Object {  // [const]
  ssize length;      // [const] code points
  int64_t hash;      // [atomic] -1: not computed
  uint32_t state;    // [const but for interned] bits 0-1 interned, 2-4 kind, 5 compact, 6 ascii, 7 static
  uint32_t pad_;
  static Type* type();

  TY_INLINE int kind() const { return (state >> 2) & 7; }
  TY_INLINE bool is_ascii() const { return state & 0x40; }
  TY_INLINE bool is_interned() const { return __atomic_load_n(&state, __ATOMIC_RELAXED) & 3; }
  TY_INLINE bool is_compact() const { return state & 0x20; }
  TY_INLINE const void* data() const {
    const char* self = reinterpret_cast<const char*>(this);
    if (TY_LIKELY((state & 0x60) == 0x60)) return self + 56;
    return is_compact() ? self + 72 : *reinterpret_cast<void* const*>(self + 72);
  }
  /// is_ascii() strs: the characters.
  TY_INLINE const char* ascii() const { return static_cast<const char*>(data()); }
  TY_INLINE char32_t at(ssize index) const {  // unchecked
    const void* d = data();
    return kind() == 1   ? static_cast<const uint8_t*>(d)[index]
           : kind() == 2 ? static_cast<const uint16_t*>(d)[index]
                         : static_cast<const char32_t*>(d)[index];
  }
};
static_assert(sizeof(Str) == 56);
extern Type str_type;
inline Type* Str::type() { return &str_type; }

Result<Ref<Str>> str_from_utf8(Thread& t, std::string_view utf8);  // strict; UnicodeDecodeError
/// UTF-8 where surrogates may occur encoded (WTF-8), as source text and internal tables have it.
Result<Ref<Str>> str_from_wtf8(Thread& t, std::string_view text);
Result<Ref<Str>> str_from_ascii(Thread& t, std::string_view ascii);
Result<Ref<Str>> str_from_latin1(Thread& t, const uint8_t* data, ssize n);
Result<Ref<Str>> str_from_ucs4(Thread& t, const char32_t* data, ssize n);
Result<Ref<Str>> str_from_format(Thread& t, const char* format, ...);  // raise_format's specifiers
Result<Ref<Str>> str_from_vformat(Thread& t, const char* format, va_list arguments);
Owned str_from_code_point(char32_t c);  // latin-1 ones are immortal and never fail; else see Result form
Result<Owned> str_of_code_point(Thread& t, char32_t c);
Result<Ref<Str>> str_substring(Thread& t, Str& s, ssize start, ssize end);
Result<Ref<Str>> str_concat(Thread& t, Str& a, Str& b);
/// Makes `left` left + right, in place when it is the only reference to its object (so that repeated appending is linear): for `s += part`
/// where the old value of s dies. Both are strs; untouched on failure.
Result<void> str_append(Thread& t, Owned& left, Str& right);
Result<Ref<Str>> str_join(Thread& t, Str& separator, const Value* items, ssize n);
/// UTF-8 of the text; raises UnicodeEncodeError for lone surrogates. The view lives as long as the str.
Result<std::string_view> str_utf8(Thread& t, Str& s);
/// As str_utf8 with surrogateescape (file names); into a caller-freed buffer is never needed: cached on the object when possible.
Result<Owned> str_encode_filesystem(Thread& t, Str& s);  // → bytes
Result<Owned> str_decode_filesystem(Thread& t, std::string_view bytes);
int64_t str_hash(Str& s);              // computes and caches; never raises
bool str_equal(const Str& a, const Str& b);
bool str_equal_ascii(const Str& s, std::string_view ascii);
int str_compare(const Str& a, const Str& b);
/// The interned, immortal str of that text.
Result<Value> str_intern(Thread& t, Value str);
Result<Value> str_intern_utf8(Thread& t, std::string_view text);
extern Value g_empty_str;

// --- access to the units ---
/// Calls f with a pointer to the units: const uint8_t*, const uint16_t* or const char32_t*.
template <class F>
TY_INLINE auto with_units(const Str& s, F&& f) {
  const void* data = s.data();
  switch (s.kind()) {
    case 1: return f(static_cast<const uint8_t*>(data));
    case 2: return f(static_cast<const uint16_t*>(data));
    default: return f(static_cast<const char32_t*>(data));
  }
}
TY_INLINE bool is_str(Value v) { return v.is_object() && has_type_flag(v.object()->type(), kTypeUnicode); }
/// A fresh str of `length` characters, to be filled through str_mutable_data() before anybody sees it; `max_char` (rounded up or exact)
/// must be the narrowest class that fits.
Result<Ref<Str>> str_allocate(Thread& t, ssize length, char32_t max_char);
TY_INLINE void* str_mutable_data(Str& s) { return const_cast<void*>(s.data()); }
/// 0x7f, 0xff, 0xffff or 0x10ffff: the class of the widest character.
TY_INLINE char32_t str_max_class(const Str& s) {
  return s.is_ascii() ? 0x7f : s.kind() == 1 ? 0xff : s.kind() == 2 ? 0xffff : 0x10ffff;
}
Result<Ref<Str>> str_from_ucs2(Thread& t, const uint16_t* data, ssize n);
/// Copies characters into an array of at least that width.
void str_copy_units(const Str& s, ssize start, ssize count, int to_kind, void* to);
/// An exact str: `v` itself, or a copy of a subclass instance.
Result<Ref<Str>> str_exact(Thread& t, Str& v);
/// Index of `needle` in s[start:end]; -1 when absent.
ssize str_find(const Str& s, const Str& needle, ssize start, ssize end);
ssize str_find_char(const Str& s, char32_t c, ssize start, ssize end);
bool str_is_identifier(const Str& s);
Result<Ref<Str>> str_repr(Thread& t, Str& s);
Result<Ref<Str>> str_ascii_repr(Thread& t, Str& s);
/// str(bytes-or-anything): used by str.__new__ and the f-string conversions.
Result<Ref<Str>> str_join_rpy(Thread& t, Str& separator, Value iterable);
/// left % right.
Result<Owned> str_percent_format_rpy(Thread& t, Str& left, Value right);
/// UnicodeEncodeError / UnicodeDecodeError / UnicodeTranslateError.
[[gnu::cold]] Raised raise_unicode_decode_error(Thread& t, const char* encoding, std::string_view object, ssize start, ssize end, const char* reason);
[[gnu::cold]] Raised raise_unicode_encode_error(Thread& t, const char* encoding, Value object, ssize start, ssize end, const char* reason);

/// Incremental building; destroyed without finish() it frees what it holds. Short texts need no allocation but the result's.
class StrWriter {
 public:
  explicit StrWriter(Thread& t) : t_(t) {}
  ~StrWriter() {
    if (TY_UNLIKELY(data_ != inline_)) free_data();
  }
  StrWriter(const StrWriter&) = delete;
  TY_INLINE Result<void> put(char32_t c) {
    if (TY_LIKELY(kind_ == 1 && c < 0x100 && length_ < capacity_)) {
      static_cast<uint8_t*>(data_)[length_++] = static_cast<uint8_t>(c);
      return {};
    }
    return put_slow(c);
  }
  Result<void> ascii(std::string_view text);
  Result<void> str(const Str& s);
  Result<void> substring(const Str& s, ssize start, ssize end);
  Result<void> fill(char32_t c, ssize count);
  /// Valid UTF-8, as str_from_wtf8.
  Result<void> utf8(std::string_view text);
  Result<Ref<Str>> finish();
  ssize length() const { return length_; }
  /// Room for `extra` characters of `kind` bytes.
  Result<void> reserve(ssize extra, int kind);

 private:
  Result<void> put_slow(char32_t c);
  void free_data();
  Thread& t_;
  void* data_ = inline_;
  ssize length_ = 0;
  ssize capacity_ = sizeof inline_;
  int kind_ = 1;
  alignas(8) char inline_[120];
};

/// f-string conversion and formatting: FORMAT_VALUE of the bytecode. `spec` null: none.
Result<Owned> str_format_value_rpy(Thread& t, Value v, Value spec_or_null);

}  // namespace ty
