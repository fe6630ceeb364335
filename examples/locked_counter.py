"""A counter shared by several threads and protected by a lock."""

import argparse
import threading
import time


class Counter:
    def __init__(self):
        self._lock = threading.Lock()
        self._value = 0

    def increment(self):
        with self._lock:
            self._value += 1

    @property
    def value(self):
        with self._lock:
            return self._value


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--increments", type=int, default=200_000, help="of each thread")
    parser.add_argument("--quick", action="store_true", help="a small run, for the tests")
    args = parser.parse_args()
    increments = 5_000 if args.quick else args.increments

    counter = Counter()

    def work():
        for _ in range(increments):
            counter.increment()

    threads = [threading.Thread(target=work) for _ in range(args.threads)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    print(f"{args.threads} threads counted to {counter.value:,} in {seconds:.3f} s")
    assert counter.value == args.threads * increments


if __name__ == "__main__":
    main()
