// tests/unit/syntax/parse_dump.cpp: prints the tree of a Python file as ast.dump(..., include_attributes=True,
// show_empty=True) does, or the syntax error as one line.
//
// usage: ty_parse_dump [--mode exec|eval|single|func] [--careful] [--incomplete] [--type-comments] [--warnings]
//                      [--no-attributes] [--unparse] [--bench N] [--split] FILE...
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include "syntax/ast_dump.h"
#include "syntax/parse.h"
#include "syntax/unparse.h"

namespace {

using namespace ty;

const char* kind_name(syntax::SyntaxErrorKind kind) {
  switch (kind) {
    case syntax::SyntaxErrorKind::SyntaxError: return "SyntaxError";
    case syntax::SyntaxErrorKind::IndentationError: return "IndentationError";
    case syntax::SyntaxErrorKind::TabError: return "TabError";
    case syntax::SyntaxErrorKind::IncompleteInput: return "_IncompleteInputError";
    case syntax::SyntaxErrorKind::MemoryError: return "MemoryError";
    case syntax::SyntaxErrorKind::RecursionError: return "RecursionError";
    case syntax::SyntaxErrorKind::UnicodeDecodeError: return "UnicodeDecodeError";
    case syntax::SyntaxErrorKind::ValueError: return "ValueError";
    case syntax::SyntaxErrorKind::OverflowError: return "OverflowError";
  }
  return "?";
}

void print_error(const syntax::SyntaxErrorInfo& e) {
  std::string text = "None";
  if (e.text.data()) {
    text.clear();
    ast::append_str_repr(text, e.text);
  }
  printf("%s: %.*s | %d %d %d %d | %s\n", kind_name(e.kind), int(e.message.size()), e.message.data(), e.lineno,
         e.offset, e.end_lineno, e.end_offset, text.c_str());
}

std::string read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

int main(int argc, char** argv) {
  syntax::ParseOptions options;
  auto attributes = ast::DumpAttributes::Include;
  int repeat = 0;
  bool warnings = false, split = false, unparse = false;
  int status = 0;
  for (int i = 1; i < argc; i++) {
    std::string_view arg = argv[i];
    if (arg == "--mode") {
      std::string_view mode = argv[++i];
      options.mode = mode == "eval"     ? syntax::ParseMode::Eval
                     : mode == "single" ? syntax::ParseMode::Single
                     : mode == "func"   ? syntax::ParseMode::FuncType
                                        : syntax::ParseMode::File;
      continue;
    }
    if (arg == "--bench") {
      repeat = atoi(argv[++i]);
      continue;
    }
    if (arg == "--no-attributes") {
      attributes = ast::DumpAttributes::Omit;
      continue;
    }
    if (arg == "--warnings") {
      warnings = true;
      continue;
    }
    if (arg == "--unparse") {  // expressions as annotations
      unparse = true;
      options.mode = syntax::ParseMode::Eval;
      continue;
    }
    if (arg == "--split") {  // sources in one file, separated by form feed lines
      split = true;
      continue;
    }
    if (arg == "--type-comments") {
      options.flags |= syntax::kParseTypeComments;
      continue;
    }
    if (arg == "--careful") {
      options.flags |= syntax::kParseCarefully;
      continue;
    }
    if (arg == "--incomplete") {
      options.flags |= syntax::kParseAllowIncomplete | syntax::kParseDontImplyDedent;
      continue;
    }
    std::string source = read(argv[i]);
    options.filename = argv[i];
    if (repeat) {
      auto begin = std::chrono::steady_clock::now();
      for (int k = 0; k < repeat; k++) {
        Arena arena;
        ast::Interner names(arena);
        if (!syntax::parse(names, source, options)) return 1;
      }
      std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
      printf("%s: %.3f ms, %.1f MB/s\n", argv[i], taken.count() / repeat * 1000,
             double(source.size()) * repeat / taken.count() / 1e6);
      continue;
    }
    size_t begin = 0;
    do {
      size_t end = split ? source.find("\n\x01\n", begin) : source.npos;
      std::string one = source.substr(begin, end == source.npos ? end : end - begin);
      begin = end == source.npos ? source.size() : end + 3;
      Arena arena;
      ast::Interner names(arena);
      syntax::ParseResult result = syntax::parse(names, one, options);
      if (!result) {
        print_error(result.error);
        if (!split) status = 1;
      } else if (unparse) {
        std::string_view text = ast::unparse(arena, ast::as<ast::Expression>(result.module)->body);
        printf("%.*s\n", int(text.size()), text.data());
      } else {
        std::string text = ast::dump(result.module, attributes);
        printf("%s\n", text.c_str());
      }
      if (warnings) {
        for (const syntax::SyntaxWarningInfo& w : result.warnings) {
          printf("warning %d: %.*s | %d %d %d | %.*s\n", w.lineno, int(w.message.size()), w.message.data(), w.offset,
                 w.end_lineno, w.end_offset, int(w.text.size()), w.text.data());
        }
      }
    } while (begin < source.size());
  }
  return status;
}
