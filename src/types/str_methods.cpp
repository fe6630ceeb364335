// str as Python sees it.
#include <cstring>

#include "mem/heap.h"
#include "types/codecs.h"
#include "types/int.h"
#include "types/number_format.h"
#include "types/slice.h"
#include "types/str_internal.h"
#include "types/tuple.h"

namespace ty {

Type str_type;

namespace {

// --- construction ---

/// An instance of a subclass: the characters lie in a buffer of their own.
Result<Owned> subclass_instance(Thread& t, Type& type, Str& s) {
  auto bytes = static_cast<size_t>(s.length + 1) * static_cast<size_t>(s.kind());
  auto* data = static_cast<char*>(allocate_buffer(bytes));
  if (data == nullptr) return raise_memory_error(t);
  std::memcpy(data, s.data(), bytes - static_cast<size_t>(s.kind()));
  std::memset(data + bytes - s.kind(), 0, static_cast<size_t>(s.kind()));
  Object* o = allocate_object(t, &type, static_cast<size_t>(type.basicsize));
  if (o == nullptr) {
    free_buffer(data);
    return raise_memory_error(t);
  }
  auto* made = static_cast<Str*>(o);
  made->length = s.length;
  made->hash = __atomic_load_n(&s.hash, __ATOMIC_RELAXED);
  made->state = static_cast<uint32_t>(s.kind()) << 2 | (s.is_ascii() ? 0x40u : 0u);
  auto* words = reinterpret_cast<char**>(reinterpret_cast<char*>(made));
  if (s.is_ascii()) {
    *reinterpret_cast<ssize*>(&words[7]) = s.length;
    words[8] = data;
  }
  words[9] = data;
  return Owned::steal(Value(o));
}

Result<Owned> str_new(Thread& t, Type& type, Value object, Opt<Str&> encoding, Opt<Str&> errors) {
  Owned made;
  if (object.is_null()) {
    made = Owned::steal(g_empty_str);
  } else if (!encoding && !errors) {
    made = TRY(object_str(t, object));
  } else {
    std::string_view encoding_text = "utf-8", errors_text = "strict";
    if (encoding) encoding_text = TRY(str_utf8(t, *encoding));
    if (errors) errors_text = TRY(str_utf8(t, *errors));
    made = TRY(str_from_encoded_object(t, object, encoding_text.data(), errors_text.data()));
  }
  if (&type == &str_type) return made;
  return subclass_instance(t, type, *made.value().as<Str>());
}

// --- operations ---

Owned not_implemented_result() { return Owned::steal(not_implemented()); }

Result<Owned> str_dunder_repr(Thread& t, Value self) {
  Ref<Str> r = TRY(str_repr(t, *self.as<Str>()));
  return Owned(std::move(r));
}
Result<Owned> str_dunder_str(Thread& t, Value self) {
  Ref<Str> r = TRY(str_exact(t, *self.as<Str>()));
  return Owned(std::move(r));
}
Result<ssize> str_dunder_hash(Thread& t, Value self) { return static_cast<ssize>(str_hash(*self.as<Str>())); }
Result<ssize> str_dunder_len(Thread& t, Value self) { return self.as<Str>()->length; }

Result<Owned> str_dunder_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (!is_str(a) || !is_str(b)) return not_implemented_result();
  auto *x = a.as<Str>(), *y = b.as<Str>();
  if (op == CompareOp::kEq) return owned_bool(str_equal(*x, *y));
  if (op == CompareOp::kNe) return owned_bool(!str_equal(*x, *y));
  int order = x == y ? 0 : str_compare(*x, *y);
  switch (op) {
    case CompareOp::kLt: return owned_bool(order < 0);
    case CompareOp::kLe: return owned_bool(order <= 0);
    case CompareOp::kGt: return owned_bool(order > 0);
    default: return owned_bool(order >= 0);
  }
}

Result<Owned> str_dunder_add(Thread& t, Value a, Value b) {
  if (!is_str(b)) return raise_type_error(t, "can only concatenate str (not \"%.200T\") to str", b);
  Ref<Str> r = TRY(str_concat(t, *a.as<Str>(), *b.as<Str>()));
  return Owned(std::move(r));
}

Result<Owned> str_dunder_mul(Thread& t, Value self, ssize n) {
  auto* s = self.as<Str>();
  if (n <= 0 || s->length == 0) return Owned::steal(g_empty_str);
  if (n == 1) return str_dunder_str(t, self);
  ssize total;
  if (__builtin_mul_overflow(s->length, n, &total)) return raise_overflow_error(t, "repeated string is too long");
  Ref<Str> r = TRY(str_allocate(t, total, str_max_class(*s)));
  auto unit = static_cast<size_t>(s->length) * static_cast<size_t>(s->kind());
  char* out = static_cast<char*>(str_mutable_data(*r));
  if (unit == 1) {
    std::memset(out, *static_cast<const unsigned char*>(s->data()), static_cast<size_t>(n));
  } else {
    // Double what is there until all is.
    size_t size = unit * static_cast<size_t>(n), done = unit;
    std::memcpy(out, s->data(), unit);
    while (done < size) {
      size_t step = done < size - done ? done : size - done;
      std::memcpy(out + done, out, step);
      done += step;
    }
  }
  return Owned(std::move(r));
}

Result<Owned> str_dunder_mod(Thread& t, Value a, Value b) {
  if (!is_str(a)) return not_implemented_result();
  return str_percent_format_rpy(t, *a.as<Str>(), b);
}

Result<bool> str_dunder_contains(Thread& t, Value self, Value item) {
  if (!is_str(item)) return raise_type_error(t, "'in <string>' requires string as left operand, not %.100T", item);
  auto *s = self.as<Str>(), *needle = item.as<Str>();
  if (needle->length == 1) return str_find_char(*s, needle->at(0), 0, s->length) >= 0;
  return str_find(*s, *needle, 0, s->length) >= 0;
}

Result<Owned> str_dunder_getitem(Thread& t, Value self, Value key) {
  auto* s = self.as<Str>();
  ssize i;
  if (TY_LIKELY(key.is_small_int())) {
    i = key.small_int();
  } else if (is_slice(key)) {
    SliceBounds bounds = TRY(slice_unpack(t, *key.as<Slice>()));
    ssize n = slice_adjust(bounds, s->length);
    if (n <= 0) return Owned::steal(g_empty_str);
    if (bounds.step == 1) {
      Ref<Str> part = TRY(str_substring(t, *s, bounds.start, bounds.start + n));
      return Owned(std::move(part));
    }
    StrWriter out(t);
    TRY(out.reserve(n, 1));
    for (ssize k = 0, at = bounds.start; k < n; ++k, at += bounds.step) TRY(out.put(s->at(at)));
    Ref<Str> part = TRY(out.finish());
    return Owned(std::move(part));
  } else if (is_int(key) || ops_of(key).index != nullptr) {
    i = TRY(number_as_ssize(t, key, &exc_IndexError));
  } else {
    return raise_type_error(t, "string indices must be integers, not '%.200T'", key);
  }
  if (i < 0) i += s->length;
  if (i < 0 || i >= s->length) return raise_index_error(t, "string index out of range");
  return str_of_code_point(t, s->at(i));
}

// --- methods ---

Result<ssize> str_find_method(Thread& t, Str& self, Str& sub, Value start, Value end) {
  Range r = TRY(range_arguments(t, start, end, self.length));
  return str_find(self, sub, r.start, r.end);
}
Result<ssize> str_rfind_method(Thread& t, Str& self, Str& sub, Value start, Value end) {
  Range r = TRY(range_arguments(t, start, end, self.length));
  return str_rfind(self, sub, r.start, r.end);
}
Result<ssize> str_index(Thread& t, Str& self, Str& sub, Value start, Value end) {
  ssize at = TRY(str_find_method(t, self, sub, start, end));
  if (at < 0) return raise_value_error(t, "substring not found");
  return at;
}
Result<ssize> str_rindex(Thread& t, Str& self, Str& sub, Value start, Value end) {
  ssize at = TRY(str_rfind_method(t, self, sub, start, end));
  if (at < 0) return raise_value_error(t, "substring not found");
  return at;
}
Result<ssize> str_count_method(Thread& t, Str& self, Str& sub, Value start, Value end) {
  Range r = TRY(range_arguments(t, start, end, self.length));
  return str_count(self, sub, r.start, r.end, PTRDIFF_MAX);
}

enum class Side { kStart, kEnd };

bool matches(const Str& s, const Str& affix, Range r, Side side) {
  ssize last = r.end - affix.length;
  if (last < r.start) return false;
  if (affix.length == 0) return true;
  ssize at = side == Side::kStart ? r.start : last;
  return affix.kind() <= s.kind() && s.at(at) == affix.at(0) && str_find(s, affix, at, at + affix.length) == at;
}

Result<bool> match_affix(Thread& t, Str& self, Value affix, Value start, Value end, Side side) {
  const char* name = side == Side::kStart ? "startswith" : "endswith";
  Range r = TRY(range_arguments(t, start, end, self.length));
  if (is_str(affix)) return matches(self, *affix.as<Str>(), r, side);
  if (!is_instance(affix, &tuple_type))
    return raise_type_error(t, "%s first arg must be str or a tuple of str, not %.100T", name, affix);
  auto* tuple = affix.as<Tuple>();
  for (ssize i = 0; i < tuple->size; ++i) {
    Value item = tuple->get(i);
    if (!is_str(item)) return raise_type_error(t, "tuple for %s must only contain str, not %.100T", name, item);
    if (matches(self, *item.as<Str>(), r, side)) return true;
  }
  return false;
}

Result<bool> str_startswith(Thread& t, Str& self, Value prefix, Value start, Value end) {
  return match_affix(t, self, prefix, start, end, Side::kStart);
}
Result<bool> str_endswith(Thread& t, Str& self, Value suffix, Value start, Value end) {
  return match_affix(t, self, suffix, start, end, Side::kEnd);
}

Result<Ref<Str>> str_join_method(Thread& t, Str& self, Value iterable) { return str_join_rpy(t, self, iterable); }

Result<Ref<Bytes>> str_encode_method(Thread& t, Str& self, Opt<Str&> encoding, Opt<Str&> errors) {
  std::string_view encoding_text = "utf-8", errors_text = "strict";
  if (encoding) encoding_text = TRY(str_utf8(t, *encoding));
  if (errors) errors_text = TRY(str_utf8(t, *errors));
  return str_encode(t, Value(&self), encoding_text.data(), errors_text.data());
}

Result<Owned> str_dunder_format(Thread& t, Value self, Str& spec) { return str_format_spec_rpy(t, self, spec); }

ssize str_dunder_sizeof(Thread& t, Str& self) {
  ssize units = (self.length + 1) * self.kind();
  if (self.is_compact()) return (self.is_ascii() ? 56 : 72) + units;
  return 80 + units;
}

Result<Owned> str_dunder_getnewargs(Thread& t, Str& self) {
  // An object of its own, as pickling expects.
  Ref<Str> copy = TRY(str_allocate(t, self.length, str_max_class(self)));
  str_copy_units(self, 0, self.length, self.kind(), str_mutable_data(*copy));
  Ref<Tuple> tuple = TRY(tuple_pack(t, copy));
  return Owned(std::move(tuple));
}

constexpr MethodDef kStrMethods[] = {
    method<&str_encode_method>("encode", "($self, /, encoding='utf-8', errors='strict')",
                               "Encode the string using the codec registered for encoding.\n\n  encoding\n    The encoding in which to "
                               "encode the string.\n  errors\n    The error handling scheme to use for encoding errors.\n    The "
                               "default is 'strict' meaning that encoding errors raise a\n    UnicodeEncodeError.  Other possible "
                               "values are 'ignore', 'replace' and\n    'xmlcharrefreplace' as well as any other name registered "
                               "with\n    codecs.register_error that can handle UnicodeEncodeErrors."),
    method<&str_replace>("replace", "($self, old, new, /, count=-1)",
                         "Return a copy with all occurrences of substring old replaced by new."),
    method<&str_split>("split", "($self, /, sep=None, maxsplit=-1)",
                       "Return a list of the substrings in the string, using sep as the separator string."),
    method<&str_rsplit>("rsplit", "($self, /, sep=None, maxsplit=-1)",
                        "Return a list of the substrings in the string, using sep as the separator string."),
    method<&str_join_method>("join", "($self, iterable, /)",
                             "Concatenate any number of strings.\n\nThe string whose method is called is inserted in between each "
                             "given string.\nThe result is returned as a new string.\n\nExample: '.'.join(['ab', 'pq', 'rs']) -> "
                             "'ab.pq.rs'"),
    method<&str_capitalize>("capitalize", "($self, /)",
                            "Return a capitalized version of the string.\n\nMore specifically, make the first character have upper "
                            "case and the rest lower\ncase."),
    method<&str_casefold>("casefold", "($self, /)", "Return a version of the string suitable for caseless comparisons."),
    method<&str_title>("title", "($self, /)",
                       "Return a version of the string where each word is titlecased.\n\nMore specifically, words start with uppercased "
                       "characters and all remaining\ncased characters have lower case."),
    method<&str_center>("center", "($self, width, fillchar=' ', /)",
                        "Return a centered string of length width.\n\nPadding is done using the specified fill character (default is a "
                        "space)."),
    method<&str_count_method>("count", "($self, sub, start=None, end=None, /)",
                              "Return the number of non-overlapping occurrences of substring sub in string S[start:end]."),
    method<&str_expandtabs>("expandtabs", "($self, /, tabsize=8)",
                            "Return a copy where all tab characters are expanded using spaces.\n\nIf tabsize is not given, a tab size of 8 "
                            "characters is assumed."),
    method<&str_find_method>("find", "($self, sub, start=None, end=None, /)",
                             "Return the lowest index in S where substring sub is found, such that sub is contained within "
                             "S[start:end].\n\nOptional arguments start and end are interpreted as in slice notation.\nReturn -1 on failure."),
    method<&str_partition>("partition", "($self, sep, /)",
                           "Partition the string into three parts using the given separator."),
    method<&str_index>("index", "($self, sub, start=None, end=None, /)",
                       "Return the lowest index in S where substring sub is found, such that sub is contained within "
                       "S[start:end].\n\nOptional arguments start and end are interpreted as in slice notation.\nRaises ValueError when "
                       "the substring is not found."),
    method<&str_ljust>("ljust", "($self, width, fillchar=' ', /)",
                       "Return a left-justified string of length width.\n\nPadding is done using the specified fill character (default is a "
                       "space)."),
    method<&str_lower>("lower", "($self, /)", "Return a copy of the string converted to lowercase."),
    method<&str_lstrip>("lstrip", "($self, chars=None, /)",
                        "Return a copy of the string with leading whitespace removed.\n\nIf chars is given and not None, remove characters in "
                        "chars instead."),
    method<&str_rfind_method>("rfind", "($self, sub, start=None, end=None, /)",
                              "Return the highest index in S where substring sub is found, such that sub is contained within "
                              "S[start:end].\n\nOptional arguments start and end are interpreted as in slice notation.\nReturn -1 on failure."),
    method<&str_rindex>("rindex", "($self, sub, start=None, end=None, /)",
                        "Return the highest index in S where substring sub is found, such that sub is contained within "
                        "S[start:end].\n\nOptional arguments start and end are interpreted as in slice notation.\nRaises ValueError when the "
                        "substring is not found."),
    method<&str_rjust>("rjust", "($self, width, fillchar=' ', /)",
                       "Return a right-justified string of length width.\n\nPadding is done using the specified fill character (default is a "
                       "space)."),
    method<&str_rstrip>("rstrip", "($self, chars=None, /)",
                        "Return a copy of the string with trailing whitespace removed.\n\nIf chars is given and not None, remove characters in "
                        "chars instead."),
    method<&str_rpartition>("rpartition", "($self, sep, /)",
                            "Partition the string into three parts using the given separator."),
    method<&str_splitlines>("splitlines", "($self, /, keepends=False)",
                            "Return a list of the lines in the string, breaking at line boundaries.\n\nLine breaks are not included in the "
                            "resulting list unless keepends is given and\ntrue."),
    method<&str_strip>("strip", "($self, chars=None, /)",
                       "Return a copy of the string with leading and trailing whitespace removed.\n\nIf chars is given and not None, remove "
                       "characters in chars instead."),
    method<&str_swapcase>("swapcase", "($self, /)",
                          "Convert uppercase characters to lowercase and lowercase characters to uppercase."),
    method<&str_translate>("translate", "($self, table, /)",
                           "Replace each character in the string using the given translation table."),
    method<&str_upper>("upper", "($self, /)", "Return a copy of the string converted to uppercase."),
    method<&str_startswith>("startswith", "($self, prefix, start=None, end=None, /)",
                            "Return True if the string starts with the specified prefix, False otherwise."),
    method<&str_endswith>("endswith", "($self, suffix, start=None, end=None, /)",
                          "Return True if the string ends with the specified suffix, False otherwise."),
    method<&str_removeprefix>("removeprefix", "($self, prefix, /)",
                              "Return a str with the given prefix string removed if present.\n\nIf the string starts with the prefix string, "
                              "return string[len(prefix):].\nOtherwise, return a copy of the original string."),
    method<&str_removesuffix>("removesuffix", "($self, suffix, /)",
                              "Return a str with the given suffix string removed if present.\n\nIf the string ends with the suffix string and "
                              "that suffix is not empty,\nreturn string[:-len(suffix)]. Otherwise, return a copy of the original\nstring."),
    method<&str_isascii>("isascii", "($self, /)", "Return True if all characters in the string are ASCII, False otherwise."),
    method<&str_islower>("islower", "($self, /)", "Return True if the string is a lowercase string, False otherwise."),
    method<&str_isupper>("isupper", "($self, /)", "Return True if the string is an uppercase string, False otherwise."),
    method<&str_istitle>("istitle", "($self, /)", "Return True if the string is a title-cased string, False otherwise."),
    method<&str_isspace>("isspace", "($self, /)", "Return True if the string is a whitespace string, False otherwise."),
    method<&str_isdecimal>("isdecimal", "($self, /)", "Return True if the string is a decimal string, False otherwise."),
    method<&str_isdigit>("isdigit", "($self, /)", "Return True if the string is a digit string, False otherwise."),
    method<&str_isnumeric>("isnumeric", "($self, /)", "Return True if the string is a numeric string, False otherwise."),
    method<&str_isalpha>("isalpha", "($self, /)", "Return True if the string is an alphabetic string, False otherwise."),
    method<&str_isalnum>("isalnum", "($self, /)", "Return True if the string is an alpha-numeric string, False otherwise."),
    method<&str_isidentifier>("isidentifier", "($self, /)",
                              "Return True if the string is a valid Python identifier, False otherwise.\n\nCall keyword.iskeyword(s) to test "
                              "whether string s is a reserved identifier,\nsuch as \"def\" or \"class\"."),
    method<&str_isprintable>("isprintable", "($self, /)", "Return True if all characters in the string are printable, False otherwise."),
    method<&str_zfill>("zfill", "($self, width, /)",
                       "Pad a numeric string with zeros on the left, to fill a field of the given width.\n\nThe string is never truncated."),
    MethodDef{.name = "format",
              .doc = "Return a formatted version of the string, using substitutions from args and kwargs.\n\nThe substitutions are "
                     "identified by braces ('{' and '}').",
              .call = &str_format_method,
              .text_signature = "($self, /, *args, **kwargs)",
              .signature = parse_signature("($self, /, *args, **kwargs)"),
              .kind = MethodKind::kMethod},
    method<&str_format_map>("format_map", "($self, mapping, /)",
                            "Return a formatted version of the string, using substitutions from mapping.\n\nThe substitutions are identified "
                            "by braces ('{' and '}')."),
    method<&str_dunder_format>("__format__", "($self, format_spec, /)",
                               "Return a formatted version of the string as described by format_spec."),
    static_method<&str_maketrans>("maketrans", "(x, y=<unrepresentable>, z=<unrepresentable>, /)",
                                  "Return a translation table usable for str.translate()."),
    method<&str_dunder_sizeof>("__sizeof__", "($self, /)", "Return the size of the string in memory, in bytes."),
    method<&str_dunder_getnewargs>("__getnewargs__", "($self, /)", nullptr),
    {}};

constexpr TypeOps kStrOps = {
    .repr = &str_dunder_repr,
    .hash = &str_dunder_hash,
    .str = &str_dunder_str,
    .compare = &str_dunder_compare,
    .iter = &str_dunder_iter,
    .create = constructor<"str", "(object=<unrepresentable>, encoding=<unrepresentable>, errors=<unrepresentable>)", &str_new>,
    .remainder = &str_dunder_mod,
    .length = &str_dunder_len,
    .subscript = &str_dunder_getitem,
    .contains = &str_dunder_contains,
    .concat = &str_dunder_add,
    .repeat = &str_dunder_mul,
};

}  // namespace

extern const TypeDef kStrDef;
constinit const TypeDef kStrDef = {
    .name = "str",
    .size = 80,
    .flags = kTypeBase | kTypeUnicode | kTypeMatchSelf,
    .layout = {.release = &str_release},
    .ops = &kStrOps,
    .methods = kStrMethods,
    .doc = "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nCreate a new string object from the given object. "
           "If encoding or\nerrors is specified, then the object must expose a data buffer\nthat will be decoded using the given encoding and "
           "error handler.\nOtherwise, returns the result of object.__str__() (if defined)\nor repr(object).\nencoding defaults to "
           "'utf-8'.\nerrors defaults to 'strict'.",
};

}  // namespace ty
