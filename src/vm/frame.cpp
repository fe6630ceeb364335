// vm/frame.cpp: frame objects and walks over frames.
#include <vector>

#include "mem/heap.h"
#include "sync/thread_state.h"
#include "types/container.h"
#include "types/int.h"
#include "types/list.h"
#include "types/str.h"
#include "types/traceback.h"
#include "types/tuple.h"
#include "vm/interpreter.h"
#include "vm/frame_locals.h"
#include "vm/thread_state.h"
#include "vm/unwind.h"
#include "vm/vm.h"

namespace ty {

// --- walking ---

/// A frame and the instruction it is at.
struct FrameCursor {
  Value* base;
  const Insn* pc;
  /// Steps to the next Python frame outwards; false at the end.
  bool settle() {
    while (base && is_entry_frame(base)) step();
    return base != nullptr;
  }
  void step() {
    pc = return_pc(base[kFrameReturn]) - 1;
    base = caller_base(base);
  }
};

namespace {

FrameCursor innermost(Thread& t) {
  FrameCursor c{t.base, t.pc};
  c.settle();
  return c;
}
FrameCursor at_depth(Thread& t, int depth) {
  FrameCursor c = innermost(t);
  while (c.base && depth-- > 0) {
    c.step();
    c.settle();
  }
  return c;
}
uint32_t offset_of(Code* code, const Insn* pc) {
  return static_cast<uint32_t>(reinterpret_cast<const uint64_t*>(pc) - code->body->words);
}
int line_at(Code* code, const Insn* pc) {
  if (!pc) return code->first_line;
  int line = code_position(*code, offset_of(code, pc)).line;
  return line > 0 ? line : 0;
}

}  // namespace

int frame_depth(Thread& t) {
  int n = 0;
  for (FrameCursor c = innermost(t); c.base; c.settle()) {
    n++;
    c.step();
  }
  return n;
}

Function* current_function(Thread& t) {
  FrameCursor c = innermost(t);
  return c.base ? frame_function(c.base) : nullptr;
}
Value current_globals(Thread& t) {
  Function* f = current_function(t);
  return f ? f->globals.load() : Value();
}
Value current_builtins(Thread& t) {
  Function* f = current_function(t);
  if (f) return f->builtins.load();
  return t.interpreter->builtins_dict.load();
}
Result<Owned> current_locals_rpy(Thread& t) {
  FrameCursor c = innermost(t);
  if (!c.base) return raise_system_error(t, "frame does not exist");
  return frame_locals_snapshot(t, c.base);
}

Code* code_at_depth(Thread& t, int depth, int* line, Dict** globals) {
  FrameCursor c = at_depth(t, depth);
  if (!c.base) return nullptr;
  Code* code = frame_code(c.base);
  if (line) *line = line_at(code, c.pc);
  if (globals) *globals = &frame_globals(c.base);
  return code;
}

bool frame_location(Thread& t, int depth, FrameLocation* out) {
  FrameCursor c = at_depth(t, depth);
  if (!c.base) return false;
  Code* code = frame_code(c.base);
  out->code = dup(Value(code));
  out->globals = dup(Value(&frame_globals(c.base)));
  out->filename = code->filename.get();
  out->line = line_at(code, c.pc);
  return true;
}

Lookup<Owned> frame_object(Thread& t, int depth) {
  FrameCursor c = at_depth(t, depth);
  if (!c.base) return Absent{};
  return Owned(TRY(frame_object(t, c.base)));
}

bool set_recursion_limit(Thread& t, int limit) {
  int depth = t.cold->recursion_limit - t.recursion_remaining;
  if (depth >= limit) return false;
  t.recursion_remaining = limit - depth;
  t.cold->recursion_limit = limit;
  return true;
}

Object* current_handled_exception(Thread& t) { return t.handled_exception; }

// --- frame objects ---

static Result<Ref<Frame>> frame_object_of(Thread& t, Thread& owner, Value* base);
Result<Ref<Frame>> frame_object(Thread& t, Value* base) { return frame_object_of(t, t, base); }

/// `owner` runs the frame (or it is suspended).
static Result<Ref<Frame>> frame_object_of(Thread& t, Thread& owner, Value* base) {
  Value marker = base[kFrameObject];
  if (!marker.is_empty() && marker.is_object()) return dup(marker.as<Frame>());
  Code* code = frame_code(base);
  Object* o = allocate_object(t, &frame_type, sizeof(Frame) + static_cast<size_t>(code->local_count) * sizeof(Slot));
  if (!o) return raise_memory_error(t);
  Ref<Frame> f = Ref<Frame>::steal(static_cast<Frame*>(o));
  f->size = code->local_count;
  f->code.init(dup(Value(code)));
  f->function.init(dup(base[kFrameFunction]));
  f->base = base;
  f->thread = &owner;
  f->marker = marker.bits;
  f->trace_lines = true;
  if (!on_stack(owner, base)) f->generator.init(dup(Value(Generator::of_base(base))));
  if (marker == kNamespaceFrame) f->aux.init(dup(base[kFrameAux]));
  base[kFrameObject] = Value(dup(f.get()).release());
  return f;
}

void frame_exit(Thread& t, Value* base) {
  Frame* f = base[kFrameObject].as<Frame>();
  f->pc = t.pc;
  f->base = nullptr;
  f->thread = nullptr;
  f->generator.clear(f);
  f->parked.clear(f);
  if (is_unique(f)) return;
  Code* code = frame_code(base);
  for (int k = 0; k < code->local_count; k++) {
    Value word = base[k];
    if (word.is_empty() || word.bits == 0) continue;
    base[k] = Value::empty();
    f->items[k].store(f, Owned::steal(word));
  }
  FrameCursor c{base, t.pc};
  c.step();
  if (c.settle()) {
    auto back = frame_object(t, c.base);
    if (back.ok()) f->back.store(f, Owned(back.take()));
    else clear_exception(t);
  }
}

/// Where the live frame at `base` is: its cursor on the stack of `t`; base null when it is not there.
static FrameCursor find_on(Thread& t, Value* base) {
  FrameCursor c{t.base, t.pc};
  while (c.base && c.base != base) c.step();
  return c;
}

bool frame_is_foreign(Thread& t, Frame& f) {
  if (!f.base) return false;
  if (!f.generator.is_null()) {
    auto* g = f.generator.load_as<Generator>();
    if (__atomic_load_n(&g->state, __ATOMIC_ACQUIRE) != static_cast<uint32_t>(GeneratorState::kRunning)) return false;
  }
  return find_on(t, f.base).base == nullptr;
}

/// The thread that runs the frame at `base`, and where it is. The world is stopped.
static Thread* find_anywhere(Value* base, FrameCursor* cursor) TY_NO_THREAD_SAFETY {
  for (Thread* u = g_threads; u; u = u->next) {
    *cursor = find_on(*u, base);
    if (cursor->base) return u;
  }
  return nullptr;
}

/// A frame object for a frame of the stopped thread `u`, SHARED.
static Result<Ref<Frame>> foreign_frame_object(Thread& t, Thread& u, Value* base) {
  Value marker = base[kFrameObject];
  Ref<Frame> f;
  if (!marker.is_empty() && marker.is_object()) {
    publish(marker.object());
    return dup(marker.as<Frame>());
  }
  // What the frame refers to becomes SHARED first, so that this thread may count it.
  publish(frame_code(base));
  publish(base[kFrameFunction]);
  if (!on_stack(u, base)) publish(static_cast<Object*>(Generator::of_base(base)));
  if (marker == kNamespaceFrame) publish(base[kFrameAux]);
  f = TRY(frame_object_of(t, u, base));
  publish(static_cast<Object*>(f.get()));
  return f;
}

Result<Ref<Dict>> vm_current_frames(Thread& t) TY_NO_THREAD_SAFETY {
  Ref<Dict> result = TRY(dict_new(t));
  struct Found {
    uint64_t tid;
    Ref<Frame> frame;
  };
  std::vector<Found> found;
  {
    StopScope stop(t);
    for (Thread* u = g_threads; u; u = u->next) {
      FrameCursor c = innermost(*u);
      if (!c.base) continue;
      auto f = u == &t ? frame_object(t, c.base) : foreign_frame_object(t, *u, c.base);
      if (!f.ok()) return Raised{};
      found.push_back({u->tid, f.take()});
    }
  }
  for (Found& x : found) {
    Owned key = TRY(int_from_uint64(t, x.tid));
    TRY(dict_set(t, *result, key, Value(x.frame)));
  }
  return result;
}

const Insn* frame_pc(Frame& f) {
  if (!f.base) return f.pc;
  if (!f.generator.is_null()) {
    auto* g = f.generator.load_as<Generator>();
    if (__atomic_load_n(&g->state, __ATOMIC_RELAXED) != static_cast<uint32_t>(GeneratorState::kRunning)) return g->pc;
  }
  Thread* t = g_current_thread;
  FrameCursor c = find_on(*t, f.base);
  if (c.base) return c.pc;
  StopScope stop(*t);
  if (!f.base) return f.pc;
  return find_anywhere(f.base, &c) ? c.pc : nullptr;
}
int frame_line(Frame& f) {
  if (f.line_override) return f.line_override;
  return line_at(f.code.load_as<Code>(), frame_pc(f));
}
Result<Owned> frame_back(Thread& t, Frame& f) {
  if (!f.base) {
    Owned back = f.back.get();
    if (!back) return owned_none();
    return back;
  }
  FrameCursor c = find_on(t, f.base);
  if (!c.base) {
    if (!frame_is_foreign(t, f)) return owned_none();
    StopScope stop(t);
    if (!f.base) {
      Owned back = f.back.get();
      return back ? std::move(back) : owned_none();
    }
    Thread* u = find_anywhere(f.base, &c);
    if (!u) return owned_none();
    c.step();
    if (!c.settle()) return owned_none();
    return Owned(TRY(foreign_frame_object(t, *u, c.base)));
  }
  c.step();
  if (!c.settle()) return owned_none();
  return Owned(TRY(frame_object(t, c.base)));
}

// --- the type ---

namespace {

Result<Owned> frame_get_back(Thread& t, Frame& f) { return frame_back(t, f); }
Owned frame_get_code(Thread&, Frame& f) { return f.code.get(); }
Owned frame_get_globals(Thread&, Frame& f) { return f.function.load_as<Function>()->globals.get(); }
Owned frame_get_builtins(Thread&, Frame& f) { return f.function.load_as<Function>()->builtins.get(); }
Result<Owned> frame_get_lineno(Thread& t, Frame& f) {
  int line = frame_line(f);
  if (line <= 0) return owned_none();
  return int_from_int64(t, line);
}
Result<void> frame_set_lineno(Thread& t, Frame& f, Value v) {
  if (!v) return raise_attribute_error(t, "cannot delete attribute");
  return raise_value_error(t, "f_lineno can only be set in a trace function");
}
Result<Owned> frame_get_lasti(Thread& t, Frame& f) {
  const Insn* pc = frame_pc(f);
  if (!pc) return int_from_int64(t, -1);
  return int_from_int64(t, 2 * static_cast<int64_t>(offset_of(f.code.load_as<Code>(), pc)));
}
Result<Owned> frame_get_locals(Thread& t, Frame& f) { return frame_locals(t, f); }
Owned frame_get_trace(Thread&, Frame& f) {
  Owned trace = f.trace.get();
  return trace ? std::move(trace) : owned_none();
}
Result<void> frame_set_trace(Thread&, Frame& f, Value v) {
  if (!v || is_none(v)) f.trace.clear(&f);
  else f.trace.store(&f, dup(v));
  return {};
}
bool frame_get_trace_lines(Thread&, Frame& f) { return f.trace_lines; }
Result<void> frame_set_trace_lines(Thread& t, Frame& f, Value v) {
  if (!v || !(is_true(v) || is_false(v))) return raise_type_error(t, "attribute value type must be bool");
  f.trace_lines = is_true(v);
  return {};
}
bool frame_get_trace_opcodes(Thread&, Frame& f) { return f.trace_opcodes; }
Result<void> frame_set_trace_opcodes(Thread& t, Frame& f, Value v) {
  if (!v || !(is_true(v) || is_false(v))) return raise_type_error(t, "attribute value type must be bool");
  f.trace_opcodes = is_true(v);
  return {};
}
Owned frame_get_generator(Thread&, Frame& f) {
  Owned g = f.generator.get();
  return g ? std::move(g) : owned_none();
}
Result<void> frame_clear(Thread& t, Frame& f) {
  if (f.base) {
    if (f.generator.is_null()) return raise_runtime_error(t, "cannot clear an executing frame");
    Ref<Generator> g = dup(f.generator.load_as<Generator>());
    uint32_t state = __atomic_load_n(&g->state, __ATOMIC_ACQUIRE);
    if (state == static_cast<uint32_t>(GeneratorState::kRunning)) return raise_runtime_error(t, "cannot clear an executing frame");
    if (state == static_cast<uint32_t>(GeneratorState::kSuspended)) return raise_runtime_error(t, "cannot clear a suspended frame");
    Owned ignored = TRY(generator_close(t, *g));
  }
  f.cleared = true;
  for (ssize k = 0; k < f.size; k++) f.items[k].clear(&f);
  f.extra_locals.clear(&f);
  f.parked.clear(&f);
  f.trace.clear(&f);
  return {};
}
Result<Owned> frame_sizeof(Thread& t, Frame& f) {
  return int_from_int64(t, static_cast<int64_t>(sizeof(Frame) + static_cast<size_t>(f.size) * sizeof(Slot)));
}
Result<Owned> frame_repr(Thread& t, Value v) {
  Frame& f = *v.as<Frame>();
  Code* code = f.code.load_as<Code>();
  return Owned(TRY(str_from_format(t, "<frame at %p, file %R, line %d, code %S>", static_cast<void*>(&f), code->filename.load(), frame_line(f),
                                   code->name.load())));
}

constexpr MethodDef kFrameMethods[] = {
    method<&frame_clear>("clear", "($self, /)", "F.clear(): clear most references held by the frame"),
    method<&frame_sizeof>("__sizeof__", "($self, /)", "F.__sizeof__() -> size of F in memory, in bytes"),
    {}};
constexpr GetSetDef kFrameGetSet[] = {
    getter<&frame_get_back>("f_back"), getter<&frame_get_code>("f_code"), getter<&frame_get_globals>("f_globals"),
    getter<&frame_get_builtins>("f_builtins"), property<&frame_get_lineno, &frame_set_lineno>("f_lineno"),
    getter<&frame_get_lasti>("f_lasti"), getter<&frame_get_locals>("f_locals"), property<&frame_get_trace, &frame_set_trace>("f_trace"),
    property<&frame_get_trace_lines, &frame_set_trace_lines>("f_trace_lines"),
    property<&frame_get_trace_opcodes, &frame_set_trace_opcodes>("f_trace_opcodes"),
    getter<&frame_get_generator>("f_generator", "Return the generator associated with this frame, or None."), {}};
constexpr uint16_t kFrameSlots[] = {offsetof(Frame, code), offsetof(Frame, function), offsetof(Frame, back), offsetof(Frame, aux),
                                    offsetof(Frame, trace), offsetof(Frame, extra_locals), offsetof(Frame, parked), offsetof(Frame, generator)};
constexpr TypeOps kFrameOps = {.repr = frame_repr};

}  // namespace

extern const TypeDef kFrameDef;
constexpr TypeDef kFrameDef = {.name = "frame", .size = sizeof(Frame), .item_size = sizeof(Slot), .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kFrameSlots, .slot_count = 8, .items_offset = offsetof(Frame, items), .flags = kCollectable},
    .ops = &kFrameOps, .methods = kFrameMethods, .getset = kFrameGetSet};
Type frame_type;

int frame_line_of(Object* frame, int lasti) {
  auto* f = static_cast<Frame*>(frame);
  Code* code = f->code.load_as<Code>();
  if (lasti < 0) return code->first_line;
  int line = code_position(*code, static_cast<uint32_t>(lasti) / 2).line;
  return line > 0 ? line : -1;
}

}  // namespace ty
