// modules/import_bootstrap.cpp: brings importlib up from the standard library's own sources.
//
// 1. importlib/_bootstrap.py runs as _frozen_importlib; its _install() puts the importers of native and frozen modules on sys.meta_path.
// 2. _install_external_importers() imports _frozen_importlib_external (frozen: importlib/_bootstrap_external.py) with the path machinery.
// Both codes come from cached modules beside the sources, in the format importlib writes.
#include "modules/import_bootstrap.h"

#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "compile/compile.h"
#include "modules/marshal.h"
#include "types/module.h"
#include "types/str.h"
#include "vm/eval.h"
#include "vm/interpreter.h"

namespace ty {

namespace {

struct FrozenModule {
  const char* name;
  const char* path;
};
constexpr FrozenModule kFrozen[] = {
    {"_frozen_importlib", "importlib/_bootstrap.py"},
    {"_frozen_importlib_external", "importlib/_bootstrap_external.py"},
};

/// importlib's MAGIC_NUMBER: fixed in Lib/; the cache tag tells our versions apart.
constexpr uint32_t kMagic = 3571 | uint32_t{'\r'} << 16 | uint32_t{'\n'} << 24;
constexpr size_t kHeader = 16;

bool read_file(const std::string& path, std::string* out, struct stat* status) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  struct stat st;
  bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
  if (ok) {
    out->resize(static_cast<size_t>(st.st_size));
    size_t done = 0;
    while (done < out->size()) {
      ssize_t n = read(fd, out->data() + done, out->size() - done);
      if (n <= 0) break;
      done += static_cast<size_t>(n);
    }
    ok = done == out->size();
  }
  close(fd);
  if (status) *status = st;
  return ok;
}

/// Written beside the target and renamed: a reader sees the old file or the new one.
void write_cache(const std::string& path, const std::string& data) {
  size_t slash = path.rfind('/');
  mkdir(path.substr(0, slash).c_str(), 0777);
  std::string temporary = path + "." + std::to_string(getpid());
  int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return;
  bool ok = write(fd, data.data(), data.size()) == static_cast<ssize_t>(data.size());
  ok = close(fd) == 0 && ok;
  if (!ok || rename(temporary.c_str(), path.c_str()) != 0) unlink(temporary.c_str());
}

Result<std::string> cache_path(Thread& t, const std::string& source) {
  Owned tag = TRY(get_attribute(t, Value(sys_get(t, "implementation")), NAME("cache_tag")));
  size_t slash = source.rfind('/');
  std::string stem = source.substr(slash + 1, source.size() - slash - 4);
  int optimize = t.interpreter->config->optimize;
  std::string suffix = optimize ? ".opt-" + std::to_string(optimize > 2 ? 2 : optimize) : "";
  return source.substr(0, slash) + "/__pycache__/" + stem + "." + std::string(TRY(str_utf8(t, *tag.value().as<Str>()))) + suffix + ".pyc";
}

}  // namespace

Result<Ref<Code>> library_code(Thread& t, const char* relative_path, const char* filename) {
  const Config& config = *t.interpreter->config;
  std::string source_path = config.stdlib + "/" + relative_path;
  std::string cached_path = TRY(cache_path(t, source_path));
  struct stat status;
  if (stat(source_path.c_str(), &status) != 0) {
    return raise_format(t, &exc_ImportError, "cannot find the standard library's %s in %s", relative_path, config.stdlib.c_str());
  }
  std::string data;
  uint32_t header[4];
  if (read_file(cached_path, &data, nullptr) && data.size() > kHeader) {
    std::memcpy(header, data.data(), kHeader);
    if (header[0] == kMagic && header[1] == 0 && header[2] == static_cast<uint32_t>(status.st_mtime) &&
        header[3] == static_cast<uint32_t>(status.st_size)) {
      size_t consumed;
      auto loaded = marshal_loads_bytes(t, std::string_view(data).substr(kHeader), &consumed, true);
      if (loaded.ok()) {
        Owned code = loaded.take();
        if (is_exact<Code>(code)) return dup(code.value().as<Code>());
      } else {
        clear_exception(t);  // a damaged cache is made anew
      }
    }
  }
  if (!read_file(source_path, &data, &status)) return raise_os_error(t, errno, TRY(str_decode_filesystem(t, source_path)));
  Ref<Str> name = TRY(str_from_utf8(t, filename));
  CompileOptions options;
  options.optimize = config.optimize;
  Ref<Code> code = TRY(compile_source(t, data, name, options));
  if (!config.dont_write_bytecode) {
    header[0] = kMagic;
    header[1] = 0;
    header[2] = static_cast<uint32_t>(status.st_mtime);
    header[3] = static_cast<uint32_t>(status.st_size);
    std::string out(reinterpret_cast<char*>(header), kHeader);
    TRY(marshal_dumps_into(t, out, code, kMarshalVersion, true));
    write_cache(cached_path, out);
  }
  return code;
}

bool is_frozen(std::string_view name) {
  for (const FrozenModule& m : kFrozen) {
    if (name == m.name) return true;
  }
  return false;
}

Lookup<Owned> frozen_code(Thread& t, std::string_view name) {
  for (const FrozenModule& m : kFrozen) {
    if (name != m.name) continue;
    std::string filename = "<frozen " + std::string(m.path, std::strlen(m.path) - 3) + ">";
    for (char& c : filename) c = c == '/' ? '.' : c;
    return Owned(TRY(library_code(t, m.path, filename.c_str())));
  }
  return Absent{};
}

Result<void> import_bootstrap(Thread& t) {
  Interpreter& interpreter = *t.interpreter;
  Dict& modules = *interpreter.modules.load().as<Dict>();
  Ref<Module> bootstrap = TRY(module_new(t, NAME("_frozen_importlib")));
  TRY(module_add(t, *bootstrap, "__origname__", NAME("importlib._bootstrap")));
  Owned code = TRY(frozen_code(t, "_frozen_importlib"));
  TRY(dict_set_text(t, modules, "_frozen_importlib", bootstrap));
  Owned ignored = TRY(eval_code_rpy(t, code, bootstrap->globals(), nullptr));
  interpreter.importlib.store(dup(Value(bootstrap)));
  Ref<Module> imp = TRY(module_create(t, *find_module_def("_imp")));
  TRY(module_exec(t, *imp));
  TRY(dict_set_text(t, modules, "_imp", imp));
  ignored = TRY(call_method(t, bootstrap, NAME("_install"), interpreter.sys_module.load(), Value(imp)));
  __atomic_store_n(&interpreter.import_ready, true, __ATOMIC_RELEASE);
  ignored = TRY(call_method(t, bootstrap, NAME("_install_external_importers")));
  return {};
}

}  // namespace ty
