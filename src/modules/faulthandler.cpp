// modules/faulthandler.cpp: the faulthandler module: Python stacks on fatal signals, on request, after a time. CPython: Modules/faulthandler.c.
//
// Handlers    run on their own stack and write with write() only. They print the thread they run on; other threads' frames cannot be read while those
//             run, so dump_traceback(all_threads=True) stops the world first.
// Threads     g_fault_fd and the watchdog's state are atomics or under g_watchdog_lock.
#include <climits>
#include <csignal>
#include <cstring>
#include <pthread.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "modules/posix_path.h"
#include "modules/time_value.h"
#include "types/int.h"
#include "vm/interpreter.h"
#include "vm/vm.h"

namespace ty {

namespace {

struct Fault {
  int signum;
  const char* name;
  struct sigaction previous;
};
Fault g_faults[] = {{SIGBUS, "Bus error", {}}, {SIGILL, "Illegal instruction", {}}, {SIGFPE, "Floating-point exception", {}}, {SIGABRT, "Aborted", {}},
                    {SIGSEGV, "Segmentation fault", {}}};
bool g_enabled;          // [atomic]
int g_fault_fd = -1;     // [atomic]
GlobalSlot g_fault_file;

void write_text(int fd, const char* text) { [[maybe_unused]] auto n = write(fd, text, std::strlen(text)); }

void write_heading(int fd, const char* what, uint64_t id) {
  char text[80];
  size_t n = 0;
  while (what[n]) text[n] = what[n], n++;
  for (int shift = 60; shift >= 0; shift -= 4) text[n++] = "0123456789abcdef"[(id >> shift) & 15];
  text[n] = 0;
  write_text(fd, text);
  write_text(fd, " (most recent call first):\n");
}
void print_current(int fd) {
  write_heading(fd, "Current thread 0x", reinterpret_cast<uint64_t>(pthread_self()));
  if (g_current_thread) print_python_stack(*g_current_thread, fd);
  else write_text(fd, "  <no Python frame>\n");
}

struct Registered {
  int fd;
  bool active, chain;
  struct sigaction previous;
};
Registered g_registered[NSIG];  // [atomic] `active` is set last and cleared first
GlobalSlot g_registered_files[NSIG];
void registered_handler(int signum) {
  int saved = errno;
  Registered& r = g_registered[signum];
  if (!__atomic_load_n(&r.active, __ATOMIC_ACQUIRE)) return;
  print_current(r.fd);
  if (r.chain) {
    struct sigaction own;
    sigaction(signum, &r.previous, &own);
    raise(signum);
    sigaction(signum, &own, nullptr);
  }
  errno = saved;
}

void fault_handler(int signum) {
  int saved = errno;
  Fault* fault = nullptr;
  for (Fault& f : g_faults) {
    if (f.signum == signum) fault = &f;
  }
  if (fault) sigaction(signum, &fault->previous, nullptr);
  int fd = __atomic_load_n(&g_fault_fd, __ATOMIC_RELAXED);
  write_text(fd, "Fatal Python error: ");
  write_text(fd, fault ? fault->name : "signal");
  write_text(fd, "\n\n");
  print_current(fd);
  errno = saved;
  raise(signum);
}
Result<int> file_descriptor(Thread& t, Value file, Owned* keep) {
  if (file.is_null() || is_none(file)) {
    file = sys_get(t, "stderr");
    if (file.is_null()) return raise_runtime_error(t, "unable to get sys.stderr");
    if (is_none(file)) return raise_runtime_error(t, "sys.stderr is None");
  } else if (is_int(file)) {
    int fd = TRY(convert_int(t, file));
    if (fd < 0) return raise_value_error(t, "file is not a valid file descriptor");
    return fd;
  }
  *keep = dup(file);
  Value name = TRY(str_intern_utf8(t, "fileno"));
  Owned number = TRY(call_method(t, *keep, name));
  int fd = TRY(convert_int(t, number));
  auto flushed = call_method(t, *keep, NAME("flush"));
  if (flushed.ok()) Owned ignored = flushed.take();
  else clear_exception(t);
  return fd;
}
Result<void> faulthandler_enable(Thread& t, Value file, bool) {
  Owned keep;
  int fd = TRY(file_descriptor(t, file, &keep));
  if (keep) g_fault_file.store(dup(keep.value()));
  __atomic_store_n(&g_fault_fd, fd, __ATOMIC_RELAXED);
  if (__atomic_exchange_n(&g_enabled, true, __ATOMIC_ACQ_REL)) return {};
  stack_t current = {};
  if (sigaltstack(nullptr, &current) == 0 && (current.ss_flags & SS_DISABLE)) {
    size_t size = static_cast<size_t>(SIGSTKSZ) * 4;
    void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED) {
      stack_t stack = {};
      stack.ss_sp = memory;
      stack.ss_size = size;
      sigaltstack(&stack, nullptr);
    }
  }
  for (Fault& f : g_faults) {
    struct sigaction action = {};
    action.sa_handler = &fault_handler;
    action.sa_flags = SA_NODEFER | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    if (sigaction(f.signum, &action, &f.previous) != 0) return raise_errno(t);
  }
  return {};
}
bool faulthandler_disable(Thread&) {
  if (!__atomic_exchange_n(&g_enabled, false, __ATOMIC_ACQ_REL)) return false;
  for (Fault& f : g_faults) sigaction(f.signum, &f.previous, nullptr);
  g_fault_file.store(Owned());
  return true;
}
bool faulthandler_is_enabled(Thread&) { return __atomic_load_n(&g_enabled, __ATOMIC_RELAXED); }

/// With the world stopped.
void dump_all(Thread& t, int fd) TY_NO_THREAD_SAFETY {
  for (Thread* other = g_threads; other; other = other->next) {
    if (other == &t) continue;
    write_heading(fd, "Thread 0x", static_cast<uint64_t>(other->tid));
    print_python_stack(*other, fd);
    write_text(fd, "\n");
  }
  print_current(fd);
}
Result<void> faulthandler_dump_traceback(Thread& t, Value file, bool all_threads) {
  Owned keep;
  int fd = TRY(file_descriptor(t, file, &keep));
  if (!all_threads) {
    write_text(fd, "Stack (most recent call first):\n");
    print_python_stack(t, fd);
    return {};
  }
  StopScope stop(t);
  dump_all(t, fd);
  return {};
}

Result<void> check_signum(Thread& t, int signum) {
  for (Fault& f : g_faults) {
    if (f.signum == signum) return raise_runtime_error(t, "signal %i cannot be registered, use enable() instead", signum);
  }
  if (signum < 1 || signum >= NSIG) return raise_value_error(t, "signal number out of range");
  return {};
}
Result<void> faulthandler_register(Thread& t, int signum, Value file, bool, bool chain) {
  TRY(check_signum(t, signum));
  Owned keep;
  int fd = TRY(file_descriptor(t, file, &keep));
  Registered& r = g_registered[signum];
  r.fd = fd;
  r.chain = chain;
  g_registered_files[signum].store(keep ? dup(keep.value()) : Owned());
  if (r.active) return {};
  struct sigaction action = {};
  action.sa_handler = &registered_handler;
  action.sa_flags = SA_RESTART | SA_ONSTACK | (chain ? SA_NODEFER : 0);
  sigemptyset(&action.sa_mask);
  if (sigaction(signum, &action, &r.previous) != 0) return raise_errno(t);
  __atomic_store_n(&r.active, true, __ATOMIC_RELEASE);
  return {};
}
Result<bool> faulthandler_unregister(Thread& t, int signum) {
  TRY(check_signum(t, signum));
  Registered& r = g_registered[signum];
  if (!__atomic_exchange_n(&r.active, false, __ATOMIC_ACQ_REL)) return false;
  sigaction(signum, &r.previous, nullptr);
  g_registered_files[signum].store(Owned());
  return true;
}

constexpr MethodDef kFaultMethods[] = {
    function<&faulthandler_register>("register", "($module, /, signum, file=sys.stderr, all_threads=True, chain=False)", "Register a handler for the signal 'signum': dump the traceback of the current thread."),
    function<&faulthandler_unregister>("unregister", "($module, signum, /)", "Unregister the handler of the signal 'signum' registered by register()."),
    function<&faulthandler_enable>("enable", "($module, /, file=sys.stderr, all_threads=True)", "Enable the fault handler."),
    function<&faulthandler_disable>("disable", "($module, /)", "Disable the fault handler."),
    function<&faulthandler_is_enabled>("is_enabled", "($module, /)", "Check if the handler is enabled."),
    function<&faulthandler_dump_traceback>("dump_traceback", "($module, /, file=sys.stderr, all_threads=True)", "Dump the traceback of the current thread, or of all threads."),
    {}};
constexpr ModuleDef kFaultModule = {.name = "faulthandler", .doc = "faulthandler module.", .methods = kFaultMethods};
TY_MODULE(kFaultModule)

}  // namespace

}  // namespace ty
