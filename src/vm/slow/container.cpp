// vm/slow/container.cpp: items, displays, unpacking, strings.
#include "types/container.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/list.h"
#include "types/set.h"
#include "types/slice.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/slow/slow.h"

namespace ty {

bool slow_LoadSubscript(Thread& t, Value* R, const Value*, Ins i) { return finish_bc(R, i, get_item(t, R[i.b], R[i.c])); }
bool slow_StoreSubscript(Thread& t, Value* R, const Value*, Ins i) {
  if (!set_item(t, R[i.a], R[i.b], R[i.c]).ok()) return false;
  kill_ab(R, i);
  if (i.kill & kKillC) clear_register(R, i.c);
  return true;
}
bool slow_DeleteSubscript(Thread& t, Value* R, const Value*, Ins i) {
  if (!delete_item(t, R[i.a], R[i.b]).ok()) return false;
  kill_ab(R, i);
  return true;
}
bool slow_BuildSlice(Thread& t, Value* R, const Value*, Ins i) {
  auto r = slice_new(t, R[i.b], R[i.b + 1], i.c == 3 ? R[i.b + 2] : none());
  if (!r.ok()) return false;
  Value word = Value(r.take().release());
  clear_run(R, i.b, i.c);
  put(R, i.a, word);
  return true;
}

/// A tuple of the run, which it empties.
static Result<Ref<Tuple>> tuple_of_run(Thread& t, Value* R, uint32_t first, uint32_t n) {
  Ref<Tuple> tuple = TRY(tuple_new(t, n));
  for (uint32_t k = 0; k < n; k++) {
    Value word = R[first + k];
    R[first + k] = Value::empty();
    tuple->items[k].init(Owned::steal(word));
  }
  return tuple;
}
bool slow_BuildTuple(Thread& t, Value* R, const Value*, Ins i) {
  if (i.c == 0) {
    put(R, i.a, borrow_or_dup(g_empty_tuple));
    return true;
  }
  auto r = tuple_of_run(t, R, i.b, i.c);
  if (!r.ok()) return false;
  put(R, i.a, Owned(r.take()));
  return true;
}
bool slow_BuildList(Thread& t, Value* R, const Value*, Ins i) {
  auto r = list_from_owned(t, reinterpret_cast<Owned*>(&R[i.b]), i.c);
  if (!r.ok()) return false;
  for (uint32_t k = 0; k < i.c; k++) R[i.b + k] = Value::empty();
  put(R, i.a, Owned(r.take()));
  return true;
}
bool slow_BuildSet(Thread& t, Value* R, const Value*, Ins i) {
  auto r = set_new(t, nullptr);
  if (!r.ok()) return false;
  Owned set = r.take();
  for (uint32_t k = 0; k < i.c; k++) {
    if (!set_add(t, set, R[i.b + k]).ok()) return false;
  }
  clear_run(R, i.b, i.c);
  put(R, i.a, std::move(set));
  return true;
}
bool slow_BuildDict(Thread& t, Value* R, const Value*, Ins i) {
  auto r = dict_new(t, i.c);
  if (!r.ok()) return false;
  Ref<Dict> dict = r.take();
  for (uint32_t k = 0; k < i.c; k++) {
    if (!dict_set(t, *dict, R[i.b + 2 * k], R[i.b + 2 * k + 1]).ok()) return false;
  }
  clear_run(R, i.b, 2 * i.c);
  put(R, i.a, Owned(std::move(dict)));
  return true;
}
bool slow_BuildString(Thread& t, Value* R, const Value*, Ins i) {
  auto r = str_join(t, *g_empty_str.as<Str>(), &R[i.b], i.c);
  if (!r.ok()) return false;
  Value word = Value(r.take().release());
  clear_run(R, i.b, i.c);
  put(R, i.a, word);
  return true;
}
bool slow_ListAppend(Thread& t, Value* R, const Value*, Ins i) {
  if (!list_push(t, *R[i.a].as<List>(), R[i.b]).ok()) return false;
  if (i.kill & kKillB) clear_register(R, i.b);
  return true;
}
bool slow_ListExtend(Thread& t, Value* R, const Value*, Ins i) {
  Value iterable = R[i.b];
  if (!list_extend_rpy(t, *R[i.a].as<List>(), iterable).ok()) {
    if (exception_matches(t, &exc_TypeError) && !ops_of(iterable).iter && !is_sequence(iterable)) {
      clear_exception(t);
      (void)raise_type_error(t, "Value after * must be an iterable, not %.200T", iterable);
    }
    return false;
  }
  if (i.kill & kKillB) clear_register(R, i.b);
  return true;
}
bool slow_ListToTuple(Thread& t, Value* R, const Value*, Ins i) {
  auto r = list_to_tuple(t, *R[i.b].as<List>());
  if (!r.ok()) return false;
  return finish_b(R, i, Owned(r.take()));
}
bool slow_SetAdd(Thread& t, Value* R, const Value*, Ins i) {
  if (!set_add(t, R[i.a], R[i.b]).ok()) return false;
  if (i.kill & kKillB) clear_register(R, i.b);
  return true;
}
bool slow_SetUpdate(Thread& t, Value* R, const Value*, Ins i) {
  if (!set_update_rpy(t, R[i.a], R[i.b]).ok()) return false;
  if (i.kill & kKillB) clear_register(R, i.b);
  return true;
}
bool slow_DictAdd(Thread& t, Value* R, const Value*, Ins i) {
  if (!dict_set(t, *R[i.a].as<Dict>(), R[i.b], R[i.c]).ok()) return false;
  kill_bc(R, i);
  return true;
}
bool slow_DictUpdate(Thread& t, Value* R, const Value*, Ins i) {
  Value mapping = R[i.b];
  if (!dict_merge_rpy(t, *R[i.a].as<Dict>(), mapping, MergeMode::kOverride).ok()) {
    if (exception_matches(t, &exc_AttributeError)) {
      clear_exception(t);
      (void)raise_type_error(t, "'%.200T' object is not a mapping", mapping);
    }
    return false;
  }
  if (i.kill & kKillB) clear_register(R, i.b);
  return true;
}

Result<Owned> vm_function_text(Thread& t, Value f) {
  // CPython: Objects/object.c _PyObject_FunctionStr()
  Lookup<Owned> qualname = find_attribute(t, f, NAME("__qualname__"));
  if (qualname.raised()) return Raised{};
  if (qualname.absent()) return object_str(t, f);
  Owned name = qualname.take();
  Lookup<Owned> module = find_attribute(t, f, NAME("__module__"));
  if (module.raised()) return Raised{};
  if (module.found()) {
    Owned m = module.take();
    if (!is_none(m) && !(is_str(m) && str_equal_ascii(*m.value().as<Str>(), "builtins"))) {
      return Owned(TRY(str_from_format(t, "%S.%S()", m.value(), name.value())));
    }
  }
  return Owned(TRY(str_from_format(t, "%S()", name.value())));
}

bool slow_DictMerge(Thread& t, Value* R, const Value*, Ins i) {
  Value mapping = R[i.b];
  if (!dict_merge_rpy(t, *R[i.a].as<Dict>(), mapping, MergeMode::kRaise).ok()) {
    if (exception_matches(t, &exc_AttributeError)) {
      clear_exception(t);
      auto text = vm_function_text(t, R[i.c]);
      if (text.ok()) (void)raise_type_error(t, "%U argument after ** must be a mapping, not %.200T", text.take().value(), mapping);
    } else if (exception_matches(t, &exc_KeyError)) {
      Ref<Object> e = take_exception(t);
      auto args = get_attribute(t, Value(e), NAME("args"));
      auto text = vm_function_text(t, R[i.c]);
      if (args.ok() && text.ok()) {
        Owned a = args.take(), f = text.take();
        if (is_exact<Tuple>(a) && a.value().as<Tuple>()->size == 1) {
          Owned key = a.value().as<Tuple>()->items[0].get();
          (void)raise_type_error(t, "%U got multiple values for keyword argument '%S'", f.value(), key.value());
        } else {
          restore_exception(t, std::move(e));
        }
      }
    }
    return false;
  }
  if (i.kill & kKillB) clear_register(R, i.b);
  return true;
}

// --- unpacking ---

namespace {

/// Items of `v` in `out`: exactly `before` when star is false, else at least before + after with the middle in a list.
bool unpack(Thread& t, Value v, size_t before, size_t after, bool star, Owned* out) {
  size_t wanted = before + after;
  if (is_exact<Tuple>(v) || is_exact<List>(v)) {
    bool tuple = is_exact<Tuple>(v);
    size_t n = static_cast<size_t>(tuple ? v.as<Tuple>()->size : list_size(*v.as<List>()));
    if (!star && n == wanted) {
      for (size_t k = 0; k < n; k++) {
        out[k] = tuple ? v.as<Tuple>()->items[k].get() : list_get(*v.as<List>(), static_cast<ssize>(k));
        if (TY_UNLIKELY(!out[k])) {
          (void)raise_value_error(t, "not enough values to unpack (expected %zd, got %zd)", static_cast<ssize>(wanted), static_cast<ssize>(k));
          return false;
        }
      }
      return true;
    }
  }
  auto made = get_iterator(t, v);
  if (!made.ok()) {
    if (exception_matches(t, &exc_TypeError) && !ops_of(v).iter && !is_sequence(v)) {
      clear_exception(t);
      (void)raise_type_error(t, "cannot unpack non-iterable %.200T object", v);
    }
    return false;
  }
  Owned iterator = made.take();
  for (size_t k = 0; k < before; k++) {
    Lookup<Owned> item = iterator_next(t, iterator);
    if (item.raised()) return false;
    if (item.absent()) {
      if (!star) {
        (void)raise_value_error(t, "not enough values to unpack (expected %zd, got %zd)", static_cast<ssize>(before), static_cast<ssize>(k));
      } else {
        (void)raise_value_error(t, "not enough values to unpack (expected at least %zd, got %zd)", static_cast<ssize>(wanted), static_cast<ssize>(k));
      }
      return false;
    }
    out[k] = item.take();
  }
  if (!star) {
    Lookup<Owned> item = iterator_next(t, iterator);
    if (item.raised()) return false;
    if (item.absent()) return true;
    Owned extra = item.take();
    (void)raise_value_error(t, "too many values to unpack (expected %zd)", static_cast<ssize>(before));
    return false;
  }
  auto rest = list_from_iterable_rpy(t, iterator);
  if (!rest.ok()) return false;
  Ref<List> list = rest.take();
  ssize n = list_size(*list);
  if (n < static_cast<ssize>(after)) {
    (void)raise_value_error(t, "not enough values to unpack (expected at least %zd, got %zd)", static_cast<ssize>(wanted), static_cast<ssize>(before) + n);
    return false;
  }
  for (size_t k = 0; k < after; k++) out[before + 1 + k] = list_get(*list, n - static_cast<ssize>(after - k));
  if (after && !list_replace_slice(t, *list, n - static_cast<ssize>(after), n, nullptr).ok()) return false;
  out[before] = Owned(std::move(list));
  return true;
}

bool unpack_into(Thread& t, Value* R, Ins i, size_t before, size_t after, bool star) {
  size_t n = before + after + (star ? 1 : 0);
  Owned small[8];
  Owned* out = small;
  if (n > 8) {
    out = static_cast<Owned*>(allocate_buffer(n * sizeof(Owned)));
    if (!out) {
      (void)raise_memory_error(t);
      return false;
    }
    for (size_t k = 0; k < n; k++) new (&out[k]) Owned();
  }
  bool ok = unpack(t, R[i.b], before, after, star, out);
  if (ok) {
    if (i.kill & kKillB) clear_register(R, i.b);
    for (size_t k = 0; k < n; k++) put(R, i.a + static_cast<uint32_t>(k), std::move(out[k]));
  }
  if (out != small) {
    for (size_t k = 0; k < n; k++) out[k].~Owned();
    free_buffer(out);
  }
  return ok;
}

}  // namespace

bool slow_UnpackSequence(Thread& t, Value* R, const Value*, Ins i) {
  Value source = R[i.b];
  // A tuple of the right length needs no iterator. It is held by R[b], which no write may touch meanwhile.
  if (TY_LIKELY(is_exact<Tuple>(source) && source.as<Tuple>()->size == static_cast<ssize>(i.c) && (i.b < i.a || i.b >= i.a + i.c))) {
    auto* tuple = source.as<Tuple>();
    for (uint32_t k = 0; k < i.c; k++) put(R, i.a + k, tuple->items[k].get());
    if (i.kill & kKillB) clear_register(R, i.b);
    return true;
  }
  return unpack_into(t, R, i, i.c, 0, false);
}
bool slow_UnpackStar(Thread& t, Value* R, const Value*, Ins i) { return unpack_into(t, R, i, i.c, i.extra, true); }

// --- f-strings ---
bool slow_FormatSimple(Thread& t, Value* R, const Value*, Ins i) { return finish_b(R, i, str_format_value_rpy(t, R[i.b], nullptr)); }
bool slow_FormatSpec(Thread& t, Value* R, const Value*, Ins i) { return finish_bc(R, i, str_format_value_rpy(t, R[i.b], R[i.c])); }
bool slow_Convert(Thread& t, Value* R, const Value*, Ins i) {
  Value v = R[i.b];
  return finish_b(R, i, i.c == 's' ? object_str(t, v) : i.c == 'r' ? object_repr(t, v) : object_ascii(t, v));
}

}  // namespace ty
