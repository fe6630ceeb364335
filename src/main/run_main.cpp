// main/run_main.cpp: runs the script, command, module or standard input as __main__. CPython: Modules/main.c.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "compile/compile.h"
#include "main/startup.h"
#include "modules/signals.h"
#include "sync/thread_state.h"
#include "types/dict.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"
#include "vm/eval.h"
#include "vm/interpreter.h"

namespace ty {

namespace {

Dict& main_dict(Thread& t) {
  Owned main = MUST(dict_get_text(t, *t.interpreter->modules.load().as<Dict>(), "__main__"));  // made at start-up
  return main.value().as<Module>()->globals();
}

Result<void> insert_path(Thread& t, std::string_view directory) {
  if (t.interpreter->config->safe_path) return {};
  Owned path = dup(sys_get(t, "path"));
  if (!path || !is_instance(path, List::type())) return {};
  Owned entry = TRY(str_decode_filesystem(t, directory));
  Owned ignored = TRY(call_method(t, path, NAME("insert"), Value::small_int_unchecked(0), entry));
  return {};
}

Result<void> run_source(Thread& t, std::string_view source, Value filename, int flags) {
  CompileOptions options;
  options.optimize = t.interpreter->config->optimize;
  options.flags = flags;
  options.from_file = !(flags & kCompileIgnoreCookie);
  Ref<Code> code = TRY(compile_source(t, source, filename, options));
  Owned ignored = TRY(eval_code_rpy(t, code, main_dict(t), nullptr));
  return {};
}

Result<void> run_module(Thread& t, std::string_view name, bool set_argv0) {
  Owned runner = TRY(import_attribute(t, "runpy", "_run_module_as_main"));
  Owned module = TRY(str_decode_filesystem(t, name));
  Owned ignored = TRY(call(t, runner, module, bool_value(set_argv0)));
  return {};
}

/// Exit code -1: go on. Reads a whole file or stream.
bool read_all(FILE* file, std::string* out) {
  char buffer[65536];
  size_t n;
  while ((n = std::fread(buffer, 1, sizeof buffer, file)) > 0) out->append(buffer, n);
  return !std::ferror(file);
}

/// A directory or archive with a __main__: importable through sys.path_hooks.
Result<bool> is_importable(Thread& t, Value path) {
  Owned function = TRY(import_attribute(t, "pkgutil", "get_importer"));
  Owned importer = TRY(call(t, function, path));
  return !is_none(importer);
}

std::string real_directory(const std::string& script) {
  std::string path = script;
  char target[4096];
  ssize_t n = readlink(script.c_str(), target, sizeof target - 1);
  if (n > 0) {
    target[n] = 0;
    if (target[0] == '/') {
      path = target;
    } else {
      size_t slash = script.rfind('/');
      path = slash == std::string::npos ? target : script.substr(0, slash + 1) + target;
    }
  }
  char* absolute = realpath(path.c_str(), nullptr);
  if (absolute) {
    path = absolute;
    std::free(absolute);
  }
  size_t slash = path.rfind('/');
  if (slash == std::string::npos) return "";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<int> run_script(Thread& t) {
  const Config& config = *t.interpreter->config;
  std::string absolute = config.target;
  char cwd[4096];
  if (absolute[0] != '/' && getcwd(cwd, sizeof cwd)) absolute = std::string(cwd) + "/" + (absolute.starts_with("./") ? absolute.substr(2) : absolute);
  Owned path = TRY(str_decode_filesystem(t, absolute));
  struct stat st;
  bool exists = stat(config.target.c_str(), &st) == 0;
  bool archive = config.target.size() > 4 && (config.target.ends_with(".zip") || config.target.ends_with(".pyz"));
  if (exists && (S_ISDIR(st.st_mode) || archive) && TRY(is_importable(t, path))) {
    TRY(insert_path(t, config.target));
    TRY(run_module(t, "__main__", false));
    return 0;
  }
  if (exists && S_ISDIR(st.st_mode)) {
    std::fprintf(stderr, "%s: '%s' is a directory, cannot continue\n", config.orig_argv[0].c_str(), config.target.c_str());
    return 1;
  }
  FILE* file = std::fopen(config.target.c_str(), "rb");
  if (!file) {
    Owned shown = TRY(object_repr(t, path));
    std::fprintf(stderr, "%s: can't open file %s: [Errno %d] %s\n", config.orig_argv[0].c_str(),
                 std::string(TRY(str_utf8(t, *shown.value().as<Str>()))).c_str(), errno, std::strerror(errno));
    return 2;
  }
  std::string source;
  bool ok = read_all(file, &source);
  int error = errno;
  std::fclose(file);
  if (!ok) return raise_os_error(t, error, path);
  if (config.skip_first_line) {
    size_t end = source.find('\n');
    source.erase(0, end == std::string::npos ? source.size() : end);
  }
  TRY(insert_path(t, real_directory(config.target)));
  Dict& globals = main_dict(t);
  TRY(dict_set_text(t, globals, "__file__", path));
  TRY(dict_set_text(t, globals, "__cached__", none()));
  Owned loader_type = TRY(import_attribute(t, "_frozen_importlib_external", "SourceFileLoader"));
  Owned loader = TRY(call(t, loader_type, NAME("__main__"), path));
  TRY(dict_set_text(t, globals, "__loader__", loader));
  TRY(run_source(t, source, path, 0));
  return 0;
}

Result<int> run_standard_input(Thread& t) {
  const Config& config = *t.interpreter->config;
  TRY(insert_path(t, ""));
  if (isatty(0) || config.interactive) return run_interactive(t);
  std::string source;
  if (!read_all(stdin, &source)) return raise_os_error(t, errno);
  TRY(run_source(t, source, NAME("<stdin>"), 0));
  return 0;
}

/// -c: tracebacks show its lines, so linecache gets them.
Result<int> run_command(Thread& t) {
  const Config& config = *t.interpreter->config;
  TRY(insert_path(t, ""));
  CompileOptions options;
  options.optimize = config.optimize;
  options.flags = kCompileIgnoreCookie;
  Ref<Code> code = TRY(compile_source(t, config.target, NAME("<string>"), options));
  Owned remember = TRY(import_attribute(t, "linecache", "_register_code"));
  Ref<Str> source = TRY(str_from_wtf8(t, config.target));
  Owned ignored = TRY(call(t, remember, code, source, NAME("<string>")));
  ignored = TRY(eval_code_rpy(t, code, main_dict(t), nullptr));
  return 0;
}

Result<int> run_target(Thread& t) {
  const Config& config = *t.interpreter->config;
  switch (config.mode) {
    case RunMode::kCommand: return run_command(t);
    case RunMode::kModule:
      if (!config.safe_path) {
        char cwd[4096];
        TRY(insert_path(t, getcwd(cwd, sizeof cwd) ? cwd : ""));
      }
      TRY(run_module(t, config.target, true));
      return 0;
    case RunMode::kScript: return run_script(t);
    case RunMode::kStandardInput: return run_standard_input(t);
  }
  return 0;
}

bool g_interrupted = false;

}  // namespace

int run_main(Thread& t) {
  auto result = run_target(t);
  int code = 0;
  if (result.ok()) {
    code = result.take();
  } else {
    g_interrupted = exception_matches(t, &exc_KeyboardInterrupt);
    code = handle_exit_exception(t);
  }
  if (t.interpreter->config->inspect && t.interpreter->config->mode != RunMode::kStandardInput && isatty(0)) {
    auto session = run_interactive(t);
    code = session.ok() ? session.take() : handle_exit_exception(t);
  }
  return code;
}

int runtime_finish(Thread& t, int exit_code) {
  Owned threading = Owned();
  if (auto found = dict_get_text(t, *t.interpreter->modules.load().as<Dict>(), "threading"); found.found()) {
    threading = found.take();
    auto joined = call_method(t, threading, NAME("_shutdown"));
    if (!joined.ok()) write_unraisable_rpy(t, threading, "Exception ignored on threading shutdown");
  }
  threading = Owned();
  run_atexit_functions(t);
  bool flushed = flush_std_files(t);
  __atomic_store_n(&t.interpreter->finalizing, true, __ATOMIC_RELEASE);
  park_other_threads(t);
  finalize_modules(t);
  if (flushed && !flush_std_files(t)) flushed = false;
  signals_finalize();
  if (g_interrupted) {
    std::signal(SIGINT, SIG_DFL);
    kill(getpid(), SIGINT);
  }
  return flushed ? exit_code : 120;
}

}  // namespace ty
