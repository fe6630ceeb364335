#include "object/instance.h"

#include <cstring>

#include "mem/heap.h"
#include "object/errors.h"
#include "sync/critical_section.h"
#include "sync/thread_state.h"
#include "types/dict.h"
#include "types/str.h"

namespace ty {

namespace {

void set_shape(Object* o, Shape* shape) {
  __atomic_store_n(&attribute_header(o)->shape, reinterpret_cast<uint64_t>(shape), __ATOMIC_RELEASE);
}

/// Makes InstanceExtra; null when memory is short. Owner of a LOCAL object, or under its lock.
InstanceExtra* ensure_extra(Object* o) {
  InstanceExtra* extra = instance_extra(o);
  if (extra) return extra;
  extra = static_cast<InstanceExtra*>(allocate_buffer(sizeof(InstanceExtra)));
  if (!extra) return nullptr;
  memset(static_cast<void*>(extra), 0, sizeof(InstanceExtra));
  __atomic_store_n(&attribute_header(o)->extra, reinterpret_cast<uint64_t>(extra), __ATOMIC_RELEASE);
  return extra;
}

/// Makes sure that slot `index` exists.
bool ensure_slot(Object* o, const Shape* shape, size_t index) {
  if (index < shape->inline_capacity) return true;
  InstanceExtra* extra = ensure_extra(o);
  if (!extra) return false;
  size_t k = index - shape->inline_capacity;
  unsigned c = 63 - static_cast<unsigned>(__builtin_clzll(k / kFirstChunk + 1));
  if (extra->chunks[c]) return true;
  size_t bytes = (kFirstChunk << c) * sizeof(Slot);
  auto* chunk = static_cast<Slot*>(allocate_buffer(bytes));
  if (!chunk) return false;
  memset(static_cast<void*>(chunk), 0, bytes);
  __atomic_store_n(&extra->chunks[c], chunk, __ATOMIC_RELEASE);
  shape_grow_inline(o->type(), static_cast<uint32_t>(index + 1));
  return true;
}

Shape* root_of(Shape* shape) {
  while (shape->parent) shape = shape->parent;
  return shape;
}

/// Live names and words in order. The arrays hold kMaxShapeSlots.
ssize gather(Object* o, const Shape* shape, Value* names, uint64_t* words) {
  const Value* all = shape_names(shape);
  if (!all) return -1;
  ssize n = 0;
  for (uint32_t i = 0; i < shape->count; i++) {
    if (!all[i]) continue;
    uint64_t word = instance_slot(o, shape, i)->raw();
    if (!word) continue;
    names[n] = all[i];
    words[n++] = word;
  }
  return n;
}

struct Gathered {
  Value* names;
  uint64_t* words;
  ssize count = -1;
  Gathered(Object* o, const Shape* shape) {
    size_t n = shape->count + 1;
    names = static_cast<Value*>(allocate_buffer(n * 16));
    words = reinterpret_cast<uint64_t*>(names + n);
    if (names) count = gather(o, shape, names, words);
  }
  ~Gathered() {
    if (names) free_buffer(names);
  }
};

void null_slots(Object* o, const Shape* shape) {
  for (uint32_t i = 0; i < shape->count; i++) instance_slot(o, shape, i)->set_raw(0);
}

/// A LOCAL instance: drops dead slots by moving the live ones down. False when memory is short or limits are reached.
bool compact_local(Object* o, Shape* shape) {
  Gathered live(o, shape);
  if (live.count < 0) return false;
  Shape* target = root_of(shape);
  for (ssize i = 0; i < live.count; i++) {
    target = shape_add(target, live.names[i]);
    if (!target) return false;
  }
  null_slots(o, shape);
  for (ssize i = 0; i < live.count; i++) instance_slot(o, target, static_cast<size_t>(i))->set_raw(live.words[i]);
  set_shape(o, target);
  return true;
}

Result<Dict*> storage(Thread& t, Object* o) {
  return instance_extra(o)->dict.load_as<Dict>();
}

/// Fills a fresh slot, then stores the shape. The caller owns a LOCAL object or holds the lock; `value` is published if need be.
enum class Added { kDone, kLimit, kNoMemory };
Added add_attribute(Object* o, Shape* shape, Value name, Value value) {
  Shape* next = shape_add(shape, name);
  if (!next) return Added::kLimit;
  if (!ensure_slot(o, shape, shape->count)) return Added::kNoMemory;
  Slot* slot = instance_slot(o, shape, shape->count);
  slot->set_raw(to_heap_form(dup(value)).bits);
  set_shape(o, next);
  return Added::kDone;
}

}  // namespace

Result<Owned> instance_new_fast(Thread& t, Type* type) {
  TypeInfo* info = type->info;
  if (TY_LIKELY(info->flags & kHasAttributes)) {
    auto* shape = static_cast<Shape*>(__atomic_load_n(&info->root_shape, __ATOMIC_ACQUIRE));
    Object* o = allocate_object(t, type, shape->inline_offset + shape->inline_capacity * sizeof(Slot));
    if (TY_UNLIKELY(!o)) return raise_memory_error(t);
    attribute_header(o)->shape = reinterpret_cast<uint64_t>(shape);
    return Owned::steal(Value(o));
  }
  Object* o = allocate_object(t, type, static_cast<size_t>(type->basicsize));
  if (TY_UNLIKELY(!o)) return raise_memory_error(t);
  return Owned::steal(Value(o));
}

Lookup<Owned> instance_get(Thread& t, Object* o, Value name) {
  while (true) {
    Shape* shape = shape_of(o);
    if (TY_UNLIKELY(shape == &g_dictionary_shape)) {
      Dict* dict = TRY(storage(t, o));
      return dict_get_name(t, *dict, name);
    }
    ssize index = shape_find(shape, name);
    if (index < 0) return Absent{};
    Owned value = instance_slot(o, shape, static_cast<size_t>(index))->get();
    if (TY_LIKELY(value)) return value;
    if (shape_of(o) == shape) return Absent{};
    // The shape changed meanwhile: the name may have been deleted and added again.
    if (o->is_local()) return Absent{};
  }
}

Result<void> instance_set(Thread& t, Object* o, Value name, Value value) {
  while (true) {
    Shape* shape = shape_of(o);
    if (TY_UNLIKELY(shape == &g_dictionary_shape)) {
      Dict* dict = TRY(storage(t, o));
      return dict_set(t, *dict, name, value);
    }
    ssize index = shape_find(shape, name);
    if (index >= 0) {
      Slot* slot = instance_slot(o, shape, static_cast<size_t>(index));
      if (TY_LIKELY(!slot->is_null())) {
        slot->store(o, dup(value));
        return {};
      }
    }
    Value interned = name;
    if (!name.as<Str>()->is_interned()) {
      Owned exact = dup(name);
      if (!is_exact<Str>(name)) exact = TRY(str_exact(t, *name.as<Str>()));
      interned = TRY(str_intern(t, exact));
    }
    Added added;
    if (o->is_local()) {
      shape = shape_of(o);
      if (shape == &g_dictionary_shape) continue;
      if (index >= 0) {
        if (compact_local(o, shape)) continue;
        added = Added::kLimit;
      } else {
        added = add_attribute(o, shape, interned, value);
      }
    } else {
      publish(value);
      CriticalSection section(t, o);
      Shape* now = shape_of(o);
      if (now != shape) continue;
      if (index >= 0 && !instance_slot(o, now, static_cast<size_t>(index))->is_null()) continue;
      added = add_attribute(o, now, interned, value);
    }
    if (added == Added::kDone) return {};
    if (added == Added::kNoMemory) return raise_memory_error(t);
    TRY(instance_to_dictionary(t, o));
  }
}

Result<bool> instance_delete(Thread& t, Object* o, Value name) {
  while (true) {
    Shape* shape = shape_of(o);
    if (TY_UNLIKELY(shape == &g_dictionary_shape)) {
      Dict* dict = TRY(storage(t, o));
      return dict_delete(t, *dict, name);
    }
    ssize index = shape_find(shape, name);
    if (index < 0) return false;
    if (o->is_local()) {
      Owned old = instance_slot(o, shape, static_cast<size_t>(index))->clear(o);
      if (!old) return false;
      while (shape->parent && instance_slot(o, shape, shape->count - 1)->is_null()) shape = shape->parent;
      set_shape(o, shape);
      return true;
    }
    Owned old;
    CriticalSection section(t, o);
    if (shape_of(o) != shape) continue;
    old = instance_slot(o, shape, static_cast<size_t>(index))->clear(o);
    return bool(old);
  }
}

Result<void> instance_clear(Thread& t, Object* o) {
  CriticalSection section(t, o);
  Shape* shape = shape_of(o);
  if (shape == &g_dictionary_shape) {
    dict_clear(t, *TRY(storage(t, o)));
    return {};
  }
  for (uint32_t i = 0; i < shape->count; i++) {
    Owned old = instance_slot(o, shape, i)->clear(o);
  }
  if (o->is_local()) set_shape(o, root_of(shape));
  return {};
}

Result<Owned> instance_dict(Thread& t, Object* o) {
  InstanceExtra* extra = instance_extra(o);
  if (extra) {
    Owned dict = extra->dict.get();
    if (dict) return dict;
  }
  Ref<Dict> view = TRY(dict_new(t));
  CriticalSection section(t, o);
  extra = ensure_extra(o);
  if (!extra) return raise_memory_error(t);
  if (Owned other = extra->dict.get()) return other;
  view->instance.set_raw(reinterpret_cast<uint64_t>(o));
  extra->dict.store(o, dup(Value(view)));
  return Owned(std::move(view));
}

Result<void> instance_to_dictionary(Thread& t, Object* o) {
  Owned keep = TRY(instance_dict(t, o));
  if (shape_of(o) == &g_dictionary_shape) return {};
  // Values move: nobody else may be between a shape check and a slot.
  if (o->is_shared()) {
    StopScope stop(t);
    Shape* shape = shape_of(o);
    if (shape == &g_dictionary_shape) return {};
    Gathered live(o, shape);
    if (live.count < 0 || !dict_detach(*keep.value().as<Dict>(), live.names, live.words, live.count)) {
      return raise_memory_error(t);
    }
    null_slots(o, shape);
    set_shape(o, &g_dictionary_shape);
    return {};
  }
  Shape* shape = shape_of(o);
  Gathered live(o, shape);
  if (live.count < 0 || !dict_detach(*keep.value().as<Dict>(), live.names, live.words, live.count)) {
    return raise_memory_error(t);
  }
  null_slots(o, shape);
  set_shape(o, &g_dictionary_shape);
  return {};
}

Result<void> instance_set_dict(Thread& t, Object* o, Value dict) {
  // The values that are there go with the old view, which becomes a dict of its own; then the storage is exchanged.
  TRY(instance_to_dictionary(t, o));
  Owned old;
  {
    CriticalSection section(t, o);
    old = instance_extra(o)->dict.exchange(o, dup(dict));
  }
  return {};
}

Result<void> instance_change_class(Thread& t, Object* o, Type* cls) {
  auto change = [&]() -> bool {
    if (o->type()->info->flags & kHasAttributes) {
      Shape* shape = shape_of(o);
      if (shape != &g_dictionary_shape) {
        Gathered live(o, shape);
        if (live.count < 0) return false;
        Shape* target = shape_root(cls, shape->inline_capacity);
        for (ssize i = 0; target && i < live.count; i++) target = shape_add(target, live.names[i]);
        if (!target) return false;
        null_slots(o, shape);
        for (ssize i = 0; i < live.count; i++) instance_slot(o, target, static_cast<size_t>(i))->set_raw(live.words[i]);
        set_shape(o, target);
      }
    }
    __atomic_store_n(&o->type_, cls, __ATOMIC_RELEASE);
    return true;
  };
  bool done;
  if (o->is_shared()) {
    StopScope stop(t);
    done = change();
  } else {
    done = change();
  }
  if (!done) return raise_memory_error(t);
  return {};
}

ssize instance_attribute_count(Object* o) {
  Shape* shape = shape_of(o);
  if (shape == &g_dictionary_shape) return dict_used(*instance_extra(o)->dict.load_as<Dict>());
  const Value* names = shape->count ? shape_names(shape) : nullptr;
  ssize n = 0;
  for (uint32_t i = 0; i < shape->count; i++) {
    if ((!names || names[i]) && !instance_slot(o, shape, i)->is_null()) n++;
  }
  return n;
}

bool instance_next(Object* o, ssize* position, Owned* name, Owned* value) {
  Shape* shape = shape_of(o);
  if (shape == &g_dictionary_shape || !shape->count) return false;
  const Value* names = shape_names(shape);
  if (!names) return false;
  for (ssize i = *position; i < static_cast<ssize>(shape->count); i++) {
    if (!names[i]) continue;
    Owned v = instance_slot(o, shape, static_cast<size_t>(i))->get();
    if (!v) continue;
    *position = i + 1;
    if (name) *name = Owned::steal(Value::uncounted(names[i].object()));
    if (value) *value = std::move(v);
    return true;
  }
  *position = shape->count;
  return false;
}

bool instance_previous(Object* o, ssize* position, Owned* name, Owned* value) {
  Shape* shape = shape_of(o);
  if (shape == &g_dictionary_shape || !shape->count) return false;
  const Value* names = shape_names(shape);
  if (!names) return false;
  ssize i = *position > static_cast<ssize>(shape->count) ? static_cast<ssize>(shape->count) : *position;
  while (--i >= 0) {
    if (!names[i]) continue;
    Owned v = instance_slot(o, shape, static_cast<size_t>(i))->get();
    if (!v) continue;
    *position = i;
    if (name) *name = Owned::steal(Value::uncounted(names[i].object()));
    if (value) *value = std::move(v);
    return true;
  }
  *position = 0;
  return false;
}

Lookup<Owned> object_dict(Thread& t, Value object) {
  if (!object.is_object()) return Absent{};
  Object* o = object.object();
  if (o->type()->info->flags & kHasAttributes) return TRY(instance_dict(t, o));
  Slot* slot = dict_slot(o);
  if (!slot) return Absent{};
  if (Owned dict = slot->get()) return dict;
  Ref<Dict> fresh = TRY(dict_new(t));
  CriticalSection section(t, o);
  if (Owned dict = slot->get()) return dict;
  slot->store(o, dup(Value(fresh)));
  return Owned(std::move(fresh));
}

// --- hooks of memory management ---
namespace {

void visit_attributes(Object* o, SlotVisitor& visitor) {
  Shape* shape = shape_of(o);
  if (shape) {
    for (uint32_t i = 0; i < shape->count; i++) visitor(instance_slot(o, shape, i)->address());
  }
  if (InstanceExtra* extra = instance_extra(o)) visitor(extra->dict.address());
}

void release_attributes(Object* o) {
  InstanceExtra* extra = instance_extra(o);
  if (!extra) return;
  for (Slot* chunk : extra->chunks) {
    if (chunk) free_buffer(chunk);
  }
  free_buffer(extra);
  attribute_header(o)->extra = 0;
}

bool detach_attributes(Object* o) {
  InstanceExtra* extra = instance_extra(o);
  if (!extra) return true;
  Dict* view = extra->dict.load_as<Dict>();
  if (!view || view->instance.raw() != reinterpret_cast<uint64_t>(o)) return true;
  if (view->is_local() && view->ref_local == 1) {
    view->instance.set_raw(0);  // dies with the instance
    return true;
  }
  // Others may be writing through a SHARED view: they hold its lock. If it is taken, the next handshake tries again.
  bool locked = false;
  if (view->is_shared() && g_multi) {
    if (!mutex_try_lock(&view->mutex)) return false;
    locked = true;
  }
  Shape* shape = shape_of(o);
  Gathered live(o, shape);
  bool ok = live.count >= 0;
  if (ok) {
    auto count = [&](void (*change)(Object*)) {
      for (ssize i = 0; i < live.count; i++) {
        Value word = Value::from_bits(live.words[i]);
        if (word.is_object()) change(word.object());
      }
    };
    count([](Object* value) { inc(value); });  // the instance's own references are dropped later
    ok = dict_detach(*view, live.names, live.words, live.count);
    if (!ok) count([](Object* value) { dec(value); });
  }
  if (!ok) view->instance.set_raw(0);
  if (locked) mutex_unlock(&view->mutex);
  return o->is_local();
}

}  // namespace

void instance_install_hooks() {
  g_visit_attributes = &visit_attributes;
  g_release_attributes = &release_attributes;
  g_detach_attributes = &detach_attributes;
}

}  // namespace ty
