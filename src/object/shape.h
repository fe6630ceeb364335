// object/shape.h: Shape, the layout of the attributes of an instance of a Python class.
//
// A shape is a class and the names of the attributes in slot order; adding an attribute is a transition to a child. The slot of an attribute
// is its index: below inline_capacity it lies in the instance's block at inline_offset + 8 * index, above in a chunk (object/instance.h).
// Invariants  a Shape never changes once others can see it, but for `transitions` and `table`, which only grow; `id` is never reused, nor is the
//             memory of a Shape (so a cache may compare pointers). A name that was deleted and added again occurs twice: the last one counts.
// Dictionary  an instance whose attributes cannot be slots has g_dictionary_shape: fast paths miss it, attributes are in the Dict of InstanceExtra.
// Threads     lock-free for readers; transitions are added under one leaf lock.
// See         DESIGN section 7
#pragma once

#include "header/type.h"

namespace ty {

struct ShapeTable;
struct ShapeTransitions;

struct Shape {
  uint32_t id;               // [const] never reused
  uint32_t count;            // [const] slots in use, dead ones included: the index the next attribute gets
  uint32_t inline_offset;    // [const] byte offset of slot 0 in the instance
  uint16_t inline_capacity;  // [const] how many slots lie inline
  uint16_t live_guess;       // [const] names without repetition
  Type* cls;                 // [const] the class; null for the dictionary shape
  Shape* parent;             // [const] null: a root
  Shape* next_root;          // [const] roots: the class's other roots (other inline capacities)
  Value name;                // [const] interned Str that this shape added; null for a root
  int64_t name_hash;         // [const]
  ShapeTransitions* transitions;  // [atomic] shape.cpp
  ShapeTable* table;              // [atomic] shape.cpp
};

/// The shape of every instance in dictionary mode.
extern Shape g_dictionary_shape;
/// Attributes an instance may have before it goes to dictionary mode.
inline constexpr uint32_t kMaxShapeSlots = 500;

/// The index of `name` (a Str, interned or not), or -1. Never runs Python. Interned names are found without comparing text.
ssize shape_find(const Shape* shape, Value name);
/// The shape with `name` (interned) added; null when the limits are reached or memory is short.
Shape* shape_add(Shape* shape, Value name);
/// The root for instances of `cls` with that many inline slots; null when memory is short.
Shape* shape_root(Type* cls, uint16_t inline_capacity);
/// Readies `cls` (kHasAttributes) for instances: sets its layout's root_shape.
bool shape_prepare_class(Type* cls, uint16_t inline_capacity);
/// The names by slot index (null: a dead slot, shadowed by a later one of the same name); null when memory is short. Valid for ever.
const Value* shape_names(const Shape* shape);
/// Makes room for attribute `index` inline in instances of `cls` allocated from now on.
void shape_grow_inline(Type* cls, uint32_t count);

/// The shape word of an instance with kHasAttributes (its class's root if nothing was ever stored).
TY_INLINE Shape* shape_of(Object* o) {
  auto* shape = reinterpret_cast<Shape*>(__atomic_load_n(&attribute_header(o)->shape, __ATOMIC_ACQUIRE));
  if (TY_UNLIKELY(!shape)) return static_cast<Shape*>(__atomic_load_n(&type_layout(o->type()).root_shape, __ATOMIC_ACQUIRE));
  return shape;
}

}  // namespace ty
