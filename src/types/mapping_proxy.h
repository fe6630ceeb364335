// types/mapping_proxy.h: types.MappingProxyType (SimpleNamespace: namespace.h).
//
// Threads     a proxy is immutable; a namespace is its __dict__.
#pragma once

#include "object/abstract.h"

namespace ty {

struct MappingProxy : Object {
  Slot mapping;  // [const]
  static Type* type();
};
extern Type mapping_proxy_type, namespace_type;
inline Type* MappingProxy::type() { return &mapping_proxy_type; }

Result<Owned> mapping_proxy_new(Thread& t, Value mapping);

}  // namespace ty
