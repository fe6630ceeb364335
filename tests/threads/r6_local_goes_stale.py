"""R6: "own, so no lock is needed" ends at any safepoint: an operation that began on an own object goes on safely
after a callback in its middle has shared the object with a running thread."""

import threading

N = 60


class Sharing:
    """Hands the container to another thread at the first comparison."""

    def __init__(self, share, number):
        self.share, self.number = share, number

    def __lt__(self, other):
        self.share()
        return self.number < other.number

    def __eq__(self, other):
        self.share()
        return self.number == getattr(other, "number", None)

    def __hash__(self):
        self.share()
        return self.number % 4

    def __index__(self):
        self.share()
        return self.number


def with_thread(make, change, operate):
    """Runs operate(container, share); share() starts a thread that changes the container meanwhile."""
    for _ in range(N):
        container = make()
        threads = []
        stop = threading.Event()

        def share():
            if not threads:
                started = threading.Event()

                def run():
                    for _ in range(200):
                        change(container)
                        started.set()
                        if stop.is_set():
                            break

                thread = threading.Thread(target=run)
                threads.append(thread)
                thread.start()
                started.wait(30)

        try:
            operate(container, share)
        except (ValueError, IndexError, KeyError, RuntimeError) as error:
            assert str(error)
        stop.set()
        for thread in threads:
            thread.join()


def change_list(items):
    items.append(object())
    if len(items) > 30:
        del items[10:20]


def change_dict(table):
    table[len(table) % 40] = object()
    table.pop((len(table) * 7) % 40, None)


def change_set(entries):
    entries.add(len(entries) % 40)
    entries.discard((len(entries) * 7) % 40)


with_thread(lambda: list(range(10)), change_list, lambda items, share: items.sort(key=lambda value: Sharing(share, value if isinstance(value, int) else 0)))
with_thread(lambda: [object()] * 10, change_list, lambda items, share: items.insert(Sharing(share, 3), "inserted"))
with_thread(lambda: [object()] * 10, change_list, lambda items, share: items.index(Sharing(share, 3)))
with_thread(lambda: [object()] * 10, change_list, lambda items, share: items.__setitem__(slice(Sharing(share, 1), 3), [1, 2, 3]))
with_thread(lambda: [object()] * 10, change_list, lambda items, share: items.extend(share() or index for index in range(50)))
with_thread(lambda: [object()] * 10, change_list, lambda items, share: items.pop(Sharing(share, 0)))
with_thread(lambda: [object()] * 10, change_list, lambda items, share: [share() for _ in items])
with_thread(dict, change_dict, lambda table, share: table.update((Sharing(share, number), number) for number in range(20)))
with_thread(dict, change_dict, lambda table, share: [table.setdefault(Sharing(share, number), number) for number in range(20)])
with_thread(lambda: {1: 2}, change_dict, lambda table, share: [table.pop(Sharing(share, number), None) for number in range(20)])
with_thread(lambda: dict.fromkeys(range(9)), change_dict, lambda table, share: [share() for _ in table])
with_thread(set, change_set, lambda entries, share: [entries.add(Sharing(share, number)) for number in range(20)])
with_thread(lambda: set(range(9)), change_set, lambda entries, share: entries.update(share() or number for number in range(20)))


class Point:
    def __init__(self):
        self.x = 0


def change_point(point):
    point.x = object()
    setattr(point, f"a{id(point.x) % 20}", 1)


with_thread(Point, change_point, lambda point, share: [setattr(point, f"b{number}", share()) for number in range(20)])
with_thread(Point, change_point, lambda point, share: [exec("point.x += Number(share)", {"point": point, "share": share, "Number": type(
    "Number", (), {"__init__": lambda self, share: share(), "__radd__": lambda self, other: 0})}) for _ in range(5)])
