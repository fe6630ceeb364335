// modules/posix.cpp: the posix module itself: constants, environ. CPython: Modules/posixmodule.c.
#include "modules/posix.h"

#include <climits>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <linux/limits.h>
#include <linux/memfd.h>
#include <sched.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <sysexits.h>
#include <unistd.h>

#include "types/dict.h"

extern "C" char** environ;

namespace ty::posix {

namespace {

constexpr const char* kHaveFunctions[] = {
    "HAVE_EVENTFD", "HAVE_TIMERFD_CREATE", "HAVE_FACCESSAT", "HAVE_FCHDIR", "HAVE_FCHMOD", "HAVE_FCHMODAT", "HAVE_FCHOWN", "HAVE_FCHOWNAT", "HAVE_FEXECVE",
    "HAVE_FDOPENDIR", "HAVE_FPATHCONF", "HAVE_FSTATAT", "HAVE_FSTATVFS", "HAVE_FTRUNCATE", "HAVE_FUTIMENS", "HAVE_FUTIMES", "HAVE_FUTIMESAT", "HAVE_LINKAT",
    "HAVE_LCHOWN", "HAVE_LSTAT", "HAVE_LUTIMES", "HAVE_MEMFD_CREATE", "HAVE_MKDIRAT", "HAVE_MKFIFOAT", "HAVE_MKNODAT", "HAVE_OPENAT", "HAVE_READLINKAT",
    "HAVE_RENAMEAT", "HAVE_SYMLINKAT", "HAVE_UNLINKAT", "HAVE_UTIMENSAT", "HAVE_PTSNAME_R"};

Result<void> posix_exec(Thread& t, Module& m) {
  for (const MethodDef* methods : {kFileMethods, kFdMethods, kScandirMethods, kProcessMethods, kSpawnMethods}) TRY(module_add_methods(t, m, methods));
  TRY(add_file_types(t, m));
  TRY(add_fd_types(t, m));
  TRY(add_scandir_types(t, m));
  TRY(add_process_types(t, m));
  TRY(add_spawn_types(t, m));
  Ref<Dict> variables = TRY(dict_new(t));
  for (char** e = environ; e && *e; e++) {
    const char* equals = std::strchr(*e, '=');
    if (!equals) continue;
    Ref<Bytes> name = TRY(bytes_new(t, *e, equals - *e));
    Ref<Bytes> value = TRY(bytes_new(t, std::string_view(equals + 1)));
    TRY(dict_set_default(t, *variables, name, value));
  }
  TRY(module_add(t, m, "environ", variables));
  TRY(module_add(t, m, "error", Value(&exc_OSError)));
#define C(name) TRY(module_add_int(t, m, #name, name));
#include "modules/posix_constants.def"
#undef C
  constexpr struct {
    const char* name;
    int value;
  } kSpawnActions[] = {{"POSIX_SPAWN_OPEN", 0}, {"POSIX_SPAWN_CLOSE", 1}, {"POSIX_SPAWN_DUP2", 2}, {"POSIX_SPAWN_CLOSEFROM", 3}};
  for (auto& entry : kSpawnActions) TRY(module_add_int(t, m, entry.name, entry.value));
  Ref<List> functions = TRY(list_new(t));
  for (const char* name : kHaveFunctions) TRY(list_push(t, *functions, TRY(str_from_ascii(t, name))));
  return module_add(t, m, "_have_functions", functions);
}
constexpr ModuleDef kPosixModule = {.name = "posix", .doc = "This module provides access to operating system functionality that is\nstandardized by the C Standard and the POSIX standard (a thinly\ndisguised Unix interface).  Refer to the library manual and\ncorresponding Unix manual entries for more information on calls.",
                                    .exec = &posix_exec};
TY_MODULE(kPosixModule)

}  // namespace

}  // namespace ty::posix
