"""Calls of a jitted function with Values, as from another jitted function.

There is no batch then: the function itself is called, and its operators extend the graph
that the Values belong to.
"""

from python_ref.core.operators import Operators
from python_ref.core.tracing import current_trace
from python_ref.core.vector import Vector


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
