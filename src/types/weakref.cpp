#include "types/weakref.h"

#include "mem/heap.h"
#include "object/binding.h"
#include "object/type_object.h"
#include "types/bytes.h"
#include "types/generic_alias.h"
#include "types/list.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

Slot& callback_of(WeakRef& ref) { return *reinterpret_cast<Slot*>(&ref.callback); }

Result<Owned> make(Thread& t, Type* type, Value referent, Value callback) {
  if (!referent.is_object() || !supports_weakrefs(type_of(referent))) {
    return raise_type_error(t, "cannot create weak reference to '%T' object", referent);
  }
  if (callback && is_none(callback)) callback = Value();
  bool shareable = !callback && (type == &weakref_type || type == &weak_proxy_type || type == &weak_callable_proxy_type);
  if (shareable) {
    if (WeakRef* known = weakref_lookup(t, referent.object(), type)) return Owned::steal(Value(known));
  }
  Object* o = allocate_object(t, type, static_cast<size_t>(type->basicsize));
  if (!o) return raise_memory_error(t);
  auto ref = Ref<WeakRef>::steal(static_cast<WeakRef*>(o));
  ref->hash = -1;
  callback_of(*ref).init(dup(callback));
  weakref_attach(ref.get(), referent.object());
  return Owned(std::move(ref));
}

Result<Owned> ref_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  if (type == &weakref_type && kwnames && kwnames->size) return raise_type_error(t, "ReferenceType() takes no keyword arguments");
  if (nargs < 1) return raise_type_error(t, "__new__ expected at least 1 argument, got 0");
  if (nargs > 2) return raise_type_error(t, "__new__ expected at most 2 arguments, got %zu", nargs);
  return make(t, type, args[0], nargs > 1 ? args[1] : Value());
}
Result<void> ref_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  if (kwnames && kwnames->size) return raise_type_error(t, "ref() takes no keyword arguments");
  if (nargs < 1) return raise_type_error(t, "__init__ expected at least 1 argument, got 0");
  if (nargs > 2) return raise_type_error(t, "__init__ expected at most 2 arguments, got %zu", nargs);
  return {};
}
Result<Owned> ref_call(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  if (kwnames && kwnames->size) return raise_type_error(t, "weakref() takes no keyword arguments");
  if (nargs) return raise_type_error(t, "weakref expected 0 arguments, got %zu", nargs);
  Owned referent = weakref_referent(t, self);
  return referent ? std::move(referent) : owned_none();
}
Result<ssize> ref_hash(Thread& t, Value self) {
  auto* ref = self.as<WeakRef>();
  ssize known = __atomic_load_n(&ref->hash, __ATOMIC_RELAXED);
  if (known != -1) return known;
  Owned referent = weakref_referent(t, self);
  if (!referent) return raise_type_error(t, "weak object has gone away");
  ssize h = TRY(object_hash(t, referent));
  __atomic_store_n(&ref->hash, h, __ATOMIC_RELAXED);
  return h;
}
Result<Owned> ref_compare(Thread& t, Value a, Value b, CompareOp op) {
  if ((op != CompareOp::kEq && op != CompareOp::kNe) || !is_weakref(a) || !is_weakref(b)) return Owned::steal(not_implemented());
  Owned x = weakref_referent(t, a), y = weakref_referent(t, b);
  if (!x || !y) return owned_bool((a.identity() == b.identity()) == (op == CompareOp::kEq));
  return object_compare(t, x, y, op);
}
Result<Owned> ref_repr(Thread& t, Value self) {
  Owned referent = weakref_referent(t, self);
  if (!referent) return TRY(str_from_format(t, "<weakref at %p; dead>", self.object()));
  Owned name = TRY(lookup_special(t, referent, NAME("__name__")));
  if (name.value().is_empty() || !is_str(name)) {
    return TRY(str_from_format(t, "<weakref at %p; to '%T' at %p>", self.object(), referent.value(), referent.value().object()));
  }
  return TRY(str_from_format(t, "<weakref at %p; to '%T' at %p (%U)>", self.object(), referent.value(), referent.value().object(), name.value()));
}
Result<Owned> ref_callback(Thread& t, Value self) {
  Owned callback = callback_of(*self.as<WeakRef>()).get();
  if (!callback || !weakref_is_alive(self.as<WeakRef>())) return owned_none();
  return callback;
}
Result<Owned> ref_class_getitem(Thread& t, Type& type, Value item) { return generic_alias_new(t, Value(&type), item); }
void ref_release(Object* self) { weakref_detach(static_cast<WeakRef*>(self)); }

constexpr MethodDef kRefMethods[] = {class_method<&ref_class_getitem>("__class_getitem__", "($type, object, /)", "See PEP 585"), {}};
constexpr GetSetDef kRefGetSet[] = {getter<&ref_callback>("__callback__"), {}};
constexpr uint16_t kSlots[] = {offsetof(WeakRef, callback)};
constexpr TypeOps kRefOps = {.repr = ref_repr, .hash = ref_hash, .call = ref_call, .compare = ref_compare, .init = ref_init, .create = ref_create};

// --- proxies ---
/// The referent of a proxy; other values are themselves.
Result<Owned> unwrap(Thread& t, Value v) {
  if (!is_weak_proxy(v)) return borrow_or_dup(v);
  Owned referent = weakref_referent(t, v);
  if (!referent) return raise_format(t, &exc_ReferenceError, "weakly-referenced object no longer exists");
  return referent;
}

template <auto F>
Result<Owned> proxy_unary(Thread& t, Value v) {
  Owned x = TRY(unwrap(t, v));
  return F(t, x);
}
template <auto F>
Result<Owned> proxy_binary(Thread& t, Value a, Value b) {
  Owned x = TRY(unwrap(t, a)), y = TRY(unwrap(t, b));
  return F(t, x, y);
}
template <auto F>
Result<Owned> proxy_power(Thread& t, Value a, Value b, Value c) {
  Owned x = TRY(unwrap(t, a)), y = TRY(unwrap(t, b)), z = TRY(unwrap(t, c));
  return F(t, x, y, z);
}
Result<Owned> proxy_repr(Thread& t, Value self) {
  Owned referent = weakref_referent(t, self);
  if (!referent) return TRY(str_from_format(t, "<weakproxy at %p; dead>", self.object()));
  return TRY(str_from_format(t, "<weakproxy at %p; to '%T' at %p>", self.object(), referent.value(), referent.value().object()));
}
Result<Owned> proxy_getattr(Thread& t, Value self, Value name) {
  Owned x = TRY(unwrap(t, self));
  return get_attribute(t, x, name);
}
Result<void> proxy_setattr(Thread& t, Value self, Value name, Value value) {
  Owned x = TRY(unwrap(t, self));
  return value ? set_attribute(t, x, name, value) : delete_attribute(t, x, name);
}
Result<Owned> proxy_compare(Thread& t, Value a, Value b, CompareOp op) {
  Owned x = TRY(unwrap(t, a)), y = TRY(unwrap(t, b));
  return object_compare(t, x, y, op);
}
Result<bool> proxy_truth(Thread& t, Value self) {
  Owned x = TRY(unwrap(t, self));
  return object_is_true(t, x);
}
Result<ssize> proxy_length(Thread& t, Value self) {
  Owned x = TRY(unwrap(t, self));
  return object_length(t, x);
}
Result<bool> proxy_contains(Thread& t, Value self, Value item) {
  Owned x = TRY(unwrap(t, self));
  return object_contains(t, x, item);
}
Result<void> proxy_set_item(Thread& t, Value self, Value key, Value value) {
  Owned x = TRY(unwrap(t, self));
  return value ? set_item(t, x, key, value) : delete_item(t, x, key);
}
Lookup<Owned> proxy_next(Thread& t, Value self) {
  Owned x = TRY(unwrap(t, self));
  if (!is_iterator(x)) return raise_type_error(t, "Weakref proxy referenced a non-iterator '%.200T' object", x.value());
  return iterator_next(t, x);
}
Result<Owned> proxy_call(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  Owned x = TRY(unwrap(t, self));
  return call(t, x, args, nargs, kwnames);
}
Result<ssize> proxy_hash(Thread& t, Value self) { return raise_type_error(t, "unhashable type: '%.200T'", self); }
Result<Owned> proxy_bytes(Thread& t, Value self) {
  Owned x = TRY(unwrap(t, self));
  return call_method(t, x, NAME("__bytes__"));
}
Result<Owned> proxy_reversed(Thread& t, Value self) {
  Owned x = TRY(unwrap(t, self));
  return call_method(t, x, NAME("__reversed__"));
}
constexpr MethodDef kProxyMethods[] = {method<&proxy_bytes>("__bytes__", "($self, /)", nullptr),
                                       method<&proxy_reversed>("__reversed__", "($self, /)", nullptr), {}};

consteval TypeOps proxy_ops(bool callable) {
  TypeOps ops;
  ops.repr = proxy_repr;
  ops.str = proxy_unary<&object_str>;
  ops.hash = proxy_hash;
  ops.getattr = proxy_getattr;
  ops.setattr = proxy_setattr;
  ops.compare = proxy_compare;
  ops.iter = proxy_unary<&get_iterator>;
  ops.next = proxy_next;
  ops.add = proxy_binary<&number_add>;
  ops.subtract = proxy_binary<&number_subtract>;
  ops.multiply = proxy_binary<&number_multiply>;
  ops.remainder = proxy_binary<&number_remainder>;
  ops.divmod = proxy_binary<&number_divmod>;
  ops.power = proxy_power<&number_power>;
  ops.negative = proxy_unary<&number_negative>;
  ops.positive = proxy_unary<&number_positive>;
  ops.absolute = proxy_unary<&number_absolute>;
  ops.truth = proxy_truth;
  ops.invert = proxy_unary<&number_invert>;
  ops.left_shift = proxy_binary<&number_left_shift>;
  ops.right_shift = proxy_binary<&number_right_shift>;
  ops.bit_and = proxy_binary<&number_bit_and>;
  ops.bit_xor = proxy_binary<&number_bit_xor>;
  ops.bit_or = proxy_binary<&number_bit_or>;
  ops.to_int = proxy_unary<&number_to_int>;
  ops.to_float = proxy_unary<&number_to_float>;
  ops.inplace_add = proxy_binary<&number_inplace_add>;
  ops.inplace_subtract = proxy_binary<&number_inplace_subtract>;
  ops.inplace_multiply = proxy_binary<&number_inplace_multiply>;
  ops.inplace_remainder = proxy_binary<&number_inplace_remainder>;
  ops.inplace_power = proxy_power<&number_inplace_power>;
  ops.inplace_left_shift = proxy_binary<&number_inplace_left_shift>;
  ops.inplace_right_shift = proxy_binary<&number_inplace_right_shift>;
  ops.inplace_bit_and = proxy_binary<&number_inplace_bit_and>;
  ops.inplace_bit_xor = proxy_binary<&number_inplace_bit_xor>;
  ops.inplace_bit_or = proxy_binary<&number_inplace_bit_or>;
  ops.floor_divide = proxy_binary<&number_floor_divide>;
  ops.true_divide = proxy_binary<&number_true_divide>;
  ops.inplace_floor_divide = proxy_binary<&number_inplace_floor_divide>;
  ops.inplace_true_divide = proxy_binary<&number_inplace_true_divide>;
  ops.index = proxy_unary<&number_index>;
  ops.matrix_multiply = proxy_binary<&number_matrix_multiply>;
  ops.inplace_matrix_multiply = proxy_binary<&number_inplace_matrix_multiply>;
  ops.length = proxy_length;
  ops.subscript = proxy_binary<&get_item>;
  ops.set_subscript = proxy_set_item;
  ops.contains = proxy_contains;
  if (callable) ops.call = proxy_call;
  return ops;
}
constexpr TypeOps kProxyOps = proxy_ops(false);
constexpr TypeOps kCallableProxyOps = proxy_ops(true);
constexpr TypeLayout kLayout = {.slot_offsets = kSlots, .slot_count = 1, .flags = kCollectable | kFoundByTables, .release = ref_release};

}  // namespace

Result<Owned> weakref_new(Thread& t, Value referent, Value callback) { return make(t, &weakref_type, referent, callback); }
Result<Owned> weak_proxy_new(Thread& t, Value referent, Value callback) {
  return make(t, is_callable(referent) ? &weak_callable_proxy_type : &weak_proxy_type, referent, callback);
}
Owned weakref_referent(Thread& t, Value ref) {
  Object* o = weakref_get(t, ref.as<WeakRef>());
  return o ? Owned::steal(Value(o)) : Owned();
}
Result<Owned> first_weakref_of(Thread& t, Value v) {
  if (WeakRef* known = weakref_lookup(t, v.object(), &weakref_type)) return Owned::steal(Value(known));
  WeakRef* first = nullptr;
  if (weakref_list(t, v.object(), &first, 1) && first) return Owned::steal(Value(first));
  return owned_none();
}

constexpr TypeDef kWeakRefDef = {.name = "weakref.ReferenceType", .size = sizeof(WeakRef), .flags = kTypeBase, .layout = kLayout, .ops = &kRefOps,
    .methods = kRefMethods, .getset = kRefGetSet};
constexpr TypeDef kWeakProxyDef = {.name = "weakref.ProxyType", .size = sizeof(WeakRef), .flags = kTypeDisallowInstantiation, .layout = kLayout,
    .ops = &kProxyOps, .methods = kProxyMethods};
constexpr TypeDef kWeakCallableProxyDef = {.name = "weakref.CallableProxyType", .size = sizeof(WeakRef), .flags = kTypeDisallowInstantiation,
    .layout = kLayout, .ops = &kCallableProxyOps, .methods = kProxyMethods};
Type weakref_type, weak_proxy_type, weak_callable_proxy_type;

}  // namespace ty
