# ty: locked=0
"""Stores into LOCAL objects execute no locked instruction, with other threads possible (stress_multi)."""

import os


class Point:
    def __init__(self):
        self.x = self.y = None


def work(count):
    items, table, point, value = [], {}, Point(), Point()
    table["key"] = None
    for _ in range(count):
        items.append(value)
        table["key"] = value
        point.x = value
        point.y = count
        items[0] = point.x
        value = point.y and items[-1]


work(2000)
os.getppid()
work(100)
os.getppid()
