// syntax/parser.h: the fast parser.
//
// What        Recursive descent over an array of all tokens, with precedence climbing for operators. Every function
//             returns the node, or null for anything it does not accept: no messages, no recovery. parse() then
//             hands the source to CarefulParser (careful_parser.h), which finds CPython's message and position.
// Invariants  A function that returns null may leave mark_ anywhere; whoever wants to try something else restores it.
//             Nesting is bounded by kMaxDepth.
// Threads     one thread at a time.
// Files       parser_stmt.cpp · parser_function.cpp · parser_expr.cpp · parser_pattern.cpp
// See         docs/syntax.md · CPython Grammar/python.gram
#pragma once

#include <vector>

#include "syntax/literals.h"
#include "syntax/token.h"

namespace ty::syntax {

class Parser {
 public:
  Parser(ast::Interner& names, LiteralContext& literals, const Token* tokens, uint32_t flags)
      : names_(names), arena_(names.arena()), literals_(literals), tokens_(tokens), flags_(flags) {}

  ast::Module* file();
  ast::Expression* eval();
  /// Lowest address the native stack may reach.
  void set_stack_limit(const char* limit) { stack_limit_ = limit; }

  /// Whether an expression or a target may begin with the token.
  static bool starts_expression(Tok kind);

 private:
  static constexpr int kMaxDepth = 1000;

  /// Items collected on a shared stack until their number is known.
  template <class T>
  class Items {
   public:
    explicit Items(Parser& parser) : stack_(parser.stack_), arena_(parser.arena_), base_(stack_.size()) {}
    ~Items() { stack_.resize(base_); }
    Items(const Items&) = delete;
    Items& operator=(const Items&) = delete;
    void push(T item) { stack_.push_back(const_cast<void*>(static_cast<const void*>(item))); }
    ssize size() const { return ssize(stack_.size() - base_); }
    Span<T> take() {
      Span<T> out = arena_.make_span<T>(size());
      for (ssize i = 0; i < out.size; i++) out.items[i] = static_cast<T>(stack_[base_ + size_t(i)]);
      return out;
    }

   private:
    std::vector<void*>& stack_;
    Arena& arena_;
    size_t base_;
  };

  /// A second list that grows while an Items does: eight items in place, more on the heap.
  template <class T>
  class Few {
   public:
    void push(T item) {
      if (size_ < kInline) {
        inline_[size_] = item;
      } else {
        if (size_ == kInline) more_.assign(inline_, inline_ + kInline);
        more_.push_back(item);
      }
      size_++;
    }
    ssize size() const { return size_; }
    Span<T> take(Arena& arena) const {
      return arena.copy_span(size_ <= kInline ? inline_ : more_.data(), size_);
    }

   private:
    static constexpr ssize kInline = 8;
    ssize size_ = 0;
    T inline_[kInline];
    std::vector<T> more_;
  };

  struct Depth {
    explicit Depth(Parser& parser) : parser_(parser) { parser_.depth_++; }
    ~Depth() { parser_.depth_--; }
    bool too_deep() const {
      return parser_.depth_ > kMaxDepth || static_cast<const char*>(__builtin_frame_address(0)) < parser_.stack_limit_;
    }
    Parser& parser_;
  };

  Tok peek() const { return tokens_[mark_].kind; }
  Tok peek2() const { return tokens_[mark_ + 1].kind; }
  bool accept(Tok kind) {
    if (tokens_[mark_].kind != kind) return false;
    mark_++;
    return true;
  }
  /// The NAME here, consumed; null if the token is something else.
  const ast::Identifier* accept_name() { return peek() == Tok::Name ? tokens_[mark_++].name : nullptr; }
  bool at_soft_keyword(const ast::Identifier* word) const {
    return peek() == Tok::Name && tokens_[mark_].name == word;
  }
  const Token& last_token() const;

  /// A node from token `start` to the last token consumed.
  template <class T>
  T* node(int start) {
    T* made = arena_.make<T>();
    const Token& first = tokens_[start];
    const Token& last = tokens_[mark_ - 1];
    made->loc = {first.lineno, first.col_offset, last.end_lineno, last.end_col_offset};
    return made;
  }
  /// The same for what may end with a block.
  template <class T>
  T* block_node(int start) {
    T* made = arena_.make<T>();
    const Token& first = tokens_[start];
    const Token& last = last_token();
    made->loc = {first.lineno, first.col_offset, last.end_lineno, last.end_col_offset};
    return made;
  }
  ast::Location location(int start) const {
    const Token& first = tokens_[start];
    const Token& last = tokens_[mark_ - 1];
    return {first.lineno, first.col_offset, last.end_lineno, last.end_col_offset};
  }

  // Statements.
  bool statements(Span<ast::Stmt*>* out, Tok end);
  bool statement(Items<ast::Stmt*>& out);
  bool simple_statements(Items<ast::Stmt*>& out);
  ast::Stmt* simple_statement();
  ast::Stmt* expression_statement();
  ast::Stmt* assignment(int start, ast::Expr* first);
  ast::Stmt* annotated_assignment(int start, ast::Expr* target);
  ast::Stmt* type_alias();
  ast::Stmt* return_statement();
  ast::Stmt* raise_statement();
  ast::Stmt* assert_statement();
  ast::Stmt* delete_statement();
  ast::Stmt* import_statement();
  ast::Stmt* import_from_statement();
  const ast::Identifier* dotted_name();
  bool alias(Items<ast::Alias*>& out, const ast::Identifier* name, int start);
  template <class T>
  ast::Stmt* scope_statement();
  bool block(Span<ast::Stmt*>* out);
  bool optional_else(Span<ast::Stmt*>* out);
  ast::Stmt* if_statement();
  ast::Stmt* while_statement();
  template <class T>
  ast::Stmt* for_statement(int start);
  template <class T>
  ast::Stmt* with_statement(int start);
  bool with_items(Items<ast::WithItem*>& out, Tok end);
  ast::WithItem* with_item();
  ast::Stmt* try_statement();
  ast::ExceptHandler* except_clause(bool star);
  ast::Stmt* async_statement();
  ast::Stmt* decorated();
  ast::Stmt* class_definition(int start, Span<ast::Expr*> decorators);
  template <class T>
  ast::Stmt* function_definition(int start, Span<ast::Expr*> decorators);
  const ast::Identifier* type_comment();
  const ast::Identifier* function_type_comment();
  bool type_parameters(Span<ast::TypeParam*>* out);
  ast::TypeParam* type_parameter();

  // Parameters.
  enum class ParameterStyle : uint8_t { Def, Lambda };
  ast::Arguments* parameters(ParameterStyle style);
  ast::Arg* parameter(ParameterStyle style, bool star_annotation);
  bool parameter_end(ParameterStyle style, ast::Arg* arg, bool* more);
  bool positional_parameters(ParameterStyle style, ast::Arguments* out, bool* more);
  bool star_parameters(ParameterStyle style, ast::Arguments* out, bool* more);

  // Expressions.
  ast::Expr* star_expressions();
  ast::Expr* star_expression();
  ast::Expr* star_named_expression();
  ast::Expr* named_expression();
  ast::Expr* annotated_rhs();
  ast::Expr* yield_expression();
  ast::Expr* expression();
  ast::Expr* expression_slow();
  ast::Expr* lambda();
  ast::Expr* disjunction();
  ast::Expr* conjunction();
  ast::Expr* inversion();
  ast::Expr* comparison();
  bool comparison_operator(ast::CmpOperator* op);
  ast::Expr* bitwise_or() { return binary(1); }
  ast::Expr* binary(int minimum);
  ast::Expr* factor();
  ast::Expr* power();
  ast::Expr* primary();
  ast::Expr* trailers(int start, ast::Expr* value);
  ast::Expr* atom();
  ast::Expr* parenthesized();
  ast::Expr* list_display();
  ast::Expr* brace_display();
  ast::Expr* dict_rest(int start, ast::Expr* key, ast::Expr* value);
  ast::Expr* subscript_index();
  ast::Expr* slice();
  bool call_arguments(int open, Span<ast::Expr*>* args, Span<ast::Keyword*>* keywords);
  bool comprehension_clauses(Span<ast::Comprehension*>* out);
  ast::Expr* strings();
  ast::Expr* fstring();
  ast::Expr* replacement_field();
  ast::Expr* star_targets(Tok end);
  ast::Expr* star_target();
  static bool set_context(ast::Expr* e, ast::ExprContext context);

  // Patterns.
  ast::Stmt* match_statement();
  ast::Expr* match_subject();
  ast::MatchCase* case_block();
  ast::Pattern* patterns();
  ast::Pattern* pattern();
  ast::Pattern* or_pattern();
  ast::Pattern* closed_pattern();
  ast::Pattern* maybe_star_pattern();
  ast::Pattern* sequence_pattern(Tok close);
  ast::Pattern* mapping_pattern();
  ast::Pattern* class_pattern(int start, ast::Expr* cls);
  ast::Expr* literal_number();
  ast::Expr* literal_key();
  ast::Expr* name_or_attribute();

  ast::Interner& names_;
  Arena& arena_;
  LiteralContext& literals_;
  const Token* tokens_;
  uint32_t flags_;
  int mark_ = 0;
  int depth_ = 0;
  const char* stack_limit_ = nullptr;
  std::vector<void*> stack_;
  const ast::Identifier* kMatch = names_.intern("match");
  const ast::Identifier* kCase = names_.intern("case");
  const ast::Identifier* kType = names_.intern("type");
  const ast::Identifier* kUnderscore = names_.intern("_");
};

}  // namespace ty::syntax
