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

struct Str : Object {
  ssize length;      // [const] code points
  int64_t hash;      // [atomic] -1: not computed
  uint32_t state;    // [const but for interned] bits 0-1 interned, 2-4 kind, 5 compact, 6 ascii, 7 static
  uint32_t pad_;
  static Type* type();

  TY_INLINE int kind() const { return (state >> 2) & 7; }
  TY_INLINE bool is_ascii() const { return state & 0x40; }
  TY_INLINE bool is_interned() const { return __atomic_load_n(&state, __ATOMIC_RELAXED) & 3; }
  const void* data() const;
  TY_INLINE const char* ascii() const { return reinterpret_cast<const char*>(this) + 56; }
  char32_t at(ssize index) const;  // unchecked
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

/// Incremental building; destroyed without finish() it frees what it holds.
class StrWriter {
 public:
  explicit StrWriter(Thread& t) : t_(t) {}
  ~StrWriter();
  StrWriter(const StrWriter&) = delete;
  Result<void> put(char32_t c);
  Result<void> ascii(std::string_view text);
  Result<void> str(const Str& s);
  Result<void> substring(const Str& s, ssize start, ssize end);
  Result<void> fill(char32_t c, ssize count);
  Result<Ref<Str>> finish();
  ssize length() const { return length_; }

 private:
  Result<void> reserve(ssize extra, int kind);
  Thread& t_;
  void* data_ = nullptr;
  ssize length_ = 0;
  ssize capacity_ = 0;
  int kind_ = 1;
};

}  // namespace ty
