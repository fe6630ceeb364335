"""The lint rules: what the compiler cannot check of docs/testing.md's "Lint" table.

Each rule is a function over the Tree that yields problems (path, line, text). `tools/ty lint` runs them all;
tools/lint_exceptions.txt lists the accepted findings, one `rule path [symbol]  # reason` a line. An exception
that matches nothing is itself a problem.
"""

import functools
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RANK = {"base": 0, "header": 1, "sync": 2, "bytecode": 2, "mem": 3, "object": 4, "gc": 5, "types": 6,
        "syntax": 7, "compile": 7, "vm": 8, "modules": 9, "capi": 10, "jit": 11, "main": 12}
OVERLAY = {"opcode.py", "_opcode_metadata.py", "dis.py", "site.py", "sysconfig"}
TAGS = {"const", "owner", "lock", "atomic", "stw"}
LIMITS = {".cpp": 1500, ".h": 600}
FUNCTION_LIMIT = 150

COMMENT_OR_STRING = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)


def blank(match):
    """The text of a comment or literal as blanks, its line breaks kept."""
    text = match.group()
    if text.startswith(("/", "R")) or len(text) < 2:
        return re.sub(r"[^\n]", " ", text)
    return text[0] + " " * (len(text) - 2) + text[-1]


class Source:
    """One C++ file: its text, and its code with comments and literals blanked."""

    def __init__(self, path):
        self.path = path
        self.name = str(path.relative_to(ROOT))
        self.text = path.read_text(encoding="utf-8", errors="replace")
        # An apostrophe inside a number is a digit separator, not a literal.
        plain = re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "_", self.text)
        self.code = COMMENT_OR_STRING.sub(blank, plain)
        self.lines = self.text.splitlines()
        parts = path.relative_to(ROOT).parts
        self.folder = parts[1] if parts[0] == "src" else None

    def line_of(self, offset):
        return self.code.count("\n", 0, offset) + 1


class Struct:
    def __init__(self, source, name, base, start, end):
        self.source, self.name, self.base, self.start, self.end = source, name, base, start, end

    def fields(self):
        """(line number, declaration, text of the line) of every data member written on one line."""
        body = self.source.code[self.start:self.end]
        first = self.source.line_of(self.start)
        depth = 0
        for index, line in enumerate(body.split("\n")):
            before, depth = depth, depth + line.count("{") - line.count("}")
            text = line.strip()
            if before != 1 and not (index == 0):
                continue
            match = re.match(r"(?!using|static|friend|typedef|template|return|enum|struct|class|union|public|private"
                             r"|protected|#|constexpr|explicit|operator|case|DISALLOW|TY_)"
                             r"(?P<type>[A-Za-z_][\w:<>,\s*&\[\]]*?[\s*&>])(?P<name>\w+)(\s*\[[^]]*\])?"
                             r"(\s*(=[^;()]*|\{[^;]*\}))?\s*;", text)
            if match and "(" not in match.group("type"):
                yield first + index, match, self.source.lines[first + index - 1]


def close_brace(code, start):
    """The offset after the brace that closes the one at start."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(code, start):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.end()
    return len(code)


class Tree:
    @functools.cached_property
    def sources(self):
        return [Source(path) for path in sorted((ROOT / "src").rglob("*"))
                if path.suffix in (".cpp", ".h") and path.is_file()]

    @functools.cached_property
    def structs(self):
        found = []
        head = re.compile(r"\b(?:struct|class)\s+(?:alignas\(\w+\)\s*)?(?:\[\[\w+\]\]\s*)?(\w+)(?:\s+final)?"
                          r"\s*(?::\s*(?:public\s+)?([\w:]+))?\s*\{")
        for source in self.sources:
            for match in head.finditer(source.code):
                start = match.end() - 1
                found.append(Struct(source, match.group(1), match.group(2), start, close_brace(source.code, start)))
        return found

    @functools.cached_property
    def object_types(self):
        """Names of the structs that derive from Object."""
        names = {"Object"}
        while True:
            more = {struct.name for struct in self.structs if struct.base in names} - names
            if not more:
                return names
            names |= more

    @functools.cached_property
    def functions(self):
        """(source, name, offset of the opening brace, offset after the closing one) of function bodies."""
        found = []
        # A body follows `)`, possibly with qualifiers, a trailing return type or member initialisers.
        opener = re.compile(r"\)\s*(?:const|noexcept|override|final|TY_\w+(?:\([^)]*\))?|->\s*[\w:<>*&\s]+|\[\[[^\]]*\]\]|\s)*"
                            r"(?::\s*\w+[({][^;{]*?[)}]\s*)?\{")
        skip = {"if", "for", "while", "switch", "catch", "return"}
        for source in self.sources:
            end = 0
            for match in opener.finditer(source.code):
                brace = match.end() - 1
                if brace < end:
                    continue
                head = source.code[max(0, match.start() - 600):match.start() + 1]
                depth, at = 0, len(head)
                while at > 0:
                    at -= 1
                    depth += {")": 1, "(": -1}.get(head[at], 0)
                    if depth == 0:
                        break
                name = re.search(r"([\w~:]+)\s*$", head[:at])
                if not name or name.group(1) in skip or not name.group(1).strip(":"):
                    continue
                end = close_brace(source.code, brace)
                found.append((source, name.group(1), brace, end))
        return found


RULES = {}


def rule(function):
    RULES[function.__name__] = function
    return function


@rule
def raw_field(tree):
    """A field of a heap object is a Slot, never a raw pointer to an object or a bare Value."""
    types = "|".join(sorted(tree.object_types))
    raw = re.compile(rf"^(?:const\s+)?(?:(?:Atomic|std::atomic)<\s*)?(?:(?:{types})\s*\*|Value\b|Object\b\s*\*)")
    for struct in tree.structs:
        if struct.base not in tree.object_types or struct.source.folder == "header":
            continue
        for line, match, text in struct.fields():
            if raw.match(match.group("type").strip()):
                yield struct.source.name, line, f"{struct.name}.{match.group('name')}: {match.group('type').strip()}"


@rule
def field_tag(tree):
    """Every mutable field of a heap object carries exactly one tag, or its struct's first line a tag for the rest."""
    for struct in tree.structs:
        if struct.base not in tree.object_types or struct.source.folder == "header":
            continue
        default = set(re.findall(r"\[(\w+)\]", struct.source.lines[struct.source.line_of(struct.start) - 1])) & TAGS
        for line, match, text in struct.fields():
            tags = [tag for tag in re.findall(r"\[(\w+)\]", text.partition("//")[2]) if tag in TAGS]
            if not tags and default:
                continue
            if len(tags) != 1 and not match.group("type").startswith("const "):
                yield struct.source.name, line, f"{struct.name}.{match.group('name')} has {len(tags)} tags"


@rule
def python_under_lock(tree):
    """No call that may run Python while a runtime lock is held."""
    guard = re.compile(r"\b(?:MutexLock|LeafLock|LockGuard|MutexGuard|LeafGuard|SpinGuard)\b\s*(?:<[^>]*>\s*)?\w+\s*[({]")
    for source in tree.sources:
        for match in guard.finditer(source.code):
            depth, end = 0, len(source.code)
            for brace in re.compile(r"[{}]").finditer(source.code, match.end()):
                depth += 1 if brace.group() == "{" else -1
                if depth < 0:
                    end = brace.start()
                    break
            scope = source.code[match.end():end]
            released = re.search(r"\.(?:unlock|release)\(\)", scope)
            call = re.search(r"\b\w+_rpy\s*\(", scope[:released.start() if released else None])
            if call:
                yield source.name, source.line_of(match.end() + call.start()), f"{call.group().strip(' (')} under a lock"


@rule
def opcode_switch(tree):
    """No switch over opcodes outside the opcode table's users."""
    for source in tree.sources:
        if source.folder in ("bytecode", "jit"):
            continue
        match = re.search(r"\bcase\s+(?:ty::)?Op(?:code)?::k?[A-Z]\w*\s*:", source.code)
        if match:
            yield source.name, source.line_of(match.start()), match.group()


@rule
def argument_parsing(tree):
    """Arguments of native functions are converted by the binding tables."""
    pattern = re.compile(r"\b(?:argc|nargs|argument_count)\s*(?:[<>]=?|[!=]=)|\bPyArg_|for\s*\([^;)]*\bkwnames\b"
                         r"|[<>]=?\s*(?:argc|nargs)\b")
    for source in tree.sources:
        if source.folder in ("types", "modules"):
            for match in pattern.finditer(source.code):
                yield source.name, source.line_of(match.start()), match.group()


@rule
def ignored_result(tree):
    """A Result is never thrown away: the type is nodiscard, the warning an error, and no cast to void hides one."""
    options = (ROOT / "cmake/options.cmake").read_text()
    if "-Werror" not in options or "-Wno-unused-result" in options or "-Wno-error" in options:
        yield "cmake/options.cmake", 1, "unused results must be errors"
    fallible = {"Result", "Lookup"}
    for source in tree.sources:
        fallible.update(re.findall(r"\b(?:Result|Lookup)<[^;{}()]*>\s+(?:\w+::)*(\w+)\s*\(", source.code))
    for source in tree.sources:
        for match in re.finditer(r"(?:\(void\)\s*|static_cast<void>\s*\(\s*|std::ignore\s*=\s*)(?:[\w:.]|->)*?(\w+)\s*(?:<[^<>;]*>)?\(",
                                 source.code):
            if match.group(1) in fallible:
                yield source.name, source.line_of(match.start()), match.group()


@rule
def cxx_exception(tree):
    """No C++ exceptions and no run-time type information."""
    options = (ROOT / "cmake/options.cmake").read_text()
    for flag in ("-fno-exceptions", "-fno-rtti"):
        if flag not in options:
            yield "cmake/options.cmake", 1, f"{flag} is missing"
    for source in tree.sources:
        for match in re.finditer(r"\b(?:throw\b(?!\s*[:,)])|try\s*\{|catch\s*\(|dynamic_cast\s*<|typeid\s*\()", source.code):
            yield source.name, source.line_of(match.start()), match.group()


@rule
def upward_include(tree):
    """A folder of src/ includes only itself and the folders below it."""
    for source in tree.sources:
        for match in re.finditer(r'^\s*#\s*include\s+"([^"/]+)/', source.text, re.M):
            other = match.group(1)
            if other == source.folder or other not in RANK or source.folder not in RANK:
                continue
            if source.folder == "object" and other == "types" and source.path.suffix == ".cpp":
                continue  # sources of object/ and types/ are one layer, the data model (docs/native_code.md)
            if RANK[other] > RANK[source.folder] or RANK[other] == RANK[source.folder] and \
                    (source.folder, other) != ("compile", "syntax"):
                yield source.name, source.text.count("\n", 0, match.start()) + 1, f"{source.folder} includes {other}"


@rule
def file_size(tree):
    """Files stay below the hard limits."""
    for source in tree.sources:
        if len(source.lines) > LIMITS[source.path.suffix]:
            yield source.name, 1, f"{len(source.lines)} lines, limit {LIMITS[source.path.suffix]}"


@rule
def function_size(tree):
    """Functions stay below the hard limit."""
    for source, name, start, end in tree.functions:
        lines = source.code.count("\n", start, end) + 1
        if lines > FUNCTION_LIMIT:
            yield source.name, source.line_of(start), f"{name}: {lines} lines, limit {FUNCTION_LIMIT}"


@rule
def unused_name(tree):
    """Every interned name of names.def is used."""
    path = ROOT / "src/object/names.def"
    if not path.exists():
        return
    used = set()
    for source in tree.sources:
        used.update(re.findall(r"\w+", source.text))
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r"\s*NAME\w*\(\s*(\w+)", line)
        if match and match.group(1) not in used:
            yield "src/object/names.def", number, match.group(1)


@rule
def docs_paths(tree):
    """Every path and every C++ symbol that the documentation names exists."""
    code = None
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        if not path.exists():
            continue
        text = re.sub(r"^```.*?^```", lambda match: "\n" * match.group().count("\n"), path.read_text(), flags=re.M | re.S)
        for number, line in enumerate(text.splitlines(), 1):
            for token in re.findall(r"`([^`\n]+)`", line) + re.findall(r"\]\(([^)#:]+)\)", line):
                token = token.strip()
                if re.fullmatch(r"[\w.*{},-]+(?:/[\w.*{},-]+)*/?(?::\d+)?", token) and (
                        "/" in token or re.search(r"\.(?:cpp|h|def|md|py|pml|cmake|txt)$", token)):
                    if not path_exists(token, path.parent):
                        yield str(path.relative_to(ROOT)), number, token
                elif match := re.fullmatch(r"(?:ty::)(?:\w+::)*(\w+)(?:\(\))?|([a-z]\w+_\w+)\(\)", token):
                    if code is None:
                        code = set()
                        for source in tree.sources:
                            code.update(re.findall(r"\w+", source.code))
                    if (match.group(1) or match.group(2)) not in code:
                        yield str(path.relative_to(ROOT)), number, token


def path_exists(token, folder):
    token = token.split(":")[0].rstrip("/")
    if token.startswith(("build/", "build-", "build", "~", "lib/python3.13t")) or token in ("Lib", "Python.h"):
        return True
    choices = re.split(r"[{},]", token)
    if "{" in token:
        head, rest = token.split("{", 1)
        middle, tail = rest.split("}", 1)
        return all(path_exists(head + choice + tail, folder) for choice in middle.split(","))
    for base in (ROOT, folder, ROOT / "src", ROOT / "tests"):
        if (base / token).exists() or "*" in token and any(base.glob(token)):
            return True
    return "/" not in token and any((ROOT / top).is_dir() and any((ROOT / top).rglob(token))
                                    for top in ("src", "tools", "tests", "docs", "bench", "examples", "cmake", "lib")) \
        and bool(choices)


@rule
def overlay(tree):
    """lib/ overlays nothing but what describes this interpreter instead of CPython."""
    if (ROOT / "lib").is_dir():
        for entry in sorted((ROOT / "lib").iterdir()):
            if entry.name not in OVERLAY and entry.name != "__pycache__":
                yield f"lib/{entry.name}", 1, "not one of " + ", ".join(sorted(OVERLAY))


@rule
def machine_words(tree):
    """Nothing in the repository names a machine's own paths or a package registry's host."""
    words = re.compile(r"(?<![\w.])/(?:work|root)/|https?://[a-z.]*(?:debian|npmjs|pypi)\.org")
    for top in ("src", "tools", "tests", "docs", "bench", "examples", "cmake", "lib", "Makefile", "README.md",
                "CMakeLists.txt", "CMakePresets.json", ".ci"):
        base = ROOT / top
        for path in [base] if base.is_file() else sorted(base.rglob("*")) if base.is_dir() else []:
            if not path.is_file() or "__pycache__" in path.parts or path.name == "lint.py":
                continue
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                if match := words.search(line):
                    yield str(path.relative_to(ROOT)), number, match.group()


def exceptions():
    """{(rule, path, symbol or ""): line number} of the accepted findings."""
    accepted = {}
    path = ROOT / "tools/lint_exceptions.txt"
    for number, line in enumerate(path.read_text().splitlines(), 1) if path.exists() else []:
        words = line.partition("#")[0].split()
        if words:
            accepted[(words[0], words[1], words[2] if len(words) > 2 else "")] = number
    return accepted


def check(names=()):
    """Runs the rules; returns {rule: [problem text]} in the rules' order."""
    tree = Tree()
    accepted = exceptions()
    used = set()
    results = {}
    for name, function in RULES.items():
        if names and name not in names:
            continue
        problems = []
        for path, line, text in function(tree):
            keys = [key for key in accepted if key[0] == name and key[1] == path and (not key[2] or key[2] in text)]
            if keys:
                used.update(keys)
            else:
                problems.append(f"{path}:{line}: {name}: {text}")
        problems += [f"tools/lint_exceptions.txt:{number}: {name}: this exception matches nothing"
                     for key, number in accepted.items() if key[0] == name and key not in used]
        results[name] = problems
    return results


def main(names):
    unknown = set(names) - set(RULES)
    if unknown:
        print("lint: no such rule:", ", ".join(sorted(unknown)), "\nrules:", ", ".join(RULES), file=sys.stderr)
        return 2
    results = check(names)
    count = 0
    for problems in results.values():
        for problem in problems:
            print(problem)
            count += 1
    print(f"lint: {len(results)} rules, {count} problems")
    return 1 if count else 0
