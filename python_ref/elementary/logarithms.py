"""log, log2, log10, log1p, and the logarithm as a pair. See ``csrc/elementary/logarithms.h``."""

from math import copysign, frexp, inf, ldexp, nan

from python_ref.elementary.bits import fast_two_sum, two_sum
from python_ref.elementary.coefficients import LOG, LOG_PAIR
from python_ref.elementary.exponentials import LN2_HIGH, LN2_LOW

SQRT_HALF = 0.7071067811865476
LOG2_INVERSE = 1.4426950514316559, -1.0542692476429138e-08
LOG10_INVERSE = 0.4342944845557213, -2.6524694553078553e-09
LOG10_TWO = 0.3010299956640665, -8.532344317057107e-14
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
    high, sum_low = fast_two_sum(k * LN2_HIGH, f)
    half = 0.5 * f * f
    return high + (sum_low - (half - (log_rest(f, half) + (k * LN2_LOW + low))))


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


def log_pair(k, m):
    """Return (high, low), whose sum is log(2**k * m) to 2**-64 of it. high has 26 bits."""
    c = LOG_PAIR
    f = m - 1.0

    d = 1.5 * m + 1.5
    inverse = 1.0 / d
    t = f * inverse
    shifted = 536870913.0 * t
    t_high = shifted - (shifted - t)
    d_high = (d + ROUNDER_24) - ROUNDER_24
    d_low = f - ((d_high - 3.0) - 0.5 * f)
    t_low = ((f - t_high * d_high) - t_high * d_low) * inverse

    s = 1.5 * t
    rough = s * s
    rough2 = rough * rough
    p_begin = c[0] + c[1] * rough
    p = p_begin + (c[2] + c[3] * rough) * rough2
    p = p + ((c[4] + c[5] * rough) + (c[6] + c[7] * rough) * rough2) * (rough2 * rough2)
    s_high, s_low = 1.5 * t_high, 1.5 * t_low
    w_high, w_low = s_high * s_high, s_low * ((s_high + s_high) + s_low)
    w = w_high + w_low

    q_high = ((w_high + rough2 * p_begin) + ROUNDER_24) - (ROUNDER_24 - 3.0)
    q_low = (w_high - (q_high - 3.0)) + (w_low + w * w * p)

    of_k, product = k * LN2_HIGH, t_high * q_high
    high = upper_half(of_k + product)
    rest = k * LN2_LOW + (t_low * q_high + q_low * t)
    return high, (product - (high - of_k)) + rest
