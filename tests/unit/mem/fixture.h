// Test types and a main thread, for the tests of memory management.
#pragma once

#include <cstdio>
#include <cstring>

#include "header/type.h"
#include "mem/heap.h"
#include "mem/publish.h"
#include "mem/reclaim.h"
#include "mem/refcount.h"
#include "mem/thread_lifecycle.h"
#include "mem/weakref.h"
#include "sync/thread_state.h"

namespace ty::test {

/// Two fields and a number; counts its instances.
struct Node : Object {
  uint64_t left;
  uint64_t right;
  uint64_t number;
};
inline uint64_t made = 0, released = 0;
inline void node_release(Object*) { __atomic_fetch_add(&released, 1, __ATOMIC_RELAXED); }

inline const uint16_t kNodeSlots[] = {offsetof(Node, left), offsetof(Node, right)};
inline TypeLayout node_layout{.slot_offsets = kNodeSlots, .slot_count = 2, .flags = kCollectable, .release = node_release};
inline TypeLayout prompt_layout{.slot_offsets = kNodeSlots, .slot_count = 2, .flags = kCollectable | kPromptType, .release = node_release};
inline TypeLayout finalizer_layout{
    .slot_offsets = kNodeSlots, .slot_count = 2, .flags = kCollectable | kPromptType | kHasFinalizer, .release = node_release};
inline TypeLayout deferred_layout{.slot_offsets = kNodeSlots, .slot_count = 2, .flags = kCollectable | kDeferredType, .release = node_release};
inline TypeLayout leaf_layout{.release = node_release};

inline const uint16_t kWeakSlots[] = {offsetof(WeakRef, callback)};
inline void weak_release(Object* o) { weakref_detach(static_cast<WeakRef*>(o)); }
inline TypeLayout weak_layout{
    .slot_offsets = kWeakSlots, .slot_count = 1, .flags = kCollectable | kFoundByTables, .release = weak_release};

inline Type make_type(const TypeLayout& layout, const char* name) {
  Type type{};
  type.ref_local = kImmortalCount;
  type.name = name;
  type.info = reinterpret_cast<TypeInfo*>(const_cast<TypeLayout*>(&layout));
  return type;
}
inline Type node_type = make_type(node_layout, "node");
inline Type prompt_type = make_type(prompt_layout, "prompt");
inline Type finalizer_type = make_type(finalizer_layout, "finalizer");
inline Type deferred_type = make_type(deferred_layout, "deferred");
inline Type leaf_type = make_type(leaf_layout, "leaf");
inline Type weak_type = make_type(weak_layout, "weak");

inline Node* make_node(Thread& t, Type* type = &node_type) {
  auto* node = static_cast<Node*>(allocate_object(t, type, sizeof(Node)));
  CHECK(node != nullptr);
  __atomic_fetch_add(&made, 1, __ATOMIC_RELAXED);
  return node;
}
/// Stores a counted reference (taken over) into a field, as Slot::store does.
inline void set_field(Object* owner, uint64_t* field, Object* value) {
  if (!owner->is_local() && value) publish(value);
  uint64_t old = __atomic_exchange_n(field, reinterpret_cast<uint64_t>(value), __ATOMIC_ACQ_REL);
  if (old) dec(reinterpret_cast<Object*>(old));
}
inline WeakRef* make_weakref(Thread& t, Object* referent, Object* callback = nullptr) {
  auto* ref = static_cast<WeakRef*>(allocate_object(t, &weak_type, sizeof(WeakRef)));
  ref->hash = -1;
  if (callback) {
    inc(callback);
    ref->callback = reinterpret_cast<uint64_t>(callback);
  }
  weakref_attach(ref, referent);
  return ref;
}

inline Thread& start() {
  initialize_memory();
  Thread* t = thread_create(nullptr);
  CHECK(t != nullptr);
  return *t;
}

#define RUN(test)                   \
  do {                              \
    std::printf("%s\n", #test);     \
    std::fflush(stdout);            \
    test(t);                        \
  } while (0)

}  // namespace ty::test
