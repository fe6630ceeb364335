// gc/collector.h: collection of reference cycles.
//
// Local     trial deletion over the containers of one thread that are LOCAL; young ones (allocated since the last collection) first. No stop:
//           R1 guarantees that nothing outside can point in.
// Shared    trial deletion over SHARED containers with the world stopped; uncounted registers and native stacks are roots.
// Full      as shared, plus DEFERRED objects (not counted, so marked from the roots) and the LOCAL garbage of all threads.
// Order     as CPython: weak references to garbage are cleared (callbacks of references that are no garbage themselves are queued), finalizers are
//           queued and what they can reach survives until they have run, the rest is emptied and dies by its counts.
// Threads   automatic collections run at safepoints of the thread that made them due. Everything else says so.
// See       docs/memory.md, DESIGN section 5
#pragma once

#include "header/thread.h"
#include "header/type.h"
#include "mem/grow_list.h"

namespace ty::gc {

/// Bits of Object::gc_bits. Of a LOCAL object the owner's, of others [stw].
enum GcBit : uint8_t {
  kGcOld = 1 << 0,        ///< survived a local collection
  kGcCandidate = 1 << 1,  ///< in the collection under way, and not yet found reachable
  kGcFrozen = 1 << 2,     ///< gc.freeze()
};

/// Installs the hooks. Once, after initialize_memory().
void initialize();

/// gc.collect(generation): 0 young, 1 and 2 local, shared and full. Runs finalizers. Returns the number of unreachable objects found.
ssize collect_rpy(Thread& t, int generation);
/// Local collection without Python: finalizers are queued. Returns the number of objects found unreachable.
enum class Scope : uint8_t { kYoung, kAll };
ssize collect_local(Thread& t, Scope scope);
/// Shared or full collection; stops the world.
enum class Reach : uint8_t { kShared, kFull };
ssize collect_shared(Thread& t, Reach reach);

/// gc.enable(), gc.disable(): automatic collections, of all threads.
void set_enabled(bool enabled);
bool is_enabled();
/// gc.set_threshold(), gc.get_threshold(); index 0 to 2.
void set_threshold(int index, int value);
int threshold(int index);
/// gc.get_count(): what the calling thread has allocated, and collected, since.
int count(Thread& t, int index);

struct GenerationStats {
  uint64_t collections;
  uint64_t collected;
  uint64_t uncollectable;
};
/// gc.get_stats(): generation 0 to 2, all threads.
GenerationStats stats(int generation);
struct PauseStats {
  uint64_t count;
  uint64_t total_nanoseconds;
  uint64_t longest_nanoseconds;
};
enum class Pause : uint8_t { kLocal, kShared, kFull };
PauseStats pause_stats(Pause pause);

/// Appends, each with a reference of its own, the tracked objects: SHARED ones and the caller's LOCAL ones. generation: -1 all, 0 young, 1 none, 2 old.
void list_objects(Thread& t, int generation, GrowList<Object*>& out);
/// Appends, counted, the tracked objects that refer to one of `targets`.
void list_referrers(Thread& t, Object* const* targets, size_t count, GrowList<Object*>& out);
/// Whether the collectors look at `o`.
bool is_tracked(const Object* o);
/// gc.DEBUG_SAVEALL: unreachable objects are not destroyed but appended, counted, to a list that take_saved() hands out.
void set_save_all(bool on);
void take_saved(GrowList<Object*>& out);
/// Appends, each word with a reference of its own, what `o` refers to directly (its class included when that is a heap type).
void list_referents(Thread& t, Object* o, GrowList<uint64_t>& out);
/// gc.freeze(), unfreeze(), get_freeze_count(): what exists now is no longer looked at.
void freeze(Thread& t);
void unfreeze(Thread& t);
size_t freeze_count(Thread& t);

/// R1, with the world stopped: every SHARED object refers to SHARED objects only; counts are at least what the heap's edges demand. Prints what
/// it finds to stderr, with a path; returns the number of violations.
size_t validate_heap(Thread& t);

/// Set by vm/: visits further roots of the full collection (words that hold references outside registers, GlobalSlots and objects). May be null.
extern void (*g_visit_roots)(void (*visit)(uint64_t* word, void* context), void* context);

}  // namespace ty::gc
