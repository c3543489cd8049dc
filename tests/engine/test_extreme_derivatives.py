"""Derivatives that fit into a double, of operands whose squares or powers overflow or underflow."""

import math

import pytest

from micrograd_c import jit
from micrograd_c.engine import Value

mpmath = pytest.importorskip("mpmath", reason="mpmath is absent: pip install mpmath")

mpmath.mp.dps = 60

# name: (expression of Values, the same for mpmath, operands)
ONE = {
    "atan": [1e150, 1e154, 2e154, -1e160, 5e161, 1e300, 1e-200, 0.3],
    "asin": [1 - 2**-27, -1 + 2**-30, 1 - 2**-53, 0.75, 0.5, 1e-300],
    "acos": [1 - 2**-27, -1 + 2**-30, 1 - 2**-53, 0.75, 0.5, 1e-300],
    "log": [1e-300, 1e300, 0.7],
    "log1p": [-1 + 2**-53, 1e300, -1e-300],
    "sqrt": [5e-324, 1e-310, 1e308],
    "softplus": [-700.0, 700.0, -1e-300],
    "erf": [5.0, -20.0, 1e-300],
}
OF_MPMATH = {"softplus": lambda x: mpmath.log1p(mpmath.exp(x))}


@pytest.mark.parametrize("name, x", [(name, x) for name, xs in ONE.items() for x in xs])
def test_functions_of_one(engine, name, x):
    v = engine.Value(x)
    getattr(v, name)().backward()
    assert v.grad == pytest.approx(slope(name, x), rel=1e-12, abs=5e-324)


def slope(name, x):
    x = mpmath.mpf(x)
    one = mpmath.mpf(1)
    return float({
        "atan": lambda: one / (1 + x * x),
        "asin": lambda: one / mpmath.sqrt(1 - x * x),
        "acos": lambda: -one / mpmath.sqrt(1 - x * x),
        "log": lambda: one / x,
        "log1p": lambda: one / (1 + x),
        "sqrt": lambda: one / (2 * mpmath.sqrt(x)),
        "softplus": lambda: one / (1 + mpmath.exp(-x)),
        "erf": lambda: 2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-x * x),
    }[name]())  # fmt: skip


POINTS = [
    (1e-200, 1e-200), (1e200, 1e200), (1e-200, -3e-200), (-1e160, 1e150), (5e-324, 1e-200),
    (1e-310, 1e-308), (1e308, -1e308), (1e-170, 1e170), (3.0, -4.0), (0.0, 1e-200), (1e200, 0.0),
    (1e-150, 1e-145), (1e150, 2e151),
]  # fmt: skip


@pytest.mark.parametrize("y, x", POINTS)
def test_atan2(engine, y, x):
    a, b = engine.Value(y), engine.Value(x)
    a.atan2(b).backward()
    square = mpmath.mpf(x) ** 2 + mpmath.mpf(y) ** 2
    for grad, exact in ((a.grad, mpmath.mpf(x) / square), (b.grad, -mpmath.mpf(y) / square)):
        assert grad == pytest.approx(float(exact), rel=1e-12, abs=5e-324)


@pytest.mark.parametrize("y, x", POINTS)
@pytest.mark.parametrize("scale", [1e-100, 1.0, 1e100])
def test_atan2_in_a_program(jit_engine, y, x, scale):
    def gradients(backward):
        a, b = Value(y), Value(x)
        backward(lambda k: a.atan2(b) * k, a, b)
        return [v.grad.hex() for v in (a, b)]

    eager = gradients(lambda f, a, b: f(scale).backward())
    assert gradients(lambda f, a, b: jit(f).backward([scale])) == eager


def test_atan2_of_infinities_zeros_and_nan(engine):
    for y, x in ((0.0, 0.0), (math.nan, 1.0), (1e-200, math.nan), (math.inf, math.inf)):
        a, b = engine.Value(y), engine.Value(x)
        a.atan2(b).backward()
        assert math.isnan(a.grad) and math.isnan(b.grad)
    a, b = engine.Value(1.0), engine.Value(math.inf)
    a.atan2(b).backward()
    assert math.isnan(a.grad) and b.grad == 0.0


@pytest.mark.parametrize(
    "x, k, g",
    [
        (5e-324, 1e-300, 1.0), (1e-310, -1e-10, 1.0), (1e-200, -1, 1e-300), (1e200, -1, 1e300),
        (-1e-200, -1, 1e-300), (-1e200, -3, 1e308), (1e-200, -1, 1.0), (2.0, 0.5, 1.0),
        (3.0, -2, 7.0), (-2.0, 3, 1.0), (1e-160, 3, 1e300),
    ],
)  # fmt: skip
def test_powers(engine, x, k, g):
    v = engine.Value(x)
    (v**k * g).backward()
    exact = mpmath.mpf(k) * mpmath.mpf(x) ** (mpmath.mpf(k) - 1) * mpmath.mpf(g)
    expected = float(exact) if abs(exact) < 1.7e308 else math.copysign(math.inf, exact)
    assert v.grad == pytest.approx(expected, rel=1e-12, abs=5e-324)
    if (k != int(k) and x > 0) or k == int(k):
        base, power = engine.Value(x), engine.Value(k)
        (base**power * g).backward()
        assert base.grad.hex() == v.grad.hex()


def test_a_quotient_of_tiny_numbers(engine):
    a, b = engine.Value(1e-300), engine.Value(1e-200)
    (a / b).backward()
    assert a.grad == pytest.approx(1e200) and b.grad == pytest.approx(-1e100)


def test_a_logarithm_deep_in_a_chain(engine):
    v = engine.Value(1e-310)
    (v.log() * 1e-10).backward()
    assert v.grad == pytest.approx(1e300, rel=1e-6)


def test_poles_stay_poles(engine):
    zero = engine.Value(0.0)
    (zero**0.5 * 1.0).backward()
    assert zero.grad == math.inf
    v = engine.Value(1.0)
    v.asin().backward()
    assert v.grad == math.inf
