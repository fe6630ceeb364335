// vm/bind.cpp: sorting the arguments of a call into the parameters of a Python function. CPython: Python/ceval.c initialize_locals().
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "types/str.h"
#include "types/tuple.h"
#include "vm/suggest.h"
#include "vm/unwind.h"

namespace ty {

namespace {

std::string utf8_of(Thread& t, Value str) {
  auto r = str_utf8(t, *str.as<Str>());
  if (!r.ok()) {
    clear_exception(t);
    return "?";
  }
  return std::string(r.take());
}

struct Names {
  Tuple* tuple;
  Value operator[](ssize i) const { return tuple->get(i); }
};

/// 'a', 'a' and 'b', 'a', 'b', and 'c'
[[gnu::cold]] Raised raise_missing(Thread& t, Value qualname, const char* kind, const std::vector<Value>& missing) {
  std::string text;
  size_t n = missing.size();
  for (size_t i = 0; i < n; i++) {
    if (i > 0) text += n == 2 ? " and " : i + 1 == n ? ", and " : ", ";
    text += "'" + utf8_of(t, missing[i]) + "'";
  }
  return raise_type_error(t, "%U() missing %zd required %s argument%s: %s", qualname, static_cast<ssize>(n), kind, n == 1 ? "" : "s", text.c_str());
}

[[gnu::cold]] Raised raise_too_many(Thread& t, Function& f, Code& code, ssize given, const Value* bound) {
  ssize count = code.argument_count;
  ssize defaults = f.defaults.is_null() ? 0 : f.defaults.load_as<Tuple>()->size;
  ssize kwonly_given = 0;
  for (ssize i = count; i < count + code.keyword_only_count; i++) kwonly_given += !bound[i].is_empty();
  std::string sig;
  bool plural;
  if (defaults) {
    sig = "from " + std::to_string(count - defaults) + " to " + std::to_string(count);
    plural = true;
  } else {
    sig = std::to_string(count);
    plural = count != 1;
  }
  std::string kwonly;
  if (kwonly_given) {
    kwonly = std::string(" positional argument") + (given != 1 ? "s" : "") + " (and " + std::to_string(kwonly_given) + " keyword-only argument" +
             (kwonly_given != 1 ? "s" : "") + ")";
  }
  return raise_type_error(t, "%U() takes %s positional argument%s but %zd%s %s given", f.qualname.load(), sig.c_str(), plural ? "s" : "", given,
                          kwonly.c_str(), given == 1 && !kwonly_given ? "was" : "were");
}

[[gnu::cold]] Raised raise_unexpected(Thread& t, Function& f, Code& code, Tuple* kwnames, Value keyword) {
  Names names{code.local_plus_names.load_as<Tuple>()};
  Value qualname = f.qualname.load();
  // Positional-only parameters given by name?
  std::string posonly;
  for (ssize k = 0; k < code.positional_only_count; k++) {
    for (ssize n = 0; n < kwnames->size; n++) {
      Value given = kwnames->get(n);
      if (is_str(given) && str_equal(*names[k].as<Str>(), *given.as<Str>())) {
        if (!posonly.empty()) posonly += ", ";
        posonly += utf8_of(t, names[k]);
      }
    }
  }
  if (!posonly.empty()) {
    return raise_type_error(t, "%U() got some positional-only arguments passed as keyword arguments: '%s'", qualname, posonly.c_str());
  }
  std::vector<std::string> candidates;
  for (ssize k = code.positional_only_count; k < code.argument_count + code.keyword_only_count; k++) candidates.push_back(utf8_of(t, names[k]));
  std::string wanted = utf8_of(t, keyword);
  const std::string* suggestion = suggest_name(candidates, wanted);
  if (suggestion) {
    return raise_type_error(t, "%U() got an unexpected keyword argument '%S'. Did you mean '%s'?", qualname, keyword, suggestion->c_str());
  }
  return raise_type_error(t, "%U() got an unexpected keyword argument '%S'", qualname, keyword);
}

}  // namespace

Result<void> bind_python_arguments(Thread& t, Function& f, Code& code, Value* args, size_t n, Tuple* kwnames, Value* out) {
  const ssize count = code.argument_count;
  const ssize total = count + code.keyword_only_count;
  const ssize locals = code.local_count;
  const ssize keywords = kwnames ? kwnames->size : 0;
  const ssize positional = static_cast<ssize>(n) - keywords;
  Names names{code.local_plus_names.load_as<Tuple>()};
  for (ssize k = 0; k < locals; k++) out[k] = Value::empty();
  Owned star, kwargs;
  ssize extra = total;
  // Which argument words moved into `out`; the others are released at the end.
  uint64_t moved_small = 0;
  std::vector<bool> moved_large;
  if (n > 64) moved_large.resize(n);
  auto mark = [&](ssize k) {
    if (n > 64) moved_large[static_cast<size_t>(k)] = true;
    else moved_small |= uint64_t{1} << k;
  };
  auto is_moved = [&](ssize k) { return n > 64 ? static_cast<bool>(moved_large[static_cast<size_t>(k)]) : (moved_small >> k & 1) != 0; };

  if (code.flags & kCodeVarKeywords) kwargs = Owned(TRY(dict_new(t)));
  ssize taken = std::min(positional, count);
  for (ssize k = 0; k < taken; k++) {
    out[k] = args[k];
    mark(k);
  }
  if (code.flags & kCodeVarArgs) {
    if (positional > taken) star = Owned(TRY(tuple_from(t, args + taken, positional - taken)));
    else star = borrow_or_dup(g_empty_tuple);
    extra++;
  }
  for (ssize k = 0; k < keywords; k++) {
    Value keyword = kwnames->get(k);
    if (TY_UNLIKELY(!is_str(keyword))) return raise_type_error(t, "%U() keywords must be strings", f.qualname.load());
    ssize found = -1;
    for (ssize j = code.positional_only_count; j < total && found < 0; j++) {
      if (names[j].object() == keyword.object()) found = j;
    }
    for (ssize j = code.positional_only_count; j < total && found < 0; j++) {
      if (str_equal(*names[j].as<Str>(), *keyword.as<Str>())) found = j;
    }
    if (found < 0) {
      if (!kwargs) return raise_unexpected(t, f, code, kwnames, keyword);
      TRY(dict_set(t, *kwargs.value().as<Dict>(), keyword, args[positional + k]));
      continue;
    }
    if (TY_UNLIKELY(!out[found].is_empty())) {
      return raise_type_error(t, "%U() got multiple values for argument '%S'", f.qualname.load(), keyword);
    }
    out[found] = args[positional + k];
    mark(positional + k);
  }
  if (TY_UNLIKELY(positional > count && !(code.flags & kCodeVarArgs))) return raise_too_many(t, f, code, positional, out);
  // Defaults. Their references are the callee's own only once nothing can fail.
  if (positional < count) {
    Owned defaults_owner = f.defaults.get();
    Tuple* defaults = defaults_owner ? defaults_owner.value().as<Tuple>() : nullptr;
    ssize default_count = defaults ? defaults->size : 0;
    ssize required = count - default_count;
    bool missing = false;
    for (ssize k = taken; k < required; k++) missing |= out[k].is_empty();
    if (TY_UNLIKELY(missing)) {
      std::vector<Value> list;
      for (ssize k = 0; k < required; k++) {
        if (out[k].is_empty()) list.push_back(names[k]);
      }
      return raise_missing(t, f.qualname.load(), "positional", list);
    }
  }
  if (code.keyword_only_count > 0) {
    Owned kwdefaults = f.kwdefaults.get();
    bool missing = false;
    std::vector<std::pair<ssize, Value>> fill;
    for (ssize k = count; k < total; k++) {
      if (!out[k].is_empty()) continue;
      if (kwdefaults) {
        Owned value = TRY(dict_get_name(t, *kwdefaults.value().as<Dict>(), names[k]));
        if (!value.value().is_empty()) {
          fill.emplace_back(k, value.release());
          continue;
        }
      }
      missing = true;
    }
    if (TY_UNLIKELY(missing)) {
      std::vector<Value> list;
      for (auto& [k, value] : fill) release_word(value);
      for (ssize k = count; k < total; k++) {
        bool filled = false;
        for (auto& [j, value] : fill) filled |= j == k;
        if (out[k].is_empty() && !filled) list.push_back(names[k]);
      }
      return raise_missing(t, f.qualname.load(), "keyword-only", list);
    }
    for (auto& [k, value] : fill) out[k] = value;
  }
  // Nothing fails from here on.
  if (positional < count && !f.defaults.is_null()) {
    Owned defaults_owner = f.defaults.get();
    if (defaults_owner) {
      Tuple* defaults = defaults_owner.value().as<Tuple>();
      ssize required = count - defaults->size;
      for (ssize k = std::max(taken, required); k < count; k++) {
        if (out[k].is_empty()) out[k] = defaults->items[k - required].get().release();
      }
    }
  }
  if (code.flags & kCodeVarArgs) out[total] = star.release();
  if (kwargs) out[extra] = kwargs.release();
  for (ssize k = 0; k < static_cast<ssize>(n); k++) {
    Value word = args[k];
    args[k] = Value::empty();
    if (!is_moved(k)) release_word(word);
  }
  return {};
}

}  // namespace ty
