"""Sets that several threads change and read at once."""

from _race import race

N = 4000


def test_add():
    shared = set()
    race(*(lambda base=base: [shared.add(base + number) for number in range(N)] for base in range(0, 4 * N, N)))
    assert shared == set(range(4 * N))


def test_pop_once():
    shared = set(range(4 * N))

    def take():
        mine = []
        while True:
            try:
                mine.append(shared.pop())
            except KeyError:
                return mine

    assert sorted(sum(race(take, repeat=4), [])) == list(range(4 * N))


def test_mixed():
    shared = set(range(50))
    other = frozenset(range(25, 75))

    def change():
        for number in range(N):
            shared.add(number % 100)
            shared.discard((number * 7) % 100)
            if number % 100 == 0:
                shared.update(other)
                shared.intersection_update(set(range(100)))

    def read():
        for _ in range(N // 4):
            shared & other, shared | other, shared - other, shared ^ other
            3 in shared, len(shared), shared <= other, shared.copy()
            try:
                for item in shared:
                    assert 0 <= item < 100
            except RuntimeError as error:
                assert "changed size during iteration" in str(error)

    race(change, read, change, read)
    assert shared <= set(range(100))


for name, function in list(globals().items()):
    if name.startswith("test_"):
        function()
