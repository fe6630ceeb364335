"""A module whose function both threads call."""


class _Value:
    pass


_VALUE = _Value()


def current():
    return _VALUE
