// Exceptions with fields of their own (OSError and groups apart): StopIteration, SystemExit, NameError, AttributeError, ImportError, SyntaxError,
// UnicodeErrors, KeyError, MemoryError.
#include <cstring>

#include "object/instance.h"
#include "object/type_object.h"
#include "types/bytes.h"
#include "types/dict.h"
#include "types/exceptions_internal.h"
#include "types/int.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Result<void> exception_keywords(Thread& t, const char* function, const Value* args, size_t nargs, Tuple* kwnames, const char* const* names,
                                Value* values, size_t count) {
  if (!kwnames) return {};
  for (ssize i = 0; i < kwnames->size; i++) {
    Value name = kwnames->get(i);
    bool known = false;
    for (size_t k = 0; k < count && !known; k++) {
      if (str_equal_ascii(*name.as<Str>(), names[k])) {
        values[k] = args[nargs + static_cast<size_t>(i)];
        known = true;
      }
    }
    if (!known) return raise_type_error(t, "%s() got an unexpected keyword argument '%U'", function, name);
  }
  return {};
}

namespace {

Result<void> base_init(Thread& t, Value self, const Value* args, size_t nargs) { return exception_init(t, self, args, nargs, nullptr); }
Owned or_none(Owned v) { return v ? std::move(v) : owned_none(); }

// --- StopIteration, SystemExit: one value ---
Result<void> stop_iteration_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(exception_init(t, self, args, nargs, kwnames));
  auto* e = self.as<StopIteration>();
  e->value.store(e, nargs > 0 ? dup(args[0]) : owned_none());
  return {};
}
Result<void> system_exit_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(exception_init(t, self, args, nargs, kwnames));
  auto* e = self.as<StopIteration>();
  if (nargs == 1) e->value.store(e, dup(args[0]));
  if (nargs > 1) e->value.store(e, e->args.get());
  return {};
}
constexpr uint16_t kOneSlot[] = {offsetof(StopIteration, value)};
constexpr TypeLayout kOneLayout = {.slot_offsets = kOneSlot, .slot_count = 1};
constexpr MemberDef kStopIterationMembers[] = {
    {"value", MemberKind::kObject, false, offsetof(StopIteration, value), "generator return value"}, {}};
constexpr MemberDef kSystemExitMembers[] = {{"code", MemberKind::kObject, false, offsetof(StopIteration, value), "exception code"}, {}};
constexpr TypeOps kStopIterationOps = {.init = stop_iteration_init};
constexpr TypeOps kSystemExitOps = {.init = system_exit_init};

// --- NameError, AttributeError ---
Result<void> name_error_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(base_init(t, self, args, nargs));
  const char* names[] = {"name"};
  Value values[1];
  TRY(exception_keywords(t, "NameError", args, nargs, kwnames, names, values, 1));
  auto* e = self.as<StopIteration>();
  e->value.store(e, dup(values[0]));
  return {};
}
constexpr MemberDef kNameErrorMembers[] = {{"name", MemberKind::kObject, false, offsetof(StopIteration, value), "name"}, {}};
constexpr TypeOps kNameErrorOps = {.init = name_error_init};

Result<void> attribute_error_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(base_init(t, self, args, nargs));
  const char* names[] = {"name", "obj"};
  Value values[2];
  TRY(exception_keywords(t, "AttributeError", args, nargs, kwnames, names, values, 2));
  auto* e = self.as<AttributeErrorObject>();
  e->name.store(e, dup(values[0]));
  e->object.store(e, dup(values[1]));
  return {};
}
Result<Owned> attribute_error_getstate(Thread& t, AttributeErrorObject& self) {
  bool has_dict = instance_attribute_count(&self) > 0;
  Owned name = self.name.get(), args = self.args.get();
  if (!name && !args) {
    if (has_dict) return instance_dict(t, &self);
    return owned_none();
  }
  Ref<Dict> dict;
  if (has_dict) {
    Owned own = TRY(instance_dict(t, &self));
    dict = TRY(dict_copy(t, *own.value().as<Dict>()));
  } else {
    dict = TRY(dict_new(t));
  }
  if (name) TRY(dict_set(t, *dict, NAME("name"), name));
  if (args) TRY(dict_set(t, *dict, NAME("args"), args));
  return Owned(std::move(dict));
}
Result<Owned> attribute_error_reduce(Thread& t, AttributeErrorObject& self) {
  Owned state = TRY(attribute_error_getstate(t, self));
  Owned args = self.args.get();
  return TRY(tuple_pack(t, Value(self.type()), args.value(), state.value()));
}
constexpr uint16_t kAttributeErrorSlots[] = {offsetof(AttributeErrorObject, object), offsetof(AttributeErrorObject, name)};
constexpr MemberDef kAttributeErrorMembers[] = {
    {"name", MemberKind::kObject, false, offsetof(AttributeErrorObject, name), "attribute name"},
    {"obj", MemberKind::kObject, false, offsetof(AttributeErrorObject, object), "object"}, {}};
constexpr MethodDef kAttributeErrorMethods[] = {method<&attribute_error_getstate>("__getstate__", "($self, /)", nullptr),
                                                method<&attribute_error_reduce>("__reduce__", "($self, /)", nullptr), {}};
constexpr TypeOps kAttributeErrorOps = {.init = attribute_error_init};

// --- ImportError ---
Result<void> import_error_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(base_init(t, self, args, nargs));
  const char* names[] = {"name", "path", "name_from"};
  Value values[3];
  TRY(exception_keywords(t, "ImportError", args, nargs, kwnames, names, values, 3));
  auto* e = self.as<ImportErrorObject>();
  e->name.store(e, dup(values[0]));
  e->path.store(e, dup(values[1]));
  e->name_from.store(e, dup(values[2]));
  e->message.store(e, nargs == 1 ? dup(args[0]) : Owned());
  return {};
}
Result<Owned> import_error_str(Thread& t, Value self) {
  Owned message = self.as<ImportErrorObject>()->message.get();
  if (message && is_exact<Str>(message)) return message;
  return exception_str(t, self);
}
Result<Owned> import_error_reduce(Thread& t, ImportErrorObject& self) {
  Owned name = self.name.get(), path = self.path.get(), from = self.name_from.get();
  Owned state;
  bool has_dict = instance_attribute_count(&self) > 0;
  if (name || path || from) {
    Ref<Dict> dict;
    if (has_dict) {
      Owned own = TRY(instance_dict(t, &self));
      dict = TRY(dict_copy(t, *own.value().as<Dict>()));
    } else {
      dict = TRY(dict_new(t));
    }
    if (name) TRY(dict_set(t, *dict, NAME("name"), name));
    if (path) TRY(dict_set(t, *dict, NAME("path"), path));
    if (from) TRY(dict_set(t, *dict, NAME("name_from"), from));
    state = Owned(std::move(dict));
  } else if (has_dict) {
    state = TRY(instance_dict(t, &self));
  }
  Owned args = self.args.get();
  if (!state) return TRY(tuple_pack(t, Value(self.type()), args.value()));
  return TRY(tuple_pack(t, Value(self.type()), args.value(), state.value()));
}
constexpr uint16_t kImportErrorSlots[] = {offsetof(ImportErrorObject, message), offsetof(ImportErrorObject, name),
                                          offsetof(ImportErrorObject, path), offsetof(ImportErrorObject, name_from)};
constexpr MemberDef kImportErrorMembers[] = {
    {"msg", MemberKind::kObject, false, offsetof(ImportErrorObject, message), "exception message"},
    {"name", MemberKind::kObject, false, offsetof(ImportErrorObject, name), "module name"},
    {"path", MemberKind::kObject, false, offsetof(ImportErrorObject, path), "module path"},
    {"name_from", MemberKind::kObject, false, offsetof(ImportErrorObject, name_from), "name imported from module"}, {}};
constexpr MethodDef kImportErrorMethods[] = {method<&import_error_reduce>("__reduce__", "($self, /)", nullptr), {}};
constexpr TypeOps kImportErrorOps = {.str = import_error_str, .init = import_error_init};

// --- SyntaxError ---
Result<void> syntax_error_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(exception_init(t, self, args, nargs, kwnames));
  auto* e = self.as<SyntaxErrorObject>();
  if (nargs >= 1) e->message.store(e, dup(args[0]));
  if (nargs != 2) return {};
  Ref<Tuple> info = TRY(tuple_from_iterable_rpy(t, args[1]));
  ssize n = info->size;
  if (n < 4) return raise_type_error(t, "function takes at least 4 arguments (%zd given)", n);
  if (n > 6) return raise_type_error(t, "function takes at most 6 arguments (%zd given)", n);
  e->filename.store(e, info->items[0].get());
  e->lineno.store(e, info->items[1].get());
  e->offset.store(e, info->items[2].get());
  e->text.store(e, info->items[3].get());
  e->end_lineno.store(e, n > 4 ? info->items[4].get() : Owned());
  e->end_offset.store(e, n > 5 ? info->items[5].get() : Owned());
  if (n == 5) return raise_type_error(t, "end_offset must be provided when end_lineno is provided");
  return {};
}
Result<Owned> syntax_error_str(Thread& t, Value self) {
  auto* e = self.as<SyntaxErrorObject>();
  Owned message = or_none(e->message.get()), filename = e->filename.get(), lineno = e->lineno.get();
  bool has_file = filename && is_str(filename);
  bool has_line = lineno && is_exact_int(lineno);
  if (!has_file && !has_line) return object_str(t, message);
  Owned base;
  if (has_file) {
    auto& name = *filename.value().as<Str>();
    ssize slash = str_find_char(name, U'/', 0, name.length);
    ssize last = -1;
    while (slash >= 0) {
      last = slash;
      slash = str_find_char(name, U'/', slash + 1, name.length);
    }
    base = Owned(TRY(str_substring(t, name, last + 1, name.length)));
  }
  bool fits = true;
  int64_t line = has_line ? int_as_int64(lineno, &fits) : 0;
  if (has_file && has_line) return TRY(str_from_format(t, "%S (%U, line %ld)", message.value(), base.value(), static_cast<long>(line)));
  if (has_file) return TRY(str_from_format(t, "%S (%U)", message.value(), base.value()));
  return TRY(str_from_format(t, "%S (line %ld)", message.value(), static_cast<long>(line)));
}
constexpr uint16_t kSyntaxErrorSlots[] = {
    offsetof(SyntaxErrorObject, message), offsetof(SyntaxErrorObject, filename), offsetof(SyntaxErrorObject, lineno),
    offsetof(SyntaxErrorObject, offset), offsetof(SyntaxErrorObject, end_lineno), offsetof(SyntaxErrorObject, end_offset),
    offsetof(SyntaxErrorObject, text), offsetof(SyntaxErrorObject, print_file_and_line)};
constexpr MemberDef kSyntaxErrorMembers[] = {
    {"msg", MemberKind::kObject, false, offsetof(SyntaxErrorObject, message), "exception msg"},
    {"filename", MemberKind::kObject, false, offsetof(SyntaxErrorObject, filename), "exception filename"},
    {"lineno", MemberKind::kObject, false, offsetof(SyntaxErrorObject, lineno), "exception lineno"},
    {"offset", MemberKind::kObject, false, offsetof(SyntaxErrorObject, offset), "exception offset"},
    {"text", MemberKind::kObject, false, offsetof(SyntaxErrorObject, text), "exception text"},
    {"end_lineno", MemberKind::kObject, false, offsetof(SyntaxErrorObject, end_lineno), "exception end lineno"},
    {"end_offset", MemberKind::kObject, false, offsetof(SyntaxErrorObject, end_offset), "exception end offset"},
    {"print_file_and_line", MemberKind::kObject, false, offsetof(SyntaxErrorObject, print_file_and_line), "exception print_file_and_line"},
    {}};
constexpr TypeOps kSyntaxErrorOps = {.str = syntax_error_str, .init = syntax_error_init};

// --- KeyError ---
Result<Owned> key_error_str(Thread& t, Value self) {
  Owned args = as_exception(self).args.get();
  auto* tuple = args.value().as<Tuple>();
  if (tuple->size == 1) {
    Owned key = tuple->items[0].get();
    return object_repr(t, key);
  }
  return exception_str(t, self);
}
constexpr TypeOps kKeyErrorOps = {.str = key_error_str};

// --- Unicode errors ---
Raised bad_argument(Thread& t, int index, const char* expected, Value actual) {
  return raise_type_error(t, "argument %d must be %s, not %.50s", index, expected, is_none(actual) ? "None" : type_of(actual)->name);
}
Result<void> unicode_fields(Thread& t, UnicodeErrorObject* e, Value object, Value start, Value end, Value reason, int first) {
  ssize from = TRY(number_as_ssize(t, start, &exc_OverflowError));
  ssize to = TRY(number_as_ssize(t, end, &exc_OverflowError));
  if (!is_str(reason)) return bad_argument(t, first + 3, "str", reason);
  e->object.store(e, dup(object));
  e->start = from;
  e->end = to;
  e->reason.store(e, dup(reason));
  return {};
}
Result<void> unicode_decode_error_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(exception_init(t, self, args, nargs, kwnames));
  if (nargs != 5) return raise_type_error(t, "function takes exactly 5 arguments (%zu given)", nargs);
  if (!is_str(args[0])) return bad_argument(t, 1, "str", args[0]);
  auto* e = self.as<UnicodeErrorObject>();
  Owned object = dup(args[1]);
  if (!is_instance(object, &bytes_type)) {
    BytesLike view;
    TRY(view.acquire(t, object));
    object = Owned(TRY(bytes_new(t, view.view())));
  }
  TRY(unicode_fields(t, e, object, args[2], args[3], args[4], 2));
  e->encoding.store(e, dup(args[0]));
  return {};
}
Result<void> unicode_encode_error_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(exception_init(t, self, args, nargs, kwnames));
  if (nargs != 5) return raise_type_error(t, "function takes exactly 5 arguments (%zu given)", nargs);
  if (!is_str(args[0])) return bad_argument(t, 1, "str", args[0]);
  if (!is_str(args[1])) return bad_argument(t, 2, "str", args[1]);
  auto* e = self.as<UnicodeErrorObject>();
  TRY(unicode_fields(t, e, args[1], args[2], args[3], args[4], 2));
  e->encoding.store(e, dup(args[0]));
  return {};
}
Result<void> unicode_translate_error_init(Thread& t, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  TRY(exception_init(t, self, args, nargs, kwnames));
  if (nargs != 4) return raise_type_error(t, "function takes exactly 4 arguments (%zu given)", nargs);
  if (!is_str(args[0])) return bad_argument(t, 1, "str", args[0]);
  return unicode_fields(t, self.as<UnicodeErrorObject>(), args[0], args[1], args[2], args[3], 1);
}
Result<Owned> text_of(Thread& t, Slot& slot) {
  Owned v = slot.get();
  if (!v) return dup(g_empty_str);
  return object_str(t, v);
}
Result<Owned> unicode_decode_error_str(Thread& t, Value self) {
  auto* e = self.as<UnicodeErrorObject>();
  Owned object = e->object.get();
  if (!object) return dup(g_empty_str);
  Owned reason = TRY(text_of(t, e->reason)), encoding = TRY(text_of(t, e->encoding));
  ssize start = e->start, end = e->end;
  if (is_instance(object, &bytes_type) && start >= 0 && start < object.value().as<Bytes>()->size && end == start + 1) {
    int byte = static_cast<unsigned char>(object.value().as<Bytes>()->data()[start]);
    return TRY(str_from_format(t, "'%U' codec can't decode byte 0x%02x in position %zd: %U", encoding.value(), byte, start, reason.value()));
  }
  return TRY(str_from_format(t, "'%U' codec can't decode bytes in position %zd-%zd: %U", encoding.value(), start, end - 1, reason.value()));
}
Result<Owned> characters_str(Thread& t, UnicodeErrorObject* e, bool translate) {
  Owned object = e->object.get();
  if (!object) return dup(g_empty_str);
  Owned reason = TRY(text_of(t, e->reason)), encoding = TRY(text_of(t, e->encoding));
  ssize start = e->start, end = e->end;
  if (is_str(object) && start >= 0 && start < object.value().as<Str>()->length && end == start + 1) {
    char32_t c = object.value().as<Str>()->at(start);
    char text[16];
    snprintf(text, sizeof text, c <= 0xff ? "\\x%02x" : c <= 0xffff ? "\\u%04x" : "\\U%08x", static_cast<unsigned>(c));
    if (translate) return TRY(str_from_format(t, "can't translate character '%s' in position %zd: %U", text, start, reason.value()));
    return TRY(str_from_format(t, "'%U' codec can't encode character '%s' in position %zd: %U", encoding.value(), text, start, reason.value()));
  }
  if (translate) return TRY(str_from_format(t, "can't translate characters in position %zd-%zd: %U", start, end - 1, reason.value()));
  return TRY(str_from_format(t, "'%U' codec can't encode characters in position %zd-%zd: %U", encoding.value(), start, end - 1, reason.value()));
}
Result<Owned> unicode_encode_error_str(Thread& t, Value self) { return characters_str(t, self.as<UnicodeErrorObject>(), false); }
Result<Owned> unicode_translate_error_str(Thread& t, Value self) { return characters_str(t, self.as<UnicodeErrorObject>(), true); }
constexpr uint16_t kUnicodeErrorSlots[] = {offsetof(UnicodeErrorObject, encoding), offsetof(UnicodeErrorObject, object),
                                           offsetof(UnicodeErrorObject, reason)};
constexpr TypeLayout kUnicodeErrorLayout = {.slot_offsets = kUnicodeErrorSlots, .slot_count = 3};
constexpr MemberDef kUnicodeErrorMembers[] = {
    {"encoding", MemberKind::kObject, false, offsetof(UnicodeErrorObject, encoding), "exception encoding"},
    {"object", MemberKind::kObject, false, offsetof(UnicodeErrorObject, object), "exception object"},
    {"start", MemberKind::kSsize, false, offsetof(UnicodeErrorObject, start), "exception start"},
    {"end", MemberKind::kSsize, false, offsetof(UnicodeErrorObject, end), "exception end"},
    {"reason", MemberKind::kObject, false, offsetof(UnicodeErrorObject, reason), "exception reason"}, {}};
constexpr TypeOps kUnicodeDecodeOps = {.str = unicode_decode_error_str, .init = unicode_decode_error_init};
constexpr TypeOps kUnicodeEncodeOps = {.str = unicode_encode_error_str, .init = unicode_encode_error_init};
constexpr TypeOps kUnicodeTranslateOps = {.str = unicode_translate_error_str, .init = unicode_translate_error_init};

constexpr TypeDef kStopIterationDef = {.name = "StopIteration", .size = sizeof(StopIteration), .base = &exc_Exception, .layout = kOneLayout,
    .ops = &kStopIterationOps, .members = kStopIterationMembers, .doc = "Signal the end from iterator.__next__()."};
constexpr TypeDef kSystemExitDef = {.name = "SystemExit", .size = sizeof(StopIteration), .base = &exc_BaseException, .layout = kOneLayout,
    .ops = &kSystemExitOps, .members = kSystemExitMembers, .doc = "Request to exit from the interpreter."};
constexpr TypeDef kNameErrorDef = {.name = "NameError", .size = sizeof(StopIteration), .base = &exc_Exception, .layout = kOneLayout,
    .ops = &kNameErrorOps, .members = kNameErrorMembers, .doc = "Name not found globally."};
constexpr TypeDef kAttributeErrorDef = {.name = "AttributeError", .size = sizeof(AttributeErrorObject), .base = &exc_Exception,
    .layout = {.slot_offsets = kAttributeErrorSlots, .slot_count = 2}, .ops = &kAttributeErrorOps, .methods = kAttributeErrorMethods,
    .members = kAttributeErrorMembers, .doc = "Attribute not found."};
constexpr TypeDef kImportErrorDef = {.name = "ImportError", .size = sizeof(ImportErrorObject), .base = &exc_Exception,
    .layout = {.slot_offsets = kImportErrorSlots, .slot_count = 4}, .ops = &kImportErrorOps, .methods = kImportErrorMethods,
    .members = kImportErrorMembers, .doc = "Import can't find module, or can't find name in module."};
constexpr TypeDef kSyntaxErrorDef = {.name = "SyntaxError", .size = sizeof(SyntaxErrorObject), .base = &exc_Exception,
    .layout = {.slot_offsets = kSyntaxErrorSlots, .slot_count = 8}, .ops = &kSyntaxErrorOps, .members = kSyntaxErrorMembers, .doc = "Invalid syntax."};
constexpr TypeDef kKeyErrorDef = {.name = "KeyError", .size = sizeof(BaseException), .base = &exc_LookupError, .ops = &kKeyErrorOps,
    .doc = "Mapping key not found."};
constexpr TypeDef kUnicodeDecodeErrorDef = {.name = "UnicodeDecodeError", .size = sizeof(UnicodeErrorObject), .base = &exc_UnicodeError,
    .layout = kUnicodeErrorLayout, .ops = &kUnicodeDecodeOps, .members = kUnicodeErrorMembers, .doc = "Unicode decoding error."};
constexpr TypeDef kUnicodeEncodeErrorDef = {.name = "UnicodeEncodeError", .size = sizeof(UnicodeErrorObject), .base = &exc_UnicodeError,
    .layout = kUnicodeErrorLayout, .ops = &kUnicodeEncodeOps, .members = kUnicodeErrorMembers, .doc = "Unicode encoding error."};
constexpr TypeDef kUnicodeTranslateErrorDef = {.name = "UnicodeTranslateError", .size = sizeof(UnicodeErrorObject), .base = &exc_UnicodeError,
    .layout = kUnicodeErrorLayout, .ops = &kUnicodeTranslateOps, .members = kUnicodeErrorMembers, .doc = "Unicode translation error."};

constexpr ExceptionEntry kSpecial[] = {
    {&exc_StopIteration, &kStopIterationDef, nullptr}, {&exc_SystemExit, &kSystemExitDef, nullptr}, {&exc_NameError, &kNameErrorDef, nullptr},
    {&exc_AttributeError, &kAttributeErrorDef, nullptr}, {&exc_ImportError, &kImportErrorDef, nullptr},
    {&exc_SyntaxError, &kSyntaxErrorDef, nullptr}, {&exc_KeyError, &kKeyErrorDef, nullptr},
    {&exc_UnicodeDecodeError, &kUnicodeDecodeErrorDef, nullptr}, {&exc_UnicodeEncodeError, &kUnicodeEncodeErrorDef, nullptr},
    {&exc_UnicodeTranslateError, &kUnicodeTranslateErrorDef, nullptr}, {&exc_OSError, &kOSErrorDef, nullptr},
    {&exc_BaseExceptionGroup, &kBaseExceptionGroupDef, nullptr},
};

}  // namespace

const ExceptionEntry* exception_special_entries(size_t* count) {
  *count = sizeof kSpecial / sizeof *kSpecial;
  return kSpecial;
}

Raised raise_unicode_decode_error(Thread& t, const char* encoding, std::string_view object, ssize start, ssize end, const char* reason) {
  Ref<Str> name = TRY(str_from_utf8(t, encoding));
  Ref<Bytes> bytes = TRY(bytes_new(t, object));
  Ref<Str> why = TRY(str_from_utf8(t, reason));
  Owned from = TRY(int_from_int64(t, start)), to = TRY(int_from_int64(t, end));
  Value args[] = {name, bytes, from, to, why};
  Owned e = TRY(exception_new(t, &exc_UnicodeDecodeError, args, 5));
  return raise_instance(t, e);
}

Raised raise_unicode_encode_error(Thread& t, const char* encoding, Value object, ssize start, ssize end, const char* reason) {
  Ref<Str> name = TRY(str_from_utf8(t, encoding));
  Ref<Str> why = TRY(str_from_utf8(t, reason));
  Owned from = TRY(int_from_int64(t, start)), to = TRY(int_from_int64(t, end));
  Value args[] = {name, object, from, to, why};
  Owned e = TRY(exception_new(t, &exc_UnicodeEncodeError, args, 5));
  return raise_instance(t, e);
}

}  // namespace ty
