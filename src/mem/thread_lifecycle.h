// mem/thread_lifecycle.h: threads begin and end; the step from one thread to many; fork.
//
// A Thread is made for each native thread that runs Python. Structs are never freed (scanners may still look at the state of one that ended)
// but used again. At its end a thread collects its own garbage, publishes what is left on its pages, hands its lists and its heap over.
// Threads     thread_create on the native thread the Thread is for; the rest as each function says.
// See         docs/locking.md, DESIGN section 4
#pragma once

#include "header/thread.h"

namespace ty {

/// Flags, heap, reclaimer. Once, on the main thread, before thread_create.
void initialize_memory();

/// A Thread for the calling native thread: registered, attached, current. Null when out of memory. From the second one on `multi` must be on:
/// whoever starts a native thread calls enter_multi() first; a foreign native thread (PyGILState_Ensure) uses thread_create_foreign().
Thread* thread_create(Interpreter* interpreter);
/// For a native thread that the runtime did not start: turns `multi` on if need be, then as thread_create.
Thread* thread_create_foreign(Interpreter* interpreter);
/// Ends the calling thread's Thread: no registers or handles are left. Collects, publishes leftovers, hands everything over.
void thread_exit(Thread& t);

/// Turns `multi` on with the world stopped, unless it is: publishes what GlobalSlots, static objects and every object that is not LOCAL refer to.
/// `arguments` (the callable and arguments of the new thread) are published too; what only stacks reach stays LOCAL.
void enter_multi(Thread& t, const Value* arguments, size_t count);

/// Static objects (types of the runtime, singletons) that refer to heap objects: roots of publication and of full collection. At start-up, or
/// with `multi` off, or under no lock by any thread later.
void register_static_object(Object* o);
/// Calls f for each registered static object.
void for_each_static_object(void (*f)(Object* o, void* context), void* context);

/// GlobalSlots enter this list with their first store. `word` is the slot's word.
void register_global_word(uint64_t* word);
void unregister_global_word(uint64_t* word);
void for_each_global_word(void (*f)(uint64_t* word, void* context), void* context);

/// Set by gc/: collects the garbage of the calling thread (at its end). Set by vm/: releases what the VM keeps for a thread; both may be null.
extern void (*g_collect_at_exit)(Thread& t);
extern void (*g_thread_started)(Thread& t);
extern void (*g_thread_ended)(Thread& t);

/// Around fork(): prepare stops the world and takes the runtime's locks; parent undoes that; child drops the other threads from the registry,
/// publishes their objects, re-initialises the runtime's locks. `t` is the thread that forks.
void fork_prepare(Thread& t);
void fork_parent(Thread& t);
void fork_child(Thread& t);

}  // namespace ty
