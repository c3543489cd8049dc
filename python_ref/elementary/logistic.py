"""sigmoid, silu, softplus. See ``csrc/elementary/logistic.h``."""

from math import copysign, ldexp

from python_ref.elementary.bits import two_sum
from python_ref.elementary.coefficients import ATANH
from python_ref.elementary.exponentials import exp, halve_exp, scale, truncate


def sigmoid_quotient(x):
    """Return (q, rest), whose sum is sigmoid(x); q has 7 bits."""
    k, r, v, high, rest = halve_exp(0.5 * x)
    g = ldexp(1.0, -int(k))
    b = 1.0 + g
    over = 1.0 / ((b + (1.0 - g) * r) + b * v)
    q = truncate((1.012 + r) * over)
    gq = g * q
    m, n = (1.0 - gq) - q, (1.0 + gq) - q
    return q, ((m + high * n) + (rest * n + v * m)) * over


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
    q = truncate(((1.0 + v) + r) * over)
    m, n = 1.0 - q, 1.0 + q
    return scale(times_quotient(x, q, ((m + high * n) + (rest * n + v * m)) * over), k)


def softplus(x):
    if not abs(x) < 690.0:
        return x if x != x or x > 0.0 else exp(x)
    k, r, v, high, rest = halve_exp(0.5 * abs(x))
    g = ldexp(1.0, -int(k))
    b = 2.0 + g
    d = b + (2.0 - g) * r
    q = truncate((g - g * r) * (0.8333 - 0.1667 * d))
    gq, two = g * q, q + q
    m, n = (g - two) - gq, (gq - two) - g
    rest = ((m + high * n) + (rest * n + v * m)) / (d + b * v)
    s = q + rest
    z = s * s
    z2 = z * z
    z4 = z2 * z2
    c = ATANH
    p = (c[0] + c[1] * z) + (c[2] + c[3] * z) * z2
    p4 = (c[4] + c[5] * z) + (c[6] + c[7] * z) * z2
    low = (s * z) * (p + (p4 + (c[8] + c[9] * z) * z4) * z4)
    total, lost = two_sum(x if x > 0.0 else 0.0, two)
    return total + (lost + ((rest + rest) + low))
