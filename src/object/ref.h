// object/ref.h: owning handles.
//
// Owned       a Value that holds its own reference, or an immediate, or an uncounted (010) SHARED reference: its destructor tests the tag.
// Ref<T>      an owning typed pointer, always counted.
// Both are move-only, one word, [[clang::trivial_abi]]; null means "raised" inside a Result. Copying is spelled dup().
// Destruction never runs Python (finalizers queue on the thread).
// Threads     handles live on one native stack.
// See         docs/native_code.md
#pragma once

#include "base/result.h"
#include "mem/refcount.h"

namespace ty {

class [[clang::trivial_abi, gsl::Owner(Object)]] Owned {
 public:
  TY_INLINE Owned() = default;
  TY_INLINE Owned(std::nullptr_t) {}
  TY_INLINE Owned(Owned&& other) : value_(other.value_) { other.value_ = Value(); }
  TY_INLINE Owned& operator=(Owned&& other) {
    Value old = value_;
    value_ = other.value_;
    other.value_ = Value();
    drop(old);
    return *this;
  }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  TY_INLINE ~Owned() { drop(value_); }

  /// Takes over the reference that `value` carries (its tag says whether it carries one).
  static TY_INLINE Owned steal(Value value) {
    Owned result;
    result.value_ = value;
    return result;
  }
  TY_INLINE Value value() const { return value_; }
  TY_INLINE operator Value() const { return value_; }
  /// Gives the word up, with the reference it carries.
  [[nodiscard]] TY_INLINE Value release() {
    Value value = value_;
    value_ = Value();
    return value;
  }
  TY_INLINE explicit operator bool() const { return value_.bits != 0; }
  friend TY_INLINE bool operator==(const Owned& a, std::nullptr_t) { return a.value_.bits == 0; }

  /// Drops the reference a register-form word carries, if it carries one.
  static TY_INLINE void drop(Value value) {
    if ((value.bits & 7) == 0 && value.bits != 0) dec(value.object());
  }

 private:
  Value value_;
};
template <>
inline constexpr bool kIsWordLike<Owned> = true;

template <class T>
class [[clang::trivial_abi, gsl::Owner(Object)]] Ref {
 public:
  TY_INLINE Ref() = default;
  TY_INLINE Ref(std::nullptr_t) {}
  TY_INLINE Ref(Ref&& other) : pointer_(other.pointer_) { other.pointer_ = nullptr; }
  template <class U>
    requires(__is_base_of(T, U))
  TY_INLINE Ref(Ref<U>&& other) : pointer_(other.release()) {}
  TY_INLINE Ref& operator=(Ref&& other) {
    T* old = pointer_;
    pointer_ = other.pointer_;
    other.pointer_ = nullptr;
    if (old) dec(old);
    return *this;
  }
  Ref(const Ref&) = delete;
  Ref& operator=(const Ref&) = delete;
  TY_INLINE ~Ref() {
    if (pointer_) dec(pointer_);
  }

  static TY_INLINE Ref steal(T* pointer) {
    Ref result;
    result.pointer_ = pointer;
    return result;
  }
  TY_INLINE T* get() const { return pointer_; }
  TY_INLINE T& operator*() const { return *pointer_; }
  TY_INLINE T* operator->() const { return pointer_; }
  TY_INLINE operator Value() const { return Value(pointer_); }
  TY_INLINE operator Owned() && { return Owned::steal(Value(release())); }
  [[nodiscard]] TY_INLINE T* release() {
    T* pointer = pointer_;
    pointer_ = nullptr;
    return pointer;
  }
  TY_INLINE explicit operator bool() const { return pointer_ != nullptr; }
  friend TY_INLINE bool operator==(const Ref& a, std::nullptr_t) { return a.pointer_ == nullptr; }

 private:
  T* pointer_ = nullptr;
};
template <class T>
inline constexpr bool kIsWordLike<Ref<T>> = true;

/// A counted reference to `object` (immortals and DEFERRED objects are not counted).
template <class T>
TY_INLINE Ref<T> dup(T* object) {
  inc(object);
  return Ref<T>::steal(object);
}
template <class T>
  requires(__is_base_of(Object, T))
TY_INLINE Ref<T> dup(T& object) {
  inc(&object);
  return Ref<T>::steal(&object);
}
/// A reference of its own to what `value` refers to, counted whatever form `value` has (R5).
TY_INLINE Owned dup(Value value) {
  if (value.bits != 0 && value.is_object()) {
    inc(value.object());
    return Owned::steal(Value(value.object()));
  }
  return Owned::steal(value);
}
/// The cheapest owning form that is valid until the next safepoint and wherever stacks are scanned: counts a LOCAL or PROMPT object, leaves
/// other SHARED objects uncounted (010). For results and registers, never for heap slots.
TY_INLINE Owned borrow_or_dup(Value value) {
  if (value.bits == 0 || !value.is_object()) return Owned::steal(value);
  Object* o = value.object();
  if (o->load_flags() & (kLocal | kPrompt)) {
    inc(o);
    return Owned::steal(Value(o));
  }
  return Owned::steal(Value::uncounted(o));
}

/// Found, absent or raised. One word: the value, EMPTY, null.
template <class T = Owned>
class [[nodiscard, clang::trivial_abi]] Lookup {
 public:
  TY_INLINE Lookup(T value) : word_(Owned(std::move(value)).release()) {}
  TY_INLINE Lookup(Absent) : word_(Value::empty()) {}
  TY_INLINE Lookup(Raised) {}
  TY_INLINE Lookup(Lookup&& other) : word_(other.word_) { other.word_ = Value(); }
  Lookup(const Lookup&) = delete;
  TY_INLINE ~Lookup() { Owned::drop(word_); }
  TY_INLINE bool found() const { return word_.bits != 0 && !word_.is_empty(); }
  TY_INLINE bool absent() const { return word_.is_empty(); }
  TY_INLINE bool raised() const { return word_.is_null(); }
  /// For TRY: absence is not failure; take_or_absent() then tells.
  TY_INLINE bool ok() const { return !raised(); }
  /// The owned word; EMPTY when absent. TRY(lookup) yields this.
  TY_INLINE Owned take() {
    Value word = word_;
    word_ = Value();
    return Owned::steal(word);
  }

 private:
  Value word_;
};

}  // namespace ty
