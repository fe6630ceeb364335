// object/instance.h: attributes of instances: slots inline and in chunks, the __dict__ view, dictionary mode.
//
// Layout      AttributeHeader (16 bytes before the object): shape, extra. Slots [0, inline_capacity) lie in the block at shape->inline_offset,
//             the others in chunks of 4, 8, 16 … slots in InstanceExtra; no slot of a SHARED instance ever moves.
// Writes      overwriting: plain store (LOCAL), one exchange (SHARED), no lock. A shape change takes the object's lock (SHARED). A slot is
//             filled before the shape that names it is stored. `del` nulls the slot; adding the name again gives it a new index (a LOCAL
//             instance is compacted instead), so `__dict__` keeps insertion order.
// View        instance_dict() makes the permanent view: a Dict whose `instance` names the object. It is a back edge: followed by publication
//             (TypeLayout::back_edge), not counted. A view that outlives its instance takes the values along (g_detach_attributes).
// Dictionary  odd keys, `__dict__ = other`, more than kMaxShapeSlots names: shape := g_dictionary_shape, and when SHARED a stop, before values move
//             into the Dict that is then the storage.
// Threads     readers are lock-free.
// See         DESIGN section 7
#pragma once

#include "object/shape.h"
#include "object/type_info.h"

namespace ty {

inline constexpr size_t kFirstChunk = 4;
inline constexpr size_t kMaxChunks = 7;  // 4 * (2^7 - 1) = 508 slots

struct InstanceExtra {
  Slot dict;                 // [atomic] the view, or in dictionary mode the storage; null: none yet
  Slot* chunks[kMaxChunks];  // [atomic] chunk c holds kFirstChunk << c slots
};

TY_INLINE InstanceExtra* instance_extra(Object* o) {
  return reinterpret_cast<InstanceExtra*>(__atomic_load_n(&attribute_header(o)->extra, __ATOMIC_ACQUIRE));
}
/// Place of a slot outside the block.
TY_INLINE Slot* overflow_slot(InstanceExtra* extra, size_t k) {
  unsigned c = 63 - static_cast<unsigned>(__builtin_clzll(k / kFirstChunk + 1));
  return &__atomic_load_n(&extra->chunks[c], __ATOMIC_ACQUIRE)[k - kFirstChunk * ((size_t{1} << c) - 1)];
}
/// The slot of attribute `index` of `shape`, which is (or was) the shape of `o`.
TY_INLINE Slot* instance_slot(Object* o, const Shape* shape, size_t index) {
  if (TY_LIKELY(index < shape->inline_capacity)) {
    return reinterpret_cast<Slot*>(reinterpret_cast<char*>(o) + shape->inline_offset) + index;
  }
  return overflow_slot(instance_extra(o), index - shape->inline_capacity);
}

/// An instance of a Python class whose native base is `object`: allocation and one store. No checks (abstract classes: object.__new__).
Result<Owned> instance_new_fast(Thread& t, Type* type);

// `o` has kHasAttributes; `name` is a Str (exact or not: compared as text).
/// The attribute in the instance, descriptors and class not consulted. In shape mode it never runs Python and never raises.
Lookup<Owned> instance_get(Thread& t, Object* o, Value name);
Result<void> instance_set(Thread& t, Object* o, Value name, Value value);
/// False if there was none.
Result<bool> instance_delete(Thread& t, Object* o, Value name);

/// obj.__dict__: the view (or in dictionary mode the storage), made when first asked for.
Result<Owned> instance_dict(Thread& t, Object* o);
/// obj.__dict__ = dict.
Result<void> instance_set_dict(Thread& t, Object* o, Value dict);
/// Gives `o` dictionary mode: afterwards its Dict has a table of its own and no `instance`. Nothing happens if it is in that mode.
Result<void> instance_to_dictionary(Thread& t, Object* o);
/// Prepares obj.__class__ = cls for a class whose attributes are laid out otherwise, then changes the type.
Result<void> instance_change_class(Thread& t, Object* o, Type* cls);

// For the view (types/dict.cpp); shape mode only: a view whose instance went to dictionary mode has no `instance` any more.
ssize instance_attribute_count(Object* o);
/// As dict_next: *position counts slots.
bool instance_next(Object* o, ssize* position, Owned* name, Owned* value);
/// Same, backwards from *position (exclusive; begin with PTRDIFF_MAX).
bool instance_previous(Object* o, ssize* position, Owned* name, Owned* value);
/// Deletes every attribute.
Result<void> instance_clear(Thread& t, Object* o);

/// The Dict of an object whose type has dict_offset > 0 (modules, functions …): null if there is none yet.
TY_INLINE Slot* dict_slot(Object* o) {
  ssize offset = o->type()->dict_offset;
  return offset > 0 ? reinterpret_cast<Slot*>(reinterpret_cast<char*>(o) + offset) : nullptr;
}
/// obj.__dict__ of any object that has one, of either kind; Absent otherwise.
Lookup<Owned> object_dict(Thread& t, Value object);

}  // namespace ty
