// base/arena.h: a bump allocator whose memory is freed all at once.
//
// What        make<T>() and allocate() hand out zeroed memory from chunks; nothing is freed before
//             the arena, and no destructor runs: only trivially destructible types go in.
// Invariants  every block is aligned to 8 (or to alignof(T) up to 16); memory is zero when handed out.
// Threads     one thread at a time.
#pragma once

#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace ty {

/// A sequence that lives in an arena: a pointer and a count, trivially copyable.
template <class T>
struct Span {
  T* items = nullptr;
  ssize size = 0;

  T& operator[](ssize index) const {
    DCHECK(index >= 0 && index < size);
    return items[index];
  }
  T* begin() const { return items; }
  T* end() const { return items + size; }
  bool empty() const { return size == 0; }
  T& back() const { return items[size - 1]; }
};

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() { release(); }

  /// `size` zeroed bytes.
  TY_INLINE void* allocate(size_t size, size_t align = 8) {
    uintptr_t start = (cursor_ + (align - 1)) & ~uintptr_t(align - 1);
    if (TY_UNLIKELY(start + size > limit_)) return allocate_slow(size, align);
    cursor_ = start + size;
    return reinterpret_cast<void*>(start);
  }

  /// A value-initialised T.
  template <class T, class... Args>
  TY_INLINE T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T) < 8 ? 8 : alignof(T))) T{std::forward<Args>(args)...};
  }

  /// `count` zeroed items.
  template <class T>
  Span<T> make_span(ssize count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count == 0) return {};
    return {static_cast<T*>(allocate(sizeof(T) * size_t(count))), count};
  }

  /// A copy of `count` items.
  template <class T>
  Span<T> copy_span(const T* items, ssize count) {
    Span<T> out = make_span<T>(count);
    if (count) memcpy(static_cast<void*>(out.items), items, sizeof(T) * size_t(count));
    return out;
  }

  /// A copy of `text`, followed by a zero byte.
  std::string_view copy_text(std::string_view text) {
    char* out = static_cast<char*>(allocate(text.size() + 1, 1));
    if (!text.empty()) memcpy(out, text.data(), text.size());
    return {out, text.size()};
  }

  /// Frees everything; the arena may be used again.
  void release() {
    while (chunks_) {
      Chunk* next = chunks_->next;
      free(chunks_);
      chunks_ = next;
    }
    cursor_ = limit_ = 0;
    reserved_ = 0;
  }

  /// Bytes obtained from the system.
  size_t reserved() const { return reserved_; }

 private:
  struct alignas(16) Chunk {
    Chunk* next;
  };
  static constexpr size_t kFirstChunk = 16 << 10;
  static constexpr size_t kLargestChunk = 1 << 20;

  TY_NOINLINE void* allocate_slow(size_t size, size_t align) {
    size_t wanted = reserved_ < kFirstChunk ? kFirstChunk : reserved_;
    if (wanted > kLargestChunk) wanted = kLargestChunk;
    bool oversized = size + sizeof(Chunk) + align > wanted;
    size_t bytes = oversized ? size + sizeof(Chunk) + align : wanted;
    auto* chunk = static_cast<Chunk*>(calloc(1, bytes));
    CHECK(chunk != nullptr, "out of memory in an arena");
    reserved_ += bytes;
    chunk->next = chunks_;
    chunks_ = chunk;
    uintptr_t start = (reinterpret_cast<uintptr_t>(chunk + 1) + (align - 1)) & ~uintptr_t(align - 1);
    if (!oversized) {
      cursor_ = start + size;
      limit_ = reinterpret_cast<uintptr_t>(chunk) + bytes;
    }
    return reinterpret_cast<void*>(start);
  }

  Chunk* chunks_ = nullptr;
  uintptr_t cursor_ = 0;
  uintptr_t limit_ = 0;
  size_t reserved_ = 0;
};

}  // namespace ty
