"""The long runs: racing examples and thread tests, many times, under every stress flag and sanitizer.

`ty soak [--runs N] [--preset P]... [--minutes M] [NAME...]`
Prints a line for each script and flag, and at the end the figures: runs, failures, time.
"""

import argparse
import concurrent.futures
import itertools
import os
import re
import time

import run_tests

RACING = ("examples/races.py", "examples/cache.py", "examples/locked_counter.py", "examples/producers_consumers.py",
          "examples/responsive_asyncio.py")


def stress_flags():
    """Settings that turn one stress flag on each, and the empty one."""
    text = (run_tests.ROOT / "src/base/flags.def").read_text()
    found = re.findall(r"^FLAG\((\w+), (stress_\w+)", text, re.M)
    return [{}] + [{"TYPHON_" + name: "1" if kind == "bool" else "200"} for kind, name in found]


def scripts(settings, words):
    tests = list(run_tests.collect(("threads", "examples"), settings))
    chosen = [test for test in tests if test.command and (test.kind == "threads" or test.name in RACING)]
    return [test for test in chosen if not words or any(word in test.name for word in words)]


def main(arguments, build):
    parser = argparse.ArgumentParser(prog="ty soak", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200, help="of each script under each flag (default 200)")
    parser.add_argument("--preset", action="append", choices=run_tests.FOLDERS)
    parser.add_argument("--minutes", type=float, default=None, help="stop after this time")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    parser.add_argument("words", nargs="*", help="parts of script names")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    deadline = started + options.minutes * 60 if options.minutes else None
    total = failed = 0
    for preset in options.preset or ("release", "tsan", "dev"):
        if status := build(preset):
            return status
        settings = run_tests.Options(preset)
        for test, setting in itertools.product(scripts(settings, options.words), stress_flags()):
            env = run_tests.environment({**test.env, **setting})
            flag = "".join(setting).removeprefix("TYPHON_")
            limit = test.timeout * settings.slower * (10 if flag else 1)
            bad = done = 0
            with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
                runs = [pool.submit(attempt, test, limit, env, deadline) for _ in range(options.runs)]
                for run in concurrent.futures.as_completed(runs):
                    result = run.result()
                    if result is None or result[0] == run_tests.SKIP_STATUS:
                        continue
                    done += 1
                    if result[0] != 0:
                        bad += 1
                        if bad == 1:
                            print(f"{preset} {test.name} {flag or 'plain'}: status {result[0]}")
                            print("\n".join("    " + line for line in result[1].splitlines()[-40:]), flush=True)
            total, failed = total + done, failed + bad
            print(f"{preset:8}{test.name:44}{flag or 'plain':18}{done:5} runs, {bad} failed", flush=True)
    if not options.words:
        settings = run_tests.Options("release", soak=True)
        models = list(run_tests.collect(("models",), settings))
        if not (deadline and time.monotonic() > deadline):
            failed += 0 if run_tests.run_all(models, settings) else 1
    print(f"soak: {total} runs, {failed} failed, {(time.monotonic() - started) / 60:.1f} minutes")
    return 1 if failed else 0


def attempt(test, limit, env, deadline):
    if deadline and time.monotonic() > deadline:
        return None
    return run_tests.run_command(test.command, limit, cwd=test.cwd, env=env)
