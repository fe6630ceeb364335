#include "mem/thread_lifecycle.h"

#include <cstdlib>
#include <new>

#include "base/flags.h"
#include "header/type.h"
#include "mem/grow_list.h"
#include "mem/heap.h"
#include "mem/native_scan.h"
#include "mem/publish.h"
#include "mem/reclaim.h"
#include "mem/refcount.h"
#include "mem/weakref.h"
#include "sync/critical_section.h"
#include "sync/thread_state.h"

namespace ty {

void (*g_collect_at_exit)(Thread&) = nullptr;
void (*g_thread_started)(Thread&) = nullptr;
void (*g_thread_ended)(Thread&) = nullptr;

namespace {

LeafLock globals_lock{LockRank::kGlobals};
GrowList<uint64_t*> global_words TY_GUARDED_BY(globals_lock);
GrowList<Object*> static_objects TY_GUARDED_BY(globals_lock);

Thread* spare_threads TY_GUARDED_BY(registry_lock) = nullptr;  // ended ones, linked by next
uint64_t last_id = 0;                                           // [atomic]

uint64_t thread_pointer() {
#if defined(__x86_64__)
  uint64_t value;
  __asm__("movq %%fs:0, %0" : "=r"(value));
  return value;
#else
  return reinterpret_cast<uint64_t>(__builtin_thread_pointer());
#endif
}

Thread* take_spare() {
  LeafGuard guard(registry_lock);
  if (visitors_active()) return nullptr;
  Thread* t = spare_threads;
  if (t) spare_threads = t->next;
  return t;
}
void put_spare(Thread* t) {
  LeafGuard guard(registry_lock);
  t->next = spare_threads;
  spare_threads = t;
}

bool announced_at_exit = false;  // [registry lock] what leave_reclaim answered

/// If leave_reclaim() announced a handshake, somebody must scan the frozen threads. Whoever comes first takes the duty over.
void finish_leaving(Thread& t) {
  bool duty;
  {
    LeafGuard guard(registry_lock);
    duty = announced_at_exit;
    announced_at_exit = false;
  }
  if (duty) visit_after_leave(t, true);
}

/// Whatever is LOCAL on these pages becomes SHARED: the owner is gone, or is about to be.
void publish_leftovers(Heap& heap) {
  for_each_object(heap, [](Object* o) {
    if (o->is_local() && o->ref_local != 0) publish_slow(o);
  });
}

void publish_word(uint64_t* word, void*) {
  uint64_t bits = __atomic_load_n(word, __ATOMIC_RELAXED);
  if (bits != 0 && (bits & 5) == 0) publish(reinterpret_cast<Object*>(bits & ~uint64_t{7}));
}

void drain_hook(Thread& t) { drain_rpy(t); }

}  // namespace

void initialize_memory() {
  read_flags_from_environment();
  initialize_heap();
  initialize_reclaim();
  g_thread_hooks.drain_rpy = drain_hook;
}

Thread* thread_create(Interpreter* interpreter) {
  Thread* t = take_spare();
  ReclaimState* reclaim = t ? t->reclaim : nullptr;
  if (!t) {
    void* memory = std::aligned_alloc(64, (sizeof(Thread) + 63) & ~size_t{63});
    if (!memory) return nullptr;
    t = static_cast<Thread*>(memory);
  }
  new (t) Thread{};
  __atomic_store_n(&t->state, static_cast<uint32_t>(ThreadState::kGone), __ATOMIC_SEQ_CST);
  t->reclaim = reclaim;
  t->tid = thread_pointer();
  t->interpreter = interpreter;
  t->id = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
  t->recursion_remaining = 1000;
  find_native_stack(*t);
  if (!start_reclaim(*t)) {
    put_spare(t);
    return nullptr;
  }
  bool first = g_current_thread == nullptr && t->id == 1;
  CHECK(first || g_multi, "second thread without enter_multi()");
  g_current_thread = t;
  // Under the registry lock with no stop under way: a stopper sees the heap with its owner.
  register_thread(*t, [](Thread& u) {
    u.heap = acquire_heap(u);
    enter_reclaim(u);
  });
  if (!t->heap) {
    unregister_thread(*t, [](Thread& u) { announced_at_exit |= leave_reclaim(u); });
    finish_leaving(*t);
    g_current_thread = nullptr;
    put_spare(t);
    return nullptr;
  }
  if (g_flags.stress_multi && first) g_multi = true;
  if (g_flags.stress_safepoint | g_flags.stress_handshake | g_flags.stress_gc) set_interrupt(*t, kInterruptHandshake);
  if (g_thread_started) g_thread_started(*t);
  return t;
}

Thread* thread_create_foreign(Interpreter* interpreter) {
  while (!__atomic_load_n(&g_multi, __ATOMIC_ACQUIRE)) {
    // Stop the only thread there is, from outside: as a stopper that is not registered itself.
    Thread visitor{};
    visitor.tid = thread_pointer();
    visitor.acked = announced_epoch();
    visitor.heap = nullptr;
    visitor.state = static_cast<uint32_t>(ThreadState::kAttached);
    if (!start_reclaim(visitor)) return nullptr;
    find_native_stack(visitor);
    g_current_thread = &visitor;
    enter_multi(visitor, nullptr, 0);
    g_current_thread = nullptr;
    delete visitor.reclaim;
  }
  return thread_create(interpreter);
}

void thread_exit(Thread& t) {
  DCHECK(&t == g_current_thread);
  if (g_collect_at_exit) g_collect_at_exit(t);
  drain_rpy(t);
  if (g_thread_ended) {
    g_thread_ended(t);
    if (t.finalizer_count) orphan_finalizers(t);  // nothing can run Python on this thread any more
  } else {
    drain_rpy(t);
  }
  if (t.exception) {
    dec(t.exception);
    t.exception = nullptr;
  }
  if (t.handled_exception) {
    dec(t.handled_exception);
    t.handled_exception = nullptr;
  }
  if (g_multi) publish_leftovers(*t.heap);
  if (t.finalizer_count) orphan_finalizers(t);
  std::free(t.finalizer_queue);
  t.finalizer_queue = nullptr;
  t.finalizer_capacity = 0;
  acknowledge(t);
  reset_young_pages(*t.heap);
  trim_heap(*t.heap);
  unregister_thread(t, [](Thread& u) {
    announced_at_exit |= leave_reclaim(u);
    orphan_heap(u.heap);
  });
  finish_leaving(t);
  g_current_thread = nullptr;
  t.heap = nullptr;
  put_spare(&t);
}

void enter_multi(Thread& t, const Value* arguments, size_t count) {
  if (!g_multi) {
    StopScope stop(t);
    if (!g_multi) {
      __atomic_store_n(&g_multi, true, __ATOMIC_SEQ_CST);
      for_each_global_word(publish_word, nullptr);
      for_each_static_object([](Object* o, void*) { publish_edges(o); }, nullptr);
      for (Heap* heap = first_heap(); heap; heap = heap->next) {
        for_each_object(*heap, [](Object* o) {
          // Before the switch an object that is not LOCAL is DEFERRED or immortal; what becomes SHARED now has had its edges visited.
          uint16_t flags = o->load_flags();
          if (!(flags & kLocal) && ((flags & kDeferred) || o->is_immortal())) publish_edges(o);
        });
      }
    }
  }
  for (size_t i = 0; i < count; i++) publish(arguments[i]);
}

void register_static_object(Object* o) {
  {
    LeafGuard guard(globals_lock);
    for (Object* known : static_objects) {
      if (known == o) return;
    }
    static_objects.push(o);
  }
  if (g_multi && o->type()->info) publish_edges(o);  // (without: a type of the start-up, still empty)
}

void for_each_static_object(void (*f)(Object*, void*), void* context) TY_NO_THREAD_SAFETY {
  for (size_t i = 0; i < static_objects.length; i++) f(static_objects[i], context);
}

void register_global_word(uint64_t* word) {
  LeafGuard guard(globals_lock);
  global_words.push(word);
}

void unregister_global_word(uint64_t* word) {
  LeafGuard guard(globals_lock);
  for (size_t i = 0; i < global_words.length; i++) {
    if (global_words[i] == word) {
      global_words[i] = global_words[global_words.length - 1];
      global_words.length--;
      return;
    }
  }
}

void for_each_global_word(void (*f)(uint64_t*, void*), void* context) TY_NO_THREAD_SAFETY {
  for (size_t i = 0; i < global_words.length; i++) f(global_words[i], context);
}

// All other threads are stopped, so they hold no leaf lock except the registry's and the parking lot's, which detached threads may use: the first
// is taken here, the buckets are reset in the child.
void fork_prepare(Thread& t) TY_NO_THREAD_SAFETY {
  stop_world(t);
  registry_lock.lock();
  globals_lock.lock();
}

void fork_parent(Thread& t) TY_NO_THREAD_SAFETY {
  globals_lock.unlock();
  registry_lock.unlock();
  start_world(t);
}

void fork_child(Thread& t) TY_NO_THREAD_SAFETY {
  t.tid = thread_pointer();
  globals_lock.unlock();
  registry_lock.unlock();
  Thread* others = nullptr;
  for (Thread* u = g_threads; u;) {
    Thread* next = u->next;
    if (u != &t) {
      u->next = others;
      others = u;
    }
    u = next;
  }
  fork_child_registry(t);
  reset_parking_lot();
  reset_weakref_locks();
  reset_heap_locks();
  fork_child_reclaim(t);
  __atomic_store_n(&g_world_stopper, &t, __ATOMIC_RELAXED);  // their LOCAL objects are ours to touch
  for (Thread* u = others; u;) {
    Thread* next = u->next;
    __atomic_store_n(&u->state, static_cast<uint32_t>(ThreadState::kGone), __ATOMIC_SEQ_CST);
    orphan_lists(*u);
    if (u->heap) {
      publish_leftovers(*u->heap);
      reset_young_pages(*u->heap);
      trim_heap(*u->heap);
      orphan_heap(u->heap);
      u->heap = nullptr;
    }
    u = next;
  }
  __atomic_store_n(&g_world_stopper, static_cast<Thread*>(nullptr), __ATOMIC_RELAXED);
  if (t.sections) {
    // Suspended by the stop: their mutexes may be held by threads that are gone.
    for (CriticalSectionBase* s = t.sections; s; s = s->previous) {
      if (s->first) __atomic_store_n(s->first, 0, __ATOMIC_RELEASE);
      if (s->second) __atomic_store_n(s->second, 0, __ATOMIC_RELEASE);
    }
    resume_sections(t);
  }
}

}  // namespace ty
