"""Functions: parameters of all kinds, defaults, closures, decorators, recursion, attributes, errors of calls."""
import functools
from _check import raises


def f(a, b=2, /, c=3, *args, d, e=5, **kwargs):
    return a, b, c, args, d, e, kwargs


assert f(1, d=4) == (1, 2, 3, (), 4, 5, {})
assert f(1, 2, 3, 4, 5, d=6, z=7, a=8) == (1, 2, 3, (4, 5), 6, 5, {"z": 7, "a": 8})
assert f(*[1, 2], **{"d": 3}, e=4) == (1, 2, 3, (), 3, 4, {})
assert f(*(1,), 9, *[8], d=0) == (1, 9, 8, (), 0, 5, {})


def g(a, b):
    return a - b


raises(TypeError, g, message="g() missing 2 required positional arguments: 'a' and 'b'")
raises(TypeError, g, 1, message="g() missing 1 required positional argument: 'b'")
raises(TypeError, g, 1, 2, 3, message="g() takes 2 positional arguments but 3 were given")
raises(TypeError, g, 1, 2, b=3, message="g() got multiple values for argument 'b'")
raises(TypeError, g, 1, 2, c=3, message="g() got an unexpected keyword argument 'c'")
raises(TypeError, f, message="f() missing 1 required positional argument: 'a'")
raises(TypeError, f, 1, message="f() missing 1 required keyword-only argument: 'd'")
raises(TypeError, lambda: g(*1), message="__main__.g() argument after * must be an iterable, not int")
raises(TypeError, lambda: g(**1), message="__main__.g() argument after ** must be a mapping, not int")
raises(TypeError, lambda: g(**{1: 2}), message="keywords must be strings")
one = 1
raises(TypeError, lambda: one(), message="'int' object is not callable")


def only(a, /):
    return a


raises(TypeError, only, a=1, message="only() got some positional-only arguments passed as keyword arguments: 'a'")


def kw(*, a, b):
    return a, b


raises(TypeError, kw, message="kw() missing 2 required keyword-only arguments: 'a' and 'b'")
raises(TypeError, kw, 1, message="kw() takes 0 positional arguments but 1 was given")
assert kw(b=1, a=2) == (2, 1)


def default(value, into=[]):
    into.append(value)
    return into


assert default(1) is default(2) and default.__defaults__ == ([1, 2],)


def counter():
    count = 0

    def increment(by=1):
        nonlocal count
        count += by
        return count
    return increment


one, two = counter(), counter()
assert (one(), one(), two(5), one()) == (1, 2, 5, 3)
assert one.__closure__[0].cell_contents == 3 and one.__code__.co_freevars == ("count",)
adders = [lambda x, n=n: x + n for n in range(3)]
assert [adder(10) for adder in adders] == [10, 11, 12]
late = [lambda: n for n in range(3)]
assert [each() for each in late] == [2, 2, 2]


def decorate(prefix):
    def wrap(function):
        @functools.wraps(function)
        def inner(*args, **kwargs):
            return prefix, function(*args, **kwargs)
        return inner
    return wrap


@decorate("a")
@decorate("b")
def decorated(x: int, *rest: str) -> float:
    """Doc."""
    return x


assert decorated(3) == ("a", ("b", 3)) and decorated.__name__ == "decorated" and decorated.__doc__ == "Doc."
assert decorated.__wrapped__.__wrapped__.__annotations__ == {"x": int, "rest": str, "return": float}
assert decorated.__qualname__ == "decorated" and counter().__qualname__ == "counter.<locals>.increment"
f.attribute = 1
assert f.__dict__ == {"attribute": 1} and f.__kwdefaults__ == {"e": 5} and f.__module__ == "__main__"
f.__defaults__ = (7, 8)
assert f(1, d=0)[:3] == (1, 7, 8)
g.__code__ = (lambda a, b: a + b).__code__
assert g(1, 2) == 3


def ackermann(m, n):
    if m == 0:
        return n + 1
    return ackermann(m - 1, 1) if n == 0 else ackermann(m - 1, ackermann(m, n - 1))


assert ackermann(2, 5) == 13


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


assert depth(900) == 900
raises(RecursionError, depth, 10**6)
assert depth(500) == 500
assert (lambda: (yield))().__name__ == "<lambda>"
assert [*map(lambda a, b: a * b, [1, 2], [3, 4])] == [3, 8]
many = eval("lambda " + ", ".join(f"a{i}" for i in range(300)) + ": a0 + a299")
assert many(*range(300)) == 299
