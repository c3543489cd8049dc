"""The derivatives of the operators, written with operators: gradients that can be differentiated.

``ops.py`` has the same derivatives as functions of floats. Here each takes and returns Values of
either engine, so that the gradient has a graph of its own. The data of what they return equals
what ``backward()`` adds, to the last bit. All are linear in ``g``: called with a tangent as ``g``
they give the derivative of forward mode.

A derivative is called with the operands, then the output, then ``g``, and returns a Value, or
None for a derivative that is 0 everywhere. Where a formula depends on the operands' data, an
eager gradient takes the one that fits. In a function that ``jit`` traces the data is not known
(that of parameters changes from run to run), so there the choice is part of the graph.
"""

import math

from python_ref.core.composites import INVERSE_SQRT_2_PI, is_normal
from python_ref.core.libm import SQRT_HALF
from python_ref.core.numbers import is_value
from python_ref.core.ops import LOG2_E, LOG10_E, LOG_2, TWO_OVER_SQRT_PI
from python_ref.core.tracing import current_trace

# Operators by name, not by Python's symbols: those may be overridden by a program.


def apply(name, x, *others):
    return x._apply_two(name, *others) if others else x._apply(name)


def add(x, y):
    return apply("add", x, y)


def mul(x, y):
    return apply("mul", x, y)


def minus(x):
    return mul(x, -1.0)


def one_minus(x):
    return add(minus(x), 1.0)


def power(x, y):
    return apply("pow", x, y) if is_value(y) else x._apply_k("pow_k", y, f"**{y}")


def divide(x, y):
    """x / y, where x may be a number. Infinite or NaN where y is 0."""
    return apply("divide", x if is_value(x) else y._constant(x), y)


def scale(factor, g):
    """factor * g, but 0 where g is 0, even if the factor is infinite."""
    return apply("scale", factor, g)


def zero(g):
    return g._constant(0.0)


def select(condition, a, b):
    """``a()`` where the condition is positive, else ``b()``. Both return Values."""
    if not current_trace():
        return a() if condition.data > 0.0 else b()
    return add(apply("if_positive", condition, a()), apply("if_not_positive", condition, b()))


# --- powers ------------------------------------------------------------------------


def d_power_k(x, k, out, g):
    """Of x ** k, where k is a number."""
    if k == 0.0 or k == 1.0:
        return mul(g, k)
    if k == 2.0:
        return scale(mul(x, k), g)
    return power_slope(x, k, k - 1.0, g)


def d_power_base(x, y, out, g):
    """Of x ** y, where y is a Value."""
    if not current_trace() and y.data in (0.0, 1.0) and (x.data == 0.0 or x.data != x.data):
        return mul(y, g)
    return power_slope(x, y, add(y, -1.0), g)


def power_slope(x, y, y_minus_1, g):
    """y * x ** (y - 1) * g; the power as two factors where it alone overflows or underflows."""
    slope = power(x, y_minus_1)
    is_eager = not current_trace()
    if is_eager and is_extreme(slope.data) and has_root(x.data) and g.data != 0.0 and not is_2(y):
        half = mul(y_minus_1, 0.5) if is_value(y) else 0.5 * y_minus_1
        root = power(apply("abs", x), half)
        return mul(scale(mul(mul(root, math.copysign(1.0, slope.data)), y), g), root)
    return scale(mul(slope, y), g)


def is_2(y):
    """True for the exponent 2. The slope is then 2 * x, which is exact."""
    return (y.data if is_value(y) else y) == 2.0


def is_extreme(x):
    return not is_normal(x) and x == x


def has_root(x):
    """True if a power of abs(x) with half of the exponent may be finite where the power is not."""
    return x != 0.0 and math.isfinite(x)


def d_power_exponent(x, y, out, g):
    if not current_trace():
        return zero(g) if x.data == 0.0 and y.data >= 0.0 else power_log(x, out, g)
    is_0 = apply("less_equal", apply("abs", x), 0.0)
    is_0_power = mul(is_0, apply("less_equal", y._constant(0.0), y))
    return select(is_0_power, lambda: zero(g), lambda: power_log(x, out, g))


def power_log(x, out, g):
    return scale(mul(out, apply("log", x)), g)


# --- other functions of one number --------------------------------------------------


def d_abs(x, out, g):
    return select(x, lambda: g, lambda: select(minus(x), lambda: minus(g), lambda: mul(x, 0.0)))


def d_log(x, out, g):
    inverse = divide(1.0, x)
    if current_trace() or is_normal(inverse.data) or g.data == 0.0:
        return scale(inverse, g)
    return divide(g, x)


def one_minus_square(x):
    square = mul(x, x)
    return select(
        add(square, -0.5), lambda: mul(one_minus(x), add(x, 1.0)), lambda: one_minus(square)
    )


def d_arc(sign):
    return lambda x, out, g: scale(divide(sign, apply("sqrt", one_minus_square(x))), g)


def d_atan(x, out, g):
    square = mul(x, x)
    if not current_trace() and square.data > 1e300 and math.isfinite(x.data):
        return divide(divide(g, x), x)
    return scale(divide(1.0, add(square, 1.0)), g)


def d_silu(x, out, g):
    s, s_of_minus = apply("sigmoid", x), apply("sigmoid", minus(x))
    factor = select(
        x,
        lambda: mul(s, one_minus(apply("silu", minus(x)))),
        lambda: add(s, mul(out, s_of_minus)),
    )
    return scale(factor, g)


def d_gelu(x, out, g):
    below = mul(apply("erfc", mul(x, -SQRT_HALF)), 0.5)

    def with_density():
        density = mul(apply("exp", mul(mul(x, x), -0.5)), INVERSE_SQRT_2_PI)
        return add(below, mul(x, density))

    is_near = apply("less_equal", apply("abs", x), 40.0)
    return scale(select(is_near, with_density, lambda: below), g)


def d_acosh(x, out, g):
    root = mul(apply("sqrt", add(x, -1.0)), apply("sqrt", add(x, 1.0)))
    return scale(divide(1.0, root), g)


def polygamma(x, order):
    return x._apply_k("polygamma", order, "polygamma")


# --- functions of two ---------------------------------------------------------------


def d_dividend(x, y, out, g):
    """g / y, but 0 where g is 0, even if y is 0. It is linear in g there too."""

    def at_0():
        return scale(divide(1.0, y), g)

    if not current_trace():
        return at_0() if g.data == 0.0 else divide(g, y)
    is_0 = apply("less_equal", apply("abs", g), 0.0)
    return select(is_0, at_0, lambda: divide(g, y))


def over_square(a, x, y, g):
    """g * a / (x * x + y * y), also where the square overflows or underflows."""
    square = add(mul(x, x), mul(y, y))
    if current_trace() or 1e-280 < square.data < 1e300:
        return scale(divide(a, square), g)
    larger = abs(x.data) if abs(x.data) > abs(y.data) else abs(y.data)
    if not 0.0 < larger < math.inf:
        return scale(divide(a, square), g)
    larger = x._constant(larger)  # any number serves, it cancels
    x, y = divide(x, larger), divide(y, larger)
    square = add(mul(x, x), mul(y, y))
    return divide(scale(divide(divide(a, larger), square), g), larger)


def d_hypot(a, x, y, out, g):
    """g * a / out, where a is x or y; 0 where both are 0."""
    if current_trace():
        return select(out, lambda: scale(divide(a, out), g), lambda: mul(out, 0.0))
    if out.data == 0.0:
        return zero(g)
    if out.data < 1e-290:  # it may have fewer digits
        a, x, y = (mul(v, 2.0**600) for v in (a, x, y))
        out = apply("hypot", x, y)
    return scale(divide(a, out), g)


def d_larger(takes_first):
    """Of maximum or minimum; ``takes_first(x, y)`` compares numbers."""
    is_maximum = takes_first(1.0, 0.0)

    def first(x, y):
        """A condition: positive where the first operand is taken."""
        if not current_trace():
            return x._constant(1.0 if takes_first(x.data, y.data) or x.data != x.data else 0.0)
        comes_first = apply("less_equal", *((y, x) if is_maximum else (x, y)))
        is_number = apply("less_equal", x, x)
        return one_minus(add(is_number, minus(comes_first)))  # a NaN in x is taken too

    return (
        lambda x, y, out, g: select(first(x, y), lambda: g, lambda: zero(g)),
        lambda x, y, out, g: select(first(x, y), lambda: zero(g), lambda: g),
    )


def d_step(x, out, g):
    return zero(g)  # not None: operators below pass on 0, as in backward(), or NaN


def nothing(*_):
    """The derivative of a comparison: 0."""
    return None


# --- an entry of a table ------------------------------------------------------------


def d_take(index, i, g):
    """Of ``take`` by entry ``i``: ``g`` in the rows whose index is i. Only traces have takes."""
    distance = add(index, -float(i))
    is_taken = add(minus(mul(distance, distance)), 0.25)
    return select(is_taken, lambda: g, lambda: zero(g))


# fmt: off
DERIVATIVES = {  # by the name of the row in OPS, one function an operand
    "add": (lambda x, y, out, g: g, lambda x, y, out, g: g),
    "mul": (lambda x, y, out, g: mul(y, g), lambda x, y, out, g: mul(x, g)),
    "pow": (d_power_base, d_power_exponent),
    "pow_k": (d_power_k,),
    "leaky_relu": (lambda x, k, out, g: select(x, lambda: g, lambda: mul(g, k)),),
    "abs": (d_abs,),
    "relu": (lambda x, out, g: select(out, lambda: g, lambda: zero(g)),),
    "tanh": (lambda x, out, g: scale(one_minus(mul(out, out)), g),),
    "sigmoid": (lambda x, out, g: scale(mul(out, one_minus(out)), g),),
    "softplus": (lambda x, out, g: scale(apply("sigmoid", x), g),),
    "silu": (d_silu,),
    "gelu": (d_gelu,),
    "exp": (lambda x, out, g: scale(out, g),),
    "exp2": (lambda x, out, g: scale(mul(out, LOG_2), g),),
    "expm1": (lambda x, out, g: scale(add(out, 1.0), g),),
    "log": (d_log,),
    "log2": (lambda x, out, g: mul(d_log(x, out, g), LOG2_E),),
    "log10": (lambda x, out, g: mul(d_log(x, out, g), LOG10_E),),
    "log1p": (lambda x, out, g: scale(divide(1.0, add(x, 1.0)), g),),
    "sqrt": (lambda x, out, g: scale(divide(0.5, out), g),),
    "sin": (lambda x, out, g: scale(apply("cos", x), g),),
    "cos": (lambda x, out, g: scale(minus(apply("sin", x)), g),),
    "tan": (lambda x, out, g: scale(add(mul(out, out), 1.0), g),),
    "asin": (d_arc(1.0),),
    "acos": (d_arc(-1.0),),
    "atan": (d_atan,),
    "sinh": (lambda x, out, g: scale(apply("cosh", x), g),),
    "cosh": (lambda x, out, g: scale(apply("sinh", x), g),),
    "asinh": (lambda x, out, g: scale(divide(1.0, apply("hypot", x, 1.0)), g),),
    "acosh": (d_acosh,),
    "atanh": (lambda x, out, g: scale(divide(1.0, one_minus_square(x)), g),),
    "erf": (lambda x, out, g:
            scale(mul(apply("exp", minus(mul(x, x))), TWO_OVER_SQRT_PI), g),),
    "erfc": (lambda x, out, g:
             scale(mul(apply("exp", minus(mul(x, x))), -TWO_OVER_SQRT_PI), g),),
    "lgamma": (lambda x, out, g: scale(apply("digamma", x), g),),
    "digamma": (lambda x, out, g: scale(polygamma(x, 1.0), g),),
    "floor": (d_step,),
    "ceil": (d_step,),
    "sign": (d_step,),
    "atan2": (lambda y, x, out, g: over_square(x, y, x, g),
              lambda y, x, out, g: over_square(minus(y), y, x, g)),
    "hypot": (lambda x, y, out, g: d_hypot(x, x, y, out, g),
              lambda x, y, out, g: d_hypot(y, x, y, out, g)),
    "maximum": d_larger(lambda x, y: x >= y),
    "minimum": d_larger(lambda x, y: x <= y),
    "if_positive": (nothing, lambda x, y, out, g: select(x, lambda: g, lambda: zero(g))),
    "if_not_positive": (nothing, lambda x, y, out, g: select(x, lambda: zero(g), lambda: g)),
    "less": (nothing, nothing),
    "less_equal": (nothing, nothing),
    "divide": (d_dividend,
               lambda x, y, out, g: scale(divide(minus(out), y), g)),
    "scale": (lambda x, y, out, g: scale(y, g), lambda x, y, out, g: scale(x, g)),
    "polygamma": (lambda x, k, out, g: scale(polygamma(x, k + 1.0), g),),
    "detach": (nothing,),
}
# fmt: on
