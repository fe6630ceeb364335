// object/binding.h: binding tables: a typed C++ function + a CPython text signature = a Python function.
//
//   Result<void> list_insert(Thread& t, Locked<List> self, ssize index, Value object);
//   constexpr MethodDef kListMethods[] = {
//       method<&list_insert>("insert", "($self, index, object, /)", "Insert object before index."), {}};
//
// From the C++ signature: receiver, argument conversions, lock (Locked<T>: entered after the conversions; arguments published first when the
// receiver is SHARED), result conversion. From the text: names, defaults, `/`, `*`, `*args`, `**kwargs`; parsed at compile time.
//
// Parameters   Value (borrowed; `=None`, `=True`, `=1` defaults are passed as such, any other default arrives as the null Value), ssize / int /
//              int64_t / uint64_t / size_t (through __index__), double (__float__), bool (truth), Str& Bytes& List& Dict& Tuple& Type& …
//              (subtype check, "f() argument 1 must be str, not int"), Opt<T> (absent allowed), Args (*args), Kwargs (**kwargs).
// Results      Result<X> or X with X one of Owned, Value, Ref<T>, void (None), bool, ssize, int, double.
// Kinds        method (receiver second), function (module function, no receiver), class_method (Type& second), static_method.
// Threads      tables are constant.
// See          docs/native_code.md
#pragma once

#include "object/abstract.h"
#include "sync/critical_section.h"

namespace ty {

struct Module;

// --- the text signature, parsed at compile time ---
enum class DefaultKind : uint8_t { kRequired, kNone, kTrue, kFalse, kInt, kOther };
enum class ParameterKind : uint8_t { kPositionalOnly, kPositionalOrKeyword, kKeywordOnly, kStarArgs, kStarKwargs };
struct Parameter {
  uint8_t name_offset = 0;  // into MethodDef::text_signature
  uint8_t name_length = 0;
  DefaultKind default_kind = DefaultKind::kRequired;
  ParameterKind kind = ParameterKind::kPositionalOnly;
  int32_t default_int = 0;
};
inline constexpr size_t kMaxParameters = 14;
struct Signature {
  Parameter parameters[kMaxParameters] = {};
  uint8_t count = 0;         // all parameters, in order, *args and **kwargs included
  uint8_t positional = 0;    // how many can be given by position
  uint8_t required = 0;      // leading positional parameters without default
  bool star_args = false;
  bool star_kwargs = false;
  bool keywords = false;     // some parameter can be given by name
};

void bad_signature(const char* why);  // not constexpr: a malformed signature is a compile error

consteval Signature parse_signature(const char* s) {
  Signature result;
  size_t i = 0;
  auto skip = [&] { while (s[i] == ' ') i++; };
  if (s[i++] != '(') bad_signature("must begin with (");
  bool keyword_only = false;
  bool first = true;
  while (true) {
    skip();
    if (s[i] == ')') break;
    if (s[i] == '$') {  // the receiver
      while (s[i] != ',' && s[i] != ')') i++;
      if (s[i] == ',') i++;
      continue;
    }
    if (!first && s[i] == ',') i++, skip();
    first = false;
    if (s[i] == '/') {
      for (uint8_t p = 0; p < result.count; p++) result.parameters[p].kind = ParameterKind::kPositionalOnly;
      i++;
      continue;
    }
    Parameter p;
    p.kind = keyword_only ? ParameterKind::kKeywordOnly : ParameterKind::kPositionalOrKeyword;
    if (s[i] == '*') {
      i++;
      if (s[i] == '*') {
        i++;
        p.kind = ParameterKind::kStarKwargs;
        result.star_kwargs = true;
      } else {
        keyword_only = true;
        if (s[i] == ',' || s[i] == ' ') continue;
        p.kind = ParameterKind::kStarArgs;
        result.star_args = true;
      }
    }
    p.name_offset = static_cast<uint8_t>(i);
    while (s[i] && s[i] != ',' && s[i] != ')' && s[i] != '=' && s[i] != ' ') i++;
    p.name_length = static_cast<uint8_t>(i - p.name_offset);
    if (!p.name_length) bad_signature("parameter without a name");
    if (i > 255) bad_signature("signature too long");
    if (s[i] == '=') {
      size_t start = ++i;
      int depth = 0;
      char quote = 0;
      while (s[i] && (quote || depth || (s[i] != ',' && s[i] != ')'))) {
        if (quote) {
          if (s[i] == '\\') i++;
          else if (s[i] == quote) quote = 0;
        } else if (s[i] == '\'' || s[i] == '"') quote = s[i];
        else if (s[i] == '(' || s[i] == '[' || s[i] == '{') depth++;
        else if (s[i] == ')' || s[i] == ']' || s[i] == '}') depth--;
        i++;
      }
      size_t n = i - start;
      auto is = [&](const char* text) {
        size_t k = 0;
        while (text[k] && k < n && text[k] == s[start + k]) k++;
        return !text[k] && k == n;
      };
      bool digits = n > 0;
      for (size_t k = start + (s[start] == '-'); k < i; k++) digits = digits && s[k] >= '0' && s[k] <= '9';
      if (is("None")) p.default_kind = DefaultKind::kNone;
      else if (is("True")) p.default_kind = DefaultKind::kTrue;
      else if (is("False")) p.default_kind = DefaultKind::kFalse;
      else if (digits && n < 10 && !is("-")) {
        p.default_kind = DefaultKind::kInt;
        int32_t v = 0;
        for (size_t k = start + (s[start] == '-'); k < i; k++) v = v * 10 + (s[k] - '0');
        p.default_int = s[start] == '-' ? -v : v;
      } else p.default_kind = DefaultKind::kOther;
    }
    if (result.count == kMaxParameters) bad_signature("too many parameters");
    result.parameters[result.count++] = p;
  }
  bool optional_seen = false;
  for (uint8_t k = 0; k < result.count; k++) {
    const Parameter& p = result.parameters[k];
    if (p.kind == ParameterKind::kPositionalOnly || p.kind == ParameterKind::kPositionalOrKeyword) {
      result.positional++;
      if (p.default_kind != DefaultKind::kRequired) optional_seen = true;
      else if (!optional_seen) result.required++;
      else bad_signature("required parameter after an optional one");
    }
    if (p.kind == ParameterKind::kPositionalOrKeyword || p.kind == ParameterKind::kKeywordOnly) result.keywords = true;
  }
  return result;
}

// --- tables ---
enum class MethodKind : uint8_t { kMethod, kFunction, kClassMethod, kStaticMethod };
enum MethodEffect : uint8_t { MayRunPython = 0, NeverRunsPython = 1 };

struct MethodDef;
using NativeFn = Result<Owned> (*)(Thread& t, const MethodDef& def, Value self, const Value* args, size_t nargs, Tuple* kwnames);

/// One row; the first four fields are CPython's PyMethodDef.
struct MethodDef {
  const char* name = nullptr;
  void* c_method = nullptr;
  int c_flags = 0;
  const char* doc = nullptr;
  NativeFn call = nullptr;
  const char* text_signature = nullptr;
  Signature signature = {};
  MethodKind kind = MethodKind::kMethod;
  bool locks_receiver = false;
};

struct GetSetDef {
  const char* name = nullptr;
  Result<Owned> (*get)(Thread&, Value self) = nullptr;
  Result<void> (*set)(Thread&, Value self, Value value_or_null) = nullptr;
  const char* doc = nullptr;
};

enum class MemberKind : uint8_t { kObject, kObjectEx, kInt, kUInt, kSsize, kLong, kULongLong, kBool, kChar, kDouble, kFloat, kString };
struct MemberDef {
  const char* name = nullptr;
  MemberKind kind = MemberKind::kObject;
  bool read_only = true;
  size_t offset = 0;
  const char* doc = nullptr;
};

/// *args and **kwargs as the callee sees them: borrowed views.
struct Args {
  const Value* data = nullptr;
  size_t size = 0;
  Value operator[](size_t i) const { return data[i]; }
  const Value* begin() const { return data; }
  const Value* end() const { return data + size; }
};
struct Kwargs {
  static constexpr size_t kMax = 64;
  const Value* names = nullptr;   // Str
  const Value* values = nullptr;
  size_t size = 0;
};
template <class T>
struct Opt {
  T value{};
  bool present = false;
  explicit operator bool() const { return present; }
};
template <class T>
struct Opt<T&> {
  T* pointer = nullptr;
  explicit operator bool() const { return pointer != nullptr; }
  T* operator->() const { return pointer; }
  T& operator*() const { return *pointer; }
};

/// Where bind_arguments leaves what it bound.
struct BoundArguments {
  uint64_t value_words[kMaxParameters];  // one per parameter (null: absent); unused for *args and **kwargs. Uninitialised
  Args star_args;
  Kwargs star_kwargs;
  uint64_t kwarg_words[2 * Kwargs::kMax];  // what star_kwargs may point at. Uninitialised
  Value* values() { return reinterpret_cast<Value*>(value_words); }
};
/// Sorts a vectorcall into parameters; raises CPython's TypeErrors. Does not run Python.
Result<void> bind_arguments(Thread& t, const MethodDef& def, Value self, const Value* args, size_t nargs, Tuple* kwnames, BoundArguments& out);
/// "f() takes exactly one argument (2 given)" and its kin.
[[gnu::cold]] Raised raise_argument_count(Thread& t, const MethodDef& def, Value self, size_t nargs);
/// "f() argument 1 must be str, not int"
[[gnu::cold]] Raised raise_argument_type(Thread& t, const MethodDef& def, size_t index, const char* expected, Value actual);

// --- argument conversion; specialise Arg<P> for further parameter types ---
template <class P>
struct Arg;
#define TY_ARG(type, holder_expression)                                                       \
  template <>                                                                                 \
  struct Arg<type> {                                                                          \
    static TY_INLINE Result<type> convert(Thread& t, const MethodDef& def, size_t i, Value v) { \
      return holder_expression;                                                               \
    }                                                                                         \
  };
Result<ssize> convert_ssize(Thread& t, Value v);
Result<int> convert_int(Thread& t, Value v);
Result<int64_t> convert_int64(Thread& t, Value v);
Result<uint64_t> convert_uint64(Thread& t, Value v);
TY_ARG(ssize, convert_ssize(t, v))
TY_ARG(int, convert_int(t, v))
TY_ARG(uint64_t, convert_uint64(t, v))
TY_ARG(double, number_as_double(t, v))
TY_ARG(bool, object_is_true(t, v))
#undef TY_ARG

/// Name used in "must be NAME": the type's own.
template <class T>
struct Arg<T&> {
  static TY_INLINE Result<T*> convert(Thread& t, const MethodDef& def, size_t i, Value v) {
    if (TY_UNLIKELY(!is_instance(v, T::type()))) return raise_argument_type(t, def, i, T::type()->name, v);
    return v.as<T>();
  }
};

namespace binding {

template <class P>
struct Holder {  // arithmetic
  P value{};
  TY_INLINE bool load(Thread& t, const MethodDef& def, size_t i, const BoundArguments&, Value v) {
    if (v.is_null()) return true;  // an absent optional keeps the type's zero
    auto r = Arg<P>::convert(t, def, i, v);
    if (!r.ok()) return false;
    value = r.take();
    return true;
  }
  TY_INLINE P get() { return value; }
};
template <>
struct Holder<Value> {
  Value value;
  TY_INLINE bool load(Thread&, const MethodDef&, size_t, const BoundArguments&, Value v) {
    value = v;
    return true;
  }
  TY_INLINE Value get() { return value; }
};
template <class T>
struct Holder<T&> {
  T* value = nullptr;
  TY_INLINE bool load(Thread& t, const MethodDef& def, size_t i, const BoundArguments&, Value v) {
    auto r = Arg<T&>::convert(t, def, i, v);
    if (!r.ok()) return false;
    value = r.take();
    return true;
  }
  TY_INLINE T& get() { return *value; }
};
template <class T>
struct Holder<Opt<T>> {
  Opt<T> value;
  TY_INLINE bool load(Thread& t, const MethodDef& def, size_t i, const BoundArguments&, Value v) {
    if (v.is_null()) return true;
    auto r = Arg<T>::convert(t, def, i, v);
    if (!r.ok()) return false;
    if constexpr (__is_lvalue_reference(T)) value.pointer = r.take();
    else value = Opt<T>{r.take(), true};
    return true;
  }
  TY_INLINE Opt<T> get() { return value; }
};
template <>
struct Holder<Opt<Value>> {
  Opt<Value> value;
  TY_INLINE bool load(Thread&, const MethodDef&, size_t, const BoundArguments&, Value v) {
    if (!v.is_null()) value = Opt<Value>{v, true};
    return true;
  }
  TY_INLINE Opt<Value> get() { return value; }
};
template <>
struct Holder<Args> {
  Args value;
  TY_INLINE bool load(Thread&, const MethodDef&, size_t, const BoundArguments& b, Value) {
    value = b.star_args;
    return true;
  }
  TY_INLINE Args get() { return value; }
};
template <>
struct Holder<Kwargs> {
  Kwargs value;
  TY_INLINE bool load(Thread&, const MethodDef&, size_t, const BoundArguments& b, Value) {
    value = b.star_kwargs;
    return true;
  }
  TY_INLINE Kwargs get() { return value; }
};

Result<Owned> ssize_result(Thread& t, ssize n);
Result<Owned> uint64_result(Thread& t, uint64_t n);
Result<Owned> double_result(Thread& t, double d);
TY_INLINE Result<Owned> to_owned(Thread&, Owned&& v) { return std::move(v); }
TY_INLINE Result<Owned> to_owned(Thread&, Value v) { return borrow_or_dup(v); }
template <class T>
TY_INLINE Result<Owned> to_owned(Thread&, Ref<T>&& v) { return Owned(std::move(v)); }
TY_INLINE Result<Owned> to_owned(Thread&, bool b) { return owned_bool(b); }
TY_INLINE Result<Owned> to_owned(Thread& t, ssize n) { return ssize_result(t, n); }
TY_INLINE Result<Owned> to_owned(Thread& t, int n) { return ssize_result(t, n); }
TY_INLINE Result<Owned> to_owned(Thread& t, uint32_t n) { return ssize_result(t, n); }
TY_INLINE Result<Owned> to_owned(Thread& t, uint64_t n) { return uint64_result(t, n); }
TY_INLINE Result<Owned> to_owned(Thread& t, double d) { return double_result(t, d); }

template <class R>
struct Invoke {  // plain result
  template <class F>
  static TY_INLINE Result<Owned> run(Thread& t, F&& f) {
    return to_owned(t, f());
  }
};
template <>
struct Invoke<void> {
  template <class F>
  static TY_INLINE Result<Owned> run(Thread&, F&& f) {
    f();
    return owned_none();
  }
};
template <class T>
struct Invoke<Result<T>> {
  template <class F>
  static TY_INLINE Result<Owned> run(Thread& t, F&& f) {
    auto r = f();
    if (TY_UNLIKELY(!r.ok())) return Raised{};
    return to_owned(t, r.take());
  }
};
template <>
struct Invoke<Result<Owned>> {
  template <class F>
  static TY_INLINE Result<Owned> run(Thread&, F&& f) {
    return f();
  }
};
template <>
struct Invoke<Result<void>> {
  template <class F>
  static TY_INLINE Result<Owned> run(Thread&, F&& f) {
    auto r = f();
    if (TY_UNLIKELY(!r.ok())) return Raised{};
    return owned_none();
  }
};

// How the receiver is handed over.
template <class S>
struct Receiver;
template <>
struct Receiver<Value> {
  static constexpr bool kLocks = false;
  template <class F>
  static TY_INLINE auto with(Thread&, Value self, F&& f) { return f(self); }
};
template <class T>
struct Receiver<T&> {
  static constexpr bool kLocks = false;
  template <class F>
  static TY_INLINE auto with(Thread&, Value self, F&& f) { return f(*self.as<T>()); }
};
template <class T>
struct Receiver<Locked<T>> {
  static constexpr bool kLocks = true;
  template <class F>
  static TY_INLINE auto with(Thread& t, Value self, F&& f) {
    CriticalSection section(t, self.object());
    return f(Locked<T>(section, self.as<T>()));
  }
};

template <class P>
inline constexpr bool kIsStar = __is_same(P, Args) || __is_same(P, Kwargs);

void publish_arguments(const Value* values, size_t count);

template <class... P>
struct Pack {};
template <size_t i, class P>
struct IndexedHolder : Holder<P> {};

template <size_t... i, class... P, class Body>
TY_INLINE Result<Owned> bind(Thread& t, const MethodDef& def, Value self, const Value* args, size_t nargs,
                             Tuple* kwnames, bool publish_first, std::integer_sequence<size_t, i...>,
                             Pack<P...>, Body&& body) {
  constexpr size_t n = sizeof...(P);
  constexpr bool plain = !(kIsStar<P> || ...);
  BoundArguments bound;
  const Value* in = args;
  if (TY_UNLIKELY(!plain || nargs != n || kwnames || def.signature.positional != n)) {
    if (!bind_arguments(t, def, self, args, nargs, kwnames, bound).ok()) return Raised{};
    in = bound.values();
  }
  if (TY_UNLIKELY(publish_first && g_multi && self.object()->is_shared())) publish_arguments(in, n);
  struct Holders : IndexedHolder<i, P>... {} holders;
  if (!(static_cast<IndexedHolder<i, P>&>(holders).load(t, def, i, bound, n ? in[i] : Value()) && ...)) return Raised{};
  return body(static_cast<IndexedHolder<i, P>&>(holders).get()...);
}

template <auto F, class Fn = decltype(F)>
struct MethodCall;
template <auto F, class R, class S, class... P>
struct MethodCall<F, R (*)(Thread&, S, P...)> {
  static constexpr bool kLocks = Receiver<S>::kLocks;
  static Result<Owned> call(Thread& t, const MethodDef& def, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
    return bind(t, def, self, args, nargs, kwnames, kLocks, std::make_integer_sequence<size_t, sizeof...(P)>{}, Pack<P...>{},
                [&](P... p) __attribute__((always_inline)) -> Result<Owned> {
                  return Receiver<S>::with(t, self, [&](S receiver) __attribute__((always_inline)) -> Result<Owned> {
                    return Invoke<R>::run(t, [&] { return F(t, static_cast<S&&>(receiver), static_cast<P&&>(p)...); });
                  });
                });
  }
};
template <auto F, class Fn = decltype(F)>
struct FunctionCall;
template <auto F, class R, class... P>
struct FunctionCall<F, R (*)(Thread&, P...)> {
  static Result<Owned> call(Thread& t, const MethodDef& def, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
    return bind(t, def, self, args, nargs, kwnames, false, std::make_integer_sequence<size_t, sizeof...(P)>{}, Pack<P...>{},
                [&](P... p) __attribute__((always_inline)) -> Result<Owned> {
                  return Invoke<R>::run(t, [&] { return F(t, static_cast<P&&>(p)...); });
                });
  }
};

template <auto F, class Fn = decltype(F)>
struct Getter;
template <auto F, class R, class S>
struct Getter<F, R (*)(Thread&, S)> {
  static Result<Owned> get(Thread& t, Value self) {
    return Receiver<S>::with(t, self, [&](S receiver) -> Result<Owned> {
      return Invoke<R>::run(t, [&] { return F(t, static_cast<S&&>(receiver)); });
    });
  }
};
template <auto F, class Fn = decltype(F)>
struct Setter;
template <auto F, class S>
struct Setter<F, Result<void> (*)(Thread&, S, Value)> {
  static Result<void> set(Thread& t, Value self, Value value) {
    if (g_multi && Receiver<S>::kLocks && self.object()->is_shared()) publish_arguments(&value, 1);
    return Receiver<S>::with(t, self, [&](S receiver) -> Result<void> {
      return F(t, static_cast<S&&>(receiver), value);
    });
  }
};

}  // namespace binding

/// Receiver is the second parameter: T&, Locked<T> or Value (types with immediates).
template <auto F>
consteval MethodDef method(const char* name, const char* signature, const char* doc) {
  using Call = binding::MethodCall<F>;
  return MethodDef{.name = name, .doc = doc, .call = &Call::call, .text_signature = signature,
                   .signature = parse_signature(signature), .kind = MethodKind::kMethod, .locks_receiver = Call::kLocks};
}
/// Receiver is the class: Type& second.
template <auto F>
consteval MethodDef class_method(const char* name, const char* signature, const char* doc) {
  return MethodDef{.name = name, .doc = doc, .call = &binding::MethodCall<F>::call, .text_signature = signature,
                   .signature = parse_signature(signature), .kind = MethodKind::kClassMethod};
}
/// No receiver.
template <auto F>
consteval MethodDef static_method(const char* name, const char* signature, const char* doc) {
  return MethodDef{.name = name, .doc = doc, .call = &binding::FunctionCall<F>::call, .text_signature = signature,
                   .signature = parse_signature(signature), .kind = MethodKind::kStaticMethod};
}
/// A function of a module. F(Thread&, arguments…).
template <auto F>
consteval MethodDef function(const char* name, const char* signature, const char* doc) {
  return MethodDef{.name = name, .doc = doc, .call = &binding::FunctionCall<F>::call, .text_signature = signature,
                   .signature = parse_signature(signature), .kind = MethodKind::kFunction};
}
/// A function of a module that needs it: F(Thread&, Module&, arguments…).
template <auto F>
consteval MethodDef module_function(const char* name, const char* signature, const char* doc) {
  return MethodDef{.name = name, .doc = doc, .call = &binding::MethodCall<F>::call, .text_signature = signature,
                   .signature = parse_signature(signature), .kind = MethodKind::kFunction};
}
/// Read-only attribute computed by F(Thread&, T&).
template <auto F>
consteval GetSetDef getter(const char* name, const char* doc = nullptr) {
  return GetSetDef{name, &binding::Getter<F>::get, nullptr, doc};
}
/// Attribute with Get(Thread&, T&) and Set(Thread&, T& or Locked<T>, Value or null for delete).
template <auto Get, auto Set>
consteval GetSetDef property(const char* name, const char* doc = nullptr) {
  return GetSetDef{name, &binding::Getter<Get>::get, &binding::Setter<Set>::set, doc};
}

template <FixedString name, FixedString signature, auto F>
struct ConstructorDef {
  static constexpr MethodDef def{.name = name.text, .call = &binding::MethodCall<F>::call, .text_signature = signature.text,
                                 .signature = parse_signature(signature.text)};
  static Result<Owned> create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
    return def.call(t, def, Value(type), args, nargs, kwnames);
  }
  static Result<void> init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
    Owned ignored = TRY(def.call(t, def, self, args, nargs, kwnames));
    return {};
  }
};
/// `.create = constructor<"range", "(start, stop=<unrepresentable>, step=1, /)", &range_new>`; F(Thread&, Type& type, arguments…) → Result<Owned>.
template <FixedString name, FixedString signature, auto F>
inline constexpr NewOp constructor = &ConstructorDef<name, signature, F>::create;
/// `.init = initializer<"list", "(iterable=(), /)", &list_init>`; F(Thread&, T& or Locked<T> self, arguments…) → Result<void>.
template <FixedString name, FixedString signature, auto F>
inline constexpr InitOp initializer = &ConstructorDef<name, signature, F>::init;

}  // namespace ty
