// modules/_warnings.cpp: the _warnings module: filters, the once registry, warn and warn_explicit. CPython: Python/_warnings.c.
//
// Threads     the filter list and the registries are ordinary shared objects; g_filters_version is an atomic counter.
#include <string>

#include "modules/warnings.h"
#include "object/type_object.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/eval.h"
#include "vm/interpreter.h"

namespace ty {

namespace {

GlobalSlot g_filters, g_once_registry, g_default_action;
int64_t g_filters_version = 0;  // [atomic]

/// warnings.NAME, if the module was imported (or `import`): null if there is none.
Result<Owned> warnings_attribute(Thread& t, const char* name, bool import) {
  Owned module;
  if (import) {
    module = TRY(import_module(t, "warnings"));
  } else {
    module = TRY(dict_get_text(t, *t.interpreter->modules.load().as<Dict>(), "warnings"));
    if (module.value().is_empty()) return owned_none();
  }
  Ref<Str> attribute = TRY(str_from_ascii(t, name));
  Owned value = TRY(find_attribute(t, module, attribute));
  return value.value().is_empty() ? Result<Owned>(owned_none()) : Result<Owned>(std::move(value));
}

Result<Owned> current(Thread& t, const char* name, GlobalSlot& own) {
  Owned value = TRY(warnings_attribute(t, name, false));
  if (is_none(value)) return own.get();
  own.store(dup(value.value()));
  return value;
}

/// Does `pattern` (None, str or compiled pattern) match?
Result<bool> pattern_matches(Thread& t, Value pattern, Value text) {
  if (is_none(pattern)) return true;
  if (is_exact<Str>(pattern)) return object_equal(t, pattern, text);
  Owned match = TRY(call_method(t, pattern, NAME("match"), text));
  return object_is_true(t, match);
}

/// The action of the first filter that applies; `item` receives the filter.
Result<Owned> find_action(Thread& t, Value category, Value text, int64_t line, Value module, Owned* item) {
  Owned filters = TRY(current(t, "filters", g_filters));
  if (!is_instance(filters, List::type())) return raise_value_error(t, "_warnings.filters must be a list");
  for (ssize i = 0;; i++) {
    Owned filter = list_get(*filters.value().as<List>(), i);
    if (!filter) break;
    if (!is_instance(filter, Tuple::type()) || filter.value().as<Tuple>()->size != 5) {
      return raise_value_error(t, "_warnings.filters item %zd isn't a 5-tuple", i);
    }
    Tuple& f = *filter.value().as<Tuple>();
    if (!is_exact<Str>(f.get(0))) return raise_type_error(t, "action must be a string, not '%.200s'", type_of(f.get(0))->name);
    if (!TRY(pattern_matches(t, f.get(1), text))) continue;
    if (!TRY(object_is_subclass(t, category, f.get(2)))) continue;
    if (!TRY(pattern_matches(t, f.get(3), module))) continue;
    ssize at = TRY(number_as_ssize(t, f.get(4), nullptr));
    if (at != 0 && at != line) continue;
    *item = dup(filter.value());
    return dup(f.get(0));
  }
  *item = owned_none();
  Owned action = TRY(current(t, "defaultaction", g_default_action));
  if (!is_exact<Str>(action)) {
    return raise_type_error(t, "_warnings.defaultaction must be a string, not '%.200s'", type_of(action)->name);
  }
  return action;
}

/// True if `key` was warned about under the present filters; marks it when `mark`.
Result<bool> already_warned(Thread& t, Value registry, Value key, bool mark) {
  Dict& dict = *registry.as<Dict>();
  int64_t version = __atomic_load_n(&g_filters_version, __ATOMIC_RELAXED);
  Owned seen = TRY(dict_get_text(t, dict, "version"));
  bool fits = false;
  if (seen.value().is_empty() || !is_int(seen) || int_as_int64(seen, &fits) != version || !fits) {
    dict_clear(t, dict);
    TRY(dict_set_text(t, dict, "version", Value::small_int_unchecked(version)));
  } else {
    Owned warned = TRY(dict_get(t, dict, key));
    if (!warned.value().is_empty() && TRY(object_is_true(t, warned))) return true;
  }
  if (mark) TRY(dict_set(t, dict, key, true_value()));
  return false;
}

Result<bool> seen_without_line(Thread& t, Value registry, Value text, Value category) {
  Ref<Tuple> key = TRY(tuple_pack(t, text, category, Value::small_int_unchecked(0)));
  return already_warned(t, registry, key, true);
}

Result<void> show_plain(Thread& t, Value filename, int64_t line, Value text, Value category) {
  Owned error = dup(sys_get(t, "stderr"));
  if (!error || is_none(error)) return {};
  Owned name = TRY(get_attribute(t, category, NAME("__name__")));
  Ref<Str> message = TRY(str_from_format(t, "%S:%ld: %S: %S\n", filename, line, name.value(), text));
  Owned ignored = TRY(call_method(t, error, NAME("write"), message));
  return {};
}

Result<void> show(Thread& t, Value message, Value category, Value filename, int64_t line, Value text, Value source) {
  Owned function = TRY(warnings_attribute(t, "_showwarnmsg", source && !is_none(source)));
  if (is_none(function)) return show_plain(t, filename, line, text, category);
  if (!is_callable(function)) return raise_type_error(t, "warnings._showwarnmsg() must be set to a callable");
  Owned maker = TRY(warnings_attribute(t, "WarningMessage", false));
  if (is_none(maker)) return raise_runtime_error(t, "unable to get warnings.WarningMessage");
  Value arguments[] = {message, category, filename, Value::small_int_unchecked(line), none(), none(), source ? source : none()};
  Owned record = TRY(call(t, maker, arguments, 7));
  Owned ignored = TRY(call(t, function, record));
  return {};
}

/// "pkg/mod.py" → "pkg/mod"
Result<Owned> module_of_filename(Thread& t, Value filename) {
  Str& s = *filename.as<Str>();
  if (s.length == 0) return Owned::steal(NAME("<unknown>"));
  if (s.length > 3 && s.at(s.length - 3) == '.' && s.at(s.length - 2) == 'p' && s.at(s.length - 1) == 'y') {
    return Owned(TRY(str_substring(t, s, 0, s.length - 3)));
  }
  return dup(filename);
}

Result<void> warn_at(Thread& t, Value category_given, Value message_given, Value filename, int64_t line, Value module_given,
                     Value registry, Value source) {
  if (!registry.is_null() && !is_none(registry) && !is_instance(registry, Dict::type())) {
    return raise_type_error(t, "'registry' must be a dict or None");
  }
  bool has_registry = !registry.is_null() && !is_none(registry);
  Owned module = module_given.is_null() ? TRY(module_of_filename(t, filename)) : dup(module_given);
  Owned message = dup(message_given), category = dup(category_given), text;
  if (is_instance(message, &exc_Warning)) {
    text = TRY(object_str(t, message));
    category = dup(Value(type_of(message)));
  } else {
    text = dup(message_given);
    message = TRY(call(t, category, message));
  }
  Ref<Tuple> key = TRY(tuple_pack(t, text, category, Value::small_int_unchecked(line)));
  if (has_registry && TRY(already_warned(t, registry, key, false))) return {};
  Owned item;
  Owned action = TRY(find_action(t, category, text, line, module, &item));
  Str& a = *action.value().as<Str>();
  if (str_equal_ascii(a, "error")) return raise_instance(t, message);
  if (str_equal_ascii(a, "ignore")) return {};
  bool seen = false;
  if (!str_equal_ascii(a, "always") && !str_equal_ascii(a, "all")) {
    if (has_registry) TRY(dict_set(t, *registry.as<Dict>(), key, true_value()));
    if (str_equal_ascii(a, "once")) {
      Owned once = has_registry ? dup(registry) : TRY(current(t, "onceregistry", g_once_registry));
      if (!is_instance(once, Dict::type())) {
        return raise_type_error(t, "_warnings.onceregistry must be a dict, not '%.200s'", type_of(once)->name);
      }
      seen = TRY(seen_without_line(t, once, text, category));
    } else if (str_equal_ascii(a, "module")) {
      if (has_registry) seen = TRY(seen_without_line(t, registry, text, category));
    } else if (!str_equal_ascii(a, "default")) {
      return raise_runtime_error(t, "Unrecognized action (%R) in warnings.filters:\n %R", action.value(), item.value());
    }
  }
  if (seen) return {};
  return show(t, message, category, filename, line, text, source);
}

bool contains(Str& s, std::string_view part) {
  if (!s.is_ascii()) return false;
  return std::string_view(s.ascii(), static_cast<size_t>(s.length)).find(part) != std::string_view::npos;
}
bool is_import_frame(const FrameLocation& at) {
  Str& name = *at.filename.value().as<Str>();
  return contains(name, "importlib") && contains(name, "_bootstrap");
}
Result<bool> has_prefix(Thread& t, const FrameLocation& at, Value prefixes) {
  if (prefixes.is_null()) return false;
  Tuple& p = *prefixes.as<Tuple>();
  if (p.size == 0) return false;
  Owned result = TRY(call_method(t, at.filename, NAME("startswith"), prefixes));
  return object_is_true(t, result);
}

Result<void> warn_from_stack(Thread& t, Value category, Value message, ssize stack_level, Value source, Value skip_prefixes) {
  FrameLocation at;
  bool found = frame_location(t, 0, &at);
  bool skips = !skip_prefixes.is_null() && skip_prefixes.as<Tuple>()->size > 0;
  if (skips && stack_level < 2) stack_level = 2;
  int depth = 0;
  if (stack_level <= 0 || (found && is_import_frame(at))) {
    while (--stack_level > 0 && found) found = frame_location(t, ++depth, &at);
  } else {
    while (--stack_level > 0 && found) {
      do {
        found = frame_location(t, ++depth, &at);
      } while (found && (is_import_frame(at) || TRY(has_prefix(t, at, skip_prefixes))));
    }
  }
  Owned globals, filename;
  int64_t line = 1;
  if (found) {
    globals = dup(at.globals.value());
    filename = dup(at.filename.value());
    line = at.line;
  } else {
    globals = t.interpreter->sys_dict.get();
    filename = Owned::steal(NAME("<sys>"));
    line = 0;
  }
  Dict& dict = *globals.value().as<Dict>();
  Owned registry = TRY(dict_get_text(t, dict, "__warningregistry__"));
  if (registry.value().is_empty()) {
    Ref<Dict> fresh = TRY(dict_new(t));
    TRY(dict_set_text(t, dict, "__warningregistry__", fresh));
    registry = std::move(fresh);
  }
  Owned module = TRY(dict_get_text(t, dict, "__name__"));
  if (module.value().is_empty() || !(is_none(module) || is_instance(module, Str::type()))) module = Owned::steal(NAME("<string>"));
  return warn_at(t, category, message, filename, line, module, registry, source);
}

Result<Owned> category_of(Thread& t, Value message, Value category) {
  if (is_instance(message, &exc_Warning)) return dup(Value(type_of(message)));
  if (category.is_null() || is_none(category)) return dup(Value(&exc_UserWarning));
  if (!is_instance(category, &type_type) || !is_subtype(category.as<Type>(), &exc_Warning)) {
    return raise_type_error(t, "category must be a Warning subclass, not '%s'", type_of(category)->name);
  }
  return dup(category);
}

Result<void> warnings_warn(Thread& t, Value message, Value category, ssize stack_level, Value source, Opt<Tuple&> skip_file_prefixes) {
  Owned kind = TRY(category_of(t, message, category));
  if (skip_file_prefixes) {
    for (ssize i = 0; i < skip_file_prefixes->size; i++) {
      if (!is_instance(skip_file_prefixes->get(i), Str::type())) {
        return raise_type_error(t, "Found non-str '%s' in skip_file_prefixes.", type_of(skip_file_prefixes->get(i))->name);
      }
    }
  }
  return warn_from_stack(t, kind, message, stack_level, source, skip_file_prefixes ? Value(skip_file_prefixes.pointer) : Value());
}

Result<void> warnings_warn_explicit(Thread& t, Value message, Value category, Str& filename, int line, Value module, Value registry,
                                    Value module_globals, Value source) {
  Owned kind = TRY(category_of(t, message, category));
  if (!is_none(module_globals) && !is_instance(module_globals, Dict::type())) {
    return raise_type_error(t, "module_globals must be a dict, not '%.200s'", type_of(module_globals)->name);
  }
  return warn_at(t, kind, message, Value(&filename), line, module, registry, source);
}

void warnings_filters_mutated(Thread&) { __atomic_fetch_add(&g_filters_version, 1, __ATOMIC_RELAXED); }

Result<void> add_filter(Thread& t, List& filters, Value action, Type* category, Value module) {
  Ref<Tuple> filter = TRY(tuple_pack(t, action, none(), Value(category), module, Value::small_int_unchecked(0)));
  return list_push(t, filters, filter);
}

Result<void> warnings_exec(Thread& t, Module& m) {
  Ref<List> filters = TRY(list_new(t));
  TRY(add_filter(t, *filters, NAME("default"), &exc_DeprecationWarning, NAME("__main__")));
  TRY(add_filter(t, *filters, NAME("ignore"), &exc_DeprecationWarning, none()));
  TRY(add_filter(t, *filters, NAME("ignore"), &exc_PendingDeprecationWarning, none()));
  TRY(add_filter(t, *filters, NAME("ignore"), &exc_ImportWarning, none()));
  TRY(add_filter(t, *filters, NAME("ignore"), &exc_ResourceWarning, none()));
  g_filters.store(dup(Value(filters)));
  g_once_registry.store(TRY(dict_new(t)));
  g_default_action.store(Owned::steal(NAME("default")));
  TRY(module_add(t, m, "filters", filters));
  TRY(module_add(t, m, "_onceregistry", g_once_registry.load()));
  return module_add(t, m, "_defaultaction", NAME("default"));
}

constexpr MethodDef kWarningsMethods[] = {
    function<&warnings_warn>("warn", "($module, /, message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=<unrepresentable>)",
                             "Issue a warning, or maybe ignore it or raise an exception."),
    function<&warnings_warn_explicit>("warn_explicit", "($module, /, message, category, filename, lineno, module=<unrepresentable>, registry=None, module_globals=None, source=None)",
                                      "Issue a warning, or maybe ignore it or raise an exception."),
    function<&warnings_filters_mutated>("_filters_mutated", "($module, /)", nullptr),
    {}};
constexpr ModuleDef kWarningsModule = {.name = "_warnings", .doc = "_warnings provides basic warning filtering support.\n"
    "It is a helper module to speed up interpreter start-up.", .methods = kWarningsMethods, .exec = &warnings_exec};
TY_MODULE(kWarningsModule)

}  // namespace

Result<void> issue_warning_rpy(Thread& t, Value category, Value message, ssize stack_level, Value source) {
  Owned kind = TRY(category_of(t, message, category));
  return warn_from_stack(t, kind, message, stack_level, source, nullptr);
}
Result<void> issue_warning_at_rpy(Thread& t, Value category, Value message, Value filename, int line, Value module, Value registry) {
  return warn_at(t, category, message, filename, line, module, registry, nullptr);
}

}  // namespace ty
