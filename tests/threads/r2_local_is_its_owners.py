"""R2: an object that one thread made and nobody else can reach is touched by that thread only: what threads compute
with their own objects is as if each ran alone. (The debug build checks the owner at every access.)"""

from _race import race


class Account:
    def __init__(self):
        self.total = 0
        self.history = []
        self.by_kind = {}

    def add(self, amount):
        self.total += amount
        self.history.append(amount)
        self.by_kind.setdefault(amount % 3, []).append(amount)


def work(seed):
    account = Account()
    state = seed
    for _ in range(3000):
        state = (state * 48271) % 2147483647
        account.add(state % 1000)
    account.history.sort()
    text = ",".join(map(str, account.history))
    assert sum(account.history) == account.total == sum(map(sum, account.by_kind.values()))
    return account.total, hash(text), sorted({amount for amount in account.history})[:10]


alone = [work(seed) for seed in (1, 2, 3, 4)]
for _ in range(3):
    assert race(*(lambda seed=seed: work(seed) for seed in (1, 2, 3, 4))) == alone
