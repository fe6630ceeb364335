// vm/ops/attr.cpp: attributes, items, globals: generic forms, and the forms they specialise to (vm/ic/ic.h).
#include "types/dict.h"
#include "types/iterators.h"
#include "types/list.h"
#include "types/module.h"
#include "types/tuple.h"
#include "vm/ic/ic.h"
#include "vm/ops/ops.h"
#include "vm/unwind.h"

namespace ty {
#if defined(TY_WIDE)
#define TY_SPECIAL kWideSpecial
#else
#define TY_SPECIAL kNarrowSpecial
#endif
}  // namespace ty

TY_OPS_BEGIN

// --- globals ---
SLOW_HANDLER(LoadGlobal_slow) {
  SAVE();
  Ins i = decode<Op::kLoadGlobal>(pc);
  if (TY_UNLIKELY(!slow_LoadGlobal(*t, R, K, i))) UNWIND();
  NEXT_DRAIN(LoadGlobal);
}
HANDLER(LoadGlobal) {
  SAVE();
  if (ic_warm(cache_word(pc, Op::kLoadGlobal))) ic_load_global(*t, pc, cache_word(pc, Op::kLoadGlobal), R, K[opbx(pc)], TY_SPECIAL);
  TAIL(op_LoadGlobal_slow);
}
SLOW_HANDLER(LoadGlobal_miss) {
  set_handler(pc, op_LoadGlobal);
  TAIL(op_LoadGlobal);
}
HANDLER(LoadGlobalModule) {
  const auto* e = ic_entry<GlobalEntry>(cache_word(pc, Op::kLoadGlobal));
  const Dict* globals = static_cast<const Dict*>(reinterpret_cast<const Object*>(frame_function(R)->globals.raw()));
  if (TY_UNLIKELY(__atomic_load_n(&globals->key_version, __ATOMIC_ACQUIRE) != e->module_version)) TAIL(op_LoadGlobal_miss);
  LOAD_NEXT(LoadGlobal, e->slot->load(), op_LoadGlobal_slow);
}
HANDLER(LoadGlobalBuiltin) {
  const auto* e = ic_entry<GlobalEntry>(cache_word(pc, Op::kLoadGlobal));
  const Function* f = frame_function(R);
  const Dict* globals = static_cast<const Dict*>(reinterpret_cast<const Object*>(f->globals.raw()));
  if (TY_UNLIKELY(__atomic_load_n(&globals->key_version, __ATOMIC_ACQUIRE) != e->builtin_guard)) TAIL(op_LoadGlobal_miss);
  const Dict* builtins = static_cast<const Dict*>(reinterpret_cast<const Object*>(f->builtins.raw()));
  if (TY_UNLIKELY(__atomic_load_n(&builtins->key_version, __ATOMIC_ACQUIRE) != e->builtins_version)) TAIL(op_LoadGlobal_miss);
  LOAD_NEXT(LoadGlobal, e->slot->load(), op_LoadGlobal_slow);
}

// --- attributes ---
TY_INLINE uint32_t load_version(const Type* type) { return __atomic_load_n(&type->version, __ATOMIC_ACQUIRE); }
TY_INLINE uint64_t load_shape(Object* o) { return __atomic_load_n(&attribute_header(o)->shape, __ATOMIC_ACQUIRE); }
TY_INLINE Slot* slot_at(Object* o, int64_t offset) { return reinterpret_cast<Slot*>(reinterpret_cast<char*>(o) + offset); }

/// As LOAD_NEXT, then the receiver in R[b] is released when it is killed (and not the destination).
#define LOAD_ATTR_NEXT(word_, slow)                                              \
  do {                                                                          \
    Value ty_word_ = (word_);                                                   \
    if (TY_LIKELY(ty_word_.is_object())) {                                      \
      if (TY_UNLIKELY(ty_word_.bits == 0)) TAIL(slow);                          \
      Object* ty_object_ = ty_word_.object();                                   \
      uint16_t ty_flags_ = ty_object_->load_flags();                            \
      if (ty_flags_ & kLocal) {                                                 \
        ty_object_->ref_local++;                                                \
        asm volatile("");                                                       \
        ty_word_ = Value(ty_object_);                                           \
      } else {                                                                  \
        if (TY_UNLIKELY(ty_flags_ & kPrompt)) TAIL(slow);                       \
        ty_word_ = Value::uncounted(ty_object_);                                \
      }                                                                         \
    }                                                                           \
    if (TY_UNLIKELY(pc->kill & kKillB)) TAIL1(op_LoadAttr_finish, ty_word_.bits); \
    WRITE_NEXT(LoadAttr, ty_word_);                                             \
  } while (0)

SLOW_HANDLER(LoadAttr_slow) {
  SAVE();
  if (TY_UNLIKELY(!slow_LoadAttr(*t, R, K, decode<Op::kLoadAttr>(pc)))) UNWIND();
  NEXT_DRAIN(LoadAttr);
}
/// s0: the attribute; the receiver is killed.
SLOW_HANDLER(LoadAttr_finish) {
  SAVE();
  finish_b(R, decode<Op::kLoadAttr>(pc), Owned::steal(Value::from_bits(s0)));
  NEXT_DRAIN(LoadAttr);
}
HANDLER(LoadAttr) {
  SAVE();
  if (ic_warm(cache_word(pc, Op::kLoadAttr))) ic_load_attr(*t, pc, cache_word(pc, Op::kLoadAttr), R[opb(pc)], K[opc(pc)], TY_SPECIAL);
  TAIL(op_LoadAttr_slow);
}
/// The entries after the first.
#define FOR_WAYS(op, e) for (const AttrEntry* e = ic_entry<AttrEntry>(cache_word(pc, Op::k##op))->next; e; e = e->next)
SLOW_HANDLER(LoadAttr_miss) {
  Value b = R[opb(pc)];
  if (b.is_object()) {
    Object* o = b.object();
    Type* type = o->type();
    FOR_WAYS(LoadAttr, e) {
      if (type == e->type) {
        if (load_version(type) != e->version) continue;
        uint64_t shape = load_shape(o);
        if (shape == e->slot_shape) LOAD_ATTR_NEXT(slot_at(o, e->offset)->load(), op_LoadAttr_slow);
        if (shape == e->class_shape) LOAD_ATTR_NEXT(e->slot->load(), op_LoadAttr_slow);
      } else if (type == e->member_type && load_version(type) == e->version) {
        LOAD_ATTR_NEXT(slot_at(o, e->offset)->load(), op_LoadAttr_slow);
      }
    }
  }
  if (ic_given_up(*cache_word(pc, Op::kLoadAttr))) set_handler(pc, op_LoadAttr);
  TAIL(op_LoadAttr);
}
HANDLER(LoadAttrSlot) {
  Value b = R[opb(pc)];
  if (TY_UNLIKELY(!b.is_object())) TAIL(op_LoadAttr_miss);
  const auto* e = ic_entry<AttrEntry>(cache_word(pc, Op::kLoadAttr));
  Object* o = b.object();
  Type* type = o->type();
  if (TY_UNLIKELY(type != e->type)) TAIL(op_LoadAttr_miss);
  if (TY_UNLIKELY(load_shape(o) != e->slot_shape)) TAIL(op_LoadAttr_miss);
  if (TY_UNLIKELY(load_version(type) != e->version)) TAIL(op_LoadAttr_miss);
  LOAD_ATTR_NEXT(slot_at(o, e->offset)->load(), op_LoadAttr_slow);
}
HANDLER(LoadAttrClass) {
  Value b = R[opb(pc)];
  if (TY_UNLIKELY(!b.is_object())) TAIL(op_LoadAttr_miss);
  const auto* e = ic_entry<AttrEntry>(cache_word(pc, Op::kLoadAttr));
  Object* o = b.object();
  Type* type = o->type();
  if (TY_UNLIKELY(type != e->type)) TAIL(op_LoadAttr_miss);
  if (TY_UNLIKELY(load_shape(o) != e->class_shape)) TAIL(op_LoadAttr_miss);
  if (TY_UNLIKELY(load_version(type) != e->version)) TAIL(op_LoadAttr_miss);
  LOAD_ATTR_NEXT(e->slot->load(), op_LoadAttr_slow);
}
HANDLER(LoadAttrMember) {
  Value b = R[opb(pc)];
  if (TY_UNLIKELY(!b.is_object())) TAIL(op_LoadAttr_miss);
  const auto* e = ic_entry<AttrEntry>(cache_word(pc, Op::kLoadAttr));
  Object* o = b.object();
  Type* type = o->type();
  if (TY_UNLIKELY(type != e->member_type)) TAIL(op_LoadAttr_miss);
  if (TY_UNLIKELY(load_version(type) != e->version)) TAIL(op_LoadAttr_miss);
  LOAD_ATTR_NEXT(slot_at(o, e->offset)->load(), op_LoadAttr_slow);
}
HANDLER(LoadAttrOfClass) {
  Value b = R[opb(pc)];
  const auto* e = ic_entry<AttrEntry>(cache_word(pc, Op::kLoadAttr));
  if (TY_UNLIKELY(b.identity() != reinterpret_cast<uint64_t>(e->class_object))) TAIL(op_LoadAttr_miss);
  if (TY_UNLIKELY(load_version(static_cast<Type*>(e->class_object)) != e->version)) TAIL(op_LoadAttr_miss);
  LOAD_ATTR_NEXT(e->slot->load(), op_LoadAttr_slow);
}
HANDLER(LoadAttrModule) {
  Value b = R[opb(pc)];
  if (TY_UNLIKELY(!b.is_object())) TAIL(op_LoadAttr_miss);
  const auto* e = ic_entry<AttrEntry>(cache_word(pc, Op::kLoadAttr));
  Object* o = b.object();
  if (TY_UNLIKELY(o->type() != &module_type)) TAIL(op_LoadAttr_miss);
  const Dict& globals = static_cast<Module*>(o)->globals();
  if (TY_UNLIKELY(__atomic_load_n(&globals.key_version, __ATOMIC_ACQUIRE) != e->module_version)) TAIL(op_LoadAttr_miss);
  LOAD_ATTR_NEXT(e->slot->load(), op_LoadAttr_slow);
}

SLOW_HANDLER(StoreAttr_slow) {
  SAVE();
  if (TY_UNLIKELY(!slow_StoreAttr(*t, R, K, decode<Op::kStoreAttr>(pc)))) UNWIND();
  NEXT_DRAIN(StoreAttr);
}
HANDLER(StoreAttr) {
  SAVE();
  if (ic_warm(cache_word(pc, Op::kStoreAttr))) ic_store_attr(*t, pc, cache_word(pc, Op::kStoreAttr), R[opa(pc)], K[opc(pc)], TY_SPECIAL);
  TAIL(op_StoreAttr_slow);
}
/// s0: the slot's old word; the receiver may be killed.
SLOW_HANDLER(StoreAttr_finish) {
  SAVE();
  if (pc->kill & kKillA) clear_register(R, opa(pc));
  release_word(Value::from_bits(s0));
  NEXT_DRAIN(StoreAttr);
}
/// The value operand as a heap word: moved when killed, else counted. Uncounted (SHARED) ones take the slow path.
#define STORE_WORD(v, slow)                                        \
  Value v = R[opb(pc)];                                            \
  if (v.is_object()) {                                             \
    if (TY_UNLIKELY(v.is_uncounted() && !v.object()->is_immortal())) TAIL(slow); \
    if (v.is_counted()) {                                          \
      if (pc->kill & kKillB) {                                     \
        R[opb(pc)] = Value::empty();                               \
        asm volatile("");                                          \
      } else {                                                     \
        if (TY_UNLIKELY(!(v.object()->load_flags() & kLocal))) TAIL(slow); \
        v.object()->ref_local++;                                   \
      }                                                            \
    } else {                                                       \
      v = Value(v.object());                                       \
    }                                                              \
  }
/// Stores into the slot that entry `e` names.
#define STORE_SLOT(o, e)                                                             \
  do {                                                                               \
    if (TY_UNLIKELY(!((o)->load_flags() & kLocal))) TAIL(op_StoreAttr_slow);         \
    Slot* ty_slot_ = slot_at((o), (e)->offset);                                      \
    uint64_t ty_old_ = ty_slot_->raw();                                              \
    if (TY_UNLIKELY(ty_old_ == 0)) TAIL(op_StoreAttr_slow);                          \
    STORE_WORD(ty_v_, op_StoreAttr_slow);                                            \
    ty_slot_->set_raw(ty_v_.bits);                                                   \
    if (TY_UNLIKELY((ty_old_ & 7) == 0 || (pc->kill & kKillA))) TAIL1(op_StoreAttr_finish, ty_old_); \
    NEXT(StoreAttr);                                                                 \
  } while (0)
SLOW_HANDLER(StoreAttr_miss) {
  Value a = R[opa(pc)];
  if (a.is_object()) {
    Object* o = a.object();
    Type* type = o->type();
    FOR_WAYS(StoreAttr, e) {
      if (type == e->type && load_version(type) == e->version && load_shape(o) == e->slot_shape) STORE_SLOT(o, e);
    }
  }
  if (ic_given_up(*cache_word(pc, Op::kStoreAttr))) set_handler(pc, op_StoreAttr);
  TAIL(op_StoreAttr);
}
HANDLER(StoreAttrSlot) {
  Value a = R[opa(pc)];
  if (TY_UNLIKELY(!a.is_object())) TAIL(op_StoreAttr_miss);
  const auto* e = ic_entry<AttrEntry>(cache_word(pc, Op::kStoreAttr));
  Object* o = a.object();
  Type* type = o->type();
  if (TY_UNLIKELY(type != e->type)) TAIL(op_StoreAttr_miss);
  if (TY_UNLIKELY(load_shape(o) != e->slot_shape)) TAIL(op_StoreAttr_miss);
  if (TY_UNLIKELY(load_version(type) != e->version)) TAIL(op_StoreAttr_miss);
  STORE_SLOT(o, e);
}
HANDLER(StoreAttrAdd) {
  Value a = R[opa(pc)];
  if (TY_UNLIKELY(!a.is_object())) TAIL(op_StoreAttr_miss);
  const auto* e = ic_entry<AttrEntry>(cache_word(pc, Op::kStoreAttr));
  Object* o = a.object();
  Type* type = o->type();
  if (TY_UNLIKELY(type != e->type)) TAIL(op_StoreAttr_miss);
  if (TY_UNLIKELY(load_shape(o) != e->add_shape)) TAIL(op_StoreAttr_miss);
  if (TY_UNLIKELY(load_version(type) != e->version)) TAIL(op_StoreAttr_miss);
  if (TY_UNLIKELY(!(o->load_flags() & kLocal))) TAIL(op_StoreAttr_slow);
  STORE_WORD(v, op_StoreAttr_slow);
  slot_at(o, e->offset)->set_raw(v.bits);
  __atomic_store_n(&attribute_header(o)->shape, reinterpret_cast<uint64_t>(e->new_shape), __ATOMIC_RELEASE);
  if (TY_UNLIKELY(pc->kill & kKillA)) TAIL1(op_StoreAttr_finish, 0);
  NEXT(StoreAttr);
}

// --- methods ---
SLOW_HANDLER(LoadMethod_slow) {
  SAVE();
  if (TY_UNLIKELY(!slow_LoadMethod(*t, R, K, decode<Op::kLoadMethod>(pc)))) UNWIND();
  NEXT_DRAIN(LoadMethod);
}
HANDLER(LoadMethod) {
  SAVE();
  if (ic_warm(cache_word(pc, Op::kLoadMethod))) ic_load_method(*t, pc, cache_word(pc, Op::kLoadMethod), R[opb(pc)], K[opc(pc)], TY_SPECIAL);
  TAIL(op_LoadMethod_slow);
}
/// s0, s1: the words of R[a] and R[a + 1]; releases what they replace.
SLOW_HANDLER(LoadMethod_finish) {
  SAVE();
  put(R, opa(pc), Value::from_bits(s0));
  put(R, opa(pc) + 1, Value::from_bits(s1));
  NEXT_DRAIN(LoadMethod);
}
/// A word read from a class's slot as a register word.
#define METHOD_WORD(m, word_, slow)                              \
  Value m = (word_);                                             \
  if (TY_UNLIKELY(m.bits == 0 || !m.is_object())) TAIL(slow);    \
  {                                                              \
    Object* ty_o_ = m.object();                                  \
    uint16_t ty_flags_ = ty_o_->load_flags();                    \
    if (ty_flags_ & kLocal) {                                    \
      ty_o_->ref_local++;                                        \
      asm volatile("");                                          \
    } else {                                                     \
      if (TY_UNLIKELY(ty_flags_ & kPrompt)) TAIL(slow);          \
      m = Value::uncounted(ty_o_);                               \
    }                                                            \
  }
/// A receiver that must be counted atomically takes the slow path.
#define CHECK_RECEIVER(b, slow)                                                                                    \
  if (TY_UNLIKELY(!(pc->kill & kKillB) && (b).is_counted() && !((b).object()->load_flags() & kLocal))) TAIL(slow)
/// R[a] = method, R[a + 1] = receiver b (moved when killed: then a == b).
#define METHOD_NEXT(m, b)                                                                               \
  do {                                                                                                  \
    if (!(pc->kill & kKillB)) {                                                                         \
      if ((b).is_counted()) {                                                                           \
        (b).object()->ref_local++;                                                                      \
      }                                                                                                 \
      if (TY_UNLIKELY((R[opa(pc)].bits & 7) == 0)) TAIL2(op_LoadMethod_finish, (m).bits, (b).bits);     \
    }                                                                                                   \
    R[opa(pc)] = (m);                                                                                   \
    Value ty_old_ = R[opa(pc) + 1];                                                                     \
    R[opa(pc) + 1] = (b);                                                                               \
    pc += op_length(Op::kLoadMethod);                                                                   \
    if (TY_UNLIKELY((ty_old_.bits & 7) == 0 && ty_old_.bits != 0)) TAIL1(op_drop_next, ty_old_.bits);   \
    DISPATCH();                                                                                         \
  } while (0)
SLOW_HANDLER(LoadMethod_miss) {
  Value b = R[opb(pc)];
  Type* type = type_of(b);
  FOR_WAYS(LoadMethod, e) {
    bool hit = false;
    if (type == e->type) hit = load_version(type) == e->version && load_shape(b.object()) == e->class_shape;
    else if (type == e->plain_type) hit = load_version(type) == e->version;
    if (!hit) continue;
    CHECK_RECEIVER(b, op_LoadMethod_slow);
    METHOD_WORD(m, e->slot->load(), op_LoadMethod_slow);
    METHOD_NEXT(m, b);
  }
  if (ic_given_up(*cache_word(pc, Op::kLoadMethod))) set_handler(pc, op_LoadMethod);
  TAIL(op_LoadMethod);
}
HANDLER(LoadMethodClass) {
  Value b = R[opb(pc)];
  if (TY_UNLIKELY(!b.is_object())) TAIL(op_LoadMethod_miss);
  const auto* e = ic_entry<AttrEntry>(cache_word(pc, Op::kLoadMethod));
  Object* o = b.object();
  Type* type = o->type();
  if (TY_UNLIKELY(type != e->type)) TAIL(op_LoadMethod_miss);
  if (TY_UNLIKELY(load_shape(o) != e->class_shape)) TAIL(op_LoadMethod_miss);
  if (TY_UNLIKELY(load_version(type) != e->version)) TAIL(op_LoadMethod_miss);
  CHECK_RECEIVER(b, op_LoadMethod_slow);
  METHOD_WORD(m, e->slot->load(), op_LoadMethod_slow);
  METHOD_NEXT(m, b);
}
HANDLER(LoadMethodPlain) {
  Value b = R[opb(pc)];
  const auto* e = ic_entry<AttrEntry>(cache_word(pc, Op::kLoadMethod));
  Type* type = type_of(b);
  if (TY_UNLIKELY(type != e->plain_type)) TAIL(op_LoadMethod_miss);
  if (TY_UNLIKELY(load_version(type) != e->version)) TAIL(op_LoadMethod_miss);
  CHECK_RECEIVER(b, op_LoadMethod_slow);
  METHOD_WORD(m, e->slot->load(), op_LoadMethod_slow);
  METHOD_NEXT(m, b);
}
/// An attribute that takes no receiver: R[a] = EMPTY, R[a + 1] = m; the receiver is released when killed.
SLOW_HANDLER(LoadMethod_attribute) {
  SAVE();
  Value receiver = R[opb(pc)];
  bool kill = pc->kill & kKillB;
  if (kill) R[opb(pc)] = Value::empty();
  put(R, opa(pc), Value::empty());
  put(R, opa(pc) + 1, Value::from_bits(s0));
  if (kill) release_word(receiver);
  NEXT_DRAIN(LoadMethod);
}
HANDLER(LoadMethodOfClass) {
  Value b = R[opb(pc)];
  const auto* e = ic_entry<AttrEntry>(cache_word(pc, Op::kLoadMethod));
  if (TY_UNLIKELY(b.identity() != reinterpret_cast<uint64_t>(e->class_object))) TAIL(op_LoadMethod_miss);
  if (TY_UNLIKELY(load_version(static_cast<Type*>(e->class_object)) != e->version)) TAIL(op_LoadMethod_miss);
  METHOD_WORD(m, e->slot->load(), op_LoadMethod_slow);
  TAIL1(op_LoadMethod_attribute, m.bits);
}
HANDLER(LoadMethodModule) {
  Value b = R[opb(pc)];
  if (TY_UNLIKELY(!b.is_object())) TAIL(op_LoadMethod_miss);
  const auto* e = ic_entry<AttrEntry>(cache_word(pc, Op::kLoadMethod));
  Object* o = b.object();
  if (TY_UNLIKELY(o->type() != &module_type)) TAIL(op_LoadMethod_miss);
  const Dict& globals = static_cast<Module*>(o)->globals();
  if (TY_UNLIKELY(__atomic_load_n(&globals.key_version, __ATOMIC_ACQUIRE) != e->module_version)) TAIL(op_LoadMethod_miss);
  METHOD_WORD(m, e->slot->load(), op_LoadMethod_slow);
  TAIL1(op_LoadMethod_attribute, m.bits);
}

// --- items: the kinds that matter are told apart here ---
GENERIC_SLOW(LoadSubscript)
HANDLER(LoadSubscript) {
  Value b = R[opb(pc)], c = R[opc(pc)];
  if (TY_UNLIKELY(!b.is_object() || !c.is_small_int() || (pc->kill & kKillB))) TAIL(op_LoadSubscript_slow);
  Object* o = b.object();
  Type* type = o->type();
  auto index = static_cast<uint64_t>(c.small_int());
  if (TY_LIKELY(type == &list_type)) {
    auto* list = static_cast<List*>(o);
    Slot* items = list->items.load();
    if (TY_UNLIKELY(index >= static_cast<uint64_t>(list_size(*list)) || !items)) TAIL(op_LoadSubscript_slow);
    if (TY_UNLIKELY(index >= static_cast<uint64_t>(list_array(items)->capacity))) TAIL(op_LoadSubscript_slow);
    LOAD_NEXT(LoadSubscript, items[index].load(), op_LoadSubscript_slow);
  }
  if (type == &tuple_type) {
    auto* tuple = static_cast<Tuple*>(o);
    if (TY_UNLIKELY(index >= static_cast<uint64_t>(tuple->size))) TAIL(op_LoadSubscript_slow);
    LOAD_NEXT(LoadSubscript, tuple->items[index].load(), op_LoadSubscript_slow);
  }
  TAIL(op_LoadSubscript_slow);
}
GENERIC_SLOW(StoreSubscript)
HANDLER(StoreSubscript) {
  Value a = R[opa(pc)], b = R[opb(pc)], v = R[opc(pc)];
  if (TY_UNLIKELY(!a.is_object() || !b.is_small_int() || (pc->kill & (kKillA | kKillB)))) TAIL(op_StoreSubscript_slow);
  Object* o = a.object();
  if (TY_UNLIKELY(o->type() != &list_type || !(o->load_flags() & kLocal))) TAIL(op_StoreSubscript_slow);
  auto* list = static_cast<List*>(o);
  auto index = static_cast<uint64_t>(b.small_int());
  if (TY_UNLIKELY(index >= static_cast<uint64_t>(list->size))) TAIL(op_StoreSubscript_slow);
  Slot* slot = &list->items.load()[index];
  if (v.is_object()) {
    if (TY_UNLIKELY(!v.is_counted())) TAIL(op_StoreSubscript_slow);
    if (pc->kill & kKillC) {
      R[opc(pc)] = Value::empty();
      asm volatile("");
    } else {
      if (TY_UNLIKELY(!(v.object()->load_flags() & kLocal))) TAIL(op_StoreSubscript_slow);
      v.object()->ref_local++;
    }
  }
  uint64_t old = slot->raw();
  slot->set_raw(v.bits);
  pc += op_length(Op::kStoreSubscript);
  if (TY_UNLIKELY((old & 7) == 0 && old != 0)) TAIL1(op_drop_next, old);
  DISPATCH();
}
GENERIC(UnpackSequence)

GENERIC_SLOW(ListAppend)
HANDLER(ListAppend) {
  auto* list = static_cast<List*>(R[opa(pc)].object());
  Value v = R[opb(pc)];
  ssize n = list->size;
  if (TY_UNLIKELY(!list->is_local() || n >= list->allocated)) TAIL(op_ListAppend_slow);
  if (v.is_object()) {
    if (TY_UNLIKELY(!v.is_counted())) TAIL(op_ListAppend_slow);
    if (pc->kill & kKillB) {
      R[opb(pc)] = Value::empty();
      asm volatile("");
    } else {
      if (TY_UNLIKELY(!(v.object()->load_flags() & kLocal))) TAIL(op_ListAppend_slow);
      v.object()->ref_local++;
    }
  }
  list->items.load()[n].set_raw(v.bits);
  list->size = n + 1;
  NEXT(ListAppend);
}

// --- for loops ---
SLOW_HANDLER(ForIter_slow) {
  SAVE();
  Value iterator = R[opb(pc)];
  Value word = vm_for_iter(*t, iterator, pc, return_word(pc + op_length(Op::kForIter), opa(pc)));
  if (TY_UNLIKELY(word.bits == 0)) UNWIND();
  if (word.is_empty()) {
    if (t->base != R || t->pc != pc) TAIL(op_resume);
    clear_register(R, opb(pc));
    JUMP_DRAIN(jump_target(pc, Op::kForIter));
  }
  put(R, opa(pc), word);
  NEXT_DRAIN(ForIter);
}
SLOW_HANDLER(ForIter_list) {
  auto* it = static_cast<ListIterator*>(R[opb(pc)].object());
  Value sequence = Value::from_bits(it->sequence.raw());
  if (TY_UNLIKELY(!sequence || !(it->load_flags() & kLocal))) TAIL(op_ForIter_slow);
  List* list = sequence.as<List>();
  auto index = static_cast<uint64_t>(it->index);
  Slot* items = list->items.load();
  if (TY_UNLIKELY(index >= static_cast<uint64_t>(list_size(*list)) || !items)) TAIL(op_ForIter_slow);
  if (TY_UNLIKELY(index >= static_cast<uint64_t>(list_array(items)->capacity))) TAIL(op_ForIter_slow);
  Value item = items[index].load();
  if (TY_UNLIKELY(item.is_object() && (item.bits == 0 || (item.object()->load_flags() & (kLocal | kPrompt)) == kPrompt))) TAIL(op_ForIter_slow);
  it->index = static_cast<ssize>(index + 1);
  LOAD_NEXT(ForIter, item, op_ForIter_slow);
}
HANDLER(ForIter) {
  Object* o = R[opb(pc)].object();
  if (TY_UNLIKELY(!R[opb(pc)].is_object())) TAIL(op_ForIter_slow);
  Type* type = o->type();
  if (type == &range_iterator_type) {
    auto* it = static_cast<RangeIterator*>(o);
    int64_t remaining = it->remaining;
    if (TY_UNLIKELY(remaining <= 0 || !(o->load_flags() & kLocal))) TAIL(op_ForIter_slow);
    int64_t value = it->start;
    it->start = static_cast<int64_t>(static_cast<uint64_t>(value) + static_cast<uint64_t>(it->step));
    it->remaining = remaining - 1;
    WRITE_NEXT(ForIter, Value::small_int_unchecked(value));
  }
  if (type == &list_iterator_type) TAIL(op_ForIter_list);
  TAIL(op_ForIter_slow);
}

TY_OPS_END

namespace ty {
#if defined(TY_WIDE)
#define TY_H(name) wide::op_##name
#else
#define TY_H(name) narrow::op_##name
#endif
const SpecialHandlers TY_SPECIAL = {
    TY_H(LoadGlobalModule), TY_H(LoadGlobalBuiltin), TY_H(LoadAttrSlot),    TY_H(LoadAttrClass),     TY_H(LoadAttrMember),
    TY_H(LoadAttrOfClass),  TY_H(LoadAttrModule),    TY_H(LoadMethodClass), TY_H(LoadMethodPlain),   TY_H(LoadMethodOfClass),
    TY_H(LoadMethodModule), TY_H(StoreAttrSlot),     TY_H(StoreAttrAdd)};
#undef TY_H
}  // namespace ty
