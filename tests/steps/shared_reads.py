# ty: locked=0
"""Reading attributes and items of SHARED objects executes no locked instruction, whatever is read."""

import os
import threading


class Value:
    pass


class Config:
    limit = Value()

    def __init__(self):
        self.value = Value()


config = Config()
table = {"key": Value()}
items = [Value(), Value()]
thread = threading.Thread(target=lambda: (config, table, items))
thread.start()
thread.join()


def work(count):
    for _ in range(count):
        config.value
        config.limit
        table["key"]
        items[1]
        table


work(2000)
os.getppid()
work(100)
os.getppid()
