#include "types/codec_errors.h"

#include <cstring>

#include "base/text_buffer.h"
#include "base/unicode_names.h"
#include "base/utf.h"
#include "types/exceptions.h"
#include "types/int.h"
#include "types/tuple.h"

namespace ty {

ErrorHandler error_handler_named(const char* name) {
  if (name == nullptr) return ErrorHandler::kStrict;
  static constexpr struct {
    const char* name;
    ErrorHandler kind;
  } kHandlers[] = {{"strict", ErrorHandler::kStrict}, {"ignore", ErrorHandler::kIgnore}, {"replace", ErrorHandler::kReplace},
                   {"surrogateescape", ErrorHandler::kSurrogateEscape}, {"surrogatepass", ErrorHandler::kSurrogatePass},
                   {"backslashreplace", ErrorHandler::kBackslash}, {"xmlcharrefreplace", ErrorHandler::kXmlReference},
                   {"namereplace", ErrorHandler::kName}};
  for (auto& h : kHandlers)
    if (std::strcmp(h.name, name) == 0) return h.kind;
  return ErrorHandler::kCustom;
}

UtfForm utf_form_named(std::string_view name) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  char text[16];
  size_t n = 0;
  for (char c : name) {
    if (n >= sizeof text) return UtfForm::kNone;
    if (c != '-' && c != '_') text[n++] = lower(c);
  }
  std::string_view plain(text, n);
  if (plain == "utf8" || plain == "cputf8" || plain == "cp65001") return UtfForm::kUtf8;
  if (plain == "utf16" || plain == "utf16le") return UtfForm::kUtf16Little;
  if (plain == "utf16be") return UtfForm::kUtf16Big;
  if (plain == "utf32" || plain == "utf32le") return UtfForm::kUtf32Little;
  if (plain == "utf32be") return UtfForm::kUtf32Big;
  return UtfForm::kNone;
}

size_t decode_surrogate(UtfForm form, std::string_view b, char32_t* out) {
  auto at = [&](size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(b[i])); };
  size_t n = form == UtfForm::kUtf8 ? 3 : form == UtfForm::kUtf16Little || form == UtfForm::kUtf16Big ? 2 : 4;
  if (form == UtfForm::kNone || b.size() < n) return 0;
  char32_t c;
  switch (form) {
    case UtfForm::kUtf8:
      if ((at(0) & 0xf0) != 0xe0 || (at(1) & 0xc0) != 0x80 || (at(2) & 0xc0) != 0x80) return 0;
      c = (at(0) & 0x0f) << 12 | (at(1) & 0x3f) << 6 | (at(2) & 0x3f);
      break;
    case UtfForm::kUtf16Little: c = at(0) | at(1) << 8; break;
    case UtfForm::kUtf16Big: c = at(1) | at(0) << 8; break;
    case UtfForm::kUtf32Little: c = at(0) | at(1) << 8 | at(2) << 16 | at(3) << 24; break;
    default: c = at(3) | at(2) << 8 | at(1) << 16 | at(0) << 24; break;
  }
  if (!utf::is_surrogate(c)) return 0;
  *out = c;
  return n;
}

Result<Ref<Bytes>> encode_surrogates(Thread& t, ErrorHandler kind, UtfForm form, Str& text, ssize start, ssize end) {
  TextBuffer out;
  for (ssize i = start; i < end; ++i) {
    char32_t c = text.at(i);
    if (kind == ErrorHandler::kSurrogateEscape) {
      if (c < 0xdc80 || c > 0xdcff) return bytes_new(t, "", 0);
      out.push(static_cast<char>(c - 0xdc00));
      continue;
    }
    if (!utf::is_surrogate(c)) return bytes_new(t, "", 0);
    auto push = [&](char32_t byte) { out.push(static_cast<char>(byte & 0xff)); };
    switch (form) {
      case UtfForm::kUtf8: {
        char utf8[4];
        out.append({utf8, utf::encode_one(c, utf8)});
        break;
      }
      case UtfForm::kUtf16Little: push(c), push(c >> 8); break;
      case UtfForm::kUtf16Big: push(c >> 8), push(c); break;
      case UtfForm::kUtf32Little: push(c), push(c >> 8), push(0), push(0); break;
      case UtfForm::kUtf32Big: push(0), push(0), push(c >> 8), push(c); break;
      case UtfForm::kNone: return bytes_new(t, "", 0);
    }
  }
  if (out.failed()) return raise_memory_error(t);
  return bytes_new(t, out.view());
}

Result<Ref<Str>> encode_replacement(Thread& t, ErrorHandler kind, Str& text, ssize start, ssize end) {
  StrWriter out(t);
  auto hex = [&](char32_t c, int digits) -> Result<void> {
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
      TRY(out.put(static_cast<char32_t>("0123456789abcdef"[(c >> shift) & 15])));
    return {};
  };
  for (ssize i = start; i < end; ++i) {
    char32_t c = text.at(i);
    switch (kind) {
      case ErrorHandler::kReplace:
        TRY(out.put('?'));
        continue;
      case ErrorHandler::kXmlReference: {
        TRY(out.ascii("&#"));
        char digits[8];
        int n = 0;
        for (char32_t v = c; n == 0 || v != 0; v /= 10) digits[n++] = static_cast<char>('0' + v % 10);
        while (n > 0) TRY(out.put(static_cast<char32_t>(digits[--n])));
        TRY(out.put(';'));
        continue;
      }
      case ErrorHandler::kName: {
        char name[unicode::kMaxNameLength];
        size_t n = unicode::name_of(c, name);
        if (n != 0) {
          TRY(out.ascii("\\N{"));
          TRY(out.ascii({name, n}));
          TRY(out.put('}'));
          continue;
        }
        break;
      }
      case ErrorHandler::kBackslash: break;
      default: continue;
    }
    if (c >= 0x10000) {
      TRY(out.ascii("\\U"));
      TRY(hex(c, 8));
    } else if (c >= 0x100) {
      TRY(out.ascii("\\u"));
      TRY(hex(c, 4));
    } else {
      TRY(out.ascii("\\x"));
      TRY(hex(c, 2));
    }
  }
  return out.finish();
}

namespace {

/// Makes the exception that a handler gets.
Result<Owned> make_exception(Thread& t, Type* type, const char* encoding, Value object, ssize start, ssize end, const char* reason) {
  Ref<Str> name = TRY(str_from_ascii(t, encoding));
  Owned first = TRY(int_from_int64(t, start)), last = TRY(int_from_int64(t, end));
  Ref<Str> why = TRY(str_from_ascii(t, reason));
  Value arguments[] = {name, object, first, last, why};
  return call(t, Value(type), arguments, 5);
}

/// Checks a handler's position against the length of the input.
Result<ssize> handler_position(Thread& t, Value v, ssize length) {
  ssize position = TRY(number_as_ssize(t, v, &exc_IndexError));
  ssize shown = position;
  if (position < 0) position += length;
  if (position < 0 || position > length)
    return raise_index_error(t, "position %zd from error handler out of bounds", shown < 0 ? position : shown);
  return position;
}

}  // namespace

Result<ssize> DecodeErrors::handle(ssize start, ssize end, const char* reason, StrWriter& out) {
  switch (kind_) {
    case ErrorHandler::kIgnore: return end;
    case ErrorHandler::kReplace:
      TRY(out.put(0xfffd));
      return end;
    case ErrorHandler::kBackslash:
      for (ssize i = start; i < end; ++i) {
        auto b = static_cast<unsigned char>(input_[static_cast<size_t>(i)]);
        TRY(out.ascii("\\x"));
        TRY(out.put(static_cast<char32_t>("0123456789abcdef"[b >> 4])));
        TRY(out.put(static_cast<char32_t>("0123456789abcdef"[b & 15])));
      }
      return end;
    case ErrorHandler::kSurrogateEscape: {
      ssize i = start;
      for (; i < end && i < start + 4; ++i) {
        auto b = static_cast<unsigned char>(input_[static_cast<size_t>(i)]);
        if (b < 0x80) break;
        TRY(out.put(0xdc00u + b));
      }
      if (i > start) return i;
      break;
    }
    case ErrorHandler::kSurrogatePass: {
      char32_t c;
      size_t n = decode_surrogate(utf_form_named(encoding_), input_.substr(static_cast<size_t>(start)), &c);
      if (n != 0) {
        TRY(out.put(c));
        return start + static_cast<ssize>(n);
      }
      break;
    }
    case ErrorHandler::kXmlReference:
    case ErrorHandler::kName:
    case ErrorHandler::kCustom: return call_custom(start, end, reason, out);
    case ErrorHandler::kStrict: break;
  }
  return raise_unicode_decode_error(t_, encoding_, input_, start, end, reason);
}

Result<ssize> DecodeErrors::call_custom(ssize start, ssize end, const char* reason, StrWriter& out) {
  if (!handler_) handler_ = TRY(codec_lookup_error(t_, errors_));
  if (object_ == nullptr) {
    object_ = TRY(bytes_new(t_, input_));
    input_ = object_->view();
  }
  Owned exception = TRY(make_exception(t_, &exc_UnicodeDecodeError, encoding_, object_, start, end, reason));
  Owned result = TRY(call(t_, handler_, exception));
  constexpr const char* kBadResult = "decoding error handler must return (str, int) tuple";
  if (!is_instance(result, &tuple_type)) return raise_type_error(t_, kBadResult);
  auto* pair = result.value().as<Tuple>();
  if (pair->size != 2 || !is_str(pair->get(0)) || (!is_int(pair->get(1)) && ops_of(pair->get(1)).index == nullptr))
    return raise_type_error(t_, kBadResult);
  // The handler may have given the exception another object.
  Owned object = exception.value().as<UnicodeErrorObject>()->object.get();
  if (!is_bytes(object)) return raise_type_error(t_, "exception attribute object must be bytes");
  object_ = dup(*object.value().as<Bytes>());
  input_ = object_->view();
  ssize position = TRY(handler_position(t_, pair->get(1), static_cast<ssize>(input_.size())));
  TRY(out.str(*pair->get(0).as<Str>()));
  return position;
}

Result<void> EncodeErrors::handle(ssize start, ssize end, const char* reason, Fix& fix) {
  auto& text = *text_.as<Str>();
  fix.text = nullptr;
  fix.bytes = nullptr;
  fix.position = end;
  switch (kind_) {
    case ErrorHandler::kIgnore: {
      fix.text = TRY(str_from_ascii(t_, ""));
      return {};
    }
    case ErrorHandler::kReplace:
    case ErrorHandler::kBackslash:
    case ErrorHandler::kXmlReference:
    case ErrorHandler::kName:
      fix.text = TRY(encode_replacement(t_, kind_, text, start, end));
      return {};
    case ErrorHandler::kSurrogateEscape: {
      // What can be escaped at the beginning of the range; the rest is another fault.
      ssize stop = start;
      while (stop < end && text.at(stop) >= 0xdc80 && text.at(stop) <= 0xdcff) ++stop;
      if (stop == start) break;
      fix.bytes = TRY(encode_surrogates(t_, kind_, UtfForm::kNone, text, start, stop));
      fix.position = stop;
      return {};
    }
    case ErrorHandler::kSurrogatePass:
      fix.bytes = TRY(encode_surrogates(t_, kind_, utf_form_named(encoding_), text, start, end));
      if (fix.bytes->size > 0) return {};
      break;
    case ErrorHandler::kCustom: {
      if (!handler_) handler_ = TRY(codec_lookup_error(t_, errors_));
      Owned exception = TRY(make_exception(t_, &exc_UnicodeEncodeError, encoding_, text_, start, end, reason));
      Owned result = TRY(call(t_, handler_, exception));
      constexpr const char* kBadResult = "encoding error handler must return (str/bytes, int) tuple";
      if (!is_instance(result, &tuple_type)) return raise_type_error(t_, kBadResult);
      auto* pair = result.value().as<Tuple>();
      if (pair->size != 2 || (!is_int(pair->get(1)) && ops_of(pair->get(1)).index == nullptr)) return raise_type_error(t_, kBadResult);
      Value replacement = pair->get(0);
      if (is_str(replacement)) fix.text = dup(*replacement.as<Str>());
      else if (is_bytes(replacement)) fix.bytes = dup(*replacement.as<Bytes>());
      else return raise_type_error(t_, kBadResult);
      fix.position = TRY(handler_position(t_, pair->get(1), text.length));
      return {};
    }
    case ErrorHandler::kStrict: break;
  }
  return raise(start, end, reason);
}

}  // namespace ty
