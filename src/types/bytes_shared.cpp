#include "types/bytes_shared.h"

#include <cstring>

#include "base/string_search.h"
#include "types/codecs.h"
#include "types/int.h"
#include "types/list.h"
#include "types/str_internal.h"
#include "types/tuple.h"

namespace ty {

Result<Owned> make_like(Thread& t, Value self, std::string_view bytes) {
  if (is_bytes(self)) {
    Ref<Bytes> b = TRY(bytes_new(t, bytes));
    return Owned(std::move(b));
  }
  Ref<ByteArray> b = TRY(bytearray_new(t, bytes.data(), static_cast<ssize>(bytes.size())));
  return Owned(std::move(b));
}

Result<Owned> make_part(Thread& t, Value self, std::string_view whole, size_t start, size_t end) {
  if (start == 0 && end == whole.size() && is_exact<Bytes>(self)) return borrow_or_dup(self);
  return make_like(t, self, whole.substr(start, end - start));
}

namespace bytes_shared {

namespace {

const uint8_t* units(std::string_view v) { return reinterpret_cast<const uint8_t*>(v.data()); }
ssize size_of(std::string_view v) { return static_cast<ssize>(v.size()); }

bool is_space(char c) { return c == ' ' || (c >= 9 && c <= 13); }
bool is_lower_char(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper_char(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alpha_char(char c) { return is_lower_char(c) || is_upper_char(c); }
bool is_digit_char(char c) { return c >= '0' && c <= '9'; }
char lower_char(char c) { return is_upper_char(c) ? static_cast<char>(c + 32) : c; }
char upper_char(char c) { return is_lower_char(c) ? static_cast<char>(c - 32) : c; }

/// A subsection to search for: bytes-like, or a byte's number.
class Needle {
 public:
  Result<void> load(Thread& t, Value v) {
    if (has_buffer(v)) {
      TRY(buffer_.acquire(t, v));
      view_ = buffer_.view();
      return {};
    }
    if (!is_int(v) && ops_of(v).index == nullptr)
      return raise_type_error(t, "argument should be integer or bytes-like object, not '%.200T'", v);
    ssize n = TRY(number_as_ssize(t, v, nullptr));
    if (n < 0 || n > 255) return raise_value_error(t, "byte must be in range(0, 256)");
    byte_ = static_cast<char>(n);
    view_ = {&byte_, 1};
    return {};
  }
  std::string_view view() const { return view_; }

 private:
  BytesLike buffer_;
  std::string_view view_;
  char byte_ = 0;
};

Result<ssize> find_in(Thread& t, Value self, Value sub, Value start, Value end, bool backward) {
  Needle needle;
  TRY(needle.load(t, sub));
  Contents c;
  // The indices may run Python: convert them before the contents are looked at.
  Range r{0, PTRDIFF_MAX};
  if (!start.is_null()) r.start = TRY(slice_index_argument(t, start, 0));
  if (!end.is_null()) r.end = TRY(slice_index_argument(t, end, PTRDIFF_MAX));
  TRY(c.load(t, self));
  clip_indices(r.start, r.end, c.size());
  ssize n = r.end - r.start, m = size_of(needle.view());
  if (n < m) return ssize{-1};
  if (m == 0) return backward ? r.end : r.start;
  const uint8_t* hay = units(c.view()) + r.start;
  ssize at = backward ? search::rfind(hay, n, units(needle.view()), m) : search::find(hay, n, units(needle.view()), m);
  return at < 0 ? at : at + r.start;
}

}  // namespace

Result<ssize> find(Thread& t, Value self, Value sub, Value start, Value end) { return find_in(t, self, sub, start, end, false); }
Result<ssize> rfind(Thread& t, Value self, Value sub, Value start, Value end) { return find_in(t, self, sub, start, end, true); }
Result<ssize> index(Thread& t, Value self, Value sub, Value start, Value end) {
  ssize at = TRY(find(t, self, sub, start, end));
  if (at < 0) return raise_value_error(t, "subsection not found");
  return at;
}
Result<ssize> rindex(Thread& t, Value self, Value sub, Value start, Value end) {
  ssize at = TRY(rfind(t, self, sub, start, end));
  if (at < 0) return raise_value_error(t, "subsection not found");
  return at;
}
Result<ssize> count(Thread& t, Value self, Value sub, Value start, Value end) {
  Needle needle;
  TRY(needle.load(t, sub));
  Range r{0, PTRDIFF_MAX};
  if (!start.is_null()) r.start = TRY(slice_index_argument(t, start, 0));
  if (!end.is_null()) r.end = TRY(slice_index_argument(t, end, PTRDIFF_MAX));
  Contents c;
  TRY(c.load(t, self));
  clip_indices(r.start, r.end, c.size());
  ssize n = r.end - r.start, m = size_of(needle.view());
  if (n < m) return ssize{0};
  if (m == 0) return n + 1;
  return search::count(units(c.view()) + r.start, n, units(needle.view()), m, PTRDIFF_MAX);
}

Result<bool> contains(Thread& t, Value self, Value item) {
  std::string_view wanted;
  char byte;
  BytesLike buffer;
  if (is_int(item) || (!has_buffer(item) && ops_of(item).index != nullptr)) {
    ssize n = TRY(number_as_ssize(t, item, nullptr));
    if (n < 0 || n > 255) return raise_value_error(t, "byte must be in range(0, 256)");
    byte = static_cast<char>(n);
    wanted = {&byte, 1};
  } else {
    TRY(buffer.acquire(t, item));
    wanted = buffer.view();
  }
  Contents c;
  TRY(c.load(t, self));
  return wanted.empty() || search::find(units(c.view()), c.size(), units(wanted), size_of(wanted)) >= 0;
}

namespace {

Result<bool> affix(Thread& t, Value self, Value wanted, Value start, Value end, bool at_end) {
  const char* name = at_end ? "endswith" : "startswith";
  Range r{0, PTRDIFF_MAX};
  if (!start.is_null()) r.start = TRY(slice_index_argument(t, start, 0));
  if (!end.is_null()) r.end = TRY(slice_index_argument(t, end, PTRDIFF_MAX));
  auto matches = [&](Value v) -> Result<bool> {
    BytesLike buffer;
    TRY(buffer.acquire(t, v));
    Contents c;
    TRY(c.load(t, self));
    Range clipped = r;
    clip_indices(clipped.start, clipped.end, c.size());
    ssize m = buffer.size(), first = at_end ? clipped.end - m : clipped.start;
    if (clipped.end - clipped.start < m || clipped.start > c.size()) return false;
    return std::memcmp(c.view().data() + first, buffer.data(), static_cast<size_t>(m)) == 0;
  };
  if (is_instance(wanted, &tuple_type)) {
    auto* tuple = wanted.as<Tuple>();
    for (ssize i = 0; i < tuple->size; ++i) {
      bool hit = TRY(matches(tuple->get(i)));
      if (hit) return true;
    }
    return false;
  }
  if (!has_buffer(wanted))
    return raise_type_error(t, "%s first arg must be bytes or a tuple of bytes, not %T", name, wanted);
  return matches(wanted);
}

}  // namespace

Result<bool> startswith(Thread& t, Value self, Value prefix, Value start, Value end) { return affix(t, self, prefix, start, end, false); }
Result<bool> endswith(Thread& t, Value self, Value suffix, Value start, Value end) { return affix(t, self, suffix, start, end, true); }

namespace {

Result<void> push(Thread& t, List& list, Value self, std::string_view whole, ssize start, ssize end) {
  Owned part = TRY(make_part(t, self, whole, static_cast<size_t>(start), static_cast<size_t>(end)));
  return list_push(t, list, part);
}

}  // namespace

Result<Owned> split(Thread& t, Value self, Value sep, ssize maximum) {
  if (maximum < 0) maximum = PTRDIFF_MAX;
  bool whitespace = sep.is_null() || is_none(sep);
  BytesLike separator;
  if (!whitespace) {
    TRY(separator.acquire(t, sep));
    if (separator.size() == 0) return raise_value_error(t, "empty separator");
  }
  Contents c;
  TRY(c.load(t, self));
  std::string_view s = c.view();
  ssize n = c.size(), i = 0;
  Ref<List> list = TRY(list_new(t));
  if (!whitespace) {
    ssize m = separator.size();
    while (maximum-- > 0) {
      ssize hit = search::find(units(s) + i, n - i, units(separator.view()), m);
      if (hit < 0) break;
      TRY(push(t, *list, self, s, i, i + hit));
      i += hit + m;
    }
    TRY(push(t, *list, self, s, i, n));
    return Owned(std::move(list));
  }
  auto space = [&](ssize k) { return is_space(s[static_cast<size_t>(k)]); };
  while (maximum-- > 0) {
    while (i < n && space(i)) ++i;
    if (i == n) break;
    ssize start = i;
    while (i < n && !space(i)) ++i;
    TRY(push(t, *list, self, s, start, i));
  }
  while (i < n && space(i)) ++i;
  if (i < n) TRY(push(t, *list, self, s, i, n));
  return Owned(std::move(list));
}

Result<Owned> rsplit(Thread& t, Value self, Value sep, ssize maximum) {
  if (maximum < 0) maximum = PTRDIFF_MAX;
  bool whitespace = sep.is_null() || is_none(sep);
  BytesLike separator;
  if (!whitespace) {
    TRY(separator.acquire(t, sep));
    if (separator.size() == 0) return raise_value_error(t, "empty separator");
  }
  Contents c;
  TRY(c.load(t, self));
  std::string_view s = c.view();
  ssize end = c.size();
  Ref<List> list = TRY(list_new(t));
  if (!whitespace) {
    ssize m = separator.size();
    while (maximum-- > 0) {
      ssize hit = search::rfind(units(s), end, units(separator.view()), m);
      if (hit < 0) break;
      TRY(push(t, *list, self, s, hit + m, end));
      end = hit;
    }
    TRY(push(t, *list, self, s, 0, end));
  } else {
    auto space = [&](ssize k) { return is_space(s[static_cast<size_t>(k)]); };
    while (maximum-- > 0) {
      while (end > 0 && space(end - 1)) --end;
      if (end == 0) break;
      ssize start = end;
      while (start > 0 && !space(start - 1)) --start;
      TRY(push(t, *list, self, s, start, end));
      end = start;
    }
    while (end > 0 && space(end - 1)) --end;
    if (end > 0) TRY(push(t, *list, self, s, 0, end));
  }
  TRY(list_reverse(t, *list));
  return Owned(std::move(list));
}

Result<Owned> splitlines(Thread& t, Value self, bool keep_ends) {
  Contents c;
  TRY(c.load(t, self));
  std::string_view s = c.view();
  Ref<List> list = TRY(list_new(t));
  for (size_t i = 0; i < s.size();) {
    size_t start = i;
    while (i < s.size() && s[i] != '\n' && s[i] != '\r') ++i;
    size_t end = i;
    if (i < s.size()) {
      i += s[i] == '\r' && i + 1 < s.size() && s[i + 1] == '\n' ? 2 : 1;
      if (keep_ends) end = i;
    }
    TRY(push(t, *list, self, s, static_cast<ssize>(start), static_cast<ssize>(end)));
  }
  return Owned(std::move(list));
}

namespace {

Result<Owned> partition_at(Thread& t, Value self, Value sep, bool backward) {
  BytesLike separator;
  TRY(separator.acquire(t, sep));
  ssize m = separator.size();
  if (m == 0) return raise_value_error(t, "empty separator");
  Contents c;
  TRY(c.load(t, self));
  std::string_view s = c.view();
  ssize n = c.size();
  ssize at = backward ? search::rfind(units(s), n, units(separator.view()), m) : search::find(units(s), n, units(separator.view()), m);
  auto part = [&](ssize start, ssize end) { return make_part(t, self, s, static_cast<size_t>(start), static_cast<size_t>(end)); };
  Owned head, middle, tail;
  if (at >= 0) {
    head = TRY(part(0, at));
    middle = is_bytes(self) ? borrow_or_dup(sep) : TRY(make_like(t, self, separator.view()));
    tail = TRY(part(at + m, n));
  } else if (backward) {
    head = TRY(make_like(t, self, ""));
    middle = TRY(make_like(t, self, ""));
    tail = TRY(part(0, n));
  } else {
    head = TRY(part(0, n));
    middle = TRY(make_like(t, self, ""));
    tail = TRY(make_like(t, self, ""));
  }
  Ref<Tuple> tuple = TRY(tuple_pack(t, head, middle, tail));
  return Owned(std::move(tuple));
}

}  // namespace

Result<Owned> partition(Thread& t, Value self, Value sep) { return partition_at(t, self, sep, false); }
Result<Owned> rpartition(Thread& t, Value self, Value sep) { return partition_at(t, self, sep, true); }

Result<Owned> replace(Thread& t, Value self, BytesLike& old_bytes, BytesLike& new_bytes, ssize maximum) {
  Contents c;
  TRY(c.load(t, self));
  std::string_view s = c.view(), from = old_bytes.view(), to = new_bytes.view();
  if (maximum < 0) maximum = PTRDIFF_MAX;
  if (maximum == 0 || from.size() > s.size()) return make_part(t, self, s, 0, s.size());
  TextBuffer out;
  if (from.empty()) {
    ssize left = maximum;
    for (size_t i = 0; i <= s.size(); ++i) {
      if (left > 0) {
        out.append(to);
        --left;
      }
      if (i < s.size()) out.push(s[i]);
    }
  } else {
    size_t at = 0;
    for (ssize i = 0; i < maximum; ++i) {
      ssize hit = search::find(units(s) + at, size_of(s) - static_cast<ssize>(at), units(from), size_of(from));
      if (hit < 0) break;
      out.append(s.substr(at, static_cast<size_t>(hit)));
      out.append(to);
      at += static_cast<size_t>(hit) + from.size();
    }
    if (at == 0) return make_part(t, self, s, 0, s.size());
    out.append(s.substr(at));
  }
  if (out.failed()) return raise_memory_error(t);
  return make_like(t, self, out.view());
}

Result<Owned> join(Thread& t, Value self, Value iterable) {
  Ref<Tuple> items;
  if (is_exact<List>(iterable)) {
    items = TRY(list_to_tuple(t, *iterable.as<List>()));
  } else {
    auto made = tuple_from_iterable_rpy(t, iterable);
    if (!made.ok()) {
      if (!is_sequence(iterable) && ops_of(iterable).iter == nullptr && exception_matches(t, &exc_TypeError)) {
        clear_exception(t);
        return raise_type_error(t, "can only join an iterable");
      }
      return Raised{};
    }
    items = made.take();
  }
  Contents c;
  TRY(c.load(t, self));
  if (items->size == 1 && is_bytes(self) && is_exact<Bytes>(items->get(0))) return items->items[0].get();
  TextBuffer out;
  for (ssize i = 0; i < items->size; ++i) {
    Value item = items->get(i);
    if (i > 0) out.append(c.view());
    if (is_bytes(item)) {
      out.append(item.as<Bytes>()->view());
      continue;
    }
    if (!has_buffer(item)) return raise_type_error(t, "sequence item %zd: expected a bytes-like object, %.80T found", i, item);
    BytesLike buffer;
    TRY(buffer.acquire(t, item));
    out.append(buffer.view());
  }
  if (out.failed()) return raise_memory_error(t);
  return make_like(t, self, out.view());
}

namespace {

enum Sides { kLeft = 1, kRight = 2 };
Result<Owned> strip_sides(Thread& t, Value self, Value bytes, int sides) {
  bool member[256] = {};
  if (bytes.is_null() || is_none(bytes)) {
    for (char c : std::string_view(" \t\n\r\v\f")) member[static_cast<unsigned char>(c)] = true;
  } else {
    BytesLike buffer;
    TRY(buffer.acquire(t, bytes));
    for (char c : buffer.view()) member[static_cast<unsigned char>(c)] = true;
  }
  Contents c;
  TRY(c.load(t, self));
  std::string_view s = c.view();
  size_t start = 0, end = s.size();
  if (sides & kLeft)
    while (start < end && member[static_cast<unsigned char>(s[start])]) ++start;
  if (sides & kRight)
    while (end > start && member[static_cast<unsigned char>(s[end - 1])]) --end;
  return make_part(t, self, s, start, end);
}

}  // namespace

Result<Owned> strip(Thread& t, Value self, Value bytes) { return strip_sides(t, self, bytes, kLeft | kRight); }
Result<Owned> lstrip(Thread& t, Value self, Value bytes) { return strip_sides(t, self, bytes, kLeft); }
Result<Owned> rstrip(Thread& t, Value self, Value bytes) { return strip_sides(t, self, bytes, kRight); }

Result<Owned> removeprefix(Thread& t, Value self, BytesLike& prefix) {
  Contents c;
  TRY(c.load(t, self));
  size_t start = !prefix.view().empty() && c.view().starts_with(prefix.view()) ? prefix.view().size() : 0;
  return make_part(t, self, c.view(), start, c.view().size());
}
Result<Owned> removesuffix(Thread& t, Value self, BytesLike& suffix) {
  Contents c;
  TRY(c.load(t, self));
  size_t end = c.view().size();
  if (c.view().ends_with(suffix.view())) end -= suffix.view().size();
  return make_part(t, self, c.view(), 0, end);
}

Result<Owned> expandtabs(Thread& t, Value self, int tab_size) {
  Contents c;
  TRY(c.load(t, self));
  TextBuffer out;
  ssize column = 0;
  for (char ch : c.view()) {
    if (ch == '\t') {
      if (tab_size > 0) {
        ssize n = tab_size - column % tab_size;
        column += n;
        out.fill(' ', static_cast<size_t>(n));
      }
    } else {
      ++column;
      out.push(ch);
      if (ch == '\n' || ch == '\r') column = 0;
    }
  }
  if (out.failed()) return raise_memory_error(t);
  return make_like(t, self, out.view());
}

namespace {

Result<char> fill_byte(Thread& t, Value fill, const char* name) {
  if (fill.is_null()) return ' ';
  if (is_bytes(fill) && fill.as<Bytes>()->size == 1) return fill.as<Bytes>()->data()[0];
  if (is_instance(fill, &bytearray_type)) {
    Contents c;
    TRY(c.load(t, fill));
    if (c.size() == 1) return c.view()[0];
  }
  return raise_type_error(t, "%s() argument 2 must be a byte string of length 1, not %.50T", name, fill);
}

Result<Owned> padded(Thread& t, Value self, std::string_view s, ssize left, ssize right, char fill) {
  if (left <= 0 && right <= 0) return make_part(t, self, s, 0, s.size());
  TextBuffer out;
  if (left > 0) out.fill(fill, static_cast<size_t>(left));
  out.append(s);
  if (right > 0) out.fill(fill, static_cast<size_t>(right));
  if (out.failed()) return raise_memory_error(t);
  return make_like(t, self, out.view());
}

}  // namespace

Result<Owned> center(Thread& t, Value self, ssize width, Value fill) {
  char c = TRY(fill_byte(t, fill, "center"));
  Contents s;
  TRY(s.load(t, self));
  ssize margin = width > s.size() ? width - s.size() : 0;
  ssize left = margin / 2 + (margin & width & 1);
  return padded(t, self, s.view(), left, margin - left, c);
}
Result<Owned> ljust(Thread& t, Value self, ssize width, Value fill) {
  char c = TRY(fill_byte(t, fill, "ljust"));
  Contents s;
  TRY(s.load(t, self));
  return padded(t, self, s.view(), 0, width - s.size(), c);
}
Result<Owned> rjust(Thread& t, Value self, ssize width, Value fill) {
  char c = TRY(fill_byte(t, fill, "rjust"));
  Contents s;
  TRY(s.load(t, self));
  return padded(t, self, s.view(), width - s.size(), 0, c);
}
Result<Owned> zfill(Thread& t, Value self, ssize width) {
  Contents c;
  TRY(c.load(t, self));
  std::string_view s = c.view();
  if (c.size() >= width) return make_part(t, self, s, 0, s.size());
  TextBuffer out;
  if (!s.empty() && (s[0] == '+' || s[0] == '-')) out.push(s[0]);
  size_t sign = out.size();
  out.fill('0', static_cast<size_t>(width) - s.size());
  out.append(s.substr(sign));
  if (out.failed()) return raise_memory_error(t);
  return make_like(t, self, out.view());
}

Result<Owned> translate(Thread& t, Value self, Value table, Value deleted) {
  bool drop[256] = {};
  if (!deleted.is_null()) {
    BytesLike buffer;
    TRY(buffer.acquire(t, deleted));
    for (char c : buffer.view()) drop[static_cast<unsigned char>(c)] = true;
  }
  char map[256];
  for (int i = 0; i < 256; ++i) map[i] = static_cast<char>(i);
  if (!is_none(table)) {
    BytesLike buffer;
    TRY(buffer.acquire(t, table));
    if (buffer.size() != 256) return raise_value_error(t, "translation table must be 256 characters long");
    std::memcpy(map, buffer.data(), 256);
  }
  Contents c;
  TRY(c.load(t, self));
  TextBuffer out;
  bool changed = false;
  for (char ch : c.view()) {
    auto u = static_cast<unsigned char>(ch);
    if (drop[u]) {
      changed = true;
      continue;
    }
    changed = changed || map[u] != ch;
    out.push(map[u]);
  }
  if (out.failed()) return raise_memory_error(t);
  if (!changed) return make_part(t, self, c.view(), 0, c.view().size());
  return make_like(t, self, out.view());
}

Result<Owned> maketrans(Thread& t, BytesLike& from, BytesLike& to) {
  if (from.size() != to.size()) return raise_value_error(t, "maketrans arguments must have same length");
  Ref<Bytes> table = TRY(bytes_new(t, nullptr, 256));
  for (int i = 0; i < 256; ++i) table->data()[i] = static_cast<char>(i);
  for (ssize i = 0; i < from.size(); ++i) table->data()[static_cast<unsigned char>(from.data()[i])] = to.data()[i];
  return Owned(std::move(table));
}

namespace {

template <class F>
Result<Owned> mapped(Thread& t, Value self, F f) {
  Contents c;
  TRY(c.load(t, self));
  TextBuffer out;
  if (char* p = out.extend(c.view().size())) {
    for (size_t i = 0; i < c.view().size(); ++i) p[i] = f(i, c.view()[i]);
  }
  if (out.failed()) return raise_memory_error(t);
  return make_like(t, self, out.view());
}

template <class F>
Result<bool> all(Thread& t, Value self, F test) {
  Contents c;
  TRY(c.load(t, self));
  for (char ch : c.view())
    if (!test(ch)) return false;
  return !c.view().empty();
}

}  // namespace

Result<Owned> lower(Thread& t, Value self) {
  return mapped(t, self, [](size_t, char c) { return lower_char(c); });
}
Result<Owned> upper(Thread& t, Value self) {
  return mapped(t, self, [](size_t, char c) { return upper_char(c); });
}
Result<Owned> capitalize(Thread& t, Value self) {
  return mapped(t, self, [](size_t i, char c) { return i == 0 ? upper_char(c) : lower_char(c); });
}
Result<Owned> swapcase(Thread& t, Value self) {
  return mapped(t, self, [](size_t, char c) { return is_lower_char(c) ? upper_char(c) : lower_char(c); });
}
Result<Owned> title(Thread& t, Value self) {
  bool inside = false;
  return mapped(t, self, [&](size_t, char c) {
    char r = inside ? lower_char(c) : upper_char(c);
    inside = is_alpha_char(c);
    return r;
  });
}
Result<bool> isalpha(Thread& t, Value self) { return all(t, self, is_alpha_char); }
Result<bool> isalnum(Thread& t, Value self) {
  return all(t, self, [](char c) { return is_alpha_char(c) || is_digit_char(c); });
}
Result<bool> isdigit(Thread& t, Value self) { return all(t, self, is_digit_char); }
Result<bool> isspace(Thread& t, Value self) { return all(t, self, is_space); }
Result<bool> isascii(Thread& t, Value self) {
  Contents c;
  TRY(c.load(t, self));
  for (char ch : c.view())
    if (ch & 0x80) return false;
  return true;
}
Result<bool> islower(Thread& t, Value self) {
  Contents c;
  TRY(c.load(t, self));
  bool cased = false;
  for (char ch : c.view()) {
    if (is_upper_char(ch)) return false;
    cased = cased || is_lower_char(ch);
  }
  return cased;
}
Result<bool> isupper(Thread& t, Value self) {
  Contents c;
  TRY(c.load(t, self));
  bool cased = false;
  for (char ch : c.view()) {
    if (is_lower_char(ch)) return false;
    cased = cased || is_upper_char(ch);
  }
  return cased;
}
Result<bool> istitle(Thread& t, Value self) {
  Contents c;
  TRY(c.load(t, self));
  bool cased = false, inside = false;
  for (char ch : c.view()) {
    if (is_upper_char(ch)) {
      if (inside) return false;
      inside = cased = true;
    } else if (is_lower_char(ch)) {
      if (!inside) return false;
      cased = true;
    } else {
      inside = false;
    }
  }
  return cased;
}

Result<Owned> decode(Thread& t, Value self, Opt<Str&> encoding, Opt<Str&> errors) {
  std::string_view encoding_text = "utf-8", errors_text = "strict";
  if (encoding) encoding_text = TRY(str_utf8(t, *encoding));
  if (errors) errors_text = TRY(str_utf8(t, *errors));
  BytesLike buffer;
  TRY(buffer.acquire(t, self));
  return str_decode(t, buffer.view(), encoding_text.data(), errors_text.data());
}

Result<Owned> hex(Thread& t, Value self, Value sep, int bytes_per_sep) {
  BytesLike buffer;
  TRY(buffer.acquire(t, self));
  return hex_text(t, buffer.view(), sep, bytes_per_sep, false);
}

Result<void> contents_of_arguments(Thread& t, Value source, Opt<Str&> encoding, Opt<Str&> errors, const char* type_name, TextBuffer& out) {
  if (source.is_null()) {
    if (encoding || errors)
      return raise_type_error(t, encoding ? "encoding without a string argument" : "errors without a string argument");
    return {};
  }
  if (is_str(source)) {
    if (!encoding) return raise_type_error(t, "string argument without an encoding");
    std::string_view encoding_text = TRY(str_utf8(t, *encoding)), errors_text = "strict";
    if (errors) errors_text = TRY(str_utf8(t, *errors));
    Ref<Bytes> b = TRY(str_encode(t, source, encoding_text.data(), errors_text.data()));
    out.append(b->view());
    return {};
  }
  if (encoding || errors)
    return raise_type_error(t, encoding ? "encoding without a string argument" : "errors without a string argument");
  if (!has_buffer(source) && (is_int(source) || ops_of(source).index != nullptr)) {
    auto n = number_as_ssize(t, source, &exc_OverflowError);
    if (n.ok()) {
      ssize size = n.take();
      if (size < 0) return raise_value_error(t, "negative count");
      out.fill(0, static_cast<size_t>(size));
      if (out.failed()) return raise_memory_error(t);
      return {};
    }
    if (!exception_matches(t, &exc_TypeError)) return Raised{};
    clear_exception(t);
  }
  if (has_buffer(source)) {
    Buffer buffer;
    TRY(get_buffer(t, source, buffer, kBufferFullReadOnly));
    if (char* p = out.extend(static_cast<size_t>(buffer.length))) buffer_copy_out(buffer, p);
    release_buffer(t, buffer);
    if (out.failed()) return raise_memory_error(t);
    return {};
  }
  if (!is_exact<Tuple>(source) && !is_exact<List>(source) && ops_of(source).iter == nullptr && ops_of(source).subscript == nullptr)
    return raise_type_error(t, "cannot convert '%.200T' object to %s", source, type_name);
  return append_bytes_of_iterable_rpy(t, source, type_name[4] == 's' ? "bytes" : "byte", out);
}

Result<void> parse_hex(Thread& t, Str& text, TextBuffer& out) {
  auto digit = [](char32_t c) {
    if (c >= '0' && c <= '9') return static_cast<int>(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? static_cast<int>(c - 'a' + 10) : -1;
  };
  for (ssize i = 0; i < text.length;) {
    char32_t c = text.at(i);
    if (c < 128 && is_space(static_cast<char>(c))) {
      ++i;
      continue;
    }
    int high = digit(c), low = -1;
    ssize bad = i;
    if (high >= 0) {
      bad = ++i;
      if (i < text.length) low = digit(text.at(i));
    }
    if (low < 0) return raise_value_error(t, "non-hexadecimal number found in fromhex() arg at position %zd", bad);
    out.push(static_cast<char>(high << 4 | low));
    ++i;
  }
  if (out.failed()) return raise_memory_error(t);
  return {};
}

}  // namespace bytes_shared

Result<Owned> hex_text(Thread& t, std::string_view bytes, Value sep, int group, bool as_bytes) {
  char separator = 0;
  bool grouped = false;
  if (!sep.is_null()) {
    ssize length = TRY(object_length(t, sep));
    if (length != 1) return raise_value_error(t, "sep must be length 1.");
    if (is_str(sep)) {
      if (!sep.as<Str>()->is_ascii()) return raise_value_error(t, "sep must be ASCII.");
      separator = static_cast<char>(sep.as<Str>()->at(0));
    } else if (is_bytes(sep)) {
      separator = sep.as<Bytes>()->data()[0];
      if ((separator & 0x80) && !as_bytes) return raise_value_error(t, "sep must be ASCII.");
    } else {
      return raise_type_error(t, "sep must be str or bytes.");
    }
    grouped = group != 0;
  }
  size_t width = group < 0 ? 0 - static_cast<size_t>(static_cast<ssize>(group)) : static_cast<size_t>(group);
  TextBuffer out;
  for (size_t i = 0; i < bytes.size(); ++i) {
    // Groups are counted from the right; a negative size counts from the left.
    if (grouped && i > 0 && (group > 0 ? (bytes.size() - i) % width == 0 : i % width == 0)) out.push(separator);
    auto b = static_cast<unsigned char>(bytes[i]);
    out.push("0123456789abcdef"[b >> 4]);
    out.push("0123456789abcdef"[b & 15]);
  }
  if (out.failed()) return raise_memory_error(t);
  if (as_bytes) {
    Ref<Bytes> b = TRY(bytes_new(t, out.view()));
    return Owned(std::move(b));
  }
  Ref<Str> s = TRY(str_from_ascii(t, out.view()));
  return Owned(std::move(s));
}

}  // namespace ty
