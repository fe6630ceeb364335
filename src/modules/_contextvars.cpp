// modules/_contextvars.cpp: Context, ContextVar, Token. CPython: Python/context.c, Python/hamt.c.
//
// Map         a context holds the root of a persistent hash trie (32-way, bitmap-compressed nodes, never changed once made), so that copying a context is
//             O(1). Variables are told apart by a 64-bit number that is never reused; its mixed form is the hash, so there are no collisions.
// Threads     only the thread that entered a context changes its root, under the context's lock; reading a variable loads the root and walks nodes,
//             writing nothing. The current context hangs off the thread (ThreadCold::context).
#include "modules/_contextvars.h"

#include "base/hash.h"
#include "object/type_object.h"
#include "sync/thread_state.h"
#include "types/container.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/thread_state.h"

namespace ty {

namespace {

struct Node : VarObject {  // size: number of slots, two per entry: variable and value, or null and child
  uint64_t bitmap;         // [const]
  Slot items[];            // [const]
  static Type* type();
};
struct Context : Object {
  Slot root;      // [lock] Node or null
  Slot previous;  // [lock] the context that was current when this was entered
  bool entered;   // [lock]
  static Type* type();
};
struct ContextVar : Object {
  Slot name;           // [const]
  Slot default_value;  // [const] or null
  uint64_t number;     // [const]
  uint64_t hash;       // [const] mixed number
  static Type* type();
};
struct Token : Object {
  Slot context;    // [const]
  Slot variable;   // [const]
  Slot old_value;  // [const] or null
  bool used;       // [lock]
  static Type* type();
};
Type node_type, context_type, contextvar_type, token_type, missing_type;
Type* Node::type() { return &node_type; }
Type* Context::type() { return &context_type; }
Type* ContextVar::type() { return &contextvar_type; }
Type* Token::type() { return &token_type; }
struct alignas(16) Missing : Object {};
Missing missing_object = {TY_STATIC_HEADER(&missing_type)};
uint64_t g_next_number = 1;  // [atomic]

uint64_t mix(uint64_t x) {  // a bijection (splitmix64)
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// --- the trie ---
Result<Ref<Node>> node_new(Thread& t, ssize slots, uint64_t bitmap) {
  Object* o = allocate_object(t, &node_type, sizeof(Node) + static_cast<size_t>(slots) * sizeof(Slot));
  if (!o) return raise_memory_error(t);
  auto node = Ref<Node>::steal(static_cast<Node*>(o));
  node->size = slots;
  node->bitmap = bitmap;
  return node;
}
uint32_t bit_at(uint64_t hash, int shift) { return 1u << ((hash >> shift) & 31); }
int place_of(uint64_t bitmap, uint32_t bit) { return 2 * __builtin_popcountll(bitmap & (bit - 1)); }

/// Borrowed from the (immutable) trie; null if absent.
Value trie_find(Value root, ContextVar& variable) {
  int shift = 0;
  while (root) {
    auto& node = *root.as<Node>();
    uint32_t bit = bit_at(variable.hash, shift);
    if (!(node.bitmap & bit)) return {};
    int at = place_of(node.bitmap, bit);
    Value key = node.items[at].load();
    if (key) return key.object() == &variable ? node.items[at + 1].load() : Value();
    root = node.items[at + 1].load();
    shift += 5;
  }
  return {};
}
/// A node with two variables whose hashes agree below `shift`.
Result<Ref<Node>> trie_pair(Thread& t, int shift, Value a, Value a_value, Value b, Value b_value) {
  uint32_t bit_a = bit_at(a.as<ContextVar>()->hash, shift), bit_b = bit_at(b.as<ContextVar>()->hash, shift);
  if (bit_a == bit_b) {
    Ref<Node> child = TRY(trie_pair(t, shift + 5, a, a_value, b, b_value));
    Ref<Node> node = TRY(node_new(t, 2, bit_a));
    node->items[1].init(std::move(child));
    return node;
  }
  Ref<Node> node = TRY(node_new(t, 4, bit_a | bit_b));
  int first = bit_a < bit_b ? 0 : 2;
  node->items[first].init(dup(a));
  node->items[first + 1].init(dup(a_value));
  node->items[2 - first].init(dup(b));
  node->items[3 - first].init(dup(b_value));
  return node;
}
Result<Ref<Node>> trie_set(Thread& t, Node* node, int shift, ContextVar& variable, Value value) {
  uint32_t bit = bit_at(variable.hash, shift);
  if (!node) {
    Ref<Node> fresh = TRY(node_new(t, 2, bit));
    fresh->items[0].init(dup(Value(&variable)));
    fresh->items[1].init(dup(value));
    return fresh;
  }
  int at = place_of(node->bitmap, bit);
  bool present = node->bitmap & bit;
  Owned replacement;
  bool to_child = false;
  if (present) {
    Value key = node->items[at].load();
    if (!key) {
      replacement = TRY(trie_set(t, node->items[at + 1].load_as<Node>(), shift + 5, variable, value));
      to_child = true;
    } else if (key.object() == &variable) {
      replacement = dup(value);
    } else {
      replacement = TRY(trie_pair(t, shift + 5, key, node->items[at + 1].load(), Value(&variable), value));
      to_child = true;
    }
  }
  Ref<Node> fresh = TRY(node_new(t, node->size + (present ? 0 : 2), node->bitmap | bit));
  for (int i = 0; i < node->size; i++) {
    int to = present || i < at ? i : i + 2;
    if (present && (i == at || i == at + 1)) continue;
    Value item = node->items[i].load();
    if (item) fresh->items[to].init(dup(item));
  }
  if (!present) replacement = dup(value);
  if (!to_child) fresh->items[at].init(dup(Value(&variable)));
  fresh->items[at + 1].init(std::move(replacement));
  return fresh;
}
/// Without `variable`, which is present; Absent-like null root is answered as none().
Result<Owned> trie_delete(Thread& t, Node* node, int shift, ContextVar& variable) {
  uint32_t bit = bit_at(variable.hash, shift);
  int at = place_of(node->bitmap, bit);
  Owned child;
  bool drop = true;
  if (!node->items[at].load()) {
    child = TRY(trie_delete(t, node->items[at + 1].load_as<Node>(), shift + 5, variable));
    drop = is_none(child);
  }
  if (drop && node->size == 2) return owned_none();
  Ref<Node> fresh = TRY(node_new(t, node->size - (drop ? 2 : 0), drop ? node->bitmap & ~uint64_t{bit} : node->bitmap));
  for (int i = 0, to = 0; i < node->size; i++) {
    if (i == at || i == at + 1) {
      if (!drop) to++;
      continue;
    }
    Value item = node->items[i].load();
    if (item) fresh->items[to].init(dup(item));
    to++;
  }
  if (!drop) fresh->items[at + 1].init(std::move(child));
  return Owned(std::move(fresh));
}
/// Calls f(variable, value) for each; the trie is held by the caller.
template <class F>
Result<void> trie_each(Thread& t, Value root, F&& f) {
  if (!root) return {};
  auto& node = *root.as<Node>();
  for (ssize i = 0; i < node.size; i += 2) {
    Value key = node.items[i].load();
    if (key) TRY(f(key, node.items[i + 1].load()));
    else TRY(trie_each(t, node.items[i + 1].load(), f));
  }
  return {};
}
ssize trie_size(Value root) {
  if (!root) return 0;
  auto& node = *root.as<Node>();
  ssize n = 0;
  for (ssize i = 0; i < node.size; i += 2) n += node.items[i].load() ? 1 : trie_size(node.items[i + 1].load());
  return n;
}

// --- contexts ---
Result<Ref<Context>> context_make(Thread& t, Value root) {
  auto self = TRY(make_object<Context>(t));
  if (root) self->root.init(dup(root));
  return self;
}
/// The calling thread's; null if it has none yet.
Context* current_or_null(Thread& t) {
  Value word = t.cold->context;
  return word.is_null() || word.is_empty() ? nullptr : word.as<Context>();
}
Result<Context*> current(Thread& t) {
  if (Context* known = current_or_null(t)) return known;
  Ref<Context> fresh = TRY(context_make(t, nullptr));
  fresh->entered = true;
  Context* raw = fresh.get();
  t.cold->context = Owned(std::move(fresh)).release();
  return raw;
}
Result<void> store_root(Thread& t, Context& context, Owned root) {
  publish_for(&context, root);
  CriticalSection section(t, context);
  context.root.store(&context, std::move(root));
  t.cold->context_version++;
  return {};
}
Result<void> variable_store(Thread& t, Context& context, ContextVar& variable, Value value_or_null) {
  Owned old = context.root.get();
  Node* node = old ? old.value().as<Node>() : nullptr;
  if (value_or_null) {
    Owned fresh = TRY(trie_set(t, node, 0, variable, value_or_null));
    return store_root(t, context, std::move(fresh));
  }
  if (!trie_find(old, variable)) return raise_with_value(t, &exc_LookupError, Value(&variable));
  Owned fresh = TRY(trie_delete(t, node, 0, variable));
  return store_root(t, context, is_none(fresh) ? Owned() : std::move(fresh));
}

Result<Owned> context_new(Thread& t, Type&, Args args, Kwargs kwargs) {
  if (args.size || kwargs.size) return raise_type_error(t, "Context() does not accept any arguments");
  return Owned(TRY(context_make(t, nullptr)));
}
Result<Owned> context_copy(Thread& t, Context& self) {
  Owned root = self.root.get();
  return Owned(TRY(context_make(t, root)));
}
Result<Owned> context_run_method(Thread& t, const MethodDef&, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  if (nargs < 1) return raise_type_error(t, "run() missing 1 required positional argument");
  return context_run(t, self, args[0], args + 1, nargs - 1, kwnames);
}
Result<void> check_key(Thread& t, Value key) {
  if (!is_exact<ContextVar>(key)) return raise_type_error(t, "a ContextVar key was expected, got %R", key);
  return {};
}
Result<Owned> context_getitem(Thread& t, Value self, Value key) {
  TRY(check_key(t, key));
  Owned root = self.as<Context>()->root.get();
  Value found = trie_find(root, *key.as<ContextVar>());
  if (!found) return raise_key_error(t, key);
  return dup(found);
}
Result<bool> context_contains(Thread& t, Value self, Value key) {
  TRY(check_key(t, key));
  Owned root = self.as<Context>()->root.get();
  return !trie_find(root, *key.as<ContextVar>()).is_null();
}
Result<Owned> context_get(Thread& t, Context& self, Value key, Value fallback) {
  TRY(check_key(t, key));
  Owned root = self.root.get();
  Value found = trie_find(root, *key.as<ContextVar>());
  return dup(found ? found : fallback);
}
Result<ssize> context_length(Thread&, Value self) {
  Owned root = self.as<Context>()->root.get();
  return trie_size(root);
}
enum class Part { kKeys, kValues, kItems };
Result<Owned> context_list(Thread& t, Value self, Part part) {
  Owned root = self.as<Context>()->root.get();
  Ref<List> list = TRY(list_new(t));
  TRY(trie_each(t, root, [&](Value key, Value value) -> Result<void> {
    if (part == Part::kKeys) return list_push(t, *list, key);
    if (part == Part::kValues) return list_push(t, *list, value);
    Ref<Tuple> pair = TRY(tuple_pack(t, key, value));
    return list_push(t, *list, pair);
  }));
  return get_iterator(t, list);
}
Result<Owned> context_iter(Thread& t, Value self) { return context_list(t, self, Part::kKeys); }
Result<Owned> context_keys(Thread& t, Value self) { return context_list(t, self, Part::kKeys); }
Result<Owned> context_values(Thread& t, Value self) { return context_list(t, self, Part::kValues); }
Result<Owned> context_items(Thread& t, Value self) { return context_list(t, self, Part::kItems); }
Result<Owned> context_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (!is_exact<Context>(b) || (op != CompareOp::kEq && op != CompareOp::kNe)) return Owned::steal(not_implemented());
  Owned x = a.as<Context>()->root.get(), y = b.as<Context>()->root.get();
  bool equal = true;
  if (x.value().identity() != y.value().identity()) {
    equal = trie_size(x) == trie_size(y);
    if (equal) {
      TRY(trie_each(t, x, [&](Value key, Value value) -> Result<void> {
        if (!equal) return {};
        Value other = trie_find(y, *key.as<ContextVar>());
        equal = other && TRY(object_equal(t, value, other));
        return {};
      }));
    }
  }
  return owned_bool(equal == (op == CompareOp::kEq));
}

// --- variables ---
Result<Owned> contextvar_new(Thread& t, Type&, Value name, Value default_value) {
  if (!is_str(name)) return raise_type_error(t, "context variable name must be a str");
  ssize hash = TRY(object_hash(t, name));  // it must have one
  (void)hash;
  auto self = TRY(make_object<ContextVar>(t));
  self->name.init(dup(name));
  if (default_value) self->default_value.init(dup(default_value));
  self->number = __atomic_fetch_add(&g_next_number, 1, __ATOMIC_RELAXED);
  self->hash = mix(self->number);
  return Owned(std::move(self));
}
Result<Owned> contextvar_get(Thread& t, ContextVar& self, Value fallback) {
  if (Context* context = current_or_null(t)) {
    Owned root = context->root.get();
    Value found = trie_find(root, self);
    if (found) return dup(found);
  }
  if (fallback) return dup(fallback);
  Owned value = self.default_value.get();
  if (value) return value;
  return raise_with_value(t, &exc_LookupError, Value(&self));
}
Result<Owned> contextvar_set(Thread& t, ContextVar& self, Value value) {
  Context& context = *TRY(current(t));
  auto token = TRY(make_object<Token>(t));
  token->context.init(dup(Value(&context)));
  token->variable.init(dup(Value(&self)));
  {
    Owned root = context.root.get();
    Value old = trie_find(root, self);
    if (old) token->old_value.init(dup(old));
  }
  TRY(variable_store(t, context, self, value));
  return Owned(std::move(token));
}
Result<void> contextvar_reset(Thread& t, ContextVar& self, Value v) {
  if (!is_exact<Token>(v)) return raise_type_error(t, "expected an instance of Token, got %R", v);
  auto& token = *v.as<Token>();
  if (token.used) return raise_runtime_error(t, "%R has already been used once", v);
  if (token.variable.load().object() != &self) return raise_value_error(t, "%R was created by a different ContextVar", v);
  Context& context = *TRY(current(t));
  if (token.context.load().object() != &context) return raise_value_error(t, "%R was created in a different Context", v);
  {
    CriticalSection section(t, token);
    token.used = true;
  }
  Owned old = token.old_value.get();
  return variable_store(t, context, self, old);
}
Owned contextvar_name(Thread&, ContextVar& self) { return self.name.get(); }
Result<Owned> contextvar_repr(Thread& t, Value v) {
  auto& self = *v.as<ContextVar>();
  Owned name = self.name.get(), value = self.default_value.get();
  if (value) return Owned(TRY(str_from_format(t, "<ContextVar name=%R default=%R at %p>", name.value(), value.value(), static_cast<void*>(&self))));
  return Owned(TRY(str_from_format(t, "<ContextVar name=%R at %p>", name.value(), static_cast<void*>(&self))));
}

// --- tokens ---
Result<Owned> token_new(Thread& t, Type&, Args, Kwargs) { return raise_runtime_error(t, "Tokens can only be created by ContextVars"); }
Owned token_var(Thread&, Token& self) { return self.variable.get(); }
Owned token_old_value(Thread&, Token& self) {
  Owned old = self.old_value.get();
  return old ? std::move(old) : Owned::steal(Value::uncounted(&missing_object));
}
Result<Owned> token_repr(Thread& t, Value v) {
  auto& self = *v.as<Token>();
  Owned variable = self.variable.get();
  return Owned(TRY(str_from_format(t, "<Token%s var=%R at %p>", self.used ? " used" : "", variable.value(), static_cast<void*>(&self))));
}
Result<Owned> missing_repr(Thread& t, Value) { return Owned(TRY(str_from_ascii(t, "<Token.MISSING>"))); }

constexpr TypeDef kNodeDef = {.name = "hamt_node", .size = sizeof(Node), .item_size = sizeof(Slot), .flags = kTypeDisallowInstantiation,
    .layout = {.items_offset = offsetof(Node, items), .flags = kCollectable}};

constexpr MethodDef kRunRow = {.name = "run", .doc = nullptr, .call = &context_run_method, .text_signature = nullptr, .kind = MethodKind::kMethod};
constexpr MethodDef kContextMethods[] = {
    kRunRow,
    method<&context_copy>("copy", "($self, /)", "Return a shallow copy of the context object."),
    method<&context_get>("get", "($self, key, default=None, /)",
        "Return the value for `key` if `key` has the value in the context object.\n\nIf `key` does not exist, return `default`. If `default` is not given,\nreturn None."),
    method<&context_items>("items", "($self, /)",
        "Return all variables and their values in the context object.\n\nThe result is returned as a list of 2-tuples (variable, value)."),
    method<&context_keys>("keys", "($self, /)", "Return a list of all variables in the context object."),
    method<&context_values>("values", "($self, /)", "Return a list of all variables' values in the context object."), {}};
constexpr uint16_t kContextSlots[] = {offsetof(Context, root), offsetof(Context, previous)};
constexpr TypeOps kContextOps = {.compare = &context_compare, .iter = &context_iter, .create = constructor<"Context", "(*args, **kwargs)", &context_new>,
    .length = &context_length, .subscript = &context_getitem, .contains = &context_contains};
constexpr TypeDef kContextDef = {.name = "_contextvars.Context", .size = sizeof(Context), .flags = kTypeWeakReferable,
    .layout = {.slot_offsets = kContextSlots, .slot_count = 2, .flags = kCollectable}, .ops = &kContextOps, .methods = kContextMethods};

constexpr MethodDef kVarMethods[] = {
    method<&contextvar_get>("get", "($self, default=<unrepresentable>, /)",
        "Return a value for the context variable for the current context.\n\nIf there is no value for the variable in the current context, the method will:\n * return the value of the default argument of the method, if provided; or\n * return the default value for the context variable, if it was created\n   with one; or\n * raise a LookupError."),
    method<&contextvar_set>("set", "($self, value, /)",
        "Call to set a new value for the context variable in the current context.\n\nThe required *value* argument is the new value for the context variable.\n\nReturns a Token object that can be used to restore the variable to its previous\nvalue via the `ContextVar.reset()` method."),
    method<&contextvar_reset>("reset", "($self, token, /)",
        "Reset the context variable.\n\nThe variable is reset to the value it had before the `ContextVar.set()` that\ncreated the token was used."),
    TY_CLASS_GETITEM, {}};
constexpr GetSetDef kVarGetSet[] = {getter<&contextvar_name>("name"), {}};
constexpr uint16_t kVarSlots[] = {offsetof(ContextVar, name), offsetof(ContextVar, default_value)};
constexpr TypeOps kVarOps = {.repr = &contextvar_repr, .create = constructor<"ContextVar", "(name, /, *, default=<unrepresentable>)", &contextvar_new>};
constexpr TypeDef kVarDef = {.name = "_contextvars.ContextVar", .size = sizeof(ContextVar), .flags = kTypeWeakReferable,
    .layout = {.slot_offsets = kVarSlots, .slot_count = 2, .flags = kCollectable}, .ops = &kVarOps, .methods = kVarMethods, .getset = kVarGetSet};

constexpr MethodDef kTokenMethods[] = {TY_CLASS_GETITEM, {}};
constexpr GetSetDef kTokenGetSet[] = {getter<&token_var>("var"), getter<&token_old_value>("old_value"), {}};
constexpr uint16_t kTokenSlots[] = {offsetof(Token, context), offsetof(Token, variable), offsetof(Token, old_value)};
constexpr TypeOps kTokenOps = {.repr = &token_repr, .create = constructor<"Token", "(*args, **kwargs)", &token_new>};
constexpr TypeDef kTokenDef = {.name = "_contextvars.Token", .size = sizeof(Token), .flags = 0,
    .layout = {.slot_offsets = kTokenSlots, .slot_count = 3, .flags = kCollectable}, .ops = &kTokenOps, .methods = kTokenMethods, .getset = kTokenGetSet};
constexpr TypeOps kMissingOps = {.repr = &missing_repr};
constexpr TypeDef kMissingDef = {.name = "Token.MISSING", .size = sizeof(Object), .flags = kTypeDisallowInstantiation, .ops = &kMissingOps};

Result<void> contextvars_exec(Thread& t, Module& m) {
  TRY(type_ready(t, &node_type, kNodeDef));
  TRY(type_ready(t, &missing_type, kMissingDef));
  TRY(type_ready(t, &context_type, kContextDef));
  TRY(type_ready(t, &contextvar_type, kVarDef));
  TRY(type_ready(t, &token_type, kTokenDef));
  TRY(type_dict_set(t, &token_type, NAME("MISSING"), Value::uncounted(&missing_object)));
  TRY(module_add_type(t, m, &context_type));
  TRY(module_add_type(t, m, &contextvar_type));
  return module_add_type(t, m, &token_type);
}
constexpr MethodDef kContextvarsMethods[] = {function<&context_copy_current>("copy_context", "($module, /)", nullptr), {}};
constexpr ModuleDef kContextvarsModule = {.name = "_contextvars", .doc = "Context Variables", .methods = kContextvarsMethods, .exec = &contextvars_exec};
TY_MODULE(kContextvarsModule)

}  // namespace

bool is_context(Value v) { return is_exact<Context>(v); }

Result<Owned> context_copy_current(Thread& t) {
  Context& context = *TRY(current(t));
  return context_copy(t, context);
}
Result<void> context_enter(Thread& t, Value v) {
  auto& context = *v.as<Context>();
  TRY(current(t));
  Owned previous = Owned::steal(t.cold->context);
  t.cold->context = Value::empty();
  bool busy;
  {
    publish_for(&context, previous);
    CriticalSection section(t, context);
    busy = context.entered;
    if (!busy) {
      context.entered = true;
      context.previous.store(&context, dup(previous.value()));
    }
  }
  if (busy) {
    t.cold->context = previous.release();
    return raise_runtime_error(t, "cannot enter context: %R is already entered", v);
  }
  t.cold->context = dup(v).release();
  t.cold->context_version++;
  return {};
}
Result<void> context_exit(Thread& t, Value v) {
  auto& context = *v.as<Context>();
  if (!context.entered) return raise_runtime_error(t, "cannot exit context: %R has not been entered", v);
  if (current_or_null(t) != &context) return raise_runtime_error(t, "cannot exit context: thread state references a different context object");
  Owned mine = Owned::steal(t.cold->context);
  t.cold->context = Value::empty();
  CriticalSection section(t, context);
  Owned previous = context.previous.exchange(&context, Owned());
  context.entered = false;
  t.cold->context = previous ? previous.release() : Value::empty();
  t.cold->context_version++;
  return {};
}
Result<Owned> context_run(Thread& t, Value context, Value callable, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(context_enter(t, context));
  auto result = call(t, callable, args, nargs, kwnames);
  if (!result.ok()) {
    Ref<Object> raised = take_exception(t);
    if (!context_exit(t, context).ok()) clear_exception(t);
    restore_exception(t, std::move(raised));
    return Raised{};
  }
  Owned value = result.take();
  TRY(context_exit(t, context));
  return value;
}

}  // namespace ty
