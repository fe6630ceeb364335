// The iterator of str.
#include "mem/heap.h"
#include "types/int.h"
#include "types/str_internal.h"
#include "types/tuple.h"

namespace ty {

struct StrIterator : Object {
  Slot text;    // [atomic] Str; null: exhausted
  ssize index;  // [atomic] next character
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
  Value text = it->text.load();
  if (text.is_null()) return Absent{};
  auto* s = text.as<Str>();
  // Threads that share the iterator get distinct characters.
  ssize i;
  if (it->is_local()) {
    i = it->index++;
  } else {
    i = __atomic_fetch_add(&it->index, 1, __ATOMIC_RELAXED);
  }
  if (i >= s->length) {
    Owned dropped = it->text.clear(it);  // the text lives no longer than it is needed
    return Absent{};
  }
  auto c = str_of_code_point(t, s->at(i));
  if (!c.ok()) return Raised{};
  return c.take();
}

ssize remaining(StrIterator& it) {
  Value text = it.text.load();
  if (text.is_null()) return 0;
  ssize left = text.as<Str>()->length - __atomic_load_n(&it.index, __ATOMIC_RELAXED);
  return left > 0 ? left : 0;
}

ssize str_iterator_length_hint(Thread& t, StrIterator& self) { return remaining(self); }

Result<Owned> str_iterator_reduce(Thread& t, StrIterator& self) {
  Owned iter = TRY(import_attribute(t, "builtins", "iter"));
  Owned text = self.text.get();
  bool exhausted = !text;
  if (exhausted) text = Owned::steal(g_empty_str);
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
  Value text = self.text.load();
  if (text.is_null()) return;
  ssize length = text.as<Str>()->length;
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
