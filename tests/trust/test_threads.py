"""Threads: the guarantees that docs/how-it-works.md gives under "Threads"."""

import gc
import queue
import random
import sys
import threading

import numpy as np
import pytest
from trust_tools import size

from micrograd_c import jit, optim

THREADS = 8


@pytest.fixture(autouse=True)
def switch_often():
    """Make the interpreter switch between threads as often as it can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def together(*works):
    """Run all functions at once, each in a thread of its own; return their results."""
    results, errors = [None] * len(works), []
    start = threading.Barrier(len(works))

    def run(i):
        try:
            start.wait()
            results[i] = works[i]()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def training(engine, seed, read=False):
    """Train a net of this thread's own; return its parameters and gradients as text."""
    rng = random.Random(seed)
    net = engine.nn.MLP(2, [4, 4, 1])
    for p in net.parameters():
        p.data = rng.uniform(-1, 1)
    for _ in range(size(20, 500)):
        x, y = [rng.gauss(0, 1), rng.gauss(0, 1)], rng.choice((-1, 1))
        loss = (1 - y * net(x)).relu() + 1e-4 * sum(p * p for p in net.parameters())
        if read:
            loss.label = "loss"
            assert len(loss._prev) == 2
        net.zero_grad()
        loss.backward()
        for p in net.parameters():
            p.data -= 0.05 * p.grad
    return [(p.data.hex(), p.grad.hex()) for p in net.parameters()]


@pytest.mark.parametrize("read", [False, True], ids=["", "reading _prev"])
def test_each_its_own_net(engine, live_nodes, read):
    before = live_nodes()
    expected = [training(engine, seed, read) for seed in range(THREADS)]
    works = [lambda seed=seed: training(engine, seed, read) for seed in range(THREADS)]
    assert together(*works) == expected
    assert live_nodes() == before


@pytest.mark.parametrize("engine", ["c"], indirect=True)
def test_shared_leaves_lose_no_update(engine, live_nodes):
    """Eight threads run backward over the same leaves; on the C engine each backward is atomic.

    All gradients are whole numbers, so that the order of additions does not change the rounding.
    """
    before = live_nodes()
    leaves = [engine.Value(float(i)) for i in range(1, 5)]
    rounds = size(300, 5_000)

    def work(number):
        for _ in range(rounds):
            a, b, c, d = leaves
            (a * b * number + c * d - a).backward()

    together(*(lambda number=number: work(number) for number in range(THREADS)))
    numbers = sum(range(THREADS))
    expected = [2 * numbers - THREADS, numbers, 4 * THREADS, 3 * THREADS]
    assert [leaf.grad for leaf in leaves] == [rounds * x for x in expected]
    leaves = None
    assert live_nodes() == before


def test_one_builds_while_another_runs_backward(engine, live_nodes):
    before = live_nodes()
    x = engine.Value(0.5)
    v = x
    for _ in range(size(2000, 200_000)):
        v = v * 1.0
    root = v

    def build():
        for i in range(size(200, 2_000)):
            y = (x * i + root).tanh()
            y.label = "y"
            assert y._prev[0]._prev[1] is root

    def backward():
        for _ in range(5):
            for node in (x, root):
                node.grad = 0.0
            (root + 0.0).backward()

    together(build, backward, build)
    assert x.grad > 0.0 and root.grad == 1.0
    v = root = x = None
    assert live_nodes() == before


@pytest.mark.parametrize("engine", ["c"], indirect=True)
def test_one_builds_while_another_runs_jit(engine, live_nodes):
    """Compiled programs run outside the library's lock."""
    nodes = live_nodes()
    rows, ys = np.random.default_rng(0).normal(size=(64, 2)), np.ones(64)

    def fit(seed):
        random.seed(1)
        net = engine.nn.MLP(2, [4, 1], nonlin="tanh")
        for p in net.parameters():
            p.data = 0.5 / (1 + seed)
        loss = jit(lambda x, y: (net(x) - y) ** 2)
        for _ in range(size(1, 20)):
            loss.fit(rows, ys, optimizer=optim.Adam(net.parameters()), epochs=3, batch_size=16,
                     shuffle=False, threads=2)  # fmt: skip
        loss.backward(rows, ys)
        return [(p.data.hex(), p.grad.hex()) for p in net.parameters()]

    def build():
        for _ in range(size(100, 500)):
            x = engine.Value(0.5)
            y = (x * 2 + x).tanh()
            y.backward()
            assert y._prev[0]._prev[1] is x
        return x.grad

    expected = [fit(0), fit(1), build(), build()]
    works = [lambda: fit(0), lambda: fit(1), build, build]
    assert together(*works) == expected
    assert live_nodes() == nodes


def test_one_program_in_several_threads():
    from micrograd_c.engine import Value

    w = Value(1.5)
    f = jit(lambda x: (w * x).tanh())
    rows = [np.linspace(0, i, 1000) for i in range(THREADS)]
    expected = [f(some).tolist() for some in rows]
    works = [lambda some=some: [f(some).tolist() for _ in range(20)] for some in rows]
    for got, once in zip(together(*works), expected):
        assert all(result == once for result in got)


def test_one_net_in_several_threads(engine):
    """Calls of one net from several threads."""
    random.seed(2)
    net = engine.nn.MLP(2, [3, 2])
    rows = [[float(i), 0.5] for i in range(THREADS)]
    expected = [[out.data for out in net(row)] for row in rows]

    def call(row):
        return [[out.data for out in net(row)] for _ in range(size(50, 1000))]

    for got, once in zip(together(*(lambda row=row: call(row) for row in rows)), expected):
        assert all(result == once for result in got)


def test_first_calls_of_one_net(engine):
    """Whichever thread comes first compiles the net."""

    def call(net):
        return lambda: [out.data for out in net([0.5, -1.0])]

    for _ in range(size(50, 2_000)):
        net = engine.nn.MLP(2, [3, 2])
        results = together(*[call(net)] * 4)
        assert results == [call(net)()] * 4


def test_one_reads_prev_while_another_drops(engine, live_nodes):
    """The Value of a shared node dies at the moment when another thread reads it by _prev."""
    before = live_nodes()
    a, roots = engine.Value(3.0), queue.SimpleQueue()

    def drop():
        for _ in range(size(200, 5_000)):
            inner = a * 5.0
            roots.put(inner * 2.0)
            del inner
        roots.put(None)

    def read():
        for root in iter(roots.get, None):
            inner = root._prev[0]
            assert root._prev[0] is inner
            del root
            others = [engine.Value(0.25) * 4.0 for _ in range(5)]  # take ids that were freed
            assert inner.data == 15.0 and inner._prev[0] is a
            del inner, others

    together(drop, read, drop, read)
    a = None
    assert live_nodes() == before


def test_attributes_are_set_while_another_collects(engine, live_nodes):
    """A collection visits all attributes: none is lost, and none disturbs it."""
    before = live_nodes()
    stop = threading.Event()

    def collect():
        while not stop.is_set():
            gc.collect()

    def label():
        try:
            for i in range(size(20, 100)):
                x = engine.Value(float(i))
                y = x * 2.0
                x.label = "x"
                for name in "abcdefgh":
                    setattr(x, name, i)
                del x
                assert (y._prev[0].label, y._prev[0].h) == ("x", i)
        finally:
            stop.set()

    together(collect, label)
    assert live_nodes() == before


def test_reading_prev_leaves_unfinished_tuples_alone(engine):
    """CPython cannot finish a tuple from an iterator once a list of all objects refers to it."""
    x = engine.Value(1.0)

    def read():
        for _ in range(size(300, 5_000)):
            assert (x * 2)._prev[0] is x

    def make_tuples():
        for _ in range(size(1000, 20_000)):
            assert len(tuple(i for i in range(40))) == 40

    together(read, make_tuples, read, make_tuples)


def test_no_grad_holds_for_its_own_thread(engine):
    from micrograd_c import no_grad

    recorded = []

    def silent():
        with no_grad():
            for _ in range(500):
                recorded.append(bool((engine.Value(1.0) * 2)._prev))

    def loud():
        for _ in range(500):
            recorded.append(not (engine.Value(1.0) * 2)._prev)

    together(silent, loud, silent, loud)
    assert not any(recorded)
