"""A gradient of 0 that arrives at an operator's pole passes on 0, not 0 * inf, which is NaN."""

import math
import re

import numpy as np
import pytest
from c_tools import ROOT

from micrograd_c import jit, optim, where
from micrograd_c.engine import Value
from python_ref.core.ops import FINITE, OPS, UNARY

AT = {  # operators at points where the derivative is infinite, but the value is not
    "sqrt": (lambda x: x.sqrt(), 0.0),
    "x ** 0.5": (lambda x: x**0.5, 0.0),
    "asin": (lambda x: x.asin(), 1.0),
    "acos": (lambda x: x.acos(), -1.0),
    "atan2": (lambda x: x.atan2(x), 0.0),
}
INFINITE = {  # where the value is infinite, too: only under jit, as eager operators raise
    "1 / x": (lambda x: 1 / x, 0.0),
    "x ** -2": (lambda x: x**-2, -0.0),
    "2 ** 1 / x": (lambda x: 2.0 ** (1 / x), 0.0),
    "x ** Value": (lambda x: x ** Value(-1.5), 0.0),
    "log": (lambda x: x.log(), 0.0),
    "log of a negative number": (lambda x: (-2 + x).log(), 0.0),
    "log1p": (lambda x: x.log1p(), -1.0),
    "exp": (lambda x: x.exp(), 1000.0),
    "expm1": (lambda x: x.expm1(), 1000.0),
    "sinh": (lambda x: x.sinh(), -1000.0),
    "cosh": (lambda x: x.cosh(), 1000.0),
    "asin outside": (lambda x: x.asin(), 2.0),
    "sqrt of a negative number": (lambda x: x.sqrt(), -1.0),
    "several": (lambda x: (1 / x).log().exp().sqrt(), 0.0),
}
eager = pytest.mark.parametrize("f, x", AT.values(), ids=AT)
traced = pytest.mark.parametrize("f, x", {**AT, **INFINITE}.values(), ids={**AT, **INFINITE})


@eager
def test_an_operand_that_maximum_does_not_select(engine, f, x):
    x = engine.Value(x)
    f(x).maximum(1e9).backward()
    assert x.grad == 0.0


@eager
def test_gradients_other_than_0_are_infinite_or_nan(engine, f, x):
    x = engine.Value(x)
    f(x).backward()
    assert not math.isfinite(x.grad)


def test_a_gradient_of_minus_0_or_nan(engine):
    x = engine.Value(0.0)
    y = x.sqrt()
    for gradient, expected in ((-0.0, 0.0), (math.nan, math.nan), (1e-320, math.inf)):
        x.grad, y.grad = 0.0, gradient
        y._backward()
        assert x.grad == pytest.approx(expected, nan_ok=True)


@traced
def test_rows_that_where_does_not_select(jit_engine, f, x):
    """They contribute no gradient; the selected rows contribute what they do alone."""
    w, inside = Value(1.0), 0.3

    def alone(x):
        return f(x * w)

    loss = jit(lambda x, taken: where(taken, f(x * w), 0.0))
    other = jit(lambda x, taken: where(0.5 - taken, 7.0, f(x * w)))
    jit(alone).backward([inside])
    expected, w.grad = w.grad, 0.0
    for chosen in (loss, other):
        for n in (1, 2, 3, 5, 15, 16, 20):
            data, taken = np.full(n, x), np.zeros(n)
            w.grad = 0.0
            chosen.backward(data, taken)
            assert w.grad == 0.0
            data[n // 2], taken[n // 2] = inside, 1.0
            chosen.backward(data, taken)
            same = pytest.approx(expected / n, rel=1e-12, nan_ok=True)
            assert w.grad == same
    loss.check(np.array([x, inside]), np.array([0.0, 1.0]))


def test_training_with_a_row_at_a_pole(jit_engine):
    w = Value(2.0)
    loss = jit(lambda x: where((x * w) ** 2, 1 / (x * w), 0.0))
    loss.fit([0.0, 1.0, 2.0], optimizer=optim.SGD([w], lr=0.1), epochs=5)
    assert 2.0 < w.data < 3.0


@pytest.mark.parametrize("name", OPS)
def test_a_gradient_of_0_passes_on_0(name):
    """For each operator of the table, whatever its operands, except those without poles."""
    special = (0.0, -0.0, 1.0, -1.0, 0.5, 1e308, 750.0, math.inf, -math.inf, math.nan)
    two = OPS[name].kind != UNARY
    for x in special if name not in FINITE else ():
        for y in special if two else [None]:
            for g in (0.0, -0.0):
                operands = (x,) if y is None else (x, y)
                for derivative in OPS[name].derivatives:
                    assert derivative(*operands, math.nan, g) == 0.0


def test_both_tables_mark_the_same_operators_without_poles():
    table = (ROOT / "csrc/graph/ops.h").read_text(encoding="utf-8").replace("\\\n", "")
    rows = re.findall(r'X\((\w+), MG_\w+, "[^"]+",\s*([01]),', table)
    assert len(rows) == len(OPS)
    assert {name for name, raises in rows if raises == "0"} == set(FINITE)


def test_a_factor_that_is_infinite_still_needs_two_wheres(jit_engine):
    """As the FAQ says: + and * follow IEEE arithmetic."""
    v, w = Value(3.0), Value(2.0)
    divide = jit(lambda x: where(x, v / (x * w), 0.0))
    divide.backward([0.0])
    assert math.isnan(v.grad) and w.grad == 0.0
    v.grad = 0.0
    guarded = jit(lambda x: where(x, v / where(x, x * w, 1.0), 0.0))
    guarded.backward([0.0, 1.0])
    assert (v.grad, w.grad) == (0.25, -0.375)
