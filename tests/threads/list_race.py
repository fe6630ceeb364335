"""Lists that several threads change and read at once."""

from _race import race

N = 4000


class Item:
    def __init__(self, value):
        self.value = value


def test_append():
    shared = []
    race(lambda: [shared.append(Item(index)) for index in range(N)], repeat=4)
    assert len(shared) == 4 * N
    assert sorted(item.value for item in shared) == sorted(list(range(N)) * 4)


def test_pop():
    shared = list(range(4 * N))

    def take():
        mine = []
        while True:
            try:
                mine.append(shared.pop())
            except IndexError:
                return mine

    parts = race(take, repeat=4)
    assert sorted(sum(parts, [])) == list(range(4 * N))


def test_extend_and_slices():
    shared = []

    def extend():
        for index in range(N // 10):
            shared.extend([index] * 10)
            shared[0:3] = shared[0:3]

    def read():
        for _ in range(N // 10):
            part = shared[:]
            assert len(part) % 1 == 0
            for item in part[-5:]:
                assert isinstance(item, int)
            shared.count(3), 3 in shared, len(shared), shared.copy(), shared * 2

    race(extend, extend, read, read)
    assert len(shared) == 2 * N


def test_store_and_load():
    shared = [Item(0)] * 64

    def store():
        for index in range(N * 4):
            shared[index & 63] = Item(index)

    def load():
        total = 0
        for index in range(N * 4):
            total += shared[index & 63].value
            total += shared[-1].value
        return total

    race(store, load, store, load)


def test_resize_while_reading():
    shared = [Item(0)]

    def change():
        for index in range(N):
            shared.append(Item(index))
            shared.insert(0, Item(index))
            if index % 7 == 0:
                del shared[1:8]
            if index % 501 == 0:
                shared.clear()
                shared.append(Item(0))

    def read():
        for _ in range(N):
            try:
                assert shared[0].value >= 0 and shared[-1].value >= 0
            except IndexError:
                pass
            for item in shared:
                assert item.value >= 0

    race(change, read, read)


def test_sort_and_reverse():
    shared = list(range(200))

    def sort():
        for _ in range(200):
            try:
                shared.sort(key=lambda value: -value)
                shared.reverse()
            except ValueError as error:
                assert "modified during sort" in str(error)

    def look():
        for _ in range(N):
            len(shared), shared[:1], sum(shared[:3])

    race(sort, sort, look)
    assert sorted(shared) == list(range(200))


def test_iterator_shared():
    iterator = iter([Item(index) for index in range(4 * N)])
    parts = race(lambda: [item.value for item in iterator], repeat=4)
    assert sorted(sum(parts, [])) == list(range(4 * N))


def test_compare_and_repr():
    first, second = [1, 2, 3], [1, 2, 3]

    def change():
        for index in range(N):
            first.append(index)
            first.pop()

    def look():
        for _ in range(N // 4):
            repr(first), first == second, first < second, first + second, hash(tuple(first))

    race(change, look, look)


for name, function in list(globals().items()):
    if name.startswith("test_"):
        function()
