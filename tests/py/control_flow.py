"""Statements: if, while, for, break, continue, else, del, assert, walrus, chained comparison, augmented assignment."""
from _check import raises


def loops():
    out = []
    for i in range(10):
        if i == 2:
            continue
        if i == 5:
            break
        out.append(i)
    else:
        out.append("else")
    for i in ():
        pass
    else:
        out.append("empty")
    n = 3
    while n:
        n -= 1
        if n == 1:
            continue
    else:
        out.append("while")
    return out


assert loops() == [0, 1, 3, 4, "empty", "while"]


def nested(limit):
    for a in range(limit):
        for b in range(limit):
            if a * b == 6:
                return a, b
    return None


assert nested(4) == (2, 3) and nested(2) is None

calls = []


def note(value):
    calls.append(value)
    return value


assert note(1) < note(2) < note(3) and calls == [1, 2, 3]
calls.clear()
assert not note(3) < note(2) < note(9) and calls == [3, 2]
assert (note(0) or note(5)) == 5 and (note(0) and note(7)) == 0
assert ("a" if note(1) else note("b")) == "a"
assert [y := 5, y ** 2] == [5, 25]
assert any((hit := value) > 3 for value in [1, 4, 9]) and hit == 4

a, (b, *c), d = 1, (2, 3, 4), 5
assert (a, b, c, d) == (1, 2, [3, 4], 5)
*x, y = "abc"
assert x == ["a", "b"] and y == "c"
raises(ValueError, lambda: exec("p, q = 1, 2, 3"), message="too many values to unpack (expected 2)")
raises(ValueError, lambda: exec("p, q = 1,"), message="not enough values to unpack (expected 2, got 1)")
raises(ValueError, lambda: exec("p, *q, r = 1,"), message="not enough values to unpack (expected at least 2, got 1)")
raises(TypeError, lambda: exec("p, q = 1"), message="cannot unpack non-iterable int object")
i = [1, 2, 3]
i[0], i = 9, 4
assert i == 4

table = {"k": [1]}
table["k"] += [2]
table["n"] = table.get("n", 0) + 1
assert table == {"k": [1, 2], "n": 1}
n = 7
n //= 2; n **= 3; n <<= 1; n |= 1; n &= 0x3F; n ^= 2; n %= 20; n -= -1; n >>= 1
assert n == 7, n
del table["k"], n
raises(NameError, lambda: n, message="name 'n' is not defined")


def unbound():
    if False:
        local = 1
    return local


raises(UnboundLocalError, unbound,
       message="cannot access local variable 'local' where it is not associated with a value")
raises(AssertionError, lambda: exec("assert 1 == 2, ('text', 1)"), message="('text', 1)")
try:
    assert not True
except AssertionError as error:
    assert error.args == ()

total = 0
for row in [[1, 2], [3]]:
    for total_item in row:
        total += total_item
assert total == 6 and total_item == 3


def global_and_nonlocal():
    count = 0

    def inner():
        nonlocal count
        global counter
        count += 1
        counter = count
    inner()
    inner()
    return count


assert global_and_nonlocal() == 2 and counter == 2
assert eval("1 if [] else 2") == 2
assert (lambda *a, k=1, **kw: (a, k, kw))(1, 2, z=3) == ((1, 2), 1, {"z": 3})
