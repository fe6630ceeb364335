"""A matrix product with one thread for every row of the result."""

import argparse
import threading
import time


def make_matrix(rows, columns, seed):
    values = []
    state = seed
    for _ in range(rows):
        row = []
        for _ in range(columns):
            state = (state * 1103515245 + 12345) % 2147483648
            row.append(state % 1000 / 10.0)
        values.append(row)
    return values


def row_product(row, right, columns):
    result = []
    for column in range(columns):
        total = 0.0
        for index, value in enumerate(row):
            total += value * right[index][column]
        result.append(total)
    return result


def multiply(left, right):
    columns = len(right[0])
    return [row_product(row, right, columns) for row in left]


def multiply_threaded(left, right):
    columns = len(right[0])
    result = [None] * len(left)

    def work(index):
        result[index] = row_product(left[index], right, columns)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(left))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=150)
    parser.add_argument("--quick", action="store_true", help="a small run, for the tests")
    args = parser.parse_args()
    size = 24 if args.quick else args.size

    left, right = make_matrix(size, size, 1), make_matrix(size, size, 2)
    started = time.perf_counter()
    expected = multiply(left, right)
    alone = time.perf_counter() - started
    started = time.perf_counter()
    product = multiply_threaded(left, right)
    together = time.perf_counter() - started
    print(f"{size} x {size}: {alone:.3f} s on one thread, {together:.3f} s with a thread for each row, "
          f"speed-up {alone / together:.2f}")
    assert product == expected


if __name__ == "__main__":
    main()
