"""What docs/accuracy.md tells of csrc/elementary/error_function.h. See docs/make_accuracy.py."""

import mpmath

NEAR_0 = [sign * i * 2.0**-k for i in (1, 3, 5, 7) for k in range(1, 60) for sign in (1, -1)]
# From one polynomial to the next, where erf becomes 1, and where erfc has no double
GRID = [i / 32.0 for i in range(-32 * 7, 32 * 28)] + [26.5, 26.54, 27.2, 27.22, 27.3]


def erf(x):
    return mpmath.erf(x) if abs(x) < 40 else mpmath.sign(x)


def erfc(x):
    return mpmath.erfc(x) if abs(x) < 40 else mpmath.mpf(0 if x > 0 else 2)


FUNCTIONS = {
    "erf": {"reference": erf, "usual": (-6.0, 6.0), "hard": [*NEAR_0, *GRID]},
    "erfc": {"reference": erfc, "usual": (-6.0, 27.0), "hard": [*NEAR_0, *GRID]},
}
