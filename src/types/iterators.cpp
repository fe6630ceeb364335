// Iterators over list, tuple and anything with __getitem__; reversed(); iter(callable, sentinel).
#include "types/iterators.h"

#include "object/binding.h"
#include "sync/critical_section.h"
#include "types/int.h"

namespace ty {
namespace {

Result<Owned> make_index_iterator(Thread& t, Type* type, Value sequence, ssize index) {
  Ref<IndexIterator> self = TRY(make_object<IndexIterator>(t, type));
  self->index = index;
  self->sequence.init(dup(sequence));
  return Owned(std::move(self));
}

Owned item_at(List& list, ssize i) { return list_get_inline(list, i); }
Owned item_at(Tuple& tuple, ssize i) {
  if (static_cast<size_t>(i) >= static_cast<size_t>(tuple.size)) return {};
  return tuple.items[i].get();
}

/// One step of an iterator whose items need no Python; `step` is 1 or -1.
template <class Sequence, int step>
TY_INLINE Lookup<Owned> index_next(Value v) {
  IndexIterator& self = *v.as<IndexIterator>();
  if (TY_LIKELY(self.is_local())) {
    Value sequence = self.sequence.load();
    if (!sequence) return Absent{};
    Owned item = item_at(*sequence.as<Sequence>(), self.index);
    if (TY_UNLIKELY(!item)) {
      self.index = -1;
      Owned old = self.sequence.clear(&self);
      return Absent{};
    }
    self.index += step;
    return item;
  }
  while (true) {
    Owned sequence = self.sequence.get();
    if (!sequence) return Absent{};
    ssize i = __atomic_load_n(&self.index, __ATOMIC_ACQUIRE);
    if (i < 0) return Absent{};
    Owned item = item_at(*sequence.value().as<Sequence>(), i);
    ssize next = item ? i + step : -1;
    if (!__atomic_compare_exchange_n(&self.index, &i, next, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) continue;
    if (item) return item;
    Owned old = self.sequence.clear(&self);
    return Absent{};
  }
}

Result<Owned> iterator_dunder_iter(Thread&, Value v) { return borrow_or_dup(v); }
ssize current_index(IndexIterator& self) { return __atomic_load_n(&self.index, __ATOMIC_RELAXED); }

Result<ssize> list_iterator_length_hint(Thread&, ListIterator& self) {
  Owned sequence = self.sequence.get();
  if (!sequence) return ssize{0};
  ssize n = list_size(*sequence.value().as<List>()) - current_index(self);
  return n < 0 ? 0 : n;
}
Result<ssize> tuple_iterator_length_hint(Thread&, TupleIterator& self) {
  Owned sequence = self.sequence.get();
  if (!sequence) return ssize{0};
  return sequence.value().as<Tuple>()->size - current_index(self);
}
Result<ssize> list_reverse_iterator_length_hint(Thread&, ListReverseIterator& self) {
  Owned sequence = self.sequence.get();
  if (!sequence) return ssize{0};
  ssize n = current_index(self) + 1;
  return list_size(*sequence.value().as<List>()) < n ? 0 : n;
}

/// (function, (sequence,), index), or (function, (empty,)) when exhausted.
Result<Owned> reduce_as(Thread& t, IndexIterator& self, const char* builtin, Value empty) {
  Owned function = TRY(import_attribute(t, "builtins", builtin));
  Owned sequence = self.sequence.get();
  if (!sequence) {
    Ref<Tuple> arguments = TRY(tuple_pack(t, empty));
    return Owned(TRY(tuple_pack(t, function, arguments)));
  }
  Ref<Tuple> arguments = TRY(tuple_pack(t, sequence));
  return Owned(TRY(tuple_pack(t, function, arguments, Value::small_int_unchecked(current_index(self)))));
}
Result<Owned> list_iterator_reduce(Thread& t, ListIterator& self) {
  Ref<List> empty = TRY(list_new(t));
  return reduce_as(t, self, "iter", empty);
}
Result<Owned> tuple_iterator_reduce(Thread& t, TupleIterator& self) { return reduce_as(t, self, "iter", g_empty_tuple); }
Result<Owned> sequence_iterator_reduce(Thread& t, SequenceIterator& self) { return reduce_as(t, self, "iter", g_empty_tuple); }
Result<Owned> list_reverse_iterator_reduce(Thread& t, ListReverseIterator& self) {
  Ref<List> empty = TRY(list_new(t));
  return reduce_as(t, self, "reversed", empty);
}

Result<void> list_iterator_setstate(Thread&, ListIterator& self, ssize state) {
  Owned sequence = self.sequence.get();
  if (!sequence) return {};
  ssize n = list_size(*sequence.value().as<List>());
  __atomic_store_n(&self.index, state < 0 ? 0 : state > n ? n : state, __ATOMIC_RELEASE);
  return {};
}
Result<void> tuple_iterator_setstate(Thread&, TupleIterator& self, ssize state) {
  Owned sequence = self.sequence.get();
  if (!sequence) return {};
  ssize n = sequence.value().as<Tuple>()->size;
  __atomic_store_n(&self.index, state < 0 ? 0 : state > n ? n : state, __ATOMIC_RELEASE);
  return {};
}
Result<void> list_reverse_iterator_setstate(Thread&, ListReverseIterator& self, ssize state) {
  Owned sequence = self.sequence.get();
  if (!sequence) return {};
  ssize n = list_size(*sequence.value().as<List>());
  __atomic_store_n(&self.index, state < -1 ? -1 : state > n - 1 ? n - 1 : state, __ATOMIC_RELEASE);
  return {};
}
Result<void> sequence_iterator_setstate(Thread&, SequenceIterator& self, ssize state) {
  __atomic_store_n(&self.index, state < 0 ? 0 : state, __ATOMIC_RELEASE);
  return {};
}

Lookup<Owned> list_reverse_iterator_next(Thread&, Value v) { return index_next<List, -1>(v); }

/// The index is claimed before __getitem__ runs, so two threads never ask for the same item.
Lookup<Owned> sequence_iterator_next(Thread& t, Value v) {
  SequenceIterator& self = *v.as<SequenceIterator>();
  Owned sequence = self.sequence.get();
  if (!sequence) return Absent{};
  ssize i;
  if (TY_LIKELY(self.is_local())) {
    i = self.index;
    if (i == PTRDIFF_MAX) return raise_overflow_error(t, "iter index too large");
    self.index = i + 1;
  } else {
    i = __atomic_fetch_add(&self.index, 1, __ATOMIC_ACQ_REL);
  }
  auto item = sequence_get(t, sequence, i);
  if (TY_LIKELY(item.ok())) return item.take();
  if (!exception_matches(t, &exc_IndexError) && !exception_matches(t, &exc_StopIteration)) {
    if (self.is_local()) self.index = i;
    return Raised{};
  }
  clear_exception(t);
  Owned old = self.sequence.clear(&self);
  return Absent{};
}

Result<Owned> sequence_iterator_length_hint(Thread& t, SequenceIterator& self) {
  Owned sequence = self.sequence.get();
  if (!sequence) return small_int(0);
  if (!ops_of(sequence).length) return Owned::steal(not_implemented());
  ssize n = TRY(object_length(t, sequence)) - current_index(self);
  return small_int(n < 0 ? 0 : n);
}

// --- reversed ---
Result<Owned> reversed_create(Thread& t, Type& type, Value sequence) {
  if (&type == &reversed_type) {
    if (is_exact<List>(sequence)) return list_reverse_iterator_new(t, *sequence.as<List>());
  }
  Value method = type_lookup(type_of(sequence), NAME("__reversed__"));
  if (method) {
    if (is_none(method)) return raise_type_error(t, "'%.200T' object is not reversible", sequence);
    Owned bound = TRY(lookup_special(t, sequence, NAME("__reversed__")));
    return call(t, bound);
  }
  if (!is_sequence(sequence)) return raise_type_error(t, "'%.200T' object is not reversible", sequence);
  ssize n = TRY(object_length(t, sequence));
  return make_index_iterator(t, &type, sequence, n - 1);
}

Lookup<Owned> reversed_next(Thread& t, Value v) {
  Reversed& self = *v.as<Reversed>();
  ssize i;
  if (TY_LIKELY(self.is_local())) {
    i = self.index;
    if (i >= 0) self.index = i - 1;
  } else {
    i = __atomic_fetch_sub(&self.index, 1, __ATOMIC_ACQ_REL);
    if (i < 0) __atomic_store_n(&self.index, ssize{-1}, __ATOMIC_RELEASE);
  }
  Owned sequence = self.sequence.get();
  if (i >= 0 && sequence) {
    auto item = sequence_get(t, sequence, i);
    if (TY_LIKELY(item.ok())) return item.take();
    if (!exception_matches(t, &exc_IndexError) && !exception_matches(t, &exc_StopIteration)) return Raised{};
    clear_exception(t);
  }
  __atomic_store_n(&self.index, ssize{-1}, __ATOMIC_RELEASE);
  Owned old = self.sequence.clear(&self);
  return Absent{};
}

Result<ssize> reversed_length_hint(Thread& t, Reversed& self) {
  Owned sequence = self.sequence.get();
  if (!sequence) return ssize{0};
  ssize n = TRY(object_length(t, sequence));
  ssize position = current_index(self) + 1;
  return n < position ? 0 : position;
}
Result<Owned> reversed_reduce(Thread& t, Reversed& self) {
  Owned sequence = self.sequence.get();
  if (!sequence) {
    Ref<Tuple> arguments = TRY(tuple_pack(t, g_empty_tuple));
    return Owned(TRY(tuple_pack(t, Value(self.Object::type()), arguments)));
  }
  Ref<Tuple> arguments = TRY(tuple_pack(t, sequence));
  return Owned(TRY(tuple_pack(t, Value(self.Object::type()), arguments, Value::small_int_unchecked(current_index(self)))));
}
Result<void> reversed_setstate(Thread& t, Reversed& self, ssize state) {
  Owned sequence = self.sequence.get();
  if (!sequence) return {};
  ssize n = TRY(object_length(t, sequence));
  __atomic_store_n(&self.index, state < -1 ? -1 : state > n - 1 ? n - 1 : state, __ATOMIC_RELEASE);
  return {};
}

// --- iter(callable, sentinel) ---
struct CallableIterator : Object {
  Slot callable;  // [atomic] null when exhausted
  Slot sentinel;  // [atomic]
  static Type* type() { return &callable_iterator_type; }
};

Lookup<Owned> callable_iterator_next(Thread& t, Value v) {
  CallableIterator& self = *v.as<CallableIterator>();
  Owned callable = self.callable.get();
  if (!callable) return Absent{};
  auto result = call(t, callable);
  if (result.ok()) {
    Owned item = result.take();
    Owned sentinel = self.sentinel.get();
    if (!sentinel) return Absent{};
    if (!TRY(object_equal(t, sentinel, item))) return item;
  } else {
    if (!exception_matches(t, &exc_StopIteration)) return Raised{};
    clear_exception(t);
  }
  Owned old = self.callable.clear(&self);
  Owned old_sentinel = self.sentinel.clear(&self);
  return Absent{};
}
Result<Owned> callable_iterator_reduce(Thread& t, CallableIterator& self) {
  Owned iter = TRY(import_attribute(t, "builtins", "iter"));
  Owned callable = self.callable.get(), sentinel = self.sentinel.get();
  if (!callable || !sentinel) {
    Ref<Tuple> arguments = TRY(tuple_pack(t, g_empty_tuple));
    return Owned(TRY(tuple_pack(t, iter, arguments)));
  }
  Ref<Tuple> arguments = TRY(tuple_pack(t, callable, sentinel));
  return Owned(TRY(tuple_pack(t, iter, arguments)));
}

#define TY_ITERATOR_METHODS(prefix)                                                                             \
  method<&prefix##_length_hint>("__length_hint__", "($self, /)", "Private method returning an estimate of len(list(it))."), \
      method<&prefix##_reduce>("__reduce__", "($self, /)", "Return state information for pickling."),           \
      method<&prefix##_setstate>("__setstate__", "($self, object, /)", "Set state information for unpickling."), {}
constexpr MethodDef kListIteratorMethods[] = {TY_ITERATOR_METHODS(list_iterator)};
constexpr MethodDef kTupleIteratorMethods[] = {TY_ITERATOR_METHODS(tuple_iterator)};
constexpr MethodDef kListReverseIteratorMethods[] = {TY_ITERATOR_METHODS(list_reverse_iterator)};
constexpr MethodDef kSequenceIteratorMethods[] = {TY_ITERATOR_METHODS(sequence_iterator)};
constexpr MethodDef kReversedMethods[] = {TY_ITERATOR_METHODS(reversed)};
constexpr MethodDef kCallableIteratorMethods[] = {
    method<&callable_iterator_reduce>("__reduce__", "($self, /)", "Return state information for pickling."), {}};

constexpr uint16_t kIndexIteratorSlots[] = {offsetof(IndexIterator, sequence)};
constexpr uint16_t kCallableIteratorSlots[] = {offsetof(CallableIterator, callable), offsetof(CallableIterator, sentinel)};
constexpr TypeLayout kIndexIteratorLayout = {.slot_offsets = kIndexIteratorSlots, .slot_count = 1, .flags = kCollectable};
constexpr TypeOps kListIteratorOps = {.iter = &iterator_dunder_iter, .next = &list_iterator_next};
constexpr TypeOps kTupleIteratorOps = {.iter = &iterator_dunder_iter, .next = &tuple_iterator_next};
constexpr TypeOps kListReverseIteratorOps = {.iter = &iterator_dunder_iter, .next = &list_reverse_iterator_next};
constexpr TypeOps kSequenceIteratorOps = {.iter = &iterator_dunder_iter, .next = &sequence_iterator_next};
constexpr TypeOps kReversedOps = {.iter = &iterator_dunder_iter, .next = &reversed_next,
                                  .create = &positional_constructor<"reversed", "(object, /)", &reversed_create, &reversed_type>};
constexpr TypeOps kCallableIteratorOps = {.iter = &iterator_dunder_iter, .next = &callable_iterator_next};

}  // namespace

Lookup<Owned> list_iterator_next(Thread&, Value v) { return index_next<List, 1>(v); }
Lookup<Owned> tuple_iterator_next(Thread&, Value v) { return index_next<Tuple, 1>(v); }

Result<Owned> list_iterator_new(Thread& t, List& list) { return make_index_iterator(t, &list_iterator_type, &list, 0); }
Result<Owned> tuple_iterator_new(Thread& t, Tuple& tuple) { return make_index_iterator(t, &tuple_iterator_type, &tuple, 0); }
Result<Owned> list_reverse_iterator_new(Thread& t, List& list) {
  return make_index_iterator(t, &list_reverse_iterator_type, &list, list_size(list) - 1);
}
Result<Owned> sequence_iterator_new(Thread& t, Value sequence) { return make_index_iterator(t, &sequence_iterator_type, sequence, 0); }
Result<Owned> callable_iterator_new(Thread& t, Value callable, Value sentinel) {
  Ref<CallableIterator> self = TRY(make_object<CallableIterator>(t));
  self->callable.init(dup(callable));
  self->sentinel.init(dup(sentinel));
  return Owned(std::move(self));
}

#define TY_ITERATOR_DEF(symbol, python_name, methods_table, ops_table)                                         \
  extern constexpr TypeDef symbol = {.name = python_name, .size = sizeof(IndexIterator), .flags = 0,           \
                                     .layout = kIndexIteratorLayout, .ops = &ops_table, .methods = methods_table};
TY_ITERATOR_DEF(kListIteratorDef, "list_iterator", kListIteratorMethods, kListIteratorOps)
TY_ITERATOR_DEF(kTupleIteratorDef, "tuple_iterator", kTupleIteratorMethods, kTupleIteratorOps)
TY_ITERATOR_DEF(kListReverseIteratorDef, "list_reverseiterator", kListReverseIteratorMethods, kListReverseIteratorOps)
TY_ITERATOR_DEF(kSequenceIteratorDef, "iterator", kSequenceIteratorMethods, kSequenceIteratorOps)
extern constexpr TypeDef kReversedDef = {.name = "reversed", .size = sizeof(Reversed), .layout = kIndexIteratorLayout, .ops = &kReversedOps,
                                         .methods = kReversedMethods, .doc = "Return a reverse iterator over the values of the given sequence.",
                                         .text_signature = "(object, /)"};
extern constexpr TypeDef kCallableIteratorDef = {
    .name = "callable_iterator", .size = sizeof(CallableIterator), .flags = 0,
    .layout = {.slot_offsets = kCallableIteratorSlots, .slot_count = 2, .flags = kCollectable},
    .ops = &kCallableIteratorOps, .methods = kCallableIteratorMethods};
Type list_iterator_type, tuple_iterator_type, list_reverse_iterator_type, sequence_iterator_type, reversed_type, callable_iterator_type;

}  // namespace ty
