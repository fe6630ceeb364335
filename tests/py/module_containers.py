# itertools, collections, functools, operator, heapq, bisect.
import collections, copy, functools, heapq, bisect, itertools, operator, pickle, random
from collections import deque, defaultdict, Counter, namedtuple, OrderedDict

def raises(exc, f, *args, text=None, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        if text is not None:
            assert str(e) == text, (str(e), text)
        return
    raise AssertionError(f"{exc.__name__} not raised")
I = itertools
take = lambda n, it: list(I.islice(it, n))

# itertools
assert take(3, I.count()) == [0, 1, 2] and take(3, I.count(5, -2)) == [5, 3, 1] and take(2, I.count(0.5)) == [0.5, 1.5]
assert take(3, I.count(2**61 - 2)) == [2**61 - 2, 2**61 - 1, 2**61] and repr(I.count(3)) == "count(3)" and repr(I.count(1, 2)) == "count(1, 2)"
raises(TypeError, I.count, "a", text="a number is required")
assert take(5, I.cycle("ab")) == list("ababa") and list(I.cycle("")) == []
assert list(I.repeat(7, 2)) == [7, 7] and take(2, I.repeat(1)) == [1, 1] and repr(I.repeat(1, 3)) == "repeat(1, 3)" and I.repeat(1, times=4).__length_hint__() == 4
assert list(I.accumulate([1, 2, 3])) == [1, 3, 6] and list(I.accumulate([1, 2, 3], operator.mul)) == [1, 2, 6]
assert list(I.accumulate([1, 2], initial=10)) == [10, 11, 13] and list(I.accumulate([], initial=1)) == [1] and list(I.accumulate("ab", func=lambda a, b: b + a)) == ["a", "ba"]
assert list(I.chain("ab", [1])) == ["a", "b", 1] and list(I.chain.from_iterable(["ab", "c"])) == ["a", "b", "c"] and list(I.chain()) == []
assert list(I.compress("abcd", [1, 0, 1])) == ["a", "c"] and list(I.dropwhile(lambda x: x < 3, [1, 3, 2])) == [3, 2]
assert list(I.takewhile(lambda x: x < 3, [1, 3, 2])) == [1] and list(I.filterfalse(None, [0, 1, ""])) == [0, ""] and list(I.starmap(pow, [(2, 3), [3, 2]])) == [8, 9]
assert list(I.islice("abcdefg", 2)) == ["a", "b"] and list(I.islice("abcdefg", 2, None)) == list("cdefg") and list(I.islice("abcdefg", 1, 6, 2)) == ["b", "d", "f"]
raises(ValueError, I.islice, "a", -1, text="Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.")
raises(ValueError, I.islice, "a", 0, 5, 0, text="Step for islice() must be a positive integer or None.")
it = iter(range(10)); list(I.islice(it, 3)); assert next(it) == 3
assert list(I.pairwise("abc")) == [("a", "b"), ("b", "c")] and list(I.pairwise("a")) == []
assert list(I.batched("abcde", 2)) == [("a", "b"), ("c", "d"), ("e",)]
raises(ValueError, lambda: list(I.batched("abc", 2, strict=True)), text="batched(): incomplete batch")
raises(ValueError, I.batched, "a", 0, text="n must be at least one")
assert [(k, list(g)) for k, g in I.groupby("aabbca")] == [("a", ["a", "a"]), ("b", ["b", "b"]), ("c", ["c"]), ("a", ["a"])]
assert [(k, list(g)) for k, g in I.groupby([1, 3, 2], key=lambda x: x % 2)] == [(1, [1, 3]), (0, [2])]
gs = [g for _, g in I.groupby("aab")]
assert [list(g) for g in gs] == [[], []]
a, b = I.tee(range(200)); assert take(100, a) == list(range(100)) and list(b) == list(range(200)) and list(a) == list(range(100, 200))
a, b, c = I.tee("abc", 3); next(a); d = copy.copy(a); assert list(d) == ["b", "c"] == list(a) and list(b) == list("abc")
assert list(I.zip_longest("ab", "c")) == [("a", "c"), ("b", None)] and list(I.zip_longest("a", "bc", fillvalue="-")) == [("a", "b"), ("-", "c")] and list(I.zip_longest()) == []
assert list(I.product("ab", [1, 2])) == [("a", 1), ("a", 2), ("b", 1), ("b", 2)] and len(list(I.product([0, 1], repeat=3))) == 8 and list(I.product()) == [()] and list(I.product("a", "")) == []
assert list(I.permutations("abc", 2)) == [tuple(x) for x in ("ab", "ac", "ba", "bc", "ca", "cb")] and len(list(I.permutations(range(5)))) == 120 and list(I.permutations("a", 2)) == []
assert list(I.combinations("abcd", 2)) == [tuple(x) for x in ("ab", "ac", "ad", "bc", "bd", "cd")] and list(I.combinations("ab", 3)) == [] and list(I.combinations("ab", 0)) == [()]
assert list(I.combinations_with_replacement("abc", 2)) == [tuple(x) for x in ("aa", "ab", "ac", "bb", "bc", "cc")]
raises(ValueError, I.combinations, "a", -1, text="r must be non-negative")

# deque
d = deque("abc")
d.append("d"); d.appendleft("z"); assert list(d) == list("zabcd") and d.pop() == "d" and d.popleft() == "z"
d.extend([1, 2]); d.extendleft([3, 4]); assert list(d) == [4, 3, "a", "b", "c", 1, 2]
d.rotate(2); assert list(d) == [1, 2, 4, 3, "a", "b", "c"]; d.rotate(-3); assert list(d) == [3, "a", "b", "c", 1, 2, 4]
d.reverse(); assert d[0] == 4 and d[-1] == 3; d[1] = "x"; del d[0]; assert list(d) == ["x", 1, "c", "b", "a", 3]
d.insert(2, "I"); d.insert(-1, "J"); d.insert(99, "K"); d.insert(-99, "L"); assert list(d) == ["L", "x", 1, "I", "c", "b", "a", "J", 3, "K"]
d.remove("I"); assert d.index("c") == 3 and d.count("c") == 1 and "c" in d and "I" not in d
raises(ValueError, d.remove, "I", text="'I' is not in deque")
raises(IndexError, deque().pop, text="pop from an empty deque")
raises(IndexError, lambda: d[99], text="deque index out of range")
m = deque([1, 2, 3, 4], maxlen=3); assert list(m) == [2, 3, 4] and m.maxlen == 3 and repr(m) == "deque([2, 3, 4], maxlen=3)"
m.append(5); m.appendleft(0); assert list(m) == [0, 3, 4]
raises(IndexError, m.insert, 0, 1, text="deque already at its maximum size")
raises(ValueError, deque, [], -1, text="maxlen must be non-negative")
assert deque([1]) + deque([2]) == deque([1, 2]) and deque([1]) * 3 == deque([1, 1, 1]) and deque([1, 2]) < deque([1, 3]) and deque() == deque([])
d = deque(range(5)); d += d; assert list(d) == [0, 1, 2, 3, 4] * 2
it = iter(d); next(it); d.append(1); raises(RuntimeError, next, it, text="deque mutated during iteration")
assert list(reversed(deque("ab"))) == ["b", "a"] and pickle.loads(pickle.dumps(m)) == m and copy.copy(m).maxlen == 3 and copy.deepcopy(deque([[1]])) == deque([[1]])
rng = random.Random(5); model, q = [], deque()
for step in range(5000):
    op = rng.randrange(6)
    if op < 2: model.append(step); q.append(step)
    elif op == 2: model.insert(0, step); q.appendleft(step)
    elif op == 3 and model: assert model.pop() == q.pop()
    elif op == 4 and model: assert model.pop(0) == q.popleft()
    elif op == 5 and model:
        i = rng.randrange(len(model)); del model[i]; del q[i]
assert list(q) == model

# defaultdict, Counter, namedtuple, OrderedDict
dd = defaultdict(list); dd["a"].append(1); assert dd == {"a": [1]} and repr(dd) == "defaultdict(<class 'list'>, {'a': [1]})" and "z" not in dd
raises(KeyError, lambda: defaultdict()["x"], text="'x'")
raises(TypeError, defaultdict, 1, text="first argument must be callable or None")
assert dd.copy().default_factory is list and (dd | {"b": 2})["b"] == 2 and type({"q": 1} | dd) is defaultdict and pickle.loads(pickle.dumps(dd)) == dd
assert Counter("abca") == {"a": 2, "b": 1, "c": 1} and Counter(a=3) + Counter(a=1, b=1) == Counter(a=4, b=1) and Counter("aab").most_common(1) == [("a", 2)]
P = namedtuple("P", "x y", defaults=[5])
p = P(1); assert p == (1, 5) and p.x == 1 and p._replace(x=3) == (3, 5) and repr(p) == "P(x=1, y=5)" and P._fields == ("x", "y") and p._asdict() == {"x": 1, "y": 5}
raises(AttributeError, setattr, p, "x", 1, text="can't set attribute")
o = OrderedDict(a=1, b=2); o.move_to_end("a"); assert list(o) == ["b", "a"] and o.popitem(last=False) == ("b", 2)

# functools
assert functools.reduce(operator.add, [1, 2, 3]) == 6 and functools.reduce(operator.add, [], 5) == 5
raises(TypeError, functools.reduce, operator.add, [], text="reduce() of empty iterable with no initial value")
f = functools.partial(int, base=2); assert f("101") == 5 and f("101", base=3) == 10 and f.func is int and f.keywords == {"base": 2} and f.args == ()
g = functools.partial(functools.partial(max, 1), 5); assert g.args == (1, 5) and g(9) == 9 and repr(functools.partial(len, "a")) == "functools.partial(<built-in function len>, 'a')"
assert pickle.loads(pickle.dumps(f))("11") == 3 and copy.copy(f)("11") == 3
assert sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)) == [3, 2, 1]
calls = []
@functools.lru_cache(maxsize=2)
def sq(x): calls.append(x); return x * x
assert [sq(i) for i in (1, 2, 1, 3, 1, 2)] == [1, 4, 1, 9, 1, 4] and calls == [1, 2, 3, 2] and tuple(sq.cache_info()) == (2, 4, 2, 2)
sq.cache_clear(); assert tuple(sq.cache_info()) == (0, 0, 2, 0) and sq.__wrapped__(3) == 9
@functools.cache
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
assert fib(80) == 23416728348467685 and fib.cache_info().hits == 78
@functools.lru_cache(None, typed=True)
def typed(x, *, k=0): return (type(x).__name__, k)
assert typed(1) == ("int", 0) and typed(1.0) == ("float", 0) and typed(1, k=2) == ("int", 2) and typed.cache_info().currsize == 3
class C:
    @functools.lru_cache
    def m(self, x): return x
    @functools.cached_property
    def p(self): return []
c = C(); assert c.m(3) == 3 and c.p is c.p
@functools.singledispatch
def kind(x): return "object"
@kind.register
def _(x: int): return "int"
assert kind(1) == "int" and kind("") == "object"

# operator
assert operator.itemgetter(1)([1, 2]) == 2 and operator.itemgetter(0, -1)("abc") == ("a", "c") and operator.attrgetter("real", "imag")(1j) == (0.0, 1.0)
assert operator.attrgetter("__class__.__name__")(1) == "int" and operator.methodcaller("split", "b", maxsplit=1)("abcbd") == ["a", "cbd"]
assert repr(operator.itemgetter(1, "a")) == "operator.itemgetter(1, 'a')" and repr(operator.methodcaller("f", 1, k=2)) == "operator.methodcaller('f', 1, k=2)"
assert pickle.loads(pickle.dumps(operator.attrgetter("a.b"))).__reduce__()[1] == ("a.b",) and pickle.loads(pickle.dumps(operator.methodcaller("split", maxsplit=1)))("a b c") == ["a", "b c"]
assert operator.concat([1], [2]) == [1, 2] and operator.indexOf("abc", "c") == 2 and operator.countOf([1, 1], 1) == 2 and operator.length_hint(iter([1, 2])) == 2
assert operator.call(max, 1, 2, key=lambda x: -x) == 1 and operator.not_(0) and operator.is_(None, None) and operator.iadd([1], [2]) == [1, 2]
raises(TypeError, operator.concat, 1, 2, text="'int' object can't be concatenated")

# heapq, bisect
data = [rng.randrange(1000) for _ in range(300)]
h = data[:]; heapq.heapify(h); assert [heapq.heappop(h) for _ in data] == sorted(data)
h = []
for x in data: heapq.heappush(h, x)
assert heapq.heappushpop(h, -1) == -1 and heapq.heapreplace(h, 5000) == min(data) and heapq.nsmallest(3, data) == sorted(data)[:3] and heapq.nlargest(3, data) == sorted(data)[-1:-4:-1]
assert list(heapq.merge([1, 4], [2, 3])) == [1, 2, 3, 4]
raises(IndexError, heapq.heappop, [], text="index out of range")
s = sorted(data); assert all(bisect.bisect_left(s, x) == sum(y < x for y in s) and bisect.bisect(s, x) == sum(y <= x for y in s) for x in range(0, 1000, 37))
l = [1, 3]; bisect.insort(l, 2); bisect.insort_left(l, 2.0); assert l == [1, 2.0, 2, 3] and bisect.bisect([1, 2, 3], 2, lo=2) == 2 and bisect.bisect_left(["a", "bb"], 2, key=len) == 1
print("ok")
