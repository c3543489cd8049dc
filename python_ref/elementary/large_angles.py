"""How far an angle is from a multiple of pi / 2. See ``csrc/elementary/large_angles.h``.

Python's whole numbers have any size, so the product of the angle and 2 / pi is one of them.
"""

from math import frexp, inf, ldexp, nan

from python_ref.elementary.bits import fast_two_sum, two_product

PI_HIGH, PI_LOW = 3.141592653589793, 1.2246467991473532e-16
HALF_PI_HIGH, HALF_PI_LOW = 1.5707963267948966, 6.123233995736766e-17

TWO_OVER_PI = int(  # 2 / pi * 2 ** 1216, rounded down
    "a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e0"
    "06492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f4"
    "9c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d"
    "7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6bab",
    16,
)


def reduced_large(x):
    """Return (high, low, quadrant): x is quadrant * pi / 2 + (high - low), for abs(x) >= 1.

    M. H. Payne, R. N. Hanek, 1983.
    """
    if x != x or x in (inf, -inf):
        return nan, 0.0, 0
    m, e = frexp(abs(x))
    m, e = int(ldexp(m, 53)), e - 53
    first = (e - 2) // 32 if e > 2 else 0  # the words before this give multiples of 4
    words = TWO_OVER_PI >> 32 * (30 - first) & (1 << 256) - 1
    product, point = m * words, 32 * (first + 8) - e
    quadrant = product >> point
    fraction = product >> point - 192 & (1 << 192) - 1
    negative = fraction >> 191
    if negative:  # nearer to the next quadrant: 1 - fraction
        fraction ^= (1 << 192) - 1
        quadrant += 1
    bits = fraction.bit_length()
    f_high = ldexp(fraction >> bits - 53, bits - 245)
    f_low = ldexp(fraction >> bits - 106 & (1 << 53) - 1, bits - 298)

    high, low = two_product(f_high, HALF_PI_HIGH)
    high, low = fast_two_sum(high, low + (f_high * HALF_PI_LOW + f_low * HALF_PI_HIGH))
    if x < 0.0:
        quadrant, negative = -quadrant, not negative
    return (-high, low, quadrant) if negative else (high, -low, quadrant)
