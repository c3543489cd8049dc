"""asin, acos, atan and atan2. See ``csrc/elementary/arcs.h``."""

from math import copysign, inf, nan, sqrt

from python_ref.elementary.bits import fast_two_sum, two_product, two_sum
from python_ref.elementary.coefficients import ASIN, ATAN
from python_ref.elementary.large_angles import HALF_PI_HIGH, HALF_PI_LOW, PI_HIGH, PI_LOW

QUARTER_PI_HIGH, QUARTER_PI_LOW = 0.7853981633974483, 3.061616997868383e-17
TAN_OF_EIGHTH_PI = 0.41421356237309503
LEAST, MOST = 2.0**-400, 2.0**400


def angle_of(y, x):
    """Return the angle of the point (x, y), for y >= 0."""
    c = ATAN
    b = abs(x)
    n_low = d_low = base = base_low = 0.0
    if y <= b * TAN_OF_EIGHTH_PI:
        n, d = y, b
    elif y * TAN_OF_EIGHTH_PI > b:
        n, d = -b, y
        base, base_low = HALF_PI_HIGH, HALF_PI_LOW
    else:
        n, n_low = two_sum(y, -b)
        d, d_low = two_sum(y, b)
        base, base_low = QUARTER_PI_HIGH, QUARTER_PI_LOW

    inverse = 1.0 / d
    t = n * inverse
    back, back_low = two_product(t, d)
    rest = (((n - back) - back_low) + (n_low - t * d_low)) * inverse
    z = t * t
    z2 = z * z
    z4 = z2 * z2
    p = (c[0] + c[1] * z) + (c[2] + c[3] * z) * z2
    q = (c[4] + c[5] * z) + (c[6] + c[7] * z) * z2
    r = (c[8] + c[9] * z) + c[10] * z2
    low = (rest - rest * z) + t * z * (p + (q + r * z4) * z4)

    if copysign(1.0, x) < 0.0:
        base, base_low, t, low = PI_HIGH - base, PI_LOW - base_low, -t, -low
    high, high_low = fast_two_sum(base, t)
    return high + (high_low + (base_low + low))


def atan(x):
    if abs(x) < MOST:
        return copysign(angle_of(abs(x), 1.0), x)
    return x if x != x else copysign(HALF_PI_HIGH, x)


def atan2(y, x):
    a, b = abs(y), abs(x)
    if (a == 0.0 or LEAST < a < MOST) and (b == 0.0 or LEAST < b < MOST) and a + b > 0.0:
        return copysign(angle_of(a, x), y)
    if x != x or y != y:
        return x + y
    if a == inf and b == inf:  # a diagonal, says C99, annex F.9.1.4
        return copysign(angle_of(1.0, copysign(1.0, x)), y)
    if a == 0.0 or b == inf or a < b * 2.0**-100:
        if copysign(1.0, x) < 0.0:
            return copysign(PI_HIGH, y)
        return copysign(a if a == 0.0 else a / b, y)  # atan(t) is t
    if b < a * 2.0**-100:
        return copysign(HALF_PI_HIGH, y)
    scale = 2.0**-700 if a > 1.0 else 2.0**600
    return copysign(angle_of(a * scale, x * scale), y)


def small_arc(a):
    """Return (high, low), whose sum is asin(a) for a <= 1/2, else asin(sqrt((1 - a) / 2))."""
    c = ASIN
    if a > 0.5:
        z = 0.5 * (1.0 - a)
        x = sqrt(z)
        back, back_low = two_product(x, x)
        rest = ((z - back) - back_low) / (x + x + 1e-300)
    else:
        x, z, rest = a, a * a, 0.0
    z2 = z * z
    z4 = z2 * z2
    p = (c[0] + c[1] * z) + (c[2] + c[3] * z) * z2
    q = (c[4] + c[5] * z) + (c[6] + c[7] * z) * z2
    r = (c[8] + c[9] * z) + (c[10] + c[11] * z) * z2
    p = p + (q + (r + c[12] * z4) * z4) * z4
    return x, rest + x * z * p


def asin(x):
    a = abs(x)
    if not a <= 1.0:
        return nan
    arc, arc_low = small_arc(a)
    base, base_low, factor = (HALF_PI_HIGH, HALF_PI_LOW, -2.0) if a > 0.5 else (0.0, 0.0, 1.0)
    high, low = fast_two_sum(base, factor * arc)
    return copysign(high + (low + (base_low + factor * arc_low)), x)


def acos(x):
    a = abs(x)
    if not a <= 1.0:
        return nan
    arc, arc_low = small_arc(a)
    if a <= 0.5:
        base, base_low, factor = HALF_PI_HIGH, HALF_PI_LOW, copysign(1.0, -x)
    elif x > 0.0:
        base, base_low, factor = 0.0, 0.0, 2.0
    else:
        base, base_low, factor = PI_HIGH, PI_LOW, -2.0
    high, low = fast_two_sum(base, factor * arc)
    return high + (low + (base_low + factor * arc_low))
