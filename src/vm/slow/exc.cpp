// vm/slow/exc.cpp: raising, handling.
#include "types/container.h"
#include "types/exceptions.h"
#include "types/list.h"
#include "types/str.h"
#include "types/traceback.h"
#include "types/tuple.h"
#include "vm/slow/slow.h"
#include "vm/thread_state.h"
#include "vm/unwind.h"
#include "vm/vm.h"

namespace ty {

Raised raise_object_rpy(Thread& t, Value exception, Value cause_or_null) {
  // CPython: Python/ceval.c do_raise()
  Owned value;
  if (is_exception_class(exception)) {
    value = TRY(call(t, exception));
    if (!is_exception(value)) {
      return raise_type_error(t, "calling %R should have returned an instance of BaseException, not %R", exception, Value(type_of(value)));
    }
  } else if (is_exception(exception)) {
    value = dup(exception);
  } else {
    return raise_type_error(t, "exceptions must derive from BaseException");
  }
  if (cause_or_null) {
    Owned cause;
    if (is_exception_class(cause_or_null)) {
      cause = TRY(call(t, cause_or_null));
      if (!is_exception(cause)) {
        return raise_type_error(t, "calling %R should have returned an instance of BaseException, not %R", cause_or_null, Value(type_of(cause)));
      }
    } else if (is_exception(cause_or_null)) {
      cause = dup(cause_or_null);
    } else if (!is_none(cause_or_null)) {
      return raise_type_error(t, "exception causes must derive from BaseException");
    }
    exception_set_cause(value, std::move(cause));
  }
  return raise_instance(t, value);
}

bool slow_Raise(Thread& t, Value* R, const Value*, Ins i) {
  if (i.c == 0) {
    Object* handled = t.handled_exception;
    if (!handled) {
      (void)raise_runtime_error(t, "No active exception to reraise");
      return false;
    }
    restore_exception(t, dup(handled));
    t.cold->skip_traceback = true;
    return false;
  }
  (void)raise_object_rpy(t, R[i.a], i.c == 2 ? R[i.b] : Value());
  return false;
}
bool slow_Reraise(Thread& t, Value* R, const Value*, Ins i) {
  Value e = R[i.a];
  Owned own = take_operand(R, i.a, i.kill & kKillA);
  restore_exception(t, dup(e.as<Object>()));
  t.cold->skip_traceback = true;
  return false;
}

// The exception handled before is None when there was none; in a generator Ellipsis says "the resumer's".
bool slow_PushException(Thread& t, Value* R, const Value*, Ins i) {
  Value e = R[i.b];
  Object* previous = t.handled_exception;
  inc(e.object());
  t.handled_exception = e.object();
  Value word = previous ? Value(previous) : none();
  if (!on_stack(t, R)) {
    Generator* g = Generator::of_base(R);
    if (g->inherits) {
      g->inherits = false;
      word = ellipsis();
      if (previous) dec(previous);
    }
  }
  put(R, i.a, word);
  return true;
}
bool slow_PopException(Thread& t, Value* R, const Value*, Ins i) {
  Value word = R[i.a];
  R[i.a] = Value::empty();
  Object* old = t.handled_exception;
  if (is_none(word)) {
    t.handled_exception = nullptr;
  } else if (word.identity() == ellipsis().identity()) {
    Generator* g = Generator::of_base(R);
    g->inherits = true;
    if (g->outer_handled) inc(g->outer_handled);
    t.handled_exception = g->outer_handled;
  } else {
    Owned counted = dup(word);
    release_word(word);
    t.handled_exception = counted.release().object();
  }
  if (old) dec(old);
  return true;
}

namespace {

bool check_exception_classes(Thread& t, Value v) {
  bool ok = true;
  if (is_instance(v, &tuple_type)) {
    Tuple* tuple = v.as<Tuple>();
    for (ssize k = 0; k < tuple->size; k++) ok = ok && is_exception_class(tuple->get(k));
  } else {
    ok = is_exception_class(v);
  }
  if (!ok) (void)raise_type_error(t, "catching classes that do not inherit from BaseException is not allowed");
  return ok;
}
bool matches(Value exception, Value classes) {
  Type* type = type_of(exception);
  if (is_instance(classes, &tuple_type)) {
    Tuple* tuple = classes.as<Tuple>();
    for (ssize k = 0; k < tuple->size; k++) {
      if (is_subtype(type, tuple->get(k).as<Type>())) return true;
    }
    return false;
  }
  return is_subtype(type, classes.as<Type>());
}

}  // namespace

bool slow_ExceptionMatches(Thread& t, Value* R, const Value*, Ins i) {
  if (!check_exception_classes(t, R[i.c])) return false;
  bool r = matches(R[i.b], R[i.c]);
  put(R, i.a, bool_value(r));
  if ((i.kill & kKillC) && i.c != i.a) clear_register(R, i.c);
  return true;
}

bool slow_ExceptionGroupMatches(Thread& t, Value* R, const Value*, Ins i) {
  Value classes = R[i.c];
  if (!check_exception_classes(t, classes)) return false;
  auto is_group_class = [](Value v) { return is_subtype(v.as<Type>(), &exc_BaseExceptionGroup); };
  bool group = false;
  if (is_instance(classes, &tuple_type)) {
    Tuple* tuple = classes.as<Tuple>();
    for (ssize k = 0; k < tuple->size; k++) group = group || is_group_class(tuple->get(k));
  } else {
    group = is_group_class(classes);
  }
  if (group) {
    (void)raise_type_error(t, "catching ExceptionGroup with except* is not allowed. Use except instead.");
    return false;
  }
  Value exception = R[i.a];
  Owned match, rest;
  if (!is_none(exception)) {
    if (matches(exception, classes)) {
      if (is_instance(exception, &exc_BaseExceptionGroup)) {
        match = dup(exception);
      } else {
        // A naked exception is wrapped in a group.
        auto list = tuple_pack(t, exception);
        if (!list.ok()) return false;
        Value args[2] = {g_empty_str, Value()};
        Owned items = Owned(list.take());
        args[1] = items;
        auto wrapped = call(t, Value(&exc_ExceptionGroup), args, 2);
        if (!wrapped.ok()) return false;
        match = wrapped.take();
        Owned tb = exception_traceback(exception);
        if (tb) exception_set_traceback(match, tb);
      }
    } else if (is_instance(exception, &exc_BaseExceptionGroup)) {
      if (!exception_group_split(t, exception, classes, &match, &rest).ok()) return false;
    } else {
      rest = dup(exception);
    }
  }
  if (!match) match = owned_none();
  if (!rest) rest = owned_none();
  // While the body of the clause runs, the matching part is the one handled.
  if (!is_none(match) && t.handled_exception) {
    Object* old = t.handled_exception;
    inc(match.value().object());
    t.handled_exception = match.value().object();
    dec(old);
  }
  put(R, i.a, std::move(rest));
  put(R, i.b, std::move(match));
  if (i.kill & kKillC) clear_register(R, i.c);
  return true;
}

bool slow_PrepareReraiseStar(Thread& t, Value* R, const Value*, Ins i) {
  return finish_bc(R, i, exception_prepare_reraise(t, R[i.b], *R[i.c].as<List>()));
}

bool slow_CallExit(Thread& t, Value* R, const Value*, Ins i) {
  Value exception = R[i.c];
  Owned tb = exception_traceback(exception);
  Value args[4] = {R[i.b + 1], Value(type_of(exception)), exception, tb ? tb.value() : none()};
  Value f = R[i.b];
  auto r = f.is_empty() ? call(t, R[i.b + 1], args + 1, 3) : call(t, f, args, 4);
  if (!r.ok()) return false;
  put(R, i.a, r.take());
  return true;
}
bool slow_LoadAssertionError(Thread&, Value* R, const Value*, Ins i) {
  put(R, i.a, Value::uncounted(&exc_AssertionError));
  return true;
}

bool slow_StopIterationError(Thread& t, Value* R, const Value*, Ins i) {
  Value e = R[i.a];
  int flags = frame_code(R)->flags;
  const char* message = nullptr;
  if (is_instance(e, &exc_StopIteration)) {
    message = flags & kCodeAsyncGenerator ? "async generator raised StopIteration"
              : flags & kCodeCoroutine    ? "coroutine raised StopIteration"
                                          : "generator raised StopIteration";
  } else if ((flags & kCodeAsyncGenerator) && is_instance(e, &exc_StopAsyncIteration)) {
    message = "async generator raised StopAsyncIteration";
  }
  if (!message) return true;
  auto text = str_from_ascii(t, message);
  if (!text.ok()) return false;
  Owned argument = Owned(text.take());
  Value arg = argument.value();
  auto made = exception_new(t, &exc_RuntimeError, &arg, 1);
  if (!made.ok()) return false;
  Owned error = made.take();
  exception_set_cause(error, dup(e));
  exception_set_context(error, dup(e));
  put(R, i.a, dup(error.value()));
  return true;
}

bool slow_EndAsyncFor(Thread& t, Value* R, const Value*, Ins i) {
  Value e = R[i.a];
  if (is_instance(e, &exc_StopAsyncIteration)) {
    clear_register(R, i.a);
    clear_register(R, i.b);
    return true;
  }
  R[i.a] = Value::empty();
  restore_exception(t, Ref<Object>::steal(dup(e).release().object()));
  release_word(e);
  t.cold->skip_traceback = true;
  return false;
}

bool slow_CleanupThrow(Thread& t, Value* R, const Value*, Ins i) {
  Value e = R[i.b];
  if (is_instance(e, &exc_StopIteration)) {
    Owned value = static_cast<StopIteration*>(e.as<BaseException>())->value.get();
    return finish_b(R, i, value ? std::move(value) : owned_none());
  }
  Owned own = take_operand(R, i.b, i.kill & kKillB);
  restore_exception(t, dup(e.as<Object>()));
  t.cold->skip_traceback = true;
  return false;
}

}  // namespace ty
