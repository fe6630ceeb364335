// modules/_opcode.cpp: what the operation table says, for the opcode module and the test suite. CPython: Modules/_opcode.c.
//
// Operations are Typhon's own (bytecode/opcodes.def): a register machine has no stack effect, so stack_effect() knows no operation.
// Threads     constant data.
#include "bytecode/instruction.h"
#include "types/int.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

bool is_op(int opcode) { return opcode >= 0 && opcode < static_cast<int>(kOpCount); }
bool has_role(int opcode, Role role) {
  if (!is_op(opcode)) return false;
  const OpInfo& info = kOpInfo[opcode];
  return info.a == role || info.b == role || info.c == role;
}
bool opcode_is_valid(Thread&, int opcode) { return is_op(opcode); }
bool opcode_has_arg(Thread&, int opcode) {
  return is_op(opcode) && (kOpInfo[opcode].a != Role::No || kOpInfo[opcode].b != Role::No || kOpInfo[opcode].c != Role::No || kOpInfo[opcode].format == Format::Jump);
}
bool opcode_has_const(Thread&, int opcode) { return has_role(opcode, Role::Const); }
bool opcode_has_name(Thread&, int opcode) { return has_role(opcode, Role::Name); }
bool opcode_has_jump(Thread&, int opcode) { return is_op(opcode) && kOpInfo[opcode].format == Format::Jump; }
bool opcode_has_free(Thread&, int opcode) { return has_role(opcode, Role::Free) || has_role(opcode, Role::Cell); }
bool opcode_has_local(Thread&, int opcode) {
  return has_role(opcode, Role::Use) || has_role(opcode, Role::Dst) || has_role(opcode, Role::Kill);
}
bool opcode_has_exc(Thread&, int) { return false; }  // exception handlers are found through a table
Result<int> opcode_stack_effect(Thread& t, int, Value, Value) { return raise_value_error(t, "invalid opcode or oparg"); }
Result<Owned> opcode_specialization_stats(Thread&) { return owned_none(); }
Result<Owned> opcode_nb_ops(Thread& t) {
  static constexpr const char* kOps[][2] = {
      {"NB_ADD", "+"}, {"NB_AND", "&"}, {"NB_FLOOR_DIVIDE", "//"}, {"NB_LSHIFT", "<<"}, {"NB_MATRIX_MULTIPLY", "@"}, {"NB_MULTIPLY", "*"}, {"NB_REMAINDER", "%"},
      {"NB_OR", "|"}, {"NB_POWER", "**"}, {"NB_RSHIFT", ">>"}, {"NB_SUBTRACT", "-"}, {"NB_TRUE_DIVIDE", "/"}, {"NB_XOR", "^"}, {"NB_INPLACE_ADD", "+="},
      {"NB_INPLACE_AND", "&="}, {"NB_INPLACE_FLOOR_DIVIDE", "//="}, {"NB_INPLACE_LSHIFT", "<<="}, {"NB_INPLACE_MATRIX_MULTIPLY", "@="},
      {"NB_INPLACE_MULTIPLY", "*="}, {"NB_INPLACE_REMAINDER", "%="}, {"NB_INPLACE_OR", "|="}, {"NB_INPLACE_POWER", "**="}, {"NB_INPLACE_RSHIFT", ">>="},
      {"NB_INPLACE_SUBTRACT", "-="}, {"NB_INPLACE_TRUE_DIVIDE", "/="}, {"NB_INPLACE_XOR", "^="}};
  Ref<List> list = TRY(list_new(t));
  for (const auto& row : kOps) {
    Ref<Str> name = TRY(str_from_ascii(t, row[0])), sign = TRY(str_from_ascii(t, row[1]));
    Ref<Tuple> pair = TRY(tuple_pack(t, name, sign));
    TRY(list_push(t, *list, pair));
  }
  return Owned(std::move(list));
}
Result<Owned> opcode_no_descriptions(Thread& t) { return Owned(TRY(list_new(t))); }
Result<Owned> opcode_get_executor(Thread& t, Value, Value) { return raise_runtime_error(t, "Executors are not available in this build"); }

Result<void> opcode_exec(Thread& t, Module& m) { return module_add_int(t, m, "ENABLE_SPECIALIZATION", 1); }
constexpr MethodDef kOpcodeMethods[] = {
    function<&opcode_stack_effect>("stack_effect", "($module, opcode, oparg=None, /, *, jump=None)", "Compute the stack effect of the opcode."),
    function<&opcode_is_valid>("is_valid", "($module, /, opcode)", "Return True if opcode is valid, False otherwise."),
    function<&opcode_has_arg>("has_arg", "($module, /, opcode)", "Return True if the opcode uses its oparg, False otherwise."),
    function<&opcode_has_const>("has_const", "($module, /, opcode)", "Return True if the opcode accesses a constant, False otherwise."),
    function<&opcode_has_name>("has_name", "($module, /, opcode)", "Return True if the opcode accesses an attribute by name, False otherwise."),
    function<&opcode_has_jump>("has_jump", "($module, /, opcode)", "Return True if the opcode has a jump target, False otherwise."),
    function<&opcode_has_free>("has_free", "($module, /, opcode)", "Return True if the opcode accesses a free variable, False otherwise."),
    function<&opcode_has_local>("has_local", "($module, /, opcode)", "Return True if the opcode accesses a local variable, False otherwise."),
    function<&opcode_has_exc>("has_exc", "($module, /, opcode)", "Return True if the opcode sets an exception handler, False otherwise."),
    function<&opcode_specialization_stats>("get_specialization_stats", "($module, /)", "Return the specialization stats"),
    function<&opcode_nb_ops>("get_nb_ops", "($module, /)", "Return array of symbols of binary ops."),
    function<&opcode_no_descriptions>("get_intrinsic1_descs", "($module, /)", "Return a list of names of the unary intrinsics."),
    function<&opcode_no_descriptions>("get_intrinsic2_descs", "($module, /)", "Return a list of names of the binary intrinsics."),
    function<&opcode_get_executor>("get_executor", "($module, /, code, offset)", "Return the executor object at offset in code if exists, None otherwise."), {}};
constexpr ModuleDef kOpcodeModule = {.name = "_opcode", .doc = "Opcode support module.", .methods = kOpcodeMethods, .exec = &opcode_exec};
TY_MODULE(kOpcodeModule)

}  // namespace

}  // namespace ty
