// Functions: `def` and `lambda`.
#include "types/function.h"

#include "mem/heap.h"
#include "object/instance.h"
#include "object/type_object.h"
#include "types/code.h"
#include "types/dict.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Value current_builtins(Thread& t);  // vm/
CallOp g_call_function = nullptr;
GlobalSlot g_builtins_dict;

namespace {
uint32_t function_versions = 0;
}

uint32_t next_function_version() { return __atomic_add_fetch(&function_versions, 1, __ATOMIC_RELAXED); }

Result<Owned> builtins_of_globals(Thread& t, Dict& globals) {
  Owned builtins = TRY(dict_get_name(t, globals, NAME("__builtins__")));
  if (builtins.value().is_empty()) {
    if (Value current = current_builtins(t)) return dup(current);
    return g_builtins_dict.get();
  }
  if (is_instance(builtins, &module_type)) return builtins.value().as<Module>()->dict.get();
  return builtins;
}

Result<Ref<Function>> function_new(Thread& t, Value code_value, Dict& globals, Value qualname) {
  auto& code = *code_value.as<Code>();
  Owned builtins = TRY(builtins_of_globals(t, globals));
  Owned module = TRY(dict_get_name(t, globals, NAME("__name__")));
  Object* o = allocate_object(t, &function_type, sizeof(Function));
  if (!o) return raise_memory_error(t);
  auto f = Ref<Function>::steal(static_cast<Function*>(o));
  f->globals.init(dup(Value(&globals)));
  f->builtins.init(std::move(builtins));
  f->name.init(code.name.get());
  f->qualname.init(qualname ? dup(qualname) : code.qualname.get());
  f->code.init(dup(code_value));
  Value doc = none();
  if (code.flags & kCodeHasDocstring) {
    auto* consts = code.consts.load_as<Tuple>();
    if (consts->size && is_str(consts->get(0))) doc = consts->get(0);
  }
  f->doc.init(dup(doc));
  if (!module.value().is_empty()) f->module.init(std::move(module));
  f->version = next_function_version();
  return f;
}

namespace {

Result<Owned> function_call(Thread& t, Value callable, const Value* args, size_t nargs, Tuple* kwnames) {
  return g_call_function(t, callable, args, nargs, kwnames);
}
Result<Owned> function_descr_get(Thread& t, Value self, Value object, Value type) {
  if (!object) return borrow_or_dup(self);
  return bound_method_new(t, self, object);
}
Result<Owned> function_repr(Thread& t, Value self) {
  return TRY(str_from_format(t, "<function %U at %p>", self.as<Function>()->qualname.load(), self.object()));
}

Result<Owned> function_create(Thread& t, Type& type, Value code, Dict& globals, Value name, Value argdefs, Value closure, Value kwdefaults) {
  if (!is_exact<Code>(code)) return raise_type_error(t, "function() argument 'code' must be code, not %.50T", code);
  auto& c = *code.as<Code>();
  if (!is_none(name) && !is_str(name)) return raise_type_error(t, "arg 3 (name) must be None or string");
  if (!is_none(argdefs) && !is_instance(argdefs, &tuple_type)) return raise_type_error(t, "arg 4 (defaults) must be None or tuple");
  int nfree = c.free_count;
  if (!is_instance(closure, &tuple_type)) {
    if (nfree && is_none(closure)) return raise_type_error(t, "arg 5 (closure) must be tuple");
    if (!is_none(closure)) return raise_type_error(t, "arg 5 (closure) must be None or tuple");
  }
  if (!is_none(kwdefaults) && !is_instance(kwdefaults, &dict_type)) return raise_type_error(t, "arg 6 (kwdefaults) must be None or dict");
  ssize nclosure = is_none(closure) ? 0 : closure.as<Tuple>()->size;
  if (nclosure != nfree) {
    return raise_value_error(t, "%U requires closure of length %zd, not %zd", c.name.load(), ssize{nfree}, nclosure);
  }
  for (ssize i = 0; i < nclosure; i++) {
    if (!is_exact<Cell>(closure.as<Tuple>()->get(i))) {
      return raise_type_error(t, "arg 5 (closure) expected cell, found %T", closure.as<Tuple>()->get(i));
    }
  }
  Ref<Function> f = TRY(function_new(t, code, globals));
  if (!is_none(name)) f->name.store(f.get(), dup(name));
  if (!is_none(argdefs)) f->defaults.store(f.get(), dup(argdefs));
  if (nclosure) f->closure.store(f.get(), dup(closure));
  if (!is_none(kwdefaults)) f->kwdefaults.store(f.get(), dup(kwdefaults));
  return Owned(std::move(f));
}

Owned or_none(Owned v) { return v ? std::move(v) : owned_none(); }
void changed(Function& f) { __atomic_store_n(&f.version, next_function_version(), __ATOMIC_RELEASE); }

Owned get_code(Thread& t, Function& f) { return f.code.get(); }
Result<void> set_code(Thread& t, Function& f, Value value) {
  if (!value || !is_exact<Code>(value)) return raise_type_error(t, "__code__ must be set to a code object");
  int nfree = value.as<Code>()->free_count;
  Owned closure = f.closure.get();
  ssize n = closure ? closure.value().as<Tuple>()->size : 0;
  if (n != nfree) {
    return raise_value_error(t, "%U() requires a code object with %zd free vars, not %zd", f.name.load(), n, ssize{nfree});
  }
  constexpr int kKinds = kCodeGenerator | kCodeCoroutine | kCodeAsyncGenerator;
  if ((value.as<Code>()->flags ^ f.code.load_as<Code>()->flags) & kKinds) {
    TRY(warn_rpy(t, &exc_DeprecationWarning, 1,
                 "Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)"));
  }
  f.code.store(&f, dup(value));
  changed(f);
  return {};
}
Owned get_name(Thread& t, Function& f) { return f.name.get(); }
Result<void> set_name(Thread& t, Function& f, Value value) {
  if (!value || !is_str(value)) return raise_type_error(t, "__name__ must be set to a string object");
  f.name.store(&f, dup(value));
  return {};
}
Owned get_qualname(Thread& t, Function& f) { return f.qualname.get(); }
Result<void> set_qualname(Thread& t, Function& f, Value value) {
  if (!value || !is_str(value)) return raise_type_error(t, "__qualname__ must be set to a string object");
  f.qualname.store(&f, dup(value));
  return {};
}
Owned get_defaults(Thread& t, Function& f) { return or_none(f.defaults.get()); }
Result<void> set_defaults(Thread& t, Function& f, Value value) {
  if (value && is_none(value)) value = Value();
  if (value && !is_instance(value, &tuple_type)) return raise_type_error(t, "__defaults__ must be set to a tuple object");
  f.defaults.store(&f, dup(value));
  changed(f);
  return {};
}
Owned get_kwdefaults(Thread& t, Function& f) { return or_none(f.kwdefaults.get()); }
Result<void> set_kwdefaults(Thread& t, Function& f, Value value) {
  if (value && is_none(value)) value = Value();
  if (value && !is_instance(value, &dict_type)) return raise_type_error(t, "__kwdefaults__ must be set to a dict object");
  f.kwdefaults.store(&f, dup(value));
  changed(f);
  return {};
}
Result<Owned> get_annotations(Thread& t, Function& f) {
  Owned now = f.annotations.get();
  if (now && is_instance(now, &dict_type)) return now;
  Ref<Dict> dict = TRY(dict_new(t));
  if (now) {
    auto* flat = now.value().as<Tuple>();
    for (ssize i = 0; i + 1 < flat->size; i += 2) TRY(dict_set(t, *dict, flat->get(i), flat->get(i + 1)));
  }
  CriticalSection section(t, &f);
  Owned again = f.annotations.get();
  if (again && is_instance(again, &dict_type)) return again;
  f.annotations.store(&f, dup(Value(dict)));
  return Owned(std::move(dict));
}
Result<void> set_annotations(Thread& t, Function& f, Value value) {
  if (value && is_none(value)) value = Value();
  if (value && !is_instance(value, &dict_type)) return raise_type_error(t, "__annotations__ must be set to a dict object");
  f.annotations.store(&f, dup(value));
  return {};
}
Result<Owned> get_dict(Thread& t, Function& f) { return TRY(object_dict(t, Value(&f))); }
Result<void> set_dict(Thread& t, Function& f, Value value) {
  if (!value) return raise_type_error(t, "cannot delete __dict__");
  if (!is_instance(value, &dict_type)) return raise_type_error(t, "__dict__ must be set to a dictionary, not a '%.200T'", value);
  f.dict.store(&f, dup(value));
  return {};
}
Owned get_type_params(Thread& t, Function& f) {
  Owned v = f.type_params.get();
  return v ? std::move(v) : dup(g_empty_tuple);
}
Result<void> set_type_params(Thread& t, Function& f, Value value) {
  if (!value || !is_instance(value, &tuple_type)) return raise_type_error(t, "__type_params__ must be set to a tuple");
  f.type_params.store(&f, dup(value));
  return {};
}

constexpr GetSetDef kGetSet[] = {
    property<&get_code, &set_code>("__code__"), property<&get_defaults, &set_defaults>("__defaults__"),
    property<&get_kwdefaults, &set_kwdefaults>("__kwdefaults__"), property<&get_annotations, &set_annotations>("__annotations__"),
    property<&get_dict, &set_dict>("__dict__"), property<&get_name, &set_name>("__name__"),
    property<&get_qualname, &set_qualname>("__qualname__"), property<&get_type_params, &set_type_params>("__type_params__"), {}};
constexpr MemberDef kMembers[] = {
    {"__closure__", MemberKind::kObject, true, offsetof(Function, closure), nullptr},
    {"__doc__", MemberKind::kObject, false, offsetof(Function, doc), nullptr},
    {"__globals__", MemberKind::kObject, true, offsetof(Function, globals), nullptr},
    {"__module__", MemberKind::kObject, false, offsetof(Function, module), nullptr},
    {"__builtins__", MemberKind::kObject, true, offsetof(Function, builtins), nullptr}, {}};
constexpr uint16_t kSlots[] = {offsetof(Function, globals), offsetof(Function, builtins), offsetof(Function, name),
                               offsetof(Function, qualname), offsetof(Function, code), offsetof(Function, defaults),
                               offsetof(Function, kwdefaults), offsetof(Function, closure), offsetof(Function, doc),
                               offsetof(Function, dict), offsetof(Function, module), offsetof(Function, annotations),
                               offsetof(Function, type_params)};
constexpr TypeOps kOps = {.repr = function_repr, .call = function_call, .descr_get = function_descr_get,
    .create = constructor<"function", "(code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)", &function_create>};

// --- cells ---
Result<Owned> cell_create(Thread& t, Type& type, Value contents) { return cell_new(t, contents); }
Result<Owned> cell_repr(Thread& t, Value self) {
  Owned content = self.as<Cell>()->content.get();
  if (!content) return TRY(str_from_format(t, "<cell at %p: empty>", self.object()));
  return TRY(str_from_format(t, "<cell at %p: %.80T object at %p>", self.object(), content.value(),
                             reinterpret_cast<void*>(content.value().identity())));
}
Result<Owned> cell_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (!is_exact<Cell>(a) || !is_exact<Cell>(b)) return Owned::steal(not_implemented());
  Owned x = a.as<Cell>()->content.get(), y = b.as<Cell>()->content.get();
  if (x && y) return object_compare(t, x, y, op);
  int left = bool(x), right = bool(y);
  switch (op) {
    case CompareOp::kLt: return owned_bool(left < right);
    case CompareOp::kLe: return owned_bool(left <= right);
    case CompareOp::kEq: return owned_bool(left == right);
    case CompareOp::kNe: return owned_bool(left != right);
    case CompareOp::kGt: return owned_bool(left > right);
    case CompareOp::kGe: return owned_bool(left >= right);
  }
  return Owned::steal(not_implemented());
}
Result<Owned> cell_get_contents(Thread& t, Cell& cell) {
  Owned content = cell.content.get();
  if (!content) return raise_value_error(t, "Cell is empty");
  return content;
}
Result<void> cell_set_contents(Thread& t, Cell& cell, Value value) {
  cell.content.store(&cell, dup(value));
  return {};
}
constexpr GetSetDef kCellGetSet[] = {property<&cell_get_contents, &cell_set_contents>("cell_contents"), {}};
constexpr uint16_t kCellSlots[] = {offsetof(Cell, content)};
constexpr TypeOps kCellOps = {.repr = cell_repr, .compare = cell_compare, .create = constructor<"cell", "(contents=<unrepresentable>, /)", &cell_create>};

}  // namespace

constexpr TypeDef kFunctionDef = {.name = "function", .size = sizeof(Function), .flags = kTypeMethodDescriptor | kTypeWeakReferable,
    .layout = {.slot_offsets = kSlots, .slot_count = sizeof kSlots / sizeof *kSlots, .flags = kCollectable}, .ops = &kOps, .getset = kGetSet,
    .members = kMembers,
    .doc = "Create a function object.\n\n  code\n    a code object\n  globals\n    the globals dictionary\n  name\n"
           "    a string that overrides the name from the code object\n  argdefs\n    a tuple that specifies the default argument values\n"
           "  closure\n    a tuple that supplies the bindings for free variables\n  kwdefaults\n"
           "    a dictionary that specifies the default keyword argument values",
    .text_signature = "(code, globals, name=None, argdefs=None, closure=None,\n         kwdefaults=None)", .dict_offset = offsetof(Function, dict)};
Type function_type;

constexpr TypeDef kCellDef = {.name = "cell", .size = sizeof(Cell), .flags = 0,
    .layout = {.slot_offsets = kCellSlots, .slot_count = 1, .flags = kCollectable}, .ops = &kCellOps, .getset = kCellGetSet,
    .doc = "Create a new cell object.\n\n  contents\n    the contents of the cell. If not specified, the cell will be empty,\n"
           "    and \n further attempts to access its cell_contents attribute will\n    raise a ValueError.",
    .text_signature = "([contents])"};
Type cell_type;

Result<Owned> cell_new(Thread& t, Value content) {
  Object* o = allocate_object(t, &cell_type, sizeof(Cell));
  if (!o) return raise_memory_error(t);
  auto cell = Ref<Cell>::steal(static_cast<Cell*>(o));
  cell->content.init(dup(content));
  return Owned(std::move(cell));
}

}  // namespace ty
