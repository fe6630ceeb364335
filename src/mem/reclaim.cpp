// Why it is right, in short (RECLAIM section 5): let o be a root that process() finds at zero and untouched, and suppose thread A has it. A's
// registers were converted at its acknowledgement (count up, T), so A loaded o after acknowledging, from a slot that counted it. At sealing the
// count was 0, so somebody raised it 0 -> 1 after sealing; the first to do so had o from before, uncounted: either he was scanned with it (T), or
// he raised it before his own acknowledgement and set T before that. T is visible at completion.
//
// Members. Instead of trusting the field a member was found in (it may lie in a buffer that was replaced and freed meanwhile), process() walks
// the dying parents again: nobody can change them any more. A member knows its place in the batch through its tid (index + 1), which is
// otherwise 0 for a merged object and is written by the owner of Z only.
#include "mem/reclaim.h"

#include <new>

#include "base/flags.h"
#include "header/type.h"
#include "mem/buffer.h"
#include "mem/heap.h"
#include "mem/native_scan.h"
#include "mem/publish.h"
#include "mem/refcount.h"
#include "mem/weakref.h"
#include "sync/thread_state.h"

namespace ty {

void (*g_scan_registers)(Thread&, void (*)(Value*, void*), void*) = nullptr;

namespace {

constexpr size_t kMinThreshold = 256;
constexpr size_t kMaxThreshold = 16384;
constexpr size_t kThresholdBytes = 64 << 10;
constexpr size_t kPressureFactor = 16;
constexpr size_t kPressureBytes = 4 << 20;
constexpr int64_t kPressureWait = 2000000;
constexpr int64_t kOneReference = kMerged + kSharedOne;

uint64_t epoch = 0;              // [atomic] last announced; written under registry_lock
uint64_t completed = 0;          // [atomic]
uint64_t want TY_GUARDED_BY(registry_lock) = 0;
uint32_t remaining = 0;          // [atomic] acknowledgements missing
uint32_t completions = 0;        // [atomic] futex: changes with `completed`
uint32_t completion_waiters = 0; // [atomic]

// Lists of threads that ended.
GrowList<Object*> orphan_objects TY_GUARDED_BY(registry_lock);
GrowList<RetiredBuffer> orphan_buffers TY_GUARDED_BY(registry_lock);
GrowList<Object*> orphan_queue TY_GUARDED_BY(registry_lock);  // entries of finalizer queues, tag included
ReclaimStats gone_stats TY_GUARDED_BY(registry_lock) = {};

uint16_t flags_of(const Object* o) { return __atomic_load_n(&o->flags, __ATOMIC_SEQ_CST); }
int64_t count_of(const Object* o) { return __atomic_load_n(&o->ref_shared, __ATOMIC_SEQ_CST); }
uint16_t set_flag(Object* o, uint16_t flag) { return __atomic_fetch_or(&o->flags, flag, __ATOMIC_SEQ_CST); }
uint16_t clear_flag(Object* o, uint16_t flag) {
  return __atomic_fetch_and(&o->flags, static_cast<uint16_t>(~flag), __ATOMIC_SEQ_CST);
}

size_t threshold_of(const Thread& t) TY_NO_THREAD_SAFETY {
  if (TY_UNLIKELY(g_flags.stress_handshake)) return 1;
  size_t words = t.base > t.register_stack ? static_cast<size_t>(t.base - t.register_stack) : 0;
  size_t scaled = __atomic_load_n(&g_thread_count, __ATOMIC_RELAXED) * size_t{10} + words / 15;
  return scaled < kMinThreshold ? kMinThreshold : scaled > kMaxThreshold ? kMaxThreshold : scaled;
}

void list_zero(Thread& t, Object* o) {
  ReclaimState& r = *t.reclaim;
  r.zero.push(o);
  r.pending_bytes += block_size(o);
  size_t length = r.zero.length;
  size_t threshold = threshold_of(t);
  // With a batch in flight only back-pressure has to look now and then; complete() wakes us when it is due.
  bool due = r.batch.active ? length % kMinThreshold == 0 : length >= threshold || r.pending_bytes > kThresholdBytes;
  if (due && !(__atomic_load_n(&t.interrupts, __ATOMIC_RELAXED) & kInterruptBatchDue)) set_interrupt(t, kInterruptBatchDue);
}

/// Gives Z up because the count rose, unless it fell to zero again meanwhile.
void unlist(Thread& t, Object* o) {
  clear_flag(o, kZeroListed);
  if (count_of(o) == kMerged && !(set_flag(o, kZeroListed) & kZeroListed)) list_zero(t, o);
}

// ---- scanning ----------------------------------------------------------------------------------------------------------------------

void convert_listed(Value* word, void*) {
  if (word->bits == 0 || !word->is_uncounted()) return;
  Object* o = word->object();
  if (o->load_flags() & kZeroListed) {
    inc_shared(o);
    *word = Value(o);
  }
}
void convert_all(Value* word, void*) {
  if (word->bits == 0 || !word->is_uncounted()) return;
  Object* o = word->object();
  if (o->is_immortal()) return;
  inc_shared(o);
  *word = Value(o);
}

void touch_listed(uint64_t word) {
  if (Object* o = listed_object_containing(word)) set_flag(o, kTouched);
}

/// `t` is the caller (its native state was saved), or held by the caller.
void scan(Thread& t) {
  ReclaimState& r = *t.reclaim;
  r.handshakes++;
  if (g_scan_registers && t.register_stack && r.scans_while_detached < 2) {
    bool all = r.scans_while_detached == 1;
    g_scan_registers(t, all ? convert_all : convert_listed, nullptr);
  }
  scan_native_words(t, touch_listed);
}

// ---- epochs ------------------------------------------------------------------------------------------------------------------------

/// No handshake is open. The caller owes a visit().
bool announce() TY_REQUIRES(registry_lock) {
  __atomic_store_n(&remaining, g_thread_count, __ATOMIC_SEQ_CST);
  __atomic_store_n(&epoch, epoch + 1, __ATOMIC_SEQ_CST);
  for (Thread* u = g_threads; u; u = u->next) set_interrupt(*u, kInterruptHandshake);
  return true;
}

bool complete() TY_REQUIRES(registry_lock) {
  __atomic_store_n(&completed, epoch, __ATOMIC_RELEASE);
  __atomic_fetch_add(&completions, 1, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&completion_waiters, __ATOMIC_SEQ_CST)) futex_wake(&completions, kWakeAll);
  for (Thread* u = g_threads; u; u = u->next) {
    uint64_t need = __atomic_load_n(&u->reclaim->batch.need, __ATOMIC_RELAXED);
    if (need && need <= epoch) set_interrupt(*u, kInterruptBatchDue);
  }
  return want > epoch && g_thread_count > 0 && announce();
}

bool acknowledge_for(Thread& t, uint64_t e) {
  __atomic_store_n(&t.acked, e, __ATOMIC_RELAXED);
  if (__atomic_fetch_sub(&remaining, 1, __ATOMIC_ACQ_REL) != 1) return false;
  LeafGuard guard(registry_lock);
  return complete();
}

/// A sleeping thread cannot process its lists; somebody who is awake and holds it takes them over.
void steal_lists(Thread& me, Thread& t);

/// `t` is HELD by us. Returns whether we announced a handshake.
bool scan_frozen(Thread* me, Thread& t) {
  uint64_t e = __atomic_load_n(&epoch, __ATOMIC_SEQ_CST);
  bool duty = false;
  if (__atomic_load_n(&t.acked, __ATOMIC_RELAXED) != e) {
    scan(t);
    if (t.reclaim->scans_while_detached < 2) t.reclaim->scans_while_detached++;
    if (me && t.reclaim->scans_while_detached == 2) steal_lists(*me, t);
    duty = acknowledge_for(t, e);
  }
  release_hold(t);
  return duty;
}

bool is_attached(const Thread& t) {
  return __atomic_load_n(&t.state, __ATOMIC_SEQ_CST) == static_cast<uint32_t>(ThreadState::kAttached);
}

uint32_t active_visitors = 0;  // [atomic]
struct VisitorCount {
  VisitorCount() { __atomic_fetch_add(&active_visitors, 1, __ATOMIC_SEQ_CST); }
  ~VisitorCount() { __atomic_fetch_sub(&active_visitors, 1, __ATOMIC_SEQ_CST); }
};

/// Whoever announced scans the frozen threads. registry_lock is not held; `me` is attached or detached.
void visit(Thread& me, bool duty) {
  while (duty) {
    duty = false;
    GrowList<Thread*> threads;
    VisitorCount counted;
    {
      LeafGuard guard(registry_lock);
      for (Thread* u = g_threads; u; u = u->next) threads.push(u);
    }
    bool attached = is_attached(me);
    for (Thread* u : threads) {
      if (u == &me) continue;
      for (int spins = 0;;) {
        auto state = static_cast<ThreadState>(__atomic_load_n(&u->state, __ATOMIC_SEQ_CST));
        if (state == ThreadState::kAttached || state == ThreadState::kGone) break;  // it acknowledges itself
        if (state == ThreadState::kHeld) {
          // Never skip: its scanner may have looked before we announced. But a stopper's thread stays held, and the stopper scans at the
          // end of the stop for whatever is open then.
          if (stop_pending() && world_stopper() != &me) return;
          if (world_stopper() == &me) break;
          if (++spins > 100) yield_processor();
          cpu_pause();
          continue;
        }
        if (try_hold(*u)) {
          duty |= scan_frozen(attached ? &me : nullptr, *u);
          break;
        }
      }
    }
  }
}

// ---- batches -----------------------------------------------------------------------------------------------------------------------

struct CloseVisitor : SlotVisitor {
  Thread* t;
  Object* parent;
};

void close_visit(SlotVisitor& base, uint64_t* word) {
  auto& self = static_cast<CloseVisitor&>(base);
  uint64_t bits = __atomic_load_n(word, __ATOMIC_ACQUIRE);
  if ((bits & 5) != 0 || bits == 0) return;
  auto* p = reinterpret_cast<Object*>(bits & ~uint64_t{7});
  constexpr uint16_t kNoMember = kLocal | kPrompt | kExposed | kDeferred | kWeakRefd | kZeroListed;
  if (p->is_immortal() || (flags_of(p) & kNoMember) || count_of(p) != kOneReference) return;
  if (type_layout(p->type()).flags & (kHasFinalizer | kFoundByTables)) return;
  if (set_flag(p, kZeroListed) & kZeroListed) return;
  uint16_t before = clear_flag(p, kTouched);
  // Z first, then the count, then the edge: at that moment *word is the only counted reference, and each later inc() sets T.
  if (!(before & kWeakRefd) && count_of(p) == kOneReference && __atomic_load_n(word, __ATOMIC_SEQ_CST) == bits) {
    Batch& batch = self.t->reclaim->batch;
    batch.members.push({p, word, self.parent});
    __atomic_store_n(&p->tid, batch.members.length, __ATOMIC_RELAXED);
  } else {
    unlist(*self.t, p);
  }
}

void close_over(Thread& t, Object* parent) {
  if (type_layout(parent->type()).flags & kStoppedVisit) return;
  CloseVisitor visitor;
  visitor.visit = close_visit;
  visitor.t = &t;
  visitor.parent = parent;
  visit_slots(parent, visitor);
}

/// Seals the zero list into a batch and makes sure that a handshake will be announced for it.
[[gnu::noinline]] void request(Thread& t) {  // its frame must be gone when the stack is scanned
  ReclaimState& r = *t.reclaim;
  Batch& batch = r.batch;
  DCHECK(!batch.active);
  {
    LeafGuard guard(registry_lock);
    if (!orphan_objects.empty()) r.zero.take_all(orphan_objects);
    if (!orphan_buffers.empty()) r.retired.take_all(orphan_buffers);
    for (Object* entry : orphan_queue) push_queue_entry(t, entry);
    orphan_queue.length = 0;
  }
  batch.buffers.take_all(r.retired);
  r.pending_bytes = 0;
  GrowList<Object*> list;
  list.swap(r.zero);
  for (Object* o : list) {
    clear_flag(o, kTouched);
    if (count_of(o) == kMerged) {
      batch.roots.push(o);
    } else {
      unlist(t, o);
    }
  }
  for (size_t i = 0; i < batch.roots.length; i++) close_over(t, batch.roots[i]);
  for (size_t i = 0; i < batch.members.length; i++) close_over(t, batch.members[i].object);
  batch.active = true;
  bool duty;
  {
    LeafGuard guard(registry_lock);
    uint64_t need = epoch + 1;
    __atomic_store_n(&batch.need, need, __ATOMIC_RELAXED);
    if (want < need) want = need;
    duty = __atomic_load_n(&completed, __ATOMIC_ACQUIRE) == epoch ? announce() : false;
  }
  visit(t, duty);
}

bool member_of(Batch& batch, Object* o) {
  uint64_t index = __atomic_load_n(&o->tid, __ATOMIC_RELAXED);
  return index - 1 < batch.members.length && batch.members[index - 1].object == o;
}

bool has_new_finalizer(Object* o) {
  return (type_layout(o->type()).flags & kHasFinalizer) && !(flags_of(o) & kFinalized);
}

/// A __dict__ view that outlives its instance takes the values along; then threads that came through the view need another handshake.
bool detaches_at_once(Object* o) {
  if (!(type_layout(o->type()).flags & kHasAttributes) || !g_detach_attributes) return true;
  return __atomic_load_n(&attribute_header(o)->extra, __ATOMIC_ACQUIRE) == 0 || g_detach_attributes(o);
}

struct DeathVisitor : SlotVisitor {
  Batch* batch;
  GrowList<Object*>* dying;
};
void death_visit(SlotVisitor& base, uint64_t* word) {
  auto& self = static_cast<DeathVisitor&>(base);
  uint64_t bits = __atomic_load_n(word, __ATOMIC_ACQUIRE);
  if ((bits & 5) != 0 || bits == 0) return;
  auto* o = reinterpret_cast<Object*>(bits & ~uint64_t{7});
  if (o->is_immortal() || !member_of(*self.batch, o)) return;
  if (count_of(o) != kOneReference || (flags_of(o) & (kTouched | kDying | kWeakRefd)) || has_new_finalizer(o)) return;
  if (!detaches_at_once(o)) return;
  set_flag(o, kDying);
  self.dying->push(o);
}

void drop_survivor_visit(SlotVisitor&, uint64_t* word) {
  uint64_t bits = __atomic_load_n(word, __ATOMIC_RELAXED);
  if ((bits & 5) != 0 || bits == 0) return;
  auto* o = reinterpret_cast<Object*>(bits & ~uint64_t{7});
  if (o->load_flags() & kDying) return;
  dec(o);
}

void release_buffer(Thread& t, const RetiredBuffer& buffer) {
  auto word = reinterpret_cast<uint64_t>(buffer.memory);
  if (word & 1) {
    free_shared_block(t, reinterpret_cast<Object*>(word & ~uint64_t{1}));
  } else {
    free_buffer(buffer.memory);
  }
}

/// The handshake this batch needed has completed. No safepoint in here.
[[gnu::noinline]] void process(Thread& t) {
  ReclaimState& r = *t.reclaim;
  Batch& batch = r.batch;
  r.processing = true;
  GrowList<Object*> dying;
  GrowList<Object*> survivors;
  for (Object* o : batch.roots) {
    bool dies = count_of(o) == kMerged && !(flags_of(o) & kTouched);
    if (dies && has_new_finalizer(o)) {
      // The class gained a finalizer after its instances became SHARED: late, but it runs.
      queue_finalizer(t, o);
      dies = false;
    }
    if (dies) dies = detaches_at_once(o);
    if (dies && (flags_of(o) & kWeakRefd)) dies = weakrefs_decide_death(t, o);
    if (dies) {
      set_flag(o, kDying);
      dying.push(o);
    } else {
      survivors.push(o);
    }
  }
  DeathVisitor death;
  death.visit = death_visit;
  death.batch = &batch;
  death.dying = &dying;
  size_t root_deaths = dying.length;
  for (size_t i = 0; i < dying.length; i++) {
    if (!(type_layout(dying[i]->type()).flags & kStoppedVisit)) visit_slots(dying[i], death);
  }
  r.members_died += dying.length - root_deaths;
  for (BatchMember& m : batch.members) {
    __atomic_store_n(&m.object->tid, 0, __ATOMIC_RELAXED);
    if (!(flags_of(m.object) & kDying)) unlist(t, m.object);
  }
  for (Object* o : survivors) {
    if (count_of(o) != kMerged) {
      r.revived++;
      unlist(t, o);
    } else {
      r.rezeroed++;
      list_zero(t, o);  // Z stays on
    }
  }
  SlotVisitor drop{drop_survivor_visit};
  for (Object* o : dying) visit_slots(o, drop);
  for (Object* o : dying) {
    const TypeLayout& layout = type_layout(o->type());
    if (layout.release) layout.release(o);
    if ((layout.flags & kHasAttributes) && g_release_attributes) g_release_attributes(o);
    free_shared_block(t, o);
  }
  r.destroyed += dying.length;
  for (RetiredBuffer& buffer : batch.buffers) release_buffer(t, buffer);
  batch.roots.clear();
  batch.members.clear();
  batch.buffers.clear();
  batch.active = false;
  __atomic_store_n(&batch.need, 0, __ATOMIC_RELAXED);
  r.processing = false;
}

/// Moves everything pending of `from` to the given lists; membership of zero lists (Z) goes with it.
void move_lists(ReclaimState& from, GrowList<Object*>& objects, GrowList<RetiredBuffer>& buffers) {
  Batch& batch = from.batch;
  for (BatchMember& m : batch.members) {
    __atomic_store_n(&m.object->tid, 0, __ATOMIC_RELAXED);
    objects.push(m.object);
  }
  batch.members.clear();
  objects.take_all(batch.roots);
  objects.take_all(from.zero);
  buffers.take_all(batch.buffers);
  buffers.take_all(from.retired);
  batch.active = false;
  __atomic_store_n(&batch.need, 0, __ATOMIC_RELAXED);
  from.pending_bytes = 0;
}

void steal_lists(Thread& me, Thread& t) {
  if (t.reclaim->processing) return;
  move_lists(*t.reclaim, me.reclaim->zero, me.reclaim->retired);
  if (me.reclaim->zero.length) set_interrupt(me, kInterruptBatchDue);
}

// ---- hooks of sync/thread_state ------------------------------------------------------------------------------------------------------

bool is_acknowledged(Thread& t) {
  return __atomic_load_n(&t.acked, __ATOMIC_RELAXED) == __atomic_load_n(&epoch, __ATOMIC_SEQ_CST);
}
void scan_frozen_self(Thread& t) { visit(t, scan_frozen(nullptr, t)); }
void after_attach(Thread& t) { t.reclaim->scans_while_detached = 0; }
void reclaim_hook(Thread& t) { reclaim_safepoint(t); }

bool over_threshold(const Thread& t) {
  const ReclaimState& r = *t.reclaim;
  return r.zero.length >= threshold_of(t) || r.pending_bytes > kThresholdBytes;
}

void visit_open(Thread& t) {
  if (__atomic_load_n(&completed, __ATOMIC_SEQ_CST) != __atomic_load_n(&epoch, __ATOMIC_SEQ_CST)) visit(t, true);
}

/// Waits, detached, until a handshake completes, or some time has passed.
void wait_for_completion(Thread& t, uint64_t need, int64_t nanoseconds) {
  DetachScope detached(t);
  __atomic_fetch_add(&completion_waiters, 1, __ATOMIC_SEQ_CST);
  uint32_t seen = __atomic_load_n(&completions, __ATOMIC_SEQ_CST);
  if (completed_epoch() < need) futex_wait(&completions, seen, nanoseconds);
  __atomic_fetch_sub(&completion_waiters, 1, __ATOMIC_SEQ_CST);
}

}  // namespace

uint64_t announced_epoch() { return __atomic_load_n(&epoch, __ATOMIC_SEQ_CST); }
uint64_t completed_epoch() { return __atomic_load_n(&completed, __ATOMIC_ACQUIRE); }

void at_zero(Object* o) {
  Thread& t = current_thread();
  if (o->load_flags() & kPrompt) return die(o);
  list_for_handshake(t, o);
}

void list_for_handshake(Thread& t, Object* o) {
  if (!(set_flag(o, kZeroListed) & kZeroListed)) list_zero(t, o);
}

void initialize_reclaim() {
  g_thread_hooks.acknowledge = acknowledge;
  g_thread_hooks.is_acknowledged = is_acknowledged;
  g_thread_hooks.scan_frozen_self = scan_frozen_self;
  g_thread_hooks.reclaim = reclaim_hook;
  g_thread_hooks.visit_open = visit_open;
  g_thread_hooks.complete_stopped = complete_stopped;
  g_thread_hooks.after_attach = after_attach;
}

bool start_reclaim(Thread& t) {
  if (!t.reclaim) t.reclaim = new (std::nothrow) ReclaimState();
  if (!t.reclaim) return false;
  t.reclaim->scans_while_detached = 0;
  return true;
}

void enter_reclaim(Thread& t) { __atomic_store_n(&t.acked, epoch, __ATOMIC_RELAXED); }

bool leave_reclaim(Thread& t) TY_NO_THREAD_SAFETY {
  ReclaimState& r = *t.reclaim;
  move_lists(r, orphan_objects, orphan_buffers);
  gone_stats.destroyed += r.destroyed;
  gone_stats.revived += r.revived;
  gone_stats.rezeroed += r.rezeroed;
  gone_stats.members_died += r.members_died;
  gone_stats.handshakes += r.handshakes;
  r.destroyed = r.revived = r.rezeroed = r.members_died = r.handshakes = 0;
  if (t.acked == epoch) return false;
  t.acked = epoch;
  return __atomic_fetch_sub(&remaining, 1, __ATOMIC_ACQ_REL) == 1 && complete();
}

void orphan_finalizers(Thread& t) {
  for (uint32_t i = 0; i < t.finalizer_count; i++) {
    publish(reinterpret_cast<Object*>(reinterpret_cast<uint64_t>(t.finalizer_queue[i]) & ~uint64_t{1}));
  }
  LeafGuard guard(registry_lock);
  for (uint32_t i = 0; i < t.finalizer_count; i++) orphan_queue.push(t.finalizer_queue[i]);
  t.finalizer_count = 0;
}

bool visitors_active() { return __atomic_load_n(&active_visitors, __ATOMIC_SEQ_CST) != 0; }

void visit_after_leave(Thread& t, bool duty) { visit(t, duty); }

void fork_child_reclaim(Thread& t) TY_NO_THREAD_SAFETY {
  __atomic_store_n(&completed, epoch, __ATOMIC_RELEASE);
  want = epoch;
  remaining = 0;
  completion_waiters = 0;
  active_visitors = 0;
  t.acked = epoch;
}

void orphan_lists(Thread& t) TY_NO_THREAD_SAFETY { move_lists(*t.reclaim, orphan_objects, orphan_buffers); }

void acknowledge(Thread& t) {
  uint64_t e = __atomic_load_n(&epoch, __ATOMIC_ACQUIRE);
  if (TY_LIKELY(t.acked == e)) return;
  save_native_state(t);
  scan(t);
  visit(t, acknowledge_for(t, e));
}

void reclaim_safepoint(Thread& t, Force force) {
  ReclaimState& r = *t.reclaim;
  if (r.processing || t.dying) return;
  if (r.batch.active && completed_epoch() >= r.batch.need) process(t);
  if (!r.batch.active) {
    if (!over_threshold(t) && (force == Force::kNo || (r.zero.empty() && r.retired.empty()))) return;
    request(t);
    acknowledge(t);
    return;
  }
  // Back-pressure: a producer must not outrun the threads that have no core to acknowledge on.
  if ((r.zero.length > kPressureFactor * threshold_of(t) || r.pending_bytes > kPressureBytes) && world_stopper() != &t) {
    wait_for_completion(t, r.batch.need, kPressureWait);
    if (r.batch.active && completed_epoch() >= r.batch.need) process(t);
  }
}

void reclaim_all(Thread& t) {
  ReclaimState& r = *t.reclaim;
  for (int round = 0; round < 1000; round++) {
    acknowledge(t);
    if (r.batch.active) {
      if (completed_epoch() < r.batch.need) {
        if (world_stopper() == &t) {
          complete_stopped(t);
        } else {
          wait_for_completion(t, r.batch.need, 50000000);
        }
      }
      if (r.batch.active && completed_epoch() >= r.batch.need) process(t);
      continue;
    }
    bool orphans;
    {
      LeafGuard guard(registry_lock);
      orphans = !orphan_objects.empty() || !orphan_buffers.empty() || !orphan_queue.empty();
    }
    if (r.zero.empty() && r.retired.empty() && !orphans) return;
    request(t);
  }
}

void complete_stopped(Thread& t) TY_NO_THREAD_SAFETY {
  // All other threads are held by us, so the registry does not change.
  for (;;) {
    uint64_t e = __atomic_load_n(&epoch, __ATOMIC_SEQ_CST);
    if (e == completed_epoch()) return;
    bool any = false;
    if (t.acked != e) {
      any = true;
      acknowledge(t);
      continue;
    }
    for (Thread* u = g_threads; u; u = u->next) {
      if (u == &t || u->acked == e) continue;
      any = true;
      scan(*u);
      acknowledge_for(*u, e);
      if (__atomic_load_n(&epoch, __ATOMIC_SEQ_CST) != e) break;
    }
    if (!any) return;  // a thread on its way out has the last acknowledgement
  }
}

void retire_memory(Thread& t, void* memory, size_t bytes) {
  t.reclaim->retired.push({memory, bytes});
  t.reclaim->pending_bytes += bytes;
  bool due = t.reclaim->batch.active ? t.reclaim->retired.length % kMinThreshold == 0 : t.reclaim->pending_bytes > kThresholdBytes;
  if (due && !(__atomic_load_n(&t.interrupts, __ATOMIC_RELAXED) & kInterruptBatchDue)) set_interrupt(t, kInterruptBatchDue);
}

void retire_block(Thread& t, Object* o) {
  // A stale reader may look at the header: the count stays zero. The block is no longer a live one for whoever walks pages.
  size_t bytes = block_size(o);
  __atomic_store_n(&o->type_, nullptr, __ATOMIC_RELAXED);
  retire_memory(t, reinterpret_cast<void*>(reinterpret_cast<uint64_t>(o) | 1), bytes);
}

ReclaimStats reclaim_stats() {
  LeafGuard guard(registry_lock);
  ReclaimStats sum = gone_stats;
  sum.pending = orphan_objects.length;
  for (Thread* u = g_threads; u; u = u->next) {
    ReclaimState& r = *u->reclaim;
    sum.destroyed += r.destroyed;
    sum.revived += r.revived;
    sum.rezeroed += r.rezeroed;
    sum.members_died += r.members_died;
    sum.handshakes += r.handshakes;
    sum.pending += reclaim_pending(*u);
  }
  return sum;
}

size_t reclaim_pending(const Thread& t) {
  const ReclaimState& r = *t.reclaim;
  return r.zero.length + r.batch.roots.length + r.batch.members.length;
}

}  // namespace ty
