// modules/_thread_local.cpp: threading.local. CPython: Modules/_threadmodule.c (local).
//
// Layout      a local has an id, never reused; each Thread maps ids to that thread's attribute dict (ThreadCold::locals), so that what a thread keeps in it
//             stays LOCAL to the thread. The object itself holds only the arguments of its constructor, for the threads that come later.
// Death       ids of dead locals go to a list; every thread drops their entries when it next looks one up and the list has grown.
#include <vector>

#include "mem/heap.h"
#include "modules/_thread.h"
#include "object/type_object.h"
#include "sync/leaf_lock.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/thread_state.h"

namespace ty {

namespace {

struct Local : Object {
  Slot arguments;  // [const] Tuple
  Slot keywords;   // [const] Dict or null
  uint64_t id;     // [const]
  static Type* type();
};
Type local_type;
Type* Local::type() { return &local_type; }

uint64_t g_next_id = 1;  // [atomic]
LeafLock g_dead_lock(LockRank::kTable);
std::vector<uint64_t> g_dead_ids TY_GUARDED_BY(g_dead_lock);
size_t g_dead_count = 0;  // [atomic] ids ever appended
thread_local size_t g_dead_seen = 0;

void local_release(Object* o) {
  g_dead_lock.lock();
  g_dead_ids.push_back(static_cast<Local*>(o)->id);
  __atomic_store_n(&g_dead_count, g_dead_ids.size(), __ATOMIC_RELEASE);
  g_dead_lock.unlock();
}

Result<void> forget_dead(Thread& t, Dict& map) {
  while (g_dead_seen < __atomic_load_n(&g_dead_count, __ATOMIC_ACQUIRE)) {
    g_dead_lock.lock();
    uint64_t id = g_dead_ids[g_dead_seen++];
    g_dead_lock.unlock();
    TRY(dict_delete(t, map, Value::small_int_unchecked(static_cast<int64_t>(id))));
  }
  return {};
}

/// The calling thread's attribute dict of `self`; runs __init__ in a thread that has none yet.
Result<Owned> local_dict(Thread& t, Local& self) {
  Value& word = t.cold->locals;
  if (word.is_empty() || word.is_null()) word = Owned(TRY(dict_new(t))).release();
  Dict& map = *word.as<Dict>();
  if (TY_UNLIKELY(g_dead_seen != __atomic_load_n(&g_dead_count, __ATOMIC_ACQUIRE))) TRY(forget_dead(t, map));
  Value key = Value::small_int_unchecked(static_cast<int64_t>(self.id));
  Owned found = TRY(dict_get(t, map, key));
  if (TY_LIKELY(!found.value().is_empty())) return found;
  Ref<Dict> dict = TRY(dict_new(t));
  TRY(dict_set(t, map, key, dict));
  const TypeOps& ops = self.Object::type()->info->ops;
  if (ops.init && ops.init != object_type.info->ops.init) {
    Ref<Local> keep = dup(self);
    Owned init = TRY(get_attribute(t, Value(&self), NAME("__init__")));
    auto done = call_with_tuple(t, init, *self.arguments.load_as<Tuple>(), self.keywords.is_null() ? nullptr : self.keywords.load_as<Dict>());
    if (!done.ok()) {
      Ref<Object> raised = take_exception(t);
      if (!dict_delete(t, *t.cold->locals.as<Dict>(), key).ok()) clear_exception(t);
      restore_exception(t, std::move(raised));
      return Raised{};
    }
    Owned ignored = done.take();
  }
  return Owned(std::move(dict));
}

Result<Owned> local_new(Thread& t, Type& type, Args args, Kwargs kwargs) {
  const TypeOps& ops = type.info->ops;
  if ((args.size || kwargs.size) && (!ops.init || ops.init == object_type.info->ops.init)) {
    return raise_type_error(t, "Initialization arguments are not supported");
  }
  Object* o = allocate_object(t, &type, static_cast<size_t>(type.basicsize));
  if (!o) return raise_memory_error(t);
  Ref<Local> self = Ref<Local>::steal(static_cast<Local*>(o));
  self->id = __atomic_fetch_add(&g_next_id, 1, __ATOMIC_RELAXED);
  self->arguments.init(TRY(tuple_from(t, args.data, static_cast<ssize>(args.size))));
  if (kwargs.size) {
    Ref<Dict> keywords = TRY(dict_new(t));
    for (size_t i = 0; i < kwargs.size; i++) TRY(dict_set(t, *keywords, kwargs.names[i], kwargs.values[i]));
    self->keywords.init(std::move(keywords));
  }
  // The creating thread's dict comes without a second __init__: type.__call__ runs it.
  Value& word = t.cold->locals;
  if (word.is_empty() || word.is_null()) word = Owned(TRY(dict_new(t))).release();
  Ref<Dict> dict = TRY(dict_new(t));
  TRY(dict_set(t, *word.as<Dict>(), Value::small_int_unchecked(static_cast<int64_t>(self->id)), dict));
  return Owned(std::move(self));
}

/// object.__getattribute__ with `dict` in the place of the instance dict.
Result<Owned> getattr_with_dict(Thread& t, Value object, Value name, Dict& dict) {
  if (!is_instance(name, Str::type())) return raise_type_error(t, "attribute name must be string, not '%.200s'", type_of(name)->name);
  Owned attribute = dup(type_lookup(type_of(object), name));
  DescrGetOp get = attribute ? ops_of(attribute).descr_get : nullptr;
  if (get && ops_of(attribute).descr_set) return get(t, attribute, object, Value(type_of(object)));
  Owned own = TRY(dict_get_name(t, dict, name));
  if (!own.value().is_empty()) return own;
  if (get) return get(t, attribute, object, Value(type_of(object)));
  if (attribute) return attribute;
  return raise_no_attribute(t, object, name);
}
Result<void> setattr_with_dict(Thread& t, Value object, Value name, Value value, Dict& dict) {
  if (!is_instance(name, Str::type())) return raise_type_error(t, "attribute name must be string, not '%.200s'", type_of(name)->name);
  Owned attribute = dup(type_lookup(type_of(object), name));
  if (attribute && ops_of(attribute).descr_set) return ops_of(attribute).descr_set(t, attribute, object, value);
  if (!value.is_null()) return dict_set(t, dict, name, value);
  if (TRY(dict_delete(t, dict, name))) return {};
  return raise_no_attribute(t, object, name);
}

bool is_dict_name(Value name) { return is_instance(name, Str::type()) && str_equal_ascii(*name.as<Str>(), "__dict__"); }

Result<Owned> local_getattr(Thread& t, Value v, Value name) {
  Owned dict = TRY(local_dict(t, *v.as<Local>()));
  if (is_dict_name(name)) return dict;
  return getattr_with_dict(t, v, name, *dict.value().as<Dict>());
}
Result<void> local_setattr(Thread& t, Value v, Value name, Value value) {
  Owned dict = TRY(local_dict(t, *v.as<Local>()));
  if (is_dict_name(name)) {
    return raise_attribute_error(t, "'%.100s' object attribute %R is read-only", type_of(v)->name, name);
  }
  return setattr_with_dict(t, v, name, value, *dict.value().as<Dict>());
}

constexpr uint16_t kLocalSlots[] = {offsetof(Local, arguments), offsetof(Local, keywords)};
constexpr TypeOps kLocalOps = {.getattr = &local_getattr, .setattr = &local_setattr,
                               .create = constructor<"_local", "(*args, **kwargs)", &local_new>};
constexpr TypeDef kLocalDef = {.name = "_thread._local", .size = sizeof(Local),
    .layout = {.slot_offsets = kLocalSlots, .slot_count = 2, .flags = kCollectable, .release = &local_release},
    .ops = &kLocalOps, .doc = "Thread-local data"};

}  // namespace

Result<void> thread_local_add_type(Thread& t, Module& m) {
  TRY(type_ready(t, &local_type, kLocalDef));
  return module_add_type(t, m, &local_type);
}

void thread_local_clear(Thread& t) {
  Owned map = Owned::steal(t.cold->locals);
  t.cold->locals = Value::empty();
}

}  // namespace ty
