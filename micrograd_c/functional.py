"""Functions of Values: the operators by name, and bulk helpers for many Values at once.

The operators take Values or numbers; of numbers alone they return a float. A bulk
helper builds the graph that one operator after the other would build, on the C
engine in one call. ``take`` looks a Value or a row up in a table.

>>> from micrograd_c.engine import Value
>>> from micrograd_c.functional import sin, total
>>> x = Value(0.5)
>>> sin(x).data == sin(0.5)
True
>>> total([x, x, x]).data
1.5
"""

import builtins
import functools
import math

from micrograd_c._backend import backend
from python_ref.core import ops
from python_ref.core.arrays import without_values
from python_ref.core.modes import is_watched
from python_ref.core.number_arrays import as_doubles
from python_ref.core.numbers import to_float
from python_ref.core.operators import Operators, check_bounds
from python_ref.core.ops import NAMED, OPS
from python_ref.core.taking import taken
from python_ref.core.templates import copy_for
from python_ref.core.tracing import current_trace

if backend == "c":
    from micrograd_c._c import bulk as c_bulk
else:
    c_bulk = None

UNARY = tuple(op.name for op in NAMED if op.kind == ops.UNARY)
UNARY_K = tuple(op.name for op in NAMED if op.kind == ops.UNARY_K)
BINARY = tuple(op.name for op in NAMED if op.kind == ops.BINARY)
BULK = (
    "dot", "total", "mean", "softmax", "logsumexp", "take", "get_data", "get_grad", "set_data",
    "set_grad", "zero_grad",
)  # fmt: skip
# Without abs: a star import must not hide Python's own.
__all__ = [
    *(name for name in (*UNARY, *UNARY_K, *BINARY) if not hasattr(builtins, name)),
    "clip", *BULK,
]  # fmt: skip


# --- operators: a function for each named row of the operator table, see templates.py ---


def unary_template(x):
    if isinstance(x, Operators):
        return x.NAME()
    return OPS["NAME"].value(to_float(x))


def unary_k_template(x, k):
    if isinstance(x, Operators):
        return x.NAME(k)
    return OPS["NAME"].value(to_float(x), to_float(k))


def binary_template(x, y):
    if isinstance(x, Operators):
        return x.NAME(y)
    if isinstance(y, Operators):
        return y._constant(x).NAME(y)
    return OPS["NAME"].value(to_float(x), to_float(y))


def function_of(op):
    """Return the function that applies an operator, a row of the operator table."""
    template, second = {
        ops.UNARY: (unary_template, None),
        ops.UNARY_K: (unary_k_template, op.second),
        ops.BINARY: (binary_template, "y"),
    }[op.kind]
    # The row's docstring is the method's, whose first parameter is ``self``.
    doc = op.doc.replace(op.second, second) if second else op.doc
    return copy_for(op, template, doc.replace("self", "x"), second)


for _op in NAMED:
    globals()[_op.name] = function_of(_op)


def clip(x, low, high):
    """x within [low, high], each a Value or a number; a bound may be None. See ``Value.clip``."""
    for v in (x, low, high):
        if isinstance(v, Operators):
            return (x if isinstance(x, Operators) else v._constant(x)).clip(low, high)
    check_bounds(low, high)
    lifted = to_float(x) if low is None else maximum(x, low)
    return lifted if high is None else minimum(lifted, high)


# --- sums ------------------------------------------------------------------------


def total(values):
    """The sum of ``values``, added from left to right from 0 on, as ``sum`` does."""
    values = list(values)
    return in_c("total", values) or sum(values)


def mean(values):
    """``total(values) / len(values)``. Raises ValueError for no values."""
    values = non_empty(values, "mean")
    return total(values) / len(values)


def dot(ws, xs, start=None):
    """start + ws[0] * xs[0] + ws[1] * xs[1] + ..., added from left to right.

    ``start`` is a Value or a number; None stands for 0, as in ``sum``. Raises ValueError if
    ``ws`` and ``xs`` differ in length.
    """
    ws, xs = list(ws), list(xs)
    if len(ws) != len(xs):
        raise ValueError(f"dot of {len(ws)} and {len(xs)} elements, expected as many of each")
    made = in_c("dot", ws, xs, [] if start is None else [start])
    return made or sum((w * x for w, x in zip(ws, xs)), 0 if start is None else start)


def logsumexp(values):
    """log(exp(values[0]) + exp(values[1]) + ...), without overflow.

    The largest value is subtracted before and added after. Raises ValueError for no
    values, and if all are -inf, as log(0) does. Source: https://en.wikipedia.org/wiki/LogSumExp.
    """
    values = non_empty(values, "logsumexp")
    made = None if current_trace() else in_c("logsumexp", values)
    if made:
        return made
    m = largest(values)
    return log(total([exp(v - m) for v in values])) + m


def softmax(values):
    """The list of exp(v) / (the sum of all exp(v)), without overflow.

    Raises ValueError for no values.
    Source: https://en.wikipedia.org/wiki/Softmax_function.
    """
    values = non_empty(values, "softmax")
    made = None if current_trace() else in_c("softmax", values)
    if made:
        return made
    m = largest(values)
    exps = [exp(v - m) for v in values]
    inverse = total(exps) ** -1
    return [e * inverse for e in exps]


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
    m = functools.reduce(maximum, values)
    is_finite = math.inf - m.abs()  # where m is infinite, NaN, which is not positive
    taken = is_finite._apply("if_positive", m)
    return (taken + is_finite._apply("if_not_positive", m._operand(0.0))).detach()


def non_empty(values, name):
    """Return the values as a list; raise ValueError if there are none."""
    values = list(values)
    if not values:
        raise ValueError(f"{name} of no values")
    return values


def in_c(name, *lists):
    """Return a helper's result from one call of C, or None if operators must compute it."""
    if not c_bulk or is_watched():
        return None
    if all(map(c_bulk.are_plain, lists)) and c_bulk.are_original():
        return getattr(c_bulk, name)(*lists)
    return None


# --- a table -----------------------------------------------------------------------


def take(values, index):
    """``values[index]``: a Value, or a row of a table as a ``Vector``.

    ``values`` is a sequence of n Values and numbers, or of n rows of them. ``index`` is a whole
    number from 0 to n - 1: an int, a float such as 3.0, or a Value that holds one and was not
    computed. A negative index does not count from the end. The gradient goes to what was taken
    alone, and none to the index.

    In a function that ``jit`` traces, the index may be an argument of shape (n,) or a column of
    one of shape (n, k), and each example takes its own. A batch's indices are all checked before
    anything runs. That is an embedding: an example costs as much as its row is long, however many
    rows the table has. There all rows must have one length.

    Raises IndexError for an index out of range, which names row and column in a batch; TypeError
    for one that is no whole number, for a Value that was computed, and for values that are no
    sequence of numbers, Values or rows; ValueError for no values, and under ``jit`` for rows of
    different lengths. Under ``jit``, TraceError for an index that the function computes.

    >>> from micrograd_c.engine import Value
    >>> from micrograd_c.functional import take
    >>> table = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
    >>> [v.data for v in take(table, 1)]
    [3.0, 4.0]
    """
    return taken(values, index)


# --- data and gradients as arrays -----------------------------------------------


def get_data(values):
    """The data of n Values, as a new float64 array of shape (n,)."""
    return read("data", values)


def get_grad(values):
    """The gradients of n Values, as a new float64 array of shape (n,)."""
    return read("grad", values)


def set_data(values, array):
    """Set the data of n Values from anything that NumPy makes a float64 array of shape (n,).

    Raises ValueError for another shape, TypeError for a masked array and for what is not a
    real number. Then no Value has changed.
    """
    write("data", values, array)


def set_grad(values, array):
    """Set the gradients of n Values, as ``set_data`` does their data."""
    write("grad", values, array)


def zero_grad(values):
    """Set the gradients of Values to 0."""
    if is_for_c(values) and c_bulk.at_once(values, c_bulk.ZERO_AT_ONCE, None):
        return
    values, in_one_call = checked(values)
    if in_one_call:
        c_bulk.zero_grad(values)
    else:
        for v in values:
            v.grad = 0.0


def is_for_c(values):
    """True if C may read or write the list or tuple as it is."""
    return c_bulk and (type(values) is list or type(values) is tuple)


def checked(values):
    """Return the Values as a list, and True if one call of C can read or write them all.

    Raises TypeError if one is not a Value.
    """
    values = list(values)
    kinds = set(map(type, values))
    if c_bulk and kinds == c_bulk.PLAIN:
        return values, True
    for kind in kinds:
        if not issubclass(kind, Operators):
            raise TypeError(f"expected Values, got {kind.__name__}")
        if hasattr(kind, "_refuse_bulk"):  # the Values of a function that jit traces
            kind._refuse_bulk()
    return values, c_bulk and all(issubclass(kind, c_bulk.Value) for kind in kinds)


def read(what, values):
    import numpy as np

    if is_for_c(values):
        doubles = c_bulk.at_once(values, c_bulk.READ_AT_ONCE[what], None)
        if doubles:  # an empty buffer, from which NumPy makes no array, is false
            return np.frombuffer(doubles)
    values, in_one_call = checked(values)
    if in_one_call:
        array = np.empty(len(values))
        c_bulk.read(what, values, array)
        return array
    return np.array([getattr(v, what) for v in values], dtype=np.float64)


def write(what, values, array):
    import numpy as np

    is_simple = type(array) is np.ndarray and array.ndim == 1 and array.dtype == np.float64
    if (
        is_simple
        and is_for_c(values)
        and c_bulk.at_once(values, c_bulk.WRITE_AT_ONCE[what], array.tobytes())
    ):
        return
    values, in_one_call = checked(values)
    # A copy: C reads it without the GIL.
    array = as_doubles(without_values(array), "array", objects=True).copy()
    if array.shape != (len(values),):
        raise ValueError(f"array of shape {array.shape} for {len(values)} Values")
    if in_one_call:
        c_bulk.write(what, values, array)
    else:
        for v, x in zip(values, array.tolist()):
            setattr(v, what, x)
