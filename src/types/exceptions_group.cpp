// BaseExceptionGroup and ExceptionGroup: split, subgroup, derive; what except* needs.
#include "mem/heap.h"
#include "object/type_object.h"
#include "types/dict.h"
#include "types/exceptions_internal.h"
#include "types/generic_alias.h"
#include "types/list.h"
#include "types/str.h"
#include "types/traceback.h"
#include "types/tuple.h"

namespace ty {

namespace {

Result<Owned> group_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  if (nargs != 2) return raise_type_error(t, "BaseExceptionGroup.__new__() takes exactly 2 arguments (%zu given)", nargs);
  if (!is_str(args[0])) {
    return raise_type_error(t, "BaseExceptionGroup.__new__() argument 1 must be str, not %.50s", is_none(args[0]) ? "None" : type_of(args[0])->name);
  }
  if (!is_sequence(args[1])) return raise_type_error(t, "second argument (exceptions) must be a sequence");
  Ref<Tuple> exceptions = TRY(tuple_from_iterable_rpy(t, args[1]));
  if (exceptions->size == 0) return raise_value_error(t, "second argument (exceptions) must be a non-empty sequence");
  bool base = false;
  for (ssize i = 0; i < exceptions->size; i++) {
    Value e = exceptions->get(i);
    if (!is_exception(e)) return raise_value_error(t, "Item %d of second argument (exceptions) is not an exception", static_cast<int>(i));
    base = base || !is_instance(e, &exc_Exception);
  }
  if (type == &exc_BaseExceptionGroup) {
    if (!base) type = &exc_ExceptionGroup;
  } else if (type == &exc_ExceptionGroup) {
    if (base) return raise_type_error(t, "Cannot nest BaseExceptions in an ExceptionGroup");
  } else if (base && is_subtype(type, &exc_Exception)) {
    return raise_type_error(t, "Cannot nest BaseExceptions in '%.200s'", type->name);
  }
  Owned made = TRY(exception_create(t, type, args, nargs, nullptr));
  auto* self = made.value().as<ExceptionGroupObject>();
  self->message.store(self, dup(args[0]));
  self->exceptions.store(self, Owned(std::move(exceptions)));
  return made;
}

Result<void> group_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  return exception_init(t, self, args, nargs, kwnames);
}

Result<Owned> group_str(Thread& t, Value self) {
  auto* g = self.as<ExceptionGroupObject>();
  Owned message = g->message.get(), exceptions = g->exceptions.get();
  ssize n = exceptions.value().as<Tuple>()->size;
  return TRY(str_from_format(t, "%S (%zd sub-exception%s)", message.value(), n, n > 1 ? "s" : ""));
}

Result<Owned> group_derive(Thread& t, ExceptionGroupObject& self, Value exceptions) {
  Owned message = self.message.get();
  return call(t, Value(&exc_BaseExceptionGroup), message, exceptions);
}

bool is_group(Value v) { return is_instance(v, &exc_BaseExceptionGroup); }

/// The group of `parts` with the metadata of `origin`; None when there are no parts.
Result<Owned> subset(Thread& t, Value origin, List& parts) {
  if (list_size(parts) == 0) return owned_none();
  Owned group = TRY(call_method(t, origin, NAME("derive"), Value(&parts)));
  if (!is_group(group)) return raise_type_error(t, "derive must return an instance of BaseExceptionGroup");
  exception_set_traceback(group, exception_traceback(origin));
  exception_set_context(group, exception_context(origin));
  auto& from = as_exception(origin);
  auto& to = as_exception(group);
  to.cause.store(&to, from.cause.get());
  to.suppress_context = from.suppress_context;
  Owned notes = TRY(find_attribute(t, origin, NAME("__notes__")));
  if (!notes.value().is_empty() && is_sequence(notes)) {
    Ref<List> copy = TRY(list_from_iterable_rpy(t, notes));
    TRY(set_attribute(t, group, NAME("__notes__"), copy));
  }
  return group;
}

enum class Matcher { kType, kPredicate, kInstances };

Result<Matcher> matcher_of(Thread& t, Value v) {
  auto classes = [](Value tuple) {
    auto* items = tuple.as<Tuple>();
    for (ssize i = 0; i < items->size; i++) {
      if (!is_exception_class(items->get(i))) return false;
    }
    return true;
  };
  if (is_exception_class(v)) return Matcher::kType;
  if (is_instance(v, &tuple_type) && classes(v)) return Matcher::kType;
  if (is_callable(v) && !is_type(v)) return Matcher::kPredicate;
  return raise_type_error(t, "expected an exception type, a tuple of exception types, or a callable (other than a class)");
}

bool class_matches(Value exception, Value match) {
  if (is_type(match)) return is_instance(exception, match.as<Type>());
  auto* items = match.as<Tuple>();
  for (ssize i = 0; i < items->size; i++) {
    if (is_instance(exception, items->get(i).as<Type>())) return true;
  }
  return false;
}

Result<bool> matches(Thread& t, Value exception, Matcher matcher, Value match) {
  switch (matcher) {
    case Matcher::kType: return class_matches(exception, match);
    case Matcher::kPredicate: {
      Owned answer = TRY(call(t, match, exception));
      return object_is_true(t, answer);
    }
    case Matcher::kInstances: {
      if (is_group(exception)) return false;
      List& list = *match.as<List>();
      for (ssize i = 0; i < list_size(list); i++) {
        Owned item = list_get(list, i);
        if (item && item.value().identity() == exception.identity()) return true;
      }
      return false;
    }
  }
  return false;
}

Result<void> split(Thread& t, Value exception, Matcher matcher, Value match, bool want_rest, Owned* matched, Owned* rest) {
  if (TRY(matches(t, exception, matcher, match))) {
    *matched = dup(exception);
    return {};
  }
  if (!is_group(exception)) {
    if (want_rest) *rest = dup(exception);
    return {};
  }
  TRY(check_native_stack(t, " in exceptiongroup_split_recursive"));
  Ref<List> yes = TRY(list_new(t)), no = TRY(list_new(t));
  Owned exceptions = exception.as<ExceptionGroupObject>()->exceptions.get();
  auto* items = exceptions.value().as<Tuple>();
  for (ssize i = 0; i < items->size; i++) {
    Owned item = items->items[i].get();
    Owned m, r;
    TRY(split(t, item, matcher, match, want_rest, &m, &r));
    if (m && !is_none(m)) TRY(list_push(t, *yes, m));
    if (r && !is_none(r)) TRY(list_push(t, *no, r));
  }
  *matched = TRY(subset(t, exception, *yes));
  if (want_rest) *rest = TRY(subset(t, exception, *no));
  return {};
}

Result<Owned> group_split(Thread& t, ExceptionGroupObject& self, Value condition) {
  Matcher matcher = TRY(matcher_of(t, condition));
  Owned matched, rest;
  TRY(split(t, Value(&self), matcher, condition, true, &matched, &rest));
  return TRY(tuple_pack(t, matched ? matched.value() : none(), rest ? rest.value() : none()));
}
Result<Owned> group_subgroup(Thread& t, ExceptionGroupObject& self, Value condition) {
  Matcher matcher = TRY(matcher_of(t, condition));
  Owned matched, rest;
  TRY(split(t, Value(&self), matcher, condition, false, &matched, &rest));
  return matched ? std::move(matched) : owned_none();
}
Result<Owned> group_class_getitem(Thread& t, Type& cls, Value item) {
  return generic_alias_new(t, Value(&cls), item);
}

constexpr uint16_t kSlots[] = {offsetof(ExceptionGroupObject, message), offsetof(ExceptionGroupObject, exceptions)};
constexpr MemberDef kMembers[] = {
    {"message", MemberKind::kObject, true, offsetof(ExceptionGroupObject, message), "exception message"},
    {"exceptions", MemberKind::kObject, true, offsetof(ExceptionGroupObject, exceptions), "nested exceptions"}, {}};
constexpr MethodDef kMethods[] = {
    class_method<&group_class_getitem>("__class_getitem__", "($type, object, /)", "See PEP 585"),
    method<&group_derive>("derive", "($self, excs, /)", nullptr),
    method<&group_split>("split", "($self, matcher_value, /)", nullptr),
    method<&group_subgroup>("subgroup", "($self, matcher_value, /)", nullptr), {}};
constexpr TypeOps kOps = {.str = group_str, .init = group_init, .create = group_create};

/// The identities of the leaves of `exception` go into `leaves`.
Result<void> collect_leaves(Thread& t, Value exception, List& leaves) {
  if (!is_group(exception)) return list_push(t, leaves, exception);
  TRY(check_native_stack(t, " in collect_exception_group_leaf_ids"));
  Owned exceptions = exception.as<ExceptionGroupObject>()->exceptions.get();
  auto* items = exceptions.value().as<Tuple>();
  for (ssize i = 0; i < items->size; i++) {
    Owned item = items->items[i].get();
    TRY(collect_leaves(t, item, leaves));
  }
  return {};
}

}  // namespace

const TypeDef kBaseExceptionGroupDef = {.name = "BaseExceptionGroup", .size = sizeof(ExceptionGroupObject), .base = &exc_BaseException,
    .layout = {.slot_offsets = kSlots, .slot_count = 2}, .ops = &kOps, .methods = kMethods, .members = kMembers,
    .doc = "A combination of multiple unrelated exceptions."};

Result<void> exception_group_split(Thread& t, Value exception, Value match_type, Owned* match, Owned* rest) {
  TRY(split(t, exception, Matcher::kType, match_type, true, match, rest));
  if (*match && is_none(*match)) *match = Owned();
  if (*rest && is_none(*rest)) *rest = Owned();
  return {};
}

Result<Owned> exception_prepare_reraise(Thread& t, Value origin, List& raised_or_unhandled) {
  // CPython: Objects/exceptions.c _PyExc_PrepReraiseStar()
  if (list_size(raised_or_unhandled) == 0) return owned_none();
  if (!is_group(origin)) return list_get(raised_or_unhandled, 0);  // a naked exception was wrapped: it was raised or left as it is
  Ref<List> raised = TRY(list_new(t)), reraised = TRY(list_new(t));
  auto same_metadata = [](Value a, Value b) {
    auto &x = as_exception(a), &y = as_exception(b);
    return x.traceback.raw() == y.traceback.raw() && x.context.raw() == y.context.raw() && x.cause.raw() == y.cause.raw();
  };
  for (ssize i = 0; i < list_size(raised_or_unhandled); i++) {
    Owned e = list_get(raised_or_unhandled, i);
    if (is_none(e)) continue;
    bool part = is_group(e) && same_metadata(e, origin);
    TRY(list_push(t, part ? *reraised : *raised, e));
  }
  Ref<List> leaves = TRY(list_new(t));
  for (ssize i = 0; i < list_size(*reraised); i++) {
    Owned e = list_get(*reraised, i);
    TRY(collect_leaves(t, e, *leaves));
  }
  Owned projection, unused;
  TRY(split(t, origin, Matcher::kInstances, leaves, false, &projection, &unused));
  if (list_size(*raised) == 0) return projection ? std::move(projection) : owned_none();
  if (projection && !is_none(projection)) TRY(list_push(t, *raised, projection));
  if (list_size(*raised) == 1) return list_get(*raised, 0);
  Value args[] = {g_empty_str, raised};
  return exception_new(t, &exc_BaseExceptionGroup, args, 2);
}

Result<void> exceptions_init(Thread& t) {
  // ExceptionGroup(BaseExceptionGroup, Exception): the second base.
  Type* type = &exc_ExceptionGroup;
  Ref<Tuple> bases = TRY(tuple_pack(t, Value(&exc_BaseExceptionGroup), Value(&exc_Exception)));
  type->bases_ = reinterpret_cast<uint64_t>(bases.release());
  Owned mro = TRY(type_compute_mro(t, type));
  type->mro_ = reinterpret_cast<uint64_t>(mro.release().object());
  if (!type_add_subclass(&exc_Exception, type)) return raise_memory_error(t);
  type_modified(t, type);
  return errors_init(t);
}

}  // namespace ty
