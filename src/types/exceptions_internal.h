// types/exceptions_internal.h: what the files of types/exceptions*.cpp share.
#pragma once

#include "types/exceptions.h"

namespace ty {

Result<Owned> exception_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames);
Result<void> exception_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames);
Result<Owned> exception_str(Thread& t, Value self);
const ExceptionEntry* exception_special_entries(size_t* count);
extern const TypeDef kOSErrorDef, kBaseExceptionGroupDef;

/// Takes keyword-only arguments `names` (count of them) out of a call: values stay null when absent. Others raise.
Result<void> exception_keywords(Thread& t, const char* function, const Value* args, size_t nargs, Tuple* kwnames, const char* const* names,
                                Value* values, size_t count);

}  // namespace ty
