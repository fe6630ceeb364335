"""Producers and consumers over a bounded queue."""

import argparse
import queue
import threading
import time

DONE = object()


def produce(jobs, first, count):
    for number in range(first, first + count):
        jobs.put(("job", number))


def consume(jobs, results):
    while True:
        job = jobs.get()
        try:
            if job is DONE:
                return
            _, number = job
            results.put((number, number * number))
        finally:
            jobs.task_done()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--producers", type=int, default=3)
    parser.add_argument("--consumers", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=20_000, help="jobs of each producer")
    parser.add_argument("--quick", action="store_true", help="a small run, for the tests")
    args = parser.parse_args()
    count = 500 if args.quick else args.jobs

    jobs = queue.Queue(maxsize=64)
    results = queue.SimpleQueue()
    started = time.perf_counter()
    consumers = [threading.Thread(target=consume, args=(jobs, results)) for _ in range(args.consumers)]
    producers = [threading.Thread(target=produce, args=(jobs, index * count, count)) for index in range(args.producers)]
    for thread in consumers + producers:
        thread.start()
    for thread in producers:
        thread.join()
    for _ in consumers:
        jobs.put(DONE)
    jobs.join()
    for thread in consumers:
        thread.join()
    seconds = time.perf_counter() - started

    total = args.producers * count
    received = sorted(results.get() for _ in range(total))
    assert results.empty()
    assert received == [(number, number * number) for number in range(total)]
    print(f"{args.producers} producers and {args.consumers} consumers passed on {total:,} jobs in {seconds:.3f} s")


if __name__ == "__main__":
    main()
