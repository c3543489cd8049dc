"""What docs/accuracy.md tells of csrc/elementary/arcs.h. See docs/make_accuracy.py."""

import mpmath

NEAR_0 = [sign * i * 2.0**-k for i in (1, 3, 5, 7) for k in range(1, 60) for sign in (1, -1)]
NEAR_1 = [1.0 + x for x in NEAR_0 if -0.5 < x < 0.5 and 1.0 + x != 1.0]
HARD = [*NEAR_0, *NEAR_1, *(-x for x in NEAR_1)]


def inside(function):
    """Return the function, NaN outside -1 to 1."""
    return lambda x: function(x) if abs(x) <= 1 else mpmath.nan


FUNCTIONS = {
    "asin": {"reference": inside(mpmath.asin), "usual": (-1.0, 1.0), "hard": HARD},
    "acos": {"reference": inside(mpmath.acos), "usual": (-1.0, 1.0), "hard": HARD},
    "atan": {"reference": mpmath.atan, "usual": (-10.0, 10.0), "hard": HARD},
    "atan2": {
        "reference": mpmath.atan2,
        "usual": ((-10.0, 10.0), (-10.0, 10.0)),
        "hard": [(sign * x, x * y) for x in (1.0, 1e300, 1e-300) for y in HARD for sign in (1, -1)],
    },
}
