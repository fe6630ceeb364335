// modules/gc.cpp: the gc module. CPython: Modules/gcmodule.c.
#include "gc/collector.h"

#include "object/errors.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

enum DebugFlag : int { kDebugStats = 1, kDebugCollectable = 2, kDebugUncollectable = 4, kDebugSaveAll = 32 };
int debug_flags = 0;    // [atomic]
GlobalSlot g_garbage;   // List: gc.garbage
GlobalSlot g_callbacks; // List: gc.callbacks

Value small(int64_t n) { return Value::small_int_unchecked(n); }


Result<void> gc_enable(Thread& t) {
  gc::set_enabled(true);
  return {};
}
Result<void> gc_disable(Thread& t) {
  gc::set_enabled(false);
  return {};
}
Result<bool> gc_isenabled(Thread& t) { return gc::is_enabled(); }

/// Calls each of gc.callbacks with (phase, info).
void run_callbacks_rpy(Thread& t, const char* phase, int generation, ssize collected) {
  Owned list = g_callbacks.get();
  if (!list || list_size(*list.value().as<List>()) == 0) return;
  auto build = [&]() -> Result<Ref<Dict>> {
    Ref<Dict> info = TRY(dict_new(t));
    TRY(dict_set_text(t, *info, "generation", small(generation)));
    TRY(dict_set_text(t, *info, "collected", small(collected)));
    TRY(dict_set_text(t, *info, "uncollectable", small(0)));
    return info;
  };
  auto made = build();
  auto name = str_from_utf8(t, phase);
  if (!made.ok() || !name.ok()) return write_unraisable_rpy(t, none(), nullptr);
  Ref<Dict> info = made.take();
  Ref<Str> phase_name = name.take();
  List& callbacks = *list.value().as<List>();
  for (ssize i = 0; i < list_size(callbacks); i++) {
    Owned callback = list_get(callbacks, i);
    if (!callback) break;
    auto result = call(t, callback, phase_name, info);
    if (result.ok()) {
      Owned ignored = result.take();
    } else {
      write_unraisable_rpy(t, callback, nullptr);
    }
  }
}

/// What DEBUG_SAVEALL kept goes to gc.garbage.
Result<void> move_saved(Thread& t) {
  GrowList<Object*> saved;
  gc::take_saved(saved);
  Owned garbage = g_garbage.get();
  bool failed = false;
  for (Object* o : saved) {
    Owned object = Owned::steal(Value(o));
    if (!failed && garbage) failed = !list_push(t, *garbage.value().as<List>(), object).ok();
  }
  if (failed) return Raised{};
  return {};
}

Result<ssize> gc_collect(Thread& t, int generation) {
  if (generation < 0 || generation > 2) return raise_value_error(t, "invalid generation");
  run_callbacks_rpy(t, "start", generation, 0);
  ssize found = gc::collect_rpy(t, generation);
  TRY(move_saved(t));
  run_callbacks_rpy(t, "stop", generation, found);
  return found;
}

Result<void> gc_set_debug(Thread& t, int flags) {
  __atomic_store_n(&debug_flags, flags, __ATOMIC_RELAXED);
  gc::set_save_all(flags & kDebugSaveAll);
  return {};
}
Result<int> gc_get_debug(Thread& t) { return __atomic_load_n(&debug_flags, __ATOMIC_RELAXED); }

Result<void> gc_set_threshold(Thread& t, Args args) {
  if (args.size < 1 || args.size > 3) return raise_type_error(t, "gc.set_threshold requires 1 to 3 arguments");
  ssize values[3];
  for (size_t i = 0; i < args.size; i++) values[i] = TRY(number_as_ssize(t, args[i], &exc_OverflowError));
  for (size_t i = 0; i < args.size; i++) gc::set_threshold(static_cast<int>(i), static_cast<int>(values[i]));
  return {};
}
Result<Owned> gc_get_threshold(Thread& t) {
  return Owned(TRY(tuple_pack(t, small(gc::threshold(0)), small(gc::threshold(1)), small(gc::threshold(2)))));
}
Result<Owned> gc_get_count(Thread& t) {
  return Owned(TRY(tuple_pack(t, small(gc::count(t, 0)), small(gc::count(t, 1)), small(gc::count(t, 2)))));
}

Result<Owned> gc_get_stats(Thread& t) {
  Ref<List> list = TRY(list_new(t));
  for (int generation = 0; generation < 3; generation++) {
    gc::GenerationStats stats = gc::stats(generation);
    Ref<Dict> dict = TRY(dict_new(t));
    TRY(dict_set_text(t, *dict, "collections", small(static_cast<int64_t>(stats.collections))));
    TRY(dict_set_text(t, *dict, "collected", small(static_cast<int64_t>(stats.collected))));
    TRY(dict_set_text(t, *dict, "uncollectable", small(static_cast<int64_t>(stats.uncollectable))));
    TRY(list_push(t, *list, dict));
  }
  return Owned(std::move(list));
}

/// The counted objects of `found`, except `excluded`, in a new list.
Result<Owned> list_of(Thread& t, GrowList<Object*>& found, Object* excluded) {
  size_t i = 0;
  auto fill = [&]() -> Result<Ref<List>> {
    Ref<List> list = TRY(list_new(t, static_cast<ssize>(found.length)));
    for (; i < found.length; i++) {
      Owned object = Owned::steal(Value(found[i]));
      if (found[i] == excluded) continue;
      auto pushed = list_push(t, *list, object);
      if (!pushed.ok()) {
        i++;
        return Raised{};
      }
    }
    return list;
  };
  auto result = fill();
  for (; i < found.length; i++) dec(found[i]);
  if (!result.ok()) return Raised{};
  return Owned(result.take());
}

Result<Owned> gc_get_objects(Thread& t, Value generation) {
  ssize wanted = -1;
  if (!is_none(generation)) {
    if (!is_int(generation)) return raise_type_error(t, "argument should be integer or None, not '%.200T'", generation);
    wanted = TRY(number_as_ssize(t, generation, &exc_ValueError));
    if (wanted < 0) return raise_value_error(t, "generation parameter cannot be negative");
    if (wanted > 2) return raise_value_error(t, "generation parameter must be less than the number of available generations (3)");
  }
  GrowList<Object*> found;
  gc::list_objects(t, static_cast<int>(wanted), found);
  return list_of(t, found, nullptr);
}

Result<Owned> gc_get_referrers(Thread& t, Args objects) {
  GrowList<Object*> targets, found;
  for (Value v : objects) {
    if (v.is_object()) targets.push(v.object());
  }
  if (!targets.empty()) gc::list_referrers(t, targets.data, targets.length, found);
  return list_of(t, found, nullptr);
}

Result<Owned> gc_get_referents(Thread& t, Args objects) {
  Ref<List> list = TRY(list_new(t));
  for (Value v : objects) {
    if (!v.is_object() || !gc::is_tracked(v.object())) continue;
    GrowList<uint64_t> words;
    gc::list_referents(t, v.object(), words);
    bool failed = false;
    for (uint64_t word : words) {
      Owned value = Owned::steal(Value::from_bits(word));
      failed = failed || !list_push(t, *list, value).ok();
    }
    if (failed) return Raised{};
  }
  return Owned(std::move(list));
}

Result<bool> gc_is_tracked(Thread& t, Value object) { return object.is_object() && gc::is_tracked(object.object()); }
Result<bool> gc_is_finalized(Thread& t, Value object) { return object.is_object() && object.object()->has(kFinalized); }

Result<void> gc_freeze(Thread& t) {
  gc::freeze(t);
  return {};
}
Result<void> gc_unfreeze(Thread& t) {
  gc::unfreeze(t);
  return {};
}
Result<ssize> gc_get_freeze_count(Thread& t) { return static_cast<ssize>(gc::freeze_count(t)); }

Result<void> gc_exec(Thread& t, Module& m) {
  if (!g_garbage.load()) g_garbage.store(TRY(list_new(t)));
  if (!g_callbacks.load()) g_callbacks.store(TRY(list_new(t)));
  TRY(module_add(t, m, "garbage", g_garbage.load()));
  TRY(module_add(t, m, "callbacks", g_callbacks.load()));
  TRY(module_add_int(t, m, "DEBUG_STATS", kDebugStats));
  TRY(module_add_int(t, m, "DEBUG_COLLECTABLE", kDebugCollectable));
  TRY(module_add_int(t, m, "DEBUG_UNCOLLECTABLE", kDebugUncollectable));
  TRY(module_add_int(t, m, "DEBUG_SAVEALL", kDebugSaveAll));
  TRY(module_add_int(t, m, "DEBUG_LEAK", kDebugCollectable | kDebugUncollectable | kDebugSaveAll));
  return {};
}

constexpr MethodDef kGcMethods[] = {
    function<&gc_enable>("enable", "($module, /)", "Enable automatic garbage collection."),
    function<&gc_disable>("disable", "($module, /)", "Disable automatic garbage collection."),
    function<&gc_isenabled>("isenabled", "($module, /)", "Returns true if automatic garbage collection is enabled."),
    function<&gc_set_debug>("set_debug", "($module, flags, /)",
                                   "Set the garbage collection debugging flags.\n\n  flags\n    An integer that can have the following bits turned on:\n"
                                   "      DEBUG_STATS - Print statistics during collection.\n      DEBUG_COLLECTABLE - Print collectable objects found.\n"
                                   "      DEBUG_UNCOLLECTABLE - Print unreachable but uncollectable objects\n        found.\n"
                                   "      DEBUG_SAVEALL - Save objects to gc.garbage rather than freeing them.\n"
                                   "      DEBUG_LEAK - Debug leaking programs (everything but STATS).\n\nDebugging information is written to sys.stderr."),
    function<&gc_get_debug>("get_debug", "($module, /)", "Get the garbage collection debugging flags."),
    function<&gc_get_count>("get_count", "($module, /)", "Return a three-tuple of the current collection counts."),
    function<&gc_set_threshold>("set_threshold", "($module, *thresholds)",
                                       "set_threshold(threshold0, [threshold1, [threshold2]])\nSet the collection thresholds (the collection "
                                       "frequency).\n\nSetting 'threshold0' to zero disables collection."),
    function<&gc_get_threshold>("get_threshold", "($module, /)", "Return the current collection thresholds."),
    function<&gc_collect>("collect", "($module, /, generation=2)",
                                 "Run the garbage collector.\n\nWith no arguments, run a full collection.  The optional argument\nmay be an integer "
                                 "specifying which generation to collect.  A ValueError\nis raised if the generation number is invalid.\n\nThe number "
                                 "of unreachable objects is returned."),
    function<&gc_get_objects>("get_objects", "($module, /, generation=None)",
                                     "Return a list of objects tracked by the collector (excluding the list returned).\n\n  generation\n    "
                                     "Generation to extract the objects from.\n\nIf generation is not None, return only the objects tracked by the "
                                     "collector\nthat are in that generation."),
    function<&gc_get_stats>("get_stats", "($module, /)", "Return a list of dictionaries containing per-generation statistics."),
    function<&gc_is_tracked>("is_tracked", "($module, obj, /)",
                                    "Returns true if the object is tracked by the garbage collector.\n\nSimple atomic objects will return false."),
    function<&gc_is_finalized>("is_finalized", "($module, obj, /)", "Returns true if the object has been already finalized by the GC."),
    function<&gc_get_referrers>("get_referrers", "($module, /, *objs)", "Return the list of objects that directly refer to any of 'objs'."),
    function<&gc_get_referents>("get_referents", "($module, /, *objs)",
                                       "Return the list of objects that are directly referred to by 'objs'."),
    function<&gc_freeze>("freeze", "($module, /)",
                                "Freeze all current tracked objects and ignore them for future collections.\n\nThis can be used before a POSIX fork() "
                                "call to make the gc copy-on-write friendly.\nNote: collection before a POSIX fork() call may free pages for future "
                                "allocation\nwhich can cause copy-on-write."),
    function<&gc_unfreeze>("unfreeze", "($module, /)",
                                  "Unfreeze all objects in the permanent generation.\n\nPut all objects in the permanent generation back into oldest "
                                  "generation."),
    function<&gc_get_freeze_count>("get_freeze_count", "($module, /)", "Return the number of objects in the permanent generation."),
    {}};
constexpr ModuleDef kGcModule = {
    .name = "gc",
    .doc = "This module provides access to the garbage collector for reference cycles.\n\n"
           "enable() -- Enable automatic garbage collection.\ndisable() -- Disable automatic garbage collection.\n"
           "isenabled() -- Returns true if automatic collection is enabled.\ncollect() -- Do a full collection right now.\n"
           "get_count() -- Return the current collection counts.\nget_stats() -- Return list of dictionaries containing per-generation stats.\n"
           "set_debug() -- Set debugging flags.\nget_debug() -- Get debugging flags.\nset_threshold() -- Set the collection thresholds.\n"
           "get_threshold() -- Return the current the collection thresholds.\n"
           "get_objects() -- Return a list of all objects tracked by the collector.\n"
           "is_tracked() -- Returns true if a given object is tracked.\n"
           "is_finalized() -- Returns true if a given object has been already finalized.\n"
           "get_referrers() -- Return the list of objects that refer to an object.\n"
           "get_referents() -- Return the list of objects that an object refers to.\n"
           "freeze() -- Freeze all tracked objects and ignore them for future collections.\n"
           "unfreeze() -- Unfreeze all objects in the permanent generation.\n"
           "get_freeze_count() -- Return the number of objects in the permanent generation.\n",
    .methods = kGcMethods,
    .exec = &gc_exec};
TY_MODULE(kGcModule)

}  // namespace

}  // namespace ty
