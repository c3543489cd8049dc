"""sigmoid, silu, softplus. See ``csrc/elementary/logistic.h``."""

from math import copysign, ldexp

from python_ref.elementary.bits import ROUNDER
from python_ref.elementary.coefficients import SOFTPLUS_EXPM1, SOFTPLUS_LOG1P
from python_ref.elementary.exponentials import exp, halve_exp, scale, truncate
from python_ref.elementary.softplus_table import SOFTPLUS_AT, SOFTPLUS_SLOPE, SOFTPLUS_VALUE


def sigmoid_quotient(x):
    """Return (q, rest), whose sum is sigmoid(x); q has 7 bits."""
    k, r, v, high, rest = halve_exp(0.5 * x)
    g = ldexp(1.0, -int(k))
    b = 1.0 + g
    over = 1.0 / ((b + (1.0 - g) * r) + b * v)
    q = truncate((1.012 + r) * over, 7)
    gq = g * q
    m, n = (1.0 - gq) - q, 1.0 + gq
    first = (m + high * n) - high * q
    return q, (first + (rest * (n - q) + v * m)) * over


def times_quotient(x, q, rest):
    """Return x * (q + rest)."""
    t = 129.0 * x
    high = t - (t - x)
    return high * q + ((x - high) * q + x * rest)


def sigmoid(x):
    if not abs(x) < 690.0:
        return 1.0 if x >= 690.0 else exp(x)
    q, rest = sigmoid_quotient(x)
    return q + rest


def silu(x):
    if not abs(x) < 690.0:
        return silu_far_away(x)
    return copysign(times_quotient(x, *sigmoid_quotient(x)), x)


def silu_far_away(x):
    if x != x or x > 0.0:
        return x
    if x < -760.0:
        return -0.0  # the limit at -inf
    k, r, v, high, rest = halve_exp(0.5 * x)
    over = 1.0 / ((1.0 + v) - r)
    q = truncate(((1.0 + v) + r) * over, 7)
    m, n = 1.0 - q, 1.0 + q
    return scale(times_quotient(x, q, ((m + high * n) + (rest * n + v * m)) * over), k)


def softplus(x):
    if not -39.0 < x <= 39.0:
        return x if x != x or x > 0.0 else exp(x)
    p = SOFTPLUS_EXPM1
    a = abs(x)
    i = int((a * 10.0 + ROUNDER) - ROUNDER)
    d = SOFTPLUS_AT[i] - a
    d2 = d * d
    rest = (p[0] + p[1] * d) + ((p[2] + p[3] * d) + (p[4] + p[5] * d) * d2) * d2
    u = SOFTPLUS_SLOPE[i] * (d + d2 * rest)
    p = SOFTPLUS_LOG1P
    u2 = u * u
    rest = (p[0] + p[1] * u) + ((p[2] + p[3] * u) + ((p[4] + p[5] * u) + p[6] * u2) * u2) * u2
    log = u + u2 * rest
    positive, value = (x if x > 0.0 else 0.0), SOFTPLUS_VALUE[i]
    return max(positive, value) + (log + min(positive, value))
