#include "header/type.h"

namespace ty {

void (*g_visit_attributes)(Object*, SlotVisitor&) = nullptr;
void (*g_release_attributes)(Object*) = nullptr;
bool (*g_detach_attributes)(Object*) = nullptr;

void visit_slots(Object* o, SlotVisitor& visitor) {
  const TypeLayout& layout = type_layout(o->type());
  for (uint16_t i = 0; i < layout.slot_count; i++) {
    visitor(reinterpret_cast<uint64_t*>(reinterpret_cast<char*>(o) + layout.slot_offsets[i]));
  }
  if (layout.items_offset) {
    auto* items = reinterpret_cast<uint64_t*>(reinterpret_cast<char*>(o) + layout.items_offset);
    ssize size = __atomic_load_n(&static_cast<VarObject*>(o)->size, __ATOMIC_RELAXED);
    for (ssize i = 0; i < size; i++) visitor(&items[i]);
  }
  if (layout.flags & kHasAttributes) g_visit_attributes(o, visitor);
  if (layout.each) layout.each(o, visitor);
}

}  // namespace ty
