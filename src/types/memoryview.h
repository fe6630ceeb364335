// types/memoryview.h: what the files of memoryview share.
#pragma once

#include "types/bytes.h"

namespace ty {

/// Bits of MemoryView::state.
enum MemoryViewState { kViewReleased = 1, kViewCContiguous = 2, kViewFContiguous = 4 };
enum ManagedBufferState { kManagedReleased = 1, kManagedPlain = 2 };  // plain: the owner is kept alive, but gave no buffer out

inline ManagedBuffer& managed_of(const MemoryView& v) { return *v.managed.load_as<ManagedBuffer>(); }
inline bool view_is_released(const MemoryView& v) {
  return (__atomic_load_n(&v.state, __ATOMIC_ACQUIRE) & kViewReleased) || (managed_of(v).state & kManagedReleased);
}
/// ValueError "operation forbidden on released memoryview object".
Result<void> check_not_released(Thread& t, const MemoryView& v);

/// The character of a native single-character format ("B", "@B"); 0 if it is another kind. Null means "B".
char native_format(const char* format);
ssize native_size(char format);
/// The item at `p` as an object; NotImplementedError for formats that are not native.
Result<Owned> unpack_item(Thread& t, const char* p, const char* format);
Result<void> pack_item(Thread& t, char* p, Value v, const char* format);

}  // namespace ty
