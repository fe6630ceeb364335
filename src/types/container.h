// types/container.h: small things every container implementation uses.
//
// Words of a buffer that lock-free readers may see are taken with own_word(): a PROMPT object whose count is already zero answers false, and the
// reader starts again from the buffer pointer (the slot of a retired buffer never changes, so retrying the slot alone would not end).
// Threads     see each function.
#pragma once

#include "mem/heap.h"
#include "object/abstract.h"
#include "object/binding.h"

namespace ty {

/// A fresh object of `type` (T::type() or a subclass), zeroed.
template <class T>
TY_INLINE Result<Ref<T>> make_object(Thread& t, Type* type = T::type()) {
  Object* o = allocate_object(t, type, static_cast<size_t>(type->basicsize));
  if (TY_UNLIKELY(!o)) return raise_memory_error(t);
  return Ref<T>::steal(static_cast<T*>(o));
}

/// A reference of the caller's own to a word read from a buffer; false: read the buffer pointer again.
TY_INLINE bool own_word(Value word, Owned& out) {
  if (word.bits == 0 || !word.is_object()) {
    out = Owned::steal(word);
    return true;
  }
  Object* o = word.object();
  uint16_t flags = o->load_flags();
  if (flags & kLocal) {
    inc(o);
    out = Owned::steal(word);
    return true;
  }
  if (TY_UNLIKELY(flags & kPrompt)) {
    if (!try_inc_prompt(o)) return false;
    out = Owned::steal(word);
    return true;
  }
  out = Owned::steal(Value::uncounted(o));
  return true;
}

/// The heap form of a new reference to `value`: what a slot of a buffer holds.
TY_INLINE uint64_t counted_bits(Value value) { return dup(value).release().bits; }

/// A key as a sequence index; IndexError when it does not fit.
TY_INLINE Result<ssize> sequence_index(Thread& t, Value key) {
  if (TY_LIKELY(key.is_small_int())) return static_cast<ssize>(key.small_int());
  return number_as_ssize(t, key, &exc_IndexError);
}
TY_INLINE bool has_index(Value v) { return v.is_small_int() || ops_of(v).index != nullptr; }

/// Publishes `value` ahead of taking the lock of `owner`, when that is SHARED.
TY_INLINE void publish_for(Object* owner, Value value) {
  if (TY_UNLIKELY(owner->is_shared())) publish(value);
}

/// Immediate int (sizes and indices always fit).
TY_INLINE Owned small_int(ssize n) { return Owned::steal(Value::small_int_unchecked(n)); }

/// origin[args]: types.GenericAlias.
Result<Owned> generic_alias_new(Thread& t, Value origin, Value args);
/// cls.__class_getitem__(item) of the built-in containers.
Result<Owned> container_class_getitem(Thread& t, Type& cls, Value item);
#define TY_CLASS_GETITEM \
  class_method<&container_class_getitem>("__class_getitem__", "($type, object, /)", "See PEP 585")

/// Keywords of a call of a class that takes none: an error for `base` itself and for subclasses with its __init__; others keep them for theirs.
TY_INLINE Tuple* constructor_keywords(Type* type, Type* base, Tuple* kwnames) {
  return kwnames && type != base && type->info->ops.init != base->info->ops.init ? nullptr : kwnames;
}
/// `constructor<…>` of such a class.
template <FixedString name, FixedString signature, auto F, Type* base>
Result<Owned> positional_constructor(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  using Def = ConstructorDef<name, signature, F>;
  return Def::create(t, type, args, nargs, constructor_keywords(type, base, kwnames));
}

/// `initializer<…>` likewise: keywords are for the __new__ of a subclass that has one.
template <FixedString name, FixedString signature, auto F, Type* base>
Result<void> positional_initializer(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  if (TY_UNLIKELY(kwnames != nullptr) && type_of(self)->info->ops.create != base->info->ops.create) kwnames = nullptr;
  return ConstructorDef<name, signature, F>::init(t, self, args, nargs, kwnames);
}

/// Scope of a repr() that may meet itself.
class ReprGuard {
 public:
  ReprGuard(Thread& t, Value object) : t_(t), object_(object), entered_(!repr_enter(t, object)) {}
  ~ReprGuard() {
    if (entered_) repr_leave(t_, object_);
  }
  ReprGuard(const ReprGuard&) = delete;
  /// True if the object's repr is being computed already: answer "…".
  bool recursive() const { return !entered_; }

 private:
  Thread& t_;
  Value object_;
  bool entered_;
};

}  // namespace ty
