// builtins: the functions that are pure object model, and the names of the built-in types. What needs frames is in vm/.
#include <cmath>
#include <vector>

#include "mem/heap.h"
#include "object/instance.h"
#include "object/type_object.h"
#include "types/bytes.h"
#include "types/descriptors.h"
#include "types/dict.h"
#include "types/exceptions.h"
#include "types/float.h"
#include "types/function.h"
#include "types/int.h"
#include "types/iterators.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/eval.h"
#include "vm/vm.h"

namespace ty {

namespace {

Result<Owned> builtin_abs(Thread& t, Value x) { return number_absolute(t, x); }
Result<Owned> builtin_all(Thread& t, Value iterable) {
  Owned it = TRY(get_iterator(t, iterable));
  while (true) {
    Owned item = TRY(iterator_next(t, it));
    if (item.value().is_empty()) return owned_bool(true);
    if (!TRY(object_is_true(t, item))) return owned_bool(false);
  }
}
Result<Owned> builtin_any(Thread& t, Value iterable) {
  Owned it = TRY(get_iterator(t, iterable));
  while (true) {
    Owned item = TRY(iterator_next(t, it));
    if (item.value().is_empty()) return owned_bool(false);
    if (TRY(object_is_true(t, item))) return owned_bool(true);
  }
}
Result<Owned> builtin_ascii(Thread& t, Value v) { return object_ascii(t, v); }
bool builtin_callable(Thread& t, Value v) { return is_callable(v); }
Result<Owned> builtin_chr(Thread& t, Value i) {
  Owned index = TRY(number_index(t, i));
  bool fits;
  int64_t c = int_as_int64(index, &fits);
  if (!fits) c = int_sign(index) < 0 ? INT64_MIN : INT64_MAX;
  if (c < 0 || c > 0x10FFFF) return raise_value_error(t, "chr() arg not in range(0x110000)");
  return str_of_code_point(t, static_cast<char32_t>(c));
}
Result<void> builtin_delattr(Thread& t, Value object, Value name) { return delete_attribute(t, object, name); }
Result<Owned> builtin_dir(Thread& t, Value object) {
  if (object) return object_dir(t, object);
  Owned locals = TRY(current_locals_rpy(t));
  Owned keys = TRY(call_method(t, locals, NAME("keys")));
  Ref<List> names = TRY(list_from_iterable_rpy(t, keys));
  TRY(list_sort_rpy(t, *names, none(), false));
  return Owned(std::move(names));
}
Result<Owned> builtin_divmod(Thread& t, Value x, Value y) { return number_divmod(t, x, y); }
Result<Owned> builtin_format(Thread& t, Value value, Value spec) {
  if (spec && !is_str(spec)) return raise_type_error(t, "format() argument 2 must be str, not %.50T", spec);
  return object_format(t, value, spec);
}
Result<Owned> builtin_getattr(Thread& t, Value object, Value name, Value fallback) {
  if (!is_str(name)) return raise_type_error(t, "attribute name must be string, not '%.200T'", name);
  if (!fallback) return get_attribute(t, object, name);
  Owned found = TRY(find_attribute(t, object, name));
  if (found.value().is_empty()) return borrow_or_dup(fallback);
  return found;
}
Result<bool> builtin_hasattr(Thread& t, Value object, Value name) {
  if (!is_str(name)) return raise_type_error(t, "attribute name must be string, not '%.200T'", name);
  Owned found = TRY(find_attribute(t, object, name));
  return !found.value().is_empty();
}
Result<void> builtin_setattr(Thread& t, Value object, Value name, Value value) { return set_attribute(t, object, name, value); }
Result<ssize> builtin_hash(Thread& t, Value v) { return object_hash(t, v); }
Result<Owned> builtin_id(Thread& t, Value v) { return object_id(t, v); }
Result<ssize> builtin_len(Thread& t, Value v) { return object_length(t, v); }
Result<Owned> builtin_repr(Thread& t, Value v) { return object_repr(t, v); }

Result<Owned> in_base(Thread& t, Value number, int base, const char* prefix) {
  Owned index = TRY(number_index(t, number));
  if (int_sign(index) >= 0) {
    Owned digits = TRY(int_to_str(t, index, base));
    return TRY(str_from_format(t, "%s%U", prefix, digits.value()));
  }
  Owned positive = TRY(number_negative(t, index));
  Owned digits = TRY(int_to_str(t, positive, base));
  return TRY(str_from_format(t, "-%s%U", prefix, digits.value()));
}
Result<Owned> builtin_hex(Thread& t, Value number) { return in_base(t, number, 16, "0x"); }
Result<Owned> builtin_oct(Thread& t, Value number) { return in_base(t, number, 8, "0o"); }
Result<Owned> builtin_bin(Thread& t, Value number) { return in_base(t, number, 2, "0b"); }

Result<bool> builtin_isinstance(Thread& t, Value object, Value cls) { return object_is_instance(t, object, cls); }
Result<bool> builtin_issubclass(Thread& t, Value cls, Value other) { return object_is_subclass(t, cls, other); }

Result<Owned> builtin_iter(Thread& t, Value object, Value sentinel) {
  if (!sentinel) return get_iterator(t, object);
  if (!is_callable(object)) return raise_type_error(t, "iter(v, w): v must be callable");
  return callable_iterator_new(t, object, sentinel);
}
Result<Owned> builtin_next(Thread& t, Value iterator, Value fallback) {
  NextOp op = ops_of(iterator).next;
  if (!op) return raise_type_error(t, "'%.200T' object is not an iterator", iterator);
  if (is_dispatched_next(op) && !fallback) {
    // The StopIteration that __next__ raised goes on as it is.
    return call_method(t, iterator, NAME("__next__"));
  }
  Owned stale = g_take_stop_value(t);
  Owned item = TRY(op(t, iterator));
  if (!item.value().is_empty()) return item;
  if (fallback) return borrow_or_dup(fallback);
  Owned returned = g_take_stop_value(t);
  return raise_stop_iteration(t, returned);
}
Result<Owned> builtin_aiter(Thread& t, Value iterable) {
  UnaryOp op = ops_of(iterable).aiter;
  if (!op) return raise_type_error(t, "'%.200T' object is not an async iterable", iterable);
  Owned it = TRY(op(t, iterable));
  if (!ops_of(it).anext) return raise_type_error(t, "aiter() returned not an async iterator of type '%.200T'", it.value());
  return it;
}

// --- anext with a default ---
struct AnextAwaitable : Object {
  Slot wrapped;   // [const] what __anext__ returned
  Slot fallback;  // [const]
  static Type* type();
};
extern Type anext_awaitable_type;
Result<Owned> anext_iterator(Thread& t, AnextAwaitable& self) {
  // CPython: Objects/iterobject.c anextawaitable_getiter()
  Owned wrapped = self.wrapped.get();
  UnaryOp op = ops_of(wrapped).await;
  if (op) {
    Owned it = TRY(op(t, wrapped));
    if (!is_iterator(it)) return raise_type_error(t, "%.50T.__await__() must return an iterable, not %.50T", wrapped.value(), it.value());
    return it;
  }
  if (is_iterator(wrapped)) return wrapped;
  return raise_type_error(t, "object %.50T can't be used in 'await' expression", wrapped.value());
}
Result<Owned> anext_convert(Thread& t, AnextAwaitable& self, Result<Owned> result) {
  if (result.ok() || !exception_matches(t, &exc_StopAsyncIteration)) return result;
  clear_exception(t);
  Owned fallback = self.fallback.get();
  return raise_stop_iteration(t, fallback);
}
Lookup<Owned> anext_next(Thread& t, Value v) {
  auto& self = *v.as<AnextAwaitable>();
  Owned it = TRY(anext_iterator(t, self));
  return TRY(anext_convert(t, self, call_method(t, it, NAME("__next__"))));
}
Result<Owned> anext_send(Thread& t, AnextAwaitable& self, Value value) {
  Owned it = TRY(anext_iterator(t, self));
  return anext_convert(t, self, call_method(t, it, NAME("send"), value));
}
Result<Owned> anext_throw(Thread& t, AnextAwaitable& self, Args args) {
  Owned it = TRY(anext_iterator(t, self));
  return anext_convert(t, self, call_method(t, it, NAME("throw"), args.data, args.size));
}
Result<Owned> anext_close(Thread& t, AnextAwaitable& self) {
  Owned it = TRY(anext_iterator(t, self));
  return anext_convert(t, self, call_method(t, it, NAME("close")));
}
Result<Owned> self_itself(Thread& t, Value v) { return borrow_or_dup(v); }
constexpr MethodDef kAnextMethods[] = {method<&anext_send>("send", "($self, value, /)", nullptr),
                                       method<&anext_throw>("throw", "($self, *args)", nullptr),
                                       method<&anext_close>("close", "($self, /)", nullptr), {}};
constexpr uint16_t kAnextSlots[] = {offsetof(AnextAwaitable, wrapped), offsetof(AnextAwaitable, fallback)};
constexpr TypeOps kAnextOps = {.iter = self_itself, .next = anext_next, .await = self_itself};
constexpr TypeDef kAnextDef = {.name = "anext_awaitable", .size = sizeof(AnextAwaitable), .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kAnextSlots, .slot_count = 2, .flags = kCollectable}, .ops = &kAnextOps, .methods = kAnextMethods};
Type anext_awaitable_type;

Result<Owned> builtin_anext(Thread& t, Value iterator, Value fallback) {
  UnaryOp op = ops_of(iterator).anext;
  if (!op) return raise_type_error(t, "'%.200T' object is not an async iterator", iterator);
  Owned awaitable = TRY(op(t, iterator));
  if (!fallback) return awaitable;
  Object* o = allocate_object(t, &anext_awaitable_type, sizeof(AnextAwaitable));
  if (!o) return raise_memory_error(t);
  auto made = Ref<AnextAwaitable>::steal(static_cast<AnextAwaitable*>(o));
  made->wrapped.init(std::move(awaitable));
  made->fallback.init(dup(fallback));
  return Owned(std::move(made));
}

Result<Owned> extreme(Thread& t, const char* name, CompareOp op, Args args, Value key, Value fallback) {
  if (args.size == 0) return raise_type_error(t, "%s expected at least 1 argument, got 0", name);
  bool many = args.size > 1;
  if (many && fallback) return raise_type_error(t, "Cannot specify a default for %s() with multiple positional arguments", name);
  if (key && is_none(key)) key = Value();
  Owned it, best, best_key;
  if (!many) it = TRY(get_iterator(t, args[0]));
  size_t index = 0;
  while (true) {
    Owned item;
    if (many) {
      if (index == args.size) break;
      item = dup(args[index++]);
    } else {
      item = TRY(iterator_next(t, it));
      if (item.value().is_empty()) break;
    }
    Owned value = key ? TRY(call(t, key, item)) : dup(item.value());
    if (best) {
      if (!TRY(object_compare_bool(t, value, best_key, op))) continue;
    }
    best = std::move(item);
    best_key = std::move(value);
  }
  if (best) return best;
  if (fallback) return borrow_or_dup(fallback);
  return raise_value_error(t, "%s() iterable argument is empty", name);
}
Result<Owned> builtin_max(Thread& t, Args args, Value key, Value fallback) { return extreme(t, "max", CompareOp::kGt, args, key, fallback); }
Result<Owned> builtin_min(Thread& t, Args args, Value key, Value fallback) { return extreme(t, "min", CompareOp::kLt, args, key, fallback); }

Result<Owned> builtin_ord(Thread& t, Value c) {
  ssize size;
  if (is_str(c)) {
    auto* s = c.as<Str>();
    size = s->length;
    if (size == 1) return int_from_int64(t, s->at(0));
  } else if (is_instance(c, &bytes_type)) {
    std::string_view view = c.as<Bytes>()->view();
    size = static_cast<ssize>(view.size());
    if (size == 1) return int_from_int64(t, static_cast<unsigned char>(view[0]));
  } else if (is_instance(c, &bytearray_type)) {
    BytesLike view;
    TRY(view.acquire(t, c));
    size = view.size();
    if (size == 1) return int_from_int64(t, static_cast<unsigned char>(view.data()[0]));
  } else {
    return raise_type_error(t, "ord() expected string of length 1, but %.200T found", c);
  }
  return raise_type_error(t, "ord() expected a character, but string of length %zd found", size);
}
Result<Owned> builtin_pow(Thread& t, Value base, Value exp, Value mod) { return number_power(t, base, exp, mod); }

Result<Owned> builtin_round(Thread& t, Value number, Value ndigits) {
  Owned method = TRY(lookup_special(t, number, NAME("__round__")));
  if (method.value().is_empty()) return raise_type_error(t, "type %.100T doesn't define __round__ method", number);
  if (!ndigits || is_none(ndigits)) return call(t, method);
  return call(t, method, ndigits);
}

Result<Owned> builtin_sorted(Thread& t, Args args, Kwargs kwargs) {
  if (args.size != 1) return raise_type_error(t, "sorted expected 1 argument, got %zu", args.size);
  Ref<List> list = TRY(list_from_iterable_rpy(t, args[0]));
  Value key = none();
  bool reverse = false;
  for (size_t i = 0; i < kwargs.size; i++) {
    auto& name = *kwargs.names[i].as<Str>();
    if (str_equal_ascii(name, "key")) key = kwargs.values[i];
    else if (str_equal_ascii(name, "reverse")) reverse = TRY(object_is_true(t, kwargs.values[i]));
    else return raise_type_error(t, "sort() got an unexpected keyword argument '%U'", kwargs.names[i]);
  }
  TRY(list_sort_rpy(t, *list, key, reverse));
  return Owned(std::move(list));
}

Result<Owned> builtin_sum(Thread& t, Value iterable, Value start) {
  // CPython: Python/bltinmodule.c builtin_sum_impl(): exact ints, then floats with compensation, then any +.
  Owned it = TRY(get_iterator(t, iterable));
  Owned result = start ? dup(start) : Owned::steal(Value::small_int_unchecked(0));
  if (is_str(result)) return raise_type_error(t, "sum() can't sum strings [use ''.join(seq) instead]");
  if (is_instance(result, &bytes_type)) return raise_type_error(t, "sum() can't sum bytes [use b''.join(seq) instead]");
  if (is_instance(result, &bytearray_type)) return raise_type_error(t, "sum() can't sum bytearray [use b''.join(seq) instead]");
  Owned item;
  bool pending = false;
  if (result.value().is_small_int()) {
    int64_t sum = result.value().small_int();
    while (true) {
      item = TRY(iterator_next(t, it));
      if (item.value().is_empty()) return int_from_int64(t, sum);
      int64_t next;
      if (item.value().is_small_int() && !__builtin_add_overflow(sum, item.value().small_int(), &next)) {
        sum = next;
        continue;
      }
      if (is_true(item) || is_false(item)) {
        if (!__builtin_add_overflow(sum, int64_t{is_true(item)}, &next)) {
          sum = next;
          continue;
        }
      }
      break;
    }
    result = TRY(int_from_int64(t, sum));
    result = TRY(number_add(t, result, item));
    item = Owned();
  }
  auto exact_float = [](Value v) { return v.is_small_float() || (v.is_object() && v.object()->type() == &float_type); };
  if (exact_float(result)) {
    double sum = float_value(result), compensation = 0;
    while (true) {
      item = TRY(iterator_next(t, it));
      if (item.value().is_empty()) {
        if (compensation != 0 && std::isfinite(compensation)) sum += compensation;
        return float_from_double(t, sum);
      }
      if (exact_float(item)) {
        double x = float_value(item);
        double next = sum + x;
        compensation += std::fabs(sum) >= std::fabs(x) ? (sum - next) + x : (x - next) + sum;
        sum = next;
        continue;
      }
      if (is_int(item)) {
        bool fits;
        int64_t n = int_as_int64(item, &fits);
        if (fits) {
          sum += static_cast<double>(n);
          continue;
        }
      }
      break;
    }
    if (compensation != 0 && std::isfinite(compensation)) sum += compensation;
    result = TRY(float_from_double(t, sum));
    pending = true;
  }
  while (true) {
    if (!pending) {
      item = TRY(iterator_next(t, it));
      if (item.value().is_empty()) return result;
    }
    pending = false;
    result = TRY(number_add(t, result, item));
  }
}

Result<Owned> builtin_vars(Thread& t, Value object) {
  if (!object) return current_locals_rpy(t);
  Owned dict = TRY(find_attribute(t, object, NAME("__dict__")));
  if (dict.value().is_empty()) return raise_type_error(t, "vars() argument must have __dict__ attribute");
  return dict;
}

Result<Owned> standard_stream(Thread& t, const char* name) {
  auto found = import_attribute(t, "sys", name);
  if (found.ok()) return found;
  clear_exception(t);
  return raise_runtime_error(t, "lost sys.%s", name);
}

Result<Owned> builtin_print(Thread& t, Args args, Value sep, Value end, Value file, Value flush) {
  Owned out;
  if (!file || is_none(file)) {
    out = TRY(standard_stream(t, "stdout"));
    if (is_none(out)) return owned_none();
  } else {
    out = dup(file);
  }
  if (sep && is_none(sep)) sep = Value();
  if (end && is_none(end)) end = Value();
  if (sep && !is_str(sep)) return raise_type_error(t, "sep must be None or a string, not %.200T", sep);
  if (end && !is_str(end)) return raise_type_error(t, "end must be None or a string, not %.200T", end);
  Owned write = TRY(get_attribute(t, out, NAME("write")));
  for (size_t i = 0; i < args.size; i++) {
    if (i) TRY(call(t, write, sep ? sep : NAME(" ")));
    Owned text = TRY(object_str(t, args[i]));
    TRY(call(t, write, text));
  }
  TRY(call(t, write, end ? end : NAME("\n")));
  if (flush && TRY(object_is_true(t, flush))) TRY(call_method(t, out, NAME("flush")));
  return owned_none();
}

Result<Owned> builtin_input(Thread& t, Value prompt) {
  Owned in = TRY(standard_stream(t, "stdin")), out = TRY(standard_stream(t, "stdout")), err = TRY(standard_stream(t, "stderr"));
  if (is_none(in)) return raise_runtime_error(t, "input(): lost sys.stdin");
  if (is_none(out)) return raise_runtime_error(t, "input(): lost sys.stdout");
  if (is_none(err)) return raise_runtime_error(t, "input(): lost sys.stderr");
  Owned audit = TRY(import_attribute(t, "sys", "audit"));
  TRY(call(t, audit, NAME("builtins.input"), prompt ? prompt : none()));
  auto quiet_flush = [&](Value stream) {
    auto flushed = call_method(t, stream, NAME("flush"));
    if (!flushed.ok()) clear_exception(t);
  };
  quiet_flush(err);
  if (prompt) {
    Owned text = TRY(object_str(t, prompt));
    TRY(call_method(t, out, NAME("write"), text.value()));
  }
  quiet_flush(out);
  Owned line = TRY(call_method(t, in, NAME("readline")));
  if (!is_str(line)) return raise_type_error(t, "object.readline() returned non-string");
  auto& s = *line.value().as<Str>();
  if (s.length == 0) return raise_format(t, &exc_EOFError, "EOF when reading a line");
  if (s.at(s.length - 1) == '\n') return TRY(str_substring(t, s, 0, s.length - 1));
  return line;
}

/// A function that sorts its arguments itself shows another signature than the one it is bound by. Its parameters have no names.
consteval MethodDef with_shown_signature(MethodDef def, const char* shown) {
  for (Parameter& p : def.signature.parameters) p.name_length = 0;
  def.text_signature = shown;
  return def;
}
constexpr MethodDef kMethods[] = {
    function<&builtin_abs>("abs", "($module, x, /)", "Return the absolute value of the argument."),
    function<&builtin_all>("all", "($module, iterable, /)",
        "Return True if bool(x) is True for all values x in the iterable.\n\nIf the iterable is empty, return True."),
    function<&builtin_any>("any", "($module, iterable, /)",
        "Return True if bool(x) is True for any x in the iterable.\n\nIf the iterable is empty, return False."),
    function<&builtin_ascii>("ascii", "($module, obj, /)",
        "Return an ASCII-only representation of an object.\n\nAs repr(), return a string containing a printable representation of an\n"
        "object, but escape the non-ASCII characters in the string returned by\nrepr() using \\\\x, \\\\u or \\\\U escapes. This generates a string similar\n"
        "to that returned by repr() in Python 2."),
    function<&builtin_bin>("bin", "($module, number, /)", "Return the binary representation of an integer.\n\n   >>> bin(2796202)\n   '0b1010101010101010101010'"),
    function<&builtin_callable>("callable", "($module, obj, /)",
        "Return whether the object is callable (i.e., some kind of function).\n\nNote that classes are callable, as are instances of classes with a\n__call__() method."),
    function<&builtin_chr>("chr", "($module, i, /)", "Return a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff."),
    function<&builtin_delattr>("delattr", "($module, obj, name, /)",
        "Deletes the named attribute from the given object.\n\ndelattr(x, 'y') is equivalent to ``del x.y``"),
    function<&builtin_dir>("dir", "($module, object=<unrepresentable>, /)",
        "dir([object]) -> list of strings\n\nIf called without an argument, return the names in the current scope.\n"
        "Else, return an alphabetized list of names comprising (some of) the attributes\nof the given object, and of attributes reachable from it.\n"
        "If the object supplies a method named __dir__, it will be used; otherwise\nthe default dir() logic is used and returns:\n"
        "  for a module object: the module's attributes.\n  for a class object:  its attributes, and recursively the attributes\n    of its bases.\n"
        "  for any other object: its attributes, its class's attributes, and\n    recursively the attributes of its class's base classes."),
    function<&builtin_divmod>("divmod", "($module, x, y, /)", "Return the tuple (x//y, x%y).  Invariant: div*y + mod == x."),
    function<&builtin_format>("format", "($module, value, format_spec=<unrepresentable>, /)",
        "Return type(value).__format__(value, format_spec)\n\nMany built-in types implement format_spec according to the\nFormat Specification Mini-language. See help('FORMATTING') for\n"
        "details."),
    function<&builtin_getattr>("getattr", "($module, object, name, default=<unrepresentable>, /)",
        "getattr(object, name[, default]) -> value\n\nGet a named attribute from an object; getattr(x, 'y') is equivalent to x.y.\n"
        "When a default argument is given, it is returned when the attribute doesn't\nexist; without it, an exception is raised in that case."),
    function<&builtin_hasattr>("hasattr", "($module, obj, name, /)",
        "Return whether the object has an attribute with the given name.\n\nThis is done by calling getattr(obj, name) and catching AttributeError."),
    function<&builtin_hash>("hash", "($module, obj, /)",
        "Return the hash value for the given object.\n\nTwo objects that compare equal must also have the same hash value, but the\nreverse is not necessarily true."),
    function<&builtin_hex>("hex", "($module, number, /)", "Return the hexadecimal representation of an integer.\n\n   >>> hex(12648430)\n   '0xc0ffee'"),
    function<&builtin_id>("id", "($module, obj, /)",
        "Return the identity of an object.\n\nThis is guaranteed to be unique among simultaneously existing objects.\n(CPython uses the object's memory address.)"),
    function<&builtin_input>("input", "($module, prompt=<unrepresentable>, /)",
        "Read a string from standard input.  The trailing newline is stripped.\n\nThe prompt string, if given, is printed to standard output without a\n"
        "trailing newline before reading input.\n\nIf the user hits EOF (*nix: Ctrl-D, Windows: Ctrl-Z+Return), raise EOFError.\n"
        "On *nix systems, readline is used if available."),
    function<&builtin_isinstance>("isinstance", "($module, obj, class_or_tuple, /)",
        "Return whether an object is an instance of a class or of a subclass thereof.\n\nA tuple, as in ``isinstance(x, (A, B, ...))``, may be given as the target to\n"
        "check against. This is equivalent to ``isinstance(x, A) or isinstance(x, B)\nor ...`` etc."),
    function<&builtin_issubclass>("issubclass", "($module, cls, class_or_tuple, /)",
        "Return whether 'cls' is derived from another class or is the same class.\n\nA tuple, as in ``issubclass(x, (A, B, ...))``, may be given as the target to\n"
        "check against. This is equivalent to ``issubclass(x, A) or issubclass(x, B)\nor ...``."),
    function<&builtin_iter>("iter", "($module, object, sentinel=<unrepresentable>, /)",
        "iter(iterable) -> iterator\niter(callable, sentinel) -> iterator\n\nGet an iterator from an object.\nIn the first form, the argument must supply its own iterator, or be a sequence.\n"
        "In the second form, the callable is called until it returns the sentinel."),
    function<&builtin_aiter>("aiter", "($module, async_iterable, /)", "Return an AsyncIterator for an AsyncIterable object."),
    function<&builtin_anext>("anext", "($module, aiterator, default=<unrepresentable>, /)",
        "Return the next item from the async iterator.\n\nIf default is given and the async iterator is exhausted,\nit is returned instead of raising StopAsyncIteration."),
    function<&builtin_len>("len", "($module, obj, /)", "Return the number of items in a container."),
    function<&builtin_max>("max", "($module, *args, key=None, default=<unrepresentable>)",
        "max(iterable, *[, default=obj, key=func]) -> value\nmax(arg1, arg2, *args, *[, key=func]) -> value\n\nWith a single iterable argument, return its biggest item. The\n"
        "default keyword-only argument specifies an object to return if\nthe provided iterable is empty.\nWith two or more positional arguments, return the largest argument."),
    function<&builtin_min>("min", "($module, *args, key=None, default=<unrepresentable>)",
        "min(iterable, *[, default=obj, key=func]) -> value\nmin(arg1, arg2, *args, *[, key=func]) -> value\n\nWith a single iterable argument, return its smallest item. The\n"
        "default keyword-only argument specifies an object to return if\nthe provided iterable is empty.\nWith two or more positional arguments, return the smallest argument."),
    function<&builtin_next>("next", "($module, iterator, default=<unrepresentable>, /)",
        "next(iterator[, default])\n\nReturn the next item from the iterator. If default is given and the iterator\nis exhausted, it is returned instead of raising StopIteration."),
    function<&builtin_oct>("oct", "($module, number, /)", "Return the octal representation of an integer.\n\n   >>> oct(342391)\n   '0o1234567'"),
    function<&builtin_ord>("ord", "($module, c, /)",
        "Return the ordinal value of a character.\n\nIf the argument is a one-character string, return the Unicode code\npoint of that character.\n\n"
        "If the argument is a bytes or bytearray object of length 1, return its\nsingle byte value."),
    function<&builtin_pow>("pow", "($module, base, exp, mod=None)",
        "Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments.\n\nSome types, such as ints, are able to use a more efficient algorithm when\n"
        "invoked using the three argument form."),
    function<&builtin_print>("print", "($module, *args, sep=' ', end='\\n', file=None, flush=False)",
        "Prints the values to a stream, or to sys.stdout by default.\n\n  sep\n    string inserted between values, default a space.\n  end\n"
        "    string appended after the last value, default a newline.\n  file\n    a file-like object (stream); defaults to the current sys.stdout.\n"
        "  flush\n    whether to forcibly flush the stream."),
    function<&builtin_repr>("repr", "($module, obj, /)",
        "Return the canonical string representation of the object.\n\nFor many object types, including most builtins, eval() will correctly\nround-trip: eval(repr(obj)) == obj."),
    function<&builtin_round>("round", "($module, number, ndigits=None)",
        "Round a number to a given precision in decimal digits.\n\nThe return value is an integer if ndigits is omitted or None.  Otherwise\n"
        "the return value has the same type as the number.  ndigits may be negative."),
    function<&builtin_setattr>("setattr", "($module, obj, name, value, /)",
        "Sets the named attribute on the given object to the specified value.\n\nsetattr(x, 'y', v) is equivalent to ``x.y = v``"),
    with_shown_signature(function<&builtin_sorted>("sorted", "($module, *args, **kwargs)",
        "Return a new list containing all items from the iterable in ascending order.\n\nA custom key function can be supplied to customize the sort order, and the\n"
        "reverse flag can be set to request the result in descending order."),
        "($module, iterable, /, *, key=None, reverse=False)"),
    function<&builtin_sum>("sum", "($module, iterable, /, start=0)",
        "Return the sum of a 'start' value (default: 0) plus an iterable of numbers\n\nWhen the iterable is empty, return the start value.\n"
        "This function is intended specifically for use with numeric values and may\nreject non-numeric types."),
    function<&builtin_vars>("vars", "($module, object=<unrepresentable>, /)",
        "vars([object]) -> dictionary\n\nWithout arguments, equivalent to locals().\nWith an argument, equivalent to object.__dict__."),
    {}};

Result<void> exec(Thread& t, Module& m) {
  TRY(type_ready(t, &anext_awaitable_type, kAnextDef));
  g_builtins_dict.store(m.dict.get());
  TRY(module_add(t, m, "None", none()));
  TRY(module_add(t, m, "Ellipsis", ellipsis()));
  TRY(module_add(t, m, "NotImplemented", not_implemented()));
  TRY(module_add(t, m, "False", false_value()));
  TRY(module_add(t, m, "True", true_value()));
#define TY_BUILTIN_TYPE(type, def, name) \
  if (const char* text = name) TRY(module_add(t, m, text, Value(&type)));
#include "object/builtin_types.def"
#undef TY_BUILTIN_TYPE
  size_t count;
  const ExceptionEntry* exceptions = exception_entries(&count);
  for (size_t i = 0; i < count; i++) TRY(module_add(t, m, exceptions[i].def->name, Value(exceptions[i].type)));
  TRY(module_add(t, m, "EnvironmentError", Value(&exc_OSError)));
  TRY(module_add(t, m, "IOError", Value(&exc_OSError)));
  return add_vm_builtins(t, m);
}

constexpr ModuleDef kBuiltinsModule = {.name = "builtins",
    .doc = "Built-in functions, types, exceptions, and other objects.\n\nThis module provides direct access to all 'built-in'\n"
           "identifiers of Python; for example, builtins.len is\nthe full name for the built-in function len().\n\n"
           "This module is not normally accessed explicitly by most\napplications, but can be useful in modules that provide\n"
           "objects with the same name as a builtin and need it to be\nfound again as the built-in function of that name.",
    .methods = kMethods, .exec = &exec};
TY_MODULE(kBuiltinsModule)

}  // namespace

}  // namespace ty
