"""Each of N threads makes millions of objects in garbage cycles of its own: memory must not stay behind.

Run it with `-X gc-log` to see the pauses; after the line "started" no stop of the world may be reported.
"""

import argparse
import sys
import threading
import time


class Node:
    def __init__(self):
        self.other = None


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def work(pairs, barrier):
    barrier.wait()
    for _ in range(pairs):
        first, second = Node(), Node()
        first.other = second
        second.other = first
    barrier.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--objects", type=int, default=10_000_000, help="of each thread")
    args = parser.parse_args()

    def run(objects):
        barrier = threading.Barrier(args.threads + 1)
        threads = [threading.Thread(target=work, args=(objects // 2, barrier)) for _ in range(args.threads)]
        for thread in threads:
            thread.start()
        barrier.wait()
        print("started", file=sys.stderr, flush=True)
        barrier.wait()
        print("done", file=sys.stderr, flush=True)
        for thread in threads:
            thread.join()

    run(args.objects // 50)
    time.sleep(1)
    before = resident()
    started = time.perf_counter()
    run(args.objects)
    seconds = time.perf_counter() - started
    time.sleep(1)
    after = resident()
    print(f"{args.threads} threads x {args.objects:,} objects in {seconds:.2f} s; "
          f"memory {before / 1e6:.1f} MB before, {after / 1e6:.1f} MB a second after ({after / before:.2f}x)")
    return 0 if after <= 1.2 * before else 1


if __name__ == "__main__":
    sys.exit(main())
