// syntax/careful_parser.h: the parser that explains errors.
//
// What        A packrat parser that follows CPython's grammar rule by rule, alternative by alternative. It runs only when
//             the fast parser refused the source (or for interactive input): a first pass as CPython's, then a second one
//             with the rules for invalid input, so that message and position come out the same.
// Invariants  Both passes read tokens lazily and in CPython's order, and remember the results of exactly the rules that
//             CPython remembers: what a rule finds depends on it. A rule that returns null leaves mark_ where it was.
//             After raise() every rule returns null. Rule calls nest at most kMaxRuleDepth deep.
// Threads     one thread at a time.
// Files       careful_parser.cpp (tokens, errors) · careful_stmt.cpp · careful_compound.cpp · careful_parameters.cpp ·
//             careful_expr.cpp · careful_call.cpp · careful_target.cpp · careful_string.cpp · careful_pattern.cpp
// See         docs/syntax.md · CPython Grammar/python.gram, Parser/pegen.c, Parser/pegen_errors.c
#pragma once

#include <deque>
#include <unordered_map>
#include <vector>

#include "syntax/literals.h"
#include "syntax/parse.h"
#include "syntax/source.h"
#include "syntax/tokenizer.h"

namespace ty::syntax {

/// Parses `source` again. The result is a tree if the source is valid after all.
void parse_carefully(ast::Interner& names, const LoadedSource& source, const ParseOptions& options,
                     ParseResult* result, std::vector<SyntaxWarningInfo>* warnings);

class CarefulParser {
 public:
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  static constexpr int kMaxRuleDepth = 1500;  // frames are several times larger
#else
  static constexpr int kMaxRuleDepth = 6000;
#endif

  CarefulParser(ast::Interner& names, const LoadedSource& source, const ParseOptions& options);

  ast::Mod* run();
  const SyntaxErrorInfo& error() const { return error_; }
  std::vector<SyntaxWarningInfo>& warnings() { return warnings_; }

 private:
  using Expr = ast::Expr;
  using Stmt = ast::Stmt;
  using Location = ast::Location;
  template <class T>
  using Seq = std::vector<T>;

  // The remembered rules.
  enum class Rule : uint8_t {
    SimpleStmt, Block, ClosedPattern, StarPattern, TypeParam, Expression, StarExpression, Disjunction,
    Conjunction, Inversion, BitwiseOr, BitwiseXor, BitwiseAnd, Shift, Sum, Term, Factor, AwaitPrimary, Primary,
    Strings, Arguments, InvalidNamedExpression, StarTarget, TargetWithStarAtom, TPrimary, DelTarget,
  };
  struct Remembered {
    void* node;
    int mark;
  };

  struct Nest {
    explicit Nest(CarefulParser& parser) : parser_(parser) {
      bool deep = parser_.depth_++ >= kMaxRuleDepth;
      if (deep || static_cast<const char*>(__builtin_frame_address(0)) < parser_.options_.stack_limit) parser_.overflow();
    }
    ~Nest() { parser_.depth_--; }
    CarefulParser& parser_;
  };

  /// Runs a rule: restores the mark when it fails.
  template <class F>
  auto rule(F body) -> decltype(body()) {
    Nest nest(*this);
    if (failed_) return {};
    int start = mark_;
    auto result = body();
    if (failed_) result = {};
    if (!result) mark_ = start;
    return result;
  }
  /// The same, once per place and pass.
  template <class F>
  auto remember(Rule which, F body) -> decltype(body()) {
    Nest nest(*this);
    if (failed_) return {};
    peek();
    if (failed_) return {};
    int start = mark_;
    uint64_t key = uint64_t(which) << 32 | uint32_t(start);
    auto found = memo_.find(key);
    if (found != memo_.end()) {
      mark_ = found->second.mark;
      return static_cast<decltype(body())>(found->second.node);
    }
    auto result = body();
    if (failed_) result = {};
    if (!result) mark_ = start;
    memo_[key] = {result, mark_};
    return result;
  }
  /// One alternative: restores the mark when it fails.
  template <class F>
  auto attempt(F body) -> decltype(body()) {
    if (failed_) return {};
    int start = mark_;
    auto result = body();
    if (failed_) result = {};
    if (!result) mark_ = start;
    return result;
  }
  /// Whether `body` matches here; consumes nothing.
  template <class F>
  bool ahead(F body) {
    int start = mark_;
    auto result = body();
    mark_ = start;
    return bool(result);
  }
  /// item (',' item)*
  template <class F>
  auto gather(F item) -> Seq<decltype(item())> {
    Nest nest(*this);
    Seq<decltype(item())> out;
    auto first = item();
    if (!first || failed_) return out;
    out.push_back(first);
    for (;;) {
      int before = mark_;
      if (!expect(Tok::Comma)) break;
      auto next = item();
      if (failed_) return {};
      if (!next) {
        mark_ = before;
        break;
      }
      out.push_back(next);
    }
    return out;
  }
  template <class F>
  auto repeat(F item) -> Seq<decltype(item())> {
    Nest nest(*this);
    Seq<decltype(item())> out;
    for (;;) {
      int before = mark_;
      auto next = item();
      if (!next || failed_) {
        mark_ = before;
        return out;
      }
      out.push_back(next);
    }
  }
  template <class T>
  Span<T> span(const Seq<T>& items) {
    return arena_.copy_span(items.data(), ssize(items.size()));
  }

  // Tokens.
  Tok peek() {
    if (mark_ < int(tokens_.size())) return tokens_[size_t(mark_)].kind;
    return fetch();
  }
  Tok fetch();
  bool expect(Tok kind) {
    if (failed_ || peek() != kind) return false;
    mark_++;
    return true;
  }
  bool next_is(Tok kind) { return !failed_ && peek() == kind; }
  const Token* take(Tok kind) { return expect(kind) ? &tokens_[size_t(mark_ - 1)] : nullptr; }
  const Token* expect_forced(Tok kind, const char* spelling);
  ast::Name* name();
  ast::Name* soft_keyword(const char* word);
  bool any_soft_keyword();
  const ast::Identifier* as_name();  // 'as' NAME
  const Token& last_fetched() const { return tokens_.back(); }

  template <class T>
  T* node(int start) {
    T* made = arena_.make<T>();
    made->loc = location(start);
    return made;
  }
  Location location(int start) const;

  // Errors. All return null, to be returned by the rule.
  std::nullptr_t raise(std::string_view message, SyntaxErrorKind kind = SyntaxErrorKind::SyntaxError);
  std::nullptr_t raise_indentation(const char* what, int32_t lineno);
  std::nullptr_t raise_on_next(std::string_view message);
  std::nullptr_t raise_range(const Location& from, const Location& to, std::string_view message);
  std::nullptr_t raise_at(const Location& where, std::string_view message) { return raise_range(where, where, message); }
  std::nullptr_t raise_starting_from(const Location& where, std::string_view message);
  std::nullptr_t raise_invalid_target(ast::ExprContext context, bool for_targets, Expr* e);
  void raise_token(const Token& token, SyntaxErrorKind kind, std::string_view message);
  void raise_known(SyntaxErrorKind kind, int32_t lineno, ssize column, int32_t end_lineno, ssize end_column,
                   std::string_view message);
  void raise_unclosed();
  void raise_literal_error();
  void tokenizer_error();
  void overflow();
  std::string_view error_line(int32_t lineno);
  void check_rest_of_source();
  void settle_error(const Token& last_token);
  bool at_end_of_source() const;
  bool extra_statement() const;
  bool require_version(int minor, const char* what);
  [[gnu::format(printf, 2, 3)]] std::string_view text(const char* format, ...);
  static const char* expression_name(const Expr* e);
  static Expr* invalid_target(Expr* e, bool del_targets, bool for_targets);
  static bool is_legacy_statement(const Expr* e);
  Stmt* dummy() { return arena_.make<ast::Pass>(); }

  template <class T>
  T* literal(T* node) {
    if (!node) raise_literal_error();
    return node;
  }

  // Modules and statements.
  ast::Mod* start_rule();
  ast::Mod* func_type();
  bool statements(Seq<Stmt*>& out);
  bool statement(Seq<Stmt*>& out);
  bool simple_stmts(Seq<Stmt*>& out);
  Stmt* simple_stmt();
  Stmt* compound_stmt();
  Stmt* assignment();
  bool invalid_assignment();
  Expr* invalid_ann_assign_target();
  bool augassign(ast::Operator* op);
  const ast::Identifier* type_comment();
  Stmt* type_alias();
  Stmt* return_stmt();
  Stmt* raise_stmt();
  Stmt* del_stmt();
  Stmt* assert_stmt();
  Stmt* scope_stmt();
  Stmt* import_stmt();
  bool invalid_import();
  Stmt* import_name();
  Stmt* import_from();
  bool import_from_targets(Seq<ast::Alias*>& out);
  ast::Alias* import_from_as_name();
  ast::Alias* dotted_as_name();
  const ast::Identifier* dotted_name();

  // Compound statements.
  Span<Stmt*>* block();
  bool no_indent_after_newline();  // NEWLINE !INDENT
  Stmt* if_stmt();
  Stmt* elif_stmt();
  bool else_block(Span<Stmt*>* out);
  Stmt* while_stmt();
  Stmt* for_stmt();
  Stmt* with_stmt();
  bool invalid_with(bool indent);
  bool with_items(Seq<ast::WithItem*>& out);
  ast::WithItem* with_item();
  Stmt* try_stmt();
  bool invalid_try_stmt();
  ast::ExceptHandler* except_block();
  ast::ExceptHandler* except_star_block();
  bool invalid_except_stmt();
  bool finally_block(Span<Stmt*>* out);
  bool decorators(Seq<Expr*>& out);
  Stmt* class_def();
  Stmt* class_def_raw();
  bool class_head();
  Stmt* function_def();
  Stmt* function_def_raw();
  bool invalid_def_raw();
  const ast::Identifier* func_type_comment();
  bool type_params(Span<ast::TypeParam*>* out);
  ast::TypeParam* type_param();

  // Parameters; `lambda` picks the variant of the rule.
  struct Parameter {
    ast::Arg* arg;
    Expr* default_value;
  };
  struct Parameters {
    Seq<Parameter*> positional_only, positional, keyword_only;
    ast::Arg* vararg = nullptr;
    ast::Arg* kwarg = nullptr;
  };
  enum class Variant : bool { Def, Lambda };
  ast::Arguments* params(Variant v);
  ast::Arguments* make_arguments(const Parameters& parameters);
  bool invalid_parameters(Variant v);
  bool slash_no_default(Variant v, Seq<Parameter*>* out);
  bool slash_with_default(Variant v, Seq<Parameter*>* out);
  bool star_etc(Variant v, Parameters* out);
  bool invalid_star_etc(Variant v);
  ast::Arg* kwds(Variant v);
  bool invalid_kwds(Variant v);
  Parameter* param_no_default(Variant v, bool star_annotation = false);
  Parameter* param_with_default(Variant v);
  Parameter* param_maybe_default(Variant v);
  Parameter* param_tail(Variant v, ast::Arg* arg, Expr* default_value);
  ast::Arg* param(Variant v, bool star_annotation = false);
  Expr* default_value();
  Tok close(Variant v) const { return v == Variant::Def ? Tok::RightParen : Tok::Colon; }

  // Expressions.
  Expr* expressions();
  Expr* expression();
  Expr* expression_without_invalid();
  Expr* conditional();
  bool invalid_expression();
  bool invalid_legacy_expression();
  Expr* yield_expr();
  Expr* annotated_rhs();
  Expr* star_expressions();
  Expr* star_expression();
  Seq<Expr*> star_named_expressions();
  Expr* star_named_expression();
  Expr* assignment_expression();
  Expr* named_expression();
  void* invalid_named_expression();
  Expr* disjunction();
  Expr* conjunction();
  Expr* bool_op(Tok word, ast::BoolOperator op, Expr* (CarefulParser::*operand)());
  Expr* inversion();
  Expr* comparison();
  bool comparison_operator(ast::CmpOperator* op);
  Expr* bitwise_or();
  Expr* bitwise_xor();
  Expr* bitwise_and();
  Expr* shift_expr();
  bool invalid_arithmetic();
  Expr* sum();
  Expr* term();
  bool invalid_factor();
  template <class Match>
  Expr* left_recursive(Rule which, Expr* (CarefulParser::*operand)(), Match match, bool (CarefulParser::*invalid)());
  Expr* factor();
  Expr* power();
  Expr* await_primary();
  Expr* primary();
  enum class TrailerOrder : uint8_t { CallFirst, SubscriptFirst };
  Expr* trailer(int start, Expr* value, TrailerOrder order);
  Expr* attribute_trailer(int start, Expr* value);
  Expr* subscript_trailer(int start, Expr* value);
  Expr* slices();
  Expr* slice();
  Expr* atom();
  Expr* constant(Tok word, ast::ConstantKind kind);
  Expr* number();
  Expr* tuple();
  Expr* group();
  bool invalid_group();
  Expr* genexp();
  Expr* list();
  Expr* listcomp();
  bool invalid_comprehension();
  Expr* dict();
  Expr* set();
  Expr* dictcomp();
  Expr* setcomp();
  struct KeyValue {
    Expr* key;
    Expr* value;
  };
  KeyValue* double_starred_kvpair();
  KeyValue* kvpair();
  bool invalid_double_starred_kvpairs();
  bool invalid_kvpair();
  Seq<ast::Comprehension*> for_if_clauses();
  ast::Comprehension* for_if_clause();
  bool invalid_for_target();
  Expr* lambdef();

  // Calls.
  ast::Call* arguments();
  ast::Call* args();
  bool invalid_arguments();
  Expr* positional_argument();
  struct KeywordOrStarred {
    ast::Keyword* keyword;
    Expr* starred;
  };
  Seq<KeywordOrStarred*> kwargs();
  KeywordOrStarred* kwarg_or_starred();
  KeywordOrStarred* kwarg_or_double_starred();
  KeywordOrStarred* keyword_argument();
  bool invalid_kwarg();
  Expr* starred_expression();
  bool invalid_starred_expression();

  // Targets.
  Expr* star_targets();
  Expr* star_target();
  Expr* target_with_star_atom();
  Expr* star_atom();
  Expr* single_target();
  Expr* single_subscript_attribute_target();
  Expr* attribute_or_subscript(ast::ExprContext context);
  Expr* t_primary();
  bool t_lookahead();
  Expr* del_target();
  Expr* del_t_atom();

  // Strings.
  Expr* strings();
  Expr* fstring();
  Expr* fstring_replacement_field();
  bool invalid_replacement_field();
  bool invalid_conversion_character();
  bool format_spec_parts(Seq<Expr*>& out);

  // Patterns.
  Stmt* match_stmt();
  bool invalid_match_stmt();
  Expr* subject_expr();
  ast::MatchCase* case_block();
  bool invalid_case_block();
  Expr* guard();
  ast::Pattern* patterns();
  ast::Pattern* pattern();
  bool invalid_as_pattern();
  ast::Pattern* or_pattern();
  ast::Pattern* closed_pattern();
  ast::Pattern* literal_pattern();
  Expr* literal_expr();
  Expr* complex_number();
  Expr* signed_number();
  Expr* pattern_capture_target();
  ast::Pattern* value_pattern();
  Expr* attr();
  Expr* name_or_attr();
  ast::Pattern* sequence_pattern();
  bool open_sequence_pattern(Seq<ast::Pattern*>& out);
  bool maybe_sequence_pattern(Seq<ast::Pattern*>& out);
  ast::Pattern* maybe_star_pattern();
  ast::Pattern* star_pattern();
  ast::Pattern* mapping_pattern();
  ast::Pattern* class_pattern();
  bool invalid_class_pattern();
  struct KeyPattern {
    Expr* key;
    ast::Pattern* pattern;
  };
  KeyPattern* key_value_pattern();
  KeyPattern* keyword_pattern();
  Expr* double_star_pattern();

  ast::Interner& names_;
  Arena& arena_;
  std::string_view text_;
  const ParseOptions& options_;
  uint32_t flags_;
  Tokenizer tokenizer_;
  std::deque<Token> tokens_;
  std::vector<ast::TypeIgnore*> type_ignores_;
  std::vector<SyntaxWarningInfo> warnings_;
  LiteralContext literals_;
  std::unordered_map<uint64_t, Remembered> memo_;
  SyntaxErrorInfo error_;
  int mark_ = 0;
  int depth_ = 0;
  bool failed_ = false;
  bool invalid_rules_ = false;
  bool parsing_started_ = false;
};

}  // namespace ty::syntax
