// types/list_internal.h: storage primitives shared by the list files.
//
// Threads     under the list's lock (LOCAL: by the owner).
#pragma once

#include "types/list.h"

namespace ty {

/// An array of `capacity` slots, not cleared; null without memory.
Slot* list_allocate_array(ssize capacity);
/// Frees or retires an array that `owner` no longer points at.
void list_release_array(Object* owner, Slot* items);
bool list_reserve_exact(List& self, ssize capacity);
bool list_reserve(List& self, ssize wanted);
void list_set_size(List& self, ssize n);
void list_move_words(List& self, ssize to, ssize from, ssize n);
/// Gives memory back when the list became much smaller.
void list_shrink(List& self);

}  // namespace ty
