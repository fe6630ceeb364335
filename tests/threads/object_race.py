"""Instances, classes, descriptors and closures that several threads change and read at once."""

from _race import race

N = 3000


class Point:
    kind = "point"

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def norm(self):
        return self.x * self.x + self.y * self.y


class Slotted:
    __slots__ = ("a", "b")


def test_attribute_stores():
    shared = Point(0, 0)

    def store():
        for number in range(4 * N):
            shared.x = Point(number, number)
            shared.y = [number]

    def load():
        for _ in range(4 * N):
            x = shared.x
            assert x == 0 or x.norm() >= 0
            y = shared.y
            assert y == 0 or len(y) == 1

    race(store, load, store, load)


def test_new_attributes():
    for _ in range(50):
        shared = Point(1, 2)

        def add(prefix):
            for number in range(30):
                setattr(shared, f"{prefix}{number}", (prefix, number))

        race(*(lambda prefix=prefix: add(prefix) for prefix in "abcd"))
        assert len(vars(shared)) == 122
        for prefix in "abcd":
            for number in range(30):
                assert getattr(shared, f"{prefix}{number}") == (prefix, number)
        assert shared.norm() == 5


def test_delete_and_store():
    shared = Point(1, 2)

    def flip():
        for number in range(N):
            try:
                del shared.x
            except AttributeError:
                pass
            shared.x = number

    def look():
        for _ in range(N):
            value = getattr(shared, "x", None)
            assert value is None or value >= 0
            assert shared.y == 2

    race(flip, flip, look, look)


def test_dict_view():
    shared = Point(1, 2)

    def through_dict():
        for number in range(N):
            shared.__dict__["x"] = number
            shared.__dict__[f"k{number % 20}"] = number
            shared.__dict__.pop(f"k{(number * 3) % 20}", None)

    def through_attributes():
        for number in range(N):
            shared.x = -number
            assert isinstance(shared.x, int) and shared.y == 2
            getattr(shared, f"k{number % 20}", None)

    race(through_dict, through_attributes, through_dict, through_attributes)


def test_replaced_dict_and_class():
    class Other(Point):
        kind = "other"

    shared = Point(1, 2)

    def replace():
        for number in range(N // 4):
            shared.__dict__ = {"x": number, "y": 2}
            shared.__class__ = Other if number & 1 else Point

    def look():
        for _ in range(N):
            assert shared.x >= 0 and shared.y == 2
            assert shared.kind in ("point", "other")

    race(replace, look, look)


def test_slots():
    shared = Slotted()
    shared.a = shared.b = Point(0, 0)

    def store():
        for number in range(4 * N):
            shared.a = Point(number, 0)
            shared.b = shared.a

    def load():
        for _ in range(4 * N):
            assert shared.a.y == 0 and shared.b.y == 0

    race(store, load, store, load)


def test_class_changes():
    class Changing:
        value = 0

        def method(self):
            return 0

    class Derived(Changing):
        pass

    instance = Derived()

    def change():
        for number in range(N):
            Changing.value = number
            Changing.method = lambda self, number=number: number
            if number % 50 == 0:
                Changing.added = property(lambda self: 1)
                del Changing.added

    def call():
        last = 0
        for _ in range(N):
            now = instance.value
            assert now >= last
            last = now
            assert instance.method() >= 0 and Derived.value >= 0
            assert getattr(instance, "added", 1) == 1

    race(change, call, call)
    assert instance.value == N - 1 and instance.method() == N - 1


def test_bases_and_subclasses():
    class Base:
        pass

    def make():
        for number in range(200):
            kind = type(f"K{number}", (Base,), {"number": number})
            assert kind().number == number and issubclass(kind, Base)

    def look():
        for _ in range(200):
            for kind in Base.__subclasses__():
                assert kind.number >= 0

    race(make, make, look)


def test_closures():
    def make():
        value = 0

        def get():
            return value

        def put(new):
            nonlocal value
            value = new
        return get, put

    get, put = make()
    race(lambda: [put(Point(number, 0)) for number in range(4 * N)],
         lambda: [get() for _ in range(4 * N)], lambda: [put(number) for number in range(4 * N)],
         lambda: [get() for _ in range(4 * N)])


def test_globals():
    def store():
        for number in range(4 * N):
            globals()["shared_global"] = Point(number, 0)
            globals()[f"temporary{number % 10}"] = number
            globals().pop(f"temporary{(number * 3) % 10}", None)

    def load():
        for _ in range(4 * N):
            assert shared_global.y == 0

    globals()["shared_global"] = Point(0, 0)
    race(store, load, load)


def test_function_attributes():
    def shared(a, b=1):
        return a + b

    def change():
        for number in range(N):
            shared.__defaults__ = (number,)
            shared.note = number

    def call():
        for _ in range(N):
            assert shared(1) >= 1
            assert shared(1, 1) == 2

    race(change, call, call)


for name, function in list(globals().items()):
    if name.startswith("test_"):
        function()
