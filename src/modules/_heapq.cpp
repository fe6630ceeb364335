// _heapq: binary heaps in lists.
//
// Items are read and swapped through list operations one at a time: comparisons run Python, which may change the list (RuntimeError then).
#include "modules/static_type.h"
#include "types/list.h"

namespace ty {
namespace {

template <bool max>
Result<bool> before(Thread& t, Value a, Value b) {
  return max ? object_compare_bool(t, b, a, CompareOp::kLt) : object_compare_bool(t, a, b, CompareOp::kLt);
}

Result<Owned> item(Thread& t, List& heap, ssize i) {
  Owned value = list_get(heap, i);
  if (!value) return raise_index_error(t, "index out of range");
  return value;
}
Raised raise_size_changed(Thread& t) { return raise_runtime_error(t, "list changed size during iteration"); }

Result<void> swap_items(Thread& t, List& heap, ssize i, ssize j) {
  CriticalSection section(t, &heap);
  if (i >= heap.size || j >= heap.size) return raise_size_changed(t);
  Slot* items = heap.items.load();
  uint64_t word = items[i].raw();
  items[i].set_raw(items[j].raw());
  items[j].set_raw(word);
  return {};
}

template <bool max>
Result<void> sift_down(Thread& t, List& heap, ssize start, ssize position) {
  ssize size = list_size(heap);
  if (position >= size) return raise_index_error(t, "index out of range");
  while (position > start) {
    ssize parent = (position - 1) >> 1;
    Owned a = TRY(item(t, heap, position)), b = TRY(item(t, heap, parent));
    bool less = TRY(before<max>(t, a, b));
    if (list_size(heap) != size) return raise_size_changed(t);
    if (!less) return {};
    TRY(swap_items(t, heap, position, parent));
    position = parent;
  }
  return {};
}

template <bool max>
Result<void> sift_up(Thread& t, List& heap, ssize position) {
  ssize end = list_size(heap), start = position;
  if (position >= end) return raise_index_error(t, "index out of range");
  ssize limit = end >> 1;  // the smallest position without a child
  while (position < limit) {
    ssize child = 2 * position + 1;
    if (child + 1 < end) {
      Owned a = TRY(item(t, heap, child)), b = TRY(item(t, heap, child + 1));
      bool less = TRY(before<max>(t, a, b));
      if (list_size(heap) != end) return raise_size_changed(t);
      if (!less) child++;
    }
    TRY(swap_items(t, heap, position, child));
    position = child;
  }
  return sift_down<max>(t, heap, start, position);
}


Result<void> heapq_heappush(Thread& t, List& heap, Value value) {
  TRY(list_push(t, heap, value));
  return sift_down<false>(t, heap, 0, list_size(heap) - 1);
}
template <bool max>
Result<Owned> pop_from(Thread& t, List& heap) {
  ssize n = list_size(heap);
  if (n == 0) return raise_index_error(t, "index out of range");
  Owned last = TRY(list_pop_at(t, heap, -1));
  if (n == 1) return last;
  Owned top = TRY(item(t, heap, 0));
  TRY(list_set(t, heap, 0, last));
  TRY(sift_up<max>(t, heap, 0));
  return top;
}
template <bool max>
Result<Owned> replace_top(Thread& t, List& heap, Value value) {
  if (list_size(heap) == 0) return raise_index_error(t, "index out of range");
  Owned top = TRY(item(t, heap, 0));
  TRY(list_set(t, heap, 0, value));
  TRY(sift_up<max>(t, heap, 0));
  return top;
}
Result<Owned> heapq_heappop(Thread& t, List& heap) { return pop_from<false>(t, heap); }
Result<Owned> heapq_heapreplace(Thread& t, List& heap, Value value) { return replace_top<false>(t, heap, value); }
Result<Owned> heapq_heappop_max(Thread& t, List& heap) { return pop_from<true>(t, heap); }
Result<Owned> heapq_heapreplace_max(Thread& t, List& heap, Value value) { return replace_top<true>(t, heap, value); }
Result<Owned> heapq_heappushpop(Thread& t, List& heap, Value value) {
  if (list_size(heap) == 0) return borrow_or_dup(value);
  Owned top = TRY(item(t, heap, 0));
  if (!TRY(before<false>(t, top, value))) return borrow_or_dup(value);
  return replace_top<false>(t, heap, value);
}
template <bool max>
Result<void> heapify(Thread& t, List& heap) {
  for (ssize i = (list_size(heap) >> 1) - 1; i >= 0; i--) TRY(sift_up<max>(t, heap, i));
  return {};
}
Result<void> heapq_heapify(Thread& t, List& heap) { return heapify<false>(t, heap); }
Result<void> heapq_heapify_max(Thread& t, List& heap) { return heapify<true>(t, heap); }

constexpr MethodDef kHeapqMethods[] = {
    function<&heapq_heappush>("heappush", "($module, heap, item, /)", "Push item onto heap, maintaining the heap invariant."),
    function<&heapq_heappushpop>("heappushpop", "($module, heap, item, /)",
                                 "Push item on the heap, then pop and return the smallest item from the heap.\n\n"
                                 "The combined action runs more efficiently than heappush() followed by\na separate call to heappop()."),
    function<&heapq_heappop>("heappop", "($module, heap, /)", "Pop the smallest item off the heap, maintaining the heap invariant."),
    function<&heapq_heapreplace>("heapreplace", "($module, heap, item, /)",
                                 "Pop and return the current smallest value, and add the new item.\n\n"
                                 "This is more efficient than heappop() followed by heappush(), and can be\n"
                                 "more appropriate when using a fixed-size heap.  Note that the value\n"
                                 "returned may be larger than item!  That constrains reasonable uses of\n"
                                 "this routine unless written as part of a conditional replacement:\n\n"
                                 "    if item > heap[0]:\n        item = heapreplace(heap, item)"),
    function<&heapq_heapify>("heapify", "($module, heap, /)", "Transform list into a heap, in-place, in O(len(heap)) time."),
    function<&heapq_heappop_max>("_heappop_max", "($module, heap, /)", "Maxheap variant of heappop."),
    function<&heapq_heapify_max>("_heapify_max", "($module, heap, /)", "Maxheap variant of heapify."),
    function<&heapq_heapreplace_max>("_heapreplace_max", "($module, heap, item, /)", "Maxheap variant of heapreplace."),
    {}};

Result<void> heapq_exec(Thread& t, Module& m) {
  return module_add_string(t, m, "__about__",
                           "Heap queues\n\n[explanation by Fran\xc3\xa7ois Pinard]\n\n"
                           "Heaps are arrays for which a[k] <= a[2*k+1] and a[k] <= a[2*k+2] for\n"
                           "all k, counting elements from 0.  For the sake of comparison,\n"
                           "non-existing elements are considered to be infinite.  The interesting\n"
                           "property of a heap is that a[0] is always its smallest element.\n");
}
constexpr ModuleDef kHeapqModule = {
    .name = "_heapq",
    .doc = "Heap queue algorithm (a.k.a. priority queue).\n\n"
           "Heaps are arrays for which a[k] <= a[2*k+1] and a[k] <= a[2*k+2] for\n"
           "all k, counting elements from 0.  For the sake of comparison,\n"
           "non-existing elements are considered to be infinite.  The interesting\n"
           "property of a heap is that a[0] is always its smallest element.",
    .methods = kHeapqMethods, .exec = &heapq_exec};
TY_MODULE(kHeapqModule)

}  // namespace
}  // namespace ty
