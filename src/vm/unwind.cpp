// vm/unwind.cpp: what happens to a raised exception: tracebacks, handlers, frames that it leaves.
#include "sync/thread_state.h"
#include "types/exceptions.h"
#include "types/traceback.h"
#include "vm/thread_state.h"
#include "vm/unwind.h"
#include "vm/vm.h"

namespace ty {

void add_traceback(Thread& t, Value* R, const Insn* pc) {
  Ref<Object> exception = take_exception(t);
  auto frame = frame_object(t, R);
  if (frame.ok()) {
    Ref<Frame> f = frame.take();
    Owned next = exception_traceback(Value(exception));
    CodeBody* body = frame_code(R)->body;
    int lasti = static_cast<int>(2 * (reinterpret_cast<const uint64_t*>(pc) - body->words));
    auto entry = traceback_new(t, next.value(), Value(f), lasti, -1);
    if (entry.ok()) {
      exception_set_traceback(Value(exception), Value(entry.take()));
    }
  }
  if (exception_pending(t)) clear_exception(t);
  restore_exception(t, std::move(exception));
}

void vm_unwind(Thread& t) {
  bool traceback = !t.cold->skip_traceback;
  t.cold->skip_traceback = false;
  while (true) {
    Value* R = t.base;
    const Insn* pc = t.pc;
    DCHECK(t.exception != nullptr, "unwinding without an exception");
    if (is_entry_frame(R)) {
      Value old = R[0];
      R[0] = Value();
      release_word(old);
      t.pc = g_leave_instruction;
      return;
    }
    Code* code = frame_code(R);
    CodeBody* body = code->body;
    uint32_t offset = static_cast<uint32_t>(reinterpret_cast<const uint64_t*>(pc) - body->words);
    bool reraised = !traceback;
    if (traceback) add_traceback(t, R, pc);
    traceback = true;
    const ExceptionRange* found = nullptr;
    for (uint32_t k = 0; k < body->exception_count && !found; k++) {
      const ExceptionRange& range = body->exceptions[k];
      if (offset >= range.start && offset < range.end) found = &range;
    }
    if (found) {
      for (int k = found->depth; k < code->register_count; k++) {
        Value word = R[k];
        if ((word.bits & 7) == 0 && word.bits != 0) {
          R[k] = Value::empty();
          dec(word.object());
        }
      }
      Object* exception = t.exception;
      t.exception = nullptr;
      R[found->depth] = Value(exception);
      t.pc = reinterpret_cast<const Insn*>(body->words + found->handler);
      return;
    }
    if (reraised && R[kFrameObject].is_object() && !R[kFrameObject].is_empty()) {
      // Clean-up code raised it again: the frame leaves from where it was raised first.
      Owned entry = exception_traceback(Value(t.exception));
      if (entry && is_exact<Traceback>(entry)) {
        auto* tb = entry.value().as<Traceback>();
        if (tb->frame.load().identity() == R[kFrameObject].identity() && tb->lasti >= 0) {
          t.pc = reinterpret_cast<const Insn*>(body->words + tb->lasti / 2);
        }
      }
    }
    if (!on_stack(t, R)) {
      generator_fail(t, R);
      continue;
    }
    Value marker = R[kFrameObject];
    Value frame;
    if (!marker.is_empty() && marker.is_object()) {
      frame = marker;
      marker = Value::from_bits(frame.as<Frame>()->marker);
      frame_exit(t, R);
      R[kFrameObject] = Value::empty();
    }
    Value aux = Value::empty();
    if (!marker.is_empty()) {
      aux = R[kFrameAux];
      R[kFrameAux] = Value::empty();
    }
    release_word(frame);
    Value ret = R[kFrameReturn];
    release_frame(t, R);
    t.recursion_remaining++;
    t.base = caller_base(R);
    t.pc = return_pc(ret) - 1;
    release_word(aux);
  }
}

void vm_drain(Thread& t) {
  // Finalizers see neither a pending exception nor a half-done instruction.
  __atomic_fetch_and(&t.interrupts, ~static_cast<uint32_t>(kInterruptFinalizers), __ATOMIC_RELAXED);
  if (!__atomic_load_n(&t.interrupts, __ATOMIC_RELAXED)) __atomic_store_n(&t.register_limit, t.real_register_limit, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&t.interrupts, __ATOMIC_SEQ_CST)) __atomic_store_n(&t.register_limit, nullptr, __ATOMIC_SEQ_CST);
  Object* exception = t.exception;
  t.exception = nullptr;
  drain_rpy(t);
  t.exception = exception;
}

}  // namespace ty
