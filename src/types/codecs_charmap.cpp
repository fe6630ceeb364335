// charmap: codecs that are tables.
#include "base/text_buffer.h"
#include "types/codec_errors.h"
#include "types/dict.h"
#include "types/int.h"

namespace ty {

namespace {

constexpr const char* kUndefined = "character maps to <undefined>";

/// mapping[key]; EMPTY when the mapping has no answer.
Result<Owned> look_up(Thread& t, Value mapping, char32_t key) {
  Value k = Value::small_int_unchecked(static_cast<int64_t>(key));
  if (is_exact<Dict>(mapping)) {
    Owned found = TRY(dict_get(t, *mapping.as<Dict>(), k));
    if (is_none(found)) return Owned::steal(Value::empty());
    return found;
  }
  auto found = get_item(t, mapping, k);
  if (!found.ok()) {
    if (!exception_matches(t, &exc_LookupError)) return Raised{};
    clear_exception(t);
    return Owned::steal(Value::empty());
  }
  Owned v = found.take();
  if (is_none(v)) return Owned::steal(Value::empty());
  return v;
}

/// Puts what a byte maps to; false if it is undefined.
Result<bool> put_decoded(Thread& t, Value mapping, unsigned byte, StrWriter& out) {
  if (is_exact<Str>(mapping)) {
    auto* table = mapping.as<Str>();
    if (static_cast<ssize>(byte) >= table->length || table->at(byte) == 0xfffe) return false;
    TRY(out.put(table->at(byte)));
    return true;
  }
  Owned v = TRY(look_up(t, mapping, byte));
  if (v.value().is_empty()) return false;
  if (is_int(v)) {
    bool fits;
    int64_t n = int_as_int64(v, &fits);
    if (fits && n == 0xfffe) return false;
    if (!fits || n < 0 || n > 0x10ffff) return raise_type_error(t, "character mapping must be in range(0x%x)", 0x110000);
    TRY(out.put(static_cast<char32_t>(n)));
    return true;
  }
  if (is_str(v)) {
    auto* s = v.value().as<Str>();
    if (s->length == 1 && s->at(0) == 0xfffe) return false;
    TRY(out.str(*s));
    return true;
  }
  return raise_type_error(t, "character mapping must return integer, None or str");
}

/// Appends what a character maps to; false if it has no mapping.
Result<bool> put_encoded(Thread& t, Value mapping, char32_t c, TextBuffer& out) {
  Owned v = TRY(look_up(t, mapping, c));
  if (v.value().is_empty()) return false;
  if (is_int(v)) {
    bool fits;
    int64_t n = int_as_int64(v, &fits);
    if (!fits || n < 0 || n > 255) return raise_type_error(t, "character mapping must be in range(256)");
    out.push(static_cast<char>(n));
    return true;
  }
  if (is_bytes(v)) {
    out.append(v.value().as<Bytes>()->view());
    return true;
  }
  return raise_type_error(t, "character mapping must return integer, bytes or None, not %.400T", v.value());
}

}  // namespace

Result<Owned> charmap_decode(Thread& t, std::string_view in, Value mapping, const char* errors) {
  if (mapping.is_null() || is_none(mapping)) return latin1_decode(t, in);
  DecodeErrors handler(t, "charmap", errors, in);
  StrWriter out(t);
  for (size_t at = 0; at < handler.input().size();) {
    bool mapped = TRY(put_decoded(t, mapping, static_cast<unsigned char>(handler.input()[at]), out));
    if (mapped) {
      ++at;
      continue;
    }
    ssize next = TRY(handler.handle(static_cast<ssize>(at), static_cast<ssize>(at + 1), kUndefined, out));
    at = static_cast<size_t>(next);
  }
  Ref<Str> s = TRY(out.finish());
  return Owned(std::move(s));
}

Result<Ref<Bytes>> charmap_encode(Thread& t, Value v, Value mapping, const char* errors) {
  if (mapping.is_null() || is_none(mapping)) return latin1_encode(t, v, errors);
  auto& s = *v.as<Str>();
  EncodeErrors handler(t, "charmap", errors, v);
  TextBuffer out;
  for (ssize i = 0; i < s.length;) {
    bool mapped = TRY(put_encoded(t, mapping, s.at(i), out));
    if (mapped) {
      ++i;
      continue;
    }
    ssize end = i + 1;
    for (; end < s.length; ++end) {
      TextBuffer ignored;
      bool next_mapped = TRY(put_encoded(t, mapping, s.at(end), ignored));
      if (next_mapped) break;
    }
    EncodeErrors::Fix fix;
    TRY(handler.handle(i, end, kUndefined, fix));
    if (fix.bytes != nullptr) {
      out.append(fix.bytes->view());
    } else {
      for (ssize k = 0; k < fix.text->length; ++k) {
        bool ok = TRY(put_encoded(t, mapping, fix.text->at(k), out));
        if (!ok) return handler.raise(i, end, kUndefined);
      }
    }
    i = fix.position;
  }
  if (out.failed()) return raise_memory_error(t);
  return bytes_new(t, out.view());
}

Result<Owned> charmap_build(Thread& t, Str& table) {
  Ref<Dict> dict = TRY(dict_new(t, table.length));
  for (ssize i = 0; i < table.length; ++i)
    TRY(dict_set(t, *dict, Value::small_int_unchecked(static_cast<int64_t>(table.at(i))), Value::small_int_unchecked(i)));
  return Owned(std::move(dict));
}

}  // namespace ty
