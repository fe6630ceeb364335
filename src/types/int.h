// types/int.h: int. Values of 62 bits are immediates; others (and boxed small ones C code made) are objects of CPython's layout.
//
// Invariants  immutable; normalised (no leading zero digits). Code accepts both forms of a small value.
// Threads     immutable.
#pragma once

#include "base/big_integer.h"
#include "object/abstract.h"

namespace ty {

struct Int : Object {  // [const]
  uint64_t lv_tag;      // ndigits << 3 | sign (0 positive, 1 zero, 2 negative)
  uint32_t digits[];    // 30 bits each, least significant first
  static Type* type();
  ssize digit_count() const { return static_cast<ssize>(lv_tag >> 3); }
  bool is_negative() const { return (lv_tag & 3) == 2; }
};
extern Type bool_type;
inline Type* Int::type() { return &int_type; }

TY_INLINE bool is_int(Value v) { return v.is_small_int() || (v.is_object() && has_type_flag(v.object()->type(), kTypeLong)); }
TY_INLINE bool is_exact_int(Value v) { return v.is_small_int() || (v.is_object() && v.object()->type() == &int_type); }
/// Immediate when it fits; else boxed. Raises only MemoryError.
Result<Owned> int_from_int64(Thread& t, int64_t n);
Result<Owned> int_from_uint64(Thread& t, uint64_t n);
Result<Owned> int_from_double(Thread& t, double d);  // truncates; OverflowError / ValueError for inf / nan
Result<Owned> int_from_text(Thread& t, const char* digits, size_t n, int base);  // valid digits without sign or underscores
/// int.from_bytes / to_bytes over little-endian magnitude bytes.
Result<Owned> int_from_bytes(Thread& t, const uint8_t* bytes, size_t n, bool little_endian, bool is_signed);
/// The value as a C integer if it fits (v must be an int); `fits` false otherwise. Never raises.
int64_t int_as_int64(Value v, bool* fits);
uint64_t int_as_uint64(Value v, bool* fits);
/// The low 64 bits, two's complement.
uint64_t int_low_bits(Value v);
int int_sign(Value v);
Result<double> int_as_double(Thread& t, Value v);  // OverflowError
int64_t int_hash(Value v);
Result<Owned> int_to_str(Thread& t, Value v, int base);
int int_compare(Value a, Value b);

/// An int's digits for big_integer.h, whatever its form; lives beside the Value.
class IntOperand {
 public:
  TY_INLINE explicit IntOperand(Value v) : small_(v.is_small_int() ? v.small_int() : 0) {
    if (TY_LIKELY(v.is_small_int())) {
      view_ = small_;
    } else {
      auto* i = v.as<Int>();
      view_ = {i->digits, i->digit_count(), i->is_negative()};
    }
  }
  IntOperand(const IntOperand&) = delete;
  operator big::View() const { return view_; }
  big::View view() const { return view_; }

 private:
  big::Small small_;
  big::View view_;
};
/// The int of that value: immediate when it fits.
Result<Owned> int_from_big(Thread& t, big::View value);
/// int(text, base) for str contents; `shown` is what messages repeat.
Result<Owned> int_parse(Thread& t, Value text, int base);
/// sys.set_int_max_str_digits(); 0: no limit.
extern int g_int_max_str_digits;  // [atomic] relaxed
/// a ** b, a / b … for ints of any form; `mod` null or None: none.
Result<Owned> int_add(Thread& t, Value a, Value b);
Result<Owned> int_subtract(Thread& t, Value a, Value b);
Result<Owned> int_multiply(Thread& t, Value a, Value b);
Result<Owned> int_floor_divide(Thread& t, Value a, Value b);
Result<Owned> int_remainder(Thread& t, Value a, Value b);
Result<Owned> int_power(Thread& t, Value a, Value b, Value modulus);
Result<Owned> int_true_divide(Thread& t, Value a, Value b);
Result<Owned> int_divmod(Thread& t, Value a, Value b);
/// A plain int of the same value (bool and subclasses are copied).
Result<Owned> int_exact(Thread& t, Value v);

}  // namespace ty
