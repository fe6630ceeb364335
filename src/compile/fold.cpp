// compile/fold.cpp: constant folding. CPython: Python/ast_opt.c
#include "compile/fold.h"

#include <cmath>
#include <cstring>

#include "base/utf.h"

namespace ty::compile {

using namespace ast;

const Const* constant_of(ConstPool& pool, Node* node) {
  auto* c = try_as<Constant>(node);
  return c ? pool.of(c->value) : nullptr;
}

namespace {

/// An int constant's digits, whatever its form.
class IntView {
 public:
  explicit IntView(const Const& c) : small_(c.kind == ConstKind::kInt ? c.int_value : 0) {
    view_ = c.kind == ConstKind::kInt ? small_.view() : big::View{c.digits.items, c.digits.size, c.negative};
  }
  IntView(const IntView&) = delete;
  operator big::View() const { return view_; }
  big::View view() const { return view_; }

 private:
  big::Small small_;
  big::View view_;
};

struct ComplexNumber {
  double re, im;
};

ssize count_characters(std::string_view text) {
  ssize n = 0;
  for (char c : text) n += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return n;
}

class Folder {
 public:
  Folder(Interner& names, ConstPool& pool, Diagnostics& diagnostics, const FoldOptions& options)
      : names_(names), pool_(pool), diagnostics_(diagnostics), options_(options), id_debug_(names.intern("__debug__")) {}

  void module(Mod* tree) {
    switch (tree->kind()) {
      case ModKind::Module: return body(as<Module>(tree)->body);
      case ModKind::Interactive: return body(as<Interactive>(tree)->body);
      case ModKind::Expression: return expr(as<Expression>(tree)->body);
      case ModKind::FunctionType: return;
    }
  }

 private:
  void expr(Expr*& e) {
    Node* n = e;
    node(n);
    e = static_cast<Expr*>(n);
  }

  /// A statement list that may begin with a docstring: an expression that only folding made constant is none.
  void body(Span<Stmt*>& list) {
    if (list.empty()) return;
    auto* first = try_as<ExprStmt>(list[0]);
    bool was_constant = first && is<Constant>(first->value);
    for (Stmt*& s : list) {
      Node* n = s;
      node(n);
    }
    if (first && !was_constant) {
      const Const* c = constant_of(pool_, first->value);
      if (c && c->kind == ConstKind::kStr) {
        auto* joined = names_.arena().make<JoinedStr>();
        joined->loc = first->value->loc;
        joined->values = names_.arena().make_span<Expr*>(1);
        joined->values[0] = first->value;
        first->value = joined;
      }
    }
  }

  void node(Node*& n) {
    if (diagnostics_.failed()) return;
    struct Depth {
      Diagnostics& d;
      ~Depth() { --d.depth; }
    } depth{diagnostics_};
    if (++diagnostics_.depth, diagnostics_.too_deep()) {
      return diagnostics_.error({}, "maximum recursion depth exceeded during compilation", ErrorKind::kRecursionError);
    }
    switch (n->node_kind) {
      case NodeKind::Constant: return;
      case NodeKind::Name: {
        auto* name = as<Name>(n);
        if (name->id == id_debug_ && name->ctx == ExprContext::Load) replace(n, pool_.boolean(options_.optimize == 0));
        return;
      }
      case NodeKind::FunctionDef: return function(as<FunctionDef>(n));
      case NodeKind::AsyncFunctionDef: return function(as<AsyncFunctionDef>(n));
      case NodeKind::ClassDef: {
        auto* s = as<ClassDef>(n);
        children(s, true);
        return body(s->body);
      }
      case NodeKind::Arg:
        if (!options_.future_annotations) children(n);
        return;
      case NodeKind::AnnAssign: {
        auto* s = as<AnnAssign>(n);
        expr(s->target);
        if (!options_.future_annotations) expr(s->annotation);
        if (s->value) expr(s->value);
        return;
      }
      default: children(n);
    }
    switch (n->node_kind) {
      case NodeKind::UnaryOp: return unary(n);
      case NodeKind::BinOp: return binary(n);
      case NodeKind::Subscript: return subscript(n);
      case NodeKind::Tuple: return tuple(n);
      case NodeKind::Compare: return compare(as<Compare>(n));
      case NodeKind::For: return iterable(as<For>(n)->iter);
      case NodeKind::Comprehension: return iterable(as<Comprehension>(n)->iter);
      default: return;
    }
  }

  template <class F>
  void function(F* s) {
    Node* args = s->args;
    node(args);
    for (Expr*& e : s->decorator_list) expr(e);
    if (s->returns && !options_.future_annotations) expr(s->returns);
    for (TypeParam* p : s->type_params) children(p);
    body(s->body);
  }

  void children(Node* n, bool skip_body = false) {
    const NodeInfo& info = node_info(n->node_kind);
    for (int i = 0; i < info.field_count; i++) {
      const FieldInfo& field = info.fields[i];
      if (field.kind != FieldKind::Node || (skip_body && !strcmp(field.name, "body"))) continue;
      char* place = reinterpret_cast<char*>(n) + field.offset;
      if (field.quantity <= Quantity::Optional) {
        Node*& child = *reinterpret_cast<Node**>(place);
        if (child) node(child);
      } else {
        for (Node*& child : *reinterpret_cast<Span<Node*>*>(place)) {
          if (child) node(child);
        }
      }
    }
  }

  void replace(Node*& n, const Const* c) {
    if (!c) return;
    auto* made = names_.arena().make<Constant>();
    made->loc = static_cast<LocatedNode*>(n)->loc;
    made->value.kind = ConstantKind::Object;
    made->value.object = const_cast<Const*>(c);
    n = made;
  }

  void tuple(Node*& n) {
    auto* t = as<Tuple>(n);
    if (t->ctx != ExprContext::Load) return;
    if (const Const* c = all_constant(t->elts, ConstKind::kTuple)) replace(n, c);
  }
  const Const* all_constant(const Span<Expr*>& elements, ConstKind kind) {
    std::vector<const Const*> items;
    for (Expr* e : elements) {
      const Const* c = constant_of(pool_, e);
      if (!c) return nullptr;
      if (kind == ConstKind::kFrozenSet) {
        bool seen = false;
        for (const Const* other : items) seen |= other == c;
        if (seen) continue;
      }
      items.push_back(c);
    }
    return pool_.tuple(items, kind);
  }
  /// `for x in [..]`, `x in {..}`: an immutable constant serves as well.
  void iterable(Expr*& e) {
    Node* n = e;
    if (auto* l = try_as<List>(n)) {
      for (Expr* item : l->elts) {
        if (is<Starred>(item)) return;
      }
      if (const Const* c = all_constant(l->elts, ConstKind::kTuple)) {
        replace(n, c);
      } else {
        auto* t = names_.arena().make<Tuple>();
        t->loc = l->loc;
        t->elts = l->elts;
        t->ctx = ExprContext::Load;
        n = t;
      }
    } else if (auto* s = try_as<Set>(n)) {
      replace(n, all_constant(s->elts, ConstKind::kFrozenSet));
    }
    e = static_cast<Expr*>(n);
  }
  void compare(Compare* c) {
    CmpOperator last = c->ops[c->ops.size - 1];
    if (last == CmpOperator::In || last == CmpOperator::NotIn) iterable(c->comparators[c->comparators.size - 1]);
  }

  void unary(Node*& n) {
    auto* u = as<UnaryOp>(n);
    const Const* c = constant_of(pool_, u->operand);
    if (!c) {
      if (u->op != UnaryOperator::Not) return;
      auto* cmp = try_as<Compare>(u->operand);
      if (!cmp || cmp->ops.size != 1) return;
      switch (cmp->ops[0]) {
        case CmpOperator::Is: cmp->ops[0] = CmpOperator::IsNot; break;
        case CmpOperator::IsNot: cmp->ops[0] = CmpOperator::Is; break;
        case CmpOperator::In: cmp->ops[0] = CmpOperator::NotIn; break;
        case CmpOperator::NotIn: cmp->ops[0] = CmpOperator::In; break;
        default: return;
      }
      n = cmp;
      return;
    }
    switch (u->op) {
      case UnaryOperator::Not:
        if (c->kind != ConstKind::kObject) replace(n, pool_.boolean(!const_truth(*c)));
        return;
      case UnaryOperator::Invert:
        if (c->is_int()) {
          big::Integer out;
          IntView v(*c);
          if (big::bit_invert(out, v)) replace(n, pool_.integer(out.view()));
        }
        return;
      case UnaryOperator::USub:
      case UnaryOperator::UAdd: {
        bool minus = u->op == UnaryOperator::USub;
        if (c->is_bool()) {
          int64_t v = c->kind == ConstKind::kTrue;
          replace(n, pool_.integer(minus ? -v : v));
        } else if (c->is_int()) {
          IntView v(*c);
          replace(n, minus ? pool_.integer(v.view().negated()) : c);
        } else if (c->kind == ConstKind::kFloat) {
          replace(n, minus ? pool_.real(-c->real) : c);
        } else if (c->kind == ConstKind::kComplex) {
          replace(n, minus ? pool_.complex(-c->real, -c->imag) : c);
        }
        return;
      }
    }
  }

  // --- binary operators ---
  void binary(Node*& n) {
    auto* b = as<BinOp>(n);
    const Const* l = constant_of(pool_, b->left);
    if (b->op == Operator::Mod && l && l->kind == ConstKind::kStr) {
      if (auto* t = try_as<Tuple>(b->right)) return percent_format(n, l->text, t);
      return;
    }
    const Const* r = constant_of(pool_, b->right);
    if (l && r) replace(n, evaluate(b->op, l, r));
  }

  const Const* as_int(const Const* c) {
    return c->is_bool() ? pool_.integer(static_cast<int64_t>(c->kind == ConstKind::kTrue)) : c;
  }

  const Const* evaluate(Operator op, const Const* l, const Const* r) {
    bool both_bool = l->is_bool() && r->is_bool();
    if (both_bool && (op == Operator::BitAnd || op == Operator::BitOr || op == Operator::BitXor)) {
      bool x = l->kind == ConstKind::kTrue, y = r->kind == ConstKind::kTrue;
      return pool_.boolean(op == Operator::BitAnd ? (x && y) : op == Operator::BitOr ? (x || y) : x != y);
    }
    l = as_int(l);
    r = as_int(r);
    if (l->is_int() && r->is_int()) return integers(op, l, r);
    if (l->is_number() && r->is_number()) {
      if (l->kind == ConstKind::kComplex || r->kind == ConstKind::kComplex) return complexes(op, l, r);
      return floats(op, l, r);
    }
    if (op == Operator::Add) {
      if (l->kind == ConstKind::kStr && r->kind == ConstKind::kStr) return joined(l, r, true);
      if (l->kind == ConstKind::kBytes && r->kind == ConstKind::kBytes) return joined(l, r, false);
      if (l->kind == ConstKind::kTuple && r->kind == ConstKind::kTuple) {
        std::vector<const Const*> items(l->items.begin(), l->items.end());
        items.insert(items.end(), r->items.begin(), r->items.end());
        return pool_.tuple(items);
      }
    }
    if (op == Operator::Mult) {
      if (l->is_int()) std::swap(l, r);
      if (r->kind == ConstKind::kInt) return repeated(l, r->int_value);
    }
    return nullptr;
  }
  const Const* joined(const Const* l, const Const* r, bool text) {
    std::string s(l->text);
    s += r->text;
    // Two halves of a surrogate pair side by side stay two characters in WTF-8 only if they were; nothing to join.
    return text ? pool_.str(s) : pool_.bytes(s);
  }
  static ssize total_items(const Const* c, ssize limit) {
    if (c->kind != ConstKind::kTuple) return limit;
    if (c->items.size > limit) return -1;
    limit -= c->items.size;
    for (const Const* item : c->items) {
      limit = total_items(item, limit);
      if (limit < 0) return -1;
    }
    return limit;
  }
  const Const* repeated(const Const* l, int64_t count) {
    if (l->kind == ConstKind::kTuple) {
      ssize size = l->items.size;
      if (size) {
        if (count < 0 || count > 256 / size) return nullptr;
        if (count && total_items(l, 1024 / count) < 0) return nullptr;
      }
      std::vector<const Const*> items;
      for (int64_t i = 0; i < count && size; i++) items.insert(items.end(), l->items.begin(), l->items.end());
      return pool_.tuple(items);
    }
    if (l->kind == ConstKind::kStr || l->kind == ConstKind::kBytes) {
      ssize size = l->kind == ConstKind::kStr ? count_characters(l->text) : static_cast<ssize>(l->text.size());
      if (size && (count < 0 || count > 4096 / size)) return nullptr;
      std::string s;
      for (int64_t i = 0; i < count && size; i++) s += l->text;
      return l->kind == ConstKind::kStr ? pool_.str(s) : pool_.bytes(s);
    }
    return nullptr;
  }

  const Const* integers(Operator op, const Const* l, const Const* r) {
    IntView lv(*l), rv(*r);
    big::View x = lv, y = rv;
    big::Integer out, rest;
    switch (op) {
      case Operator::Add: return big::add(out, x, y) ? pool_.integer(out.view()) : nullptr;
      case Operator::Sub: return big::subtract(out, x, y) ? pool_.integer(out.view()) : nullptr;
      case Operator::Mult:
        if (!x.is_zero() && !y.is_zero() && big::bit_length(x) + big::bit_length(y) > 128) return nullptr;
        return big::multiply(out, x, y) ? pool_.integer(out.view()) : nullptr;
      case Operator::Div: {
        double q;
        if (y.is_zero() || big::true_divide(x, y, &q) != big::Quotient::kOk) return nullptr;
        return pool_.real(q);
      }
      case Operator::FloorDiv:
        if (y.is_zero() || !big::floor_divmod(&out, &rest, x, y)) return nullptr;
        return pool_.integer(out.view());
      case Operator::Mod:
        if (y.is_zero() || !big::floor_divmod(&out, &rest, x, y)) return nullptr;
        return pool_.integer(rest.view());
      case Operator::Pow: {
        if (y.negative) {
          double a, b;
          if (x.is_zero() || !big::to_double(x, &a) || !big::to_double(y, &b)) return nullptr;
          double p = std::pow(a, b);
          return std::isfinite(p) ? pool_.real(p) : nullptr;
        }
        if (!x.is_zero() && !y.is_zero()) {
          big::Uint64 e = big::to_uint64(y);
          if (!e.fits || big::bit_length(x) > 128 / e.value) return nullptr;
        }
        big::Uint64 e = big::to_uint64(y);
        return e.fits && big::power(out, x, e.value) ? pool_.integer(out.view()) : nullptr;
      }
      case Operator::LShift: {
        if (y.negative) return nullptr;
        big::Uint64 e = big::to_uint64(y);
        if (!x.is_zero() && !y.is_zero() && (!e.fits || e.value > 128 || big::bit_length(x) > 128 - e.value)) return nullptr;
        return e.fits && big::shift_left(out, x, e.value) ? pool_.integer(out.view()) : nullptr;
      }
      case Operator::RShift: {
        if (y.negative) return nullptr;
        big::Uint64 e = big::to_uint64(y);
        return e.fits && big::shift_right(out, x, e.value) ? pool_.integer(out.view()) : nullptr;
      }
      case Operator::BitAnd: return big::bit_and(out, x, y) ? pool_.integer(out.view()) : nullptr;
      case Operator::BitOr: return big::bit_or(out, x, y) ? pool_.integer(out.view()) : nullptr;
      case Operator::BitXor: return big::bit_xor(out, x, y) ? pool_.integer(out.view()) : nullptr;
      case Operator::MatMult: return nullptr;
    }
    return nullptr;
  }

  static bool to_double(const Const* c, double* out) {
    if (c->kind == ConstKind::kFloat) {
      *out = c->real;
      return true;
    }
    IntView v(*c);
    return c->is_int() && big::to_double(v, out);
  }
  const Const* floats(Operator op, const Const* l, const Const* r) {
    double x, y;
    if (!to_double(l, &x) || !to_double(r, &y)) return nullptr;
    switch (op) {
      case Operator::Add: return pool_.real(x + y);
      case Operator::Sub: return pool_.real(x - y);
      case Operator::Mult: return pool_.real(x * y);
      case Operator::Div: return y == 0 ? nullptr : pool_.real(x / y);
      case Operator::FloorDiv:
      case Operator::Mod: {
        if (y == 0) return nullptr;
        double mod = std::fmod(x, y);
        double div = (x - mod) / y;
        if (mod != 0) {
          if ((y < 0) != (mod < 0)) {
            mod += y;
            div -= 1.0;
          }
        } else {
          mod = std::copysign(0.0, y);
        }
        if (op == Operator::Mod) return pool_.real(mod);
        double floor_div;
        if (div != 0) {
          floor_div = std::floor(div);
          if (div - floor_div > 0.5) floor_div += 1.0;
        } else {
          floor_div = std::copysign(0.0, x / y);
        }
        return pool_.real(floor_div);
      }
      case Operator::Pow: {
        if (x <= 0 || !std::isfinite(x) || !std::isfinite(y)) {
          if (!(std::isfinite(x) && std::isfinite(y) && y == std::floor(y) && (x != 0 || y > 0))) return nullptr;
        }
        double p = std::pow(x, y);
        return std::isfinite(p) ? pool_.real(p) : nullptr;
      }
      default: return nullptr;
    }
  }
  const Const* complexes(Operator op, const Const* l, const Const* r) {
    ComplexNumber x, y;
    auto convert = [](const Const* c, ComplexNumber* out) {
      if (c->kind == ConstKind::kComplex) {
        *out = {c->real, c->imag};
        return true;
      }
      out->im = 0;
      return to_double(c, &out->re);
    };
    if (!convert(l, &x) || !convert(r, &y)) return nullptr;
    switch (op) {
      case Operator::Add: return pool_.complex(x.re + y.re, x.im + y.im);
      case Operator::Sub: return pool_.complex(x.re - y.re, x.im - y.im);
      case Operator::Mult: return pool_.complex(x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re);
      default: return nullptr;
    }
  }

  // --- '%s …' % (…) becomes an f-string ---
  struct PercentSpec {
    int conversion = -1;
    std::string format;
  };
  /// Reads what follows '%'; false when it is not one of the simple conversions.
  static bool parse_percent(std::string_view text, size_t& i, PercentSpec* out) {
    bool left = false;
    int width = -1, precision = -1;
    for (; i < text.size(); i++) {
      char c = text[i];
      if (c == '-') left = true;
      else if (c == '+' || c == ' ' || c == '#' || c == '0') return false;
      else break;
    }
    auto number = [&](int* n) {
      if (i >= text.size() || text[i] < '0' || text[i] > '9') return true;
      *n = 0;
      int digits = 0;
      for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; i++) {
        if (++digits > 3) return false;
        *n = *n * 10 + (text[i] - '0');
      }
      return true;
    };
    if (!number(&width)) return false;
    if (i < text.size() && text[i] == '.') {
      i++;
      precision = 0;
      if (!number(&precision)) return false;
    }
    if (i >= text.size()) return false;
    char kind = text[i++];
    if (kind != 's' && kind != 'r' && kind != 'a') return false;
    out->conversion = kind;
    if (width >= 0) {
      if (!left) out->format += '>';
      out->format += std::to_string(width);
    }
    if (precision >= 0) out->format += "." + std::to_string(precision);
    return true;
  }
  Expr* text_node(std::string_view text, const Location& where) {
    auto* c = names_.arena().make<Constant>();
    c->loc = where;
    c->value.kind = ConstantKind::Object;
    c->value.object = const_cast<Const*>(pool_.str(text));
    return c;
  }
  void percent_format(Node*& n, std::string_view format, Tuple* arguments) {
    for (Expr* e : arguments->elts) {
      if (is<Starred>(e)) return;
    }
    Location where = static_cast<LocatedNode*>(n)->loc;
    std::vector<Expr*> parts;
    std::string literal;
    ssize used = 0;
    for (size_t i = 0; i < format.size();) {
      if (format[i] != '%') {
        literal += format[i++];
        continue;
      }
      i++;
      if (i < format.size() && format[i] == '%') {
        literal += '%';
        i++;
        continue;
      }
      PercentSpec spec;
      if (used >= arguments->elts.size || !parse_percent(format, i, &spec)) return;
      if (!literal.empty()) parts.push_back(text_node(literal, where));
      literal.clear();
      auto* value = names_.arena().make<FormattedValue>();
      value->loc = arguments->elts[used]->loc;
      value->value = arguments->elts[used++];
      value->conversion = spec.conversion;
      if (!spec.format.empty()) value->format_spec = text_node(spec.format, where);
      parts.push_back(value);
    }
    if (used != arguments->elts.size) return;
    if (!literal.empty()) parts.push_back(text_node(literal, where));
    auto* joined = names_.arena().make<JoinedStr>();
    joined->loc = where;
    joined->values = names_.arena().copy_span<Expr*>(parts.data(), static_cast<ssize>(parts.size()));
    n = joined;
  }

  void subscript(Node*& n) {
    auto* s = as<Subscript>(n);
    if (s->ctx != ExprContext::Load) return;
    const Const* v = constant_of(pool_, s->value);
    const Const* k = constant_of(pool_, s->slice);
    if (!v || !k) return;
    k = as_int(k);
    if (k->kind != ConstKind::kInt) return;
    int64_t i = k->int_value;
    switch (v->kind) {
      case ConstKind::kTuple:
        if (i < 0) i += v->items.size;
        if (i >= 0 && i < v->items.size) replace(n, v->items[i]);
        return;
      case ConstKind::kBytes:
        if (i < 0) i += static_cast<int64_t>(v->text.size());
        if (i >= 0 && i < static_cast<int64_t>(v->text.size())) {
          replace(n, pool_.integer(static_cast<int64_t>(static_cast<unsigned char>(v->text[static_cast<size_t>(i)]))));
        }
        return;
      case ConstKind::kStr: {
        ssize length = count_characters(v->text);
        if (i < 0) i += length;
        if (i < 0 || i >= length) return;
        auto* p = reinterpret_cast<const uint8_t*>(v->text.data());
        const uint8_t* start = p;
        for (int64_t k2 = 0; k2 <= i; k2++) {
          start = p;
          utf::next_utf8(p);
        }
        replace(n, pool_.str({reinterpret_cast<const char*>(start), static_cast<size_t>(p - start)}));
        return;
      }
      default: return;
    }
  }

  Interner& names_;
  ConstPool& pool_;
  Diagnostics& diagnostics_;
  const FoldOptions& options_;
  const Identifier* id_debug_;
};

}  // namespace

void fold_constants(Interner& names, ConstPool& pool, Diagnostics& diagnostics, Mod* tree, const FoldOptions& options) {
  Folder(names, pool, diagnostics, options).module(tree);
}

}  // namespace ty::compile
