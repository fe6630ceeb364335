// modules/sys.cpp: the sys module but for what needs frames (sys_frames.cpp) and streams (sys_streams.cpp). CPython: Python/sysmodule.c.
//
// The module's dictionary is filled once at start-up from the Config; functions read the thread and the interpreter.
#include <algorithm>
#include <cfloat>
#include <climits>
#include <cstring>
#include <dlfcn.h>
#include <string>
#include <vector>

#include "base/flags.h"
#include "base/hash.h"
#include "bytecode/instruction.h"
#include "modules/marshal.h"
#include "modules/sys_frames.h"
#include "sync/thread_state.h"
#include "types/codecs.h"
#include "types/dict.h"
#include "types/float.h"
#include "types/int.h"
#include "types/list.h"
#include "types/module.h"
#include "types/namespace.h"
#include "types/set.h"
#include "types/str.h"
#include "types/struct_sequence.h"
#include "types/tuple.h"
#include "vm/interpreter.h"
#include "vm/version.h"
#include "vm/vm.h"

namespace ty {

Interpreter g_main_interpreter;

Value sys_get(Thread& t, const char* name) {
  Lookup<Owned> found = dict_get_text(t, *t.interpreter->sys_dict.load().as<Dict>(), name);
  if (found.raised()) clear_exception(t);
  if (!found.found()) return Value();
  uint64_t word = found.take().value().bits;  // the dictionary keeps it
  return Value::from_bits(word);
}

Result<void> sys_set(Thread& t, const char* name, Value value) {
  return dict_set_text(t, *t.interpreter->sys_dict.load().as<Dict>(), name, value);
}

namespace {

// --- struct sequences ---

constexpr StructField kFlagFields[] = {
    {"debug", "-d"}, {"inspect", "-i"}, {"interactive", "-i"}, {"optimize", "-O or -OO"}, {"dont_write_bytecode", "-B"},
    {"no_user_site", "-s"}, {"no_site", "-S"}, {"ignore_environment", "-E"}, {"verbose", "-v"}, {"bytes_warning", "-b"},
    {"quiet", "-q"}, {"hash_randomization", "-R"}, {"isolated", "-I"}, {"dev_mode", "-X dev"}, {"utf8_mode", "-X utf8"},
    {"warn_default_encoding", "-X warn_default_encoding"}, {"safe_path", "-P"}, {"int_max_str_digits", "-X int_max_str_digits"},
    {"gil", "-X gil"}, {}};
constexpr StructSequenceDef kFlags = {"sys.flags", "Flags provided through command line arguments or environment vars.", kFlagFields, 18};
constexpr StructField kVersionFields[] = {{"major", "Major release number"}, {"minor", "Minor release number"}, {"micro", "Patch release number"},
    {"releaselevel", "'alpha', 'beta', 'candidate', or 'final'"}, {"serial", "Serial release number"}, {}};
constexpr StructSequenceDef kVersionInfo = {"sys.version_info", "Version information as a named tuple.", kVersionFields, 5};
constexpr StructField kFloatFields[] = {{"max"}, {"max_exp"}, {"max_10_exp"}, {"min"}, {"min_exp"}, {"min_10_exp"}, {"dig"}, {"mant_dig"},
    {"epsilon"}, {"radix"}, {"rounds"}, {}};
constexpr StructSequenceDef kFloatInfo = {"sys.float_info", "A named tuple holding information about the float type.", kFloatFields, 11};
constexpr StructField kIntFields[] = {{"bits_per_digit", "size of a digit in bits"}, {"sizeof_digit", "size in bytes of the C type used to represent a digit"},
    {"default_max_str_digits", "maximum string conversion digits limitation"}, {"str_digits_check_threshold", "minimum positive value for int_max_str_digits"}, {}};
constexpr StructSequenceDef kIntInfo = {"sys.int_info", "A named tuple that holds information about Python's internal representation of integers.", kIntFields, 4};
constexpr StructField kHashFields[] = {{"width"}, {"modulus"}, {"inf"}, {"nan"}, {"imag"}, {"algorithm"}, {"hash_bits"}, {"seed_bits"}, {"cutoff"}, {}};
constexpr StructSequenceDef kHashInfo = {"sys.hash_info", "A named tuple providing parameters used for computing hashes.", kHashFields, 9};
constexpr StructField kThreadFields[] = {{"name", "name of the thread implementation"}, {"lock", "name of the lock implementation"},
    {"version", "name and version of the thread library"}, {}};
constexpr StructSequenceDef kThreadInfo = {"sys.thread_info", "A named tuple holding information about the thread implementation.", kThreadFields, 3};
constexpr StructField kAsyncGenFields[] = {{"firstiter", "Hook to intercept first iteration"}, {"finalizer", "Hook to intercept finalization"}, {}};
constexpr StructSequenceDef kAsyncGenHooks = {"sys.asyncgen_hooks", "Named tuple with the two hooks of asynchronous generators.", kAsyncGenFields, 2};
constexpr StructField kUnraisableFields[] = {{"exc_type", "Exception type"}, {"exc_value", "Exception value"}, {"exc_traceback", "Exception traceback"},
    {"err_msg", "Error message"}, {"object", "Object causing the exception"}, {}};
constexpr StructSequenceDef kUnraisableArgs = {"sys.UnraisableHookArgs", "Type used to pass arguments to sys.unraisablehook.", kUnraisableFields, 5};

Value small(int64_t n) { return Value::small_int_unchecked(n); }

/// A struct sequence of a type that cannot be instantiated otherwise, stored under its last name.
Result<Ref<Tuple>> make_info(Thread& t, const StructSequenceDef& def, std::initializer_list<Value> values) {
  Type* type = TRY(struct_sequence_type(t, def));
  type->type_flags |= kTypeDisallowInstantiation;
  type->info->ops.create = nullptr;
  TRY(dict_set(t, *reinterpret_cast<Dict*>(type->dict_), NAME("__new__"), none()));
  TRY(dict_delete(t, *reinterpret_cast<Dict*>(type->dict_), NAME("__new__")));
  type_modified(t, type);
  return struct_sequence_new(t, type, values.begin(), static_cast<ssize>(values.size()));
}

Result<Owned> text_list(Thread& t, const std::vector<std::string>& items) {
  Ref<List> list = TRY(list_new(t));
  for (const std::string& item : items) {
    Owned text = TRY(str_decode_filesystem(t, item));
    TRY(list_push(t, *list, text));
  }
  return Owned(std::move(list));
}

Result<void> add_text(Thread& t, Module& m, const char* name, std::string_view text) {
  Owned value = TRY(str_decode_filesystem(t, text));
  return module_add(t, m, name, value);
}

GlobalSlot g_asyncgen_hooks_type, g_unraisable_type;

// --- functions ---

Result<void> sys_exit(Thread& t, Value status) { return raise_with_value(t, &exc_SystemExit, status); }

Result<Value> sys_intern(Thread& t, Str& string) {
  if (string.type() != &str_type) return raise_type_error(t, "can't intern %.400s", string.type()->name);
  return str_intern(t, Value(&string));
}
bool sys_is_interned(Thread&, Str& string) { return string.is_interned(); }

Result<Owned> sys_displayhook(Thread& t, Value object) {
  if (is_none(object)) return owned_none();
  Owned builtins = t.interpreter->builtins_module.get();
  TRY(set_attribute(t, builtins, NAME("_"), none()));
  Owned out = dup(sys_get(t, "stdout"));
  if (!out || is_none(out)) return raise_runtime_error(t, "lost sys.stdout");
  Owned text = TRY(object_repr(t, object));
  auto written = call_method(t, out, NAME("write"), text);
  if (!written.ok()) {
    if (!exception_matches(t, &exc_UnicodeEncodeError)) return Raised{};
    clear_exception(t);
    Owned encoding = TRY(get_attribute(t, out, NAME("encoding")));
    Owned encoded = TRY(call_method(t, text, NAME("encode"), encoding, Owned::steal(NAME("backslashreplace"))));
    Owned buffer = TRY(find_attribute(t, out, NAME("buffer")));
    if (!buffer.value().is_empty()) {
      Owned ignored = TRY(call_method(t, buffer, NAME("write"), encoded));
    } else {
      Owned decoded = TRY(call_method(t, encoded, NAME("decode"), encoding, Owned::steal(NAME("strict"))));
      Owned ignored = TRY(call_method(t, out, NAME("write"), decoded));
    }
  }
  Owned ignored = TRY(call_method(t, out, NAME("write"), NAME("\n")));
  TRY(set_attribute(t, builtins, NAME("_"), object));
  return owned_none();
}

Result<Owned> sys_getdefaultencoding(Thread&) { return Owned::steal(NAME("utf-8")); }
Result<Owned> sys_getfilesystemencoding(Thread&) { return Owned::steal(NAME("utf-8")); }
Result<Owned> sys_getfilesystemencodeerrors(Thread&) { return Owned::steal(NAME("surrogateescape")); }

int sys_getrecursionlimit(Thread& t) { return __atomic_load_n(&t.interpreter->recursion_limit, __ATOMIC_RELAXED); }
Result<void> sys_setrecursionlimit(Thread& t, int limit) {
  if (limit < 1) return raise_value_error(t, "recursion limit must be greater or equal than 1");
  StopScope stopped(t);
  if (!set_recursion_limit(t, limit)) {
    return raise_format(t, &exc_RecursionError, "cannot set the recursion limit to %i at the recursion depth %i: the limit is too low", limit, frame_depth(t));
  }
  t.interpreter->recursion_limit = limit;
  registry_lock.lock();
  for (Thread* each = g_threads; each; each = each->next) {
    if (each != &t) set_recursion_limit(*each, limit);
  }
  registry_lock.unlock();
  return {};
}

ssize sys_getrefcount(Thread&, Value object) {
  if (object.is_immediate()) return static_cast<ssize>(kImmortalCount);
  return reference_count(object.object()) + 1;
}

Result<Owned> sys_getsizeof(Thread& t, Value object, Value fallback) {
  Owned method = TRY(lookup_special(t, object, NAME("__sizeof__")));
  Owned result;
  if (method.value().is_empty()) {
    Raised raised = raise_type_error(t, "Type %.100s doesn't define __sizeof__", type_of(object)->name);
    static_cast<void>(raised);
  } else {
    auto r = call(t, method);
    if (r.ok()) result = r.take();
  }
  if (result) {
    auto size = number_as_ssize(t, result, &exc_OverflowError);
    if (size.ok()) {
      ssize n = size.take();
      if (n >= 0) return int_from_int64(t, n);
      return raise_value_error(t, "__sizeof__() should return >= 0");
    }
  }
  if (!fallback.is_null() && exception_matches(t, &exc_TypeError)) {
    clear_exception(t);
    return dup(fallback);
  }
  return Raised{};
}

double sys_getswitchinterval(Thread&) { return switch_interval(); }
Result<void> sys_setswitchinterval(Thread& t, double interval) {
  if (!(interval > 0)) return raise_value_error(t, "switch interval must be strictly positive");
  set_switch_interval(interval);
  return {};
}

int sys_get_int_max_str_digits(Thread&) { return __atomic_load_n(&g_int_max_str_digits, __ATOMIC_RELAXED); }
Result<void> sys_set_int_max_str_digits(Thread& t, int digits) {
  if (digits != 0 && digits < 640) return raise_value_error(t, "maxdigits must be 0 or larger than %d", 640);
  __atomic_store_n(&g_int_max_str_digits, digits, __ATOMIC_RELAXED);
  return {};
}

/// -X cpu_count is not an option here: -1, ask the system.
int sys_get_cpu_count_config(Thread&) { return -1; }
bool sys_is_gil_enabled(Thread&) { return g_gil_enabled; }
bool sys_is_finalizing(Thread& t) { return __atomic_load_n(&t.interpreter->finalizing, __ATOMIC_RELAXED); }
int sys_getdlopenflags(Thread&) { return RTLD_NOW; }
void sys_clear_type_cache(Thread&) {}
void sys_clear_internal_caches(Thread&) {}

Result<void> sys_audit(Thread& t, Str& event, Args args) {
  Ref<Tuple> arguments = TRY(tuple_from(t, args.data, static_cast<ssize>(args.size)));
  std::string name(TRY(str_utf8(t, event)));
  return audit(t, name.c_str(), arguments);
}

GlobalSlot g_audit_hooks;  // List
Result<void> sys_addaudithook(Thread& t, Value hook) {
  auto announced = audit(t, "sys.addaudithook", nullptr);
  if (!announced.ok()) {
    if (!exception_matches(t, &exc_RuntimeError)) return Raised{};
    clear_exception(t);
    return {};
  }
  if (!g_audit_hooks.load()) g_audit_hooks.store(TRY(list_new(t)));
  Owned hooks = g_audit_hooks.get();
  return list_push(t, *hooks.value().as<List>(), hook);
}

Result<Owned> sys_unraisablehook(Thread& t, Value unraisable);

constexpr MethodDef kSysMethods[] = {
    function<&sys_exit>("exit", "($module, status=None, /)", "Exit the interpreter by raising SystemExit(status)."),
    function<&sys_intern>("intern", "($module, string, /)", "``Intern'' the given string."),
    function<&sys_is_interned>("_is_interned", "($module, string, /)", "Return True if the given string is \"interned\"."),
    function<&sys_displayhook>("displayhook", "($module, object, /)", "Print an object to sys.stdout and also save it in builtins._"),
    function<&sys_displayhook>("__displayhook__", "($module, object, /)", "Print an object to sys.stdout and also save it in builtins._"),
    function<&sys_getdefaultencoding>("getdefaultencoding", "($module, /)", "Return the current default encoding used by the Unicode implementation."),
    function<&sys_getfilesystemencoding>("getfilesystemencoding", "($module, /)", "Return the encoding used to convert Unicode filenames to OS filenames."),
    function<&sys_getfilesystemencodeerrors>("getfilesystemencodeerrors", "($module, /)", "Return the error mode used for Unicode to OS filename conversion."),
    function<&sys_getrecursionlimit>("getrecursionlimit", "($module, /)", "Return the current value of the recursion limit."),
    function<&sys_setrecursionlimit>("setrecursionlimit", "($module, limit, /)", "Set the maximum depth of the Python interpreter stack to n."),
    function<&sys_getrefcount>("getrefcount", "($module, object, /)", "Return the reference count of object."),
    function<&sys_getsizeof>("getsizeof", "($module, object, default=<unrepresentable>)", "getsizeof(object [, default]) -> int\n\nReturn the size of object in bytes."),
    function<&sys_getswitchinterval>("getswitchinterval", "($module, /)", "Return the current thread switch interval; see sys.setswitchinterval()."),
    function<&sys_setswitchinterval>("setswitchinterval", "($module, interval, /)", "Set the ideal thread switching delay inside the Python interpreter."),
    function<&sys_get_int_max_str_digits>("get_int_max_str_digits", "($module, /)", "Return the maximum string digits limit for non-binary int<->str conversions."),
    function<&sys_set_int_max_str_digits>("set_int_max_str_digits", "($module, /, maxdigits)", "Set the maximum string digits limit for non-binary int<->str conversions."),
    function<&sys_is_gil_enabled>("_is_gil_enabled", "($module, /)", "Return True if the GIL is currently enabled."),
    function<&sys_get_cpu_count_config>("_get_cpu_count_config", "($module, /)", "Private function for getting PyConfig.cpu_count"),
    function<&sys_is_finalizing>("is_finalizing", "($module, /)", "Return True if Python is exiting."),
    function<&sys_getdlopenflags>("getdlopenflags", "($module, /)", "Return the current value of the flags that are used for dlopen calls."),
    function<&sys_audit>("audit", "($module, event, /, *args)", "Passes the event to any hooks that are attached."),
    function<&sys_addaudithook>("addaudithook", "($module, /, hook)", "Adds a new audit hook callback."),
    function<&sys_unraisablehook>("unraisablehook", "($module, unraisable, /)", "Handle an unraisable exception."),
    function<&sys_unraisablehook>("__unraisablehook__", "($module, unraisable, /)", "Handle an unraisable exception."),
    function<&sys_clear_type_cache>("_clear_type_cache", "($module, /)", "Clear the internal type lookup cache."),
    function<&sys_clear_internal_caches>("_clear_internal_caches", "($module, /)", "Clear all internal performance-related caches."),
    {}};

Result<Owned> sys_unraisablehook(Thread& t, Value unraisable) {
  Owned error = dup(sys_get(t, "stderr"));
  if (!error || is_none(error)) return owned_none();
  Owned message = TRY(get_attribute(t, unraisable, NAME("err_msg")));
  Owned object = TRY(get_attribute(t, unraisable, NAME("object")));
  StrWriter out(t);
  if (!is_none(object)) {
    if (!is_none(message)) {
      Owned text = TRY(object_str(t, message));
      TRY(out.str(*text.value().as<Str>()));
      TRY(out.ascii(": "));
    } else {
      TRY(out.ascii("Exception ignored in: "));
    }
    auto repr = object_repr(t, object);
    if (repr.ok()) {
      Owned text = repr.take();
      TRY(out.str(*text.value().as<Str>()));
    } else {
      clear_exception(t);
      TRY(out.ascii("<object repr() failed>"));
    }
    TRY(out.put('\n'));
  } else if (!is_none(message)) {
    Owned text = TRY(object_str(t, message));
    TRY(out.str(*text.value().as<Str>()));
    TRY(out.ascii(":\n"));
  }
  Ref<Str> head = TRY(out.finish());
  if (head->length) Owned ignored = TRY(call_method(t, error, NAME("write"), head));
  Owned value = TRY(get_attribute(t, unraisable, NAME("exc_value")));
  Owned traceback = TRY(get_attribute(t, unraisable, NAME("exc_traceback")));
  Owned type = TRY(get_attribute(t, unraisable, NAME("exc_type")));
  Owned print = TRY(import_attribute(t, "traceback", "print_exception"));
  Value arguments[] = {type, value, traceback, none(), error};
  Owned ignored = TRY(call(t, print, arguments, 5));
  Owned flushed = TRY(call_method(t, error, NAME("flush")));
  return owned_none();
}

// --- the data ---

std::string cache_tag() {
  uint64_t hash = opcode_table_hash() ^ (kMarshalFormat * 0x9e3779b97f4a7c15u);
  char text[32];
  std::snprintf(text, sizeof text, "typhon-313t-%08x", static_cast<unsigned>(hash ^ (hash >> 32)));
  return text;
}

Result<void> add_implementation(Thread& t, Module& m, Value version_info) {
  Ref<Dict> fields = TRY(dict_new(t));
  TRY(dict_set_text(t, *fields, "name", NAME("typhon")));
  Ref<Str> tag = TRY(str_from_ascii(t, cache_tag()));
  TRY(dict_set_text(t, *fields, "cache_tag", tag));
  TRY(dict_set_text(t, *fields, "version", version_info));
  TRY(dict_set_text(t, *fields, "hexversion", small(kVersionHex)));
  TRY(dict_set_text(t, *fields, "_multiarch", NAME("x86_64-linux-gnu")));
  Owned implementation = TRY(namespace_new(t, *fields));
  return module_add(t, m, "implementation", implementation);
}

Result<void> add_infos(Thread& t, Module& m, const Config& c) {
  Owned dbl_max = TRY(float_from_double(t, DBL_MAX)), dbl_min = TRY(float_from_double(t, DBL_MIN)), epsilon = TRY(float_from_double(t, DBL_EPSILON));
  TRY(module_add(t, m, "float_info", TRY(make_info(t, kFloatInfo, {dbl_max, small(DBL_MAX_EXP), small(DBL_MAX_10_EXP), dbl_min, small(DBL_MIN_EXP),
      small(DBL_MIN_10_EXP), small(DBL_DIG), small(DBL_MANT_DIG), epsilon, small(FLT_RADIX), small(FLT_ROUNDS)}))));
  TRY(module_add(t, m, "int_info", TRY(make_info(t, kIntInfo, {small(30), small(4), small(4300), small(640)}))));
  Owned modulus = TRY(int_from_int64(t, (int64_t{1} << 61) - 1));
  TRY(module_add(t, m, "hash_info", TRY(make_info(t, kHashInfo, {small(64), modulus, small(314159), small(0), small(1000003), NAME("siphash13"),
      small(64), small(128), small(0)}))));
  char libc[64];
  confstr(_CS_GNU_LIBPTHREAD_VERSION, libc, sizeof libc);
  Ref<Str> version = TRY(str_from_ascii(t, libc));
  TRY(module_add(t, m, "thread_info", TRY(make_info(t, kThreadInfo, {NAME("pthread"), NAME("futex"), version}))));
  Ref<Tuple> version_info = TRY(make_info(t, kVersionInfo, {small(kVersionMajor), small(kVersionMinor), small(kVersionMicro), NAME("final"), small(0)}));
  TRY(module_add(t, m, "version_info", version_info));
  TRY(add_implementation(t, m, version_info));
  TRY(module_add(t, m, "flags", TRY(make_info(t, kFlags, {small(c.debug), small(c.inspect), small(c.interactive), small(c.optimize),
      small(c.dont_write_bytecode), small(c.no_user_site), small(c.no_site), small(c.ignore_environment), small(c.verbose), small(c.bytes_warning),
      small(c.quiet), small(c.hash_randomization), small(c.isolated), bool_value(c.dev_mode), small(c.utf8_mode), small(c.warn_default_encoding),
      bool_value(c.safe_path), small(c.int_max_str_digits), c.gil ? small(1) : c.gil_forced_off ? small(0) : none()}))));
  Type* hooks = TRY(struct_sequence_type(t, kAsyncGenHooks));
  g_asyncgen_hooks_type.store(dup(Value(hooks)));
  Type* unraisable = TRY(struct_sequence_type(t, kUnraisableArgs));
  g_unraisable_type.store(dup(Value(unraisable)));
  return module_add(t, m, "UnraisableHookArgs", Value(unraisable));
}

Result<void> add_module_names(Thread& t, Module& m) {
  std::vector<std::string> builtin;
  for (const ModuleNode* node = ModuleNode::first; node; node = node->next) builtin.emplace_back(node->def->name);
  builtin.emplace_back("sys");
  builtin.emplace_back("builtins");
  std::sort(builtin.begin(), builtin.end());
  builtin.erase(std::unique(builtin.begin(), builtin.end()), builtin.end());
  Owned list = TRY(text_list(t, builtin));
  TRY(module_add(t, m, "builtin_module_names", TRY(list_to_tuple(t, *list.value().as<List>()))));
  static const std::vector<std::string> kStdlib = {
#define STDLIB(name) #name,
#include "modules/stdlib_names.def"
#undef STDLIB
  };
  Owned names = TRY(text_list(t, kStdlib));
  return module_add(t, m, "stdlib_module_names", TRY(frozenset_new(t, names)));
}

Result<void> add_paths(Thread& t, Module& m, const Config& c) {
  TRY(add_text(t, m, "executable", c.executable));
  TRY(add_text(t, m, "_base_executable", c.executable));
  TRY(add_text(t, m, "prefix", c.prefix));
  TRY(add_text(t, m, "base_prefix", c.prefix));
  TRY(add_text(t, m, "exec_prefix", c.exec_prefix));
  TRY(add_text(t, m, "base_exec_prefix", c.exec_prefix));
  TRY(add_text(t, m, "_stdlib_dir", c.stdlib));
  std::vector<std::string> path;
  for (size_t at = 0; !c.python_path.empty() && at <= c.python_path.size();) {
    size_t end = std::min(c.python_path.find(':', at), c.python_path.size());
    path.push_back(c.python_path.substr(at, end - at));
    at = end + 1;
  }
  path.push_back(c.prefix + "/lib/python313t.zip");
  path.push_back(c.stdlib);
  path.push_back(c.dynload);
  TRY(module_add(t, m, "path", TRY(text_list(t, path))));
  TRY(module_add(t, m, "argv", TRY(text_list(t, c.argv))));
  TRY(module_add(t, m, "orig_argv", TRY(text_list(t, c.orig_argv))));
  std::vector<std::string> warnings = c.warn_options;
  if (c.dev_mode) warnings.insert(warnings.begin(), "default");
  if (c.bytes_warning > 1) warnings.emplace_back("error::BytesWarning");
  else if (c.bytes_warning) warnings.emplace_back("default::BytesWarning");
  TRY(module_add(t, m, "warnoptions", TRY(text_list(t, warnings))));
  Ref<Dict> options = TRY(dict_new(t));
  for (const std::string& option : c.xoptions) {
    size_t equals = option.find('=');
    Owned name = TRY(str_decode_filesystem(t, option.substr(0, equals)));
    Owned value = equals == std::string::npos ? Owned::steal(true_value()) : TRY(str_decode_filesystem(t, option.substr(equals + 1)));
    TRY(dict_set(t, *options, name, value));
  }
  TRY(module_add(t, m, "_xoptions", options));
  if (c.pycache_prefix.empty()) return module_add(t, m, "pycache_prefix", none());
  return add_text(t, m, "pycache_prefix", c.pycache_prefix);
}

constexpr ModuleDef kSysModule = {.name = "sys", .doc = "This module provides access to some objects used or maintained by the\n"
    "interpreter and to functions that interact strongly with the interpreter.", .methods = kSysMethods};

}  // namespace

Type* unraisable_args_type() { return g_unraisable_type.load().as<Type>(); }
Type* asyncgen_hooks_type() { return g_asyncgen_hooks_type.load().as<Type>(); }

Result<void> audit(Thread& t, const char* event, Value arguments) {
  Owned hooks = g_audit_hooks.get();
  if (!hooks) return {};
  Ref<Str> name = TRY(str_from_utf8(t, event));
  Owned tuple = dup(arguments.is_null() ? g_empty_tuple : arguments);
  for (ssize i = 0;; i++) {
    Owned hook = list_get(*hooks.value().as<List>(), i);
    if (!hook) return {};
    Owned ignored = TRY(call(t, hook, name, tuple));
  }
}

Result<void> sys_create(Thread& t) {
  const Config& c = *t.interpreter->config;
  Ref<Module> m = TRY(module_create(t, kSysModule));
  t.interpreter->sys_module.store(dup(Value(m)));
  t.interpreter->sys_dict.store(dup(Value(&m->globals())));
  g_int_max_str_digits = c.int_max_str_digits;
  g_check_encodings = c.dev_mode;
  TRY(module_add(t, *m, "modules", t.interpreter->modules.load()));
  TRY(add_text(t, *m, "version", version_string()));
  TRY(module_add_int(t, *m, "hexversion", kVersionHex));
  TRY(module_add_int(t, *m, "api_version", 1013));
  TRY(module_add_string(t, *m, "copyright", "Copyright (c) the Typhon authors.\nAll Rights Reserved."));
  TRY(module_add_string(t, *m, "platform", "linux"));
  TRY(module_add_string(t, *m, "platlibdir", "lib"));
  TRY(module_add_string(t, *m, "byteorder", "little"));
  TRY(module_add_string(t, *m, "abiflags", "t"));
  TRY(module_add_string(t, *m, "float_repr_style", "short"));
  TRY(module_add_string(t, *m, "_framework", ""));
  TRY(module_add(t, *m, "_home", none()));
  TRY(module_add_int(t, *m, "maxunicode", 0x10ffff));
  Owned maxsize = TRY(int_from_int64(t, INT64_MAX));
  TRY(module_add(t, *m, "maxsize", maxsize));
  Ref<Str> empty = TRY(str_from_ascii(t, ""));
  TRY(module_add(t, *m, "_git", TRY(tuple_pack(t, Value(NAME("Typhon")), empty, empty))));
  TRY(module_add(t, *m, "dont_write_bytecode", bool_value(c.dont_write_bytecode)));
  for (const char* name : {"meta_path", "path_hooks"}) TRY(module_add(t, *m, name, TRY(list_new(t))));
  TRY(module_add(t, *m, "path_importer_cache", TRY(dict_new(t))));
  TRY(sys_add_frame_functions(t, *m));
  TRY(sys_add_early_stderr(t, *m));
  TRY(add_infos(t, *m, c));
  TRY(add_module_names(t, *m));
  TRY(add_paths(t, *m, c));
  return dict_set_text(t, *t.interpreter->modules.load().as<Dict>(), "sys", m);
}

}  // namespace ty
