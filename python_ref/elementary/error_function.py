"""erf, erfc and the normal distribution function. See ``csrc/elementary/error_function.h``."""

from math import copysign, ldexp

from python_ref.elementary.bits import ROUNDER, fast_two_sum
from python_ref.elementary.coefficients import ERF, ERF_LOG, ERFC, ERFC_EXP
from python_ref.elementary.exponentials import LN2_HIGH, LN2_LOW, LOG2_E, exp_of_rest

ROUND_TO_10, ROUND_TO_12 = ROUNDER / 2.0**10, ROUNDER / 2.0**12
LN2_SHORT, LN2_REST = 0.6931467056274414, 4.7493250390316726e-07


def erf(x):
    if x != x:
        return x
    size = abs(x)
    if size < 1.0:
        return copysign(x + x * erf_slope(x * x), x)
    c = ERF_LOG
    s = (size if size < 6.0 else 6.0) - 1.0
    s2 = s * s
    s4 = s2 * s2
    s8 = s4 * s4
    q0 = (c[0] + c[1] * s) + (c[2] + c[3] * s) * s2
    q4 = (c[4] + c[5] * s) + (c[6] + c[7] * s) * s2
    q8 = (c[8] + c[9] * s) + (c[10] + c[11] * s) * s2
    q12 = (c[12] + c[13] * s) + (c[14] + c[15] * s) * s2
    q16 = c[16] + c[17] * s
    q = (q0 + q4 * s4) + (q8 + (q12 + q16 * s4) * s4) * s8
    k = ((q + 1.849609375) * LOG2_E + ROUNDER) - ROUNDER
    y = exp_of_rest((k * LN2_HIGH - 1.849609375) - (q - k * LN2_LOW))
    return copysign(1.0 - ldexp(y, -int(k)), x)


def erf_slope(w):
    """Return erf(x) / x - 1 for w = x * x <= 1."""
    c = ERF
    w2 = w * w
    w4 = w2 * w2
    p0 = (c[0] + c[1] * w) + (c[2] + c[3] * w) * w2
    p4 = (c[4] + c[5] * w) + (c[6] + c[7] * w) * w2
    p8 = (c[8] + c[9] * w) + (c[10] + c[11] * w) * w2
    return p0 + (p4 + p8 * w4) * w4


def erfc(x):
    return x if x != x else erfc_of(x, 0.0, 0)


def erfc_of(x, low, exponent):
    """Return 2**exponent * erfc(x + low)."""
    size = abs(x)
    if size < 0.46875:
        one = 1.0 - x
        one_low = -x - (one - 1.0)
        y = one + ((one_low - low) - x * erf_slope(x * x))
        return ldexp(y, exponent)
    if x < 0.0:
        y, k = erfc_far(size if size < 26.0 else 26.0, -low)
        return ldexp(2.0 - ldexp(y, -k), exponent)
    if x > 28.0:
        return 0.0
    y, k = erfc_far(x, low)
    return ldexp(y, exponent - k)


def erfc_far(a, low):
    """Return (y, k), where erfc(a + low) is y * 2**-k, for a >= 0.46."""
    c, e = ERFC, ERFC_EXP
    short_a = (a + ROUND_TO_10) - ROUND_TO_10
    rest_a = (a - short_a) + low
    u = 1.0 / (a + 2.0)
    short_u = (u + ROUND_TO_12) - ROUND_TO_12
    rest_u = u * ((1.0 - short_u * (short_a + 2.0)) - short_u * rest_a)

    v, rest_v = fast_two_sum(short_u - 0.21875, rest_u)
    v2 = v * v
    v4 = v2 * v2
    v8 = v4 * v4
    p0 = (c[0] + c[1] * v) + (c[2] + c[3] * v) * v2
    p4 = (c[4] + c[5] * v) + (c[6] + c[7] * v) * v2
    p8 = (c[8] + c[9] * v) + (c[10] + c[11] * v) * v2
    p12 = (c[12] + c[13] * v) + (c[14] + c[15] * v) * v2
    p16 = (c[16] + c[17] * v) + (c[18] + c[19] * v) * v2
    p20 = (c[20] + c[21] * v) + c[22] * v2
    p = (p0 + p4 * v4) + ((p8 + p12 * v4) + (p16 + p20 * v4) * v8) * v8
    line = 0.5 + 2.3125 * short_u
    most = short_u * line
    more = rest_u * line + u * ((2.3125 * rest_u + 8.4 * v * rest_v) + p)

    square = short_a * short_a
    rest_square = rest_a * (a + short_a)
    k = ((square + rest_square) * LOG2_E + ROUNDER) - ROUNDER
    short_r = k * LN2_SHORT - square
    rest_r = k * LN2_REST - rest_square
    r = short_r + rest_r
    r2 = r * r
    r4 = r2 * r2
    e0 = (e[0] + e[1] * r) + (e[2] + e[3] * r) * r2
    e4 = (e[4] + e[5] * r) + (e[6] + e[7] * r) * r2
    e8 = (e[8] + e[9] * r) + e[10] * r2
    rest_exp = rest_r + r2 * (e0 + (e4 + e8 * r4) * r4)
    short_exp = 1.0 + short_r
    y = short_exp * most + (short_exp * more + rest_exp * (most + more))
    return y, int(k)


def normal_cdf(x):
    """Return the probability that a standard normal variable is below ``x``."""
    if not abs(x) < 39.0:
        return x if x != x else 0.0 if x < 0.0 else 1.0
    short_x = (x + ROUND_TO_10) - ROUND_TO_10
    rest_x = x - short_x
    return erfc_of(
        *fast_two_sum(
            short_x * -0.7071067811921239,
            short_x * 5.576365522251341e-12 - rest_x * 0.7071067811865476,
        ),
        -1,
    )
