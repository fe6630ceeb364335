// vm/generator.cpp: generators and coroutines as Python sees them. CPython: Objects/genobject.c
#include "types/container.h"
#include "types/exceptions.h"
#include "types/frame.h"
#include "types/int.h"
#include "types/str.h"
#include "types/traceback.h"
#include "types/tuple.h"
#include "vm/generator_internal.h"
#include "vm/slow/slow.h"
#include "vm/thread_state.h"
#include "vm/unwind.h"
#include "vm/vm.h"

namespace ty {

// --- steps ---

Step generator_send(Thread& t, Generator& g, Value value) {
  switch (generator_state(g)) {
    case GeneratorState::kFinished:
      if (g.kind == GeneratorKind::kCoroutine) {
        (void)raise_runtime_error(t, "cannot reuse already awaited coroutine");
        return {StepKind::kRaised, Owned()};
      }
      return {StepKind::kReturned, owned_none()};
    case GeneratorState::kCreated:
      if (!is_none(value)) {
        (void)raise_type_error(t, "can't send non-None value to a just-started %s", generator_kind_name(g));
        return {StepKind::kRaised, Owned()};
      }
      break;
    default: break;
  }
  return generator_run(t, g, borrow_or_dup(value).release(), false);
}

Step generator_throw_pending(Thread& t, Generator& g) {
  if (generator_state(g) == GeneratorState::kFinished && g.kind == GeneratorKind::kCoroutine) {
    clear_exception(t);
    (void)raise_runtime_error(t, "cannot reuse already awaited coroutine");
    return {StepKind::kRaised, Owned()};
  }
  return generator_run(t, g, none(), true);
}

/// A step's value as a method's result: what was returned leaves as StopIteration.
Result<Owned> step_result(Thread& t, Generator& g, Step step) {
  switch (step.kind) {
    case StepKind::kYielded: return std::move(step.value);
    case StepKind::kRaised: return Raised{};
    case StepKind::kReturned:
      if (g.kind == GeneratorKind::kAsyncGenerator) return raise_format(t, &exc_StopAsyncIteration, "");
      return raise_stop_iteration(t, is_none(step.value) ? Value() : step.value.value());
  }
  __builtin_unreachable();
}

namespace {

Raised raise_ignored_exit(Thread& t, Generator& g) {
  return raise_runtime_error(t, g.kind == GeneratorKind::kGenerator  ? "generator ignored GeneratorExit"
                                : g.kind == GeneratorKind::kCoroutine ? "coroutine ignored GeneratorExit"
                                                                      : "async generator ignored GeneratorExit");
}

/// What unclaim() restores.
struct Claim {
  uint32_t state;
  Value* base;
  const Insn* pc;
};
/// Marks a suspended generator as running while its delegate is driven, and makes its frame the current one; false: raised.
bool claim(Thread& t, Generator& g, Claim* previous) {
  uint32_t state = __atomic_load_n(&g.state, __ATOMIC_ACQUIRE);
  while (true) {
    if (state == static_cast<uint32_t>(GeneratorState::kRunning)) {
      (void)raise_value_error(t, "%s already executing", generator_kind_name(g));
      return false;
    }
    if (__atomic_compare_exchange_n(&g.state, &state, static_cast<uint32_t>(GeneratorState::kRunning), false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) break;
  }
  *previous = {state, t.base, t.pc};
  if (t.base) {
    Value* R = g.base();
    g.stack_top = frame_top(t, t.base);
    R[kFrameReturn] = return_word(t.pc + 1, 0);
    R[kFrameCaller] = raw_word(t.base);
    t.base = R;
    t.pc = g.pc;
  }
  return true;
}
void unclaim(Thread& t, Generator& g, const Claim& previous) {
  t.base = previous.base;
  t.pc = previous.pc;
  __atomic_store_n(&g.state, previous.state, __ATOMIC_RELEASE);
}

/// Closes what a generator delegates to.
Result<void> close_delegate(Thread& t, Value delegate) {
  if (delegate.is_object() && (delegate.object()->type() == &generator_type || delegate.object()->type() == &coroutine_type)) {
    Owned ignored = TRY(generator_close(t, *delegate.as<Generator>()));
    return {};
  }
  Lookup<Owned> close = find_attribute(t, delegate, NAME("close"));
  if (close.raised()) {
    write_unraisable_rpy(t, delegate);
    return {};
  }
  if (close.absent()) return {};
  Owned ignored = TRY(call(t, close.take()));
  return {};
}

/// Normalises throw()'s arguments and makes the exception pending.
Result<void> raise_thrown(Thread& t, Value type, Value value, Value traceback) {
  if (traceback && is_none(traceback)) traceback = Value();
  if (traceback && !is_exact<Traceback>(traceback)) return raise_type_error(t, "throw() third argument must be a traceback object");
  Owned exception;
  if (is_exception_class(type)) {
    if (value && is_instance(value, type.as<Type>())) {
      exception = dup(value);
    } else if (!value || is_none(value)) {
      auto made = call(t, type);
      if (made.ok()) exception = made.take();
    } else if (is_instance(value, &tuple_type)) {
      auto made = call_with_tuple(t, type, *value.as<Tuple>(), nullptr);
      if (made.ok()) exception = made.take();
    } else {
      auto made = call(t, type, value);
      if (made.ok()) exception = made.take();
    }
    // An exception raised meanwhile is thrown instead.
    if (!exception) return {};
    if (!is_exception(exception)) {
      (void)raise_type_error(t, "calling %R should have returned an instance of BaseException, not %T", type, exception.value());
      return {};
    }
  } else if (is_exception(type)) {
    if (value && !is_none(value)) return raise_type_error(t, "instance exception may not have a separate value");
    exception = dup(type);
  } else {
    return raise_type_error(t, "exceptions must be classes or instances deriving from BaseException, not %T", type);
  }
  if (traceback) exception_set_traceback(exception, traceback);
  restore_exception(t, Ref<Object>::steal(exception.release().object()));
  return {};
}

bool is_generator_exit(Value type) {
  if (is_exception_class(type)) return is_subtype(type.as<Type>(), &exc_GeneratorExit);
  return is_instance(type, &exc_GeneratorExit);
}

}  // namespace

Result<Owned> generator_throw_step(Thread& t, Generator& g, Value type, Value value, Value traceback, bool close_on_exit);

Result<Owned> generator_throw(Thread& t, Generator& g, Value type, Value value, Value traceback) {
  return generator_throw_step(t, g, type, value, traceback, true);
}

Result<Owned> generator_throw_step(Thread& t, Generator& g, Value type, Value value, Value traceback, bool close_on_exit) {
  TRY(check_native_stack(t, ""));
  Owned delegate = generator_yield_from(g);
  if (!is_none(delegate)) {
    Claim previous;
    if (close_on_exit && is_generator_exit(type)) {
      if (!claim(t, g, &previous)) return Raised{};
      auto closed = close_delegate(t, delegate);
      unclaim(t, g, previous);
      if (!closed.ok()) return step_result(t, g, generator_throw_pending(t, g));
    } else {
      bool native = delegate.value().is_object() &&
                    (delegate.value().object()->type() == &generator_type || delegate.value().object()->type() == &coroutine_type);
      Owned method;
      if (!native) {
        Lookup<Owned> found = find_attribute(t, delegate, NAME("throw"));
        if (found.raised()) return Raised{};
        if (found.found()) method = found.take();
      }
      if (native || method) {
        if (!claim(t, g, &previous)) return Raised{};
        Result<Owned> r = Raised{};
        if (native) {
          r = generator_throw_step(t, *delegate.value().as<Generator>(), type, value, traceback, close_on_exit);
        } else {
          Value args[3] = {type, value ? value : none(), traceback ? traceback : none()};
          r = call(t, method, args, traceback ? 3 : value ? 2 : 1);
        }
        unclaim(t, g, previous);
        if (r.ok()) return r;
        return step_result(t, g, generator_throw_pending(t, g));
      }
    }
  }
  TRY(raise_thrown(t, type, value, traceback));
  return step_result(t, g, generator_throw_pending(t, g));
}

Result<Owned> generator_close(Thread& t, Generator& g) {
  // CPython: gen_close()
  while (true) {
    uint32_t state = __atomic_load_n(&g.state, __ATOMIC_ACQUIRE);
    if (state == static_cast<uint32_t>(GeneratorState::kFinished)) return owned_none();
    if (state != static_cast<uint32_t>(GeneratorState::kCreated)) break;
    if (!__atomic_compare_exchange_n(&g.state, &state, static_cast<uint32_t>(GeneratorState::kRunning), false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) continue;
    generator_drop_frame(t, g);
    __atomic_store_n(&g.state, static_cast<uint32_t>(GeneratorState::kFinished), __ATOMIC_RELEASE);
    return owned_none();
  }
  Owned delegate = generator_yield_from(g);
  bool failed = false;
  if (!is_none(delegate)) {
    Claim previous;
    if (!claim(t, g, &previous)) return Raised{};
    failed = !close_delegate(t, delegate).ok();
    unclaim(t, g, previous);
  }
  if (!failed) {
    Owned exit = TRY(call(t, Value(&exc_GeneratorExit)));
    restore_exception(t, Ref<Object>::steal(dup(exit.value()).release().object()));
  }
  Step step = generator_throw_pending(t, g);
  if (step.kind == StepKind::kReturned) return std::move(step.value);
  if (step.kind == StepKind::kYielded) return raise_ignored_exit(t, g);
  if (exception_matches(t, &exc_GeneratorExit) || exception_matches(t, &exc_StopIteration)) {
    clear_exception(t);
    return owned_none();
  }
  return Raised{};
}

void generator_each(Object* self, SlotVisitor& visitor) {
  auto* g = static_cast<Generator*>(self);
  if (generator_state(*g) == GeneratorState::kRunning) return;
  auto visit = [&](Value& word) {
    if (word.is_counted() && word.bits) {
      visitor(&word.bits);
      if (!word.bits) word = Value::empty();
    }
  };
  for (Value& word : g->header) visit(word);
  for (uint32_t k = 0; k < g->register_count; k++) visit(g->registers[k]);
}

namespace {

void generator_finalize(Thread& t, Value self) {
  Generator& g = *self.as<Generator>();
  GeneratorState state = generator_state(g);
  if (state == GeneratorState::kFinished || state == GeneratorState::kRunning) return;
  if (g.kind == GeneratorKind::kAsyncGenerator) {
    Owned finalizer = g.finalizer.get();
    if (finalizer && !g.closed) {
      auto r = call(t, finalizer, self);
      if (!r.ok()) write_unraisable_rpy(t, self);
      return;
    }
  }
  if (g.kind == GeneratorKind::kCoroutine && state == GeneratorState::kCreated) {
    auto warn = import_attribute(t, "warnings", "_warn_unawaited_coroutine");
    bool done = false;
    if (warn.ok()) {
      auto r = call(t, warn.take(), self);
      done = r.ok();
      if (!done) {
        write_unraisable_rpy(t, self);
        done = true;
      }
    } else {
      clear_exception(t);
    }
    if (!done && !warn_rpy(t, &exc_RuntimeWarning, 1, "coroutine '%S' was never awaited", g.qualname.load()).ok()) write_unraisable_rpy(t, self);
  }
  auto r = generator_close(t, g);
  if (!r.ok()) write_unraisable_rpy(t, self);
}

Lookup<Owned> generator_next(Thread& t, Value self) {
  Generator& g = *self.as<Generator>();
  Step step = generator_send(t, g, none());
  switch (step.kind) {
    case StepKind::kYielded: return std::move(step.value);
    case StepKind::kRaised: return Raised{};
    case StepKind::kReturned:
      if (!is_none(step.value)) put(&t.cold->stop_value, 0, to_heap_form(std::move(step.value)));
      return Absent{};
  }
  __builtin_unreachable();
}
Result<Owned> self_iter(Thread&, Value self) { return dup(self); }

Result<Owned> generator_method_send(Thread& t, Generator& g, Value value) { return step_result(t, g, generator_send(t, g, value)); }
Result<Owned> generator_method_throw(Thread& t, Generator& g, Value type, Value value, Value traceback) {
  if (value || traceback) {
    TRY(warn_rpy(t, &exc_DeprecationWarning, 1, "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead."));
  }
  return generator_throw(t, g, type, value, traceback);
}
Result<Owned> generator_method_close(Thread& t, Generator& g) { return generator_close(t, g); }

Result<Owned> generator_repr(Thread& t, Value self) {
  Generator& g = *self.as<Generator>();
  const char* what = g.kind == GeneratorKind::kGenerator ? "generator" : g.kind == GeneratorKind::kCoroutine ? "coroutine" : "async_generator";
  return Owned(TRY(str_from_format(t, "<%s object %S at %p>", what, g.qualname.load(), static_cast<void*>(&g))));
}

Owned get_name(Thread&, Generator& g) { return g.name.get(); }
Result<void> set_name(Thread& t, Generator& g, Value v) {
  if (!v || !is_str(v)) return raise_type_error(t, "__name__ must be set to a string object");
  g.name.store(&g, dup(v));
  return {};
}
Owned get_qualname(Thread&, Generator& g) { return g.qualname.get(); }
Result<void> set_qualname(Thread& t, Generator& g, Value v) {
  if (!v || !is_str(v)) return raise_type_error(t, "__qualname__ must be set to a string object");
  g.qualname.store(&g, dup(v));
  return {};
}
Owned get_yield_from(Thread&, Generator& g) { return generator_yield_from(g); }
bool get_running(Thread&, Generator& g) { return generator_state(g) == GeneratorState::kRunning; }
bool get_suspended(Thread&, Generator& g) { return generator_state(g) == GeneratorState::kSuspended; }
Result<Owned> get_frame(Thread& t, Generator& g) {
  if (generator_state(g) == GeneratorState::kFinished) return owned_none();
  Ref<Frame> f = TRY(frame_object(t, g.base()));
  return Owned(std::move(f));
}
Owned get_code(Thread&, Generator& g) { return g.code.get(); }
Owned get_origin(Thread&, Generator& g) {
  Owned origin = g.origin.get();
  return origin ? std::move(origin) : owned_none();
}

constexpr uint16_t kGeneratorSlots[] = {offsetof(Generator, name),   offsetof(Generator, qualname), offsetof(Generator, code),
                                        offsetof(Generator, handled), offsetof(Generator, origin),   offsetof(Generator, finalizer)};
#define GENERATOR_LAYOUT                                                                                          \
  {.slot_offsets = kGeneratorSlots, .slot_count = 6, .flags = kCollectable | kPromptType | kHasFinalizer | kStoppedVisit, \
   .each = generator_each}

constexpr MethodDef kGeneratorMethods[] = {
    method<&generator_method_send>("send", "($self, value, /)",
        "send(arg) -> send 'arg' into generator,\nreturn next yielded value or raise StopIteration."),
    method<&generator_method_throw>("throw", "($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)",
        "throw(value)\nthrow(type[,value[,tb]])\n\nRaise exception in generator, return next yielded value or raise\nStopIteration.\n"
        "the (type, val, tb) signature is deprecated, \nand may be removed in a future version of Python."),
    method<&generator_method_close>("close", "($self, /)", "close() -> raise GeneratorExit inside generator."),
    class_method<&container_class_getitem>("__class_getitem__", "($type, object, /)", "See PEP 585"),
    {}};
constexpr GetSetDef kGeneratorGetSet[] = {
    property<&get_name, &set_name>("__name__", "name of the generator"),
    property<&get_qualname, &set_qualname>("__qualname__", "qualified name of the generator"),
    getter<&get_yield_from>("gi_yieldfrom", "object being iterated by yield from, or None"),
    getter<&get_running>("gi_running"), getter<&get_frame>("gi_frame"), getter<&get_suspended>("gi_suspended"), getter<&get_code>("gi_code"), {}};
constexpr TypeOps kGeneratorOps = {.repr = generator_repr, .iter = self_iter, .next = generator_next, .finalize = generator_finalize};

// --- coroutines ---
struct CoroutineWrapper : Object {  // [owner]
  Slot coroutine;
  static Type* type() { return &coroutine_wrapper_type; }
};
Result<Owned> coroutine_await(Thread& t, Value self) {
  Ref<CoroutineWrapper> w = TRY(make_object<CoroutineWrapper>(t));
  w->coroutine.init(dup(self));
  return Owned(std::move(w));
}
Lookup<Owned> wrapper_next(Thread& t, Value self) { return generator_next(t, self.as<CoroutineWrapper>()->coroutine.load()); }
Result<Owned> wrapper_send(Thread& t, CoroutineWrapper& w, Value value) { return generator_method_send(t, *w.coroutine.load_as<Generator>(), value); }
Result<Owned> wrapper_throw(Thread& t, CoroutineWrapper& w, Value type, Value value, Value traceback) {
  return generator_method_throw(t, *w.coroutine.load_as<Generator>(), type, value, traceback);
}
Result<Owned> wrapper_close(Thread& t, CoroutineWrapper& w) { return generator_close(t, *w.coroutine.load_as<Generator>()); }

constexpr MethodDef kCoroutineMethods[] = {
    method<&generator_method_send>("send", "($self, value, /)",
        "send(arg) -> send 'arg' into coroutine,\nreturn next iterated value or raise StopIteration."),
    method<&generator_method_throw>("throw", "($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)",
        "throw(value)\nthrow(type[,value[,traceback]])\n\nRaise exception in coroutine, return next iterated value or raise\nStopIteration.\n"
        "the (type, val, tb) signature is deprecated, \nand may be removed in a future version of Python."),
    method<&generator_method_close>("close", "($self, /)", "close() -> raise GeneratorExit inside coroutine."),
    class_method<&container_class_getitem>("__class_getitem__", "($type, object, /)", "See PEP 585"),
    {}};
constexpr GetSetDef kCoroutineGetSet[] = {
    property<&get_name, &set_name>("__name__", "name of the coroutine"),
    property<&get_qualname, &set_qualname>("__qualname__", "qualified name of the coroutine"),
    getter<&get_yield_from>("cr_await", "object being awaited on, or None"),
    getter<&get_running>("cr_running"), getter<&get_frame>("cr_frame"), getter<&get_code>("cr_code"),
    getter<&get_suspended>("cr_suspended"), getter<&get_origin>("cr_origin"), {}};
constexpr TypeOps kCoroutineOps = {.repr = generator_repr, .finalize = generator_finalize, .await = coroutine_await};

constexpr MethodDef kWrapperMethods[] = {
    method<&wrapper_send>("send", "($self, value, /)", "send(arg) -> send 'arg' into coroutine,\nreturn next iterated value or raise StopIteration."),
    method<&wrapper_throw>("throw", "($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)",
        "throw(value)\nthrow(type[,value[,traceback]])\n\nRaise exception in coroutine, return next iterated value or raise\nStopIteration."),
    method<&wrapper_close>("close", "($self, /)", "close() -> raise GeneratorExit inside coroutine."),
    {}};
constexpr uint16_t kWrapperSlots[] = {offsetof(CoroutineWrapper, coroutine)};
constexpr TypeOps kWrapperOps = {.iter = self_iter, .next = wrapper_next};

}  // namespace

Result<Owned> generator_repr_op(Thread& t, Value self) { return generator_repr(t, self); }
void generator_finalize_op(Thread& t, Value self) { generator_finalize(t, self); }

extern const TypeDef kGeneratorDef, kCoroutineDef, kCoroutineWrapperDef;
constexpr TypeDef kGeneratorDef = {.name = "generator", .size = sizeof(Generator), .item_size = sizeof(Value),
    .flags = kTypeDisallowInstantiation | kTypeWeakReferable, .layout = GENERATOR_LAYOUT, .ops = &kGeneratorOps, .methods = kGeneratorMethods,
    .getset = kGeneratorGetSet};
constexpr TypeDef kCoroutineDef = {.name = "coroutine", .size = sizeof(Generator), .item_size = sizeof(Value),
    .flags = kTypeDisallowInstantiation | kTypeWeakReferable, .layout = GENERATOR_LAYOUT, .ops = &kCoroutineOps, .methods = kCoroutineMethods,
    .getset = kCoroutineGetSet};
constexpr TypeDef kCoroutineWrapperDef = {.name = "coroutine_wrapper", .size = sizeof(CoroutineWrapper), .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kWrapperSlots, .slot_count = 1, .flags = kCollectable | kPromptType}, .ops = &kWrapperOps, .methods = kWrapperMethods,
    .doc = "A wrapper object implementing __await__ for coroutines."};
Type generator_type, coroutine_type, coroutine_wrapper_type;

}  // namespace ty
