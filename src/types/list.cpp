// list: storage, construction, element operations. Python-visible methods are in list_methods.cpp.
//
// No function here reaches a safepoint between taking a list's lock and the end of the mutation: buffers are allocated without a Thread, objects
// before the lock. So a guard that locked nothing (LOCAL list) cannot go stale.
#include "types/list.h"

#include <cstring>

#include "types/container.h"
#include "types/dict.h"
#include "types/iterators.h"
#include "types/list_internal.h"
#include "types/tuple.h"

namespace ty {

Slot* list_allocate_array(ssize capacity) {
  if (static_cast<size_t>(capacity) > (SIZE_MAX / 4) / sizeof(Slot)) return nullptr;
  auto* array = static_cast<ListArray*>(allocate_buffer(sizeof(ListArray) + static_cast<size_t>(capacity) * sizeof(Slot)));
  if (!array) return nullptr;
  array->capacity = capacity;
  array->pad = 0;
  return array->slots;
}

void list_release_array(Object* owner, Slot* items) {
  if (!items) return;
  ListArray* array = list_array(items);
  if (owner->is_local()) {
    free_buffer(array);
  } else {
    retire_buffer(array, sizeof(ListArray) + static_cast<size_t>(array->capacity) * sizeof(Slot));
  }
}

void list_set_size(List& self, ssize n) { __atomic_store_n(&self.size, n, __ATOMIC_RELEASE); }

bool list_reserve_exact(List& self, ssize capacity) {
  Slot* items = list_allocate_array(capacity);
  if (!items) return false;
  Slot* old = self.items.load();
  auto size = static_cast<size_t>(self.size);
  if (size) memcpy(static_cast<void*>(items), static_cast<void*>(old), size * sizeof(Slot));
  memset(static_cast<void*>(items + size), 0, (static_cast<size_t>(capacity) - size) * sizeof(Slot));
  self.items.store(items);
  self.allocated = capacity;
  list_release_array(&self, old);
  return true;
}

bool list_reserve(List& self, ssize wanted) {
  if (wanted <= self.allocated) return true;
  return list_reserve_exact(self, (wanted + (wanted >> 3) + 6) & ~ssize{3});
}

void list_move_words(List& self, ssize to, ssize from, ssize n) {
  Slot* items = self.items.load();
  if (n <= 0 || to == from) return;
  if (self.is_local()) {
    memmove(static_cast<void*>(items + to), static_cast<void*>(items + from), static_cast<size_t>(n) * sizeof(Slot));
  } else if (to < from) {
    for (ssize i = 0; i < n; i++) items[to + i].set_raw(items[from + i].raw());
  } else {
    for (ssize i = n; i-- > 0;) items[to + i].set_raw(items[from + i].raw());
  }
}

namespace {

Result<Ref<List>> list_allocate(Thread& t, Type* type, ssize capacity) {
  Ref<List> self = TRY(make_object<List>(t, type));
  if (capacity > 0) {
    Slot* items = list_allocate_array(capacity);
    if (!items) return raise_memory_error(t);
    memset(static_cast<void*>(items), 0, static_cast<size_t>(capacity) * sizeof(Slot));
    self->items.init(items);
    self->allocated = capacity;
  }
  return self;
}

void append_unchecked(List& self, uint64_t counted) {
  ssize n = self.size;
  self.items.load()[n].set_raw(counted);
  list_set_size(self, n + 1);
}

}  // namespace

Result<Ref<List>> list_new(Thread& t, ssize capacity) { return list_allocate(t, &list_type, capacity); }

Result<Ref<List>> list_from(Thread& t, const Value* values, ssize n) {
  Ref<List> self = TRY(list_allocate(t, &list_type, n));
  Slot* items = self->items.load();
  for (ssize i = 0; i < n; i++) items[i].init(dup(values[i]));
  self->size = n;
  return self;
}

Result<Ref<List>> list_from_owned(Thread& t, Owned* values, ssize n) {
  Ref<List> self = TRY(list_allocate(t, &list_type, n));
  Slot* items = self->items.load();
  for (ssize i = 0; i < n; i++) items[i].init(std::move(values[i]));
  self->size = n;
  return self;
}

Owned list_get(List& self, ssize index) { return list_get_inline(self, index); }

Owned list_get_prompt(List& self, ssize index) {
  Owned result;
  while (true) {
    Slot* items = self.items.load();
    if (!items || static_cast<size_t>(index) >= static_cast<size_t>(list_size(self)) || index >= list_array(items)->capacity) return {};
    if (own_word(items[index].load(), result)) return result;
  }
}

Result<void> list_append(Thread& t, Locked<List> self, Value object) {
  if (TY_UNLIKELY(self->size >= self->allocated) && !list_reserve(*self, self->size + 1)) return raise_memory_error(t);
  append_unchecked(*self, counted_bits(object));
  return {};
}

Result<void> list_push_slow(Thread& t, List& self, Value object) {
  publish_for(&self, object);
  CriticalSection section(t, &self);
  if (self.size >= self.allocated && !list_reserve(self, self.size + 1)) return raise_memory_error(t);
  append_unchecked(self, counted_bits(object));
  return {};
}

namespace {

/// Appends copies of `values`, which the caller holds.
Result<void> extend_words(Thread& t, List& self, const Value* values, ssize n) {
  if (self.is_shared()) {
    for (ssize i = 0; i < n; i++) publish(values[i]);
  }
  CriticalSection section(t, &self);
  if (n > PTRDIFF_MAX / 16 - self.size) return raise_memory_error(t);
  if (!list_reserve(self, self.size + n)) return raise_memory_error(t);
  Slot* items = self.items.load();
  ssize size = self.size;
  for (ssize i = 0; i < n; i++) items[size + i].set_raw(counted_bits(values[i]));
  list_set_size(self, size + n);
  return {};
}

}  // namespace

Result<void> list_extend_rpy(Thread& t, List& self, Value iterable) {
  if (is_exact<Tuple>(iterable)) return extend_words(t, self, iterable.as<Tuple>()->values(), iterable.as<Tuple>()->size);
  if (is_exact<List>(iterable)) {
    List& source = *iterable.as<List>();
    if (source.is_local() && self.is_local() && &source != &self) {
      return extend_words(t, self, reinterpret_cast<const Value*>(source.items.load()), source.size);
    }
    Ref<Tuple> copy = TRY(list_to_tuple(t, source));
    return extend_words(t, self, copy->values(), copy->size);
  }
  Owned iterator = TRY(get_iterator(t, iterable));
  ssize hint = TRY(object_length_hint(t, iterable, 8));
  {
    CriticalSection section(t, &self);
    if (hint > 0 && hint < PTRDIFF_MAX / 16 - self.size && self.allocated < self.size + hint && self.size == 0) {
      if (!list_reserve_exact(self, (hint + 3) & ~ssize{3})) return raise_memory_error(t);
    }
  }
  NextOp next = ops_of(iterator).next;
  if (!next) return raise_type_error(t, "'%.200T' object is not an iterator", iterator.value());
  while (true) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) break;
    TRY(list_push(t, self, item));
  }
  return {};
}

Result<Ref<List>> list_from_iterable_rpy(Thread& t, Value iterable) {
  Ref<List> self = TRY(list_new(t));
  TRY(list_extend_rpy(t, *self, iterable));
  return self;
}

Result<void> list_set(Thread& t, List& self, ssize index, Value object) {
  publish_for(&self, object);
  CriticalSection section(t, &self);
  if (static_cast<size_t>(index) >= static_cast<size_t>(self.size)) return raise_index_error(t, "list assignment index out of range");
  self.items.load()[index].store_published(&self, dup(object));
  return {};
}

Result<Ref<Tuple>> list_to_tuple(Thread& t, List& self) {
  while (true) {
    ssize n = list_size(self);
    Ref<Tuple> result = TRY(tuple_new(t, n));
    CriticalSection section(t, &self);
    if (self.size != n) continue;
    Slot* items = self.items.load();
    for (ssize i = 0; i < n; i++) result->items[i].init(dup(items[i].load()));
    return result;
  }
}

Result<Ref<List>> list_slice(Thread& t, List& self, ssize start, ssize end) {
  while (true) {
    ssize size = list_size(self);
    ssize from = start < 0 ? 0 : start > size ? size : start;
    ssize to = end < from ? from : end > size ? size : end;
    Ref<List> result = TRY(list_new(t, to - from));
    CriticalSection section(t, &self);
    if (self.size != size) continue;
    Slot* items = self.items.load();
    Slot* out = result->items.load();
    for (ssize i = from; i < to; i++) out[i - from].set_raw(counted_bits(items[i].load()));
    result->size = to - from;
    return result;
  }
}

Result<void> list_insert_at(Thread& t, List& self, ssize index, Value object) {
  publish_for(&self, object);
  CriticalSection section(t, &self);
  ssize n = self.size;
  if (!list_reserve(self, n + 1)) return raise_memory_error(t);
  if (index < 0) index = index + n < 0 ? 0 : index + n;
  if (index > n) index = n;
  list_move_words(self, index + 1, index, n - index);
  self.items.load()[index].set_raw(counted_bits(object));
  list_set_size(self, n + 1);
  return {};
}

Result<Owned> list_pop_at(Thread& t, List& self, ssize index) {
  CriticalSection section(t, &self);
  ssize n = self.size;
  if (n == 0) return raise_index_error(t, "pop from empty list");
  if (index < 0) index += n;
  if (static_cast<size_t>(index) >= static_cast<size_t>(n)) return raise_index_error(t, "pop index out of range");
  Slot* items = self.items.load();
  Owned item = Owned::steal(Value::from_bits(items[index].raw()));
  list_move_words(self, index, index + 1, n - index - 1);
  items[n - 1].set_raw(0);
  list_set_size(self, n - 1);
  list_shrink(self);
  return item;
}

void list_shrink(List& self) {
  if (self.allocated > 64 && self.size < self.allocated / 2) list_reserve_exact(self, (self.size + (self.size >> 3) + 6) & ~ssize{3});
}

namespace {

void clear_unguarded(List& self) {
  Slot* items = self.items.load();
  ssize n = self.size;
  if (!items) return;
  list_set_size(self, 0);
  self.allocated = 0;
  self.items.store(nullptr);
  for (ssize i = 0; i < n; i++) Owned::drop(Value::from_bits(items[i].raw()));
  list_release_array(&self, items);
}

}  // namespace

void list_clear(Thread& t, List& self) {
  CriticalSection section(t, &self);
  clear_unguarded(self);
}

Result<void> list_replace_slice(Thread& t, List& self, ssize start, ssize end, Value values) {
  const Value* words = nullptr;
  ssize count = 0;
  Ref<Tuple> copy;
  if (values) {
    copy = is_exact<List>(values) ? TRY(list_to_tuple(t, *values.as<List>())) : dup(values.as<Tuple>());
    words = copy->values();
    count = copy->size;
    if (self.is_shared()) publish(Value(copy.get()));
  }
  CriticalSection section(t, &self);
  ssize n = self.size;
  if (start < 0) start = 0;
  if (start > n) start = n;
  if (end < start) end = start;
  if (end > n) end = n;
  ssize removed = end - start;
  if (removed == n && count == 0) {
    clear_unguarded(self);
    return {};
  }
  if (!list_reserve(self, n - removed + count)) return raise_memory_error(t);
  Slot* items = self.items.load();
  // The removed words are parked so that their objects die when the list is consistent again.
  uint64_t small[16];
  uint64_t* parked = small;
  if (removed > 16) {
    parked = static_cast<uint64_t*>(allocate_buffer(static_cast<size_t>(removed) * sizeof(uint64_t)));
    if (!parked) return raise_memory_error(t);
  }
  for (ssize i = 0; i < removed; i++) parked[i] = items[start + i].raw();
  ssize new_size = n - removed + count;
  list_move_words(self, start + count, end, n - end);
  for (ssize i = 0; i < count; i++) items[start + i].set_raw(counted_bits(words[i]));
  if (new_size < n) {
    list_set_size(self, new_size);
    for (ssize i = new_size; i < n; i++) items[i].set_raw(0);
    list_shrink(self);
  } else {
    list_set_size(self, new_size);
  }
  for (ssize i = 0; i < removed; i++) Owned::drop(Value::from_bits(parked[i]));
  if (parked != small) free_buffer(parked);
  return {};
}

Result<void> list_reverse(Thread& t, List& self) {
  CriticalSection section(t, &self);
  Slot* items = self.items.load();
  for (ssize i = 0, j = self.size - 1; i < j; i++, j--) {
    uint64_t word = items[i].raw();
    items[i].set_raw(items[j].raw());
    items[j].set_raw(word);
  }
  return {};
}

}  // namespace ty
