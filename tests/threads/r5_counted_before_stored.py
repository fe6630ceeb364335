# ty: env=TYPHON_stress_handshake:1
"""R5: a value read from a shared place is counted when it is stored somewhere: what a thread keeps of a shared
container lives on when the container forgets it. stress_handshake has every poll reclaim what has no count."""

import gc
from _race import race

N = 300


class Value:
    def __init__(self, number):
        self.number = number
        self.box = [number]


shared = {"value": Value(0), "list": [Value(0)], "tuple": (Value(0),)}
holder = Value(0)


def replace():
    for number in range(N):
        shared["value"] = Value(number)
        shared["list"] = [Value(number), Value(number)]
        shared["list"].pop()
        shared["tuple"] = (Value(number), number)
        holder.box = Value(number)
        shared["value"] = Value(number)
        if number % 100 == 0:
            gc.collect()


def keep():
    kept = []

    def check(value):
        assert value.box[0] == value.number >= 0
        return value

    for _ in range(N):
        value = shared["value"]
        kept.append(value)                          # a list
        kept.append({"v": shared["value"]}["v"])    # a dict
        kept.append((shared["tuple"][0], 1)[0])     # a tuple
        kept.append(shared["list"][0])
        kept.append([*shared["list"]][0])

        def closure(value=shared["value"]):
            return value
        kept.append(closure())
        kept.append((lambda: value)())
        kept.append(next(iter([shared["value"]])))
        keeper = Value(0)
        keeper.kept = shared["value"]
        kept.append(keeper.kept)
        kept.append(next(each for each in [shared["value"]]))
        try:
            raise ValueError(shared["value"])
        except ValueError as error:
            kept.append(error.args[0])
        box = holder.box
        if isinstance(box, Value):
            kept.append(box)
        for value in kept:
            check(value)
        del kept[:-15]


race(replace, keep, replace, keep)
