// itertools: batched, groupby, pairwise, tee, zip_longest.
#include "modules/itertools_types.h"
#include "types/list.h"

namespace ty::itertools {
namespace {

extern Type batched_type, groupby_type, grouper_type, pairwise_type, tee_type, tee_data_type, zip_longest_type;

// --- batched ---
struct Batched : Object {
  Slot iterator;  // [lock] null when done
  ssize size;     // [const]
  bool strict;    // [const]
  static Type* type() { return &batched_type; }
};
Result<Owned> batched_create(Thread& t, Type& type, Value iterable, ssize n, bool strict) {
  if (n < 1) return raise_value_error(t, "n must be at least one");
  Owned iterator = TRY(get_iterator(t, iterable));
  Ref<Batched> self = TRY(make_object<Batched>(t, &type));
  self->iterator.init(std::move(iterator));
  self->size = n;
  self->strict = strict;
  return Owned(std::move(self));
}
Lookup<Owned> batched_next(Thread& t, Value v) {
  Batched& self = *v.as<Batched>();
  CriticalSection section(t, &self);
  Owned iterator = self.iterator.get();
  if (!iterator) return Absent{};
  Ref<Tuple> result = TRY(tuple_new(t, self.size));
  ssize n = 0;
  bool failed = false;
  for (; n < self.size; n++) {
    auto item = iterator_next(t, iterator);
    if (!item.found()) {
      failed = item.raised();
      break;
    }
    result->items[n].init(item.take());
  }
  if (n == self.size) return Owned(std::move(result));
  Owned old = self.iterator.clear(&self);
  if (failed) return Raised{};
  if (n == 0) return Absent{};
  if (self.strict) return raise_value_error(t, "batched(): incomplete batch");
  return Owned(TRY(tuple_slice(t, *result, 0, n)));
}

// --- pairwise ---
struct Pairwise : Object {
  Slot iterator;  // [lock] null when done
  Slot old;       // [lock] first item of the next pair, or null
  static Type* type() { return &pairwise_type; }
};
Result<Owned> pairwise_create(Thread& t, Type& type, Value iterable) {
  Owned iterator = TRY(get_iterator(t, iterable));
  Ref<Pairwise> self = TRY(make_object<Pairwise>(t, &type));
  self->iterator.init(std::move(iterator));
  return Owned(std::move(self));
}
Lookup<Owned> pairwise_next(Thread& t, Value v) {
  Pairwise& self = *v.as<Pairwise>();
  CriticalSection section(t, &self);
  Owned iterator = self.iterator.get();
  if (!iterator) return Absent{};
  Owned old = self.old.get();
  auto done = [&](bool raised) -> Lookup<Owned> {
    Owned a = self.iterator.clear(&self);
    Owned b = self.old.clear(&self);
    if (raised) return Raised{};
    return Absent{};
  };
  if (!old) {
    auto first = iterator_next(t, iterator);
    if (!first.found()) return done(first.raised());
    old = first.take();
    self.old.store(&self, dup(old));
    if (self.iterator.is_null()) return done(false);
  }
  auto second = iterator_next(t, iterator);
  if (!second.found()) return done(second.raised());
  Owned item = second.take();
  Ref<Tuple> pair = TRY(tuple_pack(t, old, item));
  self.old.store(&self, std::move(item));
  return Owned(std::move(pair));
}

// --- groupby ---
struct GroupBy : Object {
  Slot iterator;       // [const]
  Slot key_function;   // [const]
  Slot target_key;     // [lock] key of the group handed out last, or null
  Slot current_key;    // [lock] key of current_value, or null
  Slot current_value;  // [lock] null: consumed
  uint64_t group;      // [lock] number of the group whose iterator is valid
  static Type* type() { return &groupby_type; }
};
struct Grouper : Object {
  Slot parent;      // [const]
  Slot target_key;  // [const]
  uint64_t group;   // [const]
  static Type* type() { return &grouper_type; }
};

Result<Owned> groupby_create(Thread& t, Type& type, Value iterable, Value key) {
  Owned iterator = TRY(get_iterator(t, iterable));
  Ref<GroupBy> self = TRY(make_object<GroupBy>(t, &type));
  self->iterator.init(std::move(iterator));
  self->key_function.init(dup(key));
  return Owned(std::move(self));
}

/// Fetches the next value and its key; false at the end.
Result<bool> groupby_step(Thread& t, GroupBy& self) {
  Owned value = TRY(iterator_next(t, self.iterator.load()));
  if (value.value().is_empty()) return false;
  Owned key = is_none(self.key_function.load()) ? dup(value) : TRY(call(t, self.key_function.load(), value));
  self.current_value.store(&self, std::move(value));
  self.current_key.store(&self, std::move(key));
  return true;
}

Lookup<Owned> groupby_next(Thread& t, Value v) {
  GroupBy& self = *v.as<GroupBy>();
  CriticalSection section(t, &self);
  uint64_t group = ++self.group;
  while (true) {
    Owned current = self.current_key.get();
    if (current) {
      Owned target = self.target_key.get();
      if (!target) break;
      if (!TRY(object_equal(t, target, current))) break;
    }
    if (!TRY(groupby_step(t, self))) return Absent{};
  }
  Owned key = self.current_key.get();
  self.target_key.store(&self, dup(key));
  Ref<Grouper> grouper = TRY(make_object<Grouper>(t));
  grouper->parent.init(dup(v));
  grouper->target_key.init(dup(key));
  grouper->group = group;
  return Owned(TRY(tuple_pack(t, key, grouper)));
}

Result<Owned> grouper_create(Thread& t, Type& type, Value parent, Value key) {
  if (!is_instance(parent, &groupby_type)) {
    return raise_type_error(t, "_grouper() argument 1 must be itertools.groupby, not %T", parent);
  }
  Ref<Grouper> self = TRY(make_object<Grouper>(t, &type));
  self->parent.init(dup(parent));
  self->target_key.init(dup(key));
  CriticalSection section(t, parent.object());
  self->group = ++parent.as<GroupBy>()->group;
  return Owned(std::move(self));
}

Lookup<Owned> grouper_next(Thread& t, Value v) {
  Grouper& self = *v.as<Grouper>();
  GroupBy& parent = *self.parent.load_as<GroupBy>();
  CriticalSection section(t, &parent);
  if (parent.group != self.group) return Absent{};
  if (parent.current_value.is_null()) {
    if (!TRY(groupby_step(t, parent))) return Absent{};
  }
  Owned current = parent.current_key.get();
  if (!current) return Absent{};
  if (!TRY(object_equal(t, self.target_key.load(), current))) return Absent{};
  Owned value = parent.current_value.clear(&parent);
  if (!value) return Absent{};
  return value;
}

Result<Owned> groupby_reduce(Thread& t, GroupBy& self) {
  TRY(warn_pickling(t));
  Ref<Tuple> arguments = TRY(tuple_pack(t, self.iterator.load(), self.key_function.load()));
  Owned key = self.current_key.get(), value = self.current_value.get(), target = self.target_key.get();
  if (!key || !value || !target) return Owned(TRY(tuple_pack(t, type_value(self), arguments)));
  Ref<Tuple> state = TRY(tuple_pack(t, key, value, target));
  return Owned(TRY(tuple_pack(t, type_value(self), arguments, state)));
}
Result<void> groupby_setstate(Thread& t, GroupBy& self, Value state) {
  TRY(warn_pickling(t));
  if (!is_instance(state, &tuple_type)) return raise_type_error(t, "state is not a tuple");
  if (state.as<Tuple>()->size != 3) return raise_type_error(t, "function takes exactly 3 arguments (%zd given)", state.as<Tuple>()->size);
  CriticalSection section(t, &self);
  self.current_key.store(&self, dup(state.as<Tuple>()->get(0)));
  self.current_value.store(&self, dup(state.as<Tuple>()->get(1)));
  self.target_key.store(&self, dup(state.as<Tuple>()->get(2)));
  return {};
}
Result<Owned> grouper_reduce(Thread& t, Grouper& self) {
  TRY(warn_pickling(t));
  if (self.parent.load_as<GroupBy>()->group != self.group) {
    Owned iter = TRY(import_attribute(t, "builtins", "iter"));
    Ref<Tuple> arguments = TRY(tuple_pack(t, g_empty_tuple));
    return Owned(TRY(tuple_pack(t, iter, arguments)));
  }
  Ref<Tuple> arguments = TRY(tuple_pack(t, self.parent.load(), self.target_key.load()));
  return Owned(TRY(tuple_pack(t, type_value(self), arguments)));
}

// --- tee ---
constexpr ssize kTeeCells = 57;
struct TeeData : Object {
  Slot iterator;          // [const]
  Slot next;              // [lock] TeeData or null
  ssize count;            // [lock] values filled
  bool running;           // [lock] the iterator is being asked
  Slot values[kTeeCells];  // [lock]
  static Type* type() { return &tee_data_type; }
};
struct Tee : Object {
  Slot data;      // [lock]
  ssize index;    // [lock]
  static Type* type() { return &tee_type; }
};

Result<Ref<TeeData>> tee_data_new(Thread& t, Value iterator) {
  Ref<TeeData> self = TRY(make_object<TeeData>(t));
  self->iterator.init(dup(iterator));
  return self;
}

/// Value `i` of the block, fetched if need be.
Lookup<Owned> tee_data_get(Thread& t, TeeData& data, ssize i) {
  CriticalSection section(t, &data);
  while (true) {
    if (i < data.count) return data.values[i].get();
    if (data.running) return raise_runtime_error(t, "cannot re-enter the tee iterator");
    data.running = true;
    auto item = iterator_next(t, data.iterator.load());
    data.running = false;
    if (item.raised()) return Raised{};
    if (item.absent()) return Absent{};
    if (data.count >= kTeeCells) return Absent{};
    data.values[data.count].store(&data, item.take());
    data.count++;
  }
}
Result<Owned> tee_data_link(Thread& t, TeeData& data) {
  if (data.next.is_null()) {
    Ref<TeeData> next = TRY(tee_data_new(t, data.iterator.load()));
    publish_for(&data, next);
    CriticalSection section(t, &data);
    if (data.next.is_null()) data.next.store(&data, std::move(next));
  }
  return data.next.get();
}

Lookup<Owned> tee_next(Thread& t, Value v) {
  Tee& self = *v.as<Tee>();
  CriticalSection section(t, &self);
  Owned data = self.data.get();
  if (self.index >= kTeeCells) {
    data = TRY(tee_data_link(t, *data.value().as<TeeData>()));
    self.data.store(&self, dup(data));
    self.index = 0;
  }
  Owned item = TRY(tee_data_get(t, *data.value().as<TeeData>(), self.index));
  if (item.value().is_empty()) return Absent{};
  self.index++;
  return item;
}

Result<Owned> tee_copy(Thread& t, Tee& self) {
  Ref<Tee> copy = TRY(make_object<Tee>(t));
  CriticalSection section(t, &self);
  copy->data.init(dup(self.data.load()));
  copy->index = self.index;
  return Owned(std::move(copy));
}

Result<Owned> tee_from_iterable(Thread& t, Value iterable) {
  Owned iterator = TRY(get_iterator(t, iterable));
  if (is_instance(iterator, &tee_type)) return tee_copy(t, *iterator.value().as<Tee>());
  Ref<TeeData> data = TRY(tee_data_new(t, iterator));
  Ref<Tee> self = TRY(make_object<Tee>(t));
  self->data.init(std::move(data));
  return Owned(std::move(self));
}
Result<Owned> tee_create(Thread& t, Type&, Value iterable) { return tee_from_iterable(t, iterable); }

Result<Owned> itertools_tee(Thread& t, Value iterable, ssize n) {
  if (n < 0) return raise_value_error(t, "n must be >= 0");
  Ref<Tuple> result = TRY(tuple_new(t, n));
  if (n == 0) return Owned(std::move(result));
  Owned iterator = TRY(get_iterator(t, iterable));
  Owned tee = TRY(tee_from_iterable(t, iterator));
  result->items[0].init(dup(tee));
  for (ssize i = 1; i < n; i++) result->items[i].init(TRY(tee_copy(t, *tee.value().as<Tee>())));
  return Owned(std::move(result));
}

Result<Owned> tee_reduce(Thread& t, Tee& self) {
  TRY(warn_pickling(t));
  Ref<Tuple> arguments = TRY(tuple_pack(t, g_empty_tuple));
  Ref<Tuple> state = TRY(tuple_pack(t, self.data.load(), Value::small_int_unchecked(self.index)));
  return Owned(TRY(tuple_pack(t, type_value(self), arguments, state)));
}
Result<void> tee_setstate(Thread& t, Tee& self, Value state) {
  TRY(warn_pickling(t));
  if (!is_instance(state, &tuple_type)) return raise_type_error(t, "state is not a tuple");
  Tuple& parts = *state.as<Tuple>();
  if (parts.size != 2 || !is_exact<TeeData>(parts.get(0)) || !parts.get(1).is_small_int()) return raise_type_error(t, "invalid state");
  int64_t index = parts.get(1).small_int();
  if (index < 0 || index > kTeeCells) return raise_value_error(t, "Index out of range");
  CriticalSection section(t, &self);
  self.data.store(&self, dup(parts.get(0)));
  self.index = index;
  return {};
}
Result<Owned> tee_data_reduce(Thread& t, TeeData& self) {
  TRY(warn_pickling(t));
  Ref<List> values = TRY(list_new(t));
  for (ssize i = 0; i < self.count; i++) TRY(list_push(t, *values, self.values[i].load()));
  Owned next = self.next.get();
  Ref<Tuple> arguments = TRY(tuple_pack(t, self.iterator.load(), values, next ? next.value() : none()));
  return Owned(TRY(tuple_pack(t, type_value(self), arguments)));
}
Result<Owned> tee_data_create(Thread& t, Type&, Value iterator, List& values, Value next) {
  Ref<TeeData> self = TRY(tee_data_new(t, iterator));
  ssize n = list_size(values);
  if (n > kTeeCells) return raise_value_error(t, "Invalid arguments");
  for (ssize i = 0; i < n; i++) {
    Owned item = list_get(values, i);
    if (!item) break;
    self->values[i].init(std::move(item));
    self->count = i + 1;
  }
  if (n == kTeeCells) {
    if (!is_none(next)) {
      if (!is_exact<TeeData>(next)) return raise_value_error(t, "Invalid arguments");
      self->next.init(dup(next));
    }
  } else if (!is_none(next)) {
    return raise_value_error(t, "Invalid arguments");
  }
  return Owned(std::move(self));
}

// --- zip_longest ---
struct ZipLongest : Object {
  Slot iterators;  // [const] a private Tuple; exhausted ones become None, under the lock
  Slot fill;       // [const]
  ssize active;    // [lock]
  static Type* type() { return &zip_longest_type; }
};
Result<Owned> zip_longest_create(Thread& t, Type& type, Args iterables, Value fillvalue) {
  Ref<Tuple> iterators = TRY(make_iterators(t, iterables.data, iterables.size));
  Ref<ZipLongest> self = TRY(make_object<ZipLongest>(t, &type));
  self->active = iterators->size;
  self->iterators.init(std::move(iterators));
  self->fill.init(dup(fillvalue));
  return Owned(std::move(self));
}
Lookup<Owned> zip_longest_next(Thread& t, Value v) {
  ZipLongest& self = *v.as<ZipLongest>();
  Tuple& iterators = *self.iterators.load_as<Tuple>();
  if (iterators.size == 0) return Absent{};
  Ref<Tuple> result = TRY(tuple_new(t, iterators.size));
  CriticalSection section(t, &self);
  if (self.active == 0) return Absent{};
  for (ssize i = 0; i < iterators.size; i++) {
    Owned iterator = iterators.items[i].get();
    if (!is_none(iterator)) {
      auto item = iterator_next(t, iterator);
      if (item.raised()) {
        self.active = 0;
        return Raised{};
      }
      if (item.found()) {
        result->items[i].init(item.take());
        continue;
      }
      if (!is_none(iterators.get(i))) {
        iterators.items[i].store(&iterators, owned_none());
        if (--self.active <= 0) {
          self.active = 0;
          return Absent{};
        }
      }
    }
    result->items[i].init(dup(self.fill.load()));
  }
  return Owned(std::move(result));
}

Result<Owned> zip_longest_reduce(Thread& t, ZipLongest& self) {
  TRY(warn_pickling(t));
  Tuple& iterators = *self.iterators.load_as<Tuple>();
  Ref<Tuple> arguments = TRY(tuple_new(t, iterators.size));
  for (ssize i = 0; i < iterators.size; i++) {
    arguments->items[i].init(is_none(iterators.get(i)) ? dup(g_empty_tuple) : dup(iterators.get(i)));
  }
  return Owned(TRY(tuple_pack(t, type_value(self), arguments, self.fill.load())));
}
Result<void> zip_longest_setstate(Thread& t, ZipLongest& self, Value state) {
  TRY(warn_pickling(t));
  self.fill.store(&self, dup(state));
  return {};
}

void tee_data_each(Object* o, SlotVisitor& visitor) {
  TeeData& self = *static_cast<TeeData*>(o);
  for (ssize i = 0; i < kTeeCells; i++) {
    if (!self.values[i].is_null()) visitor(self.values[i].address());
  }
}

TY_ITERTOOLS_LAYOUT(Batched, offsetof(Batched, iterator))
TY_ITERTOOLS_LAYOUT(Pairwise, offsetof(Pairwise, iterator), offsetof(Pairwise, old))
TY_ITERTOOLS_LAYOUT(GroupBy, offsetof(GroupBy, iterator), offsetof(GroupBy, key_function), offsetof(GroupBy, target_key),
                    offsetof(GroupBy, current_key), offsetof(GroupBy, current_value))
TY_ITERTOOLS_LAYOUT(Grouper, offsetof(Grouper, parent), offsetof(Grouper, target_key))
TY_ITERTOOLS_LAYOUT(Tee, offsetof(Tee, data))
TY_ITERTOOLS_LAYOUT(ZipLongest, offsetof(ZipLongest, iterators), offsetof(ZipLongest, fill))
constexpr uint16_t kTeeDataSlots[] = {offsetof(TeeData, iterator), offsetof(TeeData, next)};
constexpr TypeLayout kTeeDataLayout = {.slot_offsets = kTeeDataSlots, .slot_count = 2, .flags = kCollectable, .each = &tee_data_each};

constexpr MethodDef kGroupByMethods[] = {TY_CLASS_GETITEM, TY_REDUCE(groupby_reduce), TY_SETSTATE(groupby_setstate), {}};
constexpr MethodDef kGrouperMethods[] = {TY_REDUCE(grouper_reduce), {}};
constexpr MethodDef kTeeDataMethods[] = {TY_REDUCE(tee_data_reduce), {}};
constexpr MethodDef kZipLongestMethods[] = {TY_REDUCE(zip_longest_reduce), TY_SETSTATE(zip_longest_setstate), {}};
constexpr MethodDef kTeeMethods[] = {method<&tee_copy>("__copy__", "($self, /)", "Returns an independent iterator."), TY_REDUCE(tee_reduce),
                                     TY_SETSTATE(tee_setstate), {}};
constexpr TypeOps kTeeDataOps = {.create = constructor<"_tee_dataobject", "(it, values, next, /)", &tee_data_create>};
constexpr TypeOps kBatchedOps = {.iter = &iterator_returns_self, .next = &batched_next,
                                 .create = constructor<"batched", "(iterable, n, *, strict=False)", &batched_create>};
constexpr TypeOps kPairwiseOps = {.iter = &iterator_returns_self, .next = &pairwise_next,
                                  .create = &positional_constructor<"pairwise", "(iterable, /)", &pairwise_create, &pairwise_type>};
constexpr TypeOps kGroupByOps = {.iter = &iterator_returns_self, .next = &groupby_next,
                                 .create = constructor<"groupby", "(iterable, key=None)", &groupby_create>};
constexpr TypeOps kGrouperOps = {.iter = &iterator_returns_self, .next = &grouper_next,
                                 .create = constructor<"_grouper", "(parent, tgtkey, /)", &grouper_create>};
constexpr TypeOps kTeeOps = {.iter = &iterator_returns_self, .next = &tee_next, .create = constructor<"_tee", "(iterable, /)", &tee_create>};
constexpr TypeOps kZipLongestOps = {.iter = &iterator_returns_self, .next = &zip_longest_next,
                                    .create = constructor<"zip_longest", "(*iterables, fillvalue=None)", &zip_longest_create>};

constexpr TypeDef kBatchedDef = {.name = "itertools.batched", .size = sizeof(Batched), .layout = kBatchedLayout, .ops = &kBatchedOps,
    .doc = "Batch data into tuples of length n. The last batch may be shorter than n.\n\n"
           "Loops over the input iterable and accumulates data into tuples\nup to size n.  The input is consumed lazily, just enough to\n"
           "fill a batch.  The result is yielded as soon as a batch is full\nor when the input iterable is exhausted.\n\n"
           "    >>> for batch in batched('ABCDEFG', 3):\n    ...     print(batch)\n    ...\n    ('A', 'B', 'C')\n    ('D', 'E', 'F')\n    ('G',)\n\n"
           "If \"strict\" is True, raises a ValueError if the final batch is shorter\nthan n.",
    .text_signature = "(iterable, n, *, strict=False)"};
constexpr TypeDef kPairwiseDef = {.name = "itertools.pairwise", .size = sizeof(Pairwise), .layout = kPairwiseLayout, .ops = &kPairwiseOps,
    .doc = "Return an iterator of overlapping pairs taken from the input iterator.\n\n    s -> (s0,s1), (s1,s2), (s2, s3), ...",
    .text_signature = "(iterable, /)"};
constexpr TypeDef kGroupByDef = {.name = "itertools.groupby", .size = sizeof(GroupBy), .layout = kGroupByLayout, .ops = &kGroupByOps,
    .methods = kGroupByMethods,
    .doc = "make an iterator that returns consecutive keys and groups from the iterable\n\n  iterable\n"
           "    Elements to divide into groups according to the key function.\n  key\n"
           "    A function for computing the group category for each element.\n    If the key function is not specified or is None, the element itself\n"
           "    is used for grouping.",
    .text_signature = "(iterable, key=None)"};
constexpr TypeDef kGrouperDef = {.name = "itertools._grouper", .size = sizeof(Grouper), .flags = 0, .layout = kGrouperLayout, .ops = &kGrouperOps,
                                 .methods = kGrouperMethods};
constexpr TypeDef kTeeDef = {.name = "itertools._tee", .size = sizeof(Tee), .flags = kTypeWeakReferable, .layout = kTeeLayout, .ops = &kTeeOps, .methods = kTeeMethods,
    .doc = "Iterator wrapped to make it copyable."};
constexpr TypeDef kTeeDataDef = {.name = "itertools._tee_dataobject", .size = sizeof(TeeData), .flags = 0,
    .layout = kTeeDataLayout, .ops = &kTeeDataOps, .methods = kTeeDataMethods, .doc = "Data container common to multiple tee objects."};
constexpr TypeDef kZipLongestDef = {.name = "itertools.zip_longest", .size = sizeof(ZipLongest), .layout = kZipLongestLayout, .ops = &kZipLongestOps,
    .methods = kZipLongestMethods,
    .doc = "Return a zip_longest object whose .__next__() method returns a tuple where\n"
           "the i-th element comes from the i-th iterable argument.  The .__next__()\n"
           "method continues until the longest iterable in the argument sequence\n"
           "is exhausted and then it raises StopIteration.  When the shorter iterables\n"
           "are exhausted, the fillvalue is substituted in their place.  The fillvalue\n"
           "defaults to None or can be specified by a keyword argument."};
Type batched_type, groupby_type, grouper_type, pairwise_type, tee_type, tee_data_type, zip_longest_type;

}  // namespace

const MethodDef kGroupFunctions[] = {
    function<&itertools_tee>("tee", "($module, iterable, n=2, /)", "Returns a tuple of n independent iterators."), {}};

Result<void> add_group_types(Thread& t, Module& m) {
  TRY(add_static_type(t, m, batched_type, kBatchedDef));
  TRY(add_static_type(t, m, groupby_type, kGroupByDef));
  TRY(add_static_type(t, m, grouper_type, kGrouperDef));
  TRY(add_static_type(t, m, pairwise_type, kPairwiseDef));
  TRY(add_static_type(t, m, tee_type, kTeeDef));
  TRY(add_static_type(t, m, tee_data_type, kTeeDataDef));
  return add_static_type(t, m, zip_longest_type, kZipLongestDef);
}

}  // namespace ty::itertools
