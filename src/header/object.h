// header/object.h: the header of every heap object. A plain struct: behaviour is in mem/ and object/.
//
// Layout      free-threaded CPython 3.13's PyObject, bit for bit: 32 bytes. `flags` lies in its padding, `gc_bits` is ours.
// LOCAL       reachable only from the thread `tid` names: count in ref_local, plain stores, no lock.
// SHARED      LOCAL clear: count in ref_shared (count << 2 | MERGED), atomic; mutation takes `mutex`.
// Immortal    ref_local all ones; never counted, never freed.
// Threads     a LOCAL object belongs to its owner; of a SHARED one each field says how it is accessed.
// See         docs/values.md, docs/refcounting.md, DESIGN sections 2 and 3.
#pragma once

#include <atomic>

#include "base/check.h"

namespace ty {

struct Type;

/// Bits of Object::flags. Plain while LOCAL, atomic read-modify-write once SHARED.
enum ObjectFlag : uint16_t {
  kLocal = 1 << 0,      ///< owned by one thread; cleared once, by publication (or by freeing)
  kPrompt = 1 << 1,     ///< death is visible to people: counted on stacks too; constant from creation
  kDeferred = 1 << 2,   ///< not counted by Typhon at all; the full collection reclaims it
  kExposed = 1 << 3,    ///< C code can reach it (C API)
  kZeroListed = 1 << 4, ///< Z: on exactly one zero list or batch
  kTouched = 1 << 5,    ///< T: count raised while Z was set
  kDying = 1 << 6,      ///< D: scratch bit of the owner of Z
  kWeakRefd = 1 << 7,   ///< has weak references (list in the weak-reference table)
  kFinalized = 1 << 8,  ///< its finalizer has run (or is queued)
  kTracked = 1 << 9,    ///< on its owner's list of collectable LOCAL containers
  kHasHash = 1 << 10,   ///< a hash was derived from its address
  kPublishing = 1 << 11,  ///< weakly referenced, and the walk that publishes it has not finished
};

/// ob_ref_local of an immortal object.
inline constexpr uint32_t kImmortalCount = 0xFFFFFFFFu;
/// Low bits of ref_shared: merged, i.e. the shared count is the whole count.
inline constexpr int64_t kMerged = 3;
inline constexpr int64_t kSharedOne = 4;

struct Object {
  uint64_t tid;           // [owner] thread pointer of the owner while LOCAL, else 0
  uint16_t flags;         // [atomic] ObjectFlag
  uint8_t mutex;          // [atomic] sync/mutex.h
  uint8_t gc_bits;        // [owner/stw] the collectors' scratch
  uint32_t ref_local;     // [owner] biased count; kImmortalCount: immortal
  int64_t ref_shared;     // [atomic] count << 2 | state
  Type* type_;            // [atomic] use type(); changed by __class__ assignment only

  TY_INLINE Type* type() const {
    return __atomic_load_n(&type_, __ATOMIC_RELAXED);
  }
  /// While LOCAL: the owner. Otherwise 0, or a link of whoever has the object to himself.
  TY_INLINE uint64_t load_tid() const { return __atomic_load_n(&tid, __ATOMIC_RELAXED); }
  TY_INLINE void set_tid(uint64_t word) { __atomic_store_n(&tid, word, __ATOMIC_RELAXED); }
  TY_INLINE uint16_t load_flags() const { return __atomic_load_n(&flags, __ATOMIC_RELAXED); }
  TY_INLINE bool is_local() const { return load_flags() & kLocal; }
  TY_INLINE bool is_shared() const { return !is_local(); }
  TY_INLINE bool is_immortal() const {
    return __atomic_load_n(&ref_local, __ATOMIC_RELAXED) == kImmortalCount;
  }
  TY_INLINE bool has(ObjectFlag flag) const { return load_flags() & flag; }
};
static_assert(sizeof(Object) == 32 && offsetof(Object, type_) == 24 && offsetof(Object, flags) == 8);

/// An object with CPython's ob_size.
struct VarObject : Object {
  ssize size;  // meaning and access rule are the type's
};
static_assert(sizeof(VarObject) == 40 && offsetof(VarObject, size) == 32);

/// Header of a statically allocated, immortal object.
#define TY_STATIC_HEADER(type_pointer) \
  {.tid = 0, .flags = 0, .mutex = 0, .gc_bits = 0, .ref_local = ::ty::kImmortalCount, \
   .ref_shared = 0, .type_ = (type_pointer)}

}  // namespace ty
