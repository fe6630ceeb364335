"""Generators, coroutines, async generators and comprehensions."""
import asyncio
import inspect
from _check import raises


def count(limit):
    received = []
    for index in range(limit):
        value = yield index
        if value is not None:
            received.append(value)
    return received


g = count(3)
assert next(g) == 0 and g.send("a") == 1 and next(g) == 2
stop = raises(StopIteration, g.send, "b")
assert stop.value == ["a", "b"] and raises(StopIteration, next, g).value is None
raises(TypeError, count(1).send, 1, message="can't send non-None value to a just-started generator")


def delegate():
    result = yield from count(2)
    yield ("result", result)
    yield from [10, 20]
    return "done"


g = delegate()
assert [next(g), g.send("x"), g.send("y")] == [0, 1, ("result", ["x", "y"])] and list(g) == [10, 20]


def cleanup(log):
    try:
        while True:
            try:
                yield "value"
            except ValueError as error:
                log.append(error.args)
                yield "caught"
    finally:
        log.append("closed")


log = []
g = cleanup(log)
assert next(g) == "value" and g.throw(ValueError(1)) == "caught" and next(g) == "value"
g.close()
assert log == [(1,), "closed"] and g.close() is None and g.gi_frame is None
g = cleanup(log)
next(g)
raises(KeyError, g.throw, KeyError("k"))
assert log[-1] == "closed"
g = cleanup(log)
next(g)
del g
assert len(log) == 4


def bad():
    yield 1
    raise StopIteration("inside")


g = bad()
next(g)
raises(RuntimeError, next, g, message="generator raised StopIteration")


def ignores():
    for _ in range(2):
        try:
            yield
        except GeneratorExit:
            pass


g = ignores()
next(g)
raises(RuntimeError, g.close, message="generator ignored GeneratorExit")


def itself():
    yield next(me)


me = itself()
raises(ValueError, next, me, message="generator already executing")
assert inspect.getgeneratorstate(count(1)) == "GEN_CREATED" and count.__code__.co_flags & 0x20
assert sum(i * i for i in range(10)) == 285 and [*(x for x in "ab" for _ in "12")] == ["a", "a", "b", "b"]
assert [(a, b) for a in range(3) if a for b in range(a) if b != 1] == [(1, 0), (2, 0)]
assert {k: v for k, v in zip("abc", range(3)) if v} == {"b": 1, "c": 2} and {x % 2 for x in range(5)} == {0, 1}
assert [[y for y in range(x)] for x in range(3)] == [[], [0], [0, 1]] and [x := 1, [x for _ in "a"]][1] == [1]
assert [f() for f in [lambda i=i: i for i in range(3)]] == [0, 1, 2]


class Awaitable:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        got = yield self.value
        return got


async def coroutine(x):
    a = await Awaitable(x)
    b = await Awaitable(a)
    return a + b


c = coroutine("first")
assert c.send(None) == "first" and c.send(2) == 2 and raises(StopIteration, c.send, 5).value == 7
raises(RuntimeError, c.send, None, message="cannot reuse already awaited coroutine")
c = coroutine(1)
c.close()
bad_await = coroutine(1)


async def awaits_int():
    await 1

raises(TypeError, lambda: awaits_int().send(None), message="object int can't be used in 'await' expression")
bad_await.close()


async def numbers(limit):
    try:
        for index in range(limit):
            await asyncio.sleep(0)
            yield index
    finally:
        events.append("closed")


class Async:
    def __init__(self):
        self.left = 2

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.left:
            raise StopAsyncIteration
        self.left -= 1
        return self.left

    async def __aenter__(self):
        events.append("enter")
        return self

    async def __aexit__(self, *details):
        events.append("exit")
        return details[0] is KeyError


events = []


async def everything():
    out = []
    async for number in numbers(3):
        out.append(number)
    else:
        out.append("else")
    out.append([x async for x in numbers(4) if x % 2])
    out.append([await coroutine_value(x) for x in range(2)])
    async with Async() as manager, Async():
        async for number in manager:
            out.append(number)
        raise KeyError
    generator = numbers(5)
    out.append(await anext(generator))
    await generator.aclose()
    out.append(await asyncio.gather(*(coroutine_value(x) for x in "ab")))
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.01)
    except TimeoutError:
        out.append("timeout")
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(coroutine_value(1))
        tasks.create_task(asyncio.sleep(0))
    out.append(first.result())
    task = asyncio.create_task(asyncio.sleep(10))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        out.append("cancelled")
    return out


async def coroutine_value(x):
    await asyncio.sleep(0)
    return x


assert asyncio.run(everything()) == [0, 1, 2, "else", [1, 3], [0, 1], 1, 0, 0, ["a", "b"], "timeout", 1, "cancelled"]
assert events == ["closed", "closed", "enter", "enter", "exit", "exit", "closed"], events
