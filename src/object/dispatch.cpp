// Operations of Python classes: dispatchers that call the special method, and the choice between a dispatcher and a native function.
#include <array>
#include <unordered_map>
#include <vector>

#include "object/abstract.h"
#include "object/op_table.h"
#include "object/type_object.h"
#include "types/bytes.h"
#include "types/descriptors.h"
#include "types/exceptions.h"
#include "types/function.h"
#include "types/int.h"
#include "types/iterators.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Result<ssize> object_hash_not_implemented(Thread& t, Value v);
const MethodDef& new_wrapper_def();

namespace {

/// Calls `found`, an attribute of type(self), as a method: self goes first.
template <size_t n>
Result<Owned> call_found(Thread& t, Value found, Value self, std::array<Value, n> args) {
  if (TY_LIKELY(has_type_flag(type_of(found), kTypeMethodDescriptor))) {
    Value all[n + 1] = {self};
    for (size_t i = 0; i < n; i++) all[i + 1] = args[i];
    return call(t, found, all, n + 1, nullptr);
  }
  Owned bound = TRY(descriptor_get(t, found, self, Value(type_of(self))));
  return call(t, bound, args.data(), n, nullptr);
}

/// type(self).name(self, args…); Absent if there is no such method.
template <class... A>
Lookup<Owned> call_maybe(Thread& t, Value self, Value name, A... args) {
  Owned found = borrow_or_dup(type_lookup(type_of(self), name));
  if (TY_UNLIKELY(!found)) return Absent{};
  return TRY(call_found<sizeof...(A)>(t, found, self, std::array<Value, sizeof...(A)>{args...}));
}
template <class... A>
Result<Owned> call_special(Thread& t, Value self, Value name, A... args) {
  Owned result = TRY(call_maybe(t, self, name, args...));
  if (TY_UNLIKELY(result.value().is_empty())) return raise_no_attribute(t, self, name);
  return result;
}
template <class... A>
Result<Owned> call_or_not_implemented(Thread& t, Value self, Value name, A... args) {
  Owned result = TRY(call_maybe(t, self, name, args...));
  if (TY_UNLIKELY(result.value().is_empty())) return Owned::steal(not_implemented());
  return result;
}

template <class N>
Result<Owned> dispatch_unary(Thread& t, Value self) {
  return call_special(t, self, N::name());
}
template <class N>
Result<Owned> dispatch_binary(Thread& t, Value self, Value other) {
  return call_special(t, self, N::name(), other);
}
/// Both ways round; see CPython's SLOT1BINFULL.
template <class N>
Result<Owned> dispatch_operator(Thread& t, Value a, Value b) {
  Type *ta = type_of(a), *tb = type_of(b);
  auto mine = [](Type* type) { return type->info->ops.*N::field == &dispatch_operator<N>; };
  bool try_other = ta != tb && mine(tb);
  if (mine(ta)) {
    if (try_other && is_subtype(tb, ta)) {
      Value theirs = type_lookup(tb, N::reversed_name()), ours = type_lookup(ta, N::reversed_name());
      if (theirs && theirs.identity() != ours.identity()) {
        Owned x = TRY(call_or_not_implemented(t, b, N::reversed_name(), a));
        if (!is_not_implemented(x)) return x;
        try_other = false;
      }
    }
    Owned x = TRY(call_or_not_implemented(t, a, N::name(), b));
    if (!is_not_implemented(x) || ta == tb) return x;
  }
  if (try_other) return call_or_not_implemented(t, b, N::reversed_name(), a);
  return Owned::steal(not_implemented());
}

Result<Owned> dispatch_power(Thread& t, Value a, Value b, Value modulus) {
  auto mine = [](Type* type) { return type->info->ops.power == &dispatch_power; };
  Type *ta = type_of(a), *tb = type_of(b);
  if (!is_none(modulus)) {
    if (mine(ta)) return call_special(t, a, NAME("__pow__"), b, modulus);
    return Owned::steal(not_implemented());
  }
  bool try_other = ta != tb && mine(tb);
  if (mine(ta)) {
    if (try_other && is_subtype(tb, ta)) {
      Value theirs = type_lookup(tb, NAME("__rpow__")), ours = type_lookup(ta, NAME("__rpow__"));
      if (theirs && theirs.identity() != ours.identity()) {
        Owned x = TRY(call_or_not_implemented(t, b, NAME("__rpow__"), a));
        if (!is_not_implemented(x)) return x;
        try_other = false;
      }
    }
    Owned x = TRY(call_or_not_implemented(t, a, NAME("__pow__"), b));
    if (!is_not_implemented(x) || ta == tb) return x;
  }
  if (try_other) return call_or_not_implemented(t, b, NAME("__rpow__"), a);
  return Owned::steal(not_implemented());
}
Result<Owned> dispatch_inplace_power(Thread& t, Value a, Value b, Value modulus) { return call_special(t, a, NAME("__ipow__"), b); }

Result<bool> dispatch_truth(Thread& t, Value self) {
  Owned x = TRY(call_special(t, self, NAME("__bool__")));
  if (is_true(x)) return true;
  if (is_false(x)) return false;
  return raise_type_error(t, "__bool__ should return bool, returned %.200T", x.value());
}
Result<ssize> dispatch_length(Thread& t, Value self) {
  Owned x = TRY(call_special(t, self, NAME("__len__")));
  Owned index = TRY(number_index(t, x));
  if (int_sign(index) < 0) return raise_value_error(t, "__len__() should return >= 0");
  return number_as_ssize(t, index, &exc_OverflowError);
}
Result<ssize> dispatch_hash(Thread& t, Value self) {
  Owned x = TRY(call_maybe(t, self, NAME("__hash__")));
  if (x.value().is_empty()) return object_hash_not_implemented(t, self);
  if (!is_int(x)) return raise_type_error(t, "__hash__ method should return an integer");
  bool fits;
  int64_t h = int_as_int64(x, &fits);
  if (!fits) h = int_hash(x);
  return h == -1 ? -2 : h;
}
Result<bool> dispatch_contains(Thread& t, Value self, Value item) {
  Owned found = borrow_or_dup(type_lookup(type_of(self), NAME("__contains__")));
  if (found && is_none(found)) return raise_type_error(t, "'%.200T' object is not a container", self);
  if (found) {
    Owned x = TRY(call_found<1>(t, found, self, {item}));
    return object_is_true(t, x);
  }
  Owned it = TRY(get_iterator(t, self));
  while (true) {
    Owned next = TRY(iterator_next(t, it));
    if (next.value().is_empty()) return false;
    if (TRY(object_equal(t, next, item))) return true;
  }
}
Result<Owned> dispatch_compare(Thread& t, Value self, Value other, CompareOp op) {
  Value name;
  switch (op) {
    case CompareOp::kLt: name = NAME("__lt__"); break;
    case CompareOp::kLe: name = NAME("__le__"); break;
    case CompareOp::kEq: name = NAME("__eq__"); break;
    case CompareOp::kNe: name = NAME("__ne__"); break;
    case CompareOp::kGt: name = NAME("__gt__"); break;
    case CompareOp::kGe: name = NAME("__ge__"); break;
  }
  return call_or_not_implemented(t, self, name, other);
}
Result<Owned> dispatch_iter(Thread& t, Value self) {
  Owned found = borrow_or_dup(type_lookup(type_of(self), NAME("__iter__")));
  if (found && is_none(found)) return raise_type_error(t, "'%.200T' object is not iterable", self);
  if (found) return call_found<0>(t, found, self, {});
  if (!type_lookup(type_of(self), NAME("__getitem__"))) return raise_type_error(t, "'%.200T' object is not iterable", self);
  return sequence_iterator_new(t, self);
}
Lookup<Owned> dispatch_next(Thread& t, Value self) {
  auto called = call_special(t, self, NAME("__next__"));
  if (TY_LIKELY(called.ok())) return called.take();
  if (!exception_matches(t, &exc_StopIteration)) return Raised{};
  clear_exception(t);
  return Absent{};
}
Result<Owned> dispatch_getattribute(Thread& t, Value self, Value name) { return call_special(t, self, NAME("__getattribute__"), name); }
/// __getattribute__, then __getattr__.
Result<Owned> dispatch_getattr_hook(Thread& t, Value self, Value name) {
  Type* type = type_of(self);
  Owned hook = borrow_or_dup(type_lookup(type, NAME("__getattr__")));
  if (!hook) return dispatch_getattribute(t, self, name);
  Owned getter = borrow_or_dup(type_lookup(type, NAME("__getattribute__")));
  bool plain = getter && type_of(getter) == &wrapper_descriptor_type &&
               getter.value().as<WrapperDescriptor>()->wrapped == reinterpret_cast<void*>(&object_generic_getattr);
  if (plain) {
    auto found = object_generic_find(t, self, name);
    if (TY_LIKELY(found.found())) return found.take();
    if (found.raised()) {
      if (!exception_matches(t, &exc_AttributeError)) return Raised{};
      clear_exception(t);
    }
  } else {
    auto got = call_found<1>(t, getter, self, {name});
    if (got.ok()) return got;
    if (!exception_matches(t, &exc_AttributeError)) return Raised{};
    clear_exception(t);
  }
  return call_found<1>(t, hook, self, {name});
}
Result<void> dispatch_setattr(Thread& t, Value self, Value name, Value value) {
  if (value) {
    TRY(call_special(t, self, NAME("__setattr__"), name, value));
  } else {
    TRY(call_special(t, self, NAME("__delattr__"), name));
  }
  return {};
}
Result<void> dispatch_set_subscript(Thread& t, Value self, Value key, Value value) {
  if (value) {
    TRY(call_special(t, self, NAME("__setitem__"), key, value));
  } else {
    TRY(call_special(t, self, NAME("__delitem__"), key));
  }
  return {};
}
Result<Owned> dispatch_descr_get(Thread& t, Value self, Value object, Value type) {
  Owned found = borrow_or_dup(type_lookup(type_of(self), NAME("__get__")));
  if (!found) return borrow_or_dup(self);
  // Not bound: the function found in the class gets self as it is.
  Value args[] = {self, object ? object : none(), type ? type : none()};
  if (has_type_flag(type_of(found), kTypeMethodDescriptor)) return call(t, found, args, 3, nullptr);
  Owned bound = TRY(descriptor_get(t, found, self, Value(type_of(self))));
  return call(t, bound, args + 1, 2, nullptr);
}
Result<void> dispatch_descr_set(Thread& t, Value self, Value object, Value value) {
  if (value) {
    Owned x = TRY(call_maybe(t, self, NAME("__set__"), object, value));
    if (x.value().is_empty()) return raise_attribute_error(t, "__set__");
  } else {
    Owned x = TRY(call_maybe(t, self, NAME("__delete__"), object));
    if (x.value().is_empty()) return raise_attribute_error(t, "__delete__");
  }
  return {};
}
Result<Owned> dispatch_call(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  Owned method = TRY(lookup_special(t, self, NAME("__call__")));
  if (method.value().is_empty()) return raise_type_error(t, "'%.200T' object is not callable", self);
  return call(t, method, args, nargs, kwnames);
}
Result<void> dispatch_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  Owned method = TRY(lookup_special(t, self, NAME("__init__")));
  if (method.value().is_empty()) return raise_no_attribute(t, self, NAME("__init__"));
  Owned x = TRY(call(t, method, args, nargs, kwnames));
  if (!is_none(x)) return raise_type_error(t, "__init__() should return None, not '%.200T'", x.value());
  return {};
}
Result<Owned> dispatch_new(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  Owned method = TRY(get_attribute(t, Value(type), NAME("__new__")));
  size_t total = nargs + (kwnames ? static_cast<size_t>(kwnames->size) : 0);
  std::vector<Value> all;
  Value few[8];
  Value* array = few;
  if (total + 1 > 8) {
    all.resize(total + 1);
    array = all.data();
  }
  array[0] = Value(type);
  for (size_t i = 0; i < total; i++) array[i + 1] = args[i];
  return call(t, method, array, nargs + 1, kwnames);
}
void dispatch_finalize(Thread& t, Value self) {
  Ref<Object> pending = take_exception(t);
  Owned found = borrow_or_dup(type_lookup(type_of(self), NAME("__del__")));
  if (found) {
    auto called = call_found<0>(t, found, self, {});
    if (!called.ok()) write_unraisable_rpy(t, found);
  }
  restore_exception(t, std::move(pending));
}
Result<void> dispatch_get_buffer(Thread& t, Value self, Buffer& out, int flags) {
  Owned view = TRY(call_special(t, self, NAME("__buffer__"), Value::small_int_unchecked(flags)));
  if (!is_instance(view, &memoryview_type)) return raise_type_error(t, "__buffer__ returned non-memoryview object");
  return buffer_from_view(t, self, view, out, flags);
}

// --- the table of dispatchers ---
#define OP(field_name, kind, text, doc)                    \
  struct Name_##field_name {                               \
    static Value name() { return NAME(text); }             \
  };
#define ROP(field_name, text, rtext, doc, rdoc)                             \
  struct Name_##field_name {                                                \
    static Value name() { return NAME(text); }                              \
    static Value reversed_name() { return NAME(rtext); }                    \
    static constexpr BinaryOp TypeOps::*field = &TypeOps::field_name;       \
  };
#include "object/special_methods.def"
#undef OP
#undef ROP

template <OpKind kind, class N>
void* generic() {
  if constexpr (kind == OpKind::Unary) return reinterpret_cast<void*>(&dispatch_unary<N>);
  else if constexpr (kind == OpKind::Binary) return reinterpret_cast<void*>(&dispatch_binary<N>);
  else return nullptr;
}

}  // namespace

void* op_dispatcher(TypeOp op) {
  auto pointer = [](auto* f) { return reinterpret_cast<void*>(f); };
  switch (op) {
    case TypeOp::concat: case TypeOp::repeat: case TypeOp::inplace_concat: case TypeOp::inplace_repeat: case TypeOp::release_buffer: return nullptr;
    case TypeOp::hash: return pointer(&dispatch_hash);
    case TypeOp::call: return pointer(&dispatch_call);
    case TypeOp::getattr: return pointer(&dispatch_getattribute);
    case TypeOp::setattr: return pointer(&dispatch_setattr);
    case TypeOp::compare: return pointer(&dispatch_compare);
    case TypeOp::iter: return pointer(&dispatch_iter);
    case TypeOp::next: return pointer(&dispatch_next);
    case TypeOp::descr_get: return pointer(&dispatch_descr_get);
    case TypeOp::descr_set: return pointer(&dispatch_descr_set);
    case TypeOp::init: return pointer(&dispatch_init);
    case TypeOp::create: return pointer(&dispatch_new);
    case TypeOp::finalize: return pointer(&dispatch_finalize);
    case TypeOp::power: return pointer(&dispatch_power);
    case TypeOp::inplace_power: return pointer(&dispatch_inplace_power);
    case TypeOp::truth: return pointer(&dispatch_truth);
    case TypeOp::length: return pointer(&dispatch_length);
    case TypeOp::set_subscript: return pointer(&dispatch_set_subscript);
    case TypeOp::contains: return pointer(&dispatch_contains);
    case TypeOp::get_buffer: return pointer(&dispatch_get_buffer);
    default: break;
  }
  switch (op) {
#define OP(field, kind, text, doc) \
  case TypeOp::field: return generic<OpKind::kind, Name_##field>();
#define ROP(field, text, rtext, doc, rdoc) \
  case TypeOp::field: return reinterpret_cast<void*>(&dispatch_operator<Name_##field>);
#include "object/special_methods.def"
#undef OP
#undef ROP
    default: return nullptr;
  }
}

bool is_dispatched_next(NextOp op) { return op == &dispatch_next; }

namespace {

struct OpNames {
  std::unordered_map<Object*, std::vector<TypeOp>> by_name;
  std::vector<std::pair<Value, const WrapperDef*>> rows[kTypeOpCount];
  OpNames(Thread& t) {
    const WrapperDef* defs = wrapper_rows();
    for (size_t i = 0; i < kWrapperCount; i++) {
      Value name = MUST(str_intern_utf8(t, defs[i].name));  // start-up
      rows[static_cast<size_t>(defs[i].op)].push_back({name, &defs[i]});
      add(name, defs[i].op);
    }
    add(NAME("__new__"), TypeOp::create);
    add(NAME("__getattr__"), TypeOp::getattr);
  }
  void add(Value name, TypeOp op) {
    auto& ops = by_name[name.object()];
    for (TypeOp known : ops) {
      if (known == op) return;
    }
    ops.push_back(op);
  }
};
OpNames& op_names(Thread& t) {
  static OpNames names(t);
  return names;
}

void* choose(Thread& t, Type* type, TypeOp op) {
  if (op == TypeOp::create) {
    Value found = type_lookup(type, NAME("__new__"));
    if (!found) return nullptr;
    if (is_exact<NativeFunction>(found) && found.as<NativeFunction>()->def == &new_wrapper_def()) {
      return reinterpret_cast<void*>(found.as<NativeFunction>()->self.load_as<Type>()->info->ops.create);
    }
    return reinterpret_cast<void*>(&dispatch_new);
  }
  if (op == TypeOp::getattr && type_lookup(type, NAME("__getattr__"))) return reinterpret_cast<void*>(&dispatch_getattr_hook);
  void* specific = nullptr;
  bool generic_needed = false;
  for (auto& [name, def] : op_names(t).rows[static_cast<size_t>(op)]) {
    Value found = type_lookup(type, name);
    if (!found) continue;
    if (type_of(found) == &wrapper_descriptor_type) {
      auto* wrapper = found.as<WrapperDescriptor>();
      if (wrapper->def == def && is_subtype(type, wrapper->owner.load_as<Type>())) {
        if (!specific || specific == wrapper->wrapped) {
          specific = wrapper->wrapped;
        } else {
          generic_needed = true;
        }
        continue;
      }
      // The same name belongs to two operations (add and concat): this wrapper is the other's.
      if (wrapper->def->op != op && std::string_view(wrapper->def->name) == def->name &&
          is_subtype(type, wrapper->owner.load_as<Type>())) {
        continue;
      }
    }
    if (op == TypeOp::hash && is_none(found)) {
      specific = reinterpret_cast<void*>(&object_hash_not_implemented);
      continue;
    }
    generic_needed = true;
  }
  return generic_needed ? op_dispatcher(op) : specific;
}

void update_tree(Thread& t, Type* type, TypeOp op) {
  if (is_heap_type(type)) {
    __atomic_store_n(op_word(type->info->ops, op), choose(t, type, op), __ATOMIC_RELEASE);
    if (op == TypeOp::finalize && type->info->ops.finalize) __atomic_fetch_or(&type->info->flags, uint32_t{kHasFinalizer}, __ATOMIC_RELAXED);
  }
  size_t n = type_copy_subclasses(type, nullptr, 0);
  if (!n) return;
  std::vector<Type*> below(n);
  size_t now = type_copy_subclasses(type, below.data(), n);
  for (size_t i = 0; i < n && i < now; i++) update_tree(t, below[i], op);
}

}  // namespace

void type_update_ops(Thread& t, Type* type) {
  for (size_t i = 0; i < kTypeOpCount; i++) {
    TypeOp op = static_cast<TypeOp>(i);
    __atomic_store_n(op_word(type->info->ops, op), choose(t, type, op), __ATOMIC_RELEASE);
  }
  if (type->info->ops.finalize) type->info->flags |= kHasFinalizer;
}

void type_update_own_op(Thread& t, Type* type, Value name) {
  auto& names = op_names(t).by_name;
  auto found = names.find(name.object());
  if (found == names.end()) return;
  for (TypeOp op : found->second) __atomic_store_n(op_word(type->info->ops, op), choose(t, type, op), __ATOMIC_RELEASE);
  if (type->info->ops.finalize) type->info->flags |= kHasFinalizer;
}

void type_update_op(Thread& t, Type* type, Value name) {
  auto& names = op_names(t).by_name;
  auto found = names.find(name.object());
  if (found == names.end()) return;
  for (TypeOp op : found->second) update_tree(t, type, op);
}

}  // namespace ty
