// str: splitting, stripping, replacing, padding, translating.
#include "base/unicode.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/list.h"
#include "types/str_internal.h"
#include "types/tuple.h"

namespace ty {

namespace {

Result<void> push_part(Thread& t, List& list, Str& s, ssize start, ssize end) {
  Ref<Str> part = TRY(str_substring(t, s, start, end));
  return list_push(t, list, part);
}

TY_INLINE bool space_at(const Str& s, ssize i) { return unicode::is_space(s.at(i)); }

Result<Owned> split_whitespace(Thread& t, Str& s, ssize maximum) {
  Ref<List> list = TRY(list_new(t));
  ssize i = 0, n = s.length;
  while (maximum-- > 0) {
    while (i < n && space_at(s, i)) ++i;
    if (i == n) break;
    ssize start = i++;
    while (i < n && !space_at(s, i)) ++i;
    TRY(push_part(t, *list, s, start, i));
  }
  if (i < n) {
    while (i < n && space_at(s, i)) ++i;
    if (i < n) TRY(push_part(t, *list, s, i, n));
  }
  return Owned(std::move(list));
}

Result<Owned> rsplit_whitespace(Thread& t, Str& s, ssize maximum) {
  Ref<List> list = TRY(list_new(t));
  ssize i = s.length - 1;
  while (maximum-- > 0) {
    while (i >= 0 && space_at(s, i)) --i;
    if (i < 0) break;
    ssize end = i + 1;
    --i;
    while (i >= 0 && !space_at(s, i)) --i;
    TRY(push_part(t, *list, s, i + 1, end));
  }
  if (i >= 0) {
    while (i >= 0 && space_at(s, i)) --i;
    if (i >= 0) TRY(push_part(t, *list, s, 0, i + 1));
  }
  TRY(list_reverse(t, *list));
  return Owned(std::move(list));
}

Result<Str*> split_separator(Thread& t, Value separator) {
  if (!is_str(separator)) return raise_type_error(t, "must be str or None, not %.100T", separator);
  auto* s = separator.as<Str>();
  if (s->length == 0) return raise_value_error(t, "empty separator");
  return s;
}

}  // namespace

Result<Owned> str_split(Thread& t, Str& s, Value separator, ssize maximum) {
  if (maximum < 0) maximum = PTRDIFF_MAX;
  if (separator.is_null() || is_none(separator)) return split_whitespace(t, s, maximum);
  Str* sep = TRY(split_separator(t, separator));
  Ref<List> list = TRY(list_new(t));
  ssize at = 0;
  while (maximum-- > 0) {
    ssize hit = sep->length == 1 ? str_find_char(s, sep->at(0), at, s.length) : str_find(s, *sep, at, s.length);
    if (hit < 0) break;
    TRY(push_part(t, *list, s, at, hit));
    at = hit + sep->length;
  }
  TRY(push_part(t, *list, s, at, s.length));
  return Owned(std::move(list));
}

Result<Owned> str_rsplit(Thread& t, Str& s, Value separator, ssize maximum) {
  if (maximum < 0) maximum = PTRDIFF_MAX;
  if (separator.is_null() || is_none(separator)) return rsplit_whitespace(t, s, maximum);
  Str* sep = TRY(split_separator(t, separator));
  Ref<List> list = TRY(list_new(t));
  ssize end = s.length;
  while (maximum-- > 0) {
    ssize hit = str_rfind(s, *sep, 0, end);
    if (hit < 0) break;
    TRY(push_part(t, *list, s, hit + sep->length, end));
    end = hit;
  }
  TRY(push_part(t, *list, s, 0, end));
  TRY(list_reverse(t, *list));
  return Owned(std::move(list));
}

Result<Owned> str_splitlines(Thread& t, Str& s, bool keep_ends) {
  Ref<List> list = TRY(list_new(t));
  for (ssize i = 0; i < s.length;) {
    ssize start = i;
    while (i < s.length && !unicode::is_line_break(s.at(i))) ++i;
    ssize end = i;
    if (i < s.length) {
      i += s.at(i) == '\r' && i + 1 < s.length && s.at(i + 1) == '\n' ? 2 : 1;
      if (keep_ends) end = i;
    }
    TRY(push_part(t, *list, s, start, end));
  }
  return Owned(std::move(list));
}

namespace {

Result<Owned> three(Thread& t, Ref<Str> a, Ref<Str> b, Ref<Str> c) {
  Ref<Tuple> tuple = TRY(tuple_pack(t, a, b, c));
  return Owned(std::move(tuple));
}

}  // namespace

Result<Owned> str_partition(Thread& t, Str& s, Str& separator) {
  if (separator.length == 0) return raise_value_error(t, "empty separator");
  ssize at = str_find(s, separator, 0, s.length);
  Ref<Str> empty = TRY(str_from_ascii(t, ""));
  Ref<Str> head = TRY(at < 0 ? str_exact(t, s) : str_substring(t, s, 0, at));
  if (at < 0) return three(t, std::move(head), dup(*empty), std::move(empty));
  Ref<Str> middle = TRY(str_exact(t, separator));
  Ref<Str> tail = TRY(str_substring(t, s, at + separator.length, s.length));
  return three(t, std::move(head), std::move(middle), std::move(tail));
}

Result<Owned> str_rpartition(Thread& t, Str& s, Str& separator) {
  if (separator.length == 0) return raise_value_error(t, "empty separator");
  ssize at = str_rfind(s, separator, 0, s.length);
  Ref<Str> empty = TRY(str_from_ascii(t, ""));
  if (at < 0) {
    Ref<Str> whole = TRY(str_exact(t, s));
    return three(t, dup(*empty), std::move(empty), std::move(whole));
  }
  Ref<Str> head = TRY(str_substring(t, s, 0, at));
  Ref<Str> middle = TRY(str_exact(t, separator));
  Ref<Str> tail = TRY(str_substring(t, s, at + separator.length, s.length));
  return three(t, std::move(head), std::move(middle), std::move(tail));
}

Result<Ref<Str>> str_replace(Thread& t, Str& s, Str& old_text, Str& new_text, ssize count) {
  if (count < 0) count = PTRDIFF_MAX;
  if (count == 0 || (old_text.length > s.length) || str_equal(old_text, new_text)) return str_exact(t, s);
  ssize hits = str_count(s, old_text, 0, s.length, count);
  if (hits == 0) return str_exact(t, s);
  ssize total, grown;
  if (__builtin_mul_overflow(hits, new_text.length - old_text.length, &grown) ||
      __builtin_add_overflow(s.length, grown, &total))
    return raise_overflow_error(t, "replace string is too long");
  char32_t widest = str_max_class(s) > str_max_class(new_text) ? str_max_class(s) : str_max_class(new_text);
  // The widest characters may be the ones that go: build in the common width, then let the writer narrow it.
  bool exact = str_max_class(s) <= str_max_class(new_text) || str_max_class(old_text) < str_max_class(s);
  if (old_text.length == 0) {
    StrWriter out(t);
    TRY(out.reserve(total, 1));
    for (ssize i = 0; i <= s.length; ++i) {
      if (i < hits) TRY(out.str(new_text));
      if (i < s.length) TRY(out.put(s.at(i)));
    }
    return out.finish();
  }
  if (total == 0) return str_from_ascii(t, "");
  if (!exact || total == 1) {
    StrWriter out(t);
    ssize at = 0;
    for (ssize i = 0; i < hits; ++i) {
      ssize hit = str_find(s, old_text, at, s.length);
      TRY(out.substring(s, at, hit));
      TRY(out.str(new_text));
      at = hit + old_text.length;
    }
    TRY(out.substring(s, at, s.length));
    return out.finish();
  }
  Ref<Str> result = TRY(str_allocate(t, total, widest));
  int kind = result->kind();
  char* out = static_cast<char*>(str_mutable_data(*result));
  ssize at = 0;
  for (ssize i = 0; i < hits; ++i) {
    ssize hit = str_find(s, old_text, at, s.length);
    str_copy_units(s, at, hit - at, kind, out);
    out += (hit - at) * kind;
    str_copy_units(new_text, 0, new_text.length, kind, out);
    out += new_text.length * kind;
    at = hit + old_text.length;
  }
  str_copy_units(s, at, s.length - at, kind, out);
  return result;
}

// --- stripping ---

namespace {

enum Sides { kLeft = 1, kRight = 2, kBoth = 3 };

Result<Ref<Str>> strip(Thread& t, Str& s, Value chars, int sides, const char* name) {
  ssize start = 0, end = s.length;
  if (chars.is_null() || is_none(chars)) {
    if (sides & kLeft)
      while (start < end && space_at(s, start)) ++start;
    if (sides & kRight)
      while (end > start && space_at(s, end - 1)) --end;
    return str_substring(t, s, start, end);
  }
  if (!is_str(chars)) return raise_type_error(t, "%s arg must be None or str", name);
  auto* set = chars.as<Str>();
  uint64_t low[2] = {0, 0};  // the ASCII members
  for (ssize i = 0; i < set->length; ++i)
    if (char32_t c = set->at(i); c < 128) low[c >> 6] |= uint64_t{1} << (c & 63);
  auto member = [&](char32_t c) {
    if (c < 128) return (low[c >> 6] >> (c & 63) & 1) != 0;
    return !set->is_ascii() && str_find_char(*set, c, 0, set->length) >= 0;
  };
  if (sides & kLeft)
    while (start < end && member(s.at(start))) ++start;
  if (sides & kRight)
    while (end > start && member(s.at(end - 1))) --end;
  return str_substring(t, s, start, end);
}

}  // namespace

Result<Ref<Str>> str_strip(Thread& t, Str& s, Value chars) { return strip(t, s, chars, kBoth, "strip"); }
Result<Ref<Str>> str_lstrip(Thread& t, Str& s, Value chars) { return strip(t, s, chars, kLeft, "lstrip"); }
Result<Ref<Str>> str_rstrip(Thread& t, Str& s, Value chars) { return strip(t, s, chars, kRight, "rstrip"); }

Result<Ref<Str>> str_removeprefix(Thread& t, Str& s, Str& prefix) {
  bool there = prefix.length <= s.length && str_find(s, prefix, 0, prefix.length) == 0;
  return there ? str_substring(t, s, prefix.length, s.length) : str_exact(t, s);
}
Result<Ref<Str>> str_removesuffix(Thread& t, Str& s, Str& suffix) {
  ssize start = s.length - suffix.length;
  bool there = suffix.length > 0 && start >= 0 && str_find(s, suffix, start, s.length) == start;
  return there ? str_substring(t, s, 0, start) : str_exact(t, s);
}

// --- padding ---

Result<Ref<Str>> str_expandtabs(Thread& t, Str& s, int tab_size) {
  if (str_find_char(s, '\t', 0, s.length) < 0) return str_exact(t, s);
  StrWriter out(t);
  ssize column = 0;
  for (ssize i = 0; i < s.length; ++i) {
    char32_t c = s.at(i);
    if (c == '\t') {
      if (tab_size > 0) {
        ssize n = tab_size - column % tab_size;
        if (n > PTRDIFF_MAX - out.length()) return raise_overflow_error(t, "new string is too long");
        TRY(out.fill(' ', n));
        column += n;
      }
    } else {
      ++column;
      if (c == '\n' || c == '\r') column = 0;
      TRY(out.put(c));
    }
  }
  return out.finish();
}

namespace {

Result<char32_t> fill_character(Thread& t, Value v) {
  if (v.is_null()) return char32_t{' '};
  if (!is_str(v)) return raise_type_error(t, "The fill character must be a unicode character, not %.100T", v);
  if (v.as<Str>()->length != 1) return raise_type_error(t, "The fill character must be exactly one character long");
  return v.as<Str>()->at(0);
}

Result<Ref<Str>> pad(Thread& t, Str& s, ssize left, ssize right, char32_t fill) {
  if (left < 0) left = 0;
  if (right < 0) right = 0;
  if (left == 0 && right == 0) return str_exact(t, s);
  if (left > PTRDIFF_MAX - s.length || right > PTRDIFF_MAX - (left + s.length))
    return raise_overflow_error(t, "padded string is too long");
  StrWriter out(t);
  TRY(out.reserve(left + s.length + right, 1));
  TRY(out.fill(fill, left));
  TRY(out.str(s));
  TRY(out.fill(fill, right));
  return out.finish();
}

}  // namespace

Result<Ref<Str>> str_center(Thread& t, Str& s, ssize width, Value fill) {
  char32_t c = TRY(fill_character(t, fill));
  ssize margin = width - s.length;
  if (s.length >= width) return str_exact(t, s);
  ssize left = margin / 2 + (margin & width & 1);
  return pad(t, s, left, margin - left, c);
}
Result<Ref<Str>> str_ljust(Thread& t, Str& s, ssize width, Value fill) {
  char32_t c = TRY(fill_character(t, fill));
  return pad(t, s, 0, width > s.length ? width - s.length : 0, c);
}
Result<Ref<Str>> str_rjust(Thread& t, Str& s, ssize width, Value fill) {
  char32_t c = TRY(fill_character(t, fill));
  return pad(t, s, width > s.length ? width - s.length : 0, 0, c);
}
Result<Ref<Str>> str_zfill(Thread& t, Str& s, ssize width) {
  if (s.length >= width) return str_exact(t, s);
  StrWriter out(t);
  ssize zeros = width - s.length, at = 0;
  TRY(out.reserve(width, 1));
  if (s.length > 0 && (s.at(0) == '+' || s.at(0) == '-')) {
    TRY(out.put(s.at(0)));
    at = 1;
  }
  TRY(out.fill('0', zeros));
  TRY(out.substring(s, at, s.length));
  return out.finish();
}

// --- translating ---

Result<Owned> str_translate(Thread& t, Str& s, Value table) {
  StrWriter out(t);
  // Answers for ASCII characters are asked for once: 0 unknown, 1 deleted, else character + 2.
  uint16_t known[128] = {};
  bool plain_dict = is_exact<Dict>(table);
  for (ssize i = 0; i < s.length; ++i) {
    char32_t c = s.at(i);
    if (plain_dict && c < 128 && known[c] != 0) {
      if (known[c] > 1) TRY(out.put(known[c] - 2u));
      continue;
    }
    auto found = get_item(t, table, Value::small_int_unchecked(static_cast<int64_t>(c)));
    if (!found.ok()) {
      if (!exception_matches(t, &exc_LookupError)) return Raised{};
      clear_exception(t);
      TRY(out.put(c));
      if (c < 128) known[c] = static_cast<uint16_t>(c + 2);
      continue;
    }
    Owned mapped = found.take();
    if (is_none(mapped)) {
      if (c < 128) known[c] = 1;
    } else if (is_int(mapped)) {
      bool fits;
      int64_t n = int_as_int64(mapped, &fits);
      if (!fits || n < 0 || n > 0x10ffff) return raise_value_error(t, "character mapping must be in range(0x%x)", 0x110000);
      TRY(out.put(static_cast<char32_t>(n)));
      if (c < 128 && n < 60000) known[c] = static_cast<uint16_t>(n + 2);
    } else if (is_str(mapped)) {
      TRY(out.str(*mapped.value().as<Str>()));
    } else {
      return raise_type_error(t, "character mapping must return integer, None or str");
    }
  }
  Ref<Str> result = TRY(out.finish());
  return Owned(std::move(result));
}

Result<Owned> str_maketrans(Thread& t, Value x, Value y, Value z) {
  Ref<Dict> table = TRY(dict_new(t));
  auto key_of = [](char32_t c) { return Value::small_int_unchecked(static_cast<int64_t>(c)); };
  if (!y.is_null()) {
    if (!is_str(y)) return raise_type_error(t, "maketrans() argument 2 must be str, not %.50T", y);
    if (!z.is_null() && !is_str(z)) return raise_type_error(t, "maketrans() argument 3 must be str, not %.50T", z);
    if (!is_str(x)) return raise_type_error(t, "first maketrans argument must be a string if there is a second argument");
    auto *from = x.as<Str>(), *to = y.as<Str>();
    if (from->length != to->length)
      return raise_value_error(t, "the first two maketrans arguments must have equal length");
    for (ssize i = 0; i < from->length; ++i) TRY(dict_set(t, *table, key_of(from->at(i)), key_of(to->at(i))));
    if (!z.is_null())
      for (ssize i = 0; i < z.as<Str>()->length; ++i) TRY(dict_set(t, *table, key_of(z.as<Str>()->at(i)), none()));
    return Owned(std::move(table));
  }
  if (!is_exact<Dict>(x))
    return raise_type_error(t, "if you give only one argument to maketrans it must be a dict");
  ssize position = 0;
  Owned key, value;
  while (dict_next(*x.as<Dict>(), &position, &key, &value)) {
    if (is_str(key)) {
      auto* s = key.value().as<Str>();
      if (s->length != 1) return raise_value_error(t, "string keys in translate table must be of length 1");
      TRY(dict_set(t, *table, key_of(s->at(0)), value));
    } else if (is_int(key)) {
      TRY(dict_set(t, *table, key, value));
    } else {
      return raise_type_error(t, "keys in translate table must be strings or integers");
    }
  }
  return Owned(std::move(table));
}

}  // namespace ty
