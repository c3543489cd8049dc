"""Operators that are more than one call of C: against mpmath, at special points, under jit."""

import math
import random

import pytest

from micrograd_c import functional, jit
from micrograd_c import grad as grad_of
from micrograd_c.parity.compare import bits
from python_ref.core.differentiate import gradients
from python_ref.core.ops import OPS

mpmath = pytest.importorskip("mpmath")
mp = mpmath.mp.clone()
mp.dps = 50


def lgamma(x):
    return mp.log(abs(mp.gamma(x)))


# name: (the function in mpmath, intervals, the error of the value in ulp)
ONE = {
    "erfc": (mp.erfc, [(-3, 26)], 6),
    "asinh": (mp.asinh, [(-10, 10)], 3),
    "acosh": (mp.acosh, [(1.001, 10)], 3),
    "atanh": (mp.atanh, [(-0.99, 0.99)], 3),
    "log2": (lambda x: mp.log(x, 2), [(0.01, 10)], 3),
    "log10": (mp.log10, [(0.01, 10)], 3),
    "exp2": (lambda x: mp.mpf(2) ** x, [(-20, 20)], 2),
    "silu": (lambda x: x / (1 + mp.exp(-x)), [(-30, 30)], 4),
    "gelu": (lambda x: x * mp.ncdf(x), [(0, 5), (-5, 0)], 60),  # x / sqrt(2) is rounded
    "floor": (mp.floor, [(0.1, 0.9), (-3.9, -3.1)], 0),
    "ceil": (mp.ceil, [(0.1, 0.9), (-3.9, -3.1)], 0),
    "sign": (mp.sign, [(0.1, 3), (-3, -0.1)], 0),
    "lgamma": (lgamma, [(1e-3, 0.5), (0.5, 0.9), (1.1, 1.9), (2.1, 100), (-0.9, -0.1)], 8),
    "digamma": (mp.digamma, [(1e-3, 0.4), (1.7, 100), (-0.3, -0.01)], 20),
}


def points(name, n=60):
    rng = random.Random(name)
    intervals = ONE[name][1]
    return [rng.uniform(*intervals[i % len(intervals)]) for i in range(n)]


@pytest.mark.parametrize("name", ONE)
def test_values_and_two_derivatives(engine, name):
    exact, _, ulps = ONE[name]
    for x in points(name):
        v = engine.Value(x)
        out = getattr(v, name)()
        (slope,) = gradients(out, [v])
        (bend,) = gradients(slope, [v])
        out.backward()
        assert bits(slope.data) == bits(v.grad)
        expected = float(exact(mp.mpf(x)))
        assert abs(out.data - expected) <= ulps * abs(expected) * 2.0**-52, x
        for found, order in ((slope.data, 1), (bend.data, 2)):
            derivative = float(mp.diff(exact, mp.mpf(x), order))
            assert found == pytest.approx(derivative, rel=1e-12, abs=1e-14), (x, order)


def test_hypot(engine):
    rng = random.Random(1)
    for scale in (1.0, 1e-200, 1e200, 1e-315):
        for _ in range(20):
            x, y = (rng.uniform(-3, 3) * scale for _ in range(2))
            v, w = engine.Value(x), engine.Value(y)
            out = v.hypot(w)
            out.backward()
            h = mp.hypot(mp.mpf(x), mp.mpf(y))
            assert out.data == pytest.approx(float(h), rel=1e-15, abs=5e-324)
            assert v.grad == pytest.approx(float(x / h), rel=1e-14)
            assert w.grad == pytest.approx(float(y / h), rel=1e-14)
            assert [bits(g.data) for g in gradients(out, [v, w])] == [bits(v.grad), bits(w.grad)]
    x, y = engine.Value(3.0), engine.Value(4.0)
    (slope,) = gradients(x.hypot(y), [x])
    second = [g.data for g in gradients(slope, [x, y])]
    assert second == pytest.approx([16 / 125, -12 / 125], rel=1e-14)


@pytest.mark.parametrize("x, y", [(0.0, 0.0), (-0.0, 0.0)])
def test_hypot_has_the_gradient_0_at_the_origin(engine, x, y):
    v, w = engine.Value(x), engine.Value(y)
    out = v.hypot(w)
    out.backward()
    assert (out.data, v.grad, w.grad) == (0.0, 0.0, 0.0)
    (slope,) = gradients(out, [v])
    assert slope.data == 0.0 and gradients(slope, [v])[0].data == 0.0


def test_hypot_overflows(engine):
    with pytest.raises(OverflowError):
        engine.Value(1.5e308).hypot(1.5e308)
    assert engine.Value(math.inf).hypot(math.nan).data == math.inf


# --- the gamma function ---------------------------------------------------------------------


@pytest.mark.parametrize("zero", [1.0, 2.0])
def test_lgamma_near_its_zeros(engine, zero):
    assert engine.Value(zero).lgamma().data == 0.0
    for exponent in range(1, 52):
        for x in (zero + 2.0**-exponent, zero - 2.0**-exponent):
            expected = float(lgamma(mp.mpf(x)))
            assert engine.Value(x).lgamma().data == pytest.approx(expected, rel=8 * 2.0**-52), x


def test_lgamma_and_digamma_of_negatives_and_large_numbers(engine):
    rng = random.Random(2)
    for _ in range(200):
        x = rng.choice((rng.uniform(-30, 0), rng.uniform(10, 1e4), 10 ** rng.uniform(3, 300)))
        for name, exact in (("lgamma", lgamma), ("digamma", mp.digamma)):
            expected = float(exact(mp.mpf(x)))
            got = getattr(engine.Value(x), name)().data
            assert abs(got - expected) <= 8 * 2.0**-52 * max(1.0, abs(expected)), (name, x)


@pytest.mark.parametrize("x", [0.05, 1.0, 1.4616321449683622, 3.3, 40.0, 1e5, -0.4, -2.7])
def test_deep_derivatives_of_lgamma(engine, x):
    v = engine.Value(x)
    derivative = v.lgamma()
    for order in range(6):
        expected = float(mp.polygamma(order, mp.mpf(x)))
        (derivative,) = gradients(derivative, [v])
        assert derivative.data == pytest.approx(expected, rel=1e-12, abs=2e-15), order


@pytest.mark.parametrize("order", [1.0, 2.0, 25.0, 120.0])
@pytest.mark.parametrize("x", [0.5, 7.0, 200.0, -3.75])
def test_polygamma(engine, order, x):
    got = engine.Value(x)._apply_k("polygamma", order, "polygamma").data
    assert got == pytest.approx(float(mp.polygamma(int(order), mp.mpf(x))), rel=1e-12)


@pytest.mark.parametrize("x", [0.0, -0.0, -1.0, -7.0, -1e300])
@pytest.mark.parametrize("name", ["lgamma", "digamma"])
def test_poles_raise(engine, name, x):
    for of in (float, engine.Value):
        with pytest.raises(ValueError):
            getattr(functional, name)(of(x))


@pytest.mark.parametrize(
    "name, x, error",
    [
        ("lgamma", 1e306, OverflowError), ("digamma", -math.inf, ValueError),
        ("digamma", 1e-310, OverflowError), ("acosh", 0.5, ValueError),
        ("acosh", -math.inf, ValueError), ("atanh", 1.0, ValueError), ("atanh", -2.0, ValueError),
        ("log2", 0.0, ValueError), ("log10", -1.0, ValueError), ("exp2", 1024.0, OverflowError),
    ],
)  # fmt: skip
def test_exceptions(engine, name, x, error):
    for of in (float, engine.Value):
        with pytest.raises(error):
            getattr(functional, name)(of(x))


SPECIAL = {
    ("lgamma", math.inf): math.inf, ("lgamma", -math.inf): math.inf, ("lgamma", math.nan): None,
    ("digamma", math.inf): math.inf, ("digamma", math.nan): None,
    ("silu", -math.inf): -0.0, ("silu", math.inf): math.inf, ("gelu", -math.inf): -0.0,
    ("gelu", math.inf): math.inf, ("gelu", math.nan): None, ("silu", -0.0): -0.0,
    ("floor", -0.0): -0.0, ("floor", -0.5): -1.0, ("floor", math.inf): math.inf,
    ("floor", math.nan): None, ("ceil", -0.5): -0.0, ("ceil", 1e300): 1e300, ("sign", -0.0): -0.0,
    ("sign", math.nan): None, ("sign", -math.inf): -1.0, ("asinh", -0.0): -0.0,
    ("asinh", math.inf): math.inf, ("acosh", math.inf): math.inf, ("acosh", 1.0): 0.0,
    ("erfc", math.inf): 0.0, ("erfc", -math.inf): 2.0, ("exp2", -math.inf): 0.0,
    ("log2", 8.0): 3.0, ("log10", 1000.0): 3.0, ("exp2", 10.0): 1024.0,
}  # fmt: skip


@pytest.mark.parametrize("name, x", SPECIAL)
def test_special_values(engine, name, x):
    expected = SPECIAL[name, x]
    for got in (getattr(engine.Value(x), name)().data, getattr(functional, name)(x)):
        assert type(got) is float
        assert math.isnan(got) if expected is None else bits(got) == bits(expected)


def test_zeros_with_a_sign(engine):
    for name in ("floor", "ceil", "sign", "silu", "gelu", "asinh"):
        assert [math.copysign(1.0, getattr(engine.Value(x), name)().data) for x in (0.0, -0.0)] == [
            1.0, -1.0,
        ]  # fmt: skip


# name: what a program computes where an eager operator raises
IEEE = {
    "lgamma": {0.0: math.inf, -3.0: math.inf, 1e306: math.inf},
    "digamma": {0.0: -math.inf, -3.0: math.nan, -math.inf: math.nan},
    "acosh": {0.5: math.nan, -math.inf: math.nan},
    "atanh": {1.0: math.inf, -1.0: -math.inf, 2.0: math.nan},
    "log2": {0.0: -math.inf, -1.0: math.nan},
    "log10": {0.0: -math.inf, -1.0: math.nan},
    "exp2": {2000.0: math.inf},
}


@pytest.mark.parametrize("name", IEEE)
def test_ieee_results_under_jit(jit_engine, name):
    f = jit(lambda x: getattr(x, name)())
    xs = list(IEEE[name])
    assert f(xs).tolist() == pytest.approx(list(IEEE[name].values()), nan_ok=True)
    assert [OPS[name].ieee(x) for x in xs] == pytest.approx(list(IEEE[name].values()), nan_ok=True)


@pytest.mark.parametrize("name", [*ONE, "hypot"])
def test_second_derivatives_under_jit(jit_engine, name):
    from micrograd_c.engine import Value

    def f(x):
        return getattr(x, name)() if name != "hypot" else x.hypot(2.0)

    slope_of_slope = grad_of(grad_of(f))
    xs = points(name, 5) if name in ONE else [0.0, 0.5, -3.0]
    eager = [slope_of_slope(Value(x)).data for x in xs]
    same = pytest.approx(eager, rel=1e-14, abs=1e-300)
    assert jit(slope_of_slope, math="libm")(xs).tolist() == same
    # the second derivative of silu is a difference of nearly equal numbers at one of the points
    assert jit(slope_of_slope)(xs).tolist() == pytest.approx(eager, rel=1e-14, abs=1e-15)


# --- clip -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "x, expected, slope",
    [(-2.0, -1.0, 0.0), (-1.0, -1.0, 1.0), (0.5, 0.5, 1.0), (2.0, 2.0, 1.0), (3.0, 2.0, 0.0)],
)
def test_clip(engine, x, expected, slope):
    v, low, high = map(engine.Value, (x, -1.0, 2.0))
    out = v.clip(-1, 2.0)
    out.backward()
    assert (out.data, v.grad) == (expected, slope)
    assert functional.clip(x, -1, 2.0) == expected and type(functional.clip(2, 0, 1)) is float
    v.grad = 0.0
    functional.clip(v, low, high).backward()
    assert v.grad == slope and v.grad + low.grad + high.grad == 1.0
    assert functional.clip(x, low, 2.0).data == expected
    assert functional.clip(x, None, high).data == min(x, 2.0)


def test_clip_with_one_bound_or_none(engine):
    v = engine.Value(5.0)
    assert v.clip(None, 3.0).data == 3.0 and v.clip(7.0, None).data == 7.0
    assert v.clip(None, None) is v and functional.clip(5, None, None) == 5.0
    assert math.isnan(engine.Value(math.nan).clip(0.0, 1.0).data)


def test_clip_refuses(engine):
    for of in (float, engine.Value):
        with pytest.raises(ValueError, match=r"clip to \[2, 1\], expected low <= high"):
            functional.clip(of(1.0), 2, 1)
        with pytest.raises(TypeError):
            functional.clip(of(1.0), "a", 1)


def test_clip_under_jit(jit_engine):
    f = jit(lambda x: x.clip(-1.0, 2.0))
    assert f([-5.0, 0.5, 7.0]).tolist() == [-1.0, 0.5, 2.0]
