"""Objects handed from thread to thread in every way: they arrive whole."""

import collections
import contextvars
import functools
import itertools
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from _race import race

N = 1500

Pair = collections.namedtuple("Pair", "left right")


class Tree:
    def __init__(self, depth):
        self.children = [Tree(depth - 1), Tree(depth - 1)] if depth else []
        self.table = {"depth": depth, "key": (depth, str(depth), float(depth))}
        self.method = self.check

    def check(self):
        depth = self.table["depth"]
        assert self.table["key"] == (depth, str(depth), float(depth))
        assert len(self.children) == (2 if depth else 0)
        return 1 + sum(child.check() for child in self.children)


def test_queue():
    shared = queue.SimpleQueue()

    def produce():
        for _ in range(N // 10):
            shared.put(Tree(4))

    def consume():
        for _ in range(N // 10):
            tree = shared.get(timeout=60)
            assert tree.check() == 31
            assert tree.method.__self__ is tree

    race(produce, produce, consume, consume)


def test_containers():
    mail = {}

    def send():
        for number in range(N):
            mail[number % 10] = Pair([number], {"n": {number}, "t": (number, [str(number)])})

    def receive():
        for number in range(N):
            pair = mail.get(number % 10)
            if pair is not None:
                value = pair.left[0]
                assert pair.right == {"n": {value}, "t": (value, [str(value)])}

    race(send, receive, send, receive)


def test_future_results_and_exceptions():
    def work(number):
        if number % 5 == 0:
            raise ValueError(number, [number])
        return {"number": number, "items": list(range(number % 10))}

    with ThreadPoolExecutor(4) as pool:
        for number, future in enumerate([pool.submit(work, number) for number in range(N)]):
            if number % 5 == 0:
                error = future.exception(60)
                assert error.args == (number, [number])
                frame = error.__traceback__
                while frame.tb_next:
                    frame = frame.tb_next
                assert frame.tb_frame.f_code is work.__code__
            else:
                assert future.result(60) == {"number": number, "items": list(range(number % 10))}
        assert list(pool.map(abs, range(-50, 50))) == [abs(number) for number in range(-50, 50)]


def test_closures_and_partials():
    shared = queue.SimpleQueue()

    def produce():
        for number in range(N):
            box = [number]

            def closure(extra, box=box):
                return box[0] + extra + len(boxes)
            boxes = [box]
            shared.put((closure, functools.partial(closure, 1), box.append, number))

    def consume():
        for _ in range(N):
            closure, partial, append, number = shared.get(timeout=60)
            assert closure(1) == partial() == number + 2
            append(0)

    race(produce, consume)


def test_generators_and_iterators():
    shared = queue.SimpleQueue()

    def generate(number):
        local = [number]
        while True:
            local[0] += yield local

    def produce():
        for number in range(N):
            generator = generate(number)
            next(generator)
            shared.put((generator, iter([number]), itertools.chain([number], [1]), zip([number], "a"), reversed([number])))

    def consume():
        for _ in range(N):
            generator, *iterators = shared.get(timeout=60)
            number = generator.send(1)[0] - 1
            assert [next(iterator) for iterator in iterators] == [number, number, (number, "a"), number]

    race(produce, consume)


def test_classes():
    shared = queue.SimpleQueue()

    def produce():
        for number in range(N // 5):
            kind = type("K", (), {"number": number, "get": lambda self: self.number})
            shared.put((kind(), kind, super(kind, kind())))

    def consume():
        for _ in range(N // 5):
            instance, kind, parent = shared.get(timeout=60)
            assert instance.get() == kind.number and type(instance) is kind
            assert parent.__thisclass__ is kind

    race(produce, consume)


def test_thread_arguments_and_locals():
    seen = []

    def work(items, *, key):
        items.append(key)
        seen.append(items)

    threads = [threading.Thread(target=work, args=([number],), kwargs={"key": (number,)}) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [[number, (number,)] for number in range(100)]


def test_thread_local():
    local = threading.local()

    def work(number):
        local.value = [number]
        for _ in range(N):
            assert local.value == [number]
            local.value = [number]

    race(*(lambda number=number: work(number) for number in range(4)))
    assert not hasattr(local, "value")


def test_context_variables():
    variable = contextvars.ContextVar("variable", default=None)

    def work(number):
        assert variable.get() is None
        token = variable.set([number])
        for _ in range(N):
            assert variable.get() == [number]
            inner = contextvars.copy_context()
            assert inner.run(lambda: variable.set(0) and variable.get()) == 0
        variable.reset(token)
        assert variable.get() is None

    race(*(lambda number=number: work(number) for number in range(4)))


def test_lru_cache():
    calls = []

    @functools.lru_cache(maxsize=32)
    def shared(number):
        calls.append(number)
        return [number]

    def work():
        for number in range(N):
            assert shared(number % 50) == [number % 50]
            if number % 300 == 0:
                shared.cache_clear()

    race(work, repeat=4)
    information = shared.cache_info()
    assert information.currsize <= 32


def test_frames_of_other_threads():
    import sys
    stop = threading.Event()
    started = threading.Event()

    def work():
        number = 0
        started.set()
        while not stop.is_set():
            number += 1

    thread = threading.Thread(target=work)
    thread.start()
    started.wait(60)
    for _ in range(200):
        frame = sys._current_frames().get(thread.ident)
        names = []
        while frame is not None:
            names.append(frame.f_code.co_name)
            frame = frame.f_back
        assert "work" in names
    stop.set()
    thread.join()


for name, function in list(globals().items()):
    if name.startswith("test_"):
        function()
