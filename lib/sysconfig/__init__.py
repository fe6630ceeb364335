"""Access to the interpreter's configuration: installation paths and build variables."""

import os
import sys
import threading

__all__ = [
    "get_config_h_filename",
    "get_config_var",
    "get_config_vars",
    "get_makefile_filename",
    "get_path",
    "get_path_names",
    "get_paths",
    "get_platform",
    "get_python_version",
    "get_scheme_names",
    "parse_config_h",
]

# Variables that stay strings even where they look like numbers.
_ALWAYS_STR = {"IPHONEOS_DEPLOYMENT_TARGET", "MACOSX_DEPLOYMENT_TARGET"}

_SCHEME_KEYS = ("stdlib", "platstdlib", "purelib", "platlib", "include", "scripts", "data")
_VERSIONED = "{implementation_lower}{py_version_short}{abi_thread}"


def _posix_scheme():
    """Upstream's layout below the prefix; also that of virtual environments."""
    return {
        "stdlib": "{installed_base}/{platlibdir}/" + _VERSIONED,
        "platstdlib": "{platbase}/{platlibdir}/" + _VERSIONED,
        "purelib": "{base}/lib/" + _VERSIONED + "/site-packages",
        "platlib": "{platbase}/{platlibdir}/" + _VERSIONED + "/site-packages",
        "include": "{installed_base}/include/{implementation_lower}{py_version_short}{abiflags}",
        "platinclude": "{installed_platbase}/include/{implementation_lower}{py_version_short}{abiflags}",
        "scripts": "{base}/bin",
        "data": "{base}",
    }


def _nt_scheme():
    return {
        "stdlib": "{installed_base}/Lib",
        "platstdlib": "{base}/Lib",
        "purelib": "{base}/Lib/site-packages",
        "platlib": "{base}/Lib/site-packages",
        "include": "{installed_base}/Include",
        "platinclude": "{installed_base}/Include",
        "scripts": "{base}/Scripts",
        "data": "{base}",
    }


def _home_scheme():
    library = "{base}/lib/{implementation_lower}"
    headers = "{installed_base}/include/{implementation_lower}"
    return {
        "stdlib": "{installed_base}/lib/{implementation_lower}",
        "platstdlib": library,
        "purelib": library,
        "platlib": library,
        "include": headers,
        "platinclude": headers,
        "scripts": "{base}/bin",
        "data": "{base}",
    }


def _user_scheme(library, packages, include, scripts):
    return {
        "stdlib": "{userbase}/" + library,
        "platstdlib": "{userbase}/" + library,
        "purelib": "{userbase}/" + packages,
        "platlib": "{userbase}/" + packages,
        "include": "{userbase}/" + include,
        "scripts": "{userbase}/" + scripts,
        "data": "{userbase}",
    }


_INSTALL_SCHEMES = {
    "posix_prefix": _posix_scheme(),
    "posix_home": _home_scheme(),
    "nt": _nt_scheme(),
    "posix_venv": _posix_scheme(),
    "nt_venv": _nt_scheme(),
}
_INSTALL_SCHEMES["venv"] = _INSTALL_SCHEMES["nt_venv" if os.name == "nt" else "posix_venv"]


def _get_implementation():
    return "Python"


# site has a function of the same name that must agree with this one.
def _getuserbase():
    base = os.environ.get("PYTHONUSERBASE", None)
    if base:
        return base
    if sys.platform in ("emscripten", "ios", "tvos", "vxworks", "wasi", "watchos"):
        return None
    return os.path.expanduser(os.path.join("~", ".local"))


_HAS_USER_BASE = _getuserbase() is not None
if _HAS_USER_BASE:
    _windows = "{implementation}{py_version_nodot_plat}"
    _framework = "lib/{implementation_lower}"
    _INSTALL_SCHEMES["nt_user"] = _user_scheme(
        _windows, _windows + "/site-packages", _windows + "/Include", _windows + "/Scripts")
    _INSTALL_SCHEMES["posix_user"] = _user_scheme(
        "{platlibdir}/" + _VERSIONED, "lib/" + _VERSIONED + "/site-packages", "include/" + _VERSIONED, "bin")
    _INSTALL_SCHEMES["osx_framework_user"] = _user_scheme(
        _framework, _framework + "/site-packages", "include/{implementation_lower}{py_version_short}", "bin")
    del _windows, _framework

_PY_VERSION = sys.version.split()[0]
_PY_VERSION_SHORT = f"{sys.version_info[0]}.{sys.version_info[1]}"
_PY_VERSION_SHORT_NO_DOT = f"{sys.version_info[0]}{sys.version_info[1]}"
_BASE_PREFIX = os.path.normpath(sys.base_prefix)
_BASE_EXEC_PREFIX = os.path.normpath(sys.base_exec_prefix)
_CONFIG_VARS_LOCK = threading.RLock()
_CONFIG_VARS = None
_CONFIG_VARS_INITIALIZED = False


def _safe_realpath(path):
    try:
        return os.path.realpath(path)
    except OSError:
        return path


def _project_base():
    """The folder of the executable that a virtual environment or a link leads to."""
    if given := os.environ.get("_PYTHON_PROJECT_BASE"):
        return _safe_realpath(given)
    if home := getattr(sys, "_home", None):
        return home
    return os.path.dirname(_safe_realpath(sys.executable)) if sys.executable else _safe_realpath(os.getcwd())


_PROJECT_BASE = _project_base()


def is_python_build(check_home=None):
    """Return whether this interpreter runs from the folder CPython was compiled in."""
    if check_home is not None:
        import warnings
        warnings.warn("The check_home argument of sysconfig.is_python_build is deprecated and its value is ignored. "
                      "It will be removed in Python 3.15.", DeprecationWarning, stacklevel=2)
    return any(os.path.isfile(os.path.join(_PROJECT_BASE, "Modules", name)) for name in ("Setup", "Setup.local"))


_PYTHON_BUILD = is_python_build()


def _expand(text, variables):
    """Fill a scheme's path in, from the variables or else from the environment."""
    try:
        return text.format(**variables)
    except KeyError as missing:
        try:
            return text.format(**os.environ)
        except KeyError:
            raise AttributeError(f"{missing}") from None


def _expand_vars(scheme, vars):
    values = {**get_config_vars(), **(vars or {})}
    return {name: os.path.normpath(_expand(os.path.expanduser(path), values))
            for name, path in _INSTALL_SCHEMES[scheme].items()}


def _get_preferred_schemes():
    if os.name == "nt":
        return {"prefix": "nt", "home": "posix_home", "user": "nt_user"}
    user = "osx_framework_user" if sys.platform == "darwin" and sys._framework else "posix_user"
    return {"prefix": "posix_prefix", "home": "posix_home", "user": user}


def get_preferred_scheme(key):
    """Return the name of the scheme for "prefix", "home" or "user"."""
    if key == "prefix" and sys.prefix != sys.base_prefix:
        return "venv"
    scheme = _get_preferred_schemes()[key]
    if scheme not in _INSTALL_SCHEMES:
        raise ValueError(f"{key!r} returned {scheme!r}, which is not a valid scheme on this platform")
    return scheme


def get_default_scheme():
    """Return the name of this platform's default scheme."""
    return get_preferred_scheme("prefix")


def get_scheme_names():
    """Return the names of all schemes."""
    return tuple(sorted(_INSTALL_SCHEMES))


def get_path_names():
    """Return the names of the paths of a scheme."""
    return _SCHEME_KEYS


def get_paths(scheme=get_default_scheme(), vars=None, expand=True):
    """Return the paths of a scheme by name, with their variables filled in unless expand is false."""
    return _expand_vars(scheme, vars) if expand else _INSTALL_SCHEMES[scheme]


def get_path(name, scheme=get_default_scheme(), vars=None, expand=True):
    """Return one path of a scheme."""
    return get_paths(scheme, vars, expand)[name]


def get_makefile_filename():
    """Return the path of the installed Makefile."""
    if _PYTHON_BUILD:
        return os.path.join(_PROJECT_BASE, "Makefile")
    folder = f"config-{_PY_VERSION_SHORT}{getattr(sys, 'abiflags', '')}"
    if multiarch := getattr(sys.implementation, "_multiarch", ""):
        folder += f"-{multiarch}"
    return os.path.join(get_path("stdlib"), folder, "Makefile")


def get_config_h_filename():
    """Return the path of pyconfig.h."""
    return os.path.join(_PROJECT_BASE if _PYTHON_BUILD else get_path("platinclude"), "pyconfig.h")


def parse_config_h(fp, vars=None):
    """Read the #define and #undef lines of a C header into a dictionary (vars, or a new one)."""
    import re
    if vars is None:
        vars = {}
    pattern = re.compile(r"#define ([A-Z]\w+) (.*)\n|/[*] #undef ([A-Z]\w+) [*]/\n", re.ASCII)
    while line := fp.readline():
        if match := pattern.match(line):
            name, value, absent = match.groups()
            if absent:
                vars[absent] = 0
                continue
            if name not in _ALWAYS_STR:
                try:
                    value = int(value)
                except ValueError:
                    pass
            vars[name] = value
    return vars


def _get_sysconfigdata_name():
    multiarch = getattr(sys.implementation, "_multiarch", "")
    return os.environ.get("_PYTHON_SYSCONFIGDATA_NAME", f"_sysconfigdata_{sys.abiflags}_{sys.platform}_{multiarch}")


def _build_time_vars():
    """The variables of the generated module that describes the build."""
    name = _get_sysconfigdata_name()
    if folder := os.environ.get("_PYTHON_SYSCONFIGDATA_PATH"):
        from importlib.machinery import FileFinder, SourceFileLoader, SOURCE_SUFFIXES
        from importlib.util import module_from_spec
        spec = FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES)).find_spec(name)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
    else:
        module = __import__(name, globals(), locals(), ["build_time_vars"], 0)
    return module.build_time_vars


def _init_config_vars():
    global _CONFIG_VARS, _CONFIG_VARS_INITIALIZED
    prefix, exec_prefix = os.path.normpath(sys.prefix), os.path.normpath(sys.exec_prefix)
    _CONFIG_VARS = values = {
        "py_version": _PY_VERSION,
        "py_version_short": _PY_VERSION_SHORT,
        "py_version_nodot": _PY_VERSION_SHORT_NO_DOT,
        "py_version_nodot_plat": getattr(sys, "winver", "").replace(".", ""),
        "installed_base": _BASE_PREFIX,
        "base": prefix,
        "installed_platbase": _BASE_EXEC_PREFIX,
        "platbase": exec_prefix,
        "projectbase": _PROJECT_BASE,
        "platlibdir": sys.platlibdir,
        "implementation": _get_implementation(),
        "implementation_lower": _get_implementation().lower(),
        "abiflags": getattr(sys, "abiflags", ""),
    }
    values.update(_build_time_vars())
    # An installation may be moved: where it is now counts, not where it was built for.
    library = os.path.join(_BASE_PREFIX, "lib")
    versioned = f"python{_PY_VERSION_SHORT}{values['abiflags']}"
    values.update(
        prefix=prefix, exec_prefix=exec_prefix, BINDIR=os.path.join(exec_prefix, "bin"), LIBDIR=library,
        LIBDEST=os.path.join(library, versioned), BINLIBDEST=os.path.join(library, versioned),
        INCLUDEPY=os.path.join(_BASE_PREFIX, "include", versioned), INCLUDEDIR=os.path.join(_BASE_PREFIX, "include"))
    if _HAS_USER_BASE:
        values["userbase"] = _getuserbase()
    values["abi_thread"] = "t" if values.get("Py_GIL_DISABLED") else ""
    values["srcdir"] = _safe_realpath(os.path.dirname(get_makefile_filename()))
    if sys.platform == "darwin":
        import _osx_support
        _osx_support.customize_config_vars(values)
    _CONFIG_VARS_INITIALIZED = True


def get_config_vars(*args):
    """Return the dictionary of all configuration variables, or a list of the values of the given names."""
    global _CONFIG_VARS_INITIALIZED
    if not _CONFIG_VARS_INITIALIZED:
        with _CONFIG_VARS_LOCK:
            # Asked again under the lock, and by a recursive call from the initialization itself.
            if _CONFIG_VARS is None:
                _init_config_vars()
    elif _CONFIG_VARS["base"] != os.path.normpath(sys.prefix):
        # A virtual environment was entered after the variables were made.
        with _CONFIG_VARS_LOCK:
            _CONFIG_VARS_INITIALIZED = False
            _init_config_vars()
    return [_CONFIG_VARS.get(name) for name in args] if args else _CONFIG_VARS


def get_config_var(name):
    """Return the value of one configuration variable, or None."""
    return get_config_vars().get(name)


_ANDROID_MACHINES = {"x86_64": "x86_64", "i686": "x86", "aarch64": "arm64_v8a", "armv7l": "armeabi_v7a"}
_WINDOWS_MARKS = (("amd64", "win-amd64"), ("(arm)", "win-arm32"), ("(arm64)", "win-arm64"))


def get_platform():
    """Return a name of the platform, such as linux-x86_64."""
    if os.name == "nt":
        version = sys.version.lower()
        return next((name for mark, name in _WINDOWS_MARKS if mark in version), sys.platform)
    if os.name != "posix" or not hasattr(os, "uname"):
        return sys.platform
    if "_PYTHON_HOST_PLATFORM" in os.environ:
        return os.environ["_PYTHON_HOST_PLATFORM"]
    system, _, release, _, machine = os.uname()
    system = system.lower().replace("/", "")
    machine = machine.replace(" ", "_").replace("/", "-")
    if system.startswith("linux"):
        if sys.platform != "android":
            return f"{system}-{machine}"
        system, release, machine = "android", get_config_var("ANDROID_API_LEVEL"), _ANDROID_MACHINES[machine]
    elif system.startswith("darwin"):
        import _osx_support
        system, release, machine = _osx_support.get_platform_osx(get_config_vars(), system, release, machine)
    return f"{system}-{release}-{machine}"


def get_python_version():
    """Return the version as major.minor."""
    return _PY_VERSION_SHORT


def _get_python_version_abi():
    return _PY_VERSION_SHORT + get_config_var("abi_thread")


def expand_makefile_vars(s, vars):
    """Replace $(name) and ${name} in s by their values in vars, repeatedly."""
    import re
    reference = re.compile(r"\$\(([A-Za-z]\w*)\)|\$\{([A-Za-z]\w*)\}", re.ASCII)
    while match := reference.search(s):
        s = s[:match.start()] + vars.get(match[1] or match[2]) + s[match.end():]
    return s
