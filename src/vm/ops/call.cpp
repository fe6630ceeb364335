// vm/ops/call.cpp: calls and returns, generators.
#include "types/tuple.h"
#include "vm/ops/ops.h"
#include "vm/unwind.h"

TY_OPS_BEGIN

#define NO_UNROLL _Pragma("clang loop vectorize(disable) unroll(disable) interleave(disable)")

/// Enters the function `fn` whose arguments lie at N; the limit was checked.
#define ENTER_FRAME(N, code, n, next)                                                       \
  do {                                                                                      \
    (N)[kFrameCode] = raw_word(code);                                                       \
    (N)[kFrameReturn] = return_word(next, opa(pc));                                         \
    (N)[kFrameCaller] = raw_word(R);                                                        \
    (N)[kFrameObject] = kPlainFrame;                                                        \
    uint32_t ty_locals_ = static_cast<uint32_t>((code)->local_count);                       \
    NO_UNROLL for (uint32_t ty_i_ = (n); ty_i_ < ty_locals_; ty_i_++) (N)[ty_i_] = Value::empty(); \
    pc = (code)->entry;                                                                     \
    K = (code)->constants;                                                                  \
    R = (N);                                                                                \
    DISPATCH();                                                                             \
  } while (0)

#define FINISH_CALL(name, result)                                     \
  do {                                                                \
    if (TY_UNLIKELY((result).bits == 0)) UNWIND();                    \
    if ((result).is_empty()) TAIL(op_resume);                         \
    put(R, opa(pc), (result));                                        \
    NEXT_DRAIN(name);                                                 \
  } while (0)

SLOW_HANDLER(Call_slow) {
  SAVE();
  Value result = vm_call_window(*t, &R[opb(pc)], opc(pc), nullptr, return_word(pc + op_length(Op::kCall), opa(pc)));
  FINISH_CALL(Call, result);
}
HANDLER(Call) {
  Value* W = &R[opb(pc)];
  if (TY_UNLIKELY(!W->is_object())) TAIL(op_Call_slow);
  Object* callable = W->object();
  auto* fn = static_cast<Function*>(callable);
  if (callable->type() != &function_type) TAIL(op_Call_slow);
  Code* code = fn->code.load_as<Code>();
  uint32_t n = opc(pc);
  if (TY_UNLIKELY(!code->simple || static_cast<uint32_t>(code->argument_count) != n)) TAIL(op_Call_slow);
  Value* N = W + 1;
  if (TY_UNLIKELY(N + code->register_count > __atomic_load_n(&t->register_limit, __ATOMIC_RELAXED))) TAIL(op_Call_slow);
  if (TY_UNLIKELY(t->recursion_remaining <= 0)) TAIL(op_Call_slow);
  t->recursion_remaining--;
  ENTER_FRAME(N, code, n, pc + op_length(Op::kCall));
}

SLOW_HANDLER(CallMethod_slow) {
  SAVE();
  Value* W = &R[opb(pc)];
  size_t n = opc(pc);
  if (W->is_empty()) W++;
  else n++;
  Value result = vm_call_window(*t, W, n, nullptr, return_word(pc + op_length(Op::kCallMethod), opa(pc)));
  FINISH_CALL(CallMethod, result);
}
HANDLER(CallMethod) {
  Value* W = &R[opb(pc)];
  if (TY_UNLIKELY(!W->is_object())) TAIL(op_CallMethod_slow);
  Object* callable = W->object();
  auto* fn = static_cast<Function*>(callable);
  if (callable->type() != &function_type) TAIL(op_CallMethod_slow);
  Code* code = fn->code.load_as<Code>();
  uint32_t n = opc(pc) + 1;
  if (TY_UNLIKELY(!code->simple || static_cast<uint32_t>(code->argument_count) != n)) TAIL(op_CallMethod_slow);
  Value* N = W + 1;
  if (TY_UNLIKELY(N + code->register_count > __atomic_load_n(&t->register_limit, __ATOMIC_RELAXED))) TAIL(op_CallMethod_slow);
  if (TY_UNLIKELY(t->recursion_remaining <= 0)) TAIL(op_CallMethod_slow);
  t->recursion_remaining--;
  ENTER_FRAME(N, code, n, pc + op_length(Op::kCallMethod));
}

HANDLER(CallKeywords) {
  SAVE();
  Ins i = decode<Op::kCallKeywords>(pc);
  Value result = vm_call_window(*t, &R[i.b], i.c, K[i.extra].as<Tuple>(), return_word(pc + op_length(Op::kCallKeywords), i.a));
  FINISH_CALL(CallKeywords, result);
}
HANDLER(CallMethodKeywords) {
  SAVE();
  Ins i = decode<Op::kCallMethodKeywords>(pc);
  Value* W = &R[i.b];
  size_t n = i.c;
  if (W->is_empty()) W++;
  else n++;
  Value result = vm_call_window(*t, W, n, K[i.extra].as<Tuple>(), return_word(pc + op_length(Op::kCallMethodKeywords), i.a));
  FINISH_CALL(CallMethodKeywords, result);
}
HANDLER(CallSpread) {
  SAVE();
  Value result = vm_call_spread(*t, R, decode<Op::kCallSpread>(pc), return_word(pc + op_length(Op::kCallSpread), opa(pc)));
  FINISH_CALL(CallSpread, result);
}

// Callers in generators: their windows move to the thread's stack, which vm_call_window does.
HANDLER(Call_generator) { TAIL(op_Call_slow); }
HANDLER(CallMethod_generator) { TAIL(op_CallMethod_slow); }

// --- returns ---
/// s0: the result (owned). Does everything in C++.
SLOW_HANDLER(return_slow) {
  SAVE();
  if (TY_UNLIKELY(!vm_return(*t, Value::from_bits(s0)))) {
    pc = t->pc;
    R = t->base;
    UNWIND();
  }
  TAIL(op_resume);
}
/// R[a] was taken out: the result is `v`.
#define RETURN_VALUE(v)                                                                                 \
  do {                                                                                                  \
    Value* ty_locals_ = R;                                                                              \
    Value* ty_end_ = R + frame_code(R)->local_count;                                                    \
    NO_UNROLL for (; ty_locals_ != ty_end_; ty_locals_++) {                                             \
      if (TY_UNLIKELY((ty_locals_->bits & 7) == 0)) {                                                   \
        Object* ty_o_ = ty_locals_->object();                                                           \
        if (TY_UNLIKELY(!(ty_o_->load_flags() & kLocal) || ty_o_->ref_local == 1)) TAIL1(op_return_slow, (v).bits); \
        ty_o_->ref_local--;                                                                             \
        *ty_locals_ = Value::empty();                                                                   \
      }                                                                                                 \
    }                                                                                                   \
    Value ty_function_ = R[kFrameFunction];                                                             \
    if ((ty_function_.bits & 7) == 0) {                                                                 \
      Object* ty_o_ = ty_function_.object();                                                            \
      if (TY_UNLIKELY(!(ty_o_->load_flags() & kLocal) || ty_o_->ref_local == 1)) TAIL1(op_return_slow, (v).bits); \
      ty_o_->ref_local--;                                                                               \
      R[kFrameFunction] = Value::empty();                                                               \
    }                                                                                                   \
    Value ty_ret_ = R[kFrameReturn];                                                                    \
    R = caller_base(R);                                                                                 \
    t->recursion_remaining++;                                                                           \
    K = frame_code(R)->constants;                                                                       \
    pc = return_pc(ty_ret_);                                                                            \
    Value* ty_target_ = &R[return_register(ty_ret_)];                                                   \
    Value ty_old_ = *ty_target_;                                                                        \
    *ty_target_ = (v);                                                                                  \
    if (TY_UNLIKELY((ty_old_.bits & 7) == 0)) TAIL1(op_drop_next, ty_old_.bits);                        \
    DISPATCH();                                                                                         \
  } while (0)

HANDLER(Return) {
  Value v = R[opa(pc)];
  R[opa(pc)] = Value::empty();
  if (TY_UNLIKELY(!R[kFrameObject].is_empty())) TAIL1(op_return_slow, v.bits);
  RETURN_VALUE(v);
}
HANDLER(ReturnConst) {
  Value v = K[opbx(pc)];
  if ((v.bits & 7) == 0) {
    Object* o = v.object();
    if (o->load_flags() & kLocal) {
      o->ref_local++;
      TY_BRANCH();
    } else {
      v = Value::uncounted(o);
    }
  }
  if (TY_UNLIKELY(!R[kFrameObject].is_empty())) TAIL1(op_return_slow, v.bits);
  RETURN_VALUE(v);
}

// --- generators ---
HANDLER(ReturnGenerator) {
  SAVE();
  if (TY_UNLIKELY(!vm_make_generator(*t))) UNWIND();
  TAIL(op_resume);
}
HANDLER(Return_generator) {
  Value v = R[opa(pc)];
  R[opa(pc)] = Value::empty();
  SAVE();
  vm_generator_return(*t, v);
  TAIL(op_resume);
}
HANDLER(ReturnConst_generator) {
  SAVE();
  Value v = borrow_or_dup(K[opbx(pc)]).release();
  vm_generator_return(*t, v);
  TAIL(op_resume);
}
HANDLER(Yield) {
  SAVE();
  Value v = R[opb(pc)];
  if (pc->kill & kKillB) {
    R[opb(pc)] = Value::empty();
  } else {
    v = copy_word(v);
  }
  vm_yield(*t, v);
  TAIL(op_resume);
}

// --- delegation ---
HANDLER(Send) {
  SAVE();
  Ins i = decode<Op::kSend>(pc);
  switch (vm_send(*t, R, i, pc, return_word(pc + op_length(Op::kSend), i.a))) {
    case SendOutcome::kRaised: UNWIND();
    case SendOutcome::kEntered: TAIL(op_resume);
    case SendOutcome::kYielded: NEXT_DRAIN(Send);
    case SendOutcome::kReturned: JUMP_DRAIN(jump_target(pc, Op::kSend));
  }
  __builtin_unreachable();
}

TY_OPS_END
