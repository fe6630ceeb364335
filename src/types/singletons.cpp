// None, Ellipsis, NotImplemented.
#include "object/abstract.h"
#include "object/binding.h"
#include "types/str.h"

namespace ty {

alignas(16) Object none_object = TY_STATIC_HEADER(&none_type);
alignas(16) Object ellipsis_object = TY_STATIC_HEADER(&ellipsis_type);
alignas(16) Object not_implemented_object = TY_STATIC_HEADER(&not_implemented_type);

namespace {

Result<Owned> no_arguments(Thread& t, const char* name, size_t nargs, Tuple* kwnames, Value value) {
  if (nargs || kwnames) return raise_type_error(t, "%s takes no arguments", name);
  return Owned::steal(value);
}
Result<Owned> none_create(Thread& t, Type*, const Value*, size_t nargs, Tuple* kwnames) { return no_arguments(t, "NoneType", nargs, kwnames, none()); }
Result<Owned> ellipsis_create(Thread& t, Type*, const Value*, size_t nargs, Tuple* kwnames) {
  return no_arguments(t, "EllipsisType", nargs, kwnames, ellipsis());
}
Result<Owned> not_implemented_create(Thread& t, Type*, const Value*, size_t nargs, Tuple* kwnames) {
  return no_arguments(t, "NotImplementedType", nargs, kwnames, not_implemented());
}
Result<Owned> none_repr(Thread& t, Value) { return Owned::steal(NAME("None")); }
Result<Owned> ellipsis_repr(Thread& t, Value) { return Owned::steal(NAME("Ellipsis")); }
Result<Owned> not_implemented_repr(Thread& t, Value) { return Owned::steal(NAME("NotImplemented")); }
Result<ssize> none_hash(Thread&, Value) { return 0xFCA86420; }
Result<bool> none_truth(Thread&, Value) { return false; }
Result<bool> not_implemented_truth(Thread& t, Value) {
  TRY(warn_rpy(t, &exc_DeprecationWarning, 1, "NotImplemented should not be used in a boolean context"));
  return true;
}
Owned ellipsis_reduce(Thread& t, Value) { return Owned::steal(NAME("Ellipsis")); }
Owned not_implemented_reduce(Thread& t, Value) { return Owned::steal(NAME("NotImplemented")); }

constexpr MethodDef kEllipsisMethods[] = {method<&ellipsis_reduce>("__reduce__", "($self, /)", nullptr), {}};
constexpr MethodDef kNotImplementedMethods[] = {method<&not_implemented_reduce>("__reduce__", "($self, /)", nullptr), {}};
constexpr TypeOps kNoneOps = {.repr = none_repr, .hash = none_hash, .create = none_create, .truth = none_truth};
constexpr TypeOps kEllipsisOps = {.repr = ellipsis_repr, .create = ellipsis_create};
constexpr TypeOps kNotImplementedOps = {.repr = not_implemented_repr, .create = not_implemented_create, .truth = not_implemented_truth};

}  // namespace

constexpr TypeDef kNoneDef = {.name = "NoneType", .size = sizeof(Object), .flags = 0, .ops = &kNoneOps, .doc = "The type of the None singleton."};
constexpr TypeDef kEllipsisDef = {.name = "ellipsis", .size = sizeof(Object), .flags = 0, .ops = &kEllipsisOps, .methods = kEllipsisMethods,
    .doc = "The type of the Ellipsis singleton."};
constexpr TypeDef kNotImplementedDef = {.name = "NotImplementedType", .size = sizeof(Object), .flags = 0, .ops = &kNotImplementedOps,
    .methods = kNotImplementedMethods, .doc = "The type of the NotImplemented singleton."};
Type none_type, ellipsis_type, not_implemented_type;

}  // namespace ty
