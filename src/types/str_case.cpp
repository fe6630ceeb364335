// str: case mapping and the is…() predicates.
#include "base/unicode.h"
#include "types/str_internal.h"

namespace ty {

namespace {

/// Lower case of one character, which for capital sigma depends on the neighbours.
size_t lower_at(const Str& s, ssize i, char32_t c, char32_t out[3]) {
  if (c != 0x3a3) return unicode::to_lower_full(c, out);
  // Final sigma: a cased letter before, none after, case-ignorable characters passed over.
  ssize j = i - 1;
  while (j >= 0 && unicode::is_case_ignorable(s.at(j))) --j;
  bool final = j >= 0 && unicode::is_cased(s.at(j));
  if (final) {
    for (j = i + 1; j < s.length && unicode::is_case_ignorable(s.at(j));) ++j;
    final = j == s.length || !unicode::is_cased(s.at(j));
  }
  out[0] = final ? 0x3c2 : 0x3c3;
  return 1;
}

TY_INLINE char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
TY_INLINE char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
TY_INLINE bool ascii_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// ASCII in, ASCII out, one for one.
template <class F>
Result<Ref<Str>> map_ascii(Thread& t, Str& s, F f) {
  if (s.length == 0) return str_from_ascii(t, "");
  if (s.length == 1) {
    char c = f(0, s.ascii()[0]);
    return str_from_ascii(t, {&c, 1});
  }
  Ref<Str> result = TRY(str_allocate(t, s.length, 0x7f));
  char* out = static_cast<char*>(str_mutable_data(*result));
  const char* in = s.ascii();
  for (ssize i = 0; i < s.length; ++i) out[i] = f(i, in[i]);
  return result;
}

/// One character to up to three.
template <class F>
Result<Ref<Str>> map_full(Thread& t, Str& s, F f) {
  StrWriter out(t);
  TRY(out.reserve(s.length, s.kind()));
  for (ssize i = 0; i < s.length; ++i) {
    char32_t mapped[3];
    size_t n = f(i, s.at(i), mapped);
    for (size_t k = 0; k < n; ++k) TRY(out.put(mapped[k]));
  }
  return out.finish();
}

}  // namespace

Result<Ref<Str>> str_lower(Thread& t, Str& s) {
  if (s.is_ascii()) return map_ascii(t, s, [](ssize, char c) { return ascii_lower(c); });
  return map_full(t, s, [&](ssize i, char32_t c, char32_t* out) { return lower_at(s, i, c, out); });
}

Result<Ref<Str>> str_upper(Thread& t, Str& s) {
  if (s.is_ascii()) return map_ascii(t, s, [](ssize, char c) { return ascii_upper(c); });
  return map_full(t, s, [](ssize, char32_t c, char32_t* out) { return unicode::to_upper_full(c, out); });
}

Result<Ref<Str>> str_casefold(Thread& t, Str& s) {
  if (s.is_ascii()) return str_lower(t, s);
  return map_full(t, s, [](ssize, char32_t c, char32_t* out) { return unicode::to_folded_full(c, out); });
}

Result<Ref<Str>> str_title(Thread& t, Str& s) {
  bool inside = false;
  if (s.is_ascii())
    return map_ascii(t, s, [&](ssize, char c) {
      char r = inside ? ascii_lower(c) : ascii_upper(c);
      inside = ascii_alpha(c);
      return r;
    });
  return map_full(t, s, [&](ssize i, char32_t c, char32_t* out) {
    size_t n = inside ? lower_at(s, i, c, out) : unicode::to_title_full(c, out);
    inside = unicode::is_cased(c);
    return n;
  });
}

Result<Ref<Str>> str_capitalize(Thread& t, Str& s) {
  if (s.is_ascii()) return map_ascii(t, s, [](ssize i, char c) { return i == 0 ? ascii_upper(c) : ascii_lower(c); });
  return map_full(t, s, [&](ssize i, char32_t c, char32_t* out) {
    return i == 0 ? unicode::to_title_full(c, out) : lower_at(s, i, c, out);
  });
}

Result<Ref<Str>> str_swapcase(Thread& t, Str& s) {
  if (s.is_ascii())
    return map_ascii(t, s, [](ssize, char c) { return c >= 'a' && c <= 'z' ? ascii_upper(c) : ascii_lower(c); });
  return map_full(t, s, [&](ssize i, char32_t c, char32_t* out) -> size_t {
    if (unicode::is_upper(c)) return lower_at(s, i, c, out);
    if (unicode::is_lower(c)) return unicode::to_upper_full(c, out);
    out[0] = c;
    return 1;
  });
}

namespace {

template <class F>
bool all_of(const Str& s, F test) {
  if (s.length == 0) return false;
  return with_units(s, [&](auto* p) {
    for (ssize i = 0; i < s.length; ++i)
      if (!test(static_cast<char32_t>(p[i]))) return false;
    return true;
  });
}

}  // namespace

bool str_isalpha(Thread&, Str& s) { return all_of(s, unicode::is_alpha); }
bool str_isalnum(Thread&, Str& s) { return all_of(s, unicode::is_alnum); }
bool str_isdecimal(Thread&, Str& s) { return all_of(s, unicode::is_decimal); }
bool str_isdigit(Thread&, Str& s) { return all_of(s, unicode::is_digit); }
bool str_isnumeric(Thread&, Str& s) { return all_of(s, unicode::is_numeric); }
bool str_isspace(Thread&, Str& s) { return all_of(s, unicode::is_space); }
bool str_isascii(Thread&, Str& s) { return s.is_ascii(); }
bool str_isprintable(Thread&, Str& s) { return s.length == 0 || all_of(s, unicode::is_printable); }

bool str_islower(Thread&, Str& s) {
  bool cased = false;
  for (ssize i = 0; i < s.length; ++i) {
    char32_t c = s.at(i);
    if (unicode::is_upper(c) || unicode::is_title(c)) return false;
    cased = cased || unicode::is_lower(c);
  }
  return cased;
}

bool str_isupper(Thread&, Str& s) {
  bool cased = false;
  for (ssize i = 0; i < s.length; ++i) {
    char32_t c = s.at(i);
    if (unicode::is_lower(c) || unicode::is_title(c)) return false;
    cased = cased || unicode::is_upper(c);
  }
  return cased;
}

bool str_istitle(Thread&, Str& s) {
  bool cased = false, inside = false;
  for (ssize i = 0; i < s.length; ++i) {
    char32_t c = s.at(i);
    if (unicode::is_upper(c) || unicode::is_title(c)) {
      if (inside) return false;
      inside = cased = true;
    } else if (unicode::is_lower(c)) {
      if (!inside) return false;
      cased = true;
    } else {
      inside = false;
    }
  }
  return cased;
}

bool str_is_identifier(const Str& s) {
  if (s.length == 0) return false;
  char32_t first = s.at(0);
  if (first != '_' && !unicode::is_xid_start(first)) return false;
  for (ssize i = 1; i < s.length; ++i)
    if (!unicode::is_xid_continue(s.at(i))) return false;
  return true;
}
bool str_isidentifier(Thread&, Str& s) { return str_is_identifier(s); }

}  // namespace ty
