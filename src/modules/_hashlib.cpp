// modules/_hashlib.cpp: hashes over OpenSSL: _hashlib, and the types of _md5, _sha1, _sha2, _sha3. CPython: Modules/_hashopenssl.c and the named ones.
//
// Threads     an object's context is guarded by its own Mutex, held while detached for long inputs.
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <strings.h>

#include <climits>
#include <cstring>

#include "modules/_hash_common.h"
#include "modules/new_exception.h"
#include "sync/mutex.h"
#include "sync/thread_state.h"
#include "types/container.h"
#include "types/int.h"
#include "types/set.h"

namespace ty {

namespace {

GlobalSlot g_unsupported;

struct Digest {
  const char* name;     // Python's
  const char* openssl;
  bool xof;
};
constexpr Digest kDigests[] = {
    {"md5", "MD5", false}, {"sha1", "SHA1", false}, {"sha224", "SHA224", false}, {"sha256", "SHA256", false}, {"sha384", "SHA384", false},
    {"sha512", "SHA512", false}, {"sha3_224", "SHA3-224", false}, {"sha3_256", "SHA3-256", false}, {"sha3_384", "SHA3-384", false},
    {"sha3_512", "SHA3-512", false}, {"shake_128", "SHAKE128", true}, {"shake_256", "SHAKE256", true}, {"sha512_224", "SHA512-224", false},
    {"sha512_256", "SHA512-256", false}, {"blake2b", "BLAKE2B-512", false}, {"blake2s", "BLAKE2S-256", false}, {"ripemd160", "RIPEMD160", false},
    {"sm3", "SM3", false}, {"md5-sha1", "MD5-SHA1", false}};

struct Hash : Object {  // [lock]
  EVP_MD_CTX* context;   // [mutex]
  const Digest* digest;  // [const]
  Mutex mutex;
  static Type* type();
};
struct Hmac : Object {  // [lock]
  EVP_MD_CTX* inner;     // [mutex]
  EVP_MD_CTX* outer;     // [const] the key absorbed
  const Digest* digest;  // [const]
  Mutex mutex;
  static Type* type();
};
Type hash_type, hashxof_type, hmac_type;
Type* Hash::type() { return &hash_type; }
Type* Hmac::type() { return &hmac_type; }

void hash_release(Object* o) { EVP_MD_CTX_free(static_cast<Hash*>(o)->context); }
void hmac_release(Object* o) {
  EVP_MD_CTX_free(static_cast<Hmac*>(o)->inner);
  EVP_MD_CTX_free(static_cast<Hmac*>(o)->outer);
}
const Digest* find_digest(std::string_view name) {
  for (const Digest& d : kDigests) {
    auto same = [&](const char* text) { return strlen(text) == name.size() && strncasecmp(text, name.data(), name.size()) == 0; };
    if (same(d.name) || same(d.openssl)) return &d;
  }
  return nullptr;
}
EVP_MD* fetch(const Digest& digest) { return EVP_MD_fetch(nullptr, digest.openssl, nullptr); }
Raised openssl_error(Thread& t) { return raise_value_error(t, "error in the OpenSSL library"); }

class LockScope {
 public:
  explicit LockScope(Mutex& m) : m_(m) { m_.lock(); }
  ~LockScope() { m_.unlock(); }
  LockScope(const LockScope&) = delete;

 private:
  Mutex& m_;
};

bool absorb(Thread& t, EVP_MD_CTX* context, std::string_view bytes) {
  if (static_cast<ssize>(bytes.size()) < kHashDetachSize) return EVP_DigestUpdate(context, bytes.data(), bytes.size());
  DetachScope detached(t);
  return EVP_DigestUpdate(context, bytes.data(), bytes.size());
}

Result<Owned> hash_make(Thread& t, Type* type, const Digest& digest, Value data) {
  BytesLike input;
  if (!data.is_null()) TRY(hash_input(t, data, input));
  EVP_MD* md = fetch(digest);
  if (!md) return raise_value_error(t, "unsupported hash type %s", digest.name);
  auto self = TRY(make_object<Hash>(t, type));
  self->digest = &digest;
  self->context = EVP_MD_CTX_new();
  bool ok = self->context && EVP_DigestInit_ex(self->context, md, nullptr);
  EVP_MD_free(md);
  if (!ok) return openssl_error(t);
  if (input.size() && !absorb(t, self->context, input.view())) return openssl_error(t);
  return Owned(std::move(self));
}
Result<Owned> hash_copy(Thread& t, Hash& self) {
  auto copy = TRY(make_object<Hash>(t, type_of(Value(&self))));
  copy->digest = self.digest;
  copy->context = EVP_MD_CTX_new();
  if (!copy->context) return raise_memory_error(t);
  LockScope lock(self.mutex);
  if (!EVP_MD_CTX_copy_ex(copy->context, self.context)) return openssl_error(t);
  return Owned(std::move(copy));
}
Result<void> hash_update(Thread& t, Hash& self, Value data) {
  BytesLike input;
  TRY(hash_input(t, data, input));
  LockScope lock(self.mutex);
  if (!absorb(t, self.context, input.view())) return openssl_error(t);
  return {};
}
struct Output {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
};
Result<void> finalize(Thread& t, Hash& self, Output& out) {
  EVP_MD_CTX* copy = EVP_MD_CTX_new();
  if (!copy) return raise_memory_error(t);
  bool ok;
  {
    LockScope lock(self.mutex);
    ok = EVP_MD_CTX_copy_ex(copy, self.context);
  }
  ok = ok && EVP_DigestFinal_ex(copy, out.bytes, &out.size);
  EVP_MD_CTX_free(copy);
  if (!ok) return openssl_error(t);
  return {};
}
Result<Owned> hash_digest(Thread& t, Hash& self) {
  Output out;
  TRY(finalize(t, self, out));
  return Owned(TRY(bytes_new(t, out.bytes, out.size)));
}
Result<Owned> hash_hexdigest(Thread& t, Hash& self) {
  Output out;
  TRY(finalize(t, self, out));
  return hash_hex(t, out.bytes, out.size);
}
Result<Ref<Bytes>> squeeze(Thread& t, Hash& self, ssize length) {
  if (length < 0) return raise_value_error(t, "value must be positive");
  if (length >= (1 << 29)) return raise_value_error(t, "length is too large");
  Ref<Bytes> result = TRY(bytes_new(t, nullptr, length));
  EVP_MD_CTX* copy = EVP_MD_CTX_new();
  if (!copy) return raise_memory_error(t);
  bool ok;
  {
    LockScope lock(self.mutex);
    ok = EVP_MD_CTX_copy_ex(copy, self.context);
  }
  ok = ok && (length == 0 || EVP_DigestFinalXOF(copy, reinterpret_cast<unsigned char*>(result->data()), static_cast<size_t>(length)));
  EVP_MD_CTX_free(copy);
  if (!ok) return openssl_error(t);
  return result;
}
Result<Owned> xof_digest(Thread& t, Hash& self, ssize length) { return Owned(TRY(squeeze(t, self, length))); }
Result<Owned> xof_hexdigest(Thread& t, Hash& self, ssize length) {
  Ref<Bytes> bytes = TRY(squeeze(t, self, length));
  return hash_hex(t, reinterpret_cast<unsigned char*>(bytes->data()), static_cast<size_t>(bytes->size));
}
int hash_digest_size(Thread&, Hash& self) { return self.digest->xof ? 0 : EVP_MD_CTX_get_size(self.context); }
int hash_block_size(Thread&, Hash& self) { return EVP_MD_CTX_get_block_size(self.context); }
Result<Owned> hash_name(Thread& t, Hash& self) { return Owned(TRY(str_from_ascii(t, self.digest->name))); }
int hash_rate_bits(Thread&, Hash& self) { return EVP_MD_CTX_get_block_size(self.context) * 8; }
int hash_capacity_bits(Thread&, Hash& self) { return 1600 - EVP_MD_CTX_get_block_size(self.context) * 8; }
Result<Owned> hash_suffix(Thread& t, Hash& self) { return Owned(TRY(bytes_new(t, self.digest->xof ? "\x1f" : "\x06", 1))); }
Result<Owned> hash_repr(Thread& t, Value v) {
  auto* self = v.as<Hash>();
  return Owned(TRY(str_from_format(t, "<%s %s object @ %p>", self->digest->name, type_of(Value(self))->name, static_cast<void*>(self))));
}

template <int index>
Result<Owned> openssl_constructor(Thread& t, Value data, Value, Value string) {
  return hash_make(t, kDigests[index].xof ? &hashxof_type : &hash_type, kDigests[index], TRY(hash_data(t, data, string)));
}
Result<const Digest*> digest_named(Thread& t, Value name) {
  if (!is_str(name)) return raise_type_error(t, "new() argument 'name' must be str, not %s", type_of(name)->name);
  std::string_view text = TRY(str_utf8(t, *name.as<Str>()));
  const Digest* digest = find_digest(text);
  EVP_MD* md = digest ? fetch(*digest) : nullptr;
  if (!md) return raise_value_error(t, "unsupported hash type %U", name);
  EVP_MD_free(md);
  return digest;
}
Result<Owned> hashlib_new(Thread& t, Value name, Value data, Value, Value string) {
  const Digest* digest = TRY(digest_named(t, name));
  return hash_make(t, digest->xof ? &hashxof_type : &hash_type, *digest, TRY(hash_data(t, data, string)));
}

// --- HMAC ---
Result<const Digest*> digestmod_of(Thread& t, Value v) {
  if (is_str(v)) {
    std::string_view text = TRY(str_utf8(t, *v.as<Str>()));
    const Digest* digest = find_digest(text);
    EVP_MD* md = digest ? fetch(*digest) : nullptr;
    if (md) {
      EVP_MD_free(md);
      return digest;
    }
    return raise_format(t, exception_in(g_unsupported), "Unsupported digestmod %R", v);
  }
  // A constructor of this module: openssl_sha256 and the like.
  Owned name = TRY(find_attribute(t, v, NAME("__name__")));
  if (!name.value().is_empty() && is_str(name)) {
    std::string_view text = TRY(str_utf8(t, *name.value().as<Str>()));
    if (text.starts_with("openssl_")) {
      if (const Digest* digest = find_digest(text.substr(8))) return digest;
    }
  }
  return raise_format(t, exception_in(g_unsupported), "Unsupported digestmod %R", v);
}
Result<Owned> hashlib_hmac_new(Thread& t, Value key, Value message, Value digestmod) {
  BytesLike key_view, message_view;
  TRY(hash_input(t, key, key_view));
  if (key_view.size() > INT_MAX) return raise_overflow_error(t, "key is too long.");
  if (digestmod.is_null() || is_none(digestmod)) return raise_type_error(t, "Missing required parameter 'digestmod'.");
  const Digest* digest = TRY(digestmod_of(t, digestmod));
  if (!message.is_null() && !is_none(message)) TRY(hash_input(t, message, message_view));
  EVP_MD* md = fetch(*digest);
  if (!md) return openssl_error(t);
  auto self = TRY(make_object<Hmac>(t));
  self->digest = digest;
  self->inner = EVP_MD_CTX_new();
  self->outer = EVP_MD_CTX_new();
  unsigned char block[256] = {}, pad[256];
  int size = EVP_MD_get_block_size(md);
  bool ok = self->inner && self->outer && size > 0 && size <= 256 && !digest->xof;
  if (ok) {
    if (key_view.size() > size) {
      unsigned n;
      ok = EVP_Digest(key_view.data(), static_cast<size_t>(key_view.size()), block, &n, md, nullptr);
    } else if (key_view.size()) {
      std::memcpy(block, key_view.data(), static_cast<size_t>(key_view.size()));
    }
    for (int i = 0; i < size; i++) pad[i] = block[i] ^ 0x36;
    ok = ok && EVP_DigestInit_ex(self->inner, md, nullptr) && EVP_DigestUpdate(self->inner, pad, static_cast<size_t>(size));
    for (int i = 0; i < size; i++) pad[i] = block[i] ^ 0x5c;
    ok = ok && EVP_DigestInit_ex(self->outer, md, nullptr) && EVP_DigestUpdate(self->outer, pad, static_cast<size_t>(size));
  }
  EVP_MD_free(md);
  if (!ok) return openssl_error(t);
  if (message_view.size() && !absorb(t, self->inner, message_view.view())) return openssl_error(t);
  return Owned(std::move(self));
}
Result<void> hmac_finalize(Thread& t, Hmac& self, Output& out) {
  EVP_MD_CTX* copy = EVP_MD_CTX_new();
  if (!copy) return raise_memory_error(t);
  bool ok;
  {
    LockScope lock(self.mutex);
    ok = EVP_MD_CTX_copy_ex(copy, self.inner);
  }
  Output inner;
  ok = ok && EVP_DigestFinal_ex(copy, inner.bytes, &inner.size) && EVP_MD_CTX_copy_ex(copy, self.outer) &&
       EVP_DigestUpdate(copy, inner.bytes, inner.size) && EVP_DigestFinal_ex(copy, out.bytes, &out.size);
  EVP_MD_CTX_free(copy);
  if (!ok) return openssl_error(t);
  return {};
}
Result<Owned> hmac_digest(Thread& t, Hmac& self) {
  Output out;
  TRY(hmac_finalize(t, self, out));
  return Owned(TRY(bytes_new(t, out.bytes, out.size)));
}
Result<Owned> hmac_hexdigest(Thread& t, Hmac& self) {
  Output out;
  TRY(hmac_finalize(t, self, out));
  return hash_hex(t, out.bytes, out.size);
}
Result<void> hmac_update(Thread& t, Hmac& self, Value message) {
  BytesLike input;
  TRY(hash_input(t, message, input));
  LockScope lock(self.mutex);
  if (!absorb(t, self.inner, input.view())) return openssl_error(t);
  return {};
}
Result<Owned> hmac_copy(Thread& t, Hmac& self) {
  auto copy = TRY(make_object<Hmac>(t));
  copy->digest = self.digest;
  copy->inner = EVP_MD_CTX_new();
  copy->outer = EVP_MD_CTX_new();
  if (!copy->inner || !copy->outer) return raise_memory_error(t);
  LockScope lock(self.mutex);
  if (!EVP_MD_CTX_copy_ex(copy->inner, self.inner) || !EVP_MD_CTX_copy_ex(copy->outer, self.outer)) return openssl_error(t);
  return Owned(std::move(copy));
}
int hmac_digest_size(Thread&, Hmac& self) { return EVP_MD_CTX_get_size(self.outer); }
int hmac_block_size(Thread&, Hmac& self) { return EVP_MD_CTX_get_block_size(self.outer); }
Result<Owned> hmac_name(Thread& t, Hmac& self) { return Owned(TRY(str_from_format(t, "hmac-%s", self.digest->name))); }
Result<Owned> hmac_repr(Thread& t, Value v) {
  auto* self = v.as<Hmac>();
  return Owned(TRY(str_from_format(t, "<%s HMAC object @ %p>", self->digest->name, static_cast<void*>(self))));
}
Result<Owned> hashlib_hmac_digest(Thread& t, BytesLike& key, BytesLike& message, Value digestmod) {
  if (key.size() > INT_MAX) return raise_overflow_error(t, "key is too long.");
  if (message.size() > INT_MAX) return raise_overflow_error(t, "msg is too long.");
  const Digest* digest = TRY(digestmod_of(t, digestmod));
  EVP_MD* md = fetch(*digest);
  if (!md) return openssl_error(t);
  Output out;
  bool ok;
  {
    DetachScope detached(t);
    ok = HMAC(md, key.data(), static_cast<int>(key.size()), reinterpret_cast<unsigned char*>(message.data()), static_cast<size_t>(message.size()), out.bytes, &out.size);
  }
  EVP_MD_free(md);
  if (!ok) return openssl_error(t);
  return Owned(TRY(bytes_new(t, out.bytes, out.size)));
}

// --- key derivation ---
Result<Owned> hashlib_pbkdf2(Thread& t, Value hash_name_value, BytesLike& password, BytesLike& salt, ssize iterations, Value dklen) {
  const Digest* digest = TRY(digest_named(t, hash_name_value));
  if (password.size() > INT_MAX) return raise_overflow_error(t, "password is too long.");
  if (salt.size() > INT_MAX) return raise_overflow_error(t, "salt is too long.");
  if (iterations < 1) return raise_value_error(t, "iteration value must be greater than 0.");
  if (iterations > INT_MAX) return raise_overflow_error(t, "iteration value is too great.");
  EVP_MD* md = fetch(*digest);
  if (!md) return openssl_error(t);
  ssize length = EVP_MD_get_size(md);
  if (!is_none(dklen)) {
    auto r = number_as_ssize(t, dklen, &exc_OverflowError);
    if (!r.ok()) {
      EVP_MD_free(md);
      return Raised{};
    }
    length = r.take();
  }
  if (length < 1 || length > INT_MAX) {
    EVP_MD_free(md);
    if (length < 1) return raise_value_error(t, "key length must be greater than 0.");
    return raise_overflow_error(t, "key length is too great.");
  }
  Ref<Bytes> key = TRY(bytes_new(t, nullptr, length));
  bool ok;
  {
    DetachScope detached(t);
    ok = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), reinterpret_cast<unsigned char*>(salt.data()), static_cast<int>(salt.size()),
                           static_cast<int>(iterations), md, static_cast<int>(length), reinterpret_cast<unsigned char*>(key->data()));
  }
  EVP_MD_free(md);
  if (!ok) return openssl_error(t);
  return Owned(std::move(key));
}
Result<uint64_t> scrypt_number(Thread& t, Value v, const char* message) {
  if (!is_int(v)) return raise_type_error(t, "%s", message);
  bool fits;
  uint64_t n = int_as_uint64(v, &fits);
  if (!fits) return raise_type_error(t, "%s", message);
  return n;
}
Result<Owned> hashlib_scrypt(Thread& t, BytesLike& password, Value salt_value, Value nv, Value rv, Value pv, int64_t maxmem, Opt<ssize> dklen_option) {
  if (password.size() > INT_MAX) return raise_overflow_error(t, "password is too long.");
  if (is_none(salt_value)) return raise_type_error(t, "salt is required");
  BytesLike salt;
  TRY(salt.acquire(t, salt_value));
  if (salt.size() > INT_MAX) return raise_overflow_error(t, "salt is too long.");
  uint64_t n = TRY(scrypt_number(t, nv, "n is required and must be an unsigned int"));
  if (n < 2 || n & (n - 1)) return raise_value_error(t, "n must be a power of 2.");
  uint64_t r = TRY(scrypt_number(t, rv, "r is required and must be an unsigned int"));
  uint64_t p = TRY(scrypt_number(t, pv, "p is required and must be an unsigned int"));
  if (maxmem < 0 || maxmem > INT_MAX) return raise_value_error(t, "maxmem must be positive and smaller than %d", INT_MAX);
  ssize dklen = dklen_option ? dklen_option.value : 64;
  if (dklen < 1 || dklen > INT_MAX) return raise_value_error(t, "dklen must be greater than 0 and smaller than %d", INT_MAX);
  Ref<Bytes> key = TRY(bytes_new(t, nullptr, dklen));
  bool ok;
  {
    DetachScope detached(t);
    ok = EVP_PBE_scrypt(password.data(), static_cast<size_t>(password.size()), reinterpret_cast<unsigned char*>(salt.data()), static_cast<size_t>(salt.size()), n, r, p,
                        static_cast<uint64_t>(maxmem), reinterpret_cast<unsigned char*>(key->data()), static_cast<size_t>(dklen));
  }
  if (!ok) return raise_value_error(t, "Invalid parameter combination for n, r, p, maxmem.");
  return Owned(std::move(key));
}

Result<bool> hashlib_compare_digest(Thread& t, Value a, Value b) {
  auto compare = [](std::string_view x, std::string_view y) {  // time depends on y alone
    volatile unsigned char difference = x.size() == y.size() ? 0 : 1;
    std::string_view left = x.size() == y.size() ? x : y;
    for (size_t i = 0; i < y.size(); i++) difference = difference | static_cast<unsigned char>(left[i] ^ y[i]);
    return difference == 0;
  };
  if (is_str(a) && is_str(b)) {
    auto &x = *a.as<Str>(), &y = *b.as<Str>();
    if (!x.is_ascii() || !y.is_ascii()) return raise_type_error(t, "comparing strings with non-ASCII characters is not supported");
    return compare({x.ascii(), static_cast<size_t>(x.length)}, {y.ascii(), static_cast<size_t>(y.length)});
  }
  if (is_str(a) || is_str(b) || !has_buffer(a) || !has_buffer(b)) {
    return raise_type_error(t, "unsupported operand types(s) or combination of types: '%.100s' and '%.100s'", type_of(a)->name, type_of(b)->name);
  }
  BytesLike x, y;
  TRY(x.acquire(t, a));
  TRY(y.acquire(t, b));
  return compare(x.view(), y.view());
}
int hashlib_get_fips_mode(Thread&) { return EVP_default_properties_is_fips_enabled(nullptr); }

// --- types ---
#define HASH_METHODS                                                                                                  \
  method<&hash_update>("update", "($self, obj, /)", "Update this hash object's state with the provided string."),     \
      method<&hash_copy>("copy", "($self, /)", "Return a copy of the hash object.")
constexpr MethodDef kHashMethods[] = {
    HASH_METHODS, method<&hash_digest>("digest", "($self, /)", "Return the digest value as a bytes object."),
    method<&hash_hexdigest>("hexdigest", "($self, /)", "Return the digest value as a string of hexadecimal digits."), {}};
constexpr MethodDef kXofMethods[] = {
    HASH_METHODS, method<&xof_digest>("digest", "($self, /, length)", "Return the digest value as a bytes object."),
    method<&xof_hexdigest>("hexdigest", "($self, /, length)", "Return the digest value as a string of hexadecimal digits."), {}};
constexpr GetSetDef kHashGetSet[] = {getter<&hash_digest_size>("digest_size"), getter<&hash_block_size>("block_size"), getter<&hash_name>("name"), {}};
constexpr GetSetDef kSha3GetSet[] = {getter<&hash_digest_size>("digest_size"), getter<&hash_block_size>("block_size"), getter<&hash_name>("name"),
    getter<&hash_capacity_bits>("_capacity_bits"), getter<&hash_rate_bits>("_rate_bits"), getter<&hash_suffix>("_suffix"), {}};
constexpr TypeOps kHashOps = {.repr = &hash_repr};
constexpr TypeDef hash_def(const char* name, const MethodDef* methods, const GetSetDef* getset, Type* base, uint64_t flags, const TypeOps* ops) {
  return TypeDef{.name = name, .size = sizeof(Hash), .base = base, .flags = flags, .layout = {.release = &hash_release}, .ops = ops, .methods = methods, .getset = getset,
                 .doc = "A hash is an object used to calculate a checksum of a string of information."};
}
constexpr uint64_t kNoInstances = kTypeDisallowInstantiation | kTypeImmutable;
constexpr TypeDef kHashDef = hash_def("_hashlib.HASH", kHashMethods, kHashGetSet, nullptr, kNoInstances | kTypeBase, &kHashOps);
constexpr TypeDef kXofDef = hash_def("_hashlib.HASHXOF", kXofMethods, kHashGetSet, &hash_type, kNoInstances | kTypeBase, &kHashOps);
constexpr MethodDef kHmacMethods[] = {
    method<&hmac_update>("update", "($self, /, msg)", "Update the HMAC object with msg."), method<&hmac_digest>("digest", "($self, /)", "Return the digest of the bytes passed to the update() method so far."),
    method<&hmac_hexdigest>("hexdigest", "($self, /)", "Return hexadecimal digest of the bytes passed to the update() method so far.\n\nThis may be used to exchange the value safely in email or other non-binary\nenvironments."),
    method<&hmac_copy>("copy", "($self, /)", "Return a copy (\"clone\") of the HMAC object."), {}};
constexpr GetSetDef kHmacGetSet[] = {getter<&hmac_digest_size>("digest_size"), getter<&hmac_block_size>("block_size"), getter<&hmac_name>("name"), {}};
constexpr TypeOps kHmacOps = {.repr = &hmac_repr};
constexpr TypeDef kHmacDef = {.name = "_hashlib.HMAC", .size = sizeof(Hmac), .flags = kNoInstances, .layout = {.release = &hmac_release}, .ops = &kHmacOps,
    .methods = kHmacMethods, .getset = kHmacGetSet, .doc = "The object used to calculate HMAC of a message."};

Result<void> hashlib_exec(Thread& t, Module& m) {
  TRY(type_ready(t, &hash_type, kHashDef));
  TRY(type_ready(t, &hashxof_type, kXofDef));
  TRY(type_ready(t, &hmac_type, kHmacDef));
  TRY(module_add_type(t, m, &hash_type));
  TRY(module_add_type(t, m, &hashxof_type));
  TRY(module_add_type(t, m, &hmac_type));
  TRY(module_add_exception(t, m, g_unsupported, "_hashlib", "UnsupportedDigestmodError", Value(&exc_ValueError)));
  Owned names = TRY(set_new(t, nullptr));
  for (const Digest& digest : kDigests) {
    EVP_MD* md = fetch(digest);
    if (!md) continue;
    EVP_MD_free(md);
    Ref<Str> name = TRY(str_from_ascii(t, digest.name));
    TRY(set_add(t, names, name));
  }
  Owned frozen = TRY(frozenset_new(t, names));
  TRY(module_add(t, m, "openssl_md_meth_names", frozen));
  return module_add(t, m, "_GIL_MINSIZE", Value::small_int_unchecked(kHashDetachSize));
}
#define OPENSSL_FUNCTION(name, index) \
  function<&openssl_constructor<index>>("openssl_" name, "($module, /, data=b'', *, usedforsecurity=True, string=None)", "Returns a " name " hash object; optionally initialized with a string")
constexpr MethodDef kHashlibMethods[] = {
    function<&hashlib_new>("new", "($module, /, name, data=b'', *, usedforsecurity=True, string=None)",
        "Return a new hash object using the named algorithm.\n\nAn optional string argument may be provided and will be\nautomatically hashed.\n\nThe MD5 and SHA1 algorithms are always supported."),
    OPENSSL_FUNCTION("md5", 0), OPENSSL_FUNCTION("sha1", 1), OPENSSL_FUNCTION("sha224", 2), OPENSSL_FUNCTION("sha256", 3), OPENSSL_FUNCTION("sha384", 4),
    OPENSSL_FUNCTION("sha512", 5), OPENSSL_FUNCTION("sha3_224", 6), OPENSSL_FUNCTION("sha3_256", 7), OPENSSL_FUNCTION("sha3_384", 8),
    OPENSSL_FUNCTION("sha3_512", 9), OPENSSL_FUNCTION("shake_128", 10), OPENSSL_FUNCTION("shake_256", 11),
    function<&hashlib_pbkdf2>("pbkdf2_hmac", "($module, /, hash_name, password, salt, iterations, dklen=None)", "Password based key derivation function 2 (PKCS #5 v2.0) with HMAC as pseudorandom function."),
    function<&hashlib_scrypt>("scrypt", "($module, /, password, *, salt=None, n=None, r=None, p=None, maxmem=0, dklen=64)", "scrypt password-based key derivation function."),
    function<&hashlib_hmac_digest>("hmac_digest", "($module, /, key, msg, digest)", "Single-shot HMAC."),
    function<&hashlib_hmac_new>("hmac_new", "($module, /, key, msg=b'', digestmod=None)", "Return a new hmac object."),
    function<&hashlib_compare_digest>("compare_digest", "($module, a, b, /)",
        "Return 'a == b'.\n\nThis function uses an approach designed to prevent\ntiming analysis, making it appropriate for cryptography.\n\na and b must both be of the same type: either str (ASCII only),\nor any bytes-like object.\n\nNote: If a and b are of different lengths, or if an error occurs,\na timing attack could theoretically reveal information about the\ntypes and lengths of a and b--but not their values."),
    function<&hashlib_get_fips_mode>("get_fips_mode", "($module, /)", "Determine the OpenSSL FIPS mode of operation."), {}};
constexpr ModuleDef kHashlibModule = {.name = "_hashlib", .doc = "OpenSSL interface for hashlib module", .methods = kHashlibMethods, .exec = &hashlib_exec};
TY_MODULE(kHashlibModule)

// --- _md5, _sha1, _sha2, _sha3: one type each ---
Type builtin_types[12];
constexpr TypeDef kBuiltinDefs[12] = {
    hash_def("_md5.md5", kHashMethods, kHashGetSet, nullptr, kNoInstances, nullptr), hash_def("_sha1.sha1", kHashMethods, kHashGetSet, nullptr, kNoInstances, nullptr),
    hash_def("_sha2.SHA224Type", kHashMethods, kHashGetSet, nullptr, kNoInstances, nullptr), hash_def("_sha2.SHA256Type", kHashMethods, kHashGetSet, nullptr, kNoInstances, nullptr),
    hash_def("_sha2.SHA384Type", kHashMethods, kHashGetSet, nullptr, kNoInstances, nullptr), hash_def("_sha2.SHA512Type", kHashMethods, kHashGetSet, nullptr, kNoInstances, nullptr),
    hash_def("_sha3.sha3_224", kHashMethods, kSha3GetSet, nullptr, kTypeImmutable, nullptr), hash_def("_sha3.sha3_256", kHashMethods, kSha3GetSet, nullptr, kTypeImmutable, nullptr),
    hash_def("_sha3.sha3_384", kHashMethods, kSha3GetSet, nullptr, kTypeImmutable, nullptr), hash_def("_sha3.sha3_512", kHashMethods, kSha3GetSet, nullptr, kTypeImmutable, nullptr),
    hash_def("_sha3.shake_128", kXofMethods, kSha3GetSet, nullptr, kTypeImmutable, nullptr), hash_def("_sha3.shake_256", kXofMethods, kSha3GetSet, nullptr, kTypeImmutable, nullptr)};

template <int index>
Result<Owned> builtin_constructor(Thread& t, Value data, Value, Value string) {
  return hash_make(t, &builtin_types[index], kDigests[index], TRY(hash_data(t, data, string)));
}
template <int index>
Result<Owned> sha3_create(Thread& t, Type& type, Value data, Value, Value string) {
  return hash_make(t, &type, kDigests[index], TRY(hash_data(t, data, string)));
}
template <int first, int last>
Result<void> builtin_exec(Thread& t, Module& m) {
  for (int i = first; i <= last; i++) {
    TRY(type_ready(t, &builtin_types[i], kBuiltinDefs[i]));
    TRY(module_add_type(t, m, &builtin_types[i]));
  }
  return module_add_int(t, m, "_GIL_MINSIZE", kHashDetachSize);
}
#define BUILTIN_FUNCTION(name, index, title) \
  function<&builtin_constructor<index>>(name, "($module, /, data=b'', *, usedforsecurity=True, string=None)", "Return a new " title " hash object; optionally initialized with a string.")
constexpr MethodDef kMd5Methods[] = {BUILTIN_FUNCTION("md5", 0, "MD5"), {}};
constexpr MethodDef kSha1Methods[] = {BUILTIN_FUNCTION("sha1", 1, "SHA1"), {}};
constexpr MethodDef kSha2Methods[] = {BUILTIN_FUNCTION("sha224", 2, "SHA-224"), BUILTIN_FUNCTION("sha256", 3, "SHA-256"), BUILTIN_FUNCTION("sha384", 4, "SHA-384"),
                                      BUILTIN_FUNCTION("sha512", 5, "SHA-512"), {}};
constexpr ModuleDef kMd5Module = {.name = "_md5", .methods = kMd5Methods, .exec = &builtin_exec<0, 0>};
constexpr ModuleDef kSha1Module = {.name = "_sha1", .methods = kSha1Methods, .exec = &builtin_exec<1, 1>};
constexpr ModuleDef kSha2Module = {.name = "_sha2", .methods = kSha2Methods, .exec = &builtin_exec<2, 5>};
TY_MODULE(kMd5Module)
TY_MODULE(kSha1Module)
TY_MODULE(kSha2Module)

// The classes of _sha3 are called themselves.
#define SHA3_OPS(index, name) \
  constexpr TypeOps kSha3Ops##index = {.create = constructor<name, "(data=b'', /, *, usedforsecurity=True, string=None)", &sha3_create<index>>};
SHA3_OPS(6, "sha3_224") SHA3_OPS(7, "sha3_256") SHA3_OPS(8, "sha3_384") SHA3_OPS(9, "sha3_512") SHA3_OPS(10, "shake_128") SHA3_OPS(11, "shake_256")
constexpr const TypeOps* kSha3Ops[] = {&kSha3Ops6, &kSha3Ops7, &kSha3Ops8, &kSha3Ops9, &kSha3Ops10, &kSha3Ops11};
constexpr TypeDef with_ops(TypeDef def, const TypeOps* ops) {
  def.ops = ops;
  return def;
}
constexpr TypeDef kSha3Defs[] = {with_ops(kBuiltinDefs[6], kSha3Ops[0]), with_ops(kBuiltinDefs[7], kSha3Ops[1]), with_ops(kBuiltinDefs[8], kSha3Ops[2]),
                                 with_ops(kBuiltinDefs[9], kSha3Ops[3]), with_ops(kBuiltinDefs[10], kSha3Ops[4]), with_ops(kBuiltinDefs[11], kSha3Ops[5])};
Result<void> sha3_exec(Thread& t, Module& m) {
  for (int i = 0; i < 6; i++) {
    TRY(type_ready(t, &builtin_types[6 + i], kSha3Defs[i]));
    TRY(module_add_type(t, m, &builtin_types[6 + i]));
  }
  return module_add_string(t, m, "implementation", "OpenSSL");
}
constexpr ModuleDef kSha3Module = {.name = "_sha3", .exec = &sha3_exec};
TY_MODULE(kSha3Module)

}  // namespace

}  // namespace ty
