// vm/slow/attr.cpp: attributes, methods, super.
#include "object/instance.h"
#include "object/type_object.h"
#include "types/descriptors.h"
#include "types/tuple.h"
#include "vm/slow/lookup.h"
#include "vm/slow/slow.h"

namespace ty {

bool slow_LoadAttr(Thread& t, Value* R, const Value* K, Ins i) { return finish_b(R, i, get_attribute(t, R[i.b], K[i.c])); }

bool slow_StoreAttr(Thread& t, Value* R, const Value* K, Ins i) {
  if (!set_attribute(t, R[i.a], K[i.c], R[i.b]).ok()) return false;
  kill_ab(R, i);
  return true;
}
bool slow_DeleteAttr(Thread& t, Value* R, const Value* K, Ins i) {
  if (!delete_attribute(t, R[i.a], K[i.c]).ok()) return false;
  if (i.kill & kKillA) clear_register(R, i.a);
  return true;
}

MethodLookup vm_find_method(Thread& t, Value object, Value name) {
  Type* type = type_of(object);
  GetAttrOp getattr = type->info->ops.getattr;
  if (getattr == object_generic_getattr && object.is_object()) {
    Value descr = type_lookup(type, name);
    if (descr && descr.is_object() && has_type_flag(descr.object()->type(), kTypeMethodDescriptor)) {
      Object* o = object.object();
      Owned method = borrow_or_dup(descr);
      Owned own = Owned::steal(Value::empty());
      if (type_layout(type).flags & kHasAttributes) {
        own = instance_get(t, o, name).take();
      } else if (Slot* slot = dict_slot(o)) {
        Owned dict = slot->get();
        if (dict) own = dict_get_name(t, *dict.value().as<Dict>(), name).take();
      }
      if (!own) return {Owned(), false};
      if (!own.value().is_empty()) return {std::move(own), false};
      return {std::move(method), true};
    }
  } else if (!object.is_object() || getattr == object_generic_getattr) {
    Value descr = type_lookup(type, name);
    if (descr && descr.is_object() && has_type_flag(descr.object()->type(), kTypeMethodDescriptor)) return {borrow_or_dup(descr), true};
  }
  auto r = get_attribute(t, object, name);
  if (!r.ok()) return {Owned(), false};
  return {r.take(), false};
}

/// Writes what LoadMethod leaves: a method and its receiver, or EMPTY and an attribute.
static void put_method(Value* R, const Ins& i, MethodLookup m, bool move_receiver) {
  Value receiver = R[i.b];
  if (m.is_method) {
    Value self = receiver;
    if (!move_receiver) self = copy_word(receiver);
    else R[i.b] = Value::empty();
    put(R, i.a, std::move(m.value));
    put(R, i.a + 1, self);
    return;
  }
  if (move_receiver) R[i.b] = Value::empty();
  put(R, i.a, Value::empty());
  put(R, i.a + 1, std::move(m.value));
  if (move_receiver) release_word(receiver);
}

bool slow_LoadMethod(Thread& t, Value* R, const Value* K, Ins i) {
  MethodLookup m = vm_find_method(t, R[i.b], K[i.c]);
  if (!m.value) return false;
  put_method(R, i, std::move(m), i.kill & kKillB);
  return true;
}

bool slow_LoadSpecial(Thread& t, Value* R, const Value*, Ins i) {
  Value object = R[i.b];
  Type* type = type_of(object);
  auto special = static_cast<SpecialMethod>(i.c);
  Value name = special == SpecialMethod::kEnter    ? NAME("__enter__")
               : special == SpecialMethod::kExit   ? NAME("__exit__")
               : special == SpecialMethod::kAEnter ? NAME("__aenter__")
                                                   : NAME("__aexit__");
  Value descr = type_lookup(type, name);
  if (!descr) {
    switch (special) {
      case SpecialMethod::kEnter:
        (void)raise_type_error(t, "'%.200T' object does not support the context manager protocol", object);
        break;
      case SpecialMethod::kExit:
        (void)raise_type_error(t, "'%.200T' object does not support the context manager protocol (missed __exit__ method)", object);
        break;
      case SpecialMethod::kAEnter:
        (void)raise_type_error(t, "'%.200T' object does not support the asynchronous context manager protocol", object);
        break;
      case SpecialMethod::kAExit:
        (void)raise_type_error(t, "'%.200T' object does not support the asynchronous context manager protocol (missed __aexit__ method)", object);
        break;
    }
    return false;
  }
  if (descr.is_object() && has_type_flag(descr.object()->type(), kTypeMethodDescriptor)) {
    put_method(R, i, {borrow_or_dup(descr), true}, i.a == i.b);
    return true;
  }
  Owned held = borrow_or_dup(descr);
  auto r = descriptor_get(t, held, object, Value(type));
  if (!r.ok()) return false;
  put_method(R, i, {r.take(), false}, i.a == i.b);
  return true;
}

// --- super ---

namespace {

/// super(cls, self) found by the look-up of the name `super`: null: raised.
Owned make_super(Thread& t, Value* R, uint32_t b) {
  Value found = R[b + 2];
  auto r = found.identity() == Value(&super_type).identity() ? call(t, found, R[b], R[b + 1]) : call(t, found);
  if (!r.ok()) return {};
  return r.take();
}

}  // namespace

bool slow_LoadSuperAttr(Thread& t, Value* R, const Value* K, Ins i) {
  Owned super = make_super(t, R, i.b);
  if (!super) return false;
  auto r = get_attribute(t, super, K[i.c]);
  if (!r.ok()) return false;
  Value word = r.take().release();
  clear_run(R, i.b, 3);
  put(R, i.a, word);
  return true;
}

bool slow_LoadSuperMethod(Thread& t, Value* R, const Value* K, Ins i) {
  Value found = R[i.b + 2], cls = R[i.b], self = R[i.b + 1];
  if (found.identity() == Value(&super_type).identity() && is_type(cls)) {
    // The plain case: self is an instance of cls (or a class, in class methods, which takes the general way).
    Type* start = cls.as<Type>();
    Type* type = type_of(self);
    if (is_subtype(type, start)) {
      Tuple* mro = type_mro(type);
      ssize n = mro->size, k = 0;
      while (k < n && mro->get(k).as<Type>() != start) k++;
      for (k++; k < n; k++) {
        Type* base = mro->get(k).as<Type>();
        Dict* dict = type_dict(base);
        Value v = dict ? dict_find_name(*dict, K[i.c]) : Value();
        if (!v) continue;
        if (v.is_object() && has_type_flag(v.object()->type(), kTypeMethodDescriptor)) {
          Owned method = borrow_or_dup(v);
          Value receiver = R[i.b + 1];
          R[i.b + 1] = Value::empty();
          clear_register(R, i.b);
          clear_register(R, i.b + 2);
          put(R, i.a, std::move(method));
          put(R, i.a + 1, receiver);
          return true;
        }
        break;
      }
    }
  }
  Owned super = make_super(t, R, i.b);
  if (!super) return false;
  auto r = get_attribute(t, super, K[i.c]);
  if (!r.ok()) return false;
  Value word = r.take().release();
  clear_run(R, i.b, 3);
  put(R, i.a, Value::empty());
  put(R, i.a + 1, word);
  return true;
}

}  // namespace ty
