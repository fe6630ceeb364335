// modules/posix_path.h: arguments of operating system calls: paths, descriptors, ids, durations; calls that may block.
//
// Path, PathOrFd …  parameter types of binding tables (by reference): str, bytes, os.PathLike, and where the kind says so a descriptor or None. Messages
//                   name the function and the parameter, as CPython's path_t converter does.
// DirFd, Fildes     an int or None (AT_FDCWD); an int or an object with fileno().
// Threads           plain values on one stack.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/types.h>

#include "sync/thread_state.h"
#include "types/bytes.h"
#include "types/list.h"
#include "types/module.h"
#include "types/str.h"
#include "types/struct_sequence.h"

namespace ty {

struct PathArg {
  Owned bytes;          // Bytes; unused for descriptors
  Value object;         // the argument as given: what errors show
  int fd = -1;
  bool is_fd = false, was_bytes = false, was_none = false;
  const char* c_str() const { return was_none ? "." : bytes.value().as<Bytes>()->data(); }
};
enum PathKind { kPathOnly = 0, kPathFd = 1, kPathNone = 2 };
Result<void> path_convert(Thread& t, const char* function, const char* argument, size_t argument_length, int kind, Value v, PathArg& out);
template <int kind>
struct PathParameter : PathArg {};
using Path = PathParameter<kPathOnly>;
using PathOrFd = PathParameter<kPathFd>;
using PathOrNone = PathParameter<kPathNone>;
using PathOrFdOrNone = PathParameter<kPathFd | kPathNone>;

/// os.fspath().
Result<Owned> os_fspath(Thread& t, Value path);
/// os.fsencode(): Bytes without null bytes.
Result<Owned> os_fsencode(Thread& t, Value path);
/// A name found in or for `path`: bytes if the argument was bytes.
Result<Owned> path_name(Thread& t, const PathArg& path, std::string_view text);

struct DirFd {
  int fd = AT_FDCWD;
};
struct Fildes {
  int fd = -1;
};
struct Uid {
  uid_t id = 0;
};
struct Gid {
  gid_t id = 0;
};
/// An int or an object with fileno().
Result<int> file_descriptor_of(Thread& t, Value v);
/// uid_t and gid_t: -1 allowed.
Result<uint32_t> convert_id(Thread& t, Value v, const char* what);
Result<Owned> id_object(Thread& t, uint32_t id);
/// dir_fd argument.
Result<int> convert_dir_fd(Thread& t, Value v);
template <>
struct Arg<DirFd> {
  static Result<DirFd> convert(Thread& t, const MethodDef&, size_t, Value v) { return DirFd{TRY(convert_dir_fd(t, v))}; }
};
template <>
struct Arg<Fildes> {
  static Result<Fildes> convert(Thread& t, const MethodDef&, size_t, Value v) { return Fildes{TRY(file_descriptor_of(t, v))}; }
};
template <>
struct Arg<Uid> {
  static Result<Uid> convert(Thread& t, const MethodDef&, size_t, Value v) { return Uid{TRY(convert_id(t, v, "uid"))}; }
};
template <>
struct Arg<Gid> {
  static Result<Gid> convert(Thread& t, const MethodDef&, size_t, Value v) { return Gid{TRY(convert_id(t, v, "gid"))}; }
};
namespace binding {
template <int kind>
struct Holder<PathParameter<kind>&> {
  PathParameter<kind> value;
  bool load(Thread& t, const MethodDef& def, size_t i, const BoundArguments&, Value v) {
    const Parameter& p = def.signature.parameters[i];
    return v.is_null() || path_convert(t, def.name, def.text_signature + p.name_offset, p.name_length, kind, v, value).ok();
  }
  PathParameter<kind>& get() { return value; }
};
}  // namespace binding

/// f() detached; errno is f's afterwards.
template <class F>
auto detached(Thread& t, F&& f) {
  int error;
  decltype(f()) result;
  {
    DetachScope scope(t);
    result = f();
    error = errno;
  }
  errno = error;
  return result;
}
/// f() detached, again while it is interrupted (signal handlers run in between). Negative: failed, errno tells.
template <class F>
Result<ssize> retry_detached(Thread& t, F&& f) {
  while (true) {
    auto result = detached(t, f);
    if (result >= 0 || errno != EINTR) return static_cast<ssize>(result);
    TRY(poll(t));
  }
}
inline Raised raise_errno(Thread& t) { return raise_os_error(t, errno); }
inline Raised raise_errno(Thread& t, const PathArg& path) { return raise_os_error(t, errno, path.was_none ? Value() : path.object); }
/// 0 or an OSError from errno.
inline Result<void> check_call(Thread& t, ssize result) {
  if (result < 0) return raise_errno(t);
  return {};
}
inline Result<void> check_call(Thread& t, ssize result, const PathArg& path) {
  if (result < 0) return raise_errno(t, path);
  return {};
}

/// malloc'ed bytes for the length of a scope.
class RawBytes {
 public:
  RawBytes() = default;
  RawBytes(const RawBytes&) = delete;
  ~RawBytes() { std::free(data_); }
  Result<char*> allocate(Thread& t, ssize n) {
    data_ = static_cast<char*>(std::malloc(n > 0 ? static_cast<size_t>(n) : 1));
    if (!data_) return raise_memory_error(t);
    return data_;
  }
  char* data() const { return data_; }

 private:
  char* data_ = nullptr;
};

/// A value of a small struct sequence whose fields are made one by one.
template <int n>
class Fields {
 public:
  explicit Fields(Thread& t) : t_(t) {}
  Result<void> integer(int64_t v) {
    owned_[count_++] = TRY(int_of(v));
    return {};
  }
  Result<void> add(Owned v) {
    owned_[count_++] = std::move(v);
    return {};
  }
  Result<Owned> make(const GlobalSlot& type) {
    Value values[n];
    for (int i = 0; i < n; i++) values[i] = owned_[i];
    return Owned(TRY(struct_sequence_new(t_, type.load().as<Type>(), values, n)));
  }
  Result<Owned> tuple() {
    Value values[n];
    for (int i = 0; i < n; i++) values[i] = owned_[i];
    return Owned(TRY(tuple_from(t_, values, n)));
  }

 private:
  Result<Owned> int_of(int64_t v);
  Thread& t_;
  int count_ = 0;
  Owned owned_[n];
};
Result<Owned> make_int(Thread& t, int64_t v);
template <int n>
Result<Owned> Fields<n>::int_of(int64_t v) { return make_int(t_, v); }

/// Makes the type of a struct sequence, keeps it in `slot` and adds it to the module under the last part of its name.
Result<void> module_add_sequence_type(Thread& t, Module& m, const StructSequenceDef& def, GlobalSlot& slot);

}  // namespace ty
