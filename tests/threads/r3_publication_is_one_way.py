"""R3: only the owner publishes, and what was published stays shared. Objects become reachable by others at any
safepoint of their owner: while it iterates over them, sorts them, or is in the middle of a call with them."""

import threading
from _race import race

published = []


class Own:
    def __init__(self, number):
        self.number = number
        self.children = [number]

    def __lt__(self, other):
        if len(published) < 2000:
            published.append(self)
        return self.number < other.number

    def __eq__(self, other):
        published.append(self)
        return self.number == other.number

    def __hash__(self):
        return self.number % 5


def publish_in_the_middle():
    for _ in range(40):
        numbers = [Own(number * 7 % 50) for number in range(50)]
        numbers.sort()
        assert [own.number for own in numbers] == sorted(own.number for own in numbers)
        table = {}
        for own in numbers:
            table[own] = own.children
            published.append(table)
            own.children.append(len(table))
        assert len({own.number for own in table}) == len(table)
        view = numbers.__iter__()
        next(view)
        published.append(view)
        for own in numbers:
            published.append(own)
            own.extra = (own, own.children)
        del published[:max(0, len(published) - 100)]


def change_what_is_published():
    for _ in range(3000):
        try:
            found = published[-1]
        except IndexError:
            continue
        if isinstance(found, Own):
            found.children.append(0)
            found.foreign = threading.get_ident()
            found.number
        elif isinstance(found, dict):
            found.get(Own(1))
        else:
            next(found, None)


race(publish_in_the_middle, publish_in_the_middle, change_what_is_published)
