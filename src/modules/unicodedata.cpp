// unicodedata: the Unicode Character Database (15.1), and as ucd_3_2_0 what Unicode 3.2 said.
#include <cstdio>
#include <cstring>

#include "base/text_buffer.h"
#include "base/unicode.h"
#include "base/unicode_names.h"
#include "mem/heap.h"
#include "types/float.h"
#include "types/int.h"
#include "types/module.h"
#include "types/str.h"

namespace ty {

namespace {

/// unicodedata.UCD: the old database is its only instance.
struct OldDatabase : Object {};
Type g_ucd_type;

enum class Version { kCurrent, kOld };
Version version_of(Value self) { return self.is_object() && self.object()->type() == &g_ucd_type ? Version::kOld : Version::kCurrent; }

struct Change {
  char32_t first, last;
  const char* category;
  const char* bidirectional;
  const char* width;
  int mirrored;
  int decimal;
};
constexpr Change kChanges[] = {
#define CHANGE(...) {__VA_ARGS__},
#include "modules/unicodedata_3_2.def"
#undef CHANGE
};
const Change* change_of(char32_t c) {
  for (auto& change : kChanges)
    if (c >= change.first && c <= change.last) return &change;
  return nullptr;
}
bool is_old_character(char32_t c) { return unicode::has(c, unicode::kAge32); }

/// Decompositions that were corrected after Unicode 3.2 (NormalizationCorrections.txt).
constexpr struct {
  char32_t character, original;
} kCorrections[] = {{0x2f868, 0x2136a}, {0x2f874, 0x5f33}, {0x2f91f, 0x43ab}, {0x2f95f, 0x7aae}, {0x2f9bf, 0x4d57}};

/// A single character argument.
Result<char32_t> character(Thread& t, const char* name, Value v) {
  if (!is_str(v)) return raise_type_error(t, "%s() argument 1 must be a unicode character, not %.50T", name, v);
  if (v.as<Str>()->length != 1)
    return raise_type_error(t, "%s(): argument 1 must be a unicode character, not a string of length %zd", name, v.as<Str>()->length);
  return v.as<Str>()->at(0);
}
Result<char32_t> only_character(Thread& t, const char* name, Value v) {
  if (!is_str(v)) return raise_type_error(t, "%s() argument must be a unicode character, not %.50T", name, v);
  if (v.as<Str>()->length != 1)
    return raise_type_error(t, "%s(): argument must be a unicode character, not a string of length %zd", name, v.as<Str>()->length);
  return v.as<Str>()->at(0);
}

Result<Owned> text(Thread& t, std::string_view s) {
  Ref<Str> made = TRY(str_from_ascii(t, s));
  return Owned(std::move(made));
}

Result<Owned> ucd_decimal(Thread& t, Value self, Value chr, Value fallback) {
  char32_t c = TRY(character(t, "decimal", chr));
  int value = unicode::decimal_value(c);
  if (version_of(self) == Version::kOld) {
    const Change* change = change_of(c);
    if (!is_old_character(c)) value = -1;
    else if (change != nullptr && change->decimal != -2) value = change->decimal;
  }
  if (value >= 0) return int_from_int64(t, value);
  if (!fallback.is_null()) return borrow_or_dup(fallback);
  return raise_value_error(t, "not a decimal");
}
Result<Owned> ucd_digit(Thread& t, Value self, Value chr, Value fallback) {
  char32_t c = TRY(character(t, "digit", chr));
  int value = unicode::digit_value(c);
  if (value >= 0) return int_from_int64(t, value);
  if (!fallback.is_null()) return borrow_or_dup(fallback);
  return raise_value_error(t, "not a digit");
}
Result<Owned> ucd_numeric(Thread& t, Value self, Value chr, Value fallback) {
  char32_t c = TRY(character(t, "numeric", chr));
  bool present = unicode::is_numeric(c) && (version_of(self) == Version::kCurrent || is_old_character(c));
  if (present) return float_from_double(t, unicode::numeric_value(c));
  if (!fallback.is_null()) return borrow_or_dup(fallback);
  return raise_value_error(t, "not a numeric character");
}
Result<Owned> ucd_category(Thread& t, Value self, Value chr) {
  char32_t c = TRY(only_character(t, "category", chr));
  if (version_of(self) == Version::kOld) {
    if (!is_old_character(c)) return text(t, "Cn");
    const Change* change = change_of(c);
    if (change != nullptr && *change->category != 0) return text(t, change->category);
  }
  return text(t, unicode::category(c));
}
Result<Owned> ucd_bidirectional(Thread& t, Value self, Value chr) {
  char32_t c = TRY(only_character(t, "bidirectional", chr));
  if (version_of(self) == Version::kOld) {
    if (!is_old_character(c)) return text(t, "");
    const Change* change = change_of(c);
    if (change != nullptr && *change->bidirectional != 0) return text(t, change->bidirectional);
  }
  return text(t, unicode::bidirectional(c));
}
Result<int> ucd_combining(Thread& t, Value self, Value chr) {
  char32_t c = TRY(only_character(t, "combining", chr));
  if (version_of(self) == Version::kOld && !is_old_character(c)) return 0;
  return unicode::combining(c);
}
Result<int> ucd_mirrored(Thread& t, Value self, Value chr) {
  char32_t c = TRY(only_character(t, "mirrored", chr));
  if (version_of(self) == Version::kOld) {
    if (!is_old_character(c)) return 0;
    const Change* change = change_of(c);
    if (change != nullptr && change->mirrored >= 0) return change->mirrored;
  }
  return unicode::is_mirrored(c) ? 1 : 0;
}
Result<Owned> ucd_east_asian_width(Thread& t, Value self, Value chr) {
  char32_t c = TRY(only_character(t, "east_asian_width", chr));
  if (version_of(self) == Version::kOld) {
    const Change* change = change_of(c);
    if (change != nullptr && *change->width != 0) return text(t, change->width);
  }
  return text(t, unicode::east_asian_width(c));
}
Result<Owned> ucd_decomposition(Thread& t, Value self, Value chr) {
  char32_t c = TRY(only_character(t, "decomposition", chr));
  if (version_of(self) == Version::kOld && !is_old_character(c)) return text(t, "");
  auto d = unicode::decomposition(c);
  TextBuffer out;
  out.append(d.tag);
  for (size_t i = 0; i < d.length; ++i) {
    char point[16];
    int n = std::snprintf(point, sizeof point, "%s%04X", out.size() != 0 ? " " : "", static_cast<unsigned>(d.points[i]));
    out.append({point, static_cast<size_t>(n)});
  }
  return text(t, out.view());
}

Result<unicode::Form> form_of(Thread& t, Str& name) {
  if (str_equal_ascii(name, "NFC")) return unicode::Form::kNfc;
  if (str_equal_ascii(name, "NFD")) return unicode::Form::kNfd;
  if (str_equal_ascii(name, "NFKC")) return unicode::Form::kNfkc;
  if (str_equal_ascii(name, "NFKD")) return unicode::Form::kNfkd;
  return raise_value_error(t, "invalid normalization form");
}

/// The characters of a str; in the old database, with what it decomposed otherwise replaced and what it lacked kept as it is.
Result<void> load_points(Thread& t, Str& s, Version version, unicode::CodePoints& out) {
  for (ssize i = 0; i < s.length; ++i) {
    char32_t c = s.at(i);
    if (version == Version::kOld)
      for (auto& correction : kCorrections)
        if (correction.character == c) c = correction.original;
    if (!out.push(c)) return raise_memory_error(t);
  }
  return {};
}

Result<Owned> normalized(Thread& t, Version version, unicode::Form form, Str& s) {
  unicode::CodePoints in, out;
  TRY(load_points(t, s, version, in));
  if (version == Version::kCurrent) {
    if (!unicode::normalize(form, in.data(), in.size(), out)) return raise_memory_error(t);
  } else {
    // Characters that 3.2 lacks take no part: normalize the stretches between them.
    for (size_t start = 0; start < in.size();) {
      size_t end = start;
      while (end < in.size() && is_old_character(in.data()[end])) ++end;
      unicode::CodePoints part;
      if (!unicode::normalize(form, in.data() + start, end - start, part)) return raise_memory_error(t);
      for (size_t i = 0; i < part.size(); ++i)
        if (!out.push(part.data()[i])) return raise_memory_error(t);
      for (; end < in.size() && !is_old_character(in.data()[end]); ++end)
        if (!out.push(in.data()[end])) return raise_memory_error(t);
      start = end;
    }
  }
  Ref<Str> result = TRY(str_from_ucs4(t, out.data(), static_cast<ssize>(out.size())));
  return Owned(std::move(result));
}

Result<Owned> ucd_normalize(Thread& t, Value self, Str& form_name, Str& unistr) {
  if (unistr.length == 0) return borrow_or_dup(Value(&unistr));
  unicode::Form form = TRY(form_of(t, form_name));
  if (unistr.is_ascii()) return borrow_or_dup(Value(&unistr));
  if (version_of(self) == Version::kCurrent) {
    unicode::CodePoints in;
    TRY(load_points(t, unistr, Version::kCurrent, in));
    if (unicode::quick_check(form, in.data(), in.size()) == unicode::QuickCheck::kYes) return borrow_or_dup(Value(&unistr));
  }
  return normalized(t, version_of(self), form, unistr);
}

Result<bool> ucd_is_normalized(Thread& t, Value self, Str& form_name, Str& unistr) {
  if (unistr.length == 0) return true;
  unicode::Form form = TRY(form_of(t, form_name));
  if (unistr.is_ascii()) return true;
  if (version_of(self) == Version::kCurrent) {
    unicode::CodePoints in;
    TRY(load_points(t, unistr, Version::kCurrent, in));
    auto quick = unicode::quick_check(form, in.data(), in.size());
    if (quick != unicode::QuickCheck::kMaybe) return quick == unicode::QuickCheck::kYes;
  }
  Owned n = TRY(normalized(t, version_of(self), form, unistr));
  return str_equal(*n.value().as<Str>(), unistr);
}

Result<Owned> ucd_name(Thread& t, Value self, Value chr, Value fallback) {
  char32_t c = TRY(character(t, "name", chr));
  char name[unicode::kMaxNameLength];
  size_t n = version_of(self) == Version::kOld && !is_old_character(c) ? 0 : unicode::name_of(c, name);
  if (n != 0) return text(t, {name, n});
  if (!fallback.is_null()) return borrow_or_dup(fallback);
  return raise_value_error(t, "no such name");
}

Result<Owned> ucd_lookup(Thread& t, Value self, Str& name) {
  std::string_view wanted = TRY(str_utf8(t, name));
  char32_t found[unicode::kMaxSequence];
  auto kinds = version_of(self) == Version::kOld ? unicode::NameKinds::kNoAliases : unicode::NameKinds::kNamesAndSequences;
  size_t n = unicode::lookup_name(wanted, kinds, found);
  if (n == 0) {
    Ref<Str> message = TRY(str_from_format(t, "undefined character name '%s'", wanted.data()));
    return raise_key_error(t, message);
  }
  Ref<Str> s = TRY(str_from_ucs4(t, found, static_cast<ssize>(n)));
  return Owned(std::move(s));
}

#define UCD_ROWS(make)                                                                                                            \
  make<&ucd_decimal>("decimal", "($self, chr, default=<unrepresentable>, /)",                                                     \
                     "Converts a Unicode character into its equivalent decimal value."),                                         \
      make<&ucd_digit>("digit", "($self, chr, default=<unrepresentable>, /)", "Converts a Unicode character into its equivalent digit value."), \
      make<&ucd_numeric>("numeric", "($self, chr, default=<unrepresentable>, /)", "Converts a Unicode character into its equivalent numeric value."), \
      make<&ucd_category>("category", "($self, chr, /)", "Returns the general category assigned to the character chr as string."), \
      make<&ucd_bidirectional>("bidirectional", "($self, chr, /)", "Returns the bidirectional class assigned to the character chr as string."), \
      make<&ucd_combining>("combining", "($self, chr, /)", "Returns the canonical combining class assigned to the character chr as integer."), \
      make<&ucd_mirrored>("mirrored", "($self, chr, /)", "Returns the mirrored property assigned to the character chr as integer."), \
      make<&ucd_east_asian_width>("east_asian_width", "($self, chr, /)", "Returns the east asian width assigned to the character chr as string."), \
      make<&ucd_decomposition>("decomposition", "($self, chr, /)", "Returns the character decomposition mapping assigned to the character chr as string."), \
      make<&ucd_is_normalized>("is_normalized", "($self, form, unistr, /)", "Return whether the Unicode string unistr is in the normal form 'form'."), \
      make<&ucd_normalize>("normalize", "($self, form, unistr, /)", "Return the normal form 'form' for the Unicode string unistr."), \
      make<&ucd_name>("name", "($self, chr, default=<unrepresentable>, /)", "Returns the name assigned to the character chr as a string."), \
      make<&ucd_lookup>("lookup", "($self, name, /)", "Look up character by name.")

/// The functions of the module get it as receiver.
template <auto F>
consteval MethodDef row_of_module(const char* name, const char* signature, const char* doc) {
  MethodDef def = method<F>(name, signature, doc);
  def.kind = MethodKind::kFunction;
  return def;
}

constexpr MethodDef kUcdMethods[] = {UCD_ROWS(method), {}};
constexpr MethodDef kUnicodedataMethods[] = {UCD_ROWS(row_of_module), {}};
Result<Owned> ucd_unidata_version(Thread& t, Value) { return text(t, "3.2.0"); }
constexpr GetSetDef kUcdGetSet[] = {getter<&ucd_unidata_version>("unidata_version"), {}};
constexpr TypeDef kUcdDef = {.name = "unicodedata.UCD", .size = sizeof(OldDatabase), .flags = kTypeDisallowInstantiation,
                             .methods = kUcdMethods, .getset = kUcdGetSet};

Result<void> unicodedata_exec(Thread& t, Module& m) {
  TRY(module_add_string(t, m, "unidata_version", "15.1.0"));
  TRY(type_ready(t, &g_ucd_type, kUcdDef));
  TRY(module_add_type(t, m, &g_ucd_type));
  Object* old = allocate_object(t, &g_ucd_type, sizeof(OldDatabase));
  if (old == nullptr) return raise_memory_error(t);
  Owned held = Owned::steal(Value(old));
  return module_add(t, m, "ucd_3_2_0", held);
}

constexpr ModuleDef kUnicodedataModule = {
    .name = "unicodedata",
    .doc = "This module provides access to the Unicode Character Database which\ndefines character properties for all Unicode characters. The data "
           "in\nthis database is based on the UnicodeData.txt file version\n15.1.0 which is publicly available from the Unicode Consortium\nat "
           "ftp://ftp.unicode.org/.\n\nThe module uses the same names and symbols as defined by the\nUnicodeData File Format 15.1.0.",
    .methods = kUnicodedataMethods,
    .exec = &unicodedata_exec};

}  // namespace

TY_MODULE(kUnicodedataModule)

}  // namespace ty
