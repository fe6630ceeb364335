// modules/_random.cpp: the Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998) behind random.Random. CPython: Modules/_randommodule.c.
//
// Threads     every method works under the generator's lock.
#include <sys/random.h>

#include "base/small_stack.h"
#include "types/container.h"
#include "types/int.h"
#include "types/module.h"
#include "types/tuple.h"

namespace ty {

namespace {

constexpr int kWords = 624, kMiddle = 397;

struct Random : Object {
  int index;               // [lock]
  uint32_t state[kWords];  // [lock]
  static Type* type();
};
Type random_type;
Type* Random::type() { return &random_type; }

uint32_t next_word(Random& self) {
  uint32_t* mt = self.state;
  if (self.index >= kWords) {
    auto twist = [](uint32_t high, uint32_t low) {
      uint32_t y = (high & 0x80000000u) | (low & 0x7fffffffu);
      return (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0);
    };
    for (int k = 0; k < kWords; k++) mt[k] = mt[(k + kMiddle) % kWords] ^ twist(mt[k], mt[(k + 1) % kWords]);
    self.index = 0;
  }
  uint32_t y = mt[self.index++];
  y ^= y >> 11;
  y ^= y << 7 & 0x9d2c5680u;
  y ^= y << 15 & 0xefc60000u;
  return y ^ y >> 18;
}
void seed_word(Random& self, uint32_t s) {
  self.state[0] = s;
  for (int i = 1; i < kWords; i++) self.state[i] = 1812433253u * (self.state[i - 1] ^ (self.state[i - 1] >> 30)) + static_cast<uint32_t>(i);
  self.index = kWords;
}
void seed_array(Random& self, const uint32_t* key, size_t length) {
  uint32_t* mt = self.state;
  seed_word(self, 19650218u);
  size_t i = 1, j = 0;
  for (size_t k = length > kWords ? length : kWords; k; k--) {
    mt[i] = (mt[i] ^ ((mt[i - 1] ^ (mt[i - 1] >> 30)) * 1664525u)) + key[j] + static_cast<uint32_t>(j);
    if (++i >= kWords) mt[0] = mt[kWords - 1], i = 1;
    if (++j >= length) j = 0;
  }
  for (size_t k = kWords - 1; k; k--) {
    mt[i] = (mt[i] ^ ((mt[i - 1] ^ (mt[i - 1] >> 30)) * 1566083941u)) - static_cast<uint32_t>(i);
    if (++i >= kWords) mt[0] = mt[kWords - 1], i = 1;
  }
  mt[0] = 0x80000000u;
}

Result<void> seed_from(Thread& t, Locked<Random> self, Value n) {
  if (n.is_null() || is_none(n)) {
    uint32_t key[kWords];
    size_t filled = 0;
    while (filled < sizeof key) {
      ssize got = getrandom(reinterpret_cast<char*>(key) + filled, sizeof key - filled, 0);
      if (got <= 0) return raise_os_error(t, errno);
      filled += static_cast<size_t>(got);
    }
    self.ensure();
    seed_array(*self, key, kWords);
    return {};
  }
  Owned number;
  if (is_int(n)) {
    number = TRY(number_absolute(t, n));
  } else {
    ssize hash = TRY(object_hash(t, n));
    number = TRY(int_from_uint64(t, static_cast<uint64_t>(hash)));
  }
  IntOperand operand(number);
  big::View view = operand;
  SmallStack<uint32_t, 64> key;
  uint64_t carry = 0;
  int bits = 0;
  for (ssize i = 0; i < view.count; i++) {
    carry |= static_cast<uint64_t>(view.digits[i]) << bits;
    bits += big::kShift;
    if (bits >= 32) {
      if (!key.push(static_cast<uint32_t>(carry))) return raise_memory_error(t);
      carry >>= 32;
      bits -= 32;
    }
  }
  if (carry || key.size() == 0) {
    if (!key.push(static_cast<uint32_t>(carry))) return raise_memory_error(t);
  }
  self.ensure();
  seed_array(*self, &key[0], key.size());
  return {};
}

Result<Owned> random_new(Thread& t, Type& type, Args, Kwargs) {
  auto self = TRY(make_object<Random>(t, &type));
  self->index = kWords;
  return Owned(std::move(self));
}
Result<void> random_init(Thread& t, Locked<Random> self, Args args, Kwargs kwargs) {
  if (kwargs.size && self->Object::type() == &random_type) return raise_type_error(t, "Random() takes no keyword arguments");
  if (args.size > 1) return raise_type_error(t, "Random() requires 0 or 1 argument");
  return seed_from(t, self, args.size ? args[0] : Value());
}
double random_random(Thread&, Locked<Random> self) {
  uint32_t a = next_word(*self) >> 5, b = next_word(*self) >> 6;
  return (a * 67108864.0 + b) * (1.0 / 9007199254740992.0);
}
Result<void> random_seed(Thread& t, Locked<Random> self, Value n) { return seed_from(t, self, n); }
Result<Owned> random_getstate(Thread& t, Locked<Random> self) {
  Ref<Tuple> state = TRY(tuple_new(t, kWords + 1));
  for (int i = 0; i < kWords; i++) state->items[i].init(small_int(self->state[i]));
  state->items[kWords].init(small_int(self->index));
  return Owned(std::move(state));
}
Result<void> random_setstate(Thread& t, Locked<Random> self, Value state) {
  if (!is_instance(state, Tuple::type())) return raise_type_error(t, "state vector must be a tuple");
  Tuple& tuple = *state.as<Tuple>();
  if (tuple.size != kWords + 1) return raise_value_error(t, "state vector is the wrong size");
  uint32_t fresh[kWords];
  for (int i = 0; i < kWords; i++) {
    if (!is_int(tuple.get(i))) return raise_type_error(t, "an integer is required");
    if (int_sign(tuple.get(i)) < 0) return raise_overflow_error(t, "can't convert negative value to unsigned int");
    fresh[i] = static_cast<uint32_t>(int_low_bits(tuple.get(i)));
  }
  if (!is_int(tuple.get(kWords))) return raise_type_error(t, "an integer is required");
  bool fits;
  int64_t index = int_as_int64(tuple.get(kWords), &fits);
  if (!fits) return raise_overflow_error(t, "Python int too large to convert to C long");
  if (index < 0 || index > kWords) return raise_value_error(t, "invalid state");
  self.ensure();
  __builtin_memcpy(self->state, fresh, sizeof fresh);
  self->index = static_cast<int>(index);
  return {};
}
Result<Owned> random_getrandbits(Thread& t, Locked<Random> self, int k) {
  if (k < 0) return raise_value_error(t, "number of bits must be non-negative");
  if (k == 0) return small_int(0);
  if (k <= 32) return small_int(next_word(*self) >> (32 - k));
  size_t words = (static_cast<size_t>(k) - 1) / 32 + 1;
  SmallStack<uint32_t, 64> array;
  for (size_t i = 0; i < words; i++, k -= 32) {
    uint32_t r = next_word(*self);
    if (k < 32) r >>= 32 - k;
    if (!array.push(r)) return raise_memory_error(t);
  }
  return int_from_bytes(t, reinterpret_cast<const uint8_t*>(&array[0]), words * 4, true, false);
}

constexpr MethodDef kRandomMethods[] = {
    method<&random_random>("random", "($self, /)", "random() -> x in the interval [0, 1)."),
    method<&random_seed>("seed", "($self, n=None, /)",
        "seed([n]) -> None.\n\nDefaults to use urandom and falls back to a combination\nof the current time and the process identifier."),
    method<&random_getstate>("getstate", "($self, /)", "getstate() -> tuple containing the current state."),
    method<&random_setstate>("setstate", "($self, state, /)", "setstate(state) -> None.  Restores generator state."),
    method<&random_getrandbits>("getrandbits", "($self, k, /)", "getrandbits(k) -> x.  Generates an int with k random bits."),
    {}};
constexpr TypeOps kRandomOps = {.init = initializer<"Random", "(*args, **kwargs)", &random_init>,
                                .create = constructor<"Random", "(*args, **kwargs)", &random_new>};
constexpr TypeDef kRandomDef = {.name = "_random.Random", .size = sizeof(Random), .ops = &kRandomOps, .methods = kRandomMethods,
    .doc = "Random() -> create a random number generator with its own internal state."};
Result<void> random_exec(Thread& t, Module& m) {
  TRY(type_ready(t, &random_type, kRandomDef));
  return module_add_type(t, m, &random_type);
}
constexpr ModuleDef kRandomModule = {.name = "_random", .doc = "Module implements the Mersenne Twister random number generator.", .exec = &random_exec};
TY_MODULE(kRandomModule)

}  // namespace

}  // namespace ty
