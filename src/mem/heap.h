// mem/heap.h: the object heap: per-thread, size-class pages in address space reserved up front.
//
// A page belongs to one heap, one size class and one kind (collectable or not; with room for an AttributeHeader before each object or not).
// Free blocks are linked through Object::tid and have a null type, so "is this block live" is one load. Frees by other threads go to an
// atomic list of the page. A thread that ends leaves its whole heap to the next thread. "Does this word point into a live block" is a
// table look-up. Blocks are 16-byte aligned. Objects too large for a size class get pages of their own.
// Young pages  those handed out from since the last local collection: the collector looks only there.
// Threads      allocate and free_block on the calling thread's heap; everything else says so.
// See          docs/memory.md, DESIGN section 5
#pragma once

#include <cstring>

#include "header/thread.h"
#include "header/type.h"
#include "sync/leaf_lock.h"

namespace ty {

inline constexpr size_t kPageShift = 16;
inline constexpr size_t kPageSize = size_t{1} << kPageShift;
inline constexpr size_t kSmallStep = 16;
inline constexpr size_t kSmallLimit = 512;        // classes of 16 bytes up to here, then four per doubling
inline constexpr size_t kLargestBlock = 16384;    // larger ones get page runs of their own
inline constexpr uint32_t kSizeClasses = 53;
inline constexpr uint32_t kPageKinds = 4;
inline constexpr uint32_t kBins = kSizeClasses * kPageKinds;

enum PageKind : uint8_t { kPageCollectable = 1, kPagePrefixed = 2 };
enum class PageState : uint8_t { kUnused, kCurrent, kAvailable, kFull, kLarge, kFreeRun };

/// The descriptor of one 64 KiB page (or of the first page of a run).
struct alignas(128) Page {
  Object* free;           // [owner] free blocks
  uint32_t used;          // [owner] blocks handed out; frees by others count once they are collected
  uint32_t block_size;    // [const while in use] prefix included
  uint32_t block_count;   // [const while in use]
  uint32_t fresh;         // [owner] blocks from this index on were never handed out
  PageState state;        // [owner]
  uint8_t kind;           // [const while in use] PageKind
  uint8_t bin;            // [const while in use]
  uint8_t young;          // [owner] on the heap's list of young pages
  uint32_t run_length;    // [const while in use] pages of the run; 0: interior page of a run
  Heap* heap;             // [atomic] who owns the page
  Page* next;             // [owner] list of available pages of the bin; free runs: [page lock]
  Page* previous;
  Page* heap_next;        // [owner] all pages of the heap
  Page* heap_previous;
  Page* young_next;       // [owner]
  uint64_t remote;        // [atomic] blocks freed by other threads; bit 0: the page is, or is about to be, on Heap::remote_pages
  Page* remote_next;      // [atomic] link in Heap::remote_pages
  uint64_t stamp;         // [atomic] handshake epoch of the last free of a SHARED object: until a later one completes, not reused
  uint32_t version;       // [atomic] odd while the fields above that say [const while in use] change
  uint32_t base_used;     // [owner] `used` when the page became current
  Object* stash;          // [owner] stress modes: free blocks hidden from the fast path
};
static_assert(sizeof(Page) == 128);

struct Heap {
  Page* current[kBins];      // [owner] where the next block comes from; never null (an empty page at first)
  Page* available[kBins];    // [owner] pages with free blocks
  Page* pages;               // [owner/stw] all pages, linked by heap_next
  Page* young_pages;         // [owner]
  Page* remote_pages;        // [atomic] pages with a non-empty remote list
  Thread* owner;             // [atomic] null: orphaned
  Heap* next;                // [heaps lock] all heaps
  size_t page_count;         // [owner]
  size_t young_blocks;       // [owner] blocks of collectable pages handed out since the last young collection, counted by exhausted page
  size_t young_threshold;    // [owner] a local collection is due when young_blocks passes it; 0: never
  size_t allocations;        // [owner] test hook: fail_alloc countdown
};

extern char* g_heap_base;    // [const]
extern Page* g_page_table;   // [const] one descriptor per page of the reserved space
extern size_t g_heap_bytes;  // [const]

/// Called when young_blocks passes the threshold; sets kInterruptCollect by default (gc/ may replace it).
extern void (*g_collection_due)(Thread& t);

TY_INLINE Page* page_of(const Object* o) {
  return &g_page_table[static_cast<size_t>(reinterpret_cast<const char*>(o) - g_heap_base) >> kPageShift];
}
TY_INLINE bool in_heap(uint64_t address) {
  return address - reinterpret_cast<uint64_t>(g_heap_base) < g_heap_bytes;
}

/// Index of the size class that holds `bytes` (prefix included), at most kLargestBlock.
constexpr TY_INLINE uint32_t size_class(size_t bytes) {
  if (bytes <= kSmallLimit) return static_cast<uint32_t>((bytes + kSmallStep - 1) / kSmallStep);
  uint32_t log = 63 - static_cast<uint32_t>(__builtin_clzll(bytes - 1));  // 9 for 513..1024
  return 33 + (log - 9) * 4 + static_cast<uint32_t>(((bytes - 1) >> (log - 2)) & 3);
}
constexpr size_t class_bytes(uint32_t index) {
  if (index <= 32) return index * kSmallStep;
  uint32_t log = 9 + (index - 33) / 4;
  return (size_t{1} << log) + (size_t{(index - 33) % 4} + 1) * (size_t{1} << (log - 2));
}
static_assert(size_class(513) == 33 && class_bytes(33) == 640 && size_class(640) == 33 && size_class(641) == 34 &&
              size_class(1024) == 36 && size_class(1025) == 37 && size_class(kLargestBlock) == kSizeClasses - 1 &&
              class_bytes(kSizeClasses - 1) == kLargestBlock);

TY_INLINE size_t prefix_bytes(uint32_t layout_flags) { return layout_flags & kHasAttributes ? sizeof(AttributeHeader) : 0; }
constexpr TY_INLINE uint32_t page_kind(uint32_t layout_flags) {
  return (layout_flags & kCollectable ? kPageCollectable : 0) | (layout_flags & kHasAttributes ? kPagePrefixed : 0);
}
/// The bin that serves objects of `bytes` (without prefix) of a type with these layout flags; bytes + prefix <= kLargestBlock.
TY_INLINE uint32_t allocation_bin(uint32_t layout_flags, size_t bytes) {
  return page_kind(layout_flags) * kSizeClasses + size_class(bytes + prefix_bytes(layout_flags));
}

/// Zeroed memory for an object of `bytes` (without prefix); the header is set: LOCAL (plus PROMPT/DEFERRED/tracked as `type`'s layout says), count 1, owner `t`.
/// With kHasAttributes an AttributeHeader with the type's root shape precedes it. Null when out of memory (raise MemoryError). Collections it makes due run at the
/// next safepoint, never here.
Object* allocate_object(Thread& t, Type* type, size_t bytes);
/// The cold half of allocate_object_fast: refills the bin.
Object* allocate_object_slow(Thread& t, Type* type, size_t bytes, uint32_t bin);

/// The word of Object::flags (with mutex, gc_bits and a count of 1) that a new LOCAL object of a type with these layout flags starts with.
constexpr TY_INLINE uint64_t new_object_word(uint32_t layout_flags) {
  uint64_t flags = kLocal;
  if (layout_flags & kCollectable) flags |= kTracked;
  if (layout_flags & kPromptType) flags |= kPrompt;
  return flags | uint64_t{1} << 32;
}

/// Header and zeroes of a block that was just taken.
TY_INLINE void initialize_object(Thread& t, Object* o, Type* type, size_t bytes, uint32_t layout_flags) {
  char* p = reinterpret_cast<char*>(o);
  if (layout_flags & kHasAttributes) {
    AttributeHeader* attributes = attribute_header(o);
    attributes->shape = reinterpret_cast<uint64_t>(__atomic_load_n(&type_layout(type).root_shape, __ATOMIC_ACQUIRE));
    attributes->extra = 0;
  }
  o->set_tid(t.tid);
  // One relaxed 8-byte store: a stack scanner of another thread may look at the flags of any block.
  __atomic_store_n(reinterpret_cast<uint64_t*>(&o->flags), new_object_word(layout_flags), __ATOMIC_RELAXED);
  o->ref_shared = 0;
  __atomic_store_n(&o->type_, type, __ATOMIC_RELAXED);
  if (__builtin_constant_p(bytes)) {
    __builtin_memset(p + sizeof(Object), 0, bytes - sizeof(Object));
  } else if (bytes <= 160) {
    for (size_t i = sizeof(Object); i < bytes; i += 8) *reinterpret_cast<uint64_t*>(p + i) = 0;
  } else {
    std::memset(p + sizeof(Object), 0, bytes - sizeof(Object));
  }
}

#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define TY_HEAP_POISON 1
void unpoison_block(Object* o, size_t bytes);
void poison_block(Object* o, size_t bytes);
#else
#define TY_HEAP_POISON 0
TY_INLINE void unpoison_block(Object*, size_t) {}
TY_INLINE void poison_block(Object*, size_t) {}
#endif

/// allocate_object for hot paths that know the bin (allocation_bin) and the layout flags, both preferably constants. Not for kDeferredType.
TY_INLINE Object* allocate_object_fast(Thread& t, Type* type, size_t bytes, uint32_t layout_flags, uint32_t bin) {
  Page* page = t.heap->current[bin];
  Object* o = page->free;
  if (TY_UNLIKELY(o == nullptr)) return allocate_object_slow(t, type, bytes, bin);
  page->free = reinterpret_cast<Object*>(o->tid);
  page->used++;
  unpoison_block(o, bytes);
  initialize_object(t, o, type, bytes, layout_flags);
  return o;
}

void free_block_slow(Page* page);
void free_block_remote(Page* page, Object* o);

/// Gives the block of a dead object back. The object was LOCAL, or nobody can look at it any more. Any thread.
TY_INLINE void free_block(Thread& t, Object* o) {
  Page* page = page_of(o);
  __atomic_store_n(reinterpret_cast<uint64_t*>(&o->flags), 0, __ATOMIC_RELAXED);
  __atomic_store_n(&o->type_, nullptr, __ATOMIC_RELAXED);
  if (TY_HEAP_POISON) poison_block(o, page->block_size);
  if (TY_UNLIKELY(page->heap != t.heap)) return free_block_remote(page, o);
  o->set_tid(reinterpret_cast<uint64_t>(page->free));
  page->free = o;
  if (TY_UNLIKELY(--page->used == 0 || page->state != PageState::kCurrent)) free_block_slow(page);
}
/// As free_block for an object that was SHARED: its page is not reused for other things before a handshake announced later completes.
void free_shared_block(Thread& t, Object* o);

/// Makes `o` (new, or LOCAL with `multi` off, or owned by the caller) DEFERRED: its count is discarded for good.
void make_deferred(Object* o);

/// The live object whose block contains `word` (tag masked), or null. Any thread.
Object* object_containing(uint64_t word);

/// As object_containing, but only an object with Z: it stays where it is until the caller has acknowledged the open handshake.
Object* listed_object_containing(uint64_t word);

/// Bytes of the block that holds `o`, prefix included.
size_t block_size(Object* o);

// The rest is for gc/, mem/reclaim and thread start and end.

/// Reserves the address space. Once, before anything else.
void initialize_heap();
/// A heap for `t`: an orphaned one, or a new one. Null when out of memory. Under registry_lock, like orphan_heap: the list of heaps does not change
/// while the world is stopped.
Heap* acquire_heap(Thread& t);
/// Leaves the heap (all its objects are SHARED by now) for another thread.
void orphan_heap(Heap* heap);
/// First heap of the list of all heaps. World stopped, or only this thread.
Heap* first_heap();
/// Collects remote frees and gives empty pages back. By the owner, or with the world stopped.
void trim_heap(Heap& heap);
/// Starts a new young generation: forgets the list of young pages.
void reset_young_pages(Heap& heap);
/// Bytes in pages of all heaps.
size_t heap_bytes_in_use();
/// In the child of a fork: no lock of the heap is held.
void reset_heap_locks();

/// Calls f(Object*) for each live object of `page`. Objects may be freed by f, not allocated on this page.
template <class F>
TY_INLINE void for_each_object(Page* page, F&& f) {
  char* start = g_heap_base + (static_cast<size_t>(page - g_page_table) << kPageShift);
  size_t prefix = page->kind & kPagePrefixed ? sizeof(AttributeHeader) : 0;
  for (uint32_t i = 0; i < page->fresh; i++) {
    auto* o = reinterpret_cast<Object*>(start + size_t{i} * page->block_size + prefix);
    if (__atomic_load_n(&o->type_, __ATOMIC_RELAXED) != nullptr) f(o);
  }
}
/// Calls f(Object*) for each live object of `heap`. f may free objects but not allocate.
template <class F>
void for_each_object(Heap& heap, F&& f) {
  for (Page* page = heap.pages; page;) {
    Page* next = page->heap_next;
    for_each_object(page, f);
    page = next;
  }
}

}  // namespace ty
