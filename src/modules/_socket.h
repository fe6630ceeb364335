// modules/_socket.h: what the files of the _socket module share: addresses.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "modules/posix_path.h"

namespace ty::net {

struct Address {
  sockaddr_storage storage = {};
  socklen_t length = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// The Python form of an address; None when it is empty.
Result<Owned> address_object(Thread& t, const Address& address);
/// The address argument of a method of a socket of that family. Resolves host names (detached).
Result<void> read_address(Thread& t, int family, Value v, const char* caller, Address& out);
Result<void> add_resolver(Thread& t, Module& m);
extern const MethodDef kResolverMethods[];

}  // namespace ty::net
