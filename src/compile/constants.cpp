// compile/constants.cpp: the pool of constants.
#include <bit>
#include <cstring>

#include "compile/unit.h"

namespace ty::compile {

namespace {
template <class T>
void add_raw(std::string& key, const T& value) {
  key.append(reinterpret_cast<const char*>(&value), sizeof value);
}
}  // namespace

const Const* ConstPool::intern(const std::string& key, const Const& made) {
  auto it = table_.find(key);
  if (it != table_.end()) return it->second;
  Const* c = arena_.make<Const>(made);
  c->number = count_++;
  table_.emplace(key, c);
  return c;
}

const Const* ConstPool::simple(ConstKind kind) {
  Const c;
  c.kind = kind;
  return intern(std::string(1, static_cast<char>(kind)), c);
}

const Const* ConstPool::integer(int64_t value) {
  Const c;
  c.kind = ConstKind::kInt;
  c.int_value = value;
  std::string key(1, static_cast<char>(c.kind));
  add_raw(key, value);
  return intern(key, c);
}

const Const* ConstPool::integer(big::View value) {
  big::Int64 small = big::to_int64(value);
  if (small.fits) return integer(small.value);
  Const c;
  c.kind = ConstKind::kBigInt;
  c.negative = value.negative;
  std::string key(1, static_cast<char>(c.kind));
  key += value.negative ? '-' : '+';
  key.append(reinterpret_cast<const char*>(value.digits), static_cast<size_t>(value.count) * sizeof(big::Digit));
  c.digits = arena_.copy_span<uint32_t>(value.digits, value.count);
  return intern(key, c);
}

const Const* ConstPool::real(double value) {
  Const c;
  c.kind = ConstKind::kFloat;
  c.real = value;
  std::string key(1, static_cast<char>(c.kind));
  add_raw(key, value);
  return intern(key, c);
}

const Const* ConstPool::complex(double re, double im) {
  Const c;
  c.kind = ConstKind::kComplex;
  c.real = re;
  c.imag = im;
  std::string key(1, static_cast<char>(c.kind));
  add_raw(key, re);
  add_raw(key, im);
  return intern(key, c);
}

const Const* ConstPool::of_text(ConstKind kind, std::string_view text) {
  std::string key(1, static_cast<char>(kind));
  key += text;
  auto it = table_.find(key);
  if (it != table_.end()) return it->second;
  Const c;
  c.kind = kind;
  c.text = arena_.copy_text(text);
  return intern(key, c);
}

const Const* ConstPool::tuple(const std::vector<const Const*>& items, ConstKind kind) {
  Const c;
  c.kind = kind;
  std::string key(1, static_cast<char>(kind));
  for (const Const* item : items) add_raw(key, item->number);
  auto it = table_.find(key);
  if (it != table_.end()) return it->second;
  c.items = arena_.copy_span<const Const*>(items.data(), static_cast<ssize>(items.size()));
  return intern(key, c);
}

const Const* ConstPool::code(CodeUnit* unit) {
  Const c;
  c.kind = ConstKind::kCode;
  c.code = unit;
  std::string key(1, static_cast<char>(c.kind));
  add_raw(key, unit);
  return intern(key, c);
}

const Const* ConstPool::object(void* object) {
  Const c;
  c.kind = ConstKind::kObject;
  c.object = object;
  std::string key(1, static_cast<char>(c.kind));
  add_raw(key, object);
  return intern(key, c);
}

const Const* ConstPool::of(const ast::ConstantValue& v) {
  switch (v.kind) {
    case ast::ConstantKind::None: return none();
    case ast::ConstantKind::True: return boolean(true);
    case ast::ConstantKind::False: return boolean(false);
    case ast::ConstantKind::Ellipsis: return simple(ConstKind::kEllipsis);
    case ast::ConstantKind::Int: {
      if (v.int_value <= INT64_MAX) return integer(static_cast<int64_t>(v.int_value));
      big::Small small(v.int_value, false);
      return integer(small.view());
    }
    case ast::ConstantKind::BigInt: {
      big::Integer n;
      CHECK(big::from_text(n, v.text, v.size, v.base), "out of memory");
      return integer(n.view());
    }
    case ast::ConstantKind::Float: return real(v.double_value);
    case ast::ConstantKind::Complex: return complex(0.0, v.double_value);
    case ast::ConstantKind::Str: return str(v.view());
    case ast::ConstantKind::Bytes: return bytes(v.view());
    case ast::ConstantKind::Object: return static_cast<const Const*>(v.object);
  }
  __builtin_unreachable();
}

bool const_truth(const Const& c) {
  switch (c.kind) {
    case ConstKind::kNone: case ConstKind::kFalse: return false;
    case ConstKind::kInt: return c.int_value != 0;
    case ConstKind::kFloat: return c.real != 0;
    case ConstKind::kComplex: return c.real != 0 || c.imag != 0;
    case ConstKind::kStr: case ConstKind::kBytes: return !c.text.empty();
    case ConstKind::kTuple: case ConstKind::kFrozenSet: return !c.items.empty();
    default: return true;
  }
}

const char* const_type_name(const Const& c) {
  switch (c.kind) {
    case ConstKind::kNone: return "NoneType";
    case ConstKind::kTrue: case ConstKind::kFalse: return "bool";
    case ConstKind::kEllipsis: return "ellipsis";
    case ConstKind::kInt: case ConstKind::kBigInt: return "int";
    case ConstKind::kFloat: return "float";
    case ConstKind::kComplex: return "complex";
    case ConstKind::kStr: case ConstKind::kName: return "str";
    case ConstKind::kBytes: return "bytes";
    case ConstKind::kTuple: return "tuple";
    case ConstKind::kFrozenSet: return "frozenset";
    case ConstKind::kCode: return "code";
    case ConstKind::kObject: return "object";
  }
  return "object";
}

CodeView CodeUnit::view() const {
  return {words.data(), static_cast<uint32_t>(words.size()), wide, local_count, register_count, static_cast<uint32_t>(constants.size()),
          static_cast<uint32_t>(free_names.size()), depths.data(), exceptions.data(), static_cast<uint32_t>(exceptions.size()),
          windows.data(), static_cast<uint32_t>(windows.size()), positions.data(), static_cast<uint32_t>(positions.size())};
}

}  // namespace ty::compile
