#include "object/slot.h"

#include "mem/thread_lifecycle.h"
#include "sync/futex.h"

namespace ty {

namespace {

/// The retry protocol of PROMPT objects: count unless the count is zero, then look again, because uniqueness (R7) must not be claimed by a
/// writer who took the object out between our two looks.
Owned load_counted(const uint64_t* place) {
  for (;;) {
    uint64_t bits = __atomic_load_n(place, __ATOMIC_ACQUIRE);
    Value word = Value::from_bits(bits);
    if (bits == 0 || !word.is_object()) return Owned::steal(word);
    Object* o = word.object();
    uint16_t flags = o->load_flags();
    if (flags & kLocal) {
      inc(o);
      return Owned::steal(word);
    }
    if (!(flags & kPrompt)) return Owned::steal(Value::uncounted(o));
    if (try_inc_prompt(o)) {
      if (__atomic_load_n(place, __ATOMIC_ACQUIRE) == bits) return Owned::steal(Value(o));
      dec(o);
    }
    cpu_pause();
  }
}

}  // namespace

Owned Slot::get_prompt() const { return load_counted(&word_); }

Owned GlobalSlot::get() const { return load_counted(&word_); }

void GlobalSlot::store(Owned value) {
  if (!__atomic_exchange_n(&registered_, true, __ATOMIC_ACQ_REL)) register_global_word(&word_);
  Value word = to_heap_form(std::move(value));
  publish(word);
  Owned old = Owned::steal(Value::from_bits(__atomic_exchange_n(&word_, word.bits, __ATOMIC_ACQ_REL)));
}

void GlobalSlot::retire() {
  Owned old = Owned::steal(Value::from_bits(__atomic_exchange_n(&word_, 0, __ATOMIC_ACQ_REL)));
  if (__atomic_exchange_n(&registered_, false, __ATOMIC_ACQ_REL)) unregister_global_word(&word_);
}

}  // namespace ty
