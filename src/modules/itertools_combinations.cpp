// itertools: product, permutations, combinations, combinations_with_replacement.
#include "modules/itertools_types.h"

namespace ty::itertools {
namespace {

extern Type product_type, permutations_type, combinations_type, replacement_type;

/// All four: a pool and the indices of the last result.
struct Combination : Object {
  Slot pool;       // [const] product: Tuple of Tuples; others: Tuple
  ssize* indices;  // [lock] of length r (permutations: pool size, then r cycle counts)
  ssize r;         // [const] length of a result
  bool started;    // [lock]
  bool stopped;    // [lock]
};
struct Product : Combination { static Type* type() { return &product_type; } };
struct Permutations : Combination { static Type* type() { return &permutations_type; } };
struct Combinations : Combination { static Type* type() { return &combinations_type; } };
struct Replacement : Combination { static Type* type() { return &replacement_type; } };

void release_indices(Object* o) { free_buffer(static_cast<Combination*>(o)->indices); }

Result<Ref<Combination>> make_combination(Thread& t, Type* type, Ref<Tuple> pool, ssize r, ssize index_count) {
  if (static_cast<size_t>(index_count) > SIZE_MAX / 16) return raise_memory_error(t);
  Ref<Combination> self = TRY(make_object<Combination>(t, type));
  self->indices = static_cast<ssize*>(allocate_buffer(static_cast<size_t>(index_count ? index_count : 1) * sizeof(ssize)));
  if (!self->indices) return raise_memory_error(t);
  self->pool.init(std::move(pool));
  self->r = r;
  return self;
}

// --- product ---
Result<Owned> product_create(Thread& t, Type& type, Args iterables, ssize repeat) {
  if (repeat < 0) return raise_value_error(t, "repeat argument cannot be negative");
  ssize n = static_cast<ssize>(iterables.size);
  if (repeat == 0) n = 0;
  if (n && repeat > PTRDIFF_MAX / 16 / n) return raise_overflow_error(t, "repeat argument too large");
  Ref<Tuple> pools = TRY(tuple_new(t, n * repeat));
  for (ssize i = 0; i < n; i++) pools->items[i].init(TRY(tuple_from_iterable_rpy(t, iterables[static_cast<size_t>(i)])));
  for (ssize i = n; i < n * repeat; i++) pools->items[i].init(dup(pools->get(i - n)));
  ssize r = n * repeat;
  Ref<Combination> self = TRY(make_combination(t, &type, std::move(pools), r, r));
  for (ssize i = 0; i < r; i++) self->indices[i] = 0;
  return Owned(std::move(self));
}

Lookup<Owned> product_next(Thread& t, Value v) {
  Combination& self = *v.as<Combination>();
  Tuple& pools = *self.pool.load_as<Tuple>();
  if (self.stopped) return Absent{};
  Ref<Tuple> result = TRY(tuple_new(t, self.r));
  CriticalSection section(t, &self);
  if (self.stopped) return Absent{};
  if (!self.started) {
    self.started = true;
    for (ssize i = 0; i < self.r; i++) {
      if (pools.get(i).as<Tuple>()->size == 0) {
        self.stopped = true;
        return Absent{};
      }
    }
  } else {
    ssize i = self.r - 1;
    for (; i >= 0; i--) {
      if (++self.indices[i] < pools.get(i).as<Tuple>()->size) break;
      self.indices[i] = 0;
    }
    if (i < 0) {
      self.stopped = true;
      return Absent{};
    }
  }
  for (ssize i = 0; i < self.r; i++) result->items[i].init(dup(pools.get(i).as<Tuple>()->get(self.indices[i])));
  return Owned(std::move(result));
}

// --- combinations ---
Result<Owned> combinations_create(Thread& t, Type& type, Value iterable, ssize r) {
  Ref<Tuple> pool = TRY(tuple_from_iterable_rpy(t, iterable));
  if (r < 0) return raise_value_error(t, "r must be non-negative");
  ssize n = pool->size;
  Ref<Combination> self = TRY(make_combination(t, &type, std::move(pool), r, r));
  for (ssize i = 0; i < r; i++) self->indices[i] = i;
  self->stopped = r > n;
  return Owned(std::move(self));
}
Result<Owned> replacement_create(Thread& t, Type& type, Value iterable, ssize r) {
  Ref<Tuple> pool = TRY(tuple_from_iterable_rpy(t, iterable));
  if (r < 0) return raise_value_error(t, "r must be non-negative");
  ssize n = pool->size;
  Ref<Combination> self = TRY(make_combination(t, &type, std::move(pool), r, r));
  for (ssize i = 0; i < r; i++) self->indices[i] = 0;
  self->stopped = n == 0 && r > 0;
  return Owned(std::move(self));
}

template <bool replacement>
Lookup<Owned> combinations_next(Thread& t, Value v) {
  Combination& self = *v.as<Combination>();
  Tuple& pool = *self.pool.load_as<Tuple>();
  if (self.stopped) return Absent{};
  Ref<Tuple> result = TRY(tuple_new(t, self.r));
  CriticalSection section(t, &self);
  if (self.stopped) return Absent{};
  ssize n = pool.size, r = self.r;
  if (!self.started) {
    self.started = true;
  } else {
    ssize i = r - 1;
    while (i >= 0 && self.indices[i] == (replacement ? n - 1 : i + n - r)) i--;
    if (i < 0) {
      self.stopped = true;
      return Absent{};
    }
    ssize index = ++self.indices[i];
    for (ssize k = i + 1; k < r; k++) self.indices[k] = replacement ? index : self.indices[k - 1] + 1;
  }
  for (ssize i = 0; i < r; i++) result->items[i].init(dup(pool.get(self.indices[i])));
  return Owned(std::move(result));
}

// --- permutations ---
Result<Owned> permutations_create(Thread& t, Type& type, Value iterable, Value r_argument) {
  Ref<Tuple> pool = TRY(tuple_from_iterable_rpy(t, iterable));
  ssize n = pool->size, r = n;
  if (!is_none(r_argument)) {
    if (!r_argument.is_small_int() && !is_instance(r_argument, &int_type)) return raise_type_error(t, "Expected int as r");
    r = TRY(number_as_ssize(t, r_argument, &exc_OverflowError));
  }
  if (r < 0) return raise_value_error(t, "r must be non-negative");
  bool empty = r > n;
  Ref<Combination> self = TRY(make_combination(t, &type, std::move(pool), r, empty ? 0 : n + r));
  if (!empty) {
    for (ssize i = 0; i < n; i++) self->indices[i] = i;
    for (ssize i = 0; i < r; i++) self->indices[n + i] = n - i;
  }
  self->stopped = empty;
  return Owned(std::move(self));
}

Lookup<Owned> permutations_next(Thread& t, Value v) {
  Combination& self = *v.as<Combination>();
  Tuple& pool = *self.pool.load_as<Tuple>();
  if (self.stopped) return Absent{};
  Ref<Tuple> result = TRY(tuple_new(t, self.r));
  CriticalSection section(t, &self);
  if (self.stopped) return Absent{};
  ssize n = pool.size, r = self.r;
  ssize* indices = self.indices;
  ssize* cycles = indices + n;
  if (!self.started) {
    self.started = true;
  } else {
    ssize i = r - 1;
    for (; i >= 0; i--) {
      if (--cycles[i] == 0) {
        ssize first = indices[i];
        for (ssize k = i; k < n - 1; k++) indices[k] = indices[k + 1];
        indices[n - 1] = first;
        cycles[i] = n - i;
      } else {
        std::swap(indices[i], indices[n - cycles[i]]);
        break;
      }
    }
    if (i < 0) {
      self.stopped = true;
      return Absent{};
    }
  }
  for (ssize i = 0; i < r; i++) result->items[i].init(dup(pool.get(indices[i])));
  return Owned(std::move(result));
}

// --- copying and pickling: (type, arguments[, indices]) ---
Result<Ref<Tuple>> pack_indices(Thread& t, const ssize* indices, ssize n) {
  Ref<Tuple> result = TRY(tuple_new(t, n));
  for (ssize i = 0; i < n; i++) result->items[i].init(small_int(indices[i]));
  return result;
}
/// Reads n indices, each clipped to [low, high(i)].
template <class High>
Result<void> unpack_indices(Thread& t, Value state, ssize n, ssize low, ssize* out, High high) {
  if (!is_instance(state, &tuple_type) || state.as<Tuple>()->size != n) return raise_value_error(t, "invalid arguments");
  for (ssize i = 0; i < n; i++) {
    Value v = state.as<Tuple>()->get(i);
    if (!v.is_small_int()) return raise_type_error(t, "an integer is required");
    int64_t index = v.small_int();
    if (index > high(i)) index = high(i);
    out[i] = index < low ? low : index;
  }
  return {};
}
Result<Owned> product_reduce(Thread& t, Product& self) {
  TRY(warn_pickling(t));
  if (self.stopped) {
    Ref<Tuple> arguments = TRY(tuple_pack(t, g_empty_tuple));
    return Owned(TRY(tuple_pack(t, type_value(self), arguments)));
  }
  if (!self.started) return Owned(TRY(tuple_pack(t, type_value(self), self.pool.load())));
  Ref<Tuple> state = TRY(pack_indices(t, self.indices, self.r));
  return Owned(TRY(tuple_pack(t, type_value(self), self.pool.load(), state)));
}
Result<void> product_setstate(Thread& t, Product& self, Value state) {
  TRY(warn_pickling(t));
  Tuple& pools = *self.pool.load_as<Tuple>();
  for (ssize i = 0; i < self.r; i++) {
    if (pools.get(i).as<Tuple>()->size == 0) {
      self.stopped = true;
      return {};
    }
  }
  TRY(unpack_indices(t, state, self.r, 0, self.indices, [&](ssize i) { return pools.get(i).as<Tuple>()->size - 1; }));
  self.started = true;
  return {};
}
template <class T>
Result<Owned> choose_reduce(Thread& t, T& self) {
  TRY(warn_pickling(t));
  Value r = Value::small_int_unchecked(self.r);
  if (self.stopped && (self.started || !__is_same(T, Combinations))) {
    Ref<Tuple> arguments = TRY(tuple_pack(t, g_empty_tuple, r));
    return Owned(TRY(tuple_pack(t, type_value(self), arguments)));
  }
  Ref<Tuple> arguments = TRY(tuple_pack(t, self.pool.load(), r));
  if (!self.started) return Owned(TRY(tuple_pack(t, type_value(self), arguments)));
  if constexpr (__is_same(T, Permutations)) {
    ssize n = self.pool.template load_as<Tuple>()->size;
    Ref<Tuple> indices = TRY(pack_indices(t, self.indices, n)), cycles = TRY(pack_indices(t, self.indices + n, self.r));
    Ref<Tuple> state = TRY(tuple_pack(t, indices, cycles));
    return Owned(TRY(tuple_pack(t, type_value(self), arguments, state)));
  } else {
    Ref<Tuple> state = TRY(pack_indices(t, self.indices, self.r));
    return Owned(TRY(tuple_pack(t, type_value(self), arguments, state)));
  }
}
Result<void> combinations_setstate(Thread& t, Combinations& self, Value state) {
  TRY(warn_pickling(t));
  ssize n = self.pool.load_as<Tuple>()->size;
  TRY(unpack_indices(t, state, self.r, 0, self.indices, [&](ssize i) { return i + n - self.r; }));
  self.started = true;
  return {};
}
Result<void> replacement_setstate(Thread& t, Replacement& self, Value state) {
  TRY(warn_pickling(t));
  ssize n = self.pool.load_as<Tuple>()->size;
  TRY(unpack_indices(t, state, self.r, 0, self.indices, [&](ssize) { return n - 1; }));
  self.started = true;
  return {};
}
Result<void> permutations_setstate(Thread& t, Permutations& self, Value state) {
  TRY(warn_pickling(t));
  if (!is_instance(state, &tuple_type) || state.as<Tuple>()->size != 2) return raise_type_error(t, "state is not a tuple");
  if (self.stopped) return {};
  ssize n = self.pool.load_as<Tuple>()->size;
  TRY(unpack_indices(t, state.as<Tuple>()->get(0), n, 0, self.indices, [&](ssize) { return n - 1; }));
  TRY(unpack_indices(t, state.as<Tuple>()->get(1), self.r, 1, self.indices + n, [&](ssize i) { return n - i; }));
  self.started = true;
  return {};
}

Result<ssize> combination_sizeof(Thread&, Combination& self) {
  return static_cast<Object&>(self).type_->basicsize + self.r * static_cast<ssize>(sizeof(ssize));
}

constexpr uint16_t kCombinationSlots[] = {offsetof(Combination, pool)};
constexpr TypeLayout kCombinationLayout = {.slot_offsets = kCombinationSlots, .slot_count = 1, .flags = kCollectable, .release = &release_indices};
#define TY_COMBINATION_METHODS(reduce, setstate)                                                                        \
  {method<&combination_sizeof>("__sizeof__", "($self, /)", "Returns size in memory, in bytes."), TY_REDUCE(reduce), TY_SETSTATE(setstate), {}}
constexpr MethodDef kProductMethods[] = TY_COMBINATION_METHODS(product_reduce, product_setstate);
constexpr MethodDef kPermutationsMethods[] = TY_COMBINATION_METHODS(choose_reduce<Permutations>, permutations_setstate);
constexpr MethodDef kCombinationsMethods[] = TY_COMBINATION_METHODS(choose_reduce<Combinations>, combinations_setstate);
constexpr MethodDef kReplacementMethods[] = TY_COMBINATION_METHODS(choose_reduce<Replacement>, replacement_setstate);
constexpr TypeOps kProductOps = {.iter = &iterator_returns_self, .next = &product_next,
                                 .create = constructor<"product", "(*iterables, repeat=1)", &product_create>};
constexpr TypeOps kPermutationsOps = {.iter = &iterator_returns_self, .next = &permutations_next,
                                      .create = constructor<"permutations", "(iterable, r=None)", &permutations_create>};
constexpr TypeOps kCombinationsOps = {.iter = &iterator_returns_self, .next = &combinations_next<false>,
                                      .create = constructor<"combinations", "(iterable, r)", &combinations_create>};
constexpr TypeOps kReplacementOps = {.iter = &iterator_returns_self, .next = &combinations_next<true>,
                                     .create = constructor<"combinations_with_replacement", "(iterable, r)", &replacement_create>};
#define TY_COMBINATION_DEF(symbol, python_name, ops_table, methods_table, signature, text)                                                                \
  constexpr TypeDef symbol = {.name = python_name, .size = sizeof(Combination), .layout = kCombinationLayout, .ops = &ops_table,            \
                              .methods = methods_table, .doc = text, .text_signature = signature};
TY_COMBINATION_DEF(kProductDef, "itertools.product", kProductOps, kProductMethods, "(*iterables, repeat=1)",
                   "Cartesian product of input iterables.  Equivalent to nested for-loops.")
TY_COMBINATION_DEF(kPermutationsDef, "itertools.permutations", kPermutationsOps, kPermutationsMethods, "(iterable, r=None)",
                   "Return successive r-length permutations of elements in the iterable.\n\n"
                   "permutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)")
TY_COMBINATION_DEF(kCombinationsDef, "itertools.combinations", kCombinationsOps, kCombinationsMethods, "(iterable, r)",
                   "Return successive r-length combinations of elements in the iterable.\n\n"
                   "combinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)")
TY_COMBINATION_DEF(kReplacementDef, "itertools.combinations_with_replacement", kReplacementOps, kReplacementMethods, "(iterable, r)",
                   "Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.\n\n"
                   "combinations_with_replacement('ABC', 2) --> ('A','A'), ('A','B'), ('A','C'), ('B','B'), ('B','C'), ('C','C')")
Type product_type, permutations_type, combinations_type, replacement_type;

}  // namespace

Result<void> add_combination_types(Thread& t, Module& m) {
  TRY(add_static_type(t, m, product_type, kProductDef));
  TRY(add_static_type(t, m, permutations_type, kPermutationsDef));
  TRY(add_static_type(t, m, combinations_type, kCombinationsDef));
  return add_static_type(t, m, replacement_type, kReplacementDef);
}

}  // namespace ty::itertools
