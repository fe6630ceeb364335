// mem/reclaim.h: death of SHARED objects and of buffers that lock-free readers may hold, by handshakes.
//
// A SHARED object whose count reaches zero goes on its thread's zero list. A thread seals its list into a batch and asks for a handshake:
// an epoch is announced, every attached thread scans its own stack at its next safepoint and acknowledges, frozen (detached) threads are
// scanned for by the announcer. Uncounted registers that hold a listed object become counted; objects that a native stack may hold are
// marked touched. What then stayed at zero dies, together with whole structures that hung on it alone. Nobody waits.
// Invariants  Z: on exactly one zero list or batch. T: the count rose while Z was set. At most one handshake is open, one batch per thread.
// Threads     each function says; `acked`, registers and native stack of a thread belong to it while attached, to whoever HOLDs it otherwise.
// See         docs/refcounting.md, tests/models/handshake.pml
#pragma once

#include "header/thread.h"
#include "mem/grow_list.h"

namespace ty {

/// A child that dies together with its parent (RECLAIM section 6).
struct BatchMember {
  Object* object;
  uint64_t* field;   // the only counted reference to `object`
  Object* parent;
};
struct RetiredBuffer {
  void* memory;      // a buffer, or with bit 0 the block of a PROMPT object
  size_t bytes;
};

struct Batch {
  bool active = false;
  uint64_t need = 0;                // processed once this epoch has completed
  GrowList<Object*> roots;
  GrowList<BatchMember> members;    // parents before children
  GrowList<RetiredBuffer> buffers;
};

struct ReclaimState {
  GrowList<Object*> zero;           // [owner/held] Z objects waiting for a batch
  GrowList<RetiredBuffer> retired;  // [owner/held] waiting for a batch
  size_t pending_bytes = 0;         // of `zero` and `retired`
  Batch batch;                      // [owner/held]
  bool processing = false;          // [owner] no request from inside process()
  uint32_t scans_while_detached = 0;  // [held] scans since the thread detached
  // Statistics.
  uint64_t destroyed = 0, revived = 0, rezeroed = 0, members_died = 0, handshakes = 0;
};

/// Last epoch announced / completed. Any thread.
uint64_t announced_epoch();
uint64_t completed_epoch();

/// Enumerates the valid registers of all frames of `t`, the words of its thread fields that hold register forms, and (for the full collection) words
/// that name the code and functions of its frames; set by the VM. Not called for a thread without a register stack.
extern void (*g_scan_registers)(Thread& t, void (*visit)(Value* word, void* context), void* context);

/// Called by the registry: state of a new thread; the lists of one that ends go to the orphans.
bool start_reclaim(Thread& t);
void enter_reclaim(Thread& t);                       // under registry_lock: born acknowledged
bool leave_reclaim(Thread& t);                       // under registry_lock; returns whether it announced a handshake
void visit_after_leave(Thread& t, bool announced);   // the duty that comes with that
void orphan_finalizers(Thread& t);                   // queued finalizers of a thread that ends: published, for whoever asks for a handshake next
bool visitors_active();                              // somebody may look at the state of a thread that has left the registry
void orphan_lists(Thread& t);                        // child of a fork: lists of a thread that is gone
void fork_child_reclaim(Thread& t);
/// Installs the hooks through which safepoints, detaching and attaching take part in handshakes. Once, at start-up.
void initialize_reclaim();

/// Scans the calling thread and acknowledges the open handshake, if it has not yet.
void acknowledge(Thread& t);
/// The memory part of a safepoint: acknowledge, process a completed batch, request a handshake when the lists are long (or `force`).
enum class Force : uint8_t { kNo, kYes };
void reclaim_safepoint(Thread& t, Force force = Force::kNo);
/// Waits, detached, until everything that was dead when it was called has been destroyed. For gc.collect() and tests.
void reclaim_all(Thread& t);
/// World stopped by `t`: completes an open handshake on the spot.
void complete_stopped(Thread& t);

/// Puts `o`, whose count is zero, on the zero list unless it is on one.
void list_for_handshake(Thread& t, Object* o);
/// Frees `memory` (allocate_buffer) once no lock-free reader can hold it. The caller has unlinked it.
void retire_memory(Thread& t, void* memory, size_t bytes);
/// The same for the block of a dead PROMPT object.
void retire_block(Thread& t, Object* o);

/// Sums over all threads, for gc.get_stats() and tests.
struct ReclaimStats {
  uint64_t destroyed, revived, rezeroed, members_died, handshakes;
  size_t pending;
};
ReclaimStats reclaim_stats();
/// Objects on zero lists and in batches of `t` (tests).
size_t reclaim_pending(const Thread& t);

}  // namespace ty
