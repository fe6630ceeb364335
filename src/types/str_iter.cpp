// The iterator of str.
#include "mem/heap.h"
#include "types/int.h"
#include "types/str_internal.h"
#include "types/tuple.h"

namespace ty {

struct StrIterator : Object {
  Slot text;    // [const] Str
  ssize index;  // [atomic] next character; past the length: exhausted
  static Type* type();
};

Type str_iterator_type;
Type* StrIterator::type() { return &str_iterator_type; }

Result<Owned> str_dunder_iter(Thread& t, Value self) {
  Object* o = allocate_object(t, &str_iterator_type, sizeof(StrIterator));
  if (o == nullptr) return raise_memory_error(t);
  auto* it = static_cast<StrIterator*>(o);
  it->text.init(dup(self));
  return Owned::steal(Value(o));
}

namespace {

Lookup<Owned> str_iterator_dunder_next(Thread& t, Value self) {
  auto* it = self.as<StrIterator>();
  auto* s = it->text.load_as<Str>();
  // Threads that share the iterator get distinct characters.
  ssize i;
  if (it->is_local()) {
    i = it->index;
    if (i >= s->length) return Absent{};
    it->index = i + 1;
  } else {
    i = __atomic_load_n(&it->index, __ATOMIC_RELAXED);
    do {
      if (i >= s->length) return Absent{};
    } while (!__atomic_compare_exchange_n(&it->index, &i, i + 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
  }
  auto c = str_of_code_point(t, s->at(i));
  if (!c.ok()) return Raised{};
  return c.take();
}

ssize remaining(StrIterator& it) {
  ssize left = it.text.load_as<Str>()->length - __atomic_load_n(&it.index, __ATOMIC_RELAXED);
  return left > 0 ? left : 0;
}

ssize str_iterator_length_hint(Thread& t, StrIterator& self) { return remaining(self); }

Result<Owned> str_iterator_reduce(Thread& t, StrIterator& self) {
  Owned iter = TRY(import_attribute(t, "builtins", "iter"));
  bool exhausted = remaining(self) == 0;
  Owned text = exhausted ? Owned::steal(g_empty_str) : self.text.get();
  Ref<Tuple> arguments = TRY(tuple_pack(t, text));
  Ref<Tuple> result;
  if (exhausted) {
    result = TRY(tuple_pack(t, iter, arguments));
  } else {
    Owned index = TRY(int_from_int64(t, __atomic_load_n(&self.index, __ATOMIC_RELAXED)));
    result = TRY(tuple_pack(t, iter, arguments, index));
  }
  return Owned(std::move(result));
}

void str_iterator_setstate(Thread& t, StrIterator& self, ssize index) {
  ssize length = self.text.load_as<Str>()->length;
  __atomic_store_n(&self.index, index < 0 ? 0 : index > length ? length : index, __ATOMIC_RELAXED);
}

Result<Owned> str_iterator_dunder_iter(Thread& t, Value self) { return borrow_or_dup(self); }

constexpr MethodDef kStrIteratorMethods[] = {
    method<&str_iterator_length_hint>("__length_hint__", "($self, /)", "Private method returning an estimate of len(list(it))."),
    method<&str_iterator_reduce>("__reduce__", "($self, /)", "Return state information for pickling."),
    method<&str_iterator_setstate>("__setstate__", "($self, state, /)", "Set state information for unpickling."),
    {}};
constexpr uint16_t kStrIteratorSlots[] = {offsetof(StrIterator, text)};
constexpr TypeOps kStrIteratorOps = {.iter = &str_iterator_dunder_iter, .next = &str_iterator_dunder_next};

}  // namespace

extern const TypeDef kStrIteratorDef;
constinit const TypeDef kStrIteratorDef = {
    .name = "str_iterator",
    .size = sizeof(StrIterator),
    .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kStrIteratorSlots, .slot_count = 1},
    .ops = &kStrIteratorOps,
    .methods = kStrIteratorMethods,
};

}  // namespace ty
