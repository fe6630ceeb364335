"""The command line: arguments, exit codes, messages, resource limits. Run by tools/run_tests.py on the host's Python.

A case runs the interpreter in an empty folder and compares exit status, standard output and standard error. A text
must be equal, a compiled pattern must be found; {python} stands for the interpreter, {dir} for the folder. Cases
pass on CPython 3.13.5 too, except those marked `own`.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import run_tests  # noqa: E402


class Case:
    """What to run, and what must come of it."""

    def __init__(self, name, *args, status=0, out="", err="", stdin="", files=None, env=None, shell=None, own=False,
                 needs_ulimit=False, timeout=60):
        self.name, self.args, self.status, self.out, self.err = name, args, status, out, err
        self.stdin, self.files, self.env, self.shell, self.own = stdin, files or {}, env or {}, shell, own
        self.needs_ulimit, self.timeout = needs_ulimit, timeout

    def run(self, python, env, slower=1):
        """Returns (status of the test, text)."""
        if self.own and os.path.basename(python[0]) != "typhon":
            return run_tests.SKIP_STATUS, "about Typhon only"
        with tempfile.TemporaryDirectory() as folder:
            folder = os.path.realpath(folder)
            for name, content in self.files.items():
                data = content if isinstance(content, bytes) else content.encode()
                target = pathlib.Path(folder, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            names = {"{python}": python[0], "{dir}": folder}
            command = [*python, *(fill(arg, names) for arg in self.args)]
            if self.shell:
                command = ["/bin/sh", "-c", self.shell, "sh", *command]
            try:
                done = subprocess.run(command, input=self.stdin.encode() if isinstance(self.stdin, str) else self.stdin,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, env={**env, **self.env},
                                      timeout=self.timeout * slower, preexec_fn=run_tests.unlimited_core)
            except subprocess.TimeoutExpired:
                return 124, "time limit exceeded"
        problems = []
        if done.returncode != self.status:
            problems.append(f"exit status {done.returncode}, expected {self.status}")
        for title, expected, data in (("output", self.out, done.stdout), ("errors", self.err, done.stderr)):
            text = data.decode("utf-8", "backslashreplace")
            if isinstance(expected, re.Pattern):
                if not expected.search(text):
                    problems.append(f"{title} does not match {expected.pattern!r}")
            elif expected is not None and text != fill(expected, names):
                problems.append(f"{title} differs; expected:\n{fill(expected, names)}")
        if not problems:
            return 0, ""
        shown = (done.stdout + b"--- errors:\n" + done.stderr).decode("utf-8", "backslashreplace")
        return 1, "\n".join([*problems, "--- output:", shown[-3000:]])


def fill(text, names):
    for key, value in names.items():
        text = text.replace(key, value)
    return text


def code(name, source, **expected):
    """A case of `-c source`."""
    return Case(name, "-c", source, **expected)


USAGE = ("usage: {python} [option] ... [-c cmd | -m mod | file | -] [arg] ...\n"
         "Try `python -h' for more information.\n")

DIVISION = """\
Traceback (most recent call last):
  File "<string>", line 1, in <module>
    1/0
    ~^~
ZeroDivisionError: division by zero
"""

CASES = [
    # versions and help
    Case("version", "-V", out=re.compile(r"\APython 3\.13\.\d+\n\Z")),
    Case("version-own", "-V", out="Python 3.13.5\n", own=True),
    Case("version-long", "--version", out=re.compile(r"\APython 3\.13\.\d+\n\Z")),
    Case("version-verbose", "-VV", out=re.compile(
        r"\APython 3\.13\.5 experimental free-threading build \(.+\) \[.+\]\n\Z"), own=True),
    Case("help", "-h", out=re.compile(r"\Ausage: .+ \[option\] \.\.\. \[-c cmd \| -m mod \| file \| -\] \[arg\] \.\.\.\n"
                                      r"Options.*\n(?s:.*)^-c cmd : (?s:.*)^-X opt : ", re.M)),
    Case("unknown-option", "-Z", status=2, err="Unknown option: -Z\n" + USAGE),
    Case("unknown-long-option", "--nope", status=2, err="unknown option --nope\n" + USAGE),
    Case("missing-argument-c", "-c", status=2, err="Argument expected for the -c option\n" + USAGE),
    Case("missing-argument-m", "-m", status=2, err="Argument expected for the -m option\n" + USAGE),

    # what is run
    code("command", "import sys; print(sys.argv, __name__)", out="['-c'] __main__\n"),
    Case("command-arguments", "-c", "import sys; print(sys.argv)", "a", "-b", "--c", out="['-c', 'a', '-b', '--c']\n"),
    Case("script", "script.py", "x", "-y", files={"script.py": "import sys\nprint(sys.argv, __file__, __name__)\n"},
         out="['script.py', 'x', '-y'] {dir}/script.py __main__\n"),
    Case("script-path", "folder/script.py", files={"folder/script.py": "import sibling\n", "folder/sibling.py": "print('hi')\n"},
         out="hi\n"),
    Case("module", "-m", "package.module", "arg",
         files={"package/__init__.py": "", "package/module.py": "import sys\nprint(__package__, sys.argv[1:])\n"},
         out="package ['arg']\n"),
    Case("package", "-m", "package", files={"package/__init__.py": "", "package/__main__.py": "print(__name__)\n"},
         out="__main__\n"),
    Case("folder", "folder", files={"folder/__main__.py": "print('in', __name__)\n"}, out="in __main__\n"),
    Case("folder-without-main", "{dir}", status=1, err="{python}: can't find '__main__' module in '{dir}'\n"),
    Case("stdin", stdin="import sys\nprint(__name__, sys.argv)\n", out="__main__ ['']\n"),
    Case("dash", "-", "a", "b", stdin="import sys; print(sys.argv)\n", out="['-', 'a', 'b']\n"),
    Case("missing-file", "nope.py", status=2,
         err="{python}: can't open file '{dir}/nope.py': [Errno 2] No such file or directory\n"),
    Case("missing-module", "-m", "nope", status=1, err="{python}: No module named nope\n"),
    Case("skip-first-line", "-x", "script.py", files={"script.py": "this is not Python\nprint(2)\n"}, out="2\n"),

    # exit codes
    code("exit-none", "import sys; sys.exit()"),
    code("exit-number", "import sys; sys.exit(3)", status=3),
    code("exit-number-modulo", "import sys; sys.exit(300)", status=44),
    code("exit-text", "raise SystemExit('bye')", status=1, err="bye\n"),
    code("exit-object", "import sys; sys.exit([1])", status=1, err="[1]\n"),
    code("exit-in-finally", "try:\n  raise SystemExit(4)\nfinally:\n  print('f')", status=4, out="f\n"),
    code("atexit", "import atexit\natexit.register(print, 'a')\natexit.register(print, 'b')\nprint('c')", out="c\nb\na\n"),
    code("interrupt", "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(20)", status=-2,
         err=re.compile(r"\nKeyboardInterrupt\n\Z")),
    code("interrupt-caught", "import os, signal, time\ntry:\n  os.kill(os.getpid(), signal.SIGINT)\n  time.sleep(20)\n"
         "except KeyboardInterrupt:\n  print('caught')", out="caught\n"),
    code("interrupt-loop", "import os, signal, threading\nthreading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
         "try:\n  while True: pass\nexcept KeyboardInterrupt:\n  print('caught')", out="caught\n"),
    code("threads-joined", "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.1), print('done'))).start()",
         out="done\n"),
    code("daemon-threads-left", "import threading, time\n"
         "threading.Thread(target=lambda: time.sleep(60), daemon=True).start()\nprint('end')", out="end\n"),

    # uncaught exceptions
    code("traceback", "1/0", status=1, err=DIVISION),
    Case("traceback-lines", "script.py", files={"script.py": "def f(x):\n    return 1 // x\n\nf(\n    0)\n"}, status=1, err='''\
Traceback (most recent call last):
  File "{dir}/script.py", line 4, in <module>
    f(
    ~^
        0)
        ^^
  File "{dir}/script.py", line 2, in f
    return 1 // x
           ~~^^~~
ZeroDivisionError: integer division or modulo by zero
'''),
    code("traceback-cause", "try:\n  1/0\nexcept Exception as e:\n  raise ValueError('x') from e", status=1, err='''\
Traceback (most recent call last):
  File "<string>", line 2, in <module>
    1/0
    ~^~
ZeroDivisionError: division by zero

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "<string>", line 4, in <module>
    raise ValueError('x') from e
ValueError: x
'''),
    code("traceback-context", "try:\n  1/0\nexcept Exception:\n  foo", status=1, err='''\
Traceback (most recent call last):
  File "<string>", line 2, in <module>
    1/0
    ~^~
ZeroDivisionError: division by zero

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "<string>", line 4, in <module>
    foo
NameError: name 'foo' is not defined
'''),
    code("traceback-group", "raise ExceptionGroup('g', [ValueError(1), TypeError('t')])", status=1, err='''\
  + Exception Group Traceback (most recent call last):
  |   File "<string>", line 1, in <module>
  |     raise ExceptionGroup('g', [ValueError(1), TypeError('t')])
  | ExceptionGroup: g (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: 1
    +---------------- 2 ----------------
    | TypeError: t
    +------------------------------------
'''),
    code("traceback-suggestion", "def f():\n  print(undefned)\nundefined = 1\nf()", status=1, err='''\
Traceback (most recent call last):
  File "<string>", line 4, in <module>
    f()
    ~^^
  File "<string>", line 2, in f
    print(undefned)
          ^^^^^^^^
NameError: name 'undefned' is not defined. Did you mean: 'undefined'?
'''),
    code("traceback-note", "e = ValueError('a'); e.add_note('note'); raise e", status=1,
         err=re.compile(r"\nValueError: a\nnote\n\Z")),
    code("traceback-bad-str", "class E(Exception):\n  def __str__(self): raise 1\nraise E", status=1,
         err=re.compile(r"\nE: <exception str\(\) failed>\n\Z")),
    code("traceback-repeated", "def f(): f()\nf()", status=1, err=re.compile(
        r"\[Previous line repeated \d+ more times\]\nRecursionError: maximum recursion depth exceeded\n\Z")),
    code("traceback-thread", "import threading\ndef f(): 1/0\nt = threading.Thread(target=f, name='worker'); t.start(); t.join()\n"
         "print('ok')", out="ok\n", err=re.compile(r"\AException in thread worker:\nTraceback \(most recent call last\):\n(?s:.*)"
                                                   r"    def f\(\): 1/0\n             ~\^~\nZeroDivisionError: division by zero\n\Z")),
    code("unraisable", "class A:\n  def __del__(self): raise ValueError('x')\na = A()\ndel a", err=re.compile(
        r'\AException ignored in: <function A\.__del__ at 0x[0-9a-f]+>\nTraceback \(most recent call last\):\n'
        r'  File "<string>", line 2, in __del__\nValueError: x\n\Z')),
    code("missing-import", "import nopkg.sub", status=1, err=re.compile(r"\nModuleNotFoundError: No module named 'nopkg'\n\Z")),
    code("missing-name", "from os import nope", status=1, err=re.compile(
        r"\nImportError: cannot import name 'nope' from 'os' \(.*/os\.py\)\. Did you mean: 'popen'\?\n\Z")),

    # bad source
    Case("syntax-error", "script.py", files={"script.py": "x = 1\nif x\n    pass\n"}, status=1, err='''\
  File "{dir}/script.py", line 2
    if x
        ^
SyntaxError: expected ':'
'''),
    code("syntax-error-command", "x = (1,\n2", status=1,
         err="  File \"<string>\", line 1\n    x = (1,\n        ^\nSyntaxError: '(' was never closed\n"),
    Case("syntax-error-stdin", stdin="\n  1 +\n", status=1,
         err="  File \"<stdin>\", line 2\n    1 +\nIndentationError: unexpected indent\n"),
    Case("invalid-utf8", "script.py", files={"script.py": b'# comment\nx = "abc\xff"\ny = 2\n'}, status=1,
         err="SyntaxError: Non-UTF-8 code starting with '\\xff' in file {dir}/script.py on line 2, but no encoding "
             "declared; see https://peps.python.org/pep-0263/ for details\n"),
    Case("null-byte", "script.py", files={"script.py": b"x = 1\0\n"}, status=1,
         err=re.compile(r"SyntaxError: source code cannot contain null bytes\n\Z")),
    Case("unknown-encoding", "script.py", files={"script.py": "# -*- coding: nope -*-\n"}, status=1,
         err="SyntaxError: encoding problem: nope\n"),
    Case("latin1", "script.py", files={"script.py": b"# -*- coding: latin-1 -*-\nprint(ascii('\xe9'))\n"}, out="'\\xe9'\n"),

    # options
    Case("optimize", "-O", "-c", "assert 0; print(__debug__)", out="False\n"),
    Case("optimize-docstrings", "-OO", "-c", "def f(): 'doc'\nprint(f.__doc__)", out="None\n"),
    Case("isolated", "-I", "-c", "import sys; f = sys.flags; print(f.isolated, f.ignore_environment, f.no_user_site, f.safe_path,"
         " '' in sys.path)", out="1 1 1 True False\n"),
    Case("ignore-environment", "-E", "-c", "import sys; print(sys.flags.ignore_environment, sys.flags.optimize)",
         env={"PYTHONOPTIMIZE": "2"}, out="1 0\n"),
    Case("no-user-site", "-s", "-c", "import sys; print(sys.flags.no_user_site)", out="1\n"),
    Case("no-site", "-S", "-c", "import sys; print(sys.flags.no_site, 'site' in sys.modules)", out="1 False\n"),
    Case("bytes-warning", "-bb", "-c", "b'a' == 'a'", status=1, err=re.compile(r"\nBytesWarning: Comparison between bytes and string\n\Z")),
    Case("no-bytecode", "-B", "-c", "import sys; print(sys.dont_write_bytecode)", out="True\n"),
    Case("quiet", "-q", "-c", "import sys; print(sys.flags.quiet)", out="1\n"),
    Case("unbuffered", "-u", "-c", "import os, sys\nsys.stdout.write('a')\nos._exit(0)", out="a"),
    Case("verbose", "-v", "-c", "import textwrap", err=re.compile(r"^import 'textwrap' # ", re.M)),
    Case("import-time", "-X", "importtime", "-c", "import textwrap",
         err=re.compile(r"\Aimport time: self \[us\] \| cumulative \| imported package\n(?s:.*)\| +textwrap\n")),
    Case("safe-path", "-P", "-c", "import sys; print('' in sys.path, sys.flags.safe_path)", out="False True\n"),
    Case("warning", "-c", "import warnings; warnings.warn('w')", err="<string>:1: UserWarning: w\n"),
    Case("warning-error", "-W", "error", "-c", "import warnings; warnings.warn('w')", status=1,
         err=re.compile(r"\nUserWarning: w\n\Z")),
    Case("warning-ignore", "-Wignore", "-c", "import warnings; warnings.warn('w')"),
    Case("warning-bad", "-W", "foo", "-c", "pass", err="Invalid -W option ignored: invalid action: 'foo'\n"),
    Case("x-options", "-X", "a=b", "-Xc", "-c", "import sys; print(sys._xoptions)", out="{'a': 'b', 'c': True}\n"),
    Case("environment-path", "-c", "import extra", env={"PYTHONPATH": "lib"}, files={"lib/extra.py": "print('extra')\n"},
         out="extra\n"),
    Case("environment-warnings", "-c", "import warnings; warnings.warn('w')", env={"PYTHONWARNINGS": "error"}, status=1,
         err=re.compile(r"UserWarning: w\n\Z")),
    Case("pycache", "-c", "import one\nimport os; print(len(os.listdir('__pycache__')))", files={"one.py": ""}, out="1\n"),

    # free threading
    code("gil-off", "import sys; print(sys._is_gil_enabled(), sys.flags.gil)", own=True, out="False None\n"),
    Case("gil-forced-off", "-X", "gil=0", "-c", "import sys; print(sys._is_gil_enabled(), sys.flags.gil)", own=True, out="False 0\n"),
    Case("gil-on", "-X", "gil=1", "-c", "import sys; print(sys._is_gil_enabled(), sys.flags.gil)", own=True, out="True 1\n"),
    Case("gil-environment", "-c", "import sys; print(sys._is_gil_enabled())", env={"PYTHON_GIL": "1"}, own=True, out="True\n"),
    Case("gil-option-over-environment", "-X", "gil=0", "-c", "import sys; print(sys._is_gil_enabled())",
         env={"PYTHON_GIL": "1"}, own=True, out="False\n"),
    Case("gil-bad", "-X", "gil=2", "-c", "pass", status=1, err=re.compile(
        r'\AFatal Python error: config_read_gil: PYTHON_GIL / -X gil must be "0" or "1"\nPython runtime state: preinitialized\n')),
    Case("gil-bad-environment", "-c", "pass", env={"PYTHON_GIL": "x"}, status=1, err=re.compile(
        r'\AFatal Python error: config_read_gil: PYTHON_GIL / -X gil must be "0" or "1"\n')),
    Case("gil-threads", "-X", "gil=1", "-c", "import threading\nx = []\n"
         "ts = [threading.Thread(target=lambda: [x.append(i) for i in range(1000)]) for _ in range(4)]\n"
         "[t.start() for t in ts]; [t.join() for t in ts]; print(len(x))", out="4000\n"),
    code("identity", "import sys, sysconfig\nprint(sys.implementation.name, sys.abiflags, sysconfig.get_config_var('Py_GIL_DISABLED'),"
         " sys.version_info[:3], sysconfig.get_path('purelib').rpartition('lib/')[2])", own=True,
         out="typhon t 1 (3, 13, 5) python3.13t/site-packages\n"),
    code("platform", "import platform; print(platform.python_version(), platform.python_build()[0] != '', platform.python_compiler() != '')",
         own=True, out="3.13.5 True True\n"),

    # limits
    code("memory-repeat", "x = [0] * 10**15", status=1, err=re.compile(r"\nMemoryError\n\Z")),
    code("memory-repeat-caught", "try:\n  [0] * 10**15\nexcept MemoryError:\n  print('caught')", out="caught\n"),
    code("memory-list", "x = []\nwhile True: x.append(None)", status=1, err=re.compile(r"\nMemoryError\n\Z"),
         shell='ulimit -v 4000000; exec "$@"', needs_ulimit=True),
    code("memory-list-caught", "x = []\ntry:\n  while True: x.append(None)\nexcept MemoryError:\n  x = None\n  print('caught')",
         out="caught\n", shell='ulimit -v 4000000; exec "$@"', needs_ulimit=True),
    code("recursion", "def f(n):\n  return f(n + 1)\ntry:\n  f(0)\nexcept RecursionError as e:\n  print(e)",
         out=re.compile(r"\Amaximum recursion depth exceeded")),
    code("recursion-native", "x = []\nfor i in range(10**6): x = [x]\ntry:\n  repr(x)\nexcept RecursionError as e:\n  print(e)",
         out="maximum recursion depth exceeded while getting the repr of an object\n"),
    code("recursion-compare", "a, b = [], []\nfor i in range(10**6): a, b = [a], [b]\ntry:\n  a == b\nexcept RecursionError as e:\n  print(e)",
         out="maximum recursion depth exceeded in comparison\n"),
    code("recursion-parser", "try:\n  eval('(' * 5000 + ')' * 5000)\nexcept (SyntaxError, MemoryError, RecursionError) as e:\n"
         "  print('refused')", out="refused\n"),
    code("recursion-thread", "import threading\ndef f(): f()\ndef run():\n  try:\n    f()\n  except RecursionError:\n    print('caught')\n"
         "t = threading.Thread(target=run); t.start(); t.join()", out="caught\n"),
    code("deep-structure-freed", "x = None\nfor i in range(10**6): x = (x,)\ndel x\nprint('ok')", out="ok\n"),

    # standard streams
    code("closed-stdout", "print(1)", shell='exec "$@" >&-'),
    code("closed-stdout-none", "import sys; sys.stderr.write(str(sys.stdout))", shell='exec "$@" >&-', err="None"),
    code("full-stdout", "import sys; sys.stdout.write('x' * 10)", shell='exec "$@" >/dev/full', status=120,
         err="Exception ignored on flushing sys.stdout:\nOSError: [Errno 28] No space left on device\n"),
    code("broken-pipe", "import sys\nwhile True: sys.stdout.write('x' * 10000)",
         shell='"$@" 2>err | head -c 1 >/dev/null; grep -c "^BrokenPipeError: .Errno 32. Broken pipe" err', out="1\n"),
    code("input", "print(input('? '), input())", stdin="a\nb\n", out="? a b\n"),
    code("input-end", "input()", status=1, err=re.compile(r"\nEOFError: EOF when reading a line\n\Z")),
    code("utf8", "print('\u00e9\u20ac\U0001f600', end='')", out="\u00e9\u20ac\U0001f600"),
]
