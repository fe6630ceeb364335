// vm/generator_internal.h: shared by the generator files.
#pragma once

#include "types/generator.h"

namespace ty {

const char* generator_kind_name(const Generator& g);
enum class PushOutcome { kPushed, kFinished, kRaised };
/// generator_push with the outcomes told apart. Consumes `value`.
PushOutcome generator_push_frame(Thread& t, Generator& g, Value value, ResumeKind kind, const Insn* resume_pc, Value ret);
/// Drops what a generator that never started holds. The caller has claimed it.
void generator_drop_frame(Thread& t, Generator& g);
/// Enters the interpreter with `g` on top; value owned. `throwing`: an exception is pending and is raised where it is suspended.
Step generator_run(Thread& t, Generator& g, Value value, bool throwing);
/// Takes the pending StopIteration; its value.
Owned stop_iteration_value(Thread& t);
TY_INLINE GeneratorState generator_state(const Generator& g) { return static_cast<GeneratorState>(__atomic_load_n(&g.state, __ATOMIC_ACQUIRE)); }
/// The slots of a generator that is not running.
void generator_each(Object* self, SlotVisitor& visitor);
/// Calls the async hooks at the first iteration; false: raised.
bool async_generator_init_hooks(Thread& t, Generator& g);

}  // namespace ty
