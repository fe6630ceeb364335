// What a wrapper_descriptor does: the special method of a native type, called from Python.
#include "object/type_object.h"
#include "types/bytes.h"
#include "types/descriptors.h"
#include "types/float.h"
#include "types/int.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Raised raise_attribute(Thread& t, Value object, Value name, Ref<Str> message);

namespace {

Result<void> expect(Thread& t, size_t n, size_t nargs) {
  if (TY_LIKELY(n == nargs)) return {};
  return raise_type_error(t, "expected %zu argument%s, got %zu", n, n == 1 ? "" : "s", nargs);
}
Result<void> expect_range(Thread& t, size_t low, size_t high, size_t nargs) {
  if (nargs < low) {
    return raise_type_error(t, "expected at least %zu argument%s, got %zu", low, low == 1 ? "" : "s", nargs);
  }
  if (nargs > high) {
    return raise_type_error(t, "expected at most %zu argument%s, got %zu", high, high == 1 ? "" : "s", nargs);
  }
  return {};
}
template <class F>
F as(void* wrapped) {
  return reinterpret_cast<F>(wrapped);
}

/// object.__setattr__(cls, …) must not get round the metaclass.
Result<void> check_setattr(Thread& t, Value self, void* function, const char* what) {
  Type* type = type_of(self);
  // The most derived native class of self must be the one whose operation this is.
  while (type && is_heap_type(type)) type = type_base(type);
  for (Type* base = type; base; base = type_base(base)) {
    void* own = reinterpret_cast<void*>(base->info->ops.setattr);
    if (own == function) return {};
    if (base->info->def && base->info->def->ops && base->info->def->ops->setattr) {
      return raise_type_error(t, "can't apply this %s to %s object", what, type->name);
    }
  }
  return {};
}

}  // namespace

Result<Owned> wrapper_call(Thread& t, const WrapperDef& def, void* wrapped, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  if (TY_UNLIKELY(kwnames && kwnames->size) && def.kind != OpKind::Call && def.kind != OpKind::Init) {
    return raise_type_error(t, "wrapper %s() takes no keyword arguments", def.name);
  }
  switch (def.kind) {
    case OpKind::Unary:
      TRY(expect(t, 0, nargs));
      return as<UnaryOp>(wrapped)(t, self);
    case OpKind::Binary:
      TRY(expect(t, 1, nargs));
      if (def.variant == WrapperVariant::kReversed) return as<BinaryOp>(wrapped)(t, args[0], self);
      return as<BinaryOp>(wrapped)(t, self, args[0]);
    case OpKind::Power: {
      if (def.op == TypeOp::inplace_power) {
        TRY(expect(t, 1, nargs));
      } else {
        TRY(expect_range(t, 1, 2, nargs));
      }
      Value modulus = nargs == 2 ? args[1] : none();
      if (def.variant == WrapperVariant::kReversed) return as<PowerOp>(wrapped)(t, args[0], self, modulus);
      return as<PowerOp>(wrapped)(t, self, args[0], modulus);
    }
    case OpKind::Inquiry:
      TRY(expect(t, 0, nargs));
      return owned_bool(TRY(as<InquiryOp>(wrapped)(t, self)));
    case OpKind::Length:
    case OpKind::Hash:
      TRY(expect(t, 0, nargs));
      return int_from_int64(t, TRY(as<LengthOp>(wrapped)(t, self)));
    case OpKind::Contains:
      TRY(expect(t, 1, nargs));
      return owned_bool(TRY(as<ContainsOp>(wrapped)(t, self, args[0])));
    case OpKind::Repeat:
      TRY(expect(t, 1, nargs));
      return as<RepeatOp>(wrapped)(t, self, TRY(number_as_ssize(t, args[0], &exc_OverflowError)));
    case OpKind::Compare:
      TRY(expect(t, 1, nargs));
      return as<CompareOpFn>(wrapped)(t, self, args[0], def.compare);
    case OpKind::Next: {
      TRY(expect(t, 0, nargs));
      Owned stale = g_take_stop_value(t);
      Owned item = TRY(as<NextOp>(wrapped)(t, self));
      if (!item.value().is_empty()) return item;
      Owned returned = g_take_stop_value(t);
      return raise_stop_iteration(t, returned);
    }
    case OpKind::GetAttr:
      TRY(expect(t, 1, nargs));
      if (!is_str(args[0])) return raise_type_error(t, "attribute name must be string, not '%.200T'", args[0]);
      return as<GetAttrOp>(wrapped)(t, self, args[0]);
    case OpKind::SetAttr: {
      bool remove = def.variant == WrapperVariant::kDelete;
      TRY(expect(t, remove ? 1 : 2, nargs));
      TRY(check_setattr(t, self, wrapped, remove ? "__delattr__" : "__setattr__"));
      TRY(as<SetAttrOp>(wrapped)(t, self, args[0], remove ? Value() : args[1]));
      return owned_none();
    }
    case OpKind::SetItem: {
      bool remove = def.variant == WrapperVariant::kDelete;
      TRY(expect(t, remove ? 1 : 2, nargs));
      TRY(as<SetItemOp>(wrapped)(t, self, args[0], remove ? Value() : args[1]));
      return owned_none();
    }
    case OpKind::DescrGet: {
      TRY(expect_range(t, 1, 2, nargs));
      Value object = is_none(args[0]) ? Value() : args[0];
      Value type = nargs < 2 || is_none(args[1]) ? Value() : args[1];
      if (!object && !type) return raise_type_error(t, "__get__(None, None) is invalid");
      return as<DescrGetOp>(wrapped)(t, self, object, type);
    }
    case OpKind::DescrSet: {
      bool remove = def.variant == WrapperVariant::kDelete;
      TRY(expect(t, remove ? 1 : 2, nargs));
      TRY(as<DescrSetOp>(wrapped)(t, self, args[0], remove ? Value() : args[1]));
      return owned_none();
    }
    case OpKind::Call: return as<CallOp>(wrapped)(t, self, args, nargs, kwnames);
    case OpKind::Init:
      TRY(as<InitOp>(wrapped)(t, self, args, nargs, kwnames));
      return owned_none();
    case OpKind::Finalize:
      TRY(expect(t, 0, nargs));
      as<FinalizeOp>(wrapped)(t, self);
      return owned_none();
    case OpKind::GetBuffer: {
      TRY(expect(t, 1, nargs));
      TRY(number_as_ssize(t, args[0], &exc_OverflowError));
      return memoryview_from_object(t, self);
    }
    case OpKind::ReleaseBuffer:
      TRY(expect(t, 1, nargs));
      if (!is_instance(args[0], &memoryview_type)) return raise_type_error(t, "expected a memoryview object");
      return call_method(t, args[0], NAME("release"));
    case OpKind::New: break;
  }
  return raise_system_error(t, "bad wrapper");
}

// --- members ---
Result<Owned> member_get(Thread& t, Object* o, const MemberDef& def) {
  char* address = reinterpret_cast<char*>(o) + def.offset;
  switch (def.kind) {
    case MemberKind::kObject: {
      Owned v = reinterpret_cast<Slot*>(address)->get();
      if (!v) return owned_none();
      return v;
    }
    case MemberKind::kObjectEx: {
      Owned v = reinterpret_cast<Slot*>(address)->get();
      if (TY_UNLIKELY(!v)) {
        Value name = TRY(str_intern_utf8(t, def.name));
        Owned type = TRY(type_fully_qualified_name(t, o->type()));
        return raise_attribute(t, Value(o), name, TRY(str_from_format(t, "'%U' object has no attribute '%U'", type.value(), name)));
      }
      return v;
    }
    case MemberKind::kInt: return int_from_int64(t, __atomic_load_n(reinterpret_cast<int*>(address), __ATOMIC_RELAXED));
    case MemberKind::kUInt: return int_from_int64(t, __atomic_load_n(reinterpret_cast<uint32_t*>(address), __ATOMIC_RELAXED));
    case MemberKind::kSsize:
    case MemberKind::kLong: return int_from_int64(t, __atomic_load_n(reinterpret_cast<int64_t*>(address), __ATOMIC_RELAXED));
    case MemberKind::kULongLong: return int_from_uint64(t, __atomic_load_n(reinterpret_cast<uint64_t*>(address), __ATOMIC_RELAXED));
    case MemberKind::kBool: return owned_bool(__atomic_load_n(address, __ATOMIC_RELAXED) != 0);
    case MemberKind::kChar: return TRY(str_from_latin1(t, reinterpret_cast<uint8_t*>(address), 1));
    case MemberKind::kDouble: return float_from_double(t, *reinterpret_cast<double*>(address));
    case MemberKind::kFloat: return float_from_double(t, static_cast<double>(*reinterpret_cast<float*>(address)));
    case MemberKind::kString: {
      const char* text = *reinterpret_cast<const char**>(address);
      if (!text) return owned_none();
      return TRY(str_from_utf8(t, text));
    }
  }
  return raise_system_error(t, "bad member descriptor type");
}

Result<void> member_set(Thread& t, Object* o, const MemberDef& def, Value value) {
  char* address = reinterpret_cast<char*>(o) + def.offset;
  if (def.read_only) return raise_attribute_error(t, "readonly attribute");
  if (!value && def.kind != MemberKind::kObject && def.kind != MemberKind::kObjectEx) {
    return raise_type_error(t, "can't delete numeric/char attribute");
  }
  switch (def.kind) {
    case MemberKind::kObject:
    case MemberKind::kObjectEx: {
      auto* slot = reinterpret_cast<Slot*>(address);
      if (value) {
        slot->store(o, dup(value));
        return {};
      }
      Owned old = slot->clear(o);
      if (!old && def.kind == MemberKind::kObjectEx) {
        Value name = TRY(str_intern_utf8(t, def.name));
        return raise_no_attribute(t, Value(o), name);
      }
      return {};
    }
    case MemberKind::kInt: {
      ssize n = TRY(number_as_ssize(t, value, &exc_OverflowError));
      __atomic_store_n(reinterpret_cast<int*>(address), static_cast<int>(n), __ATOMIC_RELAXED);
      return {};
    }
    case MemberKind::kUInt: {
      ssize n = TRY(number_as_ssize(t, value, &exc_OverflowError));
      __atomic_store_n(reinterpret_cast<uint32_t*>(address), static_cast<uint32_t>(n), __ATOMIC_RELAXED);
      return {};
    }
    case MemberKind::kSsize:
    case MemberKind::kLong: {
      ssize n = TRY(number_as_ssize(t, value, &exc_OverflowError));
      __atomic_store_n(reinterpret_cast<int64_t*>(address), n, __ATOMIC_RELAXED);
      return {};
    }
    case MemberKind::kULongLong: {
      uint64_t n = TRY(convert_uint64(t, value));
      __atomic_store_n(reinterpret_cast<uint64_t*>(address), n, __ATOMIC_RELAXED);
      return {};
    }
    case MemberKind::kBool:
      if (!is_true(value) && !is_false(value)) return raise_type_error(t, "attribute value type must be bool");
      __atomic_store_n(address, static_cast<char>(is_true(value)), __ATOMIC_RELAXED);
      return {};
    case MemberKind::kChar: {
      if (!is_str(value) || value.as<Str>()->length != 1 || value.as<Str>()->at(0) > 255) {
        return raise_type_error(t, "bad argument type for built-in operation");
      }
      __atomic_store_n(address, static_cast<char>(value.as<Str>()->at(0)), __ATOMIC_RELAXED);
      return {};
    }
    case MemberKind::kDouble:
      *reinterpret_cast<double*>(address) = TRY(number_as_double(t, value));
      return {};
    case MemberKind::kFloat:
      *reinterpret_cast<float*>(address) = static_cast<float>(TRY(number_as_double(t, value)));
      return {};
    case MemberKind::kString: return raise_type_error(t, "readonly attribute");
  }
  return raise_system_error(t, "bad memberdescr type for %s", def.name);
}

}  // namespace ty
