// slice: objects and index arithmetic.
#include "types/slice.h"

#include "object/binding.h"
#include "types/container.h"
#include "types/int.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Result<Ref<Slice>> slice_new(Thread& t, Value start, Value stop, Value step) {
  Ref<Slice> self = TRY(make_object<Slice>(t));
  self->start.init(dup(start));
  self->stop.init(dup(stop));
  self->step.init(dup(step));
  return self;
}

Result<ssize> slice_index_argument(Thread& t, Value v, ssize when_none) {
  if (v.is_small_int()) return static_cast<ssize>(v.small_int());
  if (is_none(v)) return when_none;
  if (!has_index(v)) return raise_type_error(t, "slice indices must be integers or None or have an __index__ method");
  return number_as_ssize(t, v, nullptr);
}

Result<SliceBounds> slice_unpack(Thread& t, Slice& self) {
  SliceBounds bounds;
  bounds.step = TRY(slice_index_argument(t, self.step.load(), 1));
  if (bounds.step == 0) return raise_value_error(t, "slice step cannot be zero");
  if (bounds.step < -PTRDIFF_MAX) bounds.step = -PTRDIFF_MAX;
  bounds.start = TRY(slice_index_argument(t, self.start.load(), bounds.step < 0 ? PTRDIFF_MAX : 0));
  bounds.stop = TRY(slice_index_argument(t, self.stop.load(), bounds.step < 0 ? PTRDIFF_MIN : PTRDIFF_MAX));
  return bounds;
}

ssize slice_adjust(SliceBounds& b, ssize length) {
  auto clip = [&](ssize& i) {
    if (i < 0) {
      i += length;
      if (i < 0) i = b.step < 0 ? -1 : 0;
    } else if (i >= length) {
      i = b.step < 0 ? length - 1 : length;
    }
  };
  clip(b.start);
  clip(b.stop);
  if (b.step < 0) return b.stop < b.start ? (b.start - b.stop - 1) / -b.step + 1 : 0;
  return b.start < b.stop ? (b.stop - b.start - 1) / b.step + 1 : 0;
}

namespace {

Result<Owned> slice_create(Thread& t, Type&, Value first, Value second, Value third) {
  if (second.is_null()) return Owned(TRY(slice_new(t, none(), first, none())));
  return Owned(TRY(slice_new(t, first, second, third ? third : none())));
}

Result<Owned> slice_dunder_repr(Thread& t, Value v) {
  Slice& self = *v.as<Slice>();
  return Owned(TRY(str_from_format(t, "slice(%R, %R, %R)", self.start.load(), self.stop.load(), self.step.load())));
}

Result<Ref<Tuple>> slice_tuple(Thread& t, Slice& self) { return tuple_pack(t, self.start.load(), self.stop.load(), self.step.load()); }

Result<Owned> slice_dunder_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (!is_slice(a) || !is_slice(b)) return Owned::steal(not_implemented());
  if (a.identity() == b.identity()) {
    return owned_bool(op == CompareOp::kEq || op == CompareOp::kLe || op == CompareOp::kGe);
  }
  Ref<Tuple> x = TRY(slice_tuple(t, *a.as<Slice>()));
  Ref<Tuple> y = TRY(slice_tuple(t, *b.as<Slice>()));
  return object_compare(t, x, y, op);
}

Result<ssize> slice_dunder_hash(Thread& t, Value v) {
  constexpr uint64_t kPrime1 = 11400714785074694791ull, kPrime2 = 14029467366897019727ull, kPrime5 = 2870177450012600261ull;
  Slice& self = *v.as<Slice>();
  uint64_t acc = kPrime5;
  for (Slot* field : {&self.start, &self.stop, &self.step}) {
    acc += static_cast<uint64_t>(TRY(object_hash(t, field->load()))) * kPrime2;
    acc = (acc << 31) | (acc >> 33);
    acc *= kPrime1;
  }
  if (acc == ~uint64_t{0}) return ssize{1546275796};
  return static_cast<ssize>(acc);
}

/// A bound as an exact int of any size.
Result<Owned> evaluate(Thread& t, Value v) {
  if (v.is_small_int()) return dup(v);
  if (!has_index(v)) return raise_type_error(t, "slice indices must be integers or None or have an __index__ method");
  return number_index(t, v);
}

// CPython: Objects/sliceobject.c _PySlice_GetLongIndices()
Result<Owned> slice_indices(Thread& t, Slice& self, Value length_argument) {
  Owned length = TRY(number_index(t, length_argument));
  if (int_sign(length) < 0) return raise_value_error(t, "length should not be negative");
  Value zero = Value::small_int_unchecked(0);
  Owned step = is_none(self.step.load()) ? small_int(1) : TRY(evaluate(t, self.step.load()));
  int sign = int_sign(step);
  if (sign == 0) return raise_value_error(t, "slice step cannot be zero");
  bool backwards = sign < 0;
  Owned lower = backwards ? small_int(-1) : small_int(0);
  Owned upper = backwards ? TRY(int_add(t, length, Value::small_int_unchecked(-1))) : dup(length);
  auto clip = [&](Value field, const Owned& when_none) -> Result<Owned> {
    if (is_none(field)) return dup(when_none);
    Owned value = TRY(evaluate(t, field));
    if (int_compare(value, zero) < 0) {
      value = TRY(int_add(t, value, length));
      if (int_compare(value, lower) < 0) return dup(lower);
    } else if (int_compare(value, upper) > 0) {
      return dup(upper);
    }
    return value;
  };
  Owned start = TRY(clip(self.start.load(), backwards ? upper : lower));
  Owned stop = TRY(clip(self.stop.load(), backwards ? lower : upper));
  return Owned(TRY(tuple_pack(t, start, stop, step)));
}

Result<Owned> slice_dunder_reduce(Thread& t, Slice& self) {
  Ref<Tuple> fields = TRY(slice_tuple(t, self));
  return Owned(TRY(tuple_pack(t, Value(&slice_type), fields)));
}

constexpr MethodDef kSliceMethods[] = {
    method<&slice_indices>("indices", "($self, object, /)",
                           "S.indices(len) -> (start, stop, stride)\n\n"
                           "Assuming a sequence of length len, calculate the start and stop\n"
                           "indices, and the stride length of the extended slice described by\n"
                           "S. Out of bounds indices are clipped in a manner consistent with the\nhandling of normal slices."),
    method<&slice_dunder_reduce>("__reduce__", "($self, /)", "Return state information for pickling."),
    {}};
constexpr MemberDef kSliceMembers[] = {{.name = "start", .offset = offsetof(Slice, start)},
                                       {.name = "stop", .offset = offsetof(Slice, stop)},
                                       {.name = "step", .offset = offsetof(Slice, step)},
                                       {}};
constexpr uint16_t kSliceSlots[] = {offsetof(Slice, start), offsetof(Slice, stop), offsetof(Slice, step)};
constexpr TypeOps kSliceOps = {.repr = &slice_dunder_repr, .hash = &slice_dunder_hash, .compare = &slice_dunder_compare,
                               .create = constructor<"slice", "(start, stop=<unrepresentable>, step=<unrepresentable>, /)", &slice_create>};

}  // namespace

extern constexpr TypeDef kSliceDef = {
    .name = "slice", .size = sizeof(Slice), .flags = 0,
    .layout = {.slot_offsets = kSliceSlots, .slot_count = 3, .flags = kCollectable},
    .ops = &kSliceOps, .methods = kSliceMethods, .members = kSliceMembers,
    .doc = "slice(stop)\nslice(start, stop[, step])\n\nCreate a slice object.  This is used for extended slicing (e.g. a[0:10:2])."};
Type slice_type;

}  // namespace ty
