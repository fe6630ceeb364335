# range, slice, enumerate, zip, map, filter, reversed, iter(), mappingproxy, SimpleNamespace, generic aliases, unions.
import copy, pickle, sys, types

def raises(exc, f, *args, text=None, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        if text is not None:
            assert str(e) == text, (str(e), text)
        return
    raise AssertionError(f"{exc.__name__} not raised")

# range
assert list(range(5)) == [0, 1, 2, 3, 4] and list(range(1, 10, 3)) == [1, 4, 7] and list(range(5, 0, -2)) == [5, 3, 1] and not range(0)
big = 10**25
assert list(range(big, big + 3)) == [big, big + 1, big + 2] and len(range(big, big + 3)) == 3 and range(big)[-1] == big - 1
assert range(10)[2:8:3] == range(2, 8, 3) and range(10)[::-1] == range(9, -1, -1) and range(10)[-1] == 9
assert 4 in range(0, 10, 2) and 5 not in range(0, 10, 2) and 4.0 in range(5) and "a" not in range(3) and big + 1 in range(big, big + 2)
assert range(3) == range(0, 3, 1) and range(0) == range(5, 5) and range(0, 3, 2) == range(0, 4, 2) and hash(range(0)) == hash(range(2, 2))
assert range(10).index(4) == 4 and range(10).count(4) == 1 and range(10).count(40) == 0
assert repr(range(3)) == "range(0, 3)" and repr(range(1, 9, 2)) == "range(1, 9, 2)"
r = range(2, 8, 2); assert (r.start, r.stop, r.step) == (2, 8, 2)
assert list(reversed(range(5))) == [4, 3, 2, 1, 0] and list(reversed(range(big, big + 2))) == [big + 1, big]
raises(ValueError, range, 1, 2, 0, text="range() arg 3 must not be zero")
raises(TypeError, range, text="range expected at least 1 argument, got 0")
raises(TypeError, range, 1.0, text="'float' object cannot be interpreted as an integer")
raises(IndexError, lambda: range(3)[5], text="range object index out of range")
raises(ValueError, range(3).index, 7, text="7 is not in range")
raises(OverflowError, len, range(big))
it = iter(range(10)); next(it); assert it.__length_hint__() == 9 and list(pickle.loads(pickle.dumps(it))) == list(range(1, 10))
it = iter(range(big, big + 5)); next(it); assert it.__length_hint__() == 4 and list(copy.copy(it)) == [big + i for i in range(1, 5)]
assert pickle.loads(pickle.dumps(range(1, 9, 3))) == range(1, 9, 3)
assert sum(range(-sys.maxsize - 1, -sys.maxsize + 1)) == -2 * sys.maxsize - 1
assert list(range(2**61 - 2, 2**61 + 2)) == [2**61 - 2, 2**61 - 1, 2**61, 2**61 + 1]

# slice
s = slice(1, 10, 2)
assert (s.start, s.stop, s.step) == (1, 10, 2) and s.indices(5) == (1, 5, 2) and repr(slice(3)) == "slice(None, 3, None)"
assert slice(None, None, -1).indices(4) == (3, -1, -1) and slice(-100, 100).indices(3) == (0, 3, 1)
assert slice(0, 10**30).indices(10**29) == (0, 10**29, 1)
assert slice(1, 2) == slice(1, 2) and hash(slice(1, 2)) == hash(slice(1, 2)) and slice(1) < slice(2) and {slice(1): 3}[slice(1)] == 3
raises(ValueError, slice(None, None, 0).indices, 3, text="slice step cannot be zero")
raises(ValueError, slice(1).indices, -1, text="length should not be negative")
raises(TypeError, lambda: [][1.0:2], text="slice indices must be integers or None or have an __index__ method")
assert pickle.loads(pickle.dumps(s)) == s and copy.deepcopy(s) == s

# enumerate, zip, map, filter
assert list(enumerate("ab")) == [(0, "a"), (1, "b")] and list(enumerate("ab", 5)) == [(5, "a"), (6, "b")] and list(enumerate("ab", start=-1))[0] == (-1, "a")
assert list(enumerate("abc", 2**61 - 2)) == [(2**61 - 2, "a"), (2**61 - 1, "b"), (2**61, "c")] and list(enumerate("a", big)) == [(big, "a")]
raises(TypeError, enumerate, "a", "b")
e = enumerate("abc"); next(e); assert list(pickle.loads(pickle.dumps(e))) == [(1, "b"), (2, "c")]
assert list(zip()) == [] and list(zip("ab", [1, 2, 3])) == [("a", 1), ("b", 2)] and list(zip("ab", "cd", strict=True)) == [("a", "c"), ("b", "d")]
raises(ValueError, lambda: list(zip("ab", "c", strict=True)), text="zip() argument 2 is shorter than argument 1")
raises(ValueError, lambda: list(zip("a", "b", "cd", strict=True)), text="zip() argument 3 is longer than arguments 1-2")
raises(ValueError, lambda: list(zip("a", "bc", strict=True)), text="zip() argument 2 is longer than argument 1")
raises(TypeError, zip, 3, text="'int' object is not iterable")
kept = [t for t in zip("abc", "def")]
assert kept == [("a", "d"), ("b", "e"), ("c", "f")]
assert list(map(str, [1, 2])) == ["1", "2"] and list(map(lambda *a: a, "ab", "cd", "ef")) == [("a", "c", "e"), ("b", "d", "f")]
assert list(map(lambda *a: sum(a), *[[1]] * 9)) == [9]
raises(TypeError, map, str, text="map() must have at least two arguments.")
assert list(filter(None, [0, 1, "", "a"])) == [1, "a"] and list(filter(lambda x: x > 1, [1, 2, 3])) == [2, 3] and list(filter(bool, [0, 2])) == [2]
raises(TypeError, filter, None, text="filter expected 2 arguments, got 1")

# reversed, iter
class Seq:
    def __len__(self): return 3
    def __getitem__(self, i):
        if i >= 3: raise IndexError
        return i * 10
assert list(Seq()) == [0, 10, 20] and list(reversed(Seq())) == [20, 10, 0] and iter(Seq()).__length_hint__() == 3
raises(TypeError, reversed, {1}, text="'set' object is not reversible")
assert list(reversed("abc")) == ["c", "b", "a"] and list(reversed((1, 2))) == [2, 1]
n = iter([1, 2, 3, 0, 4])
assert list(iter(lambda: next(n), 0)) == [1, 2, 3]
raises(TypeError, iter, 5, text="'int' object is not iterable")
raises(TypeError, iter, 5, 6, text="iter(v, w): v must be callable")
it = iter((1, 2, 3)); next(it); assert it.__length_hint__() == 2 and list(copy.copy(it)) == [2, 3]
it.__setstate__(0); assert list(it) == [1, 2, 3]

# mappingproxy, SimpleNamespace
d = {"a": 1}
p = types.MappingProxyType(d)
d["b"] = 2
assert p["b"] == 2 and len(p) == 2 and list(p) == ["a", "b"] and p == {"a": 1, "b": 2} and repr(p) == "mappingproxy({'a': 1, 'b': 2})"
assert p | {"c": 3} == {"a": 1, "b": 2, "c": 3} and p.get("z", 9) == 9 and list(p.items()) == [("a", 1), ("b", 2)] and p.copy() == d
raises(TypeError, lambda: p.__setitem__("x", 1) if hasattr(p, "__setitem__") else exec("p['x'] = 1", {"p": p}), text="'mappingproxy' object does not support item assignment")
raises(TypeError, types.MappingProxyType, 1, text="mappingproxy() argument must be a mapping, not int")
ns = types.SimpleNamespace(x=1, y="a")
assert ns.x == 1 and repr(ns) == "namespace(x=1, y='a')" and ns == types.SimpleNamespace(x=1, y="a") and ns != types.SimpleNamespace()
ns.z = ns
assert repr(ns) == "namespace(x=1, y='a', z=namespace(...))" and vars(types.SimpleNamespace({"q": 1}, r=2)) == {"q": 1, "r": 2}
assert copy.replace(types.SimpleNamespace(a=1), b=2) == types.SimpleNamespace(a=1, b=2)
raises(TypeError, types.SimpleNamespace, 1, 2, text="SimpleNamespace expected at most 1 argument, got 2")

# generic aliases and unions
g = list[int]
assert g.__origin__ is list and g.__args__ == (int,) and g == list[int] and g != list[str] and hash(g) == hash(list[int]) and repr(dict[str, list[int]]) == "dict[str, list[int]]"
assert g([1]) == [1] and repr(tuple[()]) == "tuple[()]" and repr(tuple[int, ...]) == "tuple[int, ...]" and g.append is list.append
raises(TypeError, isinstance, [], g, text="isinstance() argument 2 cannot be a parameterized generic")
raises(TypeError, issubclass, list, g, text="issubclass() argument 2 cannot be a parameterized generic")
class Sub(list[int]): pass
assert Sub.__bases__ == (list,) and Sub.__orig_bases__ == (list[int],)
assert repr(*tuple[int, str]) == "*tuple[int, str]" and pickle.loads(pickle.dumps(g)) == g
u = int | str | None
assert isinstance(1, u) and isinstance(None, u) and not isinstance(1.0, u) and issubclass(bool, int | str) and repr(u) == "int | str | None"
assert u.__args__ == (int, str, type(None)) and int | str == str | int and (int | int) is int and hash(int | str) == hash(str | int)
assert repr(list[int] | None) == "list[int] | None" and (u | float).__args__[-1] is float and type(u) is types.UnionType
raises(TypeError, lambda: int | 3, text="unsupported operand type(s) for |: 'type' and 'int'")
print("ok")
