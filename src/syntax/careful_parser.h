// syntax/careful_parser.h: the parser that explains errors.
//
// What        A packrat parser that follows CPython's grammar rule by rule, alternative by alternative. It runs only when
//             the fast parser refused the source: a first pass as CPython's, then a second one with the rules for
//             invalid input, so that message and position come out the same.
// Invariants  Both passes read tokens lazily and in CPython's order. Rule calls nest at most kMaxLevel deep.
// Threads     one thread at a time.
// Files       careful_parser.cpp · careful_stmt.cpp · careful_function.cpp · careful_expr.cpp · careful_pattern.cpp
// See         docs/syntax.md · CPython Grammar/python.gram, Parser/pegen_errors.c
#pragma once

#include "syntax/parse.h"
#include "syntax/tokenizer.h"

namespace ty::syntax {

/// Parses `text` again. The result is a tree if the source is valid after all.
void parse_carefully(ast::Interner& names, std::string_view text, const ParseOptions& options,
                     ParseResult* result, std::vector<SyntaxWarningInfo>* warnings);

}  // namespace ty::syntax
