// compile/compile.h: from source text or a syntax tree to a code object.
//
// compile_source  decodes and parses, raises SyntaxError and its kin with CPython's message and (filename, lineno, offset, text, end_lineno,
//                 end_offset), issues the warnings, compiles. compile_ast does the same for a tree.
// Invariants      everything that knows no Python objects (symbol tables, register allocation, emission) is below compile/unit.h; only
//                 compile.cpp and finish.cpp make objects.
// Threads         any; nothing is shared between compilations.
// See             docs/bytecode.md
#pragma once

#include <string_view>

#include "syntax/parse.h"
#include "types/code.h"

namespace ty {

enum class CompileMode : uint8_t { kExec, kEval, kSingle };

/// CPython's PyCF_* and CO_FUTURE_* bits, as compile() takes them.
enum CompileFlag : int {
  kCompileSourceIsUtf8 = 0x0100,
  kCompileDontImplyDedent = 0x0200,
  kCompileOnlyAst = 0x0400,
  kCompileIgnoreCookie = 0x0800,
  kCompileTypeComments = 0x1000,
  kCompileAllowTopLevelAwait = 0x2000,
  kCompileAllowIncomplete = 0x4000,
  kCompileOptimizedAst = 0x8000 | 0x0400,
  kCompileFutureMask = 0x20000 | 0x40000 | 0x80000 | 0x100000 | 0x200000 | kCodeFutureBarryAsBdfl | 0x800000 | kCodeFutureAnnotations,
  kCompileKnownMask = kCompileFutureMask | kCompileSourceIsUtf8 | kCompileDontImplyDedent | kCompileOnlyAst | kCompileIgnoreCookie |
                      kCompileTypeComments | kCompileAllowTopLevelAwait | kCompileAllowIncomplete | kCompileOptimizedAst,
};

struct CompileOptions {
  CompileMode mode = CompileMode::kExec;
  int flags = 0;      // CompileFlag; the future bits of a calling frame are or'ed in by the caller unless dont_inherit
  bool from_file = false;  // the bytes of a file: messages about bad encodings and null bytes differ
  int optimize = 0;   // 0, 1 (-O), 2 (-OO): never -1
  /// -X dump flags: prints the disassembly of every code object to stderr.
  bool dump_bytecode = false;
};

/// `source` is UTF-8 when options.flags has kCompileIgnoreCookie (it came from a str), else bytes with their own encoding.
/// On return *flags_out (if given) holds the flags with the futures the source turned on (interactive sessions keep them).
Result<Ref<Code>> compile_source(Thread& t, std::string_view source, Value filename, const CompileOptions& options,
                                 int* flags_out = nullptr);
/// Compiles a tree whose identifiers are in `names`; the tree may be rewritten (constant folding).
Result<Ref<Code>> compile_ast(Thread& t, ast::Interner& names, ast::Mod* tree, Value filename, const CompileOptions& options,
                              int* flags_out = nullptr);
/// The tree of `source` in `names`' arena, for ast.parse and symtable; raises as compile_source does.
Result<ast::Mod*> parse_source_rpy(Thread& t, ast::Interner& names, std::string_view source, Value filename, const CompileOptions& options,
                                   syntax::ParseMode mode, int feature_version = 13);

}  // namespace ty
