// base/hash.h: hashes of byte strings and numbers as CPython computes them.
//
// What        SipHash-1-3 keyed by a process-wide secret (PYTHONHASHSEED), numeric hashes modulo 2^61 - 1.
// Invariants  A hash is never -1. The empty string hashes to 0.
// Threads     The secret is written once, before the first hash; afterwards any thread may hash.
// See         CPython Python/pyhash.c, Python/bootstrap_hash.c
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace ty {

constexpr int kHashBits = 61;
constexpr uint64_t kHashModulus = (uint64_t{1} << kHashBits) - 1;
constexpr int64_t kHashInfinity = 314159;
constexpr int64_t kHashImaginary = 1000003;

struct HashSecret {
  uint64_t key0;
  uint64_t key1;
};
extern HashSecret g_hash_secret;

/// PYTHONHASHSEED=seed: 0 turns randomization off, other seeds give a fixed secret.
void seed_hash_secret(uint32_t seed);
/// Takes the secret from the system's random source.
void randomize_hash_secret();

/// SipHash-1-3 of the bytes under the given key.
uint64_t siphash13(HashSecret key, const void* data, size_t length);

/// hash() of str and bytes contents.
inline int64_t hash_bytes(const void* data, size_t length) {
  if (length == 0) return 0;
  auto h = static_cast<int64_t>(siphash13(g_hash_secret, data, length));
  return h == -1 ? -2 : h;
}

/// hash() of an address: the low bits, always zero, are moved to the top.
inline int64_t hash_pointer(const void* address) {
  auto h = static_cast<int64_t>(std::rotr(reinterpret_cast<uintptr_t>(address), 4));
  return h == -1 ? -2 : h;
}

/// hash() of an int that fits 64 bits.
inline int64_t hash_int64(int64_t value) {
  uint64_t magnitude = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  uint64_t reduced = (magnitude & kHashModulus) + (magnitude >> kHashBits);
  if (reduced >= kHashModulus) reduced -= kHashModulus;
  int64_t h = value < 0 ? -static_cast<int64_t>(reduced) : static_cast<int64_t>(reduced);
  return h == -1 ? -2 : h;
}

/// hash() of a finite or infinite double; a NaN's hash is by identity (`nan_hash`).
int64_t hash_double(double value, int64_t nan_hash);

}  // namespace ty
