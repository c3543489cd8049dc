"""jit: equal nodes of a program are computed once, and the values keep their bits."""

import math
import random

import numpy as np
import pytest

from micrograd_c import Value, grad, hessian, hvp, jit
from micrograd_c.jit import programs
from micrograd_c.jit.interpreted import InterpretedProgram
from micrograd_c.nn import MLP

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 1e308, -1e308, math.inf, -math.inf, math.nan]


def listing(f, *arrays, capsys):
    f(*arrays)
    f.explain()
    return capsys.readouterr().out


def count(f, *arrays, capsys):
    """Return the number of instructions of a jitted function."""
    text = listing(f, *arrays, capsys=capsys)
    return int(text.split(" nodes became ")[1].split()[0])


ONCE = {
    "an operator": (lambda x: [x.exp(), x.exp() * 3.0], 2),
    "one within another": (lambda x: [x.exp().sin(), x.exp().sin() * 3.0], 3),
    "operands in another order": (lambda x: [(x + 2.0).exp(), (2.0 + x).exp() * 3.0], 3),
    "a parameter of the operator": (lambda x: [x**3, x**3 * 2.0, x**2], 3),
    "a product with 1": (lambda x: [(x * 1.0).exp(), x.exp() * (1.0 * x)], 2),
    "two changes of sign": (lambda x: [(-1.0 * -x).exp(), x.exp() * 2.0], 2),
    "a power of 1": (lambda x: [(x**1).exp(), x.exp() * 2.0], 2),
    "a slope times 1": (lambda x: [x.exp(), grad(lambda v: v.exp())(x)], 1),
    "slopes times 1": (lambda x: [x.exp(), grad(lambda v: v.exp().log())(x)], 3),
}


@pytest.mark.parametrize("f, n", ONCE.values(), ids=ONCE)
def test_equal_nodes_are_computed_once(f, n, capsys):
    assert count(jit(f), np.array(SPECIAL), capsys=capsys) == n


APART = {
    "other parameters": lambda x: [x**3, x**2],
    "other operators": lambda x: [x.exp(), x.expm1()],
    "operands that do not commute": lambda x: [x ** x.exp(), x.exp() ** x],
    "the sum with 0, which loses the sign of -0": lambda x: [x + 0.0, x + -0.0],
    "detach": lambda x: [x.detach() * 2.0, x],
    "zeros of either sign": lambda x: [x * 0.0, x * -0.0],
}


def bits(x):
    return np.where(np.isnan(x), 0.25, x).view(np.int64).tolist()


@pytest.mark.parametrize("f", [*APART.values(), *(f for f, _ in ONCE.values())])
@pytest.mark.parametrize("n", [1, 3, 10])
def test_values_keep_their_bits(f, n, monkeypatch):
    x = np.array(SPECIAL[:n])
    merged = jit(f)(x)
    monkeypatch.setattr(programs, "Program", InterpretedProgram)  # which merges nothing
    assert bits(merged) == bits(jit(f)(x))


def test_gradients_of_merged_nodes():
    """A parameter gets the gradients of all its uses, whether or not they were merged."""
    rng = random.Random(3)
    w = [Value(rng.uniform(-1, 1)) for _ in range(3)]

    def f(x):
        shared = [(a * x).tanh() for a in w]
        again = [(x * a).tanh() for a in w]
        return sum(a * b for a, b in zip(shared, again)) + sum(shared) * sum(again)

    loss = jit(f)
    loss.check(np.linspace(-1, 1, 21))
    mean, gradient = loss.value_and_grad(np.array([0.5]))
    total = f(Value(0.5))
    total.backward()
    assert mean == total.data
    assert gradient == pytest.approx([a.grad for a in loss.parameters], rel=1e-14)


def test_a_net_that_is_applied_twice_runs_once(capsys):
    net = MLP(2, [4, 1])
    once = count(jit(lambda x: net(x) ** 2), np.ones((3, 2)), capsys=capsys)
    twice = count(jit(lambda x: net(x) * net(x)), np.ones((3, 2)), capsys=capsys)
    assert twice == once


def test_gradients_share_what_the_function_computes(capsys):
    def f(x):
        return (x[0] * x[1]).exp() * (x[1] * x[2]).sin()

    text = listing(jit(grad(f)), np.ones((2, 3)), capsys=capsys)
    assert text.count("exp(") == 1 and text.count("sin(") == 1 and text.count("cos(") == 1
    text = listing(jit(hessian(f)), np.ones((2, 3)), capsys=capsys)
    assert text.count("exp(") == 1 and text.count("sin(") == 1 and text.count("cos(") == 1


def test_a_result_may_be_an_argument_or_a_parameter():
    w = Value(2.0)
    f = jit(lambda x: [x * 1.0, w * 1.0, x, w, Value(3.0) * 1.0, x + x])
    assert f([5.0]).tolist() == [[5.0, 2.0, 5.0, 2.0, 3.0, 10.0]]


def test_what_merging_leaves_unused_changes_nothing():
    """A parameter that only merged nodes use gets its gradient; an argument may be unused."""
    w = Value(2.0)
    f = jit(lambda x, y: (w * 1.0) * x + (w * 1.0) * x)
    mean, gradient = f.value_and_grad([1.0, 3.0], [7.0, 8.0])
    assert mean == 8.0
    assert gradient.tolist() == [4.0]


def test_scales_by_scales_of_1_keep_their_bits(capsys, monkeypatch):
    """scale(1, y) is y or 0.0, which is as good as -0.0 where another value is scaled by it."""

    def f(x, v):
        pairs = [(0, 1), (0, 2), (1, 2), (3, 2)]
        return hvp(lambda x: sum(((x[i] - x[j]) ** 2 + 0.1) ** 0.5 for i, j in pairs), (x,), (v,))

    X = [[0.0, -0.0, 0.5, 0.5], [-0.0, 0.0, -0.0, 1e300], [1.0, 2.0, math.inf, 0.25]] * 3
    V = [[1.0, -0.0, 0.0, -1.0], [-0.0] * 4, [0.5, -2.0, 1e-310, 3.0]]
    X, V = np.array(X), np.repeat(V, 3, axis=0)
    jitted = jit(f)
    text = listing(jitted, X, V, capsys=capsys)
    found = jitted(X, V)
    assert not [line for line in text.splitlines() if "scale([u" in line], text
    monkeypatch.setattr(programs, "Program", InterpretedProgram)
    assert bits(found) == bits(jit(f)(X, V))
