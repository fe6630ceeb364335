// main/command_line.cpp: parsing of the interpreter's options. CPython: Python/initconfig.c, Python/getopt.c.
#include "main/command_line.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/check.h"
#include "base/flags.h"
#include "vm/version.h"

namespace ty {

namespace {

constexpr char kUsage[] = "usage: %s [option] ... [-c cmd | -m mod | file | -] [arg] ...\n";

constexpr char kOptions[] =
    "Options and their environment variables:\n"
    "-b     : warn when bytes are compared with or converted to str (-bb: error)\n"
    "-B     : write no cached modules; PYTHONDONTWRITEBYTECODE=x\n"
    "-c cmd : run the text that follows (ends the options)\n"
    "-d     : parser debugging; PYTHONDEBUG=x\n"
    "-E     : ignore PYTHON* environment variables\n"
    "-h     : print this and exit (also -? and --help)\n"
    "-i     : go interactive after the script; PYTHONINSPECT=x\n"
    "-I     : isolate from the user's environment (implies -E, -P, -s)\n"
    "-m mod : run a library module as a script (ends the options)\n"
    "-O     : no assertions, __debug__ is False; PYTHONOPTIMIZE=x\n"
    "-OO    : as -O, and no docstrings\n"
    "-P     : do not put an unsafe path first in sys.path; PYTHONSAFEPATH=x\n"
    "-q     : no version and copyright at interactive start\n"
    "-s     : no user site directory; PYTHONNOUSERSITE=x\n"
    "-S     : do not import site\n"
    "-u     : unbuffered stdout and stderr; PYTHONUNBUFFERED=x\n"
    "-v     : trace imports (-vv: more); PYTHONVERBOSE=x\n"
    "-V     : print the version and exit (-VV: more of it; also --version)\n"
    "-W arg : warning control, action:message:category:module:lineno; PYTHONWARNINGS=arg\n"
    "-x     : skip the first line of the source\n"
    "-X opt : implementation options: dev, gil=0|1, importtime, int_max_str_digits=N, no_debug_ranges,\n"
    "         pycache_prefix=PATH, utf8[=0|1], warn_default_encoding, gc-log, ty.FLAG[=VALUE]\n"
    "file   : the script to run\n"
    "-      : read the program from standard input (the default)\n"
    "arg …  : what sys.argv[1:] becomes\n";

const char* environment(const Config& config, const char* name) {
  if (config.ignore_environment) return nullptr;
  const char* value = std::getenv(name);
  return value && *value ? value : nullptr;
}

int environment_level(const Config& config, const char* name, int current) {
  const char* value = environment(config, name);
  if (!value) return current;
  char* end;
  long n = std::strtol(value, &end, 10);
  int level = *end || n < 0 ? 1 : static_cast<int>(n);
  return level > current ? level : current;
}

int usage_error(const char* program) {
  std::fprintf(stderr, kUsage, program);
  std::fprintf(stderr, "Try `python -h' for more information.\n");
  return 2;
}

int fatal_config(const char* where, const char* message) {
  std::fprintf(stderr, "Fatal Python error: %s: %s\nPython runtime state: preinitialized\n\n", where, message);
  return 1;
}

int read_gil(Config& config, const char* value) {
  if (std::strcmp(value, "0") == 0) {
    config.gil = 0;
    config.gil_forced_off = true;
    return -1;
  }
  if (std::strcmp(value, "1") == 0) {
    config.gil = 1;
    config.gil_forced_off = false;
    return -1;
  }
  return fatal_config("config_read_gil", "PYTHON_GIL / -X gil must be \"0\" or \"1\"");
}

int read_max_digits(Config& config, const char* value, bool from_option) {
  char* end;
  errno = 0;
  long n = std::strtol(value, &end, 10);
  if (*value == 0 || *end || errno || n < 0 || n > INT32_MAX || (n != 0 && n < 640)) {
    return fatal_config("config_init_int_max_str_digits",
                        from_option ? "-X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited."
                                    : "PYTHONINTMAXSTRDIGITS: invalid limit; must be >= 640 or 0 for unlimited.");
  }
  config.int_max_str_digits = static_cast<int>(n);
  return -1;
}

const char* option_value(const std::string& option, const char* name) {
  size_t n = std::strlen(name);
  if (option.compare(0, n, name) != 0) return nullptr;
  if (option.size() == n) return "";
  return option[n] == '=' ? option.c_str() + n + 1 : nullptr;
}

int apply_xoptions(Config& config) {
  for (const std::string& option : config.xoptions) {
    if (const char* v = option_value(option, "gil")) {
      if (int rc = read_gil(config, v); rc >= 0) return rc;
    } else if (const char* v = option_value(option, "importtime")) {
      config.import_time = *v == '2' ? 2 : 1;
    } else if (option_value(option, "dev")) {
      config.dev_mode = true;
    } else if (const char* v = option_value(option, "utf8")) {
      if (*v && std::strcmp(v, "0") && std::strcmp(v, "1")) {
        return fatal_config("preconfig_init_utf8_mode", "invalid -X utf8 option value");
      }
      config.utf8_mode = *v != '0';
    } else if (option_value(option, "warn_default_encoding")) {
      config.warn_default_encoding = 1;
    } else if (const char* v = option_value(option, "int_max_str_digits")) {
      if (int rc = read_max_digits(config, v, true); rc >= 0) return rc;
    } else if (const char* v = option_value(option, "pycache_prefix")) {
      config.pycache_prefix = v;
    } else if (option_value(option, "gc-log")) {
      config.gc_log = true;
    } else if (option.compare(0, 3, "ty.") == 0) {
      if (!set_flag(option.c_str() + 3)) {
        std::fprintf(stderr, "typhon: unknown or malformed option -X %s\n", option.c_str());
        return 2;
      }
    }
  }
  return -1;
}

int read_environment(Config& c) {
  c.debug = environment_level(c, "PYTHONDEBUG", c.debug);
  c.inspect = environment_level(c, "PYTHONINSPECT", c.inspect);
  c.optimize = environment_level(c, "PYTHONOPTIMIZE", c.optimize);
  c.dont_write_bytecode = environment_level(c, "PYTHONDONTWRITEBYTECODE", c.dont_write_bytecode);
  c.no_user_site = environment_level(c, "PYTHONNOUSERSITE", c.no_user_site);
  c.verbose = environment_level(c, "PYTHONVERBOSE", c.verbose);
  if (environment(c, "PYTHONUNBUFFERED")) c.unbuffered = true;
  if (environment(c, "PYTHONSAFEPATH")) c.safe_path = true;
  if (environment(c, "PYTHONWARNDEFAULTENCODING")) c.warn_default_encoding = 1;
  if (environment(c, "PYTHONPROFILEIMPORTTIME")) c.import_time = 1;
  if (const char* v = environment(c, "PYTHONDEVMODE")) c.dev_mode = std::strcmp(v, "0") != 0;
  if (const char* v = environment(c, "PYTHONUTF8")) {
    if (std::strcmp(v, "0") && std::strcmp(v, "1")) {
      return fatal_config("preconfig_init_utf8_mode", "invalid PYTHONUTF8 environment variable value");
    }
    c.utf8_mode = *v == '1';
  }
  if (const char* v = environment(c, "PYTHON_GIL")) {
    if (int rc = read_gil(c, v); rc >= 0) return rc;
  }
  if (const char* v = environment(c, "PYTHONINTMAXSTRDIGITS")) {
    if (int rc = read_max_digits(c, v, false); rc >= 0) return rc;
  }
  if (const char* v = environment(c, "PYTHONHASHSEED"); v && std::strcmp(v, "random")) {
    char* end;
    errno = 0;
    unsigned long seed = std::strtoul(v, &end, 10);
    if (*end || errno || seed > 4294967295ul || *v == '-') {
      return fatal_config("config_init_hash_seed",
                          "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]");
    }
    c.hash_seed = seed;
    c.hash_seed_given = true;
    c.hash_randomization = seed != 0;
  }
  if (const char* v = environment(c, "PYTHONPATH")) c.python_path = v;
  if (const char* v = environment(c, "PYTHONHOME")) c.python_home = v;
  if (const char* v = environment(c, "PYTHONSTARTUP")) c.startup_file = v;
  if (const char* v = environment(c, "PYTHONIOENCODING")) c.io_encoding = v;
  if (const char* v = environment(c, "PYTHONPYCACHEPREFIX")) c.pycache_prefix = v;
  if (const char* v = environment(c, "PYTHONWARNINGS")) {
    std::vector<std::string> options;
    const char* start = v;
    for (;; v++) {
      if (*v && *v != ',') continue;
      if (v > start) options.emplace_back(start, static_cast<size_t>(v - start));
      if (!*v) break;
      start = v + 1;
    }
    c.warn_options.insert(c.warn_options.begin(), options.begin(), options.end());
  }
  return -1;
}

}  // namespace

int parse_command_line(int argc, char** argv, Config& config) {
  const char* program = argc > 0 ? argv[0] : "typhon";
  for (int i = 0; i < argc; i++) config.orig_argv.emplace_back(argv[i]);
  int version = 0;
  bool help = false;
  int i = 1;
  bool done = false;
  while (i < argc && !done) {
    const char* arg = argv[i];
    if (arg[0] != '-' || arg[1] == 0) break;  // a script, or "-"
    i++;
    if (std::strcmp(arg, "--") == 0) break;
    if (std::strcmp(arg, "--help") == 0) { help = true; continue; }
    if (std::strcmp(arg, "--version") == 0) { version++; continue; }
    if (std::strcmp(arg, "--check-hash-based-pycs") == 0) { i++; continue; }
    if (arg[1] == '-') {
      std::fprintf(stderr, "unknown option %s\n", arg);
      return usage_error(program);
    }
    for (const char* p = arg + 1; *p; p++) {
      const char* value = nullptr;
      if (std::strchr("cmWX", *p)) {
        value = p[1] ? p + 1 : i < argc ? argv[i++] : nullptr;
        if (!value) {
          std::fprintf(stderr, "Argument expected for the -%c option\n", *p);
          return usage_error(program);
        }
      }
      switch (*p) {
        case 'c':
          config.mode = RunMode::kCommand;
          config.target = std::string(value) + "\n";
          done = true;
          break;
        case 'm':
          config.mode = RunMode::kModule;
          config.target = value;
          done = true;
          break;
        case 'W': config.warn_options.emplace_back(value); break;
        case 'X': config.xoptions.emplace_back(value); break;
        case 'b': config.bytes_warning++; break;
        case 'B': config.dont_write_bytecode++; break;
        case 'd': config.debug++; break;
        case 'E': config.ignore_environment++; break;
        case 'h': case '?': help = true; break;
        case 'i': config.inspect++; config.interactive++; break;
        case 'I': config.isolated++; config.ignore_environment++; config.no_user_site++; config.safe_path = true; break;
        case 'O': config.optimize++; break;
        case 'P': config.safe_path = true; break;
        case 'q': config.quiet++; break;
        case 'R': break;
        case 's': config.no_user_site++; break;
        case 'S': config.no_site++; break;
        case 't': break;
        case 'u': config.unbuffered = true; break;
        case 'v': config.verbose++; break;
        case 'V': version++; break;
        case 'x': config.skip_first_line = true; break;
        default:
          std::fprintf(stderr, "Unknown option: -%c\n", *p);
          return usage_error(program);
      }
      if (value) break;
    }
  }
  if (help) {
    std::printf(kUsage, program);
    std::fputs(kOptions, stdout);
    return 0;
  }
  if (version) {
    std::printf("Python %s\n", version > 1 ? version_string() : kVersionText);
    return 0;
  }
  if (!done) {
    if (i < argc && std::strcmp(argv[i], "-") != 0) {
      config.mode = RunMode::kScript;
      config.target = argv[i];
    }
  }
  switch (config.mode) {
    case RunMode::kCommand: config.argv.emplace_back("-c"); break;
    case RunMode::kModule: config.argv.emplace_back("-m"); break;
    case RunMode::kScript: config.argv.emplace_back(argv[i++]); break;
    case RunMode::kStandardInput:
      config.argv.emplace_back(i < argc ? "-" : "");
      if (i < argc) i++;
      break;
  }
  for (; i < argc; i++) config.argv.emplace_back(argv[i]);
  if (int rc = read_environment(config); rc >= 0) return rc;
  return apply_xoptions(config);
}

}  // namespace ty
