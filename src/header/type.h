// header/type.h: the type object's layout, and the part of a type that memory management needs.
//
// Type         CPython's PyTypeObject, offset for offset. The C slots are only for C code; native code goes through TypeInfo.
// TypeLayout   how instances are laid out: where their references are. Publication, collection, clearing and the validator use it and
//              nothing else. EVERY type that holds a Value describes all of them here (also those without cycles).
// Threads      TypeLayout is constant once the type is ready. `each` must tolerate concurrent mutation (acquire loads of buffers that
//              are retired by handshake) unless kStoppedVisit is set.
// See          docs/native_code.md, abi/cp313t_layout.txt
#pragma once

#include "header/value.h"

namespace ty {

struct TypeInfo;

/// What walks over the reference words of an object.
struct SlotVisitor {
  void (*visit)(SlotVisitor& self, uint64_t* word);
  TY_INLINE void operator()(uint64_t* word) { visit(*this, word); }
};

enum TypeLayoutFlag : uint32_t {
  kCollectable = 1 << 0,   ///< can be part of a reference cycle: allocated tracked
  kPromptType = 1 << 1,    ///< instances are PROMPT (finalizer, files, sockets, generators, coroutines)
  kHasFinalizer = 1 << 2,  ///< ops.finalize must run before death
  kHasAttributes = 1 << 3, ///< instances have shape and attribute words in a 16-byte pre-header (object/instance.h)
  kStoppedVisit = 1 << 4,  ///< `each` may be used on SHARED objects only with the world stopped
  kDeferredType = 1 << 5,  ///< instances are DEFERRED from birth (types, modules)
  kFoundByTables = 1 << 7, ///< native tables find instances without counting them (weak references): they die alone, never with a parent
  kDeferredWhenShared = 1 << 6,  ///< instances become DEFERRED when they are published (code)
};

struct TypeLayout {
  const uint16_t* slot_offsets = nullptr;  ///< byte offsets of the single Slots
  uint16_t slot_count = 0;
  uint16_t items_offset = 0;               ///< VarObject::size Slots follow at this offset (tuples); 0: none
  uint32_t flags = 0;                      ///< TypeLayoutFlag
  /// Visits the Slots that lie in buffers (a list's array, a dict's table). May be null.
  void (*each)(Object* self, SlotVisitor& visitor) = nullptr;
  /// Frees buffers and native resources, after the slots were dropped. Never runs Python, never fails. May be null.
  void (*release)(Object* self) = nullptr;
  /// Offset of an uncounted reference to the object this one shows a part of (a __dict__ view's instance; null word: none). Publication and the
  /// validator follow it, nothing else. 0: none.
  uint16_t back_edge = 0;
  /// [atomic] Shape* that allocate_object() stores in the AttributeHeader (kHasAttributes; object/shape.h).
  void* root_shape = nullptr;
};

struct Type : VarObject {
  const char* name;         // [const] dotted for builtins outside builtins
  ssize basicsize;          // [const]
  ssize itemsize;           // [const]
  void* c_dealloc;
  ssize vectorcall_offset;
  void* c_getattr;
  void* c_setattr;
  void* c_as_async;
  void* c_repr;
  void* c_as_number;
  void* c_as_sequence;
  void* c_as_mapping;
  void* c_hash;
  void* c_call;
  void* c_str;
  void* c_getattro;
  void* c_setattro;
  void* c_as_buffer;
  uint64_t type_flags;      // [atomic] TypeFlag
  const char* doc;
  void* c_traverse;
  void* c_clear;
  void* c_richcompare;
  ssize weaklist_offset;
  void* c_iter;
  void* c_iternext;
  void* c_methods;
  void* c_members;
  void* c_getset;
  uint64_t base_;           // Slot: Type
  uint64_t dict_;           // Slot: Dict
  void* c_descr_get;
  void* c_descr_set;
  ssize dict_offset;
  void* c_init;
  void* c_alloc;
  void* c_new;
  void* c_free;
  void* c_is_gc;
  uint64_t bases_;          // Slot: Tuple
  uint64_t mro_;            // Slot: Tuple
  TypeInfo* info;           // [const once ready] tp_cache in the ABI, unused there
  void* subclasses;         // TypeInfo keeps them
  uint64_t weaklist;
  void* c_del;
  uint32_t version;         // [atomic] tp_version_tag; globally unique, 0: none assigned; never reused
  uint32_t pad_;
  void* c_finalize;
  void* c_vectorcall;
  uint8_t watched;
  uint8_t pad2_;
  uint16_t versions_used;
};
static_assert(sizeof(Type) == 432 && offsetof(Type, type_flags) == 184 && offsetof(Type, base_) == 272 &&
              offsetof(Type, dict_) == 280 && offsetof(Type, bases_) == 352 && offsetof(Type, info) == 368 &&
              offsetof(Type, version) == 400);

/// Bits of Type::type_flags: CPython's tp_flags.
enum TypeFlag : uint64_t {
  kTypeWeakReferable = 1ull << 3,  ///< instances can be weakly referenced (CPython: MANAGED_WEAKREF)
  kTypeManagedDict = 1ull << 4,    ///< instances have an AttributeHeader
  kTypeSequence = 1ull << 5,
  kTypeMapping = 1ull << 6,
  kTypeDisallowInstantiation = 1ull << 7,
  kTypeImmutable = 1ull << 8,
  kTypeHeap = 1ull << 9,
  kTypeBase = 1ull << 10,
  kTypeVectorcall = 1ull << 11,
  kTypeReady = 1ull << 12,
  kTypeHaveGc = 1ull << 14,
  kTypeMethodDescriptor = 1ull << 17,
  kTypeAbstract = 1ull << 20,
  kTypeMatchSelf = 1ull << 22,
  kTypeLong = 1ull << 24,
  kTypeList = 1ull << 25,
  kTypeTuple = 1ull << 26,
  kTypeBytes = 1ull << 27,
  kTypeUnicode = 1ull << 28,
  kTypeDict = 1ull << 29,
  kTypeBaseException = 1ull << 30,
  kTypeType = 1ull << 31,
};

/// TypeInfo begins with the layout, so that memory management needs no more of it (object/type_info.h).
TY_INLINE const TypeLayout& type_layout(const Type* type) {
  return *reinterpret_cast<const TypeLayout*>(type->info);
}
TY_INLINE bool has_type_flag(const Type* type, TypeFlag flag) {
  return __atomic_load_n(&type->type_flags, __ATOMIC_RELAXED) & flag;
}

/// The 16 bytes before an instance whose type has kHasAttributes.
struct AttributeHeader {
  uint64_t shape;  // [atomic] Shape*; object/shape.h
  uint64_t extra;  // [atomic] InstanceExtra*: overflow chunks and the __dict__ view, or 0
};
static_assert(sizeof(AttributeHeader) == 16);
TY_INLINE AttributeHeader* attribute_header(Object* o) {
  return reinterpret_cast<AttributeHeader*>(o) - 1;
}

/// The object that `o` shows a part of (TypeLayout::back_edge), or null.
TY_INLINE uint64_t* back_edge_word(Object* o) {
  uint16_t offset = type_layout(o->type()).back_edge;
  return offset ? reinterpret_cast<uint64_t*>(reinterpret_cast<char*>(o) + offset) : nullptr;
}
TY_INLINE Object* back_edge_of(Object* o) {
  uint64_t* word = back_edge_word(o);
  return word ? reinterpret_cast<Object*>(__atomic_load_n(word, __ATOMIC_ACQUIRE) & ~uint64_t{7}) : nullptr;
}

/// Visits every reference word of `o` (the type itself excepted): fixed slots, items, buffers, attributes.
void visit_slots(Object* o, SlotVisitor& visitor);
/// Visits attribute slots of an instance with kHasAttributes; set by object/ at start-up.
extern void (*g_visit_attributes)(Object* o, SlotVisitor& visitor);
/// Frees the attribute storage of a dying instance.
extern void (*g_release_attributes)(Object* o);
/// Called before the slots of a dying instance with kHasAttributes are dropped: a __dict__ view that outlives it takes the values along. False: the
/// instance is SHARED and a thread may have reached it through that view meanwhile: put it back on the zero list and ask again after another handshake.
extern bool (*g_detach_attributes)(Object* o);

}  // namespace ty
