"""sin, cos and tan. See ``csrc/elementary/trigonometry.h``."""

from python_ref.elementary.bits import ROUNDER, two_product
from python_ref.elementary.coefficients import COS, SIN
from python_ref.elementary.large_angles import reduced_large

HALF_PI_1, HALF_PI_2, HALF_PI_3 = (
    1.5707963267923333,
    2.5633441515839558e-12,
    1.0562999066987428e-23,
)
TWO_OVER_PI = 0.6366197723675814


def reduced(x):
    """Return (high, low, quadrant): x is quadrant * pi / 2 + (high - low)."""
    if not -4e5 < x < 4e5:
        return reduced_large(x)
    k = (x * TWO_OVER_PI + ROUNDER) - ROUNDER
    near = x - k * HALF_PI_1
    step = k * HALF_PI_2
    high = near - step
    return high, (step - (near - high)) + k * HALF_PI_3, int(k)


def sixth(c, z, z2):
    return c[0] + (c[1] * z + (c[5] + (c[4] * (z + c[2])) * (z2 + c[3])) * z2)


def sin_in_quadrant(x, low, quadrant):
    """Return the sine of quadrant * pi / 2 + (x - low)."""
    z = x * x
    z2 = z * z
    if quadrant & 1:
        y = 0.8125 + (((0.1875 - 0.5 * z) + x * low) + z2 * sixth(COS, z, z2))
    else:
        y = x - (low - x * z * sixth(SIN, z, z2))
    return -y if quadrant & 2 else y


def sin(x):
    return sin_in_quadrant(*reduced(x))


def cos(x):
    high, low, quadrant = reduced(x)
    return sin_in_quadrant(high, low, quadrant + 1)


def tan(x):
    x, low, quadrant = reduced(x)
    z, z_low = two_product(x, x)
    z2 = z * z
    half = 0.5 * z
    near = 1.0 - half
    p = sixth(SIN, z, z2)
    less = low * near - x * (z * p + z_low * p)
    more = ((1.0 - near) - half) + (z2 * sixth(COS, z, z2) + (x * low - 0.5 * z_low))
    sine, cosine = x - less, near + more
    sine_low, cosine_low = (x - sine) - less, more - (cosine - near)
    if quadrant & 1:
        n, n_low, d, d_low = -cosine, -cosine_low, sine, sine_low
    else:
        n, n_low, d, d_low = sine, sine_low, cosine, cosine_low
    y = n / d
    back, back_low = two_product(y, d)
    over = ((back - n) + back_low) + (y * d_low - n_low)
    return y - over / d
