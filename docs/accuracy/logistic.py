"""What docs/accuracy.md tells of csrc/elementary/logistic.h. See docs/make_accuracy.py."""

import math

import mpmath

# Ends of the reduction x = k ln 2 + r, where r is largest
ENDS = [(k + 0.5) * math.log(2.0) for k in range(-1080, 60)]
NEAR_0 = [sign * i * 2.0**-k for i in (1, 3, 5, 7) for k in range(1, 60) for sign in (1, -1)]
# where sigmoid becomes 1 and softplus x, and where exp(x) has no normal double, or none
THRESHOLDS = [i / 16.0 for i in range(16 * 28, 16 * 40)] + [690.0, -690.0, -708.4, -745.13, -752.0]
# what is farthest from the centres of softplus' table, where x is softplus(-x), and the end
TABLE = [(j + 0.5) / 10.0 for j in range(390)] + [
    x
    for end in (math.asinh(0.5), 39.0)
    for x in (end, math.nextafter(end, 0.0), math.nextafter(end, 50.0))
]


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x)) if x < 200 else mpmath.mpf(1)


def softplus(x):
    return max(x, 0) + (mpmath.log1p(mpmath.exp(-abs(x))) if abs(x) < 2000 else 0)


# where a tiny q was rounded in the sum 1 + g * q - q; the first three were wrong by more than 1 ulp
FAR_BELOW = [-33.611033379972014, -33.60843493903658, -33.58444933040176] + [
    -20.0 - i / 101.0 for i in range(1800)
]
HARD = [*ENDS, *NEAR_0, *THRESHOLDS, *(-x for x in THRESHOLDS), *FAR_BELOW]

FUNCTIONS = {
    "sigmoid": {
        "reference": lambda x: sigmoid(x) if x > -2000 else mpmath.mpf(0),
        "usual": (-8.0, 8.0),
        "hard": HARD,
    },
    "silu": {
        "reference": lambda x: x * sigmoid(x) if x > -2000 else mpmath.mpf(0),
        "usual": (-8.0, 8.0),
        "hard": HARD,
    },
    "softplus": {
        "reference": softplus,
        "usual": (-8.0, 8.0),
        "hard": [*HARD, *TABLE, *(-x for x in TABLE)],
    },
}
