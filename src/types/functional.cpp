// enumerate, zip, map, filter.
//
// Threads     the fields are constant but enumerate's index and zip's end mark: a step takes one step of each underlying iterator, which are atomic
//             themselves, so threads that share one get distinct items.
#include "object/binding.h"
#include "sync/critical_section.h"
#include "types/container.h"
#include "types/int.h"
#include "types/iterators.h"
#include "types/tuple.h"

namespace ty {
namespace {

Result<Owned> iterator_self(Thread&, Value v) { return borrow_or_dup(v); }

// --- enumerate ---
struct Enumerate : Object {
  int64_t index;     // [lock]
  Slot iterator;     // [const]
  Slot long_index;   // [lock] once index no longer fits, or null
  static Type* type() { return &enumerate_type; }
};

Result<Owned> enumerate_create(Thread& t, Type& type, Value iterable, Value start) {
  Ref<Enumerate> self = TRY(make_object<Enumerate>(t, &type));
  if (start) {
    Owned first = TRY(number_index(t, start));
    if (first.value().is_small_int()) {
      self->index = first.value().small_int();
    } else {
      self->long_index.init(std::move(first));
    }
  }
  self->iterator.init(TRY(get_iterator(t, iterable)));
  return Owned(std::move(self));
}

Lookup<Owned> enumerate_next(Thread& t, Value v) {
  Enumerate& self = *v.as<Enumerate>();
  Owned item = TRY(iterator_next(t, self.iterator.load()));
  if (item.value().is_empty()) return Absent{};
  Ref<Tuple> pair = TRY(tuple_new(t, 2));
  while (true) {
    int64_t i;
    Owned current;
    {
      CriticalSection section(t, &self);
      i = self.index;
      if (TY_LIKELY(self.long_index.is_null() && i <= Value::kMaxInt)) {
        self.index = i + 1;
        pair->items[0].init(Owned::steal(Value::small_int_unchecked(i)));
        break;
      }
      if (!self.long_index.is_null()) current = self.long_index.get();
    }
    if (!current) current = TRY(int_from_int64(t, i));
    Owned next = TRY(int_add(t, current, Value::small_int_unchecked(1)));
    publish_for(&self, next);
    CriticalSection section(t, &self);
    if (!self.long_index.is_null() && self.long_index.load().identity() != current.value().identity()) continue;
    self.long_index.store(&self, std::move(next));
    pair->items[0].init(std::move(current));
    break;
  }
  pair->items[1].init(std::move(item));
  return Owned(std::move(pair));
}

Result<Owned> enumerate_reduce(Thread& t, Enumerate& self) {
  Owned index = self.long_index.is_null() ? TRY(int_from_int64(t, self.index)) : self.long_index.get();
  Ref<Tuple> arguments = TRY(tuple_pack(t, self.iterator.load(), index));
  return Owned(TRY(tuple_pack(t, Value(static_cast<Object&>(self).type_), arguments)));
}

// --- zip ---
struct Zip : Object {
  Slot iterators;   // [const] Tuple
  uint8_t strict;   // [atomic] changed by __setstate__ only
  static Type* type() { return &zip_type; }
};

Result<Owned> make_iterators(Thread& t, const Value* args, size_t n) {
  Ref<Tuple> iterators = TRY(tuple_new(t, static_cast<ssize>(n)));
  for (size_t i = 0; i < n; i++) {
    iterators->items[i].init(TRY(get_iterator(t, args[i])));
  }
  return Owned(std::move(iterators));
}

/// The `strict` keyword of zip and map; other keywords raise.
Result<bool> strict_keyword(Thread& t, const char* function, const Value* args, size_t nargs, Tuple* kwnames) {
  if (!kwnames || kwnames->size == 0) return false;
  if (kwnames->size > 1) return raise_type_error(t, "%s() takes at most 1 keyword argument (%zd given)", function, kwnames->size);
  if (kwnames->get(0).identity() != NAME("strict").identity() && !TRY(object_equal(t, kwnames->get(0), NAME("strict")))) {
    return raise_type_error(t, "%s() got an unexpected keyword argument '%U'", function, kwnames->get(0));
  }
  return object_is_true(t, args[nargs]);
}

Result<Owned> zip_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  bool strict = TRY(strict_keyword(t, "zip", args, nargs, constructor_keywords(type, &zip_type, kwnames)));
  Owned iterators = TRY(make_iterators(t, args, nargs));
  Ref<Zip> self = TRY(make_object<Zip>(t, type));
  self->iterators.init(std::move(iterators));
  self->strict = strict;
  return Owned(std::move(self));
}

/// ValueError of strict zip(): iterator `i` ended (shorter) or went on (longer).
[[gnu::cold]] Raised raise_strict(Thread& t, const char* function, ssize i, const char* how) {
  const char* plural = i == 1 ? " " : "s 1-";
  return raise_value_error(t, "%s() argument %zd is %s than argument%s%zd", function, i + 1, how, plural, i);
}

Lookup<Owned> zip_next(Thread& t, Value v) {
  Zip& self = *v.as<Zip>();
  Tuple& iterators = *self.iterators.load_as<Tuple>();
  ssize n = iterators.size;
  if (n == 0) return Absent{};
  Ref<Tuple> result = TRY(tuple_new(t, n));
  for (ssize i = 0; i < n; i++) {
    Owned item = TRY(iterator_next(t, iterators.get(i)));
    if (!item.value().is_empty()) {
      result->items[i].init(std::move(item));
      continue;
    }
    if (!self.strict) return Absent{};
    if (i) return raise_strict(t, "zip", i, "shorter");
    for (ssize k = 1; k < n; k++) {
      item = TRY(iterator_next(t, iterators.get(k)));
      if (!item.value().is_empty()) return raise_strict(t, "zip", k, "longer");
    }
    return Absent{};
  }
  return Owned(std::move(result));
}

Result<Owned> zip_reduce(Thread& t, Zip& self) {
  Value type(static_cast<Object&>(self).type_);
  if (self.strict) return Owned(TRY(tuple_pack(t, type, self.iterators.load(), true_value())));
  return Owned(TRY(tuple_pack(t, type, self.iterators.load())));
}
Result<void> zip_setstate(Thread&, Zip& self, bool strict) {
  __atomic_store_n(&self.strict, strict, __ATOMIC_RELAXED);
  return {};
}

// --- map ---
struct Map : Object {
  Slot iterators;  // [const] Tuple
  Slot function;   // [const]
  static Type* type() { return &map_type; }
};

Result<Owned> map_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  kwnames = constructor_keywords(type, &map_type, kwnames);
  if (kwnames && kwnames->size) return raise_type_error(t, "map() takes no keyword arguments");
  if (nargs < 2) return raise_type_error(t, "map() must have at least two arguments.");
  Owned iterators = TRY(make_iterators(t, args + 1, nargs - 1));
  Ref<Map> self = TRY(make_object<Map>(t, type));
  self->iterators.init(std::move(iterators));
  self->function.init(dup(args[0]));
  return Owned(std::move(self));
}

Lookup<Owned> map_next(Thread& t, Value v) {
  Map& self = *v.as<Map>();
  Tuple& iterators = *self.iterators.load_as<Tuple>();
  ssize n = iterators.size;
  if (TY_LIKELY(n == 1)) {
    Owned item = TRY(iterator_next(t, iterators.get(0)));
    if (item.value().is_empty()) return Absent{};
    return TRY(call(t, self.function.load(), item));
  }
  // Arguments are held by a list-like array on the stack, or a tuple when there are many.
  Owned small[6];
  Value words[6];
  if (n <= 6) {
    for (ssize i = 0; i < n; i++) {
      small[i] = TRY(iterator_next(t, iterators.get(i)));
      if (small[i].value().is_empty()) return Absent{};
      words[i] = small[i];
    }
    return TRY(call(t, self.function.load(), words, static_cast<size_t>(n)));
  }
  Ref<Tuple> arguments = TRY(tuple_new(t, n));
  for (ssize i = 0; i < n; i++) {
    Owned item = TRY(iterator_next(t, iterators.get(i)));
    if (item.value().is_empty()) return Absent{};
    arguments->items[i].init(std::move(item));
  }
  return TRY(call(t, self.function.load(), arguments->values(), static_cast<size_t>(n)));
}

Result<Owned> map_reduce(Thread& t, Map& self) {
  Tuple& iterators = *self.iterators.load_as<Tuple>();
  Ref<Tuple> arguments = TRY(tuple_new(t, iterators.size + 1));
  arguments->items[0].init(dup(self.function.load()));
  for (ssize i = 0; i < iterators.size; i++) arguments->items[i + 1].init(dup(iterators.get(i)));
  return Owned(TRY(tuple_pack(t, Value(static_cast<Object&>(self).type_), arguments)));
}

// --- filter ---
struct Filter : Object {
  Slot function;  // [const]
  Slot iterator;  // [const]
  static Type* type() { return &filter_type; }
};

Result<Owned> filter_create_in(Thread& t, Type& type, Value function, Value iterable) {
  Owned iterator = TRY(get_iterator(t, iterable));
  Ref<Filter> self = TRY(make_object<Filter>(t, &type));
  self->function.init(dup(function));
  self->iterator.init(std::move(iterator));
  return Owned(std::move(self));
}

Lookup<Owned> filter_next(Thread& t, Value v) {
  Filter& self = *v.as<Filter>();
  Value function = self.function.load();
  bool identity = is_none(function) || function.identity() == Value(&bool_type).identity();
  while (true) {
    Owned item = TRY(iterator_next(t, self.iterator.load()));
    if (item.value().is_empty()) return Absent{};
    bool good;
    if (identity) {
      good = TRY(object_is_true(t, item));
    } else {
      Owned answer = TRY(call(t, self.function.load(), item));
      good = TRY(object_is_true(t, answer));
    }
    if (good) return item;
  }
}
Result<Owned> filter_reduce(Thread& t, Filter& self) {
  Ref<Tuple> arguments = TRY(tuple_pack(t, self.function.load(), self.iterator.load()));
  return Owned(TRY(tuple_pack(t, Value(static_cast<Object&>(self).type_), arguments)));
}

constexpr const char* kReduceDoc = "Return state information for pickling.";
constexpr MethodDef kEnumerateMethods[] = {method<&enumerate_reduce>("__reduce__", "($self, /)", kReduceDoc), TY_CLASS_GETITEM, {}};
constexpr MethodDef kZipMethods[] = {method<&zip_reduce>("__reduce__", "($self, /)", kReduceDoc),
                                     method<&zip_setstate>("__setstate__", "($self, object, /)", "Set state information for unpickling."), {}};
constexpr MethodDef kMapMethods[] = {method<&map_reduce>("__reduce__", "($self, /)", kReduceDoc), {}};
constexpr MethodDef kFilterMethods[] = {method<&filter_reduce>("__reduce__", "($self, /)", kReduceDoc), {}};
constexpr uint16_t kEnumerateSlots[] = {offsetof(Enumerate, iterator), offsetof(Enumerate, long_index)};
constexpr uint16_t kZipSlots[] = {offsetof(Zip, iterators)};
constexpr uint16_t kMapSlots[] = {offsetof(Map, iterators), offsetof(Map, function)};
constexpr uint16_t kFilterSlots[] = {offsetof(Filter, function), offsetof(Filter, iterator)};
constexpr TypeOps kEnumerateOps = {.iter = &iterator_self, .next = &enumerate_next,
                                   .create = constructor<"enumerate", "(iterable, start=0)", &enumerate_create>};
constexpr TypeOps kZipOps = {.iter = &iterator_self, .next = &zip_next, .create = &zip_create};
constexpr TypeOps kMapOps = {.iter = &iterator_self, .next = &map_next, .create = &map_create};
constexpr TypeOps kFilterOps = {.iter = &iterator_self, .next = &filter_next, .create = &positional_constructor<"filter", "(function, iterable, /)", &filter_create_in, &filter_type>};

}  // namespace

extern constexpr TypeDef kEnumerateDef = {
    .name = "enumerate", .size = sizeof(Enumerate), .layout = {.slot_offsets = kEnumerateSlots, .slot_count = 2, .flags = kCollectable},
    .ops = &kEnumerateOps, .methods = kEnumerateMethods,
    .doc = "Return an enumerate object.\n\n  iterable\n    an object supporting iteration\n\n"
           "The enumerate object yields pairs containing a count (from start, which\n"
           "defaults to zero) and a value yielded by the iterable argument.\n\n"
           "enumerate is useful for obtaining an indexed list:\n    (0, seq[0]), (1, seq[1]), (2, seq[2]), ...",
    .text_signature = "(iterable, start=0)"};
extern constexpr TypeDef kZipDef = {
    .name = "zip", .size = sizeof(Zip), .layout = {.slot_offsets = kZipSlots, .slot_count = 1, .flags = kCollectable},
    .ops = &kZipOps, .methods = kZipMethods,
    .doc = "The zip object yields n-length tuples, where n is the number of iterables\n"
           "passed as positional arguments to zip().  The i-th element in every tuple\n"
           "comes from the i-th iterable argument to zip().  This continues until the\n"
           "shortest argument is exhausted.\n\n"
           "If strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.\n\n"
           "   >>> list(zip('abcdefg', range(3), range(4)))\n   [('a', 0, 0), ('b', 1, 1), ('c', 2, 2)]"};
extern constexpr TypeDef kMapDef = {
    .name = "map", .size = sizeof(Map), .layout = {.slot_offsets = kMapSlots, .slot_count = 2, .flags = kCollectable},
    .ops = &kMapOps, .methods = kMapMethods,
    .doc = "Make an iterator that computes the function using arguments from\n"
           "each of the iterables.  Stops when the shortest iterable is exhausted.",
    .text_signature = "(function, iterable, /, *iterables)"};
extern constexpr TypeDef kFilterDef = {
    .name = "filter", .size = sizeof(Filter), .layout = {.slot_offsets = kFilterSlots, .slot_count = 2, .flags = kCollectable},
    .ops = &kFilterOps, .methods = kFilterMethods,
    .doc = "Return an iterator yielding those items of iterable for which function(item)\n"
           "is true. If function is None, return the items that are true.",
    .text_signature = "(function, iterable, /)"};
Type enumerate_type, zip_type, map_type, filter_type;

}  // namespace ty
