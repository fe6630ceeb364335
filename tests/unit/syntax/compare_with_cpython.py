#!/usr/bin/env python3.13
"""Compares trees and syntax errors with CPython's. Run it with CPython 3.13.5.

usage: compare_with_cpython.py TY_PARSE_DUMP trees FILE...     every file's ast.dump()
       compare_with_cpython.py TY_PARSE_DUMP errors FILE...    strings in the files, taken as sources
       compare_with_cpython.py TY_PARSE_DUMP fuzz SEED N FILE...   pieces of the files, damaged
"""
import ast
import random
import re
import subprocess
import sys
import tempfile
import warnings

SEPARATOR = "\n\x01\n"
DAMAGE = ["(", ")", "[", "]", "{", "}", ",", ":", "=", "==", ":=", ".", "*", "**", "if", "else", "for", "in", "not",
          "and", "lambda", "x", "1", '"s"', "print", "async", "await", "yield", "from", "import", "as", "def", "class",
          "return", "is", "+", "-", "/", "@", "~", "<", "->", "\n", "\n    ", 'f"{x}"', 'f"{', "...", "match", "case",
          "_", "type", "None", "True", "while", "with", "try", "except", "finally", "del", "global", "pass", ";", "!",
          "$", "?", "\\", "'", '"""', "#", "0777", "1_", "0xg", "\t", "\x0c", "\u00e9", "\u00a3", " "]


def cpython(source, mode):
    try:
        tree = compile(source, "<x>", mode, flags=ast.PyCF_ONLY_AST, dont_inherit=True)
        return ast.dump(tree, include_attributes=True, show_empty=True)
    except SyntaxError as e:
        return (f"{type(e).__name__}: {e.msg} | {e.lineno} {e.offset} {e.end_lineno} {e.end_offset} | "
                f"{e.text!r}").replace("\n", "\\n")
    except (MemoryError, RecursionError, ValueError) as e:
        return f"{type(e).__name__}: {e}"


def compare(tool, sources, mode):
    with tempfile.NamedTemporaryFile() as file:
        file.write(SEPARATOR.join(sources).encode("utf-8", "surrogatepass"))
        file.flush()
        run = subprocess.run([tool, "--split", "--mode", mode, file.name], capture_output=True)
    results = run.stdout.decode("utf-8", "surrogatepass").split("\n")
    different = 0
    for source, got in zip(sources, results):
        expected = cpython(source, mode)
        if got == expected or (got.split(":")[0] == expected.split(":")[0] in ("MemoryError", "RecursionError")):
            continue
        different += 1
        if different <= 20:
            print(f"source   {source!r}\nexpected {expected[:400]}\ngot      {got[:400]}")
    print(f"{mode}: {len(sources)} sources, {different} differences, exit status {run.returncode}")
    return different + abs(run.returncode)


def trees(tool, files):
    different = 0
    for name in files:
        with open(name, "rb") as file:
            source = file.read()
        try:
            expected = ast.dump(ast.parse(source, name), include_attributes=True, show_empty=True)
        except (SyntaxError, ValueError):
            continue
        run = subprocess.run([tool, name], capture_output=True)
        if run.stdout.decode("utf-8", "surrogatepass").rstrip("\n") != expected:
            print("differs:", name)
            different += 1
    print(f"{len(files)} files, {different} differences")
    return different


def strings(files):
    found = {}
    for name in files:
        with open(name, encoding="utf-8") as file:
            tree = ast.parse(file.read())
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found[node.value] = None
                for example in re.findall(r"(?m)^ *>>> (.*(?:\n *\.\.\. .*)*)", node.value):
                    found[re.sub(r"\n *\.\.\. ", "\n", example) + "\n"] = None
    return [s for s in found if "\0" not in s and "\x01" not in s and "coding" not in s]


def damaged(seed, count, files):
    rnd = random.Random(seed)
    sources = []
    for name in files:
        with open(name, encoding="utf-8") as file:
            lines = file.read().split("\n")
        for _ in range(count):
            first = rnd.randrange(len(lines))
            while first > 0 and lines[first][:1] in (" ", ""):
                first -= 1
            source = "\n".join(lines[first:first + rnd.randrange(1, 8)]) + "\n"
            parts = re.findall(r"\w+|\s+|[^\w\s]", source)
            for _ in range(rnd.choice((1, 1, 1, 2, 3))):
                i = rnd.randrange(len(parts) or 1)
                action = rnd.randrange(4)
                if action == 1 or not parts:
                    parts.insert(i, rnd.choice(DAMAGE))
                elif action == 0:
                    del parts[i]
                elif action == 2:
                    parts[i] = rnd.choice(DAMAGE)
                else:
                    j = rnd.randrange(len(parts))
                    parts[i], parts[j] = parts[j], parts[i]
            source = "".join(parts)
            if "\0" not in source and "\x01" not in source and "coding" not in source:
                sources.append(source)
    return sources


def main():
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(100_000)
    tool, what, *rest = sys.argv[1:]
    if what == "trees":
        return trees(tool, rest)
    if what == "errors":
        sources = strings(rest)
        return sum(compare(tool, sources, mode) for mode in ("exec", "eval", "single"))
    return compare(tool, damaged(int(rest[0]), int(rest[1]), rest[2:]), "exec")


sys.exit(1 if main() else 0)
