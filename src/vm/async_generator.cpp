// vm/async_generator.cpp: async generators and the awaitables of their methods. CPython: Objects/genobject.c
#include "types/container.h"
#include "types/exceptions.h"
#include "types/frame.h"
#include "types/str.h"
#include "types/traceback.h"
#include "types/tuple.h"
#include "vm/generator_internal.h"
#include "vm/slow/slow.h"
#include "vm/thread_state.h"
#include "vm/unwind.h"
#include "vm/vm.h"

namespace ty {

Result<Owned> step_result(Thread& t, Generator& g, Step step);
Result<Owned> generator_throw_step(Thread& t, Generator& g, Value type, Value value, Value traceback, bool close_on_exit);
Result<Owned> generator_repr_op(Thread& t, Value self);
void generator_finalize_op(Thread& t, Value self);

namespace {

enum class AwaitState : uint8_t { kInit, kIter, kClosed };

struct AsyncValue : Object {  // [const]
  Slot value;
  static Type* type() { return &async_generator_value_type; }
};
struct AsyncSend : Object {  // [owner]
  Slot generator;
  Slot send_value;  // null: __anext__
  AwaitState state;
  static Type* type() { return &async_generator_send_type; }
};
struct AsyncThrow : Object {  // [owner]
  Slot generator;
  Slot arguments;  // Tuple; null: aclose()
  AwaitState state;
  static Type* type() { return &async_generator_throw_type; }
};

/// What a step of an async generator means to whoever awaits it.
Result<Owned> unwrap(Thread& t, Generator& g, Result<Owned> result) {
  if (!result.ok()) {
    if (!exception_pending(t)) (void)raise_format(t, &exc_StopAsyncIteration, "");
    if (exception_matches(t, &exc_StopAsyncIteration) || exception_matches(t, &exc_GeneratorExit)) g.closed = true;
    g.async_running = false;
    return Raised{};
  }
  Owned value = result.take();
  if (is_exact<AsyncValue>(value)) {
    Owned inner = value.value().as<AsyncValue>()->value.get();
    g.async_running = false;
    return raise_stop_iteration(t, inner);
  }
  return value;
}

Result<Owned> self_iter(Thread&, Value self) { return dup(self); }

Lookup<Owned> as_next(Result<Owned> r) {
  if (!r.ok()) return Raised{};
  return r.take();
}

// --- asend ---

Result<Owned> send_send(Thread& t, AsyncSend& o, Value arg) {
  Generator& g = *o.generator.load_as<Generator>();
  if (o.state == AwaitState::kClosed) return raise_runtime_error(t, "cannot reuse already awaited __anext__()/asend()");
  if (o.state == AwaitState::kInit) {
    if (g.async_running) {
      o.state = AwaitState::kClosed;
      return raise_runtime_error(t, "anext(): asynchronous generator is already running");
    }
    if (!arg || is_none(arg)) arg = o.send_value.is_null() ? none() : o.send_value.load();
    o.state = AwaitState::kIter;
  }
  g.async_running = true;
  Owned held = dup(arg);
  auto result = unwrap(t, g, step_result(t, g, generator_send(t, g, held)));
  if (!result.ok()) o.state = AwaitState::kClosed;
  return result;
}
Lookup<Owned> send_next(Thread& t, Value self) { return as_next(send_send(t, *self.as<AsyncSend>(), none())); }
Result<Owned> send_throw(Thread& t, AsyncSend& o, Value type, Value value, Value traceback) {
  Generator& g = *o.generator.load_as<Generator>();
  if (o.state == AwaitState::kClosed) return raise_runtime_error(t, "cannot reuse already awaited __anext__()/asend()");
  if (o.state == AwaitState::kInit) {
    if (g.async_running) {
      o.state = AwaitState::kClosed;
      return raise_runtime_error(t, "anext(): asynchronous generator is already running");
    }
    o.state = AwaitState::kIter;
    g.async_running = true;
  }
  auto result = unwrap(t, g, generator_throw(t, g, type, value, traceback));
  if (!result.ok()) o.state = AwaitState::kClosed;
  return result;
}
Result<Owned> send_close(Thread& t, AsyncSend& o) {
  if (o.state == AwaitState::kClosed) return owned_none();
  Owned exit = TRY(call(t, Value(&exc_GeneratorExit)));
  auto result = send_throw(t, o, exit, nullptr, nullptr);
  if (!result.ok()) {
    if (exception_matches(t, &exc_StopIteration) || exception_matches(t, &exc_StopAsyncIteration) || exception_matches(t, &exc_GeneratorExit)) {
      clear_exception(t);
      return owned_none();
    }
    return Raised{};
  }
  Owned ignored = result.take();
  return raise_runtime_error(t, "coroutine ignored GeneratorExit");
}
void send_finalize(Thread& t, Value self) {
  AsyncSend& o = *self.as<AsyncSend>();
  if (o.state != AwaitState::kInit) return;
  Generator& g = *o.generator.load_as<Generator>();
  if (!warn_rpy(t, &exc_RuntimeWarning, 1, "coroutine method '%s' of '%S' was never awaited", "asend", g.qualname.load()).ok()) write_unraisable_rpy(t, self);
}

// --- athrow and aclose ---

Result<Owned> throw_finish(Thread& t, AsyncThrow& o, Generator& g, Result<Owned> result) {
  // After a step of aclose() (arguments null) or athrow().
  if (!o.arguments.is_null()) {
    auto r = unwrap(t, g, std::move(result));
    if (!r.ok()) o.state = AwaitState::kClosed;
    return r;
  }
  if (result.ok()) {
    Owned v = result.take();
    if (is_exact<AsyncValue>(v)) {
      g.async_running = false;
      o.state = AwaitState::kClosed;
      return raise_runtime_error(t, "async generator ignored GeneratorExit");
    }
    return v;
  }
  g.async_running = false;
  o.state = AwaitState::kClosed;
  if (exception_matches(t, &exc_StopAsyncIteration) || exception_matches(t, &exc_GeneratorExit)) {
    clear_exception(t);
    return raise_stop_iteration(t);
  }
  return Raised{};
}

Result<Owned> throw_send(Thread& t, AsyncThrow& o, Value arg) {
  Generator& g = *o.generator.load_as<Generator>();
  if (o.state == AwaitState::kClosed) return raise_runtime_error(t, "cannot reuse already awaited aclose()/athrow()");
  if (generator_state(g) == GeneratorState::kFinished) {
    o.state = AwaitState::kClosed;
    return raise_stop_iteration(t);
  }
  if (o.state == AwaitState::kInit) {
    if (g.async_running) {
      o.state = AwaitState::kClosed;
      return raise_runtime_error(t, o.arguments.is_null() ? "aclose(): asynchronous generator is already running"
                                                          : "athrow(): asynchronous generator is already running");
    }
    if (g.closed) {
      o.state = AwaitState::kClosed;
      return raise_format(t, &exc_StopAsyncIteration, "");
    }
    if (arg && !is_none(arg)) return raise_runtime_error(t, "can't send non-None value to a just-started coroutine");
    o.state = AwaitState::kIter;
    g.async_running = true;
    if (o.arguments.is_null()) {
      g.closed = true;
      auto r = generator_throw_step(t, g, Value(&exc_GeneratorExit), nullptr, nullptr, false);
      return throw_finish(t, o, g, std::move(r));
    }
    Tuple& args = *o.arguments.load_as<Tuple>();
    auto at = [&](ssize k) { return k < args.size ? args.get(k) : Value(); };
    auto r = generator_throw_step(t, g, at(0), at(1), at(2), false);
    return throw_finish(t, o, g, std::move(r));
  }
  return throw_finish(t, o, g, step_result(t, g, generator_send(t, g, arg ? arg : none())));
}
Lookup<Owned> throw_next(Thread& t, Value self) { return as_next(throw_send(t, *self.as<AsyncThrow>(), none())); }
Result<Owned> throw_throw(Thread& t, AsyncThrow& o, Value type, Value value, Value traceback) {
  Generator& g = *o.generator.load_as<Generator>();
  if (o.state == AwaitState::kClosed) return raise_runtime_error(t, "cannot reuse already awaited aclose()/athrow()");
  if (o.state == AwaitState::kInit) {
    if (g.async_running) {
      o.state = AwaitState::kClosed;
      return raise_runtime_error(t, o.arguments.is_null() ? "aclose(): asynchronous generator is already running"
                                                          : "athrow(): asynchronous generator is already running");
    }
    o.state = AwaitState::kIter;
    g.async_running = true;
  }
  auto r = generator_throw(t, g, type, value, traceback);
  if (!o.arguments.is_null()) {
    auto u = unwrap(t, g, std::move(r));
    if (!u.ok()) o.state = AwaitState::kClosed;
    return u;
  }
  return throw_finish(t, o, g, std::move(r));
}
Result<Owned> throw_close(Thread& t, AsyncThrow& o) {
  if (o.state == AwaitState::kClosed) return owned_none();
  Owned exit = TRY(call(t, Value(&exc_GeneratorExit)));
  auto result = throw_throw(t, o, exit, nullptr, nullptr);
  if (!result.ok()) {
    if (exception_matches(t, &exc_StopIteration) || exception_matches(t, &exc_StopAsyncIteration) || exception_matches(t, &exc_GeneratorExit)) {
      clear_exception(t);
      return owned_none();
    }
    return Raised{};
  }
  Owned ignored = result.take();
  return raise_runtime_error(t, "coroutine ignored GeneratorExit");
}
void throw_finalize(Thread& t, Value self) {
  AsyncThrow& o = *self.as<AsyncThrow>();
  if (o.state != AwaitState::kInit) return;
  Generator& g = *o.generator.load_as<Generator>();
  if (!warn_rpy(t, &exc_RuntimeWarning, 1, "coroutine method '%s' of '%S' was never awaited", o.arguments.is_null() ? "aclose" : "athrow",
                g.qualname.load()).ok()) {
    write_unraisable_rpy(t, self);
  }
}

// --- the generator's methods ---

Result<Owned> make_send(Thread& t, Generator& g, Value value_or_null) {
  if (!async_generator_init_hooks(t, g)) return Raised{};
  Ref<AsyncSend> o = TRY(make_object<AsyncSend>(t));
  o->generator.init(dup(Value(&g)));
  if (value_or_null) o->send_value.init(dup(value_or_null));
  o->state = AwaitState::kInit;
  return Owned(std::move(o));
}
Result<Owned> make_throw(Thread& t, Generator& g, Owned arguments_or_null) {
  if (!async_generator_init_hooks(t, g)) return Raised{};
  Ref<AsyncThrow> o = TRY(make_object<AsyncThrow>(t));
  o->generator.init(dup(Value(&g)));
  if (arguments_or_null) o->arguments.init(std::move(arguments_or_null));
  o->state = AwaitState::kInit;
  return Owned(std::move(o));
}
Result<Owned> async_anext(Thread& t, Value self) { return make_send(t, *self.as<Generator>(), nullptr); }
Result<Owned> async_asend(Thread& t, Generator& g, Value value) { return make_send(t, g, value); }
Result<Owned> async_athrow(Thread& t, Generator& g, Args args) {
  if (args.size < 1 || args.size > 3) return raise_type_error(t, "athrow expected at %s argument%s, got %zd", args.size < 1 ? "least 1" : "most 3", args.size < 1 ? "" : "s", static_cast<ssize>(args.size));
  if (args.size > 1) {
    TRY(warn_rpy(t, &exc_DeprecationWarning, 1, "the (type, exc, tb) signature of athrow() is deprecated, use the single-arg signature instead."));
  }
  Ref<Tuple> tuple = TRY(tuple_from(t, args.data, static_cast<ssize>(args.size)));
  return make_throw(t, g, Owned(std::move(tuple)));
}
Result<Owned> async_aclose(Thread& t, Generator& g) { return make_throw(t, g, Owned()); }

Owned get_name(Thread&, Generator& g) { return g.name.get(); }
Owned get_qualname(Thread&, Generator& g) { return g.qualname.get(); }
Result<void> set_name(Thread& t, Generator& g, Value v) {
  if (!v || !is_str(v)) return raise_type_error(t, "__name__ must be set to a string object");
  g.name.store(&g, dup(v));
  return {};
}
Result<void> set_qualname(Thread& t, Generator& g, Value v) {
  if (!v || !is_str(v)) return raise_type_error(t, "__qualname__ must be set to a string object");
  g.qualname.store(&g, dup(v));
  return {};
}
Owned get_await(Thread&, Generator& g) { return generator_yield_from(g); }
bool get_running(Thread&, Generator& g) { return g.async_running; }
bool get_suspended(Thread&, Generator& g) { return generator_state(g) == GeneratorState::kSuspended; }
Result<Owned> get_frame(Thread& t, Generator& g) {
  if (generator_state(g) == GeneratorState::kFinished) return owned_none();
  return Owned(TRY(frame_object(t, g.base())));
}
Owned get_code(Thread&, Generator& g) { return g.code.get(); }

// --- anext(iterator, default) ---
struct AnextAwaitable : Object {  // [owner]
  Slot wrapped;
  Slot fallback;
  static Type* type() { return &anext_awaitable_type; }
};
/// The iterator behind the wrapped awaitable.
Result<Owned> anext_iterator(Thread& t, AnextAwaitable& o) {
  Owned awaitable = TRY(get_awaitable_iterator(t, o.wrapped.load()));
  if (awaitable.value().is_object() && awaitable.value().object()->type() == &coroutine_type) {
    Owned wrapper = TRY(ops_of(awaitable).await(t, awaitable));
    return wrapper;
  }
  return awaitable;
}
Result<Owned> anext_result(Thread& t, AnextAwaitable& o, Result<Owned> r) {
  if (r.ok()) return r;
  if (!exception_pending(t)) (void)raise_stop_iteration(t);
  if (exception_matches(t, &exc_StopAsyncIteration)) {
    clear_exception(t);
    return raise_stop_iteration(t, o.fallback.load());
  }
  return Raised{};
}
Lookup<Owned> anext_next(Thread& t, Value self) {
  AnextAwaitable& o = *self.as<AnextAwaitable>();
  Owned iterator = TRY(anext_iterator(t, o));
  NextOp next = ops_of(iterator).next;
  if (!next) return raise_type_error(t, "'%.100T' object is not an iterator", iterator.value());
  Owned stale = g_take_stop_value(t);
  Lookup<Owned> item = next(t, iterator);
  if (item.absent()) {
    Owned returned = g_take_stop_value(t);
    (void)raise_stop_iteration(t, returned);
  }
  Result<Owned> r = Raised{};
  if (item.found()) r = item.take();
  return as_next(anext_result(t, o, std::move(r)));
}
Result<Owned> anext_send(Thread& t, AnextAwaitable& o, Value value) {
  Owned iterator = TRY(anext_iterator(t, o));
  return anext_result(t, o, call_method(t, iterator, NAME("send"), value));
}
Result<Owned> anext_throw(Thread& t, AnextAwaitable& o, Args args) {
  Owned iterator = TRY(anext_iterator(t, o));
  return anext_result(t, o, call_method(t, iterator, NAME("throw"), args.data, args.size));
}
Result<Owned> anext_close(Thread& t, AnextAwaitable& o) {
  Owned iterator = TRY(anext_iterator(t, o));
  return anext_result(t, o, call_method(t, iterator, NAME("close")));
}

constexpr uint16_t kGeneratorSlots[] = {offsetof(Generator, name),   offsetof(Generator, qualname), offsetof(Generator, code),
                                        offsetof(Generator, handled), offsetof(Generator, origin),   offsetof(Generator, finalizer)};
constexpr MethodDef kAsyncMethods[] = {
    method<&async_asend>("asend", "($self, value, /)", "asend(v) -> send 'v' in generator."),
    method<&async_athrow>("athrow", "($self, /, *args)",
        "athrow(value)\nathrow(type[,value[,tb]])\n\nraise exception in generator.\nthe (type, val, tb) signature is deprecated, \nand may be removed in a future version of Python."),
    method<&async_aclose>("aclose", "($self, /)", "aclose() -> raise GeneratorExit inside generator."),
    class_method<&container_class_getitem>("__class_getitem__", "($type, object, /)", "See PEP 585"), {}};
constexpr GetSetDef kAsyncGetSet[] = {
    property<&get_name, &set_name>("__name__", "name of the async generator"),
    property<&get_qualname, &set_qualname>("__qualname__", "qualified name of the async generator"),
    getter<&get_await>("ag_await", "object being awaited on, or None"), getter<&get_running>("ag_running"), getter<&get_frame>("ag_frame"),
    getter<&get_code>("ag_code"), getter<&get_suspended>("ag_suspended"), {}};

constexpr MethodDef kSendMethods[] = {
    method<&send_send>("send", "($self, value, /)", "send(value) -> send 'value' into coroutine."),
    method<&send_throw>("throw", "($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)", "throw(value)\nRaise exception in coroutine."),
    method<&send_close>("close", "($self, /)", "close() -> raise GeneratorExit inside coroutine."), {}};
constexpr MethodDef kThrowMethods[] = {
    method<&throw_send>("send", "($self, value, /)", "send(value) -> send 'value' into coroutine."),
    method<&throw_throw>("throw", "($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)", "throw(value)\nRaise exception in coroutine."),
    method<&throw_close>("close", "($self, /)", "close() -> raise GeneratorExit inside coroutine."), {}};
constexpr MethodDef kAnextMethods[] = {
    method<&anext_send>("send", "($self, value, /)", "send(arg) -> send 'arg' into the wrapped iterator,\nreturn next yielded value or raise StopIteration."),
    method<&anext_throw>("throw", "($self, /, *args)", "throw(value)\nraise exception in the wrapped iterator, return next yielded value\nor raise StopIteration."),
    method<&anext_close>("close", "($self, /)", "close() -> raise GeneratorExit inside generator."), {}};
constexpr uint16_t kSendSlots[] = {offsetof(AsyncSend, generator), offsetof(AsyncSend, send_value)};
constexpr uint16_t kThrowSlots[] = {offsetof(AsyncThrow, generator), offsetof(AsyncThrow, arguments)};
constexpr uint16_t kValueSlots[] = {offsetof(AsyncValue, value)};
constexpr uint16_t kAnextSlots[] = {offsetof(AnextAwaitable, wrapped), offsetof(AnextAwaitable, fallback)};
constexpr TypeOps kSendOps = {.iter = self_iter, .next = send_next, .finalize = send_finalize, .await = self_iter};
constexpr TypeOps kThrowOps = {.iter = self_iter, .next = throw_next, .finalize = throw_finalize, .await = self_iter};
constexpr TypeOps kAnextOps = {.iter = self_iter, .next = anext_next, .await = self_iter};
constexpr TypeOps kAsyncOps = {.repr = generator_repr_op, .finalize = generator_finalize_op, .aiter = self_iter, .anext = async_anext};

}  // namespace

bool async_generator_init_hooks(Thread& t, Generator& g) {
  if (g.hooks_done) return true;
  g.hooks_done = true;
  Value finalizer = t.cold->async_finalizer;
  if (!finalizer.is_empty()) g.finalizer.store(&g, dup(finalizer));
  Value first = t.cold->async_first_iter;
  if (first.is_empty()) return true;
  Owned held = dup(first);
  auto r = call(t, held, Value(&g));
  return r.ok();
}

Result<Owned> anext_awaitable_new(Thread& t, Value awaitable, Value fallback) {
  Ref<AnextAwaitable> o = TRY(make_object<AnextAwaitable>(t));
  o->wrapped.init(dup(awaitable));
  o->fallback.init(dup(fallback));
  return Owned(std::move(o));
}

bool slow_WrapAsyncYield(Thread& t, Value* R, const Value*, Ins i) {
  auto made = make_object<AsyncValue>(t);
  if (!made.ok()) return false;
  Ref<AsyncValue> o = made.take();
  o->value.init(take_operand(R, i.b, i.kill & kKillB));
  put(R, i.a, Owned(std::move(o)));
  return true;
}

extern const TypeDef kAsyncGeneratorDef, kAsyncSendDef, kAsyncThrowDef, kAsyncValueDef, kAnextAwaitableDef;
constexpr TypeDef kAsyncGeneratorDef = {.name = "async_generator", .size = sizeof(Generator), .item_size = sizeof(Value),
    .flags = kTypeDisallowInstantiation | kTypeWeakReferable,
    .layout = {.slot_offsets = kGeneratorSlots, .slot_count = 6, .flags = kCollectable | kPromptType | kHasFinalizer | kStoppedVisit, .each = generator_each},
    .ops = &kAsyncOps, .methods = kAsyncMethods, .getset = kAsyncGetSet};
constexpr TypeDef kAsyncSendDef = {.name = "async_generator_asend", .size = sizeof(AsyncSend), .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kSendSlots, .slot_count = 2, .flags = kCollectable | kPromptType | kHasFinalizer}, .ops = &kSendOps, .methods = kSendMethods};
constexpr TypeDef kAsyncThrowDef = {.name = "async_generator_athrow", .size = sizeof(AsyncThrow), .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kThrowSlots, .slot_count = 2, .flags = kCollectable | kPromptType | kHasFinalizer}, .ops = &kThrowOps, .methods = kThrowMethods};
constexpr TypeDef kAsyncValueDef = {.name = "async_generator_wrapped_value", .size = sizeof(AsyncValue), .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kValueSlots, .slot_count = 1, .flags = kCollectable}};
constexpr TypeDef kAnextAwaitableDef = {.name = "anext_awaitable", .size = sizeof(AnextAwaitable), .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kAnextSlots, .slot_count = 2, .flags = kCollectable | kPromptType}, .ops = &kAnextOps, .methods = kAnextMethods};
Type async_generator_type, async_generator_send_type, async_generator_throw_type, async_generator_value_type, anext_awaitable_type;

}  // namespace ty
