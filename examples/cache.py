"""A least-recently-used cache behind an RLock: its methods call one another while they hold the lock."""

import argparse
import collections
import threading


class Cache:
    def __init__(self, capacity):
        self._capacity = capacity
        self._entries = collections.OrderedDict()
        self._lock = threading.RLock()
        self.hits = 0
        self.misses = 0

    def get(self, key, default=None):
        with self._lock:
            try:
                self._entries.move_to_end(key)
            except KeyError:
                self.misses += 1
                return default
            self.hits += 1
            return self._entries[key]

    def put(self, key, value):
        with self._lock:
            self._entries[key] = value
            self._entries.move_to_end(key)
            while len(self._entries) > self._capacity:
                self._entries.popitem(last=False)

    def get_or_compute(self, key, compute):
        with self._lock:
            missing = object()
            value = self.get(key, missing)
            if value is missing:
                value = compute(key)
                self.put(key, value)
            return value

    def __len__(self):
        with self._lock:
            return len(self._entries)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--lookups", type=int, default=50_000, help="of each thread")
    parser.add_argument("--quick", action="store_true", help="a small run, for the tests")
    args = parser.parse_args()
    lookups = 2_000 if args.quick else args.lookups

    cache = Cache(capacity=100)
    errors = []

    def work(seed):
        state = seed
        for _ in range(lookups):
            state = (state * 48271) % 2147483647
            key = min(state % 300, state // 7 % 300)
            if cache.get_or_compute(key, lambda k: (k, k * k)) != (key, key * key):
                errors.append(key)

    threads = [threading.Thread(target=work, args=(index + 1,)) for index in range(args.threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = args.threads * lookups
    print(f"{total:,} look-ups: {cache.hits:,} hits, {cache.misses:,} misses, {len(cache)} entries")
    assert not errors
    assert cache.hits + cache.misses == total and len(cache) == 100


if __name__ == "__main__":
    main()
