def loops(items, limit):
    total = 0
    for item in items:
        if item > limit and not item == 7:
            continue
        total += item * 2
    while total > 10:
        total -= 3
        if total == 5:
            break
    else:
        total = None
    return total


def conditions(a, b):
    return (a and b or not a) if a is None else a < b <= 3
