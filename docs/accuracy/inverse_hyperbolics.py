"""What docs/accuracy.md tells of csrc/elementary/inverse_hyperbolics.h. See make_accuracy.py."""

import mpmath

NEAR_0 = [sign * i * 2.0**-k for i in (1, 3, 5, 7) for k in range(1, 60) for sign in (1, -1)]
NEAR_1 = [1.0 + x for x in NEAR_0 if -0.5 < x < 0.5 and 1.0 + x != 1.0]


def asinh(x):
    return x if abs(x) < mpmath.ldexp(1, -100) else mpmath.sign(x) * mpmath.asinh(abs(x))


def acosh(x):
    return mpmath.acosh(x) if x >= 1 else mpmath.nan


def atanh(x):
    if abs(x) >= 1:
        return x * mpmath.inf if abs(x) == 1 else mpmath.nan
    return x if abs(x) < mpmath.ldexp(1, -100) else mpmath.atanh(x)


FUNCTIONS = {
    "asinh": {"reference": asinh, "usual": (-10.0, 10.0), "hard": [*NEAR_0, *NEAR_1]},
    "acosh": {"reference": acosh, "usual": (1.0, 20.0), "hard": NEAR_1},
    "atanh": {
        "reference": atanh,
        "usual": (-1.0, 1.0),
        "hard": [*NEAR_0, *NEAR_1, *(-x for x in NEAR_1)],
    },
}
