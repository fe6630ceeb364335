// memoryview: items to objects and back.
#include <cstring>

#include "types/float.h"
#include "types/int.h"
#include "types/memoryview.h"
#include "types/str.h"

namespace ty {

char native_format(const char* f) {
  if (f == nullptr) return 'B';
  if (*f == '@') ++f;
  if (*f == 0 || f[1] != 0 || std::strchr("cbBhHiIlLqQnNfdeP?", *f) == nullptr) return 0;
  return *f;
}

ssize native_size(char f) {
  switch (f) {
    case 'c': case 'b': case 'B': case '?': return 1;
    case 'h': case 'H': case 'e': return 2;
    case 'i': case 'I': case 'f': return 4;
    default: return 8;
  }
}

namespace {

template <class T>
T load(const char* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class T>
void store(char* p, T v) {
  std::memcpy(p, &v, sizeof v);
}

double half_to_double(uint16_t h) {
  int sign = h >> 15, exponent = h >> 10 & 31;
  double fraction = h & 1023;
  double value = exponent == 0 ? __builtin_ldexp(fraction, -24)
                 : exponent == 31 ? (fraction == 0 ? __builtin_inf() : __builtin_nan(""))
                                  : __builtin_ldexp(fraction + 1024, exponent - 25);
  return sign ? -value : value;
}

Raised raise_unsupported(Thread& t, const char* format) {
  return raise_format(t, &exc_NotImplementedError, "memoryview: format %s not supported", format);
}
Raised raise_invalid_value(Thread& t, char f) { return raise_value_error(t, "memoryview: invalid value for format '%c'", f); }
Raised raise_invalid_type(Thread& t, char f) { return raise_type_error(t, "memoryview: invalid type for format '%c'", f); }

}  // namespace

Result<Owned> unpack_item(Thread& t, const char* p, const char* format) {
  switch (native_format(format)) {
    case 'B': return int_from_int64(t, load<uint8_t>(p));
    case 'b': return int_from_int64(t, load<int8_t>(p));
    case 'h': return int_from_int64(t, load<int16_t>(p));
    case 'H': return int_from_int64(t, load<uint16_t>(p));
    case 'i': return int_from_int64(t, load<int32_t>(p));
    case 'I': return int_from_int64(t, load<uint32_t>(p));
    case 'l': case 'q': case 'n': return int_from_int64(t, load<int64_t>(p));
    case 'L': case 'Q': case 'N': case 'P': return int_from_uint64(t, load<uint64_t>(p));
    case '?': return owned_bool(*p != 0);
    case 'f': return float_from_double(t, load<float>(p));
    case 'd': return float_from_double(t, load<double>(p));
    case 'e': return float_from_double(t, half_to_double(load<uint16_t>(p)));
    case 'c': {
      Ref<Bytes> b = TRY(bytes_new(t, p, 1));
      return Owned(std::move(b));
    }
    default: return raise_unsupported(t, format);
  }
}

Result<void> pack_item(Thread& t, char* p, Value v, const char* format) {
  char f = native_format(format);
  switch (f) {
    case 0: return raise_unsupported(t, format);
    case 'c':
      if (!is_bytes(v)) return raise_invalid_type(t, f);
      if (v.as<Bytes>()->size != 1) return raise_invalid_value(t, f);
      *p = v.as<Bytes>()->data()[0];
      return {};
    case '?': {
      bool b = TRY(object_is_true(t, v));
      *p = b;
      return {};
    }
    case 'f':
    case 'd':
    case 'e': {
      auto number = number_as_double(t, v);
      if (!number.ok()) {
        if (!exception_matches(t, &exc_TypeError)) return Raised{};
        clear_exception(t);
        return raise_invalid_type(t, f);
      }
      double d = number.take();
      if (f == 'd') store(p, d);
      else if (f == 'f') store(p, static_cast<float>(d));
      else store(p, static_cast<_Float16>(d));
      return {};
    }
    default: break;
  }
  if (!is_int(v) && ops_of(v).index == nullptr) return raise_invalid_type(t, f);
  Owned index = TRY(number_index(t, v));
  bool fits;
  if (f == 'L' || f == 'Q' || f == 'N' || f == 'P') {
    uint64_t u = int_as_uint64(index, &fits);
    if (!fits) return raise_invalid_value(t, f);
    store(p, u);
    return {};
  }
  int64_t n = int_as_int64(index, &fits);
  auto put = [&]<class T>(T) -> Result<void> {
    if (!fits || static_cast<int64_t>(static_cast<T>(n)) != n) return raise_invalid_value(t, f);
    store(p, static_cast<T>(n));
    return {};
  };
  switch (f) {
    case 'b': return put(int8_t{});
    case 'B': return put(uint8_t{});
    case 'h': return put(int16_t{});
    case 'H': return put(uint16_t{});
    case 'i': return put(int32_t{});
    case 'I': return put(uint32_t{});
    default: return put(int64_t{});
  }
}

}  // namespace ty
