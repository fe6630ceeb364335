// Mutex, critical sections, stops, the GIL and fork, with real threads.
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "fixture.h"
#include "sync/critical_section.h"

using namespace ty;
using namespace ty::test;

namespace {

/// Runs f(Thread&, index) on `count` threads with Threads of their own; `t` is detached meanwhile.
template <class F>
void on_threads(Thread& t, int count, F&& f) {
  DetachScope detached(t);
  std::vector<std::thread> threads;
  for (int i = 0; i < count; i++) {
    threads.emplace_back([&f, i] {
      Thread* u = thread_create(nullptr);
      f(*u, i);
      thread_exit(*u);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

void mutex_excludes(Thread& t) {
  Mutex mutex;
  uint64_t counter = 0;
  on_threads(t, 4, [&](Thread& u, int) {
    for (int i = 0; i < 50000; i++) {
      mutex.lock();
      counter++;
      mutex.unlock();
      if (i % 64 == 0) poll_quiet(u);
    }
  });
  CHECK(counter == 200000 && !mutex.is_locked());
}

void timed_waits(Thread& t) {
  Mutex mutex;
  mutex.lock();
  int64_t start = monotonic_nanoseconds();
  CHECK(mutex.lock_timed(20000000, Interruptible::kNo) == LockResult::kTimedOut);
  CHECK(monotonic_nanoseconds() - start >= 20000000);
  CHECK(mutex.lock_timed(0, Interruptible::kNo) == LockResult::kTimedOut);
  set_interrupt(t, kInterruptSignal);
  std::thread waker([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    mutex.unlock();
  });
  LockResult result;
  while ((result = mutex.lock_timed(5000000000, Interruptible::kNo)) != LockResult::kAcquired) CHECK(false);
  waker.join();
  mutex.unlock();
  CHECK(poll(t).ok());
  Event event;
  CHECK(event.wait(1000000) == LockResult::kTimedOut);
  std::thread setter([&] { event.set(); });
  CHECK(event.wait() == LockResult::kAcquired);
  setter.join();
}

void sections_do_not_deadlock(Thread& t) {
  Node* a = make_node(t);
  Node* b = make_node(t);
  publish(a);
  publish(b);
  uint64_t sum = 0;
  on_threads(t, 4, [&](Thread& u, int index) {
    for (int i = 0; i < 20000; i++) {
      Node* first = (i + index) & 1 ? a : b;
      Node* second = first == a ? b : a;
      if (i % 3 == 0) {
        CriticalSection2 both(u, first, second);
        first->number++;
        second->number++;
        __atomic_fetch_add(&sum, 2, __ATOMIC_RELAXED);
      } else {
        // Nested against any order: the outer one is suspended when the inner one has to wait.
        CriticalSection outer(u, first);
        first->number++;
        CriticalSection inner(u, second);
        second->number++;
        __atomic_fetch_add(&sum, 2, __ATOMIC_RELAXED);
      }
      poll_quiet(u);
    }
  });
  CHECK(a->number + b->number == sum);
  dec(a);
  dec(b);
}

void stops(Thread& t) {
  uint64_t plain = 0;  // written only with the world stopped
  uint64_t running = 0;
  on_threads(t, 6, [&](Thread& u, int) {
    for (int i = 0; i < 300; i++) {
      __atomic_fetch_add(&running, 1, __ATOMIC_RELAXED);
      if (i % 7 == 0) {
        StopScope stop(u);
        CHECK(is_world_stopped_by(u));
        uint64_t before = __atomic_load_n(&running, __ATOMIC_RELAXED);
        plain++;
        for (int k = 0; k < 1000; k++) cpu_pause();
        CHECK(__atomic_load_n(&running, __ATOMIC_RELAXED) == before);
        StopScope nested(u);
        CHECK(is_world_stopped_by(u));
      }
      if (i % 5 == 0) {
        DetachScope detached(u);
        yield_processor();
      }
      // Deaths, so that handshakes meet stops.
      Node* node = make_node(u);
      publish(node);
      dec(node);
      reclaim_safepoint(u, Force::kYes);
      poll_quiet(u);
    }
  });
  CHECK(plain == 6 * 43);
}

void gil_mode(Thread& t) {
  set_gil_enabled(t, true);
  CHECK(t.holds_gil);
  set_switch_interval(0.001);
  uint64_t inside = 0, counter = 0;
  on_threads(t, 3, [&](Thread& u, int) {
    for (int i = 0; i < 200000; i++) {
      CHECK(__atomic_fetch_add(&inside, 1, __ATOMIC_SEQ_CST) == 0);
      counter++;
      __atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
      poll_quiet(u);
    }
  });
  CHECK(counter == 600000);
  on_threads(t, 3, [&](Thread& u, int) {
    for (int i = 0; i < 50; i++) {
      StopScope stop(u);
      counter++;
    }
  });
  set_gil_enabled(t, false);
  CHECK(!t.holds_gil);
}

void fork_leaves_one_thread(Thread& t) {
  uint32_t step = 0;
  Node* theirs = nullptr;
  std::thread other([&] {
    Thread* u = thread_create(nullptr);
    theirs = make_node(*u);
    __atomic_store_n(&step, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&step, __ATOMIC_SEQ_CST) != 2) {
      Node* node = make_node(*u);
      publish(node);
      dec(node);
      poll_quiet(*u);
    }
    dec(theirs);
    thread_exit(*u);
  });
  while (__atomic_load_n(&step, __ATOMIC_SEQ_CST) != 1) yield_processor();
  Node* node = make_node(t);
  publish(node);
  CriticalSection section(t, node);
  fork_prepare(t);
  pid_t pid = fork();
  if (pid == 0) {
    fork_child(t);
    CHECK(theirs->is_shared());
    CHECK(node->mutex & 1);
    for (int i = 0; i < 10000; i++) {
      Node* fresh = make_node(t);
      publish(fresh);
      dec(fresh);
      poll_quiet(t);
    }
    reclaim_all(t);
    { StopScope stop(t); }
    _exit(0);
  }
  fork_parent(t);
  int status;
  {
    DetachScope detached(t);
    CHECK(waitpid(pid, &status, 0) == pid);
  }
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  __atomic_store_n(&step, 2, __ATOMIC_SEQ_CST);
  {
    DetachScope detached(t);
    other.join();
  }
}

void foreign_threads(Thread& t) {
  DetachScope detached(t);
  std::thread other([] {
    Thread* u = thread_create_foreign(nullptr);
    Node* node = make_node(*u);
    dec(node);
    thread_exit(*u);
  });
  other.join();
  CHECK(g_multi);
}

}  // namespace

int main() {
  Thread& t = start();
  RUN(foreign_threads);
  RUN(mutex_excludes);
  RUN(timed_waits);
  RUN(sections_do_not_deadlock);
  RUN(stops);
  RUN(gil_mode);
  RUN(fork_leaves_one_thread);
  reclaim_all(t);
  return 0;
}
