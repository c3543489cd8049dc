"""The elementary functions of eager operators: those of the C library, to the last bit.

They raise what Python's ``math`` raises; ieee_libm.py has the same functions in IEEE arithmetic.
Python's ``math`` calls the C library for most functions, but not for ``hypot`` and ``gamma``; PyPy
has an ``erf`` and a ``log2`` of its own, too.
"""

import math
import sys
from math import (  # noqa: F401
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cos,
    cosh,
    exp,
    expm1,
    inf,
    log,
    log1p,
    log10,
    nan,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)  # fmt: skip

from python_ref.core.gamma import digamma, lgamma, polygamma  # noqa: F401

if sys.implementation.name == "pypy" and sys.platform != "win32":
    import ctypes

    def of_c(name):
        """Return C's function; it raises ValueError for a NaN or infinity that is new."""
        function = getattr(ctypes.CDLL(None), name)
        function.argtypes, function.restype = [ctypes.c_double], ctypes.c_double

        def value(x):
            out = function(x)
            if not math.isfinite(out) and (math.isfinite(x) or (out != out and x == x)):
                raise ValueError("math domain error")
            return out

        return value

else:

    def of_c(name):
        return getattr(math, name)


SQRT_HALF = 0.7071067811865476

erf, erfc, log2 = map(of_c, ("erf", "erfc", "log2"))


def hypot(x, y):
    if x != x or y != y:  # where abs may raise an OverflowError by mistake
        return inf if math.isinf(x) or math.isinf(y) else nan
    return abs(complex(x, y))  # which calls C's hypot; math.hypot does not since Python 3.10


def exp2(x):
    return 2.0**x  # math.exp2 exists from Python 3.11 on


def floor(x):
    # From 2**52 on every float is whole. copysign keeps -0.0.
    return math.copysign(math.floor(x), x) if abs(x) < 2.0**52 else x


def ceil(x):
    return math.copysign(math.ceil(x), x) if abs(x) < 2.0**52 else x


def sign(x):
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else x  # zeros and NaN pass through


def normal_cdf(x):
    """The probability that a standard normal variable is below x."""
    return 0.5 * erfc(x * -SQRT_HALF)


def sigmoid(x):
    if x >= 0.0:
        return 1.0 / (1.0 + exp(-x))
    e = exp(x)
    return e / (1.0 + e)


def silu(x):
    return -0.0 if x < -800.0 else x * sigmoid(x)  # the limit at -inf


def softplus(x):
    return (x if x > 0.0 else 0.0) + log1p(exp(-abs(x)))


def pow(x, y):
    if x < 0.0 and math.isfinite(x) and math.isfinite(y) and y != math.floor(y):
        raise ValueError(f"negative number {x!r} cannot be raised to a fractional power {y!r}")
    return x**y
