// vm/initialize.cpp: installs the interpreter's hooks.
#include "gc/collector.h"
#include "mem/reclaim.h"
#include "mem/refcount.h"
#include "mem/thread_lifecycle.h"
#include "mem/weakref.h"
#include "object/type_object.h"
#include "sync/thread_state.h"
#include "types/frame.h"
#include "types/function.h"
#include "types/generator.h"
#include "types/str.h"
#include "types/traceback.h"
#include "vm/thread_state.h"
#include "vm/unwind.h"
#include "vm/vm.h"

namespace ty {

void install_handlers();
void scan_registers(Thread& t, void (*visit)(Value* word, void* context), void* context);
int frame_line_of(Object* frame, int lasti);
extern void (*g_traceback_here)(Thread& t);
extern const TypeDef kFrameDef, kFrameLocalsDef, kGeneratorDef, kCoroutineDef, kAsyncGeneratorDef, kCoroutineWrapperDef, kAsyncSendDef,
    kAsyncThrowDef, kAsyncValueDef, kAnextAwaitableDef;

namespace {

void run_finalizer(Thread& t, Object* o) {
  Object* pending = t.exception;
  t.exception = nullptr;
  if (FinalizeOp finalize = ops_of(Value(o)).finalize) finalize(t, Value(o));
  if (t.exception) clear_exception(t);
  t.exception = pending;
}
void run_weakref_callback(Thread& t, Object* o) {
  auto* ref = static_cast<WeakRef*>(o);
  Value callback = Value::from_bits(__atomic_load_n(&ref->callback, __ATOMIC_ACQUIRE));
  if (!callback) return;
  Object* pending = t.exception;
  t.exception = nullptr;
  Owned held = dup(callback);
  auto r = call(t, held, Value(o));
  if (!r.ok()) write_unraisable_rpy(t, held);
  t.exception = pending;
}

void thread_started(Thread& t) { CHECK(vm_thread_init(t), "no address space for a register stack"); }

Owned take_stop_value(Thread& t) {
  Value v = t.cold->stop_value;
  t.cold->stop_value = Value::empty();
  return v.is_empty() ? Owned() : Owned::steal(v);
}

void traceback_here(Thread& t) {
  Value* R = t.base;
  const Insn* pc = t.pc;
  while (R && is_entry_frame(R)) {
    pc = return_pc(R[kFrameReturn]) - 1;
    R = caller_base(R);
  }
  if (R) add_traceback(t, R, pc);
}

Result<void> raise_async(Thread& t) {
  Value e = t.cold->async_exception;
  if (e.is_empty()) return {};
  t.cold->async_exception = Value::empty();
  Owned held = Owned::steal(e);
  return raise_object_rpy(t, held, nullptr);
}

void print_stack() {
  if (g_current_thread) print_python_stack(*g_current_thread, 2);
}

}  // namespace

void vm_initialize() {
  install_handlers();
  g_scan_registers = scan_registers;
  g_run_finalizer = run_finalizer;
  g_run_weakref_callback = run_weakref_callback;
  g_thread_started = thread_started;
  g_thread_ended = vm_thread_finish;
  g_thread_hooks.raise_async = raise_async;
  g_call_function = vm_call_function;
  g_take_stop_value = take_stop_value;
  g_traceback_here = traceback_here;
  g_frame_type = &frame_type;
  g_frame_line = frame_line_of;
  g_print_python_stack = print_stack;
}

Result<void> vm_init_types(Thread& t) {
  struct Entry {
    Type* type;
    const TypeDef* def;
  };
  const Entry entries[] = {{&frame_type, &kFrameDef}, {&frame_locals_type, &kFrameLocalsDef}, {&generator_type, &kGeneratorDef},
                           {&coroutine_type, &kCoroutineDef}, {&async_generator_type, &kAsyncGeneratorDef},
                           {&coroutine_wrapper_type, &kCoroutineWrapperDef}, {&async_generator_send_type, &kAsyncSendDef},
                           {&async_generator_throw_type, &kAsyncThrowDef}, {&async_generator_value_type, &kAsyncValueDef},
                           {&anext_awaitable_type, &kAnextAwaitableDef}};
  for (const Entry& e : entries) TRY(type_ready(t, e.type, *e.def));
  return {};
}

}  // namespace ty
