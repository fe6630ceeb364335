// vm/frame_locals.cpp: locals() and f_locals (PEP 667). CPython: Objects/frameobject.c
#include "vm/frame_locals.h"

#include "sync/thread_state.h"
#include "types/bytes.h"
#include "types/container.h"
#include "types/dict.h"
#include "types/list.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/slow/slow.h"
#include "vm/unwind.h"
#include "vm/vm.h"

namespace ty {

namespace {

constexpr uint8_t kKindHidden = 0x10, kKindCell = 0x40;

/// Where variables live: the registers of a live frame, or the items of a frame object.
struct Variables {
  Code* code;
  Function* function;
  Value* base;   // live
  Frame* frame;  // exited
  ssize count() const { return code->local_plus_names.load_as<Tuple>()->size; }
  Value name(ssize k) const { return code->local_plus_names.load_as<Tuple>()->get(k); }
  uint8_t kind(ssize k) const { return static_cast<uint8_t>(code->local_plus_kinds.load_as<Bytes>()->data()[k]); }
  /// The target of an inlined comprehension that is not running. While it runs, its register comes after the function's own of that name.
  bool hidden(ssize k) const { return (kind(k) & kKindHidden) && !raw(k); }
  bool comprehension_runs() const {
    for (ssize k = 0; k < count(); k++) {
      if ((kind(k) & kKindHidden) && raw(k)) return true;
    }
    return false;
  }
  Value raw(ssize k) const {
    if (k >= code->local_count) {
      if (frame && frame->cleared) return Value();
      Value closure = function->closure.load();
      return closure ? closure.as<Tuple>()->get(k - code->local_count) : Value();
    }
    if (base) {
      Value word = base[k];
      return word.is_empty() ? Value() : word;
    }
    return frame && k < frame->size ? frame->items[k].load() : Value();
  }
  bool in_cell(ssize k, Value word) const { return word && is_exact<Cell>(word) && (k >= code->local_count || (kind(k) & kKindCell)); }
  /// Null: unbound.
  Owned get(Thread& t, ssize k) const {
    if (TY_UNLIKELY(frame && frame_is_foreign(t, *frame))) {
      StopScope stop(t);
      Variables now{code, function, frame->base, frame};
      Value word = now.raw(k);
      if (word) publish(word);
      if (word && now.in_cell(k, word)) return word.as<Cell>()->content.get();
      return word ? dup(word) : Owned();
    }
    Value word = raw(k);
    if (!word) return {};
    if (in_cell(k, word)) return word.as<Cell>()->content.get();
    return borrow_or_dup(word);
  }
};

Variables variables_of(Value* base) { return {frame_code(base), frame_function(base), base, nullptr}; }
Variables variables_of(Frame& f) {
  return {f.code.load_as<Code>(), f.function.load_as<Function>(), f.base, &f};
}

Result<Ref<Dict>> snapshot(Thread& t, const Variables& v) {
  Ref<Dict> dict = TRY(dict_new(t));
  for (ssize k = 0; k < v.count(); k++) {
    if (v.hidden(k)) continue;
    Owned value = v.get(t, k);
    if (value) TRY(dict_set(t, *dict, v.name(k), value));
  }
  return dict;
}

// --- the proxy ---
struct FrameLocals : Object {
  Slot frame;  // [const]
  static Type* type() { return &frame_locals_type; }
};
Frame& frame_of(FrameLocals& p) { return *p.frame.load_as<Frame>(); }

/// Index of the variable `key`, or -1.
Result<ssize> find_variable(Thread& t, const Variables& v, Value key) {
  if (!is_str(key)) return ssize{-1};
  for (ssize k = v.count(); k-- > 0;) {
    if (!v.hidden(k) && v.name(k).identity() == key.identity()) return k;
  }
  for (ssize k = v.count(); k-- > 0;) {
    if (!v.hidden(k) && str_equal(*v.name(k).as<Str>(), *key.as<Str>())) return k;
  }
  return ssize{-1};
}

Lookup<Owned> proxy_find(Thread& t, FrameLocals& p, Value key) {
  Frame& f = frame_of(p);
  Variables v = variables_of(f);
  if (!is_exact<Str>(key)) TRY(object_hash(t, key));
  ssize k = TRY(find_variable(t, v, key));
  if (k >= 0) {
    Owned value = v.get(t, k);
    if (value) return std::move(value);
  }
  if (!f.extra_locals.is_null()) return dict_get(t, *f.extra_locals.load_as<Dict>(), key);
  return Absent{};
}

Result<Owned> proxy_getitem(Thread& t, Value self, Value key) {
  Owned value = TRY(proxy_find(t, *self.as<FrameLocals>(), key));
  if (value.value().is_empty()) return raise_key_error(t, key);
  return value;
}

Result<void> proxy_setitem(Thread& t, Value self, Value key, Value value) {
  FrameLocals& p = *self.as<FrameLocals>();
  Frame& f = frame_of(p);
  Variables v = variables_of(f);
  ssize k = TRY(find_variable(t, v, key));
  if (k >= 0) {
    if (!value) return raise_value_error(t, "cannot remove local variables from FrameLocalsProxy");
    if (TY_UNLIKELY(frame_is_foreign(t, f))) return raise_runtime_error(t, "cannot change variables of a frame that another thread runs");
    Value word = v.raw(k);
    if (v.in_cell(k, word)) {
      Cell* cell = word.as<Cell>();
      cell->content.store(cell, dup(value));
    } else if (f.base && k < v.code->local_count) {
      // The running instruction may have borrowed the old value: it lives on until the frame exits.
      Owned old = Owned::steal(f.base[k]);
      f.base[k] = dup(value).release();
      if (old.value().is_object()) {
        if (f.parked.is_null()) f.parked.store(&f, Owned(TRY(list_new(t))));
        TRY(list_push(t, *f.parked.load_as<List>(), old));
      }
    } else if (k < f.size) {
      f.items[k].store(&f, dup(value));
    }
    return {};
  }
  if (f.extra_locals.is_null()) {
    if (!value) return raise_key_error(t, key);
    f.extra_locals.store(&f, Owned(TRY(dict_new(t))));
  }
  Dict& extra = *f.extra_locals.load_as<Dict>();
  if (value) return dict_set(t, extra, key, value);
  bool removed = TRY(dict_delete(t, extra, key));
  if (!removed) return raise_key_error(t, key);
  return {};
}

Result<Ref<Dict>> proxy_dict(Thread& t, FrameLocals& p) {
  Frame& f = frame_of(p);
  Ref<Dict> dict = TRY(snapshot(t, variables_of(f)));
  if (!f.extra_locals.is_null()) TRY(dict_update_rpy(t, *dict, f.extra_locals.load()));
  return dict;
}
Result<ssize> proxy_length(Thread& t, Value self) {
  Ref<Dict> dict = TRY(proxy_dict(t, *self.as<FrameLocals>()));
  return dict_length(*dict);
}
Result<bool> proxy_contains(Thread& t, Value self, Value key) {
  Owned found = TRY(proxy_find(t, *self.as<FrameLocals>(), key));
  return !found.value().is_empty();
}
Result<Owned> proxy_keys(Thread& t, FrameLocals& p) {
  Ref<Dict> dict = TRY(proxy_dict(t, p));
  return Owned(TRY(dict_keys_list(t, *dict)));
}
Result<Owned> proxy_values(Thread& t, FrameLocals& p) {
  Ref<Dict> dict = TRY(proxy_dict(t, p));
  Owned view = TRY(dict_values_view(t, *dict));
  return Owned(TRY(list_from_iterable_rpy(t, view)));
}
Result<Owned> proxy_items(Thread& t, FrameLocals& p) {
  Ref<Dict> dict = TRY(proxy_dict(t, p));
  Owned view = TRY(dict_items_view(t, *dict));
  return Owned(TRY(list_from_iterable_rpy(t, view)));
}
Result<Owned> proxy_iter(Thread& t, Value self) {
  Owned keys = TRY(proxy_keys(t, *self.as<FrameLocals>()));
  return get_iterator(t, keys);
}
Result<Owned> proxy_reversed(Thread& t, FrameLocals& p) {
  Owned keys = TRY(proxy_keys(t, p));
  TRY(list_reverse(t, *keys.value().as<List>()));
  return keys;
}
Result<Owned> proxy_copy(Thread& t, FrameLocals& p) { return Owned(TRY(proxy_dict(t, p))); }
Result<Owned> proxy_get(Thread& t, FrameLocals& p, Value key, Value fallback) {
  Owned found = TRY(proxy_find(t, p, key));
  if (found.value().is_empty()) return dup(fallback);
  return found;
}
Result<Owned> proxy_setdefault(Thread& t, FrameLocals& p, Value key, Value fallback) {
  Owned found = TRY(proxy_find(t, p, key));
  if (!found.value().is_empty()) return found;
  TRY(proxy_setitem(t, Value(&p), key, fallback));
  return dup(fallback);
}
Result<Owned> proxy_pop(Thread& t, FrameLocals& p, Value key, Value fallback) {
  Frame& f = frame_of(p);
  ssize k = TRY(find_variable(t, variables_of(f), key));
  if (k >= 0) return raise_value_error(t, "cannot remove local variables from FrameLocalsProxy");
  if (!f.extra_locals.is_null()) {
    Owned found = TRY(dict_pop(t, *f.extra_locals.load_as<Dict>(), key));
    if (!found.value().is_empty()) return found;
  }
  if (!fallback) return raise_key_error(t, key);
  return dup(fallback);
}
Result<void> merge(Thread& t, FrameLocals& p, Value other) {
  Ref<Dict> dict = TRY(dict_new(t));
  TRY(dict_update_rpy(t, *dict, other));
  ssize position = 0;
  Owned key, value;
  while (dict_next(*dict, &position, &key, &value)) TRY(proxy_setitem(t, Value(&p), key, value));
  return {};
}
Result<void> proxy_update(Thread& t, FrameLocals& p, Value other) {
  if (!is_dict(other) && !is_exact<FrameLocals>(other)) {
    return raise_type_error(t, "update() argument must be dict or another FrameLocalsProxy");
  }
  return merge(t, p, other);
}
Result<Owned> proxy_or(Thread& t, Value a, Value b) {
  auto as_dict = [&](Value v) -> Result<Ref<Dict>> {
    if (is_exact<FrameLocals>(v)) return proxy_dict(t, *v.as<FrameLocals>());
    return dict_copy(t, *v.as<Dict>());
  };
  auto usable = [](Value v) { return is_dict(v) || is_exact<FrameLocals>(v); };
  if (!usable(a) || !usable(b)) return borrow_or_dup(not_implemented());
  Ref<Dict> left = TRY(as_dict(a));
  Ref<Dict> right = TRY(as_dict(b));
  TRY(dict_update_rpy(t, *left, right));
  return Owned(std::move(left));
}
Result<Owned> proxy_ior(Thread& t, Value a, Value b) {
  if (!is_dict(b) && !is_exact<FrameLocals>(b)) return borrow_or_dup(not_implemented());
  TRY(merge(t, *a.as<FrameLocals>(), b));
  return dup(a);
}
Result<Owned> proxy_compare(Thread& t, Value a, Value b, CompareOp op) {
  if (op != CompareOp::kEq && op != CompareOp::kNe) return borrow_or_dup(not_implemented());
  bool equal;
  if (is_exact<FrameLocals>(b)) {
    equal = a.as<FrameLocals>()->frame.load().identity() == b.as<FrameLocals>()->frame.load().identity();
  } else if (is_dict(b)) {
    Ref<Dict> dict = TRY(proxy_dict(t, *a.as<FrameLocals>()));
    equal = TRY(dict_equal_rpy(t, *dict, *b.as<Dict>()));
  } else {
    return borrow_or_dup(not_implemented());
  }
  return owned_bool(equal == (op == CompareOp::kEq));
}
Result<Owned> proxy_repr(Thread& t, Value self) {
  ReprGuard guard(t, self);
  if (guard.recursive()) return Owned(TRY(str_from_ascii(t, "{...}")));
  Ref<Dict> dict = TRY(proxy_dict(t, *self.as<FrameLocals>()));
  return object_repr(t, Value(dict));
}
Result<Owned> proxy_create(Thread& t, Type&, Value frame) {
  if (!is_exact<Frame>(frame)) return raise_type_error(t, "expect frame, not %T", frame);
  Ref<FrameLocals> p = TRY(make_object<FrameLocals>(t));
  p->frame.init(dup(frame));
  return Owned(std::move(p));
}

constexpr MethodDef kProxyMethods[] = {
    method<&proxy_keys>("keys", "($self, /)", nullptr), method<&proxy_values>("values", "($self, /)", nullptr),
    method<&proxy_items>("items", "($self, /)", nullptr), method<&proxy_copy>("copy", "($self, /)", nullptr),
    method<&proxy_get>("get", "($self, key, default=None, /)", nullptr),
    method<&proxy_setdefault>("setdefault", "($self, key, default=None, /)", nullptr),
    method<&proxy_pop>("pop", "($self, key, default=<unrepresentable>, /)", nullptr),
    method<&proxy_update>("update", "($self, other, /)", nullptr), method<&proxy_reversed>("__reversed__", "($self, /)", nullptr), {}};
constexpr uint16_t kProxySlots[] = {offsetof(FrameLocals, frame)};
constexpr TypeOps kProxyOps = {.repr = proxy_repr, .compare = proxy_compare, .iter = proxy_iter,
    .create = constructor<"FrameLocalsProxy", "(frame, /)", &proxy_create>, .bit_or = proxy_or, .inplace_bit_or = proxy_ior,
    .length = proxy_length, .subscript = proxy_getitem, .set_subscript = proxy_setitem, .contains = proxy_contains};

}  // namespace

extern const TypeDef kFrameLocalsDef;
constexpr TypeDef kFrameLocalsDef = {.name = "FrameLocalsProxy", .size = sizeof(FrameLocals), .flags = kTypeMapping,
    .layout = {.slot_offsets = kProxySlots, .slot_count = 1, .flags = kCollectable}, .ops = &kProxyOps, .methods = kProxyMethods};
Type frame_locals_type;

Result<Owned> frame_locals_snapshot(Thread& t, Value* base) {
  if (!(frame_code(base)->flags & kCodeOptimized)) {
    if (frame_code(base)->local_count == 0 || !variables_of(base).comprehension_runs()) return borrow_or_dup(base[kFrameAux]);
    // A comprehension in a module or class body: the namespace and its targets.
    Ref<Dict> targets = TRY(snapshot(t, variables_of(base)));
    Ref<Dict> all = TRY(dict_new(t));
    TRY(dict_update_rpy(t, *all, base[kFrameAux]));
    TRY(dict_update_rpy(t, *all, targets));
    return Owned(std::move(all));
  }
  Ref<Dict> dict = TRY(snapshot(t, variables_of(base)));
  Value object = base[kFrameObject];
  if (!object.is_empty() && object.is_object()) {
    Frame& f = *object.as<Frame>();
    if (!f.extra_locals.is_null()) TRY(dict_update_rpy(t, *dict, f.extra_locals.load()));
  }
  return Owned(std::move(dict));
}

Result<Owned> frame_locals(Thread& t, Frame& f) {
  Code* code = f.code.load_as<Code>();
  if (!(code->flags & kCodeOptimized) && !(code->local_count && variables_of(f).comprehension_runs())) {
    Owned ns = f.aux.get();
    return ns ? std::move(ns) : owned_none();
  }
  Ref<FrameLocals> p = TRY(make_object<FrameLocals>(t));
  p->frame.init(dup(Value(&f)));
  return Owned(std::move(p));
}

}  // namespace ty
