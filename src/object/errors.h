// object/errors.h: raising and inspecting exceptions.
//
// raise_*(t, format, …) creates the exception, makes it pending on `t` and answers Raised: `return raise_type_error(t, …)`.
// Format      printf's %s %c %d %u %x %ld %lu %zd %zu %p %%, and %R repr(Value), %S str(Value), %U Value that is a Str, %T type name of a Value,
//             %N name of a Type*. %.200s bounds as printf does. Formatting with %R/%S may run Python.
// Threads     the pending exception belongs to its thread.
#pragma once

#include "object/type_info.h"

namespace ty {

#define TY_EXCEPTION(name, base) extern Type exc_##name;
#include "object/exceptions.def"
#undef TY_EXCEPTION

[[gnu::cold]] Raised raise_format(Thread& t, Type* type, const char* format, ...);
[[gnu::cold]] Raised raise_type_error(Thread& t, const char* format, ...);
[[gnu::cold]] Raised raise_value_error(Thread& t, const char* format, ...);
[[gnu::cold]] Raised raise_index_error(Thread& t, const char* format, ...);
[[gnu::cold]] Raised raise_attribute_error(Thread& t, const char* format, ...);
[[gnu::cold]] Raised raise_overflow_error(Thread& t, const char* format, ...);
[[gnu::cold]] Raised raise_runtime_error(Thread& t, const char* format, ...);
[[gnu::cold]] Raised raise_system_error(Thread& t, const char* format, ...);
/// The preallocated MemoryError: allocates nothing.
[[gnu::cold]] Raised raise_memory_error(Thread& t);
/// KeyError(key).
[[gnu::cold]] Raised raise_key_error(Thread& t, Value key);
/// AttributeError "'T' object has no attribute 'name'" with obj and name set.
[[gnu::cold]] Raised raise_no_attribute(Thread& t, Value object, Value name);
/// OSError subclass for `error_number` with strerror text and up to two file names (null: none).
[[gnu::cold]] Raised raise_os_error(Thread& t, int error_number, Value filename = nullptr, Value filename2 = nullptr);
/// StopIteration(value); value null: no argument.
[[gnu::cold]] Raised raise_stop_iteration(Thread& t, Value value = nullptr);
/// Makes `exception` (an instance) pending; sets its __context__ from the exception being handled.
[[gnu::cold]] Raised raise_instance(Thread& t, Value exception);
/// Makes type(value…) pending: calls `type` with `value` (null: no argument; a tuple: its items).
[[gnu::cold]] Raised raise_with_value(Thread& t, Type* type, Value value);
[[gnu::cold]] Raised raise_bad_internal_call(Thread& t, const char* where);

TY_INLINE bool exception_pending(Thread& t) { return t.exception != nullptr; }
/// The pending exception is an instance of `type`.
bool exception_matches(Thread& t, Type* type);
/// Takes the pending exception off the thread (null if none).
Ref<Object> take_exception(Thread& t);
/// Puts an exception (with its reference) back, without touching its context.
void restore_exception(Thread& t, Ref<Object> exception);
/// Drops the pending exception.
void clear_exception(Thread& t);
/// Sets __cause__ of the pending exception to `cause` chain from `earlier` (raise … from …).
void chain_exceptions(Thread& t, Ref<Object> earlier);
/// Prints "Exception ignored in: …" through sys.unraisablehook and clears the pending exception. Runs Python.
void write_unraisable_rpy(Thread& t, Value where, const char* message = nullptr);
/// Issues a warning of `category`. May raise (filters) and run Python.
Result<void> warn_rpy(Thread& t, Type* category, ssize stack_level, const char* format, ...);

}  // namespace ty
