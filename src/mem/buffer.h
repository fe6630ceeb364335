// mem/buffer.h: raw memory for the buffers of objects.
//
// Threads     any; a buffer may be freed by another thread than the one that allocated it.
#pragma once

#include <cstddef>

namespace ty {

/// Raw memory; null when there is none.
void* allocate_buffer(size_t bytes);
/// The same, zeroed.
void* allocate_zeroed_buffer(size_t bytes);
/// May move it; null (and `buffer` stays) when there is no memory. Only for buffers no other thread can look at.
void* resize_buffer(void* buffer, size_t bytes);
void free_buffer(void* buffer);
/// Frees `buffer` when no lock-free reader can hold it any more (mem/reclaim). `bytes` counts towards back-pressure.
void retire_buffer(void* buffer, size_t bytes);

}  // namespace ty
