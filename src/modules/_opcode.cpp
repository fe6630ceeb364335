// _opcode: what the opcode table says of operations, for opcode, dis and the tests.
//
// The bytecode is register-based: there is no stack, so stack_effect() does not exist.
#include "bytecode/instruction.h"
#include "types/int.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"

namespace ty {

namespace {

const OpInfo* info_of(int opcode) { return opcode >= 0 && static_cast<size_t>(opcode) < kOpCount ? &kOpInfo[opcode] : nullptr; }
bool has_role(int opcode, Role role) {
  const OpInfo* info = info_of(opcode);
  return info && (info->a == role || info->b == role || info->c == role);
}

bool opcode_is_valid(Thread&, int opcode) { return info_of(opcode) != nullptr; }
bool opcode_has_arg(Thread&, int opcode) {
  const OpInfo* info = info_of(opcode);
  return info && (info->a != Role::No || info->b != Role::No || info->c != Role::No);
}
bool opcode_has_const(Thread&, int opcode) { return has_role(opcode, Role::Const); }
bool opcode_has_name(Thread&, int opcode) { return has_role(opcode, Role::Name); }
bool opcode_has_jump(Thread&, int opcode) {
  const OpInfo* info = info_of(opcode);
  return info && info->format == Format::Jump;
}
bool opcode_has_free(Thread&, int opcode) { return has_role(opcode, Role::Free) || has_role(opcode, Role::Cell); }
bool opcode_has_local(Thread&, int opcode) {
  return has_role(opcode, Role::Dst) || has_role(opcode, Role::Use) || has_role(opcode, Role::Kill) || has_role(opcode, Role::Base);
}
bool opcode_has_exc(Thread&, int) { return false; }  // exceptions are in a table: no instruction sets a handler up
Owned opcode_get_specialization_stats(Thread&) { return owned_none(); }
Result<Owned> opcode_get_executor(Thread& t, Value code, int offset) { return owned_none(); }

constexpr MethodDef kOpcodeMethods[] = {
    function<&opcode_is_valid>("is_valid", "($module, /, opcode)", "Return True if opcode is valid, False otherwise."),
    function<&opcode_has_arg>("has_arg", "($module, /, opcode)", "Return True if the opcode uses its oparg, False otherwise."),
    function<&opcode_has_const>("has_const", "($module, /, opcode)", "Return True if the opcode accesses a constant, False otherwise."),
    function<&opcode_has_name>("has_name", "($module, /, opcode)", "Return True if the opcode accesses an attribute by name, False otherwise."),
    function<&opcode_has_jump>("has_jump", "($module, /, opcode)", "Return True if the opcode has a jump target, False otherwise."),
    function<&opcode_has_free>("has_free", "($module, /, opcode)", "Return True if the opcode accesses a free variable, False otherwise."),
    function<&opcode_has_local>("has_local", "($module, /, opcode)", "Return True if the opcode accesses a local variable, False otherwise."),
    function<&opcode_has_exc>("has_exc", "($module, /, opcode)", "Return True if the opcode sets up an exception handler, False otherwise."),
    function<&opcode_get_specialization_stats>("get_specialization_stats", "($module, /)", "Return the specialization stats"),
    function<&opcode_get_executor>("get_executor", "($module, /, code, offset)", "Return the executor object at offset in code if exists, None otherwise."),
    {}};

Result<void> opcode_exec(Thread& t, Module& m) { return module_add(t, m, "ENABLE_SPECIALIZATION", false_value()); }

constexpr ModuleDef kOpcodeModule = {.name = "_opcode", .doc = "Opcode support module.", .methods = kOpcodeMethods, .exec = &opcode_exec};

}  // namespace

TY_MODULE(kOpcodeModule)

}  // namespace ty
