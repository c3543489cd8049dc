"""Nonlinearities of neural nets as functions of floats, operation by operation as in ops.h."""

import math

from python_ref.core.libm import erfc

SQRT_HALF, INVERSE_SQRT_2_PI = 0.7071067811865476, 0.3989422804014327


def relu(x):
    return 0.0 if x < 0.0 else x  # -0.0 and NaN pass through


def sigmoid(x):
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def softplus(x):
    return (x if x > 0.0 else 0.0) + math.log1p(math.exp(-abs(x)))


def silu(x):
    return -0.0 if x < -800.0 else x * sigmoid(x)  # the limit at -inf


def normal_cdf(x):
    """The probability that a standard normal variable is below x."""
    return 0.5 * erfc(x * -SQRT_HALF)


def gelu(x):
    return -0.0 if x < -40.0 else x * normal_cdf(x)  # the limit at -inf


def d_silu(x, out, g):
    s = sigmoid(x)
    return (s * (1.0 - silu(-x)) if x > 0.0 else s + out * sigmoid(-x)) * g


def d_gelu(x, out, g):
    below = normal_cdf(x)
    if abs(x) <= 40.0:  # beyond, the density is 0
        below += x * (math.exp(x * x * -0.5) * INVERSE_SQRT_2_PI)
    return below * g
