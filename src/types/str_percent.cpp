// % formatting of str, and of bytes and bytearray (whose text is taken as Latin-1 on the way).
#include <climits>

#include "base/float_text.h"
#include "base/text_buffer.h"
#include "types/bytes.h"
#include "types/float.h"
#include "types/int.h"
#include "types/str_internal.h"
#include "types/tuple.h"

namespace ty {

namespace {

enum class Mode { kStr, kBytes };

struct Conversion {
  char32_t code = 0;
  bool left = false, sign = false, blank = false, alternate = false, zero = false;
  ssize width = -1;
  int precision = -1;
  bool numeric = false;   // a sign may stand before the digits
};

class PercentFormatter {
 public:
  PercentFormatter(Thread& t, Mode mode, Str& format, Value arguments)
      : t_(t), mode_(mode), format_(format), current_(arguments), out_(t) {
    if (is_instance(arguments, &tuple_type)) {
      tuple_ = arguments.as<Tuple>();
      count_ = tuple_->size;
      next_ = 0;
    } else if (is_mapping(arguments) && !is_str(arguments) &&
               (mode == Mode::kStr || (!is_bytes(arguments) && !is_instance(arguments, &bytearray_type)))) {
      mapping_ = arguments;
    }
  }

  Result<Ref<Str>> run() {
    ssize at = 0, n = format_.length;
    while (at < n) {
      ssize percent = str_find_char(format_, '%', at, n);
      if (percent < 0) percent = n;
      TRY(out_.substring(format_, at, percent));
      if (percent == n) break;
      at_ = percent + 1;
      if (at_ < n && format_.at(at_) == '%') {
        TRY(out_.put('%'));
        ++at_;
      } else {
        TRY(conversion());
      }
      at = at_;
    }
    if (next_ < count_ && mapping_.is_null()) return raise_leftover();
    return out_.finish();
  }

 private:
  Raised raise_leftover() {
    return raise_type_error(t_, mode_ == Mode::kStr ? "not all arguments converted during string formatting"
                                                    : "not all arguments converted during bytes formatting");
  }
  Raised raise_incomplete() { return raise_value_error(t_, "incomplete format"); }

  Result<char32_t> take() {
    if (at_ >= format_.length) return raise_incomplete();
    return format_.at(at_++);
  }

  Result<Owned> next_argument() {
    if (next_ >= count_) return raise_type_error(t_, "not enough arguments for format string");
    ssize i = next_++;
    if (count_ < 0) return borrow_or_dup(current_);
    return tuple_->items[i].get();
  }

  Result<void> mapping_key() {
    if (mapping_.is_null()) return raise_type_error(t_, "format requires a mapping");
    ssize start = at_;
    int depth = 1;
    while (depth > 0) {
      if (at_ >= format_.length) return raise_value_error(t_, "incomplete format key");
      char32_t c = format_.at(at_++);
      if (c == ')') --depth;
      else if (c == '(') ++depth;
    }
    Ref<Str> name = TRY(str_substring(t_, format_, start, at_ - 1));
    if (mode_ == Mode::kStr) {
      held_ = TRY(get_item(t_, mapping_, name));
    } else {
      Ref<Bytes> key = TRY(bytes_new(t_, name->data(), name->length));
      held_ = TRY(get_item(t_, mapping_, key));
    }
    current_ = held_;
    count_ = -1;
    next_ = -2;
    return {};
  }

  Result<ssize> star(ssize least, ssize most) {
    Owned v = TRY(next_argument());
    if (!is_int(v)) return raise_type_error(t_, "* wants int");
    bool fits;
    int64_t n = int_as_int64(v, &fits);
    if (!fits || n < least || n > most)
      return raise_overflow_error(t_, most == INT_MAX ? "Python int too large to convert to C int"
                                                      : "Python int too large to convert to C ssize_t");
    return static_cast<ssize>(n);
  }

  Result<void> conversion() {
    Conversion c;
    char32_t ch = TRY(take());
    if (ch == '(') {
      TRY(mapping_key());
      ch = TRY(take());
    }
    for (;; ch = TRY(take())) {
      if (ch == '-') c.left = true;
      else if (ch == '+') c.sign = true;
      else if (ch == ' ') c.blank = true;
      else if (ch == '#') c.alternate = true;
      else if (ch == '0') c.zero = true;
      else break;
    }
    if (ch == '*') {
      c.width = TRY(star(-PTRDIFF_MAX, PTRDIFF_MAX));
      if (c.width < 0) {
        c.left = true;
        c.width = -c.width;
      }
      ch = TRY(take());
    } else if (ch >= '0' && ch <= '9') {
      c.width = 0;
      for (; ch >= '0' && ch <= '9'; ch = TRY(take())) {
        auto digit = static_cast<ssize>(ch - '0');
        if (c.width > (PTRDIFF_MAX - digit) / 10) return raise_value_error(t_, "width too big");
        c.width = c.width * 10 + digit;
      }
    }
    if (ch == '.') {
      c.precision = 0;
      ch = TRY(take());
      if (ch == '*') {
        ssize n = TRY(star(INT_MIN, INT_MAX));
        c.precision = n < 0 ? 0 : static_cast<int>(n);
        ch = TRY(take());
      } else {
        for (; ch >= '0' && ch <= '9'; ch = TRY(take())) {
          int digit = static_cast<int>(ch - '0');
          if (c.precision > (INT_MAX - digit) / 10)
            return raise_value_error(t_, mode_ == Mode::kStr ? "precision too big" : "prec too big");
          c.precision = c.precision * 10 + digit;
        }
      }
    }
    if (ch == 'h' || ch == 'l' || ch == 'L') ch = TRY(take());
    c.code = mode_ == Mode::kBytes && ch == 'i' ? U'd' : ch;
    Owned v = TRY(next_argument());
    TRY(put(c, v));
    if (!mapping_.is_null() && next_ < count_) return raise_leftover();
    return {};
  }

  Result<void> put(Conversion& c, Value v) {
    switch (c.code) {
      case 'b':
        if (mode_ == Mode::kStr) break;
        [[fallthrough]];
      case 's':
        if (mode_ == Mode::kBytes) return put_bytes(c, v);
        if (is_exact<Str>(v)) return lay_out(c, *v.as<Str>());
        return put_shown(c, object_str(t_, v));
      case 'r':
        return put_shown(c, mode_ == Mode::kStr ? object_repr(t_, v) : object_ascii(t_, v));
      case 'a':
        return put_shown(c, object_ascii(t_, v));
      case 'i':
      case 'd':
      case 'u':
      case 'o':
      case 'x':
      case 'X':
        return put_integer(c, v);
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
        return put_float(c, v);
      case 'c':
        return mode_ == Mode::kStr ? put_character(c, v) : put_byte(c, v);
      default:
        break;
    }
    return raise_value_error(t_, "unsupported format character '%c' (0x%x) at index %zd",
                             c.code >= 31 && c.code <= 126 ? static_cast<int>(c.code) : '?',
                             static_cast<unsigned>(c.code), at_ - 1);
  }

  Result<void> put_shown(Conversion& c, Result<Owned> shown) {
    if (!shown.ok()) return Raised{};
    Owned s = shown.take();
    return lay_out(c, *s.value().as<Str>());
  }

  Result<void> put_bytes(Conversion& c, Value v) {
    Ref<Bytes> converted;
    BytesLike buffer;
    std::string_view view;
    if (has_buffer(v)) {
      TRY(buffer.acquire(t_, v));
      view = buffer.view();
    } else {
      Owned special = TRY(lookup_special(t_, v, NAME("__bytes__")));
      if (special.value().is_empty())
        return raise_type_error(t_, "%%b requires a bytes-like object, or an object that implements __bytes__, not '%.100T'", v);
      Owned made = TRY(call(t_, special));
      if (!is_bytes(made)) return raise_type_error(t_, "__bytes__ returned non-bytes (type %.200T)", made.value());
      converted = dup(*made.value().as<Bytes>());
      view = converted->view();
    }
    Ref<Str> text = TRY(str_from_latin1(t_, reinterpret_cast<const uint8_t*>(view.data()), static_cast<ssize>(view.size())));
    return lay_out(c, *text);
  }

  Result<void> put_character(Conversion& c, Value v) {
    char32_t ch;
    if (is_str(v)) {
      if (v.as<Str>()->length != 1) return raise_type_error(t_, "%%c requires int or char");
      ch = v.as<Str>()->at(0);
    } else {
      if (!is_int(v) && ops_of(v).index == nullptr) return raise_type_error(t_, "%%c requires int or char");
      Owned index = TRY(number_index(t_, v));
      bool fits;
      int64_t n = int_as_int64(index, &fits);
      if (!fits || n < 0 || n > 0x10ffff) return raise_overflow_error(t_, "%%c arg not in range(0x110000)");
      ch = static_cast<char32_t>(n);
    }
    Owned s = TRY(str_of_code_point(t_, ch));
    return lay_out(c, *s.value().as<Str>());
  }

  Result<void> put_byte(Conversion& c, Value v) {
    unsigned byte;
    if (is_bytes(v) && v.as<Bytes>()->size == 1) {
      byte = static_cast<unsigned char>(v.as<Bytes>()->data()[0]);
    } else if (is_instance(v, &bytearray_type) && v.as<ByteArray>()->size == 1) {
      BytesLike buffer;
      TRY(buffer.acquire(t_, v));
      byte = static_cast<unsigned char>(buffer.data()[0]);
    } else {
      if (!is_int(v) && ops_of(v).index == nullptr)
        return raise_type_error(t_, "%%c requires an integer in range(256) or a single byte");
      Owned index = TRY(number_index(t_, v));
      bool fits;
      int64_t n = int_as_int64(index, &fits);
      if (!fits || n < 0 || n > 255) return raise_overflow_error(t_, "%%c arg not in range(256)");
      byte = static_cast<unsigned>(n);
    }
    Owned s = str_from_code_point(byte);
    return lay_out(c, *s.value().as<Str>());
  }

  Raised raise_wrong_type(const Conversion& c, Value v) {
    bool strict = c.code == 'o' || c.code == 'x' || c.code == 'X';
    return raise_type_error(t_, strict ? "%%%c format: an integer is required, not %.200T"
                                       : "%%%c format: a real number is required, not %.200T",
                            static_cast<int>(c.code), v);
  }

  Result<void> put_integer(Conversion& c, Value v) {
    bool strict = c.code == 'o' || c.code == 'x' || c.code == 'X';
    Owned number;
    if (is_int(v)) {
      number = borrow_or_dup(v);
    } else {
      const TypeOps& ops = ops_of(v);
      if (ops.to_int == nullptr && ops.index == nullptr && ops.to_float == nullptr) return raise_wrong_type(c, v);
      auto made = strict ? number_index(t_, v) : number_to_int(t_, v);
      if (!made.ok()) {
        if (!exception_matches(t_, &exc_TypeError)) return Raised{};
        clear_exception(t_);
        return raise_wrong_type(c, v);
      }
      number = made.take();
    }
    c.numeric = true;
    if (c.precision > INT_MAX - 3) return raise_overflow_error(t_, "precision too large");
    int base = c.code == 'o' ? 8 : strict ? 16 : 10;
    Owned text = TRY(int_to_str(t_, number, base));
    std::string_view digits(text.value().as<Str>()->ascii(), static_cast<size_t>(text.value().as<Str>()->length));
    TextBuffer shown;
    if (digits[0] == '-') {
      shown.push('-');
      digits.remove_prefix(1);
    }
    if (c.alternate && strict) {
      shown.push('0');
      shown.push(static_cast<char>(c.code));
    }
    if (c.precision > static_cast<ssize>(digits.size()))
      shown.fill('0', static_cast<size_t>(c.precision) - digits.size());
    for (char d : digits) shown.push(c.code == 'X' && d >= 'a' ? static_cast<char>(d - 32) : d);
    if (shown.failed()) return raise_memory_error(t_);
    Ref<Str> s = TRY(str_from_ascii(t_, shown.view()));
    return lay_out(c, *s);
  }

  Result<void> put_float(Conversion& c, Value v) {
    double d;
    auto number = number_as_double(t_, v);
    if (!number.ok()) {
      if (mode_ == Mode::kStr || !exception_matches(t_, &exc_TypeError)) return Raised{};
      clear_exception(t_);
      return raise_type_error(t_, "float argument required, not %.200T", v);
    }
    d = number.take();
    c.numeric = true;
    TextBuffer shown;
    float_text::format(shown, d, static_cast<char>(c.code), c.precision < 0 ? 6 : c.precision,
                       c.alternate ? float_text::kAlternate : 0);
    if (shown.failed()) return raise_memory_error(t_);
    Ref<Str> s = TRY(str_from_ascii(t_, shown.view()));
    return lay_out(c, *s);
  }

  /// Sign, prefix, padding.
  Result<void> lay_out(const Conversion& c, Str& s) {
    ssize start = 0, length = s.length;
    char32_t fill = c.numeric && c.zero ? '0' : ' ';
    if (!c.numeric && c.code != 'c' && c.precision >= 0 && length > c.precision) length = c.precision;
    char32_t sign = 0;
    if (c.numeric) {
      char32_t first = s.at(0);
      if (first == '-' || first == '+') {
        sign = first;
        ++start;
        --length;
      } else if (c.sign) {
        sign = '+';
      } else if (c.blank) {
        sign = ' ';
      }
    }
    ssize prefix = c.numeric && c.alternate && (c.code == 'x' || c.code == 'X' || c.code == 'o') ? 2 : 0;
    ssize padding = c.width - length - (sign != 0 ? 1 : 0);
    if (padding < 0) padding = 0;
    bool pad_left = !c.left;
    if (pad_left && fill == ' ') TRY(out_.fill(' ', padding));
    if (sign != 0) TRY(out_.put(sign));
    TRY(out_.substring(s, start, start + prefix));
    if (pad_left && fill != ' ') TRY(out_.fill(fill, padding));
    TRY(out_.substring(s, start + prefix, start + length));
    if (!pad_left) TRY(out_.fill(' ', padding));
    return {};
  }

  Thread& t_;
  Mode mode_;
  Str& format_;
  Value current_;           // the single argument
  Owned held_;              // the value of the last mapping key
  Tuple* tuple_ = nullptr;
  Value mapping_;
  ssize count_ = -1;        // -1: one argument, not a tuple
  ssize next_ = -2;
  ssize at_ = 0;
  StrWriter out_;
};

}  // namespace

Result<Owned> str_percent_format_rpy(Thread& t, Str& left, Value right) {
  PercentFormatter formatter(t, Mode::kStr, left, right);
  Ref<Str> s = TRY(formatter.run());
  return Owned(std::move(s));
}

Result<Owned> bytes_percent_format_rpy(Thread& t, std::string_view format, Value arguments, bool bytearray_result) {
  Ref<Str> text = TRY(str_from_latin1(t, reinterpret_cast<const uint8_t*>(format.data()), static_cast<ssize>(format.size())));
  PercentFormatter formatter(t, Mode::kBytes, *text, arguments);
  Ref<Str> s = TRY(formatter.run());
  if (bytearray_result) {
    Ref<ByteArray> made = TRY(bytearray_new(t, s->data(), s->length));
    return Owned(std::move(made));
  }
  Ref<Bytes> made = TRY(bytes_new(t, s->data(), s->length));
  return Owned(std::move(made));
}

}  // namespace ty
