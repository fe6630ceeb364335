// sync/critical_section.h: per-object locking that cannot deadlock.
//
// CriticalSection   nothing at all for an object nobody else can reach; the header mutex of a SHARED one otherwise.
// CriticalSection2  two objects, in the order of their addresses.
// Locked<T>         the proof that a section on this object was entered: parameter of whatever mutates it.
// Suspension        at every detach and every stop all sections of the thread are unlocked, and relocked when it goes on: what was read before
//                   any call that takes Thread& is stale.
// R6                "LOCAL, so no lock" goes stale at every safepoint. A section that locked nothing re-checks: every mutating primitive calls
//                   Locked::ensure() (one test on a line it has in hand) before it writes.
// Threads           a section lives on the native stack of its thread.
// See               docs/locking.md, docs/native_code.md
#pragma once

#include "header/thread.h"
#include "sync/mutex.h"

namespace ty {

struct CriticalSectionBase {
  uint8_t* first = nullptr;   // mutexes it holds (or, suspended, will hold again); null: none
  uint8_t* second = nullptr;
  CriticalSectionBase* previous = nullptr;
  bool entered = false;       // on Thread::sections
  bool suspended = false;
};

/// Whether mutation of `o` needs its lock: somebody else may reach it.
TY_INLINE bool needs_lock(const Object* o) { return !(o->load_flags() & kLocal) && g_multi; }

void enter_section_slow(Thread& t, CriticalSectionBase& section, uint8_t* first, uint8_t* second);
void leave_section_slow(Thread& t, CriticalSectionBase& section);
/// Unlocks every section of `t` / locks the innermost again. By detach() and attach().
void suspend_sections(Thread& t);
void resume_sections(Thread& t);

TY_INLINE void leave_section(Thread& t, CriticalSectionBase& section) {
  if (TY_LIKELY(!section.entered)) return;
  if (TY_LIKELY(t.sections == &section && !section.suspended && section.second == nullptr && section.previous == nullptr)) {
    t.sections = nullptr;
    section.entered = false;
    if (section.first) mutex_unlock(section.first);
    return;
  }
  leave_section_slow(t, section);
}

class CriticalSection : CriticalSectionBase {
 public:
  TY_INLINE CriticalSection(Thread& t, Object* o) : t_(t), object_(o) {
    if (TY_UNLIKELY(needs_lock(o))) lock();
  }
  TY_INLINE CriticalSection(Thread& t, Object& o) : CriticalSection(t, &o) {}
  TY_INLINE ~CriticalSection() { leave_section(t_, *this); }
  CriticalSection(const CriticalSection&) = delete;
  CriticalSection& operator=(const CriticalSection&) = delete;

  /// R6: locks now if the section locked nothing and the object has become SHARED. A safepoint if it does.
  TY_INLINE void ensure() {
    if (TY_UNLIKELY(!entered && needs_lock(object_))) lock();
  }
  Object* object() const { return object_; }

 private:
  TY_INLINE void lock() {
    if (TY_LIKELY(mutex_try_lock(&object_->mutex))) {
      first = &object_->mutex;
      previous = t_.sections;
      entered = true;
      t_.sections = this;
    } else {
      enter_section_slow(t_, *this, &object_->mutex, nullptr);
    }
  }

  Thread& t_;
  Object* object_;
  template <class T>
  friend class Locked;
};

class CriticalSection2 : CriticalSectionBase {
 public:
  TY_INLINE CriticalSection2(Thread& t, Object* a, Object* b) : t_(t), a_(a), b_(b) {
    if (TY_UNLIKELY(needs_lock(a) | needs_lock(b))) lock();
  }
  TY_INLINE CriticalSection2(Thread& t, Object& a, Object& b) : CriticalSection2(t, &a, &b) {}
  TY_INLINE ~CriticalSection2() { leave_section(t_, *this); }
  CriticalSection2(const CriticalSection2&) = delete;
  CriticalSection2& operator=(const CriticalSection2&) = delete;

  /// R6, for both.
  TY_INLINE void ensure() {
    if (TY_UNLIKELY(needs_lock(a_) && first != &a_->mutex && second != &a_->mutex) ||
        TY_UNLIKELY(needs_lock(b_) && first != &b_->mutex && second != &b_->mutex)) {
      relock();
    }
  }
  Object* first_object() const { return a_; }
  Object* second_object() const { return b_; }

 private:
  void lock();
  void relock();

  Thread& t_;
  Object* a_;
  Object* b_;
  template <class T>
  friend class Locked;
};

/// Proof that a critical section on this object was entered. Two words, passed by value.
template <class T>
class Locked {
 public:
  /// The object of `section`.
  TY_INLINE explicit Locked(CriticalSection& section) : object_(static_cast<T*>(section.object())), section_(&section), two_(false) {}
  TY_INLINE Locked(CriticalSection& section, T* object) : object_(object), section_(&section), two_(false) {
    DCHECK(object == section.object());
  }
  /// One of the two objects of `section`.
  TY_INLINE Locked(CriticalSection2& section, T* object) : object_(object), section_(&section), two_(true) {
    DCHECK(object == section.first_object() || object == section.second_object());
  }
  template <class U>
    requires(__is_base_of(T, U))
  TY_INLINE Locked(const Locked<U>& other) : object_(other.get()), section_(other.section_), two_(other.two_) {}

  TY_INLINE T* operator->() const { return object_; }
  TY_INLINE T& operator*() const { return *object_; }
  TY_INLINE T* get() const { return object_; }
  /// R6: call before writing, after the last call that took Thread&. May itself be a safepoint (no Python): re-read afterwards what `true` says.
  TY_INLINE bool ensure() const {
    if (TY_LIKELY(!needs_lock(object_))) return false;
    return ensure_slow();
  }

 private:
  TY_INLINE bool ensure_slow() const {
    if (two_) {
      static_cast<CriticalSection2*>(section_)->ensure();
      return true;
    }
    auto* section = static_cast<CriticalSection*>(section_);
    bool was = section->entered;
    section->ensure();
    return !was;
  }

  T* object_;
  CriticalSectionBase* section_;
  bool two_;
  template <class U>
  friend class Locked;
};

}  // namespace ty
