"""The second derivatives of every operator of the table, against mpmath.

A new row of ``python_ref/core/ops.py`` is tested without a change here, if mpmath has a function
of its name and the row is smooth from -3 to 3. Otherwise it needs an entry in EXACT, its function
of mpmath's numbers, and one in DOMAINS, an interval for its operands in which it has derivatives.
"""

import itertools
import random

import pytest

from micrograd_c import hessian, jit
from python_ref.core.derivatives import DERIVATIVES
from python_ref.core.differentiate import gradients, tangent
from python_ref.core.ops import OPS, UNARY, UNARY_K

mpmath = pytest.importorskip("mpmath", reason="mpmath is absent: pip install mpmath")
mp = mpmath.mp.clone()
mp.dps = 50  # mp.diff takes differences, of about a third of these digits

POWER, ORDER = 2.5, 1  # the k of pow_k and of polygamma; other rows with a k have a default

EXACT = {
    "add": lambda x, y: x + y,
    "mul": lambda x, y: x * y,
    "pow": lambda x, y: x**y,
    "pow_k": lambda x: x ** mp.mpf(POWER),
    "leaky_relu": lambda x: x if x > 0 else x * mp.mpf(0.01),
    "abs": abs,
    "relu": lambda x: max(x, mp.mpf(0)),
    "maximum": max,
    "minimum": min,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "if_positive": lambda x, y: y if x > 0 else mp.mpf(0),
    "if_not_positive": lambda x, y: mp.mpf(0) if x > 0 else y,
    "less": lambda x, y: mp.mpf(x < y),
    "less_equal": lambda x, y: mp.mpf(x <= y),
    "divide": lambda x, y: x / y,
    "scale": lambda x, y: x * y,
    "log2": lambda x: mp.log(x) / mp.log(2),
    "exp2": lambda x: mp.mpf(2) ** x,
    "lgamma": mp.loggamma,
    "gelu": lambda x: x * mp.ncdf(x),
    "silu": lambda x: x / (1 + mp.exp(-x)),
    "polygamma": lambda x: mp.polygamma(ORDER, x),
}
SMOOTH = (-3.0, 3.0)
DOMAINS = {
    **dict.fromkeys(("asin", "acos", "atanh"), (-0.95, 0.95)),
    **dict.fromkeys(("log", "log2", "log10", "sqrt", "lgamma", "digamma", "polygamma"), (0.1, 3.0)),
    **dict.fromkeys(("pow", "pow_k"), (0.2, 3.0)),
    "acosh": (1.1, 3.0),
    "divide": (0.3, 3.0),
    "log1p": (-0.9, 3.0),
    "tan": (-1.4, 1.4),
}

# All but detach, which has no derivative on purpose.
ROWS = [name for name in OPS if name != "detach"]


def exact(name):
    """The operator as a function of mpmath's numbers."""
    function = EXACT.get(name) or getattr(mp, name, None)
    assert function, (
        f"{name} is a new row, and mpmath has no function of that name: add to EXACT what it is "
        "for numbers of mpmath, and to DOMAINS where it has derivatives, if not from -3 to 3"
    )
    return function


def on_values(name):
    """The operator as a function of Values."""
    row = OPS[name]
    if name == "pow_k":
        return lambda x: x**POWER
    if name == "polygamma":
        return lambda x: x._apply_k("polygamma", float(ORDER), "polygamma")
    if row.kind == UNARY_K:
        return lambda x: getattr(x, name)()
    if row.kind == UNARY:
        return lambda x: x._apply(name)
    return lambda x, y: x._apply_two(name, y)


def points(name, n):
    """Random points of the operator's domain that are no kink or jump, nor close to one."""
    rng, arity = random.Random(name), len(OPS[name].derivatives)
    found = []
    while len(found) < n:
        point = [rng.uniform(*DOMAINS.get(name, SMOOTH)) for _ in range(arity)]
        apart = [x - y for x, y in itertools.combinations(point, 2)]
        if all(abs(x - round(x)) > 0.01 for x in [*point, *apart]):
            found.append(point)
    return found


def expected(name, point):
    """The first derivatives, and the matrix of the second, as floats."""
    function, n = exact(name), len(point)
    first = [[int(k == i) for k in range(n)] for i in range(n)]
    second = [[[a + b for a, b in zip(u, v)] for v in first] for u in first]

    def derivative(order):
        return float(mp.diff(function, tuple(map(mp.mpf, point)), tuple(order)))

    return [derivative(u) for u in first], [[derivative(v) for v in row] for row in second]


def close(x):
    return pytest.approx(x, rel=1e-12, abs=1e-13)


def test_every_row_has_its_derivatives():
    assert DERIVATIVES.keys() == OPS.keys()
    for name, row in OPS.items():
        assert len(DERIVATIVES[name]) == len(row.derivatives), name


@pytest.mark.parametrize("name", ROWS)
def test_eager(engine, name):
    """By gradients of gradients, and by the tangent of a gradient: reverse and forward mode."""
    function = on_values(name)
    for point in points(name, 12):
        first, second = expected(name, point)
        xs = [engine.Value(x) for x in point]
        slopes = gradients(function(*xs), xs)
        assert [g.data for g in slopes] == close(first)
        for slope, row in zip(slopes, second):
            assert [g.data for g in gradients(slope, xs)] == close(row)
        for i, j in itertools.product(range(len(xs)), repeat=2):
            moved = tangent(slopes[i], {id(xs[j]): engine.Value(1.0)})
            assert (0.0 if moved is None else moved.data) == close(second[i][j])


@pytest.mark.parametrize("name", ROWS)
def test_jit(jit_engine, name):
    """Where the data is unknown, a derivative chooses its formula by operators, not by Python."""
    rows = points(name, 12)
    every = tuple(range(len(rows[0])))
    blocks = jit(hessian(on_values(name), argnums=every))(*zip(*rows))
    for i, point in enumerate(rows):
        second = expected(name, point)[1]
        for mine, its in zip(blocks, second):
            assert [column[i] for column in mine] == close(its)


def test_a_row_without_a_function_of_mpmath_says_what_to_write():
    with pytest.raises(AssertionError, match="no_such_row is a new row, .* add to EXACT"):
        exact("no_such_row")
