"""The operator table: one row an operator, its value and its derivative.

``csrc/graph/ops.h`` is the same table in C, row for row. A value function raises what
Python's ``math`` raises (``ieee_value`` is for who wants none of that); a derivative
function never raises, it lets infinities and NaNs flow, as C does.

A derivative function is called with the operands' current data, then the
output's, then the gradient ``g`` that arrives at the output, and returns the
contribution to one operand's gradient. That is 0 where g is, see ``FINITE``.
"""

import math
import sys
from math import inf, nan
from typing import Callable, NamedTuple

TWO_OVER_SQRT_PI = 1.1283791670955126


class Op(NamedTuple):
    name: str
    label: str  # what a node made by it shows as its _op
    value: Callable  # (x) or (x, y) -> float
    derivatives: tuple  # one function an operand: (x, out, g) or (x, y, out, g) -> float


# C's erf. PyPy has one of its own, which differs by a bit for every fourth x.
erf = math.erf
if sys.implementation.name == "pypy" and sys.platform != "win32":
    import ctypes

    erf = ctypes.CDLL(None).erf
    erf.argtypes, erf.restype = [ctypes.c_double], ctypes.c_double


# --- IEEE arithmetic: what C does where Python raises -----------------------


def is_normal(x):
    """C's isnormal: neither 0, infinite or NaN, nor so small that it has fewer digits."""
    return sys.float_info.min <= abs(x) < inf


def ieee_divide(x, y):
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or x != x else math.copysign(inf, x) * math.copysign(1.0, y)


def ieee_power(x, y):
    try:
        return math.pow(x, y)
    except (OverflowError, ValueError):
        if x < 0.0 and y != math.floor(y):
            return nan
        odd = math.isfinite(y) and abs(math.fmod(y, 2.0)) == 1.0
        return -inf if math.copysign(1.0, x) < 0.0 and odd else inf


def ieee_log(x):
    return math.log(x) if x > 0.0 else nan if x else -inf


def ieee_sqrt(x):
    return nan if x < 0.0 else math.sqrt(x)


def ieee_cos(x):
    return nan if math.isinf(x) else math.cos(x)


def ieee_sin(x):
    return nan if math.isinf(x) else math.sin(x)


def ieee_sinh(x):
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(inf, x)


def ieee_cosh(x):
    try:
        return math.cosh(x)
    except OverflowError:
        return inf


def ieee_value(name, x, y=None):
    """The value where the operator's own function raises."""
    if name in ("pow", "pow_k"):
        return ieee_power(x, y)
    if name in ("log", "log1p"):
        return -inf if x == {"log": 0.0, "log1p": -1.0}[name] else nan
    if name == "sinh":
        return ieee_sinh(x)
    return inf if name in ("exp", "expm1", "cosh") else nan


# --- values that are not one call of math -----------------------------------


def relu(x):
    return 0.0 if x < 0.0 else x  # -0.0 and NaN pass through


def power(x, y):
    if x < 0.0 and math.isfinite(x) and math.isfinite(y) and y != math.floor(y):
        raise ValueError(f"negative number {x!r} cannot be raised to a fractional power {y!r}")
    return x**y


def sigmoid(x):
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def softplus(x):
    return (x if x > 0.0 else 0.0) + math.log1p(math.exp(-abs(x)))


def maximum(x, y):
    return x if x >= y or x != x else y  # a NaN on either side comes out


def minimum(x, y):
    return x if x <= y or x != x else y


# --- derivatives -------------------------------------------------------------


def d_power_base(x, y, out, g):
    if y == 0.0 or y == 1.0:
        return y * g  # finite at x = 0
    if y == 2.0:
        return (y * x) * g
    slope = ieee_power(x, y - 1.0)
    if not is_normal(slope) and slope == slope and x != 0.0 and math.isfinite(x):
        root = ieee_power(abs(x), 0.5 * (y - 1.0))  # the product may be finite
        return math.copysign(root, slope) * y * g * root
    return (y * slope) * g


def d_power_exponent(x, y, out, g):
    return 0.0 if x == 0.0 and y >= 0.0 else (out * ieee_log(x)) * g


def d_abs(x, out, g):
    return g if x > 0.0 else -g if x < 0.0 else 0.0 * x


def d_log(x, out, g):
    inverse = ieee_divide(1.0, x)
    return inverse * g if is_normal(inverse) else ieee_divide(g, x)


def one_minus_square(x):
    square = x * x  # near 1, 1 - square loses up to half of the digits
    return (1.0 - x) * (1.0 + x) if square > 0.5 else 1.0 - square


def d_atan(x, out, g):
    square = x * x
    if square > 1e300 and math.isfinite(x):
        return g / x / x
    return 1.0 / (1.0 + square) * g


def d_atan2_y(y, x, out, g):
    return over_square(x, y, x, g)


def d_atan2_x(y, x, out, g):
    return over_square(-y, y, x, g)


def over_square(a, x, y, g):
    """g * a / (x * x + y * y), also where the square overflows or underflows."""
    square = x * x + y * y
    larger = abs(x) if abs(x) > abs(y) else abs(y)
    if 1e-280 < square < 1e300 or not 0.0 < larger < inf:
        return ieee_divide(a, square) * g
    x /= larger
    y /= larger
    return a / larger / (x * x + y * y) * g / larger


# fmt: off
OPS = {
    op.name: op
    for op in (
        Op("add", "+", lambda x, y: x + y, (lambda x, y, out, g: g, lambda x, y, out, g: g)),
        Op("mul", "*", lambda x, y: x * y,
           (lambda x, y, out, g: y * g, lambda x, y, out, g: x * g)),
        Op("pow", "**", power, (d_power_base, d_power_exponent)),
        # the two operators with a parameter k that is no node
        Op("pow_k", "**", power, (d_power_base,)),
        Op("leaky_relu", "leaky_relu", lambda x, k: k * x if x < 0.0 else x,
           (lambda x, k, out, g: g if x > 0.0 else k * g,)),
        Op("abs", "abs", abs, (d_abs,)),
        Op("relu", "ReLU", relu, (lambda x, out, g: g if out > 0.0 else 0.0,)),
        Op("tanh", "tanh", math.tanh, (lambda x, out, g: (1.0 - out * out) * g,)),
        Op("sigmoid", "sigmoid", sigmoid, (lambda x, out, g: (out * (1.0 - out)) * g,)),
        Op("softplus", "softplus", softplus, (lambda x, out, g: sigmoid(x) * g,)),
        Op("exp", "exp", math.exp, (lambda x, out, g: out * g,)),
        Op("expm1", "expm1", math.expm1, (lambda x, out, g: (out + 1.0) * g,)),
        Op("log", "log", math.log, (d_log,)),
        Op("log1p", "log1p", math.log1p, (lambda x, out, g: ieee_divide(1.0, 1.0 + x) * g,)),
        Op("sqrt", "sqrt", math.sqrt, (lambda x, out, g: ieee_divide(0.5, out) * g,)),
        Op("sin", "sin", math.sin, (lambda x, out, g: ieee_cos(x) * g,)),
        Op("cos", "cos", math.cos, (lambda x, out, g: -ieee_sin(x) * g,)),
        Op("tan", "tan", math.tan, (lambda x, out, g: (1.0 + out * out) * g,)),
        Op("asin", "asin", math.asin,
           (lambda x, out, g: ieee_divide(1.0, ieee_sqrt(one_minus_square(x))) * g,)),
        Op("acos", "acos", math.acos,
           (lambda x, out, g: ieee_divide(-1.0, ieee_sqrt(one_minus_square(x))) * g,)),
        Op("atan", "atan", math.atan, (d_atan,)),
        Op("sinh", "sinh", math.sinh, (lambda x, out, g: ieee_cosh(x) * g,)),
        Op("cosh", "cosh", math.cosh, (lambda x, out, g: ieee_sinh(x) * g,)),
        Op("erf", "erf", erf, (lambda x, out, g: TWO_OVER_SQRT_PI * math.exp(-(x * x)) * g,)),
        Op("atan2", "atan2", math.atan2, (d_atan2_y, d_atan2_x)),
        # ties give their gradient to the first
        Op("maximum", "maximum", maximum,
           (lambda x, y, out, g: g if x >= y or x != x else 0.0,
            lambda x, y, out, g: 0.0 if x >= y or x != x else g)),
        Op("minimum", "minimum", minimum,
           (lambda x, y, out, g: g if x <= y or x != x else 0.0,
            lambda x, y, out, g: 0.0 if x <= y or x != x else g)),
        # the two halves of where(): what is left out is -0.0, because -0.0 + y is y for any y
        Op("if_positive", "if>0", lambda x, y: y if x > 0.0 else -0.0,
           (lambda x, y, out, g: 0.0, lambda x, y, out, g: g if x > 0.0 else 0.0)),
        Op("if_not_positive", "if<=0", lambda x, y: -0.0 if x > 0.0 else y,
           (lambda x, y, out, g: 0.0, lambda x, y, out, g: 0.0 if x > 0.0 else g)),
        # comparisons, as numbers
        Op("less", "<", lambda x, y: 1.0 if x < y else 0.0,
           (lambda x, y, out, g: 0.0, lambda x, y, out, g: 0.0)),
        Op("less_equal", "<=", lambda x, y: 1.0 if x <= y else 0.0,
           (lambda x, y, out, g: 0.0, lambda x, y, out, g: 0.0)),
        # the quotient and the product that gradients are made of, see derivatives.py; the
        # first factor of scale may be infinite where the second, a gradient, is 0
        Op("divide", "/", ieee_divide,
           (lambda x, y, out, g: ieee_divide(g, y), lambda x, y, out, g: ieee_divide(-out, y) * g)),
        Op("scale", "*", lambda x, y: 0.0 if y == 0.0 else x * y,
           (lambda x, y, out, g: y * g, lambda x, y, out, g: x * g)),
        # what detach() is where the data is not known yet
        Op("detach", "detach", lambda x: x, (lambda x, out, g: 0.0,)),
    )
}
# fmt: on

# The derivatives of all others can be infinite: a gradient of 0 passes on 0 there, and not the
# NaN of 0 times infinity. ops.h says of the rows in FINITE that they never raise.
FINITE = (
    "add", "mul", "leaky_relu", "abs", "relu", "maximum", "minimum", "if_positive",
    "if_not_positive", "less", "less_equal", "detach",
)  # fmt: skip


def passing_zero(op):
    def of_one(d):
        return lambda x, out, g: 0.0 if g == 0.0 else d(x, out, g)

    def of_two(d):
        return lambda x, y, out, g: 0.0 if g == 0.0 else d(x, y, out, g)

    takes_y = len(op.derivatives) == 2 or op.name == "pow_k"
    return op._replace(derivatives=tuple(map(of_two if takes_y else of_one, op.derivatives)))


OPS.update((name, passing_zero(op)) for name, op in OPS.items() if name not in FINITE)

# The rows that a program can only use through where(), comparisons, detach() and gradients().
ONLY_TRACED = (
    "if_positive", "if_not_positive", "less", "less_equal", "divide", "scale", "detach",
)  # fmt: skip
