"""Four threads, each computing a recursive Fibonacci number."""

import argparse
import threading
import time


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=30)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--quick", action="store_true", help="a small run, for the tests")
    args = parser.parse_args()
    n = 18 if args.quick else args.n

    started = time.perf_counter()
    expected = fib(n)
    alone = time.perf_counter() - started
    print(f"fib({n}) = {expected}: {alone:.3f} s on the main thread")

    results = [None] * args.threads

    def work(index):
        results[index] = fib(n)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(args.threads)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together = time.perf_counter() - started
    print(f"{args.threads} times on {args.threads} threads: {together:.3f} s, "
          f"{args.threads * alone / together:.2f} times as fast as one after the other")
    assert results == [expected] * args.threads


if __name__ == "__main__":
    main()
