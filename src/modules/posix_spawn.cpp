// modules/posix_spawn.cpp: posix: fork, exec, spawn, wait. CPython: Modules/posixmodule.c.
//
// fork         the other threads are stopped meanwhile; the child has the forking thread alone (mem/thread_lifecycle.h). The functions registered
//              with register_at_fork() run around it.
#include <climits>
#include <csignal>
#include <pty.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mem/thread_lifecycle.h"
#include "modules/posix.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/tuple.h"
#include "vm/interpreter.h"

extern "C" char** environ;

namespace ty::posix {

Result<void> StringArray::add(Thread& t, Value v) {
  Owned bytes = TRY(os_fsencode(t, v));
  strings_.emplace_back(bytes.value().as<Bytes>()->view());
  return {};
}

namespace {

GlobalSlot g_before, g_in_parent, g_in_child;  // lists

void run_hooks(Thread& t, GlobalSlot& slot, bool reverse) {
  Owned held = slot.get();
  if (!held) return;
  auto& list = *held.value().as<List>();
  ssize n = list_size(list);
  for (ssize i = 0; i < n; i++) {
    Owned function = list_get(list, reverse ? n - 1 - i : i);
    if (!function) continue;
    auto r = call(t, function);
    if (r.ok()) Owned ignored = r.take();
    else write_unraisable_rpy(t, function);
  }
}
Result<void> add_hook(Thread& t, GlobalSlot& slot, Value function) {
  if (!slot.load()) {
    Ref<List> list = TRY(list_new(t));
    slot.store(Owned(std::move(list)));
  }
  return list_push(t, *slot.load().as<List>(), function);
}
Result<void> posix_register_at_fork(Thread& t, Value before, Value in_child, Value in_parent) {
  if (before.is_null() && in_child.is_null() && in_parent.is_null()) return raise_type_error(t, "At least one argument is required.");
  for (auto [name, v] : {std::pair<const char*, Value>{"before", before}, {"after_in_child", in_child}, {"after_in_parent", in_parent}}) {
    if (!v.is_null() && !is_callable(v)) return raise_type_error(t, "'%s' must be callable, not %T", name, v);
  }
  if (!before.is_null()) TRY(add_hook(t, g_before, before));
  if (!in_child.is_null()) TRY(add_hook(t, g_in_child, in_child));
  if (!in_parent.is_null()) TRY(add_hook(t, g_in_parent, in_parent));
  return {};
}

bool several_threads() TY_NO_THREAD_SAFETY { return __atomic_load_n(&g_thread_count, __ATOMIC_RELAXED) > 1; }

template <class F>
pid_t fork_with(Thread& t, F&& do_fork) {
  run_fork_hooks_before(t);
  fork_prepare(t);
  pid_t pid = do_fork();
  int error = errno;
  if (pid == 0) {
    fork_child(t);
    t.interpreter->main_thread = &t;
    run_fork_hooks_child(t);
  } else {
    fork_parent(t);
    run_fork_hooks_parent(t);
  }
  errno = error;
  return pid;
}
Result<void> warn_threads(Thread& t, const char* what, bool several) {
  if (!several) return {};
  return warn_rpy(t, &exc_DeprecationWarning, 1, "This process (pid=%d) is multi-threaded, use of %s() may lead to deadlocks in the child.", getpid(), what);
}
Result<int> posix_fork(Thread& t) {
  if (t.interpreter->finalizing) return raise_format(t, &exc_PythonFinalizationError, "can't fork at interpreter shutdown");
  bool several = several_threads();
  pid_t pid = fork_runtime(t);
  if (pid < 0) return raise_errno(t);
  if (pid > 0) TRY(warn_threads(t, "fork", several));
  return pid;
}
Result<Owned> posix_forkpty(Thread& t) {
  bool several = several_threads();
  int master = -1;
  pid_t pid = fork_with(t, [&] { return forkpty(&master, nullptr, nullptr, nullptr); });
  if (pid < 0) return raise_errno(t);
  if (pid > 0) {
    fcntl(master, F_SETFD, FD_CLOEXEC);
    TRY(warn_threads(t, "forkpty", several));
  }
  return Owned(TRY(tuple_pack(t, Value::small_int_unchecked(pid), Value::small_int_unchecked(master))));
}

// --- exec ---

Result<void> read_strings(Thread& t, Value sequence, StringArray& out) {
  ssize n = TRY(object_length(t, sequence));
  for (ssize i = 0; i < n; i++) {
    Owned item = TRY(sequence_get(t, sequence, i));
    TRY(out.add(t, item));
  }
  return {};
}
bool is_list_or_tuple(Value v) { return is_instance(v, List::type()) || is_instance(v, Tuple::type()); }
Result<void> read_environment(Thread& t, Value mapping, StringArray& out) {
  Owned keys = TRY(call_method(t, mapping, NAME("keys")));
  Owned values = TRY(call_method(t, mapping, NAME("values")));
  Ref<List> key_list = TRY(list_from_iterable_rpy(t, keys));
  Ref<List> value_list = TRY(list_from_iterable_rpy(t, values));
  ssize n = list_size(*key_list);
  if (list_size(*value_list) < n) return raise_runtime_error(t, "environment changed size during iteration");
  for (ssize i = 0; i < n; i++) {
    Owned key = list_get(*key_list, i), value = list_get(*value_list, i);
    Owned k = TRY(os_fsencode(t, key));
    Owned v = TRY(os_fsencode(t, value));
    auto name = k.value().as<Bytes>()->view();
    if (name.empty() || name.find('=', 1) != std::string_view::npos || name[0] == '=') return raise_value_error(t, "illegal environment variable name");
    std::string text(name);
    text.append("=").append(v.value().as<Bytes>()->view());
    Ref<Bytes> line = TRY(bytes_new(t, text));
    TRY(out.add(t, line));
  }
  return {};
}
Result<void> posix_execv(Thread& t, Path& path, Value argv) {
  if (!is_list_or_tuple(argv)) return raise_type_error(t, "execv() arg 2 must be a tuple or list");
  StringArray arguments;
  TRY(read_strings(t, argv, arguments));
  if (!arguments.size()) return raise_value_error(t, "execv() arg 2 must not be empty");
  if (arguments.first_is_empty()) return raise_value_error(t, "execv() arg 2 first element cannot be empty");
  execv(path.c_str(), arguments.data());
  return raise_errno(t);
}
Result<void> posix_execve(Thread& t, PathOrFd& path, Value argv, Value env) {
  if (!is_list_or_tuple(argv)) return raise_type_error(t, "execve: argv must be a tuple or list");
  StringArray arguments, environment;
  TRY(read_strings(t, argv, arguments));
  if (!arguments.size()) return raise_value_error(t, "execve: argv must not be empty");
  if (arguments.first_is_empty()) return raise_value_error(t, "execve: argv first element cannot be empty");
  if (!is_mapping(env)) return raise_type_error(t, "execve: environment must be a mapping object");
  TRY(read_environment(t, env, environment));
  if (path.is_fd) fexecve(path.fd, arguments.data(), environment.data());
  else execve(path.c_str(), arguments.data(), environment.data());
  return raise_errno(t, path);
}

// --- posix_spawn ---

struct SpawnState {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  SpawnState() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnState() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};
Result<void> read_file_actions(Thread& t, Value sequence, SpawnState& state) {
  Owned iterator = TRY(get_iterator(t, sequence));
  while (true) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return {};
    if (!is_instance(item, Tuple::type()) || item.value().as<Tuple>()->size < 1) {
      return raise_type_error(t, "Each file_actions element must be a non-empty tuple");
    }
    auto& tuple = *item.value().as<Tuple>();
    int tag = TRY(convert_int(t, tuple.get(0)));
    int error = 0;
    switch (tag) {
      case 0: {
        if (tuple.size != 5) return raise_type_error(t, "A open file_action tuple must have 5 elements");
        int fd = TRY(convert_int(t, tuple.get(1)));
        Owned path = TRY(os_fsencode(t, tuple.get(2)));
        int flags = TRY(convert_int(t, tuple.get(3)));
        int mode = TRY(convert_int(t, tuple.get(4)));
        error = posix_spawn_file_actions_addopen(&state.actions, fd, path.value().as<Bytes>()->data(), flags, static_cast<mode_t>(mode));
        break;
      }
      case 1:
        if (tuple.size != 2) return raise_type_error(t, "A close file_action tuple must have 2 elements");
        error = posix_spawn_file_actions_addclose(&state.actions, TRY(convert_int(t, tuple.get(1))));
        break;
      case 2: {
        if (tuple.size != 3) return raise_type_error(t, "A dup2 file_action tuple must have 3 elements");
        int from = TRY(convert_int(t, tuple.get(1)));
        error = posix_spawn_file_actions_adddup2(&state.actions, from, TRY(convert_int(t, tuple.get(2))));
        break;
      }
      case 3:
        if (tuple.size != 2) return raise_type_error(t, "A closefrom file_action tuple must have 2 elements");
        error = posix_spawn_file_actions_addclosefrom_np(&state.actions, TRY(convert_int(t, tuple.get(1))));
        break;
      default: return raise_type_error(t, "Unknown file_actions identifier");
    }
    if (error) return raise_os_error(t, error);
  }
}
Result<void> read_signals(Thread& t, Value iterable, sigset_t* out) {
  sigemptyset(out);
  Owned iterator = TRY(get_iterator(t, iterable));
  while (true) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return {};
    int signum = TRY(convert_int(t, item));
    if (signum < 1 || signum >= NSIG) return raise_value_error(t, "signal number %d out of range [1; %i]", signum, NSIG - 1);
    sigaddset(out, signum);
  }
}
Result<int> spawn(Thread& t, const char* name, bool search, Path& path, Value argv, Value env, Value file_actions, Value group, bool reset_ids, bool new_session,
                  Value signal_mask, Value signal_default, Value scheduler) {
  if (!is_list_or_tuple(argv)) return raise_type_error(t, "%s: argv must be a tuple or list", name);
  StringArray arguments, environment;
  TRY(read_strings(t, argv, arguments));
  if (!arguments.size()) return raise_value_error(t, "%s: argv must not be empty", name);
  if (arguments.first_is_empty()) return raise_value_error(t, "%s: argv first element cannot be empty", name);
  bool inherit = is_none(env);
  if (!inherit && !is_mapping(env)) return raise_type_error(t, "%s: environment must be a mapping object or None", name);
  if (!inherit) TRY(read_environment(t, env, environment));
  SpawnState state;
  if (!file_actions.is_null() && !is_none(file_actions)) TRY(read_file_actions(t, file_actions, state));
  short flags = 0;
  if (!group.is_null()) {
    posix_spawnattr_setpgroup(&state.attributes, TRY(convert_int(t, group)));
    flags |= POSIX_SPAWN_SETPGROUP;
  }
  if (reset_ids) flags |= POSIX_SPAWN_RESETIDS;
  if (new_session) flags |= POSIX_SPAWN_SETSID;
  sigset_t set;
  if (!signal_mask.is_null()) {
    TRY(read_signals(t, signal_mask, &set));
    posix_spawnattr_setsigmask(&state.attributes, &set);
    flags |= POSIX_SPAWN_SETSIGMASK;
  }
  if (!signal_default.is_null()) {
    TRY(read_signals(t, signal_default, &set));
    posix_spawnattr_setsigdefault(&state.attributes, &set);
    flags |= POSIX_SPAWN_SETSIGDEF;
  }
  if (!scheduler.is_null()) {
    if (!is_instance(scheduler, Tuple::type()) || scheduler.as<Tuple>()->size != 2) return raise_type_error(t, "A scheduler tuple must have two elements");
    Value policy = scheduler.as<Tuple>()->get(0), parameter = scheduler.as<Tuple>()->get(1);
    if (!is_none(policy)) {
      posix_spawnattr_setschedpolicy(&state.attributes, TRY(convert_int(t, policy)));
      flags |= POSIX_SPAWN_SETSCHEDULER;
    } else {
      flags |= POSIX_SPAWN_SETSCHEDPARAM;
    }
    if (!is_instance(parameter, Tuple::type())) return raise_type_error(t, "must have a sched_param object");
    sched_param p = {TRY(convert_int(t, parameter.as<Tuple>()->get(0)))};
    posix_spawnattr_setschedparam(&state.attributes, &p);
  }
  posix_spawnattr_setflags(&state.attributes, flags);
  pid_t pid;
  char* const* variables = inherit ? environ : environment.data();
  char* const* words = arguments.data();
  int error = detached(t, [&] {
    return search ? ::posix_spawnp(&pid, path.c_str(), &state.actions, &state.attributes, words, variables)
                  : ::posix_spawn(&pid, path.c_str(), &state.actions, &state.attributes, words, variables);
  });
  if (error) return raise_os_error(t, error, path.object);
  return pid;
}
Result<int> posix_posix_spawn(Thread& t, Path& path, Value argv, Value env, Value file_actions, Value group, bool reset_ids, bool new_session, Value mask,
                              Value defaults, Value scheduler) {
  return spawn(t, "posix_spawn", false, path, argv, env, file_actions, group, reset_ids, new_session, mask, defaults, scheduler);
}
Result<int> posix_posix_spawnp(Thread& t, Path& path, Value argv, Value env, Value file_actions, Value group, bool reset_ids, bool new_session, Value mask,
                               Value defaults, Value scheduler) {
  return spawn(t, "posix_spawnp", true, path, argv, env, file_actions, group, reset_ids, new_session, mask, defaults, scheduler);
}

Result<int> posix_system(Thread& t, Value command) {
  Owned text = TRY(os_fsencode(t, command));
  const char* line = text.value().as<Bytes>()->data();
  return detached(t, [&] { return system(line); });
}

// --- wait ---

Result<Owned> wait_result(Thread& t, ssize pid, int status) {
  if (pid < 0) return raise_errno(t);
  return Owned(TRY(tuple_pack(t, Value::small_int_unchecked(pid), Value::small_int_unchecked(status))));
}
Result<Owned> posix_waitpid(Thread& t, int pid, int options) {
  int status = 0;
  ssize r = TRY(retry_detached(t, [&] { return waitpid(pid, &status, options); }));
  return wait_result(t, r, status);
}
Result<Owned> posix_wait(Thread& t) { return posix_waitpid(t, -1, 0); }
Result<Owned> wait_usage(Thread& t, int pid, int options) {
  int status = 0;
  struct rusage usage = {};
  ssize r = TRY(retry_detached(t, [&] { return wait4(pid, &status, options, &usage); }));
  if (r < 0) return raise_errno(t);
  Owned object = TRY(rusage_object(t, usage));
  return Owned(TRY(tuple_pack(t, Value::small_int_unchecked(r), Value::small_int_unchecked(status), object)));
}
Result<Owned> posix_wait3(Thread& t, int options) { return wait_usage(t, -1, options); }
Result<Owned> posix_wait4(Thread& t, int pid, int options) { return wait_usage(t, pid, options); }

constexpr StructField kWaitidFields[] = {{"si_pid"}, {"si_uid"}, {"si_signo"}, {"si_status"}, {"si_code"}, {}};
constexpr StructSequenceDef kWaitidResult = {"posix.waitid_result", "waitid_result: Result from waitid.", kWaitidFields, 5};
GlobalSlot g_waitid_result;
Result<Owned> posix_waitid(Thread& t, int kind, int id, int options) {
  siginfo_t si;
  si.si_pid = 0;
  ssize r = TRY(retry_detached(t, [&] { return waitid(static_cast<idtype_t>(kind), static_cast<id_t>(id), &si, options); }));
  if (r < 0) return raise_errno(t);
  if (si.si_pid == 0) return owned_none();
  Fields<5> f(t);
  TRY(f.integer(si.si_pid));
  TRY(f.add(TRY(id_object(t, si.si_uid))));
  TRY(f.integer(si.si_signo));
  TRY(f.integer(si.si_status));
  TRY(f.integer(si.si_code));
  return f.make(g_waitid_result);
}
Result<int> posix_waitstatus_to_exitcode(Thread& t, int status) {
  if (WIFEXITED(status)) {
    int code = WEXITSTATUS(status);
    if (code < 0) return raise_value_error(t, "invalid WEXITSTATUS: %i", code);
    return code;
  }
  if (WIFSIGNALED(status)) {
    int signum = WTERMSIG(status);
    if (signum <= 0) return raise_value_error(t, "invalid WTERMSIG: %i", signum);
    return -signum;
  }
  if (WIFSTOPPED(status)) return raise_value_error(t, "process stopped by delivery of signal %i", WSTOPSIG(status));
  return raise_value_error(t, "invalid wait status: %i", status);
}
bool posix_WCOREDUMP(Thread&, int status) { return WCOREDUMP(status); }
bool posix_WIFCONTINUED(Thread&, int status) { return WIFCONTINUED(status); }
bool posix_WIFEXITED(Thread&, int status) { return WIFEXITED(status); }
bool posix_WIFSIGNALED(Thread&, int status) { return WIFSIGNALED(status); }
bool posix_WIFSTOPPED(Thread&, int status) { return WIFSTOPPED(status); }
int posix_WEXITSTATUS(Thread&, int status) { return WEXITSTATUS(status); }
int posix_WTERMSIG(Thread&, int status) { return WTERMSIG(status); }
int posix_WSTOPSIG(Thread&, int status) { return WSTOPSIG(status); }

}  // namespace

void run_fork_hooks_before(Thread& t) { run_hooks(t, g_before, true); }
void run_fork_hooks_parent(Thread& t) { run_hooks(t, g_in_parent, false); }
void run_fork_hooks_child(Thread& t) { run_hooks(t, g_in_child, false); }
pid_t fork_runtime(Thread& t) {
  return fork_with(t, [] { return fork(); });
}

Result<void> add_spawn_types(Thread& t, Module& m) { return module_add_sequence_type(t, m, kWaitidResult, g_waitid_result); }

#define TY_SPAWN_SIGNATURE \
  "($module, path, argv, env, /, *, file_actions=(), setpgroup=<unrepresentable>, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)"
constexpr MethodDef kSpawnMethods[] = {
    function<&posix_register_at_fork>("register_at_fork", "($module, /, *, before=<unrepresentable>, after_in_child=<unrepresentable>, after_in_parent=<unrepresentable>)",
                                      "Register callables to be called when forking a new process."),
    function<&posix_fork>("fork", "($module, /)", "Fork a child process."),
    function<&posix_forkpty>("forkpty", "($module, /)", "Fork a new process with a new pseudo-terminal as controlling tty."),
    function<&posix_execv>("execv", "($module, path, argv, /)", "Execute an executable path with arguments, replacing current process."),
    function<&posix_execve>("execve", "($module, /, path, argv, env)", "Execute an executable path with arguments, replacing current process."),
    function<&posix_posix_spawn>("posix_spawn", TY_SPAWN_SIGNATURE, "Execute the program specified by path in a new process."),
    function<&posix_posix_spawnp>("posix_spawnp", TY_SPAWN_SIGNATURE, "Execute the program specified by path in a new process."),
    function<&posix_system>("system", "($module, /, command)", "Execute the command in a subshell."),
    function<&posix_wait>("wait", "($module, /)", "Wait for completion of a child process."),
    function<&posix_wait3>("wait3", "($module, /, options)", "Wait for completion of a child process."),
    function<&posix_wait4>("wait4", "($module, /, pid, options)", "Wait for completion of a specific child process."),
    function<&posix_waitid>("waitid", "($module, idtype, id, options, /)", "Returns the result of waiting for a process or processes."),
    function<&posix_waitpid>("waitpid", "($module, pid, options, /)", "Wait for completion of a given child process."),
    function<&posix_waitstatus_to_exitcode>("waitstatus_to_exitcode", "($module, /, status)", "Convert a wait status to an exit code."),
    function<&posix_WCOREDUMP>("WCOREDUMP", "($module, status, /)", "Return True if the process returning status was dumped to a core file."),
    function<&posix_WIFCONTINUED>("WIFCONTINUED", "($module, /, status)", "Return True if a particular process was continued from a job control stop."),
    function<&posix_WIFEXITED>("WIFEXITED", "($module, /, status)", "Return True if the process returning status exited via the exit() system call."),
    function<&posix_WIFSIGNALED>("WIFSIGNALED", "($module, /, status)", "Return True if the process returning status was terminated by a signal."),
    function<&posix_WIFSTOPPED>("WIFSTOPPED", "($module, /, status)", "Return True if the process returning status was stopped."),
    function<&posix_WEXITSTATUS>("WEXITSTATUS", "($module, /, status)", "Return the process return code from status."),
    function<&posix_WTERMSIG>("WTERMSIG", "($module, /, status)", "Return the signal that terminated the process that provided the status value."),
    function<&posix_WSTOPSIG>("WSTOPSIG", "($module, /, status)", "Return the signal that stopped the process that provided the status value."),
    {}};

}  // namespace ty::posix
