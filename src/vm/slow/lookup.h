// vm/slow/lookup.h: look-ups that instructions and their caches share.
#pragma once

#include "object/abstract.h"

namespace ty {

struct MethodLookup {
  Owned value;     // null: raised
  bool is_method;  // value is an unbound method: the receiver goes first
};
MethodLookup vm_find_method(Thread& t, Value object, Value name);
/// "module.name()" of a callable, for messages.
Result<Owned> vm_function_text(Thread& t, Value f);
Lookup<Owned> vm_lookup_global(Thread& t, Value* R, Value name);

}  // namespace ty
