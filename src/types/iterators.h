// types/iterators.h: iterators of the built-in sequences.
//
// Invariants  an exhausted iterator stays exhausted: its sequence slot is null.
// Threads     one step is atomic: LOCAL iterators advance a plain index; SHARED ones claim the index with a compare-and-swap, so two threads get
//             distinct items.
#pragma once

#include "types/container.h"
#include "types/list.h"
#include "types/tuple.h"

namespace ty {

/// Iterators over list and tuple, forwards and list backwards, and over anything with __getitem__.
struct IndexIterator : Object {
  ssize index;    // [atomic] next index
  Slot sequence;  // [atomic] null when exhausted
};
static_assert(sizeof(IndexIterator) == 48);
struct ListIterator : IndexIterator { static Type* type(); };
struct TupleIterator : IndexIterator { static Type* type(); };
struct ListReverseIterator : IndexIterator { static Type* type(); };
struct SequenceIterator : IndexIterator { static Type* type(); };
struct Reversed : IndexIterator { static Type* type(); };
extern Type list_iterator_type, tuple_iterator_type, list_reverse_iterator_type, sequence_iterator_type, reversed_type;
inline Type* ListIterator::type() { return &list_iterator_type; }
inline Type* TupleIterator::type() { return &tuple_iterator_type; }
inline Type* ListReverseIterator::type() { return &list_reverse_iterator_type; }
inline Type* SequenceIterator::type() { return &sequence_iterator_type; }
inline Type* Reversed::type() { return &reversed_type; }

Result<Owned> list_iterator_new(Thread& t, List& list);
Result<Owned> tuple_iterator_new(Thread& t, Tuple& tuple);
Result<Owned> list_reverse_iterator_new(Thread& t, List& list);
/// iter() of an object that has only __getitem__.
Result<Owned> sequence_iterator_new(Thread& t, Value sequence);
/// iter(callable, sentinel)
Result<Owned> callable_iterator_new(Thread& t, Value callable, Value sentinel);

Lookup<Owned> list_iterator_next(Thread& t, Value v);
Lookup<Owned> tuple_iterator_next(Thread& t, Value v);

/// The next item of a LOCAL iterator over a LOCAL list; null: take list_iterator_next().
TY_INLINE Owned list_iterator_next_fast(ListIterator& self) {
  if (TY_UNLIKELY(!self.is_local())) return {};
  Value sequence = Value::from_bits(self.sequence.raw());
  if (TY_UNLIKELY(!sequence)) return {};
  Owned item = list_get_inline(*sequence.as<List>(), self.index);
  if (TY_LIKELY(static_cast<bool>(item))) self.index++;
  return item;
}
/// As above for tuples.
TY_INLINE Owned tuple_iterator_next_fast(TupleIterator& self) {
  if (TY_UNLIKELY(!self.is_local())) return {};
  Value sequence = Value::from_bits(self.sequence.raw());
  if (TY_UNLIKELY(!sequence)) return {};
  Tuple* tuple = sequence.as<Tuple>();
  if (TY_UNLIKELY(self.index >= tuple->size)) return {};
  return tuple->items[self.index++].get();
}

/// range_iterator: CPython's layout.
struct RangeIterator : Object {
  int64_t start;      // [lock] next value
  int64_t step;       // [const]
  int64_t remaining;  // [lock]
  static Type* type();
};
extern Type range_iterator_type, long_range_iterator_type, range_type;
inline Type* RangeIterator::type() { return &range_iterator_type; }
/// start, start+step, … (remaining values, all fitting an immediate int).
Result<Owned> range_iterator_new(Thread& t, int64_t start, int64_t step, int64_t remaining);
/// The next value of a LOCAL iterator; the null word: exhausted or SHARED, take the type's next operation.
TY_INLINE Value range_iterator_next_fast(RangeIterator& self) {
  if (TY_UNLIKELY(self.remaining <= 0 || !self.is_local())) return {};
  int64_t value = self.start;
  self.start = static_cast<int64_t>(static_cast<uint64_t>(value) + static_cast<uint64_t>(self.step));
  self.remaining--;
  return Value::small_int_unchecked(value);
}

/// range objects: CPython's layout. Fields hold ints of either form.
struct Range : Object {
  Slot start, stop, step, length;  // [const]
  static Type* type();
};
inline Type* Range::type() { return &range_type; }
Result<Owned> range_from_values(Thread& t, Value start, Value stop, Value step);

/// The built-in iterator makers, for the interpreter's own use.
extern Type enumerate_type, zip_type, map_type, filter_type, callable_iterator_type;

}  // namespace ty
