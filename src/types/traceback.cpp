#include "types/traceback.h"

#include "mem/heap.h"
#include "types/frame.h"
#include "types/int.h"
#include "types/list.h"
#include "types/str.h"

namespace ty {

Type* g_frame_type = &frame_type;
int (*g_frame_line)(Object* frame, int lasti) = nullptr;

Result<Ref<Traceback>> traceback_new(Thread& t, Value next, Value frame, int lasti, int lineno) {
  Object* o = allocate_object(t, &traceback_type, sizeof(Traceback));
  if (!o) return raise_memory_error(t);
  auto tb = Ref<Traceback>::steal(static_cast<Traceback*>(o));
  tb->next.init(dup(next));
  tb->frame.init(dup(frame));
  tb->lasti = lasti;
  tb->lineno = lineno;
  return tb;
}

int traceback_line(Traceback& tb) {
  int line = __atomic_load_n(&tb.lineno, __ATOMIC_RELAXED);
  if (line != -1) return line;
  Frame* frame = tb.frame.load_as<Frame>();
  Code* code = frame->code.load_as<Code>();
  if (!code) return -1;
  return code_position(*code, static_cast<uint32_t>(tb.lasti / 2)).line;
}

namespace {

Result<Owned> traceback_create(Thread& t, Type& type, Value next, Value frame, int lasti, int lineno) {
  if (!is_none(next) && !is_instance(next, &traceback_type)) {
    return raise_type_error(t, "expected traceback object or None, got '%T'", next);
  }
  if (!is_instance(frame, g_frame_type)) return raise_type_error(t, "TracebackType() argument 'tb_frame' must be frame, not %T", frame);
  return Owned(TRY(traceback_new(t, is_none(next) ? Value() : next, frame, lasti, lineno)));
}
Owned get_next(Thread& t, Traceback& tb) {
  Owned next = tb.next.get();
  return next ? std::move(next) : owned_none();
}
Result<void> set_next(Thread& t, Traceback& tb, Value value) {
  if (!value) return raise_type_error(t, "can't delete tb_next attribute");
  if (is_none(value)) {
    tb.next.store(&tb, Owned());
    return {};
  }
  if (!is_instance(value, &traceback_type)) return raise_type_error(t, "expected traceback object, got '%T'", value);
  Owned cursor = dup(value);
  while (cursor) {
    if (cursor.value().object() == &tb) return raise_value_error(t, "traceback loop detected");
    cursor = cursor.value().as<Traceback>()->next.get();
  }
  tb.next.store(&tb, dup(value));
  return {};
}
Result<Owned> get_lineno(Thread& t, Traceback& tb) {
  int line = traceback_line(tb);
  if (line < 0) return owned_none();
  return int_from_int64(t, line);
}
Result<Owned> traceback_dir(Thread& t, Traceback& tb) {
  Ref<List> names = TRY(list_new(t, 4));
  for (Value name : {NAME("tb_frame"), NAME("tb_next"), NAME("tb_lasti"), NAME("tb_lineno")}) TRY(list_push(t, *names, name));
  return Owned(std::move(names));
}

constexpr MethodDef kMethods[] = {method<&traceback_dir>("__dir__", "($self, /)", nullptr), {}};
constexpr GetSetDef kGetSet[] = {property<&get_next, &set_next>("tb_next"), getter<&get_lineno>("tb_lineno"), {}};
constexpr MemberDef kMembers[] = {{"tb_frame", MemberKind::kObject, true, offsetof(Traceback, frame), nullptr},
                                  {"tb_lasti", MemberKind::kInt, true, offsetof(Traceback, lasti), nullptr}, {}};
constexpr uint16_t kSlots[] = {offsetof(Traceback, next), offsetof(Traceback, frame)};
constexpr TypeOps kOps = {.create = constructor<"traceback", "(tb_next, tb_frame, tb_lasti, tb_lineno)", &traceback_create>};

}  // namespace

constexpr TypeDef kTracebackDef = {.name = "traceback", .size = sizeof(Traceback), .flags = 0,
    .layout = {.slot_offsets = kSlots, .slot_count = 2, .flags = kCollectable}, .ops = &kOps, .methods = kMethods, .getset = kGetSet,
    .members = kMembers, .doc = "Create a new traceback object.", .text_signature = "(tb_next, tb_frame, tb_lasti, tb_lineno)"};
Type traceback_type;

}  // namespace ty
