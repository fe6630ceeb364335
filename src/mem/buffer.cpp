#include "mem/buffer.h"

#include "mem/heap.h"
#include "mem/reclaim.h"

#if TY_HEAP_POISON || __has_feature(thread_sanitizer)
#include <cstdlib>
#define TY_PLAIN_MALLOC 1
#else
#include <mimalloc.h>
#define TY_PLAIN_MALLOC 0
#endif

namespace ty {

#if TY_PLAIN_MALLOC
// The sanitizers know their own allocator.
void* allocate_buffer(size_t bytes) { return std::malloc(bytes); }
void* allocate_zeroed_buffer(size_t bytes) { return std::calloc(1, bytes); }
void* resize_buffer(void* buffer, size_t bytes) { return std::realloc(buffer, bytes); }
void free_buffer(void* buffer) { std::free(buffer); }
#else
void* allocate_buffer(size_t bytes) { return mi_malloc(bytes); }
void* allocate_zeroed_buffer(size_t bytes) { return mi_zalloc(bytes); }
void* resize_buffer(void* buffer, size_t bytes) { return mi_realloc(buffer, bytes); }
void free_buffer(void* buffer) { mi_free(buffer); }
#endif

void retire_buffer(void* buffer, size_t bytes) {
  if (!buffer) return;
  if (!g_multi) return free_buffer(buffer);  // nobody else reads without a lock
  retire_memory(current_thread(), buffer, bytes);
}

}  // namespace ty
