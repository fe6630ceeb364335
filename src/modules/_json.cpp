// modules/_json.cpp: the accelerator of json. CPython: Modules/_json.c.
//
// Threads     scanners and encoders are immutable.
#include <cmath>

#include "base/float_text.h"
#include "base/text_buffer.h"
#include "types/container.h"
#include "types/dict.h"
#include "types/float.h"
#include "types/function.h"
#include "types/int.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

// --- writing strings ---
Result<void> write_quoted(Thread& t, StrWriter& out, Str& s, bool ascii_only) {
  TRY(out.put('"'));
  ssize run = 0;  // start of what is copied as it is
  for (ssize i = 0; i < s.length; i++) {
    char32_t c = s.at(i);
    if (c >= ' ' && c != '"' && c != '\\' && (c < 0x7f || (!ascii_only))) continue;
    if (i > run) TRY(out.substring(s, run, i));
    run = i + 1;
    TRY(out.put('\\'));
    auto unit = [&](unsigned u) -> Result<void> {
      char text[6] = {'u', "0123456789abcdef"[u >> 12 & 15], "0123456789abcdef"[u >> 8 & 15], "0123456789abcdef"[u >> 4 & 15], "0123456789abcdef"[u & 15], 0};
      return out.ascii({text, 5});
    };
    switch (c) {
      case '"': case '\\': TRY(out.put(c)); break;
      case '\b': TRY(out.put('b')); break;
      case '\f': TRY(out.put('f')); break;
      case '\n': TRY(out.put('n')); break;
      case '\r': TRY(out.put('r')); break;
      case '\t': TRY(out.put('t')); break;
      default:
        if (c >= 0x10000) {
          TRY(unit(0xd800 + ((c - 0x10000) >> 10)));
          TRY(out.put('\\'));
          c = 0xdc00 + ((c - 0x10000) & 0x3ff);
        }
        TRY(unit(c));
    }
  }
  if (s.length > run) TRY(out.substring(s, run, s.length));
  return out.put('"');
}
Result<Owned> quoted(Thread& t, Value v, bool ascii_only) {
  if (!is_str(v)) return raise_type_error(t, "first argument must be a string, not %.80s", type_of(v)->name);
  StrWriter out(t);
  TRY(write_quoted(t, out, *v.as<Str>(), ascii_only));
  return Owned(TRY(out.finish()));
}
Result<Owned> encode_basestring(Thread& t, Value s) { return quoted(t, s, false); }
Result<Owned> encode_basestring_ascii(Thread& t, Value s) { return quoted(t, s, true); }

// --- reading ---
Raised decode_error(Thread& t, const char* message, Value text, ssize at) {
  auto cls = import_attribute(t, "json.decoder", "JSONDecodeError");
  if (!cls.ok()) return Raised{};
  Owned type = cls.take();
  auto shown = str_from_ascii(t, message);
  if (!shown.ok()) return Raised{};
  Owned words = shown.take();
  auto made = call(t, type, words, text, Value::small_int_unchecked(at));
  if (!made.ok()) return Raised{};
  return raise_instance(t, made.take());
}
Raised stop(Thread& t, ssize at) { return raise_stop_iteration(t, Value::small_int_unchecked(at)); }

/// `end`: index behind the opening quote; afterwards behind the closing one.
Result<Owned> scan_string(Thread& t, Value text, ssize* end_io, bool strict) {
  auto& s = *text.as<Str>();
  ssize end = *end_io, begin = end - 1, length = s.length;
  if (end < 0 || end > length) return raise_value_error(t, "end is out of bounds");
  StrWriter out(t);
  bool copied = false;
  while (true) {
    ssize next = end;
    char32_t c = 0;
    for (; next < length; next++) {
      c = s.at(next);
      if (c == '"' || c == '\\') break;
      if (c <= 0x1f && strict) return decode_error(t, "Invalid control character at", text, next);
    }
    if (next == length) return decode_error(t, "Unterminated string starting at", text, begin);
    if (c == '"') {
      *end_io = next + 1;
      if (!copied) return Owned(TRY(str_substring(t, s, end, next)));
      if (next > end) TRY(out.substring(s, end, next));
      return Owned(TRY(out.finish()));
    }
    copied = true;
    if (next > end) TRY(out.substring(s, end, next));
    if (++next == length) return decode_error(t, "Unterminated string starting at", text, begin);
    c = s.at(next);
    if (c != 'u') {
      end = next + 1;
      switch (c) {
        case '"': case '\\': case '/': break;
        case 'b': c = '\b'; break;
        case 'f': c = '\f'; break;
        case 'n': c = '\n'; break;
        case 'r': c = '\r'; break;
        case 't': c = '\t'; break;
        default: return decode_error(t, "Invalid \\escape", text, end - 2);
      }
      TRY(out.put(c));
      continue;
    }
    auto hex = [&](ssize at, char32_t* value) {  // four digits
      *value = 0;
      for (ssize i = at; i < at + 4; i++) {
        char32_t d = s.at(i);
        unsigned v = d >= '0' && d <= '9' ? d - '0' : d >= 'a' && d <= 'f' ? d - 'a' + 10 : d >= 'A' && d <= 'F' ? d - 'A' + 10 : 16;
        if (v == 16) return false;
        *value = *value << 4 | v;
      }
      return true;
    };
    next++;
    end = next + 4;
    if (end >= length) return decode_error(t, "Invalid \\uXXXX escape", text, next - 1);
    if (!hex(next, &c)) return decode_error(t, "Invalid \\uXXXX escape", text, end - 5);
    if (c >= 0xd800 && c < 0xdc00 && end + 6 < length && s.at(end) == '\\' && s.at(end + 1) == 'u') {
      char32_t low;
      if (!hex(end + 2, &low)) return decode_error(t, "Invalid \\uXXXX escape", text, end + 1);
      if (low >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        end += 6;
      }
    }
    TRY(out.put(c));
  }
}
Result<Owned> json_scanstring(Thread& t, Value string, ssize end, Opt<bool> strict) {
  if (!is_str(string)) return raise_type_error(t, "first argument must be a string, not %.80s", type_of(string)->name);
  Owned value = TRY(scan_string(t, string, &end, strict ? strict.value : true));
  return Owned(TRY(tuple_pack(t, value, Value::small_int_unchecked(end))));
}

struct Scanner : Object {
  Slot object_hook, object_pairs_hook, parse_float, parse_int, parse_constant;  // [const]
  bool strict;                                                                   // [const]
  static Type* type();
};
Type scanner_type;
Type* Scanner::type() { return &scanner_type; }

bool is_white(char32_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

struct Scan {
  Thread& t;
  Scanner& self;
  Value text;
  Str& s;
  Dict& memo;
  ssize at;

  void skip_white() {
    while (at < s.length && is_white(s.at(at))) at++;
  }
  bool here(char32_t c) { return at < s.length && s.at(at) == c; }
  bool word(const char* w) {
    ssize i = 0;
    for (; w[i]; i++) {
      if (at + i >= s.length || s.at(at + i) != static_cast<unsigned char>(w[i])) return false;
    }
    return true;
  }
  Result<Owned> constant(const char* name) {
    Ref<Str> shown = TRY(str_from_ascii(t, name));
    at += shown->length;
    Owned hook = self.parse_constant.get();
    return call(t, hook, shown);
  }
  Result<Owned> number() {
    ssize start = at, i = at, n = s.length;
    auto digit = [&](ssize k) { return k < n && s.at(k) >= '0' && s.at(k) <= '9'; };
    if (s.at(i) == '-') i++;
    if (!digit(i)) return stop(t, start);
    if (s.at(i) == '0') i++;
    else while (digit(i)) i++;
    bool is_float = false;
    if (i < n && s.at(i) == '.' && digit(i + 1)) {
      is_float = true;
      for (i++; digit(i);) i++;
    }
    if (i < n && (s.at(i) == 'e' || s.at(i) == 'E')) {
      ssize k = i + 1;
      if (k < n && (s.at(k) == '-' || s.at(k) == '+')) k++;
      if (digit(k)) {
        while (digit(k)) k++;
        is_float = true;
        i = k;
      }
    }
    at = i;
    Owned hook = is_float ? self.parse_float.get() : self.parse_int.get();
    if (hook.value().identity() != Value(is_float ? &float_type : &int_type).identity()) {
      Ref<Str> digits = TRY(str_substring(t, s, start, i));
      return call(t, hook, digits);
    }
    TextBuffer buffer;
    for (ssize k = start; k < i; k++) buffer.push(static_cast<char>(s.at(k)));
    if (buffer.failed()) return raise_memory_error(t);
    if (is_float) {
      double d = 0;
      float_text::parse_prefix(buffer.view(), &d);
      return float_from_double(t, d);
    }
    bool negative = buffer[0] == '-';
    std::string_view digits = buffer.view().substr(negative);
    if (digits.size() <= 18) {
      int64_t v = 0;
      for (char c : digits) v = v * 10 + (c - '0');
      return int_from_int64(t, negative ? -v : v);
    }
    Ref<Str> shown = TRY(str_substring(t, s, start, i));
    return int_parse(t, shown, 10);
  }
  Result<Owned> object() {  // at: behind {
    TRY(check_native_stack(t, " while decoding a JSON object from a unicode string"));
    Owned pairs_hook = self.object_pairs_hook.get();
    bool as_pairs = !is_none(pairs_hook);
    Ref<List> pairs;
    Ref<Dict> dict;
    if (as_pairs) pairs = TRY(list_new(t));
    else dict = TRY(dict_new(t));
    skip_white();
    if (!here('}')) {
      while (true) {
        if (!here('"')) return decode_error(t, "Expecting property name enclosed in double quotes", text, at);
        at++;
        Owned key = TRY(scan_string(t, text, &at, self.strict));
        key = TRY(dict_set_default(t, memo, key, key));
        skip_white();
        if (!here(':')) return decode_error(t, "Expecting ':' delimiter", text, at);
        at++;
        skip_white();
        Owned value = TRY(once());
        if (as_pairs) {
          Ref<Tuple> pair = TRY(tuple_pack(t, key, value));
          TRY(list_push(t, *pairs, pair));
        } else {
          TRY(dict_set(t, *dict, key, value));
        }
        skip_white();
        if (here('}')) break;
        if (!here(',')) return decode_error(t, "Expecting ',' delimiter", text, at);
        ssize comma = at++;
        skip_white();
        if (here('}')) return decode_error(t, "Illegal trailing comma before end of object", text, comma);
      }
    }
    at++;
    if (as_pairs) return call(t, pairs_hook, pairs);
    Owned hook = self.object_hook.get();
    if (!is_none(hook)) return call(t, hook, dict);
    return Owned(std::move(dict));
  }
  Result<Owned> array() {
    TRY(check_native_stack(t, " while decoding a JSON array from a unicode string"));
    Ref<List> list = TRY(list_new(t));
    skip_white();
    if (!here(']')) {
      while (true) {
        Owned value = TRY(once());
        TRY(list_push(t, *list, value));
        skip_white();
        if (here(']')) break;
        if (!here(',')) return decode_error(t, "Expecting ',' delimiter", text, at);
        ssize comma = at++;
        skip_white();
        if (here(']')) return decode_error(t, "Illegal trailing comma before end of array", text, comma);
      }
    }
    at++;
    return Owned(std::move(list));
  }
  Result<Owned> once() {
    if (at < 0) return raise_value_error(t, "idx cannot be negative");
    if (at >= s.length) return stop(t, at);
    switch (s.at(at)) {
      case '"': at++; return scan_string(t, text, &at, self.strict);
      case '{': at++; return object();
      case '[': at++; return array();
      case 'n':
        if (word("null")) return at += 4, owned_none();
        break;
      case 't':
        if (word("true")) return at += 4, owned_bool(true);
        break;
      case 'f':
        if (word("false")) return at += 5, owned_bool(false);
        break;
      case 'N':
        if (word("NaN")) return constant("NaN");
        break;
      case 'I':
        if (word("Infinity")) return constant("Infinity");
        break;
      case '-':
        if (word("-Infinity")) return constant("-Infinity");
        break;
      default: break;
    }
    return number();
  }
};

Result<Owned> scanner_new(Thread& t, Type& type, Value context) {
  auto self = TRY(make_object<Scanner>(t, &type));
  Owned strict = TRY(get_attribute(t, context, "strict"));
  self->strict = TRY(object_is_true(t, strict));
  self->object_hook.init(TRY(get_attribute(t, context, "object_hook")));
  self->object_pairs_hook.init(TRY(get_attribute(t, context, "object_pairs_hook")));
  self->parse_float.init(TRY(get_attribute(t, context, "parse_float")));
  self->parse_int.init(TRY(get_attribute(t, context, "parse_int")));
  self->parse_constant.init(TRY(get_attribute(t, context, "parse_constant")));
  return Owned(std::move(self));
}
Result<Owned> scanner_scan(Thread& t, Scanner& self, Value string, ssize idx) {
  if (!is_str(string)) return raise_type_error(t, "first argument must be a string, not %.80s", type_of(string)->name);
  Ref<Dict> memo = TRY(dict_new(t));
  Scan scan{t, self, string, *string.as<Str>(), *memo, idx};
  Owned value = TRY(scan.once());
  return Owned(TRY(tuple_pack(t, value, Value::small_int_unchecked(scan.at))));
}
template <class T>
Owned strict_of(Thread&, T& self) { return owned_bool(self.strict); }
constexpr MethodDef kScanRow = method<&scanner_scan>("scan_once", "($self, /, string, idx)", nullptr);
Result<Owned> scanner_call(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) { return kScanRow.call(t, kScanRow, self, args, nargs, kwnames); }

// --- encoder ---
struct Encoder : Object {
  Slot markers, default_hook, encoder, indent, key_separator, item_separator;  // [const]
  bool sort_keys, skip_keys, allow_nan;                                         // [const]
  uint8_t fast;  // [const] 1: encode_basestring, 2: encode_basestring_ascii
  static Type* type();
};
Type encoder_type;
Type* Encoder::type() { return &encoder_type; }

struct Encode {
  Thread& t;
  Encoder& self;
  StrWriter& out;
  Value markers;  // null: none

  Result<void> string(Value v) {
    if (self.fast) return write_quoted(t, out, *v.as<Str>(), self.fast == 2);
    Owned hook = self.encoder.get();
    Owned text = TRY(call(t, hook, v));
    if (!is_str(text)) return raise_type_error(t, "encoder() must return a string, not %.80s", type_of(text)->name);
    return out.str(*text.value().as<Str>());
  }
  Result<void> real(Value v) {
    double d = float_value(v);
    if (std::isfinite(d)) {
      char buffer[float_text::kReprSize];
      size_t n = float_text::repr(d, buffer);
      return out.ascii({buffer, n});
    }
    if (!self.allow_nan) return raise_value_error(t, "Out of range float values are not JSON compliant: %R", v);
    return out.ascii(std::isnan(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
  }
  Result<void> integer(Value v) {
    Owned text = TRY(int_to_str(t, v, 10));
    return out.str(*text.value().as<Str>());
  }
  Result<Owned> enter(Value v) {  // the marker's key; null object when there are no markers
    if (!markers) return owned_none();
    Owned id = TRY(object_id(t, v));
    if (TRY(dict_contains(t, *markers.as<Dict>(), id))) return raise_value_error(t, "Circular reference detected");
    TRY(dict_set(t, *markers.as<Dict>(), id, v));
    return id;
  }
  Result<void> leave(Value id) {
    if (!markers) return {};
    bool ignored = TRY(dict_delete(t, *markers.as<Dict>(), id));
    (void)ignored;
    return {};
  }
  Result<Owned> deeper(Value newline_indent) {
    Owned indent = self.indent.get();
    if (is_none(indent)) return owned_none();
    return Owned(TRY(str_concat(t, *newline_indent.as<Str>(), *indent.value().as<Str>())));
  }
  Result<void> separator(Value newline_indent) {
    Owned separator = self.item_separator.get();
    TRY(out.str(*separator.value().as<Str>()));
    if (!is_none(newline_indent)) TRY(out.str(*newline_indent.as<Str>()));
    return {};
  }
  Result<void> sequence(Value v, Value newline_indent) {
    Ref<Tuple> items = TRY(tuple_from_iterable_rpy(t, v));
    if (items->size == 0) return out.ascii("[]");
    Owned id = TRY(enter(v));
    TRY(out.put('['));
    Owned inner = TRY(deeper(newline_indent));
    if (!is_none(inner)) TRY(out.str(*inner.value().as<Str>()));
    bool live = is_instance(v, List::type());  // a list that changes meanwhile is seen changed
    for (ssize i = 0;; i++) {
      Owned item = live ? list_get(*v.as<List>(), i) : i < items->size ? items->items[i].get() : Owned();
      if (!item) break;
      if (i) TRY(separator(inner));
      TRY(value(item, inner));
    }
    TRY(leave(id));
    if (!is_none(inner)) TRY(out.str(*newline_indent.as<Str>()));
    return out.put(']');
  }
  Result<void> pair(bool* first, Value key, Value item, Value inner) {
    Owned text;
    if (is_str(key)) {
      text = dup(key);
    } else if (is_float(key)) {
      StrWriter writer(t);
      Encode sub{t, self, writer, markers};
      TRY(sub.real(key));
      text = TRY(writer.finish());
    } else if (is_true(key) || is_false(key) || is_none(key)) {
      text = TRY(str_from_ascii(t, is_true(key) ? "true" : is_false(key) ? "false" : "null"));
    } else if (is_int(key)) {
      text = TRY(int_to_str(t, key, 10));
    } else if (self.skip_keys) {
      return {};
    } else {
      return raise_type_error(t, "keys must be str, int, float, bool or None, not %.100s", type_of(key)->name);
    }
    if (*first) {
      *first = false;
      if (!is_none(inner)) TRY(out.str(*inner.as<Str>()));
    } else {
      TRY(separator(inner));
    }
    TRY(string(text));
    Owned colon = self.key_separator.get();
    TRY(out.str(*colon.value().as<Str>()));
    return value(item, inner);
  }
  Result<void> mapping(Value v, Value newline_indent) {
    if (dict_length(*v.as<Dict>()) == 0) return out.ascii("{}");
    Owned id = TRY(enter(v));
    TRY(out.put('{'));
    Owned inner = TRY(deeper(newline_indent));
    bool first = true;
    if (self.sort_keys || !is_exact<Dict>(v)) {
      Owned view = TRY(call_method(t, v, NAME("items")));
      Ref<List> items = TRY(list_from_iterable_rpy(t, view));
      if (self.sort_keys) TRY(list_sort_rpy(t, *items, none(), false));
      for (ssize i = 0; i < list_size(*items); i++) {
        Owned item = list_get(*items, i);
        if (!is_instance(item, Tuple::type()) || item.value().as<Tuple>()->size != 2) return raise_value_error(t, "items must return 2-tuples");
        Tuple& kv = *item.value().as<Tuple>();
        TRY(pair(&first, kv.get(0), kv.get(1), inner));
      }
    } else {
      ssize at = 0;
      Owned key, item;
      while (dict_next(*v.as<Dict>(), &at, &key, &item)) TRY(pair(&first, key, item, inner));
    }
    TRY(leave(id));
    if (!is_none(inner) && !first) TRY(out.str(*newline_indent.as<Str>()));
    return out.put('}');
  }
  Result<void> value(Value v, Value newline_indent) {
    if (is_none(v)) return out.ascii("null");
    if (is_true(v)) return out.ascii("true");
    if (is_false(v)) return out.ascii("false");
    if (is_str(v)) return string(v);
    if (is_int(v)) return integer(v);
    if (is_float(v)) return real(v);
    TRY(check_native_stack(t, " while encoding a JSON object"));
    if (is_instance(v, List::type()) || is_instance(v, Tuple::type())) return sequence(v, newline_indent);
    if (is_dict(v)) return mapping(v, newline_indent);
    Owned id = TRY(enter(v));
    Owned hook = self.default_hook.get();
    Owned replacement = TRY(call(t, hook, v));
    TRY(value(replacement, newline_indent));
    return leave(id);
  }
};

Result<Owned> encoder_new(Thread& t, Type& type, Value markers, Value default_hook, Value encoder, Value indent, Str& key_separator, Str& item_separator,
                          bool sort_keys, bool skipkeys, bool allow_nan) {
  if (!is_none(markers) && !is_dict(markers)) return raise_type_error(t, "make_encoder() argument 1 must be dict or None, not %.200s", type_of(markers)->name);
  if (!is_none(indent) && !is_str(indent)) return raise_type_error(t, "make_encoder() argument 4 must be str or None, not %.200s", type_of(indent)->name);
  auto self = TRY(make_object<Encoder>(t, &type));
  self->markers.init(dup(markers));
  self->default_hook.init(dup(default_hook));
  self->encoder.init(dup(encoder));
  self->indent.init(dup(indent));
  self->key_separator.init(dup(Value(&key_separator)));
  self->item_separator.init(dup(Value(&item_separator)));
  self->sort_keys = sort_keys;
  self->skip_keys = skipkeys;
  self->allow_nan = allow_nan;
  if (is_exact<NativeFunction>(encoder)) {
    NativeFn f = encoder.as<NativeFunction>()->def->call;
    self->fast = f == &binding::FunctionCall<&encode_basestring>::call ? 1 : f == &binding::FunctionCall<&encode_basestring_ascii>::call ? 2 : 0;
  }
  return Owned(std::move(self));
}
Result<Owned> encoder_encode(Thread& t, Encoder& self, Value obj, ssize level) {
  Owned markers = self.markers.get(), indent = self.indent.get();
  Owned newline_indent = owned_none();
  if (!is_none(indent)) {
    StrWriter start(t);
    TRY(start.put('\n'));
    for (ssize i = 0; i < level; i++) TRY(start.str(*indent.value().as<Str>()));
    newline_indent = TRY(start.finish());
  }
  StrWriter out(t);
  Encode encode{t, self, out, is_none(markers) ? Value() : markers.value()};
  TRY(encode.value(obj, newline_indent));
  Ref<Str> text = TRY(out.finish());
  return Owned(TRY(tuple_pack(t, text)));
}
constexpr MethodDef kEncodeRow = method<&encoder_encode>("_iterencode", "($self, /, obj, _current_indent_level)", nullptr);
Result<Owned> encoder_call(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) { return kEncodeRow.call(t, kEncodeRow, self, args, nargs, kwnames); }

template <Slot Scanner::*slot>
Owned scanner_get(Thread&, Scanner& self) { return (self.*slot).get(); }
template <Slot Encoder::*slot>
Owned encoder_get(Thread&, Encoder& self) { return (self.*slot).get(); }
bool encoder_sort_keys(Thread&, Encoder& self) { return self.sort_keys; }
bool encoder_skipkeys(Thread&, Encoder& self) { return self.skip_keys; }
constexpr GetSetDef kScannerGetSet[] = {
    getter<&strict_of<Scanner>>("strict"), getter<&scanner_get<&Scanner::object_hook>>("object_hook"), getter<&scanner_get<&Scanner::object_pairs_hook>>("object_pairs_hook"),
    getter<&scanner_get<&Scanner::parse_float>>("parse_float"), getter<&scanner_get<&Scanner::parse_int>>("parse_int"),
    getter<&scanner_get<&Scanner::parse_constant>>("parse_constant"), {}};
constexpr GetSetDef kEncoderGetSet[] = {
    getter<&encoder_get<&Encoder::markers>>("markers"), getter<&encoder_get<&Encoder::default_hook>>("default"), getter<&encoder_get<&Encoder::encoder>>("encoder"),
    getter<&encoder_get<&Encoder::indent>>("indent"), getter<&encoder_get<&Encoder::key_separator>>("key_separator"),
    getter<&encoder_get<&Encoder::item_separator>>("item_separator"), getter<&encoder_sort_keys>("sort_keys"), getter<&encoder_skipkeys>("skipkeys"), {}};
constexpr uint16_t kScannerSlots[] = {offsetof(Scanner, object_hook), offsetof(Scanner, object_pairs_hook), offsetof(Scanner, parse_float), offsetof(Scanner, parse_int), offsetof(Scanner, parse_constant)};
constexpr uint16_t kEncoderSlots[] = {offsetof(Encoder, markers), offsetof(Encoder, default_hook), offsetof(Encoder, encoder), offsetof(Encoder, indent), offsetof(Encoder, key_separator), offsetof(Encoder, item_separator)};
constexpr TypeOps kScannerOps = {.call = &scanner_call, .create = constructor<"make_scanner", "(context)", &scanner_new>};
constexpr TypeOps kEncoderOps = {.call = &encoder_call,
    .create = constructor<"make_encoder", "(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)", &encoder_new>};
constexpr TypeDef kScannerDef = {.name = "_json.Scanner", .size = sizeof(Scanner), .flags = kTypeBase,
    .layout = {.slot_offsets = kScannerSlots, .slot_count = 5, .flags = kCollectable}, .ops = &kScannerOps, .getset = kScannerGetSet, .doc = "JSON scanner object"};
constexpr TypeDef kEncoderDef = {.name = "_json.Encoder", .size = sizeof(Encoder), .flags = kTypeBase,
    .layout = {.slot_offsets = kEncoderSlots, .slot_count = 6, .flags = kCollectable}, .ops = &kEncoderOps, .getset = kEncoderGetSet, .doc = "Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)"};

Result<void> json_exec(Thread& t, Module& m) {
  TRY(type_ready(t, &scanner_type, kScannerDef));
  TRY(type_ready(t, &encoder_type, kEncoderDef));
  TRY(module_add(t, m, "make_scanner", Value(&scanner_type)));
  return module_add(t, m, "make_encoder", Value(&encoder_type));
}
constexpr MethodDef kJsonMethods[] = {
    function<&encode_basestring_ascii>("encode_basestring_ascii", "($module, string, /)", "encode_basestring_ascii(string) -> string\n\nReturn an ASCII-only JSON representation of a Python string"),
    function<&encode_basestring>("encode_basestring", "($module, string, /)", "encode_basestring(string) -> string\n\nReturn a JSON representation of a Python string"),
    function<&json_scanstring>("scanstring", "($module, string, end, strict=True, /)",
        "scanstring(string, end, strict=True) -> (string, end)\n\nScan the string s for a JSON string. End is the index of the\ncharacter in s after the quote that started the JSON string.\nUnescapes all valid JSON string escape sequences and raises ValueError\non attempt to decode an invalid string. If strict is False then literal\ncontrol characters are allowed in the string.\n\nReturns a tuple of the decoded string and the index of the character in s\nafter the end quote."),
    {}};
constexpr ModuleDef kJsonModule = {.name = "_json", .doc = "json speedups\n", .methods = kJsonMethods, .exec = &json_exec};
TY_MODULE(kJsonModule)

}  // namespace

}  // namespace ty
