// vm/builtins_vm.cpp: the builtins that need the interpreter: __build_class__, __import__, exec, eval, compile, globals, locals, breakpoint.
// CPython: Python/bltinmodule.c
#include <cstring>
#include <string>
#include <vector>

#include "compile/compile.h"
#include "object/type_object.h"
#include "types/bytes.h"
#include "types/container.h"
#include "types/dict.h"
#include "types/function.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/ast_hooks.h"
#include "vm/frame_locals.h"
#include "vm/interpreter.h"
#include "vm/unwind.h"
#include "vm/vm.h"

namespace ty {

Result<Ref<Code>> (*g_compile_ast_object)(Thread& t, Value tree, Value filename, const CompileOptions& options) = nullptr;
Result<Owned> (*g_parse_to_ast_object)(Thread& t, std::string_view source, Value filename, const CompileOptions& options, int feature_version) = nullptr;
bool (*g_is_ast_object)(Value v) = nullptr;

namespace {

Result<Owned> builtin_globals(Thread& t) {
  Value globals = current_globals(t);
  if (!globals) return owned_none();
  return dup(globals);
}
Result<Owned> builtin_locals(Thread& t) { return current_locals_rpy(t); }

Result<Owned> builtin_import(Thread& t, Value name, Value globals, Value locals, Value fromlist, int level) {
  return import_name_rpy(t, name, globals, locals, fromlist, level);
}

/// The text of a source argument of eval(), exec(), compile(); `holder` keeps it alive.
Result<std::string_view> source_text(Thread& t, Value source, const char* function, const char* what, int* flags, Owned* holder) {
  std::string_view text;
  if (is_str(source)) {
    *flags |= kCompileIgnoreCookie;
    text = TRY(str_utf8(t, *source.as<Str>()));
    *holder = dup(source);
  } else {
    Owned bytes = dup(source);
    if (!is_instance(source, &bytes_type)) {
      if (!ops_of(source).get_buffer) return raise_type_error(t, "%s() arg 1 must be a %s object", function, what);
      bytes = TRY(call(t, Value(&bytes_type), source));
    }
    Bytes& b = *bytes.value().as<Bytes>();
    text = {reinterpret_cast<const char*>(b.data()), static_cast<size_t>(b.size)};
    *holder = std::move(bytes);
  }
  if (std::memchr(text.data(), 0, text.size())) return raise_format(t, &exc_SyntaxError, "source code string cannot contain null bytes");
  return text;
}

int caller_future_flags(Thread& t) {
  Code* code = code_at_depth(t, 0, nullptr, nullptr);
  return code ? code->flags & kCompileFutureMask : 0;
}

/// globals and locals of eval() and exec(), defaulted.
struct Namespaces {
  Owned globals, locals;
};
Result<void> resolve_namespaces(Thread& t, Value globals, Value locals, const char* function, Namespaces* out) {
  if (!is_none(locals) && !is_mapping(locals)) return raise_type_error(t, "%s must be a mapping", function[1] == 'v' ? "locals" : "locals");
  if (!is_none(globals) && !is_instance(globals, &dict_type)) {
    if (function[1] == 'v') {
      return raise_type_error(t, is_mapping(globals) ? "globals must be a real dict; try eval(code, {}, mapping)" : "globals must be a dict");
    }
    return raise_type_error(t, "exec() globals must be a dict, not %.100T", globals);
  }
  if (is_none(globals)) {
    Value g = current_globals(t);
    if (!g) return raise_type_error(t, "%s must be given globals and locals when called without a frame", function);
    out->globals = dup(g);
    if (is_none(locals)) out->locals = TRY(current_locals_rpy(t));
    else out->locals = dup(locals);
  } else {
    out->globals = dup(globals);
    out->locals = is_none(locals) ? dup(globals) : dup(locals);
  }
  return {};
}

Result<Owned> builtin_eval(Thread& t, Value source, Value globals, Value locals) {
  if (!is_none(locals) && !is_mapping(locals)) return raise_type_error(t, "locals must be a mapping");
  Namespaces ns;
  TRY(resolve_namespaces(t, globals, locals, "eval", &ns));
  Dict& g = *ns.globals.value().as<Dict>();
  if (is_exact<Code>(source)) {
    if (source.as<Code>()->free_count > 0) return raise_type_error(t, "code object passed to eval() may not contain free variables");
    return eval_code_rpy(t, source, g, ns.locals);
  }
  CompileOptions options;
  options.mode = CompileMode::kEval;
  options.optimize = t.interpreter->config->optimize;
  options.flags = kCompileSourceIsUtf8 | caller_future_flags(t);
  Owned holder;
  std::string_view text = TRY(source_text(t, source, "eval", "string, bytes or code", &options.flags, &holder));
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  Ref<Code> code = TRY(compile_source(t, text, NAME("<string>"), options));
  return eval_code_rpy(t, code, g, ns.locals);
}

Result<void> builtin_exec(Thread& t, Value source, Value globals, Value locals, Value closure) {
  if (!is_none(locals) && !is_mapping(locals)) return raise_type_error(t, "locals must be a mapping or None, not %.100T", locals);
  Namespaces ns;
  TRY(resolve_namespaces(t, globals, locals, "exec", &ns));
  Dict& g = *ns.globals.value().as<Dict>();
  if (is_exact<Code>(source)) {
    Code& code = *source.as<Code>();
    if (code.free_count == 0) {
      if (closure && !is_none(closure)) return raise_type_error(t, "cannot use a closure with this code object");
    } else {
      bool ok = closure && is_exact<Tuple>(closure) && closure.as<Tuple>()->size == code.free_count;
      for (ssize k = 0; ok && k < code.free_count; k++) ok = is_exact<Cell>(closure.as<Tuple>()->get(k));
      if (!ok) return raise_type_error(t, "code object requires a closure of exactly length %zd", static_cast<ssize>(code.free_count));
    }
    Owned ignored = TRY(eval_code_rpy(t, source, g, ns.locals, closure && !is_none(closure) ? closure : Value()));
    return {};
  }
  if (closure && !is_none(closure)) return raise_type_error(t, "closure can only be used when source is a code object");
  CompileOptions options;
  options.optimize = t.interpreter->config->optimize;
  options.flags = kCompileSourceIsUtf8 | caller_future_flags(t);
  Owned holder;
  std::string_view text = TRY(source_text(t, source, "exec", "string, bytes or code", &options.flags, &holder));
  Ref<Code> code = TRY(compile_source(t, text, NAME("<string>"), options));
  Owned ignored = TRY(eval_code_rpy(t, code, g, ns.locals));
  return {};
}

Result<Owned> builtin_compile(Thread& t, Value source, Value filename, Value mode, int flags, bool dont_inherit, int optimize, int feature_version) {
  Owned name;
  if (is_str(filename)) {
    name = dup(filename);
  } else if (is_instance(filename, &bytes_type)) {
    Bytes& b = *filename.as<Bytes>();
    name = TRY(str_decode_filesystem(t, {reinterpret_cast<const char*>(b.data()), static_cast<size_t>(b.size)}));
  } else {
    Owned os = TRY(import_module(t, "os"));
    Owned path = TRY(call_method(t, os, NAME("fspath"), filename));
    name = is_str(path) ? std::move(path) : TRY(call_method(t, os, NAME("fsdecode"), path.value()));
  }
  if (!is_str(mode)) return raise_type_error(t, "compile() argument 'mode' must be str, not %T", mode);
  if (flags & ~kCompileKnownMask) return raise_value_error(t, "compile(): unrecognised flags");
  if (optimize < -1 || optimize > 2) return raise_value_error(t, "compile(): invalid optimize value");
  CompileOptions options;
  options.optimize = optimize < 0 ? t.interpreter->config->optimize : optimize;
  options.flags = flags | kCompileSourceIsUtf8;
  if (!dont_inherit) options.flags |= caller_future_flags(t);
  Str& m = *mode.as<Str>();
  bool func_type = false;
  if (str_equal_ascii(m, "exec")) options.mode = CompileMode::kExec;
  else if (str_equal_ascii(m, "eval")) options.mode = CompileMode::kEval;
  else if (str_equal_ascii(m, "single")) options.mode = CompileMode::kSingle;
  else if (str_equal_ascii(m, "func_type")) func_type = true;
  else {
    return raise_value_error(t, flags & kCompileOnlyAst ? "compile() mode must be 'exec', 'eval', 'single' or 'func_type'"
                                                        : "compile() mode must be 'exec', 'eval' or 'single'");
  }
  if (func_type && !(flags & kCompileOnlyAst)) return raise_value_error(t, "compile() mode 'func_type' requires flag PyCF_ONLY_AST");
  if (g_is_ast_object && g_is_ast_object(source)) {
    if ((flags & kCompileOptimizedAst) == kCompileOnlyAst) return dup(source);
    return Owned(TRY(g_compile_ast_object(t, source, name, options)));
  }
  Owned holder;
  std::string_view text = TRY(source_text(t, source, "compile", "string, bytes or AST", &options.flags, &holder));
  if (flags & kCompileOnlyAst) {
    if (!g_parse_to_ast_object) Owned ast = TRY(import_module(t, "_ast"));
    if (!g_parse_to_ast_object) return raise_system_error(t, "syntax trees need the module _ast");
    return g_parse_to_ast_object(t, text, name, options, func_type ? -1 - feature_version : feature_version);
  }
  return Owned(TRY(compile_source(t, text, name, options)));
}

Result<Owned> builtin_breakpoint(Thread& t, Args args, Kwargs kwargs) {
  Value hook = sys_get(t, "breakpointhook");
  if (!hook) return raise_runtime_error(t, "lost sys.breakpointhook");
  Owned held = borrow_or_dup(hook);
  TRY(audit(t, "builtins.breakpoint", nullptr));
  std::string unused;
  Ref<Tuple> positional = TRY(tuple_from(t, args.data, static_cast<ssize>(args.size)));
  Ref<Dict> named = TRY(dict_new(t));
  for (size_t k = 0; k < kwargs.size; k++) TRY(dict_set(t, *named, kwargs.names[k], kwargs.values[k]));
  return call_with_tuple(t, held, *positional, named.get());
}

Result<Owned> build_class(Thread& t, const MethodDef&, Value, const Value* args, size_t nargs, Tuple* kwnames) {
  if (nargs < 2) return raise_type_error(t, "__build_class__: not enough arguments");
  Value func = args[0], name = args[1];
  if (!is_exact<Function>(func)) return raise_type_error(t, "__build_class__: func must be a function");
  if (!is_str(name)) return raise_type_error(t, "__build_class__: name is not a string");
  Ref<Tuple> orig_bases = TRY(tuple_from(t, args + 2, static_cast<ssize>(nargs) - 2));
  Owned bases_owner = TRY(type_resolve_bases(t, *orig_bases));
  Tuple& bases = *bases_owner.value().as<Tuple>();
  // metaclass=…; the other keywords go on.
  Owned meta;
  bool is_class = false;
  ssize keyword_count = kwnames ? kwnames->size : 0;
  std::vector<Value> names, values;
  for (ssize k = 0; k < keyword_count; k++) {
    if (str_equal_ascii(*kwnames->get(k).as<Str>(), "metaclass")) {
      meta = dup(args[static_cast<ssize>(nargs) + k]);
      is_class = is_type(meta);
    } else {
      names.push_back(kwnames->get(k));
      values.push_back(args[static_cast<ssize>(nargs) + k]);
    }
  }
  if (!meta) {
    meta = bases.size == 0 ? dup(Value(&type_type)) : dup(Value(type_of(bases.get(0))));
    is_class = true;
  }
  if (is_class) {
    Type* winner = TRY(type_calculate_metaclass(t, meta.value().as<Type>(), bases));
    if (winner != meta.value().as<Type>()) meta = dup(Value(winner));
  }
  Ref<Tuple> rest_names;
  if (!names.empty()) rest_names = TRY(tuple_from(t, names.data(), static_cast<ssize>(names.size())));
  // The namespace.
  Owned ns;
  Lookup<Owned> prepare = find_attribute(t, meta, NAME("__prepare__"));
  if (prepare.raised()) return Raised{};
  if (prepare.absent()) {
    ns = Owned(TRY(dict_new(t)));
  } else {
    Owned p = prepare.take();
    std::vector<Value> call_args = {name, Value(&bases)};
    call_args.insert(call_args.end(), values.begin(), values.end());
    ns = TRY(call(t, p, call_args.data(), 2, rest_names.get()));
  }
  if (!is_mapping(ns)) {
    if (is_class) {
      return raise_type_error(t, "%.200N.__prepare__() must return a mapping, not %.200T", meta.value().as<Type>(), ns.value());
    }
    return raise_type_error(t, "<metaclass>.__prepare__() must return a mapping, not %.200T", ns.value());
  }
  Owned cell = TRY(vm_run_class_body(t, *func.as<Function>(), ns));
  if (orig_bases.get() != &bases) TRY(set_item(t, ns, NAME("__orig_bases__"), Value(orig_bases)));
  std::vector<Value> call_args = {name, Value(&bases), ns};
  call_args.insert(call_args.end(), values.begin(), values.end());
  Owned cls = TRY(call(t, meta, call_args.data(), 3, rest_names.get()));
  if (is_type(cls) && is_exact<Cell>(cell)) {
    Value content = cell.value().as<Cell>()->content.load();
    if (!content) {
      return raise_runtime_error(t, "__class__ not set defining %.200R as %.200R. Was __classcell__ propagated to type.__new__?", name, cls.value());
    }
    if (content.identity() != cls.value().identity()) {
      return raise_type_error(t, "__class__ set to %.200R defining %.200R as %.200R", content, name, cls.value());
    }
  }
  return cls;
}

constexpr MethodDef kVmBuiltins[] = {
    MethodDef{.name = "__build_class__",
              .doc = "__build_class__(func, name, /, *bases, [metaclass], **kwds) -> class\n\nInternal helper function used by the class statement.",
              .call = build_class,
              .kind = MethodKind::kFunction},
    function<&builtin_import>("__import__", "($module, /, name, globals=None, locals=None, fromlist=(), level=0)",
        "Import a module.\n\nBecause this function is meant for use by the Python\ninterpreter and not for general use, it is better to use\n"
        "importlib.import_module() to programmatically import a module.\n\nThe globals argument is only used to determine the context;\n"
        "they are not modified.  The locals argument is unused.  The fromlist\nshould be a list of names to emulate ``from name import ...``, or an\n"
        "empty list to emulate ``import name``.\nWhen importing a module from a package, note that __import__('A.B', ...)\n"
        "returns package A when fromlist is empty, but its submodule B when\nfromlist is not empty.  The level argument is used to determine whether to\n"
        "perform absolute or relative imports: 0 is absolute, while a positive number\nis the number of parent directories to search relative to the current module."),
    function<&builtin_breakpoint>("breakpoint", "($module, /, *args, **kws)",
        "Call sys.breakpointhook(*args, **kws).\n\nsys.breakpointhook() must accept whatever arguments are passed.\n\nBy default, this drops you into the pdb debugger."),
    function<&builtin_compile>("compile", "($module, /, source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)",
        "Compile source into a code object that can be executed by exec() or eval().\n\nThe source code may represent a Python module, statement or expression.\n"
        "The filename will be used for run-time error messages.\nThe mode must be 'exec' to compile a module, 'single' to compile a\n"
        "single (interactive) statement, or 'eval' to compile an expression.\nThe flags argument, if present, controls which future statements influence\n"
        "the compilation of the code.\nThe dont_inherit argument, if true, stops the compilation inheriting\nthe effects of any future statements in effect in the code calling\n"
        "compile; if absent or false these statements do influence the compilation,\nin addition to any features explicitly specified."),
    function<&builtin_eval>("eval", "($module, source, /, globals=None, locals=None)",
        "Evaluate the given source in the context of globals and locals.\n\nThe source may be a string representing a Python expression\n"
        "or a code object as returned by compile().\nThe globals must be a dictionary and locals can be any mapping,\n"
        "defaulting to the current globals and locals.\nIf only globals is given, locals defaults to it."),
    function<&builtin_exec>("exec", "($module, source, /, globals=None, locals=None, *, closure=None)",
        "Execute the given source in the context of globals and locals.\n\nThe source may be a string representing one or more Python statements\n"
        "or a code object as returned by compile().\nThe globals must be a dictionary and locals can be any mapping,\n"
        "defaulting to the current globals and locals.\nIf only globals is given, locals defaults to it.\n"
        "The closure must be a tuple of cellvars, and can only be used\nwhen source is a code object requiring exactly that many cellvars."),
    function<&builtin_globals>("globals", "($module, /)",
        "Return the dictionary containing the current scope's global variables.\n\nNOTE: Updates to this dictionary *will* affect name lookups in the current\n"
        "global scope and vice-versa."),
    function<&builtin_locals>("locals", "($module, /)",
        "Return a dictionary containing the current scope's local variables.\n\nNOTE: Whether or not updates to this dictionary will affect name lookups in\n"
        "the local scope and vice-versa is *implementation dependent* and not\ncovered by any backwards compatibility guarantees."),
    {}};

}  // namespace

Result<void> add_vm_builtins(Thread& t, Module& builtins) {
  TRY(module_add_methods(t, builtins, kVmBuiltins));
  Owned import = TRY(dict_get_text(t, builtins.globals(), "__import__"));
  t.interpreter->import_function.store(dup(import.value()));
  t.interpreter->builtins_dict.store(dup(Value(&builtins.globals())));
  return {};
}

}  // namespace ty
