// types/frame.h: frame objects: made when somebody asks (tracebacks, sys._getframe), else frames are registers alone.
//
// Live        base points at the frame's registers; they are no edges of the frame object. When the frame exits, its locals move into `items`
//             (published if the frame object is SHARED) and base becomes null. Frame and generator are edges of each other.
// f_locals    of a function: a FrameLocals proxy (PEP 667) over the registers or items. A write through it parks the old value on `parked`
//             until the frame exits, because operands are borrowed.
// Threads     the thread that runs the frame; others read a live frame only with that thread stopped.
#pragma once

#include "object/binding.h"
#include "types/code.h"

namespace ty {

struct Generator;

/// What R[kFrameObject] holds when it is no frame object: why the frame's Return takes the slow path.
inline constexpr Value kPlainFrame = Value::empty();
inline constexpr Value kConstructorFrame = Value::small_int_unchecked(1);  // aux: the new object
inline constexpr Value kNamespaceFrame = Value::small_int_unchecked(2);    // aux: the namespace

struct Frame : VarObject {  // [owner] size: number of items
  Slot code;          // [const]
  Slot function;      // [const] Function
  Slot back;          // [owner] f_back once the frame exited; null while live
  Slot aux;           // [owner] the namespace of a body, once the frame exited
  Slot trace;         // [owner] f_trace
  Slot extra_locals;  // [owner] Dict of f_locals keys that are no variables, or null
  Slot parked;        // [owner] List of values overwritten through f_locals, or null
  Slot generator;     // [owner] Generator, or null
  Value* base;        // [owner] null: exited
  Thread* thread;     // [owner] who runs it; null: exited or suspended
  const Insn* pc;     // [owner] last instruction, once exited
  uint64_t marker;    // [owner] what R[kFrameObject] held before
  int line_override;  // [owner] f_lineno as assigned by a trace function, or 0
  bool trace_lines, trace_opcodes, cleared;
  Slot items[];       // [owner] locals, once exited
  static Type* type();
};
extern Type frame_type, frame_locals_type;
inline Type* Frame::type() { return &frame_type; }

/// The frame object of the frame at `base` (running in `t`), made if need be.
Result<Ref<Frame>> frame_object(Thread& t, Value* base);
/// The frame runs in another thread: it may be read only with the world stopped.
bool frame_is_foreign(Thread& t, Frame& f);
/// The frame at `base` exits: its locals move into the object.
void frame_exit(Thread& t, Value* base);
/// Its current instruction.
const Insn* frame_pc(Frame& f);
/// f_lineno; 0: unknown.
int frame_line(Frame& f);
/// f_back: a Frame or None.
Result<Owned> frame_back(Thread& t, Frame& f);
/// f_locals.
Result<Owned> frame_locals(Thread& t, Frame& f);
Result<Owned> frame_locals_of(Thread& t, Value* base);

}  // namespace ty
