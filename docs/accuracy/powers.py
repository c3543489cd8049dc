"""What docs/accuracy.md tells of csrc/elementary/powers.h. See docs/make_accuracy.py."""

import math

import mpmath

NEAR_1 = [1.0 + sign * i * 2.0**-k for i in (1, 3) for k in range(2, 53, 3) for sign in (1, -1)]
EXPONENTS = [0.5, -0.5, 1.0, -1.0, 2.0, -2.0, 3.0, 1.0 / 3.0, 10.0, 1e3, -1e5, 1e10, 2.0**53]
# the ends of the intervals of x's significand, with the largest exponents of the usual formula
INTERVALS = [
    (math.ldexp(1.0 + i / 256.0 + low * 2.0**-52, k), sign * 959.9 / (abs(k) + 1))
    for i in range(0, 256, 3)
    for low in (0, 2**44 - 1)
    for k in (0, -1, 3, 900)
    for sign in (1, -1)
]


def power(x, y):
    if y == 0 or x == 1:
        return mpmath.mpf(1)
    if x == 0:
        return mpmath.mpf(0) if y > 0 else mpmath.inf
    sign = -1 if x < 0 and mpmath.isint(y) and int(y) % 2 == 1 else 1
    if x < 0 and not mpmath.isint(y):
        return mpmath.nan
    size = y * mpmath.log(abs(x), 2)
    if abs(size) > 2000:
        return sign * mpmath.ldexp(1, 2000 if size > 0 else -2000)
    return sign * mpmath.power(abs(x), y)


def overflowing(y):
    """Return numbers whose power y is near the end of doubles."""
    ends = [math.exp(end / y) for end in (709.78, -708.39, -745.1) if abs(end / y) < 700.0]
    return [x * (1.0 + i * 1e-6) for x in ends for i in (-1, 0, 1)]


FUNCTIONS = {
    "pow": {
        "reference": power,
        "usual": ((0.01, 100.0), (-10.0, 10.0)),
        "hard": [(x, y) for y in EXPONENTS for x in (*NEAR_1, *overflowing(y))] + INTERVALS,
        "call": lambda x, y: x**y,
    },
    "hypot": {
        "reference": mpmath.hypot,
        "usual": ((-10.0, 10.0), (-10.0, 10.0)),
        "hard": [(x, x * y) for x in (1.0, 1e154, 1e-154, 1e-160, 1e300) for y in NEAR_1],
    },
}
for _k in (-2, -1, -0.5, 0.5, 2, 3, 4):
    FUNCTIONS[f"pow({_k})"] = {
        "reference": lambda x, k=_k: power(x, mpmath.mpf(k)),
        "usual": (-10.0, 10.0),
        "hard": NEAR_1,
        "call": lambda x, k=_k: x**k,
    }
