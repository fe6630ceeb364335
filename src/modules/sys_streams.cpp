// modules/sys_streams.cpp: sys.stdin, stdout and stderr; printing of uncaught exceptions; the end of a program. CPython: Python/pylifecycle.c, pythonrun.c.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/heap.h"
#include "modules/sys_frames.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/interpreter.h"

namespace ty {

namespace {

// --- the stream before the streams ---

struct EarlyStream : Object {};
Type early_stream_type;

Result<ssize> early_write(Thread& t, Value, Str& text) {
  std::string_view utf8 = TRY(str_utf8(t, text));
  [[maybe_unused]] auto n = write(2, utf8.data(), utf8.size());
  return text.length;
}
void early_flush(Thread&, Value) {}
constexpr MethodDef kEarlyMethods[] = {method<&early_write>("write", "($self, text, /)", nullptr), method<&early_flush>("flush", "($self, /)", nullptr), {}};
constexpr TypeDef kEarlyDef = {.name = "typhon.early_stream", .size = sizeof(EarlyStream), .flags = kTypeDisallowInstantiation, .methods = kEarlyMethods};

struct StreamSettings {
  std::string encoding = "utf-8";
  std::string errors;
};

StreamSettings stream_settings(const Config& config) {
  StreamSettings s;
  const std::string& io = config.io_encoding;
  size_t colon = io.find(':');
  if (!io.empty()) {
    if (colon != 0) s.encoding = io.substr(0, colon);
    if (colon != std::string::npos) s.errors = io.substr(colon + 1);
  }
  return s;
}

/// open(fd, mode, buffering…) with CPython's settings for a standard stream; None when the descriptor is closed.
Result<Owned> open_stream(Thread& t, int fd, const char* name, bool writing, const StreamSettings& settings) {
  struct stat st;
  if (fstat(fd, &st) != 0) return owned_none();
  const Config& config = *t.interpreter->config;
  Owned open = TRY(import_attribute(t, "_io", "open"));
  bool raw_unbuffered = config.unbuffered && writing;
  Value open_arguments[] = {Value::small_int_unchecked(fd), writing ? NAME("wb") : NAME("rb"), Value::small_int_unchecked(raw_unbuffered ? 0 : -1), none(),
                            none(), none(), false_value()};
  Owned buffer = TRY(call(t, open, open_arguments, 7));
  Owned raw = raw_unbuffered ? dup(buffer.value()) : TRY(get_attribute(t, buffer, NAME("raw")));
  Ref<Str> shown = TRY(str_from_ascii(t, name));
  TRY(set_attribute(t, raw, NAME("name"), shown));
  bool tty = isatty(fd);
  bool line_buffering = (tty || fd == 2) && !raw_unbuffered;
  bool write_through = config.unbuffered;
  Owned wrapper = TRY(import_attribute(t, "_io", "TextIOWrapper"));
  Ref<Str> encoding = TRY(str_from_utf8(t, settings.encoding));
  const char* default_errors = fd == 2 ? "backslashreplace" : "strict";
  Ref<Str> errors = TRY(str_from_utf8(t, fd == 2 || settings.errors.empty() ? default_errors : settings.errors.c_str()));
  Value arguments[] = {buffer, encoding, errors, writing ? NAME("\n") : none(), bool_value(line_buffering), bool_value(write_through)};
  Owned stream = TRY(call(t, wrapper, arguments, 6));
  TRY(set_attribute(t, stream, NAME("mode"), writing ? NAME("w") : NAME("r")));
  return stream;
}

/// What is left when Python cannot print: the type and text of the pending exception, straight to descriptor 2.
void print_plain(Thread& t, Value exception) {
  std::string text = type_of(exception)->name;
  auto message = object_str(t, exception);
  if (message.ok()) {
    Owned m = message.take();
    auto utf8 = str_utf8(t, *m.value().as<Str>());
    if (utf8.ok()) text += ": " + std::string(utf8.take());
    else clear_exception(t);
  } else {
    clear_exception(t);
  }
  text += "\n";
  [[maybe_unused]] auto n = write(2, text.data(), text.size());
}

Result<void> display(Thread& t, Value exception) {
  Owned file = dup(sys_get(t, "stderr"));
  if (!file) {
    print_plain(t, exception);
    return {};
  }
  if (is_none(file)) return {};
  Owned print = TRY(import_attribute(t, "traceback", "_print_exception_bltin"));
  Owned ignored = TRY(call(t, print, exception));
  ignored = TRY(call_method(t, file, NAME("flush")));
  return {};
}

Result<void> sys_excepthook(Thread& t, Value, Value value, Value) {
  auto shown = display(t, value);
  if (!shown.ok()) {
    clear_exception(t);
    print_plain(t, value);
  }
  return {};
}

constexpr MethodDef kStreamMethods[] = {
    function<&sys_excepthook>("excepthook", "($module, exctype, value, traceback, /)", "Handle an exception by displaying it with a traceback on sys.stderr."),
    function<&sys_excepthook>("__excepthook__", "($module, exctype, value, traceback, /)", "Handle an exception by displaying it with a traceback on sys.stderr."),
    {}};

bool flush_stream(Thread& t, const char* name) {
  Owned stream = dup(sys_get(t, name));
  if (!stream || is_none(stream)) return true;
  Owned closed;
  if (auto found = find_attribute(t, stream, NAME("closed")); found.found()) closed = found.take();
  else if (found.raised()) clear_exception(t);
  if (closed && is_true(closed)) return true;
  auto flushed = call_method(t, stream, NAME("flush"));
  if (flushed.ok()) {
    Owned ignored = flushed.take();
    return true;
  }
  if (std::strcmp(name, "stdout") == 0) write_unraisable_rpy(t, none(), "Exception ignored on flushing sys.stdout");
  else clear_exception(t);
  return false;
}

}  // namespace

Result<void> sys_add_early_stderr(Thread& t, Module& sys) {
  TRY(type_ready(t, &early_stream_type, kEarlyDef));
  Object* o = allocate_object(t, &early_stream_type, sizeof(EarlyStream));
  if (!o) return raise_memory_error(t);
  Owned stream = Owned::steal(Value(o));
  return module_add(t, sys, "stderr", stream);
}

Result<void> sys_create_streams(Thread& t) {
  Module& sys = *t.interpreter->sys_module.load().as<Module>();
  TRY(module_add_methods(t, sys, kStreamMethods));
  Owned io = TRY(import_module(t, "io"));
  Owned open = TRY(get_attribute(t, io, NAME("open")));
  TRY(dict_set_text(t, *t.interpreter->builtins_dict.load().as<Dict>(), "open", open));
  StreamSettings settings = stream_settings(*t.interpreter->config);
  struct {
    int fd;
    const char* name;
    const char* dunder;
    const char* shown;
  } streams[] = {{0, "stdin", "__stdin__", "<stdin>"}, {1, "stdout", "__stdout__", "<stdout>"}, {2, "stderr", "__stderr__", "<stderr>"}};
  for (auto& s : streams) {
    Owned stream = TRY(open_stream(t, s.fd, s.shown, s.fd != 0, settings));
    TRY(sys_set(t, s.name, stream));
    TRY(sys_set(t, s.dunder, stream));
  }
  return {};
}

void print_pending_exception(Thread& t) {
  Ref<Object> exception = take_exception(t);
  if (!exception) return;
  Owned traceback = owned_none();
  if (auto found = get_attribute(t, exception, NAME("__traceback__")); found.ok()) traceback = found.take();
  else clear_exception(t);
  for (const char* name : {"last_exc", "last_type", "last_value", "last_traceback"}) {
    Value value = std::strcmp(name, "last_type") == 0        ? Value(exception->type())
                  : std::strcmp(name, "last_traceback") == 0 ? traceback.value()
                                                             : Value(exception.get());
    if (t.interpreter->sys_dict.load() && !sys_set(t, name, value).ok()) clear_exception(t);
  }
  Owned hook = t.interpreter->sys_dict.load() ? dup(sys_get(t, "excepthook")) : Owned();
  if (!hook) {
    if (!t.interpreter->import_ready || !sys_excepthook(t, none(), exception, traceback).ok()) print_plain(t, exception);
    return;
  }
  auto called = call(t, hook, Value(exception->type()), exception, traceback);
  if (called.ok()) {
    Owned ignored = called.take();
    return;
  }
  Ref<Object> second = take_exception(t);
  static constexpr char kHead[] = "Error in sys.excepthook:\n", kTail[] = "\nOriginal exception was:\n";
  [[maybe_unused]] auto n = write(2, kHead, sizeof kHead - 1);
  if (!sys_excepthook(t, none(), second, none()).ok()) clear_exception(t);
  n = write(2, kTail, sizeof kTail - 1);
  if (!sys_excepthook(t, none(), exception, traceback).ok()) clear_exception(t);
}

int handle_exit_exception(Thread& t) {
  if (!exception_matches(t, &exc_SystemExit)) {
    print_pending_exception(t);
    return 1;
  }
  Ref<Object> exit = take_exception(t);
  auto found = get_attribute(t, exit, NAME("code"));
  if (!found.ok()) {
    clear_exception(t);
    return 1;
  }
  Owned code = found.take();
  if (is_none(code)) return 0;
  if (is_int(code)) {
    bool fits;
    int64_t n = int_as_int64(code, &fits);
    return fits ? static_cast<int>(n & 0xff) : 0xff;
  }
  flush_stream(t, "stdout");
  Owned file = dup(sys_get(t, "stderr"));
  auto text = object_str(t, code);
  if (text.ok() && file && !is_none(file)) {
    Owned message = text.take();
    auto written = call_method(t, file, NAME("write"), message);
    if (written.ok()) {
      Owned ignored = written.take();
      auto newline = call_method(t, file, NAME("write"), NAME("\n"));
      if (!newline.ok()) clear_exception(t);
    } else {
      clear_exception(t);
    }
    flush_stream(t, "stderr");
  } else if (exception_pending(t)) {
    clear_exception(t);
  }
  return 1;
}

bool flush_std_files(Thread& t) {
  bool ok = flush_stream(t, "stdout");
  flush_stream(t, "stderr");
  return ok;
}

}  // namespace ty
