// StrWriter, and the formatting of messages.
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "base/utf.h"
#include "types/str.h"

namespace ty {

void StrWriter::free_data() { free_buffer(data_); }

Result<void> StrWriter::reserve(ssize extra, int kind) {
  if (kind <= kind_ && extra <= capacity_ - length_) return {};
  int wanted_kind = kind > kind_ ? kind : kind_;
  if (extra > (PTRDIFF_MAX / 4 - length_) / 2) return raise_memory_error(t_);
  ssize needed = length_ + extra;
  ssize bytes_in_place = data_ == inline_ ? static_cast<ssize>(sizeof inline_) : capacity_ * kind_;
  if (wanted_kind != kind_ && data_ == inline_ && needed * wanted_kind <= bytes_in_place) {
    // Widen in place, from the end.
    if (wanted_kind == 2) {
      auto* to = reinterpret_cast<uint16_t*>(inline_);
      for (ssize i = length_ - 1; i >= 0; --i) to[i] = static_cast<unsigned char>(inline_[i]);
    } else if (kind_ == 1) {
      auto* to = reinterpret_cast<char32_t*>(inline_);
      for (ssize i = length_ - 1; i >= 0; --i) to[i] = static_cast<unsigned char>(inline_[i]);
    } else {
      auto* from = reinterpret_cast<uint16_t*>(inline_);
      auto* to = reinterpret_cast<char32_t*>(inline_);
      for (ssize i = length_ - 1; i >= 0; --i) to[i] = from[i];
    }
    kind_ = wanted_kind;
    capacity_ = static_cast<ssize>(sizeof inline_) / kind_;
    return {};
  }
  ssize capacity = length_ + length_ / 2 + 64;
  if (capacity < needed) capacity = needed;
  auto* fresh = static_cast<char*>(allocate_buffer(static_cast<size_t>(capacity) * static_cast<size_t>(wanted_kind)));
  if (fresh == nullptr) return raise_memory_error(t_);
  auto n = static_cast<size_t>(length_);
  if (wanted_kind == kind_) {
    std::memcpy(fresh, data_, n * static_cast<size_t>(kind_));
  } else if (kind_ == 1) {
    auto* from = static_cast<const uint8_t*>(data_);
    if (wanted_kind == 2) utf::convert(from, n, reinterpret_cast<uint16_t*>(fresh));
    else utf::convert(from, n, reinterpret_cast<char32_t*>(fresh));
  } else {
    utf::convert(static_cast<const uint16_t*>(data_), n, reinterpret_cast<char32_t*>(fresh));
  }
  if (data_ != inline_) free_buffer(data_);
  data_ = fresh;
  kind_ = wanted_kind;
  capacity_ = capacity;
  return {};
}

Result<void> StrWriter::put_slow(char32_t c) {
  TRY(reserve(1, c < 0x100 ? 1 : c < 0x10000 ? 2 : 4));
  switch (kind_) {
    case 1: static_cast<uint8_t*>(data_)[length_++] = static_cast<uint8_t>(c); break;
    case 2: static_cast<uint16_t*>(data_)[length_++] = static_cast<uint16_t>(c); break;
    default: static_cast<char32_t*>(data_)[length_++] = c; break;
  }
  return {};
}

Result<void> StrWriter::ascii(std::string_view text) {
  TRY(reserve(static_cast<ssize>(text.size()), 1));
  auto* from = reinterpret_cast<const uint8_t*>(text.data());
  switch (kind_) {
    case 1: std::memcpy(static_cast<uint8_t*>(data_) + length_, from, text.size()); break;
    case 2: utf::convert(from, text.size(), static_cast<uint16_t*>(data_) + length_); break;
    default: utf::convert(from, text.size(), static_cast<char32_t*>(data_) + length_); break;
  }
  length_ += static_cast<ssize>(text.size());
  return {};
}

Result<void> StrWriter::str(const Str& s) { return substring(s, 0, s.length); }

Result<void> StrWriter::substring(const Str& s, ssize start, ssize end) {
  ssize n = end - start;
  if (n <= 0) return {};
  int kind = s.kind();
  if (kind > kind_) {
    // The part may be narrower than the whole.
    char32_t top = with_units(s, [&](auto* p) { return utf::max_char(p + start, static_cast<size_t>(n)); });
    kind = top < 0x100 ? 1 : top < 0x10000 ? 2 : 4;
  }
  TRY(reserve(n, kind));
  str_copy_units(s, start, n, kind_, static_cast<char*>(data_) + length_ * kind_);
  length_ += n;
  return {};
}

Result<void> StrWriter::fill(char32_t c, ssize count) {
  if (count <= 0) return {};
  TRY(reserve(count, c < 0x100 ? 1 : c < 0x10000 ? 2 : 4));
  switch (kind_) {
    case 1: std::memset(static_cast<uint8_t*>(data_) + length_, static_cast<int>(c), static_cast<size_t>(count)); break;
    case 2:
      for (ssize i = 0; i < count; ++i) static_cast<uint16_t*>(data_)[length_ + i] = static_cast<uint16_t>(c);
      break;
    default:
      for (ssize i = 0; i < count; ++i) static_cast<char32_t*>(data_)[length_ + i] = c;
      break;
  }
  length_ += count;
  return {};
}

Result<void> StrWriter::utf8(std::string_view text) {
  auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  size_t plain = utf::ascii_prefix(bytes, text.size());
  TRY(ascii(text.substr(0, plain)));
  if (plain == text.size()) return {};
  auto scan = utf::scan_utf8(bytes + plain, text.size() - plain, utf::Surrogates::kAllow);
  const uint8_t* p = bytes + plain;
  const uint8_t* end = p + scan.valid_bytes;
  while (p < end) TRY(put(utf::next_utf8(p)));
  // What is no UTF-8 shows as U+FFFD, one for each fault.
  size_t at = plain + scan.valid_bytes;
  if (at < text.size()) {
    size_t skip = utf::describe_utf8_fault(bytes + at, text.size() - at).length;
    TRY(put(0xfffd));
    return utf8(text.substr(at + skip));
  }
  return {};
}

Result<Ref<Str>> StrWriter::finish() {
  switch (kind_) {
    case 1: return str_from_latin1(t_, static_cast<const uint8_t*>(data_), length_);
    case 2: return str_from_ucs2(t_, static_cast<const uint16_t*>(data_), length_);
    default: return str_from_ucs4(t_, static_cast<const char32_t*>(data_), length_);
  }
}

// --- messages ---

namespace {

/// One conversion of a message format.
struct Conversion {
  char text[32];     // as printf wants it
  bool left = false;
  ssize width = -1;
  ssize precision = -1;
  int size = 0;      // 0 int, 1 long, 2 long long, 3 size_t
  char code = 0;
};

Conversion read_conversion(const char*& p, va_list& arguments) {
  Conversion c;
  size_t n = 0;
  auto keep = [&](char x) {
    if (n < sizeof c.text - 2) c.text[n++] = x;
  };
  keep('%');
  ++p;
  for (; *p == '-' || *p == '0' || *p == '#' || *p == '+' || *p == ' '; ++p) {
    if (*p == '-') c.left = true;
    keep(*p);
  }
  if (*p == '*') {
    c.width = va_arg(arguments, int);
    n += static_cast<size_t>(std::snprintf(c.text + n, sizeof c.text - n, "%d", static_cast<int>(c.width)));
    ++p;
  } else if (*p >= '0' && *p <= '9') {
    c.width = 0;
    for (; *p >= '0' && *p <= '9'; ++p) {
      c.width = c.width * 10 + (*p - '0');
      keep(*p);
    }
  }
  if (*p == '.') {
    keep(*p++);
    c.precision = 0;
    if (*p == '*') {
      c.precision = va_arg(arguments, int);
      n += static_cast<size_t>(std::snprintf(c.text + n, sizeof c.text - n, "%d", static_cast<int>(c.precision)));
      ++p;
    } else {
      for (; *p >= '0' && *p <= '9'; ++p) {
        c.precision = c.precision * 10 + (*p - '0');
        keep(*p);
      }
    }
  }
  for (; *p == 'l' || *p == 'z'; ++p) {
    c.size = *p == 'z' ? 3 : c.size + 1;
    keep(*p);
  }
  c.code = *p++;
  keep(c.code);
  c.text[n] = 0;
  return c;
}

Result<void> put_bounded(StrWriter& out, const Conversion& c, Str& s) {
  ssize n = c.precision >= 0 && c.precision < s.length ? c.precision : s.length;
  ssize padding = c.width > n ? c.width - n : 0;
  if (!c.left) TRY(out.fill(' ', padding));
  TRY(out.substring(s, 0, n));
  if (c.left) TRY(out.fill(' ', padding));
  return {};
}

Result<void> put_text(StrWriter& out, const Conversion& c, const char* text) {
  size_t n = c.precision >= 0 ? strnlen(text, static_cast<size_t>(c.precision)) : std::strlen(text);
  // Do not cut a character in two.
  if (c.precision >= 0 && n == static_cast<size_t>(c.precision))
    while (n > 0 && (text[n] & 0xc0) == 0x80) --n;
  auto width = static_cast<ssize>(n);
  ssize padding = c.width > width ? c.width - width : 0;
  if (!c.left) TRY(out.fill(' ', padding));
  TRY(out.utf8({text, n}));
  if (c.left) TRY(out.fill(' ', padding));
  return {};
}

}  // namespace

Result<Ref<Str>> str_from_vformat(Thread& t, const char* format, va_list original) {
  va_list arguments;
  va_copy(arguments, original);
  struct End {
    va_list& list;
    ~End() { va_end(list); }
  } end{arguments};
  StrWriter out(t);
  for (const char* p = format; *p != 0;) {
    if (*p != '%') {
      const char* stop = std::strchr(p, '%');
      size_t n = stop != nullptr ? static_cast<size_t>(stop - p) : std::strlen(p);
      TRY(out.utf8({p, n}));
      p += n;
      continue;
    }
    Conversion c = read_conversion(p, arguments);
    char text[128];
    int n = 0;
    switch (c.code) {
      case 'd':
      case 'i':
        switch (c.size) {
          case 0: n = std::snprintf(text, sizeof text, c.text, va_arg(arguments, int)); break;
          default: n = std::snprintf(text, sizeof text, c.text, va_arg(arguments, long)); break;
        }
        TRY(out.ascii({text, static_cast<size_t>(n)}));
        break;
      case 'u':
      case 'x':
      case 'X':
      case 'o':
        switch (c.size) {
          case 0: n = std::snprintf(text, sizeof text, c.text, va_arg(arguments, unsigned)); break;
          default: n = std::snprintf(text, sizeof text, c.text, va_arg(arguments, unsigned long)); break;
        }
        TRY(out.ascii({text, static_cast<size_t>(n)}));
        break;
      case 'g':
      case 'f':
      case 'e':
        n = std::snprintf(text, sizeof text, c.text, va_arg(arguments, double));
        TRY(out.ascii({text, static_cast<size_t>(n)}));
        break;
      case 'p':
        n = std::snprintf(text, sizeof text, "%p", va_arg(arguments, void*));
        TRY(out.ascii({text, static_cast<size_t>(n)}));
        break;
      case 'c':
        TRY(out.put(static_cast<char32_t>(va_arg(arguments, int))));
        break;
      case '%':
        TRY(out.put('%'));
        break;
      case 's': {
        const char* s = va_arg(arguments, const char*);
        TRY(put_text(out, c, s != nullptr ? s : "(null)"));
        break;
      }
      case 'N':
        TRY(put_text(out, c, va_arg(arguments, Type*)->name));
        break;
      case 'T':
        TRY(put_text(out, c, type_of(Value::from_bits(va_arg(arguments, uint64_t)))->name));
        break;
      case 'U':
        TRY(put_bounded(out, c, *Value::from_bits(va_arg(arguments, uint64_t)).as<Str>()));
        break;
      case 'S':
      case 'R':
      case 'A': {
        Value v = Value::from_bits(va_arg(arguments, uint64_t));
        auto made = c.code == 'S' ? object_str(t, v) : c.code == 'R' ? object_repr(t, v) : object_ascii(t, v);
        Owned shown = TRY(std::move(made));
        TRY(put_bounded(out, c, *shown.value().as<Str>()));
        break;
      }
      default:
        return raise_system_error(t, "invalid format string: %s", format);
    }
  }
  return out.finish();
}

Result<Ref<Str>> str_from_format(Thread& t, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  auto result = str_from_vformat(t, format, arguments);
  va_end(arguments);
  return result;
}

}  // namespace ty
