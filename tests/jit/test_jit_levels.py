"""jit: results are computed early or late, so that more of them share an instruction."""

import random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from micrograd_c import jit, log
from micrograd_c.engine import Value


def count(f, capsys):
    f.explain()
    return int(capsys.readouterr().out.split(" became ")[1].split()[0])


def garch(steps):
    """The variance of each step depends on the one before, and the loss takes its logarithm."""
    parameters = [Value(0.05), Value(0.1), Value(0.85), Value(0.01)]
    omega, alpha, beta, mu = parameters

    def loss(returns):
        variance, total = Value(1.0), Value(0.0)
        for t in range(steps):
            error = returns[t] - mu
            total = total + variance.log() + error * error / variance
            variance = omega + alpha * (error * error) + beta * variance
        return total

    return jit(loss, parameters=parameters)


@pytest.mark.parametrize("rows", [1, 5, 18])
def test_a_recursion(rows, kernels):
    garch(12).check(np.random.default_rng(rows).normal(size=(rows, 12)))


def test_the_steps_of_a_recursion_are_a_few_instructions(capsys):
    counts = []
    for steps in (20, 100):
        loss = garch(steps)
        loss(np.ones((1, steps)))
        counts.append(count(loss, capsys))
    assert counts[0] == counts[1] < 20


def test_without_rows_each_step_adds_one_instruction(capsys):
    """An instruction cannot read its own results there, so the variances are one each."""
    parameters = omega, alpha, beta = Value(0.05), Value(0.1), Value(0.85)

    def total_of(returns):
        variance, total = 1.0, 0.0
        for x in returns:
            total = total + log(variance) + x * x / variance
            variance = omega + alpha * x * x + beta * variance
        return total

    counts = []
    for steps in (20, 300, 500, 900):
        loss = jit(total_of, in_axes=None, parameters=parameters)
        loss(np.ones(steps))
        counts.append(count(loss, capsys) - steps)
    assert len(set(counts)) == 1 and counts[0] < 20


@pytest.mark.parametrize("terms", [2, 7, 8, 9, 20])
@pytest.mark.parametrize("pattern", ["ps", "sp", "pss", "pps", "sppp", "p1s", "S"])
def test_sums_of_products_and_other_terms(pattern, terms, kernels):
    """In the order of the graph, with products in either operand."""
    rng, weights = random.Random(terms), [Value(0.3 * i - 1) for i in range(terms)]

    def loss(x):
        total = x[0] * weights[0]
        for i in range(1, terms):
            kind = pattern[i % len(pattern)]
            term = {
                "p": lambda i=i: x[i] * weights[i],
                "1": lambda i=i: x[i] * 0.7,
                "s": lambda i=i: x[i].sin(),
                "S": lambda i=i: x[i] * weights[i] if i % 2 else (x[i] + weights[i]).exp(),
            }[kind]()
            total = total + term if rng.random() < 0.5 else term + total
        return total

    f = jit(loss, parameters=weights)
    for rows in (1, 18):
        f.check(np.random.default_rng(rows).normal(size=(rows, terms)))


OPERATORS = (
    lambda a, b: a + b,
    lambda a, b: a * b,
    lambda a, b: (a - b).tanh(),
    lambda a, b: a * 0.5 + b,
    lambda a, b: b.sin(),
)
places = st.integers(0, 1000)
steps = st.tuples(st.sampled_from(OPERATORS), st.sampled_from([0, 0, 1]), places, places)


# The kernels are the same for all examples of a test.
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=60, max_size=60), st.integers(1, 19))
def test_random_programs(kernels, steps, rows):
    """Any order of the instructions gives the same values."""
    weights = [Value(0.5), Value(-1.5), Value(0.8)]

    def loss(x):
        values = [*x, *weights]
        for operate, in_tanh, i, j in steps:
            out = operate(values[i % len(values)], values[-1 - j % min(8, len(values))])
            values.append(out.tanh() if in_tanh else out)
        return sum((v.tanh() for v in values[-20:]), Value(0.0))

    X = np.random.default_rng(rows).normal(size=(rows, 4))
    try:
        eager = [loss([Value(v) for v in row]).data.hex() for row in X]
    except ValueError:  # the sine of an infinity
        reject()
    values = jit(loss, parameters=weights, math="libm")(X)
    assert [v.hex() for v in values.tolist()] == eager
