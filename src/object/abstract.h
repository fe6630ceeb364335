// object/abstract.h: the object protocols: what native code calls to act on any Value.
//
// Every function here may run Python (the operand's type decides), may raise, and is a safepoint, unless it says otherwise; operands are
// borrowed. They dispatch through TypeInfo::ops and accept immediates. CPython: Objects/abstract.c, Objects/object.c, Objects/call.c.
#pragma once

#include "object/errors.h"
#include "object/names.h"

namespace ty {

// --- identity and singletons (never run Python) ---
extern Object none_object, ellipsis_object, not_implemented_object;
TY_INLINE Value none() { return Value::uncounted(&none_object); }
TY_INLINE Value ellipsis() { return Value::uncounted(&ellipsis_object); }
TY_INLINE Value not_implemented() { return Value::uncounted(&not_implemented_object); }
/// True and False have the layout of int (types/int.h).
struct alignas(16) BoolObject : Object {  // [const]
  uint64_t lv_tag;
  uint32_t digits[2];
};
extern BoolObject true_object, false_object;
TY_INLINE Value true_value() { return Value::uncounted(&true_object); }
TY_INLINE Value false_value() { return Value::uncounted(&false_object); }
TY_INLINE Value bool_value(bool b) { return b ? true_value() : false_value(); }
TY_INLINE Owned owned_none() { return Owned::steal(none()); }
TY_INLINE Owned owned_bool(bool b) { return Owned::steal(bool_value(b)); }
TY_INLINE bool is_none(Value v) { return v.identity() == none().identity(); }
TY_INLINE bool is_true(Value v) { return v.identity() == true_value().identity(); }
TY_INLINE bool is_false(Value v) { return v.identity() == false_value().identity(); }
TY_INLINE bool is_not_implemented(Value v) { return v.identity() == not_implemented().identity(); }
/// Python's `is`: pointers by address, exact ints and floats that have an immediate form by that form.
bool is_same(Value a, Value b);
/// Python's id(): an int Value.
Result<Owned> object_id(Thread& t, Value v);

// --- attributes ---
Result<Owned> get_attribute(Thread& t, Value object, Value name);
Result<Owned> get_attribute(Thread& t, Value object, const char* name);
/// AttributeError becomes Absent (and is not created where that can be avoided).
Lookup<Owned> find_attribute(Thread& t, Value object, Value name);
Result<void> set_attribute(Thread& t, Value object, Value name, Value value);
Result<void> delete_attribute(Thread& t, Value object, Value name);
/// object.__getattribute__ and object.__setattr__: the default implementations.
Result<Owned> object_generic_getattr(Thread& t, Value object, Value name);
Lookup<Owned> object_generic_find(Thread& t, Value object, Value name);
Result<void> object_generic_setattr(Thread& t, Value object, Value name, Value value_or_null);
/// A special method looked up on the type (never the instance), bound; Absent if the type lacks it.
Lookup<Owned> lookup_special(Thread& t, Value object, Value name);

// --- calls ---
Result<Owned> call(Thread& t, Value callable, const Value* args, size_t nargs, Tuple* kwnames = nullptr);
Result<Owned> call(Thread& t, Value callable);
Result<Owned> call(Thread& t, Value callable, Value a);
Result<Owned> call(Thread& t, Value callable, Value a, Value b);
Result<Owned> call(Thread& t, Value callable, Value a, Value b, Value c);
/// callable(*args, **kwargs); kwargs may be null.
Result<Owned> call_with_tuple(Thread& t, Value callable, Tuple& args, Dict* kwargs);
/// object.name(args…)
Result<Owned> call_method(Thread& t, Value object, Value name, const Value* args = nullptr, size_t nargs = 0, Tuple* kwnames = nullptr);
Result<Owned> call_method(Thread& t, Value object, Value name, Value a);
Result<Owned> call_method(Thread& t, Value object, Value name, Value a, Value b);
bool is_callable(Value v);

// --- conversion and comparison ---
Result<Owned> object_repr(Thread& t, Value v);   // exact or subclass of str
Result<Owned> object_str(Thread& t, Value v);
Result<Owned> object_ascii(Thread& t, Value v);
Result<Owned> object_format(Thread& t, Value v, Value spec);
Result<Owned> object_bytes(Thread& t, Value v);
Result<ssize> object_hash(Thread& t, Value v);
/// Truth; fast for None, bool and numbers.
Result<bool> object_is_true(Thread& t, Value v);
Result<Owned> object_compare(Thread& t, Value a, Value b, CompareOp op);
Result<bool> object_compare_bool(Thread& t, Value a, Value b, CompareOp op);  // identity implies ==
TY_INLINE Result<bool> object_equal(Thread& t, Value a, Value b) { return object_compare_bool(t, a, b, CompareOp::kEq); }
Result<bool> object_is_instance(Thread& t, Value object, Value cls);
Result<bool> object_is_subclass(Thread& t, Value derived, Value cls);
Result<Owned> object_dir(Thread& t, Value object_or_null);

// --- numbers ---
#define TY_BINARY(name) Result<Owned> number_##name(Thread& t, Value a, Value b);
TY_BINARY(add) TY_BINARY(subtract) TY_BINARY(multiply) TY_BINARY(remainder) TY_BINARY(divmod)
TY_BINARY(left_shift) TY_BINARY(right_shift) TY_BINARY(bit_and) TY_BINARY(bit_xor) TY_BINARY(bit_or)
TY_BINARY(floor_divide) TY_BINARY(true_divide) TY_BINARY(matrix_multiply)
TY_BINARY(inplace_add) TY_BINARY(inplace_subtract) TY_BINARY(inplace_multiply) TY_BINARY(inplace_remainder)
TY_BINARY(inplace_left_shift) TY_BINARY(inplace_right_shift) TY_BINARY(inplace_bit_and)
TY_BINARY(inplace_bit_xor) TY_BINARY(inplace_bit_or) TY_BINARY(inplace_floor_divide)
TY_BINARY(inplace_true_divide) TY_BINARY(inplace_matrix_multiply)
#undef TY_BINARY
Result<Owned> number_power(Thread& t, Value a, Value b, Value modulus);
Result<Owned> number_inplace_power(Thread& t, Value a, Value b, Value modulus);
Result<Owned> number_negative(Thread& t, Value v);
Result<Owned> number_positive(Thread& t, Value v);
Result<Owned> number_absolute(Thread& t, Value v);
Result<Owned> number_invert(Thread& t, Value v);
/// int(v), float(v), operator.index(v): exact int / float results where CPython's are.
Result<Owned> number_to_int(Thread& t, Value v);
Result<Owned> number_to_float(Thread& t, Value v);
Result<Owned> number_index(Thread& t, Value v);
/// __index__ as a C integer; `overflow_type` is raised when it does not fit (null: clips instead).
Result<ssize> number_as_ssize(Thread& t, Value v, Type* overflow_type);
Result<double> number_as_double(Thread& t, Value v);

// --- sequences, mappings, iteration ---
Result<ssize> object_length(Thread& t, Value v);
/// __len__, else __length_hint__, else `fallback`.
Result<ssize> object_length_hint(Thread& t, Value v, ssize fallback);
Result<Owned> get_item(Thread& t, Value container, Value key);
Result<void> set_item(Thread& t, Value container, Value key, Value value);
Result<void> delete_item(Thread& t, Value container, Value key);
Result<bool> object_contains(Thread& t, Value container, Value item);
Result<Owned> sequence_get(Thread& t, Value sequence, ssize index);
Result<Owned> get_iterator(Thread& t, Value iterable);
/// Next item; Absent at the end (StopIteration is swallowed).
Lookup<Owned> iterator_next(Thread& t, Value iterator);
/// The value a generator returned when its next operation last answered Absent, or null; taking it clears it. Take it before the step, too: it may
/// be of an earlier one. Set by vm/.
extern Owned (*g_take_stop_value)(Thread& t);
/// As iterator_next(); at the end *value gets the value of the StopIteration (None without one): what `yield from` and `await` answer.
Lookup<Owned> iterator_next_value(Thread& t, Value iterator, Owned* value);
/// `next` is the dispatcher of a Python class: its StopIteration may carry a value.
bool is_dispatched_next(NextOp next);
bool is_iterator(Value v);
bool is_sequence(Value v);
bool is_mapping(Value v);

// --- imports (set by vm/) ---
Result<Owned> import_module(Thread& t, const char* dotted_name);
/// import_module(module).attribute
Result<Owned> import_attribute(Thread& t, const char* module, const char* attribute);

/// Bounds native recursion: raises RecursionError "maximum recursion depth exceeded<where>" near the end of the native stack.
Result<void> check_native_stack(Thread& t, const char* where);
/// repr() recursion guard: true if `object` is being repr'ed by this thread already.
bool repr_enter(Thread& t, Value object);
void repr_leave(Thread& t, Value object);

}  // namespace ty
