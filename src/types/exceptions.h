// types/exceptions.h: exception objects. CPython's layouts (abi/README section 1); the type objects are exc_NAME (object/errors.h).
//
// Threads     fields are Slots; setters are single exchanges.
#pragma once

#include "object/binding.h"

namespace ty {

struct List;

struct BaseException : Object {  // [atomic]
  uint64_t dict_;         // unused: attributes are in the AttributeHeader
  Slot args;              // Tuple
  Slot notes;             // unused (CPython keeps __notes__ in the dictionary, too)
  Slot traceback;         // Traceback or null
  Slot context;           // exception or null
  Slot cause;             // exception or null
  uint8_t suppress_context;
};
static_assert(sizeof(BaseException) == 88 && offsetof(BaseException, args) == 40 && offsetof(BaseException, suppress_context) == 80);
struct StopIteration : BaseException { Slot value; };  // also SystemExit (code), NameError (name)
struct OSErrorObject : BaseException { Slot error_number, strerror, filename, filename2; ssize written; };
struct ImportErrorObject : BaseException { Slot message, name, path, name_from; };
struct SyntaxErrorObject : BaseException {  // [atomic]
  Slot message, filename, lineno, offset, end_lineno, end_offset, text, print_file_and_line;
};
struct UnicodeErrorObject : BaseException { Slot encoding, object; ssize start, end; Slot reason; };
struct AttributeErrorObject : BaseException { Slot object, name; };
struct ExceptionGroupObject : BaseException { Slot message, exceptions; };
static_assert(sizeof(StopIteration) == 96 && sizeof(OSErrorObject) == 128 && sizeof(ImportErrorObject) == 120 &&
              sizeof(SyntaxErrorObject) == 152 && sizeof(UnicodeErrorObject) == 128 && sizeof(AttributeErrorObject) == 104 &&
              sizeof(ExceptionGroupObject) == 104);

extern Type exc_ExceptionGroup;
TY_INLINE bool is_exception(Value v) { return v.is_object() && has_type_flag(v.object()->type(), kTypeBaseException); }
TY_INLINE bool is_exception_class(Value v) {
  return v.is_object() && has_type_flag(v.object()->type(), kTypeType) && has_type_flag(v.as<Type>(), kTypeBaseException);
}
TY_INLINE BaseException& as_exception(Value v) { return *v.as<BaseException>(); }

/// type(*args) without running Python for built-in exception types.
Result<Owned> exception_new(Thread& t, Type* type, const Value* args, size_t nargs);
Owned exception_traceback(Value exception);  // null if none
Owned exception_context(Value exception);
Owned exception_cause(Value exception);
void exception_set_traceback(Value exception, Value traceback_or_null);
void exception_set_context(Value exception, Owned context_or_null);
/// Also sets __suppress_context__.
void exception_set_cause(Value exception, Owned cause_or_null);
/// Sets `context` as the __context__ of `exception`, breaking cycles, unless it is the same object.
void exception_link_context(Thread& t, Value exception, Value context);
/// BaseExceptionGroup.split by a type or tuple of types: stores the matching and the other part (null: none). For except*.
Result<void> exception_group_split(Thread& t, Value exception, Value match_type, Owned* match, Owned* rest);

/// What the end of a try-except* statement raises: `origin` was caught, the list holds what the clauses raised and what no clause took (None: nothing).
/// None: nothing is raised.
Result<Owned> exception_prepare_reraise(Thread& t, Value origin, List& raised_or_unhandled);

struct ExceptionEntry {
  Type* type;
  const TypeDef* def;
  const char* name;
};
/// In the order of exceptions.def, ExceptionGroup last.
const ExceptionEntry* exception_entries(size_t* count);
/// Preallocates MemoryError; ExceptionGroup's second base.
Result<void> exceptions_init(Thread& t);
/// Preallocates what raise_memory_error() raises.
Result<void> errors_init(Thread& t);

}  // namespace ty
