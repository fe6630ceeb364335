// dict: Python-visible operations and methods.
#include "object/binding.h"
#include "types/dict_internal.h"
#include "types/set.h"
#include "types/tuple.h"

namespace ty {

Result<Owned> dict_subscript(Thread& t, Value v, Value key) {
  Dict& self = *v.as<Dict>();
  Owned value = TRY(dict_get(t, self, key));
  if (TY_LIKELY(!value.value().is_empty())) return value;
  if (!is_exact<Dict>(v)) {
    Owned missing = TRY(lookup_special(t, v, NAME("__missing__")));
    if (!missing.value().is_empty()) return call(t, missing, key);
  }
  return raise_key_error(t, key);
}

namespace {

Result<Owned> dict_create(Thread& t, Type* type, const Value*, size_t, Tuple*) { return Owned(TRY(make_object<Dict>(t, type))); }


/// dict() and update() take any keyword, so they read the call themselves: there is no limit on the number of names.
Result<void> update_from_call(Thread& t, Dict& self, const char* function, const Value* args, size_t nargs, Tuple* kwnames) {
  if (nargs > 1) return raise_type_error(t, "%s expected at most 1 argument, got %zu", function, nargs);
  if (nargs) TRY(dict_update_rpy(t, self, args[0]));
  if (kwnames) {
    for (ssize i = 0; i < kwnames->size; i++) TRY(dict_set(t, self, kwnames->get(i), args[nargs + static_cast<size_t>(i)]));
  }
  return {};
}

Result<void> dict_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  return update_from_call(t, *self.as<Dict>(), "dict", args, nargs, kwnames);
}

Result<Owned> dict_update_call(Thread& t, const MethodDef&, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(update_from_call(t, *self.as<Dict>(), "update", args, nargs, kwnames));
  return owned_none();
}

Result<Owned> dict_dunder_repr(Thread& t, Value v) {
  Dict& self = *v.as<Dict>();
  if (dict_length(self) == 0) return Owned(TRY(str_from_ascii(t, "{}")));
  ReprGuard guard(t, v);
  if (guard.recursive()) return Owned(TRY(str_from_ascii(t, "{...}")));
  TRY(check_native_stack(t, " while getting the repr of an object"));
  StrWriter out(t);
  TRY(out.ascii("{"));
  Owned key, value;
  bool first = true;
  for (ssize position = 0; dict_next(self, &position, &key, &value);) {
    if (!first) TRY(out.ascii(", "));
    first = false;
    Owned text = TRY(object_repr(t, key));
    TRY(out.str(*text.value().as<Str>()));
    TRY(out.ascii(": "));
    text = TRY(object_repr(t, value));
    TRY(out.str(*text.value().as<Str>()));
  }
  TRY(out.ascii("}"));
  return Owned(TRY(out.finish()));
}

Result<Owned> dict_dunder_compare(Thread& t, Value a, Value b, CompareOp op) {
  if ((op != CompareOp::kEq && op != CompareOp::kNe) || !is_dict(a) || !is_dict(b)) return Owned::steal(not_implemented());
  TRY(check_native_stack(t, " in comparison"));
  bool equal = TRY(dict_equal_rpy(t, *a.as<Dict>(), *b.as<Dict>()));
  return owned_bool(equal == (op == CompareOp::kEq));
}

Result<ssize> dict_dunder_len(Thread&, Value v) { return dict_length(*v.as<Dict>()); }
Result<Owned> dict_dunder_iter(Thread& t, Value v) { return dict_key_iterator(t, *v.as<Dict>()); }
Result<bool> dict_dunder_contains(Thread& t, Value v, Value key) { return dict_contains(t, *v.as<Dict>(), key); }

Result<void> dict_dunder_setitem(Thread& t, Value v, Value key, Value value) {
  Dict& self = *v.as<Dict>();
  if (value) return dict_set(t, self, key, value);
  if (!TRY(dict_delete(t, self, key))) return raise_key_error(t, key);
  return {};
}

Result<Owned> dict_dunder_or(Thread& t, Value a, Value b) {
  if (!is_dict(a) || !is_dict(b)) return Owned::steal(not_implemented());
  Ref<Dict> result = TRY(dict_copy(t, *a.as<Dict>()));
  TRY(dict_update_rpy(t, *result, b));
  return Owned(std::move(result));
}

Result<Owned> dict_dunder_ior(Thread& t, Value a, Value b) {
  TRY(dict_update_rpy(t, *a.as<Dict>(), b));
  return borrow_or_dup(a);
}

Result<Owned> dict_method_get(Thread& t, Dict& self, Value key, Value fallback) {
  Owned value = TRY(dict_get(t, self, key));
  if (value.value().is_empty()) return borrow_or_dup(fallback);
  return value;
}
Result<Owned> dict_setdefault(Thread& t, Dict& self, Value key, Value fallback) { return dict_set_default(t, self, key, fallback); }
Result<Owned> dict_method_pop(Thread& t, Dict& self, Value key, Value fallback) {
  if (dict_length(self) == 0) {
    if (!fallback) return raise_key_error(t, key);
    TRY(object_hash(t, key));
    return borrow_or_dup(fallback);
  }
  Owned value = TRY(dict_pop(t, self, key));
  if (!value.value().is_empty()) return value;
  if (!fallback) return raise_key_error(t, key);
  return borrow_or_dup(fallback);
}
Result<Ref<Dict>> dict_method_copy(Thread& t, Dict& self) { return dict_copy(t, self); }
void dict_method_clear(Thread& t, Dict& self) { dict_clear(t, self); }
Result<Owned> dict_keys(Thread& t, Dict& self) { return dict_keys_view(t, self); }
Result<Owned> dict_values(Thread& t, Dict& self) { return dict_values_view(t, self); }
Result<Owned> dict_items(Thread& t, Dict& self) { return dict_items_view(t, self); }
Result<Owned> dict_dunder_reversed(Thread& t, Dict& self) { return dict_reverse_key_iterator(t, self); }
ssize dict_dunder_sizeof(Thread&, Dict& self) {
  DictTable* table = self.table.load();
  return self.Object::type()->basicsize + (table ? static_cast<ssize>(table->bytes) : 0);
}

Result<Owned> dict_fromkeys(Thread& t, Type& cls, Value iterable, Value value) {
  Owned result = TRY(call(t, Value(&cls)));
  bool plain = is_exact<Dict>(result);
  if (plain && is_exact<Dict>(iterable)) {
    Owned key;
    int64_t hash;
    for (ssize position = 0; dict_next_hashed(*iterable.as<Dict>(), &position, &key, nullptr, &hash);) {
      TRY(dict_set_hashed(t, *result.value().as<Dict>(), key, hash, value));
    }
    return result;
  }
  if (plain && is_exact_any_set(iterable)) {
    Owned key;
    int64_t hash;
    for (ssize position = 0; set_next_hashed(*iterable.as<Set>(), &position, &key, &hash);) {
      TRY(dict_set_hashed(t, *result.value().as<Dict>(), key, hash, value));
    }
    return result;
  }
  Owned iterator = TRY(get_iterator(t, iterable));
  while (true) {
    Owned key = TRY(iterator_next(t, iterator));
    if (key.value().is_empty()) return result;
    if (plain) {
      TRY(dict_set(t, *result.value().as<Dict>(), key, value));
    } else {
      TRY(set_item(t, result, key, value));
    }
  }
}

constexpr MethodDef kDictMethods[] = {
    method<&dict_dunder_sizeof>("__sizeof__", "($self, /)", "Return the size of the dict in memory."),
    method<&dict_method_get>("get", "($self, key, default=None, /)", "Return the value for key if key is in the dictionary, else default."),
    method<&dict_setdefault>("setdefault", "($self, key, default=None, /)",
                             "Insert key with a value of default if key is not in the dictionary.\n\n"
                             "Return the value for key if key is in the dictionary, else default."),
    method<&dict_method_pop>("pop", "($self, key, default=<unrepresentable>, /)",
                             "D.pop(k[,d]) -> v, remove specified key and return the corresponding value.\n\n"
                             "If the key is not found, return the default if given; otherwise,\nraise a KeyError."),
    method<&dict_popitem>("popitem", "($self, /)",
                          "Remove and return a (key, value) pair as a 2-tuple.\n\n"
                          "Pairs are returned in LIFO (last-in, first-out) order.\nRaises KeyError if the dict is empty."),
    method<&dict_keys>("keys", "($self, /)", "Return a set-like object providing a view on the dict's keys."),
    method<&dict_items>("items", "($self, /)", "Return a set-like object providing a view on the dict's items."),
    method<&dict_values>("values", "($self, /)", "Return an object providing a view on the dict's values."),
    MethodDef{.name = "update",
              .doc = "D.update([E, ]**F) -> None.  Update D from mapping/iterable E and F.\n"
                     "If E is present and has a .keys() method, then does:  for k in E.keys(): D[k] = E[k]\n"
                     "If E is present and lacks a .keys() method, then does:  for k, v in E: D[k] = v\n"
                     "In either case, this is followed by: for k in F:  D[k] = F[k]",
              .call = &dict_update_call},
    class_method<&dict_fromkeys>("fromkeys", "($type, iterable, value=None, /)",
                                 "Create a new dictionary with keys from iterable and values set to value."),
    method<&dict_method_clear>("clear", "($self, /)", "Remove all items from the dict."),
    method<&dict_method_copy>("copy", "($self, /)", "Return a shallow copy of the dict."),
    method<&dict_dunder_reversed>("__reversed__", "($self, /)", "Return a reverse iterator over the dict keys."),
    TY_CLASS_GETITEM,
    {}};

void dict_each(Object* o, SlotVisitor& visitor) {
  DictTable* table = static_cast<Dict*>(o)->table.load();
  if (!table) return;
  ssize n = table->load_count();
  for (ssize i = 0; i < n; i++) {
    DictEntry& entry = table->entries()[i];
    if (entry.key.raw()) visitor(entry.key.address());
    if (entry.value.raw()) visitor(entry.value.address());
  }
}

void dict_release(Object* o) {
  if (DictTable* table = static_cast<Dict*>(o)->table.load()) free_buffer(table);
}

constexpr TypeOps kDictOps = {.repr = &dict_dunder_repr,
                              .compare = &dict_dunder_compare,
                              .iter = &dict_dunder_iter,
                              .init = &dict_init,
                              .create = &dict_create,
                              .bit_or = &dict_dunder_or,
                              .inplace_bit_or = &dict_dunder_ior,
                              .length = &dict_dunder_len,
                              .subscript = &dict_subscript,
                              .set_subscript = &dict_dunder_setitem,
                              .contains = &dict_dunder_contains};

}  // namespace

extern constexpr TypeDef kDictDef = {
    .name = "dict", .size = sizeof(Dict), .flags = kTypeBase | kTypeDict | kTypeMapping | kTypeMatchSelf,
    .layout = {.flags = kCollectable, .each = &dict_each, .release = &dict_release, .back_edge = offsetof(Dict, instance)},
    .ops = &kDictOps, .methods = kDictMethods,
    .doc = "dict() -> new empty dictionary\n"
           "dict(mapping) -> new dictionary initialized from a mapping object's\n    (key, value) pairs\n"
           "dict(iterable) -> new dictionary initialized as if via:\n    d = {}\n    for k, v in iterable:\n        d[k] = v\n"
           "dict(**kwargs) -> new dictionary initialized with the name=value pairs\n"
           "    in the keyword argument list.  For example:  dict(one=1, two=2)"};
Type dict_type;

}  // namespace ty
