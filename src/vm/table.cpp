// vm/table.cpp: handler tables, threading of code, the way into the interpreter.
#include "vm/handlers.h"

#include "types/code.h"
#include "vm/ic/ic.h"
#include "vm/ops/ops.h"
#include "vm/unwind.h"
#include "vm/vm.h"

namespace ty::wide {
#define OP(name, format, a, b, c, effects, words) HANDLER(name);
#include "bytecode/opcodes.def"
#undef OP
HANDLER(Return_generator);
HANDLER(ReturnConst_generator);
HANDLER(Call_generator);
HANDLER(CallMethod_generator);
}  // namespace ty::wide
namespace ty {

Handler* const kNarrowHandlers[kOpCount] = {
#define OP(name, format, a, b, c, effects, words) narrow::op_##name,
#include "bytecode/opcodes.def"
#undef OP
};
Handler* const kWideHandlers[kOpCount] = {
#define OP(name, format, a, b, c, effects, words) wide::op_##name,
#include "bytecode/opcodes.def"
#undef OP
};

Handler* generator_handler(Op op, bool wide) {
  if (op == Op::kReturn) return wide ? wide::op_Return_generator : narrow::op_Return_generator;
  if (op == Op::kReturnConst) return wide ? wide::op_ReturnConst_generator : narrow::op_ReturnConst_generator;
  if (op == Op::kCall) return wide ? wide::op_Call_generator : narrow::op_Call_generator;
  if (op == Op::kCallMethod) return wide ? wide::op_CallMethod_generator : narrow::op_CallMethod_generator;
  return nullptr;
}

namespace {

constexpr int kGeneratorFlags = kCodeGenerator | kCodeCoroutine | kCodeAsyncGenerator;

void thread_code(Code& code) {
  bool wide = code.wide;
  Handler* const* table = wide ? kWideHandlers : kNarrowHandlers;
  bool generator = code.flags & kGeneratorFlags;
  uint64_t* words = code.body->words;
  for (uint32_t at = 0; at < code.body->word_count;) {
    auto* insn = reinterpret_cast<Insn*>(words + at);
    Op op = static_cast<Op>(insn->handler);
    Handler* handler = table[static_cast<size_t>(op)];
    if (generator) {
      if (Handler* other = generator_handler(op, wide)) handler = other;
    }
    insn->handler = handler_word(handler);
    at += shape_length(op, wide ? 1 : 0);
  }
}

void release_caches(Code& code) {
  unsigned wide = code.wide ? 1 : 0;
  uint64_t* words = code.body->words;
  for (uint32_t at = 0; at < code.body->word_count;) {
    Op op = g_opcode_of(*reinterpret_cast<Insn*>(words + at));
    if (op == Op::kLoadGlobal || op == Op::kLoadAttr || op == Op::kStoreAttr || op == Op::kLoadMethod) ic_release(words + at + 1 + wide, op);
    at += shape_length(op, wide);
  }
}

struct OpcodeEntry {
  uint32_t handler;
  Op op;
};
constexpr size_t kTableSize = 4096;
OpcodeEntry g_opcode_table[kTableSize];

void note_handler(Handler* handler, Op op) {
  uint32_t word = handler_word(handler);
  size_t at = (word >> 4) * 2654435761u % kTableSize;
  while (g_opcode_table[at].handler) at = (at + 1) % kTableSize;
  g_opcode_table[at] = {word, op};
}
Op opcode_of(const Insn& insn) {
  uint32_t word = __atomic_load_n(&insn.handler, __ATOMIC_RELAXED);
  size_t at = (word >> 4) * 2654435761u % kTableSize;
  while (g_opcode_table[at].handler && g_opcode_table[at].handler != word) at = (at + 1) % kTableSize;
  return g_opcode_table[at].handler ? g_opcode_table[at].op : static_cast<Op>(word);
}

}  // namespace

TY_NOINLINE void interpret(Thread* t) {
  handler_of(t->pc)(t->pc, t->base, t, frame_code(t->base)->constants, 0, 0);
}

void init_entry_code();

void install_handlers() {
  CHECK(reinterpret_cast<uintptr_t>(&narrow::op_Add) >> 32 == 0, "handlers must lie below 4 GiB");
  for (size_t k = 0; k < kOpCount; k++) {
    Op op = static_cast<Op>(k);
    note_handler(kNarrowHandlers[k], op);
    note_handler(kWideHandlers[k], op);
    for (bool wide : {false, true}) {
      if (Handler* h = generator_handler(op, wide)) note_handler(h, op);
    }
  }
  for (const SpecialHandlers* s : {&kNarrowSpecial, &kWideSpecial}) {
    for (Handler* h : {s->load_global_module, s->load_global_builtin}) note_handler(h, Op::kLoadGlobal);
    for (Handler* h : {s->load_attr_slot, s->load_attr_class, s->load_attr_member, s->load_attr_of_class, s->load_attr_module}) note_handler(h, Op::kLoadAttr);
    for (Handler* h : {s->load_method_class, s->load_method_plain, s->load_method_of_class, s->load_method_module}) note_handler(h, Op::kLoadMethod);
    for (Handler* h : {s->store_attr_slot, s->store_attr_add}) note_handler(h, Op::kStoreAttr);
  }
  g_leave_instruction[0].handler = handler_word(narrow::op_LeaveInterpreter);
  g_leave_instruction[1].handler = handler_word(narrow::op_LeaveInterpreter);
  g_thread_code = thread_code;
  g_opcode_of = opcode_of;
  g_release_caches = release_caches;
  init_entry_code();
}

}  // namespace ty
