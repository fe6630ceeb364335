// compile/compiler.h: the compiler of syntax trees: one Function per code object being made, on a stack.
//
// expr_into(e, dst)   evaluates e, whose last instruction writes dst, and leaves the temporaries as they were. dst is a local, a live
//                     temporary, or the first free register (then the caller pushes it). A local is written by that last instruction only.
// operand(e, …)       evaluates e to be read soon: a local is used in place, unless one of the expressions evaluated after it may rebind it.
// Files   compile_name (names) · compile_expr · compile_call · compile_comprehension · compile_stmt · compile_try · compile_match ·
//         compile_class_function
// Threads one.
// See     docs/bytecode.md, CPython Python/compile.c
#pragma once

#include <initializer_list>

#include "compile/compile_tree.h"
#include "compile/emitter.h"
#include "compile/fold.h"
#include "compile/symtable.h"

namespace ty::compile {

using namespace ast;

enum class BlockKind : uint8_t {
  kWhile, kFor, kTryExcept, kFinallyTry, kFinallyEnd, kWith, kAsyncWith, kHandler, kGroupHandler, kValue, kStopIteration,
};

/// What `return`, `break` and `continue` have to unwind.
struct Block {
  BlockKind kind;
  Label start, exit;                      // loops
  int reg = 0;                            // the register the block keeps alive: iterator, exception, exit method, value
  int outer_region = -1;
  const Identifier* name = nullptr;       // `except … as name`
  const Span<Stmt*>* final_body = nullptr;
  Location loc;
};

enum class UnitKind : uint8_t { kModule, kClass, kFunction, kAsyncFunction, kLambda, kComprehension, kTypeParameters };

/// Where a name lives.
enum class Place : uint8_t { kRegister, kCell, kFree, kGlobal, kName, kClassThenFree, kClassDictThenFree, kClassDictThenGlobal };
struct NameRef {
  Place place;
  int index = 0;               // register, or index of the free variable
  const Identifier* name = nullptr;
};

/// One code object being compiled.
struct Function {
  Function(CodeUnit* out, Scope* scope, UnitKind kind, Function* parent, int local_count)
      : out(out), e(local_count), scope(scope), current_scope(scope), kind(kind), parent(parent) {}
  CodeUnit* out;
  Emitter e;
  Scope* scope;
  Scope* current_scope;        // the innermost inlined comprehension, or `scope`
  UnitKind kind;
  Function* parent;
  const Identifier* private_name = nullptr;
  std::string qualname;
  std::vector<Block> blocks;
  std::unordered_map<const Scope*, std::unordered_map<const Identifier*, int>> registers;
  std::unordered_map<const Identifier*, int> free_index;
  std::vector<const Identifier*> static_attributes;
  Label stop_iteration;
  int parameters = 0;
};

class Compiler {
 public:
  Compiler(Interner& names, ConstPool& pool, Diagnostics& diagnostics, const TreeOptions& options);
  CodeUnit* module(Mod* tree);

 private:
  friend class PatternCompiler;
  // --- names: compile_name.cpp ---
  const Identifier* mangled(const Identifier* name);
  NameRef resolve(const Identifier* name);
  bool forbidden(const Identifier* name, ExprContext context, const Location& where);
  void load_name(const Identifier* name, int dst);
  void store_name(const Identifier* name, Operand value);
  void delete_name(const Identifier* name);
  void check_bound(const NameRef& ref) { e().emit(Op::kCheckBound, ref.index, name_index(ref.name)); }
  int name_index(const Identifier* name);
  /// Loads the cell itself, for a closure.
  void load_cell_object(const Identifier* name, int dst);
  bool may_rebind(Node* node, const Identifier* name);

  // --- expressions: compile_expr.cpp ---
  void expr_into(Expr* expr, int dst);
  void expr_into_inner(Expr* expr, int dst);
  int push_expr(Expr* expr);
  Operand operand(Expr* expr, std::initializer_list<Node*> later = {});
  void discard(Expr* expr);
  void jump_if(Expr* expr, Label target, bool when);
  void jump_if_compare(Compare* c, Label target, bool when);
  void move(int dst, Operand value);
  void emit1(Op op, int dst, Operand value, int c = 0);
  void emit2(Op op, int dst, Operand left, Operand right);
  void binary(Operator op, bool inplace, int dst, Operand left, Expr* right);
  void bool_op(BoolOp* b, int dst);
  void compare(Compare* c, int dst);
  void compare_one(CmpOperator op, int dst, Operand left, Operand right);
  void unary(UnaryOp* u, int dst);
  void if_exp(IfExp* x, int dst);
  void named_expr(NamedExpr* n, int dst);
  void tuple_or_list(const Span<Expr*>& elements, bool is_tuple, int dst);
  void set_display(Set* s, int dst);
  void dict_display(Dict* d, int dst);
  void joined_str(JoinedStr* j, int dst);
  void formatted_value(FormattedValue* f, int dst);
  void subscript(Subscript* s, int dst);
  void slice(Slice* s, int dst);
  void attribute(Attribute* a, int dst);
  void yield_into(Yield* y, int dst);
  void yield_from_into(YieldFrom* y, int dst);
  void await_into(Await* a, int dst);
  /// The Send loop on the iterator in R[d] (the last temporary); its result replaces it.
  void send_loop(int d);
  void emit_await(int d, int kind);
  void lambda(Lambda* l, int dst);
  void check_compare(Compare* c);
  void check_caller(Expr* function);
  void check_subscripter(Expr* value);
  void check_index(Expr* value, Expr* index);

  // --- calls: compile_call.cpp ---
  void call(Call* c, int dst);
  /// Arguments after the callable in R[window]; emits the call and closes the window.
  void call_arguments(int window, int already, const Span<Expr*>& args, const Span<Keyword*>& keywords, int dst, bool method, Expr* extra_positional);
  void call_spread(int window, int already, const Span<Expr*>& args, const Span<Keyword*>& keywords, int dst, Expr* extra_positional);
  void check_keywords(const Span<Keyword*>& keywords);
  bool is_super_call(Expr* value, Attribute* attribute);
  void super_operands(Call* super_call);
  Location method_location(Attribute* a, const Location& whole);

  // --- comprehensions: compile_comprehension.cpp ---
  void comprehension(Expr* expr, int dst);
  void comprehension_function(Expr* expr, Scope* scope, int dst);
  void comprehension_clauses(const Span<Comprehension*>& clauses, ssize index, int accumulator, Expr* element, Expr* value,
                             ComprehensionKind kind, int first_iterator);
  void async_next(int iterator);

  // --- statements: compile_stmt.cpp ---
  void body(const Span<Stmt*>& list);
  void stmt(Stmt* s);
  void stmt_inner(Stmt* s);
  void assign(Assign* a);
  bool assign_pairwise(Expr* target, Expr* value);
  void store(Expr* target, Operand value);
  void unpack(const Span<Expr*>& targets, Operand value, const Location& where);
  void aug_assign(AugAssign* a);
  void ann_assign(AnnAssign* a);
  void check_annotation(Expr* annotation);
  void annotation_expr(Expr* annotation, int dst);
  void delete_target(Expr* target);
  void if_stmt(If* s);
  void while_stmt(While* s);
  void for_stmt(For* s);
  void async_for_stmt(AsyncFor* s);
  void return_stmt(Return* s);
  void break_stmt(const Location& where);
  void continue_stmt(const Location& where);
  void import(Import* s);
  void import_from(ImportFrom* s);
  void assert_stmt(Assert* s);
  void import_name(const Identifier* module, int level, const Const* from_list, int dst);

  // --- exceptions and with: compile_try.cpp ---
  void push_block(Block block);
  void pop_block() { f().blocks.pop_back(); }
  /// Emits what leaving the innermost block takes.
  void unwind_block(const Block& block, int value);
  /// Unwinds blocks from the innermost outwards, up to a loop if `to_loop`; the index of that loop, or -1. `value`: a temporary to be kept.
  int unwind_blocks(bool to_loop, int value = -1);
  bool unwinding_is_trivial(bool to_loop);
  void try_stmt(const Span<Stmt*>& body, const Span<ExceptHandler*>& handlers, const Span<Stmt*>& orelse, const Span<Stmt*>& final_body,
                bool star);
  void try_except(const Span<Stmt*>& body, const Span<ExceptHandler*>& handlers, const Span<Stmt*>& orelse);
  void try_star(const Span<Stmt*>& body, const Span<ExceptHandler*>& handlers, const Span<Stmt*>& orelse);
  void with_stmt(const Span<WithItem*>& items, ssize index, const Span<Stmt*>& body, bool is_async, const Location& where);
  void call_exit_with_none(int exit_register, bool is_async);

  // --- match: compile_match.cpp ---
  void match_stmt(Match* s);

  // --- functions and classes: compile_class_function.cpp ---
  Function* enter(const Identifier* name, UnitKind kind, Scope* scope, int first_line);
  CodeUnit* leave();
  void begin_function_body();
  void end_function_body();
  void make_closure(CodeUnit* unit, int dst);
  template <class F>
  void function_def(F* s, bool is_async);
  template <class F>
  CodeUnit* function_body(F* s, bool is_async, int first_line);
  void function_defaults(Arguments* a, int function);
  void function_annotations(Arguments* a, Expr* returns, int function);
  void type_params(const Span<TypeParam*>& list, int dst);
  void evaluator(Expr* e, const Identifier* name, const void* key, bool allow_starred, int dst);
  void class_def(ClassDef* s);
  CodeUnit* class_body(ClassDef* s, int first_line);
  void type_alias(TypeAlias* s);
  CodeUnit* type_alias_body(TypeAlias* s);
  int begin_decorators(const Span<Expr*>& list);
  void apply_decorators(const Span<Expr*>& list);
  void check_debug_arguments(Arguments* a);
  void allocate_registers(Function& fn);
  void set_qualname(Function& fn, const Identifier* name);

  Function& f() { return *function_; }
  Emitter& e() { return function_->e; }
  void at(const LocatedNode* node) { e().loc = node->loc; }
  void error(const Location& where, std::string message) { diagnostics_.error(where, std::move(message)); }
  const Const* str_of(const Identifier* name) { return pool_.str(name->view()); }
  const Identifier* id(const char* text) { return names_.intern(text); }
  bool top_level_await() const { return options_.top_level_await; }

  Interner& names_;
  ConstPool& pool_;
  Diagnostics& diagnostics_;
  const TreeOptions& options_;
  SymbolTable symbols_;
  Function* function_ = nullptr;
  std::deque<std::unique_ptr<Function>> functions_;
  std::deque<CodeUnit>& units_;
  int interactive_depth_ = -1;
  const Identifier *id_class_, *id_classdict_, *id_debug_, *id_super_;
};

}  // namespace ty::compile
