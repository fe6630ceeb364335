// bytecode/frame_layout.h: where the words of a frame lie, relative to its register base R. Known to the compiler and the VM.
//
// R[0] … R[n-1] are the registers. Below them, in the call window that the caller reserved:
//   R[-1]  the function (a register-form Value)
//   R[-2]  its code object                     | raw words are stored plus 3, so that they look like small ints
//   R[-3]  return address: the caller's next   | and no drop test or scan mistakes them for references
//          instruction                         |
//   R[-4]  the caller's register base          |
//   R[-5]  frame object (a Value), or EMPTY
//   R[-6]  auxiliary Value: namespace of a module or class body; the new object while its __init__ runs; else unused
// Threads     the running thread's; of a detached thread, whoever holds it.
// See         docs/bytecode.md
#pragma once

#include "header/value.h"

namespace ty {

inline constexpr int kFrameHeaderWords = 6;
inline constexpr int kFrameFunction = -1;
inline constexpr int kFrameCode = -2;
inline constexpr int kFrameReturn = -3;
inline constexpr int kFrameCaller = -4;
inline constexpr int kFrameObject = -5;
inline constexpr int kFrameAux = -6;

/// Raw words in frame headers.
inline constexpr uint64_t kRawTag = 3;
TY_INLINE Value raw_word(const void* pointer) { return Value::from_bits(reinterpret_cast<uint64_t>(pointer) + kRawTag); }
template <class T>
TY_INLINE T* raw_pointer(Value word) {
  return reinterpret_cast<T*>(word.bits - kRawTag);
}

/// A call window at register c: header words at c - 5 … c (the callable in R[c] becomes R[-1] of the callee, whose base is c + 1), and one more
/// below, because a constructor call puts the new object in the callable's place. So the compiler reserves kWindowReserve registers before c.
inline constexpr int kWindowReserve = 6;

}  // namespace ty
