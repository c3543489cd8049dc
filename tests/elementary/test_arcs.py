"""asin, acos, atan and atan2 are within 1 ulp, and C's have the same bits as Python's."""

import math
import random
from itertools import product

import pytest
from elementary_tools import bits, c_function, error

from python_ref.elementary import arcs

mpmath = pytest.importorskip("mpmath", reason="mpmath is absent: pip install mpmath")

EXACT = {"asin": mpmath.asin, "acos": mpmath.acos, "atan": mpmath.atan}
SPECIAL = [0.0, 5e-324, 1e-310, 1e-200, 1e-121, 1.0, 1e30, 1e121, 1e200, 1.797e308, math.inf]
SPECIAL += [-x for x in SPECIAL] + [math.nan]


def points(name):
    r = random.Random(6)
    ends = (0.4375, 0.5, 0.625) if name == "atan" else (0.5, 1.0)  # where the formula changes
    yield from (x for x in SPECIAL if name == "atan" or abs(x) <= 1.0)
    for end in (0.41421356237309503, 1.0, 2.414213562373095, *ends):
        yield from (x for x in (end, end - 1e-16, end + 1e-15) if name == "atan" or x <= 1.0)
    yield from (r.uniform(-1.0, 1.0) for _ in range(200))
    yield from (r.uniform(0.41, 0.51) for _ in range(200))  # where errors are largest
    low, high = (-1073, 1024) if name == "atan" else (-1073, 0)
    yield from (math.ldexp(r.uniform(0.5, 1.0), r.randint(low, high)) for _ in range(200))


def pairs():
    r = random.Random(7)
    yield from product(SPECIAL, SPECIAL)
    for _ in range(300):
        angle = r.uniform(-math.pi, math.pi)
        yield math.sin(angle), math.cos(angle)
        scale = r.randint(-1060, 960)
        yield (
            math.ldexp(r.uniform(-1.0, 1.0), scale),
            math.ldexp(r.uniform(-1.0, 1.0), scale + r.randint(-60, 60)),
        )


@pytest.fixture(autouse=True)
def precision():
    with mpmath.workprec(200):
        yield


@pytest.fixture(params=["c", "py"], scope="module")
def function(request):
    if request.param == "py":
        return lambda name: getattr(arcs, name)
    return lambda name: c_function("arcs", f"jit_{name}", 2 if name == "atan2" else 1)


@pytest.mark.parametrize("name", EXACT)
def test_errors_are_at_most_1_ulp(name, function):
    f = function(name)
    for x in points(name):
        if math.isfinite(x):
            assert error(f(x), EXACT[name](mpmath.mpf(x))) <= 1.0, x.hex()


def test_errors_of_atan2_are_at_most_1_ulp(function):
    f = function("atan2")
    for y, x in pairs():
        if math.isfinite(x) and math.isfinite(y) and x != 0.0 != y:
            exact = mpmath.atan2(mpmath.mpf(y), mpmath.mpf(x))
            assert error(f(y, x), exact) <= 1.0, (y.hex(), x.hex())


def test_atan2_of_zeros_and_what_is_not_finite(function):
    for y, x in product((0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan), repeat=2):
        assert bits(function("atan2")(y, x)) == bits(math.atan2(y, x)), (y, x)


def test_signs_of_zero_and_what_is_outside(function):
    for name in ("asin", "atan"):
        assert bits(function(name)(0.0)) == bits(0.0)
        assert bits(function(name)(-0.0)) == bits(-0.0)
    assert bits(function("acos")(1.0)) == bits(0.0)
    for name in ("asin", "acos"):
        for x in (1.0000000000000002, -1.0000000000000002, 1e300, math.inf, -math.inf, math.nan):
            assert math.isnan(function(name)(x))
    assert function("atan")(math.inf) == math.pi / 2 == -function("atan")(-math.inf)
    assert math.isnan(function("atan")(math.nan))


@pytest.mark.parametrize("name", [*EXACT, "atan2"])
def test_same_bits_in_c_python_and_the_fast_range(name):
    n = 2 if name == "atan2" else 1
    jit, fast = (c_function("arcs", f"{kind}_{name}", n) for kind in ("jit", "fast"))
    usual = c_function("arcs", f"fast_range_{name}", n, "int")
    f = getattr(arcs, name)
    counts = [0, 0]
    for x in pairs() if n == 2 else ((x,) for x in points(name)):
        assert bits(jit(*x)) == bits(f(*x)), x
        assert not usual(*x) or bits(fast(*x)) == bits(f(*x)), x
        counts[usual(*x)] += 1
    assert counts[1] > 300
