import os.path as path


class Point:
    kind: str = "point"

    def __init__(self, x, *rest, scale=1, **options):
        self.x = [x, *rest]
        self.options = {**options, "scale": scale}

    def moved(self, by):
        return Point(self.x[0] + by, *self.x, scale=self.options["scale"]).norm(power=2)


def closure(count):
    def increment(by=1):
        nonlocal count
        count += by
        return f"{count:>{by}} {by!r}"
    return increment
