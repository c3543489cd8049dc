"""What docs/accuracy.md tells of csrc/elementary/exponentials.h. See docs/make_accuracy.py."""

import math

import mpmath

# Ends of the reduction x = k ln 2 + r, where r is largest, and thresholds of its results.
ENDS = [(k + 0.5) * math.log(2.0) for k in range(-1076, 1025, 3)]
NEAR_0 = [sign * i * 2.0**-k for i in (1, 3, 5, 7) for k in range(1, 60) for sign in (1, -1)]
THRESHOLDS = [708.0, 709.782712893384, 709.7827128933841, -708.0, -708.4, -744.44, -745.2]
# V. Lefèvre, J.-M. Muller, "Worst cases for correct rounding of the elementary functions in
# double precision", 2001: exp is as near to a middle of two doubles as it ever is
WORST = [7.541752774995959e-09]


def between(x):
    """Return a number near x for which the functions are as 0 or infinite in doubles."""
    return max(-1200, min(1200, x))


def expm1(x):
    with mpmath.workprec(200):
        y = mpmath.expm1(between(x))
    return +y


FUNCTIONS = {
    "exp": {
        "reference": lambda x: mpmath.exp(between(x)),
        "usual": (-30.0, 30.0),
        "hard": [*ENDS, *NEAR_0, *THRESHOLDS, *WORST],
    },
    "exp2": {
        "reference": lambda x: mpmath.power(2, between(x)),
        "usual": (-30.0, 30.0),
        "hard": [*NEAR_0, *(k + 0.5 for k in range(-1076, 1025)), -1021.0, -1074.9, 1023.9],
    },
    "expm1": {
        "reference": expm1,
        "usual": (-3.0, 3.0),
        "hard": [*ENDS, *NEAR_0, *THRESHOLDS, -36.7, -37.0, -37.4, 36.7, 37.1, 37.4, 37.8],
    },
}
