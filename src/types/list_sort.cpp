// list.sort(): a stable merge sort of natural runs, merged in powersort order with galloping.
//
// The items are taken out of the list first (it is empty while Python compares), so nothing here needs the list's lock: what is sorted is a private
// array of counted words. Before sorting, one pass finds out whether all keys are of one kind that compares without a call: immediate ints, floats,
// strs, tuples by their first items; otherwise whether one type's comparison can be called directly.
// On an exception every item is still somewhere in the array (each merge puts its temporary part back), and the list gets them all.
#include <cstring>

#include "sync/thread_state.h"
#include "types/container.h"
#include "types/float.h"
#include "types/list_internal.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {
namespace {

using Word = uint64_t;
TY_INLINE Value as_value(Word w) { return Value::from_bits(w); }

// Comparisons answer 1 (less), 0, or -1 (raised).
struct IntLess {
  TY_INLINE int operator()(Word a, Word b) const { return static_cast<int64_t>(a) < static_cast<int64_t>(b); }
};
struct FloatLess {
  TY_INLINE int operator()(Word a, Word b) const { return float_value(as_value(a)) < float_value(as_value(b)); }
};
struct StrLess {
  TY_INLINE int operator()(Word a, Word b) const { return str_compare(*as_value(a).as<Str>(), *as_value(b).as<Str>()) < 0; }
};
/// All strs have one byte per character.
struct ByteStrLess {
  TY_INLINE int operator()(Word a, Word b) const {
    Str& x = *as_value(a).as<Str>();
    Str& y = *as_value(b).as<Str>();
    ssize n = x.length < y.length ? x.length : y.length;
    int order = memcmp(x.data(), y.data(), static_cast<size_t>(n));
    return order != 0 ? order < 0 : x.length < y.length;
  }
};
struct GenericLess {
  Thread& t;
  TY_NOINLINE int operator()(Word a, Word b) const {
    auto r = object_compare_bool(t, as_value(a), as_value(b), CompareOp::kLt);
    return r.ok() ? r.take() : -1;
  }
};
struct SameTypeLess {
  Thread& t;
  CompareOpFn compare;
  TY_NOINLINE int operator()(Word a, Word b) const {
    if (TY_UNLIKELY(ops_of(as_value(a)).compare != compare)) return GenericLess{t}(a, b);  // its class was changed meanwhile
    auto r = compare(t, as_value(a), as_value(b), CompareOp::kLt);
    if (!r.ok()) return -1;
    Owned answer = r.take();
    if (is_true(answer)) return 1;
    if (is_false(answer)) return 0;
    if (is_not_implemented(answer)) return GenericLess{t}(a, b);
    auto truth = object_is_true(t, answer);
    return truth.ok() ? truth.take() : -1;
  }
};
/// Tuples that are not empty and whose first items compare with First.
template <class First>
struct TupleLess {
  Thread& t;
  First first;
  TY_NOINLINE int operator()(Word a, Word b) const {
    Tuple& x = *as_value(a).as<Tuple>();
    Tuple& y = *as_value(b).as<Tuple>();
    if (x.get(0).bits != y.get(0).bits) {
      int less = first(x.get(0).bits, y.get(0).bits);
      if (less != 0) return less;
      less = first(y.get(0).bits, x.get(0).bits);
      if (less < 0) return -1;
      if (less) return 0;
      // Neither is less: equal unless a NaN or a partial order is about.
      auto equal = object_equal(t, x.get(0), y.get(0));
      if (!equal.ok()) return -1;
      if (!equal.take()) return 0;
    }
    ssize n = x.size < y.size ? x.size : y.size;
    for (ssize i = 1; i < n; i++) {
      auto equal = object_equal(t, x.get(i), y.get(i));
      if (!equal.ok()) return -1;
      if (equal.take()) continue;
      return GenericLess{t}(x.get(i).bits, y.get(i).bits);
    }
    return x.size < y.size;
  }
};

struct Run {
  ssize base;
  ssize length;
  int power;
};

template <class Less>
class Sorter {
 public:
  Sorter(Thread& t, Less less, Word* keys, Word* values, ssize n) : t_(t), less_(less), k_(keys), v_(values), n_(n) {}
  ~Sorter() {
    free_buffer(tmp_k_);
    if (tmp_v_) free_buffer(tmp_v_);
  }

  /// False: an exception is pending.
  bool sort() {
    ssize minrun = n_;
    ssize low_bit = 0;
    while (minrun >= 64) {
      low_bit |= minrun & 1;
      minrun >>= 1;
    }
    minrun += low_bit;
    for (ssize lo = 0; lo < n_;) {
      ssize length = count_run(lo, n_);
      if (length < 0) return false;
      if (length < minrun) {
        ssize forced = n_ - lo < minrun ? n_ - lo : minrun;
        if (!insertion_sort(lo, lo + forced, lo + length)) return false;
        length = forced;
      }
      if (!push_run(lo, length)) return false;
      lo += length;
      poll_quiet(t_);
    }
    while (runs_ > 1) {
      ssize i = runs_ - 2;
      if (i > 0 && stack_[i - 1].length < stack_[i + 1].length) i--;
      if (!merge_at(i)) return false;
    }
    return true;
  }

 private:
  TY_INLINE void move(ssize to, ssize from) {
    k_[to] = k_[from];
    if (v_) v_[to] = v_[from];
  }
  void move_range(ssize to, ssize from, ssize n) {
    memmove(k_ + to, k_ + from, static_cast<size_t>(n) * sizeof(Word));
    if (v_) memmove(v_ + to, v_ + from, static_cast<size_t>(n) * sizeof(Word));
  }
  void reverse(Word* a, ssize lo, ssize hi) {
    for (hi--; lo < hi; lo++, hi--) std::swap(a[lo], a[hi]);
  }

  /// Length of the run at lo, made ascending; -1: raised.
  ssize count_run(ssize lo, ssize hi) {
    if (lo + 1 >= hi) return hi - lo;
    ssize i = lo + 1;
    int less = less_(k_[i], k_[i - 1]);
    if (less < 0) return -1;
    if (less) {
      for (i++; i < hi; i++) {
        less = less_(k_[i], k_[i - 1]);
        if (less < 0) return -1;
        if (!less) break;
      }
      reverse(k_, lo, i);
      if (v_) reverse(v_, lo, i);
      return i - lo;
    }
    for (i++; i < hi; i++) {
      less = less_(k_[i], k_[i - 1]);
      if (less < 0) return -1;
      if (less) break;
    }
    return i - lo;
  }

  bool insertion_sort(ssize lo, ssize hi, ssize start) {
    if (start == lo) start++;
    for (; start < hi; start++) {
      Word pivot = k_[start];
      ssize l = lo, r = start;
      while (l < r) {
        ssize middle = l + ((r - l) >> 1);
        int less = less_(pivot, k_[middle]);
        if (less < 0) return false;
        if (less) r = middle;
        else l = middle + 1;
      }
      if (l == start) continue;
      memmove(k_ + l + 1, k_ + l, static_cast<size_t>(start - l) * sizeof(Word));
      k_[l] = pivot;
      if (v_) {
        Word value = v_[start];
        memmove(v_ + l + 1, v_ + l, static_cast<size_t>(start - l) * sizeof(Word));
        v_[l] = value;
      }
    }
    return true;
  }

  /// Depth, in the perfectly balanced tree over [0, n), of the node between two adjacent runs.
  int node_power(ssize s1, ssize n1, ssize n2) {
    int result = 0;
    ssize a = 2 * s1 + n1, b = a + n1 + n2;
    while (true) {
      ++result;
      if (a >= n_) {
        a -= n_;
        b -= n_;
      } else if (b >= n_) {
        return result;
      }
      a <<= 1;
      b <<= 1;
    }
  }

  bool push_run(ssize base, ssize length) {
    if (runs_) {
      int power = node_power(stack_[runs_ - 1].base, stack_[runs_ - 1].length, length);
      while (runs_ > 1 && stack_[runs_ - 2].power > power) {
        if (!merge_at(runs_ - 2)) return false;
      }
      stack_[runs_ - 1].power = power;
    }
    stack_[runs_++] = {base, length, 0};
    return true;
  }

  bool reserve(ssize n) {
    if (n <= capacity_) return true;
    free_buffer(tmp_k_);
    if (tmp_v_) free_buffer(tmp_v_);
    tmp_v_ = nullptr;
    capacity_ = 0;
    tmp_k_ = static_cast<Word*>(allocate_buffer(static_cast<size_t>(n) * sizeof(Word)));
    if (v_) tmp_v_ = static_cast<Word*>(allocate_buffer(static_cast<size_t>(n) * sizeof(Word)));
    if (!tmp_k_ || (v_ && !tmp_v_)) {
      (void)raise_memory_error(t_);
      return false;
    }
    capacity_ = n;
    return true;
  }

  /// Where `key` goes in a[0, n), before (left) or after equal ones; starts looking at `hint`. -1: raised.
  template <bool right>
  ssize gallop(Word key, const Word* a, ssize n, ssize hint) {
    // before(x): x belongs before key's place.
    auto before = [&](Word x) -> int {
      if constexpr (right) {
        int less = less_(key, x);
        return less < 0 ? -1 : !less;
      } else {
        return less_(x, key);
      }
    };
    ssize low, high;  // a[low] is before, a[high] is not (virtually at -1 and n)
    int b = before(a[hint]);
    if (b < 0) return -1;
    ssize last = 0, offset = 1;
    if (b) {
      ssize limit = n - hint;
      while (offset < limit) {
        b = before(a[hint + offset]);
        if (b < 0) return -1;
        if (!b) break;
        last = offset;
        offset = (offset << 1) + 1;
        if (offset <= 0) offset = limit;
      }
      if (offset > limit) offset = limit;
      low = hint + last;
      high = hint + offset;
    } else {
      ssize limit = hint + 1;
      while (offset < limit) {
        b = before(a[hint - offset]);
        if (b < 0) return -1;
        if (b) break;
        last = offset;
        offset = (offset << 1) + 1;
        if (offset <= 0) offset = limit;
      }
      if (offset > limit) offset = limit;
      low = hint - offset;
      high = hint - last;
    }
    while (low + 1 < high) {
      ssize middle = low + ((high - low) >> 1);
      b = before(a[middle]);
      if (b < 0) return -1;
      if (b) low = middle;
      else high = middle;
    }
    return high;
  }

  bool merge_at(ssize i) {
    poll_quiet(t_);
    ssize a = stack_[i].base, na = stack_[i].length, b = stack_[i + 1].base, nb = stack_[i + 1].length;
    stack_[i].length = na + nb;
    if (i == runs_ - 3) stack_[i + 1] = stack_[i + 2];
    runs_--;
    ssize skip = gallop<true>(k_[b], k_ + a, na, 0);
    if (skip < 0) return false;
    a += skip;
    na -= skip;
    if (na == 0) return true;
    nb = gallop<false>(k_[a + na - 1], k_ + b, nb, nb - 1);
    if (nb <= 0) return nb == 0;
    return na <= nb ? merge_low(a, na, b, nb) : merge_high(a, na, b, nb);
  }

  void save(ssize from, ssize n) {
    memcpy(tmp_k_, k_ + from, static_cast<size_t>(n) * sizeof(Word));
    if (v_) memcpy(tmp_v_, v_ + from, static_cast<size_t>(n) * sizeof(Word));
  }
  void restore(ssize to, ssize from, ssize n) {
    memcpy(k_ + to, tmp_k_ + from, static_cast<size_t>(n) * sizeof(Word));
    if (v_) memcpy(v_ + to, tmp_v_ + from, static_cast<size_t>(n) * sizeof(Word));
  }
  TY_INLINE void take_saved(ssize to, ssize from) {
    k_[to] = tmp_k_[from];
    if (v_) v_[to] = tmp_v_[from];
  }

  /// A (shorter) is saved; the gap moves up from the left.
  bool merge_low(ssize a, ssize na, ssize b, ssize nb) {
    if (!reserve(na)) return false;
    save(a, na);
    ssize dest = a, i = 0, end_b = b + nb;
    auto finish = [&](bool ok) {
      restore(dest, i, na - i);
      return ok;
    };
    move(dest++, b++);
    if (b == end_b) return finish(true);
    if (na == 1) {
      move_range(dest, b, end_b - b);
      dest += end_b - b;
      return finish(true);
    }
    ssize min_gallop = min_gallop_;
    while (true) {
      ssize wins_a = 0, wins_b = 0;
      do {
        int less = less_(k_[b], tmp_k_[i]);
        if (less < 0) return finish(false);
        if (less) {
          move(dest++, b++);
          wins_b++;
          wins_a = 0;
          if (b == end_b) return finish(true);
        } else {
          take_saved(dest++, i++);
          wins_a++;
          wins_b = 0;
          if (i == na - 1) goto last_of_a;
        }
      } while ((wins_a | wins_b) < min_gallop);
      do {
        min_gallop -= min_gallop > 1;
        ssize n = gallop<true>(k_[b], tmp_k_ + i, na - i, 0);
        if (n < 0) return finish(false);
        wins_a = n;
        restore(dest, i, n);
        dest += n;
        i += n;
        if (i == na - 1) goto last_of_a;
        if (i == na) return finish(true);  // only with an inconsistent comparison
        move(dest++, b++);
        if (b == end_b) return finish(true);
        n = gallop<false>(tmp_k_[i], k_ + b, end_b - b, 0);
        if (n < 0) return finish(false);
        wins_b = n;
        move_range(dest, b, n);
        dest += n;
        b += n;
        if (b == end_b) return finish(true);
        take_saved(dest++, i++);
        if (i == na - 1) goto last_of_a;
      } while (wins_a >= kMinGallop || wins_b >= kMinGallop);
      min_gallop_ = ++min_gallop;
    }
  last_of_a:  // the last of A goes after all of B
    move_range(dest, b, end_b - b);
    dest += end_b - b;
    return finish(true);
  }

  /// B (shorter) is saved; the gap moves down from the right.
  bool merge_high(ssize a, ssize na, ssize b, ssize nb) {
    if (!reserve(nb)) return false;
    save(b, nb);
    ssize dest = b + nb, end_a = a + na, j = nb;  // [a, end_a) and saved [0, j) are left
    auto finish = [&](bool ok) {
      restore(dest - j, 0, j);
      return ok;
    };
    move(--dest, --end_a);
    if (end_a == a) return finish(true);
    if (nb == 1) goto first_of_b;
    {
      ssize min_gallop = min_gallop_;
      while (true) {
        ssize wins_a = 0, wins_b = 0;
        do {
          int less = less_(tmp_k_[j - 1], k_[end_a - 1]);
          if (less < 0) return finish(false);
          if (less) {
            move(--dest, --end_a);
            wins_a++;
            wins_b = 0;
            if (end_a == a) return finish(true);
          } else {
            take_saved(--dest, --j);
            wins_b++;
            wins_a = 0;
            if (j == 1) goto first_of_b;
          }
        } while ((wins_a | wins_b) < min_gallop);
        do {
          min_gallop -= min_gallop > 1;
          ssize n = gallop<true>(tmp_k_[j - 1], k_ + a, end_a - a, end_a - a - 1);
          if (n < 0) return finish(false);
          ssize count = end_a - a - n;
          wins_a = count;
          dest -= count;
          end_a -= count;
          move_range(dest, end_a, count);
          if (end_a == a) return finish(true);
          take_saved(--dest, --j);
          if (j == 1) goto first_of_b;
          n = gallop<false>(k_[end_a - 1], tmp_k_, j, j - 1);
          if (n < 0) return finish(false);
          count = j - n;
          wins_b = count;
          dest -= count;
          j -= count;
          restore(dest, j, count);
          if (j == 1) goto first_of_b;
          if (j == 0) return finish(true);  // only with an inconsistent comparison
          move(--dest, --end_a);
          if (end_a == a) return finish(true);
        } while (wins_a >= kMinGallop || wins_b >= kMinGallop);
        min_gallop_ = ++min_gallop;
      }
    }
  first_of_b:  // the first of B goes before all of A
    dest -= end_a - a;
    move_range(dest, a, end_a - a);
    return finish(true);
  }

  static constexpr ssize kMinGallop = 7;
  Thread& t_;
  Less less_;
  Word* k_;
  Word* v_;
  ssize n_;
  Word* tmp_k_ = nullptr;
  Word* tmp_v_ = nullptr;
  ssize capacity_ = 0;
  ssize min_gallop_ = kMinGallop;
  ssize runs_ = 0;
  Run stack_[72];
};

template <class Less>
bool sort_with(Thread& t, Less less, Word* keys, Word* values, ssize n) {
  Sorter<Less> sorter(t, less, keys, values, n);
  return sorter.sort();
}

enum class KeyKind { kInt, kFloat, kStr, kTuple, kSameType, kMixed };

KeyKind kind_of(Value v) {
  if (v.is_small_int()) return KeyKind::kInt;
  Type* type = type_of(v);
  if (type == &float_type) return KeyKind::kFloat;
  if (type == &str_type) return KeyKind::kStr;
  if (type == &tuple_type && v.as<Tuple>()->size > 0) return KeyKind::kTuple;
  return KeyKind::kSameType;
}

/// The one kind of all keys (element 0 of tuples when `first`).
KeyKind common_kind(const Word* keys, ssize n, bool first) {
  auto key = [&](ssize i) { return first ? as_value(keys[i]).as<Tuple>()->get(0) : as_value(keys[i]); };
  Type* type = type_of(key(0));
  KeyKind kind = kind_of(key(0));
  for (ssize i = 1; i < n; i++) {
    Value v = key(i);
    if (type_of(v) != type) return KeyKind::kMixed;
    if (kind_of(v) != kind) kind = KeyKind::kSameType;
  }
  return kind;
}

bool sort_words(Thread& t, Word* keys, Word* values, ssize n) {
  if (n < 2) return true;
  KeyKind kind = common_kind(keys, n, false);
  switch (kind) {
    case KeyKind::kInt: return sort_with(t, IntLess{}, keys, values, n);
    case KeyKind::kFloat: return sort_with(t, FloatLess{}, keys, values, n);
    case KeyKind::kStr: {
      bool bytes = true;
      for (ssize i = 0; i < n && bytes; i++) bytes = as_value(keys[i]).as<Str>()->kind() == 1;
      return bytes ? sort_with(t, ByteStrLess{}, keys, values, n) : sort_with(t, StrLess{}, keys, values, n);
    }
    case KeyKind::kTuple:
      switch (common_kind(keys, n, true)) {
        case KeyKind::kInt: return sort_with(t, TupleLess<IntLess>{t, {}}, keys, values, n);
        case KeyKind::kFloat: return sort_with(t, TupleLess<FloatLess>{t, {}}, keys, values, n);
        case KeyKind::kStr: return sort_with(t, TupleLess<StrLess>{t, {}}, keys, values, n);
        default: break;
      }
      [[fallthrough]];
    case KeyKind::kSameType:
      if (CompareOpFn compare = ops_of(as_value(keys[0])).compare) return sort_with(t, SameTypeLess{t, compare}, keys, values, n);
      [[fallthrough]];
    case KeyKind::kMixed: return sort_with(t, GenericLess{t}, keys, values, n);
  }
  __builtin_unreachable();
}

void reverse_words(Word* a, ssize n) {
  for (ssize i = 0, j = n - 1; i < j; i++, j--) std::swap(a[i], a[j]);
}

}  // namespace

// CPython: Objects/listobject.c list_sort_impl()
Result<void> list_sort_rpy(Thread& t, List& self, Value key_function, bool reverse) {
  // 1. Take the items out; an allocated size of -1 tells modifications apart.
  Slot* items;
  ssize n;
  ssize allocated;
  {
    CriticalSection section(t, &self);
    items = self.items.load();
    n = self.size;
    allocated = self.allocated;
    list_set_size(self, 0);
    self.items.store(nullptr);
    self.allocated = -1;
  }
  // Lock-free readers may still look at the array of a SHARED list: sort a copy.
  auto* words = reinterpret_cast<Word*>(items);
  Slot* replaced = nullptr;
  bool ok = true;
  if (n > 0 && self.is_shared()) {
    Slot* copy = list_allocate_array(allocated > 0 ? allocated : n);
    if (copy) {
      memset(static_cast<void*>(copy), 0, static_cast<size_t>(list_array(copy)->capacity) * sizeof(Slot));
      memcpy(static_cast<void*>(copy), words, static_cast<size_t>(n) * sizeof(Word));
      replaced = items;
      items = copy;
      words = reinterpret_cast<Word*>(items);
      allocated = list_array(copy)->capacity;
    } else {
      (void)raise_memory_error(t);
      ok = false;
    }
  }
  // DEFERRED items are not counted, and the collector does not see our array: a tuple keeps them.
  Ref<Tuple> keep;
  for (ssize i = 0; ok && i < n; i++) {
    Value item = as_value(words[i]);
    if (!item.is_object() || !item.object()->has(kDeferred)) continue;
    auto kept = tuple_from(t, reinterpret_cast<Value*>(words), n);
    ok = kept.ok();
    if (ok) keep = kept.take();
    break;
  }
  // 2. Keys.
  Word* keys = words;
  ssize key_count = 0;
  if (ok && !is_none(key_function) && n > 0) {
    keys = static_cast<Word*>(allocate_buffer(static_cast<size_t>(n) * sizeof(Word)));
    if (!keys) {
      (void)raise_memory_error(t);
      ok = false;
    }
    for (ssize i = 0; ok && i < n; i++) {
      auto key = call(t, key_function, as_value(words[i]));
      if (!key.ok()) {
        ok = false;
        break;
      }
      keys[key_count++] = to_heap_form(key.take()).bits;
    }
  }
  // 3. Sort; reversing before and after keeps equal items in order.
  if (ok && n > 1) {
    Word* values = keys == words ? nullptr : words;
    if (reverse) {
      reverse_words(keys, n);
      if (values) reverse_words(values, n);
    }
    ok = sort_words(t, keys, values, n);
    if (reverse) reverse_words(words, n);
  }
  if (keys != words && keys) {
    for (ssize i = 0; i < key_count; i++) Owned::drop(as_value(keys[i]));
    free_buffer(keys);
    if (t.finalizer_count && !exception_pending(t)) drain_rpy(t);  // what the keys' finalizers do to the list counts as a modification
  }
  // 4. Put the items back; whatever was stored meanwhile goes.
  if (self.is_shared()) {
    for (ssize i = 0; i < n; i++) publish(as_value(words[i]));
  }
  Slot* strangers;
  ssize stranger_count;
  bool modified;
  {
    CriticalSection section(t, &self);
    strangers = self.items.load();
    stranger_count = self.size;
    modified = strangers != nullptr || self.allocated != -1;
    self.items.store(items);
    self.allocated = items ? allocated : 0;
    list_set_size(self, n);
  }
  for (ssize i = 0; i < stranger_count; i++) Owned::drop(Value::from_bits(strangers[i].raw()));
  list_release_array(&self, strangers);
  if (replaced) list_release_array(&self, replaced);
  if (!ok) return Raised{};
  if (modified) return raise_value_error(t, "list modified during sort");
  return {};
}

}  // namespace ty
