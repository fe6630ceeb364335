"""Imports, strings, exceptions, re, json and other shared machinery used by several threads at once."""

import importlib
import json
import os
import re
import sys
import tempfile
import threading
from _race import race

N = 300


def test_imports():
    with tempfile.TemporaryDirectory() as folder:
        for number in range(20):
            with open(os.path.join(folder, f"race_module_{number}.py"), "w") as file:
                file.write(f"import time\ntime.sleep(0.001)\nloaded = [{number}]\n"
                           f"from race_module_{(number + 1) % 20} import __name__ as other\n")
        sys.path.insert(0, folder)
        importlib.invalidate_caches()
        try:
            def work():
                return [id(importlib.import_module(f"race_module_{number}").loaded) for number in range(20)]
            results = race(work, repeat=4)
            assert all(result == results[0] for result in results)
        finally:
            sys.path.remove(folder)


def test_interning():
    def work():
        return [sys.intern(f"race interned {number}") for number in range(N)]
    results = race(work, repeat=4)
    for strings in zip(*results):
        assert all(string is strings[0] for string in strings)


def test_regular_expressions():
    def work():
        for number in range(N):
            match = re.match(rf"(\w+)-{number % 40}$", f"abc-{number % 40}")
            assert match[1] == "abc"
            assert re.sub("[aeiou]", lambda match: match[0].upper(), "race of threads") == "rAcE Of thrEAds"
    race(work, repeat=4)


def test_json():
    data = {"list": [1, 2.5, None, True, "text"], "nested": {"a": {"b": ["c"]}}}
    text = json.dumps(data, sort_keys=True)

    def work():
        for _ in range(N):
            assert json.loads(json.dumps(data)) == data
            assert json.dumps(json.loads(text), sort_keys=True) == text
    race(work, repeat=4)


def test_exceptions():
    instance = ValueError("shared")

    def work():
        for number in range(N):
            try:
                try:
                    raise KeyError(number)
                except KeyError as error:
                    raise RuntimeError from error
            except RuntimeError as error:
                assert error.__cause__.args == (number,)
            try:
                raise instance
            except ValueError as error:
                assert error is instance
    race(work, repeat=4)


def test_compile_and_exec():
    def work(base):
        for number in range(N // 3):
            space = {}
            exec(f"def f(x):\n    return [x + {base + number} for _ in range(2)]\n", space)
            assert space["f"](1) == [1 + base + number] * 2
    race(*(lambda base=base: work(base) for base in (0, 1000, 2000)))


def test_shared_code_specialises():
    def add(a, b):
        return a + b

    class Vector:
        def __init__(self, *items):
            self.items = items

        def __add__(self, other):
            return Vector(*map(add, self.items, other.items))

    def work(first, second, expected):
        for _ in range(N * 20):
            assert add(first, second) == expected

    race(lambda: work(1, 2, 3), lambda: work("a", "b", "ab"), lambda: work([1], [2], [1, 2]), lambda: work(1.5, 2, 3.5))
    assert add(Vector(1, "a"), Vector(2, "b")).items == (3, "ab")


def test_big_numbers_and_strings():
    def work():
        number = 3 ** 500
        text = "ab\u20ac" * 50
        for index in range(N):
            assert (number * number) // number == number
            assert int(str(number)) == number
            assert (text + str(index)).encode().decode() == text + str(index)
            assert text.replace("\u20ac", "").count("ab") == 50
    race(work, repeat=4)


def test_many_threads():
    done = []
    for _ in range(10):
        threads = [threading.Thread(target=done.append, args=(number,)) for number in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(done) == 400


for name, function in list(globals().items()):
    if name.startswith("test_"):
        function()
