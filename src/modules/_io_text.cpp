// modules/_io_text.cpp: TextIOWrapper and IncrementalNewlineDecoder. CPython: Modules/_io/textio.c.
//
// Codecs      utf-8, ascii and latin-1 are decoded and encoded natively, the rest through the codec registry's incremental objects, made on first use.
// Reading     `decoded` holds text not yet handed out from `used` on; the snapshot (decoder state, input since then) lets tell() name any position.
// Writing     encoded bytes gather in `pending` until a chunk is full, a flush, or a newline of a line-buffered stream.
// Threads     methods work under the object's critical section, which is suspended while the buffer blocks; state is re-read after every call.
#include <cstring>
#include <string>

#include "mem/heap.h"
#include "modules/_io.h"
#include "types/codecs.h"
#include "types/int.h"
#include "types/list.h"
#include "types/tuple.h"
#include "vm/interpreter.h"

namespace ty {

Type textiowrapper_type, newline_decoder_type;

namespace {

// --- newlines ---

enum SeenNewline : uint8_t { kSeenCr = 1, kSeenLf = 2, kSeenCrLf = 4 };

Result<Owned> newlines_value(Thread& t, uint8_t seen) {
  Value list[3];
  ssize n = 0;
  if (seen & kSeenCr) list[n++] = NAME("\r");
  if (seen & kSeenLf) list[n++] = NAME("\n");
  if (seen & kSeenCrLf) list[n++] = NAME("\r\n");
  if (n == 0) return owned_none();
  if (n == 1) return dup(list[0]);
  return Owned(TRY(tuple_from(t, list, n)));
}

/// Universal newlines over one piece of text. A "\r" at its end waits for the next piece unless `final`.
Result<Owned> translate_newlines(Thread& t, Str& text, bool* pending_cr, uint8_t* seen, bool translate, bool final) {
  bool has_cr = *pending_cr || str_find_char(text, '\r', 0, text.length) >= 0;
  if (!has_cr) {
    if (text.length && !(*seen & kSeenLf) && str_find_char(text, '\n', 0, text.length) >= 0) *seen |= kSeenLf;
    return dup(Value(&text));
  }
  StrWriter out(t);
  bool held = *pending_cr && (text.length > 0 || final);
  if (*pending_cr && !held) return dup(Value(&text));
  *pending_cr = false;
  ssize i = 0, n = text.length;
  if (held) {
    if (n > 0 && text.at(0) == '\n') {
      *seen |= kSeenCrLf;
      TRY(out.ascii(translate ? "\n" : "\r\n"));
      i = 1;
    } else {
      *seen |= kSeenCr;
      TRY(out.put(translate ? '\n' : '\r'));
    }
  }
  while (i < n) {
    ssize cr = str_find_char(text, '\r', i, n);
    ssize end = cr < 0 ? n : cr;
    if (end > i) {
      if (!(*seen & kSeenLf) && str_find_char(text, '\n', i, end) >= 0) *seen |= kSeenLf;
      TRY(out.substring(text, i, end));
    }
    if (cr < 0) break;
    if (cr + 1 < n && text.at(cr + 1) == '\n') {
      *seen |= kSeenCrLf;
      TRY(out.ascii(translate ? "\n" : "\r\n"));
      i = cr + 2;
    } else if (cr + 1 == n && !final) {
      *pending_cr = true;
      break;
    } else {
      *seen |= kSeenCr;
      TRY(out.put(translate ? '\n' : '\r'));
      i = cr + 1;
    }
  }
  return Owned(TRY(out.finish()));
}

struct NewlineDecoder : Object {
  Slot decoder;  // [const] or None
  bool translate, pending_cr;  // [lock]
  uint8_t seen;                // [lock]
  static Type* type() { return &newline_decoder_type; }
};

Result<Owned> newline_new(Thread& t, Type& type, Value decoder, bool translate, Value) {
  Object* o = allocate_object(t, &type, static_cast<size_t>(type.basicsize));
  if (!o) return raise_memory_error(t);
  Ref<NewlineDecoder> self = Ref<NewlineDecoder>::steal(static_cast<NewlineDecoder*>(o));
  self->decoder.init(dup(decoder));
  self->translate = translate;
  return Owned(std::move(self));
}
Result<Owned> newline_decode(Thread& t, NewlineDecoder& self, Value input, bool final) { return newline_decoder_decode(t, Value(&self), input, final); }
Result<Owned> newline_getstate(Thread& t, NewlineDecoder& self) {
  Owned decoder = self.decoder.get();
  Owned bytes = TRY(bytes_new(t, "", 0)), flag = Owned::steal(Value::small_int_unchecked(0));
  if (!is_none(decoder)) {
    Owned state = TRY(call_method(t, decoder, NAME("getstate")));
    if (!is_instance(state, Tuple::type()) || state.value().as<Tuple>()->size != 2) return raise_type_error(t, "illegal decoder state");
    bytes = dup(state.value().as<Tuple>()->get(0));
    flag = dup(state.value().as<Tuple>()->get(1));
  }
  Owned shifted = TRY(number_left_shift(t, flag, Value::small_int_unchecked(1)));
  Owned combined = TRY(number_bit_or(t, shifted, Value::small_int_unchecked(self.pending_cr)));
  return Owned(TRY(tuple_pack(t, bytes, combined)));
}
Result<Owned> newline_setstate(Thread& t, NewlineDecoder& self, Tuple& state) {
  if (state.size != 2) return raise_type_error(t, "state argument must be a tuple");
  Owned flag = TRY(number_index(t, state.get(1)));
  Owned low = TRY(number_bit_and(t, flag, Value::small_int_unchecked(1)));
  self.pending_cr = TRY(object_is_true(t, low));
  Owned decoder = self.decoder.get();
  if (is_none(decoder)) return owned_none();
  Owned rest = TRY(number_right_shift(t, flag, Value::small_int_unchecked(1)));
  Ref<Tuple> inner = TRY(tuple_pack(t, state.get(0), rest));
  return call_method(t, decoder, NAME("setstate"), inner);
}
Result<Owned> newline_reset(Thread& t, NewlineDecoder& self) {
  self.seen = 0;
  self.pending_cr = false;
  Owned decoder = self.decoder.get();
  if (is_none(decoder)) return owned_none();
  return call_method(t, decoder, NAME("reset"));
}
Result<Owned> newline_newlines(Thread& t, NewlineDecoder& self) { return newlines_value(t, self.seen); }

constexpr MethodDef kNewlineMethods[] = {
    method<&newline_decode>("decode", "($self, /, input, final=False)", nullptr), method<&newline_getstate>("getstate", "($self, /)", nullptr),
    method<&newline_setstate>("setstate", "($self, state, /)", nullptr), method<&newline_reset>("reset", "($self, /)", nullptr), {}};
constexpr GetSetDef kNewlineGetSet[] = {getter<&newline_newlines>("newlines"), {}};
constexpr uint16_t kNewlineSlots[] = {offsetof(NewlineDecoder, decoder)};
constexpr TypeOps kNewlineOps = {.create = constructor<"IncrementalNewlineDecoder", "(decoder, translate, errors='strict')", &newline_new>};
constexpr TypeDef kNewlineDef = {.name = "_io.IncrementalNewlineDecoder", .size = sizeof(NewlineDecoder),
    .layout = {.slot_offsets = kNewlineSlots, .slot_count = 1, .flags = kCollectable}, .ops = &kNewlineOps, .methods = kNewlineMethods, .getset = kNewlineGetSet,
    .doc = "Codec used when reading a file in universal newlines mode."};

// --- TextIOWrapper ---

enum class Codec : uint8_t { kUtf8, kAscii, kLatin1, kOther };

struct TextIO : Object {
  Slot buffer;          // [lock] null: detached
  Slot encoding;        // [lock] Str
  Slot errors;          // [lock] Str
  Slot encoder;         // [lock] incremental encoder of a kOther codec, or null
  Slot decoder;         // [lock] incremental decoder of a kOther codec, or null
  Slot decoded;         // [lock] Str or null
  Slot snapshot_input;  // [lock] Bytes read since the snapshot, or null: no snapshot
  Slot snapshot_bytes;  // [lock] decoder state at the snapshot: Bytes
  Slot snapshot_flags;  // [lock] and int
  Slot newline;         // [lock] Str or None
  char* pending;        // [lock] encoded, not yet written
  ssize pending_size, pending_capacity;  // [lock]
  ssize used;           // [lock] characters of `decoded` handed out
  ssize chunk_size;     // [lock]
  char undecoded[8];    // [lock] tail of an incomplete sequence (native codecs)
  uint8_t undecoded_size;  // [lock]
  uint8_t seen_newlines;   // [lock]
  Codec codec;             // [lock]
  bool ready, detached, line_buffering, write_through;  // [lock]
  bool read_universal, read_translate, write_translate, pending_cr;  // [lock]
  bool seekable, telling, has_read1, can_write, encoding_start;  // [lock]
  static Type* type() { return &textiowrapper_type; }
};

void text_release(Object* o) { free_buffer(static_cast<TextIO*>(o)->pending); }

Result<void> check_ready(Thread& t, TextIO& self) {
  if (self.ready) return {};
  if (self.detached) return raise_value_error(t, "underlying buffer has been detached");
  return raise_value_error(t, "I/O operation on uninitialized object");
}
Result<void> check_open(Thread& t, TextIO& self) {
  TRY(check_ready(t, self));
  Owned buffer = self.buffer.get();
  return io_check_closed(t, buffer);
}

std::string normalized(std::string_view name) {
  std::string out;
  for (char c : name) out.push_back(c == '_' || c == ' ' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  return out;
}
Codec codec_kind(std::string_view name) {
  std::string n = normalized(name);
  if (n == "utf-8" || n == "utf8" || n == "u8" || n == "cp65001") return Codec::kUtf8;
  if (n == "ascii" || n == "us-ascii" || n == "646") return Codec::kAscii;
  if (n == "latin-1" || n == "latin1" || n == "iso-8859-1" || n == "iso8859-1" || n == "l1" || n == "8859") return Codec::kLatin1;
  return Codec::kOther;
}

Result<std::string> text_of(Thread& t, Slot& slot) {
  Owned text = slot.get();
  return std::string(TRY(str_utf8(t, *text.value().as<Str>())));
}

/// codecs.lookup(encoding)[index](errors)
Result<Owned> make_incremental(Thread& t, TextIO& self, const char* which) {
  std::string encoding = TRY(text_of(t, self.encoding));
  Owned info = TRY(codec_lookup(t, encoding.c_str()));
  Ref<Str> name = TRY(str_from_ascii(t, which));
  Owned maker = TRY(get_attribute(t, info, name));
  if (is_none(maker)) return owned_none();
  Owned errors = self.errors.get();
  return call(t, maker, errors);
}

Result<void> set_newline(Thread& t, TextIO& self, Value newline) {
  if (!is_none(newline)) {
    if (!is_instance(newline, Str::type())) return raise_type_error(t, "newline must be str or None, not %.200s", type_of(newline)->name);
    Str& s = *newline.as<Str>();
    if (!(str_equal_ascii(s, "") || str_equal_ascii(s, "\n") || str_equal_ascii(s, "\r") || str_equal_ascii(s, "\r\n"))) {
      return raise_value_error(t, "illegal newline value: %R", newline);
    }
  }
  Str* s = is_none(newline) ? nullptr : newline.as<Str>();
  self.newline.store(&self, dup(newline));
  self.read_universal = !s || s->length == 0;
  self.read_translate = !s;
  self.write_translate = !s || s->length != 0;
  return {};
}
/// What "\n" becomes when written; null: stays.
Value write_newline(TextIO& self) {
  if (!self.write_translate) return Value();
  Value newline = self.newline.load();
  if (is_none(newline) || str_equal_ascii(*newline.as<Str>(), "\n")) return Value();
  return newline;
}

Result<Owned> text_new(Thread& t, Type& type, Args, Kwargs) {
  Object* o = allocate_object(t, &type, static_cast<size_t>(type.basicsize));
  if (!o) return raise_memory_error(t);
  return Owned::steal(Value(o));
}

Result<void> text_init(Thread& t, TextIO& self, Value buffer, Value encoding, Value errors, Value newline, bool line_buffering, bool write_through) {
  self.ready = false;
  self.detached = false;
  if (!is_none(encoding) && !is_instance(encoding, Str::type())) {
    return raise_type_error(t, "TextIOWrapper() argument 'encoding' must be str or None, not %s", type_of(encoding)->name);
  }
  if (!is_none(errors) && !is_instance(errors, Str::type())) {
    return raise_type_error(t, "TextIOWrapper() argument 'errors' must be str or None, not %.50s", type_of(errors)->name);
  }
  if (is_none(encoding) && t.interpreter->config->warn_default_encoding) {
    TRY(warn_rpy(t, &exc_EncodingWarning, 1, "'encoding' argument not specified"));
  }
  Owned name = is_none(encoding) || str_equal_ascii(*encoding.as<Str>(), "locale") ? Owned::steal(t.interpreter->config->utf8_mode ? NAME("utf-8") : NAME("UTF-8"))
                                                                                   : dup(encoding);
  std::string text(TRY(str_utf8(t, *name.value().as<Str>())));
  if (text.find('\0') != std::string::npos) return raise_value_error(t, "embedded null character");
  self.codec = codec_kind(text);
  if (self.codec == Codec::kOther) {
    Owned info = TRY(codec_lookup(t, text.c_str()));
    Owned is_text = TRY(find_attribute(t, info, NAME("_is_text_encoding")));
    if (!is_text.value().is_empty() && is_false(is_text)) {
      return raise_format(t, &exc_LookupError, "%R is not a text encoding; use codecs.open() to handle arbitrary codecs", name.value());
    }
  }
  Owned handler = is_none(errors) ? Owned::steal(NAME("strict")) : dup(errors);
  self.encoding.store(&self, std::move(name));
  self.errors.store(&self, std::move(handler));
  self.encoder.store(&self, Owned());
  self.decoder.store(&self, Owned());
  TRY(set_newline(t, self, newline));
  self.decoded.store(&self, Owned());
  self.snapshot_input.store(&self, Owned());
  self.used = 0;
  self.undecoded_size = 0;
  self.pending_cr = false;
  self.seen_newlines = 0;
  self.pending_size = 0;
  self.chunk_size = 8192;
  self.line_buffering = line_buffering;
  self.write_through = write_through;
  self.buffer.store(&self, dup(buffer));
  Owned seekable = TRY(call_method(t, buffer, NAME("seekable")));
  self.seekable = self.telling = TRY(object_is_true(t, seekable));
  Owned read1 = TRY(find_attribute(t, buffer, NAME("read1")));
  self.has_read1 = !read1.value().is_empty();
  self.encoding_start = true;
  Owned writable = TRY(call_method(t, buffer, NAME("writable")));
  self.can_write = TRY(object_is_true(t, writable));
  if (self.seekable && self.codec == Codec::kOther) {
    if (self.can_write) {
      Owned at = TRY(call_method(t, buffer, NAME("tell")));
      self.encoding_start = !TRY(object_is_true(t, at));
    }
  }
  self.ready = true;
  return {};
}

// --- writing ---

Result<Owned> encode(Thread& t, TextIO& self, Value text) {
  std::string errors = TRY(text_of(t, self.errors));
  switch (self.codec) {
    case Codec::kUtf8: return Owned(TRY(utf8_encode(t, text, errors.c_str())));
    case Codec::kAscii: return Owned(TRY(ascii_encode(t, text, errors.c_str())));
    case Codec::kLatin1: return Owned(TRY(latin1_encode(t, text, errors.c_str())));
    case Codec::kOther: break;
  }
  if (self.encoder.is_null()) {
    Owned encoder = TRY(make_incremental(t, self, "incrementalencoder"));
    if (is_none(encoder)) return raise_unsupported(t, "not writable");
    if (!self.encoding_start) {
      Owned ignored = TRY(call_method(t, encoder, NAME("setstate"), Value::small_int_unchecked(0)));
    }
    self.encoder.store(&self, std::move(encoder));
  }
  Owned encoder = self.encoder.get();
  Owned bytes = TRY(call_method(t, encoder, NAME("encode"), text));
  if (!is_instance(bytes, Bytes::type())) return raise_type_error(t, "encoder should return a bytes object, not '%.200s'", type_of(bytes)->name);
  return bytes;
}

Result<void> write_pending(Thread& t, TextIO& self) {
  if (self.pending_size == 0) return {};
  Ref<Bytes> bytes = TRY(bytes_new(t, self.pending, self.pending_size));
  self.pending_size = 0;
  Owned buffer = self.buffer.get();
  while (true) {
    auto written = call_method(t, buffer, NAME("write"), bytes);
    if (written.ok()) {
      Owned ignored = written.take();
      return {};
    }
    if (!io_trap_eintr(t)) return Raised{};
  }
}

void forget_decoded(TextIO& self) {
  self.decoded.store(&self, Owned());
  self.used = 0;
  self.snapshot_input.store(&self, Owned());
}

Result<Owned> text_write(Thread& t, Locked<TextIO> self, Str& text) {
  TRY(check_open(t, *self));
  if (!self->can_write) return raise_unsupported(t, "not writable");
  ssize length = text.length;
  bool has_newline = false;
  Value newline = write_newline(*self);
  Owned encoded_text = dup(Value(&text));
  if (newline || self->line_buffering) has_newline = str_find_char(text, '\n', 0, length) >= 0;
  if (has_newline && newline) encoded_text = TRY(call_method(t, encoded_text, NAME("replace"), NAME("\n"), newline));
  bool flush = self->line_buffering && (has_newline || str_find_char(text, '\r', 0, length) >= 0);
  Owned holder;
  std::string_view bytes;
  Str& s = *encoded_text.value().as<Str>();
  if (self->codec != Codec::kOther && s.is_ascii()) {
    bytes = {s.ascii(), static_cast<size_t>(s.length)};
  } else {
    holder = TRY(encode(t, *self, encoded_text));
    bytes = holder.value().as<Bytes>()->view();
  }
  auto n = static_cast<ssize>(bytes.size());
  if (self->pending_size && self->pending_size + n > self->chunk_size) TRY(write_pending(t, *self));
  if (self->pending_size + n > self->pending_capacity) {
    ssize capacity = std::max<ssize>(self->pending_size + n, self->pending_capacity * 2 + 256);
    auto* fresh = static_cast<char*>(allocate_buffer(static_cast<size_t>(capacity)));
    if (!fresh) return raise_memory_error(t);
    if (self->pending_size) std::memcpy(fresh, self->pending, static_cast<size_t>(self->pending_size));
    free_buffer(self->pending);
    self->pending = fresh;
    self->pending_capacity = capacity;
  }
  std::memcpy(self->pending + self->pending_size, bytes.data(), bytes.size());
  self->pending_size += n;
  if (self->pending_size >= self->chunk_size || flush || self->write_through) TRY(write_pending(t, *self));
  if (flush) {
    Owned buffer = self->buffer.get();
    Owned ignored = TRY(call_method(t, buffer, NAME("flush")));
  }
  if (!self->decoded.is_null() || !self->snapshot_input.is_null()) forget_decoded(*self);
  if (!self->decoder.is_null()) {
    Owned decoder = self->decoder.get();
    Owned ignored = TRY(call_method(t, decoder, NAME("reset")));
  }
  self->undecoded_size = 0;
  return io_int(t, length);
}

Result<Owned> text_flush(Thread& t, Locked<TextIO> self) {
  TRY(check_open(t, *self));
  self->telling = self->seekable;
  TRY(write_pending(t, *self));
  Owned buffer = self->buffer.get();
  return call_method(t, buffer, NAME("flush"));
}

// --- reading ---

/// Decodes raw bytes (without newline handling).
Result<Owned> decode_bytes(Thread& t, TextIO& self, std::string_view input, bool final) {
  std::string errors = TRY(text_of(t, self.errors));
  if (self.codec == Codec::kLatin1) return latin1_decode(t, input);
  if (self.codec == Codec::kAscii) return ascii_decode(t, input, errors.c_str());
  if (self.codec == Codec::kUtf8) {
    std::string joined;
    if (self.undecoded_size) {
      joined.assign(self.undecoded, self.undecoded_size);
      joined.append(input);
      input = joined;
    }
    ssize consumed = static_cast<ssize>(input.size());
    Owned text = TRY(utf8_decode(t, input, errors.c_str(), final ? nullptr : &consumed));
    size_t rest = final ? 0 : input.size() - static_cast<size_t>(consumed);
    std::memcpy(self.undecoded, input.data() + input.size() - rest, rest);
    self.undecoded_size = static_cast<uint8_t>(rest);
    return text;
  }
  if (self.decoder.is_null()) {
    Owned decoder = TRY(make_incremental(t, self, "incrementaldecoder"));
    self.decoder.store(&self, std::move(decoder));
  }
  Owned decoder = self.decoder.get();
  Ref<Bytes> bytes = TRY(bytes_new(t, input));
  Owned text = TRY(call_method(t, decoder, NAME("decode"), bytes, bool_value(final)));
  if (!is_instance(text, Str::type())) return raise_type_error(t, "decoder should return a string result, not '%.200s'", type_of(text)->name);
  return text;
}
Result<Owned> decode(Thread& t, TextIO& self, std::string_view input, bool final) {
  Owned text = TRY(decode_bytes(t, self, input, final));
  if (!self.read_universal) return text;
  return translate_newlines(t, *text.value().as<Str>(), &self.pending_cr, &self.seen_newlines, self.read_translate, final);
}

/// The decoder's state: bytes and flags, in the shape of codecs' getstate().
Result<void> decoder_state(Thread& t, TextIO& self, Owned* bytes, Owned* flags) {
  if (self.codec == Codec::kOther && !self.decoder.is_null()) {
    Owned decoder = self.decoder.get();
    Owned state = TRY(call_method(t, decoder, NAME("getstate")));
    if (!is_instance(state, Tuple::type()) || state.value().as<Tuple>()->size != 2) return raise_type_error(t, "illegal decoder state");
    *bytes = dup(state.value().as<Tuple>()->get(0));
    *flags = dup(state.value().as<Tuple>()->get(1));
  } else {
    *bytes = TRY(bytes_new(t, self.undecoded, self.undecoded_size));
    *flags = Owned::steal(Value::small_int_unchecked(0));
  }
  if (self.read_universal) {
    Owned shifted = TRY(number_left_shift(t, *flags, Value::small_int_unchecked(1)));
    *flags = TRY(number_bit_or(t, shifted, Value::small_int_unchecked(self.pending_cr)));
  }
  return {};
}
Result<void> set_decoder_state(Thread& t, TextIO& self, Value bytes, Value flags) {
  Owned inner = dup(flags);
  if (self.read_universal) {
    Owned low = TRY(number_bit_and(t, flags, Value::small_int_unchecked(1)));
    self.pending_cr = TRY(object_is_true(t, low));
    inner = TRY(number_right_shift(t, flags, Value::small_int_unchecked(1)));
  }
  if (self.codec == Codec::kOther) {
    if (self.decoder.is_null()) {
      Owned decoder = TRY(make_incremental(t, self, "incrementaldecoder"));
      self.decoder.store(&self, std::move(decoder));
    }
    Owned decoder = self.decoder.get();
    Ref<Tuple> state = TRY(tuple_pack(t, bytes, inner));
    Owned ignored = TRY(call_method(t, decoder, NAME("setstate"), state));
    return {};
  }
  std::string_view view = bytes.as<Bytes>()->view();
  self.undecoded_size = static_cast<uint8_t>(std::min(view.size(), sizeof self.undecoded));
  std::memcpy(self.undecoded, view.data(), self.undecoded_size);
  return {};
}

/// Reads and decodes one chunk into `decoded`. False at the end.
Result<bool> read_chunk(Thread& t, TextIO& self, ssize hint) {
  Owned state_bytes, state_flags;
  if (self.telling) TRY(decoder_state(t, self, &state_bytes, &state_flags));
  ssize size = std::max(self.chunk_size, hint);
  Owned buffer = self.buffer.get();
  Owned chunk = TRY(call_method(t, buffer, self.has_read1 ? NAME("read1") : NAME("read"), Value::small_int_unchecked(size)));
  BytesLike view;
  if (!has_buffer(chunk)) {
    return raise_type_error(t, "underlying %s() should have returned a bytes-like object, not '%.200s'", self.has_read1 ? "read1" : "read", type_of(chunk)->name);
  }
  TRY(view.acquire(t, chunk));
  bool end = view.size() == 0;
  Owned text = TRY(decode(t, self, view.view(), end));
  if (self.telling) {
    std::string input(state_bytes.value().as<Bytes>()->view());
    input.append(view.view());
    Ref<Bytes> kept = TRY(bytes_new(t, input));
    self.snapshot_input.store(&self, std::move(kept));
    self.snapshot_bytes.store(&self, std::move(state_bytes));
    self.snapshot_flags.store(&self, std::move(state_flags));
  }
  if (text.value().as<Str>()->length > 0) end = false;
  self.decoded.store(&self, std::move(text));
  self.used = 0;
  return !end;
}

Result<void> prepare_read(Thread& t, TextIO& self) {
  TRY(check_open(t, self));
  Owned buffer = self.buffer.get();
  if (self.decoded.is_null()) {
    Owned readable = TRY(call_method(t, buffer, NAME("readable")));
    if (!TRY(object_is_true(t, readable))) return raise_unsupported(t, "not readable");
  }
  return write_pending(t, self);
}

/// Up to n characters (-1: all) of what is decoded already.
Result<Owned> take_decoded(Thread& t, TextIO& self, ssize n) {
  if (self.decoded.is_null()) return Owned(TRY(str_from_ascii(t, "")));
  Owned text = self.decoded.get();
  Str& s = *text.value().as<Str>();
  ssize left = s.length - self.used;
  if (n < 0 || n > left) n = left;
  Ref<Str> part = TRY(str_substring(t, s, self.used, self.used + n));
  self.used += n;
  return Owned(std::move(part));
}

Result<Owned> text_read(Thread& t, Locked<TextIO> self, Value size) {
  ssize n = TRY(io_size(t, size));
  TRY(prepare_read(t, *self));
  StrWriter out(t);
  Owned have = TRY(take_decoded(t, *self, n));
  TRY(out.str(*have.value().as<Str>()));
  if (n < 0) {
    Owned buffer = self->buffer.get();
    Owned all = TRY(call_method(t, buffer, NAME("read")));
    if (is_none(all)) return raise_format(t, &exc_BlockingIOError, "Read returned None.");
    BytesLike view;
    TRY(view.acquire(t, all));
    Owned rest = TRY(decode(t, *self, view.view(), true));
    TRY(out.str(*rest.value().as<Str>()));
    forget_decoded(*self);
    return Owned(TRY(out.finish()));
  }
  while (out.length() < n) {
    if (!TRY(read_chunk(t, *self, n - out.length()))) break;
    Owned more = TRY(take_decoded(t, *self, n - out.length()));
    TRY(out.str(*more.value().as<Str>()));
  }
  return Owned(TRY(out.finish()));
}

/// End (exclusive) of the line that begins at `start`, or -1. `again` is where the next search may begin when the line goes on.
ssize find_line_end(TextIO& self, Str& s, ssize start, ssize* again) {
  *again = s.length;
  if (self.read_translate) {
    ssize at = str_find_char(s, '\n', start, s.length);
    return at < 0 ? -1 : at + 1;
  }
  if (self.read_universal) {
    for (ssize i = start; i < s.length; i++) {
      char32_t c = s.at(i);
      if (c == '\n') return i + 1;
      if (c == '\r') return i + 1 < s.length && s.at(i + 1) == '\n' ? i + 2 : i + 1;
    }
    return -1;
  }
  Str& newline = *self.newline.load_as<Str>();
  if (newline.length == 1) {
    ssize at = str_find_char(s, newline.at(0), start, s.length);
    return at < 0 ? -1 : at + 1;
  }
  ssize at = str_find(s, newline, start, s.length);
  return at < 0 ? -1 : at + newline.length;
}

Result<Owned> read_line(Thread& t, TextIO& self, ssize limit) {
  TRY(prepare_read(t, self));
  StrWriter line(t);
  Owned carried;  // text that may end in half a newline
  while (true) {
    if (self.decoded.is_null() || self.used >= self.decoded.load_as<Str>()->length) {
      bool more = true;
      do {
        more = TRY(read_chunk(t, self, 0));
      } while (more && self.decoded.load_as<Str>()->length == 0);
      if (!more) {
        forget_decoded(self);
        break;
      }
    }
    Owned text = self.decoded.get();
    if (carried) {
      Ref<Str> rest = TRY(str_substring(t, *text.value().as<Str>(), self.used, text.value().as<Str>()->length));
      Ref<Str> joined = TRY(str_concat(t, *carried.value().as<Str>(), *rest));
      self.decoded.store(&self, dup(Value(joined)));
      self.used = 0;
      self.snapshot_input.store(&self, Owned());
      carried = Owned();
      text = std::move(joined);
    }
    Str& s = *text.value().as<Str>();
    ssize again, end = find_line_end(self, s, self.used, &again);
    if (end < 0 && !self.read_universal && !self.read_translate && self.newline.load_as<Str>()->length == 2 && s.length && s.at(s.length - 1) == '\r' &&
        (limit < 0 || line.length() + s.length - self.used < limit)) {
      carried = TRY(str_substring(t, s, s.length - 1, s.length));
      TRY(line.substring(s, self.used, s.length - 1));
      self.used = s.length;
      continue;
    }
    ssize stop = end < 0 ? s.length : end;
    if (limit >= 0 && line.length() + stop - self.used >= limit) {
      stop = self.used + (limit - line.length());
      end = stop;
    }
    TRY(line.substring(s, self.used, stop));
    self.used = stop;
    if (end >= 0) return Owned(TRY(line.finish()));
  }
  if (carried) TRY(line.str(*carried.value().as<Str>()));
  return Owned(TRY(line.finish()));
}
Result<Owned> text_readline(Thread& t, Locked<TextIO> self, Value size) { return read_line(t, *self, TRY(io_size(t, size))); }
Lookup<Owned> text_next(Thread& t, Value v) {
  auto& self = *v.as<TextIO>();
  Owned line;
  if (type_of(v) == &textiowrapper_type) {
    CriticalSection section(t, self);
    self.telling = false;
    line = TRY(read_line(t, self, -1));
  } else {
    self.telling = false;
    line = TRY(call_method(t, v, NAME("readline")));
    if (!is_instance(line, Str::type())) {
      return raise_format(t, &exc_OSError, "readline() should have returned a str object, not '%.200s'", type_of(line)->name);
    }
  }
  if (line.value().as<Str>()->length == 0) {
    self.snapshot_input.store(&self, Owned());
    self.telling = self.seekable;
    return Absent{};
  }
  return line;
}
Result<Owned> text_iter(Thread& t, Value v) {
  TRY(check_open(t, *v.as<TextIO>()));
  return dup(v);
}

// --- position: cookies of position | flags << 64 | bytes to feed << 128 | characters to skip << 192 | need end << 256 ---

struct Cookie {
  Owned position, flags;
  int64_t feed = 0, skip = 0;
  bool need_end = false;
};
Result<Owned> pack(Thread& t, const Cookie& c) {
  Owned result = dup(c.position.value());
  auto add = [&](Value part, int shift) -> Result<void> {
    if (!TRY(object_is_true(t, part))) return {};
    Owned shifted = TRY(number_left_shift(t, part, Value::small_int_unchecked(shift)));
    result = TRY(number_bit_or(t, result, shifted));
    return {};
  };
  TRY(add(c.flags, 64));
  TRY(add(Value::small_int_unchecked(c.feed), 128));
  TRY(add(Value::small_int_unchecked(c.skip), 192));
  TRY(add(Value::small_int_unchecked(c.need_end), 256));
  return result;
}
Result<void> unpack(Thread& t, Value packed, Cookie* c) {
  Owned mask = TRY(int_from_uint64(t, UINT64_MAX));
  auto part = [&](int shift) -> Result<Owned> {
    Owned shifted = TRY(number_right_shift(t, packed, Value::small_int_unchecked(shift)));
    return number_bit_and(t, shifted, mask);
  };
  c->position = TRY(part(0));
  c->flags = TRY(part(64));
  bool fits;
  Owned feed = TRY(part(128)), skip = TRY(part(192)), end = TRY(part(256));
  c->feed = int_as_int64(feed, &fits);
  c->skip = int_as_int64(skip, &fits);
  c->need_end = TRY(object_is_true(t, end));
  return {};
}

Result<Owned> text_tell(Thread& t, Locked<TextIO> self) {
  TRY(check_open(t, *self));
  if (!self->seekable) return raise_unsupported(t, "underlying stream is not seekable");
  if (!self->telling) return raise_format(t, &exc_OSError, "telling position disabled by next() call");
  TRY(write_pending(t, *self));
  Owned buffer = self->buffer.get();
  Owned flushed = TRY(call_method(t, buffer, NAME("flush")));
  Owned position = TRY(call_method(t, buffer, NAME("tell")));
  if (self->decoded.is_null() || self->snapshot_input.is_null()) return position;
  Owned input = self->snapshot_input.get(), start_bytes = self->snapshot_bytes.get(), start_flags = self->snapshot_flags.get();
  std::string data(input.value().as<Bytes>()->view());
  Cookie cookie;
  Owned length = TRY(io_int(t, static_cast<int64_t>(data.size())));
  cookie.position = TRY(number_subtract(t, position, length));
  cookie.flags = dup(start_flags.value());
  ssize skip = self->used;
  if (skip == 0) return pack(t, cookie);
  // Feeds the input byte by byte from the snapshot's state until as many characters have come out.
  Owned saved_bytes, saved_flags;
  TRY(decoder_state(t, *self, &saved_bytes, &saved_flags));
  uint8_t saved_seen = self->seen_newlines;
  Ref<Bytes> empty = TRY(bytes_new(t, "", 0));
  auto search = [&]() -> Result<Owned> {
    TRY(set_decoder_state(t, *self, empty, start_flags));
    ssize characters = 0;
    int64_t fed = 0, safe = 0;
    ssize at_safe = 0;
    Owned safe_flags = dup(start_flags.value());
    size_t i = 0;
    for (; i < data.size() && characters < skip; i++) {
      Owned text = TRY(decode(t, *self, std::string_view(data).substr(i, 1), false));
      characters += text.value().as<Str>()->length;
      fed++;
      Owned bytes, flags;
      TRY(decoder_state(t, *self, &bytes, &flags));
      if (bytes.value().as<Bytes>()->size == 0 && characters <= skip) {
        safe = fed;
        at_safe = characters;
        safe_flags = std::move(flags);
      }
    }
    if (characters < skip) {
      Owned text = TRY(decode(t, *self, {}, true));
      characters += text.value().as<Str>()->length;
      cookie.need_end = true;
      if (characters < skip) return raise_format(t, &exc_OSError, "can't reconstruct logical file position");
    }
    Owned moved = TRY(io_int(t, safe));
    cookie.position = TRY(number_add(t, cookie.position, moved));
    cookie.flags = std::move(safe_flags);
    cookie.feed = fed - safe;
    cookie.skip = skip - at_safe;
    return pack(t, cookie);
  };
  auto result = search();
  Ref<Object> error = result.ok() ? nullptr : take_exception(t);
  self->seen_newlines = saved_seen;
  TRY(set_decoder_state(t, *self, saved_bytes, saved_flags));
  if (error) {
    restore_exception(t, std::move(error));
    return Raised{};
  }
  return result;
}

Result<void> reset_encoder(Thread& t, TextIO& self, bool at_start) {
  self.encoding_start = at_start;
  if (self.encoder.is_null()) return {};
  Owned encoder = self.encoder.get();
  Owned ignored = at_start ? TRY(call_method(t, encoder, NAME("reset"))) : TRY(call_method(t, encoder, NAME("setstate"), Value::small_int_unchecked(0)));
  return {};
}
Result<void> reset_decoder(Thread& t, TextIO& self) {
  self.undecoded_size = 0;
  self.pending_cr = false;
  if (self.decoder.is_null()) return {};
  Owned decoder = self.decoder.get();
  Owned ignored = TRY(call_method(t, decoder, NAME("reset")));
  return {};
}

Result<Owned> text_seek(Thread& t, Locked<TextIO> self, Value target, int whence) {
  TRY(check_open(t, *self));
  if (!self->seekable) return raise_unsupported(t, "underlying stream is not seekable");
  Owned cookie_value = dup(target);
  Owned buffer = self->buffer.get();
  if (whence == 1) {
    if (TRY(object_is_true(t, target))) return raise_unsupported(t, "can't do nonzero cur-relative seeks");
    cookie_value = TRY(call_method(t, Value(self.get()), NAME("tell")));
  } else if (whence == 2) {
    if (TRY(object_is_true(t, target))) return raise_unsupported(t, "can't do nonzero end-relative seeks");
    TRY(write_pending(t, *self));
    Owned flushed = TRY(call_method(t, buffer, NAME("flush")));
    forget_decoded(*self);
    TRY(reset_decoder(t, *self));
    Owned at = TRY(call_method(t, buffer, NAME("seek"), Value::small_int_unchecked(0), Value::small_int_unchecked(2)));
    TRY(reset_encoder(t, *self, !TRY(object_is_true(t, at))));
    return at;
  } else if (whence != 0) {
    return raise_value_error(t, "invalid whence (%d, should be 0, 1 or 2)", whence);
  }
  if (TRY(object_compare_bool(t, cookie_value, Value::small_int_unchecked(0), CompareOp::kLt))) {
    return raise_value_error(t, "negative seek position %R", cookie_value.value());
  }
  TRY(write_pending(t, *self));
  Owned flushed = TRY(call_method(t, buffer, NAME("flush")));
  Cookie cookie;
  TRY(unpack(t, cookie_value, &cookie));
  Owned at = TRY(call_method(t, buffer, NAME("seek"), cookie.position));
  forget_decoded(*self);
  Ref<Bytes> empty = TRY(bytes_new(t, "", 0));
  bool zero = !TRY(object_is_true(t, cookie_value));
  if (zero) TRY(reset_decoder(t, *self));
  else TRY(set_decoder_state(t, *self, empty, cookie.flags));
  if (cookie.skip || cookie.feed) {
    Owned feed_size = TRY(io_int(t, cookie.feed));
    Owned chunk = TRY(call_method(t, buffer, NAME("read"), feed_size));
    if (!is_instance(chunk, Bytes::type())) return raise_type_error(t, "underlying read() should have returned a bytes object, not '%.200s'", type_of(chunk)->name);
    Owned text = TRY(decode(t, *self, chunk.value().as<Bytes>()->view(), cookie.need_end));
    if (text.value().as<Str>()->length < cookie.skip) return raise_format(t, &exc_OSError, "can't restore logical file position");
    self->snapshot_input.store(self.get(), std::move(chunk));
    self->snapshot_bytes.store(self.get(), std::move(empty));
    self->snapshot_flags.store(self.get(), dup(cookie.flags.value()));
    self->decoded.store(self.get(), std::move(text));
    self->used = cookie.skip;
  } else {
    self->snapshot_input.store(self.get(), dup(Value(empty)));
    self->snapshot_bytes.store(self.get(), std::move(empty));
    self->snapshot_flags.store(self.get(), dup(cookie.flags.value()));
  }
  TRY(reset_encoder(t, *self, zero));
  return cookie_value;
}
Result<Owned> text_truncate(Thread& t, Locked<TextIO> self, Value size) {
  TRY(check_ready(t, *self));
  Owned ignored = TRY(call_method(t, Value(self.get()), NAME("flush")));
  Owned buffer = self->buffer.get();
  return call_method(t, buffer, NAME("truncate"), size);
}

// --- the rest ---

Result<Owned> text_close(Thread& t, TextIO& self) {
  TRY(check_ready(t, self));
  Owned buffer = self.buffer.get();
  if (TRY(io_is_closed(t, buffer))) return owned_none();
  Ref<TextIO> keep = dup(self);
  auto flushed = call_method(t, Value(&self), NAME("flush"));
  Ref<Object> error = flushed.ok() ? nullptr : take_exception(t);
  if (flushed.ok()) Owned ignored = flushed.take();
  auto closed = call_method(t, buffer, NAME("close"));
  if (!closed.ok()) {
    if (error) chain_exceptions(t, std::move(error));
    return Raised{};
  }
  if (error) {
    restore_exception(t, std::move(error));
    return Raised{};
  }
  return closed;
}
Result<Owned> text_detach(Thread& t, TextIO& self) {
  TRY(check_ready(t, self));
  Owned ignored = TRY(call_method(t, Value(&self), NAME("flush")));
  Owned buffer = self.buffer.exchange(&self, Owned());
  self.detached = true;
  self.ready = false;
  return buffer;
}
Result<Owned> text_reconfigure(Thread& t, TextIO& self, Value encoding, Value errors, Value newline, Value line_buffering, Value write_through) {
  TRY(check_ready(t, self));
  if (!self.decoded.is_null() && (!is_none(encoding) || !is_none(errors) || !newline.is_null())) {
    return raise_unsupported(t, "It is not possible to set the encoding or newline of stream after the first read");
  }
  bool lines = is_none(line_buffering) ? self.line_buffering : TRY(object_is_true(t, line_buffering));
  bool through = is_none(write_through) ? self.write_through : TRY(object_is_true(t, write_through));
  Owned flushed = TRY(call_method(t, Value(&self), NAME("flush")));
  if (!is_none(encoding) || !is_none(errors)) {
    if (!is_none(encoding) && !is_instance(encoding, Str::type())) return raise_type_error(t, "reconfigure() argument 'encoding' must be str or None, not %s", type_of(encoding)->name);
    if (!is_none(errors) && !is_instance(errors, Str::type())) return raise_type_error(t, "reconfigure() argument 'errors' must be str or None, not %s", type_of(errors)->name);
    Owned name = is_none(encoding) ? self.encoding.get() : str_equal_ascii(*encoding.as<Str>(), "locale") ? Owned::steal(NAME("UTF-8")) : dup(encoding);
    Owned handler = !is_none(errors) ? dup(errors) : is_none(encoding) ? self.errors.get() : Owned::steal(NAME("strict"));
    std::string text(TRY(str_utf8(t, *name.value().as<Str>())));
    Codec codec = codec_kind(text);
    if (codec == Codec::kOther) Owned info = TRY(codec_lookup(t, text.c_str()));
    self.codec = codec;
    self.encoding.store(&self, std::move(name));
    self.errors.store(&self, std::move(handler));
    self.encoder.store(&self, Owned());
    self.decoder.store(&self, Owned());
  }
  if (!newline.is_null()) TRY(set_newline(t, self, newline));
  self.line_buffering = lines;
  self.write_through = through;
  return owned_none();
}
Result<Owned> from_buffer(Thread& t, TextIO& self, Value method) {
  TRY(check_ready(t, self));
  Owned buffer = self.buffer.get();
  return call_method(t, buffer, method);
}
Result<Owned> text_fileno(Thread& t, TextIO& self) { return from_buffer(t, self, NAME("fileno")); }
Result<Owned> text_seekable(Thread& t, TextIO& self) { return from_buffer(t, self, NAME("seekable")); }
Result<Owned> text_readable(Thread& t, TextIO& self) { return from_buffer(t, self, NAME("readable")); }
Result<Owned> text_writable(Thread& t, TextIO& self) { return from_buffer(t, self, NAME("writable")); }
Result<Owned> text_isatty(Thread& t, TextIO& self) { return from_buffer(t, self, NAME("isatty")); }
Result<Owned> text_closed(Thread& t, TextIO& self) {
  TRY(check_ready(t, self));
  Owned buffer = self.buffer.get();
  return get_attribute(t, buffer, NAME("closed"));
}
Result<Owned> text_name(Thread& t, TextIO& self) {
  TRY(check_ready(t, self));
  Owned buffer = self.buffer.get();
  return get_attribute(t, buffer, NAME("name"));
}
Owned slot_or_none(Slot& slot) { return slot.is_null() ? owned_none() : slot.get(); }
Owned text_encoding_get(Thread&, TextIO& self) { return slot_or_none(self.encoding); }
Result<Owned> text_buffer(Thread& t, TextIO& self) {
  TRY(check_ready(t, self));
  return slot_or_none(self.buffer);
}
Result<Owned> text_errors(Thread& t, TextIO& self) {
  TRY(check_ready(t, self));
  return slot_or_none(self.errors);
}
Result<Owned> text_newlines(Thread& t, TextIO& self) {
  TRY(check_ready(t, self));
  return newlines_value(t, self.seen_newlines);
}
bool text_line_buffering(Thread&, TextIO& self) { return self.line_buffering; }
bool text_write_through(Thread&, TextIO& self) { return self.write_through; }
ssize text_chunk_size(Thread&, TextIO& self) { return self.chunk_size; }
Result<void> text_set_chunk_size(Thread& t, TextIO& self, Value v) {
  if (v.is_null()) return raise_attribute_error(t, "cannot delete attribute");
  ssize n = TRY(number_as_ssize(t, v, &exc_ValueError));
  if (n <= 0) return raise_value_error(t, "a strictly positive integer is required");
  self.chunk_size = n;
  return {};
}
Result<Owned> text_getstate(Thread& t, TextIO& self) { return raise_type_error(t, "cannot pickle '%.100s' instances", self.Object::type()->name); }

Result<Owned> text_repr(Thread& t, Value v) {
  auto& self = *v.as<TextIO>();
  TRY(check_ready(t, self));
  if (repr_enter(t, v)) return raise_runtime_error(t, "reentrant call inside %s.__repr__", self.Object::type()->name);
  auto make = [&]() -> Result<Owned> {
    StrWriter out(t);
    TRY(out.ascii("<"));
    TRY(out.ascii(self.Object::type()->name));
    for (Value attribute : {NAME("name"), NAME("mode")}) {
      auto found = find_attribute(t, v, attribute);
      if (found.raised()) {
        if (!exception_matches(t, &exc_ValueError)) return Raised{};
        clear_exception(t);
        continue;
      }
      if (found.absent()) continue;
      Owned value = found.take();
      Ref<Str> part = TRY(str_from_format(t, " %U=%R", attribute, value.value()));
      TRY(out.str(*part));
    }
    Owned encoding = self.encoding.get();
    Ref<Str> tail = TRY(str_from_format(t, " encoding=%R>", encoding.value()));
    TRY(out.str(*tail));
    return Owned(TRY(out.finish()));
  };
  auto text = make();
  repr_leave(t, v);
  return text;
}
void text_finalize(Thread& t, Value v) {
  if (v.as<TextIO>()->ready) iobase_finalize(t, v);
}

constexpr MethodDef kTextMethods[] = {
    method<&text_detach>("detach", "($self, /)", nullptr),
    method<&text_reconfigure>("reconfigure", "($self, /, *, encoding=None, errors=None, newline=<unset>, line_buffering=None, write_through=None)", "Reconfigure the text stream with new parameters."),
    method<&text_write>("write", "($self, text, /)", nullptr),
    method<&text_read>("read", "($self, size=-1, /)", nullptr),
    method<&text_readline>("readline", "($self, size=-1, /)", nullptr),
    method<&text_flush>("flush", "($self, /)", nullptr),
    method<&text_close>("close", "($self, /)", nullptr),
    method<&text_fileno>("fileno", "($self, /)", nullptr),
    method<&text_seekable>("seekable", "($self, /)", nullptr),
    method<&text_readable>("readable", "($self, /)", nullptr),
    method<&text_writable>("writable", "($self, /)", nullptr),
    method<&text_isatty>("isatty", "($self, /)", nullptr),
    method<&text_seek>("seek", "($self, cookie, whence=0, /)", "Set the stream position, and return the new stream position."),
    method<&text_tell>("tell", "($self, /)", "Return the stream position as an opaque number."),
    method<&text_truncate>("truncate", "($self, pos=None, /)", nullptr),
    method<&text_getstate>("__getstate__", "($self, /)", nullptr),
    {}};
constexpr GetSetDef kTextGetSet[] = {getter<&text_name>("name"), getter<&text_closed>("closed"), getter<&text_encoding_get>("encoding"), getter<&text_errors>("errors"),
    getter<&text_newlines>("newlines"), getter<&text_buffer>("buffer"), getter<&text_line_buffering>("line_buffering"),
    getter<&text_write_through>("write_through"), property<&text_chunk_size, &text_set_chunk_size>("_CHUNK_SIZE"), {}};
constexpr uint16_t kTextSlots[] = {offsetof(TextIO, buffer), offsetof(TextIO, encoding), offsetof(TextIO, errors), offsetof(TextIO, encoder), offsetof(TextIO, decoder),
    offsetof(TextIO, decoded), offsetof(TextIO, snapshot_input), offsetof(TextIO, snapshot_bytes), offsetof(TextIO, snapshot_flags), offsetof(TextIO, newline)};
constexpr TypeOps kTextOps = {.repr = &text_repr, .iter = &text_iter, .next = &text_next,
    .init = initializer<"TextIOWrapper", "(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)", &text_init>,
    .create = constructor<"TextIOWrapper", "(*args, **kwargs)", &text_new>, .finalize = &text_finalize};
constexpr TypeDef kTextDef = {.name = "_io.TextIOWrapper", .size = sizeof(TextIO), .base = &textiobase_type,
    .layout = {.slot_offsets = kTextSlots, .slot_count = 10, .flags = kCollectable | kHasAttributes | kHasFinalizer | kPromptType, .release = &text_release},
    .ops = &kTextOps, .methods = kTextMethods, .getset = kTextGetSet, .doc = "Character and line based layer over a BufferedIOBase object, buffer.",
    .text_signature = "(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)"};

}  // namespace

Result<Owned> newline_decoder_new(Thread& t, Value decoder, bool translate) { return newline_new(t, newline_decoder_type, decoder, translate, nullptr); }

Result<Owned> newline_decoder_decode(Thread& t, Value v, Value input, bool final) {
  auto& self = *v.as<NewlineDecoder>();
  Owned decoder = self.decoder.get(), text;
  if (is_none(decoder)) text = dup(input);
  else text = TRY(call_method(t, decoder, NAME("decode"), input, bool_value(final)));
  if (!is_instance(text, Str::type())) return raise_type_error(t, "decoder should return a string result, not '%.200s'", type_of(text)->name);
  CriticalSection section(t, self);
  return translate_newlines(t, *text.value().as<Str>(), &self.pending_cr, &self.seen, self.translate, final);
}

Result<void> io_add_text(Thread& t, Module& m) {
  TRY(type_ready(t, &newline_decoder_type, kNewlineDef));
  TRY(type_ready(t, &textiowrapper_type, kTextDef));
  TRY(module_add_type(t, m, &newline_decoder_type));
  return module_add_type(t, m, &textiowrapper_type);
}

}  // namespace ty
