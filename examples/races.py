"""Several threads race over one shared iterator, one list and one dict, with no lock, on purpose.

The language promises little to such a program, but an interpreter must not crash, and single operations that
are atomic must stay so: each item of the iterator goes to one thread only, and no append and no store is lost.
"""

import argparse
import threading


def race(threads, work):
    """Runs work(index) on several threads that start together; errors are raised here."""
    barrier = threading.Barrier(threads)
    errors = []

    def run(index):
        barrier.wait()
        try:
            work(index)
        except BaseException as error:
            errors.append(error)

    workers = [threading.Thread(target=run, args=(index,)) for index in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if errors:
        raise errors[0]


def race_iterator(threads, count):
    """Every item of one shared list iterator is taken exactly once."""
    shared = iter(list(range(count)))
    taken = [[] for _ in range(threads)]

    def work(index):
        mine = taken[index]
        for item in shared:
            mine.append(item)

    race(threads, work)
    everything = sorted(item for part in taken for item in part)
    assert everything == list(range(count)), f"{len(everything)} items taken of {count}"
    return [len(part) for part in taken]


def race_list(threads, count):
    """No append to one shared list is lost, and the order of each thread's items is kept."""
    shared = []

    def work(index):
        for number in range(count):
            shared.append((index, number))

    race(threads, work)
    assert len(shared) == threads * count
    for index in range(threads):
        assert [number for owner, number in shared if owner == index] == list(range(count))


def race_dict(threads, count):
    """No store of a new key into one shared dict is lost."""
    shared = {}

    def work(index):
        for number in range(count):
            shared[index, number] = number
            shared["last"] = index

    race(threads, work)
    assert shared.pop("last") in range(threads)
    assert len(shared) == threads * count
    assert all(shared[index, number] == number for index in range(threads) for number in range(count))


def race_pop(threads, count):
    """Items popped from one shared list go to one thread each, while others read and append."""
    shared = list(range(count))
    taken = [[] for _ in range(threads)]

    def work(index):
        mine = taken[index]
        while True:
            try:
                mine.append(shared.pop())
            except IndexError:
                return
            len(shared), shared[:3]

    race(threads, work)
    assert sorted(item for part in taken for item in part) == list(range(count))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--count", type=int, default=50_000, help="items of each race")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a small run, for the tests")
    args = parser.parse_args()
    count, rounds = (3_000, 1) if args.quick else (args.count, args.rounds)
    for _ in range(rounds):
        shares = race_iterator(args.threads, count)
        race_list(args.threads, count)
        race_dict(args.threads, count)
        race_pop(args.threads, count)
    print(f"{args.threads} threads took {shares} items of one iterator; nothing was lost in {rounds} rounds")


if __name__ == "__main__":
    main()
