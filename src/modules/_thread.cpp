// modules/_thread.cpp: the _thread module: locks, threads, thread handles. threading.local is in _thread_local.cpp. CPython: Modules/_threadmodule.c.
//
// Locks       one Mutex (sync/mutex.h) each; an RLock adds its owner and depth. Reading `locked()` writes nothing.
// Threads     a NativeThread is shared, by count, between its handle objects and the native thread; its event is set when the thread has left.
#include <cerrno>
#include <cstring>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "mem/heap.h"
#include "mem/thread_lifecycle.h"
#include "modules/_thread.h"
#include "modules/signals.h"
#include "modules/time_value.h"
#include "object/type_object.h"
#include "sync/mutex.h"
#include "sync/thread_state.h"
#include "types/dict.h"
#include "types/float.h"
#include "types/int.h"
#include "types/module.h"
#include "types/str.h"
#include "types/struct_sequence.h"
#include "types/tuple.h"
#include "vm/interpreter.h"

namespace ty {

namespace {

constexpr int64_t kMaxTimeout = INT64_MAX / 1000;  // what CPython's TIMEOUT_MAX comes to, in nanoseconds

// --- timeouts ---

struct Timeout {
  int64_t nanoseconds;  // kForever: none; 0: do not wait
};
Result<int64_t> read_timeout(Thread& t, bool blocking, Value timeout) {
  if (timeout.is_null() || (timeout.is_small_int() && timeout.small_int() == -1)) return blocking ? kForever : int64_t{0};
  int64_t n = TRY(seconds_to_nanoseconds(t, timeout, Rounding::kUp));
  if (!blocking && n != -kNanosecondsPerSecond) return raise_value_error(t, "can't specify a timeout for a non-blocking call");
  if (n < 0 && n != -kNanosecondsPerSecond) return raise_value_error(t, "timeout value must be a non-negative number");
  if (!blocking) return int64_t{0};
  if (n == -kNanosecondsPerSecond) return kForever;
  return n;
}

/// Locks, running signal handlers when interrupted. False: timed out.
Result<bool> acquire(Thread& t, Mutex& mutex, int64_t nanoseconds) {
  if (mutex.try_lock()) return true;
  if (nanoseconds == 0) return false;
  int64_t deadline = nanoseconds == kForever ? kForever : monotonic_nanoseconds() + nanoseconds;
  while (true) {
    switch (mutex.lock_timed(nanoseconds, Interruptible::kYes)) {
      case LockResult::kAcquired: return true;
      case LockResult::kTimedOut: return false;
      case LockResult::kInterrupted: break;
    }
    TRY(poll(t));
    if (nanoseconds != kForever) {
      nanoseconds = deadline - monotonic_nanoseconds();
      if (nanoseconds <= 0) return mutex.try_lock();
    }
  }
}

// --- lock ---

struct Lock : Object {
  Mutex mutex;  // [atomic]
  static Type* type();
};
Type lock_type;
Type* Lock::type() { return &lock_type; }

Result<Owned> lock_new(Thread& t, Type& type) {
  Object* o = allocate_object(t, &type, static_cast<size_t>(type.basicsize));
  if (!o) return raise_memory_error(t);
  return Owned::steal(Value(o));
}
Result<bool> lock_acquire(Thread& t, Lock& self, bool blocking, Value timeout) {
  Ref<Lock> keep = dup(self);
  return acquire(t, self.mutex, TRY(read_timeout(t, blocking, timeout)));
}
Result<bool> lock_enter(Thread& t, Lock& self) {
  if (TY_LIKELY(self.mutex.try_lock())) return true;
  Ref<Lock> keep = dup(self);
  return acquire(t, self.mutex, kForever);
}
Result<void> lock_release(Thread& t, Lock& self) {
  if (!self.mutex.try_unlock()) return raise_runtime_error(t, "release unlocked lock");
  return {};
}
Result<void> lock_exit(Thread& t, Lock& self, Args) { return lock_release(t, self); }
bool lock_locked(Thread&, Lock& self) { return self.mutex.is_locked(); }
void lock_at_fork_reinit(Thread&, Lock& self) { self.mutex.reset(); }
Result<Owned> lock_repr(Thread& t, Value v) {
  auto& self = *v.as<Lock>();
  return Owned(TRY(str_from_format(t, "<%s %s object at %p>", self.mutex.is_locked() ? "locked" : "unlocked", self.Object::type()->name,
                                   static_cast<void*>(&self))));
}

constexpr MethodDef kLockMethods[] = {
    method<&lock_acquire>("acquire", "($self, /, blocking=True, timeout=-1)", "Lock the lock."),
    method<&lock_acquire>("acquire_lock", "($self, /, blocking=True, timeout=-1)", "An obsolete synonym of acquire()."),
    method<&lock_release>("release", "($self, /)", "Release the lock."),
    method<&lock_release>("release_lock", "($self, /)", "An obsolete synonym of release()."),
    method<&lock_locked>("locked", "($self, /)", "Return whether the lock is in the locked state."),
    method<&lock_locked>("locked_lock", "($self, /)", "An obsolete synonym of locked()."),
    method<&lock_enter>("__enter__", "($self, /)", "Lock the lock."),
    method<&lock_exit>("__exit__", "($self, /, *exc_info)", "Release the lock."),
    method<&lock_at_fork_reinit>("_at_fork_reinit", "($self, /)", nullptr),
    {}};
constexpr TypeOps kLockOps = {.repr = &lock_repr, .create = constructor<"lock", "()", &lock_new>};
constexpr TypeDef kLockDef = {.name = "_thread.lock", .size = sizeof(Lock), .flags = kTypeImmutable, .ops = &kLockOps, .methods = kLockMethods,
    .doc = "A lock object is a synchronization primitive.  To create a lock,\ncall threading.Lock()."};

// --- RLock ---

struct RLock : Object {
  Mutex mutex;        // [atomic]
  uint64_t owner;     // [atomic] Thread::tid of the holder, or 0
  uint64_t depth;     // [lock]
  static Type* type();
};
Type rlock_type;
Type* RLock::type() { return &rlock_type; }

uint64_t rlock_owner(const RLock& self) { return __atomic_load_n(&self.owner, __ATOMIC_RELAXED); }
bool rlock_mine(Thread& t, const RLock& self) { return rlock_owner(self) == t.tid; }

Result<Owned> rlock_new(Thread& t, Type& type, Args, Kwargs) { return lock_new(t, type); }
Result<bool> rlock_take(Thread& t, RLock& self, int64_t nanoseconds, uint64_t depth) {
  Ref<RLock> keep = dup(self);
  if (!TRY(acquire(t, self.mutex, nanoseconds))) return false;
  __atomic_store_n(&self.owner, t.tid, __ATOMIC_RELAXED);
  self.depth = depth;
  return true;
}
Result<bool> rlock_acquire(Thread& t, RLock& self, bool blocking, Value timeout) {
  int64_t nanoseconds = TRY(read_timeout(t, blocking, timeout));
  if (rlock_mine(t, self)) {
    if (self.depth == UINT64_MAX) return raise_overflow_error(t, "Internal lock count overflowed");
    self.depth++;
    return true;
  }
  return rlock_take(t, self, nanoseconds, 1);
}
Result<bool> rlock_enter(Thread& t, RLock& self) { return rlock_acquire(t, self, true, nullptr); }
void rlock_give(RLock& self) {
  __atomic_store_n(&self.owner, uint64_t{0}, __ATOMIC_RELAXED);
  self.mutex.unlock();
}
Result<void> rlock_release(Thread& t, RLock& self) {
  if (!rlock_mine(t, self)) return raise_runtime_error(t, "cannot release un-acquired lock");
  if (--self.depth == 0) rlock_give(self);
  return {};
}
Result<void> rlock_exit(Thread& t, RLock& self, Args) { return rlock_release(t, self); }
bool rlock_is_owned(Thread& t, RLock& self) { return rlock_mine(t, self); }
Result<Owned> rlock_recursion_count(Thread& t, RLock& self) { return int_from_uint64(t, rlock_mine(t, self) ? self.depth : 0); }
Result<Owned> rlock_release_save(Thread& t, RLock& self) {
  if (!rlock_mine(t, self)) return raise_runtime_error(t, "cannot release un-acquired lock");
  Owned depth = TRY(int_from_uint64(t, self.depth)), owner = TRY(int_from_uint64(t, self.owner));
  Ref<Tuple> state = TRY(tuple_pack(t, depth, owner));
  self.depth = 0;
  rlock_give(self);
  return Owned(std::move(state));
}
Result<void> rlock_acquire_restore(Thread& t, RLock& self, Tuple& state) {
  if (state.size != 2) return raise_type_error(t, "function takes exactly 2 arguments (%zd given)", state.size);
  uint64_t depth = TRY(convert_uint64(t, state.get(0)));
  TRY(rlock_take(t, self, kForever, depth));
  return {};
}
void rlock_at_fork_reinit(Thread&, RLock& self) {
  self.mutex.reset();
  self.owner = 0;
  self.depth = 0;
}
Result<Owned> rlock_repr(Thread& t, Value v) {
  auto& self = *v.as<RLock>();
  uint64_t owner = rlock_owner(self);
  return Owned(TRY(str_from_format(t, "<%s %s object owner=%lu count=%lu at %p>", owner ? "locked" : "unlocked", self.Object::type()->name, owner,
                                   owner ? self.depth : 0, static_cast<void*>(&self))));
}

constexpr MethodDef kRLockMethods[] = {
    method<&rlock_acquire>("acquire", "($self, /, blocking=True, timeout=-1)", "Lock the lock."),
    method<&rlock_release>("release", "($self, /)", "Release the lock."),
    method<&rlock_enter>("__enter__", "($self, /)", "Lock the lock."),
    method<&rlock_exit>("__exit__", "($self, /, *exc_info)", "Release the lock."),
    method<&rlock_is_owned>("_is_owned", "($self, /)", "For internal use by `threading.Condition`."),
    method<&rlock_recursion_count>("_recursion_count", "($self, /)", "For internal use by reentrancy checks."),
    method<&rlock_release_save>("_release_save", "($self, /)", "For internal use by `threading.Condition`."),
    method<&rlock_acquire_restore>("_acquire_restore", "($self, state, /)", "For internal use by `threading.Condition`."),
    method<&rlock_at_fork_reinit>("_at_fork_reinit", "($self, /)", nullptr),
    {}};
constexpr TypeOps kRLockOps = {.repr = &rlock_repr, .create = constructor<"RLock", "(*args, **kwargs)", &rlock_new>};
constexpr TypeDef kRLockDef = {.name = "_thread.RLock", .size = sizeof(RLock), .ops = &kRLockOps, .methods = kRLockMethods};

// --- threads ---

using HandleState = uint8_t;
enum : HandleState { kNotStarted, kStarting, kRunning, kDone };

struct NativeThread {
  uint32_t references = 1;                       // [atomic]
  HandleState state = kNotStarted;  // [atomic]
  uint8_t joinable = 0;                          // [atomic] pthread_join is still owed
  pthread_t pthread = {};
  uint64_t ident = 0;                            // [atomic]
  Event started;                                 // its Thread exists, or could not be made
  bool failed = false;                           // set before `started`
  Event done;
  NativeThread* next = nullptr;                  // [g_shutdown_lock] non-daemon threads that shutdown waits for
  NativeThread* previous = nullptr;
  bool listed = false;
};

LeafLock g_shutdown_lock(LockRank::kTable);
NativeThread* g_shutdown_list TY_GUARDED_BY(g_shutdown_lock) = nullptr;
uint32_t g_thread_count_started = 0;  // [atomic] _thread._count()
size_t g_stack_size = 0;              // [atomic]

void native_thread_dec(NativeThread* n) {
  if (__atomic_sub_fetch(&n->references, 1, __ATOMIC_ACQ_REL) == 0) {
    if (__atomic_exchange_n(&n->joinable, uint8_t{0}, __ATOMIC_ACQ_REL)) pthread_detach(n->pthread);
    delete n;
  }
}
void native_thread_inc(NativeThread* n) { __atomic_fetch_add(&n->references, 1, __ATOMIC_RELAXED); }
HandleState state_of(const NativeThread& n) { return __atomic_load_n(&n.state, __ATOMIC_ACQUIRE); }

void list_for_shutdown(NativeThread* n) {
  g_shutdown_lock.lock();
  native_thread_inc(n);
  n->listed = true;
  n->previous = nullptr;
  n->next = g_shutdown_list;
  if (n->next) n->next->previous = n;
  g_shutdown_list = n;
  g_shutdown_lock.unlock();
}
void unlist(NativeThread* n) {
  g_shutdown_lock.lock();
  bool was = n->listed;
  if (was) {
    n->listed = false;
    (n->previous ? n->previous->next : g_shutdown_list) = n->next;
    if (n->next) n->next->previous = n->previous;
  }
  g_shutdown_lock.unlock();
  if (was) native_thread_dec(n);
}

void mark_done(NativeThread* n) {
  __atomic_store_n(&n->state, kDone, __ATOMIC_RELEASE);
  unlist(n);
  n->done.set();
}

struct ThreadHandle : Object {
  NativeThread* native;  // [const]
  static Type* type();
};
Type handle_type;
Type* ThreadHandle::type() { return &handle_type; }

void handle_release(Object* o) {
  if (NativeThread* n = static_cast<ThreadHandle*>(o)->native) native_thread_dec(n);
}
Result<Owned> handle_new(Thread& t, Type& type) {
  Object* o = allocate_object(t, &type, static_cast<size_t>(type.basicsize));
  if (!o) return raise_memory_error(t);
  static_cast<ThreadHandle*>(o)->native = new NativeThread();
  return Owned::steal(Value(o));
}
Result<Owned> handle_ident(Thread& t, ThreadHandle& self) { return int_from_uint64(t, __atomic_load_n(&self.native->ident, __ATOMIC_ACQUIRE)); }
bool handle_is_done(Thread&, ThreadHandle& self) { return self.native->done.is_set(); }
void handle_set_done(Thread&, ThreadHandle& self) { mark_done(self.native); }
Result<void> handle_join(Thread& t, ThreadHandle& self, Value timeout) {
  int64_t nanoseconds = kForever;
  if (!is_none(timeout)) {
    nanoseconds = TRY(seconds_to_nanoseconds(t, timeout, Rounding::kUp));
    if (nanoseconds < 0) nanoseconds = kForever;
  }
  NativeThread& n = *self.native;
  HandleState state = state_of(n);
  if (state == kNotStarted || state == kStarting) return raise_runtime_error(t, "thread not started");
  if (!n.done.is_set() && n.ident == t.tid) return raise_runtime_error(t, "Cannot join current thread");
  Ref<ThreadHandle> keep = dup(self);
  int64_t deadline = nanoseconds == kForever ? 0 : monotonic_nanoseconds() + nanoseconds;
  while (true) {
    LockResult r = n.done.wait(nanoseconds, Interruptible::kYes);
    if (r == LockResult::kAcquired) break;
    if (r == LockResult::kTimedOut) return {};
    TRY(poll(t));
    if (nanoseconds != kForever) {
      nanoseconds = deadline - monotonic_nanoseconds();
      if (nanoseconds <= 0) return {};
    }
  }
  if (__atomic_exchange_n(&n.joinable, uint8_t{0}, __ATOMIC_ACQ_REL)) {
    DetachScope detached(t);
    pthread_join(n.pthread, nullptr);
  }
  return {};
}
Result<Owned> handle_repr(Thread& t, Value v) {
  auto& self = *v.as<ThreadHandle>();
  return Owned(TRY(str_from_format(t, "<%s object: ident=%lu>", self.Object::type()->name, __atomic_load_n(&self.native->ident, __ATOMIC_ACQUIRE))));
}
constexpr MethodDef kHandleMethods[] = {
    method<&handle_join>("join", "($self, timeout=None, /)", nullptr),
    method<&handle_set_done>("_set_done", "($self, /)", nullptr),
    method<&handle_is_done>("is_done", "($self, /)", nullptr),
    {}};
constexpr GetSetDef kHandleGetSet[] = {getter<&handle_ident>("ident"), {}};
constexpr TypeOps kHandleOps = {.repr = &handle_repr, .create = constructor<"_ThreadHandle", "()", &handle_new>};
constexpr TypeDef kHandleDef = {.name = "_thread._ThreadHandle", .size = sizeof(ThreadHandle), .flags = 0, .layout = {.release = &handle_release},
                                .ops = &kHandleOps, .methods = kHandleMethods, .getset = kHandleGetSet};

/// What the new thread starts with.
struct Boot {
  GlobalSlot function, arguments, keywords;
  ~Boot() {
    for (GlobalSlot* slot : {&function, &arguments, &keywords}) slot->retire();
  }
  NativeThread* native;
  Interpreter* interpreter;
};

void run_body(Thread& t, Boot& boot) {
  Owned function = boot.function.get(), arguments = boot.arguments.get(), keywords = boot.keywords.get();
  boot.function.store(Owned());
  boot.arguments.store(Owned());
  boot.keywords.store(Owned());
  auto result = call_with_tuple(t, function, *arguments.value().as<Tuple>(), keywords ? keywords.value().as<Dict>() : nullptr);
  if (result.ok()) {
    Owned ignored = result.take();
  } else if (exception_matches(t, &exc_SystemExit)) {
    clear_exception(t);
  } else {
    write_unraisable_rpy(t, function, "Exception ignored in thread started by");
  }
}

void* thread_main(void* argument) {
  auto* boot = static_cast<Boot*>(argument);
  NativeThread* native = boot->native;
  Thread* t = thread_create(boot->interpreter);
  if (!t) {
    native->failed = true;
    native->started.set();
    return nullptr;
  }
  __atomic_store_n(&native->ident, t->tid, __ATOMIC_RELEASE);
  __atomic_store_n(&native->state, kRunning, __ATOMIC_RELEASE);
  __atomic_fetch_add(&g_thread_count_started, 1, __ATOMIC_RELAXED);
  native->started.set();
  run_body(*t, *boot);
  delete boot;
  thread_local_clear(*t);
  __atomic_fetch_sub(&g_thread_count_started, 1, __ATOMIC_RELAXED);
  thread_exit(*t);
  mark_done(native);
  native_thread_dec(native);
  return nullptr;
}

Result<void> start(Thread& t, Value function, Value arguments, Value keywords, NativeThread* native, bool daemon) {
  if (__atomic_load_n(&t.interpreter->finalizing, __ATOMIC_RELAXED)) {
    return raise_format(t, &exc_PythonFinalizationError, "can't create new thread at interpreter shutdown");
  }
  Value published[] = {function, arguments, keywords.is_null() ? none() : keywords};
  enter_multi(t, published, 3);
  auto* boot = new Boot();
  boot->function.store(dup(function));
  boot->arguments.store(dup(arguments));
  if (!keywords.is_null()) boot->keywords.store(dup(keywords));
  boot->native = native;
  boot->interpreter = t.interpreter;
  native_thread_inc(native);
  __atomic_store_n(&native->state, kStarting, __ATOMIC_RELEASE);
  if (!daemon) list_for_shutdown(native);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  if (size_t size = __atomic_load_n(&g_stack_size, __ATOMIC_RELAXED)) pthread_attr_setstacksize(&attributes, size);
  __atomic_store_n(&native->joinable, uint8_t{1}, __ATOMIC_RELEASE);
  int error = pthread_create(&native->pthread, &attributes, &thread_main, boot);
  pthread_attr_destroy(&attributes);
  if (!error) native->started.wait();  // from here on the boot belongs to the new thread
  if (error || native->failed) {
    if (error) __atomic_store_n(&native->joinable, uint8_t{0}, __ATOMIC_RELEASE);
    __atomic_store_n(&native->state, kNotStarted, __ATOMIC_RELEASE);
    unlist(native);
    native_thread_dec(native);
    boot->function.store(Owned());
    boot->arguments.store(Owned());
    boot->keywords.store(Owned());
    delete boot;
    return raise_runtime_error(t, "can't start new thread");
  }
  return {};
}

Result<Owned> thread_start_new_thread(Thread& t, Value function, Value arguments, Value keywords) {
  if (!is_callable(function)) return raise_type_error(t, "first arg must be callable");
  if (!is_instance(arguments, Tuple::type())) return raise_type_error(t, "2nd arg must be a tuple");
  if (!keywords.is_null() && !is_instance(keywords, Dict::type())) return raise_type_error(t, "optional 3rd arg must be a dictionary");
  auto* native = new NativeThread();
  auto started = start(t, function, arguments, keywords, native, true);
  if (!started.ok()) {
    native_thread_dec(native);
    return Raised{};
  }
  Owned ident = TRY(int_from_uint64(t, __atomic_load_n(&native->ident, __ATOMIC_ACQUIRE)));
  native_thread_dec(native);
  return ident;
}
Result<Owned> thread_start_joinable_thread(Thread& t, Value function, Value handle, bool daemon) {
  if (!is_callable(function)) return raise_type_error(t, "thread function must be callable");
  Owned own;
  if (is_none(handle)) {
    own = TRY(handle_new(t, handle_type));
  } else {
    if (!is_instance(handle, &handle_type)) return raise_type_error(t, "'handle' must be a _ThreadHandle");
    own = dup(handle);
  }
  NativeThread* native = own.value().as<ThreadHandle>()->native;
  HandleState expected = kNotStarted;
  if (!__atomic_compare_exchange_n(&native->state, &expected, kStarting, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    return raise_runtime_error(t, "thread already started");
  }
  TRY(start(t, function, g_empty_tuple, nullptr, native, daemon));
  return own;
}
Result<Owned> thread_make_thread_handle(Thread& t, uint64_t ident) {
  Owned handle = TRY(handle_new(t, handle_type));
  NativeThread& native = *handle.value().as<ThreadHandle>()->native;
  native.ident = ident;
  native.state = kRunning;
  return handle;
}
Result<void> thread_shutdown(Thread& t) {
  while (true) {
    g_shutdown_lock.lock();
    NativeThread* n = g_shutdown_list;
    while (n && n->ident == t.tid) n = n->next;
    if (n) native_thread_inc(n);
    g_shutdown_lock.unlock();
    if (!n) return {};
    LockResult r = n->done.wait(kForever, Interruptible::kYes);
    native_thread_dec(n);
    if (r == LockResult::kInterrupted) {
      auto polled = poll(t);
      if (!polled.ok()) return Raised{};
    }
  }
}

Result<Owned> thread_get_ident(Thread& t) { return int_from_uint64(t, t.tid); }
Result<Owned> thread_get_main_thread_ident(Thread& t) { return int_from_uint64(t, t.interpreter->main_thread->tid); }
bool thread_is_main_interpreter(Thread&) { return true; }
int thread_get_native_id(Thread&) { return gettid(); }
bool thread_daemon_threads_allowed(Thread&) { return true; }
ssize thread_count(Thread&) { return __atomic_load_n(&g_thread_count_started, __ATOMIC_RELAXED); }
Result<void> thread_exit_function(Thread& t) { return raise_with_value(t, &exc_SystemExit, nullptr); }
void thread_interrupt_main(Thread&, int signum) { signal_trigger(signum); }
Result<Owned> thread_allocate_lock(Thread& t) { return lock_new(t, lock_type); }
Result<ssize> thread_stack_size(Thread& t, ssize size) {
  if (size < 0) return raise_value_error(t, "size must be 0 or a positive value");
  if (size && size < 32768) return raise_value_error(t, "size not valid: %zd bytes", size);
  return static_cast<ssize>(__atomic_exchange_n(&g_stack_size, static_cast<size_t>(size), __ATOMIC_RELAXED));
}

constexpr StructField kHookFields[] = {{"exc_type", "Exception type"}, {"exc_value", "Exception value"}, {"exc_traceback", "Exception traceback"},
                                       {"thread", "Thread"}, {}};
constexpr StructSequenceDef kHookArgs = {"_thread._ExceptHookArgs", "Type used to pass arguments to threading.excepthook.", kHookFields, 4};
GlobalSlot g_hook_args;

Result<void> thread_excepthook(Thread& t, Value arguments) {
  if (type_of(arguments) != g_hook_args.load().as<Type>()) return raise_type_error(t, "_thread.excepthook argument type must be ExceptHookArgs");
  Tuple& a = *arguments.as<Tuple>();
  if (a.get(0).identity() == Value(&exc_SystemExit).identity()) return {};
  Owned thread = a.items[3].get();
  Owned file = dup(sys_get(t, "stderr"));
  if (!file || is_none(file)) {
    if (is_none(thread)) return {};
    file = TRY(get_attribute(t, thread, NAME("_stderr")));
    if (is_none(file)) return {};
  }
  Owned name;
  if (!is_none(thread)) {
    name = TRY(find_attribute(t, thread, NAME("name")));
    if (name.value().is_empty()) name = Owned();
  }
  Ref<Str> head = name ? TRY(str_from_format(t, "Exception in thread %S:\n", name.value()))
                       : TRY(str_from_format(t, "Exception in thread %lu:\n", t.tid));
  Owned ignored = TRY(call_method(t, file, NAME("write"), head));
  Owned print = TRY(import_attribute(t, "traceback", "print_exception"));
  Owned type = a.items[0].get(), value = a.items[1].get(), traceback = a.items[2].get();
  Value list[] = {type, value, traceback, none(), file};
  ignored = TRY(call(t, print, list, 5));
  ignored = TRY(call_method(t, file, NAME("flush")));
  return {};
}

constexpr MethodDef kThreadMethods[] = {
    function<&thread_start_new_thread>("start_new_thread", "($module, function, args, kwargs=<empty>, /)", "Start a new thread and return its identifier."),
    function<&thread_start_new_thread>("start_new", "($module, function, args, kwargs=<empty>, /)", "An obsolete synonym of start_new_thread()."),
    function<&thread_start_joinable_thread>("start_joinable_thread", "($module, /, function, handle=None, daemon=True)", "*For internal use only*: start a new thread."),
    function<&thread_make_thread_handle>("_make_thread_handle", "($module, ident, /)", "Internal only. Make a thread handle for threads not started by the _thread or threading module."),
    function<&thread_shutdown>("_shutdown", "($module, /)", "Wait for all non-daemon threads (other than the calling thread) to stop."),
    function<&thread_daemon_threads_allowed>("daemon_threads_allowed", "($module, /)", "Return True if daemon threads are allowed in the current interpreter, and False otherwise."),
    function<&thread_allocate_lock>("allocate_lock", "($module, /)", "Create a new lock object. See help(type(threading.Lock())) for information about locks."),
    function<&thread_allocate_lock>("allocate", "($module, /)", "An obsolete synonym of allocate_lock()."),
    function<&thread_exit_function>("exit", "($module, /)", "This is synonymous to ``raise SystemExit''.  It will cause the current thread to exit silently unless the exception is caught."),
    function<&thread_exit_function>("exit_thread", "($module, /)", "An obsolete synonym of exit()."),
    function<&thread_interrupt_main>("interrupt_main", "($module, signum=2, /)", "Simulate the arrival of the given signal in the main thread, where the corresponding signal handler will be executed."),
    function<&thread_get_ident>("get_ident", "($module, /)", "Return a non-zero integer that uniquely identifies the current thread amongst other threads that exist simultaneously."),
    function<&thread_get_native_id>("get_native_id", "($module, /)", "Return a non-negative integer identifying the thread as reported by the OS (kernel)."),
    function<&thread_get_main_thread_ident>("_get_main_thread_ident", "($module, /)", "Internal only. Return a non-zero integer that uniquely identifies the main thread of the main interpreter."),
    function<&thread_is_main_interpreter>("_is_main_interpreter", "($module, /)", "Return True if the current interpreter is the main Python interpreter."),
    function<&thread_count>("_count", "($module, /)", "Return the number of currently running Python threads, excluding the main thread."),
    function<&thread_stack_size>("stack_size", "($module, size=0, /)", "Return the thread stack size used when creating new threads."),
    function<&thread_excepthook>("_excepthook", "($module, exc_info, /)", "Handle uncaught Thread.run() exception."),
    {}};

Result<void> thread_exec(Thread& t, Module& m) {
  TRY(type_ready(t, &lock_type, kLockDef));
  TRY(type_ready(t, &rlock_type, kRLockDef));
  TRY(type_ready(t, &handle_type, kHandleDef));
  TRY(module_add_type(t, m, &lock_type));
  TRY(module_add(t, m, "LockType", Value(&lock_type)));
  TRY(module_add_type(t, m, &rlock_type));
  TRY(module_add_type(t, m, &handle_type));
  TRY(module_add(t, m, "error", Value(&exc_RuntimeError)));
  Owned max = TRY(float_from_double(t, static_cast<double>(kMaxTimeout / kNanosecondsPerSecond)));
  TRY(module_add(t, m, "TIMEOUT_MAX", max));
  Type* hook = TRY(struct_sequence_type(t, kHookArgs));
  g_hook_args.store(dup(Value(hook)));
  TRY(module_add(t, m, "_ExceptHookArgs", Value(hook)));
  return thread_local_add_type(t, m);
}
constexpr ModuleDef kThreadModule = {.name = "_thread", .doc = "This module provides primitive operations to write multi-threaded programs.\n"
    "The 'threading' module provides a more convenient interface.", .methods = kThreadMethods, .exec = &thread_exec};
TY_MODULE(kThreadModule)

}  // namespace

}  // namespace ty
