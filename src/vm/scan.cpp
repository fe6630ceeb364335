// vm/scan.cpp: the registers of a thread, for handshakes and collections.
//
// Precise: locals of every frame, temporaries below the static depth of the instruction a frame is at, without the dead words of windows that
// are being evaluated, and never beyond the header of the frame above.
// Threads     the thread itself, or whoever holds it.
#include <algorithm>

#include "mem/reclaim.h"
#include "vm/thread_state.h"
#include "vm/unwind.h"

namespace ty {

namespace {

using Visit = void (*)(Value* word, void* context);

void visit_range(Value* from, Value* to, Visit visit, void* context) {
  for (Value* r = from; r < to; r++) {
    if (r->bits != 0 && r->is_object()) visit(r, context);
  }
}

void scan_frame(Value* R, const Insn* pc, Value* limit, Visit visit, void* context) {
  Code* code = frame_code(R);
  CodeBody* body = code->body;
  Value* locals_end = R + code->local_count;
  if (limit && limit < locals_end) locals_end = limit;
  visit_range(R, locals_end, visit, context);
  auto offset = static_cast<uint32_t>(reinterpret_cast<const uint64_t*>(pc) - body->words);
  if (offset < body->word_count) {
    Value* end = R + body->depths[offset];
    if (limit && limit < end) end = limit;
    Value* at = R + code->local_count;
    // Windows lie above each other; the innermost may be open at once with outer ones.
    while (at < end) {
      Value* dead = end;
      Value* dead_end = end;
      for (uint32_t k = 0; k < body->window_count; k++) {
        const WindowRange& w = body->windows[k];
        if (w.start > offset) break;
        if (offset >= w.end) continue;
        Value* first = R + w.first;
        if (first + kFrameHeaderWords <= at || first >= dead) continue;
        dead = first;
        dead_end = first + kFrameHeaderWords;
      }
      visit_range(at, std::min(dead, end), visit, context);
      at = std::max(at, dead_end);
    }
  }
  visit_range(R + kFrameFunction, R + kFrameFunction + 1, visit, context);
  Value object = R[kFrameObject];
  if (!object.is_empty()) {
    visit_range(R + kFrameObject, R + kFrameObject + 1, visit, context);
    if (!object.is_object() || object.as<Frame>()->marker != kPlainFrame.bits) visit_range(R + kFrameAux, R + kFrameAux + 1, visit, context);
  }
  if (code != &g_entry_code) {
    Value word = Value::uncounted(code);
    visit(&word, context);
  }
}

void visit_object(Object* o, Visit visit, void* context) {
  if (!o) return;
  Value word(o);
  visit(&word, context);
}

}  // namespace

void scan_registers(Thread& t, Visit visit, void* context) {
  Value* R = t.base;
  const Insn* pc = t.pc;
  Value* limit = nullptr;
  while (R) {
    bool stack = on_stack(t, R);
    scan_frame(R, pc, stack ? limit : nullptr, visit, context);
    if (!stack) visit_object(Generator::of_base(R), visit, context);
    if (stack) limit = R - kFrameHeaderWords;
    pc = return_pc(R[kFrameReturn]) - 1;
    R = caller_base(R);
  }
  visit_object(t.exception, visit, context);
  visit_object(t.handled_exception, visit, context);
  if (ThreadCold* cold = t.cold) {
    for (Value* w : {&cold->context, &cold->async_first_iter, &cold->async_finalizer, &cold->trace_function, &cold->profile_function,
                     &cold->async_exception, &cold->locals, &cold->stop_value}) {
      visit_range(w, w + 1, visit, context);
    }
  }
}

}  // namespace ty
