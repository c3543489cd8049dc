"""Calls of a jitted function with Values, as from another jitted function.

There is no batch then: the function itself is called, and its operators extend the graph
that the Values belong to.
"""

from contextlib import contextmanager
from contextvars import ContextVar

from micrograd_c.engine import Value
from micrograd_c.jit.axes import arranged
from python_ref.core.operators import Operators
from python_ref.core.tracing import current_trace
from python_ref.core.vector import Vector

# True while ``jit.check`` runs a function on eager Values, in this thread or task.
is_checking = ContextVar("is_checking", default=False)


@contextmanager
def checking():
    """A context in which calls without rows extend the graph, as they do within a trace."""
    before = is_checking.set(True)
    try:
        yield
    finally:
        is_checking.reset(before)


def extends_a_graph():
    """True if a call without rows has to give Values, because its caller differentiates them."""
    return bool(current_trace()) or is_checking.get()


def call_without_rows(function, arrays):
    """Call the function with the numbers of CheckedArrays, as Values."""
    values = [list(map(Value, numbers)) for numbers in arrays.row(0)]
    return function(*map(arranged, arrays.widths, values))


def has_values(arguments):
    """True if an argument is a Value, or a row or list of rows that contains one."""
    return any(isinstance(x, Operators) or is_row_with_values(x) for x in arguments)


def is_row_with_values(x):
    if isinstance(x, (list, tuple)):
        return has_values(x)
    if current_trace() and getattr(getattr(x, "dtype", None), "kind", "") == "O":
        return any(isinstance(element, Operators) for element in x.flat)
    return False


def call_with_values(function, arguments):
    """Call the function for one example; lists and tuples become Vectors, as in a trace."""
    return function(*map(as_vectors, arguments))


def as_vectors(x):
    if not isinstance(x, (list, tuple)):
        return x
    rows = [as_vectors(element) for element in x]
    return rows if any(isinstance(row, list) for row in rows) else Vector(rows)
