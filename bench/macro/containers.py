"""Dict and list work: counting, grouping, graph search, matrices, comprehensions."""

from _scale import scaled


def count_words(count):
    state, counts = 12345, {}
    for _ in range(count):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        key = state >> 16 & 1023
        counts[key] = counts.get(key, 0) + 1
    return sum(value * value for value in counts.values())


def group(count):
    groups = {}
    for number in range(count):
        groups.setdefault(number % 37, []).append(number)
    return sum(len(members) * key for key, members in groups.items())


def grid_search(size):
    """Breadth-first search over a grid with walls."""
    walls = {(row, column) for row in range(size) for column in range(size) if (row * 7 + column * 13) % 5 == 0}
    walls.discard((0, 0))
    distance = {(0, 0): 0}
    frontier = [(0, 0)]
    while frontier:
        following = []
        for row, column in frontier:
            steps = distance[row, column] + 1
            for place in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
                if place in distance or place in walls:
                    continue
                if 0 <= place[0] < size and 0 <= place[1] < size:
                    distance[place] = steps
                    following.append(place)
        frontier = following
    return sum(distance.values())


def matrices(size):
    left = [[row * column % 17 for column in range(size)] for row in range(size)]
    right = [[row + column for column in range(size)] for row in range(size)]
    columns = list(zip(*right))
    product = [[sum([a * b for a, b in zip(row, column)]) for column in columns] for row in left]
    return sum(map(sum, product))


def queue_work(count):
    items = list(range(200))
    total = 0
    for index in range(count):
        item = items.pop()
        items.insert(index % 150, item + 1)
        total += items[index % len(items)]
        if index % 64 == 0:
            items = items[100:] + items[:100]
            items.reverse()
    return total


def main():
    total = 0
    for _ in range(scaled(50)):
        total += count_words(150_000) + group(150_000) + grid_search(120) + matrices(60) + queue_work(100_000)
    print(total)


if __name__ == "__main__":
    main()
