// types/codec_errors.h: what codecs do about faults. The named handlers are carried out here without an exception object; others
// are looked up and called.
//
// Threads     objects live on one native stack; the input must be held by the caller.
#pragma once

#include "types/bytes.h"
#include "types/codecs.h"
#include "types/str.h"

namespace ty {

enum class ErrorHandler : uint8_t {
  kStrict, kIgnore, kReplace, kBackslash, kXmlReference, kName, kSurrogateEscape, kSurrogatePass, kCustom
};
ErrorHandler error_handler_named(const char* name_or_null);

/// Which of the UTFs an encoding name means, for surrogatepass.
enum class UtfForm : uint8_t { kNone, kUtf8, kUtf16Little, kUtf16Big, kUtf32Little, kUtf32Big };
UtfForm utf_form_named(std::string_view encoding);

class DecodeErrors {
 public:
  DecodeErrors(Thread& t, const char* encoding, const char* errors, std::string_view input)
      : t_(t), encoding_(encoding), errors_(errors), kind_(error_handler_named(errors)), input_(input) {}
  /// The input; a handler may have replaced it.
  std::string_view input() const { return input_; }
  /// Puts the replacement of input[start:end] into `out` and answers where to go on.
  Result<ssize> handle(ssize start, ssize end, const char* reason, StrWriter& out);

 private:
  Result<ssize> call_custom(ssize start, ssize end, const char* reason, StrWriter& out);
  Thread& t_;
  const char* encoding_;
  const char* errors_;
  ErrorHandler kind_;
  std::string_view input_;
  Owned handler_;
  Ref<Bytes> object_;
};

class EncodeErrors {
 public:
  EncodeErrors(Thread& t, const char* encoding, const char* errors, Value text)
      : t_(t), encoding_(encoding), errors_(errors), kind_(error_handler_named(errors)), text_(text) {}
  /// What stands for text[start:end]: characters to be encoded, or bytes (one of them is null).
  struct Fix {
    Ref<Str> text;
    Ref<Bytes> bytes;
    ssize position = 0;
  };
  Result<void> handle(ssize start, ssize end, const char* reason, Fix& fix);
  Raised raise(ssize start, ssize end, const char* reason) {
    return raise_unicode_encode_error(t_, encoding_, text_, start, end, reason);
  }

 private:
  Thread& t_;
  const char* encoding_;
  const char* errors_;
  ErrorHandler kind_;
  Value text_;
  Owned handler_;
};

/// The characters that stand for text[start:end] (replace, backslashreplace, xmlcharrefreplace, namereplace).
Result<Ref<Str>> encode_replacement(Thread& t, ErrorHandler kind, Str& text, ssize start, ssize end);
/// The bytes of surrogates text[start:end]; null if some character is none, or the encoding is no UTF.
Result<Ref<Bytes>> encode_surrogates(Thread& t, ErrorHandler kind, UtfForm form, Str& text, ssize start, ssize end);
/// Reads an encoded surrogate at the beginning of `bytes` and says how long it is; 0 if there is none.
size_t decode_surrogate(UtfForm form, std::string_view bytes, char32_t* out);

}  // namespace ty
