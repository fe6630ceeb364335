"""Recursive calls of a small function."""

from _scale import scaled


def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def main():
    total = 0
    for _ in range(scaled(850)):
        total += fib(24)
    assert total % fib(24) == 0
    print(total)


if __name__ == "__main__":
    main()
