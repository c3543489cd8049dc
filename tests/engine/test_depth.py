"""Deep and wide graphs: no recursion when they are built, sorted, run or dropped."""

import gc
import sys

import pytest

MILLION = 1_000_000


def chain(Value, n):
    start = v = Value(1.0)
    for _ in range(n):
        v = v + 1e-6
    return start, v


@pytest.mark.slow
def test_a_million_deep(engine, live_nodes):
    before = live_nodes()
    start, root = chain(engine.Value, MILLION)
    assert root.data == pytest.approx(2.0, rel=1e-9)
    root.backward()
    assert start.grad == 1.0
    del root
    assert live_nodes() == before + 1


@pytest.mark.slow
def test_a_million_deep_with_a_custom_backward(engine, live_nodes):
    before = live_nodes()
    start, root = chain(engine.Value, MILLION)
    start._backward = lambda: None
    root = engine.Value(root.data * 2, (root,), "double")

    def _backward(inner=root._prev[0], out=root):
        inner.grad += 2 * out.grad

    root._backward = _backward
    (root * 3).backward()
    assert start.grad == 6.0
    del root, start, _backward
    assert live_nodes() == before


def test_a_deep_chain_that_was_read_by_prev(engine, live_nodes):
    """Then every node has a Value, held by that of the node above."""
    before = live_nodes()
    start, root = chain(engine.Value, 5 * sys.getrecursionlimit())
    node = root
    while node._prev:
        node = node._prev[0]
    assert node is start
    node.label = "seen"
    root.backward()
    assert start.grad == 1.0
    del root, node
    assert live_nodes() == before + 1


def test_a_deep_chain_of_labelled_values(engine, live_nodes):
    before = live_nodes()
    v = start = engine.Value(1.0, label="start")
    for i in range(5 * sys.getrecursionlimit()):
        v = v * 1.0
        v.label = str(i)
    v.backward()
    assert start.grad == 1.0
    del v
    assert live_nodes() == before + 1


def test_a_deep_chain_of_custom_operators(engine, live_nodes):
    before = live_nodes()

    def double(x):
        out = engine.Value(x.data, (x,), "same")

        def _backward():
            x.grad += out.grad

        out._backward = _backward
        return out

    v = start = engine.Value(1.0)
    for _ in range(5 * sys.getrecursionlimit()):
        v = double(v) + 0.0
    v.backward()
    assert start.grad == 1.0
    del v
    gc.collect()
    assert live_nodes() == before + 1


def test_a_wide_node(engine, live_nodes):
    before = live_nodes()
    leaves = [engine.Value(1.0) for _ in range(100_000)]
    out = engine.Value(0.0, leaves, "wide")
    assert out._prev == tuple(leaves)
    out.backward()
    del out, leaves
    assert live_nodes() == before


@pytest.mark.slow
def test_one_leaf_used_a_million_times(engine):
    leaf = engine.Value(0.5)
    total = engine.Value(0.0)
    for _ in range(MILLION):
        total = total + leaf
    total.backward()
    assert leaf.grad == MILLION and total.data == MILLION / 2


def test_doubling_a_thousand_times(engine):
    a = start = engine.Value(2.0**-600)
    for _ in range(1000):
        a = a + a
    a.backward()
    assert a.data == 2.0**400 and start.grad == 2.0**1000
