// list: Python-visible operations and methods.
#include "object/binding.h"
#include "types/container.h"
#include "types/iterators.h"
#include "types/list_internal.h"
#include "types/slice.h"
#include "types/str.h"

namespace ty {
namespace {

Result<Owned> list_create(Thread& t, Type* type, const Value*, size_t, Tuple*) { return Owned(TRY(make_object<List>(t, type))); }

Result<void> list_init(Thread& t, List& self, Value iterable) {
  if (self.size) list_clear(t, self);
  if (iterable) TRY(list_extend_rpy(t, self, iterable));
  return {};
}

Result<Owned> list_dunder_repr(Thread& t, Value v) {
  List& self = *v.as<List>();
  if (list_size(self) == 0) return Owned(TRY(str_from_ascii(t, "[]")));
  ReprGuard guard(t, v);
  if (guard.recursive()) return Owned(TRY(str_from_ascii(t, "[...]")));
  TRY(check_native_stack(t, " while getting the repr of an object"));
  StrWriter out(t);
  TRY(out.ascii("["));
  for (ssize i = 0;; i++) {
    Owned item = list_get(self, i);
    if (!item) break;
    if (i) TRY(out.ascii(", "));
    Owned text = TRY(object_repr(t, item));
    TRY(out.str(*text.value().as<Str>()));
  }
  TRY(out.ascii("]"));
  return Owned(TRY(out.finish()));
}

Result<Owned> size_compare(ssize a, ssize b, CompareOp op) {
  switch (op) {
    case CompareOp::kLt: return owned_bool(a < b);
    case CompareOp::kLe: return owned_bool(a <= b);
    case CompareOp::kEq: return owned_bool(a == b);
    case CompareOp::kNe: return owned_bool(a != b);
    case CompareOp::kGt: return owned_bool(a > b);
    case CompareOp::kGe: return owned_bool(a >= b);
  }
  __builtin_unreachable();
}

Result<Owned> list_dunder_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (!is_instance(a, &list_type) || !is_instance(b, &list_type)) return Owned::steal(not_implemented());
  List& x = *a.as<List>();
  List& y = *b.as<List>();
  if (list_size(x) != list_size(y) && (op == CompareOp::kEq || op == CompareOp::kNe)) return owned_bool(op == CompareOp::kNe);
  TRY(check_native_stack(t, " in comparison"));
  for (ssize i = 0;; i++) {
    Owned p = list_get(x, i), q = list_get(y, i);
    if (!p || !q) return size_compare(list_size(x), list_size(y), op);
    if (p.value() == q.value() && p.value().is_small_int()) continue;
    if (TRY(object_equal(t, p, q))) continue;
    if (i >= list_size(x) || i >= list_size(y)) return size_compare(list_size(x), list_size(y), op);  // the comparison shortened one
    if (op == CompareOp::kEq) return owned_bool(false);
    if (op == CompareOp::kNe) return owned_bool(true);
    return object_compare(t, p, q, op);
  }
}

Result<ssize> list_dunder_len(Thread&, Value v) { return list_size(*v.as<List>()); }

Result<Owned> list_dunder_getitem(Thread& t, Value v, Value key) {
  List& self = *v.as<List>();
  if (TY_LIKELY(has_index(key))) {
    ssize i = TRY(sequence_index(t, key));
    if (i < 0) i += list_size(self);
    Owned item = list_get_inline(self, i);
    if (TY_UNLIKELY(!item)) return raise_index_error(t, "list index out of range");
    return item;
  }
  if (!is_slice(key)) return raise_type_error(t, "list indices must be integers or slices, not %.200T", key);
  SliceBounds bounds = TRY(slice_unpack(t, *key.as<Slice>()));
  if (bounds.step == 1) {
    ssize n = slice_adjust(bounds, list_size(self));
    return Owned(TRY(list_slice(t, self, bounds.start, bounds.start + n)));
  }
  while (true) {
    ssize size = list_size(self);
    SliceBounds clipped = bounds;
    ssize n = slice_adjust(clipped, size);
    Ref<List> result = TRY(list_new(t, n));
    CriticalSection section(t, &self);
    if (self.size != size) continue;
    Slot* items = self.items.load();
    Slot* out = result->items.load();
    for (ssize i = 0, from = clipped.start; i < n; i++, from += clipped.step) out[i].set_raw(counted_bits(items[from].load()));
    result->size = n;
    return Owned(std::move(result));
  }
}

/// del self[bounds] with a step.
Result<void> delete_extended_slice(Thread& t, List& self, SliceBounds bounds) {
  CriticalSection section(t, &self);
  ssize n = self.size;
  ssize count = slice_adjust(bounds, n);
  if (count <= 0) return {};
  if (bounds.step < 0) {
    bounds.start += bounds.step * (count - 1);
    bounds.step = -bounds.step;
  }
  auto* parked = static_cast<uint64_t*>(allocate_buffer(static_cast<size_t>(count) * sizeof(uint64_t)));
  if (!parked) return raise_memory_error(t);
  Slot* items = self.items.load();
  for (ssize i = 0, cursor = bounds.start; i < count; i++, cursor += bounds.step) {
    parked[i] = items[cursor].raw();
    ssize last = i + 1 < count ? bounds.step - 1 : n - cursor - 1;
    list_move_words(self, cursor - i, cursor + 1, last);
  }
  list_set_size(self, n - count);
  for (ssize i = n - count; i < n; i++) items[i].set_raw(0);
  list_shrink(self);
  for (ssize i = 0; i < count; i++) Owned::drop(Value::from_bits(parked[i]));
  free_buffer(parked);
  return {};
}

Result<void> assign_extended_slice(Thread& t, List& self, SliceBounds bounds, Value values) {
  Ref<Tuple> words = is_exact<List>(values) ? TRY(list_to_tuple(t, *values.as<List>())) : dup(values.as<Tuple>());
  if (self.is_shared()) publish(Value(words.get()));
  CriticalSection section(t, &self);
  ssize count = slice_adjust(bounds, self.size);
  if (words->size != count) {
    return raise_value_error(t, "attempt to assign sequence of size %zd to extended slice of size %zd", words->size, count);
  }
  Slot* items = self.items.load();
  for (ssize i = 0, cursor = bounds.start; i < count; i++, cursor += bounds.step) items[cursor].store_published(&self, dup(words->get(i)));
  return {};
}

Result<void> list_dunder_setitem(Thread& t, Value v, Value key, Value value) {
  List& self = *v.as<List>();
  if (TY_LIKELY(has_index(key))) {
    ssize i = TRY(sequence_index(t, key));
    if (value && TY_LIKELY(self.is_local())) {
      if (i < 0) i += self.size;
      if (TY_UNLIKELY(static_cast<size_t>(i) >= static_cast<size_t>(self.size))) return raise_index_error(t, "list assignment index out of range");
      self.items.load()[i].store(&self, dup(value));
      return {};
    }
    publish_for(&self, value);
    Owned old;
    CriticalSection section(t, &self);
    ssize n = self.size;
    if (i < 0) i += n;
    if (static_cast<size_t>(i) >= static_cast<size_t>(n)) return raise_index_error(t, "list assignment index out of range");
    Slot* items = self.items.load();
    if (value) {
      old = items[i].exchange(&self, dup(value));
      return {};
    }
    old = Owned::steal(Value::from_bits(items[i].raw()));
    list_move_words(self, i, i + 1, n - i - 1);
    items[n - 1].set_raw(0);
    list_set_size(self, n - 1);
    list_shrink(self);
    return {};
  }
  if (!is_slice(key)) return raise_type_error(t, "list indices must be integers or slices, not %.200T", key);
  SliceBounds bounds = TRY(slice_unpack(t, *key.as<Slice>()));
  if (!value) {
    if (bounds.step == 1) {
      ssize n = slice_adjust(bounds, list_size(self));
      return list_replace_slice(t, self, bounds.start, bounds.start + n, nullptr);
    }
    return delete_extended_slice(t, self, bounds);
  }
  Owned values = dup(value);
  if (!is_exact<List>(value) && !is_exact<Tuple>(value)) {
    if (!ops_of(value).iter && !ops_of(value).subscript) {
      return raise_type_error(t, "must assign iterable to extended slice");
    }
    values = Owned(TRY(list_from_iterable_rpy(t, value)));
  }
  if (bounds.step == 1) {
    slice_adjust(bounds, list_size(self));
    if (bounds.stop < bounds.start) bounds.stop = bounds.start;
    return list_replace_slice(t, self, bounds.start, bounds.stop, values);
  }
  return assign_extended_slice(t, self, bounds, values);
}

/// First index >= start (below stop) whose item equals `value`; -1 if none.
Result<ssize> find_item(Thread& t, List& self, Value value, ssize start, ssize stop) {
  for (ssize i = start; i < stop; i++) {
    Owned item = list_get_inline(self, i);
    if (!item) break;
    if (item.value().identity() == value.identity()) return i;
    if (item.value().is_small_int() && value.is_small_int()) continue;
    if (TRY(object_equal(t, item, value))) return i;
  }
  return ssize{-1};
}

Result<bool> list_dunder_contains(Thread& t, Value v, Value item) {
  return TRY(find_item(t, *v.as<List>(), item, 0, PTRDIFF_MAX)) >= 0;
}

Result<Owned> list_concat(Thread& t, Value a, Value b) {
  if (!is_instance(b, &list_type)) return raise_type_error(t, "can only concatenate list (not \"%.200T\") to list", b);
  List& x = *a.as<List>();
  List& y = *b.as<List>();
  ssize nx = list_size(x), ny = list_size(y);
  Ref<List> result = TRY(list_new(t, nx + ny));
  if (x.is_local() && y.is_local() && x.size == nx && y.size == ny) {
    Slot* out = result->items.load();
    Slot* in = x.items.load();
    for (ssize i = 0; i < x.size; i++) out[i].set_raw(counted_bits(in[i].load()));
    in = y.items.load();
    for (ssize i = 0; i < y.size; i++) out[x.size + i].set_raw(counted_bits(in[i].load()));
    result->size = x.size + y.size;
    return Owned(std::move(result));
  }
  result = TRY(list_slice(t, x, 0, PTRDIFF_MAX));
  Ref<Tuple> tail = TRY(list_to_tuple(t, y));
  TRY(list_extend_rpy(t, *result, tail));
  return Owned(std::move(result));
}

Result<Owned> list_inplace_concat(Thread& t, Value v, Value other) {
  TRY(list_extend_rpy(t, *v.as<List>(), other));
  return borrow_or_dup(v);
}

Result<Owned> list_repeat(Thread& t, Value v, ssize n) {
  List& self = *v.as<List>();
  while (true) {
    ssize size = list_size(self);
    if (size == 0 || n <= 0) return Owned(TRY(list_new(t)));
    if (size > PTRDIFF_MAX / 16 / n) return raise_memory_error(t);
    Ref<List> result = TRY(list_new(t, size * n));
    CriticalSection section(t, &self);
    if (self.size != size) continue;
    Slot* in = self.items.load();
    Slot* out = result->items.load();
    if (size == 1 && in[0].load().is_immediate()) {
      uint64_t word = in[0].raw();
      for (ssize i = 0; i < n; i++) out[i].set_raw(word);
    } else {
      for (ssize k = 0; k < n; k++) {
        for (ssize i = 0; i < size; i++) out[k * size + i].set_raw(counted_bits(in[i].load()));
      }
    }
    result->size = size * n;
    return Owned(std::move(result));
  }
}

Result<Owned> list_inplace_repeat(Thread& t, Value v, ssize n) {
  List& self = *v.as<List>();
  if (n <= 0) {
    list_clear(t, self);
    return borrow_or_dup(v);
  }
  CriticalSection section(t, &self);
  ssize size = self.size;
  if (size && n > 1) {
    if (size > PTRDIFF_MAX / 16 / n || !list_reserve(self, size * n)) return raise_memory_error(t);
    Slot* items = self.items.load();
    for (ssize k = 1; k < n; k++) {
      for (ssize i = 0; i < size; i++) items[k * size + i].set_raw(counted_bits(items[i].load()));
    }
    list_set_size(self, size * n);
  }
  return borrow_or_dup(v);
}

Result<Owned> list_dunder_iter(Thread& t, Value v) { return list_iterator_new(t, *v.as<List>()); }
Result<Owned> list_dunder_reversed(Thread& t, List& self) { return list_reverse_iterator_new(t, self); }

Result<void> list_extend(Thread& t, List& self, Value iterable) { return list_extend_rpy(t, self, iterable); }
Result<void> list_insert(Thread& t, List& self, ssize index, Value object) { return list_insert_at(t, self, index, object); }
Result<Owned> list_pop(Thread& t, List& self, ssize index) { return list_pop_at(t, self, index); }
Result<Ref<List>> list_copy(Thread& t, List& self) { return list_slice(t, self, 0, PTRDIFF_MAX); }
void list_method_clear(Thread& t, List& self) { list_clear(t, self); }

Result<void> list_remove(Thread& t, List& self, Value value) {
  for (ssize i = 0;; i++) {
    Owned item = list_get(self, i);
    if (!item) return raise_value_error(t, "list.remove(x): x not in list");
    if (!TRY(object_equal(t, item, value))) continue;
    CriticalSection section(t, &self);
    ssize n = self.size;
    if (i >= n) return {};
    Slot* items = self.items.load();
    Owned old = Owned::steal(Value::from_bits(items[i].raw()));
    list_move_words(self, i, i + 1, n - i - 1);
    items[n - 1].set_raw(0);
    list_set_size(self, n - 1);
    list_shrink(self);
    return {};
  }
}

Result<ssize> list_index(Thread& t, List& self, Value value, Value start, Value stop) {
  ssize i = start ? TRY(slice_index_argument(t, start, 0)) : 0;
  ssize end = stop ? TRY(slice_index_argument(t, stop, PTRDIFF_MAX)) : PTRDIFF_MAX;
  if (i < 0 && (i += list_size(self)) < 0) i = 0;
  if (end < 0 && (end += list_size(self)) < 0) end = 0;
  ssize found = TRY(find_item(t, self, value, i, end));
  if (found < 0) return raise_value_error(t, "%R is not in list", value);
  return found;
}

Result<ssize> list_count(Thread& t, List& self, Value value) {
  ssize count = 0;
  for (ssize i = 0;; i++) {
    Owned item = list_get(self, i);
    if (!item) return count;
    count += TRY(object_equal(t, item, value));
  }
}

Result<void> list_sort(Thread& t, List& self, Value key, bool reverse) { return list_sort_rpy(t, self, key, reverse); }
Result<void> list_method_reverse(Thread& t, List& self) { return list_reverse(t, self); }

ssize list_dunder_sizeof(Thread&, List& self) {
  return self.Object::type()->basicsize + self.allocated * static_cast<ssize>(sizeof(Slot));
}

constexpr MethodDef kListMethods[] = {
    method<&list_dunder_reversed>("__reversed__", "($self, /)", "Return a reverse iterator over the list."),
    method<&list_dunder_sizeof>("__sizeof__", "($self, /)", "Return the size of the list in memory, in bytes."),
    method<&list_method_clear>("clear", "($self, /)", "Remove all items from list."),
    method<&list_copy>("copy", "($self, /)", "Return a shallow copy of the list."),
    method<&list_append>("append", "($self, object, /)", "Append object to the end of the list."),
    method<&list_insert>("insert", "($self, index, object, /)", "Insert object before index."),
    method<&list_extend>("extend", "($self, iterable, /)", "Extend list by appending elements from the iterable."),
    method<&list_pop>("pop", "($self, index=-1, /)",
                      "Remove and return item at index (default last).\n\nRaises IndexError if list is empty or index is out of range."),
    method<&list_remove>("remove", "($self, value, /)", "Remove first occurrence of value.\n\nRaises ValueError if the value is not present."),
    method<&list_index>("index", "($self, value, start=0, stop=sys.maxsize, /)",
                        "Return first index of value.\n\nRaises ValueError if the value is not present."),
    method<&list_count>("count", "($self, value, /)", "Return number of occurrences of value."),
    method<&list_method_reverse>("reverse", "($self, /)", "Reverse *IN PLACE*."),
    method<&list_sort>("sort", "($self, /, *, key=None, reverse=False)",
                       "Sort the list in ascending order and return None.\n\n"
                       "The sort is in-place (i.e. the list itself is modified) and stable (i.e. the\n"
                       "order of two equal elements is maintained).\n\n"
                       "If a key function is given, apply it once to each list item and sort them,\n"
                       "ascending or descending, according to their function values.\n\n"
                       "The reverse flag can be set to sort in descending order."),
    TY_CLASS_GETITEM,
    {}};

void list_each(Object* o, SlotVisitor& visitor) {
  List& self = *static_cast<List*>(o);
  Slot* items = self.items.load();
  if (!items) return;
  ssize n = list_size(self);
  if (n > list_array(items)->capacity) n = list_array(items)->capacity;
  for (ssize i = 0; i < n; i++) visitor(items[i].address());
}

void list_release(Object* o) {
  Slot* items = static_cast<List*>(o)->items.load();
  if (items) free_buffer(list_array(items));
}

constexpr TypeOps kListOps = {.repr = &list_dunder_repr,
                              .compare = &list_dunder_compare,
                              .iter = &list_dunder_iter,
                              .init = &positional_initializer<"list", "(iterable=(), /)", &list_init, &list_type>,
                              .create = &list_create,
                              .length = &list_dunder_len,
                              .subscript = &list_dunder_getitem,
                              .set_subscript = &list_dunder_setitem,
                              .contains = &list_dunder_contains,
                              .concat = &list_concat,
                              .repeat = &list_repeat,
                              .inplace_concat = &list_inplace_concat,
                              .inplace_repeat = &list_inplace_repeat};

}  // namespace

extern constexpr TypeDef kListDef = {
    .name = "list", .size = sizeof(List), .flags = kTypeBase | kTypeList | kTypeSequence | kTypeMatchSelf,
    .layout = {.flags = kCollectable, .each = &list_each, .release = &list_release}, .ops = &kListOps, .methods = kListMethods,
    .doc = "Built-in mutable sequence.\n\nIf no argument is given, the constructor creates a new empty list.\n"
           "The argument must be an iterable if specified.",
    .text_signature = "(iterable=(), /)"};
Type list_type;

}  // namespace ty
