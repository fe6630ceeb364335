#include "mem/heap.h"

#include <cstdlib>
#include <sys/mman.h>

#include "base/flags.h"
#include "mem/publish.h"
#include "mem/reclaim.h"
#include "sync/leaf_lock.h"
#include "sync/thread_state.h"

#if TY_HEAP_POISON
#include <sanitizer/asan_interface.h>
#endif

namespace ty {

char* g_heap_base = nullptr;
Page* g_page_table = nullptr;
size_t g_heap_bytes = 0;

static void request_collection(Thread& t);
void (*g_collection_due)(Thread& t) = request_collection;

namespace {

constexpr size_t kCommitStep = size_t{4} << 20;
constexpr size_t kReleaseBytes = size_t{1} << 20;  // free runs at least this long give their memory back at once
constexpr uint32_t kRunBins = 32;                   // free runs by the logarithm of their length

LeafLock page_lock{LockRank::kPages};
LeafLock heaps_lock{LockRank::kHeaps};
size_t committed_pages TY_GUARDED_BY(page_lock) = 0;
size_t top_page TY_GUARDED_BY(page_lock) = 0;  // pages below were handed out at least once
size_t pages_in_use TY_GUARDED_BY(page_lock) = 0;
Page* free_runs[kRunBins] TY_GUARDED_BY(page_lock) = {};
Heap* all_heaps TY_GUARDED_BY(heaps_lock) = nullptr;
Page empty_page = {};  // what current[] points at before the first page

uint32_t run_bin(uint32_t length) {
  return 31 - static_cast<uint32_t>(__builtin_clz(length));
}
char* page_start(const Page* page) {
  return g_heap_base + (static_cast<size_t>(page - g_page_table) << kPageShift);
}

void link_free_run(Page* page, uint32_t length) TY_REQUIRES(page_lock) {
  page->state = PageState::kFreeRun;
  page->run_length = length;
  page[length - 1].state = PageState::kFreeRun;
  page[length - 1].heap_previous = page;  // last page of the run: where it begins
  Page** bin = &free_runs[run_bin(length)];
  page->previous = nullptr;
  page->next = *bin;
  if (*bin) (*bin)->previous = page;
  *bin = page;
}
void unlink_free_run(Page* page) TY_REQUIRES(page_lock) {
  (page->previous ? page->previous->next : free_runs[run_bin(page->run_length)]) = page->next;
  if (page->next) page->next->previous = page->previous;
  page[page->run_length - 1].state = PageState::kUnused;
  page->state = PageState::kUnused;
}

/// Scanners of stacks look at descriptors while their owners change them: a sequence lock.
void begin_change(Page* page) {
  __atomic_store_n(&page->version, page->version + 1, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
}
void end_change(Page* page) { __atomic_store_n(&page->version, page->version + 1, __ATOMIC_RELEASE); }

// A run whose objects a stale stack word may still name waits here for a handshake.
Page* delayed_runs TY_GUARDED_BY(page_lock) = nullptr;

void put_run_locked(Page* page, uint32_t length) TY_REQUIRES(page_lock) {
  pages_in_use -= length;
  begin_change(page);
#if TY_HEAP_POISON
  ASAN_UNPOISON_MEMORY_REGION(page_start(page), length * kPageSize);
#endif
  if (length * kPageSize >= kReleaseBytes) madvise(page_start(page), length * kPageSize, MADV_DONTNEED);
  size_t index = static_cast<size_t>(page - g_page_table);
  for (uint32_t i = 0; i < length; i++) page[i].state = PageState::kUnused;
  end_change(page);
  if (index > 0 && page[-1].state == PageState::kFreeRun) {
    Page* before = page[-1].run_length && page[-1].heap_previous == &page[-1] ? &page[-1] : page[-1].heap_previous;
    length += before->run_length;
    unlink_free_run(before);
    page->run_length = 0;
    page = before;
  }
  Page* after = page + length;
  if (static_cast<size_t>(after - g_page_table) < top_page && after->state == PageState::kFreeRun) {
    length += after->run_length;
    unlink_free_run(after);
    after->run_length = 0;
  }
  link_free_run(page, length);
}

void put_run(Page* page) {
  uint64_t stamp = __atomic_load_n(&page->stamp, __ATOMIC_RELAXED);
  LeafGuard guard(page_lock);
  if (stamp >= completed_epoch() && stamp != 0) {
    page->next = delayed_runs;
    delayed_runs = page;
    return;
  }
  put_run_locked(page, page->run_length);
}

void release_delayed_runs() TY_REQUIRES(page_lock) {
  Page** link = &delayed_runs;
  uint64_t completed = completed_epoch();
  while (Page* page = *link) {
    if (page->stamp < completed) {
      *link = page->next;
      put_run_locked(page, page->run_length);
    } else {
      link = &page->next;
    }
  }
}

/// A run of `length` pages, or null. `*zeroed` says whether its memory is known to be zero.
Page* take_run(uint32_t length, bool* zeroed) {
  LeafGuard guard(page_lock);
  if (delayed_runs) release_delayed_runs();
  for (uint32_t bin = run_bin(length); bin < kRunBins; bin++) {
    for (Page* page = free_runs[bin]; page; page = page->next) {
      if (page->run_length < length) continue;
      uint32_t rest = page->run_length - length;
      unlink_free_run(page);
      if (rest) link_free_run(page + length, rest);
      page->run_length = length;
      pages_in_use += length;
      *zeroed = false;
      return page;
    }
  }
  if (top_page + length > (g_heap_bytes >> kPageShift)) return nullptr;
  if (top_page + length > committed_pages) {
    size_t bytes = ((top_page + length - committed_pages) * kPageSize + kCommitStep - 1) / kCommitStep * kCommitStep;
    size_t room = g_heap_bytes - committed_pages * kPageSize;
    if (bytes > room) bytes = room;
    if (mprotect(g_heap_base + committed_pages * kPageSize, bytes, PROT_READ | PROT_WRITE) != 0) return nullptr;
    committed_pages += bytes >> kPageShift;
  }
  Page* page = g_page_table + top_page;
  top_page += length;
  page->run_length = length;
  pages_in_use += length;
  *zeroed = true;
  return page;
}

void adopt_into_heap(Heap* heap, Page* page) {
  page->heap_previous = nullptr;
  page->heap_next = heap->pages;
  if (heap->pages) heap->pages->heap_previous = page;
  heap->pages = page;
  heap->page_count += page->run_length;
  page->remote = 0;
  page->young = 0;
  page->stamp = 0;
  __atomic_store_n(&page->heap, heap, __ATOMIC_RELEASE);
}

void drop_from_heap(Heap* heap, Page* page) {
  (page->heap_previous ? page->heap_previous->heap_next : heap->pages) = page->heap_next;
  if (page->heap_next) page->heap_next->heap_previous = page->heap_previous;
  heap->page_count -= page->run_length;
  if (page->young) {
    Page** link = &heap->young_pages;
    while (*link != page) link = &(*link)->young_next;
    *link = page->young_next;
    page->young = 0;
  }
}

void link_available(Heap* heap, Page* page) {
  page->state = PageState::kAvailable;
  page->previous = nullptr;
  page->next = heap->available[page->bin];
  if (page->next) page->next->previous = page;
  heap->available[page->bin] = page;
}
void unlink_available(Heap* heap, Page* page) {
  (page->previous ? page->previous->next : heap->available[page->bin]) = page->next;
  if (page->next) page->next->previous = page->previous;
}

/// Hands some never-used blocks of the page out as free blocks (about 4 KiB at a time, so that memory is touched late).
void extend_page(Page* page) {
  uint32_t count = static_cast<uint32_t>(4096 / page->block_size);
  if (count < 4) count = 4;
  uint32_t room = page->block_count - page->fresh;
  if (count > room) count = room;
  size_t prefix = page->kind & kPagePrefixed ? sizeof(AttributeHeader) : 0;
  char* block = page_start(page) + size_t{page->fresh} * page->block_size + prefix;
  page->fresh += count;
  Object* list = page->free;
  for (uint32_t i = count; i-- > 0;) {
    auto* o = reinterpret_cast<Object*>(block + size_t{i} * page->block_size);
    __atomic_store_n(reinterpret_cast<uint64_t*>(&o->flags), 0, __ATOMIC_RELAXED);
    __atomic_store_n(&o->type_, nullptr, __ATOMIC_RELAXED);
    o->set_tid(reinterpret_cast<uint64_t>(list));
    poison_block(o, page->block_size);
    list = o;
  }
  page->free = list;
}

void take_back(Page* page, uint64_t list) {
  auto* o = reinterpret_cast<Object*>(list & ~uint64_t{1});
  while (o) {
    auto* next = reinterpret_cast<Object*>(o->tid);
    o->set_tid(reinterpret_cast<uint64_t>(page->free));
    page->free = o;
    page->used--;
    o = next;
  }
}

/// Takes the blocks that others freed back; leaves the mark of an announced page. By the owner.
void collect_remote(Page* page) {
  uint64_t list = __atomic_load_n(&page->remote, __ATOMIC_RELAXED);
  if ((list & ~uint64_t{1}) == 0) return;
  take_back(page, __atomic_fetch_and(&page->remote, uint64_t{1}, __ATOMIC_ACQ_REL));
}

void release_page(Heap* heap, Page* page) {
  drop_from_heap(heap, page);
  put_run(page);
}

void collect_remote_pages(Heap* heap) {
  if (__atomic_load_n(&heap->remote_pages, __ATOMIC_RELAXED) == nullptr) return;
  Page* page = __atomic_exchange_n(&heap->remote_pages, nullptr, __ATOMIC_ACQUIRE);
  while (page) {
    Page* next = page->remote_next;
    take_back(page, __atomic_exchange_n(&page->remote, 0, __ATOMIC_ACQ_REL));
    if (page->state == PageState::kLarge) {
      if (page->used == 0) release_page(heap, page);
    } else {
      if (page->state == PageState::kFull && page->free) link_available(heap, page);
      if (page->used == 0) free_block_slow(page);
    }
    page = next;
  }
}

void note_young(Heap* heap, Page* page) {
  if (page->young || !(page->kind & kPageCollectable)) return;
  page->young = 1;
  page->young_next = heap->young_pages;
  heap->young_pages = page;
}

Page* new_small_page(Heap* heap, uint32_t bin) {
  bool zeroed;
  Page* page = take_run(1, &zeroed);
  if (!page) return nullptr;
  begin_change(page);
  page->free = nullptr;
  page->stash = nullptr;
  page->used = 0;
  page->bin = static_cast<uint8_t>(bin);
  page->kind = static_cast<uint8_t>(bin / kSizeClasses);
  page->block_size = static_cast<uint32_t>(class_bytes(bin % kSizeClasses));
  page->block_count = static_cast<uint32_t>(kPageSize / page->block_size);
  page->fresh = 0;  // what lies above was perhaps an object once; extend_page() cleans the headers it hands out
  page->state = PageState::kCurrent;
  end_change(page);
  adopt_into_heap(heap, page);
  return page;
}

/// With these flags every allocation comes through allocate_object_slow(): the free list is hidden from the fast path in between.
bool shuts_fast_path() { return (g_flags.fail_alloc > 0) | g_flags.stress_gc | g_flags.stress_brc; }

void hide_free_list(Page* page) {
  page->stash = page->free;
  page->free = nullptr;
}
void show_free_list(Page* page) {
  Object* freed = page->free;  // since it was hidden: few
  page->free = page->stash;
  page->stash = nullptr;
  while (freed) {
    auto* next = reinterpret_cast<Object*>(freed->load_tid());
    freed->set_tid(reinterpret_cast<uint64_t>(page->free));
    page->free = freed;
    freed = next;
  }
}

/// A page of the bin with at least one free block becomes current; null when out of memory.
Page* refill(Thread& t, uint32_t bin) {
  Heap* heap = t.heap;
  Page* page = heap->current[bin];
  if (page != &empty_page) {
    collect_remote(page);
    if (page->free) return page;
    if (page->fresh < page->block_count) {
      extend_page(page);
      return page;
    }
    page->state = PageState::kFull;
    if (page->kind & kPageCollectable) {
      heap->young_blocks += page->block_count - page->base_used;
      if (heap->young_threshold && heap->young_blocks > heap->young_threshold) g_collection_due(t);
    }
  }
  collect_remote_pages(heap);
  page = heap->available[bin];
  if (page) {
    unlink_available(heap, page);
  } else {
    page = new_small_page(heap, bin);
    if (!page) {
      if (heap->current[bin] != &empty_page && heap->current[bin]->state == PageState::kFull) {
        heap->current[bin] = &empty_page;
      }
      return nullptr;
    }
  }
  page->state = PageState::kCurrent;
  page->base_used = page->used;
  if (page->stash) show_free_list(page);
  note_young(heap, page);
  if (!page->free) extend_page(page);
  heap->current[bin] = page;
  return page;
}

Object* allocate_large(Thread& t, Type* type, size_t bytes, uint32_t layout_flags) {
  size_t prefix = prefix_bytes(layout_flags);
  size_t total = bytes + prefix;
  if (total >= size_t{1} << 40) return nullptr;
  auto length = static_cast<uint32_t>((total + kPageSize - 1) >> kPageShift);
  collect_remote_pages(t.heap);
  bool zeroed;
  Page* page = take_run(length, &zeroed);
  if (!page) return nullptr;
  begin_change(page);
  page->free = nullptr;
  page->used = 1;
  page->kind = static_cast<uint8_t>(page_kind(layout_flags));
  page->bin = 0;
  page->block_size = total > 0xFFFFFFFFu ? 0 : static_cast<uint32_t>(total);
  page->block_count = 1;
  page->fresh = 1;
  for (uint32_t i = 1; i < length; i++) {
    page[i].run_length = 0;
    page[i].state = PageState::kLarge;
    page[i].heap_previous = page;  // interior pages lead to the first
  }
  char* start = page_start(page);
  auto* o = reinterpret_cast<Object*>(start + prefix);
  if (!zeroed) std::memset(start, 0, total);
  page->state = PageState::kLarge;
  end_change(page);
  adopt_into_heap(t.heap, page);
  note_young(t.heap, page);
  if (page->kind & kPageCollectable) t.heap->young_blocks++;
  if (layout_flags & kHasAttributes) {
    attribute_header(o)->shape = reinterpret_cast<uint64_t>(__atomic_load_n(&type_layout(type).root_shape, __ATOMIC_ACQUIRE));
  }
  o->set_tid(t.tid);
  __atomic_store_n(reinterpret_cast<uint64_t*>(&o->flags), new_object_word(layout_flags), __ATOMIC_RELAXED);
  __atomic_store_n(&o->type_, type, __ATOMIC_RELEASE);
  return o;
}

/// With fail_alloc: every N-th allocation fails, and the fast path stays shut.
bool allocation_fails(Thread& t) {
  return ++t.heap->allocations % static_cast<size_t>(g_flags.fail_alloc) == 0;
}

}  // namespace

void make_deferred(Object* o) {
  uint16_t flags = o->load_flags();
  if (flags & kDeferred) return;
  __atomic_fetch_add(&g_deferred_count, 1, __ATOMIC_RELAXED);
  if (flags & kLocal) {
    __atomic_store_n(&o->flags, static_cast<uint16_t>((flags & ~kLocal) | kDeferred), __ATOMIC_RELAXED);
    o->set_tid(0);
    if (!o->is_immortal()) __atomic_store_n(&o->ref_local, 0, __ATOMIC_RELAXED);
    o->ref_shared = kMerged;
  } else {
    // Already SHARED: counts of holders that still drop theirs are no longer looked at.
    __atomic_fetch_or(&o->flags, kDeferred, __ATOMIC_SEQ_CST);
  }
  if (g_multi) publish_edges(o);
}

static void request_collection(Thread& t) {
  t.heap->young_blocks = 0;
  set_interrupt(t, kInterruptCollect);
}

#if TY_HEAP_POISON
void unpoison_block(Object* o, size_t bytes) {
  __asan_unpoison_memory_region(reinterpret_cast<char*>(o) + sizeof(Object), ((bytes + 7) & ~size_t{7}) - sizeof(Object));
}
void poison_block(Object* o, size_t block_bytes) {
  Page* page = page_of(o);
  size_t prefix = page->kind & kPagePrefixed ? sizeof(AttributeHeader) : 0;
  __asan_poison_memory_region(reinterpret_cast<char*>(o) + sizeof(Object), block_bytes - sizeof(Object) - prefix);
}
#endif

Object* allocate_object_slow(Thread& t, Type* type, size_t bytes, uint32_t bin) {
  bool stress = shuts_fast_path();
  uint32_t layout_flags = type_layout(type).flags;
  if (TY_UNLIKELY(g_flags.fail_alloc > 0) && allocation_fails(t)) return nullptr;
  Page* page = t.heap->current[bin];
  if (TY_UNLIKELY(stress) && page->stash) show_free_list(page);
  if (!page->free) {
    page = refill(t, bin);
    if (!page) return nullptr;
  }
  Object* o = page->free;
  page->free = reinterpret_cast<Object*>(o->tid);
  page->used++;
  unpoison_block(o, bytes);
  initialize_object(t, o, type, bytes, layout_flags);
  if (TY_UNLIKELY(stress)) {
    hide_free_list(page);
    if (g_flags.stress_gc) g_collection_due(t);
    if (g_flags.stress_brc && g_multi && !(layout_flags & kDeferredType)) publish_slow(o);
  }
  return o;
}

Object* allocate_object(Thread& t, Type* type, size_t bytes) {
  DCHECK(bytes >= sizeof(Object));
  const TypeLayout& layout = type_layout(type);
  Object* o;
  if (TY_LIKELY(bytes + sizeof(AttributeHeader) <= kLargestBlock)) {
    uint32_t bin = allocation_bin(layout.flags, bytes);
    if (TY_UNLIKELY(shuts_fast_path())) {
      o = allocate_object_slow(t, type, bytes, bin);
    } else {
      o = allocate_object_fast(t, type, bytes, layout.flags, bin);
    }
  } else {
    if (TY_UNLIKELY(g_flags.fail_alloc > 0) && allocation_fails(t)) return nullptr;
    o = allocate_large(t, type, bytes, layout.flags);
  }
  if (TY_UNLIKELY(layout.flags & kDeferredType) && o) make_deferred(o);
  return o;
}

void free_block_slow(Page* page) {
  Heap* heap = page->heap;
  switch (page->state) {
    case PageState::kCurrent:
      return;
    case PageState::kFull:
      link_available(heap, page);
      [[fallthrough]];
    case PageState::kAvailable:
      if (page->used == 0 && heap->available[page->bin] != page && __atomic_load_n(&page->remote, __ATOMIC_ACQUIRE) == 0) {
        // One empty page per bin is kept (the first of the list); the others go back.
        unlink_available(heap, page);
        release_page(heap, page);
      }
      return;
    case PageState::kLarge:
      release_page(heap, page);
      return;
    case PageState::kUnused:
    case PageState::kFreeRun:
      CHECK(false, "block freed on a page that is not in use");
  }
}

void free_block_remote(Page* page, Object* o) {
  // The owner never gives back a page whose mark (bit 0) is set, so after our exchange the page stays valid until we have linked it.
  uint64_t head = __atomic_load_n(&page->remote, __ATOMIC_RELAXED);
  do {
    o->set_tid(head & ~uint64_t{1});
  } while (!__atomic_compare_exchange_n(&page->remote, &head, reinterpret_cast<uint64_t>(o) | 1, true, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED));
  if (head & 1) return;
  Heap* heap = __atomic_load_n(&page->heap, __ATOMIC_ACQUIRE);
  Page* first = __atomic_load_n(&heap->remote_pages, __ATOMIC_RELAXED);
  do {
    page->remote_next = first;
  } while (!__atomic_compare_exchange_n(&heap->remote_pages, &first, page, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

void free_shared_block(Thread& t, Object* o) {
  Page* page = page_of(o);
  uint64_t epoch = announced_epoch();
  uint64_t stamp = __atomic_load_n(&page->stamp, __ATOMIC_RELAXED);
  while (stamp < epoch && !__atomic_compare_exchange_n(&page->stamp, &stamp, epoch, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  free_block(t, o);
}

// Reads descriptors and headers that their owners may be changing: the sequence lock makes the answer that of one moment. What the caller
// may do with it: an object found with Z stays where it is until the caller has acknowledged the open handshake (see free_shared_block).
template <bool listed>
static __attribute__((no_sanitize("thread"), no_sanitize("address"))) Object* find_object(uint64_t word) {
  word &= ~uint64_t{7};
  if (!in_heap(word)) return nullptr;
  const volatile Page* page = &g_page_table[(word - reinterpret_cast<uint64_t>(g_heap_base)) >> kPageShift];
  PageState state = page->state;
  if (state == PageState::kUnused || state == PageState::kFreeRun) return nullptr;
  if (state == PageState::kLarge && page->run_length == 0) page = page->heap_previous;
  if (page == nullptr) return nullptr;
  uint32_t version = __atomic_load_n(&page->version, __ATOMIC_ACQUIRE);
  if (version & 1) return nullptr;
  state = page->state;
  if (state == PageState::kUnused || state == PageState::kFreeRun) return nullptr;
  uint64_t start = reinterpret_cast<uint64_t>(g_heap_base) + (static_cast<uint64_t>(page - g_page_table) << kPageShift);
  uint64_t offset = word - start;
  uint64_t run = uint64_t{page->run_length} << kPageShift;
  if (offset >= run) return nullptr;
  uint32_t size = page->block_size;
  uint64_t index = page->block_count <= 1 || size == 0 ? 0 : offset / size;
  if (index >= page->fresh) return nullptr;
  uint64_t place = index * size + (page->kind & kPagePrefixed ? sizeof(AttributeHeader) : 0);
  if (place + sizeof(Object) > run) return nullptr;
  auto* o = reinterpret_cast<Object*>(start + place);
  const Type* type = __atomic_load_n(&o->type_, __ATOMIC_ACQUIRE);
  if (listed && !(__atomic_load_n(&o->flags, __ATOMIC_ACQUIRE) & kZeroListed)) return nullptr;
  if (type == nullptr || __atomic_load_n(&page->version, __ATOMIC_ACQUIRE) != version) return nullptr;
  return o;
}

Object* object_containing(uint64_t word) { return find_object<false>(word); }
Object* listed_object_containing(uint64_t word) { return find_object<true>(word); }

size_t block_size(Object* o) {
  if (!in_heap(reinterpret_cast<uint64_t>(o))) return 0;
  Page* page = page_of(o);
  return page->block_size ? page->block_size : size_t{page->run_length} << kPageShift;
}

void initialize_heap() {
  if (g_heap_base) return;
  for (size_t bytes = size_t{1} << 38; bytes >= size_t{1} << 28; bytes >>= 1) {
    void* memory = mmap(nullptr, bytes + kPageSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) continue;
    size_t table_bytes = (bytes >> kPageShift) * sizeof(Page);
    void* table = mmap(nullptr, table_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (table == MAP_FAILED) {
      munmap(memory, bytes + kPageSize);
      continue;
    }
    auto address = reinterpret_cast<uint64_t>(memory);
    g_heap_base = reinterpret_cast<char*>((address + kPageSize - 1) & ~(kPageSize - 1));
    g_heap_bytes = bytes;
    g_page_table = static_cast<Page*>(table);
    return;
  }
  CHECK(false, "cannot reserve address space for the object heap");
}

Heap* acquire_heap(Thread& t) {
  LeafGuard guard(heaps_lock);
  for (Heap* heap = all_heaps; heap; heap = heap->next) {
    if (heap->owner == nullptr) {
      __atomic_store_n(&heap->owner, &t, __ATOMIC_RELAXED);
      return heap;
    }
  }
  auto* heap = static_cast<Heap*>(std::calloc(1, sizeof(Heap)));
  if (!heap) return nullptr;
  for (uint32_t bin = 0; bin < kBins; bin++) heap->current[bin] = &empty_page;
  heap->young_threshold = 2000;
  heap->owner = &t;
  heap->next = all_heaps;
  all_heaps = heap;
  return heap;
}

void orphan_heap(Heap* heap) {
  LeafGuard guard(heaps_lock);
  __atomic_store_n(&heap->owner, nullptr, __ATOMIC_RELAXED);
}

Heap* first_heap() TY_NO_THREAD_SAFETY { return all_heaps; }

void trim_heap(Heap& heap) {
  collect_remote_pages(&heap);
  for (uint32_t bin = 0; bin < kBins; bin++) {
    for (Page* page = heap.available[bin]; page;) {
      Page* next = page->next;
      if (page->used == 0 && __atomic_load_n(&page->remote, __ATOMIC_ACQUIRE) == 0) {
        unlink_available(&heap, page);
        release_page(&heap, page);
      }
      page = next;
    }
  }
}

void reset_young_pages(Heap& heap) {
  heap.young_blocks = 0;
  for (Page* page = heap.young_pages; page;) {
    Page* next = page->young_next;
    page->young = 0;
    page->young_next = nullptr;
    page = next;
  }
  heap.young_pages = nullptr;
  // What is current goes on being handed out from.
  for (uint32_t kind = 0; kind < kPageKinds; kind++) {
    if (!(kind & kPageCollectable)) continue;
    for (uint32_t bin = kind * kSizeClasses; bin < (kind + 1) * kSizeClasses; bin++) {
      if (heap.current[bin] != &empty_page) note_young(&heap, heap.current[bin]);
    }
  }
}

size_t heap_bytes_in_use() {
  LeafGuard guard(page_lock);
  return pages_in_use << kPageShift;
}

void reset_heap_locks() {
  page_lock.reset();
  heaps_lock.reset();
}

}  // namespace ty
