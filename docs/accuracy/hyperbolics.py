"""What docs/accuracy.md tells of csrc/elementary/hyperbolics.h. See docs/make_accuracy.py."""

import math

import mpmath

# Ends of the reductions x = k ln 2 + r and x = k ln 2 / 2 + r, where r is largest
ENDS = [(k + 0.5) * math.log(2.0) * half for k in range(-60, 60) for half in (1.0, 0.5)]
NEAR_0 = [sign * i * 2.0**-k for i in (1, 3, 5, 7) for k in range(1, 60) for sign in (1, -1)]
THRESHOLDS = [
    709.0,
    709.8,
    710.4,
    710.49,
    710.9,
    712.0,
    710.4758600739439,
    710.475860073944,
    -710.4758600739439,
]
NEAR_1 = [17.0 + i / 64.0 for i in range(200)]  # tanh is 1 from about 19 on


def tanh(x):
    return mpmath.tanh(x) if abs(x) < 60 else mpmath.sign(x)


FUNCTIONS = {
    "sinh": {
        "reference": lambda x: mpmath.sinh(max(-800, min(800, x))),
        "usual": (-5.0, 5.0),
        "hard": [*ENDS, *NEAR_0, *THRESHOLDS],
    },
    "cosh": {
        "reference": lambda x: mpmath.cosh(min(800, abs(x))),
        "usual": (-5.0, 5.0),
        "hard": [*ENDS, *NEAR_0, *THRESHOLDS],
    },
    "tanh": {
        "reference": tanh,
        "usual": (-5.0, 5.0),
        "hard": [*ENDS, *NEAR_0, *NEAR_1],
    },
}
