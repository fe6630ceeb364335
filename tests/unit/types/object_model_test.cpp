// The object model without an interpreter: start-up of all types, attributes, classes made with type(), exceptions, descriptors.
#include <cstdio>
#include <cstring>

#include "mem/thread_lifecycle.h"
#include "object/instance.h"
#include "object/type_object.h"
#include "types/bytes.h"
#include "types/code.h"
#include "types/descriptors.h"
#include "types/dict.h"
#include "types/exceptions.h"
#include "types/float.h"
#include "types/function.h"
#include "types/int.h"
#include "types/list.h"
#include "types/module.h"
#include "types/set.h"
#include "types/str.h"
#include "types/tuple.h"
#include "types/weakref.h"

namespace ty {

// What the interpreter provides.
Result<Owned> import_module(Thread& t, const char* name) { return raise_format(t, &exc_ImportError, "no imports here: %s", name); }
Result<Owned> import_attribute(Thread& t, const char* module, const char*) { return import_module(t, module); }
Value current_globals(Thread&) { return {}; }
Value current_builtins(Thread&) { return {}; }
Type __attribute__((weak)) code_type;
Type __attribute__((weak)) frame_type;
SourcePosition __attribute__((weak)) code_position(Code&, uint32_t) { return {}; }

namespace {

int failures = 0;

std::string text_of(Thread& t, Value v) {
  auto r = object_str(t, v);
  if (!r.ok()) return "<raised>";
  Owned s = r.take();
  auto view = str_utf8(t, *s.value().as<Str>());
  return view.ok() ? std::string(view.take()) : "<not UTF-8>";
}
std::string pending_text(Thread& t) {
  Owned e(take_exception(t));
  if (!e) return "<nothing raised>";
  return std::string(type_of(e)->name) + ": " + text_of(t, e);
}
void expect(const std::string& actual, const std::string& wanted, int line) {
  if (actual == wanted) return;
  failures++;
  std::printf("line %d: got  %s\n         want %s\n", line, actual.c_str(), wanted.c_str());
}
#define EXPECT_REPR(value, wanted)                                             \
  do {                                                                         \
    auto r_ = (value);                                                         \
    if (!r_.ok()) { expect(pending_text(t), wanted, __LINE__); break; }        \
    Owned v_ = r_.take();                                                      \
    auto s_ = object_repr(t, v_);                                              \
    if (!s_.ok()) { expect(pending_text(t), wanted, __LINE__); break; }        \
    Owned o_ = s_.take();                                                      \
    expect(text_of(t, o_), wanted, __LINE__);                                  \
  } while (0)

Owned str(Thread& t, const char* s) { return Owned(MUST(str_from_utf8(t, s))); }
Owned num(int64_t n) { return Owned::steal(Value::small_int_unchecked(n)); }
Owned name(Thread& t, const char* s) { return Owned::steal(MUST(str_intern_utf8(t, s))); }

Result<Owned> make_class(Thread& t, const char* class_name, Tuple& bases, Dict& ns) {
  Owned n = str(t, class_name);
  Value args[] = {n, Value(&bases), Value(&ns)};
  return call(t, Value(&type_type), args, 3);
}

void test_basic(Thread& t) {
  EXPECT_REPR(call(t, Value(&object_type), num(1)), "TypeError: object() takes no arguments");
  EXPECT_REPR(call(t, Value(&int_type), str(t, "12")), "12");
  EXPECT_REPR(number_add(t, num(1), str(t, "x")), "TypeError: unsupported operand type(s) for +: 'int' and 'str'");
  EXPECT_REPR(number_add(t, str(t, "a"), str(t, "b")), "'ab'");
  EXPECT_REPR(number_multiply(t, num(3), str(t, "ab")), "'ababab'");
  EXPECT_REPR(get_attribute(t, num(1), "nope"), "AttributeError: 'int' object has no attribute 'nope'");
  EXPECT_REPR(get_attribute(t, Value(&int_type), "nope"), "AttributeError: type object 'int' has no attribute 'nope'");
  EXPECT_REPR(get_attribute(t, Value(&int_type), "__add__"), "<slot wrapper '__add__' of 'int' objects>");
  EXPECT_REPR(get_attribute(t, Value(&list_type), "append"), "<method 'append' of 'list' objects>");
  EXPECT_REPR(get_attribute(t, Value(&type_type), "__mro__"), "(<class 'type'>, <class 'object'>)");
  EXPECT_REPR(get_attribute(t, Value(&bool_type), "__mro__"), "(<class 'bool'>, <class 'int'>, <class 'object'>)");
  EXPECT_REPR(get_attribute(t, Value(&exc_ExceptionGroup), "__mro__"),
              "(<class 'ExceptionGroup'>, <class 'BaseExceptionGroup'>, <class 'Exception'>, <class 'BaseException'>, <class 'object'>)");
  EXPECT_REPR(call_method(t, num(5), NAME("__add__"), num(7)), "12");
  EXPECT_REPR(call_method(t, num(5), NAME("__radd__"), num(7)), "12");
  EXPECT_REPR(call_method(t, num(5), NAME("__add__")), "TypeError: expected 1 argument, got 0");
  Owned list = Owned(MUST(list_new(t)));
  EXPECT_REPR(call_method(t, list, name(t, "append")), "TypeError: list.append() takes exactly one argument (0 given)");
  EXPECT_REPR(call_method(t, list, name(t, "append"), num(3)), "None");
  EXPECT_REPR(call_method(t, list, name(t, "insert"), num(3)), "TypeError: insert expected 2 arguments, got 1");
  EXPECT_REPR(Result<Owned>(dup(list.value())), "[3]");
  EXPECT_REPR(get_item(t, list, str(t, "x")), "TypeError: list indices must be integers or slices, not str");
  EXPECT_REPR(call(t, num(1)), "TypeError: 'int' object is not callable");
  [[maybe_unused]] auto h = object_hash(t, list);
  expect(pending_text(t), "TypeError: unhashable type: 'list'", __LINE__);
  EXPECT_REPR(object_compare(t, num(1), str(t, "x"), CompareOp::kLt), "TypeError: '<' not supported between instances of 'int' and 'str'");
}

void test_classes(Thread& t) {
  Ref<Tuple> no_bases = MUST(tuple_new(t, 0));
  Ref<Dict> ns = MUST(dict_new(t));
  MUST(dict_set_text(t, *ns, "__module__", str(t, "m")));
  MUST(dict_set_text(t, *ns, "x", num(10)));
  Owned A = MUST(make_class(t, "A", *no_bases, *ns));
  EXPECT_REPR(Result<Owned>(dup(A.value())), "<class 'm.A'>");
  Owned a = MUST(call(t, A));
  EXPECT_REPR(get_attribute(t, a, "x"), "10");
  MUST(set_attribute(t, a, name(t, "x"), num(11)));
  MUST(set_attribute(t, a, name(t, "y"), num(12)));
  for (int i = 0; i < 40; i++) {
    char n[16];
    std::snprintf(n, sizeof n, "f%d", i);
    MUST(set_attribute(t, a, name(t, n), num(i)));
  }
  EXPECT_REPR(get_attribute(t, a, "f39"), "39");
  Owned dict = MUST(get_attribute(t, a, "__dict__"));
  EXPECT_REPR(number_add(t, MUST(get_attribute(t, a, "x")), num(int64_t{dict_length(*dict.value().as<Dict>())})), "53");
  for (int i = 0; i < 40; i++) {
    char n[16];
    std::snprintf(n, sizeof n, "f%d", i);
    MUST(delete_attribute(t, a, name(t, n)));
  }
  EXPECT_REPR(Result<Owned>(dup(dict.value())), "{'x': 11, 'y': 12}");
  MUST(delete_attribute(t, a, name(t, "x")));
  MUST(set_attribute(t, a, name(t, "x"), num(1)));
  EXPECT_REPR(Result<Owned>(dup(dict.value())), "{'y': 12, 'x': 1}");
  MUST(set_item(t, dict, str(t, "z"), num(5)));
  EXPECT_REPR(get_attribute(t, a, "z"), "5");
  MUST(set_item(t, dict, num(3), num(4)));  // an odd key: dictionary mode
  EXPECT_REPR(Result<Owned>(dup(dict.value())), "{'y': 12, 'x': 1, 'z': 5, 3: 4}");
  EXPECT_REPR(get_attribute(t, a, "y"), "12");
  MUST(set_attribute(t, a, name(t, "w"), num(6)));
  EXPECT_REPR(Result<Owned>(dup(dict.value())), "{'y': 12, 'x': 1, 'z': 5, 3: 4, 'w': 6}");
  Owned again = MUST(get_attribute(t, a, "__dict__"));
  expect(again.value().identity() == dict.value().identity() ? "same" : "different", "same", __LINE__);
  EXPECT_REPR(get_attribute(t, a, "nope"), "AttributeError: 'A' object has no attribute 'nope'");
  // A view outlives its instance.
  Owned b = MUST(call(t, A));
  MUST(set_attribute(t, b, name(t, "k"), num(1)));
  Owned view = MUST(get_attribute(t, b, "__dict__"));
  b = Owned();
  EXPECT_REPR(Result<Owned>(dup(view.value())), "{'k': 1}");
  // __dict__ = …
  Owned c = MUST(call(t, A));
  Ref<Dict> other = MUST(dict_new(t));
  MUST(dict_set_text(t, *other, "q", num(8)));
  MUST(set_attribute(t, c, name(t, "__dict__"), other));
  EXPECT_REPR(get_attribute(t, c, "q"), "8");
  // __slots__
  Ref<Dict> slots = MUST(dict_new(t));
  MUST(dict_set_text(t, *slots, "__slots__", MUST(tuple_pack(t, str(t, "a").value(), str(t, "b").value()))));
  Owned S = MUST(make_class(t, "S", *no_bases, *slots));
  Owned s = MUST(call(t, S));
  MUST(set_attribute(t, s, name(t, "a"), num(1)));
  EXPECT_REPR(get_attribute(t, s, "a"), "1");
  EXPECT_REPR(get_attribute(t, s, "b"), "AttributeError: 'S' object has no attribute 'b'");
  [[maybe_unused]] auto set = set_attribute(t, s, name(t, "zz"), num(1));
  expect(pending_text(t), "AttributeError: 'S' object has no attribute 'zz' and no __dict__ for setting new attributes", __LINE__);
  // MRO and layout errors
  Ref<Tuple> clash = MUST(tuple_pack(t, Value(&int_type), Value(&str_type)));
  EXPECT_REPR(make_class(t, "X", *clash, *ns), "TypeError: multiple bases have instance lay-out conflict");
  Ref<Tuple> twice = MUST(tuple_pack(t, A.value(), A.value()));
  EXPECT_REPR(make_class(t, "X", *twice, *ns), "TypeError: duplicate base class A");
  Ref<Tuple> wrong = MUST(tuple_pack(t, Value(&object_type), A.value()));
  EXPECT_REPR(make_class(t, "X", *wrong, *ns), "TypeError: Cannot create a consistent method resolution order (MRO) for bases object, A");
  Ref<Tuple> from_bool = MUST(tuple_pack(t, Value(&bool_type)));
  EXPECT_REPR(make_class(t, "X", *from_bool, *ns), "TypeError: type 'bool' is not an acceptable base type");
  // Subclasses of native types
  Ref<Tuple> from_int = MUST(tuple_pack(t, Value(&int_type)));
  Owned I = MUST(make_class(t, "I", *from_int, *ns));
  Owned i = MUST(call(t, I, num(5)));
  MUST(set_attribute(t, i, name(t, "tag"), num(1)));
  EXPECT_REPR(get_attribute(t, i, "tag"), "1");
  EXPECT_REPR(number_add(t, i, num(2)), "7");
  Ref<Tuple> from_dict = MUST(tuple_pack(t, Value(&dict_type)));
  Owned D = MUST(make_class(t, "D", *from_dict, *ns));
  Owned d = MUST(call(t, D));
  MUST(set_item(t, d, num(1), num(2)));
  MUST(set_attribute(t, d, name(t, "tag"), num(1)));
  EXPECT_REPR(Result<Owned>(dup(d.value())), "{1: 2}");
  Ref<Tuple> from_str = MUST(tuple_pack(t, Value(&str_type)));
  Owned T = MUST(make_class(t, "T", *from_str, *ns));
  Owned u = MUST(call(t, T, str(t, "hey")));
  MUST(set_attribute(t, u, name(t, "tag"), num(1)));
  EXPECT_REPR(Result<Owned>(dup(u.value())), "'hey'");
  Ref<Tuple> from_exc = MUST(tuple_pack(t, Value(&exc_ValueError)));
  Owned E = MUST(make_class(t, "E", *from_exc, *ns));
  Owned e = MUST(call(t, E, str(t, "bad")));
  MUST(set_attribute(t, e, name(t, "tag"), num(1)));
  EXPECT_REPR(Result<Owned>(dup(e.value())), "E('bad')");
  // Special methods, set and deleted later
  Owned length = MUST(get_attribute(t, Value(&list_type), "__len__"));
  EXPECT_REPR(Result<Owned>(int_from_int64(t, dict_length(*d.value().as<Dict>()))), "1");
  MUST(set_attribute(t, A, name(t, "__call__"), Value(&int_type)));
  EXPECT_REPR(call(t, a, str(t, "42")), "42");
  MUST(delete_attribute(t, A, name(t, "__call__")));
  EXPECT_REPR(call(t, a, str(t, "42")), "TypeError: 'A' object is not callable");
  [[maybe_unused]] auto immutable = set_attribute(t, Value(&int_type), name(t, "x"), num(1));
  expect(pending_text(t), "TypeError: cannot set 'x' attribute of immutable type 'int'", __LINE__);
}

void test_exceptions(Thread& t) {
  Owned os = MUST(call(t, Value(&exc_OSError), num(2), str(t, "No such file"), str(t, "f")));
  EXPECT_REPR(Result<Owned>(dup(os.value())), "FileNotFoundError(2, 'No such file')");
  expect(text_of(t, os), "[Errno 2] No such file: 'f'", __LINE__);
  [[maybe_unused]] Raised ignored = raise_key_error(t, str(t, "k"));
  expect(pending_text(t), "KeyError: 'k'", __LINE__);
  Owned args = Owned(MUST(list_new(t)));
  MUST(list_push(t, *args.value().as<List>(), MUST(call(t, Value(&exc_ValueError), num(1)))));
  MUST(list_push(t, *args.value().as<List>(), MUST(call(t, Value(&exc_TypeError), num(2)))));
  Owned group = MUST(call(t, Value(&exc_BaseExceptionGroup), str(t, "g"), args));
  EXPECT_REPR(Result<Owned>(dup(group.value())), "ExceptionGroup('g', [ValueError(1), TypeError(2)])");
  expect(text_of(t, group), "g (2 sub-exceptions)", __LINE__);
  EXPECT_REPR(call_method(t, group, name(t, "split"), Value(&exc_ValueError)),
              "(ExceptionGroup('g', [ValueError(1)]), ExceptionGroup('g', [TypeError(2)]))");
  Owned note = MUST(call_method(t, group, name(t, "add_note"), str(t, "n")));
  EXPECT_REPR(get_attribute(t, group, "__notes__"), "['n']");
}

void test_descriptors(Thread& t) {
  Ref<Tuple> no_bases = MUST(tuple_new(t, 0));
  Ref<Dict> ns = MUST(dict_new(t));
  Owned getter = MUST(get_attribute(t, Value(&object_type), "__repr__"));
  Owned hash = MUST(call(t, Value(&property_type), Value(&int_type)));
  MUST(dict_set_text(t, *ns, "p", hash));
  MUST(dict_set_text(t, *ns, "s", MUST(call(t, Value(&static_method_type), Value(&int_type)))));
  Owned C = MUST(make_class(t, "C", *no_bases, *ns));
  Owned c = MUST(call(t, C));
  [[maybe_unused]] auto set = set_attribute(t, c, name(t, "p"), num(1));
  expect(pending_text(t), "AttributeError: property 'p' of 'C' object has no setter", __LINE__);
  EXPECT_REPR(get_attribute(t, c, "s"), "<class 'int'>");
  Owned w = MUST(weakref_new(t, c, Value()));
  Owned w2 = MUST(weakref_new(t, c, Value()));
  expect(w.value().identity() == w2.value().identity() ? "same" : "different", "same", __LINE__);
  Owned back = MUST(call(t, w));
  expect(back.value().identity() == c.value().identity() ? "same" : "different", "same", __LINE__);
  back = Owned();
  c = Owned();
  EXPECT_REPR(call(t, w), "None");
  EXPECT_REPR(weakref_new(t, num(1), Value()), "TypeError: cannot create weak reference to 'int' object");
}

}  // namespace
}  // namespace ty

int main() {
  using namespace ty;
  initialize_memory();
  Thread& t = *thread_create(nullptr);
  auto started = runtime_init_types(t);
  if (!started.ok()) {
    std::printf("start-up: %s\n", pending_text(t).c_str());
    return 1;
  }
  std::printf("started\n");
  std::fflush(stdout);
  test_basic(t);
  test_classes(t);
  test_exceptions(t);
  test_descriptors(t);
  std::printf("%d failures\n", failures);
  return failures != 0;
}
