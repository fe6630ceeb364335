// base/result.h: how a fallible function answers.
//
// Result<T>   T, or "raised": the exception object is pending on the Thread. One machine word for word-like T
//             (Owned, Ref<T>, pointers: the null word means raised); a pair in two registers for void, bool, numbers.
// Lookup<T>   found / absent / raised, for look-ups and `__next__`: absence is not an exception.
// Raised      what every raise_… function returns; converts to any Result or Lookup.
// TRY(e)      the value of e, or return Raised from the enclosing function. Not in opcode handlers.
// MUST(e)     the value of e, which cannot fail here (say why in a comment).
// Threads     values; no sharing.
#pragma once

#include <utility>

#include "base/check.h"

namespace ty {

/// "An exception is pending on the thread."
struct [[nodiscard]] Raised {};

/// "The key is not there" / "the iterator is exhausted".
struct Absent {};

/// True for types whose null word means failure. Specialised by Owned and Ref.
template <class T>
inline constexpr bool kIsWordLike = false;
template <class T>
inline constexpr bool kIsWordLike<T*> = true;

template <class T, bool word = kIsWordLike<T>>
class Result;

/// Word-like: null is failure.
template <class T>
class [[nodiscard, clang::trivial_abi]] Result<T, true> {
 public:
  using Type = T;
  TY_INLINE Result(T value) : value_(std::move(value)) {}
  TY_INLINE Result(Raised) : value_(nullptr) {}
  template <class U>
    requires(kIsWordLike<U> && !__is_same(U, T))
  TY_INLINE Result(Result<U>&& other) : value_(other.ok() ? T(other.take()) : T(nullptr)) {}
  template <class U>
    requires(!__is_same(U, T) && __is_convertible_to(U, T))
  TY_INLINE Result(U&& value) : value_(T(std::forward<U>(value))) {}
  TY_INLINE bool ok() const { return value_ != nullptr; }
  TY_INLINE T take() { return std::move(value_); }

 private:
  T value_;
};

/// Everything else: a pair.
template <class T>
class [[nodiscard]] Result<T, false> {
 public:
  using Type = T;
  TY_INLINE Result(T value) : value_(value), ok_(true) {}
  TY_INLINE Result(Raised) : value_(), ok_(false) {}
  TY_INLINE bool ok() const { return ok_; }
  TY_INLINE T take() { return value_; }

 private:
  T value_;
  bool ok_;
};

template <>
class [[nodiscard]] Result<void, false> {
 public:
  using Type = void;
  TY_INLINE Result() : ok_(true) {}
  TY_INLINE Result(Raised) : ok_(false) {}
  TY_INLINE bool ok() const { return ok_; }
  TY_INLINE void take() {}

 private:
  bool ok_;
};

}  // namespace ty

#define TRY(expression)                                      \
  ({                                                         \
    auto ty_result_ = (expression);                          \
    if (TY_UNLIKELY(!ty_result_.ok())) return ::ty::Raised{}; \
    ty_result_.take();                                       \
  })

#define MUST(expression)                       \
  ({                                           \
    auto ty_result_ = (expression);            \
    CHECK(ty_result_.ok(), "MUST failed");     \
    ty_result_.take();                         \
  })
