"""jit: at one row, several results of an instruction are computed side by side."""

import math

import numpy as np
import pytest

from micrograd_c import Value, jit

COUNTS = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 18, 20, 24, 33]
OPERATORS = {
    "exp": lambda x, y: x.exp(),
    "log": lambda x, y: x.log(),
    "tanh": lambda x, y: x.tanh(),
    "sin": lambda x, y: x.sin(),
    "softplus": lambda x, y: x.softplus(),
    "erf": lambda x, y: x.erf(),
    "lgamma": lambda x, y: x.lgamma(),
    "x ** -1": lambda x, y: x**-1,
    "x ** 2": lambda x, y: x**2,
    "x ** 2.5": lambda x, y: x**2.5,
    "x ** y": lambda x, y: x**y,
    "atan2": lambda x, y: x.atan2(y),
    "hypot": lambda x, y: x.hypot(y),
}
SPECIAL = [0.0, -0.0, 1.0, -1.5, 1e-310, 1e300, -750.0, 750.0, math.inf, -math.inf, math.nan]


def numbers(n, special):
    """Return n pairs of numbers, all but a few of them usual ones."""
    rng = np.random.default_rng(n)
    x, y = rng.uniform(0.1, 3.0, size=(2, n))
    if special:
        x[n // 2] = SPECIAL[n % len(SPECIAL)]
        y[-1] = SPECIAL[(n // 2) % len(SPECIAL)]
    return x.tolist(), y.tolist()


def bits(values):
    values = np.asarray(values, dtype=float)
    return np.where(np.isnan(values), np.nan, values).view(np.uint64).tolist()


@pytest.mark.parametrize("special", [False, True], ids=["usual", "special"])
@pytest.mark.parametrize("op", OPERATORS.values(), ids=OPERATORS)
def test_results_have_the_bits_that_each_has_alone(op, special, kernels):
    """Of rows, and of uniform values; forward and backward."""
    alone = jit(lambda x, y: op(x, y))
    for n in COUNTS:
        xs, ys = numbers(n, special)
        expected = bits([alone([x], [y])[0] for x, y in zip(xs, ys)])
        row = jit(lambda x, y: [op(a, b) for a, b in zip(x, y)])
        assert bits(row([xs], [ys])[0]) == expected, n
        # the other operand is uniform
        parameters = [Value(y) for y in ys]
        mixed = jit(lambda x: [op(a, b) for a, b in zip(x, parameters)], parameters=parameters)
        assert bits(mixed([xs])[0]) == expected, n


def gradients_of(op, xs, ys, as_rows):
    """Return the gradients of sum(c[i] * op(xs[i], ys[i])), which are parameters."""
    parameters = [Value(v) for v in [*xs, *ys]]
    n = len(xs)

    def loss(one):
        at = [p * one for p in parameters] if as_rows else parameters
        return sum((op(at[i], at[n + i]) * (0.5 + i) for i in range(n)), Value(0.0)) * one

    return jit(loss, parameters=parameters).value_and_grad([1.0])[1]


@pytest.mark.parametrize("as_rows", [False, True], ids=["uniform", "rows"])
@pytest.mark.parametrize("op", OPERATORS.values(), ids=OPERATORS)
def test_gradients_have_the_bits_that_each_has_alone(op, as_rows, kernels):
    for n in (3, 5, 16, 21):
        for special in (False, True):
            xs, ys = numbers(n, special)
            found = gradients_of(op, xs, ys, as_rows)
            for i in range(n):

                def loss(one, i=i):
                    x, y = (a * one if as_rows else a for a in pair)
                    return op(x, y) * (0.5 + i) * one

                pair = [Value(xs[i]), Value(ys[i])]
                alone = jit(loss, parameters=pair).value_and_grad([1.0])[1]
                assert bits(found[[i, n + i]]) == bits(alone), (n, i)


def test_operands_in_common(kernels):
    """Their gradients are added up one after the other."""
    w = [Value(0.3), Value(-0.7), Value(1.1)]

    def loss(x):
        return sum((w[i % 3] * x[i]).tanh() * w[(i + 1) % 3].exp() for i in range(20))

    jit(loss, parameters=w).check(np.random.default_rng(0).normal(size=(1, 20)))
    shared = jit(lambda s: sum((w[i % 2] ** w[1 + i % 2]).exp() * i for i in range(1)) * s)
    shared.check([1.0])


@pytest.mark.parametrize("distance", [1, 2, 7, 15, 16, 17, 40])
def test_results_that_depend_on_each_other(distance, kernels):
    """Chains of one operator are one instruction: a result may need another of it."""
    w = [Value(0.1 * i) for i in range(distance)]

    def loss(x):
        values = [a + x for a in w]
        for _ in range(80):
            values.append(values[-distance].sin())
        return sum(values)

    f = jit(loss, parameters=w)
    f.check([0.3])
    assert f([0.3])[0] == f([0.3] * 16)[0]
