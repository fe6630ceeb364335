"""An asyncio program that stays responsive while a thread pool computes."""

import argparse
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor


def collatz_steps(start, stop):
    """The number in [start, stop) that takes the most Collatz steps, and how many."""
    best = (0, 0)
    for number in range(start, stop):
        steps, value = 0, number
        while value != 1:
            value = value // 2 if value % 2 == 0 else 3 * value + 1
            steps += 1
        best = max(best, (steps, number))
    return best


async def heartbeat(interval, delays):
    """Measures how late the event loop wakes this task."""
    while True:
        started = time.perf_counter()
        await asyncio.sleep(interval)
        delays.append(time.perf_counter() - started - interval)


async def compute(limit, workers):
    loop = asyncio.get_running_loop()
    delays = []
    pulse = asyncio.create_task(heartbeat(0.01, delays))
    step = max(1, limit // (workers * 8))
    with ThreadPoolExecutor(workers) as pool:
        jobs = [loop.run_in_executor(pool, collatz_steps, start, min(start + step, limit))
                for start in range(1, limit, step)]
        best = max(await asyncio.gather(*jobs))
    pulse.cancel()
    try:
        await pulse
    except asyncio.CancelledError:
        pass
    return best, delays


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=200_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="a small run, for the tests")
    args = parser.parse_args()
    limit = 5_000 if args.quick else args.limit

    (steps, number), delays = asyncio.run(compute(limit, args.workers))
    print(f"below {limit:,}, {number} takes the most Collatz steps: {steps}")
    if delays:
        delays.sort()
        print(f"{len(delays)} heartbeats, late by {delays[len(delays) // 2] * 1000:.2f} ms in the median, "
              f"{delays[-1] * 1000:.2f} ms at most")
    assert (steps, number) == collatz_steps(number, number + 1)


if __name__ == "__main__":
    main()
