// _codecs: the codec registry and the built-in codecs, for Lib/codecs.py and Lib/encodings.
#include "types/codecs.h"
#include "types/int.h"
#include "types/module.h"
#include "types/tuple.h"

namespace ty {

namespace {

/// An `errors` argument: None or a str; null pointer for None.
Result<std::string_view> errors_text(Thread& t, Value v) {
  if (v.is_null() || is_none(v)) return std::string_view(nullptr, 0);
  if (!is_str(v)) return raise_type_error(t, "argument 2 must be str or None, not %.50T", v);
  return str_utf8(t, *v.as<Str>());
}

Result<Owned> pair(Thread& t, Value result, ssize consumed) {
  Owned n = TRY(int_from_int64(t, consumed));
  Ref<Tuple> tuple = TRY(tuple_pack(t, result, n));
  return Owned(std::move(tuple));
}

Result<void> codecs_register(Thread& t, Value search_function) { return codec_register(t, search_function); }
Result<void> codecs_unregister(Thread& t, Value search_function) { return codec_unregister(t, search_function); }

Result<Owned> codecs_lookup(Thread& t, Str& encoding) {
  std::string_view name = TRY(str_utf8(t, encoding));
  return codec_lookup(t, name.data());
}

Result<Owned> codecs_encode(Thread& t, Value obj, Opt<Str&> encoding, Opt<Str&> errors) {
  std::string_view name = "utf-8", handler{nullptr, 0};
  if (encoding) name = TRY(str_utf8(t, *encoding));
  if (errors) handler = TRY(str_utf8(t, *errors));
  return codec_encode(t, obj, name.data(), handler.data());
}
Result<Owned> codecs_decode(Thread& t, Value obj, Opt<Str&> encoding, Opt<Str&> errors) {
  std::string_view name = "utf-8", handler{nullptr, 0};
  if (encoding) name = TRY(str_utf8(t, *encoding));
  if (errors) handler = TRY(str_utf8(t, *errors));
  return codec_decode(t, obj, name.data(), handler.data());
}

Result<void> codecs_register_error(Thread& t, Str& errors, Value handler) {
  std::string_view name = TRY(str_utf8(t, errors));
  return codec_register_error(t, name.data(), handler);
}
Result<bool> codecs_unregister_error(Thread& t, Str& errors) {
  std::string_view name = TRY(str_utf8(t, errors));
  return codec_unregister_error(t, name.data());
}
Result<Owned> codecs_lookup_error(Thread& t, Str& name) {
  std::string_view text = TRY(str_utf8(t, name));
  return codec_lookup_error(t, text.data());
}

// --- encoders: (str, errors=None) → (bytes, length) ---

template <class F>
Result<Owned> encode_with(Thread& t, Str& str, Value errors, F f) {
  std::string_view handler = TRY(errors_text(t, errors));
  Ref<Bytes> b = TRY(f(handler.data()));
  return pair(t, b, str.length);
}

#define ENCODER(name, call)                                                           \
  Result<Owned> codecs_##name##_encode(Thread& t, Str& str, Value errors) {           \
    return encode_with(t, str, errors, [&](const char* handler) { return call; });    \
  }
ENCODER(utf_8, utf8_encode(t, Value(&str), handler))
ENCODER(utf_7, (static_cast<void>(handler), utf7_encode(t, Value(&str))))
ENCODER(utf_16_le, utf16_encode(t, Value(&str), handler, -1))
ENCODER(utf_16_be, utf16_encode(t, Value(&str), handler, 1))
ENCODER(utf_32_le, utf32_encode(t, Value(&str), handler, -1))
ENCODER(utf_32_be, utf32_encode(t, Value(&str), handler, 1))
ENCODER(latin_1, latin1_encode(t, Value(&str), handler))
ENCODER(ascii, ascii_encode(t, Value(&str), handler))
ENCODER(unicode_escape, (static_cast<void>(handler), unicode_escape_encode(t, Value(&str))))
ENCODER(raw_unicode_escape, (static_cast<void>(handler), raw_unicode_escape_encode(t, Value(&str))))
#undef ENCODER

Result<Owned> codecs_utf_16_encode(Thread& t, Str& str, Value errors, int byteorder) {
  return encode_with(t, str, errors, [&](const char* h) { return utf16_encode(t, Value(&str), h, byteorder); });
}
Result<Owned> codecs_utf_32_encode(Thread& t, Str& str, Value errors, int byteorder) {
  return encode_with(t, str, errors, [&](const char* h) { return utf32_encode(t, Value(&str), h, byteorder); });
}
Result<Owned> codecs_charmap_encode(Thread& t, Str& str, Value errors, Value mapping) {
  return encode_with(t, str, errors, [&](const char* h) { return charmap_encode(t, Value(&str), mapping, h); });
}

// --- decoders: (data, errors=None, final=False) → (str, length) ---

template <class F>
Result<Owned> decode_with(Thread& t, BytesLike& data, Value errors, bool final, F f) {
  std::string_view handler = TRY(errors_text(t, errors));
  ssize consumed = data.size();
  Owned s = TRY(f(handler.data(), final ? nullptr : &consumed));
  return pair(t, s, consumed);
}

Result<Owned> codecs_utf_8_decode(Thread& t, BytesLike& data, Value errors, bool final) {
  return decode_with(t, data, errors, final, [&](const char* h, ssize* n) { return utf8_decode(t, data.view(), h, n); });
}
Result<Owned> codecs_utf_7_decode(Thread& t, BytesLike& data, Value errors, bool final) {
  return decode_with(t, data, errors, final, [&](const char* h, ssize* n) { return utf7_decode(t, data.view(), h, n); });
}

#define WIDE_DECODERS(width)                                                                                             \
  Result<Owned> codecs_utf_##width##_decode(Thread& t, BytesLike& data, Value errors, bool final) {                      \
    int order = 0;                                                                                                       \
    return decode_with(t, data, errors, final,                                                                           \
                       [&](const char* h, ssize* n) { return utf##width##_decode(t, data.view(), h, &order, n); });      \
  }                                                                                                                      \
  Result<Owned> codecs_utf_##width##_le_decode(Thread& t, BytesLike& data, Value errors, bool final) {                   \
    int order = -1;                                                                                                      \
    return decode_with(t, data, errors, final,                                                                           \
                       [&](const char* h, ssize* n) { return utf##width##_decode(t, data.view(), h, &order, n); });      \
  }                                                                                                                      \
  Result<Owned> codecs_utf_##width##_be_decode(Thread& t, BytesLike& data, Value errors, bool final) {                   \
    int order = 1;                                                                                                       \
    return decode_with(t, data, errors, final,                                                                           \
                       [&](const char* h, ssize* n) { return utf##width##_decode(t, data.view(), h, &order, n); });      \
  }                                                                                                                      \
  Result<Owned> codecs_utf_##width##_ex_decode(Thread& t, BytesLike& data, Value errors, int byteorder, bool final) {    \
    std::string_view handler = TRY(errors_text(t, errors));                                                              \
    ssize consumed = data.size();                                                                                        \
    Owned s = TRY(utf##width##_decode(t, data.view(), handler.data(), &byteorder, final ? nullptr : &consumed));         \
    Owned n = TRY(int_from_int64(t, consumed));                                                                          \
    Ref<Tuple> tuple = TRY(tuple_pack(t, s, n, Value::small_int_unchecked(byteorder)));                                  \
    return Owned(std::move(tuple));                                                                                      \
  }
WIDE_DECODERS(16)
WIDE_DECODERS(32)
#undef WIDE_DECODERS

Result<Owned> codecs_latin_1_decode(Thread& t, BytesLike& data, Value errors) {
  return decode_with(t, data, errors, true, [&](const char*, ssize*) { return latin1_decode(t, data.view()); });
}
Result<Owned> codecs_ascii_decode(Thread& t, BytesLike& data, Value errors) {
  return decode_with(t, data, errors, true, [&](const char* h, ssize*) { return ascii_decode(t, data.view(), h); });
}
Result<Owned> codecs_charmap_decode(Thread& t, BytesLike& data, Value errors, Value mapping) {
  return decode_with(t, data, errors, true, [&](const char* h, ssize*) { return charmap_decode(t, data.view(), mapping, h); });
}
Result<Owned> codecs_charmap_build(Thread& t, Str& map) { return charmap_build(t, map); }

/// These take a str, too: its UTF-8.
Result<void> bytes_or_text(Thread& t, Value data, BytesLike& buffer, std::string_view* out) {
  if (is_str(data)) {
    *out = TRY(str_utf8(t, *data.as<Str>()));
    return {};
  }
  TRY(buffer.acquire(t, data));
  *out = buffer.view();
  return {};
}

Result<Owned> codecs_unicode_escape_decode(Thread& t, Value data, Value errors, bool final) {
  std::string_view handler = TRY(errors_text(t, errors)), in;
  BytesLike buffer;
  TRY(bytes_or_text(t, data, buffer, &in));
  auto consumed = static_cast<ssize>(in.size());
  Owned s = TRY(unicode_escape_decode(t, in, handler.data(), final ? nullptr : &consumed, true));
  return pair(t, s, consumed);
}
Result<Owned> codecs_raw_unicode_escape_decode(Thread& t, Value data, Value errors, bool final) {
  std::string_view handler = TRY(errors_text(t, errors)), in;
  BytesLike buffer;
  TRY(bytes_or_text(t, data, buffer, &in));
  auto consumed = static_cast<ssize>(in.size());
  Owned s = TRY(raw_unicode_escape_decode(t, in, handler.data(), final ? nullptr : &consumed));
  return pair(t, s, consumed);
}
Result<Owned> codecs_escape_decode(Thread& t, Value data, Value errors) {
  std::string_view handler = TRY(errors_text(t, errors)), in;
  BytesLike buffer;
  TRY(bytes_or_text(t, data, buffer, &in));
  Owned b = TRY(escape_decode(t, in, handler.data()));
  return pair(t, b, static_cast<ssize>(in.size()));
}
Result<Owned> codecs_escape_encode(Thread& t, Bytes& data, Value errors) {
  std::string_view handler = TRY(errors_text(t, errors));
  Owned b = TRY(escape_encode(t, Value(&data), handler.data()));
  return pair(t, b, data.size);
}
Result<Owned> codecs_readbuffer_encode(Thread& t, Value data, Value) {
  std::string_view in;
  BytesLike buffer;
  TRY(bytes_or_text(t, data, buffer, &in));
  Ref<Bytes> b = TRY(bytes_new(t, in));
  return pair(t, b, static_cast<ssize>(in.size()));
}

#define ENCODER(name) function<&codecs_##name##_encode>(#name "_encode", "($module, str, errors=None, /)", nullptr)
#define DECODER(name) function<&codecs_##name##_decode>(#name "_decode", "($module, data, errors=None, final=False, /)", nullptr)

constexpr MethodDef kCodecsMethods[] = {
    function<&codecs_register>("register", "($module, search_function, /)",
                               "Register a codec search function.\n\nSearch functions are expected to take one argument, the encoding name in\n"
                               "all lower case letters, and either return None, or a tuple of functions\n(encoder, decoder, stream_reader, "
                               "stream_writer) (or a CodecInfo object)."),
    function<&codecs_unregister>("unregister", "($module, search_function, /)",
                                 "Unregister a codec search function and clear the registry's cache.\n\nIf the search function is not "
                                 "registered, do nothing."),
    function<&codecs_lookup>("lookup", "($module, encoding, /)", "Looks up a codec tuple in the Python codec registry and returns a CodecInfo object."),
    function<&codecs_encode>("encode", "($module, /, obj, encoding='utf-8', errors='strict')", "Encodes obj using the codec registered for encoding."),
    function<&codecs_decode>("decode", "($module, /, obj, encoding='utf-8', errors='strict')", "Decodes obj using the codec registered for encoding."),
    function<&codecs_escape_encode>("escape_encode", "($module, data, errors=None, /)", nullptr),
    function<&codecs_escape_decode>("escape_decode", "($module, data, errors=None, /)", nullptr),
    ENCODER(utf_8),
    DECODER(utf_8),
    ENCODER(utf_7),
    DECODER(utf_7),
    function<&codecs_utf_16_encode>("utf_16_encode", "($module, str, errors=None, byteorder=0, /)", nullptr),
    ENCODER(utf_16_le),
    ENCODER(utf_16_be),
    DECODER(utf_16),
    DECODER(utf_16_le),
    DECODER(utf_16_be),
    function<&codecs_utf_16_ex_decode>("utf_16_ex_decode", "($module, data, errors=None, byteorder=0, final=False, /)", nullptr),
    function<&codecs_utf_32_encode>("utf_32_encode", "($module, str, errors=None, byteorder=0, /)", nullptr),
    ENCODER(utf_32_le),
    ENCODER(utf_32_be),
    DECODER(utf_32),
    DECODER(utf_32_le),
    DECODER(utf_32_be),
    function<&codecs_utf_32_ex_decode>("utf_32_ex_decode", "($module, data, errors=None, byteorder=0, final=False, /)", nullptr),
    ENCODER(unicode_escape),
    function<&codecs_unicode_escape_decode>("unicode_escape_decode", "($module, data, errors=None, final=True, /)", nullptr),
    ENCODER(raw_unicode_escape),
    function<&codecs_raw_unicode_escape_decode>("raw_unicode_escape_decode", "($module, data, errors=None, final=True, /)", nullptr),
    ENCODER(latin_1),
    function<&codecs_latin_1_decode>("latin_1_decode", "($module, data, errors=None, /)", nullptr),
    ENCODER(ascii),
    function<&codecs_ascii_decode>("ascii_decode", "($module, data, errors=None, /)", nullptr),
    function<&codecs_charmap_encode>("charmap_encode", "($module, str, errors=None, mapping=None, /)", nullptr),
    function<&codecs_charmap_decode>("charmap_decode", "($module, data, errors=None, mapping=None, /)", nullptr),
    function<&codecs_charmap_build>("charmap_build", "($module, map, /)", nullptr),
    function<&codecs_readbuffer_encode>("readbuffer_encode", "($module, data, errors=None, /)", nullptr),
    function<&codecs_register_error>("register_error", "($module, errors, handler, /)",
                                     "Register the specified error handler under the name errors.\n\nhandler must be a callable object, that\n"
                                     "will be called with an exception instance containing\ninformation about the location of the "
                                     "encoding/decoding\nerror and must return a (replacement, new position) tuple."),
    function<&codecs_unregister_error>("_unregister_error", "($module, errors, /)",
                                       "Un-register the specified error handler for the error handling `errors'."),
    function<&codecs_lookup_error>("lookup_error", "($module, name, /)",
                                   "lookup_error(errors) -> handler\n\nReturn the error handler for the specified error handling name or raise a\n"
                                   "LookupError, if no handler exists under this name."),
    {}};

constexpr ModuleDef kCodecsModule = {.name = "_codecs", .methods = kCodecsMethods};

}  // namespace

TY_MODULE(kCodecsModule)

}  // namespace ty
