#include "object/binding.h"

#include <cstring>

#include "object/type_object.h"
#include "types/float.h"
#include "types/function.h"
#include "types/module.h"
#include "types/int.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

struct NameText {
  char text[256];
};

/// "list.append" for methods, "math.sqrt" for module functions, "len" for builtins, "range" for constructors: CPython's _PyObject_FunctionStr.
NameText function_text(const MethodDef& def, Value self) {
  NameText out;
  const char* owner = nullptr;
  if (self && self.is_object()) {
    if (is_instance(self, &module_type)) {
      // Module functions: module.name, builtins without.
      Value name = self.object()->type() == &module_type ? reinterpret_cast<Slot*>(reinterpret_cast<char*>(self.object()) + 64)->load() : Value();
      if (name && is_str(name) && name.as<Str>()->is_ascii() && !str_equal_ascii(*name.as<Str>(), "builtins")) owner = name.as<Str>()->ascii();
    } else if (def.kind == MethodKind::kMethod) {
      // The signatures of constructors and initializers have no $self.
      if (!def.text_signature || def.text_signature[0] != '(' || def.text_signature[1] == '$') owner = type_short_name(type_of(self));
    } else if (is_type(self)) {
      owner = type_short_name(self.as<Type>());
    }
  } else if (self && def.kind == MethodKind::kMethod) {
    owner = type_of(self)->name;
  }
  // A constructor's definition names the type already.
  if (self && is_type(self) && def.kind == MethodKind::kMethod && strcmp(def.name, self.as<Type>()->name) == 0) owner = nullptr;
  if (owner && def.kind == MethodKind::kMethod && !is_type(self)) {
    // The class that defines the method, not the receiver's.
    for (Type* type = type_of(self); type; type = type_base(type)) {
      if (type->info->def && type->info->def->methods) {
        for (const MethodDef* m = type->info->def->methods; m->name; m++) {
          if (m == &def) owner = type_short_name(type);
        }
      }
    }
  }
  snprintf(out.text, sizeof out.text, "%s%s%s", owner ? owner : "", owner ? "." : "", def.name);
  return out;
}

const char* plural(size_t n) { return n == 1 ? "" : "s"; }

bool is_positional_only(const Signature& s) { return !s.keywords && !s.star_kwargs; }

uint64_t default_word(const Parameter& p) {
  switch (p.default_kind) {
    case DefaultKind::kNone: return none().bits;
    case DefaultKind::kTrue: return true_value().bits;
    case DefaultKind::kFalse: return false_value().bits;
    case DefaultKind::kInt: return Value::small_int_unchecked(p.default_int).bits;
    default: return 0;
  }
}

std::string_view parameter_name(const MethodDef& def, const Parameter& p) { return {def.text_signature + p.name_offset, p.name_length}; }

Raised unexpected_keyword(Thread& t, const MethodDef& def, Value name) {
  if (!is_str(name)) return raise_type_error(t, "keywords must be strings");
  return raise_type_error(t, "%.200s() got an unexpected keyword argument '%S'", def.name, name);
}

}  // namespace

Raised raise_argument_count(Thread& t, const MethodDef& def, Value self, size_t nargs) {
  const Signature& s = def.signature;
  NameText name = function_text(def, self);
  if (s.positional == 0) return raise_type_error(t, "%.200s() takes no arguments (%zu given)", name.text, nargs);
  if (s.positional == 1 && s.required == 1 && s.count == 1) {
    return raise_type_error(t, "%.200s() takes exactly one argument (%zu given)", name.text, nargs);
  }
  bool exact = s.required == s.positional;
  if (nargs < s.required) {
    return raise_type_error(t, "%.200s expected %s%d argument%s, got %zu", def.name, exact && !s.star_args ? "" : "at least ", int{s.required},
                            plural(s.required), nargs);
  }
  return raise_type_error(t, "%.200s expected %s%d argument%s, got %zu", def.name, exact ? "" : "at most ", int{s.positional},
                          plural(s.positional), nargs);
}

Raised raise_argument_type(Thread& t, const MethodDef& def, size_t index, const char* expected, Value actual) {
  const Signature& s = def.signature;
  const char* got = is_none(actual) ? "None" : type_of(actual)->name;
  bool only = s.count == 1 && is_positional_only(s);
  if (only) return raise_type_error(t, "%.200s() argument must be %.50s, not %.50s", def.name, expected, got);
  if (index < s.count && s.parameters[index].kind != ParameterKind::kPositionalOnly) {
    std::string_view name = parameter_name(def, s.parameters[index]);
    char text[256];
    snprintf(text, sizeof text, "%.*s", static_cast<int>(name.size()), name.data());
    return raise_type_error(t, "%.200s() argument '%s' must be %.50s, not %.50s", def.name, text, expected, got);
  }
  return raise_type_error(t, "%.200s() argument %zu must be %.50s, not %.50s", def.name, index + 1, expected, got);
}

Result<void> bind_arguments(Thread& t, const MethodDef& def, Value self, const Value* args, size_t nargs, Tuple* kwnames, BoundArguments& out) {
  const Signature& s = def.signature;
  size_t nkw = kwnames ? static_cast<size_t>(kwnames->size) : 0;
  if (TY_LIKELY(nkw == 0)) {
    if (TY_LIKELY(nargs >= s.required && nargs <= s.positional)) {
      for (size_t i = 0; i < nargs; i++) out.value_words[i] = args[i].bits;
      bool complete = true;
      for (size_t i = nargs; i < s.count; i++) {
        const Parameter& p = s.parameters[i];
        out.value_words[i] = default_word(p);
        if (p.kind == ParameterKind::kKeywordOnly && p.default_kind == DefaultKind::kRequired) complete = false;
      }
      out.star_args = {};
      out.star_kwargs = {};
      if (TY_LIKELY(complete)) return {};
    }
  } else if (!s.keywords && !s.star_kwargs) {
    return raise_type_error(t, "%.200s() takes no keyword arguments", function_text(def, self).text);
  }
  if (is_positional_only(s) && (nargs < s.required || (nargs > s.positional && !s.star_args))) {
    return raise_argument_count(t, def, self, nargs);
  }
  size_t positional_only_required = 0, total = 0;
  for (size_t i = 0; i < s.count; i++) {
    const Parameter& p = s.parameters[i];
    if (p.kind == ParameterKind::kPositionalOnly) {
      if (p.default_kind == DefaultKind::kRequired) positional_only_required++;
    }
    if (p.kind != ParameterKind::kStarArgs && p.kind != ParameterKind::kStarKwargs) total++;
  }
  if (!s.star_args && !s.star_kwargs && nargs + nkw > total) {
    return raise_type_error(t, "%.200s() takes at most %zu %sargument%s (%zu given)", def.name, total, nargs == 0 ? "keyword " : "", plural(total),
                            nargs + nkw);
  }
  if (nargs > s.positional && !s.star_args) {
    if (s.positional == 0) return raise_type_error(t, "%.200s() takes no positional arguments", def.name);
    return raise_type_error(t, "%.200s() takes %s %d positional argument%s (%zu given)", def.name,
                            s.required < s.positional ? "at most" : "exactly", int{s.positional}, plural(s.positional), nargs);
  }
  if (nargs < positional_only_required) {
    return raise_type_error(t, "%.200s() takes %s %zu positional argument%s (%zu given)", def.name,
                            positional_only_required < s.positional ? "at least" : "exactly", positional_only_required,
                            plural(positional_only_required), nargs);
  }
  size_t direct = nargs < s.positional ? nargs : s.positional;
  for (size_t i = 0; i < direct; i++) out.value_words[i] = args[i].bits;
  for (size_t i = direct; i < s.count; i++) out.value_words[i] = 0;
  out.star_args = nargs > s.positional ? Args{args + s.positional, nargs - s.positional} : Args{args, 0};
  out.star_kwargs = {};
  size_t extra = 0;
  for (size_t k = 0; k < nkw; k++) {
    Value name = kwnames->get(static_cast<ssize>(k));
    Value value = args[nargs + k];
    bool matched = false;
    for (size_t i = 0; i < s.count && !matched; i++) {
      const Parameter& p = s.parameters[i];
      if (p.kind != ParameterKind::kPositionalOrKeyword && p.kind != ParameterKind::kKeywordOnly) continue;
      if (!is_str(name) || !str_equal_ascii(*name.as<Str>(), parameter_name(def, p))) continue;
      matched = true;
      if (out.value_words[i]) {
        return raise_type_error(t, "argument for %.200s() given by name ('%U') and position (%zu)", def.name, name, i + 1);
      }
      out.value_words[i] = value.bits;
    }
    if (matched) continue;
    if (!s.star_kwargs) {
      // A missing required argument is reported first.
      for (size_t i = 0; i < s.count; i++) {
        const Parameter& p = s.parameters[i];
        if (p.default_kind != DefaultKind::kRequired || p.kind == ParameterKind::kStarArgs || p.kind == ParameterKind::kStarKwargs) continue;
        bool given = out.value_words[i] != 0;
        for (size_t j = k; j < nkw && !given; j++) {
          Value other = kwnames->get(static_cast<ssize>(j));
          given = is_str(other) && str_equal_ascii(*other.as<Str>(), parameter_name(def, p));
        }
        if (!given) {
          std::string_view missing = parameter_name(def, p);
          char text[256];
          snprintf(text, sizeof text, "%.*s", static_cast<int>(missing.size()), missing.data());
          return raise_type_error(t, "%.200s() missing required argument '%s' (pos %zu)", def.name, text, i + 1);
        }
      }
      return unexpected_keyword(t, def, name);
    }
    if (!is_str(name)) return raise_type_error(t, "keywords must be strings");
    if (extra == Kwargs::kMax) return raise_type_error(t, "%.200s() takes at most %zu keyword arguments", def.name, Kwargs::kMax);
    out.kwarg_words[extra] = name.bits;
    out.kwarg_words[Kwargs::kMax + extra] = value.bits;
    extra++;
  }
  if (s.star_kwargs) {
    out.star_kwargs = {reinterpret_cast<Value*>(out.kwarg_words), reinterpret_cast<Value*>(out.kwarg_words + Kwargs::kMax), extra};
  }
  for (size_t i = direct; i < s.count; i++) {
    const Parameter& p = s.parameters[i];
    if (out.value_words[i] || p.kind == ParameterKind::kStarArgs || p.kind == ParameterKind::kStarKwargs) continue;
    if (p.default_kind == DefaultKind::kRequired) {
      std::string_view missing = parameter_name(def, p);
      char text[256];
      snprintf(text, sizeof text, "%.*s", static_cast<int>(missing.size()), missing.data());
      return raise_type_error(t, "%.200s() missing required argument '%s' (pos %zu)", def.name, text, i + 1);
    }
    out.value_words[i] = default_word(p);
  }
  return {};
}

Result<ssize> convert_ssize(Thread& t, Value v) {
  if (TY_LIKELY(v.is_small_int())) return v.small_int();
  return number_as_ssize(t, v, &exc_OverflowError);
}
Result<int> convert_int(Thread& t, Value v) {
  int64_t n;
  if (TY_LIKELY(v.is_small_int())) {
    n = v.small_int();
  } else {
    Owned index = TRY(number_index(t, v));
    bool fits;
    n = int_as_int64(index, &fits);
    if (!fits) return raise_overflow_error(t, "Python int too large to convert to C int");
  }
  if (n > INT32_MAX) return raise_overflow_error(t, "signed integer is greater than maximum");
  if (n < INT32_MIN) return raise_overflow_error(t, "signed integer is less than minimum");
  return static_cast<int>(n);
}
Result<int64_t> convert_int64(Thread& t, Value v) {
  if (TY_LIKELY(v.is_small_int())) return v.small_int();
  Owned index = TRY(number_index(t, v));
  bool fits;
  int64_t n = int_as_int64(index, &fits);
  if (!fits) return raise_overflow_error(t, "Python int too large to convert to C long");
  return n;
}
Result<uint64_t> convert_uint64(Thread& t, Value v) {
  Owned index;
  if (!v.is_small_int()) {
    index = TRY(number_index(t, v));
    v = index.value();
  }
  if (int_sign(v) < 0) return raise_overflow_error(t, "can't convert negative value to unsigned int");
  bool fits;
  uint64_t n = int_as_uint64(v, &fits);
  if (!fits) return raise_overflow_error(t, "Python int too large to convert to C unsigned long");
  return n;
}

namespace binding {

Result<Owned> ssize_result(Thread& t, ssize n) { return int_from_int64(t, n); }
Result<Owned> uint64_result(Thread& t, uint64_t n) { return int_from_uint64(t, n); }
Result<Owned> double_result(Thread& t, double d) { return float_from_double(t, d); }

void publish_arguments(const Value* values, size_t count) {
  for (size_t i = 0; i < count; i++) publish(values[i]);
}

}  // namespace binding

}  // namespace ty
