"""Millions of objects go through a queue from one thread to another: memory must stay flat."""

import argparse
import queue
import sys
import threading
import time


class Job:
    def __init__(self, number):
        self.number = number
        self.data = [number]


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=10_000_000)
    parser.add_argument("--simple", action="store_true", help="queue.SimpleQueue instead of a bounded queue.Queue")
    args = parser.parse_args()
    samples = []
    done = threading.Event()

    def sample():
        while not done.wait(0.05):
            samples.append(resident())

    def produce(jobs):
        for number in range(args.objects):
            jobs.put(Job(number))
            if args.simple and number % 1000 == 0:
                while jobs.qsize() > 2000:
                    time.sleep(0)

    def consume(jobs):
        total = 0
        for _ in range(args.objects):
            total += jobs.get().number & 1
        totals.append(total)

    totals = []
    jobs = queue.SimpleQueue() if args.simple else queue.Queue(maxsize=1000)
    threads = [threading.Thread(target=function, args=arguments)
               for function, arguments in ((sample, ()), (produce, (jobs,)), (consume, (jobs,)))]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads[1:]:
        thread.join()
    seconds = time.perf_counter() - started
    done.set()
    threads[0].join()
    assert totals == [args.objects // 2]
    tenth = max(1, len(samples) // 10)
    early, late = max(samples[:tenth * 2]), max(samples)
    print(f"{args.objects:,} objects in {seconds:.2f} s; memory {early / 1e6:.1f} MB in the first fifth, {late / 1e6:.1f} MB at most")
    return 0 if late <= 1.3 * early + (16 << 20) else 1


if __name__ == "__main__":
    sys.exit(main())
