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

from micrograd_c._rows import (  # noqa: F401 - BULK
    c_bulk,
    dot,
    layer_norm,
    linear,
    log_softmax,
    logsumexp,
    mean,
    rms_norm,
    softmax,
    total,
)
from python_ref.core import ops
from python_ref.core.arrays import without_values
from python_ref.core.number_arrays import as_doubles
from python_ref.core.numbers import to_float
from python_ref.core.operators import Operators, check_bounds
from python_ref.core.ops import NAMED, OPS
from python_ref.core.taking import taken
from python_ref.core.templates import copy_for

UNARY = tuple(op.name for op in NAMED if op.kind == ops.UNARY)
UNARY_K = tuple(op.name for op in NAMED if op.kind == ops.UNARY_K)
BINARY = tuple(op.name for op in NAMED if op.kind == ops.BINARY)
BULK = (
    "dot", "total", "mean", "softmax", "logsumexp", "log_softmax", "linear", "rms_norm",
    "layer_norm", "take", "get_data", "get_grad", "set_data", "set_grad", "zero_grad",
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
    template, second, kind = {
        ops.UNARY: (unary_template, None, None),
        ops.UNARY_K: (unary_k_template, op.second, "A number, which gets no gradient."),
        ops.BINARY: (binary_template, "y", "A Value or a number."),
    }[op.kind]
    # The row's docstring is the method's, whose first parameter is ``self``.
    text, mark, raised = op.doc.partition("\n\nRaises:")
    if second:
        text = f"{text.replace(op.second, second)}\n\nArgs:\n    x: A Value or a number."
        text += f"\n    {second}: {kind}"
    return copy_for(op, template, (text + mark + raised).replace("self", "x"), second)


for _op in NAMED:
    globals()[_op.name] = function_of(_op)


def clip(x, low, high):
    """x within [low, high].

    Args:
        x: A Value or a number.
        low: The lower bound, a Value or a number; None for none.
        high: The upper bound, in the same way.

    Returns:
        A Value, or a float of numbers alone. See ``Value.clip``.

    Raises:
        ValueError: If the bounds are numbers and low > high.
    """
    for v in (x, low, high):
        if isinstance(v, Operators):
            return (x if isinstance(x, Operators) else v._constant(x)).clip(low, high)
    check_bounds(low, high)
    lifted = to_float(x) if low is None else maximum(x, low)
    return lifted if high is None else minimum(lifted, high)


# --- a table -----------------------------------------------------------------------


def take(values, index):
    """``values[index]``: a Value, or a row of a table as a ``Vector``.

    The gradient goes to what was taken alone, and none to the index.

    In a function that ``jit`` traces, the index may be an argument of shape (n,) or a column of
    one of shape (n, k), and each example takes its own. A batch's indices are all checked before
    anything runs. That is an embedding: an example costs as much as its row is long, however many
    rows the table has. There all rows must have one length.

    Args:
        values: A sequence of n Values and numbers, or of n rows of them.
        index: A whole number from 0 to n - 1: an int, a float such as 3.0, or a Value that holds
            one and was not computed. A negative index does not count from the end.

    Raises:
        IndexError: For an index out of range; it names row and column in a batch.
        TypeError: For an index that is no whole number or a Value that was computed, and for
            values that are no sequence of numbers, Values or rows.
        ValueError: For no values, and under ``jit`` for rows of different lengths.
        TraceError: Under ``jit``, for an index that the function computes.

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
    """Set the data of n Values.

    Args:
        values: The n Values.
        array: Anything that NumPy makes a float64 array of shape (n,).

    Raises:
        ValueError: For an array of another shape. Then no Value has changed.
        TypeError: For a masked array and for what is not a real number. Then no Value has changed.
    """
    write("data", values, array)


def set_grad(values, array):
    """Set the gradients of n Values.

    Args:
        values: The n Values.
        array: As in ``set_data``.

    Raises:
        ValueError: As ``set_data`` does.
        TypeError: As ``set_data`` does.
    """
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
