// compile/finish.h: code units become code objects.
#pragma once

#include "compile/unit.h"
#include "types/code.h"

namespace ty::compile {

struct FinishOptions {
  Value filename;
  bool immortal_constants = false;
  bool dump = false;
};
Result<Ref<Code>> finish_unit(Thread& t, const CodeUnit& unit, const FinishOptions& options);
/// The object of a constant, and back (null: no constant can stand for it).
Result<Owned> object_of_constant(Thread& t, const Const& c);
const Const* constant_of_object(ConstPool& pool, Value v);

}  // namespace ty::compile
