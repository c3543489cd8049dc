"""pow, pow with fixed exponents, and hypot. See ``csrc/elementary/powers.h``."""

from math import copysign, floor, frexp, inf, isinf, ldexp, nan, sqrt

from python_ref.elementary.bits import ROUNDER, fast_two_sum, two_product, two_sum
from python_ref.elementary.coefficients import EXP_OF_PAIR, POW_EXP2_REST, POW_LOG2_REST
from python_ref.elementary.exponentials import LN2_HIGH, LN2_LOW, LOG2_E
from python_ref.elementary.logarithms import log_pair, upper_half
from python_ref.elementary.power_tables import (
    POW_EXP2,
    POW_EXP2_LOW,
    POW_FACTOR,
    POW_LOG2,
    POW_LOG2_LOW,
)

LOG2_E_30 = 1.4426950411871076  # 1 / log(2) to 30 bits after the point
ROUNDER_7 = 52776558133248.0  # 1.5 * 2**45: rounds to a multiple of 2**-7


def pow_2(x):
    return x * x


def pow_minus_1(x):
    return 1.0 / x if x != 0.0 else copysign(inf, x)


def pow_half(x):
    if x < 0.0:
        return inf if x == -inf else nan
    return sqrt(x) + 0.0


def pow_3(x):
    a = abs(x)
    if not 1e-109 < a < 1e103:
        return x * x * x
    scale = 1.0 if 1e-90 < a < 1e100 else ldexp(1.0, -256 if a < 1.0 else 256)
    scaled = x / scale
    square, square_low = two_product(scaled, scaled)
    cube, cube_low = two_product(square, scaled)
    return (cube + (cube_low + square_low * scaled)) * scale * scale * scale


def pow_4(x):
    """Return x ** 4, for 1e-70 < abs(x) < 1e70 or x == 0."""
    square, square_low = two_product(x, x)
    power, power_low = two_product(square, square)
    return power + (power_low + 2.0 * square * square_low)


def pow_minus_2(x):
    a = abs(x)
    if not 1e-155 < a < 1e163:
        return pow_minus_1(x * x)
    scale = 1.0 if 1e-140 < a < 1e140 else ldexp(1.0, -256 if a < 1.0 else 256)
    scaled = x / scale
    square, square_low = two_product(scaled, scaled)
    y = 1.0 / square
    one, one_low = two_product(y, square)
    return (y + y * (((1.0 - one) - one_low) - y * square_low)) / scale / scale


def pow_minus_half(x):
    if not 0.0 < x < inf:
        return pow_minus_1(pow_half(x))
    scale = 1.0 if 1e-280 < x < 1e300 else ldexp(1.0, -128 if x < 1.0 else 128)
    x = x / (scale * scale)
    root = sqrt(x)
    y = 1.0 / root
    back, back_low = two_product(root, root)
    one, one_low = two_product(y, root)
    of_root = ((x - back) - back_low) * (0.5 * y)
    return (y + y * (((1.0 - one) - one_low) - of_root * y)) / scale


FIXED = {
    1.0: lambda x: x,
    2.0: pow_2,
    3.0: pow_3,
    -1.0: pow_minus_1,
    -2.0: pow_minus_2,
    0.5: pow_half,
    -0.5: pow_minus_half,
}


def log2_pair(m, k):
    """Return (high, low), whose sum is log2(2**k * m), for 1 <= m < 2."""
    p = POW_LOG2_REST
    i = int(m * 256.0) - 256
    m_high = int(m * 1048576.0) / 1048576.0
    q = POW_FACTOR[i]
    r_high, r_low = m_high * q - LOG2_E_30, (m - m_high) * q
    r = r_high + r_low
    r2 = r * r
    rest = (p[0] + p[1] * r) + ((p[2] + p[3] * r) + (p[4] + p[5] * r) * r2) * r2
    return (k + POW_LOG2[i]) + r_high, r_low + (POW_LOG2_LOW[i] + r * rest)


def pow_of_log2(log, log_low, y):
    """Return 2**(y * (log + log_low))."""
    p = POW_EXP2_REST
    fraction, exponent = frexp(y)
    y_high = ldexp(int(fraction * 8192.0), exponent - 13)
    shifted, product = y * log + ROUNDER_7, y_high * log
    low = (y - y_high) * log + y * log_low
    multiple = shifted - ROUNDER_7
    z = (product - multiple) + low
    z2 = z * z
    k, i = divmod(int(multiple * 128.0), 128)
    power = POW_EXP2[i]
    rest = (p[0] + p[1] * z) + ((p[2] + p[3] * z) + p[4] * z2) * z2
    return ldexp(power + power * (POW_EXP2_LOW[i] + z * rest), k)


def exp_of_pair(high, low, k):
    """Return exp(high + low) / 2**k, for a k with ``high + low - k * log(2)`` up to 0.356."""
    c = EXP_OF_PAIR
    r_high, r_low = high - k * LN2_HIGH, low - k * LN2_LOW
    r = r_high + r_low
    r2 = r * r
    r4 = r2 * r2
    p = ((c[4] + c[5] * r) + (c[6] + c[7] * r) * r2) + (c[8] + c[9] * r) * r4
    p = ((c[0] + c[1] * r) + (c[2] + c[3] * r) * r2) + p * r4
    total, total_low = fast_two_sum(1.0, r_high)
    return total + ((total_low + r_low) + r2 * p)


def pow_of_positive(x, y):
    """Return pow(x, y) for finite x > 0 and y that is not 0."""
    if x == 1.0:
        return 1.0
    fraction, exponent = frexp(x)
    m, k = 2.0 * fraction, exponent - 1
    if abs(k) <= 1022 and abs(y) * (abs(k) + 1.0) < 960.0 and y != 4.0:
        return pow_of_log2(*log2_pair(m, k), y)
    if abs(y) > 1e22:
        return inf if (x > 1.0) == (y > 0.0) else 0.0
    log_x, log_low = log_pair(x)
    y_high = upper_half(y)
    high, low = y_high * log_x, (y - y_high) * log_x + y * log_low
    if high > 710.0:
        return inf
    if high < -746.0:
        return 0.0
    k = (log_x * (y * LOG2_E) + ROUNDER) - ROUNDER
    power = exp_of_pair(high, low, k)
    return ldexp(power, int(k)) if k < 1024.0 else power * 2.0 * ldexp(1.0, 1023)


def pow(x, y):
    if y == 0.0 or x == 1.0:
        return 1.0
    if y in FIXED:
        return FIXED[y](x)
    if y == 4.0 and (1e-70 < abs(x) < 1e70 or x == 0.0):
        return pow_4(x)
    if x != x or y != y:
        return x + y
    a = abs(x)
    if isinf(y):
        return 1.0 if a == 1.0 else inf if (a > 1.0) == (y > 0.0) else 0.0
    whole = floor(y) == y
    if x < 0.0 and a < inf and not whole:
        return nan
    if a == 0.0 or a == inf:
        power = 0.0 if (a == 0.0) == (y > 0.0) else inf
    else:
        power = pow_of_positive(a, y)
    return copysign(power, x) if whole and y % 2.0 == 1.0 else power


def hypot(x, y):
    if isinf(x) or isinf(y):
        return inf
    if x != x or y != y:
        return x + y
    largest = max(abs(x), abs(y))
    if largest < 1e150 and (largest > 1e-130 or largest == 0.0):
        scale = 1.0
    else:
        scale = ldexp(1.0, 600 if largest > 1.0 else -600)
    a, a_low = two_product(x / scale, x / scale)
    b, b_low = two_product(y / scale, y / scale)
    high, low = two_sum(a, b)
    return sqrt(high + (low + (a_low + b_low))) * scale
