// compile/compile_match.cpp: the match statement.
//
// The subject is a temporary; what a pattern takes apart lies in temporaries above it, kept until the whole pattern has matched. Then the captures
// are stored. A failure jumps into a chain of Drops at the place for as many temporaries as there are.
#include "compile/compiler.h"

namespace ty::compile {

namespace {
bool is_wildcard(Pattern* p) {
  auto* m = try_as<MatchAs>(p);
  return m && !m->name && !m->pattern;
}
bool is_star_wildcard(Pattern* p) {
  auto* m = try_as<MatchStar>(p);
  return m && !m->name;
}
}  // namespace

class PatternCompiler {
 public:
  PatternCompiler(Compiler& c, int base) : c_(c), base_(base) {}

  struct Capture {
    const Identifier* name;
    int reg;
    bool owned;  // a temporary of this pattern
  };
  bool allow_irrefutable = false;
  std::vector<Capture> captures;

  void pattern(Pattern* p, Operand subject) {
    if (c_.diagnostics_.failed()) return;
    if (++c_.diagnostics_.depth, c_.diagnostics_.too_deep()) {
      return c_.diagnostics_.error({}, "maximum recursion depth exceeded during compilation", ErrorKind::kRecursionError);
    }
    Location saved = e().loc;
    c_.at(p);
    switch (p->kind()) {
      case PatternKind::MatchValue: value(as<MatchValue>(p), subject); break;
      case PatternKind::MatchSingleton: singleton(as<MatchSingleton>(p), subject); break;
      case PatternKind::MatchSequence: sequence(as<MatchSequence>(p), subject); break;
      case PatternKind::MatchMapping: mapping(as<MatchMapping>(p), subject); break;
      case PatternKind::MatchClass: class_pattern(as<MatchClass>(p), subject); break;
      case PatternKind::MatchStar: capture(as<MatchStar>(p)->name, subject, p->loc); break;
      case PatternKind::MatchAs: as_pattern(as<MatchAs>(p), subject); break;
      case PatternKind::MatchOr: or_pattern(as<MatchOr>(p), subject); break;
    }
    e().loc = saved;
    --c_.diagnostics_.depth;
  }

  /// Emits the chain that drops what a failure left behind; control goes on below it with `base` temporaries.
  void emit_failures() {
    for (size_t n = failures_.size(); n-- > 1;) {
      if (failures_[n].valid()) e().bind(failures_[n]);
      e().set_top(base_ + static_cast<int>(n));
      e().emit(Op::kDrop, base_ + static_cast<int>(n) - 1);
    }
    if (!failures_.empty() && failures_[0].valid()) e().bind(failures_[0]);
    e().top = base_;
  }
  bool can_fail() const { return !failures_.empty(); }
  /// Where to go now when something does not match.
  Label failure() {
    size_t n = static_cast<size_t>(e().top - base_);
    while (failures_.size() <= n) failures_.push_back(Label());
    if (!failures_[n].valid()) failures_[n] = e().new_label();
    return failures_[n];
  }
  /// Stores the captures and drops the temporaries.
  void finish() {
    for (Capture& x : captures) {
      bool kill = x.owned && x.reg >= base_;
      for (Capture& other : captures) kill = kill && (&other == &x || other.reg != x.reg);
      c_.store_name(x.name, {x.reg, kill});
      if (kill) mark_consumed(x.reg);
    }
    drop_temporaries();
  }
  void drop_temporaries() {
    for (int r = e().top; r-- > base_;) {
      if (!consumed(r)) e().emit(Op::kDrop, r);
    }
    e().top = base_;
  }
  void mark_consumed(int r) {
    if (r >= base_) consumed_.push_back(r);
  }

 private:
  Emitter& e() { return c_.e(); }
  bool consumed(int r) const {
    for (int x : consumed_) {
      if (x == r) return true;
    }
    return false;
  }
  int fresh() {
    int r = e().top;
    for (size_t i = 0; i < consumed_.size();) {
      if (consumed_[i] >= r) {
        consumed_.erase(consumed_.begin() + static_cast<ssize>(i));
      } else {
        i++;
      }
    }
    return r;
  }
  uint8_t kill(Operand subject, KillBit bit) {
    if (!subject.temp) return 0;
    mark_consumed(subject.reg);
    return bit;
  }
  void error(const Location& where, std::string message) { c_.error(where, std::move(message)); }

  void sub_pattern(Pattern* p, Operand subject) {
    bool saved = allow_irrefutable;
    allow_irrefutable = true;
    pattern(p, subject);
    allow_irrefutable = saved;
  }

  void capture(const Identifier* name, Operand subject, const Location& where) {
    if (!name) return;
    if (c_.forbidden(name, ExprContext::Store, where)) return;
    for (Capture& x : captures) {
      if (x.name == name) return error(where, "multiple assignments to name '" + std::string(name->view()) + "' in pattern");
    }
    captures.push_back({name, subject.reg, subject.temp});
  }

  void value(MatchValue* p, Operand subject) {
    const Const* k = constant_of(c_.pool_, p->value);
    if (k) {
      Label fail = failure();
      e().jump(Op::kJumpUnlessEqConst, fail, subject.reg, e().constant(k), 0, kill(subject, kKillA));
      return;
    }
    if (!is<Attribute>(p->value)) {
      return error(p->loc, "patterns may only match literals and attribute lookups");
    }
    Label fail = failure();
    int mark = e().top;
    Operand v = c_.operand(p->value);
    c_.at(p);
    e().jump(Op::kJumpUnlessEq, fail, subject.reg, v.reg, 0, static_cast<uint8_t>(kill(subject, kKillA) | (v.temp ? kKillB : 0)));
    e().top = mark;
  }

  void singleton(MatchSingleton* p, Operand subject) {
    const Const* k = c_.pool_.of(p->value);
    Label fail = failure();
    if (k->kind == ConstKind::kNone) {
      e().jump(Op::kJumpIfNotNone, fail, subject.reg, 0, 0, kill(subject, kKillA));
      return;
    }
    int t = fresh();
    e().load_const(t, k);
    e().set_top(t + 1);
    e().jump(Op::kJumpIfIsNot, fail, subject.reg, t, 0, static_cast<uint8_t>(kill(subject, kKillA) | kKillB));
    e().top = t;
  }

  /// R[t] = test of the subject; fails when false.
  void test(Op op, Operand subject) {
    Label fail = failure();
    int t = fresh();
    e().emit(op, t, subject.reg);
    e().set_top(t + 1);
    e().jump(Op::kJumpIfFalse, fail, t, 0, 0, kKillA);
    e().top = t;
  }
  void test_length(Op op, Operand subject, ssize n) {
    Label fail = failure();
    int t = fresh();
    e().emit(Op::kGetLength, t, subject.reg);
    e().set_top(t + 1);
    e().jump(op, fail, t, e().constant(c_.pool_.integer(static_cast<int64_t>(n))), 0, kKillA);
    e().top = t;
  }

  void sequence(MatchSequence* p, Operand subject) {
    ssize size = p->patterns.size, star = -1;
    bool only_wildcard = true, star_wildcard = false;
    for (ssize i = 0; i < size; i++) {
      Pattern* x = p->patterns[i];
      if (is<MatchStar>(x)) {
        if (star >= 0) return error(p->loc, "multiple starred names in sequence pattern");
        star_wildcard = is_star_wildcard(x);
        only_wildcard = only_wildcard && star_wildcard;
        star = i;
        continue;
      }
      only_wildcard = only_wildcard && is_wildcard(x);
    }
    test(Op::kMatchSequence, subject);
    if (star < 0) {
      test_length(Op::kJumpUnlessEqConst, subject, size);
    } else if (size > 1) {
      test_length(Op::kJumpUnlessGeConst, subject, size - 1);
    }
    if (only_wildcard) return;
    if (star_wildcard) {
      for (ssize i = 0; i < size; i++) {
        Pattern* x = p->patterns[i];
        if (i == star || is_wildcard(x)) continue;
        int t = fresh();
        if (i < star) {
          e().load_const(t, c_.pool_.integer(static_cast<int64_t>(i)));
        } else {
          e().emit(Op::kGetLength, t, subject.reg);
          e().set_top(t + 1);
          e().emit(Op::kSubtractConst, t, t, e().constant(c_.pool_.integer(static_cast<int64_t>(size - i))));
        }
        e().set_top(t + 1);
        e().emit(Op::kLoadSubscript, t, subject.reg, t);
        sub_pattern(x, {t, true});
      }
      return;
    }
    int base = fresh();
    if (star < 0) {
      e().emit(Op::kUnpackSequence, base, subject.reg, static_cast<int>(size), kill(subject, kKillB));
    } else {
      if (star >= 256) return error(p->loc, "too many expressions in star-unpacking sequence pattern");
      e().emit(Op::kUnpackStar, base, subject.reg, static_cast<int>(star), kill(subject, kKillB)).extra = static_cast<int>(size - star - 1);
    }
    e().set_top(base + static_cast<int>(size));
    for (ssize i = 0; i < size; i++) sub_pattern(p->patterns[i], {base + static_cast<int>(i), true});
  }

  void mapping(MatchMapping* p, Operand subject) {
    ssize size = p->keys.size;
    if (size != p->patterns.size) return error(p->loc, "mapping pattern with different numbers of keys and patterns");
    test(Op::kMatchMapping, subject);
    if (size) test_length(Op::kJumpUnlessGeConst, subject, size);
    std::vector<const Const*> seen;
    int keys = 0;
    if (size) {
      keys = fresh();
      for (Expr* k : p->keys) {
        const Const* constant = constant_of(c_.pool_, k);
        if (constant) {
          for (const Const* other : seen) {
            if (same_key(*other, *constant)) return error(p->loc, "mapping pattern checks duplicate key (" + repr(*constant) + ")");
          }
          seen.push_back(constant);
        } else if (!is<Attribute>(k)) {
          return error(p->loc, "mapping pattern keys may only match literals and attribute lookups");
        }
        c_.push_expr(k);
      }
      c_.at(p);
      e().emit(Op::kBuildTuple, keys, keys, static_cast<int>(size));
      e().set_top(keys + 1);
      int values = e().top;
      e().emit(Op::kMatchKeys, values, subject.reg, keys);
      e().set_top(values + 1);
      e().jump(Op::kJumpIfNone, failure(), values);
      int run = fresh();
      e().emit(Op::kUnpackSequence, run, values, static_cast<int>(size), kKillB);
      mark_consumed(values);
      e().set_top(run + static_cast<int>(size));
      for (ssize i = 0; i < size; i++) {
        if (!is_wildcard(p->patterns[i])) sub_pattern(p->patterns[i], {run + static_cast<int>(i), true});
      }
    }
    if (!p->rest) return;
    int rest = fresh();
    e().emit(Op::kBuildDict, rest, rest, 0);
    e().set_top(rest + 1);
    e().emit(Op::kDictUpdate, rest, subject.reg);
    if (size) {
      int run = e().top;
      e().emit(Op::kUnpackSequence, run, keys, static_cast<int>(size), kKillB);
      mark_consumed(keys);
      e().set_top(run + static_cast<int>(size));
      for (int i = 0; i < static_cast<int>(size); i++) e().emit(Op::kDeleteSubscript, rest, run + i, 0, kKillB);
      e().top = rest + 1;
    }
    capture(p->rest, {rest, true}, p->loc);
  }

  /// Equality of literals, numbers of any kind included.
  static bool same_key(const Const& a, const Const& b) {
    if (&a == &b) return true;
    auto small = [](const Const& k, double* re, double* im) {
      *im = 0;
      switch (k.kind) {
        case ConstKind::kTrue: *re = 1; return true;
        case ConstKind::kFalse: *re = 0; return true;
        case ConstKind::kInt: *re = static_cast<double>(k.int_value); return k.int_value < (1ll << 53) && k.int_value > -(1ll << 53);
        case ConstKind::kFloat: *re = k.real; return true;
        case ConstKind::kComplex: *re = k.real; *im = k.imag; return true;
        default: return false;
      }
    };
    double ar, ai, br, bi;
    return small(a, &ar, &ai) && small(b, &br, &bi) && ar == br && ai == bi;
  }
  static std::string repr(const Const& k) {
    switch (k.kind) {
      case ConstKind::kInt: return std::to_string(k.int_value);
      case ConstKind::kStr: return "'" + std::string(k.text) + "'";
      case ConstKind::kBytes: return "b'" + std::string(k.text) + "'";
      case ConstKind::kNone: return "None";
      case ConstKind::kTrue: return "True";
      case ConstKind::kFalse: return "False";
      case ConstKind::kFloat: {
        char text[40];
        snprintf(text, sizeof text, k.real == static_cast<double>(static_cast<int64_t>(k.real)) ? "%.1f" : "%.17g", k.real);
        return text;
      }
      case ConstKind::kComplex: {
        char text[80];
        if (k.real == 0) {
          snprintf(text, sizeof text, "%gj", k.imag);
        } else {
          snprintf(text, sizeof text, "(%g%+gj)", k.real, k.imag);
        }
        return text;
      }
      default: return "...";
    }
  }

  void class_pattern(MatchClass* p, Operand subject) {
    ssize positional = p->patterns.size, named = p->kwd_attrs.size;
    for (ssize i = 0; i < named; i++) {
      if (c_.forbidden(p->kwd_attrs[i], ExprContext::Store, p->loc)) return;
      for (ssize j = i + 1; j < named; j++) {
        if (p->kwd_attrs[j] == p->kwd_attrs[i]) {
          return error(p->kwd_patterns[j]->loc, "attribute name repeated in class pattern: " + std::string(p->kwd_attrs[i]->view()));
        }
      }
    }
    Label fail = failure();
    int r = fresh();
    e().emit(Op::kMove, r, subject.reg);
    e().set_top(r + 1);
    c_.push_expr(p->cls);
    std::vector<const Const*> names;
    for (const Identifier* n : p->kwd_attrs) names.push_back(c_.pool_.str(n->view()));
    c_.at(p);
    int t = e().top;
    e().load_const(t, c_.pool_.tuple(names));
    e().set_top(t + 1);
    e().emit(Op::kMatchClass, r, r, static_cast<int>(positional));
    e().set_top(r + 1);
    e().jump(Op::kJumpIfNone, failure(), r);
    (void)fail;
    int count = static_cast<int>(positional + named);
    if (count == 0) return;
    int run = fresh();
    e().emit(Op::kUnpackSequence, run, r, count, kKillB);
    mark_consumed(r);
    e().set_top(run + count);
    for (int i = 0; i < count; i++) {
      Pattern* x = i < positional ? p->patterns[i] : p->kwd_patterns[i - positional];
      if (!is_wildcard(x)) sub_pattern(x, {run + i, true});
    }
  }

  void as_pattern(MatchAs* p, Operand subject) {
    if (!p->pattern) {
      if (!allow_irrefutable) {
        if (p->name) {
          return error(p->loc, "name capture '" + std::string(p->name->view()) + "' makes remaining patterns unreachable");
        }
        return error(p->loc, "wildcard makes remaining patterns unreachable");
      }
      return capture(p->name, subject, p->loc);
    }
    pattern(p->pattern, {subject.reg, false});
    capture(p->name, subject, p->loc);
  }

  void or_pattern(MatchOr* p, Operand subject) {
    ssize size = p->patterns.size;
    std::vector<const Identifier*> names;
    std::vector<int> places;
    Label done = e().new_label();
    int after = 0;
    for (ssize i = 0; i < size; i++) {
      int start = e().top;
      bool first = i == 0;
      // The first alternative says which names there are; their registers are made before any alternative runs.
      if (first) {
        std::vector<const Identifier*> found;
        collect(p->patterns[0], found);
        for (const Identifier* n : found) {
          bool known = false;
          for (const Identifier* other : names) known |= other == n;
          if (known) continue;
          int r = fresh();
          e().load_const(r, c_.pool_.none());
          e().set_top(r + 1);
          names.push_back(n);
          places.push_back(r);
        }
        start = e().top;
        after = start;
      }
      PatternCompiler alternative(c_, start);
      alternative.allow_irrefutable = allow_irrefutable && i + 1 == size;
      alternative.pattern(p->patterns[i], {subject.reg, false});
      if (c_.diagnostics_.failed()) return;
      bool same = alternative.captures.size() == names.size();
      for (Capture& x : alternative.captures) {
        bool known = false;
        for (const Identifier* n : names) known |= n == x.name;
        same = same && known;
      }
      if (!same) return error(p->loc, "alternative patterns bind different names");
      for (Capture& x : alternative.captures) {
        for (size_t k = 0; k < names.size(); k++) {
          if (names[k] == x.name) e().emit(Op::kMove, places[k], x.reg);
        }
      }
      alternative.drop_temporaries();
      e().jump(done);
      alternative.emit_failures();
    }
    e().jump(failure());
    e().bind(done);
    e().set_top(after);
    for (size_t k = 0; k < names.size(); k++) capture(names[k], {places[k], true}, p->loc);
  }

  static void collect(Pattern* p, std::vector<const Identifier*>& names) {
    switch (p->kind()) {
      case PatternKind::MatchStar:
        if (auto* n = as<MatchStar>(p)->name) names.push_back(n);
        return;
      case PatternKind::MatchAs:
        if (auto* n = as<MatchAs>(p)->name) names.push_back(n);
        break;
      case PatternKind::MatchMapping:
        if (auto* n = as<MatchMapping>(p)->rest) names.push_back(n);
        break;
      case PatternKind::MatchOr: return collect(as<MatchOr>(p)->patterns[0], names);
      default: break;
    }
    for_each_child(p, [&](Node* child) {
      switch (child->node_kind) {
        case NodeKind::MatchValue: case NodeKind::MatchSingleton: case NodeKind::MatchSequence: case NodeKind::MatchMapping:
        case NodeKind::MatchClass: case NodeKind::MatchStar: case NodeKind::MatchAs: case NodeKind::MatchOr:
          collect(static_cast<Pattern*>(child), names);
          break;
        default: break;
      }
    });
  }

  Compiler& c_;
  int base_;
  std::vector<Label> failures_;
  std::vector<int> consumed_;
};

void Compiler::match_stmt(Match* s) {
  int subject = push_expr(s->subject);
  Label end = e().new_label();
  ssize count = s->cases.size;
  for (ssize i = 0; i < count; i++) {
    MatchCase* c = s->cases[i];
    bool last = i + 1 == count;
    PatternCompiler patterns(*this, e().top);
    patterns.allow_irrefutable = c->guard != nullptr || last;
    patterns.pattern(c->pattern, {subject, false});
    if (diagnostics_.failed()) return;
    e().loc = c->pattern->loc;
    patterns.finish();
    if (c->guard) jump_if(c->guard, patterns.failure(), false);
    e().emit(Op::kDrop, subject);
    e().top = subject;
    body(c->body);
    e().jump(end);
    e().set_top(subject + 1);
    patterns.emit_failures();
  }
  e().loc = s->loc;
  e().emit(Op::kDrop, subject);
  e().top = subject;
  e().bind(end);
}

}  // namespace ty::compile
