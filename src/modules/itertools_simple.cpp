// itertools: count, cycle, repeat, accumulate, chain, compress, dropwhile, takewhile, filterfalse, islice, starmap.
#include <cstring>

#include "modules/itertools_types.h"
#include "types/int.h"
#include "types/list.h"
#include "object/type_object.h"
#include "types/str.h"

namespace ty::itertools {
namespace {

extern Type count_type, cycle_type, repeat_type, accumulate_type, chain_type, compress_type, dropwhile_type, takewhile_type, filterfalse_type,
    islice_type, starmap_type;

// --- count ---
struct Count : Object {
  int64_t next;  // [lock] while long_next is null; step is 1 then
  Slot long_next;  // [lock]
  Slot step;     // [const]
  static Type* type() { return &count_type; }
};

Result<Owned> count_create(Thread& t, Type& type, Value start, Value step) {
  for (Value v : {start, step}) {
    bool number = v.is_small_int() || v.is_small_float() || ops_of(v).index || ops_of(v).to_float || ops_of(v).to_int ||
                  strcmp(type_of(v)->name, "complex") == 0;
    if (!number) return raise_type_error(t, "a number is required");
  }
  Ref<Count> self = TRY(make_object<Count>(t, &type));
  self->step.init(dup(step));
  if (is_exact_int(start) && start.is_small_int() && step == Value::small_int_unchecked(1)) {
    self->next = start.small_int();
  } else {
    self->long_next.init(dup(start));
  }
  return Owned(std::move(self));
}

Lookup<Owned> count_next(Thread& t, Value v) {
  Count& self = *v.as<Count>();
  CriticalSection section(t, &self);
  if (TY_LIKELY(self.long_next.is_null())) {
    int64_t n = self.next;
    if (TY_LIKELY(n < Value::kMaxInt)) {
      self.next = n + 1;
      return Owned::steal(Value::small_int_unchecked(n));
    }
    Owned big = TRY(int_from_int64(t, n));
    self.long_next.store(&self, std::move(big));
  }
  Owned current = self.long_next.get();
  Owned next = TRY(number_add(t, current, self.step.load()));
  self.long_next.store(&self, std::move(next));
  return current;
}

Result<Owned> current_count(Thread& t, Count& self) { return self.long_next.is_null() ? int_from_int64(t, self.next) : self.long_next.get(); }

Result<Owned> count_repr(Thread& t, Value v) {
  Count& self = *v.as<Count>();
  Owned current = TRY(current_count(t, self));
  if (self.step.load() == Value::small_int_unchecked(1)) return Owned(TRY(str_from_format(t, "%s(%R)", type_short_name(type_of(v)), current.value())));
  return Owned(TRY(str_from_format(t, "%s(%R, %R)", type_short_name(type_of(v)), current.value(), self.step.load())));
}
Result<Owned> count_reduce(Thread& t, Count& self) {
  TRY(warn_pickling(t));
  Owned current = TRY(current_count(t, self));
  Ref<Tuple> arguments = self.step.load() == Value::small_int_unchecked(1) ? TRY(tuple_pack(t, current)) : TRY(tuple_pack(t, current, self.step.load()));
  return Owned(TRY(tuple_pack(t, Value(static_cast<Object&>(self).type_), arguments)));
}

// --- repeat ---
struct Repeat : Object {
  Slot element;   // [const]
  int64_t left;   // [lock] -1: for ever
  static Type* type() { return &repeat_type; }
};

Result<Owned> repeat_create(Thread& t, Type& type, Value element, Value times) {
  int64_t left = -1;
  if (times) {
    left = TRY(number_as_ssize(t, times, &exc_OverflowError));
    if (left < 0) left = 0;
  }
  Ref<Repeat> self = TRY(make_object<Repeat>(t, &type));
  self->element.init(dup(element));
  self->left = left;
  return Owned(std::move(self));
}
Lookup<Owned> repeat_next(Thread& t, Value v) {
  Repeat& self = *v.as<Repeat>();
  CriticalSection section(t, &self);
  if (self.left == 0) return Absent{};
  if (self.left > 0) self.left--;
  return self.element.get();
}
Result<Owned> repeat_repr(Thread& t, Value v) {
  Repeat& self = *v.as<Repeat>();
  if (self.left < 0) return Owned(TRY(str_from_format(t, "%s(%R)", type_short_name(type_of(v)), self.element.load())));
  return Owned(TRY(str_from_format(t, "%s(%R, %zd)", type_short_name(type_of(v)), self.element.load(), static_cast<ssize>(self.left))));
}
Result<ssize> repeat_length_hint(Thread& t, Repeat& self) {
  if (self.left < 0) return raise_type_error(t, "len() of unsized object");
  return static_cast<ssize>(self.left);
}
Result<Owned> repeat_reduce(Thread& t, Repeat& self) {
  TRY(warn_pickling(t));
  Ref<Tuple> arguments = self.left < 0 ? TRY(tuple_pack(t, self.element.load()))
                                       : TRY(tuple_pack(t, self.element.load(), Value::small_int_unchecked(self.left)));
  return Owned(TRY(tuple_pack(t, Value(static_cast<Object&>(self).type_), arguments)));
}

// --- cycle ---
struct Cycle : Object {
  Slot iterator;  // [lock] null once exhausted
  Slot saved;     // [const] List
  ssize index;    // [lock]
  bool first_pass;  // [lock] unpickled: the iterator repeats what `saved` holds
  static Type* type() { return &cycle_type; }
};
Result<Owned> cycle_create(Thread& t, Type& type, Value iterable) {
  Owned iterator = TRY(get_iterator(t, iterable));
  Ref<List> saved = TRY(list_new(t));
  Ref<Cycle> self = TRY(make_object<Cycle>(t, &type));
  self->iterator.init(std::move(iterator));
  self->saved.init(std::move(saved));
  return Owned(std::move(self));
}
Lookup<Owned> cycle_next(Thread& t, Value v) {
  Cycle& self = *v.as<Cycle>();
  List& saved = *self.saved.load_as<List>();
  Owned iterator = self.iterator.get();
  if (iterator) {
    Owned item = TRY(iterator_next(t, iterator));
    if (!item.value().is_empty()) {
      if (!self.first_pass) TRY(list_push(t, saved, item));
      return item;
    }
    Owned old = self.iterator.clear(&self);
  }
  CriticalSection section(t, &self);
  if (list_size(saved) == 0) return Absent{};
  if (self.index >= list_size(saved)) self.index = 0;
  Owned item = list_get(saved, self.index++);
  if (!item) return Absent{};
  return item;
}

Result<Owned> cycle_reduce(Thread& t, Cycle& self) {
  TRY(warn_pickling(t));
  Owned iterator = self.iterator.get();
  bool first_pass = !iterator;
  if (first_pass) {
    iterator = TRY(get_iterator(t, self.saved.load()));
    if (self.index) Owned ignored = TRY(call_method(t, iterator, NAME("__setstate__"), Value::small_int_unchecked(self.index)));
  }
  Ref<Tuple> arguments = TRY(tuple_pack(t, iterator));
  Ref<Tuple> state = TRY(tuple_pack(t, self.saved.load(), bool_value(first_pass || self.first_pass)));
  return Owned(TRY(tuple_pack(t, type_value(self), arguments, state)));
}
Result<void> cycle_setstate(Thread& t, Cycle& self, Value state) {
  TRY(warn_pickling(t));
  if (!is_instance(state, &tuple_type)) return raise_type_error(t, "state is not a tuple");
  Tuple& parts = *state.as<Tuple>();
  if (parts.size != 2 || !is_instance(parts.get(0), &list_type) || !has_index(parts.get(1))) return raise_type_error(t, "invalid state");
  TRY(number_as_ssize(t, parts.get(1), &exc_OverflowError));
  // The rest of the saved items comes from the iterator it was given; they are not saved twice when the first pass is over.
  bool first_pass = TRY(object_is_true(t, parts.get(1)));
  self.saved.store(&self, dup(parts.get(0)));
  self.first_pass = first_pass;
  self.index = 0;
  return {};
}

// --- accumulate ---
struct Accumulate : Object {
  Slot iterator;  // [const]
  Slot function;  // [const] or null: addition
  Slot total;     // [lock] or null
  Slot initial;   // [lock] or null
  static Type* type() { return &accumulate_type; }
};
Result<Owned> accumulate_create(Thread& t, Type& type, Value iterable, Value function, Value initial) {
  Owned iterator = TRY(get_iterator(t, iterable));
  Ref<Accumulate> self = TRY(make_object<Accumulate>(t, &type));
  self->iterator.init(std::move(iterator));
  if (!is_none(function)) self->function.init(dup(function));
  if (!is_none(initial)) self->initial.init(dup(initial));
  return Owned(std::move(self));
}
Lookup<Owned> accumulate_next(Thread& t, Value v) {
  Accumulate& self = *v.as<Accumulate>();
  CriticalSection section(t, &self);
  if (TY_UNLIKELY(!self.initial.is_null())) {
    Owned initial = self.initial.clear(&self);
    if (initial) {
      self.total.store(&self, dup(initial));
      return initial;
    }
  }
  Owned value = TRY(iterator_next(t, self.iterator.load()));
  if (value.value().is_empty()) return Absent{};
  Owned total = self.total.get();
  Owned sum;
  if (!total) {
    sum = std::move(value);
  } else if (self.function.is_null()) {
    sum = TRY(number_add(t, total, value));
  } else {
    sum = TRY(call(t, self.function.load(), total, value));
  }
  self.total.store(&self, dup(sum));
  return sum;
}

Result<Owned> accumulate_reduce(Thread& t, Accumulate& self) {
  TRY(warn_pickling(t));
  Owned function = self.function.is_null() ? owned_none() : self.function.get();
  Owned initial = self.initial.get(), total = self.total.get();
  if (initial || (total && is_none(total))) {
    // chain((first,), iterator) stands for the pending first value.
    Owned chain = TRY(import_attribute(t, "itertools", "chain"));
    Ref<Tuple> first = TRY(tuple_pack(t, initial ? initial.value() : none()));
    Owned joined = TRY(call(t, chain, first, self.iterator.load()));
    if (initial) {
      Ref<Tuple> arguments = TRY(tuple_pack(t, joined, function));
      return Owned(TRY(tuple_pack(t, type_value(self), arguments, none())));
    }
    Ref<Tuple> arguments = TRY(tuple_pack(t, joined, function));
    Owned accumulated = TRY(call(t, Value(&accumulate_type), arguments->get(0), arguments->get(1)));
    Owned islice = TRY(import_attribute(t, "itertools", "islice"));
    Ref<Tuple> slice = TRY(tuple_pack(t, accumulated, Value::small_int_unchecked(1), none()));
    return Owned(TRY(tuple_pack(t, islice, slice)));
  }
  Ref<Tuple> arguments = TRY(tuple_pack(t, self.iterator.load(), function));
  return Owned(TRY(tuple_pack(t, type_value(self), arguments, total ? total.value() : none())));
}
Result<void> accumulate_setstate(Thread& t, Accumulate& self, Value state) {
  TRY(warn_pickling(t));
  if (!is_none(state)) self.total.store(&self, dup(state));
  return {};
}

// --- chain ---
struct Chain : Object {
  Slot source;  // [lock] iterator over the iterables, null when exhausted
  Slot active;  // [lock] current iterator or null
  static Type* type() { return &chain_type; }
};
Result<Owned> chain_make(Thread& t, Type* type, Value iterables) {
  Owned source = TRY(get_iterator(t, iterables));
  Ref<Chain> self = TRY(make_object<Chain>(t, type));
  self->source.init(std::move(source));
  return Owned(std::move(self));
}
Result<Owned> chain_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  kwnames = constructor_keywords(type, &chain_type, kwnames);
  if (kwnames && kwnames->size) return raise_type_error(t, "chain() takes no keyword arguments");
  Ref<Tuple> iterables = TRY(tuple_from(t, args, static_cast<ssize>(nargs)));
  return chain_make(t, type, iterables);
}
Result<Owned> chain_from_iterable(Thread& t, Type& type, Value iterable) { return chain_make(t, &type, iterable); }
Lookup<Owned> chain_next(Thread& t, Value v) {
  Chain& self = *v.as<Chain>();
  CriticalSection section(t, &self);
  while (true) {
    Owned active = self.active.get();
    if (active) {
      Owned item = TRY(iterator_next(t, active));
      if (!item.value().is_empty()) return item;
      if (self.active.load().identity() == active.value().identity()) Owned old = self.active.clear(&self);
      continue;
    }
    Owned source = self.source.get();
    if (!source) return Absent{};
    auto iterable = iterator_next(t, source);
    if (!iterable.found()) {
      Owned old = self.source.clear(&self);
      if (iterable.raised()) return Raised{};
      return Absent{};
    }
    auto iterator = get_iterator(t, iterable.take());
    if (!iterator.ok()) {
      Owned old = self.source.clear(&self);
      return Raised{};
    }
    self.active.store(&self, iterator.take());
  }
}

Result<Owned> chain_reduce(Thread& t, Chain& self) {
  TRY(warn_pickling(t));
  Owned source = self.source.get(), active = self.active.get();
  if (!source) return Owned(TRY(tuple_pack(t, type_value(self), g_empty_tuple)));
  Ref<Tuple> state = active ? TRY(tuple_pack(t, source, active)) : TRY(tuple_pack(t, source));
  return Owned(TRY(tuple_pack(t, type_value(self), g_empty_tuple, state)));
}
Result<void> chain_setstate(Thread& t, Chain& self, Value state) {
  TRY(warn_pickling(t));
  if (!is_instance(state, &tuple_type)) return raise_type_error(t, "state is not a tuple");
  Tuple& parts = *state.as<Tuple>();
  if (parts.size < 1) return raise_type_error(t, "function missing required argument (pos 1)");
  if (parts.size > 2) return raise_type_error(t, "function takes at most 2 arguments (%zd given)", parts.size);
  for (ssize i = 0; i < parts.size; i++) {
    if (!is_iterator(parts.get(i))) return raise_type_error(t, "Arguments must be iterators.");
  }
  self.source.store(&self, dup(parts.get(0)));
  if (parts.size == 2) self.active.store(&self, dup(parts.get(1)));
  return {};
}

// --- compress ---
struct Compress : Object {
  Slot data, selectors;  // [const]
  static Type* type() { return &compress_type; }
};
Result<Owned> compress_create(Thread& t, Type& type, Value data, Value selectors) {
  Owned a = TRY(get_iterator(t, data));
  Owned b = TRY(get_iterator(t, selectors));
  Ref<Compress> self = TRY(make_object<Compress>(t, &type));
  self->data.init(std::move(a));
  self->selectors.init(std::move(b));
  return Owned(std::move(self));
}
Lookup<Owned> compress_next(Thread& t, Value v) {
  Compress& self = *v.as<Compress>();
  CriticalSection section(t, &self);  // data and selector are taken together
  while (true) {
    Owned item = TRY(iterator_next(t, self.data.load()));
    if (item.value().is_empty()) return Absent{};
    Owned selector = TRY(iterator_next(t, self.selectors.load()));
    if (selector.value().is_empty()) return Absent{};
    if (TRY(object_is_true(t, selector))) return item;
  }
}

Result<Owned> compress_reduce(Thread& t, Compress& self) {
  TRY(warn_pickling(t));
  Ref<Tuple> arguments = TRY(tuple_pack(t, self.data.load(), self.selectors.load()));
  return Owned(TRY(tuple_pack(t, type_value(self), arguments)));
}

// --- predicate iterators ---
struct Predicate : Object {
  Slot function;  // [const]
  Slot iterator;  // [const]
  bool flag;      // [lock] dropwhile: started; takewhile: stopped
};
struct DropWhile : Predicate { static Type* type() { return &dropwhile_type; } };
struct TakeWhile : Predicate { static Type* type() { return &takewhile_type; } };
struct FilterFalse : Predicate { static Type* type() { return &filterfalse_type; } };
struct StarMap : Predicate { static Type* type() { return &starmap_type; } };

Result<Owned> predicate_create(Thread& t, Type& type, Value function, Value iterable) {
  Owned iterator = TRY(get_iterator(t, iterable));
  Ref<Predicate> self = TRY(make_object<Predicate>(t, &type));
  self->function.init(dup(function));
  self->iterator.init(std::move(iterator));
  return Owned(std::move(self));
}
Result<bool> predicate_holds(Thread& t, Predicate& self, Value item) {
  Owned answer = TRY(call(t, self.function.load(), item));
  return object_is_true(t, answer);
}
Lookup<Owned> dropwhile_next(Thread& t, Value v) {
  Predicate& self = *v.as<Predicate>();
  CriticalSection section(t, &self);
  while (true) {
    Owned item = TRY(iterator_next(t, self.iterator.load()));
    if (item.value().is_empty()) return Absent{};
    if (self.flag) return item;
    if (!TRY(predicate_holds(t, self, item))) {
      self.flag = true;
      return item;
    }
  }
}
Lookup<Owned> takewhile_next(Thread& t, Value v) {
  Predicate& self = *v.as<Predicate>();
  CriticalSection section(t, &self);
  if (self.flag) return Absent{};
  Owned item = TRY(iterator_next(t, self.iterator.load()));
  if (item.value().is_empty()) return Absent{};
  if (TRY(predicate_holds(t, self, item))) return item;
  self.flag = true;
  return Absent{};
}
Lookup<Owned> filterfalse_next(Thread& t, Value v) {
  Predicate& self = *v.as<Predicate>();
  Value function = self.function.load();
  bool identity = is_none(function) || function.identity() == Value(&bool_type).identity();
  while (true) {
    Owned item = TRY(iterator_next(t, self.iterator.load()));
    if (item.value().is_empty()) return Absent{};
    if (!(identity ? TRY(object_is_true(t, item)) : TRY(predicate_holds(t, self, item)))) return item;
  }
}
Lookup<Owned> starmap_next(Thread& t, Value v) {
  Predicate& self = *v.as<Predicate>();
  Owned item = TRY(iterator_next(t, self.iterator.load()));
  if (item.value().is_empty()) return Absent{};
  Ref<Tuple> arguments = TRY(tuple_from_iterable_rpy(t, item));
  return TRY(call(t, self.function.load(), arguments->values(), static_cast<size_t>(arguments->size)));
}

Result<Owned> predicate_reduce(Thread& t, Value v) {
  TRY(warn_pickling(t));
  Predicate& self = *v.as<Predicate>();
  Ref<Tuple> arguments = TRY(tuple_pack(t, self.function.load(), self.iterator.load()));
  return Owned(TRY(tuple_pack(t, type_value(self), arguments)));
}
Result<Owned> predicate_reduce_flag(Thread& t, Value v) {
  TRY(warn_pickling(t));
  Predicate& self = *v.as<Predicate>();
  Ref<Tuple> arguments = TRY(tuple_pack(t, self.function.load(), self.iterator.load()));
  return Owned(TRY(tuple_pack(t, type_value(self), arguments, Value::small_int_unchecked(self.flag))));
}
Result<void> predicate_setstate(Thread& t, Value v, bool flag) {
  TRY(warn_pickling(t));
  v.as<Predicate>()->flag = flag;
  return {};
}

// --- islice ---
struct Islice : Object {
  Slot iterator;  // [lock] null when done
  int64_t next;   // [lock] index of the next item wanted
  int64_t stop;   // [const] -1: none
  int64_t step;   // [const]
  int64_t count;  // [lock] items taken so far
  static Type* type() { return &islice_type; }
};

Result<Owned> islice_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  kwnames = constructor_keywords(type, &islice_type, kwnames);
  if (kwnames && kwnames->size) return raise_type_error(t, "islice() takes no keyword arguments");
  if (nargs < 2) return raise_type_error(t, "islice expected at least 2 arguments, got %zu", nargs);
  if (nargs > 4) return raise_type_error(t, "islice expected at most 4 arguments, got %zu", nargs);
  auto bound = [&](Value v, int64_t when_none, const char* message) -> Result<int64_t> {
    if (is_none(v)) return when_none;
    int64_t n = -1;
    if (has_index(v)) {
      auto r = number_as_ssize(t, v, &exc_OverflowError);
      if (r.ok()) n = r.take();
      else clear_exception(t);
    }
    if (n < 0) return raise_value_error(t, "%s", message);
    return n;
  };
  constexpr const char* kIndices = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
  int64_t start = 0, stop, step = 1;
  if (nargs == 2) {
    stop = TRY(bound(args[1], -1, "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize."));
  } else {
    stop = TRY(bound(args[2], -1, "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize."));
    start = TRY(bound(args[1], 0, kIndices));
    if (nargs == 4) {
      step = TRY(bound(args[3], 1, "Step for islice() must be a positive integer or None."));
      if (step < 1) return raise_value_error(t, "Step for islice() must be a positive integer or None.");
    }
  }
  Owned iterator = TRY(get_iterator(t, args[0]));
  Ref<Islice> self = TRY(make_object<Islice>(t, type));
  self->iterator.init(std::move(iterator));
  self->next = start;
  self->stop = stop;
  self->step = step;
  return Owned(std::move(self));
}
Lookup<Owned> islice_next(Thread& t, Value v) {
  Islice& self = *v.as<Islice>();
  CriticalSection section(t, &self);
  Owned iterator = self.iterator.get();
  if (!iterator) return Absent{};
  auto done = [&]() -> Lookup<Owned> {
    Owned old = self.iterator.clear(&self);
    return Absent{};
  };
  while (self.count < self.next) {
    Owned skipped = TRY(iterator_next(t, iterator));
    if (skipped.value().is_empty()) return done();
    self.count++;
  }
  if (self.stop != -1 && self.count >= self.stop) return done();
  auto item = iterator_next(t, iterator);
  if (item.raised()) return Raised{};
  if (item.absent()) return done();
  self.count++;
  int64_t next;
  if (__builtin_add_overflow(self.next, self.step, &next)) next = INT64_MAX;
  if (self.stop != -1 && next > self.stop) next = self.stop;
  self.next = next;
  return item;
}

Result<Owned> islice_reduce(Thread& t, Islice& self) {
  TRY(warn_pickling(t));
  Owned iterator = self.iterator.get();
  if (!iterator) {
    Ref<List> empty = TRY(list_new(t));
    Owned nothing = TRY(get_iterator(t, empty));
    Ref<Tuple> arguments = TRY(tuple_pack(t, nothing, Value::small_int_unchecked(0)));
    return Owned(TRY(tuple_pack(t, type_value(self), arguments, Value::small_int_unchecked(0))));
  }
  Owned next = TRY(int_from_int64(t, self.next)), step = TRY(int_from_int64(t, self.step)), count = TRY(int_from_int64(t, self.count));
  Owned stop = self.stop == -1 ? owned_none() : TRY(int_from_int64(t, self.stop));
  Ref<Tuple> arguments = TRY(tuple_pack(t, iterator, next, stop, step));
  return Owned(TRY(tuple_pack(t, type_value(self), arguments, count)));
}
Result<void> islice_setstate(Thread& t, Islice& self, ssize count) {
  TRY(warn_pickling(t));
  self.count = count;
  return {};
}

TY_ITERTOOLS_LAYOUT(Count, offsetof(Count, long_next), offsetof(Count, step))
TY_ITERTOOLS_LAYOUT(Repeat, offsetof(Repeat, element))
TY_ITERTOOLS_LAYOUT(Cycle, offsetof(Cycle, iterator), offsetof(Cycle, saved))
TY_ITERTOOLS_LAYOUT(Accumulate, offsetof(Accumulate, iterator), offsetof(Accumulate, function), offsetof(Accumulate, total), offsetof(Accumulate, initial))
TY_ITERTOOLS_LAYOUT(Chain, offsetof(Chain, source), offsetof(Chain, active))
TY_ITERTOOLS_LAYOUT(Compress, offsetof(Compress, data), offsetof(Compress, selectors))
TY_ITERTOOLS_LAYOUT(Predicate, offsetof(Predicate, function), offsetof(Predicate, iterator))
TY_ITERTOOLS_LAYOUT(Islice, offsetof(Islice, iterator))

constexpr const char* kReduceDoc = "Return state information for pickling.";
constexpr MethodDef kCountMethods[] = {method<&count_reduce>("__reduce__", "($self, /)", kReduceDoc), {}};
constexpr MethodDef kRepeatMethods[] = {
    method<&repeat_length_hint>("__length_hint__", "($self, /)", "Private method returning an estimate of len(list(it))."),
    method<&repeat_reduce>("__reduce__", "($self, /)", kReduceDoc), {}};
constexpr MethodDef kCycleMethods[] = {TY_REDUCE(cycle_reduce), TY_SETSTATE(cycle_setstate), {}};
constexpr MethodDef kAccumulateMethods[] = {TY_REDUCE(accumulate_reduce), TY_SETSTATE(accumulate_setstate), {}};
constexpr MethodDef kCompressMethods[] = {TY_REDUCE(compress_reduce), {}};
constexpr MethodDef kPredicateMethods[] = {TY_REDUCE(predicate_reduce), {}};
constexpr MethodDef kFlagMethods[] = {TY_REDUCE(predicate_reduce_flag), TY_SETSTATE(predicate_setstate), {}};
constexpr MethodDef kIsliceMethods[] = {TY_REDUCE(islice_reduce), TY_SETSTATE(islice_setstate), {}};
constexpr MethodDef kChainMethods[] = {
    TY_REDUCE(chain_reduce),
    TY_SETSTATE(chain_setstate),
    class_method<&chain_from_iterable>("from_iterable", "($type, iterable, /)",
                                       "Alternative chain() constructor taking a single iterable argument that evaluates lazily."),
    TY_CLASS_GETITEM, {}};

constexpr TypeOps kCountOps = {.repr = &count_repr, .iter = &iterator_returns_self, .next = &count_next,
                               .create = constructor<"count", "(start=0, step=1)", &count_create>};
constexpr TypeOps kRepeatOps = {.repr = &repeat_repr, .iter = &iterator_returns_self, .next = &repeat_next,
                                .create = constructor<"repeat", "(object, times=<unrepresentable>)", &repeat_create>};
constexpr TypeOps kCycleOps = {.iter = &iterator_returns_self, .next = &cycle_next, .create = &positional_constructor<"cycle", "(iterable, /)", &cycle_create, &cycle_type>};
constexpr TypeOps kAccumulateOps = {.iter = &iterator_returns_self, .next = &accumulate_next,
                                    .create = constructor<"accumulate", "(iterable, func=None, *, initial=None)", &accumulate_create>};
constexpr TypeOps kChainOps = {.iter = &iterator_returns_self, .next = &chain_next, .create = &chain_create};
constexpr TypeOps kCompressOps = {.iter = &iterator_returns_self, .next = &compress_next,
                                  .create = constructor<"compress", "(data, selectors)", &compress_create>};
constexpr TypeOps kDropWhileOps = {.iter = &iterator_returns_self, .next = &dropwhile_next,
                                   .create = &positional_constructor<"dropwhile", "(predicate, iterable, /)", &predicate_create, &dropwhile_type>};
constexpr TypeOps kTakeWhileOps = {.iter = &iterator_returns_self, .next = &takewhile_next,
                                   .create = &positional_constructor<"takewhile", "(predicate, iterable, /)", &predicate_create, &takewhile_type>};
constexpr TypeOps kFilterFalseOps = {.iter = &iterator_returns_self, .next = &filterfalse_next,
                                     .create = &positional_constructor<"filterfalse", "(function, iterable, /)", &predicate_create, &filterfalse_type>};
constexpr TypeOps kStarMapOps = {.iter = &iterator_returns_self, .next = &starmap_next,
                                 .create = &positional_constructor<"starmap", "(function, iterable, /)", &predicate_create, &starmap_type>};
constexpr TypeOps kIsliceOps = {.iter = &iterator_returns_self, .next = &islice_next, .create = &islice_create};

constexpr TypeDef kCountDef = {.name = "itertools.count", .size = sizeof(Count), .layout = kCountLayout, .ops = &kCountOps, .methods = kCountMethods,
    .doc = "Return a count object whose .__next__() method returns consecutive values.", .text_signature = "(start=0, step=1)"};
constexpr TypeDef kRepeatDef = {.name = "itertools.repeat", .size = sizeof(Repeat), .layout = kRepeatLayout, .ops = &kRepeatOps,
    .methods = kRepeatMethods,
    .doc = "repeat(object [,times]) -> create an iterator which returns the object\n"
           "for the specified number of times.  If not specified, returns the object\nendlessly."};
constexpr TypeDef kCycleDef = {.name = "itertools.cycle", .size = sizeof(Cycle), .layout = kCycleLayout, .ops = &kCycleOps,
    .methods = kCycleMethods,
    .doc = "Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.", .text_signature = "(iterable, /)"};
constexpr TypeDef kAccumulateDef = {.name = "itertools.accumulate", .size = sizeof(Accumulate), .layout = kAccumulateLayout, .ops = &kAccumulateOps,
    .methods = kAccumulateMethods,
    .doc = "Return series of accumulated sums (or other binary function results).", .text_signature = "(iterable, func=None, *, initial=None)"};
constexpr TypeDef kChainDef = {.name = "itertools.chain", .size = sizeof(Chain), .layout = kChainLayout, .ops = &kChainOps, .methods = kChainMethods,
    .doc = "Return a chain object whose .__next__() method returns elements from the\n"
           "first iterable until it is exhausted, then elements from the next\niterable, until all of the iterables are exhausted."};
constexpr TypeDef kCompressDef = {.name = "itertools.compress", .size = sizeof(Compress), .layout = kCompressLayout, .ops = &kCompressOps,
    .methods = kCompressMethods,
    .doc = "Return data elements corresponding to true selector elements.\n\n"
           "Forms a shorter iterator from selected data elements using the selectors to\nchoose the data elements.",
    .text_signature = "(data, selectors)"};
constexpr TypeDef kDropWhileDef = {.name = "itertools.dropwhile", .size = sizeof(Predicate), .layout = kPredicateLayout, .ops = &kDropWhileOps,
    .methods = kFlagMethods,
    .doc = "Drop items from the iterable while predicate(item) is true.\n\nAfterwards, return every element until the iterable is exhausted.",
    .text_signature = "(predicate, iterable, /)"};
constexpr TypeDef kTakeWhileDef = {.name = "itertools.takewhile", .size = sizeof(Predicate), .layout = kPredicateLayout, .ops = &kTakeWhileOps,
    .methods = kFlagMethods,
    .doc = "Return successive entries from an iterable as long as the predicate evaluates to true for each entry.",
    .text_signature = "(predicate, iterable, /)"};
constexpr TypeDef kFilterFalseDef = {.name = "itertools.filterfalse", .size = sizeof(Predicate), .layout = kPredicateLayout, .ops = &kFilterFalseOps,
    .methods = kPredicateMethods,
    .doc = "Return those items of iterable for which function(item) is false.\n\nIf function is None, return the items that are false.",
    .text_signature = "(function, iterable, /)"};
constexpr TypeDef kStarMapDef = {.name = "itertools.starmap", .size = sizeof(Predicate), .layout = kPredicateLayout, .ops = &kStarMapOps,
    .methods = kPredicateMethods,
    .doc = "Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.",
    .text_signature = "(function, iterable, /)"};
constexpr TypeDef kIsliceDef = {.name = "itertools.islice", .size = sizeof(Islice), .layout = kIsliceLayout, .ops = &kIsliceOps,
    .methods = kIsliceMethods,
    .doc = "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object\n\n"
           "Return an iterator whose next() method returns selected values from an\n"
           "iterable.  If start is specified, will skip all preceding elements;\n"
           "otherwise, start defaults to zero.  Step defaults to one.  If\n"
           "specified as another value, step determines how many values are\n"
           "skipped between successive calls.  Works like a slice() on a list\nbut returns an iterator."};
Type count_type, cycle_type, repeat_type, accumulate_type, chain_type, compress_type, dropwhile_type, takewhile_type, filterfalse_type, islice_type,
    starmap_type;

}  // namespace

Result<void> add_simple_types(Thread& t, Module& m) {
  TRY(add_static_type(t, m, count_type, kCountDef));
  TRY(add_static_type(t, m, repeat_type, kRepeatDef));
  TRY(add_static_type(t, m, cycle_type, kCycleDef));
  TRY(add_static_type(t, m, accumulate_type, kAccumulateDef));
  TRY(add_static_type(t, m, chain_type, kChainDef));
  TRY(add_static_type(t, m, compress_type, kCompressDef));
  TRY(add_static_type(t, m, dropwhile_type, kDropWhileDef));
  TRY(add_static_type(t, m, takewhile_type, kTakeWhileDef));
  TRY(add_static_type(t, m, filterfalse_type, kFilterFalseDef));
  TRY(add_static_type(t, m, starmap_type, kStarMapDef));
  return add_static_type(t, m, islice_type, kIsliceDef);
}

}  // namespace ty::itertools
