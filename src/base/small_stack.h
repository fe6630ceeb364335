// base/small_stack.h: a growing array of plain structs whose first elements need no allocation.
//
// Threads     belongs to one thread.
#pragma once

#include <cstddef>

#include "base/check.h"

namespace ty {

/// A growing array without constructors; small ones need no allocation.
template <class T, size_t inline_count>
class SmallStack {
 public:
  SmallStack() = default;
  SmallStack(const SmallStack&) = delete;
  ~SmallStack() {
    if (data_ != inline_) __builtin_free(data_);
  }
  size_t size() const { return size_; }
  T& operator[](size_t i) { return data_[i]; }
  T& top() { return data_[size_ - 1]; }
  void pop() { size_--; }
  void truncate(size_t n) { size_ = n; }
  [[nodiscard]] TY_INLINE bool push(const T& item) {
    if (TY_UNLIKELY(size_ == capacity_) && !grow()) return false;
    data_[size_++] = item;
    return true;
  }

 private:
  TY_COLD bool grow() {
    size_t capacity = capacity_ * 2;
    auto* moved = static_cast<T*>(__builtin_malloc(capacity * sizeof(T)));
    if (!moved) return false;
    __builtin_memcpy(moved, data_, size_ * sizeof(T));
    if (data_ != inline_) __builtin_free(data_);
    data_ = moved;
    capacity_ = capacity;
    return true;
  }
  T* data_ = inline_;
  size_t size_ = 0;
  size_t capacity_ = inline_count;
  T inline_[inline_count];
};

}  // namespace ty
