// vm/slow/iter.cpp: iteration, await, functions.
#include "object/type_object.h"
#include "types/container.h"
#include "types/dict.h"
#include "types/function.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/generator_internal.h"
#include "vm/interpreter.h"
#include "vm/unwind.h"
#include "vm/vm.h"

namespace ty {

bool slow_GetIter(Thread& t, Value* R, const Value*, Ins i) { return finish_b(R, i, get_iterator(t, R[i.b])); }

bool slow_GetAIter(Thread& t, Value* R, const Value*, Ins i) {
  Value object = R[i.b];
  UnaryOp aiter = ops_of(object).aiter;
  if (!aiter) {
    (void)raise_type_error(t, "'async for' requires an object with __aiter__ method, got %.100T", object);
    return false;
  }
  auto r = aiter(t, object);
  if (!r.ok()) return false;
  Owned iterator = r.take();
  if (!ops_of(iterator).anext) {
    (void)raise_type_error(t, "'async for' received an object from __aiter__ that does not implement __anext__: %.100T", iterator.value());
    return false;
  }
  return finish_b(R, i, std::move(iterator));
}
bool slow_GetANext(Thread& t, Value* R, const Value*, Ins i) {
  Value iterator = R[i.b];
  UnaryOp anext = ops_of(iterator).anext;
  if (!anext) {
    (void)raise_type_error(t, "'async for' requires an iterator with __anext__ method, got %.100T", iterator);
    return false;
  }
  auto r = anext(t, iterator);
  if (!r.ok()) return false;
  Owned next = r.take();
  if (next.value().is_object() && next.value().object()->type() == &async_generator_type) {
    put(R, i.a, std::move(next));
    return true;
  }
  auto awaitable = get_awaitable_iterator(t, next);
  if (!awaitable.ok()) {
    if (!exception_pending(t)) return false;
    Ref<Object> cause = take_exception(t);
    (void)raise_type_error(t, "'async for' received an invalid object from __anext__: %.100T", next.value());
    Ref<Object> error = take_exception(t);
    auto r1 = set_attribute(t, Value(error), NAME("__cause__"), Value(cause));
    auto r2 = set_attribute(t, Value(error), NAME("__context__"), Value(cause));
    if (!r1.ok() || !r2.ok()) clear_exception(t);
    restore_exception(t, std::move(error));
    return false;
  }
  put(R, i.a, awaitable.take());
  return true;
}

Result<Owned> get_awaitable_iterator(Thread& t, Value v) {
  // CPython: Objects/genobject.c _PyCoro_GetAwaitableIter()
  if (v.is_object()) {
    Type* type = v.object()->type();
    if (type == &coroutine_type) return dup(v);
    if (type == &generator_type && (v.as<Generator>()->code.load_as<Code>()->flags & kCodeIterableCoroutine)) return dup(v);
  }
  UnaryOp await = ops_of(v).await;
  if (!await) return raise_type_error(t, "object %.100T can't be used in 'await' expression", v);
  Owned r = TRY(await(t, v));
  bool coroutine = r.value().is_object() && (r.value().object()->type() == &coroutine_type ||
                   (r.value().object()->type() == &generator_type && (r.value().as<Generator>()->code.load_as<Code>()->flags & kCodeIterableCoroutine)));
  if (coroutine) return raise_type_error(t, "__await__() returned a coroutine");
  if (!is_iterator(r)) return raise_type_error(t, "__await__() returned non-iterator of type '%.100T'", r.value());
  return r;
}

bool slow_GetAwaitable(Thread& t, Value* R, const Value*, Ins i) {
  Value v = R[i.b];
  auto r = get_awaitable_iterator(t, v);
  if (!r.ok()) {
    if (i.c && exception_matches(t, &exc_TypeError) && !ops_of(v).await) {
      clear_exception(t);
      (void)raise_type_error(t, "'async with' received an object from %s that does not implement __await__: %.100T",
                             i.c == 1 ? "__aenter__" : "__aexit__", v);
    }
    return false;
  }
  Owned iterator = r.take();
  if (iterator.value().is_object() && iterator.value().object()->type() == &coroutine_type) {
    Owned delegate = generator_yield_from(*iterator.value().as<Generator>());
    if (!is_none(delegate)) {
      (void)raise_runtime_error(t, "coroutine is being awaited already");
      return false;
    }
  }
  return finish_b(R, i, std::move(iterator));
}

bool slow_GetYieldFromIter(Thread& t, Value* R, const Value*, Ins i) {
  Value v = R[i.b];
  if (v.is_object()) {
    Type* type = v.object()->type();
    if (type == &generator_type) return finish_b(R, i, dup(v));
    if (type == &coroutine_type) {
      if (!(frame_code(R)->flags & (kCodeCoroutine | kCodeIterableCoroutine))) {
        (void)raise_type_error(t, "cannot 'yield from' a coroutine object in a non-coroutine generator");
        return false;
      }
      return finish_b(R, i, dup(v));
    }
  }
  return finish_b(R, i, get_iterator(t, v));
}

// --- functions ---

bool slow_MakeFunction(Thread& t, Value* R, const Value* K, Ins i) {
  auto r = function_new(t, K[i.b], frame_globals(R));
  if (!r.ok()) return false;
  put(R, i.a, Owned(r.take()));
  return true;
}
bool slow_SetFunctionPart(Thread&, Value* R, const Value*, Ins i) {
  Function* f = R[i.a].as<Function>();
  Owned value = take_operand(R, i.b, i.kill & kKillB);
  switch (static_cast<FunctionPart>(i.c)) {
    case FunctionPart::kDefaults: f->defaults.store(f, std::move(value)); break;
    case FunctionPart::kKeywordDefaults: f->kwdefaults.store(f, std::move(value)); break;
    case FunctionPart::kAnnotations: f->annotations.store(f, std::move(value)); break;
    case FunctionPart::kClosure: f->closure.store(f, std::move(value)); break;
    case FunctionPart::kTypeParams: f->type_params.store(f, std::move(value)); break;
  }
  return true;
}
bool slow_LoadBuildClass(Thread& t, Value* R, const Value*, Ins i) {
  Value builtins = frame_builtins(R);
  Owned found;
  if (is_exact<Dict>(builtins)) {
    auto r = dict_get_name(t, *builtins.as<Dict>(), NAME("__build_class__"));
    if (r.raised()) return false;
    found = r.take();
  } else {
    auto r = get_item(t, builtins, NAME("__build_class__"));
    if (!r.ok()) {
      if (!exception_matches(t, &exc_KeyError)) return false;
      clear_exception(t);
      found = Owned::steal(Value::empty());
    } else {
      found = r.take();
    }
  }
  if (found.value().is_empty()) {
    (void)raise_format(t, &exc_NameError, "__build_class__ not found");
    return false;
  }
  put(R, i.a, std::move(found));
  return true;
}

}  // namespace ty
