// set and frozenset: Python-visible operations and methods, and the set iterator.
#include "object/binding.h"
#include "types/container.h"
#include "types/dict_internal.h"
#include "types/list.h"
#include "types/set.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {
namespace {

TY_INLINE Set& as_set(Value v) { return *v.as<Set>(); }
/// The built-in type a result of an operation on `self` has.
Type* base_of(Set& self) { return is_subtype(self.Object::type(), &frozenset_type) ? &frozenset_type : &set_type; }

Result<Owned> set_create(Thread& t, Type* type, const Value*, size_t, Tuple*) { return Owned(TRY(set_make(t, type))); }
Result<void> set_init(Thread& t, Set& self, Value iterable) {
  set_clear(t, self);
  if (iterable) TRY(set_update_rpy(t, &self, iterable));
  return {};
}
Result<Owned> frozenset_create_in(Thread& t, Type& type, Value iterable) {
  if (&type == &frozenset_type) return frozenset_new(t, iterable);
  Ref<Set> self = TRY(set_make(t, &type));
  if (iterable) TRY(set_update_rpy(t, self, iterable));
  return Owned(std::move(self));
}
/// `v` as a set with known hashes: itself if it is one, else a temporary.
Result<Ref<Set>> to_set(Thread& t, Value v) {
  if (is_any_set(v)) return dup(v.as<Set>());
  Ref<Set> result = TRY(set_make(t, &set_type));
  TRY(set_update_rpy(t, result, v));
  return result;
}

Result<Owned> set_dunder_repr(Thread& t, Value v) {
  Set& self = as_set(v);
  Owned name = TRY(get_attribute(t, Value(self.Object::type()), NAME("__name__")));
  ReprGuard guard(t, v);
  if (guard.recursive()) return Owned(TRY(str_from_format(t, "%U(...)", name.value())));
  if (set_used(self) == 0) return Owned(TRY(str_from_format(t, "%U()", name.value())));
  TRY(check_native_stack(t, " while getting the repr of an object"));
  StrWriter out(t);
  bool plain = self.Object::type() == &set_type;
  if (!plain) {
    TRY(out.str(*name.value().as<Str>()));
    TRY(out.ascii("("));
  }
  TRY(out.ascii("{"));
  Owned item;
  bool first = true;
  for (ssize position = 0; set_next_hashed(self, &position, &item, nullptr);) {
    if (!first) TRY(out.ascii(", "));
    first = false;
    Owned text = TRY(object_repr(t, item));
    TRY(out.str(*text.value().as<Str>()));
  }
  TRY(out.ascii(plain ? "}" : "})"));
  return Owned(TRY(out.finish()));
}

// CPython: Objects/setobject.c frozenset_hash()
Result<ssize> frozenset_dunder_hash(Thread&, Value v) {
  Set& self = as_set(v);
  int64_t cached = __atomic_load_n(&self.hash, __ATOMIC_RELAXED);
  if (cached != 0) return static_cast<ssize>(cached);
  uint64_t hash = 0;
  Owned item;
  int64_t item_hash;
  for (ssize position = 0; set_next_hashed(self, &position, &item, &item_hash);) {
    auto h = static_cast<uint64_t>(item_hash);
    hash ^= ((h ^ 89869747ull) ^ (h << 16)) * 3644798167ull;
  }
  hash ^= (static_cast<uint64_t>(set_used(self)) + 1) * 1927868237ull;
  hash ^= (hash >> 11) ^ (hash >> 25);
  hash = hash * 69069u + 907133923ull;
  if (hash == ~uint64_t{0}) hash = 590923713ull;
  __atomic_store_n(&self.hash, static_cast<int64_t>(hash), __ATOMIC_RELAXED);
  return static_cast<ssize>(hash);
}

Result<bool> is_subset_of(Thread& t, Set& self, Set& other) {
  if (set_used(self) > set_used(other)) return false;
  Owned item;
  int64_t hash;
  for (ssize position = 0; set_next_hashed(self, &position, &item, &hash);) {
    if (!TRY(set_contains_hashed(t, other, item, hash))) return false;
  }
  return true;
}

Result<Owned> set_dunder_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (!is_any_set(a) || !is_any_set(b)) return Owned::steal(not_implemented());
  Set& x = as_set(a);
  Set& y = as_set(b);
  switch (op) {
    case CompareOp::kEq:
    case CompareOp::kNe: {
      bool equal = set_used(x) == set_used(y);
      if (equal && base_of(x) == &frozenset_type && base_of(y) == &frozenset_type) {
        int64_t p = __atomic_load_n(&x.hash, __ATOMIC_RELAXED), q = __atomic_load_n(&y.hash, __ATOMIC_RELAXED);
        if (p && q && p != q) equal = false;
      }
      if (equal) equal = TRY(is_subset_of(t, x, y));
      return owned_bool(equal == (op == CompareOp::kEq));
    }
    case CompareOp::kLe: return owned_bool(TRY(is_subset_of(t, x, y)));
    case CompareOp::kGe: return owned_bool(TRY(is_subset_of(t, y, x)));
    case CompareOp::kLt: return owned_bool(set_used(x) < set_used(y) && TRY(is_subset_of(t, x, y)));
    case CompareOp::kGt: return owned_bool(set_used(y) < set_used(x) && TRY(is_subset_of(t, y, x)));
  }
  __builtin_unreachable();
}

Result<ssize> set_dunder_len(Thread&, Value v) { return set_used(as_set(v)); }
Result<bool> set_dunder_contains(Thread& t, Value v, Value item) { return set_contains(t, v, item); }
Result<Owned> set_dunder_iter(Thread& t, Value v) { return set_iterator_new(t, as_set(v)); }

// --- the algebra: results are sets of the base type of `self` ---
Result<Ref<Set>> intersect(Thread& t, Set& self, Value other) {
  Ref<Set> result = TRY(set_make(t, base_of(self)));
  Owned item;
  int64_t hash;
  if (is_any_set(other)) {
    Set* small = other.as<Set>();
    Set* large = &self;
    if (small == large) return set_copy_as(t, self, base_of(self));
    if (set_used(*small) > set_used(*large)) std::swap(small, large);
    for (ssize position = 0; set_next_hashed(*small, &position, &item, &hash);) {
      if (TRY(set_contains_hashed(t, *large, item, hash))) TRY(set_add_hashed(t, *result, item, hash));
    }
    return result;
  }
  Owned iterator = TRY(get_iterator(t, other));
  while (true) {
    item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return result;
    hash = static_cast<int64_t>(TRY(object_hash(t, item)));
    if (TRY(set_contains_hashed(t, self, item, hash))) TRY(set_add_hashed(t, *result, item, hash));
  }
}

/// Removes the items of `other` from `self`.
Result<void> remove_all(Thread& t, Set& self, Value other) {
  Owned item;
  int64_t hash;
  if (other.identity() == Value(&self).identity()) {
    set_clear(t, self);
    return {};
  }
  if (is_any_set(other)) {
    for (ssize position = 0; set_next_hashed(as_set(other), &position, &item, &hash);) TRY(set_discard_hashed(t, self, item, hash));
    return {};
  }
  Owned iterator = TRY(get_iterator(t, other));
  while (true) {
    item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return {};
    hash = static_cast<int64_t>(TRY(object_hash(t, item)));
    TRY(set_discard_hashed(t, self, item, hash));
  }
}

Result<Ref<Set>> subtract(Thread& t, Set& self, Value other) {
  if (!is_any_set(other) && !is_exact<Dict>(other)) {
    Ref<Set> result = TRY(set_copy_as(t, self, base_of(self)));
    TRY(remove_all(t, *result, other));
    return result;
  }
  bool from_dict = is_exact<Dict>(other);
  if (!from_dict && set_used(self) / 4 > set_used(as_set(other))) {
    Ref<Set> result = TRY(set_copy_as(t, self, base_of(self)));
    TRY(remove_all(t, *result, other));
    return result;
  }
  Ref<Set> result = TRY(set_make(t, base_of(self)));
  Owned item;
  int64_t hash;
  for (ssize position = 0; set_next_hashed(self, &position, &item, &hash);) {
    bool present;
    if (from_dict) {
      Owned value = TRY(dict_get_hashed(t, *other.as<Dict>(), item, hash));
      present = !value.value().is_empty();
    } else {
      present = TRY(set_contains_hashed(t, as_set(other), item, hash));
    }
    if (!present) TRY(set_add_hashed(t, *result, item, hash));
  }
  return result;
}

/// Toggles the items of `other` in `self`.
Result<void> toggle_all(Thread& t, Set& self, Value other) {
  if (other.identity() == Value(&self).identity()) {
    set_clear(t, self);
    return {};
  }
  Ref<Set> operand = TRY(to_set(t, other));
  Owned item;
  int64_t hash;
  for (ssize position = 0; set_next_hashed(*operand, &position, &item, &hash);) {
    if (!TRY(set_discard_hashed(t, self, item, hash))) TRY(set_add_hashed(t, self, item, hash));
  }
  return {};
}

#define TY_BOTH_SETS(a, b) \
  if (!is_any_set(a) || !is_any_set(b)) return Owned::steal(not_implemented())

Result<Owned> set_dunder_and(Thread& t, Value a, Value b) {
  TY_BOTH_SETS(a, b);
  return Owned(TRY(intersect(t, as_set(a), b)));
}
Result<Owned> set_dunder_or(Thread& t, Value a, Value b) {
  TY_BOTH_SETS(a, b);
  Ref<Set> result = TRY(set_copy_as(t, as_set(a), base_of(as_set(a))));
  TRY(set_update_rpy(t, result, b));
  return Owned(std::move(result));
}
Result<Owned> set_dunder_sub(Thread& t, Value a, Value b) {
  TY_BOTH_SETS(a, b);
  return Owned(TRY(subtract(t, as_set(a), b)));
}
Result<Owned> set_dunder_xor(Thread& t, Value a, Value b) {
  TY_BOTH_SETS(a, b);
  Ref<Set> result = TRY(set_copy_as(t, as_set(b), base_of(as_set(a))));
  TRY(toggle_all(t, *result, a));
  return Owned(std::move(result));
}
Result<Owned> set_dunder_ior(Thread& t, Value a, Value b) {
  TY_BOTH_SETS(a, b);
  TRY(set_update_rpy(t, a, b));
  return borrow_or_dup(a);
}
Result<Owned> set_dunder_iand(Thread& t, Value a, Value b) {
  TY_BOTH_SETS(a, b);
  Ref<Set> result = TRY(intersect(t, as_set(a), b));
  TRY(set_take_content(t, as_set(a), *result));
  return borrow_or_dup(a);
}
Result<Owned> set_dunder_isub(Thread& t, Value a, Value b) {
  TY_BOTH_SETS(a, b);
  TRY(remove_all(t, as_set(a), b));
  return borrow_or_dup(a);
}
Result<Owned> set_dunder_ixor(Thread& t, Value a, Value b) {
  TY_BOTH_SETS(a, b);
  TRY(toggle_all(t, as_set(a), b));
  return borrow_or_dup(a);
}

// --- methods ---
Result<void> set_method_add(Thread& t, Set& self, Value item) { return set_add(t, &self, item); }
Result<void> set_method_discard(Thread& t, Set& self, Value item) {
  TRY(set_discard(t, &self, item));
  return {};
}
Result<void> set_remove(Thread& t, Set& self, Value item) {
  if (!TRY(set_discard(t, &self, item))) return raise_key_error(t, item);
  return {};
}
Result<Owned> set_pop(Thread& t, Set& self) {
  Owned item = TRY(set_pop_any(t, self));
  if (item.value().is_empty()) return raise_format(t, &exc_KeyError, "pop from an empty set");
  return item;
}
void set_method_clear(Thread& t, Set& self) { set_clear(t, self); }
Result<Owned> set_copy(Thread& t, Set& self) {
  if (self.Object::type() == &frozenset_type) return borrow_or_dup(Value(&self));
  Type* type = base_of(self);
  return Owned(TRY(set_copy_as(t, self, type)));
}
Result<Owned> set_union(Thread& t, Set& self, Args others) {
  Ref<Set> result = TRY(set_copy_as(t, self, base_of(self)));
  for (Value other : others) TRY(set_update_rpy(t, result, other));
  return Owned(std::move(result));
}
Result<void> set_update(Thread& t, Set& self, Args others) {
  for (Value other : others) TRY(set_update_rpy(t, &self, other));
  return {};
}
Result<Owned> set_intersection(Thread& t, Set& self, Args others) {
  if (others.size == 0) return Owned(TRY(set_copy_as(t, self, base_of(self))));
  Ref<Set> result = TRY(intersect(t, self, others[0]));
  for (size_t i = 1; i < others.size; i++) result = TRY(intersect(t, *result, others[i]));
  return Owned(std::move(result));
}
Result<void> set_intersection_update(Thread& t, Set& self, Args others) {
  Owned result = TRY(set_intersection(t, self, others));
  if (result.value().object() == &self) return {};
  Ref<Set> own = TRY(set_copy_as(t, as_set(result), &set_type));
  return set_take_content(t, self, *own);
}
Result<Owned> set_difference(Thread& t, Set& self, Args others) {
  if (others.size == 0) return Owned(TRY(set_copy_as(t, self, base_of(self))));
  Ref<Set> result = TRY(subtract(t, self, others[0]));
  for (size_t i = 1; i < others.size; i++) TRY(remove_all(t, *result, others[i]));
  return Owned(std::move(result));
}
Result<void> set_difference_update(Thread& t, Set& self, Args others) {
  for (Value other : others) TRY(remove_all(t, self, other));
  return {};
}
Result<Owned> set_symmetric_difference(Thread& t, Set& self, Value other) {
  Ref<Set> operand = TRY(set_make(t, base_of(self)));
  TRY(set_update_rpy(t, operand, other));
  TRY(toggle_all(t, *operand, &self));
  return Owned(std::move(operand));
}
Result<void> set_symmetric_difference_update(Thread& t, Set& self, Value other) { return toggle_all(t, self, other); }
Result<bool> set_isdisjoint(Thread& t, Set& self, Value other) {
  Owned item;
  int64_t hash;
  if (other.identity() == Value(&self).identity()) return set_used(self) == 0;
  if (is_exact_any_set(other)) {
    Set* small = other.as<Set>();
    Set* large = &self;
    if (set_used(*small) > set_used(*large)) std::swap(small, large);
    for (ssize position = 0; set_next_hashed(*small, &position, &item, &hash);) {
      if (TRY(set_contains_hashed(t, *large, item, hash))) return false;
    }
    return true;
  }
  Owned iterator = TRY(get_iterator(t, other));
  while (true) {
    item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return true;
    hash = static_cast<int64_t>(TRY(object_hash(t, item)));
    if (TRY(set_contains_hashed(t, self, item, hash))) return false;
  }
}
Result<bool> set_issubset(Thread& t, Set& self, Value other) {
  if (is_any_set(other)) return is_subset_of(t, self, as_set(other));
  Ref<Set> common = TRY(intersect(t, self, other));
  return set_used(*common) == set_used(self);
}
Result<bool> set_issuperset(Thread& t, Set& self, Value other) {
  if (is_any_set(other)) return is_subset_of(t, as_set(other), self);
  Owned iterator = TRY(get_iterator(t, other));
  while (true) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return true;
    if (!TRY(set_contains(t, &self, item))) return false;
  }
}

Result<Ref<List>> set_items_list(Thread& t, Set& self) {
  Ref<List> items = TRY(list_new(t, set_used(self)));
  Owned item;
  for (ssize position = 0; set_next_hashed(self, &position, &item, nullptr);) TRY(list_push(t, *items, item));
  return items;
}
Result<Owned> set_dunder_reduce(Thread& t, Set& self) {
  Ref<List> items = TRY(set_items_list(t, self));
  Ref<Tuple> arguments = TRY(tuple_pack(t, items));
  Owned state = TRY(call_method(t, &self, NAME("__getstate__")));
  return Owned(TRY(tuple_pack(t, Value(self.Object::type()), arguments, state)));
}
ssize set_dunder_sizeof(Thread&, Set& self) {
  ssize bytes = self.Object::type()->basicsize;
  SetTable* table = self.table.load();
  if (table && table != self.small_table()) bytes += (table->mask + 1) * static_cast<ssize>(sizeof(SetEntry));
  return bytes;
}

// --- iterator ---
struct SetIterator : Object {
  Slot set;      // [lock] null when exhausted
  ssize used;    // [lock] -1 after a change of size
  ssize position;  // [lock]
  ssize remaining; // [lock]
  static Type* type();
};

Lookup<Owned> set_iterator_next(Thread& t, Value v) {
  SetIterator& self = *v.as<SetIterator>();
  CriticalSection section(t, &self);
  Value container = self.set.load();
  if (!container) return Absent{};
  Set& set = as_set(container);
  if (TY_UNLIKELY(self.used != set_used(set))) {
    self.used = -1;
    return raise_runtime_error(t, "Set changed size during iteration");
  }
  Owned item;
  if (set_next_hashed(set, &self.position, &item, nullptr)) {
    self.remaining--;
    return item;
  }
  Owned old = self.set.clear(&self);
  return Absent{};
}
Result<ssize> set_iterator_length_hint(Thread& t, SetIterator& self) {
  CriticalSection section(t, &self);
  Value container = self.set.load();
  if (!container || self.used != set_used(as_set(container))) return ssize{0};
  return self.remaining;
}
Result<Owned> set_iterator_reduce(Thread& t, SetIterator& self) {
  Ref<List> items = TRY(list_new(t));
  Owned container = self.set.get();
  if (container) {
    Owned item;
    for (ssize position = self.position; set_next_hashed(as_set(container), &position, &item, nullptr);) TRY(list_push(t, *items, item));
  }
  Owned iter = TRY(import_attribute(t, "builtins", "iter"));
  Ref<Tuple> arguments = TRY(tuple_pack(t, items));
  return Owned(TRY(tuple_pack(t, iter, arguments)));
}
Result<Owned> iterator_self(Thread&, Value v) { return borrow_or_dup(v); }

#define TY_SHARED_SET_METHODS                                                                                             \
  method<&set_copy>("copy", "($self, /)", "Return a shallow copy of a set."),                                             \
      method<&set_difference>("difference", "($self, /, *others)",                                                        \
                              "Return a new set with elements in the set that are not in the others."),                   \
      method<&set_intersection>("intersection", "($self, /, *others)",                                                    \
                                "Return a new set with elements common to the set and all others."),                      \
      method<&set_isdisjoint>("isdisjoint", "($self, other, /)", "Return True if two sets have a null intersection."),    \
      method<&set_issubset>("issubset", "($self, other, /)", "Report whether another set contains this set."),            \
      method<&set_issuperset>("issuperset", "($self, other, /)", "Report whether this set contains another set."),        \
      method<&set_dunder_reduce>("__reduce__", "($self, /)", "Return state information for pickling."),                   \
      method<&set_dunder_sizeof>("__sizeof__", "($self, /)", "S.__sizeof__() -> size of S in memory, in bytes."),         \
      method<&set_symmetric_difference>("symmetric_difference", "($self, other, /)",                                      \
                                        "Return a new set with elements in either the set or other but not both."),       \
      method<&set_union>("union", "($self, /, *others)", "Return a new set with elements from the set and all others."),  \
      TY_CLASS_GETITEM

constexpr MethodDef kSetMethods[] = {
    TY_SHARED_SET_METHODS,
    method<&set_method_add>("add", "($self, object, /)",
                            "Add an element to a set.\n\nThis has no effect if the element is already present."),
    method<&set_method_clear>("clear", "($self, /)", "Remove all elements from this set."),
    method<&set_method_discard>("discard", "($self, object, /)",
                                "Remove an element from a set if it is a member.\n\n"
                                "Unlike set.remove(), the discard() method does not raise\nan exception when an element is missing from the set."),
    method<&set_difference_update>("difference_update", "($self, /, *others)", "Update the set, removing elements found in others."),
    method<&set_intersection_update>("intersection_update", "($self, /, *others)",
                                     "Update the set, keeping only elements found in it and all others."),
    method<&set_pop>("pop", "($self, /)", "Remove and return an arbitrary set element.\n\nRaises KeyError if the set is empty."),
    method<&set_remove>("remove", "($self, object, /)",
                        "Remove an element from a set; it must be a member.\n\nIf the element is not a member, raise a KeyError."),
    method<&set_symmetric_difference_update>("symmetric_difference_update", "($self, other, /)",
                                             "Update the set, keeping only elements found in either set, but not in both."),
    method<&set_update>("update", "($self, /, *others)", "Update the set, adding elements from all others."),
    {}};
constexpr MethodDef kFrozensetMethods[] = {TY_SHARED_SET_METHODS, {}};
constexpr MethodDef kSetIteratorMethods[] = {
    method<&set_iterator_length_hint>("__length_hint__", "($self, /)", "Private method returning an estimate of len(list(it))."),
    method<&set_iterator_reduce>("__reduce__", "($self, /)", "Return state information for pickling."),
    {}};

void set_each(Object* o, SlotVisitor& visitor) {
  SetTable* table = static_cast<Set*>(o)->table.load();
  if (!table) return;
  for (ssize i = 0; i <= table->mask; i++) {
    if (Value v = Value::from_bits(table->entries[i].key.raw()); v.bits && v.is_object()) visitor(table->entries[i].key.address());
  }
}
void set_release(Object* o) {
  Set* self = static_cast<Set*>(o);
  SetTable* table = self->table.load();
  if (table && table != self->small_table()) free_buffer(table);
}

constexpr TypeOps kSetOps = {.repr = &set_dunder_repr,
                             .compare = &set_dunder_compare,
                             .iter = &set_dunder_iter,
                             .init = initializer<"set", "(iterable=(), /)", &set_init>,
                             .create = &set_create,
                             .subtract = &set_dunder_sub,
                             .bit_and = &set_dunder_and,
                             .bit_xor = &set_dunder_xor,
                             .bit_or = &set_dunder_or,
                             .inplace_subtract = &set_dunder_isub,
                             .inplace_bit_and = &set_dunder_iand,
                             .inplace_bit_xor = &set_dunder_ixor,
                             .inplace_bit_or = &set_dunder_ior,
                             .length = &set_dunder_len,
                             .contains = &set_dunder_contains};
constexpr TypeOps kFrozensetOps = {.repr = &set_dunder_repr,
                                   .hash = &frozenset_dunder_hash,
                                   .compare = &set_dunder_compare,
                                   .iter = &set_dunder_iter,
                                   .create = &positional_constructor<"frozenset", "(iterable=(), /)", &frozenset_create_in, &frozenset_type>,
                                   .subtract = &set_dunder_sub,
                                   .bit_and = &set_dunder_and,
                                   .bit_xor = &set_dunder_xor,
                                   .bit_or = &set_dunder_or,
                                   .length = &set_dunder_len,
                                   .contains = &set_dunder_contains};
constexpr TypeOps kSetIteratorOps = {.iter = &iterator_self, .next = &set_iterator_next};
constexpr uint16_t kSetIteratorSlots[] = {offsetof(SetIterator, set)};
constexpr TypeLayout kSetLayout = {.flags = kCollectable, .each = &set_each, .release = &set_release};

}  // namespace

extern Type set_iterator_type;
inline Type* SetIterator::type() { return &set_iterator_type; }

Result<Owned> set_iterator_new(Thread& t, Set& self) {
  Ref<SetIterator> iterator = TRY(make_object<SetIterator>(t));
  iterator->set.init(dup(Value(&self)));
  iterator->used = iterator->remaining = set_used(self);
  return Owned(std::move(iterator));
}

extern constexpr TypeDef kSetDef = {.name = "set", .size = sizeof(Set), .flags = kTypeBase | kTypeMatchSelf | kTypeWeakReferable, .layout = kSetLayout,
                                    .ops = &kSetOps, .methods = kSetMethods, .doc = "Build an unordered collection of unique elements.",
                                    .text_signature = "(iterable=(), /)"};
extern constexpr TypeDef kFrozensetDef = {.name = "frozenset", .size = sizeof(Set), .flags = kTypeBase | kTypeMatchSelf | kTypeWeakReferable,
                                          .layout = kSetLayout, .ops = &kFrozensetOps, .methods = kFrozensetMethods,
                                          .doc = "Build an immutable unordered collection of unique elements.",
                                          .text_signature = "(iterable=(), /)"};
extern constexpr TypeDef kSetIteratorDef = {.name = "set_iterator", .size = sizeof(SetIterator), .flags = 0,
                                            .layout = {.slot_offsets = kSetIteratorSlots, .slot_count = 1, .flags = kCollectable},
                                            .ops = &kSetIteratorOps, .methods = kSetIteratorMethods};
Type set_type, frozenset_type, set_iterator_type;

}  // namespace ty
