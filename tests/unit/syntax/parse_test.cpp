// tests/unit/syntax/parse_test.cpp: trees and errors of small sources; what is expected was printed by CPython 3.13.5.
#include <cstdio>
#include <string>

#include "syntax/ast_dump.h"
#include "syntax/parse.h"
#include "syntax/unparse.h"

namespace {

using namespace ty;

struct Case {
  const char* source;
  const char* expected;
};

constexpr Case kCases[] = {
    {"x = 1\n",
     "Module(body=[Assign(targets=[Name(id='x', ctx=Store())], value=Constant(value=1))], type_ignores=[])"},
    {"a, *b = c\n",
     "Module(body=[Assign(targets=[Tuple(elts=[Name(id='a', ctx=Store()), Starred(value=Name(id='b', "
     "ctx=Store()), ctx=Store())], ctx=Store())], value=Name(id='c', ctx=Load()))], type_ignores=[])"},
    {"(a): int = 2\n",
     "Module(body=[AnnAssign(target=Name(id='a', ctx=Store()), annotation=Name(id='int', ctx=Load()), "
     "value=Constant(value=2), simple=0)], type_ignores=[])"},
    {"a.b += 1\n",
     "Module(body=[AugAssign(target=Attribute(value=Name(id='a', ctx=Load()), attr='b', ctx=Store()), "
     "op=Add(), value=Constant(value=1))], type_ignores=[])"},
    {"del (a), b[0]\n",
     "Module(body=[Delete(targets=[Name(id='a', ctx=Del()), Subscript(value=Name(id='b', ctx=Load()), "
     "slice=Constant(value=0), ctx=Del())])], type_ignores=[])"},
    {"for x, in y: pass\n",
     "Module(body=[For(target=Tuple(elts=[Name(id='x', ctx=Store())], ctx=Store()), iter=Name(id='y', "
     "ctx=Load()), body=[Pass()], orelse=[])], type_ignores=[])"},
    {"with (a as b, c): pass\n",
     "Module(body=[With(items=[withitem(context_expr=Name(id='a', ctx=Load()), optional_vars=Name(id='b', "
     "ctx=Store())), withitem(context_expr=Name(id='c', ctx=Load()))], body=[Pass()])], type_ignores=[])"},
    {"with (a, b) as c: pass\n",
     "Module(body=[With(items=[withitem(context_expr=Tuple(elts=[Name(id='a', ctx=Load()), Name(id='b', "
     "ctx=Load())], ctx=Load()), optional_vars=Name(id='c', ctx=Store()))], body=[Pass()])], type_ignores=[])"},
    {"async def f[T: int = str, *Ts, **P](a, /, b=1, *c: *d, e, f=2, **g) -> h: await i\n",
     "Module(body=[AsyncFunctionDef(name='f', args=arguments(posonlyargs=[arg(arg='a')], args=[arg(arg='b')], "
     "vararg=arg(arg='c', annotation=Starred(value=Name(id='d', ctx=Load()), ctx=Load())), "
     "kwonlyargs=[arg(arg='e'), arg(arg='f')], kw_defaults=[None, Constant(value=2)], kwarg=arg(arg='g'), "
     "defaults=[Constant(value=1)]), body=[Expr(value=Await(value=Name(id='i', ctx=Load())))], "
     "decorator_list=[], returns=Name(id='h', ctx=Load()), type_params=[TypeVar(name='T', bound=Name(id='int', "
     "ctx=Load()), default_value=Name(id='str', ctx=Load())), TypeVarTuple(name='Ts'), ParamSpec(name='P')])], "
     "type_ignores=[])"},
    {"@d\nclass C[T](A, k=1): pass\n",
     "Module(body=[ClassDef(name='C', bases=[Name(id='A', ctx=Load())], keywords=[keyword(arg='k', "
     "value=Constant(value=1))], body=[Pass()], decorator_list=[Name(id='d', ctx=Load())], "
     "type_params=[TypeVar(name='T')])], type_ignores=[])"},
    {"match x:\n case [1, *_] | {'k': y, **z} if w: pass\n case A(b, c=-1+2j) as d: pass\n case a.b | None: "
     "pass\n",
     "Module(body=[Match(subject=Name(id='x', ctx=Load()), "
     "cases=[match_case(pattern=MatchOr(patterns=[MatchSequence(patterns=[MatchValue(value=Constant(value=1)), "
     "MatchStar()]), MatchMapping(keys=[Constant(value='k')], patterns=[MatchAs(name='y')], rest='z')]), "
     "guard=Name(id='w', ctx=Load()), body=[Pass()]), "
     "match_case(pattern=MatchAs(pattern=MatchClass(cls=Name(id='A', ctx=Load()), "
     "patterns=[MatchAs(name='b')], kwd_attrs=['c'], "
     "kwd_patterns=[MatchValue(value=BinOp(left=UnaryOp(op=USub(), operand=Constant(value=1)), op=Add(), "
     "right=Constant(value=2j)))]), name='d'), body=[Pass()]), "
     "match_case(pattern=MatchOr(patterns=[MatchValue(value=Attribute(value=Name(id='a', ctx=Load()), "
     "attr='b', ctx=Load())), MatchSingleton(value=None)]), body=[Pass()])])], type_ignores=[])"},
    {"match[x]: int\n",
     "Module(body=[AnnAssign(target=Subscript(value=Name(id='match', ctx=Load()), slice=Name(id='x', "
     "ctx=Load()), ctx=Store()), annotation=Name(id='int', ctx=Load()), simple=0)], type_ignores=[])"},
    {"type X[T] = list[T]\n",
     "Module(body=[TypeAlias(name=Name(id='X', ctx=Store()), type_params=[TypeVar(name='T')], "
     "value=Subscript(value=Name(id='list', ctx=Load()), slice=Name(id='T', ctx=Load()), ctx=Load()))], "
     "type_ignores=[])"},
    {"type = 1\n",
     "Module(body=[Assign(targets=[Name(id='type', ctx=Store())], value=Constant(value=1))], type_ignores=[])"},
    {"try: a\nexcept* B as c: d\nelse: e\nfinally: f\n",
     "Module(body=[TryStar(body=[Expr(value=Name(id='a', ctx=Load()))], "
     "handlers=[ExceptHandler(type=Name(id='B', ctx=Load()), name='c', body=[Expr(value=Name(id='d', "
     "ctx=Load()))])], orelse=[Expr(value=Name(id='e', ctx=Load()))], finalbody=[Expr(value=Name(id='f', "
     "ctx=Load()))])], type_ignores=[])"},
    {"if a: b\nelif c: d\nelse: e\n",
     "Module(body=[If(test=Name(id='a', ctx=Load()), body=[Expr(value=Name(id='b', ctx=Load()))], "
     "orelse=[If(test=Name(id='c', ctx=Load()), body=[Expr(value=Name(id='d', ctx=Load()))], "
     "orelse=[Expr(value=Name(id='e', ctx=Load()))])])], type_ignores=[])"},
    {"lambda a, *, b=1: a\n",
     "Module(body=[Expr(value=Lambda(args=arguments(posonlyargs=[], args=[arg(arg='a')], "
     "kwonlyargs=[arg(arg='b')], kw_defaults=[Constant(value=1)], defaults=[]), body=Name(id='a', "
     "ctx=Load())))], type_ignores=[])"},
    {"f'a{x!r:>{w}}b{y=}' 'c'\n",
     "Module(body=[Expr(value=JoinedStr(values=[Constant(value='a'), FormattedValue(value=Name(id='x', "
     "ctx=Load()), conversion=114, format_spec=JoinedStr(values=[Constant(value='>'), "
     "FormattedValue(value=Name(id='w', ctx=Load()), conversion=-1)])), Constant(value='by='), "
     "FormattedValue(value=Name(id='y', ctx=Load()), conversion=114), Constant(value='c')]))], type_ignores=[])"},
    {"rb'\\x' b'\\x41'\n",
     "Module(body=[Expr(value=Constant(value=b'\\\\xA'))], type_ignores=[])"},
    {"'\\N{BULLET}\\u00e9'\n",
     "Module(body=[Expr(value=Constant(value='•é'))], type_ignores=[])"},
    {"[x async for x in y if z if w]\n",
     "Module(body=[Expr(value=ListComp(elt=Name(id='x', ctx=Load()), "
     "generators=[comprehension(target=Name(id='x', ctx=Store()), iter=Name(id='y', ctx=Load()), "
     "ifs=[Name(id='z', ctx=Load()), Name(id='w', ctx=Load())], is_async=1)]))], type_ignores=[])"},
    {"{**a, 'b': c}\n",
     "Module(body=[Expr(value=Dict(keys=[None, Constant(value='b')], values=[Name(id='a', ctx=Load()), "
     "Name(id='c', ctx=Load())]))], type_ignores=[])"},
    {"a[1:2, *b, ::3]\n",
     "Module(body=[Expr(value=Subscript(value=Name(id='a', ctx=Load()), "
     "slice=Tuple(elts=[Slice(lower=Constant(value=1), upper=Constant(value=2)), Starred(value=Name(id='b', "
     "ctx=Load()), ctx=Load()), Slice(step=Constant(value=3))], ctx=Load()), ctx=Load()))], type_ignores=[])"},
    {"x if y else z\n",
     "Module(body=[Expr(value=IfExp(test=Name(id='y', ctx=Load()), body=Name(id='x', ctx=Load()), "
     "orelse=Name(id='z', ctx=Load())))], type_ignores=[])"},
    {"not a < b is not c\n",
     "Module(body=[Expr(value=UnaryOp(op=Not(), operand=Compare(left=Name(id='a', ctx=Load()), ops=[Lt(), "
     "IsNot()], comparators=[Name(id='b', ctx=Load()), Name(id='c', ctx=Load())])))], type_ignores=[])"},
    {"-a ** -b @ c\n",
     "Module(body=[Expr(value=BinOp(left=UnaryOp(op=USub(), operand=BinOp(left=Name(id='a', ctx=Load()), "
     "op=Pow(), right=UnaryOp(op=USub(), operand=Name(id='b', ctx=Load())))), op=MatMult(), right=Name(id='c', "
     "ctx=Load())))], type_ignores=[])"},
    {"(y := 1, yield_)\n",
     "Module(body=[Expr(value=Tuple(elts=[NamedExpr(target=Name(id='y', ctx=Store()), "
     "value=Constant(value=1)), Name(id='yield_', ctx=Load())], ctx=Load()))], type_ignores=[])"},
    {"global a, b\n",
     "Module(body=[Global(names=['a', 'b'])], type_ignores=[])"},
    {"from .. import a as b, c\n",
     "Module(body=[ImportFrom(names=[alias(name='a', asname='b'), alias(name='c')], level=2)], type_ignores=[])"},
    {"import a.b as c\n",
     "Module(body=[Import(names=[alias(name='a.b', asname='c')])], type_ignores=[])"},
    {"print(*a, b=1, **c)\n",
     "Module(body=[Expr(value=Call(func=Name(id='print', ctx=Load()), args=[Starred(value=Name(id='a', "
     "ctx=Load()), ctx=Load())], keywords=[keyword(arg='b', value=Constant(value=1)), "
     "keyword(value=Name(id='c', ctx=Load()))]))], type_ignores=[])"},
    {"0xFFFFFFFFFFFFFFFFFF, 1_0, 1e400, 2j\n",
     "Module(body=[Expr(value=Tuple(elts=[Constant(value=4722366482869645213695), Constant(value=10), "
     "Constant(value=inf), Constant(value=2j)], ctx=Load()))], type_ignores=[])"},
    {"def f():\n\tif x:\n\t\treturn\n",
     "Module(body=[FunctionDef(name='f', args=arguments(posonlyargs=[], args=[], kwonlyargs=[], "
     "kw_defaults=[], defaults=[]), body=[If(test=Name(id='x', ctx=Load()), body=[Return()], orelse=[])], "
     "decorator_list=[], type_params=[])], type_ignores=[])"},
    {"ªº = µ\n",
     "Module(body=[Assign(targets=[Name(id='ao', ctx=Store())], value=Name(id='μ', ctx=Load()))], "
     "type_ignores=[])"},
    {"a b\n",
     "SyntaxError: invalid syntax | 1 3 1 4"},
    {"f(a b)\n",
     "SyntaxError: invalid syntax. Perhaps you forgot a comma? | 1 3 1 6"},
    {"if x\n pass\n",
     "SyntaxError: expected ':' | 1 5 1 6"},
    {"if x:\npass\n",
     "IndentationError: expected an indented block after 'if' statement on line 1 | 2 1 2 5"},
    {"x = (1,\n",
     "SyntaxError: '(' was never closed | 1 5 1 0"},
    {"x = 1)\n",
     "SyntaxError: unmatched ')' | 1 6 1 6"},
    {"(]\n",
     "SyntaxError: closing parenthesis ']' does not match opening parenthesis '(' | 1 2 1 2"},
    {"'abc\n",
     "SyntaxError: unterminated string literal (detected at line 1) | 1 1 1 1"},
    {"'''abc\n",
     "SyntaxError: unterminated triple-quoted string literal (detected at line 1) | 1 1 1 1"},
    {"f'{a'\n",
     "SyntaxError: f-string: expecting '}' | 1 5 1 5"},
    {"f'{}'\n",
     "SyntaxError: f-string: valid expression required before '}' | 1 4 1 5"},
    {"f'{a!x}'\n",
     "SyntaxError: f-string: invalid conversion character 'x': expected 's', 'r', or 'a' | 1 6 1 7"},
    {"1 = x\n",
     "SyntaxError: cannot assign to literal here. Maybe you meant '==' instead of '='? | 1 1 1 2"},
    {"f() = 1\n",
     "SyntaxError: cannot assign to function call here. Maybe you meant '==' instead of '='? | 1 1 1 4"},
    {"x = yield = 1\n",
     "SyntaxError: assignment to yield expression not possible | 1 5 1 10"},
    {"def f(a=1, b): pass\n",
     "SyntaxError: parameter without a default follows parameter with a default | 1 12 1 13"},
    {"def f(*): pass\n",
     "SyntaxError: named arguments must follow bare * | 1 7 1 8"},
    {"f(a=1, b)\n",
     "SyntaxError: positional argument follows keyword argument | 1 9 1 10"},
    {"f(**a, *b)\n",
     "SyntaxError: iterable argument unpacking follows keyword argument unpacking | 1 6 1 10"},
    {"f(x for x in y, 1)\n",
     "SyntaxError: Generator expression must be parenthesized | 1 3 1 15"},
    {"print 'a'\n",
     "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)? | 1 1 1 10"},
    {"{1: 2, 3}\n",
     "SyntaxError: ':' expected after dictionary key | 1 8 1 0"},
    {"[*a for a in b]\n",
     "SyntaxError: iterable unpacking cannot be used in comprehension | 1 2 1 4"},
    {"for 1 in x: pass\n",
     "SyntaxError: cannot assign to literal | 1 5 1 6"},
    {"del f()\n",
     "SyntaxError: cannot delete function call | 1 5 1 8"},
    {"a := 1\n",
     "SyntaxError: invalid syntax | 1 3 1 5"},
    {"x: int: str\n",
     "SyntaxError: invalid syntax | 1 7 1 8"},
    {"  x\n",
     "IndentationError: unexpected indent | 1 2 1 -1"},
    {"if a:\n    b\n  c\n",
     "IndentationError: unindent does not match any outer indentation level | 3 4 3 -1"},
    {"if a:\n\tb\n        c\n",
     "TabError: inconsistent use of tabs and spaces in indentation | 3 1 3 0"},
    {"0777\n",
     "SyntaxError: leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal "
     "integers | 1 1 1 2"},
    {"1_\n",
     "SyntaxError: invalid decimal literal | 1 2 1 2"},
    {"0b12\n",
     "SyntaxError: invalid digit '2' in binary literal | 1 4 1 4"},
    {"a $ b\n",
     "SyntaxError: invalid syntax | 1 3 1 4"},
    {"x = £\n",
     "SyntaxError: invalid character '£' (U+00A3) | 1 5 1 5"},
    {"import a from b\n",
     "SyntaxError: Did you mean to use 'from ... import ...' instead? | 1 1 1 16"},
    {"from a import b,\n",
     "SyntaxError: trailing comma not allowed without surrounding parentheses | 1 17 1 18"},
    {"try: a\n",
     "SyntaxError: expected 'except' or 'finally' block | 1 7 1 -1"},
    {"class C\n",
     "SyntaxError: expected ':' | 1 8 1 9"},
    {"else: x\n",
     "SyntaxError: invalid syntax | 1 1 1 5"},
    {"a if b\n",
     "SyntaxError: expected 'else' after 'if' expression | 1 1 1 7"},
    {"with a as f(): pass\n",
     "SyntaxError: cannot assign to function call | 1 11 1 14"},
    {"match x:\n case 1 + 2: pass\n",
     "SyntaxError: imaginary number required in complex literal | 2 11 2 12"},
    {"'\\xz'\n",
     "SyntaxError: (unicode error) 'unicodeescape' codec can't decode bytes in position 0-1: truncated \\xXX "
     "escape | 1 1 1 6"},
    {"b'é'\n",
     "SyntaxError: bytes can only contain ASCII literal characters | 1 1 1 5"},
    {"a, b: int\n",
     "SyntaxError: only single target (not tuple) can be annotated | 1 1 1 2"},
    {"a <> b\n",
     "SyntaxError: invalid syntax | 1 3 1 5"},
    {"def f(:\n",
     "SyntaxError: invalid syntax | 1 7 1 8"},
    {"lambda *: 1\n",
     "SyntaxError: named arguments must follow bare * | 1 9 1 10"},
    {"type X[] = 1\n",
     "SyntaxError: Type parameter list cannot be empty | 1 8 1 10"},
    {"\\\n",
     "SyntaxError: unexpected EOF while parsing | 1 2 1 -1"},
    {"x\\ y\n",
     "SyntaxError: unexpected character after line continuation character | 1 3 1 0"},
};

constexpr Case kAnnotations[] = {
    {"lambda a, /, b=2, *c, d: 0", "lambda a, /, b=2, *c, d: 0"},
    {"(a , b)[ c,d ]", "(a, b)[c, d]"},
    {"-1**2 if x else (yield)", "-1 ** 2 if x else (yield)"},
    {"f'{x!r:>{w}}{ {1:2} }'", "f'{x!r:>{w}}{ {1: 2}}'"},
    {"1 .real + 1e999", "1 .real + 1e309"},
};

const char* kind_name(syntax::SyntaxErrorKind kind) {
  switch (kind) {
    case syntax::SyntaxErrorKind::IndentationError: return "IndentationError";
    case syntax::SyntaxErrorKind::TabError: return "TabError";
    case syntax::SyntaxErrorKind::MemoryError: return "MemoryError";
    default: return "SyntaxError";
  }
}

std::string result_of(const char* source, uint32_t flags) {
  Arena arena;
  ast::Interner names(arena);
  syntax::ParseOptions options;
  options.flags = flags;
  syntax::ParseResult result = syntax::parse(names, source, options);
  if (result) return ast::dump(result.module, ast::DumpAttributes::Omit);
  const syntax::SyntaxErrorInfo& e = result.error;
  std::string out = kind_name(e.kind);
  out += ": ";
  out += e.message;
  out += " | " + std::to_string(e.lineno) + " " + std::to_string(e.offset) + " " + std::to_string(e.end_lineno) +
         " " + std::to_string(e.end_offset);
  return out;
}

int failures = 0;

void expect(const char* source, const std::string& got, const std::string& expected) {
  if (got == expected) return;
  failures++;
  printf("source:   %s\nexpected: %s\ngot:      %s\n", source, expected.c_str(), got.c_str());
}

std::string repeat(const char* text, int count) {
  std::string out;
  for (int i = 0; i < count; i++) out += text;
  return out;
}

/// Nesting without bound ends in an error, not in a crash.
void test_depth() {
  for (const char* unit : {"-", "not ", "lambda: ", "x ** ", "a if b else ", "(", "[", "{", "f(", "*"}) {
    std::string got = result_of((repeat(unit, 100000) + "1").c_str(), 0);
    if (got.starts_with("Module(")) {
      failures++;
      printf("unbounded: %s\n", unit);
    }
  }
  std::string chain = "if x: pass\n" + repeat("elif y: pass\n", 3000);
  if (!result_of(chain.c_str(), 0).starts_with("Module(")) {
    failures++;
    printf("a chain of elif is no nesting\n");
  }
  std::string deep = result_of(repeat("-", 20000).c_str(), 0);
  expect("----...", deep.substr(0, deep.find(" |")),
         "MemoryError: Parser stack overflowed - Python source too complex to parse");
}

}  // namespace

int main() {
  for (const Case& c : kCases) {
    expect(c.source, result_of(c.source, 0), c.expected);
    expect(c.source, result_of(c.source, syntax::kParseCarefully), c.expected);
  }
  for (const Case& c : kAnnotations) {
    Arena arena;
    ast::Interner names(arena);
    syntax::ParseOptions options;
    options.mode = syntax::ParseMode::Eval;
    syntax::ParseResult result = syntax::parse(names, c.source, options);
    expect(c.source, result ? std::string(ast::unparse(arena, ast::as<ast::Expression>(result.module)->body)) : "error",
           c.expected);
  }
  test_depth();
  if (failures) printf("%d failures\n", failures);
  return failures ? 1 : 0;
}
