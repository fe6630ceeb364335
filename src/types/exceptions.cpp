// BaseException and what all exceptions share; the table of the hierarchy. Exceptions with fields of their own: exceptions_fields.cpp,
// exceptions_os.cpp, exceptions_group.cpp.
#include "types/exceptions.h"

#include "mem/heap.h"
#include "object/instance.h"
#include "object/type_object.h"
#include "types/dict.h"
#include "types/exceptions_internal.h"
#include "types/list.h"
#include "types/str.h"
#include "types/traceback.h"
#include "types/tuple.h"

namespace ty {

#define TY_EXCEPTION(name, base) Type exc_##name;
#include "object/exceptions.def"
#undef TY_EXCEPTION
Type exc_ExceptionGroup;

Result<Owned> exception_create(Thread& t, Type* type, const Value* args, size_t nargs, Tuple* kwnames) {
  Ref<Tuple> tuple = TRY(tuple_from(t, args, static_cast<ssize>(nargs)));
  Object* o = allocate_object(t, type, static_cast<size_t>(type->basicsize));
  if (!o) return raise_memory_error(t);
  Ref<BaseException> self = Ref<BaseException>::steal(static_cast<BaseException*>(o));
  self->args.init(Owned(std::move(tuple)));
  return Owned(std::move(self));
}

Result<void> exception_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  if (kwnames && kwnames->size) return raise_type_error(t, "%s() takes no keyword arguments", type_of(self)->name);
  auto& e = as_exception(self);
  Tuple* now = e.args.load_as<Tuple>();
  if (now && now->size == static_cast<ssize>(nargs)) {
    bool same = true;
    for (size_t i = 0; i < nargs && same; i++) same = now->get(static_cast<ssize>(i)).identity() == args[i].identity();
    if (same) return {};
  }
  Ref<Tuple> tuple = TRY(tuple_from(t, args, static_cast<ssize>(nargs)));
  e.args.store(&e, Owned(std::move(tuple)));
  return {};
}

Result<Owned> exception_new(Thread& t, Type* type, const Value* args, size_t nargs) {
  Owned e = TRY(type->info->ops.create(t, type, args, nargs, nullptr));
  if (!is_exception(e)) return raise_type_error(t, "calling %s should have returned an instance of BaseException, not %T", type->name, e.value());
  if (InitOp init = type_of(e)->info->ops.init; init && init != &exception_init) TRY(init(t, e, args, nargs, nullptr));
  return e;
}

Result<Owned> exception_str(Thread& t, Value self) {
  Owned args = as_exception(self).args.get();
  auto* tuple = args.value().as<Tuple>();
  if (tuple->size == 0) return dup(g_empty_str);
  if (tuple->size == 1) {
    Owned only = tuple->items[0].get();
    return object_str(t, only);
  }
  return object_str(t, args);
}

namespace {

Result<Owned> exception_repr(Thread& t, Value self) {
  Owned args = as_exception(self).args.get();
  auto* tuple = args.value().as<Tuple>();
  const char* name = type_short_name(type_of(self));
  if (tuple->size == 1) {
    Owned only = tuple->items[0].get();
    return TRY(str_from_format(t, "%s(%R)", name, only.value()));
  }
  return TRY(str_from_format(t, "%s%R", name, args.value()));
}

Result<Owned> exception_reduce(Thread& t, BaseException& self) {
  Owned args = self.args.get();
  if (instance_attribute_count(&self) > 0) {
    Owned dict = TRY(instance_dict(t, &self));
    return TRY(tuple_pack(t, Value(self.type()), args.value(), dict.value()));
  }
  return TRY(tuple_pack(t, Value(self.type()), args.value()));
}

Result<void> exception_setstate(Thread& t, BaseException& self, Value state) {
  if (is_none(state)) return {};
  if (!is_instance(state, &dict_type)) return raise_type_error(t, "state is not a dictionary");
  ssize position = 0;
  Owned key, value;
  while (dict_next(*state.as<Dict>(), &position, &key, &value)) TRY(set_attribute(t, Value(&self), key, value));
  return {};
}

Result<Owned> exception_with_traceback(Thread& t, BaseException& self, Value tb) {
  TRY(set_attribute(t, Value(&self), NAME("__traceback__"), tb));
  return dup(Value(&self));
}

Result<void> exception_add_note(Thread& t, BaseException& self, Value note) {
  if (!is_str(note)) return raise_type_error(t, "add_note() argument must be str, not %.200T", note);
  Owned notes = TRY(find_attribute(t, Value(&self), NAME("__notes__")));
  if (notes.value().is_empty()) {
    notes = Owned(TRY(list_new(t)));
    TRY(set_attribute(t, Value(&self), NAME("__notes__"), notes));
  } else if (!is_instance(notes, &list_type)) {
    return raise_type_error(t, "Cannot add note: __notes__ is not a list");
  }
  return list_push(t, *notes.value().as<List>(), note);
}

Owned get_args(Thread& t, BaseException& self) { return self.args.get(); }
Result<void> set_args(Thread& t, BaseException& self, Value value) {
  if (!value) return raise_type_error(t, "args may not be deleted");
  Ref<Tuple> tuple = TRY(tuple_from_iterable_rpy(t, value));
  self.args.store(&self, Owned(std::move(tuple)));
  return {};
}
Owned or_none(Owned v) { return v ? std::move(v) : owned_none(); }
Owned get_traceback(Thread& t, BaseException& self) { return or_none(self.traceback.get()); }
Result<void> set_traceback(Thread& t, BaseException& self, Value value) {
  if (!value) return raise_type_error(t, "__traceback__ may not be deleted");
  if (!is_none(value) && !is_instance(value, &traceback_type)) {
    return raise_type_error(t, "__traceback__ must be a traceback or None");
  }
  exception_set_traceback(Value(&self), is_none(value) ? Value() : value);
  return {};
}
Owned get_context(Thread& t, BaseException& self) { return or_none(self.context.get()); }
Result<void> set_context(Thread& t, BaseException& self, Value value) {
  if (!value) return raise_type_error(t, "__context__ may not be deleted");
  if (!is_none(value) && !is_exception(value)) return raise_type_error(t, "exception context must be None or derive from BaseException");
  self.context.store(&self, is_none(value) ? Owned() : dup(value));
  return {};
}
Owned get_cause(Thread& t, BaseException& self) { return or_none(self.cause.get()); }
Result<void> set_cause(Thread& t, BaseException& self, Value value) {
  if (!value) return raise_type_error(t, "__cause__ may not be deleted");
  if (!is_none(value) && !is_exception(value)) return raise_type_error(t, "exception cause must be None or derive from BaseException");
  exception_set_cause(Value(&self), is_none(value) ? Owned() : dup(value));
  return {};
}
Result<Owned> get_dict(Thread& t, BaseException& self) { return instance_dict(t, &self); }
Result<void> set_dict(Thread& t, BaseException& self, Value value) {
  if (!value || !is_instance(value, &dict_type)) {
    if (!value) return raise_type_error(t, "cannot delete __dict__");
    return raise_type_error(t, "__dict__ must be set to a dictionary, not a '%.200T'", value);
  }
  return instance_set_dict(t, &self, value);
}

constexpr MethodDef kMethods[] = {
    method<&exception_reduce>("__reduce__", "($self, /)", nullptr),
    method<&exception_setstate>("__setstate__", "($self, object, /)", nullptr),
    method<&exception_with_traceback>("with_traceback", "($self, object, /)", "Set self.__traceback__ to tb and return self."),
    method<&exception_add_note>("add_note", "($self, object, /)", "Add a note to the exception"),
    {}};
constexpr GetSetDef kGetSet[] = {property<&get_dict, &set_dict>("__dict__"), property<&get_args, &set_args>("args"),
                                 property<&get_traceback, &set_traceback>("__traceback__"),
                                 property<&get_context, &set_context>("__context__", "exception context"),
                                 property<&get_cause, &set_cause>("__cause__", "exception cause"), {}};
constexpr MemberDef kMembers[] = {
    {"__suppress_context__", MemberKind::kBool, false, offsetof(BaseException, suppress_context), nullptr}, {}};
constexpr uint16_t kSlots[] = {offsetof(BaseException, args), offsetof(BaseException, notes), offsetof(BaseException, traceback),
                               offsetof(BaseException, context), offsetof(BaseException, cause)};
constexpr TypeOps kOps = {.repr = exception_repr, .str = exception_str, .init = exception_init, .create = exception_create};
constexpr TypeDef kBaseExceptionDef = {.name = "BaseException", .size = sizeof(BaseException),
    .flags = kTypeBase | kTypeBaseException | kTypeWeakReferable,
    .layout = {.slot_offsets = kSlots, .slot_count = 5, .flags = kCollectable | kHasAttributes}, .ops = &kOps, .methods = kMethods,
    .getset = kGetSet, .members = kMembers, .doc = "Common base class for all exceptions."};

struct Doc {
  Type* type;
  const char* text;
};
constexpr Doc kDocs[] = {
    {&exc_GeneratorExit, "Request that a generator exit."}, {&exc_KeyboardInterrupt, "Program interrupted by user."},
    {&exc_Exception, "Common base class for all non-exit exceptions."}, {&exc_ArithmeticError, "Base class for arithmetic errors."},
    {&exc_FloatingPointError, "Floating-point operation failed."}, {&exc_OverflowError, "Result too large to be represented."},
    {&exc_ZeroDivisionError, "Second argument to a division or modulo operation was zero."}, {&exc_AssertionError, "Assertion failed."},
    {&exc_BufferError, "Buffer error."}, {&exc_EOFError, "Read beyond end of file."}, {&exc_ModuleNotFoundError, "Module not found."},
    {&exc_LookupError, "Base class for lookup errors."}, {&exc_IndexError, "Sequence index out of range."},
    {&exc_MemoryError, "Out of memory."}, {&exc_UnboundLocalError, "Local name referenced but not bound to a value."},
    {&exc_BlockingIOError, "I/O operation would block."}, {&exc_ChildProcessError, "Child process error."},
    {&exc_ConnectionError, "Connection error."}, {&exc_BrokenPipeError, "Broken pipe."},
    {&exc_ConnectionAbortedError, "Connection aborted."}, {&exc_ConnectionRefusedError, "Connection refused."},
    {&exc_ConnectionResetError, "Connection reset."}, {&exc_FileExistsError, "File already exists."},
    {&exc_FileNotFoundError, "File not found."}, {&exc_InterruptedError, "Interrupted by signal."},
    {&exc_IsADirectoryError, "Operation doesn't work on directories."}, {&exc_NotADirectoryError, "Operation only works on directories."},
    {&exc_PermissionError, "Not enough permissions."}, {&exc_ProcessLookupError, "Process not found."}, {&exc_TimeoutError, "Timeout expired."},
    {&exc_ReferenceError, "Weak ref proxy used after referent went away."}, {&exc_RuntimeError, "Unspecified run-time error."},
    {&exc_NotImplementedError, "Method or function hasn't been implemented yet."},
    {&exc_PythonFinalizationError, "Operation blocked during Python finalization."}, {&exc_RecursionError, "Recursion limit exceeded."},
    {&exc_StopAsyncIteration, "Signal the end from iterator.__anext__()."}, {&exc_IndentationError, "Improper indentation."},
    {&exc_TabError, "Improper mixture of spaces and tabs."}, {&exc_IncompleteInputError, "incomplete input."},
    {&exc_SystemError, "Internal error in the Python interpreter.\n\nPlease report this to the Python maintainer, along with the traceback,\n"
                       "the Python version, and the hardware/OS platform and version."},
    {&exc_TypeError, "Inappropriate argument type."}, {&exc_ValueError, "Inappropriate argument value (of correct type)."},
    {&exc_UnicodeError, "Unicode related error."}, {&exc_Warning, "Base class for warning categories."},
    {&exc_BytesWarning, "Base class for warnings about bytes and buffer related problems, mostly\nrelated to conversion from str or comparing to str."},
    {&exc_DeprecationWarning, "Base class for warnings about deprecated features."}, {&exc_EncodingWarning, "Base class for warnings about encodings."},
    {&exc_FutureWarning, "Base class for warnings about constructs that will change semantically\nin the future."},
    {&exc_ImportWarning, "Base class for warnings about probable mistakes in module imports"},
    {&exc_PendingDeprecationWarning, "Base class for warnings about features which will be deprecated\nin the future."},
    {&exc_ResourceWarning, "Base class for warnings about resource usage."},
    {&exc_RuntimeWarning, "Base class for warnings about dubious runtime behavior."}, {&exc_SyntaxWarning, "Base class for warnings about dubious syntax."},
    {&exc_UnicodeWarning, "Base class for warnings about Unicode related problems, mostly\nrelated to conversion problems."},
    {&exc_UserWarning, "Base class for warnings generated by user code."},
};

#define TY_EXCEPTION(name, base) +1
constexpr size_t kCount = 0
#include "object/exceptions.def"
    + 1;
#undef TY_EXCEPTION

ExceptionEntry entries[kCount];
TypeDef generic_defs[kCount];

}  // namespace

const ExceptionEntry* exception_entries(size_t* count) {
  *count = kCount;
  if (entries[0].type) return entries;
  size_t n = 0;
  Type& exc_object = object_type;
#define TY_EXCEPTION(class_name, base_name) \
  entries[n] = {&exc_##class_name, nullptr, #class_name}; \
  generic_defs[n].name = #class_name;       \
  generic_defs[n++].base = &exc_##base_name;
#include "object/exceptions.def"
#undef TY_EXCEPTION
  entries[n] = {&exc_ExceptionGroup, nullptr, "ExceptionGroup"};
  generic_defs[n].name = "ExceptionGroup";
  generic_defs[n].base = &exc_BaseExceptionGroup;
  size_t special_count;
  const ExceptionEntry* special = exception_special_entries(&special_count);
  for (size_t i = 0; i < kCount; i++) {
    ExceptionEntry& e = entries[i];
    if (e.type == &exc_BaseException) e.def = &kBaseExceptionDef;
    for (size_t k = 0; k < special_count; k++) {
      if (special[k].type == e.type) e.def = special[k].def;
    }
    if (e.type == &exc_IncompleteInputError) generic_defs[i].name = "_IncompleteInputError";
    if (e.def) continue;
    TypeDef& def = generic_defs[i];
    def.flags = kTypeBase;
    for (size_t k = 0; k < i; k++) {
      if (entries[k].type == def.base) def.size = entries[k].def->size;
    }
    for (const Doc& doc : kDocs) {
      if (doc.type == e.type) def.doc = doc.text;
    }
    e.def = &def;
  }
  return entries;
}

Owned exception_traceback(Value exception) { return as_exception(exception).traceback.get(); }
Owned exception_context(Value exception) { return as_exception(exception).context.get(); }
Owned exception_cause(Value exception) { return as_exception(exception).cause.get(); }
void exception_set_traceback(Value exception, Value traceback) {
  auto& e = as_exception(exception);
  e.traceback.store(&e, dup(traceback));
}
void exception_set_context(Value exception, Owned context) {
  auto& e = as_exception(exception);
  e.context.store(&e, std::move(context));
}
void exception_set_cause(Value exception, Owned cause) {
  auto& e = as_exception(exception);
  e.cause.store(&e, std::move(cause));
  __atomic_store_n(&e.suppress_context, 1, __ATOMIC_RELAXED);
}

void exception_link_context(Thread& t, Value exception, Value context) {
  if (!context || context.identity() == exception.identity()) return;
  // Take `exception` out of the chain it becomes the head of. Floyd's hare and tortoise: the chain may be circular already.
  Owned o = dup(context), slow = dup(context);
  bool step = false;
  while (true) {
    Owned next = exception_context(o);
    if (!next) break;
    if (next.value().identity() == exception.identity()) {
      exception_set_context(o, Owned());
      break;
    }
    o = std::move(next);
    if (o.value().identity() == slow.value().identity()) break;
    if (step) slow = exception_context(slow);
    step = !step;
    if (!slow) break;
  }
  exception_set_context(exception, dup(context));
}

}  // namespace ty
