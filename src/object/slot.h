// object/slot.h: the fields of heap objects that hold references.
//
// Slot             one Value in a heap object. Words are null, an immediate, or a 000 pointer.
// RetiredPtr<T>    a buffer that lock-free readers may still look at when it is replaced: freed by handshake.
// GlobalSlot       a reference outside heap objects; always publishes.
// Barrier          store() publishes the value when the owner object is SHARED (R1). store_published() is for values published before
//                  the owner's lock was taken. init() is for objects nobody else has seen.
// Threads          load() is an acquire load, valid uncounted until the next safepoint (R4).
// See              docs/native_code.md, DESIGN section 2
#pragma once

#include "mem/buffer.h"
#include "mem/publish.h"
#include "object/ref.h"

namespace ty {

/// The heap form of an owned word: counted (000), immediate or null.
TY_INLINE Value to_heap_form(Owned value) {
  Value word = value.release();
  if (word.is_uncounted()) {
    inc(word.object());
    word = Value(word.object());
  }
  return word;
}

class Slot {
 public:
  constexpr Slot() = default;
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  /// Borrowed: for a LOCAL owner until the next _rpy call, for a SHARED one until the next safepoint.
  TY_INLINE Value load() const { return Value::from_bits(__atomic_load_n(&word_, __ATOMIC_ACQUIRE)); }
  template <class T>
  TY_INLINE T* load_as() const {
    return load().template as<T>();
  }
  TY_INLINE bool is_null() const { return __atomic_load_n(&word_, __ATOMIC_RELAXED) == 0; }

  /// A reference of the caller's own: counted when LOCAL, uncounted when SHARED, the retry protocol when PROMPT. Null if the slot is.
  TY_INLINE Owned get() const {
    Value word = load();
    if (word.bits == 0 || !word.is_object()) return Owned::steal(word);
    Object* o = word.object();
    uint16_t flags = o->load_flags();
    if (flags & kLocal) {
      inc(o);
      return Owned::steal(word);
    }
    if (TY_UNLIKELY(flags & kPrompt)) return get_prompt();
    return Owned::steal(Value::uncounted(o));
  }

  /// First store into an object that no other thread and no collector has seen.
  TY_INLINE void init(Owned value) { word_ = to_heap_form(std::move(value)).bits; }

  /// Replaces the word; publishes first when `owner` is SHARED. The caller holds the owner's lock where the type demands it.
  TY_INLINE void store(Object* owner, Owned value) { Owned old = exchange(owner, std::move(value)); }
  /// As store(); returns what was there.
  TY_INLINE Owned exchange(Object* owner, Owned value) {
    Value word = to_heap_form(std::move(value));
    if (TY_LIKELY(owner->load_flags() & kLocal)) {
      Value old = Value::from_bits(word_);
      word_ = word.bits;
      return Owned::steal(old);
    }
    if (TY_LIKELY(!g_multi)) {  // nobody else: no locked instruction
      Value old = Value::from_bits(word_);
      word_ = word.bits;
      return Owned::steal(old);
    }
    publish(word);
    return Owned::steal(Value::from_bits(__atomic_exchange_n(&word_, word.bits, __ATOMIC_ACQ_REL)));
  }
  /// The value is an immediate or SHARED already (it was published before the lock was taken).
  TY_INLINE void store_published(Object* owner, Owned value) {
    DCHECK(owner->is_local() || !value || !value.value().is_object() || value.value().object()->is_shared(),
           "store_published of a LOCAL value");
    Owned old = exchange(owner, std::move(value));
  }
  /// Empties the slot and returns what was there.
  TY_INLINE Owned clear(Object* owner) { return exchange(owner, Owned()); }

  /// Moves a word between slots of one owner: no counting, no barrier. Under the owner's lock.
  TY_INLINE uint64_t raw() const { return __atomic_load_n(&word_, __ATOMIC_RELAXED); }
  TY_INLINE void set_raw(uint64_t word) { __atomic_store_n(&word_, word, __ATOMIC_RELEASE); }
  uint64_t* address() { return &word_; }

 private:
  Owned get_prompt() const;
  uint64_t word_ = 0;
};
static_assert(sizeof(Slot) == 8);

/// A reference held by a runtime table, not by an object. Every store publishes.
class GlobalSlot {
 public:
  constexpr GlobalSlot() = default;
  GlobalSlot(const GlobalSlot&) = delete;
  TY_INLINE Value load() const { return Value::from_bits(__atomic_load_n(&word_, __ATOMIC_ACQUIRE)); }
  Owned get() const;
  void store(Owned value);
  /// For slots that do not live as long as the process, before they go: empties it and takes it off the list of roots.
  void retire();

 private:
  uint64_t word_ = 0;
  bool registered_ = false;  // [atomic]
};

template <class T>
class RetiredPtr {
 public:
  constexpr RetiredPtr() = default;
  TY_INLINE T* load() const { return __atomic_load_n(&pointer_, __ATOMIC_ACQUIRE); }
  /// Publishes `replacement`; the old buffer is retired when `owner` is SHARED, freed at once otherwise.
  TY_INLINE void replace(Object* owner, T* replacement, size_t old_bytes) {
    T* old = pointer_;
    __atomic_store_n(&pointer_, replacement, __ATOMIC_RELEASE);
    if (!old) return;
    if (owner->is_local()) {
      free_buffer(old);
    } else {
      retire_buffer(old, old_bytes);
    }
  }
  TY_INLINE void init(T* pointer) { pointer_ = pointer; }
  /// Publishes `replacement` without touching the old buffer: for buffers with a header before the pointer, or taken over by the caller.
  TY_INLINE void store(T* replacement) { __atomic_store_n(&pointer_, replacement, __ATOMIC_RELEASE); }

 private:
  T* pointer_ = nullptr;
};

}  // namespace ty
