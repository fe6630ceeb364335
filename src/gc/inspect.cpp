// What the gc module shows of the heap, and the validator.
#include <cstdio>

#include "gc/collector_internal.h"
#include "mem/publish.h"
#include "mem/thread_lifecycle.h"

namespace ty::gc {

namespace {

/// Alive, tracked, and to be shown to `t`: SHARED, or its own.
bool is_shown(Thread& t, const Object* o) {
  uint16_t flags = o->load_flags();
  if (flags & kLocal) return (flags & kTracked) && o->load_tid() == t.tid && o->ref_local != 0;
  if (flags & kDeferred) return true;
  return (flags & kTracked) && o->ref_shared != kMerged && !(flags & kZeroListed);
}

template <class F>
void for_each_shown(Thread& t, F&& f) {
  StopScope stop(t);
  for (Heap* heap = first_heap(); heap; heap = heap->next) {
    for_each_object(*heap, [&](Object* o) {
      if (is_shown(t, o)) f(o);
    });
  }
}

struct FindVisitor : SlotVisitor {
  Object* const* targets;
  size_t count;
  bool found;
};
void find_visit(SlotVisitor& base, uint64_t* word) {
  auto& self = static_cast<FindVisitor&>(base);
  Object* o = load_object(word);
  for (size_t i = 0; o && i < self.count; i++) self.found |= self.targets[i] == o;
}
bool refers_to(Object* o, Object* const* targets, size_t count) {
  FindVisitor visitor;
  visitor.visit = find_visit;
  visitor.targets = targets;
  visitor.count = count;
  visitor.found = false;
  visit_slots(o, visitor);
  return visitor.found;
}

Object* find_referrer(Object* target) {
  Object* found = nullptr;
  for (Heap* heap = first_heap(); heap; heap = heap->next) {
    for_each_object(*heap, [&](Object* o) {
      if (!found && o != target && refers_to(o, &target, 1)) found = o;
    });
  }
  return found;
}

const char* name_of(const Object* o) { return o->type() && o->type()->name ? o->type()->name : "?"; }

struct CheckVisitor : SlotVisitor {
  Object* owner;
  size_t* violations;
};

void report(Object* owner, Object* value, const char* what) {
  std::fprintf(stderr, "validate_heap: %s: '%s' at %p", what, name_of(value), static_cast<void*>(value));
  Object* link = owner;
  for (int depth = 0; link && depth < 5; depth++) {
    std::fprintf(stderr, " <- '%s' at %p (flags %x)", name_of(link), static_cast<void*>(link), link->load_flags());
    link = find_referrer(link);
  }
  std::fputc('\n', stderr);
}

void check_visit(SlotVisitor& base, uint64_t* word) {
  auto& self = static_cast<CheckVisitor&>(base);
  uint64_t bits = __atomic_load_n(word, __ATOMIC_RELAXED);
  if ((bits & 7) == 2 || bits == Value::kEmptyBits) {
    std::fprintf(stderr, "validate_heap: a slot of '%s' at %p holds the register form %llx\n", name_of(self.owner),
                 static_cast<void*>(self.owner), static_cast<unsigned long long>(bits));
    ++*self.violations;
    return;
  }
  Object* o = object_of(bits);
  if (!o) return;
  if (o->type() == nullptr) {
    report(self.owner, self.owner, "reference to a freed object from");
    ++*self.violations;
  } else if (g_multi && self.owner->is_shared() && o->is_local()) {
    report(self.owner, o, "LOCAL referent of a SHARED object");
    ++*self.violations;
  } else if (self.owner->is_local() && o->is_local() && self.owner->load_tid() != o->load_tid()) {
    report(self.owner, o, "LOCAL referent of another thread's LOCAL object");
    ++*self.violations;
  }
}

}  // namespace

void list_objects(Thread& t, int generation, GrowList<Object*>& out) {
  for_each_shown(t, [&](Object* o) {
    bool old = o->is_shared() || (o->gc_bits & kGcOld);
    if (generation >= 0 && (generation == 1 || (generation == 0) == old)) return;
    inc(o);
    out.push(o);
  });
}

void list_referrers(Thread& t, Object* const* targets, size_t count, GrowList<Object*>& out) {
  for_each_shown(t, [&](Object* o) {
    if (!refers_to(o, targets, count)) return;
    inc(o);
    out.push(o);
  });
}

namespace {
struct ListVisitor : SlotVisitor {
  GrowList<uint64_t>* out;
};
void list_visit(SlotVisitor& base, uint64_t* word) {
  uint64_t bits = __atomic_load_n(word, __ATOMIC_ACQUIRE);
  if (bits == 0) return;
  if (Object* o = object_of(bits)) inc(o);
  static_cast<ListVisitor&>(base).out->push(bits);
}
}  // namespace

void list_referents(Thread& t, Object* o, GrowList<uint64_t>& out) {
  ListVisitor visitor;
  visitor.visit = list_visit;
  visitor.out = &out;
  auto visit = [&] {
    visit_slots(o, visitor);
    if (has_type_flag(o->type(), kTypeHeap)) out.push(reinterpret_cast<uint64_t>(o->type()));
  };
  if (o->is_local()) return visit();
  StopScope stop(t);
  visit();
}

bool is_tracked(const Object* o) { return o->has(kTracked); }

void freeze(Thread& t) {
  for_each_shown(t, [](Object* o) { o->gc_bits |= kGcFrozen; });
}
void unfreeze(Thread& t) {
  for_each_shown(t, [](Object* o) { o->gc_bits &= static_cast<uint8_t>(~kGcFrozen); });
}
size_t freeze_count(Thread& t) {
  size_t count = 0;
  for_each_shown(t, [&](Object* o) { count += (o->gc_bits & kGcFrozen) != 0; });
  return count;
}

size_t validate_heap(Thread& t) {
  StopScope stop(t);
  size_t violations = 0;
  CheckVisitor visitor;
  visitor.visit = check_visit;
  visitor.violations = &violations;
  for (Heap* heap = first_heap(); heap; heap = heap->next) {
    for_each_object(*heap, [&](Object* o) {
      uint16_t flags = o->load_flags();
      if ((flags & kLocal) && heap->owner && o->load_tid() != heap->owner->tid) {
        report(nullptr, o, "LOCAL object with a foreign owner on this heap");
        violations++;
      }
      if ((flags & kLocal) && o->ref_local == 0) return;  // being built or dying
      visitor.owner = o;
      visit_slots(o, visitor);
      if (uint64_t* word = back_edge_word(o)) check_visit(visitor, word);
    });
  }
  if (g_multi) {
    for_each_global_word(
        [](uint64_t* word, void* context) {
          Object* o = load_object(word);
          if (o && o->is_local()) {
            report(nullptr, o, "LOCAL referent of a GlobalSlot");
            ++*static_cast<size_t*>(context);
          }
        },
        &violations);
  }
  return violations;
}

}  // namespace ty::gc
