// modules/_blake2.cpp: BLAKE2b and BLAKE2s (RFC 7693) with keys, salts, personalisation and tree parameters. CPython: Modules/_blake2/.
//
// Threads     the state is guarded by the object's Mutex, held while detached for long inputs.
#include <cstring>

#include "modules/_hash_common.h"
#include "sync/mutex.h"
#include "sync/thread_state.h"
#include "types/container.h"
#include "types/int.h"
#include "types/module.h"
#include "object/type_object.h"

namespace ty {

namespace {

constexpr uint8_t kSigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

struct B {
  using Word = uint64_t;
  static constexpr int kRounds = 12, kR1 = 32, kR2 = 24, kR3 = 16, kR4 = 63;
  static constexpr size_t kBlock = 128, kOut = 64, kKey = 64, kSalt = 16, kPerson = 16;
  static constexpr uint64_t kMaxOffset = UINT64_MAX;
  static constexpr const char* kName = "blake2b";
  static constexpr Word kIv[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                                  0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
};
struct S {
  using Word = uint32_t;
  static constexpr int kRounds = 10, kR1 = 16, kR2 = 12, kR3 = 8, kR4 = 7;
  static constexpr size_t kBlock = 64, kOut = 32, kKey = 32, kSalt = 8, kPerson = 8;
  static constexpr uint64_t kMaxOffset = 0xffffffffffff;
  static constexpr const char* kName = "blake2s";
  static constexpr Word kIv[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
};

template <class V>
struct State {
  using Word = typename V::Word;
  Word h[8];
  Word counter[2];
  uint8_t buffer[V::kBlock];
  size_t filled;
  uint8_t digest_size;
  bool last_node;

  void compress(const uint8_t* block, bool last) {
    Word m[16], v[16];
    std::memcpy(m, block, sizeof m);
    for (int i = 0; i < 8; i++) v[i] = h[i], v[i + 8] = V::kIv[i];
    v[12] ^= counter[0];
    v[13] ^= counter[1];
    if (last) {
      v[14] = ~v[14];
      if (last_node) v[15] = ~v[15];
    }
    auto g = [&](int a, int b, int c, int d, Word x, Word y) {
      v[a] = v[a] + v[b] + x;
      v[d] = std::rotr(static_cast<Word>(v[d] ^ v[a]), V::kR1);
      v[c] += v[d];
      v[b] = std::rotr(static_cast<Word>(v[b] ^ v[c]), V::kR2);
      v[a] = v[a] + v[b] + y;
      v[d] = std::rotr(static_cast<Word>(v[d] ^ v[a]), V::kR3);
      v[c] += v[d];
      v[b] = std::rotr(static_cast<Word>(v[b] ^ v[c]), V::kR4);
    };
    for (int round = 0; round < V::kRounds; round++) {
      const uint8_t* s = kSigma[round % 10];
      g(0, 4, 8, 12, m[s[0]], m[s[1]]);
      g(1, 5, 9, 13, m[s[2]], m[s[3]]);
      g(2, 6, 10, 14, m[s[4]], m[s[5]]);
      g(3, 7, 11, 15, m[s[6]], m[s[7]]);
      g(0, 5, 10, 15, m[s[8]], m[s[9]]);
      g(1, 6, 11, 12, m[s[10]], m[s[11]]);
      g(2, 7, 8, 13, m[s[12]], m[s[13]]);
      g(3, 4, 9, 14, m[s[14]], m[s[15]]);
    }
    for (int i = 0; i < 8; i++) h[i] ^= v[i] ^ v[i + 8];
  }
  void count(size_t n) {
    Word before = counter[0];
    counter[0] += static_cast<Word>(n);
    if (counter[0] < before) counter[1]++;
  }
  void update(const uint8_t* p, size_t n) {
    while (n > 0) {
      if (filled == V::kBlock) {  // more follows, so this block is not the last
        count(V::kBlock);
        compress(buffer, false);
        filled = 0;
      }
      size_t part = V::kBlock - filled < n ? V::kBlock - filled : n;
      std::memcpy(buffer + filled, p, part);
      filled += part;
      p += part;
      n -= part;
    }
  }
  void finish(uint8_t* out) {  // on a copy
    count(filled);
    std::memset(buffer + filled, 0, V::kBlock - filled);
    compress(buffer, true);
    std::memcpy(out, h, digest_size);
  }
};

template <class V>
struct Blake : Object {  // [lock]
  State<V> state;  // [mutex]
  Mutex mutex;
  static Type* type();
};
Type blake2b_type, blake2s_type;
template <>
Type* Blake<B>::type() { return &blake2b_type; }
template <>
Type* Blake<S>::type() { return &blake2s_type; }

template <class V>
void absorb(Thread& t, Blake<V>& self, std::string_view bytes) {
  self.mutex.lock();
  auto* p = reinterpret_cast<const uint8_t*>(bytes.data());
  if (static_cast<ssize>(bytes.size()) < kHashDetachSize) {
    self.state.update(p, bytes.size());
  } else {
    DetachScope detached(t);
    self.state.update(p, bytes.size());
  }
  self.mutex.unlock();
}
template <class V>
State<V> snapshot(Blake<V>& self) {
  self.mutex.lock();
  State<V> copy = self.state;
  self.mutex.unlock();
  return copy;
}

template <class V>
Result<Owned> blake_new(Thread& t, Type& type, Value data, Opt<int> digest_size, Value key, Value salt, Value person, Opt<int> fanout, Opt<int> depth, Value leaf_size,
                        Value node_offset, Opt<int> node_depth, Opt<int> inner_size, bool last_node, Value, Value string) {
  data = TRY(hash_data(t, data, string));
  int size = digest_size ? digest_size.value : static_cast<int>(V::kOut);
  if (size <= 0 || size > static_cast<int>(V::kOut)) return raise_value_error(t, "digest_size for %s must be between 1 and %d bytes, here it is %d", sizeof(typename V::Word) == 8 ? "Blake2b" : "Blake2s", static_cast<int>(V::kOut), size);
  BytesLike key_view, salt_view, person_view, input;
  uint8_t parameters[64] = {};
  if (!salt.is_null()) {
    TRY(salt_view.acquire(t, salt));
    if (salt_view.size() > static_cast<ssize>(V::kSalt)) return raise_value_error(t, "maximum salt length is %d bytes", static_cast<int>(V::kSalt));
  }
  if (!person.is_null()) {
    TRY(person_view.acquire(t, person));
    if (person_view.size() > static_cast<ssize>(V::kPerson)) return raise_value_error(t, "maximum person length is %d bytes", static_cast<int>(V::kPerson));
  }
  int fan = fanout ? fanout.value : 1, levels = depth ? depth.value : 1, node_level = node_depth ? node_depth.value : 0, inner = inner_size ? inner_size.value : 0;
  if (fan < 0 || fan > 255) return raise_value_error(t, "fanout must be between 0 and 255");
  if (levels <= 0 || levels > 255) return raise_value_error(t, "depth must be between 1 and 255");
  bool fits = true;
  uint64_t leaf = 0, offset = 0;
  if (!leaf_size.is_null()) {
    Owned n = TRY(number_index(t, leaf_size));
    leaf = int_as_uint64(n, &fits);
    if (int_sign(n) < 0) return raise_overflow_error(t, "can't convert negative value to unsigned int");
    if (!fits || leaf > 0xffffffffu) return raise_overflow_error(t, "leaf_size is too large");
  }
  if (!node_offset.is_null()) {
    Owned n = TRY(number_index(t, node_offset));
    offset = int_as_uint64(n, &fits);
    if (int_sign(n) < 0) return raise_overflow_error(t, "can't convert negative value to unsigned int");
    if (!fits) return raise_overflow_error(t, "Python int too large to convert to C unsigned long");
    if (offset > V::kMaxOffset) return raise_overflow_error(t, "node_offset is too large");
  }
  if (node_level < 0 || node_level > 255) return raise_value_error(t, "node_depth must be between 0 and 255");
  if (inner < 0 || inner > static_cast<int>(V::kOut)) return raise_value_error(t, "inner_size must be between 0 and is %d", static_cast<int>(V::kOut));
  if (!key.is_null()) {
    TRY(key_view.acquire(t, key));
    if (key_view.size() > static_cast<ssize>(V::kKey)) return raise_value_error(t, "maximum key length is %d bytes", static_cast<int>(V::kKey));
  }
  if (!data.is_null()) TRY(hash_input(t, data, input));

  // The parameter block.
  parameters[0] = static_cast<uint8_t>(size);
  parameters[1] = static_cast<uint8_t>(key_view.size());
  parameters[2] = static_cast<uint8_t>(fan);
  parameters[3] = static_cast<uint8_t>(levels);
  for (int i = 0; i < 4; i++) parameters[4 + i] = static_cast<uint8_t>(leaf >> 8 * i);
  constexpr int kOffsetBytes = sizeof(typename V::Word) == 8 ? 8 : 6;
  for (int i = 0; i < kOffsetBytes; i++) parameters[8 + i] = static_cast<uint8_t>(offset >> 8 * i);
  parameters[8 + kOffsetBytes] = static_cast<uint8_t>(node_level);
  parameters[9 + kOffsetBytes] = static_cast<uint8_t>(inner);
  constexpr size_t kSaltAt = sizeof(typename V::Word) == 8 ? 32 : 16;
  if (salt_view.size()) std::memcpy(parameters + kSaltAt, salt_view.data(), static_cast<size_t>(salt_view.size()));
  if (person_view.size()) std::memcpy(parameters + kSaltAt + V::kSalt, person_view.data(), static_cast<size_t>(person_view.size()));

  auto self = TRY(make_object<Blake<V>>(t, &type));
  auto& state = self->state;
  typename V::Word words[8];
  std::memcpy(words, parameters, sizeof words);
  for (int i = 0; i < 8; i++) state.h[i] = V::kIv[i] ^ words[i];
  state.digest_size = static_cast<uint8_t>(size);
  state.last_node = last_node;
  if (key_view.size()) {
    uint8_t block[V::kBlock] = {};
    std::memcpy(block, key_view.data(), static_cast<size_t>(key_view.size()));
    state.update(block, V::kBlock);
  }
  if (input.size()) absorb(t, *self, input.view());
  return Owned(std::move(self));
}
template <class V>
Result<void> blake_update(Thread& t, Blake<V>& self, Value data) {
  BytesLike input;
  TRY(hash_input(t, data, input));
  absorb(t, self, input.view());
  return {};
}
template <class V>
Result<Owned> blake_digest(Thread& t, Blake<V>& self) {
  State<V> state = snapshot(self);
  uint8_t out[V::kOut];
  state.finish(out);
  return Owned(TRY(bytes_new(t, out, state.digest_size)));
}
template <class V>
Result<Owned> blake_hexdigest(Thread& t, Blake<V>& self) {
  State<V> state = snapshot(self);
  uint8_t out[V::kOut];
  state.finish(out);
  return hash_hex(t, out, state.digest_size);
}
template <class V>
Result<Owned> blake_copy(Thread& t, Blake<V>& self) {
  auto copy = TRY(make_object<Blake<V>>(t, type_of(Value(&self))));
  copy->state = snapshot(self);
  return Owned(std::move(copy));
}
template <class V>
Result<Owned> blake_name(Thread& t, Blake<V>&) { return Owned(TRY(str_from_ascii(t, V::kName))); }
template <class V>
int blake_block_size(Thread&, Blake<V>&) { return V::kBlock; }
template <class V>
int blake_digest_size(Thread&, Blake<V>& self) { return self.state.digest_size; }

template <class V>
constexpr MethodDef kMethods[] = {
    method<&blake_update<V>>("update", "($self, data, /)", "Update this hash object's state with the provided bytes-like object."),
    method<&blake_digest<V>>("digest", "($self, /)", "Return the digest value as a bytes object."),
    method<&blake_hexdigest<V>>("hexdigest", "($self, /)", "Return the digest value as a string of hexadecimal digits."),
    method<&blake_copy<V>>("copy", "($self, /)", "Return a copy of the hash object."), {}};
template <class V>
constexpr GetSetDef kGetSet[] = {getter<&blake_name<V>>("name"), getter<&blake_block_size<V>>("block_size"), getter<&blake_digest_size<V>>("digest_size"), {}};
constexpr TypeOps kBOps = {.create = constructor<"blake2b", "(data=b'', /, *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)", &blake_new<B>>};
constexpr TypeOps kSOps = {.create = constructor<"blake2s", "(data=b'', /, *, digest_size=32, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)", &blake_new<S>>};
constexpr TypeDef kBDef = {.name = "_blake2.blake2b", .size = sizeof(Blake<B>), .flags = kTypeBase | kTypeImmutable, .ops = &kBOps, .methods = kMethods<B>, .getset = kGetSet<B>,
    .doc = "Return a new BLAKE2b hash object."};
constexpr TypeDef kSDef = {.name = "_blake2.blake2s", .size = sizeof(Blake<S>), .flags = kTypeBase | kTypeImmutable, .ops = &kSOps, .methods = kMethods<S>, .getset = kGetSet<S>,
    .doc = "Return a new BLAKE2s hash object."};

template <class V>
Result<void> add_class(Thread& t, Module& m, Type* type, const TypeDef& def) {
  TRY(type_ready(t, type, def));
  const struct { const char* name; uint64_t value; } kLimits[] = {{"SALT_SIZE", V::kSalt}, {"PERSON_SIZE", V::kPerson}, {"MAX_KEY_SIZE", V::kKey}, {"MAX_DIGEST_SIZE", V::kOut}};
  for (const auto& row : kLimits) {
    Value name = TRY(str_intern_utf8(t, row.name));
    TRY(type_dict_set(t, type, name, Value::small_int_unchecked(static_cast<int64_t>(row.value))));
  }
  return module_add_type(t, m, type);
}
Result<void> blake2_exec(Thread& t, Module& m) {
  TRY(add_class<B>(t, m, &blake2b_type, kBDef));
  TRY(add_class<S>(t, m, &blake2s_type, kSDef));
  return module_add_int(t, m, "_GIL_MINSIZE", kHashDetachSize);
}
constexpr ModuleDef kBlake2Module = {.name = "_blake2", .doc = "_blake2b provides BLAKE2b for hashlib\n", .exec = &blake2_exec};
TY_MODULE(kBlake2Module)

}  // namespace

}  // namespace ty
