"""list, tuple, dict, set, frozenset, range, slice and their iterators."""
from _check import raises

l = [3, 1, 2]
l.append(5); l.extend((7, 8)); l.insert(1, 9); l += [0]
assert l == [3, 9, 1, 2, 5, 7, 8, 0] and l.pop() == 0 and l.pop(1) == 9 and l.index(5) == 3 and l.count(1) == 1
l.sort(); assert l == [1, 2, 3, 5, 7, 8]
l.reverse(); l.remove(5)
assert l == [8, 7, 3, 2, 1] and l[-1] == 1 and l[1:4] == [7, 3, 2] and l[::-2] == [1, 3, 8] and l[10:] == []
l[1:3] = "abc"; assert l == [8, "a", "b", "c", 2, 1]
l[::2] = [0, 0, 0]; assert l == [0, "a", 0, "c", 0, 1]
del l[1:4:2]; assert l == [0, 0, 0, 1]
del l[-1]; l *= 2; assert l == [0] * 6 and [1] * -1 == [] and 2 * [1, 2] == [1, 2, 1, 2]
raises(ValueError, lambda: l.__setitem__(slice(None, None, 2), [1]), message="attempt to assign sequence of size 1 to extended slice of size 3")
raises(IndexError, lambda: [][0], message="list index out of range")
raises(IndexError, lambda: [].pop(), message="pop from empty list")
raises(ValueError, lambda: [].remove(1), message="list.remove(x): x not in list")
raises(ValueError, lambda: [1].index(2), message="2 is not in list")
raises(TypeError, lambda: l["a"], message="list indices must be integers or slices, not str")
raises(TypeError, lambda: [1] + (1,), message='can only concatenate list (not "tuple") to list')
raises(TypeError, lambda: [1, "a"].sort(), message="'<' not supported between instances of 'str' and 'int'")
assert [1, 2] < [1, 3] and [1] < [1, 0] and [[1]] == [[1]] and [1] != (1,) and repr([1, "a", None]) == "[1, 'a', None]"
r = [1]; r.append(r); assert repr(r) == "[1, [...]]"
assert sorted([3, 1, 2], reverse=True) == [3, 2, 1] and sorted(["b", "A", "c"], key=str.lower) == ["A", "b", "c"]
stable = sorted([(1, "b"), (0, "x"), (1, "a")], key=lambda t: t[0]); assert stable == [(0, "x"), (1, "b"), (1, "a")]
assert sorted(range(1000), key=lambda v: -v) == list(range(999, -1, -1)) and sorted([2.5, 1, True]) == [1, True, 2.5]
raises(TypeError, hash, [], message="unhashable type: 'list'")
out = []
items = [1, 2, 3]
for item in items:
    out.append(item)
    if item < 3 and len(items) < 6:
        items.append(item + 10)
assert out == [1, 2, 3, 11, 12] and list(reversed([1, 2])) == [2, 1] and list(iter([])) == []
it = iter([1, 2, 3]); next(it); assert it.__length_hint__() == 2 and list(it) == [2, 3] and next(it, "end") == "end"
c = [[]] * 2; c[0].append(1); assert c == [[1], [1]] and [1, 2].copy() == [1, 2] and list("ab") == ["a", "b"]

t = (1, "a", [2])
assert t[2] == [2] and t + (3,) == (1, "a", [2], 3) and t.count(1) == 1 and t.index("a") == 1 and () == tuple() and (1,) * 2 == (1, 1)
assert repr((1,)) == "(1,)" and repr(()) == "()" and hash((1, 2)) == hash((1, 2)) and (1, 2) < (1, 2, 0) and t[::-1][0] == [2]
raises(TypeError, exec, "t[0] = 1", {"t": t}, message="'tuple' object does not support item assignment")
raises(TypeError, hash, t, message="unhashable type: 'list'")

d = {"a": 1, 2: "b", (1, 2): None}
assert d["a"] == 1 and d.get("z") is None and d.get("z", 0) == 0 and len(d) == 3 and (1, 2) in d and list(d) == ["a", 2, (1, 2)]
raises(KeyError, lambda: d["missing"], message="'missing'")
raises(TypeError, lambda: d[[]], message="unhashable type: 'list'")
d["a"] = 5; d["new"] = 6; del d[2]
assert list(d.items()) == [("a", 5), ((1, 2), None), ("new", 6)] and d.pop("new") == 6 and d.pop("new", "x") == "x"
raises(KeyError, d.pop, "new")
assert d.setdefault("s", []) == [] and d.setdefault("s", 1) == [] and d.popitem() == ("s", []) and d.copy() == d and d.copy() is not d
d.update({"a": 9}, k=1); d.update([("m", 2)])
assert d == {"a": 9, (1, 2): None, "k": 1, "m": 2} and d | {"a": 0} == {"a": 0, (1, 2): None, "k": 1, "m": 2} and dict(a=1, **{"b": 2}) == {"a": 1, "b": 2}
d |= [("z", 1)]; assert d["z"] == 1 and dict([(1, 2)]) == {1: 2} == {1.0: 2} == {True: 2} and {1: "a", True: "b"} == {1: "b"}
assert d.keys() & {"a", "q"} == {"a"} and d.keys() - {"a"} == {(1, 2), "k", "m", "z"} and ("a", 9) in d.items() and 9 in d.values() and list(reversed({1: 2, 3: 4})) == [3, 1]
assert repr({1: {"a": []}}) == "{1: {'a': []}}" and dict.fromkeys("ab", 0) == {"a": 0, "b": 0} and {**{"a": 1}, "b": 2, **{"a": 3}} == {"a": 3, "b": 2}
raises(ValueError, dict, [(1, 2, 3)], message="dictionary update sequence element #0 has length 3; 2 is required")


def grow():
    table = {1: 1}
    for key in table:
        table[key + 1] = 1


raises(RuntimeError, grow, message="dictionary changed size during iteration")
d.clear(); assert d == {} and not d and str(d.keys()) == "dict_keys([])"
large = {i: str(i) for i in range(5000)}
for i in range(0, 5000, 2):
    del large[i]
assert len(large) == 2500 and all(large[i] == str(i) for i in range(1, 5000, 2)) and 4 not in large and list(large)[:3] == [1, 3, 5]


class Missing(dict):
    def __missing__(self, key):
        return key * 2


assert Missing()[4] == 8 and Missing().get(4) is None


class Bad:
    def __hash__(self):
        return 1

    def __eq__(self, other):
        raise ValueError("eq")


raises(ValueError, lambda: {Bad(): 1, Bad(): 2}, message="eq")

s = {1, 2, 3}
s.add(4); s.discard(9); s.remove(1); s.update([5], (6,))
assert s == {2, 3, 4, 5, 6} and s & {2, 9} == {2} and s | {9} == {2, 3, 4, 5, 6, 9} and s - {2, 3} == {4, 5, 6} and {1, 2} ^ {2, 3} == {1, 3}
raises(KeyError, s.remove, 99, message="99")
raises(KeyError, set().pop, message="'pop from an empty set'")
assert {1} < {1, 2} <= {1, 2} and {1, 2}.isdisjoint({3}) and {1}.issubset([1, 2]) and {1, 2}.issuperset({1}) and not {1} < {2} and set("aab") == {"a", "b"}
s &= {2, 3}; s |= {7}; s -= {3}; s ^= {8}
assert s == {2, 7, 8} and frozenset([1, 2]) == {1, 2} and hash(frozenset([1, 2])) == hash(frozenset([2, 1])) and {frozenset([1]): 1}[frozenset([1])] == 1
assert repr(set()) == "set()" and repr({1}) == "{1}" and repr(frozenset()) == "frozenset()" and {1}.union([2], [3]) == {1, 2, 3} and {1, 2}.intersection([2]) == {2}
raises(TypeError, lambda: {[]}, message="unhashable type: 'list'")
assert len({i % 100 for i in range(10000)}) == 100 and 1.0 in {1} and {1, 1.0, True} == {1}

r = range(10, 0, -3)
assert list(r) == [10, 7, 4, 1] and r[1] == 7 and r[-1] == 1 and len(r) == 4 and 4 in r and 5 not in r and r[1:3] == range(7, 1, -3) and r.index(4) == 2
assert range(0) == range(2, 2) and list(reversed(range(3))) == [2, 1, 0] and repr(range(1, 5)) == "range(1, 5)" and range(10 ** 30)[-1] == 10 ** 30 - 1
assert hash(range(3)) == hash(range(0, 3, 1)) and range(0, 10, 4) == range(0, 9, 4) and bool(range(0)) is False and 3 in range(10 ** 20) and range(5).count(2) == 1
raises(ValueError, range, 1, 2, 0, message="range() arg 3 must not be zero")
raises(IndexError, lambda: range(3)[3], message="range object index out of range")
assert slice(1, 10, 2).indices(6) == (1, 6, 2) and slice(None, None, -1).indices(3) == (2, -1, -1) and repr(slice(1)) == "slice(None, 1, None)"
assert list(enumerate("ab", 1)) == [(1, "a"), (2, "b")] and list(zip([1, 2], "ab", strict=True)) == [(1, "a"), (2, "b")] and list(map(max, [1, 5], [3, 2])) == [3, 5]
raises(ValueError, list, zip([1], [], strict=True), message="zip() argument 2 is shorter than argument 1")
assert list(filter(None, [0, 1, "", 2])) == [1, 2] and all([]) and not any([]) and min([3, 1], key=lambda v: -v) == 3 and max([], default=7) == 7 and sum([[1], [2]], []) == [1, 2]
raises(ValueError, max, [], message="max() iterable argument is empty")
raises(TypeError, sum, ["a"], message="unsupported operand type(s) for +: 'int' and 'str'")
raises(TypeError, iter, 1, message="'int' object is not iterable")
raises(TypeError, next, [], message="'list' object is not an iterator")
raises(TypeError, len, 1, message="object of type 'int' has no len()")
assert [*iter(lambda n=iter([1, 2, 0]): next(n), 0)] == [1, 2]
