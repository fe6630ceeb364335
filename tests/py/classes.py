"""Classes: inheritance, super, descriptors, properties, slots, metaclasses, special methods, operators."""
from _check import raises


class A:
    """Doc of A."""
    x = 1

    def __init__(self, v=0):
        self.v = v

    def who(self):
        return "A"

    @classmethod
    def make(cls, v):
        return cls(v)

    @staticmethod
    def plain(v):
        return v

    @property
    def double(self):
        return self.v * 2

    @double.setter
    def double(self, value):
        self.v = value // 2

    @double.deleter
    def double(self):
        self.v = None


class B(A):
    def who(self):
        return "B" + super().who()


class C(A):
    def who(self):
        return "C" + super().who()


class D(B, C):
    def who(self):
        return "D" + super().who()


assert D().who() == "DBCA" and [k.__name__ for k in D.__mro__] == ["D", "B", "C", "A", "object"]
assert isinstance(D.make(3), D) and D.make(3).v == 3 and A.plain(4) == 4
a = A(5)
assert a.double == 10
a.double = 8
assert a.v == 4
del a.double
assert a.v is None and A.__doc__ == "Doc of A." and A.double.fget(A(1)) == 2
raises(AttributeError, lambda: a.missing, message="'A' object has no attribute 'missing'")
raises(AttributeError, lambda: A.missing, message="type object 'A' has no attribute 'missing'")
raises(AttributeError, lambda: (1).missing, message="'int' object has no attribute 'missing'")
raises(AttributeError, lambda: setattr(1, "x", 2))
raises(TypeError, lambda: type("E", (A, B), {}),
       message="Cannot create a consistent method resolution order (MRO) for bases A, B")
raises(TypeError, lambda: type("E", (bool,), {}), message="type 'bool' is not an acceptable base type")
raises(TypeError, lambda: object.__new__(int), message="object.__new__(int) is not safe, use int.__new__()")
raises(TypeError, lambda: object(1), message="object() takes no arguments")
raises(TypeError, lambda: A(1, 2), message="A.__init__() takes from 1 to 2 positional arguments but 3 were given")
assert a.__class__ is A and A.__name__ == "A" and A.__qualname__ == "A" and A.__module__ == "__main__"
assert repr(A) == "<class '__main__.A'>" and repr(a).startswith("<__main__.A object at 0x")
assert A.__subclasses__() == [B, C] and issubclass(D, (int, A)) and not isinstance(A(), B)


class Slots:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = 1


s = Slots()
raises(AttributeError, lambda: s.b)
raises(AttributeError, lambda: setattr(s, "c", 1),
       message="'Slots' object has no attribute 'c' and no __dict__ for setting new attributes")
assert not hasattr(s, "__dict__") and Slots.a.__get__(s) == 1


class Descriptor:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        return self if instance is None else instance.__dict__.get(self.name, "unset")

    def __set__(self, instance, value):
        instance.__dict__[self.name] = value + 1


class Uses:
    field = Descriptor()


u = Uses()
assert u.field == "unset"
u.field = 1
assert u.field == 2 and Uses.field.name == "field" and u.__dict__ == {"field": 2}


class Meta(type):
    def __new__(mcls, name, bases, space, **options):
        cls = super().__new__(mcls, name, bases, space)
        cls.options = options
        return cls

    def __init__(cls, name, bases, space, **options):
        super().__init__(name, bases, space)

    @classmethod
    def __prepare__(mcls, name, bases, **options):
        return {"prepared": name}

    def __call__(cls, *args):
        instance = super().__call__(*args)
        instance.called = True
        return instance

    def __len__(cls):
        return 42

    def __instancecheck__(cls, other):
        return other == 7 or super().__instancecheck__(other)


class WithMeta(metaclass=Meta, option=1):
    pass


assert WithMeta.options == {"option": 1} and WithMeta.prepared == "WithMeta" and WithMeta().called
assert len(WithMeta) == 42 and isinstance(7, WithMeta) and isinstance(WithMeta(), WithMeta) and type(WithMeta) is Meta


class Registered:
    found = []

    def __init_subclass__(cls, /, tag=None, **kwargs):
        super().__init_subclass__(**kwargs)
        Registered.found.append((cls.__name__, tag))

    def __class_getitem__(cls, item):
        return cls.__name__, item


class Sub(Registered, tag="t"):
    pass


assert Registered.found == [("Sub", "t")] and Sub[int] == ("Sub", int)


class Number:
    def __init__(self, n):
        self.n = n

    def __add__(self, other):
        return Number(self.n + (other.n if isinstance(other, Number) else other))

    def __radd__(self, other):
        return Number(other + self.n)

    def __iadd__(self, other):
        self.n += 100
        return self

    def __mul__(self, other):
        return NotImplemented

    def __neg__(self):
        return Number(-self.n)

    def __eq__(self, other):
        return self.n == other.n if isinstance(other, Number) else NotImplemented

    def __lt__(self, other):
        return self.n < other.n

    def __hash__(self):
        return hash(self.n)

    def __bool__(self):
        return self.n != 0

    def __index__(self):
        return self.n

    def __call__(self, *args, **kwargs):
        return self.n, args, kwargs

    def __getitem__(self, key):
        if isinstance(key, int) and key >= self.n:
            raise IndexError
        return key

    def __contains__(self, item):
        return item == "in"

    def __len__(self):
        return self.n

    def __repr__(self):
        return f"Number({self.n})"

    def __format__(self, spec):
        return f"<{spec}>"

    def __getattr__(self, name):
        if name.startswith("dynamic_"):
            return name[8:]
        raise AttributeError(name)


n = Number(3)
assert (n + 1).n == 4 and (1 + n).n == 4 and (-n).n == -3 and n == Number(3) and n != 3 and Number(1) < n and n > Number(1)
raises(TypeError, lambda: n * 2, message="unsupported operand type(s) for *: 'Number' and 'int'")
raises(TypeError, lambda: n <= n, message="'<=' not supported between instances of 'Number' and 'Number'")
assert [0, 1, 2, 3][n] == 3 and "abcd"[n] == "d" and hex(n) == "0x3" and n(1, k=2) == (3, (1,), {"k": 2})
assert list(n) == [0, 1, 2] and n["x"] == "x" and n[1:2] == slice(1, 2) and n[1, 2] == (1, 2) and n[...] is ...
assert "in" in n and "out" not in n and len(n) == 3 and not Number(0) and f"{n:spec}" == "<spec>" and f"{n!r}" == "Number(3)"
assert n.dynamic_x == "x" and {n: 1}[Number(3)] == 1 and sorted([Number(2), Number(1)])[0].n == 1
n += 1
assert n.n == 103
raises(AttributeError, lambda: n.other, message="other")


class Context:
    def __enter__(self):
        return "entered"

    def __exit__(self, kind, value, traceback):
        self.seen = kind
        return kind is KeyError


manager = Context()
with manager as value:
    assert value == "entered"
assert manager.seen is None
with manager:
    raise KeyError
assert manager.seen is KeyError
raises(ValueError, lambda: exec("with manager: raise ValueError", {"manager": manager}))
raises(TypeError, lambda: exec("with 1: pass"), message="'int' object does not support the context manager protocol")


class Dynamic:
    def __getattribute__(self, name):
        return object.__getattribute__(self, name) if name.startswith("_") else name.upper()

    def __setattr__(self, name, value):
        object.__setattr__(self, "_" + name, value)

    def __delattr__(self, name):
        object.__delattr__(self, "_" + name)

    def __dir__(self):
        return ["b", "a"]


d = Dynamic()
d.x = 1
assert d.x == "X" and d._x == 1 and dir(d) == ["a", "b"]
del d.x
raises(AttributeError, lambda: d._x)
a.__dict__["extra"] = 1
assert a.extra == 1 and vars(a) is a.__dict__
a.__class__ = B
assert a.who() == "BA"
del a.extra
raises(AttributeError, lambda: a.extra)


class Outer:
    class Inner:
        pass
    names = [name for name in ("x", "y")]

    def __mangled(self):
        return 1

    def call(self):
        return self.__mangled()


assert Outer.Inner.__qualname__ == "Outer.Inner" and Outer().call() == 1 and "_Outer__mangled" in Outer.__dict__


class IntSub(int):
    def __new__(cls, value):
        self = super().__new__(cls, value)
        self.extra = value
        return self

    def __repr__(self):
        return "sub"


assert IntSub(3) + 1 == 4 and IntSub(3).extra == 3 and repr(IntSub(1)) == "sub" and type(IntSub(1) + 1) is int


class ListSub(list):
    def append(self, item):
        super().append((item,))


ls = ListSub([1])
ls.append(2)
assert ls == [1, (2,)] and type(ls[:]) is list
