// int: values of any size. Machine-word cases first, base/big_integer.h for the rest.
#include "types/int.h"

#include <cmath>
#include <cstring>

#include "base/float_text.h"
#include "base/hash.h"
#include "base/text_buffer.h"
#include "base/unicode.h"
#include "mem/heap.h"
#include "sync/thread_state.h"
#include "types/bytes.h"
#include "types/float.h"
#include "types/int_internal.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

int g_int_max_str_digits = 4300;

namespace {

/// Digits beyond which an operation may take more than 100 us: it runs detached then. Digits are immutable, and the operands are held.
constexpr ssize kLongDigits = 800;

template <class F>
TY_INLINE bool compute(Thread& t, ssize digits, F f) {
  if (TY_LIKELY(digits < kLongDigits)) return f();
  DetachScope scope(t);
  return f();
}

}  // namespace

// --- construction ---

Result<Owned> int_allocate(Thread& t, Type* type, big::View value) {
  auto count = static_cast<size_t>(value.count > 0 ? value.count : 1);
  Object* o = allocate_object(t, type, static_cast<size_t>(type->basicsize) + 4 * count);
  if (o == nullptr) return raise_memory_error(t);
  auto* i = static_cast<Int*>(o);
  i->lv_tag = static_cast<uint64_t>(value.count) << 3 | (value.count == 0 ? 1 : value.negative ? 2 : 0);
  std::memcpy(i->digits, value.digits, static_cast<size_t>(value.count) * sizeof(uint32_t));
  return Owned::steal(Value(o));
}

Result<Owned> int_from_big(Thread& t, big::View value) {
  if (value.count <= 3) {
    auto small = big::to_int64(value);
    if (small.fits && Value::fits_small_int(small.value)) return Owned::steal(Value::small_int_unchecked(small.value));
  }
  return int_allocate(t, &int_type, value);
}

Result<Owned> int_from_int64(Thread& t, int64_t n) {
  if (TY_LIKELY(Value::fits_small_int(n))) return Owned::steal(Value::small_int_unchecked(n));
  return int_allocate(t, &int_type, big::Small(n));
}

Result<Owned> int_from_uint64(Thread& t, uint64_t n) {
  if (TY_LIKELY(n <= static_cast<uint64_t>(Value::kMaxInt)))
    return Owned::steal(Value::small_int_unchecked(static_cast<int64_t>(n)));
  return int_allocate(t, &int_type, big::Small(n, false));
}

Result<Owned> int_from_double(Thread& t, double d) {
  if (TY_LIKELY(d > -9e18 && d < 9e18)) return int_from_int64(t, static_cast<int64_t>(d));
  if (std::isinf(d)) return raise_overflow_error(t, "cannot convert float infinity to integer");
  if (std::isnan(d)) return raise_value_error(t, "cannot convert float NaN to integer");
  big::Integer out;
  if (!big::from_double(out, d)) return raise_memory_error(t);
  return int_from_big(t, out);
}

Result<Owned> int_from_text(Thread& t, const char* digits, size_t n, int base) {
  big::Integer out;
  if (!big::from_text(out, digits, n, base)) return raise_memory_error(t);
  return int_from_big(t, out);
}

Result<Owned> int_from_bytes(Thread& t, const uint8_t* bytes, size_t n, bool little_endian, bool is_signed) {
  big::Integer out;
  if (!big::from_bytes(out, bytes, n, little_endian ? big::ByteOrder::kLittle : big::ByteOrder::kBig,
                       is_signed ? big::Signedness::kSigned : big::Signedness::kUnsigned))
    return raise_memory_error(t);
  return int_from_big(t, out);
}

Result<Owned> int_exact(Thread& t, Value v) {
  if (TY_LIKELY(v.is_small_int())) return Owned::steal(v);
  if (v.object()->type() == &int_type) return borrow_or_dup(v);
  return int_from_big(t, IntOperand(v));
}

// --- conversions ---

int64_t int_as_int64(Value v, bool* fits) {
  if (TY_LIKELY(v.is_small_int())) {
    *fits = true;
    return v.small_int();
  }
  auto r = big::to_int64(IntOperand(v));
  *fits = r.fits;
  return r.value;
}

uint64_t int_as_uint64(Value v, bool* fits) {
  if (TY_LIKELY(v.is_small_int())) {
    *fits = v.small_int() >= 0;
    return static_cast<uint64_t>(v.small_int());
  }
  auto r = big::to_uint64(IntOperand(v));
  *fits = r.fits;
  return r.value;
}

uint64_t int_low_bits(Value v) {
  return v.is_small_int() ? static_cast<uint64_t>(v.small_int()) : big::low_bits(IntOperand(v));
}

int int_sign(Value v) {
  if (v.is_small_int()) return v.small_int() > 0 ? 1 : v.small_int() < 0 ? -1 : 0;
  return IntOperand(v).view().sign();
}

Result<double> int_as_double(Thread& t, Value v) {
  if (TY_LIKELY(v.is_small_int())) return static_cast<double>(v.small_int());
  double d;
  if (!big::to_double(IntOperand(v), &d)) return raise_overflow_error(t, "int too large to convert to float");
  return d;
}

int64_t int_hash(Value v) {
  return TY_LIKELY(v.is_small_int()) ? hash_int64(v.small_int()) : big::hash(IntOperand(v));
}

int int_compare(Value a, Value b) {
  if (TY_LIKELY(a.is_small_int() && b.is_small_int()))
    return a.small_int() < b.small_int() ? -1 : a.small_int() > b.small_int();
  return big::compare(IntOperand(a), IntOperand(b));
}

Result<Owned> int_to_str(Thread& t, Value v, int base) {
  if (TY_LIKELY(base == 10 && v.is_small_int())) {
    // Two digits at a time, from the end.
    static constexpr char kPairs[] =
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
        "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    char text[24];
    char* p = text + sizeof text;
    int64_t n = v.small_int();
    uint64_t rest = n < 0 ? 0 - static_cast<uint64_t>(n) : static_cast<uint64_t>(n);
    while (rest >= 100) {
      p -= 2;
      memcpy(p, kPairs + rest % 100 * 2, 2);
      rest /= 100;
    }
    if (rest >= 10) {
      p -= 2;
      memcpy(p, kPairs + rest * 2, 2);
    } else {
      *--p = static_cast<char>('0' + rest);
    }
    if (n < 0) *--p = '-';
    Ref<Str> s = TRY(str_from_ascii(t, {p, static_cast<size_t>(text + sizeof text - p)}));
    return Owned(std::move(s));
  }
  TextBuffer out;
  IntOperand operand(v);
  if (base == 10 && operand.view().count > 2) {
    // Quadratic conversions are bounded: sys.set_int_max_str_digits().
    int limit = __atomic_load_n(&g_int_max_str_digits, __ATOMIC_RELAXED);
    uint64_t bits = big::bit_length(operand);
    auto least_digits = static_cast<uint64_t>(static_cast<double>(bits - 1) * 0.30102999566398);
    constexpr const char* kTooLong = "Exceeds the limit (%d digits) for integer string conversion; "
                                     "use sys.set_int_max_str_digits() to increase the limit";
    if (limit > 0 && least_digits > 640 && least_digits > static_cast<uint64_t>(limit))
      return raise_value_error(t, kTooLong, limit);
    if (!compute(t, operand.view().count, [&] { return big::to_text(out, operand, base); })) return raise_memory_error(t);
    auto digits = static_cast<ssize>(out.size()) - (operand.view().negative ? 1 : 0);
    if (limit > 0 && digits > 640 && digits > limit) return raise_value_error(t, kTooLong, limit);
  } else if (!big::to_text(out, operand, base)) {
    return raise_memory_error(t);
  }
  Ref<Str> s = TRY(str_from_ascii(t, out.view()));
  return Owned(std::move(s));
}

namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') return (c | 0x20) - 'a' + 10;
  return 99;
}

bool is_ascii_space(char c) { return c == ' ' || (c >= 9 && c <= 13); }

enum class Parse { kOk, kInvalid, kRaised };

/// int()'s syntax: white space, sign, base prefix, digits with single underscores between them.
Parse parse_ascii(Thread& t, std::string_view text, int base, big::Integer& out) {
  while (!text.empty() && is_ascii_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ascii_space(text.back())) text.remove_suffix(1);
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  bool must_be_zero = false;
  auto prefix_base = [&] {
    if (text.size() < 2 || text[0] != '0') return 0;
    char c = static_cast<char>(text[1] | 0x20);
    return c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 0;
  };
  if (base == 0) {
    if (text.empty() || text[0] != '0') {
      base = 10;
    } else if (int found = prefix_base()) {
      base = found;
    } else {
      // "010" is an error in source, "00" is not.
      must_be_zero = true;
      base = 10;
    }
  }
  if (prefix_base() == base) {
    text.remove_prefix(2);
    if (!text.empty() && text[0] == '_') text.remove_prefix(1);
  }
  if (text.empty() || text[0] == '_') return Parse::kInvalid;
  TextBuffer digits;
  char previous = 0;
  for (char c : text) {
    if (c == '_') {
      if (previous == '_') return Parse::kInvalid;
    } else {
      if (digit_of(c) >= base) return Parse::kInvalid;
      digits.push(c);
    }
    previous = c;
  }
  if (previous == '_') return Parse::kInvalid;
  if (digits.failed()) return (void)raise_memory_error(t), Parse::kRaised;
  int limit = __atomic_load_n(&g_int_max_str_digits, __ATOMIC_RELAXED);
  if ((base & (base - 1)) != 0 && limit > 0 && digits.size() > 640 && digits.size() > static_cast<size_t>(limit)) {
    (void)raise_value_error(t, "Exceeds the limit (%d digits) for integer string conversion: value has %zd digits; "
                            "use sys.set_int_max_str_digits() to increase the limit",
                            limit, static_cast<ssize>(digits.size()));
    return Parse::kRaised;
  }
  if (!compute(t, static_cast<ssize>(digits.size() / 9), [&] { return big::from_text(out, digits.data(), digits.size(), base); }))
    return (void)raise_memory_error(t), Parse::kRaised;
  if (must_be_zero && !out.is_zero()) return Parse::kInvalid;
  out.negative = negative && !out.is_zero();
  return Parse::kOk;
}

}  // namespace

Result<Owned> int_parse(Thread& t, Value text, int base) {
  big::Integer out;
  Parse result;
  if (is_str(text)) {
    auto* s = text.as<Str>();
    if (s->is_ascii()) {
      result = parse_ascii(t, {s->ascii(), static_cast<size_t>(s->length)}, base, out);
    } else {
      TextBuffer ascii;
      for (ssize i = 0; i < s->length; ++i) {
        char32_t c = s->at(i);
        int d = unicode::decimal_value(c);
        ascii.push(c < 128 ? static_cast<char>(c) : unicode::is_space(c) ? ' ' : d >= 0 ? static_cast<char>('0' + d) : '?');
      }
      if (ascii.failed()) return raise_memory_error(t);
      result = parse_ascii(t, ascii.view(), base, out);
    }
  } else {
    BytesLike bytes;
    TRY(bytes.acquire(t, text));
    result = parse_ascii(t, bytes.view(), base, out);
    if (result == Parse::kInvalid) {
      Owned shown = TRY(bytes_repr(t, bytes.view()));
      return raise_value_error(t, "invalid literal for int() with base %d: %.200U", base, shown.value());
    }
  }
  if (result == Parse::kRaised) return Raised{};
  if (result == Parse::kInvalid) return raise_value_error(t, "invalid literal for int() with base %d: %.200R", base, text);
  return int_from_big(t, out);
}

// --- arithmetic ---

#define BIG_RESULT(call)                                  \
  big::Integer out;                                       \
  if (TY_UNLIKELY(!(call))) return raise_memory_error(t); \
  return int_from_big(t, out)
#define LONG_RESULT(digits, call) BIG_RESULT(compute(t, digits, [&] { return call; }))

Result<Owned> int_add(Thread& t, Value a, Value b) {
  if (TY_LIKELY(a.is_small_int() && b.is_small_int())) return int_from_int64(t, a.small_int() + b.small_int());
  BIG_RESULT(big::add(out, IntOperand(a), IntOperand(b)));
}

Result<Owned> int_subtract(Thread& t, Value a, Value b) {
  if (TY_LIKELY(a.is_small_int() && b.is_small_int())) return int_from_int64(t, a.small_int() - b.small_int());
  BIG_RESULT(big::subtract(out, IntOperand(a), IntOperand(b)));
}

Result<Owned> int_multiply(Thread& t, Value a, Value b) {
  if (TY_LIKELY(a.is_small_int() && b.is_small_int())) {
    int64_t product;
    if (!__builtin_mul_overflow(a.small_int(), b.small_int(), &product)) return int_from_int64(t, product);
  }
  // The same operand twice is a square; multiply() sees it by the digits' address.
  IntOperand x(a);
  if (a.identity() == b.identity()) {
    LONG_RESULT(x.view().count, big::multiply(out, x, x));
  }
  IntOperand y(b);
  LONG_RESULT(x.view().count < y.view().count ? x.view().count : y.view().count, big::multiply(out, x, y));
}

namespace {

bool is_zero(Value v) { return v.is_small_int() ? v.small_int() == 0 : v.as<Int>()->digit_count() == 0; }

Raised raise_zero_division(Thread& t, const char* message) {
  return raise_format(t, &exc_ZeroDivisionError, "%s", message);
}

/// Floor division of machine ints; b is not 0.
TY_INLINE int64_t floor_quotient(int64_t a, int64_t b) {
  int64_t q = a / b;
  return q - ((a % b != 0) & ((a < 0) != (b < 0)));
}
TY_INLINE int64_t floor_rest(int64_t a, int64_t b) {
  int64_t r = a % b;
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

}  // namespace

Result<Owned> int_floor_divide(Thread& t, Value a, Value b) {
  if (TY_UNLIKELY(is_zero(b))) return raise_zero_division(t, "integer division or modulo by zero");
  if (TY_LIKELY(a.is_small_int() && b.is_small_int()))
    return int_from_int64(t, floor_quotient(a.small_int(), b.small_int()));
  IntOperand x(a), y(b);
  LONG_RESULT(x.view().count, big::floor_divmod(&out, nullptr, x, y));
}

Result<Owned> int_remainder(Thread& t, Value a, Value b) {
  if (TY_UNLIKELY(is_zero(b))) return raise_zero_division(t, "integer modulo by zero");
  if (TY_LIKELY(a.is_small_int() && b.is_small_int()))
    return int_from_int64(t, floor_rest(a.small_int(), b.small_int()));
  IntOperand x(a), y(b);
  LONG_RESULT(x.view().count, big::floor_divmod(nullptr, &out, x, y));
}

Result<Owned> int_divmod(Thread& t, Value a, Value b) {
  if (TY_UNLIKELY(is_zero(b))) return raise_zero_division(t, "integer division or modulo by zero");
  Owned q, r;
  if (TY_LIKELY(a.is_small_int() && b.is_small_int())) {
    q = TRY(int_from_int64(t, floor_quotient(a.small_int(), b.small_int())));
    r = TRY(int_from_int64(t, floor_rest(a.small_int(), b.small_int())));
  } else {
    big::Integer quotient, rest;
    IntOperand x(a), y(b);
    if (!compute(t, x.view().count, [&] { return big::floor_divmod(&quotient, &rest, x, y); })) return raise_memory_error(t);
    q = TRY(int_from_big(t, quotient));
    r = TRY(int_from_big(t, rest));
  }
  Ref<Tuple> pair = TRY(tuple_pack(t, q, r));
  return Owned(std::move(pair));
}

Result<Owned> int_true_divide(Thread& t, Value a, Value b) {
  if (TY_UNLIKELY(is_zero(b))) return raise_zero_division(t, "division by zero");
  constexpr int64_t kExact = int64_t{1} << 53;
  if (TY_LIKELY(a.is_small_int() && b.is_small_int())) {
    int64_t x = a.small_int(), y = b.small_int();
    if (x >= -kExact && x <= kExact && y >= -kExact && y <= kExact)
      return float_from_double(t, static_cast<double>(x) / static_cast<double>(y));
  }
  double d;
  switch (big::true_divide(IntOperand(a), IntOperand(b), &d)) {
    case big::Quotient::kOk: return float_from_double(t, d);
    case big::Quotient::kOverflow: return raise_overflow_error(t, "integer division result too large for a float");
    case big::Quotient::kNoMemory: break;
  }
  return raise_memory_error(t);
}

namespace {

Result<Owned> power_modulo(Thread& t, Value a, Value b, Value modulus) {
  if (is_zero(modulus)) return raise_value_error(t, "pow() 3rd argument cannot be 0");
  IntOperand m(modulus), exponent(b);
  if (int_sign(b) < 0) {
    big::Integer inverse;
    switch (big::inverse_modulo(inverse, IntOperand(a), m.view().magnitude())) {
      case big::Inverse::kNotInvertible:
        return raise_value_error(t, "base is not invertible for the given modulus");
      case big::Inverse::kNoMemory: return raise_memory_error(t);
      case big::Inverse::kFound: break;
    }
    LONG_RESULT(kLongDigits, big::power_modulo(out, inverse, exponent.view().negated(), m));
  }
  IntOperand base(a);
  LONG_RESULT(exponent.view().count * m.view().count * 40, big::power_modulo(out, base, exponent, m));
}

}  // namespace

Result<Owned> int_power(Thread& t, Value a, Value b, Value modulus) {
  if (!modulus.is_null() && !is_none(modulus)) return power_modulo(t, a, b, modulus);
  if (int_sign(b) < 0) {
    double x = TRY(int_as_double(t, a));
    double y = TRY(int_as_double(t, b));
    return float_power(t, x, y);
  }
  if (TY_LIKELY(a.is_small_int() && b.is_small_int())) {
    int64_t result = 1, base = a.small_int();
    bool fits = true;
    for (int64_t e = b.small_int(); e > 0 && fits;) {
      if (e & 1) fits = !__builtin_mul_overflow(result, base, &result);
      e >>= 1;
      if (e > 0) fits = fits && !__builtin_mul_overflow(base, base, &base);
    }
    if (fits) return int_from_int64(t, result);
  }
  IntOperand base(a);
  auto exponent = big::to_uint64(IntOperand(b));
  if (!exponent.fits) {
    if (base.view().count == 0) return int_from_int64(t, 0);
    if (base.view().count == 1 && base.view().digits[0] == 1)
      return int_from_int64(t, base.view().negative && big::is_odd(IntOperand(b)) ? -1 : 1);
    return raise_memory_error(t);
  }
  LONG_RESULT(exponent.value > 1000 || base.view().count > 100 ? kLongDigits : 0, big::power(out, base, exponent.value));
}

// --- shifts and bits ---

Result<Owned> int_left_shift(Thread& t, Value a, Value b) {
  if (int_sign(b) < 0) return raise_value_error(t, "negative shift count");
  if (is_zero(a)) return int_from_int64(t, 0);
  auto bits = big::to_uint64(IntOperand(b));
  if (!bits.fits || bits.value > uint64_t{1} << 62) return raise_overflow_error(t, "too many digits in integer");
  if (a.is_small_int() && bits.value < 62) {
    int64_t x = a.small_int();
    auto wide = static_cast<__int128>(x) << bits.value;
    if (wide == static_cast<int64_t>(wide)) return int_from_int64(t, static_cast<int64_t>(wide));
  }
  BIG_RESULT(big::shift_left(out, IntOperand(a), bits.value));
}

Result<Owned> int_right_shift(Thread& t, Value a, Value b) {
  if (int_sign(b) < 0) return raise_value_error(t, "negative shift count");
  auto bits = big::to_uint64(IntOperand(b));
  if (!bits.fits) return int_from_int64(t, int_sign(a) < 0 ? -1 : 0);
  if (a.is_small_int()) return int_from_int64(t, bits.value > 63 ? (a.small_int() < 0 ? -1 : 0) : a.small_int() >> bits.value);
  BIG_RESULT(big::shift_right(out, IntOperand(a), bits.value));
}

Result<Owned> int_bit_and(Thread& t, Value a, Value b) {
  if (TY_LIKELY(a.is_small_int() && b.is_small_int())) return int_from_int64(t, a.small_int() & b.small_int());
  BIG_RESULT(big::bit_and(out, IntOperand(a), IntOperand(b)));
}
Result<Owned> int_bit_or(Thread& t, Value a, Value b) {
  if (TY_LIKELY(a.is_small_int() && b.is_small_int())) return int_from_int64(t, a.small_int() | b.small_int());
  BIG_RESULT(big::bit_or(out, IntOperand(a), IntOperand(b)));
}
Result<Owned> int_bit_xor(Thread& t, Value a, Value b) {
  if (TY_LIKELY(a.is_small_int() && b.is_small_int())) return int_from_int64(t, a.small_int() ^ b.small_int());
  BIG_RESULT(big::bit_xor(out, IntOperand(a), IntOperand(b)));
}

Result<Owned> int_negative(Thread& t, Value v) {
  if (TY_LIKELY(v.is_small_int())) return int_from_int64(t, -v.small_int());
  IntOperand operand(v);
  return int_from_big(t, operand.view().negated());
}
Result<Owned> int_absolute(Thread& t, Value v) {
  if (TY_LIKELY(v.is_small_int())) return int_from_int64(t, v.small_int() < 0 ? -v.small_int() : v.small_int());
  if (int_sign(v) >= 0) return int_exact(t, v);
  IntOperand operand(v);
  return int_from_big(t, operand.view().magnitude());
}
Result<Owned> int_invert(Thread& t, Value v) {
  if (TY_LIKELY(v.is_small_int())) return int_from_int64(t, ~v.small_int());
  BIG_RESULT(big::bit_invert(out, IntOperand(v)));
}

}  // namespace ty
