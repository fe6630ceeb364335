#include "types/number_format.h"

#include "base/unicode.h"
#include "types/float.h"
#include "types/int.h"

namespace ty {

Result<void> parse_format_spec(Thread& t, Str& spec, char32_t default_type, char default_align, Value formatted,
                               format_spec::Spec& out) {
  char32_t units[64];
  unicode::CodePoints long_spec;
  const char32_t* text = units;
  if (spec.length <= 64) {
    str_copy_units(spec, 0, spec.length, 4, units);
  } else {
    for (ssize i = 0; i < spec.length; ++i)
      if (!long_spec.push(spec.at(i))) return raise_memory_error(t);
    text = long_spec.data();
  }
  std::string error;
  if (format_spec::parse(text, static_cast<size_t>(spec.length), default_type, default_align, type_of(formatted)->name,
                         out, &error))
    return {};
  return raise_value_error(t, "%s", error.c_str());
}

Result<Owned> str_from_layout(Thread& t, const format_spec::Spec& spec, const format_spec::Layout& layout) {
  auto body = layout.body.view();
  if (layout.pad_left == 0 && layout.pad_middle == 0 && layout.pad_right == 0) {
    Ref<Str> s = TRY(str_from_wtf8(t, body));
    return Owned(std::move(s));
  }
  StrWriter out(t);
  TRY(out.fill(spec.fill, layout.pad_left));
  TRY(out.utf8(body.substr(0, layout.split)));
  TRY(out.fill(spec.fill, layout.pad_middle));
  TRY(out.utf8(body.substr(layout.split)));
  TRY(out.fill(spec.fill, layout.pad_right));
  Ref<Str> s = TRY(out.finish());
  return Owned(std::move(s));
}

namespace {

Result<Owned> finish(Thread& t, bool ok, const format_spec::Spec& spec, const format_spec::Layout& layout,
                     const std::string& error) {
  if (TY_LIKELY(ok)) return str_from_layout(t, spec, layout);
  if (error.empty()) return raise_memory_error(t);
  return raise_format(t, layout.overflow ? &exc_OverflowError : &exc_ValueError, "%s", error.c_str());
}

Raised raise_unknown_code(Thread& t, char32_t type, Value v) {
  return raise_value_error(t, "%s", format_spec::unknown_code(type, type_of(v)->name).c_str());
}

}  // namespace

Result<Owned> int_format_rpy(Thread& t, Value v, Str& text) {
  if (text.length == 0) return is_exact_int(v) ? int_to_str(t, v, 10) : object_str(t, v);
  format_spec::Spec spec;
  TRY(parse_format_spec(t, text, 'd', '>', v, spec));
  format_spec::Layout layout;
  std::string error;
  switch (spec.type) {
    case 'd':
    case 'n': {
      // The limit on conversions to decimal applies.
      if (!v.is_small_int()) (void)TRY(int_to_str(t, v, 10));
      [[fallthrough]];
    }
    case 'b':
    case 'c':
    case 'o':
    case 'x':
    case 'X': {
      bool ok = format_spec::format_integer(spec, IntOperand(v), layout, &error);
      return finish(t, ok, spec, layout, error);
    }
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case '%': {
      double d = TRY(int_as_double(t, v));
      bool ok = format_spec::format_double(spec, d, layout, &error);
      return finish(t, ok, spec, layout, error);
    }
    default:
      return raise_unknown_code(t, spec.type, v);
  }
}

Result<Owned> float_format_rpy(Thread& t, Value v, Str& text) {
  if (text.length == 0) return object_str(t, v);
  format_spec::Spec spec;
  TRY(parse_format_spec(t, text, 0, '>', v, spec));
  switch (spec.type) {
    case 0:
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'n':
    case '%': {
      format_spec::Layout layout;
      std::string error;
      bool ok = format_spec::format_double(spec, float_value(v), layout, &error);
      return finish(t, ok, spec, layout, error);
    }
    default:
      return raise_unknown_code(t, spec.type, v);
  }
}

Result<Owned> complex_format_rpy(Thread& t, Value v, Str& text) {
  if (text.length == 0) return object_str(t, v);
  format_spec::Spec spec;
  TRY(parse_format_spec(t, text, 0, '>', v, spec));
  switch (spec.type) {
    case 0:
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'n': {
      format_spec::Layout layout;
      std::string error;
      auto* c = v.as<Complex>();
      bool ok = format_spec::format_complex(spec, c->real, c->imag, layout, &error);
      return finish(t, ok, spec, layout, error);
    }
    default:
      return raise_unknown_code(t, spec.type, v);
  }
}

Result<Owned> str_format_spec_rpy(Thread& t, Value v, Str& text) {
  auto* s = v.as<Str>();
  if (text.length == 0) return is_exact<Str>(v) ? Result<Owned>(borrow_or_dup(v)) : object_str(t, v);
  format_spec::Spec spec;
  TRY(parse_format_spec(t, text, 's', '<', v, spec));
  if (spec.type != 's') return raise_unknown_code(t, spec.type, v);
  format_spec::TextLayout layout;
  std::string error;
  if (!format_spec::format_text(spec, s->length, layout, &error)) return raise_value_error(t, "%s", error.c_str());
  if (layout.pad_left == 0 && layout.pad_right == 0) {
    Ref<Str> part = TRY(str_substring(t, *s, 0, layout.length));
    return Owned(std::move(part));
  }
  StrWriter out(t);
  TRY(out.fill(spec.fill, layout.pad_left));
  TRY(out.substring(*s, 0, layout.length));
  TRY(out.fill(spec.fill, layout.pad_right));
  Ref<Str> result = TRY(out.finish());
  return Owned(std::move(result));
}

Result<Owned> str_format_value_rpy(Thread& t, Value v, Value spec) {
  bool plain = spec.is_null() || (is_str(spec) && spec.as<Str>()->length == 0);
  if (plain) {
    if (is_exact<Str>(v)) return borrow_or_dup(v);
    if (v.is_small_int()) return int_to_str(t, v, 10);
    if (v.is_small_float()) return float_repr(t, v);
    return object_format(t, v, spec.is_null() ? g_empty_str : spec);
  }
  return object_format(t, v, spec);
}

}  // namespace ty
