#include "mem/refcount.h"

#include <cstdlib>

#include "base/flags.h"
#include "header/type.h"
#include "mem/heap.h"
#include "mem/publish.h"
#include "mem/reclaim.h"
#include "mem/weakref.h"
#include "sync/thread_state.h"

namespace ty {

void (*g_run_finalizer)(Thread&, Object*) = nullptr;
void (*g_run_weakref_callback)(Thread&, Object*) = nullptr;

namespace {

// Thread::dying while a death is being worked off and nothing else waits.
inline Object* const kDyingEnd = reinterpret_cast<Object*>(uint64_t{1});

TY_INLINE void drop_word(uint64_t word) {
  if ((word & 5) == 0 && word != 0) dec(reinterpret_cast<Object*>(word & ~uint64_t{7}));
}

void drop_visit(SlotVisitor&, uint64_t* word) { drop_word(__atomic_load_n(word, __ATOMIC_RELAXED)); }

/// Drops what the slots of a dying object hold; the words stay, nobody reads them again.
TY_INLINE void drop_slots(Object* o, const TypeLayout& layout) {
  auto* base = reinterpret_cast<char*>(o);
  for (uint16_t i = 0; i < layout.slot_count; i++) {
    drop_word(*reinterpret_cast<uint64_t*>(base + layout.slot_offsets[i]));
  }
  if (layout.items_offset) {
    auto* items = reinterpret_cast<uint64_t*>(base + layout.items_offset);
    ssize size = static_cast<VarObject*>(o)->size;
    for (ssize i = 0; i < size; i++) drop_word(items[i]);
  }
  if ((layout.flags & kHasAttributes) || layout.each) {
    SlotVisitor visitor{drop_visit};
    if ((layout.flags & kHasAttributes) && g_visit_attributes) g_visit_attributes(o, visitor);
    if (layout.each) layout.each(o, visitor);
  }
}

TY_INLINE void release_storage(Object* o, const TypeLayout& layout) {
  if (layout.release) layout.release(o);
  if ((layout.flags & kHasAttributes) && g_release_attributes) g_release_attributes(o);
}

enum class Fate : uint8_t { kDies, kLives };

/// Finalizer and weak references of an object whose count reached zero.
TY_COLD Fate before_death(Thread& t, Object* o) {
  if (queue_finalizer(t, o)) return Fate::kLives;
  if (o->load_flags() & kWeakRefd) weakrefs_clear(t, o);
  return Fate::kDies;
}

TY_INLINE void destroy_one(Thread& t, Object* o) {
  const TypeLayout& layout = type_layout(o->type());
  if (TY_UNLIKELY((o->load_flags() & kWeakRefd) | (layout.flags & kHasFinalizer))) {
    o->set_tid(o->is_local() ? t.tid : 0);  // it was a link, and the object may live on
    if (before_death(t, o) == Fate::kLives) return;
  }
  if ((layout.flags & kHasAttributes) && attribute_header(o)->extra && g_detach_attributes && !g_detach_attributes(o)) {
    // SHARED (a PROMPT one), and reached through its __dict__ view: as if it were not PROMPT, it dies after a handshake.
    o->set_tid(0);
    return list_for_handshake(t, o);
  }
  drop_slots(o, layout);
  release_storage(o, layout);
  if (TY_LIKELY(o->load_flags() & kLocal)) {
    free_block(t, o);
  } else {
    o->set_tid(0);
    retire_block(t, o);  // a reader may be about to ask the count of a PROMPT object
  }
}

void clear_visit(SlotVisitor&, uint64_t* word) { drop_word(__atomic_exchange_n(word, 0, __ATOMIC_ACQ_REL)); }

}  // namespace

void die(Object* o) {
  Thread& t = current_thread();
  DCHECK(o->type() != nullptr, "object died twice");
  if (t.dying) {
    o->set_tid(reinterpret_cast<uint64_t>(t.dying));
    t.dying = o;
    return;
  }
  t.dying = kDyingEnd;
  destroy_one(t, o);
  while (t.dying != kDyingEnd) {
    Object* next = t.dying;
    t.dying = reinterpret_cast<Object*>(next->tid);
    destroy_one(t, next);
  }
  t.dying = nullptr;
}

void drop_edges(Object* o) {
  SlotVisitor visitor{clear_visit};
  visit_slots(o, visitor);
}

void inc_shared(Object* o) {
  if (o->load_flags() & kDeferred) return;
  DCHECK(o->type() != nullptr, "freed object counted");
  int64_t old = __atomic_fetch_add(&o->ref_shared, kSharedOne, __ATOMIC_SEQ_CST);
  // The flags are read after the add: see RECLAIM section 2.
  if (TY_UNLIKELY(old == kMerged) || TY_UNLIKELY(__atomic_load_n(&o->flags, __ATOMIC_SEQ_CST) & kZeroListed)) {
    __atomic_fetch_or(&o->flags, kTouched, __ATOMIC_SEQ_CST);
  }
}

void dec_shared(Object* o) {
  if (o->load_flags() & kDeferred) return;
  int64_t old = __atomic_fetch_sub(&o->ref_shared, kSharedOne, __ATOMIC_SEQ_CST);
  DCHECK(old > kMerged, "count of a SHARED object below zero");
  if (TY_UNLIKELY(old == kMerged + kSharedOne)) at_zero(o);
}

bool try_inc_prompt(Object* o) {
  if (o->is_immortal() || (o->load_flags() & kDeferred)) return true;
  int64_t count = __atomic_load_n(&o->ref_shared, __ATOMIC_RELAXED);
  do {
    if (count == kMerged || count == 0) return false;
  } while (!__atomic_compare_exchange_n(&o->ref_shared, &count, count + kSharedOne, true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
  return true;
}

bool is_unique(Object* o, uint32_t expected) {
  if (o->is_immortal()) return false;
  uint16_t flags = o->load_flags();
  if (flags & kLocal) return o->ref_local == expected;
  if ((flags & (kPrompt | kDeferred)) != kPrompt) return false;
  return __atomic_load_n(&o->ref_shared, __ATOMIC_ACQUIRE) == (int64_t{expected} << 2 | kMerged);
}

ssize reference_count(Object* o) {
  if (o->is_immortal()) return kImmortalCount;
  if (o->is_local()) return o->ref_local;
  ssize count = __atomic_load_n(&o->ref_shared, __ATOMIC_RELAXED) >> 2;
  return count > 0 ? count : 1;
}

void make_immortal(Object* o) {
  if (o->is_immortal()) return;
  if (o->is_local()) {
    if (g_multi) {
      publish_slow(o);
    } else {
      __atomic_store_n(&o->flags, static_cast<uint16_t>(o->flags & ~kLocal), __ATOMIC_RELAXED);
      o->set_tid(0);
    }
  }
  __atomic_store_n(&o->ref_local, kImmortalCount, __ATOMIC_RELEASE);
}

bool queue_finalizer(Thread& t, Object* o) {
  uint16_t flags = o->load_flags();
  if ((flags & kFinalized) || !(type_layout(o->type()).flags & kHasFinalizer)) return false;
  if (flags & kLocal) {
    __atomic_store_n(&o->flags, static_cast<uint16_t>(flags | kFinalized), __ATOMIC_RELAXED);
  } else if (__atomic_fetch_or(&o->flags, kFinalized, __ATOMIC_SEQ_CST) & kFinalized) {
    return false;
  }
  inc(o);
  push_finalizer(t, o);
  return true;
}

void push_queue_entry(Thread& t, Object* tagged) {
  if (t.finalizer_count == t.finalizer_capacity) {
    uint32_t capacity = t.finalizer_capacity ? t.finalizer_capacity * 2 : 16;
    void* moved = std::realloc(t.finalizer_queue, capacity * sizeof(Object*));
    CHECK(moved != nullptr, "out of memory while queueing finalizers");
    t.finalizer_queue = static_cast<Object**>(moved);
    t.finalizer_capacity = capacity;
  }
  t.finalizer_queue[t.finalizer_count++] = tagged;
  set_interrupt(t, kInterruptFinalizers);
}

void push_finalizer(Thread& t, Object* o) { push_queue_entry(t, o); }
void push_weakref_callback(Thread& t, Object* weakref) {
  push_queue_entry(t, reinterpret_cast<Object*>(reinterpret_cast<uint64_t>(weakref) | 1));
}

void drain_rpy(Thread& t) {
  while (t.finalizer_count) {
    Object** queue = t.finalizer_queue;
    uint32_t count = t.finalizer_count;
    t.finalizer_queue = nullptr;
    t.finalizer_count = t.finalizer_capacity = 0;
    for (uint32_t i = 0; i < count; i++) {
      auto word = reinterpret_cast<uint64_t>(queue[i]);
      auto* o = reinterpret_cast<Object*>(word & ~uint64_t{1});
      if (word & 1) {
        if (g_run_weakref_callback) g_run_weakref_callback(t, o);
      } else if (g_run_finalizer) {
        g_run_finalizer(t, o);
      }
      dec(o);
    }
    std::free(queue);
  }
}

}  // namespace ty
