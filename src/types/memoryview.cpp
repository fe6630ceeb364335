// memoryview.
//
// A ManagedBuffer owns one buffer of an exporter; the memoryviews made from one another share it. The buffer goes back to the exporter when the
// last view is released (or dies): both types have finalizers for it, and are PROMPT, because people see exporters unlocked.
#include "types/memoryview.h"

#include <cstring>

#include "base/hash.h"
#include "mem/heap.h"
#include "types/bytes_shared.h"
#include "types/int.h"
#include "types/list.h"
#include "types/slice.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Type memoryview_type, managed_buffer_type;

Result<void> check_not_released(Thread& t, const MemoryView& v) {
  if (view_is_released(v)) return raise_value_error(t, "operation forbidden on released memoryview object");
  return {};
}

namespace {

constexpr int kMaxDimensions = 64;

Slot& owner_slot(ManagedBuffer& m) { return *reinterpret_cast<Slot*>(&m.master.owner); }

void update_contiguity(MemoryView& v) {
  int bits = (buffer_is_contiguous(v.view, 'C') ? kViewCContiguous : 0) | (buffer_is_contiguous(v.view, 'F') ? kViewFContiguous : 0);
  v.state = (v.state & kViewReleased) | bits;
}

/// A view over `source` (its shape copied) that keeps `managed` alive; room for `dimensions`.
Result<Ref<MemoryView>> add_view(Thread& t, ManagedBuffer& managed, const Buffer& source, int dimensions) {
  if (managed.state & kManagedReleased) return raise_value_error(t, "operation forbidden on released memoryview object");
  Object* o = allocate_object(t, &memoryview_type, sizeof(MemoryView) + 3 * sizeof(ssize) * static_cast<size_t>(dimensions));
  if (o == nullptr) return raise_memory_error(t);
  auto v = Ref<MemoryView>::steal(static_cast<MemoryView*>(o));
  v->size = 3 * dimensions;
  v->hash = -1;
  v->managed.init(dup(Value(&managed)));
  __atomic_add_fetch(&managed.exports, 1, __ATOMIC_RELAXED);
  v->view = source;
  v->view.owner = 0;
  v->view.internal = nullptr;
  if (v->view.format == nullptr) v->view.format = const_cast<char*>("B");
  v->view.shape = v->array;
  v->view.strides = v->array + dimensions;
  v->view.suboffsets = nullptr;
  int n = source.dimensions;
  if (n == 0) {
    v->view.shape = v->view.strides = nullptr;
  } else if (n <= dimensions) {
    if (n == 1) {
      v->view.shape[0] = source.shape != nullptr ? source.shape[0] : source.length / source.item_size;
      v->view.strides[0] = source.strides != nullptr ? source.strides[0] : source.item_size;
    } else {
      ssize step = source.item_size;
      for (int i = n - 1; i >= 0; --i) {
        v->view.shape[i] = source.shape[i];
        v->view.strides[i] = source.strides != nullptr ? source.strides[i] : step;
        step *= source.shape[i];
      }
    }
    if (source.suboffsets != nullptr) {
      v->view.suboffsets = v->array + 2 * dimensions;
      for (int i = 0; i < n; ++i) v->view.suboffsets[i] = source.suboffsets[i];
    }
  }
  update_contiguity(*v);
  return v;
}

Result<Ref<ManagedBuffer>> new_managed(Thread& t) {
  Object* o = allocate_object(t, &managed_buffer_type, sizeof(ManagedBuffer));
  if (o == nullptr) return raise_memory_error(t);
  return Ref<ManagedBuffer>::steal(static_cast<ManagedBuffer*>(o));
}

void release_managed(Thread& t, ManagedBuffer& m) {
  if (__atomic_fetch_or(&m.state, kManagedReleased, __ATOMIC_ACQ_REL) & kManagedReleased) return;
  Owned owner = owner_slot(m).clear(&m);
  if (!owner) return;
  if (m.state & kManagedPlain) return;
  if (ReleaseBufferOp op = ops_of(owner).release_buffer) op(t, owner, m.master);
}

void managed_finalize(Thread& t, Value self) { release_managed(t, *self.as<ManagedBuffer>()); }

/// Gives the view's share back; the last one returns the buffer.
void detach_view(Thread& t, MemoryView& v) {
  if (__atomic_fetch_or(&v.state, kViewReleased, __ATOMIC_ACQ_REL) & kViewReleased) return;
  ManagedBuffer& m = managed_of(v);
  if (__atomic_sub_fetch(&m.exports, 1, __ATOMIC_ACQ_REL) == 0) release_managed(t, m);
}

void memoryview_finalize(Thread& t, Value self) { detach_view(t, *self.as<MemoryView>()); }

Result<Owned> memoryview_release(Thread& t, MemoryView& self) {
  ssize exports = __atomic_load_n(&self.exports, __ATOMIC_ACQUIRE);
  if (exports > 0 && !(self.state & kViewReleased))
    return raise_format(t, &exc_BufferError, "memoryview has %zd exported buffer%s", exports, exports == 1 ? "" : "s");
  detach_view(t, self);
  return owned_none();
}

Result<Owned> memoryview_create(Thread& t, Type&, Value object) { return memoryview_from_object(t, object); }

Result<Owned> memoryview_from_flags(Thread& t, Type&, Value object, int flags) {
  if (!has_buffer(object)) return raise_type_error(t, "memoryview: a bytes-like object is required, not '%.200T'", object);
  Ref<ManagedBuffer> m = TRY(new_managed(t));
  TRY(get_buffer(t, object, m->master, flags));
  Ref<MemoryView> v = TRY(add_view(t, *m, m->master, m->master.dimensions));
  return Owned(std::move(v));
}

// --- access ---

/// The address of item `index` along dimension `d` from `p`; IndexError.
Result<char*> step(Thread& t, const Buffer& b, char* p, int d, ssize index) {
  ssize n = b.shape[d];
  if (index < 0) index += n;
  if (index < 0 || index >= n) return raise_index_error(t, "index out of bounds on dimension %d", d + 1);
  p += b.strides[d] * index;
  if (b.suboffsets != nullptr && b.suboffsets[d] >= 0) p = *reinterpret_cast<char**>(p) + b.suboffsets[d];
  return p;
}

bool is_multi_index(Value key) {
  if (!is_instance(key, &tuple_type)) return false;
  auto* tuple = key.as<Tuple>();
  for (ssize i = 0; i < tuple->size; ++i)
    if (!is_int(tuple->get(i)) && ops_of(tuple->get(i)).index == nullptr) return false;
  return true;
}

bool is_multi_slice(Value key) {
  if (!is_instance(key, &tuple_type) || key.as<Tuple>()->size == 0) return false;
  auto* tuple = key.as<Tuple>();
  for (ssize i = 0; i < tuple->size; ++i)
    if (!is_slice(tuple->get(i))) return false;
  return true;
}

Result<char*> address_of_tuple(Thread& t, MemoryView& self, Value key) {
  auto* tuple = key.as<Tuple>();
  if (tuple->size > self.view.dimensions)
    return raise_type_error(t, "cannot index %zd-dimension view with %zd-element tuple", static_cast<ssize>(self.view.dimensions), tuple->size);
  auto* p = static_cast<char*>(self.view.buf);
  for (ssize i = 0; i < tuple->size; ++i) {
    ssize index = TRY(number_as_ssize(t, tuple->get(i), &exc_IndexError));
    TRY(check_not_released(t, self));
    p = TRY(step(t, self.view, p, static_cast<int>(i), index));
  }
  return p;
}

/// Narrows dimension 0 to a slice.
void apply_slice(Buffer& b, SliceBounds bounds) {
  ssize n = slice_adjust(bounds, b.shape[0]);
  if (b.suboffsets == nullptr || b.suboffsets[0] < 0) {
    b.buf = static_cast<char*>(b.buf) + b.strides[0] * bounds.start;
  } else {
    int d = 0;
    while (d > 0 && b.suboffsets[d] < 0) --d;
    b.suboffsets[d] += b.strides[0] * bounds.start;
  }
  b.shape[0] = n;
  b.strides[0] *= bounds.step;
  b.length = b.item_size;
  for (int i = 0; i < b.dimensions; ++i) b.length *= b.shape[i];
}

Result<Owned> memoryview_dunder_getitem(Thread& t, Value self_value, Value key) {
  auto& self = *self_value.as<MemoryView>();
  TRY(check_not_released(t, self));
  Buffer& b = self.view;
  auto* base = static_cast<char*>(b.buf);
  if (b.dimensions == 0) {
    if (is_instance(key, &tuple_type) && key.as<Tuple>()->size == 0) return unpack_item(t, base, b.format);
    if (key.identity() == ellipsis().identity()) return borrow_or_dup(self_value);
    return raise_type_error(t, "invalid indexing of 0-dim memory");
  }
  if (is_int(key) || ops_of(key).index != nullptr) {
    ssize index = TRY(number_as_ssize(t, key, &exc_IndexError));
    TRY(check_not_released(t, self));
    if (b.dimensions > 1) return raise_format(t, &exc_NotImplementedError, "multi-dimensional sub-views are not implemented");
    char* p = TRY(step(t, b, base, 0, index));
    return unpack_item(t, p, b.format);
  }
  if (is_slice(key)) {
    // The new view keeps the buffer even if an __index__ releases this one.
    Ref<MemoryView> v = TRY(add_view(t, managed_of(self), b, b.dimensions));
    SliceBounds bounds = TRY(slice_unpack(t, *key.as<Slice>()));
    apply_slice(v->view, bounds);
    update_contiguity(*v);
    return Owned(std::move(v));
  }
  if (is_multi_index(key)) {
    if (key.as<Tuple>()->size < b.dimensions) return raise_format(t, &exc_NotImplementedError, "sub-views are not implemented");
    char* p = TRY(address_of_tuple(t, self, key));
    return unpack_item(t, p, b.format);
  }
  if (is_multi_slice(key)) return raise_format(t, &exc_NotImplementedError, "multi-dimensional slicing is not implemented");
  return raise_type_error(t, "memoryview: invalid slice key");
}

bool same_structure(const Buffer& a, const Buffer& b) {
  char fa = native_format(a.format), fb = native_format(b.format);
  bool formats = fa != 0 ? fa == fb : std::strcmp(a.format, b.format != nullptr ? b.format : "B") == 0;
  ssize na = a.shape != nullptr ? a.shape[0] : a.length / a.item_size, nb = b.shape != nullptr ? b.shape[0] : b.length / b.item_size;
  return formats && a.item_size == b.item_size && a.dimensions == b.dimensions && na == nb;
}

Result<void> memoryview_dunder_setitem(Thread& t, Value self_value, Value key, Value value) {
  auto& self = *self_value.as<MemoryView>();
  TRY(check_not_released(t, self));
  Buffer& b = self.view;
  auto* base = static_cast<char*>(b.buf);
  if (native_format(b.format) == 0) return raise_format(t, &exc_NotImplementedError, "memoryview: unsupported format %s", b.format);
  if (b.read_only) return raise_type_error(t, "cannot modify read-only memory");
  if (value.is_null()) return raise_type_error(t, "cannot delete memory");
  // The item is packed beside the memory: converting the value may release the view.
  auto put = [&](char* p) -> Result<void> {
    char item[16];
    TRY(pack_item(t, item, value, b.format));
    TRY(check_not_released(t, self));
    std::memcpy(p, item, static_cast<size_t>(b.item_size));
    return {};
  };
  if (b.dimensions == 0) {
    if (key.identity() == ellipsis().identity() || (is_instance(key, &tuple_type) && key.as<Tuple>()->size == 0)) return put(base);
    return raise_type_error(t, "invalid indexing of 0-dim memory");
  }
  if (is_int(key) || ops_of(key).index != nullptr) {
    if (b.dimensions > 1) return raise_format(t, &exc_NotImplementedError, "sub-views are not implemented");
    ssize index = TRY(number_as_ssize(t, key, &exc_IndexError));
    TRY(check_not_released(t, self));
    char* p = TRY(step(t, b, base, 0, index));
    return put(p);
  }
  if (is_slice(key) && b.dimensions == 1) {
    Buffer source;
    TRY(get_buffer(t, value, source, kBufferFullReadOnly));
    struct Releaser {
      Thread& t;
      Buffer& buffer;
      ~Releaser() { release_buffer(t, buffer); }
    } releaser{t, source};
    SliceBounds bounds = TRY(slice_unpack(t, *key.as<Slice>()));
    TRY(check_not_released(t, self));
    Buffer target = b;
    ssize shape = b.shape[0], stride = b.strides[0], suboffset = b.suboffsets != nullptr ? b.suboffsets[0] : -1;
    target.shape = &shape;
    target.strides = &stride;
    if (b.suboffsets != nullptr) target.suboffsets = &suboffset;
    apply_slice(target, bounds);
    if (!same_structure(target, source))
      return raise_value_error(t, "memoryview assignment: lvalue and rvalue have different structures");
    if (shape == 0) return {};
    TextBuffer items;
    if (char* p = items.extend(static_cast<size_t>(source.length))) buffer_copy_out(source, p);
    if (items.failed()) return raise_memory_error(t);
    auto* p = static_cast<char*>(target.buf);
    for (ssize i = 0; i < shape; ++i, p += stride) {
      char* at = suboffset >= 0 && b.suboffsets != nullptr ? *reinterpret_cast<char**>(p) + suboffset : p;
      std::memcpy(at, items.data() + i * b.item_size, static_cast<size_t>(b.item_size));
    }
    return {};
  }
  if (is_multi_index(key)) {
    if (key.as<Tuple>()->size < b.dimensions) return raise_format(t, &exc_NotImplementedError, "sub-views are not implemented");
    char* p = TRY(address_of_tuple(t, self, key));
    return put(p);
  }
  if (is_slice(key) || is_multi_slice(key))
    return raise_format(t, &exc_NotImplementedError, "memoryview slice assignments are currently restricted to ndim = 1");
  return raise_type_error(t, "memoryview: invalid slice key");
}

Result<ssize> memoryview_dunder_len(Thread& t, Value self_value) {
  auto& self = *self_value.as<MemoryView>();
  TRY(check_not_released(t, self));
  if (self.view.dimensions == 0) return raise_type_error(t, "0-dim memory has no length");
  return self.view.shape[0];
}

Result<Owned> list_of(Thread& t, const Buffer& b, char* p, int d) {
  if (d == b.dimensions) return unpack_item(t, p, b.format);
  Ref<List> list = TRY(list_new(t, b.shape[d]));
  for (ssize i = 0; i < b.shape[d]; ++i) {
    char* at = TRY(step(t, b, p, d, i));
    Owned item = TRY(list_of(t, b, at, d + 1));
    TRY(list_push(t, *list, item));
  }
  return Owned(std::move(list));
}

Result<Owned> memoryview_tolist(Thread& t, MemoryView& self) {
  TRY(check_not_released(t, self));
  if (native_format(self.view.format) == 0)
    return raise_format(t, &exc_NotImplementedError, "memoryview: unsupported format %s", self.view.format);
  return list_of(t, self.view, static_cast<char*>(self.view.buf), 0);
}

/// Copies in Fortran order: the first index varies fastest.
void copy_fortran(const Buffer& b, char* p, int d, ssize base, ssize* steps, char* out) {
  for (ssize i = 0; i < b.shape[d]; ++i) {
    char* at = p + b.strides[d] * i;
    if (b.suboffsets != nullptr && b.suboffsets[d] >= 0) at = *reinterpret_cast<char**>(at) + b.suboffsets[d];
    ssize place = base + steps[d] * i;
    if (d + 1 == b.dimensions) std::memcpy(out + place, at, static_cast<size_t>(b.item_size));
    else copy_fortran(b, at, d + 1, place, steps, out);
  }
}

Result<Owned> memoryview_tobytes(Thread& t, MemoryView& self, Value order) {
  TRY(check_not_released(t, self));
  char o = 'C';
  if (!order.is_null() && !is_none(order)) {
    if (!is_str(order)) return raise_type_error(t, "tobytes() argument 'order' must be str or None, not %.50T", order);
    auto* s = order.as<Str>();
    if (str_equal_ascii(*s, "F")) o = 'F';
    else if (str_equal_ascii(*s, "A")) o = 'A';
    else if (!str_equal_ascii(*s, "C")) return raise_value_error(t, "order must be 'C', 'F' or 'A'");
  }
  Buffer& b = self.view;
  if (o == 'A' && (self.state & kViewFContiguous) && !(self.state & kViewCContiguous)) o = 'F';
  if (o != 'F' || b.dimensions <= 1) {
    Ref<Bytes> made = TRY(bytes_from_buffer(t, b));
    return Owned(std::move(made));
  }
  Ref<Bytes> made = TRY(bytes_new(t, nullptr, b.length));
  ssize steps[kMaxDimensions], size = b.item_size;
  for (int i = 0; i < b.dimensions; ++i) {
    steps[i] = size;
    size *= b.shape[i];
  }
  if (b.length > 0) copy_fortran(b, static_cast<char*>(b.buf), 0, 0, steps, made->data());
  return Owned(std::move(made));
}

Result<Owned> memoryview_hex(Thread& t, MemoryView& self, Value sep, int bytes_per_sep) {
  TRY(check_not_released(t, self));
  Ref<Bytes> bytes = TRY(bytes_from_buffer(t, self.view));
  return hex_text(t, bytes->view(), sep, bytes_per_sep, false);
}

Result<Owned> memoryview_toreadonly(Thread& t, MemoryView& self) {
  TRY(check_not_released(t, self));
  Ref<MemoryView> v = TRY(add_view(t, managed_of(self), self.view, self.view.dimensions));
  v->view.read_only = 1;
  return Owned(std::move(v));
}

bool is_byte_format(char f) { return f == 'b' || f == 'B' || f == 'c'; }

const char* format_text(char f) {
  static constexpr char kTexts[][2] = {"c", "b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "n", "N", "f", "d", "e", "P", "?"};
  for (auto& text : kTexts)
    if (text[0] == f) return text;
  return "B";
}
const char* at_format_text(char f) {
  static constexpr char kTexts[][3] = {"@c", "@b", "@B", "@h", "@H", "@i", "@I", "@l", "@L",
                                       "@q", "@Q", "@n", "@N", "@f", "@d", "@e", "@P", "@?"};
  for (auto& text : kTexts)
    if (text[1] == f) return text;
  return "B";
}

Result<Owned> memoryview_cast(Thread& t, MemoryView& self, Str& format, Value shape) {
  TRY(check_not_released(t, self));
  Buffer& b = self.view;
  if (!(self.state & kViewCContiguous)) return raise_type_error(t, "memoryview: casts are restricted to C-contiguous views");
  bool shaped = !shape.is_null();
  if (shaped || b.dimensions != 1)
    for (int i = 0; i < b.dimensions; ++i)
      if (b.shape[i] == 0) return raise_type_error(t, "memoryview: cannot cast view with zeros in shape or strides");
  ssize dimensions = 1;
  Ref<Tuple> sizes;
  if (shaped) {
    if (!is_instance(shape, &tuple_type) && !is_instance(shape, &list_type)) return raise_type_error(t, "shape must be a list or a tuple");
    sizes = TRY(tuple_from_iterable_rpy(t, shape));
    dimensions = sizes->size;
    if (dimensions > kMaxDimensions) return raise_value_error(t, "memoryview: number of dimensions must not exceed 64");
    if (b.dimensions != 1 && dimensions != 1) return raise_type_error(t, "memoryview: cast must be 1D -> ND or ND -> 1D");
  }
  std::string_view text = TRY(str_utf8(t, format));
  char to = native_format(text.data());
  if (to == 0)
    return raise_value_error(t, "memoryview: destination format must be a native single character format prefixed with an optional '@'");
  if (!is_byte_format(native_format(b.format)) && !is_byte_format(to))
    return raise_type_error(t, "memoryview: cannot cast between two non-byte formats");
  ssize item = native_size(to);
  if (b.length % item != 0) return raise_type_error(t, "memoryview: length is not a multiple of itemsize");
  Ref<MemoryView> v = TRY(add_view(t, managed_of(self), b, static_cast<int>(dimensions == 0 ? 1 : dimensions)));
  Buffer& out = v->view;
  out.format = const_cast<char*>(text[0] == '@' ? at_format_text(to) : format_text(to));
  out.item_size = item;
  out.dimensions = 1;
  out.shape = v->array;
  out.strides = v->array + (dimensions == 0 ? 1 : dimensions);
  out.suboffsets = nullptr;
  out.shape[0] = b.length / item;
  out.strides[0] = item;
  if (shaped) {
    out.dimensions = static_cast<int>(dimensions);
    ssize length = item;
    for (ssize i = 0; i < dimensions; ++i) {
      Value size = sizes->get(i);
      if (!is_int(size)) return raise_type_error(t, "memoryview.cast(): elements of shape must be integers");
      bool fits;
      int64_t n = int_as_int64(size, &fits);
      if (!fits || n <= 0) return raise_value_error(t, "memoryview.cast(): elements of shape must be integers > 0");
      if (__builtin_mul_overflow(length, n, &length)) return raise_value_error(t, "memoryview.cast(): product(shape) > SSIZE_MAX");
      out.shape[i] = n;
    }
    if (dimensions == 0) out.shape = out.strides = nullptr;
    ssize stride = item;
    for (ssize i = dimensions - 1; i >= 0; --i) {
      out.strides[i] = stride;
      stride *= out.shape[i];
    }
    if (length != b.length) return raise_type_error(t, "memoryview: product(shape) * itemsize != buffer size");
  }
  update_contiguity(*v);
  return Owned(std::move(v));
}

// --- comparison ---

Result<bool> equal_items(Thread& t, const Buffer& a, char* p, const Buffer& b, char* q, int d) {
  if (d == a.dimensions) {
    char f = native_format(a.format);
    if (f != 0 && f == native_format(b.format) && f != 'f' && f != 'd' && f != 'e' && f != '?')
      return std::memcmp(p, q, static_cast<size_t>(a.item_size)) == 0;
    Owned x = TRY(unpack_item(t, p, a.format));
    Owned y = TRY(unpack_item(t, q, b.format));
    Owned r = TRY(object_compare(t, x, y, CompareOp::kEq));
    return object_is_true(t, r);
  }
  ssize n = a.shape != nullptr ? a.shape[d] : a.length / a.item_size;
  for (ssize i = 0; i < n; ++i) {
    auto at = [&](const Buffer& x, char* base) {
      char* r = base + (x.strides != nullptr ? x.strides[d] : x.item_size) * i;
      if (x.suboffsets != nullptr && x.suboffsets[d] >= 0) r = *reinterpret_cast<char**>(r) + x.suboffsets[d];
      return r;
    };
    bool same = TRY(equal_items(t, a, at(a, p), b, at(b, q), d + 1));
    if (!same) return false;
  }
  return true;
}

Result<Owned> memoryview_dunder_compare(Thread& t, Value a, Value b, CompareOp op) {
  Owned not_implemented_result = Owned::steal(not_implemented());
  if ((op != CompareOp::kEq && op != CompareOp::kNe) || !is_exact<MemoryView>(a)) return not_implemented_result;
  auto& self = *a.as<MemoryView>();
  bool want = op == CompareOp::kEq;
  if (view_is_released(self)) return owned_bool((a.identity() == b.identity()) == want);
  if (is_exact<MemoryView>(b) && view_is_released(*b.as<MemoryView>())) return owned_bool((a.identity() == b.identity()) == want);
  if (!has_buffer(b)) return not_implemented_result;
  Buffer other;
  if (!get_buffer(t, b, other, kBufferFullReadOnly).ok()) {
    clear_exception(t);
    return not_implemented_result;
  }
  const Buffer& mine = self.view;
  bool same_shape = mine.dimensions == other.dimensions;
  for (int i = 0; same_shape && i < mine.dimensions; ++i) {
    ssize n = other.shape != nullptr ? other.shape[i] : other.length / other.item_size;
    same_shape = mine.shape[i] == n;
    if (n == 0) break;
  }
  Result<bool> equal = false;
  if (same_shape) {
    if (native_format(mine.format) == 0 || native_format(other.format) == 0)
      equal = std::strcmp(mine.format, other.format != nullptr ? other.format : "B") == 0 && mine.length == other.length &&
              buffer_is_contiguous(mine, 'C') && buffer_is_contiguous(other, 'C') &&
              std::memcmp(mine.buf, other.buf, static_cast<size_t>(mine.length)) == 0;
    else
      equal = equal_items(t, mine, static_cast<char*>(mine.buf), other, static_cast<char*>(other.buf), 0);
  }
  release_buffer(t, other);
  if (!equal.ok()) return Raised{};
  return owned_bool(equal.take() == want);
}

Result<ssize> memoryview_dunder_hash(Thread& t, Value self_value) {
  auto& self = *self_value.as<MemoryView>();
  int64_t h = __atomic_load_n(&self.hash, __ATOMIC_RELAXED);
  if (h != -1) return static_cast<ssize>(h);
  TRY(check_not_released(t, self));
  if (!self.view.read_only) return raise_value_error(t, "cannot hash writable memoryview object");
  if (!is_byte_format(native_format(self.view.format)))
    return raise_value_error(t, "memoryview: hashing is restricted to formats 'B', 'b' or 'c'");
  Owned owner = owner_slot(managed_of(self)).get();
  if (owner) {
    ssize ignored = TRY(object_hash(t, owner));
    (void)ignored;
  }
  Ref<Bytes> bytes = TRY(bytes_from_buffer(t, self.view));
  h = bytes_hash(*bytes);
  __atomic_store_n(&self.hash, h, __ATOMIC_RELAXED);
  return static_cast<ssize>(h);
}

Result<Owned> memoryview_dunder_repr(Thread& t, Value self) {
  const char* text = view_is_released(*self.as<MemoryView>()) ? "<released memory at %p>" : "<memory at %p>";
  Ref<Str> s = TRY(str_from_format(t, text, static_cast<void*>(self.object())));
  return Owned(std::move(s));
}

// --- the view as an exporter ---

Result<void> memoryview_get_buffer(Thread& t, Value self_value, Buffer& out, int flags) {
  auto& self = *self_value.as<MemoryView>();
  TRY(check_not_released(t, self));
  out = self.view;
  out.owner = 0;
  auto fail = [&](const char* message) { return raise_format(t, &exc_BufferError, "%s", message); };
  auto wants = [&](int bits) { return (flags & bits) == bits; };
  if (wants(kBufferWritable) && self.view.read_only) return fail("memoryview: underlying buffer is not writable");
  if (!wants(kBufferFormat)) out.format = nullptr;
  if (wants(kBufferCContiguous) && !(self.state & kViewCContiguous)) return fail("memoryview: underlying buffer is not C-contiguous");
  if (wants(kBufferFContiguous) && !(self.state & kViewFContiguous)) return fail("memoryview: underlying buffer is not Fortran contiguous");
  if (wants(kBufferAnyContiguous) && !(self.state & (kViewCContiguous | kViewFContiguous)))
    return fail("memoryview: underlying buffer is not contiguous");
  if (!wants(kBufferIndirect) && self.view.suboffsets != nullptr) return fail("memoryview: underlying buffer requires suboffsets");
  if (!wants(kBufferStrides)) {
    if (!(self.state & kViewCContiguous)) return fail("memoryview: underlying buffer is not C-contiguous");
    out.strides = nullptr;
  }
  if (!wants(kBufferNd)) {
    if (out.format != nullptr) return fail("memoryview: cannot cast to unsigned bytes if the format flag is present");
    out.dimensions = 1;
    out.shape = nullptr;
  }
  out.owner = to_heap_form(dup(self_value)).bits;
  __atomic_add_fetch(&self.exports, 1, __ATOMIC_RELAXED);
  return {};
}

void memoryview_release_buffer(Thread&, Value self, Buffer&) {
  __atomic_sub_fetch(&self.as<MemoryView>()->exports, 1, __ATOMIC_RELEASE);
}

// --- attributes ---

Result<Owned> tuple_of_sizes(Thread& t, const ssize* values, int n) {
  Ref<Tuple> tuple = TRY(tuple_new(t, values != nullptr ? n : 0));
  for (int i = 0; values != nullptr && i < n; ++i) {
    Owned v = TRY(int_from_int64(t, values[i]));
    tuple->items[i].init(std::move(v));
  }
  return Owned(std::move(tuple));
}

Result<Owned> memoryview_obj(Thread& t, MemoryView& self) {
  TRY(check_not_released(t, self));
  Owned owner = owner_slot(managed_of(self)).get();
  if (!owner) return owned_none();
  return owner;
}
Result<ssize> memoryview_nbytes(Thread& t, MemoryView& self) {
  TRY(check_not_released(t, self));
  return self.view.length;
}
Result<bool> memoryview_readonly(Thread& t, MemoryView& self) {
  TRY(check_not_released(t, self));
  return self.view.read_only != 0;
}
Result<ssize> memoryview_itemsize(Thread& t, MemoryView& self) {
  TRY(check_not_released(t, self));
  return self.view.item_size;
}
Result<Ref<Str>> memoryview_format(Thread& t, MemoryView& self) {
  TRY(check_not_released(t, self));
  return str_from_utf8(t, self.view.format);
}
Result<ssize> memoryview_ndim(Thread& t, MemoryView& self) {
  TRY(check_not_released(t, self));
  return static_cast<ssize>(self.view.dimensions);
}
Result<Owned> memoryview_shape(Thread& t, MemoryView& self) {
  TRY(check_not_released(t, self));
  return tuple_of_sizes(t, self.view.shape, self.view.dimensions);
}
Result<Owned> memoryview_strides(Thread& t, MemoryView& self) {
  TRY(check_not_released(t, self));
  return tuple_of_sizes(t, self.view.strides, self.view.dimensions);
}
Result<Owned> memoryview_suboffsets(Thread& t, MemoryView& self) {
  TRY(check_not_released(t, self));
  return tuple_of_sizes(t, self.view.suboffsets, self.view.dimensions);
}
Result<bool> memoryview_c_contiguous(Thread& t, MemoryView& self) {
  TRY(check_not_released(t, self));
  return (self.state & kViewCContiguous) != 0;
}
Result<bool> memoryview_f_contiguous(Thread& t, MemoryView& self) {
  TRY(check_not_released(t, self));
  return (self.state & kViewFContiguous) != 0;
}
Result<bool> memoryview_contiguous(Thread& t, MemoryView& self) {
  TRY(check_not_released(t, self));
  return (self.state & (kViewCContiguous | kViewFContiguous)) != 0;
}

Result<Owned> memoryview_dunder_enter(Thread& t, Value self) {
  TRY(check_not_released(t, *self.as<MemoryView>()));
  return borrow_or_dup(self);
}
Result<Owned> memoryview_dunder_exit(Thread& t, MemoryView& self, Args) { return memoryview_release(t, self); }

// --- iteration ---

/// What owns a buffer that a Python class gave out: the memoryview from __buffer__, and the object whose __release_buffer__ gets it back.
struct BufferWrapper : Object {
  Slot view;    // [const] MemoryView
  Slot object;  // [const]
};

void buffer_wrapper_release(Thread& t, Value self, Buffer& buffer) {
  auto* wrapper = self.as<BufferWrapper>();
  Owned view = wrapper->view.get(), object = wrapper->object.get();
  memoryview_release_buffer(t, view, buffer);
  Ref<Object> pending = take_exception(t);
  auto method = lookup_special(t, object, NAME("__release_buffer__"));
  bool ok = !method.raised();
  if (method.found()) {
    Owned f = method.take();
    ok = call(t, f, view).ok();
  }
  if (!ok) write_unraisable_rpy(t, object);
  if (!memoryview_release(t, *view.value().as<MemoryView>()).ok()) clear_exception(t);
  if (pending != nullptr) restore_exception(t, std::move(pending));
}

struct MemoryIterator : Object {
  Slot view;    // [const] MemoryView
  ssize index;  // [atomic]
};

}  // namespace

Type memory_iterator_type, buffer_wrapper_type;

namespace {

Result<Owned> memoryview_dunder_iter(Thread& t, Value self) {
  auto& v = *self.as<MemoryView>();
  TRY(check_not_released(t, v));
  if (v.view.dimensions == 0) return raise_type_error(t, "invalid indexing of 0-dim memory");
  if (v.view.dimensions != 1) return raise_format(t, &exc_NotImplementedError, "multi-dimensional sub-views are not implemented");
  Object* o = allocate_object(t, &memory_iterator_type, sizeof(MemoryIterator));
  if (o == nullptr) return raise_memory_error(t);
  static_cast<MemoryIterator*>(o)->view.init(dup(self));
  return Owned::steal(Value(o));
}

Lookup<Owned> memory_iterator_dunder_next(Thread& t, Value self) {
  auto* it = self.as<MemoryIterator>();
  auto& v = *it->view.load_as<MemoryView>();
  ssize i = __atomic_load_n(&it->index, __ATOMIC_RELAXED);
  do {
    if (i >= v.view.shape[0]) return Absent{};
  } while (!__atomic_compare_exchange_n(&it->index, &i, i + 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
  auto checked = check_not_released(t, v);
  if (!checked.ok()) return Raised{};
  auto p = step(t, v.view, static_cast<char*>(v.view.buf), 0, i);
  if (!p.ok()) return Raised{};
  auto item = unpack_item(t, p.take(), v.view.format);
  if (!item.ok()) return Raised{};
  return item.take();
}
Result<Owned> memory_iterator_dunder_iter(Thread& t, Value self) { return borrow_or_dup(self); }

constexpr MethodDef kMemoryViewMethods[] = {
    method<&memoryview_release>("release", "($self, /)", "Release the underlying buffer exposed by the memoryview object."),
    method<&memoryview_tobytes>("tobytes", "($self, /, order='C')",
                                "Return the data in the buffer as a byte string.\n\nOrder can be {'C', 'F', 'A'}. When order is 'C' or 'F', the "
                                "data of the\noriginal array is converted to C or Fortran order. For contiguous views,\n'A' returns an exact copy of "
                                "the physical memory. In particular, in-memory\nFortran order is preserved. For non-contiguous views, the data is "
                                "converted\nto C first. order=None is the same as order='C'."),
    method<&memoryview_hex>("hex", "($self, /, sep=<unrepresentable>, bytes_per_sep=1)",
                            "Return the data in the buffer as a str of hexadecimal numbers."),
    method<&memoryview_tolist>("tolist", "($self, /)", "Return the data in the buffer as a list of elements."),
    method<&memoryview_cast>("cast", "($self, /, format, shape=<unrepresentable>)", "Cast a memoryview to a new format or shape."),
    method<&memoryview_toreadonly>("toreadonly", "($self, /)", "Return a readonly version of the memoryview."),
    class_method<&memoryview_from_flags>("_from_flags", "($type, /, object, flags)",
                                         "Create a new memoryview object which references the given object."),
    method<&memoryview_dunder_enter>("__enter__", "($self, /)", nullptr),
    method<&memoryview_dunder_exit>("__exit__", "($self, /, *args)", "Release the underlying buffer exposed by the memoryview object."),
    {}};
constexpr GetSetDef kMemoryViewGetSet[] = {
    getter<&memoryview_obj>("obj", "The underlying object of the memoryview."),
    getter<&memoryview_nbytes>("nbytes", "The amount of space in bytes that the array would use in\n a contiguous representation."),
    getter<&memoryview_readonly>("readonly", "A bool indicating whether the memory is read only."),
    getter<&memoryview_itemsize>("itemsize", "The size in bytes of each element of the memoryview."),
    getter<&memoryview_format>("format", "A string containing the format (in struct module style)\n for each element in the view."),
    getter<&memoryview_ndim>("ndim", "An integer indicating how many dimensions of a multi-dimensional\n array the memory represents."),
    getter<&memoryview_shape>("shape", "A tuple of ndim integers giving the shape of the memory\n as an N-dimensional array."),
    getter<&memoryview_strides>("strides", "A tuple of ndim integers giving the size in bytes to access\n each element for each dimension of the array."),
    getter<&memoryview_suboffsets>("suboffsets", "A tuple of integers used internally for PIL-style arrays."),
    getter<&memoryview_c_contiguous>("c_contiguous", "A bool indicating whether the memory is C contiguous."),
    getter<&memoryview_f_contiguous>("f_contiguous", "A bool indicating whether the memory is Fortran contiguous."),
    getter<&memoryview_contiguous>("contiguous", "A bool indicating whether the memory is contiguous."),
    {}};
constexpr uint16_t kManagedBufferSlots[] = {offsetof(ManagedBuffer, master) + offsetof(Buffer, owner)};
constexpr uint16_t kMemoryViewSlots[] = {offsetof(MemoryView, managed)};
constexpr uint16_t kBufferWrapperSlots[] = {offsetof(BufferWrapper, view), offsetof(BufferWrapper, object)};
constexpr TypeOps kBufferWrapperOps = {.release_buffer = &buffer_wrapper_release};
constexpr uint16_t kMemoryIteratorSlots[] = {offsetof(MemoryIterator, view)};
constexpr TypeOps kManagedBufferOps = {.finalize = &managed_finalize};
constexpr TypeOps kMemoryViewOps = {
    .repr = &memoryview_dunder_repr,
    .hash = &memoryview_dunder_hash,
    .compare = &memoryview_dunder_compare,
    .iter = &memoryview_dunder_iter,
    .create = constructor<"memoryview", "(object)", &memoryview_create>,
    .finalize = &memoryview_finalize,
    .length = &memoryview_dunder_len,
    .subscript = &memoryview_dunder_getitem,
    .set_subscript = &memoryview_dunder_setitem,
    .get_buffer = &memoryview_get_buffer,
    .release_buffer = &memoryview_release_buffer,
};
constexpr TypeOps kMemoryIteratorOps = {.iter = &memory_iterator_dunder_iter, .next = &memory_iterator_dunder_next};

}  // namespace

Result<Owned> memoryview_from_object(Thread& t, Value exporter) {
  if (is_exact<MemoryView>(exporter)) {
    auto& source = *exporter.as<MemoryView>();
    TRY(check_not_released(t, source));
    Ref<MemoryView> v = TRY(add_view(t, managed_of(source), source.view, source.view.dimensions));
    return Owned(std::move(v));
  }
  if (!has_buffer(exporter)) return raise_type_error(t, "memoryview: a bytes-like object is required, not '%.200T'", exporter);
  Ref<ManagedBuffer> m = TRY(new_managed(t));
  TRY(get_buffer(t, exporter, m->master, kBufferFullReadOnly));
  if (m->master.dimensions > kMaxDimensions) return raise_value_error(t, "memoryview: number of dimensions must not exceed 64");
  Ref<MemoryView> v = TRY(add_view(t, *m, m->master, m->master.dimensions));
  return Owned(std::move(v));
}

Result<void> buffer_from_view(Thread& t, Value object, Value view, Buffer& out, int flags) {
  if (type_lookup(type_of(object), NAME("__release_buffer__")).is_null()) return get_buffer(t, view, out, flags);
  Object* o = allocate_object(t, &buffer_wrapper_type, sizeof(BufferWrapper));
  if (o == nullptr) return raise_memory_error(t);
  auto wrapper = Ref<BufferWrapper>::steal(static_cast<BufferWrapper*>(o));
  wrapper->view.init(dup(view));
  wrapper->object.init(dup(object));
  TRY(get_buffer(t, view, out, flags));
  Owned view_reference = Owned::steal(Value::from_bits(out.owner));
  out.owner = to_heap_form(Owned(std::move(wrapper))).bits;
  return {};
}

Result<Owned> memoryview_from_memory(Thread& t, void* data, ssize n, bool writable, Value owner) {
  Ref<ManagedBuffer> m = TRY(new_managed(t));
  m->state = kManagedPlain;
  Buffer& b = m->master;
  b.buf = data;
  b.length = n;
  b.item_size = 1;
  b.read_only = !writable;
  b.dimensions = 1;
  b.format = const_cast<char*>("B");
  if (!owner.is_null()) owner_slot(*m).init(dup(owner));
  Ref<MemoryView> v = TRY(add_view(t, *m, b, 1));
  return Owned(std::move(v));
}

extern const TypeDef kManagedBufferDef, kMemoryViewDef, kMemoryIteratorDef, kBufferWrapperDef;
constinit const TypeDef kBufferWrapperDef = {
    .name = "_buffer_wrapper",
    .size = sizeof(BufferWrapper),
    .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kBufferWrapperSlots, .slot_count = 2, .flags = kCollectable},
    .ops = &kBufferWrapperOps,
};
constinit const TypeDef kManagedBufferDef = {
    .name = "managedbuffer",
    .size = sizeof(ManagedBuffer),
    .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kManagedBufferSlots, .slot_count = 1, .flags = kCollectable | kPromptType | kHasFinalizer},
    .ops = &kManagedBufferOps,
};
constinit const TypeDef kMemoryViewDef = {
    .name = "memoryview",
    .size = sizeof(MemoryView),
    .item_size = 8,
    .flags = kTypeSequence | kTypeWeakReferable,
    .layout = {.slot_offsets = kMemoryViewSlots, .slot_count = 1, .flags = kCollectable | kPromptType | kHasFinalizer},
    .ops = &kMemoryViewOps,
    .methods = kMemoryViewMethods,
    .getset = kMemoryViewGetSet,
    .doc = "Create a new memoryview object which references the given object.",
    .text_signature = "($self, object)",
};
constinit const TypeDef kMemoryIteratorDef = {
    .name = "memory_iterator",
    .size = sizeof(MemoryIterator),
    .flags = kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kMemoryIteratorSlots, .slot_count = 1, .flags = kCollectable},
    .ops = &kMemoryIteratorOps,
};

}  // namespace ty
