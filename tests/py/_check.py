"""What the scripts share."""


def raises(kind, function, *args, message=None, **kwargs):
    """Calls the function, which must raise `kind`, with this text where one is given; returns the exception."""
    try:
        function(*args, **kwargs)
    except kind as error:
        if message is not None:
            assert str(error) == message, f"{str(error)!r} is not {message!r}"
        return error
    raise AssertionError(f"{kind.__name__} not raised")


def run(source, **names):
    """Executes source in a namespace of its own and returns it."""
    names["__name__"] = "source"
    exec(source, names)
    return names
