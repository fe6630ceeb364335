// syntax/unparse.cpp: expressions as text.
#include "syntax/unparse.h"

#include <string>

#include "syntax/ast_dump.h"

namespace ty::ast {

namespace {

/// How tightly the surroundings bind; looser expressions get parentheses.
enum Precedence {
  kTuple, kTest, kOr, kAnd, kNot, kCompare, kBitOr, kBitXor, kBitAnd, kShift, kArithmetic, kTerm, kFactor,
  kPower, kAwait, kAtom,
};

struct BinarySpelling {
  const char* text;
  int precedence;
};

constexpr BinarySpelling kBinary[] = {
    {" + ", kArithmetic}, {" - ", kArithmetic}, {" * ", kTerm},   {" @ ", kTerm},    {" / ", kTerm},
    {" % ", kTerm},       {" ** ", kPower},     {" << ", kShift}, {" >> ", kShift},  {" | ", kBitOr},
    {" ^ ", kBitXor},     {" & ", kBitAnd},     {" // ", kTerm},
};
constexpr const char* kUnary[] = {"~", "not ", "+", "-"};
constexpr const char* kComparison[] = {" == ", " != ", " < ",      " <= ", " > ",
                                       " >= ", " is ", " is not ", " in ", " not in "};

class Unparser {
 public:
  Unparser(Arena& arena, ObjectRepr object_repr, void* context)
      : arena_(arena), object_repr_(object_repr), context_(context) {}

  std::string out;
  bool failed = false;

  void expression(const Expr* e, int level) {
    switch (e->kind()) {
      case ExprKind::BoolOp: {
        auto* op = as<BoolOp>(e);
        int own = op->op == BoolOperator::And ? kAnd : kOr;
        Parentheses p(*this, level > own);
        for (ssize i = 0; i < op->values.size; i++) {
          if (i) out += own == kAnd ? " and " : " or ";
          expression(op->values[i], own + 1);
        }
        return;
      }
      case ExprKind::BinOp: {
        auto* op = as<BinOp>(e);
        const BinarySpelling& spelling = kBinary[int(op->op)];
        int own = spelling.precedence;
        bool right_associative = op->op == Operator::Pow;
        Parentheses p(*this, level > own);
        expression(op->left, own + right_associative);
        out += spelling.text;
        expression(op->right, own + !right_associative);
        return;
      }
      case ExprKind::UnaryOp: {
        auto* op = as<UnaryOp>(e);
        int own = op->op == UnaryOperator::Not ? kNot : kFactor;
        Parentheses p(*this, level > own);
        out += kUnary[int(op->op)];
        expression(op->operand, own);
        return;
      }
      case ExprKind::Lambda: {
        auto* lambda = as<Lambda>(e);
        Parentheses p(*this, level > kTest);
        out += lambda->args->args.size + lambda->args->posonlyargs.size ? "lambda " : "lambda";
        parameters(lambda->args);
        out += ": ";
        expression(lambda->body, kTest);
        return;
      }
      case ExprKind::IfExp: {
        auto* choice = as<IfExp>(e);
        Parentheses p(*this, level > kTest);
        expression(choice->body, kTest + 1);
        out += " if ";
        expression(choice->test, kTest + 1);
        out += " else ";
        expression(choice->orelse, kTest);
        return;
      }
      case ExprKind::Dict: return dict(as<Dict>(e));
      case ExprKind::Set: return list('{', as<Set>(e)->elts, '}');
      case ExprKind::List: return list('[', as<List>(e)->elts, ']');
      case ExprKind::Tuple: {
        auto& elts = as<Tuple>(e)->elts;
        Parentheses p(*this, level > kTuple || elts.empty());
        items(elts);
        if (elts.size == 1) out += ',';
        return;
      }
      case ExprKind::GeneratorExp:
        return comprehension('(', as<GeneratorExp>(e)->elt, nullptr, as<GeneratorExp>(e)->generators, ')');
      case ExprKind::ListComp:
        return comprehension('[', as<ListComp>(e)->elt, nullptr, as<ListComp>(e)->generators, ']');
      case ExprKind::SetComp:
        return comprehension('{', as<SetComp>(e)->elt, nullptr, as<SetComp>(e)->generators, '}');
      case ExprKind::DictComp:
        return comprehension('{', as<DictComp>(e)->key, as<DictComp>(e)->value, as<DictComp>(e)->generators, '}');
      case ExprKind::Yield: {
        out += "(yield";
        if (const Expr* value = as<Yield>(e)->value) {
          out += ' ';
          expression(value, kTest);
        }
        out += ')';
        return;
      }
      case ExprKind::YieldFrom:
        out += "(yield from ";
        expression(as<YieldFrom>(e)->value, kTest);
        out += ')';
        return;
      case ExprKind::Await: {
        Parentheses p(*this, level > kAwait);
        out += "await ";
        expression(as<Await>(e)->value, kAtom);
        return;
      }
      case ExprKind::Compare: {
        auto* compare = as<Compare>(e);
        Parentheses p(*this, level > kCompare);
        expression(compare->left, kCompare + 1);
        for (ssize i = 0; i < compare->ops.size; i++) {
          out += kComparison[int(compare->ops[i])];
          expression(compare->comparators[i], kCompare + 1);
        }
        return;
      }
      case ExprKind::Call: return call(as<Call>(e));
      case ExprKind::Constant: return constant(as<Constant>(e));
      case ExprKind::JoinedStr: {
        std::string body = fstring_body(as<JoinedStr>(e)->values);
        out += 'f';
        append_str_repr(out, body);
        return;
      }
      case ExprKind::FormattedValue: return formatted_value(as<FormattedValue>(e));
      case ExprKind::Attribute: {
        auto* attribute = as<Attribute>(e);
        expression(attribute->value, kAtom);
        out += is_integer(attribute->value) ? " ." : ".";
        out += attribute->attr->view();
        return;
      }
      case ExprKind::Subscript:
        expression(as<Subscript>(e)->value, kAtom);
        out += '[';
        expression(as<Subscript>(e)->slice, kTuple);
        out += ']';
        return;
      case ExprKind::Starred:
        out += '*';
        expression(as<Starred>(e)->value, kBitOr);
        return;
      case ExprKind::Slice: {
        auto* slice = as<Slice>(e);
        if (slice->lower) expression(slice->lower, kTest);
        out += ':';
        if (slice->upper) expression(slice->upper, kTest);
        if (slice->step) {
          out += ':';
          expression(slice->step, kTest);
        }
        return;
      }
      case ExprKind::Name: out += as<Name>(e)->id->view(); return;
      case ExprKind::NamedExpr: {
        Parentheses p(*this, level > kTuple);
        expression(as<NamedExpr>(e)->target, kAtom);
        out += " := ";
        expression(as<NamedExpr>(e)->value, kAtom);
        return;
      }
    }
  }

 private:
  struct Parentheses {
    Parentheses(Unparser& unparser, bool wanted) : unparser_(unparser), wanted_(wanted) {
      if (wanted_) unparser_.out += '(';
    }
    ~Parentheses() {
      if (wanted_) unparser_.out += ')';
    }
    Unparser& unparser_;
    bool wanted_;
  };

  static bool is_integer(const Expr* e) {
    if (!is<Constant>(e)) return false;
    ConstantKind kind = as<Constant>(e)->value.kind;
    return kind == ConstantKind::Int || kind == ConstantKind::BigInt;
  }

  void dict(const Dict* dict) {
    out += '{';
    for (ssize i = 0; i < dict->values.size; i++) {
      if (i) out += ", ";
      if (dict->keys[i]) {
        expression(dict->keys[i], kTest);
        out += ": ";
        expression(dict->values[i], kTest);
      } else {
        out += "**";
        expression(dict->values[i], kBitOr);
      }
    }
    out += '}';
  }

  void items(Span<Expr*> elts) {
    for (ssize i = 0; i < elts.size; i++) {
      if (i) out += ", ";
      expression(elts[i], kTest);
    }
  }

  void list(char open, Span<Expr*> elts, char close) {
    out += open;
    items(elts);
    out += close;
  }

  void comprehension(char open, const Expr* element, const Expr* value, Span<Comprehension*> generators,
                     char close) {
    out += open;
    expression(element, kTest);
    if (value) {
      out += ": ";
      expression(value, kTest);
    }
    for (const Comprehension* clause : generators) {
      out += clause->is_async ? " async for " : " for ";
      expression(clause->target, kTuple);
      out += " in ";
      expression(clause->iter, kTest + 1);
      for (const Expr* test : clause->ifs) {
        out += " if ";
        expression(test, kTest + 1);
      }
    }
    out += close;
  }

  void parameter(const Arg* arg) {
    out += arg->arg->view();
    if (arg->annotation) {
      out += ": ";
      expression(arg->annotation, kTest);
    }
  }

  void parameters(const Arguments* args) {
    bool first = true;
    auto separate = [&] {
      if (!first) out += ", ";
      first = false;
    };
    ssize positional_only = args->posonlyargs.size;
    ssize count = positional_only + args->args.size;
    for (ssize i = 0; i < count; i++) {
      separate();
      parameter(i < positional_only ? args->posonlyargs[i] : args->args[i - positional_only]);
      ssize at = i - count + args->defaults.size;
      if (at >= 0) {
        out += '=';
        expression(args->defaults[at], kTest);
      }
      if (positional_only && i + 1 == positional_only) out += ", /";
    }
    if (args->vararg || args->kwonlyargs.size) {
      separate();
      out += '*';
      if (args->vararg) parameter(args->vararg);
    }
    for (ssize i = 0; i < args->kwonlyargs.size; i++) {
      separate();
      parameter(args->kwonlyargs[i]);
      ssize at = i - args->kwonlyargs.size + args->kw_defaults.size;
      if (at >= 0 && args->kw_defaults[at]) {
        out += '=';
        expression(args->kw_defaults[at], kTest);
      }
    }
    if (args->kwarg) {
      separate();
      out += "**";
      parameter(args->kwarg);
    }
  }

  void call(const Call* call) {
    expression(call->func, kAtom);
    if (call->args.size == 1 && call->keywords.empty() && is<GeneratorExp>(call->args[0])) {
      return expression(call->args[0], kAtom);
    }
    out += '(';
    items(call->args);
    for (ssize i = 0; i < call->keywords.size; i++) {
      if (i || call->args.size) out += ", ";
      const Keyword* keyword = call->keywords[i];
      if (keyword->arg) {
        out += keyword->arg->view();
        out += '=';
      } else {
        out += "**";
      }
      expression(keyword->value, kTest);
    }
    out += ')';
  }

  void constant(const Constant* e) {
    const ConstantValue& value = e->value;
    if (value.kind == ConstantKind::Ellipsis) {
      out += "...";
      return;
    }
    if (e->kind) out += e->kind->view();
    if (value.kind == ConstantKind::Object) {
      std::string_view text;
      if (!object_repr_ || !object_repr_(context_, arena_, value.object, &text)) {
        failed = true;
        return;
      }
      out += text;
      return;
    }
    size_t before = out.size();
    append_constant_repr(out, value);
    if (value.kind == ConstantKind::Float || value.kind == ConstantKind::Complex) {
      size_t at = out.find("inf", before);
      if (at != out.npos) out.replace(at, 3, "1e309");  // which evaluates to it
    }
  }

  /// The inside of an f-string, before it is quoted.
  std::string fstring_body(Span<Expr*> values) {
    std::string saved = std::move(out);
    out.clear();
    for (const Expr* e : values) fstring_element(e);
    std::swap(saved, out);
    return saved;
  }

  void fstring_element(const Expr* e) {
    switch (e->kind()) {
      case ExprKind::Constant:
        for (char c : as<Constant>(e)->value.view()) {
          if (c == '{' || c == '}') out += c;
          out += c;
        }
        return;
      case ExprKind::FormattedValue: return formatted_value(as<FormattedValue>(e));
      default: return expression(e, kTest);
    }
  }

  void formatted_value(const FormattedValue* e) {
    std::string saved = std::move(out);
    out.clear();
    expression(e->value, kTest + 1);
    std::swap(saved, out);
    out += saved.starts_with('{') ? "{ " : "{";
    out += saved;
    if (e->conversion > 0) {
      out += '!';
      out += char(e->conversion);
    }
    if (e->format_spec) {
      out += ':';
      if (is<JoinedStr>(e->format_spec)) {
        out += fstring_body(as<JoinedStr>(e->format_spec)->values);
      } else {
        fstring_element(e->format_spec);
      }
    }
    out += '}';
  }

  Arena& arena_;
  ObjectRepr object_repr_;
  void* context_;
};

}  // namespace

std::string_view unparse(Arena& arena, const Expr* e, ObjectRepr object_repr, void* context) {
  Unparser unparser(arena, object_repr, context);
  unparser.expression(e, kTest);
  if (unparser.failed) return {};
  return arena.copy_text(unparser.out);
}

}  // namespace ty::ast
