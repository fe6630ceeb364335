// vm/config.h: what the command line and the environment ask for. Filled by main/command_line.cpp before the runtime starts, constant afterwards.
//
// Threads     constant once the runtime has started.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ty {

enum class RunMode { kScript, kCommand, kModule, kStandardInput };

struct Config {
  // sys.flags
  int debug = 0, inspect = 0, interactive = 0, optimize = 0, dont_write_bytecode = 0, no_user_site = 0, no_site = 0,
      ignore_environment = 0, verbose = 0, bytes_warning = 0, quiet = 0, hash_randomization = 1, isolated = 0, utf8_mode = 0,
      warn_default_encoding = 0, int_max_str_digits = 4300;
  bool dev_mode = false, safe_path = false;
  int gil = 0;               // 1: GIL mode asked for
  bool gil_forced_off = false;  // -X gil=0 or PYTHON_GIL=0

  bool unbuffered = false;
  bool skip_first_line = false;
  int import_time = 0;
  bool gc_log = false;
  bool show_version_long = false;
  uint64_t hash_seed = 0;
  bool hash_seed_given = false;

  RunMode mode = RunMode::kStandardInput;
  std::string target;                       // script path, command text or module name
  std::vector<std::string> argv;            // sys.argv before the runtime adjusts argv[0]
  std::vector<std::string> orig_argv;
  std::vector<std::string> warn_options;
  std::vector<std::string> xoptions;        // "name" or "name=value"
  std::string pycache_prefix;
  std::string python_path;                  // PYTHONPATH
  std::string python_home;                  // PYTHONHOME
  std::string startup_file;                 // PYTHONSTARTUP
  std::string io_encoding;                  // PYTHONIOENCODING
  std::string breakpoint;

  // Where things are, found from the executable (main/paths.cpp).
  std::string executable;
  std::string prefix, exec_prefix;
  std::string stdlib;                       // directory of os.py
  std::string dynload;                      // directory of extension modules
  bool from_build_tree = false;
};

extern Config g_config;

}  // namespace ty
