// syntax/parse.cpp: source, tokens, fast parser, and the careful one behind it.
#include "syntax/parse.h"

#include <algorithm>

#include "syntax/careful_parser.h"
#include "syntax/literals.h"
#include "syntax/parser.h"
#include "syntax/source.h"
#include "syntax/tokenizer.h"

namespace ty::syntax {

namespace {

/// All tokens of the text. False: there is a bad one.
bool tokenize(Tokenizer& tokenizer, ast::Interner& names, std::vector<Token>& tokens,
              std::vector<ast::TypeIgnore*>& ignores) {
  for (;;) {
    Token& token = tokens.emplace_back();
    tokenizer.next(token);
    switch (token.kind) {
      case Tok::Error: return false;
      case Tok::EndMarker: return true;
      case Tok::TypeIgnore: {
        auto* ignore = names.arena().make<ast::TypeIgnore>();
        ignore->lineno = tokenizer.lineno();
        ignore->tag = names.intern(token.text());
        ignores.push_back(ignore);
        tokens.pop_back();
        break;
      }
      default: break;
    }
  }
}

ast::Mod* parse_fast(ast::Interner& names, std::string_view text, const ParseOptions& options,
                     std::vector<SyntaxWarningInfo>& warnings) {
  Tokenizer tokenizer(names, text, options.flags);
  std::vector<Token> tokens;
  tokens.reserve(text.size() / 4 + 64);
  std::vector<ast::TypeIgnore*> ignores;
  if (!tokenize(tokenizer, names, tokens, ignores)) return nullptr;
  tokens.push_back(tokens.back());  // so that looking two tokens ahead stays inside
  tokens.push_back(tokens.back());
  warnings = std::move(tokenizer.warnings());
  LiteralContext literals{names, names.arena(), &warnings, text.data(), text.data() + text.size(),
                          options.feature_version, options.max_int_digits, true, {}};
  Parser parser(names, literals, tokens.data(), options.flags);
  parser.set_stack_limit(options.stack_limit);
  if (options.mode == ParseMode::Eval) return parser.eval();
  ast::Module* module = parser.file();
  if (module) module->type_ignores = names.arena().copy_span(ignores.data(), ssize(ignores.size()));
  return module;
}

/// By place, each once: what was tried twice warned twice.
Span<SyntaxWarningInfo> collect_warnings(Arena& arena, std::vector<SyntaxWarningInfo>& warnings) {
  auto before = [](const SyntaxWarningInfo& a, const SyntaxWarningInfo& b) {
    return a.lineno != b.lineno ? a.lineno < b.lineno : a.offset < b.offset;
  };
  auto same = [](const SyntaxWarningInfo& a, const SyntaxWarningInfo& b) {
    return a.lineno == b.lineno && a.offset == b.offset && a.message == b.message;
  };
  std::sort(warnings.begin(), warnings.end(), before);
  warnings.erase(std::unique(warnings.begin(), warnings.end(), same), warnings.end());
  return arena.copy_span(warnings.data(), ssize(warnings.size()));
}

}  // namespace

ParseResult parse(ast::Interner& names, std::string_view source, const ParseOptions& options) {
  ParseResult result;
  LoadedSource source_text;
  auto newline = options.mode == ParseMode::File ? FinalNewline::Add : FinalNewline::Keep;
  if (!load_source(names.arena(), source, options, newline, &source_text, &result.error)) return result;
  std::string_view text = source_text.text;
  std::vector<SyntaxWarningInfo> warnings;
  bool fast = source_text.valid_utf8 && !(options.flags & kParseCarefully);
  fast &= options.mode == ParseMode::File || options.mode == ParseMode::Eval;
  if (fast && options.feature_version >= 13) result.module = parse_fast(names, text, options, warnings);
  if (TY_UNLIKELY(!result.module)) {
    warnings.clear();
    parse_carefully(names, source_text, options, &result, &warnings);
  }
  if (TY_UNLIKELY(!warnings.empty())) result.warnings = collect_warnings(names.arena(), warnings);
  return result;
}

}  // namespace ty::syntax
