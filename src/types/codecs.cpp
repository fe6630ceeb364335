// The codec registry, the error handler registry, and str.encode / bytes.decode.
#include "types/codecs.h"

#include <cstring>

#include "base/text_buffer.h"
#include "base/utf.h"
#include "types/codec_errors.h"
#include "types/dict.h"
#include "types/exceptions.h"
#include "types/function.h"
#include "types/int.h"
#include "types/list.h"
#include "types/tuple.h"

namespace ty {

namespace {

GlobalSlot g_search_path;      // List of search functions
GlobalSlot g_codec_cache;      // Dict: normalized name → CodecInfo
GlobalSlot g_error_handlers;   // Dict: name → callable

/// lower case, runs of other characters than letters, digits and dots become one underscore.
void normalize_encoding(std::string_view name, TextBuffer& out) {
  bool gap = false;
  for (char c : name) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
    if (!plain) {
      gap = true;
      continue;
    }
    if (gap && out.size() > 0) out.push('_');
    gap = false;
    out.push(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  }
  out.push(0);
}

enum class Known { kNone, kUtf8, kUtf16, kUtf16Little, kUtf16Big, kUtf32, kUtf32Little, kUtf32Big, kAscii, kLatin1 };

/// Encodings that need no registry. CPython: Objects/unicodeobject.c PyUnicode_Decode()
Known known_encoding(const char* encoding) {
  if (encoding == nullptr || std::strcmp(encoding, "utf-8") == 0) return Known::kUtf8;
  TextBuffer normalized;
  normalize_encoding(encoding, normalized);
  std::string_view name = normalized.view();
  name.remove_suffix(1);
  if (name.starts_with("utf")) {
    std::string_view rest = name.substr(3);
    if (rest.starts_with("_")) rest.remove_prefix(1);
    if (rest == "8") return Known::kUtf8;
    if (rest == "16") return Known::kUtf16;
    if (rest == "32") return Known::kUtf32;
    return Known::kNone;
  }
  if (name == "ascii" || name == "us_ascii") return Known::kAscii;
  if (name == "latin1" || name == "latin_1" || name == "iso_8859_1" || name == "iso8859_1") return Known::kLatin1;
  return Known::kNone;
}

// --- handlers as Python functions ---

Raised raise_wrong_exception(Thread& t, Value v) {
  return raise_type_error(t, "don't know how to handle %.200T in error callback", v);
}

enum class ErrorKind { kEncode, kDecode, kTranslate, kOther };
ErrorKind kind_of(Value v) {
  if (is_instance(v, &exc_UnicodeEncodeError)) return ErrorKind::kEncode;
  if (is_instance(v, &exc_UnicodeDecodeError)) return ErrorKind::kDecode;
  if (is_instance(v, &exc_UnicodeTranslateError)) return ErrorKind::kTranslate;
  return ErrorKind::kOther;
}

struct Fault {
  Owned object;
  ssize start, end;
};
/// The faulty range, clipped as CPython's accessors do.
Result<void> read_fault(Thread& t, Value v, ErrorKind kind, Fault& out) {
  auto* e = v.as<UnicodeErrorObject>();
  out.object = e->object.get();
  bool bytes = kind == ErrorKind::kDecode;
  if (!out.object) return raise_type_error(t, "object attribute not set");
  if (bytes ? !is_bytes(out.object) : !is_str(out.object))
    return raise_type_error(t, bytes ? "object attribute must be bytes" : "object attribute must be unicode");
  ssize size = bytes ? out.object.value().as<Bytes>()->size : out.object.value().as<Str>()->length;
  out.start = e->start < 0 ? 0 : e->start;
  if (out.start >= size) out.start = size > 0 ? size - 1 : 0;
  out.end = e->end < 1 ? 1 : e->end;
  if (out.end > size) out.end = size;
  return {};
}

Result<Owned> answer(Thread& t, Value replacement, ssize position) {
  Owned where = TRY(int_from_int64(t, position));
  Ref<Tuple> pair = TRY(tuple_pack(t, replacement, where));
  return Owned(std::move(pair));
}

Result<Owned> strict_errors(Thread& t, Value exception) {
  if (!is_exception(exception)) return raise_type_error(t, "codec must pass exception instance");
  return raise_instance(t, exception);
}

Result<Owned> ignore_errors(Thread& t, Value exception) {
  ErrorKind kind = kind_of(exception);
  if (kind == ErrorKind::kOther) return raise_wrong_exception(t, exception);
  Fault f;
  TRY(read_fault(t, exception, kind, f));
  return answer(t, g_empty_str, f.end);
}

Result<Owned> replace_errors(Thread& t, Value exception) {
  ErrorKind kind = kind_of(exception);
  if (kind == ErrorKind::kOther) return raise_wrong_exception(t, exception);
  Fault f;
  TRY(read_fault(t, exception, kind, f));
  StrWriter out(t);
  if (kind == ErrorKind::kDecode) TRY(out.put(0xfffd));
  else TRY(out.fill(kind == ErrorKind::kEncode ? '?' : 0xfffd, f.end - f.start));
  Ref<Str> s = TRY(out.finish());
  return answer(t, s, f.end);
}

Result<Owned> replace_by_text(Thread& t, Value exception, ErrorHandler handler) {
  ErrorKind kind = kind_of(exception);
  bool allowed = kind == ErrorKind::kEncode || (handler == ErrorHandler::kBackslash && kind != ErrorKind::kOther);
  if (!allowed) return raise_wrong_exception(t, exception);
  Fault f;
  TRY(read_fault(t, exception, kind, f));
  Ref<Str> s;
  if (kind == ErrorKind::kDecode) {
    // Bytes are replaced like the characters of the same numbers.
    auto view = f.object.value().as<Bytes>()->view();
    Ref<Str> latin = TRY(str_from_latin1(t, reinterpret_cast<const uint8_t*>(view.data()), static_cast<ssize>(view.size())));
    s = TRY(encode_replacement(t, handler, *latin, f.start, f.end));
  } else {
    s = TRY(encode_replacement(t, handler, *f.object.value().as<Str>(), f.start, f.end));
  }
  return answer(t, s, f.end);
}
Result<Owned> xmlcharrefreplace_errors(Thread& t, Value e) { return replace_by_text(t, e, ErrorHandler::kXmlReference); }
Result<Owned> backslashreplace_errors(Thread& t, Value e) { return replace_by_text(t, e, ErrorHandler::kBackslash); }
Result<Owned> namereplace_errors(Thread& t, Value e) { return replace_by_text(t, e, ErrorHandler::kName); }

Result<Owned> surrogate_errors(Thread& t, Value exception, ErrorHandler handler) {
  ErrorKind kind = kind_of(exception);
  if (kind != ErrorKind::kEncode && kind != ErrorKind::kDecode) return raise_wrong_exception(t, exception);
  Fault f;
  TRY(read_fault(t, exception, kind, f));
  Owned encoding = exception.as<UnicodeErrorObject>()->encoding.get();
  UtfForm form = UtfForm::kNone;
  if (handler == ErrorHandler::kSurrogatePass && is_str(encoding)) {
    std::string_view name = TRY(str_utf8(t, *encoding.value().as<Str>()));
    form = utf_form_named(name);
    if (form == UtfForm::kNone) return raise_instance(t, exception);
  }
  if (kind == ErrorKind::kEncode) {
    Ref<Bytes> b = TRY(encode_surrogates(t, handler, form, *f.object.value().as<Str>(), f.start, f.end));
    if (b->size == 0) return raise_instance(t, exception);
    return answer(t, b, f.end);
  }
  auto input = f.object.value().as<Bytes>()->view().substr(static_cast<size_t>(f.start));
  StrWriter out(t);
  ssize used = 0;
  if (handler == ErrorHandler::kSurrogateEscape) {
    for (; used < 4 && used < f.end - f.start; ++used) {
      auto b = static_cast<unsigned char>(input[static_cast<size_t>(used)]);
      if (b < 128) break;
      TRY(out.put(0xdc00u + b));
    }
  } else {
    char32_t c = 0;
    used = static_cast<ssize>(decode_surrogate(form, input, &c));
    if (used > 0) TRY(out.put(c));
  }
  if (used == 0) return raise_instance(t, exception);
  Ref<Str> s = TRY(out.finish());
  return answer(t, s, f.start + used);
}
Result<Owned> surrogateescape_errors(Thread& t, Value e) { return surrogate_errors(t, e, ErrorHandler::kSurrogateEscape); }
Result<Owned> surrogatepass_errors(Thread& t, Value e) { return surrogate_errors(t, e, ErrorHandler::kSurrogatePass); }

constexpr MethodDef kHandlerFunctions[] = {
    function<&strict_errors>("strict_errors", "($module, exception, /)",
                             "Implements the 'strict' error handling, which raises a UnicodeError on coding errors."),
    function<&ignore_errors>("ignore_errors", "($module, exception, /)",
                             "Implements the 'ignore' error handling, which ignores malformed data and continues."),
    function<&replace_errors>("replace_errors", "($module, exception, /)",
                              "Implements the 'replace' error handling, which replaces malformed data with a replacement marker."),
    function<&xmlcharrefreplace_errors>("xmlcharrefreplace_errors", "($module, exception, /)",
                                        "Implements the 'xmlcharrefreplace' error handling, which replaces an unencodable character "
                                        "with the appropriate XML character reference."),
    function<&backslashreplace_errors>("backslashreplace_errors", "($module, exception, /)",
                                       "Implements the 'backslashreplace' error handling, which replaces malformed data with a "
                                       "backslashed escape sequence."),
    function<&namereplace_errors>("namereplace_errors", "($module, exception, /)",
                                  "Implements the 'namereplace' error handling, which replaces an unencodable character with a "
                                  "\\N{...} escape sequence."),
    function<&surrogatepass_errors>("surrogatepass", "($module, exception, /)", nullptr),
    function<&surrogateescape_errors>("surrogateescape", "($module, exception, /)", nullptr),
};
constexpr const char* kHandlerNames[] = {"strict", "ignore", "replace", "xmlcharrefreplace", "backslashreplace", "namereplace",
                                         "surrogatepass", "surrogateescape"};

Result<Dict*> error_handlers(Thread& t) {
  Value v = g_error_handlers.load();
  if (TY_LIKELY(!v.is_null())) return v.as<Dict>();
  Ref<Dict> dict = TRY(dict_new(t));
  for (size_t i = 0; i < sizeof kHandlerNames / sizeof *kHandlerNames; ++i) {
    Owned f = TRY(native_function_new(t, kHandlerFunctions[i], Value(), Value()));
    TRY(dict_set_text(t, *dict, kHandlerNames[i], f));
  }
  // Two threads may get here at once before anything was registered; either dict will do.
  if (g_error_handlers.load().is_null()) g_error_handlers.store(Owned(std::move(dict)));
  return g_error_handlers.load().as<Dict>();
}

Result<List*> search_path(Thread& t) {
  Value v = g_search_path.load();
  if (TY_LIKELY(!v.is_null())) return v.as<List>();
  Ref<List> list = TRY(list_new(t));
  Ref<Dict> cache = TRY(dict_new(t));
  if (g_search_path.load().is_null()) {
    g_codec_cache.store(Owned(std::move(cache)));
    g_search_path.store(Owned(std::move(list)));
  }
  return g_search_path.load().as<List>();
}

}  // namespace

// --- registries ---

Result<void> codec_register(Thread& t, Value f) {
  if (!is_callable(f)) return raise_type_error(t, "argument must be callable");
  List* path = TRY(search_path(t));
  return list_push(t, *path, f);
}

Result<void> codec_unregister(Thread& t, Value f) {
  List* path = TRY(search_path(t));
  for (ssize i = 0; i < list_size(*path); ++i) {
    Owned item = list_get(*path, i);
    if (item && is_same(item, f)) {
      dict_clear(t, *g_codec_cache.load().as<Dict>());
      Owned index = TRY(int_from_int64(t, i));
      return delete_item(t, Value(path), index);
    }
  }
  return {};
}

Result<Owned> codec_lookup(Thread& t, const char* encoding) {
  List* path = TRY(search_path(t));
  if (list_size(*path) == 0) {
    // The package registers its search function when it is imported.
    Owned encodings = TRY(import_module(t, "encodings"));
  }
  TextBuffer normalized;
  normalize_encoding(encoding, normalized);
  if (normalized.failed()) return raise_memory_error(t);
  Ref<Str> name = TRY(str_from_utf8(t, normalized.view().substr(0, normalized.size() - 1)));
  Value key = TRY(str_intern(t, name));
  Dict& cache = *g_codec_cache.load().as<Dict>();
  Owned found = TRY(dict_get(t, cache, key));
  if (!found.value().is_empty()) return found;
  if (list_size(*path) == 0) return raise_format(t, &exc_LookupError, "no codec search functions registered: can't find encoding");
  for (ssize i = 0; i < list_size(*path); ++i) {
    Owned f = list_get(*path, i);
    if (!f) break;
    Owned result = TRY(call(t, f, key));
    if (is_none(result)) continue;
    if (!is_instance(result, &tuple_type) || result.value().as<Tuple>()->size != 4)
      return raise_type_error(t, "codec search functions must return 4-tuples");
    TRY(dict_set(t, cache, key, result));
    return result;
  }
  return raise_format(t, &exc_LookupError, "unknown encoding: %s", encoding);
}

Result<void> codec_register_error(Thread& t, const char* name, Value handler) {
  if (!is_callable(handler)) return raise_type_error(t, "handler must be callable");
  Dict* handlers = TRY(error_handlers(t));
  return dict_set_text(t, *handlers, name, handler);
}

Result<Owned> codec_lookup_error(Thread& t, const char* name) {
  if (name == nullptr) name = "strict";
  Dict* handlers = TRY(error_handlers(t));
  Owned found = TRY(dict_get_text(t, *handlers, name));
  if (found.value().is_empty()) return raise_format(t, &exc_LookupError, "unknown error handler name '%.400s'", name);
  return found;
}

Result<bool> codec_unregister_error(Thread& t, const char* name) {
  for (const char* builtin : kHandlerNames)
    if (std::strcmp(builtin, name) == 0)
      return raise_value_error(t, "cannot un-register built-in error handler '%.400s'", name);
  Dict* handlers = TRY(error_handlers(t));
  Ref<Str> key = TRY(str_from_utf8(t, name));
  return dict_delete(t, *handlers, key);
}

// --- encode and decode through the registry ---

namespace {

/// Adds "encoding with 'x' codec failed" to the pending exception.
Raised annotate_failure(Thread& t, const char* what, const char* encoding) {
  Ref<Object> exception = take_exception(t);
  if (exception == nullptr) return Raised{};
  auto note = str_from_format(t, "%s with '%s' codec failed", what, encoding);
  if (note.ok()) {
    Ref<Str> text = note.take();
    auto added = call_method(t, Value(exception), NAME("add_note"), Value(text));
    if (!added.ok()) clear_exception(t);
  } else {
    clear_exception(t);
  }
  restore_exception(t, std::move(exception));
  return Raised{};
}

enum class Direction { kEncode, kDecode };

Result<Owned> run_codec(Thread& t, Value codec_info, Value object, const char* encoding, const char* errors, Direction direction) {
  bool encoding_now = direction == Direction::kEncode;
  Owned f = codec_info.as<Tuple>()->items[encoding_now ? 0 : 1].get();
  Owned result;
  Result<Owned> outcome = Raised{};
  if (errors != nullptr) {
    Ref<Str> name = TRY(str_from_utf8(t, errors));
    outcome = call(t, f, object, name);
  } else {
    outcome = call(t, f, object);
  }
  if (!outcome.ok()) return annotate_failure(t, encoding_now ? "encoding" : "decoding", encoding);
  result = outcome.take();
  if (!is_instance(result, &tuple_type) || result.value().as<Tuple>()->size != 2)
    return raise_type_error(t, encoding_now ? "encoder must return a tuple (object, integer)"
                                            : "decoder must return a tuple (object,integer)");
  return result.value().as<Tuple>()->items[0].get();
}

/// A codec that maps between str and bytes; LookupError for others.
Result<Owned> text_codec(Thread& t, const char* encoding, const char* alternative) {
  Owned info = TRY(codec_lookup(t, encoding));
  if (!is_exact<Tuple>(info)) {
    Owned flag = TRY(find_attribute(t, info, NAME("_is_text_encoding")));
    if (!flag.value().is_empty()) {
      bool is_text = TRY(object_is_true(t, flag));
      if (!is_text)
        return raise_format(t, &exc_LookupError, "'%.400s' is not a text encoding; use %s to handle arbitrary codecs", encoding, alternative);
    }
  }
  return info;
}

}  // namespace

Result<Owned> codec_encode(Thread& t, Value object, const char* encoding, const char* errors) {
  Owned info = TRY(codec_lookup(t, encoding));
  return run_codec(t, info, object, encoding, errors, Direction::kEncode);
}

Result<Owned> codec_decode(Thread& t, Value object, const char* encoding, const char* errors) {
  Owned info = TRY(codec_lookup(t, encoding));
  return run_codec(t, info, object, encoding, errors, Direction::kDecode);
}

bool g_check_encodings = false;

Result<void> check_encoding(Thread& t, const char* encoding, const char* errors) {
  if (TY_LIKELY(!g_check_encodings)) return {};
  if (encoding != nullptr && std::strcmp(encoding, "utf-8") != 0) Owned info = TRY(codec_lookup(t, encoding));
  if (errors != nullptr && std::strcmp(errors, "strict") != 0) Owned handler = TRY(codec_lookup_error(t, errors));
  return {};
}

Result<Ref<Bytes>> str_encode(Thread& t, Value str, const char* encoding, const char* errors) {
  TRY(check_encoding(t, encoding, errors));
  switch (known_encoding(encoding)) {
    case Known::kUtf8: return utf8_encode(t, str, errors);
    case Known::kUtf16: return utf16_encode(t, str, errors, 0);
    case Known::kUtf32: return utf32_encode(t, str, errors, 0);
    case Known::kAscii: return ascii_encode(t, str, errors);
    case Known::kLatin1: return latin1_encode(t, str, errors);
    default: break;
  }
  Owned info = TRY(text_codec(t, encoding, "codecs.encode()"));
  Owned result = TRY(run_codec(t, info, str, encoding, errors, Direction::kEncode));
  if (is_bytes(result)) return dup(*result.value().as<Bytes>());
  if (is_instance(result, &bytearray_type)) {
    TRY(warn_rpy(t, &exc_RuntimeWarning, 1, "encoder %s returned bytearray instead of bytes; use codecs.encode() to encode to arbitrary types",
                 encoding));
    return bytes_from_object_rpy(t, result);
  }
  return raise_type_error(t, "'%.400s' encoder returned '%.400T' instead of 'bytes'; use codecs.encode() to encode to arbitrary types",
                          encoding, result.value());
}

Result<Owned> str_decode(Thread& t, std::string_view in, const char* encoding, const char* errors) {
  TRY(check_encoding(t, encoding, errors));
  switch (known_encoding(encoding)) {
    case Known::kUtf8: return utf8_decode(t, in, errors, nullptr);
    case Known::kUtf16: return utf16_decode(t, in, errors, nullptr, nullptr);
    case Known::kUtf32: return utf32_decode(t, in, errors, nullptr, nullptr);
    case Known::kAscii: return ascii_decode(t, in, errors);
    case Known::kLatin1: return latin1_decode(t, in);
    default: break;
  }
  Owned info = TRY(text_codec(t, encoding, "codecs.decode()"));
  Ref<Bytes> bytes = TRY(bytes_new(t, in));
  Owned view = TRY(memoryview_from_object(t, bytes));
  Owned result = TRY(run_codec(t, info, view, encoding, errors, Direction::kDecode));
  if (!is_str(result))
    return raise_type_error(t, "'%.400s' decoder returned '%.400T' instead of 'str'; use codecs.decode() to decode to arbitrary types",
                            encoding, result.value());
  return result;
}

Result<Owned> str_from_encoded_object(Thread& t, Value object, const char* encoding, const char* errors) {
  if (is_str(object)) return raise_type_error(t, "decoding str is not supported");
  if (!has_buffer(object)) return raise_type_error(t, "decoding to str: need a bytes-like object, %.80T found", object);
  BytesLike bytes;
  TRY(bytes.acquire(t, object));
  if (bytes.size() == 0) {
    TRY(check_encoding(t, encoding, errors));
    return Owned::steal(g_empty_str);
  }
  return str_decode(t, bytes.view(), encoding, errors);
}

Result<Owned> str_encode_filesystem(Thread& t, Str& s) {
  Ref<Bytes> b = TRY(utf8_encode(t, Value(&s), "surrogateescape"));
  return Owned(std::move(b));
}
Result<Owned> str_decode_filesystem(Thread& t, std::string_view bytes) { return utf8_decode(t, bytes, "surrogateescape", nullptr); }

// --- Latin-1 and ASCII ---

Result<Owned> latin1_decode(Thread& t, std::string_view in) {
  Ref<Str> s = TRY(str_from_latin1(t, reinterpret_cast<const uint8_t*>(in.data()), static_cast<ssize>(in.size())));
  return Owned(std::move(s));
}

Result<Owned> ascii_decode(Thread& t, std::string_view in, const char* errors) {
  if (utf::is_ascii(in.data(), in.size())) {
    Ref<Str> s = TRY(str_from_ascii(t, in));
    return Owned(std::move(s));
  }
  DecodeErrors handler(t, "ascii", errors, in);
  StrWriter out(t);
  for (size_t at = 0;;) {
    std::string_view text = handler.input();
    size_t plain = utf::ascii_prefix(reinterpret_cast<const uint8_t*>(text.data()) + at, text.size() - at);
    TRY(out.ascii(text.substr(at, plain)));
    at += plain;
    if (at >= text.size()) break;
    ssize next = TRY(handler.handle(static_cast<ssize>(at), static_cast<ssize>(at + 1), "ordinal not in range(128)", out));
    at = static_cast<size_t>(next);
  }
  Ref<Str> s = TRY(out.finish());
  return Owned(std::move(s));
}

namespace {

Result<Ref<Bytes>> narrow_encode(Thread& t, Value v, const char* errors, char32_t limit) {
  auto& s = *v.as<Str>();
  if (str_max_class(s) < limit) return bytes_new(t, s.data(), s.length);
  const char* encoding = limit == 128 ? "ascii" : "latin-1";
  const char* reason = limit == 128 ? "ordinal not in range(128)" : "ordinal not in range(256)";
  EncodeErrors handler(t, encoding, errors, v);
  TextBuffer out;
  for (ssize i = 0; i < s.length;) {
    char32_t c = s.at(i);
    if (c < limit) {
      out.push(static_cast<char>(c));
      ++i;
      continue;
    }
    ssize end = i + 1;
    while (end < s.length && s.at(end) >= limit) ++end;
    EncodeErrors::Fix fix;
    TRY(handler.handle(i, end, reason, fix));
    if (fix.bytes != nullptr) {
      out.append(fix.bytes->view());
    } else {
      if (str_max_class(*fix.text) >= limit) return handler.raise(i, end, reason);
      out.append({static_cast<const char*>(fix.text->data()), static_cast<size_t>(fix.text->length)});
    }
    i = fix.position;
  }
  if (out.failed()) return raise_memory_error(t);
  return bytes_new(t, out.view());
}

}  // namespace

Result<Ref<Bytes>> latin1_encode(Thread& t, Value str, const char* errors) { return narrow_encode(t, str, errors, 256); }
Result<Ref<Bytes>> ascii_encode(Thread& t, Value str, const char* errors) { return narrow_encode(t, str, errors, 128); }

}  // namespace ty
