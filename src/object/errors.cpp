#include "object/errors.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "object/abstract.h"
#include "object/type_object.h"
#include "types/exceptions.h"
#include "types/int.h"
#include "types/str.h"
#include "types/traceback.h"
#include "types/tuple.h"

namespace ty {

namespace {

GlobalSlot g_memory_error;

Raised make_pending(Thread& t, Owned exception) {
  if (t.handled_exception) exception_link_context(t, exception, Value(t.handled_exception));
  restore_exception(t, Ref<Object>::steal(to_heap_form(std::move(exception)).object()));
  return {};
}

Raised raise_text(Thread& t, Type* type, Result<Ref<Str>> text) {
  Ref<Str> message = TRY(std::move(text));
  Value args[] = {message};
  Owned e = TRY(exception_new(t, type, args, 1));
  return make_pending(t, std::move(e));
}

}  // namespace

#define TY_RAISE(name, type)                                   \
  Raised name(Thread& t, const char* format, ...) {            \
    va_list arguments;                                         \
    va_start(arguments, format);                               \
    auto text = str_from_vformat(t, format, arguments);        \
    va_end(arguments);                                         \
    return raise_text(t, &type, std::move(text));              \
  }
TY_RAISE(raise_type_error, exc_TypeError)
TY_RAISE(raise_value_error, exc_ValueError)
TY_RAISE(raise_index_error, exc_IndexError)
TY_RAISE(raise_attribute_error, exc_AttributeError)
TY_RAISE(raise_overflow_error, exc_OverflowError)
TY_RAISE(raise_runtime_error, exc_RuntimeError)
TY_RAISE(raise_system_error, exc_SystemError)

Raised raise_format(Thread& t, Type* type, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  auto text = str_from_vformat(t, format, arguments);
  va_end(arguments);
  return raise_text(t, type, std::move(text));
}

Result<void> errors_init(Thread& t) {
  g_memory_error.store(TRY(exception_new(t, &exc_MemoryError, nullptr, 0)));
  return {};
}

Raised raise_memory_error(Thread& t) {
  Owned e = g_memory_error.get();
  CHECK(bool(e), "out of memory before the runtime was ready");
  // One object serves every time; what earlier use left on it must not leak into this one.
  auto& object = as_exception(e);
  object.traceback.store(&object, Owned());
  object.context.store(&object, Owned());
  object.cause.store(&object, Owned());
  restore_exception(t, Ref<Object>::steal(to_heap_form(std::move(e)).object()));
  return {};
}

Raised raise_key_error(Thread& t, Value key) {
  Value args[] = {key};
  Owned e = TRY(exception_new(t, &exc_KeyError, args, 1));
  return make_pending(t, std::move(e));
}

Raised raise_attribute(Thread& t, Value object, Value name, Ref<Str> message) {
  Value args[] = {message};
  Owned e = TRY(exception_new(t, &exc_AttributeError, args, 1));
  auto* error = e.value().as<AttributeErrorObject>();
  error->object.store(error, dup(object));
  error->name.store(error, dup(name));
  return make_pending(t, std::move(e));
}

Raised raise_no_attribute(Thread& t, Value object, Value name) {
  return raise_attribute(t, object, name, TRY(str_from_format(t, "'%.100T' object has no attribute '%U'", object, name)));
}

Raised raise_stop_iteration(Thread& t, Value value) {
  if (!value) {
    Owned e = TRY(exception_new(t, &exc_StopIteration, nullptr, 0));
    return make_pending(t, std::move(e));
  }
  Value args[] = {value};
  Owned e = TRY(exception_new(t, &exc_StopIteration, args, 1));
  return make_pending(t, std::move(e));
}

Raised raise_instance(Thread& t, Value exception) { return make_pending(t, dup(exception)); }

Raised raise_with_value(Thread& t, Type* type, Value value) {
  Owned e;
  if (!value) {
    e = TRY(exception_new(t, type, nullptr, 0));
  } else if (is_instance(value, &tuple_type)) {
    auto* items = value.as<Tuple>();
    e = TRY(exception_new(t, type, items->values(), static_cast<size_t>(items->size)));
  } else {
    e = TRY(exception_new(t, type, &value, 1));
  }
  return make_pending(t, std::move(e));
}

Raised raise_bad_internal_call(Thread& t, const char* where) { return raise_system_error(t, "%s: bad argument to internal function", where); }

bool exception_matches(Thread& t, Type* type) { return t.exception && is_subtype(t.exception->type(), type); }

Ref<Object> take_exception(Thread& t) {
  Object* e = t.exception;
  t.exception = nullptr;
  return Ref<Object>::steal(e);
}

void restore_exception(Thread& t, Ref<Object> exception) {
  Object* old = t.exception;
  t.exception = exception.release();
  if (old) dec(old);
}

void clear_exception(Thread& t) { restore_exception(t, Ref<Object>()); }

void chain_exceptions(Thread& t, Ref<Object> earlier) {
  if (!earlier) return;
  if (!t.exception) {
    restore_exception(t, std::move(earlier));
    return;
  }
  Owned now = dup(Value(t.exception));
  exception_set_cause(now, dup(Value(earlier)));
  exception_set_context(now, Owned(std::move(earlier)));
}

/// Set by vm/: gives the pending exception a traceback of the running frame.
void (*g_traceback_here)(Thread& t) = nullptr;

void write_unraisable_rpy(Thread& t, Value where, const char* message) {
  if (t.exception && g_traceback_here && !exception_traceback(Value(t.exception))) g_traceback_here(t);
  Ref<Object> pending = take_exception(t);
  if (!pending) return;
  Owned e(std::move(pending));
  Owned tb = exception_traceback(e);
  auto report = [&]() -> Result<void> {
    Owned text = owned_none();
    if (message) text = Owned(TRY(str_from_utf8(t, message)));
    Owned hook = TRY(import_attribute(t, "sys", "unraisablehook"));
    Owned make = TRY(import_attribute(t, "sys", "UnraisableHookArgs"));
    Ref<Tuple> fields = TRY(tuple_pack(t, Value(type_of(e)), e.value(), tb ? tb.value() : none(), text.value(), where ? where : none()));
    Owned args = TRY(call(t, make, Value(fields)));
    TRY(call(t, hook, args));
    return {};
  };
  if (!report().ok()) {
    clear_exception(t);
    fprintf(stderr, "Exception ignored in: %s\n", type_of(e)->name);
  }
}

Result<void> warn_rpy(Thread& t, Type* category, ssize stack_level, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  auto text = str_from_vformat(t, format, arguments);
  va_end(arguments);
  Ref<Str> message = TRY(std::move(text));
  auto found = import_attribute(t, "warnings", "warn");
  if (!found.ok()) {
    clear_exception(t);
    return {};
  }
  Owned warn = found.take();
  Owned level = Owned::steal(Value::small_int_unchecked(stack_level));
  TRY(call(t, warn, message, Value(category), level));
  return {};
}

}  // namespace ty
