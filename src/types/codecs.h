// types/codecs.h: encodings: the registry, error handlers, and the codecs that are built in.
//
// What        codec_encode/codec_decode act like codecs.encode()/decode() restricted to text encodings (str.encode, bytes.decode). Well-known
//             encodings skip the registry. An error handler is called with the exception and answers (replacement, position).
// Threads     registries are GlobalSlots behind a dict; the functions keep no state.
// Files       codecs.cpp (registry, handlers) · codecs_utf.cpp · codecs_utf7.cpp · codecs_escape.cpp · codecs_charmap.cpp
// See         CPython Python/codecs.c, Objects/unicodeobject.c
#pragma once

#include "types/bytes.h"
#include "types/str.h"

namespace ty {

/// -X dev: encodings and error handlers are looked up even where nothing is to be encoded. Set at start-up.
extern bool g_check_encodings;
Result<void> check_encoding(Thread& t, const char* encoding, const char* errors);

/// str.encode / bytes.decode. `encoding` and `errors` null: utf-8, strict.
Result<Ref<Bytes>> str_encode(Thread& t, Value str, const char* encoding, const char* errors);
Result<Owned> str_decode(Thread& t, std::string_view bytes, const char* encoding, const char* errors);

/// str(object, encoding, errors): from anything with a buffer.
Result<Owned> str_from_encoded_object(Thread& t, Value object, const char* encoding, const char* errors);

// --- registry ---
Result<void> codec_register(Thread& t, Value search_function);
Result<void> codec_unregister(Thread& t, Value search_function);
/// The CodecInfo tuple of an encoding: LookupError "unknown encoding: …".
Result<Owned> codec_lookup(Thread& t, const char* encoding);
Result<Owned> codec_encode(Thread& t, Value object, const char* encoding, const char* errors);
Result<Owned> codec_decode(Thread& t, Value object, const char* encoding, const char* errors);
Result<void> codec_register_error(Thread& t, const char* name, Value handler);
/// The handler of that name (null: strict): LookupError "unknown error handler name '…'".
Result<Owned> codec_lookup_error(Thread& t, const char* name_or_null);
Result<bool> codec_unregister_error(Thread& t, const char* name);

// --- the codecs ---
/// How much of the input an incremental decoder used up. Null pointer: the input is final.
Result<Owned> utf8_decode(Thread& t, std::string_view in, const char* errors, ssize* consumed);
Result<Ref<Bytes>> utf8_encode(Thread& t, Value str, const char* errors);
/// byte_order: -1 little, 0 native with mark, 1 big; set to what was found.
Result<Owned> utf16_decode(Thread& t, std::string_view in, const char* errors, int* byte_order, ssize* consumed);
Result<Ref<Bytes>> utf16_encode(Thread& t, Value str, const char* errors, int byte_order);
Result<Owned> utf32_decode(Thread& t, std::string_view in, const char* errors, int* byte_order, ssize* consumed);
Result<Ref<Bytes>> utf32_encode(Thread& t, Value str, const char* errors, int byte_order);
Result<Owned> utf7_decode(Thread& t, std::string_view in, const char* errors, ssize* consumed);
Result<Ref<Bytes>> utf7_encode(Thread& t, Value str);
Result<Owned> latin1_decode(Thread& t, std::string_view in);
Result<Ref<Bytes>> latin1_encode(Thread& t, Value str, const char* errors);
Result<Owned> ascii_decode(Thread& t, std::string_view in, const char* errors);
Result<Ref<Bytes>> ascii_encode(Thread& t, Value str, const char* errors);
Result<Owned> unicode_escape_decode(Thread& t, std::string_view in, const char* errors, ssize* consumed, bool warn);
Result<Ref<Bytes>> unicode_escape_encode(Thread& t, Value str);
Result<Owned> raw_unicode_escape_decode(Thread& t, std::string_view in, const char* errors, ssize* consumed);
Result<Ref<Bytes>> raw_unicode_escape_encode(Thread& t, Value str);
Result<Owned> charmap_decode(Thread& t, std::string_view in, Value mapping, const char* errors);
Result<Ref<Bytes>> charmap_encode(Thread& t, Value str, Value mapping, const char* errors);
Result<Owned> charmap_build(Thread& t, Str& table);
/// codecs.escape_decode / escape_encode (bytes with backslashes).
Result<Owned> escape_decode(Thread& t, std::string_view in, const char* errors);
Result<Owned> escape_encode(Thread& t, Value bytes, const char* errors);

}  // namespace ty
