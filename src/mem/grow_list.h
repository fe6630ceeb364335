// mem/grow_list.h: an array of plain words that grows: work lists of memory management.
//
// Allocated outside the object heap; running out of memory here ends the process, because destruction cannot fail.
// Threads     the list's owner.
#pragma once

#include <cstdlib>
#include <cstring>

#include "base/check.h"

namespace ty {

template <class T>
struct GrowList {
  T* data = nullptr;
  size_t length = 0;
  size_t capacity = 0;

  GrowList() = default;
  GrowList(const GrowList&) = delete;
  GrowList& operator=(const GrowList&) = delete;
  ~GrowList() { std::free(data); }

  TY_INLINE void push(const T& value) {
    if (TY_UNLIKELY(length == capacity)) grow();
    data[length++] = value;
  }
  TY_INLINE T pop() { return data[--length]; }
  TY_INLINE T& operator[](size_t i) { return data[i]; }
  TY_INLINE T* begin() { return data; }
  TY_INLINE T* end() { return data + length; }
  TY_INLINE bool empty() const { return length == 0; }
  /// Empties it; a large array is given back.
  void clear() {
    length = 0;
    if (capacity > 65536) release();
  }
  void release() {
    std::free(data);
    data = nullptr;
    length = capacity = 0;
  }
  void swap(GrowList& other) {
    T* d = data;
    size_t l = length, c = capacity;
    data = other.data, length = other.length, capacity = other.capacity;
    other.data = d, other.length = l, other.capacity = c;
  }
  /// Moves everything from `other` to the end.
  void take_all(GrowList& other) {
    if (length == 0) {
      swap(other);
    } else {
      for (T& value : other) push(value);
    }
    other.length = 0;
  }

 private:
  TY_COLD void grow() {
    size_t wanted = capacity ? capacity * 2 : 64;
    void* moved = std::realloc(data, wanted * sizeof(T));
    CHECK(moved != nullptr, "out of memory while destroying objects");
    data = static_cast<T*>(moved);
    capacity = wanted;
  }
};

}  // namespace ty
