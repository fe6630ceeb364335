// header/value.h: Value, the tagged 64-bit word that every Python reference is.
//
//   000  pointer to an object, counted reference       010  pointer to an object, uncounted (registers, native results)
//   110  EMPTY: unbound or dead register               x11  int of 62 bits
//   001, 100, 101  float: rotate-left(bits + 2^60, 4)  the null word: failure of a call, an empty slot
//
// A Value is borrowed and trivially copyable: it says nothing about who holds the count. Owned and Ref (object/ref.h) do.
// Heap slots hold 000 pointers (never 010), immediates or null; registers hold any form but null. Immortals are 010 in registers.
// A Value made from a temporary Owned or Ref dangles: the gsl attributes let the compiler refuse it (-Wdangling-gsl).
// Threads     a plain word.
// See         docs/values.md
#pragma once

#include <bit>

#include "header/object.h"

namespace ty {

class [[gsl::Pointer(Object)]] Value {
 public:
  static constexpr uint64_t kEmptyBits = 6;
  static constexpr uint64_t kUncountedTag = 2;
  static constexpr int64_t kMinInt = -(int64_t{1} << 61);
  static constexpr int64_t kMaxInt = (int64_t{1} << 61) - 1;

  uint64_t bits;

  constexpr Value() : bits(0) {}
  constexpr Value(std::nullptr_t) : bits(0) {}
  /// Borrowed, counted form (000).
  TY_INLINE Value(const Object* object) : bits(reinterpret_cast<uint64_t>(object)) {}
  static constexpr Value from_bits(uint64_t bits) {
    Value v;
    v.bits = bits;
    return v;
  }
  static constexpr Value empty() { return from_bits(kEmptyBits); }
  /// The 010 form: how immortals and uncounted SHARED references lie in registers.
  static TY_INLINE Value uncounted(const Object* object) {
    return from_bits(reinterpret_cast<uint64_t>(object) | kUncountedTag);
  }

  TY_INLINE bool is_null() const { return bits == 0; }
  TY_INLINE explicit operator bool() const { return bits != 0; }
  TY_INLINE bool is_empty() const { return bits == kEmptyBits; }

  /// A pointer in either form. The word must not be null.
  TY_INLINE bool is_object() const { return (bits & 5) == 0; }
  TY_INLINE bool is_counted() const { return (bits & 7) == 0; }
  TY_INLINE bool is_uncounted() const { return (bits & 7) == 2; }
  TY_INLINE bool is_immediate() const { return !is_object(); }
  TY_INLINE Object* object() const { return reinterpret_cast<Object*>(bits & ~uint64_t{7}); }
  template <class T>
  TY_INLINE T* as() const {
    return static_cast<T*>(object());
  }

  /// An int held in the word (a larger or boxed int is an object of type int).
  TY_INLINE bool is_small_int() const { return (bits & 3) == 3; }
  TY_INLINE int64_t small_int() const { return static_cast<int64_t>(bits) >> 2; }
  static TY_INLINE bool fits_small_int(int64_t i) {
    return static_cast<uint64_t>(i - kMinInt) <= static_cast<uint64_t>(kMaxInt) - static_cast<uint64_t>(kMinInt);
  }
  static constexpr TY_INLINE Value small_int_unchecked(int64_t i) {
    return from_bits((static_cast<uint64_t>(i) << 2) | 3);
  }

  /// A float held in the word (others are boxed objects of type float).
  TY_INLINE bool is_small_float() const { return (0x32323232u >> (bits & 31)) & 1; }
  TY_INLINE double small_float() const {
    return std::bit_cast<double>(std::rotr(bits, 4) - (uint64_t{1} << 60));
  }
  /// The immediate form of `d`, or the null word when it has none.
  static TY_INLINE Value small_float_or_null(double d) {
    uint64_t word = std::rotl(std::bit_cast<uint64_t>(d) + (uint64_t{1} << 60), 4);
    return (0x32323232u >> (word & 31)) & 1 ? from_bits(word) : Value();
  }

  /// The same word with a pointer in the 000 form: what identity compares.
  TY_INLINE uint64_t identity() const { return is_object() ? bits & ~uint64_t{7} : bits; }

  /// Bitwise; use is_same() for Python's `is`.
  friend TY_INLINE bool operator==(Value a, Value b) { return a.bits == b.bits; }
  friend TY_INLINE bool operator==(Value a, std::nullptr_t) { return a.bits == 0; }
};
static_assert(sizeof(Value) == 8);

}  // namespace ty
