// compile/finish.cpp: constants and code objects out of code units.
#include "compile/finish.h"

#include <cstdio>

#include "base/utf.h"
#include "types/bytes.h"
#include "types/codecs.h"
#include "types/float.h"
#include "types/int.h"
#include "types/set.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty::compile {

namespace {

bool is_name_like(std::string_view text) {
  for (char c : text) {
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

class Finisher {
 public:
  Finisher(Thread& t, const FinishOptions& options) : t_(t), options_(options) {}

  Result<Owned> constant(const Const& c) {
    auto it = made_.find(&c);
    if (it != made_.end()) return dup(it->second.value());
    Owned v = TRY(make(c));
    made_.emplace(&c, dup(v));
    return v;
  }

  Result<Ref<Code>> unit(const CodeUnit& u) {
    Ref<Tuple> constants = TRY(tuple_new(t_, static_cast<ssize>(u.constants.size())));
    for (size_t i = 0; i < u.constants.size(); i++) constants->items[i].init(TRY(constant(*u.constants[i])));
    Ref<Tuple> names = TRY(identifiers(u.names));
    Ref<Tuple> locals = TRY(identifiers(u.local_names));
    Ref<Tuple> free_names = TRY(identifiers(u.free_names));
    Value name = TRY(str_intern_utf8(t_, u.name->view()));
    Owned qualname = TRY(text(u.qualname));
    Owned doc;
    if (u.docstring) doc = TRY(constant(*u.docstring));
    CodeInit init;
    init.flags = u.flags;
    init.argument_count = u.argument_count;
    init.positional_only_count = u.positional_only_count;
    init.keyword_only_count = u.keyword_only_count;
    init.first_line = u.first_line;
    init.register_count = u.register_count;
    init.local_count = u.local_count;
    init.wide = u.wide;
    init.words = u.words.data();
    init.word_count = static_cast<uint32_t>(u.words.size());
    init.depths = u.depths.data();
    init.exceptions = u.exceptions.data();
    init.exception_count = static_cast<uint32_t>(u.exceptions.size());
    init.windows = u.windows.data();
    init.window_count = static_cast<uint32_t>(u.windows.size());
    init.positions = u.positions.data();
    init.position_count = static_cast<uint32_t>(u.positions.size());
    init.constants = constants;
    init.names = names;
    init.local_names = locals;
    init.local_kinds = u.local_kinds.data();
    init.free_names = free_names;
    init.filename = options_.filename;
    init.name = name;
    init.qualname = qualname;
    init.docstring_or_null = doc;
    init.immortal_constants = options_.immortal_constants;
    Ref<Code> code = TRY(code_new(t_, init));
    if (options_.dump) dump(u);
    return code;
  }

 private:
  Result<Owned> text(std::string_view utf8) {
    if (is_name_like(utf8)) return borrow_or_dup(TRY(str_intern_utf8(t_, utf8)));
    return Owned(TRY(str_from_wtf8(t_, utf8)));
  }

  Result<Ref<Tuple>> identifiers(const std::vector<const ast::Identifier*>& list) {
    Ref<Tuple> out = TRY(tuple_new(t_, static_cast<ssize>(list.size())));
    for (size_t i = 0; i < list.size(); i++) out->items[i].init(borrow_or_dup(TRY(intern(list[i]->view()))));
    return out;
  }
  /// Names may hold lone surrogates only when they come from ast objects.
  Result<Value> intern(std::string_view utf8) {
    Ref<Str> s = TRY(str_from_wtf8(t_, utf8));
    return str_intern(t_, s);
  }

  Result<Owned> make(const Const& c) {
    switch (c.kind) {
      case ConstKind::kNone: return owned_none();
      case ConstKind::kTrue: return owned_bool(true);
      case ConstKind::kFalse: return owned_bool(false);
      case ConstKind::kEllipsis: return Owned::steal(ellipsis());
      case ConstKind::kInt: return int_from_int64(t_, c.int_value);
      case ConstKind::kBigInt: return int_from_big(t_, {c.digits.items, c.digits.size, c.negative});
      case ConstKind::kFloat: return float_from_double(t_, c.real);
      case ConstKind::kComplex: return complex_new(t_, c.real, c.imag);
      case ConstKind::kStr: return text(c.text);
      case ConstKind::kName: return borrow_or_dup(TRY(intern(c.text)));
      case ConstKind::kBytes: return Owned(TRY(bytes_new(t_, c.text)));
      case ConstKind::kTuple:
      case ConstKind::kFrozenSet: {
        Ref<Tuple> items = TRY(tuple_new(t_, c.items.size));
        for (ssize i = 0; i < c.items.size; i++) items->items[i].init(TRY(constant(*c.items[i])));
        if (c.kind == ConstKind::kFrozenSet) return frozenset_new(t_, items);
        return Owned(std::move(items));
      }
      case ConstKind::kCode: return Owned(TRY(unit(*c.code)));
      case ConstKind::kObject: return dup(Value(static_cast<Object*>(c.object)));
    }
    return raise_system_error(t_, "unknown kind of constant");
  }

  struct DumpContext {
    Finisher* self;
    const CodeUnit* unit;
  };
  void dump(const CodeUnit& u) {
    DumpContext context{this, &u};
    DisassemblyNames names;
    names.context = &context;
    names.constant = [](void* c, uint32_t i) {
      auto& x = *static_cast<DumpContext*>(c);
      const Const& k = *x.unit->constants[i];
      if (k.kind == ConstKind::kName) return std::string(k.text);
      if (k.kind == ConstKind::kCode) return "<code " + k.code->qualname + ">";
      auto v = x.self->constant(k);
      if (!v.ok()) return std::string("?");
      Owned object = v.take();
      auto r = object_repr(x.self->t_, object);
      if (!r.ok()) {
        clear_exception(x.self->t_);
        return std::string("?");
      }
      Owned repr = r.take();
      auto utf8 = str_encode(x.self->t_, repr, "utf-8", "backslashreplace");
      return utf8.ok() ? std::string(utf8.take()->view()) : std::string("?");
    };
    names.local = [](void* c, uint32_t i) { return std::string(static_cast<DumpContext*>(c)->unit->local_names[i]->view()); };
    names.free = [](void* c, uint32_t i) { return std::string(static_cast<DumpContext*>(c)->unit->free_names[i]->view()); };
    fprintf(stderr, "--- %s: %u registers, %u locals%s\n%s", u.qualname.c_str(), u.register_count, u.local_count, u.wide ? ", wide" : "",
            disassemble(u.view(), names).c_str());
  }

  Thread& t_;
  const FinishOptions& options_;
  std::unordered_map<const Const*, Owned> made_;
};

}  // namespace

Result<Ref<Code>> finish_unit(Thread& t, const CodeUnit& unit, const FinishOptions& options) { return Finisher(t, options).unit(unit); }

Result<Owned> object_of_constant(Thread& t, const Const& c) {
  FinishOptions options;
  return Finisher(t, options).constant(c);
}

const Const* constant_of_object(ConstPool& pool, Value v) {
  if (is_none(v)) return pool.none();
  if (is_true(v)) return pool.boolean(true);
  if (is_false(v)) return pool.boolean(false);
  if (v.identity() == ellipsis().identity()) return pool.simple(ConstKind::kEllipsis);
  if (is_exact_int(v)) return pool.integer(IntOperand(v).view());
  if (v.is_small_float() || is_exact<Float>(v)) return pool.real(float_value(v));
  if (!v.is_object()) return nullptr;
  Type* type = v.object()->type();
  if (type == &complex_type) return pool.complex(v.as<Complex>()->real, v.as<Complex>()->imag);
  if (type == &str_type) {
    std::string utf8;
    auto& s = *v.as<Str>();
    char unit[4];
    for (ssize i = 0; i < s.length; i++) utf8.append(unit, utf::encode_one(s.at(i), unit));
    return pool.str(utf8);
  }
  if (type == &bytes_type) return pool.bytes(v.as<Bytes>()->view());
  std::vector<const Const*> items;
  if (type == &tuple_type) {
    for (ssize i = 0; i < v.as<Tuple>()->size; i++) {
      const Const* item = constant_of_object(pool, v.as<Tuple>()->get(i));
      if (!item) return nullptr;
      items.push_back(item);
    }
    return pool.tuple(items);
  }
  if (type == &frozenset_type) {
    ssize position = 0;
    Owned item;
    while (set_next(v, &position, &item)) {
      const Const* c = constant_of_object(pool, item);
      if (!c) return nullptr;
      items.push_back(c);
    }
    return pool.tuple(items, ConstKind::kFrozenSet);
  }
  return nullptr;
}

}  // namespace ty::compile
