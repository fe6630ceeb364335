// modules/_posixsubprocess.cpp: fork_exec(), what subprocess starts children with. CPython: Modules/_posixsubprocess.c.
//
// Without a preexec_fn the child only makes system calls before exec, so the runtime is not forked: vfork() where ids do not change, else fork().
// With one, the whole runtime forks (posix::fork_runtime), since the function runs in the child.
#include <csignal>
#include <cstring>
#include <dirent.h>
#include <grp.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mem/thread_lifecycle.h"
#include "modules/posix.h"
#include "types/int.h"
#include "types/tuple.h"
#include "vm/interpreter.h"

extern "C" char** environ;

namespace ty {

namespace {

struct ChildPlan {
  char* const* arguments;
  char* const* executables;
  char* const* environment;  // null: inherited
  const char* cwd;           // null: unchanged
  int p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write;
  bool close_fds, restore_signals, call_setsid;
  int group;                 // -1: unchanged
  bool set_uid, set_gid, set_groups;
  uid_t uid;
  gid_t gid;
  const gid_t* extra_groups;
  size_t extra_group_count;
  int umask;
  const int* keep;           // sorted
  size_t keep_count;
  const sigset_t* old_mask;  // null: unchanged
};

void close_range_of(unsigned first, unsigned last) {
  if (first > last) return;
  if (syscall(SYS_close_range, first, last, 0) == 0) return;
  long limit = sysconf(_SC_OPEN_MAX);
  if (limit < 0) limit = 65536;
  for (unsigned fd = first; fd <= last && fd < static_cast<unsigned long>(limit); fd++) close(static_cast<int>(fd));
}
void close_others(const ChildPlan& plan) {
  unsigned next = 3;
  for (size_t i = 0; i < plan.keep_count; i++) {
    if (plan.keep[i] < static_cast<int>(next)) continue;
    close_range_of(next, static_cast<unsigned>(plan.keep[i]) - 1);
    next = static_cast<unsigned>(plan.keep[i]) + 1;
  }
  close_range_of(next, ~0u);
}
int keep_open_on_exec(int fd) {
  int flags = fcntl(fd, F_GETFD);
  return flags < 0 ? -1 : fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC);
}
void write_all(int fd, const char* text, size_t n) {
  while (n) {
    ssize w = write(fd, text, n);
    if (w < 0 && errno == EINTR) continue;
    if (w <= 0) return;
    text += w;
    n -= static_cast<size_t>(w);
  }
}

/// The steps up to exec; answers the message that goes with errno when one failed.
const char* prepare_child(ChildPlan& plan) {
  for (size_t i = 0; i < plan.keep_count; i++) {
    if (plan.keep[i] != plan.errpipe_write && keep_open_on_exec(plan.keep[i]) < 0) return "noexec";
  }
  for (int fd : {plan.p2cwrite, plan.c2pread, plan.errread, plan.errpipe_read}) {
    if (fd != -1 && close(fd) < 0) return "noexec";
  }
  // Descriptors 0 to 2 that are sources must not be overwritten before they were used.
  if (plan.c2pwrite == 0 && (plan.c2pwrite = ::dup(0)) < 0) return "noexec";
  while (plan.errwrite == 0 || plan.errwrite == 1) {
    if ((plan.errwrite = ::dup(plan.errwrite)) < 0) return "noexec";
  }
  auto place = [](int from, int to) { return from == to ? keep_open_on_exec(from) : from == -1 ? 0 : dup2(from, to); };
  if (place(plan.p2cread, 0) < 0 || place(plan.c2pwrite, 1) < 0 || place(plan.errwrite, 2) < 0) return "noexec";
  if (plan.cwd && chdir(plan.cwd) < 0) return "noexec:chdir";
  if (plan.umask >= 0) umask(static_cast<mode_t>(plan.umask));
  if (plan.restore_signals) {
    for (int signum : {SIGPIPE, SIGXFSZ}) signal(signum, SIG_DFL);
  }
  if (plan.old_mask) {
    // Handlers of the parent must not run in a child that shares its memory.
    for (int signum = 1; signum < NSIG; signum++) {
      struct sigaction action;
      if (signum != SIGKILL && signum != SIGSTOP && sigaction(signum, nullptr, &action) == 0 && action.sa_handler != SIG_IGN && action.sa_handler != SIG_DFL) {
        action.sa_handler = SIG_DFL;
        sigaction(signum, &action, nullptr);
      }
    }
    pthread_sigmask(SIG_SETMASK, plan.old_mask, nullptr);
  }
  if (plan.call_setsid && setsid() < 0) return "noexec";
  if (plan.group >= 0 && setpgid(0, plan.group) < 0) return "noexec";
  if (plan.set_groups && syscall(SYS_setgroups, plan.extra_group_count, plan.extra_groups) < 0) return "noexec";
  if (plan.set_gid && syscall(SYS_setregid, plan.gid, plan.gid) < 0) return "noexec";
  if (plan.set_uid && syscall(SYS_setreuid, plan.uid, plan.uid) < 0) return "noexec";
  return nullptr;
}
/// Execs; returns only when nothing could be executed.
void run_executables(ChildPlan& plan) {
  if (plan.close_fds) close_others(plan);
  int saved = 0;
  for (char* const* path = plan.executables; *path; path++) {
    if (plan.environment) execve(*path, plan.arguments, plan.environment);
    else execv(*path, plan.arguments);
    if (errno != ENOENT && errno != ENOTDIR && saved == 0) saved = errno;
  }
  if (saved) errno = saved;
}
void report_failure(const ChildPlan& plan, const char* message) {
  char digits[24];
  int error = errno;
  size_t n = 0;
  for (int shift = 28; shift >= 0; shift -= 4) {
    int digit = (error >> shift) & 15;
    if (n || digit || !shift) digits[n++] = "0123456789ABCDEF"[digit];
  }
  write_all(plan.errpipe_write, "OSError:", 8);
  write_all(plan.errpipe_write, digits, n);
  write_all(plan.errpipe_write, ":", 1);
  write_all(plan.errpipe_write, message, std::strlen(message));
}
[[noreturn]] void child_without_python(ChildPlan& plan) {
  const char* message = prepare_child(plan);
  if (!message) {
    run_executables(plan);
    message = "";
  }
  report_failure(plan, message);
  _exit(255);
}
[[gnu::noinline]] pid_t start_child(ChildPlan& plan, bool share_memory) {
  pid_t pid = share_memory ? vfork() : fork();
  if (pid == 0) child_without_python(plan);
  return pid;
}

Result<void> read_arguments(Thread& t, Value sequence, posix::StringArray& out) {
  Ref<Tuple> items = TRY(tuple_from_iterable_rpy(t, sequence));
  for (ssize i = 0; i < items->size; i++) TRY(out.add(t, items->get(i)));
  return {};
}

Result<Owned> subprocess_fork_exec(Thread& t, Args a) {
  if (a.size != 23) return raise_type_error(t, "fork_exec expected 23 arguments, got %zu", a.size);
  if (t.interpreter->finalizing) return raise_format(t, &exc_PythonFinalizationError, "can't fork at interpreter shutdown");
  auto integer = [&](size_t i) { return convert_int(t, a[i]); };
  ChildPlan plan = {};
  posix::StringArray arguments, executables, environment;
  plan.close_fds = TRY(object_is_true(t, a[2]));
  if (!is_instance(a[3], Tuple::type())) return raise_type_error(t, "fork_exec() argument 4 must be tuple, not %T", a[3]);
  int* fds[] = {&plan.p2cread, &plan.p2cwrite, &plan.c2pread, &plan.c2pwrite, &plan.errread, &plan.errwrite, &plan.errpipe_read, &plan.errpipe_write};
  for (size_t i = 0; i < 8; i++) *fds[i] = TRY(integer(6 + i));
  plan.restore_signals = TRY(object_is_true(t, a[14]));
  plan.call_setsid = TRY(object_is_true(t, a[15]));
  plan.group = TRY(integer(16));
  plan.umask = TRY(integer(20));
  Value preexec = a[21];
  bool allow_vfork = TRY(object_is_true(t, a[22]));
  if (plan.close_fds && plan.errpipe_write < 3) return raise_value_error(t, "errpipe_write must be >= 3");
  std::vector<int> keep;
  auto& kept = *a[3].as<Tuple>();
  for (ssize i = 0; i < kept.size; i++) {
    bool fits = false;
    int64_t fd = is_int(kept.get(i)) ? int_as_int64(kept.get(i), &fits) : -1;
    if (!fits || fd < 0 || fd > INT32_MAX || (!keep.empty() && fd <= keep.back())) return raise_value_error(t, "bad value(s) in fds_to_keep");
    keep.push_back(static_cast<int>(fd));
  }
  plan.keep = keep.data();
  plan.keep_count = keep.size();
  TRY(read_arguments(t, a[1], executables));
  if (!is_none(a[0])) TRY(read_arguments(t, a[0], arguments));
  if (!is_none(a[5])) TRY(read_arguments(t, a[5], environment));
  plan.arguments = arguments.data();
  plan.executables = executables.data();
  plan.environment = is_none(a[5]) ? nullptr : environment.data();
  Owned cwd;
  if (!is_none(a[4])) {
    cwd = TRY(os_fsencode(t, a[4]));
    plan.cwd = cwd.value().as<Bytes>()->data();
  }
  std::vector<gid_t> groups;
  if (!is_none(a[18])) {
    if (!is_instance(a[18], List::type())) return raise_type_error(t, "setgroups argument must be a list");
    Ref<Tuple> items = TRY(tuple_from_iterable_rpy(t, a[18]));
    for (ssize i = 0; i < items->size; i++) {
      if (!is_int(items->get(i))) return raise_type_error(t, "groups must be integers");
      groups.push_back(TRY(convert_id(t, items->get(i), "gid")));
    }
    plan.set_groups = true;
  }
  plan.extra_groups = groups.data();
  plan.extra_group_count = groups.size();
  if (!is_none(a[17])) {
    plan.gid = TRY(convert_id(t, a[17], "gid"));
    plan.set_gid = true;
  }
  if (!is_none(a[19])) {
    plan.uid = TRY(convert_id(t, a[19], "uid"));
    plan.set_uid = true;
  }
  pid_t pid;
  if (!is_none(preexec)) {
    pid = posix::fork_runtime(t);
    if (pid == 0) {
      const char* message = prepare_child(plan);
      if (!message) {
        auto r = call(t, preexec);
        if (!r.ok()) {
          constexpr char kText[] = "SubprocessError:0:Exception occurred in preexec_fn.";
          write_all(plan.errpipe_write, kText, sizeof kText - 1);
          _exit(255);
        }
        run_executables(plan);
        message = "";
      }
      report_failure(plan, message);
      _exit(255);
    }
  } else {
    bool share_memory = allow_vfork && !plan.set_uid && !plan.set_gid && !plan.set_groups;
    sigset_t all, old;
    sigfillset(&all);
    if (share_memory) {
      pthread_sigmask(SIG_BLOCK, &all, &old);
      plan.old_mask = &old;
    }
    pid = start_child(plan, share_memory);
    int error = errno;
    if (share_memory) pthread_sigmask(SIG_SETMASK, &old, nullptr);
    errno = error;
  }
  if (pid < 0) return raise_errno(t);
  return int_from_int64(t, pid);
}

constexpr MethodDef kSubprocessMethods[] = {function<&subprocess_fork_exec>("fork_exec", "($module, /, *args)", "Spawn a fresh new child process."), {}};
constexpr ModuleDef kSubprocessModule = {.name = "_posixsubprocess", .doc = "A POSIX helper for the subprocess module.", .methods = kSubprocessMethods};
TY_MODULE(kSubprocessModule)

}  // namespace

}  // namespace ty
