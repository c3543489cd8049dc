"""What the elementary functions of this folder are made of. See ``csrc/elementary/bits.h``.

The C functions take steps that Python need not take, where a simpler one gives the same bits:
``math.ldexp`` is exact where C adds to an exponent's bits.
"""

ROUNDER = 6755399441055744.0  # 1.5 * 2**52: (x + ROUNDER) - ROUNDER is x rounded to a whole number


def fast_two_sum(a, b):
    """Return (high, low), whose sum is a + b exactly, if abs(a) >= abs(b) or a is 0."""
    high = a + b
    return high, b - (high - a)


def two_sum(a, b):
    """Return (high, low), whose sum is a + b exactly."""
    high = a + b
    of_b = high - a
    return high, (a - (high - of_b)) + (b - of_b)


def two_product(a, b):
    """Return (high, low), whose sum is a * b exactly, if neither overflows nor underflows."""
    ta, tb = 134217729.0 * a, 134217729.0 * b
    a_high, b_high = ta - (ta - a), tb - (tb - b)
    a_low, b_low, high = a - a_high, b - b_high, a * b
    low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low
    return high, low
