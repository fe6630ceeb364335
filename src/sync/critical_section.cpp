#include "sync/critical_section.h"

namespace ty {

namespace {

/// Locks what `section` (on t.sections) names. While it waits the section holds nothing, so that suspension passes it over.
void lock_both(CriticalSectionBase& section, uint8_t* first, uint8_t* second) {
  section.first = section.second = nullptr;
  mutex_lock(first);
  if (second) mutex_lock(second);
  section.first = first;
  section.second = second;
}

void resume_one(Thread& t, CriticalSectionBase& section) {
  uint8_t* first = section.first;
  uint8_t* second = section.second;
  section.suspended = false;
  if (first) lock_both(section, first, second);
}

}  // namespace

void enter_section_slow(Thread& t, CriticalSectionBase& section, uint8_t* first, uint8_t* second) {
  if (world_stopper() == &t) return;  // alone; and the holder cannot run
  section.previous = t.sections;
  section.entered = true;
  section.suspended = false;
  t.sections = &section;
  lock_both(section, first, second);
}

void leave_section_slow(Thread& t, CriticalSectionBase& section) {
  DCHECK(t.sections == &section, "critical sections left out of order");
  t.sections = section.previous;
  section.entered = false;
  if (!section.suspended) {
    if (section.second) mutex_unlock(section.second);
    if (section.first) mutex_unlock(section.first);
  }
  section.first = section.second = nullptr;
  section.suspended = false;
  if (t.sections && t.sections->suspended) resume_one(t, *t.sections);
}

void suspend_sections(Thread& t) {
  for (CriticalSectionBase* section = t.sections; section && !section->suspended; section = section->previous) {
    section->suspended = true;
    if (section->second) mutex_unlock(section->second);
    if (section->first) mutex_unlock(section->first);
  }
}

void resume_sections(Thread& t) {
  if (t.sections && t.sections->suspended) resume_one(t, *t.sections);
}

void CriticalSection2::lock() {
  Object* a = a_;
  Object* b = b_;
  if (a == b || !needs_lock(b)) {
    enter_section_slow(t_, *this, &a->mutex, nullptr);
    return;
  }
  if (!needs_lock(a)) {
    enter_section_slow(t_, *this, &b->mutex, nullptr);
    return;
  }
  uint8_t* first = &(a < b ? a : b)->mutex;
  uint8_t* second = &(a < b ? b : a)->mutex;
  enter_section_slow(t_, *this, first, second);
}

void CriticalSection2::relock() {
  leave_section(t_, *this);
  first = second = nullptr;
  lock();
}

}  // namespace ty
