"""The test runner behind `tools/ty test`: collects tests of every kind, runs them in parallel, counts them.

A test is a command with a time limit. It passes with exit status 0 and is skipped with 77 (the last line it
prints says why). A kind of test that finds nothing to run counts as one skipped test, so that nothing missing
passes silently.
"""

import concurrent.futures
import fnmatch
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import lint
import steps

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIP_STATUS = 77
FOLDERS = {"release": "build", "dev": "build-dev", "tsan": "build-tsan", "debug": "build-debug"}
SLOWER = {"release": 1, "dev": 8, "tsan": 15, "debug": 3}
KINDS = ("unit", "py", "cli", "threads", "examples", "steps", "bytecode", "models", "lint")
SANITIZERS = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=0:detect_leaks=0:allocator_may_return_null=1:abort_on_error=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1:history_size=4",
}


class Test:
    """A command to run, or a function that returns (status, output)."""

    def __init__(self, kind, name, command=None, *, function=None, timeout=60, cwd=None, env=None):
        self.kind, self.name, self.command, self.function = kind, name, command, function
        self.timeout, self.cwd, self.env = timeout, cwd, env or {}


class Skip(Test):
    """A test that cannot run, and why."""

    def __init__(self, kind, name, reason):
        super().__init__(kind, name, function=lambda: (SKIP_STATUS, reason))


def environment(extra=()):
    """The environment of a test: nothing of the user's Python settings."""
    env = {key: value for key, value in os.environ.items()
           if not key.startswith(("PYTHON", "PYENV", "TYPHON_", "MAKE", "MFLAGS"))}
    env.update(SANITIZERS, LC_ALL="C.UTF-8", PYTHONNOUSERSITE="1", TZ="UTC")
    if symbolizer := shutil.which("llvm-symbolizer-19"):
        env["ASAN_SYMBOLIZER_PATH"] = symbolizer
        env["TSAN_OPTIONS"] += ":external_symbolizer_path=" + symbolizer
    env.update(extra)
    return env


def unlimited_core():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run_command(command, timeout, *, cwd=None, env=None, stdin=None):
    """Runs a command in its own session; returns (status, output). A command over its time is killed: status 124."""
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(command, stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                                       stdout=output, stderr=subprocess.STDOUT, cwd=cwd, env=env,
                                       start_new_session=True, preexec_fn=unlimited_core)
        except OSError as error:
            return 127, f"{command[0]}: {error}"
        try:
            process.communicate(stdin, timeout=timeout)
            status = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            status = 124
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if status == 124:
        text += f"\ntime limit of {timeout:.0f} s exceeded\n"
    elif status < 0:
        text += f"\nkilled by {signal.Signals(-status).name}\n"
    return status, text


# ------------------------------------------------------------------------------------------------ collection

def directives(path):
    """`# ty: timeout=120 args=-X,gil=1 env=NAME:VALUE` in the first lines of a script."""
    found = {}
    with open(path, encoding="utf-8", errors="replace") as file:
        for _, line in zip(range(8), file):
            if match := re.match(r"(?:#|/[/*]) ty: (.*)", line):
                found.update(word.split("=", 1) for word in match.group(1).split() if "=" in word)
    return found


def scripts(kind, folder, python, prefix=()):
    """A test for every script of a folder (`_name.py` files are helpers of others)."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        if path.name.startswith("_") or "__pycache__" in path.parts:
            continue
        settings = directives(path)
        arguments = settings["args"].split(",") if "args" in settings else []
        env = dict(pair.split(":", 1) for pair in settings["env"].split(",")) if "env" in settings else {}
        yield Test(kind, str(path.relative_to(ROOT)), [*python, *prefix, *arguments, str(path)], cwd=str(path.parent),
                   timeout=float(settings.get("timeout", 60)), env=env)


def collect_unit(options):
    for path in sorted((options.build / "bin").glob("*_test")):
        yield Test("unit", path.name, [str(path)], timeout=120)


def collect_py(options):
    yield from scripts("py", "tests/py", options.python)


def collect_threads(options):
    yield from scripts("threads", "tests/threads", options.python)


def collect_examples(options):
    for test in scripts("examples", "examples", options.python):
        test.command.append("--quick")
        yield test


def collect_steps(options):
    """Scripts whose middle part is stepped through; `# ty: locked=N` is the most locked instructions it may execute."""
    for path in sorted((ROOT / "tests/steps").glob("*.py")):
        name = str(path.relative_to(ROOT))
        if options.preset != "release":
            yield Skip("steps", name, "counts instructions of the release build only")
            continue
        limit = int(directives(path)["locked"])
        yield Test("steps", name, function=lambda path=path, limit=limit: run_steps(path, limit, options))


def run_steps(path, limit, options):
    env = environment({"TYPHON_stress_multi": "1", "PYTHONHASHSEED": "0"})
    try:
        count, locked = steps.count([*options.python, str(path)], env)
    except PermissionError as error:
        return SKIP_STATUS, str(error)
    except (OSError, SystemExit) as error:
        return 1, str(error)
    if len(locked) <= limit:
        return 0, ""
    places = sorted(set(locked))
    listing = "\n".join(f"  {address:#x}: {code.hex(' ')}" for address, code in places)
    return 1, f"{count} instructions, {len(locked)} locked, limit {limit}; llvm-symbolizer-19 -e names the places:\n{listing}"


def collect_bytecode(options):
    for path in sorted((ROOT / "tests/bytecode/in").glob("*.py")):
        expected = ROOT / "tests/bytecode/expected" / (path.stem + ".txt")
        def compare(path=path, expected=expected):
            status, text = run_command([*options.python, "-m", "dis", path.name], 60, cwd=str(path.parent),
                                       env=environment())
            text = re.sub(r" at 0x[0-9a-f]+", "", text)
            if status or (expected.exists() and expected.read_text() == text):
                return status, text
            if options.rebaseline:
                expected.parent.mkdir(exist_ok=True)
                expected.write_text(text)
                return 0, ""
            shown = subprocess.run(["diff", "-uN", str(expected), "-"], input=text, text=True, capture_output=True)
            return 1, shown.stdout
        yield Test("bytecode", "tests/bytecode/in/" + path.name, function=compare)


def collect_cli(options):
    sys.path.insert(0, str(ROOT / "tests/cli"))
    try:
        import cases
    except ImportError:
        return
    finally:
        sys.path.pop(0)
    sanitized = options.preset in ("dev", "tsan")
    for case in cases.CASES:
        if case.needs_ulimit and sanitized:
            yield Skip("cli", "cli/" + case.name, "sanitizers reserve more address space than the limit")
            continue
        yield Test("cli", "cli/" + case.name, timeout=case.timeout,
                   function=lambda case=case: case.run(options.python, environment(), options.slower))


def collect_models(options):
    """Models say in their own text how they are run: `RUN name: pan's compiler flags -> ok|error`."""
    spin = shutil.which("spin")
    for path in sorted((ROOT / "tests/models").glob("*.pml")):
        for match in re.finditer(r"RUN(?P<soak>-SOAK)? (?P<name>[\w-]+): (?P<flags>.*?) -> (?P<expect>ok|error)",
                                 path.read_text()):
            if match["soak"] and not options.soak:
                continue
            name = f"tests/models/{path.name}:{match['name']}"
            if not spin:
                yield Skip("models", name, "spin is not installed")
                continue
            flags, expect = match["flags"].split(), match["expect"]
            yield Test("models", name, timeout=3600 if match["soak"] else 600,
                       function=lambda p=path, f=flags, e=expect, o=options: run_model(spin, p, f, e, o))


def run_model(spin, path, flags, expect, options):
    """Generates, compiles and runs the verifier of one configuration."""
    compiler = shutil.which("gcc") or shutil.which("clang-19") or "cc"
    defines = [flag for flag in flags if flag.startswith("-D")]
    run_flags = [flag for flag in flags if not flag.startswith("-D")] or ["-m2000000"]
    with tempfile.TemporaryDirectory() as folder:
        for command in ([spin, *defines, "-a", str(path)],
                        [compiler, "-O2", "-w", "-DSAFETY", "-DCOLLAPSE", "-o", "pan", "pan.c"]):
            status, text = run_command(command, 300, cwd=folder)
            if status:
                return status, text
        status, text = run_command(["./pan", "-n", *run_flags], 3600 if options.soak else 540, cwd=folder)
    match = re.search(r"errors: (\d+)", text)
    if status == 124 or not match:
        return 1, text
    if "max search depth too small" in text or "Search not completed" in text and expect == "ok":
        return 1, text + "\nthe search was cut"
    found = "ok" if match.group(1) == "0" else "error"
    return (0, "") if found == expect else (1, text + f"\nexpected {expect}, found {found}\n")


def collect_lint(options):
    results = {}
    for name in lint.RULES:
        def one(name=name):
            if not results:
                results.update(lint.check())
            return (1 if results[name] else 0), "\n".join(results[name])
        yield Test("lint", "lint/" + name, function=one)


def collect(kinds, options):
    for kind in kinds:
        tests = list(globals()["collect_" + kind](options))
        yield from tests or [Skip(kind, kind, f"there are no {kind} tests")]


# ------------------------------------------------------------------------------------------------ running

def run_one(test, options):
    started = time.monotonic()
    if test.function:
        status, output = test.function()
    else:
        status, output = run_command(test.command, test.timeout * options.slower, cwd=test.cwd,
                                     env=environment({**options.env, **test.env}))
    return test, status, output, time.monotonic() - started


def known_failures(preset):
    """{pattern: reason} of tests/known_failures.txt for one preset: they run, and their failure counts as skipped."""
    known = {}
    path = ROOT / "tests" / "known_failures.txt"
    for line in path.read_text().splitlines() if path.exists() else []:
        entry, _, reason = line.partition("#")
        words = entry.split()
        if words and (len(words) == 1 or preset in words[1:]):
            known[words[0]] = reason.strip()
    return known


def run_all(tests, options):
    """Runs the tests, prints a line for each, then the closing line. True when none failed."""
    logs = options.build / "logs"
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    failures = []
    known = known_failures(options.preset)
    # Lint reads the tree once, in one thread of this process; the rest waits for other processes.
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        waiting = [pool.submit(run_one, test, options) for test in tests]
        for future in concurrent.futures.as_completed(waiting):
            test, status, output, seconds = future.result()
            result = {0: "passed", SKIP_STATUS: "skipped"}.get(status, "failed")
            reason = output.strip().splitlines()[-1:] if result == "skipped" else []
            why = next((why for pattern, why in known.items() if fnmatch.fnmatch(test.name, pattern)), None)
            if result == "failed" and why:
                result, reason = "skipped", ["known to fail:", why]
            counts[result] += 1
            if result == "failed" or not options.quiet:
                print(f"{result:8}{test.name} ({seconds:.1f} s)", *reason, flush=True)
            if result == "failed":
                failures.append(test.name)
                logs.mkdir(parents=True, exist_ok=True)
                log = logs / (test.name.replace("/", "_") + ".log")
                log.write_text(f"{' '.join(test.command or [test.name])}\nstatus {status}\n{output}")
                shown = output.rstrip().splitlines()[-options.tail:]
                print("".join(f"    {line}\n" for line in shown) + f"    (status {status}; {log.relative_to(ROOT)})",
                      flush=True)
    if failures:
        print("failed: " + " ".join(sorted(failures)))
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped", flush=True)
    return not failures


class Options:
    """What a run needs to know; `tools/ty` and `tools/soak.py` fill it."""

    def __init__(self, preset="release", python=None, jobs=None, env=None, soak=False, quiet=False, rebaseline=False,
                 tail=25):
        self.preset = preset
        self.build = ROOT / FOLDERS[preset]
        self.python = python or [str(self.build / "bin/typhon")]
        self.jobs = jobs or os.cpu_count() or 1
        self.slower = SLOWER[preset]
        self.env, self.soak, self.quiet, self.rebaseline, self.tail = env or {}, soak, quiet, rebaseline, tail
