#include "object/shape.h"

#include <cstring>
#include <new>

#include "object/slot.h"
#include "object/type_info.h"
#include "sync/leaf_lock.h"
#include "types/str.h"

namespace ty {

// Children of a shape: an open-addressed table by name. Entries are added in place; growth replaces the table, the old one is retired.
struct ShapeTransitions {
  uint32_t capacity;  // power of two
  uint32_t count;
  Shape* entries[];
};

// name → index, and index → name; built when first needed.
struct ShapeTable {
  uint32_t mask;
  const Value* names;  // by index, null where shadowed
  struct Entry {
    Value name;
    uint32_t index;
  } entries[];
};

Shape g_dictionary_shape{};

namespace {

constinit LeafLock shape_lock{LockRank::kTable};
uint32_t next_shape_id = 1;
constexpr uint32_t kWalkLimit = 5;  // shapes with at most this many slots are searched along the parents
constexpr uint32_t kMaxInline = 30;

int64_t name_hash(Value name) { return str_hash(*name.as<Str>()); }

bool same_name(const Shape* shape, Value name, bool interned, int64_t hash) {
  if (shape->name.object() == name.object()) return true;
  if (interned) return false;
  return shape->name_hash == hash && str_equal(*shape->name.as<Str>(), *name.as<Str>());
}

Shape* new_shape(Type* cls, Shape* parent, Value name) {
  auto* shape = static_cast<Shape*>(allocate_buffer(sizeof(Shape)));
  if (!shape) return nullptr;
  memset(static_cast<void*>(shape), 0, sizeof(Shape));
  shape->id = __atomic_fetch_add(&next_shape_id, 1, __ATOMIC_RELAXED);
  shape->cls = cls;
  shape->parent = parent;
  if (parent) {
    shape->count = parent->count + 1;
    shape->inline_offset = parent->inline_offset;
    shape->inline_capacity = parent->inline_capacity;
    shape->name = Value(name.object());
    shape->name_hash = name_hash(name);
  }
  return shape;
}

Shape* find_transition(ShapeTransitions* table, Value name, int64_t hash) {
  if (!table) return nullptr;
  uint32_t mask = table->capacity - 1;
  for (uint32_t i = static_cast<uint32_t>(hash) & mask;; i = (i + 1) & mask) {
    Shape* child = __atomic_load_n(&table->entries[i], __ATOMIC_ACQUIRE);
    if (!child) return nullptr;
    if (child->name.object() == name.object()) return child;
  }
}

void insert_transition(ShapeTransitions* table, Shape* child) {
  uint32_t mask = table->capacity - 1;
  uint32_t i = static_cast<uint32_t>(child->name_hash) & mask;
  while (table->entries[i]) i = (i + 1) & mask;
  __atomic_store_n(&table->entries[i], child, __ATOMIC_RELEASE);
  table->count++;
}

ShapeTable* build_table(const Shape* shape) {
  uint32_t capacity = 8;
  while (capacity < shape->count * 2) capacity *= 2;
  size_t bytes = sizeof(ShapeTable) + capacity * sizeof(ShapeTable::Entry) + shape->count * sizeof(Value);
  auto* table = static_cast<ShapeTable*>(allocate_buffer(bytes));
  if (!table) return nullptr;
  memset(static_cast<void*>(table), 0, bytes);
  table->mask = capacity - 1;
  auto* names = reinterpret_cast<Value*>(&table->entries[capacity]);
  table->names = names;
  for (const Shape* s = shape; s->parent; s = s->parent) {
    uint32_t i = static_cast<uint32_t>(s->name_hash) & table->mask;
    bool shadowed = false;
    while (table->entries[i].name) {
      if (table->entries[i].name == s->name) {
        shadowed = true;
        break;
      }
      i = (i + 1) & table->mask;
    }
    if (shadowed) continue;
    table->entries[i] = {s->name, s->count - 1};
    names[s->count - 1] = s->name;
  }
  ShapeTable* expected = nullptr;
  auto* slot = const_cast<ShapeTable**>(&shape->table);
  if (!__atomic_compare_exchange_n(slot, &expected, table, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    free_buffer(table);
    return expected;
  }
  return table;
}

ssize walk(const Shape* shape, Value name, bool interned, int64_t hash) {
  for (const Shape* s = shape; s->parent; s = s->parent) {
    if (same_name(s, name, interned, hash)) return s->count - 1;
  }
  return -1;
}

}  // namespace

ssize shape_find(const Shape* shape, Value name) {
  if (!shape || shape->count == 0) return -1;
  bool interned = name.as<Str>()->is_interned();
  if (shape->count <= kWalkLimit) return walk(shape, name, interned, interned ? 0 : name_hash(name));
  int64_t hash = name_hash(name);
  ShapeTable* table = __atomic_load_n(&shape->table, __ATOMIC_ACQUIRE);
  if (TY_UNLIKELY(!table)) {
    table = build_table(shape);
    if (!table) return walk(shape, name, interned, hash);
  }
  for (uint32_t i = static_cast<uint32_t>(hash) & table->mask;; i = (i + 1) & table->mask) {
    const ShapeTable::Entry& entry = table->entries[i];
    if (!entry.name) return -1;
    if (entry.name.object() == name.object() ||
        (!interned && name_hash(entry.name) == hash && str_equal(*entry.name.as<Str>(), *name.as<Str>()))) {
      return entry.index;
    }
  }
}

const Value* shape_names(const Shape* shape) {
  ShapeTable* table = __atomic_load_n(&shape->table, __ATOMIC_ACQUIRE);
  if (!table) table = build_table(shape);
  return table ? table->names : nullptr;
}

Shape* shape_add(Shape* shape, Value name) {
  int64_t hash = name_hash(name);
  if (Shape* child = find_transition(__atomic_load_n(&shape->transitions, __ATOMIC_ACQUIRE), name, hash)) return child;
  if (shape->count >= kMaxShapeSlots) return nullptr;
  LeafGuard guard(shape_lock);
  ShapeTransitions* table = shape->transitions;
  if (Shape* child = find_transition(table, name, hash)) return child;
  if (table && table->count > 4000) return nullptr;  // names made up at run time: instances of this class become dictionaries
  if (!table || table->count * 3 >= table->capacity * 2) {
    uint32_t capacity = table ? table->capacity * 2 : 4;
    size_t bytes = sizeof(ShapeTransitions) + capacity * sizeof(Shape*);
    auto* grown = static_cast<ShapeTransitions*>(allocate_buffer(bytes));
    if (!grown) return nullptr;
    memset(static_cast<void*>(grown), 0, bytes);
    grown->capacity = capacity;
    if (table) {
      for (uint32_t i = 0; i < table->capacity; i++) {
        if (table->entries[i]) insert_transition(grown, table->entries[i]);
      }
    }
    __atomic_store_n(&shape->transitions, grown, __ATOMIC_RELEASE);
    if (table) retire_buffer(table, sizeof(ShapeTransitions) + table->capacity * sizeof(Shape*));
    table = grown;
  }
  Shape* child = new_shape(shape->cls, shape, name);
  if (!child) return nullptr;
  insert_transition(table, child);
  return child;
}

Shape* shape_root(Type* cls, uint16_t inline_capacity) {
  LeafGuard guard(shape_lock);
  auto** head = reinterpret_cast<Shape**>(&cls->info->all_roots);
  for (Shape* root = *head; root; root = root->next_root) {
    if (root->inline_capacity == inline_capacity) return root;
  }
  Shape* root = new_shape(cls, nullptr, Value());
  if (!root) return nullptr;
  root->inline_offset = static_cast<uint32_t>((cls->basicsize + 7) & ~ssize{7});
  root->inline_capacity = inline_capacity;
  root->next_root = *head;
  *head = root;
  return root;
}

bool shape_prepare_class(Type* cls, uint16_t inline_capacity) {
  Shape* root = shape_root(cls, inline_capacity);
  if (!root) return false;
  __atomic_store_n(&cls->info->inline_slots, inline_capacity, __ATOMIC_RELAXED);
  __atomic_store_n(&cls->info->root_shape, root, __ATOMIC_RELEASE);
  return true;
}

void shape_grow_inline(Type* cls, uint32_t count) {
  // Only classes whose instances object.__new__ allocates have inline slots: others allocate basicsize bytes.
  uint16_t now = __atomic_load_n(&cls->info->inline_slots, __ATOMIC_RELAXED);
  if (now == 0 || count <= now || count > kMaxInline) return;
  shape_prepare_class(cls, static_cast<uint16_t>(count));
}

}  // namespace ty
