#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace ty {

void (*g_print_python_stack)() = nullptr;

void check_failed(const char* file, int line, const char* condition, const char* message) {
  std::fprintf(stderr, "typhon: internal check failed: %s%s%s\n  at %s:%d\n", condition,
               message[0] ? ": " : "", message, file, line);
  if (g_print_python_stack) g_print_python_stack();
  std::fflush(stderr);
  std::abort();
}

}  // namespace ty
