// OSError: errno → subclass, the rules of its constructor, its text.
#include <cerrno>
#include <cstring>

#include "mem/heap.h"
#include "object/instance.h"
#include "object/type_object.h"
#include "types/exceptions_internal.h"
#include "types/int.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

Type* type_for_errno(int64_t number) {
  switch (number) {
    case EAGAIN: case EALREADY: case EINPROGRESS: return &exc_BlockingIOError;
    case EPIPE: case ESHUTDOWN: return &exc_BrokenPipeError;
    case ECHILD: return &exc_ChildProcessError;
    case ECONNABORTED: return &exc_ConnectionAbortedError;
    case ECONNREFUSED: return &exc_ConnectionRefusedError;
    case ECONNRESET: return &exc_ConnectionResetError;
    case EEXIST: return &exc_FileExistsError;
    case ENOENT: return &exc_FileNotFoundError;
    case EISDIR: return &exc_IsADirectoryError;
    case ENOTDIR: return &exc_NotADirectoryError;
    case EINTR: return &exc_InterruptedError;
    case EACCES: case EPERM: return &exc_PermissionError;
    case ESRCH: return &exc_ProcessLookupError;
    case ETIMEDOUT: return &exc_TimeoutError;
    default: return nullptr;
  }
}

Result<void> os_error_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames);
Result<Owned> os_error_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames);

/// A subclass that overrides __init__ but not __new__ gets its fields in __init__.
bool fields_in_init(Type* type) { return type->info->ops.init != &os_error_init && type->info->ops.create == &os_error_create; }

Result<void> fill(Thread& t, OSErrorObject* self, const Value* args, size_t nargs) {
  Value number, strerror, filename, filename2;
  size_t kept = nargs;
  if (nargs >= 2 && nargs <= 5) {
    number = args[0];
    strerror = args[1];
    if (nargs >= 3) filename = args[2];
    if (nargs >= 5) filename2 = args[4];
  }
  if (filename && !is_none(filename)) {
    if (self->type() == &exc_BlockingIOError && (is_int(filename) || ops_of(filename).index)) {
      self->written = TRY(number_as_ssize(t, filename, &exc_ValueError));
    } else {
      self->filename.store(self, dup(filename));
      if (filename2 && !is_none(filename2)) self->filename2.store(self, dup(filename2));
      if (nargs >= 2 && nargs <= 5) kept = 2;
    }
  }
  self->error_number.store(self, dup(number));
  self->strerror.store(self, dup(strerror));
  Ref<Tuple> tuple = TRY(tuple_from(t, args, static_cast<ssize>(kept)));
  self->args.store(self, Owned(std::move(tuple)));
  return {};
}

Result<Owned> os_error_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  bool later = fields_in_init(type);
  if (!later) {
    if (kwnames && kwnames->size) return raise_type_error(t, "%s() takes no keyword arguments", type->name);
    if (type == &exc_OSError && nargs >= 2 && nargs <= 5 && is_int(args[0])) {
      bool fits;
      int64_t number = int_as_int64(args[0], &fits);
      if (Type* better = fits ? type_for_errno(number) : nullptr) type = better;
    }
  }
  Ref<Tuple> none_yet = TRY(tuple_new(t, 0));
  Object* o = allocate_object(t, type, static_cast<size_t>(type->basicsize));
  if (!o) return raise_memory_error(t);
  auto self = Ref<OSErrorObject>::steal(static_cast<OSErrorObject*>(o));
  self->args.init(Owned(std::move(none_yet)));
  self->written = -1;
  if (!later) TRY(fill(t, self.get(), args, nargs));
  return Owned(std::move(self));
}

Result<void> os_error_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  if (!fields_in_init(type_of(self))) return {};
  if (kwnames && kwnames->size) return raise_type_error(t, "%s() takes no keyword arguments", type_of(self)->name);
  return fill(t, self.as<OSErrorObject>(), args, nargs);
}

Owned or_none(Owned v) { return v ? std::move(v) : owned_none(); }

Result<Owned> os_error_str(Thread& t, Value self) {
  auto* e = self.as<OSErrorObject>();
  Owned filename = e->filename.get(), filename2 = e->filename2.get(), number = e->error_number.get(), text = e->strerror.get();
  if (filename) {
    Owned n = or_none(std::move(number)), s = or_none(std::move(text));
    if (filename2) {
      return TRY(str_from_format(t, "[Errno %S] %S: %R -> %R", n.value(), s.value(), filename.value(), filename2.value()));
    }
    return TRY(str_from_format(t, "[Errno %S] %S: %R", n.value(), s.value(), filename.value()));
  }
  if (number && text) return TRY(str_from_format(t, "[Errno %S] %S", number.value(), text.value()));
  return exception_str(t, self);
}

Result<Owned> os_error_reduce(Thread& t, OSErrorObject& self) {
  Owned args = self.args.get(), filename = self.filename.get(), filename2 = self.filename2.get();
  auto* tuple = args.value().as<Tuple>();
  if (tuple->size == 2 && filename) {
    if (filename2) {
      args = Owned(TRY(tuple_pack(t, tuple->get(0), tuple->get(1), filename.value(), none(), filename2.value())));
    } else {
      args = Owned(TRY(tuple_pack(t, tuple->get(0), tuple->get(1), filename.value())));
    }
  }
  if (instance_attribute_count(&self) > 0) {
    Owned dict = TRY(instance_dict(t, &self));
    return TRY(tuple_pack(t, Value(self.type()), args.value(), dict.value()));
  }
  return TRY(tuple_pack(t, Value(self.type()), args.value()));
}

Result<Owned> get_written(Thread& t, OSErrorObject& self) {
  if (self.written == -1) return raise_attribute_error(t, "characters_written");
  return int_from_int64(t, self.written);
}
Result<void> set_written(Thread& t, OSErrorObject& self, Value value) {
  if (!value) {
    if (self.written == -1) return raise_attribute_error(t, "characters_written");
    self.written = -1;
    return {};
  }
  self.written = TRY(number_as_ssize(t, value, &exc_ValueError));
  return {};
}

constexpr uint16_t kSlots[] = {offsetof(OSErrorObject, error_number), offsetof(OSErrorObject, strerror), offsetof(OSErrorObject, filename),
                               offsetof(OSErrorObject, filename2)};
constexpr MemberDef kMembers[] = {
    {"errno", MemberKind::kObject, false, offsetof(OSErrorObject, error_number), "POSIX exception code"},
    {"strerror", MemberKind::kObject, false, offsetof(OSErrorObject, strerror), "exception strerror"},
    {"filename", MemberKind::kObject, false, offsetof(OSErrorObject, filename), "exception filename"},
    {"filename2", MemberKind::kObject, false, offsetof(OSErrorObject, filename2), "second exception filename"}, {}};
constexpr GetSetDef kGetSet[] = {property<&get_written, &set_written>("characters_written"), {}};
constexpr MethodDef kMethods[] = {method<&os_error_reduce>("__reduce__", "($self, /)", nullptr), {}};
constexpr TypeOps kOps = {.str = os_error_str, .init = os_error_init, .create = os_error_create};

}  // namespace

const TypeDef kOSErrorDef = {.name = "OSError", .size = sizeof(OSErrorObject), .base = &exc_Exception,
    .layout = {.slot_offsets = kSlots, .slot_count = 4}, .ops = &kOps, .methods = kMethods, .getset = kGetSet, .members = kMembers,
    .doc = "Base class for I/O related errors."};

Raised raise_os_error(Thread& t, int error_number, Value filename, Value filename2) {
  Owned number = Owned::steal(Value::small_int_unchecked(error_number));
  Ref<Str> text = TRY(str_from_utf8(t, strerror(error_number)));
  Value args[] = {number, text, filename, none(), filename2};
  Owned e = TRY(exception_new(t, &exc_OSError, args, filename ? filename2 ? 5 : 3 : 2));
  return raise_instance(t, e);
}

}  // namespace ty
