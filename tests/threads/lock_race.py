"""Locks, conditions, semaphores, events, barriers and queues."""

import queue
import threading
import time
from _race import race

N = 3000


def count_under(lock):
    state = {"value": 0}

    def work():
        for _ in range(N):
            with lock:
                value = state["value"]
                state["value"] = value + 1

    race(work, repeat=4)
    assert state["value"] == 4 * N


def test_lock():
    count_under(threading.Lock())


def test_rlock():
    lock = threading.RLock()

    class Nested:
        def __enter__(self):
            lock.acquire()
            lock.acquire()

        def __exit__(self, *details):
            lock.release()
            lock.release()

    count_under(Nested())


def test_semaphore():
    semaphore = threading.BoundedSemaphore(2)
    inside = []
    most = []

    def work():
        for _ in range(N // 10):
            with semaphore:
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    race(work, repeat=4)
    assert max(most) <= 2


def test_condition():
    condition = threading.Condition()
    items = []

    def produce():
        for number in range(N):
            with condition:
                items.append(number)
                condition.notify()

    def consume():
        mine = []
        while len(mine) < N:
            with condition:
                while not items:
                    assert condition.wait(60)
                mine.append(items.pop())
        return mine

    results = race(produce, produce, consume, consume)
    assert sorted(results[2] + results[3]) == sorted(list(range(N)) * 2)


def test_event_and_barrier():
    event = threading.Event()
    barrier = threading.Barrier(4)
    seen = []

    def wait():
        assert event.wait(60)
        seen.append(barrier.wait(60))

    def start():
        time.sleep(0.01)
        event.set()
        seen.append(barrier.wait(60))

    race(wait, wait, wait, start)
    assert sorted(seen) == [0, 1, 2, 3]


def test_timeouts():
    lock = threading.Lock()
    lock.acquire()
    started = time.monotonic()
    assert not lock.acquire(timeout=0.05)
    assert not lock.acquire(blocking=False)
    assert 0.04 <= time.monotonic() - started < 5
    releaser = threading.Timer(0.05, lock.release)
    releaser.start()
    assert lock.acquire(timeout=60)
    releaser.join()
    event = threading.Event()
    assert not event.wait(0.02)
    try:
        threading.Lock().release()
    except RuntimeError as error:
        assert str(error) == "release unlocked lock"
    else:
        raise AssertionError


def test_queues():
    for make in (queue.Queue, queue.SimpleQueue, queue.LifoQueue, queue.PriorityQueue):
        shared = make()
        total = race(*[lambda: [shared.put(number) for number in range(N)]] * 2,
                     *[lambda: sum(shared.get(timeout=60) for _ in range(N))] * 2)
        assert total[2] + total[3] == 2 * sum(range(N)), make
        assert shared.empty()


def test_bounded_queue():
    shared = queue.Queue(maxsize=4)
    race(*[lambda: [shared.put(number, timeout=60) for number in range(N // 4)]] * 2,
         *[lambda: [shared.get(timeout=60) for number in range(N // 4)]] * 2)
    try:
        shared.get(timeout=0.01)
    except queue.Empty:
        pass
    else:
        raise AssertionError


for name, function in list(globals().items()):
    if name.startswith("test_"):
        function()
