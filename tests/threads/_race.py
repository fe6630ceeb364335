"""What the race scripts share: run functions on several threads that start together, and raise what they raised."""

import threading


def race(*functions, repeat=1, timeout=120):
    """Runs every function (each `repeat` times) on a thread of its own; returns their results in order."""
    functions = functions * repeat
    barrier = threading.Barrier(len(functions))
    results = [None] * len(functions)
    errors = []

    def run(index, function):
        barrier.wait(timeout)
        try:
            results[index] = function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout)
        assert not thread.is_alive(), "a thread hangs"
    if errors:
        raise errors[0]
    return results


def memory():
    """Resident memory of this process in bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
