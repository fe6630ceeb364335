// modules/_imp.cpp: the _imp module: what importlib asks of the interpreter. CPython: Python/import.c.
#include <string>

#include "base/hash.h"
#include "modules/import_bootstrap.h"
#include "sync/mutex.h"
#include "types/bytes.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/eval.h"
#include "vm/interpreter.h"

namespace ty {

namespace {

/// The import lock that importlib takes around its table of module locks: re-entrant.
struct ImportLock {
  Mutex mutex;
  uint64_t owner = 0;  // Thread::id + 1; [atomic]
  uint32_t depth = 0;  // [lock]
};
ImportLock g_import_lock;

bool import_lock_is_mine(Thread& t) { return __atomic_load_n(&g_import_lock.owner, __ATOMIC_RELAXED) == t.id + 1; }

bool imp_lock_held(Thread&) { return __atomic_load_n(&g_import_lock.owner, __ATOMIC_RELAXED) != 0; }
void imp_acquire_lock(Thread& t) {
  if (!import_lock_is_mine(t)) {
    g_import_lock.mutex.lock();
    __atomic_store_n(&g_import_lock.owner, t.id + 1, __ATOMIC_RELAXED);
  }
  g_import_lock.depth++;
}
Result<void> imp_release_lock(Thread& t) {
  if (!import_lock_is_mine(t)) return raise_runtime_error(t, "not holding the import lock");
  if (--g_import_lock.depth == 0) {
    __atomic_store_n(&g_import_lock.owner, uint64_t{0}, __ATOMIC_RELAXED);
    g_import_lock.mutex.unlock();
  }
  return {};
}

Result<Owned> imp_extension_suffixes(Thread& t) { return Owned(TRY(list_new(t))); }

Result<std::string> text(Thread& t, Str& s) { return std::string(TRY(str_utf8(t, s))); }

/// 1: can be created; -1: there already (sys, builtins); 0: not native.
Result<int> imp_is_builtin(Thread& t, Str& name) {
  std::string n = TRY(text(t, name));
  if (n == "sys" || n == "builtins") return -1;
  return find_module_def(n.c_str()) ? 1 : 0;
}
Result<bool> imp_is_frozen(Thread& t, Str& name) { return is_frozen(TRY(text(t, name))); }
Result<bool> imp_is_frozen_package(Thread& t, Str& name) {
  std::string n = TRY(text(t, name));
  if (!is_frozen(n)) return raise_format(t, &exc_ImportError, "No such frozen object named %R", Value(&name));
  return false;
}
Result<Owned> imp_find_frozen(Thread& t, Str& name, bool with_data) {
  std::string n = TRY(text(t, name));
  if (!is_frozen(n)) return owned_none();
  Value origin = n == "_frozen_importlib" ? NAME("importlib._bootstrap") : NAME("importlib._bootstrap_external");
  return Owned(TRY(tuple_pack(t, none(), false_value(), origin)));
}
Result<Owned> imp_get_frozen_object(Thread& t, Str& name, Value data) {
  Owned code = TRY(frozen_code(t, TRY(text(t, name))));
  if (code.value().is_empty()) return raise_format(t, &exc_ImportError, "No such frozen object named %R", Value(&name));
  return code;
}

Result<Owned> imp_create_builtin(Thread& t, Value spec) {
  Owned name = TRY(get_attribute(t, spec, NAME("name")));
  if (!is_instance(name, Str::type())) return raise_type_error(t, "spec.name must be str");
  std::string n = TRY(text(t, *name.value().as<Str>()));
  if (n == "sys") return t.interpreter->sys_module.get();
  if (n == "builtins") return t.interpreter->builtins_module.get();
  const ModuleDef* def = find_module_def(n.c_str());
  if (!def) return owned_none();
  return Owned(TRY(module_create(t, *def)));
}
Result<int> imp_exec_builtin(Thread& t, Value module) {
  if (!is_instance(module, Module::type())) return 0;
  Module& m = *module.as<Module>();
  if (m.def && m.def->exec && !m.state) {
    m.state = &m;  // executed
    TRY(module_exec(t, m));
  }
  return 0;
}

Result<Owned> imp_create_dynamic(Thread& t, Value spec, Value file) {
  Owned name = TRY(get_attribute(t, spec, NAME("name")));
  return raise_format(t, &exc_ImportError, "extension modules cannot be loaded: %S", name.value());
}

/// Gives every code object of the tree under `code` the new file name, where it had the old one.
Result<void> fix_filename(Thread& t, Code& code, Str& old_name, Value new_name) {
  Owned current = code.filename.get();
  if (!str_equal(*current.value().as<Str>(), old_name)) return {};
  code.filename.store(&code, dup(new_name));
  Tuple& constants = *code.consts.load_as<Tuple>();
  for (ssize i = 0; i < constants.size; i++) {
    if (is_exact<Code>(constants.get(i))) TRY(fix_filename(t, *constants.get(i).as<Code>(), old_name, new_name));
  }
  return {};
}
Result<void> imp_fix_co_filename(Thread& t, Code& code, Str& path) {
  Owned old_name = code.filename.get();
  return fix_filename(t, code, *old_name.value().as<Str>(), Value(&path));
}

Result<Owned> imp_source_hash(Thread& t, uint64_t key, Value source) {
  BytesLike view;
  TRY(view.acquire(t, source));
  uint64_t hash = siphash13(HashSecret{key, 0}, view.data(), static_cast<size_t>(view.size()));
  return Owned(TRY(bytes_new(t, &hash, 8)));
}

int imp_override_multi_interp_extensions_check(Thread&, int) { return 0; }
void imp_override_frozen_modules_for_tests(Thread&, int) {}
Result<Owned> imp_frozen_module_names(Thread& t) {
  Ref<List> names = TRY(list_new(t));
  TRY(list_push(t, *names, NAME("_frozen_importlib")));
  TRY(list_push(t, *names, NAME("_frozen_importlib_external")));
  return Owned(std::move(names));
}

Result<void> imp_exec(Thread& t, Module& m) { return module_add(t, m, "check_hash_based_pycs", NAME("default")); }

constexpr MethodDef kImpMethods[] = {
    function<&imp_lock_held>("lock_held", "($module, /)", "Return True if the import lock is currently held, else False."),
    function<&imp_acquire_lock>("acquire_lock", "($module, /)", "Acquires the interpreter's import lock for the current thread."),
    function<&imp_release_lock>("release_lock", "($module, /)", "Release the interpreter's import lock."),
    function<&imp_extension_suffixes>("extension_suffixes", "($module, /)", "Returns the list of file suffixes used to identify extension modules."),
    function<&imp_is_builtin>("is_builtin", "($module, name, /)", "Returns True if the module name corresponds to a built-in module."),
    function<&imp_is_frozen>("is_frozen", "($module, name, /)", "Returns True if the module name corresponds to a frozen module."),
    function<&imp_is_frozen_package>("is_frozen_package", "($module, name, /)", "Returns True if the module name is of a frozen package."),
    function<&imp_find_frozen>("find_frozen", "($module, name, /, *, withdata=False)", "Return info about the corresponding frozen module (if there is one) or None."),
    function<&imp_get_frozen_object>("get_frozen_object", "($module, name, data=None, /)", "Create a code object for a frozen module."),
    function<&imp_create_builtin>("create_builtin", "($module, spec, /)", "Create an extension module."),
    function<&imp_exec_builtin>("exec_builtin", "($module, mod, /)", "Initialize a built-in module."),
    function<&imp_create_dynamic>("create_dynamic", "($module, spec, file=<unrepresentable>, /)", "Create an extension module."),
    function<&imp_exec_builtin>("exec_dynamic", "($module, mod, /)", "Initialize an extension module."),
    function<&imp_fix_co_filename>("_fix_co_filename", "($module, code, path, /)", "Changes code.co_filename to specify the passed-in file path."),
    function<&imp_source_hash>("source_hash", "($module, /, key, source)", nullptr),
    function<&imp_override_multi_interp_extensions_check>("_override_multi_interp_extensions_check", "($module, override, /)", nullptr),
    function<&imp_override_frozen_modules_for_tests>("_override_frozen_modules_for_tests", "($module, override, /)", nullptr),
    function<&imp_frozen_module_names>("_frozen_module_names", "($module, /)", "Returns the list of available frozen modules."),
    {}};
constexpr ModuleDef kImpModule = {.name = "_imp", .doc = "(Extremely) low-level import machinery bits as used by importlib.",
                                  .methods = kImpMethods, .exec = &imp_exec};
TY_MODULE(kImpModule)

}  // namespace

}  // namespace ty
