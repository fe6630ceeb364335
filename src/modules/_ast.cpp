// modules/_ast.cpp: the _ast module: the classes of the syntax tree, made from the tables that tools/gen_ast.py generates out of the ASDL, and the
// conversion of trees to objects and back. CPython: Python/Python-ast.c, Parser/asdl_c.py.
//
// Threads     classes are made once, under the import of _ast; conversions use no shared state.
#include <cstring>
#include <string>
#include <vector>

#include "compile/compile.h"
#include "mem/heap.h"
#include "object/type_object.h"
#include "syntax/ast.h"
#include "types/bytes.h"
#include "types/dict.h"
#include "types/float.h"
#include "types/int.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/ast_hooks.h"
#include "vm/interpreter.h"

namespace ty {

namespace {

using ast::CategoryInfo;
using ast::FieldInfo;
using ast::FieldKind;
using ast::NodeInfo;
using ast::NodeKind;
using ast::Quantity;

Type ast_type;

constexpr const char* kLocationNames[] = {"lineno", "col_offset", "end_lineno", "end_col_offset"};

/// The classes, in the order of their tables.
struct Classes {
  GlobalSlot categories[64];
  GlobalSlot nodes[256];
  GlobalSlot enums[64][16];
  GlobalSlot enum_instances[64][16];
  bool made = false;
};
Classes g_classes;

int category_index(const char* name) {
  Span<const CategoryInfo> all = ast::categories();
  for (ssize i = 0; i < all.size; i++) {
    if (std::strcmp(all[i].name, name) == 0) return static_cast<int>(i);
  }
  return -1;
}

// --- AST.__init__ ---

Result<Owned> fields_of(Thread& t, Value self) {
  Owned fields = TRY(find_attribute(t, Value(type_of(self)), NAME("_fields")));
  if (fields.value().is_empty()) return Owned(dup(g_empty_tuple));
  return fields;
}

Result<void> fill_missing(Thread& t, Value self, Value name) {
  Owned types = TRY(find_attribute(t, Value(type_of(self)), NAME("_field_types")));
  if (types.value().is_empty() || !is_instance(types, Dict::type())) return {};
  Owned type = TRY(dict_get(t, *types.value().as<Dict>(), name));
  if (type.value().is_empty()) return {};
  Owned origin = TRY(find_attribute(t, type, NAME("__origin__")));
  if (!origin.value().is_empty() && origin.value().identity() == Value(List::type()).identity()) {
    Ref<List> empty = TRY(list_new(t));
    return set_attribute(t, self, name, empty);
  }
  int context = category_index("expr_context");
  if (type.value().identity() == g_classes.categories[context].load().identity()) {
    Owned load = g_classes.enum_instances[context][0].get();
    return set_attribute(t, self, name, load);
  }
  Owned args = TRY(find_attribute(t, type, NAME("__args__")));
  if (!args.value().is_empty() && origin.value().is_empty()) return {};  // X | None: the class has the default
  return warn_rpy(t, &exc_DeprecationWarning, 1,
                  "%.400s.__init__ missing 1 required positional argument: %R. This will become an error in Python 3.15.", type_of(self)->name, name);
}

Result<void> ast_init(Thread& t, Value self, Args args, Kwargs kwargs) {
  Owned fields = TRY(fields_of(t, self));
  Ref<Tuple> names = TRY(tuple_from_iterable_rpy(t, fields));
  if (static_cast<ssize>(args.size) > names->size) {
    return raise_type_error(t, "%.400s constructor takes at most %zd positional argument%s", type_of(self)->name, names->size, names->size == 1 ? "" : "s");
  }
  std::vector<bool> given(static_cast<size_t>(names->size), false);
  for (size_t i = 0; i < args.size; i++) {
    TRY(set_attribute(t, self, names->get(static_cast<ssize>(i)), args[i]));
    given[i] = true;
  }
  for (size_t k = 0; k < kwargs.size; k++) {
    bool known = false;
    for (ssize i = 0; i < names->size; i++) {
      if (!TRY(object_equal(t, names->get(i), kwargs.names[k]))) continue;
      if (given[static_cast<size_t>(i)]) {
        return raise_type_error(t, "%.400s got multiple values for argument %R", type_of(self)->name, kwargs.names[k]);
      }
      given[static_cast<size_t>(i)] = known = true;
    }
    if (!known) {
      Owned attributes = TRY(find_attribute(t, Value(type_of(self)), NAME("_attributes")));
      if (attributes.value().is_empty() || !TRY(object_contains(t, attributes, kwargs.names[k]))) {
        TRY(warn_rpy(t, &exc_DeprecationWarning, 1,
                     "%.400s.__init__ got an unexpected keyword argument %R. Support for arbitrary keyword arguments is deprecated and will be removed in Python 3.15.",
                     type_of(self)->name, kwargs.names[k]));
      }
    }
    TRY(set_attribute(t, self, kwargs.names[k], kwargs.values[k]));
  }
  for (ssize i = 0; i < names->size; i++) {
    if (!given[static_cast<size_t>(i)]) TRY(fill_missing(t, self, names->get(i)));
  }
  return {};
}

Result<Owned> ast_new(Thread& t, Type& type, Args, Kwargs) {
  Object* o = allocate_object(t, &type, static_cast<size_t>(type.basicsize));
  if (!o) return raise_memory_error(t);
  return Owned::steal(Value(o));
}

Result<Owned> ast_reduce(Thread& t, Value self) {
  Owned dict = TRY(get_attribute(t, self, NAME("__dict__")));
  Owned names = TRY(fields_of(t, self));
  Ref<Tuple> fields = TRY(tuple_from_iterable_rpy(t, names));
  Ref<Dict> state = TRY(dict_copy(t, *dict.value().as<Dict>()));
  Ref<List> positional = TRY(list_new(t));
  for (ssize i = 0; i < fields->size; i++) {
    Owned value = TRY(dict_get(t, *state, fields->get(i)));
    if (value.value().is_empty()) break;
    TRY(list_push(t, *positional, value));
  }
  Ref<Tuple> arguments = TRY(list_to_tuple(t, *positional));
  return Owned(TRY(tuple_pack(t, Value(type_of(self)), arguments, state)));
}

Result<Owned> ast_replace(Thread& t, Value self, Kwargs changes) {
  Owned dict = TRY(get_attribute(t, self, NAME("__dict__")));
  Ref<Dict> state = TRY(dict_copy(t, *dict.value().as<Dict>()));
  Owned fields = TRY(fields_of(t, self)), attributes = TRY(get_attribute(t, Value(type_of(self)), NAME("_attributes")));
  for (size_t i = 0; i < changes.size; i++) {
    if (!TRY(object_contains(t, fields, changes.names[i])) && !TRY(object_contains(t, attributes, changes.names[i]))) {
      return raise_type_error(t, "%.400s.__replace__ got an unexpected keyword argument %R.", type_of(self)->name, changes.names[i]);
    }
    TRY(dict_set(t, *state, changes.names[i], changes.values[i]));
  }
  return call_with_tuple(t, Value(type_of(self)), *g_empty_tuple.as<Tuple>(), state.get());
}

constexpr MethodDef kAstMethods[] = {method<&ast_reduce>("__reduce__", "($self, /)", nullptr),
                                     method<&ast_replace>("__replace__", "($self, /, **fields)", "Return a copy of the AST node with new values for the specified fields."), {}};
constexpr TypeOps kAstOps = {.init = initializer<"AST", "(*args, **kwargs)", &ast_init>, .create = constructor<"AST", "(*args, **kwargs)", &ast_new>};
constexpr TypeDef kAstDef = {.name = "ast.AST", .size = sizeof(Object), .layout = {.flags = kCollectable | kHasAttributes}, .ops = &kAstOps, .methods = kAstMethods};

// --- classes ---

Result<Owned> make_class(Thread& t, const char* name, Value base, Dict& names) {
  TRY(dict_set_text(t, names, "__module__", NAME("ast")));
  Ref<Tuple> bases = TRY(tuple_pack(t, base));
  Ref<Str> text = TRY(str_from_ascii(t, name));
  Value arguments[] = {text, bases, Value(&names)};
  return call(t, Value(&type_type), arguments, 3);
}

Result<Owned> location_names(Thread& t, bool located, bool required_only) {
  if (!located) return Owned(dup(g_empty_tuple));
  Ref<List> list = TRY(list_new(t));
  for (int i = 0; i < (required_only ? 2 : 4); i++) TRY(list_push(t, *list, TRY(str_from_ascii(t, kLocationNames[i]))));
  return Owned(TRY(list_to_tuple(t, *list)));
}

/// The class (or int, str, object, list[…], … | None) that a field's values are of.
Result<Owned> field_type(Thread& t, const FieldInfo& field) {
  Owned type;
  switch (field.kind) {
    case FieldKind::Identifier: case FieldKind::String: type = dup(Value(Str::type())); break;
    case FieldKind::Int: type = dup(Value(&int_type)); break;
    case FieldKind::Constant: type = dup(Value(&object_type)); break;
    case FieldKind::Enum: case FieldKind::Node: type = g_classes.categories[category_index(field.type)].get(); break;
  }
  if (field.quantity == Quantity::Optional) return number_bit_or(t, type, none());
  if (field.quantity >= Quantity::Sequence) return get_item(t, Value(List::type()), type);
  return type;
}

Result<void> add_fields(Thread& t, Value cls, const NodeInfo& info) {
  Ref<Dict> types = TRY(dict_new(t));
  for (int i = 0; i < info.field_count; i++) {
    Owned type = TRY(field_type(t, info.fields[i]));
    TRY(dict_set_text(t, *types, info.fields[i].name, type));
  }
  return set_attribute(t, cls, NAME("_field_types"), types);
}

Result<Owned> make_node_class(Thread& t, const NodeInfo& info, Value base, bool located) {
  Ref<Dict> names = TRY(dict_new(t));
  Ref<List> fields = TRY(list_new(t));
  for (int i = 0; i < info.field_count; i++) {
    Ref<Str> name = TRY(str_from_ascii(t, info.fields[i].name));
    TRY(list_push(t, *fields, name));
    if (info.fields[i].quantity == Quantity::Optional) TRY(dict_set(t, *names, name, none()));
  }
  Ref<Tuple> tuple = TRY(list_to_tuple(t, *fields));
  TRY(dict_set_text(t, *names, "_fields", tuple));
  TRY(dict_set_text(t, *names, "__match_args__", tuple));
  if (std::strcmp(info.name, info.category) == 0) {  // a product type: its own category
    Owned attributes = TRY(location_names(t, located, false));
    TRY(dict_set_text(t, *names, "_attributes", attributes));
    if (located) {
      TRY(dict_set_text(t, *names, "end_lineno", none()));
      TRY(dict_set_text(t, *names, "end_col_offset", none()));
    }
  }
  return make_class(t, info.name, base, *names);
}

Result<void> make_classes(Thread& t) {
  if (g_classes.made) return {};
  TRY(type_ready(t, &ast_type, kAstDef));
  for (const char* name : {"_fields", "_attributes", "__match_args__"}) TRY(dict_set_text(t, *reinterpret_cast<Dict*>(ast_type.dict_), name, g_empty_tuple));
  Ref<Dict> no_types = TRY(dict_new(t));
  TRY(dict_set_text(t, *reinterpret_cast<Dict*>(ast_type.dict_), "_field_types", no_types));
  type_modified(t, &ast_type);
  Span<const CategoryInfo> all = ast::categories();
  for (ssize c = 0; c < all.size; c++) {
    const CategoryInfo& category = all[c];
    if (category.is_product) {
      const NodeInfo& info = ast::node_info(static_cast<NodeKind>(category.first_node));
      Owned cls = TRY(make_node_class(t, info, Value(&ast_type), category.has_attributes));
      g_classes.nodes[category.first_node].store(dup(cls.value()));
      g_classes.categories[c].store(std::move(cls));
      continue;
    }
    Ref<Dict> names = TRY(dict_new(t));
    Owned attributes = TRY(location_names(t, category.has_attributes, false));
    TRY(dict_set_text(t, *names, "_attributes", attributes));
    if (category.has_attributes && std::strcmp(category.name, "type_param") != 0 && std::strcmp(category.name, "pattern") != 0) {
      TRY(dict_set_text(t, *names, "end_lineno", none()));
      TRY(dict_set_text(t, *names, "end_col_offset", none()));
    }
    Owned base = TRY(make_class(t, category.name, Value(&ast_type), *names));
    for (int i = 0; i < category.count; i++) {
      if (category.first_node < 0) {
        Ref<Dict> own = TRY(dict_new(t));
        TRY(dict_set_text(t, *own, "_fields", g_empty_tuple));
        TRY(dict_set_text(t, *own, "__match_args__", g_empty_tuple));
        Owned cls = TRY(make_class(t, category.enum_names[i], base, *own));
        Owned instance = TRY(call(t, cls));
        g_classes.enums[c][i].store(std::move(cls));
        g_classes.enum_instances[c][i].store(std::move(instance));
      } else {
        const NodeInfo& info = ast::node_info(static_cast<NodeKind>(category.first_node + i));
        Owned cls = TRY(make_node_class(t, info, base, category.has_attributes));
        g_classes.nodes[category.first_node + i].store(std::move(cls));
      }
    }
    g_classes.categories[c].store(std::move(base));
  }
  for (ssize c = 0; c < all.size; c++) {
    for (int i = 0; all[c].first_node >= 0 && i < std::max(all[c].count, 1); i++) {
      int node = all[c].first_node + i;
      Owned cls = g_classes.nodes[node].get();
      TRY(add_fields(t, cls, ast::node_info(static_cast<NodeKind>(node))));
    }
  }
  g_classes.made = true;
  return {};
}

// --- trees to objects ---

Result<Owned> constant_object(Thread& t, const ast::ConstantValue& v) {
  switch (v.kind) {
    case ast::ConstantKind::None: return owned_none();
    case ast::ConstantKind::True: return owned_bool(true);
    case ast::ConstantKind::False: return owned_bool(false);
    case ast::ConstantKind::Ellipsis: return Owned::steal(ellipsis());
    case ast::ConstantKind::Int: return int_from_uint64(t, v.int_value);
    case ast::ConstantKind::BigInt: return int_from_text(t, v.text, v.size, v.base);
    case ast::ConstantKind::Float: return float_from_double(t, v.double_value);
    case ast::ConstantKind::Complex: return complex_new(t, 0.0, v.double_value);
    case ast::ConstantKind::Str: return Owned(TRY(str_from_wtf8(t, v.view())));
    case ast::ConstantKind::Bytes: return Owned(TRY(bytes_new(t, v.view())));
    case ast::ConstantKind::Object: break;
  }
  return raise_system_error(t, "a folded constant in a tree that was not to be folded");
}

Result<Owned> node_object(Thread& t, const ast::Node* node);

Result<Owned> single_object(Thread& t, const FieldInfo& field, const char* place) {
  switch (field.kind) {
    case FieldKind::Identifier: case FieldKind::String: {
      auto* name = *reinterpret_cast<const ast::Identifier* const*>(place);
      if (!name) return owned_none();
      if (field.kind == FieldKind::Identifier) return Owned::steal(TRY(str_intern_utf8(t, name->view())));
      return Owned(TRY(str_from_wtf8(t, name->view())));
    }
    case FieldKind::Int: return int_from_int64(t, *reinterpret_cast<const int32_t*>(place));
    case FieldKind::Constant: return constant_object(t, *reinterpret_cast<const ast::ConstantValue*>(place));
    case FieldKind::Enum: return g_classes.enum_instances[category_index(field.type)][*reinterpret_cast<const uint8_t*>(place)].get();
    case FieldKind::Node: return node_object(t, *reinterpret_cast<const ast::Node* const*>(place));
  }
  return owned_none();
}
ssize element_size(const FieldInfo& field) { return field.kind == FieldKind::Enum ? 1 : field.kind == FieldKind::Int ? 4 : 8; }

Result<Owned> node_object(Thread& t, const ast::Node* node) {
  if (!node) return owned_none();
  TRY(check_native_stack(t, " during ast construction"));
  const NodeInfo& info = ast::node_info(node->node_kind);
  Owned cls = g_classes.nodes[static_cast<int>(node->node_kind)].get();
  Owned object = TRY(ast_new(t, *cls.value().as<Type>(), {}, {}));
  for (int i = 0; i < info.field_count; i++) {
    const FieldInfo& field = info.fields[i];
    const char* place = reinterpret_cast<const char*>(node) + field.offset;
    Owned value;
    if (field.quantity <= Quantity::Optional) {
      value = TRY(single_object(t, field, place));
    } else {
      auto* span = reinterpret_cast<const Span<char>*>(place);
      Ref<List> list = TRY(list_new(t, span->size));
      for (ssize k = 0; k < span->size; k++) {
        Owned item = TRY(single_object(t, field, span->items + k * element_size(field)));
        TRY(list_push(t, *list, item));
      }
      value = std::move(list);
    }
    TRY(set_attribute(t, object, TRY(str_intern_utf8(t, field.name)), value));
  }
  if (info.has_attributes) {
    const ast::Location& loc = static_cast<const ast::LocatedNode*>(node)->loc;
    int32_t numbers[] = {loc.lineno, loc.col_offset, loc.end_lineno, loc.end_col_offset};
    for (int i = 0; i < 4; i++) {
      TRY(set_attribute(t, object, TRY(str_intern_utf8(t, kLocationNames[i])), Value::small_int_unchecked(numbers[i])));
    }
  }
  return object;
}

// --- objects to trees ---

class Builder {
 public:
  Builder(Thread& t, ast::Interner& names) : t_(t), names_(names), arena_(names.arena()) {}

  Result<ast::Node*> node(Value object, int category) {
    TRY(check_native_stack(t_, " during  ast construction"));
    const CategoryInfo& info = ast::categories()[category];
    Owned base = g_classes.categories[category].get();
    if (!TRY(object_is_instance(t_, object, base))) {
      return raise_type_error(t_, "expected some sort of %s, but got %R", info.name, object);
    }
    for (int i = 0; i < std::max(info.count, 1); i++) {
      int kind = info.first_node + i;
      Owned cls = g_classes.nodes[kind].get();
      if (TRY(object_is_instance(t_, object, cls))) return build(object, static_cast<NodeKind>(kind), info.has_attributes);
    }
    return raise_type_error(t_, "expected some sort of %s, but got %R", info.name, object);
  }

 private:
  Result<ast::Node*> build(Value object, NodeKind kind, bool located) {
    const NodeInfo& info = ast::node_info(kind);
    auto* made = static_cast<ast::Node*>(arena_.allocate(info.size));
    made->node_kind = kind;
    if (located) {
      ast::Location& loc = static_cast<ast::LocatedNode*>(made)->loc;
      int32_t* places[] = {&loc.lineno, &loc.col_offset, &loc.end_lineno, &loc.end_col_offset};
      for (int i = 0; i < 4; i++) {
        Owned value = TRY(find_attribute(t_, object, TRY(str_intern_utf8(t_, kLocationNames[i]))));
        if (value.value().is_empty() || is_none(value)) {
          if (i < 2) return raise_type_error(t_, "required field \"%s\" missing from %s", kLocationNames[i], info.category);
          *places[i] = *places[i - 2];
          continue;
        }
        *places[i] = TRY(integer(value));
      }
      TRY(check_location(loc));
    }
    for (int i = 0; i < info.field_count; i++) TRY(fill(object, info, info.fields[i], reinterpret_cast<char*>(made) + info.fields[i].offset));
    return made;
  }

  Result<void> check_location(const ast::Location& loc) {
    if (loc.lineno > loc.end_lineno) {
      return raise_value_error(t_, "AST node line range (%d, %d) is not valid", loc.lineno, loc.end_lineno);
    }
    if ((loc.lineno < 0 && loc.end_lineno != loc.lineno) || (loc.col_offset < 0 && loc.col_offset != loc.end_col_offset)) {
      return raise_value_error(t_, "AST node column range (%d, %d) for line range (%d, %d) is not valid", loc.col_offset, loc.end_col_offset, loc.lineno, loc.end_lineno);
    }
    if (loc.lineno == loc.end_lineno && loc.col_offset > loc.end_col_offset) {
      return raise_value_error(t_, "line %d, column %d-%d is not a valid range", loc.lineno, loc.col_offset, loc.end_col_offset);
    }
    return {};
  }

  Result<int> integer(Value v) {
    if (!is_int(v)) return raise_value_error(t_, "invalid integer value: %R", v);
    return convert_int(t_, v);
  }

  Result<void> fill(Value object, const NodeInfo& info, const FieldInfo& field, char* place) {
    Owned value = TRY(find_attribute(t_, object, TRY(str_intern_utf8(t_, field.name))));
    if (field.quantity >= Quantity::Sequence) {
      if (value.value().is_empty()) return {};
      if (!is_instance(value, List::type())) {
        return raise_type_error(t_, "%s field \"%s\" must be a list, not a %.200s", info.name, field.name, type_of(value)->name);
      }
      List& list = *value.value().as<List>();
      ssize n = list_size(list), size = element_size(field);
      auto* span = reinterpret_cast<Span<char>*>(place);
      span->items = static_cast<char*>(arena_.allocate(static_cast<size_t>(n * size + 1)));
      span->size = n;
      for (ssize i = 0; i < n; i++) {
        Owned item = list_get(list, i);
        if (!item || list_size(list) != n) return raise_runtime_error(t_, "%s field \"%s\" changed size during iteration", info.name, field.name);
        if (is_none(item) && field.quantity == Quantity::SequenceOfOptional) continue;
        TRY(single(item, info, field, span->items + i * size));
      }
      return {};
    }
    bool absent = value.value().is_empty();
    if (field.kind == FieldKind::Constant && !absent) return constant(value, place);
    if (absent || is_none(value)) {
      if (field.quantity == Quantity::Optional) return {};
      if (absent) return raise_type_error(t_, "required field \"%s\" missing from %s", field.name, info.name);
      return raise_value_error(t_, "field '%s' is required for %s", field.name, info.name);
    }
    return single(value, info, field, place);
  }

  Result<void> single(Value v, const NodeInfo& info, const FieldInfo& field, char* place) {
    switch (field.kind) {
      case FieldKind::Identifier: case FieldKind::String: {
        if (!is_instance(v, Str::type()) && !(field.kind == FieldKind::String && is_instance(v, Bytes::type()))) {
          return raise_type_error(t_, field.kind == FieldKind::Identifier ? "AST identifier must be of type str" : "AST string must be of type str");
        }
        std::string_view text = TRY(str_utf8(t_, *v.as<Str>()));
        if (field.kind == FieldKind::Identifier && (text == "None" || text == "True" || text == "False")) {
          return raise_value_error(t_, "identifier field can't represent '%U' constant", v);
        }
        *reinterpret_cast<const ast::Identifier**>(place) = names_.intern(text);
        return {};
      }
      case FieldKind::Int: *reinterpret_cast<int32_t*>(place) = TRY(integer(v)); return {};
      case FieldKind::Constant: return constant(v, place);
      case FieldKind::Enum: {
        int c = category_index(field.type);
        const CategoryInfo& category = ast::categories()[c];
        for (int i = 0; i < category.count; i++) {
          Owned cls = g_classes.enums[c][i].get();
          if (TRY(object_is_instance(t_, v, cls))) {
            *reinterpret_cast<uint8_t*>(place) = static_cast<uint8_t>(i);
            return {};
          }
        }
        return raise_type_error(t_, "expected some sort of %s, but got %R", category.name, v);
      }
      case FieldKind::Node: *reinterpret_cast<ast::Node**>(place) = TRY(node(v, category_index(field.type))); return {};
    }
    return {};
  }

  Result<void> constant(Value v, char* place) {
    auto& out = *reinterpret_cast<ast::ConstantValue*>(place);
    if (is_none(v)) out.kind = ast::ConstantKind::None;
    else if (is_true(v)) out.kind = ast::ConstantKind::True;
    else if (is_false(v)) out.kind = ast::ConstantKind::False;
    else if (v.identity() == ellipsis().identity()) out.kind = ast::ConstantKind::Ellipsis;
    else if (is_exact_int(v)) {
      bool fits;
      uint64_t n = int_as_uint64(v, &fits);
      if (fits) {
        out.kind = ast::ConstantKind::Int;
        out.int_value = n;
      } else if (int_sign(v) < 0) {
        return raise_value_error(t_, "negative constants are written with a unary minus");
      } else {
        Owned digits = TRY(int_to_str(t_, v, 16));
        std::string_view text = TRY(str_utf8(t_, *digits.value().as<Str>()));
        if (text.starts_with("0x")) text.remove_prefix(2);
        std::string_view copy = arena_.copy_text(text);
        out.kind = ast::ConstantKind::BigInt;
        out.base = 16;
        out.text = copy.data();
        out.size = static_cast<uint32_t>(copy.size());
      }
    } else if (type_of(v) == &float_type) {
      out.kind = ast::ConstantKind::Float;
      out.double_value = float_value(v);
    } else if (type_of(v) == &complex_type && v.as<Complex>()->real == 0) {
      out.kind = ast::ConstantKind::Complex;
      out.double_value = v.as<Complex>()->imag;
    } else if (is_exact<Str>(v)) {
      std::string_view text = arena_.copy_text(TRY(str_utf8(t_, *v.as<Str>())));
      out.kind = ast::ConstantKind::Str;
      out.text = text.data();
      out.size = static_cast<uint32_t>(text.size());
      out.length = static_cast<uint32_t>(v.as<Str>()->length);
    } else if (is_exact<Bytes>(v)) {
      std::string_view text = arena_.copy_text(v.as<Bytes>()->view());
      out.kind = ast::ConstantKind::Bytes;
      out.text = text.data();
      out.size = static_cast<uint32_t>(text.size());
    } else {
      return raise_type_error(t_, "got an invalid type in Constant: %T", v);
    }
    return {};
  }

  Thread& t_;
  ast::Interner& names_;
  Arena& arena_;
};

// --- hooks of compile() ---

bool is_ast_object(Value v) { return g_classes.made && is_instance(v, &ast_type); }

Result<Ref<Code>> compile_ast_object(Thread& t, Value tree, Value filename, const CompileOptions& options) {
  static constexpr const char* kModes[] = {"Module", "Expression", "Interactive"};
  const char* wanted = kModes[static_cast<int>(options.mode)];
  Owned mod = g_classes.categories[category_index("mod")].get();
  if (!TRY(object_is_instance(t, tree, mod)) || std::strcmp(type_of(tree)->name, wanted) != 0) {
    Owned expected;
    for (int i = 0; i < 8 && !expected; i++) {
      Owned cls = g_classes.nodes[i].get();
      if (cls && std::strcmp(cls.value().as<Type>()->name, wanted) == 0) expected = std::move(cls);
    }
    if (expected && !TRY(object_is_instance(t, tree, expected))) return raise_type_error(t, "expected %s node, got %.400s", wanted, type_of(tree)->name);
  }
  Arena arena;
  ast::Interner names(arena);
  Builder builder(t, names);
  auto* root = static_cast<ast::Mod*>(TRY(builder.node(tree, category_index("mod"))));
  return compile_ast(t, names, root, filename, options);
}

Result<Owned> parse_to_ast_object(Thread& t, std::string_view source, Value filename, const CompileOptions& options, int feature_version) {
  TRY(make_classes(t));
  Arena arena;
  ast::Interner names(arena);
  syntax::ParseMode mode = options.mode == CompileMode::kExec   ? syntax::ParseMode::File
                           : options.mode == CompileMode::kEval ? syntax::ParseMode::Eval
                                                                : syntax::ParseMode::Single;
  if (feature_version < -1) {
    mode = syntax::ParseMode::FuncType;
    feature_version = -1 - feature_version;
  }
  ast::Mod* tree = TRY(parse_source_rpy(t, names, source, filename, options, mode, feature_version < 0 ? 13 : feature_version));
  return node_object(t, tree);
}

Result<void> ast_exec(Thread& t, Module& m) {
  TRY(make_classes(t));
  g_is_ast_object = &is_ast_object;
  g_compile_ast_object = &compile_ast_object;
  TRY(module_add(t, m, "AST", Value(&ast_type)));
  Span<const CategoryInfo> all = ast::categories();
  for (ssize c = 0; c < all.size; c++) {
    TRY(module_add(t, m, all[c].name, g_classes.categories[c].load()));
    for (int i = 0; i < all[c].count; i++) {
      if (all[c].first_node < 0) TRY(module_add(t, m, all[c].enum_names[i], g_classes.enums[c][i].load()));
      else TRY(module_add(t, m, ast::node_info(static_cast<NodeKind>(all[c].first_node + i)).name, g_classes.nodes[all[c].first_node + i].load()));
    }
  }
  TRY(module_add_int(t, m, "PyCF_ALLOW_TOP_LEVEL_AWAIT", kCompileAllowTopLevelAwait));
  TRY(module_add_int(t, m, "PyCF_ONLY_AST", kCompileOnlyAst));
  TRY(module_add_int(t, m, "PyCF_TYPE_COMMENTS", kCompileTypeComments));
  return module_add_int(t, m, "PyCF_OPTIMIZED_AST", kCompileOptimizedAst);
}
constexpr ModuleDef kAstModule = {.name = "_ast", .exec = &ast_exec};
TY_MODULE(kAstModule)

struct InstallParseHook {
  InstallParseHook() { g_parse_to_ast_object = &parse_to_ast_object; }
} g_install_parse_hook;

}  // namespace

}  // namespace ty
