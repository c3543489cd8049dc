"""erf, erfc and the normal distribution function. See ``csrc/elementary/error_function.h``."""

from math import copysign, ldexp

from python_ref.elementary.bits import ROUNDER, fast_two_sum
from python_ref.elementary.coefficients import ERF, ERF_LOG, ERFC, ERFC_EXP
from python_ref.elementary.exponentials import LN2_HIGH, LN2_LOW, LOG2_E, exp_of_rest

ROUND_TO_9, ROUND_TO_10, ROUND_TO_11 = ROUNDER / 512.0, ROUNDER / 1024.0, ROUNDER / 2048.0
LN2_20, LN2_20_REST = 0.6931467056274414, 4.7493250390316726e-07


def erf(x):
    if x != x:
        return x
    size = abs(x)
    if size < 0.875:
        return copysign(x + x * erf_slope(x * x), x)
    c = ERF_LOG
    s = (size if size < 6.0 else 6.0) - 0.875
    s2 = s * s
    s4 = s2 * s2
    s8 = s4 * s4
    q1, q2 = c[1] * s, (c[2] + c[3] * s) * s2
    q4 = (c[4] + c[5] * s) + (c[6] + c[7] * s) * s2
    q8 = (c[8] + c[9] * s) + (c[10] + c[11] * s) * s2
    q12 = (c[12] + c[13] * s) + (c[14] + c[15] * s) * s2
    q16 = (c[16] + c[17] * s) + c[18] * s2
    rest = c[0] + ((q2 + q4 * s4) + (q8 + (q12 + q16 * s4) * s4) * s8)
    k = (((q1 + rest) + 1.5322265625) * LOG2_E + ROUNDER) - ROUNDER
    y = exp_of_rest(((k * LN2_HIGH - 1.5322265625) - q1) - (rest - k * LN2_LOW), 0.0)
    return copysign(1.0 - ldexp(y, -int(k)), x)


def erf_slope(w):
    """Return erf(x) / x - 1 for w = x * x < 0.77."""
    c = ERF
    z = w - 0.3812406484863818
    z2 = z * z
    z4 = z2 * z2
    p1 = (c[1] + c[2] * z) + (c[3] + c[4] * z) * z2
    p5 = (c[5] + c[6] * z) + (c[7] + c[8] * z) * z2
    p9 = c[9] + c[10] * z
    return z * (c[0] + z * (p1 + (p5 + p9 * z4) * z4))


def erfc(x):
    return x if x != x else erfc_of(x, 0.0, 0)


def erfc_of(x, low, exponent):
    """Return 2**exponent * erfc(x + low)."""
    if x < 0.0:
        y, k = erfc_far(-x if x > -26.0 else 26.0, -low)
        return ldexp(2.0 - ldexp(y, -k), exponent)
    if x > 28.0:
        return 0.0
    y, k = erfc_far(x, low)
    return ldexp(y, exponent - k)


def erfc_far(a, low):
    """Return (y, k), where erfc(a + low) is y * 2**-k, for a >= 0."""
    c, e = ERFC, ERFC_EXP
    short_a = (a + ROUND_TO_11) - ROUND_TO_11
    rest_a = (a - short_a) + low
    u = 1.0 / (a + 2.0)
    short_u = (u + ROUND_TO_9) - ROUND_TO_9
    rest_u = u * ((1.0 - short_u * (short_a + 2.0)) - short_u * rest_a)

    v = u - 0.234375
    v2 = v * v
    v4 = v2 * v2
    v8 = v4 * v4
    p0 = (c[0] + c[1] * v) + (c[2] + c[3] * v) * v2
    p4 = (c[4] + c[5] * v) + (c[6] + c[7] * v) * v2
    p8 = (c[8] + c[9] * v) + (c[10] + c[11] * v) * v2
    p12 = (c[12] + c[13] * v) + (c[14] + c[15] * v) * v2
    p16 = (c[16] + c[17] * v) + (c[18] + c[19] * v) * v2
    p20 = (c[20] + c[21] * v) + (c[22] + c[23] * v) * v2
    p24 = c[24] + c[25] * v
    high = (p8 + p12 * v4) + (p16 + (p20 + p24 * v4) * v4) * v8
    p = (p0 + p4 * v4) + high * v8
    q = 0.5625 + short_u * (0.9375 + short_u * 3.8125)
    rest_q = rest_u * (0.9375 + (short_u + u) * 3.8125)
    most = short_u * q
    more = rest_u * q + u * (rest_q + p)

    square = short_a * short_a
    rest_square = rest_a * (a + short_a)
    k = ((square + rest_square) * LOG2_E + ROUNDER) - ROUNDER
    short_r = k * LN2_20 - square
    rest_r = k * LN2_20_REST - rest_square
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
