"""Generators: pipelines, recursion with yield from, send, generator expressions, tree walks."""

from _scale import scaled


class Node:
    __slots__ = ("left", "value", "right")

    def __init__(self, left, value, right):
        self.left = left
        self.value = value
        self.right = right

    def __iter__(self):
        if self.left is not None:
            yield from self.left
        yield self.value
        if self.right is not None:
            yield from self.right


def tree(low, high):
    if low >= high:
        return None
    middle = (low + high) // 2
    return Node(tree(low, middle), middle, tree(middle + 1, high))


def numbers(count):
    number = 0
    while number < count:
        yield number
        number += 1


def evens(source):
    for number in source:
        if number % 2 == 0:
            yield number


def windows(source, size):
    window = []
    for item in source:
        window.append(item)
        if len(window) == size:
            yield sum(window)
            window.clear()


def running_average():
    total = count = 0
    average = 0
    while True:
        value = yield average
        total += value
        count += 1
        average = total // count


def permutations(items, size):
    if size == 0:
        yield ()
        return
    for index, item in enumerate(items):
        for rest in permutations(items[:index] + items[index + 1:], size - 1):
            yield (item, *rest)


def main():
    root = tree(0, 8000)
    total = 0
    for _ in range(scaled(250)):
        total += sum(windows(evens(numbers(80_000)), 10))
        total += sum(1 for value in root if value % 3)
        average = running_average()
        next(average)
        for number in numbers(20_000):
            total += average.send(number)
        total += sum(1 for _ in permutations([1, 2, 3, 4, 5, 6, 7], 5))
        total += sum(a * b for a in range(150) for b in range(a))
    print(total)


if __name__ == "__main__":
    main()
