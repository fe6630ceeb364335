// types/weakref.h: weakref.ref and the proxies, over mem/weakref.h.
#pragma once

#include "mem/weakref.h"
#include "object/abstract.h"

namespace ty {

extern Type weakref_type, weak_proxy_type, weak_callable_proxy_type;
TY_INLINE bool is_weakref(Value v) { return is_instance(v, &weakref_type); }
TY_INLINE bool is_weak_proxy(Value v) { return v.is_object() && (v.object()->type() == &weak_proxy_type || v.object()->type() == &weak_callable_proxy_type); }
/// weakref.ref(referent, callback); callback may be null. TypeError "cannot create weak reference to 'T' object".
Result<Owned> weakref_new(Thread& t, Value referent, Value callback_or_null);
Result<Owned> weak_proxy_new(Thread& t, Value referent, Value callback_or_null);
/// The referent, owned; null if it is dead.
Owned weakref_referent(Thread& t, Value ref);

}  // namespace ty
