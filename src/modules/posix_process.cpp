// modules/posix_process.cpp: posix: the process, its ids, scheduling, limits, environment. CPython: Modules/posixmodule.c.
#include <climits>
#include <csignal>
#include <cstring>
#include <grp.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "modules/posix.h"
#include "types/dict.h"
#include "types/float.h"
#include "types/int.h"
#include "types/set.h"
#include "types/tuple.h"

namespace ty::posix {

namespace {

constexpr StructField kUnameFields[] = {{"sysname", "operating system name"}, {"nodename", "name of machine on network (implementation-defined)"},
    {"release", "operating system release"}, {"version", "operating system version"}, {"machine", "hardware identifier"}, {}};
constexpr StructSequenceDef kUnameResult = {"posix.uname_result", "uname_result: Result from os.uname().", kUnameFields, 5};
constexpr StructField kTimesFields[] = {{"user", "user time"}, {"system", "system time"}, {"children_user", "user time of children"},
    {"children_system", "system time of children"}, {"elapsed", "elapsed time since an arbitrary point in the past"}, {}};
constexpr StructSequenceDef kTimesResult = {"posix.times_result", "times_result: Result from os.times().", kTimesFields, 5};
constexpr StructField kSchedFields[] = {{"sched_priority", "the scheduling priority"}, {}};
constexpr StructSequenceDef kSchedParam = {"posix.sched_param", "Currently has only one field: sched_priority", kSchedFields, 1};
GlobalSlot g_uname_result, g_times_result, g_sched_param;

int posix_getpid(Thread&) { return getpid(); }
int posix_getppid(Thread&) { return getppid(); }
Result<Owned> posix_getuid(Thread& t) { return id_object(t, getuid()); }
Result<Owned> posix_geteuid(Thread& t) { return id_object(t, geteuid()); }
Result<Owned> posix_getgid(Thread& t) { return id_object(t, getgid()); }
Result<Owned> posix_getegid(Thread& t) { return id_object(t, getegid()); }
Result<void> posix_setuid(Thread& t, Uid id) { return check_call(t, setuid(id.id)); }
Result<void> posix_seteuid(Thread& t, Uid id) { return check_call(t, seteuid(id.id)); }
Result<void> posix_setgid(Thread& t, Gid id) { return check_call(t, setgid(id.id)); }
Result<void> posix_setegid(Thread& t, Gid id) { return check_call(t, setegid(id.id)); }
Result<void> posix_setreuid(Thread& t, Uid real, Uid effective) { return check_call(t, setreuid(real.id, effective.id)); }
Result<void> posix_setregid(Thread& t, Gid real, Gid effective) { return check_call(t, setregid(real.id, effective.id)); }
Result<void> posix_setresuid(Thread& t, Uid real, Uid effective, Uid saved) { return check_call(t, setresuid(real.id, effective.id, saved.id)); }
Result<void> posix_setresgid(Thread& t, Gid real, Gid effective, Gid saved) { return check_call(t, setresgid(real.id, effective.id, saved.id)); }
Result<Owned> three_ids(Thread& t, int r, uint32_t a, uint32_t b, uint32_t c) {
  if (r < 0) return raise_errno(t);
  Fields<3> f(t);
  for (uint32_t id : {a, b, c}) TRY(f.add(TRY(id_object(t, id))));
  return f.tuple();
}
Result<Owned> posix_getresuid(Thread& t) {
  uid_t a, b, c;
  int r = getresuid(&a, &b, &c);
  return three_ids(t, r, a, b, c);
}
Result<Owned> posix_getresgid(Thread& t) {
  gid_t a, b, c;
  int r = getresgid(&a, &b, &c);
  return three_ids(t, r, a, b, c);
}
Result<Owned> group_list(Thread& t, const gid_t* groups, int n) {
  Ref<List> list = TRY(list_new(t, n));
  for (int i = 0; i < n; i++) {
    Owned id = TRY(id_object(t, groups[i]));
    TRY(list_push(t, *list, id));
  }
  return Owned(std::move(list));
}
Result<Owned> posix_getgroups(Thread& t) {
  int n = getgroups(0, nullptr);
  if (n < 0) return raise_errno(t);
  std::vector<gid_t> groups(static_cast<size_t>(n) + 1);
  n = getgroups(n, groups.data());
  if (n < 0) return raise_errno(t);
  return group_list(t, groups.data(), n);
}
Result<Owned> posix_getgrouplist(Thread& t, Value user, Gid base) {
  if (!is_instance(user, Str::type())) return raise_type_error(t, "getgrouplist() argument 1 must be str, not %T", user);
  Owned name = TRY(os_fsencode(t, user));
  int n = 64;
  std::vector<gid_t> groups;
  while (true) {
    groups.resize(static_cast<size_t>(n));
    if (getgrouplist(name.value().as<Bytes>()->data(), base.id, groups.data(), &n) >= 0) break;
  }
  return group_list(t, groups.data(), n);
}
Result<void> posix_setgroups(Thread& t, Value groups) {
  if (!is_sequence(groups)) return raise_type_error(t, "setgroups argument must be a sequence");
  ssize n = TRY(object_length(t, groups));
  if (n > NGROUPS_MAX) return raise_value_error(t, "too many groups");
  std::vector<gid_t> ids;
  for (ssize i = 0; i < n; i++) {
    Owned item = TRY(sequence_get(t, groups, i));
    if (!is_int(item)) return raise_type_error(t, "groups must be integers");
    ids.push_back(TRY(convert_id(t, item, "gid")));
  }
  return check_call(t, setgroups(ids.size(), ids.data()));
}
Result<void> posix_initgroups(Thread& t, Value user, Gid gid) {
  Owned name = TRY(os_fsencode(t, user));
  return check_call(t, initgroups(name.value().as<Bytes>()->data(), gid.id));
}
Result<Owned> posix_getlogin(Thread& t) {
  char name[256];
  int error = detached(t, [&] { return getlogin_r(name, sizeof name); });
  if (error) return raise_os_error(t, error);
  return str_decode_filesystem(t, name);
}
Result<int> id_or_raise(Thread& t, pid_t id) {
  if (id < 0) return raise_errno(t);
  return id;
}
int posix_getpgrp(Thread&) { return getpgrp(); }
Result<void> posix_setpgrp(Thread& t) { return check_call(t, setpgrp()); }
Result<int> posix_getpgid(Thread& t, int pid) { return id_or_raise(t, getpgid(pid)); }
Result<void> posix_setpgid(Thread& t, int pid, int group) { return check_call(t, setpgid(pid, group)); }
Result<int> posix_getsid(Thread& t, int pid) { return id_or_raise(t, getsid(pid)); }
Result<void> posix_setsid(Thread& t) { return check_call(t, setsid()); }
Result<int> posix_getpriority(Thread& t, int which, int who) {
  errno = 0;
  int r = getpriority(static_cast<__priority_which_t>(which), static_cast<id_t>(who));
  if (errno) return raise_errno(t);
  return r;
}
Result<void> posix_setpriority(Thread& t, int which, int who, int priority) {
  return check_call(t, setpriority(static_cast<__priority_which_t>(which), static_cast<id_t>(who), priority));
}
Result<int> posix_nice(Thread& t, int increment) {
  errno = 0;
  int r = nice(increment);
  if (r == -1 && errno) return raise_errno(t);
  return r;
}
int posix_umask(Thread&, int mask) { return static_cast<int>(umask(static_cast<mode_t>(mask))); }

Result<void> posix_kill(Thread& t, int pid, int signum) {
  if (kill(pid, signum) != 0) return raise_errno(t);
  return poll(t);
}
Result<void> posix_killpg(Thread& t, int group, int signum) {
  if (killpg(group, signum) != 0) return raise_errno(t);
  return poll(t);
}
Result<int> posix_pidfd_open(Thread& t, int pid, int flags) {
  auto fd = static_cast<int>(syscall(SYS_pidfd_open, pid, flags));
  if (fd < 0) return raise_errno(t);
  return fd;
}
[[noreturn]] void exit_now(int status) { _exit(status); }
void posix_exit(Thread&, int status) { exit_now(status); }
[[noreturn]] void abort_now() { std::abort(); }
void posix_abort(Thread&) { abort_now(); }
Result<void> posix_unshare(Thread& t, int flags) { return check_call(t, detached(t, [&] { return unshare(flags); })); }
Result<void> posix_setns(Thread& t, Fildes fd, int kind) { return check_call(t, detached(t, [&] { return setns(fd.fd, kind); })); }

// --- random bytes ---

Result<Owned> random_bytes(Thread& t, ssize size, unsigned flags, bool all) {
  RawBytes buffer;
  char* data = TRY(buffer.allocate(t, size));
  ssize done = 0;
  do {
    ssize n = detached(t, [&] { return getrandom(data + done, static_cast<size_t>(size - done), flags); });
    if (n < 0) {
      if (errno != EINTR) return raise_errno(t);
      TRY(poll(t));
      continue;
    }
    done += n;
  } while (all && done < size);
  return Owned(TRY(bytes_new(t, data, done)));
}
Result<Owned> posix_urandom(Thread& t, ssize size) {
  if (size < 0) return raise_value_error(t, "negative argument not allowed");
  return random_bytes(t, size, 0, true);
}
Result<Owned> posix_getrandom(Thread& t, ssize size, int flags) {
  if (size < 0) return raise_os_error(t, EINVAL);
  return random_bytes(t, size, static_cast<unsigned>(flags), false);
}

// --- scheduling ---

Result<Owned> posix_cpu_count(Thread& t) {
  long n = sysconf(_SC_NPROCESSORS_ONLN);
  if (n < 1) return owned_none();
  return int_from_int64(t, n);
}
Result<Owned> posix_getloadavg(Thread& t) {
  double load[3];
  if (getloadavg(load, 3) != 3) return raise_format(t, &exc_OSError, "Load averages are unobtainable");
  Fields<3> f(t);
  for (double d : load) TRY(f.add(TRY(float_from_double(t, d))));
  return f.tuple();
}
/// A cpu_set_t that grows until the kernel is content.
struct CpuSet {
  cpu_set_t* set = nullptr;
  int count = 0;
  ~CpuSet() {
    if (set) CPU_FREE(set);
  }
  size_t bytes() const { return CPU_ALLOC_SIZE(count); }
  bool resize(int n) {
    if (set) CPU_FREE(set);
    set = CPU_ALLOC(n);
    count = n;
    if (set) CPU_ZERO_S(bytes(), set);
    return set != nullptr;
  }
};
Result<Owned> posix_sched_getaffinity(Thread& t, int pid) {
  CpuSet cpus;
  for (int n = 1024;; n *= 2) {
    if (n > 1 << 24) return raise_overflow_error(t, "could not allocate a large enough CPU set");
    if (!cpus.resize(n)) return raise_memory_error(t);
    if (sched_getaffinity(pid, cpus.bytes(), cpus.set) == 0) break;
    if (errno != EINVAL) return raise_errno(t);
  }
  Owned set = TRY(set_new(t, nullptr));
  for (int i = 0; i < cpus.count; i++) {
    if (CPU_ISSET_S(static_cast<size_t>(i), cpus.bytes(), cpus.set)) TRY(set_add(t, set, Value::small_int_unchecked(i)));
  }
  return set;
}
Result<void> posix_sched_setaffinity(Thread& t, int pid, Value mask) {
  Owned iterator = TRY(get_iterator(t, mask));
  std::vector<int> wanted;
  int highest = 1023;
  while (true) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) break;
    if (!is_int(item)) return raise_type_error(t, "expected an iterator of ints, but iterator yielded %T", item.value());
    bool fits;
    int64_t cpu = int_as_int64(item, &fits);
    if (int_sign(item) < 0) return raise_value_error(t, "negative CPU number");
    if (!fits || cpu > INT_MAX - 1) return raise_overflow_error(t, "CPU number too large");
    wanted.push_back(static_cast<int>(cpu));
    highest = std::max(highest, static_cast<int>(cpu));
  }
  CpuSet cpus;
  if (!cpus.resize(highest + 1)) return raise_memory_error(t);
  for (int cpu : wanted) CPU_SET_S(static_cast<size_t>(cpu), cpus.bytes(), cpus.set);
  return check_call(t, sched_setaffinity(pid, cpus.bytes(), cpus.set));
}
Result<void> posix_sched_yield(Thread& t) { return check_call(t, detached(t, [] { return sched_yield(); })); }
Result<int> posix_sched_get_priority_max(Thread& t, int policy) { return id_or_raise(t, sched_get_priority_max(policy)); }
Result<int> posix_sched_get_priority_min(Thread& t, int policy) { return id_or_raise(t, sched_get_priority_min(policy)); }
Result<int> posix_sched_getscheduler(Thread& t, int pid) { return id_or_raise(t, sched_getscheduler(pid)); }
Result<sched_param> convert_sched_param(Thread& t, Value v) {
  if (!is_instance(v, g_sched_param.load().as<Type>())) return raise_type_error(t, "must have a sched_param object");
  return sched_param{TRY(convert_int(t, v.as<Tuple>()->get(0)))};
}
Result<void> posix_sched_setscheduler(Thread& t, int pid, int policy, Value param) {
  sched_param p = TRY(convert_sched_param(t, param));
  return check_call(t, sched_setscheduler(pid, policy, &p));
}
Result<Owned> posix_sched_getparam(Thread& t, int pid) {
  sched_param p;
  if (sched_getparam(pid, &p) != 0) return raise_errno(t);
  Fields<1> f(t);
  TRY(f.integer(p.sched_priority));
  return f.make(g_sched_param);
}
Result<void> posix_sched_setparam(Thread& t, int pid, Value param) {
  sched_param p = TRY(convert_sched_param(t, param));
  return check_call(t, sched_setparam(pid, &p));
}
Result<double> posix_sched_rr_get_interval(Thread& t, int pid) {
  timespec ts;
  if (sched_rr_get_interval(pid, &ts) != 0) return raise_errno(t);
  return static_cast<double>(ts.tv_sec) + 1e-9 * static_cast<double>(ts.tv_nsec);
}

// --- descriptions ---

Result<Owned> posix_strerror(Thread& t, int code) { return str_decode_filesystem(t, std::strerror(code)); }
Result<Owned> posix_uname(Thread& t) {
  utsname u;
  if (uname(&u) != 0) return raise_errno(t);
  Fields<5> f(t);
  for (const char* text : {u.sysname, u.nodename, u.release, u.version, u.machine}) TRY(f.add(TRY(str_decode_filesystem(t, text))));
  return f.make(g_uname_result);
}
Result<Owned> posix_times(Thread& t) {
  tms v;
  clock_t elapsed = times(&v);
  if (elapsed == static_cast<clock_t>(-1)) return raise_errno(t);
  auto per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  Fields<5> f(t);
  for (clock_t c : {v.tms_utime, v.tms_stime, v.tms_cutime, v.tms_cstime, elapsed}) TRY(f.add(TRY(float_from_double(t, static_cast<double>(c) / per_second))));
  return f.make(g_times_result);
}

// --- configuration ---

struct ConfigName {
  const char* name;
  int value;
};
constexpr ConfigName kSysconfNames[] = {
#define SYSCONF(name) {#name, _##name},
#define CONFSTR(name)
#define PATHCONF(name)
#include "modules/posix_config.def"
#undef SYSCONF
#undef CONFSTR
#undef PATHCONF
};
constexpr ConfigName kConfstrNames[] = {
#define SYSCONF(name)
#define CONFSTR(name) {#name, _##name},
#define PATHCONF(name)
#include "modules/posix_config.def"
#undef SYSCONF
#undef CONFSTR
#undef PATHCONF
};
constexpr ConfigName kPathconfNames[] = {
#define SYSCONF(name)
#define CONFSTR(name)
#define PATHCONF(name) {#name, _##name},
#include "modules/posix_config.def"
#undef SYSCONF
#undef CONFSTR
#undef PATHCONF
};
template <size_t n>
Result<int> config_name(Thread& t, Value v, const ConfigName (&names)[n]) {
  if (is_int(v)) return convert_int(t, v);
  if (!is_str(v)) return raise_type_error(t, "configuration names must be strings or integers");
  for (const ConfigName& entry : names) {
    if (str_equal_ascii(*v.as<Str>(), entry.name)) return entry.value;
  }
  return raise_value_error(t, "unrecognized configuration name");
}
template <size_t n>
Result<void> add_config_names(Thread& t, Module& m, const char* name, const ConfigName (&names)[n]) {
  Ref<Dict> dict = TRY(dict_new(t));
  for (const ConfigName& entry : names) TRY(dict_set_text(t, *dict, entry.name, Value::small_int_unchecked(entry.value)));
  return module_add(t, m, name, dict);
}
Result<int64_t> config_result(Thread& t, long n) {
  if (n == -1 && errno) return raise_errno(t);
  return n;
}
Result<int64_t> posix_sysconf(Thread& t, Value name) {
  int which = TRY(config_name(t, name, kSysconfNames));
  errno = 0;
  return config_result(t, sysconf(which));
}
Result<Owned> posix_confstr(Thread& t, Value name) {
  int which = TRY(config_name(t, name, kConfstrNames));
  errno = 0;
  size_t n = confstr(which, nullptr, 0);
  if (n == 0) {
    if (errno) return raise_errno(t);
    return owned_none();
  }
  std::string text(n, '\0');
  confstr(which, text.data(), n);
  return str_decode_filesystem(t, std::string_view(text.data(), n - 1));
}
Result<int64_t> posix_pathconf(Thread& t, PathOrFd& path, Value name) {
  int which = TRY(config_name(t, name, kPathconfNames));
  errno = 0;
  long n = path.is_fd ? fpathconf(path.fd, which) : pathconf(path.c_str(), which);
  if (n == -1 && errno) return raise_errno(t, path);
  return int64_t{n};
}
Result<int64_t> posix_fpathconf(Thread& t, Fildes fd, Value name) {
  int which = TRY(config_name(t, name, kPathconfNames));
  errno = 0;
  return config_result(t, fpathconf(fd.fd, which));
}

// --- environment ---

Result<void> posix_putenv(Thread& t, Value name, Value value) {
  Owned n = TRY(os_fsencode(t, name));
  Owned v = TRY(os_fsencode(t, value));
  if (n.value().as<Bytes>()->view().find('=') != std::string_view::npos) return raise_value_error(t, "illegal environment variable name");
  return check_call(t, setenv(n.value().as<Bytes>()->data(), v.value().as<Bytes>()->data(), 1));
}
Result<void> posix_unsetenv(Thread& t, Value name) {
  Owned n = TRY(os_fsencode(t, name));
  return check_call(t, unsetenv(n.value().as<Bytes>()->data()));
}

bool posix_is_inputhook_installed(Thread&) { return false; }
void posix_inputhook(Thread&) {}

}  // namespace

Result<void> add_process_types(Thread& t, Module& m) {
  TRY(module_add_sequence_type(t, m, kUnameResult, g_uname_result));
  TRY(module_add_sequence_type(t, m, kTimesResult, g_times_result));
  TRY(module_add_sequence_type(t, m, kSchedParam, g_sched_param));
  TRY(add_config_names(t, m, "sysconf_names", kSysconfNames));
  TRY(add_config_names(t, m, "confstr_names", kConfstrNames));
  return add_config_names(t, m, "pathconf_names", kPathconfNames);
}

constexpr MethodDef kProcessMethods[] = {
    function<&posix_getpid>("getpid", "($module, /)", "Return the current process id."),
    function<&posix_getppid>("getppid", "($module, /)", "Return the parent's process id."),
    function<&posix_getuid>("getuid", "($module, /)", "Return the current process's user id."),
    function<&posix_geteuid>("geteuid", "($module, /)", "Return the current process's effective user id."),
    function<&posix_getgid>("getgid", "($module, /)", "Return the current process's group id."),
    function<&posix_getegid>("getegid", "($module, /)", "Return the current process's effective group id."),
    function<&posix_getresuid>("getresuid", "($module, /)", "Return a tuple of the current process's real, effective, and saved user ids."),
    function<&posix_getresgid>("getresgid", "($module, /)", "Return a tuple of the current process's real, effective, and saved group ids."),
    function<&posix_setuid>("setuid", "($module, uid, /)", "Set the current process's user id."),
    function<&posix_seteuid>("seteuid", "($module, euid, /)", "Set the current process's effective user id."),
    function<&posix_setgid>("setgid", "($module, gid, /)", "Set the current process's group id."),
    function<&posix_setegid>("setegid", "($module, egid, /)", "Set the current process's effective group id."),
    function<&posix_setreuid>("setreuid", "($module, ruid, euid, /)", "Set the current process's real and effective user ids."),
    function<&posix_setregid>("setregid", "($module, rgid, egid, /)", "Set the current process's real and effective group ids."),
    function<&posix_setresuid>("setresuid", "($module, ruid, euid, suid, /)", "Set the current process's real, effective, and saved user ids."),
    function<&posix_setresgid>("setresgid", "($module, rgid, egid, sgid, /)", "Set the current process's real, effective, and saved group ids."),
    function<&posix_getgroups>("getgroups", "($module, /)", "Return list of supplemental group IDs for the process."),
    function<&posix_getgrouplist>("getgrouplist", "($module, user, group, /)", "Returns a list of groups to which a user belongs."),
    function<&posix_setgroups>("setgroups", "($module, groups, /)", "Set the groups of the current process to list."),
    function<&posix_initgroups>("initgroups", "($module, username, gid, /)", "Initialize the group access list."),
    function<&posix_getlogin>("getlogin", "($module, /)", "Return the actual login name."),
    function<&posix_getpgrp>("getpgrp", "($module, /)", "Return the current process group id."),
    function<&posix_setpgrp>("setpgrp", "($module, /)", "Make the current process the leader of its process group."),
    function<&posix_getpgid>("getpgid", "($module, /, pid)", "Call the system call getpgid(), and return the result."),
    function<&posix_setpgid>("setpgid", "($module, pid, pgrp, /)", "Call the system call setpgid(pid, pgrp)."),
    function<&posix_getsid>("getsid", "($module, pid, /)", "Call the system call getsid(pid) and return the result."),
    function<&posix_setsid>("setsid", "($module, /)", "Call the system call setsid()."),
    function<&posix_getpriority>("getpriority", "($module, /, which, who)", "Return program scheduling priority."),
    function<&posix_setpriority>("setpriority", "($module, /, which, who, priority)", "Set program scheduling priority."),
    function<&posix_nice>("nice", "($module, increment, /)", "Add increment to the priority of process and return the new priority."),
    function<&posix_umask>("umask", "($module, mask, /)", "Set the current numeric umask and return the previous umask."),
    function<&posix_kill>("kill", "($module, pid, signal, /)", "Kill a process with a signal."),
    function<&posix_killpg>("killpg", "($module, pgid, signal, /)", "Kill a process group with a signal."),
    function<&posix_pidfd_open>("pidfd_open", "($module, /, pid, flags=0)", "Return a file descriptor referring to the process *pid*."),
    function<&posix_exit>("_exit", "($module, /, status)", "Exit to the system with specified status, without normal exit processing."),
    function<&posix_abort>("abort", "($module, /)", "Abort the interpreter immediately."),
    function<&posix_unshare>("unshare", "($module, /, flags)", "Disassociate parts of a process (or thread) execution context."),
    function<&posix_setns>("setns", "($module, /, fd, nstype=0)", "Move the calling thread into different namespaces."),
    function<&posix_urandom>("urandom", "($module, size, /)", "Return a bytes object containing random bytes suitable for cryptographic use."),
    function<&posix_getrandom>("getrandom", "($module, /, size, flags=0)", "Obtain a series of random bytes."),
    function<&posix_cpu_count>("cpu_count", "($module, /)", "Return the number of logical CPUs in the system."),
    function<&posix_getloadavg>("getloadavg", "($module, /)", "Return average recent system load information."),
    function<&posix_sched_getaffinity>("sched_getaffinity", "($module, pid, /)", "Return the affinity of the process identified by pid (or the current process if zero)."),
    function<&posix_sched_setaffinity>("sched_setaffinity", "($module, pid, mask, /)", "Set the CPU affinity of the process identified by pid to mask."),
    function<&posix_sched_yield>("sched_yield", "($module, /)", "Voluntarily relinquish the CPU."),
    function<&posix_sched_get_priority_max>("sched_get_priority_max", "($module, /, policy)", "Get the maximum scheduling priority for policy."),
    function<&posix_sched_get_priority_min>("sched_get_priority_min", "($module, /, policy)", "Get the minimum scheduling priority for policy."),
    function<&posix_sched_getscheduler>("sched_getscheduler", "($module, pid, /)", "Get the scheduling policy for the process identified by pid."),
    function<&posix_sched_setscheduler>("sched_setscheduler", "($module, pid, policy, param, /)", "Set the scheduling policy for the process identified by pid."),
    function<&posix_sched_getparam>("sched_getparam", "($module, pid, /)", "Returns scheduling parameters for the process identified by pid."),
    function<&posix_sched_setparam>("sched_setparam", "($module, pid, param, /)", "Set scheduling parameters for the process identified by pid."),
    function<&posix_sched_rr_get_interval>("sched_rr_get_interval", "($module, pid, /)", "Return the round-robin quantum for the process identified by pid, in seconds."),
    function<&posix_strerror>("strerror", "($module, code, /)", "Translate an error code to a message string."),
    function<&posix_uname>("uname", "($module, /)", "Return an object identifying the current operating system."),
    function<&posix_times>("times", "($module, /)", "Return a collection containing process timing information."),
    function<&posix_sysconf>("sysconf", "($module, name, /)", "Return an integer-valued system configuration variable."),
    function<&posix_confstr>("confstr", "($module, name, /)", "Return a string-valued system configuration variable."),
    function<&posix_pathconf>("pathconf", "($module, /, path, name)", "Return the configuration limit name for the file or directory path."),
    function<&posix_fpathconf>("fpathconf", "($module, fd, name, /)", "Return the configuration limit name for the file descriptor fd."),
    function<&posix_putenv>("putenv", "($module, name, value, /)", "Change or add an environment variable."),
    function<&posix_unsetenv>("unsetenv", "($module, name, /)", "Delete an environment variable."),
    function<&posix_is_inputhook_installed>("_is_inputhook_installed", "($module, /)", "Checks if PyOS_CallInputHook is set"),
    function<&posix_inputhook>("_inputhook", "($module, /)", "Calls PyOS_CallInputHook droppong the GIL first"),
    {}};

}  // namespace ty::posix
