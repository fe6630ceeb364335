"""Exceptions: try in all forms, chaining, groups, tracebacks, with, raise."""
import sys
import traceback
from _check import raises


def order():
    log = []
    try:
        log.append("try")
        try:
            raise KeyError("k")
        except ValueError:
            log.append("wrong")
        finally:
            log.append("finally")
    except (IndexError, KeyError) as error:
        log.append(error.args)
    else:
        log.append("else")
    try:
        pass
    except Exception:
        log.append("never")
    else:
        log.append("else")
    finally:
        log.append("end")
    return log


assert order() == ["try", "finally", ("k",), "else", "end"]


def returns():
    try:
        return "try"
    finally:
        kept.append(1)


def overrides():
    for _ in range(3):
        try:
            raise ValueError
        finally:
            break
    try:
        return "try"
    finally:
        return "finally"


kept = []
assert returns() == "try" and kept == [1] and overrides() == "finally"


def unbound_after():
    try:
        raise ValueError
    except ValueError as error:
        pass
    return error


raises(UnboundLocalError, unbound_after)
try:
    try:
        raise KeyError(1)
    except KeyError:
        raise ValueError(2)
except ValueError as error:
    assert error.__context__.args == (1,) and error.__cause__ is None and not error.__suppress_context__
try:
    raise ValueError from KeyError
except ValueError as error:
    assert type(error.__cause__) is KeyError and error.__suppress_context__
try:
    raise ValueError(1) from None
except ValueError as error:
    assert error.__cause__ is None and error.__suppress_context__
raises(TypeError, lambda: exec("raise 1"), message="exceptions must derive from BaseException")
raises(RuntimeError, lambda: exec("raise"), message="No active exception to reraise")
raises(TypeError, lambda: exec("raise ValueError from 1"), message="exception causes must derive from BaseException")
raises(TypeError, lambda: exec("try:\n  1/0\nexcept 1:\n  pass"),
       message="catching classes that do not inherit from BaseException is not allowed")


def reraise():
    try:
        1 / 0
    except ZeroDivisionError:
        assert sys.exc_info()[0] is ZeroDivisionError
        try:
            raise KeyError
        except KeyError:
            assert isinstance(sys.exception(), KeyError)
        assert isinstance(sys.exception(), ZeroDivisionError)
        raise


error = raises(ZeroDivisionError, reraise, message="division by zero")
assert sys.exc_info() == (None, None, None)
frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
assert frames == ["raises", "reraise"], frames
lines = traceback.format_exception(error)
assert lines[0] == "Traceback (most recent call last):\n" and lines[-1] == "ZeroDivisionError: division by zero\n"


class Custom(Exception):
    def __init__(self, code):
        super().__init__(code, "text")
        self.code = code

    def __str__(self):
        return f"custom {self.code}"


custom = raises(Custom, lambda: exec("raise C(5)", {"C": Custom}), message="custom 5")
assert custom.args == (5, "text") and repr(custom) == "Custom(5, 'text')"
custom.add_note("note")
assert custom.__notes__ == ["note"] and traceback.format_exception_only(custom) == ["Custom: custom 5\n", "note\n"]
assert custom.with_traceback(None) is custom and custom.__traceback__ is None

group = ExceptionGroup("g", [ValueError(1), ExceptionGroup("h", [TypeError(2), ValueError(3)])])
matched, rest = group.split(ValueError)
assert [type(e) for e in rest.exceptions[0].exceptions] == [TypeError] and matched.exceptions[1].exceptions[0].args == (3,)
seen = []
try:
    try:
        raise group
    except* ValueError as part:
        seen.append(("v", len(part.exceptions)))
    except* TypeError as part:
        seen.append(("t", part.exceptions[0].exceptions[0].args))
    else:
        seen.append("else")
    finally:
        seen.append("finally")
except BaseException:
    seen.append("outer")
assert seen == [("v", 2), ("t", (2,)), "finally"], seen
try:
    try:
        raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
    except* ValueError:
        raise IndexError
except ExceptionGroup as outer:
    assert sorted(type(e).__name__ for e in outer.exceptions) == ["ExceptionGroup", "IndexError"]
try:
    try:
        raise ValueError(5)
    except* ValueError as part:
        assert part.exceptions[0].args == (5,)
        single = part
except BaseException:
    raise AssertionError
assert isinstance(single, ExceptionGroup) and str(single) == " (1 sub-exception)"
assert type(BaseExceptionGroup("x", [ValueError()])) is ExceptionGroup
raises(TypeError, lambda: ExceptionGroup("x", [KeyboardInterrupt()]))
raises(ValueError, lambda: ExceptionGroup("x", []), message="second argument (exceptions) must be a non-empty sequence")


class Manager:
    def __init__(self, log, name, swallow=False):
        self.log, self.name, self.swallow = log, name, swallow

    def __enter__(self):
        self.log.append("+" + self.name)
        return self

    def __exit__(self, kind, error, tb):
        self.log.append("-" + self.name + (kind.__name__ if kind else ""))
        return self.swallow


log = []
with Manager(log, "a", True), (Manager(log, "b")) as b, Manager(log, "c"):
    assert b.name == "b"
    raise LookupError
assert log == ["+a", "+b", "+c", "-cLookupError", "-bLookupError", "-aLookupError"]


def leave(how):
    log.clear()
    for _ in range(2):
        with Manager(log, "m"):
            if how == "break":
                break
            if how == "continue":
                continue
            return how


assert leave("return") == "return" and log == ["+m", "-m"]
assert leave("break") is None and log == ["+m", "-m"]
assert leave("continue") is None and log == ["+m", "-m"] * 2
for text, kind in {"[][0]": IndexError, "{}[0]": KeyError, "int('x')": ValueError, "None + 1": TypeError,
                   "1 // 0": ZeroDivisionError, "undefined_name": NameError, "().x": AttributeError,
                   "__import__('no_such_module')": ModuleNotFoundError, "10.0 ** 1000": OverflowError,
                   "b'\\xff'.decode()": UnicodeDecodeError, "open('/no/such/file')": FileNotFoundError}.items():
    raises(kind, eval, text)
os_error = raises(FileNotFoundError, open, "/no/such/file", message="[Errno 2] No such file or directory: '/no/such/file'")
assert (os_error.errno, os_error.strerror, os_error.filename) == (2, "No such file or directory", "/no/such/file")
assert isinstance(OSError(13, "x"), PermissionError) and KeyError("a").__str__() == "'a'" and str(KeyError()) == ""
assert SystemExit(3).code == 3 and StopIteration(4).value == 4 and ImportError("x", name="n", path="p").name == "n"
