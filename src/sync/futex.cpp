#include "sync/futex.h"

#include <cerrno>
#include <ctime>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ty {

WaitResult futex_wait(const uint32_t* word, uint32_t expected, int64_t nanoseconds) {
  timespec limit;
  timespec* pointer = nullptr;
  if (nanoseconds >= 0) {
    limit.tv_sec = nanoseconds / 1000000000;
    limit.tv_nsec = nanoseconds % 1000000000;
    pointer = &limit;
  }
  int saved = errno;
  long rc = syscall(SYS_futex, const_cast<uint32_t*>(word), FUTEX_WAIT_PRIVATE, expected, pointer, nullptr, 0);
  int error = rc == 0 ? 0 : errno;
  errno = saved;
  if (error == ETIMEDOUT) return WaitResult::kTimedOut;
  if (error == EINTR) return WaitResult::kInterrupted;
  return WaitResult::kWoken;
}

void futex_wake(uint32_t* word, int count) {
  int saved = errno;
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
  errno = saved;
}

int64_t monotonic_nanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * int64_t{1000000000} + now.tv_nsec;
}

void yield_processor() { sched_yield(); }

}  // namespace ty
