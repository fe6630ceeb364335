"""Count primes on one thread and then on every core, through a thread pool."""

import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor


def is_prime(number):
    if number < 4:
        return number > 1
    if number % 2 == 0:
        return False
    divisor = 3
    while divisor * divisor <= number:
        if number % divisor == 0:
            return False
        divisor += 2
    return True


def count_primes(start, stop):
    count = 0
    for number in range(start, stop):
        if is_prime(number):
            count += 1
    return count


def chunks(limit, size):
    return [(start, min(start + size, limit)) for start in range(0, limit, size)]


def timed_count(limit, threads):
    started = time.perf_counter()
    with ThreadPoolExecutor(max_workers=threads) as pool:
        jobs = [pool.submit(count_primes, *chunk) for chunk in chunks(limit, max(1000, limit // 200))]
        total = sum(job.result() for job in jobs)
    return total, time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=1_000_000, help="count the primes below this number")
    parser.add_argument("--threads", type=int, default=0, help="default: one for each core")
    parser.add_argument("--quick", action="store_true", help="a small run, for the tests")
    args = parser.parse_args()
    limit = 30_000 if args.quick else args.limit
    threads = args.threads or len(os.sched_getaffinity(0))

    print(f"{sys.implementation.name} {sys.version.split()[0]}, primes below {limit:,}")
    one, seconds_one = timed_count(limit, 1)
    print(f"  1 thread:   {seconds_one:6.2f} s  ({one:,} primes)")
    many, seconds_many = timed_count(limit, threads)
    print(f"  {threads} threads:  {seconds_many:6.2f} s  ({many:,} primes)")
    print(f"  speed-up:   {seconds_one / seconds_many:6.2f} x")
    assert one == many
    if args.quick:
        assert one == 3245


if __name__ == "__main__":
    main()
