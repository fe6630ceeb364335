# Container types shared by threads: distinct items from one iterator, no crash whatever the interleaving.
# ty: timeout=120
import collections, functools, heapq, itertools, operator, threading

N, STEPS = 4, 4000

def together(work):
    barrier = threading.Barrier(N)
    failures = []
    def run(i):
        barrier.wait()
        try:
            work(i)
        except Exception as e:
            failures.append(repr(e))
    threads = [threading.Thread(target=run, args=(i,)) for i in range(N)]
    for t in threads: t.start()
    for t in threads: t.join()
    assert not failures, failures[:3]

def drain(iterator):
    parts = [[] for _ in range(N)]
    def work(i):
        for x in iterator:
            parts[i].append(x)
    together(work)
    return sorted(x for part in parts for x in part)

want = list(range(STEPS))
assert drain(iter(list(want))) == want
assert drain(iter(tuple(want))) == want
assert drain(iter(range(STEPS))) == want
assert drain(iter(dict.fromkeys(want))) == want
assert drain(iter(set(want))) == want
assert drain(reversed(list(want))) == want
assert sorted(i for i, _ in drain(enumerate(iter(want)))) == want
assert drain(map(operator.neg, list(want))) == sorted(-x for x in want)
assert drain(filter(None, list(want))) == want[1:]
assert drain(itertools.islice(itertools.count(), STEPS)) == want
assert drain(itertools.chain(range(STEPS // 2), range(STEPS // 2, STEPS))) == want
assert drain(itertools.takewhile(lambda x: x < STEPS, itertools.count())) == want
assert drain(itertools.compress(range(STEPS), itertools.repeat(1))) == want
assert drain(itertools.product(range(40), range(100))) == [(a, b) for a in range(40) for b in range(100)]
assert drain(itertools.combinations(range(30), 2)) == list(itertools.combinations(range(30), 2))
assert drain(itertools.permutations(range(6))) == list(itertools.permutations(range(6)))
assert len(drain(itertools.pairwise(range(STEPS)))) == STEPS - 1
assert sum(len(b) for b in drain(itertools.batched(range(STEPS), 7))) == STEPS
assert drain(collections.deque(want).__iter__()) == want

# a counter that hands out numbers
c = itertools.count()
seen = [[] for _ in range(N)]
together(lambda i: seen[i].extend(next(c) for _ in range(STEPS)))
assert sorted(x for s in seen for x in s) == list(range(N * STEPS))

# deque as a queue
q = collections.deque()
got = [[] for _ in range(N)]
def produce_consume(i):
    for k in range(STEPS):
        q.append((i, k))
        got[i].append(q.popleft())
together(produce_consume)
assert len(set(x for g in got for x in g)) == N * STEPS and not q

# lru_cache
for maxsize in (None, 16, 0):
    @functools.lru_cache(maxsize)
    def f(x): return x * x
    def use(i):
        for k in range(STEPS):
            x = (k * 7 + i) % 50
            assert f(x) == x * x
            if k % 1000 == 999: f.cache_clear()
    together(use)
    info = f.cache_info()
    assert info.currsize <= (50 if maxsize is None else maxsize)
@functools.lru_cache(None)
def g(x): return x
for x in range(10): g(x)
together(lambda i: [g(k % 10) for k in range(STEPS)])
assert g.cache_info().hits == N * STEPS and g.cache_info().misses == 10

# changes from everywhere
l, d, s, dd, h = [], {}, set(), collections.defaultdict(list), []
def churn(i):
    for k in range(STEPS):
        try:
            l.append(k); d[k % 97] = k; s.add(k % 89); dd[k % 13].append(k)
            op = (k + i) % 12
            if op == 0: l.sort()
            elif op == 1: l.reverse()
            elif op == 2: l[5:10] = [1, 2]
            elif op == 3: d.pop(k % 50, None)
            elif op == 4: s.discard(k % 40)
            elif op == 5: list(d.items()); sorted(s)
            elif op == 6: dict(d); set(s); l[:]; tuple(l)
            elif op == 7 and k % 50 == 7: l.clear(); d.clear(); s.clear()
            elif op == 8: l.pop(); d.popitem()
            elif op == 9: s | {1}; s & {2}; d | {1: 2}; l + [1]
            elif op == 10: heapq.heappush(h, k)
            else: heapq.heappop(h)
        except (IndexError, KeyError, RuntimeError, ValueError):
            pass
together(churn)
assert sum(map(len, dd.values())) >= STEPS
print("ok")
