#include <thread>
#include <vector>

#include "../mem/fixture.h"
#include "base/flags.h"
#include "gc/collector.h"
#include "object/slot.h"

using namespace ty;
using namespace ty::test;

namespace {

Value registers[4];
uint64_t finalizers_run = 0;
Object* resurrected = nullptr;
bool resurrect = false;

void scan_registers(Thread& t, void (*visit)(Value*, void*), void* context) {
  for (Value* word = t.register_stack; word < t.register_stack_end; word++) visit(word, context);
}
void run_finalizer(Thread&, Object* o) {
  finalizers_run++;
  if (resurrect) {
    inc(o);
    resurrected = o;
  }
}
std::vector<WeakRef*> callbacks;
void run_callback(Thread&, Object* o) { callbacks.push_back(static_cast<WeakRef*>(o)); }

uint64_t word_of(Object* o) { return reinterpret_cast<uint64_t>(o); }

/// Two nodes that refer to each other; nothing else holds them.
[[gnu::noinline]] void make_cycle(Thread& t, Type* type = &node_type, Object* tail = nullptr) {
  Node* a = make_node(t, type);
  Node* b = make_node(t, type);
  a->left = word_of(b);
  b->left = word_of(a);
  if (tail) b->right = word_of(tail);
}
/// The same, held through one reference.
[[gnu::noinline]] Node* make_held_cycle(Thread& t) {
  Node* a = make_node(t);
  Node* b = make_node(t);
  a->left = word_of(b);
  b->left = word_of(a);
  inc(a);
  return a;
}
/// Overwrites what is left of former frames, so that the conservative scan does not find it.
[[gnu::noinline]] void scrub_stack() {
  volatile char room[16384];
  for (volatile char& c : room) c = 0;
}

void local_cycles(Thread& t) {
  uint64_t before = released;
  for (int i = 0; i < 100; i++) make_cycle(t, &node_type, make_node(t, &leaf_type));
  CHECK(gc::collect_local(t, gc::Scope::kYoung) == 200);
  CHECK(released == before + 300);
  Node* held = make_held_cycle(t);
  CHECK(gc::collect_local(t, gc::Scope::kYoung) == 0);
  CHECK(held->gc_bits & gc::kGcOld);
  dec(held);
  CHECK(gc::collect_local(t, gc::Scope::kYoung) == 0);  // old by now
  CHECK(gc::collect_local(t, gc::Scope::kAll) == 2);
}

void due_after_growth(Thread& t) {
  uint64_t before = released;
  for (int i = 0; i < 20000; i++) {
    make_cycle(t);
    CHECK(poll(t).ok());
  }
  CHECK(released > before + 30000);
  gc::collect_local(t, gc::Scope::kAll);
}

void finalizers(Thread& t) {
  uint64_t before = released;
  make_cycle(t, &finalizer_type);
  make_cycle(t);
  finalizers_run = 0;
  CHECK(gc::collect_local(t, gc::Scope::kYoung) == 2);  // the plain cycle
  CHECK(t.finalizer_count == 2 && finalizers_run == 0);
  drain_rpy(t);
  CHECK(finalizers_run == 2);
  CHECK(gc::collect_local(t, gc::Scope::kAll) == 2);
  CHECK(released == before + 4 && t.finalizer_count == 0);
  // Resurrection: the finalizer runs once.
  resurrect = true;
  dec(make_node(t, &finalizer_type));
  drain_rpy(t);
  resurrect = false;
  CHECK(resurrected != nullptr && resurrected->ref_local == 1 && finalizers_run == 3);
  dec(resurrected);
  drain_rpy(t);
  CHECK(finalizers_run == 3 && released == before + 5);
}

void weak_references(Thread& t) {
  Node* node = make_node(t);
  Object* callback = make_node(t);
  WeakRef* plain = make_weakref(t, node);
  WeakRef* with = make_weakref(t, node, callback);
  CHECK(weakref_lookup(t, node, &weak_type) == plain && plain->ref_local == 2);
  dec(plain);
  CHECK(weakref_list(t, node, nullptr, 0) == 2);
  Object* strong = weakref_get(t, plain);
  CHECK(strong == node && node->ref_local == 2);
  dec(strong);
  callbacks.clear();
  dec(node);
  CHECK(weakref_get(t, plain) == nullptr && !weakref_is_alive(with));
  drain_rpy(t);
  CHECK(callbacks.size() == 1 && callbacks[0] == with);
  dec(plain);
  dec(with);
  // In garbage: the callback runs only if the reference is no garbage itself.
  WeakRef* outside;
  {
    Node* a = make_node(t);
    Node* b = make_node(t);
    a->left = word_of(b);
    b->left = word_of(a);
    outside = make_weakref(t, a, callback);
    WeakRef* inside = make_weakref(t, a, callback);
    b->right = word_of(inside);
  }
  callbacks.clear();
  CHECK(gc::collect_local(t, gc::Scope::kAll) == 3);
  drain_rpy(t);
  CHECK(callbacks.size() == 1 && callbacks[0] == outside && weakref_get(t, outside) == nullptr);
  dec(outside);
  dec(callback);
}

void deferred_cycles(Thread& t) {
  uint64_t before = released;
  [[maybe_unused]] auto build = [](Thread& u) __attribute__((noinline)) {
    Node* type_like = make_node(u, &deferred_type);
    Node* instance = make_node(u);
    CHECK(!type_like->is_local() && type_like->has(kDeferred));
    instance->left = word_of(type_like);  // not counted
    type_like->left = word_of(instance);
  };
  build(t);
  scrub_stack();
  gc::collect_local(t, gc::Scope::kAll);
  CHECK(released == before);
  gc::collect_shared(t, gc::Reach::kFull);
  CHECK(released == before + 2);
}

void shared_cycles(Thread& t) {
  uint64_t before = released;
  [[maybe_unused]] auto build = [](Thread& u) __attribute__((noinline)) {
    Node* a = make_held_cycle(u);
    publish(a);
    CHECK(a->is_shared() && reinterpret_cast<Node*>(a->left)->is_shared());
    CHECK(a->ref_shared == (2 << 2 | kMerged));
    registers[0] = Value::uncounted(a);
    dec(a);
  };
  build(t);
  scrub_stack();
  CHECK(gc::validate_heap(t) == 0);
  gc::collect_shared(t, gc::Reach::kShared);
  CHECK(released == before);  // an uncounted register is a root
  registers[0] = Value::empty();
  gc::collect_shared(t, gc::Reach::kShared);
  CHECK(released == before + 2);
}

void validator(Thread& t) {
  Node* owner = make_node(t);
  publish(owner);
  Node* value = make_node(t);
  owner->left = word_of(value);  // past the barrier
  std::printf("  (one violation is expected below)\n");
  std::fflush(stdout);
  CHECK(gc::validate_heap(t) == 1);
  publish(value);
  CHECK(gc::validate_heap(t) == 0);
  dec(owner);
  reclaim_all(t);
}

void other_threads_garbage(Thread& t) {
  uint64_t before = released;
  uint32_t step = 0;
  std::thread other([&] {
    Thread* u = thread_create(nullptr);
    make_cycle(*u);
    scrub_stack();
    {
      DetachScope detached(*u);
      __atomic_store_n(&step, 1, __ATOMIC_SEQ_CST);
      while (__atomic_load_n(&step, __ATOMIC_SEQ_CST) != 2) yield_processor();
    }
    thread_exit(*u);
  });
  while (__atomic_load_n(&step, __ATOMIC_SEQ_CST) != 1) yield_processor();
  gc::collect_shared(t, gc::Reach::kFull);
  CHECK(released == before + 2);
  __atomic_store_n(&step, 2, __ATOMIC_SEQ_CST);
  {
    DetachScope detached(t);
    other.join();
  }
}

void listing(Thread& t) {
  Node* a = make_node(t);
  Node* b = make_node(t);
  a->left = word_of(b);
  GrowList<Object*> found;
  Object* target = b;
  gc::list_referrers(t, &target, 1, found);
  CHECK(found.length == 1 && found[0] == a && a->ref_local == 2);
  dec(a);
  found.clear();
  gc::list_objects(t, 0, found);
  bool seen = false;
  for (Object* o : found) {
    seen |= o == a;
    dec(o);
  }
  CHECK(seen);
  dec(a);
}

}  // namespace

int main() {
  Thread& t = start();
  gc::initialize();
  g_scan_registers = scan_registers;
  g_run_finalizer = run_finalizer;
  g_run_weakref_callback = run_callback;
  for (Value& word : registers) word = Value::empty();
  t.register_stack = registers;
  t.register_stack_end = registers + 4;
  RUN(local_cycles);
  RUN(due_after_growth);
  RUN(finalizers);
  RUN(weak_references);
  RUN(deferred_cycles);
  enter_multi(t, nullptr, 0);
  RUN(local_cycles);
  RUN(finalizers);
  RUN(weak_references);
  RUN(deferred_cycles);
  RUN(shared_cycles);
  RUN(validator);
  RUN(other_threads_garbage);
  RUN(listing);
  gc::collect_rpy(t, 2);
  thread_exit(t);
  return 0;
}
