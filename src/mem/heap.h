// mem/heap.h: the object heap: per-thread, size-class pages in address space reserved up front.
//
// A page belongs to one thread, one size class and one prefix (0, or 16 for instances with an AttributeHeader). Local free lists; an atomic list
// per page for frees by other threads; abandoned pages are adopted. "Does this word point into a live block" is a table look-up.
// Blocks are 16-byte aligned. Objects too large for a size class get pages of their own.
// Threads     allocate and free_block on the calling thread's heap; everything else says so.
// See         docs/memory.md, DESIGN section 5
#pragma once

#include "header/thread.h"
#include "header/type.h"

namespace ty {

/// Zeroed memory for an object of `bytes` (without prefix); the header is set: LOCAL (plus PROMPT/DEFERRED/tracked as `type`'s layout says), count 1, owner `t`.
/// With kHasAttributes a zeroed AttributeHeader precedes it. Null when out of memory (raise MemoryError). May collect locally before it
/// allocates (never runs Python: finalizers queue), so it is a safepoint for uncounted references; LOCAL ones in registers or handles are safe.
Object* allocate_object(Thread& t, Type* type, size_t bytes);

/// Publishes and makes immortal objects at start-up; see refcount.h make_immortal.

/// The live object whose block contains `word` (tag masked), or null. Any thread.
Object* object_containing(uint64_t word);

/// Bytes of the block that holds `o`, prefix included.
size_t block_size(Object* o);

}  // namespace ty
