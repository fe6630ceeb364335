// vm/frames.cpp: the register stack: entering from native code, pushing and popping frames.
#include <cstdio>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

#include "mem/heap.h"
#include "sync/thread_state.h"
#include "types/descriptors.h"
#include "types/exceptions.h"
#include "types/tuple.h"
#include "types/list.h"
#include "types/str.h"
#include "vm/generator_internal.h"
#include "vm/handlers.h"
#include "vm/interpreter.h"
#include "vm/thread_state.h"
#include "vm/slow/lookup.h"
#include "vm/unwind.h"
#include "vm/vm.h"
#include "object/instance.h"
#include "object/type_object.h"

namespace ty {

Insn g_leave_instruction[2];
static CodeBody g_entry_body;
static uint16_t g_entry_depths[2] = {1, 1};
Code g_entry_code;

void init_entry_code() {
  static_cast<Object&>(g_entry_code) = Object TY_STATIC_HEADER(&code_type);
  g_entry_code.body = &g_entry_body;
  g_entry_code.entry = g_leave_instruction;
  g_entry_code.register_count = 1;
  g_entry_code.local_count = 1;
  g_entry_body.words = reinterpret_cast<uint64_t*>(g_leave_instruction);
  g_entry_body.word_count = 2;
  g_entry_body.depths = g_entry_depths;
}

// --- stacks ---

namespace {
constexpr size_t kRegisterStackBytes = size_t{64} << 20;
constexpr size_t kRegisterStackSlack = 4096;  // words above the limit: entry frames and windows of native callers
}  // namespace

bool vm_thread_init(Thread& t) {
  void* memory = mmap(nullptr, kRegisterStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return false;
  auto* cold = static_cast<ThreadCold*>(allocate_buffer(sizeof(ThreadCold)));
  if (!cold) {
    munmap(memory, kRegisterStackBytes);
    return false;
  }
  std::memset(static_cast<void*>(cold), 0, sizeof *cold);
  for (Value* w : {&cold->context, &cold->async_first_iter, &cold->async_finalizer, &cold->trace_function, &cold->profile_function,
                   &cold->async_exception, &cold->locals, &cold->stop_value}) {
    *w = Value::empty();
  }
  t.cold = cold;
  t.register_stack = static_cast<Value*>(memory);
  t.register_stack_end = t.register_stack + kRegisterStackBytes / sizeof(Value);
  t.real_register_limit = t.register_stack_end - kRegisterStackSlack;
  __atomic_store_n(&t.register_limit, t.interrupts ? nullptr : t.real_register_limit, __ATOMIC_SEQ_CST);
  t.base = nullptr;
  t.pc = nullptr;
  cold->recursion_limit = t.interpreter ? t.interpreter->recursion_limit : 1000;
  t.recursion_remaining = cold->recursion_limit;
  return true;
}

void vm_thread_finish(Thread& t) {
  ThreadCold* cold = t.cold;
  if (!cold) return;
  for (Value* w : {&cold->context, &cold->async_first_iter, &cold->async_finalizer, &cold->trace_function, &cold->profile_function,
                   &cold->async_exception, &cold->locals, &cold->stop_value}) {
    Value old = *w;
    *w = Value::empty();
    release_word(old);
  }
  if (t.handled_exception) {
    Object* o = t.handled_exception;
    t.handled_exception = nullptr;
    dec(o);
  }
  munmap(t.register_stack, kRegisterStackBytes);
  t.register_stack = t.register_stack_end = t.real_register_limit = nullptr;
  t.cold = nullptr;
  free_buffer(cold);
}

Value* frame_top(Thread& t, Value* base) {
  if (!base) return t.register_stack;
  if (on_stack(t, base)) return base + frame_code(base)->register_count;
  return Generator::of_base(base)->stack_top;
}

// --- calls ---

namespace {

void clear_window(Value* W, size_t n) {
  for (size_t k = 0; k <= n; k++) {
    Value old = W[k];
    W[k] = Value::empty();
    release_word(old);
  }
}

[[gnu::cold]] Value raise_recursion(Thread& t) {
  (void)raise_format(t, &exc_RecursionError, "maximum recursion depth exceeded");
  return Value();
}

/// Finishes a native call: releases the window, hands the result over.
Value finish_native(Value* W, size_t n, Result<Owned> result) {
  clear_window(W, n);
  if (TY_UNLIKELY(!result.ok())) return Value();
  return result.take().release();
}

}  // namespace

Value push_frame(Thread& t, Value* W, size_t n, Tuple* kwnames, Value ret, Value marker, Value aux) {
  // Not above an entry frame: the window is no register of it, so frames of finalizers that run here would lie on it.
  if (TY_UNLIKELY(poll_needed(t)) && !is_entry_frame(t.base)) {
    if (!safepoint(t).ok()) return Value();
  }
  auto& fn = *W[0].as<Function>();
  Code& code = *fn.code.load_as<Code>();
  Value* caller = t.base;
  Value* target = W;
  if (TY_UNLIKELY(!on_stack(t, W))) target = frame_top(t, caller) + kFrameHeaderWords;
  Value* N = target + 1;
  if (TY_UNLIKELY(N + code.register_count > t.real_register_limit || t.recursion_remaining <= 0)) return raise_recursion(t);
  size_t bound = n;
  if (TY_UNLIKELY(!code.simple || static_cast<size_t>(code.argument_count) != n || kwnames)) {
    size_t total = static_cast<size_t>(code.local_count);
    Value small[64];
    Value* out = small;
    if (TY_UNLIKELY(total > 64)) {
      out = static_cast<Value*>(allocate_buffer(total * sizeof(Value)));
      if (!out) {
        (void)raise_memory_error(t);
        return Value();
      }
    }
    auto r = bind_python_arguments(t, fn, code, W + 1, n, kwnames, out);
    if (TY_LIKELY(r.ok())) {
      Value* old_base = N;
      for (size_t k = 0; k < total; k++) old_base[k] = out[k];
    }
    if (out != small) free_buffer(out);
    if (TY_UNLIKELY(!r.ok())) return Value();
    if (target != W) {
      target[0] = W[0];
      W[0] = Value::empty();
    }
    bound = total;
  } else if (target != W) {
    for (size_t k = 0; k <= n; k++) {
      target[k] = W[k];
      W[k] = Value::empty();
    }
  }
  for (size_t k = bound; k < static_cast<size_t>(code.local_count); k++) N[k] = Value::empty();
  N[kFrameCode] = raw_word(&code);
  N[kFrameReturn] = ret;
  N[kFrameCaller] = raw_word(caller);
  N[kFrameObject] = marker;
  if (!marker.is_empty()) N[kFrameAux] = aux;
  t.recursion_remaining--;
  t.base = N;
  t.pc = code.entry;
  return Value::empty();
}

Value vm_call_window(Thread& t, Value* W, size_t n, Tuple* kwnames, Value ret) {
  bool shifted = false;
  while (true) {
    Value f = W[0];
    if (TY_UNLIKELY(!f.is_object())) break;
    Type* type = f.object()->type();
    size_t positional = n - (kwnames ? static_cast<size_t>(kwnames->size) : 0);
    if (type == &function_type) return push_frame(t, W, n, kwnames, ret, kPlainFrame, Value());
    if (type == &native_function_type) {
      auto& native = *f.as<NativeFunction>();
      return finish_native(W, n, native.def->call(t, *native.def, native.self.load(), W + 1, positional, kwnames));
    }
    if (type == &method_descriptor_type && positional > 0) {
      auto& descriptor = *f.as<MethodDescriptor>();
      if (is_instance(W[1], descriptor.owner.load_as<Type>()))
        return finish_native(W, n, descriptor.def->call(t, *descriptor.def, W[1], W + 2, positional - 1, kwnames));
      break;
    }
    if (type == &method_type && !shifted) {
      auto& method = *f.as<BoundMethod>();
      Value function = borrow_or_dup(method.function.load()).release();
      W[0] = borrow_or_dup(method.self.load()).release();
      W[-1] = function;
      release_word(f);
      W--;
      n++;
      shifted = true;
      continue;
    }
    if (type == &type_type && !shifted) {
      Type* cls = f.as<Type>();
      const TypeOps& ops = cls->info->ops;
      if (is_heap_type(cls) && ops.create == &object_new && !has_type_flag(cls, kTypeAbstract) &&
          cls->basicsize >= static_cast<ssize>(sizeof(Object)) && (type_layout(cls).flags & kHasAttributes)) {
        Value init = type_lookup(cls, NAME("__init__"));
        if (init && init.is_object() && init.object()->type() == &function_type) {
          // A plain class with a Python __init__: its frame takes the class's place.
          Owned function = borrow_or_dup(init);
          auto made = instance_new_fast(t, cls);
          if (!made.ok()) return Value();
          Owned self = made.take();
          Owned again = borrow_or_dup(self.value());
          W[0] = self.release();
          W[-1] = function.release();
          release_word(f);  // a class is DEFERRED: nothing dies
          Value r = push_frame(t, W - 1, n + 1, kwnames, ret, kConstructorFrame, again.value());
          if (r.is_empty()) {
            (void)again.release();
          } else {
            Value word = W[-1];
            W[-1] = Value::empty();
            release_word(word);
          }
          return r;
        }
      }
    }
    break;
  }
  Value f = W[0];
  size_t positional = n - (kwnames ? static_cast<size_t>(kwnames->size) : 0);
  CallOp op = ops_of(f).call;
  if (TY_UNLIKELY(!op)) {
    (void)raise_type_error(t, "'%.200T' object is not callable", f);
    if (shifted) clear_window(W, 0);
    return Value();
  }
  return finish_native(W, n, op(t, f, W + 1, positional, kwnames));
}

Value vm_call_spread(Thread& t, Value* R, Ins i, Value ret) {
  Value f = R[i.b];
  // The positional arguments as a tuple.
  if (!is_exact<Tuple>(R[i.b + 1])) {
    Value iterable = R[i.b + 1];
    if (!ops_of(iterable).iter && !is_sequence(iterable)) {
      auto text_result = vm_function_text(t, f);
      if (!text_result.ok()) return Value();
      Owned text = text_result.take();
      (void)raise_type_error(t, "%U argument after * must be an iterable, not %.200T", text.value(), iterable);
      return Value();
    }
    auto tuple = tuple_from_iterable_rpy(t, iterable);
    if (!tuple.ok()) return Value();
    put(R, i.b + 1, Owned(tuple.take()));
  }
  Value kwargs = i.c ? R[i.b + 2] : Value::empty();  // without a dict, the register is not part of the run
  Tuple* args = R[i.b + 1].as<Tuple>();
  if (f.is_object() && f.object()->type() == &function_type) {
    // A Python function: its window is built above the frame.
    size_t positional = static_cast<size_t>(args->size);
    Value* W = frame_top(t, t.base) + kFrameHeaderWords + 1;
    size_t named = !kwargs.is_empty() ? static_cast<size_t>(dict_length(*kwargs.as<Dict>())) : 0;
    if (TY_UNLIKELY(W + positional + named + 64 > t.real_register_limit)) return raise_recursion(t);
    Ref<Tuple> names;
    size_t n = 0;
    for (; n < positional; n++) W[1 + n] = args->items[n].get().release();
    if (named) {
      auto made = tuple_new(t, static_cast<ssize>(named));
      if (!made.ok()) {
        clear_window(W + 1, n ? n - 1 : 0);
        return Value();
      }
      names = made.take();
      ssize position = 0;
      Owned key, value;
      size_t k = 0;
      bool strings = true;
      while (k < named && dict_next(*kwargs.as<Dict>(), &position, &key, &value)) {
        strings = strings && is_str(key);
        names->items[k].init(std::move(key));
        W[1 + n++] = value.release();
        k++;
      }
      if (TY_UNLIKELY(k != named || !strings)) {
        for (size_t j = 0; j < n; j++) release_word(W[1 + j]), W[1 + j] = Value::empty();
        if (k != named) (void)raise_runtime_error(t, "dictionary changed size during iteration");
        else (void)raise_type_error(t, "keywords must be strings");
        return Value();
      }
    }
    W[0] = f;
    R[i.b] = Value::empty();
    Value result = push_frame(t, W, n, names.get(), ret, kPlainFrame, Value());
    if (result.is_empty()) {
      clear_register(R, i.b + 1);
      if (i.c) clear_register(R, i.b + 2);
    } else {
      clear_window(W, n);
    }
    return result;
  }
  auto result = call_with_tuple(t, f, *args, kwargs.is_empty() ? nullptr : kwargs.as<Dict>());
  if (!result.ok()) return Value();
  Value word = result.take().release();
  clear_run(R, i.b, i.c ? 3 : 2);
  return word;
}

// --- returns ---

void release_frame(Thread& t, Value* R) {
  Code* code = frame_code(R);
  for (int k = 0; k < code->register_count; k++) {
    Value word = R[k];
    if ((word.bits & 7) == 0 && word.bits != 0) {
      R[k] = Value::empty();
      dec(word.object());
    }
  }
  Value function = R[kFrameFunction];
  R[kFrameFunction] = Value::empty();
  release_word(function);
}

bool vm_return(Thread& t, Value value) {
  Value* R = t.base;
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
  Value ret = R[kFrameReturn];
  bool ok = true;
  if (marker == kConstructorFrame) {
    if (TY_UNLIKELY(!is_none(value))) {
      (void)raise_type_error(t, "__init__() should return None, not '%.200T'", value);
      ok = false;
    }
    std::swap(value, aux);
  }
  release_word(frame);
  int locals = frame_code(R)->local_count;
  for (int k = 0; k < locals; k++) {
    Value word = R[k];
    if ((word.bits & 7) == 0 && word.bits != 0) {
      R[k] = Value::empty();
      dec(word.object());
    }
  }
  Value function = R[kFrameFunction];
  R[kFrameFunction] = Value::empty();
  release_word(function);
  Value* caller = caller_base(R);
  t.recursion_remaining++;
  t.base = caller;
  release_word(aux);
  if (TY_UNLIKELY(!ok)) {
    release_word(value);
    t.pc = return_pc(ret) - 1;
    return false;
  }
  t.pc = return_pc(ret);
  put(caller, return_register(ret), value);
  return true;
}

// --- entry from native code ---

void interpret(Thread* t);

/// Everything an entry needs to restore.
struct NativeEntry {
  Value* base;
  const Insn* pc;
  Value* frame;
};

namespace {

/// Pushes the entry frame; null: RecursionError.
bool enter_native(Thread& t, NativeEntry& entry, size_t window) {
  entry.base = t.base;
  entry.pc = t.pc;
  Value* top = frame_top(t, t.base);
  if (TY_UNLIKELY(top + 2 * kFrameHeaderWords + 4 + window > t.register_stack_end - 256)) {
    (void)raise_recursion(t);
    return false;
  }
  Value* E = top + kFrameHeaderWords;
  E[kFrameFunction] = Value::empty();
  E[kFrameCode] = raw_word(&g_entry_code);
  E[kFrameReturn] = return_word(t.pc ? t.pc + 1 : g_leave_instruction + 1, 0);
  E[kFrameCaller] = raw_word(t.base);
  E[kFrameObject] = kPlainFrame;
  E[0] = Value::empty();
  entry.frame = E;
  t.base = E;
  t.pc = g_leave_instruction;
  return true;
}
Value leave_native(Thread& t, NativeEntry& entry) {
  Value result = entry.frame[0];
  entry.frame[0] = Value::empty();
  t.base = entry.base;
  t.pc = entry.pc;
  return result;
}

}  // namespace

Result<Owned> vm_call_function(Thread& t, Value callable, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(check_native_stack(t, ""));
  TRY(poll(t));
  size_t n = nargs + (kwnames ? static_cast<size_t>(kwnames->size) : 0);
  NativeEntry entry;
  if (!enter_native(t, entry, n)) return Raised{};
  Value* W = entry.frame + 1 + kFrameHeaderWords;
  W[0] = borrow_or_dup(callable).release();
  for (size_t k = 0; k < n; k++) W[1 + k] = borrow_or_dup(args[k]).release();
  Value r = push_frame(t, W, n, kwnames, return_word(g_leave_instruction, 0), kPlainFrame, Value());
  if (TY_UNLIKELY(!r.is_empty())) {
    clear_window(W, n);
    leave_native(t, entry);
    return Raised{};
  }
  interpret(&t);
  Value result = leave_native(t, entry);
  if (TY_UNLIKELY(result.bits == 0)) return Raised{};
  return Owned::steal(result);
}

Result<Owned> eval_code_rpy(Thread& t, Value code_value, Dict& globals, Value locals_or_null, Value closure_or_null) {
  TRY(check_native_stack(t, ""));
  Code& code = *code_value.as<Code>();
  Lookup<Owned> present = dict_get_name(t, globals, NAME("__builtins__"));
  if (present.raised()) return Raised{};
  if (present.absent()) {
    Value builtins = current_builtins(t);
    TRY(dict_set(t, globals, NAME("__builtins__"), builtins));
  }
  Ref<Function> fn = TRY(function_new(t, code_value, globals));
  if (closure_or_null && !is_none(closure_or_null)) fn->closure.init(dup(closure_or_null));
  NativeEntry entry;
  if (!enter_native(t, entry, 0)) return Raised{};
  Value* W = entry.frame + 1 + kFrameHeaderWords;
  W[0] = Value(fn.release());
  bool body = !(code.flags & kCodeOptimized);
  Owned ns;
  if (body) ns = borrow_or_dup(locals_or_null ? locals_or_null : Value(&globals));
  Value r = push_frame(t, W, 0, nullptr, return_word(g_leave_instruction, 0), body ? kNamespaceFrame : kPlainFrame, ns.value());
  if (TY_UNLIKELY(!r.is_empty())) {
    clear_window(W, 0);
    leave_native(t, entry);
    return Raised{};
  }
  (void)ns.release();
  interpret(&t);
  Value result = leave_native(t, entry);
  if (TY_UNLIKELY(result.bits == 0)) return Raised{};
  return Owned::steal(result);
}

Result<Owned> vm_run_class_body(Thread& t, Function& fn, Value ns) {
  TRY(check_native_stack(t, ""));
  NativeEntry entry;
  if (!enter_native(t, entry, 0)) return Raised{};
  Value* W = entry.frame + 1 + kFrameHeaderWords;
  W[0] = borrow_or_dup(Value(&fn)).release();
  Owned held = borrow_or_dup(ns);
  Value r = push_frame(t, W, 0, nullptr, return_word(g_leave_instruction, 0), kNamespaceFrame, held.value());
  if (TY_UNLIKELY(!r.is_empty())) {
    clear_window(W, 0);
    leave_native(t, entry);
    return Raised{};
  }
  (void)held.release();
  interpret(&t);
  Value result = leave_native(t, entry);
  if (TY_UNLIKELY(result.bits == 0)) return Raised{};
  return Owned::steal(result);
}

Step generator_run(Thread& t, Generator& g, Value value, bool throwing) {
  NativeEntry entry;
  if (!check_native_stack(t, "").ok() || !enter_native(t, entry, 0)) {
    release_word(value);
    return {StepKind::kRaised, Owned()};
  }
  Owned self = dup(Value(&g));  // the running frame must not lose its object
  const Insn* pc = g.pc;
  Ref<Object> thrown;
  if (throwing) thrown = take_exception(t);
  switch (generator_push_frame(t, g, value, ResumeKind::kNative, nullptr, return_word(g_leave_instruction, 0))) {
    case PushOutcome::kPushed: break;
    case PushOutcome::kRaised: leave_native(t, entry); return {StepKind::kRaised, Owned()};
    case PushOutcome::kFinished:
      leave_native(t, entry);
      if (throwing) {
        restore_exception(t, std::move(thrown));
        return {StepKind::kRaised, Owned()};
      }
      return {StepKind::kReturned, owned_none()};
  }
  if (throwing) {
    t.pc = pc;
    if (t.handled_exception && !g.inherits) exception_link_context(t, Value(thrown), Value(t.handled_exception));
    restore_exception(t, std::move(thrown));
    vm_unwind(t);
  }
  interpret(&t);
  Value result = leave_native(t, entry);
  if (result.bits == 0) return {StepKind::kRaised, Owned()};
  if (t.cold->generator_returned) return {StepKind::kReturned, Owned::steal(result)};
  return {StepKind::kYielded, Owned::steal(result)};
}

}  // namespace ty
