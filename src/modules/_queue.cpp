// modules/_queue.cpp: SimpleQueue. CPython: Modules/_queuemodule.c.
//
// Layout      a linked list of nodes between head (oldest) and tail. `puts` counts what was ever put: who waits sleeps on that word.
// Threads     any; nodes are linked and unlinked under the queue's critical section, never held while waiting. put() is reentrant.
#include "base/clock.h"
#include "modules/new_exception.h"
#include "modules/time_value.h"
#include "sync/mutex.h"
#include "sync/thread_state.h"
#include "types/container.h"

namespace ty {

namespace {

struct Node : Object {
  Slot value;  // [const]
  Slot next;   // [lock] the queue's
  static Type* type();
};
struct SimpleQueue : Object {
  Slot head;         // [lock]
  Slot tail;         // [lock]
  ssize count;       // [lock]
  uint32_t puts;     // [atomic]
  uint32_t waiting;  // [atomic]
  static Type* type();
};
Type node_type, queue_type;
Type* Node::type() { return &node_type; }
Type* SimpleQueue::type() { return &queue_type; }
GlobalSlot g_empty;

Result<Owned> queue_new(Thread& t, Type& type) { return Owned(TRY(make_object<SimpleQueue>(t, &type))); }
Result<void> queue_put(Thread& t, SimpleQueue& self, Value item, bool, Value) {
  auto node = TRY(make_object<Node>(t));
  node->value.init(dup(item));
  publish_for(&self, node);
  {
    CriticalSection section(t, self);
    Owned last = self.tail.get();
    if (last) last.value().as<Node>()->next.store(last.value().object(), dup(Value(node)));
    else self.head.store(&self, dup(Value(node)));
    self.tail.store(&self, dup(Value(node)));
    self.count++;
    __atomic_fetch_add(&self.puts, 1, __ATOMIC_SEQ_CST);
  }
  if (__atomic_load_n(&self.waiting, __ATOMIC_SEQ_CST)) futex_wake(&self.puts, 1);
  return {};
}
Result<void> queue_put_nowait(Thread& t, SimpleQueue& self, Value item) { return queue_put(t, self, item, true, none()); }

/// The oldest item; null if there is none. *seen: `puts` at that moment.
Owned take(Thread& t, SimpleQueue& self, uint32_t* seen) {
  CriticalSection section(t, self);
  *seen = __atomic_load_n(&self.puts, __ATOMIC_SEQ_CST);
  Owned first = self.head.get();
  if (!first) return {};
  auto* node = first.value().as<Node>();
  Owned item = dup(node->value.load());
  Owned next = node->next.get();
  if (!next) self.tail.store(&self, Owned());
  self.head.store(&self, std::move(next));
  self.count--;
  return item;
}
Result<Owned> queue_get(Thread& t, SimpleQueue& self, Opt<bool> block_option, Value timeout) {
  bool block = block_option ? block_option.value : true;
  int64_t limit = kForever, deadline = 0;
  if (block && !is_none(timeout)) {
    limit = TRY(seconds_to_nanoseconds(t, timeout, Rounding::kCeiling));
    if (limit < 0) return raise_value_error(t, "'timeout' must be a non-negative number");
    deadline = monotonic_nanoseconds() + limit;
  }
  while (true) {
    uint32_t seen;
    Owned item = take(t, self, &seen);
    if (item) return item;
    if (!block) return raise_with_value(t, exception_in(g_empty), nullptr);
    int64_t left = kForever;
    if (limit != kForever) {
      left = deadline - monotonic_nanoseconds();
      if (left <= 0) return raise_with_value(t, exception_in(g_empty), nullptr);
    }
    __atomic_fetch_add(&self.waiting, 1, __ATOMIC_SEQ_CST);
    WaitResult result = wait_detached(t, &self.puts, seen, left);
    (void)result;
    __atomic_fetch_sub(&self.waiting, 1, __ATOMIC_SEQ_CST);
    TRY(poll(t));
  }
}
Result<Owned> queue_get_nowait(Thread& t, SimpleQueue& self) { return queue_get(t, self, Opt<bool>{false, true}, none()); }
ssize queue_qsize(Thread&, Locked<SimpleQueue> self) { return self->count; }
bool queue_empty(Thread&, Locked<SimpleQueue> self) { return self->count == 0; }

constexpr MethodDef kQueueMethods[] = {
    method<&queue_empty>("empty", "($self, /)", "Return True if the queue is empty, False otherwise (not reliable!)."),
    method<&queue_get>("get", "($self, /, block=True, timeout=None)",
        "Remove and return an item from the queue.\n\nIf optional args 'block' is true and 'timeout' is None (the default),\nblock if necessary until an item is available. If 'timeout' is\na non-negative number, it blocks at most 'timeout' seconds and raises\nthe Empty exception if no item was available within that time.\nOtherwise ('block' is false), return an item if one is immediately\navailable, else raise the Empty exception ('timeout' is ignored\nin that case)."),
    method<&queue_get_nowait>("get_nowait", "($self, /)",
        "Remove and return an item from the queue without blocking.\n\nOnly get an item if one is immediately available. Otherwise\nraise the Empty exception."),
    method<&queue_put>("put", "($self, /, item, block=True, timeout=None)",
        "Put the item on the queue.\n\nThe optional 'block' and 'timeout' arguments are ignored, as this method\nnever blocks.  They are provided for compatibility with the Queue class."),
    method<&queue_put_nowait>("put_nowait", "($self, /, item)",
        "Put an item into the queue without blocking.\n\nThis is exactly equivalent to `put(item)` and is only provided\nfor compatibility with the Queue class."),
    method<&queue_qsize>("qsize", "($self, /)", "Return the approximate size of the queue (not reliable!)."), TY_CLASS_GETITEM, {}};
constexpr uint16_t kNodeSlots[] = {offsetof(Node, value), offsetof(Node, next)};
constexpr uint16_t kQueueSlots[] = {offsetof(SimpleQueue, head), offsetof(SimpleQueue, tail)};
constexpr TypeDef kNodeDef = {.name = "_queue._node", .size = sizeof(Node), .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kNodeSlots, .slot_count = 2, .flags = kCollectable}};
constexpr TypeOps kQueueOps = {.create = constructor<"SimpleQueue", "()", &queue_new>};
constexpr TypeDef kQueueDef = {.name = "_queue.SimpleQueue", .size = sizeof(SimpleQueue), .flags = kTypeBase | kTypeImmutable | kTypeWeakReferable,
    .layout = {.slot_offsets = kQueueSlots, .slot_count = 2, .flags = kCollectable}, .ops = &kQueueOps, .methods = kQueueMethods,
    .doc = "Simple, unbounded, reentrant FIFO queue."};
Result<void> queue_exec(Thread& t, Module& m) {
  TRY(module_add_exception(t, m, g_empty, "_queue", "Empty", nullptr, "Exception raised by Queue.get(block=0)/get_nowait()."));
  TRY(type_ready(t, &node_type, kNodeDef));
  TRY(type_ready(t, &queue_type, kQueueDef));
  return module_add_type(t, m, &queue_type);
}
constexpr ModuleDef kQueueModule = {.name = "_queue", .doc = "C implementation of the Python queue module.\nThis module is an implementation detail, please do not use it directly.",
                                    .exec = &queue_exec};
TY_MODULE(kQueueModule)

}  // namespace

}  // namespace ty
