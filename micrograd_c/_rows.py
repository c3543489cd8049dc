"""Functions of whole rows of Values, for ``functional``: sums, softmax, normalizations, linear.

Each is written here in operators, which fixes its graph and its rounding. On the C engine,
one call of C builds the same graph where all operands are plain Values.
"""

import functools
import math
import operator

from micrograd_c._backend import backend
from python_ref.core.modes import is_watched
from python_ref.core.numbers import describe, to_float
from python_ref.core.operators import Operators
from python_ref.core.ops import OPS
from python_ref.core.tracing import current_trace

if backend == "c":
    from micrograd_c._c import bulk as c_bulk
else:
    c_bulk = None


def in_c(name, *lists):
    """Return a helper's result from one call of C, or None if operators must compute it."""
    trace = current_trace()
    if trace:
        made = trace.sum_in_c(name, lists)
        if made is not None:
            return made
    if not c_bulk or is_watched():
        return None
    if all(map(c_bulk.are_plain, lists)) and c_bulk.are_original():
        return getattr(c_bulk, name)(*lists)
    return None


def row_in_c(name, values, eps=0.0, weight=None, bias=None):
    """The same for a function that makes a row of Values, from the arguments as they are."""
    if c_bulk and not current_trace() and not is_watched() and c_bulk.are_original():
        return c_bulk.row(name, values, eps, weight, bias)
    return None


def non_empty(values, name):
    """Return the values as a list; raise ValueError if there are none."""
    values = list(values)
    if not values:
        raise ValueError(f"{name} of no values")
    return values


def total(values):
    """The sum of ``values``, added from left to right from 0 on, as ``sum`` does."""
    values = list(values)
    made = in_c("total", values)
    return sum(values) if made is None else made


def mean(values):
    """``total(values) / len(values)``.

    Raises:
        ValueError: For no values.
    """
    values = non_empty(values, "mean")
    return total(values) / len(values)


def dot(ws, xs, start=None):
    """start + ws[0] * xs[0] + ws[1] * xs[1] + ..., added from left to right.

    Args:
        ws: A sequence of n Values or numbers.
        xs: Another one of n.
        start: A Value or a number; None stands for 0, as in ``sum``.

    Raises:
        ValueError: If ``ws`` and ``xs`` differ in length.
    """
    ws, xs = list(ws), list(xs)
    if len(ws) != len(xs):
        raise ValueError(f"dot of {len(ws)} and {len(xs)} elements, expected as many of each")
    made = in_c("dot", ws, xs, [] if start is None else [start])
    if made is not None:
        return made
    return sum((w * x for w, x in zip(ws, xs)), 0 if start is None else start)


# --- softmax and the like -----------------------------------------------------------


def logsumexp(values):
    """log(exp(values[0]) + exp(values[1]) + ...), without overflow.

    The largest value is subtracted before and added after.
    Source: https://en.wikipedia.org/wiki/LogSumExp.

    Raises:
        ValueError: For no values, and if all are -inf, as log(0) does.
    """
    values = non_empty(values, "logsumexp")
    made = None if current_trace() else in_c("logsumexp", values)
    if made:
        return made
    m = largest(values)
    return applied("log", total([applied("exp", v - m) for v in values])) + m


def softmax(values):
    """The list of exp(v) / (the sum of all exp(v)), without overflow.

    m, the largest data of the values, is subtracted as a number:
    ``exps = [exp(v - m) for v in values]``, ``[e / total(exps) for e in exps]``, with one total.
    Source: https://en.wikipedia.org/wiki/Softmax_function.

    Raises:
        ValueError: For no values.
    """
    made = row_in_c("softmax", values)
    if made is not None:
        return made
    values = non_empty(values, "softmax")
    m = largest(values)
    exps = [applied("exp", v - m) for v in values]
    sum_of_exps = total(exps)
    return [e * sum_of_exps**-1 for e in exps]


def log_softmax(values):
    """The list of log(softmax(values)), computed without overflow and without log(0).

    m, the largest data of the values, is subtracted as a number: ``shifted = [v - m for v in
    values]``, ``[s - log(total([exp(s) for s in shifted])) for s in shifted]``, with one log.
    Of numbers alone it returns floats.

    Raises:
        ValueError: For no values, and if all are -inf.

    >>> from micrograd_c.engine import Value
    >>> from micrograd_c.functional import log_softmax
    >>> [v.data for v in log_softmax([Value(1000.0), Value(0.0)])]
    [0.0, -1000.0]
    """
    made = row_in_c("log_softmax", values)
    if made is not None:
        return made
    values = row_of(values, "log_softmax", "values")
    m = largest(values)
    shifted = [v - m for v in values]
    minus_log = applied("log", added([applied("exp", s) for s in shifted])) * -1
    return [s + minus_log for s in shifted]


def applied(name, x):
    """Return the result of an operator of one operand, for a Value or a number."""
    return getattr(x, name)() if isinstance(x, Operators) else OPS[name].value(to_float(x))


def largest(values):
    """Return the largest of the values' data, ignoring NaN; 0 if that is infinite."""
    if current_trace() and any(isinstance(v, Operators) for v in values):
        return traced_largest(values)
    m = to_float(values[0])
    for v in values[1:]:
        m = max(m, to_float(v))
    return m if m - m == 0.0 else 0.0


def traced_largest(values):
    """Return ``largest`` as a Value, in a function that jit traces: each row has its own."""
    m = pairwise(maximum, values)
    is_finite = math.inf - m.abs()  # where m is infinite, NaN, which is not positive
    taken = is_finite._apply("if_positive", m)
    return (taken + is_finite._apply("if_not_positive", m._operand(0.0))).detach()


def pairwise(operator, values):
    """Apply an associative operator to neighbours until one value is left.

    Few results then wait for each other, so jit computes those of several rows at once.
    """
    while len(values) > 1:
        pairs = [operator(a, b) for a, b in zip(values[::2], values[1::2])]
        values = pairs + values[len(pairs) * 2 :]
    return values[0]


def maximum(x, y):
    """The larger of two Values or numbers, as ``functional.maximum``."""
    if isinstance(x, Operators):
        return x.maximum(y)
    if isinstance(y, Operators):
        return y._constant(x).maximum(y)
    return OPS["maximum"].value(to_float(x), to_float(y))


# --- normalizations --------------------------------------------------------------------


def rms_norm(x, eps=1e-5):
    """x divided by the root of the mean of its squares.

    Source: https://arxiv.org/abs/1910.07467, without its gain.

    Args:
        x: A list of n Values or numbers.
        eps: A number >= 0, which is added to the mean.

    Returns:
        A list of n Values, or floats of numbers alone:
        ``inverse = (total([v * v for v in x]) / n + eps) ** -0.5``, ``[v * inverse for v in x]``.

    Raises:
        ValueError: For no values and for a negative, infinite or NaN ``eps``.
        TypeError: For elements that are neither Values nor numbers.
        ZeroDivisionError: For all zeros with ``eps=0``.

    >>> from micrograd_c.engine import Value
    >>> from micrograd_c.functional import rms_norm
    >>> [v.data for v in rms_norm([Value(3.0), Value(-3.0)], eps=0)]
    [1.0, -1.0]
    """
    eps = checked_eps(eps, "rms_norm")
    made = row_in_c("rms_norm", x, eps)
    if made is not None:
        return made
    x = row_of(x, "rms_norm", "x")
    inverse = inverse_norm(x, eps)
    return [v * inverse for v in x]


def layer_norm(x, weight=None, bias=None, eps=1e-5):
    """x shifted to the mean 0 and scaled to the variance 1.

    Source: https://arxiv.org/abs/1607.06450, with the eps of PyTorch's LayerNorm.

    Args:
        x: A list of n Values or numbers.
        weight: Another one of n, the factors of the results; None for none.
        bias: Another one of n, which is added to them; None for none.
        eps: A number >= 0, which is added to the variance.

    Returns:
        A list of n Values, or floats of numbers alone. With ``minus_mean = -(total(x) / n)``,
        ``d = [v + minus_mean for v in x]`` and
        ``inverse = (total([v * v for v in d]) / n + eps) ** -0.5``, the i-th is
        ``d[i] * inverse * weight[i] + bias[i]``.

    Raises:
        ValueError: For no values, for a ``weight`` or ``bias`` of another length and for a
            negative, infinite or NaN ``eps``.
        TypeError: For elements that are neither Values nor numbers.

    >>> from micrograd_c.engine import Value
    >>> from micrograd_c.functional import layer_norm
    >>> [v.data for v in layer_norm([Value(1.0), Value(5.0)], bias=[0.5, 0.5], eps=0)]
    [-0.5, 1.5]
    """
    eps = checked_eps(eps, "layer_norm")
    made = row_in_c("layer_norm", x, eps, weight, bias)
    if made is not None:
        return made
    x = row_of(x, "layer_norm", "x")
    weight = None if weight is None else row_of(weight, "layer_norm", "weight", len(x))
    bias = None if bias is None else row_of(bias, "layer_norm", "bias", len(x))
    minus_mean = added(x) * len(x) ** -1 * -1
    centered = [v + minus_mean for v in x]
    inverse = inverse_norm(centered, eps)
    result = [v * inverse for v in centered]
    if weight is not None:
        result = [v * w for v, w in zip(result, weight)]
    return result if bias is None else [v + b for v, b in zip(result, bias)]


def inverse_norm(x, eps):
    """Return (the mean of the squares + eps) ** -0.5."""
    return (added([v * v for v in x]) * len(x) ** -1 + eps) ** -0.5


def checked_eps(eps, name):
    if isinstance(eps, Operators):
        raise TypeError(f"{name}: expected eps as a number, got a Value: write float(eps.data)")
    eps = to_float(eps)
    if not 0.0 <= eps < math.inf:
        raise ValueError(f"{name}: expected eps >= 0 and finite, got {eps}")
    return eps


# --- linear --------------------------------------------------------------------------------


def linear(x, weights, bias=None):
    """weights times x, plus bias: one output for each row of ``weights``.

    On the C engine it is one call, and each output one node, where ``x``, ``weights`` and
    ``bias`` are lists or tuples of Values, and weights and bias were not computed. To look at an
    output, by ``_prev`` for example, makes the nodes that it stands for.

    Args:
        x: A list of n Values or numbers.
        weights: A list of m rows of n.
        bias: A list of m, or None for none.

    Returns:
        A list of m outputs. Output j is ``sum(w * v for w, v in zip(weights[j], x))``, added from
        left to right to 0, or to ``bias[j]`` as in a Neuron: ``dot(weights[j], x, bias[j])``.
        An output of numbers alone is a float.

    Raises:
        ValueError: For no inputs, no rows, a row that is not as long as ``x``, and a ``bias``
            that is not as long as ``weights``.
        TypeError: Where there is no list, no row, or an element that is neither a Value nor a
            number.

    >>> from micrograd_c.engine import Value
    >>> from micrograd_c.functional import linear
    >>> x = [Value(1.0), Value(2.0)]
    >>> weights = [[Value(3.0), Value(0.0)], [Value(-1.0), Value(1.0)], [Value(0.5), Value(0.5)]]
    >>> [v.data for v in linear(x, weights)]
    [3.0, 1.0, 1.5]
    """
    made = c_bulk and not is_watched() and c_bulk.linear(x, weights, bias)
    if made:
        return made
    x = row_of(x, "linear", "x")
    rows = [
        row_of(row, "linear", f"row {j} of weights", len(x))
        for j, row in enumerate(items_of(weights, "linear", "weights", "rows"))
    ]
    if bias is None:
        return [product_of(row, x) for row in rows]
    bias = row_of(bias, "linear", "bias", len(rows), "rows of weights")
    return [product_of(row, x, b) for row, b in zip(rows, bias)]


def product_of(ws, xs, start=None):
    made = in_c("dot", ws, xs, [] if start is None else [start])
    if made is not None:
        return made
    return added([w * x for w, x in zip(ws, xs)], 0 if start is None else start)


def added(values, start=0):
    """The sum from left to right. Python's own rounds sums of floats in another way since 3.12."""
    return functools.reduce(operator.add, values, start)


def items_of(values, name, what, of="Values or numbers"):
    """Return ``values`` as a list. Raises TypeError for what is no list, ValueError for none."""
    is_other = isinstance(values, (str, bytes, bytearray, dict, set, frozenset, Operators))
    if is_other or not hasattr(type(values), "__iter__") or getattr(values, "ndim", 1) == 0:
        raise TypeError(f"{name}: expected {what} as a list of {of}, got {describe(values)}")
    items = list(values)
    if not items:
        raise ValueError(f"{name}: {what} is empty, expected a list of {of}")
    return items


def row_of(values, name, what, n=None, other="x"):
    """Return ``values`` as a list of Values and floats, of n elements if n is not None."""
    items = items_of(values, name, what)
    if n is not None and len(items) != n:
        has = f"has {n} elements" if other == "x" else f"there are {n}"
        raise ValueError(
            f"{name}: {what} has {len(items)} elements, expected one for each of {other}: {has}"
        )
    return [v if isinstance(v, Operators) else number_of(v, name, what) for v in items]


def number_of(x, name, what):
    try:
        return to_float(x)
    except TypeError:
        message = f"{name}: expected Values or numbers in {what}, got {describe(x)}"
        raise TypeError(message) from None
