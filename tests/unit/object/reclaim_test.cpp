// The random test of the reclaimer: native threads load, store, copy and drop references to shared objects, swap buffers, detach, exit, make and
// follow weak references. Every object checks that it is alive when it is used; at the end made == destroyed.
// usage: reclaim_test [seconds [threads [seed]]]
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "../mem/fixture.h"
#include "base/flags.h"
#include "object/slot.h"
#include "sync/critical_section.h"

using namespace ty;

#if defined(TY_TEST_CYCLES)
#include "gc/collector.h"
#endif

namespace {

#if defined(TY_TEST_CYCLES)
constexpr bool kCycles = true;
void start_collector() { gc::initialize(); }
void collect_sometimes(Thread& t, uint32_t random) {
  if (random < 20) gc::collect_local(t, random < 15 ? gc::Scope::kYoung : gc::Scope::kAll);
  if (random == 20) gc::collect_shared(t, gc::Reach::kShared);
  if (random == 21) gc::collect_shared(t, gc::Reach::kFull);
  if (random == 22) CHECK(gc::validate_heap(t) == 0);
}
void collect_all(Thread& t) { gc::collect_rpy(t, 2); }
#else
constexpr bool kCycles = false;
void start_collector() {}
void collect_sometimes(Thread&, uint32_t) {}
void collect_all(Thread&) {}
#endif

constexpr uint64_t kAlive = 0xA11FEA11FEull;
constexpr int kRegisters = 8;
constexpr int kFields = 3;
constexpr int kTableSize = 24;

struct Buffer {
  ssize length;
  Slot items[4];
};

struct Thing : Object {
  uint64_t alive;
  uint64_t order;  // references go from younger to older things only, so there are no cycles
  Slot fields[kFields];
  RetiredPtr<Buffer> buffer;
};

uint64_t made = 0, destroyed = 0, finalized = 0, last_order = 0;

void thing_each(Object* o, SlotVisitor& visitor) {
  if (Buffer* buffer = static_cast<Thing*>(o)->buffer.load()) {
    for (Slot& slot : buffer->items) visitor(slot.address());
  }
}
void thing_release(Object* o) {
  auto* thing = static_cast<Thing*>(o);
  CHECK(thing->alive == kAlive, "destroyed twice");
  thing->alive = 0xDEAD;
  if (Buffer* buffer = thing->buffer.load()) free_buffer(buffer);
  __atomic_fetch_add(&destroyed, 1, __ATOMIC_RELAXED);
}

const uint16_t kSlots[] = {offsetof(Thing, fields), offsetof(Thing, fields) + 8, offsetof(Thing, fields) + 16};
TypeLayout plain_layout{.slot_offsets = kSlots, .slot_count = 3, .flags = kCollectable, .each = thing_each, .release = thing_release};
TypeLayout prompt_layout{
    .slot_offsets = kSlots, .slot_count = 3, .flags = kCollectable | kPromptType, .each = thing_each, .release = thing_release};
TypeLayout finalizer_layout{.slot_offsets = kSlots,
                            .slot_count = 3,
                            .flags = kCollectable | kPromptType | kHasFinalizer,
                            .each = thing_each,
                            .release = thing_release};
Type plain_type = test::make_type(plain_layout, "plain");
Type prompt_type = test::make_type(prompt_layout, "prompt");
Type finalizer_type = test::make_type(finalizer_layout, "finalizer");

struct Table : VarObject {
  Slot items[kTableSize];
};
TypeLayout table_layout{.items_offset = offsetof(Table, items), .flags = kCollectable};
Type table_type = test::make_type(table_layout, "table");
Table* table;
Slot* weak_slots;  // a second table: weak references

void scan_registers(Thread& t, void (*visit)(Value*, void*), void* context) {
  for (Value* word = t.register_stack; word < t.register_stack_end; word++) visit(word, context);
}
void run_finalizer(Thread&, Object* o) {
  CHECK(static_cast<Thing*>(o)->alive == kAlive);
  __atomic_fetch_add(&finalized, 1, __ATOMIC_RELAXED);
}

struct Random {
  uint64_t state;
  uint32_t next(uint32_t bound) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<uint32_t>((state >> 33) % bound);
  }
};

struct Worker {
  Thread& t;
  Random random;
  Value registers[kRegisters];

  Thing* thing(int i) {
    Value v = registers[i];
    if (v.is_null() || !v.is_object()) return nullptr;
    auto* o = v.as<Thing>();
    if (o->type() == &test::weak_type) return nullptr;
    CHECK(o->alive == kAlive, "dead object in a register");
    return o;
  }
  void drop(int i) {
    Owned old = Owned::steal(registers[i]);
    registers[i] = Value::empty();
  }
  void set(int i, Owned value) {
    Owned old = Owned::steal(registers[i]);
    registers[i] = value ? value.release() : Value::empty();
  }
  Owned copy(int i) {
    Value v = registers[i];
    return v.is_null() || !v.is_object() ? Owned() : dup(v);
  }
  void make(int i) {
    uint32_t kind = random.next(8);
    Type* type = kind < 6 ? &plain_type : kind == 6 ? &prompt_type : &finalizer_type;
    auto* o = static_cast<Thing*>(allocate_object(t, type, sizeof(Thing)));
    o->alive = kAlive;
    o->order = __atomic_add_fetch(&last_order, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&made, 1, __ATOMIC_RELAXED);
    if (random.next(3) == 0) {
      auto* buffer = static_cast<Buffer*>(allocate_zeroed_buffer(sizeof(Buffer)));
      buffer->length = 4;
      o->buffer.init(buffer);
    }
    set(i, Owned::steal(Value(o)));
  }
  void swap_buffer(Thing* o) {
    CriticalSection section(t, o);
    section.ensure();
    Buffer* old = o->buffer.load();
    if (!old) return;
    auto* fresh = static_cast<Buffer*>(allocate_zeroed_buffer(sizeof(Buffer)));
    fresh->length = 4;
    for (int i = 0; i < 4; i++) fresh->items[i].set_raw(old->items[(i + 1) & 3].raw());
    o->buffer.replace(o, fresh, sizeof(Buffer));
  }
  void chain(int i) {
    // A structure that hangs on one reference: it dies in one handshake.
    int length = static_cast<int>(random.next(40));
    for (int k = 0; k < length; k++) {
      Owned tail = copy(i);
      make(i);
      Thing* head = thing(i);
      if (tail) head->fields[0].store(head, std::move(tail));
    }
  }

  /// Whether `o` may refer to `to`. Without a cycle collector only younger things refer to older ones.
  static bool may_refer(Thing* o, Thing* to) { return kCycles || (o != to && o->order > to->order); }

  void step() {
    int i = static_cast<int>(random.next(kRegisters)), j = static_cast<int>(random.next(kRegisters));
    uint32_t at = random.next(kTableSize);
    Thing* o = thing(i);
    switch (random.next(20)) {
      case 0: case 1: case 2: case 3:
        set(i, table->items[at].get());
        if (Thing* now = thing(i)) (void)now;
        break;
      case 4: case 5:
        if (o) table->items[at].store(table, copy(i));
        break;
      case 6:
        table->items[at].clear(table);
        break;
      case 7:
        if (o) set(j, o->fields[random.next(kFields)].get());
        break;
      case 8: case 9:
        if (Thing* to = thing(j); o && to && may_refer(o, to)) o->fields[random.next(kFields)].store(o, copy(j));
        break;
      case 10:
        if (o) o->fields[random.next(kFields)].clear(o);
        break;
      case 11:
        drop(i);
        break;
      case 12:
        if (o) {
          Value v = registers[i];
          set(j, v.is_uncounted() ? Owned::steal(v) : dup(v));
        }
        break;
      case 13:
        make(i);
        break;
      case 14:
        if (o) swap_buffer(o);
        break;
      case 15:
        if (o) {
          if (Buffer* buffer = o->buffer.load()) {
            CHECK(buffer->length == 4);
            set(j, buffer->items[random.next(4)].get());
          }
        }
        break;
      case 16:
        if (Thing* to = thing(j); o && to && may_refer(o, to)) {
          publish_if_shared(o, to);
          CriticalSection section(t, o);
          section.ensure();
          if (Buffer* buffer = o->buffer.load()) buffer->items[random.next(4)].store(o, copy(j));
        }
        break;
      case 17:
        if (random.next(50) == 0) {
          DetachScope detached(t);
          for (uint32_t n = random.next(2000); n; n--) cpu_pause();
        }
        break;
      case 18:
        if (o) {
          Slot& slot = weak_slots[at];
          Owned known = slot.get();
          if (random.next(2) == 0 || !known) {
            WeakRef* ref = test::make_weakref(t, o);
            slot.store(table, Owned::steal(Value(ref)));
          } else {
            Object* referent = weakref_get(t, known.value().as<WeakRef>());
            if (referent) set(j, Owned::steal(Value(referent)));
          }
        }
        break;
      case 19:
        if (random.next(30) == 0) {
          drop(i);
          make(i);
            table->items[at].store(table, copy(i));
        } else if (random.next(60) == 0) {
          int k = i;
          drop(k);
          make(k);
          chain(k);
          table->items[at].store(table, copy(k));
          drop(k);
        }
        break;
    }
    if (random.next(8) == 0) (void)poll(t);
    collect_sometimes(t, random.next(100000));
  }
  void publish_if_shared(Thing* o, Thing* value) {
    if (!o->is_local()) publish(value);
  }
};

bool stop_now = false;

void work(uint64_t seed) {
  Random random{seed};
  while (!__atomic_load_n(&stop_now, __ATOMIC_RELAXED)) {
    Thread* t = thread_create(nullptr);
    CHECK(t != nullptr);
    Worker worker{*t, random, {}};
    for (Value& word : worker.registers) word = Value::empty();
    t->register_stack = worker.registers;
    t->register_stack_end = worker.registers + kRegisters;
    for (uint32_t n = 1000 + worker.random.next(200000); n && !__atomic_load_n(&stop_now, __ATOMIC_RELAXED); n--) worker.step();
    for (int i = 0; i < kRegisters; i++) worker.drop(i);
    drain_rpy(*t);
    random = worker.random;
    thread_exit(*t);
  }
}

}  // namespace

int main(int argc, char** argv) {
  double seconds = argc > 1 ? std::atof(argv[1]) : 3;
  int threads = argc > 2 ? std::atoi(argv[2]) : 4;
  uint64_t seed = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : static_cast<uint64_t>(monotonic_nanoseconds());
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  Thread& t = test::start();
  start_collector();
  g_scan_registers = scan_registers;
  g_run_finalizer = run_finalizer;
  Table* tables[2];
  for (Table*& made_table : tables) {
    made_table = static_cast<Table*>(allocate_object(t, &table_type, sizeof(Table)));
    made_table->size = kTableSize;
    make_immortal(made_table);
  }
  table = tables[0];
  weak_slots = tables[1]->items;
  enter_multi(t, nullptr, 0);
  {
    DetachScope detached(t);
    std::vector<std::thread> workers;
    for (int i = 0; i < threads; i++) workers.emplace_back(work, seed + static_cast<uint64_t>(i) * 7919);
    int64_t end = monotonic_nanoseconds() + static_cast<int64_t>(seconds * 1e9);
    while (monotonic_nanoseconds() < end) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    __atomic_store_n(&stop_now, true, __ATOMIC_RELAXED);
    for (std::thread& worker : workers) worker.join();
  }
  for (int i = 0; i < kTableSize; i++) {
    table->items[i].clear(table);
    weak_slots[i].clear(tables[1]);
  }
  for (int rounds = 0; rounds < (kCycles ? 20 : 1) || t.finalizer_count; rounds++) {
    collect_all(t);
    drain_rpy(t);
    reclaim_all(t);
  }
  ReclaimStats stats = reclaim_stats();
  std::printf("made %llu destroyed %llu finalized %llu; by handshake %llu (members %llu), revived %llu, rezeroed %llu, scans %llu, pending %zu\n",
              static_cast<unsigned long long>(made), static_cast<unsigned long long>(destroyed),
              static_cast<unsigned long long>(finalized), static_cast<unsigned long long>(stats.destroyed),
              static_cast<unsigned long long>(stats.members_died), static_cast<unsigned long long>(stats.revived),
              static_cast<unsigned long long>(stats.rezeroed), static_cast<unsigned long long>(stats.handshakes), stats.pending);
  std::fflush(stdout);
  if (made != destroyed) {
    int shown = 0;
    for (Heap* heap = first_heap(); heap; heap = heap->next) {
      for_each_object(*heap, [&](Object* o) {
        if (shown++ < 20) {
          std::printf("left: %p %s flags %x local %u shared %lld tid %llx\n", static_cast<void*>(o), o->type()->name, o->flags, o->ref_local,
                      static_cast<long long>(o->ref_shared), static_cast<unsigned long long>(o->tid));
        }
      });
    }
    std::fflush(stdout);
  }
  CHECK(made == destroyed);
  return 0;
}
