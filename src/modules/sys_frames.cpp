// modules/sys_frames.cpp: the functions of sys that look at frames and per-thread hooks. CPython: Python/sysmodule.c.
#include "modules/sys_frames.h"

#include <string>

#include "object/type_object.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/module.h"
#include "types/str.h"
#include "types/struct_sequence.h"
#include "types/tuple.h"
#include "vm/eval.h"
#include "vm/interpreter.h"
#include "vm/thread_state.h"
#include "vm/vm.h"

namespace ty {

namespace {

Result<Owned> sys_getframe(Thread& t, int depth) {
  Owned frame = TRY(frame_object(t, depth < 0 ? 0 : depth));
  if (frame.value().is_empty()) return raise_value_error(t, "call stack is not deep enough");
  return frame;
}
Value word_or_none(Value word) { return word.is_null() || word.is_empty() ? none() : word; }
Owned sys_gettrace(Thread& t) { return dup(word_or_none(t.cold->trace_function)); }
Owned sys_getprofile(Thread& t) { return dup(word_or_none(t.cold->profile_function)); }
/// Events are not delivered yet: only "no function" can be set.
Result<void> sys_settrace(Thread& t, Value function) {
  if (is_none(function)) return {};
  return raise_format(t, &exc_NotImplementedError, "trace functions are not supported");
}
Result<void> sys_setprofile(Thread& t, Value function) {
  if (is_none(function)) return {};
  return raise_format(t, &exc_NotImplementedError, "profile functions are not supported");
}
Result<Owned> sys_current_frames(Thread& t) { return Owned(TRY(vm_current_frames(t))); }
Result<Owned> sys_getframemodulename(Thread& t, int depth) {
  FrameLocation at;
  if (!frame_location(t, depth < 0 ? 0 : depth, &at)) return owned_none();
  Owned name = TRY(dict_get_text(t, *at.globals.value().as<Dict>(), "__name__"));
  return name.value().is_empty() ? Result<Owned>(owned_none()) : Result<Owned>(std::move(name));
}

Owned sys_exception(Thread& t) {
  Object* handled = current_handled_exception(t);
  return handled ? dup(Value(handled)) : owned_none();
}
Result<Owned> sys_exc_info(Thread& t) {
  Owned exception = sys_exception(t);
  if (is_none(exception)) return Owned(TRY(tuple_pack(t, none(), none(), none())));
  Owned traceback = TRY(get_attribute(t, exception, NAME("__traceback__")));
  return Owned(TRY(tuple_pack(t, Value(type_of(exception)), exception, traceback)));
}

void replace_word(Value* word, Value v) {
  Owned old = Owned::steal(*word);
  *word = is_none(v) ? Value::empty() : dup(v).release();
}

Result<void> sys_set_asyncgen_hooks(Thread& t, Value first_iter, Value finalizer) {
  if (!finalizer.is_null() && !is_none(finalizer) && !is_callable(finalizer)) {
    return raise_type_error(t, "callable finalizer expected, got %.50s", type_of(finalizer)->name);
  }
  if (!first_iter.is_null() && !is_none(first_iter) && !is_callable(first_iter)) {
    return raise_type_error(t, "callable firstiter expected, got %.50s", type_of(first_iter)->name);
  }
  if (!finalizer.is_null()) replace_word(&t.cold->async_finalizer, finalizer);
  if (!first_iter.is_null()) replace_word(&t.cold->async_first_iter, first_iter);
  return {};
}
Result<Owned> sys_get_asyncgen_hooks(Thread& t) {
  Owned first = dup(word_or_none(t.cold->async_first_iter)), last = dup(word_or_none(t.cold->async_finalizer));
  Value values[] = {first, last};
  return Owned(TRY(struct_sequence_new(t, asyncgen_hooks_type(), values, 2)));
}
Result<void> sys_set_coroutine_origin_tracking_depth(Thread& t, int depth) {
  if (depth < 0) return raise_value_error(t, "depth must be >= 0");
  t.cold->coroutine_origin_depth = depth;
  return {};
}
int sys_get_coroutine_origin_tracking_depth(Thread& t) { return t.cold->coroutine_origin_depth; }

Result<Owned> sys_breakpointhook(Thread& t, Args args, Kwargs kwargs) {
  Owned environ = TRY(get_attribute(t, Owned(TRY(import_module(t, "os"))), NAME("environ")));
  Owned setting = TRY(call_method(t, environ, NAME("get"), NAME("PYTHONBREAKPOINT"), NAME("")));
  std::string target(TRY(str_utf8(t, *setting.value().as<Str>())));
  if (target == "0") return owned_none();
  if (target.empty()) target = "pdb.set_trace";
  size_t dot = target.rfind('.');
  std::string module = dot == std::string::npos ? "builtins" : target.substr(0, dot), name = dot == std::string::npos ? target : target.substr(dot + 1);
  auto hook = import_attribute(t, module.c_str(), name.c_str());
  if (!hook.ok()) {
    if (!exception_matches(t, &exc_ImportError) && !exception_matches(t, &exc_AttributeError)) return Raised{};
    clear_exception(t);
    TRY(warn_rpy(t, &exc_RuntimeWarning, 0, "Ignoring unimportable $PYTHONBREAKPOINT: \"%s\"", target.c_str()));
    return owned_none();
  }
  Owned function = hook.take();
  Ref<Tuple> positional = TRY(tuple_from(t, args.data, static_cast<ssize>(args.size)));
  Ref<Dict> keywords = TRY(dict_new(t));
  for (size_t i = 0; i < kwargs.size; i++) TRY(dict_set(t, *keywords, kwargs.names[i], kwargs.values[i]));
  return call_with_tuple(t, function, *positional, keywords.get());
}

constexpr MethodDef kFrameMethods[] = {
    function<&sys_getframe>("_getframe", "($module, depth=0, /)", "Return a frame object from the call stack."),
    function<&sys_current_frames>("_current_frames", "($module, /)",
        "Return a dict mapping each thread's thread id to its current stack frame.\n\nThis function should be used for specialized purposes only."),
    function<&sys_gettrace>("gettrace", "($module, /)", "Return the global debug tracing function set with sys.settrace.\n\nSee the debugger chapter in the library manual."),
    function<&sys_settrace>("settrace", "($module, function, /)",
        "Set the global debug tracing function.\n\nIt will be called on each function call.  See the debugger chapter\nin the library manual."),
    function<&sys_setprofile>("setprofile", "($module, function, /)",
        "Set the profiling function.\n\nIt will be called on each function call and return.  See the profiler\nchapter in the library manual."),
    function<&sys_getprofile>("getprofile", "($module, /)", "Return the profiling function set with sys.setprofile.\n\nSee the profiler chapter in the library manual."),
    function<&sys_getframemodulename>("_getframemodulename", "($module, /, depth=0)", "Return the name of the module for a calling frame."),
    function<&sys_exception>("exception", "($module, /)", "Return the current exception."),
    function<&sys_exc_info>("exc_info", "($module, /)", "Return current exception information: (type, value, traceback)."),
    function<&sys_set_asyncgen_hooks>("set_asyncgen_hooks", "($module, /, firstiter=<unset>, finalizer=<unset>)", "Set a finalizer for async generators objects."),
    function<&sys_get_asyncgen_hooks>("get_asyncgen_hooks", "($module, /)", "Return the installed asynchronous generators hooks."),
    function<&sys_set_coroutine_origin_tracking_depth>("set_coroutine_origin_tracking_depth", "($module, /, depth)", "Enable or disable origin tracking for coroutine objects in this thread."),
    function<&sys_get_coroutine_origin_tracking_depth>("get_coroutine_origin_tracking_depth", "($module, /)", "Check status of origin tracking for coroutine objects in this thread."),
    function<&sys_breakpointhook>("breakpointhook", "($module, /, *args, **kwargs)", "This hook function is called by built-in breakpoint()."),
    function<&sys_breakpointhook>("__breakpointhook__", "($module, /, *args, **kwargs)", "This hook function is called by built-in breakpoint()."),
    {}};

}  // namespace

Result<void> sys_add_frame_functions(Thread& t, Module& sys) { return module_add_methods(t, sys, kFrameMethods); }

}  // namespace ty
