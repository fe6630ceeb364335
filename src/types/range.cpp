// range and its iterators.
//
// Values are ints of any size. `range_iterator` serves ranges whose values all are immediate ints, `longrange_iterator` the others.
#include "object/binding.h"
#include "sync/critical_section.h"
#include "types/int.h"
#include "types/iterators.h"
#include "types/slice.h"
#include "types/str.h"

namespace ty {
namespace {

constexpr Value kZero = Value::small_int_unchecked(0);
constexpr Value kOne = Value::small_int_unchecked(1);

/// ceil((stop - start) / step) clipped at 0.
Result<Owned> compute_length(Thread& t, Value start, Value stop, Value step) {
  if (start.is_small_int() && stop.is_small_int() && step.is_small_int()) {
    int64_t a = start.small_int(), b = stop.small_int(), s = step.small_int();
    if (s > 0) return int_from_int64(t, a < b ? (b - a - 1) / s + 1 : 0);
    return int_from_int64(t, b < a ? (a - b - 1) / -s + 1 : 0);
  }
  bool up = int_sign(step) > 0;
  Value low = up ? start : stop, high = up ? stop : start;
  if (int_compare(low, high) >= 0) return small_int(0);
  Owned positive = up ? dup(step) : TRY(int_subtract(t, kZero, step));
  Owned distance = TRY(int_subtract(t, high, low));
  distance = TRY(int_subtract(t, distance, kOne));
  Owned quotient = TRY(int_floor_divide(t, distance, positive));
  return int_add(t, quotient, kOne);
}

Result<Owned> make_range(Thread& t, Value start, Value stop, Value step, Value length) {
  Ref<Range> self = TRY(make_object<Range>(t));
  self->start.init(dup(start));
  self->stop.init(dup(stop));
  self->step.init(dup(step));
  self->length.init(dup(length));
  return Owned(std::move(self));
}

Result<Owned> range_create(Thread& t, Type&, const Value* args, size_t nargs) {
  if (nargs == 0) return raise_type_error(t, "range expected at least 1 argument, got 0");
  if (nargs > 3) return raise_type_error(t, "range expected at most 3 arguments, got %zu", nargs);
  auto index = [&](Value v) -> Result<Owned> { return v.is_small_int() ? dup(v) : number_index(t, v); };
  if (nargs == 1) {
    Owned stop = TRY(index(args[0]));
    return range_from_values(t, kZero, stop, kOne);
  }
  Owned start = TRY(index(args[0]));
  Owned stop = TRY(index(args[1]));
  if (nargs == 2) return range_from_values(t, start, stop, kOne);
  Owned step = TRY(index(args[2]));
  return range_from_values(t, start, stop, step);
}

Result<Owned> range_new_call(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  if (kwnames && kwnames->size) return raise_type_error(t, "range() takes no keyword arguments");
  return range_create(t, *type, args, nargs);
}

Result<Owned> range_dunder_repr(Thread& t, Value v) {
  Range& self = *v.as<Range>();
  if (self.step.load() == kOne) return Owned(TRY(str_from_format(t, "range(%R, %R)", self.start.load(), self.stop.load())));
  return Owned(TRY(str_from_format(t, "range(%R, %R, %R)", self.start.load(), self.stop.load(), self.step.load())));
}

Result<ssize> range_dunder_len(Thread& t, Value v) {
  Value length = v.as<Range>()->length.load();
  bool fits;
  int64_t n = int_as_int64(length, &fits);
  if (!fits) return raise_overflow_error(t, "Python int too large to convert to C ssize_t");
  return static_cast<ssize>(n);
}
Result<bool> range_dunder_bool(Thread&, Value v) { return int_sign(v.as<Range>()->length.load()) != 0; }

/// start + i * step
Result<Owned> value_at(Thread& t, Range& self, Value i) {
  Value start = self.start.load(), step = self.step.load();
  if (start.is_small_int() && step.is_small_int() && i.is_small_int()) {
    int64_t product, sum;
    if (!__builtin_mul_overflow(i.small_int(), step.small_int(), &product) && !__builtin_add_overflow(product, start.small_int(), &sum)) {
      return int_from_int64(t, sum);
    }
  }
  Owned product = TRY(int_multiply(t, i, step));
  return int_add(t, product, start);
}

/// A slice bound against the length, as PySlice_GetIndices does, on ints of any size.
Result<Owned> range_slice(Thread& t, Range& self, Slice& slice) {
  Owned indices = TRY(call_method(t, Value(&slice), NAME("indices"), self.length.load()));
  Tuple& bounds = *indices.value().as<Tuple>();
  Owned start = TRY(value_at(t, self, bounds.get(0)));
  Owned stop = TRY(value_at(t, self, bounds.get(1)));
  Owned step = TRY(int_multiply(t, self.step.load(), bounds.get(2)));
  return range_from_values(t, start, stop, step);
}

Result<Owned> range_dunder_getitem(Thread& t, Value v, Value key) {
  Range& self = *v.as<Range>();
  if (has_index(key)) {
    Owned i = key.is_small_int() ? dup(key) : TRY(number_index(t, key));
    Value length = self.length.load();
    if (int_sign(i) < 0) i = TRY(int_add(t, i, length));
    if (int_sign(i) < 0 || int_compare(i, length) >= 0) return raise_index_error(t, "range object index out of range");
    return value_at(t, self, i);
  }
  if (is_slice(key)) return range_slice(t, self, *key.as<Slice>());
  return raise_type_error(t, "range indices must be integers or slices, not %.200T", key);
}

Result<bool> contains_int(Thread& t, Range& self, Value i) {
  Value start = self.start.load(), stop = self.stop.load(), step = self.step.load();
  bool up = int_sign(step) > 0;
  if (up ? (int_compare(start, i) > 0 || int_compare(i, stop) >= 0) : (int_compare(i, start) > 0 || int_compare(stop, i) >= 0)) return false;
  Owned distance = TRY(int_subtract(t, i, start));
  Owned remainder = TRY(int_remainder(t, distance, step));
  return int_sign(remainder) == 0;
}

Result<bool> range_dunder_contains(Thread& t, Value v, Value item) {
  if (is_exact_int(item) || is_true(item) || is_false(item)) {
    Owned plain = TRY(int_exact(t, item));
    return contains_int(t, *v.as<Range>(), plain);
  }
  Owned iterator = TRY(get_iterator(t, v));
  while (true) {
    Owned value = TRY(iterator_next(t, iterator));
    if (value.value().is_empty()) return false;
    if (TRY(object_equal(t, value, item))) return true;
  }
}

bool range_equal(Range& a, Range& b) {
  if (&a == &b) return true;
  if (int_compare(a.length.load(), b.length.load()) != 0) return false;
  if (int_sign(a.length.load()) == 0) return true;
  if (int_compare(a.start.load(), b.start.load()) != 0) return false;
  if (int_compare(a.length.load(), kOne) == 0) return true;
  return int_compare(a.step.load(), b.step.load()) == 0;
}

Result<Owned> range_dunder_compare(Thread&, Value a, Value b, CompareOp op) {
  if ((op != CompareOp::kEq && op != CompareOp::kNe) || !is_exact<Range>(a) || !is_exact<Range>(b)) return Owned::steal(not_implemented());
  return owned_bool(range_equal(*a.as<Range>(), *b.as<Range>()) == (op == CompareOp::kEq));
}

Result<ssize> range_dunder_hash(Thread& t, Value v) {
  Range& self = *v.as<Range>();
  Value length = self.length.load();
  Value start = none(), step = none();
  if (int_sign(length) != 0) {
    start = self.start.load();
    if (int_compare(length, kOne) != 0) step = self.step.load();
  }
  Ref<Tuple> key = TRY(tuple_pack(t, length, start, step));
  return object_hash(t, key);
}

// --- iterators ---
struct LongRangeIterator : Object {
  Slot start, step, remaining;  // [lock]
  static Type* type() { return &long_range_iterator_type; }
};

Result<Owned> long_iterator(Thread& t, Value start, Value step, Value remaining) {
  Ref<LongRangeIterator> self = TRY(make_object<LongRangeIterator>(t));
  self->start.init(dup(start));
  self->step.init(dup(step));
  self->remaining.init(dup(remaining));
  return Owned(std::move(self));
}

Result<Owned> iterate(Thread& t, Value start, Value step, Value length) {
  if (start.is_small_int() && step.is_small_int() && length.is_small_int()) {
    int64_t n = length.small_int(), span, end;
    if (!__builtin_mul_overflow(n, step.small_int(), &span) && !__builtin_add_overflow(start.small_int(), span, &end) && Value::fits_small_int(end)) {
      return range_iterator_new(t, start.small_int(), step.small_int(), n);
    }
  }
  return long_iterator(t, start, step, length);
}

Result<Owned> range_dunder_iter(Thread& t, Value v) {
  Range& self = *v.as<Range>();
  return iterate(t, self.start.load(), self.step.load(), self.length.load());
}

Result<Owned> range_dunder_reversed(Thread& t, Range& self) {
  Value length = self.length.load();
  if (int_sign(length) == 0) return range_iterator_new(t, 0, 1, 0);
  Owned last = TRY(int_subtract(t, length, kOne));
  last = TRY(value_at(t, self, last));
  Owned step = TRY(int_subtract(t, kZero, self.step.load()));
  return iterate(t, last, step, length);
}

Lookup<Owned> range_iterator_next(Thread& t, Value v) {
  RangeIterator& self = *v.as<RangeIterator>();
  CriticalSection section(t, &self);
  if (self.remaining <= 0) return Absent{};
  int64_t value = self.start;
  self.start = static_cast<int64_t>(static_cast<uint64_t>(value) + static_cast<uint64_t>(self.step));
  self.remaining--;
  return Owned::steal(Value::small_int_unchecked(value));
}

Lookup<Owned> long_range_iterator_next(Thread& t, Value v) {
  LongRangeIterator& self = *v.as<LongRangeIterator>();
  while (true) {
    Owned start = self.start.get(), step = self.step.get(), remaining = self.remaining.get();
    if (int_sign(remaining) <= 0) return Absent{};
    Owned next = TRY(int_add(t, start, step));
    Owned left = TRY(int_subtract(t, remaining, kOne));
    if (self.is_shared()) {
      publish(next.value());
      publish(left.value());
    }
    CriticalSection section(t, &self);
    // The same words: nobody stepped meanwhile.
    if (self.remaining.load().bits != remaining.value().identity()) continue;
    self.start.store_published(&self, std::move(next));
    self.remaining.store_published(&self, std::move(left));
    return start;
  }
}

Result<Owned> iterator_self(Thread&, Value v) { return borrow_or_dup(v); }

Result<ssize> range_iterator_length_hint(Thread&, RangeIterator& self) { return static_cast<ssize>(self.remaining); }
Result<Owned> range_iterator_reduce(Thread& t, RangeIterator& self) {
  Owned iter = TRY(import_attribute(t, "builtins", "iter"));
  int64_t start, remaining;
  {
    CriticalSection section(t, &self);
    start = self.start;
    remaining = self.remaining;
  }
  Owned range = TRY(range_from_values(t, Value::small_int_unchecked(start), Value::small_int_unchecked(start + self.step * remaining),
                                      Value::small_int_unchecked(self.step)));
  Ref<Tuple> arguments = TRY(tuple_pack(t, range));
  return Owned(TRY(tuple_pack(t, iter, arguments, none())));
}
Result<void> range_iterator_setstate(Thread& t, RangeIterator& self, int64_t state) {
  CriticalSection section(t, &self);
  if (state < 0) state = 0;
  if (state > self.remaining) state = self.remaining;
  self.start += state * self.step;
  self.remaining -= state;
  return {};
}
Result<Owned> long_range_iterator_length_hint(Thread&, LongRangeIterator& self) { return self.remaining.get(); }
Result<Owned> long_range_iterator_reduce(Thread& t, LongRangeIterator& self) {
  Owned iter = TRY(import_attribute(t, "builtins", "iter"));
  Owned start = self.start.get(), step = self.step.get();
  Owned stop = TRY(int_multiply(t, step, self.remaining.load()));
  stop = TRY(int_add(t, stop, start));
  Owned range = TRY(range_from_values(t, start, stop, step));
  Ref<Tuple> arguments = TRY(tuple_pack(t, range));
  return Owned(TRY(tuple_pack(t, iter, arguments, none())));
}
Result<void> long_range_iterator_setstate(Thread& t, LongRangeIterator& self, Value state) {
  Owned n = TRY(number_index(t, state));
  if (int_sign(n) < 0) n = small_int(0);
  if (int_compare(n, self.remaining.load()) > 0) n = self.remaining.get();
  Owned start = TRY(int_multiply(t, n, self.step.load()));
  start = TRY(int_add(t, start, self.start.load()));
  Owned remaining = TRY(int_subtract(t, self.remaining.load(), n));
  if (self.is_shared()) {
    publish(start.value());
    publish(remaining.value());
  }
  CriticalSection section(t, &self);
  self.start.store(&self, std::move(start));
  self.remaining.store(&self, std::move(remaining));
  return {};
}

Result<Owned> range_dunder_reduce(Thread& t, Range& self) {
  Ref<Tuple> arguments = TRY(tuple_pack(t, self.start.load(), self.stop.load(), self.step.load()));
  return Owned(TRY(tuple_pack(t, Value(&range_type), arguments)));
}

Result<ssize> range_count(Thread& t, Range& self, Value value) {
  if (is_exact_int(value) || is_true(value) || is_false(value)) return static_cast<ssize>(TRY(range_dunder_contains(t, &self, value)));
  ssize count = 0;
  Owned iterator = TRY(get_iterator(t, Value(&self)));
  while (true) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return count;
    count += TRY(object_equal(t, item, value));
  }
}

Result<Owned> range_index(Thread& t, Range& self, Value value) {
  if (is_exact_int(value) || is_true(value) || is_false(value)) {
    Owned plain = TRY(int_exact(t, value));
    if (TRY(contains_int(t, self, plain))) {
      Owned distance = TRY(int_subtract(t, plain, self.start.load()));
      return int_floor_divide(t, distance, self.step.load());
    }
    return raise_value_error(t, "%R is not in range", value);
  }
  Owned iterator = TRY(get_iterator(t, Value(&self)));
  for (ssize i = 0;; i++) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return raise_value_error(t, "sequence.index(x): x not in sequence");
    if (TRY(object_equal(t, item, value))) return small_int(i);
  }
}

constexpr MethodDef kRangeMethods[] = {
    method<&range_dunder_reversed>("__reversed__", "($self, /)", "Return a reverse iterator."),
    method<&range_dunder_reduce>("__reduce__", "($self, /)", nullptr),
    method<&range_count>("count", "($self, object, /)", "rangeobject.count(value) -> integer -- return number of occurrences of value"),
    method<&range_index>("index", "($self, object, /)",
                         "rangeobject.index(value) -> integer -- return index of value.\nRaise ValueError if the value is not present."),
    {}};
constexpr MethodDef kRangeIteratorMethods[] = {
    method<&range_iterator_length_hint>("__length_hint__", "($self, /)", "Private method returning an estimate of len(list(it))."),
    method<&range_iterator_reduce>("__reduce__", "($self, /)", "Return state information for pickling."),
    method<&range_iterator_setstate>("__setstate__", "($self, object, /)", "Set state information for unpickling."),
    {}};
constexpr MethodDef kLongRangeIteratorMethods[] = {
    method<&long_range_iterator_length_hint>("__length_hint__", "($self, /)", "Private method returning an estimate of len(list(it))."),
    method<&long_range_iterator_reduce>("__reduce__", "($self, /)", "Return state information for pickling."),
    method<&long_range_iterator_setstate>("__setstate__", "($self, object, /)", "Set state information for unpickling."),
    {}};
constexpr MemberDef kRangeMembers[] = {{.name = "start", .offset = offsetof(Range, start)},
                                       {.name = "stop", .offset = offsetof(Range, stop)},
                                       {.name = "step", .offset = offsetof(Range, step)},
                                       {}};
constexpr uint16_t kRangeSlots[] = {offsetof(Range, start), offsetof(Range, stop), offsetof(Range, step), offsetof(Range, length)};
constexpr uint16_t kLongRangeIteratorSlots[] = {offsetof(LongRangeIterator, start), offsetof(LongRangeIterator, step),
                                                offsetof(LongRangeIterator, remaining)};
constexpr TypeOps kRangeOps = {.repr = &range_dunder_repr, .hash = &range_dunder_hash, .compare = &range_dunder_compare, .iter = &range_dunder_iter,
                               .create = &range_new_call, .truth = &range_dunder_bool, .length = &range_dunder_len,
                               .subscript = &range_dunder_getitem, .contains = &range_dunder_contains};
constexpr TypeOps kRangeIteratorOps = {.iter = &iterator_self, .next = &range_iterator_next};
constexpr TypeOps kLongRangeIteratorOps = {.iter = &iterator_self, .next = &long_range_iterator_next};

}  // namespace

Result<Owned> range_from_values(Thread& t, Value start, Value stop, Value step) {
  if (int_sign(step) == 0) return raise_value_error(t, "range() arg 3 must not be zero");
  Owned length = TRY(compute_length(t, start, stop, step));
  return make_range(t, start, stop, step, length);
}

Result<Owned> range_iterator_new(Thread& t, int64_t start, int64_t step, int64_t remaining) {
  Ref<RangeIterator> self = TRY(make_object<RangeIterator>(t));
  self->start = start;
  self->step = step;
  self->remaining = remaining;
  return Owned(std::move(self));
}

extern constexpr TypeDef kRangeDef = {
    .name = "range", .size = sizeof(Range), .flags = kTypeSequence, .layout = {.slot_offsets = kRangeSlots, .slot_count = 4},
    .ops = &kRangeOps, .methods = kRangeMethods, .members = kRangeMembers,
    .doc = "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\n"
           "Return an object that produces a sequence of integers from start (inclusive)\n"
           "to stop (exclusive) by step.  range(i, j) produces i, i+1, i+2, ..., j-1.\n"
           "start defaults to 0, and stop is omitted!  range(4) produces 0, 1, 2, 3.\n"
           "These are exactly the valid indices for a list of 4 elements.\n"
           "When step is given, it specifies the increment (or decrement)."};
extern constexpr TypeDef kRangeIteratorDef = {.name = "range_iterator", .size = sizeof(RangeIterator), .flags = 0,
                                              .ops = &kRangeIteratorOps, .methods = kRangeIteratorMethods};
extern constexpr TypeDef kLongRangeIteratorDef = {
    .name = "longrange_iterator", .size = sizeof(LongRangeIterator), .flags = 0,
    .layout = {.slot_offsets = kLongRangeIteratorSlots, .slot_count = 3}, .ops = &kLongRangeIteratorOps, .methods = kLongRangeIteratorMethods};
Type range_type, range_iterator_type, long_range_iterator_type;

}  // namespace ty
