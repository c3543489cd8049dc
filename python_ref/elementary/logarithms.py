"""log, log2, log10, log1p, and the logarithm as a pair. See ``csrc/elementary/logarithms.h``."""

from math import copysign, frexp, inf, ldexp, nan

from python_ref.elementary.bits import fast_two_sum, two_sum
from python_ref.elementary.coefficients import LOG, LOG_PAIR
from python_ref.elementary.exponentials import LN2_HIGH, LN2_LOW

SQRT_HALF = 0.7071067811865476
LOG2_INVERSE = 1.4426950514316559, -1.0542692476429138e-08
LOG10_INVERSE = 0.4342944845557213, -2.6524694553078553e-09
LOG10_TWO = 0.3010299956640665, -8.532344317057107e-14
LOG_PAIR_LOWEST, LOG_PAIR_MIDDLE = 0.842, 1.184
LOG_PAIR_CENTRE = 1.41015625, 0.3437005138530367, 2.817625587422227e-13  # and its logarithm
ROUNDER_24 = 402653184.0  # 1.5 * 2**28


def scaled_of(x):
    """Return (k, m) with x == 2**k * m and m from sqrt(1/2) to sqrt(2), for a positive x."""
    m, k = frexp(x)
    return (k, m) if m >= SQRT_HALF else (k - 1, 2.0 * m)


def upper_half(x):
    """Return x rounded to 26 bits."""
    t = 134217729.0 * x
    return t - (t - x)


def log_rest(f, half):
    c = LOG
    s = f / (2.0 + f)
    w = s * s
    w2 = w * w
    p = (c[0] + c[1] * w) + ((c[2] + c[3] * w) + ((c[4] + c[5] * w) + c[6] * w2) * w2) * w2
    return s * (half + w * p)


def log_of_parts(k, f, low):
    """Return log(2**k * (1 + f)) + low."""
    total, total_low = fast_two_sum(k * LN2_HIGH, f)
    half = 0.5 * f * f
    less, less_low = fast_two_sum(total, -half)
    return less + (less_low + (total_low + (log_rest(f, half) + (k * LN2_LOW + low))))


def log_of_pair(high, low):
    """Return log(high + low)."""
    k, m = scaled_of(high)
    f, f_low = fast_two_sum(m - 1.0, ldexp(low, -k))
    return log_of_parts(k, f, f_low - f_low * f)


def log_of_special(x):
    if x != x or x == inf:
        return x
    return -inf if x == 0.0 else nan


def log(x):
    if not 0.0 < x < inf:
        return log_of_special(x)
    k, m = scaled_of(x)
    return log_of_parts(k, m - 1.0, 0.0)


def log_to_base(x, inverse, two):
    """Return log(x) / log(b) for a base with (inverse, two) == (1 / log(b), log(2) / log(b))."""
    if not 0.0 < x < inf:
        return log_of_special(x)
    k, m = scaled_of(x)
    f = m - 1.0
    half = 0.5 * f * f
    high = upper_half(f - half)
    low = ((f - high) - half) + log_rest(f, half)
    sum_high, sum_low = fast_two_sum(k * two[0], high * inverse[0])
    rest = low * inverse[0] + (low + high) * inverse[1]
    return sum_high + (sum_low + (k * two[1] + rest))


def log2(x):
    return log_to_base(x, LOG2_INVERSE, (1.0, 0.0))


def log10(x):
    return log_to_base(x, LOG10_INVERSE, LOG10_TWO)


def log1p(x):
    if -1.0 < x < 1e300:
        return copysign(log_of_pair(*two_sum(1.0, x)), x)
    return log(x) if x != -1.0 else -inf


def log_pair(x):
    """Return (high, low), whose sum is log(x) to 2**-66 of it, for x > 0. high has 26 bits."""
    p = LOG_PAIR
    m, k = frexp(x)
    if m < LOG_PAIR_LOWEST:
        k, m = k - 1, 2.0 * m
    c, log_c, log_c_low = LOG_PAIR_CENTRE if m >= LOG_PAIR_MIDDLE else (1.0, 0.0, 0.0)

    f, total = m - c, m + c
    inverse = 0.6666666666666666 / total
    t = f * inverse
    shifted = 536870913.0 * t
    t_high = shifted - (shifted - t)
    total_high = (total + ROUNDER_24) - ROUNDER_24
    total_low = m - (total_high - c)
    s_high = 1.5 * t_high
    t_low = ((f - s_high * total_high) - s_high * total_low) * inverse

    part = 2.25 * t
    w = part * t
    w2 = w * w
    rest = (p[0] + p[1] * w) + ((p[2] + p[3] * w) + (p[4] + p[5] * w) * w2) * w2
    q_high = (w + ROUNDER_24) - (ROUNDER_24 - 3.0)
    q_low = (s_high * s_high - (q_high - 3.0)) + w2 * rest
    of_low = q_high + part * (t_high + t)

    known, product = k * LN2_HIGH + log_c, t_high * q_high
    high = upper_half(known + product)
    low = (product - (high - known)) + ((k * LN2_LOW + log_c_low) + q_low * t)
    return high, low + t_low * of_low
