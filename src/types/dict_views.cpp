// dict views and dict iterators.
#include "object/binding.h"
#include "object/instance.h"
#include "types/dict_internal.h"
#include "types/list.h"
#include "types/mapping_proxy.h"
#include "types/set.h"
#include "types/tuple.h"

namespace ty {
namespace {

struct DictView : Object {
  Slot dict;  // [const]
};
struct DictKeys : DictView { static Type* type() { return &dict_keys_type; } };
struct DictValues : DictView { static Type* type() { return &dict_values_type; } };
struct DictItems : DictView { static Type* type() { return &dict_items_type; } };

TY_INLINE Dict& dict_of(Value view) { return *view.as<DictView>()->dict.load_as<Dict>(); }

Result<Owned> make_view(Thread& t, Type* type, Dict& dict) {
  Ref<DictView> self = TRY(make_object<DictView>(t, type));
  self->dict.init(dup(Value(&dict)));
  return Owned(std::move(self));
}

// --- iterators ---
enum class Part { kKey, kValue, kItem };
struct DictIterator : Object {
  Slot dict;        // [lock] null when exhausted
  ssize used;       // [lock] -1 after a change of size
  ssize position;   // [lock]
  ssize remaining;  // [lock]
};

Result<Owned> make_iterator(Thread& t, Type* type, Dict& dict, bool reverse) {
  Ref<DictIterator> self = TRY(make_object<DictIterator>(t, type));
  self->dict.init(dup(Value(&dict)));
  self->used = self->remaining = dict_length(dict);
  self->position = reverse ? PTRDIFF_MAX : 0;
  return Owned(std::move(self));
}

/// One step; the pair is for items.
template <Part part, bool reverse>
Lookup<Owned> step(Thread& t, DictIterator& self) {
  Owned key, value;
  {
    CriticalSection section(t, &self);
    Value container = self.dict.load();
    if (!container) return Absent{};
    Dict& dict = *container.as<Dict>();
    if (TY_UNLIKELY(self.used != dict_length(dict))) {
      self.used = -1;
      return raise_runtime_error(t, "dictionary changed size during iteration");
    }
    Owned* key_out = part == Part::kValue ? nullptr : &key;
    Owned* value_out = part == Part::kKey ? nullptr : &value;
    // A view of attributes yields both.
    if (TY_UNLIKELY(dict_is_view(dict))) {
      key_out = &key;
      value_out = &value;
    }
    bool more = reverse ? dict_previous(dict, &self.position, key_out, value_out) : dict_next(dict, &self.position, key_out, value_out);
    if (!more) {
      Owned old = self.dict.clear(&self);
      return Absent{};
    }
    if (TY_UNLIKELY(self.remaining == 0)) {
      Owned old = self.dict.clear(&self);
      return raise_runtime_error(t, "dictionary keys changed during iteration");
    }
    self.remaining--;
  }
  if constexpr (part == Part::kKey) return key;
  if constexpr (part == Part::kValue) return value;
  Ref<Tuple> pair = TRY(tuple_new(t, 2));
  pair->items[0].init(std::move(key));
  pair->items[1].init(std::move(value));
  return Owned(std::move(pair));
}

template <Part part, bool reverse>
Lookup<Owned> iterator_next_op(Thread& t, Value v) {
  return step<part, reverse>(t, *v.as<DictIterator>());
}
Result<Owned> iterator_self(Thread&, Value v) { return borrow_or_dup(v); }

Result<ssize> dict_iterator_length_hint(Thread& t, DictIterator& self) {
  CriticalSection section(t, &self);
  Value container = self.dict.load();
  if (!container || self.used != dict_length(*container.as<Dict>())) return ssize{0};
  return self.remaining;
}

/// (iter, (list of what is left,))
template <Part part, bool reverse>
Result<Owned> dict_iterator_reduce(Thread& t, DictIterator& self) {
  Ref<List> items = TRY(list_new(t));
  Ref<DictIterator> copy = TRY(make_object<DictIterator>(t, self.Object::type()));
  {
    CriticalSection section(t, &self);
    Owned container = self.dict.get();
    if (container) copy->dict.init(dup(container));
    copy->used = self.used;
    copy->position = self.position;
    copy->remaining = self.remaining;
  }
  while (true) {
    Owned item = TRY((step<part, reverse>(t, *copy)));
    if (item.value().is_empty()) break;
    TRY(list_push(t, *items, item));
  }
  Owned iter = TRY(import_attribute(t, "builtins", "iter"));
  Ref<Tuple> arguments = TRY(tuple_pack(t, items));
  return Owned(TRY(tuple_pack(t, iter, arguments)));
}


}  // namespace

extern Type dict_key_iterator_type, dict_value_iterator_type, dict_item_iterator_type;
extern Type dict_reverse_key_iterator_type, dict_reverse_value_iterator_type, dict_reverse_item_iterator_type;

Result<Owned> dict_key_iterator(Thread& t, Dict& self) { return make_iterator(t, &dict_key_iterator_type, self, false); }
Result<Owned> dict_reverse_key_iterator(Thread& t, Dict& self) { return make_iterator(t, &dict_reverse_key_iterator_type, self, true); }
Result<Owned> dict_keys_view(Thread& t, Dict& self) { return make_view(t, &dict_keys_type, self); }
Result<Owned> dict_values_view(Thread& t, Dict& self) { return make_view(t, &dict_values_type, self); }
Result<Owned> dict_items_view(Thread& t, Dict& self) { return make_view(t, &dict_items_type, self); }

namespace {

bool is_set_like(Value v) { return is_any_set(v) || is_instance(v, &dict_keys_type) || is_instance(v, &dict_items_type); }

Result<Owned> view_repr(Thread& t, Value v) {
  ReprGuard guard(t, v);
  if (guard.recursive()) return Owned(TRY(str_from_ascii(t, "...")));
  Ref<List> items = TRY(list_from_iterable_rpy(t, v));
  return Owned(TRY(str_from_format(t, "%T(%R)", v, Value(items.get()))));
}

Result<ssize> view_len(Thread&, Value v) { return dict_length(dict_of(v)); }
Result<Owned> keys_iter(Thread& t, Value v) { return make_iterator(t, &dict_key_iterator_type, dict_of(v), false); }
Result<Owned> values_iter(Thread& t, Value v) { return make_iterator(t, &dict_value_iterator_type, dict_of(v), false); }
Result<Owned> items_iter(Thread& t, Value v) { return make_iterator(t, &dict_item_iterator_type, dict_of(v), false); }
Result<Owned> keys_reversed(Thread& t, DictKeys& v) { return make_iterator(t, &dict_reverse_key_iterator_type, dict_of(&v), true); }
Result<Owned> values_reversed(Thread& t, DictValues& v) { return make_iterator(t, &dict_reverse_value_iterator_type, dict_of(&v), true); }
Result<Owned> items_reversed(Thread& t, DictItems& v) { return make_iterator(t, &dict_reverse_item_iterator_type, dict_of(&v), true); }
Result<Owned> view_mapping(Thread& t, DictView& v) { return mapping_proxy_new(t, Value(&dict_of(&v))); }

Result<bool> keys_contains(Thread& t, Value v, Value key) { return dict_contains(t, dict_of(v), key); }
Result<bool> items_contains(Thread& t, Value v, Value item) {
  if (!is_instance(item, &tuple_type) || item.as<Tuple>()->size != 2) return false;
  Owned value = TRY(dict_get(t, dict_of(v), item.as<Tuple>()->get(0)));
  if (value.value().is_empty()) return false;
  return object_equal(t, value, item.as<Tuple>()->get(1));
}

/// Every item of `a` is in `b`.
Result<bool> all_contained(Thread& t, Value a, Value b) {
  Owned iterator = TRY(get_iterator(t, a));
  while (true) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return true;
    if (!TRY(object_contains(t, b, item))) return false;
  }
}

Result<Owned> view_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (!is_set_like(b)) return Owned::steal(not_implemented());
  ssize n = TRY(object_length(t, a)), m = TRY(object_length(t, b));
  bool result = false;
  switch (op) {
    case CompareOp::kEq:
    case CompareOp::kNe:
      result = n == m && TRY(all_contained(t, a, b));
      if (op == CompareOp::kNe) result = !result;
      break;
    case CompareOp::kLt: result = n < m && TRY(all_contained(t, a, b)); break;
    case CompareOp::kLe: result = n <= m && TRY(all_contained(t, a, b)); break;
    case CompareOp::kGt: result = n > m && TRY(all_contained(t, b, a)); break;
    case CompareOp::kGe: result = n >= m && TRY(all_contained(t, b, a)); break;
  }
  return owned_bool(result);
}

/// The operations build a set from the left operand and call set's own method.
Result<Owned> set_from(Thread& t, Value v) { return set_new(t, v); }

Result<Owned> view_sub(Thread& t, Value a, Value b) {
  if (!is_set_like(a) && !is_set_like(b)) return Owned::steal(not_implemented());
  Owned result = TRY(set_from(t, a));
  Owned ignored = TRY(call_method(t, result, NAME("difference_update"), b));
  return result;
}
Result<Owned> view_and(Thread& t, Value a, Value b) {
  // The set-like operand may be the right one (reflected).
  if (!is_instance(a, &dict_keys_type) && !is_instance(a, &dict_items_type)) std::swap(a, b);
  Owned result = TRY(set_new(t, nullptr));
  // Iterate over the shorter one where both know their length.
  Value probe = a, source = b;
  if (is_set_like(b) && TRY(object_length(t, b)) > TRY(object_length(t, a))) std::swap(probe, source);
  Owned iterator = TRY(get_iterator(t, source));
  while (true) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return result;
    if (TRY(object_contains(t, probe, item))) TRY(set_add(t, result, item));
  }
}
Result<Owned> view_or(Thread& t, Value a, Value b) {
  Owned result = TRY(set_from(t, a));
  TRY(set_update_rpy(t, result, b));
  return result;
}
Result<Owned> view_xor(Thread& t, Value a, Value b) {
  Owned result = TRY(set_from(t, a));
  Owned ignored = TRY(call_method(t, result, NAME("symmetric_difference_update"), b));
  return result;
}

Result<bool> view_isdisjoint(Thread& t, Value self, Value other) {
  if (self.identity() == other.identity()) return TRY(object_length(t, self)) == 0;
  Value probe = self, source = other;
  if (is_set_like(other) && TRY(object_length(t, other)) > TRY(object_length(t, self))) std::swap(probe, source);
  Owned iterator = TRY(get_iterator(t, source));
  while (true) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return true;
    if (TRY(object_contains(t, probe, item))) return false;
  }
}

constexpr const char* kDisjointDoc = "Return True if the view and the given iterable have a null intersection.";
constexpr const char* kReversedDoc = "Return a reverse iterator over the dict keys.";
constexpr GetSetDef kViewGetSet[] = {getter<&view_mapping>("mapping", "dictionary that this view refers to"), {}};
constexpr MethodDef kKeysMethods[] = {method<&view_isdisjoint>("isdisjoint", "($self, other, /)", kDisjointDoc),
                                      method<&keys_reversed>("__reversed__", "($self, /)", kReversedDoc), {}};
constexpr MethodDef kItemsMethods[] = {method<&view_isdisjoint>("isdisjoint", "($self, other, /)", kDisjointDoc),
                                       method<&items_reversed>("__reversed__", "($self, /)", "Return a reverse iterator over the dict items."), {}};
constexpr MethodDef kValuesMethods[] = {
    method<&values_reversed>("__reversed__", "($self, /)", "Return a reverse iterator over the dict values."), {}};

constexpr uint16_t kViewSlots[] = {offsetof(DictView, dict)};
constexpr TypeLayout kViewLayout = {.slot_offsets = kViewSlots, .slot_count = 1, .flags = kCollectable};
constexpr TypeOps kKeysOps = {.repr = &view_repr, .compare = &view_compare, .iter = &keys_iter, .subtract = &view_sub, .bit_and = &view_and,
                              .bit_xor = &view_xor, .bit_or = &view_or, .length = &view_len, .contains = &keys_contains};
constexpr TypeOps kItemsOps = {.repr = &view_repr, .compare = &view_compare, .iter = &items_iter, .subtract = &view_sub, .bit_and = &view_and,
                               .bit_xor = &view_xor, .bit_or = &view_or, .length = &view_len, .contains = &items_contains};
constexpr TypeOps kValuesOps = {.repr = &view_repr, .iter = &values_iter, .length = &view_len};

constexpr uint16_t kIteratorSlots[] = {offsetof(DictIterator, dict)};
constexpr TypeLayout kIteratorLayout = {.slot_offsets = kIteratorSlots, .slot_count = 1, .flags = kCollectable};

/// Receiver types for the binding tables (never named in a message: the receiver is checked by the descriptor).
template <Part part, bool reverse>
struct IteratorTables {
  static constexpr MethodDef methods[] = {
      MethodDef{.name = "__length_hint__", .doc = "Private method returning an estimate of len(list(it)).",
                .call = [](Thread& t, const MethodDef& def, Value self, const Value*, size_t nargs, Tuple* kwnames) -> Result<Owned> {
                  if (nargs || (kwnames && kwnames->size)) return raise_argument_count(t, def, self, nargs);
                  return small_int(TRY(dict_iterator_length_hint(t, *self.as<DictIterator>())));
                },
                .text_signature = "($self, /)"},
      MethodDef{.name = "__reduce__", .doc = "Return state information for pickling.",
                .call = [](Thread& t, const MethodDef& def, Value self, const Value*, size_t nargs, Tuple* kwnames) -> Result<Owned> {
                  if (nargs || (kwnames && kwnames->size)) return raise_argument_count(t, def, self, nargs);
                  return dict_iterator_reduce<part, reverse>(t, *self.as<DictIterator>());
                },
                .text_signature = "($self, /)"},
      {}};
  static constexpr TypeOps ops = {.iter = &iterator_self, .next = &iterator_next_op<part, reverse>};
};

}  // namespace

#define TY_DICT_ITERATOR(symbol, type_object, python_name, part, reverse)                                                       \
  extern constexpr TypeDef symbol = {.name = python_name, .size = sizeof(DictIterator), .flags = 0, .layout = kIteratorLayout,  \
                                     .ops = &IteratorTables<part, reverse>::ops, .methods = IteratorTables<part, reverse>::methods}; \
  Type type_object;
TY_DICT_ITERATOR(kDictKeyIteratorDef, dict_key_iterator_type, "dict_keyiterator", Part::kKey, false)
TY_DICT_ITERATOR(kDictValueIteratorDef, dict_value_iterator_type, "dict_valueiterator", Part::kValue, false)
TY_DICT_ITERATOR(kDictItemIteratorDef, dict_item_iterator_type, "dict_itemiterator", Part::kItem, false)
TY_DICT_ITERATOR(kDictReverseKeyIteratorDef, dict_reverse_key_iterator_type, "dict_reversekeyiterator", Part::kKey, true)
TY_DICT_ITERATOR(kDictReverseValueIteratorDef, dict_reverse_value_iterator_type, "dict_reversevalueiterator", Part::kValue, true)
TY_DICT_ITERATOR(kDictReverseItemIteratorDef, dict_reverse_item_iterator_type, "dict_reverseitemiterator", Part::kItem, true)

extern constexpr TypeDef kDictKeysDef = {.name = "dict_keys", .size = sizeof(DictView), .flags = 0, .layout = kViewLayout, .ops = &kKeysOps,
                                         .methods = kKeysMethods, .getset = kViewGetSet};
extern constexpr TypeDef kDictValuesDef = {.name = "dict_values", .size = sizeof(DictView), .flags = 0, .layout = kViewLayout, .ops = &kValuesOps,
                                           .methods = kValuesMethods, .getset = kViewGetSet};
extern constexpr TypeDef kDictItemsDef = {.name = "dict_items", .size = sizeof(DictView), .flags = 0, .layout = kViewLayout, .ops = &kItemsOps,
                                          .methods = kItemsMethods, .getset = kViewGetSet};
Type dict_keys_type, dict_values_type, dict_items_type;

}  // namespace ty
