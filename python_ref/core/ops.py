"""The operator table: one row for each operator, with its value and its derivatives.

``csrc/graph/ops.h`` is the same table in C, row for row. All that Python
has of an operator follows from its row here: the method of Value on both engines, the functions
in ``micrograd_c.functional``, their types and documentation, and the random programs of the
tests. docs/add-an-operator.md is the recipe for a new row.
"""

import math
from functools import partial
from math import inf, nan
from typing import Callable, NamedTuple, Optional

from python_ref.core import composites, ieee_libm, libm
from python_ref.core.composites import ieee_divide, is_normal
from python_ref.elementary import functions as elementary

TWO_OVER_SQRT_PI = 1.1283791670955126
LOG2_E, LOG10_E, LOG_2 = 1.4426950408889634, 0.4342944819032518, 0.6931471805599453

# The kinds of operators, by their operands: two nodes, one node, or one node and a number k
# that is no node and gets no gradient, such as the exponent of pow_k.
BINARY, UNARY, UNARY_K = "binary", "unary", "unary with k"
LIST = "list"  # any number of nodes: see TAKE


def not_a_number(*operands):
    return nan


def raises(error, when):
    """Return the section of a docstring that says when an operator raises."""
    return f"\n\nRaises:\n    {error}: {when}"


class Op(NamedTuple):
    """A row. ``y`` below is the second operand, or the k of a UNARY_K operator."""

    name: str
    kind: str  # BINARY, UNARY or UNARY_K
    label: str  # the _op of a node that the operator made
    may_raise: bool  # see ``value``; if True, the derivatives can be infinite, see passing_zero
    # (x) or (x, y) -> float. It raises what Python's math raises.
    value: Callable
    # One function for each operand that is a node: (x, out, g) or (x, y, out, g) -> what the
    # operand's gradient increases by. ``out`` is the operator's result, ``g`` its gradient.
    # It never raises: infinities and NaNs flow, as in C.
    derivatives: tuple
    # The docstring of the method, about ``self`` and ``second``. None: there is no such method,
    # because the operator is written as a symbol, or only jit's traces use it.
    doc: Optional[str] = None
    ieee: Callable = not_a_number  # the value in IEEE arithmetic, asked where ``value`` raises
    second: str = "other"  # the name of the method's second parameter
    default: Optional[float] = None  # the default of k, where the method has one


# --- values ------------------------------------------------------------------


def relu(x):
    return 0.0 if x < 0.0 else x  # -0.0 and NaN pass through


def ieee_scale(x, y):
    return 0.0 if y == 0.0 else x * y


def raising(ieee):
    """Return the function with a ValueError for a NaN or infinity that its operands are not."""

    def value(x, y):
        out = ieee(x, y)
        is_new_nan = out != out and x == x and y == y
        if is_new_nan or (math.isinf(out) and math.isfinite(x) and math.isfinite(y)):
            raise ValueError(f"{out} from {x!r} and {y!r}")
        return out

    return value


def maximum(x, y):
    return x if x >= y or x != x else y  # a NaN on either side comes out


def minimum(x, y):
    return x if x <= y or x != x else y


# --- derivatives -------------------------------------------------------------


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


def d_step(x, out, g):
    return 0.0


def passing_zero(op):
    """Return the row with derivatives that are 0 where ``g`` is 0.

    Where the derivative is infinite, they would be NaN otherwise, as 0 times infinity is.
    """

    def of_one(d):
        return lambda x, out, g: 0.0 if g == 0.0 else d(x, out, g)

    def of_two(d):
        return lambda x, y, out, g: 0.0 if g == 0.0 else d(x, y, out, g)

    wrap = of_one if op.kind == UNARY else of_two
    return op._replace(derivatives=tuple(map(wrap, op.derivatives)))


# fmt: off
def operators(f, ieee, d_power_k):
    """Return the table, by name, computed with these modules of elementary functions.

    ``f`` has the functions of libm.py, and may raise; ``ieee`` has them in IEEE arithmetic.
    ``d_power_k``: the derivative of ``x**k``. Eager Values have micrograd's formula, while jit's
    programs derive ``1 / x`` from its value.
    """
    rows = (
        # written as symbols
        Op("add", BINARY, "+", False, lambda x, y: x + y,
           (lambda x, y, out, g: g, lambda x, y, out, g: g)),
        Op("mul", BINARY, "*", False, lambda x, y: x * y,
           (lambda x, y, out, g: y * g, lambda x, y, out, g: x * g)),
        Op("pow", BINARY, "**", True, f.pow,
           (partial(composites.d_power_base, ieee), partial(composites.d_power_exponent, ieee)),
           ieee=ieee.pow),
        Op("pow_k", UNARY_K, "**", True, f.pow, (partial(d_power_k, ieee),),
           ieee=ieee.pow),
        # functions and methods
        Op("leaky_relu", UNARY_K, "leaky_relu", False, lambda x, k: k * x if x < 0.0 else x,
           (lambda x, k, out, g: g if x > 0.0 else k * g,),
           "self where positive, slope * self where not.", second="slope", default=0.01),
        Op("abs", UNARY, "abs", False, abs, (d_abs,),
           "The absolute value. Its derivative at 0 is 0."),
        Op("relu", UNARY, "ReLU", False, relu, (lambda x, out, g: g if out > 0.0 else 0.0,),
           "max(self, 0). Its derivative is 1 where the output is > 0, else 0."),
        Op("tanh", UNARY, "tanh", True, f.tanh, (lambda x, out, g: (1.0 - out * out) * g,),
           "The hyperbolic tangent."),
        Op("sigmoid", UNARY, "sigmoid", True, f.sigmoid,
           (lambda x, out, g: (out * (1.0 - out)) * g,),
           "1 / (1 + exp(-self)), for any finite input without overflow."),
        Op("softplus", UNARY, "softplus", True, f.softplus,
           (lambda x, out, g: ieee.sigmoid(x) * g,),
           "log(1 + exp(self)), for any finite input without overflow."),
        Op("silu", UNARY, "silu", True, f.silu,
           (partial(composites.d_silu, ieee),),
           "self * sigmoid(self). Source: https://arxiv.org/abs/1606.08415."),
        Op("gelu", UNARY, "gelu", True, partial(composites.gelu, f),
           (partial(composites.d_gelu, ieee),),
           "self times the standard normal distribution function of self, computed with erfc, not\n"
           "the tanh approximation. Source: https://arxiv.org/abs/1606.08415."),
        Op("exp", UNARY, "exp", True, f.exp, (lambda x, out, g: out * g,),
           "e ** self." + raises("OverflowError", "Where ``math.exp`` does."), ieee.exp),
        Op("exp2", UNARY, "exp2", True, f.exp2, (lambda x, out, g: (out * LOG_2) * g,),
           "2 ** self." + raises("OverflowError", "From 1024 on."), ieee.exp2),
        Op("expm1", UNARY, "expm1", True, f.expm1, (lambda x, out, g: (out + 1.0) * g,),
           "exp(self) - 1, accurate near 0.", ieee.expm1),
        Op("log", UNARY, "log", True, f.log, (d_log,),
           "The natural logarithm." + raises("ValueError", "For 0 and negatives."), ieee.log),
        Op("log2", UNARY, "log2", True, f.log2, (lambda x, out, g: d_log(x, out, g) * LOG2_E,),
           "The logarithm to base 2." + raises("ValueError", "For 0 and negatives."), ieee.log2),
        Op("log10", UNARY, "log10", True, f.log10,
           (lambda x, out, g: d_log(x, out, g) * LOG10_E,),
           "The logarithm to base 10." + raises("ValueError", "For 0 and negatives."), ieee.log10),
        Op("log1p", UNARY, "log1p", True, f.log1p,
           (lambda x, out, g: ieee_divide(1.0, 1.0 + x) * g,),
           "log(1 + self), accurate near 0." + raises("ValueError", "From -1 down."), ieee.log1p),
        Op("sqrt", UNARY, "sqrt", True, f.sqrt, (lambda x, out, g: ieee_divide(0.5, out) * g,),
           "The square root." + raises("ValueError", "For negatives.")),
        Op("sin", UNARY, "sin", True, f.sin, (lambda x, out, g: ieee.cos(x) * g,),
           "The sine of an angle in radians."),
        Op("cos", UNARY, "cos", True, f.cos, (lambda x, out, g: -ieee.sin(x) * g,),
           "The cosine of an angle in radians."),
        Op("tan", UNARY, "tan", True, f.tan, (lambda x, out, g: (1.0 + out * out) * g,),
           "The tangent of an angle in radians."),
        Op("asin", UNARY, "asin", True, f.asin,
           (lambda x, out, g: ieee_divide(1.0, ieee.sqrt(one_minus_square(x))) * g,),
           "The arc sine, in radians." + raises("ValueError", "Outside [-1, 1].")),
        Op("acos", UNARY, "acos", True, f.acos,
           (lambda x, out, g: ieee_divide(-1.0, ieee.sqrt(one_minus_square(x))) * g,),
           "The arc cosine, in radians." + raises("ValueError", "Outside [-1, 1].")),
        Op("atan", UNARY, "atan", True, f.atan, (d_atan,),
           "The arc tangent, in radians."),
        Op("sinh", UNARY, "sinh", True, f.sinh, (lambda x, out, g: ieee.cosh(x) * g,),
           "The hyperbolic sine."
           + raises("OverflowError", "Where ``math.sinh`` does."), ieee.sinh),
        Op("cosh", UNARY, "cosh", True, f.cosh, (lambda x, out, g: ieee.sinh(x) * g,),
           "The hyperbolic cosine."
           + raises("OverflowError", "Where ``math.cosh`` does."), ieee.cosh),
        Op("asinh", UNARY, "asinh", True, f.asinh,
           (lambda x, out, g: 1.0 / ieee.hypot(x, 1.0) * g,),
           "The inverse of sinh."),
        Op("acosh", UNARY, "acosh", True, f.acosh,
           (lambda x, out, g: ieee_divide(1.0, ieee.sqrt(x - 1.0) * ieee.sqrt(x + 1.0)) * g,),
           "The inverse of cosh." + raises("ValueError", "Below 1.")),
        Op("atanh", UNARY, "atanh", True, f.atanh,
           (lambda x, out, g: ieee_divide(1.0, one_minus_square(x)) * g,),
           "The inverse of tanh." + raises("ValueError", "Outside (-1, 1)."), ieee.atanh),
        Op("erf", UNARY, "erf", True, f.erf,
           (lambda x, out, g: TWO_OVER_SQRT_PI * ieee.exp(-(x * x)) * g,),
           "The error function."),
        Op("erfc", UNARY, "erfc", True, f.erfc,
           (lambda x, out, g: -TWO_OVER_SQRT_PI * ieee.exp(-(x * x)) * g,),
           "1 - erf(self), accurate where erf is near 1."),
        Op("lgamma", UNARY, "lgamma", True, f.lgamma,
           (lambda x, out, g: ieee.digamma(x) * g,),
           "The logarithm of abs(gamma(self))."
           + raises("ValueError", "At 0 and the negative integers."),
           ieee.lgamma),
        Op("digamma", UNARY, "digamma", True, f.digamma,
           (lambda x, out, g: ieee.polygamma(x, 1.0) * g,),
           "The derivative of lgamma." + raises("ValueError", "At 0 and the negative integers."),
           ieee.digamma),
        Op("floor", UNARY, "floor", False, libm.floor, (d_step,),
           "The largest whole number that is not above self; infinities and NaN stay. Its\n"
           "derivative is 0 everywhere."),
        Op("ceil", UNARY, "ceil", False, libm.ceil, (d_step,),
           "The smallest whole number that is not below self; infinities and NaN stay. Its\n"
           "derivative is 0 everywhere."),
        Op("sign", UNARY, "sign", False, libm.sign, (d_step,),
           "1 where positive, -1 where negative; zeros and NaN stay. Its derivative is 0."),
        Op("atan2", BINARY, "atan2", True, f.atan2, (d_atan2_y, d_atan2_x),
           "The angle of the point (x, self) in radians, as ``math.atan2(self, x)``.", second="x"),
        Op("hypot", BINARY, "hypot", True, f.hypot,
           (lambda x, y, out, g: composites.d_hypot(ieee, x, x, y, out, g),
            lambda x, y, out, g: composites.d_hypot(ieee, y, x, y, out, g)),
           "sqrt(self ** 2 + y ** 2), without overflow of the squares. Its derivatives are 0 at\n"
           "(0, 0)." + raises("OverflowError", "Where the result does not fit."),
           ieee=ieee.hypot, second="y"),
        Op("maximum", BINARY, "maximum", False, maximum,
           (lambda x, y, out, g: g if x >= y or x != x else 0.0,
            lambda x, y, out, g: 0.0 if x >= y or x != x else g),
           "The larger of two; NaN if either is. A tie gives its gradient to self."),
        Op("minimum", BINARY, "minimum", False, minimum,
           (lambda x, y, out, g: g if x <= y or x != x else 0.0,
            lambda x, y, out, g: 0.0 if x <= y or x != x else g),
           "The smaller of two; NaN if either is. A tie gives its gradient to self."),
        # The two halves of where(). The half not taken is -0.0, because -0.0 + y is y for any y.
        Op("if_positive", BINARY, "if>0", False, lambda x, y: y if x > 0.0 else -0.0,
           (lambda x, y, out, g: 0.0, lambda x, y, out, g: g if x > 0.0 else 0.0)),
        Op("if_not_positive", BINARY, "if<=0", False, lambda x, y: -0.0 if x > 0.0 else y,
           (lambda x, y, out, g: 0.0, lambda x, y, out, g: 0.0 if x > 0.0 else g)),
        # comparisons, as the numbers 1 and 0
        Op("less", BINARY, "<", False, lambda x, y: 1.0 if x < y else 0.0,
           (lambda x, y, out, g: 0.0, lambda x, y, out, g: 0.0)),
        Op("less_equal", BINARY, "<=", False, lambda x, y: 1.0 if x <= y else 0.0,
           (lambda x, y, out, g: 0.0, lambda x, y, out, g: 0.0)),
        # the quotient and the product that gradients are made of, see derivatives.py: the first
        # factor of scale may be infinite where the second, a gradient, is 0
        Op("divide", BINARY, "/", True, raising(ieee_divide),
           (lambda x, y, out, g: ieee_divide(g, y),
            lambda x, y, out, g: ieee_divide(-out, y) * g), ieee=ieee_divide),
        Op("scale", BINARY, "*", True, raising(ieee_scale),
           (lambda x, y, out, g: y * g, lambda x, y, out, g: x * g), ieee=ieee_scale),
        # the derivative of order k of digamma
        Op("polygamma", UNARY_K, "polygamma", True, f.polygamma,
           (lambda x, k, out, g: ieee.polygamma(x, k + 1.0) * g,),
           ieee=ieee.polygamma),
        # what detach() records in a trace, where the data is not known yet
        Op("detach", UNARY, "detach", False, lambda x: x, (lambda x, out, g: 0.0,)),
    )
    return {op.name: passing_zero(op) if op.may_raise else op for op in rows}
# fmt: on

# Of eager operators and nets, and of jit's programs; the latter's values do not raise.
OPS = operators(libm, ieee_libm, composites.d_power_base)
JIT_OPS = operators(elementary, elementary, composites.d_power_k)


# What ``take`` records in a trace: the first operand is the index of the one, among the others,
# that is the value. No row of OPS, because the number of operands varies: jit's programs know its
# value and derivative, and derivatives.py the derivative as Values.
TAKE = Op("take", LIST, "take", False, not_a_number, ())

# The operators that never raise, and whose derivatives are finite.
FINITE = tuple(name for name, op in OPS.items() if not op.may_raise)
# The operators that are written as symbols, and those that programs call by name.
SYMBOLS = ("add", "mul", "pow", "pow_k")
NAMED = tuple(op for op in OPS.values() if op.doc)
# The operators that programs only use through where(), comparisons, detach() and gradients().
ONLY_TRACED = tuple(name for name, op in OPS.items() if not op.doc and name not in SYMBOLS)
