// base/text_buffer.h: a growable run of bytes with room inside for short texts.
//
// Invariants  size() <= capacity; the storage is the inline array until it outgrows it, malloc'ed afterwards.
//             When memory runs out the buffer stays as it was and failed() turns true; callers test it once at the end.
// Threads     a buffer belongs to one thread; no locking.
#pragma once

#include <cstdlib>
#include <cstring>
#include <string_view>

#include "base/check.h"

namespace ty {

class TextBuffer {
 public:
  TextBuffer() = default;
  TextBuffer(const TextBuffer&) = delete;
  TextBuffer& operator=(const TextBuffer&) = delete;
  ~TextBuffer() {
    if (data_ != inline_) std::free(data_);
  }

  char* data() { return data_; }
  const char* data() const { return data_; }
  size_t size() const { return size_; }
  bool failed() const { return failed_; }
  std::string_view view() const { return {data_, size_}; }
  char& operator[](size_t index) { return data_[index]; }
  void clear() { size_ = 0; }
  void truncate(size_t size) { size_ = size; }

  /// Makes room for `extra` more bytes; false (and failed()) when memory runs out.
  bool reserve(size_t extra) {
    if (TY_LIKELY(capacity_ - size_ >= extra)) return true;
    return grow(extra);
  }
  /// Appends `count` bytes of unspecified content and returns where they begin; null when memory runs out.
  char* extend(size_t count) {
    if (!reserve(count)) return nullptr;
    char* start = data_ + size_;
    size_ += count;
    return start;
  }
  void push(char c) {
    if (reserve(1)) data_[size_++] = c;
  }
  void append(std::string_view text) {
    if (reserve(text.size())) {
      std::memcpy(data_ + size_, text.data(), text.size());
      size_ += text.size();
    }
  }
  void fill(char c, size_t count) {
    if (reserve(count)) {
      std::memset(data_ + size_, c, count);
      size_ += count;
    }
  }
  /// Opens `text.size()` bytes at `position` and puts `text` there.
  void insert(size_t position, std::string_view text) {
    if (!reserve(text.size())) return;
    std::memmove(data_ + position + text.size(), data_ + position, size_ - position);
    std::memcpy(data_ + position, text.data(), text.size());
    size_ += text.size();
  }

 private:
  TY_COLD bool grow(size_t extra) {
    size_t wanted = size_ + extra;
    if (wanted < size_) return failed_ = true, false;
    size_t capacity = capacity_ + capacity_ / 2;
    if (capacity < wanted) capacity = wanted;
    char* moved = static_cast<char*>(data_ == inline_ ? std::malloc(capacity)
                                                      : std::realloc(data_, capacity));
    if (moved == nullptr) return failed_ = true, false;
    if (data_ == inline_) std::memcpy(moved, inline_, size_);
    data_ = moved;
    capacity_ = capacity;
    return true;
  }

  char* data_ = inline_;
  size_t size_ = 0;
  size_t capacity_ = sizeof inline_;
  bool failed_ = false;
  char inline_[231];
};

}  // namespace ty
