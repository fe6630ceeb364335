// modules/posix_path.cpp: converters of arguments of operating system calls. CPython: path_converter() and its neighbours in Modules/posixmodule.c.
#include "modules/posix_path.h"

#include <climits>
#include <cstring>
#include <string>

#include "types/container.h"
#include "types/int.h"

namespace ty {

Result<Owned> make_int(Thread& t, int64_t v) { return int_from_int64(t, v); }

Result<Owned> os_fspath(Thread& t, Value path) {
  if (is_instance(path, Str::type()) || is_instance(path, Bytes::type())) return dup(path);
  Owned method = TRY(lookup_special(t, path, NAME("__fspath__")));
  if (method.value().is_empty()) return raise_type_error(t, "expected str, bytes or os.PathLike object, not %T", path);
  Owned result = TRY(call(t, method));
  if (is_instance(result, Str::type()) || is_instance(result, Bytes::type())) return result;
  return raise_type_error(t, "expected %T.__fspath__() to return str or bytes, not %T", path, result.value());
}

Result<Owned> os_fsencode(Thread& t, Value path) {
  Owned given = TRY(os_fspath(t, path));
  Owned bytes = is_instance(given, Bytes::type()) ? std::move(given) : TRY(str_encode_filesystem(t, *given.value().as<Str>()));
  auto view = bytes.value().as<Bytes>()->view();
  if (view.find('\0') != std::string_view::npos) return raise_value_error(t, "embedded null byte");
  return bytes;
}

Result<Owned> path_name(Thread& t, const PathArg& path, std::string_view text) {
  if (path.was_bytes) return Owned(TRY(bytes_new(t, text)));
  return str_decode_filesystem(t, text);
}

namespace {

Result<int> convert_descriptor(Thread& t, Value v) {
  if (is_true(v) || is_false(v)) TRY(warn_rpy(t, &exc_RuntimeWarning, 1, "bool is used as a file descriptor"));
  Owned index = TRY(number_index(t, v));
  bool fits;
  int64_t n = int_as_int64(index, &fits);
  if (!fits ? int_sign(index) > 0 : n > INT_MAX) return raise_overflow_error(t, "fd is greater than maximum");
  if (!fits || n < INT_MIN) return raise_overflow_error(t, "fd is less than minimum");
  return static_cast<int>(n);
}

}  // namespace

Result<void> path_convert(Thread& t, const char* function, const char* argument, size_t argument_length, int kind, Value v, PathArg& out) {
  out.object = v;
  if ((kind & kPathNone) && is_none(v)) {
    out.was_none = true;
    return {};
  }
  if ((kind & kPathFd) && (is_int(v) || (has_index(v) && !is_instance(v, Str::type()) && !is_instance(v, Bytes::type())))) {
    out.fd = TRY(convert_descriptor(t, v));
    out.is_fd = true;
    return {};
  }
  std::string name(argument, argument_length);
  auto wrong = [&](Value actual) -> Raised {
    const char* allowed = (kind & kPathFd) && (kind & kPathNone) ? "string, bytes, os.PathLike, integer or None"
                          : kind & kPathFd                      ? "string, bytes, os.PathLike or integer"
                          : kind & kPathNone                    ? "string, bytes, os.PathLike or None"
                                                                : "string, bytes or os.PathLike";
    return raise_type_error(t, "%s: %s should be %s, not %.200T", function, name.c_str(), allowed, actual);
  };
  Owned given;
  if (is_instance(v, Str::type()) || is_instance(v, Bytes::type())) {
    given = dup(v);
  } else {
    Owned method = TRY(lookup_special(t, v, NAME("__fspath__")));
    if (method.value().is_empty()) return wrong(v);
    given = TRY(call(t, method));
    if (!is_instance(given, Str::type()) && !is_instance(given, Bytes::type())) return wrong(given);
  }
  out.was_bytes = is_instance(given, Bytes::type());
  if (out.was_bytes) {
    out.bytes = std::move(given);
  } else {
    if (str_find_char(*given.value().as<Str>(), 0, 0, given.value().as<Str>()->length) >= 0) {
      return raise_value_error(t, "%s: embedded null character in %s", function, name.c_str());
    }
    out.bytes = TRY(str_encode_filesystem(t, *given.value().as<Str>()));
  }
  if (out.bytes.value().as<Bytes>()->view().find('\0') != std::string_view::npos) {
    return raise_value_error(t, "%s: embedded null character in %s", function, name.c_str());
  }
  return {};
}

Result<int> convert_dir_fd(Thread& t, Value v) {
  if (v.is_null() || is_none(v)) return AT_FDCWD;
  if (!is_int(v) && !has_index(v)) return raise_type_error(t, "argument should be integer or None, not %.200T", v);
  return convert_descriptor(t, v);
}

Result<int> file_descriptor_of(Thread& t, Value v) {
  Owned number;
  if (is_int(v)) {
    if (is_true(v) || is_false(v)) TRY(warn_rpy(t, &exc_RuntimeWarning, 1, "bool is used as a file descriptor"));
    number = dup(v);
  } else {
    Owned method = TRY(find_attribute(t, v, TRY(str_intern_utf8(t, "fileno"))));
    if (method.value().is_empty()) return raise_type_error(t, "argument must be an int, or have a fileno() method.");
    number = TRY(call(t, method));
    if (!is_int(number)) return raise_type_error(t, "fileno() returned a non-integer");
  }
  int fd = TRY(convert_int(t, number));
  if (fd < 0) return raise_value_error(t, "file descriptor cannot be a negative integer (%i)", fd);
  return fd;
}

Result<uint32_t> convert_id(Thread& t, Value v, const char* what) {
  if (!is_int(v) && !has_index(v)) return raise_type_error(t, "%s should be integer, not %.200T", what, v);
  Owned index = TRY(number_index(t, v));
  bool fits;
  int64_t n = int_as_int64(index, &fits);
  if (fits && n == -1) return UINT32_MAX;
  if (fits ? n < 0 : int_sign(index) < 0) return raise_overflow_error(t, "%s is less than minimum", what);
  if (!fits || n > UINT32_MAX) return raise_overflow_error(t, "%s is greater than maximum", what);
  return static_cast<uint32_t>(n);
}
Result<Owned> id_object(Thread& t, uint32_t id) { return int_from_int64(t, id == UINT32_MAX ? -1 : static_cast<int64_t>(id)); }

Result<void> module_add_sequence_type(Thread& t, Module& m, const StructSequenceDef& def, GlobalSlot& slot) {
  if (!slot.load()) {
    Type* type = TRY(struct_sequence_type(t, def));
    slot.store(dup(Value(type)));
  }
  const char* dot = std::strrchr(def.name, '.');
  return module_add(t, m, dot ? dot + 1 : def.name, slot.load());
}

}  // namespace ty
