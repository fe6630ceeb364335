"""Dicts that several threads change and read at once."""

from _race import race

N = 4000


class Value:
    def __init__(self, number):
        self.number = number


class Key:
    def __init__(self, number):
        self.number = number

    def __hash__(self):
        return self.number % 16

    def __eq__(self, other):
        return isinstance(other, Key) and self.number == other.number


def test_new_keys():
    shared = {}

    def store(base):
        for number in range(N):
            shared[base + number] = Value(number)
            shared[f"{base}.{number}"] = number

    race(*(lambda base=base: store(base) for base in range(0, 4 * N, N)))
    assert len(shared) == 8 * N
    assert all(shared[key].number == key % N for key in range(4 * N))


def test_same_keys():
    shared = {"a": Value(0), "b": Value(0)}

    def store():
        for number in range(4 * N):
            shared["a"] = Value(number)
            shared["b"] = shared["a"]

    def load():
        for _ in range(4 * N):
            assert shared["a"].number >= 0
            assert shared.get("b").number >= 0
            assert shared.get("c") is None

    race(store, load, store, load)
    assert list(shared) == ["a", "b"]


def test_pop_once():
    shared = dict.fromkeys(range(4 * N))

    def take():
        mine = 0
        for key in range(4 * N):
            if shared.pop(key, shared) is not shared:
                mine += 1
        return mine

    assert sum(race(take, repeat=4)) == 4 * N
    assert not shared


def test_popitem_once():
    shared = {number: number for number in range(2 * N)}

    def take():
        mine = []
        while True:
            try:
                key, value = shared.popitem()
            except KeyError:
                return mine
            assert key == value
            mine.append(key)

    assert sorted(sum(race(take, repeat=4), [])) == list(range(2 * N))


def test_setdefault_once():
    shared = {}
    results = race(lambda: [shared.setdefault(number, Value(number)) for number in range(N)], repeat=4)
    for items in zip(*results):
        assert len({id(item) for item in items}) == 1


def test_python_keys():
    shared = {}

    def work(base):
        for number in range(N // 4):
            key = Key(base + number % 50)
            shared[key] = number
            assert shared.get(key) is not None
            if number % 3 == 0:
                shared.pop(key, None)
                shared[key] = 0

    race(*(lambda base=base: work(base) for base in (0, 100, 200)))
    assert len(shared) == 150


def test_iteration_while_changing():
    shared = {number: Value(number) for number in range(100)}

    def change():
        for number in range(N):
            shared[number % 300] = Value(number)
            shared.pop((number * 7) % 300, None)

    def read():
        for _ in range(N // 20):
            for view in (shared, shared.values(), shared.items(), shared.keys()):
                try:
                    for item in view:
                        assert item is not None
                except RuntimeError as error:
                    assert "during iteration" in str(error)
            try:
                list(shared.items()), dict(shared), shared.copy(), repr(shared)[:10]
            except RuntimeError as error:
                assert "during iteration" in str(error)

    race(change, read, read)


def test_update_and_clear():
    shared = {}
    source = {f"k{number}": number for number in range(50)}

    def change():
        for number in range(N // 10):
            shared.update(source)
            shared.update(x=number)
            if number % 5 == 0:
                shared.clear()

    def read():
        for _ in range(N):
            value = shared.get("k7")
            assert value is None or value == 7
            "k9" in shared, len(shared)

    race(change, read, change, read)


def test_iterator_shared():
    shared = iter({number: None for number in range(4 * N)})
    parts = race(lambda: list(shared), repeat=4)
    assert sorted(sum(parts, [])) == list(range(4 * N))


for name, function in list(globals().items()):
    if name.startswith("test_"):
        function()
