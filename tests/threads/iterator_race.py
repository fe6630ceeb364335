"""Iterators and generators driven by several threads: each item goes to one of them."""

import itertools
from _race import race

N = 3000


def shares(make, expected):
    """The items that four threads take from one iterator, together."""
    iterator = make()
    parts = race(lambda: [item for item in iterator], repeat=4)
    together = sorted(sum(parts, []))
    assert together == sorted(expected), (len(together), len(expected))


def test_builtin_iterators():
    numbers = list(range(4 * N))
    shares(lambda: iter(numbers), numbers)
    shares(lambda: iter(tuple(numbers)), numbers)
    shares(lambda: iter(range(4 * N)), numbers)
    shares(lambda: reversed(numbers), numbers)
    shares(lambda: iter(set(numbers)), numbers)
    shares(lambda: iter("ab" * N), "ab" * N)
    shares(lambda: iter(b"ab" * N), b"ab" * N)
    shares(lambda: enumerate("x" * N), [(index, "x") for index in range(N)])
    shares(lambda: zip(range(N), range(N)), [(index, index) for index in range(N)])
    shares(lambda: map(abs, iter(range(N))), range(N))
    shares(lambda: filter(None, iter(range(N))), range(1, N))


def test_count():
    counter = itertools.count()
    parts = race(lambda: [next(counter) for _ in range(N)], repeat=4)
    assert sorted(sum(parts, [])) == list(range(4 * N))


def test_generator_one_at_a_time():
    def generate():
        for number in range(4 * N):
            yield number

    generator = generate()

    def take():
        mine = []
        while True:
            try:
                mine.append(next(generator))
            except StopIteration:
                return mine
            except ValueError as error:
                assert str(error) == "generator already executing"

    assert sorted(sum(race(take, repeat=4), [])) == list(range(4 * N))


def test_generators_handed_over():
    def generate(base):
        total = base
        while True:
            total += yield total

    generators = [generate(index) for index in range(8)]
    for generator in generators:
        next(generator)

    def drive(mine):
        for _ in range(N):
            for generator in mine:
                generator.send(1)

    race(lambda: drive(generators[:4]), lambda: drive(generators[4:]))
    race(lambda: drive(generators[4:]), lambda: drive(generators[:4]))
    assert [generator.send(0) for generator in generators] == [index + 2 * N for index in range(8)]


def test_close_while_running():
    for _ in range(200):
        def generate():
            try:
                while True:
                    yield 1
            finally:
                closed.append(1)

        closed = []
        generator = generate()
        next(generator)

        def run():
            try:
                for _ in range(50):
                    next(generator)
            except (StopIteration, ValueError):
                pass

        def close():
            try:
                generator.close()
            except ValueError:
                pass

        race(run, close)
        generator.close()
        assert closed == [1]


for name, function in list(globals().items()):
    if name.startswith("test_"):
        function()
