"""Nodes are freed when nothing reaches them, and training does not grow."""

import gc
import random

import pytest
from memory_tools import collect, psutil_or_skip


def step(nn, net, data):
    loss = sum((1 - y * net(x)).relu() for x, y in data) * (1 / len(data))
    loss = loss + 1e-4 * sum(p * p for p in net.parameters())
    net.zero_grad()
    loss.backward()
    for p in net.parameters():
        p.data -= 0.1 * p.grad


def some_data(n):
    rng = random.Random(0)
    return [([rng.gauss(0, 1), rng.gauss(0, 1)], rng.choice((-1, 1))) for _ in range(n)]


def test_a_temporary_dies_at_once(engine, live_nodes):
    """Without the collector: arithmetic makes no cycles."""
    a = engine.Value(1.0)
    before = live_nodes()
    gc.disable()
    try:
        for _ in range(1000):
            ((a * 2 + 1).tanh() ** 2).backward()
        assert gc.collect() in (0, None)  # PyPy counts nothing
    finally:
        gc.enable()
    assert live_nodes() == before


def test_training_leaves_the_parameters(engine, live_nodes):
    before = live_nodes()
    net = engine.nn.MLP(2, [4, 1])
    for _ in range(20):
        step(engine.nn, net, some_data(8))
    assert live_nodes() == before + len(net.parameters())
    del net
    assert live_nodes() == before


@pytest.mark.slow
def test_a_thousand_demo_steps():
    """The demo's net on 100 samples: the C library's blocks and the process do not grow."""
    psutil = psutil_or_skip()
    from micrograd_c._native import lib

    from micrograd_c import nn
    from micrograd_c._c import value as c_value

    collect()
    before = c_value.live_nodes()
    net = nn.MLP(2, [16, 16, 1])
    data = some_data(100)
    for _ in range(20):  # until memory has reached its peak
        step(nn, net, data)
    collect()
    blocks, size = lib.mg_live_blocks(), psutil.Process().memory_info().rss
    for _ in range(1000):
        step(nn, net, data)
    collect()
    assert c_value.live_nodes() == before + len(net.parameters()) == before + 337
    assert lib.mg_live_blocks() == blocks
    assert psutil.Process().memory_info().rss - size < 2**20


def test_freed_nodes_are_used_again():
    from micrograd_c._native import lib

    from micrograd_c.engine import Value

    def build():
        v = Value(1.0)
        for _ in range(50_000):
            v = v * 1.0
        del v
        collect()

    build()
    blocks = lib.mg_live_blocks()
    for _ in range(5):
        build()
    assert lib.mg_live_blocks() == blocks


def test_dropped_in_any_order(engine, live_nodes):
    before = live_nodes()
    for seed in range(8):
        rng = random.Random(seed)
        pool = [engine.Value(rng.random()) for _ in range(3)]
        for _ in range(100):
            pool.append(rng.choice(pool) * rng.choice(pool) + rng.random())
        for i in rng.sample(range(100), 8):
            pool[i].label = "seen"
        rng.shuffle(pool)
        while pool:
            pool.pop()
            if pool and rng.random() < 0.1:
                pool[-1].backward()
    assert live_nodes() == before


# --- cycles that only Python's collector can see ------------------------------------


def attribute_to_itself(Value):
    v = Value(1.0)
    v.me = v


def operand_to_result(Value):
    a = Value(1.0)
    b = a * 2
    a.out = b


def operand_to_distant_result(Value):
    a = Value(1.0)
    b = ((a * 2).tanh() + 1).exp()
    a.out = b


def result_before_the_attribute(Value):
    a = Value(1.0)
    b = a * 2
    c = b + 1
    b.c = c
    c.b = b


def interior_by_prev(Value):
    root = (Value(1.0) * 2 + 1).tanh()
    root._prev[0]._prev[0].root = root


def in_a_list(Value):
    a = Value(1.0)
    results = [a * i for i in range(5)]
    a.results = results
    results.append(sum(results))


def closure(Value):
    a = Value(1.0)
    out = Value(2.0, (a,), "f")

    def _backward():
        a.grad += out.grad

    out._backward = _backward
    root = (out * 3).tanh()
    root.backward()


def closure_on_an_operand(Value):
    a = Value(1.0)
    root = (a * 2).tanh()
    a._backward = lambda: root.grad
    root.backward()


def closure_through_prev(Value):
    root = (Value(1.0) * 2 + 1).tanh()
    inner = root._prev[0]._prev[0]
    inner._backward = lambda: root.grad


def leaf_label_cycle(Value):
    a, b = Value(1.0), Value(2.0)
    c, d = a * b, a + b
    a.others, b.others = (b, c), (a, d)
    (c * d).backward()


CYCLES = [
    attribute_to_itself, operand_to_result, operand_to_distant_result,
    result_before_the_attribute, interior_by_prev, in_a_list, closure,
    closure_on_an_operand, closure_through_prev, leaf_label_cycle,
]  # fmt: skip


@pytest.mark.parametrize("make", CYCLES, ids=lambda make: make.__name__)
def test_cycles_are_freed(engine, live_nodes, make):
    before = live_nodes()
    for _ in range(5):
        make(engine.Value)
    assert live_nodes() == before


@pytest.mark.parametrize("make", CYCLES, ids=lambda make: make.__name__)
def test_cycles_are_not_freed_too_soon(engine, make):
    """A cycle that is still reachable from outside survives collections."""
    collect()
    a = engine.Value(3.0)
    b = a * 2
    root = b.tanh() + b
    a.root, b.friend = root, [root]
    del a, b
    for _ in range(3):
        make(engine.Value)
        collect()
    b = root._prev[1]
    assert b.friend == [root] and b._prev[0].root is root
    root.backward()
    assert b._prev[0].data == 3.0 and b.grad != 0.0
