"""One row of `bench/run --scaling`, in a process of its own: `rows.py ROW` prints a line of JSON.

Every work function does `count` passes and in each pass keeps the value it read in an object of its own thread,
so that a count or lock on the shared value would show. Times are nanoseconds: before any thread was started
("solo"), in one worker thread ("one"), and in two that start together ("two", the longer way round).
"""

import contextvars
import enum
import functools
import json
import sys
import threading
import time

import shared_module

REPEATS = 5
TARGET = 0.25e9


class Value:
    def __init__(self, number):
        self.number = number


class Config:
    setting = Value(1)

    def __init__(self):
        self.value = Value(2)

    def method(self):
        return self.value

    @property
    def prop(self):
        return self.value


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


def make_closure():
    value = Value(3)

    def closure():
        return value
    return closure


@functools.lru_cache(maxsize=None)
def cached(key):
    return Value(key)


CONFIG = Config()
DICT = {f"key{index}": Value(index) for index in range(16)}
LIST = [Value(index) for index in range(16)]
TUPLE = tuple(Value(index) for index in range(16))
CLOSURE = make_closure()
LOCK = threading.Lock()
CONTEXT = contextvars.ContextVar("context", default=Value(4))
LOCAL = threading.local()
MATRIX = [[float(row * column % 13) for column in range(20)] for row in range(20)]


def is_prime(number):
    divisor = 2
    while divisor * divisor <= number:
        if number % divisor == 0:
            return False
        divisor += 1
    return True


def work_primes(count):
    found = 0
    for number in range(count):
        if is_prime(10_000 + number % 1000):
            found += 1
    return found


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def work_fibonacci(count):
    for _ in range(count):
        fib(12)


def work_matrix(count):
    size = range(20)
    for number in range(count):
        row = MATRIX[number % 20]
        result = []
        for column in size:
            total = 0.0
            for index in size:
                total += row[index] * MATRIX[index][column]
            result.append(total)


def work_method(count):
    box, config = [None], CONFIG
    for _ in range(count):
        box[0] = config.method()


def work_dict_get(count):
    box, table = [None], DICT
    for _ in range(count):
        box[0] = table.get("key7")


def work_list_item(count):
    box, items = [None], LIST
    for number in range(count):
        box[0] = items[number & 15]


def work_tuple_item(count):
    box, items = [None], TUPLE
    for number in range(count):
        box[0] = items[number & 15]


def work_list_iteration(count):
    box = [None]
    for _ in range(count // 16 + 1):
        for item in LIST:
            box[0] = item


def work_tuple_iteration(count):
    box = [None]
    for _ in range(count // 16 + 1):
        for item in TUPLE:
            box[0] = item


def work_dict_iteration(count):
    box = [None]
    for _ in range(count // 16 + 1):
        for item in DICT.values():
            box[0] = item


def work_closure(count):
    box, closure = [None], CLOSURE
    for _ in range(count):
        box[0] = closure()


def work_class_attribute(count):
    box = [None]
    for _ in range(count):
        box[0] = Config.setting


def work_property(count):
    box, config = [None], CONFIG
    for _ in range(count):
        box[0] = config.prop


def work_module_function(count):
    box = [None]
    for _ in range(count):
        box[0] = shared_module.current()


def work_enum_member(count):
    box = [None]
    for _ in range(count):
        box[0] = Colour.GREEN


def work_lru_cache(count):
    box = [None]
    for _ in range(count):
        box[0] = cached(5)


def work_lock_locked(count):
    box, lock = [None], LOCK
    for _ in range(count):
        box[0] = lock.locked()


def work_context_variable(count):
    box, variable = [None], CONTEXT
    for _ in range(count):
        box[0] = variable.get()


def work_thread_local(count):
    box, local = [None], LOCAL
    local.value = Value(6)
    for _ in range(count):
        box[0] = local.value


ROWS = {name.removeprefix("work_"): function for name, function in list(globals().items()) if name.startswith("work_")}


def timed(work, count):
    started = time.perf_counter_ns()
    work(count)
    return time.perf_counter_ns() - started


def timed_threads(work, count, threads):
    barrier = threading.Barrier(threads)
    spans = [None] * threads

    def run(index):
        barrier.wait()
        started = time.perf_counter_ns()
        work(count)
        spans[index] = (started, time.perf_counter_ns())

    workers = [threading.Thread(target=run, args=(index,)) for index in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return max(end for _, end in spans) - min(start for start, _ in spans)


def main():
    work = ROWS[sys.argv[1]]
    count = 64
    while (spent := timed(work, count)) < TARGET / 8:
        count *= 4 if spent < TARGET / 64 else 2
    count = max(1, int(count * TARGET / spent))
    solo = [timed(work, count) for _ in range(REPEATS)]
    one, two = [], []
    for _ in range(REPEATS):
        one.append(timed_threads(work, count, 1))
        two.append(timed_threads(work, count, 2))
    print(json.dumps({"count": count, "solo": solo, "one": one, "two": two}))


if __name__ == "__main__":
    main()
