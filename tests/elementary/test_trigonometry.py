"""sin, cos and tan of any size are within 1 ulp, and C's have the same bits as Python's."""

import math
import random
import re

import pytest
from c_tools import ROOT
from elementary_tools import bits, c_function, error

from python_ref.elementary import trigonometry
from python_ref.elementary.large_angles import TWO_OVER_PI

mpmath = pytest.importorskip("mpmath", reason="mpmath is absent: pip install mpmath")

EXACT = {"sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan}
# of all doubles the nearest to a multiple of pi / 2, and the nearest below 4e5 with its multiples
NEAREST = [math.ldexp(6381956970095103, 797)]
NEAREST += [float.fromhex("0x1.6c6cbc45dc8dep5") * 2.0**i for i in range(14)]


def points():
    r = random.Random(5)
    yield from NEAREST
    yield from (k * math.pi / 2 for k in range(1, 30))
    yield from (k * math.pi / 4 for k in range(1, 30, 2))
    yield from (5e-324, 1e-310, 1e-160, 1e-8, 0.1, 1e22, 3.9999e5, 4e5, 4.0001e5, 1.797e308)
    yield from (r.uniform(0.76, 0.82) for _ in range(200))  # where errors are largest
    yield from (r.uniform(0.0, 30.0) for _ in range(200))
    yield from (math.ldexp(r.uniform(0.5, 1.0), r.randint(-1073, 1024)) for _ in range(200))


@pytest.fixture(autouse=True)
def precision():
    with mpmath.workprec(1400):  # 2**1023 has 1024 bits before the point
        yield


@pytest.fixture(params=["c", "py"], scope="module")
def function(request):
    if request.param == "py":
        return lambda name: getattr(trigonometry, name)
    return lambda name: c_function("trigonometry", f"jit_{name}")


@pytest.mark.parametrize("name", EXACT)
def test_errors_are_at_most_1_ulp(name, function):
    f = function(name)
    for x in points():
        assert error(f(x), EXACT[name](mpmath.mpf(x))) <= 1.0, x.hex()
        assert bits(f(-x)) == bits(f(x) if name == "cos" else -f(x)), x.hex()


@pytest.mark.parametrize("name", EXACT)
def test_zero_and_what_is_not_finite(name, function):
    f = function(name)
    assert bits(f(0.0)) == bits(1.0 if name == "cos" else 0.0)
    assert bits(f(-0.0)) == bits(1.0 if name == "cos" else -0.0)
    for x in (math.inf, -math.inf, math.nan):
        assert math.isnan(f(x))


@pytest.mark.parametrize("name", EXACT)
def test_same_bits_in_c_python_and_the_fast_range(name):
    jit, fast = (c_function("trigonometry", f"{kind}_{name}") for kind in ("jit", "fast"))
    usual = c_function("trigonometry", f"fast_range_{name}", result="int")
    f = getattr(trigonometry, name)
    for x in points():
        assert bits(jit(x)) == bits(f(x)), x.hex()
        assert bits(jit(-x)) == bits(f(-x)), x.hex()
        assert usual(x) == (x < 4e5)
        assert not usual(x) or bits(fast(-x)) == bits(f(-x)), x.hex()


def test_two_over_pi_in_c_and_python_is_right():
    assert TWO_OVER_PI == int(mpmath.floor(2 / mpmath.pi * mpmath.mpf(2) ** 1216))
    header = (ROOT / "csrc/elementary/large_angles.h").read_text(encoding="utf-8")
    words = re.findall("0x([0-9a-f]{8})", header.split("WORDS[38] = {")[1].split("}")[0])
    assert int("".join(words), 16) == TWO_OVER_PI and len(words) == 38
