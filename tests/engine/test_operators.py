"""Every operator against Python's math, and every derivative against finite differences.

An operator of one Value is a row of UNARY, one of two a row of BINARY; further tables say where
it has kinks and poles.
"""

import cmath
import math
import random

import pytest

from python_ref.core import gamma
from python_ref.core.libm import erf, erfc, hypot, log2
from python_ref.core.ops import ONLY_TRACED, OPS

SPECIAL = [
    0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -3.0, 1e-8, 1e-20, 20.0, -20.0, 710.0, -746.0,
    5e-324, -5e-324, 2.2e-308, 1e154, 1e308, -1e308, math.inf, -math.inf, math.nan,
]  # fmt: skip


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def softplus(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x))) if x == x else x


def stepped(step, x):
    return math.copysign(step(x), x) if math.isfinite(x) else x


# What the method of each operator of one Value computes, in terms of math alone.
UNARY = {
    "abs": abs,
    "relu": lambda x: 0.0 if x < 0 else x,
    "leaky_relu": lambda x: 0.01 * x if x < 0 else x,
    "tanh": math.tanh,
    "sigmoid": sigmoid,
    "softplus": softplus,
    "silu": lambda x: -0.0 if x < -800 else x * sigmoid(x),
    "gelu": lambda x: -0.0 if x < -40 else x * (0.5 * erfc(-x * math.sqrt(0.5))),
    "exp": math.exp,
    "exp2": lambda x: 2.0**x,
    "expm1": math.expm1,
    "log": math.log,
    "log2": log2,  # math.log2, except on PyPy
    "log10": math.log10,
    "log1p": math.log1p,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "asinh": math.asinh,
    "acosh": math.acosh,
    "atanh": math.atanh,
    "lgamma": gamma.lgamma,  # test_new_operators.py compares these two with mpmath
    "digamma": gamma.digamma,
    "erf": erf,  # math.erf, except on PyPy
    "erfc": erfc,
    "floor": lambda x: stepped(math.floor, x),
    "ceil": lambda x: stepped(math.ceil, x),
    "sign": lambda x: math.copysign(1.0, x) if abs(x) > 0 else x,
}


def float_power(x, y):
    """Return x ** y for floats; raise ValueError where that is complex."""
    z = x**y
    if isinstance(z, complex):
        raise ValueError
    return z


# The operators of two: how a program writes each, and what it computes.
BINARY = {
    "add": (lambda x, y: x + y, lambda x, y: x + y),
    "sub": (lambda x, y: x - y, lambda x, y: x + -y),
    "mul": (lambda x, y: x * y, lambda x, y: x * y),
    "div": (lambda x, y: x / y, lambda x, y: x * float_power(y, -1.0)),
    "pow": (lambda x, y: x**y, float_power),
    "atan2": (lambda x, y: x.atan2(y), math.atan2),
    "hypot": (lambda x, y: x.hypot(y), hypot),
    "maximum": (lambda x, y: x.maximum(y), lambda x, y: x if x != x else y if not x >= y else x),
    "minimum": (lambda x, y: x.minimum(y), lambda x, y: x if x != x else y if not x <= y else x),
}


def outcome(function, *args):
    """Return a call's result or exception as text, different for any two doubles."""
    try:
        out = function(*args)
    except (ArithmeticError, ValueError) as error:
        return type(error).__name__
    out = out if isinstance(out, float) else out.data
    return "nan" if out != out else out.hex()


@pytest.mark.parametrize("name", UNARY)
def test_values_and_exceptions_of_functions(engine, name):
    rng = random.Random(name)
    points = SPECIAL + [rng.uniform(-5, 5) for _ in range(200)]
    for x in points:
        expected = outcome(UNARY[name], x)
        assert outcome(lambda: getattr(engine.Value(x), name)()) == expected, x


@pytest.mark.parametrize("name", BINARY)
def test_values_and_exceptions_of_two(engine, name):
    V = engine.Value
    operate, function = BINARY[name]
    for x in SPECIAL:
        for y in SPECIAL:
            expected = outcome(function, x, y)
            assert outcome(operate, V(x), V(y)) == expected, (x, y)
            assert outcome(operate, V(x), y) == expected, (x, y)


@pytest.mark.parametrize("k", SPECIAL)
def test_values_and_exceptions_of_powers(engine, k):
    for x in SPECIAL:
        expected = outcome(float_power, x, k)
        assert outcome(lambda: engine.Value(x) ** k) == expected, x
        assert outcome(lambda: x ** engine.Value(k)) == expected, x


@pytest.mark.parametrize("slope", [0.0, -0.0, 0.01, -1.0, math.inf, math.nan, 1e308])
def test_values_of_leaky_relu(engine, slope):
    for x in SPECIAL:
        expected = outcome(lambda: slope * x if x < 0 else x)
        assert outcome(lambda: engine.Value(x).leaky_relu(slope)) == expected, x


# --- derivatives -----------------------------------------------------------------

# The intervals in which a function is smooth, where that is not all of (-5, 5).
SMOOTH = {
    "abs": [(-5, -1e-3), (1e-3, 5)],
    "relu": [(-5, -1e-3), (1e-3, 5)],
    "leaky_relu": [(-5, -1e-3), (1e-3, 5)],
    "log": [(1e-2, 20)],
    "log2": [(1e-2, 20)],
    "log10": [(1e-2, 20)],
    "acosh": [(1.01, 20)],
    "atanh": [(-0.99, 0.99)],
    "lgamma": [(0.1, 20), (-0.9, -0.1), (-1.9, -1.1)],
    "digamma": [(0.1, 20), (-0.9, -0.1), (-1.9, -1.1)],
    "floor": [(-1.99, -1.01), (0.01, 0.99), (3.01, 3.99)],
    "ceil": [(-1.99, -1.01), (0.01, 0.99), (3.01, 3.99)],
    "sign": [(-5, -1e-3), (1e-3, 5)],
    "log1p": [(-0.99, 20)],
    "sqrt": [(1e-2, 20)],
    "tan": [(-1.5, 1.5), (1.7, 4.5)],
    "asin": [(-0.99, 0.99)],
    "acos": [(-0.99, 0.99)],
}
# Functions of complex numbers: a complex step gives their derivative to the last bits.
# W. Squire and G. Trapp, "Using complex variables to estimate derivatives", SIAM Rev. 40 (1998).
COMPLEX = {name: getattr(cmath, name) for name in (
    "tanh", "exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh",
    "asinh", "acosh", "atanh",
)}  # fmt: skip
COMPLEX["log10"] = cmath.log10
COMPLEX["log2"] = lambda z: cmath.log(z) / math.log(2)
COMPLEX["exp2"] = lambda z: cmath.exp(z * math.log(2))
COMPLEX["silu"] = lambda z: z / (1 + cmath.exp(-z))
COMPLEX["log1p"] = lambda z: cmath.log(1 + z)
COMPLEX["expm1"] = lambda z: cmath.exp(z) - 1
COMPLEX["sigmoid"] = lambda z: 1 / (1 + cmath.exp(-z))
COMPLEX["softplus"] = lambda z: cmath.log(1 + cmath.exp(z))


def central_difference(function, x, h=1e-4):
    """Return a derivative of fourth order: its error is h**4 / 30 times the fifth derivative."""
    return (
        8 * (function(x + h) - function(x - h)) - (function(x + 2 * h) - function(x - 2 * h))
    ) / (12 * h)


def points(name, n=1000):
    rng = random.Random(name)
    intervals = SMOOTH.get(name, [(-5, 5)])
    return [rng.uniform(*intervals[i % len(intervals)]) for i in range(n)]


@pytest.mark.parametrize("name", UNARY)
def test_derivatives_of_functions(engine, name):
    for x in points(name):
        v = engine.Value(x)
        out = getattr(v, name)() * 3.0
        out.backward()
        if name in COMPLEX:
            expected = COMPLEX[name](complex(x, 1e-30)).imag / 1e-30
            assert v.grad == pytest.approx(3 * expected, rel=1e-11, abs=1e-14), x
        else:
            expected = central_difference(UNARY[name], x, h=1e-4)
            assert v.grad == pytest.approx(3 * expected, rel=1e-7, abs=1e-9), x


DOMAIN_OF_TWO = {"pow": ((0.1, 4), (-3, 3)), "div": ((-4, 4), (0.3, 4))}


@pytest.mark.parametrize("name", BINARY)
def test_derivatives_of_two(engine, name):
    operate, function = BINARY[name]
    (a, b), (c, d) = DOMAIN_OF_TWO.get(name, ((-4, 4), (-4, 4)))
    rng = random.Random(name)
    for _ in range(1000):
        x, y = rng.uniform(a, b), rng.uniform(c, d)
        if abs(x - y) < 1e-2 or (name == "atan2" and abs(x) < 0.1):
            continue  # a kink, or the cut along the negative axis
        v, w = engine.Value(x), engine.Value(y)
        operate(v, w).backward()
        to_x = central_difference(lambda t: function(t, y), x)
        to_y = central_difference(lambda t: function(x, t), y)
        assert v.grad == pytest.approx(to_x, rel=1e-7, abs=1e-8), (x, y)
        assert w.grad == pytest.approx(to_y, rel=1e-7, abs=1e-8), (x, y)


@pytest.mark.parametrize("k", [-3, -1, -0.5, 0, 0.5, 1, 2, 3, 2.5, 10])
def test_derivatives_of_powers(engine, k):
    rng = random.Random(k)
    for _ in range(1000):
        x = rng.uniform(0.2, 3)
        if k == int(k) and rng.random() < 0.5:
            x = -x
        v = engine.Value(x)
        (v**k).backward()
        assert v.grad == pytest.approx(k * x ** (k - 1), rel=1e-13), x
        w = engine.Value(x)
        (w ** engine.Value(k)).backward()
        assert w.grad == v.grad


@pytest.mark.parametrize("slope", [0.01, 0.0, 0.3, -1.0, 2.0])
def test_derivative_of_leaky_relu_by_slope(engine, slope):
    for x, expected in ((-2.0, slope), (-1e-300, slope), (1e-300, 1.0), (2.0, 1.0), (0.0, slope)):
        v = engine.Value(x)
        v.leaky_relu(slope).backward()
        assert v.grad == expected


# Derivatives at kinks, poles and the ends of domains, by (method, x); None stands for NaN.
AT_THE_EDGE = {
    ("abs", 0.0): 0.0,
    ("abs", math.nan): None,
    ("relu", 0.0): 0.0,
    ("relu", 5e-324): 1.0,
    ("relu", -5e-324): 0.0,
    ("sqrt", 0.0): math.inf,
    ("asin", 1.0): math.inf,
    ("asin", -1.0): math.inf,
    ("acos", 1.0): -math.inf,
    ("tanh", 1e308): 0.0,
    ("tanh", math.inf): 0.0,
    ("sigmoid", 1e308): 0.0,
    ("sigmoid", -1e308): 0.0,
    ("softplus", 1e308): 1.0,
    ("softplus", -1e308): 0.0,
    ("softplus", math.inf): 1.0,
    ("exp", -math.inf): 0.0,
    ("exp", math.inf): math.inf,
    ("log", math.inf): 0.0,
    ("log", 5e-324): math.inf,
    ("atan", math.inf): 0.0,
    ("erf", 1e200): 0.0,
    ("erf", -math.inf): 0.0,
    ("asinh", 1e200): 1e-200,
    ("asinh", -math.inf): 0.0,
    ("acosh", 1.0): math.inf,
    ("acosh", 1e200): 1e-200,
    ("lgamma", math.inf): math.inf,
    ("digamma", math.inf): 0.0,
    ("erfc", -math.inf): 0.0,
    ("silu", math.inf): 1.0,
    ("silu", -math.inf): 0.0,
    ("gelu", math.inf): 1.0,
    ("gelu", -math.inf): 0.0,
    ("floor", 2.0): 0.0,
    ("ceil", -0.5): 0.0,
    ("sign", 0.0): 0.0,
    ("sign", math.nan): 0.0,
    ("exp2", math.inf): math.inf,
    ("log2", math.inf): 0.0,
    ("sinh", 710.0): math.cosh(710.0),
    ("cosh", -math.inf): -math.inf,
    ("sin", math.nan): None,
}


@pytest.mark.parametrize("name, x", AT_THE_EDGE)
def test_derivatives_at_the_edge(engine, name, x):
    v = engine.Value(x)
    getattr(v, name)().backward()
    expected = AT_THE_EDGE[name, x]
    if expected is None:
        assert math.isnan(v.grad)
    else:
        assert v.grad == expected


def test_derivative_of_abs_at_minus_zero(engine):
    v = engine.Value(-0.0)  # equals 0.0, so it cannot be a key of AT_THE_EDGE of its own
    v.abs().backward()
    assert v.grad == 0.0


@pytest.mark.parametrize("name", ["maximum", "minimum"])
@pytest.mark.parametrize("x, y", [(1.0, 1.0), (0.0, -0.0), (-0.0, 0.0), (math.inf, math.inf)])
def test_ties_go_to_the_first(engine, name, x, y):
    v, w = engine.Value(x), engine.Value(y)
    out = getattr(v, name)(w)
    out.backward()
    assert (v.grad, w.grad) == (1.0, 0.0) and out.data.hex() == x.hex()


def test_atan2_is_that_of_math_in_argument_order(engine):
    y, x = engine.Value(1.0), engine.Value(-2.0)
    out = y.atan2(x)
    out.backward()
    assert out.data == math.atan2(1.0, -2.0)
    assert (y.grad, x.grad) == (-0.4, -0.2)  # x / (x*x + y*y) and -y / (x*x + y*y)


def test_every_row_of_the_operator_table_is_tested_here():
    rows = set(OPS) - {"pow_k", *ONLY_TRACED}  # ONLY_TRACED: see test_jit_api.py
    assert rows == set(UNARY) | set(BINARY) - {"sub", "div"}
