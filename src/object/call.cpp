// Calling: every path ends in the operation table's `call`, in the vectorcall layout.
#include <cstring>

#include "object/abstract.h"
#include "object/instance.h"
#include "object/type_object.h"
#include "types/descriptors.h"
#include "types/dict.h"
#include "types/function.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

/// An array of borrowed Values, on the stack when short.
class ValueArray {
 public:
  explicit ValueArray(size_t n) {
    if (n > kInline) heap_ = static_cast<Value*>(allocate_buffer(n * sizeof(Value)));
    data_ = n > kInline ? heap_ : inline_;
  }
  ~ValueArray() {
    if (heap_) free_buffer(heap_);
  }
  ValueArray(const ValueArray&) = delete;
  Value* data() { return data_; }

 private:
  static constexpr size_t kInline = 16;
  Value inline_[kInline];
  Value* heap_ = nullptr;
  Value* data_;
};

}  // namespace

Result<Owned> call(Thread& t, Value callable, const Value* args, size_t nargs, Tuple* kwnames) {
  CallOp op = ops_of(callable).call;
  if (TY_UNLIKELY(!op)) return raise_type_error(t, "'%.200T' object is not callable", callable);
  TRY(check_native_stack(t, " while calling a Python object"));
  return op(t, callable, args, nargs, kwnames);
}
Result<Owned> call(Thread& t, Value callable) { return call(t, callable, nullptr, 0, nullptr); }
Result<Owned> call(Thread& t, Value callable, Value a) { return call(t, callable, &a, 1, nullptr); }
Result<Owned> call(Thread& t, Value callable, Value a, Value b) {
  Value args[] = {a, b};
  return call(t, callable, args, 2, nullptr);
}
Result<Owned> call(Thread& t, Value callable, Value a, Value b, Value c) {
  Value args[] = {a, b, c};
  return call(t, callable, args, 3, nullptr);
}

Result<Owned> call_with_tuple(Thread& t, Value callable, Tuple& args, Dict* kwargs) {
  size_t nargs = static_cast<size_t>(args.size);
  if (!kwargs || dict_length(*kwargs) == 0) return call(t, callable, args.values(), nargs, nullptr);
  size_t expected = static_cast<size_t>(dict_length(*kwargs));
  // The values need an owner for the time of the call: the dictionary may change under it.
  Ref<Tuple> names = TRY(tuple_new(t, static_cast<ssize>(expected)));
  Ref<Tuple> values = TRY(tuple_new(t, static_cast<ssize>(expected)));
  ssize position = 0;
  size_t n = 0;
  Owned key, value;
  while (n < expected && dict_next(*kwargs, &position, &key, &value)) {
    if (!is_str(key)) return raise_type_error(t, "keywords must be strings");
    names->items[n].init(std::move(key));
    values->items[n++].init(std::move(value));
  }
  if (n < expected) {  // it shrank meanwhile
    names = TRY(tuple_slice(t, *names, 0, static_cast<ssize>(n)));
  }
  ValueArray array(nargs + n);
  if (!array.data()) return raise_memory_error(t);
  for (size_t i = 0; i < nargs; i++) array.data()[i] = args.get(static_cast<ssize>(i));
  for (size_t i = 0; i < n; i++) array.data()[nargs + i] = values->get(static_cast<ssize>(i));
  return call(t, callable, array.data(), nargs, n ? names.get() : nullptr);
}

Result<Owned> call_method(Thread& t, Value object, Value name, const Value* args, size_t nargs, Tuple* kwnames) {
  Type* type = type_of(object);
  if (TY_LIKELY(type->info->ops.getattr == &object_generic_getattr)) {
    Owned found = borrow_or_dup(type_lookup(type, name));
    if (found && has_type_flag(type_of(found), kTypeMethodDescriptor)) {
      bool shadowed = false;
      Owned own;
      if (type->info->flags & kHasAttributes) {
        own = TRY(instance_get(t, object.object(), name));
        shadowed = !own.value().is_empty();
      } else if (type->dict_offset > 0) {
        Owned dict = dict_slot(object.object())->get();
        if (dict) {
          own = TRY(dict_get_name(t, *dict.value().as<Dict>(), name));
          shadowed = !own.value().is_empty();
        }
      }
      if (shadowed) return call(t, own, args, nargs, kwnames);
      size_t total = nargs + (kwnames ? static_cast<size_t>(kwnames->size) : 0);
      ValueArray array(total + 1);
      if (!array.data()) return raise_memory_error(t);
      array.data()[0] = object;
      if (total) memcpy(static_cast<void*>(array.data() + 1), args, total * sizeof(Value));
      return call(t, found, array.data(), nargs + 1, kwnames);
    }
  }
  Owned method = TRY(get_attribute(t, object, name));
  return call(t, method, args, nargs, kwnames);
}
Result<Owned> call_method(Thread& t, Value object, Value name, Value a) { return call_method(t, object, name, &a, 1, nullptr); }
Result<Owned> call_method(Thread& t, Value object, Value name, Value a, Value b) {
  Value args[] = {a, b};
  return call_method(t, object, name, args, 2, nullptr);
}

bool is_callable(Value v) { return ops_of(v).call != nullptr; }

Result<void> check_native_stack(Thread& t, const char* where) {
  if (TY_LIKELY(static_cast<char*>(__builtin_frame_address(0)) > t.native_limit)) return {};
  return raise_format(t, &exc_RecursionError, "maximum recursion depth exceeded%s", where);
}

}  // namespace ty
