"""`python -m sysconfig` prints the configuration."""

import os
import sys
from sysconfig import (
    _ALWAYS_STR,
    get_config_vars,
    get_default_scheme,
    get_paths,
    get_platform,
    get_python_version,
)

_RENAMED = ("CFLAGS", "LDFLAGS", "CPPFLAGS")


def _number_or_text(name, text):
    if name not in _ALWAYS_STR:
        try:
            return int(text)
        except ValueError:
            pass
    return text.strip()


def _parse_makefile(filename, vars=None, keep_unresolved=True):
    """Read a Makefile's variables, with their references to one another resolved, into vars (or a new dict)."""
    import re
    assignment = re.compile(r"([a-zA-Z][a-zA-Z0-9_]+)\s*=\s*(.*)")
    reference = re.compile(r"\$\(([A-Za-z][A-Za-z0-9_]*)\)|\$\{([A-Za-z][A-Za-z0-9_]*)\}")
    raw, done = {}, {}
    with open(filename, encoding=sys.getfilesystemencoding(), errors="surrogateescape") as file:
        for line in file:
            if line.startswith("#") or not (match := assignment.match(line)):
                continue
            name, value = match[1], match[2].strip()
            if "$" in value.replace("$$", ""):
                raw[name] = value
            else:
                done[name] = _number_or_text(name, value.replace("$$", "$"))

    def value_of(name, user, busy):
        """What a reference to `name` in the variable `user` stands for."""
        if name in done:
            return str(done[name])
        if name in raw and name not in busy:
            return str(resolve(name, busy))
        if name in os.environ:
            return os.environ[name]
        if name in _RENAMED:
            # PY_CFLAGS stands for CFLAGS elsewhere, and its own reference to CFLAGS means nothing.
            if user.startswith("PY_") and user[3:] in _RENAMED:
                return ""
            return value_of("PY_" + name, user, busy)
        return ""

    def resolve(name, busy=()):
        busy = (*busy, name)
        text = raw[name]
        result, position = [], 0
        for match in reference.finditer(text):
            result += [text[position:match.start()], value_of(match[1] or match[2], name, busy)]
            position = match.end()
        result.append(text[position:])
        if position == 0 and not keep_unresolved:
            return ""
        done[name] = _number_or_text(name, "".join(result))
        if name.startswith("PY_") and name[3:] in _RENAMED:
            done.setdefault(name[3:], done[name])
        return done[name]

    for name in raw:
        if name not in done:
            resolve(name)
    if vars is None:
        vars = {}
    vars.update(done)
    return vars


def _print_dict(title, values):
    if values:
        print(f"{title}: ")
    for name, value in sorted(values.items()):
        print(f'\t{name} = "{value}"')


def _main():
    """Print everything this module knows."""
    print(f'Platform: "{get_platform()}"')
    print(f'Python version: "{get_python_version()}"')
    print(f'Current installation scheme: "{get_default_scheme()}"')
    print()
    _print_dict("Paths", get_paths())
    print()
    _print_dict("Variables", get_config_vars())


if __name__ == "__main__":
    try:
        _main()
    except BrokenPipeError:
        pass
