"""log, log2, log10, log1p, and the logarithm as a pair. See ``csrc/elementary/logarithms.h``."""

from math import copysign, frexp, inf, ldexp, nan

from python_ref.elementary.bits import fast_two_sum, two_sum
from python_ref.elementary.coefficients import LOG, LOG_PAIR
from python_ref.elementary.exponentials import LN2_HIGH, LN2_LOW

SQRT_HALF = 0.7071067811865476
LOG2_INVERSE = 1.4426950514316559, -1.0542692476429138e-08
LOG10_INVERSE = 0.4342944845557213, -2.6524694553078553e-09
LOG10_TWO = 0.3010299956640665, -8.532344317057107e-14
THIRDS_HIGH, THIRDS_LOW = 0.6666666716337204, -4.967053731282552e-09


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


def log_pair(x):
    """Return (high, low), whose sum is log(x) for a positive x, to 2**-65 of it."""
    c = LOG_PAIR
    k, m = scaled_of(x)
    f = m - 1.0

    d, d_rest = fast_two_sum(2.0, f)
    inverse = 1.0 / d
    s_high, d_high = upper_half(f * inverse), upper_half(d)
    d_low = (d - d_high) + d_rest
    s_low = ((f - s_high * d_high) - s_high * d_low) * inverse
    s = s_high + s_low

    w_high, w_low = s_high * s_high, s_low * (s_high + s)
    w = w_high + w_low
    w2 = w * w
    p = (c[0] + c[1] * w) + (c[2] + c[3] * w) * w2
    p = p + ((c[4] + c[5] * w) + (c[6] + c[7] * w) * w2) * (w2 * w2)
    rest = w_low + w2 * p
    q_high = upper_half((3.0 + w_high) + rest)
    q_low = rest - ((q_high - 3.0) - w_high)

    product, product_low = s_high * q_high, s_low * q_high + q_low * s
    high = upper_half(product + product_low)
    low = product_low - (high - product)
    low = THIRDS_LOW * high + low * (THIRDS_HIGH + THIRDS_LOW)
    high = THIRDS_HIGH * high

    sum_high, sum_low = fast_two_sum(k * LN2_HIGH, high)
    return fast_two_sum(sum_high, sum_low + (low + k * LN2_LOW))
