"""The functions of ``csrc/elementary/two_steps.h``: many results of an instruction at once."""

import re
from pathlib import Path

import numpy as np
import pytest

from micrograd_c import Value, jit
from python_ref.elementary import functions

HEADER = Path(__file__).resolve().parents[2] / "csrc" / "elementary" / "two_steps.h"
UNARY = ("exp", "log", "tanh", "sigmoid", "softplus")
RESULTS = 11  # two strips of four, and three by themselves
UNUSUAL = (np.inf, -np.inf, np.nan, 800.0, -800.0, 5e-310, 0.0, -0.0, -39.5, 350.5)


def operands(rows):
    """Return (rows, RESULTS) positive numbers; some of results 0, 5 and 10 are unusual."""
    x = np.random.default_rng(rows).uniform(0.01, 9.0, (rows, RESULTS))
    for i, number in enumerate(UNUSUAL):
        x[(7 * i + 3) % rows, (0, 5, 10)[i % 3]] = number
    return x


def same(got, expected):
    return np.array_equal(np.asarray(got), expected, equal_nan=True) and np.array_equal(
        np.signbit(got), np.signbit(expected)
    )


def of_each(function, *arrays):
    numbers = zip(*(x.ravel().tolist() for x in np.broadcast_arrays(*arrays)))
    return np.reshape([function(*x) for x in numbers], np.broadcast(*arrays, 0).shape)


@pytest.mark.skipif(not HEADER.exists(), reason="needs the C sources")
def test_all_of_them_are_here():
    names = re.findall(r"X\((\w+), MG_", HEADER.read_text(encoding="utf-8"))
    assert {*UNARY, "pow", "pow_k"} == set(names)


@pytest.mark.parametrize("rows", [1, 4, 16, 37])
@pytest.mark.parametrize("name", UNARY)
def test_results_of_consecutive_operands(name, rows, jit_engine):
    x = operands(rows)
    for xs in (x, x[:, 1:]):  # without result 0, the first strip has usual operands only
        f = jit(lambda xs: [getattr(x, name)() for x in xs])
        assert same(f(xs), of_each(getattr(functions, name), xs))


@pytest.mark.parametrize("rows", [1, 4, 16, 37])
def test_powers_of_consecutive_operands(rows, jit_engine):
    x, y = operands(rows)[:, 1:], operands(rows + 1)[:rows, 1:] - 4.0
    powers = of_each(functions.pow, x, y)
    assert same(jit(lambda xs, ys: [x**y for x, y in zip(xs, ys)])(x, y), powers)
    assert same(jit(lambda xs: [x**2.7 for x in xs])(x), of_each(functions.pow, x, 2.7))
    w = Value(2.7)
    assert same(jit(lambda xs: [x**w for x in xs])(x), of_each(functions.pow, x, 2.7))
    assert same(jit(lambda xs: [w**x for x in xs])(x), of_each(functions.pow, 2.7, x))


@pytest.mark.parametrize("name", UNARY)
def test_results_that_need_each_other(name, jit_engine):
    """A chain is no list of results that are computed side by side."""
    x = np.linspace(1.5, 2.5, 21)
    w, f = Value(1.0), getattr(functions, name)
    expected = x
    for _ in range(RESULTS):
        expected = of_each(lambda x: f(x) + 1.0, expected)

    def chain(x):
        for _ in range(RESULTS):
            x = getattr(x, name)() + w
        return x

    assert same(jit(chain)(x), expected)
