"""Values and derivatives that are made of several elementary functions.

``csrc/elementary/composites.h`` has the same functions, operation for operation. ``f``, the first
argument of each, is a module of elementary functions in IEEE arithmetic, such as ieee_libm.
"""

import math
import sys
from math import inf, nan

INVERSE_SQRT_2_PI = 0.3989422804014327


def ieee_divide(x, y):
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else math.copysign(inf, x) * math.copysign(1.0, y)


def is_normal(x):
    """C's isnormal: neither 0, infinite or NaN, nor so small that it has fewer digits."""
    return sys.float_info.min <= abs(x) < inf


def gelu(f, x):
    return -0.0 if x < -40.0 else x * f.normal_cdf(x)  # the limit at -inf


def d_silu(f, x, out, g):
    s = f.sigmoid(x)
    return (s * (1.0 - f.silu(-x)) if x > 0.0 else s + out * f.sigmoid(-x)) * g


def d_gelu(f, x, out, g):
    below = f.normal_cdf(x)
    if abs(x) <= 40.0:  # beyond, the density is 0
        below += x * (f.exp(x * x * -0.5) * INVERSE_SQRT_2_PI)
    return below * g


def d_power_base(f, x, y, out, g):
    if y == 0.0 or y == 1.0:
        return y * g  # finite at x = 0
    if y == 2.0:
        return (y * x) * g
    slope = f.pow(x, y - 1.0)
    if not is_normal(slope) and slope == slope and x != 0.0 and math.isfinite(x):
        root = f.pow(abs(x), 0.5 * (y - 1.0))  # the product may be finite
        return math.copysign(root, slope) * y * g * root
    return (y * slope) * g


def d_power_k(f, x, k, out, g):
    if k != -1.0:
        return d_power_base(f, x, k, out, g)
    square = out * out  # no second division is needed
    return -square * g if is_normal(square) else -out * g * out


def d_power_exponent(f, x, y, out, g):
    return 0.0 if x == 0.0 and y >= 0.0 else (out * f.log(x)) * g


def d_hypot(f, a, x, y, out, g):
    """g * a / out, where a is x or y; 0 where both are 0."""
    if out == 0.0:
        return 0.0
    if out < 1e-290:  # it may have fewer digits
        a, out = a * 2.0**600, f.hypot(x * 2.0**600, y * 2.0**600)
    return ieee_divide(a, out) * g  # out may be 0: a program may have changed the operands' data
