# ty: timeout=180
"""Memory stays flat: objects handed over a queue, shared values replaced, cycles of each thread's own."""

import gc
import queue
import time
from _race import memory, race

MEGABYTE = 1 << 20


class Node:
    def __init__(self, other=None):
        self.other = other
        self.data = [1, 2, 3]


def settle():
    gc.collect()
    time.sleep(0.3)
    return memory()


def grows_by(work, warm, count):
    """How much memory `count` units of work leave behind, after `warm` units."""
    work(warm)
    before = settle()
    work(count)
    return settle() - before


def hand_over(count):
    shared = queue.Queue(maxsize=1000)

    def produce():
        for _ in range(count):
            shared.put(Node())

    def consume():
        for _ in range(count):
            shared.get(timeout=60)

    race(produce, consume)


def replace(count):
    slots = [None] * 16

    def work():
        for number in range(count):
            slots[number & 15] = Node()

    race(work, work)


def own_cycles(count):
    def work():
        for _ in range(count):
            first = Node()
            first.other = Node(first)

    race(work, work)


for function in (hand_over, replace, own_cycles):
    growth = grows_by(function, 20_000, 60_000)
    assert growth < 32 * MEGABYTE, f"{function.__name__}: {growth / MEGABYTE:.1f} MB"
