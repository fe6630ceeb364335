// compile/compile.cpp: compile_source and compile_ast: errors and warnings become Python's, units become code objects.
#include "compile/compile.h"

#include <cstdio>
#include <string>

#include "base/flags.h"
#include "compile/compile_tree.h"
#include "compile/finish.h"
#include "syntax/unparse.h"
#include "types/codecs.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

using compile::Diagnostics;
using compile::ErrorKind;

/// The filename in UTF-8, for messages and for reading the file.
std::string filename_text(Thread& t, Value filename) {
  if (!is_str(filename)) return "<string>";
  auto bytes = str_encode_filesystem(t, *filename.as<Str>());
  if (!bytes.ok()) {
    clear_exception(t);
    return "?";
  }
  Owned held = bytes.take();
  return std::string(held.value().as<Bytes>()->view());
}

/// Line `lineno` of the file, or None.
Result<Owned> program_text(Thread& t, Value filename, int lineno) {
  if (lineno <= 0) return owned_none();
  std::string name = filename_text(t, filename);
  FILE* f = fopen(name.c_str(), "rb");
  if (!f) return owned_none();
  std::string line;
  int current = 1;
  bool found = false;
  for (int c; (c = fgetc(f)) != EOF;) {
    if (current == lineno) {
      found = true;
      line += static_cast<char>(c);
    }
    if (c == '\n' && ++current > lineno) break;
  }
  fclose(f);
  if (!found) return owned_none();
  auto text = str_decode(t, line, "utf-8", "replace");
  if (!text.ok()) {
    clear_exception(t);
    return owned_none();
  }
  return text.take();
}

Owned number(int64_t n) { return n < 0 ? owned_none() : Owned::steal(Value::small_int_unchecked(n)); }

struct ErrorPlace {
  Value text;
  int64_t lineno, offset, end_lineno, end_offset;
};

Raised raise_syntax_error(Thread& t, Type* type, std::string_view message, Value filename, const ErrorPlace& place) {
  Ref<Str> msg = TRY(str_from_wtf8(t, message));
  Owned line = number(place.lineno), offset = number(place.offset), end_line = number(place.end_lineno), end_offset = number(place.end_offset);
  Ref<Tuple> details = TRY(tuple_pack(t, filename, line.value(), offset.value(), place.text, end_line.value(), end_offset.value()));
  Ref<Tuple> args = TRY(tuple_pack(t, Value(msg.get()), Value(details.get())));
  return raise_with_value(t, type, args);
}

Raised raise_parse_error(Thread& t, const syntax::SyntaxErrorInfo& e, Value filename, bool from_file) {
  using Kind = syntax::SyntaxErrorKind;
  Type* type = &exc_SyntaxError;
  switch (e.kind) {
    case Kind::SyntaxError: break;
    case Kind::IndentationError: type = &exc_IndentationError; break;
    case Kind::TabError: type = &exc_TabError; break;
    case Kind::IncompleteInput: type = &exc_IncompleteInputError; break;
    case Kind::MemoryError: {
      Ref<Str> message = TRY(str_from_wtf8(t, e.message));
      if (e.message.empty()) return raise_memory_error(t);
      return raise_with_value(t, &exc_MemoryError, message);
    }
    case Kind::RecursionError: case Kind::UnicodeDecodeError: case Kind::ValueError: case Kind::OverflowError: {
      Type* other = e.kind == Kind::RecursionError ? &exc_RecursionError : e.kind == Kind::OverflowError ? &exc_OverflowError : &exc_ValueError;
      Ref<Str> message = TRY(str_from_wtf8(t, e.message));
      return raise_with_value(t, other, message);
    }
  }
  if (from_file && e.lineno == 0) {  // the encoding of the file: a bare message
    Ref<Str> message = TRY(str_from_wtf8(t, e.message));
    return raise_with_value(t, type, message);
  }
  Owned text = owned_none();
  if (e.text.data()) text = Owned(TRY(str_from_wtf8(t, e.text)));
  return raise_syntax_error(t, type, e.message, filename, {text, e.lineno, e.offset, e.end_lineno, e.end_offset});
}

/// A location of the compiler: columns are bytes from 0.
Raised raise_at(Thread& t, Value filename, const ast::Location& where, std::string_view message) {
  Owned text = TRY(program_text(t, filename, where.lineno));
  if (where.lineno <= 0) return raise_syntax_error(t, &exc_SyntaxError, message, filename, {text, 0, 0, -1, -1});
  return raise_syntax_error(t, &exc_SyntaxError, message, filename,
                            {text, where.lineno, where.col_offset + 1, where.end_lineno, where.end_col_offset + 1});
}

Raised raise_diagnostics(Thread& t, const Diagnostics& d, Value filename) {
  switch (d.kind) {
    case ErrorKind::kNone: break;
    case ErrorKind::kSyntaxError: return raise_at(t, filename, d.location, d.message);
    case ErrorKind::kRecursionError: return raise_format(t, &exc_RecursionError, "%s", d.message.c_str());
    case ErrorKind::kRuntimeError: return raise_format(t, &exc_RuntimeError, "%s", d.message.c_str());
    case ErrorKind::kValueError: return raise_format(t, &exc_ValueError, "%s", d.message.c_str());
    case ErrorKind::kTypeError: return raise_format(t, &exc_TypeError, "%s", d.message.c_str());
    case ErrorKind::kOverflowError: return raise_format(t, &exc_OverflowError, "%s", d.message.c_str());
    case ErrorKind::kSystemError: break;
  }
  return raise_format(t, &exc_SystemError, "%s", d.message.c_str());
}

/// warnings.warn_explicit(message, category, filename, lineno). False: raised.
Result<void> issue_warning(Thread& t, Type* category, std::string_view message, Value filename, int lineno) {
  auto found = import_attribute(t, "_warnings", "warn_explicit");
  if (!found.ok()) {
    clear_exception(t);
    return {};
  }
  Owned warn = found.take();
  Ref<Str> text = TRY(str_from_wtf8(t, message));
  // One registry for all compilations: a place warns once under the default filter.
  static GlobalSlot registry;
  if (!registry.load()) registry.store(Owned(TRY(dict_new(t))));
  Owned held = registry.get();
  Value arguments[] = {Value(text.get()), Value(category), filename, Value::small_int_unchecked(lineno), none(), held.value()};
  Owned ignored = TRY(call(t, warn, arguments, 6));
  return {};
}

Result<void> issue_compiler_warnings(Thread& t, const Diagnostics& d, Value filename) {
  for (const compile::Warning& w : d.warnings) {
    if (issue_warning(t, &exc_SyntaxWarning, w.message, filename, w.location.lineno).ok()) continue;
    if (!exception_matches(t, &exc_SyntaxWarning)) return Raised{};
    clear_exception(t);  // the filter says error: a SyntaxError that knows the place
    return raise_at(t, filename, w.location, w.message);
  }
  return {};
}

Result<void> issue_parser_warnings(Thread& t, const Span<syntax::SyntaxWarningInfo>& warnings, Value filename) {
  for (const syntax::SyntaxWarningInfo& w : warnings) {
    Type* category = w.category == syntax::SyntaxWarningInfo::SyntaxWarning ? &exc_SyntaxWarning : &exc_DeprecationWarning;
    if (issue_warning(t, category, w.message, filename, w.lineno).ok()) continue;
    if (!exception_matches(t, category)) return Raised{};
    clear_exception(t);
    Owned text = owned_none();
    if (w.text.data()) text = Owned(TRY(str_from_wtf8(t, w.text)));
    return raise_syntax_error(t, &exc_SyntaxError, w.message, filename, {text, w.lineno, w.offset, w.end_lineno, w.end_offset});
  }
  return {};
}

bool decode_source(void* context, Arena& arena, std::string_view encoding, std::string_view source, std::string_view* decoded,
                   syntax::SyntaxErrorInfo* error) {
  Thread& t = *static_cast<Thread*>(context);
  auto fail = [&] {
    std::string message = "unknown encoding: " + std::string(encoding);
    Ref<Object> exception = take_exception(t);
    if (exception && !is_instance(exception, &exc_LookupError)) {
      auto text = object_str(t, exception);
      if (text.ok()) {
        Owned held = text.take();
        auto utf8 = str_utf8(t, *held.value().as<Str>());
        if (utf8.ok()) message = std::string(utf8.take());
      }
    }
    if (exception_pending(t)) clear_exception(t);
    error->message = arena.copy_text(message);
    return false;
  };
  std::string name(encoding);
  auto text = str_decode(t, source, name.c_str(), "strict");
  if (!text.ok()) return fail();
  Owned held = text.take();
  auto utf8 = str_encode(t, held, "utf-8", "surrogatepass");
  if (!utf8.ok()) return fail();
  Ref<Bytes> bytes = utf8.take();
  *decoded = arena.copy_text(bytes->view());
  return true;
}

bool repr_of_object(void* context, Arena& arena, void* object, std::string_view* text) {
  Thread& t = *static_cast<Thread*>(context);
  auto* c = static_cast<compile::Const*>(object);
  auto made = compile::object_of_constant(t, *c);
  if (!made.ok()) return false;
  Owned v = made.take();
  auto r = object_repr(t, v);
  if (!r.ok()) return false;
  Owned repr = r.take();
  auto utf8 = str_encode(t, repr, "utf-8", "surrogatepass");
  if (!utf8.ok()) return false;
  *text = arena.copy_text(utf8.take()->view());
  return true;
}

std::string unparse_expression(ast::Interner& names, ast::Expr* expr) {
  Thread& t = current_thread();
  std::string_view text = ast::unparse(names.arena(), expr, &repr_of_object, &t);
  if (!text.data()) {
    if (exception_pending(t)) clear_exception(t);
    return "";
  }
  return std::string(text);
}

uint32_t parse_flags(const CompileOptions& options) {
  uint32_t flags = 0;
  if (options.flags & kCompileDontImplyDedent) flags |= syntax::kParseDontImplyDedent;
  if (options.flags & kCompileAllowIncomplete) flags |= syntax::kParseAllowIncomplete;
  if (options.flags & kCompileTypeComments) flags |= syntax::kParseTypeComments;
  if (options.flags & kCompileIgnoreCookie) flags |= syntax::kParseIgnoreCookie;
  if (options.flags & kCodeFutureBarryAsBdfl) flags |= syntax::kParseBarryAsBdfl;
  if (options.from_file) flags |= syntax::kParseFromFile;
  return flags;
}

}  // namespace

Result<ast::Mod*> parse_source_rpy(Thread& t, ast::Interner& names, std::string_view source, Value filename, const CompileOptions& options,
                                   syntax::ParseMode mode, int feature_version) {
  if (source.find('\0') != source.npos) {
    return raise_format(t, &exc_SyntaxError, options.from_file ? "source code cannot contain null bytes" : "source code string cannot contain null bytes");
  }
  std::string name = filename_text(t, filename);
  syntax::ParseOptions parse;
  parse.filename = names.arena().copy_text(name);
  parse.mode = mode;
  parse.flags = parse_flags(options);
  parse.feature_version = feature_version;
  parse.max_int_digits = g_int_max_str_digits;
  parse.stack_limit = t.native_limit + 32 * 1024;
  parse.decode = &decode_source;
  parse.decode_context = &t;
  syntax::ParseResult result = syntax::parse(names, source, parse);
  TRY(issue_parser_warnings(t, result.warnings, filename));
  if (!result) return raise_parse_error(t, result.error, filename, options.from_file);
  return result.module;
}

Result<Ref<Code>> compile_ast(Thread& t, ast::Interner& names, ast::Mod* tree, Value filename, const CompileOptions& options, int* flags_out) {
  compile::ConstPool pool(names.arena());
  Diagnostics diagnostics;
  diagnostics.stack_limit = t.native_limit + 48 * 1024;
  std::deque<compile::CodeUnit> units;
  compile::TreeOptions tree_options;
  tree_options.future_flags = options.flags & kCompileFutureMask;
  tree_options.optimize = options.optimize;
  tree_options.interactive = options.mode == CompileMode::kSingle;
  tree_options.top_level_await = options.flags & kCompileAllowTopLevelAwait;
  tree_options.units = &units;
  tree_options.unparse = &unparse_expression;
  compile::CodeUnit* top = compile::compile_tree(names, pool, diagnostics, tree, tree_options);
  TRY(issue_compiler_warnings(t, diagnostics, filename));
  if (!top) return raise_diagnostics(t, diagnostics, filename);
  if (flags_out) *flags_out = options.flags | (tree_options.future_flags & kCompileFutureMask);
  Value interned = filename;
  if (is_exact<Str>(filename)) interned = TRY(str_intern(t, filename));
  compile::FinishOptions finish;
  finish.filename = interned;
  finish.dump = options.dump_bytecode || g_flags.dump_bytecode;
  finish.immortal_constants = is_str(filename) && filename.as<Str>()->length > 0 && filename.as<Str>()->at(0) != '<';
  return compile::finish_unit(t, *top, finish);
}

Result<Ref<Code>> compile_source(Thread& t, std::string_view source, Value filename, const CompileOptions& options, int* flags_out) {
  Arena arena;
  ast::Interner names(arena);
  syntax::ParseMode mode = options.mode == CompileMode::kEval ? syntax::ParseMode::Eval
                           : options.mode == CompileMode::kSingle ? syntax::ParseMode::Single : syntax::ParseMode::File;
  ast::Mod* tree = TRY(parse_source_rpy(t, names, source, filename, options, mode));
  return compile_ast(t, names, tree, filename, options, flags_out);
}

}  // namespace ty
