# ty: timeout=180 env=TYPHON_stress_publish:20
"""R1: what a shared object refers to is shared. Every way of storing a thread's own object into a shared one;
stress_publish has the heap validated along the way."""

import collections
import contextvars
import functools
import queue
import threading
import weakref
from _race import race


class Holder:
    __slots__ = ("slot", "__dict__", "__weakref__")
    shared = None


class Own:
    def __init__(self, *parts):
        self.parts = parts
        self.table = {"parts": parts, "text": "own" + str(len(parts)), "number": 10 ** 30 + len(parts)}

    def method(self):
        return self.parts


holder = Holder()
table, items, entries, mail = {}, [None] * 4, set(), collections.deque()
ordered, default, counter = collections.OrderedDict(), collections.defaultdict(list), collections.Counter()
simple, variable, local = queue.SimpleQueue(), contextvars.ContextVar("variable"), threading.local()
array, buffer = [], bytearray(b"abc")


def make_cell():
    content = None

    def put(value):
        nonlocal content
        content = value

    def get():
        return content
    return put, get


put, get = make_cell()


@functools.lru_cache(maxsize=8)
def cached(number):
    return Own(number)


def generator():
    value = None
    while True:
        value = yield value


shared_generator = generator()
next(shared_generator)
lock = threading.Lock()


def store():
    for number in range(60):
        own = Own(number, [number], {"n": (number,)})
        holder.slot = own
        holder.attribute = own.method
        holder.__dict__["direct"] = [own]
        setattr(holder, f"name{number % 5}", (own, [own]))
        Holder.shared = own
        Holder.function = lambda self, own=own: own
        table[number % 7] = own
        table[("key", number % 3)] = {own: own}
        table.update(other=[own], more={"own": own})
        table.setdefault(f"default{number % 4}", own)
        items[number % 4] = own
        items[1:2] = [iter([own, own])]
        items.append(functools.partial(max, own, key=lambda value: 0))
        del items[4:]
        entries.add((number, frozenset([number])))
        mail.append(own)
        mail.appendleft(weakref.ref(own))
        if len(mail) > 10:
            mail.pop(), mail.popleft()
        ordered[number % 3] = own
        default[number % 3] = [own]
        counter[str(number)] += 1
        simple.put((own, own.method, type("Made", (), {"own": own})()))
        if number % 2:
            simple.get()
        put(own)
        cached(number % 12)
        variable.set(own)
        local.value = own
        globals()["global_name"] = [own]
        store.attribute = own
        store.__kwdefaults__ = {"unused": own}
        array.extend([own, {number}, slice(own, None), range(10 ** 25, 10 ** 25 + number), enumerate([own])])
        array.append(zip([own], map(str, [own]), reversed([own])))
        array.append(memoryview(bytearray(b"x" * number)))
        array.append(own.table["text"] + str(number))
        array.append(super(Own, own))
        array.append(classmethod(own.method))
        array.append(property(own.method, doc="doc" + str(number)))
        array.append([value for value in generator_of(own)])
        array.append(generator_of(own))
        del array[:max(0, len(array) - 20)]
        try:
            raise ValueError(own)
        except ValueError as error:
            holder.error = error
        with lock:
            shared_generator.send([own])
        weakref.finalize(own, len, [number])


def generator_of(value):
    local_list = [value]
    yield local_list
    yield value


def read():
    for _ in range(300):
        value = holder.__dict__.get("attribute")
        assert value is None or len(value()) == 3
        for value in (get(), Holder.shared, *items):
            if isinstance(value, Own):
                assert value.table["parts"] is value.parts and value.method()[0] == value.parts[0]
        for value in list(table.values()):
            assert value is not None
        error = holder.__dict__.get("error")
        assert error is None or error.__traceback__.tb_frame.f_code.co_name == "store"


race(store, store, read)
