"""exp, exp2, expm1, and exp as a quotient. See ``csrc/elementary/exponentials.h``."""

from math import copysign, frexp, inf, ldexp

from python_ref.elementary.bits import ROUNDER
from python_ref.elementary.coefficients import COTH, EXP

LN2_HIGH, LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
LN2, LOG2_E = 0.6931471805599453, 1.4426950408889634
LN2_27, LN2_REST = 0.6931471824645996, -1.904654299957768e-09
ROUNDER_26 = 100663296.0  # 1.5 * 2**26: rounds to a multiple of 2**-26


def exp_of_rest(high, low):
    """Return exp(high - low) for abs(high - low) <= log(2) / 2."""
    c = EXP
    r = high - low
    r2 = r * r
    r4 = r2 * r2
    p = (c[0] + c[1] * r) + (c[2] + c[3] * r) * r2
    p4 = (c[4] + c[5] * r) + (c[6] + c[7] * r) * r2
    total = 1.0 + high
    rest = high - (total - 1.0)
    return total + (rest + (r2 * (p + (p4 + (c[8] + c[9] * r) * r4) * r4) - low))


def scale(y, k):
    """Return y * 2**k."""
    return ldexp(y, int(k)) if k < 1024.0 else y * 2.0 * ldexp(1.0, 1023)


def exp(x):
    if x != x or x > 709.79:
        return x * inf
    if x < -745.14:
        return 0.0
    k = (x * LOG2_E + ROUNDER) - ROUNDER
    return scale(exp_of_rest(x - k * LN2_HIGH, k * LN2_LOW), k)


def exp2(x):
    if x != x or x >= 1024.0:
        return x * inf
    if x < -1075.0:
        return 0.0
    k = (x + ROUNDER) - ROUNDER
    f = x - k
    high = (f + ROUNDER_26) - ROUNDER_26
    low = (high - f) * LN2 - high * LN2_REST
    return scale(exp_of_rest(high * LN2_27, low), k)


def halve_exp(h):
    """Return (k, r, v, high, rest): exp(2 * h) is 2**k * (1 + v + r) / (1 + v - r)."""
    k = (h * (2.0 * LOG2_E) + ROUNDER) - ROUNDER
    first = h - k * (0.5 * LN2_HIGH)
    low = k * (0.5 * LN2_LOW)
    high = truncate(first, 26)
    r = first - low
    z = r * r
    z2 = z * z
    c = COTH
    v = z * ((c[0] + c[1] * z) + z2 * ((c[2] + c[3] * z) + z2 * c[4]))
    return k, r, v, high, (first - high) - low


def truncate(x, bits):
    """Return x with the first bits of its significand only."""
    fraction, exponent = frexp(x)
    return ldexp(int(ldexp(fraction, bits)), exponent - bits)


def expm1(x):
    if not 1e-300 < abs(x) < 700.0:
        if not abs(x) >= 1.0:
            return x
        return -1.0 if x < 0.0 else exp(x)
    k, r, v, high, rest = halve_exp(0.5 * x)
    g = ldexp(1.0, int(k))
    a, b = g - 1.0, g + 1.0
    over = 1.0 / ((1.0 + v) - r)
    q = truncate((a + b * r) * over, 7)
    lost = (g - a) - 1.0
    first = (((a - q) + high * b) + high * q) + rest * b
    y = q + (first + (rest * q + v * (a - q) + lost)) * over
    return copysign(y, x)
