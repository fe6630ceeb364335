"""Death of shared objects: finalizers, weak references, garbage cycles, collection while others run."""

import gc
import threading
import weakref
from _race import race

N = 2000


class Node:
    def __init__(self, other=None):
        self.other = other


def test_replaced_values():
    slots = [Node() for _ in range(8)]

    def replace():
        for number in range(4 * N):
            slots[number & 7] = Node(slots[(number + 1) & 7] if number & 1 else None)

    def read():
        for number in range(4 * N):
            node = slots[number & 7]
            for _ in range(3):
                if node is None:
                    break
                node = node.other

    race(replace, read, replace, read)


def test_finalizers_run_once():
    log = []

    class Final:
        def __init__(self, number):
            self.number = number

        def __del__(self):
            log.append(self.number)

    def make(base):
        keep = []
        for number in range(N):
            keep.append(Final(base + number))
            if len(keep) > 10:
                keep.pop(0)

    race(lambda: make(0), lambda: make(N), lambda: make(2 * N))
    gc.collect()
    assert sorted(log) == list(range(3 * N))


def test_finalizers_of_shared_objects():
    log = []

    class Final:
        def __init__(self, number):
            self.number = number

        def __del__(self):
            log.append(self.number)

    shared = {}

    def work(base):
        for number in range(N):
            shared[number % 16] = Final(base + number)
            other = shared.get((number + 5) % 16)
            assert other is None or other.number >= 0

    race(lambda: work(0), lambda: work(N), lambda: work(2 * N))
    shared.clear()
    gc.collect()
    assert sorted(log) == list(range(3 * N))


def test_weak_references():
    shared = [Node()]
    references = [weakref.ref(shared[0])]

    def replace():
        for _ in range(N):
            node = Node()
            reference = weakref.ref(node)
            shared[0] = node
            references[0] = reference
            assert reference() is node

    def read():
        alive = 0
        for _ in range(4 * N):
            node = references[0]()
            if node is not None:
                alive += 1
                assert node.other is None
        return alive

    race(replace, read, replace, read)


def test_weak_callbacks():
    called = []
    references = []

    def make():
        for _ in range(N):
            node = Node()
            references.append(weakref.ref(node, lambda reference: called.append(1)))
            del node

    race(make, repeat=3)
    gc.collect()
    assert len(called) == 3 * N
    assert all(reference() is None for reference in references)


def test_weak_dictionaries():
    cache = weakref.WeakValueDictionary()
    keys = weakref.WeakKeyDictionary()

    def work():
        for number in range(N):
            node = cache.get(number % 50)
            if node is None:
                node = Node()
                cache[number % 50] = node
            keys[node] = number
            assert keys.get(node) is not None

    race(work, repeat=3)


def test_local_cycles():
    def make():
        for _ in range(N * 2):
            first = Node()
            first.other = Node(first)

    race(make, repeat=4)


def test_shared_cycles_and_collect():
    shared = []

    def make():
        for _ in range(N):
            first = Node()
            first.other = Node(first)
            shared.append(first)
            if len(shared) > 100:
                del shared[:50]

    def collect():
        for _ in range(20):
            gc.collect()

    race(make, make, collect)


def test_deep_structures():
    shared = []

    def make():
        for _ in range(3):
            node = None
            for _ in range(50_000):
                node = Node(node)
            shared.append(node)

    race(make, make)
    shared.clear()
    gc.collect()


def test_thread_ends():
    kept = []

    def work():
        local = [Node(Node()) for _ in range(100)]
        kept.append(local[0])
        kept.append(weakref.ref(local[1]))

    for _ in range(50):
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    gc.collect()
    assert all(isinstance(item, Node) and item.other.other is None for item in kept[0::2])
    assert all(reference() is None for reference in kept[1::2])


for name, function in list(globals().items()):
    if name.startswith("test_"):
        function()
