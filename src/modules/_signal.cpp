// modules/_signal.cpp: the _signal module. CPython: Modules/signalmodule.c.
//
// The C handler sets a flag per signal and the main thread's interrupt bit, and writes to the wake-up descriptor; nothing else.
// Threads     g_noted and g_wakeup_fd are atomics; handlers are GlobalSlots.
#include "modules/signals.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <pthread.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "modules/time_value.h"
#include "sync/thread_state.h"
#include "types/float.h"
#include "types/int.h"
#include "object/type_object.h"
#include "types/function.h"
#include "types/list.h"
#include "types/module.h"
#include "types/set.h"
#include "types/str.h"
#include "types/struct_sequence.h"
#include "vm/eval.h"
#include "vm/interpreter.h"

namespace ty {

namespace {

uint8_t g_noted[NSIG];         // [atomic]
uint8_t g_any_noted;           // [atomic]
int g_wakeup_fd = -1;          // [atomic]
uint8_t g_wakeup_warn = 1;     // [atomic]
GlobalSlot g_handlers[NSIG];   // int SIG_DFL / SIG_IGN, None, or a callable
GlobalSlot g_default_int_handler, g_siginfo_type, g_itimer_error;

Value default_value() { return Value::small_int_unchecked(0); }
Value ignore_value() { return Value::small_int_unchecked(1); }
bool is_main_thread(Thread& t) { return t.interpreter->main_thread == &t; }

void note(int signum) {
  __atomic_store_n(&g_noted[signum], uint8_t{1}, __ATOMIC_RELAXED);
  __atomic_store_n(&g_any_noted, uint8_t{1}, __ATOMIC_RELEASE);
  if (Thread* main = g_main_interpreter.main_thread) set_interrupt(*main, kInterruptSignal);
  int fd = __atomic_load_n(&g_wakeup_fd, __ATOMIC_RELAXED);
  if (fd >= 0) {
    auto byte = static_cast<unsigned char>(signum);
    [[maybe_unused]] auto n = write(fd, &byte, 1);
  }
}

void c_handler(int signum) {
  int saved = errno;
  note(signum);
  errno = saved;
}

bool install(int signum, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  return sigaction(signum, &action, nullptr) == 0;
}

Result<void> default_int_handler_call(Thread& t, int, Value) { return raise_with_value(t, &exc_KeyboardInterrupt, nullptr); }

Result<Owned> wrap_signal(Thread& t, int signum) { return int_from_int64(t, signum); }

Result<Owned> signal_signal(Thread& t, int signum, Value handler) {
  if (!is_main_thread(t)) return raise_value_error(t, "signal only works in main thread of the main interpreter");
  if (signum < 1 || signum >= NSIG) return raise_value_error(t, "signal number out of range");
  void (*c)(int);
  if (is_int(handler)) {
    bool fits;
    int64_t n = int_as_int64(handler, &fits);
    if (n == 0) c = SIG_DFL;
    else if (n == 1) c = SIG_IGN;
    else return raise_type_error(t, "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object");
    handler = Value::small_int_unchecked(n);
  } else if (is_callable(handler)) {
    c = c_handler;
  } else {
    return raise_type_error(t, "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object");
  }
  TRY(signals_run_rpy(t));
  if (!install(signum, c)) return raise_os_error(t, errno);
  Owned old = g_handlers[signum].get();
  g_handlers[signum].store(dup(handler));
  return old ? Result<Owned>(std::move(old)) : Result<Owned>(owned_none());
}

Result<Owned> signal_getsignal(Thread& t, int signum) {
  if (signum < 1 || signum >= NSIG) return raise_value_error(t, "signal number out of range");
  Owned handler = g_handlers[signum].get();
  return handler ? Result<Owned>(std::move(handler)) : Result<Owned>(owned_none());
}

uint64_t signal_alarm(Thread&, int seconds) { return alarm(static_cast<unsigned>(seconds)); }

Result<void> signal_pause(Thread& t) {
  {
    DetachScope detached(t);
    pause();
  }
  return poll(t);
}

Result<void> signal_raise_signal(Thread& t, int signum) {
  if (raise(signum) != 0) return raise_os_error(t, errno);
  return poll(t);
}

Result<Owned> signal_strsignal(Thread& t, int signum) {
  if (signum < 1 || signum >= NSIG) return raise_value_error(t, "signal number out of range");
  errno = 0;
  const char* text = strsignal(signum);
  if (!text || std::strstr(text, "Unknown signal")) return owned_none();
  return str_decode_filesystem(t, text);
}

Result<void> signal_siginterrupt(Thread& t, int signum, bool flag) {
  if (signum < 1 || signum >= NSIG) return raise_value_error(t, "signal number out of range");
  struct sigaction action;
  sigaction(signum, nullptr, &action);
  if (flag) action.sa_flags &= ~SA_RESTART;
  else action.sa_flags |= SA_RESTART;
  if (sigaction(signum, &action, nullptr) != 0) return raise_os_error(t, errno);
  return {};
}

Result<int> signal_set_wakeup_fd(Thread& t, Value descriptor, bool warn_on_full_buffer) {
  int fd = TRY(convert_int(t, descriptor));
  if (!is_main_thread(t)) return raise_value_error(t, "set_wakeup_fd only works in main thread of the main interpreter");
  if (fd != -1) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0) return raise_os_error(t, errno);
    if (!(flags & O_NONBLOCK)) return raise_value_error(t, "the fd %i must be in non-blocking mode", fd);
  }
  __atomic_store_n(&g_wakeup_warn, static_cast<uint8_t>(warn_on_full_buffer), __ATOMIC_RELAXED);
  return __atomic_exchange_n(&g_wakeup_fd, fd, __ATOMIC_ACQ_REL);
}

// --- timers ---

Result<Owned> timer_pair(Thread& t, const itimerval& v) {
  auto seconds = [](const timeval& tv) { return static_cast<double>(tv.tv_sec) + static_cast<double>(tv.tv_usec) * 1e-6; };
  Owned value = TRY(float_from_double(t, seconds(v.it_value)));
  Owned interval = TRY(float_from_double(t, seconds(v.it_interval)));
  return Owned(TRY(tuple_pack(t, value, interval)));
}
Raised raise_itimer(Thread& t) {
  Owned text = Owned::steal(g_empty_str);
  auto made = str_from_utf8(t, std::strerror(errno));
  if (!made.ok()) return Raised{};
  text = made.take();
  auto arguments = tuple_pack(t, Value::small_int_unchecked(errno), text);
  if (!arguments.ok()) return Raised{};
  return raise_with_value(t, g_itimer_error.load().as<Type>(), arguments.take());
}
Result<timeval> to_timeval(Thread& t, Value seconds) {
  int64_t n = TRY(seconds_to_nanoseconds(t, seconds, Rounding::kCeiling));
  return timeval{n / kNanosecondsPerSecond, (n % kNanosecondsPerSecond + 999) / 1000};
}
Result<Owned> signal_setitimer(Thread& t, int which, Value seconds, Value interval) {
  itimerval wanted, old;
  wanted.it_value = TRY(to_timeval(t, seconds));
  wanted.it_interval = interval.is_null() ? timeval{} : TRY(to_timeval(t, interval));
  if (setitimer(static_cast<__itimer_which_t>(which), &wanted, &old) != 0) return raise_itimer(t);
  return timer_pair(t, old);
}
Result<Owned> signal_getitimer(Thread& t, int which) {
  itimerval now;
  if (getitimer(static_cast<__itimer_which_t>(which), &now) != 0) return raise_itimer(t);
  return timer_pair(t, now);
}

// --- masks and waiting ---

Result<void> read_mask(Thread& t, Value iterable, sigset_t* out) {
  sigemptyset(out);
  Owned iterator = TRY(get_iterator(t, iterable));
  while (true) {
    Owned item = TRY(iterator_next(t, iterator));
    if (item.value().is_empty()) return {};
    int signum = TRY(convert_int(t, item));
    if (signum < 1 || signum >= NSIG) {
      return raise_value_error(t, "signal number %d out of range [1; %i]", signum, NSIG - 1);
    }
    sigaddset(out, signum);
  }
}
Result<Owned> mask_set(Thread& t, const sigset_t& mask) {
  Owned set = TRY(set_new(t, nullptr));
  for (int signum = 1; signum < NSIG; signum++) {
    if (sigismember(&mask, signum) == 1) TRY(set_add(t, set, TRY(wrap_signal(t, signum))));
  }
  return set;
}
Result<Owned> signal_pthread_sigmask(Thread& t, int how, Value mask) {
  sigset_t wanted, old;
  TRY(read_mask(t, mask, &wanted));
  if (int error = pthread_sigmask(how, &wanted, &old)) return raise_os_error(t, error);
  TRY(poll(t));
  return mask_set(t, old);
}
Result<Owned> signal_sigpending(Thread& t) {
  sigset_t pending;
  if (sigpending(&pending) != 0) return raise_os_error(t, errno);
  return mask_set(t, pending);
}
Result<int> signal_sigwait(Thread& t, Value mask) {
  sigset_t set;
  TRY(read_mask(t, mask, &set));
  int signum, error;
  {
    DetachScope detached(t);
    error = sigwait(&set, &signum);
  }
  if (error) return raise_os_error(t, error);
  return signum;
}
constexpr StructField kSigInfoFields[] = {{"si_signo", "signal number"}, {"si_code", "signal code"}, {"si_errno", "errno associated with this signal"},
    {"si_pid", "sending process ID"}, {"si_uid", "real user ID of sending process"}, {"si_status", "exit value or signal"}, {"si_band", "band event for SIGPOLL"}, {}};
constexpr StructSequenceDef kSigInfo = {"signal.struct_siginfo", "struct_siginfo: Result from sigwaitinfo or sigtimedwait.", kSigInfoFields, 7};
Result<Owned> signal_info(Thread& t, const siginfo_t& si) {
  auto n = [](int64_t x) { return Value::small_int_unchecked(x); };
  Value values[] = {n(si.si_signo), n(si.si_code), n(si.si_errno), n(si.si_pid), n(si.si_uid), n(si.si_status), n(si.si_band)};
  return Owned(TRY(struct_sequence_new(t, g_siginfo_type.load().as<Type>(), values, 7)));
}
Result<Owned> signal_sigwaitinfo(Thread& t, Value mask) {
  sigset_t set;
  TRY(read_mask(t, mask, &set));
  while (true) {
    siginfo_t si;
    int r;
    {
      DetachScope detached(t);
      r = sigwaitinfo(&set, &si);
    }
    if (r >= 0) return signal_info(t, si);
    if (errno != EINTR) return raise_os_error(t, errno);
    TRY(poll(t));
  }
}
Result<Owned> signal_sigtimedwait(Thread& t, Value mask, Value timeout) {
  int64_t duration = TRY(seconds_to_nanoseconds(t, timeout, Rounding::kCeiling));
  if (duration < 0) return raise_value_error(t, "timeout must be non-negative");
  sigset_t set;
  TRY(read_mask(t, mask, &set));
  int64_t deadline = monotonic_nanoseconds() + duration;
  while (true) {
    siginfo_t si;
    int64_t left = deadline - monotonic_nanoseconds();
    timespec ts = to_timespec(left < 0 ? 0 : left);
    int r;
    {
      DetachScope detached(t);
      r = sigtimedwait(&set, &si, &ts);
    }
    if (r >= 0) return signal_info(t, si);
    if (errno == EAGAIN) return owned_none();
    if (errno != EINTR) return raise_os_error(t, errno);
    TRY(poll(t));
  }
}
Result<void> signal_pthread_kill(Thread& t, uint64_t thread, int signum) {
  if (int error = pthread_kill(static_cast<pthread_t>(thread), signum)) return raise_os_error(t, error);
  return poll(t);
}
Result<Owned> signal_valid_signals(Thread& t) {
  sigset_t all;
  sigfillset(&all);
  return mask_set(t, all);
}

constexpr MethodDef kDefaultIntHandler =
    function<&default_int_handler_call>("default_int_handler", "($module, signalnum, frame, /)", "The default handler for SIGINT installed by Python.");

constexpr MethodDef kSignalMethods[] = {
    function<&signal_signal>("signal", "($module, signalnum, handler, /)", "Set the action for the given signal."),
    function<&signal_getsignal>("getsignal", "($module, signalnum, /)", "Return the current action for the given signal."),
    function<&signal_alarm>("alarm", "($module, seconds, /)", "Arrange for SIGALRM to arrive after the given number of seconds."),
    function<&signal_pause>("pause", "($module, /)", "Wait until a signal arrives."),
    function<&signal_raise_signal>("raise_signal", "($module, signalnum, /)", "Send a signal to the executing process."),
    function<&signal_strsignal>("strsignal", "($module, signalnum, /)", "Return the system description of the given signal."),
    function<&signal_siginterrupt>("siginterrupt", "($module, signalnum, flag, /)", "Change system call restart behaviour."),
    function<&signal_set_wakeup_fd>("set_wakeup_fd", "($module, fd, /, *, warn_on_full_buffer=True)", "Sets the fd to be written to (with the signal number) when a signal comes in."),
    function<&signal_setitimer>("setitimer", "($module, which, seconds, interval=<zero>, /)", "Sets given itimer (one of ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF)."),
    function<&signal_getitimer>("getitimer", "($module, which, /)", "Returns current value of given itimer."),
    function<&signal_pthread_sigmask>("pthread_sigmask", "($module, how, mask, /)", "Fetch and/or change the signal mask of the calling thread."),
    function<&signal_sigpending>("sigpending", "($module, /)", "Examine pending signals."),
    function<&signal_sigwait>("sigwait", "($module, sigset, /)", "Wait for a signal."),
    function<&signal_sigwaitinfo>("sigwaitinfo", "($module, sigset, /)", "Wait synchronously until one of the signals in *sigset* is delivered."),
    function<&signal_sigtimedwait>("sigtimedwait", "($module, sigset, timeout, /)", "Like sigwaitinfo(), but with a timeout."),
    function<&signal_pthread_kill>("pthread_kill", "($module, thread_id, signalnum, /)", "Send a signal to a thread."),
    function<&signal_valid_signals>("valid_signals", "($module, /)", "Return a set of valid signal numbers on this platform."),
    kDefaultIntHandler,
    {}};

Result<void> signal_exec(Thread& t, Module& m) {
#define S(name) TRY(module_add_int(t, m, #name, name));
  S(SIGHUP) S(SIGINT) S(SIGQUIT) S(SIGILL) S(SIGTRAP) S(SIGIOT) S(SIGABRT) S(SIGFPE) S(SIGKILL) S(SIGBUS) S(SIGSEGV) S(SIGSYS)
  S(SIGPIPE) S(SIGALRM) S(SIGTERM) S(SIGUSR1) S(SIGUSR2) S(SIGCLD) S(SIGCHLD) S(SIGPWR) S(SIGIO) S(SIGURG) S(SIGWINCH) S(SIGPOLL)
  S(SIGSTOP) S(SIGTSTP) S(SIGCONT) S(SIGTTIN) S(SIGTTOU) S(SIGVTALRM) S(SIGPROF) S(SIGXCPU) S(SIGXFSZ) S(SIGRTMIN) S(SIGRTMAX)
  S(SIGSTKFLT) S(SIG_BLOCK) S(SIG_UNBLOCK) S(SIG_SETMASK) S(ITIMER_REAL) S(ITIMER_VIRTUAL) S(ITIMER_PROF) S(NSIG)
#undef S
  TRY(module_add_int(t, m, "SIG_DFL", 0));
  TRY(module_add_int(t, m, "SIG_IGN", 1));
  Type* info = TRY(struct_sequence_type(t, kSigInfo));
  g_siginfo_type.store(dup(Value(info)));
  TRY(module_add(t, m, "struct_siginfo", Value(info)));
  Ref<Tuple> bases = TRY(tuple_pack(t, Value(&exc_OSError)));
  Ref<Dict> names = TRY(dict_new(t));
  Value arguments[] = {NAME("ItimerError"), bases, names};
  Owned error = TRY(call(t, Value(&type_type), arguments, 3));
  TRY(set_attribute(t, error, NAME("__module__"), NAME("signal")));
  g_itimer_error.store(dup(error.value()));
  TRY(module_add(t, m, "ItimerError", error));
  if (g_default_int_handler.load()) return module_add(t, m, "default_int_handler", g_default_int_handler.load());
  return {};
}
constexpr ModuleDef kSignalModule = {.name = "_signal", .doc = "This module provides mechanisms to use signal handlers in Python.",
                                     .methods = kSignalMethods, .exec = &signal_exec};
TY_MODULE(kSignalModule)

}  // namespace

bool signal_trigger(int signum) {
  if (signum < 1 || signum >= NSIG) return false;
  Value handler = g_handlers[signum].load();
  if (handler.is_null() || is_none(handler) || handler == default_value() || handler == ignore_value()) return false;
  note(signum);
  return true;
}

Result<void> signals_run_rpy(Thread& t) {
  if (!is_main_thread(t) || !__atomic_exchange_n(&g_any_noted, uint8_t{0}, __ATOMIC_ACQ_REL)) return {};
  for (int signum = 1; signum < NSIG; signum++) {
    if (!__atomic_exchange_n(&g_noted[signum], uint8_t{0}, __ATOMIC_ACQ_REL)) continue;
    Owned handler = g_handlers[signum].get();
    if (!handler || is_none(handler) || handler.value().is_immediate()) continue;
    Owned frame = TRY(frame_object(t, 0));
    if (frame.value().is_empty()) frame = owned_none();
    auto result = call(t, handler, Value::small_int_unchecked(signum), frame);
    if (!result.ok()) {
      __atomic_store_n(&g_any_noted, uint8_t{1}, __ATOMIC_RELEASE);  // the others stay noted
      set_interrupt(t, kInterruptSignal);
      return Raised{};
    }
    Owned ignored = result.take();
  }
  return {};
}

Result<void> signals_initialize(Thread& t) {
  g_thread_hooks.run_signal_handlers = &signals_run_rpy;
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  for (int signum = 1; signum < NSIG; signum++) {
    struct sigaction action;
    if (sigaction(signum, nullptr, &action) != 0) continue;
    if (action.sa_handler == SIG_DFL) g_handlers[signum].store(Owned::steal(default_value()));
    else if (action.sa_handler == SIG_IGN) g_handlers[signum].store(Owned::steal(ignore_value()));
    else g_handlers[signum].store(owned_none());
  }
  if (g_handlers[SIGINT].load() == default_value()) {
    Owned handler = TRY(native_function_new(t, kDefaultIntHandler, nullptr, NAME("_signal")));
    g_default_int_handler.store(dup(handler.value()));
    g_handlers[SIGINT].store(std::move(handler));
    install(SIGINT, c_handler);
  }
  return {};
}

void signals_finalize() {
  for (int signum = 1; signum < NSIG; signum++) {
    Value handler = g_handlers[signum].load();
    if (handler.is_null() || handler.is_immediate() || is_none(handler)) continue;
    install(signum, SIG_DFL);
  }
}

}  // namespace ty
