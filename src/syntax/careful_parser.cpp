#include "syntax/careful_parser.h"
namespace ty::syntax {
void parse_carefully(ast::Interner& names, std::string_view text, const ParseOptions& options,
                     ParseResult* result, std::vector<SyntaxWarningInfo>* warnings) {
  result->error.message = "invalid syntax";
}
}  // namespace ty::syntax
