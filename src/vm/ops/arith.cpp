// vm/ops/arith.cpp: arithmetic, comparisons, truth.
#include "vm/ops/ops.h"

TY_OPS_BEGIN

namespace {
TY_INLINE bool both_ints(Value a, Value b) { return (a.bits & b.bits & 3) == 3; }
TY_INLINE Value word(uint64_t bits) { return Value::from_bits(bits); }
}  // namespace

// --- binary operators: ints here, floats in a tail-called half, everything else in number_* ---

#define BINARY_SLOW(name, fn)                                                                                        \
  SLOW_HANDLER(name##_slow) {                                                                                        \
    SAVE();                                                                                                          \
    if (TY_UNLIKELY(!slow_binary(*t, R, R[opc(pc)], decode<Op::k##name>(pc), fn))) UNWIND();                         \
    NEXT_DRAIN(name);                                                                                                \
  }
#define BINARY_CONST_SLOW(name, fn)                                                                                  \
  SLOW_HANDLER(name##_slow) {                                                                                        \
    SAVE();                                                                                                          \
    if (TY_UNLIKELY(!slow_binary(*t, R, K[opc(pc)], decode<Op::k##name>(pc), fn))) UNWIND();                         \
    NEXT_DRAIN(name);                                                                                                \
  }

#define FLOAT_HALF(name, right, expression, guard)                                    \
  SLOW_HANDLER(name##_float) {                                                        \
    Value b = R[opb(pc)], c = right;                                                  \
    double x, y;                                                                      \
    if (TY_LIKELY(b.is_small_float())) x = b.small_float();                           \
    else if (b.is_small_int() && c.is_small_float() && b.small_int() < (int64_t{1} << 53) && b.small_int() > -(int64_t{1} << 53)) \
      x = static_cast<double>(b.small_int());                                         \
    else TAIL(op_##name##_slow);                                                      \
    if (TY_LIKELY(c.is_small_float())) y = c.small_float();                           \
    else if (c.is_small_int() && b.is_small_float() && c.small_int() < (int64_t{1} << 53) && c.small_int() > -(int64_t{1} << 53)) \
      y = static_cast<double>(c.small_int());                                         \
    else TAIL(op_##name##_slow);                                                      \
    if (TY_UNLIKELY(!(guard))) TAIL(op_##name##_slow);                                \
    Value r = Value::small_float_or_null(expression);                                 \
    if (TY_UNLIKELY(r.bits == 0)) TAIL(op_##name##_slow);                             \
    WRITE_NEXT(name, r);                                                              \
  }

#define ADD_OPS(name, right, slow, fn)                                                                       \
  slow(name, fn) FLOAT_HALF(name, right, x + y, true)                                                        \
  HANDLER(name) {                                                                                            \
    Value b = R[opb(pc)], c = right;                                                                         \
    int64_t r;                                                                                               \
    if (TY_UNLIKELY(!both_ints(b, c))) TAIL(op_##name##_float);                                              \
    if (TY_UNLIKELY(__builtin_add_overflow(static_cast<int64_t>(b.bits), static_cast<int64_t>(c.bits - 3), &r))) TAIL(op_##name##_slow); \
    WRITE_NEXT(name, word(static_cast<uint64_t>(r)));                                                        \
  }
#define SUBTRACT_OPS(name, right, slow, fn)                                                                  \
  slow(name, fn) FLOAT_HALF(name, right, x - y, true)                                                        \
  HANDLER(name) {                                                                                            \
    Value b = R[opb(pc)], c = right;                                                                         \
    int64_t r;                                                                                               \
    if (TY_UNLIKELY(!both_ints(b, c))) TAIL(op_##name##_float);                                              \
    if (TY_UNLIKELY(__builtin_sub_overflow(static_cast<int64_t>(b.bits), static_cast<int64_t>(c.bits - 3), &r))) TAIL(op_##name##_slow); \
    WRITE_NEXT(name, word(static_cast<uint64_t>(r)));                                                        \
  }
#define MULTIPLY_OPS(name, right, slow, fn)                                                                  \
  slow(name, fn) FLOAT_HALF(name, right, x * y, true)                                                        \
  HANDLER(name) {                                                                                            \
    Value b = R[opb(pc)], c = right;                                                                         \
    int64_t r;                                                                                               \
    if (TY_UNLIKELY(!both_ints(b, c))) TAIL(op_##name##_float);                                              \
    if (TY_UNLIKELY(__builtin_mul_overflow(static_cast<int64_t>(b.bits - 3), c.small_int(), &r))) TAIL(op_##name##_slow); \
    WRITE_NEXT(name, word(static_cast<uint64_t>(r) + 3));                                                    \
  }
#define TRUE_DIVIDE_OPS(name, right, slow, fn)                                                               \
  slow(name, fn) FLOAT_HALF(name, right, x / y, y != 0.0)                                                    \
  HANDLER(name) { TAIL(op_##name##_float); }

#define FLOOR_DIVIDE_OPS(name, right, slow, fn)                                                              \
  slow(name, fn)                                                                                             \
  HANDLER(name) {                                                                                            \
    Value b = R[opb(pc)], c = right;                                                                         \
    if (TY_UNLIKELY(!both_ints(b, c))) TAIL(op_##name##_slow);                                               \
    int64_t x = b.small_int(), y = c.small_int();                                                            \
    if (TY_UNLIKELY(y <= 0)) TAIL(op_##name##_slow);                                                         \
    int64_t q;                                                                                               \
    if (TY_LIKELY((static_cast<uint64_t>(x) | static_cast<uint64_t>(y)) >> 32 == 0)) {                       \
      q = static_cast<uint32_t>(x) / static_cast<uint32_t>(y);                                               \
      TY_BRANCH();                                                                                           \
    } else {                                                                                                 \
      q = x / y;                                                                                             \
      q -= (x - q * y) < 0;                                                                                  \
    }                                                                                                        \
    WRITE_NEXT(name, Value::small_int_unchecked(q));                                                         \
  }
#define REMAINDER_OPS(name, right, slow, fn)                                                                 \
  slow(name, fn)                                                                                             \
  HANDLER(name) {                                                                                            \
    Value b = R[opb(pc)], c = right;                                                                         \
    if (TY_UNLIKELY(!both_ints(b, c))) TAIL(op_##name##_slow);                                               \
    int64_t x = b.small_int(), y = c.small_int();                                                            \
    if (TY_UNLIKELY(y <= 0)) TAIL(op_##name##_slow);                                                         \
    int64_t r;                                                                                               \
    if (TY_LIKELY((static_cast<uint64_t>(x) | static_cast<uint64_t>(y)) >> 32 == 0)) {                       \
      r = static_cast<uint32_t>(x) % static_cast<uint32_t>(y);                                               \
      TY_BRANCH();                                                                                           \
    } else {                                                                                                 \
      r = x % y;                                                                                             \
      r += r < 0 ? y : 0;                                                                                    \
    }                                                                                                        \
    WRITE_NEXT(name, Value::small_int_unchecked(r));                                                         \
  }
#define LEFT_SHIFT_OPS(name, right, slow, fn)                                                                \
  slow(name, fn)                                                                                             \
  HANDLER(name) {                                                                                            \
    Value b = R[opb(pc)], c = right;                                                                         \
    if (TY_UNLIKELY(!both_ints(b, c))) TAIL(op_##name##_slow);                                               \
    uint64_t n = static_cast<uint64_t>(c.small_int());                                                       \
    if (TY_UNLIKELY(n > 60)) TAIL(op_##name##_slow);                                                         \
    int64_t x = static_cast<int64_t>(b.bits - 3);                                                            \
    int64_t r = static_cast<int64_t>(static_cast<uint64_t>(x) << n);                                         \
    if (TY_UNLIKELY(r >> n != x)) TAIL(op_##name##_slow);                                                    \
    WRITE_NEXT(name, word(static_cast<uint64_t>(r) + 3));                                                    \
  }
#define RIGHT_SHIFT_OPS(name, right, slow, fn)                                                               \
  slow(name, fn)                                                                                             \
  HANDLER(name) {                                                                                            \
    Value b = R[opb(pc)], c = right;                                                                         \
    if (TY_UNLIKELY(!both_ints(b, c))) TAIL(op_##name##_slow);                                               \
    uint64_t n = static_cast<uint64_t>(c.small_int());                                                       \
    if (TY_UNLIKELY(n > 61)) TAIL(op_##name##_slow);                                                         \
    WRITE_NEXT(name, Value::small_int_unchecked(b.small_int() >> n));                                        \
  }
#define BIT_OPS(name, right, slow, fn, expression)                                                           \
  slow(name, fn)                                                                                             \
  HANDLER(name) {                                                                                            \
    Value b = R[opb(pc)], c = right;                                                                         \
    if (TY_UNLIKELY(!both_ints(b, c))) TAIL(op_##name##_slow);                                               \
    WRITE_NEXT(name, word(expression));                                                                      \
  }
#define SLOW_ONLY_OPS(name, slow, fn) \
  slow(name, fn)                      \
  HANDLER(name) { TAIL(op_##name##_slow); }

#define RIGHT_R R[opc(pc)]
#define RIGHT_K K[opc(pc)]

ADD_OPS(Add, RIGHT_R, BINARY_SLOW, number_add)
ADD_OPS(InplaceAdd, RIGHT_R, BINARY_SLOW, number_inplace_add)
ADD_OPS(AddConst, RIGHT_K, BINARY_CONST_SLOW, number_add)
ADD_OPS(InplaceAddConst, RIGHT_K, BINARY_CONST_SLOW, number_inplace_add)
SUBTRACT_OPS(Subtract, RIGHT_R, BINARY_SLOW, number_subtract)
SUBTRACT_OPS(InplaceSubtract, RIGHT_R, BINARY_SLOW, number_inplace_subtract)
SUBTRACT_OPS(SubtractConst, RIGHT_K, BINARY_CONST_SLOW, number_subtract)
SUBTRACT_OPS(InplaceSubtractConst, RIGHT_K, BINARY_CONST_SLOW, number_inplace_subtract)
MULTIPLY_OPS(Multiply, RIGHT_R, BINARY_SLOW, number_multiply)
MULTIPLY_OPS(InplaceMultiply, RIGHT_R, BINARY_SLOW, number_inplace_multiply)
MULTIPLY_OPS(MultiplyConst, RIGHT_K, BINARY_CONST_SLOW, number_multiply)
MULTIPLY_OPS(InplaceMultiplyConst, RIGHT_K, BINARY_CONST_SLOW, number_inplace_multiply)
TRUE_DIVIDE_OPS(TrueDivide, RIGHT_R, BINARY_SLOW, number_true_divide)
TRUE_DIVIDE_OPS(InplaceTrueDivide, RIGHT_R, BINARY_SLOW, number_inplace_true_divide)
TRUE_DIVIDE_OPS(TrueDivideConst, RIGHT_K, BINARY_CONST_SLOW, number_true_divide)
TRUE_DIVIDE_OPS(InplaceTrueDivideConst, RIGHT_K, BINARY_CONST_SLOW, number_inplace_true_divide)
FLOOR_DIVIDE_OPS(FloorDivide, RIGHT_R, BINARY_SLOW, number_floor_divide)
FLOOR_DIVIDE_OPS(InplaceFloorDivide, RIGHT_R, BINARY_SLOW, number_inplace_floor_divide)
FLOOR_DIVIDE_OPS(FloorDivideConst, RIGHT_K, BINARY_CONST_SLOW, number_floor_divide)
FLOOR_DIVIDE_OPS(InplaceFloorDivideConst, RIGHT_K, BINARY_CONST_SLOW, number_inplace_floor_divide)
REMAINDER_OPS(Remainder, RIGHT_R, BINARY_SLOW, number_remainder)
REMAINDER_OPS(InplaceRemainder, RIGHT_R, BINARY_SLOW, number_inplace_remainder)
REMAINDER_OPS(RemainderConst, RIGHT_K, BINARY_CONST_SLOW, number_remainder)
REMAINDER_OPS(InplaceRemainderConst, RIGHT_K, BINARY_CONST_SLOW, number_inplace_remainder)
LEFT_SHIFT_OPS(LeftShift, RIGHT_R, BINARY_SLOW, number_left_shift)
LEFT_SHIFT_OPS(InplaceLeftShift, RIGHT_R, BINARY_SLOW, number_inplace_left_shift)
LEFT_SHIFT_OPS(LeftShiftConst, RIGHT_K, BINARY_CONST_SLOW, number_left_shift)
LEFT_SHIFT_OPS(InplaceLeftShiftConst, RIGHT_K, BINARY_CONST_SLOW, number_inplace_left_shift)
RIGHT_SHIFT_OPS(RightShift, RIGHT_R, BINARY_SLOW, number_right_shift)
RIGHT_SHIFT_OPS(InplaceRightShift, RIGHT_R, BINARY_SLOW, number_inplace_right_shift)
RIGHT_SHIFT_OPS(RightShiftConst, RIGHT_K, BINARY_CONST_SLOW, number_right_shift)
RIGHT_SHIFT_OPS(InplaceRightShiftConst, RIGHT_K, BINARY_CONST_SLOW, number_inplace_right_shift)
BIT_OPS(BitAnd, RIGHT_R, BINARY_SLOW, number_bit_and, b.bits & c.bits)
BIT_OPS(InplaceBitAnd, RIGHT_R, BINARY_SLOW, number_inplace_bit_and, b.bits & c.bits)
BIT_OPS(BitAndConst, RIGHT_K, BINARY_CONST_SLOW, number_bit_and, b.bits & c.bits)
BIT_OPS(InplaceBitAndConst, RIGHT_K, BINARY_CONST_SLOW, number_inplace_bit_and, b.bits & c.bits)
BIT_OPS(BitOr, RIGHT_R, BINARY_SLOW, number_bit_or, b.bits | c.bits)
BIT_OPS(InplaceBitOr, RIGHT_R, BINARY_SLOW, number_inplace_bit_or, b.bits | c.bits)
BIT_OPS(BitXor, RIGHT_R, BINARY_SLOW, number_bit_xor, (b.bits ^ c.bits) | 3)
BIT_OPS(InplaceBitXor, RIGHT_R, BINARY_SLOW, number_inplace_bit_xor, (b.bits ^ c.bits) | 3)
SLOW_ONLY_OPS(Power, BINARY_SLOW, vm_power)
SLOW_ONLY_OPS(InplacePower, BINARY_SLOW, vm_inplace_power)
SLOW_ONLY_OPS(PowerConst, BINARY_CONST_SLOW, vm_power)
SLOW_ONLY_OPS(InplacePowerConst, BINARY_CONST_SLOW, vm_inplace_power)
SLOW_ONLY_OPS(MatrixMultiply, BINARY_SLOW, number_matrix_multiply)
SLOW_ONLY_OPS(InplaceMatrixMultiply, BINARY_SLOW, number_inplace_matrix_multiply)

// --- unary ---
GENERIC(Positive)
SLOW_HANDLER(Negative_slow) {
  SAVE();
  if (TY_UNLIKELY(!slow_Negative(*t, R, K, decode<Op::kNegative>(pc)))) UNWIND();
  NEXT_DRAIN(Negative);
}
HANDLER(Negative) {
  Value b = R[opb(pc)];
  int64_t r;
  if (TY_UNLIKELY(!b.is_small_int())) TAIL(op_Negative_slow);
  if (TY_UNLIKELY(__builtin_sub_overflow(int64_t{6}, static_cast<int64_t>(b.bits), &r))) TAIL(op_Negative_slow);
  WRITE_NEXT(Negative, word(static_cast<uint64_t>(r)));
}
SLOW_HANDLER(Invert_slow) {
  SAVE();
  if (TY_UNLIKELY(!slow_Invert(*t, R, K, decode<Op::kInvert>(pc)))) UNWIND();
  NEXT_DRAIN(Invert);
}
HANDLER(Invert) {
  Value b = R[opb(pc)];
  if (TY_UNLIKELY(!b.is_small_int())) TAIL(op_Invert_slow);
  WRITE_NEXT(Invert, word(~b.bits | 3));
}
#define TRUTH_OP(name, if_true, if_false)                                                       \
  SLOW_HANDLER(name##_slow) {                                                                   \
    SAVE();                                                                                     \
    if (TY_UNLIKELY(!slow_##name(*t, R, K, decode<Op::k##name>(pc)))) UNWIND();                 \
    NEXT_DRAIN(name);                                                                           \
  }                                                                                             \
  HANDLER(name) {                                                                               \
    uint64_t b = R[opb(pc)].bits | 2;                                                           \
    if (b == true_value().bits) WRITE_NEXT(name, if_true);                                      \
    if (b == false_value().bits) WRITE_NEXT(name, if_false);                                    \
    TAIL(op_##name##_slow);                                                                     \
  }
TRUTH_OP(Not, false_value(), true_value())
TRUTH_OP(ToBool, true_value(), false_value())

// --- comparisons ---
#define COMPARE_OP(name, operation, op)                                                                      \
  SLOW_HANDLER(Compare##name##_slow) {                                                                       \
    SAVE();                                                                                                  \
    if (TY_UNLIKELY(!slow_compare(*t, R, decode<Op::kCompare##name>(pc), CompareOp::op))) UNWIND();          \
    NEXT_DRAIN(Compare##name);                                                                               \
  }                                                                                                          \
  SLOW_HANDLER(Compare##name##_float) {                                                                      \
    Value b = R[opb(pc)], c = R[opc(pc)];                                                                    \
    if (TY_UNLIKELY(!(b.is_small_float() && c.is_small_float()))) TAIL(op_Compare##name##_slow);             \
    bool r = b.small_float() operation c.small_float();                                                      \
    WRITE_NEXT(Compare##name, bool_value(r));                                                                \
  }                                                                                                          \
  HANDLER(Compare##name) {                                                                                   \
    Value b = R[opb(pc)], c = R[opc(pc)];                                                                    \
    if (TY_UNLIKELY(!both_ints(b, c))) TAIL(op_Compare##name##_float);                                       \
    bool r = static_cast<int64_t>(b.bits) operation static_cast<int64_t>(c.bits);                            \
    WRITE_NEXT(Compare##name, bool_value(r));                                                                \
  }
COMPARE_OP(Lt, <, kLt)
COMPARE_OP(Le, <=, kLe)
COMPARE_OP(Eq, ==, kEq)
COMPARE_OP(Ne, !=, kNe)
COMPARE_OP(Gt, >, kGt)
COMPARE_OP(Ge, >=, kGe)

GENERIC(Is)
GENERIC(IsNot)
GENERIC(Contains)
GENERIC(NotContains)

// --- compare and branch ---
#define COMPARE_JUMP_OP(name, right, operation, op, expected)                                                \
  SLOW_HANDLER(name##_slow) {                                                                                \
    SAVE();                                                                                                  \
    int r = slow_compare_truth(*t, R[opa(pc)], right, CompareOp::op);                                        \
    if (TY_UNLIKELY(r < 0)) UNWIND();                                                                        \
    Ins i = decode<Op::k##name>(pc);                                                                         \
    if (op_is_const(Op::k##name)) i.kill &= kKillA;                                                          \
    kill_ab(R, i);                                                                                           \
    const Insn* next = r == (expected) ? jump_target(pc, Op::k##name) : pc + op_length(Op::k##name);         \
    JUMP_DRAIN(next);                                                                                        \
  }                                                                                                          \
  SLOW_HANDLER(name##_float) {                                                                               \
    Value a = R[opa(pc)], b = right;                                                                         \
    if (TY_UNLIKELY(!(a.is_small_float() && b.is_small_float()))) TAIL(op_##name##_slow);                    \
    if ((a.small_float() operation b.small_float()) == static_cast<bool>(expected)) JUMP(jump_target(pc, Op::k##name)); \
    NEXT(name);                                                                                              \
  }                                                                                                          \
  HANDLER(name) {                                                                                            \
    Value a = R[opa(pc)], b = right;                                                                         \
    if (TY_UNLIKELY(!both_ints(a, b))) TAIL(op_##name##_float);                                              \
    if ((static_cast<int64_t>(a.bits) operation static_cast<int64_t>(b.bits)) == static_cast<bool>(expected)) \
      JUMP(jump_target(pc, Op::k##name));                                                                    \
    NEXT(name);                                                                                              \
  }
#define COMPARE_JUMP_OPS(name, operation, op)                             \
  COMPARE_JUMP_OP(JumpIf##name, R[opb(pc)], operation, op, 1)             \
  COMPARE_JUMP_OP(JumpUnless##name, R[opb(pc)], operation, op, 0)         \
  COMPARE_JUMP_OP(JumpIf##name##Const, K[opb(pc)], operation, op, 1)      \
  COMPARE_JUMP_OP(JumpUnless##name##Const, K[opb(pc)], operation, op, 0)
COMPARE_JUMP_OPS(Lt, <, kLt)
COMPARE_JUMP_OPS(Le, <=, kLe)
COMPARE_JUMP_OPS(Eq, ==, kEq)
COMPARE_JUMP_OPS(Ne, !=, kNe)
COMPARE_JUMP_OPS(Gt, >, kGt)
COMPARE_JUMP_OPS(Ge, >=, kGe)

TY_OPS_END
