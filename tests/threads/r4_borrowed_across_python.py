"""R4: native functions that run Python code in the middle hold on to what they use: callbacks that drop the last
reference to the object the function works on do no harm, on own and on shared objects."""

import functools
import sys
from _race import race


class Key:
    def __init__(self, action, number=0):
        self.action, self.number = action, number

    def __hash__(self):
        return 1

    def __eq__(self, other):
        self.action()
        return self.number == getattr(other, "number", None)

    def __lt__(self, other):
        self.action()
        return self.number < other.number

    def __index__(self):
        self.action()
        return self.number

    def __repr__(self):
        self.action()
        return "Key"

    def __bool__(self):
        self.action()
        return True

    def __len__(self):
        self.action()
        return 3

    def __iter__(self):
        self.action()
        return iter([self.number])


def attempt(function):
    try:
        return function()
    except (ValueError, RuntimeError, IndexError, KeyError, TypeError):
        return None


def exercise():
    for number in range(20):
        items = []

        def drop():
            items.clear()
            items.extend([[], {}, object()])
            items.clear()

        def fill():
            items[:] = [Key(drop, index) for index in range(6)]
            return items

        attempt(lambda: fill().sort())
        attempt(lambda: fill().index(Key(drop, 3)))
        attempt(lambda: fill().remove(Key(drop, 3)))
        attempt(lambda: fill().count(Key(drop, 3)))
        attempt(lambda: Key(drop, 9) in fill())
        attempt(lambda: fill() == [Key(drop, index) for index in range(6)])
        attempt(lambda: repr(fill()))
        attempt(lambda: fill()[Key(drop, 2)])
        attempt(lambda: fill().insert(Key(drop, 2), []))
        attempt(lambda: fill().__setitem__(slice(Key(drop, 0), Key(drop, 2)), [1]))
        attempt(lambda: fill().extend(Key(drop)))
        attempt(lambda: [1] * Key(drop, 2))
        attempt(lambda: max(fill()))
        attempt(lambda: sorted(fill(), key=lambda key: drop() or key.number))
        attempt(lambda: list(filter(None, fill())))
        attempt(lambda: any(fill()) and all(fill()))
        attempt(lambda: sum(fill(), []))
        attempt(lambda: list(zip(fill(), map(bool, fill()))))
        attempt(lambda: functools.reduce(lambda a, b: drop() or b, fill()))
        attempt(lambda: ", ".join(map(repr, fill())))
        attempt(lambda: "%s %r" % tuple(fill()[:2]))
        attempt(lambda: tuple(fill()) < tuple(fill()))

        table = {}

        def empty():
            table.clear()
            table.update({index: [] for index in range(20)})
            table.clear()

        def stock():
            table.clear()
            for index in range(5):
                dict.__setitem__(table, Key(lambda: None, index), [index])
            for key in list(table):
                key.action = empty
            return table

        attempt(lambda: stock()[Key(empty, 3)])
        attempt(lambda: stock().get(Key(empty, 3)))
        attempt(lambda: stock().pop(Key(empty, 3)))
        attempt(lambda: stock().setdefault(Key(empty, 3), []))
        attempt(lambda: stock().__setitem__(Key(empty, 3), 1))
        attempt(lambda: stock() == {Key(empty, index): [index] for index in range(5)})
        attempt(lambda: repr(stock()))
        attempt(lambda: {**stock(), Key(empty, 4): 1})
        attempt(lambda: stock().update({Key(empty, 4): 1}))
        attempt(lambda: set(stock()) & {Key(empty, 2)})
        attempt(lambda: set(stock()).issubset(stock()))


def through_frame():
    """The running function's own variable is overwritten through its frame in the middle of a method of the object."""
    values = [3, 1, 2] * 10

    def key(value):
        try:
            sys._getframe(1).f_locals["values"] = None
        except ValueError:
            pass
        return value

    values.sort(key=key)


exercise()
through_frame()
race(exercise, exercise, through_frame)
