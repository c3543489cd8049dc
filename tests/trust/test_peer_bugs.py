"""Faults known from other small autograd engines: one test for each kind."""

import gc
import math

import pytest
from conftest import load_c_engine, load_python_engine

from micrograd_c.parity.programs import METHODS
from python_ref.core import hints


def test_a_reused_interior_node_gets_all_its_gradient_before_it_passes_on(engine):
    """Engines without a topological order pass on only part of it, or a part twice."""
    a = engine.Value(2.0)
    b = a * 3
    c = b * b + b  # b is used three times, at two depths
    d = (c + b) * c
    d.backward()
    # d = (b^2 + 2b)(b^2 + b): d' = (2b + 2)(b^2 + b) + (b^2 + 2b)(2b + 1), at b = 6
    assert b.grad == 14 * 42 + 48 * 13 and a.grad == 3 * b.grad


def test_the_same_node_as_both_operands(engine):
    """Engines that assign gradients, or store operands in a set, count only one use."""
    a = engine.Value(3.0)
    for root, expected in ((a + a, 2.0), (a * a, 6.0), (a - a, 0.0), (a / a, 0.0), (a**a, None)):
        a.grad = 0.0
        root.backward()
        expected = 27.0 * (math.log(3.0) + 1) if expected is None else expected
        assert a.grad == pytest.approx(expected, rel=1e-15, abs=1e-15)


def test_a_deep_graph_is_freed_without_recursion(engine, live_nodes):
    """Reference counting that frees operands recursively overflows the stack here."""
    before = live_nodes()
    v = engine.Value(1.0)
    for i in range(100_000):
        v = v + 1.0
        if i % 1000 == 0:
            v.label = str(i)
    v.backward()
    del v
    assert live_nodes() == before


def test_arithmetic_makes_no_cycles(engine, live_nodes):
    """Closures that refer to their own result form cycles, which only the collector frees."""
    before = live_nodes()
    gc.disable()
    try:
        a = engine.Value(1.0)
        (a * 2 + a.tanh()).exp().backward()
        del a
        unreachable = gc.collect()
    finally:
        gc.enable()
    assert not unreachable and live_nodes() == before


def test_the_collector_sees_cycles_through_the_engine(engine, live_nodes):
    """A reference that C holds, but does not show the collector, makes a cycle leak for ever."""
    before = live_nodes()

    def make():
        a = engine.Value(1.0)
        b = (a * 2).tanh()
        out = engine.Value(3.0, (b,), "mine")
        out._backward = lambda: out.grad + b.grad
        a.result = (out * 2 + b).exp()
        a.result.backward()

    make()
    assert live_nodes() == before


@pytest.mark.parametrize("x, expected", [(2.0, 1.0), (-2.0, 0.0), (0.0, 0.0), (-0.0, 0.0)])
def test_relus_derivative(engine, x, expected):
    """Known: a derivative of 1 everywhere, one equal to the output, or 1 at 0."""
    v = engine.Value(x)
    (v.relu() * 5).backward()
    assert v.grad == 5 * expected


@pytest.mark.parametrize(
    "write", [lambda a, b: a - b, lambda a, b: a - b.data, lambda a, b: a.data - b]
)
def test_subtractions_sign(engine, write):
    """Known: a gradient of +1 for the second operand; reflected operands in the wrong order."""
    a, b = engine.Value(5.0), engine.Value(3.0)
    root = write(a, b)
    root.backward()
    assert root.data == 2.0 and a.grad in (0.0, 1.0) and b.grad in (0.0, -1.0)
    assert a.grad or b.grad


@pytest.mark.parametrize(
    "write", [lambda a, b: a / b, lambda a, b: a / b.data, lambda a, b: a.data / b]
)
def test_divisions_order(engine, write):
    a, b = engine.Value(6.0), engine.Value(2.0)
    root = write(a, b)
    root.backward()
    assert root.data == 3.0 and a.grad in (0.0, 0.5) and b.grad in (0.0, -1.5)
    assert a.grad or b.grad


@pytest.mark.parametrize("x", [0.0, -0.0])
def test_abs_at_0(engine, x):
    """Known: the derivative as x / |x|, which divides by 0, or a gradient of 1."""
    v = engine.Value(x)
    (abs(v) * 3).backward()
    assert v.grad == 0.0


@pytest.mark.parametrize("k, value, expected", [
    (0, 1.0, 0.0), (1, 0.0, 1.0), (2, 0.0, 0.0), (3.0, 0.0, 0.0), (0.5, 0.0, math.inf),
])  # fmt: skip
def test_pow_at_0(engine, k, value, expected):
    """Known: k * x ** (k - 1) raises or gives NaN; so does log(0) in the exponent's gradient."""
    v = engine.Value(0.0)
    root = v**k
    root.backward()
    assert root.data == value and v.grad == expected
    base, exponent = engine.Value(0.0), engine.Value(float(k))
    root = base**exponent
    root.backward()
    assert root.data == value and base.grad == expected and exponent.grad == 0.0


def test_both_engines_have_the_same_operators():
    """Known: an operator or a fix that one of two engines lacks.

    test_special_values.py compares the operators' numbers.
    """
    ours, theirs = load_c_engine().Value, load_python_engine().Value

    def public(cls):
        names = {name for name in dir(cls) if name == "__pow__" or not name.startswith("_")}
        return names - hints.NOT_THERE

    assert public(ours) == public(theirs)
    assert {op.name for op in METHODS} <= public(ours)


def test_no_stale_gradients_after_a_backward_that_failed(engine):
    """Known: "visited" marks left by an interrupted backward make the next one skip nodes."""
    a = engine.Value(2.0)
    inner = a * 3
    mine = engine.Value(inner.data, (inner,), "mine")
    fails = [True]

    def _backward():
        if fails:
            raise RuntimeError("not today")
        inner.grad += mine.grad

    mine._backward = _backward
    root = mine * a
    with pytest.raises(RuntimeError, match="not today"):
        root.backward()
    fails.clear()
    for node in (root, mine, inner, a, *root._prev):
        node.grad = 0.0
    root.backward()
    assert (mine.grad, inner.grad, a.grad) == (2.0, 2.0, 12.0)


def test_a_failed_operator_leaves_no_node_behind(engine, live_nodes):
    a = engine.Value(-1.0)
    before = live_nodes()
    for fail in (lambda: a.log(), lambda: a / 0, lambda: a**0.5, lambda: (a * 1e3).sinh()):
        with pytest.raises((ValueError, ZeroDivisionError, OverflowError)):
            fail()
    assert live_nodes() == before
    (a * 2).backward()
    assert a.grad == 2.0


def test_zero_grad_reaches_shared_parameters_once_and_all(engine):
    """Known: only the last layer is zeroed, or only the nodes that the last backward reached."""
    net = engine.nn.MLP(2, [3, 1])
    for row in ([1.0, 2.0], [-3.0, 0.5]):
        net(row).backward()
    net.zero_grad()
    assert [p.grad for p in net.parameters()] == [0.0] * len(net.parameters())
