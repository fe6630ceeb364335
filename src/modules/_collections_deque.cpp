// collections.deque: a ring buffer.
//
// Threads     everything under the deque's lock; no call with a Thread& between reading a place and using it.
#include <cstring>

#include "modules/_collections.h"
#include "modules/static_type.h"
#include "sync/critical_section.h"
#include "types/int.h"
#include "types/list.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {
namespace {

struct Deque : Object {
  RetiredPtr<Slot> items;  // [lock] ring of `capacity` words
  ssize capacity;          // [lock] 0 or a power of two
  ssize head;              // [lock] place of item 0
  ssize size;              // [lock] relaxed readers
  ssize max_length;        // [lock] -1: none; changed by __init__ only
  uint64_t state;          // [lock] changes with every change of size
  static Type* type();
};
struct DequeIterator : Object {
  Slot deque;       // [lock] null when exhausted
  ssize index;      // [lock]
  uint64_t state;   // [const]
  ssize remaining;  // [lock]
  static Type* type();
};
extern Type deque_type, deque_iterator_type, deque_reverse_iterator_type;
Type* Deque::type() { return &deque_type; }
Type* DequeIterator::type() { return &deque_iterator_type; }

ssize deque_size(const Deque& self) { return __atomic_load_n(&self.size, __ATOMIC_RELAXED); }
TY_INLINE Slot& place(Deque& self, ssize i) { return self.items.load()[(self.head + i) & (self.capacity - 1)]; }

// The primitives: under the lock, no safepoint.
bool grow(Deque& self) {
  if (self.size < self.capacity) return true;
  ssize capacity = self.capacity ? self.capacity * 2 : 8;
  auto* items = static_cast<Slot*>(allocate_buffer(static_cast<size_t>(capacity) * sizeof(Slot)));
  if (!items) return false;
  memset(static_cast<void*>(items), 0, static_cast<size_t>(capacity) * sizeof(Slot));
  for (ssize i = 0; i < self.size; i++) items[i].set_raw(place(self, i).raw());
  self.items.replace(&self, items, static_cast<size_t>(self.capacity) * sizeof(Slot));
  self.capacity = capacity;
  self.head = 0;
  return true;
}
void set_size(Deque& self, ssize n) {
  __atomic_store_n(&self.size, n, __ATOMIC_RELAXED);
  self.state++;
}
Owned take_first(Deque& self) {
  Slot& slot = place(self, 0);
  Owned item = Owned::steal(Value::from_bits(slot.raw()));
  slot.set_raw(0);
  self.head = (self.head + 1) & (self.capacity - 1);
  set_size(self, self.size - 1);
  return item;
}
Owned take_last(Deque& self) {
  Slot& slot = place(self, self.size - 1);
  Owned item = Owned::steal(Value::from_bits(slot.raw()));
  slot.set_raw(0);
  set_size(self, self.size - 1);
  return item;
}
/// `word` is counted.
void put_last(Deque& self, uint64_t word) {
  place(self, self.size).set_raw(word);
  set_size(self, self.size + 1);
}
void put_first(Deque& self, uint64_t word) {
  self.head = (self.head - 1) & (self.capacity - 1);
  place(self, 0).set_raw(word);
  set_size(self, self.size + 1);
}

enum class Side { kLeft, kRight };

Result<void> push(Thread& t, Deque& self, Value item, Side side) {
  publish_for(&self, item);
  Owned dropped;
  CriticalSection section(t, &self);
  if (self.max_length == 0) return {};
  if (!grow(self)) return raise_memory_error(t);
  uint64_t word = counted_bits(item);
  if (side == Side::kRight) {
    put_last(self, word);
    if (self.max_length >= 0 && self.size > self.max_length) dropped = take_first(self);
  } else {
    put_first(self, word);
    if (self.max_length >= 0 && self.size > self.max_length) dropped = take_last(self);
  }
  return {};
}

/// Item `i` (not negative); null if there is none.
Owned get_at(Thread& t, Deque& self, ssize i) {
  CriticalSection section(t, &self);
  if (i >= self.size) return {};
  return place(self, i).get();
}

void deque_clear_items(Thread& t, Deque& self) {
  Slot* items;
  ssize capacity;
  {
    CriticalSection section(t, &self);
    items = self.items.load();
    capacity = self.capacity;
    self.items.store(nullptr);
    self.capacity = self.head = 0;
    set_size(self, 0);
  }
  if (!items) return;
  for (ssize i = 0; i < capacity; i++) Owned::drop(Value::from_bits(items[i].raw()));
  if (self.is_local()) {
    free_buffer(items);
  } else {
    retire_buffer(items, static_cast<size_t>(capacity) * sizeof(Slot));
  }
}

/// A snapshot.
Result<Ref<List>> deque_list(Thread& t, Deque& self) {
  while (true) {
    ssize n = deque_size(self);
    Ref<List> result = TRY(list_new(t, n));
    CriticalSection section(t, &self);
    if (self.size != n) continue;
    Slot* out = n ? result->items.load() : nullptr;
    for (ssize i = 0; i < n; i++) out[i].set_raw(counted_bits(place(self, i).load()));
    result->size = n;
    return result;
  }
}

Result<void> extend(Thread& t, Deque& self, Value iterable, Side side) {
  Owned source = dup(iterable);
  if (iterable.is_object() && iterable.object() == &self) source = Owned(TRY(deque_list(t, self)));
  Owned iterator = TRY(get_iterator(t, source));
  while (true) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return {};
    TRY(push(t, self, item, side));
  }
}

Result<Owned> deque_create(Thread& t, Type* type, const Value*, size_t, Tuple*) {
  Ref<Deque> self = TRY(make_object<Deque>(t, type));
  self->max_length = -1;
  return Owned(std::move(self));
}
Result<void> deque_init(Thread& t, Deque& self, Value iterable, Value maxlen) {
  ssize limit = -1;
  if (!is_none(maxlen)) {
    if (!is_int(maxlen)) return raise_type_error(t, "an integer is required");
    limit = TRY(number_as_ssize(t, maxlen, &exc_OverflowError));
    if (limit < 0) return raise_value_error(t, "maxlen must be non-negative");
  }
  self.max_length = limit;
  if (deque_size(self)) deque_clear_items(t, self);
  if (iterable && !is_none(iterable)) TRY(extend(t, self, iterable, Side::kRight));
  return {};
}

Result<void> deque_append(Thread& t, Deque& self, Value item) { return push(t, self, item, Side::kRight); }
Result<void> deque_appendleft(Thread& t, Deque& self, Value item) { return push(t, self, item, Side::kLeft); }
Result<void> deque_extend(Thread& t, Deque& self, Value iterable) { return extend(t, self, iterable, Side::kRight); }
Result<void> deque_extendleft(Thread& t, Deque& self, Value iterable) { return extend(t, self, iterable, Side::kLeft); }
Result<Owned> deque_pop(Thread& t, Deque& self) {
  CriticalSection section(t, &self);
  if (self.size == 0) return raise_index_error(t, "pop from an empty deque");
  return take_last(self);
}
Result<Owned> deque_popleft(Thread& t, Deque& self) {
  CriticalSection section(t, &self);
  if (self.size == 0) return raise_index_error(t, "pop from an empty deque");
  return take_first(self);
}
void deque_clear(Thread& t, Deque& self) { deque_clear_items(t, self); }

Result<Owned> make_like(Thread& t, Deque& self, Value iterable) {
  Type* type = static_cast<Object&>(self).type();
  if (type == &deque_type) {
    Owned copy = TRY(deque_create(t, type, nullptr, 0, nullptr));
    copy.value().as<Deque>()->max_length = self.max_length;
    TRY(extend(t, *copy.value().as<Deque>(), iterable, Side::kRight));
    return copy;
  }
  if (self.max_length < 0) return call(t, Value(type), iterable);
  return call(t, Value(type), iterable, Value::small_int_unchecked(self.max_length));
}
Result<Owned> deque_copy(Thread& t, Deque& self) {
  Owned copy = TRY(make_like(t, self, Value(&self)));
  if (!is_instance(copy, &deque_type)) {
    return raise_type_error(t, "%.200s() must return a deque, not %.200T", static_cast<Object&>(self).type()->name, copy.value());
  }
  return copy;
}

void rotate(Deque& self, ssize n) {
  ssize size = self.size;
  if (size <= 1) return;
  n %= size;
  if (n < 0) n += size;
  if (n > size / 2) n -= size;
  for (; n > 0; n--) {
    uint64_t word = place(self, size - 1).raw();
    place(self, size - 1).set_raw(0);
    self.head = (self.head - 1) & (self.capacity - 1);
    place(self, 0).set_raw(word);
  }
  for (; n < 0; n++) {
    uint64_t word = place(self, 0).raw();
    place(self, 0).set_raw(0);
    self.head = (self.head + 1) & (self.capacity - 1);
    place(self, size - 1).set_raw(word);
  }
}
Result<void> deque_rotate(Thread& t, Deque& self, ssize n) {
  CriticalSection section(t, &self);
  rotate(self, n);
  if (self.size > 1) self.state++;
  return {};
}
Result<void> deque_reverse(Thread& t, Deque& self) {
  CriticalSection section(t, &self);
  for (ssize i = 0, j = self.size - 1; i < j; i++, j--) {
    uint64_t word = place(self, i).raw();
    place(self, i).set_raw(place(self, j).raw());
    place(self, j).set_raw(word);
  }
  return {};
}

uint64_t state_of(Thread& t, Deque& self) {
  CriticalSection section(t, &self);
  return self.state;
}
Raised raise_mutated(Thread& t) { return raise_runtime_error(t, "deque mutated during iteration"); }

Result<ssize> deque_count(Thread& t, Deque& self, Value value) {
  uint64_t state = state_of(t, self);
  ssize count = 0, n = deque_size(self);
  for (ssize i = 0; i < n; i++) {
    Owned item = get_at(t, self, i);
    if (!item) return raise_mutated(t);
    count += TRY(object_equal(t, item, value));
    if (state_of(t, self) != state) return raise_mutated(t);
  }
  return count;
}
Result<bool> deque_contains(Thread& t, Value v, Value value) {
  Deque& self = *v.as<Deque>();
  uint64_t state = state_of(t, self);
  ssize n = deque_size(self);
  for (ssize i = 0; i < n; i++) {
    Owned item = get_at(t, self, i);
    if (!item) return raise_mutated(t);
    if (TRY(object_equal(t, item, value))) return true;
    if (state_of(t, self) != state) return raise_mutated(t);
  }
  return false;
}
Result<ssize> deque_index(Thread& t, Deque& self, Value value, Value start_argument, Value stop_argument) {
  auto clip = [&](Value v, ssize when_absent) -> Result<ssize> {
    if (!v) return when_absent;
    if (!has_index(v)) return raise_type_error(t, "slice indices must be integers or have an __index__ method");
    return number_as_ssize(t, v, nullptr);
  };
  ssize n = deque_size(self);
  ssize start = TRY(clip(start_argument, 0)), stop = TRY(clip(stop_argument, n));
  uint64_t state = state_of(t, self);
  if (start < 0 && (start += n) < 0) start = 0;
  if (stop < 0 && (stop += n) < 0) stop = 0;
  if (stop > n) stop = n;
  for (ssize i = start; i < stop; i++) {
    Owned item = get_at(t, self, i);
    if (!item) return raise_mutated(t);
    if (TRY(object_equal(t, item, value))) return i;
    if (state_of(t, self) != state) return raise_mutated(t);
  }
  return raise_value_error(t, "%R is not in deque", value);
}

/// Takes item `i` out.
Owned remove_at(Deque& self, ssize i) {
  Owned item = Owned::steal(Value::from_bits(place(self, i).raw()));
  if (i < self.size / 2) {
    for (ssize k = i; k > 0; k--) place(self, k).set_raw(place(self, k - 1).raw());
    place(self, 0).set_raw(0);
    self.head = (self.head + 1) & (self.capacity - 1);
  } else {
    for (ssize k = i; k + 1 < self.size; k++) place(self, k).set_raw(place(self, k + 1).raw());
    place(self, self.size - 1).set_raw(0);
  }
  set_size(self, self.size - 1);
  return item;
}
Result<void> deque_remove(Thread& t, Deque& self, Value value) {
  uint64_t state = state_of(t, self);
  ssize n = deque_size(self);
  for (ssize i = 0; i < n; i++) {
    Owned item = get_at(t, self, i);
    if (!item) return raise_index_error(t, "deque mutated during remove().");
    bool equal = TRY(object_equal(t, item, value));
    Owned removed;
    CriticalSection section(t, &self);
    if (self.state != state || i >= self.size) return raise_index_error(t, "deque mutated during remove().");
    if (!equal) continue;
    removed = remove_at(self, i);
    return {};
  }
  return raise_value_error(t, "%R is not in deque", value);
}
Result<void> deque_insert(Thread& t, Deque& self, ssize index, Value value) {
  publish_for(&self, value);
  CriticalSection section(t, &self);
  ssize n = self.size;
  if (n == self.max_length) return raise_index_error(t, "deque already at its maximum size");
  if (!grow(self)) return raise_memory_error(t);
  uint64_t word = counted_bits(value);
  if (index >= n) {
    put_last(self, word);
  } else if (index <= -n || index == 0) {
    put_first(self, word);
  } else {
    if (index < 0) index += n;
    put_last(self, 0);
    for (ssize k = n; k > index; k--) place(self, k).set_raw(place(self, k - 1).raw());
    place(self, index).set_raw(word);
  }
  return {};
}

Result<ssize> deque_len(Thread&, Value v) { return deque_size(*v.as<Deque>()); }
Result<Owned> deque_getitem(Thread& t, Value v, Value key) {
  Deque& self = *v.as<Deque>();
  if (!has_index(key)) return raise_type_error(t, "sequence index must be integer, not '%.200T'", key);
  ssize i = TRY(sequence_index(t, key));
  CriticalSection section(t, &self);
  if (i < 0) i += self.size;
  if (static_cast<size_t>(i) >= static_cast<size_t>(self.size)) return raise_index_error(t, "deque index out of range");
  return place(self, i).get();
}
Result<void> deque_setitem(Thread& t, Value v, Value key, Value value) {
  Deque& self = *v.as<Deque>();
  if (!has_index(key)) return raise_type_error(t, "sequence index must be integer, not '%.200T'", key);
  ssize i = TRY(sequence_index(t, key));
  publish_for(&self, value);
  Owned old;
  CriticalSection section(t, &self);
  if (i < 0) i += self.size;
  if (static_cast<size_t>(i) >= static_cast<size_t>(self.size)) return raise_index_error(t, "deque index out of range");
  if (value) {
    old = place(self, i).exchange(&self, dup(value));
  } else {
    old = remove_at(self, i);
  }
  return {};
}

Result<Owned> deque_iconcat(Thread& t, Value v, Value other) {
  TRY(extend(t, *v.as<Deque>(), other, Side::kRight));
  return borrow_or_dup(v);
}
Result<Owned> deque_concat(Thread& t, Value a, Value b) {
  if (!is_instance(b, &deque_type)) return raise_type_error(t, "can only concatenate deque (not \"%.200T\") to deque", b);
  Owned result = TRY(deque_copy(t, *a.as<Deque>()));
  TRY(extend(t, *result.value().as<Deque>(), b, Side::kRight));
  return result;
}
Result<Owned> deque_irepeat(Thread& t, Value v, ssize n) {
  Deque& self = *v.as<Deque>();
  if (n <= 0) {
    deque_clear_items(t, self);
    return borrow_or_dup(v);
  }
  Ref<List> items = TRY(deque_list(t, self));
  if (items->size == 0 || n == 1) return borrow_or_dup(v);
  if (self.max_length < 0 && items->size > PTRDIFF_MAX / 16 / n) return raise_memory_error(t);
  if (self.max_length >= 0 && n * items->size > self.max_length) n = (self.max_length + items->size - 1) / items->size;
  for (ssize k = 1; k < n; k++) TRY(extend(t, self, items, Side::kRight));
  return borrow_or_dup(v);
}
Result<Owned> deque_repeat(Thread& t, Value v, ssize n) {
  Owned result = TRY(deque_copy(t, *v.as<Deque>()));
  Owned same = TRY(deque_irepeat(t, result, n));
  return result;
}

Result<Owned> deque_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (!is_instance(a, &deque_type) || !is_instance(b, &deque_type)) return Owned::steal(not_implemented());
  Deque& x = *a.as<Deque>();
  Deque& y = *b.as<Deque>();
  if (deque_size(x) != deque_size(y) && (op == CompareOp::kEq || op == CompareOp::kNe)) return owned_bool(op == CompareOp::kNe);
  TRY(check_native_stack(t, " in comparison"));
  for (ssize i = 0;; i++) {
    Owned p = get_at(t, x, i), q = get_at(t, y, i);
    if (!p || !q) return object_compare(t, Value::small_int_unchecked(deque_size(x)), Value::small_int_unchecked(deque_size(y)), op);
    if (TRY(object_equal(t, p, q))) continue;
    if (op == CompareOp::kEq) return owned_bool(false);
    if (op == CompareOp::kNe) return owned_bool(true);
    return object_compare(t, p, q, op);
  }
}

Result<Owned> deque_repr(Thread& t, Value v) {
  Deque& self = *v.as<Deque>();
  ReprGuard guard(t, v);
  if (guard.recursive()) return Owned(TRY(str_from_ascii(t, "[...]")));
  Owned name = TRY(get_attribute(t, Value(type_of(v)), NAME("__name__")));
  Ref<List> items = TRY(deque_list(t, self));
  if (self.max_length >= 0) {
    return Owned(TRY(str_from_format(t, "%U(%R, maxlen=%zd)", name.value(), Value(items.get()), self.max_length)));
  }
  return Owned(TRY(str_from_format(t, "%U(%R)", name.value(), Value(items.get()))));
}

Result<Owned> deque_reduce(Thread& t, Deque& self) {
  Value v(&self);
  Owned state = TRY(call_method(t, v, NAME("__getstate__")));
  Owned iterator = TRY(get_iterator(t, v));
  Ref<Tuple> arguments = self.max_length < 0 ? TRY(tuple_new(t, 0))
                                             : TRY(tuple_pack(t, g_empty_tuple, Value::small_int_unchecked(self.max_length)));
  return Owned(TRY(tuple_pack(t, Value(static_cast<Object&>(self).type()), arguments, state, iterator)));
}
ssize deque_sizeof(Thread&, Deque& self) {
  return static_cast<Object&>(self).type()->basicsize + self.capacity * static_cast<ssize>(sizeof(Slot));
}
Owned deque_maxlen(Thread&, Deque& self) { return self.max_length < 0 ? owned_none() : small_int(self.max_length); }

// --- iterators ---
Result<Owned> make_deque_iterator(Thread& t, Type* type, Value v) {
  Deque& deque = *v.as<Deque>();
  Ref<DequeIterator> self = TRY(make_object<DequeIterator>(t, type));
  CriticalSection section(t, &deque);
  self->deque.init(dup(v));
  self->state = deque.state;
  self->remaining = deque.size;
  self->index = type == &deque_iterator_type ? 0 : deque.size - 1;
  return Owned(std::move(self));
}
Result<Owned> deque_iter(Thread& t, Value v) { return make_deque_iterator(t, &deque_iterator_type, v); }
Result<Owned> deque_reversed(Thread& t, Deque& self) { return make_deque_iterator(t, &deque_reverse_iterator_type, Value(&self)); }

template <int step>
Lookup<Owned> deque_iterator_next(Thread& t, Value v) {
  DequeIterator& self = *v.as<DequeIterator>();
  Owned container = self.deque.get();
  if (!container) return Absent{};
  Deque& deque = *container.value().as<Deque>();
  CriticalSection2 section(t, &self, &deque);
  if (self.state != deque.state) {
    self.remaining = 0;
    return raise_mutated(t);
  }
  if (self.remaining == 0) return Absent{};
  Owned item = place(deque, self.index).get();
  self.index += step;
  self.remaining--;
  return item;
}
ssize deque_iterator_length_hint(Thread&, DequeIterator& self) { return self.remaining; }
Result<Owned> deque_iterator_reduce(Thread& t, DequeIterator& self) {
  Owned container = self.deque.get();
  Ref<Tuple> arguments = TRY(tuple_pack(t, container, Value::small_int_unchecked(deque_size(*container.value().as<Deque>()) - self.remaining)));
  return Owned(TRY(tuple_pack(t, Value(static_cast<Object&>(self).type()), arguments)));
}
Result<Owned> deque_iterator_create(Thread& t, Type& type, Value deque, ssize skip) {
  if (!is_instance(deque, &deque_type)) return raise_type_error(t, "argument 1 must be collections.deque, not %T", deque);
  Owned self = TRY(make_deque_iterator(t, &type, deque));
  for (ssize i = 0; i < skip; i++) {
    Owned item = TRY(iterator_next(t, self));
    if (item.value().is_empty()) break;
  }
  return self;
}

void deque_each(Object* o, SlotVisitor& visitor) {
  Deque& self = *static_cast<Deque*>(o);
  Slot* items = self.items.load();
  if (!items) return;
  for (ssize i = 0; i < self.size; i++) visitor(place(self, i).address());
}
void deque_release(Object* o) {
  if (Slot* items = static_cast<Deque*>(o)->items.load()) free_buffer(items);
}

constexpr MethodDef kDequeMethods[] = {
    method<&deque_append>("append", "($self, item, /)", "Add an element to the right side of the deque."),
    method<&deque_appendleft>("appendleft", "($self, item, /)", "Add an element to the left side of the deque."),
    method<&deque_clear>("clear", "($self, /)", "Remove all elements from the deque."),
    method<&deque_copy>("__copy__", "($self, /)", "Return a shallow copy of a deque."),
    method<&deque_copy>("copy", "($self, /)", "Return a shallow copy of a deque."),
    method<&deque_count>("count", "($self, value, /)", "Return number of occurrences of value."),
    method<&deque_extend>("extend", "($self, iterable, /)", "Extend the right side of the deque with elements from the iterable."),
    method<&deque_extendleft>("extendleft", "($self, iterable, /)", "Extend the left side of the deque with elements from the iterable."),
    method<&deque_index>("index", "($self, value, start=<unrepresentable>, stop=<unrepresentable>, /)",
                         "Return first index of value.\n\nRaises ValueError if the value is not present."),
    method<&deque_insert>("insert", "($self, index, value, /)", "Insert value before index."),
    method<&deque_pop>("pop", "($self, /)", "Remove and return the rightmost element."),
    method<&deque_popleft>("popleft", "($self, /)", "Remove and return the leftmost element."),
    method<&deque_reduce>("__reduce__", "($self, /)", "Return state information for pickling."),
    method<&deque_remove>("remove", "($self, value, /)", "Remove first occurrence of value."),
    method<&deque_reversed>("__reversed__", "($self, /)", "Return a reverse iterator over the deque."),
    method<&deque_reverse>("reverse", "($self, /)", "Reverse *IN PLACE*."),
    method<&deque_rotate>("rotate", "($self, n=1, /)", "Rotate the deque n steps to the right.  If n is negative, rotates left."),
    method<&deque_sizeof>("__sizeof__", "($self, /)", "Return the size of the deque in memory, in bytes."),
    TY_CLASS_GETITEM,
    {}};
constexpr GetSetDef kDequeGetSet[] = {getter<&deque_maxlen>("maxlen", "maximum size of a deque or None if unbounded"), {}};
constexpr TypeOps kDequeOps = {.repr = &deque_repr,
                               .compare = &deque_compare,
                               .iter = &deque_iter,
                               .init = initializer<"deque", "(iterable=None, maxlen=None)", &deque_init>,
                               .create = &deque_create,
                               .length = &deque_len,
                               .subscript = &deque_getitem,
                               .set_subscript = &deque_setitem,
                               .contains = &deque_contains,
                               .concat = &deque_concat,
                               .repeat = &deque_repeat,
                               .inplace_concat = &deque_iconcat,
                               .inplace_repeat = &deque_irepeat};
constexpr TypeDef kDequeDef = {
    .name = "collections.deque", .size = sizeof(Deque), .flags = kTypeBase | kTypeSequence | kTypeWeakReferable,
    .layout = {.flags = kCollectable | kStoppedVisit, .each = &deque_each, .release = &deque_release}, .ops = &kDequeOps,
    .methods = kDequeMethods, .getset = kDequeGetSet, .doc = "A list-like sequence optimized for data accesses near its endpoints.",
    .text_signature = "([iterable[, maxlen]])"};

constexpr MethodDef kDequeIteratorMethods[] = {
    method<&deque_iterator_length_hint>("__length_hint__", "($self, /)", "Private method returning an estimate of len(list(it))."),
    method<&deque_iterator_reduce>("__reduce__", "($self, /)", "Return state information for pickling."), {}};
constexpr uint16_t kDequeIteratorSlots[] = {offsetof(DequeIterator, deque)};
constexpr TypeLayout kDequeIteratorLayout = {.slot_offsets = kDequeIteratorSlots, .slot_count = 1, .flags = kCollectable};
constexpr TypeOps kDequeIteratorOps = {.iter = &iterator_returns_self, .next = &deque_iterator_next<1>,
                                       .create = constructor<"_deque_iterator", "(deque, index=0, /)", &deque_iterator_create>};
constexpr TypeOps kDequeReverseIteratorOps = {.iter = &iterator_returns_self, .next = &deque_iterator_next<-1>,
                                              .create = constructor<"_deque_reverse_iterator", "(deque, index=0, /)", &deque_iterator_create>};
constexpr TypeDef kDequeIteratorDef = {.name = "_collections._deque_iterator", .size = sizeof(DequeIterator), .flags = 0,
                                       .layout = kDequeIteratorLayout, .ops = &kDequeIteratorOps, .methods = kDequeIteratorMethods};
constexpr TypeDef kDequeReverseIteratorDef = {.name = "_collections._deque_reverse_iterator", .size = sizeof(DequeIterator), .flags = 0,
                                              .layout = kDequeIteratorLayout, .ops = &kDequeReverseIteratorOps, .methods = kDequeIteratorMethods};
Type deque_type, deque_iterator_type, deque_reverse_iterator_type;

}  // namespace

Result<void> add_deque_types(Thread& t, Module& m) {
  TRY(add_static_type(t, m, deque_type, kDequeDef));
  TRY(add_static_type(t, m, deque_iterator_type, kDequeIteratorDef));
  return add_static_type(t, m, deque_reverse_iterator_type, kDequeReverseIteratorDef);
}

}  // namespace ty
