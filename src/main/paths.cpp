// main/paths.cpp: where the standard library is.
//
// Order: TYPHON_STDLIB (a directory with os.py), PYTHONHOME/lib/python3.13t, the build tree the executable lies in (<build>/bin/typhon with
// <build>/lib/python3.13t), the prefix it is installed in (<prefix>/bin/typhon with <prefix>/lib/python3.13t).
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

#include "main/command_line.h"

namespace ty {

namespace {

bool is_file(const std::string& path) {
  struct stat st;
  return stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode);
}

std::string parent(const std::string& path) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

/// The path by which the program was called, made absolute but with links kept (as sys.executable has it).
std::string called_path(const char* argv0) {
  std::string name = argv0 ? argv0 : "";
  if (name.find('/') != std::string::npos) {
    if (name[0] == '/') return name;
    char cwd[PATH_MAX];
    if (!getcwd(cwd, sizeof cwd)) return name;
    if (name.compare(0, 2, "./") == 0) name.erase(0, 2);
    return std::string(cwd) + "/" + name;
  }
  const char* path = std::getenv("PATH");
  for (const char* p = path ? path : ""; *p && !name.empty();) {
    const char* end = p;
    while (*end && *end != ':') end++;
    std::string candidate = std::string(p, static_cast<size_t>(end - p)) + "/" + name;
    if (access(candidate.c_str(), X_OK) == 0 && is_file(candidate)) return candidate;
    p = *end ? end + 1 : end;
  }
  return "";
}

}  // namespace

bool find_paths(Config& config, const char* argv0) {
  char real[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", real, sizeof real - 1);
  std::string self = n > 0 ? std::string(real, static_cast<size_t>(n)) : "";
  config.executable = called_path(argv0);
  if (config.executable.empty()) config.executable = self;
  std::string root = parent(parent(self));
  config.prefix = config.exec_prefix = root;
  const char* given = config.ignore_environment ? nullptr : std::getenv("TYPHON_STDLIB");
  if (given && is_file(std::string(given) + "/os.py")) {
    config.stdlib = given;
  } else if (!config.python_home.empty()) {
    config.prefix = config.exec_prefix = config.python_home.substr(0, config.python_home.find(':'));
    config.stdlib = config.prefix + "/lib/python3.13t";
  } else {
    config.stdlib = root + "/lib/python3.13t";
    config.from_build_tree = is_file(root + "/CMakeCache.txt");
  }
  config.dynload = config.stdlib + "/lib-dynload";
  if (is_file(config.stdlib + "/os.py")) return true;
  std::fprintf(stderr,
               "typhon: cannot find the standard library: there is no %s/os.py\n"
               "  Run `make` in the source tree, or set TYPHON_STDLIB to the directory of a Python 3.13 library.\n",
               config.stdlib.c_str());
  return false;
}

}  // namespace ty
