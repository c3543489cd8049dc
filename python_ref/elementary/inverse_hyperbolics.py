"""asinh, acosh and atanh. See ``csrc/elementary/inverse_hyperbolics.h``."""

from math import copysign, inf, nan, sqrt

from python_ref.elementary.bits import fast_two_sum, two_product, two_sum
from python_ref.elementary.logarithms import log_of_pair, log_of_parts, scaled_of

DBL_MIN = 2.2250738585072014e-308
TINY = 3.725290298461914e-09  # 2**-28


def log_with_root(a, square, low, a_is_larger):
    """Return log(a + sqrt(square + low))."""
    root = sqrt(square)
    back, back_low = two_product(root, root)
    root_low = (((square - back) - back_low) + low) / (root + root + DBL_MIN)
    high, low = fast_two_sum(a, root) if a_is_larger else fast_two_sum(root, a)
    return log_of_pair(high, low + root_low)


def log_of_twice(x):
    k, m = scaled_of(x)
    return log_of_parts(k + 1, m - 1.0, 0.0)


def asinh(x):
    a = abs(x)
    if a < TINY or not a < inf:
        return x
    if a >= 1e150:
        return copysign(log_of_twice(a), x)
    square, square_low = two_product(a, a)
    high, low = two_sum(1.0, square)
    return copysign(log_with_root(a, high, low + square_low, False), x)


def acosh(x):
    if x != x or x == inf:
        return x
    if x < 1.0:
        return nan
    if x >= 1e150:
        return log_of_twice(x)
    square, square_low = two_product(x, x)
    high, low = fast_two_sum(square, -1.0)
    return log_with_root(x, high, low + square_low, True)


def atanh(x):
    a = abs(x)
    if a < TINY or x != x:
        return x
    if a >= 1.0:
        return copysign(inf, x) if a == 1.0 else nan
    above, above_low = fast_two_sum(1.0, a)
    below, below_low = fast_two_sum(1.0, -a)
    ratio = above / below
    back, back_low = two_product(ratio, below)
    rest = (((above - back) - back_low) + above_low) - ratio * below_low
    return copysign(0.5 * log_of_pair(ratio, rest / below), x)
