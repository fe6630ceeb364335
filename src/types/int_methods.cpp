// int and bool as Python sees them.
#include <string>

#include "base/format_spec.h"
#include "mem/heap.h"
#include "object/binding.h"
#include "types/bytes.h"
#include "types/float.h"
#include "types/int_internal.h"
#include "types/number_format.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Type int_type, bool_type;

namespace {

Owned not_implemented_result() { return Owned::steal(not_implemented()); }

#define INT_BINARY(name)                                                    \
  Result<Owned> int_slot_##name(Thread& t, Value a, Value b) {              \
    if (TY_UNLIKELY(!is_int(a) || !is_int(b))) return not_implemented_result(); \
    return int_##name(t, a, b);                                             \
  }
INT_BINARY(add) INT_BINARY(subtract) INT_BINARY(multiply) INT_BINARY(remainder) INT_BINARY(divmod)
INT_BINARY(left_shift) INT_BINARY(right_shift) INT_BINARY(bit_and) INT_BINARY(bit_or) INT_BINARY(bit_xor)
INT_BINARY(floor_divide) INT_BINARY(true_divide)
#undef INT_BINARY

Result<Owned> int_slot_power(Thread& t, Value a, Value b, Value modulus) {
  if (!is_int(a) || !is_int(b)) return not_implemented_result();
  if (!modulus.is_null() && !is_none(modulus) && !is_int(modulus)) return not_implemented_result();
  return int_power(t, a, b, modulus);
}

Result<Owned> int_slot_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (TY_UNLIKELY(!is_int(a) || !is_int(b))) return not_implemented_result();
  int order = int_compare(a, b);
  switch (op) {
    case CompareOp::kLt: return owned_bool(order < 0);
    case CompareOp::kLe: return owned_bool(order <= 0);
    case CompareOp::kEq: return owned_bool(order == 0);
    case CompareOp::kNe: return owned_bool(order != 0);
    case CompareOp::kGt: return owned_bool(order > 0);
    case CompareOp::kGe: return owned_bool(order >= 0);
  }
  __builtin_unreachable();
}

Result<Owned> int_dunder_repr(Thread& t, Value v) { return int_to_str(t, v, 10); }
Result<ssize> int_dunder_hash(Thread& t, Value v) { return static_cast<ssize>(int_hash(v)); }
Result<bool> int_dunder_bool(Thread& t, Value v) { return int_sign(v) != 0; }
Result<Owned> int_dunder_float(Thread& t, Value v) {
  double d = TRY(int_as_double(t, v));
  return float_from_double(t, d);
}

/// int(x): a number, or text.
Result<Owned> int_from_any_rpy(Thread& t, Value x) {
  if (is_exact_int(x)) return int_exact(t, x);
  const TypeOps& ops = ops_of(x);
  if (ops.to_int == nullptr && ops.index == nullptr) {
    if (is_str(x) || is_bytes(x) || is_instance(x, &bytearray_type)) return int_parse(t, x, 10);
    if (has_buffer(x)) return int_parse(t, x, 10);
  }
  return number_to_int(t, x);
}

Result<Owned> int_new(Thread& t, Type& type, Value x, Value base) {
  if (x.is_null()) {
    if (!base.is_null()) return raise_type_error(t, "int() missing string argument");
    x = Value::small_int_unchecked(0);
    base = Value();
  }
  Owned made;
  if (base.is_null()) {
    made = TRY(int_from_any_rpy(t, x));
  } else {
    ssize b = TRY(number_as_ssize(t, base, nullptr));
    if ((b != 0 && b < 2) || b > 36) return raise_value_error(t, "int() base must be >= 2 and <= 36, or 0");
    if (!is_str(x) && !is_bytes(x) && !is_instance(x, &bytearray_type))
      return raise_type_error(t, "int() can't convert non-string with explicit base");
    made = TRY(int_parse(t, x, static_cast<int>(b)));
  }
  if (&type == &int_type) return int_exact(t, made);
  return int_allocate(t, &type, IntOperand(made));
}

Result<Owned> int_conjugate(Thread& t, Value self) { return int_exact(t, self); }
Owned int_imag(Thread& t, Value) { return Owned::steal(Value::small_int_unchecked(0)); }
Owned int_denominator(Thread& t, Value) { return Owned::steal(Value::small_int_unchecked(1)); }
ssize int_bit_length(Thread& t, Value self) { return static_cast<ssize>(big::bit_length(IntOperand(self))); }
ssize int_bit_count(Thread& t, Value self) { return static_cast<ssize>(big::bit_count(IntOperand(self))); }
bool int_is_integer(Thread& t, Value) { return true; }

Result<big::ByteOrder> byte_order(Thread& t, Opt<Str&> name) {
  if (!name || str_equal_ascii(*name, "big")) return big::ByteOrder::kBig;
  if (str_equal_ascii(*name, "little")) return big::ByteOrder::kLittle;
  return raise_value_error(t, "byteorder must be either 'little' or 'big'");
}

Result<Owned> int_to_bytes(Thread& t, Value self, ssize length, Opt<Str&> order_name, bool is_signed) {
  big::ByteOrder order = TRY(byte_order(t, order_name));
  if (length < 0) return raise_value_error(t, "length argument must be non-negative");
  Ref<Bytes> bytes = TRY(bytes_new(t, nullptr, length));
  // The empty bytes object is shared: nothing may be written to it.
  uint8_t nothing;
  uint8_t* out = length == 0 ? &nothing : reinterpret_cast<uint8_t*>(bytes->data());
  switch (big::to_bytes(IntOperand(self), out, static_cast<size_t>(length), order,
                        is_signed ? big::Signedness::kSigned : big::Signedness::kUnsigned)) {
    case big::ToBytes::kOk: return Owned(std::move(bytes));
    case big::ToBytes::kNegative: return raise_overflow_error(t, "can't convert negative int to unsigned");
    case big::ToBytes::kTooBig: break;
  }
  return raise_overflow_error(t, "int too big to convert");
}

Result<Owned> int_from_bytes_method(Thread& t, Type& type, Value source, Opt<Str&> order_name, bool is_signed) {
  big::ByteOrder order = TRY(byte_order(t, order_name));
  Owned bytes = TRY(object_bytes(t, source));
  auto view = bytes.value().as<Bytes>()->view();
  Owned made = TRY(int_from_bytes(t, reinterpret_cast<const uint8_t*>(view.data()), view.size(),
                                  order == big::ByteOrder::kLittle, is_signed));
  if (&type == &int_type) return made;
  return call(t, Value(&type), made);
}

Result<Owned> int_as_integer_ratio(Thread& t, Value self) {
  Owned numerator = TRY(int_exact(t, self));
  Ref<Tuple> pair = TRY(tuple_pack(t, numerator, Value::small_int_unchecked(1)));
  return Owned(std::move(pair));
}

Result<Owned> int_dunder_round(Thread& t, Value self, Value digits) {
  if (digits.is_null()) return int_exact(t, self);
  Owned index = TRY(number_index(t, digits));
  if (int_sign(index) >= 0) return int_exact(t, self);
  // To the nearest multiple of 10**n, half to even: self - r, r the signed remainder nearest to zero.
  IntOperand operand(self);
  bool fits;
  int64_t n = int_as_int64(index, &fits);
  if (!fits || static_cast<double>(-n) > static_cast<double>(big::bit_length(operand)) * 0.302 + 2)
    return int_from_int64(t, 0);
  big::Integer step, quotient, rest, twice, result, adjusted;
  if (!big::power(step, big::Small(10), static_cast<uint64_t>(-n)) ||
      !big::floor_divmod(&quotient, &rest, operand, step) || !big::shift_left(twice, rest, 1))
    return raise_memory_error(t);
  int order = big::compare(twice, step);
  bool up = order > 0 || (order == 0 && big::is_odd(quotient));
  if (!big::subtract(result, operand, rest)) return raise_memory_error(t);
  if (!up) return int_from_big(t, result);
  if (!big::add(adjusted, result, step)) return raise_memory_error(t);
  return int_from_big(t, adjusted);
}

Result<Owned> int_dunder_getnewargs(Thread& t, Value self) {
  Owned value = TRY(int_exact(t, self));
  Ref<Tuple> tuple = TRY(tuple_pack(t, value));
  return Owned(std::move(tuple));
}

Result<Owned> int_dunder_format(Thread& t, Value self, Str& spec) { return int_format_rpy(t, self, spec); }

ssize int_dunder_sizeof(Thread& t, Value self) {
  IntOperand operand(self);
  ssize count = operand.view().count;
  return 40 + 4 * (count > 0 ? count : 1);
}

constexpr MethodDef kIntMethods[] = {
    method<&int_conjugate>("conjugate", "($self, /)", "Returns self, the complex conjugate of any int."),
    method<&int_bit_length>("bit_length", "($self, /)",
                            "Number of bits necessary to represent self in binary.\n\n>>> bin(37)\n'0b100101'\n>>> (37).bit_length()\n6"),
    method<&int_bit_count>("bit_count", "($self, /)",
                           "Number of ones in the binary representation of the absolute value of self.\n\nAlso known as the "
                           "population count.\n\n>>> bin(13)\n'0b1101'\n>>> (13).bit_count()\n3"),
    method<&int_to_bytes>("to_bytes", "($self, /, length=1, byteorder='big', *, signed=False)",
                          "Return an array of bytes representing an integer."),
    class_method<&int_from_bytes_method>("from_bytes", "($type, /, bytes, byteorder='big', *, signed=False)",
                                         "Return the integer represented by the given array of bytes."),
    method<&int_as_integer_ratio>("as_integer_ratio", "($self, /)",
                                  "Return a pair of integers, whose ratio is equal to the original int."),
    method<&int_conjugate>("__trunc__", "($self, /)", "Truncating an Integral returns itself."),
    method<&int_conjugate>("__floor__", "($self, /)", "Flooring an Integral returns itself."),
    method<&int_conjugate>("__ceil__", "($self, /)", "Ceiling of an Integral returns itself."),
    method<&int_dunder_round>("__round__", "($self, ndigits=<unrepresentable>, /)",
                              "Rounding an Integral returns itself.\n\nRounding with an ndigits argument also returns an integer."),
    method<&int_dunder_getnewargs>("__getnewargs__", "($self, /)", nullptr),
    method<&int_dunder_format>("__format__", "($self, format_spec, /)", "Convert to a string according to format_spec."),
    method<&int_dunder_sizeof>("__sizeof__", "($self, /)", "Returns size in memory, in bytes."),
    method<&int_is_integer>("is_integer", "($self, /)",
                            "Returns True. Exists for duck type compatibility with float.is_integer."),
    {}};
constexpr GetSetDef kIntGetSet[] = {
    getter<&int_conjugate>("real", "the real part of a complex number"),
    getter<&int_imag>("imag", "the imaginary part of a complex number"),
    getter<&int_conjugate>("numerator", "the numerator of a rational number in lowest terms"),
    getter<&int_denominator>("denominator", "the denominator of a rational number in lowest terms"),
    {}};
constexpr TypeOps kIntOps = {
    .repr = &int_dunder_repr,
    .hash = &int_dunder_hash,
    .compare = &int_slot_compare,
    .create = constructor<"int", "(x=<unrepresentable>, /, base=<unrepresentable>)", &int_new>,
    .add = &int_slot_add,
    .subtract = &int_slot_subtract,
    .multiply = &int_slot_multiply,
    .remainder = &int_slot_remainder,
    .divmod = &int_slot_divmod,
    .power = &int_slot_power,
    .negative = &int_negative,
    .positive = &int_exact,
    .absolute = &int_absolute,
    .truth = &int_dunder_bool,
    .invert = &int_invert,
    .left_shift = &int_slot_left_shift,
    .right_shift = &int_slot_right_shift,
    .bit_and = &int_slot_bit_and,
    .bit_xor = &int_slot_bit_xor,
    .bit_or = &int_slot_bit_or,
    .to_int = &int_exact,
    .to_float = &int_dunder_float,
    .floor_divide = &int_slot_floor_divide,
    .true_divide = &int_slot_true_divide,
    .index = &int_exact,
};

// --- bool ---

Result<Owned> bool_new(Thread& t, Type&, Value x) {
  if (x.is_null()) return owned_bool(false);
  bool truth = TRY(object_is_true(t, x));
  return owned_bool(truth);
}

Result<Owned> bool_dunder_repr(Thread& t, Value v) {
  return Owned::steal(int_sign(v) != 0 ? NAME("True") : NAME("False"));
}

#define BOOL_BINARY(name, expression)                                                       \
  Result<Owned> bool_slot_##name(Thread& t, Value a, Value b) {                             \
    if (is_instance(a, &bool_type) && is_instance(b, &bool_type)) {                         \
      bool x = is_true(a), y = is_true(b);                                                  \
      return owned_bool(expression);                                                        \
    }                                                                                       \
    return int_slot_##name(t, a, b);                                                        \
  }
BOOL_BINARY(bit_and, x && y)
BOOL_BINARY(bit_or, x || y)
BOOL_BINARY(bit_xor, x != y)
#undef BOOL_BINARY

Result<Owned> bool_dunder_invert(Thread& t, Value v) {
  TRY(warn_rpy(t, &exc_DeprecationWarning, 1,
               "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise "
               "inversion of the underlying int object and is usually not what you expect from the negation of a bool "
               "object. Use the 'not' operator for boolean negation or ~int(x) for the bitwise inversion of the underlying "
               "int."));
  return int_invert(t, v);
}

constexpr TypeOps kBoolOps = {
    .repr = &bool_dunder_repr,
    .create = constructor<"bool", "(object=False, /)", &bool_new>,
    .invert = &bool_dunder_invert,
    .bit_and = &bool_slot_bit_and,
    .bit_xor = &bool_slot_bit_xor,
    .bit_or = &bool_slot_bit_or,
};

}  // namespace

constinit BoolObject true_object = {TY_STATIC_HEADER(&bool_type), 1 << 3, {1, 0}};
constinit BoolObject false_object = {TY_STATIC_HEADER(&bool_type), 1, {0, 0}};

extern const TypeDef kIntDef, kBoolDef;
constinit const TypeDef kIntDef = {
    .name = "int",
    .size = 40,
    .item_size = 4,
    .flags = kTypeBase | kTypeLong | kTypeMatchSelf,
    .ops = &kIntOps,
    .methods = kIntMethods,
    .getset = kIntGetSet,
    .doc = "int([x]) -> integer\nint(x, base=10) -> integer\n\nConvert a number or string to an integer, or return 0 if no "
           "arguments\nare given.  If x is a number, return x.__int__().  For floating-point\nnumbers, this truncates "
           "towards zero.\n\nIf x is not a number or if base is given, then x must be a string,\nbytes, or bytearray instance "
           "representing an integer literal in the\ngiven base.  The literal can be preceded by '+' or '-' and be "
           "surrounded\nby whitespace.  The base defaults to 10.  Valid bases are 0 and 2-36.\nBase 0 means to interpret the "
           "base from the string as an integer literal.\n>>> int('0b100', base=0)\n4",
};
constinit const TypeDef kBoolDef = {
    .name = "bool",
    .size = 40,
    .item_size = 4,
    .base = &int_type,
    .flags = kTypeLong | kTypeMatchSelf,
    .ops = &kBoolOps,
    .doc = "Returns True when the argument is true, False otherwise.\n\nThe builtins True and False are the only two instances "
           "of the class bool.\nThe class bool is a subclass of the class int, and cannot be subclassed.",
    .text_signature = "($self, object=False, /)",
};

}  // namespace ty
