def guarded(function):
    try:
        with open(function) as file:
            return file.read()
    except (OSError, ValueError) as error:
        raise RuntimeError from error
    finally:
        print("done")


def numbers():
    received = yield 1
    yield from [received]


async def wait(source):
    async for item in source:
        await item
    return [await item for item in source]


def match_it(value):
    match value:
        case {"a": [1, *rest]} if rest:
            return rest
        case int(x) | [x]:
            return x
