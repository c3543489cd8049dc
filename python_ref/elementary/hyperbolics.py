"""sinh, cosh, tanh. See ``csrc/elementary/hyperbolics.h``."""

from math import copysign, inf, ldexp

from python_ref.elementary.bits import ROUNDER, fast_two_sum
from python_ref.elementary.coefficients import COSH, SINH
from python_ref.elementary.exponentials import (
    LN2_HIGH,
    LN2_LOW,
    LOG2_E,
    ROUNDER_26,
    exp_of_rest,
    halve_exp,
    scale,
    truncate,
)


def tanh(x):
    if not abs(x) < 350.0:
        return x if x != x else copysign(1.0, x)
    k, r, v, high, rest = halve_exp(abs(x))
    g = ldexp(1.0, -int(k))
    a, b = 1.0 - g, 1.0 + g
    d = b + a * r
    plus = 1.0 + truncate((a + b * r) * (1.5 - 0.5 * d), 7)
    q = plus - 1.0
    minus, scaled = 1.0 - q, g * plus
    m, n = minus - scaled, minus + scaled
    return copysign(q + ((m + high * n) + (rest * n + v * m)) / (d + b * v), x)


def reduce(x):
    """Return (k, g, c, s, high, rest), as in C."""
    k = (x * LOG2_E + ROUNDER) - ROUNDER
    first, low = x - k * LN2_HIGH, k * LN2_LOW
    high = (first + ROUNDER_26) - ROUNDER_26
    r = first - low
    z = r * r
    z2 = z * z
    p, q = COSH, SINH
    c = z * ((p[0] + p[1] * z) + z2 * ((p[2] + p[3] * z) + z2 * (p[4] + p[5] * z)))
    s = (r * z) * ((q[0] + q[1] * z) + z2 * ((q[2] + q[3] * z) + z2 * q[4]))
    root = ldexp(1.0, -int(k))
    return k, root * root, c, s, high, (first - high) - low


def half_of_exp(x):
    """Return exp(x) / 2, for x up to 710.5."""
    k = (x * LOG2_E + ROUNDER) - ROUNDER
    return scale(exp_of_rest(x - k * LN2_HIGH, k * LN2_LOW), k - 1.0)


def sinh(x):
    if not abs(x) < 709.0:
        return copysign(half_of_exp(abs(x)), x) if abs(x) < 710.5 else x * inf
    k, g, c, s, high, rest = reduce(abs(x))
    total, low = fast_two_sum(1.0 + high, g * (high - 1.0))
    a, b = 1.0 - g, 1.0 + g
    return copysign(ldexp(total + (low + (rest * b + a * c + b * s)), int(k) - 1), x)


def cosh(x):
    if not abs(x) < 709.0:
        return half_of_exp(abs(x)) if abs(x) < 710.5 else abs(x) * inf
    k, g, c, s, high, rest = reduce(abs(x))
    total, low = fast_two_sum(1.0 + high, g * (1.0 - high))
    a, b = 1.0 - g, 1.0 + g
    return ldexp(total + (low + (rest * a + a * s + b * c)), int(k) - 1)
