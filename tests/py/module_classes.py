"""dataclasses, enum, typing, abc, types, copy, weakref, contextlib, inspect."""
import abc
import contextlib
import copy
import dataclasses
import enum
import gc
import inspect
import types
import typing
import weakref
from _check import raises


@dataclasses.dataclass(order=True)
class Item:
    name: str
    price: float = 1.0
    tags: list = dataclasses.field(default_factory=list, compare=False)

    def __post_init__(self):
        self.total = self.price * 2


i = Item("a", 2.0)
assert repr(i) == "Item(name='a', price=2.0, tags=[])" and i == Item("a", 2.0, ["x"]) and i < Item("b") and i.total == 4.0
assert dataclasses.asdict(i) == {"name": "a", "price": 2.0, "tags": []} and dataclasses.replace(i, name="z").name == "z" and [f.name for f in dataclasses.fields(i)] == ["name", "price", "tags"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    x: int


f = Frozen(x=1)
raises(dataclasses.FrozenInstanceError, lambda: setattr(f, "x", 2), message="cannot assign to field 'x'")
assert hash(f) == hash(Frozen(x=1)) and not hasattr(f, "__dict__")
raises(TypeError, Item, message="Item.__init__() missing 1 required positional argument: 'name'")


class Color(enum.Enum):
    RED = 1
    GREEN = "g"
    ALIAS = 1

    @property
    def lower(self):
        return self.name.lower()


assert Color.RED is Color(1) is Color["RED"] is Color.ALIAS and list(Color) == [Color.RED, Color.GREEN] and Color.RED.lower == "red" and len(Color) == 2
assert repr(Color.RED) == "<Color.RED: 1>" and str(Color.GREEN) == "Color.GREEN" and Color.RED in Color and {Color.RED: 1}[Color.RED] == 1
raises(ValueError, Color, 5, message="5 is not a valid Color")
raises(AttributeError, lambda: setattr(Color, "RED", 2), message="cannot reassign member 'RED'")


class Flag(enum.IntFlag):
    A = enum.auto()
    B = enum.auto()


assert Flag.A | Flag.B == 3 and Flag.B in (Flag.A | Flag.B) and repr(Flag.A | Flag.B) == "<Flag.A|B: 3>" and enum.IntEnum("N", "X Y").Y + 1 == 3
assert enum.StrEnum("S", ["ONE"]).ONE == "one"


class Base(abc.ABC):
    @abc.abstractmethod
    def need(self):
        ...


raises(TypeError, Base, message="Can't instantiate abstract class Base without an implementation for abstract method 'need'")
Base.register(int)
assert isinstance(1, Base) and issubclass(type("Done", (Base,), {"need": lambda self: 1}), Base)

T = typing.TypeVar("T")


class Box(typing.Generic[T]):
    value: T


class New[U: int = int]:
    def method[V](self, x: U, y: V) -> V:
        return y


type Alias[K] = dict[K, list[K]]
assert repr(Box[int]) == "__main__.Box[int]" and Box[int]() and New.__type_params__[0].__name__ == "U" and New.__type_params__[0].__bound__ is int and New().method(1, "a") == "a"
assert Alias.__name__ == "Alias" and Alias[int].__args__ == (int,) and repr(Alias.__value__) == "dict[K, list[K]]"
assert typing.get_type_hints(Box) == {"value": T} and repr(typing.Optional[int]) == "typing.Optional[int]" and int | None == typing.Union[int, None] and isinstance(1, int | str)
assert typing.get_origin(list[int]) is list and typing.get_args(dict[str, int]) == (str, int) and repr(list[int]) == "list[int]" and list[int]([1]) == [1]


class Proto(typing.Protocol):
    def close(self): ...


assert issubclass(type(typing.NamedTuple("NT", [("a", int)])), type) and typing.NamedTuple("NT", [("a", int)])(1).a == 1
Typed = typing.TypedDict("Typed", {"a": int})
assert Typed(a=1) == {"a": 1} and typing.cast(int, "x") == "x" and typing.Literal["a"].__args__ == ("a",)

ns = types.SimpleNamespace(a=1)
assert ns.a == 1 and repr(ns) == "namespace(a=1)" and types.MappingProxyType({"a": 1})["a"] == 1 and types.new_class("X", (int,))(3) == 3
module = types.ModuleType("m", "doc")
module.x = 1
assert module.__doc__ == "doc" and vars(module)["x"] == 1 and repr(module) == "<module 'm'>"

deep = {"a": [1, {2}], "i": i}
deep["self"] = deep
twin = copy.deepcopy(deep)
assert twin["a"] == [1, {2}] and twin["a"] is not deep["a"] and twin["self"] is twin and twin["i"] == i and copy.copy(i).tags is i.tags


class Plain:
    pass


obj = Plain()
called = []
ref = weakref.ref(obj, called.append)
proxy = weakref.proxy(obj)
proxy.x = 1
assert ref() is obj and obj.x == 1 and weakref.getweakrefcount(obj) == 2 and weakref.ref(obj) is weakref.ref(obj)
wvd, wkd, ws = weakref.WeakValueDictionary(a=obj), weakref.WeakKeyDictionary({obj: 1}), weakref.WeakSet([obj])
finalizer = weakref.finalize(obj, called.append, "finalized")
bound = weakref.WeakMethod(i.__post_init__)
assert bound()() is None and len(ws) == 1 and finalizer.alive
del obj
gc.collect()
assert ref() is None and called[0] is ref or "finalized" in called
assert len(wvd) == len(wkd) == len(ws) == 0 and "finalized" in called and ref in called
raises(ReferenceError, lambda: proxy.x, message="weakly-referenced object no longer exists")
raises(TypeError, weakref.ref, 1, message="cannot create weak reference to 'int' object")


@contextlib.contextmanager
def manager(value):
    events.append("enter")
    try:
        yield value
    except KeyError:
        events.append("caught")
    finally:
        events.append("exit")


events = []
with manager(3) as v:
    assert v == 3
with manager(0):
    raise KeyError
assert events == ["enter", "exit", "enter", "caught", "exit"]
with contextlib.ExitStack() as stack, contextlib.suppress(ZeroDivisionError):
    stack.callback(events.append, "callback")
    stack.enter_context(manager(1))
    1 / 0
assert events[-2:] == ["exit", "callback"]
with contextlib.nullcontext(5) as five, contextlib.redirect_stdout(__import__("io").StringIO()) as text:
    print(five)
assert text.getvalue() == "5\n"


def signature(a, b: int = 2, /, *args, c, d=None, **kw) -> str:
    """Doc."""


assert str(inspect.signature(signature)) == "(a, b: int = 2, /, *args, c, d=None, **kw) -> str" and inspect.getdoc(signature) == "Doc."
bound_arguments = inspect.signature(signature).bind(1, c=3)
assert bound_arguments.arguments == {"a": 1, "c": 3} and inspect.isfunction(signature) and inspect.isclass(Item) and inspect.ismodule(abc)
assert "def signature" in inspect.getsource(signature) and inspect.getmembers(ns)[-1][0] and inspect.currentframe().f_code.co_name == "<module>"
assert str(inspect.signature(len)) == "(obj, /)" and str(inspect.signature(Item)).startswith("(name: str, price: float = 1.0")
