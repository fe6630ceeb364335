"""io, os, pathlib, tempfile, sys, logging, argparse, unittest, warnings, traceback, threading basics, signal, gc."""
import argparse
import gc
import io
import logging
import os
import pathlib
import signal
import sys
import tempfile
import threading
import time
import traceback
import unittest
import warnings
from concurrent.futures import ThreadPoolExecutor, as_completed
from _check import raises

with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "sub" / "file.txt"
    path.parent.mkdir()
    assert path.write_text("a\nb\u20ac\n", encoding="utf-8") == 5 and path.read_text(encoding="utf-8") == "a\nb\u20ac\n" and path.stat().st_size == 7
    with open(path, encoding="utf-8") as file:
        assert file.readline() == "a\n" and file.read(1) == "b" and list(file) == ["\u20ac\n"] and file.mode == "r" and not file.closed
    assert file.closed
    raises(ValueError, file.read, message="I/O operation on closed file.")
    with open(path, "ab+") as file:
        file.write(b"tail")
        file.seek(-4, os.SEEK_END)
        assert file.read() == b"tail" and file.tell() == 11
        file.truncate(2)
    assert path.read_bytes() == b"a\n"
    with open(path, "w", newline="\r\n") as file:
        print("x", 1, sep="-", end="\n", file=file)
        file.writelines(["y\n"])
    assert path.read_bytes() == b"x-1\r\ny\r\n" and path.open().read() == "x-1\ny\n"
    with open(path, "r+b", buffering=0) as raw:
        assert isinstance(raw, io.FileIO) and raw.readall() == b"x-1\r\ny\r\n"
    raises(FileExistsError, open, path, "x")
    raises(IsADirectoryError, open, folder)
    raises(ValueError, open, path, "q", message="invalid mode: 'q'")
    raises(io.UnsupportedOperation, open(path).write, "a", message="not writable")
    assert sorted(os.listdir(folder)) == ["sub"] and os.path.isfile(path) and [entry.name for entry in os.scandir(folder)] == ["sub"]
    assert [(os.path.basename(top), dirs, files) for top, dirs, files in os.walk(folder)][1][2] == ["file.txt"] and list(pathlib.Path(folder).rglob("*.txt")) == [path]
    os.rename(path, path.with_suffix(".md"))
    assert path.with_suffix(".md").exists() and not path.exists() and path.name == "file.txt" and path.stem == "file" and path.parts[-2:] == ("sub", "file.txt")
    raises(FileNotFoundError, os.remove, path)
    large = "line of text \u00e9\n" * 20000
    path.write_text(large, encoding="utf-8")
    with open(path, encoding="utf-8") as file:
        assert sum(1 for _ in file) == 20000
    descriptor = os.open(path, os.O_RDONLY)
    assert os.read(descriptor, 4) == b"line" and os.fstat(descriptor).st_size == path.stat().st_size
    os.close(descriptor)
    with tempfile.NamedTemporaryFile(dir=folder) as named:
        named.write(b"x")
        assert os.path.exists(named.name)

text = io.StringIO("a\nb\n")
assert text.readlines() == ["a\n", "b\n"] and io.BytesIO(b"abc").read(2) == b"ab" and io.TextIOWrapper(io.BytesIO(b"\xc3\xa9\r\n"), encoding="utf-8").read() == "\u00e9\n"
buffer = io.BytesIO()
buffer.write(b"12345"); buffer.seek(1); buffer.write(b"X")
assert buffer.getvalue() == b"1X345" and bytes(buffer.getbuffer()[:2]) == b"1X" and io.BufferedReader(io.BytesIO(b"abcdef")).peek(3)[:3] == b"abc"
assert os.environ.get("NO_SUCH_VARIABLE") is None and os.path.join("a", "/b", "c") == "/b/c" and os.path.splitext("a.tar.gz") == ("a.tar", ".gz") and os.path.normpath("a/../b//c") == "b/c"
os.environ["TY_TEST"] = "1"
assert os.getenv("TY_TEST") == "1" and os.getpid() > 0 and os.cpu_count() > 0 and os.sep == "/" and os.name == "posix"
read, write = os.pipe()
os.write(write, b"pipe")
assert os.read(read, 10) == b"pipe"
os.close(read), os.close(write)
assert sys.version_info[:2] == (3, 13) and sys.byteorder == "little" and sys.getrecursionlimit() == 1000 and sys.getsizeof([]) > 0 and "sys" in sys.modules and sys.argv[0].endswith("module_system.py")
assert sys.intern("ab") is sys.intern("a" + "b") and sys.hash_info.width == 64 and sys.getdefaultencoding() == "utf-8" and sys.platform == "linux" and sys.implementation.cache_tag

stream = io.StringIO()
logger = logging.getLogger("test.child")
handler = logging.StreamHandler(stream)
handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
logging.getLogger("test").addHandler(handler)
logger.setLevel(logging.INFO)
logger.info("hello %s", "x"); logger.debug("no")
try:
    1 / 0
except ZeroDivisionError:
    logger.exception("failed")
assert stream.getvalue().startswith("INFO:test.child:hello x\nERROR:test.child:failed\nTraceback") and stream.getvalue().endswith("ZeroDivisionError: division by zero\n")
parser = argparse.ArgumentParser(prog="prog")
parser.add_argument("pos", type=int, nargs="+")
parser.add_argument("--flag", "-f", action="store_true")
parser.add_argument("--opt", default="d", choices=["d", "e"])
args = parser.parse_args(["1", "2", "-f", "--opt=e"])
assert args.pos == [1, 2] and args.flag and args.opt == "e" and parser.format_usage() == "usage: prog [-h] [--flag] [--opt {d,e}] pos [pos ...]\n"


class Case(unittest.TestCase):
    def setUp(self):
        self.value = 1

    def test_good(self):
        self.assertEqual(self.value, 1)
        with self.assertRaisesRegex(ValueError, "x"):
            raise ValueError("x")
        for i in range(2):
            with self.subTest(i=i):
                self.assertIn(i, [0, 1])

    def test_bad(self):
        self.assertEqual([1, 2], [1, 3])

    @unittest.skip("reason")
    def test_skipped(self):
        pass


result = unittest.TextTestRunner(stream=io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(Case))
assert result.testsRun == 3 and len(result.failures) == 1 and len(result.skipped) == 1 and "First differing element 1" in result.failures[0][1]
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("careful", DeprecationWarning)
    assert len(caught) == 1 and caught[0].category is DeprecationWarning and str(caught[0].message) == "careful"

with ThreadPoolExecutor(max_workers=3) as pool:
    futures = [pool.submit(pow, 2, n) for n in range(5)]
    assert sorted(f.result() for f in as_completed(futures)) == [1, 2, 4, 8, 16] and list(pool.map(len, ["a", "bb"])) == [1, 2]
local = threading.local()
local.x = 1
seen = []
thread = threading.Thread(target=lambda: seen.append((hasattr(local, "x"), threading.current_thread().name)), name="worker")
thread.start(); thread.join()
assert seen == [(False, "worker")] and not thread.is_alive() and threading.main_thread() is threading.current_thread() and threading.active_count() == 1
hits = []
signal.signal(signal.SIGUSR1, lambda number, frame: hits.append(number))
os.kill(os.getpid(), signal.SIGUSR1)
deadline = time.monotonic() + 5
while not hits and time.monotonic() < deadline:
    pass
assert hits == [signal.SIGUSR1]


class Cycle:
    alive = 0

    def __init__(self):
        self.me = self
        Cycle.alive += 1

    def __del__(self):
        Cycle.alive -= 1


gc.collect()
for _ in range(10):
    Cycle()
gc.collect()
assert Cycle.alive == 0 and gc.isenabled() and isinstance(gc.get_stats(), list) and gc.get_count()


def inner():
    raise ValueError("deep")


try:
    inner()
except ValueError as error:
    summary = traceback.TracebackException.from_exception(error)
    assert summary.stack[-1].name == "inner" and summary.stack[-1].line == 'raise ValueError("deep")' and "".join(summary.format()).endswith("ValueError: deep\n")
assert traceback.format_list(traceback.extract_stack())[-1].startswith('  File "')
