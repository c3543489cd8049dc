"""What docs/accuracy.md tells of csrc/elementary/gamma_functions.h. See docs/make_accuracy.py.

Near the zeros of these functions the relative error is not bounded, but that of the larger of 1
and the result is. Far below 0, digamma is the difference of two terms of up to 36, which is the
logarithm of the largest double that is no integer.
"""

import mpmath

NEAR = [n + sign * 2.0**-k for n in range(-6, 12) for k in range(1, 45, 3) for sign in (1, -1)]


def lgamma(x):
    if x <= 0 and mpmath.isint(x):
        return mpmath.inf
    if x > 0:
        return mpmath.loggamma(x)
    with mpmath.workprec(300):
        return mpmath.log(mpmath.pi / abs(mpmath.sinpi(x))) - mpmath.loggamma(1 - x)


def digamma(x):
    if x <= 0 and mpmath.isint(x):
        return mpmath.inf if x == 0 else mpmath.nan
    return mpmath.digamma(x)


FUNCTIONS = {
    "lgamma": {
        "reference": lgamma,
        "usual": (-10.0, 30.0),
        "hard": NEAR,
        "bound": 8.0,
        "least": 1.0,
    },
    "digamma": {
        "reference": digamma,
        "usual": (-10.0, 30.0),
        "hard": NEAR,
        "bound": 40.0,
        "least": 1.0,
    },
}
