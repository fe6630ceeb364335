// modules/gc.cpp: the gc module over gc/collector.h. CPython: Modules/gcmodule.c.
#include "gc/collector.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/interpreter.h"

namespace ty {

namespace {

int g_debug_flags = 0;  // [atomic]
GlobalSlot g_callbacks, g_garbage;

Result<void> run_callbacks(Thread& t, Value phase, int generation, ssize collected) {
  Owned callbacks = g_callbacks.get();
  if (!callbacks || list_size(*callbacks.value().as<List>()) == 0) return {};
  Ref<Dict> info = TRY(dict_new(t));
  TRY(dict_set_text(t, *info, "generation", Value::small_int_unchecked(generation)));
  TRY(dict_set_text(t, *info, "collected", Value::small_int_unchecked(collected)));
  TRY(dict_set_text(t, *info, "uncollectable", Value::small_int_unchecked(0)));
  for (ssize i = 0;; i++) {
    Owned callback = list_get(*callbacks.value().as<List>(), i);
    if (!callback) return {};
    auto called = call(t, callback, phase, info);
    if (called.ok()) Owned ignored = called.take();
    else write_unraisable_rpy(t, callback);
  }
}

void gc_enable(Thread&) { gc::set_enabled(true); }
void gc_disable(Thread&) { gc::set_enabled(false); }
bool gc_isenabled(Thread&) { return gc::is_enabled(); }
Result<ssize> gc_collect(Thread& t, int generation) {
  if (generation < 0 || generation > 2) return raise_value_error(t, "invalid generation");
  TRY(run_callbacks(t, NAME("start"), generation, 0));
  ssize found = gc::collect_rpy(t, generation);
  TRY(run_callbacks(t, NAME("stop"), generation, found));
  return found;
}
Result<void> gc_set_threshold(Thread&, int first, Opt<int> second, Opt<int> third) {
  gc::set_threshold(0, first);
  if (second) gc::set_threshold(1, second.value);
  if (third) gc::set_threshold(2, third.value);
  return {};
}
Result<Owned> three(Thread& t, int a, int b, int c) {
  return Owned(TRY(tuple_pack(t, Value::small_int_unchecked(a), Value::small_int_unchecked(b), Value::small_int_unchecked(c))));
}
Result<Owned> gc_get_threshold(Thread& t) { return three(t, gc::threshold(0), gc::threshold(1), gc::threshold(2)); }
Result<Owned> gc_get_count(Thread& t) { return three(t, gc::count(t, 0), gc::count(t, 1), gc::count(t, 2)); }
void gc_set_debug(Thread&, int flags) { __atomic_store_n(&g_debug_flags, flags, __ATOMIC_RELAXED); }
int gc_get_debug(Thread&) { return __atomic_load_n(&g_debug_flags, __ATOMIC_RELAXED); }
Result<Owned> gc_get_stats(Thread& t) {
  Ref<List> list = TRY(list_new(t));
  for (int generation = 0; generation < 3; generation++) {
    gc::GenerationStats stats = gc::stats(generation);
    Ref<Dict> dict = TRY(dict_new(t));
    TRY(dict_set_text(t, *dict, "collections", Value::small_int_unchecked(static_cast<int64_t>(stats.collections))));
    TRY(dict_set_text(t, *dict, "collected", Value::small_int_unchecked(static_cast<int64_t>(stats.collected))));
    TRY(dict_set_text(t, *dict, "uncollectable", Value::small_int_unchecked(static_cast<int64_t>(stats.uncollectable))));
    TRY(list_push(t, *list, dict));
  }
  return Owned(std::move(list));
}

/// A list of counted objects, which it takes over.
Result<Owned> to_list(Thread& t, GrowList<Object*>& objects) {
  auto made = list_new(t, static_cast<ssize>(objects.length));
  Ref<List> list;
  if (made.ok()) list = made.take();
  bool failed = !list;
  for (size_t i = 0; i < objects.length; i++) {
    Ref<Object> held = Ref<Object>::steal(objects[i]);
    if (!failed) failed = !list_push(t, *list, held).ok();
  }
  if (failed) return Raised{};
  return Owned(std::move(list));
}
Result<Owned> gc_get_objects(Thread& t, Value generation) {
  int which = -1;
  if (!is_none(generation)) {
    ssize n = TRY(number_as_ssize(t, generation, &exc_OverflowError));
    if (n >= 3) return raise_value_error(t, "generation parameter must be less than the number of available generations (3)");
    if (n < 0) return raise_value_error(t, "generation parameter cannot be negative");
    which = static_cast<int>(n);
  }
  GrowList<Object*> objects;
  gc::list_objects(t, which, objects);
  return to_list(t, objects);
}
Result<Owned> gc_get_referrers(Thread& t, Args targets) {
  GrowList<Object*> wanted, found;
  for (Value v : targets) {
    if (v.is_object()) wanted.push(v.object());
  }
  if (wanted.length) gc::list_referrers(t, wanted.data, wanted.length, found);
  return to_list(t, found);
}
Result<Owned> gc_get_referents(Thread& t, Args sources) {
  GrowList<Object*> found;
  struct Collector : SlotVisitor {
    GrowList<Object*>* out;
  } collector;
  collector.out = &found;
  collector.visit = [](SlotVisitor& self, uint64_t* word) {
    Value v = Value::from_bits(__atomic_load_n(word, __ATOMIC_ACQUIRE));
    if (v.is_null() || !v.is_object()) return;
    inc(v.object());
    static_cast<Collector&>(self).out->push(v.object());
  };
  for (Value v : sources) {
    if (v.is_object() && gc::is_tracked(v.object())) visit_slots(v.object(), collector);
  }
  return to_list(t, found);
}
bool gc_is_tracked(Thread&, Value v) { return v.is_object() && gc::is_tracked(v.object()); }
bool gc_is_finalized(Thread&, Value v) { return v.is_object() && v.object()->has(kFinalized); }
void gc_freeze(Thread& t) { gc::freeze(t); }
void gc_unfreeze(Thread& t) { gc::unfreeze(t); }
ssize gc_get_freeze_count(Thread& t) { return static_cast<ssize>(gc::freeze_count(t)); }

constexpr MethodDef kGcMethods[] = {
    function<&gc_enable>("enable", "($module, /)", "Enable automatic garbage collection."),
    function<&gc_disable>("disable", "($module, /)", "Disable automatic garbage collection."),
    function<&gc_isenabled>("isenabled", "($module, /)", "Returns true if automatic garbage collection is enabled."),
    function<&gc_collect>("collect", "($module, /, generation=2)", "Run the garbage collector."),
    function<&gc_set_threshold>("set_threshold", "($module, threshold0, threshold1=<unset>, threshold2=<unset>, /)", "Set the collection thresholds (the collection frequency)."),
    function<&gc_get_threshold>("get_threshold", "($module, /)", "Return the current collection thresholds."),
    function<&gc_get_count>("get_count", "($module, /)", "Return a three-tuple of the current collection counts."),
    function<&gc_set_debug>("set_debug", "($module, flags, /)", "Set the garbage collection debugging flags."),
    function<&gc_get_debug>("get_debug", "($module, /)", "Get the garbage collection debugging flags."),
    function<&gc_get_stats>("get_stats", "($module, /)", "Return a list of dictionaries containing per-generation statistics."),
    function<&gc_get_objects>("get_objects", "($module, /, generation=None)", "Return a list of objects tracked by the collector (excluding the list returned)."),
    function<&gc_get_referrers>("get_referrers", "($module, /, *objs)", "Return the list of objects that directly refer to any of 'objs'."),
    function<&gc_get_referents>("get_referents", "($module, /, *objs)", "Return the list of objects that are directly referred to by 'objs'."),
    function<&gc_is_tracked>("is_tracked", "($module, obj, /)", "Returns true if the object is tracked by the garbage collector."),
    function<&gc_is_finalized>("is_finalized", "($module, obj, /)", "Returns true if the object has been already finalized by the GC."),
    function<&gc_freeze>("freeze", "($module, /)", "Freeze all current tracked objects and ignore them for future collections."),
    function<&gc_unfreeze>("unfreeze", "($module, /)", "Unfreeze all objects in the permanent generation."),
    function<&gc_get_freeze_count>("get_freeze_count", "($module, /)", "Return the number of objects in the permanent generation."),
    {}};
Result<void> gc_exec(Thread& t, Module& m) {
  g_callbacks.store(TRY(list_new(t)));
  g_garbage.store(TRY(list_new(t)));
  TRY(module_add(t, m, "callbacks", g_callbacks.load()));
  TRY(module_add(t, m, "garbage", g_garbage.load()));
  TRY(module_add_int(t, m, "DEBUG_STATS", 1));
  TRY(module_add_int(t, m, "DEBUG_COLLECTABLE", 2));
  TRY(module_add_int(t, m, "DEBUG_UNCOLLECTABLE", 4));
  TRY(module_add_int(t, m, "DEBUG_SAVEALL", 32));
  return module_add_int(t, m, "DEBUG_LEAK", 38);
}
constexpr ModuleDef kGcModule = {.name = "gc", .doc = "This module provides access to the garbage collector for reference cycles.", .methods = kGcMethods, .exec = &gc_exec};
TY_MODULE(kGcModule)

}  // namespace

}  // namespace ty
