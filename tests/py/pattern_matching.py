"""The match statement."""
from dataclasses import dataclass
from _check import raises


@dataclass
class Point:
    x: int
    y: int


class Plain:
    pass


def describe(value):
    match value:
        case 0 | 1:
            return "small"
        case -1 | 2.5 | 3j | "text" | b"bytes":
            return "literal"
        case None | True | False:
            return "constant"
        case int(n) if n > 100:
            return f"big {n}"
        case int():
            return "int"
        case str() as text:
            return "str " + text
        case []:
            return "empty"
        case [x]:
            return f"one {x}"
        case [1, *rest, 9]:
            return f"framed {rest}"
        case (a, (b, c)):
            return f"nested {a}{b}{c}"
        case [_, _, *_]:
            return "many"
        case {"kind": "k", "value": v, **rest}:
            return f"map {v} {rest}"
        case {"only": Point(x=0)}:
            return "map of point"
        case {}:
            return "mapping"
        case Point(0, y):
            return f"on axis {y}"
        case Point(x=x, y=y) if x == y:
            return "diagonal"
        case Point():
            return "point"
        case Plain(name="n", other=(Plain() | None)):
            return "plain"
        case _:
            return "other"


plain = Plain()
plain.name, plain.other = "n", None
for value, expected in [
        (0, "small"), (True, "small"), (-1, "literal"), (2.5, "literal"), (3j, "literal"), (b"bytes", "literal"), (None, "constant"),
        (101, "big 101"), (50, "int"), ("abc", "str abc"), ([], "empty"), ((), "empty"), ([5], "one 5"), ([1, 2, 3, 9], "framed [2, 3]"),
        ((7, (8, 9)), "nested 789"), ([2, 3, 4], "many"), ({"kind": "k", "value": 1, "z": 2}, "map 1 {'z': 2}"),
        ({"only": Point(0, 1)}, "map of point"), ({}, "mapping"), ({"a": 1}, "mapping"), (Point(0, 4), "on axis 4"),
        (Point(3, 3), "diagonal"), (Point(3, 4), "point"), (plain, "plain"), (Plain(), "other"), ({1, 2}, "other")]:
    got = describe(value)
    assert got == expected, (value, got, expected)


class Color:
    RED = 1


def dotted(value):
    match value:
        case Color.RED:
            return "red"
        case (Color.RED, other) | [other, Color.RED]:
            return other
    return "none"


assert dotted(1) == "red" and dotted((1, "a")) == "a" and dotted(["b", 1]) == "b" and dotted(5) == "none"


def soft(match, case, type):
    match = match + case
    type = [type]
    return match, type


assert soft(1, 2, 3) == (3, [3])
match = {"case": 1}
match["case"]
assert match["case"] == 1


def misuse():
    match 1:
        case int(a, b):
            pass


raises(TypeError, misuse, message="int() accepts 1 positional sub-pattern (2 given)")
