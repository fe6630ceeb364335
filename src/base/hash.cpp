#include "base/hash.h"

#include <sys/random.h>

#include <cmath>
#include <cstring>

#include "base/check.h"

namespace ty {

HashSecret g_hash_secret = {0, 0};

void seed_hash_secret(uint32_t seed) {
  if (seed == 0) {
    g_hash_secret = {0, 0};
    return;
  }
  // CPython: Python/bootstrap_hash.c lcg_urandom(); the first 16 bytes are the SipHash key.
  unsigned char bytes[16];
  uint32_t x = seed;
  for (unsigned char& byte : bytes) {
    x = x * 214013u + 2531011u;
    byte = (x >> 16) & 0xff;
  }
  std::memcpy(&g_hash_secret, bytes, sizeof bytes);
}

void randomize_hash_secret() {
  CHECK(getrandom(&g_hash_secret, sizeof g_hash_secret, 0) == sizeof g_hash_secret);
}

namespace {

struct SipState {
  uint64_t v0, v1, v2, v3;
  TY_INLINE void round() {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }
};

}  // namespace

uint64_t siphash13(HashSecret key, const void* data, size_t length) {
  const auto* in = static_cast<const unsigned char*>(data);
  SipState s{key.key0 ^ 0x736f6d6570736575u, key.key1 ^ 0x646f72616e646f6du,
             key.key0 ^ 0x6c7967656e657261u, key.key1 ^ 0x7465646279746573u};
  uint64_t tail = static_cast<uint64_t>(length) << 56;
  size_t left = length;
  for (; left >= 8; left -= 8, in += 8) {
    uint64_t word;
    std::memcpy(&word, in, 8);
    s.v3 ^= word;
    s.round();
    s.v0 ^= word;
  }
  uint64_t rest = 0;
  for (size_t i = 0; i < left; ++i) rest |= uint64_t{in[i]} << (8 * i);
  tail |= rest;
  s.v3 ^= tail;
  s.round();
  s.v0 ^= tail;
  s.v2 ^= 0xff;
  s.round();
  s.round();
  s.round();
  return (s.v0 ^ s.v1) ^ (s.v2 ^ s.v3);
}

int64_t hash_double(double value, int64_t nan_hash) {
  if (!std::isfinite(value)) {
    if (std::isnan(value)) return nan_hash;
    return value > 0 ? kHashInfinity : -kHashInfinity;
  }
  if (value == static_cast<double>(static_cast<int64_t>(value < 9e18 && value > -9e18 ? value : 0.5)))
    return hash_int64(static_cast<int64_t>(value));
  int exponent;
  double mantissa = std::frexp(value, &exponent);
  bool negative = mantissa < 0;
  if (negative) mantissa = -mantissa;
  // Take 28 bits at a time; each step multiplies the sum by 2^28 modulo 2^61 - 1, a rotation.
  uint64_t x = 0;
  while (mantissa != 0) {
    x = ((x << 28) & kHashModulus) | (x >> (kHashBits - 28));
    mantissa *= 268435456.0;
    exponent -= 28;
    auto y = static_cast<uint64_t>(mantissa);
    mantissa -= static_cast<double>(y);
    x += y;
    if (x >= kHashModulus) x -= kHashModulus;
  }
  exponent = exponent >= 0 ? exponent % kHashBits : kHashBits - 1 - ((-1 - exponent) % kHashBits);
  x = ((x << exponent) & kHashModulus) | (x >> (kHashBits - exponent));
  int64_t h = negative ? -static_cast<int64_t>(x) : static_cast<int64_t>(x);
  return h == -1 ? -2 : h;
}

}  // namespace ty
