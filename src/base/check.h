// base/check.h: internal assertions.
//
// CHECK      always compiled in; prints what failed, where, and the Python stack, then aborts.
// DCHECK     compiled in when TYPHON_DCHECK is set (dev, tsan, debug builds).
// Threads    any.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ty {

using ssize = ptrdiff_t;

/// Prints `message`, the place and the Python stack of the current thread, then aborts.
[[noreturn, gnu::cold]] void check_failed(const char* file, int line, const char* condition,
                                          const char* message = "");

/// Called by check_failed to print the Python stack; set by the VM at start-up, may be null.
extern void (*g_print_python_stack)();

}  // namespace ty

#define CHECK(condition, ...)                                                     \
  (__builtin_expect(!!(condition), 1)                                             \
       ? (void)0                                                                  \
       : ::ty::check_failed(__FILE__, __LINE__, #condition __VA_OPT__(, ) __VA_ARGS__))

#if defined(TYPHON_DCHECK)
#define DCHECK(condition, ...) CHECK(condition __VA_OPT__(, ) __VA_ARGS__)
#else
#define DCHECK(condition, ...) ((void)sizeof(!(condition)))
#endif

#define TY_LIKELY(x) __builtin_expect(!!(x), 1)
#define TY_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define TY_INLINE __attribute__((always_inline)) inline
#define TY_NOINLINE [[gnu::noinline]]
#define TY_COLD [[gnu::noinline, gnu::cold]]
