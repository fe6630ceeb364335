// vm/generator_core.cpp: making, resuming, suspending and ending generators.
#include <vector>

#include "mem/heap.h"
#include "sync/thread_state.h"
#include "types/container.h"
#include "types/exceptions.h"
#include "types/str.h"
#include "types/int.h"
#include "types/list.h"
#include "types/tuple.h"
#include "vm/handlers.h"
#include "vm/generator_internal.h"
#include "vm/thread_state.h"
#include "vm/unwind.h"
#include "vm/vm.h"

namespace ty {

const char* generator_kind_name(const Generator& g) {
  switch (g.kind) {
    case GeneratorKind::kGenerator: return "generator";
    case GeneratorKind::kCoroutine: return "coroutine";
    default: return "async generator";
  }
}

namespace {

TY_INLINE uint32_t load_state(const Generator& g) { return __atomic_load_n(&g.state, __ATOMIC_ACQUIRE); }
TY_INLINE void store_state(Generator& g, GeneratorState s) { __atomic_store_n(&g.state, static_cast<uint32_t>(s), __ATOMIC_RELEASE); }

/// The counted form of a register word (R5), immortals excepted.
TY_INLINE void own_register(Value* r) {
  Value word = *r;
  if (!word.is_uncounted()) return;
  Object* o = word.object();
  if (o->is_immortal()) return;
  inc(o);
  *r = Value(o);
}

uint32_t operand_a(const Code* code, const Insn* pc) {
  return code->wide ? reinterpret_cast<const WideOperands*>(pc + 1)->a : pc->a;
}
uint32_t operand_b(const Code* code, const Insn* pc) {
  return code->wide ? reinterpret_cast<const WideOperands*>(pc + 1)->b : pc->b;
}
uint32_t operand_c(const Code* code, const Insn* pc) {
  return code->wide ? reinterpret_cast<const WideOperands*>(pc + 1)->c : pc->c;
}
const Insn* jump_of(const Code* code, const Insn* pc, Op op) {
  unsigned wide = code->wide ? 1 : 0;
  return pc + shape_length(op, wide) + *(reinterpret_cast<const int64_t*>(pc) + 1 + wide);
}

Object* own_object(Object* o) {
  if (o) inc(o);
  return o;
}

/// The generator's frame ends: nothing is left in it.
void finish(Thread& t, Generator& g, Value* R) {
  Value marker = R[kFrameObject];
  if (!marker.is_empty() && marker.is_object()) {
    frame_exit(t, R);
    R[kFrameObject] = Value::empty();
    release_word(marker);
  }
  Object* handled = t.handled_exception;
  t.handled_exception = g.outer_handled;
  g.outer_handled = nullptr;
  release_frame(t, R);
  if (handled) dec(handled);
}

Result<Owned> coroutine_origin(Thread& t, int depth) {
  std::vector<Owned> frames;
  for (int k = 0; k < depth; k++) {
    int line = 0;
    Code* code = code_at_depth(t, k + 1, &line, nullptr);
    if (!code) break;
    Owned number = TRY(int_from_int64(t, line));
    frames.push_back(Owned(TRY(tuple_pack(t, code->filename.load(), number.value(), code->name.load()))));
  }
  std::vector<Value> values;
  for (Owned& o : frames) values.push_back(o.value());
  return Owned(TRY(tuple_from(t, values.data(), static_cast<ssize>(values.size()))));
}

}  // namespace

bool vm_make_generator(Thread& t) {
  Value* R = t.base;
  Code* code = frame_code(R);
  Type* type = code->flags & kCodeCoroutine ? &coroutine_type : code->flags & kCodeAsyncGenerator ? &async_generator_type : &generator_type;
  uint32_t n = static_cast<uint32_t>(code->register_count);
  Object* o = allocate_object(t, type, sizeof(Generator) + n * sizeof(Value));
  if (!o) {
    (void)raise_memory_error(t);
    return false;
  }
  auto* g = static_cast<Generator*>(o);
  Ref<Generator> owner = Ref<Generator>::steal(g);
  g->register_count = n;
  g->kind = type == &coroutine_type ? GeneratorKind::kCoroutine : type == &async_generator_type ? GeneratorKind::kAsyncGenerator : GeneratorKind::kGenerator;
  Function* fn = frame_function(R);
  g->name.init(fn->name.get());
  g->qualname.init(fn->qualname.get());
  g->code.init(dup(Value(code)));
  Value* base = g->base();
  for (uint32_t k = 0; k < n; k++) base[k] = Value::empty();
  for (int k = 0; k < code->local_count; k++) {
    base[k] = R[k];
    R[k] = Value::empty();
    own_register(&base[k]);
  }
  base[kFrameFunction] = R[kFrameFunction];
  R[kFrameFunction] = Value::empty();
  own_register(&base[kFrameFunction]);
  base[kFrameCode] = raw_word(code);
  base[kFrameReturn] = raw_word(nullptr);
  base[kFrameCaller] = raw_word(nullptr);
  base[kFrameObject] = kPlainFrame;
  base[kFrameAux] = Value::empty();
  g->pc = t.pc;
  store_state(*g, GeneratorState::kCreated);
  if (g->kind == GeneratorKind::kCoroutine && t.cold->coroutine_origin_depth > 0) {
    auto origin = coroutine_origin(t, t.cold->coroutine_origin_depth);
    if (!origin.ok()) return false;
    g->origin.init(origin.take());
  }
  return vm_return(t, Value(owner.release()));
}

PushOutcome generator_push_frame(Thread& t, Generator& g, Value value, ResumeKind kind, const Insn* resume_pc, Value ret) {
  uint32_t state = load_state(g);
  while (true) {
    if (state == static_cast<uint32_t>(GeneratorState::kFinished)) {
      release_word(value);
      return PushOutcome::kFinished;
    }
    if (state == static_cast<uint32_t>(GeneratorState::kRunning)) {
      release_word(value);
      (void)raise_value_error(t, "%s already executing", generator_kind_name(g));
      return PushOutcome::kRaised;
    }
    if (g.is_local()) {
      g.state = static_cast<uint32_t>(GeneratorState::kRunning);
      break;
    }
    if (__atomic_compare_exchange_n(&g.state, &state, static_cast<uint32_t>(GeneratorState::kRunning), false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) break;
  }
  Value* caller = t.base;
  Value* top = frame_top(t, caller);
  if (TY_UNLIKELY(t.recursion_remaining <= 0 || top + 1024 > t.real_register_limit)) {
    store_state(g, static_cast<GeneratorState>(state));
    release_word(value);
    (void)raise_format(t, &exc_RecursionError, "maximum recursion depth exceeded");
    return PushOutcome::kRaised;
  }
  t.recursion_remaining--;
  Value* R = g.base();
  Code* code = frame_code(R);
  R[kFrameReturn] = ret;
  R[kFrameCaller] = raw_word(caller);
  g.stack_top = top;
  g.resume = kind;
  g.resume_pc = resume_pc;
  g.outer_handled = t.handled_exception;
  Value own = Value::from_bits(g.handled.raw());
  if (own.bits) {
    g.handled.set_raw(0);
    t.handled_exception = own.object();
    g.inherits = false;
  } else {
    t.handled_exception = own_object(g.outer_handled);
    g.inherits = true;
  }
  unsigned wide = code->wide ? 1 : 0;
  t.base = R;
  if (state == static_cast<uint32_t>(GeneratorState::kCreated)) {
    release_word(value);
    t.pc = g.pc + shape_length(Op::kReturnGenerator, wide);
  } else {
    put(R, operand_a(code, g.pc), value);
    t.pc = g.pc + shape_length(Op::kYield, wide);
  }
  return PushOutcome::kPushed;
}

bool generator_push(Thread& t, Generator& g, Value value, ResumeKind kind, const Insn* resume_pc, Value ret) {
  return generator_push_frame(t, g, value, kind, resume_pc, ret) == PushOutcome::kPushed;
}

void vm_yield(Thread& t, Value value) {
  Value* R = t.base;
  Generator& g = *Generator::of_base(R);
  g.pc = t.pc;
  uint32_t n = g.register_count;
  uint32_t depth = frame_code(R)->body->depths[reinterpret_cast<const uint64_t*>(t.pc) - frame_code(R)->body->words];
  for (uint32_t k = 0; k < depth && k < n; k++) own_register(&R[k]);
  Object* handled = t.handled_exception;
  t.handled_exception = g.outer_handled;
  g.outer_handled = nullptr;
  if (g.inherits) {
    if (handled) dec(handled);
  } else if (handled) {
    g.handled.store(&g, Owned::steal(Value(handled)));
  }
  if (TY_UNLIKELY(g.is_shared())) {
    for (uint32_t k = 0; k < n; k++) {
      if (R[k].is_counted() && R[k].bits) publish(R[k].object());
    }
    if (R[kFrameFunction].is_counted()) publish(R[kFrameFunction].object());
    if (!R[kFrameObject].is_empty() && R[kFrameObject].is_object()) publish(R[kFrameObject].object());
  }
  Value ret = R[kFrameReturn];
  Value* caller = caller_base(R);
  t.recursion_remaining++;
  t.cold->generator_returned = false;
  store_state(g, GeneratorState::kSuspended);
  t.base = caller;
  t.pc = return_pc(ret);
  put(caller, return_register(ret), value);
}

bool vm_generator_return(Thread& t, Value value) {
  Value* R = t.base;
  Generator& g = *Generator::of_base(R);
  ResumeKind kind = g.resume;
  const Insn* resume_pc = g.resume_pc;
  Value ret = R[kFrameReturn];
  Value* caller = caller_base(R);
  finish(t, g, R);
  t.recursion_remaining++;
  store_state(g, GeneratorState::kFinished);
  t.base = caller;
  const Code* code = frame_code(caller);
  switch (kind) {
    case ResumeKind::kNative:
      t.cold->generator_returned = true;
      t.pc = return_pc(ret);
      put(caller, return_register(ret), value);
      break;
    case ResumeKind::kForIter:
      t.pc = jump_of(code, resume_pc, Op::kForIter);
      release_word(value);
      clear_register(caller, operand_b(code, resume_pc));
      break;
    case ResumeKind::kSend:
      t.pc = jump_of(code, resume_pc, Op::kSend);
      put(caller, operand_a(code, resume_pc), value);
      break;
  }
  return true;
}

void generator_fail(Thread& t, Value* R) {
  Generator& g = *Generator::of_base(R);
  Value ret = R[kFrameReturn];
  Value* caller = caller_base(R);
  finish(t, g, R);
  t.recursion_remaining++;
  store_state(g, GeneratorState::kFinished);
  t.base = caller;
  t.pc = return_pc(ret) - 1;
}

void generator_drop_frame(Thread& t, Generator& g) {
  // Created but never started: nothing runs.
  Value* R = g.base();
  Value marker = R[kFrameObject];
  if (!marker.is_empty() && marker.is_object()) {
    Value* base = t.base;
    frame_exit(t, R);
    t.base = base;
    R[kFrameObject] = Value::empty();
    release_word(marker);
  }
  release_frame(t, R);
}

Owned generator_yield_from(Generator& g) {
  if (load_state(g) != static_cast<uint32_t>(GeneratorState::kSuspended)) return owned_none();
  Value* R = g.base();
  Code* code = frame_code(R);
  if (operand_c(code, g.pc) != 1) return owned_none();
  return dup(R[operand_a(code, g.pc) - 1]);
}

// --- steps of loops ---

Value vm_for_iter(Thread& t, Value iterator, const Insn* pc, Value ret) {
  Type* type = type_of(iterator);
  if (type == &generator_type) {
    switch (generator_push_frame(t, *iterator.as<Generator>(), none(), ResumeKind::kForIter, pc, ret)) {
      case PushOutcome::kPushed: return Value::empty();
      case PushOutcome::kFinished: return Value::empty();
      case PushOutcome::kRaised: return Value();
    }
  }
  NextOp next = type->info->ops.next;
  if (TY_UNLIKELY(!next)) {
    (void)raise_type_error(t, "'%.100T' object is not an iterator", iterator);
    return Value();
  }
  Lookup<Owned> item = next(t, iterator);
  if (item.raised()) {
    if (!exception_matches(t, &exc_StopIteration)) return Value();
    clear_exception(t);
    return Value::empty();
  }
  return item.take().release();
}

Owned stop_iteration_value(Thread& t) {
  Ref<Object> exception = take_exception(t);
  Owned value = static_cast<StopIteration*>(static_cast<BaseException*>(exception.get()))->value.get();
  return value ? std::move(value) : owned_none();
}

SendOutcome vm_send(Thread& t, Value* R, Ins i, const Insn* pc, Value ret) {
  Value iterator = R[i.b];
  Type* type = type_of(iterator);
  if (type == &generator_type || type == &coroutine_type) {
    auto& g = *iterator.as<Generator>();
    Value value = R[i.c];
    if (load_state(g) == static_cast<uint32_t>(GeneratorState::kCreated) && !is_none(value)) {
      (void)raise_type_error(t, "can't send non-None value to a just-started %s", generator_kind_name(g));
      return SendOutcome::kRaised;
    }
    R[i.c] = Value::empty();
    switch (generator_push_frame(t, g, value, ResumeKind::kSend, pc, ret)) {
      case PushOutcome::kPushed: return SendOutcome::kEntered;
      case PushOutcome::kRaised: return SendOutcome::kRaised;
      case PushOutcome::kFinished:
        if (g.kind == GeneratorKind::kCoroutine) {
          (void)raise_runtime_error(t, "cannot reuse already awaited coroutine");
          return SendOutcome::kRaised;
        }
        put(R, i.a, none());
        return SendOutcome::kReturned;
    }
  }
  Value value = R[i.c];
  NextOp next = type->info->ops.next;
  if (is_none(value) && next) {
    Owned stale = g_take_stop_value(t);
    Owned own;  // what a StopIteration of a Python __next__ carries
    Lookup<Owned> item = is_dispatched_next(next) ? iterator_next_value(t, iterator, &own) : next(t, iterator);
    if (item.found()) {
      clear_register(R, i.c);
      put(R, i.a, item.take());
      return SendOutcome::kYielded;
    }
    if (item.absent()) {
      Owned returned = own ? std::move(own) : g_take_stop_value(t);
      clear_register(R, i.c);
      put(R, i.a, returned ? std::move(returned) : owned_none());
      return SendOutcome::kReturned;
    }
  } else {
    auto r = call_method(t, iterator, NAME("send"), value);
    if (r.ok()) {
      clear_register(R, i.c);
      put(R, i.a, r.take());
      return SendOutcome::kYielded;
    }
  }
  if (!exception_matches(t, &exc_StopIteration)) return SendOutcome::kRaised;
  Owned result = stop_iteration_value(t);
  clear_register(R, i.c);
  put(R, i.a, std::move(result));
  return SendOutcome::kReturned;
}

}  // namespace ty
