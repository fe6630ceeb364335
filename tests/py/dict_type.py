# dict: order, views, keys that compare in Python, messages.
import copy, pickle, random

def raises(exc, f, *args, text=None):
    try:
        f(*args)
    except exc as e:
        if text is not None:
            assert str(e) == text, (str(e), text)
        return
    raise AssertionError(f"{exc.__name__} not raised")

assert dict() == {} and dict(a=1) == {"a": 1} and dict([("a", 1), ["b", 2]], c=3) == {"a": 1, "b": 2, "c": 3}
assert dict({1: 2}, x=3) == {1: 2, "x": 3}
class M:
    def keys(self): return ["k"]
    def __getitem__(self, key): return key * 2
assert dict(M()) == {"k": "kk"}
raises(TypeError, dict, 1, text="'int' object is not iterable")
raises(TypeError, dict, 1, 2, text="dict expected at most 1 argument, got 2")
raises(TypeError, dict, [1], text="cannot convert dictionary update sequence element #0 to a sequence")
raises(ValueError, dict, [(1, 2, 3)], text="dictionary update sequence element #0 has length 3; 2 is required")

d = {}
raises(KeyError, lambda: d["x"], text="'x'")
raises(KeyError, d.__delitem__, "x", text="'x'")
raises(KeyError, d.popitem, text="'popitem(): dictionary is empty'")
raises(KeyError, d.pop, "x", text="'x'")
raises(TypeError, lambda: d[[]], text="unhashable type: 'list'")
raises(TypeError, hash, {}, text="unhashable type: 'dict'")
assert d.pop("x", 5) == 5 and d.get("x") is None and d.get("x", 7) == 7
assert d.setdefault("a", 1) == 1 and d.setdefault("a", 2) == 1 and d == {"a": 1}

# order; 1, 1.0 and True are one key
d = {"b": 1, "a": 2, "c": 3}
d["b"] = 9
del d["a"]
d["a"] = 4
assert list(d.items()) == [("b", 9), ("c", 3), ("a", 4)]
assert list(reversed(d)) == ["a", "c", "b"] and list(reversed(d.values())) == [4, 3, 9] and list(reversed(d.items()))[0] == ("a", 4)
assert d.popitem() == ("a", 4)
n = {1: "int"}
n[1.0] = "float"; n[True] = "bool"
assert n == {1: "bool"} and list(n)[0] is not True and len(n) == 1
big = {10**30: 1, float(2**70): 2}
assert big[2**70] == 2 and big[10**30] == 1 and -1 not in big and {-1: 1}[-1.0] == 1
nan = float("nan")
assert {nan: 1}[nan] == 1 and float("nan") not in {nan: 1}

# a model
rng = random.Random(1)
model, d = [], {}
for step in range(20000):
    k = rng.choice((rng.randrange(60), "s%d" % rng.randrange(60), (rng.randrange(5),)))
    op = rng.randrange(4)
    if op < 2:
        d[k] = step
        for pair in model:
            if pair[0] == k:
                pair[1] = step
                break
        else:
            model.append([k, step])
    elif op == 2:
        got = d.pop(k, None)
        want = next((p[1] for p in model if p[0] == k), None)
        assert got == want
        model = [p for p in model if p[0] != k]
    else:
        assert (k in d) == any(p[0] == k for p in model)
    if step % 500 == 0:
        assert list(d.items()) == [tuple(p) for p in model]
assert d == dict(model) and len(d) == len(model)

# keys that compare in Python, and change the dict meanwhile
class K:
    def __init__(self, name, action=None): self.name, self.action = name, action
    def __hash__(self): return 1
    def __eq__(self, other):
        if self.action: self.action()
        return self.name == other.name
d = {K("a"): 1, K("b"): 2}
assert d[K("b")] == 2 and K("c") not in d
d = {}
d[K("y", lambda: d.clear())] = 1
d[K("x")] = 2
assert list(d.values()) == [2]
class S(str):
    def __eq__(self, other): return str.__eq__(self, other)
    __hash__ = str.__hash__
assert {"abc": 1}[S("abc")] == 1 and {S("abc"): 2}["abc"] == 2

# views
d = {"a": 1, "b": 2}
k, v, i = d.keys(), d.values(), d.items()
d["c"] = 3
assert len(k) == len(v) == len(i) == 3 and "c" in k and ("c", 3) in i and ("c", 4) not in i and 3 in v
assert k & {"a", "z"} == {"a"} and k | {"z"} == {"a", "b", "c", "z"} and k - {"a"} == {"b", "c"} and k ^ {"a", "z"} == {"b", "c", "z"}
assert {"a", "z"} & k == {"a"} and {"a", "z"} - k == {"z"}
assert i & [("a", 1), ("q", 2)] == {("a", 1)} and k.isdisjoint(["x"]) and not k.isdisjoint("abc")
assert k == {"a", "b", "c"} and k >= {"a"} and k < {"a", "b", "c", "d"} and not k == {"a"} and k != ["a"]
assert repr(d.keys()) == "dict_keys(['a', 'b', 'c'])" and repr({1: 2}.items()) == "dict_items([(1, 2)])" and repr({1: 2}.values()) == "dict_values([2])"
assert dict(k.mapping) == d
raises(TypeError, hash, k, text="unhashable type: 'dict_keys'")

# iteration and changes
def grow():
    for key in d:
        d[key + "x"] = 1
raises(RuntimeError, grow, text="dictionary changed size during iteration")
d = dict.fromkeys(range(5))
it = iter(d)
assert it.__length_hint__() == 5 and next(it) == 0 and it.__length_hint__() == 4
for key in list(d): del d[key]
raises(RuntimeError, lambda: next(it))

# the rest
assert dict.fromkeys("ab", 0) == {"a": 0, "b": 0} and dict.fromkeys([1]) == {1: None}
a, b = {"x": 1, "y": 2}, {"y": 3, "z": 4}
assert a | b == {"x": 1, "y": 3, "z": 4} and list(b | a) == ["y", "z", "x"]
c = a.copy(); c |= b; c |= [("w", 1)]
assert c == {"x": 1, "y": 3, "z": 4, "w": 1} and a == {"x": 1, "y": 2}
raises(TypeError, lambda: a | [], text="unsupported operand type(s) for |: 'dict' and 'list'")
assert {"a": 1} == {"a": 1.0} and {"a": 1} != {"a": 2} and {"a": 1} != {"b": 1} and not ({} == [])
raises(TypeError, lambda: {} < {}, text="'<' not supported between instances of 'dict' and 'dict'")
d = {"k": 1}; d["self"] = d
assert repr(d) == "{'k': 1, 'self': {...}}"
class Missing(dict):
    def __missing__(self, key): return key + 1
m = Missing({1: 1})
assert m[1] == 1 and m[5] == 6 and m.get(5) is None and 5 not in m
assert copy.deepcopy({1: [2]}) == {1: [2]} and pickle.loads(pickle.dumps({1: {2: 3}})) == {1: {2: 3}}
d = {}
d.update(a=1); d.update({"b": 2}); d.update([("c", 3)]); d.update()
assert d == {"a": 1, "b": 2, "c": 3}
def f(**kw): return kw
assert f(**{"a": 1}, **{"b": 2}) == {"a": 1, "b": 2}
assert repr(dict[str, int]) == "dict[str, int]"

# an instance's __dict__ is a live view
class C: pass
o = C()
o.x = 1
v = o.__dict__
assert v == {"x": 1} and list(v) == ["x"]
o.y = 2; v["z"] = 3
assert o.z == 3 and v == {"x": 1, "y": 2, "z": 3} and len(v) == 3 and list(v.items()) == [("x", 1), ("y", 2), ("z", 3)]
del v["x"]
assert not hasattr(o, "x") and v.pop("y") == 2 and v.get("y", 0) == 0 and "y" not in v
v.update(p=1, q=2)
assert o.p == 1 and v.setdefault("p", 5) == 1 and v.setdefault("r", 6) == 6 and o.r == 6
assert v.popitem() == ("r", 6) and not hasattr(o, "r")
v[1] = "one"
assert o.__dict__[1] == "one" and o.q == 2
v.clear()
assert not hasattr(o, "q") and o.__dict__ == {}
print("ok")
