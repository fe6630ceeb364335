"""Exceptions: raised and caught near and far, with finally, else, chaining and context managers."""

from _scale import scaled


class ParseError(ValueError):
    def __init__(self, text, position):
        super().__init__(f"{text!r} at {position}")
        self.position = position


class Guard:
    def __init__(self, log):
        self.log = log

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self.log[0] += 1
        return kind is LookupError


def parse(text, position):
    if not text.isdigit():
        raise ParseError(text, position)
    return int(text)


def lenient(texts):
    good = bad = 0
    for position, text in enumerate(texts):
        try:
            good += parse(text, position)
        except ParseError as error:
            bad += error.position & 1
        else:
            good += 1
        finally:
            bad += 1
    return good, bad


def deep(level):
    if level == 0:
        raise KeyError("bottom")
    try:
        return deep(level - 1)
    finally:
        level += 1


def chained(number):
    try:
        try:
            {}[number]
        except KeyError as error:
            raise RuntimeError("no such number") from error
    except RuntimeError as error:
        return isinstance(error.__cause__, KeyError)


def attributes(objects):
    missing = 0
    for each in objects:
        try:
            each.value
        except AttributeError:
            missing += 1
    return missing


def main():
    texts = ["17", "x", "99", "4y", "", "123"] * 200
    objects = [1, "a", None, 2.0] * 100
    log = [0]
    total = 0
    for _ in range(scaled(4300)):
        good, bad = lenient(texts)
        total += good + bad + attributes(objects)
        for _ in range(30):
            try:
                deep(20)
            except KeyError:
                total += 1
            with Guard(log):
                raise LookupError
            total += chained(total)
        for number in range(300):
            try:
                total += 1 // (number % 3)
            except ZeroDivisionError:
                total += 2
    print(total, log[0])


if __name__ == "__main__":
    main()
