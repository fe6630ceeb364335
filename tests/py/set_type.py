# set and frozenset.
import copy, pickle, random

def raises(exc, f, *args, text=None):
    try:
        f(*args)
    except exc as e:
        if text is not None:
            assert str(e) == text, (str(e), text)
        return
    raise AssertionError(f"{exc.__name__} not raised")

assert set() == set([]) and {1, 2} == set([2, 1, 1]) and set("abc") == {"a", "b", "c"} and frozenset() == set()
assert repr(set()) == "set()" and repr({1}) == "{1}" and repr(frozenset([1])) == "frozenset({1})" and repr(frozenset()) == "frozenset()"
assert repr({3, 1, 2, 10, 7}) == "{1, 2, 3, 7, 10}"
raises(TypeError, hash, set(), text="unhashable type: 'set'")
raises(TypeError, lambda: {[]}, text="unhashable type: 'list'")
raises(KeyError, {1}.remove, 2, text="2")
raises(KeyError, set().pop, text="'pop from an empty set'")
raises(TypeError, set, 1, text="'int' object is not iterable")

a, b = {1, 2, 3}, {3, 4}
assert a | b == {1, 2, 3, 4} and a & b == {3} and a - b == {1, 2} and a ^ b == {1, 2, 4}
assert a.union(b, [9]) == {1, 2, 3, 4, 9} and a.intersection([1, 3], (3,)) == {3} and a.difference([1], [2]) == {3}
assert a.symmetric_difference([1, 9, 9]) == {2, 3, 9} and a.isdisjoint([7]) and not a.isdisjoint([1])
assert a.issubset(range(9)) and a.issuperset([1, 2]) and {1} < a <= a >= a > set() and not a < a and not (a < b) and not (a > b)
raises(TypeError, lambda: a | [1], text="unsupported operand type(s) for |: 'set' and 'list'")
c = a.copy(); c |= b; assert c == {1, 2, 3, 4}
c &= {1, 4, 7}; assert c == {1, 4}
c -= {4}; assert c == {1}
c ^= {1, 5}; assert c == {5}
c.update([6], "x"); assert c == {5, 6, "x"}
c.difference_update([5]); c.intersection_update([6, 7]); assert c == {6}
c.symmetric_difference_update([6, 8]); assert c == {8}
c -= c; assert c == set()
c = {1, 2}; c ^= c; assert not c
c = {1, 2}; c |= c; c &= c; assert c == {1, 2}
assert type(frozenset([1]) | {2}) is frozenset and type({2} | frozenset([1])) is set
f = frozenset([1, 2])
assert frozenset(f) is f and f.copy() is f and hash(f) == hash(frozenset([2, 1])) and {f: 1}[frozenset((1, 2))] == 1
assert {1, 2} in {frozenset([1, 2])} and {frozenset([1])} == {frozenset([1])}
s = {frozenset([1, 2])}; s.discard({1, 2}); assert not s

rng = random.Random(3)
model, s = {}, set()
for step in range(20000):
    k = rng.choice((rng.randrange(200), "s%d" % rng.randrange(50), float(rng.randrange(50)), (rng.randrange(9),)))
    if rng.random() < 0.55:
        s.add(k); model.setdefault(k)
    elif rng.random() < 0.5:
        s.discard(k); model.pop(k, None)
    else:
        assert (k in s) == (k in model)
    assert len(s) == len(model)
assert s == set(model) and sorted(map(str, s)) == sorted(map(str, model))
while s:
    model.pop(s.pop())
assert not model

class H:
    def __init__(self, v, act=None): self.v, self.act = v, act
    def __hash__(self): return 5
    def __eq__(self, o):
        if self.act: self.act()
        return self.v == o.v
s = set(); s.add(H(1, lambda: s.clear())); s.add(H(2))
assert len(s) == 1
def grow():
    for x in t: t.add(x + 100)
t = {1, 2, 3}
raises(RuntimeError, grow, text="Set changed size during iteration")
it = iter({1, 2, 3}); assert it.__length_hint__() == 3; next(it); assert it.__length_hint__() == 2 and len(list(it)) == 2
assert copy.deepcopy({(1, 2)}) == {(1, 2)} and pickle.loads(pickle.dumps(f)) == f and pickle.loads(pickle.dumps({1})) == {1}
class S(set): pass
x = S([1, 2]); x.attr = 5
y = pickle.loads(pickle.dumps(x))
assert y == x and y.attr == 5 and type(x | {3}) is set and type(x.copy()) is set
class F(frozenset):
    def __new__(cls, *args, **kw): return super().__new__(cls, *args)
    def __init__(self, *args, kw=None): self.kw = kw
assert F([1], kw=2).kw == 2
assert repr(set[int]) == "set[int]"
print("ok")
