// vm/import.cpp: import statements and __import__. CPython: Python/import.c, Python/ceval.c import_from().
#include <cstdio>
#include <string>

#include "base/clock.h"
#include <vector>

#include "types/container.h"
#include "types/dict.h"
#include "types/exceptions.h"
#include "types/int.h"
#include "types/list.h"
#include "types/module.h"
#include "types/frame.h"
#include "types/str.h"
#include "types/traceback.h"
#include "types/tuple.h"
#include "vm/interpreter.h"
#include "vm/slow/slow.h"
#include "vm/vm.h"

namespace ty {

namespace {

Dict& modules_of(Thread& t) { return *t.interpreter->modules.load().as<Dict>(); }

/// The absolute name that `name` and `level` mean in a module with these globals.
Result<Owned> resolve_name(Thread& t, Value name, Value globals, int level) {
  if (!globals || is_none(globals)) return raise_format(t, &exc_KeyError, "'__name__' not in globals");
  if (!is_instance(globals, &dict_type)) return raise_type_error(t, "globals must be a dict");
  Dict& g = *globals.as<Dict>();
  Owned package = TRY(dict_get_text(t, g, "__package__"));
  Owned spec = TRY(dict_get_text(t, g, "__spec__"));
  bool have_spec = !spec.value().is_empty() && !is_none(spec);
  if (!package.value().is_empty() && !is_none(package)) {
    if (!is_str(package)) return raise_type_error(t, "package must be a string");
    if (have_spec) {
      Lookup<Owned> parent = find_attribute(t, spec, NAME("parent"));
      if (parent.raised()) return Raised{};
      if (parent.found()) {
        Owned p = parent.take();
        bool equal = TRY(object_equal(t, package, p));
        if (!equal) TRY(warn_rpy(t, &exc_DeprecationWarning, 1, "__package__ != __spec__.parent"));
      }
    }
  } else if (have_spec) {
    package = TRY(get_attribute(t, spec, NAME("parent")));
    if (!is_str(package)) return raise_type_error(t, "__spec__.parent must be a string");
  } else {
    TRY(warn_rpy(t, &exc_ImportWarning, 1, "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__"));
    package = TRY(dict_get_text(t, g, "__name__"));
    if (package.value().is_empty()) return raise_format(t, &exc_KeyError, "'__name__' not in globals");
    if (!is_str(package)) return raise_type_error(t, "__name__ must be a string");
    bool has_path = TRY(dict_contains(t, g, NAME("__path__")));
    if (!has_path) {
      Str& s = *package.value().as<Str>();
      ssize dot = -1;
      for (ssize k = s.length - 1; k >= 0 && dot < 0; k--) {
        if (s.at(k) == '.') dot = k;
      }
      if (dot < 0) return raise_format(t, &exc_ImportError, "attempted relative import with no known parent package");
      package = Owned(TRY(str_substring(t, s, 0, dot)));
    }
  }
  Str& p = *package.value().as<Str>();
  if (p.length == 0) return raise_format(t, &exc_ImportError, "attempted relative import with no known parent package");
  ssize end = p.length;
  for (int up = 1; up < level; up++) {
    ssize dot = -1;
    for (ssize k = end - 1; k >= 0 && dot < 0; k--) {
      if (p.at(k) == '.') dot = k;
    }
    if (dot < 0) return raise_format(t, &exc_ImportError, "attempted relative import beyond top-level package");
    end = dot;
  }
  Ref<Str> base = TRY(str_substring(t, p, 0, end));
  if (name.as<Str>()->length == 0) return Owned(std::move(base));
  return Owned(TRY(str_from_format(t, "%U.%U", Value(base), name)));
}

/// A module found in sys.modules that another thread (or this one) is still importing: waits for it.
Result<void> ensure_initialized(Thread& t, Value module, Value name) {
  Lookup<Owned> spec = find_attribute(t, module, NAME("__spec__"));
  if (spec.raised()) return Raised{};
  if (spec.absent()) return {};
  Owned s = spec.take();
  if (is_none(s)) return {};
  Lookup<Owned> initializing = find_attribute(t, s, NAME("_initializing"));
  if (initializing.raised()) return Raised{};
  if (initializing.absent()) return {};
  Owned flag = initializing.take();
  bool busy = TRY(object_is_true(t, flag));
  if (!busy) return {};
  Owned ignored = TRY(call_method(t, t.interpreter->importlib.load(), NAME("_lock_unlock_module"), name));
  return {};
}

}  // namespace

namespace {

/// -X importtime: one line per import, inner ones first.
class ImportTimer {
 public:
  ImportTimer(Thread& t, Value name) : t_(t), name_(name) {
    if (!t.interpreter->config->import_time) return;
    active_ = true;
    if (!header_) {
      header_ = true;
      std::fprintf(stderr, "import time: self [us] | cumulative | imported package\n");
    }
    outer_children_ = children_;
    children_ = 0;
    depth_++;
    started_ = monotonic_nanoseconds();
  }
  ~ImportTimer() {
    if (!active_) return;
    int64_t all = monotonic_nanoseconds() - started_;
    depth_--;
    Result<std::string_view> text = str_utf8(t_, *name_.as<Str>());
    if (text.ok()) {
      std::string shown(text.take());
      std::fprintf(stderr, "import time: %9ld | %10ld | %*s%s\n", (all - children_ + 999) / 1000, (all + 999) / 1000, depth_ * 2, "", shown.c_str());
    } else {
      clear_exception(t_);
    }
    children_ = outer_children_ + all;
  }

 private:
  static inline thread_local int64_t children_ = 0;
  static inline thread_local int depth_ = 0;
  static inline bool header_ = false;
  Thread& t_;
  Value name_;
  bool active_ = false;
  int64_t started_ = 0, outer_children_ = 0;
};

}  // namespace

/// Takes importlib's own frames out of the pending exception's traceback. CPython: remove_importlib_frames().
static void remove_importlib_frames(Thread& t) {
  if (!exception_pending(t) || t.interpreter->config->verbose) return;
  bool always = exception_matches(t, &exc_ImportError);
  Ref<Object> exception = take_exception(t);
  std::vector<Ref<Traceback>> kept;
  size_t chunk = 0;
  bool inside = false, changed = false;
  for (Owned at = exception_traceback(Value(exception)); at && is_exact<Traceback>(at);) {
    Traceback* tb = at.value().as<Traceback>();
    Code* code = tb->frame.load_as<Frame>()->code.load_as<Code>();
    Str& file = *code->filename.load_as<Str>();
    bool now = str_equal_ascii(file, "<frozen importlib._bootstrap>") || str_equal_ascii(file, "<frozen importlib._bootstrap_external>");
    if (now && !inside) chunk = kept.size();
    inside = now;
    if (now && (always || str_equal_ascii(*code->name.load_as<Str>(), "_call_with_frames_removed"))) {
      kept.resize(chunk);
      changed = true;
    } else {
      kept.push_back(dup(tb));
    }
    at = tb->next.get();
  }
  if (changed) {
    for (size_t k = 0; k < kept.size(); k++) {
      Traceback* tb = kept[k].get();
      if (k + 1 < kept.size()) tb->next.store(tb, dup(Value(kept[k + 1])));
      else tb->next.clear(tb);
    }
    exception_set_traceback(Value(exception), kept.empty() ? Value() : Value(kept[0]));
  }
  restore_exception(t, std::move(exception));
}

Result<Owned> import_name_rpy(Thread& t, Value name, Value globals_or_null, Value locals_or_null, Value fromlist_or_null, int level) {
  if (!name) return raise_value_error(t, "Empty module name");
  if (!is_str(name)) return raise_type_error(t, "module name must be a string");
  if (level < 0) return raise_value_error(t, "level must be >= 0");
  Owned absolute;
  if (level > 0) {
    absolute = TRY(resolve_name(t, name, globals_or_null, level));
  } else {
    if (name.as<Str>()->length == 0) return raise_value_error(t, "Empty module name");
    absolute = dup(name);
  }
  Owned module = TRY(dict_get(t, modules_of(t), absolute));
  if (!module.value().is_empty() && !is_none(module)) {
    if (t.interpreter->importlib.load()) TRY(ensure_initialized(t, module, absolute));
  } else {
    Owned importlib = t.interpreter->importlib.get();
    if (!importlib) {
      // Before importlib runs only native modules can be had.
      std::string_view text = TRY(str_utf8(t, *absolute.value().as<Str>()));
      const ModuleDef* def = find_module_def(std::string(text).c_str());
      if (!def) return raise_format(t, &exc_ModuleNotFoundError, "No module named %R", absolute.value());
      Ref<Module> m = TRY(module_create(t, *def));
      TRY(dict_set(t, modules_of(t), absolute, m));
      TRY(module_exec(t, *m));
      module = Owned(std::move(m));
    } else {
      Value find = importlib;
      Owned function = TRY(get_attribute(t, find, NAME("_find_and_load")));
      Owned import_function = TRY(get_attribute(t, find, NAME("_gcd_import")));
      ImportTimer timer(t, absolute);
      auto found = call(t, function, absolute, import_function);
      if (!found.ok()) {
        remove_importlib_frames(t);
        return Raised{};
      }
      module = found.take();
    }
  }
  bool has_from = false;
  if (fromlist_or_null && !is_none(fromlist_or_null)) has_from = TRY(object_is_true(t, fromlist_or_null));
  if (!has_from) {
    Str& s = *name.as<Str>();
    if (level == 0 || s.length > 0) {
      ssize dot = -1;
      for (ssize k = 0; k < s.length && dot < 0; k++) {
        if (s.at(k) == '.') dot = k;
      }
      if (dot < 0) return module;
      if (level == 0) {
        Ref<Str> front = TRY(str_substring(t, s, 0, dot));
        Owned top = TRY(dict_get(t, modules_of(t), front));
        if (top.value().is_empty()) return import_name_rpy(t, front, nullptr, nullptr, nullptr, 0);
        return top;
      }
      Str& full = *absolute.value().as<Str>();
      Ref<Str> to_return = TRY(str_substring(t, full, 0, full.length - (s.length - dot)));
      Owned top = TRY(dict_get(t, modules_of(t), to_return));
      if (top.value().is_empty()) return raise_format(t, &exc_KeyError, "%R not in sys.modules as expected", Value(to_return));
      return top;
    }
    return module;
  }
  Lookup<Owned> path = find_attribute(t, module, NAME("__path__"));
  if (path.raised()) return Raised{};
  if (path.absent() || !t.interpreter->importlib.load()) return module;
  Owned ignored = path.take();
  Owned handle = TRY(get_attribute(t, t.interpreter->importlib.load(), NAME("_handle_fromlist")));
  Owned import_function = TRY(get_attribute(t, t.interpreter->importlib.load(), NAME("_gcd_import")));
  auto handled = call(t, handle, module, fromlist_or_null, import_function);
  if (!handled.ok()) remove_importlib_frames(t);
  return handled;
}

Result<Owned> import_module(Thread& t, const char* dotted_name) {
  Value name = TRY(str_intern_utf8(t, dotted_name));
  Ref<List> from = TRY(list_from(t, &name, 1));  // a non-empty fromlist: the module itself, not its top package
  return import_name_rpy(t, name, nullptr, nullptr, Value(from), 0);
}
Result<Owned> import_attribute(Thread& t, const char* module, const char* attribute) {
  Owned m = TRY(import_module(t, module));
  return get_attribute(t, m, attribute);
}

bool slow_ImportName(Thread& t, Value* R, const Value* K, Ins i) {
  Value name = K[i.c], level = R[i.b], fromlist = R[i.b + 1];
  Value builtins = frame_builtins(R);
  Owned import;
  if (is_instance(builtins, &dict_type)) {
    auto found = dict_get_name(t, *builtins.as<Dict>(), NAME("__import__"));
    if (found.raised()) return false;
    if (found.absent()) {
      (void)raise_format(t, &exc_ImportError, "__import__ not found");
      return false;
    }
    import = found.take();
  } else {
    auto r = get_item(t, builtins, NAME("__import__"));
    if (!r.ok()) return false;
    import = r.take();
  }
  Value globals = frame_function(R)->globals.load();
  Value locals = frame_code(R)->flags & kCodeOptimized ? none() : R[kFrameAux];
  Result<Owned> result = Raised{};
  if (import.value().identity() == t.interpreter->import_function.load().identity()) {
    result = import_name_rpy(t, name, globals, locals, fromlist, static_cast<int>(level.small_int()));
  } else {
    Value args[5] = {name, globals, locals, fromlist, level};
    result = call(t, import, args, 5);
  }
  if (!result.ok()) return false;
  Value word = result.take().release();
  clear_run(R, i.b, 2);
  put(R, i.a, word);
  return true;
}

bool slow_ImportFrom(Thread& t, Value* R, const Value* K, Ins i) {
  Value module = R[i.b], name = K[i.c];
  Lookup<Owned> found = find_attribute(t, module, name);
  if (found.raised()) return false;
  if (found.found()) {
    put(R, i.a, found.take());
    return true;
  }
  // A submodule whose parent has no attribute for it yet (circular imports).
  Lookup<Owned> own_name = find_attribute(t, module, NAME("__name__"));
  if (own_name.raised()) return false;
  Owned package = own_name.found() ? own_name.take() : Owned();
  if (package && is_str(package)) {
    auto full = str_from_format(t, "%U.%U", package.value(), name);
    if (!full.ok()) return false;
    Lookup<Owned> sub = dict_get(t, modules_of(t), Owned(full.take()));
    if (sub.raised()) return false;
    if (sub.found()) {
      put(R, i.a, sub.take());
      return true;
    }
  }
  Owned shown = package && is_str(package) ? dup(package.value()) : Owned();
  Lookup<Owned> spec_found = find_attribute(t, module, NAME("__spec__"));
  if (spec_found.raised()) return false;
  Owned spec = spec_found.found() ? spec_found.take() : owned_none();
  Owned origin;
  bool initializing = false;
  if (!is_none(spec)) {
    Lookup<Owned> has = find_attribute(t, spec, NAME("has_location"));
    if (has.raised()) return false;
    if (has.found()) {
      auto truth = object_is_true(t, has.take());
      if (!truth.ok()) return false;
      if (truth.take()) {
        Lookup<Owned> o = find_attribute(t, spec, NAME("origin"));
        if (o.raised()) return false;
        if (o.found()) origin = o.take();
      }
    }
    Lookup<Owned> busy = find_attribute(t, spec, NAME("_initializing"));
    if (busy.raised()) return false;
    if (busy.found()) {
      auto truth = object_is_true(t, busy.take());
      if (!truth.ok()) return false;
      initializing = truth.take();
    }
  }
  if (!origin) {
    Lookup<Owned> file = find_attribute(t, module, NAME("__file__"));
    if (file.raised()) return false;
    if (file.found()) origin = file.take();
  }
  if (origin && !is_str(origin)) origin = Owned();
  if (!shown) {
    auto r = str_from_ascii(t, "<unknown module name>");
    if (!r.ok()) return false;
    shown = Owned(r.take());
  }
  if (initializing) {
    if (origin) {
      (void)raise_format(t, &exc_ImportError, "cannot import name %R from partially initialized module %R (most likely due to a circular import) (%S)",
                         name, shown.value(), origin.value());
    } else {
      (void)raise_format(t, &exc_ImportError, "cannot import name %R from partially initialized module %R (most likely due to a circular import) (unknown location)",
                         name, shown.value());
    }
  } else if (origin) {
    (void)raise_format(t, &exc_ImportError, "cannot import name %R from %R (%S)", name, shown.value(), origin.value());
  } else {
    (void)raise_format(t, &exc_ImportError, "cannot import name %R from %R (unknown location)", name, shown.value());
  }
  if (t.exception && is_subtype(t.exception->type(), &exc_ImportError)) {
    auto* e = static_cast<ImportErrorObject*>(static_cast<BaseException*>(t.exception));
    if (package) e->name.store(e, dup(package.value()));
    if (origin) e->path.store(e, dup(origin.value()));
    e->name_from.store(e, dup(name));
  }
  return false;
}

bool slow_ImportStar(Thread& t, Value* R, const Value*, Ins i) {
  // CPython: Python/intrinsics.c import_all_from()
  Value module = R[i.a];
  Value ns = R[kFrameAux];
  Lookup<Owned> all_found = find_attribute(t, module, NAME("__all__"));
  if (all_found.raised()) return false;
  bool skip_private = false;
  Owned all;
  if (all_found.found()) {
    all = all_found.take();
  } else {
    Lookup<Owned> dict = find_attribute(t, module, NAME("__dict__"));
    if (dict.raised()) return false;
    if (dict.absent()) {
      (void)raise_format(t, &exc_ImportError, "from-import-* object has no __dict__ and no __all__");
      return false;
    }
    Owned d = dict.take();
    auto keys = call_method(t, d, NAME("keys"));
    if (!keys.ok()) return false;
    auto list = list_from_iterable_rpy(t, keys.take());
    if (!list.ok()) return false;
    all = Owned(list.take());
    skip_private = true;
  }
  for (ssize k = 0;; k++) {
    auto item = sequence_get(t, all, k);
    if (!item.ok()) {
      if (!exception_matches(t, &exc_IndexError)) return false;
      clear_exception(t);
      break;
    }
    Owned name = item.take();
    if (!is_str(name)) {
      auto module_name = get_attribute(t, module, NAME("__name__"));
      if (!module_name.ok()) return false;
      Owned m = module_name.take();
      if (!is_str(m)) {
        (void)raise_type_error(t, "module __name__ must be a string, not %.100T", m.value());
        return false;
      }
      (void)raise_type_error(t, "%s in %U.%s must be str, not %.100T", skip_private ? "Key" : "Item", m.value(), skip_private ? "__dict__" : "__all__",
                             name.value());
      return false;
    }
    Str& s = *name.value().as<Str>();
    if (skip_private && s.length > 0 && s.at(0) == '_') continue;
    auto value = get_attribute(t, module, name.value());
    if (!value.ok()) return false;
    Owned v = value.take();
    auto r = is_exact<Dict>(ns) ? dict_set(t, *ns.as<Dict>(), name, v) : set_item(t, ns, name, v);
    if (!r.ok()) return false;
  }
  if (i.kill & kKillA) clear_register(R, i.a);
  return true;
}

}  // namespace ty
