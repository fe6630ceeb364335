// base/big_integer_gmp.h: the bridge between 30-bit digits and GMP's numbers; included by big_integer*.cpp alone.
#pragma once

#include <gmp.h>

#include <cstdlib>

#include "base/big_integer.h"

namespace ty::big {

/// 64-bit limbs, least significant first.
class Limbs {
 public:
  Limbs() = default;
  Limbs(const Limbs&) = delete;
  Limbs& operator=(const Limbs&) = delete;
  ~Limbs() {
    if (data != inline_) std::free(data);
  }

  mp_limb_t* data = inline_;
  size_t count = 0;

  [[nodiscard]] bool reserve(size_t wanted) {
    if (wanted <= sizeof inline_ / sizeof *inline_) return true;
    data = static_cast<mp_limb_t*>(std::malloc(wanted * sizeof(mp_limb_t)));
    if (data != nullptr) return true;
    data = inline_;
    return false;
  }
  /// Takes the magnitude of `v`; call once.
  [[nodiscard]] bool pack(View v) {
    if (!reserve(static_cast<size_t>(v.count) * kShift / 64 + 2)) return false;
    unsigned __int128 buffer = 0;
    int bits = 0;
    for (ssize i = 0; i < v.count; ++i) {
      buffer |= static_cast<unsigned __int128>(v.digits[i]) << bits;
      bits += kShift;
      if (bits >= 64) {
        data[count++] = static_cast<mp_limb_t>(buffer);
        buffer >>= 64;
        bits -= 64;
      }
    }
    if (buffer != 0) data[count++] = static_cast<mp_limb_t>(buffer);
    while (count > 0 && data[count - 1] == 0) --count;
    return true;
  }
  [[nodiscard]] bool unpack(Integer& out, bool negative) {
    while (count > 0 && data[count - 1] == 0) --count;
    auto wanted = static_cast<ssize>((count * 64 + kShift - 1) / kShift);
    if (!out.reserve(wanted)) return false;
    unsigned __int128 buffer = 0;
    int bits = 0;
    ssize at = 0;
    for (size_t i = 0; i < count; ++i) {
      buffer |= static_cast<unsigned __int128>(data[i]) << bits;
      bits += 64;
      while (bits >= kShift) {
        out.digits[at++] = static_cast<Digit>(buffer) & kMask;
        buffer >>= kShift;
        bits -= kShift;
      }
    }
    if (bits > 0 && at < wanted) out.digits[at++] = static_cast<Digit>(buffer) & kMask;
    out.count = at;
    out.negative = negative;
    out.normalize();
    return true;
  }

 private:
  mp_limb_t inline_[32];
};

/// A GMP integer for the length of a scope.
class Mpz {
 public:
  Mpz() { mpz_init(value); }
  explicit Mpz(View v) {
    mpz_init(value);
    mpz_import(value, static_cast<size_t>(v.count), -1, sizeof(Digit), 0, 32 - kShift, v.digits);
    if (v.negative) mpz_neg(value, value);
  }
  Mpz(const Mpz&) = delete;
  Mpz& operator=(const Mpz&) = delete;
  ~Mpz() { mpz_clear(value); }

  [[nodiscard]] bool get(Integer& out) const {
    auto bits = static_cast<ssize>(mpz_sizeinbase(value, 2));
    if (!out.reserve(bits / kShift + 1)) return false;
    size_t written = 0;
    mpz_export(out.digits, &written, -1, sizeof(Digit), 0, 32 - kShift, value);
    out.count = static_cast<ssize>(written);
    out.negative = mpz_sgn(value) < 0;
    out.normalize();
    return true;
  }

  mpz_t value;
};

}  // namespace ty::big
