// _bisect: bisection of sorted sequences.
#include "modules/static_type.h"
#include "types/int.h"
#include "types/list.h"

namespace ty {
namespace {

template <bool right>
Result<ssize> bisect(Thread& t, Value a, Value x, ssize lo, Value hi_argument, Value key) {
  if (lo < 0) return raise_value_error(t, "lo must be non-negative");
  ssize hi = is_none(hi_argument) ? TRY(object_length(t, a)) : TRY(number_as_ssize(t, hi_argument, &exc_OverflowError));
  if (is_none(hi_argument) == false && hi == -1) hi = TRY(object_length(t, a));
  bool plain_list = is_exact<List>(a);
  while (lo < hi) {
    ssize middle = static_cast<ssize>((static_cast<size_t>(lo) + static_cast<size_t>(hi)) / 2);
    Owned item;
    if (plain_list) item = list_get(*a.as<List>(), middle);
    if (!item) item = TRY(sequence_get(t, a, middle));
    if (!is_none(key)) item = TRY(call(t, key, item));
    if (right) {
      if (TRY(object_compare_bool(t, x, item, CompareOp::kLt))) hi = middle;
      else lo = middle + 1;
    } else {
      if (TRY(object_compare_bool(t, item, x, CompareOp::kLt))) lo = middle + 1;
      else hi = middle;
    }
  }
  return lo;
}

template <bool right>
Result<void> insort(Thread& t, Value a, Value x, ssize lo, Value hi, Value key) {
  Owned needle = is_none(key) ? dup(x) : TRY(call(t, key, x));
  ssize index = TRY(bisect<right>(t, a, needle, lo, hi, key));
  if (is_exact<List>(a)) return list_insert_at(t, *a.as<List>(), index, x);
  Owned position = TRY(int_from_int64(t, index));
  Owned ignored = TRY(call_method(t, a, NAME("insert"), position, x));
  return {};
}

Result<ssize> bisect_bisect_right(Thread& t, Value a, Value x, ssize lo, Value hi, Value key) { return bisect<true>(t, a, x, lo, hi, key); }
Result<ssize> bisect_bisect_left(Thread& t, Value a, Value x, ssize lo, Value hi, Value key) { return bisect<false>(t, a, x, lo, hi, key); }
Result<void> bisect_insort_right(Thread& t, Value a, Value x, ssize lo, Value hi, Value key) { return insort<true>(t, a, x, lo, hi, key); }
Result<void> bisect_insort_left(Thread& t, Value a, Value x, ssize lo, Value hi, Value key) { return insort<false>(t, a, x, lo, hi, key); }

#define TY_BISECT_SIGNATURE "($module, a, x, lo=0, hi=None, *, key=None)"
constexpr const char* kRightDoc =
    "Return the index where to insert item x in list a, assuming a is sorted.\n\n"
    "The return value i is such that all e in a[:i] have e <= x, and all e in\n"
    "a[i:] have e > x.  So if x already appears in the list, a.insert(i, x) will\ninsert just after the rightmost x already there.\n\n"
    "Optional args lo (default 0) and hi (default len(a)) bound the\nslice of a to be searched.\n\n"
    "A custom key function can be supplied to customize the sort order.";
constexpr const char* kLeftDoc =
    "Return the index where to insert item x in list a, assuming a is sorted.\n\n"
    "The return value i is such that all e in a[:i] have e < x, and all e in\n"
    "a[i:] have e >= x.  So if x already appears in the list, a.insert(i, x) will\ninsert just before the leftmost x already there.\n\n"
    "Optional args lo (default 0) and hi (default len(a)) bound the\nslice of a to be searched.\n\n"
    "A custom key function can be supplied to customize the sort order.";
constexpr const char* kInsortRightDoc =
    "Insert item x in list a, and keep it sorted assuming a is sorted.\n\n"
    "If x is already in a, insert it to the right of the rightmost x.\n\n"
    "Optional args lo (default 0) and hi (default len(a)) bound the\nslice of a to be searched.\n\n"
    "A custom key function can be supplied to customize the sort order.";
constexpr const char* kInsortLeftDoc =
    "Insert item x in list a, and keep it sorted assuming a is sorted.\n\n"
    "If x is already in a, insert it to the left of the leftmost x.\n\n"
    "Optional args lo (default 0) and hi (default len(a)) bound the\nslice of a to be searched.\n\n"
    "A custom key function can be supplied to customize the sort order.";
constexpr MethodDef kBisectMethods[] = {
    function<&bisect_bisect_right>("bisect_right", TY_BISECT_SIGNATURE, kRightDoc),
    function<&bisect_insort_right>("insort_right", TY_BISECT_SIGNATURE, kInsortRightDoc),
    function<&bisect_bisect_left>("bisect_left", TY_BISECT_SIGNATURE, kLeftDoc),
    function<&bisect_insort_left>("insort_left", TY_BISECT_SIGNATURE, kInsortLeftDoc),
    {}};
constexpr ModuleDef kBisectModule = {
    .name = "_bisect",
    .doc = "Bisection algorithms.\n\nThis module provides support for maintaining a list in sorted order without\n"
           "having to sort the list after each insertion. For long lists of items with\n"
           "expensive comparison operations, this can be an improvement over the more\ncommon approach.\n",
    .methods = kBisectMethods};
TY_MODULE(kBisectModule)

}  // namespace
}  // namespace ty
