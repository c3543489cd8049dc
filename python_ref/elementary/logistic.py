"""sigmoid, silu, softplus. See ``csrc/elementary/logistic.h``."""

from math import ldexp

from python_ref.elementary.coefficients import ATANH
from python_ref.elementary.exponentials import exp, halve_exp, round_to_5_bits, scale


def share(parts, g):
    """Return (q, correction, q + correction less exactly), as in C."""
    _, r, v, high, rest = parts
    over = 1.0 / (((1.0 + g) + (1.0 - g) * r) + (1.0 + g) * v)
    plain = ((1.0 + r) + v) * over
    q = round_to_5_bits(plain)
    gq = g * q
    m, n = (1.0 - gq) - q, (1.0 + gq) - q
    return q, ((m + high * n) + (rest * n + v * m)) * over, plain


def times(x, q, correction):
    """Return x * (q + correction), for a q of 5 bits."""
    t = 33.0 * x
    high = t - (t - x)
    return high * q + ((x - high) * q + x * correction)


def sigmoid(x):
    if not abs(x) < 690.0:
        return 1.0 if x >= 690.0 else exp(x)
    parts = halve_exp(0.5 * x)
    q, correction, _ = share(parts, ldexp(1.0, -int(parts[0])))
    return q + correction


def silu(x):
    if not abs(x) < 690.0:
        return silu_far_away(x)
    parts = halve_exp(0.5 * x)
    q, correction, _ = share(parts, ldexp(1.0, -int(parts[0])))
    return times(x, q, correction)


def silu_far_away(x):
    if x != x or x > 0.0:
        return x
    if x < -760.0:
        return -0.0  # the limit at -inf
    k, r, v, high, rest = halve_exp(0.5 * x)
    over = 1.0 / ((1.0 + v) - r)
    q = round_to_5_bits(((1.0 + v) + r) * over)
    m, n = 1.0 - q, 1.0 + q
    return scale(times(x, q, ((m + high * n) + (rest * n + v * m)) * over), k)


def softplus(x):
    if not abs(x) < 690.0:
        return x if x != x or x > 0.0 else exp(x)
    parts = halve_exp(-0.5 * abs(x))
    q, correction, plain = share(parts, ldexp(1.0, 1 - int(parts[0])))
    z = plain * plain
    z2 = z * z
    z4 = z2 * z2
    c = ATANH
    p = (c[0] + c[1] * z) + (c[2] + c[3] * z) * z2
    p4 = (c[4] + c[5] * z) + (c[6] + c[7] * z) * z2
    low = (plain * z) * (p + (p4 + (c[8] + c[9] * z) * z4) * z4)
    first, two = x if x > 0.0 else 0.0, q + q
    total = first + two
    return total + ((first - (total - two)) + ((correction + correction) + low))
