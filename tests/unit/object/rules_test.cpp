// One test per rule R1 to R7 of docs/refcounting.md and docs/locking.md.
#include <thread>

#include "../mem/fixture.h"
#include "object/slot.h"
#include "sync/critical_section.h"

using namespace ty;

namespace {

struct Cell : Object {
  Slot value;
  Slot other;
};
const uint16_t kCellSlots[] = {offsetof(Cell, value), offsetof(Cell, other)};
const Object* watched = nullptr;  // its death is noted
bool watched_died = false;
void cell_release(Object* o) {
  if (o == watched) watched_died = true;
}
void watch(const Object* o) {
  watched = o;
  watched_died = false;
}
TypeLayout cell_layout{.slot_offsets = kCellSlots, .slot_count = 2, .flags = kCollectable, .release = cell_release};
TypeLayout prompt_layout{.slot_offsets = kCellSlots, .slot_count = 2, .flags = kCollectable | kPromptType, .release = cell_release};
Type cell_type = test::make_type(cell_layout, "cell");
Type prompt_type = test::make_type(prompt_layout, "prompt cell");

Value registers[4];
void scan_registers(Thread& t, void (*visit)(Value*, void*), void* context) {
  for (Value* word = t.register_stack; word < t.register_stack_end; word++) visit(word, context);
}

Ref<Cell> make(Thread& t, Type* type = &cell_type) {
  return Ref<Cell>::steal(static_cast<Cell*>(allocate_object(t, type, sizeof(Cell))));
}
Cell* field(Cell& cell) { return cell.value.load_as<Cell>(); }

/// Runs f on another native thread with a Thread of its own, while `t` is detached.
template <class F>
void on_another_thread(Thread& t, F&& f) {
  DetachScope detached(t);
  std::thread other([&] {
    Thread* u = thread_create(nullptr);
    CHECK(u != nullptr);
    f(*u);
    thread_exit(*u);
  });
  other.join();
}

void r1_a_shared_object_refers_to_shared_objects(Thread& t) {
  Ref<Cell> outer = make(t);
  Ref<Cell> middle = make(t);
  Ref<Cell> inner = make(t);
  Cell* raw_inner = inner.get();
  middle->value.store(middle.get(), std::move(inner));
  publish(outer.get());
  CHECK(outer->is_shared() && raw_inner->is_local());
  Cell* raw_middle = middle.get();
  outer->value.store(outer.get(), std::move(middle));
  CHECK(raw_middle->is_shared() && raw_inner->is_shared());  // all that became reachable
  CHECK(raw_inner->ref_shared == (1 << 2 | kMerged) && raw_inner->load_tid() == 0 && raw_inner->ref_local == 0);
  GlobalSlot slot;
  Ref<Cell> other = make(t);
  Cell* raw_other = other.get();
  slot.store(std::move(other));
  CHECK(raw_other->is_shared());
  slot.retire();
}

void r1_weak_references_do_not_publish(Thread& t) {
  Ref<Cell> referent = make(t);
  Ref<WeakRef> weak = Ref<WeakRef>::steal(test::make_weakref(t, referent.get()));
  publish(weak.get());
  CHECK(weak->is_shared() && referent->is_local());
  // A foreign thread that follows it stops the owner and publishes.
  on_another_thread(t, [&](Thread& u) {
    Ref<Object> strong = Ref<Object>::steal(weakref_get(u, weak.get()));
    CHECK(strong.get() == referent.get() && strong->is_shared());
  });
  CHECK(referent->is_shared());
}

void r2_local_objects_are_touched_by_their_owner(Thread& t) {
  Ref<Cell> mine = make(t);
  CHECK(mine->load_tid() == t.tid && may_touch_local(mine->load_tid()));
  on_another_thread(t, [&](Thread& u) {
    CHECK(!may_touch_local(mine->load_tid()));
    StopScope stop(u);
    CHECK(may_touch_local(mine->load_tid()));  // the owner is held
  });
}

void r3_leftovers_are_published_at_the_end(Thread& t) {
  Cell* left = nullptr;
  Cell* child = nullptr;
  on_another_thread(t, [&](Thread& u) {
    Ref<Cell> cell = make(u);
    Ref<Cell> inner = make(u);
    child = inner.get();
    cell->value.store(cell.get(), std::move(inner));
    left = cell.release();
    CHECK(left->is_local());
  });
  CHECK(left->is_shared() && child->is_shared());
  dec(left);
  reclaim_all(t);
}

// Whatever handles the cell by address does it in a frame of its own: what is left of it on the native stack would hold the cell.
[[gnu::noinline]] void fill(Thread& t, Cell& holder) { holder.value.store(&holder, make(t)); }
[[gnu::noinline]] void load_into_register(Cell& holder) {
  registers[0] = holder.value.get().release();
  watch(registers[0].object());
}
[[gnu::noinline]] void clear(Cell& holder) { holder.value.clear(&holder); }
[[gnu::noinline]] void drop_register() {
  Owned::drop(registers[0]);
  registers[0] = Value::empty();
}
[[gnu::noinline]] ssize count_in_register() { return registers[0].object()->ref_shared >> 2; }
[[gnu::noinline]] void scrub_stack() {
  volatile char room[16384];
  for (volatile char& c : room) c = 0;
}

void r4_uncounted_references_survive_until_the_safepoint_sees_them(Thread& t) {
  Ref<Cell> holder = make(t);
  publish(holder.get());
  fill(t, *holder);
  load_into_register(*holder);
  CHECK(registers[0].is_uncounted());
  CHECK(count_in_register() == 1);
  clear(*holder);  // at zero, listed, held by the register alone
  CHECK(count_in_register() == 0);
  reclaim_safepoint(t, Force::kYes);
  reclaim_safepoint(t);
  CHECK(registers[0].is_counted() && count_in_register() == 1 && !watched_died);  // the scan counted it
  drop_register();
  scrub_stack();
  reclaim_all(t);
  CHECK(watched_died);
}

[[gnu::noinline]] void hold_on_native_stack(Thread& t, Cell& holder) {
  Cell* volatile borrowed = field(holder);
  watch(borrowed);
  holder.value.clear(&holder);
  for (int i = 0; i < 5; i++) {
    reclaim_safepoint(t, Force::kYes);
    CHECK(!watched_died);
    CHECK(borrowed->type() == &cell_type);
  }
}
void r4_native_stacks_hold_too(Thread& t) {
  Ref<Cell> holder = make(t);
  publish(holder.get());
  fill(t, *holder);
  hold_on_native_stack(t, *holder);
  scrub_stack();
  reclaim_all(t);
  CHECK(watched_died || TY_HEAP_POISON);  // frames of the address sanitizer keep more
}

void r5_heap_slots_hold_counted_references(Thread& t) {
  Ref<Cell> shared = make(t);
  publish(shared.get());
  Ref<Cell> local = make(t);
  Owned uncounted = borrow_or_dup(Value(shared.get()));
  CHECK(uncounted.value().is_uncounted());
  local->value.store(local.get(), std::move(uncounted));
  CHECK(Value::from_bits(local->value.raw()).is_counted() && shared->ref_shared == (2 << 2 | kMerged));
  local->value.clear(local.get());
  CHECK(shared->ref_shared == (1 << 2 | kMerged));
}

void r6_a_section_that_locked_nothing_looks_again(Thread& t) {
  Ref<Cell> cell = make(t);
  CriticalSection section(t, cell.get());
  Locked<Cell> locked(section);
  CHECK(cell->mutex == 0);
  CHECK(!locked.ensure());
  publish(cell.get());  // as a safepoint may do
  CHECK(locked.ensure());
  CHECK(cell->mutex & 1);
  CHECK(!locked.ensure());
}

void r6_sections_are_suspended(Thread& t) {
  Ref<Cell> cell = make(t);
  publish(cell.get());
  CriticalSection section(t, cell.get());
  CHECK(cell->mutex & 1);
  {
    DetachScope detached(t);
    CHECK(cell->mutex == 0);
  }
  CHECK(cell->mutex & 1);
  {
    StopScope stop(t);
    CHECK(cell->mutex == 0);
  }
  CHECK(cell->mutex & 1);
  Ref<Cell> other = make(t);
  publish(other.get());
  {
    CriticalSection2 both(t, cell.get(), other.get());  // the first section gives way
    CHECK((cell->mutex & 1) && (other->mutex & 1));
  }
  CHECK((cell->mutex & 1) && other->mutex == 0);
}

void r7_uniqueness(Thread& t) {
  Ref<Cell> cell = make(t);
  CHECK(is_unique(cell.get()));
  {
    Ref<Cell> again = dup(cell.get());
    CHECK(!is_unique(cell.get()) && is_unique(cell.get(), 2));
  }
  publish(cell.get());
  CHECK(cell->ref_shared == (1 << 2 | kMerged) && !is_unique(cell.get()));  // uncounted holders may exist
  Ref<Cell> prompt = make(t, &prompt_type);
  publish(prompt.get());
  CHECK(is_unique(prompt.get()));
  Ref<Cell> holder = make(t);
  publish(holder.get());
  Cell* raw = prompt.get();
  holder->value.store(holder.get(), std::move(prompt));
  Owned loaded = holder->value.get();
  CHECK(loaded.value().is_counted() && raw->ref_shared == (2 << 2 | kMerged) && !is_unique(raw));
}

void before_multi_nothing_is_published(Thread& t) {
  Ref<Cell> deferred = make(t);
  make_deferred(deferred.get());
  CHECK(!deferred->is_local());
  Ref<Cell> value = make(t);
  Cell* raw = value.get();
  deferred->value.store(deferred.get(), std::move(value));
  CHECK(raw->is_local() && raw->ref_local == 1);
  enter_multi(t, nullptr, 0);
  CHECK(raw->is_shared() && raw->ref_shared == (1 << 2 | kMerged));
  deferred->value.clear(deferred.get());
  reclaim_all(t);
}

}  // namespace

int main() {
  Thread& t = test::start();
  g_scan_registers = scan_registers;
  for (Value& word : registers) word = Value::empty();
  t.register_stack = registers;
  t.register_stack_end = registers + 4;
  if (!g_multi) RUN(before_multi_nothing_is_published);
  RUN(r1_a_shared_object_refers_to_shared_objects);
  RUN(r1_weak_references_do_not_publish);
  RUN(r2_local_objects_are_touched_by_their_owner);
  RUN(r3_leftovers_are_published_at_the_end);
  RUN(r4_uncounted_references_survive_until_the_safepoint_sees_them);
  RUN(r4_native_stacks_hold_too);
  RUN(r5_heap_slots_hold_counted_references);
  RUN(r6_a_section_that_locked_nothing_looks_again);
  RUN(r6_sections_are_suspended);
  RUN(r7_uniqueness);
  return 0;
}
