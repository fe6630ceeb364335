"""itertools, functools, operator, collections, heapq, bisect."""
import bisect
import collections
import functools
import heapq
import itertools as it
import operator
from _check import raises

assert list(it.islice(it.count(5, 2), 3)) == [5, 7, 9] and list(it.islice(it.cycle("ab"), 5)) == list("ababa") and list(it.repeat(1, 3)) == [1, 1, 1]
assert list(it.chain("ab", [1])) == ["a", "b", 1] and list(it.chain.from_iterable(["ab", "c"])) == ["a", "b", "c"] and list(it.accumulate([1, 2, 3])) == [1, 3, 6]
assert list(it.accumulate([1, 2, 3], operator.mul, initial=2)) == [2, 2, 4, 12] and list(it.compress("abcd", [1, 0, 1, 1])) == ["a", "c", "d"]
assert list(it.dropwhile(lambda x: x < 3, [1, 3, 1])) == [3, 1] and list(it.takewhile(lambda x: x < 3, [1, 3, 1])) == [1] and list(it.filterfalse(None, [0, 1])) == [0]
assert [(k, list(g)) for k, g in it.groupby("aabc")] == [("a", ["a", "a"]), ("b", ["b"]), ("c", ["c"])] and list(it.starmap(pow, [(2, 3)])) == [8]
assert list(it.zip_longest("ab", "c", fillvalue="-")) == [("a", "c"), ("b", "-")] and list(it.pairwise([1, 2, 3])) == [(1, 2), (2, 3)]
assert list(it.product("ab", repeat=2)) == [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")] and len(list(it.permutations(range(5), 3))) == 60
assert list(it.combinations("abc", 2)) == [("a", "b"), ("a", "c"), ("b", "c")] and list(it.combinations_with_replacement("ab", 2)) == [("a", "a"), ("a", "b"), ("b", "b")]
assert list(it.batched("abcde", 2)) == [("a", "b"), ("c", "d"), ("e",)]
a, b = it.tee(iter([1, 2, 3]))
assert next(a) == 1 and list(b) == [1, 2, 3] and list(a) == [2, 3]
raises(ValueError, lambda: list(it.batched("abc", 2, strict=True)), message="batched(): incomplete batch")


@functools.lru_cache(maxsize=2)
def cached(x, *, y=0):
    calls.append(x)
    return x * 2


calls = []
assert [cached(1), cached(2), cached(1), cached(3), cached(2)] == [2, 4, 2, 6, 4] and calls == [1, 2, 3, 2]
assert cached.cache_info() == (1, 4, 2, 2) and repr(cached.cache_info()) == "CacheInfo(hits=1, misses=4, maxsize=2, currsize=2)"
cached.cache_clear()
assert cached.cache_info().currsize == 0 and cached.__wrapped__(5) == 10
partial = functools.partial(pow, 2)
assert partial(5) == 32 and partial.args == (2,) and functools.partial(partial, 3)() == 8 and functools.partial(int, base=2)("101") == 5
assert functools.reduce(operator.add, [1, 2, 3], 10) == 16 and sorted([3, 1], key=functools.cmp_to_key(lambda x, y: y - x)) == [3, 1]
raises(TypeError, functools.reduce, operator.add, [], message="reduce() of empty iterable with no initial value")


@functools.total_ordering
class Ordered:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return self.n == other.n

    def __lt__(self, other):
        return self.n < other.n


assert Ordered(1) <= Ordered(1) and Ordered(2) > Ordered(1) and Ordered(2) >= Ordered(1)


@functools.singledispatch
def kind(value):
    return "object"


@kind.register
def _(value: int):
    return "int"


@kind.register(list)
def _(value):
    return "list"


assert (kind(1), kind([]), kind(True), kind("")) == ("int", "list", "int", "object")


class WithCached:
    count = 0

    @functools.cached_property
    def value(self):
        self.count += 1
        return self.count


w = WithCached()
assert (w.value, w.value, w.count) == (1, 1, 1)
assert operator.itemgetter(1, 0)("ab") == ("b", "a") and operator.attrgetter("real", "imag")(3) == (3, 0) and operator.methodcaller("split", ",")("a,b") == ["a", "b"]
assert operator.add(1, 2) == 3 and operator.concat([1], [2]) == [1, 2] and operator.index(True) == 1 and operator.iadd([1], [2]) == [1, 2] and operator.contains([1], 1)

Point = collections.namedtuple("Point", "x y", defaults=[7])
p = Point(1)
assert p == (1, 7) and p.y == 7 and p._replace(x=2) == (2, 7) and p._asdict() == {"x": 1, "y": 7} and repr(p) == "Point(x=1, y=7)" and Point._make([3, 4]).x == 3
raises(TypeError, Point, message="Point.__new__() missing 1 required positional argument: 'x'")
d = collections.deque([1, 2, 3], maxlen=4)
d.append(4); d.append(5); d.appendleft(0); d.rotate(1)
assert list(d) == [4, 0, 2, 3] and d.pop() == 3 and d.popleft() == 4 and d[0] == 0 and len(d) == 2 and repr(collections.deque([1])) == "deque([1])"
d.extendleft([9]); d.remove(0); d.reverse()
assert list(d) == [2, 9]
raises(IndexError, collections.deque().pop, message="pop from an empty deque")
dd = collections.defaultdict(list)
dd["a"].append(1)
assert dd == {"a": [1]} and "b" not in dd and repr(dd) == "defaultdict(<class 'list'>, {'a': [1]})"
c = collections.Counter("abracadabra")
assert c.most_common(2) == [("a", 5), ("b", 2)] and c["z"] == 0 and (c - collections.Counter("aaa"))["a"] == 2 and c.total() == 11 and sorted(collections.Counter(a=2).elements()) == ["a", "a"]
o = collections.OrderedDict([("a", 1), ("b", 2)])
o.move_to_end("a")
assert list(o) == ["b", "a"] and o.popitem(last=False) == ("b", 2) and collections.OrderedDict(a=1) == {"a": 1} and repr(o) == "OrderedDict({'a': 1})"
m = collections.ChainMap({"a": 1}, {"a": 2, "b": 3})
assert m["a"] == 1 and m["b"] == 3 and dict(m) == {"a": 1, "b": 3} and m.new_child({"b": 0})["b"] == 0


class UD(collections.UserDict):
    pass


assert UD(a=1)["a"] == 1 and isinstance([], collections.abc.Sequence) and isinstance({}, collections.abc.Mapping) and not isinstance(1, collections.abc.Iterable)
h = [5, 3, 8, 1]
heapq.heapify(h)
heapq.heappush(h, 2)
assert [heapq.heappop(h) for _ in range(5)] == [1, 2, 3, 5, 8] and heapq.nlargest(2, [1, 5, 3]) == [5, 3] and list(heapq.merge([1, 4], [2, 3])) == [1, 2, 3, 4]
assert heapq.nsmallest(2, ["bb", "a", "ccc"], key=len) == ["a", "bb"] and heapq.heappushpop([1, 2], 0) == 0
s = [1, 3, 3, 5]
assert bisect.bisect(s, 3) == 3 and bisect.bisect_left(s, 3) == 1
bisect.insort(s, 4)
assert s == [1, 3, 3, 4, 5] and bisect.bisect_left([(1, "a"), (2, "b")], 2, key=lambda t: t[0]) == 1
