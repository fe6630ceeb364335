# list: slices, mutation while Python runs, messages, sorting.
import copy, pickle, random

def raises(exc, f, *args, text=None):
    try:
        f(*args)
    except exc as e:
        if text is not None:
            assert str(e) == text, (str(e), text)
        return
    raise AssertionError(f"{exc.__name__} not raised")

# construction and basics
assert list() == [] and list("abc") == ["a", "b", "c"] and list([1, 2]) == [1, 2]
assert list(range(5)) == [0, 1, 2, 3, 4] and list({1: 2}) == [1]
a = [1, 2, 3]
assert a + [4] == [1, 2, 3, 4] and a * 2 == [1, 2, 3, 1, 2, 3] and 2 * a == a * 2 and a * 0 == [] == a * -1
b = a
b += (4, 5)
assert a is b and a == [1, 2, 3, 4, 5]
b *= 2
assert a == [1, 2, 3, 4, 5] * 2
del a[5:]
assert a == [1, 2, 3, 4, 5]
raises(TypeError, lambda: [] + (), text='can only concatenate list (not "tuple") to list')
raises(IndexError, lambda: a[9], text="list index out of range")
raises(TypeError, lambda: a["x"], text="list indices must be integers or slices, not str")
raises(IndexError, a.__setitem__, 7, 1, text="list assignment index out of range")
raises(IndexError, a.__delitem__, 7, text="list assignment index out of range")
raises(IndexError, [].pop, text="pop from empty list")
raises(IndexError, [1].pop, 3, text="pop index out of range")
raises(ValueError, a.index, 99, text="99 is not in list")
raises(ValueError, a.remove, 99, text="list.remove(x): x not in list")
raises(TypeError, hash, [], text="unhashable type: 'list'")

# slices against a model of single steps
for n in range(7):
    for start in (None, -8, -3, -1, 0, 1, 3, 9):
        for stop in (None, -8, -3, -1, 0, 1, 3, 9):
            for step in (None, -3, -1, 1, 2, 5):
                s = slice(start, stop, step)
                base = list(range(n))
                want = [base[i] for i in range(*s.indices(n))]
                assert base[s] == want
                assert tuple(base)[s] == tuple(want)
                d = base[:]
                del d[s]
                assert d == [x for x in base if x not in want]
                e = base[:]
                if step in (None, 1):
                    e[s] = ["a", "b"]
                    assert e.count("a") == 1 and len(e) == n - len(want) + 2
                else:
                    e[s] = list("abcdefg")[:len(want)]
                    assert [e[i] for i in range(*s.indices(n))] == list("abcdefg")[:len(want)]
raises(ValueError, [1, 2, 3].__setitem__, slice(None, None, 2), [1], text="attempt to assign sequence of size 1 to extended slice of size 2")
raises(TypeError, [1].__setitem__, slice(0, 1), 5, text="must assign iterable to extended slice")
raises(TypeError, [1].__setitem__, slice(0, 1, 2), 5, text="must assign iterable to extended slice")
x = [1, 2, 3]
x[1:1] = x
assert x == [1, 1, 2, 3, 2, 3]
x[:] = (i for i in range(3))
assert x == [0, 1, 2]

# methods
x = [3, 1, 2]
assert x.index(1) == 1 and x.index(2, -1) == 2 and x.count(3) == 1
x.insert(-100, 0); x.insert(100, 9); x.insert(-1, 8)
assert x == [0, 3, 1, 2, 8, 9]
assert x.pop() == 9 and x.pop(0) == 0 and x.pop(-1) == 8
x.reverse()
assert x == [2, 1, 3]
assert x.copy() == x and x.copy() is not x
x.clear()
assert x == [] and repr([1, "a", [None]]) == "[1, 'a', [None]]"
x.append(x)
assert repr(x) == "[[...]]"
assert copy.deepcopy([1, [2]]) == [1, [2]] and pickle.loads(pickle.dumps([1, (2,), {3: 4}])) == [1, (2,), {3: 4}]

# comparison
assert [1, 2] < [1, 3] and [1] < [1, 0] and not [2] < [1, 9] and [1, 2] != [1] and [] == []
assert [1, float("nan")] != [1, float("nan")]
nan = float("nan")
assert [nan] == [nan]
raises(TypeError, lambda: [1] < ["a"], text="'<' not supported between instances of 'int' and 'str'")

# mutation while comparing
class Evil:
    def __init__(self, target): self.target = target
    def __eq__(self, other):
        self.target.clear()
        return False
y = []
y.extend([Evil(y), 1, 2])
assert y.count(5) == 0
y.extend([Evil(y), 1, 2])
assert 5 not in y

# iteration follows growth, and stays exhausted
z = [1, 2]
it = iter(z)
assert next(it) == 1
z.append(3)
assert list(it) == [2, 3]
z.append(4)
assert list(it) == [] and it.__length_hint__() == 0
it = reversed([1, 2, 3])
assert it.__length_hint__() == 3 and list(it) == [3, 2, 1]
it = iter([1, 2, 3]); next(it)
assert list(pickle.loads(pickle.dumps(it))) == [2, 3]

# sorting
rng = random.Random(7)
for n in (0, 1, 2, 10, 63, 64, 65, 500, 3000):
    for kind in ("int", "float", "str", "tuple", "mixed", "runs", "dups", "desc"):
        if kind == "int": data = [rng.randrange(-n, n + 1) for _ in range(n)]
        elif kind == "float": data = [rng.random() for _ in range(n)]
        elif kind == "str": data = [str(rng.random()) + "é" * rng.randrange(2) for _ in range(n)]
        elif kind == "tuple": data = [(rng.randrange(5), rng.random()) for _ in range(n)]
        elif kind == "mixed": data = [rng.choice((1, 2.5, True, 10**30, -3.0)) for _ in range(n)]
        elif kind == "runs": data = sorted(rng.random() for _ in range(n // 2)) + sorted((rng.random() for _ in range(n - n // 2)), reverse=True)
        elif kind == "dups": data = [rng.randrange(3) for _ in range(n)]
        else: data = list(range(n, 0, -1))
        s = sorted(data)
        assert all(not (s[i + 1] < s[i]) for i in range(len(s) - 1)) and len(s) == n
        tagged = [(v, i) for i, v in enumerate(data)]
        k = sorted(tagged, key=lambda p: p[0])
        assert [p[0] for p in k] == s
        assert all(k[i][1] < k[i + 1][1] for i in range(n - 1) if k[i][0] == k[i + 1][0])
        r = sorted(tagged, key=lambda p: p[0], reverse=True)
        assert all(r[i][1] < r[i + 1][1] for i in range(n - 1) if r[i][0] == r[i + 1][0])
        assert [p[0] for p in r] == s[::-1]

w = [3, 1, 2]
def grow(v):
    w.append(v)
    return v
raises(ValueError, lambda: w.sort(key=grow), text="list modified during sort")
assert w == [1, 2, 3]
def fail(v):
    if v == 2: raise KeyError("stop")
    return v
raises(KeyError, lambda: w.sort(key=fail))
assert sorted(w) == [1, 2, 3]
class Bad:
    def __lt__(self, other): raise ZeroDivisionError
many = [Bad() for _ in range(100)]
raises(ZeroDivisionError, many.sort)
assert len(many) == 100
class Odd:
    def __init__(self, v): self.v = v
    def __lt__(self, other): return rng.random() < 0.5
odd = [Odd(i) for i in range(1000)]
odd.sort()
assert sorted(o.v for o in odd) == list(range(1000))
raises(TypeError, lambda: [1, "a"].sort(), text="'<' not supported between instances of 'str' and 'int'")
raises(TypeError, lambda: [].sort(1))

class L(list):
    def __init__(self, *args, extra=None):
        super().__init__(*args)
        self.extra = extra
l = L((1, 2), extra="e")
assert l == [1, 2] and l.extra == "e" and type(l[:]) is list and isinstance(l + [3], list)
assert pickle.loads(pickle.dumps(l)) == l
assert list[int].__args__ == (int,) and repr(list[int]) == "list[int]"
print("ok")
