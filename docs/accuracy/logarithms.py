"""What docs/accuracy.md tells of csrc/elementary/logarithms.h. See docs/make_accuracy.py."""

import math

import mpmath

NEAR_1 = [1.0 + sign * i * 2.0**-k for i in (1, 3, 5) for k in range(2, 53) for sign in (1, -1)]
# Ends of the reduction x = 2**k * m, where log(m) is largest
ENDS = [math.ldexp(m, k) for k in range(-30, 30) for m in (0.7071067811865475, 0.7071067811865476)]


def logarithm(function, start=0):
    """Return the function with the values of C at ``start``, and NaN below."""

    def reference(x):
        if x <= start:
            return -mpmath.inf if x == start else mpmath.nan
        return function(x)

    return reference


def row(function, hard, usual=(0.001, 1000.0), start=0):
    return {"reference": logarithm(function, start), "usual": usual, "hard": hard}


FUNCTIONS = {
    "log": row(mpmath.log, [*NEAR_1, *ENDS]),
    "log2": row(lambda x: mpmath.log(x, 2), [*NEAR_1, *ENDS]),
    "log10": row(mpmath.log10, [*NEAR_1, *ENDS, *(10.0**k for k in range(-300, 300))]),
    "log1p": row(
        mpmath.log1p,
        [x - 1.0 for x in (*NEAR_1, *ENDS) if x < 10.0] + [*ENDS, -1.0, -1.5],
        (-0.999, 10.0),
        -1,
    ),
}
