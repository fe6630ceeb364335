// syntax/parse.h: from source text to a syntax tree.
//
// What        parse() decodes the source (BOM, coding cookie), tokenizes and parses it, and returns the tree or
//             the syntax error with CPython 3.13's message and positions. It knows nothing of Python objects: the
//             caller raises the exception and issues the warnings.
// Invariants  The tree lives in the interner's arena. The recursion depth is bounded; no input crashes it.
// Threads     any, each with its own arena.
// See         docs/syntax.md
#pragma once

#include <cstdint>
#include <string_view>

#include "syntax/ast.h"

namespace ty::syntax {

enum class ParseMode : uint8_t { File, Eval, Single, FuncType };

enum ParseFlags : uint32_t {
  kParseDefault = 0,
  kParseDontImplyDedent = 1 << 0,      // PyCF_DONT_IMPLY_DEDENT (codeop)
  kParseAllowIncomplete = 1 << 1,      // PyCF_ALLOW_INCOMPLETE_INPUT (codeop): _IncompleteInputError
  kParseTypeComments = 1 << 2,         // PyCF_TYPE_COMMENTS
  kParseIgnoreCookie = 1 << 3,         // PyCF_IGNORE_COOKIE: the source came from a str, is UTF-8
  kParseBarryAsBdfl = 1 << 4,          // from __future__ import barry_as_FLUFL
  kParseCarefully = 1 << 5,            // tests: the careful parser alone
  kParseFromFile = 1 << 6,             // bytes of a file: bad UTF-8 anywhere is an error, as the tokenizer of files has it
};

enum class SyntaxErrorKind : uint8_t {
  SyntaxError,
  IndentationError,
  TabError,
  IncompleteInput,  // _IncompleteInputError, only with kParseAllowIncomplete
  MemoryError,
  RecursionError,
  UnicodeDecodeError,  // eval input only; elsewhere CPython makes a SyntaxError of it
  ValueError,
  OverflowError,
};

/// Positions as in SyntaxError: lines and offsets from 1, offsets in code points; -1 stands for None.
struct SyntaxErrorInfo {
  SyntaxErrorKind kind = SyntaxErrorKind::SyntaxError;
  std::string_view message;
  int32_t lineno = 0;
  int32_t offset = 0;
  int32_t end_lineno = 0;
  int32_t end_offset = 0;
  std::string_view text;  // the line in UTF-8, with its newline; data() is null for None
};

/// A warning for the caller to issue at `lineno` of the file.
struct SyntaxWarningInfo {
  enum Category : uint8_t { SyntaxWarning, DeprecationWarning };
  Category category;
  std::string_view message;
  int32_t lineno;
  /// Where to point if the warning is turned into a SyntaxError (code point offsets from 1).
  int32_t offset, end_lineno, end_offset;
  std::string_view text;
};

struct ParseResult {
  ast::Mod* module = nullptr;  // null: `error` says why
  SyntaxErrorInfo error;
  Span<SyntaxWarningInfo> warnings;

  explicit operator bool() const { return module != nullptr; }
};

/// Decodes `source` from an encoding that is not built in. Returns false and fills `error` (in the arena) if
/// the codec is unknown or the bytes are bad; `decoded` is UTF-8 in the arena.
using DecodeFunction = bool (*)(void* context, Arena& arena, std::string_view encoding,
                                std::string_view source, std::string_view* decoded,
                                SyntaxErrorInfo* error);

struct ParseOptions {
  std::string_view filename = "<string>";
  ParseMode mode = ParseMode::File;
  uint32_t flags = kParseDefault;
  int32_t feature_version = 13;  // minor version, for ast.parse(feature_version=...)
  int32_t max_int_digits = 4300;  // sys.get_int_max_str_digits(): longer decimal literals are errors
  const char* stack_limit = nullptr;  // lowest address the native stack may reach; null: unknown
  DecodeFunction decode = nullptr;
  void* decode_context = nullptr;
};

/// Parses `source`. Tree, messages and warnings are in `names.arena()`.
ParseResult parse(ast::Interner& names, std::string_view source, const ParseOptions& options);

/// True if `source` starts with a coding cookie or BOM; the normalised name goes to `encoding` ("utf-8").
bool find_source_encoding(std::string_view source, Arena& arena, std::string_view* encoding);

}  // namespace ty::syntax
