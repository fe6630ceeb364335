#include "mem/native_scan.h"

#include <pthread.h>

#include "mem/heap.h"

namespace ty {

namespace {

/// The only code that reads stacks of other functions and of other threads.
template <class F>
__attribute__((no_sanitize("address"), no_sanitize("thread"), noinline)) void walk(const Thread& t, F&& f) {
  auto base = reinterpret_cast<uint64_t>(g_heap_base);
  for (uint64_t word : t.saved_registers) {
    if (word - base < g_heap_bytes) f(word);
  }
  auto* end = reinterpret_cast<const volatile uint64_t*>(t.native_stack_base);
  auto start = reinterpret_cast<uint64_t>(t.saved_stack_pointer) & ~uint64_t{7};
  for (auto* p = reinterpret_cast<const volatile uint64_t*>(start); p < end; p++) {
    uint64_t word = *p;
    if (word - base < g_heap_bytes) f(word);
  }
}

}  // namespace

void scan_native_words(Thread& t, void (*visit)(uint64_t word)) {
  walk(t, [visit](uint64_t word) { visit(word); });
}

void scan_native_stack(Thread& t, void (*visit)(void* context, Object* o), void* context) {
  walk(t, [visit, context](uint64_t word) {
    if (Object* o = object_containing(word)) visit(context, o);
  });
}

void find_native_stack(Thread& t) {
  pthread_attr_t attributes;
  CHECK(pthread_getattr_np(pthread_self(), &attributes) == 0);
  void* low;
  size_t size;
  CHECK(pthread_attr_getstack(&attributes, &low, &size) == 0);
  pthread_attr_destroy(&attributes);
  t.native_stack_base = static_cast<char*>(low) + size;
  size_t guard = size / 8 < (size_t{128} << 10) ? size / 8 : size_t{128} << 10;
  t.native_limit = static_cast<char*>(low) + guard + (size_t{64} << 10);
}

}  // namespace ty
