// syntax/careful_parameters.cpp: careful parser, parameters of def and lambda.
#include "syntax/careful_parser.h"

namespace ty::syntax {

using namespace ast;  // NOLINT: the node names are this file's vocabulary

/// Null (without an error) when there are none.
Arguments* CarefulParser::params(Variant v) {
  return rule([&]() -> Arguments* {
    if (invalid_rules_) {
      invalid_parameters(v);
      if (failed_) return nullptr;
    }
    Parameters p;
    auto with_defaults = [&] {
      for (Parameter* one : repeat([&] { return param_with_default(v); })) p.positional.push_back(one);
    };
    if (attempt([&] { return slash_no_default(v, &p.positional_only); })) {
      p.positional = repeat([&] { return param_no_default(v); });
      with_defaults();
      star_etc(v, &p);
    } else if (attempt([&] { return slash_with_default(v, &p.positional_only); })) {
      with_defaults();
      star_etc(v, &p);
    } else {
      p.positional_only.clear();
      p.positional = repeat([&] { return param_no_default(v); });
      with_defaults();
      bool some = !p.positional.empty();
      if (!star_etc(v, &p) && !some) return nullptr;
    }
    if (failed_) return nullptr;
    if (!p.positional_only.empty() && !require_version(8, "Positional-only parameters are")) return nullptr;
    return make_arguments(p);
  });
}

Arguments* CarefulParser::make_arguments(const Parameters& parameters) {
  auto* out = arena_.make<Arguments>();
  Seq<Arg*> args;
  Seq<Expr*> defaults;
  for (Parameter* p : parameters.positional_only) {
    args.push_back(p->arg);
    if (p->default_value) defaults.push_back(p->default_value);
  }
  out->posonlyargs = span(args);
  args.clear();
  for (Parameter* p : parameters.positional) {
    args.push_back(p->arg);
    if (p->default_value) defaults.push_back(p->default_value);
  }
  out->args = span(args);
  out->defaults = span(defaults);
  args.clear();
  defaults.clear();
  for (Parameter* p : parameters.keyword_only) {
    args.push_back(p->arg);
    defaults.push_back(p->default_value);
  }
  out->kwonlyargs = span(args);
  out->kw_defaults = span(defaults);
  out->vararg = parameters.vararg;
  out->kwarg = parameters.kwarg;
  return out;
}

bool CarefulParser::invalid_parameters(Variant v) {
  return rule([&]() -> bool {
    auto no_default = [&] { return param_no_default(v); };
    auto maybe_default = [&] { return param_maybe_default(v); };
    Seq<Parameter*> ignored;
    auto with_slash = [&] {
      return attempt([&] { return slash_no_default(v, &ignored); }) ||
             attempt([&] { return slash_with_default(v, &ignored); });
    };
    attempt([&]() -> bool {
      const Token* a = take(Tok::Slash);
      if (!a || !expect(Tok::Comma)) return false;
      return raise_at(location_of(*a), "at least one argument must precede /"), false;
    });
    attempt([&]() -> bool {
      if (!with_slash()) return false;
      repeat(maybe_default);
      if (const Token* a = take(Tok::Slash)) raise_at(location_of(*a), "/ may appear only once");
      return false;
    });
    attempt([&]() -> bool {
      attempt([&] { return slash_no_default(v, &ignored); });
      repeat(no_default);
      if (!attempt([&] { return slash_with_default(v, &ignored); }) &&
          repeat([&] { return param_with_default(v); }).empty()) {
        return false;
      }
      if (Parameter* a = param_no_default(v)) {
        raise_at(a->arg->loc, "parameter without a default follows parameter with a default");
      }
      return false;
    });
    attempt([&]() -> bool {
      repeat(no_default);
      const Token* a = take(Tok::LeftParen);
      if (!a) return false;
      if (v == Variant::Def ? repeat(no_default).empty() : gather([&] { return param(v); }).empty()) return false;
      expect(Tok::Comma);
      const Token* b = take(Tok::RightParen);
      if (!b) return false;
      return raise_range(location_of(*a), location_of(*b),
                         v == Variant::Def ? "Function parameters cannot be parenthesized"
                                           : "Lambda expression parameters cannot be parenthesized"),
             false;
    });
    attempt([&]() -> bool {
      with_slash();
      repeat(maybe_default);
      if (!expect(Tok::Star) || (!expect(Tok::Comma) && !param_no_default(v))) return false;
      repeat(maybe_default);
      if (const Token* a = take(Tok::Slash)) raise_at(location_of(*a), "/ must be ahead of *");
      return false;
    });
    attempt([&]() -> bool {
      if (repeat(maybe_default).empty() || !expect(Tok::Slash)) return false;
      if (const Token* a = take(Tok::Star)) raise_at(location_of(*a), "expected comma between / and *");
      return false;
    });
    return false;
  });
}

bool CarefulParser::slash_no_default(Variant v, Seq<Parameter*>* out) {
  return rule([&]() -> bool {
    *out = repeat([&] { return param_no_default(v); });
    return !out->empty() && expect(Tok::Slash) && (expect(Tok::Comma) || next_is(close(v)));
  });
}

bool CarefulParser::slash_with_default(Variant v, Seq<Parameter*>* out) {
  return rule([&]() -> bool {
    *out = repeat([&] { return param_no_default(v); });
    Seq<Parameter*> more = repeat([&] { return param_with_default(v); });
    if (more.empty()) return false;
    out->insert(out->end(), more.begin(), more.end());
    return expect(Tok::Slash) && (expect(Tok::Comma) || next_is(close(v)));
  });
}

bool CarefulParser::star_etc(Variant v, Parameters* out) {
  return rule([&]() -> bool {
    if (invalid_rules_) {
      invalid_star_etc(v);
      if (failed_) return false;
    }
    auto maybe_default = [&] { return param_maybe_default(v); };
    auto starred = [&](bool star_annotation) {
      return attempt([&]() -> bool {
        if (!expect(Tok::Star)) return false;
        Parameter* a = param_no_default(v, star_annotation);
        if (!a) return false;
        out->vararg = a->arg;
        out->keyword_only = repeat(maybe_default);
        out->kwarg = kwds(v);
        return true;
      });
    };
    if (starred(false)) return true;
    if (v == Variant::Def && starred(true)) return true;
    if (attempt([&]() -> bool {
          if (!expect(Tok::Star) || !expect(Tok::Comma)) return false;
          out->keyword_only = repeat(maybe_default);
          if (out->keyword_only.empty()) return false;
          out->kwarg = kwds(v);
          return true;
        })) {
      return true;
    }
    out->kwarg = kwds(v);
    return out->kwarg != nullptr;
  });
}

bool CarefulParser::invalid_star_etc(Variant v) {
  return rule([&]() -> bool {
    attempt([&]() -> bool {
      const Token* a = take(Tok::Star);
      if (!a) return false;
      if (!expect(close(v))) {
        if (!expect(Tok::Comma) || (!expect(close(v)) && !expect(Tok::DoubleStar))) return false;
      }
      if (v == Variant::Def) {
        raise_at(location_of(*a), "named arguments must follow bare *");
      } else {
        raise("named arguments must follow bare *");
      }
      return false;
    });
    if (v == Variant::Def) {
      attempt([&] {
        return expect(Tok::Star) && expect(Tok::Comma) && expect(Tok::TypeComment) &&
               (raise("bare * has associated type comment"), false);
      });
    }
    attempt([&]() -> bool {
      if (!expect(Tok::Star) || !param(v)) return false;
      if (const Token* a = take(Tok::Equal)) {
        raise_at(location_of(*a), "var-positional argument cannot have default value");
      }
      return false;
    });
    attempt([&]() -> bool {
      if (!expect(Tok::Star) || (!param_no_default(v) && !expect(Tok::Comma))) return false;
      repeat([&] { return param_maybe_default(v); });
      const Token* a = take(Tok::Star);
      if (!a || (!param_no_default(v) && !expect(Tok::Comma))) return false;
      return raise_at(location_of(*a), "* argument may appear only once"), false;
    });
    return false;
  });
}

Arg* CarefulParser::kwds(Variant v) {
  return rule([&]() -> Arg* {
    if (invalid_rules_) {
      invalid_kwds(v);
      if (failed_) return nullptr;
    }
    if (!expect(Tok::DoubleStar)) return nullptr;
    Parameter* a = param_no_default(v);
    return a ? a->arg : nullptr;
  });
}

bool CarefulParser::invalid_kwds(Variant v) {
  return rule([&]() -> bool {
    constexpr const char* kAfter = "arguments cannot follow var-keyword argument";
    attempt([&]() -> bool {
      if (!expect(Tok::DoubleStar) || !param(v)) return false;
      if (const Token* a = take(Tok::Equal)) {
        raise_at(location_of(*a), "var-keyword argument cannot have default value");
      }
      return false;
    });
    attempt([&]() -> bool {
      if (!expect(Tok::DoubleStar) || !param(v) || !expect(Tok::Comma)) return false;
      if (Arg* a = param(v)) raise_at(a->loc, kAfter);
      return false;
    });
    attempt([&]() -> bool {
      if (!expect(Tok::DoubleStar) || !param(v) || !expect(Tok::Comma)) return false;
      for (Tok kind : {Tok::Star, Tok::DoubleStar, Tok::Slash}) {
        if (const Token* a = take(kind)) return raise_at(location_of(*a), kAfter), false;
      }
      return false;
    });
    return false;
  });
}

/// After a parameter: a comma, or the end of the list; type comments in a def.
CarefulParser::Parameter* CarefulParser::param_tail(Variant v, Arg* arg, Expr* default_value) {
  bool good = attempt([&]() -> bool {
    if (!expect(Tok::Comma)) return false;
    if (v == Variant::Def) arg->type_comment = type_comment();
    return true;
  });
  if (!good) {
    good = attempt([&]() -> bool {
      if (v == Variant::Def) arg->type_comment = type_comment();
      return next_is(close(v));
    });
  }
  return good ? arena_.make<Parameter>(arg, default_value) : nullptr;
}

CarefulParser::Parameter* CarefulParser::param_no_default(Variant v, bool star_annotation) {
  return rule([&]() -> Parameter* {
    Arg* a = param(v, star_annotation);
    return a ? param_tail(v, a, nullptr) : nullptr;
  });
}

CarefulParser::Parameter* CarefulParser::param_with_default(Variant v) {
  return rule([&]() -> Parameter* {
    Arg* a = param(v);
    if (!a) return nullptr;
    Expr* value = default_value();
    return value ? param_tail(v, a, value) : nullptr;
  });
}

CarefulParser::Parameter* CarefulParser::param_maybe_default(Variant v) {
  return rule([&]() -> Parameter* {
    Arg* a = param(v);
    if (!a) return nullptr;
    Expr* value = default_value();
    return failed_ ? nullptr : param_tail(v, a, value);
  });
}

Arg* CarefulParser::param(Variant v, bool star_annotation) {
  return rule([&]() -> Arg* {
    int start = mark_;
    Name* n = name();
    if (!n) return nullptr;
    Expr* annotation = nullptr;
    if (v == Variant::Def) {
      annotation = attempt([&]() -> Expr* {
        if (!expect(Tok::Colon)) return nullptr;
        return star_annotation ? star_expression() : expression();
      });
      if (star_annotation && !annotation) return nullptr;
    }
    auto* made = node<Arg>(start);
    made->arg = n->id;
    made->annotation = annotation;
    return made;
  });
}

CarefulParser::Expr* CarefulParser::default_value() {
  return rule([&]() -> Expr* {
    Expr* e = attempt([&]() -> Expr* { return expect(Tok::Equal) ? expression() : nullptr; });
    if (e) return e;
    if (invalid_rules_) {
      const Token* a = take(Tok::Equal);
      if (a && (next_is(Tok::RightParen) || next_is(Tok::Comma))) {
        raise_at(location_of(*a), "expected default value expression");
      }
    }
    return nullptr;
  });
}

}  // namespace ty::syntax
