// Compiles, verifies and, with -d, disassembles Python files without an object runtime: compile_tree_test [-d] [-q] FILE…
// Without arguments it compiles a few snippets.
#include <cstdio>
#include <cstring>

#include "compile/compile_tree.h"
#include "syntax/parse.h"

using namespace ty;
using namespace ty::compile;

namespace {

std::string constant_text(const Const& c) {
  switch (c.kind) {
    case ConstKind::kNone: return "None";
    case ConstKind::kTrue: return "True";
    case ConstKind::kFalse: return "False";
    case ConstKind::kEllipsis: return "...";
    case ConstKind::kInt: return std::to_string(c.int_value);
    case ConstKind::kBigInt: return "<big int>";
    case ConstKind::kFloat: {
      char text[40];
      snprintf(text, sizeof text, "%.17g", c.real);
      return text;
    }
    case ConstKind::kComplex: return "<complex>";
    case ConstKind::kStr: return "'" + std::string(c.text) + "'";
    case ConstKind::kBytes: return "b'" + std::string(c.text) + "'";
    case ConstKind::kTuple:
    case ConstKind::kFrozenSet: {
      std::string out = c.kind == ConstKind::kTuple ? "(" : "{";
      for (const Const* item : c.items) out += constant_text(*item) + ", ";
      return out + (c.kind == ConstKind::kTuple ? ")" : "}");
    }
    case ConstKind::kCode: return "<code " + c.code->qualname + ">";
    case ConstKind::kName: return std::string(c.text);
    case ConstKind::kObject: return "<object>";
  }
  return "?";
}

int check(const char* name, std::string_view source, bool dump, bool quiet) {
  Arena arena;
  ast::Interner names(arena);
  syntax::ParseOptions parse_options;
  parse_options.filename = name;
  syntax::ParseResult parsed = syntax::parse(names, source, parse_options);
  if (!parsed) {
    if (!quiet) fprintf(stderr, "%s:%d: parse: %.*s\n", name, parsed.error.lineno, int(parsed.error.message.size()), parsed.error.message.data());
    return quiet ? 0 : 1;
  }
  ConstPool pool(arena);
  Diagnostics diagnostics;
  std::deque<CodeUnit> units;
  TreeOptions options;
  options.units = &units;
  options.unparse = [](ast::Interner&, ast::Expr*) { return std::string("annotation"); };
  CodeUnit* top = compile_tree(names, pool, diagnostics, parsed.module, options);
  if (!top) {
    const ast::Location& at = diagnostics.location;
    if (!quiet) {
      fprintf(stderr, "%s:%d:%d:%d:%d: %s\n", name, at.lineno, at.col_offset + 1, at.end_lineno, at.end_col_offset + 1, diagnostics.message.c_str());
    }
    return quiet ? 0 : 1;
  }
  for (const Warning& w : diagnostics.warnings) fprintf(stderr, "%s:%d: warning: %s\n", name, w.location.lineno, w.message.c_str());
  int bad = 0;
  for (CodeUnit& unit : units) {
    CodeView view = unit.view();
    std::string wrong = verify_bytecode(view);
    DisassemblyNames text;
    text.context = &unit;
    text.constant = [](void* u, uint32_t i) { return constant_text(*static_cast<CodeUnit*>(u)->constants[i]); };
    text.local = [](void* u, uint32_t i) { return std::string(static_cast<CodeUnit*>(u)->local_names[i]->view()); };
    text.free = [](void* u, uint32_t i) { return std::string(static_cast<CodeUnit*>(u)->free_names[i]->view()); };
    if (!wrong.empty()) {
      fprintf(stderr, "%s: %s: %s\n", name, unit.qualname.c_str(), wrong.c_str());
      bad = 1;
    }
    if (dump) {
      printf("--- %s: %u registers, %u locals%s\n%s", unit.qualname.c_str(), unit.register_count, unit.local_count, unit.wide ? ", wide" : "",
             disassemble(view, text).c_str());
    }
  }
  return bad;
}

const char* const kSnippets[] = {
    "def f(a, b=1, *c, d, **e):\n  return a + b * 2\n",
    "x = [i for i in range(3) if i]\n",
    "def f(x):\n  try:\n    return x\n  except E as e:\n    raise\n  finally:\n    print(x)\n",
    "class A(B, metaclass=M):\n  def f(self): return super().f()\n",
    "async def f():\n  async with a as b:\n    async for x in y: await x\n",
    "match x:\n  case [1, *r] | (r, 2): pass\n  case A(b=c): pass\n  case {'k': v, **w} if v: pass\n",
    "def f[T: int, *U, **P](x: T) -> T: return x\ntype A[T] = list[T]\n",
    "try:\n  pass\nexcept* E as g:\n  print(g)\n",
};

}  // namespace

int main(int argc, char** argv) {
  bool dump = false, quiet = false;
  int bad = 0, files = 0;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "-d")) {
      dump = true;
    } else if (!strcmp(argv[i], "-q")) {
      quiet = true;
    } else {
      files++;
      FILE* f = fopen(argv[i], "rb");
      if (!f) continue;
      std::string source;
      char block[65536];
      for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) source.append(block, n);
      fclose(f);
      bad |= check(argv[i], source, dump, quiet);
    }
  }
  if (!files) {
    for (const char* snippet : kSnippets) bad |= check("<snippet>", snippet, dump, false);
  }
  return bad;
}
