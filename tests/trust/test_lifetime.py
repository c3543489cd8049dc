"""Values freed in unusual ways: in another thread, by a __del__, in cycles, at interpreter exit."""

import gc
import random
import threading

import pytest
from memory_tools import psutil_or_skip
from trust_tools import in_thread, run_python, size


def build(Value, seed=0, n=200):
    """Return the Values of one graph.

    Some are labelled, some results were read by _prev, some have a custom backward.
    """
    rng = random.Random(seed)
    pool = [Value(rng.random()) for _ in range(4)]
    for i in range(n):
        a, b = rng.choice(pool), rng.choice(pool)
        out = (a * b + 0.5).tanh() - a
        if i % 7 == 0:
            out.label = str(i)
        if i % 11 == 0:
            assert out._prev
        if i % 13 == 0:
            out = Value(a.data, (a, out), "mine")
            out._backward = lambda: None
        pool.append(out)
    return pool


@pytest.mark.parametrize("collecting", ["on", "off", "forced"])
def test_dropped_in_any_order(engine, live_nodes, collecting):
    before = live_nodes()
    try:
        if collecting == "off":
            gc.disable()
        for seed in range(size(5, 500)):
            pool = build(engine.Value, seed)
            random.Random(seed).shuffle(pool)
            while pool:
                pool.pop()
                if collecting == "forced" and len(pool) % 20 == 0:
                    gc.collect()
                if pool and len(pool) % 50 == 0:
                    pool[-1].backward()
    finally:
        gc.enable()
    assert live_nodes() == before


def test_dropped_in_another_thread(engine, live_nodes):
    before = live_nodes()
    pool = []
    in_thread(lambda: pool.extend(build(engine.Value)))
    pool[-1].backward()
    in_thread(pool.clear)
    assert live_nodes() == before


def test_several_threads_drop_one_graph(engine, live_nodes):
    before = live_nodes()
    for seed in range(size(5, 500)):
        pool = build(engine.Value, seed)
        random.Random(seed).shuffle(pool)
        parts = [pool[i::4] for i in range(4)]
        threads = [threading.Thread(target=part.clear) for part in parts]
        del pool
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    del parts
    assert live_nodes() == before


def test_dropped_and_made_in_a_del(engine, live_nodes):
    """A finalizer drops a graph, makes another and runs backward, wherever a collection starts."""
    before = live_nodes()
    grads = []

    class Owner:
        def __init__(self):
            self.pool = build(engine.Value, n=30)

        def __del__(self):
            self.pool.clear()
            x = engine.Value(3.0)
            (x * x).backward()
            grads.append(x.grad)

    for cycle in (False, True):
        owner = Owner()
        if cycle:
            owner.me = owner
        value = engine.Value(1.0)
        value.owner = owner  # its finalizer runs when this Value dies
        result = value * 2
        del owner, value, result
        gc.collect()
    assert grads == [6.0, 6.0]
    assert live_nodes() == before


def test_a_finalizer_that_uses_values_of_its_own_cycle(engine, live_nodes):
    """The finalizer computes with Values that CPython has finalized before, and saves one."""
    before = live_nodes()
    saved, others = [], []

    class Owner:
        def __init__(self, values):
            self.values = values
            self.me = self

        def __del__(self):
            a, b = self.values
            saved.append((a, (a * b).tanh() * 0.0 + a * b))

    values = [engine.Value(3.0)]
    values.append((values[0] + 0.5) * 2.0)
    values[1].note = "kept"
    Owner(values)
    del values
    gc.collect()
    others += [engine.Value(100.0) for _ in range(20)]  # these take the free nodes
    ((a, product),) = saved
    product.backward()
    assert (product.data, a.data, a.grad) == (21.0, 3.0, 13.0)
    assert product._prev[1]._prev[0] is a and product._prev[1]._prev[1].note == "kept"
    saved.clear()
    others.clear()
    del a, product
    gc.collect()
    assert live_nodes() == before


def test_a_value_that_comes_back_to_life(engine, live_nodes):
    """A subclass's __del__ may resurrect the Value, and need not call super().__del__()."""
    before = live_nodes()
    saved = []

    class Phoenix(engine.Value):
        def __del__(self):
            saved.append(self)

    phoenix = Phoenix(2.0)
    result = phoenix * 3
    del phoenix
    result.backward()
    del result
    gc.collect()
    assert saved[0].data == 2.0 and saved[0].grad == 3.0
    assert (saved[0] * 2).data == 4.0
    del Phoenix.__del__
    saved.clear()
    gc.collect()
    assert live_nodes() == before


# --- the end of the interpreter -----------------------------------------------------------

AT_THE_END = """
import atexit, gc, sys, threading, weakref
from {module} import Value
from micrograd_c.engine import Value as _
x = Value(1.0, label="x")
graph = [x]
for i in range(1000):
    graph.append((graph[-1] * 1.5 + x).tanh())
graph[500].note = graph                        # a cycle
graph[-1]._prev
class Last:
    def __init__(self):
        self.root = graph[-1]
    def __del__(self):
        self.root.backward()
        y = Value(2.0) * self.root
        y.label = "y"
        y._prev
sys.last = Last()                              # dies when the module sys is cleared
x.last = Last()                                # a cycle through the graph
atexit.register(lambda: (graph[-1] * 2).backward())
local = threading.local()
local.root = graph[-1]
weakref.finalize(x, Value, 1.0)
{extra}
print("fine")
"""
EXTRA = {
    "plain": "",
    "gc off": "gc.disable()",
    "frozen": "gc.freeze() if hasattr(gc, 'freeze') else None",
    "daemon thread": """
def work():
    v = Value(1.0)
    while True:
        v = (v * 0.5 + x).tanh()
        (v + graph[3]).backward()
        if v._prev: v = Value(1.0)
threading.Thread(target=work, daemon=True).start()
""",
}


@pytest.mark.parametrize("extra", EXTRA)
@pytest.mark.parametrize("module", ["micrograd_c.engine", "python_ref.engine"])
def test_when_the_interpreter_shuts_down(module, extra):
    out = run_python(AT_THE_END.format(module=module, extra=EXTRA[extra]))
    assert out == "fine\n"


# --- training ---------------------------------------------------------------------------------


def test_memory_is_flat_in_training():
    """At full length: a hundred thousand steps."""
    psutil = psutil_or_skip()
    from micrograd_c._native import lib

    from micrograd_c import nn

    net = nn.MLP(2, [4, 1])
    rng = random.Random(0)

    def steps(n):
        for _ in range(n):
            x, y = [rng.random(), rng.random()], rng.choice((-1, 1))
            loss = (1 - y * net(x)).relu() + 1e-4 * sum(p * p for p in net.parameters())
            net.zero_grad()
            loss.backward()
            for p in net.parameters():
                p.data -= 0.01 * p.grad
        gc.collect()
        return lib.mg_live_nodes(), lib.mg_live_blocks(), psutil.Process().memory_info().rss

    steps(1000)  # also frees what earlier tests left
    nodes, blocks, rss = steps(1000)
    now = steps(size(5_000, 100_000))
    assert now[:2] == (nodes, blocks)
    assert now[2] - rss < 2**20, f"{now[2] - rss} bytes more"
