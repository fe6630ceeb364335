// Sequences, mappings, iteration.
#include "object/abstract.h"
#include "object/type_object.h"
#include "types/dict.h"
#include "types/exceptions.h"
#include "types/generic_alias.h"
#include "types/int.h"
#include "types/iterators.h"
#include "types/list.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Result<ssize> object_length(Thread& t, Value v) {
  if (LengthOp op = ops_of(v).length) return op(t, v);
  return raise_type_error(t, "object of type '%.200T' has no len()", v);
}

Result<ssize> object_length_hint(Thread& t, Value v, ssize fallback) {
  if (ops_of(v).length) {
    auto n = ops_of(v).length(t, v);
    if (n.ok()) return n;
    if (!exception_matches(t, &exc_TypeError)) return Raised{};
    clear_exception(t);
  }
  Owned hint = TRY(lookup_special(t, v, NAME("__length_hint__")));
  if (hint.value().is_empty()) return fallback;
  auto called = call(t, hint);
  if (!called.ok()) {
    if (!exception_matches(t, &exc_TypeError)) return Raised{};
    clear_exception(t);
    return fallback;
  }
  Owned result = called.take();
  if (is_not_implemented(result)) return fallback;
  if (!is_int(result)) return raise_type_error(t, "__length_hint__ must be an integer, not %.100T", result.value());
  ssize n = TRY(number_as_ssize(t, result, &exc_OverflowError));
  if (n < 0) return raise_value_error(t, "__length_hint__() should return >= 0");
  return n;
}

Result<Owned> get_item(Thread& t, Value container, Value key) {
  if (BinaryOp op = ops_of(container).subscript) return op(t, container, key);
  if (is_type(container)) {
    if (container.object() == &type_type) {
      return generic_alias_new(t, container, key);
    }
    Owned method = TRY(find_attribute(t, container, NAME("__class_getitem__")));
    if (!method.value().is_empty() && !is_none(method)) return call(t, method, key);
    return raise_type_error(t, "type '%.200s' is not subscriptable", container.as<Type>()->name);
  }
  return raise_type_error(t, "'%.200T' object is not subscriptable", container);
}
Result<void> set_item(Thread& t, Value container, Value key, Value value) {
  if (SetItemOp op = ops_of(container).set_subscript) return op(t, container, key, value);
  return raise_type_error(t, "'%.200T' object does not support item assignment", container);
}
Result<void> delete_item(Thread& t, Value container, Value key) {
  if (SetItemOp op = ops_of(container).set_subscript) return op(t, container, key, Value());
  return raise_type_error(t, "'%.200T' object doesn't support item deletion", container);
}

Result<bool> object_contains(Thread& t, Value container, Value item) {
  if (ContainsOp op = ops_of(container).contains) return op(t, container, item);
  auto iterator = get_iterator(t, container);
  if (!iterator.ok()) {
    if (exception_matches(t, &exc_TypeError)) {
      clear_exception(t);
      return raise_type_error(t, "argument of type '%.200T' is not iterable", container);
    }
    return Raised{};
  }
  Owned it = iterator.take();
  while (true) {
    Owned next = TRY(iterator_next(t, it));
    if (next.value().is_empty()) return false;
    if (TRY(object_equal(t, next, item))) return true;
  }
}

Result<Owned> sequence_get(Thread& t, Value sequence, ssize index) {
  if (is_exact<Tuple>(sequence)) {
    auto* tuple = sequence.as<Tuple>();
    if (index >= 0 && index < tuple->size) return tuple->items[index].get();
  }
  if (!ops_of(sequence).subscript) {
    if (ops_of(sequence).set_subscript || ops_of(sequence).length) return raise_type_error(t, "'%.200T' object is not subscriptable", sequence);
    return raise_type_error(t, "'%.200T' object does not support indexing", sequence);
  }
  Owned key = TRY(int_from_int64(t, index));
  return ops_of(sequence).subscript(t, sequence, key);
}

bool is_iterator(Value v) { return ops_of(v).next != nullptr; }

bool is_sequence(Value v) {
  Type* type = type_of(v);
  const TypeOps& ops = type->info->ops;
  if (!ops.subscript || has_type_flag(type, kTypeDict)) return false;
  if (has_type_flag(type, kTypeSequence) || has_type_flag(type, kTypeUnicode) || has_type_flag(type, kTypeBytes)) return true;
  if (is_heap_type(type) && !type->info->def) return true;  // a Python class with __getitem__
  if (has_type_flag(type, kTypeMapping)) return false;
  return ops.concat || ops.repeat || ops.length;
}
bool is_mapping(Value v) { return ops_of(v).subscript != nullptr; }

Result<Owned> get_iterator(Thread& t, Value iterable) {
  UnaryOp op = ops_of(iterable).iter;
  if (TY_UNLIKELY(!op)) {
    if (is_sequence(iterable)) return sequence_iterator_new(t, iterable);
    return raise_type_error(t, "'%.200T' object is not iterable", iterable);
  }
  Owned it = TRY(op(t, iterable));
  if (TY_UNLIKELY(!is_iterator(it))) return raise_type_error(t, "iter() returned non-iterator of type '%.100T'", it.value());
  return it;
}

Lookup<Owned> iterator_next(Thread& t, Value iterator) {
  NextOp op = ops_of(iterator).next;
  if (TY_UNLIKELY(!op)) return raise_type_error(t, "'%.200T' object is not an iterator", iterator);
  return op(t, iterator);
}

Owned (*g_take_stop_value)(Thread& t) = [](Thread&) { return Owned(); };

Lookup<Owned> iterator_next_value(Thread& t, Value iterator, Owned* value) {
  NextOp op = ops_of(iterator).next;
  if (op && is_dispatched_next(op)) {
    auto called = call_method(t, iterator, NAME("__next__"));
    if (called.ok()) return called.take();
    if (!exception_matches(t, &exc_StopIteration)) return Raised{};
    Owned e(take_exception(t));
    Owned result = e.value().as<StopIteration>()->value.get();
    *value = result ? std::move(result) : owned_none();
    return Absent{};
  }
  Owned stale = g_take_stop_value(t);
  Owned item = TRY(iterator_next(t, iterator));
  if (!item.value().is_empty()) return item;
  *value = g_take_stop_value(t);
  if (!*value) *value = owned_none();
  return Absent{};
}

}  // namespace ty
