"""Sorting with keys: functions, attributes, tuples, reversed order, and a hand-written merge sort."""

from operator import attrgetter, itemgetter

from _scale import scaled


class Person:
    def __init__(self, name, age, score):
        self.name = name
        self.age = age
        self.score = score

    def __lt__(self, other):
        return (self.age, self.name) < (other.age, other.name)


def people(count):
    state, found = 99, []
    for index in range(count):
        state = (state * 48271) % 2147483647
        found.append(Person(f"name{state % 5000:04}", state % 90, state / 1000.0))
    return found


def merge_sort(items, key):
    if len(items) < 2:
        return items
    middle = len(items) // 2
    left, right = merge_sort(items[:middle], key), merge_sort(items[middle:], key)
    merged, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if key(right[j]) < key(left[i]):
            merged.append(right[j])
            j += 1
        else:
            merged.append(left[i])
            i += 1
    return merged + left[i:] + right[j:]


def main():
    crowd = people(6000)
    rows = [(person.age, person.name, person.score) for person in crowd]
    total = 0
    for _ in range(scaled(245)):
        by_age = sorted(crowd, key=lambda person: person.age)
        by_name = sorted(crowd, key=lambda person: (person.name, -person.score))
        by_score = sorted(crowd, key=attrgetter("score"), reverse=True)
        natural = sorted(crowd[:2000])
        tuples = sorted(rows, key=itemgetter(1, 2))
        by_length = sorted((row[1] for row in rows), key=len)
        merged = merge_sort(crowd[:2500], key=lambda person: person.score)
        assert by_age[0].age <= by_age[-1].age and natural[0].age <= natural[-1].age
        assert merged[0].score <= merged[-1].score and by_score[0].score >= by_score[-1].score
        total += by_name[0].age + tuples[0][0] + len(by_length)
    print(total)


if __name__ == "__main__":
    main()
