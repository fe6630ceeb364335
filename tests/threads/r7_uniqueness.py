"""R7: an object is changed in place only when nobody else can see it: immutable values never change under a holder,
whether they are own or shared."""

import itertools
from _race import race


def tuples_are_not_reused():
    for make in (lambda: zip("abc", "def"), lambda: enumerate("abc"), lambda: {"a": 1, "b": 2, "c": 3}.items(),
                 lambda: itertools.pairwise("abcd"), lambda: itertools.product("ab", "cd"), lambda: itertools.combinations("abc", 2),
                 lambda: itertools.permutations("abc", 2), lambda: itertools.zip_longest("abc", "d"),
                 lambda: itertools.combinations_with_replacement("ab", 2)):
        iterator = iter(make())
        first = next(iterator)
        copy = tuple(first)
        holder = {"first": first}
        rest = list(iterator)
        assert first == copy and holder["first"] is first and all(each is not first for each in rest), make
        assert list(make()) == [first, *rest] and len({id(each) for each in [first, *rest]}) == 1 + len(rest)


def strings_are_not_extended():
    text = "".join(["a", "b"])
    other = text
    text += "c"
    assert other == "ab" and text == "abc"
    holder = [text]
    for _ in range(50):
        text += "d"
    assert holder == ["abc"] and text == "abc" + "d" * 50

    def add(argument):
        before = argument
        argument += "x"
        return before, argument
    assert add(text) == (text, text + "x") and len(text) == 53
    data = bytes([1, 2])
    kept = data
    data += b"c"
    assert kept == b"\1\2"


def numbers_are_not_changed():
    number = 10 ** 30
    kept = number
    number += 1
    value = 1e300
    held = value
    value *= 2
    assert kept == 10 ** 30 and held == 1e300


shared = {"text": "start", "pair": (1, [2]), "number": 10 ** 40}


def shared_values_stay():
    for _ in range(500):
        text, pair, number = shared["text"], shared["pair"], shared["number"]
        before = str(text)[:], tuple(pair), int(str(number))
        text += "more"
        pair += (3,)
        number += 1
        assert (shared["text"], shared["pair"], shared["number"]) != (text, pair, number)
        assert before == (shared["text"], shared["pair"], shared["number"])


shared_pairs = zip(itertools.repeat("k"), itertools.count())


def shared_iterator_gives_distinct_tuples():
    mine = [next(shared_pairs) for _ in range(1000)]
    numbers = [number for _, number in mine]
    assert len(set(map(id, mine))) == len(mine) and numbers == sorted(set(numbers))
    return numbers


tuples_are_not_reused()
strings_are_not_extended()
numbers_are_not_changed()
shared_values_stay()
race(tuples_are_not_reused, strings_are_not_extended, numbers_are_not_changed, shared_values_stay)
parts = race(shared_iterator_gives_distinct_tuples, repeat=3)
assert sorted(sum(parts, [])) == list(range(3000))
