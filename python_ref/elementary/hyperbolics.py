"""sinh, cosh, tanh. See ``csrc/elementary/hyperbolics.h``."""

from math import copysign, inf, ldexp

from python_ref.elementary.bits import ROUNDER, fast_two_sum
from python_ref.elementary.coefficients import COSH, SINH
from python_ref.elementary.exponentials import (
    LN2_HIGH,
    LN2_LOW,
    LOG2_E,
    ROUNDER_26,
    halve_exp,
    round_to_5_bits,
    scale,
)


def tanh(x):
    if not abs(x) < 350.0:
        return x if x != x else copysign(1.0, x)
    k, r, v, high, rest = halve_exp(abs(x))
    g = ldexp(1.0, -int(k))
    a, b = 1.0 - g, 1.0 + g
    over = 1.0 / ((b + a * r) + b * v)
    q = round_to_5_bits((a + b * r) * over)
    gq = g * q
    m, n = (a - q) - gq, (b - q) + gq
    return copysign(q + ((m + high * n) + (rest * n + v * m)) * over, x)


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
    root = ldexp(1.0, -int(k)) if k < 1023.0 else 0.0  # as in C, where no 2**-1023 exists
    return k, root * root, c, s, high, (first - high) - low


def sinh(x):
    if not abs(x) < 710.5:
        return x * inf
    k, g, c, s, high, rest = reduce(abs(x))
    total, low = fast_two_sum(1.0 + high, g * (high - 1.0))
    a, b = 1.0 - g, 1.0 + g
    return copysign(scale(total + (low + (rest * b + a * c + b * s)), k - 1.0), x)


def cosh(x):
    if not abs(x) < 710.5:
        return abs(x) * inf
    k, g, c, s, high, rest = reduce(abs(x))
    total, low = fast_two_sum(1.0 + high, g * (1.0 - high))
    a, b = 1.0 - g, 1.0 + g
    return scale(total + (low + (rest * a + a * s + b * c)), k - 1.0)
