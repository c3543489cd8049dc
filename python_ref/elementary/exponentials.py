"""exp and the functions made of it. See ``csrc/elementary/exponentials.h``."""

from math import inf, ldexp

from python_ref.elementary.bits import ROUNDER
from python_ref.elementary.coefficients import EXP

LN2_HIGH, LN2_LOW, LOG2_E = 0.6931471803691238, 1.9082149292705877e-10, 1.4426950408889634


def exp_of_rest(r):
    """Return exp(r) for abs(r) <= log(2) / 2."""
    c = EXP
    r2 = r * r
    r4 = r2 * r2
    low = (c[0] + c[1] * r) + (c[2] + c[3] * r) * r2
    high = (c[4] + c[5] * r) + (c[6] + c[7] * r) * r2
    p = low + (high + (c[8] + c[9] * r) * r4) * r4
    return 1.0 + (r + r2 * p)


def exp(x):
    if x != x or x > 709.79:
        return x * inf
    if x < -745.14:
        return 0.0
    k = (x * LOG2_E + ROUNDER) - ROUNDER
    y = exp_of_rest((x - k * LN2_HIGH) - k * LN2_LOW)
    return ldexp(y, int(k)) if k < 1024.0 else y * 2.0 * ldexp(1.0, 1023)
