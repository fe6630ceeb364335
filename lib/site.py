"""Site-specific set-up: imported at start-up unless -S is given.

Adds the site-packages folders below sys.prefix and sys.exec_prefix, and the user's own, to sys.path and reads
the path configuration files (*.pth) in them: each line names a folder to add, or is a statement that starts
with "import". A pyvenv.cfg beside the executable or one folder above it makes that folder the prefix; its key
include-system-site-packages says whether the base installation's site-packages are used too. Then the built-in
names of interactive use (quit, exit, copyright, credits, license, help) are defined, and sitecustomize and
usercustomize are imported, where they exist.
"""

import sys
import os
import builtins
import _sitebuiltins

# The installations whose site-packages are used.
PREFIXES = [sys.prefix, sys.exec_prefix]
# True: the user's site-packages are used; False: switched off by the user; None: not safe (set-uid programs).
ENABLE_USER_SITE = None
USER_SITE = None
USER_BASE = None

_HIDDEN_FLAG = 0x8000       # stat.UF_HIDDEN
_HIDDEN_ATTRIBUTE = 2       # stat.FILE_ATTRIBUTE_HIDDEN


def _trace(message):
    if sys.flags.verbose:
        print(message, file=sys.stderr)


def _library_name():
    """The name of the versioned library folder, such as python3.13t."""
    threads = "t" if "t" in getattr(sys, "abiflags", "") else ""
    return f"{_get_implementation().lower()}{sys.version_info[0]}.{sys.version_info[1]}{threads}"


def makepath(*paths):
    """Return the joined path, absolute where possible, and its form for comparisons."""
    joined = os.path.join(*paths)
    try:
        joined = os.path.abspath(joined)
    except OSError:
        pass
    return joined, os.path.normcase(joined)


def abs_paths():
    """Make __file__ and __cached__ of the modules that importlib loaded absolute."""
    own_loaders = ("_frozen_importlib", "_frozen_importlib_external")
    for module in set(sys.modules.values()):
        try:
            loader = module.__loader__
            origin = loader.__module__
        except AttributeError:
            try:
                origin = module.__spec__.loader.__module__
            except AttributeError:
                origin = None
        if origin not in own_loaders:
            continue
        for name in ("__file__", "__cached__"):
            try:
                setattr(module, name, os.path.abspath(getattr(module, name)))
            except (AttributeError, OSError, TypeError):
                pass


def removeduppaths():
    """Make the entries of sys.path absolute and drop the repeated ones; return the set of those that stay."""
    known_paths = set()
    kept = []
    for entry in sys.path:
        path, key = makepath(entry)
        if key not in known_paths:
            known_paths.add(key)
            kept.append(path)
    sys.path[:] = kept
    return known_paths


def _init_pathinfo():
    """Return the set of the existing entries of sys.path."""
    found = set()
    for entry in sys.path:
        try:
            if os.path.exists(entry):
                found.add(makepath(entry)[1])
        except TypeError:
            pass
    return found


def _read_pth(path):
    """The text of a .pth file, or None where it is hidden or unreadable."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    if (getattr(status, "st_flags", 0) & _HIDDEN_FLAG
            or getattr(status, "st_file_attributes", 0) & _HIDDEN_ATTRIBUTE):
        _trace(f"Skipping hidden .pth file: {path!r}")
        return None
    _trace(f"Processing .pth file: {path!r}")
    import io
    try:
        with io.open_code(path) as file:
            content = file.read()
    except OSError:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        import locale
        encoding = locale.getencoding()
        text = content.decode(encoding)
        _trace(f"Cannot read {path!r} as UTF-8. Using fallback encoding {encoding!r}")
        return text


def addpackage(sitedir, name, known_paths):
    """Process the .pth file `name` of a folder: add its existing paths to sys.path, run its import lines."""
    given = known_paths is not None
    if not given:
        known_paths = _init_pathinfo()
    fullname = os.path.join(sitedir, name)
    text = _read_pth(fullname)
    if text is None:
        return None
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#") or not line.strip():
            continue
        try:
            if line.startswith(("import ", "import\t")):
                exec(line)
                continue
            path, key = makepath(sitedir, line.rstrip())
            if key not in known_paths and os.path.exists(path):
                sys.path.append(path)
                known_paths.add(key)
        except Exception as error:
            print(f"Error processing line {number:d} of {fullname}:\n", file=sys.stderr)
            import traceback
            for record in traceback.format_exception(error):
                for part in record.splitlines():
                    print("  " + part, file=sys.stderr)
            print("\nRemainder of file ignored", file=sys.stderr)
            break
    return known_paths if given else None


def addsitedir(sitedir, known_paths=None):
    """Add a folder to sys.path unless it is there, and process its .pth files in the order of their names."""
    _trace(f"Adding directory: {sitedir!r}")
    given = known_paths is not None
    if not given:
        known_paths = _init_pathinfo()
    sitedir, key = makepath(sitedir)
    if key not in known_paths:
        sys.path.append(sitedir)
        known_paths.add(key)
    try:
        names = os.listdir(sitedir)
    except OSError:
        return None
    for name in sorted(names):
        if name.endswith(".pth") and not name.startswith("."):
            addpackage(sitedir, name, known_paths)
    return known_paths if given else None


def check_enableusersite():
    """Return True if the user's site-packages may be used, False if -s or PYTHONNOUSERSITE forbids it, None if
    the process runs with another user's or group's rights."""
    if sys.flags.no_user_site:
        return False
    for real, effective in (("getuid", "geteuid"), ("getgid", "getegid")):
        if hasattr(os, real) and hasattr(os, effective):
            if getattr(os, real)() != getattr(os, effective)():
                return None
    return True


# site does without sysconfig, to start quickly; these agree with sysconfig's functions of the same names.
def _get_implementation():
    return "Python"


def _getuserbase():
    base = os.environ.get("PYTHONUSERBASE", None)
    return base if base else os.path.expanduser(os.path.join("~", ".local"))


def _get_path(userbase):
    return f"{userbase}/lib/{_library_name()}/site-packages"


def getuserbase():
    """Return the user's base folder (and set USER_BASE)."""
    global USER_BASE
    if USER_BASE is None:
        USER_BASE = _getuserbase()
    return USER_BASE


def getusersitepackages():
    """Return the user's site-packages folder (and set USER_SITE)."""
    global USER_SITE, ENABLE_USER_SITE
    base = getuserbase()
    if USER_SITE is None:
        if base is None:
            ENABLE_USER_SITE = False
        else:
            USER_SITE = _get_path(base)
    return USER_SITE


def addusersitepackages(known_paths):
    """Add the user's site-packages folder to sys.path where it exists and is enabled."""
    _trace("Processing user site-packages")
    folder = getusersitepackages()
    if ENABLE_USER_SITE and os.path.isdir(folder):
        addsitedir(folder, known_paths)
    return known_paths


def getsitepackages(prefixes=None):
    """Return the list of the site-packages folders of the given prefixes (PREFIXES)."""
    found = []
    for prefix in dict.fromkeys(PREFIXES if prefixes is None else prefixes):
        if not prefix:
            continue
        for library in dict.fromkeys((sys.platlibdir, "lib")):
            found.append(os.path.join(prefix, library, _library_name(), "site-packages"))
    return found


def addsitepackages(known_paths, prefixes=None):
    """Add the existing site-packages folders of the prefixes to sys.path."""
    _trace("Processing global site-packages")
    for folder in getsitepackages(prefixes):
        if os.path.isdir(folder):
            addsitedir(folder, known_paths)
    return known_paths


def setquit():
    """Define the built-in names quit and exit."""
    end_of_file = "Ctrl-D (i.e. EOF)"
    for name in ("quit", "exit"):
        setattr(builtins, name, _sitebuiltins.Quitter(name, end_of_file))


def setcopyright():
    """Define the built-in names copyright, credits and license."""
    builtins.copyright = _sitebuiltins._Printer("copyright", sys.copyright)
    builtins.credits = _sitebuiltins._Printer("credits", """\
    Thanks to CWI, CNRI, BeOpen, Zope Corporation, the Python Software
    Foundation, and a cast of thousands for supporting Python
    development.  See www.python.org for more information.""")
    here = getattr(sys, "_stdlib_dir", None) or os.path.dirname(getattr(os, "__file__", ""))
    names = ["LICENSE.txt", "LICENSE"] if here else []
    folders = [os.path.join(here, os.pardir), here, os.curdir] if here else []
    builtins.license = _sitebuiltins._Printer("license", "See https://www.python.org/psf/license/", names, folders)


def sethelper():
    """Define the built-in name help."""
    builtins.help = _sitebuiltins._Helper()


def gethistoryfile():
    """Return the interactive history's file: PYTHON_HISTORY, or ~/.python_history."""
    if not sys.flags.ignore_environment:
        history = os.environ.get("PYTHON_HISTORY")
        if history:
            return history
    return os.path.join(os.path.expanduser("~"), ".python_history")


def enablerlcompleter():
    """Have interactive prompts set completion and the history up when they begin."""
    sys.__interactivehook__ = register_readline


def register_readline():
    """Configure line editing: Tab completes, and the history is read now and written at exit."""
    basic = False if sys.flags.ignore_environment else os.getenv("PYTHON_BASIC_REPL")
    import atexit
    try:
        import readline
    except ImportError:
        readline = None
    else:
        try:
            import rlcompleter  # noqa: F401
        except ImportError:
            return

    editor, errors = readline, (OSError,)
    if not basic:
        path = sys.path
        sys.path = [entry for entry in path if entry != ""]
        try:
            import _pyrepl.readline
            import _pyrepl.unix_console
            from _pyrepl.main import CAN_USE_PYREPL
        except ImportError:
            return
        finally:
            sys.path = path
        if CAN_USE_PYREPL:
            editor, errors = _pyrepl.readline, (OSError, *_pyrepl.unix_console._error)

    if readline is not None:
        # The key is bound first, because the user's own file may bind another.
        readline.parse_and_bind("bind ^I rl_complete" if readline.backend == "editline" else "tab: complete")
        try:
            readline.read_init_file()
        except OSError:
            pass
        # A start-up file may have loaded a history already.
        if readline.get_current_history_length() != 0:
            return
    if editor is None:
        return

    history = gethistoryfile()
    try:
        editor.read_history_file(history)
    except errors:
        pass

    def write_history():
        try:
            editor.write_history_file(history)
        except OSError:
            pass

    atexit.register(write_history)


def _read_pyvenv(path):
    """The keys of a pyvenv.cfg, in lower case."""
    settings = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            key, equals, value = line.partition("=")
            if equals:
                settings[key.strip().lower()] = value.strip()
    return settings


def venv(known_paths):
    """Switch to a virtual environment if the executable lies in one."""
    global PREFIXES, ENABLE_USER_SITE
    folder = os.path.dirname(os.path.abspath(sys.executable))
    prefix = os.path.dirname(folder)
    sys._home = None
    for candidate in (os.path.join(folder, "pyvenv.cfg"), os.path.join(prefix, "pyvenv.cfg")):
        if os.path.isfile(candidate):
            break
    else:
        return known_paths
    settings = _read_pyvenv(candidate)
    if "home" in settings:
        sys._home = settings["home"]
    sys.prefix = sys.exec_prefix = prefix
    # Before the user's folder, so that the environment's packages come first.
    addsitepackages(known_paths, [sys.prefix])
    if settings.get("include-system-site-packages", "true").lower() == "true":
        PREFIXES.insert(0, sys.prefix)
    else:
        PREFIXES = [sys.prefix]
        ENABLE_USER_SITE = False
    return known_paths


def _customize(name):
    """Import a customization module, where there is one, and report its errors without stopping."""
    try:
        try:
            __import__(name)
        except ImportError as error:
            if error.name != name:
                raise
    except Exception as error:
        if sys.flags.verbose:
            sys.excepthook(*sys.exc_info())
        else:
            sys.stderr.write(f"Error in {name}; set PYTHONVERBOSE for traceback:\n"
                             f"{error.__class__.__name__}: {error}\n")


def execsitecustomize():
    """Import sitecustomize."""
    _customize("sitecustomize")


def execusercustomize():
    """Import usercustomize."""
    _customize("usercustomize")


def main():
    """Do all of the above; called when this module is imported without -S."""
    global ENABLE_USER_SITE
    before = sys.path[:]
    known_paths = removeduppaths()
    if sys.path != before:
        abs_paths()
    known_paths = venv(known_paths)
    if ENABLE_USER_SITE is None:
        ENABLE_USER_SITE = check_enableusersite()
    known_paths = addusersitepackages(known_paths)
    known_paths = addsitepackages(known_paths)
    setquit()
    setcopyright()
    sethelper()
    if not sys.flags.isolated:
        enablerlcompleter()
    execsitecustomize()
    if ENABLE_USER_SITE:
        execusercustomize()


if not sys.flags.no_site:
    main()


_USAGE = """\
{} [--user-base] [--user-site]

Without arguments print some useful information
With arguments print the value of USER_BASE and/or USER_SITE separated
by '{}'.

Exit codes with --user-base or --user-site:
  0 - user site directory is enabled
  1 - user site directory is disabled by user
  2 - user site directory is disabled by super user
      or for security reasons
 >2 - unknown error
"""


def _script():
    """`python -m site`."""
    arguments = sys.argv[1:]
    if not arguments:
        def state(path):
            return "exists" if path is not None and os.path.isdir(path) else "doesn't exist"
        base, folder = getuserbase(), getusersitepackages()
        print("sys.path = [")
        for entry in sys.path:
            print(f"    {entry!r},")
        print("]")
        print(f"USER_BASE: {base!r} ({state(base)})")
        print(f"USER_SITE: {folder!r} ({state(folder)})")
        print(f"ENABLE_USER_SITE: {ENABLE_USER_SITE!r}")
        sys.exit(0)
    wanted = [value for option, value in (("--user-base", USER_BASE), ("--user-site", USER_SITE)) if option in arguments]
    if not wanted:
        print(_USAGE.format(sys.argv[0], os.pathsep))
        sys.exit(10)
    print(os.pathsep.join(wanted))
    if ENABLE_USER_SITE:
        sys.exit(0)
    sys.exit({False: 1, None: 2}.get(ENABLE_USER_SITE, 3))


if __name__ == "__main__":
    _script()
