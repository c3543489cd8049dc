"""jit: relu of a layer is part of the layer's instruction."""

import math

import numpy as np
import pytest
from jit_tools import ROWS, batch, hinge

from micrograd_c import jit
from micrograd_c.engine import Value
from micrograd_c.nn import MLP
from python_ref.core.ieee import ieee

NEURONS = [  # each is a bias and two weights
    [Value(0.25), Value(0.5), Value(-1.0)],
    [Value(0.0), Value(-0.5), Value(2.0)],
    [Value(-0.0), Value(0.0), Value(0.0)],
    [Value(-0.5), Value(1.5), Value(1.0)],
    [Value(1.0), Value(-2.0), Value(0.1)],
]
SPECIAL = [0.0, -0.0, 1.0, -1.0, 1e308, -1e308, math.inf, -math.inf, math.nan]


def instructions(f, capsys):
    f.explain()
    return capsys.readouterr().out


def sums(x, n=5):
    return [b + w * x[0] + v * x[1] for b, w, v in NEURONS[:n]]


def test_a_layer_and_its_relu_are_one_instruction(capsys):
    loss = hinge(MLP(2, [16, 16, 1]))
    loss(*batch(3, 2, None))
    text = instructions(loss, capsys)
    assert text.count("= relu(layer(") == 2
    assert text.count("= layer(") == 1
    assert text.count("= relu(") == 3  # the hinge


APART = {
    "the sum is used again": lambda sums: [a.relu() + a for a in sums],
    "the sum is a result": lambda sums: [*sums, *(a.relu() for a in sums)],
    "the sum has a tanh, too": lambda sums: [a.relu() + a.tanh() * 2 for a in sums],
}


@pytest.mark.parametrize("f", APART.values(), ids=APART)
def test_relu_of_a_sum_that_is_used_elsewhere(f, capsys):
    every = jit(lambda x: f(sums(x)))
    every.check(*batch(23, 2))
    text = instructions(every, capsys)
    assert "= layer(" in text
    assert "= relu(layer(" not in text
    jit(lambda x: sum(f(sums(x)), Value(0.0))).check(*batch(23, 2))


def test_relu_that_is_used_several_times(capsys):
    def f(x):
        inner = [a.relu() for a in sums(x)]
        return [*inner, *sums(inner), *(a * b for a, b in zip(inner, inner[1:]))]

    every = jit(f)
    every.check(*batch(23, 2))
    assert "= relu(layer(" in instructions(every, capsys)
    jit(lambda x: sum(f(x), Value(0.0))).check(*batch(23, 2))


@pytest.mark.parametrize("n", ROWS)
@pytest.mark.parametrize("outputs", [1, 2, 4, 5])
def test_special_values(n, outputs, kernels):
    """Some sums, and some gradients, are 0, -0, infinite or NaN."""
    rng = np.random.default_rng(n)
    x = rng.choice(SPECIAL, size=(n, 2))
    x[0] = -1.0  # makes the third sum -0
    out = jit(lambda x: [a.relu() for a in sums(x, outputs)])
    got = out(x)
    with ieee():
        eager = [[a.relu().data for a in sums([Value(v) for v in row], outputs)] for row in x]
    assert np.array_equal(got, eager, equal_nan=True)
    assert (np.signbit(got) == np.signbit(eager))[~np.isnan(got)].all()
    jit(lambda x: sum((a.relu() for a in sums(x, outputs)), Value(0.0)) * x[0]).check(x)
