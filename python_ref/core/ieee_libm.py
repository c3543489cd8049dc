"""The functions of libm.py in IEEE arithmetic: infinities and NaNs where libm.py raises."""

import math
from math import copysign, inf, nan

from python_ref.core import gamma, libm
from python_ref.core.libm import (  # noqa: F401
    asinh,
    atan,
    atan2,
    erf,
    erfc,
    normal_cdf,
    sigmoid,
    silu,
    softplus,
    tanh,
)  # fmt: skip

lgamma, digamma, polygamma = gamma.ieee_lgamma, gamma.ieee_digamma, gamma.ieee_polygamma


def pow(x, y):
    try:
        return math.pow(x, y)
    except (OverflowError, ValueError):
        if x < 0.0 and y != math.floor(y):
            return nan
        odd = math.isfinite(y) and abs(math.fmod(y, 2.0)) == 1.0
        return -inf if copysign(1.0, x) < 0.0 and odd else inf


def hypot(x, y):
    try:
        return libm.hypot(x, y)
    except OverflowError:
        return inf


def exp(x):
    try:
        return math.exp(x)
    except OverflowError:
        return inf


def exp2(x):
    try:
        return libm.exp2(x)
    except OverflowError:
        return inf


def expm1(x):
    try:
        return math.expm1(x)
    except OverflowError:
        return inf


def sinh(x):
    try:
        return math.sinh(x)
    except OverflowError:
        return copysign(inf, x)


def cosh(x):
    try:
        return math.cosh(x)
    except OverflowError:
        return inf


def log(x):
    return math.log(x) if x > 0.0 else nan if x else -inf


def log2(x):
    return libm.log2(x) if x > 0.0 else nan if x else -inf


def log10(x):
    return math.log10(x) if x > 0.0 else nan if x else -inf


def log1p(x):
    return -inf if x == -1.0 else math.log1p(x) if x > -1.0 else nan


def sqrt(x):
    return nan if x < 0.0 else math.sqrt(x)


def cos(x):
    return nan if math.isinf(x) else math.cos(x)


def sin(x):
    return nan if math.isinf(x) else math.sin(x)


def tan(x):
    return nan if math.isinf(x) else math.tan(x)


def asin(x):
    return nan if abs(x) > 1.0 else math.asin(x)


def acos(x):
    return nan if abs(x) > 1.0 else math.acos(x)


def acosh(x):
    return nan if x < 1.0 else math.acosh(x)


def atanh(x):
    return copysign(inf, x) if abs(x) == 1.0 else nan if abs(x) > 1.0 else math.atanh(x)
