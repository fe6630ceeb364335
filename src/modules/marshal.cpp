// modules/marshal.cpp: the marshal module. CPython: Python/marshal.c (format), Doc/library/marshal.rst.
#include "modules/marshal.h"

#include <cstring>
#include <unordered_map>
#include <vector>

#include "base/big_integer.h"
#include "types/code.h"
#include "types/codecs.h"
#include "types/dict.h"
#include "types/float.h"
#include "types/int.h"
#include "types/list.h"
#include "types/module.h"
#include "types/set.h"
#include "types/slice.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

constexpr int kMaxDepth = 2000;
constexpr uint8_t kFlagRef = 0x80;

// --- writing ---

class Writer {
 public:
  Writer(Thread& t, std::string& out, int version, bool allow_code)
      : t_(t), out_(out), version_(version), allow_code_(allow_code) {}

  Result<void> write(Value v) {
    if (++depth_ > kMaxDepth) return raise_value_error(t_, "object too deeply nested to marshal");
    auto result = write_value(v);
    depth_--;
    return result;
  }

 private:
  void byte(uint8_t b) { out_.push_back(static_cast<char>(b)); }
  void u16(uint16_t n) { raw(&n, 2); }
  void u32(uint32_t n) { raw(&n, 4); }
  void raw(const void* data, size_t n) { out_.append(static_cast<const char*>(data), n); }

  /// True when `o` was written before: a back reference went out. Otherwise remembers it and tells the flag its type byte gets.
  bool seen(Object* o, uint8_t* flag) {
    *flag = 0;
    if (version_ < 3) return false;
    auto [it, inserted] = references_.try_emplace(o, static_cast<uint32_t>(references_.size()));
    if (!inserted) {
      byte('r');
      u32(it->second);
      return true;
    }
    *flag = kFlagRef;
    return false;
  }

  Result<void> size(ssize n) {
    if (n > INT32_MAX) return raise_value_error(t_, "unmarshallable object");
    u32(static_cast<uint32_t>(n));
    return {};
  }

  void write_int(Value v, uint8_t flag) {
    bool fits;
    int64_t n = int_as_int64(v, &fits);
    if (fits && n >= INT32_MIN && n <= INT32_MAX) {
      byte('i' | flag);
      u32(static_cast<uint32_t>(static_cast<int32_t>(n)));
      return;
    }
    std::vector<uint16_t> digits;  // 15 bits each
    bool negative;
    if (v.is_small_int()) {
      negative = n < 0;
      for (uint64_t m = negative ? -static_cast<uint64_t>(n) : static_cast<uint64_t>(n); m; m >>= 15) {
        digits.push_back(m & 0x7fff);
      }
    } else {
      Int& i = *v.as<Int>();
      negative = i.is_negative();
      for (ssize k = 0; k < i.digit_count(); k++) {
        digits.push_back(i.digits[k] & 0x7fff);
        digits.push_back(i.digits[k] >> 15);
      }
      while (!digits.empty() && digits.back() == 0) digits.pop_back();
    }
    byte('l' | flag);
    auto count = static_cast<int32_t>(digits.size());
    u32(static_cast<uint32_t>(negative ? -count : count));
    for (uint16_t d : digits) u16(d);
  }

  Result<void> write_str(Str& s, uint8_t flag) {
    bool interned = s.is_interned() && version_ >= 1;
    if (s.is_ascii() && version_ >= 4) {
      if (s.length < 256) {
        byte((interned ? 'Z' : 'z') | flag);
        byte(static_cast<uint8_t>(s.length));
      } else {
        byte((interned ? 'A' : 'a') | flag);
        TRY(size(s.length));
      }
      raw(s.ascii(), static_cast<size_t>(s.length));
      return {};
    }
    Ref<Bytes> utf8 = TRY(str_encode(t_, Value(&s), "utf-8", "surrogatepass"));
    byte((interned ? 't' : 'u') | flag);
    TRY(size(utf8->size));
    raw(utf8->data(), static_cast<size_t>(utf8->size));
    return {};
  }

  template <class T>
  void array(const T* data, uint32_t count) {
    u32(count);
    if (count) raw(data, sizeof(T) * count);
  }

  Result<void> write_code(Code& code, uint8_t flag) {
    const CodeBody& body = *code.body;
    byte('c' | flag);
    for (int n : {code.flags, code.argument_count, code.positional_only_count, code.keyword_only_count,
                  code.first_line, code.register_count, code.local_count}) {
      u32(static_cast<uint32_t>(n));
    }
    byte(code.wide);
    u32(body.word_count);
    size_t words_at = out_.size();
    raw(body.words, sizeof(uint64_t) * body.word_count);
    for (uint32_t offset = 0; offset < body.word_count;) {
      Insn insn;
      std::memcpy(&insn, &body.words[offset], sizeof insn);
      Op op = g_opcode_of(insn);
      const OpInfo& info = kOpInfo[static_cast<size_t>(op)];
      auto number = static_cast<uint32_t>(op);
      std::memcpy(&out_[words_at + offset * 8], &number, 4);
      unsigned words = instruction_words(info, code.wide);
      for (unsigned k = words - info.cache_words; k < words; k++) {  // caches start empty; immediates in cache words stay
        if (!code_word_is_immediate(op, k - (words - info.cache_words))) {
          std::memset(&out_[words_at + (offset + k) * 8], 0, 8);
        }
      }
      offset += words;
    }
    array(body.depths, body.word_count);
    array(body.exceptions, body.exception_count);
    array(body.windows, body.window_count);
    array(body.positions, body.position_count);
    CodeParts parts = code_parts(code);
    TRY(write(parts.constants));
    TRY(write(parts.names));
    TRY(write(parts.local_names));
    array(parts.local_kinds, static_cast<uint32_t>(code.local_count));
    TRY(write(parts.free_names));
    TRY(write(code.filename.load()));
    TRY(write(code.name.load()));
    TRY(write(code.qualname.load()));
    TRY(write(parts.docstring_or_none));
    return {};
  }

  Result<void> write_value(Value v) {
    if (v.is_null()) return byte('0'), Result<void>();
    if (v.is_small_int()) return write_int(v, 0), Result<void>();
    if (v.is_small_float()) return write_float(v.small_float(), 0);
    if (is_none(v)) return byte('N'), Result<void>();
    if (is_true(v)) return byte('T'), Result<void>();
    if (is_false(v)) return byte('F'), Result<void>();
    if (v.identity() == ellipsis().identity()) return byte('.'), Result<void>();
    if (v.identity() == Value(&exc_StopIteration).identity()) return byte('S'), Result<void>();
    Object* o = v.object();
    Type* type = o->type();
    uint8_t flag;
    if (type == &int_type) {
      if (!seen(o, &flag)) write_int(v, flag);
      return {};
    }
    if (type == &float_type) {
      if (seen(o, &flag)) return {};
      return write_float(v.as<Float>()->value, flag);
    }
    if (type == &complex_type) {
      if (seen(o, &flag)) return {};
      Complex& c = *v.as<Complex>();
      byte('y' | flag);
      raw(&c.real, 8);
      raw(&c.imag, 8);
      return {};
    }
    if (type == &str_type) {
      if (seen(o, &flag)) return {};
      return write_str(*v.as<Str>(), flag);
    }
    if (type == &tuple_type) {
      if (seen(o, &flag)) return {};
      Tuple& tuple = *v.as<Tuple>();
      if (version_ >= 4 && tuple.size < 256) {
        byte(')' | flag);
        byte(static_cast<uint8_t>(tuple.size));
      } else {
        byte('(' | flag);
        TRY(size(tuple.size));
      }
      for (ssize i = 0; i < tuple.size; i++) TRY(write(tuple.get(i)));
      return {};
    }
    if (type == &list_type) {
      if (seen(o, &flag)) return {};
      Ref<Tuple> items = TRY(list_to_tuple(t_, *v.as<List>()));
      byte('[' | flag);
      TRY(size(items->size));
      for (ssize i = 0; i < items->size; i++) TRY(write(items->get(i)));
      return {};
    }
    if (type == &dict_type) {
      if (seen(o, &flag)) return {};
      byte('{' | flag);
      ssize position = 0;
      Owned key, value;
      while (dict_next(*v.as<Dict>(), &position, &key, &value)) {
        TRY(write(key));
        TRY(write(value));
      }
      byte('0');
      return {};
    }
    if (type == &set_type || type == &frozenset_type) {
      if (seen(o, &flag)) return {};
      Ref<List> sorted = TRY(sorted_by_dump(v));
      byte((type == &set_type ? '<' : '>') | flag);
      TRY(size(list_size(*sorted)));
      for (ssize i = 0; i < list_size(*sorted); i++) TRY(write(list_get(*sorted, i)));
      return {};
    }
    if (type == &code_type) {
      if (!allow_code_) return raise_value_error(t_, "marshalling code objects is disallowed");
      if (seen(o, &flag)) return {};
      return write_code(*v.as<Code>(), flag);
    }
    if (has_buffer(v)) {
      if (seen(o, &flag)) return {};
      BytesLike view;
      TRY(view.acquire(t_, v));
      byte('s' | flag);
      TRY(size(view.size()));
      raw(view.data(), static_cast<size_t>(view.size()));
      return {};
    }
    byte('?');
    return raise_value_error(t_, "unmarshallable object");
  }

  Result<void> write_float(double d, uint8_t flag) {
    byte('g' | flag);
    raw(&d, 8);
    return {};
  }

  /// Sets are written in the order of their items' own encodings, so that equal sets give equal bytes.
  Result<Ref<List>> sorted_by_dump(Value set) {
    Ref<List> pairs = TRY(list_new(t_, set_size(set)));
    ssize position = 0;
    Owned item;
    while (set_next(set, &position, &item)) {
      std::string encoded;
      Writer nested(t_, encoded, version_, allow_code_);
      TRY(nested.write(item));
      Ref<Bytes> bytes = TRY(bytes_new(t_, encoded));
      Ref<Tuple> pair = TRY(tuple_pack(t_, bytes, item));
      TRY(list_push(t_, *pairs, pair));
    }
    TRY(list_sort_rpy(t_, *pairs, none(), false));
    Ref<List> items = TRY(list_new(t_, list_size(*pairs)));
    for (ssize i = 0; i < list_size(*pairs); i++) {
      Owned pair = list_get(*pairs, i);
      TRY(list_push(t_, *items, pair.value().as<Tuple>()->get(1)));
    }
    return items;
  }

  Thread& t_;
  std::string& out_;
  int version_;
  bool allow_code_;
  int depth_ = 0;
  std::unordered_map<Object*, uint32_t> references_;
};

// --- reading ---

class Reader {
 public:
  Reader(Thread& t, std::string_view data, bool allow_code, Ref<List> references)
      : t_(t), data_(data), allow_code_(allow_code), references_(std::move(references)) {}

  size_t consumed() const { return at_; }

  /// Null inside the Owned (with ok()) stands for the NULL marker that ends a dict.
  Lookup<Owned> read() {
    if (++depth_ > kMaxDepth) return raise_value_error(t_, "recursion limit exceeded");
    auto result = read_value();
    depth_--;
    return result;
  }

  Result<Owned> read_object() {
    Owned v = TRY(read());
    if (v.value().is_empty()) return raise_type_error(t_, "NULL object in marshal data for object");
    return v;
  }

 private:
  Result<std::string_view> bytes(size_t n) {
    if (data_.size() - at_ < n) return raise_format(t_, &exc_EOFError, "marshal data too short");
    std::string_view v = data_.substr(at_, n);
    at_ += n;
    return v;
  }
  Result<uint32_t> u32() {
    std::string_view v = TRY(bytes(4));
    uint32_t n;
    std::memcpy(&n, v.data(), 4);
    return n;
  }
  Result<uint32_t> u8() { return static_cast<uint32_t>(static_cast<uint8_t>(TRY(bytes(1))[0])); }
  Result<ssize> size(const char* what) {
    auto n = static_cast<int32_t>(TRY(u32()));
    if (n < 0) return raise_value_error(t_, "bad marshal data (%s size out of range)", what);
    return static_cast<ssize>(n);
  }

  Result<ssize> reserve(bool flag) {
    if (!flag) return ssize{-1};
    TRY(list_push(t_, *references_, none()));
    return list_size(*references_) - 1;
  }
  Result<Owned> remember(ssize index, Owned v) {
    if (index >= 0) TRY(list_set(t_, *references_, index, v));
    return v;
  }

  Result<Owned> read_long() {
    auto n = static_cast<int32_t>(TRY(u32()));
    if (n == INT32_MIN) return raise_value_error(t_, "bad marshal data (long size out of range)");
    auto count = static_cast<size_t>(n < 0 ? -n : n);
    std::string_view raw = TRY(bytes(count * 2));
    std::vector<uint8_t> magnitude((count * 15 + 7) / 8 + 8, 0);
    for (size_t i = 0; i < count; i++) {
      uint16_t digit;
      std::memcpy(&digit, raw.data() + 2 * i, 2);
      if (digit > 0x7fff) return raise_value_error(t_, "bad marshal data (digit out of range in long)");
      if (i + 1 == count && digit == 0) return raise_value_error(t_, "bad marshal data (unnormalized long data)");
      size_t bit = i * 15;
      uint32_t shifted = static_cast<uint32_t>(digit) << (bit & 7);
      for (int k = 0; k < 3; k++) magnitude[bit / 8 + static_cast<size_t>(k)] |= static_cast<uint8_t>(shifted >> (8 * k));
    }
    Owned value = TRY(int_from_bytes(t_, magnitude.data(), magnitude.size(), true, false));
    if (n < 0) return number_negative(t_, value);
    return value;
  }

  Result<double> real() {
    std::string_view raw = TRY(bytes(8));
    double d;
    std::memcpy(&d, raw.data(), 8);
    return d;
  }
  Result<double> text_real() {
    uint32_t n = TRY(u8());
    std::string text(TRY(bytes(n)));
    char* end;
    double d = std::strtod(text.c_str(), &end);
    if (text.empty() || *end) return raise_value_error(t_, "could not convert string to float: '%s'", text.c_str());
    return d;
  }

  Result<Owned> text(std::string_view raw, bool ascii, bool interned) {
    Ref<Str> s = TRY(ascii ? str_from_latin1(t_, reinterpret_cast<const uint8_t*>(raw.data()), static_cast<ssize>(raw.size()))
                           : str_from_wtf8(t_, raw));
    if (interned) return Owned::steal(TRY(str_intern(t_, s)));
    return Owned(std::move(s));
  }

  Result<Owned> read_items(ssize n, ssize index, bool is_tuple) {
    if (static_cast<size_t>(n) > data_.size() - at_) return raise_format(t_, &exc_EOFError, "marshal data too short");
    if (is_tuple) {
      Ref<Tuple> tuple = TRY(tuple_new(t_, n));
      for (ssize i = 0; i < n; i++) tuple->items[i].init(TRY(read_object()));
      return remember(index, std::move(tuple));
    }
    Ref<List> list = TRY(list_new(t_, n));
    if (index >= 0) TRY(list_set(t_, *references_, index, list));
    for (ssize i = 0; i < n; i++) {
      Owned item = TRY(read_object());
      TRY(list_push(t_, *list, item));
    }
    return Owned(std::move(list));
  }

  template <class T>
  Result<const T*> array(uint32_t* count) {
    *count = TRY(u32());
    std::string_view raw = TRY(bytes(sizeof(T) * size_t{*count}));
    arrays_.emplace_back(raw);  // aligned copy
    return reinterpret_cast<const T*>(arrays_.back().data());
  }

  Result<Owned> read_code(ssize index) {
    if (!allow_code_) return raise_value_error(t_, "unmarshalling code objects is disallowed");
    CodeInit init;
    std::vector<std::string> saved = std::move(arrays_);
    arrays_.clear();
    arrays_.reserve(8);
    auto result = read_code_parts(init, index);
    arrays_ = std::move(saved);
    return result;
  }
  Result<Owned> read_code_parts(CodeInit& init, ssize index) {
    init.flags = static_cast<int>(TRY(u32()));
    init.argument_count = static_cast<int>(TRY(u32()));
    init.positional_only_count = static_cast<int>(TRY(u32()));
    init.keyword_only_count = static_cast<int>(TRY(u32()));
    init.first_line = static_cast<int>(TRY(u32()));
    init.register_count = TRY(u32());
    init.local_count = TRY(u32());
    init.wide = TRY(u8()) != 0;
    uint32_t count;
    init.words = TRY(array<uint64_t>(&init.word_count));
    init.depths = TRY(array<uint16_t>(&count));
    if (count != init.word_count) return raise_value_error(t_, "bad marshal data (code)");
    init.exceptions = TRY(array<ExceptionRange>(&init.exception_count));
    init.windows = TRY(array<WindowRange>(&init.window_count));
    init.positions = TRY(array<SourcePosition>(&init.position_count));
    Owned constants = TRY(read_object());
    Owned names = TRY(read_object());
    Owned local_names = TRY(read_object());
    init.local_kinds = TRY(array<uint8_t>(&count));
    if (count != init.local_count) return raise_value_error(t_, "bad marshal data (code)");
    Owned free_names = TRY(read_object());
    Owned filename = TRY(read_object());
    Owned name = TRY(read_object());
    Owned qualname = TRY(read_object());
    Owned docstring = TRY(read_object());
    for (const Owned* v : {&constants, &names, &local_names, &free_names}) {
      if (!is_exact<Tuple>(v->value())) return raise_value_error(t_, "bad marshal data (code)");
    }
    for (const Owned* v : {&filename, &name, &qualname}) {
      if (!is_exact<Str>(v->value())) return raise_value_error(t_, "bad marshal data (code)");
    }
    init.constants = constants;
    init.names = names;
    init.local_names = local_names;
    init.free_names = free_names;
    init.filename = filename;
    init.name = name;
    init.qualname = qualname;
    init.docstring_or_null = is_none(docstring) ? Value() : docstring.value();
    init.immortal_constants = true;
    if (!code_words_valid(init)) return raise_value_error(t_, "bad marshal data (code)");
    Ref<Code> code = TRY(code_new(t_, init));
    return remember(index, std::move(code));
  }

  Lookup<Owned> read_value() {
    uint32_t byte = TRY(u8());
    bool flag = byte & kFlagRef;
    char type = static_cast<char>(byte & ~uint32_t{kFlagRef});
    switch (type) {
      case '0': return Absent{};
      case 'N': return owned_none();
      case 'T': return owned_bool(true);
      case 'F': return owned_bool(false);
      case '.': return Owned::steal(ellipsis());
      case 'S': return dup(Value(&exc_StopIteration));
      default: break;
    }
    if (type == 'r') {
      uint32_t n = TRY(u32());
      if (n >= static_cast<size_t>(list_size(*references_))) {
        return raise_value_error(t_, "bad marshal data (invalid reference)");
      }
      return list_get(*references_, static_cast<ssize>(n));
    }
    auto finish = read_body(type, TRY(reserve(flag)));
    if (!finish.ok()) return Raised{};
    return finish.take();
  }

  Result<Owned> read_body(char type, ssize index) {
    switch (type) {
      case 'i': return remember(index, TRY(int_from_int64(t_, static_cast<int32_t>(TRY(u32())))));
      case 'l': return remember(index, TRY(read_long()));
      case 'g': return remember(index, TRY(float_from_double(t_, TRY(real()))));
      case 'f': return remember(index, TRY(float_from_double(t_, TRY(text_real()))));
      case 'y': {
        double re = TRY(real());
        return remember(index, TRY(complex_new(t_, re, TRY(real()))));
      }
      case 'x': {
        double re = TRY(text_real());
        return remember(index, TRY(complex_new(t_, re, TRY(text_real()))));
      }
      case 's': {
        ssize n = TRY(size("bytes object"));
        return remember(index, TRY(bytes_new(t_, TRY(bytes(static_cast<size_t>(n))))));
      }
      case 'z': case 'Z': {
        uint32_t n = TRY(u8());
        return remember(index, TRY(text(TRY(bytes(n)), true, type == 'Z')));
      }
      case 'a': case 'A': {
        ssize n = TRY(size("string"));
        return remember(index, TRY(text(TRY(bytes(static_cast<size_t>(n))), true, type == 'A')));
      }
      case 'u': case 't': {
        ssize n = TRY(size("string"));
        return remember(index, TRY(text(TRY(bytes(static_cast<size_t>(n))), false, type == 't')));
      }
      case ')': return read_items(static_cast<ssize>(TRY(u8())), index, true);
      case '(': return read_items(TRY(size("tuple")), index, true);
      case '[': return read_items(TRY(size("list")), index, false);
      case '{': {
        Ref<Dict> dict = TRY(dict_new(t_));
        if (index >= 0) TRY(list_set(t_, *references_, index, dict));
        while (true) {
          Owned key = TRY(read());
          if (key.value().is_empty()) break;
          Owned value = TRY(read_object());
          TRY(dict_set(t_, *dict, key, value));
        }
        return Owned(std::move(dict));
      }
      case '<': case '>': {
        ssize n = TRY(size("set"));
        Owned items = TRY(read_items(n, -1, false));
        return remember(index, TRY(type == '<' ? set_new(t_, items) : frozenset_new(t_, items)));
      }
      case 'c': return read_code(index);
      default: return raise_value_error(t_, "bad marshal data (unknown type code)");
    }
  }

  Thread& t_;
  std::string_view data_;
  size_t at_ = 0;
  bool allow_code_;
  int depth_ = 0;
  Ref<List> references_;
  std::vector<std::string> arrays_;
};

Result<Ref<Bytes>> marshal_dumps(Thread& t, Value value, int version, bool allow_code) {
  std::string out;
  TRY(marshal_dumps_into(t, out, value, version, allow_code));
  return bytes_new(t, out);
}

Result<Owned> marshal_loads(Thread& t, Value data, bool allow_code) {
  BytesLike view;
  TRY(view.acquire(t, data));
  size_t consumed;
  return marshal_loads_bytes(t, view.view(), &consumed, allow_code);
}

Result<Owned> marshal_dump(Thread& t, Value value, Value file, int version, bool allow_code) {
  Ref<Bytes> bytes = TRY(marshal_dumps(t, value, version, allow_code));
  return call_method(t, file, NAME("write"), bytes);
}

/// load() must not read past the value, so it reads the file in growing pieces only as far as needed: CPython reads item by item through readinto().
Result<Owned> marshal_load(Thread& t, Value file, bool allow_code) {
  Owned position = TRY(call_method(t, file, NAME("tell")));
  Owned data = TRY(call_method(t, file, NAME("read")));
  if (!is_instance(data, Bytes::type())) {
    return raise_type_error(t, "file.read() returned not bytes but %.100s", type_of(data)->name);
  }
  size_t consumed;
  Owned value = TRY(marshal_loads_bytes(t, data.value().as<Bytes>()->view(), &consumed, allow_code));
  Owned end = TRY(int_from_uint64(t, consumed));
  Owned target = TRY(number_add(t, position, end));
  Owned ignored = TRY(call_method(t, file, NAME("seek"), target));
  return value;
}

Result<void> marshal_exec(Thread& t, Module& m) {
  return module_add(t, m, "version", Value::small_int_unchecked(kMarshalVersion));
}

constexpr MethodDef kMarshalMethods[] = {
    function<&marshal_dump>("dump", "($module, value, file, version=4, /, *, allow_code=True)", "Write the value on the open file."),
    function<&marshal_load>("load", "($module, file, /, *, allow_code=True)", "Read one value from the open file and return it."),
    function<&marshal_dumps>("dumps", "($module, value, version=4, /, *, allow_code=True)",
                             "Return the bytes object that would be written to a file by dump(value, file)."),
    function<&marshal_loads>("loads", "($module, bytes, /, *, allow_code=True)", "Convert the bytes-like object to a value."),
    {}};
constexpr ModuleDef kMarshalModule = {.name = "marshal", .doc = "Values and code objects as bytes.", .methods = kMarshalMethods,
                                      .exec = &marshal_exec};
TY_MODULE(kMarshalModule)

}  // namespace

Result<void> marshal_dumps_into(Thread& t, std::string& out, Value value, int version, bool allow_code) {
  Writer writer(t, out, version, allow_code);
  return writer.write(value);
}

Result<Owned> marshal_loads_bytes(Thread& t, std::string_view data, size_t* consumed, bool allow_code) {
  Reader reader(t, data, allow_code, TRY(list_new(t)));
  Owned value = TRY(reader.read_object());
  *consumed = reader.consumed();
  return value;
}

}  // namespace ty
