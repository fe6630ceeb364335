// compile/diagnostics.h: errors and warnings of one compilation. Errors are sticky: the first is kept, whoever goes on works on garbage that
// nobody will see. No Python objects.
#pragma once

#include <string>
#include <vector>

#include "syntax/ast.h"

namespace ty::compile {

enum class ErrorKind : uint8_t { kNone, kSyntaxError, kRecursionError, kRuntimeError, kSystemError, kValueError, kTypeError, kOverflowError };

struct Warning {
  std::string message;
  ast::Location location;
};

/// What one compilation has to complain about.
class Diagnostics {
 public:
  ErrorKind kind = ErrorKind::kNone;
  std::string message;
  ast::Location location;       // lineno 0: none
  std::vector<Warning> warnings;

  bool failed() const { return kind != ErrorKind::kNone; }
  void error(const ast::Location& where, std::string text, ErrorKind error_kind = ErrorKind::kSyntaxError) {
    if (failed()) return;
    kind = error_kind;
    message = std::move(text);
    location = where;
  }
  void warn(const ast::Location& where, std::string text) {
    if (failed()) return;
    for (const Warning& w : warnings) {  // the body of a `finally` is compiled twice
      if (w.location.lineno == where.lineno && w.location.col_offset == where.col_offset && w.message == text) return;
    }
    warnings.push_back({std::move(text), where});
  }
  /// Deepest nesting of nodes: CPython's where the end of the native stack is known, else what any stack can take.
  static constexpr int kMaxDepth = 9900;
  static constexpr int kMaxDepthUnguarded = 3000;
  int depth = 0;
  const char* stack_limit = nullptr;  // lowest address the native stack may reach; null: unknown
  bool too_deep() const {
    if (!stack_limit) return depth > kMaxDepthUnguarded;
    return depth > kMaxDepth || static_cast<const char*>(__builtin_frame_address(0)) < stack_limit;
  }
};

}  // namespace ty::compile
