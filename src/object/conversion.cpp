// Identity, conversion to text, hashing, truth, comparison, isinstance.
#include <vector>

#include "object/abstract.h"
#include "object/type_object.h"
#include "types/bytes.h"
#include "types/descriptors.h"
#include "types/dict.h"
#include "types/exceptions.h"
#include "types/float.h"
#include "types/int.h"
#include "types/list.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

/// The word by which `is` compares: exact ints and floats that have an immediate form in that form.
uint64_t identity_word(Value v) {
  if (v.is_object()) {
    Object* o = v.object();
    if (o->type() == &int_type) {
      bool fits;
      int64_t n = int_as_int64(v, &fits);
      if (fits && Value::fits_small_int(n)) return Value::small_int_unchecked(n).bits;
    } else if (o->type() == &float_type) {
      Value small = Value::small_float_or_null(v.as<Float>()->value);
      if (small.bits) return small.bits;
    }
    return v.identity();
  }
  return v.bits;
}

thread_local std::vector<uint64_t> repr_stack;

}  // namespace

bool is_same(Value a, Value b) {
  if (a.identity() == b.identity()) return true;
  if (a.is_object() && b.is_object()) {
    Type* type = a.object()->type();
    if (type != b.object()->type() || (type != &int_type && type != &float_type)) return false;
  } else if (!a.is_object() && !b.is_object()) {
    return false;
  }
  return identity_word(a) == identity_word(b);
}

Result<Owned> object_id(Thread& t, Value v) {
  uint64_t word = identity_word(v);
  bool immediate = (word & 5) != 0;
  return int_from_uint64(t, immediate ? word | uint64_t{1} << 63 : word);
}

bool repr_enter(Thread& t, Value object) {
  for (uint64_t word : repr_stack) {
    if (word == object.identity()) return true;
  }
  repr_stack.push_back(object.identity());
  return false;
}
void repr_leave(Thread& t, Value object) {
  for (size_t i = repr_stack.size(); i-- > 0;) {
    if (repr_stack[i] == object.identity()) {
      repr_stack.erase(repr_stack.begin() + static_cast<ssize>(i));
      return;
    }
  }
}

Result<Owned> object_repr(Thread& t, Value v) {
  if (!v) return TRY(str_from_ascii(t, "<NULL>"));
  TRY(check_native_stack(t, " while getting the repr of an object"));
  Owned text = TRY(ops_of(v).repr(t, v));
  if (TY_UNLIKELY(!is_str(text))) return raise_type_error(t, "__repr__ returned non-string (type %.200T)", text.value());
  return text;
}

Result<Owned> object_str(Thread& t, Value v) {
  if (!v) return TRY(str_from_ascii(t, "<NULL>"));
  if (is_exact<Str>(v)) return borrow_or_dup(v);
  UnaryOp op = ops_of(v).str;
  if (!op) return object_repr(t, v);
  TRY(check_native_stack(t, " while getting the str of an object"));
  Owned text = TRY(op(t, v));
  if (TY_UNLIKELY(!is_str(text))) return raise_type_error(t, "__str__ returned non-string (type %.200T)", text.value());
  return text;
}

Result<Owned> object_ascii(Thread& t, Value v) {
  Owned text = TRY(object_repr(t, v));
  auto& s = *text.value().as<Str>();
  if (s.is_ascii()) return text;
  StrWriter out(t);
  for (ssize i = 0; i < s.length; i++) {
    char32_t c = s.at(i);
    if (c < 0x80) {
      TRY(out.put(c));
      continue;
    }
    char buffer[16];
    int n = snprintf(buffer, sizeof buffer, c <= 0xff ? "\\x%02x" : c <= 0xffff ? "\\u%04x" : "\\U%08x", static_cast<unsigned>(c));
    TRY(out.ascii({buffer, static_cast<size_t>(n)}));
  }
  return TRY(out.finish());
}

Result<Owned> object_format(Thread& t, Value v, Value spec) {
  if (spec && !is_str(spec)) return raise_system_error(t, "Format specifier must be a string, not %.200T", spec);
  if (!spec || spec.as<Str>()->length == 0) {
    if (is_exact<Str>(v)) return borrow_or_dup(v);
    if (is_exact_int(v)) return object_str(t, v);
    spec = g_empty_str;
  }
  Owned method = TRY(lookup_special(t, v, NAME("__format__")));
  if (method.value().is_empty()) return raise_type_error(t, "Type %.100T doesn't define __format__", v);
  Owned text = TRY(call(t, method, spec));
  if (!is_str(text)) return raise_type_error(t, "__format__ must return a str, not %.200T", text.value());
  return text;
}

Result<Owned> object_bytes(Thread& t, Value v) {
  if (is_exact<Bytes>(v)) return borrow_or_dup(v);
  Owned method = TRY(lookup_special(t, v, NAME("__bytes__")));
  if (!method.value().is_empty()) {
    Owned result = TRY(call(t, method));
    if (!is_instance(result, &bytes_type)) return raise_type_error(t, "__bytes__ returned non-bytes (type %.200T)", result.value());
    return result;
  }
  if (has_buffer(v)) {
    BytesLike view;
    TRY(view.acquire(t, v));
    return TRY(bytes_new(t, view.view()));
  }
  return TRY(bytes_from_object_rpy(t, v));
}

Result<ssize> object_hash(Thread& t, Value v) { return ops_of(v).hash(t, v); }

Result<bool> object_is_true(Thread& t, Value v) {
  if (v.is_small_int()) return v.small_int() != 0;
  if (v.is_small_float()) return v.small_float() != 0.0;
  if (is_true(v)) return true;
  if (is_false(v) || is_none(v)) return false;
  const TypeOps& ops = ops_of(v);
  if (ops.truth) return ops.truth(t, v);
  if (ops.length) return TRY(ops.length(t, v)) != 0;
  return true;
}

namespace {
constexpr CompareOp kSwapped[] = {CompareOp::kGt, CompareOp::kGe, CompareOp::kEq, CompareOp::kNe, CompareOp::kLt, CompareOp::kLe};
constexpr const char* kSymbols[] = {"<", "<=", "==", "!=", ">", ">="};

bool compare_numbers(int64_t a, int64_t b, CompareOp op) {
  switch (op) {
    case CompareOp::kLt: return a < b;
    case CompareOp::kLe: return a <= b;
    case CompareOp::kEq: return a == b;
    case CompareOp::kNe: return a != b;
    case CompareOp::kGt: return a > b;
    case CompareOp::kGe: return a >= b;
  }
  return false;
}
}  // namespace

Result<Owned> object_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (a.is_small_int() && b.is_small_int()) return owned_bool(compare_numbers(a.small_int(), b.small_int(), op));
  Type *ta = type_of(a), *tb = type_of(b);
  if (a.is_object() || b.is_object()) TRY(check_native_stack(t, " in comparison"));
  CompareOp swapped = kSwapped[static_cast<int>(op)];
  bool reversed_done = false;
  if (ta != tb && is_subtype(tb, ta)) {
    if (CompareOpFn f = tb->info->ops.compare) {
      reversed_done = true;
      Owned x = TRY(f(t, b, a, swapped));
      if (!is_not_implemented(x)) return x;
    }
  }
  if (CompareOpFn f = ta->info->ops.compare) {
    Owned x = TRY(f(t, a, b, op));
    if (!is_not_implemented(x)) return x;
  }
  if (!reversed_done) {
    if (CompareOpFn f = tb->info->ops.compare) {
      Owned x = TRY(f(t, b, a, swapped));
      if (!is_not_implemented(x)) return x;
    }
  }
  if (op == CompareOp::kEq) return owned_bool(is_same(a, b));
  if (op == CompareOp::kNe) return owned_bool(!is_same(a, b));
  return raise_type_error(t, "'%s' not supported between instances of '%.100T' and '%.100T'", kSymbols[static_cast<int>(op)], a, b);
}

Result<bool> object_compare_bool(Thread& t, Value a, Value b, CompareOp op) {
  if (is_same(a, b)) {
    if (op == CompareOp::kEq) return true;
    if (op == CompareOp::kNe) return false;
  }
  Owned x = TRY(object_compare(t, a, b, op));
  if (TY_LIKELY(is_true(x))) return true;
  if (is_false(x)) return false;
  return object_is_true(t, x);
}

// --- isinstance, issubclass ---
namespace {

/// cls.__bases__ if that is a tuple.
Lookup<Owned> abstract_bases(Thread& t, Value cls) {
  Owned bases = TRY(find_attribute(t, cls, NAME("__bases__")));
  if (bases.value().is_empty() || !is_instance(bases, &tuple_type)) return Absent{};
  return bases;
}

Result<bool> abstract_is_subclass(Thread& t, Value derived_in, Value cls) {
  Owned derived = dup(derived_in);
  while (true) {
    if (derived.value().identity() == cls.identity()) return true;
    Owned bases = TRY(abstract_bases(t, derived));
    if (bases.value().is_empty()) return false;
    auto* items = bases.value().as<Tuple>();
    if (items->size == 0) return false;
    if (items->size == 1) {
      derived = items->items[0].get();
      continue;
    }
    TRY(check_native_stack(t, " in __issubclass__"));
    for (ssize i = 0; i < items->size; i++) {
      Owned item = items->items[i].get();
      if (TRY(abstract_is_subclass(t, item, cls))) return true;
    }
    return false;
  }
}

Result<void> check_class(Thread& t, Value cls, const char* error) {
  Owned bases = TRY(abstract_bases(t, cls));
  if (bases.value().is_empty()) return raise_type_error(t, "%s", error);
  return {};
}

}  // namespace

Result<bool> object_real_is_instance(Thread& t, Value object, Value cls) {
  if (is_type(cls)) {
    if (is_instance(object, cls.as<Type>())) return true;
    Owned claimed = TRY(find_attribute(t, object, NAME("__class__")));
    if (!claimed.value().is_empty() && is_type(claimed) && claimed.value().object() != type_of(object)) {
      return is_subtype(claimed.value().as<Type>(), cls.as<Type>());
    }
    return false;
  }
  TRY(check_class(t, cls, "isinstance() arg 2 must be a type, a tuple of types, or a union"));
  Owned claimed = TRY(find_attribute(t, object, NAME("__class__")));
  if (claimed.value().is_empty()) return false;
  return abstract_is_subclass(t, claimed, cls);
}

Result<bool> object_real_is_subclass(Thread& t, Value derived, Value cls) {
  if (is_type(cls) && is_type(derived)) return is_subtype(derived.as<Type>(), cls.as<Type>());
  TRY(check_class(t, derived, "issubclass() arg 1 must be a class"));
  TRY(check_class(t, cls, "issubclass() arg 2 must be a class, a tuple of classes, or a union"));
  return abstract_is_subclass(t, derived, cls);
}

Result<bool> object_is_instance(Thread& t, Value object, Value cls) {
  if (type_of(object) == cls.object() && cls.is_object()) return true;
  if (type_of(cls) == &type_type) return object_real_is_instance(t, object, cls);
  if (is_instance(cls, &tuple_type)) {
    TRY(check_native_stack(t, " in __instancecheck__"));
    auto* items = cls.as<Tuple>();
    for (ssize i = 0; i < items->size; i++) {
      Owned item = items->items[i].get();
      if (TRY(object_is_instance(t, object, item))) return true;
    }
    return false;
  }
  Owned checker = TRY(lookup_special(t, cls, NAME("__instancecheck__")));
  if (!checker.value().is_empty()) {
    TRY(check_native_stack(t, " in __instancecheck__"));
    Owned answer = TRY(call(t, checker, object));
    return object_is_true(t, answer);
  }
  return object_real_is_instance(t, object, cls);
}

Result<bool> object_is_subclass(Thread& t, Value derived, Value cls) {
  if (type_of(cls) == &type_type) {
    if (derived.identity() == cls.identity()) return true;
    return object_real_is_subclass(t, derived, cls);
  }
  if (is_instance(cls, &tuple_type)) {
    TRY(check_native_stack(t, " in __subclasscheck__"));
    auto* items = cls.as<Tuple>();
    for (ssize i = 0; i < items->size; i++) {
      Owned item = items->items[i].get();
      if (TRY(object_is_subclass(t, derived, item))) return true;
    }
    return false;
  }
  Owned checker = TRY(lookup_special(t, cls, NAME("__subclasscheck__")));
  if (!checker.value().is_empty()) {
    TRY(check_native_stack(t, " in __subclasscheck__"));
    Owned answer = TRY(call(t, checker, derived));
    return object_is_true(t, answer);
  }
  return object_real_is_subclass(t, derived, cls);
}

Result<Owned> object_dir(Thread& t, Value object) {
  Owned names;
  if (object) {
    Owned method = TRY(lookup_special(t, object, NAME("__dir__")));
    if (method.value().is_empty()) return raise_type_error(t, "object does not provide __dir__");
    names = TRY(call(t, method));
  } else {
    Owned locals = TRY(import_attribute(t, "builtins", "locals"));
    Owned mapping = TRY(call(t, locals));
    names = TRY(call_method(t, mapping, NAME("keys")));
  }
  Ref<List> list = TRY(list_from_iterable_rpy(t, names));
  TRY(list_sort_rpy(t, *list, none(), false));
  return Owned(std::move(list));
}

}  // namespace ty
